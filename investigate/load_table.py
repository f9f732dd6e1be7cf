"""Load one table of a released file: from `raw` to the parts of its release, with every record accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pandas as pd
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from investigate import engine
from investigate.columns import FIXES, IDENTIFIERS, REJECTS, schema_version
from investigate.errors import InvestigateError
from investigate.logs import normalise
from investigate.logs.cells import to_cell_states
from investigate.logs.filenames import disagreement
from investigate.logs.headers import RawFile
from investigate.logs.sources import KEPT, Given
from investigate.logs.times import Clock, has_other_times
from investigate.logs.whose import Whose, find_whose
from investigate.store import TEXT_COLUMNS, Store

NO_ROWS = "The file has a header and no rows: no searches published is not proof of no searches."
ENOUGH_TO_JUDGE, NEARLY_ALL = 100, 0.99  # records of one text that make a column of reasons an overwritten one


class RowsLost(InvestigateError):
    """The records of a file do not add up: a fault in this program, never to be passed over."""


@dataclass(frozen=True)
class Into:
    """Where a table is loaded: the connection that holds `raw`, the store, and the workspace's secret."""

    con: Backend
    store: Store
    key: bytes


def load_table(into: Into, place: Path, found: RawFile, given: Given, name: Callable[[int], str]) -> dict[str, Any]:
    """Write the parts of the release whose records stand in `raw`; give what is to be known of it as a record of
    `releases`, but for its file's path, hash and size. `name` gives the release its id from the number of rows."""
    con, store = into.con, into.store
    whose = find_whose(place, found, con, given)
    queries = engine.Queries(con)
    rows_read = queries.row("count raw", lambda: con.table("raw").agg(rows=lambda raw: raw.count()))["rows"]
    release = name(rows_read)
    shape = normalise.Shape(whose.kind, tuple(found.columns), _clock(found, whose, given))
    overwritten = _overwritten(queries, found)
    normalise.set_release(con, release, whose, given.timezone, overwritten, into.key)
    shape = _read_cells(queries, shape)
    counted = queries.row(("count", shape), lambda: normalise.count_cells(con.table("cells")))
    numbers = _account(counted, rows_read, place)
    mended = tuple(column for column in normalise.TEXT_COLUMNS if counted[f"mended_{column}"])
    store.drop_release(release)
    _write_parts(queries, store, release, shape, numbers["rows_rejected"], mended)
    if given.keep_identifiers:
        build = partial(normalise.to_identifiers, con.table("cells"))
        store.write_part(IDENTIFIERS.name, release, partial(queries.write, key=("identifiers", shape), build=build))
    _check_stored(store, release, numbers, place)
    engine.drop(con, "raw", "lines", "cells")
    warnings = [*found.warnings, *whose.warnings, *_warn(numbers, counted, found, whose)]
    if overwritten is not None:
        warnings.append("One and the same text fills the column Reason: what it says of a search cannot be known.")
    if whose.kind != "portal" and (lie := disagreement(place.name, *_edges(numbers))):
        warnings.append(lie)
    said = {name: getattr(given, name) for name in KEPT}
    return {
        "release": release, "layout": found.layout.id, "kind": whose.kind, "producer": whose.producer,
        "producer_from": whose.producer_from, "timezone": whose.timezone, "sheet": found.sheet,
        "has_reason": found.has_reason, **said, "given": given.names() or None, **numbers,
        "warnings": json.dumps(warnings, ensure_ascii=False),
        "schema": schema_version(),
    }  # fmt: skip


def _read_cells(queries: engine.Queries, shape: normalise.Shape) -> normalise.Shape:
    """Write the table `cells`, by the vendor's own form of time if that reads every cell; give the shape that did."""
    table = queries.con.table
    plain = replace(shape, clock=replace(shape.clock, only_exported=True))
    queries.keep("cells", ("cells", plain), lambda: normalise.read_cells(table("raw"), plain))
    if not queries.row(("other times", plain), lambda: table("cells").agg(found=has_other_times))["found"]:
        return plain
    queries.keep("cells", ("cells", shape), lambda: normalise.read_cells(table("raw"), shape))
    return shape


def _clock(found: RawFile, whose: Whose, given: Given) -> Clock:
    """What times are that state no zone: UTC on portals, the zone that is given, or what the layout says."""
    zone = found.layout.zone
    if zone != "utc" and given.timezone is not None:
        zone = "given"
    if zone == "assumed_local" and not whose.is_zone_known:
        zone = "assumed_utc"
    return Clock(found.layout.times, zone, found.states_utc, whose.is_zone_known)


def _overwritten(queries: engine.Queries, found: RawFile) -> str | None:
    """The one text, in lower case, that fills nearly the whole column of reasons, if one does."""
    if not found.has_reason:
        return None
    top = queries.rows("top reason", lambda: normalise.top_reason(queries.con.table("raw")))
    if not top or top[0]["times"] < max(ENOUGH_TO_JUDGE, NEARLY_ALL * int(top[0]["known"])):
        return None
    return str(top[0]["reason"])


def _account(counted: dict[str, Any], rows_read: int, place: Path) -> dict[str, Any]:
    """How many records were read, loaded, rejected, blank, repeated; raises RowsLost unless they add up."""
    numbers = {name: int(counted[name] or 0) for name in ("rows_loaded", "rows_rejected", "rows_blank")}
    if rows_read != sum(numbers.values()):
        raise RowsLost(f"{place.name}: {rows_read:,} records were read, but {numbers} add up to something else.")
    return {
        "rows_read": rows_read, **numbers, "rows_with_id": int(counted["rows_with_id"] or 0),
        "repeats_in_file": numbers["rows_loaded"] - int(counted["distinct"]),
        "first_searched_at": counted["first_searched_at"], "last_searched_at": counted["last_searched_at"],
    }  # fmt: skip


def _edges(numbers: dict[str, Any]) -> list[Any]:
    return [None if pd.isna(numbers[name]) else numbers[name] for name in ("first_searched_at", "last_searched_at")]


def _check_stored(store: Store, release: str, numbers: dict[str, Any], place: Path) -> None:
    """Count again in the written files; raises RowsLost unless every record arrived."""
    for table, name in (("searches", "rows_loaded"), ("rejects", "rows_rejected")):
        stored = pq.read_metadata(store.part(table, release)).num_rows
        if stored != numbers[name]:
            raise RowsLost(f"{place.name}: {name} is {numbers[name]:,}, but the store has {stored:,} in `{table}`.")


def _write_parts(
    queries: engine.Queries,
    store: Store,
    release: str,
    shape: normalise.Shape,
    rejected: int,
    mended: tuple[str, ...],
) -> None:
    table = queries.con.table
    parts: dict[str, tuple[Hashable, Callable[[], ir.Table]]] = {
        "searches": (("searches", shape), lambda: normalise.to_searches(table("cells"), shape)),
        "texts": (("texts", shape), lambda: normalise.to_texts(table("cells"), shape).select(*TEXT_COLUMNS)),
        "rejects": (("rejects", shape), lambda: normalise.to_rejects(table("cells"))),
        "fixes": (("fixes", shape, mended), lambda: normalise.to_fixes(table("cells"), mended)),
        "cell_states": (("cell_states", shape), lambda: to_cell_states(table("cells"), shape.columns)),
    }
    if not rejected:
        del parts["rejects"]
        store.write_empty_part(REJECTS, release)
    if not mended:
        del parts["fixes"]
        store.write_empty_part(FIXES, release)
    for name, (key, build) in parts.items():
        store.write_part(name, release, partial(queries.write, key=key, build=build))


def _warn(numbers: dict[str, Any], counted: dict[str, Any], found: RawFile, whose: Whose) -> list[str]:
    warnings = []
    if not numbers["rows_read"]:
        warnings.append(NO_ROWS)
    if not found.has_reason:
        warnings.append("No reason column: how many searches were for immigration cannot be known from this file.")
    if counted["rows_day_first"]:
        others = (
            "other records state the month first, so the file mixes both and some of its days are probably wrong"
            if counted["rows_month_first"]
            else "the others were read month first and are probably wrong"
        )
        warnings.append(
            f"{counted['rows_day_first']:,} records state the day before the month, as 13/02/2025 does, and were "
            f"rejected; {others}. Ask for the file as the vendor exports it before you count with it."
        )
    if numbers["rows_rejected"]:
        warnings.append(
            f"Records that could not be read: {numbers['rows_rejected']:,}; they are listed in the table `rejects`."
        )
    if numbers["rows_rejected"] and not numbers["rows_loaded"]:
        warnings.append("No record could be read, so nothing in this file is counted.")
    if counted["rows_numbered"]:
        warnings.append(
            f"{counted['rows_numbered']:,} records have a plain number as ID, which names another search in another "
            "file: it was not taken for the vendor's id."
        )
    if counted["rows_untold"]:
        warnings.append(
            f"{counted['rows_untold']:,} records state no id, and only the day or the minute of the search, so each "
            "counts as a search of its own: if another file holds them too, they count twice."
        )
    zone = f"the zone {whose.timezone}" if whose.is_zone_known else "UTC"
    if counted["rows_day"]:
        warnings.append(
            f"{counted['rows_day']:,} records state a day and no time of day; they were placed on that day in {zone}. "
            "Those of the day of a cut are counted neither before nor after it."
        )
    if counted["rows_local"]:
        warnings.append(
            f"{counted['rows_local']:,} records do not state the zone of their time; it was taken as {zone}. Ask the "
            "agency, and say --timezone or write it into sources.csv."
        )
    if counted["rows_utc"] and whose.kind != "portal":
        warnings.append(
            f"{counted['rows_utc']:,} records do not state the zone of their time; it was taken as UTC, as the vendor "
            "writes it. If the file was opened and saved elsewhere, ask, and say --timezone or note it in sources.csv."
        )
    return warnings
