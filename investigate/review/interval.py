"""Shares with their intervals: Wilson for one share, and what several of them, weighted, amount to.

Sources: Wilson 1927 (one share); Clopper & Pearson 1934 (exact limits, where few answers are of one kind: Wilson's miss
too often there, see Brown, Cai & DasGupta 2001); Newcombe 1998 and Zou & Donner 2008 (limits of a weighted sum from the
limits of its parts); Donner & Zou 2012 (limits of a ratio from those of a sum, after Fieller); Kish 1965 (effective
number of judgements that do not weigh the same); Cohen 1960 (kappa). Why these: the docstring of `review`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Z = 1.959963984540054  # 95 %, two-sided
TAIL = 0.025  # chance beyond each of two limits of 95 %
HALVINGS = 60  # of the stretch in which a limit lies: beyond the last digit of a float
MOST_STEPS, TINY, ALIKE = 1_000, 1e-300, 1e-14  # of a continued fraction, which needs about the root of its numbers
NONE = 1e-9  # of an answer: below it there is none, and a float's last digit speaks
FEW = 5  # answers of one kind: below it exact limits are looked at too


@dataclass(frozen=True, slots=True)
class Interval:
    """A share between 0 and 1 with its 95 % limits."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What was judged of one category: its searches, the share judged in a scope, and how many draws (not always
    whole) that share is worth. `draws` 0: none was judged, and `share` means nothing."""

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


def exact(share: float, draws: float) -> Interval:
    """Clopper and Pearson's 95 % interval, which holds the truth in 95 % of samples or more, whatever it is."""
    hits, rest = share * draws, (1 - share) * draws
    low = 0.0 if hits < NONE else _crossing(lambda at: _beta_below(at, hits, rest + 1) < TAIL, 0.0, share)
    high = 1.0 if rest < NONE else _crossing(lambda at: _beta_below(at, hits + 1, rest) < 1 - TAIL, share, 1.0)
    return Interval(share, low, high)


def limits(share: float, draws: float) -> Interval:
    """Wilson's interval, but where fewer than five answers are of one kind no narrower than the exact one."""
    found = wilson(share, draws)
    if min(share, 1 - share) * draws >= FEW:
        return found
    wide = exact(share, draws)
    return Interval(share, min(found.low, wide.low), max(found.high, wide.high))


def precision(parts: Sequence[Judged], inside: frozenset[str]) -> Interval | str:
    """Of the searches whose category is in `inside`, the share judged so; or, as a sentence, why it is not known."""
    mine = [part for part in parts if part.category in inside and part.searches]
    if not mine:
        return "No search was classified in this scope."
    if why := _unjudged(mine):
        return why
    whole = sum(part.searches for part in mine)
    return _sum_of([(part.searches / whole, limits(part.share, part.draws)) for part in mine])


def recall(parts: Sequence[Judged], inside: frozenset[str]) -> Interval | str:
    """Of the searches judged in the scope, the share whose category is in `inside`; or why it is not known."""
    there = [part for part in parts if part.searches]
    if why := _unjudged(there):
        return why
    one = [(part.category in inside, part.searches, limits(part.share, part.draws)) for part in there]
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


def effective_number(weights: Sequence[float]) -> float:
    """How many judgements of the same weight are worth as much as these; never more than there are."""
    square = sum(weight**2 for weight in weights)
    return sum(weights) ** 2 / square if square else 0.0


def _beta_below(at: float, first: float, second: float) -> float:
    """Chance that a beta variate with these two parameters lies below `at` (0 to 1)."""
    if at <= 0 or at >= 1:
        return float(at >= 1)
    if at > (first + 1) / (first + second + 2):  # there the fraction below converges slowly
        return 1 - _beta_below(1 - at, second, first)
    ends = first * math.log(at) + second * math.log1p(-at)
    whole = math.lgamma(first) + math.lgamma(second) - math.lgamma(first + second)
    return math.exp(ends - whole) / (first * _beta_fraction(at, first, second))


def _beta_fraction(at: float, first: float, second: float) -> float:
    """The continued fraction of the incomplete beta function (Abramowitz & Stegun 26.5.8), by Lentz's method."""
    value = upper = 1.0
    lower = 0.0
    for step in range(1, MOST_STEPS):
        half = step // 2
        top = -(first + half) * (first + second + half) if step % 2 else half * (second - half)
        term = top * at / ((first + step - 1) * (first + step))
        lower = 1 / (1 + term * lower or TINY)
        upper = 1 + term / upper or TINY
        value *= upper * lower
        if abs(upper * lower - 1) < ALIKE:
            break
    return value


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
