"""Checks of the days: gaps, months, what the file name says, time zone, the inauguration."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import statistics
from pathlib import Path

from investigate.logs.filenames import find_named_days
from investigate.periods import CUT_SAID
from investigate.quality.facts import CUT_DAY, Facts, Record, log_of
from investigate.quality.wording import (
    ONE_DAY,
    WARN,
    Said,
    Stretch,
    count_of,
    days_in,
    judged,
    not_checked,
    of_rows,
    passed,
    say_stretches,
    stretches,
)

UNLIKELY = 0.05  # chance, over all days of a file, that a day without a search is only a quiet day
ENOUGH_DAYS = 10  # with rows, to tell how evenly searches are spread
WEEKENDS = {5: "Saturday", 6: "Sunday"}
ENOUGH_WEEKENDS = 3
LATE_START, EARLY_END = 3, 3  # days of a month that may be missing at its edges
ROLLING = "A portal shows the last 30 days before it was downloaded, not calendar months."


def check_gaps(one: Record, facts: Facts) -> Said:
    """Local days inside the file without any row."""
    days = facts.days[one["release"]]
    first, last = facts.span(one["release"])
    span = days_in((first, last))
    empty = [day for day in (first + n * ONE_DAY for n in range(span)) if day not in days]
    if not empty:
        each = f"Each of {count_of(span, 'day')} from {first} to {last} has a row."
        return passed(each if span > 1 else f"All rows lie on one day, {first}.")
    idle = _idle_weekends(days, empty)
    idle_said = " or ".join(f"{WEEKENDS[weekday]}" for weekday in idle)
    left = [day for day in empty if day.weekday() not in idle]
    if not left:
        return not_checked(
            f"No {idle_said} from {first} to {last} has a row ({count_of(len(empty), 'day')}); each other day has one. "
            "Whether nobody searched on them or they were left out cannot be told."
        )
    mean = sum(days.values()) / len(days)
    said = f"{count_of(len(left), 'day')} of {span:,} from {first} to {last} {'has' if len(left) == 1 else 'have'}"
    if _chance_of_none([*days.values()]) * span >= UNLIKELY:
        is_few = math.exp(-mean) * span >= UNLIKELY
        why = "there are too few" if is_few else "they are spread too unevenly"
        return not_checked(f"{said} no row, but at {mean:.1f} searches a day {why} to tell a gap from a quiet day.")
    which = say_stretches(stretches(left))
    also = f" No {idle_said} has a row; these are not counted here." if idle else ""
    return Said(
        WARN,
        f"{said} no row, at {mean:,.0f} searches a day on the others: {which}.{also}",
        "Searches of these days may be missing. Compare per covered day, and do not read a fall into them.",
        f"Ask the agency whether there were no searches on {which}, or whether they were left out of the export.",
    )


def _idle_weekends(days: dict[dt.date, int], empty: list[dt.date]) -> list[int]:
    """Saturday and Sunday (5, 6), if none of them has a row while most other days do: the agency may rest on them."""
    idle = [
        weekday
        for weekday in WEEKENDS
        if sum(day.weekday() == weekday for day in empty) >= ENOUGH_WEEKENDS
        and not any(day.weekday() == weekday for day in days)
    ]
    others = sum(day.weekday() not in idle for day in empty)
    return idle if others < len(days) else []


def _chance_of_none(counts: list[int]) -> float:
    """The chance of a day without a search by chance alone: Poisson, or negative binomial where the numbers by day
    differ by more than chance, as between weekdays and weekends."""
    mean = sum(counts) / len(counts)
    spread = statistics.variance(counts) - mean if len(counts) >= ENOUGH_DAYS else 0.0
    if spread <= 0:
        return math.exp(-mean)
    shape = mean * mean / spread
    return float((shape / (shape + mean)) ** shape)


def check_months(one: Record, facts: Facts) -> Said:
    """Days between this file and the next one of the log, and months that the log only partly covers."""
    first, last = facts.span(one["release"])
    mates = facts.logs[log_of(one)]
    spans = [facts.span(release) for release in mates]
    edges = _partial_months(min(first for first, _ in spans), max(last for _, last in spans))
    if one["kind"] == "portal":
        edges = {}
    said = [edges[edge] for edge in dict.fromkeys((first, last)) if edge in edges]
    of = "The only file" if len(mates) == 1 else f"One of {len(mates):,} files"
    run = f"run from {first} to {last}" if first < last else f"lie on {first}"
    says = " ".join([f"{of} of this log; its rows {run}.", *said])
    says += f" {ROLLING}" if one["kind"] == "portal" else ""
    gap = _gap_after(last, spans)
    if gap:
        return _say_gap(f"{says} No file covers the {count_of(days_in(gap), 'day')} after it", gap)
    if len(mates) > 1 or not said:
        return passed(says)
    return Said(
        WARN,
        says,
        "A month that is only partly covered has fewer searches than a whole one: compare per covered day.",
        "Ask the agency for the rest of the month, or whether there were no searches in it.",
    )


def _say_gap(says: str, gap: Stretch) -> Said:
    return Said(
        WARN,
        f"{says}: {say_stretches([gap])}.",
        "Nothing is known of these days. They are not zero, and a change over them cannot be dated.",
        f"Ask the agency for its log of {say_stretches([gap])}.",
    )


def _gap_after(last: dt.date, spans: list[Stretch]) -> Stretch | None:
    """The days after `last` that no file covers, if a later file follows them."""
    if any(start <= last + ONE_DAY <= end for start, end in spans):
        return None
    later = [start for start, _ in spans if start > last]
    return (last + ONE_DAY, min(later) - ONE_DAY) if later else None


def _partial_months(first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """Edge of the log → what to say of its month, where more days are missing than a quiet start or end explains."""
    month_end = calendar.monthrange(last.year, last.month)[1]
    said = {}
    if first.day > LATE_START:
        said[first] = f"The first month, {first:%Y-%m}, is covered from day {first.day} on."
    if last.day <= month_end - EARLY_END:
        said[last] = f"{said.get(last, '')} The last month, {last:%Y-%m}, is covered to day {last.day}.".strip()
    return said


def check_file_name(one: Record, facts: Facts) -> Said:
    """Rows outside the days that the file's name states."""
    path = Path(one["path"])
    name = path.parent.name if one["tables_in_file"] > 1 else path.name
    start, end = find_named_days(name)
    if start is None or end is None:
        which = "no day" if start is None else f"one day only ({start}), which may be that of the download"
        return not_checked(f"The file name states {which}.")
    days = facts.days[one["release"]]
    rows = sum(days.values())
    outside = sum(number for day, number in days.items() if not start <= day <= end)
    if not outside:
        return passed(f"All rows lie in the days of the file name, {start} to {end}.")
    first, last = facts.span(one["release"])
    backwards = ", which ends before it begins" if end < start else ""
    return judged(
        outside / rows,
        0.5,
        f"The file name states {start} to {end}{backwards}; {of_rows(outside, rows)} lie outside: the rows run from "
        f"{first} to {last} (local days).",
        "The rows are believed, not the name. The days that the name promises may be missing.",
        "Ask the agency which days this file is meant to cover"
        + ("." if backwards else f", and for its log of {start} to {end} if that is another."),
    )


def check_zone(one: Record, facts: Facts) -> Said:
    """Times whose zone is not stated, and rows of which only the day is known."""
    forms = facts.forms[one["release"]]
    rows = facts.numbers[one["release"]]["rows"]
    by_day = sum(number for _, form, number, _ in forms if form == "day")
    on_cut_day = sum(number for _, form, _, number in forms if form == "day")
    assumed = {
        basis: sum(number for other, form, number, _ in forms if other == basis and form != "day")
        for basis in ("assumed_utc", "assumed_local")
    }
    if one["kind"] == "portal" and assumed["assumed_utc"] and not by_day and not assumed["assumed_local"]:
        return passed(
            f"{of_rows(assumed['assumed_utc'], rows)} do not state the zone of their time; it was taken as UTC, in "
            "which portals write."
        )
    said = []
    if by_day:
        said.append(
            f"{of_rows(by_day, rows)} state a day and no time of day. Of these {on_cut_day:,} lie on {CUT_DAY} "
            f"({one['timezone']}), the day of the inauguration: they are counted neither before nor after it."
        )
    for basis, taken in (("assumed_utc", "UTC"), ("assumed_local", f"the time of {one['timezone']}")):
        if assumed[basis]:
            said.append(
                f"{of_rows(assumed[basis], rows)} do not state the zone of their time; it was taken as {taken}."
            )
    if not said:
        given = sum(number for basis, _, number, _ in forms if basis == "given")
        stated = f"{count_of(given, 'row')} by what was given when it was loaded" if given else "every row states it"
        return passed(f"The zone of the times is known: {stated}.")
    return Said(
        WARN,
        " ".join(said),
        "Searches may lie hours from where they are shown: near midnight on another day, near the inauguration on the "
        "other side of it.",
        "Ask the agency in which time zone the file's times are written, and for the time of day where it is missing.",
    )


def check_inauguration(one: Record, facts: Facts) -> Said:
    """Which sides of the inauguration the file has rows on."""
    counted = facts.numbers[one["release"]]
    before, after = counted["before"], counted["after"]
    left = counted["rows"] - before - after
    sides = {(True, True): "on both sides of", (True, False): "only before", (False, True): "only after"}
    where = sides.get((before > 0, after > 0), "only on the day of")
    told = f"{before:,} before, {after:,} after" + (f", {left:,} on the day itself without a time" if left else "")
    return passed(f"The file's rows lie {where} the inauguration, {CUT_SAID}: {told}.")
