"""Shapefiles, GeoPackages and FlatGeobuf: positions against arithmetic, attributes, layers, and what is refused."""

from __future__ import annotations

import math
import sqlite3
import struct
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiPoint, Point, box

from investigate.cameras import vector, vector_files
from investigate.cameras.vector import read_vector
from investigate.cameras.vertices import TOO_WIDE
from investigate.errors import RefusedFile

pytestmark = pytest.mark.filterwarnings("ignore:.*(10 characters|laundered|'crs' was not provided)")

# Champaign, Evansville, Duluth and a pole in between: longitude, latitude.
PLACES = [(-88.2433855, 40.1164212), (-87.5558483, 37.9747645), (-92.1004852, 46.7866719), (-86.158068, 39.768403)]
GRS80 = (6_378_137.0, 1 / 298.257222101)
US_FOOT = 1200 / 3937


def layer(points: list[object], crs: int | None = 4326, **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns or {"n": range(len(points))}, geometry=points, crs=crs)


def shapefile(folder: Path, frame: gpd.GeoDataFrame, name: str = "cameras", **more: str) -> Path:
    frame.to_file(folder / f"{name}.shp", **more)
    return folder / f"{name}.shp"


def web_mercator(lon: float, lat: float) -> tuple[float, float]:
    radius = 6_378_137.0
    return radius * math.radians(lon), radius * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def transverse_mercator(
    lon: float, lat: float, lon0: float, lat0: float, scale: float, east: float, north: float
) -> tuple[float, float]:
    """Metres, by Krueger's series to the third order: far better than a millimetre within six degrees."""
    a, f = GRS80
    n = f / (2 - f)
    e = math.sqrt(f * (2 - f))
    radius = a / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    alpha = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16,
        13 * n**2 / 48 - 3 * n**3 / 5,
        61 * n**3 / 240,
    )

    def flat(longitude: float, latitude: float) -> tuple[float, float]:
        sine, away = math.sin(math.radians(latitude)), math.radians(longitude - lon0)
        t = math.sinh(math.atanh(sine) - e * math.atanh(e * sine))
        xi, eta = math.atan2(t, math.cos(away)), math.atanh(math.sin(away) / math.hypot(1, t))
        steps = list(enumerate(alpha, start=1))
        xi_sum = xi + sum(one * math.sin(2 * j * xi) * math.cosh(2 * j * eta) for j, one in steps)
        eta_sum = eta + sum(one * math.cos(2 * j * xi) * math.sinh(2 * j * eta) for j, one in steps)
        return scale * radius * eta_sum, scale * radius * xi_sum

    x, y = flat(lon, lat)
    return x + east, y - flat(lon0, lat0)[1] + north


def utm_15(lon: float, lat: float) -> tuple[float, float]:
    return transverse_mercator(lon, lat, -93, 0, 0.9996, 500_000, 0)


def indiana_east(lon: float, lat: float) -> tuple[float, float]:
    """EPSG:2965: in US survey feet."""
    x, y = transverse_mercator(lon, lat, -(85 + 40 / 60), 37.5, 1 - 1 / 30_000, 100_000, 250_000)
    return x / US_FOOT, y / US_FOOT


SYSTEMS = {4326: lambda lon, lat: (lon, lat), 3857: web_mercator, 26915: utm_15, 2965: indiana_east}


@pytest.mark.parametrize("epsg", SYSTEMS)
@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".fgb"])
def test_positions_are_right_to_a_millionth_of_a_degree(tmp_path: Path, epsg: int, suffix: str) -> None:
    frame = layer([Point(*SYSTEMS[epsg](*place), 12.5) for place in PLACES], epsg)
    frame.to_file(tmp_path / f"cameras{suffix}")
    found = read_vector(tmp_path / f"cameras{suffix}")
    by_number = {camera.tags["n"]: (camera.lon, camera.lat) for camera in found.cameras}
    assert [camera.row for camera in found.cameras] == [1, 2, 3, 4]
    for number, place in enumerate(PLACES):
        assert by_number[str(number)] == pytest.approx(place, abs=1e-6)
    assert found.layout == {".shp": "shapefile", ".gpkg": "geopackage", ".fgb": "flatgeobuf"}[suffix]
    assert found.warnings == []


def test_a_round_point_is_round_again_after_a_projection(tmp_path: Path) -> None:
    """A geocoder's default point is known by its few decimals."""
    rounds = [(-98.5795, 39.8283), (-77.091, 38.8816), (0.0, 0.0)]
    found = read_vector(shapefile(tmp_path, layer([Point(*web_mercator(*place)) for place in rounds], 3857)))
    assert [(camera.lon, camera.lat) for camera in found.cameras] == rounds


def test_without_a_prj_degrees_are_taken_as_such_and_told(tmp_path: Path) -> None:
    found = read_vector(shapefile(tmp_path, layer([Point(*place) for place in PLACES], None)))
    assert [(camera.lon, camera.lat) for camera in found.cameras] == PLACES
    assert any("taken as longitude and latitude" in warning for warning in found.warnings)


@pytest.mark.parametrize("prj", [None, "", "this is no coordinate system", 'LOCAL_CS["site",UNIT["metre",1]]'])
def test_without_a_system_feet_are_kept_and_not_placed(tmp_path: Path, prj: str | None) -> None:
    path = shapefile(tmp_path, layer([Point(*indiana_east(*place)) for place in PLACES], None))
    if prj is not None:
        path.with_suffix(".prj").write_text(prj)
    found = read_vector(path)
    assert len(found.cameras) == 4
    assert all(camera.lat is None and camera.lon is None and camera.said for camera in found.cameras)
    assert all(camera.rejected is None for camera in found.cameras)
    assert any("none of its points is placed" in warning for warning in found.warnings)


def test_feet_under_a_prj_of_degrees_are_not_placed(tmp_path: Path) -> None:
    path = shapefile(tmp_path, layer([Point(*indiana_east(*PLACES[0])), Point(*PLACES[1])], 4326))
    found = read_vector(path)
    assert [camera.lat for camera in found.cameras] == [None, PLACES[1][1]]
    assert any(warning.startswith("1 points") and "WGS 84" in warning for warning in found.warnings)


def test_swapped_coordinates_stay_as_stated(tmp_path: Path) -> None:
    camera = read_vector(shapefile(tmp_path, layer([Point(40.1, -88.2)], None))).cameras[0]
    assert (camera.lon, camera.lat) == (40.1, -88.2)


def test_names_cut_by_a_dbf_are_understood(tmp_path: Path) -> None:
    columns: dict[str, list[object]] = {
        "surveillance": ["public", None], "surveillance:zone": ["traffic", "town"],
        "surveillance:type": ["ALPR", "alpr"],
        "manufacturer:wikidata": ["Q108485435", None], "manufacturer": ["Flock Safety", "Genetec"],
        "camera:direction": ["45", None], "camera:type": ["fixed", "dome"], "camera:mount": ["pole", None],
        "operator:type": ["public", None], "directionCardinal": ["90;270", "N"], "countyFips": [1001.0, 27053.0],
    }  # fmt: skip
    path = shapefile(tmp_path, layer([Point(*PLACES[0]), Point(*PLACES[1])], **columns))
    assert all(len(name) <= 10 for name in gpd.read_file(path).columns)
    first, second = read_vector(path).cameras
    assert first.tags == {
        "surveillance": "public", "surveillance:zone": "traffic", "surveillance:type": "ALPR",
        "manufacturer:wikidata": "Q108485435", "manufacturer": "Flock Safety", "camera:direction": "45",
        "camera:type": "fixed", "camera:mount": "pole", "operator:type": "public", "direction": "90;270",
        "county_fips": "01001",
    }  # fmt: skip
    assert second.tags["surveillance:type"] == "alpr"
    assert second.tags["county_fips"] == "27053"
    assert "surveillance" not in second.tags


def test_numbers_dates_and_blanks_become_plain_text(tmp_path: Path) -> None:
    day = pd.to_datetime(["2025-01-20", None])
    frame = layer(
        [Point(*PLACES[0]), Point(*PLACES[1])], direction=[270.0, None], installed=day, osmId=[33331297.0, None]
    )
    frame.to_file(tmp_path / "a.gpkg")
    first, second = read_vector(tmp_path / "a.gpkg").cameras
    assert first.tags == {"direction": "270", "start_date": "2025-01-20"}
    assert first.id == "node/33331297"
    assert second.tags == {}
    assert second.rejected is None
    assert read_vector(tmp_path / "a.gpkg").source == "osm"


def test_names_that_were_not_cut_stay(tmp_path: Path) -> None:
    columns: dict[str, list[object]] = {"operator": ["Urbana PD"], "install_da": ["2024"], "my_own_col": ["x"]}
    camera = read_vector(shapefile(tmp_path, layer([Point(*PLACES[0])], **columns))).cameras[0]
    assert camera.tags == {"operator": "Urbana PD", "start_date": "2024", "my_own_col": "x"}


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
@pytest.mark.parametrize("cpg", ["UTF-8", "ISO-8859-1", "nonsense", "zlib", None])
def test_letters_are_right_whatever_the_cpg_file_says(tmp_path: Path, encoding: str, cpg: str | None) -> None:
    frame = layer([Point(*PLACES[0])], operator=["Cañon City Police - Bogotá"])
    path = shapefile(tmp_path, frame, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    assert read_vector(path).cameras[0].tags["operator"] == "Cañon City Police - Bogotá"


def test_a_null_shape_is_a_record_without_coordinates_and_its_columns_may_place_it(tmp_path: Path) -> None:
    frame = layer([None, None, Point(*PLACES[0])], name=["a", "b", "c"], lat=[None, 40.5, 1.0], lon=[None, -90.5, 1.0])
    found = read_vector(shapefile(tmp_path, frame))
    assert [(camera.lon, camera.lat, camera.rejected) for camera in found.cameras] == [
        (None, None, None), (-90.5, 40.5, None), (*PLACES[0], None),
    ]  # fmt: skip


def test_of_several_points_of_a_feature_the_first_counts(tmp_path: Path) -> None:
    found = read_vector(shapefile(tmp_path, layer([MultiPoint([PLACES[1], PLACES[0]])])))
    assert (found.cameras[0].lon, found.cameras[0].lat) == PLACES[1]


def test_two_layers_of_points_are_read_and_numbered_on_and_areas_left_out(tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    layer([box(-90, 40, -89, 41)]).to_file(path, layer="beats")
    layer([Point(*PLACES[0]), Point(*PLACES[1])]).to_file(path, layer="north")
    layer([Point(*web_mercator(*PLACES[2]))], 3857).to_file(path, layer="south")
    found = read_vector(path)
    assert [camera.row for camera in found.cameras] == [1, 2, 3]
    assert (found.cameras[2].lon, found.cameras[2].lat) == pytest.approx(PLACES[2], abs=1e-6)
    assert any("'beats'" in warning for warning in found.warnings)
    assert any("'north', 'south'" in warning for warning in found.warnings)


def test_layers_of_areas_or_lines_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        RefusedFile, match=r"cameras\.shp holds no points, only areas of more than 2 km, such as boundaries"
    ):
        read_vector(shapefile(tmp_path, layer([box(-90, 40, -89, 41)])))
    with pytest.raises(RefusedFile, match="only lines"):
        read_vector(shapefile(tmp_path, layer([LineString([(-90, 40), (-89, 41)])])))
    layer([box(-90, 40, -89, 41), LineString([(-90, 40), (-89, 41)])]).to_file(tmp_path / "mixed.gpkg")
    with pytest.raises(RefusedFile, match="only lines or areas"):
        read_vector(tmp_path / "mixed.gpkg")


def test_in_a_mixed_layer_what_is_no_point_is_rejected_with_why(tmp_path: Path) -> None:
    layer([box(-90, 40, -89, 41), Point(*PLACES[0])]).to_file(tmp_path / "mixed.gpkg")
    area, point = read_vector(tmp_path / "mixed.gpkg").cameras
    assert area.rejected == TOO_WIDE
    assert area.lat is None
    assert (point.lon, point.lat) == PLACES[0]


def zipped(folder: Path, names: dict[str, Path], to: str = "cameras.zip") -> Path:
    with zipfile.ZipFile(folder / to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in names.items():
            archive.write(path, name)
    return folder / to


def test_a_zip_of_shapefiles_is_read_with_the_parts_of_each(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    one = shapefile(tmp_path / "in", layer([Point(*web_mercator(*PLACES[0]))], 3857, name=["one"]), "one")
    two = shapefile(tmp_path / "in", layer([Point(*indiana_east(*PLACES[3]))], 2965, name=["two"]), "two")
    areas = shapefile(tmp_path / "in", layer([box(-90, 40, -89, 41)]), "beats")
    parts = {f"x/{path.stem.upper()}{part.suffix}": part for path in (one, two, areas)
             for part in sorted(path.parent.glob(f"{path.stem}.*"))}  # fmt: skip
    parts["__MACOSX/x/._ONE.shp"] = one
    found = read_vector(zipped(tmp_path, parts))
    assert [camera.tags["name"] for camera in found.cameras] == ["one", "two"]
    assert (found.cameras[0].lon, found.cameras[0].lat) == pytest.approx(PLACES[0], abs=1e-6)
    assert (found.cameras[1].lon, found.cameras[1].lat) == pytest.approx(PLACES[3], abs=1e-6)
    assert any("2 layers of points" in warning for warning in found.warnings)
    assert any("BEATS" in warning for warning in found.warnings)


def test_names_in_a_zip_never_reach_the_disk(tmp_path: Path) -> None:
    (inner := tmp_path / "one" / "two").mkdir(parents=True)
    path = shapefile(tmp_path, layer([Point(*PLACES[0])]))
    parts = {f"../../evil{part.suffix}": part for part in sorted(tmp_path.glob("cameras.*"))}
    archive = zipped(inner, parts)
    assert len(read_vector(archive).cameras) == 1
    assert not list(tmp_path.rglob("evil*"))
    with pytest.raises(RefusedFile, match=r"without a shapefile"):
        read_vector(zipped(inner, {"a.dbf": path.with_suffix(".dbf")}, "no.zip"))
    archive.write_bytes(archive.read_bytes()[:200])
    with pytest.raises(RefusedFile, match="damaged ZIP"):
        read_vector(archive)


def test_a_shapefile_with_a_part_missing_or_cut_off_is_refused_or_told(tmp_path: Path) -> None:
    path = shapefile(tmp_path, layer([Point(*place) for place in PLACES], name=list("abcd")))
    whole = {part: path.with_suffix(part).read_bytes() for part in (".shp", ".shx", ".dbf")}
    for part, bytes_ in whole.items():
        path.with_suffix(part).write_bytes(bytes_[:-20])
        with pytest.raises(RefusedFile, match=rf"cameras\.shp is cut off: its \{part}"):
            read_vector(path)
        path.with_suffix(part).write_bytes(bytes_)
    records = struct.pack("<I", 3)
    path.with_suffix(".dbf").write_bytes(whole[".dbf"][:4] + records + whole[".dbf"][8:])
    with pytest.raises(RefusedFile, match=r"4 places and its \.dbf file 3 records"):
        read_vector(path)
    path.with_suffix(".dbf").unlink()
    bare = read_vector(path)
    assert [(camera.lon, camera.lat) for camera in bare.cameras] == PLACES
    assert any("no .dbf file" in warning for warning in bare.warnings)
    path.with_suffix(".shx").unlink()
    with pytest.raises(RefusedFile, match=r"without its \.shx"):
        read_vector(path)


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb"])
def test_a_file_cut_off_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cameras{suffix}"
    layer([Point(-90 + number / 1000, 40) for number in range(3000)]).to_file(path)
    data = path.read_bytes()
    for size in (64, len(data) // 3, len(data) * 2 // 3):
        path.write_bytes(data[:size])
        with pytest.raises(RefusedFile, match=rf"cameras\{suffix}"):
            read_vector(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.vrt", "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>"),
        ("a.shp", "<OGRVRTDataSource/>"),
        ("a.gpkg", '{"type": "FeatureCollection", "features": []}'),
        ("a.csv", "lat,lon\n1,2\n"),
        ("a.shp", ""),
    ],
)  # fmt: skip
def test_only_three_formats_are_opened_and_told_by_their_bytes(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(RefusedFile, match="no shapefile"):
        read_vector(tmp_path / name)


@pytest.mark.parametrize(
    "name", ["/vsicurl/http://127.0.0.1:9/a.shp", "/vsizip/a.zip/b.shp", "http://127.0.0.1:9/a.shp", "."]
)
def test_names_that_lead_elsewhere_are_no_files(name: str) -> None:
    with pytest.raises(RefusedFile, match="is no file"):
        read_vector(Path(name))


def test_a_file_with_a_name_that_means_something_to_gdal_is_read_as_it_is(tmp_path: Path) -> None:
    (folder := tmp_path / "zip:" / "a.zip!b").mkdir(parents=True)
    assert read_vector(shapefile_in(folder, tmp_path)).cameras[0].lat == PLACES[0][1]


def shapefile_in(folder: Path, scratch: Path) -> Path:
    for part in sorted(shapefile(scratch, layer([Point(*PLACES[0])])).parent.glob("cameras.*")):
        part.rename(folder / part.name)
    return folder / "cameras.shp"


@pytest.mark.parametrize(
    "trick",
    [
        "CREATE VIEW cameras AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT i AS fid, geom FROM n, kept",
        "CREATE TABLE cameras (fid INTEGER PRIMARY KEY, geom POINT, n TEXT AS (hex(zeroblob(100000000))))",
    ],
)
def test_a_geopackage_with_a_query_in_place_of_a_table_is_refused(tmp_path: Path, trick: str) -> None:
    path = tmp_path / "cameras.gpkg"
    layer([Point(*PLACES[0])]).to_file(path)
    with closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in names:
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("ALTER TABLE cameras RENAME TO kept")
        database.execute(trick)
        database.commit()
    with pytest.raises(RefusedFile, match="is a query, not a stored table"):
        read_vector(path)


def test_a_list_of_tables_without_end_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "cameras.gpkg"
    layer([Point(*PLACES[0])]).to_file(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE gpkg_contents RENAME TO kept")
        database.execute(
            "CREATE VIEW gpkg_contents AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT i AS table_name FROM n WHERE i < 0"
        )
        database.commit()
    with pytest.raises(RefusedFile, match="no GeoPackage"):
        read_vector(path)


def test_an_sqlite_database_is_no_geopackage(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as database:
        database.execute("CREATE TABLE t (a)")
        database.commit()
    with pytest.raises(RefusedFile, match=r"a\.gpkg is an SQLite database, but no GeoPackage"):
        read_vector(tmp_path / "a.gpkg")


def test_too_many_features_and_too_many_bytes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shapefile(tmp_path, layer([Point(*place) for place in PLACES]))
    monkeypatch.setattr(vector, "MOST_FEATURES", 3)
    with pytest.raises(RefusedFile, match="more than 3 features"):
        read_vector(path)
    monkeypatch.setattr(vector_files, "MOST_BYTES", 200)
    with pytest.raises(RefusedFile, match=r"cameras\.shp holds more than"):
        read_vector(path)


def test_an_empty_layer_has_no_records_and_says_so(tmp_path: Path) -> None:
    layer([Point(*PLACES[0])]).iloc[:0].to_file(tmp_path / "a.gpkg", geometry_type="Point")
    found = read_vector(tmp_path / "a.gpkg")
    assert found.cameras == []
    assert any("no features" in warning for warning in found.warnings)


def test_reading_changes_nothing_beside_the_file_and_twice_gives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "cameras.gpkg"
    layer([Point(*place) for place in PLACES]).to_file(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert read_vector(path) == read_vector(path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(PLACES), st.sampled_from([".shp", ".gpkg"]))
def test_shuffling_the_features_changes_no_place(
    tmp_path: Path, places: list[tuple[float, float]], suffix: str
) -> None:
    path = tmp_path / f"mixed{suffix}"
    layer([Point(*place) for place in places]).to_file(path)
    assert [(camera.lon, camera.lat) for camera in read_vector(path).cameras] == places


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb"])
def test_an_empty_point_is_a_record_without_coordinates(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cameras{suffix}"
    layer([Point(*PLACES[0]), Point()], name=["a", "b"]).to_file(path, SPATIAL_INDEX="NO")
    found = {camera.tags["name"]: (camera.lon, camera.lat) for camera in read_vector(path).cameras}
    assert found == {"a": PLACES[0], "b": (None, None)}


def test_a_geopackage_whose_list_of_tables_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cameras.gpkg"
    layer([Point(*PLACES[0])]).to_file(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute(
            "UPDATE sqlite_master SET sql = CAST('CREATE ' || x'ff83' AS TEXT) WHERE name = 'gpkg_contents'"
        )
        database.commit()
    with pytest.raises(RefusedFile, match="damaged GeoPackage"):
        read_vector(path)


def test_of_several_points_the_first_counts_and_the_others_are_told(tmp_path: Path) -> None:
    points = [MultiPoint(PLACES[:3]), Point(*PLACES[3]), GeometryCollection([Point(*PLACES[1]), Point(*PLACES[2])])]
    layer(points).to_file(tmp_path / "cameras.gpkg")
    found = read_vector(tmp_path / "cameras.gpkg")
    assert [(camera.lon, camera.lat) for camera in found.cameras] == [PLACES[0], PLACES[3], PLACES[1]]
    assert any("3 points in record 1, 2 points in record 3" in warning for warning in found.warnings)


def test_a_short_line_stands_at_its_first_vertex_and_a_long_one_is_no_camera(tmp_path: Path) -> None:
    lon, lat = PLACES[0]
    lines = [LineString([(lon, lat), (lon + 0.001, lat)]), LineString([(lon, lat), (lon + 0.1, lat)])]
    square = box(lon, lat, lon + 0.002, lat + 0.001)
    found = read_vector(shapefile(tmp_path, layer(lines, name=["cone", "road"])))
    cone, road = found.cameras
    assert (cone.lon, cone.lat, cone.rejected) == (lon, lat, None)
    assert (road.lat, road.rejected) == (None, TOO_WIDE)
    assert any("first vertex" in warning for warning in found.warnings)
    layer([square]).to_file(tmp_path / "areas.gpkg")
    [area] = read_vector(tmp_path / "areas.gpkg").cameras
    assert square.contains(Point(area.lon, area.lat))


def test_degrees_under_a_system_of_feet_are_kept_and_not_placed(tmp_path: Path) -> None:
    frame = layer([Point(*indiana_east(*PLACES[0])), Point(*PLACES[1])], 2965)
    found = read_vector(shapefile(tmp_path, frame))
    assert [camera.lat is None for camera in found.cameras] == [False, True]
    assert found.cameras[1].said
    assert any("are degrees, and not feet or metres" in warning for warning in found.warnings)
