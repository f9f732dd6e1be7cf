"""The store: Parquet files of one workspace, one part a release and table, written aside and then renamed.

The list of releases is written last and says which parts count, so a load that was killed leaves the store as
it was before that file. Whoever writes holds the store (`staging`), so that no two runs write at once.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from investigate import engine
from investigate.columns import IDENTIFIERS, RELEASES, Table, schema_version
from investigate.errors import InvestigateError
from investigate.owner import SECONDS_PATIENT, Held, held_here, hold

STAGING = ".staging.duckdb"
UNPACKED = ".unpacked"
ASIDE = ".aside-"
PATIENCE = SECONDS_PATIENT  # to wait for another load into the same workspace
WHILE_DERIVED = 600.0  # seconds to wait for another run, which most often makes the very tables that are wanted

# Distinct reasons of a release, before they have a category.
TEXT_COLUMNS = ("reason_id", "reason", "offense_type", "case_text", "is_exported", "is_overwritten")


class StoreNotWritten(InvestigateError, OSError):
    """The store cannot be written: the disk is full, or may not be written to."""


class Store:
    """The Parquet files under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def unpacked(self) -> Path:
        """Where files out of archives lie while they are read."""
        return self.folder / UNPACKED

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
        if not path.exists():
            return empty_frame(RELEASES)
        # An older version of this program wrote other columns; such a release counts as one to be loaded again.
        return pq.read_table(path).to_pandas().reindex(columns=RELEASES.names)

    def stale(self) -> list[str]:
        """Paths of the releases that were loaded into tables with other columns."""
        releases = self.releases()
        return list(releases.loc[releases["schema"] != schema_version(), "path"])

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

    def drop_release(self, release: str) -> None:
        """Make a release's parts count no longer, if they did: they are about to be replaced one by one.

        Identifiers that an earlier load was asked to keep are removed, since this one may not have been asked.
        """
        self.part(IDENTIFIERS.name, release).unlink(missing_ok=True)
        releases = self.releases()
        if (releases["release"] == release).any():
            write_frame(releases[releases["release"] != release], RELEASES, self.derived("releases"))

    def write_part(self, table: str, release: str, write: Callable[[Path], None]) -> None:
        """Replace a release's part by what `write` puts at the path that it is given."""
        with written_aside(self.part(table, release)) as aside:
            write(aside)

    def write_empty_part(self, table: Table, release: str) -> None:
        """A part without rows, written without asking the engine."""
        write_frame(empty_frame(table), table, self.part(table.name, release))

    def parts(self, con: Backend, table: str) -> ir.Table:
        """All parts of a table that count, as one Ibis table; there must be at least one release."""
        paths = [engine.literal_path(self.part(table, release)) for release in self.releases()["release"]]
        return con.read_parquet(paths, table_name=table)

    def write_report(self, entries: Iterable[dict[str, Any]]) -> None:
        write_text(self.load_report, json.dumps(list(entries), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


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
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=ASIDE, suffix=path.suffix)
    os.close(handle)
    aside = Path(name)
    try:
        yield aside
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.chmod(0o644)
        aside.replace(path)
        sync_folder(path.parent)
    finally:
        aside.unlink(missing_ok=True)
        aside.with_name(f"tmp_{aside.name}").unlink(missing_ok=True)  # where the engine writes first


def sync_folder(folder: Path) -> None:
    """Flush a folder's names to disk, or a file that was renamed could be gone after a power cut. Not every system and
    disk can: Windows opens no folder, some network disks refuse."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def sync_files(folder: Path) -> None:
    """Flush all files in a folder, and their names, to disk."""
    for path in folder.iterdir():
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


# How the engine, which has no one type of error for it, says that the disk did not take what it wrote.
ENGINE_ON_DISK = re.compile(
    r"(?i)could not (write|create|truncate|sync)|cannot open file|no space left|file too large|disk quota|"
    r"read-only file"
)
NOT_WRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def is_of_the_store(error: OSError, store: Store) -> bool:
    """Whether it was the store that could not be written or read, and not a released file."""
    return _is_inside(error, store.folder) or error.errno in NOT_WRITTEN


def _is_inside(error: OSError, folder: Path) -> bool:
    return isinstance(error.filename, str) and Path(error.filename).is_relative_to(folder)


@contextmanager
def telling_of_the_disk(folder: Path, what: str = "store") -> Iterator[None]:
    """Raise StoreNotWritten where the disk, and no fault of a file or of this program, ended the work inside. `what`
    the folder is called in a sentence."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        if isinstance(error, OSError):
            is_disk: object = _is_inside(error, folder) or error.errno in NOT_WRITTEN
        else:
            is_disk = ENGINE_ON_DISK.search(str(error))
        if not is_disk and not isinstance(error, duckdb.OutOfMemoryException):
            raise
        why = str(error).splitlines()[0]
        if isinstance(error, OSError) and error.strerror:
            why = error.strerror + (f" ({error.filename!r})" if error.filename else "")
        raise StoreNotWritten(
            f"The {what} {str(folder)!r} could not be written: {why}. Make room on the disk, or see that the folder "
            "may be written to, and run this again: what was finished before stands, and the run goes on."
        ) from error


@contextmanager
def staging(store: Store, verb: str = "load", patience: float = PATIENCE) -> Iterator[Held]:
    """Hold the store to write to it. Its scratch file is the lock, which ends with the process however that ends; in it
    lie tables too large for memory. What a killed run left behind is swept away. Within one thread, who holds the store
    may hold it again. `verb`: what is done, in the words that another run is told.

    Raises InvestigateError when another run still holds the store after `patience` seconds, and StoreNotWritten.
    """
    held = held_here(store.folder)
    if held is not None:
        yield held
        return
    with telling_of_the_disk(store.folder), hold(store.folder, STAGING, verb, patience) as held:
        for left in list(store.folder.rglob(f"*{ASIDE}*")):  # the engine begins some with tmp_
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
        _clear_folders(store)
        try:
            yield held
        finally:
            _clear_folders(store)


def _clear_folders(store: Store) -> None:
    shutil.rmtree(store.unpacked, ignore_errors=True)
    for left in store.folder.glob(".deriving-*"):  # of earlier versions of this program
        shutil.rmtree(left, ignore_errors=True)


def parquet_stamp(folder: Path) -> str:
    """Changes with the names and contents of the Parquet files in a folder; of a folder that is not there as of an
    empty one."""
    made = hashlib.sha256()
    for path in sorted(folder.glob("*.parquet")):
        made.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()
