"""How widely searches reached: networks and devices per search, by month, of every agency in both roles.

A log says of a search how many networks and devices (cameras) it went to, never which. A nought says nothing: the
vendor recorded none for some weeks, and no search goes to no camera. Such searches are counted as not known.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from investigate.counts import by_role, in_scope
from investigate.tables import Tables

MEASURES = ("networks", "devices")
LOW, HIGH = 0.1, 0.9
COLUMNS = [
    "agency", "role", "month", "measure", "searches", "known", "low", "median", "high", "most", "related_known",
    "related_median",
]  # fmt: skip


def breadth_by_agency(tables: Tables) -> pd.DataFrame:
    """One row an agency, role, local month and measure (networks, devices), see COLUMNS.

    `searches`: distinct searches; `known`: those that state a number above 0; `low`, `median`, `high`, `most`: of
    these the 10th percentile, the middle, the 90th percentile and the largest (networks or devices per search);
    `related_known`, `related_median`: of those related to immigration (standard scope). Empty where none is known.
    """
    parts = [_of_role(searches).assign(role=role) for role, searches in by_role(tables.searches).items()]
    found = pd.concat(parts, ignore_index=True)[COLUMNS]
    return found.sort_values(["agency", "role", "measure", "month"], ignore_index=True)


def _of_role(searches: ir.Table) -> pd.DataFrame:
    once = searches.group_by(["agency", "search_key"]).agg(
        month=searches.local_date.min().strftime("%Y-%m"),
        is_related=in_scope(searches, "standard").any(),
        # One search stands in many logs, and some of them leave its numbers out.
        **{name: searches[f"{name}_count"].max().nullif(0) for name in MEASURES},
    )
    told = [_of_measure(once, name) for name in MEASURES]
    return ibis.union(*told).execute()


def _of_measure(once: ir.Table, name: str) -> ir.Table:
    number = once[name].cast("float64")
    is_known = number > 0
    related = is_known & once.is_related
    counted = once.group_by(["agency", "month"]).agg(
        searches=once.count(),
        known=once.count(where=is_known),
        low=number.quantile(LOW, where=is_known),
        median=number.median(where=is_known),
        high=number.quantile(HIGH, where=is_known),
        most=number.max(where=is_known),
        related_known=once.count(where=related),
        related_median=number.median(where=related),
    )
    return counted.mutate(measure=ibis.literal(name))
