"""Sharing lists in a workspace's store: one Parquet file a release, named by its hash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from investigate.sharing.table import COLUMNS, SharingLoad, typed
from investigate.store import Store, staging, written_aside
from investigate.workspace import Workspace, open_workspace

ABOUT = b"release"  # in the Parquet file's own description: the entry of the release, as JSON
_TYPES = {
    "as_of": pa.date32(), "row": pa.int64(), "networks_count": pa.int64(), "page": pa.int64(),
    "federal_immigration": pa.bool_(), "owner_federal_immigration": pa.bool_(),
    "incomplete": pa.bool_(),
}  # fmt: skip
SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in COLUMNS])


def store_sharing(load: SharingLoad, workspace: str | Path | Workspace | None = None) -> list[Path]:
    """Write what was loaded into the store; gives the files written.

    A release loaded before is replaced: loading twice is loading once, and what is said of it now counts. Refused
    files change nothing.
    """
    folder, store = _folder(workspace), Store(open_workspace(workspace).store)
    written: dict[str, Path] = {}
    for entry in load.releases:
        release = entry["release"]
        if entry["status"] != "loaded" or release in written:
            continue
        frame = load.table[load.table["release"] == release]
        table = pa.Table.from_pandas(frame, schema=SCHEMA, preserve_index=False)
        about = {ABOUT: json.dumps(entry, ensure_ascii=False).encode()}
        written[release] = folder / f"{release}.parquet"
        with staging(store, "sharing"), written_aside(written[release]) as aside:
            pq.write_table(table.replace_schema_metadata(about), aside)
    return list(written.values())


def read_sharing(workspace: str | Path | Workspace | None = None) -> pd.DataFrame:
    """The sharing table of all stored releases (see table.COLUMNS), in the order of their paths; empty without any."""
    frames = [pq.read_table(path, schema=SCHEMA).to_pandas(date_as_object=True) for path, _ in _stored(workspace)]
    filled = [typed(frame) for frame in frames if len(frame)]
    return typed(pd.concat(filled, ignore_index=True) if filled else pd.DataFrame())


def read_sharing_releases(workspace: str | Path | Workspace | None = None) -> list[dict[str, Any]]:
    """The entries of all stored releases, as `load_sharing` gave them, in the order of their paths."""
    return [entry for _, entry in _stored(workspace)]


def _stored(workspace: str | Path | Workspace | None) -> list[tuple[Path, dict[str, Any]]]:
    found = []
    for path in _folder(workspace).glob("[0-9a-f]*.parquet"):
        about = (pq.read_schema(path).metadata or {}).get(ABOUT)
        if about:
            found.append((path, json.loads(about)))
    return sorted(found, key=lambda each: (each[1]["path"], each[0].name))


def _folder(workspace: str | Path | Workspace | None) -> Path:
    return open_workspace(workspace).store / "sharing"
