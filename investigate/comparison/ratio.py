"""The ratio of two rates and its exact 95 % interval."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from investigate.review.interval import Interval, exact


@dataclass(frozen=True, slots=True)
class Ratio:
    """After over before. `value` None: nothing before, so there is no ratio; `low` or `high` None: no limit there."""

    value: float | None
    low: float | None
    high: float | None


def rate_ratio(before: int, before_of: float, after: int, after_of: float) -> Ratio:
    """(after / after_of) / (before / before_of), with limits that hold the true ratio in 95 % of cases or more.

    `before`, `after`: counts; `before_of`, `after_of`: what they are counted out of (searches with a reason to read,
    or days; > 0). Given how many there are in all, the number after is binomial, if each is an event of its own
    (Przyborowski & Wilenski 1940); Clopper and Pearson's limits of that share are limits of the ratio. Searches that
    hang together (one case, one officer's evening) make the true uncertainty larger: count cases to see by how much.
    """
    both = before + after
    scale = before_of / after_of
    if not both:
        return Ratio(None, None, None)
    share = _share(after, both)
    low = share.low / (1 - share.low) * scale
    high = None if share.high >= 1 else share.high / (1 - share.high) * scale
    return Ratio(None if not before else after / before * scale, low, high)


@lru_cache(maxsize=100_000)  # of thousands of agencies, most have the same few numbers
def _share(after: int, both: int) -> Interval:
    return exact(after / both, both)
