"""The ground of a local map: north up, to scale, over 180° the short way, and only land of the United States."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investigate.agencies.places import distance_km, largest_places
from investigate.maps import area as areas
from investigate.maps.area import area, county_lines, frame_of, land_layers, place_names, scale_bar, seen_land, span_km
from investigate.maps.drawn import MapError
from investigate.maps.ground import Ground, nation
from investigate.maps.layers import panel
from tests.chart_rows import spec_of

ILLINOIS = (36.9, -91.6, 42.6, -87.4)
PEORIA = (40.5, -89.9, 40.9, -89.3)
PLACES = {
    "Colorado": (39.0, -105.5), "Detroit": (42.35, -83.1), "Attu": (52.9, 172.9), "Juneau": (58.3, -134.42),
    "Honolulu": (21.31, -157.86), "San Juan": (18.4, -66.06), "Guam": (13.45, 144.78), "Key West": (24.56, -81.78),
    "Pago Pago": (-14.3, -170.7), "Chincoteague": (37.93, -75.37),
}  # fmt: skip


def pixel(ground: Ground, lat: float, lon: float) -> np.ndarray:
    found: np.ndarray = ground.find(np.array([lat]), np.array([lon]))[0]
    return found


def around(lat: float, lon: float, width: int = 335, most_height: int = 400) -> Ground:
    return area(frame_of(np.array([lat]), np.array([lon])), width, most_height)


# ---- frames -----------------------------------------------------------------------------------------------


def test_a_frame_holds_its_points_with_a_margin() -> None:
    south, west, north, east = frame_of(np.array([40.0, 41.0]), np.array([-90.0, -88.0]))
    assert (south, north) == pytest.approx((39.91, 41.09))
    assert (west, east) == pytest.approx((-90.18, -87.82))


def test_the_frame_of_one_point_is_as_large_as_it_must_be() -> None:
    for lat in (18.4, 40.0, 71.3):
        south, west, north, east = frame_of(np.array([lat]), np.array([-100.0]), least_km=40)
        assert distance_km(south, -100, north, -100) == pytest.approx(40, rel=0.01)
        assert distance_km(lat, west, lat, east) == pytest.approx(40, rel=0.01)
        assert span_km((south, west, north, east)) == pytest.approx(40, rel=0.02)


def test_points_on_both_sides_of_180_degrees_have_a_small_frame() -> None:
    box = frame_of(np.array([52.9, 51.9]), np.array([172.9, -176.6]))
    assert box[1] > box[3]
    assert box[1] == pytest.approx(172.9 - 10.5 * 0.09)
    assert span_km(box) < 1_000


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-60, 70), st.floats(-180, 180)), min_size=1, max_size=8), st.randoms())
def test_shuffling_points_changes_no_frame_and_every_point_lies_in_it(points: list[tuple[float, float]], rng) -> None:  # type: ignore[no-untyped-def]
    south, west, north, east = frame_of(*np.array(points).T)
    for lat, lon in points:
        assert south <= lat <= north
        assert (lon - west) % 360 <= (east - west) % 360 + 1e-5
    rng.shuffle(points)
    assert frame_of(*np.array(points).T) == (south, west, north, east)


def test_what_is_no_degree_decides_no_frame() -> None:
    lat, lon = np.array([40.0, np.nan, 95.0, 40.0, np.inf]), np.array([-90.0, -90.0, -90.0, 239.0, 0.0])
    assert frame_of(lat, lon) == frame_of(lat[:1], lon[:1])
    with pytest.raises(MapError, match="none of them is a latitude and longitude"):
        frame_of(lat[1:], lon[1:])


# ---- the projection ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLACES)
def test_north_is_up_and_east_is_right(name: str) -> None:
    lat, lon = PLACES[name]
    ground = around(lat, lon)
    here, north, east = (pixel(ground, lat + up, lon + right) for up, right in ((0, 0), (0.1, 0), (0, 0.1)))
    assert abs(north[0] - here[0]) < 0.01 * ground.height
    assert north[1] < here[1]
    assert abs(east[1] - here[1]) < 0.01 * ground.height
    assert east[0] > here[0]


def test_north_is_up_on_a_map_of_a_whole_state_away_from_the_national_meridian() -> None:
    ground = area((32.5, -124.5, 42.0, -114.1), 335, 400)  # a national projection tilts it by 14 degrees
    low, high = pixel(ground, 33.0, -119.3), pixel(ground, 41.5, -119.3)
    assert abs(low[0] - high[0]) < 0.01 * ground.height


@pytest.mark.parametrize("name", PLACES)
def test_distances_in_pixels_are_distances_on_the_ground(name: str) -> None:
    lat, lon = PLACES[name]
    ground = around(lat, lon)
    assert ground.metres
    points = [(lat + up, lon + right) for up, right in ((0, 0), (0.1, 0), (-0.08, 0.09), (0.05, -0.11))]
    for one, other in combinations(points, 2):
        apart = float(np.hypot(*(pixel(ground, *one) - pixel(ground, *other)))) * ground.metres / 1000
        assert apart == pytest.approx(distance_km(*one, *other), rel=0.012)


def test_the_map_is_as_wide_as_asked_and_never_higher_nor_flat() -> None:
    for box in (ILLINOIS, (40.0, -100.0, 40.3, -90.0), (30.0, -90.05, 36.0, -90.0)):
        ground = area(box, 335, 400)
        assert ground.width == 335
        assert 0.6 * 335 < ground.height <= 400
        corners = [pixel(ground, lat, lon) for lat in (box[0], box[2]) for lon in (box[1], box[3])]
        assert np.isfinite(corners).all()


def test_points_beyond_the_frame_or_that_are_no_degrees_have_no_pixels() -> None:
    ground = area(PEORIA, 335, 400)
    lat = np.array([40.7, 44.0, -40.7, -89.6, np.nan, 40.7, 95.0, 4_500_000.0, 0.0, 40.7])
    lon = np.array([-89.6, -89.6, 90.4, 40.7, -89.6, 270.4, -89.6, -9_900_000.0, 0.0, np.inf])
    assert np.isfinite(ground.find(lat, lon)).all(axis=1).tolist() == [True, *[False] * 9]


# ---- land -------------------------------------------------------------------------------------------------


def test_land_is_counties_within_the_frame_that_neither_overlap_nor_leave_gaps() -> None:
    import shapely  # noqa: PLC0415

    ground = area(ILLINOIS, 335, 400)
    assert {"17143", "17031", "18089"} <= set(ground.land)
    shapes = list(ground.land.values())
    together = shapely.union_all(shapes)
    assert all(shape.is_valid for shape in shapes)
    assert together.bounds >= (0.0, 0.0)
    assert together.bounds[2] <= ground.width
    assert together.bounds[3] <= ground.height
    assert ground.area == pytest.approx(together.area, rel=0.002)
    inside = shapely.difference(together.buffer(0.5).buffer(-0.5), together)
    assert inside.area < 0.005 * ground.area


@pytest.mark.parametrize(("name", "fips"), [("Detroit", "26163"), ("Honolulu", "15003"), ("San Juan", "72127"),
                                             ("Guam", "66010"), ("Attu", "02016"), ("Pago Pago", "60010")])  # fmt: skip
def test_the_county_of_a_place_holds_it_also_in_islands_and_territories(name: str, fips: str) -> None:
    from shapely import Point  # noqa: PLC0415

    ground = around(*PLACES[name])
    assert ground.land[fips].distance(Point(pixel(ground, *PLACES[name]))) < 1_500 / (ground.metres or 1)


def test_the_map_is_small() -> None:
    from shapely import get_num_coordinates  # noqa: PLC0415

    for box in (ILLINOIS, PEORIA, (54.0, -138.0, 60.0, -129.0)):
        assert sum(map(get_num_coordinates, area(box, 335, 400).land.values())) < 6_000


def test_a_county_without_area_is_left_out() -> None:
    assert "51610" not in area((38.8, -77.3, 39.0, -77.0), 335, 400).land


def test_a_frame_without_land_is_refused() -> None:
    for box in ((30.0, -60.0, 31.0, -59.0), (48.0, 2.0, 49.0, 3.0)):
        with pytest.raises(MapError, match="No land of the United States"):
            area(box, 335, 400)


@pytest.mark.parametrize("box", [(41.0, -90.0, 40.0, -88.0), (40.0, -90.0, 40.0, -88.0), (40.0, 270.0, 41.0, 272.0),
                                 (np.nan, -90.0, 41.0, -88.0), (40.0, -90.0, 99.0, -88.0)])  # fmt: skip
def test_a_box_that_is_none_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(MapError, match="is no frame of a map"):
        area(box, 335, 400)


def test_every_layer_is_drawn_without_a_projection_of_the_drawing_engine() -> None:
    ground = area(ILLINOIS, 335, 400)
    spec = spec_of(panel(land_layers(ground), ground))
    assert spec["projection"] == {"type": "identity", "scale": 1, "translate": [0, 0]}
    assert not any("projection" in layer for layer in spec["layer"])


def test_state_borders_are_drawn_over_county_borders_and_not_along_the_frame() -> None:
    import shapely  # noqa: PLC0415

    ground = area(ILLINOIS, 335, 400)
    (state,) = areas.state_lines(ground)
    heavy = shapely.geometry.shape(spec_of(state)["data"]["values"][0]["geometry"])
    assert state["mark"]["strokeWidth"] > areas.COUNTY_BORDER
    assert 0 < heavy.length < 0.8 * county_lines(ground).length
    frame = shapely.box(0, 0, ground.width, ground.height).boundary.buffer(0.3)
    assert heavy.intersection(frame).length < 5


def test_county_borders_that_would_hide_the_land_are_left_out() -> None:
    assert not county_lines(area(PEORIA, 335, 400)).is_empty
    assert county_lines(area((30.0, -90.0, 42.0, -76.0), 335, 400)).is_empty


def test_land_that_words_cover_is_not_expected_to_be_seen() -> None:
    import shapely  # noqa: PLC0415

    ground = area(PEORIA, 335, 400)
    assert 0.9 * ground.area < seen_land(ground) < ground.area
    assert seen_land(ground, [shapely.box(100, 100, 200, 150)]) == pytest.approx(seen_land(ground) - 2_500, rel=0.01)


# ---- words and scale --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLACES)
def test_the_scale_bar_is_as_long_as_it_says(name: str) -> None:
    lat, lon = PLACES[name]
    ground = around(lat, lon)
    layers, (box,) = scale_bar(ground, np.empty((0, 2)))
    line, *words = (spec_of(layer)["data"]["values"] for layer in layers)
    miles = float(words[0][0]["words"].split()[0])
    left, right = line[0], line[-1]
    degrees = miles * areas.KM_A_MILE / areas.KM_A_DEGREE  # of latitude
    south, north = pixel(ground, lat - degrees / 2, lon), pixel(ground, lat + degrees / 2, lon)
    assert right["x"] - left["x"] == pytest.approx(south[1] - north[1], rel=0.02)
    assert words[0][0]["words"].endswith(f"({miles * 1.609344:.{0 if miles >= 5 else 1}f} km)")
    assert box.bounds[3] <= ground.height
    assert 0 <= box.bounds[0] < box.bounds[2] <= ground.width


def test_the_scale_bar_stands_where_the_fewest_points_are() -> None:
    ground = area(PEORIA, 335, 400)
    for crowded in (0, 1):
        points = np.tile([(30.0, 305.0)[crowded], ground.height - 15.0], (5, 1))
        _, (box,) = scale_bar(ground, points)
        assert (box.bounds[0] > 100, box.bounds[2] < 235) == ((True, False), (False, True))[crowded]


def test_a_ground_of_several_scales_has_no_bar() -> None:
    assert scale_bar(nation(335), np.empty((0, 2))) == ([], [])


def test_names_of_the_largest_places_overlap_neither_each_other_nor_the_edge_nor_what_is_taken() -> None:
    import shapely  # noqa: PLC0415

    box = (37.2, -122.55, 38.05, -121.7)
    ground = area(box, 335, 400)
    taken = shapely.box(0, 350, 120, 400)
    names, boxes = place_names(ground, box, np.empty((0, 2)), [taken])
    assert len(names) == len(boxes) == 6
    assert {"San Francisco", "San Jose", "Oakland"} <= set(names["words"])
    frame = shapely.box(0, 0, ground.width, ground.height)
    assert all(frame.contains(one) for one in boxes)
    assert not any(one.intersects(other) for one, other in combinations([*boxes, taken], 2))


def test_a_name_makes_room_for_dots() -> None:
    box = (40.5, -89.9, 40.9, -89.3)
    ground = area(box, 335, 400)
    names, _ = place_names(ground, box, np.empty((0, 2)))
    x, y = names.loc[names["words"] == "Peoria", ["x", "y"]].iloc[0]
    moved, _ = place_names(ground, box, np.array([[x, y]] * 3))
    assert tuple(moved.loc[moved["words"] == "Peoria", ["x", "y"]].iloc[0]) != (x, y)


def test_the_largest_places_of_a_box_come_first_also_across_180_degrees() -> None:
    assert [one.name for one in largest_places(37.2, -122.55, 38.05, -121.7, most=3)] == [
        "San Jose", "San Francisco", "Oakland",
    ]  # fmt: skip
    found = largest_places(51.0, 170.0, 55.0, -160.0, most=50)
    assert "Unalaska" in {one.name for one in found}
    assert all(51 <= (one.lat or 0) <= 55 and not -160 < (one.lon or 0) < 170 for one in found)
    known = [one.population or 0 for one in found if one.level == "place"]
    assert known == sorted(known, reverse=True)
    assert largest_places(0.0, 0.0, 1.0, 1.0, most=5) == largest_places(51.0, 170.0, 55.0, -160.0, most=0) == []
