"""Reports per minute, beside stock papermill and nbconvert: the same notebook, the same agencies, as many at a time.

The stock side is what anybody would type, for each agency in a process of its own:

    papermill notebooks/agency_report.ipynb out.ipynb -p agency "…" -p workspace "…"
    jupyter nbconvert --to html --no-input out.ipynb

The other side is `investigate report`, from starting the command to its end: it also makes the page safe to publish,
writes the machine-readable files, the letters and the index. Both sides find the tables of the workspace ready. A third
line is `investigate report --all`: what is done once a batch is shared by more reports; stock has nothing to share.

    python benchmarks/reports.py --agencies 12 --jobs 2
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import investigate as inv
from investigate.batch import NOTEBOOK
from investigate.report_tables import list_report_agencies
from investigate.workspace import open_workspace

BIN = Path(sys.executable).parent


def run_stock(agencies: list[str], workspace: str, jobs: int, folder: Path) -> None:
    """Each agency through the two stock commands, `jobs` agencies at a time."""

    def one(numbered: tuple[int, str]) -> None:
        number, agency = numbered
        out = folder / f"{number}.ipynb"
        given = ["-p", "agency", agency, "-p", "workspace", workspace]
        commands = [
            [BIN / "papermill", NOTEBOOK, out, *given, "--no-progress-bar", "--log-level", "ERROR"],
            [BIN / "jupyter", "nbconvert", "--to", "html", "--no-input", "--log-level", "ERROR", out],
        ]
        for command in commands:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, enumerate(agencies)))


def run_ours(agencies: list[str], workspace: str, jobs: int, folder: Path) -> None:
    command = [BIN / "investigate", "report", *agencies, "--workspace", workspace, "--jobs", str(jobs), "--out", folder]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


STOCK, OURS, WHOLE = "papermill + nbconvert", "investigate report", "investigate report --all"
SIDES = {STOCK: run_stock, OURS: run_ours, WHOLE: run_ours}


def measure(number: int, jobs: int, workspace: str, only: str | None = None) -> dict[str, float]:
    """Print what each side took for so many agencies, evenly out of all, and give its reports a minute."""
    everyone = list_report_agencies(open_workspace(workspace))
    agencies = everyone[:: max(1, len(everyone) // number)][:number]
    print(f"{len(agencies)} of {len(everyone)} agencies, {jobs} at a time, investigate {inv.__version__}")
    rates = {}
    for name, run in SIDES.items():
        if only and (only == "stock") != (name == STOCK):
            continue
        chosen = everyone if name == WHOLE else agencies
        with tempfile.TemporaryDirectory() as folder:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            started = time.perf_counter()
            run(chosen, workspace, jobs, Path(folder))
            seconds = time.perf_counter() - started
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        rates[name] = 60 * len(chosen) / seconds
        told = f"{name:24} {len(chosen):5,} reports {seconds:7.1f} s {rates[name]:7.1f} reports a minute"
        print(f"{told}{f'  {worked / len(chosen):5.2f} s of processor time each' if name == STOCK else ''}", flush=True)
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agencies", type=int, default=12, help="how many, evenly out of all (default 12)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--workspace", default="sample", help="default: the invented sample")
    parser.add_argument("--only", choices=("stock", "ours"))
    asked = parser.parse_args()
    rates = measure(asked.agencies, asked.jobs, asked.workspace, asked.only)
    if STOCK in rates and OURS in rates:
        times, of_all = rates[OURS] / rates[STOCK], rates[WHOLE] / rates[STOCK]
        print(f"ratio: {times:.1f} times the reports a minute, {of_all:.1f} times with all agencies in one batch")


if __name__ == "__main__":
    main()
