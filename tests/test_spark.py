"""Spark gives the tables that DuckDB gives: a real Spark with two worker processes on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import psutil
import pytest
from tiny_logs import search, write_network_audit, write_unnamed_audit

import investigate as inv
from investigate import spark
from investigate.comparison.by_agency import compare_periods, vary_comparison
from investigate.errors import InvestigateError
from investigate.tables import Tables

WORKERS = "local-cluster[2,1,1024]"
HOSTILE = (
    'it\'s "ICE"',
    "back\\slash HSI",
    "two\nlines immigration",
    "ümlaut 🚓 ERO",
    "$1 {0} %s ICE",
    "NULL",
    "-- ICE",
)


def write_logs(root: Path) -> None:
    """Releases with and without ids that show the same searches, repeats, cases, spellings, hostile and blank texts."""
    shared = [
        search(f"2025-0{month}-1{day}T0{day}:30:00", reason, id=f"s-{month}-{day}", agency=agency, case=case)
        for month in (1, 2, 3)
        for day in range(1, 8)
        for reason, agency, case in [HOSTILE_ROWS[(month * 7 + day) % len(HOSTILE_ROWS)]]
    ]
    old = [
        search(f"2024-11-{10 + number}T12:00:00", "ICE" if number % 3 else "theft", id=f"old-{number}")
        for number in range(12)
    ]
    write_network_audit(root / "logs", "Fernwick IL PD", [*shared, *old, shared[0]])
    write_network_audit(root / "logs", "Garrowmoor GA PD", [row | {"case": "24-7"} for row in shared[:9]])
    without = [row | {"id": ""} for row in shared[:12]]
    write_network_audit(root / "logs", "Ashmoor IL PD", without)
    write_unnamed_audit(
        root / "logs" / "log.csv", [search("2025-02-20T12:00:00", "HSI"), search("2025-03-01T12:00:00", "")]
    )
    inv.load_lookup_logs(root / "logs", workspace=root)
    (root / "data" / "manual").mkdir(parents=True, exist_ok=True)


HOSTILE_ROWS = [
    (reason, agency, case)
    for reason in (*HOSTILE, "", "[REDACTED]", "theft 25-11")
    for agency, case in (("Tallow TX PD", "25-1"), ("Tallow TX Police Department", ""), ('Wren\'s OK "SO"', "25-2"))
]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("spark")
    write_logs(root)
    return root


@pytest.fixture(scope="module")
def ours(room: Path) -> Tables:
    return inv.open_tables(room)


@pytest.fixture(scope="module")
def theirs(needs_spark: None, room: Path) -> Iterator[Tables]:
    """The same workspace, opened in Spark; the session ends with the module."""
    tables = inv.open_tables(room, engine_name="spark", master=WORKERS)
    yield tables
    tables.con._session.stop()


def as_text(table: object, by: list[str]) -> pd.DataFrame:
    frame = table.execute()  # type: ignore[attr-defined]
    frame = frame.assign(**{name: pd.to_datetime(frame[name], utc=True) for name in frame if name == "searched_at"})
    return frame.astype(object).where(frame.notna(), None).sort_values(by, ignore_index=True)


def test_it_is_a_spark_with_two_workers(theirs: Tables) -> None:
    context = theirs.con._session.sparkContext
    assert context.master == WORKERS
    pids = set(context.parallelize(range(8), 8).map(lambda _: os.getppid()).collect())
    assert os.getpid() not in pids


def test_rows_to_count_from_are_the_same(ours: Tables, theirs: Tables) -> None:
    key = ["release", "row"]
    mine, other = as_text(ours.searches, key), as_text(theirs.searches, key)
    assert len(mine) == 21 + 12 + 1 + 9 + 12 + 2
    pd.testing.assert_frame_equal(other, mine, check_dtype=False)
    assert mine["is_only_row"].astype(bool).any()
    assert not mine["is_only_row"].astype(bool).all()


def test_reasons_are_classified_the_same(ours: Tables, theirs: Tables) -> None:
    mine, other = as_text(ours.reasons, ["reason_id"]), as_text(theirs.reasons, ["reason_id"])
    pd.testing.assert_frame_equal(other, mine, check_dtype=False)
    assert {"immigration", "immigration_agency", "homeland", "blank", "other"} <= set(mine["category"])


QUESTIONS = [
    {},
    {"by": "searching_agency", "periods": "month"},
    {"by": "camera_owner,category", "periods": "week"},
    {"by": "searching_state", "unit": "cases"},
    {"by": "release", "unit": "rows", "without_own": True},
    {"agency": "Tallow TX Police Department", "role": "searcher"},
]


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_counts_are_the_same(ours: Tables, theirs: Tables, question: dict[str, str]) -> None:
    mine, other = (inv.count_searches(**question, scope="all", workspace=tables) for tables in (ours, theirs))
    pd.testing.assert_frame_equal(other, mine)
    assert mine["rows"].sum() > 0


@pytest.mark.skipif(sys.platform != "linux", reason="workers are found in Linux's process list")
def test_count_is_the_same_when_a_worker_is_lost_meanwhile(ours: Tables, theirs: Tables) -> None:
    question = {"by": "searching_agency,camera_owner,category", "periods": "week", "scope": "broad", "unit": "cases"}
    context = theirs.con._session.sparkContext
    killed: list[psutil.Process] = []

    def kill_one() -> None:
        until = time.monotonic() + 60
        while not context.statusTracker().getActiveJobsIds() and time.monotonic() < until:
            time.sleep(0.002)
        workers = [one for one in psutil.Process().children(recursive=True) if _is_executor(one)]
        assert len(workers) == 2
        workers[0].kill()
        killed.append(workers[0])

    killer = threading.Thread(target=kill_one)
    killer.start()
    found = inv.count_searches(**question, workspace=theirs)
    killer.join()
    assert len(killed) == 1
    pd.testing.assert_frame_equal(found, inv.count_searches(**question, workspace=ours))
    assert context.parallelize(range(8), 8).sum() == 28, "and the cluster works on"


def _is_executor(process: psutil.Process) -> bool:
    try:
        return any("CoarseGrainedExecutorBackend" in word for word in process.cmdline())
    except psutil.Error:  # it ended meanwhile
        return False


def test_counts_of_the_one_engine_are_not_kept_for_the_other(ours: Tables, theirs: Tables) -> None:
    assert ours.state != theirs.state


def test_comparisons_are_the_same(ours: Tables, theirs: Tables) -> None:
    for asked in ({}, {"agency": "Fernwick IL PD", "role": "owner"}):
        mine, other = (compare_periods(**asked, workspace=tables) for tables in (ours, theirs))
        pd.testing.assert_frame_equal(other, mine)
        assert len(mine) == 3
    mine, other = (vary_comparison(workspace=tables) for tables in (ours, theirs))
    pd.testing.assert_frame_equal(other, mine)


def test_another_release_is_seen(theirs: Tables, room: Path, tmp_path: Path) -> None:
    """In a workspace of its own: the other one's tables in the same session stay what they are."""
    before = inv.count_searches(workspace=theirs)["searches"].sum()
    load = tmp_path / "logs"
    write_network_audit(load, "Fernwick IL PD", [search("2025-03-01T12:00:00", "ICE")])
    inv.load_lookup_logs(load, workspace=tmp_path)
    one = inv.open_tables(tmp_path, engine_name="spark", master=WORKERS)
    assert int(one.searches.count().execute()) == 1
    inv.load_lookup_logs(
        write_network_audit(load, "Garrowmoor GA PD", [search("2025-03-02T12:00:00", "ICE")]), workspace=tmp_path
    )
    two = inv.open_tables(tmp_path, engine_name="spark", master=WORKERS)
    assert int(two.searches.count().execute()) == 2
    assert int(theirs.searches.search_key.nunique().execute()) == before


def test_store_that_is_not_there_is_said(
    theirs: Tables, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(spark.STORE_AT, (tmp_path / "nowhere").as_uri())
    with pytest.raises(InvestigateError, match=r"Spark could not read the table 'searches' at .*nowhere/searches/"):
        inv.open_tables(room, engine_name="spark", master=WORKERS)


@pytest.mark.usefixtures("theirs")
def test_store_at_another_place_is_read_and_written_there(
    ours: Tables, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in spark.PARTS:
        (elsewhere / name).symlink_to(room / "data" / "store" / name)
    monkeypatch.setenv(spark.STORE_AT, elsewhere.as_uri())
    tables = inv.open_tables(room, engine_name="spark", master=WORKERS)
    pd.testing.assert_frame_equal(inv.count_searches(workspace=tables), inv.count_searches(workspace=ours))
    assert (elsewhere / "spark" / "counted" / "_SUCCESS").exists()


@pytest.mark.usefixtures("needs_spark")
def test_command_counts_with_spark(room: Path) -> None:
    """In a process of its own, with the Spark of one process that the command starts by itself."""
    command = [sys.executable, "-m", "investigate.cli", "count", "--json", "--workspace", str(room)]
    told = [
        json.loads(subprocess.run([*command, *more], stdout=subprocess.PIPE, check=True).stdout)
        for more in ([], ["--engine", "spark", "--spark-master", "local[1]"])
    ]
    assert told[0] == told[1]


@pytest.mark.usefixtures("needs_spark")
def test_master_that_nobody_answers_at_is_said_at_once() -> None:
    with pytest.raises(InvestigateError, match=r"No Spark master answers at 'spark://127\.0\.0\.1:9'"):
        spark.connect("spark://127.0.0.1:9")


def test_missing_java_and_a_master_of_no_form_are_said_in_words() -> None:
    assert "Java 17" in spark._why_no_session("local[1]", "[JAVA_GATEWAY_EXITED] Java gateway process exited")
    said = spark._why_no_session("here", "\n Could not parse Master URL: 'here'\n at java.lang.X")
    assert said == "Spark did not start with the master 'here': Could not parse Master URL: 'here'"


def test_engine_that_is_none_is_named(room: Path) -> None:
    with pytest.raises(InvestigateError, match="Unknown engine 'polars'"):
        inv.open_tables(room, engine_name="polars")
