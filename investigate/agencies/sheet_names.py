"""What makes an agency in a sheet of agreements and one in the data the same: state, kind and place, never likeness.

A sheriff is known by state and county, a constable by county and precinct, a police department by state and place,
every other body by its full name. What is only similar is found too, for a person to look at.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import pandas as pd

from investigate.agencies.agency import AMBIGUOUS
from investigate.agencies.identify import identify_agency
from investigate.agencies.places import find_county, find_places, fold_place
from investigate.agencies.states import STATE_NAMES

ALIKE = 0.87  # of two names, as difflib measures
LONGEST = 100  # characters of a name that are compared
_CITY_POLICE = (None, "county", "public safety")  # finer kinds of police that stand for the place itself
_RIGID = frozenset({"sheriff", "constable", "police"})
_LOOSE = frozenset({"other", "unresolved"})
_PRECINCT = re.compile(
    r"\b(?:precinct|pct|district|ward)\W{0,3}(\d{1,3})\b|\bconstable\W{0,3}(\d{1,3})\b", re.IGNORECASE
)
# `Town of Brookfield`, `Town and Village of Ossining`; towns and villages of one name lie inside one another.
_LEGAL_FORMS = ("city", "town", "village", "borough")
_LEGAL = re.compile(
    rf"\b({'|'.join(_LEGAL_FORMS)})(?:\s{{0,3}}(?:and|&|/)\s{{0,3}}({'|'.join(_LEGAL_FORMS)}))?\s+of\b", re.IGNORECASE
)
_BRACKETS = re.compile(r"[\[(][^\])]*[\])]")
_CODE = re.compile(rf"\b(?:{'|'.join(STATE_NAMES)})\b")
_SHORT = (
    (re.compile(r"\s+police dep(?:artment|t)\.?$", re.IGNORECASE), "PD"),
    (re.compile(r"\s+sheriff['’]?s? (?:office|dep(?:artment|t)\.?)$", re.IGNORECASE), "SO"),
)
_SPELLED = {
    "da": "district attorneys",
    "das": "district attorneys",
    "pd": "police department",
    "so": "sheriffs office",
    "dept": "department",
    "dps": "department of public safety",
    "doc": "department of corrections",
}


def identify_listed(who: tuple[str, str | None, str]) -> dict[str, object]:
    """Place, kind, which, county_fips and key of an agency as a sheet names it: its name, state and county.

    The column COUNTY is believed only where the state has such a county and the agency is found in it: it is often
    misspelled, or another county's.
    """
    name, state, county = who
    if state is None:
        return {"place": None, "kind": "unresolved", "which": None, "county_fips": None, "key": f"? {_name_key(name)}"}
    given = find_county(county, state) if county else None
    spelled = _as_released(name, state)
    found = identify_agency(f"{spelled} ({given.full_name})" if given else spelled)
    if given and not found.county_fips:
        found = identify_agency(spelled)
    fips = found.county_fips or (given.id if given and found.kind in {"sheriff", "constable"} else None)
    key = match_key(name, found.kind, found.which, state, found.place, fips, found.flags)
    said: dict[str, object] = {"place": found.place, "kind": found.kind, "which": found.which, "county_fips": fips}
    return said | {"key": key or f"{state} {_name_key(name)} {fips or ''}".strip()}


def _as_released(name: str, state: str) -> str:
    """A sheet's name in the form that names in logs have, so that both are read alike: Orange Park FL PD."""
    for long, short in _SHORT:
        if found := long.search(name):
            return f"{name[: found.start()]} {state} {short}"
    return f"{name} ({state})"


def match_key(
    name: str,
    kind: str,
    which: str | None,
    state: str | None,
    place: str | None,
    fips: str | None,
    flags: Iterable[str],
) -> str | None:
    """The same for two spellings of one agency; None where they do not say enough to be sure."""
    if not state or (kind in _RIGID and (AMBIGUOUS in flags or not (fips or place))):
        return None
    if kind not in _RIGID:
        return f"{state} name {_name_key(name)}"
    # What no table holds is the same where both are spelled alike and no table holds either.
    county = fips or f"? {fold_place(place or '')}"
    if kind == "sheriff":
        return f"{state} sheriff {county}"
    if kind == "constable":
        precinct = _precinct(name)
        return f"{state} constable {county} {precinct}" if precinct else None
    return _police_key(name, which, state, place, fips, county) if place else None


def _police_key(name: str, which: str | None, state: str, place: str, fips: str | None, county: str) -> str:
    finer = "" if which in _CITY_POLICE else which
    regional = "regional" if re.search(r"\bregional\b", name, re.IGNORECASE) else ""
    law = legal_word(name, place) if _has_several_forms(place[:LONGEST], state, fips) else ""
    return f"{state} police {_plain(place, state)} {county} {finer} {regional} {law}"


def _precinct(name: str) -> str | None:
    found = _PRECINCT.search(name)
    return str(int(found[1] or found[2])) if found else None


def legal_word(name: str, place: str | None) -> str:
    """`town` of `Town of Brookfield WI PD` and of `Brookfield Town PD`; empty where the name says none."""
    if found := _LEGAL.search(name[:LONGEST]):
        return " and ".join(sorted({word.casefold() for word in found.groups() if word}))
    behind = fold_place(name[:LONGEST]).removeprefix(fold_place(place or ""))
    return next((word for word in _LEGAL_FORMS if place and _starts(behind, word)), "")


def _starts(text: str, word: str) -> bool:
    return text.startswith(word) and not text.startswith("township")


def differ_in_law(name: str, listed: str, place: str | None) -> str:
    """What differs where two names of one place say that it is a town and a city; empty where they do not."""
    mine, theirs = legal_word(name, place), legal_word(listed, place)
    return (
        f"same place and kind, but a {mine} here and a {theirs} in the sheet"
        if mine and theirs and mine != theirs
        else ""
    )


@lru_cache(maxsize=20_000)
def _has_several_forms(place: str, state: str, fips: str | None) -> bool:
    """Whether a state (or county) has both a town and a city, or a village, of this name."""
    forms = {one.legal.casefold() for one in find_places(place, state, fips)}
    return len(forms & set(_LEGAL_FORMS)) > 1


def _plain(place: str | None, state: str | None) -> str:
    """A place's name as it is compared: Pottsville City as Pottsville, a township always apart from a town."""
    if not place or not state:
        return ""
    cut = place[:LONGEST]
    found = find_places(cut, state) or find_places(_LEGAL.sub("", cut).strip(), state)
    township = "township" if re.search(r"\b(?:township|twp)\b", cut, re.IGNORECASE) else ""
    return (fold_place(found[0].name) if found else fold_place(cut)).removesuffix("township") + township


def _name_key(name: str) -> str:
    """A body's full name without its state's code, tags, signs and short forms."""
    bare = _CODE.sub(" ", _BRACKETS.sub(" ", name[:LONGEST]))
    plain = re.sub(r"['’‘`]", "", bare.casefold()).replace("&", " and ")
    words = [_SPELLED.get(word, word) for word in re.sub(r"[\W_]+", " ", plain).split() if word != "the"]
    return " ".join(words).replace("state police department", "state police").replace("corrections", "correction")


def stated(value: Any) -> str | None:
    return None if value is None or pd.isna(value) or value == "" else str(value)


# ---- what is only similar ------------------------------------------------------------


class Similar:
    """The listed agencies of each state, by place and by name, to find what is only similar."""

    def __init__(self, listed: pd.DataFrame) -> None:
        self.rows = listed
        self.places: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self.names: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for at, row in enumerate(listed.to_dict("records")):
            if (state := stated(row["state"])) is None:
                continue
            if plain := _plain(stated(row["place"]), state):
                self.places[state][plain].append(at)
            if row["kind"] not in _RIGID:
                self.names[state][_without_state(_name_key(row["agency"]), state)].append(at)

    def find(self, name: str, kind: str, facts: dict[str, str | None]) -> Iterator[tuple[int, str]]:
        """Rows that are similar to an agency that matches none, each once, with what differs."""
        state, given = facts["state"] or "", set()
        for at, why in [*self._by_place(kind, facts, state), *self._by_name(name, kind, facts, state)]:
            if at not in given:
                given.add(at)
                yield at, why

    def _by_place(self, kind: str, facts: dict[str, str | None], state: str) -> Iterator[tuple[int, str]]:
        plain, known = _plain(facts["place"], state), self.places.get(state, {})
        for at in known.get(plain, ()):
            other = str(self.rows["kind"].iloc[at])
            if other == kind:
                yield at, self._difference(facts, at)
            elif other in _LOOSE or kind == "unresolved" or facts["which"] == "corrections":
                yield at, f"same place, but {kind} here and {other} in the sheet"
        for alike in difflib.get_close_matches(plain, known, n=3, cutoff=ALIKE) if plain else ():
            for at in known[alike]:
                unsure = not facts["county_fips"] or stated(self.rows["county_fips"].iloc[at]) is None
                if alike != plain and unsure and self.rows["kind"].iloc[at] == kind:
                    yield at, "same kind, but the place is spelled otherwise"

    def _difference(self, facts: dict[str, str | None], at: int) -> str:
        """What differs between two bodies of one place and kind."""
        row = self.rows.iloc[at]
        mine, theirs = (legal_word(str(one), facts["place"]) for one in (facts["agency"], row["agency"]))
        if facts["kind"] == "police" and mine != theirs:
            said = [f"a {word}" if word else "no word whether a town, village or city" for word in (mine, theirs)]
            return f"same place and kind, but {said[0]} here and {said[1]} in the sheet"
        return "same place and kind, but county, precinct or finer kind differ or cannot be told"

    def _by_name(self, name: str, kind: str, facts: dict[str, str | None], state: str) -> Iterator[tuple[int, str]]:
        if kind in _RIGID:
            return
        mine, known = _without_state(_name_key(name), state), self.names.get(state, {})
        words = set(mine.split())
        inside = [other for other in known if len(words) > 1 and (words <= set(other.split()))]
        for alike in dict.fromkeys([*difflib.get_close_matches(mine, known, n=3, cutoff=ALIKE), *inside]):
            for at in known[alike]:
                theirs = stated(self.rows["county_fips"].iloc[at])
                if not theirs or facts["county_fips"] in (None, theirs):
                    yield at, "the name is similar, not the same"


def _without_state(key: str, state: str) -> str:
    return " ".join(key.replace(STATE_NAMES[state].casefold(), " ").split())
