"""Reading cameras from JSON: every shape is told by its structure, and nothing in a file is lost in silence."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_logs import AUDIT, PORTAL, record

from investigate.cameras import json_text
from investigate.cameras.json_shapes import read_json
from investigate.cameras.record import CameraFile, RawCamera
from investigate.errors import RefusedFile

SHARED = Path(__file__).parents[2] / "shared" / "data" / "cameras"
released = pytest.mark.skipif(not SHARED.exists(), reason="the released files are not here")
TAGS = {"man_made": "surveillance", "surveillance:type": "ALPR", "direction": "90"}
NODE = {"type": "node", "id": 11, "lat": 29.95, "lon": -90.06, "tags": TAGS}


def saved(path: Path, value: Any, encoding: str = "utf-8") -> Path:
    path.write_bytes((value if isinstance(value, str) else json.dumps(value)).encode(encoding))
    return path


def read(folder: Path, value: Any, name: str = "cameras.json") -> CameraFile:
    return read_json(saved(folder / name, value))


def only(folder: Path, value: Any) -> RawCamera:
    (camera,) = read(folder, value).cameras
    return camera


def why_refused(folder: Path, value: Any) -> str:
    with pytest.raises(RefusedFile) as refusal:
        read(folder, value)
    return str(refusal.value)


def overpass(*elements: Any, **more: Any) -> dict[str, Any]:
    about = {"timestamp_osm_base": "2026-06-19T20:21:16Z", "copyright": "The data is made available under ODbL."}
    return {"version": 0.6, "osm3s": about, "elements": list(elements), **more}


def feature(x: Any = -90.06, y: Any = 29.95, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [x, y]}, "properties": properties}


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **more}


# ---- Overpass -----------------------------------------------------------------------------------------------


def test_overpass_gives_nodes_ways_and_relations_with_their_tags(tmp_path: Path) -> None:
    way = {"type": "way", "id": 11, "center": {"lat": 30.5, "lon": -91.5}, "nodes": [1, 2], "tags": TAGS}
    bounds = {"minlat": 30.0, "minlon": -92.0, "maxlat": 31.0, "maxlon": -91.0}
    relation = {"type": "relation", "id": 7, "bounds": bounds, "tags": TAGS}
    line = {"type": "way", "id": 12, "geometry": [{"lat": 30, "lon": -90}, {"lat": 32, "lon": -94}], "tags": TAGS}
    found = read(tmp_path, overpass(NODE, way, relation, line))
    assert [(c.row, c.id, c.lat, c.lon) for c in found.cameras] == [
        (1, "node/11", 29.95, -90.06),
        (2, "way/11", 30.5, -91.5),
        (3, "relation/7", 30.5, -91.5),
        (4, "way/12", 31.0, -92.0),
    ]
    assert all(camera.tags == TAGS for camera in found.cameras)
    assert (found.layout, found.source, found.snapshot, found.only_alpr) == (
        "overpass", "osm", dt.date(2026, 6, 19), False,
    )  # fmt: skip


def test_vertices_of_ways_are_no_rows_and_are_told(tmp_path: Path) -> None:
    way = {"type": "way", "id": 5, "nodes": [1, 2], "tags": TAGS}
    corners = [{"type": "node", "id": n, "lat": 30.0 + n, "lon": -90.0 - n} for n in (1, 2)]
    found = read(tmp_path, overpass(NODE, way, *corners))
    assert [(camera.row, camera.id, camera.lat, camera.lon) for camera in found.cameras] == [
        (1, "node/11", 29.95, -90.06),
        (2, "way/5", 31.5, -91.5),  # the middle of the nodes that it is made of
    ]
    assert [warning for warning in found.warnings if warning.startswith("2 elements without tags")]


def test_an_answer_without_any_tags_is_refused(tmp_path: Path) -> None:
    assert "out center meta" in why_refused(tmp_path, overpass({"type": "node", "id": 1, "lat": 1, "lon": 2}))


def test_a_way_without_a_place_is_kept_unplaced(tmp_path: Path) -> None:
    camera = only(tmp_path, overpass({"type": "way", "id": 9, "tags": TAGS}))
    assert (camera.id, camera.lat, camera.lon, camera.rejected) == ("way/9", None, None, None)


def test_a_remark_is_a_failed_query_and_shows_no_path(tmp_path: Path) -> None:
    remark = "runtime error: Query timed out in /srv/osm3s/db_dir at line 3"
    why = why_refused(tmp_path, overpass(NODE, remark=remark))
    assert "Query timed out" in why
    assert "failed" in why
    assert "/srv" not in why


def test_a_count_answer_is_no_camera(tmp_path: Path) -> None:
    assert "without cameras" in why_refused(
        tmp_path, overpass({"type": "count", "id": 0, "tags": {"nodes": "5", "total": "5"}})
    )


def test_no_elements_are_no_cameras_and_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, overpass())
    assert found.cameras == []
    assert found.warnings


# ---- tiles and lists ----------------------------------------------------------------------------------------


def test_a_tile_holds_nodes(tmp_path: Path) -> None:
    found = read(tmp_path, [{"id": 11, "lat": 29.95, "lon": -90.06, "tags": {"operator": "Fernhollow PD"}}])
    assert (found.layout, found.source, found.only_alpr) == ("tile", "osm", True)
    assert found.cameras == [RawCamera(1, 29.95, -90.06, "node/11", {"operator": "Fernhollow PD"})]


def test_the_index_of_tiles_is_refused_and_says_what_to_load(tmp_path: Path) -> None:
    index = {"expiration_utc": 1, "regions": ["20/-100", "40/-80"], "tile_url": "u", "tile_size_degrees": 20}
    why = why_refused(tmp_path, index)
    assert "index" in why
    assert "20/-100.json" in why


def test_the_raw_direction_of_the_national_file_wins_over_what_was_made_of_it(tmp_path: Path) -> None:
    flat = {
        "osmId": 1,
        "osmType": "way",
        "lat": 1.5,
        "lon": 2.5,
        "brand": "Flock Safety",
        "surveillanceZone": "traffic",
    }
    rows = [
        {**flat, "direction": 90180.0, "directionCardinal": "90;180", "mountType": "pole"},
        {**flat, "direction": 270.0},
        {**flat, "direction": 90, "directions": [90, 270.0]},
        {**flat, "direction": None},
        {**flat, "direction": math.nan},
        {**flat, "direction": 187.5},
    ]
    found = read(tmp_path, rows)
    told = [camera.tags.get("direction") for camera in found.cameras]
    assert told == ["90;180", "270", "90;270", None, None, "187.5"]
    assert found.cameras[0].id == "way/1"
    assert found.cameras[0].tags == {
        "brand": "Flock Safety", "direction": "90;180", "surveillance:zone": "traffic", "camera:mount": "pole",
    }  # fmt: skip
    assert (found.source, found.licence) == ("osm", "ODbL 1.0")


def bay(*cameras: Any, count: Any = None) -> dict[str, Any]:
    number = len(cameras) if count is None else count
    box = [37.2, -122.55, 38.05, -121.7]
    return {"fetchedAt": "2026-06-19T20:21:16.190Z", "bbox": box, "count": number, "cameras": list(cameras)}


def test_tags_win_over_the_fields_beside_them(tmp_path: Path) -> None:
    beside = {"id": 3, "lat": 1.5, "lon": 2.5, "direction": 45, "manufacturer": "Flock", "operator": None}
    rows = [
        {**beside, "tags": {**TAGS, "manufacturer": "Flock Safety"}},
        {**beside, "tags": {"camera:direction": "10;20"}},
        {**beside, "tags": {}},
    ]
    found = read(tmp_path, bay(*rows))
    assert found.snapshot == dt.date(2026, 6, 19)
    assert found.warnings == []
    assert [(c.tags.get("direction"), c.tags.get("camera:direction")) for c in found.cameras] == [
        ("90", None), (None, "10;20"), ("45", None),
    ]  # fmt: skip
    assert [camera.tags["manufacturer"] for camera in found.cameras] == ["Flock Safety", "Flock", "Flock"]


def test_a_count_that_differs_is_a_partial_file(tmp_path: Path) -> None:
    (warning,) = read(tmp_path, bay({"id": 3, "lat": 1.5, "lon": 2.5, "tags": TAGS}, count=20)).warnings
    assert "20" in warning
    assert "part" in warning


def test_a_list_of_another_kind_of_camera_is_not_only_of_readers(tmp_path: Path) -> None:
    plain = {"id": 1, "lat": 1.5, "lon": 2.5}
    assert read(tmp_path, [{**plain, "tags": {"surveillance:type": "ALPR"}}]).only_alpr
    assert not read(tmp_path, [{**plain, "tags": {"surveillance:type": "camera"}}]).only_alpr
    assert not read(tmp_path, [{**plain, "tags": {"man_made": "surveillance"}}]).only_alpr


@pytest.mark.parametrize(
    "place",
    [
        {"location": {"latitude": "29.95", "longitude": "-90.06"}},
        {"location": {"type": "Point", "coordinates": [-90.06, 29.95]}},
        {"coordinates": "(29.95, -90.06)"},
        {"lat": "29.95", "lng": "-90.06"},
        {"Latitude": 29.95, "Longitude": -90.06},
        {"y": 29.95, "x": -90.06},
    ],
)
def test_a_place_is_read_wherever_it_stands(tmp_path: Path, place: dict[str, Any]) -> None:
    camera = only(tmp_path, [{"agency": "Fernhollow PD", **place}])
    assert (camera.lat, camera.lon, camera.tags) == (29.95, -90.06, {"operator": "Fernhollow PD"})


@pytest.mark.parametrize(
    "junk", ['"abc"', "NaN", "Infinity", "true", "null", "[1]", "{}", "[[[]]]", '"1e999"', "1e999"]
)
def test_junk_for_a_coordinate_is_none_and_nothing_is_raised(tmp_path: Path, junk: str) -> None:
    camera = only(tmp_path, f'[{{"id": "c-1", "lat": {junk}, "lon": -90.06}}]')
    assert (camera.lat, camera.id, camera.rejected) == (None, "c-1", None)
    element = only(
        tmp_path, f'{{"elements": [{{"type": "node", "id": 4, "lat": {junk}, "lon": 1, "tags": {{"a": 1}}}}]}}'
    )
    assert (element.lat, element.id, element.rejected) == (None, "node/4", None)


def test_a_record_that_is_none_is_rejected_with_why(tmp_path: Path) -> None:
    found = read(tmp_path, [5, "x", None, [1], {"name": "no place"}, {"lat": 1.5, "lon": 2.5}])
    assert [camera.row for camera in found.cameras] == [1, 2, 3, 4, 5, 6]
    assert [bool(camera.rejected) for camera in found.cameras] == [True] * 5 + [False]
    assert "a number" in (found.cameras[0].rejected or "")
    assert "no coordinates, no address and no identifier" in (found.cameras[4].rejected or "")


def test_an_address_alone_is_kept_without_a_place(tmp_path: Path) -> None:
    camera = only(tmp_path, [{"street": "Main St", "cross_street": "5th Ave", "city": "Fernhollow"}])
    assert (camera.lat, camera.rejected, camera.tags["address"]) == (None, None, "Main St & 5th Ave")


def test_numbers_that_are_no_degrees_are_kept_unplaced_and_told_once(tmp_path: Path) -> None:
    found = read(tmp_path, [{"id": n, "x": 3671234.5, "y": 531234.5} for n in (1, 2)])
    assert [(camera.lat, camera.lon, camera.said) for camera in found.cameras] == [
        (None, None, "531234.5, 3671234.5")
    ] * 2
    assert len(found.warnings) == 1
    assert "2 records" in found.warnings[0]


# ---- GeoJSON ------------------------------------------------------------------------------------------------


def test_properties_of_a_published_feed_are_read(tmp_path: Path) -> None:
    said = {
        "osmId": 77, "osmType": "way", "operator": "Fernhollow PD", "brand": "Flock Safety", "direction": 90,
        "directions": [90, 270], "surveillanceZone": "traffic", "mountType": "pole", "ref": "A1",
        "startDate": "2024-05", "osmTimestamp": "2025-01-01T00:00:00Z", "osmVersion": 3,
    }  # fmt: skip
    found = read(tmp_path, collection(feature(**said)))
    assert (found.layout, found.source) == ("geojson", "osm")
    (camera,) = found.cameras
    assert (camera.id, camera.lat, camera.lon) == ("way/77", 29.95, -90.06)
    wanted = {
        "operator": "Fernhollow PD", "brand": "Flock Safety", "direction": "90;270", "surveillance:zone": "traffic",
        "camera:mount": "pole", "ref": "A1", "start_date": "2024-05",
    }  # fmt: skip
    assert camera.tags.items() >= wanted.items()


def test_a_feature_with_the_names_of_openstreetmap_is_one_of_its_objects(tmp_path: Path) -> None:
    exported = {**feature(**{"@id": "way/5", "@user": "someone", "surveillance:type": "ALPR"}), "id": "way/5"}
    found = read(
        tmp_path, collection(exported, copyright="Data from www.openstreetmap.org", timestamp="2026-01-02T03:04:05Z")
    )
    assert (found.source, found.snapshot) == ("osm", dt.date(2026, 1, 2))
    assert (found.cameras[0].id, found.cameras[0].tags) == ("way/5", {"surveillance:type": "ALPR"})


def test_tags_of_openstreetmap_stay_as_they_are(tmp_path: Path) -> None:
    tags = {"man_made": "surveillance", "owner": "Mall LLC", "camera:type": "fixed", "surveillance:type": "ALPR"}
    camera = only(tmp_path, collection(feature(**tags, **{"@id": "node/5", "user": "someone"})))
    assert camera.tags == tags


@pytest.mark.parametrize(
    ("geometry", "point"),
    [
        ({"type": "Point", "coordinates": [-90.5, 30.5, 12.0]}, (30.5, -90.5)),
        ({"type": "MultiPoint", "coordinates": [[-90.5, 30.5], [-80, 40]]}, (30.5, -90.5)),
        ({"type": "LineString", "coordinates": [[-90.5, 30.5], [-90.501, 30.501]]}, (30.5, -90.5)),
        ({"type": "MultiLineString", "coordinates": [[[-90.5, 30.5], [-90.501, 30.5]]]}, (30.5, -90.5)),
        (
            {
                "type": "Polygon",
                "coordinates": [
                    [[-90.501, 30.499], [-90.499, 30.499], [-90.499, 30.501], [-90.501, 30.501], [-90.501, 30.499]]
                ],
            },
            (30.5, -90.5),
        ),
        ({"type": "Point", "coordinates": ["-90.5", "30.5"]}, (30.5, -90.5)),
        ({"type": "Point", "coordinates": []}, (None, None)),
        ({"type": "Point", "coordinates": [None, 3]}, (None, None)),
        ({"type": "Polygon", "coordinates": [[["a", 1]]]}, (None, None)),
        (
            {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [-90.5, 30.5]}]},
            (30.5, -90.5),
        ),
        ({"type": "GeometryCollection", "geometries": []}, (None, None)),
        (None, (None, None)),
        ("junk", (None, None)),
    ],
)
def test_geometries_give_lon_before_lat(
    tmp_path: Path, geometry: Any, point: tuple[float | None, float | None]
) -> None:
    camera = only(
        tmp_path, collection({"type": "Feature", "id": 1, "geometry": geometry, "properties": {"brand": "Genetec"}})
    )
    assert (camera.lat, camera.lon) == point
    assert camera.rejected is None


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """Web Mercator by its formula."""
    return 6378137 * math.radians(lon), 6378137 * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def test_another_reference_system_is_brought_to_degrees(tmp_path: Path) -> None:
    x, y = mercator(-90.06, 29.95)
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    camera = only(tmp_path, collection(feature(x, y), crs=crs))
    assert (camera.lat, camera.lon) == pytest.approx((29.95, -90.06), abs=1e-9)


def test_a_layer_of_arcgis_is_read_in_its_own_reference_system(tmp_path: Path) -> None:
    x, y = mercator(-90.06, 29.95)
    layer = {
        "spatialReference": {"wkid": 102100, "latestWkid": 3857},
        "features": [{"attributes": {"OBJECTID": 4, "Owner": "Fernhollow PD"}, "geometry": {"x": x, "y": y}}],
        "exceededTransferLimit": True,
    }
    found = read(tmp_path, layer)
    (camera,) = found.cameras
    assert (camera.lat, camera.lon) == pytest.approx((29.95, -90.06), abs=1e-9)
    assert (found.layout, camera.id, camera.tags) == ("arcgis", "4", {"operator": "Fernhollow PD"})
    assert "part" in found.warnings[0]


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::99999", "local grid of Fernhollow"])
def test_a_reference_system_that_is_not_known_is_refused(tmp_path: Path, name: str) -> None:
    why = why_refused(tmp_path, collection(feature(), crs={"type": "name", "properties": {"name": name}}))
    assert "WGS84" in why


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4269"])
def test_degrees_stay_as_they_are(tmp_path: Path, name: str) -> None:
    camera = only(tmp_path, collection(feature(), crs={"type": "name", "properties": {"name": name}}))
    assert (camera.lat, camera.lon) == (29.95, -90.06)


def test_metres_without_a_reference_system_are_not_placed(tmp_path: Path) -> None:
    found = read(tmp_path, collection(feature(*mercator(-90.06, 29.95))))
    assert found.cameras[0].lat is None
    assert "no degrees" in found.warnings[0]


def test_a_single_feature_and_a_bare_point_are_files_too(tmp_path: Path) -> None:
    assert only(tmp_path, feature(id="c-4")).id == "c-4"
    assert only(tmp_path, {"type": "Point", "coordinates": [-90.06, 29.95]}).lat == 29.95


def test_boundaries_are_no_cameras(tmp_path: Path) -> None:
    ring = [[[-91, 30], [-90, 30], [-90, 31], [-91, 30]]]
    area = {
        "type": "Feature",
        "properties": {"name": "Fernhollow"},
        "geometry": {"type": "Polygon", "coordinates": ring},
    }
    assert "a line or an area of more than 2 km" in why_refused(tmp_path, collection(area, area))


def test_one_feature_a_line_is_read_with_line_numbers(tmp_path: Path) -> None:
    lines = [json.dumps(feature(id="a")), "", '{"type": "Feat', "\x1e" + json.dumps(feature(id="b"))]
    found = read(tmp_path, "\n".join(lines))
    assert [(camera.row, camera.id) for camera in found.cameras] == [(1, "a"), (3, None), (4, "b")]
    assert "damaged" in (found.cameras[1].rejected or "")
    assert found.rows_blank == 1


# ---- bytes --------------------------------------------------------------------------------------------------


def test_the_bytes_tell_whether_it_is_packed(tmp_path: Path) -> None:
    text = json.dumps([NODE]).encode()
    plain, packed, marked, wide = (tmp_path / name for name in ("a.json.gz", "b.json", "c.json.gz", "d.json"))
    plain.write_bytes(text)
    packed.write_bytes(gzip.compress(text))
    marked.write_bytes(b"\xef\xbb\xbf" + text)
    wide.write_bytes(text.decode().encode("utf-16"))
    first = read_json(plain)
    assert len(first.cameras) == 1
    assert read_json(packed) == read_json(marked) == read_json(wide) == first


def test_a_file_that_unpacks_beyond_all_bounds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MOST_BYTES", 1000)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"[" + b" " * 100_000 + b"]"))
    with pytest.raises(RefusedFile, match="larger than"):
        read_json(path)


def test_more_values_than_memory_bears_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MOST_VALUES", 100)
    assert "more than 100 values" in why_refused(tmp_path, "[" + "[]," * 200 + "[]]")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("\ufeff \n", "empty"),
        ("<!DOCTYPE html><html><body>502</body></html>", "web page"),
        ('{"elements": [\n{"type": "node", "id": 1, "tags": {"a": "b', "cut off.*line 2"),
        ('[{"id": 1},\n{"id": 2}', "cut off.*line 2"),
        ('[{"id": 1}\n{"id": 2}]', "line 2"),
        ("[" * 200_000, "too deeply"),
        ("5", "Looked for"),
        ('"text"', "Looked for"),
        ('{"a": 1}', "Looked for"),
        ('{"error": {"code": 400, "message": "Invalid URL /srv/arc"}}', "error message.*Invalid URL"),
        ('{"a": [{"lat": 1, "lon": 2}], "b": [{"lat": 1, "lon": 2}]}', "2 lists"),
        ('[{"title": "x", "colour": "red"}]', "Found: fields title, colour"),
        ('{"elements": [], "elements": [1]}', "twice"),
    ],
)
def test_what_is_no_file_of_cameras_is_refused_with_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    why = why_refused(tmp_path, text)
    assert re.search(says, why, re.IGNORECASE)
    assert "/srv" not in why


def test_deep_nesting_inside_a_record_is_borne(tmp_path: Path) -> None:
    deep = "[" * 200 + "]" * 200
    camera = only(tmp_path, f'[{{"lat": 1.5, "lon": 2.5, "extra": {deep}, "tags": {{"operator": {deep}}}}}]')
    assert (camera.lat, camera.lon) == (1.5, 2.5)


def test_a_name_that_stands_twice_with_two_values_rejects_the_record_only(tmp_path: Path) -> None:
    text = '[{"id": 1, "lat": 1.5, "lat": 3.5, "lon": 2.5}, {"id": 2, "lat": 1.5, "lat": 1.5, "lon": 2.5}]'
    first, second = read(tmp_path, text).cameras
    assert "'lat' stands twice" in (first.rejected or "")
    assert (second.rejected, second.lat) == (None, 1.5)


def test_an_empty_list_is_no_camera_and_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, [])
    assert found.cameras == []
    assert "empty" in found.warnings[0]


@pytest.mark.parametrize("header", [AUDIT, PORTAL])
def test_a_search_log_is_sent_where_it_belongs(tmp_path: Path, header: list[str]) -> None:
    rows = [dict(zip(header, record(number, header), strict=True)) for number in (1, 2)]
    assert "investigate load" in why_refused(tmp_path, rows)


def test_letters_that_no_file_can_hold_do_not_stand_in_tags(tmp_path: Path) -> None:
    camera = only(tmp_path, '[{"lat": 1.5, "lon": 2.5, "operator": "Fern\\ud800hollow\\u0000 \\u202ePD"}]')
    assert camera.tags["operator"].encode() == b"Fernhollow PD"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["type", "id", "lat", "lon", "tags", "geometry", "coordinates", "properties", "elements", "features", "x",
             "attributes", "bounds", "nodes", "location", "crs", "spatialReference", "cameras", "count", "center"]
        )
        | st.text(max_size=4),
        inner | st.sampled_from(["Feature", "Point", "Polygon", "node", "way", "count"]),
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values)
def test_any_json_is_read_or_refused_and_every_camera_has_numbers_that_are_degrees(tmp_path: Path, value: Any) -> None:
    try:
        found = read(tmp_path, value)
    except RefusedFile:
        return
    for camera in found.cameras:
        assert all(number is None or abs(number) <= 180 for number in (camera.lat, camera.lon))
        assert all(isinstance(text, str) and text for text in (*camera.tags, *camera.tags.values()))
    assert read(tmp_path, value) == found


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(6)))
def test_shuffling_records_changes_their_numbers_only(tmp_path: Path, order: list[int]) -> None:
    rows: list[Any] = [NODE, {"id": 12, "lat": 1.5, "lon": 2.5, "tags": {}}, 7, {"lat": 3.5, "lng": 4.5},
                       {"address": "1 Main St"}, feature(ref="A")]  # fmt: skip

    def told(rows: list[Any]) -> list[tuple[Any, ...]]:
        found = read(tmp_path, rows).cameras
        assert [camera.row for camera in found] == list(range(1, len(rows) + 1))
        return [(c.lat, c.lon, c.id, tuple(sorted(c.tags.items())), c.rejected) for c in found]

    before = told(rows)
    assert told([rows[at] for at in order]) == [before[at] for at in order]


# ---- the released files -------------------------------------------------------------------------------------


@released
def test_every_record_of_the_national_file_is_a_camera_as_it_stands_there() -> None:
    raw = json.loads(gzip.decompress((SHARED / "cameras-us.json.gz").read_bytes()))
    found = read_json(SHARED / "cameras-us.json.gz")
    assert len(raw) == 61_768
    assert [(c.row, c.id, c.lat, c.lon) for c in found.cameras] == [
        (row, f"{one['osmType']}/{one['osmId']}", one["lat"], one["lon"]) for row, one in enumerate(raw, start=1)
    ]
    assert not [camera for camera in found.cameras if camera.rejected or camera.said]
    for tag, name in (("operator", "operator"), ("brand", "brand"), ("direction", "directionCardinal"),
                      ("surveillance:zone", "surveillanceZone"), ("camera:mount", "mountType"), ("ref", "ref"),
                      ("start_date", "startDate")):  # fmt: skip
        stated = [re.sub(r"[.]0$", "", " ".join(one[name].split())) if one.get(name) else None for one in raw]
        assert [camera.tags.get(tag) for camera in found.cameras] == stated, tag
    assert (found.source, found.only_alpr, found.warnings) == ("osm", True, [])


@released
def test_every_record_of_the_bay_area_file_is_a_camera_with_its_tags() -> None:
    raw = json.loads((SHARED / "cameras.json").read_bytes())
    found = read_json(SHARED / "cameras.json")
    assert len(raw["cameras"]) == len(found.cameras) == 3_757
    assert [(c.id, c.lat, c.lon) for c in found.cameras] == [
        (f"node/{one['id']}", one["lat"], one["lon"]) for one in raw["cameras"]
    ]
    for camera, one in zip(found.cameras, raw["cameras"], strict=True):
        own = {name: " ".join(text.split()) for name, text in one["tags"].items()}
        assert camera.tags.items() >= own.items()
        assert camera.tags.get("direction") == own.get("direction")
    assert (found.source, found.snapshot, found.warnings) == ("osm", dt.date(2026, 6, 19), [])


def test_degrees_under_a_system_of_feet_are_kept_and_not_placed(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3435"}}
    right = feature(1_174_407.8, 1_901_457.7, brand="Flock Safety")
    found = read(tmp_path, collection(feature(brand="Flock Safety"), right, crs=crs))
    assert [camera.lat is None for camera in found.cameras] == [True, False]
    assert found.cameras[0].said
    assert any("1 record gives coordinates that are none of the system" in warning for warning in found.warnings)
    points = [{"attributes": {"OBJECTID": 1}, "geometry": {"x": -90.06, "y": 29.95}}]
    esri = read(tmp_path, {"spatialReference": {"wkid": 102671, "latestWkid": 3435}, "features": points})
    assert (esri.cameras[0].lat, esri.cameras[0].rejected) == (None, None)


def test_of_several_points_of_a_feature_the_first_counts_and_the_others_are_told(tmp_path: Path) -> None:
    several = {"type": "MultiPoint", "coordinates": [[-90.06, 29.95], [-90.07, 29.96], [-90.08, 29.97]]}
    found = read(tmp_path, collection(feature(), {"type": "Feature", "geometry": several, "properties": {"id": "b"}}))
    assert [(camera.lat, camera.lon) for camera in found.cameras] == [(29.95, -90.06)] * 2
    assert any("3 points in record 2" in warning for warning in found.warnings)


def test_a_short_line_stands_at_its_first_vertex_and_a_long_one_is_no_camera(tmp_path: Path) -> None:
    shapes = [{"type": "LineString", "coordinates": [[-90.06, 29.95], [-90.06 + step, 29.95]]} for step in (0.001, 0.1)]
    features = [{"type": "Feature", "geometry": shape, "properties": {"id": "a"}} for shape in shapes]
    found = read(tmp_path, collection(*features))
    assert [(camera.lat, camera.lon) for camera in found.cameras] == [(29.95, -90.06), (None, None)]
    assert "more than 2 km" in (found.cameras[1].rejected or "")
    assert any("first vertex" in warning for warning in found.warnings)
    assert "roads or boundaries" in why_refused(tmp_path, collection(features[1], features[1]))


def test_an_unusable_geometry_is_replaced_by_the_properties_and_that_is_told(tmp_path: Path) -> None:
    wrong = {"type": "Point", "coordinates": ["x", None]}
    found = read(
        tmp_path,
        collection({"type": "Feature", "geometry": wrong, "properties": {"latitude": 29.95, "longitude": -90.06}}),
    )
    assert [(camera.lat, camera.lon, camera.said) for camera in found.cameras] == [(29.95, -90.06, None)]
    assert any("coordinates among their attributes" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    "more",
    [
        {"numberMatched": 500}, {"totalFeatures": 500}, {"exceededTransferLimit": True}, {"next": "/page2"},
        {"links": [{"rel": "next", "href": "/page2"}]}, {"meta": {"total": 500}},
    ],
)  # fmt: skip
def test_one_page_of_several_says_that_it_is_a_part(tmp_path: Path, more: dict[str, Any]) -> None:
    told = read(tmp_path, collection(feature(), **more)).warnings
    assert any("part" in warning for warning in told)
    assert not any("part" in warning for warning in read(tmp_path, collection(feature(), numberMatched=1)).warnings)


def test_a_list_in_an_object_that_names_more_says_that_it_is_a_part(tmp_path: Path) -> None:
    one = {"cameras": [{"lat": 29.95, "lon": -90.06}]}
    assert any("there are 500" in warning for warning in read(tmp_path, {**one, "total": 500}).warnings)
    assert not any("part" in warning for warning in read(tmp_path, {**one, "total": 1, "next": None}).warnings)


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("2026-06-19T23:30:00-05:00", dt.date(2026, 6, 20)), ("2026-06-20T01:30:00+05:00", dt.date(2026, 6, 19)),
        ("2026-06-19T23:30:00Z", dt.date(2026, 6, 19)), ("2026-06-19 20:21", dt.date(2026, 6, 19)),
        ("2026-06-19 20:21 UTC", dt.date(2026, 6, 19)), ("2026-13-19", None),
    ],
)  # fmt: skip
def test_the_day_of_a_moment_is_that_in_utc(tmp_path: Path, stated: str, day: dt.date | None) -> None:
    found = read(tmp_path, {"fetchedAt": stated, "cameras": [{"lat": 29.95, "lon": -90.06}]})
    assert found.snapshot == day


def test_the_list_of_directions_wins_over_one_of_them_and_null_hides_none(tmp_path: Path) -> None:
    at = {"lat": 29.95, "lon": -90.06}
    rows = [
        {**at, "direction": 90, "directions": [90, 270], "directionCardinal": "E"},
        {**at, "direction": 40, "directionCardinal": "NE"},
        {**at, "direction": 90, "directionCardinal": "null"},
        {**at, "direction": None, "directionCardinal": "252-297"},
    ]
    assert [one.tags["direction"] for one in read(tmp_path, rows).cameras] == ["90;270", "40", "90", "252-297"]
