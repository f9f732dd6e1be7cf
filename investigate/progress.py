"""What the command says while something takes long: a bar on a terminal, a plain line now and then elsewhere.

Long work names its steps with `step`. Only the command watches them (`watching`): in notebooks and scripts nothing is
shown. All of it goes to stderr, so that stdout holds the answer alone.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

SHOWN_AFTER = 2.0  # seconds: what ends sooner is not spoken of
PLAIN_EVERY = 10.0  # seconds between two lines where there is no terminal
DRAWN_EVERY = 0.2  # seconds


@dataclass
class Step:
    """One step of long work; whoever works keeps `done` and `weight_done` up to date.

    `unit` names what `done` and `total` count. `weight`: what time is told by (bytes of all files), default `total`.
    """

    doing: str | Callable[[], str]
    unit: str = ""
    total: int | None = None
    weight: float | None = None
    count: Callable[[], int] | None = None  # asked for `done` where the work counts for itself
    done: int = 0
    weight_done: float = 0
    begun: float = field(default_factory=time.monotonic)
    last_done: float = field(default_factory=time.monotonic)

    def advance(self, number: int = 1, weight: float | None = None) -> None:
        """So many more are done."""
        self.done += number
        self.weight_done += number if weight is None else weight
        self.last_done = time.monotonic()

    def share(self) -> float | None:
        """How much of it is done, from 0 to 1; None where that is not known."""
        whole = self.total if self.weight is None else self.weight
        return min(1.0, self.weight_done / whole) if whole else None

    def seconds_left(self, now: float) -> float | None:
        """As long as the rest takes at the pace of what is done; None before anything is done."""
        share = self.share()
        if not share:
            return None
        return max(0.0, (self.last_done - self.begun) * (1 - share) / share - (now - self.last_done))

    def said(self, now: float) -> str:
        """The step in words; names in it cannot steer a terminal."""
        seconds = now - self.begun
        done = self.count() if self.count else self.done
        doing = self.doing if isinstance(self.doing, str) else self.doing()
        parts = [" ".join(_as_text(doing).split())]
        if self.total is not None:
            parts.append(f"{done:,} of {self.total:,} {self.unit}, {max(0, self.total - done):,} left")
        elif done:
            parts.append(f"{done:,} {self.unit}")
        if self.unit and done and seconds >= 1:
            rate = done / seconds
            parts.append(f"{rate:,.0f} {self.unit}/s" if rate >= 1 else f"{60 * rate:,.1f} {self.unit}/min")
        parts.append(say_seconds(seconds))
        left = self.seconds_left(now)
        if left is not None:
            parts.append(f"about {say_seconds(left)} left")
        return ", ".join(parts)


def _as_text(text: str) -> str:
    from investigate.printing import printable  # noqa: PLC0415 - the library must not wait for the command's modules

    return printable(text)


def say_seconds(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


class Watcher:
    """Shows the steps that are under way, from a thread of its own."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.live: Any = None
        self.over = threading.Event()
        self.lock = threading.RLock()
        self.begun = time.monotonic()
        self.is_drawn = sys.stderr.isatty() and os.environ.get("TERM", "") not in {"", "dumb", "unknown"}
        self.thread = threading.Thread(target=self._keep_showing, daemon=True)

    def write(self, text: str) -> None:
        """A line that stays, above the bar if there is one."""
        with self.lock:
            if self.live is None:
                sys.stderr.write(text + "\n")
                sys.stderr.flush()
                return
            from rich.text import Text  # noqa: PLC0415

            self.live.console.print(Text(text), soft_wrap=True)

    def close(self) -> None:
        """Show nothing more, and take the bar off the screen."""
        self.over.set()
        self.thread.join()
        self.clear()

    def clear(self) -> None:
        """Take the bar off the screen; it comes back while a step is under way."""
        with self.lock:
            if self.live is not None:
                self.live.stop()
                self.live = None

    def _keep_showing(self) -> None:
        wait = SHOWN_AFTER if self.is_drawn else max(SHOWN_AFTER, PLAIN_EVERY)
        while not self.over.wait(wait):
            wait = DRAWN_EVERY if self.is_drawn else PLAIN_EVERY
            steps = list(self.steps)
            if not steps:
                continue
            if self.is_drawn:
                self._draw(steps)
            else:
                now = time.monotonic()
                self.write("… " + " · ".join(one.said(now) for one in steps))

    def _draw(self, steps: list[Step]) -> None:
        with self.lock:
            if self.live is None:
                from rich.console import Console  # noqa: PLC0415 - help must not wait for it
                from rich.live import Live  # noqa: PLC0415

                self.live = Live(
                    console=Console(stderr=True, markup=False, highlight=False),
                    auto_refresh=False,
                    transient=True,
                    redirect_stdout=False,
                    redirect_stderr=False,
                )
                self.live.start()
            self.live.update(_drawn(steps), refresh=True)


def _drawn(steps: list[Step]) -> Any:
    """One line a step, with a bar before those whose share is known. Names are text, never markup."""
    from rich.progress_bar import ProgressBar  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    grid, now = Table.grid(padding=(0, 1)), time.monotonic()
    for one in steps:
        share = one.share()
        bar = Text("…") if share is None else ProgressBar(total=1.0, completed=share, width=20)
        grid.add_row(bar, Text(one.said(now), overflow="fold"))
    return grid


_watcher: Watcher | None = None


@contextmanager
def watching(quiet: bool = False) -> Iterator[None]:
    """Show the steps of the work in this block, unless `quiet`; when it ends, nothing of the bar is left."""
    global _watcher  # noqa: PLW0603 - a process has one terminal
    if quiet or _watcher is not None:
        yield
        return
    _watcher = watcher = Watcher()
    watcher.thread.start()
    try:
        yield
    finally:
        _watcher = None
        watcher.close()


@contextmanager
def step(
    doing: str | Callable[[], str],
    unit: str = "",
    total: int | None = None,
    *,
    weight: float | None = None,
    count: Callable[[], int] | None = None,
) -> Iterator[Step]:
    """Name a step of long work. Whether anyone sees it is not this code's affair."""
    one, watcher = Step(doing, unit, total, weight, count), _watcher
    if watcher is None:
        yield one
        return
    watcher.steps.append(one)
    try:
        yield one
    finally:
        watcher.steps.remove(one)


def note(text: str) -> None:
    """A line that stays, where a command shows what it does; nothing elsewhere."""
    if _watcher is not None:
        _watcher.write(_as_text(text))


def clear() -> None:
    """Take the bar off the screen, if there is one, before the answer is printed."""
    if _watcher is not None:
        _watcher.clear()


def write_line(text: str) -> None:
    """A line on stderr that stays; above the bar while one is drawn."""
    watcher = _watcher
    if watcher is not None:
        watcher.write(_as_text(text))
        return
    sys.stderr.write(_as_text(text) + "\n")
    sys.stderr.flush()
