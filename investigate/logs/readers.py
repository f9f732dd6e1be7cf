"""From a released file to the tables in it: each with its header read, ready to be written as the table `raw`.

Two readers give the same table for a CSV: the engine's own, which is fast and strict, and Python's `csv`,
which is slow, keeps every malformed record and says what is wrong with it. The engine goes first; at the
first thing it objects to the whole file is read again the careful way.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import ibis.expr.types as ir

from investigate import engine
from investigate.logs import layouts
from investigate.logs.cells import trimmed
from investigate.logs.containers import Fingerprint, find_container
from investigate.logs.delimited import LONGEST_CELL, find_delimiter, find_encoding, text_records
from investigate.logs.headers import SEARCHED_IN, Pins, RawFile, find_header
from investigate.logs.raw import Record, write_records

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend


def read_release(path: Path, print_: Fingerprint, pins: Pins | None = None) -> list[RawFile]:
    """Recognise the file and say how to write its records, one `RawFile` a table: a workbook may hold several.

    `pins`: the mapping that `sources.csv` gives for the file. Raises RefusedFile if it is not a lookup log.
    """
    container = find_container(path)
    if container == "workbook":
        from investigate.logs.workbooks import read_workbook  # noqa: PLC0415 - reading a CSV must not pay for it

        return read_workbook(path, pins)
    if container == "json":
        from investigate.logs.objects import read_objects  # noqa: PLC0415 - as above

        return [read_objects(path, pins)]
    if container == "parquet":
        from investigate.logs.parquet_files import read_parquet  # noqa: PLC0415 - as above

        return [read_parquet(path, pins)]
    return [_read_printed(path, pins) if container == "pdf" else _read_text(path, print_, pins)]


def _read_text(path: Path, print_: Fingerprint, pins: Pins | None) -> RawFile:
    encoding = find_encoding(path)
    delimiter = find_delimiter(path, encoding)
    head = list(itertools.islice(text_records(path, encoding, delimiter), SEARCHED_IN))
    found = find_header(path.name, [[] if isinstance(cells, str) else cells for _, cells in head], pins)
    fast = found.header_at == 0 and not print_.has_blank_lines and encoding == "utf-8-sig"

    def below() -> Iterator[Record]:
        top = found.header_at + 1
        return ((number, cells) for number, cells in text_records(path, encoding, delimiter) if number > top)

    def write(con: Backend) -> None:
        if not (fast and write_by_engine(con, path, found, delimiter)):
            write_records(con, found, below)

    found.write = write
    if encoding == "cp1252":
        found.warnings.append(
            "Not all of the file is UTF-8: it was read as Windows-1252. Look at letters with accents."
        )
    return found


def write_by_engine(con: Backend, path: Path, found: RawFile, delimiter: str) -> bool:
    """Write `raw` with the engine's CSV reader; False when it objects to anything in the file, or when a header with
    its columns in another order stands further down."""
    import duckdb  # noqa: PLC0415 - only the type of its error is needed here

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
        queries = engine.Queries(con)
        key = ("csv", len(names), *found.columns.items())
        queries.keep("lines", key, lambda: _trimmed(table, names, found.columns))
        # Numbered by their place in the table, which is theirs in the file: a window would go through it on one core.
        engine.drop(con, "raw")
        con.raw_sql("CREATE VIEW raw AS SELECT rowid + 2 AS record, CAST(NULL AS VARCHAR) AS misshapen, * FROM lines")
        return _has_one_header(queries, found)
    except (duckdb.Error, UnicodeEncodeError):  # the second: a file name that is no text
        return False
    finally:
        con.drop_view("csv_file", force=True)


def _trimmed(table: ir.Table, names: list[str], columns: dict[str, int]) -> ir.Table:
    return table.select(**{f"raw_{column}": trimmed(table[names[position]]) for column, position in columns.items()})


def _has_one_header(queries: engine.Queries, found: RawFile) -> bool:
    """Whether every record that looks like a header names the columns as the header does."""

    def looks_like_it() -> ir.Table:
        raw = queries.con.table("raw")
        return raw.filter(raw.raw_searched.lower().replace("_", " ").isin(sorted(layouts.CANONICAL))).limit(1000)

    again = queries.rows(("headers", *found.columns), looks_like_it)
    return all(layouts.CANONICAL.get(layouts.fold(row["raw_searched"] or "")) == "searched" and _agrees(row, found)
               for row in again)  # fmt: skip


def _agrees(row: dict[str, str | None], found: RawFile) -> bool:
    named = {column: layouts.CANONICAL.get(layouts.fold(row[f"raw_{column}"] or "")) for column in found.columns}
    return all(name in (None, column) for column, name in named.items() if column != "searched_date")


def _read_printed(path: Path, pins: Pins | None) -> RawFile:
    from investigate.logs.pdf import read_pdf_table  # noqa: PLC0415 - reading a CSV must not pay for it

    header, rows = read_pdf_table(path)
    found = find_header(path.name, [header], pins)
    found.write = lambda con: write_records(con, found, lambda: enumerate(rows, start=2))
    found.warnings.append("Read from a printed table (PDF): ask for the same log as CSV to be sure of every cell.")
    return found
