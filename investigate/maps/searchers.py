"""Where the agencies on the other side sit: states coloured by searches, a dot for each agency whose place is known.

What is not on the map is counted in its caption, and a picture that does not show what it was given raises MapError.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from investigate.agencies.states import STATE_NAMES
from investigate.chart_spec import Spec, beside
from investigate.charts import WIDTH, style
from investigate.maps.apart import say_apart, state_name
from investigate.maps.drawn import Drawn, MapError, join_names, short_name
from investigate.maps.ground import Ground, nation
from investigate.maps.layers import NICE, draw_dots, draw_land, draw_outline, draw_seat, least_seen, panel
from investigate.maps.outlines import COLOURED, find_pixels
from investigate.maps.picture import ABSENT_FILL, EMPTY, LEGEND, RAMP, UNREAD_FILL, Expected, MapFigure, check_places

DOTS_SAID = {
    "owner": "Dots are the seats of the agencies that searched; no log says which camera was looked at.",
    "searcher": "Dots are the seats of the owners of the cameras; no log says which camera was looked at.",
}
OF_STATE = {"owner": "searching agencies", "searcher": "camera owners"}
PANELS = {"before": "Before the inauguration", "after": "After the inauguration"}
CREDIT = "Outlines: US Census through us-atlas. Places: US Census and GeoNames (CC BY 4.0)."
_SEAT = ("lat", "lon")
NONE, UNREAD = "none", "no reason could be read"
# Of a state in which an agency searched no camera that a file tells of: owners there may have released nothing.
ABSENT = "no search in the files"
GAP = 10  # pixels between two maps
FEW = 20  # searches: below it the largest dot is not drawn as large as it could be
OUTSIDE, UNPLACED = "outside this map", "whose place is not known"
UNDATED = "only with searches in neither period"


def map_searchers(
    points: pd.DataFrame,
    states: pd.DataFrame,
    owner: dict[str, Any],
    title: str,
    panels: dict[str, str] | None = None,
    role: str = "owner",
) -> MapFigure:
    """States by searches (standard scope) and a dot for each agency, before and after side by side on one scale.

    `points`: columns partner, lat, lon (degrees), before, after, as `map_points` gives them. `states`: columns state
    (code, federal, not known, not named), before, after: distinct searches. `owner`: agency, state, lat, lon of the
    agency that the map is of, empty where not known. `panels`: the periods to draw, with a line to put under each one's
    name; without it those of which anything is known. Raises MapError if a picture does not show what it was given.
    """
    shown = panels or {name: "" for name in PANELS if states[name].notna().any()}
    if not shown or not set(shown) <= set(PANELS):
        raise MapError(f"{title!r} cannot be drawn: of neither period ({', '.join(PANELS)}) is anything known.")
    ground = nation(WIDTH if len(shown) == 1 else (WIDTH - GAP) // 2)
    named = points[points["partner"].fillna("") != ""]
    dots, drawn = _place_dots(named, list(shown), ground)
    counts = states.set_index("state")
    coloured = counts.loc[counts.index.isin(COLOURED), list(shown)]
    classes = _classes(int(coloured.fillna(0).to_numpy().max(initial=0)))
    elsewhere = ABSENT if role == "searcher" else None
    colours = _colours(classes, bool(coloured.isna().any(axis=None)), elsewhere)
    most = max([FEW, *(int(dots[name].max()) for name in shown if len(dots))])
    fills = {name: _fills(counts[name], classes, elsewhere) for name in shown}
    maps = [_panel(name, line, fills[name], dots, owner, colours, most, ground) for name, line in shown.items()]
    chart = maps[0] if len(maps) == 1 else beside(maps, GAP)
    least = least_seen(most)
    is_small = any(dots[name].between(1, least, inclusive="left").any() for name in shown)
    small = f"Dots of fewer than {math.ceil(least):,} searches are drawn larger than that, to be seen."
    notes = [
        f"{title}, standard scope, by state of the {OF_STATE[role]} (colour) and by agency (dots, area in proportion).",
        *(["Both maps have the same scale."] if len(shown) > 1 else []),
        *([small] if is_small else []),
        DOTS_SAID[role],
        drawn.sentence(),
        *say_apart(counts, list(shown)),
        *([f"White diamond: {short_name(str(owner.get('agency')))}."] if draw_seat(owner, ground) else []),
        CREDIT,
    ]
    number = sum(int((dots[name] > 0).sum()) for name in shown)
    styled = style(chart, legend=LEGEND)
    expected = Expected(ground.area * len(maps), number)
    return MapFigure(styled, " ".join(notes), _say_alt(title, counts, list(shown), role, drawn), expected)


def can_be_drawn(points: pd.DataFrame) -> bool:
    """Whether any of these agencies has a place on the map or lies in a state that it colours."""
    if points["state"].isin(COLOURED).any():
        return True
    lat, lon = (points[name].astype("Float64").to_numpy("float64", na_value=np.nan) for name in _SEAT)
    is_placed = np.isfinite(lat) & np.isfinite(lon)
    return bool(is_placed.any()) and bool(np.isfinite(find_pixels(lat[is_placed], lon[is_placed], 1e-4)).any())


# ---- dots ----------------------------------------------------------------------------------------------


def _place_dots(points: pd.DataFrame, shown: list[str], ground: Ground) -> tuple[pd.DataFrame, Drawn]:
    """One row a dot, shared by the agencies of one place: x, y in pixels, agencies (names), searches of each period."""
    drawn = Drawn(len(points))
    lat, lon = (points[name].astype("Float64").to_numpy("float64", na_value=np.nan) for name in _SEAT)
    is_placed = np.isfinite(lat) & np.isfinite(lon)
    pixels = np.full((len(points), 2), np.nan)
    pixels[is_placed] = ground.find(lat[is_placed], lon[is_placed])
    on_map = np.isfinite(pixels).all(axis=1)
    counts = {name: points[name].fillna(0).astype("int64").to_numpy() for name in shown}
    dated = np.sum(list(counts.values()), axis=0) > 0
    drawn.left = {
        OUTSIDE: points.loc[is_placed & ~on_map, "partner"].tolist(),
        UNPLACED: points.loc[~is_placed, "partner"].tolist(),
        UNDATED: int((on_map & ~dated).sum()),
    }
    drawn.drawn = int((on_map & dated).sum())
    drawn.check()
    # Two places on the same pixel are one dot, or the one would hide the other.
    frame = pd.DataFrame({"x": pixels[:, 0], "y": pixels[:, 1], "agencies": points["partner"].to_numpy(), **counts})
    told = {"agencies": ("agencies", list), **{name: (name, "sum") for name in shown}}
    dots = frame[on_map & dated].groupby(["x", "y"], as_index=False).agg(**told)
    check_places(dots[["x", "y"]].to_numpy("float64"), ground.width, ground.height)
    return dots, drawn


# ---- the picture --------------------------------------------------------------------------------------


def _classes(most: int) -> list[tuple[int, str]]:
    """Least number and name of each class of counts, at most five: 1–4, 5–19, 20–49, 50–199, 200 or more."""
    if most <= len(RAMP):
        return [(number, str(number)) for number in range(1, most + 1)]
    nice = [number for number in NICE if number <= most]
    places_in = np.round(np.linspace(0, len(nice) - 1, min(len(RAMP), len(nice)))).astype(int)
    starts = [nice[place] for place in dict.fromkeys(places_in.tolist())]
    ends = [start - 1 for start in starts[1:]]
    names = [f"{one:,}" if one == end else f"{one:,}–{end:,}" for one, end in zip(starts, ends, strict=False)]
    return list(zip(starts, [*names, f"{starts[-1]:,} or more"], strict=True))


def _class_of(number: object, classes: list[tuple[int, str]]) -> str:
    if number is None or pd.isna(number):
        return UNREAD
    return next((name for start, name in reversed(classes) if number >= start), NONE)  # type: ignore[operator]


def _fills(numbers: pd.Series, classes: list[tuple[int, str]], elsewhere: str | None) -> dict[str, str]:
    """The class of each state; `elsewhere`: of a state of which there is no number, if that is not a nought."""
    known = numbers.to_dict()
    return {
        code: elsewhere if elsewhere and code not in known else _class_of(known.get(code, 0), classes)
        for code in COLOURED
    }


def _panel(
    name: str, line: str, fills: dict[str, str], dots: pd.DataFrame, owner: dict[str, Any], colours: dict[str, str],
    most: int, ground: Ground,
) -> Spec:  # fmt: skip
    rows = dots[dots[name] > 0]
    said = [f"{join_names(names)}: {number:,}" for names, number in zip(rows["agencies"], rows[name], strict=True)]
    home = [shape for code, shape in ground.land.items() if code == owner.get("state")]
    layers = [
        *draw_land(ground, fills, colours, "searches by state"),
        *draw_outline(home),
        *draw_dots(rows.assign(number=rows[name], said=said), ground, most, "searches by agency"),
        *draw_seat(owner, ground),
    ]
    return panel(layers, ground, PANELS[name], line)


def _colours(classes: list[tuple[int, str]], has_unread: bool, elsewhere: str | None = None) -> dict[str, str]:
    names = [name for _, name in classes]
    places_in = np.round(np.linspace(0, len(RAMP) - 1, len(names))).astype(int) if len(names) > 1 else [2]
    ramp = dict(zip(names, [RAMP[place] for place in places_in], strict=False))
    unread, absent = ({UNREAD: UNREAD_FILL} if has_unread else {}), ({elsewhere: ABSENT_FILL} if elsewhere else {})
    return {NONE: EMPTY} | ramp | unread | absent


# ---- in words -----------------------------------------------------------------------------------------


def _say_alt(title: str, counts: pd.DataFrame, shown: list[str], role: str, drawn: Drawn) -> str:
    said = [f"{'Map' if len(shown) == 1 else 'Two maps'} of the United States. {title}, standard scope."]
    for name in shown:
        known = counts.loc[counts.index.isin(list(STATE_NAMES)), name].dropna()
        top = known[known > 0].sort_values(ascending=False, kind="stable").head(3)
        most = ", ".join(f"{state_name(str(code))} ({int(number):,})" for code, number in top.items())
        by = f"by {OF_STATE[role]} in" if role == "owner" else "of cameras in"
        said.append(f"{PANELS[name]}: {f'most {by} {most}' if most else f'none {by} a known state'}.")
    return " ".join([*said, f"Agencies drawn: {drawn.drawn:,} of {drawn.given:,}."])
