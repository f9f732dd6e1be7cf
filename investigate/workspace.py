"""Where raw files, hand-made tables, the store and reports lie; never the working directory.

A workspace is a folder with `data/raw`, `data/manual`, `data/store` and `reports/output` in it. The default
is the repository itself, so that `git clone` gives a reporter a place to work in; the environment variable
INVESTIGATE_WORKSPACE names another one. The invented sample is a workspace of its own, so that it is never
mixed with real releases.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SAMPLE = REPOSITORY / "data" / "sample"
VARIABLE = "INVESTIGATE_WORKSPACE"


@dataclass(frozen=True)
class Workspace:
    """The folders of one workspace. Nothing is made until something is written."""

    root: Path

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def manual(self) -> Path:
        return self.root / "data" / "manual"

    @property
    def store(self) -> Path:
        return self.root / "data" / "store"

    @property
    def reports(self) -> Path:
        return self.root / "reports" / "output"

    @property
    def is_sample(self) -> bool:
        return self.root == SAMPLE

    def secret(self) -> bytes:
        """The key (32 bytes) of this workspace's tokens; made on first use, readable by its owner only."""
        path = self.store / "secret"
        try:
            return path.read_bytes()
        except FileNotFoundError:
            self.store.mkdir(parents=True, exist_ok=True)
            key = secrets.token_bytes(32)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(key)
            return key


def open_workspace(where: str | Path | Workspace | None = None) -> Workspace:
    """The workspace at `where`; "sample" is the invented one.

    None means the one that INVESTIGATE_WORKSPACE names, else the repository. "" is what notebooks say for "not
    set": the same, but the sample as long as nothing has been loaded, so that they run on a fresh clone.
    """
    if isinstance(where, Workspace):
        return where
    chosen = str(where or os.environ.get(VARIABLE) or REPOSITORY)
    room = Workspace(SAMPLE if chosen == "sample" else Path(chosen).expanduser().resolve())
    is_empty = room.root == REPOSITORY and not (room.store / "releases.parquet").exists()
    return Workspace(SAMPLE) if where == "" and is_empty else room
