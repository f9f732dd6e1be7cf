"""From a released file to the table `raw`: every record with its number, every known cell as text without
outer blanks, NULL where nothing is left.

Two readers give the same table for a CSV: the engine's own, which is fast and strict, and Python's `csv`,
which is slow, keeps every malformed record and says what is wrong with it. The engine goes first; at the
first thing it objects to the whole file is read again the careful way.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from investigate import engine
from investigate.errors import RefusedFile
from investigate.logs import layouts
from investigate.logs.containers import ASK, Fingerprint, find_container
from investigate.logs.delimited import LONGEST_CELL, Record, find_delimiter, find_encoding, text_records

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

HEADER_SEARCHED_IN = 30  # records: title rows stand above some headers
BATCH = 50_000  # records per Arrow batch: flat memory whatever the file's size
BLANKS = " \t\n\r\v\f"  # what the engine's own `strip` takes off


@dataclass
class RawFile:
    """What was found in a file: its layout, where the header stands, and how to write the table `raw`."""

    layout: layouts.Layout
    columns: dict[str, int]
    header_cells: int
    sheet: str | None
    warnings: list[str] = field(default_factory=list)
    write: Callable[[Backend], None] = field(default=lambda con: None)

    @property
    def has_reason(self) -> bool:
        return "reason" in self.columns


def read_release(path: Path, print_: Fingerprint) -> RawFile:
    """Recognise the file and say how to write its records; raises RefusedFile if it is not a lookup log."""
    container = find_container(path)
    if container == "workbook":
        return _read_workbook(path)
    if container == "pdf":
        return _read_printed(path)
    return _read_text(path, print_)


# ---- text ---------------------------------------------------------------------------------------------


def _read_text(path: Path, print_: Fingerprint) -> RawFile:
    encoding = find_encoding(path)
    delimiter = find_delimiter(path, encoding)
    head = list(itertools.islice(text_records(path, encoding, delimiter), HEADER_SEARCHED_IN))
    at, found = find_header(path.name, [[] if isinstance(cells, str) else cells for _, cells in head])
    fast = at == 0 and not print_.has_blank_lines and encoding == "utf-8-sig"

    def write(con: Backend) -> None:
        if fast and _write_by_engine(con, path, found, delimiter):
            return
        below = ((number, cells) for number, cells in text_records(path, encoding, delimiter) if number > at + 1)
        write_records(con, found, below)

    found.write = write
    if encoding == "cp1252":
        found.warnings.append(
            "Not all of the file is UTF-8: it was read as Windows-1252. Look at letters with accents."
        )
    return found


def _write_by_engine(con: Backend, path: Path, found: RawFile, delimiter: str) -> bool:
    """Write `raw` with the engine's CSV reader; False when it objects to anything in the file."""
    import duckdb  # noqa: PLC0415 - only the type of its error is needed here
    import ibis  # noqa: PLC0415

    names = [f"c{position}" for position in range(found.header_cells)]
    try:
        table = con.read_csv(
            engine.literal_path(path),
            table_name="csv_file",
            auto_detect=False,
            columns=dict.fromkeys(names, "VARCHAR"),
            header=True,
            delim=delimiter,
            quote='"',
            escape='"',
            max_line_size=LONGEST_CELL,
        )
        cells = {
            f"raw_{column}": table[names[position]].strip().nullif("") for column, position in found.columns.items()
        }
        numbered = table.select(record=ibis.row_number() + 2, misshapen=ibis.null("string"), **cells)
        con.con.execute(f"CREATE OR REPLACE TABLE raw AS {con.compile(numbered)}")
    except (duckdb.Error, UnicodeEncodeError):  # the second: a file name that is no text
        return False
    finally:
        con.drop_view("csv_file", force=True)
    return True


# ---- workbooks ----------------------------------------------------------------------------------------


def _read_workbook(path: Path) -> RawFile:
    import python_calamine  # noqa: PLC0415 - reading a CSV must not pay for it

    try:
        book = python_calamine.load_workbook(path)
        sheets = [(name, book.get_sheet_by_name(name)) for name in book.sheet_names]
    except python_calamine.PasswordError as error:
        raise RefusedFile(
            f"{path.name} is protected with a password, so nothing in it can be read. Ask for the file without one."
        ) from error
    except (python_calamine.CalamineError, python_calamine.ZipError, OSError) as error:
        raise RefusedFile(
            f"{path.name} looks like a workbook or archive, but cannot be opened as one: it is damaged, protected "
            "with a password, or a ZIP archive of something else. Open and save it again as XLSX, or unpack it."
        ) from error
    filled = [(name, sheet) for name, sheet in sheets if sheet.height]
    if not filled:
        raise RefusedFile(f"{path.name} is a workbook with no cells in it. {ASK}")
    return _choose_sheet(path, filled)


def _choose_sheet(path: Path, filled: list[tuple[str, Any]]) -> RawFile:
    """The one sheet with a log's header; the others are named in a warning, never left out in silence."""
    logs: list[tuple[str, RawFile]] = []
    refusals: list[RefusedFile] = []
    for name, sheet in filled:
        head = [[text_of(cell) for cell in cells] for cells in itertools.islice(sheet.iter_rows(), HEADER_SEARCHED_IN)]
        try:
            at, found = find_header(path.name, head)
        except RefusedFile as refusal:
            refusals.append(refusal)
            continue
        found.sheet = name
        found.write = _sheet_writer(sheet, at, found)
        logs.append((name, found))
    if not logs:
        raise refusals[0]
    if len(logs) > 1:
        raise RefusedFile(
            f"{path.name} holds {len(logs)} sheets that each look like a lookup log: "
            f"{', '.join(repr(name) for name, _ in logs)}. Save each as a file of its own, so that a row can be cited."
        )
    chosen, found = logs[0]
    others = [name for name, _ in filled if name != chosen]
    if others:
        found.warnings.append(f"Only the sheet {chosen!r} was read; no log header in: {', '.join(map(repr, others))}.")
    return found


def _sheet_writer(sheet: Any, at: int, found: RawFile) -> Callable[[Backend], None]:
    def write(con: Backend) -> None:
        rows = enumerate(sheet.iter_rows(), start=1)  # counts the empty rows above the first filled one too
        write_records(
            con,
            found,
            ((number, [text_of(cell) for cell in cells]) for number, cells in rows if number > at + 1),
        )

    return write


def text_of(cell: object) -> str:
    """A workbook's cell as text that keeps the sign of what the spreadsheet made of it.

    A number becomes `1234.0` and a day `2025-10-12 00:00:00`, the forms that a CSV saved by a spreadsheet
    program or pandas shows, so that one rule mends both.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, int | float):
        return f"{cell:.1f}" if float(cell).is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    if isinstance(cell, dt.date):
        return f"{cell.isoformat()} 00:00:00"
    return "" if cell is None else str(cell)


# ---- printed tables -----------------------------------------------------------------------------------


def _read_printed(path: Path) -> RawFile:
    from investigate.logs.pdf import read_pdf_table  # noqa: PLC0415 - reading a CSV must not pay for it

    header, rows = read_pdf_table(path)
    _, found = find_header(path.name, [header])
    found.write = lambda con: write_records(con, found, enumerate(rows, start=2))
    found.warnings.append("Read from a printed table (PDF): ask for the same log as CSV to be sure of every cell.")
    return found


# ---- common -------------------------------------------------------------------------------------------


def find_header(name: str, head: list[list[str]]) -> tuple[int, RawFile]:
    """Position of the header among the first records, and what it says; raises RefusedFile if there is none."""
    best: tuple[list[str], set[str]] = ([], set())
    for at, cells in enumerate(head):
        columns, strangers = layouts.read_header(cells)
        layout = layouts.find_layout(set(columns), len(strangers))
        if layout:
            warnings = [f"Columns not known and not read: {', '.join(strangers)}."] if strangers else []
            if at:
                warnings.append(f"The header stands in record {at + 1}; what stands above it was not read.")
            return at, RawFile(layout, columns, len(cells), None, warnings)
        if len(columns) > len(best[1]):
            best = cells, set(columns)
    raise _no_header(name, head, *best)


def _no_header(name: str, head: list[list[str]], cells: list[str], columns: set[str]) -> RefusedFile:
    for row in head:
        look_alike = layouts.find_look_alike(row)
        if look_alike:
            shown = ", ".join(cell.strip() for cell in row if cell.strip())[:120]
            return RefusedFile(f"{name} is {look_alike.is_a} (header: {shown}). {look_alike.ask_for}")
    shown = ", ".join(cell.strip() for cell in cells if cell.strip())[:120]
    if "searched" not in columns and columns:
        return RefusedFile(
            f"{name} has no column for the time of the search. Found: {shown}. Looked for: Search Time, searchDate, "
            "DateTime. If the column has a new name, rename it in a copy, or ask for the full audit."
        )
    return RefusedFile(
        f"{name} does not look like a lookup log: no header with known columns in its first {HEADER_SEARCHED_IN} "
        f"records. Found: {shown or _first_record(head)}. Looked for: Search Time with Org Name, Time Frame or Reason; "
        f"or id, userId, searchDate. {ASK}"
    )


def _first_record(head: list[list[str]]) -> str:
    """The first record as it may be printed: a log that lost its header has officers and plates in it."""
    first = next((row for row in head if any(cell.strip() for cell in row)), [])
    text = ", ".join(cell.strip() for cell in first if cell.strip())[:120]
    if not text.isprintable():
        return "bytes that are no text"
    if any(letter.isdigit() for letter in text):
        return "a first record that is data and no header"
    return text or "nothing"


def write_records(con: Backend, found: RawFile, records: Iterable[Record]) -> None:
    """Write the table `raw` from records with their numbers, batch by batch."""
    schema = pa.schema(
        [("record", pa.int64()), ("misshapen", pa.string())]
        + [(f"raw_{column}", pa.string()) for column in found.columns]
    )
    stream = iter(records)
    failed: list[Exception] = []

    def batches() -> Iterator[pa.RecordBatch]:
        # The engine would pass on an error as one of its own, and hide what is wrong with the file.
        try:
            while chunk := list(itertools.islice(stream, BATCH)):
                yield pa.RecordBatch.from_arrays(_arrays(found, chunk), schema=schema)
        except (RefusedFile, OSError) as error:
            failed.append(error)

    engine.write_stream(con, "raw", pa.RecordBatchReader.from_batches(schema, batches()))
    if failed:
        raise failed[0]


def _arrays(found: RawFile, chunk: list[Record]) -> list[pa.Array]:
    wrong = [_misshapen(found.header_cells, cells) for _, cells in chunk]
    arrays = [pa.array([number for number, _ in chunk], pa.int64()), pa.array(wrong, pa.string())]
    for position in found.columns.values():
        arrays.append(pa.array([_cell(cells, position) for _, cells in chunk], pa.string()))
    return arrays


def _cell(cells: list[str] | str, position: int) -> str | None:
    if isinstance(cells, str) or position >= len(cells):
        return None
    return cells[position].strip(BLANKS) or None


def _misshapen(wanted: int, cells: list[str] | str) -> str | None:
    """Why a record's cells cannot be trusted to stand under their headers, or None."""
    if isinstance(cells, str):
        return cells
    if len(cells) == wanted or not any(cell.strip() for cell in cells):
        return None
    if len(cells) > wanted and not any(cell.strip() for cell in cells[wanted:]):
        return None
    return f"{len(cells)} cells where the header has {wanted}"
