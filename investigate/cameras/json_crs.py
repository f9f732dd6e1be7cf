"""In which reference system a JSON file gives its coordinates, and how they become degrees."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from investigate.cameras.json_records import text_of
from investigate.errors import RefusedFile
from investigate.sharing.cells import mend

_DEGREES = frozenset({4326, 4269, 4979})
_LATER_NUMBERS = {102100: 3857, 102113: 3857, 900913: 3857}  # older numbers of Web Mercator

Object = dict[str, Any]
Transform = Callable[[float, float], tuple[float, float]]


def stated_crs(path: Path, value: Object) -> int:
    """The EPSG number of the file's coordinates; 4326 where it states none, as GeoJSON's standard says."""
    if esri := inner(value, "spatialReference"):
        number = esri.get("latestWkid") or esri.get("wkid")
        if not isinstance(number, int):
            raise _unknown_crs(path, text_of(esri.get("wkt")) or "no number")
        return _LATER_NUMBERS.get(number, number)
    stated = value.get("crs")
    if not isinstance(stated, dict):
        return 4326
    name = text_of(inner(stated, "properties").get("name"))
    if not name or "CRS84" in name.upper():
        return 4326
    found = re.search(r"(?i)EPSG[:/]+(?:[\d.]+[:/]+)?(\d{4,6})\b", name)
    if not found:
        raise _unknown_crs(path, name)
    return _LATER_NUMBERS.get(int(found[1]), int(found[1]))


def inner(value: Object, name: str) -> Object:
    """An object inside an object, empty where there is none."""
    held = value.get(name)
    return held if isinstance(held, dict) else {}


def to_degrees(path: Path, epsg: int) -> Transform | None:
    """From x, y in that reference system to lon, lat in degrees (WGS84); None where they are degrees."""
    if epsg in _DEGREES:
        return None
    import pyproj  # noqa: PLC0415 - most files are in degrees

    try:
        system = pyproj.CRS(epsg)
        transform = cast(Transform, pyproj.Transformer.from_crs(system, 4326, always_xy=True).transform)
    except pyproj.exceptions.ProjError:
        raise _unknown_crs(path, f"EPSG:{epsg}") from None
    return transform if system.is_geographic else lambda x, y: _of_metres(transform, x, y)


def _of_metres(transform: Transform, x: float, y: float) -> tuple[float, float]:
    """Not finite for degrees under the name of a system of feet or metres; 0, 0 says that none are known."""
    return (math.nan, math.nan) if abs(x) <= 180 and abs(y) <= 90 and abs(x) + abs(y) > 1e-6 else transform(x, y)


def _unknown_crs(path: Path, said: str) -> RefusedFile:
    return RefusedFile(
        f"{path.name} gives its coordinates in {mend(said)[:80]!r}, a reference system that is not known. Ask for the "
        "file in degrees (WGS84, EPSG:4326)."
    )
