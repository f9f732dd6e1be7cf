"""Progress: a bar on a terminal, plain lines elsewhere, nothing with --quiet; the answer on stdout is untouched."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from made_logs import record, write_log
from typer.testing import CliRunner

from investigate import progress
from investigate.cli import app
from investigate.progress import Step, say_seconds, step, watching

REPOSITORY = Path(__file__).resolve().parents[1]
SOON = (
    "from investigate import progress; progress.SHOWN_AFTER = progress.DRAWN_EVERY = 0.001; "
    "progress.PLAIN_EVERY = 0.01; "
    "from investigate.cli import main; main()"
)
HOSTILE = "[red]\x1b[31m\u202egnp.csv"
SLOW_VERBS = (
    ["check"], ["count"], ["compare"], ["compare", "--variants"], ["rivals"], ["clues"], ["clues", "--request"],
)  # fmt: skip


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything takes long."""
    monkeypatch.setattr(progress, "SHOWN_AFTER", 0.0)
    monkeypatch.setattr(progress, "PLAIN_EVERY", 0.001)


def wait_for(text: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What stderr holds once `text` stands in it."""
    seen, until = "", time.monotonic() + 10
    while text not in seen and time.monotonic() < until:
        time.sleep(0.005)
        seen += capsys.readouterr().err
    assert text in seen
    return seen


def run_on_terminal(*words: str, **terminal: str) -> tuple[str, str]:
    """stdout, a pipe, and what a terminal on stderr got, of the command with everything shown at once."""
    pty = pytest.importorskip("pty", reason="pseudo-terminals are of Unix")
    master, slave = pty.openpty()
    got: list[bytes] = []

    def read() -> None:
        try:
            while chunk := os.read(master, 65536):
                got.append(chunk)
        except OSError:  # the other end is closed
            return

    reader = threading.Thread(target=read)
    reader.start()
    env = os.environ | {"TERM": "xterm", "COLUMNS": "200", "PYTHONPATH": str(REPOSITORY)} | terminal
    done = subprocess.run(
        [sys.executable, "-c", SOON, *words], stdout=subprocess.PIPE, stderr=slave, env=env, check=False, timeout=300
    )
    os.close(slave)
    reader.join(10)
    os.close(master)
    assert done.returncode == 0, b"".join(got).decode()
    return done.stdout.decode(), b"".join(got).decode()


def test_a_step_says_rate_what_is_left_and_for_how_long() -> None:
    one = Step("loading", "files", 4, weight=400, begun=100.0)
    assert one.said(110.0) == "loading, 0 of 4 files, 4 left, 10 s"
    one.advance(weight=100)
    one.last_done = 120.0
    assert one.said(130.0) == "loading, 1 of 4 files, 3 left, 2.0 files/min, 30 s, about 50 s left"


def test_rows_are_told_by_whoever_counts_them() -> None:
    one = Step("august.csv: reading", "records", count=lambda: 1_200_000, begun=100.0)
    assert one.said(112.0) == "august.csv: reading, 1,200,000 records, 100,000 records/s, 12 s"


def test_seconds_in_words() -> None:
    assert [say_seconds(number) for number in (4.4, 61, 3725)] == ["4 s", "1 min 01 s", "1 h 02 min"]


@pytest.mark.usefixtures("soon")
def test_plain_lines_off_a_terminal_show_hostile_names_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    with watching(), step("loading", "files", 2), step(HOSTILE):
        seen = wait_for("gnp.csv", capsys)
    assert seen.startswith("… loading, 0 of 2 files, 2 left")
    assert "[red]<001b>[31m<202e>gnp.csv" in seen
    assert "\x1b" not in seen


@pytest.mark.usefixtures("soon")
def test_nobody_watches_a_library(capsys: pytest.CaptureFixture[str]) -> None:
    with step("loading"):
        time.sleep(0.05)
    with watching(quiet=True), step("loading"):
        time.sleep(0.05)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("verb", SLOW_VERBS, ids=" ".join)
@pytest.mark.usefixtures("soon")
def test_quiet_is_silent_and_the_answer_is_the_same(verb: list[str], sample_workspace: Path) -> None:
    where = ["--workspace", str(sample_workspace)]
    loud, quiet = (CliRunner().invoke(app, [*verb, *where, *more]) for more in ([], ["--quiet"]))
    assert (loud.exit_code, quiet.exit_code) == (0, 0), quiet.output
    assert "… " in loud.stderr
    assert quiet.stderr == ""
    assert quiet.stdout == loud.stdout


def test_a_fast_command_shows_nothing(sample_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SHOWN_AFTER", 60.0)  # a busy machine makes nothing fast
    monkeypatch.setattr(progress, "PLAIN_EVERY", 60.0)
    assert CliRunner().invoke(app, ["count", "--workspace", str(sample_workspace)]).stderr == ""


def test_a_terminal_gets_a_bar_that_leaves_no_trace(tmp_path: Path) -> None:
    path = write_log(tmp_path / "mossgate-il-pd" / "[red]a.csv", [record(n) for n in range(50)])
    out, seen = run_on_terminal("load", str(path), "--workspace", str(tmp_path / "drawn"))
    assert "[red]a.csv: reading" in seen
    assert "0 of 1 files, 1 left" in seen
    assert "━" in seen
    assert "\x1b[?25h" in seen, "the cursor is there again"
    assert "\x1b[2K" in seen[seen.rindex("left") :], "the bar is wiped"
    plain = CliRunner().invoke(app, ["load", str(path), "--workspace", str(tmp_path / "plain")])
    assert out == plain.stdout
    assert not re.search(r"[\x1b━]", plain.output)


@pytest.mark.parametrize("kind", ["dumb", ""])
def test_a_terminal_that_cannot_draw_gets_plain_lines(kind: str, sample_workspace: Path) -> None:
    _, seen = run_on_terminal("count", "--workspace", str(sample_workspace), TERM=kind)
    assert "… " in seen
    assert not re.search(r"[\x1b━]", seen)


def test_without_colours_there_are_none(tmp_path: Path) -> None:
    path = write_log(tmp_path / "mossgate-il-pd" / "a.csv", [record(n) for n in range(50)])
    _, seen = run_on_terminal("load", str(path), "--workspace", str(tmp_path / "drawn"), NO_COLOR="1")
    assert "━" in seen
    assert not re.search(r"\x1b\[[0-9;]*m", seen), "a colour"


def test_reports_are_told_one_by_one_above_the_bar(sample_workspace: Path, tmp_path: Path) -> None:
    words = ("report", "Brackenfall IL PD", "--out", str(tmp_path / "out"), "--workspace", str(sample_workspace))
    out, seen = run_on_terminal(*words)
    assert re.search(r"\[1/1\] brackenfall-il-pd  ok  \d", seen)
    assert "0 of 1 reports, 1 left" in seen
    assert seen.endswith("\x1b[2K") or "\x1b[2K" in seen[seen.rindex("left") :], "the bar is wiped"
    assert out.startswith("1 of 1 reports are ready.")
