"""The sentences on sharing lists: whose list of which day named how many, offices by name, what an older list says.

A list without a date, one that is nobody's, and settings that a newer list lacks stand in sentences of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from investigate.agencies.federal import find_federal
from investigate.findings import count_of, say_count, say_day
from investigate.quality.wording import listed
from investigate.scrub import printed
from investigate.sharing.compare import ADDED, NOT_KNOWN, REMOVED, RENAMED, UNCHANGED
from investigate.sharing.partners import WHAT
from investigate.sharing.reach import ASLEEP, NOW, OLDER
from investigate.sharing.table import HOT_LISTS

MOST_NAMED = 12
TO_BE_CONFIRMED = "a match of names, to be confirmed"
BODIES = "ICE, ERO, HSI, CBP, Border Patrol, USCIS, DHS"


def sentences(rows: pd.DataFrame, agency: str, role: str) -> list[str]:
    """What the lists say, the agency's own first, each system and kind of list for itself."""
    name, others = printed(agency), rows[~rows["itself"]]
    said = [*_own_dated(others, name), *_own_undated(others, name)]
    more = " more" if said else ""
    foreign = others[others["in_newest_list"] & ~others["in_own_list"]]
    said += _foreign(foreign[foreign["listed_by"] != ""], name, "The {} of other agencies ({}) name", more)
    said += _foreign(foreign[foreign["listed_by"] == ""], name, "A table that is no agency's own {} ({}) names", more)
    said += _say_hot_lists(others)
    older = others[~others["in_newest_list"]]["partner"].nunique()
    if older:
        said.append(f"{count_of(older, 'agency stands', 'agencies stand')} in an older list and not in the newest.")
    if rows["itself"].any():
        said.append(f"{count_of(rows['itself'].sum(), 'entry names', 'entries name')} {name} itself: not counted here.")
    if rows["incomplete"].any():
        said.append("A list is a scan or could not be read whole: a name that is not here may have been on it.")
    return said


def _own_dated(others: pd.DataFrame, name: str) -> Iterator[str]:
    """The newest list of each kind that has a date, also where it names nobody that an older one named."""
    for system, who, held in _by_list(others[others["own_newest_as_of"].notna()]):
        day = say_day(str(held["own_newest_as_of"].max())[:10])
        on_it = held[held["in_own_dated"]]
        words = who.format(its="its", it="it")
        if on_it.empty:
            read = ", as far as it could be read" if held["incomplete"].any() else ""
            yield f"On {day} the list of {name} ({system}) named no agency {words}{read}."
        else:
            told = f"{_say_partners(on_it)} {words}{_say_states(on_it)}"
            yield f"On {day} the list of {name} ({system}) named {told}. {_say_offices(on_it)}"


def _own_undated(others: pd.DataFrame, name: str) -> Iterator[str]:
    for system, who, held in _by_list(others[others["in_own_undated"]]):
        told = f"{_say_partners(held)} {who.format(its='its', it='it')}{_say_states(held)}"
        yield f"A list of {name} ({system}) without a date named {told}. {_say_offices(held)}"


def _foreign(rows: pd.DataFrame, name: str, how: str, more: str) -> Iterator[str]:
    """What stands in lists of others, those with a date apart from those without."""
    for is_dated, held_all in rows.groupby("in_dated_list", sort=False):
        for system, who, held in _by_list(held_all):
            told = f"{_say_partners(held, more)} {who.format(its=f'{name}’s', it=name)}{_say_states(held)}"
            what = ("lists" if "other agencies" in how else "list") + ("" if is_dated else " without a date")
            yield f"{how.format(what, system)} {told}. {_say_offices(held)}"


def _by_list(rows: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """System, words and rows of each kind of list; what cameras saw stands before hot lists."""
    for (_, system, who), held in rows.groupby([rows[WHAT] == HOT_LISTS, "system", "who"]):
        yield system, who, held


def _say_hot_lists(rows: pd.DataFrame) -> list[str]:
    """Hot lists by whose name a federal immigration office is told, whoever sends them."""
    names = sorted({name for text in rows["hot_list"].dropna() for name in str(text).split("; ")})
    named = [printed(name) for name in names if (body := find_federal(name, decided=True)) and body.immigration]
    if not named:
        return []
    verb = "is one that bears" if len(named) == 1 else "are some that bear"
    return [f"Among the hot lists {verb} the name of a federal immigration office: {listed(named[:MOST_NAMED])}."]


def _say_partners(rows: pd.DataFrame, more: str = "") -> str:
    number = rows["partner"].nunique()
    inactive = rows.loc[rows["is_inactive"], "partner"].nunique()
    noted = f" ({say_count(inactive)} of them marked as inactive)" if inactive else ""
    return count_of(number, f"agency{more}", f"agencies{more}") + noted


def _say_states(rows: pd.DataFrame) -> str:
    """`, in 12 states as far as names say (234 names say none)`."""
    one = rows.drop_duplicates("partner")["state"]
    known, unknown = one.nunique(), one.isna().sum()
    if not known:
        return ", whose name does not say its state" if len(one) == 1 else ", whose names say no state"
    none = f" ({count_of(unknown, 'name says', 'names say')} none)" if unknown else ""
    return f", in {count_of(known, 'state')} as far as names say{none}"


def _say_offices(rows: pd.DataFrame) -> str:
    offices = rows[rows["federal_immigration"]].drop_duplicates("partner")
    if offices.empty:
        scan = " that could be read" if rows["incomplete"].any() else ""
        return f"None of the names{scan} is known as that of a federal immigration office ({BODIES})."
    names = sorted(offices["released_name"])
    left = len(names) - MOST_NAMED
    shown = [*names[:MOST_NAMED], *([f"{left:,} more"] if left > 0 else [])]
    verb = "is a federal immigration office" if len(names) == 1 else "are federal immigration offices"
    return f"{say_count(len(names))} of them {verb}: {listed(shown)}."


def say_agreed(rows: pd.DataFrame) -> str:
    """How many had signed by the day of the newest list that names them."""
    by_then = (rows["signed_287g"].notna() & rows["last_as_of"].notna()) & (rows["signed_287g"] <= rows["last_as_of"])
    undated = rows.loc[rows["last_as_of"].isna() | rows["signed_287g"].isna(), "partner"].nunique()
    number, signed = rows["partner"].nunique(), rows.loc[by_then, "partner"].nunique()
    verb = "has" if number == 1 else "have"
    rest = f"; of {say_count(undated)} a day is not known" if undated else ""
    return (
        f"{count_of(number, 'agency', 'agencies')} on the lists {verb} an agreement with ICE under section 287(g) "
        f"({TO_BE_CONFIRMED}), {say_count(signed)} of them signed by the day of the newest list that names the "
        f"agency{rest}. An agreement says nothing of licence-plate readers."
    )


def iso(day: object) -> str | None:
    return None if pd.isna(day) else f"{pd.Timestamp(day):%Y-%m-%d}"


def say_reach(found: pd.DataFrame) -> str:
    """How many agencies reach an office by settings that stand now, and how many only by others."""
    one, two = (found.loc[(found["shortest_now"] == steps).fillna(False), "agency"].nunique() for steps in (1, 2))
    only = {how: found.loc[found["agency_standing"] == how, "agency"].nunique() for how in (ASLEEP, OLDER)}
    if not one and not two:
        said = f"By {_days(found)}, no agency lets a federal immigration office ({BODIES}) in, in one step or two."
    else:
        said = (
            f"By {_days(found)}, {count_of(one, 'agency lets', 'agencies let')} a federal immigration office search or "
            f"see its data in one step; {count_of(two, 'other shares', 'others share')} with an agency that does."
        )
    words = {
        ASLEEP: "one only by a setting that its list marks as inactive",
        OLDER: "one only by a setting that stands on an older list and not on the newest",
    }
    more = [
        f"{count_of(count, 'agency reaches', 'agencies reach')} {words[how]}" for how, count in only.items() if count
    ]
    return f"{said} Besides, {listed(more)}." if more else said


def _days(found: pd.DataFrame) -> str:
    """`the newest lists (6 February 2020 to 1 January 2024, and lists without a date)`."""
    now = found[found["standing"] == NOW]
    steps = [now["first_as_of"], now.loc[now["steps"] == 2, "second_as_of"]]
    days = sorted({day for step in steps for day in map(iso, step) if day})
    is_undated = any(step.isna().any() for step in steps)
    span = say_day(days[0]) + (f" to {say_day(days[-1])}" if days[0] != days[-1] else "") if days else ""
    undated = "lists without a date" if is_undated else ""
    told = ", and ".join(part for part in (span, undated) if part)
    return f"the newest of all loaded lists ({told})" if told else "the newest of all loaded lists"


def say_change(rows: pd.DataFrame) -> str:
    """One list of two days in a sentence, federal immigration offices by name."""
    first = rows.iloc[0]
    days = [iso(first[f"{side}_as_of"]) for side in ("before", "after")]
    span = (
        f"Between {say_day(days[0])} and {say_day(days[1])}" if all(days) else "From the earlier list to the later one"
    )
    counts = rows["change"].value_counts()
    said = {ADDED: "added", REMOVED: "removed", RENAMED: "under another name", UNCHANGED: "unchanged"}
    parts = [f"{say_count(counts.get(change, 0))} {words}" for change, words in said.items()]
    unsure = counts.get(NOT_KNOWN, 0)
    if unsure:
        parts.append(f"{say_count(unsure)} not known, since a list is a scan or was not read whole")
    named = [
        f" {change.capitalize()}: {listed([printed(name) for name in names])} (federal immigration)."
        for change, column in ((ADDED, "after_name"), (REMOVED, "before_name"))
        if (names := sorted(rows.loc[(rows["change"] == change) & rows["federal_immigration"], column]))
    ]
    kind = f"{first['system']}, {first[WHAT]} {first['direction']}"
    return f"{span}, on the list of {printed(first['lister'])} ({kind}): {listed(parts)}.{''.join(named)}"
