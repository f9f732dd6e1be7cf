"""How long the headline count takes from the store, beside pandas from the released file.

The audit is that of `benchmarks/load.py`. The pandas side is what a reporter's notebook does: read three columns, look
for a few words in the reason, count by agency before and after the inauguration. The other side is
`count_searches("searching_agency")`: with the published rules, distinct searches and cases, in three scopes, with the
covered days of each log. It is asked twice: first of rows that were never counted, then again (kept counts). Last, one
agency's tables of a report are read, once its tables were prepared. Each side runs in a process of its own.

    python benchmarks/store.py --rows 1000000
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from load import AUDIT, make_audit, run_apart, run_side

IMMIGRATION = r"\b(?:immigration|ice|ero|cbp|border patrol|deport\w*)\b"


def pandas_count(log: Path, folder: Path) -> dict[str, float]:
    """Immigration-related rows by agency before and after, as a reporter's notebook counts them."""
    import pandas as pd  # noqa: PLC0415 - each side imports what it needs, and no more

    rows = pd.read_csv(log, usecols=["Org Name", "Reason", "Search Time"], dtype=str)
    at = pd.to_datetime(rows["Search Time"], format="%m/%d/%Y, %I:%M:%S %p UTC")
    is_related = rows["Reason"].str.contains(IMMIGRATION, case=False, na=False)
    period = (at >= pd.Timestamp("2025-01-20 17:00")).map({True: "after", False: "before"})
    assert len(rows[is_related].groupby(["Org Name", period[is_related]]).size())
    return {}


def load_and_derive(log: Path, folder: Path) -> dict[str, float]:
    """Load the audit, and what the first count makes once for all."""
    from investigate.load import load_lookup_logs  # noqa: PLC0415 - as above
    from investigate.tables import open_tables  # noqa: PLC0415

    load_lookup_logs(log, workspace=folder)
    open_tables(folder)
    return {}


def headline(log: Path, folder: Path) -> dict[str, float]:
    """The headline count of all agencies: opening the workspace, asking first, asking again."""
    from investigate.counts import count_searches  # noqa: PLC0415 - as above
    from investigate.tables import open_tables  # noqa: PLC0415

    steps = {}
    started = time.perf_counter()
    tables = open_tables(folder)
    steps["opened"] = time.perf_counter() - started
    for step in ("asked", "again"):
        started = time.perf_counter()
        assert count_searches("searching_agency", workspace=tables)["immigration_related"].sum() > 0
        steps[step] = time.perf_counter() - started
    return steps


def prepare(log: Path, folder: Path) -> dict[str, float]:
    """The report tables of all agencies."""
    from investigate.report_tables import prepare_report_tables  # noqa: PLC0415 - as above

    prepare_report_tables(folder)
    return {}


def agency_tables(log: Path, folder: Path) -> dict[str, float]:
    """One agency's tables of a report, read a second time: the first imports what reads them."""
    from investigate.report_tables import list_report_agencies, read_agency_tables  # noqa: PLC0415 - as above

    agency = list_report_agencies(folder)[0]
    read_agency_tables(agency, folder)
    started = time.perf_counter()
    read_agency_tables(agency, folder)
    return {"read": time.perf_counter() - started}


SIDES = {one.__name__: one for one in (pandas_count, load_and_derive, headline, prepare, agency_tables)}


def measure(rows: int, folder: Path, *, with_reports: bool = True) -> dict[str, dict[str, float]]:
    """What each side took; `folder` keeps the audit and the workspace."""
    log = make_audit(folder / "quillhaven-mn-pd" / f"{AUDIT}.csv", rows)
    sides = [side for side in SIDES if with_reports or side not in ("prepare", "agency_tables")]
    return {side: run_apart(side, log, folder / "room", __file__) for side in sides}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--no-reports", action="store_true", help="leave out the report tables")
    parser.add_argument("--keep", type=Path, help="a folder where the audit and the workspace stay")
    parser.add_argument("--side", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        run_side(SIDES, *asked.side)
        return
    with tempfile.TemporaryDirectory() as scratch:
        found: dict[str, Any] = measure(asked.rows, asked.keep or Path(scratch), with_reports=not asked.no_reports)
    for side, took in found.items():
        steps = "".join(f"  {step} {took[step]:.3f} s" for step in ("opened", "asked", "again", "read") if step in took)
        print(f"{side:16} {took['seconds']:8.2f} s {took['processor']:8.2f} processor s {took['MB']:7,.0f} MB{steps}")
    for step in ("asked", "again"):
        ratio = found["pandas_count"]["seconds"] / found["headline"][step]
        print(f"pandas from the file / headline {step}: {ratio:,.0f}")


if __name__ == "__main__":
    main()
