"""What was searched before and since the rules of the camera owner's state, for all agencies at once.

The law that counts is that of the camera owner's state (`investigate.agencies.laws`). Nothing here judges: it counts
searches before and since a day.
"""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir
import pandas as pd

from investigate.agencies.laws import read_laws
from investigate.counts import ROLES, in_scope, is_read, list_agencies
from investigate.reasons.classify import SCOPES
from investigate.tables import Tables

# Why an agency's row of `count_under_laws` names no rule.
NO_STATE = "state not known"
NOT_CHECKED = "not checked"
NONE_COUNTED = "no rule with a known day"
NO_OWNER = "camera owner not known"
OWN_STATE_ONLY = "own state only"
# Where who searched sits, seen from the camera owner's state; every search is in one of them.
PARTS = ("outside", "unknown_state", "federal", "in_state", "own")
_SCOPES_OUTSIDE = ("outside_strict", "outside_broad")
NUMBERS = (
    "outside", "outside_strict", "outside_broad", "outside_searches", "outside_read", "other_agencies",
    "unknown_state", "federal", "in_state", "own", "unknown_state_unread", "federal_unread", "in_state_unread",
    "own_unread", "standard", "unread", "searches", "days",
)  # fmt: skip
COLUMNS = (
    "agency", "role", "state", "rule", "why", "starts", "ends", *NUMBERS, "first_day", "last_day",
    *(f"{name}_before" for name in NUMBERS),
)  # fmt: skip


def count_under_laws(tables: Tables, agencies: pd.DataFrame) -> pd.DataFrame:
    """Distinct searches before and since each counted rule of the camera owner's state, for all agencies in both roles.

    `agencies`: one row an agency: agency, state, kind; who is not in it has no known state. Gives one row an owner and
    rule of its state; for a searching agency one row a rule of each other state in which it searched cameras.
    Columns: agency, role, state (of the owners), rule, why (empty, or why no rule is named), starts, ends (local
    days of the log, as text). Then, of the days from `starts` on and not after `ends`, and with `_before` of the days
    before: searches in the standard scope by agencies `outside` that state, by agencies of unknown_state, by federal
    ones, by those in_state, and by the owner itself (own), which add up to `standard`; of those by agencies outside
    also outside_strict, outside_broad, outside_searches (of any reason), outside_read (with a reason to read) and
    other_agencies (how many searching agencies, or camera owners, on the other side); searches (all), unread (of these,
    without a reason to read; likewise of each other part) and days (that have any); first_day, last_day of `outside`.
    A search by an agency lies on the earliest of the days that the logs of a state give it, and is in a scope for every
    owner there if it is for one. Empty: not known, as no reason could be read.
    """
    known = _known(agencies)
    counted = [law for law in read_laws() if law.is_counted]
    found = list_agencies(tables)
    states = dict(zip(known["agency"], known["state"], strict=True))
    grids = {"owner": _owners(found, states), "searcher": _searchers(tables, found, states)}
    spans = sorted({(law.state, law.starts, law.ends) for law in counted if law.starts}, key=str)
    numbers = _count(tables, known, pd.DataFrame(spans, columns=["owner_state", "starts", "ends"], dtype=object))
    rules = pd.DataFrame(
        [(law.state, law.id, spans.index((law.state, law.starts, law.ends))) for law in counted if law.starts],
        columns=["state", "rule", "span"],
    )
    parts = []
    for role, grid in grids.items():
        under = grid.merge(rules, on="state", how="left").astype({"span": "Int64"})
        under["why"] = under["why"].where(under["rule"].isna())
        joined = under.merge(numbers[role].astype({"span": "Int64"}), on=["agency", "span"], how="left")
        parts.append(_finish(joined, spans).assign(role=role))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)].sort_values(
        ["agency", "role", "state", "rule"], ignore_index=True
    )


def _known(agencies: pd.DataFrame) -> pd.DataFrame:
    """One row an agency: agency, state, is_federal; missing values None."""
    rows = agencies.dropna(subset=["agency"]).drop_duplicates("agency")
    is_federal = rows["kind"].eq("federal")
    if "federal_immigration" in rows:
        is_federal |= rows["federal_immigration"].eq(True)
    state = rows["state"].astype(object).where(rows["state"].notna(), None)
    return pd.DataFrame({"agency": rows["agency"], "state": state, "is_federal": is_federal.astype(bool)})


def _why(state: str | None) -> str:
    """Why there is no row for a rule, where there is none."""
    if state is None:
        return NO_STATE
    return NONE_COUNTED if any(law.state == state for law in read_laws()) else NOT_CHECKED


def _owners(found: pd.DataFrame, states: dict[str, str | None]) -> pd.DataFrame:
    """One row a camera owner: agency, state, why."""
    owners = found.loc[found["role"] == "owner", "agency"]
    rows = [(owner, states.get(owner), _why(states.get(owner))) for owner in owners]
    return pd.DataFrame(rows, columns=["agency", "state", "why"], dtype=object)


def _searchers(tables: Tables, found: pd.DataFrame, states: dict[str, str | None]) -> pd.DataFrame:
    """One row a searching agency and other state in which cameras are that it searched: agency, state, why."""
    searches = tables.searches.filter(tables.searches.camera_owner.notnull())
    places = ibis.memtable(
        pd.DataFrame({"camera_owner": list(states), "owner_state": list(states.values())}, dtype=object),
        schema={"camera_owner": "string", "owner_state": "string"},
    )
    pairs = searches.left_join(places, "camera_owner").select("searching_agency", "owner_state").distinct().execute()
    searched: dict[str, set[str | None]] = {}
    for agency, state in pairs.dropna(subset=["searching_agency"]).itertuples(index=False):
        searched.setdefault(agency, set()).add(None if pd.isna(state) else state)
    rows: list[tuple[str, str | None, str]] = []
    for agency in found.loc[found["role"] == "searcher", "agency"]:
        elsewhere = [state for state in searched.get(agency, ()) if state is None or state != states.get(agency)]
        rows += [(agency, state, _why(state)) for state in elsewhere]
        if not elsewhere:
            rows.append((agency, None, OWN_STATE_ONLY if agency in searched else NO_OWNER))
    return pd.DataFrame(rows, columns=["agency", "state", "why"], dtype=object)


def _count(tables: Tables, known: pd.DataFrame, spans: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """By role: agency, span (row of `spans`), then NUMBERS and reads of the days in the span, and of those before."""
    searches = _one_row_a_search(tables, known, set(spans["owner_state"]))
    result = {}
    for role, column in ROLES.items():
        rows = _stretch(searches if role == "owner" else _one_answer(searches), spans)
        rows = rows.mutate(agency=rows[column]).filter(rows[column].notnull())
        numbers = _numbers(rows, "searching_agency" if role == "owner" else "camera_owner").execute()
        numbers = numbers.astype({"agency": object})
        since = numbers[numbers["stretch"] == "since"].drop(columns="stretch")
        before = numbers[numbers["stretch"] == "before"].drop(columns=["stretch", "first_day", "last_day"])
        before.columns = [name if name in {"agency", "span"} else f"{name}_before" for name in before.columns]
        result[role] = since.merge(before, on=["agency", "span"], how="outer")
    return result


def _stretch(searches: ir.Table, spans: pd.DataFrame) -> ir.Table:
    """Each search beside every span of its owner's state: before it, since it began, or over."""
    schema = {"owner_state": "string", "starts": "date", "ends": "date", "span": "int64"}
    under = searches.join(ibis.memtable(spans.assign(span=range(len(spans))), schema=schema), "owner_state")
    is_over = under.ends.notnull() & (under.day > under.ends)
    return under.mutate(stretch=ibis.cases((under.day < under.starts, "before"), (is_over, "over"), else_="since"))


def _one_answer(searches: ir.Table) -> ir.Table:
    """One day and one reading for a search that stands in the logs of several owners of a state."""
    same = ibis.window(group_by=["searching_agency", "owner_state", "search_key"])
    read = {name: searches[name].any().over(same) for name in ("is_read", *(f"is_{scope}" for scope in SCOPES))}
    return searches.mutate(day=searches.day.min().over(same), **read)


def _one_row_a_search(tables: Tables, known: pd.DataFrame, states: set[str]) -> ir.Table:
    """One row a camera owner in these states and search: who searched, from where, on which day, in which scopes."""
    names = {"agency": "string", "state": "string", "is_federal": "boolean"}
    owners = ibis.memtable(known[known["state"].isin(states)], schema=names)
    owners = owners.select(camera_owner="agency", owner_state="state")
    searchers = ibis.memtable(known, schema=names).select(
        searching_agency="agency", state="state", is_federal="is_federal"
    )
    rows = tables.searches.join(owners, "camera_owner")
    searches = rows.group_by(["camera_owner", "owner_state", "search_key"]).agg(
        searching_agency=rows.searching_agency.min(),
        is_own=(rows.is_own_search | (rows.searching_agency.lower() == rows.camera_owner.lower())).any(),
        day=rows.local_date.min(),
        is_read=is_read(rows).any(),
        **{f"is_{scope}": in_scope(rows, scope).any() for scope in SCOPES},
    )
    joined = searches.left_join(searchers, "searching_agency").drop("searching_agency_right")
    part = ibis.cases(
        (joined.is_own.fill_null(False), "own"),
        (joined.is_federal.fill_null(False), "federal"),
        (~joined.state.notnull(), "unknown_state"),
        (joined.state == joined.owner_state, "in_state"),
        else_="outside",
    )
    return joined.mutate(part=part)


def _numbers(rows: ir.Table, other: str) -> ir.Table:
    """One row an agency, span and stretch of days."""

    def searches(where: ir.BooleanValue) -> ir.IntegerScalar:
        return rows.search_key.nunique(where=where)

    outside = rows.part == "outside"
    related = outside & rows.is_standard
    numbers: dict[str, ir.Scalar] = {}
    for part in PARTS:
        is_in = rows.part == part
        numbers |= {part: searches(is_in & rows.is_standard), f"{part}_searches": searches(is_in)}
        numbers[f"{part}_read"] = searches(is_in & rows.is_read)
    return rows.group_by(["agency", "span", "stretch"]).agg(
        **numbers,
        outside_strict=searches(outside & rows.is_strict),
        outside_broad=searches(outside & rows.is_broad),
        other_agencies=rows[other].nunique(where=related),
        standard=searches(rows.is_standard),
        searches=rows.search_key.nunique(),
        read=searches(rows.is_read),
        days=rows.day.nunique(),
        first_day=rows.day.min(where=related).cast("string"),
        last_day=rows.day.max(where=related).cast("string"),
    )


def _finish(joined: pd.DataFrame, spans: list[tuple[str, dt.date, dt.date | None]]) -> pd.DataFrame:
    """0 where there were no searches, empty where none had a reason to read, or where there is no rule."""
    has_rule = joined["rule"].notna()
    text = {place: (str(starts), None if ends is None else str(ends)) for place, (_, starts, ends) in enumerate(spans)}
    joined["starts"] = [None if pd.isna(span) else text[span][0] for span in joined["span"]]
    joined["ends"] = [None if pd.isna(span) else text[span][1] for span in joined["span"]]
    for end in ("", "_before"):
        beside = [f"{part}_{what}" for part in PARTS for what in ("searches", "read")]
        whole = [f"{name}{end}" for name in dict.fromkeys((*NUMBERS, "read", *beside)) if not name.endswith("unread")]
        joined[whole] = joined[whole].astype("Int64").fillna(0).where(has_rule)
        joined[f"unread{end}"] = joined[f"searches{end}"] - joined[f"read{end}"]
        for part in PARTS[1:]:
            joined[f"{part}_unread{end}"] = joined[f"{part}_searches{end}"] - joined[f"{part}_read{end}"]
        of_part = dict.fromkeys(_SCOPES_OUTSIDE, "outside") | {part: part for part in PARTS}
        for name, part in of_part.items():
            _hide_unread(joined, f"{name}{end}", f"{part}_searches{end}", f"{part}_read{end}")
        _hide_unread(joined, f"standard{end}", f"searches{end}", f"read{end}")
        unknown_others = joined[f"outside{end}"].isna()
        joined[f"other_agencies{end}"] = joined[f"other_agencies{end}"].mask(unknown_others)
    return joined


def _hide_unread(frame: pd.DataFrame, number: str, searches: str, read: str) -> None:
    """Empty the number where there are searches and none of them had a reason to read."""
    is_unread = (frame[number] == 0) & (frame[searches] > 0) & (frame[read] == 0)
    frame[number] = frame[number].mask(is_unread.fillna(False))
