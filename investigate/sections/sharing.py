"""Whom an agency shares with, as sharing lists state it: offices of immigration enforcement first, then all others.

A setting is not a search. Role owner: who may see what the agency's cameras saw; searcher: whose cameras it may search.
"""

from __future__ import annotations

import datetime as dt
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from investigate.agencies.identify import identify_agencies
from investigate.agencies.programs import list_sheets, match_agreements, read_agreements
from investigate.errors import UnknownValue, nearest
from investigate.findings import ROLE_SAID, count_of
from investigate.quality.wording import file_of
from investigate.scrub import printed
from investigate.sections.sharing_said import (
    MOST_NAMED,
    TO_BE_CONFIRMED,
    iso,
    say_agreed,
    say_change,
    say_reach,
    sentences,
)
from investigate.sharing.compare import ONE_SIDE, UNCHANGED, compare_sharing
from investigate.sharing.kept import read_sharing_releases
from investigate.sharing.partners import WHAT, days_as_text, open_sharing, sharing_partners
from investigate.sharing.reach import NOT_A_FLOW, reach_immigration
from investigate.sharing.table import DETECTIONS, HOT_LISTS, NETWORKS
from investigate.sharing_charts import NO_STATE, by_most, chart_partners
from investigate.show import Report, each_role
from investigate.shown import Shown, figure_shown, folded, joined, nothing, table
from investigate.workspace import Workspace

ENOUGH_TO_DRAW = 5
MOST_PATHS = 100
MOST_ENTRIES = 5_000  # no list seen has a tenth of it; a page must still open
NOT_A_SEARCH = (
    "A sharing setting is not a search: it says who was let in on a day, not that anyone looked. An agency that is not "
    "on a list may have got in another way."
)
HOW_TO_GET = (
    "To get one, ask the agency for its sharing list (Flock: the networks it shares with and those shared with it; "
    "Vigilant LEARN: the Agency Data Sharing Report) and load it with `investigate sharing FILE`."
)
NO_LISTS = f"No sharing list is loaded in this workspace; that is not a zero. {HOW_TO_GET}"
WHO = {
    ("owner", NETWORKS): "that may search {its} cameras",
    ("owner", DETECTIONS): "that may see {its} detections",
    ("owner", HOT_LISTS): "to which {it} sends hot lists",
    ("searcher", NETWORKS): "whose cameras {it} may search",
    ("searcher", DETECTIONS): "whose detections {it} may see",
    ("searcher", HOT_LISTS): "from which {it} gets hot lists",
}
ELSE = {"owner": "with which {{it}} shares ({})", "searcher": "that share with {{it}} ({})"}
OFFICES = {
    "released_name": "name as released", "said": "what", "day": "newest list", "now": "stands in", "status": "status",
    "stated_by": "stated in", "listed_by": "whose list", "at": "rows to look at",
}  # fmt: skip
AGREED = {
    "partner": "agency", "agreement_287g": "287(g) agreement", "signed_287g": "first signed", "said": "what",
    "day": "newest list",
}  # fmt: skip
EVERYONE = {
    "partner": "agency", "said": "what", "state": "state", "kind": "kind", "office": "federal immigration office",
    "agreement_287g": "287(g) agreement", "distance_km": "km", "first_as_of": "oldest list", "day": "newest list",
    "now": "stands in", "stated_by": "stated in", "released_name": "name as released", "hot_list": "hot list",
    "status": "status", "at": "rows to look at",
}  # fmt: skip


def show_sharing(report: Report) -> Shown:
    """Whom the agency shares with: federal immigration offices, 287(g) partners, states and kinds, the whole list."""
    return each_role(report, lambda role: _show_role(report.rows("sharing", role), report.agency, role), cites=False)


def show_partners_of(
    agency: str, workspace: str | Path | Workspace | None = None, matched: pd.DataFrame | None = None
) -> Shown:
    """The same for any agency that a loaded list names, also where no search log does. `matched`: 287(g) agreements;
    default: those in the sheets of the workspace."""
    sharing = open_sharing(workspace)
    if sharing.empty:
        return nothing(NO_LISTS)
    rows = sharing_partners(sharing, agency, matched=matched, workspace=workspace)
    if matched is None and len(rows) and list_sheets(workspace):
        agreed = match_agreements(identify_agencies(rows["partner"].unique(), workspace), read_agreements(workspace))
        rows = sharing_partners(sharing, agency, matched=agreed.matched, workspace=workspace)
    rows = days_as_text(rows)
    if rows.empty:
        close = nearest(agency, {*sharing["owner"].dropna(), *sharing["recipient"].dropna()})
        like = f" Names on the lists that are like it: {', '.join(map(printed, close))}." if close else ""
        return nothing(f"No loaded list names {printed(agency)!r}; that is not a zero.{like}")
    parts = []
    for role in ("owner", "searcher"):
        shown = _show_role(rows[rows["role"] == role], agency, role)
        parts.append(Shown(f"<h3>{ROLE_SAID[role]}</h3>{shown.html}", f"{ROLE_SAID[role]}\n{shown.text}"))
    return joined(*parts)


def show_sharing_lists(workspace: str | Path | Workspace | None = None) -> Shown:
    """Which lists are loaded: whose, of which day, how many names, and what the loader warned of."""
    entries = read_sharing_releases(workspace)
    if not entries:
        return nothing(NO_LISTS)
    sharing = open_sharing(workspace)
    files = pd.DataFrame(
        [{"release": entry["release"], "file": file_of(entry["path"]), "layout": entry["layout"]} for entry in entries]
    )
    named = sharing.assign(
        office=sharing["federal_immigration"] | sharing["owner_federal_immigration"],
        is_pair=sharing["owner"].notna() & sharing["recipient"].notna(),
        as_of=sharing["as_of"].map(iso),
    )
    keys = ["release", "listed_by", "system", "direction", WHAT, "as_of"]
    counted = named.groupby(keys, dropna=False, as_index=False).agg(pairs=("is_pair", "sum"), offices=("office", "sum"))
    rows = files.merge(counted, on="release", how="left")
    rows = rows.assign(
        as_of=rows["as_of"].fillna("not known"), **{n: rows[n].astype("Int64") for n in ("pairs", "offices")}
    )
    columns = {
        "file": "file", "listed_by": "whose list", "system": "system", "direction": "direction", WHAT: "what",
        "as_of": "day", "pairs": "agencies named", "offices": "federal immigration offices", "release": "release",
    }  # fmt: skip
    said = [f"{file_of(entry['path'])}: {warning}" for entry in entries for warning in entry["warnings"]]
    pairs = count_of(int(named["is_pair"].sum()), "pair")
    head = nothing(f"{count_of(len(entries), 'sharing list file')} with {pairs} of agencies.")
    lists = table(rows, columns, "Sharing lists that are loaded")
    return joined(head, lists, *map(_caution, said), nothing(NOT_A_SEARCH))


def show_reach(workspace: str | Path | Workspace | None = None) -> Shown:
    """Which agencies' data reach a federal immigration office in one step or two, by all loaded lists together."""
    sharing = open_sharing(workspace)
    if sharing.empty:
        return nothing(NO_LISTS)
    found = reach_immigration(sharing, workspace=workspace)
    head = nothing(say_reach(found))
    if found.empty:
        return joined(head, nothing(NOT_A_SEARCH))
    told = found.assign(
        **{f"{one}_day": found[f"{one}_as_of"].map(iso) for one in ("first", "second")},
        **{f"{one}_at": _places(found, f"{one}_") for one in ("first", "second")},
    )
    columns = {"agency": "agency", "state": "state", "first_recipient": "office as released", "standing": "stands in",
               "offices": "offices",
               "first_day": "list of", "first_listed_by": "whose list", "first_at": "rows to look at",
               "caution": "to know"}  # fmt: skip
    both = columns | {"first_recipient": "shares with", "second_recipient": "which shares with", "paths": "paths"}
    both |= {"second_day": "second list of", "second_listed_by": "whose second list", "second_at": "second rows"}
    both.pop("offices")
    parts = [head]
    one, two = told[told["steps"] == 1], told[told["steps"] == 2].drop_duplicates("agency")
    if len(one):
        parts.append(
            table(one, columns, "One step: a federal immigration office is let in, or was by an older list", MOST_PATHS)
        )
    if len(two):
        parts.append(folded("Two steps", table(two, both, "Two steps: one path of each agency", MOST_PATHS)))
    return joined(*parts, nothing(f"{NOT_A_FLOW} {NOT_A_SEARCH}"))


def show_sharing_change(
    before: pd.DataFrame | str | dt.date,
    after: pd.DataFrame | str | dt.date,
    workspace: str | Path | Workspace | None = None,
    agency: str | None = None,
) -> Shown:
    """Who was added and removed between two days or two lists; where it cannot be told, a sentence on why."""
    try:
        changes = compare_sharing(before, after, workspace, agency=agency)
    except UnknownValue as refused:
        return nothing(f"Not compared. {printed(str(refused))}")
    is_received = changes["direction"] == "received"
    changes = changes.assign(
        lister=changes["recipient"].where(is_received, changes["owner"]),
        partner=changes["owner"].where(is_received, changes["recipient"]),
        office=changes["federal_immigration"].map({True: "yes", False: ""}),
    )
    said = [say_change(rows) for _, rows in changes.groupby(["lister", "system", WHAT, "direction"], sort=False)]
    columns = {"lister": "whose list", "system": "system", WHAT: "what", "direction": "direction", "change": "change",
               "before_name": "name before", "after_name": "name after",
               "office": "federal immigration office"}  # fmt: skip
    moved = changes[changes["change"] != UNCHANGED].sort_values("office", ascending=False, kind="stable")
    left_out = changes.attrs["left_out"]
    one_sided = [sentence for sentence in left_out if sentence.startswith(ONE_SIDE)]
    left_out = [sentence for sentence in left_out if sentence not in one_sided]
    if len(one_sided) > 1:
        many = f"{count_of(len(one_sided), 'list stands', 'lists stand')} on one side only and could not be compared"
        one_sided = [f"{many}, the first of them that of {one_sided[0].removeprefix(ONE_SIDE)}"]
    parts = [*map(nothing, said), *map(nothing, [*one_sided, *left_out[:MOST_NAMED]])]
    if len(left_out) > MOST_NAMED:
        parts.append(nothing(f"{count_of(len(left_out) - MOST_NAMED, 'other list')} could not be compared either."))
    if len(moved):
        parts.append(
            table(moved, columns, "What changed from one list to the other, federal immigration offices first")
        )
    careful = "An agency whose name changed in more than its spelling stands as one removed and one added."
    return joined(*parts, nothing(f"{careful} {NOT_A_SEARCH}"))


# ---- one role of one agency ---------------------------------------------------------------------------


def _show_role(rows: pd.DataFrame, agency: str, role: str) -> Shown:
    if rows.empty:
        side = "says who may search its cameras" if role == "owner" else "says whose cameras it may search"
        return nothing(f"No sharing list that {side} is loaded for {printed(agency)}; that is not a zero. {HOW_TO_GET}")
    told = _told(rows, role)
    others = told[~told["itself"]]
    now = others[others["in_newest_list"]]
    parts = [nothing(sentence) for sentence in sentences(told, agency, role)]
    offices = others[others["federal_immigration"]]
    if len(offices):
        parts.append(table(offices, OFFICES, "Federal immigration offices, by their exact names on the lists"))
    agreed = others[others["agreement_287g"].notna()]
    if len(agreed):
        parts.append(nothing(say_agreed(agreed)))
        parts.append(table(agreed, AGREED, f"Partners with an agreement under section 287(g): {TO_BE_CONFIRMED}"))
    seen = now[now[WHAT] != HOT_LISTS]
    if seen["partner"].nunique() >= ENOUGH_TO_DRAW:
        parts += [figure_shown(chart_partners(seen, _caption(agency, role))), *_small_tables(seen)]
    if others.empty:
        return joined(*parts, nothing(NOT_A_SEARCH))
    parts.append(folded(f"The whole list ({count_of(len(others), 'entry', 'entries')})", _whole(others)))
    return joined(*parts, nothing(NOT_A_SEARCH))


def _caption(agency: str, role: str) -> str:
    name = printed(agency)
    who = f"that {name} lets in" if role == "owner" else f"that let {name} in"
    return f"Agencies {who}, by the newest lists; state and kind as far as names say."


def _told(rows: pd.DataFrame, role: str) -> pd.DataFrame:
    """The rows in words, as tables and sentences show them."""
    texts = {name: [printed(text) if isinstance(text, str) else "" for text in rows[name]]
             for name in ("partner", "released_name", "listed_by")}  # fmt: skip
    return rows.assign(
        **texts,
        said=rows["system"] + ", " + rows[WHAT],
        day=rows["last_as_of"].fillna("not known"),
        at=_places(rows),
        office=rows["federal_immigration"].map({True: "yes", False: ""}),
        now=np.select(
            [~rows["in_newest_list"], ~rows["in_dated_list"]], ["an older list only", "a list without a date"], ""
        ),
        who=[WHO.get((role, what)) or ELSE[role].format(_no_braces(what)) for what in rows[WHAT]],
    ).sort_values(["partner", "system", WHAT])


def _places(rows: pd.DataFrame, prefix: str = "") -> pd.Series:
    """Where a statement stands: `3f1c09ab77de:12, page 3`."""
    said = [
        "" if pd.isna(row) else f"{release}:{row}" + ("" if pd.isna(page) else f", page {page}")
        for release, row, page in zip(*(rows[f"{prefix}{name}"] for name in ("release", "row", "page")), strict=True)
    ]
    return pd.Series(said, index=rows.index, dtype=object)


def _no_braces(text: str) -> str:
    return printed(text).replace("{", "(").replace("}", ")")


def _small_tables(rows: pd.DataFrame) -> list[Shown]:
    """How many partners of each kind and in each state, and how many of them are federal immigration offices."""
    one = rows.sort_values("federal_immigration", ascending=False).drop_duplicates("partner")
    kinds = _counted(one.assign(kind=one["kind"].fillna("unresolved")), "kind", "unresolved")
    states = _counted(one.assign(state=one["state"].fillna(NO_STATE)), "state", NO_STATE)
    columns = {"partners": "agencies", "offices": "federal immigration offices"}
    return [
        table(kinds, {"kind": "kind"} | columns, "By kind"),
        folded("By state", table(states, {"state": "state"} | columns, "Agencies by state")),
    ]


def _counted(rows: pd.DataFrame, column: str, last: str) -> pd.DataFrame:
    counts = by_most(rows[column], last).rename("partners")
    offices = rows.groupby(column)["federal_immigration"].sum().rename("offices")
    return pd.concat([counts, offices.reindex(counts.index)], axis=1).rename_axis(column).reset_index()


def _whole(rows: pd.DataFrame) -> Shown:
    """Every entry; columns that say nothing here are left out."""
    rows = rows.assign(
        released_name=rows["released_name"].mask(rows["released_name"] == rows["partner"], ""),
        first_as_of=rows["first_as_of"].mask(rows["first_as_of"] == rows["last_as_of"]),
    )
    blank = rows[list(EVERYONE)].astype(object).fillna("").eq("").all()
    columns = {name: said for name, said in EVERYONE.items() if not blank[name]}
    return table(rows, columns, "Every agency on the lists, in the order of the alphabet", MOST_ENTRIES)


# ---- over all lists -----------------------------------------------------------------------------------


def _caution(sentence: str) -> Shown:
    return Shown(f'<p class="caution">{escape(printed(sentence))}</p>', printed(sentence))
