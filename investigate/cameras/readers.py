"""Which reader a camera file needs, by its bytes and never by its name; and which files belong together."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from investigate.cameras.record import CameraFile
from investigate.errors import RefusedFile
from investigate.logs.archives import LISTS, OFFICE_FILES, ZIP_STARTS

ASK_CAMERAS = (
    "Ask for the list of cameras as CSV or XLSX with latitude and longitude, or as a shapefile, KML or GeoJSON."
)
LOOKED_FOR = "a table, JSON, GeoJSON, KML, shapefile, GeoPackage or FlatGeobuf of cameras was looked for"
LOOKED_AT = 1 << 16  # bytes
CHUNK = 1 << 22

SHAPEFILE, FLATGEOBUF, SQLITE = b"\x00\x00\x27\x0a", b"fgb\x03fgb", b"SQLite format 3\x00"
_GEOPACKAGE_IDS = (b"GPKG", b"GP10", b"GP11")  # at byte 68
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# Files beside x.shp or x.gpkg that are parts of it; those of the hash, in its order.
_HASHED = (".shp", ".dbf", ".shx", ".prj", ".cpg")
_PARTS = {
    ".shp": frozenset({
        *_HASHED[1:], ".sbn", ".sbx", ".qix", ".qpj", ".qmd", ".fbn", ".fbx", ".ain", ".aih", ".atx", ".ixs", ".mxs",
        ".shp.xml", ".xml",
    }),
    ".gpkg": frozenset({".gpkg-wal", ".gpkg-shm", ".gpkg-journal"}),
}  # fmt: skip
_SHAPEFILE_ALONE = frozenset(_HASHED[1:])
_TABLES_TOO = (".csv", ".tsv", ".xlsx", ".xls", ".json", ".geojson", ".gpkg", ".fgb")
_VECTORS = ("shapefile", "FlatGeobuf", "GeoPackage")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_OTHERS = (
    (b"%PDF", "a PDF"), (b"PAR1", "a Parquet file"), (b"7z\xbc\xaf", "a 7-Zip archive"), (b"Rar!", "a RAR archive"),
    (b"PK\x05\x06", "a ZIP archive with nothing in it"), *((magic, "a picture") for magic in _PICTURES),
)  # fmt: skip


def read_file(path: Path) -> CameraFile:
    """The records of one file that is no archive but a KMZ or a zipped shapefile; raises RefusedFile, OSError."""
    with path.open("rb") as file:
        start = file.read(LOOKED_AT)
    text = _text(start)
    kind = _kind(path, start, text)
    if kind in _VECTORS:
        return _read_vector(path)
    if kind.startswith("zipped"):
        return _read_zip(path, kind)
    if kind == "XML":
        return _read_xml(path, text)
    if kind == "JSON":
        from investigate.cameras.json_shapes import read_json  # noqa: PLC0415 - as above

        return read_json(path)
    if why := _why_not(start, text):
        raise RefusedFile(f"{path.name} {why}")
    from investigate.cameras.listed import read_listed  # noqa: PLC0415 - as above

    return read_listed(path)


def looks_like(path: Path) -> str:
    """What a file is by its first bytes: `JSON`, `shapefile`, `table` …"""
    with path.open("rb") as file:
        start = file.read(LOOKED_AT)
    return _kind(path, start, _text(start))


def _kind(path: Path, start: bytes, text: str) -> str:
    for magic, kind in ((SHAPEFILE, "shapefile"), (FLATGEOBUF, "FlatGeobuf")):
        if start.startswith(magic):
            return kind
    if _is_geopackage(start):
        return "GeoPackage"
    if start.startswith(ZIP_STARTS) and (kind := whole_zip(path) or ""):
        return f"zipped {kind}"
    if text.startswith("<") and not re.match(r"<(?:!doctype\s+html|html|head|body)\b", text):
        return "XML"
    return "JSON" if re.match(r"[{\[\x1e]", text) else "table"


def _text(start: bytes) -> str:
    """The first letters of a text in lower case, of one with two bytes a letter too."""
    for mark in _MARKS:
        start = start.removeprefix(mark)
    return start.replace(b"\x00", b"").decode("latin-1").lstrip().lower()


def _is_geopackage(start: bytes) -> bool:
    return start.startswith(SQLITE) and (start[68:72] in _GEOPACKAGE_IDS or b"gpkg_contents" in start)


def _read_zip(path: Path, kind: str) -> CameraFile:
    found = _read_kml(path) if kind == "zipped kml" else _read_vector(path)
    left = [name for name in _members(path) if name.lower().endswith(_TABLES_TOO)]
    if left:
        whole = "KMZ" if kind == "zipped kml" else "shapefile"
        found.warnings.append(
            f"The archive was read as one {whole}; {', '.join(map(repr, left[:5]))}"
            f"{' and others' if len(left) > 5 else ''} in it {'was' if len(left) == 1 else 'were'} not read. Unpack it "
            "and load what is missing."
        )
    return found


def _read_xml(path: Path, text: str) -> CameraFile:
    if re.search(r"<osm[\s>]", text[:4000]):
        raise RefusedFile(
            f"{path.name} is OpenStreetMap data as XML, which is not read. Download it as JSON ([out:json]), or let "
            "`investigate cameras fetch` do it."
        )
    return _read_kml(path)


def _read_kml(path: Path) -> CameraFile:
    from investigate.cameras.kml import read_kml  # noqa: PLC0415 - as above

    return read_kml(path)


def _read_vector(path: Path) -> CameraFile:
    from investigate.cameras.vector import read_vector  # noqa: PLC0415 - most files need no GDAL

    return read_vector(path)


def _why_not(start: bytes, text: str) -> str | None:
    """Why a file that is none of the known kinds, and no table, cannot be read; None for what may be a table."""
    if not text:
        return f"is empty: no record was found in it. {ASK_CAMERAS}"
    if text.startswith("<"):
        return (
            "looks like a web page, perhaps an error page saved under the file's name. Open it in a browser to see "
            "what the server said, then download the file again."
        )
    if start.startswith(SQLITE):
        return f"is an SQLite database without the tables of a GeoPackage; {LOOKED_FOR}. {ASK_CAMERAS}"
    for magic, looks_like in _OTHERS:
        if start.startswith(magic):
            return f"looks like {looks_like}; {LOOKED_FOR}. {ASK_CAMERAS}"
    return None


# ---- files that belong together ------------------------------------------------------------------------------


def whole_zip(path: Path) -> str | None:
    """`shapefile` or `kml` for a ZIP archive that is read as a whole, else None: its files are then read one by one."""
    with path.open("rb") as file:
        if not file.read(4).startswith(ZIP_STARTS):
            return None
    names = [name.replace("\\", "/").lower() for name in _members(path)]
    if any(name in OFFICE_FILES for name in names):
        return None
    if any(name.endswith(".shp") for name in names):
        return "shapefile"
    return "kml" if any(name.endswith(".kml") for name in names) else None


def _members(path: Path) -> list[str]:
    names: list[str] = []
    with suppress(Exception):  # a damaged archive is described when its files are asked for
        names.extend(member.name for member in LISTS["ZIP"](path))
    return names


def without_parts(files: Iterable[Path]) -> list[Path]:
    """The files without those that are parts of a shapefile or a GeoPackage beside them."""
    named = list(files)
    wholes: dict[Path, set[tuple[str, str]]] = defaultdict(set)
    for path in named:
        if path.suffix.lower() in _PARTS:
            wholes[path.parent].add((path.stem.lower(), path.suffix.lower()))
    return [path for path in named if not _is_part(path, wholes.get(path.parent, set()))]


def _is_part(path: Path, wholes: set[tuple[str, str]]) -> bool:
    name = path.name.lower()
    return any(name == stem + part for stem, suffix in wholes for part in _PARTS[suffix] if name.startswith(stem))


def why_only_a_part(path: Path) -> str | None:
    """Why a file that is a part of a shapefile, without the shapefile, cannot be read, or None."""
    if path.suffix.lower() not in _SHAPEFILE_ALONE:
        return None
    return (
        f"{path.name} is a part of a shapefile, and its points stand in the .shp file. Put all parts into one folder "
        "or one ZIP archive, and load that."
    )


def hash_of(path: Path) -> str:
    """SHA-256 of a file, in hex; of a shapefile that of its .shp, .dbf, .shx, .prj and .cpg, one after the other."""
    digest = hashlib.sha256()
    for part in [path, *_beside(path)] if path.suffix.lower() == ".shp" else [path]:
        with part.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _beside(path: Path) -> list[Path]:
    by_name = {other.name.lower(): other for other in sorted(path.parent.iterdir()) if other.is_file()}
    names = [path.stem.lower() + suffix for suffix in _HASHED[1:]]
    return [by_name[name] for name in names if name in by_name]
