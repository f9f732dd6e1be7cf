"""The tables of a workspace as they are counted from: stored parts, with categories and cases beside them.

Categories and cases are worked out once for all releases and kept with a stamp; they are made anew when a
release came or went, or when the rules changed. Nobody has to remember to do that.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from investigate import engine
from investigate.agencies.aliases import Aliases, read_aliases
from investigate.agencies.known import know_agencies
from investigate.agencies.places import table_stamp
from investigate.cameras.kept import store_cameras
from investigate.cameras.load import read_camera_files
from investigate.columns import AGENCIES, IDENTITIES, REASONS
from investigate.errors import EmptyStore, StaleStore
from investigate.load import load_lookup_logs
from investigate.logs.containers import find_files
from investigate.reasons.many import classify_batches
from investigate.reasons.overrides import Overrides, read_overrides
from investigate.sharing.kept import store_sharing
from investigate.sharing.load import load_sharing
from investigate.store import Store, arrow_schema, empty_frame, write_frame, write_text, written_aside
from investigate.workspace import Workspace, open_workspace

CASE_GAP_DAYS = 10  # METHODOLOGY D5: searches further apart are another case
UNUSED = "unused_corrections.json"  # lines of the corrections by hand that name no loaded reason
LAST_COMMIT = "derived.json"
LOADING = (
    "load.py",
    "load_table.py",
    "columns.py",
    "engine.py",
    "privacy.py",
    "logs",
    *(f"agencies/{room}.py" for room in ("names", "read_name", "parts", "states", "tidy", "kinds", "federal")),
    "agencies/kinds.toml",
    "agencies/federal.toml",
    "sharing",
    "cameras",
)  # what decides the stored parts
TEXTS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Tables:
    """Ibis tables of one workspace, on one connection. `searches` carries category, rule and case beside the stored
    columns, and each agency under the one name that it counts under. `agencies`: the table of their spellings."""

    workspace: Workspace
    con: Backend
    searches: ir.Table
    reasons: ir.Table
    rejects: ir.Table
    fixes: ir.Table
    releases: pd.DataFrame
    agencies: pd.DataFrame


def open_tables(workspace: str | Path | Workspace | None = None) -> Tables:
    """The tables of a workspace; raises EmptyStore when nothing has been loaded."""
    room = open_workspace(workspace)
    if room.is_sample:
        load_sample(room)
    store = Store(room.store)
    releases = store.releases()
    if releases.empty:
        raise EmptyStore(
            f"Nothing has been loaded into the workspace {room.root.name!r} yet. "
            "Run `investigate load PATH` with the folder that holds the released files."
        )
    if stale := store.stale():
        raise StaleStore(
            f"{len(stale):,} of the files in the workspace {room.root.name!r} were loaded by another version of this "
            f"program, the first of them {Path(stale[0]).name!r}. Run `investigate load` again with the folder that "
            "holds the released files."
        )
    refresh(store, read_overrides(room), read_aliases(room))
    con = engine.connect()
    parts = {name: store.parts(con, name) for name in ("searches", "rejects", "fixes")}
    reasons = con.read_parquet(engine.literal_path(store.derived("reasons")), table_name="reasons")
    cases = con.read_parquet(engine.literal_path(store.derived("cases")), table_name="cases")
    what = reasons.select("reason_id", "category", "rule", "matched", "is_exported")
    agencies = read_spellings(room)
    rows = _one_name(_same_searches(con, store, parts["searches"]), agencies)
    searches = rows.join(what, "reason_id").join(cases, "search_key")
    releases = releases.assign(producer=_rename(releases["producer"], agencies))
    return Tables(room, con, searches, reasons, parts["rejects"], parts["fixes"], releases, agencies)


def load_sample(room: Workspace) -> None:
    """Load the invented sample that comes with the project into its own workspace, if its files changed."""
    files = find_files([room.root / "logs"])
    lists = sorted((room.root / "sharing").glob("*"))
    cameras = sorted((room.root / "cameras").glob("*"))
    sizes = [[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in (*files, *lists, *cameras)]
    stamp = json.dumps({"files": sizes, "loaded_by": code_hash(*LOADING)})
    path = room.store / "sample.json"
    if path.exists():
        if path.read_text(encoding="utf-8") == stamp:
            return
        shutil.rmtree(room.store, ignore_errors=True)  # an older sample, or one that older code loaded
    load_lookup_logs(files, workspace=room)
    if lists:
        store_sharing(load_sharing(lists, workspace=room), room)
    if cameras:
        store_cameras(read_camera_files(room.root / "cameras", source="invented", workspace=room), room)
    write_text(path, stamp)


@cache
def code_hash(*rooms: str) -> str:
    """Hash of the package's own files, or of some of its files and folders: what other code made is not current."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for room in rooms or (".",) for path in ((package / room), *(package / room).rglob("*"))):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def refresh(store: Store, overrides: Overrides, aliases: Aliases) -> None:
    """Bring categories, agencies and cases up to date with the releases, the rules and what was decided by hand."""
    stamp = {
        "releases": store.state(),
        "rules": code_hash("reasons") + overrides.stamp,
        "agencies": code_hash("agencies") + aliases.stamp + table_stamp(),
        "cases": code_hash("tables.py", "engine.py"),
    }
    path = store.folder / LAST_COMMIT
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if before == stamp:
        return
    con = engine.connect()
    try:
        _write_reasons(con, store, overrides, keep_known=before.get("rules") == stamp["rules"])
        agencies = _write_agencies(con, store, aliases)
        _write_identities(con, store)
        _write_cases(con, store, agencies)
        _write_used(con, store, overrides)
    finally:
        con.disconnect()
    write_text(path, json.dumps(stamp))


def _write_reasons(con: Backend, store: Store, overrides: Overrides, keep_known: bool) -> None:
    """Classify each distinct reason once; keep what the same rules said before."""
    texts = store.parts(con, "texts").distinct()
    path = store.derived("reasons")
    known = None
    if keep_known and path.exists():
        known = con.read_parquet(engine.literal_path(path), table_name="known_reasons")
    fresh = texts if known is None else texts.anti_join(known, "reason_id")
    number = fresh.count().execute()  # before the streams below: a connection has one result at a time
    kept = [] if known is None else _stream(known.semi_join(texts, "reason_id"))
    schema = arrow_schema(REASONS)
    with written_aside(path) as aside, pq.ParquetWriter(aside, schema, compression="zstd") as writer:
        for batch in kept:
            writer.write_table(pa.Table.from_batches([batch]).select(REASONS.names).cast(schema))
        for found in classify_batches(_stream(fresh), overrides, number):
            writer.write_table(pa.Table.from_batches([found]).cast(schema))


def _write_used(con: Backend, store: Store, overrides: Overrides) -> None:
    """Which corrections by hand name no reason of the loaded files: most often a slip of the pen."""
    rules = con.read_parquet(engine.literal_path(store.derived("reasons")), table_name="ruled").rule
    used = set(rules.name("rule").as_table().distinct().execute()["rule"])
    unused = [row.line for row in overrides.rows if row.rule not in used]
    write_text(store.folder / UNUSED, json.dumps(unused))


def _stream(texts: ir.Table) -> pa.RecordBatchReader:
    return texts.order_by("reason_id").to_pyarrow_batches(chunk_size=TEXTS_AT_ONCE)


def _write_agencies(con: Backend, store: Store, aliases: Aliases) -> pd.DataFrame:
    """Every spelling of an agency in the loaded files, with what is known of it; gives the table that it writes."""
    searches = store.parts(con, "searches")
    seen = [
        searches.filter(searches[column].notnull()).group_by(name=searches[column]).agg(rows=ibis._.count()).execute()
        for column in ("searching_agency", "camera_owner")
    ]
    produced = store.releases()["producer"].dropna().unique()
    names = pd.concat([*seen, pd.DataFrame({"name": produced, "rows": 0})], ignore_index=True)
    agencies = know_agencies(names, aliases)
    write_frame(agencies, AGENCIES, store.derived(AGENCIES.name))
    return agencies


def read_spellings(room: Workspace) -> pd.DataFrame:
    """The table `agencies` as it was last written; `open_tables` or the report tables bring it up to date."""
    return pq.read_table(Store(room.store).derived(AGENCIES.name)).to_pandas()


def _one_name(rows: ir.Table, agencies: pd.DataFrame) -> ir.Table:
    """The rows with each agency under the name that it counts under."""
    other = agencies.loc[agencies["agency"] != agencies["name"], ["name", "agency"]]
    if other.empty:
        return rows
    named = rows
    for column in ("searching_agency", "camera_owner", "producer"):
        names = ibis.memtable(
            other.rename(columns={"name": "spelled", "agency": "named"}),
            schema={"spelled": "string", "named": "string"},
        )
        joined = named.left_join(names, named[column] == names.spelled)
        named = joined.mutate(**{column: ibis.coalesce(joined.named, joined[column])}).drop("spelled", "named")
    is_own = named.searching_agency.lower() == named.camera_owner.lower()
    return named.mutate(is_own_search=is_own).select(*rows.columns)


def _rename(names: pd.Series, agencies: pd.DataFrame) -> pd.Series:
    counts_under = dict(zip(agencies["name"], agencies["agency"], strict=True))
    return names.map(lambda name: name if pd.isna(name) else counts_under.get(name, name))


def _write_identities(con: Backend, store: Store) -> None:
    """Which searches without an id another release shows with one; of several ids the smallest key stands for them,
    as without ids they would have been one search."""
    releases = store.releases()
    have, rows_loaded = releases["rows_with_id"], releases["rows_loaded"]
    has_both = bool((have > 0).any() and (have < rows_loaded).any())
    path = store.derived(IDENTITIES.name)
    if not has_both:
        write_frame(empty_frame(IDENTITIES), IDENTITIES, path)
        return
    searches = store.parts(con, "searches")
    has_id = searches.search_id.notnull()
    with_id = searches.filter(has_id).group_by("event_key").agg(same_as=searches.search_key.min())
    without = searches.filter(~has_id).select("search_key", "event_key").distinct()
    same = without.join(with_id, "event_key").select("search_key", "same_as").order_by("search_key")
    with written_aside(path) as aside:
        con.to_parquet(same, aside, compression="zstd")


def _same_searches(con: Backend, store: Store, rows: ir.Table) -> ir.Table:
    """The stored rows with one key for a search, whether or not its release has ids."""
    path = store.derived(IDENTITIES.name)
    if not pq.read_metadata(path).num_rows:
        return rows
    same = con.read_parquet(engine.literal_path(path), table_name="identities").rename(known_key="search_key")
    joined = rows.left_join(same, rows.search_key == same.known_key)
    return joined.mutate(search_key=ibis.coalesce(joined.same_as, joined.search_key)).select(*rows.columns)


def _write_cases(con: Backend, store: Store, agencies: pd.DataFrame) -> None:
    """Tie each agency's searches with the same case key into cases, broken where the gap is too long.

    Agencies that are not known are not taken for one another: there a release stands for its agency. Of several
    case numbers that one search shows, the first release's counts: tokens order differently in each workspace.
    """
    rows = _one_name(_same_searches(con, store, store.parts(con, "searches")), agencies)
    agency = ibis.coalesce(rows.searching_agency.lower(), "release " + rows.release)
    shown_in = "case " + rows.release + rows.row.cast("string").lpad(12, "0")
    searches = rows.group_by("search_key").agg(
        agency=agency.min(),
        at=rows.searched_at.min(),
        case_key=rows.case_key.argmin(rows.case_key.startswith("case ").ifelse(shown_in, rows.case_key)),
    )
    in_order = ibis.window(group_by=["agency", "case_key"], order_by=["at", "search_key"])
    apart = searches.at.epoch_seconds() - searches.at.epoch_seconds().lag().over(in_order)
    begun = searches.mutate(begins=(apart > CASE_GAP_DAYS * 86_400).fill_null(True).cast("int64"))
    numbered = begun.mutate(
        number=begun.begins.sum().over(
            ibis.cumulative_window(group_by=["agency", "case_key"], order_by=["at", "search_key"])
        )
    )
    joined = numbered.agency + "|" + numbered.case_key + "|" + numbered.number.cast("string")
    alone = "alone " + numbered.search_key
    tied = engine.short_key(joined)
    cases = numbered.select("search_key", case_id=numbered.case_key.notnull().ifelse(tied, alone))
    with written_aside(store.derived("cases")) as aside:
        con.to_parquet(cases, aside, compression="zstd")
