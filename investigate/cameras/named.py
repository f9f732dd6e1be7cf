"""Which agency the operator of a camera names, held against agencies that are known.

An operator's text is short for those who stand before the camera ("Edina Police"): the state that it leaves out is the
one in which the camera lies, and its county tells townships of one name apart. Nothing is matched because it is alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from investigate.agencies.agency import AMBIGUOUS, NOT_AN_AGENCY, Agency
from investigate.agencies.identify import identify_agency
from investigate.agencies.places import distance_km, fold_place
from investigate.agencies.read_name import read_name
from investigate.agencies.tidy import LONGEST

CITY_NAMED = "city or county named"  # the operator is "City of X" or "X County", not its police or sheriff
FAR_KM = 100  # of a town or county from a camera that names it: further out, another of its name is meant
NEAR_KM = 30  # the same for a bare name of a town ("Eagan"), which may be that of anything
TOWN_POLICE = frozenset({None, "public safety"})  # a town has one or the other
_GOVERNMENTS = frozenset({"municipality", "county government"})
_WRAPPED = re.compile(r"\s*[\[(]([^\[\]()]*)[\])]\s*")
MOST_NAMED = 8  # operators in one text

Sign = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a camera is: state (code), county (FIPS code and name), degrees; None where that is not known."""

    state: str | None = None
    county_fips: str | None = None
    county: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """The known agency that a camera's operator names, None if none of them; `note`: CITY_NAMED or None."""

    agency: str | None = None
    note: str | None = None


class KnownAgencies:
    """Agencies by what tells them: rows as `agency_facts` gives them, of which key, kind and coordinates count.

    Two agencies that a text fits equally are told by neither.
    """

    def __init__(self, agencies: Iterable[Mapping[str, Any]]) -> None:
        self._by_sign: defaultdict[Sign, set[str]] = defaultdict(set)
        self._by_name: dict[str, str] = {}
        self._where: dict[str, tuple[Any, float, float]] = {}
        for facts in agencies:
            self._add({name: _value(value) for name, value in facts.items()})

    def _add(self, facts: dict[str, Any]) -> None:
        name = str(facts["agency"])
        for spelling in (name, *(facts.get("spellings") or ())):
            self._by_name.setdefault(str(spelling).casefold(), name)
        key = facts.get("key") or identify_agency(name).key
        self._by_sign[("key", key)].add(name)
        lat, lon = facts.get("lat"), facts.get("lon")
        if lat is not None and lon is not None:
            self._where[name] = (facts.get("county_fips") or "", lat, lon)
        kind, which, state = facts.get("kind"), facts.get("which"), facts.get("state")
        for sign in _signs(kind, which, state, lat, lon, facts.get("place")):
            self._by_sign[sign].add(name)
        if government := _government(kind, which, state, lat, lon):
            self._by_sign[government].add(name)

    def called(self, name: str) -> str | None:
        """The agency that a person calls so: by one of its spellings, or a name that says the same."""
        if known := self._by_name.get(name.casefold()):
            return known
        return self._only(("key", identify_agency(name).key))

    def operating(self, text: str | None, spot: Spot) -> Named:
        """What the operator `text` of a camera at that spot names; of several that are not one agency none."""
        read = [one for part in _parts(text or "", spot) if NOT_AN_AGENCY not in (one := _read(part, spot)).flags]
        found = {self._one(one, spot) for one in read}
        return found.pop() if len(found) == 1 else Named()

    def _one(self, one: Agency, spot: Spot) -> Named:
        if AMBIGUOUS in one.flags:
            return Named()
        for sign in (("key", one.key), *_signs(one.kind, one.which, one.state, one.lat, one.lon, one.place)):
            if self._by_sign.get(sign):
                agency = self._only(sign)
                return Named(agency) if agency and self._is_near(agency, spot, FAR_KM) else Named()
        government = _as_government(one)
        agency = self._only(government) if government else None
        within = NEAR_KM if one.kind == "unresolved" else FAR_KM
        return Named(agency, CITY_NAMED) if agency and self._is_near(agency, spot, within) else Named()

    def _only(self, sign: Sign) -> str | None:
        fits = self._by_sign.get(sign, set())
        return next(iter(fits)) if len(fits) == 1 else None

    def _is_near(self, agency: str, spot: Spot, km: float) -> bool:
        there = self._where.get(agency)
        if there is None or spot.lat is None or spot.lon is None:
            return True
        county_fips, lat, lon = there
        return county_fips == spot.county_fips or distance_km(lat, lon, spot.lat, spot.lon) <= km


def name_operators(cameras: pd.DataFrame, known: KnownAgencies) -> pd.DataFrame:
    """For each row of the camera table, in its order and with its index: `agency` (or None) and `note`, see Named."""
    counties = _county_names(cameras["county_fips"])
    columns = ("operator", "state", "county_fips", "lat", "lon", "not_placed")
    found = []
    for text, state, fips, lat, lon, why in zip(*(cameras[name] for name in columns), strict=True):
        if not isinstance(text, str):
            found.append(Named())
            continue
        degrees = (None, None) if isinstance(why, str) else (_value(lat), _value(lon))
        found.append(known.operating(text, Spot(_value(state), _value(fips), counties.get(fips), *degrees)))
    named = {"agency": [one.agency for one in found], "note": [one.note for one in found]}
    return pd.DataFrame(named, index=cameras.index, dtype=object)


def _parts(text: str, spot: Spot) -> list[str]:
    """The operators in a text: divided by semicolons, and by a slash with a police or sheriff on either side."""
    whole = [part for one in text[:LONGEST].split(";")[:MOST_NAMED] if (part := _unwrapped(one))]
    found: list[str] = []
    for one in whole:
        sides = [side for side in one.split("/")[:MOST_NAMED] if side.strip()]
        found += sides if all(_read(side, spot).kind in ("police", "sheriff") for side in sides) else [one]
    return found


def _read(text: str, spot: Spot) -> Agency:
    return _identified(text.strip(), spot.state, spot.county)


@lru_cache(maxsize=50_000)
def _identified(text: str, state: str | None, county: str | None) -> Agency:
    """The agency that the text names to somebody who stands in that state and county."""
    one = identify_agency(text)
    if one.kind == "federal" or state is None or NOT_AN_AGENCY in one.flags:
        return one
    if read_name(text).state is None:
        one = identify_agency(f"{text} ({state})")
    if AMBIGUOUS in one.flags and county and one.state == state:
        one = identify_agency(f"{text} {state} ({county} County)")
    return one


def _signs(kind: Any, which: Any, state: Any, lat: Any, lon: Any, place: Any) -> list[Sign]:
    """What two names of one body share where their words differ: `Hampton Police Division` and `Hampton VA PD`."""
    if kind == "state police" and which is None and state:
        return [(kind, state)]
    if kind == "university" and place and state:
        return [(kind, state, fold_place(place))]
    if lat is None or lon is None:
        return []
    if kind == "sheriff" or (kind == "police" and which in ("county", "marshal")):
        return [(kind, which, state, lat, lon)]
    return [(kind, "town", state, lat, lon)] if kind == "police" and which in TOWN_POLICE else []


def _government(kind: Any, which: Any, state: Any, lat: Any, lon: Any) -> Sign | None:
    """The city or county whose police or sheriff this is."""
    of_it = kind == "sheriff" or (kind == "police" and which in (*TOWN_POLICE, "county"))
    return ("government", state, lat, lon) if of_it and lat is not None and lon is not None else None


def _as_government(one: Agency) -> Sign | None:
    """The city or county that an operator names without its police: `City of Yakima`, `Eagan`, `Iowa County`."""
    is_one = (one.kind == "other" and one.which in _GOVERNMENTS) or (one.kind == "unresolved" and one.place)
    return ("government", one.state, one.lat, one.lon) if is_one and one.lat is not None else None


def _unwrapped(text: str) -> str:
    found = _WRAPPED.fullmatch(text)
    return (found[1] if found else text).strip()


def _county_names(fips: pd.Series) -> dict[Any, str]:
    """County names without the legal word by FIPS code, of those that occur."""
    from investigate.agencies.boundaries import county_shapes  # noqa: PLC0415 - only where cameras are at hand

    shapes = county_shapes()
    wanted = shapes[shapes["county_fips"].isin(set(fips.dropna()))]
    return dict(zip(wanted["county_fips"], wanted["county"], strict=True))


def _value(value: Any) -> Any:
    """A cell, None for any of the marks of nothing."""
    return None if not isinstance(value, (list, tuple, set)) and pd.isna(value) else value
