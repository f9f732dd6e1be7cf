"""The processes of this machine that render reports, several at once."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from investigate.drawing import drawer
from investigate.errors import InvestigateError
from investigate.one_report import Note, Task, clear_aside, failed, render_one
from investigate.render_worker import KILLED
from investigate.warm import process_context, take_over


def run_here(tasks: Sequence[Task], jobs: int, note: Note) -> None:
    """Render all tasks in `jobs` processes, noting each outcome as it ends."""
    if not tasks:
        return
    with drawer():
        # A worker that is killed (out of memory) takes its pool with it: each report it held up gets one of its own.
        for task in _run_pool(tasks, jobs, note):
            for lost in _run_pool([task], 1, note):
                note(failed(lost, InvestigateError(KILLED)))


def _run_pool(tasks: Sequence[Task], jobs: int, note: Note) -> list[Task]:
    """Render tasks in other processes, each report's notebook in a kernel of its own, so none sees another's state;
    give those that a dead process left undone."""
    others = multiprocessing.active_children()
    undone: list[Task] = []
    here = (dict(os.environ), os.getcwd())
    pool = ProcessPoolExecutor(
        min(jobs, len(tasks)), mp_context=process_context(), initializer=take_over, initargs=here
    )
    try:
        running = {pool.submit(render_one, task): task for task in tasks}
        for done in as_completed(running):
            try:
                note(done.result())
            except BrokenProcessPool:
                undone.append(running[done])
    except BaseException:
        # Ctrl-C: no report is waited for, and a kernel ends by itself when its process is gone.
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in multiprocessing.active_children():
            if worker not in others:
                worker.terminate()
                worker.join()
        for task in tasks:
            clear_aside(task.out, task.slug)
        raise
    pool.shutdown()
    return undone
