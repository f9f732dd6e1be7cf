"""Charts, drawn as SVG from small aggregated frames only: a chart never carries a column it does not draw."""

from __future__ import annotations

import json
import re
import sys
from html import escape
from typing import Any

import pandas as pd

from investigate.periods import INAUGURATION
from investigate.slim import slim_svg

# Altair brings in jsonschema, which builds the grammar of a link format that no chart has whenever that package is
# there: more than a second in every kernel. While it is imported, the package is not there.
_absent: Any = None
_was_there = sys.modules.get("rfc3987_syntax")
sys.modules["rfc3987_syntax"] = _was_there or _absent
import altair as alt  # noqa: E402

if _was_there is None:
    del sys.modules["rfc3987_syntax"]

WIDTH = 680
FONT = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif"
# Characters, as JSON writes them, that end the process that draws them; replacement characters are drawn instead.
UNDRAWABLE = re.compile(r"\\u(?:00[01][0-9a-f]|007f|00[89][0-9a-f]|fff[ef])")
INK, QUIET, GRID = "#1f2933", "#6b7785", "#dfe3e8"
# Okabe and Ito's vermilion and a light tint of it; told apart by lightness too.
MAIN, TINT, PLAIN = "#b8420a", "#f0bd9a", "#9aa5b1"


def _style(chart: alt.TopLevelMixin) -> alt.TopLevelMixin:
    """The one look of every chart, in notebooks and reports alike."""
    axis = {"labelColor": QUIET, "titleColor": QUIET, "gridColor": GRID, "domainColor": GRID, "tickColor": GRID}
    return (
        chart.configure(font=FONT, background="#ffffff")
        .configure_axis(titleFontWeight="normal", labelFontSize=12, titleFontSize=12, **axis)
        .configure_view(stroke=None)
    )


def drawable(chart: alt.TopLevelMixin) -> str:
    """A chart as JSON that the drawing engine survives."""
    return UNDRAWABLE.sub(r"\\ufffd", json.dumps(chart.to_dict()))


class Figure:
    """A chart with its caption and the words that stand for it: HTML with inline SVG in notebooks and pages.

    `chart` is the Altair chart, for exploring: `figure.chart.interactive()`.
    """

    def __init__(self, chart: alt.TopLevelMixin, caption: str, alt_text: str) -> None:
        self.chart = chart
        self.caption = caption
        self.alt_text = alt_text

    def svg(self) -> str:
        """The chart as an `<svg>` element that scales to its place and carries the alt text."""
        return slim_svg(self._drawn())

    def _drawn(self) -> str:
        """As the drawing engine writes it."""
        import vl_convert  # noqa: PLC0415 - starts an engine that only drawing needs

        svg = vl_convert.vegalite_to_svg(drawable(self.chart))
        svg = svg[svg.index("<svg") :]
        label = f'role="img" aria-label="{escape(self.alt_text, quote=True)}" style="max-width:100%;height:auto"'
        return re.sub(r"<svg ", f"<svg {label} ", svg, count=1)

    def _repr_html_(self) -> str:
        return f'<figure class="chart">{self.svg()}<figcaption>{escape(self.caption)}</figcaption></figure>'

    def __repr__(self) -> str:
        return f"{self.alt_text} {self.caption}"


def chart_months(months: pd.DataFrame, whose: str) -> Figure:
    """Searches per month above, and below them those related to immigration, with the strict–broad range.

    `months`: counts by month in all three scopes (columns period, scope, searches, immigration_related,
    covered_days). Months in which no reason could be read, or that no file covers, are shaded.
    """
    frame = _by_month(months)
    span = alt.Scale(type="utc", domain=[_at(frame["start"].min()), _at(frame["end"].max())])
    x = alt.X("start:T", scale=span, title=None, axis=_month_axis(frame))
    bare_x = alt.X("start:T", scale=span, title=None, axis=None)
    y_all = alt.Y(
        "searches:Q", title="all searches", axis=alt.Axis(tickCount=2, format=",d"), scale=_height(frame["searches"])
    )
    y_axis = alt.Axis(tickCount=5, format=",d")
    y = alt.Y("standard:Q", title="immigration-related", axis=y_axis, scale=_height(frame["broad"]))
    bars = alt.Chart(frame).encode(x2="end:T", y2=alt.datum(0))
    spread = alt.Chart(frame).mark_rule(color=INK, strokeWidth=1.5)
    upper = [_shade(frame, bare_x), bars.mark_rect(color=PLAIN, stroke="#ffffff").encode(x=bare_x, y=y_all)]
    lower = [
        _shade(frame, x),
        bars.mark_rect(color=MAIN, stroke="#ffffff").encode(x=x, y=y),
        spread.encode(x="middle:T", y="strict:Q", y2="broad:Q"),
    ]
    chart = alt.vconcat(
        alt.layer(*upper, *_mark_inauguration(frame, with_label=True)).properties(width=WIDTH, height=70),
        alt.layer(*lower, *_mark_inauguration(frame, with_label=False)).properties(width=WIDTH, height=190),
        spacing=10,
    )
    caption = (
        f"Distinct searches {whose} per month. Bars below: standard scope; lines: from the strict to the broad scope. "
        "Grey: no file covers the month, or no reason in it could be read."
    )
    return Figure(_style(chart), caption, _say_months(frame, whose))


def _at(time: pd.Timestamp) -> dict[str, int | bool]:
    """A time as Vega takes it in a scale's domain."""
    return {"year": time.year, "month": time.month, "date": time.day, "utc": True}


def _month_axis(frame: pd.DataFrame) -> alt.Axis:
    """Labels at the starts of months, about ten of them."""
    starts = frame["start"].tolist()
    shown = [_at(start) for start in starts[:: max(1, round(len(starts) / 10))]]
    return alt.Axis(format="%b %y", values=shown, labelAlign="left", labelOffset=2, grid=False)


def _height(numbers: pd.Series) -> alt.Scale:
    """From 0 to the largest number, and at least to 4, so that the axis has whole numbers only."""
    return alt.Scale(domain=[0, max(4.0, *numbers.dropna(), 4.0)])


def _shade(frame: pd.DataFrame, x: alt.X) -> alt.Chart:
    """Grey where nothing is known."""
    return alt.Chart(frame[frame["unknown"]]).mark_rect(color=GRID, opacity=0.7).encode(x=x, x2="end:T")


def _mark_inauguration(frame: pd.DataFrame, with_label: bool) -> list[alt.Chart]:
    """A line at the cut, and its name above the chart; nothing when the months shown do not hold it."""
    cut = pd.Timestamp(INAUGURATION.replace(tzinfo=None))
    if not frame["start"].min() <= cut <= frame["end"].max():
        return []
    base = alt.Chart(pd.DataFrame({"at": [cut]})).encode(x="at:T")
    text = base.mark_text(text="Inauguration", align="center", baseline="bottom", dy=-3, color=INK, fontSize=12)
    return [base.mark_rule(color=INK, strokeDash=[4, 3]), *([text.encode(y=alt.value(0))] if with_label else [])]


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
    return (
        f"Immigration-related searches {whose} by month, {known['start'].min():%B %Y} to {known['start'].max():%B %Y}: "
        f"most in {top['start']:%B %Y} ({top['standard']:,.0f})."
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
    y = alt.Y(
        "partner:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, ticks=False, domain=False, labelColor=INK)
    )
    x_axis = alt.Axis(tickMinStep=1, tickCount=5, format=",d")
    wide = alt.Chart(top).mark_bar(color=TINT).encode(y=y, x=alt.X("broad:Q", title="distinct searches", axis=x_axis))
    main = alt.Chart(top).mark_bar(color=MAIN).encode(y=y, x="standard:Q")
    number = (
        alt.Chart(top)
        .mark_text(align="left", dx=4, color=INK)
        .encode(y=y, x="broad:Q", text=alt.Text("standard:Q", format=",d"))
    )
    chart = _style(alt.layer(wide, main, number).properties(width=WIDTH - 270, height=alt.Step(22)))
    said = "; ".join(f"{row.partner}: {row.standard:,}" for row in top.head(5).itertuples())
    return Figure(chart, caption, f"{caption} {said}.")
