"""All known cameras of the United States on one map: a dot for each spot that has some, darker the more share it.

Every camera is accounted for in the caption, and a picture that does not show what it was given raises MapError.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from investigate.agencies.states import STATE_NAMES
from investigate.chart_spec import Spec, field, mark
from investigate.charts import style
from investigate.maps.drawn import Drawn, MapError, join_names
from investigate.maps.ground import Ground, nation
from investigate.maps.layers import PLAIN, at, draw_land, panel
from investigate.maps.outlines import COLOURED, FRAME, PARTS, TERRITORIES
from investigate.maps.picture import EMPTY, LEGEND, check_places
from investigate.maps.png_figure import MARGIN, ExpectedPng, PngFigure

CELL = 3.6  # pixels between two dots, which stand like a honeycomb and never on one another
RADIUS = 1.7  # pixels
# Least number of cameras → colour of its dots: one hue, told apart by lightness alone, and none a colour of land.
CLASSES = {1: "#8fb9de", 2: "#5a95c8", 5: "#2c6aa3", 20: "#16406d", 100: "#071a30"}
OUTSIDE, NOT_STATED = "outside this map", "without coordinates"
OUTLINES = "Outlines: US Census through us-atlas."
KM_IN_MILE = 1.609344


def map_cameras(cameras: pd.DataFrame, title: str, credit: str, snapshot: str, width: int = 975) -> PngFigure:
    """A national map of any number of cameras, as PNG; Alaska and Hawaii are insets, territories are counted.

    `cameras`: lat, lon (degrees, EPSG:4326) and, where known, state (code) and not_placed (why it is on no map, else
    empty), as in the camera table. `credit`: the attribution of the sources. `snapshot`: the day on which the data
    stood so, in words, empty where no file says. Raises MapError if no camera can be drawn, or if the picture does not
    show what it was given.
    """
    ground = nation(width)
    pixels, drawn = _place(cameras, ground)
    if not drawn.drawn:
        raise MapError(f"{title!r} cannot be drawn. {drawn.sentence()}")
    dots = _gather(pixels[np.isfinite(pixels).all(axis=1)])
    starts = [start for start in CLASSES if start <= dots["number"].max()]
    names = _names(starts)
    dots["class"] = [names[place - 1] for place in np.searchsorted(starts, dots["number"], side="right")]
    colours = dict(zip(names, CLASSES.values(), strict=False))
    hidden = len(dots) * math.pi * RADIUS**2
    places = {colours[name]: those[["x", "y"]].to_numpy("float64") for name, those in dots.groupby("class")}
    expected = ExpectedPng((ground.width, ground.height), (EMPTY, ground.area - hidden), places, RADIUS)
    known = _by_state(cameras, np.isfinite(pixels).all(axis=1))
    caption = _say_caption(title, drawn, known, credit, snapshot, width)
    return PngFigure(_chart(dots, colours, ground), caption, _say_alt(title, drawn, known, dots), expected)


# ---- where they lie -----------------------------------------------------------------------------------


def _place(cameras: pd.DataFrame, ground: Ground) -> tuple[np.ndarray, Drawn]:
    """Pixels of each camera, NaN for one that is not drawn, and why it is not."""
    lat, lon = (pd.to_numeric(cameras[name], errors="coerce").to_numpy("float64", na_value=np.nan) for name in _PLACE)
    why = np.full(len(cameras), "", dtype=object)
    why[~(np.isfinite(lat) & np.isfinite(lon))] = NOT_STATED
    if "not_placed" in cameras:
        said = cameras["not_placed"].astype("string").fillna("").to_numpy(dtype=object)
        why[said != ""] = [f"not placed ({reason})" for reason in said[said != ""]]
    pixels = np.full((len(cameras), 2), np.nan)
    free = np.flatnonzero(why == "")
    pixels[free] = ground.find(lat[free], lon[free])
    off = free[~np.isfinite(pixels[free]).all(axis=1)]
    pixels[off] = np.nan
    state = cameras["state"].to_numpy(dtype=object)[off] if "state" in cameras else [None] * len(off)
    why[off] = [f"in {STATE_NAMES[code]}" if code in TERRITORIES else OUTSIDE for code in state]
    drawn = Drawn(len(cameras), int((why == "").sum()), ("camera", "cameras"))
    counted = pd.Series(why[why != ""], dtype=object).value_counts()
    drawn.left = {str(reason): int(number) for reason, number in sorted(counted.items(), key=_most_first)}
    drawn.check()
    check_places(pixels[np.isfinite(pixels).all(axis=1)], ground.width, ground.height)
    return pixels, drawn


_PLACE = ("lat", "lon")


def _most_first(one: tuple[Any, int]) -> tuple[int, str]:
    return -one[1], str(one[0])


def _gather(pixels: np.ndarray) -> pd.DataFrame:
    """One row a dot: x, y (the middle of a six-sided cell) and number, the cameras within."""
    step = np.array([CELL, CELL * math.sqrt(3)])
    even, odd = np.round(pixels / step), np.floor(pixels / step) + 0.5
    is_even = (((pixels / step - even) * step) ** 2).sum(axis=1) <= (((pixels / step - odd) * step) ** 2).sum(axis=1)
    middle = np.round(np.where(is_even[:, None], even, odd) * step, 2)
    cells, number = np.unique(middle, axis=0, return_counts=True)
    return pd.DataFrame({"x": cells[:, 0], "y": cells[:, 1], "number": number})


def _by_state(cameras: pd.DataFrame, is_drawn: np.ndarray) -> pd.Series:
    """Cameras drawn, by state, most first; empty where the table does not say in which state they lie."""
    if "state" not in cameras:
        return pd.Series(dtype="int64")
    counts = cameras.loc[is_drawn, "state"].dropna().astype(str).value_counts()
    return counts.sort_index().sort_values(ascending=False, kind="stable")


# ---- the picture --------------------------------------------------------------------------------------


def _names(starts: list[int]) -> list[str]:
    ends = [start - 1 for start in starts[1:]]
    named = [f"{one}" if one == end else f"{one}–{end}" for one, end in zip(starts, ends, strict=False)]
    return [*named, "1" if starts == [1] else f"{starts[-1]} or more"]


def _chart(dots: pd.DataFrame, colours: dict[str, str], ground: Ground) -> Spec:
    legend = {"symbolType": "circle", "symbolSize": 60}
    scale = {"domain": list(colours), "range": list(colours.values())}
    color = field("class:N", title="cameras at one spot", scale=scale, legend=legend)
    # As one text, in which no column's name stands in each row.
    values = dots.sort_values(["number", "x", "y"])[["x", "y", "class"]].to_csv(index=False, lineterminator="\n")
    data = {"values": values, "format": {"type": "csv", "parse": {"x": "number", "y": "number", "class": "string"}}}
    spots = mark("circle", data, {"size": math.pi * RADIUS**2, "opacity": 1} | PLAIN, **at(ground), color=color)
    land = draw_land(ground, dict.fromkeys(ground.land, "land"), {"land": EMPTY}, None)
    return style(panel([*land, spots], ground, color="independent"), legend=LEGEND) | {"padding": MARGIN}


# ---- in words -----------------------------------------------------------------------------------------


def _say_caption(title: str, drawn: Drawn, known: pd.Series, credit: str, snapshot: str, width: int) -> str:
    km = CELL * (FRAME[2] - FRAME[0]) / width / 1000
    miles, far = km / KM_IN_MILE, 1 / PARTS[1].scale
    none = sorted(STATE_NAMES[code] for code in COLOURED - set(known.index)) if len(known) else []
    notes = [
        f"{title}. Each dot stands for all cameras at one spot, about {miles:.0f} miles ({km:.0f} km) across; in "
        f"Alaska, which is drawn smaller, {miles * far:.0f} miles. The darker, the more.",
        drawn.sentence(),
        *([f"No camera is drawn in {join_names(none)}."] if none else []),
        "No dot does not mean no camera: the lists of cameras are not complete. One record can be a pole with several.",
        f"As of {snapshot}." if snapshot else "Of which day the data are, no file says.",
        credit,
        OUTLINES,
    ]
    return " ".join(note for note in notes if note)


def _say_alt(title: str, drawn: Drawn, known: pd.Series, dots: pd.DataFrame) -> str:
    top = ", ".join(f"{STATE_NAMES.get(str(code), code)} ({number:,})" for code, number in known.head(3).items())
    most = f"most in {top}, " if top else ""
    spots = f"{len(dots):,} {'spot' if len(dots) == 1 else 'spots'}"
    return (
        f"Map of the United States. {title}: {drawn.drawn:,} of {drawn.given:,} cameras drawn, {most}at {spots}, up to "
        f"{int(dots['number'].max()):,} at one."
    )
