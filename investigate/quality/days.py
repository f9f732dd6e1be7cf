"""Checks of the days: gaps, months, what the file name says, time zone, the inauguration."""

from __future__ import annotations

import calendar
import datetime as dt
import math
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
LATE_START, EARLY_END = 3, 3  # days of a month that may be missing at its edges
ROLLING = "A portal shows the last 30 days before it was downloaded, not calendar months."


def check_gaps(one: Record, facts: Facts) -> Said:
    """Local days inside the file without any row."""
    days = facts.days[one["release"]]
    first, last = facts.span(one["release"])
    span = days_in((first, last))
    empty = [day for day in (first + n * ONE_DAY for n in range(span)) if day not in days]
    if not empty:
        return passed(f"Each of {count_of(span, 'day')} from {first} to {last} has a row.")
    mean = sum(days.values()) / len(days)
    said = f"{count_of(len(empty), 'day')} of {span:,} from {first} to {last} {'has' if len(empty) == 1 else 'have'}"
    if math.exp(-mean) * span >= UNLIKELY:
        return not_checked(
            f"{said} no row, but at {mean:.1f} searches a day there are too few to tell a gap from a quiet day."
        )
    which = say_stretches(stretches(empty))
    return Said(
        WARN,
        f"{said} no row, at {mean:,.0f} searches a day on the others: {which}.",
        "Searches of these days may be missing. Compare per covered day, and do not read a fall into them.",
        f"Ask the agency whether there were no searches on {which}, or whether they were left out of the export.",
    )


def check_months(one: Record, facts: Facts) -> Said:
    """Days between this file and the next one of the log, and months that the log only partly covers."""
    first, last = facts.span(one["release"])
    mates = facts.logs[log_of(one)]
    spans = [facts.span(release) for release in mates]
    edges = _partial_months(min(first for first, _ in spans), max(last for _, last in spans))
    if one["kind"] == "portal":
        edges = {}
    said = [edges[edge] for edge in (first, last) if edge in edges]
    if len(mates) == 1:
        says = " ".join([f"The only file of this log; its rows run from {first} to {last}.", *said])
    else:
        says = " ".join([f"One of {len(mates):,} files of this log; its rows run from {first} to {last}.", *said])
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
        f"{first} to {last}.",
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
    if one["kind"] == "portal" and not by_day and not assumed["assumed_local"]:
        return passed("Portals write their times in UTC.")
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
