"""One notebook run in a kernel of its own through papermill, and what it may not carry away from this machine."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from investigate.errors import InvestigateError, unknown
from investigate.live.where import LIVE_MARKS
from investigate.warm import can_fork
from investigate.workspace import REPOSITORY

START_UP_FAULTS = ("Address already in use", "Kernel died before replying")
# Else each kernel warns that it is spoken to over TCP, which here never leaves the machine, and keeps what it ran in a
# file of its user's, agencies' names among it.
KERNEL_OPTIONS = ["--log-level=ERROR", "--HistoryManager.hist_file=:memory:"]
TIME_LIMIT = 600.0  # seconds for one report, where nothing is said
INJECTED = "# Parameters"  # how papermill begins the cell that it puts behind the notebook's own parameters


class TooLong(InvestigateError):
    """A notebook that was stopped, since it took longer than was allowed."""

    def __init__(self, limit: float) -> None:
        super().__init__(
            f"The report was stopped after {limit:g} seconds. Give it longer with --time-limit, or see in its notebook "
            "what takes so long."
        )


class KernelDied(InvestigateError):
    """A notebook whose kernel ended: the system kills what takes too much memory."""

    def __init__(self) -> None:
        super().__init__(
            "The kernel was killed, most often because memory ran out. Close other programs, or render fewer reports "
            "at once with --jobs 1."
        )


def check_parameters(notebook: Path, wanted: Iterable[str]) -> None:
    """Raise InvestigateError unless the notebook has all these parameters.

    Papermill passes over a parameter that a notebook does not have; that would render the wrong agency.
    """
    import papermill  # noqa: PLC0415 - slow to import, wanted only where notebooks run

    if not notebook.is_file():
        raise InvestigateError(f"There is no notebook {str(notebook)!r}. Name one that takes a report's parameters.")
    known = set(papermill.inspect_notebook(notebook))
    missing = set(wanted) - known
    if missing:
        raise InvestigateError(
            f"The notebook {notebook.name} has no parameter {', '.join(sorted(missing))}; it has "
            f"{', '.join(sorted(known)) or 'none'}. Add it to the cell tagged `parameters`."
        )


def run_notebook(notebook: Path, to: Path, parameters: dict[str, str], limit: float = TIME_LIMIT) -> Any:
    """Run the notebook, write it to `to` and give it; one retry, for faults of a kernel's start only.

    Raises papermill's error when a cell fails; `to` then holds the notebook up to that cell. Raises TooLong when it
    took more than `limit` seconds, and KernelDied when something else killed its kernel.
    """
    with _limited(limit) as is_over:
        try:
            return _run_notebook(notebook, to, parameters, is_over)
        except Exception as error:
            if is_over.is_set():
                raise TooLong(limit) from error
            if type(error).__name__ == "DeadKernelError":
                raise KernelDied from error
            raise


@contextlib.contextmanager
def _limited(limit: float) -> Iterator[threading.Event]:
    """Kill the kernels that are started meanwhile when the time is over, which then is set. They may not hear an
    interrupt: what hangs need not be Python."""
    from investigate.forked import kill_kernels, started_kernels  # noqa: PLC0415 - with Jupyter's client

    is_over = threading.Event()
    with started_kernels() as kernels:

        def stop() -> None:
            is_over.set()
            kill_kernels(kernels)

        timer = threading.Timer(limit, stop)
        timer.daemon = True
        timer.start()
        try:
            yield is_over
        finally:
            timer.cancel()


def _run_notebook(notebook: Path, to: Path, parameters: dict[str, str], is_over: threading.Event) -> Any:
    import nbformat  # noqa: PLC0415
    import papermill  # noqa: PLC0415

    for attempt in (1, 2):
        try:
            with no_live_marks():
                executed = papermill.execute_notebook(
                    notebook,
                    # Papermill reads the output path as a format string.
                    str(to).replace("{", "{{").replace("}", "}}"),
                    parameters=parameters,
                    progress_bar=False,
                    cwd=str(to.parent),
                    kernel_name="python3",
                    log_output=False,
                    # Written once, at the end or at the cell that failed, and not after each cell.
                    request_save_on_cell_execute=False,
                    autosave_cell_every=0,
                    extra_arguments=KERNEL_OPTIONS,
                    **_manager(),
                )
        except Exception as error:
            if attempt == 1 and not is_over.is_set() and any(fault in str(error) for fault in START_UP_FAULTS):
                continue
            raise
        strip_records(executed)
        nbformat.write(executed, to)
        return executed
    raise AssertionError("not reached: the second attempt returns or raises")


def _manager() -> dict[str, Any]:
    """Forked kernels where there are any; else those that Jupyter starts."""
    from investigate.forked import ForkedKernelManager, KnownKernelManager  # noqa: PLC0415 - with Jupyter's client, wanted only where notebooks run

    return {"kernel_manager_class": ForkedKernelManager if can_fork() else KnownKernelManager}


@contextlib.contextmanager
def no_live_marks() -> Iterator[None]:
    """A kernel started meanwhile does not take over what marks the notebook that a person works in."""
    taken = {name: os.environ.pop(name) for name in LIVE_MARKS if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)


def strip_records(notebook: Any) -> None:
    """Paths, times and durations say nothing about the findings, and the workspace's path is private."""
    notebook["metadata"].pop("papermill", None)
    for cell in notebook["cells"]:
        cell["metadata"].pop("papermill", None)
        cell["metadata"].pop("execution", None)
        if "injected-parameters" in cell["metadata"].get("tags", []):
            cell["id"] = "parameters"  # papermill draws lots for it
            source = "".join(cell["source"])  # one text in memory, a list of lines in a file
            cell["source"] = re.sub(r"^workspace = .*$", 'workspace = ""', source, flags=re.MULTILINE)


def without_places(text: str, named: dict[str, str]) -> str:
    """The text with a word for each folder of this machine that it names: those in `named`, and Python's own."""
    own = {sys.base_prefix: "(python)", sys.prefix: "(python)", str(Path.home()): "~", str(REPOSITORY): "(program)"}
    places = own | named
    for place in sorted(places, key=len, reverse=True):
        if len(place) > 1:
            for spelled in (place, json.dumps(place)[1:-1]):
                text = text.replace(spelled, places[place])
    return text


def refuse_other_parameters(*known: str) -> None:
    """Raise UnknownValue if papermill was given a parameter that the notebook does not have.

    Papermill itself only logs a warning and goes on with the default, so that a misspelt `agencyy` renders the
    wrong agency. Call it first thing in a notebook, with the names in its cell of parameters.
    """
    from IPython import get_ipython  # noqa: PLC0415 - outside a kernel there is nothing to check

    shell = get_ipython()
    history = [] if shell is None else shell.user_ns.get("In", [])
    for source in history:
        if source.startswith(INJECTED):
            for name in _assigned(source):
                if name not in known:
                    raise unknown("parameter", name, known)


def _assigned(source: str) -> list[str]:
    targets = [statement.targets for statement in ast.parse(source).body if isinstance(statement, ast.Assign)]
    return [target.id for group in targets for target in group if isinstance(target, ast.Name)]
