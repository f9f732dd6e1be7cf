"""What a worker of a cluster does with a report: hand it to a process of its own machine (`render_process`).

Workers are no place to run notebooks in: they are threads, or processes that may have no children. The process that
renders stays warm from one report to the next, and ends when the worker that started it does. Orders and answers are
lines of JSON.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from typing import Any

# Not `-m`: the fork server would import the main module of whoever started it, a second time.
START = "from investigate.render_process import main; main()"
KILLED = "The process that rendered it was killed; is there memory enough?"
DEAF = "No process that renders could be started on a worker of the cluster; the worker's log says why."
_idle: list[RenderProcess] = []
_one_at_a_time = threading.Lock()


def render_order(order: dict[str, Any]) -> dict[str, Any]:
    """Have the report rendered that the order names (see `clusters.make_orders`), by a process that is idle or new.

    Gives `{"outcome": fields of an Outcome}`, or `{"failed": why, in one sentence}`. Raises nothing: a cluster would
    try again what fails again.
    """
    while True:
        with _one_at_a_time:
            idle = _idle.pop() if _idle else None
        try:
            process = idle or RenderProcess()
        except OSError:
            return {"failed": DEAF}
        answer = process.render(order)
        if answer is not None:
            with _one_at_a_time:
                _idle.append(process)
            return answer
        if process.took_it:
            return {"failed": KILLED}
        if idle is None:
            return {"failed": DEAF}
        # An idle one had ended since: the next, or a new one.


class RenderProcess:
    """The process that renders, as the worker sees it. `took_it`: whether it began on the last order."""

    def __init__(self) -> None:
        self.took_it = False
        self._process = subprocess.Popen(
            [sys.executable, "-c", START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C in the worker's terminal is for the worker
        )

    def render(self, order: dict[str, Any]) -> dict[str, Any] | None:
        """The answer; None where the process ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.took_it = False
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            self.took_it = bool(self._process.stdout.readline())
            answer: dict[str, Any] = json.loads(self._process.stdout.readline())
            return answer
        except (OSError, ValueError):  # a pipe without a reader, or a line that never came
            self._end()
            return None

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what was not read any more
                pipe.close()  # type: ignore[union-attr] # both were asked for
