"""Searcher against owner on the page: from where the searches came, of what kind and how far away, and by whom."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from investigate.agencies.states import STATE_NAMES
from investigate.findings import count_of, say_count, say_day
from investigate.maps.flow import can_flow, map_flow, say_no_flow
from investigate.maps.searchers import PANELS, can_be_drawn, map_searchers
from investigate.scrub import printed
from investigate.searchers import (
    BANDS,
    COUNTED,
    FEDERAL,
    INSIDE,
    NOT_KNOWN,
    NOT_NAMED,
    OTHERS,
    OUTSIDE,
    OWN,
    UNRESOLVED,
)
from investigate.show import Report, each_role
from investigate.shown import Shown, figure_shown, folded, joined, nothing, table

MOST = 25  # agencies in the table
MOST_NAMED = 8  # federal immigration agencies in a sentence
OTHER = {"owner": "searching agency", "searcher": "camera owner"}
OTHERS_SAID = {"owner": ("searching agency", "searching agencies"), "searcher": ("camera owner", "camera owners")}
SEVERAL_OWNERS = (
    "One search can be of the cameras of several owners and stands with each: these numbers can add up to more than "
    "the searches. Owners that released no network audit are not among them."
)
GROUP_SAID = {FEDERAL: "federal agency", NOT_KNOWN: "not known from the name", NOT_NAMED: "no agency named in the file"}
MEANS = "before and after: standard scope; unread: no reason that could be read; its own are left out"
COUNTS = {
    "strict": "strict", "standard": "standard", "broad": "broad", "searches": "all searches", "before": "before",
    "after": "after", "unread": "unread", "agencies": "agencies",
}  # fmt: skip
TOP = {
    "partner": "", "partner_state": "state", "kind": "kind", "km": "km away", "standard": "standard",
    "searches": "all searches", "first_day": "first", "last_day": "last", "texts": "exact text matched (searches)",
}  # fmt: skip


def show_searchers(report: Report) -> Shown:
    """Who searched an owner's cameras, or whose cameras an agency searched: in state and out, by state, kind and
    distance, on a map, and the agencies with most immigration-related searches."""
    return each_role(report, lambda role: _show_role(report, role))


def _show_role(report: Report, role: str) -> Shown:
    placed, partners = report.rows("places", role), report.rows("partners", role)
    others = _group(placed, "own", OTHERS)
    if others is None:
        return nothing(_say_nobody(placed, printed(report.whose(role)), role))
    home = home_of(report, role)
    sentences = [
        _say_sides(placed, others, report, role, _text(home["state"])),
        *_say_more(placed, report, role),
        *_say_immigration_agencies(partners, role),
    ]
    if role == "searcher":
        sentences.append(SEVERAL_OWNERS)
    html = "".join(f'<p class="finding">{escape(sentence)}</p>' for sentence in sentences)
    top = Shown(f'<div class="findings">{html}</div>', "\n".join(sentences))
    parts = [top, *_map(report, role, placed, home), _top(partners, report, role)]
    return joined(*parts, folded("By state, kind of agency and distance", _tables(placed, report, role)))


def home_of(report: Report, role: str) -> dict[str, Any]:
    """The agency that a map is of, as maps take it: agency, state, lat, lon, empty where not known."""
    row = report.rows("agencies", role).iloc[0]
    return {"agency": report.agency, **{name: row.get(name) for name in ("state", "lat", "lon")}}


def _group(placed: pd.DataFrame, level: str, group: str) -> pd.Series | None:
    found = placed[(placed["level"] == level) & (placed["group"] == group)]
    return None if found.empty else found.iloc[0]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


# ---- in words -----------------------------------------------------------------------------------------


def _say_nobody(placed: pd.DataFrame, whose: str, role: str) -> str:
    if placed.empty:
        return "The files hold no searches to count."
    if _group(placed, "own", NOT_NAMED) is not None:
        if role == "searcher":
            return "The released files do not say whose cameras were searched: only a network audit does."
        return f"The released files do not name the agencies that made the searches {whose}."
    own = _group(placed, "own", OWN)
    number = count_of(0 if own is None else own["searches"], "search", "searches")
    if role == "searcher":
        return f"The files show {number} {whose} of its own cameras and none of those of others."
    return f"The files show {number} {whose} by itself and none by others."


def _say_sides(placed: pd.DataFrame, others: pd.Series, report: Report, role: str, state: str | None) -> str:
    whose = printed(report.whose(role))
    by_others = f"{whose} by others" if role == "owner" else f"{whose} of the cameras of others"
    standard = others["standard"]
    searches = count_of(others["searches"], "search", "searches")
    if pd.isna(standard):
        return f"Of {searches} {by_others} it is not known how many are immigration-related: no reason could be read."
    own = _say_own(_group(placed, "own", OWN), standard)
    unread = _say_unread(others)
    if not standard and others["searches"] == 1:
        return f"The one search {by_others} is not immigration-related (standard scope); {own}."
    if not standard:
        return f"Of {searches} {by_others}, none is immigration-related (standard scope){unread}; {own}."
    related = count_of(standard, "immigration-related search", "immigration-related searches")
    groups = (OUTSIDE, INSIDE, FEDERAL, NOT_KNOWN)
    sides = {one: _group(placed, "side", one) for one in groups}
    parts = [said for one, row in sides.items() if (said := _say_side(row, one, role, state))]
    least = "at least " if any(row is not None and pd.isna(row["standard"]) for row in sides.values()) else ""
    told = f"Of {least}{related} (standard scope) {by_others}, {', '.join(parts)}; {own}."
    if unread:
        told += f" Of all {searches} {by_others}, {unread.removeprefix(', and ').replace(' of them', '', 1)}."
    if state is None:
        told += (
            f" In which state {printed(report.agency)} lies is not known, so that in and out of state cannot be told "
            "apart."
        )
    return told


def _say_side(row: pd.Series | None, group: str, role: str, state: str | None) -> str | None:
    """`240 came from 31 searching agencies outside Illinois`; None where there is nothing to say."""
    if row is None or (not pd.isna(row["standard"]) and not row["standard"]):
        return None
    is_unread = pd.isna(row["standard"])
    number = "an unknown number" if is_unread else say_count(row["standard"])
    verb = "came from" if role == "owner" else f"{'was' if number == '1' else 'were'} of the cameras of"
    named = STATE_NAMES.get(state or "", state)
    where = {OUTSIDE: f" outside {named}", INSIDE: f" in {named}", FEDERAL: ""}.get(group)
    if where is None:
        where = " whose state the name does not say" if state else ""
    one, many = (f"federal {name}" if group == FEDERAL else name for name in OTHERS_SAID[role])
    return f"{number} {verb} {count_of(row['agencies' if is_unread else 'standard_agencies'], one, many)}{where}"


def _say_own(own: pd.Series | None, others: object) -> str:
    if own is None:
        return "the files hold no searches of its own cameras by itself"
    searches = count_of(own["searches"], "search", "searches")
    if pd.isna(own["standard"]):
        return f"of its own {searches}, which are not among them, it is not known how many are immigration-related"
    either = "" if others else " either"
    if not own["standard"] and own["searches"] == 1:
        return f"its own one search is not{either}"
    if not own["standard"]:
        return f"of its own {searches}, none is{either}{_say_unread(own)}"
    return f"its own {say_count(own['standard'])} {'is' if own['standard'] == 1 else 'are'} not among them"


def _say_unread(row: pd.Series) -> str:
    """`, and 9 of them show no reason that could be read`; empty where all can be read."""
    if pd.isna(row["unread"]) or not row["unread"]:
        return ""
    verb = "shows" if row["unread"] == 1 else "show"
    return f", and {say_count(row['unread'])} of them {verb} no reason that could be read"


def _say_more(placed: pd.DataFrame, report: Report, role: str) -> list[str]:
    """How many lie in each period, and those of which no file names the other side."""
    panels = panels_of_others(report, role, placed)
    told = "; ".join(f"{PANELS[name].lower()} {line}" for name, line in panels.items())
    said = [f"Immigration-related and by others: {told}."] if panels and role == "owner" else []
    said += [f"Immigration-related and of the cameras of others: {told}."] if panels and role == "searcher" else []
    unnamed = _group(placed, "own", NOT_NAMED)
    if unnamed is not None:
        number = count_of(unnamed["searches"], "more search", "more searches")
        related = f"{say_count(unnamed['standard'])} of them immigration-related"
        what = (
            "of which no file says whose cameras were searched" if role == "searcher" else "whose agency is not named"
        )
        said.append(f"The files hold {number} {what}, {related}{_say_unread(unnamed)}.")
    return said


def _say_immigration_agencies(partners: pd.DataFrame, role: str) -> list[str]:
    """Which federal immigration agencies searched these cameras themselves, whatever the reason."""
    if role != "owner":
        return []
    found = partners[partners["federal_immigration"].eq(True) & ~partners["is_own"].astype(bool)]
    if found.empty:
        return ["No search stands under the name of a federal immigration agency."]
    told = [
        f"{printed(row['partner'])} ({count_of(row['searches'], 'search', 'searches')}, {say_count(row['standard'])} "
        f"of them immigration-related by the stated reason{_say_unread(row)})"
        for _, row in found.head(MOST_NAMED).iterrows()
    ]
    left = len(found) - len(told)
    more = f" and {left:,} more" if left > 0 else ""
    return [f"Under the name of a federal immigration agency stand: {'; '.join(told)}{more}."]


# ---- map and tables -----------------------------------------------------------------------------------


def _map(report: Report, role: str, placed: pd.DataFrame, home: dict[str, Any]) -> list[Shown]:
    """The map, where there is anything to draw."""
    points = report.rows("points", role)
    states = _by_state(placed)
    panels = panels_of_others(report, role, placed)
    if points.empty or not panels:
        return []
    if not can_be_drawn(points):
        return [nothing(_say_no_map(points))]
    title = f"Immigration-related searches {printed(report.whose(role))}"
    return [figure_shown(map_searchers(points, states, home, title, panels, role))]


def show_flow(report: Report) -> Shown:
    """The same searches as bands between the states of the agencies on the other side and the seat of this one."""
    return each_role(report, lambda role: _show_flow(report, role))


def _show_flow(report: Report, role: str) -> Shown:
    placed = report.rows("places", role)
    panels = panels_of_others(report, role, placed)
    states = _by_state(placed)
    owner = home_of(report, role)
    if not panels or not states[list(panels)].fillna(0).to_numpy().any():
        return nothing("No map of flows is drawn: no immigration-related search by others is known by its state.")
    if not can_flow(owner):
        return nothing(say_no_flow(owner))
    title = f"Immigration-related searches {printed(report.whose(role))}"
    return figure_shown(map_flow(states, owner, title, panels, role))


def _by_state(placed: pd.DataFrame) -> pd.DataFrame:
    """Columns state, before, after, as the maps take them."""
    return placed[placed["level"] == "state"].rename(columns={"group": "state"})[["state", "before", "after"]]


def _say_no_map(points: pd.DataFrame) -> str:
    """Why there is no map: nothing is known of where they lie, or they lie in territories that no map here shows."""
    there = sorted(STATE_NAMES[state] for state in points["state"].dropna().unique() if state in STATE_NAMES)
    if not there:
        return "No map is drawn: of none of these agencies is it known where it lies."
    return f"No map is drawn: those agencies whose state is known lie in {', '.join(there)}, which it does not show."


def panels_of_others(report: Report, role: str, placed: pd.DataFrame) -> dict[str, str]:
    """The periods of which something is known, with what stands under their names."""
    periods = report.rows("periods", role)
    days = periods[periods["scope"] == "standard"].set_index("period")["covered_days"]
    others = _group(placed, "own", OTHERS)
    if others is None:
        return {}
    return {
        name: f"{count_of(others[name], 'search', 'searches')} on {count_of(days.get(name), 'covered day')}"
        for name in PANELS
        if not pd.isna(others[name])
    }


def _top(partners: pd.DataFrame, report: Report, role: str) -> Shown:
    related = partners[~partners["is_own"].astype(bool) & (partners["standard"].fillna(0) > 0)]
    if related.empty:
        return nothing(f"No {OTHER[role]} with an immigration-related search (standard scope) was found.")
    said = related.assign(
        partner=related["partner"].map(printed),
        partner_state=related["partner_state"].fillna(NOT_KNOWN),
        kind=[_kind(row.partner_kind, row.which) for row in related.itertuples()],
        km=[say_count(number) for number in related["km"]],
        first_day=related["first_day"].map(say_day),
        last_day=related["last_day"].map(say_day),
    )
    whose = printed(report.whose(role))
    caption = f"Immigration-related searches {whose} (standard scope), by {OTHER[role]}; its own are left out"
    return table(said, TOP | {"partner": OTHER[role]}, caption, MOST)


def _kind(kind: object, which: object) -> str:
    named = _text(kind) or UNRESOLVED
    return f"{named} ({which})" if _text(which) else named


def _tables(placed: pd.DataFrame, report: Report, role: str) -> Shown:
    whose = printed(report.whose(role))
    what = {"state": "state", "kind": "kind", "distance": "distance"}
    parts = []
    for level, head in what.items():
        rows = placed[placed["level"] == level]
        said = rows.assign(group=[_say_group(group, level) for group in rows["group"]])
        if level == "distance":
            said = said.iloc[rows["group"].map(_band_order).argsort(kind="stable")]
        if said[COUNTED].isna().any(axis=None):
            said = said.assign(**{name: said[name].map(say_count) for name in COUNTED})
        between = " between the two places" if level == "distance" else f" of the {OTHER[role]}"
        caption = f"Searches {whose}, by {head}{between}; {MEANS}"
        parts.append(table(said, {"group": head} | COUNTS, caption))
    return joined(*parts)


def _band_order(band: str) -> int:
    return list(BANDS).index(band) if band in BANDS else len(BANDS)


def _say_group(group: str, level: str) -> str:
    if level == "state" and group in STATE_NAMES:
        return STATE_NAMES[group]
    if level == "kind":
        return {NOT_NAMED: GROUP_SAID[NOT_NAMED], UNRESOLVED: GROUP_SAID[NOT_KNOWN]}.get(group, group)
    if level == "distance" and group == NOT_KNOWN:
        return "not known"
    return GROUP_SAID.get(group, group)
