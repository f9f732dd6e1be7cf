"""The map of queried cameras: every camera accounted for, sizes of whole networks, and nothing finer than it may be."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from investigate.cameras.whose import (
    BY_BOUNDARY,
    BY_COUNTY,
    BY_HAND,
    BY_OPERATOR,
    CITIES_TOO,
    OTHER,
    RULES,
    UNKNOWN,
    WORDS,
)
from investigate.maps import queried, queried_scene
from investigate.maps.area import area
from investigate.maps.drawn import MapError
from investigate.maps.layers import draw_shapes
from investigate.maps.picture import EMPTY, LAND, MapFigure
from investigate.maps.queried import LOOKS, NO_DOT, NOUGHT, map_queried, nothing_to_draw
from investigate.maps.queried_scene import MOST_DOTS, NEAR, NOT_KNOWN, OTHERS, SURE, UNSURE, place_scene
from tests.chart_rows import spec_of

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
ME = "Mossgate IL PD"
OWNER = {"agency": ME, "state": "IL", "lat": 40.66, "lon": -89.6}
TITLE = f"Immigration-related searches of the cameras of {ME}"
OSM = "© OpenStreetMap contributors, ODbL 1.0."
BOTH = {"before": "", "after": ""}


def cameras_of(
    points: list[tuple[float | None, float | None]], by: str | list[str] = BY_OPERATOR, agency: str = ME
) -> pd.DataFrame:
    lat, lon = ([point[n] for point in points] for n in (0, 1))
    rules = [by] * len(points) if isinstance(by, str) else by
    rows = {"agency": agency, "camera": [f"node/{n}" for n in range(len(points))], "lat": lat, "lon": lon, "by": rules}
    frame = pd.DataFrame(rows | {"maker": "Flock Safety"})
    return frame.assign(not_placed=[None if one is not None else "no coordinates" for one in lat])


def cloud(number: int, lat: float = 40.66, lon: float = -89.6, degrees: float = 0.08) -> list[tuple[float, float]]:
    chance = np.random.default_rng(number)
    return [(float(one), float(two)) for one, two in chance.normal([lat, lon], degrees, (number, 2))]


def networks_of(*rows: tuple[str, Any, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(rows or [(ME, 3, 40)], columns=["agency", "before", "after"])
    return frame.astype({"before": "Int64", "after": "Int64"})


def draw(cameras: pd.DataFrame, networks: pd.DataFrame | None = None, **options: Any) -> MapFigure:
    given = {"owner": OWNER, "title": TITLE, "panels": BOTH, "role": "owner", "credit": OSM, "snapshot": "29 Dec 2025"}
    return map_queried(cameras, networks_of() if networks is None else networks, **(given | options))


def dots_of(figure: MapFigure) -> list[list[dict[str, Any]]]:
    """The dots of each panel."""
    spec = spec_of(figure.chart)
    found = []
    for panel in spec.get("hconcat", [spec]):
        layers = [layer for layer in panel["layer"] if "description" in layer.get("encoding", {})]
        assert len(layers) == 1
        found.append(layers[0]["data"]["values"])
    return found


def numbers_in(sentence: str) -> list[int]:
    return [int(one.replace(",", "")) for one in re.findall(r"\d[\d,]*", sentence)]


# ---- every camera accounted for ----------------------------------------------------------------------------


MIXED = [BY_HAND] * 3 + [BY_OPERATOR] * 9 + [BY_BOUNDARY] * 4 + [BY_COUNTY] * 16 + [UNKNOWN] * 14 + [OTHER] * 11


def test_the_caption_counts_every_camera_by_what_became_of_it_and_by_its_rule() -> None:
    cameras = cameras_of(cloud(57), MIXED)
    cameras.loc[[0, 20], ["lat", "lon", "not_placed"]] = [None, None, "address only"]
    cameras.loc[4, "not_placed"] = "swapped"
    caption = draw(cameras).caption
    assert (
        f"Of 57 cameras known near {ME}: 43 drawn, 11 of other or unclear operators, 2 without a place (address only), "
        "1 without a place (swapped)." in caption
    )
    counts = {BY_HAND: 2, BY_OPERATOR: 8, BY_BOUNDARY: 4, BY_COUNTY: 15, UNKNOWN: 14}
    assert ", ".join(f"{number} {WORDS[by]}" for by, number in counts.items()) + "." in caption
    assert CITIES_TOO in caption
    assert NO_DOT in caption
    assert "No log says which camera was looked at" in caption


@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from([*RULES, "unplaced"]), min_size=1, max_size=25), st.randoms())
def test_parts_sum_to_the_whole_and_shuffling_cameras_changes_nothing(rules: list[str], rng) -> None:  # type: ignore[no-untyped-def]
    rules = [BY_OPERATOR, *rules]
    cameras = cameras_of(cloud(len(rules)), [one if one in RULES else BY_COUNTY for one in rules])
    cameras.loc[[one == "unplaced" for one in rules], ["lat", "lon", "not_placed"]] = [None, None, "address only"]
    figure = draw(cameras)
    said = re.search(r"Of (\d+) cameras? known[^:]*: ([^.]*)\.", figure.caption)
    assert said
    assert int(said[1]) == len(rules) == sum(numbers_in(said[2]))
    by_rule = re.search(r"by what tells their owner: ([^.]*)\.", figure.caption)
    assert by_rule
    assert sum(numbers_in(by_rule[1])) == numbers_in(said[2])[0]
    order = list(range(len(rules)))
    rng.shuffle(order)
    again = draw(cameras.iloc[order])
    assert (again.svg(), again.caption, again.alt_text) == (figure.svg(), figure.caption, figure.alt_text)


def test_a_camera_of_another_operator_is_neither_drawn_nor_named() -> None:
    cameras = cameras_of([(40.66, -89.6), (40.7, -89.62)], [BY_OPERATOR, OTHER]).assign(operator="Secret Shop Inc")
    figure = draw(cameras)
    assert [len(dots) for dots in dots_of(figure)] == [1, 1]
    assert "Secret Shop" not in json.dumps(figure.chart.to_dict()) + figure.caption + figure.alt_text
    assert f"1 {OTHERS}" in figure.caption


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(MapError, match="is its owner's by 'guessed'"):
        draw(cameras_of([(40.66, -89.6)], "guessed"))


def test_a_network_given_twice_is_refused() -> None:
    with pytest.raises(MapError, match="Mossgate IL PD is given twice"):
        draw(cameras_of(cloud(3)), networks_of((ME, 1, 2), (ME, 3, 4)))


def test_a_lost_camera_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queried_scene, "_in_order", lambda why: pd.Series(dtype="int64"))
    with pytest.raises(MapError, match="accounts for 1"):
        draw(cameras_of(cloud(2), [BY_OPERATOR, OTHER]))


# ---- points that would make a silently wrong map -----------------------------------------------------------

WRONG = {
    "null": (None, None), "nowhere": (0.0, 0.0), "swapped": (-89.6, 40.66), "metres": (4_960_000.0, -9_970_000.0),
    "infinite": (np.inf, -89.6), "turned": (40.66, 270.4), "abroad": (48.85, 2.35), "at sea": (30.0, -50.0),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_point_is_counted_and_changes_nothing_of_the_map(name: str) -> None:
    right = cloud(5)
    figure, alone = draw(cameras_of([*right, WRONG[name]])), draw(cameras_of(right))
    assert figure.svg().split("<g")[3:] == alone.svg().split("<g")[3:]
    why = "without a place (no coordinates)" if name == "null" else None
    assert re.search(
        rf": 5 drawn, 1 ({re.escape(why) if why else 'without a place|outside the United States'})", figure.caption
    )


@pytest.mark.parametrize("pixel", [(0.0, 0.0), (-3.0, 20.0), (50.0, 9_999.0)])
def test_dots_in_the_corner_or_beyond_the_edge_raise(
    monkeypatch: pytest.MonkeyPatch, pixel: tuple[float, float]
) -> None:
    real = area

    def broken(*arguments: Any) -> Any:
        ground = real(*arguments)
        object.__setattr__(ground, "find", lambda lat, lon: np.tile(pixel, (len(lat), 1)))
        return ground

    monkeypatch.setattr(queried_scene, "area", broken)
    with pytest.raises(MapError, match="corner or beyond the edge"):
        draw(cameras_of(cloud(3)))


def test_a_map_without_land_or_flooded_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    real = queried.land_layers
    monkeypatch.setattr(queried, "land_layers", lambda ground: real(ground)[:1])
    with pytest.raises(MapError, match="The land on a map should fill"):
        draw(cameras_of(cloud(3)))
    flood = draw_shapes([shapely.box(0, 0, 335, 300)], fill=EMPTY)
    monkeypatch.setattr(queried, "land_layers", lambda ground: [*real(ground), *flood])
    by_a_shore = cameras_of(cloud(30, 24.56, -81.78, 0.01))
    with pytest.raises(MapError, match="The land on a map should fill"):
        draw(by_a_shore)
    monkeypatch.setattr(queried, "land_layers", real)
    assert ": 30 drawn." in draw(by_a_shore).caption


def test_no_layer_is_projected_by_the_drawing_engine() -> None:
    spec = draw(cameras_of(cloud(5))).chart.to_dict()
    assert [one["projection"]["type"] for one in spec["hconcat"]] == ["identity", "identity"]


def test_no_dot_has_a_colour_of_land() -> None:
    assert not {colour for look in LOOKS.values() for colour in look} & LAND


def test_a_stray_camera_of_a_network_does_not_shrink_all_others() -> None:
    figure = draw(cameras_of([*cloud(40), (32.7, -117.1)]))
    assert ": 40 drawn, 1 outside this map" in figure.caption
    assert "most in Tazewell County IL" in figure.alt_text


@pytest.mark.parametrize(("lat", "lon", "where"), [
    (61.2, -149.8, "Anchorage"), (21.35, -157.95, "Honolulu County HI"), (18.38, -66.1, "San Juan Municipio PR"),
    (13.45, 144.78, "Guam"), (42.36, -83.1, "Wayne County MI"),
])  # fmt: skip
def test_local_maps_of_alaska_hawaii_and_the_territories_are_drawn(lat: float, lon: float, where: str) -> None:
    figure = draw(cameras_of(cloud(30, lat, lon, 0.03)), owner=OWNER | {"lat": lat, "lon": lon})
    assert ": 30 drawn." in figure.caption
    assert where in figure.alt_text


def test_cameras_on_both_sides_of_180_degrees_stand_near_one_another() -> None:
    figure = draw(cameras_of([(51.97, 177.55), (51.88, -176.65), (52.2, -174.2)]))
    xs = {dot["x"] for dot in dots_of(figure)[0]}
    assert len(xs) == 3
    assert max(xs) - min(xs) < 0.9 * 335
    assert ": 3 drawn." in figure.caption


def test_networks_far_apart_are_drawn_on_a_map_of_the_nation() -> None:
    cameras = pd.concat(
        [cameras_of(cloud(9)), cameras_of(cloud(9, 32.7, -117.0), agency="Sea CA PD")], ignore_index=True
    )
    figure = draw(cameras, networks_of((ME, 1, 9), ("Sea CA PD", 4, 2)), role="searcher")
    assert figure.alt_text.startswith("Two maps of the United States.")
    assert "most in" in figure.alt_text
    assert "Illinois (9)" in figure.alt_text
    near = draw(cameras_of(cloud(9)), role="searcher")
    assert near.alt_text.startswith("Two maps of a part of the United States.")


def test_cameras_of_territories_far_apart_are_drawn_where_most_are() -> None:
    figure = draw(cameras_of([*cloud(5, 18.4, -66.1, 0.02), (13.45, 144.78)]))
    assert ": 5 drawn, 1 outside this map." in figure.caption


# ---- sizes and classes ------------------------------------------------------------------------------------


def test_all_dots_of_a_network_have_one_size_in_proportion_and_both_maps_one_scale() -> None:
    figure = draw(cameras_of(cloud(12)), networks_of((ME, 100, 400)))
    before, after = dots_of(figure)
    assert {dot["area"] for dot in before} == {100}
    assert {dot["area"] for dot in after} == {400}
    radii = sorted({float(one) for one in re.findall(r'<circle [^>]*?r="([\d.]+)"', figure.svg())})
    assert len(radii) == 2
    assert radii[1] / radii[0] == pytest.approx(2, abs=0.1)
    scales = {json.dumps(layer["encoding"]["size"]["scale"]) for panel in figure.chart.to_dict()["hconcat"]
              for layer in panel["layer"] if "size" in layer.get("encoding", {})}  # fmt: skip
    assert len(scales) == 1
    assert "Both maps have the same scale." in figure.caption


def test_each_class_has_its_own_look_and_only_those_drawn_are_in_the_legend() -> None:
    figure = draw(cameras_of(cloud(4), [BY_HAND, BY_BOUNDARY, UNKNOWN, BY_COUNTY]))
    assert sorted(dot["class"] for dot in dots_of(figure)[1]) == sorted([SURE, NEAR, UNSURE, UNSURE])
    assert all(name in figure.svg() for name in (SURE, NEAR, UNSURE))
    assert NOUGHT not in figure.svg()
    lightness = [sum(bytes.fromhex(LOOKS[name][0][1:])) for name in (SURE, NEAR, UNSURE)]
    assert lightness[0] + 150 < lightness[1] < lightness[2] - 100


def test_a_camera_of_which_nothing_says_whose_it_is_has_no_size_of_any_network() -> None:
    figure = draw(cameras_of(cloud(4), [BY_HAND, UNKNOWN, BY_COUNTY, BY_OPERATOR]), networks_of((ME, 0, 400)))
    before, after = dots_of(figure)
    small = min(dot["area"] for dot in after)
    assert sorted((dot["class"], dot["area"]) for dot in after) == sorted(
        [(SURE, 400.0), (SURE, 400.0), (UNSURE, small), (UNSURE, small)]
    )
    assert small < 40
    assert sorted(dot["class"] for dot in before) == sorted([NOUGHT, NOUGHT, UNSURE, UNSURE])
    assert "no searches give them a size" in figure.caption
    assert "Of 2 of them nothing says whose they are." in figure.alt_text


def test_where_nothing_says_of_any_camera_whose_it_is_no_size_stands_in_the_legend() -> None:
    figure = draw(cameras_of(cloud(5), [UNKNOWN] * 5), networks_of((ME, 2, 400)))
    assert {dot["class"] for dots in dots_of(figure) for dot in dots} == {UNSURE}
    assert ">searches</text>" not in figure.svg()
    assert ">cameras</text>" in figure.svg()
    assert ">searches</text>" in draw(cameras_of(cloud(5), [BY_HAND] * 5), networks_of((ME, 2, 400))).svg()


def test_a_network_without_such_a_search_is_a_small_ring_and_not_missing() -> None:
    figure = draw(cameras_of(cloud(6)), networks_of((ME, 0, 30)))
    before, after = dots_of(figure)
    assert [dot["class"] for dot in before] == [NOUGHT] * 6
    assert [dot["class"] for dot in after] == [SURE] * 6
    assert "Small grey rings: no immigration-related search of that network in the period." in figure.caption
    assert "Before the inauguration: no immigration-related search of the network." in figure.alt_text


def test_what_is_not_known_is_never_drawn_as_nought() -> None:
    figure = draw(cameras_of(cloud(6)), networks_of((ME, pd.NA, 30)))
    assert len(dots_of(figure)) == 1
    assert NOUGHT not in figure.svg()
    assert "Before the inauguration: not known how often." in figure.caption
    agencies = {ME: 6, "B IL PD": 5, "C IL PD": 4, "D IL PD": 3}
    cameras = pd.concat([cameras_of(cloud(n), agency=name) for name, n in agencies.items()], ignore_index=True)
    found = draw(cameras, networks_of((ME, pd.NA, 30), ("B IL PD", 2, 0), ("C IL PD", pd.NA, pd.NA)), role="searcher")
    before, after = dots_of(found)
    assert (len(before), len(after)) == (5, 11)
    assert f"11 drawn, 7 {NOT_KNOWN}." in found.caption
    assert "Before the inauguration, 6 of them are not drawn" in found.caption


def test_panels_have_their_names_and_lines() -> None:
    figure = draw(cameras_of(cloud(6)), panels={"after": "from 20 January 2025"})
    assert "After the inauguration" in figure.svg()
    assert "from 20 January 2025" in figure.svg()
    assert "Before" not in figure.svg()
    assert "Both maps" not in figure.caption


def test_pointing_at_a_dot_tells_network_rule_and_searches() -> None:
    svg = draw(cameras_of([(40.66, -89.6)], BY_BOUNDARY), networks_of((ME, 1, 1_200))).svg()
    said = f"about here: a camera of the network of {ME} ({BY_BOUNDARY}); "
    assert re.findall("<title>(.*?)</title>", svg) == [
        f"{said}1 immigration-related search of that network",
        f"{said}1,200 immigration-related searches of that network",
    ]
    unsure = draw(cameras_of([(40.66, -89.6)], BY_COUNTY), networks_of((ME, 1, 1_200))).svg()
    assert re.findall("<title>(.*?)</title>", unsure) == ["about here: a camera, nothing says whose"] * 2


# ---- many, and in one place --------------------------------------------------------------------------------


def test_cameras_in_one_point_share_a_dot_and_are_all_counted() -> None:
    figure = draw(cameras_of([(40.66, -89.6)] * 5_000))
    assert figure.svg().count("<circle ") == 2
    assert ": 5,000 drawn." in figure.caption
    assert "5,000 cameras stand in 1 dot:" in figure.caption
    assert "about here: 5,000 cameras" in figure.svg()


def test_five_thousand_cameras_make_a_small_picture_that_says_how_many_share() -> None:
    figure = draw(cameras_of(cloud(5_000), [RULES[n % 5] for n in range(5_000)]))  # the first five are drawn
    dots = dots_of(figure)[0]
    assert 500 < len(dots) <= MOST_DOTS / 2
    assert figure.svg().count("<circle ") == 2 * len(dots)
    assert f"5,000 cameras stand in {len(dots):,} dots" in figure.caption
    assert len(figure.svg()) < 900_000
    told = [re.match("about here: (a|[0-9,]+) camera", dot["said"]) for dot in dots]
    assert sum(1 if one[1] == "a" else int(one[1].replace(",", "")) for one in told if one) == 5_000


def test_a_dot_of_several_networks_has_the_size_of_the_most_searched_and_says_so() -> None:
    cameras = pd.concat(
        [cameras_of([(40.66, -89.6)]), cameras_of([(40.66, -89.6)], agency="B IL PD")], ignore_index=True
    )
    figure = draw(cameras, networks_of((ME, 2, 30), ("B IL PD", 50, 10)), role="searcher")
    assert [[dot["area"] for dot in dots] for dots in dots_of(figure)] == [[50], [30]]
    assert "A dot of several networks has the size of the one with most searches." in figure.caption
    assert "about here: 2 cameras of 2 networks: B IL PD, Mossgate IL PD" in figure.svg()
    assert "1 of them lies near several owners, drawn for each of them." in figure.caption


# ---- nothing finer, nothing else ---------------------------------------------------------------------------


def floats_of(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [one for part in value.values() for one in floats_of(part)]
    if isinstance(value, list | tuple):
        return [one for part in value for one in floats_of(part)]
    return [value] if isinstance(value, float) else []


@pytest.mark.parametrize("decimals", [2, 3])
def test_the_chart_holds_no_number_finer_than_the_rounded_points(decimals: int) -> None:
    exact = cloud(30)
    rounded = [(round(lat, decimals), round(lon, decimals)) for lat, lon in exact]
    figure, coarse = draw(cameras_of(exact), decimals=decimals), draw(cameras_of(rounded), decimals=decimals)
    assert figure.chart.to_dict() == coarse.chart.to_dict()
    assert figure.svg() == coarse.svg()
    dots = [dot for dots in dots_of(figure) for dot in dots]
    assert all(round(number, 1) == number for number in floats_of(dots))
    assert {key for dot in dots for key in dot} == {"x", "y", "area", "class", "said"}
    finer = draw(cameras_of(exact), decimals=5)
    assert dots_of(finer) != dots_of(figure)


def test_pixels_are_those_of_the_rounded_points() -> None:
    points = [(40.661499, -89.600501), (40.75, -89.7)]
    cameras, shown = cameras_of(points), ["before", "after"]
    scene = place_scene(cameras, networks_of(), OWNER, shown, "owner", 3)
    at = scene.ground.find(np.array([40.661, 40.75]), np.array([-89.601, -89.7]))
    assert scene.rows[["x", "y"]].to_numpy().tolist() == at.tolist()


@pytest.mark.parametrize(("decimals", "says"), [(3, "100 m"), (2, "1 km"), (1, "10 km"), (5, "1 m")])
def test_the_caption_says_to_what_places_are_rounded(decimals: int, says: str) -> None:
    assert f"Places are rounded to about {says};" in draw(cameras_of(cloud(3)), decimals=decimals).caption


def test_the_caption_tells_the_day_the_source_and_the_credit() -> None:
    assert "Cameras as OpenStreetMap knew them on 29 Dec 2025." in draw(cameras_of(cloud(3))).caption
    unknown = draw(cameras_of(cloud(3)), snapshot="", credit="Released by Mossgate.").caption
    assert "Cameras as their list showed them on a day that the file does not say." in unknown
    assert "Released by Mossgate." in unknown
    assert OSM in draw(cameras_of(cloud(3))).caption


def test_alt_text_states_the_finding() -> None:
    said = draw(cameras_of(cloud(40)), networks_of((ME, 1, 412))).alt_text
    assert "Before the inauguration: 1 immigration-related search of the network." in said
    assert "After the inauguration: 412 immigration-related searches of the network." in said
    assert re.search(r"Cameras drawn: 40 of 40, most in Tazewell County IL \(\d+\)", said)
    several = pd.concat([cameras_of(cloud(6)), cameras_of(cloud(5), agency="B IL PD")], ignore_index=True)
    said = draw(several, networks_of((ME, 0, 30), ("B IL PD", 2, 50)), role="searcher").alt_text
    drawn = "of the 2 networks drawn have immigration-related searches"
    assert f"After the inauguration: 2 {drawn}, most B IL PD (50), {ME} (30)." in said
    assert (
        "Before the inauguration: 1 of the 2 networks drawn have immigration-related searches, most B IL PD (2)."
        in said
    )


def test_the_map_is_the_same_twice_and_needs_no_network() -> None:
    figure = draw(cameras_of(cloud(57), MIXED))
    assert figure.svg() == draw(cameras_of(cloud(57), MIXED)).svg()
    assert figure.png() == draw(cameras_of(cloud(57), MIXED)).png()
    spec = figure.chart.to_dict()
    spec.pop("$schema")
    assert "http" not in json.dumps(spec)
    assert '"url"' not in json.dumps(spec)


def test_hostile_names_stay_text() -> None:
    name = "<script>alert(1)</script>\u202e PD"
    html = draw(
        cameras_of(cloud(3), agency=name), networks_of((name, 1, 2)), owner=OWNER | {"agency": name}
    )._repr_html_()
    assert "<script" not in html
    assert "\u202e" not in html


def test_the_words_keep_to_what_is_known() -> None:
    figure = draw(cameras_of(cloud(57), MIXED))
    for text in (figure.caption, figure.alt_text, figure.svg()):
        assert not re.search(r"(?i)\billegal|\bhits?\b|cameras? searched|searched cameras?", text)


# ---- nothing to draw --------------------------------------------------------------------------------------


def test_without_a_camera_a_period_or_a_number_a_sentence_stands_for_the_map() -> None:
    some, none = cameras_of(cloud(3)), cameras_of([])
    cases = {
        "no camera is known": (none, networks_of(), BOTH),
        "of 2 cameras known none can be drawn (1 of other or unclear operators, 1 without a place)":
            (cameras_of([(40.6, -89.6), (None, None)], [OTHER, BY_HAND]), networks_of(), BOTH),
        "is not known": (some, networks_of((ME, pd.NA, pd.NA)), BOTH),
        "of neither period": (some, networks_of(), {}),
    }  # fmt: skip
    for says, (cameras, networks, panels) in cases.items():
        told = nothing_to_draw(cameras, networks, OWNER, panels, "owner")
        assert told.startswith(f"There is no map of the network of {ME}:")
        assert says in told
        with pytest.raises(MapError, match="There is no map"):
            draw(cameras, networks, panels=panels)
    assert nothing_to_draw(some, networks_of(), OWNER, BOTH, "owner") == ""
    assert f"the networks that {ME} searched" in nothing_to_draw(none, networks_of(), OWNER, BOTH, "searcher")


def test_one_camera_is_a_map() -> None:
    figure = draw(cameras_of([(40.66, -89.6)]))
    assert f"Of 1 camera known near {ME}: 1 drawn." in figure.caption
    assert figure.svg().count("<circle ") == 2


# ---- a real file ------------------------------------------------------------------------------------------


@pytest.mark.skipif(not SHARED.exists(), reason="the released files are not here")
def test_every_camera_of_a_real_file_is_accounted_for() -> None:
    records = json.loads((SHARED / "cameras" / "cameras.json").read_bytes())["cameras"]
    silent = [one for one in records if not one["tags"].get("operator")]
    points = [(one["lat"], one["lon"]) for one in records]
    figure = draw(
        cameras_of(points, [UNKNOWN if one in silent else OTHER for one in records]), owner=OWNER | {"lat": None}
    )
    assert f"Of {len(records):,} cameras known near {ME}: {len(silent):,} drawn" in figure.caption
    assert f"{len(records) - len(silent):,} {OTHERS}" in figure.caption
    assert "White diamond" not in figure.caption
