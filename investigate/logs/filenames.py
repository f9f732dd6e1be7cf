"""What a file's name says of its period, and whether the rows agree: names lie, and the rows are believed."""

from __future__ import annotations

import datetime as dt
import re

# 2025-01-01_2025-02-01, and 2025-08-01_09-01 with the year left out behind.
_SPAN = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:_(?:to_)?(?:(\d{4})-)?(\d\d)-(\d\d))?(?!\d)")
_SPILL = dt.timedelta(days=2)  # local months end up to a day later in UTC, and the last day named may be meant in full


def find_named_days(name: str) -> tuple[dt.date | None, dt.date | None]:
    """First and last day that a file name states; None where it states none or no real day."""
    found = _SPAN.search(name)
    if not found:
        return None, None
    year, month, day, end_year, end_month, end_day = found.groups()
    return _day(year, month, day), _day(end_year or year, end_month, end_day)


def _day(year: str, month: str | None, day: str | None) -> dt.date | None:
    try:
        return dt.date(int(year), int(month or 0), int(day or 0))
    except ValueError:
        return None


def disagreement(name: str, first: dt.datetime | None, last: dt.datetime | None) -> str | None:
    """A sentence when the days in a file's name and those of its rows (UTC) cannot both be right, else None."""
    start, end = find_named_days(name)
    if first is None or last is None or start is None:
        return None
    rows = f"the searches in it run from {first:%Y-%m-%d} to {last:%Y-%m-%d} (UTC): the rows are believed."
    if end is None:
        return None if start - _SPILL <= last.date() else f"The file name says {start}, but {rows}"
    if end < start:
        return f"The file name says {start} to {end}, which ends before it begins; {rows}"
    is_inside = (
        first.date() >= start - _SPILL and first.date() < max(end, start + _SPILL) and last.date() <= end + _SPILL
    )
    return None if is_inside else f"The file name says {start} to {end}, but {rows}"
