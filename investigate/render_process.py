"""A process that renders one report after another for a worker of a cluster (`render_worker` starts it).

It reads orders, lines of JSON, on its standard input, and answers on its standard output. It ends when its input does,
and when nobody asked for a while.
"""

from __future__ import annotations

import hashlib
import json
import os
import queue
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from investigate.drawing import drawer
from investigate.one_report import Task, render_one
from investigate.report_pool import render_in_fork
from investigate.report_tables import find_stamp
from investigate.tables import code_hash
from investigate.warm import can_fork

IDLE = 60.0  # seconds without an order after which it ends
NOT_SHARED = (
    "A worker of the cluster does not see the same {} as the machine that asked: the workspace, the folder of the "
    "reports and the notebook must lie under the same paths on every machine."
)
OTHER_CODE = (
    "A worker of the cluster has another version of this program than the machine that asked. Install the same one on "
    "every machine."
)


def hashes_of(task: Task) -> dict[str, str]:
    """Hashes of what a report is made from, by what each is called in a sentence; empty where it is not there."""
    return {
        "workspace": _hash_of(find_stamp(task.workspace)),
        "notebook": _hash_of(Path(task.notebook)),
        "program": code_hash(),
    }


def _hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def serve(answers: TextIO) -> None:
    """Render what is ordered on standard input, until it closes or nobody asked for a while."""
    orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    with drawer():
        while True:
            try:
                order = orders.get(timeout=IDLE)
            except queue.Empty:
                return
            _say(answers, {"taken": True})
            _say(answers, _answer(order))


def _listen(orders: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Put each order into the queue; end when the worker is gone, and with this process its kernel and its drawer."""
    for line in sys.stdin:
        orders.put(json.loads(line))
    os._exit(1)


def _say(answers: TextIO, said: dict[str, Any]) -> None:
    answers.write(json.dumps(said) + "\n")
    answers.flush()


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    task = Task(**order["task"])
    found = hashes_of(task)
    if found["program"] != order["hashes"]["program"]:
        return {"failed": OTHER_CODE}
    if not (Path(task.out) / order["mark"]).exists():
        return {"failed": NOT_SHARED.format("folder of reports")}
    for what, expected in order["hashes"].items():
        if found[what] != expected:
            return {"failed": NOT_SHARED.format(what)}
    render = render_in_fork if can_fork() else render_one
    return {"outcome": asdict(render(task))}


def main() -> None:
    """What a worker starts (see `render_worker.START`)."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # what libraries print must not stand between the answers
        serve(answers)
