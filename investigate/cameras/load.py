"""Load files of camera locations: each record read, placed in its county or told why not, and accounted for.

A file that lists no cameras is refused with one sentence and the others still load. Of every file that is read,
`rows_read = rows_loaded + rows_rejected + rows_blank + other_kinds`; `unplaced` and `assumed` (records that name no
kind of camera) are parts of `rows_loaded`, and `not_standing` of `other_kinds`.
"""

from __future__ import annotations

import datetime as dt
import gc
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from investigate.cameras.account import Entry, account_for
from investigate.cameras.kinds import refuse_other_things
from investigate.cameras.readers import (
    ASK_CAMERAS,
    hash_of,
    looks_like,
    read_file,
    whole_zip,
    why_only_a_part,
    without_parts,
)
from investigate.cameras.recurring import find_recurring
from investigate.cameras.releaser import name_operator
from investigate.cameras.rows import typed, with_points
from investigate.cameras.said import Said, said_before
from investigate.cameras.sources import UNKNOWN, camera_source, find_snapshot, find_terms, read_day
from investigate.errors import InvestigateError, RefusedFile
from investigate.logs.archives import Source, open_sources, printable
from investigate.logs.containers import find_files, why_no_file
from investigate.progress import step
from investigate.workspace import Workspace

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["CamerasLoad", "Entry", "load_cameras", "read_camera_files"]

REPORT_FIELDS = (
    "path", "sha256", "release", "status", "layout", "rows_read", "rows_loaded", "rows_rejected", "rows_blank",
    "other_kinds", "not_standing", "assumed", "unplaced", "unplaced_because", "off_shore", "repeats", "source",
    "licence", "attribution", "snapshot", "box", "said", "warnings", "refused_because",
)  # fmt: skip


@dataclass(frozen=True)
class CamerasLoad:
    """What was loaded: `table` (one row a camera, see investigate.columns.CAMERAS, and its point; EPSG:4326) and
    `releases` (one dict a file, with the fields REPORT_FIELDS)."""

    table: gpd.GeoDataFrame
    releases: list[Entry] = field(default_factory=list)

    @property
    def refused(self) -> list[Entry]:
        return [entry for entry in self.releases if entry["status"] == "refused"]


def load_cameras(
    paths: Iterable[str | Path] | str | Path,
    *,
    source: str | None = None,
    licence: str | None = None,
    snapshot: str | dt.date | None = None,
    operator: str | None = None,
    workspace: str | Path | Workspace | None = None,
) -> gpd.GeoDataFrame:
    """The cameras in files, folders and archives as one GeoDataFrame (EPSG:4326): one row a camera, with the columns of
    investigate.columns.CAMERAS and `geometry`, a point, None for a camera that cannot be drawn.

    `attrs["releases"]`: what became of each file, refused ones among them. Arguments and errors: `read_camera_files`.
    """
    load = read_camera_files(
        paths, source=source, licence=licence, snapshot=snapshot, operator=operator, workspace=workspace
    )
    load.table.attrs["releases"] = load.releases
    return load.table


def read_camera_files(
    paths: Iterable[str | Path] | str | Path,
    *,
    source: str | None = None,
    licence: str | None = None,
    snapshot: str | dt.date | None = None,
    operator: str | None = None,
    workspace: str | Path | Workspace | None = None,
) -> CamerasLoad:
    """Read camera files, folders and archives of them; stores nothing (see `store_cameras`).

    `source` (osm, released, invented, unknown), `licence` and `snapshot` (day or ISO text: when the data stood so)
    win over what the files say, but OpenStreetMap's data keep their licence. `operator`: who runs the cameras of a
    list that names nobody. `workspace`: in whose store it is looked up what was said of the same bytes before; that
    holds on where nothing is said now. A list that does not speak of cameras is taken for one if a source is said.
    Raises InvestigateError for a path that does not exist, an unknown source, a day that cannot be.
    """
    if source is not None:
        camera_source(source)
    loading = _Loading(Said(source, licence, read_day(snapshot), operator), workspace)
    try:
        files = find_files([paths] if isinstance(paths, str | Path) else paths)
    except InvestigateError as error:
        raise InvestigateError(_of_cameras(str(error))) from error
    whole = list(without_parts(dict.fromkeys(path.resolve() for path in files)))
    steps = step("reading camera files", "files", len(whole))
    with tempfile.TemporaryDirectory(prefix="cameras-") as scratch, _no_search_for_cycles(), steps as under_way:
        for path in whole:
            loading.load(path, Path(scratch))
            under_way.advance()
    loading.tell_recurring()
    frames = [frame for frame in loading.frames.values() if len(frame)]
    table = pd.concat(frames, ignore_index=True) if frames else typed(pd.DataFrame())
    return CamerasLoad(with_points(table), loading.entries)


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Without Python's search for objects that hold each other: records do not, and it took a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _of_cameras(why: str) -> str:
    return why.replace(
        "Name a released log, or the folder that holds the logs",
        "Name a file of camera locations, or the folder that holds them",
    )


@dataclass
class _Loading:
    """One run of loading: what the person says, what has been loaded."""

    said: Said
    workspace: str | Path | Workspace | None
    entries: list[Entry] = field(default_factory=list)
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)  # release → table without points
    first: dict[str, Entry] = field(default_factory=dict)  # release → its entry

    def load(self, path: Path, scratch: Path) -> None:
        try:
            if why := why_no_file(path):
                raise RefusedFile(why)
            for source in _open(path, scratch):
                self.entries.append(self._load_source(source))
        except (RefusedFile, OSError) as error:
            self.entries.append(_refused(_entry(path), path, error))

    def _load_source(self, source: Source) -> Entry:
        entry = _entry(source.place)
        try:
            if source.refused:
                raise RefusedFile(source.refused)
            if why := why_only_a_part(source.path):
                raise RefusedFile(why)
            entry["sha256"] = hash_of(source.path)
            entry["release"] = release = entry["sha256"][:12]
            if known := self.first.get(release):
                again = f"The same bytes as {known['path']}: counted once, under that name."
                return known | {"path": entry["path"], "warnings": [again]}
            frame = self._read(source, release, entry)
        except (RefusedFile, OSError) as error:
            return _refused(entry, source.place, error)
        except MemoryError:
            raise
        except Exception as error:  # whatever one file does to a reader, the others load
            return _refused(entry, source.place, _unreadable(source, error))
        self.frames[release], self.first[release] = frame, entry
        return entry

    def _read(self, source: Source, release: str, entry: Entry) -> pd.DataFrame:
        """The rows of a file; fills its entry."""
        said, notes = self.said.or_before(said_before(release, self.workspace))
        found = read_file(source.path)
        if said.source in (None, UNKNOWN):
            refuse_other_things(found, source.place)
        terms = find_terms(found, said.source, said.licence)
        day, warnings = find_snapshot(found, said.snapshot, source.place.name)
        found.warnings += [*notes, *terms.warnings, *warnings]
        name_operator(found, terms, said.operator, source.place)
        entry["said"] = said.as_text
        return account_for(found, terms, day, release, entry)

    def tell_recurring(self) -> None:
        """Warn of cameras that stand in two of the files as the same agency's."""
        names = {release: Path(entry["path"]).name for release, entry in self.first.items()}
        for newer, sentence in find_recurring(list(self.frames.values()), names):
            self.first[newer]["warnings"].append(sentence)


def _open(path: Path, scratch: Path) -> Iterator[Source]:
    """The files in a path; an archive that is one map is a file."""
    if whole_zip(path):
        yield Source(path, path)
    else:
        yield from open_sources(path, scratch)


def _entry(place: Path) -> Entry:
    path = str(place).encode("utf-8", "backslashreplace").decode()
    return dict.fromkeys(REPORT_FIELDS) | {"path": path, "warnings": []}


def _unreadable(source: Source, error: Exception) -> RefusedFile:
    return RefusedFile(
        f"{source.place.name} could not be read as {looks_like(source.path)} ({type(error).__name__}): it is damaged, "
        f"or of a form that is not known. {ASK_CAMERAS}"
    )


def _refused(entry: Entry, place: Path, error: RefusedFile | OSError) -> Entry:
    why = str(error)
    if isinstance(error, OSError):
        why = f"{place.name} could not be read: {error.strerror or error}. Check that it is there and may be read."
    why = why.replace(
        "There is no file to load in it: ask the agency for the Network Audit or the Organization Audit as CSV.",
        f"There is no file to load in it. {ASK_CAMERAS}",
    )
    return entry | {"status": "refused", "refused_because": printable(why)}
