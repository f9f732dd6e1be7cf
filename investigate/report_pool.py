"""The processes of this machine that render reports, several at once.

Each report has two processes of its own, both forks of one that has imported everything: one drives the kernel and
makes page and files, the other is the kernel. Neither has seen another report. Where the system cannot fork safely, a
pool of processes drives kernels that start from nothing.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from investigate.drawing import drawer
from investigate.errors import InvestigateError
from investigate.kernels import TooLong
from investigate.one_report import Note, Outcome, Task, clear_aside, failed, render_one
from investigate.render_worker import KILLED
from investigate.warm import can_fork, process_context, take_over

GRACE = 60.0  # seconds beyond a report's time limit for all that is not its notebook
Render = Callable[[Task], Outcome]


def run_here(tasks: Sequence[Task], jobs: int, note: Note) -> None:
    """Render all tasks, `jobs` at once, noting each outcome as it ends. Stopped with Ctrl-C it leaves no process and
    nothing half made."""
    if not tasks:
        return
    jobs = min(jobs, len(tasks))
    others = multiprocessing.active_children()
    with drawer(), _renderer(jobs) as render, ThreadPoolExecutor(jobs) as threads:
        running = [threads.submit(render, task) for task in tasks]
        try:
            for done in as_completed(running):
                note(done.result())
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            _end(running, others)
            for task in tasks:
                clear_aside(task.out, task.slug)
            raise


def _end(running: Sequence[Future[Outcome]], others: Sequence[BaseProcess]) -> None:
    """Wait for no report: each ends when its process is gone, and a kernel when that which drives it is."""
    while not all(one.done() for one in running):
        for child in multiprocessing.active_children():
            if child not in others:
                child.terminate()
        time.sleep(0.05)


@contextmanager
def _renderer(jobs: int) -> Iterator[Render]:
    """What renders one report in another process, for several threads at once."""
    if can_fork():
        yield render_in_fork
    else:
        with _pool(jobs) as pool:
            yield lambda task: _render_in_pool(pool, task)


# ---- forks ----------------------------------------------------------------------------------------------


def render_in_fork(task: Task) -> Outcome:
    """Render one report in a fresh fork, and its notebook in a fork of that; one that is killed fails its report."""
    hears, says = multiprocessing.Pipe(duplex=False)
    here = dict(os.environ), os.getcwd()
    process = process_context().Process(target=_drive, args=(task, says, *here))  # type: ignore[attr-defined]
    process.start()
    says.close()
    with hears:
        try:
            if not hears.poll(task.time_limit + GRACE):  # the kernel's time is over, but nothing was heard
                process.kill()
                process.join()
                clear_aside(task.out, task.slug)
                return failed(task, TooLong(task.time_limit))
            outcome = Outcome(**json.loads(hears.recv_bytes()))
        except EOFError:
            outcome = failed(task, InvestigateError(KILLED))
    process.join()
    if outcome.status == "failed":
        clear_aside(task.out, task.slug)  # of a killed process
    return outcome


def _drive(task: Task, says: Connection, environment: dict[str, str], folder: str) -> None:
    """What the fork does. Its kernel is forked first, while nothing has been read or started here."""
    from investigate.forked import end_with_parent, kernel_in_waiting  # noqa: PLC0415 - with Jupyter's client, which the fork has

    with kernel_in_waiting():
        end_with_parent()
        gc.disable()  # it ends before that would give anything back
        take_over(environment, folder)
        says.send_bytes(json.dumps(asdict(render_one(task))).encode("utf-8"))


# ---- without forks --------------------------------------------------------------------------------------


def _pool(jobs: int) -> ProcessPoolExecutor:
    here = dict(os.environ), os.getcwd()
    return ProcessPoolExecutor(jobs, mp_context=process_context(), initializer=_begin, initargs=here)


def _begin(environment: dict[str, str], folder: str) -> None:
    from investigate.forked import end_with_parent  # noqa: PLC0415 - with Jupyter's client

    end_with_parent()
    take_over(environment, folder)


def _render_in_pool(pool: ProcessPoolExecutor, task: Task) -> Outcome:
    """Render one report in the pool. A process that is killed takes its pool with it: each report that this held up
    gets a process of its own."""
    try:
        return pool.submit(render_one, task).result()
    except BrokenProcessPool:
        clear_aside(task.out, task.slug)
    with _pool(1) as alone:
        try:
            return alone.submit(render_one, task).result()
        except BrokenProcessPool:
            clear_aside(task.out, task.slug)
            return failed(task, InvestigateError(KILLED))
