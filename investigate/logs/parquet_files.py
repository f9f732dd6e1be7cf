"""Parquet files: read by the engine, every cell as the text that a spreadsheet would show."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from investigate import engine
from investigate.errors import RefusedFile
from investigate.logs.containers import ASK
from investigate.logs.headers import Pins, RawFile, find_header

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

NUMBERED = "file_row_number"  # the engine's own column
CLOCK_DAY = "1899-12-31 "  # before a time of day: the day that spreadsheet programs show there


def read_parquet(path: Path, pins: Pins | None = None) -> RawFile:
    """The columns of a Parquet file as a header, and how to write its rows; a record's number is its row from 1.

    Raises RefusedFile for a file that is damaged, cut off or encrypted, or whose columns are not a log's.
    """
    names = _column_names(path)
    found = find_header(path.name, [names], pins)
    found.header_at = -1

    def write(con: Backend) -> None:
        try:
            _write(con, path, found)
        except (duckdb.Error, UnicodeEncodeError) as error:
            raise _damaged(path) from error

    found.write = write
    return found


def _column_names(path: Path) -> list[str]:
    try:
        schema = pq.ParquetFile(path).schema_arrow
    except (pa.ArrowException, OSError, ValueError) as error:
        if "ncrypt" in str(error):
            raise RefusedFile(
                f"{path.name} is an encrypted Parquet file, so nothing in it can be read. Ask for it unencrypted."
            ) from error
        raise _damaged(path) from error
    if not schema.names:
        raise RefusedFile(f"{path.name} is a Parquet file without any column. {ASK}")
    if twice := [name for name, times in Counter(schema.names).items() if times > 1]:
        raise RefusedFile(
            f"{path.name} has more than one column named {twice[0]!r}, so which of them holds what cannot be known. "
            "Save it again with a name of its own for each column."
        )
    return list(schema.names)


def _damaged(path: Path) -> RefusedFile:
    return RefusedFile(
        f"{path.name} looks like a Parquet file, but cannot be read as one: it is damaged, cut off or encrypted. "
        "Download it or ask for it again, or as CSV."
    )


def _write(con: Backend, path: Path, found: RawFile) -> None:
    # The engine refuses to number the rows of a file that has a column of that name.
    is_taken = any(name.lower() == NUMBERED for name in found.header)
    options = {} if is_taken else {NUMBERED: True}
    try:
        table = con.read_parquet(
            engine.literal_path(path), table_name="parquet_file", hive_partitioning=False, **options
        )
        names = table.columns  # the engine's own: it renames what differs in upper and lower case alone
        number = (ibis.row_number() if is_taken else table[NUMBERED]) + 1
        cells = {
            f"raw_{column}": as_text(table[names[position]]).strip().nullif("")
            for column, position in found.columns.items()
        }
        numbered = table.select(record=number, misshapen=ibis.null("string"), **cells)
        engine.drop(con, "raw")
        con.con.execute(f"CREATE TABLE raw AS {con.compile(numbered)}")
    finally:
        con.drop_view("parquet_file", force=True)


def as_text(cell: ir.Column) -> ir.StringValue:
    """The cell as text in the forms of `workbooks.text_of`; an instant as `2025-01-20T17:00:00.123Z`."""
    kind = cell.type()
    text: ir.StringValue = cell.cast("string")
    if isinstance(kind, dt.Floating):
        whole = cell.try_cast("int64")  # rounds; NULL for what is endless or too large, which keeps its exponent
        is_whole = whole.cast("float64") == cell.cast("float64")
        return cell.isnan().ifelse(ibis.null("string"), is_whole.ifelse(whole.cast("string") + ".0", text))
    if isinstance(kind, dt.Timestamp) and kind.timezone:
        # The engine's zone is UTC, whatever zone the file names.
        return text.re_replace(r"\+00$", "Z").replace(" ", "T")
    if isinstance(kind, dt.Date):
        return text + " 00:00:00"
    if isinstance(kind, dt.Time):
        return ibis.literal(CLOCK_DAY) + text
    if isinstance(kind, dt.Binary):
        return ibis.coalesce(attempt(decode(cell)), to_hex(cell))
    return text


@ibis.udf.scalar.builtin(name="try")
def attempt(text: str) -> str:  # type: ignore[empty-body]
    """The text, or NULL where making it fails."""


@ibis.udf.scalar.builtin
def decode(data: bytes) -> str:  # type: ignore[empty-body]
    """UTF-8 bytes as text; fails on bytes that are none."""


@ibis.udf.scalar.builtin(name="hex")
def to_hex(data: bytes) -> str:  # type: ignore[empty-body]
    """Bytes as hexadecimal digits."""
