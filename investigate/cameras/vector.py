"""Cameras in shapefiles (also zipped), GeoPackages and FlatGeobuf files, in whatever coordinate system they state."""

from __future__ import annotations

import tempfile
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from investigate.cameras.fields import NoDegrees, is_osm, plan_of, read_record
from investigate.cameras.record import CameraFile
from investigate.cameras.vector_files import ASK, MOST_LAYERS, Source, copy_files
from investigate.cameras.vector_places import find_places
from investigate.cameras.vertices import TOO_WIDE, WIDEST_M, tell_several, tell_ways
from investigate.errors import InvestigateError, RefusedFile
from investigate.logs.archives import printable

MOST_FEATURES = 1_000_000
MOST_FIELDS = 200
LONGEST_TEXT = 10_000  # characters of one attribute

_LAYOUTS = {".shp": "shapefile", ".gpkg": "geopackage", ".fgb": "flatgeobuf"}
_DRIVERS = {".shp": "ESRI Shapefile", ".gpkg": "GPKG", ".fgb": "FlatGeobuf"}
_POINTS = ("point", "multipoint", "unknown", "geometrycollection")

# DBF files cut names to ten letters.
_LONG = (
    "camera direction", "camera mount", "camera type", "operator type", "operator wikidata", "operator name",
    "directionCardinal", "installation date", "intersection", "street address", "full address", "cross street",
    "organization", "direction facing", "install date", "date installed", "location description",
)  # fmt: skip
_PUBLICNESS = frozenset({"public", "outdoor", "indoor", "private", "webcam"})
_ZONES = frozenset({"traffic", "town", "parking", "street", "building", "entrance", "gate", "area", "bank", "shop"})


def read_vector(path: Path) -> CameraFile:
    """Every feature of the layers of points as a record, in degrees (WGS84); several layers are numbered on.

    Of several points of a feature the first counts. Layers of lines and areas are left out beside one of points, else
    read by the rule of `vertices`. Raises RefusedFile for what is none of the formats, is cut off, holds only wider
    shapes or no layer, or is too large (MOST_FEATURES, and vector_files.MOST_BYTES).
    """
    if not path.is_file():
        raise RefusedFile(
            f"{path.name} is no file. Give the path of a .shp, .gpkg, .fgb or .zip file on this computer."
        )
    with tempfile.TemporaryDirectory(prefix="cameras-") as folder:
        sources = copy_files(path, Path(folder))
        found = CameraFile(_LAYOUTS[sources[0].path.suffix])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's words are for those who know its options
            layers = [(source, *layer) for source in sources for layer in _layers(source)]
            _read_layers(path.name, layers, found)
    return found


def _layers(source: Source) -> list[tuple[str, str]]:
    """Name and kind of geometry of each layer that has any; kinds such as `point` and `polygon`."""
    import pyogrio  # noqa: PLC0415 - most files need no GDAL

    try:
        listed = pyogrio.list_layers(source.path).tolist()[:MOST_LAYERS]
        driver = pyogrio.read_info(source.path, layer=listed[0][0])["driver"] if listed else None
    except Exception as error:  # of several kinds
        raise _unreadable(source, error) from error
    if driver not in (None, _DRIVERS[source.path.suffix]):
        raise RefusedFile(f"{source.name} is no {_LAYOUTS[source.path.suffix]}. {ASK}")
    return [(str(name), _kind(kind)) for name, kind in listed if kind]


def _kind(kind: str) -> str:
    return kind.removeprefix("2.5D ").lower().removesuffix(" zm").removesuffix(" z").removesuffix(" m")


def _unreadable(source: Source, error: Exception) -> RefusedFile:
    says = printable(str(error).replace(str(source.path.parent), "").replace("/cameras", ""))[:200]
    return RefusedFile(f"{source.name} is damaged and cannot be read ({says}). {ASK}")


def _read_layers(name: str, layers: Sequence[tuple[Source, str, str]], found: CameraFile) -> None:
    points = [layer for layer in layers if layer[2] in _POINTS]
    others = [(_shown(source, layer), kind) for source, layer, kind in layers if kind not in _POINTS]
    chosen = points or list(layers)
    if points and others:
        found.warnings.append(f"Left out, since they hold no points: {', '.join(shown for shown, _ in others[:5])}.")
    if len(chosen) > 1:
        named = ", ".join([*(_shown(source, layer) for source, layer, _ in chosen[:5]), *("…" for _ in chosen[5:6])])
        found.warnings.append(
            f"It has {len(chosen):,} layers{' of points' if points else ''} ({named}); all were read, and their "
            "records are numbered on from one to the next. A camera in two of them counts twice."
        )
    told = _Told()
    for source, layer, _ in chosen:
        found.warnings += [note for note in source.notes if note not in found.warnings]
        _read_layer(source, layer, found, told)
    if (found.cameras or not points) and all(camera.rejected == TOO_WIDE for camera in found.cameras):
        raise _no_points(name, {kind for *_, kind in layers})
    found.warnings += [*tell_ways(told.ways, len(found.cameras)), *tell_several(told.several)]
    if any(is_osm(camera) for camera in found.cameras):
        found.source = "osm"
    if not found.cameras:
        found.warnings.append("Its layer of points has no features: there is no camera in it.")


def _no_points(name: str, kinds: set[str]) -> RefusedFile:
    shapes = {"areas" if "polygon" in kind or "surface" in kind else "lines" for kind in kinds}
    shapes = shapes if kinds.isdisjoint(_POINTS) else {"lines", "areas"}
    holds = (
        f"{' or '.join(sorted(shapes, reverse=True))} of more than {WIDEST_M // 1000} km"
        if shapes
        else "tables without places"
    )
    such = ", such as boundaries" if "areas" in shapes else ""
    return RefusedFile(f"{name} holds no points, only {holds}{such}. Ask for the layer of the cameras themselves.")


@dataclass
class _Told:
    """How places were told, and how many points records draw."""

    ways: Counter[str] = field(default_factory=Counter)
    several: Counter[int] = field(default_factory=Counter)


def _shown(source: Source, layer: str) -> str:
    inside = source.name.rpartition(", ")[2] if source.path.suffix == ".shp" else layer
    return repr(printable(inside[:80]))


def _read_layer(source: Source, layer: str, found: CameraFile, told: _Told) -> None:
    import pyogrio  # noqa: PLC0415 - as above

    room = MOST_FEATURES - len(found.cameras)
    try:
        info = pyogrio.read_info(source.path, layer=layer, encoding=source.encoding)
        if len(info["fields"]) > MOST_FIELDS or info["features"] > room:
            raise _too_large(source)
        meta, _, shapes, columns = pyogrio.raw.read(
            source.path, layer=layer, encoding=source.encoding, force_2d=True, max_features=room + 1,
            datetime_as_string=True,
        )  # fmt: skip
    except InvestigateError:
        raise
    except Exception as error:  # of several kinds, UnicodeDecodeError among them
        raise _unreadable(source, error) from error
    if len(shapes) > room:
        raise _too_large(source)
    if info["features"] > len(shapes):
        raise RefusedFile(
            f"{source.name} says it has {info['features']:,} features, and {len(shapes):,} are there. {ASK}"
        )
    texts = [_texts(column, kind) for column, kind in zip(columns, meta["ogr_types"], strict=True)]
    names = tuple(_whole_name(str(name), text) for name, text in zip(meta["fields"], texts, strict=True))
    plan = plan_of(names)
    found.names += (layer, *names)
    for number, place in enumerate(find_places(shapes, meta["crs"], _shown(source, layer), found.warnings)):
        row = len(found.cameras) + 1
        camera = read_record(row, plan, [text[number] for text in texts], NoDegrees())
        if place.rejected or place.said is not None:
            camera.lat, camera.lon, camera.rejected = place.lat, place.lon, place.rejected
            camera.said = place.said if place.lat is None else None
            told.ways[place.way or "point"] += place.lat is not None
            if place.points > 1:
                told.several[row] = place.points
        else:
            told.ways["attributes"] += camera.lat is not None
            camera.rejected = camera.rejected if not camera.tags else None
        found.cameras.append(camera)


def _too_large(source: Source) -> RefusedFile:
    return RefusedFile(
        f"{source.name} holds more than {MOST_FEATURES:,} features or {MOST_FIELDS} columns, as no list of cameras "
        "does. Cut it to the cameras."
    )


def _texts(column: Any, kind: str) -> list[str]:
    """One column's values as text, blank where there is none."""
    values = [_text(value) for value in column.tolist()]
    if kind in ("OFTDate", "OFTDateTime"):
        return [value[:10].replace("/", "-") if value[11:19] in ("", "00:00:00") else value for value in values]
    return values


def _text(value: Any) -> str:
    if value is None or value != value or isinstance(value, bytes | dict):  # noqa: PLR0124 - NaN is not itself
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, list):
        value = ";".join(str(one) for one in value[:100])
    return str(value)[:LONGEST_TEXT].strip()


def _whole_name(name: str, values: list[str]) -> str:
    """The name as it was before a DBF file cut it to ten letters; where it was cut from several, values tell which."""
    folded = "".join(char for char in name.lower() if char.isalpha())
    words = {value.lower() for value in values[:1000]}
    if len(name) > 10:
        return name
    if folded.startswith("surveill"):
        meant = ("surveillance", words & _PUBLICNESS), ("surveillance:zone", words & _ZONES)
        return next((tag for tag, found in meant if found), "surveillance:type")
    if folded.startswith("manufact"):
        is_key = any(word[:1] == "q" and word[1:].isdigit() for word in words)
        return "manufacturer:wikidata" if is_key else "manufacturer"
    if len(name) < 10 or len(folded) < 9:
        return name
    return next((long for long in _LONG if long.replace(" ", "").lower().startswith(folded)), name)
