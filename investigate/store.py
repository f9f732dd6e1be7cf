"""The store: Parquet files of one workspace, one part a release and table, written aside and then renamed.

The list of releases is written last and says which parts count, so a load that was killed leaves the store as
it was before that file.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from investigate.columns import RELEASES, Table

# Distinct reasons of a release, before they have a category.
TEXT_COLUMNS = ("reason_id", "reason", "offense_type", "case_text", "is_exported")


class Store:
    """The Parquet files under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def load_report(self) -> Path:
        return self.folder / "load_report.json"

    def part(self, table: str, release: str) -> Path:
        return self.folder / table / f"{release}.parquet"

    def derived(self, table: str) -> Path:
        return self.folder / f"{table}.parquet"

    def releases(self) -> pd.DataFrame:
        """The table `releases`, in the order of loading; empty when nothing has been loaded."""
        path = self.derived("releases")
        return empty_frame(RELEASES) if not path.exists() else pq.read_table(path).to_pandas()

    def state(self) -> str:
        """One line that changes whenever the loaded releases change."""
        releases = self.releases()
        return " ".join(
            sorted(f"{row.release}:{row.kind}:{row.producer}:{row.timezone}" for row in releases.itertuples())
        )

    def add_release(self, record: dict[str, Any]) -> None:
        """Make a release's parts count; a release with the same id is replaced."""
        kept = [row for row in self.releases().to_dict("records") if row["release"] != record["release"]]
        write_frame(frame_of(RELEASES, [*kept, record]), RELEASES, self.derived("releases"))

    def write_part(self, con: Backend, table: str, release: str, rows: ir.Table) -> None:
        path = self.part(table, release)
        with written_aside(path) as aside:
            con.to_parquet(rows, aside, compression="zstd")

    def write_empty_part(self, table: Table, release: str) -> None:
        """A part without rows, written without asking the engine."""
        write_frame(empty_frame(table), table, self.part(table.name, release))

    def parts(self, con: Backend, table: str) -> ir.Table:
        """All parts of a table that count, as one Ibis table; there must be at least one release."""
        paths = [self.part(table, release) for release in self.releases()["release"]]
        return con.read_parquet(paths, table_name=table)

    def write_report(self, entries: Iterable[dict[str, Any]]) -> None:
        write_text(self.load_report, json.dumps(list(entries), indent=2, ensure_ascii=False) + "\n")


def empty_frame(table: Table) -> pd.DataFrame:
    """A frame with a declared table's columns and no rows."""
    return frame_of(table, [])


def frame_of(table: Table, records: list[dict[str, Any]]) -> pd.DataFrame:
    """Records as a frame with exactly the declared columns, in order."""
    return pd.DataFrame.from_records(records, columns=table.names)


def arrow_schema(table: Table) -> pa.Schema:
    return ibis.schema(table.schema()).to_pyarrow()


def write_frame(frame: pd.DataFrame, table: Table, path: Path) -> None:
    """Write a small frame as Parquet with the declared types."""
    with written_aside(path) as aside:
        pq.write_table(pa.Table.from_pandas(frame, schema=arrow_schema(table), preserve_index=False), aside)


def write_text(path: Path, text: str) -> None:
    with written_aside(path) as aside:
        aside.write_text(text, encoding="utf-8")


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`; what was written there is flushed to disk and takes its place at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".aside-", suffix=path.suffix)
    os.close(handle)
    aside = Path(name)
    try:
        yield aside
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.chmod(0o644)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
