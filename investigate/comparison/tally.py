"""Counts of the rows on the two sides of a comparison, for every agency in every role at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir
import pandas as pd

from investigate.counted import ONLY_ROW
from investigate.counts import OTHER_SIDE, ROLES, UNITS, in_scope, is_read
from investigate.reasons.classify import SCOPES

EVERYTHING = "(everything loaded)"  # stands for the agency where all that is loaded is compared
TOTALS = ("rows", "searches", "cases")
# The roles of all that is loaded, and of each agency.
ALL = ""
GROUP = ["window", "role", "agency", "side"]
TOLD_APART_BY = ("category", "is_exported", "is_picked", *ONLY_ROW.values())
NEEDED = ("role", "agency", "other", "side", *ONLY_ROW, *TOLD_APART_BY)


def tally(windows: Mapping[str, ir.Table]) -> pd.DataFrame:
    """One row a window, role, agency and side: how much there is, and how much of it is in each scope, in each unit.

    `windows`: by name, searches with the columns role, agency, other and side. Columns window, role, agency, side,
    rows, searches, cases, agencies (distinct `other`); of rows, what `count_rows` counts; and for each unit of rows,
    searches, cases: read_UNIT (with a reason to read), SCOPE_UNIT (in the scope), both_SCOPE_UNIT (in the scope, and
    with a reason to read).
    """
    parts = [rows.select(*NEEDED, window=ibis.literal(name)) for name, rows in windows.items()]
    rows = ibis.union(*parts) if len(parts) > 1 else parts[0]
    # Rows that no condition tells apart are counted together: it is the small table that is looked through for each.
    cells = rows.group_by([*GROUP, *TOLD_APART_BY]).agg(many=rows.count())
    counted: pd.DataFrame = _count_cells(cells).execute()
    others = rows.filter(rows.other.notnull()).select(*GROUP, "other").distinct()
    frame = _add(counted.assign(agencies=0), others.group_by(GROUP).agg(agencies=others.count()).execute())
    for unit, key in UNITS.items():
        if key is not None:
            frame = _add(frame, _shared(rows, key, unit).execute())
    return frame


def _count_cells(cells: ir.Table) -> ir.Table:
    """Per group: rows, what `count_rows` counts, and of every unit all that need no comparing of keys."""

    def count(where: ir.BooleanValue) -> ir.IntegerScalar:
        return cells.many.sum(where=where).fill_null(0).cast("int64")

    conditions = _conditions(cells)
    alone = {
        _column(name, unit): count(where & cells[ONLY_ROW[key]])
        for unit, key in UNITS.items()
        if key is not None
        for name, where in {"": ibis.literal(True), **conditions}.items()
    }
    of_rows = {_column(name, "rows"): count(where) for name, where in conditions.items()}
    return cells.group_by(GROUP).agg(rows=count(ibis.literal(True)), **of_rows, **alone, **count_rows(cells, count))


def _conditions(rows: ir.Table) -> dict[str, ir.BooleanValue]:
    """What is counted of each unit beside the unit itself."""
    can_be_read = is_read(rows)
    conditions = {"read": can_be_read}
    for scope in SCOPES:
        conditions[scope] = in_scope(rows, scope)
        conditions[f"both_{scope}"] = conditions[scope] & can_be_read
    return conditions


def _column(name: str, unit: str) -> str:
    return f"{name}_{unit}" if name else unit


def _shared(rows: ir.Table, key: str, unit: str) -> ir.Table:
    """Of the keys that stand in several rows, how many there are in each group, and for how many a condition holds.

    Each key is looked up once, with whether one of its rows fulfils each condition: as many distinct counts as there
    are conditions take as many times the memory, and at ten million rows minutes more.
    """
    shared = rows.filter(~rows[ONLY_ROW[key]] & rows[key].notnull())
    held = {name: where.fill_null(False).any() for name, where in _conditions(shared).items()}
    keys = shared.group_by([*GROUP, key]).agg(**held)
    holding = {_column(name, unit): keys.count(where=keys[name]) for name in held}
    return keys.group_by(GROUP).agg(**{unit: keys.count()}, **holding)


def _add(frame: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """`frame` with the counts of `more` added, group by group."""
    counts = [name for name in more.columns if name not in GROUP]
    added = frame[GROUP].merge(more, on=GROUP, how="left")[counts].fillna(0).astype("int64")
    return frame.assign(**{name: frame[name].to_numpy() + added[name].to_numpy() for name in counts})


def count_rows(
    rows: ir.Table, count: Callable[[ir.BooleanValue], ir.IntegerScalar] | None = None
) -> dict[str, ir.IntegerScalar]:
    """How many rows can be read, why others cannot, and how many of those that state a reason were picked.

    `count` gives how many rows there are where something holds; without it `rows` are counted one by one.
    """
    count = count or (lambda where: rows.count(where=where))
    states = rows.is_exported & rows.category.notin(("blank", "withheld"))
    return {
        "read": count(is_read(rows)),
        "not_exported": count(~rows.is_exported),
        "withheld": count(rows.category == "withheld"),
        "blank": count(rows.is_exported & (rows.category == "blank")),
        "stating": count(states | rows.is_picked),
        "picked": count(rows.is_picked),
    }


def name_agency(rows: ir.Table, role: str) -> ir.Table:
    """The rows in which it is known who has the role (ALL: everything loaded), with the columns role, agency and other:
    who searched, or whose cameras."""
    agency = ibis.literal(EVERYTHING) if role == ALL else rows[ROLES[role]]
    other = rows[OTHER_SIDE.get(role, "searching_agency")]
    named = rows.mutate(role=ibis.literal(role), agency=agency, other=other)
    return named.filter(named.agency.notnull())
