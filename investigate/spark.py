"""The second engine: Spark, for logs that one machine does not hold. The same expressions, other hands.

What is large lies as Parquet at any path that Spark reads (`store_at`); what is small (which releases there are, names,
what was decided by hand) stays in the workspace. Spark makes the tables `reasons` and `counted` from the stored parts
with the very expressions that DuckDB runs, and classifies distinct reasons with the very code, on its workers. Reading
the released files is DuckDB's work: one file is read by one machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import sys
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from investigate.agencies.aliases import Aliases
from investigate.agencies.known import know_agencies
from investigate.columns import AGENCIES, REASONS
from investigate.derived import (
    SEEN_IN,
    find_identities,
    find_repeated,
    number_searches,
    one_name,
    one_of_each,
    same_searches,
    seen_names,
    tie_cases,
    to_counted,
)
from investigate.errors import InvestigateError
from investigate.reasons.many import classify_batch
from investigate.reasons.overrides import Overrides
from investigate.store import WHILE_DERIVED, Store, staging, write_frame, write_text

MASTER, STORE_AT = "INVESTIGATE_SPARK_MASTER", "INVESTIGATE_SPARK_STORE"
PATIENCE = 10.0  # seconds to wait for a master that does not answer
FINISHED = "spark.json"  # in the store: from what the tables at the path were last made
PARTS = ("searches", "texts", "rejects", "fixes")
# Functions that the expressions call by DuckDB's name, as Spark says them. A number stands for a text within one run
# only, so it need not be DuckDB's number.
FUNCTIONS = {"key_number": "(text STRING) RETURNS BIGINT RETURN xxhash64(text)"}
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.log.level": "ERROR",
}


def connect(master: str = "") -> Any:
    """An Ibis connection to Spark at `master` (default: INVESTIGATE_SPARK_MASTER, else all processors of this machine).

    Raises InvestigateError without PySpark or Java, and for a master that does not answer.
    """
    session = open_session(master or os.environ.get(MASTER) or "local[*]")
    for name, value in SETTINGS.items():
        if name.startswith("spark.sql"):  # a session that was there already has settings of its own
            session.conf.set(name, value)
    for name, body in FUNCTIONS.items():
        session.sql(f"CREATE OR REPLACE TEMPORARY FUNCTION {name}{body}")
    return ibis_of(session)


def open_session(where: str) -> Any:
    """A Spark session at the master `where`; raises InvestigateError as `connect` does."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as error:
        raise InvestigateError(
            "Spark needs PySpark here. Install it with `make spark`, or with pip as the extra [spark]."
        ) from error
    _reach(where)
    if where.startswith("local"):  # its workers run on this machine, and must find this very package
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
    building = SparkSession.builder.master(where).appName("investigate")
    if where.startswith("local"):  # Spark's default of 200 parts is for many machines
        building = building.config("spark.sql.shuffle.partitions", str(2 * (os.cpu_count() or 1)))
    for name, value in SETTINGS.items():
        building = building.config(name, value)
    try:
        return building.getOrCreate()
    except Exception as error:
        raise InvestigateError(_why_no_session(where, str(error))) from error


def ibis_of(session: Any) -> Any:
    """The Ibis connection of a Spark session."""
    import ibis  # noqa: PLC0415

    with warnings.catch_warnings():  # its backend starts slowly, and warns
        warnings.simplefilter("ignore", FutureWarning)
        import ibis.backends.pyspark  # noqa: PLC0415

    return ibis.pyspark.connect(session)


def _reach(master: str) -> None:
    """Raise InvestigateError where nobody answers at a `spark://` address; Spark itself would wait for a minute."""
    if not master.startswith("spark://"):
        return
    for address in urlsplit(master).netloc.split(","):
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), PATIENCE).close()
        except (OSError, ValueError):
            continue
        return
    raise InvestigateError(f"No Spark master answers at {master!r}. Check the address, and that the cluster runs.")


def _why_no_session(master: str, said: str) -> str:
    if re.search(r"JAVA_GATEWAY_EXITED|JAVA_HOME|java", said) and "Could not parse Master URL" not in said:
        return (
            "Spark did not start. It needs Java 17 or newer: install one (on Debian and Ubuntu the package "
            "default-jre-headless), or set JAVA_HOME to its folder."
        )
    first = next((line.strip() for line in said.splitlines() if line.strip()), "no reason given")
    return f"Spark did not start with the master {master!r}: {first[:300]}"


def store_at(store: Store) -> str:
    """Where Spark finds the stored parts: the URL INVESTIGATE_SPARK_STORE, else the store's own folder."""
    return (os.environ.get(STORE_AT) or store.folder.absolute().as_uri()).rstrip("/")


def open_store(
    con: Any, store: Store, overrides: Overrides, aliases: Aliases, stamp: str
) -> tuple[dict[str, ir.Table], pd.DataFrame]:
    """The tables `searches` (the rows to count from), `reasons`, `rejects` and `fixes`, and the spellings of agencies.

    They are made anew when `stamp` is another than when they were last made, and written beside the parts. Raises
    InvestigateError where Spark cannot read the parts.
    """
    place = store_at(store)
    finished = store.folder / FINISHED
    now = json.dumps({"stamp": stamp, "place": place})
    made = f"{place}/spark"
    spellings = store.derived(f"spark_{AGENCIES.name}")
    parts = {name: _read(con, name, [_url(place, name, one) for one in store.releases()["release"]]) for name in PARTS}
    if not _says(finished, now):
        with staging(store, "count", WHILE_DERIVED):
            if not _says(finished, now):  # another run may have made them while this one waited
                finished.unlink(missing_ok=True)
                _derive(con, store, parts, overrides, aliases, made)
                write_text(finished, now)
    tables = {
        "searches": _read(con, "counted", [f"{made}/counted"]),
        "reasons": _read(con, "reasons", [f"{made}/reasons"]),
    }
    return tables | {name: parts[name] for name in ("rejects", "fixes")}, pd.read_parquet(spellings)


def _says(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def _derive(
    con: Any, store: Store, parts: dict[str, ir.Table], overrides: Overrides, aliases: Aliases, made: str
) -> None:
    """Classify, tie and join in Spark, and write the tables `reasons` and `counted`."""
    _classify(con, parts["texts"], overrides).write.mode("overwrite").parquet(f"{made}/reasons")
    searches = parts["searches"]
    seen = [seen_names(searches, column).execute() for column in SEEN_IN]
    produced = pd.DataFrame({"name": store.releases()["producer"].dropna().unique(), "rows": 0})
    agencies = know_agencies(pd.concat([*seen, produced], ignore_index=True), aliases)
    write_frame(agencies, AGENCIES, store.derived(f"spark_{AGENCIES.name}"))
    rows = number_searches(one_name(same_searches(searches, find_identities(searches)), agencies))
    tied = tie_cases(one_of_each(rows, find_repeated(rows)))
    counted = to_counted(rows, _read(con, "classified", [f"{made}/reasons"]), tied)
    con.to_parquet(counted, f"{made}/counted", mode="overwrite")


def _classify(con: Any, texts: ir.Table, overrides: Overrides) -> Any:
    """The table `reasons` as a Spark frame: each distinct text classified on a worker, by this package's own code."""

    def classify(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield classify_batch(batch, overrides)

    types = {"string": "string", "boolean": "boolean"}
    schema = ", ".join(f"{column.name} {types[column.type]}" for column in REASONS.columns)
    return con._session.sql(con.compile(texts.distinct())).mapInArrow(classify, schema)


def _url(place: str, table: str, release: str) -> str:
    return f"{place}/{table}/{release}.parquet"


def _read(con: Any, name: str, urls: list[str]) -> ir.Table:
    """The Parquet files as a table of the connection; raises InvestigateError where Spark cannot read them."""
    # A session outlives its first workspace: what stands elsewhere has another name.
    view = f"{name}_{hashlib.sha256(chr(10).join(urls).encode()).hexdigest()[:12]}"
    try:
        con._session.read.parquet(*urls).createOrReplaceTempView(view)
    except Exception as error:
        why = str(error).strip().splitlines()[0][:300]
        raise InvestigateError(
            f"Spark could not read the table {name!r} at {urls[0]!r}: {why} Every worker must be able to read it; "
            f"{STORE_AT} says where the store lies."
        ) from error
    found: ir.Table = con.table(view)
    return found
