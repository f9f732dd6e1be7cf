"""Where an agency's cameras can stand, and what that alone says of a camera there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from investigate.agencies.places import find_county, fold_place
from investigate.cameras.areas import Areas
from investigate.cameras.named import TOWN_POLICE, is_gone
from investigate.cameras.read_operator import table as whose_table

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

# What a place says of a camera there that names no operator.
BOUNDARY, COUNTY, NOTHING = "boundary", "county", "unknown"
# Cities that are the whole of their county, beside the independent ones that stand among the counties.
_CITY_COUNTIES = {
    "06075": "San Francisco", "08014": "Broomfield", "08031": "Denver", "11001": "Washington", "22071": "New Orleans",
    "42101": "Philadelphia",
}  # fmt: skip
_NEW_YORK = frozenset({"36005", "36047", "36061", "36081", "36085"})
_CITY_POLICED = frozenset({"VA", "MD", "MO"})  # states whose independent cities have a police beside a sheriff


class Stands:
    """The places of cameras, to be asked for the area of one agency after another."""

    def __init__(self, cameras: pd.DataFrame, areas: Areas) -> None:
        self._areas = areas
        self._lat, self._lon = (cameras[name].to_numpy(dtype="float64", na_value=np.nan) for name in ("lat", "lon"))
        self._placed = cameras["not_placed"].isna().to_numpy()
        placed = cameras["county_fips"].where(self._placed, None).reset_index(drop=True)
        self._by_county = {str(fips): rows for fips, rows in placed.groupby(placed).indices.items()}

    def of(
        self, owner: Mapping[str, Any], has_two_polices: Callable[[str | None], bool]
    ) -> tuple[str, NDArray[np.intp]]:
        """BOUNDARY, COUNTY or NOTHING, and the positions of the cameras in the agency's area, in order.

        `has_two_polices`: whether a county has its own police and a sheriff, so that its cameras tell neither.
        """
        kind, which, state, place, fips, lat, lon = (
            None if pd.isna(owner.get(name)) else owner.get(name)
            for name in ("kind", "which", "state", "place", "county_fips", "lat", "lon")
        )
        if kind in ("state police", "federal", "private") or is_gone(str(owner["agency"])):
            return NOTHING, self._in(())
        if kind == "sheriff" or (kind == "police" and which == "county"):
            polices = not has_two_polices(fips) and (kind != "sheriff" or _sheriff_polices(state, fips))
            return COUNTY if polices else NOTHING, self._in((fips,))
        of_town = kind == "police" and which in (*TOWN_POLICE, "marshal")
        if place and state and (of_town or (kind == "other" and which == "municipality")):
            at = (lat, lon) if lat is not None and lon is not None else None
            if (boundary := self._areas.of(place, state, at)) is not None:
                return BOUNDARY, self._within(boundary)
            if counties := _city_counties(place, state, fips):
                return BOUNDARY, self._in(counties)
        return NOTHING, self._in((fips,))

    def _in(self, counties: frozenset[str] | tuple[str | None, ...]) -> NDArray[np.intp]:
        found = [self._by_county[fips] for fips in counties if fips in self._by_county]
        return np.sort(np.concatenate(found)) if found else np.empty(0, dtype=np.intp)

    def _within(self, boundary: BaseGeometry) -> NDArray[np.intp]:
        import shapely  # noqa: PLC0415 - only where there are boundaries

        west, south, east, north = boundary.bounds
        lat, lon = self._lat, self._lon
        near = np.flatnonzero(self._placed & (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east))
        shapely.prepare(boundary)
        return np.asarray(near[shapely.contains_xy(boundary, lon[near], lat[near])])


def _sheriff_polices(state: str | None, fips: str | None) -> bool:
    """Whether a sheriff polices the county: not in some states, nor in a city that is a county with its own police."""
    if state in whose_table()["sheriffs"] or fips in _CITY_COUNTIES:
        return False
    return not (state in _CITY_POLICED and fips is not None and fips[2:] >= "500")


def _city_counties(place: str, state: str, fips: str | None) -> frozenset[str]:
    """The counties that are one with a city: their boundary is its own. None for a city inside a county."""
    if fips is None:
        return _NEW_YORK if state == "NY" and fold_place(place) in ("newyork", "newyorkcity") else frozenset()
    own = find_county(f"City of {place}", state)
    is_independent = own is not None and own.legal == "city" and own.id == fips
    is_whole = fold_place(_CITY_COUNTIES.get(fips, "-")) == fold_place(place)
    return frozenset({fips}) if is_independent or is_whole else frozenset()
