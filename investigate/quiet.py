"""How much of a log says nothing: reasons that are vague, blank, withheld or only picked, month by month.

A word that is no longer typed is not a search that is no longer made. So each search of a month lies in exactly one of
`PARTS`, and the months stand beside the immigration-related rate, to be read together with it.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from investigate.counts import ROLES, choose_agency, count_searches
from investigate.quality.switch import ENOUGH_SEARCHES, find_agency_switches, value_pattern
from investigate.reasons.classify import SCOPES, split_dropdown
from investigate.store import Store
from investigate.tables import Tables, open_tables
from investigate.workspace import Workspace

# The parts of a month's searches, the most telling first: where rows of one search differ, the first of these counts.
PARTS = (
    "immigration_related",
    "stated",
    "dropdown_only",
    "vague_other",
    "vague_case_number_only",
    "withheld",
    "blank",
    "not_exported",
)
# Those in which a reason says nothing although the file has a column for it.
QUIET_PARTS = ("vague_case_number_only", "vague_other", "blank", "withheld", "dropdown_only")
SHARES = tuple(f"{part}_share" for part in PARTS)
MONTH_COLUMNS = (
    *("month", "searches", *PARTS, *SHARES),
    *("reason_known", "per_1000", "covered_days"),
)
NUMBER_RULES = ("vague-case-number", "vague-number-with-letters")
ENOUGH_DIGITS = 4  # for a case number: "25" or "T25" alone is none
LONG_NUMBER = r"[0-9](?:-?[0-9]){3,}"  # of four digits or more; a dash may stand between them, as in 25-123
FULL_MONTH = 0.75  # of a month's days, to take its shares for those of the whole month
READABLE = 0.9  # of a month's searches, to compare its shares with those of another month
MOSTLY_WITHHELD = 0.01  # of a release's case numbers: above it, an empty cell may be one that was taken out
TEXTS_AT_ONCE = 100_000


def count_quiet(
    workspace: str | Path | Workspace | Tables | None = None, agency: str | None = None, role: str | None = None
) -> pd.DataFrame:
    """What the reasons of each month say, for everything loaded or for one agency in one role.

    One row a local month, from the first to the last that the files cover: month (2025-04), searches (distinct), the
    PARTS (searches; they add up to `searches`), their shares of the searches (`…_share`, 0 to 1), reason_known and
    per_1000 (as in `count_searches`, standard scope), covered_days. `immigration_related` is the standard scope, and
    not known (NA) where no reason could be read. `dropdown_only`: a picked value and nothing typed, in no category of
    the broad scope. `vague_case_number_only`: a number of four digits or more and no word. `stated`: any other
    purpose, the rest of the broad scope among it. A month without searches has no shares, and one without a reason
    column only the share of `not_exported`.
    Raises UnknownValue for an agency or role that is not in the data, EmptyStore when nothing has been loaded.
    """
    tables = workspace if isinstance(workspace, Tables) else open_tables(workspace)
    chosen = choose_agency(tables, agency, role)
    months = count_searches(periods="month", agency=agency, role=role, workspace=tables)
    parts = _count_parts(chosen.join(_place_reasons(tables), "reason_id"), []).execute()
    return _finish(months, parts, [])


def quiet_by_agency(tables: Tables, months: pd.DataFrame | None = None) -> pd.DataFrame:
    """`count_quiet` of all agencies in both roles: columns agency, role and those of `count_quiet`.

    `months`: counts by month of all agencies (columns agency, role, period, scope and those of `count_searches`), where
    they are there already; else they are counted here.
    """
    counted = _count_months(tables) if months is None else months[months["scope"] == "standard"]
    placed = tables.searches.join(_place_reasons(tables), "reason_id")
    parts = [
        _count_parts(placed.filter(placed[column].notnull()).mutate(agency=ibis._[column]), ["agency"])
        .execute()
        .assign(role=role)
        for role, column in ROLES.items()
    ]
    return _finish(counted, pd.concat(parts, ignore_index=True), ["agency", "role"])


def dropdown_switch(tables: Tables) -> pd.DataFrame:
    """The day on which each agency's reasons turn into picked values, over all its logs, by role.

    One row an agency and role with at least 50 searches that state a reason: agency, role, state (switched, few, all,
    none or mixed, as `Switch.state`), searches (that state a reason), picked_share. Where the state is `switched`:
    day (the first after the switch) and eve (the last with searches before it), searches_before, searches_after,
    picked_share_before, picked_share_after; else these are empty.
    """
    rows = []
    for role, column in ROLES.items():
        for agency, one in find_agency_switches(tables.searches, tables.reasons, column).items():
            row = {"agency": agency, "role": role, "state": one.state, "searches": one.known}
            row["picked_share"] = one.picked / one.known
            if one.state == "switched":
                before, after = one.picked_before + one.typed_before, one.picked_after + one.typed_after
                row |= {"day": str(one.day), "eve": str(one.eve), "searches_before": before, "searches_after": after}
                row |= {
                    "picked_share_before": one.picked_before / before,
                    "picked_share_after": one.picked_after / after,
                }
            rows.append(row)
    whole = ("searches", "searches_before", "searches_after")
    shares = ("picked_share", "picked_share_before", "picked_share_after")
    frame = pd.DataFrame(rows, columns=["agency", "role", "state", "day", "eve", *whole, *shares])
    texts = ["agency", "role", "state", "day", "eve"]
    frame[texts] = frame[texts].astype(object).where(frame[texts].notna(), None)
    frame = frame.astype(dict.fromkeys(whole, "Int64") | dict.fromkeys(shares, "Float64"))
    frame[[*shares]] = frame[[*shares]].round(6)
    return frame.sort_values(["agency", "role"], ignore_index=True)


def no_case_number(tables: Tables) -> pd.DataFrame:
    """Of the searches that name an immigration agency (category `immigration_agency`), how many show no case number.

    One row an agency and role that has any: agency, role, searches, known (those in a release that shows case numbers),
    without (of these, nothing that could be one in the column for it and no number of four or more digits in the
    reason), without_share of known; both empty where known is 0. A release shows case numbers if it has a column for
    them with at least one value in it, and no more than 1 in 100 of its cells are marked as withheld.
    """
    searches = tables.searches.filter(tables.searches.category == "immigration_agency")
    texts = tables.reasons.filter(tables.reasons.category == "immigration_agency").select("reason_id", "reason")
    joined = searches.join(texts, "reason_id")
    in_column = joined.case_key.startswith("case ").fill_null(False)
    in_reason = joined.reason.re_search(LONG_NUMBER).fill_null(False)
    is_shown = joined.release.isin(_show_case_numbers(tables))
    marked = joined.mutate(has_number=in_column | in_reason, is_shown=is_shown)
    parts = [
        _count_without(marked.filter(marked[column].notnull()).mutate(agency=ibis._[column]))
        .execute()
        .assign(role=role)
        for role, column in ROLES.items()
    ]
    found = pd.concat(parts, ignore_index=True)
    whole = ["searches", "known", "without"]
    found[whole] = found[whole].astype("Int64")
    found["without"] = found["without"].where(found["known"] > 0)
    found["without_share"] = _share(found["without"], found["known"])
    return found[["agency", "role", *whole, "without_share"]].sort_values(["agency", "role"], ignore_index=True)


@dataclass(frozen=True)
class Change:
    """How the share of one part changed from the first to the last month that can be compared. Counts of searches."""

    part: str
    first: str
    last: str
    part_first: int
    searches_first: int
    part_last: int
    searches_last: int

    @property
    def points(self) -> float:
        """Percentage points by which the share rose; below 0 it fell."""
        return 100 * (self.part_last / self.searches_last - self.part_first / self.searches_first)


def comparable_months(months: pd.DataFrame) -> pd.DataFrame:
    """The months of `count_quiet` whose shares can be set beside each other: the files hold rows of three quarters of
    their days, at least 50 searches, and a reason column for nine tenths of these."""
    days = [calendar.monthrange(*map(int, month.split("-")))[1] for month in months["month"]]
    is_full = months["covered_days"] >= FULL_MONTH * pd.Series(days, index=months.index, dtype="float64")
    is_read = months["not_exported"] <= (1 - READABLE) * months["searches"]
    return months[is_full & is_read & (months["searches"] >= ENOUGH_SEARCHES)]


def find_changes(months: pd.DataFrame) -> list[Change]:
    """How the share of each of QUIET_PARTS changed between the first and the last comparable month, largest change
    first; empty where fewer than two months can be compared."""
    held = comparable_months(months)
    if len(held) < 2:
        return []
    first, last = held.iloc[0], held.iloc[-1]
    counts = int(first["searches"]), int(last["searches"])
    changes = [
        Change(part, first["month"], last["month"], int(first[part]), counts[0], int(last[part]), counts[1])
        for part in QUIET_PARTS
    ]
    return sorted(changes, key=lambda change: -abs(change.points))


# ---- how it is counted --------------------------------------------------------------------------------


def _place_reasons(tables: Tables) -> ir.Table:
    """For each reason, the place of its part in PARTS: columns reason_id, place."""
    bare = ibis.memtable(pd.DataFrame({"bare": _bare_values(tables)}, dtype=object), schema={"bare": "string"})
    reasons = tables.reasons.left_join(bare, tables.reasons.reason == bare.bare)
    category = reasons.category
    is_untyped = ~reasons.reason.notnull() | reasons.is_overwritten | reasons.bare.notnull()
    is_picked = reasons.bare.notnull() | reasons.offense_type.notnull()
    in_case_number = (reasons.matched_in == "case_number").fill_null(False)
    digits = reasons.matched.re_replace("[^0-9]", "").length()
    is_number = reasons.rule.isin(NUMBER_RULES) & (digits >= ENOUGH_DIGITS)
    branches = [
        (category.isin(sorted(SCOPES["standard"])), "immigration_related"),
        (category.isin(sorted(SCOPES["broad"])), "stated"),
        *((category == part, part) for part in ("not_exported", "withheld", "blank")),
        (is_picked & is_untyped & ~in_case_number, "dropdown_only"),
        ((category == "vague") & is_number, "vague_case_number_only"),
        (category == "vague", "vague_other"),
    ]
    places = [(test, PARTS.index(part)) for test, part in branches]
    return reasons.select("reason_id", place=ibis.cases(*places, else_=PARTS.index("stated")))


def _bare_values(tables: Tables) -> list[str]:
    """Every spelling of a picked value, or several, with nothing typed behind it; few, however long the log."""
    picked = tables.reasons.filter(tables.reasons.reason.re_search(value_pattern()).fill_null(False))
    texts = picked.select("reason").distinct().to_pyarrow_batches(chunk_size=TEXTS_AT_ONCE)
    return sorted(text for batch in texts for text in _without_detail(batch.column("reason").to_pylist()))


def _without_detail(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        values, detail = split_dropdown(text)
        if values and not any(map(str.isalnum, detail)):
            yield text


def _count_parts(placed: ir.Table, group: list[str]) -> ir.Table:
    """Distinct searches in each part by group and local month (column period)."""
    by = [*group, "period"]
    months = placed.mutate(period=placed.local_date.strftime("%Y-%m"))
    searches = months.group_by([*by, "search_key"]).agg(place=months.place.min())
    counts = {part: searches.count(where=searches.place == place) for place, part in enumerate(PARTS)}
    return searches.group_by(by).agg(**counts)


def _count_months(tables: Tables) -> pd.DataFrame:
    counted = [
        count_searches(column, periods="month", workspace=tables).rename(columns={column: "agency"}).assign(role=role)
        for role, column in ROLES.items()
    ]
    return pd.concat(counted, ignore_index=True).dropna(subset=["agency"])


def _finish(months: pd.DataFrame, parts: pd.DataFrame, group: list[str]) -> pd.DataFrame:
    """Months with their parts and shares, from the first to the last that the group's files cover."""
    by = [*group, "period"]
    known = months[[*by, "searches", "immigration_related", "reason_known", "per_1000", "covered_days"]]
    related = known["immigration_related"].isna()
    joined = known.drop(columns="immigration_related").assign(unread=related)
    joined = joined.astype(dict.fromkeys(by, object)).merge(parts.astype(dict.fromkeys(by, object)), on=by, how="left")
    joined = _covered(joined.sort_values(by, ignore_index=True), group)
    whole = ["searches", *PARTS, "reason_known", "covered_days"]
    joined[whole] = joined[whole].astype("Int64").fillna(0)
    joined["immigration_related"] = joined["immigration_related"].mask(joined.pop("unread").astype(bool))
    has_column = joined["not_exported"] < joined["searches"]
    for part, share in zip(PARTS, SHARES, strict=True):
        shown = joined[part] if part == "not_exported" else joined[part].where(has_column)
        joined[share] = _share(shown, joined["searches"])
    joined["per_1000"] = joined["per_1000"].astype("Float64")
    return joined.rename(columns={"period": "month"})[[*group, *MONTH_COLUMNS]].reset_index(drop=True)


def _covered(months: pd.DataFrame, group: list[str]) -> pd.DataFrame:
    """Without the months before the first that any file of the group covers and after the last."""
    covered = months["period"].where(months["covered_days"] > 0)
    if group:
        edges = covered.groupby([months[name] for name in group])
        first, last = edges.transform("min"), edges.transform("max")
    else:
        first, last = (pd.Series(edge, index=months.index) for edge in (covered.dropna().min(), covered.dropna().max()))
    return months[(months["period"] >= first) & (months["period"] <= last)].reset_index(drop=True)


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    return (part.astype("Float64") / whole.astype("Float64").mask(whole == 0)).round(6)


def _show_case_numbers(tables: Tables) -> list[str]:
    """The releases in which a case number that is missing was not typed, as far as can be told."""
    states = Store(tables.workspace.store).parts(tables.con, "cell_states")
    cells = states.filter(states.column == "case_number").group_by("release")
    found = cells.agg(
        rows=ibis._.rows.sum(),
        values=ibis._.rows.sum(where=ibis._.state == "value").fill_null(0),
        withheld=ibis._.rows.sum(where=ibis._.state == "withheld").fill_null(0),
    ).execute()
    is_shown = (found["values"] > 0) & (found["withheld"] <= MOSTLY_WITHHELD * found["rows"])
    return sorted(found.loc[is_shown, "release"])


def _count_without(marked: ir.Table) -> ir.Table:
    one = marked.group_by(["agency", "search_key"]).agg(
        has_number=marked.has_number.any(), is_shown=marked.is_shown.any()
    )
    return one.group_by("agency").agg(
        searches=one.count(),
        known=one.count(where=one.is_shown),
        without=one.count(where=one.is_shown & ~one.has_number),
    )
