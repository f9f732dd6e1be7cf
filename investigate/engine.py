"""The engine that runs everything large: DuckDB inside the process, spoken to through Ibis.

Functions that Ibis has no word for are declared here by the engine's own name, so that another engine needs
another set of these few and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

FUNCTIONS = {"key_number(text)": "CAST(md5_number_lower(text) >> 1 AS BIGINT)"}  # signed numbers are all that Spark has
MEMORY = "1500MB"  # beyond it the engine spills to disk: a national log must load on a laptop


def connect(scratch: Path | None = None) -> Backend:
    """A connection of its own; tables too large for memory go to the file `scratch`, if one is given."""
    con = ibis.duckdb.connect(":memory:" if scratch is None else scratch)
    con.raw_sql(f"SET memory_limit='{MEMORY}'; SET TimeZone='UTC'")
    for name, body in FUNCTIONS.items():
        con.raw_sql(f"CREATE OR REPLACE TEMP MACRO {name} AS {body}")
    if scratch is not None:  # its tables are read once or twice: packing them takes longer than both
        con.raw_sql("SET force_compression='uncompressed'")
    with suppress(duckdb.Error):  # in a notebook without ipywidgets it cannot be set, and is off
        con.raw_sql("SET enable_progress_bar=false")
    return con


@ibis.udf.scalar.builtin
def try_strptime(text: str, forms: dt.Array[dt.String]) -> dt.timestamp:
    """Text read as a time by the first form that fits; NULL when none does."""


@ibis.udf.scalar.builtin(signature=(("timestamp('UTC')",), "int64"))
def epoch_us(instant):
    """Microseconds since 1970; `second` asks the calendar, which takes twenty times as long."""


@ibis.udf.scalar.builtin
def split_part(text: str, mark: str, number: int) -> str:
    """The part of this number, from 1, between the marks; empty when there are fewer."""


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp"), "timestamp('UTC')"))
def local_to_utc(zone, local):
    """The instant at which clocks in `zone` show `local`."""


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp('UTC')"), "timestamp"))
def utc_to_local(zone, instant):
    """What clocks in `zone` show at `instant`."""


@ibis.udf.agg.builtin(name="min", signature=(("string", "int64"), "array<string>"))
def smallest(text, many):
    """The first `many` texts in order, with memory for no more than these."""


@ibis.udf.scalar.builtin(name="to_seconds")
def _seconds(number: float) -> dt.Interval("s"):  # type: ignore[valid-type]
    """A length of time of so many seconds."""


def add_seconds(time: ir.TimestampValue, seconds: ir.NumericValue) -> ir.TimestampValue:
    """The time so many seconds later."""
    return time + _seconds(seconds.cast("float64"))


def add_hours(time: ir.TimestampValue, hours: ir.NumericValue) -> ir.TimestampValue:
    """The time so many hours later, parts of hours included."""
    return add_seconds(time, hours * 3600)


@ibis.udf.scalar.builtin
def md5(text: str) -> str:
    """MD5 as 32 hexadecimal digits. Used as a key for joining, not for secrecy."""


@ibis.udf.scalar.builtin
def key_number(text: str) -> int:
    """63 bits of a hash of the text, as a number: for joining and grouping within one run, in a quarter of the memory.
    Each engine has its own (FUNCTIONS here and in `spark`)."""


@ibis.udf.scalar.builtin
def sha256(data: bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""


@ibis.udf.scalar.builtin
def unhex(digits: str) -> bytes:
    """Hexadecimal digits as bytes."""


@ibis.udf.scalar.builtin
def encode(text: str) -> bytes:
    """Text as UTF-8 bytes."""


@ibis.udf.scalar.builtin(name="concat")
def join_bytes(first: bytes, second: bytes) -> bytes:
    """Two byte strings, one after the other."""


@ibis.udf.scalar.builtin(name="hash")
def row_hash(text: str) -> dt.uint64:
    """64-bit hash, stable within one run only: for counting distinct rows."""


@ibis.udf.scalar.builtin
def getvariable(name: str) -> str:
    """Value of this name on the connection, set by `set_values`."""


def literal_path(path: Path) -> str:
    """The path as a pattern that only it matches: the engine takes `audit[1].csv` for `audit1.csv`."""
    return re.sub(r"([\[*?])", r"[\1]", str(path))


def value(name: str) -> ir.StringScalar:
    """A text that is set on the connection, so that a query that names it is compiled once for all values."""
    return getvariable(name).name(name)


def set_values(con: Backend, **values: str | None) -> None:
    """Set the texts that `value` names in the queries of this connection."""
    for name, text in values.items():
        con.con.execute(f'SET VARIABLE "{name}" = CAST(? AS VARCHAR)', [text])


def drop(con: Backend, *names: str) -> None:
    """Drop the tables and views of these names; those that are not there are passed over."""
    there = dict(con.con.execute("SELECT table_name, table_type FROM information_schema.tables").fetchall())
    for name in names:
        if name in there:
            con.con.execute(f'DROP {"VIEW" if there[name] == "VIEW" else "TABLE"} "{name}"')


class Queries:
    """Queries of one connection, each compiled once: compiling takes longer than running on a month's log."""

    def __init__(self, con: Backend) -> None:
        self.con = con

    def sql(self, key: Hashable, build: Callable[[], ir.Table]) -> str:
        """The SQL of what `build` gives; `key` must hold all that its text depends on."""
        if key not in _COMPILED:
            _COMPILED[key] = self.con.compile(build())
        return _COMPILED[key]

    def keep(self, name: str, key: Hashable, build: Callable[[], ir.Table]) -> None:
        """Write the rows to a table of this connection."""
        self.con.con.execute(f'CREATE OR REPLACE TABLE "{name}" AS {self.sql(key, build)}')

    def row(self, key: Hashable, build: Callable[[], ir.Table]) -> dict[str, Any]:
        """The one row that the query gives."""
        return self.rows(key, build)[0]

    def rows(self, key: Hashable, build: Callable[[], ir.Table]) -> list[dict[str, Any]]:
        """The few rows that the query gives."""
        found: list[dict[str, Any]] = self.con.con.execute(self.sql(key, build)).to_arrow_table().to_pylist()
        return found

    def write(self, path: Path, key: Hashable, build: Callable[[], ir.Table]) -> None:
        """Write the rows to a Parquet file."""
        target = str(path).replace("'", "''")
        # Keys and tokens are noise, which no level packs better; the lowest is the quickest.
        packed = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
        self.con.con.execute(f"COPY ({self.sql(key, build)}) TO '{target}' ({packed})")


_COMPILED: dict[Hashable, str] = {}


def short_key(text: ir.StringValue) -> ir.StringValue:
    """The first 16 hexadecimal digits (64 bits) of the text's MD5: at 100 million keys, under one false merge
    in a thousand tables."""
    return md5(text).substr(0, 16)


def write_stream(con: Backend, name: str, batches: pa.RecordBatchReader) -> None:
    """Write a table from a stream of batches, which Ibis would first gather in memory."""
    con.con.register("stream", batches)
    try:
        drop(con, name)
        con.raw_sql(f'CREATE TABLE "{name}" AS SELECT * FROM stream')
    finally:
        con.con.unregister("stream")
