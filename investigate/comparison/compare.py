"""Before against after for all agencies: equal covered days, counts, rates, their ratio, or why there is none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from investigate.comparison.ratio import Ratio, rate_ratio
from investigate.comparison.tally import TOTALS, name_agency, tally
from investigate.comparison.windows import (
    COUNTED,
    ENOUGH_ROWS,
    SIDES,
    Basis,
    Windows,
    find_windows,
    kept_rows,
    label_sides,
    why_not_alike,
)
from investigate.periods import Period
from investigate.reasons.classify import SCOPES
from investigate.said import count_of

if TYPE_CHECKING:
    from investigate.comparison.pairs import Pair

LOST_SHARE = 0.5  # of the searching agencies: where more of them are gone after, others did the searching
FEWEST_AGENCIES = 5  # before: of fewer, one that stops is half of them
FEW_DAYS = 28  # covered on each side: below it, one evening of one officer moves the rate

OF_SIDE = (
    "first_day", "last_day", "covered_days", "rows", "searches", "cases", "agencies", "reason_known",
    "immigration_related", "per_1000", "per_day",
)  # fmt: skip
OF_WHOLE = ("covered_days", "searches", "reason_known", "immigration_related")
COLUMNS = (
    "agency", "role", "pair", "pair_name", "cut", "matched", "scope", "unit",
    *(f"{side}_{name}" for side in SIDES for name in OF_SIDE),
    "rate_ratio", "low", "high", "day_ratio", "day_low", "day_high", "refused", "refused_why", "refused_because",
    "notes", "logs", "logs_left_out",
    *(f"whole_{side}_{name}" for side in SIDES for name in OF_WHOLE),
)  # fmt: skip
WHOLE = ("covered_days", "rows", "searches", "cases", "agencies", "reason_known", "immigration_related")
TYPES = (
    {name: "Int64" for side in SIDES for name in (f"{side}_{one}" for one in WHOLE)}
    | {name: "Float64" for name in COLUMNS if name.endswith(("per_1000", "per_day", "ratio", "low", "high"))}
    | {name: "Int64" for name in COLUMNS if name.startswith(("whole_", "logs"))}
    | {"refused": "boolean"}
)


def compare_pair(
    basis: Basis,
    pair: Pair,
    roles: Mapping[str, Iterable[str] | None],
    *,
    searches: Mapping[str, ir.Table] | None = None,
    windows: Windows | None = None,
    units: Iterable[str] = ("searches",),
) -> pd.DataFrame:
    """One row a role, agency, unit and scope, with the columns COLUMNS.

    `roles`: by role (ALL: everything loaded) the agencies to compare, None for every one. Counts are of the unit;
    per_1000 per 1,000 with a reason to read, per_day per covered day (in several logs: days of each log, added up).
    What was refused keeps its counts and has no ratio. `searches`: by role, only these of `basis.rows`, while the
    windows are those of the whole logs.
    """
    found = find_windows(basis, pair) if windows is None else windows
    rows = _named(basis.rows, roles, searches or {})
    belongs = rows.select("role", "agency", "log").distinct().execute()
    usable = found.logs[found.logs["why"] == ""]
    kept = found.kept[found.kept["log"].isin(usable["log"])]
    compared = {} if kept.empty else {"equal": kept_rows(rows, pair, kept)}
    counted = tally(compared | {"whole": label_sides(rows, pair)})
    logs_of = {key: tuple(sorted(logs)) for key, logs in belongs.groupby(["role", "agency"])["log"]}
    said = {logs: _say_logs(logs, found.logs, pair) for logs in set(logs_of.values())}
    equal = _with_days(counted[counted["window"] == "equal"], logs_of, _spans(kept, said, "size"))
    whole = _with_days(counted[counted["window"] == "whole"], logs_of, _spans(found.every, said, "size"))
    plain = _with_days(counted[counted["window"] == "whole"], logs_of, _spans(found.every, said, "nunique"))
    records = []
    for (role, agency), logs in sorted(logs_of.items()):
        of_logs, why_no_log = said[logs]
        # Where nothing is compared, days are those of the calendar; days of many logs added up would tell nothing.
        sides, beside = (one[role, agency] for one in ((plain, plain) if why_no_log else (equal, whole)))
        for unit in units:
            head = {"agency": agency, "role": role} | _of_pair(pair, unit) | of_logs
            why = why_no_log or _why_no_agency(sides, role, unit)
            head["notes"] = " ".join(filter(None, [head["notes"], "" if why[0] else _say_few(sides, role)]))
            records += [_record(head, sides, beside, why, scope, unit) for scope in SCOPES]
    return pd.DataFrame(records, columns=list(COLUMNS), dtype=object).astype(TYPES)


def _named(rows: ir.Table, roles: Mapping[str, Iterable[str] | None], searches: Mapping[str, ir.Table]) -> ir.Table:
    """The searches once for each role in which somebody is compared, with role, agency and other."""
    parts = []
    for role, agencies in roles.items():
        named = name_agency(searches.get(role, rows), role)
        parts.append(named if agencies is None else named.filter(named.agency.isin(list(agencies))))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


_Logs = tuple[str, ...]  # the logs that hold an agency; most agencies stand in the same few
_Sides = dict[str, dict[str, Any]]


def _spans(days: pd.DataFrame, sets: Iterable[_Logs], number: str) -> dict[_Logs, _Sides]:
    """By set of logs: side → covered_days (of the set's logs: `number`), dates, first_day, last_day."""
    listed = list(sets)
    belongs = pd.DataFrame([(place, log) for place, logs in enumerate(listed) for log in logs], columns=["set", "log"])
    spans = days.merge(belongs, on="log").groupby(["set", "side"])["day"]
    rows = spans.agg(covered_days=number, dates="nunique", first_day="min", last_day="max").reset_index()
    found: dict[_Logs, _Sides] = {logs: {side: {} for side in SIDES} for logs in listed}
    for row in rows.to_dict("records"):
        edges = {edge: _text(row[edge]) for edge in ("first_day", "last_day")}
        numbers = {name: row[name] for name in ("covered_days", "dates")}
        found[listed[row["set"]]][row["side"]] = numbers | edges
    return found


def _with_days(
    counted: pd.DataFrame, logs_of: Mapping[tuple[str, str], _Logs], spans: Mapping[_Logs, _Sides]
) -> dict[tuple[str, str], _Sides]:
    """By role and agency: side → its numbers, covered_days among them (all days of the logs that hold the agency)."""
    found = {key: {side: dict(spans[logs][side]) for side in SIDES} for key, logs in logs_of.items()}
    for row in counted.to_dict("records"):
        found[row["role"], row["agency"]][row["side"]].update(row)
    return found


def _text(day: pd.Timestamp) -> str:
    return f"{day:%Y-%m-%d}"


def _of_pair(pair: Pair, unit: str) -> dict[str, Any]:
    return {"pair": pair.id, "pair_name": pair.name, "cut": say_cut(pair.after), "matched": pair.matched, "unit": unit}


def say_cut(after: Period) -> str:
    """Where the second period begins: a time in UTC, or a local day."""
    start = after.start
    if isinstance(start, dt.datetime):
        return start.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return "" if start is None else start.isoformat()


def _say_logs(logs: _Logs, known: pd.DataFrame, pair: Pair) -> tuple[dict[str, Any], tuple[str, str] | None]:
    """What is told of a set of logs, and why none of them can be compared, if none can."""
    here = pd.DataFrame({"log": list(logs)}).merge(known, on="log", how="left")
    can = bool(here["why"].eq("").any())
    return _of_logs(here), None if can else _why_no_log(here, pair)


def _of_logs(logs: pd.DataFrame) -> dict[str, Any]:
    """How many logs are compared, how many are left out and why, and what was taken out of those compared."""
    out = logs[logs["why"] != ""]
    used = logs[logs["why"] == ""]
    notes = sorted({str(note) for note in used["capped"] if note})
    if len(used) and len(out):
        why = out["why"].fillna("no covered days").value_counts()
        said = ", ".join(f"{name}: {number:,}" for name, number in why.items())
        notes.append(
            f"{len(out):,} of {len(logs):,} logs cannot be compared with themselves and are left out ({said})."
        )
    return {"logs": len(used), "logs_left_out": len(out), "notes": " ".join(notes)}


def _why_no_log(logs: pd.DataFrame, pair: Pair) -> tuple[str, str]:
    """The reason why the largest of the logs cannot be compared, with how many logs there are."""
    known = logs.dropna(subset=["why"]).sort_values(["rows", "log"], ascending=[False, True])
    if known.empty:
        return "no covered days", f"The released files cover no day before and no day after {pair.name}."
    first = known.iloc[0]
    says, number = str(first["says"]), len(logs)
    if number == 1:
        return str(first["why"]), says
    none, one = ("Neither", "larger one") if number == 2 else ("None", "largest")
    if first["why"] != "truncated":  # which begins with the name of a file
        says = says[0].lower() + says[1:]
    return str(first["why"]), f"{none} of the {number:,} logs can be compared with itself. In the {one}, {says}"


def _why_no_agency(sides: dict[str, dict[str, Any]], role: str, unit: str) -> tuple[str, str]:
    """Why the sides, though covered alike, are not of the same searchers, or hold nothing to compare."""
    before, after = (sides[side] for side in SIDES)
    known = [int(side.get(f"read_{unit}", 0)) for side in (before, after)]
    if not all(known):
        empty = " and ".join(side for side, number in zip(SIDES, known, strict=True) if not number)
        one = {"rows": "row", "cases": "case"}.get(unit, "search")
        return "nothing to read", f"No {one} whose reason can be read lies on the covered days {empty} the cut."
    if min(side.get("rows", 0) for side in (before, after)) >= ENOUGH_ROWS:
        totals = pd.DataFrame([[side.get(name, 0) for name in COUNTED] for side in (before, after)], SIDES, COUNTED)
        why, says = why_not_alike(totals)
        if why:
            return why, says
    had, has = int(before.get("agencies", 0)), int(after.get("agencies", 0))
    if role != "searcher" and had >= FEWEST_AGENCIES and has < (1 - LOST_SHARE) * had:
        return "agencies lost", (
            f"{had:,} agencies searched on the {count_of(before['covered_days'], 'covered day')} before and {has:,} on "
            f"as many after: {1 - has / had:.0%} are gone, as when access is switched off, so the two rates are not of "
            "the same searchers."
        )
    return "", ""


def _say_few(sides: dict[str, dict[str, Any]], role: str) -> str:
    """What makes a ratio weak though it is not refused: few days, or many more agencies than before."""
    before, after = (sides[side] for side in SIDES)
    said = []
    fewest = min(side["dates"] for side in (before, after))  # in many logs, the same day is many covered days
    if fewest < FEW_DAYS:
        days = count_of(fewest, "covered day")
        said.append(f"Only {days} on each side: one busy evening can move the rate.")
    had, has = int(before.get("agencies", 0)), int(after.get("agencies", 0))
    if role != "searcher" and has >= FEWEST_AGENCIES and had < (1 - LOST_SHARE) * has:
        said.append(
            f"{has:,} agencies searched after and only {had:,} before: look at the line with agencies of both sides."
        )
    return " ".join(said)


def _record(
    head: dict[str, Any],
    sides: dict[str, dict[str, Any]],
    whole: dict[str, dict[str, Any]],
    why: tuple[str, str],
    scope: str,
    unit: str,
) -> dict[str, Any]:
    record = head | {"scope": scope, "refused": bool(why[0]), "refused_why": why[0], "refused_because": why[1]}
    for side in SIDES:
        record |= {f"{side}_{name}": value for name, value in _numbers(sides[side], scope, unit).items()}
        record |= {f"whole_{side}_{name}": value for name, value in _numbers(whole[side], scope, unit).items()}
    if not why[0]:
        record |= _ratios(sides, scope, unit)
    return record


def _numbers(side: dict[str, Any], scope: str, unit: str) -> dict[str, Any]:
    """One side's counts; what could not be read is no count."""
    days, known = int(side.get("covered_days", 0)), int(side.get(f"read_{unit}", 0))
    related, both = int(side.get(f"{scope}_{unit}", 0)), int(side.get(f"both_{scope}_{unit}", 0))
    is_known = bool(days) and (known > 0 or related > 0 or not side.get("rows"))
    return {
        "first_day": side.get("first_day"),
        "last_day": side.get("last_day"),
        "covered_days": days,
        **{name: int(side.get(name, 0)) for name in (*TOTALS, "agencies")},
        "reason_known": known,
        "immigration_related": related if is_known else None,
        "per_1000": round(both * 1000 / known, 6) if known else None,
        "per_day": round(related / days, 6) if is_known else None,
    }


def _ratios(sides: dict[str, dict[str, Any]], scope: str, unit: str) -> dict[str, Any]:
    before, after = (sides[side] for side in SIDES)
    both, read = f"both_{scope}_{unit}", f"read_{unit}"
    related = f"{scope}_{unit}"
    rates = rate_ratio(int(before[both]), before[read], int(after[both]), after[read])
    days = rate_ratio(int(before[related]), before["covered_days"], int(after[related]), after["covered_days"])
    return _limits(rates, "rate_ratio", "low", "high") | _limits(days, "day_ratio", "day_low", "day_high")


def _limits(ratio: Ratio, *names: str) -> dict[str, float | None]:
    values = (ratio.value, ratio.low, ratio.high)
    return {name: None if value is None else round(value, 6) for name, value in zip(names, values, strict=True)}
