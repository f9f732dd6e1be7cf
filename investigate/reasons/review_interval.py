"""Shares with their intervals: Wilson for one share, and what several of them, weighted, amount to.

Sources: Wilson 1927 (one share); Newcombe 1998 and Zou & Donner 2008 (limits of a weighted sum from the limits of
its parts); Donner & Zou 2012 (limits of a ratio from those of a sum, after Fieller); Kish 1965 (effective number of
draws that do not weigh the same); Cohen 1960 (kappa). Why these: the docstring of `review`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Z = 1.959963984540054  # 95 %, two-sided
HALVINGS = 60  # of the stretch in which a limit lies: beyond the last digit of a float


@dataclass(frozen=True, slots=True)
class Interval:
    """A share between 0 and 1 with its 95 % limits."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What was judged of one category: its searches now, the share judged in a scope, and on how many draws
    (not always whole) that share rests. `draws` 0: none was judged, and `share` means nothing."""

    category: str
    searches: int
    share: float
    draws: float


def wilson(share: float, draws: float) -> Interval:
    """Wilson's 95 % interval of `share` seen in `draws` (> 0, not always whole) independent draws."""
    square = Z * Z / draws
    middle = (share + square / 2) / (1 + square)
    half = Z / (1 + square) * math.sqrt(share * (1 - share) / draws + square / (4 * draws))
    # At 0 and 1 the limit is the share itself, which rounding would miss.
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Interval(share, 0.0 if share == 0 else min(low, share), 1.0 if share == 1 else max(high, share))


def precision(parts: Sequence[Judged], inside: frozenset[str]) -> Interval | str:
    """Of the searches whose category is in `inside`, the share judged so; or, as a sentence, why it is not known."""
    mine = [part for part in parts if part.category in inside and part.searches]
    if not mine:
        return "No search was classified in this scope."
    if why := _unjudged(mine):
        return why
    whole = sum(part.searches for part in mine)
    return _sum_of([(part.searches / whole, wilson(part.share, part.draws)) for part in mine])


def recall(parts: Sequence[Judged], inside: frozenset[str]) -> Interval | str:
    """Of the searches judged in the scope, the share whose category is in `inside`; or why it is not known."""
    there = [part for part in parts if part.searches]
    if why := _unjudged(there):
        return why
    one = [(part.category in inside, part.searches, wilson(part.share, part.draws)) for part in there]
    found = sum(searches * share.share for is_in, searches, share in one if is_in)
    missed = sum(searches * share.share for is_in, searches, share in one if not is_in)
    if found + missed == 0:
        return "None of the judged reasons was judged to be in this scope."
    whole = sum(searches for _, searches, _ in one)

    def balance(ratio: float) -> Interval:
        """(1 - ratio) found - ratio missed: 0 where `ratio` is the recall."""
        return _sum_of([((1 - ratio if is_in else -ratio) * size / whole, part) for is_in, size, part in one])

    best = found / (found + missed)
    low = 0.0 if balance(0).low <= 0 else _crossing(lambda ratio: balance(ratio).low > 0, 0.0, best)
    high = 1.0 if balance(1).high >= 0 else _crossing(lambda ratio: balance(ratio).high >= 0, best, 1.0)
    return Interval(best, low, high)


def _unjudged(parts: Sequence[Judged]) -> str:
    missing = [part.category for part in parts if not part.draws]
    if not missing:
        return ""
    named = ", ".join(repr(category) for category in missing)
    return f"No reason of the {'category' if len(missing) == 1 else 'categories'} {named} has been judged."


def _sum_of(parts: Sequence[tuple[float, Interval]]) -> Interval:
    """A weighted sum of independent shares: each side's distances to the parts' limits add up in square."""
    best = sum(weight * part.share for weight, part in parts)
    below = above = 0.0
    for weight, part in parts:
        down, up = part.share - part.low, part.high - part.share
        below += (weight * (down if weight > 0 else up)) ** 2
        above += (weight * (up if weight > 0 else down)) ** 2
    return Interval(best, best - math.sqrt(below), best + math.sqrt(above))


def _crossing(holds: Callable[[float], bool], first: float, last: float) -> float:
    """Where `holds`, true at `first` and false at `last`, turns false."""
    for _ in range(HALVINGS):
        middle = (first + last) / 2
        first, last = (middle, last) if holds(middle) else (first, middle)
    return first


def effective_draws(weights: Sequence[tuple[float, float]]) -> float:
    """How many draws of the same weight are worth as much as these (draws, searches that one draw stands for)."""
    square = sum(draws * stands_for**2 for draws, stands_for in weights)
    return sum(draws * stands_for for draws, stands_for in weights) ** 2 / square if square else 0.0


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two judges' answers; None where both gave one and the same answer throughout, or none."""
    if not pairs:
        return None
    count = len(pairs)
    first, second = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    by_chance = sum(first[answer] * second[answer] for answer in first)  # in pairs of lines: whole numbers
    if by_chance == count * count:
        return None
    seen = sum(one == other for one, other in pairs) * count
    return (seen - by_chance) / (count * count - by_chance)
