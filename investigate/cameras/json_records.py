"""One object of a JSON file as a camera: an element of Overpass, a feature of GeoJSON or ArcGIS, or a flat object."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from investigate.cameras.coordinates import read_degrees
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
from investigate.sharing.cells import mend

OBJECTS = ("node", "way", "relation")
_OBJECT_ID = re.compile(r"(node|way|relation)/([1-9]\d{0,14})")
_NOT_FLAT = frozenset({"tags", "meta", "@relations"})
_LATS, _LONS = ("lat", "latitude", "y"), ("lon", "lng", "long", "longitude", "x")
_PLACES = frozenset({"lat", "lon", "x", "y", "point", "lonlat", "location"})
_DIRECTIONS = frozenset({"direction", "camera:direction"})
MOST_LISTED = 50  # numbers of a list that becomes a text

Point = tuple[float, float]  # lat, lon


@dataclass
class Reading:
    """What reading one object needs of the file, and what is told of the file when all are read.

    `to_degrees`: from the file's coordinates (x, y) to (lon, lat). `nodes`: where the nodes lie that ways are made of.
    """

    no_degrees: NoDegrees = field(default_factory=NoDegrees)
    to_degrees: Callable[[float, float], tuple[float, float]] | None = None
    nodes: dict[int, Point] = field(default_factory=dict)


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
    plan = plan_of(names)
    own_id = _feature_id(record, given)
    tags = _osm_tags(names, texts) if own_id and "man_made" in given else tags_of(plan, texts)
    camera = RawCamera(row, id=own_id or id_of(plan, texts), tags=tags)
    geometry = record.get("geometry")
    if isinstance(geometry, dict):
        _put_geometry(camera, geometry, reading)
    if camera.lat is None and camera.lon is None and not camera.said:
        read = read_record(row, plan, texts, reading.no_degrees)
        camera.lat, camera.lon, camera.said = read.lat, read.lon, read.said
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


def _put_geometry(camera: RawCamera, geometry: Mapping[str, Any], reading: Reading) -> None:
    kind, inner = geometry.get("type"), geometry.get("geometries")
    if kind == "GeometryCollection" and isinstance(inner, list):
        parts = [one for one in inner if isinstance(one, dict)]
        first = next((one for one in parts if one.get("type") == "Point"), parts[0] if parts else {})
        kind, geometry = first.get("type"), first
    x, y = _areal_point(geometry) if kind in ("Polygon", "MultiPolygon") else _position(geometry.get("coordinates"))
    said = mend(str(geometry.get("coordinates"))[:LONGEST_SAID])
    if x is None or y is None:
        camera.said = said
        return
    if reading.to_degrees:
        x, y = reading.to_degrees(x, y)
        if not (math.isfinite(x) and math.isfinite(y)):
            camera.said = said
            return
    put_point(camera, y, x, said, "geometry", reading.no_degrees)


def _position(value: Any) -> tuple[float | None, float | None]:
    """x and y of the first position in a list of positions of any depth."""
    for _ in range(5):
        if isinstance(value, list) and value and isinstance(value[0], list):
            value = value[0]
    if not isinstance(value, list) or len(value) < 2:
        return None, None
    return number_of(value[0]), number_of(value[1])


def _areal_point(geometry: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """A point inside an area."""
    import shapely  # noqa: PLC0415 - few files hold areas
    import shapely.geometry  # noqa: PLC0415

    try:
        point = shapely.geometry.shape(geometry).representative_point()
        return (None, None) if point.is_empty else (point.x, point.y)
    except (shapely.errors.ShapelyError, ValueError, TypeError, IndexError, KeyError, AttributeError):
        return None, None
