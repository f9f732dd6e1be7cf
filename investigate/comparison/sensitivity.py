"""How the ratio moves when one choice is made otherwise: the cut, the scope, the unit, the days, who is counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pandas as pd

from investigate.comparison.compare import compare_pair
from investigate.comparison.tally import ALL, name_agency
from investigate.comparison.windows import SIDES, Basis, Windows, find_windows, kept_rows
from investigate.counted import count_distinct
from investigate.counts import UNITS, in_scope
from investigate.periods import Period

if TYPE_CHECKING:
    from investigate.comparison.pairs import Pair

AS_STATED = "as stated"
OF_VARIANT = ("covered_days", "immigration_related", "reason_known", "per_1000")
COLUMNS = (
    "agency", "role", "pair", "variant", "said", "scope", "unit",
    *(f"{side}_{name}" for side in SIDES for name in OF_VARIANT),
    "rate_ratio", "low", "high", "refused", "refused_why",
)  # fmt: skip
UNIT_SAID = {"rows": "rows counted, not searches", "cases": "cases counted, not searches"}
# Who stands on the other side, by role.
WHOM = {"owner": "searching agency", "searcher": "camera owner", ALL: "searching agency"}
SCOPE_SAID = {"strict": "strict scope", "broad": "broad scope"}


def compare_variants(basis: Basis, pair: Pair, roles: Mapping[str, Iterable[str] | None]) -> pd.DataFrame:
    """One row a role, agency and variant with the columns COLUMNS: the comparison as stated, then other choices.

    `roles`: as for `compare_pair`. Standard scope and searches unless `said` says otherwise. Agencies that can be
    compared under no variant are left out.
    """
    windows = find_windows(basis, pair)
    main = compare_pair(basis, pair, roles, windows=windows, units=UNITS)
    searches = main[main["unit"] == "searches"]
    parts = [_as(_standard(searches), AS_STATED, "as stated above")]
    parts += [_as(searches[searches["scope"] == scope], scope, said) for scope, said in SCOPE_SAID.items()]
    parts += [_as(_standard(main[main["unit"] == unit]), unit, said) for unit, said in UNIT_SAID.items()]
    parts += [
        _as(_standard(compare_pair(basis, other, roles)), variant, said) for variant, said, other in _other_cuts(pair)
    ]
    parts += [
        _as(_standard(compare_pair(basis, pair, here, searches=rows, windows=windows)), variant, said)
        for variant, said, here, rows in _other_searchers(basis.rows, pair, roles, windows)
    ]
    every = pd.concat(parts, ignore_index=True)
    refused = every.groupby(["role", "agency"])["refused"].transform("all").astype(bool)
    order = {variant: place for place, variant in enumerate(every["variant"].unique())}
    kept = every.assign(pair=pair.id, place=every["variant"].map(order))[~refused]
    return kept.sort_values(["agency", "role", "place"], ignore_index=True)[list(COLUMNS)]


def _standard(compared: pd.DataFrame) -> pd.DataFrame:
    return compared[compared["scope"] == "standard"]


def _as(compared: pd.DataFrame, variant: str, said: str | dict[tuple[str, str], str]) -> pd.DataFrame:
    """`said`: in words, or by role and agency; who has no words of its own is not compared so."""
    if isinstance(said, str):
        return compared.assign(variant=variant, said=said)
    keys = zip(compared["role"], compared["agency"], strict=True)
    return compared.assign(variant=variant, said=[said.get(key) for key in keys]).dropna(subset=["said"])


def _other_cuts(pair: Pair) -> Iterator[tuple[str, str, Pair]]:
    """The same pair with the cut at another moment of its day, without that day, and over the same days of the year."""
    start = pair.after.start
    edges = (pair.before.start, pair.after.end)
    if isinstance(start, dt.datetime) and start == pair.before.end:  # a gap between periods is no cut to be moved
        day = start.astimezone(dt.UTC).date()
        midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
        eve, morrow = day - dt.timedelta(days=1), day + dt.timedelta(days=1)
        if all(edge is None or (edge < midnight) == (place == 0) for place, edge in enumerate(edges)):
            yield "cut-utc-midnight", "cut at midnight UTC", _cut(pair, midnight, midnight)
        if edges == (None, None):  # local days do not end where times do
            yield "cut-local-midnight", "cut at local midnight", _cut(pair, eve, day)
            yield "without-the-day", "without the day of the cut", _cut(pair, eve, morrow)
    if pair.matched == "nearest":
        yield "same-days", "same days of the year, one year apart", replace(pair, matched="calendar")


def _cut(pair: Pair, end: dt.date, start: dt.date) -> Pair:
    return replace(pair, before=Period("before", pair.before.start, end), after=Period("after", start, pair.after.end))


_Roles = Mapping[str, Iterable[str] | None]
_Choice = tuple[str, str | dict[tuple[str, str], str], _Roles, dict[str, ir.Table]]


def _other_searchers(searches: ir.Table, pair: Pair, roles: _Roles, windows: Windows) -> Iterator[_Choice]:
    """Without the largest agency on the other side, with those of both sides only, without the owner's own searches."""
    usable = windows.logs.loc[windows.logs["why"] == "", "log"]
    if usable.empty:
        return
    kept = windows.kept[windows.kept["log"].isin(usable)]
    seen = {role: _by_other(kept_rows(name_agency(searches, role), pair, kept)) for role in roles}
    largest = {role: _largest(found) for role, found in seen.items()}
    words = {
        (role, one.agency): f"without the {WHOM[role]} with most of them, {one.other}"
        for role, found in largest.items()
        for one in found.itertuples()
    }
    without = {role: _keep(searches, role, found, is_kept=False) for role, found in largest.items()}
    yield "without-largest", words, roles, without
    both = {role: _on_both_sides(found) for role, found in seen.items()}
    only = {role: _keep(searches, role, found, is_kept=True) for role, found in both.items()}
    yield "both-sides", "only agencies of both sides: who searched, or was searched, before and after", roles, only
    owners = {role: agencies for role, agencies in roles.items() if role != "searcher"}
    if owners:
        others = searches.filter(~searches.is_own_search.fill_null(False))
        yield "without-own", "without the owner's own searches", owners, dict.fromkeys(owners, others)


def _by_other(rows: ir.Table) -> pd.DataFrame:
    """Distinct searches: columns agency, other (on the other side of the role), side, searches, related."""
    known = rows.filter(rows.other.notnull())
    counted = known.group_by(["agency", "other", "side"]).agg(
        searches=count_distinct(known, "search_key"),
        related=count_distinct(known, "search_key", in_scope(known, "standard")),
    )
    frame: pd.DataFrame = counted.execute()
    return frame


def _on_both_sides(seen: pd.DataFrame) -> pd.DataFrame:
    sides = seen.groupby(["agency", "other"], as_index=False)["side"].nunique()
    return sides[sides["side"] == len(SIDES)]


def _largest(seen: pd.DataFrame) -> pd.DataFrame:
    """The agency on the other side with most immigration-related searches over both sides, of those that have any."""
    summed = seen.groupby(["agency", "other"], as_index=False)[["related", "searches"]].sum()
    summed = summed[summed["related"] > 0]
    ranked = summed.sort_values(["agency", "related", "searches", "other"], ascending=[True, False, False, True])
    return ranked.drop_duplicates("agency")[["agency", "other"]]


def _keep(searches: ir.Table, role: str, named: pd.DataFrame, *, is_kept: bool) -> ir.Table:
    """The searches whose agency and other side stand in `named`, or all but those."""
    pairs = pd.DataFrame({"its_agency": named["agency"].astype(str), "its_other": named["other"].astype(str)})
    listed = ibis.memtable(pairs, schema={"its_agency": "string", "its_other": "string"})
    rows = name_agency(searches, role)
    on = [rows.agency == listed.its_agency, rows.other == listed.its_other]
    joined = rows.semi_join(listed, on) if is_kept else rows.anti_join(listed, on)
    return joined.drop("role", "agency", "other")
