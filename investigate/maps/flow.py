"""Between states and one agency: a band for each state, as wide as there are searches; never a line to a camera.

What no band shows is counted in the caption, and a picture that does not show what it was given raises MapError.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Any

import numpy as np
import pandas as pd

from investigate.chart_spec import Spec, beside, field, mark, stacked
from investigate.charts import INK, WIDTH, style
from investigate.maps.apart import say_apart, state_name
from investigate.maps.bands import CLEAR, LEAST, WIDEST, Disc, Names, band, outward, point_within, width_of
from investigate.maps.drawn import Drawn, MapError, short_name
from investigate.maps.ground import Ground, nation
from investigate.maps.layers import (
    at,
    draw_land,
    draw_outline,
    draw_seat,
    draw_words,
    feature,
    find_seat,
    on_pointing,
    panel,
    round_numbers,
)
from investigate.maps.outlines import COLOURED
from investigate.maps.picture import DOT, EMPTY, Expected, MapFigure, check_places
from investigate.maps.searchers import CREDIT, FEW, GAP, OF_STATE, PANELS

MOST_WORDS = 8
EDGED = 3.0  # pixels: a white edge tells wider bands apart, and would hide thinner ones
RING = 9.0  # pixels from the seat to the inner edge of the ring of its own state
DIRECTION = {
    "owner": "Each band starts within a state of searching agencies, where it is widest, and narrows towards {}",
    "searcher": "Each band starts at {} and ends with an arrowhead within a state of camera owners",
}
OWN = {"owner": "by agencies in {}, its own state", "searcher": "of cameras of owners in {}, its own state"}


@dataclass
class _Flow:
    """What one map shows: bands (corners in pixels) and searches by state, searches in the agency's own state, and
    which of the largest have no room for their name."""

    numbers: dict[str, int]
    drawn: Drawn
    bands: dict[str, np.ndarray] = made_by(default_factory=dict)
    own: int = 0
    unnamed: list[str] = made_by(default_factory=list)


def can_flow(owner: dict[str, Any]) -> bool:
    """Whether the seat of the agency (lat, lon) is known and lies on the map, so that a band can reach it."""
    return bool(np.isfinite(find_seat(owner, nation(WIDTH))).all())


def say_no_flow(owner: dict[str, Any]) -> str:
    """Why there is no such map of this agency."""
    name = short_name(str(owner.get("agency")))
    lat, lon = (pd.to_numeric(owner.get(one), errors="coerce") for one in ("lat", "lon"))
    if pd.isna(lat) or pd.isna(lon):
        return f"No map of flows is drawn: it is not known where {name} lies."
    return f"No map of flows is drawn: {name} lies outside the map of the states."


def map_flow(
    states: pd.DataFrame, owner: dict[str, Any], title: str, panels: dict[str, str], role: str = "owner"
) -> MapFigure:
    """Bands between states and one agency, before and after side by side on one scale (standard scope).

    `states`: columns state (code, federal, not known, not named), before, after: distinct searches, as for
    `map_searchers`. `owner`: agency, state, lat, lon of the agency that the map is of. `panels`: the periods to draw,
    with a line to put under each one's name. `role`: owner (bands come from the states of the searching agencies) or
    searcher (bands go to the states of the camera owners). Raises MapError where `can_flow` says no, and if the picture
    does not show what it was given.
    """
    shown = [name for name in PANELS if name in panels]
    if not shown or len(shown) != len(panels):
        raise MapError(f"{title!r} cannot be drawn: {list(panels)} should be one or both of {', '.join(PANELS)}.")
    if not can_flow(owner):
        raise MapError(say_no_flow(owner))
    counts = states.set_index("state")
    ground = nation(WIDTH if len(shown) == 1 else (WIDTH - GAP) // 2)
    known = counts.loc[counts.index.isin(COLOURED), shown].fillna(0).to_numpy()
    largest = int(known.max(initial=0))
    most = max(FEW, largest)
    flows = {name: _flow(counts[name], owner, most, ground, role) for name in shown}
    maps = [_panel(name, panels[name], flow, owner, most, ground) for name, flow in flows.items()]
    side = maps[0] if len(maps) == 1 else beside(maps, GAP)
    samples = round_numbers(max(1, largest), apart=2)
    chart = style(stacked([side, _legend(samples, most, role)], 4))
    lines = sum(len(flow.bands) for flow in flows.values()) + len(samples)
    expected = Expected(ground.area * len(maps), sum(flow.own > 0 for flow in flows.values()), lines)
    caption = _say_caption(title, counts, owner, flows, most, role)
    return MapFigure(chart, caption, _say_alt(title, owner, flows, role), expected)


# ---- bands --------------------------------------------------------------------------------------------


def _flow(counts: pd.Series, owner: dict[str, Any], most: int, ground: Ground, role: str) -> _Flow:
    """Numbers and bands of one period, the widest first; what has none is told why."""
    of_states = counts[counts.index.isin(COLOURED)]
    numbers = {str(code): int(number) for code, number in of_states.dropna().items() if number > 0}
    numbers = dict(sorted(numbers.items(), key=lambda one: (-one[1], one[0])))
    unread = sorted(state_name(str(code)) for code in of_states.index[of_states.isna()])
    drawn = Drawn(len(of_states), len(numbers), ("state", "states"))
    drawn.left = {"without a search": int((of_states == 0).sum()), "of which no reason could be read": unread}
    drawn.check()
    own = numbers.pop(str(owner.get("state")), 0)
    flow = _Flow(numbers, drawn, own=own)
    seat = tuple(find_seat(owner, ground).tolist())
    clear = RING + width_of(own, most) + 1.5 if own else CLEAR
    for code, number in numbers.items():
        start = point_within(ground.land[code])
        flow.bands[code] = band(start, seat, width_of(number, most), clear, arrow=role == "searcher")
    ends = [seat, *(point_within(ground.land[code]) for code in numbers)]
    check_places(np.array(ends), ground.width, ground.height)
    return flow


def _size(ground: Ground) -> tuple[int, int]:
    return ground.width, ground.height


def _panel(name: str, line: str, flow: _Flow, owner: dict[str, Any], most: int, ground: Ground) -> Spec:
    home = [shape for code, shape in ground.land.items() if code == owner.get("state")]
    layers = [
        *draw_land(ground, dict.fromkeys(ground.land, "land"), {"land": EMPTY}, None),
        *draw_outline(home),
        *_draw_bands(
            [
                (flow.bands[code], width_of(number, most), f"{state_name(code)}: {number:,}")
                for code, number in flow.numbers.items()
            ]
        ),
        *_draw_ring(flow, owner, most, ground),
        *draw_seat(owner, ground),
        *draw_words(_words(flow, owner, most, ground), ground, color=INK),
    ]
    return panel(layers, ground, PANELS[name], line)


def _draw_bands(bands: list[tuple[np.ndarray, float, str]]) -> list[Spec]:
    """Bands of widths with the words that are read by pointing at them; the first at the back."""
    import shapely  # noqa: PLC0415

    if not bands:
        return []
    features = []
    for corners, width, said in bands:
        one = feature(shapely.Polygon(np.round(corners, 1)))
        one["properties"] = {"said": said, "edge": 0.6 if width >= EDGED else 0.0}
        features.append(one)
    look = {"fill": DOT, "fillOpacity": 0.78, "stroke": "#ffffff", "clip": False}
    edge = field("properties.edge:Q", scale=None, legend=None)
    return [mark("geoshape", features, look, strokeWidth=edge, **on_pointing("properties.said:N"))]


def _draw_ring(flow: _Flow, owner: dict[str, Any], most: int, ground: Ground) -> list[Spec]:
    """Around the seat, as wide as a band: the searches of the agency's own state."""
    if not flow.own:
        return []
    x, y = find_seat(owner, ground).tolist()
    width = width_of(flow.own, most)
    said = f"{state_name(str(owner.get('state')))}: {flow.own:,}"
    look: dict[str, Any] = {"fill": "none", "stroke": DOT, "strokeOpacity": 0.78, "strokeWidth": round(width, 2)}
    look["size"] = (2 * RING + width) ** 2  # of the square around it
    look |= {"shape": "circle", "filled": False, "opacity": 1, "clip": False}
    return [mark("point", [{"x": x, "y": y, "said": said}], look, **at(ground), **on_pointing("said:N"))]


def _words(flow: _Flow, owner: dict[str, Any], most: int, ground: Ground) -> pd.DataFrame:
    """Names and numbers of the ring and of the widest bands where they start; those without room are told instead."""
    import shapely  # noqa: PLC0415

    x, y = find_seat(owner, ground).tolist()
    around = (x, y, RING + width_of(flow.own, most) if flow.own else CLEAR)
    starts: dict[str, tuple[Disc, tuple[float, float] | None]] = {}
    for code, number in flow.numbers.items():
        start, direction = outward(point_within(ground.land[code]), (x, y))
        starts[code] = (*start, width_of(number, most) / 2), direction
    bands = map(shapely.Polygon, flow.bands.values())
    names = Names(_size(ground), bands, around, [disc for disc, _ in starts.values()])
    wanted: list[tuple[str, int, Disc, tuple[float, float] | None]] = []
    if flow.own:
        wanted.append((str(owner.get("state")), flow.own, around, None))
    wanted.extend((code, number, *starts[code]) for code, number in flow.numbers.items())
    rows = []
    for code, number, disc, along in wanted[:MOST_WORDS]:
        for words in (f"{state_name(code)} {number:,}", f"{code} {number:,}"):
            if place := names.place(words, disc, along):
                rows.append((*place, words))
                break
        else:
            flow.unnamed.append(f"{state_name(code)} {number:,}")
    return pd.DataFrame(rows, columns=["x", "y", "words"])


def _legend(samples: list[int], most: int, role: str) -> Spec:
    """Bands of round numbers in the direction of those on the map."""
    strip = Ground(WIDTH, 30, {}, lambda lat, lon: np.full((len(lat), 2), np.nan))
    middle, length, step, first = strip.height / 2, 60.0, 125.0, 62.0
    bands, numbers = [], []
    for place, number in enumerate(samples):
        left, right = (first + place * step, middle), (first + place * step + length, middle)
        state, seat = (left, right) if role == "owner" else (right, left)
        corners = band(state, seat, width_of(number, most), 0.0, role == "searcher", bend=0.0)
        said = f"{number:,} {'search' if number == 1 else 'searches'}"
        bands.append((corners, width_of(number, most), said))
        numbers.append((right[0] + 6, middle, f"{number:,}"))
    title = pd.DataFrame([(first - 8, middle, "searches")], columns=["x", "y", "words"])
    named = pd.DataFrame(numbers, columns=["x", "y", "words"])
    words = [*draw_words(title, strip, align="right"), *draw_words(named, strip, align="left", color=INK)]
    return panel([*_draw_bands(bands), *words], strip)


# ---- in words -----------------------------------------------------------------------------------------


def _say_caption(
    title: str, counts: pd.DataFrame, owner: dict[str, Any], flows: dict[str, _Flow], most: int, role: str
) -> str:
    name, least = short_name(str(owner.get("agency"))), LEAST * most / WIDEST
    is_small = any(0 < number < least for flow in flows.values() for number in (*flow.numbers.values(), flow.own))
    own = OWN[role].format(state_name(str(owner.get("state"))))
    notes = [
        f"{title}, standard scope, by state of the {OF_STATE[role]}.",
        f"{DIRECTION[role].format(name)} (white diamond); its width is in proportion to the searches.",
        *([f"Ring: searches {own}, as wide as a band."] if any(flow.own for flow in flows.values()) else []),
        *(["Both maps have the same scale."] if len(flows) > 1 else []),
        *([f"Fewer than {math.ceil(least):,} searches are drawn wider than that, to be seen."] if is_small else []),
        "A band stands for a whole state and leads to no camera: no log says which camera was looked at.",
        *(f"{PANELS[period]}: {_lower(flow.drawn.sentence())}{_say_unnamed(flow)}" for period, flow in flows.items()),
        *say_apart(counts, list(flows), "Without a band"),
        CREDIT,
    ]
    return " ".join(notes)


def _say_unnamed(flow: _Flow) -> str:
    return f" Without room for a name: {', '.join(flow.unnamed)}." if flow.unnamed else ""


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _say_alt(title: str, owner: dict[str, Any], flows: dict[str, _Flow], role: str) -> str:
    to = f"{'to' if role == 'owner' else 'from'} {short_name(str(owner.get('agency')))}"
    maps = "Map" if len(flows) == 1 else "Two maps"
    said = [f"{maps} of the United States with bands {to}. {title}, standard scope."]
    for period, flow in flows.items():
        top = ", ".join(f"{state_name(code)} ({number:,})" for code, number in list(flow.numbers.items())[:3])
        where = "from" if role == "owner" else "of cameras in"
        most = f"most {where} {top}" if top else f"none {where} another state"
        within = f"; within {state_name(str(owner.get('state')))} {flow.own:,}" if flow.own else ""
        drawn = f"{len(flow.bands):,} other {'state' if len(flow.bands) == 1 else 'states'} drawn"
        said.append(f"{PANELS[period]}: {most}{within}; {drawn}.")
    return " ".join(said)
