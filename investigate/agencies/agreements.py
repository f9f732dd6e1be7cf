"""Sheets of agreements under section 287(g), as ICE publishes them: read whole, nothing dropped, what is odd told.

A sheet lists what was in force on its day. One row is an agency and one model, so an agency stands in several rows. The
header is found by its words. A sheet without the column SIGNED is one of pending agreements: not signed, kept apart.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import python_calamine

from investigate.agencies.states import STATE_NAMES
from investigate.errors import RefusedFile
from investigate.logs.delimited import DELIMITERS, find_encoding
from investigate.logs.workbook_scan import damaged, look_through

HEADS = {
    "state": ("state",),
    "agency": ("law enforcement agency", "agency", "agency name", "lea"),
    "type": ("type", "agency type"),
    "county": ("county",),
    "model": ("support type", "model", "program model"),
    "signed": ("signed", "date signed", "signed date"),
    "moa": ("moa", "moa link"),
}
NEEDED = ("state", "agency", "model")
KINDS_OF_FILE = (".csv", ".xlsx", ".xlsm", ".xls")
SEARCHED_IN = 30  # first rows of a sheet
MOST_BYTES, MOST_ROWS, MOST_CELL = 50_000_000, 100_000, 500  # the real sheets: 0.2 MB, 1,844 rows
NO_COUNTY = frozenset({"", "#n/a", "#na", "n/a", "na", "none"})
FIRST_DAY = dt.date(1996, 9, 30)  # the section became law; no agreement is older
LAST_DAY = dt.date(2099, 12, 31)  # a real sheet has one of the year 5025
LATEST_AFTER = dt.timedelta(days=31)  # of the sheet's own day: its file may be named after the day it was asked for
_SERIAL_ZERO = dt.date(1899, 12, 30)  # day numbers of spreadsheets count from here
_IN_NAME = re.compile(
    r"(?<!\d)(20\d\d)[-_. ]?(\d\d)[-_. ]?(\d\d)(?!\d)|(?<!\d)(\d\d)[-_. ]?(\d\d)[-_. ]?(20\d\d)(?!\d)"
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]\d{1,2}:\d\d(?::\d\d(?:\.\d{1,9})?)?)?")
_WRITTEN = ("%B %d, %Y", "%b %d, %Y", "%d-%b-%Y")
_OTHER_STATES = {"virgin islands": "VI", "washington dc": "DC", "cnmi": "MP"}
_CODES = {name.casefold().replace(".", ""): code for code, name in STATE_NAMES.items()} | _OTHER_STATES


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a sheet, every cell without the blanks around it. `signed`: the day, None if it is not stated or can
    be read in several ways. `row`: as a spreadsheet numbers it, from 1. `state`: code, None if it is no state."""

    agency: str
    state: str | None
    type: str
    county: str
    model: str
    signed: dt.date | None
    moa: str
    sheet: str
    row: int


@dataclass(frozen=True)
class Sheet:
    """One sheet as read: `name` (file, and the tab where a workbook has several), `as_of` (from the file's name),
    whether it lists pending agreements, its rows, how many were blank, and what is odd about it."""

    name: str
    as_of: dt.date | None
    is_pending: bool
    rows: tuple[Listed, ...]
    blank: int
    told: tuple[str, ...]


@dataclass
class _Reading:
    """What is noticed while the rows of a sheet are read."""

    latest: dt.date
    blank: int = 0
    broken: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)


def read_sheets(path: Path) -> list[Sheet]:
    """Every sheet of agreements in one file.

    Raises RefusedFile for a file that is none: of another kind, without the header, too large, damaged.
    """
    if path.suffix.lower() not in KINDS_OF_FILE:
        raise _refused(path, f"is a file of another kind ({path.suffix or 'no ending'!r})")
    if path.stat().st_size > MOST_BYTES:
        raise _refused(path, f"is {path.stat().st_size / 1e6:,.0f} MB; ICE's sheets have less than 1 MB")
    try:
        tabs = [("", _csv_rows(path))] if path.suffix.lower() == ".csv" else list(_tabs(path))
        found = [(tab, *header) for tab, rows in tabs if (header := _find_header(rows))]
        several = len(found) > 1
        sheets = [
            _read_rows(path, f"{path.name}, sheet {tab!r}" if several else path.name, tab, heads, at, rows)
            for tab, heads, at, rows in found
        ]
    except csv.Error as error:
        raise _refused(path, f"cannot be read as CSV ({error})") from error
    if not sheets:
        raise _refused(path, f"has no such header in its first {SEARCHED_IN} rows")
    return sheets


def sheet_day(name: str) -> dt.date | None:
    """The one day that a file's name states: 2026-05-18, 20260518, 07182025; None if there is none, or several."""
    days = set()
    for found in _IN_NAME.finditer(name):
        year, month, day, month2, day2, year2 = found.groups()
        days.add(_day(year or year2, month or month2, day or day2))
    return days.pop() if len(days) == 1 else None


def read_day(cell: object) -> dt.date | None:
    """The day in a cell: a date, `2025-09-22 00:00:00`, `7/2/2025`, a spreadsheet's day number, `July 2, 2025`.

    A string with a slash lost (`7/72025`) is read if it can be read in one way only; month stands before day.
    """
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    text = str(cell).strip()
    if found := _ISO.fullmatch(text):
        return _day(*found.groups())
    if re.fullmatch(r"\d{5}(?:\.\d*)?", text):
        return _SERIAL_ZERO + dt.timedelta(days=int(float(text))) if 37_000 < float(text) < 51_000 else None
    for form in _WRITTEN:
        try:
            return dt.datetime.strptime(text, form).date()
        except ValueError:
            continue
    return _mended_day(text)


def _mended_day(text: str) -> dt.date | None:
    found = re.fullmatch(r"([\d/.-]{1,6}?)[/.-]?(20\d\d|\d\d)", text)
    if not found or (len(found[2]) == 2 and not re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d\d", text)):
        return None
    parts = [part for part in re.split(r"[/.-]", found[1]) if part]
    if len(parts) == 1:  # the slash between month and day is lost
        ways = [(parts[0][:cut], parts[0][cut:]) for cut in range(1, len(parts[0]))]
    else:
        ways = [(parts[0], parts[1])] if len(parts) == 2 else []
    year = found[2] if len(found[2]) == 4 else f"20{found[2]}"
    days = {day for month, of in ways if len(month) < 3 and len(of) < 3 and (day := _day(year, month, of))}
    return days.pop() if len(days) == 1 else None


def _day(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


# ---- what lies in the file ------------------------------------------------------------------------------


def _csv_rows(path: Path) -> Iterator[Sequence[object]]:
    encoding = find_encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        start = file.read(10_000)
        delimiter = max(DELIMITERS, key=start.count)
        file.seek(0)
        yield from ([*cells] for cells in csv.reader(file, delimiter=delimiter))


def _tabs(path: Path) -> Iterator[tuple[str, Iterator[Sequence[object]]]]:
    look_through(path)
    try:
        book = python_calamine.load_workbook(path)
        names = list(book.sheet_names)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic in the reader is no Exception
        raise damaged(path) from error
    for name in names:
        try:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + SEARCHED_IN + 1)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            raise damaged(path) from error
        yield name, iter(rows)


def _find_header(rows: Iterable[Sequence[object]]) -> tuple[dict[str, int], int, Iterator[Sequence[object]]] | None:
    """Where each column stands, the number of the header's row, and the rows below it."""
    below = iter(rows)
    for number, cells in enumerate(itertools.islice(below, SEARCHED_IN), start=1):
        folded = [" ".join(str(cell).casefold().replace("_", " ").split())[:MOST_CELL] for cell in cells[:200]]
        heads = {
            name: folded.index(word)
            for name, words in HEADS.items()
            if (word := next((word for word in words if word in folded), None))
        }
        if all(name in heads for name in NEEDED):
            return heads, number, below
    return None


def _read_rows(
    path: Path, name: str, tab: str, heads: dict[str, int], header_at: int, rows: Iterator[Sequence[object]]
) -> Sheet:
    day = sheet_day(path.stem)
    reading, listed = _Reading(day + LATEST_AFTER if day else LAST_DAY), []
    is_pending = "signed" not in heads or "pending" in f"{path.stem} {tab}".casefold()
    for number, cells in enumerate(rows, start=header_at + 1):
        if number > MOST_ROWS:
            raise _refused(path, f"has more than {MOST_ROWS:,} rows; ICE's sheets have some 2,000")
        said = {column: cells[at] if at < len(cells) else "" for column, at in heads.items()}
        if not any(_text(said[column]) for column in ("agency", "model")):
            reading.blank += 1
            continue
        listed.append(_listed(said, name, number, reading, is_pending))
    return Sheet(name, day, is_pending, tuple(listed), reading.blank, tuple(_told(name, reading)))


def _listed(said: dict[str, object], sheet: str, row: int, reading: _Reading, is_pending: bool) -> Listed:
    text = {column: _text(cell) for column, cell in said.items()}
    state = text["state"].upper() if text["state"].upper() in STATE_NAMES else _CODES.get(_folded_state(text["state"]))
    if state is None:
        reading.strange.append(f"{text['state']!r} in row {row}")
    signed = None if is_pending else read_day(said.get("signed", ""))
    if not is_pending and (signed is None or not FIRST_DAY <= signed <= reading.latest):
        reading.broken.append(f"{text.get('signed', '')!r} in row {row}")
        signed = None
    county = text.get("county", "")
    return Listed(
        text["agency"], state, text.get("type", ""), "" if county.casefold() in NO_COUNTY else county, text["model"],
        signed, text.get("moa", ""), sheet, row,
    )  # fmt: skip


def _text(cell: object) -> str:
    return " ".join(str("" if cell is None else cell)[:MOST_CELL].split())


def _folded_state(text: str) -> str:
    return text.casefold().replace(".", "")


def _told(name: str, reading: _Reading) -> Iterator[str]:
    for found, what in (
        (reading.broken, "SIGNED holds no day that an agreement can have"),
        (reading.strange, "no state is known"),
    ):
        if found:
            more = f" and {len(found) - 3:,} more" if len(found) > 3 else ""
            yield f"{name}: {what} for {', '.join(found[:3])}{more}. Look at the rows in the sheet."


def _refused(path: Path, what: str) -> RefusedFile:
    return RefusedFile(
        f"{path.name} in data/manual/287g {what}. A CSV or XLSX of ICE's participating agencies was looked for, with "
        "the columns STATE, LAW ENFORCEMENT AGENCY, SUPPORT TYPE and SIGNED. Take it out of the folder."
    )
