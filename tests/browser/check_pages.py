"""Render many reports from an invented sample and check every page: `make pages`.

Prints one line of totals; ends with 1 if anything was found. Takes several seconds a report.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from driven import Visit, check_access, check_html, check_links, missing, open_browser, overflow

import investigate as inv
from investigate.sample import make_sample

LOOKS = ((360, "dark"), (1280, "light"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=200, help="at least so many pages (default 200)")
    parser.add_argument("--jobs", type=int, default=2, help="reports rendered at once")
    parser.add_argument("--out", type=Path, default=None, help="keep what was made in this folder")
    chosen = parser.parse_args()
    if lacks := missing():
        print(lacks, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as aside:
        return _check(chosen.out or Path(aside), chosen.reports, chosen.jobs)


def _check(folder: Path, reports: int, jobs: int) -> int:
    started = time.monotonic()
    out = folder / "out"
    make_sample(folder / "logs", rows=reports * 60, seed=7, agencies=reports)
    inv.load_lookup_logs(folder / "logs", workspace=folder)
    run = inv.render_reports(every=True, workspace=folder, out=out, jobs=jobs, progress=_say)
    rendered = time.monotonic()
    pages = [out / "index.html", *sorted(out.glob("*/index.html"))]
    faults = [f"failed: {name}" for name in run["failed"]]
    faults += [f"{path.parent.name}: {broken}" for path in pages for broken in check_links(path)]
    faults += check_html(pages)
    with open_browser() as browser:
        for path in pages:
            for width, scheme in LOOKS:
                with Visit(browser, path, width=width, scheme=scheme, bypass_csp=True) as visit:
                    found = [*overflow(visit.page), *check_access(visit.page), *visit.asked, *visit.complaints]
                    faults += [f"{path.parent.name} at {width} px, {scheme}: {one}" for one in found]
    print("\n".join(faults[:50]))
    print(
        f"{len(pages) - 1} reports and an index: {len(faults)} faults by the HTML checker, axe-core, links, edges and "
        f"requests; rendered in {rendered - started:.0f} s, checked in {time.monotonic() - rendered:.0f} s"
    )
    return 1 if faults or len(pages) - 1 < reports else 0


def _say(number: int, of: int, outcome: object) -> None:
    del outcome
    if number % 20 == 0 or number == of:
        print(f"{number} of {of} reports", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
