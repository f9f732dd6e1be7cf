"""Load released files into the store: read, normalise, account for every record, write.

A file that is not a lookup log is refused with one sentence and the others still load. Nothing read is
dropped in silence: the program itself asserts that records read = loaded + rejected + blank.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.backends.duckdb import Backend

from investigate import engine
from investigate.columns import FIXES, REJECTS, SEARCHES
from investigate.errors import InvestigateError, RefusedFile, unknown
from investigate.logs import normalise
from investigate.logs.containers import Fingerprint, find_files, fingerprint
from investigate.logs.readers import RawFile, read_release
from investigate.logs.whose import KINDS, Given, find_whose
from investigate.store import TEXT_COLUMNS, Store
from investigate.workspace import Workspace, open_workspace

REPORT_FIELDS = (
    "path", "sha256", "status", "layout", "kind", "producer", "timezone", "rows_read", "rows_loaded",
    "rows_rejected", "rows_blank", "repeats_in_file", "first_searched_at", "last_searched_at", "warnings",
    "refused_because",
)  # fmt: skip
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
    workspace: str | Path | Workspace | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Load released lookup logs; give one row a file, with the fields of `load_report.json`.

    `paths`: files and folders. `producer`, `kind` (network, organization, portal) and `timezone` (IANA name)
    win over what is inferred, for all these files. `progress` is called after each file with its number, how
    many there are, and its entry. Raises InvestigateError for a path, kind or zone that does not exist.
    """
    given = _check(Given(producer, kind, timezone))
    files = find_files([paths] if isinstance(paths, str | Path) else paths)
    room = open_workspace(workspace)
    store = Store(room.store)
    entries: list[dict[str, Any]] = []
    scratch = store.folder / ".staging.duckdb"
    store.folder.mkdir(parents=True, exist_ok=True)
    scratch.unlink(missing_ok=True)
    con = engine.connect(scratch)
    try:
        for number, path in enumerate(files, start=1):
            entries.append(_load_file(con, store, path, given, room))
            if progress:
                progress(number, len(files), entries[-1])
    finally:
        con.disconnect()
        for left in store.folder.glob(".staging.duckdb*"):
            left.unlink(missing_ok=True)
    store.write_report(entries)
    return pd.DataFrame.from_records(entries, columns=list(REPORT_FIELDS))


def _check(given: Given) -> Given:
    if given.kind is not None and given.kind not in KINDS:
        raise unknown("kind of log", given.kind, KINDS)
    if given.timezone is not None:
        try:
            ZoneInfo(given.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise InvestigateError(
                f"There is no time zone {given.timezone!r}. Use a name such as America/Chicago or America/New_York."
            ) from error
    return given


def _load_file(con: Backend, store: Store, path: Path, given: Given, room: Workspace) -> dict[str, Any]:
    """One file's entry in the load report, after it was loaded, refused or found unchanged."""
    entry: dict[str, Any] = dict.fromkeys(REPORT_FIELDS)
    entry |= {"path": str(path), "warnings": []}
    try:
        print_ = fingerprint(path)
        entry["sha256"] = print_.sha256
        known = _find_known(store, path, print_, given)
        if known is not None:
            return entry | known | {"path": str(path), "status": "unchanged"}
        return entry | _load_new(con, store, path, print_, given, room)
    except RefusedFile as refusal:
        return entry | {"status": "refused", "refused_because": str(refusal)}
    except OSError as error:
        why = f"{path.name} could not be read: {error.strerror or error}. Check that it is there and may be read."
        return entry | {"status": "refused", "refused_because": why}


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
    said = {"producer": given.producer, "kind": given.kind, "timezone": given.timezone}
    if any(value is not None and value != before[name] for name, value in said.items()):
        return None
    return _entry(before.to_dict())


def _release_id(path: Path, print_: Fingerprint, rows_read: int) -> str:
    if rows_read:
        return print_.sha256[:12]
    place = f"{print_.sha256} {path.parent.name}/{path.name}"
    return hashlib.sha256(place.encode()).hexdigest()[:12]


def _entry(record: dict[str, Any]) -> dict[str, Any]:
    """A row of `releases` as it stands in the load report: ISO times, plain numbers, warnings as a list."""
    entry = {name: record[name] for name in REPORT_FIELDS if name in record and not name.startswith("rows_")}
    for name in ("rows_read", "rows_loaded", "rows_rejected", "rows_blank", "repeats_in_file"):
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
    raw = con.table("raw")
    whose = find_whose(path, found, raw, given)
    rows_read = int(raw.count().execute())
    facts = normalise.ReleaseFacts(
        _release_id(path, print_, rows_read),
        whose.producer,
        whose.kind,
        found.layout,
        whose.timezone,
        given.timezone,
        found.has_reason,
        room.secret(),
    )
    con.create_table("cells", normalise.read_cells(raw, facts), overwrite=True)
    cells = con.table("cells")
    numbers, changed = _account(cells, rows_read, path)
    _write_parts(con, store, cells, facts, numbers["rows_rejected"], changed)
    warnings = [*found.warnings, *whose.warnings, *_warn(numbers, found)]
    record = {
        "release": facts.release, "path": str(path), "sha256": print_.sha256, "bytes": print_.bytes,
        "layout": found.layout.id, "kind": whose.kind, "producer": whose.producer,
        "producer_from": whose.producer_from, "timezone": whose.timezone, "sheet": found.sheet,
        "has_reason": found.has_reason, **numbers, "warnings": json.dumps(warnings, ensure_ascii=False),
    }  # fmt: skip
    store.add_release(record)
    for name in ("raw", "cells", "loaded"):
        con.drop_table(name, force=True)
    return _entry(record) | {"status": "loaded"}


def _account(cells: ir.Table, rows_read: int, path: Path) -> tuple[dict[str, Any], list[str]]:
    """How many records were read, loaded, rejected, blank, repeated, and which columns had cells mended.

    Raises RowsLost unless they add up.
    """
    loaded = cells.status == "loaded"
    changed = normalise.count_changed(cells)
    in_columns = [cells[name].fill_null("") for name in normalise.raw_columns(cells)]
    whole_row = engine.row_hash(ibis.literal("\x1f").join(in_columns))
    counted = cells.agg(
        rows_loaded=loaded.sum(),
        rows_rejected=(cells.status == "rejected").sum(),
        rows_blank=(cells.status == "blank").sum(),
        distinct=whole_row.nunique(where=loaded),
        first_searched_at=cells.searched_at.min(where=loaded),
        last_searched_at=cells.searched_at.max(where=loaded),
        **changed,
    ).execute()
    row = counted.iloc[0]
    numbers = {
        name: int(row[name]) if pd.notna(row[name]) else 0 for name in ("rows_loaded", "rows_rejected", "rows_blank")
    }
    if rows_read != sum(numbers.values()):
        raise RowsLost(f"{path.name}: {rows_read:,} records were read, but {numbers} add up to something else.")
    times = {name: None if pd.isna(row[name]) else row[name] for name in ("first_searched_at", "last_searched_at")}
    repeats = numbers["rows_loaded"] - int(row["distinct"])
    mended = [column for column in changed if pd.notna(row[column]) and row[column]]
    return {"rows_read": rows_read, **numbers, "repeats_in_file": repeats, **times}, mended


def _write_parts(
    con: Backend, store: Store, cells: ir.Table, facts: normalise.ReleaseFacts, rejected: int, changed: list[str]
) -> None:
    release = facts.release
    searches = con.create_table("loaded", normalise.to_searches(cells, facts), overwrite=True)
    store.write_part(con, "searches", release, searches.select(*SEARCHES.names))
    store.write_part(con, "texts", release, searches.select(*TEXT_COLUMNS).distinct())
    if rejected:
        store.write_part(con, "rejects", release, normalise.to_rejects(cells, facts))
    else:
        store.write_empty_part(REJECTS, release)
    if changed:
        store.write_part(con, "fixes", release, normalise.to_fixes(cells, facts, changed))
    else:
        store.write_empty_part(FIXES, release)


def _warn(numbers: dict[str, Any], found: RawFile) -> list[str]:
    warnings = []
    if not numbers["rows_read"]:
        warnings.append(NO_ROWS)
    if not found.has_reason:
        warnings.append("No reason column: how many searches were for immigration cannot be known from this file.")
    if numbers["rows_rejected"]:
        warnings.append(
            f"{numbers['rows_rejected']:,} records could not be read; they are listed in the table `rejects`."
        )
    return warnings
