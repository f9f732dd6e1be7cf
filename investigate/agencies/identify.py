"""Who an agency is: what its name says, held against the tables of places and the decisions by hand.

Nothing is chosen because it is similar or near: several places of a name leave the agency without coordinates, and so
does a name that no table holds. No agency is ever put at the centre of its state.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from investigate.agencies.agency import AMBIGUOUS, BY_HAND, NOT_AN_AGENCY, NOT_FOUND, UNRESOLVED, Agency, Stated
from investigate.agencies.aliases import Alias, Aliases, read_aliases
from investigate.agencies.choose import choose, governments, is_incorporated, is_one_of_its_name, places_named
from investigate.agencies.federal import find_federal
from investigate.agencies.keys import name_key
from investigate.agencies.places import Place, counties_named, find_county, find_places, fold_place
from investigate.agencies.read_name import read_name
from investigate.agencies.tidy import printable
from investigate.workspace import Workspace

COLUMNS = [
    "name", "agency", "place", "state", "county", "county_fips", "kind", "which", "lat", "lon", "flags",
    "federal_immigration", "key",
]  # fmt: skip
# Bodies of a county, though their name may leave the word County out; a city of the name comes second.
_OF_COUNTIES = frozenset({"sheriff", "constable", "prosecutor"})
# Bodies of a town: that no table holds it is said. Others lie in a place only where the tables hold the one they name.
_OF_TOWNS = frozenset(
    {
        None,
        "county",
        "public safety",
        "marshal",
        "municipality",
        "fire",
        "city attorney",
        "regional",
        "county government",
    }
)
_COUNTY_WORD = re.compile(r"\b(?:County|Parish|Municipio)$", re.IGNORECASE)
_METRO = re.compile(r"^Metro(?:politan)?\s+|\s+Metro(?:politan)?$", re.IGNORECASE)
_POLICE = re.compile(r"\b(?:PD|Police)\b", re.IGNORECASE)
_CALLED_AFTER = frozenset({"university", "tribal"})  # after a town or county in which they need not lie
_NEW_YORK = "3651000"  # the city is five counties: none of them is its own


def identify_agencies(names: Iterable[str], workspace: str | Path | Workspace | None = None) -> pd.DataFrame:
    """One row a given name, in order: see `COLUMNS`; flags is a list. Decisions by hand of the workspace are followed.

    Raises BadAliases where `data/manual/agency_names.csv` cannot be followed.
    """
    aliases = read_aliases(workspace)
    rows = [identify_agency(name, aliases) for name in names]
    frame = pd.DataFrame([[getattr(row, column) for column in COLUMNS] for row in rows], columns=COLUMNS)
    return frame.assign(flags=[list(row.flags) for row in rows])


def identify_agency(name: str | None, aliases: Aliases | None = None) -> Agency:
    """The agency of this name. Never fails; what cannot be told is None and flagged."""
    name = printable(name)
    alias = aliases.find(name) if aliases else None
    return _decided(name, alias) if alias else _identify(name)


@lru_cache(maxsize=50_000)
def _identify(name: str) -> Agency:
    return _located(read_name(name))


def _decided(name: str, alias: Alias) -> Agency:
    """A decision by hand; what it leaves open is as the name says under which the agency counts."""
    released = read_name(name)
    stated = read_name(alias.agency) if alias.agency != name else released
    place = alias.place or stated.place or released.place
    kind = alias.kind or (stated.kind if stated.kind != "unresolved" else released.kind)
    moved = alias.place is not None or alias.county is not None
    stated = replace(
        stated,
        place=place if alias.place or not alias.county or kind not in _OF_COUNTIES else alias.county,
        state=alias.state or stated.state or released.state,
        county=alias.county or stated.county or released.county,
        kind=kind,
        which=stated.which if kind == stated.kind else None,
        legal=None if moved else stated.legal,
    )
    flags = tuple(flag for flag in dict.fromkeys((*released.flags, BY_HAND)) if flag not in (UNRESOLVED, NOT_AN_AGENCY))
    if kind == "unresolved" or (stated.state is None and kind != "federal"):
        flags += (UNRESOLVED,)
    federal = find_federal(stated.bare, decided=True) or find_federal(released.bare, decided=True)
    federal = federal if kind == "federal" else None
    stated = replace(
        stated,
        flags=flags,
        which=federal.body if federal else stated.which,
        federal_immigration=bool(federal and federal.immigration),
    )
    found = _located(stated, alias)
    if alias.lat is not None and alias.lon is not None:
        told = tuple(flag for flag in found.flags if flag not in (NOT_FOUND, AMBIGUOUS))
        found = replace(found, lat=alias.lat, lon=alias.lon, flags=told, place=alias.place or found.place)
    return replace(found, name=name, agency=alias.agency)


def _located(stated: Stated, alias: Alias | None = None) -> Agency:
    stated = stated if alias else _as_town(stated)
    has_place = stated.kind not in _CALLED_AFTER or (alias and (alias.place or alias.county))
    found, flag = _find(stated) if has_place else (None, None)
    if found and found.id == _NEW_YORK:
        found = replace(found, county=None, county_fips=None)
    flags = (*stated.flags, flag) if flag else stated.flags
    state = stated.state or (found.state if found else None)
    if found and stated.state is None and stated.kind != "unresolved":
        flags = tuple(one for one in flags if one != UNRESOLVED)
    open_place = stated.place if flag or _of_town(stated) else stated.institution
    place = _spelled(stated, found) if found else open_place
    return Agency(
        stated.name, stated.name, place, state, found.county if found else None, found.county_fips if found else None,
        stated.kind, stated.which, found.lat if found else None, found.lon if found else None,
        tuple(dict.fromkeys(flags)), _key(stated, alias, found), stated.federal_immigration,
    )  # fmt: skip


def _as_town(stated: Stated) -> Stated:
    """The police of a town whose name is made of other words (`State College PA PD`): the tables hold all of it."""
    if not stated.town or not stated.state or stated.kind in ("federal", "police", "sheriff"):
        return stated
    if not governments(stated.town, stated.state):
        return stated
    flags = tuple(flag for flag in stated.flags if flag != UNRESOLVED)
    if _POLICE.search(stated.bare):
        return replace(stated, place=stated.town, kind="police", which=None, institution=None, flags=flags)
    flags += (UNRESOLVED,)
    return replace(stated, place=stated.town, kind="unresolved", which=None, institution=None, flags=flags)


def _key(stated: Stated, alias: Alias | None, found: Place | None) -> str:
    """The key of the name under which it counts, with the place as the tables spell it and the state that they give."""
    if alias:
        own = _identify(alias.agency)
        return own.key if own.state or alias.state is None else name_key(read_name(alias.agency), alias.state)
    if found is None or stated.place is None:
        return name_key(stated)
    spelled = found.name if is_one_of_its_name(found, stated.place, stated.legal) else None
    return name_key(stated, found.state, spelled)


def _find(stated: Stated) -> tuple[Place | None, str | None]:
    """The county or place in which the agency lies, or None and the flag that says why."""
    place, state = stated.place, stated.state
    if place is None or NOT_AN_AGENCY in stated.flags:
        return None, None
    says_county = bool(_COUNTY_WORD.search(place))
    if state is None:
        only = counties_named(place) if says_county else []
        return (only[0], None) if len(only) == 1 else (None, None)
    of_county = says_county or (stated.kind in _OF_COUNTIES and stated.which != "city attorney")
    if of_county and (county := find_county(place, state)):
        return county, None
    within = find_county(stated.county, state) if stated.county else None
    candidates = places_named(place, state, within.county_fips if within else None)
    if not candidates and (shorter := _METRO.sub("", place)) != place:
        candidates = find_places(shorter, state)
    if not _of_town(stated):
        places = [one for one in candidates if is_incorporated(one)]
        return (places[0], None) if len(places) == 1 else (None, None)
    if stated.which == "regional":
        candidates = [one for one in candidates if is_incorporated(one) or stated.legal]
    return choose(candidates, stated.legal, place, known_county=within is not None)


def _of_town(stated: Stated) -> bool:
    """Whether the body is a town's or a county's; `Berkeley` alone may be."""
    if stated.kind == "unresolved":
        return stated.state is None
    return stated.kind in ("police", "other", *_OF_COUNTIES) and stated.which in _OF_TOWNS


def _spelled(stated: Stated, found: Place) -> str | None:
    """The place as the table spells it; as the name has it where the table knows it under another name."""
    if found.level == "county":
        return found.name if found.legal == "city" else found.full_name
    if stated.legal == "township":
        return f"{found.name} Township" if "township" in found.legal.casefold() else stated.place
    same = fold_place(found.name)
    return found.name if stated.place is None or fold_place(stated.place).startswith(same) else stated.place
