"""Load files of camera locations: each record read, placed in its county or told why not, and accounted for.

A file that lists no cameras is refused with one sentence and the others still load. Of every file that is read,
`rows_read = rows_loaded + rows_rejected + rows_blank + other_kinds`; `unplaced` is a part of `rows_loaded`.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from investigate.cameras.place import place_cameras
from investigate.cameras.readers import ASK_CAMERAS, hash_of, read_file, whole_zip, why_only_a_part, without_parts
from investigate.cameras.record import CameraFile, RawCamera
from investigate.cameras.releaser import name_operator
from investigate.cameras.rows import camera_rows, cameras_frame, typed, with_points
from investigate.cameras.sources import Terms, camera_source, find_snapshot, find_terms, read_day
from investigate.cameras.tags import kind_of
from investigate.errors import InvestigateError, RefusedFile
from investigate.logs.archives import Source, open_sources, printable
from investigate.logs.containers import find_files, why_no_file
from investigate.workspace import Workspace

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["CamerasLoad", "Entry", "load_cameras", "read_camera_files"]

Entry = dict[str, Any]
REPORT_FIELDS = (
    "path", "sha256", "release", "status", "layout", "rows_read", "rows_loaded", "rows_rejected", "rows_blank",
    "other_kinds", "unplaced", "unplaced_because", "off_shore", "repeats", "source", "licence", "attribution",
    "snapshot", "box", "warnings", "refused_because",
)  # fmt: skip
LISTED, KINDS_LISTED, LONGEST_KIND = 8, 5, 40  # records and other kinds that a warning names, characters of a kind


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
    list that names nobody. `workspace` says nothing of a file yet; every function that loads takes it. Raises
    InvestigateError for a path that does not exist, an unknown source, a wrong day.
    """
    if source is not None:
        camera_source(source)
    loading = _Loading(source, licence, read_day(snapshot), operator)
    try:
        files = find_files([paths] if isinstance(paths, str | Path) else paths)
    except InvestigateError as error:
        raise InvestigateError(_of_cameras(str(error))) from error
    with tempfile.TemporaryDirectory(prefix="cameras-") as scratch:
        for path in without_parts(files):
            loading.load(path, Path(scratch))
    frames = [frame for frame in loading.frames.values() if len(frame)]
    table = pd.concat(frames, ignore_index=True) if frames else typed(pd.DataFrame())
    return CamerasLoad(with_points(table), loading.entries)


def _of_cameras(why: str) -> str:
    return why.replace(
        "Name a released log, or the folder that holds the logs",
        "Name a file of camera locations, or the folder that holds them",
    )


@dataclass
class _Loading:
    """One run of loading: what the person says, what has been loaded."""

    source: str | None
    licence: str | None
    snapshot: dt.date | None
    operator: str | None
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
            found = read_file(source.path)
            terms = find_terms(found, self.source, self.licence)
            day, warnings = find_snapshot(found, self.snapshot, source.place.name)
            found.warnings += [*terms.warnings, *warnings]
            name_operator(found, terms, self.operator, source.place)
            frame = _account(found, terms, day, release, entry)
        except (RefusedFile, OSError) as error:
            return _refused(entry, source.place, error)
        self.frames[release], self.first[release] = frame, entry
        return entry


def _open(path: Path, scratch: Path) -> Iterator[Source]:
    """The files in a path; an archive that is one map is a file."""
    if whole_zip(path):
        yield Source(path, path)
    else:
        yield from open_sources(path, scratch)


def _entry(place: Path) -> Entry:
    path = str(place).encode("utf-8", "backslashreplace").decode()
    return dict.fromkeys(REPORT_FIELDS) | {"path": path, "warnings": []}


def _refused(entry: Entry, place: Path, error: RefusedFile | OSError) -> Entry:
    why = str(error)
    if isinstance(error, OSError):
        why = f"{place.name} could not be read: {error.strerror or error}. Check that it is there and may be read."
    why = why.replace(
        "There is no file to load in it: ask the agency for the Network Audit or the Organization Audit as CSV.",
        f"There is no file to load in it. {ASK_CAMERAS}",
    )
    return entry | {"status": "refused", "refused_because": printable(why)}


# ---- one file ------------------------------------------------------------------------------------------------


def _account(found: CameraFile, terms: Terms, day: dt.date | None, release: str, entry: Entry) -> pd.DataFrame:
    """The rows of one file; fills its entry."""
    kept: list[tuple[RawCamera, str]] = []
    others: Counter[str] = Counter()
    rejected: dict[str, list[int]] = defaultdict(list)
    for camera in found.cameras:
        if camera.rejected:
            rejected[camera.rejected].append(camera.row)
        elif kind := kind_of(camera.tags, found.only_alpr):
            kept.append((camera, kind))
        else:
            others[camera.tags.get("surveillance:type") or "not said"] += 1
    rows = camera_rows(kept, release)
    placed = place_cameras(rows["lat"], rows["lon"], listed=not terms.is_osm, addresses=rows["address"])
    repeats = len(rows["camera"]) - len(set(rows["camera"]))
    entry |= {
        "status": "loaded", "layout": found.layout, "rows_read": len(found.cameras) + found.rows_blank,
        "rows_loaded": len(kept), "rows_rejected": sum(map(len, rejected.values())), "rows_blank": found.rows_blank,
        "other_kinds": others.total(), "unplaced": int(placed["not_placed"].notna().sum()),
        "unplaced_because": {str(why): int(many) for why, many in placed["not_placed"].value_counts().items()},
        "off_shore": int(placed["off_shore_m"].notna().sum()), "repeats": repeats, "source": terms.source,
        "licence": terms.licence, "attribution": terms.attribution, "snapshot": day.isoformat() if day else None,
    }  # fmt: skip
    frame = cameras_frame(rows, placed, terms, day, release)
    entry["box"] = _box(frame)
    warnings = [*found.warnings, *_rejects(rejected), *_others(others), *_repeats(repeats), *_unplaced(frame, placed)]
    if found.cameras and not kept:
        warnings.append("No licence-plate camera is in it: whether there are none or the export failed is not known.")
    entry["warnings"] = [printable(warning) for warning in warnings]
    return frame


def _box(frame: pd.DataFrame) -> list[float] | None:
    """South, west, north, east of the points that can be drawn."""
    drawn = frame[frame["not_placed"].isna()]
    if not len(drawn):
        return None
    edges = (drawn["lat"].min(), drawn["lon"].min(), drawn["lat"].max(), drawn["lon"].max())
    return [float(edge) for edge in edges]


def _records(rows: Iterable[int]) -> str:
    """`Record 4`, or `Records 4, 9 and 3 more`."""
    named = list(rows)
    more = f" and {len(named) - LISTED:,} more" if len(named) > LISTED else ""
    return f"{'Record' if len(named) == 1 else 'Records'} {', '.join(map(str, named[:LISTED]))}{more}"


def _rejects(rejected: dict[str, list[int]]) -> Iterator[str]:
    for why, rows in rejected.items():
        yield f"{_records(rows)} not read: {why}."


def _others(others: Counter[str]) -> Iterator[str]:
    if not others:
        return
    named = [f"{kind[:LONGEST_KIND]!r} {many:,}" for kind, many in others.most_common(KINDS_LISTED)]
    more = f" and {len(others) - KINDS_LISTED:,} other kinds" if len(others) > KINDS_LISTED else ""
    yield f"{others.total():,} left out, which are no licence-plate cameras: {', '.join(named)}{more}."


def _repeats(repeats: int) -> Iterator[str]:
    if repeats:
        yield (
            f"{repeats:,} {'record has' if repeats == 1 else 'records have'} an identifier that stands in the file "
            "before. All are kept; of OpenStreetMap's, one is drawn."
        )


def _unplaced(frame: pd.DataFrame, placed: pd.DataFrame) -> Iterator[str]:
    """How many cameras are on no map, by reason, with the first records; and how many lie off the outlines."""
    together = pd.DataFrame({"row": frame["row"], "why": placed["not_placed"], "told": placed["told"]})
    for (why, told), rows in together.dropna(subset=["why"]).groupby(["why", "told"], dropna=False, sort=True):
        many, more = len(rows), f": {told}" if isinstance(told, str) else ""
        stands = "1 camera is" if many == 1 else f"{many:,} cameras are"
        yield f"{stands} on no map ({why}{more}). {_records(int(row) for row in rows['row'])}."
    off = placed["off_shore_m"]
    if many := int(off.notna().sum()):
        lie = "1 camera lies" if many == 1 else f"{many:,} cameras lie"
        yield (
            f"{lie} off the simplified outline of every county and {'is' if many == 1 else 'are'} counted in the "
            f"nearest, at most {float(np.nanmax(off)):,.0f} m away."
        )
