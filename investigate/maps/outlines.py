"""The United States in pixels: outlines of the states, Alaska and Hawaii as insets, and where on them a point lies.

Everything is projected here and never by the drawing engine, which floods a map or piles up points in a corner without
a word. A point that lies on no part of the map has no pixels.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from investigate.agencies.states import STATE_NAMES

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

NEAR = 25_000  # metres from a coast of the outlines within which a place still lies on the map
LEAST_ISLAND = 0.8  # square pixels


@dataclass(frozen=True)
class Part:
    """A part of the map with its own projection: where its points are (west, south, east, north in degrees; west of
    180 first), how much it is scaled and where it is shifted to, in metres of the map."""

    crs: str
    box: tuple[float, float, float, float]
    states: frozenset[str] = frozenset()
    scale: float = 1.0
    coarse: float = 0.7  # how simple its outlines are, in pixels
    shift: tuple[float, float] = (0.0, 0.0)


ALASKA, HAWAII = frozenset({"AK"}), frozenset({"HI"})
TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "VI"})
PARTS = (
    Part("EPSG:5070", (-125.5, 24.0, -66.0, 49.8), frozenset(STATE_NAMES) - ALASKA - HAWAII - TERRITORIES),
    Part("EPSG:3338", (170.0, 51.0, -129.0, 72.0), ALASKA, 0.32, 0.9, (-1_690_000.0, 60_000.0)),
    Part(
        "+proj=aea +lat_1=8 +lat_2=18 +lat_0=13 +lon_0=-157 +datum=NAD83 +units=m",
        (-161.0, 18.5, -154.0, 22.7), HAWAII, 1.0, 0.3, (-730_000.0, -400_000.0),
    ),
)  # fmt: skip
COLOURED = frozenset().union(*(part.states for part in PARTS))
FRAME = (-2_420_000.0, 130_000.0, 2_310_000.0, 3_220_000.0)  # metres of the map: left, bottom, right, top
INSET_LINES = (((-2_420_000, 980_000), (-1_640_000, 980_000), (-1_180_000, 600_000), (-1_180_000, 130_000)),
               ((-1_180_000, 660_000), (-780_000, 660_000), (-430_000, 420_000), (-430_000, 130_000)))  # fmt: skip


def size_of(scale: float) -> tuple[int, int]:
    """Width and height of one map in pixels."""
    return round((FRAME[2] - FRAME[0]) * scale), math.ceil((FRAME[3] - FRAME[1]) * scale)


@functools.cache
def _projected() -> tuple[tuple[dict[str, BaseGeometry], BaseGeometry], ...]:
    """For each part its states in metres of its own projection, and the area in which a place lies on the map."""
    import shapely  # noqa: PLC0415 - with the shapes a second, which only maps need

    from investigate.agencies.boundaries import state_shapes  # noqa: PLC0415

    shapes = state_shapes().set_index("state").geometry
    found = []
    for part in PARTS:
        mine = shapes[shapes.index.isin(part.states)].to_crs(part.crs)
        near = shapely.union_all(shapely.buffer(shapely.simplify(mine.to_numpy(), 2_000), NEAR, quad_segs=2))
        shapely.prepare(near)
        found.append((dict(zip(mine.index, mine, strict=True)), near))
    return tuple(found)


@functools.cache
def outlines(scale: float) -> dict[str, BaseGeometry]:
    """The states in pixels (y down), so simple that a line is off by less than a pixel; borders stay shared."""
    import shapely  # noqa: PLC0415

    found = {}
    for part, (states, _) in zip(PARTS, _projected(), strict=True):
        pixel = 1 / (scale * part.scale)
        simple = shapely.coverage_simplify(np.array(list(states.values())), pixel * part.coarse)
        for code, shape in zip(states, simple, strict=True):
            drawn = shapely.transform(shape, functools.partial(_to_pixels, part=part, scale=scale))
            islands = sorted(shapely.get_parts(drawn), key=shapely.area, reverse=True)
            found[code] = shapely.MultiPolygon(islands[:1] + [one for one in islands[1:] if one.area >= LEAST_ISLAND])
    return found


def _to_pixels(metres: np.ndarray, part: Part, scale: float) -> np.ndarray:
    x, y = (metres[:, place] * part.scale + part.shift[place] for place in (0, 1))
    return np.round(np.column_stack([(x - FRAME[0]) * scale, (FRAME[3] - y) * scale]), 1)


@functools.cache
def _there(crs: str) -> Any:
    """From degrees to the metres of a projection, looked up once: maps ask for one seat many times."""
    import pyproj  # noqa: PLC0415

    return pyproj.Transformer.from_crs("EPSG:4269", crs, always_xy=True)


def find_pixels(lat: np.ndarray, lon: np.ndarray, scale: float) -> np.ndarray:
    """Pixels (x, y) of points in degrees; NaN for a point outside the map: abroad, at sea, in a territory, swapped."""
    import shapely  # noqa: PLC0415

    pixels = np.full((len(lat), 2), np.nan)
    for part, (_, near) in zip(PARTS, _projected(), strict=True):
        west, south, east, north = part.box
        across = (lon >= west) & (lon <= east) if west < east else (lon >= west) | (lon <= east)
        inside = np.flatnonzero(across & (lat >= south) & (lat <= north))
        if not len(inside):
            continue
        metres = np.column_stack(_there(part.crs).transform(lon[inside], lat[inside]))
        on_map = shapely.contains_xy(near, metres)
        pixels[inside[on_map]] = _to_pixels(metres[on_map], part, scale)
    return pixels
