"""Reports through papermill: what is written, that it repeats byte for byte, what never leaks, and what goes wrong."""

from __future__ import annotations

import csv
import functools
import html
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import psutil
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from made_notebooks import notebook
from tiny_logs import search, write_network_audit

import investigate as inv
from investigate import batch, cli, one_report, report_tables
from investigate.batch import render_reports, slugs_of
from investigate.errors import InvestigateError, UnknownValue
from investigate.kernels import check_parameters, without_places
from investigate.one_report import OUTCOME_FILE, Note, Outcome, Task
from investigate.quality.gate import CHECKS
from investigate.review.told import score_path
from investigate.warm import PLAIN, can_fork
from investigate.workspace import Workspace

REPOSITORY = Path(__file__).resolve().parents[1]
FILES = {"index.html", "findings.json", "counts.csv", "quality.json", "agency_report.ipynb", "reply.md", "reply.docx"}
REQUEST = {"request.md", "request.docx"}  # only where something is missing
AGENCIES = ["Brackenfall IL PD", "Glimmerford CA PD", "Tallowmere TX PD"]
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that shows the agency's name and imports nothing: a kernel's start is all that it costs."""
    return notebook(tmp_path_factory.mktemp("bare") / "bare.ipynb", "agency")


def in_this_process(tasks: Sequence[Task], jobs: int, note: Note) -> None:
    """In place of the pool, whose processes take seconds to start; the kernels are real."""
    for task in tasks:
        note(one_report.render_one(task))


@pytest.fixture
def without_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "run_here", in_this_process)


def load(root: Path, *agencies: str, owner: str = "Fernwick IL PD") -> Path:
    rows = [search(f"2025-03-{day:02}T12:00:00", "ICE", name) for day, name in enumerate(agencies, start=1)]
    path = write_network_audit(root / "logs", "some", rows)
    inv.load_lookup_logs(path, producer=owner, kind="network", workspace=root)
    return root


def statuses(run: dict[str, Any]) -> dict[str, str]:
    return {report["agency"]: report["status"] for report in run["reports"]}


def texts_below(folder: Path) -> dict[Path, str]:
    return {path: text_of(path) for path in folder.rglob("*") if path.is_file()}


def text_of(path: Path) -> str:
    """What a file says; of a letter for Word the document in it."""
    if path.suffix != ".docx":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as word:
        return word.read("word/document.xml").decode()


# ---- three agencies of the sample -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rendered(sample_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rendered") / "with {braces} and blanks"
    run = render_reports(AGENCIES, out=out, workspace=sample_workspace)
    assert statuses(run) == dict.fromkeys(AGENCIES, "ok"), run
    return out


def findings_of(out: Path, agency: str) -> dict[str, Any]:
    return json.loads((out / slugs_of(AGENCIES)[agency] / "findings.json").read_text(encoding="utf-8"))


def test_promised_files_are_there_and_nothing_is_half_made(rendered: Path) -> None:
    assert {path.name for path in rendered.iterdir()} == {"index.html", "run.json", *slugs_of(AGENCIES).values()}
    for slug in slugs_of(AGENCIES).values():
        found = {path.name for path in (rendered / slug).iterdir()}
        assert found - REQUEST == FILES | {".inputs", ".outcome"}
        assert found & REQUEST in (set(), REQUEST)


def test_quality_json_holds_every_check_of_the_releases_that_the_numbers_come_from(rendered: Path) -> None:
    for agency in AGENCIES:
        folder = rendered / slugs_of(AGENCIES)[agency]
        checks = json.loads((folder / "quality.json").read_text(encoding="utf-8"))
        sources = {source["release"] for role in findings_of(rendered, agency)["roles"] for source in role["sources"]}
        found = {(one["release"], one["check"]) for one in checks}
        assert len(found) == len(checks)
        assert found == {(release, check) for release in sources for check in CHECKS}
        odd = [one for one in checks if one["result"] in {"warn", "fail"}]
        assert all(one["says"] and one["means"] and one["ask"].startswith("Ask the agency") for one in odd)
        page = (folder / "index.html").read_text(encoding="utf-8")
        assert all(html.escape(check) in page for check in {one["check"] for one in odd})


def test_index_leads_to_every_page(rendered: Path) -> None:
    index = BeautifulSoup((rendered / "index.html").read_text(encoding="utf-8"), "html.parser")
    links = {link["href"] for link in index.find_all("a") if link.get("href", "").endswith("index.html")}
    assert {f"./{slug}/index.html" for slug in slugs_of(AGENCIES).values()} <= links
    assert all((rendered / link).is_file() for link in links)


@pytest.mark.usefixtures("without_pool")
def test_second_run_elsewhere_gives_the_same_bytes(rendered: Path, sample_workspace: Path, tmp_path: Path) -> None:
    render_reports([AGENCIES[0].upper()], out=tmp_path, workspace=sample_workspace)
    slug = slugs_of(AGENCIES)[AGENCIES[0]]
    for name in ("findings.json", "counts.csv", "index.html"):
        assert (tmp_path / slug / name).read_bytes() == (rendered / slug / name).read_bytes(), name


def test_findings_are_canonical(rendered: Path) -> None:
    for agency in AGENCIES:
        text = (rendered / slugs_of(AGENCIES)[agency] / "findings.json").read_text(encoding="utf-8")
        held = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
        assert text == json.dumps(held, sort_keys=True, ensure_ascii=False, indent=2) + "\n"
        assert held["agency"] == agency
        assert not re.search(r"\d\d:\d\d:\d\d\.\d", text), "a time of the run itself would change every run"


@pytest.mark.parametrize("agency", AGENCIES)
def test_counts_file_is_what_the_program_counts(rendered: Path, sample_workspace: Path, agency: str) -> None:
    with (rendered / slugs_of(AGENCIES)[agency] / "counts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for role in findings_of(rendered, agency)["roles"]:
        counted = inv.count_searches(agency=agency, role=role["role"], scope="all", workspace=sample_workspace)
        mine = [row for row in rows if row["role"] == role["role"] and row["periods"] == "inauguration"]
        assert len(mine) == 6
        for row, expected in zip(mine, counted.to_dict("records"), strict=True):
            for name in ("rows", "searches", "cases", "immigration_related", "reason_known", "per_1000"):
                wanted = "" if pd.isna(expected[name]) else str(expected[name])
                assert row[name] == wanted, (row, name)


@pytest.mark.parametrize("agency", AGENCIES)
def test_numbers_on_the_page_are_those_of_the_findings(rendered: Path, agency: str) -> None:
    page = BeautifulSoup((rendered / slugs_of(AGENCIES)[agency] / "index.html").read_text("utf-8"), "html.parser")
    tables = [one for one in page.find_all("table") if "before and after noon Eastern" in one.find("caption").text]
    roles = findings_of(rendered, agency)["roles"]
    assert len(tables) == len(roles) > 0
    for shown, role in zip(tables, roles, strict=True):
        heads = [cell.text for cell in shown.find("thead").find_all("th")]
        cells = [[cell.text for cell in row.find_all(["td", "th"])] for row in shown.find("tbody").find_all("tr")]
        found = {(row["scope"], row["period"]): row for row in (dict(zip(heads, row, strict=True)) for row in cells)}
        assert len(found) == 6
        for wanted in role["periods"]:
            row = found[(wanted["scope"], wanted["period"])]
            related = wanted["immigration_related"]
            assert row["immigration-related"] == ("not known" if related is None else f"{related:,}")
            assert row["searches"] == f"{wanted['searches']:,}"
            assert row["cases"] == f"{wanted['cases']:,}"
        assert all(sentence in page.text for sentence in role["sentences"])


def test_nothing_known_is_never_shown_as_none(rendered: Path) -> None:
    (role,) = findings_of(rendered, "Glimmerford CA PD")["roles"]
    assert role["standard"] is None
    assert "cannot be known" in role["sentences"][0]
    index = BeautifulSoup((rendered / "index.html").read_text(encoding="utf-8"), "html.parser")
    line = next(row for row in index.find_all("tr") if "Glimmerford CA PD" in row.text)
    assert "not known" in line.text


def test_no_output_says_where_on_this_machine_it_was_made(rendered: Path, sample_workspace: Path) -> None:
    places = {str(sample_workspace), str(rendered), str(REPOSITORY), sys.prefix, f"{Path.home()}/", "ipykernel_"}
    texts = texts_below(rendered)
    assert len(texts) > 12
    for path, text in texts.items():
        assert not [place for place in places if place in text], path


@pytest.mark.usefixtures("without_pool")
def test_report_that_is_there_already_is_unchanged(rendered: Path, sample_workspace: Path) -> None:
    page = rendered / slugs_of(AGENCIES)[AGENCIES[1]] / "index.html"
    made = page.stat().st_mtime_ns
    run = render_reports(AGENCIES, out=rendered, workspace=sample_workspace)
    assert statuses(run) == dict.fromkeys(AGENCIES, "unchanged")
    assert page.stat().st_mtime_ns == made
    assert [report["roles"] for report in run["reports"]] == [
        report["roles"] for report in json.loads((rendered / "run.json").read_text(encoding="utf-8"))["reports"]
    ]


def test_stock_papermill_gives_the_same_findings(rendered: Path, sample_workspace: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.ipynb"
    template = REPOSITORY / "notebooks" / "agency_report.ipynb"
    words = ["-p", "agency", AGENCIES[2], "-p", "workspace", str(sample_workspace), "--no-progress-bar"]
    subprocess.run(
        [sys.executable, "-m", "papermill", str(template), str(out), *words],
        check=True,
        capture_output=True,
        cwd=tmp_path,
    )
    shown = "".join(json.dumps(cell.get("outputs", []), ensure_ascii=False) for cell in nbformat.read(out, 4).cells)
    for role in findings_of(rendered, AGENCIES[2])["roles"]:
        assert role["sentences"][0] in shown


# ---- what strangers typed, and what nobody may see --------------------------------------------------------

NAMES = [
    "../../x IL PD", "CON", "<script>alert(1)</script> IL PD", "{y} IL PD", "a" * 300 + " IL PD", "Tile Ford IL PD",
    "Tile & Ford IL PD", "Failed", "../..", "\x1b[31mRed IL PD", "Éclair–Über IL PD",
]  # fmt: skip
MARKS = {
    "plate": "ZZP1ATE", "officer": "Zzofficer, Q.", "case": "ICE ZZ-CASE-5551234", "filters": "zzfilter",
    "prompt": "zzprompt", "verdict": "zzverdict",
}  # fmt: skip
OWNER = "{x}<img src=x onerror=alert(1)> IL PD"
POISONED = "ICE detainer zzreason ZZP1ATE 5551234"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An owner whose name is a script and a format, searched by agencies with names that break things."""
    root = tmp_path_factory.mktemp("hostile")
    rows = [search(f"2025-03-{day:02}T12:00:00", POISONED, name, **MARKS) for day, name in enumerate(NAMES, start=1)]
    path = write_network_audit(root / "logs", "some", rows)
    inv.load_lookup_logs(path, producer=OWNER, kind="network", workspace=root)
    return root


@pytest.fixture(scope="module")
def hostile_out(hostile: Path, bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The owner's report by the real notebook, after everyone's by the bare one."""
    out = tmp_path_factory.mktemp("hostile_out") / "deep" / "out"
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(batch, "run_here", in_this_process)
        owner = render_reports([OWNER], out=out, workspace=hostile)
        others = render_reports(NAMES, out=out, workspace=hostile, notebook=bare)
    assert statuses(owner) | statuses(others) == dict.fromkeys([OWNER, *NAMES], "ok"), (owner, others)
    return out


def test_hostile_names_get_folders_of_their_own_inside_the_output(hostile_out: Path) -> None:
    folders = {path.name for path in hostile_out.iterdir() if path.is_dir()}
    assert len(folders) == len(NAMES) + 1
    assert all(SLUG.fullmatch(name) and len(name) < 100 for name in folders), folders
    assert not folders & {"con", "failed", "earlier"}
    assert {path.name for path in hostile_out.parent.iterdir()} == {"out"}, "nothing outside of it"


def test_hostile_names_are_text_on_the_page(hostile_out: Path) -> None:
    for path in hostile_out.rglob("index.html"):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        assert not page.find_all("img")
        assert not [tag for tag in page.find_all("script") if "alert" in tag.text]
        assert "\x1b" not in str(page)
    owner = BeautifulSoup(
        (hostile_out / "x-img-src-x-onerror-alert-1-il-pd" / "index.html").read_text("utf-8"), "html.parser"
    )
    assert owner.find("h1").text.strip() == OWNER
    assert "<script>alert(1)</script> IL PD" in owner.text
    assert "[31mRed IL PD" in owner.text


def test_no_private_value_is_in_any_file_of_a_report(hostile_out: Path) -> None:
    texts = texts_below(hostile_out)
    assert len(texts) > 50
    for path, text in texts.items():
        assert "zz" not in text.lower().replace('"fuzzy":', ""), path  # the name of a column
        assert "5551234" not in text, path
    assert any("detainer" in text for text in texts.values()), "the matched words themselves are shown"


@given(st.lists(st.text(max_size=120), unique=True, max_size=12))
def test_any_names_get_distinct_safe_folders(names: list[str]) -> None:
    slugs = slugs_of(names)
    assert set(slugs) == set(names)
    assert len(set(slugs.values())) == len(names)
    for slug in slugs.values():
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,99}", slug), slug
        assert slug not in {"con", "nul", "com1", "failed", "earlier"}


def test_a_name_that_looks_like_the_mark_of_another_gets_its_own_folder() -> None:
    marked = slugs_of(["Foo", "foo"])["foo"]
    slugs = slugs_of(["Foo", marked.capitalize(), "foo"])
    assert slugs["Foo"] == "foo"
    assert slugs[marked.capitalize()] == marked
    assert re.fullmatch("foo--[0-9a-f]{64}", slugs["foo"])


def test_a_folder_cut_behind_a_hyphen_does_not_end_in_one() -> None:
    assert slugs_of([f"{'a' * 79} PD"]) == {f"{'a' * 79} PD": "a" * 79}


def test_agency_keeps_its_folder_whoever_else_is_asked_for(hostile_out: Path, hostile: Path, bare: Path) -> None:
    room = inv.open_workspace(hostile)
    alone = {name: batch._plan(room, [name], "", hostile_out, bare)[0].slug for name in NAMES}
    assert len(set(alone.values())) == len(NAMES)
    assert all((hostile_out / slug / "index.html").is_file() for slug in alone.values())


# ---- what goes wrong --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with an owner and three searching agencies."""
    return load(tmp_path_factory.mktemp("three"), "Ashmoor IL PD", "Birchgate GA PD", "Cressfold GA PD")


def test_one_failing_report_is_named_and_stops_no_other(
    three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = notebook(
        tmp_path / "failing.ipynb", 'assert agency != "Birchgate GA PD", f"cannot read {workspace}/x"', "agency"
    )
    out = tmp_path / "out"
    monkeypatch.setattr(batch, "render_reports", functools.partial(render_reports, notebook=failing))
    monkeypatch.setattr(
        sys, "argv", ["investigate", "report", "--all", "--workspace", str(three), "--out", str(out), "--jobs", "1"]
    )
    with pytest.raises(SystemExit) as end:
        cli.main()
    printed = capsys.readouterr()
    assert end.value.code == 3
    assert "birchgate-ga-pd  FAILED: AssertionError: cannot read (workspace)/x" in printed.err
    assert len(re.findall(r"^\[\d/4\] \S+  ", printed.err, re.MULTILINE)) == 4
    assert "Failed: Birchgate GA PD" in printed.out
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["failed"] == ["Birchgate GA PD"]
    assert sorted(statuses(run).values()) == ["failed", "ok", "ok", "ok"]
    assert "AssertionError: cannot read (workspace)/x" in (out / "index.html").read_text(encoding="utf-8")
    assert {path.name for path in (out / "failed").iterdir()} == {"birchgate-ga-pd.ipynb"}
    assert not (out / "birchgate-ga-pd").exists()
    for path, text in texts_below(out).items():
        assert not [place for place in (str(three), str(out), str(REPOSITORY)) if place in text], path

    mended = notebook(tmp_path / "failing.ipynb", "agency")
    monkeypatch.setattr(batch, "run_here", in_this_process)
    again = render_reports(["Birchgate GA PD"], out=out, workspace=three, notebook=mended)
    assert statuses(again) == {"Birchgate GA PD": "ok"}
    assert not list((out / "failed").iterdir()), "the notebook that failed before is gone"


@pytest.mark.parametrize(
    ("killed", "says"),
    [("os.getppid()", "was killed"), ("os.getpid()", "The kernel was killed, most often because memory ran out")],
    ids=["driver", "kernel"],
)
def test_killed_process_fails_its_own_report_only(three: Path, tmp_path: Path, killed: str, says: str) -> None:
    killing = notebook(
        tmp_path / "killing.ipynb",
        f'import os, time\n_ = agency == "Birchgate GA PD" and (os.kill({killed}, 9), time.sleep(30))',
    )
    names = ["Birchgate GA PD", "Cressfold GA PD"]
    run = render_reports(names, jobs=1, out=tmp_path / "out", workspace=three, notebook=killing)
    assert statuses(run) == {"Birchgate GA PD": "failed", "Cressfold GA PD": "ok"}
    assert says in next(report["error"] for report in run["reports"] if report["status"] == "failed")
    assert run["interrupted"] is False


@pytest.mark.skipif(not can_fork(), reason="only forks have a process that forks them")
def test_reports_go_on_when_what_forks_them_is_killed(three: Path, tmp_path: Path) -> None:
    killing = notebook(
        tmp_path / "killing.ipynb",
        'import os, psutil\n_ = agency == "Ashmoor IL PD" and os.kill(psutil.Process(os.getppid()).ppid(), 9)',
    )
    run = render_reports(AGENCIES_OF_THREE, jobs=1, out=tmp_path / "out", workspace=three, notebook=killing)
    assert statuses(run) == dict.fromkeys(AGENCIES_OF_THREE, "ok")


@pytest.mark.skipif(not can_fork(), reason="processes are forked on Linux only")
def test_each_report_has_two_processes_that_have_seen_no_other(three: Path, tmp_path: Path) -> None:
    telling = notebook(
        tmp_path / "telling.ipynb",
        "import os, pandas\nprint(os.getpid(), os.getppid(), getattr(pandas, 'left', 'nothing'))\npandas.left = agency",
    )
    out = tmp_path / "out"
    run = render_reports(AGENCIES_OF_THREE, jobs=2, out=out, workspace=three, notebook=telling)
    assert statuses(run) == dict.fromkeys(AGENCIES_OF_THREE, "ok")
    said = [
        nbformat.read(out / slug / "agency_report.ipynb", 4).cells[-1].outputs[0].text.split()
        for slug in slugs_of(AGENCIES_OF_THREE).values()
    ]
    assert [left for *_, left in said] == ["nothing"] * 3
    assert len({pid for kernel, driver, _ in said for pid in (kernel, driver)}) == 6


def test_without_forks_reports_are_the_same_and_a_killed_process_fails_its_own_only(
    three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killing = notebook(
        tmp_path / "killing.ipynb",
        'import os, time\n_ = agency == "Birchgate GA PD" and (os.kill(os.getppid(), 9), time.sleep(30))',
        "agency",
    )
    forked, plain = tmp_path / "forked", tmp_path / "plain"
    render_reports(AGENCIES_OF_THREE[:1], out=forked, workspace=three, notebook=killing)
    monkeypatch.setenv(PLAIN, "1")
    run = render_reports(AGENCIES_OF_THREE[:2], out=plain, workspace=three, notebook=killing)
    assert statuses(run) == {"Ashmoor IL PD": "ok", "Birchgate GA PD": "failed"}
    assert run["kernels"] == "started"
    for name in ("index.html", "findings.json", "counts.csv"):
        assert (plain / "ashmoor-il-pd" / name).read_bytes() == (forked / "ashmoor-il-pd" / name).read_bytes(), name


AGENCIES_OF_THREE = ["Ashmoor IL PD", "Birchgate GA PD", "Cressfold GA PD"]
INTERRUPTED = """
import signal, sys
from investigate.batch import render_reports
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests in the background ignores it
if __name__ == "__main__":
    root, out, notebook, *agencies = sys.argv[1:]
    render_reports(agencies, jobs=1, out=out, workspace=root, notebook=notebook)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send to another process")
def test_interrupted_run_records_what_was_finished_and_leaves_no_process(
    three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, out, script = tmp_path / "started", tmp_path / "out", tmp_path / "script.py"
    slow = notebook(
        tmp_path / "slow.ipynb",
        "import pathlib, time\n"
        f'_ = agency == "Birchgate GA PD" and (pathlib.Path({str(started)!r}).touch(), time.sleep(120))',
    )
    script.write_text(INTERRUPTED, encoding="utf-8")
    command = [sys.executable, str(script), str(three), str(out), str(slow)]
    with subprocess.Popen([*command, *AGENCIES_OF_THREE], stderr=subprocess.PIPE, text=True) as process:
        until = time.monotonic() + 60
        while not started.exists() and time.monotonic() < until and process.poll() is None:
            time.sleep(0.1)
        assert started.exists(), process.stderr.read() if process.stderr and process.poll() is not None else "too slow"
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 2, "a worker and its kernel"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in said
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["interrupted"] is True
    assert statuses(run) == {"Ashmoor IL PD": "ok"}
    assert {path.name for path in out.iterdir()} == {"run.json", "index.html", "ashmoor-il-pd"}
    monkeypatch.setattr(batch, "run_here", in_this_process)
    batch.code_hash.cache_clear()  # the other process read the code later than this one
    again = render_reports(AGENCIES_OF_THREE[:1], out=out, workspace=three, notebook=slow)
    assert statuses(again) == {"Ashmoor IL PD": "unchanged"}


def test_what_a_killed_run_left_half_made_is_cleared(three: Path, tmp_path: Path) -> None:
    left = tmp_path / ".aside-ashmoor-il-pd-abcd1234"
    left.mkdir()
    (left / "agency_report.ipynb").write_text("{}")
    room = inv.open_workspace(three)
    batch._make_place(tmp_path, room)
    assert not list(tmp_path.iterdir())


# ---- when a report is made again, and beside which others it may lie --------------------------------------


@pytest.mark.usefixtures("without_pool")
def test_changed_notebook_is_rendered_again_and_a_failure_keeps_the_earlier_page(three: Path, tmp_path: Path) -> None:
    path, out = tmp_path / "mine.ipynb", tmp_path / "out"

    def render(cell: str) -> dict[str, Any]:
        made = notebook(path, cell)
        return render_reports(["Ashmoor IL PD"], out=out, workspace=three, notebook=made)["reports"][0]

    assert render("agency")["status"] == "ok"
    assert render("agency.upper()")["status"] == "ok"
    assert "ASHMOOR IL PD" in (out / "ashmoor-il-pd" / "agency_report.ipynb").read_text(encoding="utf-8")
    page = (out / "ashmoor-il-pd" / "index.html").read_bytes()
    failed = render("1 / 0")
    assert (failed["status"], failed["error"]) == ("failed", "ZeroDivisionError: division by zero")
    assert (out / "ashmoor-il-pd" / "index.html").read_bytes() == page


def test_everything_a_page_depends_on_is_in_its_key(
    three: Path, bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = inv.open_workspace(three)

    def key(role: str = "") -> str:
        return batch._plan(room, ["Ashmoor IL PD"], role, tmp_path, bare)[0].key

    keys = [key(), key("searcher")]
    assert key() == keys[0]
    score = score_path(room)
    score.parent.mkdir(parents=True, exist_ok=True)
    for content in (b"{}", b"{ }"):  # what a person judged, and judged anew
        score.write_bytes(content)
        keys.append(key())
    score.unlink()
    assert key() == keys[0]
    for target in (report_tables, batch):
        with monkeypatch.context() as changed:
            changed.setattr(target, "code_hash", lambda *_: "other code")
            keys.append(key())
    with monkeypatch.context() as changed:
        changed.setattr(Workspace, "is_sample", True)
        changed.setattr(batch, "list_report_agencies", lambda *_: ["Ashmoor IL PD"])
        keys.append(key())
    assert len(set(keys)) == 7


def test_reports_of_another_workspace_are_set_apart(three: Path, tmp_path: Path) -> None:
    page = tmp_path / "dunmere-oh-pd" / "index.html"
    page.parent.mkdir()
    page.write_text("the page")
    (page.parent / batch.KEY_FILE).write_text("key")
    (tmp_path / "run.json").write_text(json.dumps({"workspace": "0123456789ab", "is_sample": False}))
    room = inv.open_workspace(three)
    batch._make_place(tmp_path, room)
    assert {path.name for path in tmp_path.iterdir()} == {"earlier"}
    assert (tmp_path / "earlier" / "0123456789ab" / "dunmere-oh-pd" / "index.html").read_text() == "the page"
    batch._write_run(tmp_path, batch._facts(room, tmp_path), [], True)
    batch._make_place(tmp_path, room)
    assert (tmp_path / "run.json").exists(), "a workspace's own reports stay where they are"


def test_invented_reports_make_room_for_real_ones(three: Path, tmp_path: Path) -> None:
    made = tmp_path / "made-up-pd"
    made.mkdir()
    (made / batch.KEY_FILE).write_text("key")
    (tmp_path / "notes.txt").write_text("a reporter's own")
    (tmp_path / "run.json").write_text(json.dumps({"workspace": "sample", "is_sample": True}))
    batch._make_place(tmp_path, inv.open_workspace(three))
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"notes.txt"}


def test_index_goes_on_listing_earlier_reports_from_the_same_data(
    tmp_path: Path, without_pool: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_key(task: Task, report: object, outcome: Outcome) -> None:
        place = Path(task.out) / task.slug
        place.mkdir(exist_ok=True)
        (place / batch.KEY_FILE).write_text(task.key)
        (place / OUTCOME_FILE).write_text(json.dumps(asdict(outcome)))

    monkeypatch.setattr(one_report, "_render", write_key)
    room = load(tmp_path / "room", "Dunmere OH PD", "Ashcombe TX PD")
    out = tmp_path / "out"
    for agency in ("Dunmere OH PD", "Ashcombe TX PD"):
        run = render_reports([agency], out=out, workspace=room)
    assert [report["agency"] for report in run["reports"]] == ["Ashcombe TX PD"]
    assert [report["agency"] for report in run["kept"]] == ["Dunmere OH PD"]
    index = (out / "index.html").read_text(encoding="utf-8")
    assert "dunmere-oh-pd/" in index
    assert "ashcombe-tx-pd/" in index
    load(tmp_path / "room", "Dunmere OH PD", "Ashcombe TX PD", "Third GA PD")
    run = render_reports(["Ashcombe TX PD"], out=out, workspace=room)
    assert run["kept"] == [], "other data: what stands there says something else now"


@pytest.mark.parametrize("damaged", ["", "[]", "{}", '{"workspace": "../../up", "is_sample": true}'])
def test_damaged_record_of_an_earlier_run_harms_nothing(three: Path, tmp_path: Path, damaged: str) -> None:
    kept = tmp_path / "up" / "kept.txt"
    kept.parent.mkdir()
    kept.write_text("x")
    out = tmp_path / "a" / "out"
    out.mkdir(parents=True)
    (out / "run.json").write_text(damaged)
    batch._make_place(out, inv.open_workspace(three))
    assert kept.read_text() == "x"


def test_folders_of_agencies_that_left_the_data_are_named(three: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone-il-pd"
    gone.mkdir()
    (gone / batch.KEY_FILE).write_text("key")
    still = tmp_path / "ashmoor-il-pd"
    still.mkdir()
    (still / batch.KEY_FILE).write_text("key")
    facts = batch._facts(inv.open_workspace(three), tmp_path)
    assert facts["left_over"] == ["gone-il-pd"]


# ---- what is refused before anything is rendered ----------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"agencies": ["Ashmore IL PD"]}, r"'Ashmore IL PD'.*'Ashmoor IL PD'"),
        ({"agencies": []}, r"No agency was named.*--all"),
        ({"agencies": ["Ashmoor IL PD"], "every": True}, r"'Ashmoor IL PD' and --all"),
        ({"agencies": ["Ashmoor IL PD"], "role": "boss"}, r"'boss'.*'owner'"),
        ({"agencies": ["Ashmoor IL PD"], "role": "owner"}, r"'Ashmoor IL PD' is not in the data as owner"),
    ],
)
def test_wrong_request_renders_nothing(three: Path, tmp_path: Path, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(UnknownValue, match=says):
        render_reports(**arguments, out=tmp_path / "out", workspace=three)
    assert not (tmp_path / "out").exists()


def test_every_agency_of_a_role_leaves_the_others_out(three: Path) -> None:
    room = inv.open_workspace(three)
    assert batch.choose_agencies(room, [], True, "owner") == ["Fernwick IL PD"]
    assert batch.choose_agencies(room, [], True, "searcher") == AGENCIES_OF_THREE
    assert batch.choose_agencies(room, ["ashmoor il pd", "ASHMOOR IL PD"], False) == ["Ashmoor IL PD"]


def test_notebook_without_a_parameter_of_a_report_is_refused(tmp_path: Path) -> None:
    path = notebook(tmp_path / "odd.ipynb", parameters='agency: str = ""\nrol: str = ""')
    with pytest.raises(InvestigateError, match=r"odd\.ipynb has no parameter role, workspace; it has agency, rol"):
        check_parameters(path, batch.PARAMETERS)
    with pytest.raises(InvestigateError, match=r"no notebook '.*absent\.ipynb'"):
        check_parameters(tmp_path / "absent.ipynb", batch.PARAMETERS)
    check_parameters(REPOSITORY / "notebooks" / "agency_report.ipynb", batch.PARAMETERS)


def test_longest_folder_is_named_first_and_nothing_else_is_changed() -> None:
    named = {"/a/b": "(outer)", "/a/b/c": "(inner)"}
    assert without_places('"/a/b/c/x" and /a/b/y, a/b', named) == '"(inner)/x" and (outer)/y, a/b'
    assert without_places(r"C:\\users\\q\\x", {"C:\\users\\q": "(there)"}) == r"(there)\\x"
