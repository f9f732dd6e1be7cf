"""Where the agencies on the other side sit: states coloured by searches, a dot for each agency whose place is known.

Outlines and dots are projected here, to pixels, before they are drawn: no projection of the drawing engine can flood a
map or pile up points in a corner. What is not on the map is counted in its caption, and a picture that does not show
what it was given raises MapError.
"""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from investigate.agencies.states import STATE_NAMES
from investigate.charts import GRID, INK, QUIET, WIDTH, Figure, _style, alt
from investigate.errors import InvestigateError
from investigate.outlines import COLOURED, FRAME, INSET_LINES, find_pixels, outlines, size_of
from investigate.scrub import printed

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

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
# One hue from light to dark, told apart by lightness alone; the darkest is the charts' main colour.
RAMP = ("#fbe0cd", "#f0bd9a", "#e0936a", "#cf6a38", "#b8420a")
EMPTY, UNREAD_FILL, ABSENT_FILL, DOT = "#edf0f3", "#c3cad2", "#dce8f4", "#16324f"
DOT_STYLE = f'fill="{DOT}" fill-opacity="0.8" stroke="#ffffff" stroke-width="0.6"'
# A dot as the drawing engine writes it, and the group of dots.
_DOT = re.compile(rf'<path transform="translate\(([\d.]+),([\d.]+)\)" d="M([\d.]+),0A[^"]*" {DOT_STYLE} opacity="1"/>')
_CIRCLE = re.compile(r"<circle [^>]*/>")
_DOTS = re.compile(r'<g (class="mark-symbol[^>]*)>(?=<circle )')
GAP = 10  # pixels between two maps
LONGEST_NAME = 120  # characters of a name in a caption
LARGEST_DOT, LEAST_DOT = 420.0, 7.0  # square pixels
FEW = 20  # searches: below it the largest dot is not drawn as large as it could be
NICE = [step * 10**power for power in range(9) for step in (1, 2, 5)]
MOST_NAMED = 12


class MapError(InvestigateError):
    """A map that does not show what it was given. It is not drawn."""


@dataclass
class Drawn:
    """What became of the agencies that a map was given: given = drawn + outside + unplaced + undated."""

    given: int
    drawn: int = 0
    outside: list[str] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)
    undated: int = 0

    def check(self) -> None:
        """Raise MapError if an agency was lost."""
        found = self.drawn + len(self.outside) + len(self.unplaced) + self.undated
        if found != self.given:
            raise MapError(f"A map was given {self.given:,} agencies and accounts for {found:,}. Report this as a bug.")

    def sentence(self) -> str:
        """What was given and drawn, and what was not and why."""
        parts = [f"{self.drawn:,} drawn"]
        parts += [f"{len(self.outside):,} outside this map ({_names(self.outside)})"] if self.outside else []
        parts += [f"{len(self.unplaced):,} whose place is not known ({_names(self.unplaced)})"] if self.unplaced else []
        parts += [f"{self.undated:,} only with searches in neither period"] if self.undated else []
        return f"Of {self.given:,} {'agency' if self.given == 1 else 'agencies'}: {', '.join(parts)}."


class MapFigure(Figure):
    """A map as a figure, drawn once and looked at before it is given out; raises MapError for a wrong picture."""

    def __init__(self, chart: alt.TopLevelMixin, caption: str, alt_text: str, land: float, dots: int) -> None:
        super().__init__(chart, caption, alt_text)
        self._svg = shorten(super().svg())
        check_picture(self._svg, land, dots)

    def svg(self) -> str:
        return self._svg


def map_searchers(
    points: pd.DataFrame,
    states: pd.DataFrame,
    owner: dict[str, Any],
    title: str,
    panels: dict[str, str] | None = None,
    role: str = "owner",
) -> Figure:
    """States by searches (standard scope) and a dot for each agency, before and after side by side on one scale.

    `points`: columns partner, lat, lon (degrees), before, after, as `map_points` gives them. `states`: columns state
    (code, federal, not known, not named), before, after: distinct searches. `owner`: agency, state, lat, lon of the
    agency that the map is of, empty where not known. `panels`: the periods to draw, with a line to put under each one's
    name; without it those of which anything is known. Raises MapError if a picture does not show what it was given.
    """
    shown = panels or {name: "" for name in PANELS if states[name].notna().any()}
    if not shown or not set(shown) <= set(PANELS):
        raise MapError(f"{title!r} cannot be drawn: of neither period ({', '.join(PANELS)}) is anything known.")
    width = WIDTH if len(shown) == 1 else (WIDTH - GAP) // 2
    scale = width / (FRAME[2] - FRAME[0])
    named = points[points["partner"].fillna("") != ""]
    dots, drawn = _place_dots(named, list(shown), scale)
    counts = states.set_index("state")
    coloured = counts.loc[counts.index.isin(COLOURED), list(shown)]
    classes = _classes(int(coloured.fillna(0).to_numpy().max(initial=0)))
    elsewhere = ABSENT if role == "searcher" else None
    colours = _colours(classes, bool(coloured.isna().any(axis=None)), elsewhere)
    most = max([FEW, *(int(dots[name].max()) for name in shown if len(dots))])
    fills = {name: _fills(counts[name], classes, elsewhere) for name in shown}
    maps = [_panel(name, line, fills[name], dots, owner, colours, most, scale) for name, line in shown.items()]
    chart = maps[0] if len(maps) == 1 else alt.hconcat(*maps, spacing=GAP)
    is_small = any(dots[name].between(1, _least(most), inclusive="left").any() for name in shown)
    small = f"Dots of fewer than {math.ceil(_least(most)):,} searches are drawn larger than that, to be seen."
    notes = [
        f"{title}, standard scope, by state of the {OF_STATE[role]} (colour) and by agency (dots, area in proportion).",
        *(["Both maps have the same scale."] if len(shown) > 1 else []),
        *([small] if is_small else []),
        DOTS_SAID[role],
        drawn.sentence(),
        *_say_apart(counts, list(shown)),
        *([f"White diamond: {_short(str(owner.get('agency')))}."] if _seat(owner, scale) else []),
        CREDIT,
    ]
    land = sum(shape.area for shape in outlines(scale).values()) * len(maps)
    number = sum(int((dots[name] > 0).sum()) for name in shown)
    styled = _style(chart).configure_legend(**_LEGEND)
    return MapFigure(styled, " ".join(notes), _say_alt(title, counts, list(shown), role, drawn), land, number)


def can_be_drawn(points: pd.DataFrame) -> bool:
    """Whether any of these agencies has a place on the map or lies in a state that it colours."""
    if points["state"].isin(COLOURED).any():
        return True
    lat, lon = (points[name].astype("Float64").to_numpy("float64", na_value=np.nan) for name in _SEAT)
    is_placed = np.isfinite(lat) & np.isfinite(lon)
    return bool(is_placed.any()) and bool(np.isfinite(find_pixels(lat[is_placed], lon[is_placed], 1e-4)).any())


# ---- dots ----------------------------------------------------------------------------------------------


def _place_dots(points: pd.DataFrame, shown: list[str], scale: float) -> tuple[pd.DataFrame, Drawn]:
    """One row a dot, shared by the agencies of one place: x, y in pixels, agencies (names), searches of each period."""
    drawn = Drawn(len(points))
    lat, lon = (points[name].astype("Float64").to_numpy("float64", na_value=np.nan) for name in _SEAT)
    is_placed = np.isfinite(lat) & np.isfinite(lon)
    pixels = np.full((len(points), 2), np.nan)
    pixels[is_placed] = find_pixels(lat[is_placed], lon[is_placed], scale)
    on_map = np.isfinite(pixels).all(axis=1)
    counts = {name: points[name].fillna(0).astype("int64").to_numpy() for name in shown}
    dated = np.sum(list(counts.values()), axis=0) > 0
    drawn.unplaced = points.loc[~is_placed, "partner"].tolist()
    drawn.outside = points.loc[is_placed & ~on_map, "partner"].tolist()
    drawn.undated, drawn.drawn = int((on_map & ~dated).sum()), int((on_map & dated).sum())
    drawn.check()
    # Two places on the same pixel are one dot, or the one would hide the other.
    frame = pd.DataFrame({"x": pixels[:, 0], "y": pixels[:, 1], "agencies": points["partner"].to_numpy(), **counts})
    told = {"agencies": ("agencies", ", ".join), **{name: (name, "sum") for name in shown}}
    dots = frame[on_map & dated].groupby(["x", "y"], as_index=False).agg(**told)
    width, height = size_of(scale)
    in_corner = (dots["x"] < 2) & (dots["y"] < 2)
    if in_corner.any() or not (dots["x"].between(0, width) & dots["y"].between(0, height)).all():
        raise MapError("A dot would stand in the corner or beyond the edge of the map. Report this as a bug.")
    return dots, drawn


# ---- the picture --------------------------------------------------------------------------------------

_LEGEND: dict[str, Any] = {
    "orient": "bottom", "direction": "horizontal", "labelColor": INK, "titleColor": QUIET, "titleFontWeight": "normal",
    "labelFontSize": 11, "titleFontSize": 11, "symbolStrokeWidth": 0, "columnPadding": 8, "titleLimit": 400,
    "labelLimit": 260,
}  # fmt: skip


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
    most: int, scale: float,
) -> alt.LayerChart:  # fmt: skip
    ground = outlines(scale)
    fill = alt.Color(
        "properties.class:N", title="searches by state",
        scale=alt.Scale(domain=list(colours), range=list(colours.values())), legend=alt.Legend(symbolType="square"),
    )  # fmt: skip
    land = [_feature(shape, fills[code]) for code, shape in ground.items()]
    home = [_feature(shape) for code, shape in ground.items() if code == owner.get("state")]
    layers: list[alt.Chart] = [
        alt.Chart(alt.Data(values=land))
        .mark_geoshape(stroke="#ffffff", strokeWidth=0.7, aria=False, clip=False)
        .encode(color=fill),
        *[_line(one, scale) for one in INSET_LINES],
    ]
    if home:
        outline = alt.Chart(alt.Data(values=home))
        layers.append(outline.mark_geoshape(filled=False, stroke=INK, strokeWidth=1.3, aria=False, clip=False))
    layers += _dots(dots[dots[name] > 0], name, most, scale)
    layers += _seat(owner, scale)
    width, height = size_of(scale)
    said = alt.TitleParams(
        PANELS[name], subtitle=line, anchor="start", color=INK, fontSize=13, subtitleColor=QUIET, subtitleFontSize=12
    )
    chart = alt.layer(*layers).project(type="identity", scale=1, translate=[0, 0])
    return chart.properties(width=width, height=height, title=said).resolve_scale(size="shared", color="shared")


def _colours(classes: list[tuple[int, str]], has_unread: bool, elsewhere: str | None = None) -> dict[str, str]:
    names = [name for _, name in classes]
    places_in = np.round(np.linspace(0, len(RAMP) - 1, len(names))).astype(int) if len(names) > 1 else [2]
    ramp = dict(zip(names, [RAMP[place] for place in places_in], strict=False))
    unread, absent = ({UNREAD: UNREAD_FILL} if has_unread else {}), ({elsewhere: ABSENT_FILL} if elsewhere else {})
    return {NONE: EMPTY} | ramp | unread | absent


def _feature(shape: BaseGeometry, label: str = "") -> dict[str, Any]:
    rings = [[list(ring.coords) for ring in (part.exterior, *part.interiors)] for part in shape.geoms]
    geometry = {"type": "MultiPolygon", "coordinates": rings}
    return {"type": "Feature", "properties": {"class": label}, "geometry": geometry}


def _at(scale: float) -> dict[str, Any]:
    """Pixels of the map as the places of a mark."""
    width, height = size_of(scale)
    x, y = alt.Scale(domain=[0, width], nice=False), alt.Scale(domain=[height, 0], nice=False)
    return {"x": alt.X("x:Q", scale=x, axis=None), "y": alt.Y("y:Q", scale=y, axis=None)}


def _line(corners: Any, scale: float) -> alt.Chart:
    pixels = [{"x": (x - FRAME[0]) * scale, "y": (FRAME[3] - y) * scale, "n": n} for n, (x, y) in enumerate(corners)]
    mark = alt.Chart(alt.Data(values=pixels)).mark_line(color=GRID, strokeWidth=1, aria=False, clip=False)
    return mark.encode(**_at(scale), order="n:Q")


def _dot_size(most: int) -> alt.Size:
    """Areas in proportion, with up to three of them in the legend, none above the largest."""
    nice = [number for number in NICE if number <= most]
    shown = sorted({nice[-1], nice[max(0, len(nice) - 3)], nice[max(0, len(nice) - 6)]})
    scale = alt.Scale(type="linear", domain=[0, most], range=[0, LARGEST_DOT])
    return alt.Size("area:Q", title="searches by agency", scale=scale, legend=alt.Legend(values=shown, format=",d"))


def _least(most: int) -> float:
    """The number of searches below which a dot would be too small to be seen."""
    return most * LEAST_DOT / LARGEST_DOT


def _dots(dots: pd.DataFrame, name: str, most: int, scale: float) -> list[alt.Chart]:
    """Circles, the largest at the back; the smallest are drawn so large that they are seen."""
    if dots.empty:
        return []
    rows = dots.assign(searches=dots[name], area=dots[name].clip(lower=_least(most)))
    rows = rows.sort_values(["area", "x", "y"], ascending=[False, True, True])
    base = alt.Chart(alt.Data(values=rows[["x", "y", "area", "searches", "agencies"]].to_dict("records")))
    mark = base.mark_circle(
        color=DOT, opacity=1, fillOpacity=0.8, stroke="#ffffff", strokeWidth=0.6, aria=False, clip=False
    )
    return [mark.encode(**_at(scale), size=_dot_size(most), tooltip=["agencies:N", "searches:Q"])]


def _seat(owner: dict[str, Any], scale: float) -> list[alt.Chart]:
    """The seat of the agency that the map is of, if its place is known and on the map."""
    lat, lon = (pd.Series([owner.get(name)]).astype("Float64").to_numpy("float64", na_value=np.nan) for name in _SEAT)
    (x, y), *_ = find_pixels(lat, lon, scale)
    if not np.isfinite(x):
        return []
    base = alt.Chart(alt.Data(values=[{"x": float(x), "y": float(y)}]))
    mark = base.mark_point(
        shape="diamond",
        filled=True,
        fill="#ffffff",
        stroke=INK,
        strokeWidth=1.6,
        size=70,
        opacity=1,
        aria=False,
        clip=False,
    )
    return [mark.encode(**_at(scale))]


def shorten(svg: str) -> str:
    """The picture with each dot as a circle of two numbers and a radius: hundreds of them stay small on a page."""
    circles = _DOT.sub(
        lambda dot: '<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}"/>'.format(*map(float, dot.groups())), svg
    )
    return _DOTS.sub(rf"<g {DOT_STYLE} \1>", circles)


def check_picture(svg: str, land: float, dots: int) -> None:
    """Raise MapError unless the picture shows the land (square pixels) in its colours and this many dots."""
    import vl_convert  # noqa: PLC0415 - starts an engine that only drawing needs
    from PIL import Image  # noqa: PLC0415

    if (found := svg.count("<circle ")) != dots:
        raise MapError(f"A map of {dots:,} dots shows {found:,}. Report this as a bug.")
    bare = _CIRCLE.sub("", svg)  # many dots hide much land
    picture = Image.open(io.BytesIO(vl_convert.svg_to_png(bare, scale=1))).convert("RGB")
    colours, times = np.unique(np.asarray(picture).reshape(-1, 3), axis=0, return_counts=True)
    if len(colours) <= 2 or times.max() / times.sum() >= 0.95:
        raise MapError("A map came out blank or in one colour. Report this as a bug.")
    fills = {tuple(bytes.fromhex(colour[1:])) for colour in (*RAMP, EMPTY, UNREAD_FILL, ABSENT_FILL)}
    shown = sum(int(n) for colour, n in zip(colours, times, strict=True) if tuple(colour.tolist()) in fills)
    if not 0.75 * land <= shown <= 1.05 * land:
        raise MapError(
            f"The land on a map should fill {land:,.0f} pixels and fills {shown:,.0f}. Report this as a bug."
        )


# ---- in words -----------------------------------------------------------------------------------------


def _names(names: list[str]) -> str:
    left = len(names) - MOST_NAMED
    return ", ".join(map(_short, names[:MOST_NAMED])) + (f" and {left:,} more" if left > 0 else "")


def _short(name: str) -> str:
    seen = printed(name)
    return seen if len(seen) <= LONGEST_NAME else f"{seen[: LONGEST_NAME - 1]}…"


def _say_apart(counts: pd.DataFrame, shown: list[str]) -> list[str]:
    """The searches that colour no state."""
    apart = [(str(name), row) for name, row in counts.iterrows() if name not in COLOURED]
    told = [f"{_state_name(name)} ({_say_numbers(row, shown)})" for name, row in apart if row[shown].fillna(0).sum()]
    return [f"In no state's colour: {'; '.join(told)}."] if told else []


def _say_numbers(row: pd.Series, shown: list[str]) -> str:
    return ", ".join(f"{'not known' if pd.isna(row[name]) else f'{int(row[name]):,}'} {name}" for name in shown)


_APART = {
    "federal": "federal agencies", "not known": "agencies whose state the name does not say",
    "not named": "searches of which no file names the agency",
}  # fmt: skip


def _state_name(code: str) -> str:
    return _APART.get(code) or STATE_NAMES.get(code, code)


def _say_alt(title: str, counts: pd.DataFrame, shown: list[str], role: str, drawn: Drawn) -> str:
    said = [f"{'Map' if len(shown) == 1 else 'Two maps'} of the United States. {title}, standard scope."]
    for name in shown:
        known = counts.loc[counts.index.isin(list(STATE_NAMES)), name].dropna()
        top = known[known > 0].sort_values(ascending=False, kind="stable").head(3)
        most = ", ".join(f"{_state_name(str(code))} ({int(number):,})" for code, number in top.items())
        by = f"by {OF_STATE[role]} in" if role == "owner" else "of cameras in"
        said.append(f"{PANELS[name]}: {f'most {by} {most}' if most else f'none {by} a known state'}.")
    return " ".join([*said, f"Agencies drawn: {drawn.drawn:,} of {drawn.given:,}."])
