"""Numbers and days in words, the same on pages, in letters, in notebooks and in the terminal."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd


def say_count(number: Any) -> str:
    """A whole number with thousands separators, or "not known"."""
    return "not known" if is_unknown(number) else f"{int(number):,}"


def say_rate(number: Any) -> str:
    """A rate per 1,000 to two decimals, or "not known"."""
    return "not known" if is_unknown(number) else f"{float(number):,.2f}"


def say_day(day: str | None) -> str:
    """2025-01-20 as 20 January 2025."""
    if day is None or pd.isna(day):
        return "an unknown day"
    when = dt.date.fromisoformat(day)
    return f"{when.day} {when:%B %Y}"


def is_unknown(number: object) -> bool:
    if isinstance(number, str | int):  # most are; pandas takes its time to say so
        return False
    return number is None or bool(pd.isna(number))


def count_of(number: object, one: str, many: str = "") -> str:
    """`1 search`, `2 searches`."""
    is_one = not is_unknown(number) and number == 1
    return f"{say_count(number)} {one if is_one else many or one + 's'}"
