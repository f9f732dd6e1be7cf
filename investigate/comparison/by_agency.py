"""Comparisons of every agency in both roles, the days its logs cover, and what `investigate compare` gives."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from investigate.comparison.compare import COLUMNS, compare_pair
from investigate.comparison.pairs import CALENDAR, Pair, find_pairs
from investigate.comparison.sensitivity import compare_variants
from investigate.comparison.tally import EVERYTHING, name_agency
from investigate.comparison.windows import SIDES, Basis, open_basis
from investigate.counts import ROLES, UNITS, choose_agency, find_agency, in_scope, list_agencies
from investigate.errors import UnknownValue, unknown
from investigate.reasons.classify import SCOPES
from investigate.tables import Tables, open_tables
from investigate.workspace import Workspace

MAIN = "inauguration"  # the pair whose ratio stands in the first lines, and of which the sensitivity is shown
IN_REPORTS = (MAIN, "article", "vendor", "law", "opt_out", "year_to_date")
NAMES = ("comparison", "variants", "days", "covered")
JSON_SIDE = (
    "rows", "searches", "cases", "immigration_related", "per_1000", "covered_days", "agencies", "reason_known",
    "per_day", "first_day", "last_day",
)  # fmt: skip


def compare_periods(
    periods: str | Path = MAIN,
    *,
    agency: str | None = None,
    role: str | None = None,
    scope: str = "all",
    unit: str = "searches",
    workspace: str | Path | Workspace | Tables | None = None,
) -> pd.DataFrame:
    """Before against after over equal covered days, or the reason why that may not be compared.

    One row a pair of periods and scope: pair, pair_name, cut (UTC time or local day), scope, unit; for each side
    (`before_…`, `after_…`) first_day, last_day, covered_days, rows, searches, cases, agencies (on the other side),
    reason_known and immigration_related (of `unit`), per_1000 (of reason_known), per_day (per covered day); rate_ratio
    (of per_1000, after over before) with its exact 95 % limits low and high, day_ratio (of per_day) with day_low and
    day_high; refused, refused_why (a word) and refused_because (a sentence); notes; logs compared and left out; and
    `whole_…` counts of the whole periods, whose days are not equal. A ratio is empty where it was refused or nothing
    lies before; a limit is empty where there is none.

    `periods`: inauguration, month, week, article, vendor, law, opt_out, year_to_date, the id of one pair of these, or a
    CSV file with the columns name, start, end. `agency` in one `role` (owner or searcher); without one, everything
    loaded. Raises UnknownValue for an argument that is not among the valid ones.
    """
    if scope not in (*SCOPES, "all"):
        raise unknown("scope", scope, (*SCOPES, "all"))
    if unit not in UNITS:
        raise unknown("unit", unit, UNITS)
    tables = workspace if isinstance(workspace, Tables) else open_tables(workspace)
    name, part = _whose(tables, agency, role)
    pairs = _pairs_of(tables, periods, name, part)
    basis = open_basis(tables)
    roles = {part: None if name is None else [name]}
    found = pd.concat([compare_pair(basis, pair, roles, units=[unit]) for pair in pairs], ignore_index=True)
    chosen = found if scope == "all" else found[found["scope"] == scope]
    return chosen.reset_index(drop=True)


def vary_comparison(
    periods: str | Path = MAIN,
    *,
    agency: str | None = None,
    role: str | None = None,
    workspace: str | Path | Workspace | Tables | None = None,
) -> pd.DataFrame:
    """The newest pair of `compare_periods` with one choice at a time made otherwise, where any of them can be compared.

    One row a choice: variant (a word), said (in words), scope, unit; before_… and after_… covered_days,
    immigration_related, reason_known, per_1000; rate_ratio, low, high; refused, refused_why. The first is as stated.
    """
    tables = workspace if isinstance(workspace, Tables) else open_tables(workspace)
    name, part = _whose(tables, agency, role)
    pair = _pairs_of(tables, periods, name, part)[-1]
    return compare_variants(open_basis(tables), pair, {part: None if name is None else [name]})


def compare_agencies(
    periods: str | Path = MAIN,
    *,
    role: str = "owner",
    scope: str = "standard",
    unit: str = "searches",
    workspace: str | Path | Workspace | Tables | None = None,
) -> pd.DataFrame:
    """The newest pair of `compare_periods` for every agency in a role, each by itself; its columns, one row an agency.

    Those with the surest rise first, by the lower limit of the ratio; what was refused last. Never add them up: one
    search can stand in the logs of many agencies.
    """
    if role not in ROLES:
        raise unknown("role", role, ROLES)
    if scope not in SCOPES:
        raise unknown("scope", scope, SCOPES)
    tables = workspace if isinstance(workspace, Tables) else open_tables(workspace)
    pair = _asked_pairs(tables, periods)[-1]
    roles = _roles_of(pair, list_agencies(tables), tables.agencies)
    if role not in roles:
        raise UnknownValue(_none_concerns(str(periods), None, role))
    found = compare_pair(open_basis(tables), pair, {role: roles[role]}, units=[unit])
    chosen = found[found["scope"] == scope]
    order = ["refused", "low", "agency"]
    return chosen.sort_values(order, ascending=[True, False, True], na_position="last", ignore_index=True)


def comparison_record(compared: pd.DataFrame, periods: str, variants: pd.DataFrame | None = None) -> dict[str, Any]:
    """What `investigate compare --json` prints: the newest pair, in the standard scope where that was asked for among
    others; under `pairs` every pair and scope that was compared, and `variants` where they were asked for."""
    records = [_one_record(row, periods) for row in compared.to_dict("records")]
    newest = [record for record in records if record["pair"] == records[-1]["pair"]]
    first = next((record for record in newest if record["scope"] == "standard"), newest[0])
    varied = {} if variants is None else {"variants": [_plain(row) for row in variants.to_dict("records")]}
    return first | {"pairs": records} | varied


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}


def _one_record(row: dict[str, Any], periods: str) -> dict[str, Any]:
    plain = _plain(row)
    limits = [plain["low"], plain["high"]]
    return {
        "agency": None if plain["agency"] == EVERYTHING else plain["agency"],
        "role": plain["role"] or None,
        "periods": periods,
        **{name: plain[name] for name in ("pair", "pair_name", "cut", "scope", "unit", "matched")},
        **{side: {name: plain[f"{side}_{name}"] for name in JSON_SIDE} for side in SIDES},
        "rate_ratio": plain["rate_ratio"],
        "interval_95": None if limits == [None, None] else limits,
        "refused": bool(plain["refused"]),
        "refused_because": plain["refused_because"] or None,
        "notes": plain["notes"],
        **{name: plain[name] for name in COLUMNS if name.startswith(("day_", "whole_", "logs"))},
    }


def _whose(tables: Tables, agency: str | None, role: str | None) -> tuple[str | None, str]:
    """The agency as the data spells it and its role; no agency and "" for everything loaded."""
    choose_agency(tables, agency, role)  # raises for what is not in the data, or not plain
    if agency is None:
        return None, ""
    everyone = list_agencies(tables)
    name = find_agency(agency, everyone["agency"].unique(), tables.agencies)
    return name, role or str(everyone.loc[everyone["agency"] == name, "role"].iloc[0])


def _pairs(tables: Tables, which: str | Path) -> list[Pair]:
    edges = tables.searches.agg(first=tables.searches.local_date.min(), last=tables.searches.local_date.max()).execute()
    first, last = (None if pd.isna(edge) else pd.Timestamp(edge).date() for edge in edges.iloc[0])
    return find_pairs(which, first, last, tables.workspace)


def _asked_pairs(tables: Tables, which: str | Path) -> list[Pair]:
    """The pairs of a set that somebody asked for; raises UnknownValue where there is none."""
    pairs = _pairs(tables, which)
    if not pairs:
        raise UnknownValue(_say_no_pair(str(which)))
    return pairs


def _pairs_of(tables: Tables, which: str | Path, agency: str | None, role: str) -> list[Pair]:
    """The pairs of a set that concern the agency; raises UnknownValue where none does."""
    pairs = [pair for pair in _asked_pairs(tables, which) if _concerns(tables, pair, agency, role)]
    if not pairs:
        raise UnknownValue(_none_concerns(str(which), agency, role))
    return pairs


def _concerns(tables: Tables, pair: Pair, agency: str | None, role: str) -> bool:
    """Whether a pair is of everybody, or of this camera owner: a law of its state, its own setting."""
    if not pair.states and not pair.owners:
        return True
    return role == "owner" and agency in _owners_of(pair, tables.agencies, [str(agency)])


def _owners_of(pair: Pair, agencies: pd.DataFrame, owners: Iterable[str]) -> list[str]:
    """Those of the camera owners whom a pair concerns: in one of its states, or named by it in any spelling."""
    names = list(owners)
    if pair.states:
        known = agencies.drop_duplicates("agency").set_index("agency")["state"]
        return [name for name in names if known.get(name) in pair.states]
    found = []
    for wanted in pair.owners:
        try:
            found.append(find_agency(wanted, names, agencies))
        except UnknownValue:
            continue  # a decision by hand on an agency that is not in these files
    return found


def _say_no_pair(periods: str) -> str:
    if periods == "opt_out":
        return "data/manual/opt_outs.csv names no change of who may search. Add a row for each, with its source."
    return (
        f"The loaded files hold fewer than two periods of {periods!r}, so there is nothing to compare. Try another set."
    )


def _none_concerns(periods: str, agency: str | None, role: str) -> str:
    whom = "everything loaded" if agency is None else f"{agency!r} as {role}"
    return (
        f"No pair of periods of {periods!r} concerns {whom}. Laws and opt-outs concern camera owners: name one, with "
        "the role owner; opt-outs stand in data/manual/opt_outs.csv."
    )


# ---- for all reports ----------------------------------------------------------------------------------


def comparison_by_agency(tables: Tables) -> dict[str, pd.DataFrame]:
    """The tables NAMES of all agencies in both roles: comparison (columns of `compare_periods`, of the pairs
    IN_REPORTS), variants (the inauguration under other choices), days (agency, role, day, rows, related), covered
    (agency, role, first, last: runs of days that the logs which hold the agency cover)."""
    everyone = list_agencies(tables)
    pairs = [pair for name in IN_REPORTS for pair in _pairs(tables, name)]
    with tempfile.TemporaryDirectory(dir=tables.workspace.store, prefix=".aside-") as folder:
        basis = open_basis(tables, Path(folder) / "searches.parquet")
        roles = [_roles_of(pair, everyone, tables.agencies) for pair in pairs]
        compared = [compare_pair(basis, pair, here) for pair, here in zip(pairs, roles, strict=True) if here]
        variants = [compare_variants(basis, pair, dict.fromkeys(ROLES)) for pair in pairs if pair.id == MAIN]
        days, covered = _days(basis), _covered(basis)
    frames = {"comparison": compared, "variants": variants, "days": days, "covered": covered}
    found = {name: pd.concat(parts, ignore_index=True) for name, parts in frames.items()}
    years = {pair.id: int(pair.after.name) for pair in pairs if pair.matched == CALENDAR}
    return found | {"comparison": _of_own_years(found["comparison"], found["covered"], years)}


def _of_own_years(compared: pd.DataFrame, covered: pd.DataFrame, years: dict[str, int]) -> pd.DataFrame:
    """Without two years of which an agency's own logs cover but one: that other agencies' logs reach further back is
    no reason for a line in its report. `years`: the later one, by pair."""
    who = ["agency", "role"]
    spans = covered.groupby(who).agg(begins=("first", "min"), ends=("last", "max"))
    own = compared[who].join(spans, on=who)
    later = compared["pair"].map(years)
    is_own = (own["begins"].dt.year < later) & (own["ends"].dt.year >= later)
    return compared[is_own | later.isna()].reset_index(drop=True)


def _roles_of(pair: Pair, everyone: pd.DataFrame, spellings: pd.DataFrame) -> dict[str, list[str] | None]:
    """The roles in which a pair is compared, and for each the agencies (None: all)."""
    if not pair.states and not pair.owners:
        return dict.fromkeys(ROLES)
    owners = _owners_of(pair, spellings, everyone.loc[everyone["role"] == "owner", "agency"])
    return {"owner": owners} if owners else {}


def _days(basis: Basis) -> list[pd.DataFrame]:
    """Rows of each agency in both roles by local day, and those of them in the standard scope."""
    found = []
    for role in ROLES:
        rows = name_agency(basis.rows, role)
        related = rows.count(where=in_scope(rows, "standard"))
        counted = rows.group_by(["agency", "local_date"]).agg(rows=rows.count(), related=related).execute()
        counted["day"] = pd.to_datetime(counted["local_date"])
        found.append(counted.drop(columns="local_date").sort_values(["agency", "day"]).assign(role=role))
    return found


def _covered(basis: Basis) -> list[pd.DataFrame]:
    """Runs of days on which the logs that hold an agency have any row: agency, role, first, last (both covered)."""
    days = basis.rows.select("log", "local_date").distinct().execute()
    found = []
    for role in ROLES:
        belongs = name_agency(basis.rows, role).select("agency", "log").distinct().execute()
        mine = belongs.merge(days, on="log")[["agency", "local_date"]].drop_duplicates()
        mine["day"] = pd.to_datetime(mine["local_date"])
        mine = mine.sort_values(["agency", "day"])
        begins = (mine["day"].diff() != pd.Timedelta(days=1)) | (mine["agency"] != mine["agency"].shift())
        runs = mine.groupby(["agency", begins.cumsum().rename("run")])["day"].agg(first="min", last="max")
        found.append(runs.reset_index().drop(columns="run").assign(role=role))
    return found
