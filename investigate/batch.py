"""Reports for many agencies: what is to be rendered, by whom, what became of it, and the page that leads to them.

One agency's failure never stops the others. One whose inputs have not changed since it was finished is left as it is,
so a batch that was killed goes on.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from investigate import __version__
from investigate.clusters import Cluster, open_cluster, run_on_cluster
from investigate.counted import count_distinct
from investigate.counts import find_agency
from investigate.errors import UnknownValue
from investigate.findings import ENOUGH_FOR_A_RATE
from investigate.index_page import render_index
from investigate.kernels import TIME_LIMIT, check_parameters
from investigate.one_report import (
    FAILED,
    Outcome,
    Task,
    clear_left,
    find_finished,
)
from investigate.owner import hold
from investigate.periods import CUT_SAID
from investigate.progress import step
from investigate.reasons.classify import RULES_VERSION
from investigate.report_pool import run_here
from investigate.report_tables import list_report_agencies, prepare_report_tables, report_stamp
from investigate.review.told import score_stamp
from investigate.store import Store, telling_of_the_disk, write_text
from investigate.tables import code_hash, open_tables, read_spellings
from investigate.warm import can_fork
from investigate.workspace import KEY_FILE, REPOSITORY, Workspace, open_workspace

NOTEBOOK = REPOSITORY / "notebooks" / "agency_report.ipynb"
JOBS = 2  # processes that render, where nothing is said
PARAMETERS = ("agency", "role", "workspace")
WORKING = ".working.duckdb"  # in the folder of the reports: the lock of the batch that writes to it
EARLIER = "earlier"  # folder beside the reports: another workspace's reports
RESERVED = {FAILED, EARLIER, "con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}

Progress = Callable[[int, int, Outcome], None]


def render_reports(
    agencies: Sequence[str] = (),
    *,
    every: bool = False,
    role: str = "",
    jobs: int | None = None,
    cluster: str = "",
    out: str | Path | None = None,
    time_limit: float = TIME_LIMIT,
    workspace: str | Path | Workspace | None = None,
    notebook: str | Path = NOTEBOOK,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Render one page per agency, `index.html` and `run.json`; give what `run.json` holds.

    `agencies` by name, or `every` agency in the data; `role` owner or searcher limits each page to one;
    `jobs` processes work at once (default: 2), or as many tasks of the Dask or Spark `cluster` at that address
    (default: all that it has room for); `out` defaults to the workspace's `reports/output`. A report whose notebook
    takes more than `time_limit` seconds is stopped and has failed. The index also lists the reports of earlier runs
    that are still there from the same inputs (`kept` in `run.json`). Raises UnknownValue for an agency or role that is
    not in the data, and InvestigateError for a cluster that does not answer, and for another batch that goes on writing
    to `out`, before anything is rendered; a report that fails is listed and named. Stopped with Ctrl-C it records what
    was finished, leaves no process behind, and goes on when run again.
    """
    room = open_workspace(workspace)
    with open_cluster(cluster) if cluster else nullcontext() as there:
        prepare_report_tables(room)
        folder = Path(out).expanduser().resolve() if out else room.reports
        names = choose_agencies(room, agencies, every, role)
        check_parameters(Path(notebook), PARAMETERS)
        with telling_of_the_disk(folder, "folder of the reports"), hold(folder, WORKING, "report") as held:
            tasks = _plan(room, names, role, folder, Path(notebook).resolve(), time_limit)
            _make_place(folder, room)
            facts = _facts(room, folder) | {"kept": _finished_before(folder, tasks), "killed_before": held.left}
            outcomes: list[Outcome] = []
            is_done = False
            _write_run(folder, facts, outcomes, is_done)  # says whose reports these are, even if the run is killed
            started = time.monotonic()
            try:
                _run(tasks, jobs, there, progress, outcomes)
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


def _make_place(folder: Path, room: Workspace) -> None:
    """Make the folder of the reports ready: nothing half made in it, and nobody else's reports.

    Reports of another workspace are moved whole into `earlier`, so that invented and real ones never stand
    side by side; those of the sample can be made again at any time and are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clear_left(folder)
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
    mine = {task.slug for task in tasks}
    inputs = tasks[0].key.split()[0]
    finished = [
        find_finished(place, key)
        for path in sorted(folder.glob(f"*/{KEY_FILE}"))
        if (place := path.parent).name not in mine
        and (key := path.read_text(encoding="utf-8")).partition(" ")[0] == inputs
    ]
    return [asdict(outcome) for outcome in finished if outcome is not None]


def _name_of(room: Workspace) -> str:
    """Tells one workspace from another without saying where on this machine it lies."""
    return "sample" if room.is_sample else hashlib.sha256(f"workspace {room.root}".encode()).hexdigest()[:12]


def slugs_of(names: Iterable[str]) -> dict[str, str]:
    """A folder name for each agency: plain letters, never a path, never two alike on any file system."""
    taken: dict[str, str] = {}
    used = set(RESERVED)
    for name in sorted(names):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].rstrip("-") or "agency"
        if slug in used:
            digest = hashlib.sha256(name.encode()).hexdigest()
            short = f"{slug}-{digest[:6]}"
            # Another agency may be called so; two hyphens stand in no plain slug.
            slug = f"{slug}--{digest}" if short in used else short
        used.add(slug)
        taken[name] = slug
    return taken


def _plan(
    room: Workspace, names: list[str], role: str, out: Path, notebook: Path, time_limit: float = TIME_LIMIT
) -> list[Task]:
    """Slugs come from all agencies in the data, so that a report keeps its place whichever others are rendered."""
    slugs = slugs_of(list_report_agencies(room))
    made_by = [code_hash(), notebook.read_text(encoding="utf-8")]
    inputs = [report_stamp(room), score_stamp(room), *made_by, str(room.is_sample)]
    digest = hashlib.sha256("\0".join(inputs).encode()).hexdigest()
    as_role = role or "every role"
    return [
        Task(name, slugs[name], role, str(room.root), str(out), f"{digest} {as_role} {name}", str(notebook), time_limit)
        for name in names
    ]


def _run(
    tasks: list[Task], jobs: int | None, there: Cluster | None, progress: Progress | None, outcomes: list[Outcome]
) -> None:
    """Render all tasks, here or on the cluster, adding each outcome to `outcomes` and reporting it as it ends.

    Nothing is started for reports that are finished already.
    """

    def note(outcome: Outcome) -> None:
        outcomes.append(outcome)
        under_way.advance()
        if progress:
            progress(len(outcomes), len(tasks), outcome)

    with step("making reports", "reports", len(tasks)) as under_way:
        unfinished = []
        for task in tasks:
            earlier = find_finished(Path(task.out) / task.slug, task.key)
            if earlier is None:
                unfinished.append(task)
            else:
                note(earlier)
        if there is not None:
            run_on_cluster(there, unfinished, jobs, note)
        else:
            run_here(unfinished, max(1, jobs or JOBS), note)


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
        "kernels": "forked" if can_fork() else "started",  # on a cluster, each worker for itself
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
