"""Days on which an agency changed who may search its cameras: `data/manual/opt_outs.csv` of a workspace.

One row a change: `agency` (the camera owner, in any spelling), `date` (YYYY-MM-DD, the first local day on which it
held), `what` (in a few words), `source` (where that was read), then who, when and why. A mistake in the file stops
everything: a decision that is silently not followed is worse than none.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from investigate.errors import InvestigateError
from investigate.manual_csv import check_decision, manual_records, read_manual
from investigate.workspace import Workspace

NAME = "opt_outs.csv"
COLUMNS = ("agency", "date", "what", "source", "who", "when", "why")
FIRST, LAST = dt.date(2000, 1, 1), dt.date(2100, 1, 1)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class BadOptOuts(InvestigateError):
    """An opt_outs.csv that cannot be followed."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """One line (the header is line 1): the camera owner, the first day, what changed, and where that was read."""

    line: int
    agency: str
    date: dt.date
    what: str
    source: str


@dataclass(frozen=True)
class OptOuts:
    """The changes of one workspace, in the order of the file."""

    rows: tuple[OptOut, ...] = ()
    content: bytes = b""

    @property
    def stamp(self) -> str:
        """Changes with the file's content."""
        return hashlib.sha256(self.content).hexdigest()


def read_opt_outs(workspace: str | Path | Workspace | None = None) -> OptOuts:
    """The changes of a workspace; none if it has no such file. Raises BadOptOuts, naming the line that is wrong."""
    content = read_manual(workspace, NAME, BadOptOuts)
    return OptOuts() if content is None else parse_opt_outs(content)


def parse_opt_outs(content: bytes) -> OptOuts:
    """The changes in these bytes of a CSV file.

    Raises BadOptOuts: a column is missing or not known, no agency, no such day, nothing said of what changed or where
    that was read, no date of the decision or one to come, an empty who or why, the same agency and day twice.
    """
    rows = tuple(_row(line, record) for line, record in manual_records(content, NAME, COLUMNS, BadOptOuts))
    seen: dict[tuple[str, dt.date], int] = {}
    for row in rows:
        first = seen.setdefault((row.agency.casefold(), row.date), row.line)
        if first != row.line:
            raise BadOptOuts(
                f"Lines {first} and {row.line} of {NAME} name {row.agency!r} and {row.date} both. Keep one."
            )
    return OptOuts(rows, content)


def _row(line: int, record: dict[str, str]) -> OptOut:
    at = f"Line {line} of {NAME}"
    if empty := [name for name in ("agency", "what", "source") if not record[name]]:
        raise BadOptOuts(
            f"{at}: {' and '.join(empty)} is empty. Say whose cameras, what changed and where you read it."
        )
    check_decision(record, at, BadOptOuts)
    return OptOut(line, record["agency"], _day(record["date"], at), record["what"], record["source"])


def _day(text: str, at: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not FIRST <= day < LAST:
        raise BadOptOuts(
            f"{at}: {text!r} in the column date is no day from {FIRST.year} to {LAST.year - 1}. Write the first day of "
            "the change as YYYY-MM-DD."
        )
    return day
