"""Reports for many agencies: papermill runs the notebook of each in a process of its own, several at once.

One agency's failure never stops the others. A report is written aside and put in place whole; one whose
inputs have not changed since it was finished is left as it is, so a batch that was killed goes on.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import multiprocessing
import re
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from investigate import __version__
from investigate.agencies.names import find_state
from investigate.errors import InvestigateError, unknown
from investigate.findings import agency_findings, canonical_json
from investigate.page import render_index, render_page
from investigate.periods import CUT_SAID
from investigate.reasons.classify import RULES_VERSION
from investigate.report_tables import list_report_agencies, prepare_report_tables, report_stamp
from investigate.show import Report, headline_numbers, open_report
from investigate.store import Store, write_text
from investigate.tables import open_tables
from investigate.workspace import REPOSITORY, Workspace, open_workspace

NOTEBOOK = REPOSITORY / "notebooks" / "agency_report.ipynb"
KEY_FILE = ".inputs"  # beside a finished report: what it was made from
START_UP_FAULTS = ("Address already in use", "Kernel died before replying")
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
COUNTS_HEAD = (
    "role", "periods", "period", "scope", "rows", "searches", "cases", "immigration_related", "reason_known",
    "per_1000", "covered_days",
)  # fmt: skip


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
    `jobs` processes work at once; `out` defaults to the workspace's `reports/output`. Raises UnknownValue for
    an agency that is not in the data, before anything is rendered; a report that fails is listed and named.
    """
    room = open_workspace(workspace)
    prepare_report_tables(room)
    folder = Path(out).expanduser().resolve() if out else room.reports
    names = choose_agencies(room, agencies, every)
    tasks = _plan(room, names, role, folder, Path(notebook).resolve())
    _check_parameters(Path(notebook))
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    outcomes = _run(tasks, max(1, jobs), progress)
    run = _record(room, outcomes, time.monotonic() - started)
    write_text(folder / "run.json", json.dumps(run, indent=2, ensure_ascii=False) + "\n")
    write_text(folder / "index.html", render_index(run))
    return run


def choose_agencies(room: Workspace, wanted: Iterable[str], every: bool) -> list[str]:
    """The agencies to report on, as the data spells them; raises UnknownValue with the nearest names."""
    known = list_report_agencies(room)
    by_folded = {name.casefold(): name for name in known}
    if every:
        return known
    names = list(wanted)
    if not names:
        raise InvestigateError("No agency was named. Name one or more, or ask for all of them with --all.")
    for name in names:
        if name.casefold() not in by_folded:
            raise unknown("agency", name, known)
    return list(dict.fromkeys(by_folded[name.casefold()] for name in names))


def slugs_of(names: Iterable[str]) -> dict[str, str]:
    """A folder name for each agency: plain letters, never a path, never two alike on any file system."""
    taken: dict[str, str] = {}
    for name in sorted(names):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "agency"
        if slug in RESERVED or slug in taken.values():
            slug = f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
        taken[name] = slug
    return taken


def _plan(room: Workspace, names: list[str], role: str, out: Path, notebook: Path) -> list[Task]:
    """Slugs come from all agencies in the data, so that a report keeps its place whichever others are rendered."""
    slugs = slugs_of(list_report_agencies(room))
    inputs = report_stamp(Store(room.store)) + __version__ + _code_hash() + notebook.read_text(encoding="utf-8") + role
    digest = hashlib.sha256(inputs.encode()).hexdigest()
    return [
        Task(name, slugs[name], role, str(room.root), str(out), f"{digest} {role or 'every role'}", str(notebook))
        for name in names
    ]


@cache
def _code_hash() -> str:
    """Hash of the package's own files: a page made by other code is not this page."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _check_parameters(notebook: Path) -> None:
    """Papermill passes over a parameter that a notebook does not have; that would render the wrong agency."""
    import papermill  # noqa: PLC0415 - slow to import, wanted only here and in the workers

    known = set(papermill.inspect_notebook(notebook))
    missing = {"agency", "role", "workspace"} - known
    if missing:
        raise InvestigateError(
            f"The notebook {notebook.name} has no parameter {', '.join(sorted(missing))}; it has "
            f"{', '.join(sorted(known))}. Add it to the cell tagged `parameters`."
        )


def _run(tasks: list[Task], jobs: int, progress: Progress | None) -> list[Outcome]:
    """Render all tasks, reporting each as it ends; processes start afresh, so none sees another's state."""
    outcomes: list[Outcome] = []
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(tasks)) or 1, mp_context=spawn) as pool:
        running = {pool.submit(render_one, task): task for task in tasks}
        for done in as_completed(running):
            try:
                outcome = done.result()
            except Exception as error:
                task = running[done]
                outcome = Outcome(task.agency, task.slug, find_state(task.agency), "failed", _in_one_line(error))
            outcomes.append(outcome)
            if progress:
                progress(len(outcomes), len(tasks), outcome)
    return sorted(outcomes, key=lambda outcome: outcome.agency)


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
    except Exception as error:
        outcome.status, outcome.error = "failed", _in_one_line(error)
    outcome.seconds = round(time.monotonic() - started, 2)
    return outcome


def _render(task: Task, report: Report, place: Path) -> None:
    aside = Path(tempfile.mkdtemp(prefix=".aside-", dir=task.out))
    try:
        executed = _execute(task, aside / "agency_report.ipynb")
        findings = agency_findings(report.tables, task.slug, __version__)
        findings["roles"] = [one for one in findings["roles"] if one["role"] in report.roles]
        headline = findings["roles"][0]["sentences"][0]
        page = render_page(executed, title=report.agency, description=headline)
        (aside / "index.html").write_text(page, encoding="utf-8")
        (aside / "findings.json").write_text(canonical_json(findings), encoding="utf-8")
        (aside / "counts.csv").write_text(_counts_csv(findings), encoding="utf-8", newline="")
        (aside / KEY_FILE).write_text(task.key, encoding="utf-8")
        aside.chmod(0o755)
        if place.exists():
            shutil.rmtree(place)
        aside.replace(place)
    except BaseException:
        _keep_failed_notebook(aside, Path(task.out) / "failed" / f"{task.slug}.ipynb")
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _keep_failed_notebook(aside: Path, keep: Path) -> None:
    """A notebook that failed is kept apart for reading; the page of an earlier run stays where it is."""
    notebook = aside / "agency_report.ipynb"
    if notebook.exists():
        keep.parent.mkdir(exist_ok=True)
        notebook.replace(keep)


def _execute(task: Task, to: Path) -> Any:
    """Run the notebook through papermill; one retry, for faults of a kernel's start only."""
    import papermill  # noqa: PLC0415 - slow to import; the first process only plans

    for attempt in (1, 2):
        try:
            notebook = papermill.execute_notebook(
                task.notebook,
                # Papermill reads the output path as a format string.
                str(to).replace("{", "{{").replace("}", "}}"),
                parameters={"agency": task.agency, "role": task.role, "workspace": task.workspace},
                progress_bar=False,
                cwd=str(to.parent),
                kernel_name="python3",
                log_output=False,
            )
        except Exception as error:
            if attempt == 1 and any(fault in str(error) for fault in START_UP_FAULTS):
                continue
            raise
        _strip_records(notebook)
        import nbformat  # noqa: PLC0415

        nbformat.write(notebook, to)
        return notebook
    raise AssertionError("not reached: the second attempt returns or raises")


def _strip_records(notebook: Any) -> None:
    """Paths, times and durations say nothing about the findings, and the workspace's path is private."""
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = re.sub(r"^workspace = .*$", 'workspace = ""', cell.source, flags=re.MULTILINE)


def _counts_csv(findings: dict[str, Any]) -> str:
    """The counts of a page as CSV: each role, by the inauguration and by month, in all scopes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COUNTS_HEAD)
    for role in findings["roles"]:
        for periods, name in (("inauguration", "periods"), ("month", "months")):
            for row in role[name]:
                cells = {"role": role["role"], "periods": periods} | row
                writer.writerow("" if cells[column] is None else cells[column] for column in COUNTS_HEAD)
    return text.getvalue()


def _in_one_line(error: BaseException) -> str:
    """The last line that says what went wrong, without paths of this machine or a traceback."""
    name, value = getattr(error, "ename", type(error).__name__), getattr(error, "evalue", str(error))
    lines = [line.strip() for line in str(value).splitlines() if line.strip()]
    return f"{name}: {lines[0][:300]}" if lines else str(name)


def _record(room: Workspace, outcomes: list[Outcome], seconds: float) -> dict[str, Any]:
    tables = open_tables(room)
    totals = (
        tables.searches.agg(rows=tables.searches.count(), searches=tables.searches.search_key.nunique())
        .execute()
        .iloc[0]
    )
    failed = [outcome.agency for outcome in outcomes if outcome.status == "failed"]
    return {
        "package_version": __version__,
        "rules_version": RULES_VERSION,
        "cut": CUT_SAID,
        "is_sample": room.is_sample,
        "seconds": round(seconds, 1),
        "totals": {
            "releases": len(tables.releases),
            "rows": int(totals["rows"]),
            "searches": int(totals["searches"]),
            "agencies": len(list_report_agencies(room)),
        },
        "failed": failed,
        "reports": [asdict(outcome) for outcome in outcomes],
    }
