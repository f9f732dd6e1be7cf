"""The tables behind every agency's report, computed once for all agencies and kept sorted by agency.

A notebook for one agency reads its few rows out of these; it never recomputes the whole. An agency is looked
at in two roles, as camera owner and as searching agency, which are never added up.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from investigate import report_agencies
from investigate.agencies.known import agency_facts
from investigate.breadth import breadth_by_agency
from investigate.clues import clues_by_agency
from investigate.columns import COUNTS, RELEASES
from investigate.comparison import by_agency as comparison
from investigate.counted import count_distinct
from investigate.counts import OTHER_SIDE, ROLES, by_role, count_searches, find_agency, in_scope, list_agencies
from investigate.errors import UnknownValue, unknown
from investigate.logs.whose import folder_that_tells
from investigate.periods import find_periods
from investigate.progress import step
from investigate.quality.gate import check_releases
from investigate.quality.wording import file_of, place_of
from investigate.queried import SCHEMA as QUERIED_SCHEMA
from investigate.queried import cameras_by_owner, cameras_stamp, open_cameras
from investigate.quiet import dropdown_switch, no_case_number, quiet_by_agency
from investigate.reasons.overrides import read_overrides
from investigate.request import strings_by_agency
from investigate.rivals import rival_words_by_agency, rivals_by_agency
from investigate.scrub import printed, scrub, shown_words
from investigate.sorted_tables import ENDING, read_sorted, rows_of, write_sorted
from investigate.store import WHILE_DERIVED, Store, staging, write_text
from investigate.tables import Tables, code_hash, load_sample, open_tables, read_spellings
from investigate.workspace import Workspace, open_workspace

NAMES = (
    "agencies",
    "periods",
    "months",
    "categories",
    "words",
    "sources",
    "cited",
    "corrections",
    "quiet",
    "switch",
    "no_case",
    "rivals",
    "rival_words",
    "clues",
    "strings",
    "breadth",
    *comparison.NAMES,
    *report_agencies.NAMES,
)
RIVAL_TEXTS = 3  # of each published rule and direction on the page
EXAMPLES = 3  # rows cited beside each wording on the page; findings.json cites all of them
STAMP = "stamp.json"
GATE = "gate"  # one row a release and check, for whichever agencies the release holds
QUERIED = "queried"  # one row a camera owner and camera in question
# What decides these tables, beside what is stored.
MAKING = (
    "reasons", "tables.py", "derived.py", "engine.py", "periods.py", "counted.py", "counts.py", "kept_counts.py",
    "report_tables.py", "sorted_tables.py", "agencies", "privacy.py",
    "quality", "logs", "searchers.py", "sharing", "report_agencies.py", "law_counts.py",
    "agreement_counts.py", "breadth.py", "comparison", "cameras", "queried.py", "quiet.py", "rivals.py", "clues.py",
    "request.py", "scrub.py", "beside.py", "plain_words.py", "plain_words.txt.gz",
)  # fmt: skip


@dataclass(frozen=True)
class AgencyTables:
    """One agency's tables. Each has a column `role` (owner or searcher); see `REPORT_TABLES` in METHODOLOGY.

    agencies: rows, searches, first and last day, state · periods and months: counts in all three scopes ·
    categories: counts by category and period · words: exact text matched, with its rule and rows to look at ·
    sources: the releases that the numbers come from · cited: every row
    in the broad scope · corrections: reasons corrected by hand · quiet, switch, no_case: how much of each month says
    nothing, when drop-down values took over, what came without a case number · rivals, rival_words: the same log
    under each published rule, and the texts that make it differ · clues: reasons as typed, scrubbed · strings: what to
    name in a records request · breadth: networks and devices per search, by month · comparison: before
    against after over equal covered days, or why not · variants: the same under other choices · days, covered: rows by
    day, and runs of days that the logs cover · places, partners, points: where the
    agencies on the other side lie, which they are, and their points on the map · laws: searches before and since the
    rules that bind the owners · agreements and near_agreements: 287(g) · sharing: who may search whose cameras, by
    lists of settings · gate: what `check_releases` says of these releases. queried (column agency, no role): the
    cameras in question for this agency and for the owners whose cameras it searched, see `cameras_by_owner`.
    """

    agency: str
    workspace: Workspace
    agencies: pd.DataFrame
    periods: pd.DataFrame
    months: pd.DataFrame
    categories: pd.DataFrame
    words: pd.DataFrame
    sources: pd.DataFrame
    cited: pd.DataFrame
    corrections: pd.DataFrame
    quiet: pd.DataFrame
    switch: pd.DataFrame
    no_case: pd.DataFrame
    rivals: pd.DataFrame
    rival_words: pd.DataFrame
    clues: pd.DataFrame
    strings: pd.DataFrame
    breadth: pd.DataFrame
    comparison: pd.DataFrame
    variants: pd.DataFrame
    days: pd.DataFrame
    covered: pd.DataFrame
    places: pd.DataFrame
    partners: pd.DataFrame
    points: pd.DataFrame
    laws: pd.DataFrame
    agreements: pd.DataFrame
    near_agreements: pd.DataFrame
    sharing: pd.DataFrame
    gate: pd.DataFrame
    queried: pd.DataFrame

    @property
    def roles(self) -> list[str]:
        return [role for role in ROLES if role in set(self.agencies["role"])]


def read_agency_tables(agency: str, workspace: str | Path | Workspace | None = None) -> AgencyTables:
    """The report tables of one agency; raises UnknownValue, with the nearest names, for one not in the data."""
    room = open_workspace(workspace)
    folder = prepare_report_tables(room)
    everyone = read_of_all(folder, "agencies", ["agency"])["agency"].unique()
    name = find_agency(agency, everyone, read_spellings(room))
    mine = {table: _read(folder, table, name) for table in NAMES}
    partners = mine["partners"]
    owners = [name, *partners.loc[partners["role"] == "searcher", "partner"].dropna()]
    queried = rows_of(_path(folder, QUERIED), "agency", owners).to_pandas(use_threads=False)
    return AgencyTables(name, room, **mine, gate=_gate_of(folder, mine["sources"]), queried=queried)


def list_report_agencies(workspace: str | Path | Workspace | None = None, role: str = "") -> list[str]:
    """Every agency that gets a report: each producer, searching agency and camera owner in the data.

    `role` owner or searcher keeps those that stand in the data in this role; raises UnknownValue for another.
    """
    if role and role not in ROLES:
        raise unknown("role", role, ROLES)
    folder = prepare_report_tables(open_workspace(workspace))
    agencies = read_of_all(folder, "agencies", ["agency", "role"])
    return sorted(agencies.loc[agencies["role"].eq(role) | (role == ""), "agency"].unique())


def read_of_all(folder: Path, table: str, columns: list[str]) -> pd.DataFrame:
    """These columns of one of the report tables in `folder`, for all agencies, sorted by agency and role."""
    return read_sorted(_path(folder, table)).select(columns).to_pandas(types_mapper=_nullable, use_threads=False)


def _path(folder: Path, table: str) -> Path:
    return folder / f"{table}{ENDING}"


def _read(folder: Path, name: str, agency: str) -> pd.DataFrame:
    table = rows_of(_path(folder, name), "agency", [agency])
    return table.drop_columns(["agency"]).to_pandas(types_mapper=_nullable, use_threads=False)


def _gate_of(folder: Path, sources: pd.DataFrame) -> pd.DataFrame:
    """The checks of the releases that an agency's numbers come from, in the order of its sources, by role."""
    releases = sources["release"].unique().tolist()
    found = rows_of(_path(folder, GATE), "release", releases).to_pandas(use_threads=False)
    return sources[["role", "release", "file"]].merge(found.drop(columns=["path", "producer", "kind"]), on="release")


def _nullable(kind: object) -> object:
    """Whole numbers and rates that may be unknown stay whole numbers and rates, with pandas' own NA."""
    return {"int64": pd.Int64Dtype(), "double": pd.Float64Dtype()}.get(str(kind))


def report_stamp(room: Workspace) -> str:
    """What the report tables depend on: the loaded releases, the rules and corrections, the code that makes them."""
    depends = {
        "releases": Store(room.store).state(),
        "corrections": read_overrides(room).stamp,
        "agencies": report_agencies.agencies_stamp(room),
        "cameras": cameras_stamp(room),
    }
    return json.dumps(depends | {"made_by": code_hash(*MAKING)})


def find_stamp(workspace: str | Path | Workspace | None = None) -> Path:
    """The file beside the report tables that says what they were made from."""
    return open_workspace(workspace).store / "report_tables" / STAMP


def prepare_report_tables(workspace: str | Path | Workspace | None = None) -> Path:
    """Compute the report tables if the store or the rules changed since; give their folder."""
    room = open_workspace(workspace)
    if room.is_sample:
        load_sample(room)
    stamp = find_stamp(room)
    folder = stamp.parent
    if _is_current(stamp, room):
        return folder
    with staging(Store(room.store), "report", WHILE_DERIVED):
        if not _is_current(stamp, room):  # another run may have made them while this one waited
            stamp.unlink(missing_ok=True)  # meanwhile they are of no one state
            _prepare(room, folder)
    return folder


def _is_current(stamp: Path, room: Workspace) -> bool:
    return stamp.exists() and stamp.read_text(encoding="utf-8") == report_stamp(room)


def _prepare(room: Workspace, folder: Path) -> None:
    """Make the report tables anew, while nothing else writes to the store."""
    wanted = report_stamp(room)
    tables = open_tables(room)
    facts = agency_facts(tables.agencies)
    with step("working out the tables of all reports"):
        computed = _compute(tables, facts)
    for name, frame in computed.items():
        write_sorted(frame, _path(folder, name), ["agency", "role"])
    write_sorted(check_releases(workspace=tables), _path(folder, GATE), ["release"])
    owners = computed["agencies"].loc[computed["agencies"]["role"] == "owner", "agency"]
    cameras = cameras_by_owner(open_cameras(room), facts, owners)
    write_sorted(cameras, _path(folder, QUERIED), ["agency"], QUERIED_SCHEMA)
    write_text(folder / STAMP, wanted)


def _compute(tables: Tables, facts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    months = _of_own_span(_counted(tables, [], "month", "all"))
    periods = _counted(tables, [], "inauguration", "all")
    return {
        "agencies": report_agencies.with_facts(_agencies(tables), facts),
        "periods": periods,
        "months": months,
        "categories": _counted(tables, ["category"], "inauguration", "broad"),
        "words": _both_roles(tables, _words),
        "sources": _sources(tables),
        "cited": _both_roles(tables, _cited),
        "corrections": _both_roles(tables, _corrections),
        "quiet": quiet_by_agency(tables, months),
        "switch": dropdown_switch(tables),
        "no_case": no_case_number(tables),
        "rivals": rivals_by_agency(tables),
        "rival_words": rival_words_by_agency(tables, RIVAL_TEXTS),
        "clues": clues_by_agency(tables),
        "strings": strings_by_agency(tables),
        "breadth": breadth_by_agency(tables),
        **comparison.comparison_by_agency(tables),
        **report_agencies.compute_agency_tables(tables, facts, periods),
    }


def _both_roles(tables: Tables, make) -> pd.DataFrame:
    """What `make` gives for each role, with the columns agency and role."""
    return pd.concat(
        [make(tables, searches, role).assign(role=role) for role, searches in by_role(tables.searches).items()],
        ignore_index=True,
    )


def _counted(tables: Tables, also: list[str], periods: str, scope: str) -> pd.DataFrame:
    """Counts by agency in both roles; agencies whose producer released no rows appear with nothing known."""
    parts = []
    for role, column in ROLES.items():
        counted = count_searches([column, *also], scope=scope, periods=periods, workspace=tables)
        parts.append(counted.rename(columns={column: "agency"}).dropna(subset=["agency"]).assign(role=role))
    result = pd.concat(parts, ignore_index=True)
    assert {column.name for column in COUNTS.columns[1:]} <= set(result.columns)
    return result


def _of_own_span(months: pd.DataFrame) -> pd.DataFrame:
    """Each agency's months from the first to the last that its own logs cover: what other agencies' logs cover changes
    nothing in its report."""
    seen = months[(months["covered_days"] > 0) | (months["rows"] > 0)]
    spans = seen.groupby(["agency", "role"])["period"].agg(["min", "max"])
    own = months[["agency", "role"]].join(spans, on=["agency", "role"])
    return months[(months["period"] >= own["min"]) & (months["period"] <= own["max"])].reset_index(drop=True)


def _agencies(tables: Tables) -> pd.DataFrame:
    everyone = list_agencies(tables)

    def seen(tables: Tables, searches: ir.Table, role: str) -> pd.DataFrame:
        return (
            searches.group_by("agency")
            .agg(
                searches=count_distinct(searches, "search_key"),
                first_day=searches.local_date.min().cast("string"),
                last_day=searches.local_date.max().cast("string"),
                own_searches=count_distinct(searches, "search_key", searches.is_own_search),
                outside_agencies=searches[OTHER_SIDE[role]].nunique(),
                most_networks=searches.networks_count.max(),
            )
            .execute()
        )

    joined = everyone.merge(_both_roles(tables, seen), on=["agency", "role"], how="left")
    whole = ["searches", "own_searches", "outside_agencies"]
    joined[whole] = joined[whole].fillna(0).astype("int64")
    return joined


def _words(tables: Tables, searches: ir.Table, role: str) -> pd.DataFrame:
    """Texts that the rules matched in the broad scope, in the rules' own words, with counts and rows to look at."""
    broad = searches.filter(in_scope(searches, "broad"))
    labelled = find_periods("inauguration").label(_show_rule_words_only(broad))
    address = labelled.release + ":" + labelled.row.cast("string")
    order = [labelled.searched_at, labelled.release, labelled.row]
    found = (
        labelled.group_by(["agency", "category", "rule", "matched"])
        .agg(
            searches=count_distinct(labelled, "search_key"),
            before=count_distinct(labelled, "search_key", labelled.period == "before"),
            after=count_distinct(labelled, "search_key", labelled.period == "after"),
            first_day=labelled.local_date.min().cast("string"),
            last_day=labelled.local_date.max().cast("string"),
            rows=address.collect(order_by=order)[:EXAMPLES].join(" "),
        )
        .execute()
    )
    return found.sort_values(["agency", "searches", "matched", "rule"], ascending=[True, False, True, True])


def _show_rule_words_only(searches: ir.Table) -> ir.Table:
    """The searches with `matched` fit to leave the workspace: what stood between two words of a rule is left out."""
    texts = searches.select("matched").distinct().execute()["matched"]
    fit = pd.DataFrame({"matched": texts, "fit": [shown_words(text or "") for text in texts]})
    shown = searches.left_join(ibis.memtable(fit, schema={"matched": "string", "fit": "string"}), "matched")
    return shown.drop("matched", "matched_right").rename(matched="fit")


def _cited(tables: Tables, searches: ir.Table, role: str) -> pd.DataFrame:
    """Every row in the broad scope: which release and record, what category, which rule."""
    shown = searches.filter(in_scope(searches, "broad"))
    order = ["agency", "searched_at", "release", "row"]
    found = shown.select("agency", "release", "row", "searched_at", "category", "rule").order_by(order).execute()
    return found.assign(searched_at=found["searched_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _corrections(tables: Tables, searches: ir.Table, role: str) -> pd.DataFrame:
    """Searches whose reason was corrected by hand, by line of the file of corrections and what the rules would say.

    `of_all`: distinct searches over all lines, since one search can stand in releases that word it differently.
    """
    by_rules = tables.reasons.filter(tables.reasons.category_by_rules.notnull())
    corrected = searches.join(by_rules.select("reason_id", was="category_by_rules"), "reason_id")
    counted = (
        corrected.group_by(["agency", "rule", "was"])
        .agg(searches=corrected.search_key.nunique(), rows=corrected.count())
        .execute()
    )
    of_all = corrected.group_by("agency").agg(of_all=corrected.search_key.nunique()).execute()
    decided = pd.DataFrame(
        [
            (
                row.rule,
                row.line,
                scrub(row.text or row.pattern),
                row.category,
                *map(printed, (row.who, row.when, row.why)),
            )
            for row in read_overrides(tables.workspace).rows
        ],
        columns=["rule", "line", "shown", "category", "who", "when", "why"],
    ).astype({"line": "int64"})
    joined = counted.merge(decided, on="rule").merge(of_all, on="agency").drop(columns="rule")
    return joined.sort_values(["agency", "line", "was"], ignore_index=True)


def _sources(tables: Tables) -> pd.DataFrame:
    """The releases that hold an agency's rows, and its own releases even if they hold none."""

    def held(tables: Tables, searches: ir.Table, role: str) -> pd.DataFrame:
        return searches.group_by(["agency", "release"]).agg(rows=searches.count()).execute()

    rows = _both_roles(tables, held)
    own = tables.releases.dropna(subset=["producer"])
    own = pd.DataFrame(
        {
            "agency": own["producer"],
            "release": own["release"],
            "rows": 0,
            "role": own["kind"].map(lambda kind: "owner" if kind == "network" else "searcher"),
        }
    )
    rows = pd.concat([rows, own]).groupby(["agency", "role", "release"], as_index=False)["rows"].sum()
    about = tables.releases.drop(columns=[column.name for column in RELEASES.columns if column.private])
    places = [place_of(path, found) for path, found in zip(about["path"], about["tables_in_file"], strict=True)]
    facts = about.assign(
        file=[file_of(path) for path in about["path"]],
        folder=[folder_that_tells(place, read) for place, read in zip(places, about["rows_read"], strict=True)],
        first_searched_at=about["first_searched_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        last_searched_at=about["last_searched_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
    ).drop(columns=["path", "bytes", "producer_from", "sheet"])
    joined = rows.merge(facts, on="release")
    return joined.sort_values(["agency", "role", "first_searched_at", "file"], ignore_index=True)


def check_role(tables: AgencyTables, role: str) -> None:
    """Raise UnknownValue unless the agency stands in the data in this role."""
    if role not in ROLES:
        raise unknown("role", role, ROLES)
    if role not in tables.roles:
        raise UnknownValue(f"{tables.agency!r} is in the data only as {' and '.join(tables.roles)}, not as {role!r}.")
