"""Copies of shapefiles, GeoPackages and FlatGeobuf files for GDAL to read, after a look at whether they are sound.

GDAL sees files under names of this module's own, in a folder of their own: what stands beside a file, or is named in
it, is never opened, and no name can lead it elsewhere. Which format a file has is told by its first bytes.
"""

from __future__ import annotations

import codecs
import sqlite3
import struct
import zipfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from investigate.errors import RefusedFile
from investigate.logs.archives import CHUNK, DAMAGE, MISREAD, READ_METHODS, ZIP_STARTS, Damaged, open_zip, printable

MOST_BYTES = 1 << 30  # of all files that belong to one, unpacked
MOST_LAYERS = 100
MOST_STEPS = 10_000  # of a thousand instructions each, that reading the list of tables may take

SHAPEFILE, FLATGEOBUF, SQLITE = b"\x00\x00\x27\x0a", b"fgb\x03fgb", b"SQLite format 3\x00"
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_DOS = {0x01: "cp437", 0x02: "cp850"}  # code pages by byte 29 of a DBF file
_LETTERS = ("utf-8", "cp", "iso8859", "mac-")  # Python knows encodings that unpack, too
ASK = "Ask for it again, or for the cameras as CSV with latitude and longitude."


@dataclass
class Source:
    """One layer's file, copied for GDAL: `path`, and the `name` under which it is told to a reporter."""

    path: Path
    name: str
    encoding: str | None = None
    notes: list[str] = field(default_factory=list)


def copy_files(path: Path, folder: Path) -> list[Source]:
    """Copies in `folder` of the file, or of each shapefile in a ZIP archive, with the files that belong to it.

    Raises RefusedFile for another format, a file that is cut off or lacks a part, and beyond MOST_BYTES.
    """
    start = _head(path, 16)
    if start.startswith(ZIP_STARTS):
        return _copy_zip(path, folder)
    suffix = _suffix(start)
    if suffix is None:
        raise RefusedFile(
            f"{path.name} is no shapefile, GeoPackage or FlatGeobuf file, nor a ZIP archive of one. {ASK}"
        )
    parts = {suffix: path}
    if suffix == ".shp":
        beside = (other for other in sorted(path.parent.iterdir()) if other.stem.lower() == path.stem.lower())
        parts = {other.suffix.lower(): other for other in beside if other.suffix.lower() in _PARTS and other.is_file()}
        parts[".shp"] = path
    room = MOST_BYTES
    for part, other in parts.items():
        with other.open("rb") as source:
            room = _copy(source, folder / f"cameras{part}", room, path.name)
    notes = []
    wal = path.with_name(path.name + "-wal")
    if suffix == ".gpkg" and wal.is_file() and wal.stat().st_size:
        notes.append(f"Its last changes lie in {wal.name} and were not read: close the program that has it open.")
    return [_prepared(folder / f"cameras{suffix}", path.name, notes)]


def _copy_zip(path: Path, folder: Path) -> list[Source]:
    """Each shapefile of an archive; its members are told apart by their names, and none of those reaches the disk."""
    sources, room = [], MOST_BYTES
    try:
        with open_zip(path) as archive:
            members = {}
            for info in archive.infolist():
                name = PurePosixPath(info.filename.replace("\\", "/"))
                if "__MACOSX" not in name.parts and name.suffix.lower() in _PARTS:
                    members[str(name.with_suffix("")).lower(), name.suffix.lower()] = info
            stems = sorted(stem for stem, suffix in members if suffix == ".shp")
            if not stems:
                raise RefusedFile(f"{path.name} is a ZIP archive without a shapefile (.shp) in it. Unpack it and look.")
            if len(stems) > MOST_LAYERS:
                raise RefusedFile(
                    f"{path.name} holds more than {MOST_LAYERS} shapefiles. Unpack it, load those needed."
                )
            for number, stem in enumerate(stems):
                for suffix in _PARTS:
                    if (stem, suffix) in members:
                        with _member(archive, members[stem, suffix], path.name) as source:
                            room = _copy(source, folder / f"{number}{suffix}", room, path.name)
                shown = f"{path.name}, {printable(members[(stem, '.shp')].filename[:200])}"
                sources.append(_prepared(folder / f"{number}.shp", shown, []))
    except (Damaged, *DAMAGE, *MISREAD) as error:
        raise RefusedFile(f"{path.name} is a damaged ZIP archive ({error}). {ASK}") from error
    return sources


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> IO[bytes]:
    if info.flag_bits & 1 or info.compress_type not in READ_METHODS:
        raise RefusedFile(f"{name} is locked or packed in a way that is not read. Unpack it and load the .shp file.")
    return archive.open(info)


def _copy(source: IO[bytes], to: Path, room: int, name: str) -> int:
    """Copy, and say how many bytes more may be copied."""
    with to.open("wb") as file:
        while chunk := source.read(CHUNK):
            room -= len(chunk)
            if room < 0:
                raise RefusedFile(f"{name} holds more than {MOST_BYTES >> 30} GB. Cut it to the cameras of one state.")
            file.write(chunk)
    return room


def _suffix(start: bytes) -> str | None:
    for magic, suffix in ((SHAPEFILE, ".shp"), (SQLITE, ".gpkg"), (FLATGEOBUF, ".fgb")):
        if start.startswith(magic):
            return suffix
    return None


def _prepared(path: Path, name: str, notes: list[str]) -> Source:
    source = Source(path, name, notes=notes)
    if _suffix(_head(path, 16)) != path.suffix:
        raise RefusedFile(f"{name} is no shapefile, whatever its name says. {ASK}")
    if path.suffix == ".gpkg":
        _check_tables(path, name)
    if path.suffix == ".shp":
        _check_shapefile(source)
    return source


def _check_shapefile(source: Source) -> None:
    """GDAL reads a shapefile that was cut off as one without places, and says nothing."""
    shp, shx, dbf, cpg = (source.path.with_suffix(suffix) for suffix in (".shp", ".shx", ".dbf", ".cpg"))
    if not shx.exists():
        raise RefusedFile(
            f"{source.name} comes without its .shx file. A shapefile is several files of one name (.shp, .shx, .dbf, "
            ".prj): put all of them into one folder or ZIP archive and load it again."
        )
    for part in (shp, shx):
        head = _head(part, 28)
        if len(head) < 28 or part.stat().st_size < 2 * struct.unpack(">i", head[24:28])[0]:
            raise RefusedFile(f"{source.name} is cut off: its {part.suffix} file is shorter than it says. {ASK}")
    if not dbf.exists():
        source.notes.append("It has no .dbf file: of its cameras only the places are known.")
        return
    head = _head(dbf, 32)
    records, length, width = struct.unpack("<4xIHH20x", head) if len(head) == 32 else (1, 32, 32)
    if dbf.stat().st_size < length + records * width:
        raise RefusedFile(f"{source.name} is cut off: its .dbf file is shorter than it says. {ASK}")
    places = (shx.stat().st_size - 100) // 8
    if places != records:
        raise RefusedFile(
            f"{source.name}: its .shp file has {places:,} places and its .dbf file {records:,} records, so which "
            f"belongs to which cannot be told. {ASK}"
        )
    said = cpg.read_bytes()[:40].decode("latin-1").strip() if cpg.exists() else _DOS.get(head[29], "cp1252")
    source.encoding = next(name for name in ("utf-8", said, "cp1252", "latin-1") if _is_in(dbf, length, name))
    cpg.unlink(missing_ok=True)


def _head(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _is_in(dbf: Path, at: int, encoding: str) -> bool:
    """Whether the records are text in that encoding; a .cpg file may say anything."""
    try:
        if not codecs.lookup(encoding).name.startswith(_LETTERS):
            return False
        decoder = codecs.getincrementaldecoder(encoding)()
        with dbf.open("rb") as file:
            file.seek(at)
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except (LookupError, ValueError):
        return False
    return True


def _check_tables(path: Path, name: str) -> None:
    """A table of a GeoPackage may be a query in disguise, which can give rows without end: only plain tables pass."""
    steps = iter(range(MOST_STEPS))
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.set_progress_handler(lambda: next(steps, None) is None, 1000)
            database.execute("PRAGMA trusted_schema = OFF")
            kinds = dict(database.execute("SELECT lower(name), type || ' ' || coalesce(sql, '') FROM sqlite_master"))
            if not kinds.get("gpkg_contents", "").startswith("table "):
                raise RefusedFile(f"{name} is an SQLite database, but no GeoPackage. {ASK}")
            layers = [
                str(row[0]).lower() for row in database.execute("SELECT table_name FROM gpkg_contents LIMIT 1000")
            ]
            for table in (*layers, *(one for one in kinds if one.startswith("gpkg_"))):
                hidden = database.execute("SELECT 1 FROM pragma_table_xinfo(?) WHERE hidden > 1", (table,)).fetchone()
                kind = kinds.get(table, "table ").lower()
                if hidden or kind.startswith(("view", "table create virtual")):
                    raise RefusedFile(
                        f"{name}: its layer {printable(table)!r} is a query, not a stored table. Export it to a new "
                        "GeoPackage in QGIS, and load that."
                    )
    except (sqlite3.Error, ValueError, OverflowError) as error:  # a name that is no text, among them
        raise RefusedFile(f"{name} is a damaged GeoPackage ({error}). {ASK}") from error
