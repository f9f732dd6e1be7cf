"""Flow maps: a band for each state with searches, all on one scale, and every state and group accounted for."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from investigate.agencies.states import STATE_NAMES, code_of
from investigate.charts import WIDTH
from investigate.maps.bands import CLEAR, LINE, NARROW, WIDEST, Names, band, point_within, width_of, width_of_words
from investigate.maps.drawn import MapError
from investigate.maps.flow import MOST_WORDS, RING, can_flow, map_flow, say_no_flow
from investigate.maps.ground import nation
from investigate.maps.outlines import COLOURED
from investigate.maps.picture import DOT, Expected, MapFigure, check_picture
from tests.chart_rows import spec_of

OWNER = {"agency": "Mossgate IL PD", "state": "IL", "lat": 41.8, "lon": -88.0}
TITLE = "Immigration-related searches of the cameras of Mossgate IL PD"
BOTH = {"before": "12 searches", "after": "30 searches"}
ROWS = [
    ("TX", 4, 900), ("FL", 40, 640), ("CA", 0, 12), ("IL", 30, 420), ("NV", pd.NA, 5), ("AK", 0, 3), ("HI", 0, 1),
    ("OR", 0, 0), ("federal", 5, 40), ("not known", 1, 9), ("not named", 0, 2), ("PR", 0, 3),
]  # fmt: skip


def states_of(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["state", "before", "after"])
    return frame.astype({"before": "Int64", "after": "Int64"})


def draw(rows: list[tuple[Any, ...]] | None = None, owner: dict[str, Any] | None = None, **options: Any) -> MapFigure:
    return map_flow(states_of(ROWS if rows is None else rows), owner or OWNER, TITLE, **({"panels": BOTH} | options))


def layers_of(figure: MapFigure) -> list[list[dict[str, Any]]]:
    maps, _legend = spec_of(figure.chart)["vconcat"]
    return [panel["layer"] for panel in maps.get("hconcat", [maps])]


def bands_of(figure: MapFigure) -> list[dict[str, np.ndarray]]:
    """For each map, what is said of a band → its corners."""
    found = []
    for layers in layers_of(figure):
        values = [one for layer in layers for one in layer["data"]["values"] if isinstance(one, dict)]
        bands = [one for one in values if "said" in one.get("properties", {})]
        found.append({one["properties"]["said"]: np.array(one["geometry"]["coordinates"][0][0]) for one in bands})
    return found


@pytest.fixture(scope="module")
def figure() -> MapFigure:
    return draw()


# ---- what is drawn ----------------------------------------------------------------------------------------


def test_each_other_state_with_searches_has_one_band_in_each_period(figure: MapFigure) -> None:
    before, after = bands_of(figure)
    assert set(before) == {"Florida: 40", "Texas: 4"}
    assert set(after) == {
        "Texas: 900", "Florida: 640", "California: 12", "Nevada: 5", "Alaska: 3", "Hawaii: 1",
    }  # fmt: skip
    titles = re.findall(r'<path d="[^"]*"[^>]*><title>([^<]*)</title>', figure.svg())
    assert titles[:8] == [*before, *after]
    assert figure.expected.lines == len(titles)


def test_the_own_state_is_a_ring_and_no_band(figure: MapFigure) -> None:
    assert re.findall(r"<circle [^>]*><title>([^<]*)</title>", figure.svg()) == ["Illinois: 30", "Illinois: 420"]
    assert "Ring: searches by agencies in Illinois, its own state" in figure.caption
    without = draw([("TX", 1, 2), ("IL", 0, 0)])
    assert "<circle" not in without.svg()
    assert "Ring" not in without.caption


def test_a_band_is_widest_within_its_state_and_narrow_at_the_seat(figure: MapFigure) -> None:
    ground = nation((WIDTH - 10) // 2)
    texas = shapely.Polygon(bands_of(figure)[1]["Texas: 900"])
    start = shapely.Point(point_within(ground.land["TX"]))
    seat = shapely.Point(ground.find(np.array([41.8]), np.array([-88.0]))[0])
    assert ground.land["TX"].contains(start)
    assert texas.buffer(0.2).contains(start)
    half_way = start.distance(seat) / 2
    assert texas.intersection(start.buffer(half_way)).area > 1.5 * texas.intersection(seat.buffer(half_way)).area
    assert texas.distance(seat) > CLEAR


@pytest.mark.parametrize("arrow", [False, True])
def test_width_is_in_proportion_to_searches_and_thin_bands_stay_visible(arrow: bool) -> None:
    assert width_of(500, 1000) == width_of(1000, 1000) / 2 == WIDEST / 2
    assert width_of(1, 10**9) > 1
    wide, half = (
        shapely.Polygon(band((0.0, 50.0), (300.0, 50.0), width_of(number, 1000), CLEAR, arrow, bend=0.0))
        for number in (1000, 500)
    )
    across = shapely.LineString([(60, 0), (60, 100)])
    assert wide.intersection(across).length / half.intersection(across).length == pytest.approx(2, rel=0.02)
    assert wide.is_valid
    assert wide.intersection(shapely.LineString([(290, 0), (290, 100)])).length == pytest.approx(
        WIDEST * NARROW, rel=0.3
    )


@pytest.mark.parametrize("seat", [(10.0, 10.0), (10.0, 10.4), (12.0, 10.0), (10.0, 300.0), (600.0, 10.0)])
@pytest.mark.parametrize("arrow", [False, True])
def test_a_band_has_an_area_however_near_or_far_the_seat_is(seat: tuple[float, float], arrow: bool) -> None:
    corners = band((10.0, 10.0), seat, WIDEST, CLEAR, arrow)
    assert np.isfinite(corners).all()
    assert shapely.make_valid(shapely.Polygon(corners)).area > 1


def test_both_maps_have_one_scale(figure: MapFigure) -> None:
    alone = draw([("TX", 4, 900), ("FL", 40, 640)])
    for one in (figure, alone):
        assert "Both maps have the same scale." in one.caption
    areas = [shapely.Polygon(one["Texas: 100"]).area for one in bands_of(draw([("TX", 100, 100), ("FL", 1, 700)]))]
    assert areas[0] == areas[1]


def test_the_legend_shows_no_number_above_the_largest(figure: MapFigure) -> None:
    for one, numbers in ((figure, [50, 200, 500]), (draw([("TX", 0, 3)]), [1, 2]), (draw([("TX", 0, 1)]), [1])):
        legend = spec_of(one.chart)["vconcat"][1]["layer"]
        words = legend[-1]["data"]["values"]
        assert [int(said["words"].replace(",", "")) for said in words] == numbers


def test_one_period_is_one_map() -> None:
    single = draw(panels={"after": "30 searches"})
    assert "Before the inauguration" not in single.svg() + single.caption
    assert single.alt_text.startswith("Map of the United States")
    assert len(bands_of(single)) == 1


# ---- direction --------------------------------------------------------------------------------------------


def test_owner_and_searcher_are_told_apart_in_words_and_shape() -> None:
    to, from_ = draw(), draw(role="searcher")
    assert "Each band starts within a state of searching agencies" in to.caption
    assert "camera owners" not in to.caption + to.alt_text
    assert (
        "Each band starts at Mossgate IL PD and ends with an arrowhead within a state of camera owners" in from_.caption
    )
    assert "searching agencies" not in from_.caption + from_.alt_text
    assert "most of cameras in Texas (900)" in from_.alt_text
    arrow = bands_of(from_)[1]["Texas: 900"]
    ground = nation((WIDTH - 10) // 2)
    assert np.hypot(*(arrow[0] - point_within(ground.land["TX"]))) < 0.2  # the tip
    assert np.hypot(*(arrow[1] - arrow[-1])) > WIDEST + 3  # the wings of its head


def test_no_band_leads_to_a_camera_and_the_caption_says_so(figure: MapFigure) -> None:
    assert "leads to no camera: no log says which camera was looked at." in figure.caption


# ---- what is told -----------------------------------------------------------------------------------------


def test_states_and_groups_without_a_band_are_in_the_caption_with_numbers(figure: MapFigure) -> None:
    assert "Before the inauguration: of 8 states: 3 drawn, 4 without a search, 1 of which no reason could be read "\
        "(Nevada)." in figure.caption  # fmt: skip
    assert "After the inauguration: of 8 states: 7 drawn, 1 without a search." in figure.caption
    assert "federal agencies (5 before, 40 after)" in figure.caption
    assert "agencies whose state the name does not say (1 before, 9 after)" in figure.caption
    assert "searches of which no file names the agency (0 before, 2 after)" in figure.caption
    assert "Puerto Rico (0 before, 3 after)" in figure.caption


def test_alt_text_states_the_finding(figure: MapFigure) -> None:
    assert "After the inauguration: most from Texas (900), Florida (640), California (12); within Illinois 420; "\
        "6 other states drawn." in figure.alt_text  # fmt: skip


def test_the_largest_are_named_without_overlapping() -> None:
    rows = [(code, 100 + place, 200 + place) for place, code in enumerate(sorted(COLOURED))]
    figure = draw(rows)
    told = [said.split(", ") for said in re.findall(r"Without room for a name: ([^.]*)\.", figure.caption)]
    for layers, without in zip(layers_of(figure), told, strict=True):
        words = next(layer["data"]["values"] for layer in layers if layer["mark"]["type"] == "text")
        assert len(words) >= 3
        assert len(words) + len(without) == MOST_WORDS
        numbers = [int(one["words"].split()[-1].replace(",", "")) for one in words]
        assert set(numbers) <= {row[1] for row in rows} | {row[2] for row in rows}
        boxes = [box_of(one) for one in words]
        assert not any(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n])


def box_of(said: dict[str, Any]) -> shapely.Polygon:
    half = width_of_words(said["words"]) / 2
    return shapely.box(said["x"] - half, said["y"] - LINE / 2, said["x"] + half, said["y"] + LINE / 2)


@pytest.mark.parametrize("seat", [("NJ", 40.5, -74.4), ("FL", 27.9, -82.4), ("WA", 47.6, -122.2), ("AK", 61.2, -149.9),
                                  ("HI", 21.3, -157.8), ("IL", 41.8, -88.0)])  # fmt: skip
@pytest.mark.parametrize("few", [False, True])
def test_every_name_stands_nearest_to_the_start_of_its_own_band(seat: tuple[str, float, float], few: bool) -> None:
    of_state, lat, lon = seat
    some = ["AR", "AL", "MS", "TN", "GA"] if few else sorted(COLOURED)
    rows = [(code, 0, 1 + 7 * place % 60) for place, code in enumerate(some)]
    rows[0] = (some[0], 0, 60)
    owner = OWNER | {"state": of_state, "lat": lat, "lon": lon}
    figure = draw(rows, owner, panels={"after": ""})
    (layers,) = layers_of(figure)
    words = next(layer["data"]["values"] for layer in layers if layer["mark"]["type"] == "text")
    ground = nation(WIDTH)
    assert words
    for one in words:
        name = one["words"].rsplit(" ", 1)[0]
        code = name if name in STATE_NAMES else code_of(name)
        if code == of_state:
            continue
        far = {
            other: shapely.Point(point_within(ground.land[other])).distance(box_of(one)) - width_of(number, 60) / 2
            for other, _, number in rows
            if other != of_state
        }
        assert min(far, key=lambda other: far[other]) == code
        assert far[code] <= 5


def test_words_for_which_there_is_no_room_are_left_out() -> None:
    start = (50.0, 20.0, 2.0)
    assert Names((100.0, 60.0), [], (90.0, 5.0, 3.0), [start]).place("TX 1", start, (0.0, 1.0)) is not None
    for names in (
        Names((20.0, 60.0), [], (0.0, 0.0, 1.0), [start]),
        Names((100.0, 60.0), [], (50.0, 20.0, 40.0), [start]),
        Names((100.0, 60.0), [], (90.0, 5.0, 3.0), [start, (50.0, 23.0, 8.0)]),
        Names((100.0, 60.0), [shapely.box(0, 0, 100, 60)], (90.0, 5.0, 3.0), [start]),
    ):
        assert names.place("TX 1", start, (0.0, 1.0)) is None
    names = Names((100.0, 60.0), [], (90.0, 5.0, 3.0), [start])
    places = [names.place("TX 1", start, (0.0, 1.0)) for _ in range(12)]
    assert places[0] is not None
    assert places[-1] is None


@pytest.mark.parametrize("arrow", [False, True])
def test_a_band_ends_just_where_the_seat_is_to_be_left_free(arrow: bool) -> None:
    for width in (1.3, 4.0, WIDEST):
        corners = band((20.0, 200.0), (150.0, 40.0), width, 13.5, arrow)
        left = np.hypot(*(corners - (150.0, 40.0)).T).min()
        assert left == pytest.approx(13.5, abs=0.6)


def test_the_ring_is_as_far_from_the_seat_as_bands_reckon_with() -> None:
    (circle,) = re.findall(r"<circle [^>]*>", draw([("IL", 0, 20), ("TX", 0, 3)], panels={"after": ""}).svg())
    assert float(re.findall(r' r="([\d.]+)"', circle)[0]) == pytest.approx(RING + WIDEST / 2, abs=0.01)


def test_an_agency_without_a_place_on_the_map_has_no_flow_and_a_sentence_says_why() -> None:
    assert can_flow(OWNER)
    for lat, lon, why in ((pd.NA, None, "it is not known where"), (18.4, -66.06, "outside the map of the states")):
        owner = OWNER | {"lat": lat, "lon": lon}
        assert not can_flow(owner)
        assert why in say_no_flow(owner)
        with pytest.raises(MapError, match=why):
            draw(owner=owner)


@pytest.mark.parametrize("panels", [{}, {"later": ""}, {"after": "", "later": ""}])
def test_periods_that_do_not_exist_are_refused(panels: dict[str, str]) -> None:
    with pytest.raises(MapError, match="should be one or both of before, after"):
        draw(panels=panels)


def test_a_map_without_any_search_is_drawn_and_says_none() -> None:
    figure = draw([("TX", 0, 0)])
    assert bands_of(figure) == [{}, {}]
    assert "Before the inauguration: none from another state" in figure.alt_text


# ---- the picture ------------------------------------------------------------------------------------------


def test_a_map_that_lost_a_band_is_refused(figure: MapFigure) -> None:
    check_picture(figure.svg(), figure.expected)
    lost = re.sub(r"<path [^>]*><title>Texas: 900</title></path>", "", figure.svg())
    assert lost != figure.svg()
    with pytest.raises(MapError, match="11 bands shows 10"):
        check_picture(lost, figure.expected)


def test_a_flooded_flow_map_is_refused(figure: MapFigure) -> None:
    flood = f'<rect width="2000" height="2000" fill="{DOT}"/></svg>'
    with pytest.raises(MapError, match="one colour"):
        check_picture(figure.svg().replace("</svg>", flood), figure.expected)
    with pytest.raises(MapError, match="land on a map should fill"):
        check_picture(figure.svg(), Expected(figure.expected.land * 3, figure.expected.dots, figure.expected.lines))


@settings(max_examples=4, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(chance: Any) -> None:
    rows = list(ROWS)
    chance.shuffle(rows)
    assert draw(rows).svg() == draw().svg()
    assert bands_of(draw(rows))[1].keys() == bands_of(draw())[1].keys()


def test_hostile_names_stay_text_and_nothing_is_fetched() -> None:
    figure = draw(owner=OWNER | {"agency": "<script>alert(1)</script>" + "x" * 500})
    assert "<script" not in figure._repr_html_()
    assert "x" * 200 not in figure.caption
    spec = figure.chart.to_dict()
    spec.pop("$schema")
    assert "http" not in json.dumps(spec)
