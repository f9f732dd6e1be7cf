"""Counts below a chosen floor, left out before a table is handed on: few searches can point at one person.

A count from 1 to floor - 1 is suppressed, and with it what would let a reader work it out: the smallest other count of
a line of the table in which it alone is missing, a narrower scope that lies closer than the floor to a wider one, the
rate made of it. A zero stays, since it points at nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from investigate.errors import InvestigateError
from investigate.reasons.classify import SCOPES

MEASURES = ("rows", "searches", "cases", "immigration_related", "reason_known")
MADE_OF = {"per_1000": ("immigration_related", "reason_known")}
SUPPRESSED = "suppressed"


def suppress_counts(counts: pd.DataFrame, floor: int) -> pd.DataFrame:
    """What `count_searches` gave, with small counts as NA and a column `suppressed`: the measures left out, by comma.

    `floor` is the smallest count that is shown, 2 or more. A measure that was NA before stays so and is not named in
    `suppressed`: not known is not suppressed. Raises InvestigateError for another floor.
    """
    if floor < 2:
        raise InvestigateError(f"A floor of {floor} suppresses nothing. Choose 2 or more; 5 and 11 are usual.")
    shown = counts.reset_index(drop=True)
    groups = [name for name in shown.columns if name not in {*MEASURES, *MADE_OF, "scope", "covered_days"}]
    hidden = pd.DataFrame(False, index=shown.index, columns=[*MEASURES, *MADE_OF])
    for measure in MEASURES:
        hidden[measure] = _hidden(shown, measure, groups, floor)
    for rate, parts in MADE_OF.items():
        hidden[rate] = hidden[list(parts)].any(axis=1) & shown[rate].notna()
    for name in hidden.columns:
        as_whole = "Float64" if name in MADE_OF else "Int64"
        shown[name] = shown[name].astype(as_whole).mask(hidden[name])
    said = [", ".join(name for name in hidden.columns if marks[name]) for marks in hidden.to_dict("records")]
    return shown.assign(**{SUPPRESSED: said})


def leave_out_rare(clues: pd.DataFrame, floor: int) -> tuple[pd.DataFrame, int]:
    """The clues (`list_clues`) of at least `floor` searches, and how many were left out."""
    often = clues["searches"] >= floor
    return clues[often].reset_index(drop=True), int((~often).sum())


def _hidden(counts: pd.DataFrame, measure: str, groups: Sequence[str], floor: int) -> pd.Series:
    """Which counts of a measure must not be shown. Each one more may uncover none and cover another: until it rests."""
    values = counts[measure].astype("Int64")
    hidden = values.between(1, floor - 1).fillna(False).astype(bool)
    before = -1
    while before != hidden.sum():
        before = int(hidden.sum())
        if measure == "immigration_related":
            _hide_between_scopes(counts, values, hidden, groups, floor)
        for group in groups:
            _hide_second(counts, values, hidden, [name for name in [*groups, "scope"] if name != group])
    return hidden


def _hide_second(counts: pd.DataFrame, values: pd.Series, hidden: pd.Series, line: Sequence[str]) -> None:
    """In each line of the table in which one count alone is hidden, hide the smallest other that is not zero."""
    for _, places in counts.groupby(list(line), dropna=False, sort=False).groups.items():
        if hidden[places].sum() != 1:
            continue
        others = values[places][~hidden[places] & (values[places] > 0).fillna(False)]
        if len(others):
            hidden[others.idxmin()] = True


def _hide_between_scopes(
    counts: pd.DataFrame, values: pd.Series, hidden: pd.Series, groups: Sequence[str], floor: int
) -> None:
    """A scope holds the narrower ones: what it has more is a count too, and may be a small one."""
    for _, places in counts.groupby(list(groups), dropna=False, sort=False).groups.items():
        by_scope = {counts["scope"][place]: place for place in places}
        present = [by_scope[scope] for scope in SCOPES if scope in by_scope]
        for narrow, wide in pairwise(present):
            more = values[wide] - values[narrow]
            if pd.notna(more) and 0 < more < floor and not hidden[wide] and values[narrow] > 0:
                hidden[narrow] = True
