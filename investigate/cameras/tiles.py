"""What to ask a server for: a box, or the box of a state, cut into tiles small enough to be answered."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from investigate.agencies.states import STATE_NAMES, code_of
from investigate.cameras.fetch_states import NEAR_M, Surroundings, degrees_of, waters_of
from investigate.errors import UnknownValue, unknown

TILE = 2.0  # degrees: side of a tile at first; one national query times out
SMALLEST = 0.25  # degrees: no tile is cut below it


class Box(NamedTuple):
    """South, west, north, east in degrees (EPSG:4326): the order in which Overpass wants them."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, lat: float, lon: float, margin: float = 1e-6) -> bool:
        return self.south - margin <= lat <= self.north + margin and self.west - margin <= lon <= self.east + margin

    def text(self) -> str:
        return ",".join(f"{side:.7f}".rstrip("0").rstrip(".") for side in self)

    def can_be_cut(self) -> bool:
        return max(self.north - self.south, self.east - self.west) >= 2 * SMALLEST - 1e-9

    def quarters(self) -> list[Box]:
        lat, lon = round((self.south + self.north) / 2, 7), round((self.west + self.east) / 2, 7)
        return [
            Box(self.south, self.west, lat, lon),
            Box(self.south, lon, lat, self.east),
            Box(lat, self.west, self.north, lon),
            Box(lat, lon, self.north, self.east),
        ]


@dataclass(frozen=True)
class Area:
    """What is asked for: its name, boxes and tiles; `is_inside(lats, lons)` says which points belong to it."""

    name: str
    boxes: list[Box]
    tiles: list[Box]
    is_inside: Callable[[list[float], list[float]], list[bool]]


def area_of(state: str | None, box: tuple[float, float, float, float] | None) -> Area:
    """The area of a state (code or name) or of a box (south, west, north, east): one of the two, not both.

    Raises UnknownValue for a state that there is not, and for sides that make no box.
    """
    if (state is None) == (box is None):
        raise UnknownValue("Give either a state (such as IL) or a box (south, west, north, east), one of the two.")
    if state is not None:
        return _area_of_state(_code(state))
    assert box is not None
    whole = _checked(box)
    return Area(
        f"box {whole.text()}",
        [whole],
        list(_cut(whole)),
        lambda lats, lons: [whole.holds(lat, lon) for lat, lon in zip(lats, lons, strict=True)],
    )


def _code(state: str) -> str:
    code = state.strip().upper()
    code = code if code in STATE_NAMES else code_of(state) or ""
    if not code:
        raise unknown("state", state, STATE_NAMES, "Give its two letters.")
    return code


def _checked(sides: tuple[float, float, float, float]) -> Box:
    shown = ",".join(map(str, sides))
    if len(sides) != 4 or not all(math.isfinite(side) for side in sides):
        raise UnknownValue(f"{shown!r} is no box. Give four numbers in degrees: south, west, north, east.")
    box = Box(*(round(float(side), 7) for side in sides))
    if not (-90 <= box.south < box.north <= 90 and -180 <= box.west < box.east <= 180):
        raise UnknownValue(
            f"{shown!r} is no box: south must be below north (within -90 to 90) and west below east (within -180 to "
            "180). The order is south, west, north, east; across the line of 180 degrees give two boxes."
        )
    return box


def _cut(box: Box) -> Iterator[Box]:
    """Tiles on a grid that is the same for every box, cut to it."""
    for row in range(math.floor(box.south / TILE), math.ceil(box.north / TILE)):
        for column in range(math.floor(box.west / TILE), math.ceil(box.east / TILE)):
            yield Box(
                max(box.south, row * TILE),
                max(box.west, column * TILE),
                min(box.north, (row + 1) * TILE),
                min(box.east, (column + 1) * TILE),
            )


def _area_of_state(code: str) -> Area:
    from shapely import box as rectangle  # noqa: PLC0415
    from shapely import prepare  # noqa: PLC0415

    shape = waters_of(code)
    west, south, east, north = shape.bounds
    # Alaska's last islands lie beyond 180 degrees: one box around all of it would go round the earth.
    halves = [(-180.0, 0.0), (0.0, 180.0)] if east - west > 180 else [(west, east)]
    boxes = [_with_margin(shape.intersection(rectangle(low, south, high, north)).bounds) for low, high in halves]
    prepare(shape)
    tiles = [
        tile
        for one in boxes
        for tile in _cut(one)
        if shape.intersects(rectangle(*_swapped(_with_margin(_swapped(tile)))))
    ]
    around = Surroundings(code, (boxes[0].south + boxes[0].north) / 2, (boxes[0].west + boxes[0].east) / 2)
    return Area(f"state {code}", boxes, tiles, around.may_be_own)


def _with_margin(bounds: tuple[float, float, float, float]) -> Box:
    """A box around (west, south, east, north) and what lies near it."""
    west, south, east, north = bounds
    up, side = degrees_of(NEAR_M, max(abs(south), abs(north)))
    sides = (max(-90.0, south - up), max(-180.0, west - side), min(90.0, north + up), min(180.0, east + side))
    return Box(*(round(limit, 4) for limit in sides))


def _swapped(sides: Box) -> tuple[float, float, float, float]:
    """West, south, east, north, as shapes want it."""
    return sides.west, sides.south, sides.east, sides.north
