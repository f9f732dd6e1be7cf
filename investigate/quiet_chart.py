"""The chart of what reasons leave unsaid, beside the immigration-related rate, and the words that go with it."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from investigate.chart_spec import Spec, field, layered, mark, stacked
from investigate.charts import (
    DOTTED,
    GRID,
    INK,
    MAIN,
    WIDTH,
    Figure,
    above,
    at_days,
    mark_inauguration,
    month_axis,
    shade,
    style,
    time_span,
)
from investigate.findings import say_day
from investigate.quality.wording import share_of
from investigate.quiet_change import NO_CHANGE, Change, Extreme, find_changes, find_extremes

# What each band of the chart is called, its colour (told apart by lightness too), and the parts it is the sum of.
BANDS = (
    ("case number only", "#2f4255", ("vague_case_number_only",)),
    ("otherwise vague", "#7c91a5", ("vague_other",)),
    ("blank or withheld", "#bcc8d4", ("blank", "withheld")),
    ("picked value only", "#2a7fb8", ("dropdown_only",)),
)
NOT_KNOWN = ("not known", GRID)
ABOVE = "Above: immigration-related per 1,000 searches whose reason can be read, standard scope."
BELOW = "Below: share of searches whose reason says nothing; what is left white states a purpose."
NO_BAND = "Nothing stands below: no reason of any month says nothing."
PART_SAID = {
    "vague_case_number_only": "is only a case number",
    "vague_other": "is otherwise too vague to state a purpose",
    "blank": "was left blank",
    "withheld": "is withheld",
    "dropdown_only": "is only a value picked from a list",
}


def chart_quiet(
    months: pd.DataFrame, whose: str, switch_day: str | None = None, switch_eve: str | None = None
) -> Figure:
    """The immigration-related rate by month above; below it the shares of searches whose reason says nothing.

    `months`: what `count_quiet` gives, or one agency's and role's rows of `quiet_by_agency`. `switch_day` (2025-12-11):
    when picked values took over, if that is known; `switch_eve`: the last day before it that has searches, where they
    may lie far apart. Raises ValueError where there is no month.
    """
    if months.empty:
        raise ValueError("There is no month to draw. Show a sentence that says so instead.")
    frame, bands = _by_month(months), _bands(months)
    named, marks = (_mark_switch(frame, switch_day, switch_eve, with_label) for with_label in (True, False))
    rate = [*_draw_rate(frame), *mark_inauguration(frame, with_label=True), *named]
    shares = [_draw_bands(frame, bands), *mark_inauguration(frame, with_label=False), *marks]
    # Without a band there is no share to draw, and its empty legend would throw the picture out of its frame.
    parts = [layered(rate, width=WIDTH, height=100)]
    parts += [] if bands.empty else [layered(shares, width=WIDTH, height=190)]
    line = "Between the dotted lines" if has_gap(switch_day, switch_eve) else "Dotted line"
    day_said = "" if not marks else f" {line}: picked values took over {say_taken_over(switch_day, switch_eve)}."
    caption = (
        f"Searches {whose} by month. {ABOVE} {NO_BAND if bands.empty else BELOW} Grey: no file covers the month, or "
        f"its reasons cannot be read.{day_said}"
    )
    return Figure(style(stacked(parts, 10)), caption, _say_chart(months, whose, switch_day, switch_eve))


def say_change(change: Change) -> str:
    """`the share whose reason is only a case number fell from 73 % in January 2025 to 12 % in February 2026`."""
    first = share_of(change.part_first, change.searches_first)
    last = share_of(change.part_last, change.searches_last)
    verb = "rose" if change.points > 0 else "fell"
    return (
        f"the share whose reason {PART_SAID[change.part]} {verb} from {first} in {say_month(change.first)} "
        f"to {last} in {say_month(change.last)}"
    )


def say_extreme(extreme: Extreme) -> str:
    """`the share whose reason was left blank was as high as 70 % in March 2025`."""
    share = share_of(extreme.part_then, extreme.searches_then)
    how = "high" if extreme.points > 0 else "low"
    return f"the share whose reason {PART_SAID[extreme.part]} was as {how} as {share} in {say_month(extreme.month)}"


def has_gap(day: str | None, eve: str | None) -> bool:
    """Whether days without a search lie between the eve of a switch and its day."""
    if day is None or eve is None or pd.isna(day) or pd.isna(eve):
        return False
    return dt.date.fromisoformat(day) - dt.date.fromisoformat(eve) > dt.timedelta(days=1)


def say_taken_over(day: str | None, eve: str | None = None) -> str:
    """`on 11 December 2025`; or, where no search lies in between, `between 28 January 2025 and 1 August 2025`."""
    return f"between {say_day(eve)} and {say_day(day)}" if has_gap(day, eve) else f"on {say_day(day)}"


def say_month(month: str) -> str:
    """2025-01 as January 2025."""
    return f"{dt.date.fromisoformat(f'{month}-01'):%B %Y}"


def _by_month(months: pd.DataFrame) -> pd.DataFrame:
    """One row a month with its first day and end, its rate, and whether that is not known."""
    start = pd.to_datetime(months["month"] + "-01")
    rate = months["per_1000"].astype("Float64").astype(float)
    frame = pd.DataFrame({"start": start, "end": start + pd.offsets.MonthBegin(1), "rate": rate})
    # A covered month without a search has no rate either, but nothing is hidden in it.
    frame["unknown"] = frame["rate"].isna() & ~((months["searches"] == 0) & (months["covered_days"] > 0)).astype(bool)
    return frame.reset_index(drop=True)


def _bands(months: pd.DataFrame) -> pd.DataFrame:
    """One row a month and band that is not empty: start, end, band, and where it begins and ends in percent."""
    rows = []
    for month in months.to_dict("records"):
        start = pd.Timestamp(f"{month['month']}-01")
        searches = _number(month["searches"])
        unknown = _number(month["not_exported"]) if searches else int(not month["covered_days"])
        parts = [(name, sum(_number(month[part]) for part in held)) for name, _, held in BANDS]
        low = 0.0
        for name, number in (*parts, (NOT_KNOWN[0], unknown)):
            high = low + 100 * number / max(searches, 1)
            if number:
                end = start + pd.offsets.MonthBegin(1)
                rows.append({"start": start, "end": end, "band": name, "low": low, "high": high})
            low = high
    return pd.DataFrame(rows, columns=["start", "end", "band", "low", "high"])


def _number(count: object) -> int:
    """A count as what is drawn of it; of one that is not known nothing is, and the month is shaded instead."""
    return 0 if pd.isna(count) else int(count)  # type: ignore[call-overload]


def _draw_rate(frame: pd.DataFrame) -> list[Spec]:
    x = field("start:T", scale=time_span(frame), title=None, axis=None)
    height = {"domain": [0, max(1.0, *frame["rate"].dropna(), 1.0)]}
    y = field("rate:Q", title=["immigration-", "related per 1,000"], axis={"tickCount": 3}, scale=height)
    rows, look = frame[["start", "end", "rate"]], {"color": MAIN, "stroke": "#ffffff"}
    bars = mark("rect", rows, look, x=x, x2=field("end"), y=y, y2={"datum": 0})
    return [shade(frame[["start", "end", "unknown"]], x), bars]


def _draw_bands(frame: pd.DataFrame, bands: pd.DataFrame) -> Spec:
    used = [(name, colour) for name, colour, *_ in (*BANDS, NOT_KNOWN) if (bands["band"] == name).any()]
    names, colours = [name for name, _ in used], [colour for _, colour in used]
    legend = {"title": None, "orient": "bottom", "direction": "horizontal", "labelFontSize": 12, "labelColor": INK,
              "columnPadding": 18}  # fmt: skip
    x = field("start:T", scale=time_span(frame), title=None, axis=month_axis(frame))
    y = field("low:Q", title="% of searches", axis={"tickCount": 5}, scale={"domain": [0, 100]})
    colour = field("band:N", scale={"domain": names, "range": colours}, sort=names, legend=legend)
    return mark("rect", bands, {"stroke": "#ffffff"}, x=x, x2=field("end"), y=y, y2=field("high"), color=colour)


def _mark_switch(frame: pd.DataFrame, day: str | None, eve: str | None, with_label: bool) -> list[Spec]:
    """A line at the day on which picked values took over, or two where days without a search lie before it, and their
    name above the chart; nothing when the months shown do not hold the day."""
    if day is None or pd.isna(day) or not frame["start"].min() <= pd.Timestamp(day) <= frame["end"].max():
        return []
    days = [pd.Timestamp(one) for one in ([eve, day] if has_gap(day, eve) else [day])]
    middle = days[0] + (days[-1] - days[0]) / 2
    return [at_days("rule", days, DOTTED), *([above("Picked values", middle)] if with_label else [])]


def _say_chart(months: pd.DataFrame, whose: str, day: str | None, eve: str | None) -> str:
    is_known = day is not None and not pd.isna(day)
    took_over = f" Picked values took over {say_taken_over(day, eve)}." if is_known else ""
    between = "".join(f" In between, {say_extreme(extreme)}." for extreme in find_extremes(months)[:1])
    changes = [change for change in find_changes(months) if abs(change.points) >= NO_CHANGE]
    if changes:
        return f"Of the searches {whose}, {say_change(changes[0])}.{between}{took_over}"
    found = "no change between the first and the last month" if between else "no change that can be stated"
    return f"Searches {whose} whose reason says nothing, by month: {found}.{between}{took_over}"
