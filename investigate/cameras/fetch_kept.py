"""Tiles that were fetched, kept beside the file they will become: a run that was killed asks only for the rest."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

from investigate.cameras.overpass import Answer, Failure, query_of, read_answer
from investigate.cameras.tiles import Box
from investigate.store import write_text

FOLDER = ".tiles"
MOST_KEPT = 64_000_000  # bytes of a kept tile: escapes make it larger than its answer


class KeptTiles:
    """Tiles of one server, one hidden file each, so that loading the folder does not take them for camera files."""

    def __init__(self, folder: Path, url: str, max_age_days: float) -> None:
        self.folder, self.url = folder / FOLDER, url
        self.oldest = dt.timedelta(days=max_age_days)

    def make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, tile: Box) -> Path:
        key = hashlib.sha256(f"{self.url}\n{query_of(tile)}".encode()).hexdigest()[:24]
        return self.folder / f".{key}.json"

    def read(self, tile: Box) -> Answer | None:
        """The answer for a tile, None where it has to be asked for: never asked, too old, or damaged on the disk."""
        said = self._said(tile)
        if said is None:
            return None
        try:
            return read_answer(json.dumps(said.get("answer")).encode(), tile)
        except (Failure, ValueError, RecursionError):
            return None

    def was_cut(self, tile: Box) -> bool:
        """Whether the server could not answer this tile as a whole."""
        said = self._said(tile)
        return said is not None and said.get("cut") is True

    def write(self, tile: Box, answer: Answer) -> None:
        osm3s = {} if answer.base is None else {"timestamp_osm_base": answer.base}
        self._write(tile, {"answer": {"osm3s": osm3s, "elements": answer.elements}})

    def write_cut(self, tile: Box) -> None:
        self._write(tile, {"cut": True})

    def _write(self, tile: Box, content: dict[str, Any]) -> None:
        asked = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        head = {"asked_at": asked, "url": self.url, "tile": tile.text()}
        write_text(self.path(tile), json.dumps(head | content))

    def _said(self, tile: Box) -> dict[str, Any] | None:
        path = self.path(tile)
        try:
            if path.stat().st_size > MOST_KEPT:
                return None
            said = json.loads(path.read_text(encoding="utf-8"))
            age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(said["asked_at"])
        except (OSError, ValueError, RecursionError, KeyError, TypeError):
            return None
        is_this = said.get("tile") == tile.text() and said.get("url") == self.url
        return said if is_this and dt.timedelta(minutes=-5) <= age <= self.oldest else None
