"""Workbooks (XLSX, XLS, XLSB): their sheets with a log's header, and cells as text."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine

from investigate.errors import RefusedFile
from investigate.logs.containers import ASK
from investigate.logs.headers import SEARCHED_IN, Pins, RawFile, find_header
from investigate.logs.raw import Record, write_records
from investigate.logs.workbook_scan import MOST_ERRORS, MOST_ROWS, Scan, damaged, look_through

MOST_HELD = 20_000_000  # cells of sheets that are kept open between finding the header and writing the records
DAY_ZERO = dt.datetime(1899, 12, 31)  # what spreadsheet programs show a time of day as


def read_workbook(path: Path, pins: Pins | None = None) -> list[RawFile]:
    """One `RawFile` for each sheet with a log's header; raises RefusedFile when there is none."""
    seen = look_through(path)
    book = _open(path)
    logs: list[RawFile] = []
    refusals: list[RefusedFile] = []
    others, broken, held = [], [], 0
    for about in book.sheets_metadata:
        name = about.name
        if about.typ not in _WITH_CELLS:
            others.append(name)
            continue
        scan = seen.get(name) or Scan()
        sheet = None if scan.is_damaged else _open_sheet(book, name)
        if sheet is None:
            broken.append(name)
            continue
        if not sheet.height:
            continue
        try:
            head = [cells for _, cells in itertools.islice(_rows(sheet, scan), SEARCHED_IN)]
            found = find_header(path.name, head, pins)
        except RefusedFile as refusal:
            refusals.append(refusal)
            others.append(name)
            continue
        held += sheet.total_height * sheet.total_width
        _describe(found, name, sheet, scan, about.visible)
        _write_sheet(found, book, sheet if held <= MOST_HELD else None, scan)
        logs.append(found)
    if not logs:
        nothing = (
            damaged(path)
            if broken or not book.sheets_metadata
            else RefusedFile(f"{path.name} is a workbook with no cells in it. {ASK}")
        )
        raise refusals[0] if refusals else nothing
    if others:
        read = _named([found.sheet for found in logs])
        logs[0].warnings.append(f"Only {read} was read; no log header in: {', '.join(map(repr, others))}.")
    if broken:
        logs[0].warnings.append(
            f"Damaged and not read: {', '.join(map(repr, broken))}. Open the workbook to see what is in there."
        )
    return logs


_WITH_CELLS = (python_calamine.SheetTypeEnum.WorkSheet, python_calamine.SheetTypeEnum.MacroSheet)


def _named(sheets: list[str | None]) -> str:
    return ("the sheet " if len(sheets) == 1 else "of the sheets ") + ", ".join(map(repr, sheets))


def _open(path: Path) -> Any:
    try:
        return python_calamine.load_workbook(path)
    except python_calamine.PasswordError as error:
        raise RefusedFile(
            f"{path.name} is protected with a password, so nothing in it can be read. Ask for the file without one."
        ) from error
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic in the reader is no Exception
        raise damaged(path) from error


def _open_sheet(book: Any, name: str) -> Any:
    """The sheet, or None if it is damaged: the sheets beside it may be sound."""
    try:
        return book.get_sheet_by_name(name)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # as above
        return None


def _rows(sheet: Any, scan: Scan) -> Iterator[tuple[int, list[str]]]:
    """Every row with its number, from 1; the empty rows above the first filled one count too."""
    left = sheet.start[1]
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [text_of(cell) for cell in row]
        for column, text in scan.errors.get(number, {}).items():
            if left <= column < left + len(cells):
                cells[column - left] = text
        yield number, cells


# ---- one sheet ----------------------------------------------------------------------------------------------


def _describe(found: RawFile, name: str, sheet: Any, scan: Scan, visible: Any) -> None:
    found.sheet = name
    if visible != python_calamine.SheetVisibleEnum.Visible:
        found.warnings.append(f"The sheet {name!r} is hidden in the workbook; it was read all the same.")
    if merges := _merges(found, sheet):
        found.warnings.append(
            f"The sheet {name!r} has merged cells: the value of {len(merges):,} areas was taken for every record that "
            "they span."
        )
    if scan.error_count > MOST_ERRORS:
        found.warnings.append(
            f"The sheet {name!r} has more than {MOST_ERRORS:,} cells with an error such as #N/A; the rest of them were "
            "read as blank."
        )


def _merges(found: RawFile, sheet: Any) -> list[tuple[int, int, int]]:
    """The merged areas of more than one row below the header that start in a column that is read, in order: first row
    (from 1), position of the first column, last row."""
    left = sheet.start[1]
    read = {position for position in found.columns.values() if position >= 0}
    return sorted(
        (top + 1, first - left, bottom + 1)
        for (top, first), (bottom, _) in sheet.merged_cell_ranges or []
        if bottom > top > found.header_at and first - left in read
    )


def _write_sheet(found: RawFile, book: Any, held: Any, scan: Scan) -> None:
    def below() -> Iterator[Record]:
        sheet = held or book.get_sheet_by_name(found.sheet)
        top = found.header_at + 1
        rows = ((number, cells) for number, cells in _rows(sheet, scan) if number > top)
        return _filled_down(rows, _merges(found, sheet))

    found.write = lambda con: write_records(con, found, below)


def _filled_down(rows: Iterator[tuple[int, list[str]]], merges: list[tuple[int, int, int]]) -> Iterator[Record]:
    """The rows with a merged area's value in each of its rows; a row with nothing else in it stays blank."""
    coming = iter([*merges, (MOST_ROWS + 1, 0, 0)])
    first, position, last = next(coming)
    spanning: dict[int, tuple[int, str]] = {}  # position → last row, value
    for number, cells in rows:
        if spanning and any(cells):
            spanning = {at: area for at, area in spanning.items() if area[0] >= number}
            for at, (_, text) in spanning.items():
                cells[at] = cells[at] or text
        while first <= number:
            if first == number and position < len(cells):
                spanning[position] = (last, cells[position])
            first, position, last = next(coming)
        yield number, cells


def text_of(cell: object) -> str:
    """A workbook's cell as text that keeps the sign of what the spreadsheet made of it.

    A number becomes `1234.0`, a day `2025-10-12 00:00:00` and a time of day `1899-12-31 10:12:00`, the forms that a
    CSV saved by a spreadsheet program or pandas shows, so that one rule mends them all.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return f"{cell:.1f}" if float(cell).is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    if isinstance(cell, dt.date):
        return f"{cell.isoformat()} 00:00:00"
    if isinstance(cell, dt.time | dt.timedelta):
        return _clock(cell)
    return "" if cell is None else str(cell).upper()  # what is left is TRUE and FALSE


def _clock(span: dt.time | dt.timedelta) -> str:
    try:
        return str(DAY_ZERO + span if isinstance(span, dt.timedelta) else dt.datetime.combine(DAY_ZERO, span))
    except OverflowError:
        return str(span)
