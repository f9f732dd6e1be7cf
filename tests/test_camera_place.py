"""Which points of cameras can be drawn, in which county, and why the others are on no map."""

from __future__ import annotations

import gzip
import json
import math
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from investigate.agencies.boundaries import BOUNDARIES, county_shapes
from investigate.agencies.places import REFERENCE
from investigate.cameras import place
from investigate.cameras.place import (
    ABROAD,
    ADDRESS_ONLY,
    BOTH,
    CHANGED_PLACES,
    CITY_POINT,
    DEFAULT_POINT,
    NO_COORDINATES,
    NO_DEGREES,
    REASONS,
    SIGN_LOST,
    SWAPPED,
    place_cameras,
)
from investigate.columns import CAMERAS

SHARED = Path(__file__).parents[2] / "shared" / "data" / "cameras"
NAN = math.nan
# Town halls and the like, with the county that stands in any atlas.
INSIDE = {
    "17031": (41.8837, -87.6324), "27053": (44.8897, -93.3499), "15003": (21.3045, -157.8557),
    "02020": (61.2181, -149.9003), "72127": (18.4655, -66.1057), "66010": (13.4757, 144.7489),
    "60050": (-14.3300, -170.7500), "09001": (41.1865, -73.1952), "11001": (38.9012, -77.0201),
}  # fmt: skip


def one(lat: float, lon: float, **said: Any) -> dict[str, Any]:
    return place_cameras([lat], [lon], **said).to_dict("records")[0]


def why(lat: float, lon: float, **said: Any) -> tuple[str | None, str | None]:
    found = one(lat, lon, **said)
    return found["not_placed"], found["told"]


def metres_to_outline(lat: float, lon: float) -> float:
    """The distance to the nearest county by another route: geodesics to points every few metres along the outlines."""
    shapes = county_shapes().geometry
    near = shapes[shapes.intersects(shapely.Point(lon, lat).buffer(0.1))]
    lines = shapely.segmentize(near.boundary.clip_by_rect(lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1), 0.00003)
    along = shapely.get_coordinates(lines)
    here = np.full(len(along), lon), np.full(len(along), lat)
    return float(pyproj.Geod(ellps="WGS84").inv(*here, along[:, 0], along[:, 1])[2].min())


@pytest.mark.parametrize("county", INSIDE)
def test_a_point_inside_a_county_gets_it_in_every_part_of_the_country(county: str) -> None:
    found = one(*INSIDE[county])
    assert (found["county_fips"], found["not_placed"], found["told"]) == (county, None, None)
    assert math.isnan(found["off_shore_m"])
    assert found["state"] == dict(county_shapes()[["county_fips", "state"]].to_numpy())[county]


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(27.6867, -82.6788), (61.1900, -150.0600), (21.2600, -157.8300), (18.4740, -66.1150), (41.8906, -87.6135)],
)
def test_a_point_off_the_coast_gets_the_nearest_county_and_the_metres_to_it(lat: float, lon: float) -> None:
    found = one(lat, lon)
    assert found["not_placed"] is None
    assert found["county_fips"] is not None
    assert 0 < found["off_shore_m"] <= 2000
    assert found["off_shore_m"] == pytest.approx(metres_to_outline(lat, lon), rel=0.005, abs=3)


def test_the_cap_is_five_kilometres() -> None:
    lons = np.arange(-87.575, -87.535, 0.001)  # out from Chicago into Lake Michigan
    found = place_cameras(np.full(len(lons), 41.90), lons)
    far = np.array([metres_to_outline(41.90, lon) for lon in lons])
    beyond = found["not_placed"].notna().to_numpy()
    assert beyond[far > 5010].all()
    assert not beyond[far < 4990].any()
    assert beyond.any()
    assert not beyond.all()
    assert set(found.loc[beyond, "not_placed"]) == {ABROAD}
    assert found.loc[beyond, "county_fips"].isna().all()


@pytest.mark.parametrize(
    ("lat", "lon"), [(42.3149, -83.0364), (31.7400, -106.4850), (27.4950, -99.5170), (32.5270, -117.0250), (30, -80)]
)
def test_a_town_across_the_border_is_abroad_however_near_it_is(lat: float, lon: float) -> None:
    # Windsor, Ciudad Juárez, Nuevo Laredo, Tijuana; and the sea off Florida.
    assert why(lat, lon)[0] == ABROAD


def test_the_counties_on_the_border_are_counties() -> None:
    named = place._told()["border"]["counties"]
    assert len(named) == len(set(named))
    assert set(named) <= set(county_shapes()["county_fips"])


def test_a_point_on_the_border_of_two_counties_lies_in_one_and_always_the_same() -> None:
    shapes = county_shapes().set_index("county_fips").geometry
    lon, lat = shapely.get_coordinates(shapes["17031"].intersection(shapes["17043"]))[3]  # Cook and DuPage, Illinois
    assert one(lat, lon)["county_fips"] == "17031"


@pytest.mark.parametrize(
    ("lat", "lon", "told"), [(-90.06, 29.95, CHANGED_PLACES), (29.95, 90.06, SIGN_LOST), (90.06, 29.95, BOTH)]
)
def test_coordinates_that_changed_places_or_lost_a_sign_are_told_and_not_repaired(
    lat: float, lon: float, told: str
) -> None:
    found = one(lat, lon, listed=True)
    assert (found["not_placed"], found["told"], found["county_fips"]) == (SWAPPED, told, None)


def test_what_openstreetmap_has_in_china_is_abroad_and_has_lost_no_sign() -> None:
    assert why(39.9, 116.4)[0] == ABROAD
    assert why(39.9, 116.4, listed=True) == (SWAPPED, SIGN_LOST)
    assert why(-90.06, 29.95) == (SWAPPED, CHANGED_PLACES)


def test_every_default_point_is_known_as_stated_and_a_camera_beside_it_is_real() -> None:
    told = place._told()
    points = [*told["nowhere"], *told["city"]]
    assert len(points) > 30
    for point in points:
        assert why(point["lat"], point["lon"])[0] == DEFAULT_POINT, point
        assert why(point["lat"] + 0.0000321, point["lon"])[0] != DEFAULT_POINT, point
    assert why(38.8816, -77.0910)[0] == DEFAULT_POINT
    assert one(38.8951237, -77.0364119)["county_fips"] == "11001"
    assert why(0, 0)[0] == why(-0.0, 0.0)[0] == DEFAULT_POINT


def test_three_addresses_on_one_point_are_a_geocoders_point_for_the_city() -> None:
    lat, lon = [41.9, 41.9, 41.9, 42.0], [-88.0, -88.0, -88.0, -88.1]
    addresses = ["100 Main St", "Oak Ave & 5th St", "2200 Mill Rd", "7 Elm St"]
    found = place_cameras(lat, lon, listed=True, addresses=addresses)
    assert list(found["not_placed"]) == [DEFAULT_POINT] * 3 + [None]
    assert list(found["told"]) == [CITY_POINT] * 3 + [None]
    assert found["county_fips"].isna().tolist() == [True] * 3 + [False]
    assert place_cameras(lat, lon, listed=False, addresses=addresses)["not_placed"].isna().all()
    assert place_cameras(lat[1:], lon[1:], listed=True, addresses=addresses[1:])["not_placed"].isna().all()


def test_the_cameras_of_one_crossing_are_no_geocoders_point() -> None:
    addresses = ["Main St & Oak Ave NB", "Oak Ave at Main St (southbound)", "MAIN ST / OAK AVE - EB lane 2", None]
    found = place_cameras([41.9] * 4, [-88.0] * 4, listed=True, addresses=addresses)
    assert found["not_placed"].isna().all()


@pytest.mark.parametrize(("lat", "lon"), [(NAN, NAN), (41.9, NAN), (NAN, -88.0)])
def test_a_camera_without_coordinates_has_at_most_an_address(lat: float, lon: float) -> None:
    assert why(lat, lon) == (NO_COORDINATES, None)
    assert why(lat, lon, addresses=["1 Main St"]) == (ADDRESS_ONLY, None)
    assert why(lat, lon, addresses=[""]) == (NO_COORDINATES, None)


@pytest.mark.parametrize(("lat", "lon"), [(4_640_000.0, 447_000.0), (math.inf, -88.0), (120.0, 5.0), (95.0, 95.0)])
def test_numbers_that_are_no_degrees_are_no_coordinates(lat: float, lon: float) -> None:
    assert why(lat, lon, listed=True) == (NO_COORDINATES, NO_DEGREES)
    assert why(lat, lon, listed=True, addresses=["1 Main St"]) == (ADDRESS_ONLY, NO_DEGREES)


def test_no_points_give_no_rows_of_the_same_types() -> None:
    assert place_cameras([], []).dtypes.to_dict() == place_cameras([41.9], [-88.0]).dtypes.to_dict()


def test_the_reasons_are_those_that_the_declared_column_names() -> None:
    meaning = next(column.meaning for column in CAMERAS.columns if column.name == "not_placed")
    assert sorted(meaning.split(": ")[1].split(", ")) == sorted(REASONS)


NUMBERS = st.one_of(
    st.floats(), st.floats(24, 50), st.floats(-125, -66), st.sampled_from([0.0, 38.8951, -77.0364, 90.06, 29.95])
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from([None, "", "1 Main St", "2 Oak St", "3 Elm"])), max_size=8),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_every_point_has_a_county_or_a_reason_and_shuffling_changes_nothing(
    rows: list[tuple[float, float, str | None]], listed: bool, chance: Any
) -> None:
    def placed(order: list[int]) -> pd.DataFrame:
        lat, lon = [rows[at][0] for at in order], [rows[at][1] for at in order]
        found = place_cameras(lat, lon, listed=listed, addresses=[rows[at][2] for at in order])
        return found.set_axis(order).sort_index()

    order = list(range(len(rows)))
    found = placed(order)
    assert len(found) == len(rows)
    assert (found["county_fips"].notna() ^ found["not_placed"].notna()).all()
    assert set(found["not_placed"].dropna()) <= set(REASONS)
    assert (found["state"].notna() == found["county_fips"].notna()).all()
    assert found.loc[found["off_shore_m"].notna(), "not_placed"].isna().all()
    chance.shuffle(order)
    pd.testing.assert_frame_equal(placed(order), found)


def test_a_hundred_thousand_points_take_seconds_and_no_minutes() -> None:
    chance = np.random.default_rng(5)
    lat, lon = chance.uniform(24, 50, 100_000), chance.uniform(-125, -66, 100_000)
    place_cameras([41.9], [-88.0])
    start = time.process_time()
    found = place_cameras(lat, lon, listed=True, addresses=["1 Main St"] * 100_000)
    assert time.process_time() - start < 10  # 2 where nothing else runs
    assert found["county_fips"].notna().sum() > 40_000


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data, which is not published")
def test_of_the_national_file_the_points_in_no_county_are_those_of_another_route() -> None:
    cameras = json.loads(gzip.decompress((SHARED / "cameras-us.json.gz").read_bytes()))
    assert len(cameras) == 61_768
    lat, lon = np.array([one["lat"] for one in cameras]), np.array([one["lon"] for one in cameras])
    found = place_cameras(lat, lon)

    counties = gpd.read_file(REFERENCE / BOUNDARIES, layer="counties").set_crs(4326, allow_override=True)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326)
    joined = points.sjoin(counties[["id", "geometry"]], predicate="intersects").groupby(level=0)["id"].min()
    outside = points.index.difference(joined.index)
    albers = counties.to_crs(5070).geometry
    metres = points.loc[outside].to_crs(5070).geometry.map(lambda point: float(albers.distance(point).min()))

    assert len(outside) == 127
    assert metres.median() == pytest.approx(355, abs=5)
    assert metres.max() == pytest.approx(201_600, abs=100)
    at_default = (lat == 37.7749) & (lon == -122.4194)
    assert at_default.sum() == 1
    inside = joined[~at_default[joined.index]]
    assert (found.loc[inside.index, "county_fips"] == inside).all()
    assert set(metres.index[metres > 5000]) == set(found.index[found["not_placed"] == ABROAD])
    near = metres[metres <= 5000]
    assert found.loc[near.index, "off_shore_m"].to_numpy() == pytest.approx(
        near.to_numpy(), rel=0.02, abs=15
    )  # edges of outlines bend
    assert found["off_shore_m"].notna().sum() == len(near) == 109


@pytest.mark.parametrize(
    ("lat", "lon", "county"),
    [(37.8161, -122.3715, "06075"), (37.5972, -122.2208, "06081"), (38.9921, -76.3773, "24003")],
)  # Treasure Island, the San Mateo and the Chesapeake Bay bridges
def test_a_bridge_or_an_island_in_a_bay_is_in_the_nearest_county(lat: float, lon: float, county: str) -> None:
    assert (one(lat, lon)["not_placed"], one(lat, lon)["county_fips"]) == (None, county)


@pytest.mark.parametrize(
    ("lat", "lon", "is_near"),
    [(27.5036, -99.5076, True), (42.3293, -83.0398, True), (48.6010, -93.4100, True), (42.3314, -83.3000, False),
     (41.8837, -87.6324, False)],
)  # fmt: skip
def test_a_point_near_the_countrys_outline_in_a_county_on_the_border_is_marked(
    lat: float, lon: float, is_near: bool
) -> None:
    found = one(lat, lon)
    assert found["not_placed"] is None
    assert bool(found["near_border"]) is is_near


def test_a_town_across_alaskas_border_is_abroad() -> None:
    stewart = (55.9378, -129.9850)  # in British Columbia, a walk from Hyder
    assert 200 < metres_to_outline(*stewart) < 5000
    assert why(*stewart)[0] == ABROAD


@pytest.mark.parametrize(
    "addresses",
    [
        ["Main St & 1st Ave NB", "Main St & 1st Ave SB", "Main at First", "1st & Main WB Lane 2"],
        ["Oak St & 12th Ave", "Oak St & 13th Ave", "Oak & Elm"],
        ["I-55 and I-70 SB", "I-55 SB ramp", "Interstate 70 NB exit"],
        ["100 Oak Street, Mossgate, IL", "200 Oak St, Mossgate, IL", "Oak Street at Elm, Mossgate, IL"],
        ["Oak & Mill St", "Elm & Mill St", "3rd & Mill St"],
    ],
)
def test_addresses_that_share_a_street_are_no_geocoders_point(addresses: list[str]) -> None:
    many = len(addresses)
    found = place_cameras([41.885] * many, [-87.635] * many, listed=True, addresses=addresses)
    assert found["not_placed"].isna().all()


@pytest.mark.parametrize("end", ["", ", Mossgate, IL", " Mossgate IL", " Mossgate IL 60601"])
def test_addresses_of_three_streets_are_a_geocoders_point_whatever_city_stands_behind(end: str) -> None:
    addresses = [f"{street}{end}" for street in ("1 Oak St", "22 Elm Ave", "300 Mill Rd")]
    found = place_cameras([41.885] * 3, [-87.635] * 3, listed=True, addresses=addresses)
    assert set(found["not_placed"]) == {DEFAULT_POINT}
