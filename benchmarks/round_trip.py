"""Write invented searches in every container and layout, load them, and compare every cell with what was written.

    python benchmarks/round_trip.py --rows 1000000
    python benchmarks/round_trip.py --rows 20000 --only xlsx --only portal-bare

Exits with 1 on any difference. The loading runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path.insert(0, str(TESTS))

from round_trip import CONTAINERS, HEADERS, Trip, go, invent  # noqa: E402 - it lies beside the tests

WIDEST = "H14"
LOADER = """
import json, sys, time
from pathlib import Path
from investigate.load import load_lookup_logs
start = time.perf_counter()
report = load_lookup_logs(sys.argv[1], workspace=sys.argv[2], keep_identifiers=True, **json.loads(sys.argv[3]))
seconds = time.perf_counter() - start
if Path("/proc/self/status").exists():  # elsewhere on Linux the peak of the process that started this one counts too
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / (1 << 10)
elif sys.platform == "win32":
    import psutil
    peak = psutil.Process().memory_info().peak_wset / (1 << 20)
else:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
print(json.dumps([json.loads(report.to_json(orient="records")), {"load": seconds, "peak": peak}]))
"""


def load_apart(folder: Path, workspace: Path, **given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Load in another process: the entry of the load report, seconds without starting up, and peak memory in MB."""
    words = [sys.executable, "-c", LOADER, str(folder), str(workspace), json.dumps(given)]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)
    (entry,), more = json.loads(done.stdout)
    return entry, more


def cases(only: list[str]) -> list[tuple[str, str, str]]:
    """Name, layout, container: every container with the widest layout, then every other layout as CSV."""
    found = [(container, WIDEST, container) for container in CONTAINERS]
    found += [(layout, layout, "csv") for layout in HEADERS if layout != WIDEST]
    names = [name for name, _, _ in found]
    if unknown := sorted(set(only) - set(names)):
        sys.exit(f"No case is named {', '.join(unknown)}. Known: {', '.join(names)}.")
    return [case for case in found if not only or case[0] in only]


def run(rows: int, layout: str, container: str, seed: int) -> Trip:
    how = CONTAINERS[container]
    made = invent(min(rows, how.most), seed, how.carries)
    folder = Path(tempfile.mkdtemp(prefix="round-trip-"))
    try:
        return go(made, layout, container, folder, load_apart)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000, help="searches in each file")
    parser.add_argument("--only", action="append", default=[], help="run the case of this name; may be repeated")
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    print(
        f"{'case':<28}{'rows':>10}{'write s':>10}{'load s':>10}{'peak MB':>10}{'cells':>13}{'different':>11}",
        flush=True,
    )
    total = 0
    for name, layout, container in cases(said.only):
        trip = run(said.rows, layout, container, said.seed)
        wrong = sum(map(len, trip.differences.values()))
        numbers = f"{trip.seconds_to_write:>10.1f}{trip.more['load']:>10.1f}{trip.more['peak']:>10,.0f}"
        print(f"{name:<28}{trip.rows:>10,}{numbers}{trip.cells:>13,}{wrong:>11,}", flush=True)
        for column, places in trip.differences.items():
            print(f"    {column}: {len(places):,} differ, first in search {places[0] + 1:,}", flush=True)
        total += wrong
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
