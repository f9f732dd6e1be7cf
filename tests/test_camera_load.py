"""Loading files of camera locations: every record accounted for, whatever the file's form."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import json
import random
import re
import shutil
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from investigate.agencies.boundaries import county_shapes
from investigate.cameras import sources
from investigate.cameras.load import REPORT_FIELDS, CamerasLoad, load_cameras, read_camera_files
from investigate.cameras.place import ABROAD, ADDRESS_ONLY, DEFAULT_POINT, NO_COORDINATES, SWAPPED
from investigate.cameras.readers import read_file, whole_zip
from investigate.columns import CAMERAS
from investigate.errors import InvestigateError, RefusedFile, UnknownValue

SHARED = Path(__file__).parents[2] / "shared" / "data" / "cameras"
released = pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data, which is not published")
COOK = (41.8837, -87.6324)
ODBL = "© OpenStreetMap contributors, ODbL 1.0"
Camera = tuple[float, float]


def geojson(path: Path, points: list[Camera], **properties: Any) -> Path:
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": properties}
        for lat, lon in points
    ]
    path.write_text(
        json.dumps({"type": "FeatureCollection", "name": "cameras", "features": features}), encoding="utf-8"
    )
    return path


def overpass(path: Path, elements: list[dict[str, Any]], day: str | None = "2026-01-05T00:00:00Z") -> Path:
    about = {"copyright": "The data included in this document is from www.openstreetmap.org, under ODbL."}
    about |= {"timestamp_osm_base": day} if day else {}
    path.write_text(json.dumps({"osm3s": about, "elements": elements}), encoding="utf-8")
    return path


def node(number: int, lat: float, lon: float, kind: str | None = "ALPR", **tags: str) -> dict[str, Any]:
    told = {"man_made": "surveillance", **({"surveillance:type": kind} if kind else {}), **tags}
    return {"type": "node", "id": number, "lat": lat, "lon": lon, "tags": told}


def table(path: Path, rows: list[list[Any]], header: str = "camera_id,lat,lon,address") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])
    return path


def kml(path: Path, points: list[Camera]) -> Path:
    marks = "".join(
        f"<Placemark><Point><coordinates>{lon},{lat}</coordinates></Point></Placemark>" for lat, lon in points
    )
    path.write_text(
        f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Cameras</name>{marks}</Document></kml>'
    )
    return path


def layer(points: list[Camera], **columns: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(lon, lat) for lat, lon in points], crs=4326)


def zipped(path: Path, files: list[Path]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return path


def entry(load: CamerasLoad) -> dict[str, Any]:
    [only] = load.releases
    return only


def said(load: CamerasLoad) -> str:
    return entry(load)["refused_because"] or " ".join(entry(load)["warnings"])


def adds_up(load: CamerasLoad) -> bool:
    loaded = [one for one in load.releases if one["status"] == "loaded"]
    parts = ("rows_loaded", "rows_rejected", "rows_blank", "other_kinds")
    return len(load.table) == sum(one["rows_loaded"] for one in loaded) and all(
        one["rows_read"] == sum(one[part] for part in parts)
        and one["unplaced"] == sum(one["unplaced_because"].values()) <= one["rows_loaded"]
        for one in loaded
    )


# ---- real files ----------------------------------------------------------------------------------------------


@released
def test_every_record_of_the_released_files_is_accounted_for() -> None:
    national = json.loads(gzip.decompress((SHARED / "cameras-us.json.gz").read_bytes()))
    bay = json.loads((SHARED / "cameras.json").read_bytes())["cameras"]
    with (SHARED / "alpr.csv").open(encoding="utf-8", newline="") as file:
        minnesota = list(csv.DictReader(file))
    assert [len(national), len(bay), len(minnesota)] == [61_768, 3_757, 1_430]
    start = time.process_time()
    load = read_camera_files(SHARED)
    assert time.process_time() - start < 12
    assert adds_up(load)
    entries = {Path(one["path"]).name: one for one in load.releases}
    counts = {name: (one["rows_read"], one["rows_loaded"], one["rows_rejected"]) for name, one in entries.items()}
    assert counts == {
        "cameras-us.json.gz": (61_768, 61_768, 0),
        "cameras.json": (3_757, 3_757, 0),
        "alpr.csv": (1_430, 1_430, 0),
    }
    assert {one["source"] for one in load.releases} == {"osm"}
    assert {one["attribution"] for one in load.releases} == {ODBL}
    assert [entries[name]["snapshot"] for name in sorted(entries)] == [None, None, "2026-06-19"]
    by_release = dict(list(load.table.groupby("release")))

    own = by_release[entries["cameras-us.json.gz"]["release"]].set_index("row")
    assert (own["camera"] == [f"{one['osmType']}/{one['osmId']}" for one in national]).all()
    assert (own["lat"] == [one["lat"] for one in national]).all()
    assert (own["lon"] == [one["lon"] for one in national]).all()
    stated = [(one.get("operator") or "").strip() for one in national]
    left_out = {text.casefold().strip("[]") for text, ours in zip(stated, own["operator"], strict=True) if ours is None}
    assert left_out - {""} == {"unknown", "uknown", "enter operator name", "owner", "disabled"}

    own = by_release[entries["cameras.json"]["release"]].set_index("row")
    assert (own["camera"] == [f"node/{one['id']}" for one in bay]).all()
    tagged = [one["tags"].get("direction") or one["tags"].get("camera:direction") for one in bay]
    assert (own["directions_said"].notna().to_numpy() == [bool(text) for text in tagged]).all()

    own = by_release[entries["alpr.csv"]["release"]].set_index("row")
    stated = [one["countyFips"].strip() for one in minnesota]
    shapes = county_shapes().set_index("county_fips").geometry
    others = [(at, one) for at, one in zip(own.geometry, stated, strict=True) if one and not at.intersects(shapes[one])]
    assert sum(ours == theirs for ours, theirs in zip(own["county_fips"], stated, strict=True)) == 1_412
    assert len(others) == sum(map(bool, stated)) - 1_412
    assert all(at.distance(shapes[one]) < 0.005 for at, one in others)  # degrees: outlines are simplified
    assert (own["lon"] == [float(one["lng"]) for one in minnesota]).all()


# ---- any form ------------------------------------------------------------------------------------------------


def test_the_same_cameras_in_every_form_lie_in_the_same_counties(tmp_path: Path) -> None:
    points = [COOK, (44.8897, -93.3499), (41.8906, -87.6135), (0.0, 0.0)]
    geojson(tmp_path / "a.geojson", points)
    geojson(tmp_path / "plain.geojson.gz", points, maker="x")  # not compressed, whatever its name says
    (tmp_path / "b.json.gz").write_bytes(
        gzip.compress(overpass(tmp_path / "b", [node(i, *at) for i, at in enumerate(points)]).read_bytes())
    )
    (tmp_path / "b").unlink()
    table(tmp_path / "c.csv", [[f"c{i}", *at, ""] for i, at in enumerate(points)])
    kml(tmp_path / "d.kml", points)
    layer(points, camid=list("wxyz")).to_file(tmp_path / "e.shp")
    layer(points, camid=list("wxyz")).to_file(tmp_path / "f.gpkg")
    layer(points, camid=list("wxyz")).to_file(tmp_path / "g.fgb", SPATIAL_INDEX="NO")
    pd.DataFrame([[*at] for at in points], columns=["Latitude", "Longitude"]).to_excel(
        tmp_path / "h.xlsx", index=False, sheet_name="ALPR"
    )
    load = read_camera_files(tmp_path)
    assert [Path(one["path"]).name for one in load.releases] == [
        "a.geojson", "b.json.gz", "c.csv", "d.kml", "e.shp", "f.gpkg", "g.fgb", "h.xlsx", "plain.geojson.gz"
    ]  # fmt: skip
    assert not load.refused
    assert adds_up(load)
    for one in load.releases:
        own = load.table[load.table["release"] == one["release"]]
        assert own["county_fips"].tolist() == ["17031", "27053", "17031", None], one["path"]
        assert (one["unplaced_because"], one["off_shore"]) == ({DEFAULT_POINT: 1}, 1)
        assert own["lat"].tolist() == pytest.approx([lat for lat, _ in points])
        assert own.geometry.isna().tolist() == [False, False, False, True]
        assert one["box"] == pytest.approx([41.8837, -93.3499, 44.8897, -87.6135])
    assert load.table.crs.to_epsg() == 4326
    assert load.table.geometry.dropna().x.tolist() == load.table.dropna(subset="geometry")["lon"].tolist()


def test_an_archive_that_is_one_map_is_read_whole_and_others_file_by_file(tmp_path: Path) -> None:
    parts, out = tmp_path / "parts", tmp_path / "out"
    parts.mkdir()
    out.mkdir()
    layer([COOK, COOK], camid=["a", "b"]).to_file(parts / "cams.shp")
    zipped(out / "shape.zip", sorted(parts.glob("cams.*")))
    zipped(out / "map.kmz", [kml(parts / "doc.kml", [COOK])])
    csvs = [table(parts / f"{name}.csv", [[name, *COOK, ""]]) for name in ("x", "y")]
    zipped(out / "tables.zip", csvs)
    zipped(out / "mixed.zip", [*sorted(parts.glob("cams.*")), csvs[0], geojson(parts / "z.geojson", [COOK])])
    load = read_camera_files(out)
    found = {one["path"].removeprefix(f"{out}/"): one for one in load.releases}
    assert {name: one["rows_loaded"] for name, one in found.items()} == {
        "map.kmz": 1, "mixed.zip": 2, "shape.zip": 2, "tables.zip/x.csv": 1, "tables.zip/y.csv": 1
    }  # fmt: skip
    assert "'x.csv', 'z.geojson' in it were not read" in " ".join(found["mixed.zip"]["warnings"])
    assert "not read" not in " ".join(found["shape.zip"]["warnings"])
    assert [whole_zip(out / name) for name in ("shape.zip", "map.kmz", "tables.zip")] == ["shapefile", "kml", None]
    assert whole_zip(csvs[0]) is None


def test_the_parts_of_a_shapefile_are_one_file_and_all_of_them_are_its_hash(tmp_path: Path) -> None:
    for name, operators in (("one", ["A PD"]), ("two", ["B PD"])):
        (tmp_path / name).mkdir()
        layer([COOK], agency=operators).to_file(tmp_path / name / "cams.shp")
        (tmp_path / name / "cams.shp.xml").write_text("<metadata/>")
    load = read_camera_files(tmp_path)
    assert [Path(one["path"]).name for one in load.releases] == ["cams.shp"] * 2
    assert (tmp_path / "one" / "cams.shp").read_bytes() == (tmp_path / "two" / "cams.shp").read_bytes()
    assert load.table["operator"].tolist() == ["A PD", "B PD"]
    whole = b"".join((tmp_path / "one" / f"cams{end}").read_bytes() for end in (".shp", ".dbf", ".shx", ".prj", ".cpg"))
    assert load.releases[0]["sha256"] == hashlib.sha256(whole).hexdigest()


def test_a_part_of_a_shapefile_alone_is_refused(tmp_path: Path) -> None:
    layer([COOK], operator=["A PD"]).to_file(tmp_path / "cams.shp")
    (tmp_path / "cams.shp").unlink()
    load = read_camera_files(tmp_path / "cams.dbf")
    assert "stand in the .shp file" in said(load)
    assert load.refused == load.releases


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"<!DOCTYPE html><html><body>502</body></html>", "a web page"),
        (b"<html>no</html>", "a web page"),
        (b"SQLite format 3\x00" + bytes(200), "without the tables of a GeoPackage"),
        (b"PAR1....", "a Parquet file"),
        (b'<?xml version="1.0"?><osm version="0.6"><node/></osm>', "OpenStreetMap data as XML"),
        (b"name,colour\nx,red\n", "coordinates"),
    ],
)
def test_what_is_no_list_of_cameras_is_refused_in_one_sentence_and_the_others_load(
    content: bytes, says: str, tmp_path: Path
) -> None:
    (tmp_path / "bad.bin").write_bytes(content)
    geojson(tmp_path / "good.geojson", [COOK])
    load = read_camera_files(tmp_path)
    assert [one["status"] for one in load.releases] == ["refused", "loaded"]
    assert says in load.refused[0]["refused_because"]
    assert "bad.bin" in load.refused[0]["refused_because"]
    assert "Audit" not in load.refused[0]["refused_because"]
    assert set(load.refused[0]) == set(load.releases[1]) == set(REPORT_FIELDS)
    assert len(load.table) == 1


def test_an_archive_without_a_file_asks_for_cameras(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("README.md", "nothing")
    assert "list of cameras" in said(read_camera_files(tmp_path))
    assert "Audit" not in said(read_camera_files(tmp_path))


def test_a_path_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvestigateError, match="file of camera locations"):
        read_camera_files(tmp_path / "none.csv")
    (tmp_path / "x").write_bytes(b"")
    with pytest.raises(RefusedFile, match="empty"):
        read_file(tmp_path / "x")


# ---- what is counted -----------------------------------------------------------------------------------------


def test_other_kinds_rejects_and_repeats_are_counted_and_named(tmp_path: Path) -> None:
    lat, lon = COOK
    elements = [
        node(1, lat, lon), node(2, lat, lon, "camera"), node(3, lat, lon, "guard"), node(4, lat, lon, "camera"),
        node(1, lat, lon + 0.01), node(5, lat, lon, "camera;ALPR"), "no object",
    ]  # fmt: skip
    load = read_camera_files(overpass(tmp_path / "a.json", elements))
    one = entry(load)
    assert [one[name] for name in ("rows_read", "rows_loaded", "rows_rejected", "other_kinds", "repeats")] == [
        7,
        3,
        1,
        3,
        1,
    ]
    assert adds_up(load)
    assert "3 left out, which are no licence-plate cameras: 'camera' 2, 'guard' 1." in said(load)
    assert "Record 7 not read" in said(load)
    assert "1 record has an identifier that stands in the file before" in said(load)
    assert load.table["camera"].tolist() == ["node/1", "node/1", "node/5"]


def test_each_reason_not_to_draw_is_counted_and_its_records_named(tmp_path: Path) -> None:
    rows = [
        ["a", *COOK, "1 Main St"], ["b", -87.6324, 41.8837, "2 Main St"], ["c", "", "", "3 Main St"],
        ["d", 0, 0, "4 Main St"], ["e", 41.8837, 87.6324, ""], ["f", 30.0, -80.0, ""], ["g", "", "", ""],
    ]  # fmt: skip
    load = read_camera_files(table(tmp_path / "list.csv", rows), source="released", snapshot="2026-02-03")
    one = entry(load)
    assert one["unplaced_because"] == {SWAPPED: 2, ADDRESS_ONLY: 1, DEFAULT_POINT: 1, ABROAD: 1, NO_COORDINATES: 1}
    assert adds_up(load)
    assert "1 camera is on no map (swapped: latitude and longitude have changed places). Record 3." in said(load)
    assert "1 camera is on no map (swapped: the minus sign of a western longitude is missing). Record 6." in said(load)
    table_ = load.table.set_index("row")
    assert table_.loc[3, ["lat", "lon"]].tolist() == [-87.6324, 41.8837]  # as stated, not mended
    assert table_.geometry.notna().sum() == 1
    assert set(table_["snapshot"]) == {dt.date(2026, 2, 3)}


def test_a_geocoders_point_is_looked_for_in_a_released_list_and_not_in_openstreetmap(tmp_path: Path) -> None:
    rows = [[f"c{at}", 41.5, -88.5, street] for at, street in enumerate(["1 Oak St", "22 Elm Ave", "300 Mill Rd"])]
    path = table(tmp_path / "list.csv", rows)
    assert entry(read_camera_files(path))["unplaced_because"] == {DEFAULT_POINT: 3}
    assert entry(read_camera_files(path, source="osm"))["unplaced_because"] == {}


def test_an_address_is_kept_with_its_city_and_a_city_alone_is_none(tmp_path: Path) -> None:
    rows = [
        ["a", *COOK, "1 Main St", "Mossgate", "IL"],
        ["b", *COOK, "2 Oak St, Mossgate, IL", "Mossgate", "IL"],
        ["c", *COOK, "", "Mossgate", "IL"],
    ]
    found = load_cameras(table(tmp_path / "list.csv", rows, "camera_id,lat,lon,address,city,state"))
    assert found["address"].tolist() == ["1 Main St, Mossgate, IL", "2 Oak St, Mossgate, IL", None]


def test_the_same_bytes_are_loaded_once(tmp_path: Path) -> None:
    first = geojson(tmp_path / "a.geojson", [COOK])
    shutil.copy(first, tmp_path / "b.geojson")
    load = read_camera_files(tmp_path)
    assert len(load.table) == 1
    assert [one["status"] for one in load.releases] == ["loaded", "loaded"]
    assert "counted once" in " ".join(load.releases[1]["warnings"])
    assert len(read_camera_files([first, first]).releases) == 1


def test_no_cameras_give_a_table_of_the_same_types(tmp_path: Path) -> None:
    full = load_cameras(geojson(tmp_path / "a.geojson", [COOK]))
    empty = load_cameras(geojson(tmp_path / "b.geojson", []))
    none = load_cameras(overpass(tmp_path / "c.json", [node(1, *COOK, "camera")]))
    assert list(full.columns) == [*CAMERAS.names, "geometry"]
    for table_ in (empty, none):
        assert len(table_) == 0
        assert table_.dtypes.to_dict() == full.dtypes.to_dict()
        assert table_.crs == full.crs
        assert table_.attrs["releases"][0]["rows_loaded"] == 0
        assert table_.attrs["releases"][0]["warnings"]
    assert full["directions"].tolist() == [[]]


KINDS = st.sampled_from(["ALPR", "alpr", "camera", "guard", "camera;ALPR", None])
ELEMENTS = st.tuples(KINDS, st.floats(-91, 91), st.floats(-181, 181), st.sampled_from(["", "90", "N;S", "x"]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ELEMENTS, min_size=1, max_size=12), st.integers(0, 99))
def test_parts_sum_to_the_whole_and_shuffling_records_changes_none(
    elements: list[tuple[str | None, float, float, str]], seed: int
) -> None:
    nodes: list[Any] = [node(at, lat, lon, kind, direction=way) for at, (kind, lat, lon, way) in enumerate(elements)]
    nodes.append(7)
    with tempfile.TemporaryDirectory() as folder:
        first = read_camera_files(overpass(Path(folder, "a.json"), nodes))
        random.Random(seed).shuffle(nodes)
        second = read_camera_files(overpass(Path(folder, "a.json"), nodes))
    assert adds_up(first)
    assert entry(first)["rows_read"] == len(elements) + 1
    out = ["release", "row", "geometry"]
    one, other = (
        pd.DataFrame(load.table.drop(columns=out)).sort_values("camera", ignore_index=True) for load in (first, second)
    )
    pd.testing.assert_frame_equal(one, other)
    counts = [name for name in REPORT_FIELDS if name not in ("path", "sha256", "release", "warnings")]
    assert {name: entry(first)[name] for name in counts} == {name: entry(second)[name] for name in counts}


# ---- source, licence, day ------------------------------------------------------------------------------------


def test_openstreetmaps_data_stay_under_its_licence_whatever_is_said(tmp_path: Path) -> None:
    path = overpass(tmp_path / "a.json", [node(1, *COOK)])
    plain = entry(read_camera_files(path))
    assert (plain["source"], plain["licence"], plain["attribution"]) == ("osm", "ODbL 1.0", ODBL)
    mit = read_camera_files(path, licence="MIT")
    assert (entry(mit)["licence"], entry(mit)["attribution"]) == ("ODbL 1.0", ODBL)
    assert "The licence 'MIT' was said, but these are OpenStreetMap's data" in said(mit)
    other = read_camera_files(path, source="released")
    assert (entry(other)["source"], entry(other)["licence"], entry(other)["attribution"]) == (
        "released",
        "ODbL 1.0",
        ODBL,
    )
    assert "must stand on every map" in said(other)
    odbl = read_camera_files(path, licence="Open Database License (ODbL) v1.0")
    assert "was said, but" not in said(odbl)


def test_a_licence_that_is_said_wins_over_the_table_for_other_sources(tmp_path: Path) -> None:
    path = table(tmp_path / "list.csv", [["a", *COOK, ""]])
    plain = read_camera_files(path)
    assert (entry(plain)["source"], entry(plain)["licence"]) == ("unknown", None)
    assert "does not say where its list comes from" in said(plain)
    told = read_camera_files(path, source="released", licence="CC BY 4.0")
    assert entry(told)["licence"] == "CC BY 4.0"
    assert entry(told)["attribution"] == "Camera list as released by an agency (CC BY 4.0)"
    assert set(told.table["attribution"]) == {entry(told)["attribution"]}
    assert "does not say where" not in said(told)


def test_every_source_has_words_for_maps_and_a_rounding() -> None:
    for name in ("osm", "released", "invented", "unknown"):
        assert sources.camera_source(name).attribution
        assert 0 < sources.published_decimals(name) <= 7
    assert sources.published_decimals("no such source") == 3


def test_the_day_is_the_commands_then_the_files_then_its_names(tmp_path: Path) -> None:
    dated = overpass(tmp_path / "dated_2024-03-01.json", [node(1, *COOK)])
    silent = overpass(tmp_path / "silent.json", [node(2, *COOK)], day=None)
    named = overpass(tmp_path / "osm-2025-12-29.json", [node(3, *COOK)], day=None)
    (tmp_path / "2025-11-11").mkdir()
    folder = overpass(tmp_path / "2025-11-11" / "a.json", [node(4, *COOK)], day=None)
    days = [entry(read_camera_files(path))["snapshot"] for path in (dated, silent, named, folder)]
    assert days == ["2026-01-05", None, "2025-12-29", None]
    assert "has no date" in said(read_camera_files(silent))
    assert "taken from the file name" in said(read_camera_files(named))
    told = read_camera_files(dated, snapshot=dt.date(2026, 1, 6))
    assert set(told.table["snapshot"]) == {dt.date(2026, 1, 6)}
    assert "The file says 2026-01-05, the command 2026-01-06" in said(told)


def test_a_wrong_day_or_source_is_an_error_before_anything_is_read(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", [COOK])
    with pytest.raises(InvestigateError, match=r"'12/29/2025' is no day"):
        read_camera_files(path, snapshot="12/29/2025")
    with pytest.raises(UnknownValue, match="relesed"):
        read_camera_files(path, source="relesed")


def test_warnings_hold_no_characters_that_hide_others(tmp_path: Path) -> None:
    load = read_camera_files(overpass(tmp_path / "a.json", [node(1, *COOK, "guard\u202etxt\x1b[31m")]))
    assert not re.search("[\u202e\x1b]", said(load))


def test_a_day_that_has_not_come_or_lies_before_such_lists_is_not_taken(tmp_path: Path) -> None:
    path = overpass(tmp_path / "a.json", [node(1, *COOK)], day="2109-01-05T00:00:00Z")
    assert entry(read_camera_files(path))["snapshot"] is None
    assert "The day 2109-01-05 in it has not come yet" in said(read_camera_files(path))
    named = overpass(tmp_path / "cameras_2005-01-05.json", [node(1, *COOK)], day=None)
    assert entry(read_camera_files(named))["snapshot"] is None
    for day in ("2109-01-05", "2005-01-05"):
        with pytest.raises(InvestigateError, match=day):
            read_camera_files(path, snapshot=day)


def test_one_file_under_two_spellings_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = geojson(tmp_path / "a.geojson", [COOK])
    (tmp_path / "x").mkdir()
    monkeypatch.chdir(tmp_path)
    load = read_camera_files(["a.geojson", path, tmp_path / "x" / ".." / "a.geojson", "./a.geojson"])
    assert [one["path"] for one in load.releases] == [str(path.resolve())]


@pytest.mark.parametrize("error", [ZeroDivisionError("x"), UnicodeDecodeError("utf-8", b"", 0, 1, "x"), KeyError("k")])
def test_whatever_one_file_does_to_its_reader_the_others_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    geojson(tmp_path / "a.geojson", [COOK])
    table(tmp_path / "b.csv", [["a", *COOK, ""]])

    def fails(_: Path) -> None:
        raise error

    monkeypatch.setattr("investigate.cameras.json_shapes.read_json", fails)
    load = read_camera_files(tmp_path)
    assert [one["status"] for one in load.releases] == ["refused", "loaded"]
    assert f"a.geojson could not be read as JSON ({type(error).__name__})" in load.refused[0]["refused_because"]


def test_running_out_of_memory_is_no_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: Path) -> None:
        raise MemoryError

    monkeypatch.setattr("investigate.cameras.json_shapes.read_json", fails)
    with pytest.raises(MemoryError):
        read_camera_files(geojson(tmp_path / "a.geojson", [COOK]))


def test_cameras_near_the_border_are_counted_in_a_warning(tmp_path: Path) -> None:
    load = read_camera_files(geojson(tmp_path / "a.geojson", [COOK, (27.5036, -99.5076)]))
    assert "1 camera stands in a county on the border with Canada or Mexico" in said(load)
    assert "border" not in said(read_camera_files(geojson(tmp_path / "b.geojson", [COOK])))
