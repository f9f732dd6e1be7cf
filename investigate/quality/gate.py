"""The quality gate: what a reporter must know of each released file before a number from it is printed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from investigate.counts import find_agency
from investigate.progress import step
from investigate.quality import days, fields, records, stated
from investigate.quality.facts import Facts, Record, gather
from investigate.quality.wording import NOT_CHECKED, PASS, Said, file_of, not_checked
from investigate.store import Store, staging, write_text
from investigate.tables import Tables, open_tables
from investigate.workspace import Workspace

COLUMNS = ["release", "path", "producer", "kind", "check", "result", "says", "means", "ask"]
Check = Callable[[Record, Facts], Said]

CHECKS: dict[str, Check] = {
    "truncated": records.check_truncated,
    "rejected rows": records.check_rejected,
    "days without rows": days.check_gaps,
    "months covered": days.check_months,
    "days of the file name": days.check_file_name,
    "column shift": records.check_shift,
    "repeats": records.check_repeats,
    "overlap": records.check_overlap,
    "reason column": stated.check_column,
    "blanket reasons": stated.check_blanket,
    "blank reasons": stated.check_blank,
    "withheld reasons": stated.check_withheld,
    "drop-down": stated.check_dropdown,
    "search types": fields.check_search_types,
    "devices": fields.check_devices,
    "time zone": days.check_zone,
    "who is who": fields.check_who,
    "sides of the inauguration": days.check_inauguration,
}
# These judge the file, its records as read, or what it was recognised as; all others need rows that were loaded.
WITHOUT_ROWS = frozenset({"truncated", "rejected rows", "column shift", "reason column", "who is who"})


def check_releases(
    producer: str | None = None, *, workspace: str | Path | Workspace | Tables | None = None
) -> pd.DataFrame:
    """Check every loaded release, or those of one producer, as `investigate check` does.

    One row a release and check, in the order of loading and of CHECKS: release, path, producer, kind, check, result
    (pass, warn, fail, not checked), says (what was found), means (for a finding) and ask (of the agency); the last two
    are empty where nothing is wrong. Raises UnknownValue for a producer that released nothing that is loaded.
    """
    tables = workspace if isinstance(workspace, Tables) else open_tables(workspace)
    with step("gathering what the files hold"):
        facts = gather(tables, None if producer is None else find_producer(tables, producer))
    rows = [
        {
            **{name: one[name] for name in ("release", "path", "producer", "kind")},
            "check": name,
            "result": said.result,
            "says": said.says,
            "means": said.means,
            "ask": said.ask,
        }
        for one in facts.releases
        for name, check in CHECKS.items()
        for said in [_judge(name, check, one, facts)]
    ]
    return pd.DataFrame.from_records(rows, columns=COLUMNS)


def _judge(name: str, check: Check, one: Record, facts: Facts) -> Said:
    if name not in WITHOUT_ROWS and not facts.numbers.get(one["release"], {}).get("rows"):
        read = int(one["rows_read"])
        return not_checked("No record of the file could be read as a search." if read else "The file holds no records.")
    return check(one, facts)


def find_producer(tables: Tables, wanted: str) -> str:
    producers = sorted(tables.releases["producer"].dropna().unique())
    return find_agency(wanted, producers, tables.agencies, what="producer")


def of_producer(checked: pd.DataFrame, tables: Tables, producer: str) -> pd.DataFrame:
    """The rows of one producer's releases; raises UnknownValue for a producer that released nothing that is loaded."""
    return checked[checked["producer"] == find_producer(tables, producer)].reset_index(drop=True)


def write_quality(checked: pd.DataFrame, room: Workspace) -> Path:
    """Write all columns of what was checked as `quality.json` into the store's folder; give its path. `checked` holds
    every release, so that no producer's results are lost."""
    path = room.store / "quality.json"
    listed = checked.astype(object).where(checked.notna(), None).to_dict("records")
    with staging(Store(room.store), "check"):
        write_text(path, json.dumps(listed, indent=2, ensure_ascii=False) + "\n")
    return path


def in_short(checked: pd.DataFrame) -> pd.DataFrame:
    """What `investigate check --json` prints: release, check, result and, as one text, what it says."""
    joined = checked[["says", "means", "ask"]].agg(" ".join, axis=1).str.strip()
    return checked[["release", "check", "result"]].assign(says=joined)


def to_look_at(checked: pd.DataFrame) -> list[tuple[str, int, pd.DataFrame]]:
    """By release, in order: its heading, how many checks passed, and what did not pass as check, result, says."""
    found = []
    for release, one in checked.groupby("release", sort=False):
        first = one.iloc[0]
        whose = f"{first['producer'] or 'producer not known'}, {first['kind']}, release {release}"
        heading = f"{file_of(first['path'])}\n{whose}"
        odd = one[one["result"] != PASS]
        told = odd["says"] + (" " + odd["ask"]).where(odd["result"] != NOT_CHECKED, "")
        found.append((heading, len(one) - len(odd), odd[["check", "result"]].assign(says=told)))
    return found
