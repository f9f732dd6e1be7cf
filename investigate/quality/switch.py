"""The day on which an agency's reasons turn from typed text into values picked from a list.

The vendor brought in the drop-down agency by agency, so the day is found from the rows: that which best parts
searches without a picked value from searches with one. Texts before and after it are different things.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any

import ibis
import ibis.expr.types as ir

from investigate.reasons.rulebook import rulebook

ENOUGH_SEARCHES = 50  # of an agency, in all its logs of the kind
ENOUGH_ON_A_SIDE, FEW_ON_A_SIDE = 20, 5
PURE = 0.8  # of the searches on a side are what the side stands for


@dataclass(frozen=True, slots=True)
class Switch:
    """How one agency's searches are parted best: `day` is the first after the switch, `eve` the last day with
    searches before it (None: there is none). Counts of distinct searches with a picked value and without one."""

    day: dt.date
    eve: dt.date | None
    picked_before: int
    typed_before: int
    picked_after: int
    typed_after: int

    @property
    def picked(self) -> int:
        return self.picked_before + self.picked_after

    @property
    def known(self) -> int:
        return self.picked + self.typed_before + self.typed_after

    @property
    def state(self) -> str:
        """switched, few (parted by a day, but on a side with too few to be sure), all (picked), none or mixed."""
        before, after = self.picked_before + self.typed_before, self.picked_after + self.typed_after
        fewest = min(before, after)
        if fewest >= FEW_ON_A_SIDE and min(self.typed_before / before, self.picked_after / after) >= PURE:
            return "switched" if fewest >= ENOUGH_ON_A_SIDE else "few"
        share = self.picked / self.known
        return "all" if share >= PURE else "none" if share <= 1 - PURE else "mixed"


@cache
def value_pattern() -> str:
    """A pattern (RE2) of texts that are picked values, or begin with picked values and a dash."""
    words = (r"[\s\x{A0}]+".join(map(re.escape, value.split())) for value in rulebook().dropdown)
    one = "(?:" + "|".join(sorted(words, key=lambda word: (-len(word), word))) + ")"
    return rf"(?i)^\s*{one}(?:\s*,\s*{one})*\s*(?:$|\s[-\x{{2013}}\x{{2014}}](?:\s|$))"


def picks_value(reasons: ir.Table) -> ir.BooleanValue:
    """Whether a reason holds a picked value, in its text or in a column of its own."""
    return reasons.offense_type.notnull() | reasons.reason.re_search(value_pattern()).fill_null(False)


def find_switches(rows: ir.Table, reasons: ir.Table) -> tuple[dict[str, dict[str, Switch]], dict[str, set[str]]]:
    """By log (producer and kind) and searching agency: how its searches are parted best; and the agencies of each
    release. Agencies with fewer than 50 searches that state a reason are left out; so are rows of a network audit that
    do not say who searched."""
    marked = _mark(rows, reasons)
    found: dict[str, dict[str, Switch]] = defaultdict(dict)
    by_day = _by_day(marked, ["log", "agency"])
    for row in _part(by_day, ["log", "agency"]).to_pyarrow().to_pylist():
        found[row["log"]][row["agency"]] = _switch(row)
    agencies: dict[str, set[str]] = defaultdict(set)
    for row in marked.select("release", "agency").distinct().to_pyarrow().to_pylist():
        agencies[row["release"]].add(row["agency"])
    return found, agencies


def find_agency_switches(rows: ir.Table, reasons: ir.Table, column: str) -> dict[str, Switch]:
    """By the agency that stands in `column` (searching_agency or camera_owner), all logs together: how its searches
    are parted best. Agencies with fewer than 50 searches that state a reason are left out."""
    named = rows.mutate(agency=rows[column]).filter(ibis._.agency.notnull())
    by_day = _by_day(stating_rows(named, reasons), ["agency"])
    return {row["agency"]: _switch(row) for row in _part(by_day, ["agency"]).to_pyarrow().to_pylist()}


def _switch(row: dict[str, Any]) -> Switch:
    counts = (row["picked_before"], row["typed_before"], row["picked_after"], row["typed_after"])
    return Switch(row["local_date"], row["eve"], *map(int, counts))


def _mark(rows: ir.Table, reasons: ir.Table) -> ir.Table:
    """The rows that state a reason, with log, agency, and whether a value was picked."""
    log = ibis.coalesce(rows.producer, rows.release) + "|" + rows.kind
    is_own = rows.kind != "network"
    agency = ibis.coalesce(rows.searching_agency, is_own.ifelse(log, ibis.null("string")))
    full = rows.mutate(log=log, agency=agency).filter(ibis._.agency.notnull())
    return stating_rows(full, reasons).select("release", "log", "agency", "local_date", "search_key", "is_picked")


def stating_rows(rows: ir.Table, reasons: ir.Table) -> ir.Table:
    """The rows that state a reason, and whether a value was picked."""
    picked = reasons.select("reason_id", is_picked=picks_value(reasons))
    full = rows.join(picked, "reason_id")
    is_typed = full.is_exported & full.category.notin(("blank", "withheld"))
    return full.filter(full.is_picked | is_typed)


def _by_day(marked: ir.Table, group: list[str]) -> ir.Table:
    return marked.group_by([*group, "local_date"]).agg(
        picked=marked.search_key.nunique(where=marked.is_picked),
        typed=marked.search_key.nunique(where=~marked.is_picked),
    )


def _part(days: ir.Table, group: list[str]) -> ir.Table:
    """One row a group: the day with the fewest searches on the wrong side, the earliest of several."""
    so_far = ibis.cumulative_window(group_by=group, order_by="local_date")
    whole = ibis.window(group_by=group)
    summed = days.mutate(
        picked_before=days.picked.sum().over(so_far) - days.picked,
        typed_before=days.typed.sum().over(so_far) - days.typed,
        all_picked=days.picked.sum().over(whole),
        all_typed=days.typed.sum().over(whole),
        eve=days.local_date.lag().over(ibis.window(group_by=group, order_by="local_date")),
    )
    parted = summed.mutate(
        picked_after=summed.all_picked - summed.picked_before, typed_after=summed.all_typed - summed.typed_before
    )
    enough = parted.filter(parted.all_picked + parted.all_typed >= ENOUGH_SEARCHES)
    wrong = enough.mutate(wrong=enough.picked_before + enough.typed_after)
    rank = ibis.row_number().over(ibis.window(group_by=group, order_by=["wrong", "local_date"]))
    return wrong.mutate(rank=rank).filter(lambda t: t["rank"] == 0)
