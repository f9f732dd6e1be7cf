"""Give a stated reason exactly one category, the rule that gave it, and the exact text that matched.

A typed reason is what somebody typed, not a proven purpose. Agency names are never read here, only the reason, the
offense type and the case number. The words and phrases are data (rules.toml, read by reader.py); what weighs more than
what stands in evidence.py; a correction by hand (overrides.py) wins over both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from investigate.reasons.dropdown import split_dropdown
from investigate.reasons.evidence import FUZZY_MARK, OTHER_CRIME, Classification
from investigate.reasons.overrides import NO_OVERRIDES, Overrides, read_overrides
from investigate.reasons.reader import reader
from investigate.reasons.rulebook import CATEGORIES, rulebook
from investigate.workspace import Workspace

__all__ = [
    "CATEGORIES",
    "FUZZY_MARK",
    "RULES_VERSION",
    "SCOPES",
    "Classification",
    "classify_reason",
    "classify_reasons",
    "scopes_of",
    "split_dropdown",
]

_STRICT = frozenset({"immigration", "immigration_crime"})
_STANDARD = _STRICT | {"immigration_agency"}
SCOPES: dict[str, frozenset[str]] = {
    "strict": _STRICT,
    "standard": _STANDARD,
    "broad": _STANDARD | {"homeland", OTHER_CRIME},
}
RULES_VERSION: str = rulebook().version


def scopes_of(category: str) -> list[str]:
    """The scopes that count `category` as immigration-related, in the order strict, standard, broad."""
    return [scope for scope, categories in SCOPES.items() if category in categories]


def classify_reason(
    reason: str | None,
    case_number: str | None = None,
    offense_type: str | None = None,
    *,
    exported: bool = True,
    overwritten: bool = False,
    overrides: Overrides = NO_OVERRIDES,
) -> Classification:
    """Classify one row's reason together with its case number and its offense type (a portal column).

    `exported=False`: the release has no reason column: `not_exported`, unless offense type or case number give a
    category of the broad scope. `overwritten=True`: this one text fills the column; a vague one is `withheld`.
    `overrides`: corrections by hand (`read_overrides`), which win over all of this where they name the reason.
    """
    if exported and reason and (corrected := overrides.find(reason)):
        return corrected
    found = reader().classify(reason if exported else None, case_number, offense_type, exported=exported)
    if overwritten and found.category == "vague":
        beside = reader().classify(None, case_number, offense_type, exported=True)
        is_silent = beside.category in {"blank", "vague"}
        return Classification("withheld", "overwritten", "", "") if is_silent else beside
    return found


def classify_reasons(
    texts: str | Iterable[str] | pd.Series | pd.DataFrame, workspace: str | Path | Workspace | None = None
) -> pd.DataFrame:
    """Classify many reasons; each distinct one is read once.

    Takes texts, or a DataFrame with the column `reason` and, where known, `case_number` and `offense_type` (without
    `reason`, everything counts as not exported). Missing values are blank. The workspace's corrections by hand apply.
    Gives one row per given text, in order, with a fresh index: text, category, rule, matched, scopes (list of str).
    """
    if isinstance(texts, str):
        texts = [texts]  # not its letters
    if isinstance(texts, pd.DataFrame):
        rows = _rows_of(texts)
        exported = "reason" in texts.columns
    else:
        rows = ((as_text(text), None, None) for text in texts)
        exported = True
    overrides = read_overrides(workspace)
    judged: dict[tuple[str | None, str | None, str | None], Classification] = {}
    given = []
    for row in rows:
        if row not in judged:
            judged[row] = classify_reason(*row, exported=exported, overrides=overrides)
        given.append(row)
    scopes = {category: scopes_of(category) for category in CATEGORIES}
    found = [judged[row] for row in given]
    return pd.DataFrame(
        {
            "text": pd.Series([row[0] or "" for row in given], dtype=object),
            "category": pd.Series([one.category for one in found], dtype=object),
            "rule": pd.Series([one.rule for one in found], dtype=object),
            "matched": pd.Series([one.matched for one in found], dtype=object),
            "scopes": pd.Series([list(scopes[one.category]) for one in found], dtype=object),
        }
    )


def _rows_of(frame: pd.DataFrame) -> Iterator[tuple[str | None, str | None, str | None]]:
    empty = [None] * len(frame)
    columns = [
        map(as_text, frame[name]) if name in frame.columns else empty
        for name in ("reason", "case_number", "offense_type")
    ]
    return zip(*columns, strict=True)


def as_text(value: object) -> str | None:
    """A cell as text; None for every kind of missing value."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float) and math.isnan(value):
        return None
    return str(value)
