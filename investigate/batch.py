"""Reports for many agencies: papermill runs the notebook of each in a process of its own, several at once.

One agency's failure never stops the others. A report is written aside and put in place whole; one whose
inputs have not changed since it was finished is left as it is, so a batch that was killed goes on.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import re
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from investigate import __version__
from investigate.agencies.names import find_state
from investigate.counted import count_distinct
from investigate.counts import find_agency
from investigate.drawing import drawer
from investigate.errors import InvestigateError, UnknownValue
from investigate.findings import ENOUGH_FOR_A_RATE, describe_span
from investigate.index_page import render_index
from investigate.kernels import check_parameters, run_notebook, strip_records, without_places
from investigate.page import render_page
from investigate.periods import CUT_SAID
from investigate.progress import step
from investigate.reasons.classify import RULES_VERSION
from investigate.report_files import list_letters, write_files
from investigate.report_tables import list_report_agencies, prepare_report_tables, report_stamp
from investigate.review.told import score_stamp
from investigate.show import Report, headline_numbers, open_report
from investigate.store import Store, write_text
from investigate.tables import code_hash, open_tables, read_spellings
from investigate.warm import can_fork, process_context, take_over
from investigate.workspace import REPOSITORY, Workspace, open_workspace

NOTEBOOK = REPOSITORY / "notebooks" / "agency_report.ipynb"
PARAMETERS = ("agency", "role", "workspace")
KEY_FILE = ".inputs"  # beside a finished report: what it was made from
ASIDE = ".aside-"  # begins the name of a folder in which a report is being made
FAILED, EARLIER = "failed", "earlier"  # folders beside the reports: notebooks that failed, another workspace's reports
RESERVED = {FAILED, EARLIER, "con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


@dataclass(frozen=True)
class Task:
    """One report to render; plain values only, since it travels to another process."""

    agency: str
    slug: str
    role: str
    workspace: str
    out: str
    key: str
    notebook: str


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


Progress = Callable[[int, int, Outcome], None]
Note = Callable[[Outcome], None]


def render_reports(
    agencies: Sequence[str] = (),
    *,
    every: bool = False,
    role: str = "",
    jobs: int = 2,
    out: str | Path | None = None,
    workspace: str | Path | Workspace | None = None,
    notebook: str | Path = NOTEBOOK,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Render one page per agency, `index.html` and `run.json`; give what `run.json` holds.

    `agencies` by name, or `every` agency in the data; `role` owner or searcher limits each page to one;
    `jobs` processes work at once; `out` defaults to the workspace's `reports/output`. The index also lists the
    reports of earlier runs that are still there from the same inputs (`kept` in `run.json`). Raises UnknownValue for
    an agency or role that is not in the data, before anything is rendered; a report that fails is listed and
    named. Stopped with Ctrl-C it records what was finished, leaves no process behind, and goes on when run again.
    """
    room = open_workspace(workspace)
    prepare_report_tables(room)
    folder = Path(out).expanduser().resolve() if out else room.reports
    names = choose_agencies(room, agencies, every, role)
    check_parameters(Path(notebook), PARAMETERS)
    tasks = _plan(room, names, role, folder, Path(notebook).resolve())
    _make_place(folder, room, tasks)
    outcomes: list[Outcome] = []
    facts = _facts(room, folder) | {"kept": _finished_before(folder, tasks)}
    is_done = False
    _write_run(folder, facts, outcomes, is_done)  # says whose reports these are, even if the run is killed
    started = time.monotonic()
    try:
        _run(tasks, max(1, jobs), progress, outcomes)
        is_done = True
    finally:
        facts["seconds"] = round(time.monotonic() - started, 1)
        run = _write_run(folder, facts, outcomes, is_done)
        every_page = sorted([*run["reports"], *run["kept"]], key=lambda report: str(report["agency"]))
        write_text(folder / "index.html", render_index(run | {"reports": every_page}))
    return run


def choose_agencies(room: Workspace, wanted: Iterable[str], every: bool, role: str = "") -> list[str]:
    """The agencies to report on, as the data spells them; raises UnknownValue with the nearest names."""
    names = list(wanted)
    if every and names:
        raise UnknownValue(f"{', '.join(map(repr, names))} and --all were both given. Give one of the two.")
    if not every and not names:
        raise UnknownValue("No agency was named. Name one or more, or ask for all of them with --all.")
    in_role = list_report_agencies(room, role)
    if every:
        return in_role
    known = list_report_agencies(room)
    spelled = read_spellings(room)
    chosen = list(dict.fromkeys(find_agency(name, known, spelled) for name in names))
    without = [name for name in chosen if name not in in_role]
    if without:
        raise UnknownValue(f"{', '.join(map(repr, without))} is not in the data as {role}. Leave the role out.")
    return chosen


def _make_place(folder: Path, room: Workspace, tasks: list[Task]) -> None:
    """Make the folder of the reports ready: nothing half made in it, and nobody else's reports.

    Reports of another workspace are moved whole into `earlier`, so that invented and real ones never stand
    side by side; those of the sample can be made again at any time and are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _clear_aside(folder, tasks)
    whose, is_sample = _read_whose(folder)
    if whose is None or (whose == _name_of(room) and is_sample == room.is_sample):
        return
    old = [one.parent for one in folder.glob(f"*/{KEY_FILE}")]
    old += [path for name in (FAILED, "index.html", "run.json") if (path := folder / name).exists()]
    to = folder / EARLIER / whose
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    for path in old:
        path.replace(to / path.name)
    if is_sample:
        shutil.rmtree(to)


def _read_whose(folder: Path) -> tuple[str | None, bool]:
    """Which workspace an earlier run's reports are of, and whether it is the sample; None if there are none."""
    try:
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        whose, is_sample = str(run["workspace"]), bool(run["is_sample"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, False
    return (whose if re.fullmatch(r"[a-z0-9]{1,12}", whose) else "unnamed"), is_sample


def _finished_before(folder: Path, tasks: list[Task]) -> list[dict[str, Any]]:
    """Reports of earlier runs from the same inputs, which the index goes on listing beside those of this run."""
    if not tasks:
        return []
    try:
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        earlier = {report["slug"]: report | {"status": "unchanged"} for report in [*run["kept"], *run["reports"]]}
        keys = {slug: folder / slug / KEY_FILE for slug in earlier if re.fullmatch(r"[a-z0-9-]+", slug)}
    except (OSError, ValueError, KeyError, TypeError):
        return []
    mine = {task.slug for task in tasks}
    inputs = tasks[0].key.split()[0]
    return [
        earlier[slug]
        for slug, key in sorted(keys.items())
        if slug not in mine and key.exists() and key.read_text(encoding="utf-8").split()[0] == inputs
    ]


def _name_of(room: Workspace) -> str:
    """Tells one workspace from another without saying where on this machine it lies."""
    return "sample" if room.is_sample else hashlib.sha256(f"workspace {room.root}".encode()).hexdigest()[:12]


def _clear_aside(folder: Path, tasks: list[Task]) -> None:
    """Remove what a killed run left half made."""
    for task in tasks:
        for left in folder.glob(f"{ASIDE}{task.slug}-????????"):
            shutil.rmtree(left, ignore_errors=True)


def slugs_of(names: Iterable[str]) -> dict[str, str]:
    """A folder name for each agency: plain letters, never a path, never two alike on any file system."""
    taken: dict[str, str] = {}
    used = set(RESERVED)
    for name in sorted(names):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "agency"
        if slug in used:
            slug = f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
        used.add(slug)
        taken[name] = slug
    return taken


def _plan(room: Workspace, names: list[str], role: str, out: Path, notebook: Path) -> list[Task]:
    """Slugs come from all agencies in the data, so that a report keeps its place whichever others are rendered."""
    slugs = slugs_of(list_report_agencies(room))
    made_by = [code_hash(), notebook.read_text(encoding="utf-8")]
    inputs = [report_stamp(room), score_stamp(room), *made_by, str(room.is_sample)]
    digest = hashlib.sha256("\0".join(inputs).encode()).hexdigest()
    return [
        Task(
            name, slugs[name], role, str(room.root), str(out), f"{digest} {role or 'every role'} {name}", str(notebook)
        )
        for name in names
    ]


def _run(tasks: list[Task], jobs: int, progress: Progress | None, outcomes: list[Outcome]) -> None:
    """Render all tasks, adding each outcome to `outcomes` and reporting it as it ends."""

    def note(outcome: Outcome) -> None:
        outcomes.append(outcome)
        under_way.advance()
        if progress:
            progress(len(outcomes), len(tasks), outcome)

    with step("making reports", "reports", len(tasks)) as under_way, drawer() if tasks else nullcontext():
        # A worker that is killed (out of memory) takes its pool with it: each report it held up gets one of its own.
        for task in _run_pool(tasks, jobs, note):
            for lost in _run_pool([task], 1, note):
                note(
                    _failed(lost, InvestigateError("The process that rendered it was killed; is there memory enough?"))
                )


def _run_pool(tasks: list[Task], jobs: int, note: Note) -> list[Task]:
    """Render tasks in other processes, each report's notebook in a kernel of its own, so none sees another's state;
    give those that a dead process left undone."""
    others = multiprocessing.active_children()
    undone: list[Task] = []
    here = (dict(os.environ), os.getcwd())
    pool = ProcessPoolExecutor(
        min(jobs, len(tasks)) or 1, mp_context=process_context(), initializer=take_over, initargs=here
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
        if tasks:
            _clear_aside(Path(tasks[0].out), tasks)
        raise
    pool.shutdown()
    return undone


def _failed(task: Task, error: BaseException) -> Outcome:
    return Outcome(task.agency, task.slug, find_state(task.agency), "failed", _in_one_line(error, task))


def render_one(task: Task) -> Outcome:
    """Render one agency's folder, unless it is there already from the same inputs."""
    started = time.monotonic()
    outcome = Outcome(task.agency, task.slug, find_state(task.agency), "ok")
    place = Path(task.out) / task.slug
    try:
        report = open_report(task.agency, task.role, task.workspace)
        outcome.roles = [headline_numbers(report, role) for role in report.roles]
        key = place / KEY_FILE
        if key.exists() and key.read_text(encoding="utf-8") == task.key:
            outcome.status = "unchanged"
        else:
            _render(task, report, place)
        for role in outcome.roles:
            role["letters"] = list_letters(place)
    except Exception as error:
        outcome.status, outcome.error = "failed", _in_one_line(error, task)
    outcome.seconds = round(time.monotonic() - started, 2)
    return outcome


def _render(task: Task, report: Report, place: Path) -> None:
    aside = Path(tempfile.mkdtemp(prefix=f"{ASIDE}{task.slug}-", dir=task.out))
    failed = Path(task.out) / FAILED / f"{task.slug}.ipynb"
    try:
        executed = run_notebook(
            Path(task.notebook),
            aside / "agency_report.ipynb",
            {"agency": task.agency, "role": task.role, "workspace": task.workspace},
        )
        page = render_page(executed, title=report.agency, description=describe_span(report.tables, report.roles))
        (aside / "index.html").write_text(page, encoding="utf-8")
        write_files(report, task.slug, aside)
        (aside / KEY_FILE).write_text(task.key, encoding="utf-8")
        aside.chmod(0o755)
        if place.exists():
            shutil.rmtree(place)
        aside.replace(place)
        failed.unlink(missing_ok=True)
    except BaseException:
        _keep_failed_notebook(aside / "agency_report.ipynb", failed, task)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


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
    return f"{name}: {without_places(lines[0], _places(task))[:300]}" if lines else str(name)


def _facts(room: Workspace, folder: Path) -> dict[str, Any]:
    """What `run.json` says before the reports: versions, whose data, and how much of it."""
    searches = open_tables(room).searches
    totals = searches.agg(rows=searches.count(), searches=count_distinct(searches, "search_key")).execute().iloc[0]
    return {
        "package_version": __version__,
        "rules_version": RULES_VERSION,
        "cut": CUT_SAID,
        "is_sample": room.is_sample,
        "rate_from": ENOUGH_FOR_A_RATE,
        "workspace": _name_of(room),
        "kernels": "forked" if can_fork() else "started",
        "seconds": 0.0,
        "totals": {
            "releases": len(Store(room.store).releases()),
            "rows": int(totals["rows"]),
            "searches": int(totals["searches"]),
            "agencies": len(list_report_agencies(room)),
        },
        "left_over": _left_over(room, folder),
    }


def _left_over(room: Workspace, folder: Path) -> list[str]:
    """Folders of agencies that are no longer in the data: no page leads to them."""
    mine = set(slugs_of(list_report_agencies(room)).values())
    return sorted({one.parent.name for one in folder.glob(f"*/{KEY_FILE}")} - mine)


def _write_run(folder: Path, facts: dict[str, Any], outcomes: list[Outcome], is_done: bool) -> dict[str, Any]:
    """Write `run.json`; give what it holds."""
    outcomes = sorted(outcomes, key=lambda outcome: outcome.agency)
    run = facts | {
        "interrupted": not is_done,
        "failed": [outcome.agency for outcome in outcomes if outcome.status == "failed"],
        "reports": [asdict(outcome) for outcome in outcomes],
    }
    write_text(folder / "run.json", json.dumps(run, indent=2, ensure_ascii=False) + "\n")
    return run
