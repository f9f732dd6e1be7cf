"""Periods in which searches are counted: before and after the inauguration, months, weeks, or any named ones.

A period is a half-open stretch of time, or a run of whole local days. Which of the two it is, and where the
cut lies, is always said with the numbers.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir

from investigate.errors import BadPeriods, unknown

# Noon Eastern on 20 January 2025, when the term of office began (20th Amendment); Eastern is UTC-5 in winter.
INAUGURATION = dt.datetime(2025, 1, 20, 17, 0, tzinfo=dt.UTC)
CUT_SAID = "20 January 2025, 12:00 Eastern (17:00 UTC)"
CALENDARS = {"month": "%Y-%m", "week": "%G-W%V"}
LAST_SECOND = ibis.interval(seconds=86_399)  # of a local day, counted from its start
NAMED = ("inauguration", *CALENDARS)


@dataclass(frozen=True)
class Period:
    """`start` is in, `end` is out, for instants (aware datetimes); both are in, for local days (dates).
    None is open."""

    name: str
    start: dt.datetime | dt.date | None = None
    end: dt.datetime | dt.date | None = None

    def __post_init__(self) -> None:
        """Raise BadPeriods for a name that cannot be printed, edges that no search can lie between, or without zone."""
        start, end = self.start, self.end
        if not self.name.isprintable():
            raise BadPeriods(f"Period {self.name!r}: the name holds a sign that cannot be printed. Write it anew.")
        for edge in (start, end):
            if isinstance(edge, dt.datetime) and edge.tzinfo is None:
                raise BadPeriods(f"Period {self.name!r}: the time {edge} does not say its zone. Give it one, as UTC.")
        if start is None or end is None:
            return
        if isinstance(start, dt.datetime) != isinstance(end, dt.datetime):
            raise BadPeriods(
                f"Period {self.name!r} mixes a day and a time: {start}, {end}. Give two days, or two times."
            )
        if start > end or (start == end and isinstance(start, dt.datetime)):
            raise BadPeriods(
                f"Period {self.name!r}: start {start} is not before end {end}. Swap them, or leave end empty."
            )

    def holds(self, searches: ir.Table) -> ir.BooleanValue:
        """Whether a search lies in the period. A search of which only the day is known must lie in it with its whole
        day: on the day of a cut nobody can tell on which side it was."""
        inside = ibis.literal(True)
        for edge, is_start in ((self.start, True), (self.end, False)):
            if isinstance(edge, dt.datetime):
                at = ibis.literal(edge, "timestamp('UTC')")
                if is_start:
                    inside = inside & (searches.searched_at >= at)
                else:
                    is_day_out = (searches.searched_at_form == "day") & (searches.searched_at + LAST_SECOND >= at)
                    inside = inside & (searches.searched_at < at) & ~is_day_out
            elif edge is not None:
                day = ibis.literal(edge, "date")
                inside = inside & (searches.local_date >= day if is_start else searches.local_date <= day)
        return inside


@dataclass(frozen=True)
class PeriodSet:
    """Periods in order, or a calendar (`month`, `week`) whose periods come from the data."""

    name: str
    periods: tuple[Period, ...] = ()

    def label(self, searches: ir.Table) -> ir.Table:
        """The searches with a column `period`; a search in no period is left out, one in two stands twice."""
        if self.name in CALENDARS:
            return searches.mutate(period=_calendar_label(searches.local_date, self.name))
        parts = [searches.filter(one.holds(searches)).mutate(period=ibis.literal(one.name)) for one in self.periods]
        return ibis.union(*parts)

    def names(self, first: dt.date | None, last: dt.date | None) -> list[str]:
        """Every period's name in order; for a calendar, those from the first to the last day of the data."""
        if self.name not in CALENDARS:
            return [one.name for one in self.periods]
        if first is None or last is None:
            return []
        days = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
        return list(dict.fromkeys(day.strftime(CALENDARS[self.name]) for day in days))


def _calendar_label(day: ir.DateValue, name: str) -> ir.StringValue:
    """The month or the ISO week of a day, as `strftime` writes it; Spark has no weeks in formats, nor their year."""
    if name == "month":
        return day.strftime(CALENDARS[name])
    week = day.week_of_year()
    is_of_last, is_of_next = (day.month() == 1) & (week > 50), (day.month() == 12) & (week == 1)
    year = day.year() - is_of_last.cast("int64") + is_of_next.cast("int64")
    return year.cast("string") + "-W" + week.cast("string").lpad(2, "0")


def find_periods(which: str | Path | PeriodSet = "inauguration") -> PeriodSet:
    """A period set by name (inauguration, month, week) or from a CSV file with the columns name, start, end."""
    if isinstance(which, PeriodSet):
        return which
    if str(which) == "inauguration":
        return PeriodSet("inauguration", (Period("before", None, INAUGURATION), Period("after", INAUGURATION, None)))
    if str(which) in CALENDARS:
        return PeriodSet(str(which))
    path = Path(which)
    if path.suffix.lower() != ".csv" and not path.exists():
        raise unknown("period set", str(which), NAMED, "Or name a CSV file with the columns name, start, end.")
    return _read_periods(path)


def _read_periods(path: Path) -> PeriodSet:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = list(reader.fieldnames or [])
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadPeriods(f"The file of periods {path.name!r} could not be read: {error}.") from error
    if not rows or not {"name", "start", "end"} <= set(columns):
        found = (", ".join(name or "(no name)" for name in columns) or "nothing") + ("" if rows else ", and no row")
        raise BadPeriods(f"{path.name} needs the columns name, start, end and at least one row. Found: {found}.")
    periods = tuple(_read_period(path.name, number, row) for number, row in rows)
    names = [one.name for one in periods]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadPeriods(
            f"{path.name} names {', '.join(map(repr, twice))} more than once. Give each period its own name."
        )
    return PeriodSet(path.stem, periods)


def _read_period(file: str, number: int, row: dict[str, str | None]) -> Period:
    name = (row["name"] or "").strip()
    where = f"line {number} of {file}"
    if not name:
        raise BadPeriods(f"The period in {where} has no name. Write one in the column name.")
    start, end = (_read_edge(row[column] or "", column, where) for column in ("start", "end"))
    try:
        return Period(name, start, end)
    except BadPeriods as error:
        raise BadPeriods(f"In {where}: {error}") from None


def _read_edge(text: str, column: str, where: str) -> dt.datetime | dt.date | None:
    text = text.strip()
    if not text:
        return None
    try:
        if len(text) <= 10:
            return dt.date.fromisoformat(text)
        when = dt.datetime.fromisoformat(text)
        # Close to the years 1 and 9999 there is no such time in UTC.
        in_utc = when if when.tzinfo is None else when.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise BadPeriods(
            f"{text!r} in the column {column} of {where} is not a day (2025-01-20) or a time (2025-01-20T12:00-05:00)."
        ) from error
    if when.tzinfo is None:
        raise BadPeriods(
            f"{text!r} in the column {column} of {where} does not say its zone. Write 2025-01-20T12:00-05:00, "
            "or Z for UTC."
        )
    return in_utc
