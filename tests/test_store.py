"""The store: written whole or not at all, by one load at a time, and the same bytes for the same files."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from made_logs import load, record, write_log

from investigate import engine
from investigate.columns import FIXES, REJECTS, RELEASES, SEARCHES, Table
from investigate.errors import InvestigateError
from investigate.owner import OWNER
from investigate.store import STAGING, Store, arrow_schema, staging, written_aside

HOLD = """
import sys, time
from pathlib import Path
from investigate.store import Store, staging
with staging(Store(Path(sys.argv[1]))) as held:
    con = held.con
    con.con.execute("CREATE TABLE raw AS SELECT 'half a load' AS raw_plate FROM range(200000)")
    con.con.execute("CHECKPOINT")
    con.con.execute("CREATE TABLE more AS SELECT 1")
    Path(sys.argv[1], "searches").mkdir(exist_ok=True)
    Path(sys.argv[1], "searches", ".aside-x.parquet").write_text("half a part")
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def hold(store: Path, seconds: float) -> subprocess.Popen[str]:
    """Another process that has the store's lock for some seconds."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(store), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def hidden(store: Path) -> list[str]:
    return sorted(path.name for path in store.rglob(".*"))


def test_a_second_load_waits_and_then_says_who_holds_the_store(tmp_path: Path) -> None:
    process = hold(tmp_path, 30)
    try:
        start = time.monotonic()
        with (
            pytest.raises(
                InvestigateError, match=rf"Another run is writing.*load, process {process.pid}, begun 20.* s ago"
            ),
            staging(Store(tmp_path), patience=0.5),
        ):
            pytest.fail("two loads at once")
        assert 0.4 < time.monotonic() - start < 10
        assert (tmp_path / STAGING).exists()  # the first one's, untouched
    finally:
        process.kill()
        process.wait()


def test_a_second_load_goes_on_when_the_first_is_done(tmp_path: Path) -> None:
    process = hold(tmp_path, 0.5)
    with staging(Store(tmp_path), patience=30) as held:
        assert process.wait(10) == 0
        assert held.left is None
        held.con.con.execute("CREATE OR REPLACE TABLE raw AS SELECT 1")
        assert (tmp_path / STAGING).exists()
    assert hidden(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="kills in the POSIX way")
def test_what_a_killed_load_left_is_swept_away_and_the_next_one_loads(tmp_path: Path) -> None:
    store = tmp_path / "data" / "store"
    process = hold(store, 30)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert {STAGING, OWNER, ".aside-x.parquet"} <= set(hidden(store))
    with staging(Store(store)):
        pass
    assert hidden(store) == []


@pytest.mark.skipif(os.name == "nt", reason="kills in the POSIX way")
def test_the_next_load_says_that_one_was_killed_and_only_the_next(tmp_path: Path) -> None:
    store, log = tmp_path / "data" / "store", write_log(tmp_path / "mossgate-il-pd" / "a.csv", [record(1)])
    process = hold(store, 30)
    process.kill()
    process.wait()
    words = [sys.executable, "-m", "investigate.cli", "load", str(log), "--workspace", str(tmp_path)]
    said = (
        rf"An earlier run was killed before it was done \(load, process {process.pid}, begun [^)]* ago\)\. What it left"
    )
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
    assert len(re.findall(said, done.stderr)) == 1
    (entry,) = json.loads(Store(store).load_report.read_text(encoding="utf-8"))
    assert (entry["status"], entry["rows_loaded"], len(entry["warnings"])) == ("loaded", 1, 1)
    assert re.match(said, entry["warnings"][0])
    assert str(tmp_path) not in entry["warnings"][0]
    assert json.loads(Store(store).releases()["warnings"][0]) == [], "it is said of that run, not of the file"
    assert hidden(store) == []
    assert load(log, tmp_path).entry["warnings"] == []


@pytest.mark.parametrize("junk", [b"", b"no database at all" * 999])
def test_a_broken_scratch_file_is_replaced(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / STAGING).write_bytes(junk)
    (tmp_path / f"{STAGING}.wal").write_bytes(b"half a write")
    (tmp_path / f"{STAGING}.tmp").mkdir()
    (tmp_path / f"{STAGING}.tmp" / "spilled").write_bytes(b"x")
    with staging(Store(tmp_path), patience=5) as held:
        held.con.con.execute("CREATE TABLE raw AS SELECT 1")
    assert hidden(tmp_path) == []


def test_a_load_that_fails_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mossgate-il-pd"
    load(write_log(folder / "a.csv", [record(1)]), tmp_path)
    store = Store(tmp_path / "data" / "store")
    before = store.releases()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Store, "add_release", stop)
    with pytest.raises(KeyboardInterrupt):
        load(write_log(folder / "b.csv", [record(2), record(3)]), tmp_path)
    monkeypatch.undo()
    pd.testing.assert_frame_equal(store.releases(), before)
    assert hidden(store.folder) == []
    assert store.parts(engine.connect(), "searches").count().execute() == 1
    again = load(folder, tmp_path).report
    assert list(again["status"]) == ["unchanged", "loaded"]
    assert store.parts(engine.connect(), "searches").count().execute() == 3


def test_a_release_whose_parts_were_half_replaced_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while it was loaded again under another producer: parts must not stand under the old one."""
    folder = tmp_path / "mossgate-il-pd"
    load([write_log(folder / "a.csv", [record(1)]), write_log(folder / "b.csv", [record(2)])], tmp_path)
    whole = Store.write_part

    def stop_at_texts(self: Store, table: str, *rest: Any) -> None:
        if table == "texts":
            raise KeyboardInterrupt
        whole(self, table, *rest)

    monkeypatch.setattr(Store, "write_part", stop_at_texts)
    with pytest.raises(KeyboardInterrupt):
        load(folder / "a.csv", tmp_path, producer="Fernhollow IL PD")
    monkeypatch.undo()
    store = Store(tmp_path / "data" / "store")
    assert [Path(path).name for path in store.releases()["path"]] == ["b.csv"]
    assert list(load(folder, tmp_path).report["status"]) == ["loaded", "unchanged"]
    assert set(store.releases()["producer"]) == {"Mossgate IL PD"}


def test_only_parts_of_releases_count(tmp_path: Path) -> None:
    load(write_log(tmp_path / "mossgate-il-pd" / "a.csv", [record(1)]), tmp_path)
    store = Store(tmp_path / "data" / "store")
    stray = store.part("searches", "0" * 12)
    stray.write_bytes(store.part("searches", store.releases()["release"][0]).read_bytes())
    assert store.parts(engine.connect(), "searches").count().execute() == 1


def test_a_workspace_whose_name_looks_like_a_pattern(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.csv", [record(1)])
    for name, producer in (("w[1]", "Mossgate IL PD"), ("w1", "Fernhollow IL PD")):
        load(path, tmp_path / name, producer=producer)
    searches = Store(tmp_path / "w[1]" / "data" / "store").parts(engine.connect(), "searches")
    assert list(searches.producer.execute()) == ["Mossgate IL PD"]


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    rows = [record(number, Reason=f"reason {number % 7}") for number in range(400)]
    rows[5] = record(5, SearchTime="never")
    path = write_log(tmp_path / "mossgate-il-pd" / "a.csv", rows)
    secret = bytes(range(32))
    found = []
    for name in ("one", "two"):
        store = tmp_path / name / "data" / "store"
        store.mkdir(parents=True)
        (store / "secret").write_bytes(secret)
        load(path, tmp_path / name)
        found.append({str(part.relative_to(store)): part.read_bytes() for part in store.rglob("*.*") if part.is_file()})
    (texts,) = (tmp_path / "one" / "data" / "store" / "texts").glob("*.parquet")
    ids = pq.read_table(texts)["reason_id"].to_pylist()
    assert len(ids) == 7
    assert ids == sorted(ids)  # the engine's own order of distinct rows changes from run to run
    assert len(found[0]) == 7
    assert found[0] == found[1]


@pytest.mark.parametrize("table", [SEARCHES, REJECTS, FIXES, RELEASES])
def test_parts_have_the_declared_columns_and_types(tmp_path: Path, table: Table) -> None:
    rows = [record(1, OrgName="Mossgate IL PDâ€™s"), record(2, SearchTime="never")]
    load(write_log(tmp_path / "mossgate-il-pd" / "a.csv", rows), tmp_path)
    load(write_log(tmp_path / "mossgate-il-pd" / "b.csv", [record(3)]), tmp_path)
    store = Store(tmp_path / "data" / "store")
    parts = [store.derived("releases")] if table is RELEASES else list((store.folder / table.name).glob("*.parquet"))
    assert len(parts) == (1 if table is RELEASES else 2)
    for part in parts:
        found = pq.read_schema(part)
        declared = arrow_schema(table)
        assert found.names == declared.names
        differing = [
            (one.name, one.type, two.type) for one, two in zip(found, declared, strict=True) if one.type != two.type
        ]
        assert differing == []
    nullable = {column.name for column in table.columns if column.null_rule != "never empty"}
    for part in parts:
        frame = pq.read_table(part).to_pandas()
        assert {name for name in frame if frame[name].isna().any()} <= nullable


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("old")
    with pytest.raises(InterruptedError):  # noqa: SIM117, PT012 - it is the inner block that is tested
        with written_aside(path) as aside:
            aside.write_text("half")
            raise InterruptedError
    assert path.read_text() == "old"
    with written_aside(path) as aside:
        aside.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert [found.name for found in tmp_path.iterdir()] == ["x.txt"]
