"""Files fetched before for the same state or box, which lie beside a new one: a day in the name lets them pile up."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from pathlib import Path

from investigate.cameras.overpass import is_time

HEAD = '{"version":0.6,"generator":"investigate '  # how a file that was fetched starts
LONGEST_HEAD = 20_000  # bytes of its first line: of the area, the query, the date
MOST_LOOKED_AT = 5_000  # files of one folder


@dataclass(frozen=True)
class Snapshot:
    """A fetched file: where it is, of which area, and the state of the map in it (UTC), None where not said."""

    path: Path
    area: str
    taken: str | None


def older_beside(target: Path, area: str, taken: str | None) -> list[Snapshot]:
    """Files of the same area in the folder of `target` that are not newer, by name."""
    found = []
    for path in itertools.islice(target.parent.glob("*.json"), MOST_LOOKED_AT):
        one = None if path.name == target.name else read_head(path)
        if one and one.area == area and not (one.taken and (taken is None or one.taken > taken)):
            found.append(one)
    return sorted(found, key=lambda one: one.path.name)


def read_head(path: Path) -> Snapshot | None:
    """What the first line of a fetched file says; None for any other file."""
    try:
        with path.open("rb") as file:
            line = file.readline(LONGEST_HEAD).decode()
        if not line.startswith(HEAD):
            return None
        said = json.loads(line + "]}")
        area, taken = said["fetched"]["area"], said["osm3s"].get("timestamp_osm_base")
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
    return Snapshot(path, area, taken if is_time(taken) else None) if isinstance(area, str) else None
