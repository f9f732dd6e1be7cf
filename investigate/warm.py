"""Where the processes of a batch come from: forks of one process that has imported everything, or new ones.

A kernel's start and its imports take longer than all cells of a report. The standard library's fork server is started
once a batch and imports what reports need; each kernel, and each process that drives kernels, is a fork of it: a
process of its own, with its own memory, in which no report has ever run. Where the system cannot fork safely
(Windows has no fork; on macOS system libraries do not survive one), processes start from nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.context import BaseContext
from pathlib import Path

from investigate.workspace import KEY_FILE

PLAIN = "INVESTIGATE_PLAIN_KERNELS"  # set to anything: start every process from nothing
PRELOADED = "investigate.preload"


def can_fork() -> bool:
    """Whether kernels are forked here, and not started from nothing."""
    return sys.platform == "linux" and not os.environ.get(PLAIN)


def why_plain() -> str | None:
    """Why kernels are not forked, in one sentence; None where they are."""
    if can_fork():
        return None
    if os.environ.get(PLAIN):
        return f"Kernels start from nothing, since {PLAIN} is set: each report takes several seconds more."
    return (
        "Kernels start from nothing, since this system cannot fork them safely: each report takes several seconds more."
    )


def process_context() -> BaseContext:
    """How the processes of a batch start."""
    if not can_fork():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOADED])
    return context


def get_ready(reports: Path) -> None:
    """Let the fork server import what reports need while this process does its own importing and planning.

    Not where there are finished reports in the folder `reports`: all may be unchanged, and then nothing is started.
    """
    if can_fork() and next(reports.glob(f"*/{KEY_FILE}"), None) is None:
        from multiprocessing import forkserver  # noqa: PLC0415 - not on every system

        process_context()
        forkserver.ensure_running()


def take_over(environment: dict[str, str], folder: str) -> None:
    """Let this process stand where the one that asked for it stands: a fork has the surroundings of the fork server."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
