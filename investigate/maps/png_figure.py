"""A map with more dots than SVG can hold: a PNG that was looked at, its caption and the words that stand for it."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from investigate.chart_spec import Spec
from investigate.charts import Figure
from investigate.errors import InvestigateError
from investigate.maps.drawn import MapError
from investigate.maps.picture import CORNER, LEAST_LAND, MOST_LAND, check_colours, checked_png, write_picture

SCALE = 2.0  # pixels of the picture to one of the map
MARGIN = 5  # pixels left of the map and above it
LEAST_DOTS, MOST_DOTS = 0.5, 1.1  # of the dots in square pixels: a dot's edge has a mixed colour
MOST_IN_SVG = 3_000  # dots


@dataclass(frozen=True)
class ExpectedPng:
    """What a PNG must show, in pixels of the map, which stands `MARGIN` from its left and upper edge.

    `size`: width and height. `land`: its colour and square pixels, without what dots hide. `dots`: for each colour the
    places (n, 2) of its dots. `radius`: of a dot.
    """

    size: tuple[int, int]
    land: tuple[str, float]
    dots: dict[str, np.ndarray]
    radius: float

    @property
    def number(self) -> int:
        return sum(map(len, self.dots.values()))


class PngFigure(Figure):
    """A map as a PNG of `SCALE` pixels to one, drawn once and looked at before it is given out; raises MapError.

    In JupyterLab and on pages it is an `<img>` that holds the picture itself. `save` writes the PNG; `svg` and `.svg`
    are for maps of few dots.
    """

    def __init__(self, chart: Spec, caption: str, alt_text: str, expected: ExpectedPng) -> None:
        super().__init__(chart, caption, alt_text)
        self.expected = expected
        self._png = smaller(checked_png(self.json(), SCALE))
        check_png(self._png, expected, SCALE)

    def png(self) -> bytes:
        return self._png

    def svg(self) -> str:
        """The map as SVG; raises InvestigateError for more than 3,000 dots, which no page can hold."""
        if self.expected.number > MOST_IN_SVG:
            raise InvestigateError(
                f"A map of {self.expected.number:,} dots is too large for SVG (the most is {MOST_IN_SVG:,}). "
                "Save it as .png."
            )
        return super().svg()

    def save(self, path: str | Path) -> Path:
        """Write the map as .png, or as .svg where it has few dots; a file is only ever replaced whole."""
        return write_picture(path, {".png": self.png, ".svg": lambda: self.svg().encode()})

    def _repr_html_(self) -> str:
        data = base64.b64encode(self._png).decode()
        width = self.expected.size[0] + 2 * MARGIN
        picture = f'<img src="data:image/png;base64,{data}" alt="{escape(self.alt_text, quote=True)}" width="{width}">'
        return f'<figure class="chart">{picture}<figcaption>{escape(self.caption)}</figcaption></figure>'


def smaller(png: bytes) -> bytes:
    """The same picture in 256 colours, a quarter of the size; colours of land and dots stay, mixed ones at edges may
    move a little."""
    from PIL import Image  # noqa: PLC0415

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    few = picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    kept = io.BytesIO()
    few.save(kept, "PNG")
    return kept.getvalue()


def check_png(png: bytes, expected: ExpectedPng, scale: float) -> None:
    """Raise MapError unless land fills so many pixels and each dot stands at its place and nowhere else."""
    check_colours(png)
    pixels = _map_of(png, expected, scale)
    land = _number(pixels, expected.land[0]) / scale**2
    if not LEAST_LAND * expected.land[1] <= land <= MOST_LAND * expected.land[1]:
        raise MapError(
            f"The land on a map should fill {expected.land[1]:,.0f} pixels and fills {land:,.0f}. Report this as a bug."
        )
    side = int(2 * CORNER * scale)
    if any(_number(pixels[:side, :side], colour) for colour in expected.dots):
        raise MapError("A dot stands in the corner of the map. Report this as a bug.")
    shown = sum(_number(pixels[_cells(places, pixels, scale)], colour) for colour, places in expected.dots.items())
    if shown != expected.number:
        raise MapError(f"A map of {expected.number:,} dots shows {shown:,} at their places. Report this as a bug.")
    wanted = expected.number * math.pi * expected.radius**2
    found = sum(_number(pixels, colour) for colour in expected.dots) / scale**2
    if not LEAST_DOTS * wanted <= found <= MOST_DOTS * wanted:
        raise MapError(f"Dots on a map should fill {wanted:,.0f} pixels and fill {found:,.0f}. Report this as a bug.")


def _map_of(png: bytes, expected: ExpectedPng, scale: float) -> np.ndarray:
    """The pixels of the map alone: colours of dots stand in the legend below it too."""
    from PIL import Image  # noqa: PLC0415

    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    first, (width, height) = round(MARGIN * scale), (round(side * scale) for side in expected.size)
    cut = picture[first : first + height, first : first + width]
    if cut.shape[:2] != (height, width):
        raise MapError(f"A map of {width} × {height} pixels does not fit its picture. Report this as a bug.")
    return cut


def _cells(places: np.ndarray, pixels: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of the pixel in the middle of each dot."""
    column, row = (np.clip((places[:, one] * scale).astype(int), 0, pixels.shape[1 - one] - 1) for one in (0, 1))
    return row, column


def _number(pixels: np.ndarray, colour: str) -> int:
    return int((pixels == tuple(bytes.fromhex(colour[1:]))).all(axis=-1).sum())
