"""Ratios with their intervals, one line an agency, so that wide ones are seen to be wide."""

from __future__ import annotations

import pandas as pd

from investigate.chart_spec import field, layered, mark
from investigate.charts import GRID, INK, MAIN, QUIET, WIDTH, Figure, style
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
    scale = {"type": "log", "base": 2, "domain": [LEAST, MOST], "clamp": True}
    values = [value for value in TICKS if LEAST <= value <= MOST]
    axis = {"values": values, "labelExpr": "datum.value < 1 ? '1/' + round(1 / datum.value) : datum.value + '×'"}
    y_axis = {"labelLimit": 260, "ticks": False, "domain": False, "labelColor": INK}
    x = field("low:Q", scale=scale, axis=axis, title="rate after, as a multiple of the rate before")
    line = {"y": field("agency:N", sort=order, title=None, axis=y_axis), "tooltip": field("said:N", title="")}
    layers = [
        mark("rule", [{"one": 1}], {"color": QUIET}, x=field("one:Q", scale=scale)),
        mark("rule", rows, {"color": MAIN, "strokeWidth": 2}, **line, x=x, x2=field("high")),
        mark("point", rows, {"filled": True, "size": 60, "color": MAIN}, **line, x=field("ratio:Q", scale=scale)),
    ]
    chart = layered(layers, width=WIDTH - 270, height={"step": 22})
    left = len(known) - len(top)
    caption = (
        "Immigration-related searches per 1,000, after against before, over equal covered days: dots are ratios, lines "
        "their 95 % intervals; a line without a dot has none before. An interval that crosses 1 can be chance."
        + (f" {left:,} more are in the table." if left else "")
    )
    said = "; ".join(f"{row['agency']}: {_said(row)}" for row in top.head(5).to_dict("records")) or "none"
    return Figure(style(chart, axis={"gridColor": GRID}), caption, f"Ratios with intervals: {said}.")


def _within(number: object) -> float:
    """On the axis; no limit is its edge."""
    return MOST if pd.isna(number) else min(MOST, max(LEAST, float(str(number))))


def _said(row: dict[str, object]) -> str:
    ratio = "none before" if pd.isna(row["rate_ratio"]) else say_times(float(str(row["rate_ratio"])))
    return f"{ratio} ({say_limits(row)})"
