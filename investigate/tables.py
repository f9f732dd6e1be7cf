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
from typing import Any

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
from investigate.columns import AGENCIES, COUNTED, IDENTITIES, REASONS
from investigate.derived import (
    SEEN_IN,
    find_identities,
    find_repeated,
    number_searches,
    one_name,
    one_of_each,
    same_searches,
    seen_names,
    tie_cases,
    to_counted,
)
from investigate.errors import EmptyStore, StaleStore, unknown
from investigate.load import load_lookup_logs
from investigate.logs.containers import find_files
from investigate.owner import OWNER
from investigate.progress import step
from investigate.reasons.many import classify_batches
from investigate.reasons.overrides import Overrides, read_overrides
from investigate.sharing.kept import store_sharing
from investigate.sharing.load import load_sharing
from investigate.store import (
    STAGING,
    WHILE_DERIVED,
    Store,
    arrow_schema,
    empty_frame,
    staging,
    write_frame,
    write_text,
    written_aside,
)
from investigate.workspace import Workspace, open_workspace

ENGINES = ("duckdb", "spark")
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
    """Ibis tables of one workspace, on one connection. `searches`: the rows to count from (the table `counted`), with
    category, rule and case, and each agency under the one name that it counts under. `agencies`: the table of their
    spellings. `state`: what they were made from, and by which engine; `con`: that engine's Ibis connection."""

    workspace: Workspace
    con: Any
    searches: ir.Table
    reasons: ir.Table
    rejects: ir.Table
    fixes: ir.Table
    releases: pd.DataFrame
    agencies: pd.DataFrame
    state: str


def open_tables(
    workspace: str | Path | Workspace | None = None, *, engine_name: str = "duckdb", master: str = ""
) -> Tables:
    """The tables of a workspace; raises EmptyStore when nothing has been loaded.

    `engine_name`: duckdb (inside this process), or spark at `master` (default INVESTIGATE_SPARK_MASTER, else all
    processors of this machine), for counts and comparisons; raises InvestigateError where Spark cannot be had.
    """
    if engine_name not in ENGINES:
        raise unknown("engine", engine_name, ENGINES)
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
    overrides, aliases = read_overrides(room), read_aliases(room)
    stamp = _stamp(store, overrides, aliases)
    if engine_name == "spark":
        return _open_in_spark(room, store, overrides, aliases, f"{stamp} {code_hash('spark.py')}", master)
    refresh(store, overrides, aliases)
    con = engine.connect()
    rejects, fixes = (store.parts(con, name) for name in ("rejects", "fixes"))
    reasons, searches = (
        con.read_parquet(engine.literal_path(store.derived(name)), table_name=name) for name in ("reasons", "counted")
    )
    agencies = read_spellings(room)
    releases = releases.assign(producer=_rename(releases["producer"], agencies))
    return Tables(room, con, searches, reasons, rejects, fixes, releases, agencies, stamp)


def _open_in_spark(
    room: Workspace, store: Store, overrides: Overrides, aliases: Aliases, stamp: str, master: str
) -> Tables:
    from investigate import spark  # noqa: PLC0415 - its packages may be missing

    con = spark.connect(master)
    found, agencies = spark.open_store(con, store, overrides, aliases, stamp)
    releases = store.releases()
    releases = releases.assign(producer=_rename(releases["producer"], agencies))
    return Tables(room, con, **found, releases=releases, agencies=agencies, state=f"spark {stamp}")


def load_sample(room: Workspace) -> None:
    """Load the invented sample that comes with the project into its own workspace, if its files changed."""
    files = find_files([room.root / "logs"])
    lists = sorted((room.root / "sharing").glob("*"))
    cameras = sorted((room.root / "cameras").glob("*"))
    # By what they hold: a time says nothing where clocks are set back, or where files were copied with theirs.
    found = [[path.name, hashlib.sha256(path.read_bytes()).hexdigest()] for path in (*files, *lists, *cameras)]
    stamp = json.dumps({"files": found, "loaded_by": code_hash(*LOADING)})
    path = room.store / "sample.json"
    if _says(path, stamp):
        return
    with staging(Store(room.store), "load of the sample", WHILE_DERIVED):
        if _says(path, stamp):
            return  # another run loaded it while this one waited
        if path.exists():
            _empty(room.store)  # an older sample, or one that older code loaded
        load_lookup_logs(files, workspace=room)
        if lists:
            store_sharing(load_sharing(lists, workspace=room), room)
        if cameras:
            store_cameras(read_camera_files(room.root / "cameras", source="invented", workspace=room), room)
        write_text(path, stamp)


def _says(path: Path, stamp: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == stamp


def _empty(store: Path) -> None:
    """Remove what was made, but not the lock that this process holds; the stamp last, or a killed run would take the
    rest for a sample that is being loaded."""
    mine = (STAGING, OWNER)
    made = [path for path in store.iterdir() if not path.name.startswith(mine)]
    for path in sorted(made, key=lambda path: path.name == "sample.json"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


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
    path = store.folder / LAST_COMMIT
    if _read_stamp(path) == _stamp(store, overrides, aliases):
        return
    with staging(store, "count or report", WHILE_DERIVED) as held:
        con = held.con
        found, wanted = _read_stamp(path), _stamp(store, overrides, aliases)
        if found == wanted:
            return  # another run made them while this one waited
        stamp = json.loads(wanted)
        keep_known = json.loads(found).get("rules") == stamp["rules"]
        # Meanwhile they are of no one state: a run that is killed here, or another state that comes back, finds none.
        write_text(path, json.dumps({"rules": stamp["rules"]} if keep_known else {}))
        _write_reasons(con, store, overrides, keep_known)
        with step("telling agencies apart"):
            agencies = _write_agencies(con, store, aliases)
        with step("finding searches that several files show"):
            _write_identities(con, store)
        with step("writing the rows to count from"):
            _write_counted(con, store, agencies)
        _write_used(con, store, overrides)
        write_text(path, wanted)


def is_current(tables: Tables) -> bool:
    """Whether what the tables are counted from is still what they were opened on; Spark's is not looked at."""
    made_from = _read_stamp(Store(tables.workspace.store).folder / LAST_COMMIT)
    return tables.state.startswith("spark ") or made_from == tables.state


def _read_stamp(path: Path) -> str:
    """What the derived tables were made from; nothing where a killed disk left something else."""
    try:
        text = path.read_text(encoding="utf-8")
        json.loads(text)
    except (OSError, ValueError):
        return "{}"
    return text


def _stamp(store: Store, overrides: Overrides, aliases: Aliases) -> str:
    """What the derived tables depend on, as JSON; they are made anew when it changes."""
    depends = {
        "releases": store.state(),
        "rules": code_hash("reasons") + overrides.stamp,
        "agencies": code_hash("agencies") + aliases.stamp + table_stamp(),
        "cases": code_hash("tables.py", "derived.py", "engine.py"),
    }
    return json.dumps(depends)


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
    steps = step("classifying distinct reasons", "reasons", number)
    with (
        written_aside(path) as aside,
        pq.ParquetWriter(aside, schema, compression="zstd") as writer,
        steps as under_way,
    ):
        for batch in kept:
            writer.write_table(pa.Table.from_batches([batch]).select(REASONS.names).cast(schema))
        for found in classify_batches(_stream(fresh), overrides, number):
            writer.write_table(pa.Table.from_batches([found]).cast(schema))
            under_way.advance(found.num_rows)


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
    seen = [seen_names(searches, column).execute() for column in SEEN_IN]
    produced = store.releases()["producer"].dropna().unique()
    names = pd.concat([*seen, pd.DataFrame({"name": produced, "rows": 0})], ignore_index=True)
    agencies = know_agencies(names, aliases)
    write_frame(agencies, AGENCIES, store.derived(AGENCIES.name))
    return agencies


def read_spellings(room: Workspace) -> pd.DataFrame:
    """The table `agencies` as it was last written; `open_tables` or the report tables bring it up to date."""
    return pq.read_table(Store(room.store).derived(AGENCIES.name)).to_pandas()


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
    same = find_identities(store.parts(con, "searches")).order_by("search_key")
    with written_aside(path) as aside:
        con.to_parquet(same, aside, compression="zstd")


def _write_counted(con: Backend, store: Store, agencies: pd.DataFrame) -> None:
    """Tie the searches into cases, and write the rows that everything is counted from."""
    identities = con.read_parquet(engine.literal_path(store.derived(IDENTITIES.name)), table_name="identities")
    has_same = pq.read_metadata(store.derived(IDENTITIES.name)).num_rows > 0
    searches = store.parts(con, "searches")
    rows = number_searches(one_name(same_searches(searches, identities) if has_same else searches, agencies))
    repeated = con.create_table("repeated", find_repeated(rows), overwrite=True)
    tied = con.create_table("tied", tie_cases(one_of_each(rows, repeated)), overwrite=True)
    reasons = con.read_parquet(engine.literal_path(store.derived("reasons")), table_name="classified")
    with written_aside(store.derived(COUNTED.name)) as aside:
        con.to_parquet(to_counted(rows, reasons, tied), aside, compression="zstd", compression_level=1)
