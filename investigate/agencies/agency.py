"""What is known of an agency: what its name alone states, and that held against the tables of places."""

from __future__ import annotations

from dataclasses import dataclass

from investigate.agencies.states import STATE_NAMES

# Kind of agency, in the words that reports use. `unresolved`: the name does not say.
KINDS = (
    "police", "sheriff", "state police", "constable", "university", "school", "tribal", "federal", "task force",
    "prosecutor", "private", "other", "unresolved",
)  # fmt: skip
# Flags of the status of a name. Beside them stand `product:NAME` for a network named after a product.
FEDERAL = "federal"  # the vendor's own tag
INACTIVE = "inactive"  # [Inactive], [deactivated], [turned off], (Not In Use)
DNU = "dnu"  # DNU, do not use: no longer a customer
NOT_AN_AGENCY = "not an agency"  # Demo, test organisations, bare numbers, null
UNRESOLVED = "unresolved"  # place, state or kind could not be told
AMBIGUOUS = "ambiguous place"  # several places of this name in the state: none is chosen
NOT_FOUND = "place not found"  # the name states a place that no table holds
BY_HAND = "by hand"  # a line of data/manual/agency_names.csv decided
MENDED = "mended"  # the released name was damaged (encoding) and is read as mended
PRODUCT = "product:"


@dataclass(frozen=True, slots=True)
class Stated:
    """What a name alone states, before any table is looked at. Empty text or None: it does not say.

    `bare`: the name mended and without its tags. `place`: as written, without town-of words ("Mount Prospect",
    "Johnson County"; county agencies always with County or Parish). `county`: the county that a place is said to lie
    in ("Mahoning" in `Jackson Township OH PD (Mahoning County)`). `which`: the federal body, or a finer kind
    (county, airport, transit, port, park, fire, corrections …). `legal`: township, town, village, city, borough where
    the name says so. `shape`: which form of name it was read by. `institution`: the own name of a university, school
    district, airport, tribe and the like ("Ohio State University"). `town`: where words say another kind than police,
    all words before the state and the police type, for a town can be called so (`State College PA PD`).
    """

    name: str
    bare: str
    place: str | None
    state: str | None
    county: str | None
    kind: str
    which: str | None
    legal: str | None
    flags: tuple[str, ...]
    shape: str
    federal_immigration: bool = False
    institution: str | None = None
    town: str | None = None


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency as it is known: from its name, the tables of places and the decisions by hand; never guessed.

    `place`: city, town, township or county; of a university, school district, airport, tribe and the like the town that
    the name states, else its own name, and then without coordinates. A university always has its own name: a campus
    that is called after a town need not lie there.
    `agency`: the name under which it counts (that of `data/manual/agency_names.csv`, else `name`). `key`: the same
    for every spelling of one agency. `county_fips`: five digits. `lat`, `lon`: degrees (WGS84) of the county or place,
    never of a state. `flags`: see above. `federal_immigration`: ICE, ERO, HSI, CBP, Border Patrol, NTC, USCIS or DHS
    itself.
    """

    name: str
    agency: str
    place: str | None
    state: str | None
    county: str | None
    county_fips: str | None
    kind: str
    which: str | None
    lat: float | None
    lon: float | None
    flags: tuple[str, ...]
    key: str
    federal_immigration: bool


def say_where(place: str | None, county: str | None, state: str | None) -> str:
    """`Flora, Madison County, Mississippi`; what is not known is left out, all of it gives no text."""
    beside = county if county != place else None
    return ", ".join(filter(None, [place, beside, STATE_NAMES.get(state or "")]))
