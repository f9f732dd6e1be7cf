"""Load released files into the store: read, normalise, account for every record, write.

A file that is not a lookup log is refused with one sentence and the others still load. Nothing read is
dropped in silence: the program itself asserts that records read = loaded + rejected + blank.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from ibis.backends.duckdb import Backend

from investigate.columns import IDENTIFIERS, schema_version
from investigate.errors import InvestigateError, RefusedFile, unknown
from investigate.load_table import Into, load_table
from investigate.logs.archives import Source, open_sources, printable
from investigate.logs.containers import Fingerprint, find_files, fingerprint, why_no_file
from investigate.logs.readers import read_release
from investigate.logs.sources import KINDS, SAID, Given, Sources, find_given, find_sources, time_zones
from investigate.pace import Pace, telling
from investigate.progress import step
from investigate.store import Store, is_of_the_store, staging
from investigate.workspace import Workspace, open_workspace

REPORT_FIELDS = (
    "path", "sha256", "status", "layout", "kind", "producer", "timezone", "rows_read", "rows_loaded",
    "rows_rejected", "rows_blank", "repeats_in_file", "first_searched_at", "last_searched_at", "warnings",
    "refused_because",
)  # fmt: skip
COUNTS = ("rows_read", "rows_loaded", "rows_rejected", "rows_blank", "repeats_in_file")

Progress = Callable[[int, int, dict[str, Any]], None]
Entry = dict[str, Any]
State = tuple[int, int]  # a file's size and when it was last changed


def load_lookup_logs(
    paths: Iterable[str | Path] | str | Path,
    *,
    producer: str | None = None,
    kind: str | None = None,
    timezone: str | None = None,
    keep_identifiers: bool = False,
    workspace: str | Path | Workspace | None = None,
    progress: Progress | None = None,
    meanwhile: Callable[[Pace], Any] | None = None,
) -> pd.DataFrame:
    """Load released lookup logs; give one row a file, with the fields of `load_report.json`.

    `paths`: files, folders and archives; what is inside an archive, and each log sheet of a workbook with several,
    has a row of its own. `producer`, `kind` (network, organization, portal) and `timezone` (IANA name) win over what
    is inferred and what `sources.csv` says, for all these files. `keep_identifiers` also writes plates, officers'
    names and case numbers as released, into a table of their own that nothing else opens. `progress` is called after
    each file with its number, how many there are, and its entry; `meanwhile` every few seconds of a long read.
    Raises InvestigateError for a path, kind or zone that does not exist, and for a sources.csv that cannot be followed.
    """
    given = _check(Given((producer or "").strip() or None, kind, timezone, keep_identifiers=keep_identifiers))
    named = [paths] if isinstance(paths, str | Path) else list(paths)
    files = find_files(named)
    room = open_workspace(workspace)
    store = Store(room.store)
    files = _leave_out_the_store(files, store)
    sources = find_sources(named)
    entries: list[Entry] = []
    sizes = [_size(path) for path in files]
    steps = step("loading", "files", len(files), weight=sum(sizes))
    with staging(store) as held, steps as under_way:
        loading = _Loading(store, given, sources, room, meanwhile, held.con)
        for number, path in enumerate(files, start=1):
            for entry in loading.load(path):
                entries.append({name: entry[name] for name in REPORT_FIELDS})
                if progress:
                    progress(number, len(files), entries[-1])
            under_way.advance(weight=sizes[number - 1])
        if held.left:
            entries[0]["warnings"] = [*entries[0]["warnings"], held.left]
        store.write_report(entries)
    report = pd.DataFrame.from_records(entries, columns=list(REPORT_FIELDS))
    # A refused file has no counts; without this type they would make every count a float.
    return report.astype(dict.fromkeys(COUNTS, "Int64"))


def _leave_out_the_store(files: list[Path], store: Store) -> list[Path]:
    """A folder that is loaded may hold the workspace, and the store in it is no release."""
    inside = store.folder.absolute()
    outside = [path for path in files if not path.is_relative_to(inside)]
    if not outside:
        raise InvestigateError(f"There is no released file here, only the store of this workspace: {str(inside)!r}.")
    return outside


def _check(given: Given) -> Given:
    if given.kind is not None and given.kind not in KINDS:
        raise unknown("kind of log", given.kind, KINDS)
    if given.timezone is not None and given.timezone not in time_zones():
        raise unknown("time zone", given.timezone, time_zones(), "Use a name such as America/Chicago.")
    return given


def shown_path(path: Path) -> str:
    """The path as text that can be stored: bytes of a file name that are no text are shown as codes."""
    return str(path).encode("utf-8", "backslashreplace").decode()


@dataclass
class _Loading:
    """One run of loading: the store, what the person says of the files, and the connection that holds the lock."""

    store: Store
    said: Given
    sources: dict[Path, Sources]
    room: Workspace
    meanwhile: Callable[[Pace], Any] | None
    con: Backend
    noted: dict[str, tuple[str, str]] = field(default_factory=dict)  # SHA-256 → where it lay, what sources.csv said

    def load(self, path: Path) -> Iterator[Entry]:
        """The entries of a file in the load report: one, or one for each table in it."""
        try:
            if why := why_no_file(path):
                yield _refusal(_blank_entry(path), why)
                return
            last: list[Entry] = []
            for source in open_sources(path, self.store.unpacked):
                yield from last
                last = self._load_source(source)
            # Only when an archive was gone through is it known what is not in it.
            left = [one for noted in self.sources.values() for one in noted.unused_in(path)]
            yield from (entry | {"warnings": [*entry["warnings"], *left]} for entry in last)
        except OSError as error:
            yield self._refused(_blank_entry(path), path, error)

    def _load_source(self, source: Source) -> list[Entry]:
        entry = _blank_entry(source.place)
        if source.refused:
            return [_refusal(entry, source.refused)]
        try:
            with telling(self.meanwhile, source.place.name) as pace:
                pace.doing, before = "taking its fingerprint", _state(source.path)
                print_ = fingerprint(source.path)
                entry["sha256"] = print_.sha256
                noted = find_given(self.sources, source.place) or Given()
                given = self.said.over(noted)
                known = self._find_known(source.place, print_, given, noted)
                if known:
                    return known
                return self._load_tables(source, print_, before, given, noted, pace)
        except RefusedFile as refusal:
            return [_refusal(entry, str(refusal))]
        except OSError as error:
            return [self._refused(entry, source.path, error)]

    def _refused(self, entry: Entry, path: Path, error: OSError) -> Entry:
        if is_of_the_store(error, self.store):
            raise error  # no fault of this file
        why = f"{path.name} could not be read: {error.strerror or error}. Check that it is there and may be read."
        return _refusal(entry, why)

    def _clashes(self, noted: Given) -> list[str]:
        """A warning for each thing of which the command says something else than `sources.csv`."""
        both = [(name, getattr(self.said, name), getattr(noted, name)) for name in ("producer", "kind", "timezone")]
        return [
            f"The command says {name} {said!r}, sources.csv says {other!r}: the command was followed."
            for name, said, other in both
            if said and other and said != other
        ]

    def _find_known(self, place: Path, print_: Fingerprint, given: Given, noted: Given) -> list[Entry]:
        """The entries of a file whose bytes were loaded before, unless it is now said to be something else.

        A file without rows has the same bytes whoever released it, so there the place it lies in tells. Raises
        RefusedFile for a copy of which `sources.csv` says something else than of the first.
        """
        releases = self.store.releases()
        same = releases[(releases["sha256"] == print_.sha256) & (releases["schema"] == schema_version())]
        is_here = [
            one["rows_read"] > 0 or one["release"] == _release_id(place, print_, one, 0)
            for one in same.to_dict("records")
        ]
        same = same[is_here]
        if same.empty or len(same) != same["tables_in_file"].iloc[0]:
            return []
        said = {name: getattr(given, name) for name in SAID}
        for name, value in said.items():
            if value is not None and (same[name] != value).any():
                self._refuse_copy(place, print_, noted)
                return []
        # What a row of sources.csv said of this very file stands no longer when the row is gone.
        is_same_place = same["path"].iloc[0] == _path(place, same["sheet"].iloc[0], len(same))
        if is_same_place and (same["noted"].fillna("") != noted.said()).any():
            return []
        if given.keep_identifiers and not all(
            self.store.part(IDENTIFIERS.name, one).exists() for one in same["release"]
        ):
            return []
        if same["rows_read"].any():
            self.noted.setdefault(print_.sha256, (same["path"].iloc[0], noted.said()))
        unchanged = {"status": "unchanged"}
        return [
            _entry(one) | {"path": _path(place, one["sheet"], len(same))} | unchanged for one in same.to_dict("records")
        ]

    def _refuse_copy(self, place: Path, print_: Fingerprint, noted: Given) -> None:
        first = self.noted.get(print_.sha256)
        if first and first[1] != noted.said():
            raise RefusedFile(
                f"{place.name} holds the same bytes as {first[0]}, of which something else is said. Keep one of them, "
                "or say the same of both in sources.csv."
            )

    def _load_tables(
        self, source: Source, print_: Fingerprint, before: State, given: Given, noted: Given, pace: Pace
    ) -> list[Entry]:
        tables = read_release(source.path, print_, given.pins())
        for release in self._releases_of(print_):
            self.store.drop_release(release)
        entries = []
        for found in tables:
            found.warnings += self._clashes(noted)
            pace.doing, pace.table = "reading", found
            found.write(self.con)
            if _state(source.path) != before:
                raise RefusedFile(
                    f"{source.path.name} changed while it was read: it may still be downloading or being saved. "
                    "Load it again when it is whole."
                )
            pace.doing = "counting and storing"
            about = {"sheet": found.sheet, "tables_in_file": len(tables)}
            into = Into(self.con, self.store, self.room.secret())
            name = partial(_release_id, source.place, print_, about)
            record = load_table(into, Path(shown_path(source.place)), found, given, name)
            path = _path(source.place, found.sheet, len(tables))
            record |= {"path": path, "sha256": print_.sha256, "bytes": print_.bytes, "tables_in_file": len(tables)}
            record["noted"] = noted.said() or None
            self.store.add_release(record)
            if record["rows_read"]:
                self.noted[print_.sha256] = (path, noted.said())
            entries.append(_entry(record) | {"status": "loaded"})
        return entries

    def _releases_of(self, print_: Fingerprint) -> list[str]:
        releases = self.store.releases()
        return list(releases.loc[(releases["sha256"] == print_.sha256) & (releases["rows_read"] > 0), "release"])


def _state(path: Path) -> State:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _size(path: Path) -> int:
    """In bytes; 0 for what cannot be looked at, which is refused when its turn comes."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _blank_entry(place: Path) -> Entry:
    return dict.fromkeys(REPORT_FIELDS) | {"path": shown_path(place), "warnings": []}


def _refusal(entry: Entry, why: str) -> Entry:
    return entry | {"status": "refused", "refused_because": printable(why)}


def _path(place: Path, sheet: str | None, tables: int) -> str:
    return shown_path(place / sheet if sheet and tables > 1 else place)


def _release_id(place: Path, print_: Fingerprint, about: dict[str, Any], rows_read: int) -> str:
    """From the bytes alone; with the sheet where several are logs, and the place where there is no row to tell by."""
    sheet = f"sheet {about['sheet']}" if about["tables_in_file"] > 1 else ""
    if rows_read and not sheet:
        return print_.sha256[:12]
    told = sheet if rows_read else f"{shown_path(Path(place.parent.name, place.name))}{sheet}"
    return hashlib.sha256(f"{print_.sha256} {told}".encode()).hexdigest()[:12]


def _entry(record: dict[str, Any]) -> Entry:
    """A row of `releases` as it stands in the load report: ISO times, plain numbers, warnings as a list."""
    entry = {name: record[name] for name in REPORT_FIELDS if name in record and not name.startswith("rows_")}
    entry |= {name: None for name, value in entry.items() if pd.isna(value)}
    for name in COUNTS:
        entry[name] = int(record[name])
    for name in ("first_searched_at", "last_searched_at"):
        when = record[name]
        entry[name] = None if pd.isna(when) else pd.Timestamp(when).strftime("%Y-%m-%dT%H:%M:%SZ")
    entry["warnings"] = json.loads(record["warnings"])
    return entry | {"refused_because": None}
