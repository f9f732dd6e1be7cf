"""Ways in which a map comes out wrong without an error: each happens with stock tools, and none of them here."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import altair as alt
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import vl_convert
from PIL import Image

from investigate.agencies.boundaries import BOUNDARIES, county_shapes, state_shapes
from investigate.agencies.places import REFERENCE
from investigate.cameras.listed import read_listed
from investigate.charts import WIDTH
from investigate.maps.drawn import MapError
from investigate.maps.flow import map_flow
from investigate.maps.ground import nation
from investigate.maps.layers import draw_land, panel
from investigate.maps.nation_dots import map_cameras
from investigate.maps.outlines import find_pixels
from investigate.maps.picture import EMPTY, RAMP, Expected, MapFigure, check_colours, check_picture, check_places
from investigate.maps.searchers import map_searchers

SIZE = {"width": 500, "height": 300}
FIXED: dict[str, Any] = {"type": "albersUsa", "scale": 600, "translate": [250, 150]}
OWNER = {"agency": "Mossgate IL PD", "state": "IL", "lat": 41.0, "lon": -88.0}
# Latitude and longitude of points that lie on no map of the states, as they stand in real tables.
ASTRAY = {
    "null": (None, None), "swapped": (-88.0, 41.0), "nowhere": (0.0, 0.0), "San Juan": (18.4, -66.06),
    "Guam": (13.45, 144.78), "Toronto": (43.65, -79.38), "metres": (5_011_000.0, -9_796_000.0),
}  # fmt: skip


def raw_svg(chart: alt.TopLevelMixin) -> str:
    return str(vl_convert.vegalite_to_svg(json.dumps(chart.to_dict())))


def raw_png(chart: alt.TopLevelMixin) -> bytes:
    return bytes(vl_convert.vegalite_to_png(json.dumps(chart.to_dict())))


def painted(png: bytes) -> float:
    """Share of pixels that are not white."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    return float((pixels != 255).any(axis=-1).mean())


def land_chart(shapes: gpd.GeoDataFrame) -> alt.Chart:
    return alt.Chart(shapes).mark_geoshape(fill=RAMP[-1]).project(**FIXED).properties(**SIZE)


def cameras_of(places: dict[str, tuple[Any, Any]], **columns: Any) -> pd.DataFrame:
    rows = pd.DataFrame(list(places.values()), columns=["lat", "lon"]).astype(float)
    return rows.assign(**columns)


def points_of(places: dict[str, tuple[Any, Any]]) -> pd.DataFrame:
    rows = [(name, *where, 1, 2) for name, where in places.items()]
    frame = pd.DataFrame(rows, columns=["partner", "lat", "lon", "before", "after"])
    return frame.astype({"lat": "Float64", "lon": "Float64", "before": "Int64", "after": "Int64"})


STATES = pd.DataFrame([("TX", 1, 5), ("WA", 2, 3)], columns=["state", "before", "after"])


# ---- data by address --------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [(REFERENCE / BOUNDARIES).as_uri(), str(REFERENCE / BOUNDARIES), "states.json"])
def test_stock_draws_outlines_by_address_as_a_blank_picture_and_the_guard_refuses_it(address: str) -> None:
    blank = raw_png(alt.Chart(alt.topo_feature(address, "states")).mark_geoshape().project(**FIXED).properties(**SIZE))
    assert painted(blank) == 0
    with pytest.raises(MapError, match="blank or in one colour"):
        check_colours(blank)


def test_here_no_map_takes_its_data_from_an_address() -> None:
    maps = [
        map_searchers(points_of({"Seattle": (47.6, -122.3)}), STATES, OWNER, "Searches"),
        map_flow(STATES, OWNER, "Searches", {"before": "", "after": ""}),
        map_cameras(cameras_of({"Seattle": (47.6, -122.3)}), "Cameras", "©", ""),
    ]
    for one in maps:
        assert '"url"' not in json.dumps(one.chart.to_dict())


# ---- points that cannot be projected ----------------------------------------------------------------------


def test_stock_piles_points_up_in_the_corner_and_here_they_are_counted() -> None:
    frame = cameras_of(ASTRAY)
    chart = alt.Chart(frame).mark_circle().encode(latitude="lat:Q", longitude="lon:Q").project(**FIXED)
    at = re.findall(r'translate\(([-\d.,]+)\)" d="M[\d.]+,0A', raw_svg(chart.properties(**SIZE)))
    assert at.count("0,0") >= 4
    assert len(at) == len(ASTRAY)
    with pytest.raises(MapError, match="corner or beyond the edge"):
        check_places(np.array([[float(side) for side in one.split(",")] for one in at]), 500, 300)

    lat, lon = frame["lat"].to_numpy(), frame["lon"].to_numpy()
    assert np.isnan(find_pixels(lat, lon, 1e-4)).all()
    seattle = {"Seattle": (47.6, -122.3)}
    figure = map_searchers(points_of(seattle | ASTRAY), STATES, OWNER, "Searches", {"after": ""})
    assert "Of 8 agencies: 1 drawn, 6 outside this map" in figure.caption
    assert figure.svg().count("<circle") == 1
    dots = map_cameras(cameras_of(seattle | ASTRAY), "Cameras", "©", "")
    assert "Of 8 cameras: 1 drawn, 6 outside this map, 1 without coordinates." in dots.caption
    assert dots.expected.number == 1
    for astray in ("null", "swapped", "San Juan"):
        lat, lon = ASTRAY[astray]
        with pytest.raises(MapError, match="No map of flows"):
            map_flow(STATES, OWNER | {"lat": lat, "lon": lon}, "Searches", {"after": ""})


# ---- rings the wrong way round ----------------------------------------------------------------------------


def square(clockwise: bool) -> shapely.Polygon:
    return shapely.orient_polygons(shapely.box(-100, 35, -90, 40), exterior_cw=clockwise)


def test_stock_floods_the_map_with_rings_that_run_counter_clockwise_and_the_guard_refuses_it() -> None:
    shares = {}
    for clockwise in (True, False):
        one = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(square(clockwise))}
        chart = alt.Chart(alt.Data(values=[one])).mark_geoshape(fill=RAMP[-1]).project(**FIXED).properties(**SIZE)
        shares[clockwise] = painted(raw_png(chart))
        flooded = raw_svg(chart)
    assert shares[True] < 0.1
    assert shares[False] > 0.5
    with pytest.raises(MapError, match=r"one colour|land on a map should fill"):
        check_picture(flooded, Expected(shares[True] * 500 * 300, 0))


@pytest.mark.parametrize("clockwise", [True, False])
def test_here_it_does_not_matter_which_way_rings_run(clockwise: bool) -> None:
    ground = nation(WIDTH // 2)
    turned = {code: shapely.orient_polygons(shape, exterior_cw=clockwise) for code, shape in ground.land.items()}
    other = type(ground)(ground.width, ground.height, turned, ground.find, ground.lines)
    chart = panel(draw_land(other, dict.fromkeys(turned, "land"), {"land": EMPTY}, None), other)
    assert MapFigure(chart, "", "", Expected(ground.area, 0)).svg()


# ---- metres for degrees -----------------------------------------------------------------------------------


def test_stock_draws_metres_as_if_they_were_degrees_and_the_guard_refuses_it() -> None:
    degrees, metres = state_shapes()[["geometry"]], state_shapes().to_crs(3857)[["geometry"]]
    land = painted(raw_png(land_chart(degrees))) * 500 * 300
    assert not 0.75 * land < painted(raw_png(land_chart(metres))) * 500 * 300 < 1.05 * land
    check_picture(raw_svg(land_chart(degrees)), Expected(land, 0))
    with pytest.raises(MapError, match=r"one colour|land on a map should fill"):
        check_picture(raw_svg(land_chart(metres)), Expected(land, 0))


def test_here_points_in_metres_are_outside_and_outlines_are_always_degrees() -> None:
    metres = gpd.GeoSeries.from_xy([-122.3], [47.6], crs=4326).to_crs(3857)
    frame = pd.DataFrame({"lat": metres.y, "lon": metres.x})
    with pytest.raises(MapError, match="1 outside this map"):
        map_cameras(frame, "Cameras", "©", "")
    for shapes in (state_shapes(), county_shapes()):
        west, south, east, north = shapes.total_bounds
        assert -180 <= west < east <= 180
        assert -90 <= south < north <= 90


# ---- outlines without a system of coordinates -------------------------------------------------------------


def test_outlines_as_they_are_read_have_no_system_and_cannot_be_joined_and_here_they_have_one() -> None:
    raw = gpd.read_file(REFERENCE / BOUNDARIES, layer="counties")
    assert raw.crs is None
    with pytest.raises(ValueError, match="naive geometries"):
        raw.to_crs(5070)
    point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([-93.27], [44.98]), crs=4326)
    for shapes in (state_shapes(), county_shapes()):
        assert shapes.crs == 4326
    found = gpd.sjoin(point, county_shapes(), predicate="within")
    assert found["county_fips"].tolist() == ["27053"]


# ---- codes of counties read as numbers --------------------------------------------------------------------

LISTED = "id,name,lat,lng,countyFips\n1,Main and Oak,32.54,-86.64,01001\n2,Elm,44.98,-93.27,27053\n3,Mill,33.9,-84.3,\n"


def test_stock_reads_codes_of_counties_as_numbers_and_here_they_stay_text(tmp_path: Path) -> None:
    known = set(county_shapes()["county_fips"])
    stock = pd.read_csv(io.StringIO(LISTED))["countyFips"].dropna()
    assert {str(code) for code in stock}.isdisjoint(known)  # a blank makes them 1001.0 and 27053.0
    whole = pd.read_csv(io.StringIO(LISTED)).dropna()["countyFips"].astype(int).astype(str)
    assert set(whole) & known == {"27053"}  # and without the blank Alabama is lost

    path = tmp_path / "cameras.csv"
    path.write_text(LISTED, encoding="utf-8")
    codes = [camera.tags.get("county_fips") for camera in read_listed(path).cameras]
    assert codes == ["01001", "27053", None]
    assert set(codes) - {None} <= known
    assert county_shapes()["county_fips"].str.fullmatch(r"\d{5}").all()


# ---- territories ------------------------------------------------------------------------------------------


def test_stock_draws_no_territory_and_says_nothing_and_here_they_are_named() -> None:
    shapes = state_shapes().set_index("state")
    assert painted(raw_png(land_chart(shapes.loc[["PR", "GU"], ["geometry"]]))) == 0
    places = {"Seattle": (47.6, -122.3), "San Juan": (18.4, -66.06), "Hagåtña": (13.47, 144.75)}
    caption = map_cameras(cameras_of(places, state=["WA", "PR", "GU"]), "Cameras", "©", "").caption
    assert "Of 3 cameras: 1 drawn, 1 in Guam, 1 in Puerto Rico." in caption
    states = pd.DataFrame([("WA", 1, 1), ("PR", 0, 3)], columns=["state", "before", "after"])
    for figure in (
        map_searchers(points_of({"Seattle": (47.6, -122.3)}), states, OWNER, "Searches"),
        map_flow(states, OWNER, "Searches", {"before": "", "after": ""}),
    ):
        assert "Puerto Rico (0 before, 3 after)" in figure.caption


# ---- polygons that are none -------------------------------------------------------------------------------


def test_outlines_as_they_are_read_hold_broken_polygons_and_here_all_are_whole() -> None:
    raw = gpd.read_file(REFERENCE / BOUNDARIES, layer="counties")
    broken = raw[~raw.is_valid]
    assert len(broken) == 22
    shapes = broken.geometry.to_numpy()
    with pytest.raises(shapely.errors.GEOSException):
        shapely.intersection(shapes, shapely.buffer(shapely.envelope(shapes), -1e-3))
    mended = county_shapes().set_index("county_fips")
    assert mended.is_valid.all()
    assert state_shapes().is_valid.all()
    whole, there = (
        shapely.area(broken.make_valid().to_numpy()),
        shapely.area(mended.loc[broken["id"]].geometry.to_numpy()),
    )
    assert there.sum() == pytest.approx(whole.sum(), rel=0.01)
