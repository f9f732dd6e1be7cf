"""Classify inside the engine that holds the texts: DuckDB or Spark, the same expression, the one classifier.

A Python function that takes a row's values is the one kind that Ibis runs alike on both. Functions over whole columns
are not: DuckDB hands a `pyarrow` function arrays where Spark hands the same function single values, and `pandas`
functions exist for Spark only. Reading a reason takes many times longer than passing its row over.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from investigate.reasons.classify import classify_reason
from investigate.reasons.overrides import NO_OVERRIDES, Overrides, parse_overrides

__all__ = ["FOUND", "READ", "classify_table"]

READ: dict[str, str] = {
    "reason": "string",
    "case_text": "string",
    "offense_type": "string",
    "is_exported": "boolean",
    "is_overwritten": "boolean",
}
FOUND: tuple[str, ...] = ("category", "rule", "matched", "matched_in")
_UNPACKED = "found by classify_table"  # no column that a caller has is called so
_RESULT = dt.Struct(dict.fromkeys(FOUND, "string"))


def classify_table(texts: ir.Table, overrides: Overrides = NO_OVERRIDES) -> ir.Table:
    """`texts` with category, rule, matched and matched_in of each row, as in the table `reasons`.

    Needs the columns of READ (texts may be NULL; a NULL in is_exported or is_overwritten counts as false) on a DuckDB
    or Spark connection; other columns stay, and what stood in FOUND is replaced. Nothing runs until the result is
    asked for; then each row is read once, so give it distinct texts. `matched` and `matched_in` are NULL where no
    words matched. On Spark the package must be installed on every machine that works.
    """
    kept = texts.drop(*(name for name in FOUND if name in texts.columns))
    found = _function(overrides.content)(*(kept[name] for name in READ))
    return kept.mutate(**{_UNPACKED: found}).unpack(_UNPACKED)


@lru_cache(maxsize=8)
def _function(corrections: bytes) -> Callable[..., ir.Value]:
    """The engine's function for one file of corrections, whose bytes travel with it to other machines."""

    # Without null_handling DuckDB gives NULL for any row with a NULL in it and never asks the function.
    @ibis.udf.scalar.python(null_handling="special", signature=(tuple(READ.values()), _RESULT))
    def classified(reason, case_text, offense_type, is_exported, is_overwritten):
        return _found(corrections, reason, case_text, offense_type, bool(is_exported), bool(is_overwritten))

    return classified


def _found(
    corrections: bytes,
    reason: str | None,
    case_text: str | None,
    offense_type: str | None,
    exported: bool,
    overwritten: bool,
) -> dict[str, str | None]:
    overrides = _overrides(corrections)
    found = classify_reason(
        reason, case_text, offense_type, exported=exported, overwritten=overwritten, overrides=overrides
    )
    values = (found.category, found.rule, found.matched or None, found.column or None)
    return dict(zip(FOUND, values, strict=True))


@cache
def _overrides(corrections: bytes) -> Overrides:
    return parse_overrides(corrections) if corrections else NO_OVERRIDES
