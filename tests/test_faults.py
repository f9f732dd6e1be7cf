"""Faults: runs that are killed, two at once, reports that hang or eat memory, full disks, clocks that jump.

What a kill leaves is tried at random moments by `tests/faults/kill.py`, here in a short form.
"""

from __future__ import annotations

import datetime as dt
import errno
import functools
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest
from faults.kill import AGENCIES, try_kills
from made_notebooks import notebook
from tiny_logs import search, write_network_audit

import investigate as inv
from investigate import batch, cli, kept_counts, one_report, owner, report_tables, tables
from investigate.batch import render_reports
from investigate.errors import InvestigateError
from investigate.report_tables import list_report_agencies
from investigate.store import Store, staging, written_aside
from investigate.warm import PLAIN, can_fork

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills and limits in the POSIX way")
OWNER = "Fernwick IL PD"


def load(root: Path, *agencies: str, part: int = 1) -> Path:
    rows = [search(f"2025-0{part}-{day:02}T12:00:00", "ICE", name) for day, name in enumerate(agencies, start=1)]
    inv.load_lookup_logs(write_network_audit(root / "logs", OWNER, rows, part), workspace=root)
    return root


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with an owner and three searching agencies, from which nothing has been counted yet."""
    return load(tmp_path_factory.mktemp("three"), *AGENCIES)


def statuses(run: dict[str, Any]) -> dict[str, str]:
    return {report["agency"]: report["status"] for report in run["reports"]}


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob(".*") if path.name not in {".inputs", ".outcome"})


# ---- killed at random moments -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["load", "report"])
def test_killed_at_random_moments_and_run_again_all_is_as_if_undisturbed(kind: str, tmp_path: Path) -> None:
    trials = try_kills(kind, 5, seed=20261123, folder=tmp_path, agencies=AGENCIES[:1], fresh_every=5)
    assert [trial for trial in trials if not trial.is_same] == []
    assert len(trials) == 5


def test_state_that_comes_back_finds_no_tables_of_a_killed_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the rows of two releases were written; then the second is gone, as if never loaded."""
    load(tmp_path, AGENCIES[0])
    first = inv.open_tables(tmp_path).searches.count().execute()
    store = Store(tmp_path / "data" / "store")
    (kept,) = store.releases()["release"]
    load(tmp_path, AGENCIES[1], part=2)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as changed:
        changed.setattr(tables, "_write_used", killed)
        with pytest.raises(KeyboardInterrupt):
            inv.open_tables(tmp_path)
    for release in set(store.releases()["release"]) - {kept}:
        store.drop_release(release)
    assert inv.open_tables(tmp_path).searches.count().execute() == first == 1


def test_state_that_comes_back_finds_no_report_tables_of_a_killed_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(tmp_path, AGENCIES[0])
    assert list_report_agencies(tmp_path) == [AGENCIES[0], OWNER]
    store = Store(tmp_path / "data" / "store")
    (kept,) = store.releases()["release"]
    load(tmp_path, AGENCIES[1], part=2)

    def killed(**_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as changed:
        changed.setattr(report_tables, "check_releases", killed)
        with pytest.raises(KeyboardInterrupt):
            list_report_agencies(tmp_path)
    for release in set(store.releases()["release"]) - {kept}:
        store.drop_release(release)
    assert list_report_agencies(tmp_path) == [AGENCIES[0], OWNER]


def test_earlier_report_is_put_back_when_killed_between_two_renames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, aside = tmp_path / "ashmoor-il-pd", tmp_path / ".aside-ashmoor-il-pd-abcd1234"
    for folder, text in ((place, "earlier"), (aside, "later")):
        folder.mkdir()
        (folder / "index.html").write_text(text)
    plain = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if self == aside:
            raise KeyboardInterrupt
        return plain(self, target)

    with monkeypatch.context() as changed:
        changed.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            one_report._put_in_place(aside, place)
    assert not place.exists()
    one_report.clear_left(tmp_path)
    assert (place / "index.html").read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["ashmoor-il-pd"]


def test_what_killed_runs_left_aside_is_swept_away_folders_too(tmp_path: Path) -> None:
    store = load(tmp_path, AGENCIES[0]) / "data" / "store"
    (store / ".aside-folder").mkdir()
    (store / ".aside-folder" / "searches.parquet").write_bytes(b"half")
    (store / "report_tables").mkdir()
    (store / "report_tables" / ".aside-x.arrow").write_bytes(b"half")
    (store / ".deriving-of-an-earlier-version").mkdir()
    (store / "searches" / "tmp_.aside-x.parquet").write_bytes(b"half, as the engine writes it")
    with staging(Store(store)):
        pass
    assert hidden(store) == []
    assert not list(store.rglob("tmp_*"))


def test_what_the_engine_could_not_write_whole_is_not_left(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), written_aside(tmp_path / "x.parquet") as aside:  # noqa: PT012
        aside.with_name(f"tmp_{aside.name}").write_bytes(b"half")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_next_batch_says_that_one_was_killed_and_records_it(three: Path, tmp_path: Path) -> None:
    out, bare = tmp_path / "out", notebook(tmp_path / "bare.ipynb", "agency")
    out.mkdir()
    (out / owner.OWNER).write_text(
        json.dumps({"verb": "report", "pid": 1234567, "host": "elsewhere", "started_at": "2026-01-02T03:04:05+00:00"})
    )
    (out / ".aside-index.html").write_text("half")
    words = [sys.executable, "-c", BATCH, str(three), str(out), str(bare)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=300)
    said = (
        r"An earlier run was killed before it was done \(report, process 1234567 on elsewhere, begun 2026-01-02 03:04 "
    )
    assert len(re.findall(said, done.stderr)) == 1
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert re.match(said, run["killed_before"])
    assert hidden(out) == []
    again = render_reports(AGENCIES, out=out, workspace=three, notebook=bare)
    assert again["killed_before"] is None


# ---- two at once ------------------------------------------------------------------------------------------

BATCH = """
import sys
from investigate.batch import render_reports
from investigate.progress import watching
if __name__ == "__main__":
    root, out, notebook = sys.argv[1:]
    with watching():
        run = render_reports(every=True, jobs=1, out=out, workspace=root, notebook=notebook)
    print(*sorted(report["status"] for report in run["reports"]))
"""


def test_two_batches_at_once_into_one_folder_make_each_report_once(tmp_path: Path) -> None:
    """Neither finds the tables that reports are made from, so that they meet in the store too."""
    room, out, bare = load(tmp_path, *AGENCIES), tmp_path / "out", notebook(tmp_path / "bare.ipynb", "agency")
    words = [sys.executable, "-c", BATCH, str(room), str(out), str(bare)]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted(told.split() for told, _ in said) == [["ok"] * 4, ["unchanged"] * 4]
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert (len(run["reports"]), run["interrupted"]) == (4, False)
    assert len(list(out.glob("*/index.html"))) == 4
    assert hidden(out) + hidden(room / "data") == []


def test_count_of_rows_that_another_run_changed_is_not_kept(tmp_path: Path) -> None:
    old = inv.open_tables(load(tmp_path, AGENCIES[0]))
    inv.open_tables(load(tmp_path, AGENCIES[1], part=2))
    inv.count_searches(workspace=old)
    folder = tmp_path / "data" / "store" / kept_counts.FOLDER
    assert list(folder.glob("*")) == []
    inv.count_searches(workspace=tmp_path)
    assert len(list(folder.glob("*"))) == 1


def test_who_holds_a_folder_may_hold_it_again_and_another_thread_may_not(tmp_path: Path) -> None:
    with staging(Store(tmp_path)) as held:
        with staging(Store(tmp_path), "check") as again:
            assert again is held
        assert (tmp_path / owner.OWNER).exists(), "still held"
        assert owner.held_here(tmp_path) is held
        with (
            pytest.raises(InvestigateError, match="Another run is writing"),
            owner._alone_in_this_process(tmp_path / ".staging.duckdb", 0.1),
        ):
            pytest.fail("held twice")
    assert owner.held_here(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_lock_that_was_removed_while_it_was_opened_is_no_lock(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("the file that was opened")
    with lock.open() as mine:
        assert owner._is_open(lock)
        lock.unlink()
        assert not owner._is_open(lock)
        lock.write_text("another's, of the same name")
        assert not owner._is_open(lock)
        assert mine.read() == "the file that was opened"


# ---- reports that hang, or eat all memory -----------------------------------------------------------------


@pytest.fixture(params=["forked", "started"])
def kernels(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "forked" and not can_fork():
        pytest.skip("kernels are forked on Linux only")
    if request.param == "started":
        monkeypatch.setenv(PLAIN, "1")
    return str(request.param)


def test_report_that_hangs_is_killed_and_named_and_the_others_go_on(
    kernels: str, three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It hangs where no other thread of its process can run, and no interrupt is heard."""
    limit, pid, out = {"forked": 12, "started": 40}[kernels], tmp_path / "pid", tmp_path / "out"
    hanging = notebook(
        tmp_path / "hanging.ipynb",
        "import ctypes, os, pathlib\n"
        'if agency == "Birchgate GA PD":\n'
        f"    pathlib.Path({str(pid)!r}).write_text(str(os.getpid()))\n"
        "    ctypes.PyDLL(None).sleep(600)",
        "agency",
    )
    monkeypatch.setattr(batch, "render_reports", functools.partial(render_reports, notebook=hanging))
    words = ["report", *AGENCIES, "--workspace", str(three), "--out", str(out), "--jobs", "2"]
    monkeypatch.setattr(sys, "argv", ["investigate", *words, "--time-limit", str(limit)])
    began = time.monotonic()
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 3
    assert limit <= time.monotonic() - began < limit + 120
    assert f"birchgate-ga-pd  FAILED: TooLong: The report was stopped after {limit} seconds." in capsys.readouterr().err
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["kernels"] == kernels
    assert statuses(run) == dict.fromkeys(AGENCIES, "ok") | {"Birchgate GA PD": "failed"}
    assert not psutil.pid_exists(int(pid.read_text()))
    assert hidden(out) == []


@pytest.mark.skipif(not can_fork(), reason="only there a process of its own drives each kernel")
def test_report_whose_driver_hangs_is_killed_too(three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel stops the process that drives it, which then can tell nobody of the time that is over."""
    from investigate import report_pool  # noqa: PLC0415

    stopping = notebook(
        tmp_path / "stopping.ipynb",
        'import os, signal\n_ = agency == "Birchgate GA PD" and os.kill(os.getppid(), signal.SIGSTOP)',
    )
    monkeypatch.setattr(report_pool, "GRACE", 1.0)
    run = render_reports(AGENCIES[:2], jobs=2, out=tmp_path / "out", workspace=three, notebook=stopping, time_limit=15)
    assert statuses(run) == {"Ashmoor IL PD": "ok", "Birchgate GA PD": "failed"}
    assert hidden(tmp_path / "out") == []


@pytest.mark.skipif(sys.platform != "linux", reason="how much memory is in use is read as Linux says it")
@pytest.mark.usefixtures("kernels")
def test_report_that_eats_all_memory_is_named_and_the_others_go_on(three: Path, tmp_path: Path) -> None:
    eating = notebook(
        tmp_path / "eating.ipynb",
        "import pathlib, resource\n"
        'if agency == "Birchgate GA PD":\n'
        "    used = int(pathlib.Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "    resource.setrlimit(resource.RLIMIT_AS, (used + (256 << 20), used + (256 << 20)))\n"
        "    held = []\n"
        "    while True:\n"
        "        held.append(bytearray(32 << 20))",
        "agency",
    )
    run = render_reports(AGENCIES, jobs=2, out=tmp_path / "out", workspace=three, notebook=eating)
    assert statuses(run) == dict.fromkeys(AGENCIES, "ok") | {"Birchgate GA PD": "failed"}
    (error,) = (report["error"] for report in run["reports"] if report["error"])
    assert error == f"MemoryError: {one_report.TOO_LITTLE_MEMORY}"


# ---- the disk ---------------------------------------------------------------------------------------------


def test_bytes_reach_the_disk_before_the_name_and_the_name_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, order = tmp_path / "x.txt", []
    plain = os.fsync

    def noted(number: int) -> None:
        order.append((os.fstat(number).st_ino, path.exists()))
        plain(number)

    monkeypatch.setattr(os, "fsync", noted)
    with written_aside(path) as aside:
        aside.write_text("whole")
        assert order == []
    assert order == [(path.stat().st_ino, False), (tmp_path.stat().st_ino, True)]


def test_every_file_of_a_report_reaches_the_disk_before_its_folder_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, aside = tmp_path / "ashmoor-il-pd", tmp_path / ".aside-ashmoor-il-pd-abcd1234"
    aside.mkdir()
    for name in ("index.html", "findings.json", ".inputs"):
        (aside / name).write_text(name)
    wanted = {path.stat().st_ino for path in (aside, *aside.iterdir())}
    before, after = set(), set()
    monkeypatch.setattr(os, "fsync", lambda number: (after if place.exists() else before).add(os.fstat(number).st_ino))
    one_report._put_in_place(aside, place)
    assert before == wanted
    assert after == {tmp_path.stat().st_ino}


FULL = """
import resource, sys
from investigate.batch import render_reports
if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
    root, out, notebook, *agencies = sys.argv[2:]
    run = render_reports(agencies, jobs=1, out=out, workspace=root, notebook=notebook)
    print(*[report["error"] for report in run["reports"]], sep="\\n")
"""


def test_disk_that_fills_up_while_a_report_is_written_fails_that_report(three: Path, tmp_path: Path) -> None:
    """A report too large for the rest of the disk; the page of an earlier run stays, and the next run makes the new."""
    out = tmp_path / "out"
    bare = notebook(tmp_path / "mine.ipynb", "agency")
    render_reports(AGENCIES[:2], out=out, workspace=three, notebook=bare)
    earlier = (out / "birchgate-ga-pd" / "index.html").read_bytes()
    notebook(bare, 'print("x" * 2_000_000 if agency == "Birchgate GA PD" else "y")')
    words = [sys.executable, "-c", FULL, str(1 << 20), str(three), str(out), str(bare), *AGENCIES[:2]]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    none, error = done.stdout.splitlines()
    assert none == "None"
    assert "File too large" in error
    assert str(tmp_path) not in error
    assert (out / "birchgate-ga-pd" / "index.html").read_bytes() == earlier
    assert hidden(out) == []
    run = render_reports(AGENCIES[:2], out=out, workspace=three, notebook=bare)
    assert statuses(run) == {"Ashmoor IL PD": "unchanged", "Birchgate GA PD": "ok"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES], ids=errno.errorcode.get)
def test_folder_of_the_reports_that_cannot_be_written_is_one_sentence(
    three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refused(path: Path, text: str) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(batch, "write_text", refused)
    with pytest.raises(
        InvestigateError, match=rf"folder of the reports .* could not be written: {os.strerror(number)}"
    ):
        render_reports(AGENCIES[:1], out=tmp_path, workspace=three)


def test_file_in_the_place_of_the_reports_is_one_sentence(three: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(InvestigateError, match=r"folder of the reports .* could not be written: File exists"):
        render_reports(AGENCIES[:1], out=tmp_path / "out", workspace=three)


def test_store_that_fills_up_while_it_is_counted_is_one_sentence_and_counted_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(tmp_path, AGENCIES[0])

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as changed:
        changed.setattr(tables, "_write_counted", full)
        with pytest.raises(InvestigateError, match=r"The store .* could not be written: No space left") as said:
            inv.count_searches(workspace=tmp_path)
    assert "\n" not in str(said.value)
    assert inv.count_searches(workspace=tmp_path)["searches"].sum() == 1
    assert hidden(tmp_path / "data") == []


# ---- clocks that jump -------------------------------------------------------------------------------------

EPOCH, FAR = 0.0, dt.datetime(2100, 1, 1, tzinfo=dt.UTC).timestamp()


@pytest.mark.parametrize("seconds", [EPOCH, FAR], ids=["back", "forward"])
def test_files_of_any_time_are_used_and_made_anew_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """All times in the store are of another age than the clock: nothing is lost, and nothing old is taken for new."""
    load(tmp_path, AGENCIES[0])
    store = tmp_path / "data" / "store"
    first = inv.count_searches("searching_agency", workspace=tmp_path)
    agencies = list_report_agencies(tmp_path)
    for path in [store, *store.rglob("*")]:
        os.utime(path, (seconds, seconds))
    with monkeypatch.context() as changed:
        changed.setattr("investigate.counts._numbers", lambda *_: pytest.fail("counted again"))
        pd.testing.assert_frame_equal(inv.count_searches("searching_agency", workspace=tmp_path), first)
    assert list_report_agencies(tmp_path) == agencies
    monkeypatch.setattr(time, "time", lambda: FAR - seconds)
    load(tmp_path, AGENCIES[1], part=2)
    assert set(inv.count_searches("searching_agency", workspace=tmp_path)["searching_agency"]) == set(AGENCIES[:2])
    assert list_report_agencies(tmp_path) == sorted([*AGENCIES[:2], OWNER])
    kept = list((store / kept_counts.FOLDER).glob("*"))
    assert len({path.name.partition("-")[0] for path in kept}) == 1, "those of the earlier state are gone"


def test_lock_of_a_dead_run_with_a_time_to_come_is_taken_over(tmp_path: Path) -> None:
    told = {"verb": "load", "pid": 7654321, "host": owner.platform.node(), "started_at": "2100-01-01T00:00:00+00:00"}
    (tmp_path / owner.OWNER).write_text(json.dumps(told))
    with staging(Store(tmp_path)) as held:
        assert held.left is not None
        assert "(load, process 7654321, begun 2100-01-01 00:00 UTC)" in held.left
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "damaged", ["", "{", "[]", "{}", '{"verb": "load", "pid": "x", "host": "y", "started_at": ""}']
)
def test_damaged_note_of_who_holds_the_store_harms_nothing(tmp_path: Path, damaged: str) -> None:
    (tmp_path / owner.OWNER).write_text(damaged)
    with staging(Store(tmp_path)) as held:
        assert held.left is not None
        assert owner.NOT_KNOWN in held.left
    assert list(tmp_path.iterdir()) == []
