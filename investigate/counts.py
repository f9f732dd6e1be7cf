"""Counts of searches by period, agency, category and release: rows, distinct searches and cases side by side.

What could not be read is never a zero: a group in which no reason was readable, or a period that the logs do
not cover, has no count of immigration-related searches at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from investigate.agencies.identify import identify_agency
from investigate.agencies.names import find_state
from investigate.agencies.tidy import printable
from investigate.counted import count_distinct
from investigate.errors import UnknownValue, unknown
from investigate.kept_counts import keep_count
from investigate.periods import PeriodSet, find_periods
from investigate.reasons.classify import SCOPES
from investigate.tables import Tables, open_tables
from investigate.workspace import Workspace

BY = ("searching_agency", "camera_owner", "searching_state", "category", "release")
UNITS = {"rows": None, "searches": "search_key", "cases": "case_id"}
ROLES = {"owner": "camera_owner", "searcher": "searching_agency"}
OTHER_SIDE = {"owner": "searching_agency", "searcher": "camera_owner"}
WHOSE = {"owner": "of the cameras of {}", "searcher": "by {}"}  # searches, in words
NOT_READ = ("blank", "withheld", "not_exported")
TOTALS = ["rows", "searches", "cases"]


def count_searches(
    by: str | Sequence[str] = (),
    *,
    scope: str = "standard",
    periods: str | Path | PeriodSet = "inauguration",
    agency: str | None = None,
    role: str | None = None,
    unit: str = "searches",
    without_own: bool = False,
    workspace: str | Path | Workspace | Tables | None = None,
) -> pd.DataFrame:
    """Immigration-related searches by group and period, as `investigate count` gives them.

    One row a group, period and scope: the `by` columns, period, scope, rows, searches, cases (of the group,
    whatever the reason), immigration_related and reason_known (in `unit`), per_1000 (those of the immigration-related
    whose reason is known, per 1,000 of reason_known), covered_days. Every period appears for every group. `scope` is
    strict, standard, broad, or `all` for one row each. `without_own` leaves out what a camera owner searched in its own
    network. Raises UnknownValue for an argument that is not among the valid ones.
    """
    columns = _check(by, scope, unit)
    tables = workspace if isinstance(workspace, Tables) else open_tables(workspace)
    period_set = find_periods(periods)
    chosen = choose_agency(tables, agency, role)
    if without_own:
        chosen = chosen.filter(~chosen.is_own_search.fill_null(False))
    question = (columns, period_set, agency, role, unit, without_own)
    numbers = keep_count(tables, question, lambda: _numbers(tables, chosen, period_set, columns, unit))
    return _finish(numbers, columns, scope, unit)


def _numbers(tables: Tables, chosen: ir.Table, period_set: PeriodSet, columns: list[str], unit: str) -> pd.DataFrame:
    """The numbers of every group in every period, in all scopes."""
    searches = _with_state(tables, chosen, columns)
    counted = _count(period_set.label(searches), columns, unit).execute()
    days = _covered_days(tables, searches, period_set, columns)
    names = period_set.names(*_span(tables, searches, columns))
    grid = _grid(searches, columns, names)
    return _join(_join(grid, counted, [*columns, "period"]), days, [c for c in [*columns, "period"] if c in days])


def _check(by: str | Sequence[str], scope: str, unit: str) -> list[str]:
    columns = [part.strip() for part in by.split(",") if part.strip()] if isinstance(by, str) else list(by)
    for column in columns:
        if column not in BY:
            raise unknown("column to count by", column, BY)
    if scope not in (*SCOPES, "all"):
        raise unknown("scope", scope, (*SCOPES, "all"))
    if unit not in UNITS:
        raise unknown("unit", unit, UNITS)
    return list(dict.fromkeys(columns))


def list_agencies(tables: Tables) -> pd.DataFrame:
    """Every agency in the data: columns agency, role (owner or searcher), rows; one row an agency and role.

    A producer whose file holds no rows is listed too, with 0 rows.
    """
    found = [
        tables.searches.select(agency=column).filter(ibis._.agency.notnull()).agency.value_counts(name="rows").execute()
        .assign(role=role)
        for role, column in ROLES.items()
    ]  # fmt: skip
    releases = tables.releases.dropna(subset=["producer"])
    produced = pd.DataFrame(
        {
            "agency": releases["producer"],
            "role": releases["kind"].map(lambda kind: "owner" if kind == "network" else "searcher"),
            "rows": 0,
        }
    )
    every = pd.concat([*found, produced]).groupby(["agency", "role"], as_index=False)["rows"].sum()
    return every.sort_values(["agency", "role"], ignore_index=True)


def by_role(searches: ir.Table) -> dict[str, ir.Table]:
    """For each role the searches in which it is known who has it, with that agency's name in the column `agency`."""
    return {
        role: searches.filter(searches[column].notnull()).mutate(agency=searches[column])
        for role, column in ROLES.items()
    }


def choose_agency(tables: Tables, agency: str | None, role: str | None) -> ir.Table:
    """The searches of one agency in one role, or all of them; raises UnknownValue for a name not in the data."""
    if role is not None and role not in ROLES:
        raise unknown("role", role, ROLES)
    if agency is None:
        if role is not None:
            raise UnknownValue(f"The role {role!r} says nothing without an agency. Add the agency's name.")
        return tables.searches
    everyone = list_agencies(tables)
    name = find_agency(agency, everyone["agency"].unique(), tables.agencies)
    roles = sorted(everyone.loc[everyone["agency"] == name, "role"])
    if role is None and len(roles) > 1:
        raise UnknownValue(
            f"{name!r} stands in the data both as camera owner and as searching agency, which must not be added "
            "up. Say which: role owner or role searcher."
        )
    chosen = role or roles[0]
    if chosen not in roles:
        raise UnknownValue(f"{name!r} is in the data only as {roles[0]}, not as {chosen}.")
    return tables.searches.filter(tables.searches[ROLES[chosen]] == name)


def find_agency(
    wanted: str, known: Iterable[str], agencies: pd.DataFrame | None = None, *, what: str = "agency"
) -> str:
    """The name under which an agency counts, from any spelling of it; raises UnknownValue with the nearest names.

    `agencies` is the table of spellings (`Tables.agencies`); without it only capitals may differ.
    """
    names = list(known)
    wanted = printable(wanted)  # a shell hands over bytes that are no text as halves of characters
    folded = wanted.strip().casefold()
    if wanted in names:
        return wanted
    alike = {name for name in names if name.casefold() == folded}
    if not alike and agencies is not None:
        same = (agencies["name"].str.casefold() == folded) | (agencies["key"] == identify_agency(wanted).key)
        alike = set(agencies.loc[same, "agency"]) & set(names)
    if not alike:
        raise unknown(what, wanted, names)
    if len(alike) > 1:
        told = ", ".join(map(repr, sorted(alike)))
        raise UnknownValue(f"{wanted!r} can be {len(alike)} agencies in the data: {told}. Name one of them.")
    return alike.pop()


def _with_state(tables: Tables, searches: ir.Table, columns: list[str]) -> ir.Table:
    if "searching_state" not in columns:
        return searches
    names = searches.select("searching_agency").distinct().execute()["searching_agency"].dropna()
    states = ibis.memtable(
        pd.DataFrame({"searching_agency": names, "searching_state": [find_state(name) for name in names]}),
        schema={"searching_agency": "string", "searching_state": "string"},
    )
    return searches.left_join(states, "searching_agency").drop("searching_agency_right")


def _count(searches: ir.Table, columns: list[str], unit: str) -> ir.Table:
    """One pass over the labelled searches: totals, and how many are in each scope and readable."""
    key = UNITS[unit]

    def units(where: ir.BooleanValue) -> ir.IntegerScalar:
        return searches.count(where=where) if key is None else count_distinct(searches, key, where)

    can_be_read = is_read(searches)
    scopes: dict[str, ir.IntegerScalar] = {}
    for scope in SCOPES:
        is_in = in_scope(searches, scope)
        scopes |= {f"in_{scope}": units(is_in), f"read_{scope}": units(is_in & can_be_read)}
    return searches.group_by([*columns, "period"]).agg(
        rows=searches.count(),
        searches=count_distinct(searches, "search_key"),
        cases=count_distinct(searches, "case_id"),
        reason_known=units(can_be_read),
        **scopes,
    )


def in_scope(rows: ir.Table, scope: str) -> ir.BooleanValue:
    """Whether the category of a row, of searches or of reasons, is in strict, standard or broad."""
    return rows.category.isin(sorted(SCOPES[scope]))


def is_read(searches: ir.Table) -> ir.BooleanValue:
    """Whether a reason could be read. A picked value in a file without a reason column can put a search into a
    scope, but never clear it: only such searches would be read there, and every rate be 1,000 per 1,000."""
    return searches.is_exported & searches.category.notin(NOT_READ)


def log_of(searches: ir.Table, columns: Sequence[str] = ()) -> ir.StringValue:
    """What has a coverage of its own: one producer's logs of one kind; by release, each release."""
    if "release" in columns:
        return searches.release
    return ibis.coalesce(searches.producer, searches.release) + "|" + searches.kind


def _covered_days(tables: Tables, searches: ir.Table, periods: PeriodSet, columns: list[str]) -> pd.DataFrame:
    """Per period, the local days with any row in the logs that hold the group (days of the log, not of the
    group), and whether any reason in those logs could be read then."""
    every = tables.searches
    groups = [name for name in columns if name != "category"]
    marked = every.mutate(log=log_of(every, columns), is_read=is_read(every))
    labelled = periods.label(marked)
    days = labelled.group_by(["log", "period", "local_date"]).agg(is_read=labelled.is_read.any())
    logs = searches.mutate(log=log_of(searches, columns)).select(*groups, "log").distinct()
    joined = logs.join(days, "log")
    per_period = joined.group_by([*groups, "period"])
    return per_period.agg(covered_days=joined.local_date.nunique(), is_read=joined.is_read.any()).execute()


def _span(tables: Tables, searches: ir.Table, columns: list[str]) -> tuple[dt.date | None, dt.date | None]:
    """First and last local day that the logs which hold these searches cover."""
    logs = searches.select(log=log_of(searches, columns)).distinct().execute()["log"]
    every = tables.searches
    days = every.filter(log_of(every, columns).isin(logs.tolist()))
    edges = days.agg(first=days.local_date.min(), last=days.local_date.max()).execute().iloc[0]
    return tuple(None if pd.isna(edge) else pd.Timestamp(edge).date() for edge in edges)  # type: ignore[return-value]


def _grid(searches: ir.Table, columns: list[str], names: Iterable[str]) -> pd.DataFrame:
    """Every group with every period, so that a period without searches is seen and not missing."""
    periods = pd.DataFrame({"period": list(names)}, dtype="object")
    if not columns:
        return periods
    groups = searches.select(*columns).distinct().execute().astype(object)
    groups = groups.sort_values(columns, ignore_index=True, na_position="last")
    return groups.merge(periods, how="cross")


def _join(left: pd.DataFrame, right: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    """Left join in which an unknown group meets the unknown group."""
    keys = dict.fromkeys(on, object)
    return left.astype(keys).merge(right.astype(keys), on=on, how="left")


def _finish(joined: pd.DataFrame, columns: list[str], scope: str, unit: str) -> pd.DataFrame:
    numbers = [f"{what}_{name}" for name in SCOPES for what in ("in", "read")]
    whole = [*TOTALS, "reason_known", "covered_days", *numbers]
    joined[whole] = joined[whole].fillna(0).astype("int64")
    known = joined["reason_known"] > 0
    nothing_there = (joined["rows"] == 0) & joined["is_read"].eq(True)
    scopes = list(SCOPES) if scope == "all" else [scope]
    parts = []
    for name in scopes:
        found = joined[f"in_{name}"]
        related = found.astype("Int64").where(known | nothing_there | (found > 0))
        read = joined["reason_known"].where(known).astype("Float64")
        rate = (joined[f"read_{name}"].astype("Float64") * 1000 / read).round(6)
        parts.append(joined.assign(scope=name, immigration_related=related, per_1000=rate))
    result = pd.concat(parts) if parts else joined
    order = [
        *columns,
        "period",
        "scope",
        *TOTALS,
        "immigration_related",
        "reason_known",
        "per_1000",
        "covered_days",
    ]
    return result.sort_index(kind="stable")[order].reset_index(drop=True)
