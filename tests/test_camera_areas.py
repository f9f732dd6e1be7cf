"""Boundaries of places that the user gives: any usual file, found by FIPS code, and told what is wrong with it."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from investigate.agencies.places import find_places
from investigate.cameras.area_checks import BadAreas, lies_at
from investigate.cameras.areas import Areas, read_areas

EDINA, EAGAN = "2718188", "2717288"  # the Census Bureau's codes of two cities in Minnesota
SQUARE = shapely.box(-93.40, 44.86, -93.32, 44.94)
OTHER = shapely.box(-93.20, 44.77, -93.10, 44.86)


def census(**more: list[object]) -> gpd.GeoDataFrame:
    """Two invented squares as a Census file has places."""
    columns = {
        "STATEFP": "27",
        "GEOID": [EDINA, EAGAN],
        "NAME": ["Edina", "Eagan"],
        "NAMELSAD": ["Edina city", "Eagan city"],
    }
    return gpd.GeoDataFrame(columns | more, geometry=[SQUARE, OTHER], crs=4269)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "manual" / "boundaries"
    path.mkdir(parents=True)
    return path


def areas(folder: Path) -> Areas:
    return read_areas(folder.parents[2])


def save(frame: gpd.GeoDataFrame, path: Path) -> None:
    if path.suffix == ".zip":
        inside = path.with_suffix("")
        inside.mkdir()
        frame.to_file(inside / "places.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for one in inside.iterdir():
                archive.write(one, one.name)
        shutil.rmtree(inside)
        return
    frame.to_file(path)


def edina(folder: Path) -> shapely.Geometry | None:
    return areas(folder).of("Edina", "MN")


def test_the_codes_in_this_file_are_those_of_the_tables():
    assert [one.id for name in ("Edina", "Eagan") for one in find_places(name, "MN") if one.level == "place"] == [
        EDINA,
        EAGAN,
    ]


def test_no_folder_and_an_empty_one_give_no_areas(tmp_path: Path, folder: Path):
    assert read_areas(tmp_path / "nowhere").of("Edina", "MN") is None
    assert edina(folder) is None
    assert areas(folder).files == []


@pytest.mark.parametrize("name", ["places.zip", "places.shp", "places.gpkg", "places.geojson"])
@pytest.mark.parametrize("crs", [4269, 4326, 26915, 3857])
def test_every_kind_of_file_in_any_system_of_coordinates_gives_the_same_area(folder: Path, name: str, crs: int):
    save(census().to_crs(4326 if name.endswith("json") else crs), folder / name)
    found = edina(folder)
    assert found is not None
    assert found.symmetric_difference(SQUARE).area < 1e-6 * SQUARE.area + 1e-5
    assert found.is_valid
    assert not shapely.is_ccw(found.exterior)
    assert areas(folder).files == [name]


def test_a_shapefile_without_prj_is_read_in_degrees(folder: Path):
    save(census(), folder / "places.shp")
    (folder / "places.prj").unlink()
    assert edina(folder).symmetric_difference(SQUARE).area < 1e-5


def test_a_shapefile_without_prj_in_metres_is_refused(folder: Path):
    save(census().to_crs(26915), folder / "places.shp")
    (folder / "places.prj").unlink()
    with pytest.raises(BadAreas, match=r"'places\.shp'.*no system of coordinates.*\.prj"):
        areas(folder)


@pytest.mark.parametrize(
    "columns",
    [
        {"GEOID": [int(EDINA), int(EAGAN)]},
        {"GEOID": [f"1600000US{EDINA}", f"1600000US{EAGAN}"]},
        {"GEOID20": [EDINA, EAGAN], "NAME20": ["x", "y"]},
        {"STATEFP": ["27", "27"], "PLACEFP": [EDINA[2:], EAGAN[2:]]},
        {"STATEFP": [27, 27], "PLACEFP": [int(EDINA[2:]), int(EAGAN[2:])]},
        {"STUSPS": ["MN", "MN"], "NAME": ["edina", "Eagan"]},
        {"statefp": ["27", "27"], "name": ["Edina", "Eagan"]},
        {"STATEFP": ["27", "27"], "NAMELSAD": ["Edina", "Eagan"]},
    ],
)
def test_a_place_is_found_by_code_or_by_name_and_state(folder: Path, columns: dict[str, list[object]]):
    save(gpd.GeoDataFrame(columns, geometry=[SQUARE, OTHER], crs=4326), folder / "places.gpkg")
    assert edina(folder).equals(SQUARE)
    assert areas(folder).of("Eagan", "MN").equals(OTHER)
    assert areas(folder).of("Edina", "WI") is None
    assert areas(folder).of("Eden Prairie", "MN") is None


def test_the_code_of_a_state_below_ten_keeps_its_zero(folder: Path):
    (oakland,) = (one.id for one in find_places("Oakland", "CA") if one.level == "place")
    assert oakland.startswith("06")
    square = shapely.box(-122.3, 37.7, -122.2, 37.8)
    save(gpd.GeoDataFrame({"GEOID": [int(oakland)]}, geometry=[square], crs=4326), folder / "ca.gpkg")
    assert areas(folder).of("Oakland", "CA").equals(square)


def test_a_city_is_told_from_a_township_of_its_name_by_its_point(folder: Path):
    both = [one for one in find_places("Ypsilanti", "MI") if one.level in ("place", "subdivision")]
    city, township = (next(one for one in both if one.level == level) for level in ("place", "subdivision"))
    squares = [shapely.box(-83.63, 42.23, -83.60, 42.26), shapely.box(-83.66, 42.18, -83.58, 42.22)]
    save(gpd.GeoDataFrame({"GEOID": [city.id, township.id]}, geometry=squares, crs=4326), folder / "mi.gpkg")
    found = areas(folder)
    assert found.of("Ypsilanti", "MI", (city.lat, city.lon)).equals(squares[0])
    assert found.of("Ypsilanti", "MI", (township.lat, township.lon)).equals(squares[1])
    assert found.of("Ypsilanti", "MI") is None  # nothing says which


def test_a_township_is_not_given_the_city_of_its_name(folder: Path):
    both = [one for one in find_places("Ypsilanti", "MI") if one.level in ("place", "subdivision")]
    city, township = (next(one for one in both if one.level == level) for level in ("place", "subdivision"))
    square = shapely.box(-83.63, 42.23, -83.60, 42.26)
    columns = {"GEOID": [city.id], "NAME": ["Ypsilanti"], "STUSPS": ["MI"]}
    save(gpd.GeoDataFrame(columns, geometry=[square], crs=4326), folder / "mi.gpkg")
    assert areas(folder).of("Ypsilanti", "MI", (township.lat, township.lon)) is None


def test_parts_of_a_place_are_one_area_and_the_last_of_several_files_counts(folder: Path):
    halves = [shapely.box(-93.40, 44.86, -93.36, 44.94), shapely.box(-93.36, 44.86, -93.32, 44.94)]
    save(gpd.GeoDataFrame({"GEOID": [EDINA, EDINA]}, geometry=halves, crs=4326), folder / "places_2023.gpkg")
    assert edina(folder).equals(SQUARE)
    first = areas(folder).stamp
    save(gpd.GeoDataFrame({"GEOID": [EDINA]}, geometry=[OTHER], crs=4326), folder / "places_2024.gpkg")
    assert edina(folder).equals(OTHER)
    assert areas(folder).files == ["places_2023.gpkg", "places_2024.gpkg"]
    assert areas(folder).stamp != first


def test_a_shape_that_crosses_itself_is_mended(folder: Path):
    bow = shapely.Polygon([(-93.4, 44.8), (-93.3, 44.9), (-93.3, 44.8), (-93.4, 44.9)])
    save(gpd.GeoDataFrame({"GEOID": [EDINA]}, geometry=[bow], crs=4326), folder / "bow.gpkg")
    found = edina(folder)
    assert found.is_valid
    assert found.area == pytest.approx(0.005)


def write(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)


def geojson(*coordinates: object, kind: str = "Polygon", **properties: str) -> bytes:
    geometry = {"type": kind, "coordinates": list(coordinates)}
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


RING = [[-93.4, 44.8], [-93.3, 44.8], [-93.3, 44.9], [-93.4, 44.8]]
SWAPPED = [[44.8, -93.4], [44.8, -93.3], [44.9, -93.3], [44.8, -93.4]]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("city.geojson", geojson(RING, district="4"), "neither GEOID, nor NAME .*Its columns: district"),
        ("city.geojson", geojson(RING, NAME="Edina"), "neither GEOID, nor NAME"),
        ("city.geojson", geojson(SWAPPED, GEOID=EDINA), "does not lie in the United States.*44.8, -93.4"),
        ("city.geojson", geojson(-93.4, 44.8, kind="Point", GEOID=EDINA), "holds Point, not areas"),
        ("city.geojson", b'{"type": "FeatureCollection", "features": []}', "holds no shapes"),
        ("city.geojson", b'{"type": "FeatureColl', "cannot be read as boundaries"),
        ("city.geojson", b"<html><body>404</body></html>", "not what its name says"),
        ("city.geojson", b"<OGRVRTDataSource></OGRVRTDataSource>", "not what its name says"),
        ("city.gpkg", b"{}", "not what its name says"),
        ("city.shp", b"\x00\x00\x27\x0a" + bytes(96), "needs its .shx and .dbf"),
        ("city.zip", b"PK\x03\x04 and no more", "damaged archive"),
        ("city.kml", b"<kml/>", "no zipped shapefile"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_what_to_do(folder: Path, name: str, content: bytes, said: str):
    write(folder, name, content)
    with pytest.raises(BadAreas, match=said) as caught:
        areas(folder)
    assert name in str(caught.value)
    assert str(folder.parents[2]) not in str(caught.value)


def test_an_archive_without_a_shapefile_is_refused(folder: Path):
    with zipfile.ZipFile(folder / "city.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(BadAreas, match="holds no shapefile"):
        areas(folder)


def test_an_archive_that_unpacks_to_too_much_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("investigate.cameras.areas.LARGEST", 100_000)
    with zipfile.ZipFile(folder / "city.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("places.shp", b"\x00\x00\x27\x0a" + bytes(200_000))
    assert (folder / "city.zip").stat().st_size < 1_000
    with pytest.raises(BadAreas, match="unpacks to more than 100,000 bytes"):
        areas(folder)


def test_notes_beside_the_files_do_no_harm(folder: Path):
    save(census(), folder / "places.shp")
    write(folder, "README.txt", b"from the Census Bureau")
    write(folder, ".DS_Store", b"\x00")
    assert edina(folder) is not None


def one(folder: Path, shape: shapely.Geometry = SQUARE, **columns: object) -> None:
    frame = gpd.GeoDataFrame({name: [value] for name, value in columns.items()}, geometry=[shape], crs=4326)
    save(frame, folder / "edina.gpkg")


WISCONSIN = shapely.box(-89.45, 43.03, -89.35, 43.12)
FAR_NORTH = shapely.box(-93.40, 47.86, -93.32, 47.94)


@pytest.mark.parametrize(
    ("shape", "columns", "said"),
    [
        (WISCONSIN, {"GEOID": EDINA, "NAME": "Edina"}, "the shape of 'Edina' .2718188. does not lie in MN"),
        (WISCONSIN, {"NAME": "Edina", "STUSPS": "MN"}, "the shape of 'Edina' .no code. does not lie in MN"),
        (shapely.box(-95.5, 43.6, -92.5, 48), {"GEOID": EDINA, "NAME": "Edina"}, "more than 30,000 km²"),
        (SQUARE, {"GEOID": "27053", "NAME": "Hennepin"}, "'27053' as GEOID: no code of a place"),
        (SQUARE, {"GEOID": 27053, "NAME": "Edina", "STATEFP": "27"}, "'27053' as GEOID: no code of a place"),
        (SQUARE, {"AFFGEOID": "0500000US27053", "NAME": "Edina"}, "'27053' as AFFGEOID: no code of a place"),
        (SQUARE, {"GEOID": "27053023902"}, "'27053023902' as GEOID: no code of a place"),
    ],
)
def test_a_shape_that_is_not_its_place_s_is_refused_by_file_and_name(
    folder: Path, shape: shapely.Geometry, columns: dict[str, object], said: str
):
    one(folder, shape, **columns)
    with pytest.raises(BadAreas, match=rf"'edina\.gpkg' in boundaries.*{said}"):
        areas(folder)


@pytest.mark.parametrize("columns", [{"GEOID": EDINA}, {"NAME": "Edina", "STUSPS": "MN"}])
def test_a_shape_far_from_its_place_is_refused_when_it_is_asked_for(folder: Path, columns: dict[str, object]):
    one(folder, FAR_NORTH, **columns)
    with pytest.raises(BadAreas, match=r"'edina\.gpkg'.*the shape of Edina, MN lies more than 30 km from that place"):
        edina(folder)
    assert areas(folder).of("Eagan", "MN") is None


@pytest.mark.parametrize(("away", "is_near"), [(0.3, True), (0.5, False)])
def test_kilometres_are_kilometres_in_both_directions(away: float, is_near: bool):
    assert lies_at(SQUARE, 44.9, -93.32 + away) is is_near  # 23 and 39 km east
    assert lies_at(SQUARE, 44.94 + away, -93.35) is (away * 111.2 < 30)


def test_a_county_is_no_boundary_of_a_place_of_its_name(folder: Path):
    one(folder, NAME="Edina", NAMELSAD="Edina County", STUSPS="MN")
    assert edina(folder) is None
    (note,) = areas(folder).notes
    assert "1 of 1 shapes in 'edina.gpkg'" in note
    assert "'Edina County'" in note


def test_shapes_of_no_place_are_told_and_others_are_not(folder: Path):
    names = ["Edina", "Quarry Gardens"]
    frame = gpd.GeoDataFrame({"NAME": names, "STUSPS": "MN"}, geometry=[SQUARE, OTHER], crs=4326)
    save(frame, folder / "places.gpkg")
    (note,) = areas(folder).notes
    assert "1 of 2 shapes in 'places.gpkg'" in note
    assert "'Quarry Gardens'" in note
    (folder / "places.gpkg").unlink()
    save(census(), folder / "places.shp")
    assert areas(folder).notes == ()


def test_a_file_of_several_layers_is_refused_with_their_names(folder: Path):
    census().to_file(folder / "mn.gpkg", layer="places")
    census().to_file(folder / "mn.gpkg", layer="precincts")
    with pytest.raises(BadAreas, match=r"'mn\.gpkg' in boundaries holds 2 layers \(places, precincts\)"):
        areas(folder)


def test_one_code_for_two_places_is_refused(folder: Path):
    save(census(GEOID=[EDINA, EDINA]), folder / "places.gpkg")
    with pytest.raises(BadAreas, match=r"the code '2718188' stands for 'Edina city' and 'Eagan city'"):
        areas(folder)


def test_the_last_file_counts_also_where_it_spells_the_place_otherwise(folder: Path):
    save(census(), folder / "places_2023.gpkg")
    save(gpd.GeoDataFrame({"GEOID": [EDINA], "NAME": ["Edina"]}, geometry=[OTHER], crs=4326), folder / "x_2024.gpkg")
    assert edina(folder).equals(OTHER)


@pytest.mark.parametrize("as_number", [False, True])
@pytest.mark.parametrize("apart", [False, True])
def test_a_township_is_found_by_its_code(folder: Path, as_number: bool, apart: bool):
    (city,) = (one for one in find_places("Fairfield", "CT") if one.level == "subdivision")
    square = shapely.box(city.lon - 0.05, city.lat - 0.05, city.lon + 0.05, city.lat + 0.05)
    parts = [city.id[:2], city.id[2:5], city.id[5:]] if apart else [city.id]
    columns = ["STATEFP", "COUNTYFP", "COUSUBFP"] if apart else ["GEOID"]
    values = {name: [int(part) if as_number else part] for name, part in zip(columns, parts, strict=True)}
    save(gpd.GeoDataFrame(values, geometry=[square], crs=4326), folder / "ct.gpkg")
    found = areas(folder)
    assert found.shapes["id"].tolist() == [city.id]
    assert found.of("Fairfield", "CT", (city.lat, city.lon)).equals(square)
