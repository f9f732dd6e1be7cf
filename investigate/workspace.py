"""Where raw files, hand-made tables, the store and reports lie; never the working directory.

A workspace is a folder with `data/raw`, `data/manual`, `data/review`, `data/store` and `reports/output` in it. The
default is the repository itself, so that `git clone` gives a reporter a place to work in; the environment variable
INVESTIGATE_WORKSPACE names another one. The invented sample is a workspace of its own, so that it is never
mixed with real releases.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from investigate.errors import InvestigateError

REPOSITORY = Path(__file__).resolve().parent.parent
SAMPLE = REPOSITORY / "data" / "sample"
VARIABLE = "INVESTIGATE_WORKSPACE"
KEY_BYTES = 32
KEY_FILE = ".inputs"  # beside a finished report: what it was made from


@dataclass(frozen=True)
class Workspace:
    """The folders of one workspace. Nothing is made until something is written."""

    root: Path

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def manual(self) -> Path:
        # What the sample's store is made from is kept apart from `data`, which is removed and made again.
        return self.root / "manual" if self.is_sample else self.root / "data" / "manual"

    @property
    def store(self) -> Path:
        return self.root / "data" / "store"

    @property
    def review(self) -> Path:
        """What a person judges or judged: work that no program can make again, so it lies beside the store."""
        return self.root / "review" if self.is_sample else self.root / "data" / "review"

    @property
    def reports(self) -> Path:
        return self.root / "reports" / "output"

    @property
    def is_sample(self) -> bool:
        return self.root == SAMPLE

    def secret(self) -> bytes:
        """The key (32 bytes) of this workspace's tokens; made on first use, readable by its owner only."""
        path = self.store / "secret"
        if not path.exists():
            self._make_secret(path)
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise InvestigateError(
                f"The file {path.name!r} in data/store is damaged: {len(key)} bytes, not {KEY_BYTES}. Remove the"
                " folder data/store and load the files again; tokens made with another key cannot be compared."
            )
        return key

    def _make_secret(self, path: Path) -> None:
        """Write the key whole and aside, then name it: of two that start at once, one key wins for both."""
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".aside-secret-")  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
            with contextlib.suppress(FileExistsError):
                os.link(name, path)
        finally:
            Path(name).unlink()


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
