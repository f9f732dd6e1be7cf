"""What a person says of a camera file, now or when the same bytes were loaded before."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from investigate.cameras.sources import camera_source, read_day
from investigate.errors import InvestigateError
from investigate.workspace import Workspace, open_workspace

ABOUT = b"release"  # in a stored file's own description: its entry, as JSON


@dataclass(frozen=True)
class Said:
    """What was said; None for what was not."""

    source: str | None = None
    licence: str | None = None
    snapshot: dt.date | None = None
    operator: str | None = None

    @property
    def as_text(self) -> dict[str, str]:
        """What was said, as it is stored."""
        return {name: str(value) for name, value in asdict(self).items() if value}

    def or_before(self, before: Said) -> tuple[Said, list[str]]:
        """With what was said before where nothing is said now, and a sentence that tells so."""
        kept = {one.name: getattr(before, one.name) for one in fields(self) if not getattr(self, one.name)}
        kept = {name: value for name, value in kept.items() if value}
        if not kept:
            return self, []
        shown = ", ".join(f"{name} {str(value)!r}" for name, value in kept.items())
        return Said(**{**asdict(self), **kept}), [
            f"These bytes were loaded before, and what was said of them then still holds: {shown}. Say it anew to "
            "change it."
        ]


def said_before(release: str, workspace: str | Path | Workspace | None) -> Said:
    """What was said of the stored release of that name; nothing where there is none, or none that can be read."""
    path = open_workspace(workspace).store / "cameras" / f"{release}.parquet"
    try:
        about = (pq.read_schema(path).metadata or {}).get(ABOUT)
        told = json.loads(about).get("said") if about else None
        if not isinstance(told, dict):
            return Said()
        if source := told.get("source"):
            camera_source(source)
        return Said(told.get("source"), told.get("licence"), read_day(told.get("snapshot")), told.get("operator"))
    except (pa.ArrowException, OSError, ValueError, InvestigateError):
        return Said()
