"""Kill real runs of `investigate load` and `investigate report` at random moments, run them again, compare.

    python tests/faults/kill.py load --kills 50 --seed 1
    python tests/faults/kill.py report --kills 50 --seed 1

Each trial starts from the same workspace, kills the command and all that it started with SIGKILL (every fifth time the
command alone, whose helpers must then end by themselves), runs the same command to its end, and compares every file of
the store and of the pages with those of a run that nobody disturbed. Prints a table; exits with 1 where one trial
differs or left something over. Linux and macOS; all names and logs are invented.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from investigate.sorted_tables import read_sorted

HERE = Path(__file__).resolve()
SAMPLE = HERE.parents[2] / "data" / "sample" / "logs"
sys.path.insert(0, str(HERE.parents[1]))
from tiny_logs import search, write_network_audit  # noqa: E402

LONGEST = 900.0  # seconds for a run that nobody kills
ALONE = 5  # of so many kills, one is of the command alone
FRESH_EVERY = 3  # of so many trials with reports, one begins before anything was counted
LEFT_SAID = re.compile(
    r"An earlier run was killed before it was done \(.*?\)\. What it left half written was removed.*"
)
OF_THE_SAMPLE = tuple(
    f"brackenfall-il-pd/Brackenfall IL PD_{name}"
    for name in (
        "Network_Audit_2024-12-01_2025-01-01.csv",
        "Network_Audit_2025-01-01_2025-02-01.csv",
        "Organization_Audit_2025-06-01_2025-07-01.xlsx",
        "Organization_Audit_2025-08-01_09-01.csv",
    )
)
OF_A_REPORT = {".inputs", ".outcome"}
RECORDS = {"load_report.json", "run.json", ".outcome"}
AGENCIES = ("Ashmoor IL PD", "Birchgate GA PD", "Cressfold GA PD")
REASONS = ("ICE detainer", "stolen car", "immigration", "HSI drugs", "")


class Unfinished(Exception):
    """A run that nobody killed, and that did not come to its end."""


@dataclass
class Trial:
    """One kill: after how many seconds, from which workspace, of whom; what the next run said, what then differed or
    was left over."""

    at: float
    base: str
    whom: str
    said: str = ""
    differs: list[str] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        return not self.differs


# ---- what is run ------------------------------------------------------------------------------------------


def write_logs(folder: Path, kind: str, agencies: tuple[str, ...] = AGENCIES) -> Path:
    """Invented logs: for loading some of the sample's, two of them in an archive; for reports one of few agencies."""
    logs = folder / "logs"
    if kind == "load":
        for name in OF_THE_SAMPLE:
            (logs / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SAMPLE / name, logs / name)
        shutil.make_archive(str(logs / "mossgate-il-pd"), "zip", SAMPLE, "portals/glimmerford-ca-pd")
        return logs
    rows = [
        search(f"20{24 + month // 12}-{1 + month % 12:02}-{day + number + 1:02}T12:00:00", reason, name)
        for month in range(6, 20)
        for number, name in enumerate(agencies)
        for day, reason in enumerate(REASONS)
    ]
    write_network_audit(logs, "Fernwick IL PD", rows)
    return logs


@dataclass(frozen=True)
class Run:
    """The command that is killed, in the workspace `room`, with its logs beside it."""

    kind: str
    room: Path
    logs: Path
    mark: str

    @property
    def words(self) -> list[str]:
        head = [sys.executable, "-m", "investigate.cli"]
        if self.kind == "load":
            return [*head, "load", str(self.logs), "--workspace", str(self.room)]
        return [*head, "report", "--all", "--jobs", "2", "--workspace", str(self.room)]

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.words,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=os.environ | {"FAULTS_MARK": self.mark},
        )

    def to_the_end(self) -> tuple[float, str]:
        """Seconds that it took, and what it said on stderr."""
        began = time.monotonic()
        with self.start() as process:
            _, said = process.communicate(timeout=LONGEST)
        if process.returncode:
            raise Unfinished(f"a run that nobody killed ended with {process.returncode}: {said}")
        return time.monotonic() - began, said

    def kill_after(self, seconds: float, whom: str) -> bool:
        """Whether it was killed; it may have ended before."""
        with self.start() as process:
            try:
                process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                (os.killpg if whom == "all" else os.kill)(process.pid, signal.SIGKILL)
                if process.stderr is not None:
                    process.stderr.close()  # what it started may hold it open
                process.wait()
                return True
        return False

    def processes(self) -> list[psutil.Process]:
        """What was started by these runs and is alive."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("FAULTS_MARK") == self.mark and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found


# ---- what is compared -------------------------------------------------------------------------------------


def contents(room: Path) -> dict[str, Any]:
    """Every file below, by its path, as it must be the same after any run to the end."""
    return {
        path.relative_to(room).as_posix(): content_of(path)
        for path in sorted(room.rglob("*"))
        if path.is_file() and path.name != "secret"
    }


def content_of(path: Path) -> Any:
    """Bytes; of what is made from the stored rows the rows, whose order an engine chooses anew; of records all but
    times and what was killed before; of a notebook all but the ids of its cells."""
    if path.suffix == ".arrow":
        return rows_of(read_sorted(path))
    if path.suffix == ".parquet" and path.parent.name in ("store", "kept_counts") and path.name != "releases.parquet":
        return rows_of(pq.read_table(path))
    if path.name in RECORDS or path.suffix == ".ipynb":
        return without_times(json.loads(path.read_text(encoding="utf-8")))
    return path.read_bytes()


def without_times(record: Any) -> Any:
    """A load report, the record of a batch or of one report, or a notebook, without what is of one run only."""
    if isinstance(record, list):
        return [settled(entry) for entry in record]
    if "cells" in record:
        return [{name: part for name, part in cell.items() if name != "id"} for cell in record["cells"]]
    if "reports" in record:
        return record | {"seconds": 0, "killed_before": None, "reports": without_times(record["reports"])}
    return settled(record)


def rows_of(table: pa.Table) -> list[str]:
    return [str(table.schema.names), *sorted(map(str, table.to_pylist()))]


def settled(entry: dict[str, Any]) -> dict[str, Any]:
    """What is said of a file or report, without how long it took, and whether it was this run that did it."""
    done = entry | {"seconds": 0, "status": entry["status"].replace("unchanged", "ok").replace("loaded", "ok")}
    if "warnings" in done:
        done["warnings"] = [one for one in done["warnings"] if not LEFT_SAID.match(one)]
    return done


def differences(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    differing = [f"lacks {name}" for name in wanted if name not in found]
    differing += [f"has {name}" for name in found if name not in wanted]
    return differing + [f"differs {name}" for name in found if name in wanted and found[name] != wanted[name]]


def left_over(room: Path) -> list[str]:
    """What only a run that is under way may have."""
    return [f"left {path.name}" for path in room.rglob(".*") if path.name not in OF_A_REPORT]


# ---- trials -----------------------------------------------------------------------------------------------


def try_kills(
    kind: str, kills: int, seed: int, folder: Path, agencies: tuple[str, ...] = AGENCIES, fresh_every: int = FRESH_EVERY
) -> list[Trial]:
    """Make so many trials in the folder; give what became of each. Trials of reports begin before anything was counted
    (`fresh_every`: one of so many), the others where the tables that all reports are made from are there already."""
    run = Run(kind, folder / "room", write_logs(folder, kind, agencies), str(uuid.uuid4()))
    fresh = folder / "fresh"
    (fresh / "data" / "store").mkdir(parents=True)
    (fresh / "data" / "store" / "secret").write_bytes(bytes(range(32)))
    if kind == "report":
        Run("load", fresh, run.logs, run.mark).to_the_end()
    whole, wanted = _undisturbed(run, fresh)
    counted, whole_counted = fresh, whole
    if kind == "report":
        counted = folder / "counted"
        shutil.copytree(run.room / "data", counted / "data")
        whole_counted, same = _undisturbed(run, counted)
        assert differences(same, wanted) == []
    print(f"undisturbed: {whole:.1f} s, from counted tables {whole_counted:.1f} s", flush=True)
    draw = random.Random(seed)
    trials = []
    for number in range(kills):
        base, longest = (fresh, whole) if number % fresh_every == 0 else (counted, whole_counted)
        whom = "one" if number % ALONE == ALONE - 1 else "all"
        trials.append(_try_one(run, base, draw.uniform(0.0, longest), whom, wanted))
        print(_line(number + 1, trials[-1]), flush=True)
    return trials


def _undisturbed(run: Run, base: Path) -> tuple[float, dict[str, Any]]:
    """How long a run takes that nobody kills, and what is there then."""
    shutil.rmtree(run.room, ignore_errors=True)
    shutil.copytree(base, run.room)
    seconds, said = run.to_the_end()
    assert not LEFT_SAID.search(said)
    assert not left_over(run.room)
    return seconds, contents(run.room)


def _try_one(run: Run, base: Path, at: float, whom: str, wanted: dict[str, Any]) -> Trial:
    while True:
        shutil.rmtree(run.room, ignore_errors=True)
        shutil.copytree(base, run.room)
        if run.kill_after(at, whom):
            break
        at *= 0.9  # it had ended
    trial = Trial(at, base.name, whom)
    try:
        _, said = run.to_the_end()
        trial.said = (LEFT_SAID.search(said) or [""])[0]
    except Unfinished as error:
        trial.differs.append(str(error))
    _, alive = psutil.wait_procs(run.processes(), timeout=20)
    for process in alive:
        process.kill()
    trial.differs += [*differences(contents(run.room), wanted), *left_over(run.room)]
    trial.differs += [f"process {process.pid}" for process in alive]
    return trial


def _line(number: int, trial: Trial) -> str:
    said = "what was killed" if trial.said else "nothing"
    same = "yes" if trial.is_same else f"NO: {'; '.join(trial.differs[:6])}"
    return f"{number:4}  {trial.at:7.2f} s  {trial.base:7}  {trial.whom}   {said:17}  {same}"


def main() -> int:
    """Run as a command; 0 where every trial came out the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["load", "report"])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print("kill     moment  from     whom  next run told of   identical")
    with tempfile.TemporaryDirectory() as folder:
        trials = try_kills(asked.kind, asked.kills, asked.seed, Path(folder).resolve())
    same, told = sum(one.is_same for one in trials), sum(bool(one.said) for one in trials)
    print(f"{asked.kind}: {len(trials)} kills (seed {asked.seed}): {same} identical, {told} told of.")
    return 0 if same == len(trials) else 1


if __name__ == "__main__":
    raise SystemExit(main())
