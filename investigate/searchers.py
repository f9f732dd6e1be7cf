"""Searcher against owner: where the agencies on the other side lie, of what kind they are, how far away, and which.

Of a camera owner these are the agencies that searched its cameras; of a searching agency, the owners of the cameras
that it searched, so far as they released a network audit. All agencies are counted at once.
"""

from __future__ import annotations

from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from investigate.agencies.places import distance_km
from investigate.counts import OTHER_SIDE, ROLES, by_role, count_searches, in_scope, is_read
from investigate.periods import find_periods
from investigate.reasons.classify import SCOPES
from investigate.scrub import shown_words
from investigate.tables import Tables

OWN, OTHERS, NOT_NAMED = "own", "others", "not named"
FEDERAL, NOT_KNOWN, UNRESOLVED = "federal", "not known", "unresolved"
INSIDE, OUTSIDE = "in state", "out of state"
BANDS = {"under 50 km": 50, "50–200 km": 200, "200–500 km": 500, "500–1,000 km": 1000, "over 1,000 km": np.inf}
LEVELS = ("own", "side", "state", "kind", "distance")
TEXTS = 5  # of the matched texts are named for each agency
COUNTED = ["searches", *SCOPES, "before", "after"]
PLACES = ["agency", "role", "level", "group", *COUNTED, "unread", "agencies", "standard_agencies"]
PARTNERS = [
    "agency", "role", "partner", "searches", *SCOPES, "before", "after", "first_day", "last_day", "is_own",
    "partner_state", "partner_kind", "which", "km", "flags", "federal_immigration", "texts", "unread",
]  # fmt: skip
POINTS = ["agency", "role", "partner", "state", "lat", "lon", "standard", "before", "after"]
# What is true of any row of a search, one bit each: it is in the scope; it is of the standard scope and in the period;
# a reason could be read; it lies in the period; a reason could be read in the period.
_PERIODS = ("before", "after")
_MARKS = {
    name: 1 << place
    for place, name in enumerate(
        [*SCOPES, *_PERIODS, "read", *(f"in_{name}" for name in _PERIODS), *(f"read_{name}" for name in _PERIODS)]
    )
}


class Searchers(NamedTuple):
    """The three tables of this room; see the functions of the same names."""

    places: pd.DataFrame
    partners: pd.DataFrame
    points: pd.DataFrame


def searchers_by_agency(tables: Tables, agencies: pd.DataFrame, periods: pd.DataFrame | None = None) -> Searchers:
    """`places_by_agency`, `top_searchers` and `map_points` from one pass over the searches of each role.

    `periods`: the counts by agency, role, period and scope (columns agency, role, period, scope,
    immigration_related), which say in which period nothing is known; counted here if not given.
    """
    facts = _facts(agencies)
    seen = _periods_known(tables, periods)
    found = [_of_role(tables, role, facts, seen) for role in ROLES]
    return Searchers(*(pd.concat(parts, ignore_index=True) for parts in zip(*found, strict=True)))


def places_by_agency(tables: Tables, agencies: pd.DataFrame, periods: pd.DataFrame | None = None) -> pd.DataFrame:
    """Distinct searches by where the other side lies: one row an agency, role, level and group.

    Columns PLACES. Levels and their groups: own (own, others, not named) · side (in state, out of state, federal, not
    known) · state (code, federal, not known) · kind (of KINDS) · distance (BANDS, not known); each of the last four has
    also `not named`, and none holds the agency's own searches. before, after: standard scope. unread: searches that
    show no reason that could be read. agencies: how many on the other side; standard_agencies: those with a search in
    the standard scope. For a camera owner the groups of a level
    are disjoint; one search by a searching agency can be of the cameras of several owners and stands in the group of
    each. Empty: no reason could be read, or no day of the period is covered.
    """
    return searchers_by_agency(tables, agencies, periods).places


def top_searchers(tables: Tables, agencies: pd.DataFrame, periods: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row an agency, role and agency on the other side, those with most immigration-related searches first.

    Columns PARTNERS. first_day, last_day: of searches in the standard scope; km: between the two places; texts: exact
    matched texts of the standard scope with their searches, only the rules' own words; is_own: the agency itself;
    unread: searches without a reason that could be read.
    """
    return searchers_by_agency(tables, agencies, periods).partners


def map_points(tables: Tables, agencies: pd.DataFrame, periods: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row an agency, role and other agency with searches in the standard scope, own searches left out.

    Columns POINTS. state: code, federal, not known, not named; lat, lon: degrees (WGS84) of the other agency's seat,
    two decimals, empty where not known; before, after: searches, empty where not known.
    """
    return searchers_by_agency(tables, agencies, periods).points


def _of_role(tables: Tables, role: str, facts: pd.DataFrame, seen: pd.DataFrame) -> Searchers:
    # As a view it is put into words once, not in each of the queries below.
    once = tables.con.create_view(f"once_{role}", _once(by_role(tables.searches)[role], role), overwrite=True)
    counted = _count_pairs(once)
    pairs = _place_pairs(counted[["agency", "partner"]].drop_duplicates(), facts)
    mine = seen[seen["role"] == role].drop(columns="role")
    by_pair = _tally(counted, ["agency", "partner"], mine).merge(pairs, on=["agency", "partner"])
    places = [_count_groups(once, counted, by_pair, level, role, mine) for level in LEVELS]
    texts = _texts(tables, role)
    return Searchers(
        pd.concat(places, ignore_index=True).assign(role=role)[PLACES],
        _list_partners(by_pair, counted, texts).assign(role=role)[PARTNERS],
        _list_points(by_pair).assign(role=role)[POINTS],
    )


# ---- searches -----------------------------------------------------------------------------------------


def _once(searches: ir.Table, role: str) -> ir.Table:
    """One row an agency, search and other agency (`partner`, "" if no row names it): marks, first and last day.

    A search of an owner's cameras has one searching agency: if releases name two, the first in the alphabet. A search
    by an agency has every owner in whose network audit it stands.
    """
    other = searches[OTHER_SIDE[role]]
    related = in_scope(searches, "standard")
    told = {
        "marks": _marks(searches).bit_or(),
        "first": searches.local_date.min(where=related),
        "last": searches.local_date.max(where=related),
    }
    if role == "owner":
        once = searches.group_by(["agency", "search_key"]).agg(partner=other.min(), **told)
        return once.mutate(partner=once.partner.fill_null(""))
    # What one owner's log says of a search is known of it, whichever owners' cameras it was of.
    by_search = searches.group_by(["agency", "search_key"]).agg(**told)
    pairs = searches.mutate(partner=other.fill_null("")).select("agency", "search_key", "partner").distinct()
    named = pairs.filter(pairs.partner != "")
    without = pairs.filter(pairs.partner == "").anti_join(named, ["agency", "search_key"])
    return named.union(without).join(by_search, ["agency", "search_key"])


def _marks(searches: ir.Table) -> ir.IntegerValue:
    can_be_read = is_read(searches)
    related = in_scope(searches, "standard")
    held = {period.name: period.holds(searches) for period in find_periods("inauguration").periods}
    true = {name: in_scope(searches, name) for name in SCOPES} | {"read": can_be_read}
    for name in _PERIODS:
        true |= {name: related & held[name], f"in_{name}": held[name], f"read_{name}": can_be_read & held[name]}
    marks = ibis.literal(0, "int64")
    for name, bit in _MARKS.items():
        marks = marks | true[name].fill_null(False).ifelse(bit, 0).cast("int64")
    return marks


def _count_pairs(once: ir.Table) -> pd.DataFrame:
    """Columns agency, partner, marks, searches, first, last: few rows, whatever the log holds."""
    grouped = once.group_by(["agency", "partner", "marks"])
    return grouped.agg(
        searches=once.count(), first=once["first"].min().cast("string"), last=once["last"].max().cast("string")
    ).execute()


def _count_groups(
    once: ir.Table, counted: pd.DataFrame, by_pair: pd.DataFrame, level: str, role: str, seen: pd.DataFrame
) -> pd.DataFrame:
    """One level of `places_by_agency`."""
    held = by_pair if level == "own" else by_pair[by_pair["own"] != OWN]
    groups = held[["agency", "partner", level]].rename(columns={level: "group"})
    if role == "owner":
        marked = counted.merge(groups, on=["agency", "partner"])
    else:  # a search stands once in a group, of however many owners
        told = ibis.memtable(groups, schema=dict.fromkeys(groups.columns, "string"))
        joined = once.join(told, ["agency", "partner"])
        search = joined.group_by(["agency", "group", "search_key"]).agg(marks=joined.marks.bit_or())
        marked = search.group_by(["agency", "group", "marks"]).agg(searches=search.count()).execute()
    tallied = _tally(marked, ["agency", "group"], seen)
    named = held[held["partner"] != ""].assign(related=held["standard"].fillna(0) > 0)
    grouped = named.groupby(["agency", level])
    how_many = grouped.agg(agencies=("partner", "nunique"), standard_agencies=("related", "sum"))
    how_many.index = how_many.index.set_names(["agency", "group"])
    joined_up = tallied.merge(how_many.reset_index(), on=["agency", "group"], how="left")
    numbers = ["agencies", "standard_agencies"]
    joined_up[numbers] = joined_up[numbers].fillna(0).astype("int64")
    return joined_up.assign(level=level).sort_values(
        ["agency", "standard", "searches", "group"], ascending=[True, False, False, True]
    )


def _tally(marked: pd.DataFrame, by: list[str], seen: pd.DataFrame) -> pd.DataFrame:
    """Distinct searches of each group, with and without each mark; a number that nobody can know is empty."""
    marks = marked["marks"].to_numpy("int64")
    parts = {name: marked["searches"].where((marks & bit) > 0, 0) for name, bit in _MARKS.items()}
    frame = marked[[*by, "searches"]].assign(**parts)
    counts = frame.groupby(by, as_index=False)[["searches", *_MARKS]].sum().merge(seen, on="agency", how="left")
    known = {"all": (counts["read"] > 0) | (counts["broad"] > 0)}
    for name in _PERIODS:
        was_read = (counts[f"read_{name}"] > 0) | (counts[f"in_{name}"] == 0) | (counts[name] > 0)
        known[name] = known["all"] & was_read & (counts[f"known_{name}"].eq(True) | (counts[name] > 0))
    for name in COUNTED[1:]:
        counts[name] = counts[name].astype("Int64").where(known.get(name, known["all"]))
    counts["unread"] = counts["searches"] - counts["read"]
    return counts[[*by, *COUNTED, "unread"]].astype({"searches": "int64", "unread": "int64"})


def _periods_known(tables: Tables, periods: pd.DataFrame | None) -> pd.DataFrame:
    """For each agency and role whether the number of either period can be known: known_before, known_after."""
    if periods is None:
        parts = [
            count_searches([column], workspace=tables).rename(columns={column: "agency"}).assign(role=role)
            for role, column in ROLES.items()
        ]
        periods = pd.concat(parts, ignore_index=True).dropna(subset=["agency"])
    standard = periods[periods["scope"] == "standard"]
    frame = standard[["agency", "role"]].drop_duplicates()
    for name in _PERIODS:
        known = standard[standard["period"].eq(name) & standard["immigration_related"].notna()][["agency", "role"]]
        frame = frame.merge(known.drop_duplicates().assign(**{f"known_{name}": True}), how="left")
        frame[f"known_{name}"] = frame[f"known_{name}"].eq(True)
    return frame


# ---- places -------------------------------------------------------------------------------------------


def _facts(agencies: pd.DataFrame) -> pd.DataFrame:
    names = ["agency", "state", "kind", "which", "lat", "lon", "flags", "federal_immigration"]
    facts = agencies[names].drop_duplicates("agency")
    kinds = {"state": "object", "kind": "object", "which": "object", "lat": "float64", "lon": "float64"}
    return facts.astype(kinds).set_index("agency")


def _place_pairs(pairs: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """For each agency and agency on its other side the group of every level, and what is known of the latter."""
    mine, other = (facts.reindex(pairs[name]).reset_index(drop=True) for name in ("agency", "partner"))
    pairs = pairs.reset_index(drop=True)
    named, federal = pairs["partner"] != "", other["kind"].eq("federal")
    is_own = named & pairs["partner"].str.lower().eq(pairs["agency"].str.lower())
    km = pd.Series(
        [
            distance_km(*four) if np.isfinite(four).all() else np.nan
            for four in np.column_stack([mine["lat"], mine["lon"], other["lat"], other["lon"]])
        ],
        dtype="float64",
    )
    groups = {
        "own": pd.Series(np.where(is_own, OWN, OTHERS)),
        "side": _sides(mine["state"], other["state"], federal),
        "state": other["state"].fillna(NOT_KNOWN).where(~federal, FEDERAL),
        "kind": other["kind"].fillna(UNRESOLVED),
        "distance": _bands(km),
    }
    told = {name: groups[name].astype(object).where(named, NOT_NAMED) for name in LEVELS}
    known = other[["which", "lat", "lon", "flags", "federal_immigration"]].rename(columns={"lat": "y", "lon": "x"})
    states = {"partner_state": other["state"], "partner_kind": other["kind"], "km": km.round().astype("Int64")}
    return pd.concat([pairs.assign(**told, **states), known], axis=1)


def _sides(mine: pd.Series, other: pd.Series, federal: pd.Series) -> pd.Series:
    sides = pd.Series(np.where(mine.eq(other), INSIDE, OUTSIDE), dtype=object)
    return sides.where(mine.notna() & other.notna(), NOT_KNOWN).where(~federal, FEDERAL)


def _bands(km: pd.Series) -> pd.Series:
    cut = pd.cut(km, [-np.inf, *BANDS.values()], labels=list(BANDS), right=False)
    return cut.astype(object).where(km.notna(), NOT_KNOWN)


def _list_partners(by_pair: pd.DataFrame, counted: pd.DataFrame, texts: pd.DataFrame) -> pd.DataFrame:
    key = ["agency", "partner"]
    days = counted.groupby(key, as_index=False).agg(first_day=("first", "min"), last_day=("last", "max"))
    frame = by_pair[by_pair["partner"] != ""].merge(days, on=key).merge(texts, on=key, how="left")
    frame = frame.assign(
        is_own=frame["own"] == OWN,
        texts=frame["texts"].astype(object).fillna(""),
        federal_immigration=frame["federal_immigration"].eq(True),
        flags=["; ".join(flags) if isinstance(flags, list | tuple | np.ndarray) else "" for flags in frame["flags"]],
    )
    order = ["agency", "standard", "broad", "searches", "partner"]
    return frame.sort_values(order, ascending=[True, False, False, False, True])


def _list_points(by_pair: pd.DataFrame) -> pd.DataFrame:
    shown = by_pair[(by_pair["own"] != OWN) & (by_pair["standard"].fillna(0) > 0)]
    shown = shown.assign(lat=shown["y"].round(2), lon=shown["x"].round(2))
    return shown.sort_values(["agency", "standard", "partner"], ascending=[True, False, True])


def _texts(tables: Tables, role: str) -> pd.DataFrame:
    """Columns agency, partner, texts: the exact texts matched in the standard scope, as "immigration (12), ICE (3)"."""
    searches = by_role(tables.searches)[role]
    searches = searches.filter(in_scope(searches, "standard"), searches[OTHER_SIDE[role]].notnull())
    matched = searches.select("matched").distinct().execute()["matched"]
    fit = pd.DataFrame({"matched": matched, "text": [shown_words(text or "") for text in matched]})
    told = searches.join(ibis.memtable(fit, schema={"matched": "string", "text": "string"}), "matched")
    counts = (
        told.group_by(["agency", told[OTHER_SIDE[role]].name("partner"), "text"])
        .agg(searches=told.search_key.nunique())
        .execute()
    )
    counts = counts[counts["text"] != ""].sort_values(
        ["agency", "partner", "searches", "text"], ascending=[True, True, False, True]
    )
    counts["said"] = [f"{text} ({number:,})" for text, number in zip(counts["text"], counts["searches"], strict=True)]
    grouped = counts.groupby(["agency", "partner"])["said"].agg(list).reset_index()
    return grouped.assign(texts=[_first_texts(said) for said in grouped["said"]])[["agency", "partner", "texts"]]


def _first_texts(said: list[str]) -> str:
    left = len(said) - TEXTS
    return ", ".join(said[:TEXTS]) + (f" and {left:,} more" if left > 0 else "")
