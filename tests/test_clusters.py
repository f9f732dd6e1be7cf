"""Reports on a cluster: real Dask and real Spark, two worker processes each, on this machine."""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from made_notebooks import notebook
from tiny_logs import search, write_network_audit

import investigate as inv
from investigate import batch, clusters, render_process, render_worker
from investigate.batch import render_reports
from investigate.clusters import open_cluster
from investigate.errors import InvestigateError
from investigate.one_report import clear_left
from investigate.report_tables import prepare_report_tables

AGENCIES = ["Ashmoor IL PD", "Birchgate GA PD", "Cressfold GA PD", "Dunmere OH PD"]
SPARK = "local-cluster[2,1,1024]"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("clusters")
    rows = [search(f"2025-03-{day:02}T12:00:00", "ICE", name) for day, name in enumerate(AGENCIES, start=1)]
    path = write_network_audit(root / "logs", "some", rows)
    inv.load_lookup_logs(path, producer="Fernwick IL PD", kind="network", workspace=root)
    return root


@pytest.fixture(scope="module")
def dask() -> Iterator[str]:
    """The address of a Dask cluster with two worker processes."""
    if importlib.util.find_spec("distributed") is None:
        missing = "needs Dask, which `make spark` installs"
        if os.environ.get("INVESTIGATE_REQUIRE_SPARK"):
            pytest.fail(f"INVESTIGATE_REQUIRE_SPARK is set, but this {missing}.")
        pytest.skip(missing)
    from distributed import LocalCluster  # noqa: PLC0415 - may be missing

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def spark(needs_spark: None) -> Iterator[str]:
    """The address of a Spark cluster with two worker processes; its session ends with the module."""
    yield SPARK
    from pyspark.sql import SparkSession  # noqa: PLC0415 - may be missing

    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()


@pytest.fixture(params=["dask", "spark"])
def cluster(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shows the agency's name; fails for one agency."""
    return notebook(tmp_path_factory.mktemp("bare") / "bare.ipynb", 'assert agency != "Birchgate GA PD"', "agency")


@pytest.fixture(scope="module")
def local(room: Path, bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("local")
    render_reports(AGENCIES, out=out, workspace=room, notebook=bare)
    return out


def statuses(run: dict[str, Any]) -> dict[str, str]:
    return {report["agency"]: report["status"] for report in run["reports"]}


def files_below(folder: Path) -> dict[str, bytes]:
    """Each file with its bytes; those that differ from run to run, with times, processes or ids of cells, without."""
    differ = {"run.json", ".outcome", "agency_report.ipynb", "birchgate-ga-pd.ipynb"}
    return {
        str(path.relative_to(folder)): b"" if path.name in differ else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def told(run: dict[str, Any]) -> list[dict[str, Any]]:
    return [report | {"seconds": 0.0} for report in run["reports"]]


def test_reports_of_a_cluster_are_those_of_this_machine(
    cluster: str, local: Path, room: Path, bare: Path, tmp_path: Path
) -> None:
    run = render_reports(AGENCIES, cluster=cluster, out=tmp_path, workspace=room, notebook=bare)
    assert statuses(run) == dict.fromkeys(AGENCIES, "ok") | {"Birchgate GA PD": "failed"}
    here = json.loads((local / "run.json").read_text(encoding="utf-8"))
    assert told(run) == told(here)
    mine, theirs = files_below(local), files_below(tmp_path)
    assert sorted(theirs) == sorted(mine)
    assert [name for name in mine if theirs[name] != mine[name]] == []
    assert (run["failed"], run["interrupted"]) == (["Birchgate GA PD"], False)

    again = render_reports(AGENCIES, cluster=cluster, out=tmp_path, workspace=room, notebook=bare)
    assert statuses(again) == dict.fromkeys(AGENCIES, "unchanged") | {"Birchgate GA PD": "failed"}
    assert list(tmp_path.glob(".aside-*")) == []


def test_two_workers_render_at_once_each_in_processes_of_its_own(cluster: str, room: Path, tmp_path: Path) -> None:
    """Each of two kernels waits for the other: neither ends where one worker does all, or one after another."""
    meet = tmp_path / "meet"
    meet.mkdir()
    waiting = notebook(
        tmp_path / "waiting.ipynb",
        "import os, pathlib, time, psutil\n"
        f"folder = pathlib.Path({str(meet)!r})\n"
        "(folder / agency).write_text(' '.join(str(one.pid) for one in psutil.Process().parents()))\n"
        "until = time.monotonic() + 60\n"
        "while len(list(folder.iterdir())) < 2 and time.monotonic() < until:\n"
        "    time.sleep(0.05)\n"
        "assert len(list(folder.iterdir())) == 2",
    )
    run = render_reports(AGENCIES[:2], cluster=cluster, out=tmp_path / "out", workspace=room, notebook=waiting)
    assert statuses(run) == dict.fromkeys(AGENCIES[:2], "ok")
    first, second = ({int(pid) for pid in path.read_text().split()} for path in meet.iterdir())
    assert os.getpid() in first & second, "the clusters of these tests are children of this process"
    assert first - second
    assert second - first


def test_reports_under_way_are_as_many_as_is_said(cluster: str, room: Path, tmp_path: Path) -> None:
    times = tmp_path / "times"
    times.mkdir()
    slow = notebook(
        tmp_path / "slow.ipynb",
        "import pathlib, time\n"
        "began = time.time()\n"
        "time.sleep(0.5)\n"
        f"_ = (pathlib.Path({str(times)!r}) / agency).write_text(f'{{began}} {{time.time()}}')",
    )
    run = render_reports(AGENCIES[:3], cluster=cluster, jobs=1, out=tmp_path / "out", workspace=room, notebook=slow)
    assert set(statuses(run).values()) == {"ok"}
    spans = sorted(tuple(map(float, path.read_text().split())) for path in times.iterdir())
    assert len(spans) == 3
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


@pytest.mark.skipif(sys.platform != "linux", reason="which process is the worker is read from Linux's process list")
def test_reports_of_a_lost_worker_are_rendered_by_another(cluster: str, room: Path, tmp_path: Path) -> None:
    """The kernel kills the worker whose task it is, once: found as what started the process that renders."""
    once = tmp_path / "once"
    killing = notebook(
        tmp_path / "killing.ipynb",
        "import os, pathlib, signal, time, psutil\n"
        f"once = pathlib.Path({str(once)!r})\n"
        'if agency == "Cressfold GA PD" and not once.exists():\n'
        "    above = psutil.Process().parents()\n"
        "    at = [i for i, one in enumerate(above) if 'investigate.render_process' in ' '.join(one.cmdline())]\n"
        "    worker = above[at[-1] + 1]\n"
        "    once.write_text(str(worker.pid))\n"
        "    worker.kill()\n"
        "    time.sleep(60)",
    )
    run = render_reports(AGENCIES, cluster=cluster, out=tmp_path / "out", workspace=room, notebook=killing)
    assert statuses(run) == dict.fromkeys(AGENCIES, "ok"), run["reports"]
    assert once.exists()
    assert not psutil.pid_exists(int(once.read_text()))
    assert list((tmp_path / "out").glob(".aside-*")) == []


def test_process_that_renders_killed_fails_its_own_report_only(cluster: str, room: Path, tmp_path: Path) -> None:
    killing = notebook(
        tmp_path / "killing.ipynb",
        "import os, time, psutil\n"
        'if agency == "Birchgate GA PD":\n'
        "    above = psutil.Process().parents()\n"
        "    [one.kill() for one in above if 'investigate.render_process' in ' '.join(one.cmdline())]\n"
        "    time.sleep(60)",
    )
    run = render_reports(AGENCIES[:3], cluster=cluster, out=tmp_path / "out", workspace=room, notebook=killing)
    assert statuses(run) == dict.fromkeys(AGENCIES[:3], "ok") | {"Birchgate GA PD": "failed"}
    (error,) = (report["error"] for report in run["reports"] if report["error"])
    assert error == f"InvestigateError: {render_worker.KILLED}"


def test_report_that_hangs_is_stopped_and_the_others_go_on(cluster: str, room: Path, tmp_path: Path) -> None:
    hanging = notebook(
        tmp_path / "hanging.ipynb",
        'import ctypes\n_ = agency == "Birchgate GA PD" and ctypes.PyDLL(None).sleep(300)',  # and lets no thread run
    )
    run = render_reports(
        AGENCIES[:3], cluster=cluster, out=tmp_path / "out", workspace=room, notebook=hanging, time_limit=20
    )
    assert statuses(run) == dict.fromkeys(AGENCIES[:3], "ok") | {"Birchgate GA PD": "failed"}
    (error,) = (report["error"] for report in run["reports"] if report["error"])
    assert error.startswith("TooLong: The report was stopped after 20 seconds.")
    assert list((tmp_path / "out").glob(".*")) == []


# ---- without a cluster ----------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.parametrize("scheme", ["tcp", "spark"])
def test_nobody_answering_is_said_in_a_sentence_and_soon(
    scheme: str, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("needs_spark" if scheme == "spark" else "dask")
    monkeypatch.setattr(clusters, "PATIENCE", 2.0)
    began = time.monotonic()
    with pytest.raises(InvestigateError, match=r"^No (Dask scheduler|Spark master) answers at '") as said:
        render_reports(AGENCIES, cluster=f"{scheme}://127.0.0.1:{free_port()}", out=tmp_path / "out", workspace=room)
    assert "\n" not in str(said.value)
    assert time.monotonic() - began < 15
    assert not (tmp_path / "out").exists(), "nothing is touched before the cluster answers"


@pytest.mark.parametrize("address", ["somewhere", "http://host:80", "", "localhost:8786"])
def test_what_is_no_address_of_a_cluster_is_refused(address: str) -> None:
    with pytest.raises(InvestigateError, match=r"tcp://host:8786.+spark://host:7077"), open_cluster(address):
        pass


@pytest.mark.parametrize(("address", "package"), [("tcp://127.0.0.1:1", "distributed"), ("local[1]", "pyspark.sql")])
def test_missing_package_is_named_with_the_way_to_get_it(
    address: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InvestigateError, match="make spark"), open_cluster(address):
        pass


# ---- what a worker checks -------------------------------------------------------------------------------


@pytest.fixture
def order(room: Path, bare: Path, tmp_path: Path) -> dict[str, Any]:
    prepare_report_tables(room)
    (tmp_path / "mark").touch()
    tasks = batch._plan(inv.open_workspace(room), AGENCIES[:1], "", tmp_path, bare)
    (made,) = clusters.make_orders(tasks, "mark")
    return json.loads(json.dumps(made))


def test_worker_that_sees_the_same_renders(order: dict[str, Any]) -> None:
    assert render_process._answer(order)["outcome"]["status"] == "ok"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hashes": {"program": "other"}}, "another version of this program"),
        ({"hashes": {"workspace": "other"}}, "the same workspace as"),
        ({"hashes": {"notebook": "other"}}, "the same notebook as"),
        ({"task": {"workspace": "nowhere"}}, "the same workspace as"),
        ({"task": {"out": "nowhere"}}, "the same folder of reports as"),
        ({"task": {"notebook": "nowhere"}}, "the same notebook as"),
        ({"mark": "another run"}, "the same folder of reports as"),
    ],
)
def test_worker_that_does_not_see_the_same_says_so_and_renders_nothing(
    order: dict[str, Any], tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    for name, value in change.items():
        order[name] = order[name] | value if isinstance(value, dict) else value
    answer = render_process._answer(order)
    assert says in answer["failed"]
    assert [path.name for path in tmp_path.iterdir()] == ["mark"]


def test_process_that_renders_ends_when_idle_and_another_is_started(
    order: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render_worker, "_idle", [])
    assert render_worker.render_order(order)["outcome"]["status"] == "ok"
    (process,) = render_worker._idle
    os.kill(process._process.pid, signal.SIGKILL)
    process._process.wait()
    assert render_worker.render_order(order)["outcome"]["status"] == "unchanged"
    (other,) = render_worker._idle
    assert other is not process
    other._end()


def test_process_that_renders_ends_by_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With nobody asking, after a while."""
    monkeypatch.setattr(render_process, "IDLE", 0.1)
    read, write = os.pipe()
    with os.fdopen(read) as asked, (tmp_path / "answers").open("w") as answers:
        monkeypatch.setattr(sys, "stdin", asked)
        ended = threading.Thread(target=render_process.serve, args=(answers,), daemon=True)
        ended.start()
        ended.join(30)
        assert not ended.is_alive()
        monkeypatch.setattr(os, "_exit", lambda code: None)  # the thread that listens would end the tests too
        os.close(write)
        time.sleep(0.1)


def test_no_process_to_be_had_is_said(order: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render_worker, "_idle", [])
    monkeypatch.setattr(sys, "executable", "nowhere/python")
    assert render_worker.render_order(order) == {"failed": render_worker.DEAF}
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert render_worker.render_order(order) == {"failed": render_worker.DEAF}


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ModuleNotFoundError("No module named 'investigate'"), "lacks this program"),
        (RuntimeError("out of luck\nand more"), "gave the report up: RuntimeError: out of luck"),
        (RuntimeError(), "gave the report up: RuntimeError"),
    ],
)
def test_what_a_cluster_could_not_do_fails_the_report(
    error: Exception, says: str, room: Path, bare: Path, tmp_path: Path
) -> None:
    def render(order: dict[str, Any]) -> dict[str, Any]:
        if order["task"]["agency"] == AGENCIES[0]:
            raise error
        return {"outcome": {"agency": "b", "slug": "b", "state": None, "status": "ok"}}

    tasks = batch._plan(inv.open_workspace(room), AGENCIES[:2], "", tmp_path, bare)
    seen: list[Any] = []
    clusters.run_on_cluster(clusters.Cluster(2, render, lambda: None), tasks, None, seen.append)
    assert sorted(outcome.status for outcome in seen) == ["failed", "ok"]
    (said,) = (outcome.error for outcome in seen if outcome.error)
    assert says in said
    assert "\n" not in said
    assert list(tmp_path.iterdir()) == []


def test_interrupted_batch_stops_the_cluster_and_leaves_nothing_half_made(
    room: Path, bare: Path, tmp_path: Path
) -> None:
    stopped = threading.Event()

    def render(order: dict[str, Any]) -> dict[str, Any]:
        if order["task"]["agency"] != AGENCIES[0]:
            (tmp_path / f".aside-{order['task']['slug']}-abcd1234").mkdir()
            stopped.wait(30)
            raise RuntimeError("cancelled")
        return {"failed": "the first"}

    def interrupt(outcome: Any) -> None:
        raise KeyboardInterrupt

    tasks = batch._plan(inv.open_workspace(room), AGENCIES, "", tmp_path, bare)
    with pytest.raises(KeyboardInterrupt):
        clusters.run_on_cluster(clusters.Cluster(2, render, stopped.set), tasks, None, interrupt)
    assert stopped.is_set()
    assert list(tmp_path.iterdir()) == []


def test_mark_that_a_killed_batch_left_is_cleared(tmp_path: Path) -> None:
    (tmp_path / f"{clusters.MARK}abc").touch()
    clear_left(tmp_path)
    assert list(tmp_path.iterdir()) == []
