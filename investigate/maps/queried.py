"""Queried cameras: where cameras of the networks that were searched are known to stand, sized by searches of a network.

No log says which camera was looked at. All dots of one network have one size in a period, and the caption says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from investigate.agencies.boundaries import county_shapes
from investigate.agencies.places import find_county
from investigate.agencies.states import STATE_NAMES
from investigate.cameras.whose import BY_COUNTY, CITIES_TOO, OTHER, RULES, WORDS
from investigate.chart_spec import Spec, beside, field, mark
from investigate.charts import INK, style
from investigate.maps.area import land_layers, place_names, scale_bar, seen_land
from investigate.maps.drawn import MapError, join_names, short_name
from investigate.maps.layers import (
    LARGEST_DOT,
    at,
    draw_land,
    draw_seat,
    draw_words,
    find_seat,
    least_seen,
    on_pointing,
    panel,
    round_numbers,
)
from investigate.maps.picture import DOT, EMPTY, LEGEND, Expected, MapFigure
from investigate.maps.queried_scene import (
    CLASS_OF,
    NEAR,
    NO_PLACE,
    OTHERS,
    SURE,
    UNSURE,
    Scene,
    degrees_of,
    is_placed,
    place_scene,
    searches_of,
)  # fmt: skip
from investigate.maps.searchers import CREDIT, FEW, GAP, PANELS

NOUGHT = "no such search of its network"
# Class → fill and line: told apart by lightness alone.
LOOKS = {
    SURE: (DOT, "#081726"), NEAR: ("#79b4e0", "#2f6d9c"), UNSURE: ("#ffffff", "#16324f"),
    NOUGHT: ("#ffffff", "#8a949f"),
}  # fmt: skip
BACK_TO_FRONT = (UNSURE, NEAR, SURE, NOUGHT)
CROWDED, LEAST_LARGEST = 1.3, 30.0  # width of the largest dot in distances between dots; its least square pixels
SAID = (
    "No log says which camera was looked at: each dot stands for all searches of its network, so all dots of one "
    "network have one size in a period."
)
NOT_SIZED = "Small blue rings: cameras in a county of which nothing says whose they are; no searches give them a size."
NO_DOT = "No dot does not mean no camera: lists of cameras are not complete."


def map_queried(
    cameras: pd.DataFrame,
    networks: pd.DataFrame,
    owner: dict[str, Any],
    title: str,
    panels: dict[str, str],
    role: str,
    credit: str,
    snapshot: str,
    decimals: int = 3,
) -> MapFigure:
    """The cameras of searched networks, before and after side by side on one scale.

    `cameras`: agency (owner of the network), camera, lat, lon (degrees), by (RULES of cameras.whose), maker,
    not_placed. `networks`: agency, before, after: searches (standard scope) of that network, empty where not known.
    `owner`: agency, state, lat, lon of the agency that the map is of; `role`: owner (its own network) or searcher (the
    networks that it searched). `panels`: the periods to draw, with a line to put under each one's name. `credit`: the
    attribution of the cameras; `snapshot`: their day in words, empty where not known. `decimals`: of degrees, to which
    points are rounded before anything else. A period of which nothing is known is not drawn. Raises MapError where
    nothing can be drawn (ask `nothing_to_draw` first) and for a picture that does not show what it was given.
    """
    if said := nothing_to_draw(cameras, networks, owner, panels, role):
        raise MapError(said)
    named = [name for name in panels if networks.loc[networks["agency"].isin(cameras["agency"]), name].notna().any()]
    scene = place_scene(cameras, networks, owner, named, role, decimals)
    look = _look(scene, named)
    told = _Told(scene, look, owner, title, named, role)
    seat = draw_seat(owner, scene.ground)
    under, over, covered = _beside_dots(scene, owner)
    maps = [
        panel([*under, *_draw_cameras(scene, name, look), *seat, *over], scene.ground, PANELS[name], panels[name])
        for name in named
    ]
    chart = maps[0] if len(maps) == 1 else beside(maps, GAP)
    land = seen_land(scene.ground, covered) if scene.box else scene.ground.area
    expected = Expected(land * len(maps), sum(int(scene.dots[name].notna().sum()) for name in named))
    notes = [
        *told.caption(),
        *(f"{PANELS[name]}: not known how often." for name in panels if name not in named),
        _say_day(credit, snapshot),
        NO_DOT,
        f"Places are rounded to about {_rounded_to(decimals)}; outlines are simplified: near a shore a dot can lie in "
        "water.",
        *([f"White diamond: {short_name(str(owner.get('agency')))}."] if seat else []),
        credit,
        CREDIT,
    ]
    styled = style(chart, legend=LEGEND)
    return MapFigure(styled, " ".join(notes), told.alt(), expected)


def nothing_to_draw(
    cameras: pd.DataFrame, networks: pd.DataFrame, owner: dict[str, Any], panels: dict[str, str], role: str
) -> str:
    """Why there is no map of queried cameras, as a sentence; empty where there is one. Takes what the map takes."""
    name = short_name(str(owner.get("agency")))
    whose = f"the network of {name}" if role == "owner" else f"the networks that {name} searched"
    none = f"There is no map of {whose}:"
    if not panels or not set(panels) <= set(PANELS):
        return f"{none} of neither period ({', '.join(PANELS)}) is it known how many searches were immigration-related."
    if cameras.empty:
        return f"{none} no camera is known. {NO_DOT}"
    is_own = (cameras["by"] != OTHER).to_numpy()
    can_be = is_own & is_placed(cameras, *degrees_of(cameras))
    if not can_be.any():
        return (
            f"{none} of {len(cameras):,} cameras known none can be drawn ({int((~is_own).sum()):,} {OTHERS}, "
            f"{int(is_own.sum()):,} {NO_PLACE})."
        )
    if searches_of(cameras[can_be], networks, list(panels)).isna().all(axis=None):
        return f"{none} how many searches were immigration-related is not known."
    return ""


# ---- the picture --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Look:
    """`most`: searches of the largest dot, `largest`: its square pixels; `classes`: those drawn in any period.
    `in_legend`: numbers of searches, none where no camera is sized."""

    most: int
    largest: float
    classes: list[str]
    in_legend: list[int]

    @property
    def least(self) -> float:
        return least_seen(self.most, self.largest)


def _look(scene: Scene, named: list[str]) -> _Look:
    numbers, sized = _numbers(scene, named), scene.dots[_is_sized(scene.dots)]
    most = max([FEW, *numbers])
    found = {*scene.dots["class"], *([NOUGHT] if (numbers == 0).any() else [])}
    in_legend = _in_legend(set(numbers) - {0}) if len(sized) else []
    return _Look(most, _largest(sized), [one for one in LOOKS if one in found], in_legend)


def _is_sized(dots: pd.DataFrame) -> pd.Series:
    """Whether a dot is sized by searches: of a camera of which nothing says whose it is, no network's searches are."""
    return dots["class"] != UNSURE


def _numbers(scene: Scene, named: list[str]) -> pd.Series:
    """The searches of every dot that is sized by them, of all periods, where known."""
    sized = scene.dots[_is_sized(scene.dots)]
    return pd.concat([sized[name] for name in named]).dropna().astype("int64")


def _in_legend(numbers: set[int]) -> list[int]:
    """The numbers themselves where there are few, else up to three round ones, none above the largest."""
    if len(numbers) <= 3:
        return sorted(map(int, numbers)) or [1]
    return round_numbers(max(numbers))


def _largest(dots: pd.DataFrame) -> float:
    """Square pixels of the largest dot: as large as the distance between most dots allows without making blots."""
    import shapely  # noqa: PLC0415

    if len(dots) < 2:
        return LARGEST_DOT
    points = shapely.points(dots[["x", "y"]].to_numpy("float64"))
    _, apart = shapely.STRtree(points).query_nearest(points, exclusive=True, all_matches=False, return_distance=True)
    return float(np.clip((CROWDED * np.median(apart)) ** 2 if len(apart) else LARGEST_DOT, LEAST_LARGEST, LARGEST_DOT))


def _beside_dots(scene: Scene, owner: dict[str, Any]) -> tuple[list[Spec], list[Spec], list[Any]]:
    """Layers under the dots, layers over them, and the boxes that words, scale bar and seat cover."""
    import shapely  # noqa: PLC0415

    ground = scene.ground
    if scene.box is None:
        return draw_land(ground, dict.fromkeys(ground.land, "land"), {"land": EMPTY}, None), [], []
    pixels = scene.dots[["x", "y"]].to_numpy("float64")
    seat = find_seat(owner, ground)[None]
    seat = seat[np.isfinite(seat).all(axis=1)]
    bar, covered = scale_bar(ground, np.vstack([pixels, seat]))
    covered += [shapely.box(x - 9, y - 9, x + 9, y + 9) for x, y in seat]
    names, boxes = place_names(ground, scene.box, pixels, covered)
    return land_layers(ground), [*bar, *draw_words(names, ground, color=INK)], [*covered, *boxes]


def _draw_cameras(scene: Scene, name: str, look: _Look) -> list[Spec]:
    """The dots of one period, the largest at the back; small grey rings where a network has no such search."""
    known = scene.dots[scene.dots[name].notna()]
    number = known[name].astype("int64")
    said = [
        _said(*one) for one in zip(known["cameras"], known["agencies"], known["rules"], number, strict=True)
    ]  # fmt: skip
    is_sized = _is_sized(known)
    kind = known["class"].where((number > 0) | ~is_sized, NOUGHT)
    area = number.where(is_sized, 0).clip(lower=look.least).astype("float64")
    shown = known.assign(**{"class": kind}, area=area, said=said)
    shown = shown.assign(rank=shown["class"].map({one: place for place, one in enumerate(BACK_TO_FRONT)}))
    shown = shown.sort_values(["area", "rank", "x", "y"], ascending=[False, True, True, True])
    values = shown[["x", "y", "area", "class", "said"]].to_dict("records")
    fill, line = (
        field(
            "class:N",
            title="cameras",
            scale={"domain": look.classes, "range": [LOOKS[one][place] for one in look.classes]},
            legend={"symbolStrokeWidth": 1.3, "symbolSize": 70, "columns": 1},
        )
        for place in (0, 1)
    )
    scale = {"type": "linear", "domain": [0, look.most], "range": [0, look.largest]}
    look_of = {"symbolFillColor": "#ffffff", "symbolStrokeColor": INK, "symbolStrokeWidth": 1}
    legend = {"values": look.in_legend, "format": ",d", **look_of} if look.in_legend else None
    size = field("area:Q", title="searches", scale=scale, legend=legend)
    circle = {"shape": "circle", "clip": False, "opacity": 0.85, "strokeWidth": 0.9}
    told = on_pointing("said:N")
    return [mark("point", values, circle, **at(scene.ground), size=size, fill=fill, stroke=line, **told)]


# ---- in words -----------------------------------------------------------------------------------------


def _said(cameras: int, agencies: list[str], rules: str, searches: int) -> str:
    """What is read by pointing at a dot: never an operator or an address."""
    what = "about here: a camera" if cameras == 1 else f"about here: {cameras:,} cameras"
    if all(CLASS_OF[rule] == UNSURE for rule in rules.split("; ")):
        return f"{what}, {'nothing says whose' if cameras == 1 else 'of which nothing says whose'}"
    if len(agencies) == 1:
        return f"{what} of the network of {join_names(agencies)} ({rules}); {_searches(searches)} of that network"
    networks = f"{len(agencies):,} networks: {join_names(agencies)}"
    return f"{what} of {networks} ({rules}); up to {_searches(searches)} of one of them"


def _searches(number: int) -> str:
    return "1 immigration-related search" if number == 1 else f"{number:,} immigration-related searches"


def _say_day(credit: str, snapshot: str) -> str:
    who = "OpenStreetMap knew them" if "OpenStreetMap" in credit else "their list showed them"
    day = f"on {snapshot}" if snapshot else "on a day that the file does not say"
    return f"Cameras as {who} {day}."


def _say_twice(number: int) -> str:
    return f"{number:,} of them {'lies' if number == 1 else 'lie'} near several owners, drawn for each of them."


def _rounded_to(decimals: int) -> str:
    metres = 10 ** (5 - decimals)
    return f"{metres / 1000:,.0f} km" if metres >= 1000 else f"{metres:,.0f} m" if metres >= 1 else f"{metres:g} m"


@dataclass(frozen=True)
class _Told:
    """The words of a map: above each period, under it, and for those who do not see it."""

    scene: Scene
    look: _Look
    owner: dict[str, Any]
    title: str
    named: list[str]
    role: str

    def caption(self) -> list[str]:
        scene, look = self.scene, self.look
        numbers = _numbers(scene, self.named)
        small = f"Dots of fewer than {math.ceil(look.least):,} searches are drawn larger than that, to be seen."
        dots = f"{len(scene.dots):,} dot{'s' * (len(scene.dots) > 1)}"
        shared = f"{scene.drawn.drawn:,} cameras stand in {dots}: those that lie together share one."
        by_owner = scene.rows.drop_duplicates(["camera", "x", "y", "agency"]).groupby(["camera", "x", "y"])
        twice = int((by_owner.size() > 1).sum())
        return [
            f"{self.title}, standard scope: cameras of the searched network{'s' if self.role != 'owner' else ''}, each "
            "dot with an area in proportion to the immigration-related searches of its network.",
            *(["Both maps have the same scale."] if len(self.named) > 1 else []),
            *([small] if numbers.between(1, look.least, inclusive="left").any() else []),
            *(
                ["Small grey rings: no immigration-related search of that network in the period."]
                if NOUGHT in look.classes
                else []
            ),
            SAID,
            *([NOT_SIZED] if UNSURE in look.classes else []),
            scene.drawn.sentence(),
            self._by_rule(),
            *([CITIES_TOO] if (scene.rows["by"] == BY_COUNTY).any() else []),
            *([shared] if len(scene.dots) < scene.drawn.drawn else []),
            *(["A dot of several networks has the size of the one with most searches."] if self._mixed() else []),
            *([_say_twice(twice)] if twice else []),
            *self._unread(),
        ]

    def _by_rule(self) -> str:
        counted = self.scene.rows["by"].value_counts()
        parts = [f"{counted[by]:,} {WORDS[by]}" for by in RULES if by in counted]
        return f"Of those drawn, by what tells their owner: {', '.join(parts)}."

    def _mixed(self) -> bool:
        return bool(self.scene.dots["agencies"].map(len).gt(1).any())

    def _unread(self) -> list[str]:
        """Cameras that one of two maps lacks, because the searches of their network in that period are not known."""
        missing = {name: int(self.scene.rows[name].isna().sum()) for name in self.named}
        return [
            f"{PANELS[name]}, {number:,} of them {'is' if number == 1 else 'are'} not drawn: how many searches of "
            "their network were immigration-related then is not known."
            for name, number in missing.items()
            if number
        ]

    def _of_one_network(self, name: str) -> int | None:
        numbers = self.scene.rows[name]
        is_one = len(set(self.scene.rows["agency"])) == 1 and numbers.notna().all()
        return int(numbers.iloc[0]) if is_one else None

    def alt(self) -> str:
        scene = self.scene
        what = (
            f"{'Map' if len(self.named) == 1 else 'Two maps'} of {'a part of ' if scene.box else ''}the United States"
        )
        return " ".join([
            f"{what}. {self.title}, standard scope.",
            *(f"{PANELS[name]}: {self._finding(name)}." for name in self.named),
            f"Cameras drawn: {scene.drawn.drawn:,} of {scene.drawn.given:,}{self._where()}.{self._whose()}",
            "No log says which camera was looked at.",
        ])  # fmt: skip

    def _whose(self) -> str:
        """How many of those drawn are not known to be of the network."""
        unsure = int(self.scene.rows["by"].map(CLASS_OF).eq(UNSURE).sum())
        return f" Of {unsure:,} of them nothing says whose they are." if unsure else ""

    def _finding(self, name: str) -> str:
        if (number := self._of_one_network(name)) is not None:
            return f"{_searches(number) if number else 'no immigration-related search'} of the network"
        known = self.scene.rows.drop_duplicates("agency").set_index("agency")[name].dropna()
        top = known[known > 0].sort_index().sort_values(ascending=False, kind="stable")
        most = ", ".join(f"{short_name(str(agency))} ({number:,})" for agency, number in top.head(3).items())
        return f"{len(top):,} of the {len(known):,} networks drawn have immigration-related searches" + (
            f", most {most}" if most else ""
        )

    def _where(self) -> str:
        """Up to three counties, or states, with the most cameras drawn."""
        import shapely  # noqa: PLC0415

        points = self.scene.rows[["x", "y"]].to_numpy("float64")
        inside = {name: int(shapely.contains_xy(shape, points).sum()) for name, shape in self.scene.ground.land.items()}
        top = sorted((-number, name) for name, number in inside.items() if number)[:3]
        if not top:
            return ""
        names = STATE_NAMES if self.scene.box is None else _county_names([name for _, name in top])
        return ", most in " + ", ".join(f"{names[name]} ({-number:,})" for number, name in top)


def _county_names(codes: list[str]) -> dict[str, str]:
    shapes = county_shapes().set_index("county_fips").loc[codes]
    found = {}
    for fips, name, state in zip(shapes.index, shapes["county"], shapes["state"], strict=True):
        county = find_county(name, state)
        found[fips] = f"{county.full_name if county and county.id == fips else name} {state}"
    return found
