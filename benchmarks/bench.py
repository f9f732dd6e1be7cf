"""The table of what is claimed about speed, each figure beside the peer's of the same run (`make bench`).

Every side of a comparison runs in processes of its own, one after the other. The figures are those of the machine that
runs them, while nothing else does; ratios say more than seconds. What is aimed at stands in the last column.

    python benchmarks/bench.py --rows 1000000 --agencies 12
    python benchmarks/bench.py --rows 10000000 --keep /some/folder --only load,store
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import classify
import duckdb
import load
import on_spark
import pandas as pd
import start
import store

import investigate as inv
import reports


@dataclass(frozen=True)
class Line:
    """One line of the table. `ours` and `peer` as they are printed, `ratio` the one to the other."""

    what: str
    ours: str
    peer: str
    ratio: str
    aim: str


def _times(number: float) -> str:
    return f"{number:,.0f}" if number >= 20 else f"{number:.1f}"


def of_load(asked: argparse.Namespace, folder: Path) -> Iterator[Line]:
    """Loading, with categories and cases, beside the engine's bare copy; a workbook beside calamine's own read."""
    sizes = (("CSV", asked.rows, "2.5", "DuckDB's bare copy"), ("XLSX", asked.workbook_rows, "1.5", "calamine's read"))
    for form, rows, aim, peer in sizes:
        found = load.measure(rows, folder / form, xlsx=form == "XLSX")
        bare, loaded, first = found.values()
        ours = loaded["seconds"] + first["seconds"]
        yield Line(
            f"load {rows:,} rows of {form}, complete",
            f"{ours:.1f} s, {max(loaded['MB'], first['MB']):,.0f} MB",
            f"{bare['seconds']:.1f} s ({peer})",
            f"{_times(ours / bare['seconds'])} times its time ({_times(loaded['seconds'] / bare['seconds'])} to read)",
            f"{aim} times, 2,000 MB",
        )


def of_store(asked: argparse.Namespace, folder: Path) -> Iterator[Line]:
    """The headline count and one agency's report tables, from the store."""
    found = store.measure(asked.rows, folder / "CSV")
    pandas, count = found["pandas_count"]["seconds"], found["headline"]
    for step, said in (("asked", "first asked"), ("again", "asked again")):
        yield Line(
            f"headline count, all agencies, {said}",
            f"{count[step]:.3f} s",
            f"{pandas:.1f} s (pandas from CSV)",
            f"{_times(pandas / count[step])} times as fast",
            "80 times, 0.3 s at 10,000,000 rows",
        )
    yield Line("one agency's report tables", f"{found['agency_tables']['read']:.3f} s", "-", "-", "0.15 s")
    yield Line("report tables of all agencies", f"{found['prepare']['seconds']:.1f} s", "-", "-", "-")


def of_reports(asked: argparse.Namespace, folder: Path) -> Iterator[Line]:
    """Reports a minute, two at a time."""
    rates = reports.measure(asked.agencies, 2, "sample")
    stock = rates[reports.STOCK]
    for name, what in ((reports.OURS, f"{asked.agencies} agencies"), (reports.WHOLE, "all agencies of the sample")):
        yield Line(
            f"reports, {what}, two at a time",
            f"{rates[name]:.1f} a minute",
            f"{stock:.1f} a minute (papermill + nbconvert)",
            f"{_times(rates[name] / stock)} times as many",
            "12 times",
        )


def of_start(asked: argparse.Namespace, folder: Path) -> Iterator[Line]:
    """How long starting takes."""
    aims = ("0.25 s", "0.4 s", "5 s")
    for (what, seconds), aim in zip(start.measure().items(), aims, strict=True):
        yield Line(what, f"{seconds:.2f} s", "-", "-", aim)


def of_classify(asked: argparse.Namespace, folder: Path) -> Iterator[Line]:
    """The rules over a log's distinct reasons, beside a script over its rows."""
    texts = max(1, asked.rows // 20)
    ours, script = classify.measure(texts, asked.rows, 1)
    yield Line(
        f"classify {asked.rows:,} rows, {texts:,} distinct",
        f"{ours:.1f} s",
        f"{script:.1f} s (a script, row by row)",
        f"{_times(script / ours)} times as fast",
        "40 times at 10,000,000 rows",
    )


def of_spark(asked: argparse.Namespace, folder: Path) -> Iterator[Line]:
    """The same store through Spark with two worker processes: identical tables, and what it takes beside DuckDB."""
    what = f"Spark, two workers, {asked.rows:,} rows: tables and answers"
    if importlib.util.find_spec("pyspark") is None:
        yield Line(what, "not run: no PySpark (make spark)", "-", "-", "identical")
        return
    took, differ = on_spark.measure(asked.rows, folder / "spark")
    ours, theirs = (
        sum(took[engine][step] for step in took[engine] if step not in on_spark.NOT_STEPS)
        for engine in on_spark.ENGINES
    )
    yield Line(
        what,
        f"{'; '.join(differ) or 'identical'}, {theirs:.0f} s",
        f"{ours:.0f} s (DuckDB)",
        f"{_times(theirs / ours)} times its time on one machine",
        "identical",
    )


PARTS: dict[str, Callable[[argparse.Namespace, Path], Iterator[Line]]] = {
    "load": of_load, "store": of_store, "reports": of_reports, "start": of_start, "classify": of_classify,
    "spark": of_spark,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the invented network audit")
    parser.add_argument("--workbook-rows", type=int, default=50_000)
    parser.add_argument("--agencies", type=int, default=12, help="to render reports of")
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}, with commas between")
    parser.add_argument("--keep", type=Path, help="a folder where the audits and workspaces stay")
    asked = parser.parse_args()
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as scratch:
        for part in asked.only.split(","):
            print(f"… {part}", file=sys.stderr, flush=True)
            lines += PARTS[part](asked, asked.keep or Path(scratch))
    print(
        f"\ninvestigate {inv.__version__}, Python {platform.python_version()}, DuckDB {duckdb.__version__}, "
        f"pandas {pd.__version__}, {platform.system()} {platform.machine()}\n"
    )
    print("| what | here | peer | ratio | aimed at |\n|---|---|---|---|---|")
    for line in lines:
        print(f"| {line.what} | {line.ours} | {line.peer} | {line.ratio} | {line.aim} |")


if __name__ == "__main__":
    main()
