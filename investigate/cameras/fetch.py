"""Download where cameras stand from an Overpass server, for one state or one box.

Off by default: nothing is fetched unless `fetch_cameras` is called. It asks one tile after the other, with pauses and
under the caller's own name, keeps each tile, and writes one file only when no tile is missing.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from investigate import __version__
from investigate.cameras.fetch_beside import HEAD, Snapshot, older_beside
from investigate.cameras.fetch_http import (
    FIRST_WAIT,
    MOST_BYTES,
    MOST_WAIT,
    PAUSE,
    FetchStopped,
    Server,
    Transport,
)
from investigate.cameras.fetch_kept import KeptTiles
from investigate.cameras.overpass import (
    COPYRIGHT,
    QUERY,
    SERVER,
    Answer,
    Failure,
    newest,
    place_of,
    query_of,
    read_answer,
)
from investigate.cameras.tiles import Area, Box, area_of
from investigate.errors import InvestigateError, UnknownValue
from investigate.store import write_text

MOST_TILES = 400  # the contiguous states are 364: nobody downloads a continent by mistake
MAX_AGE_DAYS = 7.0
MOST_FAILED_IN_ROW = 3


@dataclass(frozen=True)
class Fetched:
    """What a run of `fetch_cameras` gave.

    `path`: the file, None while tiles are missing. `tiles`: how many make up the area, after cuts; `from_cache`: how
    many of them were kept from an earlier run. `cameras`: in the file, None without one; `outside`: elements that the
    tiles hold beside it, of neighbouring states and countries. `older`: files of the same area fetched before, in the
    same folder. `bytes`: received in this run. `failed`: the tiles that are missing,
    each with why. `snapshot`: the oldest state of the map in it (UTC), None where the server does not say.
    """

    path: Path | None
    tiles: int
    cameras: int | None
    bytes: int
    from_cache: int
    failed: list[str] = field(default_factory=list)
    outside: int = 0
    requests: int = 0
    snapshot: str | None = None
    older: list[Snapshot] = field(default_factory=list)


def fetch_cameras(
    out: str | Path,
    *,
    state: str | None = None,
    box: tuple[float, float, float, float] | None = None,
    url: str | None = None,
    agent: str,
    pause_seconds: float = PAUSE,
    most_bytes: int = MOST_BYTES,
    most_tiles: int = MOST_TILES,
    max_age_days: float = MAX_AGE_DAYS,
    tell: Callable[[str], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    transport: Transport | None = None,
) -> Fetched:
    """Write one Overpass file of the licence-plate readers of a state (code or name) or of a box.

    `box`: south, west, north, east in degrees. `agent`: who asks, with a mail or web address. `most_bytes`: of all
    answers of this run. `max_age_days`: tiles that were kept longer are asked for again. `tell` gets progress lines.
    `sleep`, `transport`: how to wait and to send, for tests. Elements stand once, by type and id, without the names of
    those who mapped them; of a state, those inside it or within 2 km of its simplified outline, and those up to 25 km
    off that lie in no state: on bridges, on islands.

    Raises UnknownValue for arguments that cannot be used, before anything is asked; FetchStopped where the server
    cannot or will not go on. In both cases, and where Fetched.failed names tiles, no file is written.
    """
    area = area_of(state, box)
    server = Server(
        url or SERVER, agent, pause_seconds=pause_seconds, most_bytes=most_bytes, sleep=sleep, transport=transport
    )
    if len(area.tiles) > most_tiles:
        raise UnknownValue(
            f"The {area.name} takes {len(area.tiles):,} tiles, and at most {most_tiles:,} are fetched at once. Ask for "
            "less, such as one state at a time."
        )
    target = Path(out).expanduser().absolute()
    kept = KeptTiles(target.parent, server.url, max_age_days)
    try:
        _check_target(target)
        kept.make()
        run = _Run(server, kept, area, most_tiles, tell or (lambda line: None))
        run.go()
        return run.finish(target)
    except OSError as error:
        raise InvestigateError(
            f"{str(error.filename or target)!r} cannot be written: {error.strerror or error}. Make room on the disk or "
            "give another place with --out, and run this again: tiles that were fetched are kept."
        ) from error


def _check_target(target: Path) -> None:
    if target.is_dir():
        raise UnknownValue(f"{str(target)!r} is a folder. Name the file to write with --out.")
    if not target.exists():
        return
    with target.open("rb") as file:
        is_own = file.read(len(HEAD)) == HEAD.encode()
    if not is_own:
        raise UnknownValue(
            f"{str(target)!r} is there already and was not fetched by this command, so it is not replaced. Give "
            "another name with --out."
        )


class _Run:
    """One pass over the tiles of an area."""

    def __init__(
        self, server: Server, kept: KeptTiles, area: Area, most_tiles: int, tell: Callable[[str], None]
    ) -> None:
        self.server, self.kept, self.area, self.most_tiles, self.tell = server, kept, area, most_tiles, tell
        self.tiles = len(area.tiles)
        self.answers: list[Answer] = []
        self.failed: list[str] = []
        self.from_cache = self.in_row = 0

    def go(self) -> None:
        waiting = deque(self.area.tiles)
        while waiting:
            tile = waiting.popleft()
            if self.kept.was_cut(tile):
                self._cut(tile, waiting)
                continue
            answer = self.kept.read(tile)
            if answer is not None:
                self.from_cache += 1
            else:
                answer = self._fetched(tile, waiting)
            if answer is not None:
                self.answers.append(answer)
                self._tell_tile(tile, f"{len(answer.elements):,} cameras")

    def _fetched(self, tile: Box, waiting: deque[Box]) -> Answer | None:
        """The server's answer, kept; None where the tile was cut or given up."""
        try:
            answer = self._asked(tile)
        except Failure as failure:
            if failure.is_too_much and tile.can_be_cut():
                self._tell_tile(tile, f"{failure.why}; cut into four")
                self.kept.write_cut(tile)
                self._cut(tile, waiting)
            else:
                self._give_up(tile, failure)
            return None
        except FetchStopped as stopped:
            raise self._stopped(str(stopped)) from stopped
        self.in_row = 0
        self.kept.write(tile, answer)
        return answer

    def _asked(self, tile: Box) -> Answer:
        """Ask until there is an answer, waiting longer each time; raises the last Failure."""
        wait, number = 0.0, 1
        while True:
            try:
                return read_answer(self.server.ask(query_of(tile), wait), tile)
            except Failure as failure:
                if number >= failure.tries:
                    raise
                wait = failure.wait if failure.wait is not None else min(FIRST_WAIT * 2 ** (number - 1), MOST_WAIT)
                number += 1
                self._tell_tile(tile, f"{failure.why}; asking again in {max(wait, self.server.pause):,.0f} s")

    def _cut(self, tile: Box, waiting: deque[Box]) -> None:
        self.tiles += 3
        if self.tiles > self.most_tiles:
            raise self._stopped(
                f"The server can answer only small tiles of {self.area.name}: it would take more than "
                f"{self.most_tiles:,} of them. Ask for less, or try another server with --url."
            )
        waiting.extendleft(reversed(tile.quarters()))

    def _give_up(self, tile: Box, failure: Failure) -> None:
        self.failed.append(f"{tile.text()} ({failure.why})")
        self._tell_tile(tile, f"given up: {failure.why}")
        self.in_row += 1
        if failure.is_turned_away:
            raise self._stopped(
                f"The server {self.server.host!r} keeps answering 429: too many requests from this computer. Wait some "
                "hours, or give another server with --url."
            )
        if self.in_row >= MOST_FAILED_IN_ROW:
            raise self._stopped(
                f"The server {self.server.host!r} failed on {self.in_row} tiles in a row, last {self.failed[-1]}. It "
                "seems to be in trouble: wait, or give another server with --url."
            )

    def _stopped(self, why: str) -> FetchStopped:
        if not self.answers:
            return FetchStopped(why)
        return FetchStopped(
            f"{why} {len(self.answers):,} of {self.tiles:,} tiles are kept: the same command goes on from there."
        )

    def _tell_tile(self, tile: Box, what: str) -> None:
        self.tell(f"[{len(self.answers)}/{self.tiles}] {tile.text()}  {what}")

    def finish(self, target: Path) -> Fetched:
        """Write the file, if nothing is missing, and say what became of the run."""
        counts: dict[str, Any] = {
            "tiles": self.tiles,
            "bytes": self.server.bytes,
            "from_cache": self.from_cache,
            "failed": self.failed,
            "requests": self.server.requests,
        }
        if self.failed:
            return Fetched(None, cameras=None, **counts)
        found = list(newest(one for answer in self.answers for one in answer.elements).values())
        inside = self._inside(found)
        bases = [answer.base for answer in self.answers]
        # Of one age that is not known, the oldest is not known either.
        snapshot = None if None in bases else min((base for base in bases if base), default=None)
        outside = len(found) - len(inside)
        write_text(target, self._text(inside, outside, snapshot))
        older = older_beside(target, self.area.name, snapshot)
        return Fetched(target, cameras=len(inside), outside=outside, snapshot=snapshot, older=older, **counts)

    def _inside(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those in the area, and those without a place, of which nobody can say where they are."""
        places = [place_of(one) for one in found]
        known = [place for place in places if place is not None]
        said = iter(self.area.is_inside([lat for lat, _ in known], [lon for _, lon in known]))
        return [one for one, place in zip(found, places, strict=True) if place is None or next(said)]

    def _text(self, elements: list[dict[str, Any]], outside: int, snapshot: str | None) -> str:
        """The file: the same tiles give the same bytes, one element a line."""
        osm3s = (
            {"copyright": COPYRIGHT} if snapshot is None else {"timestamp_osm_base": snapshot, "copyright": COPYRIGHT}
        )
        fetched = {
            "area": self.area.name,
            "boxes": [list(box) for box in self.area.boxes],
            "url": self.server.url,
            "query": QUERY,
            "left_out_beyond_the_area": outside,
        }
        lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in elements)
        head = f'{HEAD}{__version__}","osm3s":{json.dumps(osm3s)},"fetched":{json.dumps(fetched)},"elements":['
        return f"{head}\n{lines}\n]}}\n"
