"""The ground of a map: land in pixels, and where on it a point in degrees lies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from investigate.maps.outlines import FRAME, INSET_LINES, find_pixels, outlines, size_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Find = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Ground:
    """Land and points in pixels, x to the right and y down, on a map of `width` × `height`.

    `land`: name (code of a state, FIPS of a county) → its polygons in pixels, within the map. `find`: latitudes and
    longitudes (degrees, EPSG:4326) → pixels (n, 2), NaN for a point that is not on the map. `lines`: corners in pixels
    of lines that frame insets. `metres`: of one pixel, None where parts of the map have scales of their own.
    """

    width: int
    height: int
    land: dict[str, BaseGeometry]
    find: Find
    lines: tuple[tuple[tuple[float, float], ...], ...] = ()
    metres: float | None = None

    @property
    def area(self) -> float:
        """Square pixels of land."""
        return float(sum(shape.area for shape in self.land.values()))


def nation(width: int) -> Ground:
    """The United States, with Alaska and Hawaii as insets and without the territories; land by code of the state."""
    scale = width / (FRAME[2] - FRAME[0])
    lines = tuple(tuple(((x - FRAME[0]) * scale, (FRAME[3] - y) * scale) for x, y in line) for line in INSET_LINES)
    return Ground(*size_of(scale), outlines(scale), lambda lat, lon: find_pixels(lat, lon, scale), lines)
