"""Which places are asked for a state's cameras, and which of those found may be the state's own.

Outlines are simplified and lack bridges and small islands, so only what lies inside another state, or in Canada or
Mexico, is left out; what remains outside every county is told by the load.
"""

from __future__ import annotations

import functools
import math
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from investigate.cameras.place import POINTS

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

NEAR_M = 2_000.0  # metres: a simplified border can lie so far beside the true one
AT_SEA_M = 25_000.0  # metres from the outline within which bridges and islands without one are looked for
METRES_PER_DEGREE = 110_000.0  # of latitude, rounded down so that a margin is never too small
BEND = 0.05  # degrees: a border along a parallel is a curve in metres, so it gets a corner at least this often


def degrees_of(metres: float, lat: float) -> tuple[float, float]:
    """How many degrees of latitude and, at this latitude or nearer to the equator, of longitude a distance is."""
    up = metres / METRES_PER_DEGREE
    return up, up / math.cos(math.radians(min(85.0, abs(lat) + up)))


def waters_of(code: str) -> BaseGeometry:
    """The state (EPSG:4326) and what lies within 25 km of it and in no other state, beyond 180 degrees too."""
    import shapely  # noqa: PLC0415
    from shapely.affinity import scale  # noqa: PLC0415

    shape, others = _states(code)
    _, south, _, north = shape.bounds
    up, side = degrees_of(AT_SEA_M, max(abs(south), abs(north)))
    narrow = scale(shape, xfact=up / side, origin=(0, 0))
    wide = scale(shapely.buffer(shapely.simplify(narrow, up / 50), up, quad_segs=4), xfact=side / up, origin=(0, 0))
    near = others[shapely.intersects(others, wide)]
    return shapely.union(shapely.difference(wide, shapely.union_all(near)), shape)


def _states(code: str) -> tuple[BaseGeometry, Any]:
    """The shape of a state, and those of all others."""
    from investigate.agencies.boundaries import state_shapes  # noqa: PLC0415

    shapes = state_shapes()
    is_it = shapes["state"] == code
    return shapes.loc[is_it, "geometry"].iloc[0], shapes.loc[~is_it, "geometry"].to_numpy()


@dataclass(frozen=True)
class Surroundings:
    """A state and the counties near it, in metres around (`lat`, `lon`)."""

    code: str
    lat: float
    lon: float

    def may_be_own(self, lats: list[float], lons: list[float]) -> list[bool]:
        """For each point whether it may be the state's: inside it or within 2 km, or off every county and within 25 km.

        A point that is off every county and nearest to one on the border with Canada or Mexico is theirs beyond the
        distance at which `place_cameras` puts it abroad.
        """
        import shapely  # noqa: PLC0415

        if not lats:
            return []
        import geopandas as gpd  # noqa: PLC0415

        state, counties, cap_m = self._metres
        points = gpd.GeoSeries(gpd.points_from_xy(lons, lats), crs=4326).to_crs(self._crs).to_numpy()
        (at, nearest), metres = shapely.STRtree(counties).query_nearest(points, return_distance=True, all_matches=False)
        off_m, cap = np.full(len(points), np.inf), np.full(len(points), np.inf)
        off_m[at], cap[at] = metres, cap_m[nearest]
        is_near = shapely.dwithin(state, points, NEAR_M)
        is_at_sea = (off_m > 0) & shapely.dwithin(state, points, AT_SEA_M)
        found: list[bool] = ((is_near | is_at_sea) & (off_m <= cap)).tolist()
        return found

    @property
    def _crs(self) -> str:
        return f"+proj=aeqd +lat_0={self.lat} +lon_0={self.lon} +datum=WGS84 +units=m"

    @functools.cached_property
    def _metres(self) -> tuple[Any, Any, Any]:
        """The state, the counties in it and around it, and how far off each a point is still in the country."""
        import geopandas as gpd  # noqa: PLC0415
        import shapely  # noqa: PLC0415

        from investigate.agencies.boundaries import county_shapes  # noqa: PLC0415

        shape, _ = _states(self.code)
        _, south, _, north = shape.bounds
        _, side = degrees_of(2 * AT_SEA_M, max(abs(south), abs(north)))
        every = county_shapes()
        every = every[shapely.dwithin(every.geometry.to_numpy(), shape, side)]
        border = tomllib.loads(POINTS.read_text(encoding="utf-8"))["border"]
        is_border = every["county_fips"].isin(border["counties"])
        both = gpd.GeoSeries([shape, *every.geometry], crs=4326).segmentize(BEND).to_crs(self._crs).to_numpy()
        shapely.prepare(both)
        return both[0], both[1:], np.where(is_border, float(border["cap_m"]), np.inf)
