"""The rows of one camera file, and the account of its records: loaded, left out, rejected, on no map, and why."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from investigate.cameras.kinds import GONE, OTHER, tell_kinds
from investigate.cameras.place import NEAR_BORDER_M, place_cameras
from investigate.cameras.record import CameraFile, RawCamera
from investigate.cameras.rows import camera_rows, cameras_frame
from investigate.cameras.sources import Terms
from investigate.cameras.tags import ASSUMED, kind_of
from investigate.logs.archives import printable

LISTED, KINDS_LISTED, LONGEST_KIND = 8, 5, 40  # records and other kinds that a warning names, characters of a kind

Entry = dict[str, Any]


@dataclass
class _Sorted:
    """The records of a file: kept with their kind, those of other kinds by kind, rejected ones by why."""

    kept: list[tuple[RawCamera, str]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    gone: int = 0
    rejected: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


def account_for(found: CameraFile, terms: Terms, day: dt.date | None, release: str, entry: Entry) -> pd.DataFrame:
    """The rows of one file without points; fills its entry."""
    told = tell_kinds(found)
    parts = _sort(found)
    rows = camera_rows(parts.kept, release)
    placed = place_cameras(rows["lat"], rows["lon"], listed=not terms.is_osm, addresses=rows["address"])
    repeats = len(rows["camera"]) - len(set(rows["camera"]))
    assumed = sum(kind == ASSUMED for _, kind in parts.kept)
    entry |= {
        "status": "loaded", "layout": found.layout, "rows_read": len(found.cameras) + found.rows_blank,
        "rows_loaded": len(parts.kept), "rows_rejected": sum(map(len, parts.rejected.values())),
        "rows_blank": found.rows_blank, "other_kinds": parts.others.total() + parts.gone, "not_standing": parts.gone,
        "assumed": assumed, "unplaced": int(placed["not_placed"].notna().sum()),
        "unplaced_because": {str(why): int(many) for why, many in placed["not_placed"].value_counts().items()},
        "off_shore": int(placed["off_shore_m"].notna().sum()), "repeats": repeats, "source": terms.source,
        "licence": terms.licence, "attribution": terms.attribution, "snapshot": day.isoformat() if day else None,
    }  # fmt: skip
    frame = cameras_frame(rows, placed, terms, day, release)
    entry["box"] = _box(frame)
    warnings = [
        *found.warnings, *_rejects(parts.rejected), *_others(parts.others), *told, *_assumed(assumed, len(parts.kept)),
        *_repeats(repeats), *_unplaced(frame, placed),
    ]  # fmt: skip
    if found.cameras and not parts.kept:
        warnings.append("No licence-plate camera is in it: whether there are none or the export failed is not known.")
    entry["warnings"] = [printable(warning) for warning in warnings]
    return frame


def _sort(found: CameraFile) -> _Sorted:
    parts = _Sorted()
    for camera in found.cameras:
        if camera.rejected:
            parts.rejected[camera.rejected].append(camera.row)
        elif camera.kind == GONE:
            parts.gone += 1
        elif camera.kind != OTHER and (kind := camera.kind or kind_of(camera.tags, found.only_alpr)):
            parts.kept.append((camera, kind))
        else:
            parts.others[camera.kind_said or camera.tags.get("surveillance:type") or "not said"] += 1
    return parts


def _box(frame: pd.DataFrame) -> list[float] | None:
    """South, west, north, east of the points that can be drawn."""
    drawn = frame[frame["not_placed"].isna()]
    if not len(drawn):
        return None
    edges = (drawn["lat"].min(), drawn["lon"].min(), drawn["lat"].max(), drawn["lon"].max())
    return [float(edge) for edge in edges]


# ---- sentences -----------------------------------------------------------------------------------------------


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


def _assumed(assumed: int, kept: int) -> Iterator[str]:
    if assumed:
        yield (
            f"{assumed:,} of {kept:,} records name no kind of camera: they are assumed to read plates, since the file "
            "is a list of such cameras."
        )


def _repeats(repeats: int) -> Iterator[str]:
    if repeats:
        yield (
            f"{repeats:,} {'record has' if repeats == 1 else 'records have'} an identifier that stands in the file "
            "before. All are kept; of OpenStreetMap's, one is drawn."
        )


def _unplaced(frame: pd.DataFrame, placed: pd.DataFrame) -> Iterator[str]:
    """How many cameras are on no map, by reason, with the first records; and how many lie off or near the outlines."""
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
    if many := int((placed["near_border"] & placed["not_placed"].isna()).sum()):
        stand = "1 camera stands" if many == 1 else f"{many:,} cameras stand"
        yield (
            f"{stand} in a county on the border with Canada or Mexico, at most {NEAR_BORDER_M / 1000:g} km from the "
            "country's outline, which is simplified: some may be on the other side. Check them before they are counted."
        )
