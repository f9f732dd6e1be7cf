"""Tables of all agencies on disk, from which one agency's rows are taken at the same cost however many there are.

Arrow's own format, sorted by one column and mapped into memory: the rows of one value are found by halving, and only
they are read.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from investigate.store import written_aside

ENDING = ".arrow"
ROWS = 65_536  # in one batch: few enough batches to look into the head of each


def write_sorted(frame: pd.DataFrame, path: Path, by: list[str], schema: pa.Schema | None = None) -> None:
    """Write the frame, its rows sorted by these columns, of which the first is what they are found by."""
    table = pa.Table.from_pandas(frame.sort_values(by, kind="stable"), schema=schema, preserve_index=False)
    with written_aside(path) as aside, pa.OSFile(str(aside), "wb") as file, pa.ipc.new_file(file, table.schema) as out:
        out.write_table(table, max_chunksize=ROWS)


def read_sorted(path: Path) -> pa.Table:
    """The whole table, mapped: nothing is read before it is looked at."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def rows_of(path: Path, column: str, values: Iterable[str]) -> pa.Table:
    """The rows that have one of these values in the column that the table is sorted by, in the order of the table."""
    table = read_sorted(path)
    sorted_by = table[column]

    def place(number: int) -> tuple[bool, Any]:
        value = sorted_by[number].as_py()
        return value is None, value or ""  # pandas sorts what is missing to the end

    everywhere = range(len(table))
    parts = []
    for value in sorted(set(values)):
        first = bisect.bisect_left(everywhere, (False, value), key=place)
        parts.append(table.slice(first, bisect.bisect_right(everywhere, (False, value), key=place) - first))
    return pa.concat_tables(parts) if parts else table.slice(0, 0)
