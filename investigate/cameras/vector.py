"""Cameras in shapefiles (also zipped), GeoPackages and FlatGeobuf files, in whatever coordinate system they state."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from investigate.cameras.coordinates import are_degrees
from investigate.cameras.fields import LONGEST_SAID, NoDegrees, is_osm, plan_of, read_record
from investigate.cameras.record import CameraFile
from investigate.cameras.vector_files import ASK, MOST_LAYERS, Source, copy_files
from investigate.errors import InvestigateError, RefusedFile
from investigate.logs.archives import printable

MOST_FEATURES = 1_000_000
MOST_FIELDS = 200
DECIMALS = 9  # a tenth of a millimetre: less is noise of the arithmetic, which hides that a point is a round number
LONGEST_TEXT = 10_000  # characters of one attribute

_LAYOUTS = {".shp": "shapefile", ".gpkg": "geopackage", ".fgb": "flatgeobuf"}
_DRIVERS = {".shp": "ESRI Shapefile", ".gpkg": "GPKG", ".fgb": "FlatGeobuf"}
NO_POINT = "it is a line or an area, not a point"
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

    Of several points of a feature the first counts. Layers of lines and areas are left out. Raises RefusedFile for
    what is none of the formats, is cut off, holds no layer of points, or is too large (MOST_FEATURES, and
    vector_files.MOST_BYTES).
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
    if not points:
        kinds = {"areas" if "polygon" in kind or "surface" in kind else "lines" for _, kind in others}
        raise RefusedFile(
            f"{name} holds no points, only {' and '.join(sorted(kinds)) or 'tables without places'}"
            f"{', such as boundaries' if 'areas' in kinds else ''}. Ask for the layer of the cameras themselves."
        )
    if others:
        found.warnings.append(f"Left out, since they hold no points: {', '.join(shown for shown, _ in others[:5])}.")
    if len(points) > 1:
        named = ", ".join(_shown(source, layer) for source, layer, _ in points[:5])
        found.warnings.append(
            f"It has {len(points):,} layers of points ({named}{', …' if len(points) > 5 else ''}); all were read, and "
            "their records are numbered on from one to the next. A camera in two of them counts twice."
        )
    for source, layer, _ in points:
        found.warnings += [note for note in source.notes if note not in found.warnings]
        _read_layer(source, layer, found)
    shapes = sum(camera.rejected == NO_POINT for camera in found.cameras)
    if shapes and shapes == len(found.cameras):
        raise RefusedFile(f"{name} holds no points, only lines or areas. Ask for the layer of the cameras themselves.")
    if any(is_osm(camera) for camera in found.cameras):
        found.source = "osm"
    if not found.cameras:
        found.warnings.append("Its layer of points has no features: there is no camera in it.")


def _shown(source: Source, layer: str) -> str:
    inside = source.name.rpartition(", ")[2] if source.path.suffix == ".shp" else layer
    return repr(printable(inside[:80]))


def _read_layer(source: Source, layer: str, found: CameraFile) -> None:
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
    places = _places(shapes, meta["crs"], _shown(source, layer), found.warnings)
    plan, by_columns = plan_of(names), 0
    for number, (said, lon, lat, is_shape) in enumerate(places):
        row = [text[number] for text in texts]
        camera = read_record(len(found.cameras) + 1, plan, row, NoDegrees())
        if said is not None:
            camera.lat, camera.lon, camera.said, camera.rejected = lat, lon, None if lat is not None else said, None
        elif is_shape:
            camera.lat = camera.lon = None
            camera.rejected = NO_POINT
        else:
            by_columns += camera.lat is not None
            camera.rejected = camera.rejected if not camera.tags else None
        found.cameras.append(camera)
    if by_columns:
        found.warnings.append(f"{by_columns:,} features draw nothing; placed by the coordinates in their columns.")


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


def _places(shapes: Any, crs: str | None, shown: str, notes: list[str]) -> Iterator[tuple[str | None, Any, Any, bool]]:
    """Of each feature: what it states as its place, its degrees (east, north; None where they cannot be told), and
    whether it is a shape that is no point."""
    import numpy as np  # noqa: PLC0415 - as above
    import shapely  # noqa: PLC0415

    drawn = shapely.from_wkb(shapes, on_invalid="ignore")
    for _ in range(2):  # a collection may hold several points
        kinds = shapely.get_type_id(drawn)
        several = np.isin(kinds, (4, 7))
        drawn[several] = shapely.get_geometry(drawn[several], 0)
    kinds = shapely.get_type_id(drawn)
    x, y = shapely.get_x(drawn), shapely.get_y(drawn)
    is_there = np.isfinite(x) & np.isfinite(y)
    lon, lat = _degrees(x, y, is_there, crs, shown, notes)
    yield from (
        (
            f"{x[at]:.10g} {y[at]:.10g}"[:LONGEST_SAID] if is_there[at] else None,
            float(lon[at]) if np.isfinite(lon[at]) and are_degrees(lon[at], lat[at]) else None,
            float(lat[at]) if np.isfinite(lat[at]) and are_degrees(lon[at], lat[at]) else None,
            bool(kinds[at] > 0),
        )
        for at in range(len(drawn))
    )


def _degrees(x: Any, y: Any, is_there: Any, crs: str | None, shown: str, notes: list[str]) -> tuple[Any, Any]:
    """Longitude and latitude (WGS84); not finite where they cannot be told. A note where something was taken as so."""
    import numpy as np  # noqa: PLC0415 - as above
    import pyproj  # noqa: PLC0415

    pyproj.network.set_network_enabled(active=False)
    nowhere = np.full(len(x), np.nan)
    if not is_there.any():
        return nowhere, nowhere
    example = f"{x[is_there][0]:,.1f} {y[is_there][0]:,.1f}"
    stated = _stated(crs)
    if stated is None:
        if (np.abs(x[is_there]) <= 180).all() and (np.abs(y[is_there]) <= 180).all():
            notes.append(
                f"{shown} does not say its coordinate system (.prj); its coordinates lie within degrees and were taken "
                "as longitude and latitude (WGS84)."
            )
            return x, y
        notes.append(
            f"{shown} does not say its coordinate system (.prj), and its coordinates (such as {example}) are no "
            "degrees: none of its points is placed. Ask for the .prj file, or for longitude and latitude."
        )
        return nowhere, nowhere
    if stated.equals(pyproj.CRS(4326), ignore_axis_order=True):
        lon, lat = x, y
    else:
        turned = pyproj.Transformer.from_crs(stated, 4326, always_xy=True).transform(x, y)
        lon, lat = np.round(turned, DECIMALS)
    lost = int((is_there & ~(np.isfinite(lon) & (np.abs(lon) <= 180) & (np.abs(lat) <= 180))).sum())
    if lost:
        notes.append(
            f"{lost:,} points of {shown} have coordinates (the first is {example}) that are none of the system it "
            f"states ({printable(stated.name)[:80]}): they are kept and not placed. Ask which system they are in."
        )
    if "1927" in (datum := getattr(stated.datum, "name", "")) or "NAD27" in datum:
        notes.append(f"{shown} is in the old datum NAD27: its points may be off by some ten metres.")
    return lon, lat


def _stated(crs: str | None) -> Any:
    """The stated coordinate system, without heights; None where there is none that lies on the earth."""
    import pyproj  # noqa: PLC0415 - as above

    try:
        stated = pyproj.CRS.from_user_input(crs).to_2d() if crs else None
        pyproj.Transformer.from_crs(stated, 4326, always_xy=True)
    except (pyproj.exceptions.ProjError, TypeError, ValueError):
        return None
    return stated
