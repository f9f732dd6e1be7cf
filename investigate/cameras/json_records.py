"""One object of a JSON file as a camera: an element of Overpass, a feature of GeoJSON or ArcGIS, or a flat object."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from investigate.cameras.coordinates import are_degrees, read_degrees
from investigate.cameras.fields import (
    LONGEST_SAID,
    NoDegrees,
    id_of,
    is_of_edit,
    meaning_of,
    plan_of,
    put_point,
    read_record,
    settle,
    tags_of,
)
from investigate.cameras.json_text import Twice, Unreadable
from investigate.cameras.record import RawCamera
from investigate.cameras.vertices import TOO_WIDE, stand, tell_several, tell_ways
from investigate.sharing.cells import mend

OBJECTS = ("node", "way", "relation")
_OBJECT_ID = re.compile(r"(node|way|relation)/([1-9]\d{0,14})")
_NOT_FLAT = frozenset({"tags", "meta", "@relations"})
_LATS, _LONS = ("lat", "latitude", "y"), ("lon", "lng", "long", "longitude", "x")
_PLACES = frozenset({"lat", "lon", "x", "y", "point", "lonlat", "location"})
_DIRECTIONS = frozenset({"direction", "camera:direction"})
MOST_LISTED = 50  # numbers of a list that becomes a text
MOST_NAMES = 1_000  # of fields in a file

Point = tuple[float, float]  # lat, lon
Position = tuple[float, float]  # x, y


@dataclass
class Reading:
    """What reading one object needs of the file, and what is told of the file when all are read.

    `to_degrees`: from the file's coordinates (x, y) to (lon, lat). `nodes`: where the nodes lie that ways are made of.
    `lost`: coordinates that are none of the system that the file states. `ways`: how places were told that are no
    points; `several`: how many points a record draws that draws more than one. `names`: what fields are called.
    """

    no_degrees: NoDegrees = field(default_factory=NoDegrees)
    to_degrees: Callable[[float, float], tuple[float, float]] | None = None
    nodes: dict[int, Point] = field(default_factory=dict)
    lost: int = 0
    ways: Counter[str] = field(default_factory=Counter)
    several: Counter[int] = field(default_factory=Counter)
    names: dict[str, None] = field(default_factory=dict)

    def note_names(self, names: Iterable[str]) -> None:
        if len(self.names) < MOST_NAMES:
            self.names |= dict.fromkeys(names)

    def warnings(self, total: int) -> Iterator[str]:
        """What is told of the file. `total`: how many records it has."""
        yield from self.no_degrees.warning()
        if self.lost:
            records = "1 record gives" if self.lost == 1 else f"{self.lost:,} records give"
            yield (
                f"{records} coordinates that are none of the system that the file states (degrees instead of feet or "
                "metres, or beyond its bounds); kept and not placed. Ask which system they are in."
            )
        yield from tell_ways(self.ways, total)
        yield from tell_several(self.several)


def read_object(row: int, record: Any, reading: Reading) -> RawCamera:
    """The camera that an object of the file tells of, of whatever shape; never raises."""
    if isinstance(record, Unreadable):
        return RawCamera(row, rejected=str(record))
    if not isinstance(record, dict):
        return RawCamera(row, rejected=f"it is {_named(record)}, not an object with named fields")
    if twice := next((one for one in (record, *record.values()) if isinstance(one, Twice)), None):
        return RawCamera(row, rejected=f"the field {mend(twice.name)[:40]!r} stands twice in it with two values")
    return _reader_for(record)(row, record, reading)


def _reader_for(record: Mapping[str, Any]) -> Callable[[int, Any, Reading], RawCamera]:
    if record.get("type") == "Feature" or isinstance(record.get("properties"), dict):
        return _feature
    if isinstance(record.get("attributes"), dict):
        return _arcgis
    return _element if is_element(record) else _flat


def is_element(record: Any) -> bool:
    """Whether it is an object of OpenStreetMap with its tags, of Overpass or of a tile."""
    return isinstance(record, dict) and (
        isinstance(record.get("tags"), dict) or (record.get("type") in OBJECTS and "id" in record)
    )


def _named(value: Any) -> str:
    kinds = ((bool, "a truth value"), (str, "a text"), (list, "a list"), (type(None), "null"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "a number")


# ---- flat objects -------------------------------------------------------------------------------------------


def _flat(row: int, record: Mapping[str, Any], reading: Reading) -> RawCamera:
    names, texts = _texts(record)
    reading.note_names(names)
    return read_record(row, plan_of(names), texts, reading.no_degrees)


def _texts(record: Mapping[str, Any]) -> tuple[tuple[str, ...], list[str]]:
    """The fields of an object that can be texts, with a point that stands in a field of its own as two of them."""
    found: list[tuple[str, str]] = []
    for name, value in record.items():
        if name in _NOT_FLAT:
            continue
        if isinstance(value, dict):
            found += _inner_point(value)
        elif isinstance(value, list) and meaning_of(name) in _PLACES:
            found.append((name, str(value[:4])))  # two numbers in a list may be lat, lon or lon, lat: not read
        elif text := text_of(value):
            found.append((name, text))
    return tuple(name for name, _ in found), [text for _, text in found]


def _inner_point(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    if value.get("type") == "Point":
        lon, lat = _position(value.get("coordinates"))
        return [("lat", repr(lat)), ("lon", repr(lon))] if lat is not None and lon is not None else []
    lats = [text for name in _LATS if (text := text_of(value.get(name)))]
    lons = [text for name in _LONS if (text := text_of(value.get(name)))]
    return [("lat", lats[0]), ("lon", lons[0])] if lats and lons else []


def text_of(value: Any) -> str:
    """A value as text: numbers without a nought behind the point, a list of texts and numbers with `;`; blank where
    nothing is said, and for what is no value of a camera (objects, lists of lists)."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        is_whole = math.isfinite(value) and value.is_integer() and abs(value) < 1e15
        return "" if math.isnan(value) else str(int(value)) if is_whole else repr(value)
    if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value[:MOST_LISTED]):
        return ";".join(text for one in value[:MOST_LISTED] if (text := text_of(one)))
    return ""


# ---- OpenStreetMap's objects --------------------------------------------------------------------------------


def _element(row: int, record: Mapping[str, Any], reading: Reading) -> RawCamera:
    """An element of Overpass, or an object of a tile or list with `tags`: tags win over the fields beside them."""
    kind = record.get("type")
    if isinstance(kind, str) and "lat" not in record and kind not in OBJECTS:
        return RawCamera(row, rejected=f"it is of the type {mend(kind)[:40]!r}, not a node, way or relation")
    own = record.get("tags") if isinstance(record.get("tags"), dict) else {}
    tags = {mend(str(name)): mend(text) for name, value in (own or {}).items() if (text := text_of(value))}
    camera = RawCamera(row, id=_element_id(record), tags={name: text for name, text in tags.items() if name and text})
    if not isinstance(kind, str) or kind not in OBJECTS or "lat" in record:
        _add_beside(camera, record)
    _put_element(camera, record, reading)
    settle(camera)
    return camera


def _element_id(record: Mapping[str, Any]) -> str | None:
    number, kind = text_of(record.get("id")), record.get("type")
    if re.fullmatch(r"[1-9]\d{0,14}", number):
        return f"{kind if kind in OBJECTS else 'node'}/{number}"
    return number or None


def _add_beside(camera: RawCamera, record: Mapping[str, Any]) -> None:
    names, texts = _texts({name: value for name, value in record.items() if name not in ("id", "type")})
    for tag, text in tags_of(plan_of(names), texts).items():
        # The number beside the tags is what somebody made of them.
        if not (tag in _DIRECTIONS and _DIRECTIONS & camera.tags.keys()):
            camera.tags.setdefault(tag, text)


def _put_element(camera: RawCamera, record: Mapping[str, Any], reading: Reading) -> None:
    named = (record, record.get("center"))
    for place in named:
        if isinstance(place, dict) and ({"lat", "lon"} & place.keys() or _has_point(place)):
            names, texts = _texts({name: value for name, value in place.items() if meaning_of(name) in _PLACES})
            read = read_record(0, plan_of(names), texts, reading.no_degrees)
            camera.lat, camera.lon, camera.said = read.lat, read.lon, read.said
            if not (camera.said or camera.lat is not None):
                camera.said = "no numbers"
            return
    if point := _middle(_corners(record, reading)):
        put_point(camera, *point, "", "lat and lon", reading.no_degrees)


def _has_point(place: Mapping[str, Any]) -> bool:
    return {"lat", "lon"} <= {meaning_of(name) for name in place}


def _corners(record: Mapping[str, Any], reading: Reading) -> list[Point]:
    """Points that span a way or a relation: of its bounds, its geometry, or the nodes that it is made of."""
    bounds, line, nodes = record.get("bounds"), record.get("geometry"), record.get("nodes")
    if isinstance(bounds, dict):
        pairs = [(bounds.get("minlat"), bounds.get("minlon")), (bounds.get("maxlat"), bounds.get("maxlon"))]
    elif isinstance(line, list):
        pairs = [(one.get("lat"), one.get("lon")) for one in line if isinstance(one, dict)]
    else:
        listed = nodes if isinstance(nodes, list) else []
        return [reading.nodes[one] for one in listed if isinstance(one, int) and one in reading.nodes]
    return [
        (lat, lon) for one in pairs if (lat := number_of(one[0])) is not None and (lon := number_of(one[1])) is not None
    ]


def _middle(points: list[Point]) -> Point | None:
    if not points:
        return None
    lats, lons = zip(*points, strict=True)
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2


def number_of(value: Any) -> float | None:
    """A finite number, also where it stands as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        read = read_degrees(value)
        return read[0] if read else None
    return float(value) if math.isfinite(value) else None


# ---- features -----------------------------------------------------------------------------------------------


def _feature(row: int, record: Mapping[str, Any], reading: Reading) -> RawCamera:
    inner = record.get("properties")
    given: dict[str, Any] = dict(inner) if isinstance(inner, dict) else {}
    own = given.get("tags")
    if isinstance(own, dict):  # an older form of export, with the tags one level down
        given = {**given, **own}
    names, texts = _texts(given)
    reading.note_names(names)
    plan = plan_of(names)
    own_id = _feature_id(record, given)
    tags = _osm_tags(names, texts) if own_id and "man_made" in given else tags_of(plan, texts)
    camera = RawCamera(row, id=own_id or id_of(plan, texts), tags=tags)
    geometry = record.get("geometry")
    no_degrees = NoDegrees()
    if isinstance(geometry, dict):
        _put_geometry(camera, geometry, reading, no_degrees)
    if camera.lat is None and camera.lon is None and not camera.rejected:
        read = read_record(row, plan, texts, NoDegrees() if camera.said else no_degrees)
        if read.lat is not None and read.lon is not None:
            reading.ways["attributes"] += bool(camera.said)
            camera.lat, camera.lon, camera.said = read.lat, read.lon, None
            no_degrees = NoDegrees()
        elif not camera.said:
            camera.lat, camera.lon, camera.said = read.lat, read.lon, read.said
    reading.no_degrees.add(no_degrees)
    if not camera.id and (number := text_of(record.get("id"))):
        camera.id = mend(number)
    settle(camera)
    return camera


def _osm_tags(names: tuple[str, ...], texts: list[str]) -> dict[str, str]:
    """Tags as OpenStreetMap has them: there an owner is no operator, whatever lists of agencies mean by the word."""
    found = ((mend(name), mend(text)) for name, text in zip(names, texts, strict=True) if not is_of_edit(name))
    return {name: text for name, text in found if name and text and name != "id"}


def _arcgis(row: int, record: Mapping[str, Any], reading: Reading) -> RawCamera:
    return _feature(row, {"properties": record["attributes"], "geometry": _esri(record.get("geometry"))}, reading)


def _feature_id(record: Mapping[str, Any], given: Mapping[str, Any]) -> str | None:
    """The object of OpenStreetMap that a feature is, where it says so: `@id`, or an id with its type."""
    for value in (given.get("@id"), record.get("id"), given.get("id")):
        text, kind = text_of(value), text_of(given.get("@type"))
        if found := _OBJECT_ID.fullmatch(text):
            return f"{found[1]}/{found[2]}"
        if kind in OBJECTS and re.fullmatch(r"[1-9]\d{0,14}", text):
            return f"{kind}/{text}"
    return None


def _esri(geometry: Any) -> dict[str, Any] | None:
    """A geometry of ArcGIS in GeoJSON's words."""
    if not isinstance(geometry, dict):
        return None
    for name, kind in (("points", "MultiPoint"), ("paths", "MultiLineString"), ("rings", "Polygon")):
        if name in geometry:
            return {"type": kind, "coordinates": geometry[name]}
    return {"type": "Point", "coordinates": [geometry.get("x"), geometry.get("y")]}


def _put_geometry(camera: RawCamera, geometry: Mapping[str, Any], reading: Reading, no_degrees: NoDegrees) -> None:
    """Its first point, else where the camera of its first line or area stands (see `vertices`)."""
    kind, inner = str(geometry.get("type")), geometry.get("geometries")
    if kind == "GeometryCollection" and isinstance(inner, list):
        parts = [one for one in inner if isinstance(one, dict)]
        points = [one for one in parts if one.get("type") == "Point"]
        if len(points) > 1:
            reading.several[camera.row] = len(points)
        geometry = points[0] if points else parts[0] if parts else {}
        kind = str(geometry.get("type"))
    stated = geometry.get("coordinates")
    if kind == "MultiPoint" and isinstance(stated, list) and len(stated) > 1:
        reading.several[camera.row] = len(stated)
    said = mend(str(stated)[:LONGEST_SAID])
    if kind.endswith(("LineString", "Polygon")):
        _put_shape(camera, _line(stated), kind.endswith("Polygon"), reading)
        camera.said = said if camera.lat is None else None
        return
    x, y = _position(stated)
    if x is None or y is None:
        camera.said = said
        return
    lon, lat = _degrees(x, y, reading)
    if not (math.isfinite(lon) and math.isfinite(lat)):
        camera.said = said
        reading.lost += 1
        return
    put_point(camera, lat, lon, said, "geometry", no_degrees)


def _degrees(x: float, y: float, reading: Reading) -> Position:
    return reading.to_degrees(x, y) if reading.to_degrees else (x, y)


def _put_shape(camera: RawCamera, line: list[Position], is_area: bool, reading: Reading) -> None:
    vertices = [_degrees(x, y, reading) for x, y in line]
    if not all(math.isfinite(lon) and math.isfinite(lat) and are_degrees(lon, lat) for lon, lat in vertices):
        reading.lost += 1
        return
    found = stand(vertices, is_area)
    if found is None:
        camera.rejected = TOO_WIDE
    elif found[1] is not None:
        reading.ways[found[0]] += 1
        camera.lon, camera.lat = found[1]


def _line(value: Any) -> list[Position]:
    """The positions of the first line in a list of any depth: of an area its outer ring."""
    for _ in range(5):
        if isinstance(value, list) and value and isinstance(value[0], list) and value[0][:1]:
            if not isinstance(value[0][0], list):
                break
            value = value[0]
    positions = [_position(one) for one in value] if isinstance(value, list) else []
    if any(x is None or y is None for x, y in positions):
        return []
    return [(x, y) for x, y in positions if x is not None and y is not None]


def _position(value: Any) -> tuple[float | None, float | None]:
    """x and y of the first position in a list of positions of any depth."""
    for _ in range(5):
        if isinstance(value, list) and value and isinstance(value[0], list):
            value = value[0]
    if not isinstance(value, list) or len(value) < 2:
        return None, None
    return number_of(value[0]), number_of(value[1])
