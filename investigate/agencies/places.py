"""Counties, places and townships of the United States, read from `data/reference` without network.

A name is looked up exactly, in a form that forgets capitals, accents, signs and blanks; nothing is matched because it
is similar. Several places of one name in one state are all given: who asks must choose or say that it cannot be told.
Source, date and licence of the tables: `data/reference/sources.toml`.
"""

from __future__ import annotations

import csv
import functools
import gzip
import hashlib
import io
import math
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass

from investigate.agencies.states import FIPS_OF, STATE_NAMES
from investigate.errors import InvestigateError
from investigate.workspace import REPOSITORY

REFERENCE = REPOSITORY / "data" / "reference"
TABLE = "places.csv.gz"
COLUMNS = (
    "id", "name", "legal", "level", "state", "county_fips", "lat", "lon", "population", "source", "other_names",
    "other_counties",
)  # fmt: skip
LEVELS = ("place", "subdivision", "point")  # the order in which candidates are given
LONGEST = 300  # characters of a name that are looked up
EARTH_KM = 6371.0088  # mean radius

_SHORT = {
    "st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort", "twp": "township", "twsp": "township",
    "hts": "heights", "spgs": "springs", "jct": "junction",
}  # fmt: skip
_MARKS = re.compile("['’‘`ʻʼ´]")  # left out, as in O'Fallon and Prince George's
_BOROUGH = re.compile("(?<=[a-z])borough$")
_SIGNS = re.compile(r"[\W_]+")
_COUNTY_WORD = re.compile(
    r"(?i)\s+(county|parish|municipio|city and borough|borough|census area|municipality|island|district|co)\.?$"
)
_COUNTY_OF = re.compile(r"(?i)^(county|parish|municipio) of\s+")
_CITY = re.compile(r"(?i)(^city of\s+|\s+city$)")
# A legal word before or after a place's name: `Town of Cary`, `Jackson Twp`.
LEGAL_PLACE = re.compile(
    r"(?i)^(?:(?:charter )?township|twp\.?|city|town|village|borough) of\s+"
    r"|\s+(?:charter township|township|twp\.?|city|town|village|borough|boro|CDP)$"
)
_LEGAL_WORD = re.compile(r"(?i)\b(township|twp|city|town|village|borough|boro|CDP)\b")
_SAME_WORD = {"twp": "township", "boro": "borough"}
_PLAIN_COUNTY = frozenset({"County", "Parish", "Borough", "Census Area", "Municipio", "Island", "District", "city"})


@dataclass(frozen=True, slots=True)
class Place:
    """A county, place, county subdivision or point of the tables.

    `id`: FIPS code (state 2 digits, county 5, place 7, subdivision 10) or `g` and the GeoNames number. `legal`: city,
    town, township, CDP, County, Parish …; empty where the table has none. `level`: state | county | place | subdivision
    | point. `county`: its county with the legal word. `county_fips`: 5 digits, of 2017. `lat`, `lon`: degrees, 4
    decimals, of a point inside; None for states, where no agency is ever put. `population`: of GeoNames, or None.
    """

    id: str
    name: str
    legal: str
    level: str
    state: str
    county: str | None
    county_fips: str | None
    lat: float | None
    lon: float | None
    population: int | None
    source: str

    @property
    def full_name(self) -> str:
        """`Broome County`, `Livingston Parish`, `Anchorage`, `Baltimore city`; a place's name alone."""
        return _full_name(self.name, self.legal) if self.level == "county" else self.name


class _Table:
    """The rows of places.csv.gz by state, and the index of a state's names, made when that state is first asked for."""

    def __init__(self, content: bytes) -> None:
        lines = csv.reader(io.StringIO(gzip.decompress(content).decode("utf-8"), newline=""))
        if tuple(next(lines, ())) != COLUMNS:
            raise ValueError("other columns")
        self.counties: dict[str, list[list[str]]] = defaultdict(list)
        self.rest: dict[str, list[list[str]]] = defaultdict(list)
        self.county_names: dict[str, str] = {}
        for row in lines:
            if row[3] == "county":
                self.counties[row[4]].append(row)
                self.county_names[row[0]] = _full_name(row[1], row[2])
            else:
                self.rest[row[4]].append(row)
        self._by_name: dict[str, dict[str, list[list[str]]]] = {}

    def named(self, state: str, folded: str) -> list[list[str]]:
        """Rows of a state's places, subdivisions and points with this folded name."""
        if state not in self._by_name:
            index: dict[str, list[list[str]]] = defaultdict(list)
            for row in self.rest.get(state, ()):
                for name in dict.fromkeys((row[1], *row[10].split("|"))) if row[10] else (row[1],):
                    index[fold_place(name)].append(row)
            self._by_name[state] = dict(index)
        return self._by_name[state].get(folded, [])

    def place(self, row: list[str]) -> Place:
        identity, name, legal, level, state, fips, lat, lon, people, source, *_ = row
        return Place(
            identity, name, legal, level, state, self.county_names.get(fips), fips or None, float(lat), float(lon),
            int(people) if people else None, source,
        )  # fmt: skip


@functools.cache
def table_stamp() -> str:
    """Changes with the table of places."""
    return hashlib.sha256((REFERENCE / TABLE).read_bytes()).hexdigest()


@functools.cache
def _table() -> _Table:
    path = REFERENCE / TABLE
    try:
        return _Table(path.read_bytes())
    except (OSError, EOFError, UnicodeDecodeError, ValueError) as error:
        raise InvestigateError(
            f"The table of places {TABLE!r} in data/reference cannot be read ({error}). It is part of the program: "
            "fetch it again from the repository."
        ) from error


def find_county(name: str, state: str) -> Place | None:
    """The county of this name in a state (code), or None. With or without County, Parish, Borough, Municipio …

    Independent cities stand among the counties: `Baltimore County` is the county, `Baltimore city` and `Baltimore`
    alone the city. In Connecticut the eight counties of 2017.
    """
    return next((place for place in counties_named(name) if place.state == state), None)


def counties_named(name: str) -> list[Place]:
    """The counties of this name in all states, as `find_county` finds them; by state code."""
    return list(_counties(name)) if len(name) <= LONGEST else []


@functools.lru_cache(maxsize=8192)
def _counties(name: str) -> tuple[Place, ...]:
    """Of each state at most one: a whole name wins over one from which a legal word was cut."""
    found: dict[str, tuple[list[str], bool]] = {}
    bare, says_county = _COUNTY_OF.subn("", name.strip())
    wanted: bool | None = True if says_county else None  # True: a county; False: an independent city
    for _ in range(3):
        for row in _county_index().get(fold_place(bare), ()):
            is_city = row[2] == "city"
            fits = wanted is None or wanted is not is_city
            if fits and (row[4] not in found or (is_city and wanted is None and found[row[4]][1])):
                found[row[4]] = (row, wanted is None)
        cut = _COUNTY_WORD.sub("", bare)
        if cut != bare:
            bare, wanted = cut, True
        elif wanted is None and _CITY.search(bare):
            bare, wanted = _CITY.sub("", bare, count=1), False
        else:
            break
    return tuple(_table().place(found[state][0]) for state in sorted(found))


@functools.cache
def _county_index() -> dict[str, list[list[str]]]:
    index: dict[str, list[list[str]]] = defaultdict(list)
    for rows in _table().counties.values():
        for row in rows:
            index[fold_place(row[1])].append(row)
    return dict(index)


def county_names(state: str) -> list[str]:
    """The counties of a state (code) with their legal words, by FIPS code."""
    table = _table()
    return [table.county_names[row[0]] for row in table.counties.get(state, ())]


def is_near_state(lat: float, lon: float, state: str, km: float) -> bool:
    """Whether the point of any county or place of the state (code) lies within so many kilometres."""
    table, degrees = _table(), km / 110  # a degree of latitude has 110.6 km and more
    return any(
        abs(float(row[6]) - lat) <= degrees and distance_km(float(row[6]), float(row[7]), lat, lon) <= km
        for row in (*table.counties.get(state, ()), *table.rest.get(state, ()))
    )


def find_places(name: str, state: str, county_fips: str | None = None) -> list[Place]:
    """Every place of this name in a state (code): Census places first, then county subdivisions, then points.

    A name is looked up whole; only if the state has none of it, a legal word before or after it (`Jackson Township`,
    `Town of Cary`) is cut off and must be the place's own. `county_fips` keeps those that lie in that county, also
    cities that reach into it.
    """
    if len(name) > LONGEST:
        return []
    table = _table()
    rows = table.named(state, fold_place(name))
    if not rows and (cut := LEGAL_PLACE.sub("", name.strip(), count=1)) != name.strip():
        said = _LEGAL_WORD.search(name.strip().removeprefix(cut).removesuffix(cut))
        word = said[1].casefold() if said else "?"
        rows = [
            row
            for row in table.named(state, fold_place(cut))
            if _SAME_WORD.get(word, word) in row[2].casefold().split()
        ]
    if county_fips is not None:
        rows = [row for row in rows if county_fips in (row[5], *row[11].split("|"))]
    return sorted(map(table.place, rows), key=lambda place: (LEVELS.index(place.level), place.id))


def largest_places(south: float, west: float, north: float, east: float, most: int) -> list[Place]:
    """The places with the most people in a box (degrees; west is the greater across 180°), largest first.

    Cities, towns and CDPs of which GeoNames has a population; points, such as a part of a city, only after them.
    """
    if most <= 0:
        return []
    found = [
        row
        for rows in _table().rest.values()
        for row in rows
        if row[8] and row[3] != "subdivision" and south <= float(row[6]) <= north
        if _is_between(float(row[7]), west, east)
    ]
    found.sort(key=lambda row: (LEVELS.index(row[3]), -int(row[8]), row[0]))
    return list(map(_table().place, found[:most]))


def _is_between(lon: float, west: float, east: float) -> bool:
    return west <= lon <= east if west <= east else lon >= west or lon <= east


def fold_place(name: str) -> str:
    """The form in which names are compared: no capitals, accents, apostrophes, signs or blanks; St is Saint, Mt Mount.

    Forms of one name ("De Soto", "DeSoto"; "Middleboro", "Middleborough") fold to one; Saint and Sainte stay apart.
    """
    plain = _MARKS.sub("", name)
    if not plain.isascii():
        plain = "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))
        plain = _MARKS.sub("", plain)
    words = _SIGNS.sub(" ", plain.casefold().replace("&", " and ")).split()
    return _BOROUGH.sub("boro", "".join([_SHORT.get(word, word) for word in words]))


@functools.cache
def states() -> dict[str, Place]:
    """The 56 states and territories by code: name, and FIPS code as id; no coordinates, since none lies at a centre."""
    return {
        code: Place(fips, STATE_NAMES[code], "", "state", code, None, None, None, None, None, "census 2022")
        for code, fips in FIPS_OF.items()
    }


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in kilometres between two points in degrees."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_phi, half_lambda = (phi2 - phi1) / 2, math.radians(lon2 - lon1) / 2
    chord = math.sin(half_phi) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_lambda) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, chord)))


def _full_name(name: str, legal: str) -> str:
    return f"{name} {legal}" if legal in _PLAIN_COUNTY else name
