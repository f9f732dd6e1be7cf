"""What a workbook's own files tell before it is opened: how far out its cells lie, and what its reader drops.

The reader of workbooks holds a sheet as one block from its first to its last cell, so a single cell far out could take
all memory. The files in the workbook are therefore looked through, a piece at a time.
"""

from __future__ import annotations

import copy
import html
import itertools
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from investigate.errors import RefusedFile
from investigate.logs.old_workbooks import DamagedParts, spans

MOST_CELLS = 30_000_000  # in the block from A1 to the last cell; each takes some 30 bytes
MOST_ROWS, MOST_COLUMNS = 1 << 20, 1 << 14  # in any workbook
NEVER_TOO_WIDE = MOST_CELLS // MOST_ROWS
MOST_EXPANDED = 4 << 30
SUSPECT_EXPANDED, MOST_TIMES = 256 << 20, 300  # a real sheet shrinks 10 to 30 times
MOST_DEFLATED = 1_032  # times that the method can shrink at all
MOST_ERRORS = 200_000
PIECE, SEAM = 1 << 18, 1 << 14
BINARY_SHEET = re.compile(r"xl/worksheets/[^/]*\.bin$", re.IGNORECASE)
DIMENSION = 148  # the record of a binary sheet (XLSB) that says where its cells lie

_UNUSUAL = re.compile(rb"<c(?! r=\"[A-Z]\d{1,6}\")[ >]")
_PREFIXED = re.compile(rb":c[ >]")
_PLAIN = re.compile(rb"<c r=\"([A-Z]{1,2})(\d{1,7})\"")
_TAG = re.compile(rb"<(?:\w+:)?(row|c)\b([^>]*?)(/?)>(</(?:\w+:)?c>)?")
_ITS_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]*)(\d+)")
_ERROR = re.compile(rb"t=\"e\"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]{1,40})</v>")


def damaged(path: Path) -> RefusedFile:
    """The refusal of a workbook that cannot be opened."""
    return RefusedFile(
        f"{path.name} looks like a workbook, but cannot be opened as one: it is damaged or protected with a "
        "password. Open and save it again as XLSX."
    )


@dataclass
class Scan:
    """What the XML of a sheet tells that the reader of workbooks does not."""

    errors: dict[int, dict[int, str]] = field(default_factory=dict)  # row from 1 → column from 0 → #N/A
    error_count: int = 0
    is_damaged: bool = False


def look_through(path: Path) -> dict[str, Scan]:
    """Each sheet of an XLSX by its name; raises RefusedFile for what would take all memory."""
    with path.open("rb") as file:
        if not file.read(2).startswith(b"PK"):
            _look_through_old(path)
            return {}
    try:
        with zipfile.ZipFile(path) as archive:
            if "content.xml" in archive.namelist():
                raise RefusedFile(
                    f"{path.name} is an OpenDocument sheet (ODS); an XLSX workbook or a CSV was looked for. Open it, "
                    "save it as XLSX, and load that."
                )
            return _look_at_members(path, archive, _sheet_files(archive))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error) as error:
        raise damaged(path) from error


def _look_through_old(path: Path) -> None:
    try:
        for number, rows, columns in spans(path.read_bytes()):
            _refuse_far(path, f"number {number}", f"row {rows:,}, column {columns:,}", rows, columns)
    except DamagedParts as error:
        raise damaged(path) from error


def _look_at_members(path: Path, archive: zipfile.ZipFile, names: dict[str, list[str]]) -> dict[str, Scan]:
    seen: dict[str, Scan] = {}
    expanded, claimed = (_Expanded(path, path.stat().st_size) for _ in range(2))
    claimed.add(sum(info.file_size for info in archive.infolist()))
    for info in archive.infolist():
        is_sheet = info.filename in names or re.search(r"worksheets/[^/]*\.xml$", info.filename, re.IGNORECASE)
        scan = Scan()
        try:
            if is_sheet:
                if _scan_sheet(_pieces(archive, info, expanded), scan):
                    _check_span(path, (names.get(info.filename) or [info.filename])[0], _pieces(archive, info, None))
            elif BINARY_SHEET.match(info.filename):
                _check_binary_span(path, info.filename, next(_pieces(archive, info, expanded), b""))
            elif info.compress_size * MOST_DEFLATED > SUSPECT_EXPANDED:
                sum(map(len, _pieces(archive, info, expanded)))
        except (zipfile.BadZipFile, EOFError, zlib.error):
            scan.is_damaged = True
        seen |= dict.fromkeys(names.get(info.filename, []), scan)
    return seen


@dataclass
class _Expanded:
    """How many bytes the members of the archive have been unpacked to so far."""

    path: Path
    packed: int
    unpacked: int = 0

    def add(self, more: int) -> None:
        """Raises RefusedFile for a size that no real workbook unpacks to."""
        size = self.unpacked = self.unpacked + more
        if size > MOST_EXPANDED or (size > SUSPECT_EXPANDED and size > MOST_TIMES * self.packed):
            raise RefusedFile(
                f"{self.path.name} unpacks to {size >> 20:,} MB or more, {size // max(self.packed, 1):,} times its "
                "own size: it is damaged or made to take all memory, and was not opened. Ask for the log as CSV."
            )


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo, expanded: _Expanded | None) -> Iterator[bytes]:
    """A member's bytes, whatever size it claims to have."""
    honest = copy.copy(info)
    honest.file_size = 1 << 62
    with archive.open(honest) as member:
        while piece := member.read(PIECE):
            if expanded:
                expanded.add(len(piece))
            yield piece


def _sheet_files(archive: zipfile.ZipFile) -> dict[str, list[str]]:
    """Names of the archive's members with sheets → the sheets' names (one, in a sound workbook)."""
    names: dict[str, list[str]] = {}
    try:
        book, related = (
            b"".join(itertools.islice(_pieces(archive, archive.getinfo(name), None), 16)).decode()
            for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
        )
    except (KeyError, UnicodeDecodeError):
        return {}  # XLSB and ODS
    targets = {}
    for link in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", related):
        said = _attributes(link)
        targets[said.get("Id")] = posixpath.normpath(posixpath.join("/xl", said.get("Target", ""))).lstrip("/")
    for sheet in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", book):
        said = _attributes(sheet)
        link_id = next((text for name, text in said.items() if name.endswith(":id")), None)
        if link_id in targets and "name" in said:
            names.setdefault(targets[link_id], []).append(said["name"])
    return names


def _attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(text) for name, _, text in re.findall(r"([\w:]+)\s*=\s*([\"'])(.*?)\2", tag)}


def _scan_sheet(pieces: Iterator[bytes], scan: Scan) -> bool:
    """Fill in the scan; True if a cell may stand far out."""
    last, is_suspect = b"", False
    for text in _with_seam(pieces):
        last = (last + text[-200:])[-200:]
        is_suspect = is_suspect or _may_be_far(text)
        if b't="e"' in text:
            _keep_errors(text, scan)
    # The reader of workbooks takes a sheet that is cut off for one that ends there.
    scan.is_damaged = b"sheet>" not in last
    return is_suspect


def _may_be_far(text: bytes) -> bool:
    """Whether a cell may stand so far out, or is written so oddly, that every cell has to be looked at."""
    places = (_PLAIN.match(text, cell.start()) for cell in _UNUSUAL.finditer(text))
    return bool(_PREFIXED.search(text)) or any(
        not place or _column(place[1]) >= NEVER_TOO_WIDE or int(place[2]) > MOST_ROWS for place in places
    )


def _with_seam(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces cut before a cell, or before any tag, so that none is torn in two."""
    left = b""
    for piece in pieces:
        text = left + piece
        ends = max(len(text) - SEAM, 0)
        at = max(text.rfind(b"<c ", ends), 0) or max(text.rfind(b"<", ends), 0) or len(text)
        left = text[at:]
        yield text[:at]
    yield left


def _keep_errors(text: bytes, scan: Scan) -> None:
    for error in _ERROR.finditer(text):
        row, column = _place_before(text, error.start())
        scan.error_count += 1
        if scan.error_count > MOST_ERRORS:
            return
        scan.errors.setdefault(row, {})[column] = html.unescape(error[1].decode("utf-8", "replace"))


def _place_before(text: bytes, at: int) -> tuple[int, int]:
    """Row from 1 and column from 0 of the cell whose tag starts last before `at`; (0, -1) if it says none."""
    place = _ITS_PLACE.search(text, max(text.rfind(b"<c ", 0, at), 0), at + 5)
    return (int(place[2]), _column(place[1])) if place else (0, -1)


def _column(letters: bytes) -> int:
    """A column's letters as a number from 0; -1 for none."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def _check_span(path: Path, sheet: str, pieces: Iterator[bytes]) -> None:
    """Go through every cell with something in it; raises RefusedFile if the block up to the last is too large."""
    row = column = last_row = last_column = 0
    farthest = ""
    for text in _with_seam(pieces):
        for tag in _TAG.finditer(text):
            place = _ITS_PLACE.search(tag[2])
            if tag[1] == b"row":
                row, column = (min(int(place[2][:9]), 1 << 30) if place else row + 1), 0
                continue
            if place:
                row, column = int(place[2][:9]), min(_column(place[1][:9]) + 1, 1 << 30)
            else:
                column += 1
            if tag[3] or tag[4] or (row <= last_row and column <= last_column):
                continue
            farthest = f"the cell {(place[1] + place[2])[:20].decode()}" if place else f"row {row}"
            last_row, last_column = max(row, last_row), max(column, last_column)
    _refuse_far(path, sheet, farthest, last_row, last_column)


def _check_binary_span(path: Path, sheet: str, start: bytes) -> None:
    """As `_check_span`, from what a binary sheet says of itself at its start."""
    at = 0
    while at + 3 < len(start):
        kind, at = _number(start, at, 2)
        size, at = _number(start, at, 4)
        if kind == DIMENSION and size >= 16:
            _, last_row, _, last_column = struct.unpack_from("<4I", start, at)
            _refuse_far(path, sheet, f"row {last_row + 1}, column {last_column + 1}", last_row + 1, last_column + 1)
            return
        at += size


def _number(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of seven bits a byte, lowest first, and where it ends."""
    number = shift = 0
    for byte in data[at : at + most]:
        number |= (byte & 127) << shift
        shift += 7
        at += 1
        if byte < 128:
            break
    return number, at


def _refuse_far(path: Path, sheet: str, farthest: str, last_row: int, last_column: int) -> None:
    if last_row * last_column > MOST_CELLS or last_row > MOST_ROWS or last_column > MOST_COLUMNS:
        raise RefusedFile(
            f"{path.name}: the sheet {sheet!r} has something in {farthest}, so far out that {last_row:,} rows "
            f"of {last_column:,} columns would have to be read. In a copy, delete the empty columns right of the table "
            "and the empty rows below it, save, and load that."
        )
