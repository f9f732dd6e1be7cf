"""A comparison in sentences: what was compared, what the ratio can bear, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from investigate.comparison.windows import SIDES
from investigate.said import count_of, is_unknown, say_count, say_day, say_rate

# Columns of `told` for tables, and their heads: of a comparison, and of one with a choice made otherwise.
SHOWN = {
    "pair_name": "before and after", "scope": "scope", "days": "covered days each", "before_said": "before",
    "before_rate": "per 1,000 before", "after_said": "after", "after_rate": "per 1,000 after",
    "agencies": "agencies before, after", "ratio": "ratio (95 % interval)",
}  # fmt: skip
VARIED = {
    "said": "choice", "days": "covered days each", "before_said": "before", "after_said": "after",
    "ratio": "ratio (95 % interval)",
}  # fmt: skip
UNBROKEN = "\u00a0"  # a blank at which a cell of a table is not broken
LEAST_SAID = 0.01  # a ratio below it is said to be so
RARE = 1000  # searches with a reason to read: below it, a rate per 1,000 speaks of more than there are


def say_comparison(row: Mapping[str, Any]) -> list[str]:
    """One row of a comparison (the columns of `compare_periods`) as sentences: the finding first, then its bounds."""
    if row["refused"]:
        return [f"Before and after {row['pair_name']}: not compared. {row['refused_because']}"]
    said = [f"Before and after {row['pair_name']}: {_say_counts(row)}", _say_bounds(row), _say_unread(row)]
    said.append(_say_days(row))
    return [sentence for sentence in (*said, str(row["notes"] or "")) if sentence]


def _say_days(row: Mapping[str, Any]) -> str:
    days = count_of(row["before_covered_days"], "covered day")
    days += f" (those of {say_count(row['logs'])} logs added up)" if row["logs"] > 1 else ""
    sides = ", and ".join(_say_span(row[f"{side}_first_day"], row[f"{side}_last_day"]) for side in SIDES)
    return f"Compared over {days} on each side: {sides}."


def _say_span(first: str, last: str) -> str:
    return say_day(first) if first == last else f"{say_day(first)} to {say_day(last)}"


def _say_counts(row: Mapping[str, Any]) -> str:
    parts = []
    for side in SIDES:
        known = row[f"{side}_reason_known"]
        of = f"{say_count(_of_known(row, side))} of {say_count(known)}"
        enough = min(row[f"{one}_reason_known"] for one in SIDES) >= RARE
        parts.append(of + (f" ({say_rate(row[f'{side}_per_1000'])} per 1,000)" if enough else ""))
    return f"{parts[0]} {row['unit']} before, {parts[1]} after, in the {row['scope']} scope{_say_ratio(row)}."


def _of_known(row: Mapping[str, Any], side: str) -> Any:
    """How many of those with a reason to read are immigration-related: what the rate is of."""
    related, rate, known = (row[f"{side}_{name}"] for name in ("immigration_related", "per_1000", "reason_known"))
    return related if is_unknown(rate) or is_unknown(known) else round(rate * known / 1000)


def _say_unread(row: Mapping[str, Any]) -> str:
    """What is related by a value from a list, in files that have no column of reasons: in counts, but in no rate."""
    more = {side: row[f"{side}_immigration_related"] - _of_known(row, side) for side in SIDES}
    if not any(more.values()):
        return ""
    numbers = " and ".join(f"{say_count(number)} {side}" for side, number in more.items())
    return f"Besides, {numbers} are known only by a picked value, in files without reasons, and are in no rate."


def _say_ratio(row: Mapping[str, Any]) -> str:
    if is_unknown(row["rate_ratio"]):
        return ""
    return f": the rate after is {say_times(row['rate_ratio'])} the rate before (95 % interval {say_limits(row)})"


def _say_bounds(row: Mapping[str, Any]) -> str:
    """What chance alone leaves open."""
    low, high = row["low"], row["high"]
    if is_unknown(row["rate_ratio"]):
        if is_unknown(low):
            return "With none on either side there is no ratio."
        return (
            f"With none before there is no ratio; it is at least {say_times(low)} (95 % interval)."
            if low > 1
            else "With none before there is no ratio, and so few after can be chance."
        )
    if low <= 1 and (is_unknown(high) or high >= 1):
        return "The interval includes 1: chance alone can make such a difference."
    return ""


def say_times(ratio: float) -> str:
    """`2.1 times`; below ten to one decimal, below one to two; beside one to as many as tell it from one."""
    if ratio == 0:
        return "0 times"
    if ratio < LEAST_SAID:
        return f"less than {LEAST_SAID} times"
    if ratio != 1 and round(ratio, 2 if ratio < 1 else 1) == 1:
        decimals = next((number for number in range(2, 16) if round(ratio, number) != 1), 16)
        return f"{ratio:.{decimals}f} times"
    return f"{ratio:,.2f} times" if ratio < 1 else f"{ratio:,.1f} times" if ratio < 10 else f"{ratio:,.0f} times"


def say_limits(row: Mapping[str, Any]) -> str:
    """`1.3 to 3.2`, or `at least 1.3`."""
    low, high = row["low"], row["high"]
    if is_unknown(low) and is_unknown(high):
        return ""
    if is_unknown(high):
        return f"at least {_short(low)}"
    return f"{_short(low)} to {_short(high)}"


def _short(number: float) -> str:
    return say_times(number).removesuffix(" times")


def told(compared: pd.DataFrame) -> pd.DataFrame:
    """Comparisons, or variants of one, with columns in words: days, agencies, ratio and of each side said and rate."""
    rows = compared.to_dict("records")
    words: dict[str, list[str]] = {"ratio": [_ratio(row) for row in rows], "days": [_days(row) for row in rows]}
    if "before_agencies" in compared:
        words["agencies"] = [f"{say_count(row['before_agencies'])}, {say_count(row['after_agencies'])}" for row in rows]
    for side in SIDES:
        words[f"{side}_said"] = [
            f"{UNBROKEN}of{UNBROKEN}".join(map(say_count, (_of_known(row, side), row[f"{side}_reason_known"])))
            if row[f"{side}_covered_days"]
            else "no covered day"
            for row in rows
        ]
        words[f"{side}_rate"] = [
            say_rate(row[f"{side}_per_1000"]) if row[f"{side}_covered_days"] else "" for row in rows
        ]
    return compared.assign(**words)


def _ratio(row: Mapping[str, Any]) -> str:
    """The ratio with its interval, or what stands in its place."""
    if row["refused"]:
        return f"not compared: {row['refused_why']}"
    if is_unknown(row["rate_ratio"]):
        limits = say_limits(row)
        return f"none before ({limits})" if limits else "none on either side"
    return f"{say_times(row['rate_ratio'])} ({say_limits(row)})".replace(" ", UNBROKEN, 1)


def _days(row: Mapping[str, Any]) -> str:
    before, after = (row[f"{side}_covered_days"] for side in SIDES)
    return say_count(before) if before == after else f"{say_count(before)} before, {say_count(after)} after"
