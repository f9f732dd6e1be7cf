"""How much of a log says nothing: reasons that are vague, blank, withheld or only picked, month by month.

A word that is no longer typed is not a search that is no longer made. So each search of a month lies in exactly one of
`PARTS`, and the months stand beside the immigration-related rate, to be read together with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from investigate.counted import count_distinct
from investigate.counts import ROLES, by_role, choose_agency, count_searches
from investigate.quality.switch import (
    ENOUGH_ON_A_SIDE,
    PURE,
    Switch,
    find_agency_switches,
    stating_rows,
    value_pattern,
)
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
# Numbers in a reason that are no case number, in the text as `_without_years` spaces it: years, dates with such a year,
# and house numbers, which stand before a street's name or, of four digits at most, behind "at".
_YEAR = "(?:19[5-9]|20[0-3])[0-9]"
_DATE = f"{_YEAR}-[0-9]{{1,2}}-[0-9]{{1,2}}|[0-9]{{1,2}}-[0-9]{{1,2}}-{_YEAR}"
_STREET = "st|street|ave|avenue|rd|road|blvd|boulevard|ln|lane|dr|hwy|highway|pkwy|parkway|terrace|block"
_HOUSE = rf"[0-9]{{1,5}}(?:  (?:[a-z][0-9a-z-]*|[0-9]+(?:st|nd|rd|th))){{0,3}}  (?:{_STREET})"
NO_CASE_NUMBER = f" (?:{_YEAR}|{_DATE}|{_HOUSE}|at  [0-9]{{1,4}}) "
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
    purpose, the rest of the broad scope among it. A month that no file covers has no counts at all (NA), one without
    searches no shares, and one without a reason column only the count and the share of `not_exported`.
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
        _count_parts(searches, ["agency"]).execute().assign(role=role) for role, searches in by_role(placed).items()
    ]
    return _finish(counted, pd.concat(parts, ignore_index=True), ["agency", "role"])


def dropdown_switch(tables: Tables) -> pd.DataFrame:
    """The day on which each agency's reasons turn into picked values, over all its logs, by role.

    One row an agency and role with at least 50 searches that state a reason: agency, role, state (switched, few, all,
    none or mixed, as `Switch.state`; or others), searches (that state a reason), picked_share. `others`, of camera
    owners only: a day parts typed from picked values, but not within the agencies that searched on both sides of it, so
    it may only be the day from which others searched. Where the state is `switched`:
    day (the first after the switch) and eve (the last with searches before it), searches_before, searches_after,
    picked_share_before, picked_share_after; else these are empty.
    """
    rows = []
    for role, column in ROLES.items():
        found = find_agency_switches(tables.searches, tables.reasons, column)
        switched = {agency: one for agency, one in found.items() if one.state == "switched"}
        certain = set(switched) if role == "searcher" else _switch_within(tables, switched)
        for agency, one in found.items():
            state = one.state if agency in certain or one.state != "switched" else "others"
            row = {"agency": agency, "role": role, "state": state, "searches": one.known}
            row["picked_share"] = one.picked / one.known
            if state == "switched":
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
    them with at least one value in it, and no more than 1 in 100 of its cells are marked as withheld. In the reason a
    year from 1950 to 2039, a date with one, and a house number (before a word for a street, or of four digits at most
    behind "at") are no case number. Any other number counts as one in doubt, so `without` is rather too small.
    """
    searches = tables.searches.filter(tables.searches.category == "immigration_agency")
    texts = tables.reasons.filter(tables.reasons.category == "immigration_agency").select("reason_id", "reason")
    joined = searches.join(texts, "reason_id")
    in_column = joined.case_key.startswith("case ").fill_null(False)
    in_reason = _without_years(joined.reason).re_search(LONG_NUMBER).fill_null(False)
    is_shown = joined.release.isin(_show_case_numbers(tables))
    marked = joined.mutate(has_number=in_column | in_reason, is_shown=is_shown)
    parts = [_count_without(searches).execute().assign(role=role) for role, searches in by_role(marked).items()]
    found = pd.concat(parts, ignore_index=True)
    whole = ["searches", "known", "without"]
    found[whole] = found[whole].astype("Int64")
    found["without"] = found["without"].where(found["known"] > 0)
    found["without_share"] = _share(found["without"], found["known"])
    return found[["agency", "role", *whole, "without_share"]].sort_values(["agency", "role"], ignore_index=True)


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
    joined[whole[:-1]] = joined[whole[:-1]].mask(joined["covered_days"] == 0)
    has_no_column = ((joined["searches"] > 0) & (joined["not_exported"] == joined["searches"])).fillna(False)
    for part, share in zip(PARTS, SHARES, strict=True):
        joined[part] = joined[part] if part == "not_exported" else joined[part].mask(has_no_column)
        joined[share] = _share(joined[part], joined["searches"])
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


def _without_years(reason: ir.StringValue) -> ir.StringValue:
    """A reason without the numbers that are no case number; two blanks between words, so that each has its own."""
    spaced = ibis.literal(" ") + reason.lower().re_replace("[^0-9a-z-]+", "  ") + " "
    return spaced.re_replace(NO_CASE_NUMBER, " ")


def _switch_within(tables: Tables, switches: dict[str, Switch]) -> set[str]:
    """The camera owners whose searching agencies turn to picked values themselves on the owner's day.

    Each agency weighs as much as the smaller of its two sides, so one that only typed and another that only picked
    weigh nothing, however many their searches.
    """
    if not switches:
        return set()
    days = pd.DataFrame({"camera_owner": [*switches], "day": [one.day for one in switches.values()]})
    held = ibis.memtable(days, schema={"camera_owner": "string", "day": "date"})
    stating = stating_rows(tables.searches.filter(tables.searches.searching_agency.notnull()), tables.reasons)
    sided = stating.join(held, "camera_owner").mutate(is_after=ibis._.local_date >= ibis._.day)
    counts = {
        f"{what}_{when}": count_distinct(sided, "search_key", is_what & is_then)
        for what, is_what in (("picked", sided.is_picked), ("typed", ~sided.is_picked))
        for when, is_then in (("before", ~sided.is_after), ("after", sided.is_after))
    }
    agencies = sided.group_by(["camera_owner", "searching_agency"]).agg(**counts)
    sides = agencies.mutate(
        before=agencies.picked_before + agencies.typed_before, after=agencies.picked_after + agencies.typed_after
    )
    both = sides.filter((sides.before > 0) & (sides.after > 0)).mutate(weight=ibis.least(ibis._.before, ibis._.after))
    found = both.group_by("camera_owner").agg(
        weight=both.weight.sum(),
        typed=(both.weight * both.typed_before / both.before).sum(),
        picked=(both.weight * both.picked_after / both.after).sum(),
    )
    least = PURE * found.weight
    pure = found.filter((found.weight >= ENOUGH_ON_A_SIDE) & (found.typed >= least) & (found.picked >= least))
    return set(pure.camera_owner.execute())


def _count_without(marked: ir.Table) -> ir.Table:
    one = marked.group_by(["agency", "search_key"]).agg(
        has_number=marked.has_number.any(), is_shown=marked.is_shown.any()
    )
    return one.group_by("agency").agg(
        searches=one.count(),
        known=one.count(where=one.is_shown),
        without=one.count(where=one.is_shown & ~one.has_number),
    )
