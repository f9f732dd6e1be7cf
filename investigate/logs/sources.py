"""`sources.csv`: what a person knows of released files and no program can tell, one row a file or a folder.

It lies beside the files or in a folder above them. What it says wins over everything inferred, so a mistake in it is
never passed over: a row that fits no file, a kind or zone that does not exist, a column that is not known.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from investigate.errors import InvestigateError, nearest
from investigate.logs.layouts import CANONICAL, LIKELY, SPELLINGS, fold

NAME = "sources.csv"
KINDS = ("network", "organization", "portal")
ABSENT = "none"
# What a row says that is kept with the release as it stands.
KEPT = ("request_id", "received_on", "notes", "mapping")
SAID = ("producer", "kind", "timezone", *KEPT)
COLUMNS = ("path", *SAID)
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls")
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z")


@cache
def time_zones() -> frozenset[str]:
    """Names of time zones that mean the same on every machine, as `localtime` does not."""
    return frozenset(available_timezones() - {"localtime"})


class BadSources(InvestigateError):
    """A sources.csv that cannot be followed; nothing is loaded, since a wrong producer inverts the finding."""


@dataclass(frozen=True)
class Given:
    """What the person who loads the file says of it; wins over everything inferred. None = not said.

    `mapping` (canonical column → header cell, `#3` for the third column, or `none`) as `sources.csv` writes it:
    `searched=When; reason=Why`.
    """

    producer: str | None = None
    kind: str | None = None
    timezone: str | None = None
    request_id: str | None = None
    received_on: str | None = None
    notes: str | None = None
    mapping: str | None = None
    keep_identifiers: bool = False

    def pins(self) -> dict[str, str] | None:
        """The mapping by canonical column, or None."""
        return read_mapping(self.mapping) if self.mapping else None

    def said(self) -> str:
        """All that is said, as JSON; empty where nothing is."""
        said = {name: value for name in SAID if (value := getattr(self, name)) is not None}
        return json.dumps(said, ensure_ascii=False) if said else ""

    def names(self) -> str:
        """What is said, by name, as producer,timezone; empty where nothing is. Notes are no part of it: they are for
        the workspace alone, and nothing follows from them."""
        return ",".join(name for name in SAID if name != "notes" and getattr(self, name) is not None)

    def over(self, other: Given) -> Given:
        """This, with what it does not say taken from `other`."""
        said = {one.name: getattr(self, one.name) or getattr(other, one.name) for one in fields(self)}
        return Given(**said)


@dataclass
class _Row:
    line: int
    pattern: str
    given: Given
    is_used: bool = False


@dataclass
class Sources:
    """The rows of one sources.csv, or of none."""

    path: Path | None = None
    rows: list[_Row] = field(default_factory=list)

    def find(self, place: Path) -> Given | None:
        """What is said of the file at this place, or None; a row that names it wins over one for its folder.

        Raises BadSources when two rows fit equally well.
        """
        if self.path is None:
            return None
        try:
            relative = place.relative_to(self.path.parent).as_posix()
        except ValueError:
            return None
        fitting = [(_closeness(row.pattern, relative), row) for row in self.rows]
        fitting = [(close, row) for close, row in fitting if close]
        for _, row in fitting:
            row.is_used = True
        best = max((close for close, _ in fitting), default=0)
        chosen = [row for close, row in fitting if close == best]
        if len(chosen) > 1:
            raise BadSources(
                f"Lines {chosen[0].line} and {chosen[1].line} of {NAME} both say whose {relative!r} is. Keep one."
            )
        return chosen[0].given if chosen else None

    def unused_in(self, archive: Path) -> list[str]:
        """A sentence for each row that names a file in this archive which is not there, once it was loaded."""
        if self.path is None or not archive.is_relative_to(self.path.parent):
            return []
        inside = archive.relative_to(self.path.parent).as_posix() + "/"
        return [
            f"Line {row.line} of {NAME} names {row.pattern!r}, which is not in this archive."
            for row in self.rows
            if not row.is_used and row.pattern.startswith(inside)
        ]


def _closeness(pattern: str, relative: str) -> int:
    """0 where the pattern does not fit; more, the closer it is: the file itself, a pattern, its folder."""
    if pattern == relative:
        return 10_000
    if any(sign in pattern for sign in "*?["):
        return 5_000 + len(pattern) if fnmatchcase(relative, pattern) else 0
    return len(pattern) if relative.startswith(pattern.rstrip("/") + "/") or pattern in ("", ".") else 0


def find_sources(named: Iterable[str | Path]) -> dict[Path, Sources]:
    """The sources.csv of each folder named for loading, its subfolders, and for files the folder they lie in."""
    folders: set[Path] = set()
    for given in named:
        path = Path(given).expanduser().absolute()
        top = path if path.is_dir() else path.parent
        folders.update(found.parent for found in (top.rglob(NAME) if path.is_dir() else top.glob(NAME)))
        folders.update(above for above in (top, *list(top.parents)[:2]) if (above / NAME).is_file())
    return {folder: read_sources(folder / NAME) for folder in sorted(folders)}


def find_given(sources: dict[Path, Sources], place: Path) -> Given | None:
    """What the nearest sources.csv above a file says of it, or None."""
    for folder in (place.parent, *place.parent.parents):
        if folder in sources and (given := sources[folder].find(place)) is not None:
            return given
    return None


def read_sources(path: Path) -> Sources:
    """Read and check a sources.csv; raises BadSources with the line and the column."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            file.seek(0)
            # Spreadsheet programs write semicolons where a comma is the decimal sign.
            reader = csv.DictReader(file, delimiter=max(",;\t", key=header.count), skipinitialspace=True)
            columns = {name: fold(name or "").replace(" ", "_") for name in reader.fieldnames or []}
            rows = [(reader.line_num, {columns.get(name): text for name, text in row.items()}) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadSources(f"{path} could not be read: {error}. Save it as CSV in UTF-8.") from error
    _check_columns(path, [columns[name] for name in reader.fieldnames or []])
    read = Sources(path)
    for line, row in rows:
        if any((text or "").strip() for name, text in row.items() if isinstance(text, str)):
            read.rows.append(_read_row(path, line, row))
    return read


def _check_columns(path: Path, columns: list[str]) -> None:
    for name in columns:
        if name not in COLUMNS:
            near = nearest(name, COLUMNS, 1)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            raise BadSources(f"{path} has a column {name!r}. {hint}Its columns are {', '.join(COLUMNS)}.")
    if "path" not in columns:
        raise BadSources(f"{path} has no column 'path'. Its columns are {', '.join(COLUMNS)}.")
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise BadSources(f"{path} has the column {twice[0]!r} twice. Keep one of them.")


def _read_row(path: Path, line: int, row: dict[str | None, str | None]) -> _Row:
    if None in row:
        raise BadSources(
            f"Line {line} of {path} has more cells than the header. Put quotes around a cell with a comma."
        )
    said = {name: (row.get(name) or "").strip() or None for name in COLUMNS}
    pattern = (said.pop("path") or "").replace("\\", "/").removeprefix("./")
    if not pattern:
        raise BadSources(f"Line {line} of {path} names no file in the column 'path'.")
    if pattern.startswith("/") or ".." in pattern.split("/"):
        raise BadSources(f"Line {line} of {path}: {pattern!r} must be a path below the folder that {NAME} lies in.")
    where = f"Line {line} of {path}"
    if said["kind"] is not None:
        said["kind"] = said["kind"].lower()
        if said["kind"] not in KINDS:
            raise BadSources(f"{where}: the kind {said['kind']!r} is not one of {', '.join(KINDS)}.")
    if said["timezone"] is not None and said["timezone"] not in time_zones():
        near = ", ".join(nearest(said["timezone"], time_zones(), 3)) or "America/Chicago"
        raise BadSources(f"{where}: there is no time zone {said['timezone']!r}. Nearest: {near}.")
    if said["received_on"] is not None:
        said["received_on"] = _read_day(said["received_on"], where)
    _check_there(path.parent, pattern, where)
    given = Given(**said)  # type: ignore[arg-type]
    if given.mapping:
        try:
            read_mapping(given.mapping)
        except BadSources as error:
            raise BadSources(f"{where}: {error}") from None
    return _Row(line, pattern, given)


def _check_there(folder: Path, pattern: str, where: str) -> None:
    """A path must be a file or folder or lead into an archive, which is opened later; a pattern must fit one."""
    place = folder / pattern
    if any(above.is_file() and above.suffix.lower() in WORKBOOKS for above in place.parents):
        raise BadSources(f"{where}: {pattern!r} names something in a workbook; name the workbook itself.")
    is_pattern = any(sign in pattern for sign in "*?[")
    if place.exists() or (not is_pattern and any(above.is_file() for above in place.parents)):
        return
    beside = [one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.name != NAME]
    # What is in an archive is known only when it is opened.
    if is_pattern and any(fnmatchcase(one, pattern) or one.lower().endswith(ARCHIVES) for one in beside):
        return
    near = ", ".join(map(repr, nearest(pattern, beside, 3)))
    raise BadSources(
        f"{where}: there is no file or folder {pattern!r} here. {'Nearest: ' + near if near else ''}".strip()
    )


def _read_day(text: str, where: str) -> str:
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return dt.datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    raise BadSources(f"{where}: received_on {text!r} is not a day such as 2025-01-20.")


def read_mapping(text: str) -> dict[str, str]:
    """`searched=When; reason=#3; header=none` by canonical column; raises BadSources for a column that is not known."""
    names = {_plain(name): column for column in SPELLINGS for name in (column, *SPELLINGS[column])}
    names |= {
        _plain(name): column for column, spelled in LIKELY.items() for name in spelled if _plain(name) not in names
    }
    pins: dict[str, str] = {}
    for part in filter(str.strip, text.split(";")):
        name, sign, cell = (piece.strip() for piece in part.partition("="))
        column = "header" if name.lower() == "header" else names.get(_plain(name))
        if not sign or not cell or column is None:
            near = nearest(name, [*SPELLINGS, *CANONICAL], 3)
            raise BadSources(
                f"the mapping {part.strip()!r} is not of the form column=header cell, or its column is not known"
                f"{' (nearest: ' + ', '.join(near) + ')' if near else ''}. Known: {', '.join(SPELLINGS)}."
            )
        if column == "header" and cell.lower() != ABSENT:
            raise BadSources(f"the mapping says header={cell}; the only thing to say of the header is header=none.")
        if cell.startswith("#") and not (cell[1:].isdecimal() and int(cell[1:]) > 0):
            raise BadSources(f"the mapping says {part.strip()!r}; after # the number of a column is needed, from 1.")
        if column in pins:
            raise BadSources(f"the mapping names {column} twice.")
        pins[column] = cell
    if "header" in pins and any(not cell.startswith("#") for column, cell in pins.items() if column != "header"):
        raise BadSources("the mapping says header=none, so every column must be given by its number: searched=#3.")
    return pins


def _plain(name: str) -> str:
    return fold(name)
