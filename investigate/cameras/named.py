"""Which agency the operator of a camera names, held against agencies that are known.

An operator's text is short for those who stand before the camera ("Edina Police"): the state that it leaves out is the
one in which the camera lies, and its county tells townships of one name apart. Nothing is matched because it is alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from investigate.agencies.agency import AMBIGUOUS, DNU, INACTIVE, NOT_AN_AGENCY, Agency
from investigate.agencies.identify import identify_agency
from investigate.agencies.places import distance_km, fold_place
from investigate.agencies.tidy import mend, strip_tags
from investigate.cameras.read_operator import (
    bodies,
    is_doubtful,
    names_its_police,
    read_body,
    says_only,
    state_body,
)

# Values of `note`.
CITY_NAMED = "city or county named"  # the operator is "City of X" or "X County", not its police or sheriff
UNIVERSITY_NAMED = "university named"  # the same of a university
DOUBTED = "said to be gone, planned or not sure"  # no agency is told then
FAR_KM = 100  # of a town or county from a camera that names it: further out, another of its name is meant
NEAR_KM = 30  # the same for a bare name of a town ("Eagan"), which may be that of anything
TOWN_POLICE = frozenset({None, "public safety"})  # a town has one or the other

_GOVERNMENTS = frozenset({"municipality", "county government"})
_COUNTY = re.compile(r"\b(?:county|parish)\b", re.IGNORECASE)
_OLD = re.compile(r"[\[(]\s*old\s*[\])]|-\s*old\s*$|\b(?:PD|SO) old\b|^old\s*-", re.IGNORECASE)

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
        self._polices: defaultdict[str, set[str]] = defaultdict(set)
        for facts in agencies:
            self._add({name: _value(value) for name, value in facts.items()})

    def _add(self, facts: dict[str, Any]) -> None:
        name = str(facts["agency"])
        spellings = (name, *(facts.get("spellings") or ()))
        for spelling in spellings:
            self._by_name.setdefault(str(spelling).casefold(), name)
        key = facts.get("key") or identify_agency(name).key
        self._by_sign[("key", key)].add(name)
        lat, lon = facts.get("lat"), facts.get("lon")
        if lat is not None and lon is not None:
            self._where[name] = (facts.get("county_fips") or "", lat, lon)
        kind, which, state = facts.get("kind"), facts.get("which"), facts.get("state")
        if (kind == "sheriff" or (kind == "police" and which == "county")) and not is_gone(name):
            self._polices[facts.get("county_fips") or ""].add(str(kind))
        if kind == "state police":
            told = {state_body(str(spelling), state) for spelling in spellings} - {None}
            signs: list[Sign] = [(kind, state, body) for body in told]
        else:
            signs = _signs(kind, which, state, lat, lon, facts.get("place"))
        for sign in signs:
            self._by_sign[sign].add(name)
        if government := _government(kind, which, state, lat, lon):
            self._by_sign[government].add(name)

    def called(self, name: str) -> str | None:
        """The agency that a person calls so: by one of its spellings, or a name that says the same."""
        if known := self._by_name.get(name.casefold()):
            return known
        return self._only(("key", identify_agency(name).key))

    @property
    def names(self) -> list[str]:
        """Of the agencies, as they count."""
        return sorted(set(self._by_name.values()))

    def has_two_polices(self, county_fips: str | None) -> bool:
        """Whether a county's police and its sheriff are both known: where it stands tells no camera's owner then."""
        return len(self._polices.get(county_fips or "", ())) > 1

    def operating(self, text: str | None, spot: Spot, kind: str = "public") -> Named:
        """What the operator `text` of a camera at that spot names; of several that are not one agency none.

        `kind`: its operator_kind; one that is not public names nobody but a university.
        """
        if not text or kind not in ("public", "private"):
            return Named()
        if is_doubtful(text):
            return Named(None, DOUBTED)
        parts = [(part, read_body(part, spot.state, spot.county)) for part in bodies(text, spot.state)]
        parts = [(part, one) for part, one in parts if NOT_AN_AGENCY not in one.flags]
        if kind == "private" and any(one.kind != "university" for _, one in parts):
            return Named()
        found = {self._one(part, one, spot) for part, one in parts}
        return found.pop() if len(found) == 1 else Named()

    def _one(self, text: str, one: Agency, spot: Spot) -> Named:
        if AMBIGUOUS in one.flags:
            return Named()
        for sign in (("key", one.key), *_signs_said(text, one)):
            if self._by_sign.get(sign):
                agency = self._only(sign)
                told = agency and self._is_near(agency, spot, NEAR_KM if one.kind == "unresolved" else FAR_KM)
                return Named(agency, _note(text, one)) if told else Named()
        return Named()

    def _only(self, sign: Sign) -> str | None:
        fits = self._by_sign.get(sign, set())
        return next(iter(fits)) if len(fits) == 1 else None

    def _is_near(self, agency: str, spot: Spot, km: float) -> bool:
        there = self._where.get(agency)
        if there is None or spot.lat is None or spot.lon is None:
            return True
        county_fips, lat, lon = there
        return county_fips == spot.county_fips or distance_km(lat, lon, spot.lat, spot.lon) <= km


def is_gone(name: str) -> bool:
    """Whether the agency's name says that it is no longer on the network, or an old one."""
    plain = mend(name)[0]
    return bool({INACTIVE, DNU} & set(strip_tags(plain)[1]) or _OLD.search(plain))


def name_operators(cameras: pd.DataFrame, known: KnownAgencies) -> pd.DataFrame:
    """For each row of the camera table, in its order and with its index: `agency` (or None) and `note`, see Named."""
    counties = _county_names(cameras["county_fips"])
    columns = ("operator", "operator_kind", "state", "county_fips", "lat", "lon", "not_placed")
    found = []
    for text, kind, state, fips, lat, lon, why in zip(*(cameras[name] for name in columns), strict=True):
        if not isinstance(text, str):
            found.append(Named())
            continue
        degrees = (None, None) if isinstance(why, str) else (_value(lat), _value(lon))
        spot = Spot(_value(state), _value(fips), counties.get(fips), *degrees)
        found.append(known.operating(text, spot, kind))
    named = {"agency": [one.agency for one in found], "note": [one.note for one in found]}
    return pd.DataFrame(named, index=cameras.index, dtype=object)


def _signs(kind: Any, which: Any, state: Any, lat: Any, lon: Any, place: Any) -> list[Sign]:
    """What two names of one body share where their words differ: `Hampton Police Division` and `Hampton VA PD`."""
    if kind == "university" and place and state:
        return [(kind, state, fold_place(place))]
    if lat is None or lon is None:
        return []
    if kind == "sheriff" or (kind == "police" and which in ("county", "marshal")):
        return [(kind, which, state, lat, lon)]
    return [(kind, "town", state, lat, lon)] if kind == "police" and which in TOWN_POLICE else []


def _signs_said(text: str, one: Agency) -> list[Sign]:
    """The signs of a text that says nothing else beside them."""
    if one.kind == "state police":
        return [(one.kind, one.state, state_body(text, one.state))]
    if one.kind != "university" and not says_only(text, one):
        return []
    government = _as_government(one)
    return [*_signs(one.kind, one.which, one.state, one.lat, one.lon, one.place), *([government] if government else [])]


def _government(kind: Any, which: Any, state: Any, lat: Any, lon: Any) -> Sign | None:
    """The city whose police, or the county whose police or sheriff this is; a sheriff is never a city's."""
    if lat is None or lon is None:
        return None
    if kind == "sheriff" or (kind == "police" and which == "county"):
        return ("county", state, lat, lon)
    return ("city", state, lat, lon) if kind == "police" and which in TOWN_POLICE else None


def _as_government(one: Agency) -> Sign | None:
    """The city or county that an operator names without its police: `City of Yakima`, `Eagan`, `Iowa County`."""
    if one.lat is None or not (one.which in _GOVERNMENTS if one.kind == "other" else one.kind == "unresolved"):
        return None
    is_county = one.which == "county government" or bool(_COUNTY.search(one.place or ""))
    return ("county" if is_county else "city", one.state, one.lat, one.lon)


def _note(text: str, one: Agency) -> str | None:
    if one.kind == "university":
        return None if names_its_police(text) else UNIVERSITY_NAMED
    return CITY_NAMED if _as_government(one) else None


def _county_names(fips: pd.Series) -> dict[Any, str]:
    """County names without the legal word by FIPS code, of those that occur."""
    from investigate.agencies.boundaries import county_shapes  # noqa: PLC0415 - only where cameras are at hand

    shapes = county_shapes()
    wanted = shapes[shapes["county_fips"].isin(set(fips.dropna()))]
    return dict(zip(wanted["county_fips"], wanted["county"], strict=True))


def _value(value: Any) -> Any:
    """A cell, None for any of the marks of nothing."""
    return None if not isinstance(value, (list, tuple, set)) and pd.isna(value) else value
