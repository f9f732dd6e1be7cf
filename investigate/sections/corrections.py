"""Corrections by hand on the page: which reasons a person moved to another category, who, when and why."""

from __future__ import annotations

import pandas as pd

from investigate.findings import count_of
from investigate.reasons.overrides import NAME, read_overrides
from investigate.show import Report, each_role
from investigate.shown import Shown, joined, nothing, table

COLUMNS = {
    "line": "line of the file", "shown": "reason or pattern", "was": "by the rules", "category": "by hand",
    "searches": "searches", "rows": "rows", "who": "who", "when": "when", "why": "why",
}  # fmt: skip


def show_corrections(report: Report) -> Shown:
    """The corrections by hand that touch the agency, with the searches that they moved."""
    in_force = read_overrides(report.tables.workspace).rows
    if not in_force:
        return nothing("No reason was corrected by hand: every category is the one that the rules give.")
    return each_role(report, lambda role: _show(report.rows("corrections", role), len(in_force)))


def _show(corrections: pd.DataFrame, in_force: int) -> Shown:
    touching = corrections["line"].nunique()
    files = f"{NAME} holds {count_of(in_force, 'correction by hand', 'corrections by hand')}"
    if not touching:
        return nothing(f"{files}; none of them touches a search counted here.")
    given = count_of(corrections["of_all"].iloc[0], "search", "searches")
    said = nothing(f"{files}; {touching:,} of them {'gives' if touching == 1 else 'give'} {given} here a category.")
    shown = corrections.assign(
        was=corrections["was"].str.replace("_", " "), category=corrections["category"].str.replace("_", " ")
    )
    return joined(said, table(shown, COLUMNS, "Reasons corrected by hand"))
