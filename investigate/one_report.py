"""One agency's report: its notebook run in a kernel of its own, its page and files put in place whole.

Whoever renders many calls `render_one` for each: the processes of this machine (`batch`) and those of a cluster
(`clusters`). A report whose inputs have not changed since it was finished is left as it is.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from investigate.agencies.names import find_state
from investigate.findings import describe_span
from investigate.kernels import TIME_LIMIT, run_notebook, strip_records, without_places
from investigate.page import render_page
from investigate.report_files import list_letters, write_files
from investigate.show import Report, headline_numbers, open_report
from investigate.store import sync_files, sync_folder, write_text
from investigate.workspace import KEY_FILE

NOTEBOOK = "agency_report.ipynb"  # beside a finished page: the notebook that it shows, with its outputs
OUTCOME_FILE = ".outcome"  # beside it: what `run.json` says of it, so that a later run need not open it to say the same
ASIDE = ".aside-"  # begins the name of a folder in which a report is being made
TOO_LITTLE_MEMORY = "Memory ran out. Close other programs, or render fewer reports at once with --jobs 1."
BEFORE = ".before-"  # begins the name of a folder in which an earlier report lies while another takes its place
FAILED = "failed"  # folder beside the reports: notebooks that failed


@dataclass(frozen=True)
class Task:
    """One report to render; plain values only, since it travels to another process. `time_limit` in seconds."""

    agency: str
    slug: str
    role: str
    workspace: str
    out: str
    key: str
    notebook: str
    time_limit: float = TIME_LIMIT


@dataclass
class Outcome:
    """What became of one report: status ok, unchanged or failed, with the error in one sentence."""

    agency: str
    slug: str
    state: str | None
    status: str
    error: str | None = None
    seconds: float = 0.0
    roles: list[dict[str, Any]] = field(default_factory=list)


Note = Callable[[Outcome], None]


def render_one(task: Task) -> Outcome:
    """Render one agency's folder, unless it is there already from the same inputs."""
    earlier = find_finished(Path(task.out) / task.slug, task.key)
    if earlier is not None:
        return earlier
    started = time.monotonic()
    outcome = Outcome(task.agency, task.slug, find_state(task.agency), "ok")
    try:
        report = open_report(task.agency, task.role, task.workspace)
        outcome.roles = [headline_numbers(report, role) for role in report.roles]
        _render(task, report, outcome)
    except Exception as error:
        outcome.status, outcome.error = "failed", _in_one_line(error, task)
    outcome.seconds = round(time.monotonic() - started, 2)
    return outcome


def find_finished(place: Path, key: str) -> Outcome | None:
    """What is known of the report in this folder, if it stands there finished, from the inputs that `key` names."""
    try:
        if (place / KEY_FILE).read_text(encoding="utf-8") == key:
            known = json.loads((place / OUTCOME_FILE).read_text(encoding="utf-8"))
            return Outcome(**known | {"status": "unchanged", "seconds": 0.0})
    except (OSError, ValueError, TypeError):  # not there, or written by something else: it is made again
        return None
    return None


def failed(task: Task, error: BaseException) -> Outcome:
    """The outcome of a report of which the error is all that is known."""
    return Outcome(task.agency, task.slug, find_state(task.agency), "failed", _in_one_line(error, task))


def clear_aside(out: str | Path, slug: str) -> None:
    """Remove what was left half made of one report."""
    for left in Path(out).glob(f"{ASIDE}{slug}-????????"):
        shutil.rmtree(left, ignore_errors=True)


def clear_left(out: Path) -> None:
    """Remove what a killed batch left half made in the folder of the reports, whichever reports it was about. An
    earlier report that was killed while another took its place is put back."""
    for left in [*out.glob(f"{ASIDE}*"), *(out / FAILED).glob(f"{ASIDE}*")]:
        shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
    for before in out.glob(f"{BEFORE}*"):
        place = out / before.name.removeprefix(BEFORE)
        if place.exists():
            shutil.rmtree(before, ignore_errors=True)
        else:
            before.replace(place)


def _render(task: Task, report: Report, outcome: Outcome) -> None:
    place = Path(task.out) / task.slug
    aside = Path(tempfile.mkdtemp(prefix=f"{ASIDE}{task.slug}-", dir=task.out))
    kept = Path(task.out) / FAILED / f"{task.slug}.ipynb"
    try:
        parameters = {"agency": task.agency, "role": task.role, "workspace": task.workspace}
        executed = run_notebook(Path(task.notebook), aside / NOTEBOOK, parameters, task.time_limit)
        page = render_page(executed, title=report.agency, description=describe_span(report.tables, report.roles))
        (aside / "index.html").write_text(page, encoding="utf-8")
        write_files(report, task.slug, aside)
        for role in outcome.roles:
            role["letters"] = list_letters(aside)
        (aside / OUTCOME_FILE).write_text(json.dumps(asdict(outcome)), encoding="utf-8")
        (aside / KEY_FILE).write_text(task.key, encoding="utf-8")
        aside.chmod(0o755)
        _put_in_place(aside, place)
        kept.unlink(missing_ok=True)
    except BaseException:
        with contextlib.suppress(OSError, ValueError):  # half written to a full disk; that is what is to be told
            _keep_failed_notebook(aside / NOTEBOOK, kept, task)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _put_in_place(aside: Path, place: Path) -> None:
    """Replace the report's folder by the one made aside; killed at any moment, one of the two is there whole."""
    sync_files(aside)
    before = place.with_name(f"{BEFORE}{place.name}")
    if place.exists():
        shutil.rmtree(before, ignore_errors=True)
        place.replace(before)
    aside.replace(place)
    sync_folder(place.parent)
    shutil.rmtree(before, ignore_errors=True)


def _keep_failed_notebook(notebook: Path, keep: Path, task: Task) -> None:
    """A notebook that failed is kept apart for reading; the page of an earlier run stays where it is."""
    if notebook.exists():
        content = json.loads(notebook.read_text(encoding="utf-8"))
        strip_records(content)
        text = json.dumps(content, indent=1, ensure_ascii=False)
        keep.parent.mkdir(exist_ok=True)
        write_text(keep, without_places(text, _places(task)) + "\n")


def _places(task: Task) -> dict[str, str]:
    return {task.out: "(reports)", task.workspace: "(workspace)"}


def _in_one_line(error: BaseException, task: Task) -> str:
    """The line that says what went wrong, without paths of this machine or a traceback."""
    name, value = getattr(error, "ename", type(error).__name__), getattr(error, "evalue", str(error))
    lines = [line.strip() for line in str(value).splitlines() if line.strip()]
    if name == "MemoryError":
        lines = [TOO_LITTLE_MEMORY]
    return f"{name}: {without_places(lines[0], _places(task))[:300]}" if lines else str(name)
