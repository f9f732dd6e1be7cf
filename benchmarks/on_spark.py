"""The same store through DuckDB and through Spark: whether the tables are identical, and what each takes.

The audit is that of `benchmarks/load.py`, loaded once. Each engine, in a process of its own, makes what a first count
makes (categories, identities, cases, the rows to count from) and answers the questions ASKED, in a real Spark with two
worker processes. Then every row to count from is compared, every reason with its category, and each answer cell by
cell; the command ends with 1 where anything differs. On one machine Spark has nothing to win: what is shown is that its
tables are the same.

    python benchmarks/on_spark.py --rows 1000000
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from load import AUDIT, make_audit, run_apart, run_side

MASTER = "local-cluster[2,1,3072]"  # two workers of one processor and 3 GB each
ENGINES = {"duckdb": "counted.parquet", "spark": "spark/counted/*.parquet"}  # and where each keeps what it counts from
NOT_STEPS = ("seconds", "processor", "MB")  # of the whole process
REASONS = {"duckdb": "reasons.parquet", "spark": "spark/reasons/*.parquet"}


def _answers(tables: Any) -> dict[str, Callable[[], pd.DataFrame]]:
    """The questions ASKED of an engine's tables, by name."""
    from investigate.comparison.by_agency import compare_periods  # noqa: PLC0415 - each side imports what it needs
    from investigate.counts import count_searches  # noqa: PLC0415

    return {
        "by searching agency": lambda: count_searches("searching_agency", scope="all", workspace=tables),
        "cases by category and month": lambda: count_searches(
            "category", periods="month", unit="cases", workspace=tables
        ),
        "comparison": lambda: compare_periods(workspace=tables),
    }


def _run(engine: str, folder: Path) -> dict[str, float]:
    from investigate.tables import open_tables  # noqa: PLC0415 - as above

    started = time.perf_counter()
    tables = open_tables(folder, engine_name=engine, master=MASTER if engine == "spark" else "")
    steps = {"made": time.perf_counter() - started}
    for number, (question, answer) in enumerate(_answers(tables).items()):
        started = time.perf_counter()
        answer().to_parquet(folder / f"{engine}-{number}.parquet")
        steps[question] = time.perf_counter() - started
    return steps


def duckdb(log: Path, folder: Path) -> dict[str, float]:
    """DuckDB inside the process."""
    return _run("duckdb", folder)


def spark(log: Path, folder: Path) -> dict[str, float]:
    """Spark with two worker processes."""
    return _run("spark", folder)


def load_only(log: Path, folder: Path) -> dict[str, float]:
    """Load the audit."""
    from investigate.load import load_lookup_logs  # noqa: PLC0415 - as above

    load_lookup_logs(log, workspace=folder)
    return {}


SIDES = {one.__name__: one for one in (load_only, duckdb, spark)}


def differences(folder: Path) -> list[str]:
    """What differs between the two engines' tables and answers, in words."""
    found = [
        f"{what}: {rows:,} rows differ" for what, rows in _rows_that_differ(folder / "data" / "store").items() if rows
    ]
    for number, question in enumerate(_answers(None)):
        mine, other = (pd.read_parquet(folder / f"{engine}-{number}.parquet") for engine in ENGINES)
        try:
            pd.testing.assert_frame_equal(other, mine, check_exact=True)
        except AssertionError as error:
            found.append(f"{question}: {str(error).splitlines()[0]}")
    return found


def _rows_that_differ(store: Path) -> dict[str, int]:
    """How many rows stand in one engine's table more often than in the other's, by table."""
    import duckdb as engine  # noqa: PLC0415

    con = engine.connect()
    con.execute("SET memory_limit='3GB'; SET TimeZone='UTC'")
    con.execute(f"SET temp_directory='{store}/.compared'")
    differ = {}
    for table, places in (("rows to count from", ENGINES), ("reasons", REASONS)):
        columns = ", ".join(
            f'"{name}"' for name, *_ in con.execute(f"DESCRIBE FROM '{store / places['duckdb']}'").fetchall()
        )
        # 64 bits of each row: the sum over all rows of a table would hide nothing but what happens by chance.
        sides = [
            f"SELECT hash({columns}) AS h, {sign} AS n FROM '{store / at}'"
            for sign, at in zip((1, -1), places.values(), strict=True)
        ]
        query = f"SELECT count(*) FROM (SELECT h FROM ({' UNION ALL '.join(sides)}) GROUP BY h HAVING sum(n) <> 0)"
        differ[table] = con.execute(query).fetchone()[0]  # type: ignore[index]
    return differ


def measure(rows: int, folder: Path) -> tuple[dict[str, dict[str, float]], list[str]]:
    """What each engine took, and what differs."""
    log = make_audit(folder / "quillhaven-mn-pd" / f"{AUDIT}.csv", rows)
    shutil.rmtree(folder / "room", ignore_errors=True)
    took = {side: run_apart(side, log, folder / "room", __file__) for side in SIDES}
    return took, differences(folder / "room")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="a folder where the audit and the workspace stay")
    parser.add_argument("--side", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        run_side(SIDES, *asked.side)
        return
    with tempfile.TemporaryDirectory() as scratch:
        took, differ = measure(asked.rows, asked.keep or Path(scratch))
    for engine in ENGINES:
        steps = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in took[engine].items() if step not in NOT_STEPS)
        print(f"{engine:7} {steps}")
    print("\n".join(differ) or f"all tables and answers of {asked.rows:,} rows are identical")
    raise SystemExit(1 if differ else 0)


if __name__ == "__main__":
    main()
