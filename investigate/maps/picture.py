"""A map as a picture that was looked at: SVG and PNG, with what stands under each dot to be read by pointing at it.

No drawing engine says when it has drawn nothing, flooded a map or piled up points in a corner. Each picture is drawn
once, without what hides the land, and its pixels are counted; one that does not show what it should raises MapError.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from investigate.chart_spec import Spec
from investigate.charts import INK, QUIET, Figure
from investigate.drawing import draw_png, svg_to_png
from investigate.errors import InvestigateError
from investigate.maps.drawn import MapError
from investigate.slim import slim_svg
from investigate.store import written_aside

# One hue from light to dark, told apart by lightness alone; the darkest is the charts' main colour.
RAMP = ("#fbe0cd", "#f0bd9a", "#e0936a", "#cf6a38", "#b8420a")
EMPTY, UNREAD_FILL, ABSENT_FILL = "#edf0f3", "#c3cad2", "#dce8f4"
DOT = "#16324f"
LAND = frozenset((*RAMP, EMPTY, UNREAD_FILL, ABSENT_FILL))  # colours of land; no dot or line has one of them
LEGEND: dict[str, Any] = {
    "orient": "bottom", "direction": "horizontal", "labelColor": INK, "titleColor": QUIET, "titleFontWeight": "normal",
    "labelFontSize": 11, "titleFontSize": 11, "symbolStrokeWidth": 0, "columnPadding": 8, "titleLimit": 400,
    "labelLimit": 260,
    # Fonts of other machines are wider than the one that the drawing engine measures with.
    "padding": 12,
}  # fmt: skip
# A group of marks, and a circle in it as the drawing engine writes them: words, place, radius and look of the circle.
_MARKS = re.compile(r'(<g class="mark-symbol role-mark[^>]*>)(.*?)(</g>)', re.DOTALL)
_CIRCLE = re.compile(
    r'<path(?: aria-label="(?P<said>[^"]*)")?[^>]*? transform="translate\((?P<x>-?[\d.]+),(?P<y>-?[\d.]+)\)" '
    r'd="M(?P<r>[\d.]+),0A[^"]*"(?P<look>[^>]*?)/>'
)
_DRAWN = re.compile(r"<circle\b[^>]*?(?:/>|>.*?</circle>)", re.DOTALL)
# A shape with words of its own, such as a band, as the drawing engine writes it and as `tell_shapes` does.
_SHAPE = re.compile(
    r'<path aria-label="(?P<said>[^"]*)"[^>]*? aria-roledescription="geoshape"[^>]*? (?P<d>d="[^"]*")(?P<look>[^>]*?)/>'
)
_TOLD = re.compile(r"<path\b[^>]*><title>[^<]*</title></path>")
LEAST_LAND, MOST_LAND = 0.75, 1.05  # of the land in square pixels: borders and lines hide some of it
CORNER = 2.0  # pixels: no seat or camera lies so near the top-left corner


@dataclass(frozen=True)
class Expected:
    """What a picture must show: land (square pixels, all panels) in the colours of LAND, and so many dots and bands.

    `lines`: shapes over the land that are read by pointing at them; None where a map has none.
    """

    land: float
    dots: int
    lines: int | None = None


class MapFigure(Figure):
    """A map as a figure, drawn once and looked at before it is given out; raises MapError for a wrong picture.

    In JupyterLab and on pages it is inline SVG: pointing at a dot shows its words. `save` writes SVG or PNG.
    """

    def __init__(self, chart: Spec, caption: str, alt_text: str, expected: Expected) -> None:
        super().__init__(chart, caption, alt_text)
        self.expected = expected
        self._svg = slim_svg(tell_shapes(shorten(self._drawn())))
        check_picture(self._svg, expected)

    def svg(self) -> str:
        return self._svg

    def png(self, scale: float = 2.0) -> bytes:
        """The map as PNG, `scale` pixels of it to one of the SVG; looked at like the SVG."""
        picture = svg_to_png(self._svg, scale)
        check_colours(picture)
        return picture

    def save(self, path: str | Path) -> Path:
        """Write the map as .svg or .png; a file is only ever replaced whole."""
        return write_picture(path, {".svg": self._svg.encode, ".png": self.png})


def write_picture(path: str | Path, kinds: dict[str, Callable[[], bytes]]) -> Path:
    """Write what goes with the file's ending, whole; raises InvestigateError for an ending that is not among them."""
    where = Path(path)
    make = kinds.get(where.suffix.lower())
    if make is None:
        raise InvestigateError(
            f"A map can be saved as {' or '.join(kinds)}, not as {where.suffix or 'a name without one'}."
        )
    content = make()
    with written_aside(where) as aside:
        aside.write_bytes(content)
    return where


def checked_png(chart: str, scale: float) -> bytes:
    """A chart, as `Figure.json` gives it, as PNG: for maps with more dots than SVG can hold."""
    picture = draw_png(chart, scale)
    check_colours(picture)
    return picture


def shorten(svg: str) -> str:
    """The picture with each dot as a circle of two numbers and a radius, and its words to be read by pointing at it.

    Dots of one look that follow one another stand in a group that says it once: hundreds of them stay small on a page.
    """
    return _MARKS.sub(lambda group: group[1] + _shorten_dots(group[2]) + group[3], svg)


def _shorten_dots(marks: str) -> str:
    found = list(_CIRCLE.finditer(marks))
    if not found or sum(len(one[0]) for one in found) != len(marks):
        return marks  # something else stands among them, such as a diamond
    runs = itertools.groupby(found, key=lambda one: one["look"])
    return "".join(f"<g{look}>{''.join(map(_circle, run))}</g>" for look, run in runs)


def _circle(found: re.Match[str]) -> str:
    place = 'cx="{:.1f}" cy="{:.1f}" r="{:.1f}"'.format(*(float(found[name]) for name in ("x", "y", "r")))
    return f"<circle {place}><title>{found['said']}</title></circle>" if found["said"] else f"<circle {place}/>"


def check_picture(svg: str, expected: Expected) -> None:
    """Raise MapError unless the picture shows the land that it should in the colours of LAND, and so many dots."""
    if (found := len(_DRAWN.findall(svg))) != expected.dots:
        raise MapError(f"A map of {expected.dots:,} dots shows {found:,}. Report this as a bug.")
    bare = _DRAWN.sub("", svg)  # many dots hide much land
    if expected.lines is not None:
        bare, found = _TOLD.subn("", bare)
        if found != expected.lines:
            raise MapError(f"A map of {expected.lines:,} bands shows {found:,}. Report this as a bug.")
    colours = check_colours(svg_to_png(bare, 1))
    fills = {tuple(bytes.fromhex(colour[1:])) for colour in LAND}
    shown = sum(number for colour, number in colours.items() if colour in fills)
    if not LEAST_LAND * expected.land <= shown <= MOST_LAND * expected.land:
        raise MapError(
            f"The land on a map should fill {expected.land:,.0f} pixels and fills {shown:,.0f}. Report this as a bug."
        )


def check_colours(png: bytes) -> dict[tuple[int, ...], int]:
    """How many pixels have which colour; raises MapError for a picture that is blank or all of one colour."""
    from PIL import Image  # noqa: PLC0415

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    counted: Any = picture.getcolors(picture.width * picture.height)
    found: dict[tuple[int, ...], int] = {colour: number for number, colour in counted}
    if len(found) <= 2 or max(found.values()) / sum(found.values()) >= 0.95:
        raise MapError("A map came out blank or in one colour. Report this as a bug.")
    return found


def check_places(pixels: np.ndarray, width: float, height: float) -> None:
    """Raise MapError for points (n, 2) that are no numbers, in the top-left corner or beyond the edge of a map."""
    in_corner = (pixels < CORNER).all(axis=1)
    on_map = ((pixels >= 0) & (pixels <= (width, height))).all(axis=1)
    if in_corner.any() or not on_map.all():
        raise MapError("A dot would stand in the corner or beyond the edge of the map. Report this as a bug.")


def tell_shapes(svg: str) -> str:
    """The picture with the words of each shape that has some, such as a band, to be read by pointing at it."""
    return _SHAPE.sub(lambda one: f"<path {one['d']}{one['look']}><title>{one['said']}</title></path>", svg)
