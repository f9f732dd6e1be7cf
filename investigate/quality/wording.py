"""What a check says, and numbers, shares and days as reporters read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

PASS, WARN, FAIL, NOT_CHECKED = RESULTS = ("pass", "warn", "fail", "not checked")
ONE_DAY = dt.timedelta(days=1)
RANGES_SHOWN = 5
WORKBOOKS = (".xlsx", ".xlsm", ".xls")

Stretch = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class Said:
    """The outcome of one check: what was found, and for a warning or a failure what that means for a finding and what
    to ask the agency."""

    result: str
    says: str
    means: str = ""
    ask: str = ""


def file_of(path: str) -> str:
    """The name of a release's file; of a sheet that is a release of its own, the workbook's name with it."""
    place = PurePath(path)
    return f"{place.parent.name}/{place.name}" if place.parent.suffix.lower() in WORKBOOKS else place.name


def place_of(path: str, tables_in_file: int) -> PurePath:
    """Where the file of a release lies; the path of a sheet that is a release of its own ends with the sheet."""
    place = PurePath(path)
    return place.parent if tables_in_file > 1 else place


def passed(says: str) -> Said:
    return Said(PASS, says)


def not_checked(says: str) -> Said:
    return Said(NOT_CHECKED, says)


def judged(share: float, fails_above: float, says: str, means: str, ask: str) -> Said:
    """A failure above that share, else a warning."""
    return Said(FAIL if share > fails_above else WARN, says, means, ask)


def count_of(number: float, one: str, many: str = "") -> str:
    """`1 row`, `2,000 rows`."""
    return f"{int(number):,} {one if number == 1 else many or one + 's'}"


def share_of(part: float, whole: float) -> str:
    """A share in percent: one decimal below ten, and never 0 or 100 for what is not."""
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "under 0.1 %"
    if 99.5 <= percent < 100:
        return "over 99 %"
    return f"{percent:.0f} %" if percent >= 9.95 else f"{percent:.1f}".removesuffix(".0") + " %"


def of_rows(part: float, whole: float) -> str:
    """`12 of 3,000 rows (0.4 %)`."""
    return f"{int(part):,} of {count_of(whole, 'row')} ({share_of(part, whole)})"


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([part for part in (", ".join(parts[:-1]), *parts[-1:]) if part])


def stretches(days: Iterable[dt.date]) -> list[Stretch]:
    """Days as stretches without a gap, in order."""
    found: list[Stretch] = []
    for day in sorted(set(days)):
        if found and found[-1][1] + ONE_DAY == day:
            found[-1] = found[-1][0], day
        else:
            found.append((day, day))
    return found


def days_in(stretch: Stretch) -> int:
    return (stretch[1] - stretch[0]).days + 1


def say_stretches(found: Sequence[Stretch]) -> str:
    """At most five stretches by name: `2025-09-23, 2025-09-25 to 2025-09-27 and 3 more`."""
    said = [f"{first}" if first == last else f"{first} to {last}" for first, last in found[:RANGES_SHOWN]]
    left = len(found) - RANGES_SHOWN
    return ", ".join(said) + f" and {left:,} more" if left > 0 else listed(said)
