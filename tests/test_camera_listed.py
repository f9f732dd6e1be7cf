"""Reading cameras from tables: coordinates however they are written, addresses, and every record accounted for."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_logs import AUDIT, PORTAL, as_csv, record, write_workbook
from made_sharing import FLOCK

from investigate.cameras.coordinates import read_degrees, read_point, without_point
from investigate.cameras.fields import meaning_of
from investigate.cameras.listed import read_listed
from investigate.cameras.record import TAGS, CameraFile, RawCamera
from investigate.errors import RefusedFile

SHARED = Path(__file__).parents[2] / "shared" / "data" / "cameras"
released = pytest.mark.skipif(not SHARED.exists(), reason="the released files are not here")
HEAD = ["Camera ID", "Latitude", "Longitude", "Agency"]


def read(folder: Path, rows: list[list[str]], **how: Any) -> CameraFile:
    path = folder / "cameras.csv"
    path.write_bytes(as_csv(rows, **how).encode())
    return read_listed(path)


def only(folder: Path, header: list[str], cells: list[str]) -> RawCamera:
    (camera,) = read(folder, [header, cells]).cameras
    return camera


def why_refused(folder: Path, rows: list[list[str]]) -> str:
    with pytest.raises(RefusedFile) as refusal:
        read(folder, rows)
    return str(refusal.value)


# ---- degrees and points -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("29.95", 29.95), ("29,95", 29.95), ("−90.06", -90.06), ("+29.95", 29.95), ("29.95°", 29.95),
        ("90.06 W", -90.06), ("W 90.06", -90.06), ("90.06West", -90.06), ("29.95 N", 29.95), ("-90.06 W", -90.06),
        ("29°57'00\"N", 29.95), ("29° 57′ 0″ N", 29.95), ("N29°57'", 29.95), ("29:57:00", 29.95), ("29 57 00", 29.95),
        ("-90°03'36\"", -90.06), ("90 03 36 W", -90.06), ("2.995e1", 29.95), ("1,234,567.5", 1234567.5),
        ("612345.25", 612345.25),
    ],
)  # fmt: skip
def test_degrees_are_read_as_people_write_them(text: str, value: float) -> None:
    read = read_degrees(text)
    assert read is not None
    assert read[0] == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(
    "text", ["", "abc", "nan", "inf", "1e999", "12/5", "29°61'", "29°57'75\"", "true", "29.95.1", "N"]
)
def test_what_is_no_number_of_degrees_is_none(text: str) -> None:
    assert read_degrees(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "(29.95, -90.06)", "29.95 -90.06", "29.95,-90.06", "29.95, -90.06", "29.95;-90.06", "29,95; -90,06",
        "29,95 -90,06", "29.95 / -90.06", "POINT (-90.06 29.95)", "POINT(-90.06 29.95)", "point z (-90.06 29.95 3.0)",
        "SRID=4326;POINT(-90.06 29.95)", "MULTIPOINT ((-90.06 29.95))", "29.95 N, 90.06 W", "N29.95 W90.06",
        "90.06 W 29.95 N", "29°57'N 90°03'36\"W", "29° 57' 00\" N 90° 03' 36\" W",
        "123 Main St\nFernhollow, LA\n(29.95, -90.06)", '{"type": "Point", "coordinates": [-90.06, 29.95]}',
        "{'latitude': '29.95', 'longitude': '-90.06', 'human_address': ''}",
    ],
)  # fmt: skip
def test_points_are_read_as_people_and_programs_write_them(text: str) -> None:
    assert read_point(text) == pytest.approx((29.95, -90.06), abs=1e-12)


@pytest.mark.parametrize(
    "text",
    ["29,95", "123 45", "Main St & 5th Ave", "Main St (old town)", "POINT EMPTY", "SRID=3452;POINT(3600000 500000)",
     "29.95", "1.2.3, 4", "", "(,)", "Hwy 90.5 29.3", "[29.95, -90.06]"],
)  # fmt: skip
def test_what_is_no_point_or_may_be_two_things_is_none(text: str) -> None:
    assert read_point(text) is None


def test_an_address_loses_the_point_behind_it_and_nothing_else() -> None:
    assert without_point("123 Main St\nFernhollow, LA\n(29.95, -90.06)") == "123 Main St\nFernhollow, LA"
    assert without_point("Main St (northbound)") == "Main St (northbound)"


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_point_comes_back_whichever_way_it_is_written(lat: float, lon: float) -> None:
    lat, lon = round(lat, 6), round(lon, 6)
    a, b = f"{lat:.6f}", f"{lon:.6f}"
    letters = f"{abs(lat):.6f} {'S' if lat < 0 else 'N'}, {abs(lon):.6f} {'W' if lon < 0 else 'E'}"
    for text in (f"({a}, {b})", f"{a} {b}", f"POINT ({b} {a})", f"1 Main St\n({a}, {b})", letters):
        assert read_point(text) == (lat, lon)


@given(st.floats(0, 179.999))
def test_minutes_and_seconds_are_sixtieths(degrees: float) -> None:
    whole, rest = divmod(round(degrees * 36_000), 36_000)
    text = f"{whole}°{rest // 600:02d}'{rest % 600 / 10:04.1f}\"W"
    read = read_degrees(text)
    assert read is not None
    assert math.isclose(read[0], -(whole * 36_000 + rest) / 36_000, abs_tol=1e-9)


@given(st.text(max_size=500) | st.text(alphabet="0123456789.,-+ ()°'\"NSEWPOINT;:/{}[]", max_size=500))
def test_any_text_is_read_or_none(text: str) -> None:
    for read in (read_point(text), read_degrees(text)):
        assert read is None or all(isinstance(one, str) or math.isfinite(one) for one in read)
    assert isinstance(without_point(text), str)


# ---- columns ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lat", "lon"),
    [("lat", "lon"), ("LAT", "LNG"), ("Latitude", "Longitude"), ("Y", "X"), ("POINT_Y", "POINT_X"),
     ("y_coord", "x_coord"), ("GPS Latitude", "GPS Longitude"), ("Lat.", "Long.")],
)  # fmt: skip
def test_coordinates_are_found_under_any_of_their_names(tmp_path: Path, lat: str, lon: str) -> None:
    camera = only(tmp_path, [lon, lat, "Notes"], ["-90.06", "29.95", "new"])
    assert (camera.lat, camera.lon, camera.tags) == (29.95, -90.06, {"Notes": "new"})


@pytest.mark.parametrize(
    ("name", "text"),
    [("Location", "(29.95, -90.06)"), ("the_geom", "POINT (-90.06 29.95)"), ("Coordinates", "29.95 -90.06"),
     ("Lat/Long", "29.95, -90.06"), ("Long/Lat", "-90.06, 29.95"), ("WKT", "POINT(-90.06 29.95)")],
)  # fmt: skip
def test_one_column_may_hold_the_point(tmp_path: Path, name: str, text: str) -> None:
    camera = only(tmp_path, [name, "Owner"], [text, "Fernhollow PD"])
    assert (camera.lat, camera.lon, camera.tags) == (29.95, -90.06, {"operator": "Fernhollow PD"})


def test_an_address_with_its_point_gives_both(tmp_path: Path) -> None:
    camera = only(tmp_path, ["Location 1", "Location"], ["", "123 Main St\nFernhollow, LA\n(29.95, -90.06)"])
    assert (camera.lat, camera.lon, camera.tags) == (29.95, -90.06, {"address": "123 Main St Fernhollow, LA"})


def test_degrees_win_over_the_state_plane_beside_them(tmp_path: Path) -> None:
    header = ["X", "Y", "Latitude", "Longitude"]
    found = read(tmp_path, [header, ["3671234.5", "531234.5", "29.95", "-90.06"]])
    assert (found.cameras[0].lat, found.cameras[0].lon, found.warnings) == (29.95, -90.06, [])


def test_a_state_plane_is_not_guessed_at_and_told_once(tmp_path: Path) -> None:
    rows = [["ID", "X", "Y"], ["a", "3671234.5", "531234.5"], ["b", "3671000", "531000"], ["c", "-90.06", "29.95"]]
    found = read(tmp_path, rows)
    assert [(c.id, c.lat, c.lon, c.said, c.rejected) for c in found.cameras] == [
        ("a", None, None, "531234.5, 3671234.5", None),
        ("b", None, None, "531000, 3671000", None),
        ("c", 29.95, -90.06, None, None),
    ]
    (warning,) = found.warnings
    assert "2 records" in warning
    assert "X and Y" in warning
    assert "WGS84" in warning


def test_swapped_coordinates_stay_as_they_are_stated(tmp_path: Path) -> None:
    camera = only(tmp_path, ["lat", "lon"], ["-90.06", "29.95"])
    assert (camera.lat, camera.lon) == (-90.06, 29.95)


def test_a_list_of_addresses_is_kept_without_places(tmp_path: Path) -> None:
    header = ["Street", "Cross Street", "City", "State", "Zip", "Dept"]
    found = read(tmp_path, [header, ["Main St", "5th Ave", "Fernhollow", "LA", "70112.0", "Fernhollow PD"]])
    assert found.cameras == [
        RawCamera(2, tags={"address": "Main St & 5th Ave", "city": "Fernhollow", "state": "LA", "zip": "70112",
                           "operator": "Fernhollow PD"})
    ]  # fmt: skip


def test_columns_get_the_names_of_tags_by_what_they_mean(tmp_path: Path) -> None:
    cells = {
        "Camera ID": "17.0", "Lat": "29.95", "Lng": "-90.06", "Vendor": "Flock Safety", "Heading": "270.0",
        "Mount Type": "pole", "Install Date": "2024-05-01", "Device Type": "LPR", "Camera Name": "Main 1",
        "countyFips": "1001", "Owner": "Fernhollow PD",
    }  # fmt: skip
    camera = only(tmp_path, list(cells), list(cells.values()))
    assert (camera.id, camera.tags) == (
        "17",
        {"manufacturer": "Flock Safety", "direction": "270", "camera:mount": "pole", "start_date": "2024-05-01",
         "surveillance:type": "LPR", "name": "Main 1", "county_fips": "01001", "operator": "Fernhollow PD"},
    )  # fmt: skip


@pytest.mark.parametrize(("said", "code"), [("1001", "01001"), ("27053.0", "27053"), ("01001", "01001"), ("", None)])
def test_county_codes_have_five_digits(tmp_path: Path, said: str, code: str | None) -> None:
    assert only(tmp_path, ["lat", "lon", "countyFips"], ["1.5", "2.5", said]).tags.get("county_fips") == code


@pytest.mark.parametrize(
    ("text", "tag"),
    [("fixed", "camera:type"), ("dome", "camera:type"), ("Falcon", "camera:type"), ("ALPR", "surveillance:type"),
     ("License plate reader", "surveillance:type"), ("CCTV", "surveillance:type")],
)  # fmt: skip
def test_a_type_is_what_a_camera_is_for_or_what_it_looks_like(tmp_path: Path, text: str, tag: str) -> None:
    assert only(tmp_path, ["lat", "lon", "cameraType"], ["1.5", "2.5", text]).tags == {tag: text}


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["a-1", "33", "https://www.openstreetmap.org/way/33"], "way/33"),
        (["a-1", "33", "https://www.openstreetmap.org/node/33"], "node/33"),
        (["a-1", "33.0", ""], "node/33"),
        (["a-1", "", ""], "a-1"),
    ],
)
def test_objects_of_openstreetmap_are_told_by_their_ids(tmp_path: Path, cells: list[str], wanted: str) -> None:
    found = read(tmp_path, [["id", "osmId", "osmUrl", "lat", "lon"], [*cells, "1.5", "2.5"]])
    assert found.cameras[0].id == wanted
    assert found.source == (None if wanted == "a-1" else "osm")
    assert found.licence == (None if wanted == "a-1" else "ODbL 1.0")


def test_the_agency_that_operates_is_believed_before_the_one_that_owns(tmp_path: Path) -> None:
    camera = only(tmp_path, ["Owner", "Operator", "lat", "lon"], ["Mall LLC", "Fernhollow PD", "1.5", "2.5"])
    assert camera.tags == {"operator": "Fernhollow PD", "Owner": "Mall LLC"}


@pytest.mark.parametrize("tag", TAGS)
def test_every_tag_is_known_by_its_own_name(tag: str) -> None:
    assert meaning_of(tag) == ("type" if tag == "camera:type" else tag)


# ---- records ------------------------------------------------------------------------------------------------


def test_every_record_is_a_camera_rejected_or_blank(tmp_path: Path) -> None:
    rows = [
        ["Cameras of Fernhollow", "", "", ""],
        HEAD,
        ["c1", "29.95", "-90.06", "Fernhollow PD"],
        ["", "", "", ""],
        HEAD,
        ["c2", "n/a", "NULL", "Fernhollow PD"],
        ["c3", "29.95", "-90.06", "Fernhollow", " PD, extra"],
        ["", "", "", "Fernhollow PD"],
        ["Total: 3", "", "", ""],
        ["c4", "29.95", "-90.06"],
    ]
    found = read(tmp_path, rows)
    assert found.rows_blank == 1
    assert [(camera.row, camera.id, bool(camera.rejected)) for camera in found.cameras] == [
        (3, "c1", False), (5, None, True), (6, "c2", False), (7, None, True), (8, None, True), (9, "Total: 3", True),
        (10, "c4", False),
    ]  # fmt: skip
    why = {camera.row: camera.rejected for camera in found.cameras if camera.rejected}
    assert "header again" in str(why[5])
    assert "5 cells where the header has 4" in str(why[7])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_told_by_the_header(tmp_path: Path, delimiter: str) -> None:
    found = read(tmp_path, [HEAD, ["c1", "29,95", "-90,06", "Fernhollow, PD"]], delimiter=delimiter)
    (camera,) = found.cameras
    assert (camera.lat, camera.lon, camera.tags) == (29.95, -90.06, {"operator": "Fernhollow, PD"})


def test_a_workbook_counts_records_as_a_spreadsheet_and_on_from_sheet_to_sheet(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Title", None, None, None], [None] * 4, HEAD, ["c1", 29.95, -90.06, "Fernhollow PD"]]
    more: list[list[Any]] = [["Address", "Heading"], ["1 Main St", 270.0]]
    path = write_workbook(tmp_path / "book.xlsx", {"Flock": rows, "Notes": [["read me"]], "Old": more})
    found = read_listed(path)
    assert [(c.row, c.id, c.lat, c.tags.get("address"), c.tags.get("direction")) for c in found.cameras] == [
        (4, "c1", 29.95, None, None), (6, None, None, "1 Main St", "270"),
    ]  # fmt: skip
    assert any("'Flock', 'Old'" in warning for warning in found.warnings)


def test_a_table_of_another_kind_of_camera_too_is_not_only_of_readers(tmp_path: Path) -> None:
    header = ["lat", "lon", "Device Type"]
    assert read(tmp_path, [header, ["1.5", "2.5", "LPR"], ["1.5", "2.5", ""]]).only_alpr
    assert not read(tmp_path, [header, ["1.5", "2.5", "LPR"], ["1.5", "2.5", "PTZ camera"]]).only_alpr


def test_a_header_without_records_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, [HEAD])
    assert found.cameras == []
    assert "no camera" in found.warnings[0]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([["Agency", "City", "State"], ["Fernhollow PD", "Fernhollow", "LA"]], "Found: Agency, City, State"),
        ([["Latitude", "Agency"], ["29.95", "Fernhollow PD"]], "Looked for"),
        ([["Plate", "Time", "Latitude", "Longitude"], ["ZZ9", "1:00", "1", "2"]], "plates"),
        ([FLOCK, ["Fernhollow PD", "1", "2"]], "sharing list"),
        ([AUDIT, record(1)], "investigate load"),
        ([PORTAL, record(1, PORTAL)], "investigate load"),
        ([["a"], ["b"]], "Looked for"),
    ],
)
def test_what_is_no_list_of_cameras_is_refused_with_why(tmp_path: Path, rows: list[list[str]], says: str) -> None:
    why = why_refused(tmp_path, rows)
    assert "cameras.csv" in why
    assert says in why


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_bytes(b"\xef\xbb\xbf\r\n")
    with pytest.raises(RefusedFile, match="empty"):
        read_listed(path)


cells = st.text(alphabet="0123456789.,-NSEW ()°ab\n", max_size=14)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(cells, cells, cells, cells), min_size=1, max_size=8), st.randoms())
def test_shuffling_records_changes_their_numbers_only(tmp_path: Path, rows: list[tuple[str, ...]], chance: Any) -> None:
    def told(rows: list[tuple[str, ...]]) -> tuple[list[str], int]:
        found = read(tmp_path, [["id", "lat", "lon", "location"], *map(list, rows)], quote_all=True)
        assert len(found.cameras) + found.rows_blank == len(rows)
        shown = sorted(repr((c.id, c.lat, c.lon, c.said, sorted(c.tags.items()), c.rejected)) for c in found.cameras)
        return shown, found.rows_blank

    before = told(rows)
    chance.shuffle(rows)
    assert told(rows) == before


# ---- the released file --------------------------------------------------------------------------------------


@released
def test_every_record_of_the_minnesota_list_is_a_camera_as_it_stands_there() -> None:
    with (SHARED / "alpr.csv").open(encoding="utf-8", newline="") as file:
        raw = list(csv.DictReader(file))
    found = read_listed(SHARED / "alpr.csv")
    assert len(raw) == len(found.cameras) == 1_430
    assert [(c.row, c.id, c.lat, c.lon, c.rejected) for c in found.cameras] == [
        (row, "/".join(one["osmUrl"].rsplit("/", 2)[1:]), float(one["lat"]), float(one["lng"]), None)
        for row, one in enumerate(raw, start=2)
    ]
    for tag, name in (("operator", "operator"), ("manufacturer", "manufacturer"), ("direction", "direction"),
                      ("county_fips", "countyFips"), ("camera:type", "cameraType"), ("name", "name"),
                      ("surveillance:zone", "zone"), ("county", "county")):  # fmt: skip
        stated = [" ".join(one[name].split()) or None for one in raw]
        assert [camera.tags.get(tag) for camera in found.cameras] == stated, tag
    assert (found.source, found.licence, found.only_alpr, found.rows_blank) == ("osm", "ODbL 1.0", True, 0)


# ---- notes, pipes, formulas ---------------------------------------------------------------------------------


def test_totals_and_notes_in_a_column_of_addresses_are_no_cameras(tmp_path: Path) -> None:
    rows = [
        ["Camera location", "City"], ["Main & 1st", "Mossgate"], ["Total Wine & More, 5 Oak St", "Mossgate"],
        ["Confidential", "Mossgate"], ["Total cameras: 2", ""], ["Printed 1/5/2026 by the records unit", ""],
        ["Confidential - not for release", ""], ["Note: the list is a draft", ""], ["", "Total 3"],
    ]  # fmt: skip
    found = read(tmp_path, rows)
    assert [camera.row for camera in found.cameras if not camera.rejected] == [2, 3, 4]
    assert {camera.rejected for camera in found.cameras if camera.row > 4} == {
        "it is a total or a note below the list, not a camera"
    }


def test_a_table_with_bars_between_its_cells_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cameras.txt"
    path.write_text("lat|lng|operator\n41.88|-87.63|Mossgate PD\n", encoding="utf-8")
    [camera] = read_listed(path).cameras
    assert (camera.lat, camera.lon, camera.tags) == (41.88, -87.63, {"operator": "Mossgate PD"})


def test_formulas_without_a_saved_value_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for cells in (["camera id", "lat", "lon"], ["a", "=41+0.885", "=-87-0.635"], ["b", 41.9, -87.6]):
        book.active.append(cells)
    book.save(tmp_path / "cameras.xlsx")
    found = read_listed(tmp_path / "cameras.xlsx")
    assert [camera.lat for camera in found.cameras] == [None, 41.9]
    assert any("2 cells hold formulas without a saved value" in warning for warning in found.warnings)


def test_the_heading_wins_over_the_direction_of_the_traffic(tmp_path: Path) -> None:
    camera = only(tmp_path, ["lat", "lon", "Direction", "Heading"], ["41.9", "-87.6", "NB", "185"])
    assert camera.tags["direction"] == "185"
