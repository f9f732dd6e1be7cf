"""Tables of cameras (CSV, TSV, workbook): coordinates in whatever columns, or addresses only.

Record numbers count as a spreadsheet does. A record without coordinates that has an address is kept, not placed.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from investigate.cameras.fields import OSM_LICENCE, NoDegrees, Plan, is_osm, meaning_of, plain, plan_of, read_record
from investigate.cameras.record import CameraFile, RawCamera
from investigate.errors import RefusedFile
from investigate.logs import layouts
from investigate.logs.delimited import find_encoding, text_records
from investigate.logs.headers import SEARCHED_IN
from investigate.logs.raw import Record
from investigate.sharing.records import RawTable, header_shown, is_blank, is_search_log, read_tables

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
ASK = "Ask the agency for its list of cameras with latitude and longitude, or with an address for each."
LOOKED_FOR = (
    "columns of coordinates (lat and lon, latitude and longitude, x and y, coordinates) or of addresses (address, "
    "street, intersection, location)"
)
MOST_RECORDS = 5_000_000
# What tables and database exports write where nothing is said.
_NOTHING = frozenset({"null", "<null>", "(null)", "nan", "none", "n/a", "#n/a", "na", "-", "--", "—", "nil"})
LONGEST_NOTHING = max(map(len, _NOTHING))
_PLATES = frozenset(
    {"plate", "plates", "licenseplate", "licenceplate", "platenumber", "tagnumber", "vrm", "platestate"}
)
_ALPR = re.compile(r"(?i)a[ln]pr|alrp|lpr|plate")
PIECE, SEAM = 1 << 20, 400
_UNSAVED = re.compile(rb"(?:</f>|<f [^<>]{0,300}/>)\s{0,9}(?:<v\s{0,9}/>|<v></v>)?\s{0,9}</c>")


@dataclass
class _Table:
    """A table with the header of a list of cameras: where the header stands (from 0), and what its columns hold."""

    raw: RawTable
    at: int
    plan: Plan


@dataclass
class _Reading:
    """What is told of the file when all its tables are read. `before`: records of the sheets read so far."""

    found: CameraFile = field(default_factory=lambda: CameraFile("table"))
    no_degrees: NoDegrees = field(default_factory=NoDegrees)
    before: int = 0


def read_listed(path: Path) -> CameraFile:
    """The cameras that a table lists; of a workbook, those of every sheet with such a table.

    Every record below the header is a camera, a rejected one or blank. Raises RefusedFile for a table without columns
    of coordinates or addresses, for a search log, and for a damaged workbook.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise RefusedFile(f"{path.name} is empty: no header and no camera were found in it. {ASK}")
    is_workbook = start.startswith(WORKBOOKS)
    tables = read_tables(path, "workbook" if is_workbook else "text", _fit)
    chosen = [found for table in tables if (found := _find(table))]
    if not is_workbook and not any(len(table.plan.by) > 1 for table in chosen) and (piped := _piped(path)):
        chosen, tables = [piped], [piped.raw]
    if not chosen:
        raise _not_a_list(tables[0])
    reading = _Reading()
    for table in chosen:
        _read(table, reading)
    _finish(reading, chosen, tables)
    if is_workbook and (unsaved := _unsaved_formulas(path)):
        reading.found.warnings.append(
            f"{unsaved:,} {'cell holds a formula' if unsaved == 1 else 'cells hold formulas'} without a saved value, "
            "read as blank. Open the workbook in a spreadsheet program, save it, and load it again."
        )
    return reading.found


def _piped(path: Path) -> _Table | None:
    """The table of a text file with `|` between its cells, or None."""
    encoding = find_encoding(path)

    def records() -> Iterator[Record]:
        return text_records(path, encoding, "|")

    head = [[] if isinstance(cells, str) else cells for _, cells in islice(records(), SEARCHED_IN)]
    found = _find(RawTable(path.name, head, records))
    return found if found and len(found.plan.by) > 1 else None


def _unsaved_formulas(path: Path) -> int:
    """How many cells of an XLSX workbook have a formula and no value, as programs write that calculate nothing."""
    if not zipfile.is_zipfile(path):
        return 0
    count = 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if re.search(r"worksheets/[^/]*\.xml$", name):
                with archive.open(name) as sheet:
                    seam = b""
                    while piece := sheet.read(PIECE):
                        count += sum(found.end() > len(seam) for found in _UNSAVED.finditer(seam + piece))
                        seam = (seam + piece)[-SEAM:]
    return count


def _fit(cells: list[str]) -> int:
    """How many columns of a list of cameras a record names; 0 where none of them is of a place."""
    plan = plan_of(tuple(cells))
    return len(plan.by) if plan.has_place else 0


def _find(table: RawTable) -> _Table | None:
    fits = [_fit(cells) for cells in table.head]
    best = max(fits, default=0)
    if not best:
        return None
    at = fits.index(best)
    names = tuple(cell.strip() for cell in table.head[at])
    if {plain(name) for name in names} & _PLATES:
        raise RefusedFile(f"{table.name} lists plates that were read or looked for, not cameras. {ASK}")
    if is_search_log(table):
        raise RefusedFile(f"{table.name} is no list of cameras: this is a search log; load it with `investigate load`.")
    return _Table(table, at, plan_of(names))


def _read(table: _Table, reading: _Reading) -> None:
    """Read the records below the header into the file's; those of a further sheet are numbered on."""
    found, last = reading.found, 0
    for number, cells in table.raw.records():
        last = number
        if number <= table.at + 1:
            continue
        if number > MOST_RECORDS:
            raise RefusedFile(
                f"{table.raw.name} has more than {MOST_RECORDS:,} records, which no list of cameras does. Look at what "
                "it is, or cut it into parts."
            )
        if not isinstance(cells, str) and is_blank(cells):
            found.rows_blank += 1
            continue
        found.cameras.append(_camera(number + reading.before, cells, table.plan, reading.no_degrees))
    reading.before += last


def _camera(row: int, cells: list[str] | str, plan: Plan, no_degrees: NoDegrees) -> RawCamera:
    if isinstance(cells, str):
        return RawCamera(row, rejected=cells)
    width = len(plan.names)
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        return RawCamera(row, rejected=f"it has {len(cells)} cells where the header has {width}")
    texts = [_said(cell) for cell in cells[:width]]
    texts += [""] * (width - len(texts))
    # The first text decides for nearly every record.
    if meaning_of(next((text for text in texts if text), "")) and all(meaning_of(text) for text in texts if text):
        return RawCamera(row, rejected="the header again, in the middle of the list")
    return read_record(row, plan, texts, no_degrees)


def _said(cell: str) -> str:
    bare = cell.strip()
    return "" if len(bare) <= LONGEST_NOTHING and bare.casefold() in _NOTHING else bare


def _finish(reading: _Reading, read: list[_Table], tables: list[RawTable]) -> None:
    found = reading.found
    found.warnings += [warning for table in read for warning in table.raw.warnings]
    titles = [cell for table in read for cells in table.raw.head[: table.at] for cell in cells if cell.strip()]
    sheets = [table.raw.sheet for table in read if table.raw.sheet]
    found.names = (*(name for table in read for name in table.plan.names if name), *sheets, *titles)
    if len(tables) > 1:
        named = ", ".join(repr(table.raw.sheet) for table in read)
        found.warnings.append(f"Read of the {len(tables)} sheets: {named}. Record numbers run on from sheet to sheet.")
    if not found.cameras:
        found.warnings.append("The table has a header and no records: no camera is in it.")
    found.warnings += reading.no_degrees.warning()
    if any(map(is_osm, found.cameras)):
        found.source, found.licence = "osm", OSM_LICENCE
    elif _all_invented(found.cameras):
        found.source = "invented"
    kinds = {kind for camera in found.cameras if (kind := camera.tags.get("surveillance:type"))}
    found.only_alpr = all(map(_ALPR.search, kinds))


def _all_invented(cameras: list[RawCamera]) -> bool:
    said = {camera.tags.get("source", "").casefold() for camera in cameras}
    return bool(said) and all("invented" in one for one in said)


def _not_a_list(table: RawTable) -> RefusedFile:
    """Why a table without a header of cameras is refused: what it is instead, if that can be told."""
    if is_search_log(table):
        return RefusedFile(
            f"{table.name} is no list of cameras: this is a search log; load it with `investigate load`."
        )
    for cells in table.head:
        if alike := layouts.find_look_alike(cells):
            return RefusedFile(f"{table.name} is {alike.is_a.split(', not ')[0]}, not a list of cameras. {ASK}")
    first = next(_filled(table), [])
    return RefusedFile(
        f"{table.name} does not look like a list of cameras. Found: {header_shown(first)}. Looked for: {LOOKED_FOR}."
    )


def _filled(table: RawTable) -> Iterator[list[str]]:
    yield from (cells for cells in table.head if not is_blank(cells))
