"""Findings as sentences and as canonical JSON: what the numbers say, with what bounds them in the same breath."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from investigate.comparison.by_agency import MAIN
from investigate.comparison.said import say_comparison
from investigate.periods import CUT_SAID, INAUGURATION
from investigate.reasons.classify import RULES_VERSION, SCOPES
from investigate.report_tables import AgencyTables
from investigate.review.told import read_score
from investigate.said import count_of, is_unknown, say_count, say_day, say_rate

ENOUGH_FOR_A_RATE = 1000  # searches: below it, "per 1,000" would speak of more than there are
ROLE_SAID = {"owner": "As camera owner", "searcher": "As searching agency"}
PERIOD_SAID = {"before": "Before the inauguration", "after": "After the inauguration"}


def totals_of(tables: AgencyTables, role: str) -> dict[str, Any]:
    """One role's whole-log numbers: rows, searches, reason_known, the count in each scope (None = not known).

    The two periods of the inauguration hold every search once, so their counts may be added; a case can lie in
    both and is not.
    """
    mine = tables.periods[tables.periods["role"] == role]
    standard = mine[mine["scope"] == "standard"]
    totals: dict[str, Any] = {name: int(standard[name].sum()) for name in ("rows", "searches", "reason_known")}
    for scope in SCOPES:
        totals[scope] = plain(mine.loc[mine["scope"] == scope, "immigration_related"].sum(min_count=1))
    # Rates of the two periods, weighted by what they are rates of: the rate over both.
    weighted = (standard["per_1000"] * standard["reason_known"]).sum(min_count=1)
    known = totals["reason_known"] and not is_unknown(weighted)
    totals["per_1000"] = round(float(weighted) / totals["reason_known"], 6) if known else None
    return totals


def find_sentences(tables: AgencyTables, role: str) -> list[str]:
    """The findings for one role of an agency: the first sentence is the headline."""
    agency = tables.agencies[tables.agencies["role"] == role].iloc[0]
    totals = totals_of(tables, role)
    if not totals["searches"]:
        return [
            f"The released files of {tables.agency} hold no searches. None published is not proof that there were none."
        ]
    frame = _say_frame(tables.agency, role, agency, totals)
    return [
        _say_headline(tables.agency, role, totals),
        frame,
        *_say_periods(tables, role),
        *_say_unread(tables, role, totals),
    ]


def _say_frame(name: str, role: str, agency: pd.Series, totals: dict[str, Any]) -> str:
    span = f"From {say_day(agency['first_day'])} to {say_day(agency['last_day'])}"
    searches = count_of(totals["searches"], "distinct search", "distinct searches")
    size = f"{searches} ({count_of(totals['rows'], 'row')})"
    if role == "owner":
        others = count_of(agency["outside_agencies"], "agency", "agencies")
        own = f"{say_count(agency['own_searches'])} of them its own"
        return f"{span}, {others} searched networks that include the cameras of {name}: {size}, {own}."
    return f"{span}, the released files show {size} by {name}."


def _say_headline(name: str, role: str, totals: dict[str, Any]) -> str:
    whose = f"of the cameras of {name}" if role == "owner" else f"by {name}"
    if totals["standard"] is None:
        return (
            f"How many searches {whose} were for immigration enforcement cannot be known: "
            "the released files show no reason that could be read."
        )
    read = count_of(totals["reason_known"], "search", "searches")
    out_of = "" if totals["reason_known"] == totals["searches"] else f" (of {say_count(totals['searches'])} in all)"
    spread = f"{say_count(totals['strict'])} by the strict reading, {say_count(totals['broad'])} by the broad one"
    which = f"{read} {whose} whose reason can be read{out_of}"
    if not totals["standard"]:
        return f"None of the {which} mentions immigration enforcement; {spread}."
    verb = "states" if totals["standard"] == 1 else "state"
    rate = f", {say_rate(totals['per_1000'])} in every 1,000" if totals["reason_known"] >= ENOUGH_FOR_A_RATE else ""
    related = say_count(totals["standard"])
    return f"{related} of the {which} {verb} a reason that mentions immigration enforcement ({spread}){rate}."


def _say_periods(tables: AgencyTables, role: str) -> list[str]:
    standard = tables.periods[(tables.periods["role"] == role) & (tables.periods["scope"] == "standard")]
    by_period = {row["period"]: row for _, row in standard.iterrows()}
    said = [_say_period(PERIOD_SAID[name], by_period[name]) for name in PERIOD_SAID if name in by_period]
    empty = [name for name in PERIOD_SAID if not by_period[name]["covered_days"]]
    said += [] if empty else [f"The cut is {CUT_SAID}; the two stretches are not equally long."]
    compared = main_comparison(tables, role)
    return [*said, *([" ".join(say_comparison(compared))] if compared else [])]


def main_comparison(tables: AgencyTables, role: str) -> dict[str, Any] | None:
    """Before against after the inauguration in the standard scope: a row of the table comparison, if there is one."""
    mine = tables.comparison[(tables.comparison["role"] == role) & (tables.comparison["pair"] == MAIN)]
    standard = mine[mine["scope"] == "standard"]
    return None if standard.empty else standard.iloc[0].to_dict()


def _say_period(label: str, row: pd.Series) -> str:
    if not row["covered_days"]:
        return f"{label}: no day is covered by the released files."
    days = count_of(row["covered_days"], "covered day")
    if is_unknown(row["immigration_related"]):
        searches = count_of(row["searches"], "search", "searches")
        return f"{label}: {searches} on {days}, none with a reason that could be read."
    rate = f" ({say_rate(row['per_1000'])} per 1,000)" if row["reason_known"] >= ENOUGH_FOR_A_RATE else ""
    related, read = say_count(row["immigration_related"]), count_of(row["reason_known"], "search", "searches")
    return f"{label}: {related} of {read}{rate} on {days}."


def _say_unread(tables: AgencyTables, role: str, totals: dict[str, Any]) -> list[str]:
    """How many searches have no reason that could be read, and why: they count neither way."""
    unread = totals["searches"] - totals["reason_known"]
    if not unread:
        return []
    mine = tables.categories[tables.categories["role"] == role]
    seen = set(mine.loc[mine["searches"] > 0, "category"])
    named = {"blank": "left blank", "withheld": "withheld", "not_exported": "in files without a reason column"}
    why = " or ".join(said for kind, said in named.items() if kind in seen)
    verb = "shows" if unread == 1 else "show"
    many = count_of(unread, "search", "searches")
    return [f"{many} {verb} no reason that could be read ({why}): counted neither way."]


def describe_span(tables: AgencyTables, roles: Sequence[str]) -> str:
    """What a page is about, in a line: the role or roles and the days that the released files show."""
    mine = tables.agencies[tables.agencies["role"].isin(list(roles))].dropna(subset=["first_day"])
    said = " and ".join(ROLE_SAID[role].lower() for role in roles)
    if mine.empty:
        return f"In released lookup logs, {said}."
    first, last = say_day(mine["first_day"].min()), say_day(mine["last_day"].max())
    return f"In released lookup logs from {first} to {last}, {said}."


def agency_findings(tables: AgencyTables, slug: str, version: str) -> dict[str, Any]:
    """Everything that one agency's page says, as plain numbers: what `findings.json` holds."""
    return {
        "agency": tables.agency,
        "slug": slug,
        "package_version": version,
        "rules_version": RULES_VERSION,
        "inauguration_cut": INAUGURATION.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "unit": "searches",
        "is_invented_sample": tables.workspace.is_sample,
        "review": read_score(tables.workspace),
        "roles": [_role_findings(tables, role) for role in tables.roles],
    }


def _role_findings(tables: AgencyTables, role: str) -> dict[str, Any]:
    agency = tables.agencies[tables.agencies["role"] == role].iloc[0]
    totals = totals_of(tables, role)
    return {
        "role": role,
        "sentences": find_sentences(tables, role),
        **{name: plain(agency[name]) for name in ("state", "place", "county_fips", "kind", "which", "flags")},
        "spellings": plain(agency["spellings"]),
        "first_day": plain(agency["first_day"]),
        "last_day": plain(agency["last_day"]),
        **totals,
        **{name: records_of(getattr(tables, name), role) for name in ("periods", "months", "categories", "words")},
        **{name: records_of(getattr(tables, name), role) for name in ("partners", "sources", "cited", "corrections")},
        **{name: records_of(getattr(tables, name), role) for name in ("quiet", "switch", "no_case", "clues")},
        **{name: records_of(getattr(tables, name), role) for name in ("strings", "rivals", "rival_words")},
        **{name: records_of(getattr(tables, name), role) for name in ("places", "laws", "agreements", "sharing")},
        **{name: records_of(getattr(tables, name), role) for name in ("points", "near_agreements", "breadth")},
        **{name: records_of(getattr(tables, name), role) for name in ("comparison", "variants", "days", "covered")},
        "queried": _queried(tables, role),
    }


def _queried(tables: AgencyTables, role: str) -> list[dict[str, Any]]:
    """How many cameras of which network are known by which rule, and from where: of an owner its own network, of a
    searching agency the networks of others that it searched. Places of cameras stand on the map alone."""
    cameras = tables.queried
    mine = cameras["agency"] == tables.agency
    what = ["agency", "by", "not_placed", "source", "snapshot", "attribution"]
    counted = cameras[mine if role == "owner" else ~mine].groupby(what, dropna=False).size().reset_index(name="cameras")
    counted["snapshot"] = counted["snapshot"].map(lambda day: None if is_unknown(day) else str(day)[:10])
    return [{name: plain(value) for name, value in record.items()} for record in counted.to_dict("records")]


def records_of(frame: pd.DataFrame, role: str) -> list[dict[str, Any]]:
    """One role's rows as plain records; unknown is None."""
    mine = frame[frame["role"] == role]
    columns = {name: _plain_column(mine[name]) for name in mine if name != "role"}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _plain_column(column: pd.Series) -> list[Any]:
    """`plain` of each value; whole numbers and truths without gaps need no look at each."""
    values = column.tolist()
    has_no_gaps = isinstance(column.dtype, np.dtype) and column.dtype.kind in "bi"
    return values if has_no_gaps else [plain(value) for value in values]


def plain(value: Any) -> Any:
    """A value as JSON holds it; unknown is None, a day its text."""
    if is_unknown(value):
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return value.item() if hasattr(value, "item") else value


def canonical_json(content: object) -> str:
    """JSON whose bytes depend on the content only: sorted keys, no NaN, two blanks, a line feed at the end."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
