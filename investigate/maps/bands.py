"""Bands in pixels from a point within a state to the seat of an agency, as wide as there are searches; their names."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

WIDEST, LEAST = 15.0, 1.3  # pixels
BEND = 0.2  # of the length of a band: how far the point that pulls its middle northwards lies off the straight line
NARROW = 0.14  # of its width: what is left of a band at the seat
CLEAR = 8.0  # pixels around the seat that bands leave free
THIN = 0.9  # pixels: the least width at the seat
STEPS = 24
LETTERS, LINE = 11.0, 13.0  # pixels: size of letters and height of a line
# Widths of letters in thousandths of their size, as in Helvetica and what is drawn in its place.
_NARROW = dict.fromkeys("ijl", 222) | dict.fromkeys("ftI ,.'", 278) | {"r": 333}
_WIDE = dict.fromkeys("wCDHNRU", 722) | dict.fromkeys("GOQ", 778) | {"m": 833, "M": 833, "W": 944}
BESIDE = 2.0  # pixels between words and what they name; words keep twice as far from what they do not name
TURNS = (
    0,
    20,
    -20,
    40,
    -40,
    60,
    -60,
    75,
    -75,
    90,
    -90,
)  # degrees off the direction of a band in which its words may stand
ROUND = tuple(range(-90, 270, 30))  # the same around a ring, which has none
MOST_HIDDEN = 0.3  # of the place of words: bands beneath it
Box = tuple[float, float, float, float]  # left, top, right, bottom
Disc = tuple[float, float, float]  # x, y of the middle, radius


@functools.lru_cache(maxsize=512)
def point_within(shape: BaseGeometry) -> tuple[float, float]:
    """The point of the largest part of a shape that lies farthest from its border."""
    import shapely  # noqa: PLC0415

    largest = max(shapely.get_parts(shape), key=shapely.area)
    # Part of the answer is how near: half a pixel is not seen, and finer takes long for a coast.
    x, y = shapely.maximum_inscribed_circle(largest, tolerance=0.5).coords[0]
    return float(x), float(y)


def width_of(number: float, most: float) -> float:
    """Pixels; in proportion to the number, and never so thin that it could not be seen."""
    return max(LEAST, WIDEST * number / most)


def band(
    state: tuple[float, float], seat: tuple[float, float], width: float, clear: float, arrow: bool, bend: float = BEND
) -> np.ndarray:
    """Corners (n, 2) of a band between two points, bent northwards, widest in the state and narrow at the seat.

    `clear`: pixels around the seat that it leaves free. `arrow`: with an arrowhead in the state, else with a round end.
    """
    start, end, length = _ends(state, seat)
    pull = _pulled(start, end, length, bend)
    steps = np.linspace(0, 1, 4 * STEPS)[:, None]
    line = (1 - steps) ** 2 * start + 2 * steps * (1 - steps) * pull + steps**2 * end
    return _widened(_cut(line, end, min(clear, 0.4 * length)), width, arrow)


def outward(state: tuple[float, float], seat: tuple[float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where the band between two points starts, and the direction (of length 1) that leads on beyond its start."""
    start, end, length = _ends(state, seat)
    away = start - _pulled(start, end, length, BEND)
    away /= max(float(np.hypot(*away)), 1e-9)
    return (float(start[0]), float(start[1])), (float(away[0]), float(away[1]))


def _ends(state: tuple[float, float], seat: tuple[float, float]) -> tuple[np.ndarray, np.ndarray, float]:
    """The two ends of a band and how far they are apart."""
    start, end = np.array(state), np.array(seat)
    length = float(np.hypot(*(end - start)))
    if length < 1:  # the seat lies where the band would start
        return end - np.array([0.0, 2.0 * CLEAR]), end, 2.0 * CLEAR
    return start, end, length


def _cut(line: np.ndarray, end: np.ndarray, clear: float) -> np.ndarray:
    """A line up to the point that lies `clear` pixels before its end."""
    left = np.hypot(*(line - end).T)
    last = int(np.flatnonzero(left >= clear)[-1])
    if last + 1 == len(line):
        return line
    part = (left[last] - clear) / max(left[last] - left[last + 1], 1e-9)
    return np.vstack([line[: last + 1], line[last] + part * (line[last + 1] - line[last])])


def _pulled(start: np.ndarray, end: np.ndarray, length: float, bend: float) -> np.ndarray:
    """The point that bends a band: off its middle, on the side that is further north, and never far beyond the edge."""
    along = (end - start) / length
    across = np.array([along[1], -along[0]])
    across = across if across[1] <= 0 else -across
    pull: np.ndarray = (start + end) / 2 + across * bend * length
    return np.array([pull[0], max(pull[1], min(start[1], end[1], 6.0))])


def _widened(line: np.ndarray, width: float, arrow: bool) -> np.ndarray:
    """The outline of a band along a line that starts in the state."""
    far = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    head = min(0.45 * far[-1], 4.0 + 0.9 * width) if arrow else 0.0
    steps = np.linspace(head, far[-1], STEPS)
    middle = np.column_stack([np.interp(steps, far, line[:, place]) for place in (0, 1)])
    along = np.gradient(middle, axis=0)
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    half = np.maximum(width / 2 * (1 - (1 - NARROW) * steps / far[-1]), THIN / 2)[:, None] * across
    sides = np.vstack([middle + half, (middle - half)[::-1]])
    if arrow:
        wing = across[0] * (width / 2 + 2.0 + 0.15 * width)
        return np.vstack([line[:1], middle[:1] + wing, sides, middle[:1] - wing])
    turn = np.linspace(-0.5 * math.pi, 0.5 * math.pi, 8)[1:-1, None]  # from the last side round to the first
    return np.vstack([sides, middle[0] + width / 2 * (np.sin(turn) * across[0] - np.cos(turn) * along[0])])


def width_of_words(words: str) -> float:
    """Pixels, about."""
    return LETTERS * sum(_NARROW.get(one) or _WIDE.get(one) or (556 if one.islower() else 667) for one in words) / 1000


class Names:
    """Places for words over bands such that each stands beside what it names and beside nothing else.

    `seat`: middle and radius (pixels) of what is around the seat; `starts`: those of the starts of bands.
    """

    def __init__(
        self, size: tuple[float, float], bands: Iterable[BaseGeometry], seat: Disc, starts: Iterable[Disc]
    ) -> None:
        import shapely  # noqa: PLC0415

        self.size = size
        self.discs = [seat, *starts]
        self.bands = shapely.union_all([shapely.make_valid(one) for one in bands])
        self.taken: list[Box] = []

    def place(self, words: str, disc: Disc, along: tuple[float, float] | None) -> tuple[float, float] | None:
        """Middle of the words beside the start of a band, in the direction that leads on beyond it (`along`), or
        beside the seat (None); None where there is no room."""
        import shapely  # noqa: PLC0415

        half_wide, half_high = width_of_words(words) / 2 + 1, LINE / 2
        first = 0.0 if along is None else math.atan2(along[1], along[0])
        found: list[tuple[float, int, tuple[float, float], Box]] = []
        for order, turn in enumerate(ROUND if along is None else TURNS):
            right, down = (part(first + math.radians(turn)) for part in (math.cos, math.sin))
            to_edge = min(half_wide / max(abs(right), 1e-9), half_high / max(abs(down), 1e-9))
            far = disc[2] + BESIDE + to_edge
            x, y = disc[0] + right * far, disc[1] + down * far
            box = (x - half_wide, y - half_high, x + half_wide, y + half_high)
            hidden = float(self.bands.intersection(shapely.box(*box)).area) / (4 * half_wide * half_high)
            if hidden <= MOST_HIDDEN and self._is_free(box, disc):
                found.append((round(hidden, 2), order, (x, y), box))
        if not found:
            return None
        *_, middle, box = min(found)
        self.taken.append(box)
        return middle

    def _is_free(self, box: Box, disc: Disc) -> bool:
        left, top, right, bottom = box
        if left < 0 or top < 0 or right > self.size[0] or bottom > self.size[1]:
            return False
        if any(left < r and right > lft and top < b and bottom > t for lft, t, r, b in self.taken):
            return False
        own = _between(box, disc)
        return all(other == disc or _between(box, other) >= max(2 * BESIDE, own + BESIDE) for other in self.discs)


def _between(box: Box, disc: Disc) -> float:
    """Pixels between a box and the edge of a disc, below 0 where they overlap."""
    x, y, radius = disc
    return math.hypot(max(box[0] - x, 0.0, x - box[2]), max(box[1] - y, 0.0, y - box[3])) - radius
