"""Charts, drawn as SVG from small aggregated frames only: a chart never carries a column it does not draw."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
import sys
from collections.abc import Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from investigate.chart_spec import Spec, field, layered, mark, rows_of, stacked, whole
from investigate.drawing import draw_svg
from investigate.periods import INAUGURATION
from investigate.slim import slim_svg
from investigate.timeline import (
    FONT_SIZE,
    LIFT,
    ROW_HEIGHT,
    Event,
    Timeline,
    draw_spark,  # noqa: F401 - a chart, looked for with the charts
    find_gaps,
    grey_stretches,
    merge_runs,
    place_events,
    read_events,
    say_dropped,
    say_events,
    say_grey,
)

if TYPE_CHECKING:
    import altair as alt

WIDTH, UPPER, LOWER = 680, 70, 190
FONT = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif"
# Characters, as JSON writes them, that end the process that draws them; replacement characters are drawn instead.
UNDRAWABLE = re.compile(r"\\u(?:00[01][0-9a-f]|007f|00[89][0-9a-f]|fff[ef])")
# Times as frames hold them, without a zone: read as those of the machine that draws, unless told otherwise.
BARE_TIME = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)"')
INK, QUIET, GRID = "#1f2933", "#6b7785", "#dfe3e8"
# Okabe and Ito's vermilion and a light tint of it; told apart by lightness too.
SWITCH = "Picked values"
MAIN, TINT, PLAIN = "#b8420a", "#f0bd9a", "#9aa5b1"
DASHED: Spec = {"color": INK, "strokeDash": [4, 3]}
DOTTED: Spec = {"color": INK, "strokeDash": [1, 3], "strokeWidth": 2}


def style(chart: Spec, **also: Any) -> Spec:
    """The one look of every chart, in notebooks and reports alike; `also`: more parts of Vega-Lite's `config`."""
    axis: Spec = {"titleFontWeight": "normal", "labelFontSize": 12, "titleFontSize": 12}
    axis |= {"labelColor": QUIET, "titleColor": QUIET, "gridColor": GRID, "domainColor": GRID, "tickColor": GRID}
    return whole(chart, {"font": FONT, "background": "#ffffff", "axis": axis, "view": {"stroke": None}, **also})


def drawable(chart: Spec | alt.TopLevelMixin) -> str:
    """A chart as JSON that the drawing engine survives, and draws alike in every time zone.

    Not checked against the grammar: tests check whole charts.
    """
    spec = chart if isinstance(chart, dict) else chart.to_dict(validate=False)
    return BARE_TIME.sub(r'"\1Z"', UNDRAWABLE.sub(r"\\ufffd", json.dumps(spec)))


class Figure:
    """A chart with its caption and the words that stand for it: HTML with inline SVG in notebooks and pages.

    `spec`: the chart as `style` gives it, or one made with Altair; None where it is not drawn from such a thing.
    """

    def __init__(self, spec: Spec | alt.TopLevelMixin | None, caption: str, alt_text: str) -> None:
        self.spec = spec
        self.caption = caption
        self.alt_text = alt_text

    @cached_property
    def chart(self) -> Any:
        """The chart as Altair's, for exploring: `figure.chart.interactive()`; None where there is none."""
        return as_altair(self.spec) if isinstance(self.spec, dict) else self.spec

    def json(self) -> str:
        """The chart as the drawing engine takes it, see `drawable`."""
        assert self.spec is not None, "what is drawn by other means does not come here"
        return drawable(self.spec)

    def svg(self) -> str:
        """The chart as an `<svg>` element that scales to its place and carries the alt text."""
        return slim_svg(self._drawn())

    def _drawn(self) -> str:
        """As the drawing engine writes it."""
        svg = draw_svg(self.json())
        svg = svg[svg.index("<svg") :]
        label = f'role="img" aria-label="{escape(self.alt_text, quote=True)}" style="max-width:100%;height:auto"'
        return re.sub(r"<svg ", f"<svg {label} ", svg, count=1)

    def save(self, path: str | Path) -> Path:
        """Write the chart as .svg or .png (twice its size); a file is only ever replaced whole."""
        from investigate.maps.picture import checked_png, write_picture  # noqa: PLC0415 - maps are made of charts

        return write_picture(path, {".svg": self.svg().encode, ".png": lambda: checked_png(self.json(), 2)})

    def _ipython_display_(self) -> None:
        from investigate.live.charts import show_figure  # noqa: PLC0415 - only in JupyterLab

        show_figure(self)

    def _repr_html_(self) -> str:
        return f'<figure class="chart">{self.svg()}<figcaption>{escape(self.caption)}</figcaption></figure>'

    def __repr__(self) -> str:
        return f"{self.alt_text} {self.caption}"


def as_altair(spec: Spec) -> alt.TopLevelMixin:
    """The same chart in Altair's words."""
    # Altair brings in jsonschema, which builds the grammar of a link format that no chart has whenever that package is
    # there: more than a second. While Altair is imported, the package is not there.
    absent: Any = None
    was_there = sys.modules.get("rfc3987_syntax")
    sys.modules["rfc3987_syntax"] = was_there or absent
    import altair as alt  # noqa: PLC0415 - slow to import, and no report needs it

    if was_there is None:
        del sys.modules["rfc3987_syntax"]
    kinds: dict[str, Any] = {"layer": alt.LayerChart, "vconcat": alt.VConcatChart, "hconcat": alt.HConcatChart}
    kind = next((made for part, made in kinds.items() if part in spec), alt.Chart)
    chart: alt.TopLevelMixin = kind.from_dict(spec)
    return chart


def chart_months(
    months: pd.DataFrame,
    whose: str,
    events: pd.DataFrame | None = None,
    covered: pd.DataFrame | None = None,
    switch: str | dt.date | None = None,
    switch_eve: str | dt.date | None = None,
) -> Figure:
    """Searches per month above, and below them those related to immigration, with the strict–broad range.

    `months`: counts by month in all three scopes (columns period, scope, searches, immigration_related,
    covered_days). Months in which no reason could be read, or that no file covers, are shaded.
    `events`: what to mark (columns day, label, kind: politics, law, opt-out, article, vendor); without it the
    inauguration. `covered`: runs of covered days (columns first, last, both inclusive); 3 days or more between them are
    shaded too. `switch`: the day on which picked values took over, and `switch_eve` the last day with searches before
    it, as in `chart_quiet`.
    """
    if months.empty:
        return _no_picture(f"Searches {whose} by month: no file covers any day, so there is no month to draw.")
    frame = _by_month(months)
    gaps = find_gaps(covered)
    grey = grey_stretches(frame, gaps)
    line, eve = _place(frame, events, switch, switch_eve)
    x = field("start:T", scale=time_span(frame), title=None, axis=month_axis(frame))
    bare_x = x | {"axis": None}
    pale = grey_stretches(frame.assign(unknown=False), gaps)  # over the bars too: part of such a month was not covered
    rows = rows_of(frame)
    upper = [
        shade(grey, bare_x), *_draw_all(frame, rows, bare_x), shade(pale, bare_x, 0.5), *_mark(line, eve, top=True)
    ]  # fmt: skip
    lower = [shade(grey, x), *_draw_related(frame, rows, x, pale), *_mark(line, eve, top=False)]
    panels = [layered(upper, width=WIDTH, height=UPPER), layered(lower, width=WIDTH, height=LOWER)]
    caption = (
        f"Distinct searches {whose} per month. Bars below: standard scope; lines: from the strict to the broad scope. "
        f"{say_grey(frame, gaps if merge_runs(covered) else None)}{_say_switch(line, switch, switch_eve)}"
        f"{say_dropped(line)}"
    )
    return Figure(style(stacked(panels, 10)), caption, f"{_say_months(frame, whose)}{say_events(line)}")


def _no_picture(words: str) -> Figure:
    """What stands where there is nothing to draw: the words alone."""
    look = {"text": "Nothing to draw", "color": QUIET, "fontSize": FONT_SIZE}
    return Figure(style(mark("text", [{"at": 0}], look) | {"width": WIDTH, "height": 40}), words, words)


MONTH_TOLD = field("start:T", title="month", format="%B %Y")


def _draw_all(frame: pd.DataFrame, rows: list[Spec], x: Spec) -> list[Spec]:
    axis = _count_axis(frame["searches"], 2)
    y = field("searches:Q", title="all searches", axis=axis, scale=_height(frame["searches"]))
    said = [MONTH_TOLD, field("searches:Q", title="searches", format=",d")]
    look = {"color": PLAIN, "stroke": "#ffffff"}
    return [mark("rect", rows, look, x=x, x2=field("end"), y=y, y2={"datum": 0}, tooltip=said)]


def _draw_related(frame: pd.DataFrame, rows: list[Spec], x: Spec, pale: pd.DataFrame) -> list[Spec]:
    axis = _count_axis(frame["broad"], 5)
    y = field("standard:Q", title="immigration-related", axis=axis, scale=_height(frame["broad"]))
    scopes = [field(f"{scope}:Q", title=f"{scope} scope", format=",d") for scope in ("strict", "standard", "broad")]
    look, thin = {"color": MAIN, "stroke": "#ffffff"}, {"color": INK, "strokeWidth": 1.5}
    return [
        mark("rect", rows, look, x=x, x2=field("end"), y=y, y2={"datum": 0}, tooltip=[MONTH_TOLD, *scopes]),
        shade(pale, x, 0.5),
        mark("rule", rows, thin, x=field("middle:T"), y=field("strict:Q"), y2=field("broad")),
    ]


def _at(time: pd.Timestamp) -> dict[str, int | bool]:
    """A time as Vega takes it in a scale's domain."""
    return {"year": time.year, "month": time.month, "date": time.day, "utc": True}


def time_span(frame: pd.DataFrame) -> Spec:
    """The scale of a time axis from the first `start` to the last `end`."""
    return {"type": "utc", "domain": [_at(frame["start"].min()), _at(frame["end"].max())]}


def month_axis(frame: pd.DataFrame) -> Spec:
    """Labels at the starts of months, about ten of them."""
    starts = frame["start"].tolist()
    shown = [_at(start) for start in starts[:: max(1, round(len(starts) / 10))]]
    return {"format": "%b %y", "values": shown, "labelAlign": "left", "labelOffset": 2, "grid": False}


def _count_axis(numbers: pd.Series, ticks: int) -> Spec:
    """Whole numbers; millions in short, for which there is room beside the axis' name."""
    if max(0.0, *numbers.dropna(), 0.0) < 1_000_000:
        return {"tickCount": ticks, "format": ",d"}
    return {"tickCount": ticks, "labelExpr": "replace(format(datum.value, '~s'), 'G', 'B')"}


def _height(numbers: pd.Series) -> Spec:
    """From 0 to the largest number, and at least to 4, so that the axis has whole numbers only."""
    return {"domain": [0, max(4.0, *numbers.dropna(), 4.0)]}


def shade(frame: pd.DataFrame, x: Spec, opacity: float = 0.7) -> Spec:
    """Grey where nothing is known."""
    return mark("rect", frame[frame["unknown"]], {"color": GRID, "opacity": opacity}, x=x, x2=field("end"))


def _place(
    frame: pd.DataFrame, events: pd.DataFrame | None, switch: str | dt.date | None, eve: str | dt.date | None
) -> tuple[Timeline, dt.date | None]:
    """The days to mark with the places of their labels, and the eve of the switch where it needs a line of its own."""
    first, end = frame["start"].min().date(), frame["end"].max().date()
    if events is None:
        events = pd.DataFrame({"day": [INAUGURATION.date()], "label": ["Inauguration"], "kind": ["politics"]})
    marked = read_events(events, first, end)
    day, before = (None if pd.isna(one) else pd.Timestamp(one).date() for one in (switch, eve))
    if day is None or not first <= day < end:
        return place_events(marked, first, end, WIDTH), None
    lies_apart = before is not None and first <= before < day - dt.timedelta(days=1)
    return place_events([*marked, Event(day, SWITCH, "switch")], first, end, WIDTH), before if lies_apart else None


def _mark(line: Timeline, eve: dt.date | None, top: bool) -> list[Spec]:
    """Lines at the days of a timeline; in the upper panel up to their labels, which stand above it."""
    drawn: list[Spec] = []
    alike = lambda one: (one.event.kind == "switch", one.row, one.align)  # noqa: E731 - one layer for each
    for (is_switch, row, align), group in itertools.groupby(sorted(line.placed, key=alike), key=alike):
        days = [one.event.day for one in group]
        if is_switch and eve:
            drawn.append(at_days("rule", [eve], DOTTED))
        foot = -LIFT - row * ROW_HEIGHT
        head = foot + LIFT if align == "center" else foot - FONT_SIZE
        ends = {"y": {"value": head}, "y2": {"value": UPPER}} if top else {}
        drawn.append(at_days("rule", days, DOTTED if is_switch else DASHED, **ends))
    for one in line.placed if top else ():
        aside = {"left": LIFT, "center": 0, "right": -LIFT}[one.align]
        place = {"dx": aside, "dy": -LIFT - one.row * ROW_HEIGHT, "align": one.align, "baseline": "bottom"}
        look = {"text": one.event.label, "color": INK, "fontSize": FONT_SIZE, **place}
        drawn.append(at_days("text", [one.event.day], look, y={"value": 0}))
    return drawn


def at_days(kind: str, days: Sequence[dt.date], look: Spec, **encoding: Any) -> Spec:
    """Marks at days or times, along the axis of months."""
    rows = [{"at": pd.Timestamp(day).isoformat()} for day in days]
    return mark(kind, rows, look, x=field("at:T"), **encoding)


def _say_switch(line: Timeline, switch: str | dt.date | None, eve: str | dt.date | None) -> str:
    """What the dotted line means, where there is one."""
    if not any(one.event.kind == "switch" for one in line.placed):
        return ""
    from investigate.quiet_chart import has_gap, say_taken_over  # noqa: PLC0415 - it draws with this module

    day, before = (None if pd.isna(one) else str(pd.Timestamp(one).date()) for one in (switch, eve))
    dotted = "Between the dotted lines" if has_gap(day, before) else "Dotted line"
    return f" {dotted}: picked values took over {say_taken_over(day, before)}."


def mark_inauguration(frame: pd.DataFrame, with_label: bool) -> list[Spec]:
    """A line at the cut, and its name above the chart; nothing when the months shown do not hold it."""
    cut = pd.Timestamp(INAUGURATION.replace(tzinfo=None))
    if not frame["start"].min() <= cut <= frame["end"].max():
        return []
    return [at_days("rule", [cut], DASHED), *([above("Inauguration", cut)] if with_label else [])]


def above(words: str, day: dt.date) -> Spec:
    """Words above a chart, over a day."""
    look = {"text": words, "align": "center", "baseline": "bottom", "dy": -3, "color": INK, "fontSize": 12}
    return at_days("text", [day], look, y={"value": 0})


def _by_month(months: pd.DataFrame) -> pd.DataFrame:
    """One row a month, the scopes side by side, with the month's first day, middle and end."""
    wide = months.set_index(["period", "scope"])["immigration_related"].unstack().reset_index()  # noqa: PD010
    rest = months[months["scope"] == "standard"][["period", "searches", "covered_days"]]
    frame = wide.merge(rest, on="period")
    covered = frame.index[frame["covered_days"] > 0]  # months before the first file and after the last say nothing
    frame = frame.loc[covered.min() : covered.max()] if len(covered) else frame
    frame = frame.reset_index(drop=True)
    frame["start"] = pd.to_datetime(frame["period"] + "-01")
    frame["end"] = frame["start"] + pd.offsets.MonthBegin(1)
    frame["middle"] = frame["start"] + (frame["end"] - frame["start"]) / 2
    frame["unknown"] = frame["standard"].isna()
    numbers = ["strict", "standard", "broad", "searches"]
    frame[numbers] = frame[numbers].astype("Float64").astype(float)
    return frame[["start", "middle", "end", "unknown", *numbers]]


def _say_months(frame: pd.DataFrame, whose: str) -> str:
    known = frame[frame["standard"].notna()]
    if known.empty:
        return f"Searches {whose} by month: no month in which a reason could be read."
    top = known.loc[known["standard"].idxmax()]
    if not top["standard"]:
        return f"Immigration-related searches {whose} by month: none in any month."
    first, last = known["start"].min(), known["start"].max()
    span = f"{first:%B %Y}" if first == last else f"{first:%B %Y} to {last:%B %Y}"
    return (
        f"Immigration-related searches {whose} by month, {span}: most in {top['start']:%B %Y} ({top['standard']:,.0f})."
    )


def chart_ranking(partners: pd.DataFrame, caption: str, most: int = 15) -> Figure:
    """Bars of the agencies with most immigration-related searches: standard scope, the broad scope behind it.

    `partners`: columns partner, standard, broad; agencies with none in the broad scope are left out.
    """
    top = (
        partners[partners["broad"] > 0]
        .head(most)[["partner", "standard", "broad"]]
        .astype({"standard": int, "broad": int})
    )
    order = top["partner"].tolist()
    y_axis = {"labelLimit": 260, "ticks": False, "domain": False, "labelColor": INK}
    y = field("partner:N", sort=order, title=None, axis=y_axis)
    x = field("broad:Q", title="distinct searches", axis={"tickMinStep": 1, "tickCount": 5, "format": ",d"})
    told = [field("partner:N", title="agency")]
    told += [field(f"{scope}:Q", title=f"{scope} scope", format=",d") for scope in ("standard", "broad")]
    rows, beside_bar = rows_of(top), {"align": "left", "dx": 4, "color": INK}
    number = field("standard:Q", format=",d")
    layers = [
        mark("bar", rows, {"color": TINT}, y=y, x=x, tooltip=told),
        mark("bar", rows, {"color": MAIN}, y=y, x=field("standard:Q"), tooltip=told),
        mark("text", rows, beside_bar, y=y, x=field("broad:Q"), text=number),
    ]
    chart = style(layered(layers, width=WIDTH - 270, height={"step": 22}))
    said = "; ".join(f"{row.partner}: {row.standard:,}" for row in top.head(5).itertuples())
    return Figure(chart, caption, f"{caption} {said}.")
