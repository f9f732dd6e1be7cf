"""One record of a release as it stands in the file today: read again, if the file is still the one that was loaded."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from investigate import engine
from investigate.errors import RefusedFile, UnknownValue
from investigate.explained import Facts, codes
from investigate.load import shown_path
from investigate.logs import normalise
from investigate.logs.archives import open_sources
from investigate.logs.cells import state_of
from investigate.logs.containers import fingerprint
from investigate.logs.headers import ABSENT, NO_HEADER, RawFile
from investigate.logs.readers import read_release
from investigate.logs.sources import Given
from investigate.logs.times import Clock
from investigate.store import Store

UNREAD = "unread_"  # and its position: a column that loading leaves out


def place_of(release: Mapping[str, Any]) -> str:
    """Where the release's file lies, without the sheet that is named behind it."""
    path = str(release["path"])
    return path.removesuffix(f"{os.sep}{release['sheet']}") if release["tables_in_file"] > 1 else path


class NotShown(Exception):
    """The row as released cannot be shown any more; says why."""


@dataclass(frozen=True)
class Released:
    """One record as it stands in the file: the columns in order (position, canonical or `unread_…`, header as printed),
    the cells and their states by column, and whether it is `loaded`, `rejected` or `blank` when it is read now."""

    columns: list[tuple[int, str, str]]
    cells: dict[str, str | None]
    states: dict[str, str]
    status: str
    is_split: bool


def read_again(store: Store, release: Facts, number: int) -> Released:
    """Read the record in the released file; raises NotShown, and UnknownValue where the file has no such record."""
    place = place_of(release)
    name = codes(PurePath(place).name)
    store.unpacked.mkdir(parents=True, exist_ok=True)
    try:
        outer = next((path for path in (Path(place), *Path(place).parents) if path.is_file()), None)
        for source in open_sources(outer, store.unpacked) if outer else ():
            if shown_path(source.place) == place and not source.refused:
                return _read_source(source.path, store, release, number)
    except (OSError, RefusedFile) as error:
        raise NotShown(f"{name} can no longer be read: {getattr(error, 'strerror', None) or error}") from error
    finally:
        with suppress(OSError):
            store.unpacked.rmdir()
    raise NotShown(f"{name} no longer lies at {codes(place)}. Put it back there to see the row as released.")


def _read_source(path: Path, store: Store, release: Facts, number: int) -> Released:
    print_ = fingerprint(path)
    if print_.sha256 != release["sha256"]:
        raise NotShown(
            f"{codes(PurePath(place_of(release)).name)} has changed since it was loaded: its SHA-256 is "
            f"{print_.sha256}, and was {release['sha256']}. Put the file as received back there to see the row."
        )
    pins = Given(mapping=release["mapping"]).pins()
    found = read_release(path, print_, pins)
    table = found[0] if len(found) == 1 else next(one for one in found if one.sheet == release["sheet"])
    # The scratch file holds raw cells: it lies where the next load sweeps away what a killed run left behind.
    with tempfile.TemporaryDirectory(dir=store.unpacked, ignore_cleanup_errors=True) as folder:
        con = engine.connect(Path(folder) / "row.duckdb")
        try:
            has_header = (pins or {}).get(NO_HEADER, "").lower() != ABSENT
            return _read_record(con, table, release, number, has_header)
        finally:
            con.disconnect()


def _read_record(con: Backend, found: RawFile, release: Facts, number: int, has_header: bool) -> Released:
    known = set(found.columns.values())
    # Columns that loading leaves out are written beside the others, and kept away from what judges the record.
    found.columns |= {f"{UNREAD}{at}": at for at in range(len(found.header)) if at not in known}
    found.write(con)
    raw = con.table("raw")
    one = raw.filter(raw.record == number).to_pyarrow()
    if not one.num_rows:
        span = only(raw.agg(first=raw.record.min(), last=raw.record.max()))
        raise _no_such_row(PurePath(release["path"]).name, number, found.header_at + 1, span["first"], span["last"])
    read = [column for column in found.columns if not column.startswith(UNREAD)]
    con.create_table("one", one.select(["record", "misshapen", *(f"raw_{column}" for column in read)]))
    engine.set_values(con, timezone=release["timezone"], given_timezone=None)
    # Which zone it is does not matter here: only whether the cells can be read.
    shape = normalise.Shape(release["kind"], tuple(read), Clock(found.layout.times, "assumed_utc", found.states_utc))
    states = engine.Queries(con).row(("states", shape), lambda: _judge(con.table("one"), shape))
    row = one.to_pylist()[0]
    header = [*found.header] if has_header else [f"(column {at})" for at in range(1, len(found.header) + 1)]
    columns = [(at, column, header[at].strip() if at >= 0 else "") for column, at in found.columns.items()]
    return Released(
        sorted(columns, key=lambda column: (column[0] < 0, column[0])),
        {column: row[f"raw_{column}"] for column in found.columns},
        states,
        states.pop("_status"),
        row["misshapen"] is None,
    )


def _judge(one: ir.Table, shape: normalise.Shape) -> ir.Table:
    """The state of each cell by column, and under `_status` what the record is."""
    cells = normalise.read_cells(one, shape)
    return cells.select(_status=cells.status, **{column: state_of(cells, column) for column in shape.columns})


def _no_such_row(file: str, number: int, header: int, first: int | None, last: int | None) -> UnknownValue:
    name = codes(file)
    if first is None:
        return UnknownValue(f"{name} has a header and no rows, so there is no row {number:,} in it to explain.")
    has = f"Its rows are {first:,} to {last:,}, counted as a spreadsheet does; give one of them."
    if number == header:
        return UnknownValue(f"Row {number:,} of {name} is its header. {has}")
    if 0 < number < header:
        return UnknownValue(f"Row {number:,} of {name} stands above its header in row {header:,}. {has}")
    return UnknownValue(f"{name} has no row {number:,}. {has}")


def records(table: ir.Table) -> list[Facts]:
    found: list[Facts] = table.to_pyarrow().to_pylist()
    return found


def only(table: ir.Table) -> Facts:
    return records(table)[0]
