"""JSON files of cameras, told by their structure: Overpass, region tiles, GeoJSON, ArcGIS, plain lists of objects."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from investigate.cameras.fields import OSM_LICENCE, is_osm, plain, plan_of
from investigate.cameras.json_crs import inner, stated_crs, to_degrees
from investigate.cameras.json_records import OBJECTS, Reading, is_element, number_of, read_object, text_of
from investigate.cameras.json_text import JsonText, Twice, read_text
from investigate.cameras.record import CameraFile, RawCamera
from investigate.cameras.vertices import TOO_WIDE, WIDEST_M
from investigate.errors import RefusedFile
from investigate.logs.headers import find_header
from investigate.sharing.cells import mend

LOOKED_FOR = (
    "OpenStreetMap elements (Overpass, a DeFlock tile), GeoJSON, or a list of objects with lat and lon, coordinates or "
    "an address"
)
_GEOMETRIES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
_TOTALS = ("numbermatched", "totalfeatures", "total", "totalcount", "totalresults", "totalrecords", "totalhits")
_NEXTS = ("next", "nextpage", "nextlink", "nexturl", "nextpagetoken", "nextcursor")
_PAGES = ("meta", "metadata", "pagination", "paging", "page", "_links")
_ALPR = re.compile(r"(?i)a[ln]pr|alrp|lpr|plate")
_PLACE_IN_TEXT = re.compile(r"\S*[/\\]\S*")
_SNAPSHOTS = ("fetchedAt", "fetched_at", "timestamp", "generated", "generatedAt", "generated_at", "snapshot", "updated")
_NOTICES = ("licence", "license", "copyright", "attribution", "notice")
_TITLES = ("name", "title", "description", "layerName")
FIRST_DAY = dt.date(2004, 8, 9)  # OpenStreetMap's first
SAMPLED, DEEPEST_LIST = 200, 2

Object = dict[str, Any]


def read_json(path: Path) -> CameraFile:
    """The cameras in a JSON file, gzip or plain, of any shape in LOOKED_FOR; newline-delimited JSON too.

    Every record is a camera, a rejected one or a blank line; elements of Overpass without tags are vertices of ways and
    no records. Raises RefusedFile for what is no file of cameras, damaged, or the answer of a query that failed.
    """
    text = read_text(path)
    found = _lines(text) if text.lines is not None else _shape(path, text.value)
    _refuse_other(path, found, text)
    if text.is_windows:
        found.warnings.append("Not all of the file is UTF-8: it was read as Windows-1252. Look at names with accents.")
    if not found.cameras and not found.warnings:
        found.warnings.append("The file holds an empty list: no camera is in it.")
    if found.source != "invented" and any(map(is_osm, found.cameras)):
        found.source, found.licence = "osm", found.licence or OSM_LICENCE
    found.only_alpr = found.only_alpr and all(map(_may_be_alpr, found.cameras))
    return found


def _may_be_alpr(camera: RawCamera) -> bool:
    """False for a record that names another kind, and for one with tags that name none: the list holds any camera."""
    kind = camera.tags.get("surveillance:type")
    return bool(_ALPR.search(kind)) if kind else "man_made" not in camera.tags


def _shape(path: Path, value: Any) -> CameraFile:
    if isinstance(value, list):
        return _listed(value, {}, "list")
    if not isinstance(value, dict):
        raise _no_cameras(path, "a single value")
    if isinstance(value, Twice):
        raise RefusedFile(
            f"{path.name} has the field {mend(value.name)[:40]!r} twice, with two values, so which of them counts "
            "cannot be known. Download it again."
        )
    _refuse_failed(path, value)
    if isinstance(value.get("elements"), list):
        return _overpass(path, value)
    if _is_tile_index(value):
        example = mend(str(next(iter(value["regions"]), "40/-80")))[:20]
        raise RefusedFile(
            f"{path.name} is the index of DeFlock's region tiles, not a tile: no camera is in it. Load the "
            f"{len(value['regions']):,} tiles that it names, such as {example}.json."
        )
    if isinstance(value.get("features"), list):
        return _features(path, value)
    if value.get("type") == "Feature":
        return _features(path, {**value, "features": [value]})
    if value.get("type") in _GEOMETRIES:
        return _features(path, {"features": [{"type": "Feature", "geometry": value, "properties": {}, "id": "1"}]})
    return _wrapped(path, value)


def _refuse_failed(path: Path, value: Object) -> None:
    if remark := text_of(value.get("remark")):
        said = _PLACE_IN_TEXT.sub("…", mend(remark))[:200]
        raise RefusedFile(
            f"{path.name} is the answer of a query that failed, so cameras may be missing from it. The server said: "
            f"{said!r}. Ask again for a smaller area, or later."
        )
    failure = value.get("error")
    if failure and not any(isinstance(one, list) for one in value.values()):
        told = text_of(failure.get("message")) if isinstance(failure, dict) else text_of(failure)
        said = _PLACE_IN_TEXT.sub("…", mend(told))[:200]
        raise RefusedFile(
            f"{path.name} is an error message of a server and holds no camera. It said: {said!r}. Download it again."
        )


def _is_tile_index(value: Object) -> bool:
    return isinstance(value.get("regions"), list) and bool({"tile_url", "tile_size_degrees"} & value.keys())


# ---- the shapes ---------------------------------------------------------------------------------------------


def _overpass(path: Path, value: Object) -> CameraFile:
    elements = value["elements"]
    about = value.get("osm3s")
    about = about if isinstance(about, dict) else {}
    # A query may ask for cameras of any kind: one that names none is not assumed to read plates.
    found = CameraFile("overpass", source="osm", licence=OSM_LICENCE, only_alpr=False)
    found.snapshot = day_of(about.get("timestamp_osm_base"))
    if re.search(r"(?i)\binvented\b", text_of(about.get("copyright"))):
        found.source, found.licence = "invented", None
    reading = Reading(nodes=_nodes(elements))
    bare = 0
    for row, element in enumerate(elements, start=1):
        if isinstance(element, dict) and element.get("type") in OBJECTS and not element.get("tags"):
            bare += 1
        else:
            found.cameras.append(read_object(row, element, reading))
    if bare and not found.cameras:
        raise RefusedFile(
            f"{path.name} holds {bare:,} OpenStreetMap elements without tags, so which of them are cameras cannot be "
            "known. Ask Overpass again with `out center meta;`."
        )
    if bare:
        elements_are = "element without tags is a vertex" if bare == 1 else "elements without tags are vertices"
        found.warnings.append(f"{bare:,} {elements_are} of ways, not cameras, and not counted.")
    found.warnings += reading.warnings(len(found.cameras))
    found.names = tuple(reading.names)
    return found


def _nodes(elements: list[Any]) -> dict[int, tuple[float, float]]:
    if not any(isinstance(one, dict) and isinstance(one.get("nodes"), list) for one in elements):
        return {}
    return {
        one["id"]: (lat, lon)
        for one in elements
        if isinstance(one, dict) and one.get("type") == "node" and isinstance(one.get("id"), int)
        if (lat := number_of(one.get("lat"))) is not None and (lon := number_of(one.get("lon"))) is not None
    }


def _features(path: Path, value: Object) -> CameraFile:
    features = value["features"]
    is_arcgis = "spatialReference" in value or any(isinstance(one, dict) and "attributes" in one for one in features)
    reading = Reading(to_degrees=to_degrees(path, stated_crs(path, value)))
    found = _listed(features, value, "arcgis" if is_arcgis else "geojson", reading)
    found.names += tuple(text for one in _TITLES if (text := text_of(value.get(one))))
    if found.cameras and all(camera.rejected == TOO_WIDE for camera in found.cameras):
        raise RefusedFile(
            f"{path.name} holds no cameras: each of its {len(found.cameras):,} features is a line or an area of more "
            f"than {WIDEST_M // 1000} km, such as roads or boundaries. Ask for the list of cameras as points."
        )
    if value.get("exceededTransferLimit") is True or inner(value, "properties").get("exceededTransferLimit") is True:
        found.warnings.append(
            "The server sent only part of the layer (exceededTransferLimit): cameras are missing. Ask for the rest."
        )
    found.warnings += _only_a_part(value, len(features))
    return found


def _only_a_part(value: Object, held: int) -> Iterator[str]:
    """That a file says of itself that it is one page of several."""
    about = {plain(name): said for place in (value, _of_pages(value)) for name, said in place.items()}
    totals = [about.get(name) for name in _TOTALS]
    if most := max((one for one in totals if isinstance(one, int) and not isinstance(one, bool)), default=0):
        if most > held:
            yield f"The file says that there are {most:,}, and {held:,} stand in it: it is a part. Ask for the rest."
    elif any(isinstance(about.get(name), str) and about[name] for name in _NEXTS):
        yield "The file names a next page: it may be only a part. Ask for the rest."


def _of_pages(value: Object) -> Object:
    """What it says of its pages one level down; a list of links as one field each."""
    links = value.get("links")
    listed = [one for one in links if isinstance(one, dict)] if isinstance(links, list) else []
    rels = {text_of(one.get("rel")): text_of(one.get("href")) for one in listed[:SAMPLED]}
    return {name: said for one in _PAGES for name, said in inner(value, one).items()} | rels


def _wrapped(path: Path, value: Object) -> CameraFile:
    """An object around one list of objects, such as {fetchedAt, count, cameras: […]}."""
    lists = list(_lists(value, 1))
    named = [(name, one) for name, one in lists if name.casefold() in ("cameras", "alprs", "alpr")]
    chosen = named if len(named) == 1 else lists
    if not chosen:
        if plan_of(tuple(value)).has_place:
            return _listed([value], {}, "object")
        raise _no_cameras(path, f"fields {_shown(value)}")
    if len(chosen) > 1:
        names = ", ".join(mend(name)[:30] for name, _ in chosen[:5])
        raise RefusedFile(
            f"{path.name} is JSON with {len(chosen)} lists of objects ({names}), "
            "and which of them are the cameras cannot be known. Save that list as a file of its own."
        )
    name, listed = chosen[0]
    found = _listed(listed, value, "list in an object")
    count = value.get("count")
    if isinstance(count, int) and not isinstance(count, bool) and count != len(listed):
        found.warnings.append(
            f"The file says it holds {count:,} cameras, and {len(listed):,} stand in its list {mend(name)[:30]!r}: "
            "it may be only a part. Download it again."
        )
    else:
        found.warnings += _only_a_part(value, len(listed))
    found.names += (name, *(text for one in _TITLES if (text := text_of(value.get(one)))))
    return found


def _lists(value: Object, depth: int) -> Iterator[tuple[str, list[Any]]]:
    for name, held in value.items():
        if isinstance(held, list) and (not held or any(isinstance(one, dict) for one in held)):
            yield name, held
        elif isinstance(held, dict) and depth < DEEPEST_LIST:
            yield from _lists(held, depth + 1)


def _listed(records: list[Any], about: Object, layout: str, reading: Reading | None = None) -> CameraFile:
    reading = reading or Reading()
    if layout == "list" and any(map(is_element, records[:SAMPLED])):
        layout = "tile"
    found = CameraFile(layout, snapshot=next((day for one in _SNAPSHOTS if (day := day_of(about.get(one)))), None))
    found.cameras = [read_object(row, record, reading) for row, record in enumerate(records, start=1)]
    _take_notice(found, about)
    found.warnings += reading.warnings(len(found.cameras))
    found.names = tuple(reading.names)
    return found


def _lines(text: JsonText) -> CameraFile:
    reading = Reading()
    found = CameraFile("lines", rows_blank=text.blank)
    found.cameras = [read_object(number, value, reading) for number, value in text.lines or []]
    found.warnings += reading.warnings(len(found.cameras))
    found.names = tuple(reading.names)
    return found


# ---- what the file says of itself ---------------------------------------------------------------------------


def _take_notice(found: CameraFile, about: Object) -> None:
    """The terms and the source that the file states."""
    notices = [mend(text) for name in _NOTICES if (text := text_of(about.get(name)))]
    found.licence = notices[0][:200] if notices else None
    if any(re.search(r"(?i)open ?street ?map|\bODbL\b", notice) for notice in notices):
        found.source = "osm"
    if any(re.search(r"(?i)\binvented\b", text_of(about.get(name))) for name in ("source", *_NOTICES)):
        found.source = "invented"


def day_of(value: Any) -> dt.date | None:
    """The day in UTC of an ISO time or of a number of seconds or milliseconds since 1970; None where it is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if abs(value) > 1e11 else value
        if not 0 < seconds < 4e9:
            return None
        day: dt.date | None = dt.datetime.fromtimestamp(seconds, dt.UTC).date()
    elif isinstance(value, str):
        day = _day_of_text(value.strip()[:60])
    else:
        return None
    return day if day and day >= FIRST_DAY else None


def _day_of_text(text: str) -> dt.date | None:
    with suppress(ValueError, OverflowError):
        moment = dt.datetime.fromisoformat(text)
        return moment.astimezone(dt.UTC).date() if moment.tzinfo else moment.date()
    if found := re.match(r"(\d{4}-\d\d-\d\d)(?!\d)", text):
        with suppress(ValueError):
            return dt.date.fromisoformat(found[1])
    return None


# ---- files of something else --------------------------------------------------------------------------------


def _refuse_other(path: Path, found: CameraFile, text: JsonText) -> None:
    """Raises RefusedFile where no record tells of a place: what the file is, if that can be told."""
    if not found.cameras or any(map(_has_place, found.cameras)):
        return
    records = [value for _, value in text.lines] if text.lines is not None else _records(text.value)
    objects = [one for one in records[:SAMPLED] if isinstance(one, dict)]
    names = list(dict.fromkeys(itertools.chain.from_iterable(objects)))
    if plan_of(tuple(names)).has_place and not all(camera.rejected for camera in found.cameras):
        return
    try:
        find_header(path.name, [[mend(name) for name in names]])
    except RefusedFile:
        raise _no_cameras(path, _said_instead(names, found.cameras[0])) from None
    raise RefusedFile(f"{path.name} is no file of cameras: this is a search log; load it with `investigate load`.")


def _has_place(camera: RawCamera) -> bool:
    if camera.rejected:
        return False
    return camera.lat is not None or bool(camera.said) or "address" in camera.tags or is_osm(camera)


def _records(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return max((one for _, one in _lists(value, 1)), key=len, default=[value])


def _said_instead(names: list[str], first: RawCamera) -> str:
    if names:
        return f"fields {_shown(dict.fromkeys(names))}"
    return f"records without named fields ({first.rejected})"


def _shown(fields: Object) -> str:
    """Names of fields as they may be printed: where a table was turned round, anything could stand there."""
    shown = ", ".join(mend(name) for name in list(fields)[:12])[:120]
    return shown if shown and not any(letter.isdigit() for letter in shown) else "that are no names of a camera's"


def _no_cameras(path: Path, instead: str) -> RefusedFile:
    return RefusedFile(f"{path.name} is JSON without cameras. Found: {instead}. Looked for: {LOOKED_FOR}.")
