"""The rows that everything is counted from: the stored searches with category and case beside them, written once.

Joining ten million rows with their cases and counting their distinct keys is what a count would spend its time and
memory on. Both are done here once: each row says whether it is the only one of its search and the only one of its
case, so that most keys need never be compared, whatever is counted and however it is grouped.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

ONLY_ROW = {"search_key": "is_only_row", "case_id": "is_only_row_of_case"}


def count_distinct(rows: ir.Table, key: str, where: ir.BooleanValue | None = None) -> ir.IntegerScalar:
    """How many distinct searches (`search_key`) or cases (`case_id`) there are among the rows for which `where` holds.

    A row that is the only one of its search needs no comparing. The rows must come from `Tables.searches` and stand no
    more than once in each group.
    """
    alone = rows[ONLY_ROW[key]]
    chosen = ibis.literal(True) if where is None else where
    return rows.count(where=chosen & alone) + rows[key].nunique(where=chosen & ~alone)
