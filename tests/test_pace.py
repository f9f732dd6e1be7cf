"""Word of a long read: it comes while the file is read, says how far it is, and ends with it."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from made_logs import record, write_log
from typer.testing import CliRunner

from investigate import pace as room
from investigate import progress
from investigate.cli import app
from investigate.logs.headers import RawFile
from investigate.logs.layouts import LAYOUTS
from investigate.pace import Pace, telling


def test_it_tells_while_the_block_runs_and_stops_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FIRST", 0.01)
    monkeypatch.setattr(room, "EVERY", 0.01)
    told: list[str] = []
    heard = threading.Event()

    def tell(pace: Pace) -> None:
        told.append(str(pace))
        heard.set()

    with telling(tell, "audit.csv") as pace:
        pace.doing = "reading"
        pace.table = RawFile(LAYOUTS[0], {"searched": 0}, ("Search Time",), records_read=1_200_000)
        assert heard.wait(5)
        heard.clear()
        assert heard.wait(5)
    count = len(told)
    time.sleep(0.1)
    assert len(told) == count
    assert "audit.csv: reading" in told[-1]
    assert "1,200,000 records so far" in told[-1]


def test_a_short_read_is_not_talked_about(tmp_path: Path) -> None:
    path = write_log(tmp_path / "mossgate-il-pd" / "a.csv", [record(1)])
    result = CliRunner().invoke(app, ["load", str(path), "--workspace", str(tmp_path / "w")])
    assert result.exit_code == 0
    assert "…" not in result.stderr


def test_a_long_read_is_told_on_the_error_stream_and_not_with_quiet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SHOWN_AFTER", 0.0)
    monkeypatch.setattr(progress, "PLAIN_EVERY", 0.001)
    path = write_log(tmp_path / "mossgate-il-pd" / "a.csv", [record(n) for n in range(50)])
    loud = CliRunner().invoke(app, ["load", str(path), "--workspace", str(tmp_path / "loud")])
    assert "a.csv: reading" in loud.stderr
    assert "…" not in loud.stdout
    quiet = CliRunner().invoke(app, ["load", str(path), "--quiet", "--workspace", str(tmp_path / "quiet")])
    assert quiet.output == ""
    as_json = CliRunner().invoke(app, ["load", str(path), "--json", "--workspace", str(tmp_path / "json")])
    assert json.loads(as_json.stdout)[0]["rows_loaded"] == 50
    assert "a.csv" in as_json.stderr
