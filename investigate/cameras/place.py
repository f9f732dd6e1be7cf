"""Which points of cameras can be drawn, and in which county they lie; for the others, why not.

Nothing is repaired: a point whose coordinates have changed places is told and not drawn. `place.toml` holds the points
that geocoders give where they do not know, and the counties on a border.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from investigate.agencies.boundaries import county_shapes, state_shapes
from investigate.agencies.states import FIPS_OF

if TYPE_CHECKING:
    import shapely

NO_COORDINATES, ADDRESS_ONLY = "no coordinates", "address only"
SWAPPED, DEFAULT_POINT, ABROAD = "swapped", "default point", "at sea or abroad"
REASONS = (NO_COORDINATES, ADDRESS_ONLY, SWAPPED, DEFAULT_POINT, ABROAD)
# What is said of a point beside the reason.
CHANGED_PLACES = "latitude and longitude have changed places"
SIGN_LOST = "the minus sign of a western longitude is missing"
BOTH = "latitude and longitude have changed places and the minus sign of the longitude is missing"
NO_DEGREES = "the numbers are no degrees"
FAR_OFF = (
    "more than 5 km beyond every county's simplified outline, or 200 m beyond that of a county on the border with "
    "Canada or Mexico"
)
CITY_POINT = "several different addresses stand on this one point, as geocoders write that know only the city"

POINTS = Path(__file__).with_name("place.toml")
CAP_M = 5000.0  # metres from the nearest county's simplified outline; bridges over bays lie up to 4.6 km from one
NEAR_BORDER_M = 1000.0
ENOUGH_ADDRESSES = 3  # different ones on one point
MOST_ADDRESSES, LONGEST_ADDRESS = 200, 200  # of one point, and characters
AT_A_TIME = 200_000  # points: each is some hundred bytes as a shape
_SOUTH, _NORTH = -15.0, 72.0  # American Samoa, Alaska
_AXIS_M, _ECCENTRICITY_SQUARED = 6_378_137.0, 0.006694379990141317  # of the ellipsoid WGS84
_PLANAR = 3395  # Mercator on the ellipsoid: what is nearest on it within five kilometres is nearest on the ground
_MOST_STRETCHED = 3.3  # it shows every length that much longer at 72° north, and less elsewhere

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]
# What tells no street from another: sides and lanes of one crossing, kinds of street, house numbers.
_NO_STREET = re.compile(
    r"\b(?:[nsew]|[ns][ew]|[nsew]b|(?:north|south|east|west)(?:bound)?|at|and|of|near|on|off|by|the|in|lanes?|cameras?|"
    r"cams?|lpr|alpr|ramp|exit|entrance|block|blk|corner|intersection|st|streets?|ave?|avenues?|rd|roads?|dr|drives?|ln|"
    r"blvd|boulevard|pkwy|parkway|ct|court|pl|place|ter|terrace|cir|circle|way|\d+)\b"
)
_HIGHWAY = re.compile(r"\b(i|interstate|us|u s|sr|state route|route|rt|rte|hwy|highway|county road|cr)\s?(\d{1,4})\b")
_INTERSTATE = frozenset({"i", "interstate"})
_ORDINALS = {
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th", "seventh": "7th",
    "eighth": "8th", "ninth": "9th", "tenth": "10th", "eleventh": "11th", "twelfth": "12th",
}  # fmt: skip
_STATES = frozenset(code.casefold() for code in FIPS_OF) - {"ct"}  # which is a court, too


def place_cameras(
    lat: Sequence[float] | Floats,
    lon: Sequence[float] | Floats,
    *,
    listed: bool = False,
    addresses: Sequence[str | None] | None = None,
) -> pd.DataFrame:
    """State, county and what keeps a point off the map, one row a point, numbered from 0.

    `lat`, `lon`: degrees (WGS84), NaN where none is stated. `listed`: a list that somebody released and that is not
    OpenStreetMap's: lost signs and points of geocoders are looked for. `addresses`: one a point, None where none.

    Columns: state (code), county_fips, off_shore_m (metres beyond the nearest county's outline, at most 5,000, or 200
    on the border with Canada or Mexico; NaN inside), near_border (in a county there, and at most NEAR_BORDER_M from the
    country's outline, which is simplified: it may stand on the other side), not_placed (one of REASONS, None for a
    point that can be drawn), told (more of it, or None). Boundaries: investigate.agencies.boundaries, of 2017.
    """
    lat, lon = np.asarray(lat, dtype="float64"), np.asarray(lon, dtype="float64")
    said = np.array([bool(text) for text in addresses] if addresses is not None else [False] * len(lat), dtype=bool)
    why, told = np.full(len(lat), None, dtype=object), np.full(len(lat), None, dtype=object)
    lacks = np.where(said, ADDRESS_ONLY, NO_COORDINATES)
    is_stated = ~(np.isnan(lat) | np.isnan(lon))
    is_degrees = (np.abs(lat) <= 180) & (np.abs(lon) <= 180) & (np.minimum(np.abs(lat), np.abs(lon)) <= 90)
    why[~is_degrees], told[~is_degrees & is_stated] = lacks[~is_degrees], NO_DEGREES
    _tell_default_points(lat, lon, why, told)
    if listed and addresses is not None:
        _tell_city_points(lat, lon, addresses, why, told)
    county, off_shore = _find_counties(lat, lon, _is_open(why))
    _tell_swapped(lat, lon, listed, _is_open(why) & (county < 0), why, told)
    is_nowhere = _is_open(why) & (county < 0)
    no_latitude = is_nowhere & (np.abs(lat) > 90)
    why[is_nowhere], told[is_nowhere] = ABROAD, FAR_OFF
    why[no_latitude], told[no_latitude] = lacks[no_latitude], NO_DEGREES
    counties = _counties()
    # The last county, which -1 means too, is none. Without the type said, None would become NaN.
    texts = {"state": counties.state[county], "county_fips": counties.fips[county], "not_placed": why, "told": told}
    found = pd.DataFrame({name: pd.Series(values, dtype="object") for name, values in texts.items()})
    found.insert(2, "off_shore_m", off_shore)
    found.insert(3, "near_border", _near_border(lat, lon, county))
    return found


def _is_open(why: NDArray[Any]) -> NDArray[np.bool_]:
    is_open: NDArray[np.bool_] = pd.isna(why)
    return is_open


# ---- counties ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Counties:
    """The counties by number, and one more that stands for none; their shapes in degrees and in metres."""

    fips: NDArray[Any]
    state: NDArray[Any]
    cap_m: Floats
    degrees: shapely.STRtree
    metres: shapely.STRtree


@functools.cache
def _counties() -> _Counties:
    import shapely  # noqa: PLC0415

    shapes = county_shapes().sort_values("county_fips", ignore_index=True)
    border = _told()["border"]
    cap = np.where(shapes["county_fips"].isin(border["counties"]), float(border["cap_m"]), CAP_M)
    return _Counties(
        np.array([*shapes["county_fips"], None], dtype=object),
        np.array([*shapes["state"], None], dtype=object),
        cap,
        shapely.STRtree(shapes.geometry.to_numpy()),
        shapely.STRtree(shapes.geometry.to_crs(_PLANAR).to_numpy()),
    )


def _find_counties(lat: Floats, lon: Floats, wanted: NDArray[np.bool_]) -> tuple[Numbers, Floats]:
    """The number of each point's county, -1 for none; metres beyond its outline, NaN inside it and for none."""
    county, off_shore = np.full(len(lat), -1, dtype="intp"), np.full(len(lat), np.nan)
    # Nothing of the United States lies elsewhere, and no projection of it has to bear the poles.
    near = np.flatnonzero(wanted & (lat > _SOUTH) & (lat < _NORTH) & (np.abs(lon) <= 180))
    for start in range(0, len(near), AT_A_TIME):
        part = near[start : start + AT_A_TIME]
        county[part] = _inside(lat[part], lon[part])
        beyond = part[county[part] < 0]
        county[beyond], off_shore[beyond] = _nearest(lat[beyond], lon[beyond])
    return county, off_shore


def _inside(lat: Floats, lon: Floats) -> Numbers:
    import shapely  # noqa: PLC0415

    point, county = _counties().degrees.query(shapely.points(lon, lat), predicate="intersects")
    return _first(len(lat), point, county)


def _near_border(lat: Floats, lon: Floats, county: Numbers) -> NDArray[np.bool_]:
    """Which points lie in a county on a border and near the country's outline."""
    import pyproj  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    is_near = np.zeros(len(lat), dtype=bool)
    at = np.flatnonzero((county >= 0) & (_counties().cap_m[county] < CAP_M))
    if not len(at):
        return is_near
    east, north = pyproj.Transformer.from_crs(4326, _PLANAR, always_xy=True).transform(lon[at], lat[at])
    reach = NEAR_BORDER_M / np.cos(np.radians(lat[at]))
    is_near[at[shapely.dwithin(_outline(), shapely.points(east, north), reach)]] = True
    return is_near


@functools.cache
def _outline() -> shapely.Geometry:
    """The outer line of the country, in metres of _PLANAR."""
    import shapely  # noqa: PLC0415

    line = shapely.union_all(state_shapes().to_crs(_PLANAR).geometry.to_numpy()).boundary
    shapely.prepare(line)
    return line


def _nearest(lat: Floats, lon: Floats) -> tuple[Numbers, Floats]:
    """The nearest county within its cap, and the metres to it on the ground."""
    import pyproj  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    counties = _counties()
    east, north = pyproj.Transformer.from_crs(4326, _PLANAR, always_xy=True).transform(lon, lat)
    (point, nearest), stretched = counties.metres.query_nearest(
        shapely.points(east, north), max_distance=CAP_M * _MOST_STRETCHED, return_distance=True, all_matches=True
    )
    sine = np.sin(np.radians(lat[point]))
    metres = stretched * np.cos(np.radians(lat[point])) / np.sqrt(1 - _ECCENTRICITY_SQUARED * sine**2)
    is_near = metres <= counties.cap_m[nearest]
    county, off_shore = _first(len(lat), point[is_near], nearest[is_near]), np.full(len(lat), np.nan)
    off_shore[point[is_near]] = metres[is_near]
    return county, off_shore


def _first(points: int, point: Numbers, county: Numbers) -> Numbers:
    """Of the counties of each point the one with the lowest code, -1 for none: a point can lie on a border."""
    found = np.full(points, len(_counties().cap_m), dtype="intp")
    np.minimum.at(found, point, county)
    found[found == len(_counties().cap_m)] = -1
    return found


# ---- points that are not where the camera is -----------------------------------------------------------------


@functools.cache
def _told() -> dict[str, Any]:
    return tomllib.loads(POINTS.read_text(encoding="utf-8"))


@functools.cache
def _default_points() -> dict[tuple[float, float], str]:
    """Point → what it is the default of."""
    told = _told()
    nowhere = {(float(point["lat"]), float(point["lon"])): point["is"] for point in told["nowhere"]}
    cities = {
        (float(point["lat"]), float(point["lon"])): f"the point for {point['is']} as a whole" for point in told["city"]
    }
    return nowhere | cities


def _tell_default_points(lat: Floats, lon: Floats, why: NDArray[Any], told: NDArray[Any]) -> None:
    points = _default_points()
    for at in np.flatnonzero(np.isin(lat, [point[0] for point in points]) & _is_open(why)):
        if what := points.get((float(lat[at]), float(lon[at]))):
            why[at], told[at] = DEFAULT_POINT, what


def _tell_city_points(
    lat: Floats, lon: Floats, addresses: Sequence[str | None], why: NDArray[Any], told: NDArray[Any]
) -> None:
    """Points on which records stand whose addresses are in three or more places that share no street."""
    frame = pd.DataFrame({"lat": lat, "lon": lon, "address": pd.Series(list(addresses), dtype="object")})
    frame = frame[_is_open(why) & frame["address"].notna()]
    frame = frame[frame.groupby(["lat", "lon"])["lat"].transform("size") >= ENOUGH_ADDRESSES]
    texts = frame.groupby(["lat", "lon"])["address"].agg(lambda said: sorted(set(said)))
    crowded = {point for point, said in texts.items() if _places_of(said) >= ENOUGH_ADDRESSES}
    for at in np.flatnonzero(_is_open(why)):
        if crowded and (lat[at], lon[at]) in crowded:
            why[at], told[at] = DEFAULT_POINT, CITY_POINT


def _places_of(addresses: Sequence[str]) -> int:
    """In how many places the addresses are; two that share a street are in one, and so is all that is linked so."""
    places: list[set[str]] = []
    for streets in _streets(addresses[:MOST_ADDRESSES]):
        linked = [place for place in places if place & streets]
        places = [place for place in places if not place & streets] + [streets.union(*linked)]
    return len(places)


def _streets(addresses: Sequence[str]) -> Iterator[set[str]]:
    """The words that tell the streets of each address (`1st`, `main`, `i55`), where it has any."""
    plain = [re.sub(r"[\W_]+", " ", text[:LONGEST_ADDRESS].split(",")[0].casefold()).split() for text in addresses]
    ends = _same_end(plain)
    for words in plain:
        text = " ".join(_ORDINALS.get(word, word) for word in words[: len(words) - ends])
        text = _HIGHWAY.sub(lambda found: f"{'i' if found[1] in _INTERSTATE else 'r'}{found[2]}", text)
        if streets := set(_NO_STREET.sub(" ", text).split()):
            yield streets


def _same_end(addresses: Sequence[list[str]]) -> int:
    """With how many words all addresses end alike, if these are a city with its state or postcode; else 0."""
    last = addresses[0][-1] if addresses[0] else ""
    if len(addresses) < 2 or not (last in _STATES or re.fullmatch(r"\d{5}", last)):
        return 0
    shortest = min(map(len, addresses))
    same = next((at for at in range(shortest) if len({words[-1 - at] for words in addresses}) > 1), shortest)
    return same if same > 1 else 0


def _tell_swapped(
    lat: Floats, lon: Floats, listed: bool, wanted: NDArray[np.bool_], why: NDArray[Any], told: NDArray[Any]
) -> None:
    """Points outside the country that lie inside it when read another way.

    Signs are looked at in released lists only: what OpenStreetMap has in Asia stands in Asia.
    """
    ways = [(CHANGED_PLACES, lon, lat)]
    if listed:
        west = -np.abs(lon)
        ways += [(SIGN_LOST, lat, west), (BOTH, lon, -np.abs(lat))]
    for what, other_lat, other_lon in ways:
        still = wanted & _is_open(why)
        found = _find_counties(other_lat, other_lon, still)[0] >= 0
        why[found], told[found] = SWAPPED, what
