"""How long a national network audit takes to load, beside the engine's bare copy of the same file to Parquet.

The audit is invented: an id, an officer, one of 5,000 agencies (a few search much, most little), the period searched,
in every fourth row a plate, a reason that mostly repeats with a long tail of texts that stand once, a few of them about
immigration, sometimes a case
number, the time. Each side runs in a process of its own: the bare copy (every cell as text), `investigate load`, and
what the first count adds once for all (categories, agencies, identities, cases). Seconds, processor seconds, rows a
second and peak memory of each are printed, and the ratio.

    python benchmarks/load.py --rows 1000000
    python benchmarks/load.py --rows 10000000 --times 2
    python benchmarks/load.py --rows 100000 --xlsx
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

AGENCIES, OFFICERS, CARS, TAIL = 5_000, 30_000, 400_000, 20  # TAIL: of 100 reasons, how many have a number behind
HEADER = (
    "ID", "Name", "Org Name", "Total Networks Searched", "Time Frame", "License Plate", "Reason", "Case #", "Filters",
    "Search Time", "Search Type", "Text Prompt", "Moderation",
)  # fmt: skip
AUDIT = "Quillhaven MN PD_Network_Audit_2025-01-01_2026-01-01"
STAMP = "'%m/%d/%Y, %I:%M:%S %p UTC'"


def invent(path: Path, rows: int) -> None:
    """Write the audit of so many rows to `path` (CSV, or Parquet with the cells as text)."""
    import duckdb  # noqa: PLC0415 - the process that only starts the others stays small, as its peak is theirs too

    from investigate.sample.reasons import AFTER, PLAIN  # noqa: PLC0415
    from investigate.sample.world import FILTERS  # noqa: PLC0415

    reasons = [one.text for one in PLAIN if one.text] * 3 + [one.text for one in AFTER]
    con = duckdb.connect()
    con.execute("SET memory_limit='2GB'; SET preserve_insertion_order=false; SET VARIABLE reasons = ?", [reasons])
    con.execute("SET VARIABLE filters = ?", [list(FILTERS)])
    form = "HEADER, DELIMITER ','" if path.suffix == ".csv" else "FORMAT parquet"
    con.execute(f"COPY ({_audit_query(rows)}) TO '{path}' ({form})")


def _audit_query(rows: int) -> str:
    """Every cell of a row from hashes of its number, so that the same rows come out each time."""
    names = ", ".join(f'{field} AS "{name}"' for field, name in zip(_FIELDS, HEADER, strict=True))
    return f"""
        WITH drawn AS (
            SELECT i, hash(i) AS h, hash(i + 1000000000) AS g, (hash(i + 2000000000) % 1000000) / 1e6 AS u,
                TIMESTAMP '2025-01-01' + to_seconds(CAST(i * 31536000.0 / {rows} AS BIGINT)) AS made
            FROM range({rows}) numbers(i)
        ), placed AS (
            SELECT *, CAST(floor({AGENCIES} * u * u * u) AS BIGINT) AS agency, md5(CAST(i AS VARCHAR)) AS d,
                to_hours(CAST(24 * (1 + h % 30) AS BIGINT)) AS back,
                getvariable('reasons')[1 + CAST(g % len(getvariable('reasons')) AS BIGINT)] AS said
            FROM drawn
        )
        SELECT {names} FROM placed"""


_CASE = "'Z' || CAST(20 + g % 6 AS VARCHAR) || '-' || lpad(CAST(g // 64 % 90000 AS VARCHAR), 5, '0')"
_FIELDS = (
    "substr(d, 1, 8) || '-' || substr(d, 9, 4) || '-4' || substr(d, 14, 3) || '-a' || substr(d, 18, 3) || '-' || "
    "substr(d, 21, 12)",
    f"chr(CAST(65 + agency % 26 AS INTEGER)) || '. Officer' || CAST((agency * 7 + g % 6) % {OFFICERS} AS VARCHAR)",
    "'Invented' || CAST(agency AS VARCHAR) || ' ' || ['IL', 'TX', 'CA', 'GA', 'MN'][1 + agency % 5] || "
    "[' PD', ' County SO', ' SO'][1 + agency % 3]",
    "CAST(1 + h // 32 % 6000 AS VARCHAR)",
    f"strftime(made - back, {STAMP}) || chr(10) || strftime(made, {STAMP})",
    f"CASE WHEN h // 128 % 4 = 0 THEN 'ZZ' || CAST(h // 4096 % {CARS} AS VARCHAR) END",
    f"CASE WHEN g // 8 % 100 < {TAIL} THEN said || ' ' || {_CASE} WHEN g // 8 % 100 < 96 THEN said END",
    f"CASE WHEN g // 16 % 4 = 0 THEN {_CASE} END",
    "CASE WHEN h // 512 % 5 = 0 THEN nullif(getvariable('filters')[1 + CAST(g % len(getvariable('filters')) AS BIGINT)]"
    ", '') END",
    f"strftime(made, {STAMP})",
    "['search', 'lookup', 'search', 'visual_search'][1 + CAST(h // 2048 % 4 AS BIGINT)]",
    "NULL",
    "NULL",
)


def bare_copy(log: Path, folder: Path) -> dict[str, float]:
    """The engine's own copy to Parquet, every cell as text."""
    import duckdb  # noqa: PLC0415 - each side imports what it needs, and no more

    con = duckdb.connect()
    con.execute(f"COPY (SELECT * FROM read_csv('{log}', all_varchar=true)) TO '{folder}/x.parquet' (COMPRESSION zstd)")
    return {}


def bare_read(log: Path, folder: Path) -> dict[str, float]:
    """calamine's own read of a workbook: every cell of every row as Python's own objects."""
    import python_calamine  # noqa: PLC0415 - as above

    sheet = python_calamine.load_workbook(log).get_sheet_by_index(0)
    assert sum(1 for _ in sheet.iter_rows())
    folder.mkdir(exist_ok=True)
    return {}


def load(log: Path, folder: Path) -> dict[str, float]:
    """`investigate load` of the file into a new workspace; raises AssertionError unless every row was loaded."""
    from investigate.load import load_lookup_logs  # noqa: PLC0415 - as above

    report = load_lookup_logs(log, workspace=folder)
    assert (report["status"] == "loaded").all(), report
    assert (report["rows_loaded"] == report["rows_read"]).all(), report
    return {}


def first_count(log: Path, folder: Path) -> dict[str, float]:
    """What the first count of a workspace does once for all."""
    from investigate.tables import open_tables  # noqa: PLC0415 - as above

    open_tables(folder)
    return {}


SIDES = {one.__name__: one for one in (bare_copy, bare_read, load, first_count)}


def run_apart(side: str, log: Path, folder: Path, script: str = __file__) -> dict[str, float]:
    """Run one side of a script in a process of its own: seconds, processor seconds, peak memory in MB, and what the
    side tells itself."""
    words = [sys.executable, script, "--side", side, str(log), str(folder)]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def run_side(sides: Mapping[str, Callable[[Path, Path], dict[str, float]]], side: str, log: str, folder: str) -> None:
    """In the process of one side: run it and print what it took, without starting up."""
    import resource  # noqa: PLC0415 - not on Windows

    started = time.perf_counter()
    told = sides[side](Path(log), Path(folder))
    seconds, used = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    peak = used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    print(json.dumps({"seconds": seconds, "processor": used.ru_utime + used.ru_stime, "MB": peak} | told))


def _print(side: str, rows: int, runs: list[dict[str, float]]) -> dict[str, float]:
    """Print the middle of the runs, and give it."""
    middle = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    print(
        f"{side:12} {middle['seconds']:8.2f} s {middle['processor']:8.2f} processor s "
        f"{rows / middle['seconds']:12,.0f} rows/s {middle['MB']:7,.0f} MB",
        flush=True,
    )
    return middle


def make_audit(log: Path, rows: int) -> Path:
    """Invent the audit unless it is there, in a process of its own so that its memory is not counted; give its path."""
    if log.exists():
        return log
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.suffix == ".csv":
        subprocess.run([sys.executable, __file__, "--invent", str(rows), str(log)], check=True)
        return log
    text = log.with_suffix(".parquet")
    subprocess.run([sys.executable, __file__, "--invent", str(rows), str(text)], check=True)
    subprocess.run([sys.executable, __file__, "--workbook", str(text), str(log)], check=True)
    return log


def write_workbook(text: Path, log: Path) -> None:
    """Write the cells of a Parquet file as a workbook of one sheet; whole numbers become numbers."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - as above
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("audit")
    sheet.append(list(HEADER))
    for batch in pq.ParquetFile(text).iter_batches():
        for row in zip(*batch.to_pydict().values(), strict=True):
            sheet.append([int(cell) if cell and cell.isdigit() else cell for cell in row])
    book.save(log)


def measure(rows: int, folder: Path, *, times: int = 1, xlsx: bool = False) -> dict[str, dict[str, float]]:
    """Print what the bare side (the first one), the load and the first count took, and give it."""
    log = make_audit(folder / "quillhaven-mn-pd" / f"{AUDIT}{'.xlsx' if xlsx else '.csv'}", rows)
    print(f"{rows:,} rows, {log.stat().st_size / 1e6:,.0f} MB")
    bare = "bare_read" if xlsx else "bare_copy"
    runs: dict[str, list[dict[str, float]]] = {bare: [], "load": [], "first_count": []}
    for _ in range(times):
        shutil.rmtree(folder / "room", ignore_errors=True)
        for side, found in runs.items():
            found.append(run_apart(side, log, folder if side == bare else folder / "room"))
    middle = {side: _print(side, rows, found) for side, found in runs.items()}
    for unit in ("seconds", "processor"):
        print(f"load / {bare} in {unit}: {middle['load'][unit] / middle[bare][unit]:.2f}")
    return middle


def main() -> None:
    """Print both sides, what the first count adds, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=1, help="how often each side runs, in turn; the middle is printed")
    parser.add_argument("--xlsx", action="store_true", help="a workbook, beside calamine's own read of it")
    parser.add_argument("--keep", type=Path, help="a folder where the invented file stays for the next run")
    parser.add_argument("--side", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--invent", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--workbook", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        run_side(SIDES, *asked.side)
    elif asked.invent:
        invent(Path(asked.invent[1]), int(asked.invent[0]))
    elif asked.workbook:
        write_workbook(*map(Path, asked.workbook))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            measure(asked.rows, asked.keep or Path(scratch), times=asked.times, xlsx=asked.xlsx)


if __name__ == "__main__":
    main()
