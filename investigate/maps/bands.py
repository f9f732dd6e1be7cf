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
LETTER, LINE = 6.1, 13.0  # pixels: mean width of a letter and height of a line of words of 11 pixels
OTHERS = 120.0  # square pixels of bands that words had better hide than the start of one
Box = tuple[float, float, float, float]  # left, top, right, bottom


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
    start, end = np.array(state), np.array(seat)
    length = float(np.hypot(*(end - start)))
    if length < 1:  # the seat lies where the band would start
        start, length = end - np.array([0.0, 2.0 * CLEAR]), 2.0 * CLEAR
    pull = _pulled(start, end, length, bend)
    steps = np.linspace(0, 1, 4 * STEPS)[:, None]
    line = (1 - steps) ** 2 * start + 2 * steps * (1 - steps) * pull + steps**2 * end
    line = line[np.hypot(*(line - end).T) >= min(clear, 0.4 * length)]
    return _widened(line, width, arrow)


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


class Names:
    """Places for words over bands such that none overlaps another, a seat or the edge of the map."""

    def __init__(
        self, size: tuple[float, float], bands: Iterable[BaseGeometry], taken: Iterable[Box], starts: np.ndarray
    ) -> None:
        import shapely  # noqa: PLC0415

        self.size = size
        self.starts = starts
        self.bands = shapely.union_all([shapely.make_valid(one) for one in bands])
        self.taken = list(taken)

    def place(self, words: str, at: tuple[float, float], gap: float) -> tuple[float, float] | None:
        """Middle of the words beside a point, where they hide least of the bands; None where there is no room."""
        import shapely  # noqa: PLC0415

        width = LETTER * len(words) + 4
        found: list[tuple[float, int, tuple[float, float], Box]] = []
        for order, (right, down) in enumerate(((0, -1), (1, 0), (-1, 0), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))):
            x = at[0] + right * (gap + width / 2)
            y = at[1] + down * (gap + LINE / 2)
            box = (x - width / 2, y - LINE / 2, x + width / 2, y + LINE / 2)
            if self._is_free(box):
                hidden = float(self.bands.intersection(shapely.box(*box)).area)
                found.append((hidden + OTHERS * self._starts_near(box), order, (x, y), box))
        if not found:
            return None
        *_, middle, box = min(found)
        self.taken.append(box)
        return middle

    def _is_free(self, box: Box) -> bool:
        left, top, right, bottom = box
        if left < 0 or top < 0 or right > self.size[0] or bottom > self.size[1]:
            return False
        return not any(left < r and right > lft and top < b and bottom > t for lft, t, r, b in self.taken)

    def _starts_near(self, box: Box) -> int:
        """Bands that start beneath the words, which would seem to be theirs."""
        near = (self.starts > (box[0] - 3, box[1] - 3)) & (self.starts < (box[2] + 3, box[3] + 3))
        return int(near.all(axis=1).sum())
