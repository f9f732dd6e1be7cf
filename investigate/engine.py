"""The engine that runs everything large: DuckDB inside the process, spoken to through Ibis.

Functions that Ibis has no word for are declared here by the engine's own name, so that another engine needs
another set of these few and nothing else.
"""

from __future__ import annotations

from pathlib import Path

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

MEMORY = "1500MB"  # beyond it the engine spills to disk: a national log must load on a laptop


def connect(scratch: Path | None = None) -> Backend:
    """A connection of its own; tables too large for memory go to the file `scratch`, if one is given."""
    con = ibis.duckdb.connect(":memory:" if scratch is None else scratch)
    con.raw_sql(f"SET memory_limit='{MEMORY}'; SET TimeZone='UTC'")
    return con


@ibis.udf.scalar.builtin
def try_strptime(text: str, forms: dt.Array[dt.String]) -> dt.timestamp:
    """Text read as a time by the first form that fits; NULL when none does."""


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp"), "timestamp('UTC')"))
def local_to_utc(zone, local):
    """The instant at which clocks in `zone` show `local`."""


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp('UTC')"), "timestamp"))
def utc_to_local(zone, instant):
    """What clocks in `zone` show at `instant`."""


@ibis.udf.scalar.builtin
def md5(text: str) -> str:
    """MD5 as 32 hexadecimal digits. Used as a key for joining, not for secrecy."""


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


def short_key(text: ir.StringValue) -> ir.StringValue:
    """The first 16 hexadecimal digits (64 bits) of the text's MD5: at 100 million keys, under one false merge
    in a thousand tables."""
    return md5(text).substr(0, 16)


def write_stream(con: Backend, name: str, batches: pa.RecordBatchReader) -> None:
    """Write a table from a stream of batches, which Ibis would first gather in memory."""
    con.con.register("stream", batches)
    try:
        con.raw_sql(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM stream')
    finally:
        con.con.unregister("stream")
