"""Months of `count_quiet` set beside each other: what rose, what fell, what lay in between, and what that can hide."""

from __future__ import annotations

import calendar
from dataclasses import dataclass

import pandas as pd

from investigate.quality.switch import ENOUGH_SEARCHES
from investigate.quiet import QUIET_PARTS

FULL_MONTH = 0.75  # of a month's days, to take its shares for those of the whole month
READABLE = 0.9  # of a month's searches, to compare its shares with those of another month
NO_CHANGE = 1.0  # percentage points: a smaller change is not spoken of
WORTH_SAYING = 5.0  # percentage points: of a change beside the largest one
LEAST_RISE = 0.05  # percentage points: what would be said as 0.0 is not named
UNREAD_PARTS = ("blank", "withheld")  # of QUIET_PARTS: their searches are not among those whose reason is known


@dataclass(frozen=True)
class Change:
    """How the share of one part changed from one month to another. Counts of searches."""

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


@dataclass(frozen=True)
class Extreme:
    """A month in between in which the share of a part lay beyond both its first and its last one. Counts of searches;
    `points` beyond the nearer of the two, below 0 where it lay lower."""

    part: str
    month: str
    part_then: int
    searches_then: int
    points: float


@dataclass(frozen=True)
class Fall:
    """How the immigration-related rate per 1,000 fell from one month to another while parts rose, and how much of that
    fall (0 to 1) their rise accounts for if each search more in them was an immigration-related one."""

    first: str
    last: str
    rate_first: float
    rate_last: float
    rises: list[Change]
    accounts_for: float

    @property
    def points(self) -> float:
        return sum(rise.points for rise in self.rises)


def comparable_months(months: pd.DataFrame) -> pd.DataFrame:
    """The months of `count_quiet` whose shares can be set beside each other: the files hold rows of three quarters of
    their days, at least 50 searches, and a reason column for nine tenths of these."""
    days = [calendar.monthrange(*map(int, month.split("-")))[1] for month in months["month"]]
    is_full = months["covered_days"] >= FULL_MONTH * pd.Series(days, index=months.index, dtype="float64")
    is_read = months["not_exported"] <= (1 - READABLE) * months["searches"]
    is_enough = months["searches"] >= ENOUGH_SEARCHES
    return months[(is_full & is_read & is_enough).fillna(False).astype(bool)]


def find_changes(months: pd.DataFrame) -> list[Change]:
    """How the share of each of QUIET_PARTS changed between the first and the last comparable month, largest change
    first; empty where fewer than two months can be compared."""
    held = comparable_months(months)
    if len(held) < 2:
        return []
    return sorted(changes_between(held.iloc[0], held.iloc[-1]), key=lambda change: -abs(change.points))


def changes_between(first: pd.Series, last: pd.Series) -> list[Change]:
    """How the share of each of QUIET_PARTS differs between two months."""
    counts = int(first["searches"]), int(last["searches"])
    return [
        Change(part, first["month"], last["month"], int(first[part]), counts[0], int(last[part]), counts[1])
        for part in QUIET_PARTS
    ]


def find_extremes(months: pd.DataFrame, least: float = WORTH_SAYING) -> list[Extreme]:
    """The month in which each of QUIET_PARTS was highest and that in which it was lowest, where it then lay `least`
    percentage points or more beyond both the first and the last comparable month; the farthest first."""
    held = comparable_months(months)
    if len(held) < 3:
        return []
    found = []
    for part in QUIET_PARTS:
        percent = (100 * held[part] / held["searches"]).astype(float)
        ends = percent.iloc[[0, -1]]
        for at, points in (
            (percent.idxmax(), percent.max() - ends.max()),
            (percent.idxmin(), percent.min() - ends.min()),
        ):
            if abs(points) >= least:
                row = held.loc[at]
                found.append(Extreme(part, row["month"], int(row[part]), int(row["searches"]), float(points)))
    return sorted(found, key=lambda extreme: -abs(extreme.points))


def find_fall(first: pd.Series, last: pd.Series) -> Fall | None:
    """The fall of the immigration-related rate between two months, and what the rise of parts can account for; None
    where the rate did not fall, or parts rose by less than one percentage point together. Both rates must be known."""
    before, after = float(first["per_1000"]), float(last["per_1000"])
    rises = [change for change in changes_between(first, last) if change.points >= LEAST_RISE]
    if after >= before or sum(rise.points for rise in rises) < NO_CHANGE:
        return None
    more = {rise.part: rise.points / 100 * int(last["searches"]) for rise in rises}
    known = int(last["reason_known"])
    # Had they named it, blank and withheld reasons would also be among those that are known.
    unread = sum(more.get(part, 0.0) for part in UNREAD_PARTS)
    would_be = 1000 * (after / 1000 * known + sum(more.values())) / (known + unread)
    largest_first = sorted(rises, key=lambda rise: -rise.points)
    accounts_for = min(1.0, (would_be - after) / (before - after))
    return Fall(first["month"], last["month"], before, after, largest_first, accounts_for)
