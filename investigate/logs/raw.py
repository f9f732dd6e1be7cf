"""The table `raw`: every record of a release with its number, every known cell as text without outer blanks, NULL
where nothing is left, and in `misshapen` why a record's cells cannot be trusted to stand under their headers.

Several exports are sometimes pasted under one another. Where a header stands again with its columns in another order,
the records below it are read by that header.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from investigate import engine
from investigate.errors import RefusedFile
from investigate.logs import layouts
from investigate.logs.cells import BLANKS
from investigate.logs.headers import RawFile

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

BATCH = 50_000  # records per Arrow batch: flat memory whatever the file's size
HEADER_AGAIN = "the header again, in the middle of the file"
FEWEST_NAMES = 3  # known names that make a record in the middle a header

Record = tuple[int, "list[str] | str"]  # its number and its cells, or why it cannot be split into cells


@dataclass(frozen=True)
class _Part:
    """Records under one header: which column stands where, and how many cells a record should have."""

    columns: dict[str, int]
    header: tuple[str, ...]


class _MoreColumns(Exception):
    """A header further down has columns that the first has not."""


def write_records(con: Backend, found: RawFile, records: Callable[[], Iterable[Record]]) -> None:
    """Write the table `raw`, batch by batch; `records` gives those below the header each time it is called.

    Columns that only a header further down has are added to `found.columns`. Raises RefusedFile where two headers
    disagree on whether there is a reason: a missing reason would look like one that was left blank.
    """
    while True:
        try:
            return _write(con, found, records())
        except _MoreColumns as more:
            found.columns |= dict.fromkeys(more.args[0], -1)


def _write(con: Backend, found: RawFile, records: Iterable[Record]) -> None:
    schema = pa.schema(
        [("record", pa.int64()), ("misshapen", pa.string())]
        + [(f"raw_{column}", pa.string()) for column in found.columns]
    )
    failed: list[Exception] = []
    found.records_read = 0

    def batches() -> Iterator[pa.RecordBatch]:
        # The engine would pass on an error as one of its own, and hide what is wrong with the file.
        try:
            for part, chunk in _parts(found, records):
                found.records_read += len(chunk)
                yield pa.RecordBatch.from_arrays(_arrays(part, list(found.columns), chunk), schema=schema)
        except (RefusedFile, OSError, _MoreColumns) as error:
            failed.append(error)

    engine.write_stream(con, "raw", pa.RecordBatchReader.from_batches(schema, batches()))
    if failed:
        raise failed[0]


def _parts(found: RawFile, records: Iterable[Record]) -> Iterator[tuple[_Part, list[Record]]]:
    """The records in chunks, each with the header they stand under."""
    part = _Part({c: at for c, at in found.columns.items() if at >= 0}, found.header)
    chunk: list[Record] = []
    for number, cells in records:
        again = _header_again(part, cells)
        chunk.append((number, HEADER_AGAIN if again else cells))
        is_other = again is not None and (again.columns, len(again.header)) != (part.columns, len(part.header))
        if len(chunk) == BATCH or is_other:
            yield part, chunk
            chunk = []
        if again and is_other:
            part = _checked(again, part, found, number)
    if chunk:
        yield part, chunk


def _header_again(part: _Part, cells: list[str] | str) -> _Part | None:
    """The header that this record is, or None; a record of a search is told apart by a look at three cells."""
    if isinstance(cells, str) or not any(
        cells[at].strip(BLANKS).lower() in _NAMES for at in (0, 1, part.columns["searched"]) if at < len(cells)
    ):
        return None
    if [cell.strip() for cell in cells] == [cell.strip() for cell in part.header]:
        return part
    columns, _ = layouts.read_header(cells)
    if (len(columns) < FEWEST_NAMES and columns != part.columns) or "searched" not in columns:
        return None
    return _Part(columns, tuple(cells))


_NAMES = frozenset(layouts.CANONICAL) | {name.replace(" ", "_") for name in layouts.CANONICAL}


def _checked(again: _Part, part: _Part, found: RawFile, number: int) -> _Part:
    if ("reason" in again.columns) != ("reason" in part.columns):
        raise RefusedFile(
            f"Two tables stand under one another, and only one of them has a column Reason: a second header stands in "
            f"record {number:,}. Save what is below it as a file of its own."
        )
    if more := [column for column in again.columns if column not in found.columns]:
        raise _MoreColumns(more)
    found.warnings = list(
        dict.fromkeys(
            [*found.warnings, f"From record {number:,} on the columns stand in another order, under a header there."]
        )
    )
    return again


def _arrays(part: _Part, names: list[str], chunk: list[Record]) -> list[pa.Array]:
    wrong = [_misshapen(len(part.header), cells) for _, cells in chunk]
    arrays = [pa.array([number for number, _ in chunk], pa.int64()), pa.array(wrong, pa.string())]
    for name in names:
        position = part.columns.get(name)
        found = [None if position is None else _cell(cells, position) for _, cells in chunk]
        arrays.append(pa.array(found, pa.string()))
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
