"""Counts of the rows on the two sides of a comparison, for every agency in every role at once."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import pandas as pd

from investigate.counted import ONLY_ROW, count_distinct
from investigate.counts import OTHER_SIDE, ROLES, UNITS, in_scope, is_read
from investigate.reasons.classify import SCOPES

EVERYTHING = "(everything loaded)"  # stands for the agency where all that is loaded is compared
TOTALS = ("rows", "searches", "cases")
# The roles of all that is loaded, and of each agency.
ALL = ""
NEEDED = ("role", "agency", "other", "side", *ONLY_ROW, *ONLY_ROW.values(), "category", "is_exported", "is_picked")


def tally(windows: Mapping[str, ir.Table]) -> pd.DataFrame:
    """One row a window, role, agency and side: how much there is, and how much of it is in each scope, in each unit.

    `windows`: by name, searches with the columns role, agency, other and side. Columns window, role, agency, side,
    rows, searches, cases, agencies (distinct `other`); of rows, what `count_rows` counts; and for each unit of rows,
    searches, cases: read_UNIT (with a reason to read), SCOPE_UNIT (in the scope), both_SCOPE_UNIT (in the scope, and
    with a reason to read).
    """
    parts = [rows.select(*NEEDED, window=ibis.literal(name)) for name, rows in windows.items()]
    rows = ibis.union(*parts) if len(parts) > 1 else parts[0]
    can_be_read = is_read(rows)
    numbers: dict[str, ir.Value] = {}
    for unit, key in UNITS.items():

        def units(where: ir.BooleanValue, key: str | None = key) -> ir.IntegerScalar:
            return rows.count(where=where) if key is None else count_distinct(rows, key, where)

        numbers[f"read_{unit}"] = units(can_be_read)
        for scope in SCOPES:
            numbers[f"{scope}_{unit}"] = units(in_scope(rows, scope))
            numbers[f"both_{scope}_{unit}"] = units(in_scope(rows, scope) & can_be_read)
    counted = rows.group_by(["window", "role", "agency", "side"]).agg(
        rows=rows.count(),
        searches=count_distinct(rows, "search_key"),
        cases=count_distinct(rows, "case_id"),
        agencies=rows.other.nunique(),
        **numbers,
        **count_rows(rows),
    )
    frame: pd.DataFrame = counted.execute()
    return frame


def count_rows(rows: ir.Table) -> dict[str, ir.IntegerScalar]:
    """How many rows can be read, why others cannot, and how many of those that state a reason were picked."""
    states = rows.is_exported & rows.category.notin(("blank", "withheld"))
    return {
        "read": rows.count(where=is_read(rows)),
        "not_exported": rows.count(where=~rows.is_exported),
        "withheld": rows.count(where=rows.category == "withheld"),
        "blank": rows.count(where=rows.is_exported & (rows.category == "blank")),
        "stating": rows.count(where=states | rows.is_picked),
        "picked": rows.count(where=rows.is_picked),
    }


def name_agency(rows: ir.Table, role: str) -> ir.Table:
    """The rows in which it is known who has the role (ALL: everything loaded), with the columns role, agency and other:
    who searched, or whose cameras."""
    agency = ibis.literal(EVERYTHING) if role == ALL else rows[ROLES[role]]
    other = rows[OTHER_SIDE.get(role, "searching_agency")]
    named = rows.mutate(role=ibis.literal(role), agency=agency, other=other)
    return named.filter(named.agency.notnull())
