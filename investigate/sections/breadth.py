"""How widely searches reached, on the page: networks and devices per search, by month."""

from __future__ import annotations

import pandas as pd

from investigate.breadth import MEASURES
from investigate.breadth_chart import TITLES, chart_breadth, say_breadth
from investigate.scrub import printed
from investigate.show import Report, each_role
from investigate.shown import Shown, figure_shown, folded, joined, nothing, table

NO_CAMERA = "A log says to how many networks and devices a search went, never which camera was looked at."
COLUMNS = {
    "month": "month", "known": "searches with a number", "low": "10th percentile", "median": "median",
    "high": "90th percentile", "most": "largest", "related_known": "of them immigration-related",
    "related_median": "their median",
}  # fmt: skip


def show_breadth(report: Report) -> Shown:
    """To how many networks and devices searches went, month by month."""
    return each_role(report, lambda role: _show_role(report, role))


def _show_role(report: Report, role: str) -> Shown:
    months, whose = report.rows("breadth", role), printed(report.whose(role))
    if months.empty or not (months["known"] > 0).any():
        return nothing(f"No search {whose} states to how many networks or devices it went.")
    said = nothing(" ".join([*say_breadth(months, whose), NO_CAMERA]))
    tables = [
        table(_rounded(rows), COLUMNS, f"{TITLES[name].capitalize()}, searches {whose}, by month")
        for name in MEASURES
        if len(rows := months[(months["measure"] == name) & (months["known"] > 0)].sort_values("month"))
    ]
    return joined(said, figure_shown(chart_breadth(months, whose)), folded("By month", joined(*tables)))


def _rounded(rows: pd.DataFrame) -> pd.DataFrame:
    numbers = ["low", "median", "high", "most", "related_median"]
    return rows.assign(**{name: rows[name].astype("Float64").round().astype("Int64") for name in numbers})
