"""A thousand reports in one go: memory, pace, and what is done again after a kill.

Invented logs with so many searching agencies are loaded into a workspace, and `investigate report --all` renders them.
When a third of the reports are finished, the command and all its processes are killed, and it is started again. Every
two seconds the memory of all its processes is read (PSS: what forks share counts once) beside the number of
finished reports. Printed are pace and memory by tenths of the batch, and how many finished reports were made again.

    python benchmarks/many_reports.py --agencies 1000 --jobs 2
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from investigate.load import load_lookup_logs
from investigate.report_tables import list_report_agencies
from investigate.sample import make_sample
from investigate.workspace import KEY_FILE

BIN = Path(sys.executable).parent
SHARE = 1 / 3  # of the reports finished when everything is killed
EVERY = 2.0  # seconds between two looks
ROWS = 20  # of the logs, for each agency


@dataclass
class Seen:
    """What was seen while a batch ran: seconds since its start, finished reports, memory of all its processes in MB."""

    looks: list[tuple[float, int, float]] = field(default_factory=list)


def memory_of(process: psutil.Process) -> float:
    """MB of a process and all below it, with what they share counted once."""
    whole = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            whole += one.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return whole / (1 << 20)


def finished(out: Path) -> dict[str, int]:
    """Each finished report with when its mark was written."""
    return {mark.parent.name: mark.stat().st_mtime_ns for mark in out.glob(f"*/{KEY_FILE}")}


def run(room: Path, out: Path, jobs: int, until: float) -> Seen:
    """Render until so many reports are finished, then kill all; or to the end."""
    command = [BIN / "investigate", "report", "--all", "--jobs", str(jobs), "--workspace", room, "--out", out]
    seen, started = Seen(), time.perf_counter()
    batch = subprocess.Popen([*command, "--quiet"], start_new_session=True)
    process = psutil.Process(batch.pid)
    while batch.poll() is None:
        number = len(finished(out))
        seen.looks.append((time.perf_counter() - started, number, memory_of(process)))
        if number >= until:
            os.killpg(batch.pid, signal.SIGKILL)
        time.sleep(EVERY)
    if batch.returncode not in (0, -signal.SIGKILL):
        raise SystemExit(f"the batch ended with {batch.returncode}")
    return seen


def by_tenths(seen: Seen, number: int) -> list[str]:
    """A line for each tenth of the batch: reports a minute and the most memory."""
    lines = []
    for tenth in range(10):
        low, high = number * tenth / 10, number * (tenth + 1) / 10
        looks = [look for look in seen.looks if low <= look[1] <= high]
        if len(looks) > 1 and looks[-1][1] > looks[0][1]:
            pace = 60 * (looks[-1][1] - looks[0][1]) / (looks[-1][0] - looks[0][0])
            most = max(look[2] for look in looks)
            lines.append(f"reports {low:6,.0f} to {high:6,.0f}: {pace:6.1f} a minute, at most {most:7,.0f} MB")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agencies", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        room, out = Path(scratch) / "room", Path(scratch) / "out"
        logs = make_sample(Path(scratch) / "logs", ROWS * asked.agencies, 1, agencies=asked.agencies)
        load_lookup_logs(logs, workspace=room)
        started = time.perf_counter()
        number = len(list_report_agencies(room))
        print(f"{number:,} agencies, report tables made in {time.perf_counter() - started:.0f} s", flush=True)
        first = run(room, out, asked.jobs, number * SHARE)
        before = finished(out)
        print(f"killed after {first.looks[-1][0]:.0f} s, when {len(before):,} reports were finished", flush=True)
        print("\n".join(by_tenths(first, number)), flush=True)
        second = run(room, out, asked.jobs, number + 1)
        after = finished(out)
        again = sum(after[name] != made for name, made in before.items())
        print("started again:\n" + "\n".join(by_tenths(second, number)))
        print(
            f"finished {len(after):,} of {number:,} after {second.looks[-1][0]:.0f} s more; "
            f"{again} of the {len(before):,} finished before were made again"
        )


if __name__ == "__main__":
    main()
