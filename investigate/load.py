"""Load released files into the store: read, normalise, account for every record, write.

A file that is not a lookup log is refused with one sentence and the others still load. Nothing read is
dropped in silence: the program itself asserts that records read = loaded + rejected + blank.
"""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Callable, Hashable, Iterable
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import ibis.expr.types as ir
import pandas as pd
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from investigate import engine
from investigate.columns import FIXES, IDENTIFIERS, REJECTS, SEARCHES
from investigate.errors import InvestigateError, RefusedFile, unknown
from investigate.logs import normalise
from investigate.logs.containers import Fingerprint, find_files, fingerprint
from investigate.logs.filenames import disagreement
from investigate.logs.readers import RawFile, read_release
from investigate.logs.whose import KINDS, Given, find_whose
from investigate.store import TEXT_COLUMNS, Store, staging
from investigate.workspace import Workspace, open_workspace

REPORT_FIELDS = (
    "path", "sha256", "status", "layout", "kind", "producer", "timezone", "rows_read", "rows_loaded",
    "rows_rejected", "rows_blank", "repeats_in_file", "first_searched_at", "last_searched_at", "warnings",
    "refused_because",
)  # fmt: skip
COUNTS = ("rows_read", "rows_loaded", "rows_rejected", "rows_blank", "repeats_in_file")
NO_ROWS = "The file has a header and no rows: no searches published is not proof of no searches."

Progress = Callable[[int, int, dict[str, Any]], None]


class RowsLost(InvestigateError):
    """The records of a file do not add up: a fault in this program, never to be passed over."""


def load_lookup_logs(
    paths: Iterable[str | Path] | str | Path,
    *,
    producer: str | None = None,
    kind: str | None = None,
    timezone: str | None = None,
    keep_identifiers: bool = False,
    workspace: str | Path | Workspace | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Load released lookup logs; give one row a file, with the fields of `load_report.json`.

    `paths`: files and folders. `producer`, `kind` (network, organization, portal) and `timezone` (IANA name)
    win over what is inferred, for all these files. `keep_identifiers` also writes plates, officers' names and case
    numbers as released, into a table of their own that nothing else opens. `progress` is called after each file
    with its number, how many there are, and its entry. Raises InvestigateError for a path, kind or zone that does
    not exist.
    """
    given = _check(Given((producer or "").strip() or None, kind, timezone, keep_identifiers))
    files = find_files([paths] if isinstance(paths, str | Path) else paths)
    room = open_workspace(workspace)
    store = Store(room.store)
    entries: list[dict[str, Any]] = []
    with staging(store) as con:
        for number, path in enumerate(files, start=1):
            entries.append(_load_file(con, store, path, given, room))
            if progress:
                progress(number, len(files), entries[-1])
        store.write_report(entries)
    report = pd.DataFrame.from_records(entries, columns=list(REPORT_FIELDS))
    # A refused file has no counts; without this type they would make every count a float.
    return report.astype(dict.fromkeys(COUNTS, "Int64"))


def _check(given: Given) -> Given:
    if given.kind is not None and given.kind not in KINDS:
        raise unknown("kind of log", given.kind, KINDS)
    if given.timezone is not None:
        zones = available_timezones() - {"localtime"}  # which zone that is depends on the machine
        if given.timezone not in zones:
            raise unknown("time zone", given.timezone, zones, "Use a name such as America/Chicago.")
    return given


def _load_file(con: Backend, store: Store, path: Path, given: Given, room: Workspace) -> dict[str, Any]:
    """One file's entry in the load report, after it was loaded, refused or found unchanged."""
    entry: dict[str, Any] = dict.fromkeys(REPORT_FIELDS)
    entry |= {"path": shown_path(path), "warnings": []}
    try:
        print_ = fingerprint(path)
        entry["sha256"] = print_.sha256
        known = _find_known(store, path, print_, given)
        if known is not None:
            return entry | known | {"path": entry["path"], "status": "unchanged"}
        return entry | _load_new(con, store, path, print_, given, room)
    except RefusedFile as refusal:
        return entry | {"status": "refused", "refused_because": str(refusal)}
    except OSError as error:
        in_store = isinstance(error.filename, str) and Path(error.filename).is_relative_to(store.folder)
        if in_store or error.errno in (errno.ENOSPC, errno.EROFS):
            raise  # the store cannot be written: no fault of this file
        why = f"{path.name} could not be read: {error.strerror or error}. Check that it is there and may be read."
        return entry | {"status": "refused", "refused_because": why}


def shown_path(path: Path) -> str:
    """The path as text that can be stored: bytes of a file name that are no text are shown as codes."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _find_known(store: Store, path: Path, print_: Fingerprint, given: Given) -> dict[str, Any] | None:
    """The entry of a file whose bytes were loaded before, unless it is now said to be something else.

    A file without rows has the same bytes whoever released it, so there the place it lies in tells.
    """
    releases = store.releases()
    same = releases[releases["sha256"] == print_.sha256]
    same = same[(same["rows_read"] > 0) | (same["release"] == _release_id(path, print_, 0))]
    if same.empty:
        return None
    before = same.iloc[0]
    if given.keep_identifiers and not store.part(IDENTIFIERS.name, before["release"]).exists():
        return None
    said = {"producer": given.producer, "kind": given.kind, "timezone": given.timezone}
    if any(value is not None and value != before[name] for name, value in said.items()):
        return None
    return _entry(before.to_dict())


def _release_id(path: Path, print_: Fingerprint, rows_read: int) -> str:
    if rows_read:
        return print_.sha256[:12]
    place = f"{print_.sha256} {shown_path(Path(path.parent.name, path.name))}"
    return hashlib.sha256(place.encode()).hexdigest()[:12]


def _entry(record: dict[str, Any]) -> dict[str, Any]:
    """A row of `releases` as it stands in the load report: ISO times, plain numbers, warnings as a list."""
    entry = {name: record[name] for name in REPORT_FIELDS if name in record and not name.startswith("rows_")}
    entry |= {name: None for name, value in entry.items() if pd.isna(value)}
    for name in COUNTS:
        entry[name] = int(record[name])
    for name in ("first_searched_at", "last_searched_at"):
        when = record[name]
        entry[name] = None if pd.isna(when) else pd.Timestamp(when).strftime("%Y-%m-%dT%H:%M:%SZ")
    entry["warnings"] = json.loads(record["warnings"])
    return entry


def _load_new(
    con: Backend, store: Store, path: Path, print_: Fingerprint, given: Given, room: Workspace
) -> dict[str, Any]:
    found = read_release(path, print_)
    found.write(con)
    whose = find_whose(path, found, con, given)
    queries = engine.Queries(con)
    rows_read = queries.row("count raw", lambda: con.table("raw").agg(rows=lambda raw: raw.count()))["rows"]
    release = _release_id(path, print_, rows_read)
    is_zone_given = given.timezone is not None and not found.layout.is_utc
    shape = normalise.Shape(whose.kind, tuple(found.columns), found.layout.times, is_zone_given)
    normalise.set_release(con, release, whose, given.timezone, room.secret())
    queries.keep("cells", ("cells", shape), lambda: normalise.read_cells(con.table("raw"), shape))
    numbers, mended = _account(queries, shape, rows_read, path)
    store.drop_release(release)
    _write_parts(queries, store, release, shape, numbers["rows_rejected"], mended)
    if given.keep_identifiers:
        build = partial(normalise.to_identifiers, con.table("cells"))
        store.write_part(IDENTIFIERS.name, release, partial(queries.write, key=("identifiers", shape), build=build))
    _check_stored(store, release, numbers, path)
    warnings = [*found.warnings, *whose.warnings, *_warn(numbers, found)]
    if whose.kind != "portal" and (lie := disagreement(path.name, *_edges(numbers))):
        warnings.append(lie)
    record = {
        "release": release, "path": shown_path(path), "sha256": print_.sha256, "bytes": print_.bytes,
        "layout": found.layout.id, "kind": whose.kind, "producer": whose.producer,
        "producer_from": whose.producer_from, "timezone": whose.timezone, "sheet": found.sheet,
        "has_reason": found.has_reason, **numbers, "warnings": json.dumps(warnings, ensure_ascii=False),
    }  # fmt: skip
    store.add_release(record)
    for name in ("raw", "cells", "loaded"):
        con.drop_table(name, force=True)
    return _entry(record) | {"status": "loaded"}


def _edges(numbers: dict[str, Any]) -> list[Any]:
    return [None if pd.isna(numbers[name]) else numbers[name] for name in ("first_searched_at", "last_searched_at")]


def _account(
    queries: engine.Queries, shape: normalise.Shape, rows_read: int, path: Path
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """How many records were read, loaded, rejected, blank, repeated, and which columns had cells mended.

    Raises RowsLost unless they add up.
    """
    row = queries.row(("count", shape), lambda: normalise.count_cells(queries.con.table("cells")))
    numbers = {name: int(row[name] or 0) for name in ("rows_loaded", "rows_rejected", "rows_blank")}
    if rows_read != sum(numbers.values()):
        raise RowsLost(f"{path.name}: {rows_read:,} records were read, but {numbers} add up to something else.")
    times = {name: row[name] for name in ("first_searched_at", "last_searched_at")}
    repeats = numbers["rows_loaded"] - int(row["distinct"])
    mended = tuple(column for column in normalise.TEXT_COLUMNS if row[f"mended_{column}"])
    return {"rows_read": rows_read, **numbers, "repeats_in_file": repeats, **times}, mended


def _check_stored(store: Store, release: str, numbers: dict[str, Any], path: Path) -> None:
    """Count again in the written files; raises RowsLost unless every record arrived."""
    for table, name in (("searches", "rows_loaded"), ("rejects", "rows_rejected")):
        stored = pq.read_metadata(store.part(table, release)).num_rows
        if stored != numbers[name]:
            raise RowsLost(f"{path.name}: {name} is {numbers[name]:,}, but the store has {stored:,} in `{table}`.")


def _write_parts(
    queries: engine.Queries,
    store: Store,
    release: str,
    shape: normalise.Shape,
    rejected: int,
    mended: tuple[str, ...],
) -> None:
    table = queries.con.table
    queries.keep("loaded", ("loaded", shape), lambda: normalise.to_searches(table("cells"), shape))
    parts: dict[str, tuple[Hashable, Callable[[], ir.Table]]] = {
        "searches": ("searches", lambda: table("loaded").select(*SEARCHES.names)),
        "texts": ("texts", lambda: table("loaded").select(*TEXT_COLUMNS).distinct().order_by("reason_id")),
        "rejects": (("rejects", shape), lambda: normalise.to_rejects(table("cells"))),
        "fixes": (("fixes", shape, mended), lambda: normalise.to_fixes(table("cells"), mended)),
    }
    if not rejected:
        del parts["rejects"]
        store.write_empty_part(REJECTS, release)
    if not mended:
        del parts["fixes"]
        store.write_empty_part(FIXES, release)
    for name, (key, build) in parts.items():
        store.write_part(name, release, partial(queries.write, key=key, build=build))


def _warn(numbers: dict[str, Any], found: RawFile) -> list[str]:
    warnings = []
    if not numbers["rows_read"]:
        warnings.append(NO_ROWS)
    if not found.has_reason:
        warnings.append("No reason column: how many searches were for immigration cannot be known from this file.")
    if numbers["rows_rejected"]:
        warnings.append(
            f"Records that could not be read: {numbers['rows_rejected']:,}; they are listed in the table `rejects`."
        )
    return warnings
