"""Who takes part in a sample: the agencies that search and the owners of the cameras, and what the draw asks of them.

`usual_cast` is the fixed world. `larger_cast` adds invented agencies to it, each in a place that does not exist: the
two halves of its name are put together by number and the tests hold every name against the tables of places.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from investigate.agencies.names import ZONE_OF
from investigate.agencies.states import STATES
from investigate.sample import reasons, world
from investigate.sample.world import Agency, Month, Owner

Ints = NDArray[np.int64]

MOST_AGENCIES = 5_000
# Enough rows that every agency finds a search even where one search stands in several logs.
ROWS_AN_AGENCY = 10
AGENCIES_AN_OWNER = 8
_ROUNDS = 4
_DROPDOWN_LATEST_DAYS = 40


@dataclass(frozen=True, eq=False)
class Cast:
    """The agencies and camera owners of one sample; a place in either tuple is what the arrays of a draw hold.

    `called` is how many agencies are sure to have a search in the logs; 0 leaves that to chance.
    """

    agencies: tuple[Agency, ...]
    owners: tuple[Owner, ...]
    called: int = 0

    @cached_property
    def place(self) -> dict[str, int]:
        """An agency's place by its name."""
        return {agency.name: place for place, agency in enumerate(self.agencies)}

    @cached_property
    def weight(self) -> list[int]:
        """Share of all searches, by agency."""
        return [agency.weight for agency in self.agencies]

    @cached_property
    def local(self) -> Ints:
        """Percent of searches that stay within its own cameras, by agency."""
        return np.array([agency.local_share for agency in self.agencies])

    @cached_property
    def pace(self) -> Ints:
        """Planted reasons per 10,000 searches: a row an agency, a column a phase."""
        return np.array([world.PACE[agency.pace] for agency in self.agencies])

    @cached_property
    def habit(self) -> Ints:
        """Table of typed reasons, by agency."""
        return np.array([reasons.TABLE_OF_HABIT[agency.habit] for agency in self.agencies])

    @cached_property
    def switch(self) -> Ints:
        """First second of drop-downs, by agency."""
        late = np.arange(len(self.agencies)) * 7 % _DROPDOWN_LATEST_DAYS
        return world.DROPDOWN_START + late * world.SECONDS_A_DAY

    @cached_property
    def state(self) -> NDArray[np.str_]:
        """Two-letter code, by agency; empty for federal ones."""
        return np.array([agency.state for agency in self.agencies])

    @cached_property
    def is_federal(self) -> NDArray[np.bool_]:
        """By agency, whether its name says so."""
        return np.array([agency.name.startswith("[Federal]") for agency in self.agencies])

    @cached_property
    def roll(self) -> Ints:
        """Places of the agencies that are called: the searches of those that keep all within stand in portals only."""
        return np.flatnonzero(self.local < 100)[: self.called]

    def every(self, total: int) -> int:
        """Of how many searches one is taken by calling the roll, so that of `total` each agency gets a few; 0: none."""
        return max(1, _inner(total) // (self.called * _ROUNDS)) if self.called else 0

    def turns(self, start: int, size: int, total: int, every: int) -> Ints:
        """Who is called for searches `start` … of `total`: a place of an agency, or -1 where chance decides."""
        if not every:
            return np.full(size, -1, dtype=np.int64)
        number = np.arange(start, start + size, dtype=np.int64) - _edge(total)
        is_called = (number >= 0) & (number < _inner(total)) & (number % every == 0)
        return np.where(is_called, self.roll[number // every % len(self.roll)], -1)


def _edge(total: int) -> int:
    """Searches at each end of the world that call nobody: its first and last hours are in no log of the first owner."""
    return 1 + total // 2_000


def _inner(total: int) -> int:
    return total - 2 * _edge(total)


@cache
def usual_cast() -> Cast:
    """The fixed world."""
    return Cast(world.AGENCIES, world.OWNERS)


def larger_cast(agencies: int) -> Cast:
    """The fixed world and as many more that `agencies` of them can be called; about one in eight owns cameras."""
    in_audits = sum(agency.local_share < 100 for agency in world.AGENCIES)
    more = [_agency(number) for number in range(agencies - in_audits)]
    chosen: list[int] = []
    for place, agency in enumerate(more):
        is_due = len(world.OWNERS) + len(chosen) < (in_audits + place + 1) // AGENCIES_AN_OWNER
        if is_due and _may_own(agency):
            more[place] = replace(agency, weight=agency.weight + 8, local_share=40)
            chosen.append(place)
    owners = [_owner(more[place], number, len(chosen)) for number, place in enumerate(chosen)]
    return Cast((*world.AGENCIES, *more), (*world.OWNERS, *owners), agencies)


# 71 beginnings and 72 endings: as the two numbers share no divisor, 5,112 names in a row are all different.
_BEGINNINGS = tuple(
    """
    Ambleth Bazzle Bicker Blunder Brizzle Chundle Clatter Crackle Dazzle Dibble Doddle Drizzle Dwindle Fandle Fettle
    Fidget Fluster Frumple Fuddle Gabble Garble Giggle Gobble Grizzle Grumble Guzzle Haggle Hobnob Huddle Jangle Jiggle
    Jumble Kindle Knuckle Lollop Mangle Meddle Mizzle Muddle Muffle Muzzle Niggle Nobble Nuzzle Paddock Peddle Piffle
    Prattle Puzzle Quibble Rankle Ruffle Rustle Scuffle Shuffle Sizzle Sniffle Snuggle Spangle Squiggle Straggle Swaddle
    Swizzle Tangle Tipple Toggle Trundle Twiddle Waddle Waffle Wobble
    """.split()  # noqa: SIM905
)
_ENDINGS = tuple(
    """
    arbeck astow atch aundry barque bellow bequin bistle bodkin bramwith brough cantle carrack chime cobble copple
    corbel crannow cuttle dapple dimmock drake drovel ember fennock ferrule fipple flagon flitch gantry garnet gimlet
    gorrel grommet gudgeon hamper hasp ingle jerkin kelpie ketch lappet lattice lintel locket mallet marlin mullion nib
    oakum pannier pantile pestle pommel quoin ratchet rowel sconce sorrel spindle spigot tabard tansy thimble tinder
    trellis trivet truckle wattle whisket withy yarrow
    """.split()  # noqa: SIM905
)
_POLICE, _SHERIFF = "{place} {state} PD", "{place} {county} {state} SO"
# The names as vendors' lists write them, in the shares of such a list; 27 and 50 states share no divisor either.
_FORMS = (
    *(_POLICE, _SHERIFF, _POLICE, _POLICE, "{place} University {state} PD", _POLICE, _SHERIFF, _POLICE, _POLICE),
    *("{place}, {state} Police Dept.", _SHERIFF, _POLICE, "{place} {state} PD [Inactive]", _POLICE, _SHERIFF),
    *("{place} {state} State Police", _POLICE, "{loud} {state} PD", _POLICE, "{state} - {place} PD", _SHERIFF),
    *("{place} {county} {state} Sheriff's Office", _POLICE, "[Federal] {place} Inspection Service", _POLICE),
    *("{place} College Police Department ({state})", _SHERIFF),
)
_STATES = tuple(sorted(STATES.keys() - {"DC", "PR"}))
_COUNTY_WORDS = {"LA": "Parish", "AK": "Borough"}
_PACES = ("ordinary", "rare", "ordinary", "ordinary", "heavy", "rare", "ordinary")
_HABITS = ("plain",) * 8 + ("numbers",)
# The zones within whose midnights the world starts, ends and gets its ids.
_OWNER_ZONES = {f"America/{city}" for city in ("New_York", "Chicago", "Denver", "Phoenix", "Los_Angeles")}


def _agency(number: int) -> Agency:
    place = (_BEGINNINGS[number % len(_BEGINNINGS)] + _ENDINGS[number % len(_ENDINGS)]).capitalize()
    form, state = _FORMS[number % len(_FORMS)], _STATES[number * 7 % len(_STATES)]
    name = form.format(place=place, loud=place.upper(), state=state, county=_COUNTY_WORDS.get(state, "County"))
    is_federal = name.startswith("[Federal]")
    weight = 4 + number * 11 % 20
    pace, habit = _PACES[number % len(_PACES)], _HABITS[number % len(_HABITS)]
    return Agency(name, "" if is_federal else state, weight, pace=pace, habit=habit)


def _may_own(agency: Agency) -> bool:
    is_plain = agency.name.endswith((f" {agency.state} PD", f" {agency.state} SO")) and not agency.name.isupper()
    return is_plain and ZONE_OF.get(agency.state) in _OWNER_ZONES and "University" not in agency.name


# The months of the world, and what all added owners together reach, in percent of the searches that leave an agency.
_MONTHS: tuple[Month, ...] = tuple((2024 + (9 + number) // 12, (9 + number) % 12 + 1) for number in range(18))
_REACH_OF_ALL, _WIDEST_REACH = 400, 30


def _owner(agency: Agency, number: int, owners: int) -> Owner:
    """Three to nine months of audits; every sixth owner shuts out other states in September 2025."""
    zone = ZONE_OF[agency.state]
    first = number * 5 % 16
    last = min(first + 2 + number * 3 % 7, len(_MONTHS) - 1)
    reach = max(1, min(_WIDEST_REACH, _REACH_OF_ALL // owners) * (50 + number * 37 % 101) // 100)
    shut = world.seconds(2025, 9, 1, 0, zone) if number % 6 == 5 else world.WORLD_END
    return Owner(agency.name, agency.state, zone, _MONTHS[first], _MONTHS[last], reach, number % 2 == 0, shut)
