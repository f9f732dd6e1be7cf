"""Ratios with their intervals, one line an agency, so that wide ones are seen to be wide."""

from __future__ import annotations

import pandas as pd

from investigate.charts import GRID, INK, MAIN, QUIET, WIDTH, Figure, _style, alt
from investigate.comparison.said import say_limits, say_times

LEAST, MOST = 1 / 64, 64.0  # limits beyond are drawn to the edge
TICKS = (1 / 16, 1 / 4, 1, 4, 16)


def chart_ratios(compared: pd.DataFrame, most: int = 20) -> Figure:
    """Rates after over rates before with 95 % intervals, the surest rises first; what has no ratio is left out.

    `compared`: one row an agency with the columns agency, rate_ratio, low, high, refused of `compare_agencies`.
    """
    known = compared[~compared["refused"].astype(bool) & compared["low"].notna()]
    top = known.sort_values(["low", "agency"], ascending=[False, True]).head(most)
    rows = [
        {
            "agency": row["agency"],
            "low": _within(row["low"]),
            "high": _within(row["high"]),
            "ratio": None if pd.isna(row["rate_ratio"]) else _within(row["rate_ratio"]),
            "said": f"{row['agency']}: {_said(row)}",
        }
        for row in top.to_dict("records")
    ]
    order = [row["agency"] for row in rows]
    scale = alt.Scale(type="log", base=2, domain=[LEAST, MOST], clamp=True)
    values = [value for value in TICKS if LEAST <= value <= MOST]
    axis = alt.Axis(values=values, labelExpr="datum.value < 1 ? '1/' + round(1 / datum.value) : datum.value + '×'")
    y_axis = alt.Axis(labelLimit=260, ticks=False, domain=False, labelColor=INK)
    y = alt.Y("agency:N", sort=order, title=None, axis=y_axis)
    x = alt.X("low:Q", scale=scale, axis=axis, title="rate after, as a multiple of the rate before")
    base = alt.Chart(alt.Data(values=rows)).encode(y=y, tooltip=alt.Tooltip("said:N", title=""))
    one = alt.Chart(alt.Data(values=[{"one": 1}])).mark_rule(color=QUIET).encode(x=alt.X("one:Q", scale=scale))
    lines = base.mark_rule(color=MAIN, strokeWidth=2).encode(x=x, x2="high:Q")
    dots = base.mark_point(filled=True, size=60, color=MAIN).encode(x=alt.X("ratio:Q", scale=scale))
    chart = alt.layer(one, lines, dots).properties(width=WIDTH - 270, height=alt.Step(22))
    left = len(known) - len(top)
    caption = (
        "Immigration-related searches per 1,000, after against before, over equal covered days: dots are ratios, lines "
        "their 95 % intervals; a line without a dot has none before. An interval that crosses 1 can be chance."
        + (f" {left:,} more are in the table." if left else "")
    )
    said = "; ".join(f"{row['agency']}: {_said(row)}" for row in top.head(5).to_dict("records")) or "none"
    return Figure(_style(chart).configure_axis(gridColor=GRID), caption, f"Ratios with intervals: {said}.")


def _within(number: object) -> float:
    """On the axis; no limit is its edge."""
    return MOST if pd.isna(number) else min(MOST, max(LEAST, float(str(number))))


def _said(row: dict[str, object]) -> str:
    ratio = "none before" if pd.isna(row["rate_ratio"]) else say_times(float(str(row["rate_ratio"])))
    return f"{ratio} ({say_limits(row)})"
