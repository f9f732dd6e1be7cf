"""Along a line of months: named days that never write over each other, stretches without cover, months in small."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from investigate.said import count_of, say_day

# Whose label stays where there is no room for all, first to last. `switch`: a log's own change to picked values.
KINDS = ("politics", "switch", "law", "opt-out", "article", "vendor")
ROWS = 3
ROW_HEIGHT, LIFT = 16, 3  # pixels: between two rows of labels, and between the chart and the first
FONT_SIZE = 12
LEAST_GAP = 3  # days: a shorter stretch without a row may be a quiet weekend
MOST_TRIED = 500  # arrangements looked at before a label is given up
APART = 6  # pixels between two labels, or between a label and another label's line
# Widths of letters in sans-serif fonts, as parts of the font size: those of DejaVu Sans, the widest in use.
NARROW, WIDE = set("iljtfrI.,:;'|!()[] "), set("mwMW@%&…—")
WIDTHS = {"narrow": 0.42, "wide": 1.0, "capital": 0.76, "other": 0.65}


@dataclass(frozen=True)
class Event:
    day: dt.date
    label: str
    kind: str


@dataclass(frozen=True)
class Placed:
    """An event with its place above a chart, in pixels: of its line, of its label's anchor, and the label's row."""

    event: Event
    x: float
    at: float
    align: str  # left, center, right: which part of the label stands at `at`
    row: int
    edges: tuple[float, float]  # of the label


@dataclass(frozen=True)
class Timeline:
    """`placed` by day; `dropped`: those without room, by day."""

    placed: tuple[Placed, ...]
    dropped: tuple[Event, ...]

    @property
    def rows(self) -> int:
        return max((one.row + 1 for one in self.placed), default=0)


def width_of(words: str) -> float:
    """Pixels that a label takes at most, in whatever sans-serif font a reader has."""
    kinds = ("narrow" if sign in NARROW else "wide" if sign in WIDE else "capital" if sign.isupper() else "other"
             for sign in words)  # fmt: skip
    return sum(WIDTHS[kind] for kind in kinds) * FONT_SIZE


def read_events(events: pd.DataFrame | None, first: dt.date, end: dt.date) -> list[Event]:
    """The events of a frame (day, label, kind) from `first` up to, not with, `end`; by day, each once."""
    if events is None:
        return []
    days = pd.to_datetime(events["day"]).dt.date
    every = {
        Event(day, " ".join(str(label).split()), str(kind))
        for day, label, kind in zip(days, events["label"], events["kind"], strict=True)
        if pd.notna(day) and first <= day < end
    }
    return sorted(every, key=lambda event: (event.day, _rank(event), event.label))


def place_events(events: Iterable[Event], first: dt.date, end: dt.date, width: float) -> Timeline:
    """Labels in up to three rows above a chart of `width` pixels that shows the days from `first` up to `end`.

    No label meets another, the line of another, or the chart's edges. The most telling kinds come first; of one kind
    the earlier day. What finds no place beside those before it is dropped.
    """
    kept: list[list[Placed]] = []
    placed: list[Placed] = []
    dropped: list[Event] = []
    for event in sorted(events, key=lambda event: (_rank(event), event.day, event.label)):
        places = _places(event, first, end, width)
        beside = _beside(places, placed) or (_anew([*kept, places]) if places else [])
        if beside:
            kept, placed = [*kept, places], beside
        else:
            dropped.append(event)
    return Timeline(
        tuple(sorted(placed, key=lambda one: (one.event.day, one.row))),
        tuple(sorted(dropped, key=lambda event: (event.day, event.label))),
    )


def _rank(event: Event) -> int:
    return KINDS.index(event.kind) if event.kind in KINDS else len(KINDS)


def _places(event: Event, first: dt.date, end: dt.date, width: float) -> list[Placed]:
    """Where a label may stand: near the chart rather than high up, over its line rather than beside it."""
    x = width * (event.day - first).days / (end - first).days
    wide = width_of(event.label)
    anchors = [(x, "center", x - wide / 2), (x + LIFT, "left", x + LIFT), (x - LIFT, "right", x - LIFT - wide)]
    inside = [(at, align, low) for at, align, low in anchors if low >= 0 and low + wide <= width]
    return [Placed(event, x, at, align, row, (low, low + wide)) for row in range(ROWS) for at, align, low in inside]


def _beside(places: list[Placed], placed: list[Placed]) -> list[Placed]:
    """The arrangement with one more label in it, or nothing where it has no room."""
    return next(([*placed, place] for place in places if all(_fit(place, other) for other in placed)), [])


def _anew(choices: list[list[Placed]]) -> list[Placed]:
    """One place of each label's choices, found by trying; nothing where none fit together or it takes too long."""
    stack: list[list[Placed]] = [[]]
    for _ in range(MOST_TRIED):
        if not stack:
            return []
        so_far = stack.pop()
        if len(so_far) == len(choices):
            return so_far
        fitting = [place for place in choices[len(so_far)] if all(_fit(place, other) for other in so_far)]
        stack += [[*so_far, place] for place in reversed(fitting)]
    return []


def _fit(one: Placed, other: Placed) -> bool:
    """Whether neither label meets the other, nor the line that leads up to the other."""
    low, high = one.edges
    other_low, other_high = other.edges
    if one.row == other.row:
        beside = high + APART <= other_low or other_high + APART <= low
        return beside and _is_clear(one, other) and _is_clear(other, one)
    under, over = (one, other) if one.row < other.row else (other, one)
    return _is_clear(under, over)


def _is_clear(label: Placed, line: Placed) -> bool:
    """Whether the line of one event passes beside the label of another."""
    low, high = label.edges
    return line.x <= low - LIFT or line.x >= high + LIFT


# ---- cover --------------------------------------------------------------------------------------------


def find_gaps(covered: pd.DataFrame | None, least: int = LEAST_GAP) -> list[tuple[dt.date, dt.date]]:
    """First and last day of each stretch of at least `least` days without cover between the first covered day and the
    last. `covered`: columns first, last, runs of covered days, both inclusive, in any order, overlapping or not."""
    return [
        (before + dt.timedelta(days=1), after - dt.timedelta(days=1))
        for (_, before), (after, _) in itertools.pairwise(merge_runs(covered))
        if (after - before).days > least
    ]


def merge_runs(covered: pd.DataFrame | None) -> list[tuple[dt.date, dt.date]]:
    """Runs of days in order; those that overlap or follow each other as one. Raises ValueError for one that ends before
    it begins."""
    if covered is None:
        return []
    firsts, lasts = (pd.to_datetime(covered[name]).dt.date for name in ("first", "last"))
    runs: list[tuple[dt.date, dt.date]] = []
    for first, last in sorted(zip(firsts, lasts, strict=True)):
        if last < first:
            raise ValueError(f"A run of covered days ends on {last}, before it begins on {first}. Give first <= last.")
        if runs and (first - runs[-1][1]).days <= 1:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    return runs


def days_in(stretches: Iterable[tuple[dt.date, dt.date]]) -> int:
    return sum((last - first).days + 1 for first, last in stretches)


def grey_stretches(months: pd.DataFrame, gaps: list[tuple[dt.date, dt.date]]) -> pd.DataFrame:
    """What is shaded: months of which nothing is known (`unknown`) and stretches without cover, each day once, cut to
    the months shown. `months`: columns start, end (not with it), unknown. Columns start, end, unknown (True)."""
    blank = months[months["unknown"].astype(bool)]
    runs = [(row.start, row.end - pd.Timedelta(days=1)) for row in blank.itertuples()]
    edges = months["start"].min(), months["end"].max() - pd.Timedelta(days=1)
    runs += [(max(pd.Timestamp(first), edges[0]), min(pd.Timestamp(last), edges[1])) for first, last in gaps]
    merged = merge_runs(pd.DataFrame([run for run in runs if run[0] <= run[1]], columns=["first", "last"]))
    shaded = pd.DataFrame(merged, columns=["start", "end"])
    shaded["start"] = pd.to_datetime(shaded["start"])
    shaded["end"] = pd.to_datetime(shaded["end"]) + pd.Timedelta(days=1)
    return shaded.assign(unknown=True)


# ---- in words -----------------------------------------------------------------------------------------


def say_grey(months: pd.DataFrame, gaps: list[tuple[dt.date, dt.date]] | None) -> str:
    """What grey means in a chart of months; `gaps`: where it is known which days are covered, else None."""
    if gaps is None:
        return "Grey: no file covers the month, or no reason in it could be read."
    blank = months[months["unknown"].astype(bool)]
    within = [
        any(first <= row.start.date() and row.end.date() <= last + dt.timedelta(days=1) for first, last in gaps)
        for row in blank.itertuples()
    ]
    unread = "months of which no reason could be read or that no file covers" if not all(within) else ""
    if not gaps:
        none = f"No stretch of {LEAST_GAP} days or more lies without cover between the first covered day and the last."
        return f"Grey: {unread}. {none}" if unread else none
    missing = f"{count_of(days_in(gaps), 'day')} that no file covers, in stretches of {LEAST_GAP} days or more"
    return f"Grey: {missing}{'; and ' if unread else ''}{unread}."


def say_events(timeline: Timeline) -> str:
    """The events shown with their days, for those who do not see the chart."""
    if not timeline.placed:
        return ""
    return f" Marked: {_list(one.event for one in timeline.placed)}."


def say_dropped(timeline: Timeline) -> str:
    """The events for which there was no room."""
    return f" Not marked for want of room: {_list(timeline.dropped)}." if timeline.dropped else ""


def _list(events: Iterable[Event]) -> str:
    return ", ".join(f"{event.label} ({say_day(event.day.isoformat())})" for event in events)


# ---- in small -----------------------------------------------------------------------------------------

SPARK_WIDTH, SPARK_HEIGHT = 120, 28
SPARK_BAR = 8  # pixels: the widest bar
SPARK_FLOORS = ((16, 15), (28, 10))  # of all searches and of the related ones: where bars stand, and the highest
SPARK = "#d4550f"  # stands out from white and from near black alike


def draw_spark(values: Sequence[int | None], related: Sequence[int | None], label: str) -> str:
    """Months as an `<svg>` for a line of a table: all searches above, the related ones below, each on its own scale.

    `values`, `related`: one number a month, None where it is not known: there the floor is dotted instead of drawn.
    Grey is the colour of the text around it. Raises ValueError when there is not the same number of months in both.
    """
    if len(values) != len(related):
        raise ValueError(f"{len(values)} months of searches, {len(related)} of related ones. Give as many of each.")
    wide = SPARK_WIDTH / max(len(values), 1)
    grey, bright = 'stroke="currentColor" stroke-opacity=".6"', f'stroke="{SPARK}"'
    dotted = f'stroke-dasharray="{1 / wide:.2f} {2 / wide:.2f}"'
    thick = f'stroke-width="{min(0.8, SPARK_BAR / wide):.2f}"'
    parts = [
        f'<svg role="img" aria-label="{escape(label, quote=True)}" width="{SPARK_WIDTH}" height="{SPARK_HEIGHT}" '
        f'viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" fill="none"><g transform="scale({wide:.4f} 1)">'
    ]  # drawn with a month as the unit, for which whole numbers do
    for numbers, (floor, high), colour in zip((values, related), SPARK_FLOORS, (grey, bright), strict=True):
        known, bars = _floor(numbers, floor, is_known=True), _bars(numbers, floor, high)
        parts += [f'<path d="{known}" {colour} stroke-width=".5"/>'] if known else []
        parts += [f'<path d="{bars}" {colour} {thick} transform="translate(.5)"/>'] if bars else []
    rows = zip((values, related), SPARK_FLOORS, strict=True)
    unknown = "".join(_floor(numbers, floor, is_known=False) for numbers, (floor, _) in rows)
    parts += [f'<path d="{unknown}" {grey} {dotted}/>'] if unknown else []
    return f"{''.join(parts)}</g></svg>"


def _bars(numbers: Sequence[int | None], floor: int, high: int) -> str:
    """A line up from the floor for each number above 0, at least a pixel high."""
    most = max((number for number in numbers if number is not None), default=0)
    return "".join(
        f"M{place} {floor}v-{_short(max(1.0, number / most * high))}" for place, number in enumerate(numbers) if number
    )


def _floor(numbers: Sequence[int | None], floor: int, is_known: bool) -> str:
    """The floor under each run of months that are known, or of those that are not."""
    parts, place = [], 0
    for known, run in itertools.groupby(number is not None for number in numbers):
        length = len(list(run))
        if known is is_known:
            parts.append(f"M{place} {floor - 0.5}h{length}")
        place += length
    return "".join(parts)


def _short(number: float) -> str:
    """To a tenth of a pixel, in as few letters as that takes."""
    return f"{number:.1f}".removesuffix(".0")
