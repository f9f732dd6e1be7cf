"""Which days a log covers, and how many rows each holds: a square a day, a line a month.

Drawn by hand, not by the drawing engine: the squares of one colour are one line, dashed so that each dash is a day, and
years of days weigh a few kilobytes.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from investigate.charts import FONT, INK, QUIET, WIDTH, Figure
from investigate.periods import INAUGURATION
from investigate.said import count_of, say_count, say_day
from investigate.timeline import merge_runs

CELL, GAP, LEFT, TOP = 18, 2, 62, 22  # pixels: a day's width, what parts two days, and the margins
HIGH, LOW = 18, 12  # height of a day, and where there are more than `MANY` months
MANY, YEAR_GAP = 36, 8
SHADES = ("#f9d3b8", "#ee9a5f", "#c9551a", "#7a2a05")  # light to dark, told apart by lightness alone
# Neither a shade nor each other, with or without colour: full, barred, and a dash.
NO_ROW, NOT_COVERED, UNKNOWN = "no_row", "not_covered", "unknown"
SAID = {NOT_COVERED: "not covered", NO_ROW: "covered, no row", UNKNOWN: "covered, rows not known"}
STYLES = {NO_ROW: "#dde3ea", NOT_COVERED: "#8a96a3", UNKNOWN: "#52606d"}
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
INAUGURATION_DAY = INAUGURATION.date()
MOST_DAYS_NAMED = 3


@dataclass(frozen=True)
class Days:
    """The covered days and the rows of each, None where that is not known; and the runs that the days lie in."""

    rows: dict[dt.date, int | None]
    runs: list[tuple[dt.date, dt.date]]

    @property
    def first(self) -> dt.date:
        return self.runs[0][0]

    @property
    def last(self) -> dt.date:
        return self.runs[-1][1]

    @property
    def months(self) -> list[dt.date]:
        return [day.date() for day in pd.date_range(self.first.replace(day=1), self.last, freq="MS")]


class Calendar(Figure):
    """The calendar as its own SVG, with the caption and alt text of every figure; there is no chart to explore."""

    def __init__(self, svg: str, caption: str, alt_text: str) -> None:
        super().__init__(None, caption, alt_text)
        self._svg = svg

    def svg(self) -> str:
        return self._svg

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Nothing beside the HTML: no other program can draw it."""
        return {}


def chart_calendar(days: pd.DataFrame, covered: pd.DataFrame, whose: str, role: str) -> Calendar:
    """A square for each day of the months from the first that the logs cover to the last.

    `days`: columns day, rows (of the agency, on that local day; NA: not known). `covered`: columns first, last (runs of
    local days on which the logs hold any row, both edges covered). `whose`: "of the cameras of X", "by X". `role` owner
    or searcher.
    """
    found = _read(days, covered)
    if not found.runs:
        words = f"Rows of searches {whose}, day by day: the files cover no day, so there is no calendar to draw."
        return Calendar(_frame('<text x="0" y="24">Nothing to draw</text>', 40, words), words, words)
    edges = _edges([rows for rows in found.rows.values() if rows])
    said = _say_cover(found)
    most = _say_most(found)
    held = "log holds" if role == "owner" else "logs hold"
    caption = (
        f"Rows of searches {whose}, day by day (local days): {said}. A day is covered when the {held} at least one "
        f"search by anybody; barred: not covered.{most}"
    )
    alt_text = f"Calendar of the rows of searches {whose}: {said}.{most}"
    return Calendar(_draw(found, edges, alt_text), caption, alt_text)


# ---- what is drawn ------------------------------------------------------------------------------------


def _read(days: pd.DataFrame, covered: pd.DataFrame) -> Days:
    """A day with a row is covered, whatever else is said of it; a covered day that is not named has no row."""
    when = pd.to_datetime(days["day"]).dt.date
    counted = days["rows"].astype("Int64").groupby(when).agg(lambda rows: rows.sum(skipna=False))
    known = {day: None if pd.isna(rows) else int(rows) for day, rows in counted.items()}
    with_rows = [day for day, rows in known.items() if rows]
    every = pd.concat([covered[["first", "last"]], pd.DataFrame({"first": with_rows, "last": with_rows})])
    runs = merge_runs(every)
    return Days({day: known.get(day, 0) for run in runs for day in _each(*run)}, runs)


def _each(first: dt.date, last: dt.date) -> Iterable[dt.date]:
    return (first + dt.timedelta(days=step) for step in range((last - first).days + 1))


def _edges(numbers: list[int]) -> list[int]:
    """The largest number of each shade but the last: round, so that each shade has about as many days; where there are
    only a few different numbers, each its own."""
    different = sorted(set(numbers))
    if len(different) <= len(SHADES):
        return different[:-1]
    ordered = sorted(numbers)
    parts = [ordered[math.ceil(len(ordered) * part / len(SHADES)) - 1] for part in range(1, len(SHADES))]
    return sorted({edge for edge in map(_round_up, parts) if edge < different[-1]})


def _round_up(number: int) -> int:
    power = 10 ** (len(str(number)) - 1)
    return next(
        int(step * power) for step in (*STEPS, 10) if step * power >= number and step * power == int(step * power)
    )


def _kind(day: dt.date, found: Days, edges: list[int]) -> str:
    if day not in found.rows:
        return NOT_COVERED
    rows = found.rows[day]
    if not rows:
        return UNKNOWN if rows is None else NO_ROW
    step = sum(rows > edge for edge in edges)
    return SHADES[len(SHADES) - len(edges) - 1 + step]


def _say_shades(edges: list[int], most: int) -> dict[str, str]:
    """Each shade's numbers of rows: `1–20`, `21–50`, and the last up to the day with most."""
    lows = [1, *(edge + 1 for edge in edges)]
    words = [f"{low:,}–{high:,}" if low < high else f"{high:,}" for low, high in zip(lows, [*edges, most], strict=True)]
    return dict(zip(SHADES[len(SHADES) - len(words) :], words, strict=True))


# ---- SVG ----------------------------------------------------------------------------------------------


def _draw(found: Days, edges: list[int], alt_text: str) -> str:
    high = HIGH if len(found.months) <= MANY else LOW
    tops: dict[dt.date, int] = {}
    y = TOP
    for month in found.months:
        y += YEAR_GAP if month.month == 1 and tops else 0
        tops[month] = y
        y += high + GAP
    runs: dict[str, list[str]] = {}
    for month, top in tops.items():
        for kind, run in itertools.groupby(_each(month, _end(month)), key=lambda day: _kind(day, found, edges)):
            length = list(run)
            wide = len(length) * (CELL + GAP) - GAP
            runs.setdefault(kind, []).append(f"M{_x(length[0].day)} {top + high // 2}h{wide}")
    squares = "".join(_path("".join(runs[kind]), kind, high) for kind in sorted(runs))
    names = "".join(_name(month, top + high // 2 + 4) for month, top in tops.items())
    legend, y = _legend(found, edges, y + 10)
    return _frame(f"{_heads()}{names}{squares}{_outline(tops, high)}{legend}", y, alt_text)


def _frame(body: str, height: int, alt_text: str) -> str:
    wide = WIDTH + 10
    label = f'role="img" aria-label="{escape(alt_text, quote=True)}" style="max-width:100%;height:auto"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {label} width="{wide}" height="{height}" '
        f'viewBox="0 0 {wide} {height}" font-family="{FONT}" font-size="12" fill="{QUIET}">'
        f'<path d="M0 0h{wide}v{height}H0z" fill="#fff"/>{body}</svg>'
    )


def _x(number: int) -> int:
    return LEFT + (number - 1) * (CELL + GAP)


def _path(line: str, kind: str, high: int) -> str:
    """Days as a dashed line as high as a day; each dash is one."""
    dash, width = f"{CELL} {GAP}", high
    if kind == NOT_COVERED:
        dash = " ".join(["1.5 2.5"] * 5)  # bars that begin anew with each day
    elif kind == UNKNOWN:
        dash, width = f"0 4 {CELL - 8} {GAP + 4}", 3
    colour = STYLES.get(kind, kind)
    return f'<path d="{line}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dash}"/>'


def _heads() -> str:
    middle = CELL // 2
    return "".join(
        f'<text x="{_x(number) + middle}" y="{TOP - 7}" text-anchor="middle">{number}</text>'
        for number in (1, 5, 10, 15, 20, 25, 31)
    )


def _name(month: dt.date, y: int) -> str:
    look = f' font-weight="600" fill="{INK}"' if month.month == 1 else ""
    return f'<text x="{LEFT - 8}" y="{y}" text-anchor="end"{look}>{month:%b %y}</text>'


def _outline(tops: dict[dt.date, int], high: int) -> str:
    """A frame around the day of the inauguration, where its month is shown."""
    top = tops.get(INAUGURATION_DAY.replace(day=1))
    if top is None:
        return ""
    return _box(_x(INAUGURATION_DAY.day), top, CELL, high)


def _box(x: int, y: int, wide: int, high: int) -> str:
    return (
        f'<path d="M{x - 1} {y - 1}h{wide + 2}v{high + 2}h-{wide + 2}z" fill="none" stroke="{INK}" stroke-width="2"/>'
    )


def _legend(found: Days, edges: list[int], y: int) -> tuple[str, int]:
    """What each look means, for those in use, in as many lines as that takes; and the height below it."""
    kinds = {_kind(day, found, edges) for month in found.months for day in _each(month, _end(month))}
    shades = (
        _say_shades(edges, max((rows for rows in found.rows.values() if rows), default=0)) if kinds & {*SHADES} else {}
    )
    entries = [(kind, words) for kind, words in SAID.items() if kind in kinds]
    entries += [(kind, f"{words} {'row' if words == '1' else 'rows'}") for kind, words in shades.items()]
    if INAUGURATION_DAY.replace(day=1) in found.months:
        entries.append(("", "inauguration"))
    parts, x = [], LEFT
    for kind, words in entries:
        wide = CELL + 6 + 7 * len(words) + 12
        if x + wide > WIDTH + 10 and x > LEFT:
            x, y = LEFT, y + 20
        parts.append(_path(f"M{x} {y + 6}h{CELL}", kind, 12) if kind else _box(x + 2, y + 1, 12, 10))
        parts.append(f'<text x="{x + CELL + 5}" y="{y + 10}">{words}</text>')
        x += wide
    return "".join(parts), y + 22


def _end(month: dt.date) -> dt.date:
    return month.replace(day=pd.Timestamp(month).days_in_month)


# ---- in words -----------------------------------------------------------------------------------------


def _say_cover(found: Days) -> str:
    """`700 of the 731 days from 1 January 2024 to 31 December 2025 are covered; the longest stretch …`."""
    number, span = len(found.rows), (found.last - found.first).days + 1
    if span == 1:
        return f"one day is covered, {_day(found.first)}"
    said = f"{_day(found.first)} to {_day(found.last)}"
    if number == span:
        return f"all {say_count(span)} days from {said} are covered"
    gaps = [(before[1] + dt.timedelta(days=1), after[0]) for before, after in itertools.pairwise(found.runs)]
    first, after = max(gaps, key=lambda gap: (gap[1] - gap[0], gap[0]))
    last = after - dt.timedelta(days=1)
    when = f"on {_day(first)}" if first == last else f"from {_day(first)} to {_day(last)}"
    longest = f"{count_of((after - first).days, 'day')}, {when}"
    return (
        f"{say_count(number)} of the {say_count(span)} days from {said} are covered; the longest stretch without cover "
        f"is {longest}"
    )


def _say_most(found: Days) -> str:
    """The days with most rows, and how many covered days have none or nobody knows how many."""
    numbers = {day: rows for day, rows in found.rows.items() if rows}
    unknown = sum(rows is None for rows in found.rows.values())
    none = sum(rows == 0 for rows in found.rows.values())
    top = sorted(numbers, key=lambda day: (-numbers[day], day))[:MOST_DAYS_NAMED]
    said = f" On {count_of(none, 'covered day')} there is no row." if none else ""
    said += f" Of {count_of(unknown, 'covered day')} the number of rows is not known." if unknown else ""
    if not top:
        return said
    ties = [day for day in numbers if numbers[day] == numbers[top[0]]]
    if len(ties) > MOST_DAYS_NAMED:
        many = f"{count_of(numbers[top[0]], 'row')} on each of {len(ties):,} days"
        return f"{said} Most rows: {many}, first on {_day(top[0])}."
    named = [f"{count_of(numbers[day], 'row')} on {_day(day)}" if place == 0 else f"{numbers[day]:,} on {_day(day)}"
             for place, day in enumerate(top)]  # fmt: skip
    return f"{said} Most rows: {', '.join(named)}."


def _day(day: dt.date) -> str:
    return say_day(day.isoformat())
