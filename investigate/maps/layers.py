"""What a map is drawn of, in pixels of its ground: land in colours of classes, outlines, lines, dots, a seat, words.

Every layer is drawn without any projection of the drawing engine, from small frames that hold nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from investigate.chart_spec import Spec, field, layered, mark
from investigate.charts import GRID, INK, QUIET
from investigate.maps.ground import Ground
from investigate.maps.picture import DOT

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LARGEST_DOT, LEAST_DOT = 420.0, 7.0  # square pixels
NICE = [step * 10**power for power in range(9) for step in (1, 2, 5)]
LAND_BORDER = "#ffffff"
PLAIN = {"aria": False, "clip": False}  # of marks that nobody points at


def panel(layers: Iterable[Spec], ground: Ground, title: str = "", line: str = "", color: str = "shared") -> Spec:
    """The layers one over another, of the size of the ground; `line` stands under the title. `color`: whether layers
    have their scale of colours in common (shared) or not (independent)."""
    said = {"text": title, "subtitle": line, "anchor": "start", "color": INK, "fontSize": 13}
    said |= {"subtitleColor": QUIET, "subtitleFontSize": 12}
    return layered(
        layers,
        width=ground.width,
        height=ground.height,
        projection={"type": "identity", "scale": 1, "translate": [0, 0]},
        resolve={"scale": {"size": "shared", "color": color}},
        **({"title": said} if title or line else {}),
    )


def draw_land(
    ground: Ground, classes: dict[str, str], colours: dict[str, str], title: str | None, symbol: str = "square"
) -> list[Spec]:
    """Land in the colour of its class, with the frames of insets. `classes`: name of the land → class; `colours`: class
    → colour, in the order of the legend, which stands under `title`; without a title there is none."""
    legend = None if title is None else {"symbolType": symbol}
    scale = {"domain": list(colours), "range": list(colours.values())}
    fill = field("properties.class:N", title=title, scale=scale, legend=legend)
    features = [feature(shape, classes[name]) for name, shape in ground.land.items()]
    look = {"stroke": LAND_BORDER, "strokeWidth": 0.7} | PLAIN
    return [mark("geoshape", features, look, color=fill), *[draw_line(line, ground) for line in ground.lines]]


def draw_outline(shapes: Iterable[BaseGeometry], width: float = 1.3, color: str = INK) -> list[Spec]:
    """Borders of some of the land, over it."""
    features = [feature(shape) for shape in shapes]
    if not features:
        return []
    return [mark("geoshape", features, {"filled": False, "stroke": color, "strokeWidth": width} | PLAIN)]


def feature(shape: BaseGeometry, label: str = "") -> dict[str, Any]:
    """Polygons in pixels as the drawing engine takes them."""
    import shapely  # noqa: PLC0415

    rings = [[list(ring.coords) for ring in (part.exterior, *part.interiors)] for part in shapely.get_parts(shape)]
    geometry = {"type": "MultiPolygon", "coordinates": rings}
    return {"type": "Feature", "properties": {"class": label}, "geometry": geometry}


def at(ground: Ground) -> dict[str, Any]:
    """Columns x and y, in pixels, as the place of a mark."""
    x = {"domain": [0, ground.width], "nice": False}
    y = {"domain": [ground.height, 0], "nice": False}
    return {"x": field("x:Q", scale=x, axis=None), "y": field("y:Q", scale=y, axis=None)}


def on_pointing(words: str) -> dict[str, Any]:
    """A column or property as what is read by pointing at a mark."""
    return {"description": field(words), "tooltip": field(words)}


def draw_line(corners: Iterable[tuple[float, float]], ground: Ground, **look: Any) -> Spec:
    """A line through corners in pixels."""
    pixels = [{"x": float(x), "y": float(y), "n": number} for number, (x, y) in enumerate(corners)]
    style = {"color": GRID, "strokeWidth": 1} | look | PLAIN
    return mark("line", pixels, style, **at(ground), order=field("n:Q"))


def draw_words(rows: pd.DataFrame, ground: Ground, **look: Any) -> list[Spec]:
    """Words (column words) at places (x, y in pixels), with a white edge so that they can be read on any land."""
    if rows.empty:
        return []
    data = rows[["x", "y", "words"]].to_dict("records")
    style: Spec = {"fontSize": 11, "color": QUIET, "align": "center", "baseline": "middle"} | look | PLAIN
    edge: Spec = style | {"color": "#ffffff", "stroke": "#ffffff", "strokeWidth": 3, "strokeJoin": "round"}
    return [mark("text", data, one, **at(ground), text=field("words:N")) for one in (edge, style)]


def draw_dots(
    rows: pd.DataFrame, ground: Ground, most: int, title: str | None, color: str = DOT, largest: float = LARGEST_DOT,
    **look: Any,
) -> list[Spec]:  # fmt: skip
    """Circles with areas in proportion to numbers, the largest at the back; the smallest are drawn large enough to be
    seen. `rows`: x, y (pixels), number, said (what is read by pointing at the dot). `most`: the number of the largest
    dot of all panels; `title`: of the legend, without it there is none."""
    if rows.empty:
        return []
    least = least_seen(most, largest)
    shown = rows.assign(area=rows["number"].clip(lower=least))
    shown = shown.sort_values(["area", "x", "y"], ascending=[False, True, True])
    scale = {"type": "linear", "domain": [0, most], "range": [0, largest]}
    legend = None if title is None else {"values": round_numbers(most), "format": ",d"}
    size = field("area:Q", title=title, scale=scale, legend=legend)
    style = {"color": color, "opacity": 1, "clip": False, "fillOpacity": 0.8, "stroke": "#ffffff", "strokeWidth": 0.6}
    values = shown[["x", "y", "area", "said"]].to_dict("records")
    return [mark("circle", values, style | look, **at(ground), size=size, **on_pointing("said:N"))]


def least_seen(most: int, largest: float = LARGEST_DOT) -> float:
    """The number below which a dot would be too small to be seen."""
    return most * LEAST_DOT / largest


def round_numbers(most: int, apart: int = 3) -> list[int]:
    """Up to three round numbers, none above the largest, so many steps of 1, 2, 5, 10 … apart."""
    nice = [number for number in NICE if number <= most]
    return sorted({nice[-1], nice[max(0, len(nice) - apart)], nice[max(0, len(nice) - 2 * apart)]})


def draw_seat(owner: dict[str, Any], ground: Ground) -> list[Spec]:
    """A white diamond at the seat of the agency that the map is of, if its place (lat, lon) is known and on the map."""
    x, y = find_seat(owner, ground)
    if not np.isfinite(x):
        return []
    style = {"fill": "#ffffff", "stroke": INK, "strokeWidth": 1.6, "size": 70, "opacity": 1}
    look = style | {"shape": "diamond", "filled": True} | PLAIN
    return [mark("point", [{"x": float(x), "y": float(y)}], look, **at(ground))]


def find_seat(owner: dict[str, Any], ground: Ground) -> np.ndarray:
    """The pixels (x, y) of the agency's place (lat, lon); NaN where it is not known or not on the map."""
    found = pd.DataFrame([{name: owner.get(name) for name in ("lat", "lon")}]).apply(pd.to_numeric, errors="coerce")
    pixels: np.ndarray = ground.find(*(found[name].to_numpy("float64", na_value=np.nan) for name in ("lat", "lon")))
    return pixels[0]


def draw_shapes(shapes: Iterable[BaseGeometry], **look: Any) -> list[Spec]:
    """Polygons or lines in pixels in one look, without words."""
    import shapely  # noqa: PLC0415

    found = [{"type": "Feature", "geometry": shapely.geometry.mapping(one)} for one in shapes if not one.is_empty]
    return [mark("geoshape", found, look | PLAIN)] if found else []
