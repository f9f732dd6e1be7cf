"""Seeded draws of searches, chunk by chunk, in time order.

Only raw 64-bit numbers of PCG64 and whole-number arithmetic are used: numpy promises those to stay the same
from version to version and from machine to machine, which it does not for its ready-made distributions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from investigate.sample import reasons, world
from investigate.sample.cast import Cast

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# The same at any size, so that memory does not grow with the number of rows.
CHUNK = 4_096
_FIELDS = 17
# Thousandths of UTC traffic by hour: quiet at American night, busiest in the American afternoon.
_BY_HOUR = (52, 48, 44, 40, 34, 28, 22, 16, 12, 10, 11, 14, 22, 34, 46, 56, 62, 66, 68, 70, 72, 70, 64, 58)
_BY_WEEKDAY = (10, 11, 11, 11, 11, 9, 7)
# Twelve bits of one number decide on each of the first owners; the others draw from numbers mixed anew.
_BITS, _OF_ONE_NUMBER = 12, 5
_MIX = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class Searches:
    """One chunk of searches: arrays of equal length, a value a search, in the order a log would print them.

    `searched` and `window_end` are seconds since 1970 UTC; `window_days` is the length of the window asked
    for. `agency`, `officer`, `reason`, `plate`, `case`, `filters` and `kind` are places in the tables of
    `cast`, `world` and `reasons`. `reach` has a column an owner. `id_words` has two 64-bit words a search. `luck` is
    0 to 999.
    """

    cast: Cast
    searched: Ints
    milliseconds: Ints
    agency: Ints
    officer: Ints
    networks: Ints
    devices: Ints
    window_end: Ints
    window_days: Ints
    reason: Ints
    plate: Ints
    case: Ints
    filters: Ints
    kind: Ints
    luck: Ints
    reach: Bools
    id_words: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.searched)


def below(raw: NDArray[np.uint64], bound: int) -> Ints:
    """Whole numbers from 0 to `bound` - 1 (`bound` below 2**32), one for each raw number."""
    return (((raw >> np.uint64(32)) * np.uint64(bound)) >> np.uint64(32)).astype(np.int64)


def pick(raw: NDArray[np.uint64], weights: Sequence[int]) -> Ints:
    """Places in `weights`, each drawn as often as its weight says."""
    edges = np.cumsum(np.asarray(weights, dtype=np.int64))
    return np.searchsorted(edges, below(raw, int(edges[-1])), side="right").astype(np.int64)


@cache
def _hours() -> tuple[Ints, Ints]:
    """Weight of every hour of the world, and the running total in seconds of weight before it."""
    first = world.WORLD_START // 3600
    hours = np.arange(first, world.WORLD_END // 3600, dtype=np.int64)
    # 1 January 1970 was a Thursday, the fourth day of the week.
    weight = np.array(_BY_HOUR)[hours % 24] * np.array(_BY_WEEKDAY)[(hours // 24 + 3) % 7]
    before = np.concatenate(([0], np.cumsum(weight * 3600)))
    return weight.astype(np.int64), before.astype(np.int64)


def _times(raw: NDArray[np.uint64], start: int, total: int) -> Ints:
    """Times of searches `start`, `start` + 1 … of `total`: spread evenly over weighted hours, with jitter."""
    weight, before = _hours()
    whole = int(before[-1])
    place = np.arange(start, start + len(raw), dtype=np.int64) * whole
    position = (place + (raw % np.uint64(whole)).astype(np.int64)) // total
    hour = np.searchsorted(before, position, side="right") - 1
    times = world.WORLD_START + hour * 3600 + (position - before[hour]) // weight[hour]
    seam_start, seam_end = world.NO_ID_SEAM
    at_seam = (times >= seam_start) & (times < seam_end)
    return times + at_seam * (seam_end - seam_start)


def _phase(searched: Ints) -> Ints:
    """0 before the inauguration, 1 to the end of June 2025, 2 after."""
    return np.searchsorted([world.INAUGURATION, world.SURGE_END], searched, side="right").astype(np.int64)


@cache
def _table_edges() -> tuple[int, ...]:
    return tuple(np.cumsum([0, *(len(table) for table in reasons.TABLES)]).tolist())


def _tables(planted: Bools, searched: Ints, agency: Ints, cast: Cast) -> Ints:
    """Which table of reasons each search draws from."""
    habit = cast.habit[agency]
    mostly_blank = habit == reasons.TABLE_OF_HABIT["blank"]
    picked = searched >= cast.switch[agency]
    ordinary = np.where(picked & ~mostly_blank, reasons.PICKED_TABLE, habit)
    late = np.where(picked, reasons.AFTER_PICKED_TABLE, reasons.AFTER_TABLE)
    meant = np.where(searched >= world.INAUGURATION, late, reasons.BEFORE_TABLE)
    return np.where(planted & ~mostly_blank, meant, ordinary)


def _reasons(raw: NDArray[np.uint64], planted: Bools, searched: Ints, agency: Ints, cast: Cast) -> Ints:
    table = _tables(planted, searched, agency, cast)
    chosen = np.zeros(len(raw), dtype=np.int64)
    for number, (planteds, first) in enumerate(zip(reasons.TABLES, _table_edges(), strict=False)):
        here = table == number
        if here.any():
            chosen[here] = first + pick(raw[here], [planted.weight for planted in planteds])
    return chosen


def _networks(raw: NDArray[np.uint64], wide: Bools, searched: Ints) -> Ints:
    """A handful or more than a thousand, few between; now and then 0 up to July 2025, as in released logs."""
    months = (searched - world.WORLD_START) // (30 * world.SECONDS_A_DAY)
    many = 700 + months * 45 + below(raw, 60)
    few = 1 + below(raw, 4)
    zero = (raw % np.uint64(100) == 0) & (searched < world.ZERO_NETWORKS_END)
    return np.where(zero, 0, np.where(wide, many, few))


def _devices(raw: NDArray[np.uint64], networks: Ints, searched: Ints) -> Ints:
    start, end = world.DEVICES_LOST
    lost = (searched >= start) & (searched < end) & (raw % np.uint64(5000) != 0)
    return np.where(lost, 0, networks * 14 + np.where(networks > 0, below(raw, 40), 0))


def _luck_with(raw: NDArray[np.uint64], place: int) -> NDArray[np.uint64]:
    """0 to 99 for each search, drawn anew for each owner."""
    if place >= _OF_ONE_NUMBER:
        mixed = (raw ^ np.uint64(place * _MIX % 2**64)) * np.uint64(_MIX)
        raw, place = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(_MIX), _OF_ONE_NUMBER - 1
    return ((raw >> np.uint64(_BITS * place)) & np.uint64(0xFFF)) % np.uint64(100)


def _reach(raw: NDArray[np.uint64], wide: Bools, agency: Ints, searched: Ints, cast: Cast) -> Bools:
    """Which owners' cameras each search touched; an agency's own are always among them."""
    reached = np.zeros((len(raw), len(cast.owners)), dtype=bool)
    for place, owner in enumerate(cast.owners):
        share = _luck_with(raw, place)
        admitted = (searched < owner.home_only_from) | (cast.state == owner.state)[agency]
        own = agency == cast.place[owner.name]
        reached[:, place] = own | (wide & admitted & (share < owner.reach))
    return reached


def _plates(raw: NDArray[np.uint64]) -> Ints:
    share = below(raw, 100)
    low = (raw & np.uint64(0xFFFFFFFF)).astype(np.int64)
    lettered = 1 + low % world.PLATES_LETTERED
    numbered = 1 + world.PLATES_LETTERED + low % world.PLATES_NUMBERED
    return np.where(share < 6, 0, np.where(share < 14, numbered, lettered))


def _cases(raw: NDArray[np.uint64], agency: Ints, searched: Ints) -> Ints:
    """An agency works on a few cases at a time, so that several searches in a week share a number."""
    week = searched // (6 * world.SECONDS_A_DAY)
    number = (agency * 1009 + week * 17 + below(raw, 8) * 7919) % world.CASE_NUMBERS
    return np.where(raw % np.uint64(100) < 45, 0, 1 + number)


def _filters(raw: NDArray[np.uint64], searched: Ints) -> Ints:
    era = np.searchsorted([world.FILTERS_GLUED, world.FILTERS_COMMAS], searched, side="right")
    return era * world.FILTERS_AN_ERA + np.maximum(0, below(raw, world.FILTERS_AN_ERA * 2) - world.FILTERS_AN_ERA)


def _kinds(raw: NDArray[np.uint64], searched: Ints) -> Ints:
    early, late = (pick(raw, weights) for weights in world.SEARCH_TYPE_WEIGHTS)
    return np.where(searched >= world.MOBILE_TYPES, late, early)


def _chunk(seed: int, number: int, start: int, size: int, total: int, cast: Cast, every: int) -> Searches:
    bits = np.random.PCG64(np.random.SeedSequence([seed, number]))
    raw = bits.random_raw((_FIELDS, size))
    searched = _times(raw[0], start, total)
    # Released logs are only roughly in time order: print some searches up to a minute and a half late.
    order = np.argsort(searched + below(raw[1], 90), kind="stable")
    searched, raw = searched[order], raw[:, order]
    turn = cast.turns(start, size, total, every)[order]
    agency = np.where(turn >= 0, turn, pick(raw[2], cast.weight))
    wide = (turn >= 0) | (below(raw[3], 100) >= cast.local[agency])
    planted = below(raw[4], 10_000) < cast.pace[agency, _phase(searched)]
    networks = _networks(raw[5], wide, searched)
    reach = _reach(raw[5] ^ raw[7], wide, agency, searched, cast)
    # The first owner's audits span the world: who is called is sure to stand in them.
    reach[:, 0] |= turn >= 0
    return Searches(
        cast=cast,
        searched=searched,
        milliseconds=below(raw[1], 1000),
        agency=agency,
        officer=(agency * 3 + below(raw[6], 3)) % len(world.OFFICERS),
        networks=networks,
        devices=_devices(raw[7], networks, searched),
        # Up to half a day apart: where no id is printed, the window tells two searches of one second apart.
        window_end=searched + below(raw[8], 43_200),
        window_days=np.array([1, 3, 7, 30])[below(raw[9], 4)],
        reason=_reasons(raw[10], planted, searched, agency, cast),
        plate=_plates(raw[11]),
        case=_cases(raw[12], agency, searched),
        filters=_filters(raw[13], searched),
        kind=_kinds(raw[14], searched),
        luck=below(raw[13] ^ raw[14], 1000),
        reach=reach,
        id_words=np.ascontiguousarray(raw[15:17].T),
    )


def draw_searches(seed: int, total: int, cast: Cast, every: int = 0) -> Iterator[Searches]:
    """`total` searches over the whole span of the world in chunks of at most `CHUNK`, earliest first.

    One in `every` is made by the agencies of `cast` in turn; 0: all by chance.
    """
    for number, start in enumerate(range(0, total, CHUNK)):
        yield _chunk(seed, number, start, min(CHUNK, total - start), total, cast, every)
