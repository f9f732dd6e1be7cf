"""Word of a long read while it runs: which file, what is being done to it, how many records so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from investigate.logs.headers import RawFile
from investigate.progress import step

FIRST, EVERY = 5.0, 5.0  # seconds: a month's log is loaded before the first word


@dataclass
class Pace:
    """What a file's reading has come to; whoever works on it keeps this up to date."""

    name: str
    doing: str = "reading"
    table: RawFile | None = None
    begun: float = field(default_factory=time.monotonic)

    def records(self) -> int:
        return self.table.records_read if self.table else 0

    def __str__(self) -> str:
        records = self.records()
        so_far = f", {records:,} records so far" if records else ""
        return f"… {self.name}: {self.doing}, {time.monotonic() - self.begun:.0f} s{so_far}"


@contextmanager
def telling(tell: Callable[[Pace], Any] | None, name: str) -> Iterator[Pace]:
    """Call `tell` every few seconds, from a thread of its own, while the block runs."""
    pace = Pace(name)
    with step(lambda: f"{name}: {pace.doing}", "records", count=pace.records), _telling(tell, pace):
        yield pace


@contextmanager
def _telling(tell: Callable[[Pace], Any] | None, pace: Pace) -> Iterator[None]:
    if tell is None:
        yield
        return
    over = threading.Event()
    thread = threading.Thread(target=_keep_telling, args=(tell, pace, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _keep_telling(tell: Callable[[Pace], Any], pace: Pace, over: threading.Event) -> None:
    wait = FIRST
    while not over.wait(wait):
        tell(pace)
        wait = EVERY
