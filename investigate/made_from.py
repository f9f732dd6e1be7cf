"""What a workspace's reports are made from beside the released logs: decisions by hand, cameras, sharing lists.

The logs themselves stand in the table `sources` of each report. Names and hashes only, so that who holds the files can
tell whether they are the same; `verify` makes a report again from them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Any

from investigate.agencies import aliases, programs
from investigate.cameras import area_checks, by_hand
from investigate.cameras.kept import read_camera_releases
from investigate.comparison import opt_outs
from investigate.reasons import overrides
from investigate.review.told import score_path
from investigate.sharing.kept import read_sharing_releases
from investigate.workspace import REPOSITORY, Workspace

TABLES_BY_HAND = (overrides.NAME, aliases.NAME, opt_outs.NAME, by_hand.NAME)
FOLDERS_BY_HAND = (programs.FOLDER, area_checks.FOLDER)
REVIEW = "review"  # stands before the name of what was judged
SHARED = "repository"  # stands before the name of the repository's own table, which holds in every workspace
SAID_OF_CAMERAS = ("source", "licence", "snapshot", "operator")
SAID_OF_SHARING = ("owner", "as_of", "direction")


def made_from(room: Workspace) -> dict[str, Any]:
    """`by_hand`, `cameras`, `sharing`: a list each of file (name) and sha256, with what was said of it on loading."""
    cameras = [
        _entry(one["path"], one["sha256"], {name: (one.get("said") or {}).get(name) for name in SAID_OF_CAMERAS})
        for one in read_camera_releases(room)
    ]
    sharing = [
        _entry(one["path"], one["sha256"], {name: one.get(name) for name in SAID_OF_SHARING})
        for one in read_sharing_releases(room)
    ]
    hand = [{"file": name, "sha256": hash_of(path)} for name, path in files_by_hand(room).items()]
    return {"by_hand": hand, "cameras": _sorted(cameras), "sharing": _sorted(sharing)}


def files_by_hand(room: Workspace) -> dict[str, Path]:
    """The files of decisions by hand that a report may follow, as they lie now: name in the folder `manual` → path."""
    found = {name: room.manual / name for name in TABLES_BY_HAND}
    for folder in FOLDERS_BY_HAND:
        place = room.manual / folder
        names = sorted(one.name for one in place.iterdir()) if place.is_dir() else []
        found |= {f"{folder}/{name}": place / name for name in names if not name.startswith((".", "~$"))}
    found[f"{REVIEW}/{score_path(room).name}"] = score_path(room)
    if room.root == REPOSITORY:
        del found[aliases.NAME]
    found[f"{SHARED}/{aliases.NAME}"] = Workspace(REPOSITORY).manual / aliases.NAME
    return {name: path for name, path in found.items() if path.is_file()}


def hash_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _entry(path: str, sha256: str, said: dict[str, Any]) -> dict[str, Any]:
    return {"file": PurePath(path).name, "sha256": sha256} | {name: value for name, value in said.items() if value}


def _sorted(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(entries, key=lambda one: (one["file"], one["sha256"]))
