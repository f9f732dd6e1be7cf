"""Load sharing lists: Flock's, transparency portals', Vigilant LEARN's and tables of who shares with whom.

A file that is no sharing list is refused with one sentence and the others still load. Nothing read is dropped in
silence: `rows_read = rows_loaded + rows_rejected + rows_blank`, and what was not read stands in the warnings.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from investigate.agencies.names import name_from_slug
from investigate.errors import InvestigateError, RefusedFile, unknown
from investigate.logs.archives import Source, open_sources, printable
from investigate.logs.containers import find_container, find_files, fingerprint, why_no_file
from investigate.progress import step
from investigate.sharing.edge_header import find_edges
from investigate.sharing.edges import read_day, read_edges
from investigate.sharing.flock import find_flock, looks_like_agency, read_flock
from investigate.sharing.kept import read_sharing, read_sharing_releases, store_sharing
from investigate.sharing.offices import federal_immigration
from investigate.sharing.portal import is_page, read_page
from investigate.sharing.records import (
    RawTable,
    asking_for_a_list,
    is_search_log,
    is_something_else,
    not_a_list,
    read_tables,
    tell_rejected,
)
from investigate.sharing.table import (
    ASK_LIST,
    DIRECTIONS,
    REPORT_FIELDS,
    Edge,
    Entry,
    ReadList,
    Said,
    SharingLoad,
    edges_frame,
    mend,
    typed,
)
from investigate.workspace import Workspace

__all__ = ["SharingLoad", "load_sharing", "read_sharing", "read_sharing_releases", "store_sharing"]

# A day in a file's name; two different ones say from when to when, not on which day.
_DAYS = (
    re.compile(
        r"(?<!\d)(?P<year>20\d\d)(?P<sep>[-_.]?)(?P<month>0[1-9]|1[0-2])(?P=sep)(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
    ),
    re.compile(
        r"(?<!\d)(?P<month>0?[1-9]|1[0-2])(?P<sep>[-_.])(?P<day>0?[1-9]|[12]\d|3[01])(?P=sep)(?P<year>20\d\d)(?!\d)"
    ),
)
_TITLE_DAY = re.compile(
    r"(?i)\b(?:as of|date|dated|generated|exported|created|printed|current|downloaded|retrieved)\b(?: on)?[\s:]*"
    r"(20\d\d-\d\d-\d\d|\d\d?/\d\d?/20\d\d|[a-z]{3,9} \d\d?, ?20\d\d)"
)
# Words by which people name such files, after or before the agency's name.
_ABOUT_FILE = re.compile(
    r"(?i)[\s_.-]+(flock|learn|vigilant|networks?|sharing|shared|share|partners?|agency[\s_-]data|transparency|portal|"
    r"organi[sz]ations?|external|list|20\d\d|\d).*$"
)


def load_sharing(
    paths: Iterable[str | Path] | str | Path,
    *,
    owner: str | None = None,
    as_of: str | dt.date | None = None,
    direction: str | None = None,
    workspace: str | Path | Workspace | None = None,
) -> SharingLoad:
    """Load sharing lists from files, folders and archives.

    `owner`: the agency whose lists these are; wins over what the lists say. `as_of` (day or ISO text): when the
    permissions stood; wins over the day in a PDF's footer or a file's name, but not over a column of days. `direction`
    (shared, received): what a list of one column holds. `workspace`: whose decisions by hand on agencies' names tell
    federal immigration offices. Raises InvestigateError for a path that does not exist, a wrong day or direction.
    """
    if direction is not None and direction not in DIRECTIONS:
        raise unknown("direction", direction, DIRECTIONS)
    said = Said((owner or "").strip() or None, _read_as_of(as_of), direction)
    try:
        files = find_files([paths] if isinstance(paths, str | Path) else paths)
    except InvestigateError as error:
        raise InvestigateError(asking_for_a_list(str(error))) from error
    loading = _Loading(said, federal_immigration(workspace))
    steps = step("reading sharing lists", "files", len(files))
    with tempfile.TemporaryDirectory(prefix="sharing-") as scratch, steps as under_way:
        for path in files:
            loading.load(path, Path(scratch))
            under_way.advance()
    frames = [frame for frame in loading.frames.values() if len(frame)]
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return SharingLoad(typed(table), loading.entries)


def _read_as_of(as_of: str | dt.date | None) -> dt.date | None:
    if as_of is None or as_of == "":
        return None
    if isinstance(as_of, dt.date):
        return as_of.date() if isinstance(as_of, dt.datetime) else as_of
    try:
        return dt.date.fromisoformat(as_of.strip())
    except ValueError as error:
        raise InvestigateError(f"{as_of!r} is no day. Write year, month and day, such as 2025-08-31.") from error


@dataclass
class _Loading:
    """One run of loading: what the person says, what has been loaded."""

    said: Said
    is_federal: Callable[[str], bool]
    entries: list[Entry] = field(default_factory=list)
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)  # release → table
    first: dict[str, Entry] = field(default_factory=dict)  # release → its entry

    def load(self, path: Path, scratch: Path) -> None:
        entry = _entry(path)
        try:
            if why := why_no_file(path):
                raise RefusedFile(why)
            for source in open_sources(path, scratch):
                self.entries.append(self._load_source(source))
        except (RefusedFile, OSError) as error:
            self.entries.append(_refused(entry, path, error))

    def _load_source(self, source: Source) -> Entry:
        entry = _entry(source.place)
        try:
            if source.refused:
                raise RefusedFile(source.refused)
            entry["sha256"] = fingerprint(source.path).sha256
            entry["release"] = release = entry["sha256"][:12]
            entry["direction"] = self.said.direction  # as said; what the lists themselves say is in their rows
            said = Said(self.said.owner, self.said.as_of, self.said.direction, owner_in_path(source.place))
            found = _read(source.path, said)
            found.as_of, warning = _as_of(found, said, source.place.name)
            found.warnings += warning
            tell_rejected(found)
            known = self.first.get(release)
            if known is None:
                self.frames[release] = edges_frame(found.edges, release, found.as_of, self.is_federal, found.lacking)
                self.first[release] = entry
            elif (known["owner"], known["as_of"]) == (found.owner, _iso(found.as_of)):
                found.warnings.append(f"The same bytes as {known['path']}: counted once.")
            else:
                raise RefusedFile(
                    f"{source.place.name} holds the same bytes as {known['path']}, of which another agency or day is "
                    "told. Keep one of them, or load them one by one with --owner and --as-of."
                )
            return _loaded(entry, found)
        except (RefusedFile, OSError) as error:
            return _refused(entry, source.place, error)


def _entry(place: Path) -> Entry:
    path = str(place).encode("utf-8", "backslashreplace").decode()
    return dict.fromkeys(REPORT_FIELDS) | {"path": path, "warnings": [], "release": None}


def _loaded(entry: Entry, found: ReadList) -> Entry:
    entry |= {
        "status": "loaded", "layout": found.layout, "system": found.system, "owner": found.owner,
        "as_of": _iso(found.as_of), "rows_read": found.read, "rows_loaded": found.loaded,
        "rows_rejected": len(found.rejected), "rows_blank": found.blank,
        "warnings": [printable(warning) for warning in found.warnings],
        "incomplete": bool(found.lacking), "lists": found.lists(),
    }  # fmt: skip
    if not found.edges:
        none = "whether the list is empty or the export failed is not known"
        entry["warnings"].append("No agency is named in it." if found.read else f"It has no record: {none}.")
    return entry | ({"sections": found.sections} if found.sections else {})


def _refused(entry: Entry, place: Path, error: RefusedFile | OSError) -> Entry:
    why = str(error)
    if isinstance(error, OSError):
        why = f"{place.name} could not be read: {error.strerror or error}. Check that it is there and may be read."
    return entry | {"status": "refused", "refused_because": printable(asking_for_a_list(why))}


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


# ---- one file ------------------------------------------------------------------------------------------------


def _read(path: Path, said: Said) -> ReadList:
    with path.open("rb") as file:
        if is_page(file.read(4096)):
            return read_page(path, said)
    container = find_container(path)
    if container == "pdf":
        from investigate.sharing.learn import read_learn  # noqa: PLC0415 - most lists are CSV

        return read_learn(path, said)
    if container in ("json", "parquet"):
        raise RefusedFile(
            f"{path.name} is a {container.upper() if container == 'json' else 'Parquet'} file; a sharing list as CSV, "
            f"XLSX, PDF (Vigilant LEARN) or saved portal page was looked for. {ASK_LIST}"
        )
    return _read_tables(read_tables(path, container, _fit), said)


def _fit(cells: list[str]) -> int:
    """How much of a sharing list's header a record is: more for what a title cannot be."""
    if find_flock(cells):
        return 3
    edges = find_edges(cells)
    return 0 if edges is None else 2 if edges.has_both or edges.unclear else 1


def _read_tables(tables: list[RawTable], said: Said) -> ReadList:
    """All tables of a file that are sharing lists, as one list; raises the first refusal if none is."""
    lists: list[ReadList] = []
    refusals: list[RefusedFile] = []
    for table in tables:
        try:
            found = _read_table(table, said)
        except RefusedFile as refusal:
            refusals.append(refusal)
            continue
        found.warnings = table.warnings + found.warnings
        if len(tables) > 1:
            found.edges = [_in_sheet(edge, table.sheet) for edge in found.edges]
            found.warnings = [f"Sheet {table.sheet!r}: {warning}" for warning in found.warnings]
        lists.append(found)
    if not lists:
        raise refusals[0]
    if len({found.as_of for found in lists}) > 1:
        lists = [_each_dated(found) for found in lists]
    whole = lists[0]
    for other in lists[1:]:
        whole.edges += other.edges
        whole.read, whole.blank = whole.read + other.read, whole.blank + other.blank
        whole.rejected += other.rejected
        whole.lacking |= other.lacking
        whole.stated += other.stated
        whole.warnings += other.warnings
    whole.warnings += [f"A sheet was not read: {refusal}" for refusal in refusals]
    return whole


def _each_dated(found: ReadList) -> ReadList:
    """The list of a sheet with its day at every entry, for a workbook of several days."""
    found.edges = [replace(edge, as_of=edge.as_of or found.as_of) for edge in found.edges]
    found.stated = [one._replace(as_of=one.as_of or found.as_of) for one in found.stated]
    found.as_of = None
    return found


def _in_sheet(edge: Edge, sheet: str | None) -> Edge:
    return replace(edge, section=sheet)


def _read_table(table: RawTable, said: Said) -> ReadList:
    for at, cells in enumerate(table.head):
        if flock := find_flock(cells):
            return _dated(read_flock(table, at, flock, said), table, at)
    headers = [(at, header) for at, cells in enumerate(table.head) if (header := find_edges(cells))]
    # A title above the table can read like a header of one column.
    headers.sort(key=lambda found: -_fit(table.head[found[0]]))
    for at, header in headers:
        if not header.has_both and is_search_log(table):
            break
        if header.agency >= 0 and not header.stands_alone and (what := is_something_else(table)):
            raise RefusedFile(f"{table.name} {what}.")
        if header.stands_alone or said.direction or header.has_both:
            return _dated(read_edges(table, at, header, said), table, at)
    raise not_a_list(table)


def _dated(found: ReadList, table: RawTable, header_at: int) -> ReadList:
    """The list with the day that a title above its header states, if it is one."""
    cells = [cell for record in table.head[:header_at] for cell in record if cell.strip()]
    days = {day for cell in cells for words in _TITLE_DAY.finditer(cell[:300]) if (day := _read_title(words[1]))}
    if len(days) == 1 and found.as_of is None:
        [found.as_of] = days
        found.warnings.append(f"The day {found.as_of} was taken from the title above the list.")
    return found


def _read_title(text: str) -> dt.date | None:
    if day := read_day(text):
        return day
    try:
        return dt.datetime.strptime(text.replace(",", " , ").replace(" ,", ",").strip(), "%B %d, %Y").date()
    except ValueError:
        return None


# ---- whose and when ------------------------------------------------------------------------------------------


def owner_in_path(place: Path) -> str | None:
    """The agency that a file's name or its folder's names, or None: `mossgate-il-pd_sharing.csv`."""
    for text in (_ABOUT_FILE.sub("", place.stem), place.parent.name):
        name = name_from_slug(text)
        if name and looks_like_agency(name):
            return mend(name)
    return None


def _as_of(found: ReadList, said: Said, name: str) -> tuple[dt.date | None, list[str]]:
    """The day on which the list stood, and what to warn of."""
    if said.as_of:
        if found.as_of and found.as_of != said.as_of:
            return said.as_of, [f"The list says {found.as_of}, the command {said.as_of}: the command was followed."]
        return said.as_of, []
    if found.as_of:
        return found.as_of, []
    undated = sum(edge.as_of is None for edge in found.edges)
    if undated < len(found.edges):
        return None, [f"{undated:,} entries have no day that can be read: theirs is not known."] if undated else []
    if day := day_in_name(name):
        return day, [f"The day {day} was taken from the file name. If it is another, load it again with --as-of."]
    return None, ["The list has no date: on which day it stood is not known. Say it with --as-of 2025-08-31."]


def day_in_name(name: str) -> dt.date | None:
    """The one day that a file's name states, or None."""
    return next(iter(days), None) if len(days := set(_days(name))) == 1 else None


def _days(name: str) -> Iterator[dt.date]:
    for form in _DAYS:
        for found in form.finditer(name):
            try:
                yield dt.date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                continue
