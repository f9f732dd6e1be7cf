"""The chart of how widely searches reached, by month, and the words that go with it."""

from __future__ import annotations

import pandas as pd

from investigate.breadth import MEASURES
from investigate.chart_spec import Spec, field, layered, mark, rows_of, stacked
from investigate.charts import (
    INK,
    MAIN,
    PLAIN,
    WIDTH,
    Figure,
    mark_inauguration,
    month_axis,
    shade,
    style,
    time_span,
)
from investigate.findings import say_count

TITLES = {"networks": "networks per search", "devices": "devices per search"}
LEGEND = (
    "Bars: from the 10th to the 90th percentile; black: the median; orange ring: the median of those "
    "related to immigration (standard scope). Each step up is ten times as many. Grey: no search states a number above "
    "0."
)


def chart_breadth(months: pd.DataFrame, whose: str) -> Figure:
    """Networks above and devices below, by month, on logarithmic axes.

    `months`: one agency's and role's rows of `breadth_by_agency`. Raises ValueError where no number is known.
    """
    if not (months["known"] > 0).any():
        raise ValueError("No search states how far it reached. Show a sentence that says so instead.")
    parts = {name: _by_month(months, name) for name in MEASURES}
    shown = {name: frame for name, frame in parts.items() if (~frame["unknown"]).any()}
    panels = [_panel(frame, TITLES[name], number == 0) for number, (name, frame) in enumerate(shown.items())]
    said = " ".join(say_breadth(months, whose))
    return Figure(style(stacked(panels, 14)), f"How widely searches {whose} reached, by month. {LEGEND}", said)


def _by_month(months: pd.DataFrame, measure: str) -> pd.DataFrame:
    """One row a month from the first to the last, with its first day, middle and end; months without a search too."""
    mine = months[months["measure"] == measure].set_index("month").sort_index()
    every = pd.period_range(months["month"].min(), months["month"].max(), freq="M").strftime("%Y-%m")
    numbers = ["known", "low", "median", "high", "most", "related_median"]
    frame = mine[numbers].astype("Float64").astype(float).reindex(every).reset_index(names="month")
    frame["start"] = pd.to_datetime(frame["month"] + "-01")
    frame["end"] = frame["start"] + pd.offsets.MonthBegin(1)
    frame["middle"] = frame["start"] + (frame["end"] - frame["start"]) / 2
    frame["unknown"] = ~(frame["known"] > 0)
    return frame


def _panel(frame: pd.DataFrame, title: str, with_label: bool) -> Spec:
    x, middle = (
        field(f"{name}:T", scale=time_span(frame), title=None, axis=month_axis(frame)) for name in ("start", "middle")
    )
    top = max(10.0, float(frame["most"].max()))
    scale = {"type": "log", "domain": [1, 10 ** _digits(top)], "nice": False}
    axis = {"values": [10**power for power in range(_digits(top) + 1)], "format": ",d"}
    y = field("low:Q", title=title, scale=scale, axis=axis)
    known = frame[~frame["unknown"]]
    rows, related = rows_of(known), known[known["related_median"].notna()]
    tips = [field("month:N"), *(field(f"{name}:Q", format=",.0f") for name in ("low", "median", "high"))]
    bar = {"color": PLAIN, "size": 9, "opacity": 0.7}
    dot = {"filled": True, "color": INK, "size": 38, "opacity": 1}
    ring = {"filled": False, "color": MAIN, "size": 70, "strokeWidth": 2, "opacity": 1}
    layers = [
        shade(frame, x),
        mark("bar", rows, bar, x=middle, y=y, y2=field("high"), tooltip=tips),
        mark("point", rows, dot, x=middle, y=field("median:Q", scale=scale)),
        mark("point", related, ring, x=middle, y=field("related_median:Q", scale=scale)),
    ]
    return layered([*layers, *mark_inauguration(frame, with_label)], width=WIDTH, height=150)


def _digits(number: float) -> int:
    """The power of ten that is not below a number."""
    return max(1, len(str(int(number) - 1))) if number > 1 else 1


def say_breadth(months: pd.DataFrame, whose: str) -> list[str]:
    """How far the median search reached in the first and in the last month in which that is known, and the widest."""
    said = []
    for name in MEASURES:
        mine = months[(months["measure"] == name) & (months["known"] > 0)].sort_values("month")
        if mine.empty:
            said.append(f"No search {whose} states how many {name} it went to.")
            continue
        first, last, widest = mine.iloc[0], mine.iloc[-1], mine.loc[mine["most"].astype(float).idxmax()]
        middle = f"{say_count(round(first['median']))} {name} in {_say_month(first['month'])}"
        if last["month"] != first["month"]:
            middle += f" and {say_count(round(last['median']))} in {_say_month(last['month'])}"
        most = f"{say_count(round(widest['most']))} (in {_say_month(widest['month'])})"
        said.append(
            f"The median search {whose} went to {middle}; the widest to {most}.{_say_unknown(mine, months, name)}"
        )
    return said


def _say_unknown(known: pd.DataFrame, months: pd.DataFrame, name: str) -> str:
    every = int(months.loc[months["measure"] == name, "searches"].sum())
    missing = every - int(known["known"].sum())
    return f" {missing:,} of {every:,} searches state no number of {name} above 0 and are left out." if missing else ""


def _say_month(month: str) -> str:
    return f"{pd.Timestamp(f'{month}-01'):%B %Y}"
