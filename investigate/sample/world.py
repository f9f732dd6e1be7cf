"""The invented world: agencies, officers, plates, and the dates on which the logs changed.

Nothing here exists. Place names were checked against public lists of agencies and are in none of them; plates
start with `ZZINV` or have nine digits, which no state issues; officers are called after no one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

SECONDS_A_DAY = 86_400

Month = tuple[int, int]


def seconds(year: int, month: int, day: int, hour: int = 0, zone: str = "UTC") -> int:
    """Seconds since 1970 of a wall-clock hour in a named zone."""
    return int(datetime(year, month, day, hour, tzinfo=ZoneInfo(zone)).timestamp())


def iso(moment: int) -> str:
    """`2025-01-20T17:00:00Z` for seconds since 1970."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# The span holds every local month from October 2024 to March 2026 whole, from Eastern to Pacific.
WORLD_START = seconds(2024, 10, 1, 4)
WORLD_END = seconds(2026, 4, 1, 8)
INAUGURATION = seconds(2025, 1, 20, 17)
SURGE_END = seconds(2025, 7, 1)
DEVICES_LOST = (seconds(2024, 12, 17), seconds(2025, 2, 5))
ZERO_NETWORKS_END = seconds(2025, 8, 1)
FILTERS_GLUED = seconds(2025, 7, 1)
FILTERS_COMMAS = seconds(2025, 10, 1)
MOBILE_TYPES = seconds(2026, 1, 1)
DROPDOWN_START = seconds(2025, 12, 11, 16)
# Around the first local midnight of December 2025 one owner's log already has ids and another's has not. A
# search then would stand in two logs that cannot be told to hold the same one, so the truth could not be
# stated.
NO_ID_SEAM = (seconds(2025, 12, 1, 5), seconds(2025, 12, 1, 8))


@dataclass(frozen=True, slots=True)
class Agency:
    """A searching agency.

    `weight` is its share of all searches, in parts of the sum. `local_share` (percent) of its searches stay
    within its own cameras. `pace` is how often it plants immigration-related reasons; `habit` is what it
    types otherwise.
    """

    name: str
    state: str
    weight: int
    local_share: int = 0
    pace: str = "ordinary"
    habit: str = "plain"


AGENCIES: tuple[Agency, ...] = (
    Agency("Brackenfall IL PD", "IL", 90, 40, habit="numbers"),
    Agency("Tallowmere TX PD", "TX", 22, 40),
    Agency("Vellorique CA PD", "CA", 16, 40, "rare"),
    Agency("Quillhaven MN PD", "MN", 30, 40, "rare"),
    Agency("Pellwick County GA SO", "GA", 22, 40),
    Agency("Dunmarrow OH PD", "OH", 14, pace="heavy"),
    Agency("Osterwyke County TX SO", "TX", 20, pace="heavy"),
    Agency("Grindlewick County FL SO", "FL", 18, pace="heavy"),
    Agency("Marrowgate GA PD", "GA", 12, pace="heavy"),
    Agency("Hazelthrop IL PD", "IL", 26),
    Agency("Fennimarsh IL PD", "IL", 22),
    Agency("Calderwisp County IL SO", "IL", 18),
    Agency("Wrenlock MN PD", "MN", 26, pace="rare"),
    Agency("Stonequill MN PD", "MN", 22),
    Agency("Thistlecombe County MN SO", "MN", 20, pace="rare"),
    Agency("Bramblefirth MN PD", "MN", 16),
    Agency("Gossamere TX PD", "TX", 30),
    Agency("Larkhollen TX PD", "TX", 24),
    Agency("Wickermoor ISD TX PD", "TX", 8),
    Agency("Emberquay CA PD", "CA", 18, pace="rare"),
    Agency("Saltwhistle CA PD", "CA", 16, pace="rare"),
    Agency("Fogharrow County CA SO", "CA", 20),
    Agency("Cinderlow GA PD", "GA", 20),
    Agency("Mosswarden AL PD", "AL", 14),
    Agency("Driftmantle County AL SO", "AL", 10),
    Agency("Tarnbeckle TN PD", "TN", 18),
    Agency("Hollowmint MO PD", "MO", 16),
    Agency("Pewterdale County MO SO", "MO", 12),
    Agency("Gullspire WI PD", "WI", 14, pace="rare"),
    Agency("Ravenstile IN PD", "IN", 18),
    Agency("Otterwhin County IN SO", "IN", 12),
    Agency("Nettlecairn KY PD", "KY", 10),
    Agency("Yarrowmantle OK PD", "OK", 16),
    Agency("Cobblefen AR PD", "AR", 10),
    Agency("Plumwether County VA SO", "VA", 12),
    Agency("Kestrelbourne CO PD", "CO", 14, pace="rare"),
    Agency("Duskerly LA PD [Inactive]", "LA", 6),
    Agency("[Federal] Lantern Reef Protective Service", "", 8),
    Agency("[Federal] Tidewrack Inspection Bureau [Inactive]", "", 5, pace="heavy"),
    # Agencies that run a transparency portal. Where the portal and a network audit could not be told to hold
    # the same search (no id beside it, or another text), every search stays local.
    Agency("Mirthwater CA PD", "CA", 22, 60, "rare"),
    Agency("Pondersea CA PD", "CA", 18, 60, "rare", "blank"),
    Agency("Sedgeholt CA PD", "CA", 16, 60, "rare"),
    Agency("Larchmere Sound OR PD", "OR", 18, 100, "rare"),
    Agency("Glimmerford CA PD", "CA", 16, 100, "rare"),
    Agency("Hushwick CA PD", "CA", 14, 100, "rare"),
    Agency("Tumblewharf CA PD", "CA", 14, 100),
    Agency("Opalstead CA PD", "CA", 14, 100, "rare"),
    Agency("Knollbarrow CA PD", "CA", 16, 100, "rare"),
    Agency("Quietwold CA PD", "CA", 0, 100),
)
AGENCY_INDEX = {agency.name: place for place, agency in enumerate(AGENCIES)}

# Planted immigration-related reasons per 10,000 searches: before the inauguration, to the end of June 2025,
# after. Several times what real logs show, so that a small sample has something to find.
PACE: dict[str, tuple[int, int, int]] = {
    "ordinary": (40, 90, 50),
    "rare": (6, 8, 4),
    "heavy": (420, 1800, 600),
}


@dataclass(frozen=True, slots=True)
class Owner:
    """A camera owner that released network audits.

    `reach` (percent) of the searches that leave an agency's own cameras touch this owner's. `shows_plates` is
    the owner's own redaction up to November 2025; `home_only_from` is when searchers of other states lose
    access.
    """

    name: str
    state: str
    zone: str
    first: Month
    last: Month
    reach: int
    shows_plates: bool
    home_only_from: int = WORLD_END


OWNERS: tuple[Owner, ...] = (
    Owner("Brackenfall IL PD", "IL", "America/Chicago", (2024, 10), (2026, 3), 85, True),
    Owner("Tallowmere TX PD", "TX", "America/Chicago", (2024, 11), (2025, 12), 45, True),
    Owner("Vellorique CA PD", "CA", "America/Los_Angeles", (2024, 12), (2025, 10), 30, False),
    Owner(
        "Quillhaven MN PD",
        "MN",
        "America/Chicago",
        (2024, 10),
        (2026, 3),
        50,
        False,
        seconds(2025, 6, 1, 0, "America/Chicago"),
    ),
    Owner("Pellwick County GA SO", "GA", "America/New_York", (2025, 2), (2026, 3), 35, True),
)

_SURNAMES = """
Vexley Quarrow Brindlemoss Tatterly Oxwhistle Plumbracket Dorrigast Fenwhistle Grumbold Harkabee Ibblewick
Jostlemere Kettleby-Snood Lumberwick Mufflethorpe Nibblegate Oddwater Pockleby Quibblestone Rumblewick
Snapdrake Thimbleroy Umberwhite Vanterpuddle Wobblegate Yonderby Zigglecott Ambertoggle Bumblecroft
Cricklewhim Dapplenook Eggleforth Fizzlewood Gribblestock Hobblecote Inklethorn Jigglesby Knotterly
Larkabout Mumblecote Noddlebury Ottlewhim Pricklemay Quaverly Rattlebone-Fay Scribblewood Tanglefoss
Upperthwistle Vimblecot Wafflethorn Yawnaby Zephyrcote Brackletop Crumplehorn Dribblewick Elderfizz
Flummoxby Gigglesworthy Humblethatch Idlewhistle
"""
OFFICERS: tuple[str, ...] = tuple(f"Officer {surname}" for surname in _SURNAMES.split())

SEARCH_TYPES: tuple[tuple[str, str, str], ...] = (
    ("lookup", "", ""),
    ("search", "", ""),
    ("convoy", "", ""),
    ("freeform", "red pickup with a ladder rack", "allow"),
    ("multiGeo", "", ""),
    ("lookup - Mobile", "", ""),
    ("search - Mobile", "", ""),
)
SEARCH_TYPE_WEIGHTS = ((20, 68, 4, 4, 4, 0, 0), (55, 25, 4, 4, 4, 5, 3))

# The spelling of filters changed twice: blanks after every value, words glued together, then commas.
FILTERS: tuple[str, ...] = (
    *("", "Illinois ", "Silver_grey White ", "All Images ", "Texas Black "),
    *("", "SedanDodgered", "SUVblack", "PickupFordwhite", "minnesota"),
    *("", "SUV, Dodge, illinois", "black", "Sedan, Honda, grey", "Pickup, white"),
)
FILTERS_AN_ERA = 5

PLATES_LETTERED = 9_000
PLATES_NUMBERED = 1_000
CASE_NUMBERS = 20_000


@cache
def plates() -> tuple[str, ...]:
    """Every plate, the empty cell first: 9,000 with letters, then 1,000 of nine digits."""
    lettered = (f"ZZINV{number:04d}" for number in range(PLATES_LETTERED))
    numbered = (f"999{number:06d}" for number in range(PLATES_NUMBERED))
    return ("", *lettered, *numbered)


@cache
def case_numbers() -> tuple[str, ...]:
    """Every case number, the empty cell first; the shape is invented and holds no year."""
    return ("", *(f"Z{number * 7 % 89 + 10}-{number:05d}" for number in range(CASE_NUMBERS)))
