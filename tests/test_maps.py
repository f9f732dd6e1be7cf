"""Maps: every agency accounted for, the same scale on both, and no picture that silently shows something else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from investigate.agencies.states import STATE_NAMES
from investigate.charts import WIDTH
from investigate.errors import InvestigateError
from investigate.maps import ground
from investigate.maps import searchers as maps
from investigate.maps.drawn import Drawn, MapError
from investigate.maps.outlines import COLOURED, FRAME, find_pixels, outlines, size_of
from investigate.maps.picture import EMPTY, RAMP, Expected, MapFigure, check_picture
from investigate.maps.searchers import map_searchers
from tests.chart_rows import spec_of

SCALE = ((WIDTH - maps.GAP) // 2) / (FRAME[2] - FRAME[0])
OWNER = {"agency": "Mossgate IL PD", "state": "IL", "lat": 41.0, "lon": -88.0}
TITLE = "Immigration-related searches of the cameras of Mossgate IL PD"
CITIES = {
    "Seattle": (47.61, -122.33), "Miami": (25.76, -80.19), "Caribou": (46.86, -68.01), "San Diego": (32.72, -117.16),
    "Key West": (24.56, -81.78), "Anchorage": (61.22, -149.9), "Attu": (52.9, 172.9), "Juneau": (58.3, -134.42),
    "Honolulu": (21.31, -157.86), "Hilo": (19.71, -155.08),
}  # fmt: skip
ABROAD = {
    "San Juan": (18.4, -66.06), "Guam": (13.45, 144.78), "Pago Pago": (-14.28, -170.7), "Toronto": (43.65, -79.38),
    "Tijuana": (32.5, -117.6), "Nowhere": (0.0, 0.0), "Swapped": (-88.0, 41.0), "At sea": (35.0, -70.0),
    "Pole": (90.0, 0.0), "Beyond": (1e9, -1e9),
}  # fmt: skip


def points_of(places: dict[str, Any], before: int = 1, after: int = 2) -> pd.DataFrame:
    rows = [(f"{name} PD", "TX", *(where or (None, None)), before, after) for name, where in places.items()]
    frame = pd.DataFrame(rows, columns=["partner", "state", "lat", "lon", "before", "after"])
    return frame.astype({"lat": "Float64", "lon": "Float64", "before": "Int64", "after": "Int64"})


def states_of(points: pd.DataFrame) -> pd.DataFrame:
    return points.groupby("state", as_index=False)[["before", "after"]].sum(min_count=1)


def draw(points: pd.DataFrame, states: pd.DataFrame | None = None, **options: Any) -> MapFigure:
    return map_searchers(points, states_of(points) if states is None else states, OWNER, TITLE, **options)


# ---- where points come to lie -----------------------------------------------------------------------------


def test_places_of_the_states_lie_on_the_map_and_others_nowhere() -> None:
    for places, is_drawn in ((CITIES, True), (ABROAD, False)):
        lat, lon = (np.array([where[n] for where in places.values()]) for n in (0, 1))
        on_map = np.isfinite(find_pixels(lat, lon, SCALE)).all(axis=1)
        assert dict(zip(places, on_map, strict=True)) == dict.fromkeys(places, is_drawn)


def test_north_is_up_and_west_is_left_and_the_insets_lie_below() -> None:
    pixels = {name: find_pixels(np.array([lat]), np.array([lon]), SCALE)[0] for name, (lat, lon) in CITIES.items()}
    width, height = size_of(SCALE)
    assert pixels["Seattle"][0] < 0.15 * width < 0.9 * width < pixels["Caribou"][0]
    assert pixels["Seattle"][1] < 0.2 * height
    assert pixels["Miami"][1] > pixels["Caribou"][1]
    for name in ("Anchorage", "Juneau", "Attu", "Honolulu", "Hilo"):
        assert pixels[name][1] > pixels["San Diego"][1]
        assert pixels[name][0] < 0.45 * width
    assert pixels["Attu"][0] < pixels["Anchorage"][0] < pixels["Juneau"][0] < pixels["Honolulu"][0]


def test_each_state_has_an_outline_with_its_towns_in_it_and_the_whole_is_small() -> None:
    from shapely import Point, get_num_coordinates  # noqa: PLC0415

    found = outlines(SCALE)
    assert set(found) == COLOURED == set(STATE_NAMES) - {"AS", "GU", "MP", "PR", "VI"}
    assert all(shape.area > 0 for shape in found.values())
    assert sum(get_num_coordinates(shape) for shape in found.values()) < 2_500
    assert found["TX"].area > found["CA"].area > found["RI"].area
    for code, lat, lon in (("CO", 39.0, -105.5), ("TX", 31.0, -99.0), ("AK", 65.0, -150.0), ("HI", 19.6, -155.5)):
        assert found[code].contains(Point(find_pixels(np.array([lat]), np.array([lon]), SCALE)[0]))


# ---- what is told -----------------------------------------------------------------------------------------


def test_given_agencies_are_drawn_or_outside_or_unplaced_and_the_caption_counts_them() -> None:
    figure = draw(points_of(CITIES | {"San Juan": ABROAD["San Juan"], "Swapped": ABROAD["Swapped"], "Unknown": None}))
    assert "Of 13 agencies: 10 drawn, 2 outside this map (San Juan PD, Swapped PD), 1 whose place is not known "\
        "(Unknown PD)." in figure.caption  # fmt: skip
    assert figure.svg().count("<circle ") == 20
    assert maps.DOTS_SAID["owner"] in figure.caption


def test_agencies_lost_on_the_way_raise() -> None:
    with pytest.raises(MapError, match="given 3 agencies and accounts for 2"):
        Drawn(3, drawn=2).check()


def test_an_agency_with_searches_in_neither_period_is_counted_and_not_drawn() -> None:
    points = points_of({"Seattle": CITIES["Seattle"], "Miami": CITIES["Miami"]})
    points.loc[1, ["before", "after"]] = 0
    figure = draw(points)
    assert "Of 2 agencies: 1 drawn, 1 only with searches in neither period." in figure.caption
    assert figure.svg().count("<circle ") == 2


def test_territories_and_the_unknown_colour_no_state_and_are_named() -> None:
    states = pd.DataFrame(
        [("TX", 1, 5), ("PR", 0, 3), ("federal", 2, 2), ("not known", pd.NA, 4)], columns=["state", "before", "after"]
    ).astype({"before": "Int64", "after": "Int64"})
    caption = draw(points_of({"Unknown": None}), states).caption
    assert "Puerto Rico (0 before, 3 after)" in caption
    assert "federal agencies (2 before, 2 after)" in caption
    assert "agencies whose state the name does not say (not known before, 4 after)" in caption


def test_alt_text_states_the_finding() -> None:
    points = points_of({"Seattle": CITIES["Seattle"]}, before=0, after=7)
    said = draw(points).alt_text
    assert "Before the inauguration: none by searching agencies in a known state." in said
    assert "After the inauguration: most by searching agencies in Texas (7)." in said
    assert "Agencies drawn: 1 of 1." in said


def test_alt_text_names_a_territory_too() -> None:
    points = points_of({"Seattle": CITIES["Seattle"]})
    states = pd.DataFrame([("GU", 0, 3), ("PR", 0, 2)], columns=["state", "before", "after"])
    said = draw(points, states).alt_text
    assert "After the inauguration: most by searching agencies in Guam (3), Puerto Rico (2)." in said
    assert "Before the inauguration: none by searching agencies in a known state." in said


def test_a_state_without_a_search_is_none_for_an_owner_and_not_known_for_a_searching_agency() -> None:
    points = points_of({"Seattle": CITIES["Seattle"]}, before=2, after=2)
    states = pd.DataFrame([("WA", 2, 2), ("OR", 0, 0)], columns=["state", "before", "after"])
    for role, absent in (("owner", False), ("searcher", True)):
        figure = draw(points, states, role=role)
        classes = [one["properties"]["class"] for one in layers_of(figure)[0]["data"]["values"]]
        counted = {name: classes.count(name) for name in (maps.NONE, maps.ABSENT)}
        assert counted == ({maps.NONE: 1, maps.ABSENT: 49} if absent else {maps.NONE: 50, maps.ABSENT: 0})
        assert (maps.ABSENT_FILL in figure.svg()) == absent
        assert (maps.ABSENT in figure.svg()) == absent


def test_a_long_name_is_cut_in_the_caption() -> None:
    caption = draw(points_of({"x" * 5_000: None, "Seattle": CITIES["Seattle"]})).caption
    assert "x" * 119 + "…" in caption
    assert "x" * 120 not in caption


def test_points_of_territories_alone_cannot_be_drawn() -> None:
    island = points_of({"San Juan": ABROAD["San Juan"]}).assign(state="PR")
    assert not maps.can_be_drawn(island)
    assert not maps.can_be_drawn(island.assign(lat=None, lon=None))
    assert maps.can_be_drawn(island.assign(state="TX", lat=None, lon=None))
    assert maps.can_be_drawn(points_of({"Seattle": CITIES["Seattle"]}).assign(state="not known"))


def test_owners_of_cameras_are_not_called_searching_agencies() -> None:
    figure = draw(points_of({"Seattle": CITIES["Seattle"]}), role="searcher")
    assert "searching agencies" not in figure.caption + figure.alt_text
    assert "agencies that searched" not in figure.caption
    assert "camera owners" in figure.caption


# ---- the picture ------------------------------------------------------------------------------------------


def layers_of(figure: MapFigure) -> list[dict[str, Any]]:
    spec = spec_of(figure.chart)
    return [layer for panel in spec.get("hconcat", [spec]) for layer in panel["layer"]]


def test_before_and_after_have_one_scale_of_colours_and_one_of_dots() -> None:
    points = points_of({"Seattle": CITIES["Seattle"], "Miami": CITIES["Miami"]}, before=3, after=400)
    layers = layers_of(draw(points))
    colours = [json.dumps(one["encoding"]["color"]["scale"]) for one in layers if "color" in one.get("encoding", {})]
    sizes = [json.dumps(one["encoding"]["size"]["scale"]) for one in layers if "size" in one.get("encoding", {})]
    assert len(colours) == len(sizes) == 2
    assert len(set(colours)) == len(set(sizes)) == 1
    assert json.loads(sizes[0])["domain"] == [0, 400]


def test_areas_of_dots_are_in_proportion() -> None:
    points = points_of({"Seattle": CITIES["Seattle"], "Miami": CITIES["Miami"]})
    points["after"] = [100, 400]
    svg = draw(points, panels={"after": ""}).svg()
    small, large = sorted(float(radius) for radius in re.findall(r'<circle [^>]*r="([\d.]+)"', svg))
    assert large / small == pytest.approx(2, abs=0.05)


def test_only_the_period_that_is_covered_is_drawn() -> None:
    points = points_of({"Seattle": CITIES["Seattle"]})
    points["before"] = pd.array([pd.NA], dtype="Int64")
    figure = draw(points)
    assert "Before the inauguration" not in figure.svg()
    assert figure.alt_text.startswith("Map of the United States.")
    assert "Both maps" not in figure.caption


def test_where_nothing_is_known_of_either_period_no_map_is_drawn() -> None:
    points = points_of({"Seattle": CITIES["Seattle"]})
    points[["before", "after"]] = pd.NA
    with pytest.raises(MapError, match="of neither period"):
        draw(points)


def test_a_state_of_which_no_reason_could_be_read_is_not_coloured_as_none() -> None:
    states = pd.DataFrame([("TX", 1, 5), ("CA", pd.NA, pd.NA)], columns=["state", "before", "after"])
    states = states.astype({"before": "Int64", "after": "Int64"})
    svg = draw(points_of({"Seattle": CITIES["Seattle"]}), states).svg()
    assert maps.UNREAD in svg
    assert maps.UNREAD not in draw(points_of({"Seattle": CITIES["Seattle"]})).svg()


def test_the_map_is_small_needs_no_network_and_is_the_same_twice() -> None:
    places = {f"Town {number}": (31 + number % 20 * 0.7, -118 + number // 20 * 1.1) for number in range(400)}
    figure = draw(points_of(places, before=3, after=9))
    assert len(figure.svg()) < 130_000
    spec = figure.chart.to_dict()
    spec.pop("$schema")
    assert "http" not in json.dumps(spec)
    assert '"url"' not in json.dumps(spec)
    assert figure.svg() == draw(points_of(places, before=3, after=9)).svg()


def test_two_agencies_of_one_place_share_a_dot_and_are_both_counted() -> None:
    figure = draw(points_of({"Seattle": CITIES["Seattle"], "King County": CITIES["Seattle"]}), panels={"after": ""})
    assert figure.svg().count("<circle ") == 1
    assert "Of 2 agencies: 2 drawn." in figure.caption


def test_a_seat_that_is_not_known_or_not_on_the_map_is_not_marked() -> None:
    points = points_of({"Seattle": CITIES["Seattle"]})
    assert "White diamond: Mossgate IL PD." in draw(points).caption
    for lat, lon in ((pd.NA, pd.NA), (None, None), (18.4, -66.06)):
        owner = {"agency": "Mossgate IL PD", "state": None, "lat": lat, "lon": lon}
        assert "White diamond" not in map_searchers(points, states_of(points), owner, TITLE).caption


def test_hostile_names_stay_text() -> None:
    points = points_of({"<script>alert(1)</script>\u202e": None, "Seattle": CITIES["Seattle"]})
    html = draw(points)._repr_html_()
    assert "<script" not in html
    assert "\u202e" not in html


@pytest.mark.parametrize(
    ("most", "names"),
    [
        (0, []),
        (1, ["1"]),
        (4, ["1", "2", "3", "4"]),
        (7, ["1", "2–4", "5 or more"]),
        (300, ["1–4", "5–19", "20–49", "50–199", "200 or more"]),
        (10**9, None),
    ],
)
def test_classes_of_counts_leave_no_number_out(most: int, names: list[str] | None) -> None:
    classes = maps._classes(most)
    assert len(classes) <= len(RAMP)
    assert names is None or [name for _, name in classes] == names
    assert maps._class_of(0, classes) == maps.NONE
    assert maps._class_of(pd.NA, classes) == maps.UNREAD
    for number in range(1, min(most, 2000) + 1):
        assert maps._class_of(number, classes) in [name for _, name in classes]


# ---- pictures that show something else --------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn() -> tuple[str, Expected]:
    """A right map, its land in square pixels and its dots."""
    svg = draw(points_of(CITIES)).svg()
    return svg, Expected(sum(shape.area for shape in outlines(SCALE).values()) * 2, 2 * len(CITIES))


def without_land(svg: str, states: int = 0) -> str:
    """As a map comes out whose outlines (or so many of them) could not be read."""
    return re.sub(rf'<path [^>]*fill="(?:{"|".join((*RAMP, EMPTY))})"[^>]*/?>', "", svg, count=states)


def test_the_guard_lets_a_right_map_pass(drawn: tuple[str, Expected]) -> None:
    check_picture(*drawn)


def test_a_map_without_land_is_refused(drawn: tuple[str, Expected]) -> None:
    svg, expected = drawn
    with pytest.raises(MapError, match="blank or in one colour"):
        check_picture(without_land(svg), expected)


def test_a_map_without_half_of_its_land_is_refused(drawn: tuple[str, Expected]) -> None:
    svg, expected = drawn
    with pytest.raises(MapError, match="The land on a map should fill"):
        check_picture(without_land(svg, len(COLOURED)), expected)


@pytest.mark.parametrize(("size", "says"), [(2_000, "blank or in one colour"), (330, "The land on a map should fill")])
def test_a_flooded_map_is_refused(drawn: tuple[str, Expected], size: int, says: str) -> None:
    svg, expected = drawn
    flood = f'<rect width="{size}" height="{size}" fill="{RAMP[2]}"/>'
    with pytest.raises(MapError, match=says):
        check_picture(svg.replace("</svg>", f"{flood}</svg>"), expected)


def test_a_blank_picture_is_refused() -> None:
    blank = '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400"><rect width="600" height="400"/></svg>'
    with pytest.raises(MapError, match="blank"):
        check_picture(blank, Expected(1000.0, 0))


def test_a_map_that_lost_a_dot_is_refused(drawn: tuple[str, Expected]) -> None:
    svg, expected = drawn
    with pytest.raises(MapError, match="20 dots shows 19"):
        check_picture(re.sub(r"<circle .*?</circle>", "", svg, count=1), expected)


@pytest.mark.parametrize("pixel", [(0.0, 0.0), (-5.0, 100.0), (100.0, 9_999.0)])
def test_dots_in_the_corner_or_beyond_the_edge_are_refused(
    monkeypatch: pytest.MonkeyPatch, pixel: tuple[float, float]
) -> None:
    monkeypatch.setattr(ground, "find_pixels", lambda lat, lon, scale: np.tile(pixel, (len(lat), 1)))
    with pytest.raises(MapError, match="corner or beyond the edge"):
        draw(points_of({"Seattle": CITIES["Seattle"]}))


def test_pointing_at_a_dot_tells_its_agencies_and_searches_as_text() -> None:
    places = {"Seattle": CITIES["Seattle"], "<b>Ballard": CITIES["Seattle"], "Miami": CITIES["Miami"]}
    svg = draw(points_of(places, before=1, after=1_200)).svg()
    titles = re.findall(r"<title>(.*?)</title>", svg)
    assert titles == [
        "Seattle PD, &lt;b&gt;Ballard PD: 2", "Miami PD: 1",
        "Seattle PD, &lt;b&gt;Ballard PD: 2,400", "Miami PD: 1,200",
    ]  # fmt: skip


def test_a_map_is_saved_as_svg_or_png_and_as_nothing_else(tmp_path: Path) -> None:
    figure = draw(points_of({"Seattle": CITIES["Seattle"]}))
    assert figure.save(tmp_path / "map.svg").read_text(encoding="utf-8") == figure.svg()
    picture = Image.open(figure.save(tmp_path / "map.png"))
    assert picture.width == 2 * round(float(re.search(r'width="(\d+)', figure.svg())[1]))  # type: ignore[index]
    with pytest.raises(InvestigateError, match=r"as \.svg or \.png, not as \.pdf"):
        figure.save(tmp_path / "map.pdf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.png", "map.svg"]
