"""States and territories by code, and the rules by which a code or a full name in an agency's name is a state."""

from __future__ import annotations

import re

STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
    "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts",
    "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana",
    "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
    "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "PR": "Puerto Rico", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia",
    "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
# Territories that ever stand in names; their codes are words too (District VI, MP), so only a type or brackets decide.
TERRITORIES = {"GU": "Guam", "VI": "U.S. Virgin Islands", "MP": "Northern Mariana Islands", "AS": "American Samoa"}
STATE_NAMES = STATES | TERRITORIES
CODES = frozenset(STATE_NAMES)
FIPS_OF = {
    "AL": "01", "AK": "02", "AZ": "04", "AR": "05", "CA": "06", "CO": "08", "CT": "09", "DE": "10", "DC": "11",
    "FL": "12", "GA": "13", "HI": "15", "ID": "16", "IL": "17", "IN": "18", "IA": "19", "KS": "20", "KY": "21",
    "LA": "22", "ME": "23", "MD": "24", "MA": "25", "MI": "26", "MN": "27", "MS": "28", "MO": "29", "MT": "30",
    "NE": "31", "NV": "32", "NH": "33", "NJ": "34", "NM": "35", "NY": "36", "NC": "37", "ND": "38", "OH": "39",
    "OK": "40", "OR": "41", "PA": "42", "RI": "44", "SC": "45", "SD": "46", "TN": "47", "TX": "48", "UT": "49",
    "VT": "50", "VA": "51", "WA": "53", "WV": "54", "WI": "55", "WY": "56", "AS": "60", "GU": "66", "MP": "69",
    "PR": "72", "VI": "78",
}  # fmt: skip

# Codes that are words or other short forms: Los Angeles, Veterans Affairs, De Soto, sheriff's department, San Diego,
# Port Authority, University of Texas. Read only next to a type, at the end, in brackets or before a dash.
WORDS_TOO = frozenset({"LA", "VA", "DE", "CO", "SD", "PA", "UT", "ND", "MD", "OR", "ME", "HI", "OK", "MA"}) | frozenset(
    TERRITORIES
)
# Codes that nobody writes as a word: read next to a type whatever their capitals are (`Hume Il PD`).
NO_WORDS = frozenset({"TX", "FL", "IL", "NJ", "NY", "KS", "KY", "WV", "NC", "NM", "NV", "TN", "VT", "WI"})

CODE = "|".join(sorted(CODES))
_FULL = re.compile(
    r"(?<![\w'])("
    + "|".join(
        [*sorted((*STATES.values(), "Guam", "American Samoa"), key=len, reverse=True), "(?:U\\.?S\\.? )?Virgin Islands"]
    )
    + r")(?!\w)",
    re.IGNORECASE,
)
_COMMA_STATE = re.compile(
    r"\s*,\s*("
    + "|".join(sorted(STATES.values(), key=len, reverse=True))
    + r")(?=\s+(?:police|pd|sheriff'?s?|marshal'?s?)\b|\s*$)",
    re.IGNORECASE,
)
_CODE_OF = {name.casefold(): code for code, name in STATE_NAMES.items()} | {"virgin islands": "VI"}

# After a state's name: a body of the state or a school named after it …
_BODY = re.compile(
    r"^\W*(?:[\w&.']+\s+){0,3}?(?:state|university|college|institute|tech|polytechnic|campus|authority|bureau|"
    r"(?:department|dept\.?)(?: of)?|dps|medical|attorney general|office of|division of|law enforcement|highway|patrol|"
    r"wildlife|"
    r"fish|parks|hidta|fusion|intelligence|information|crime analysis|statewide|troopers?|national guard|lottery|"
    r"gaming|franchise|dhs|hls|homeland|drug|narcotics|sheriff'?s? association|financial crimes|fire marshal|"
    r"dotd|dot|doj|doc|dnr|kbi|commission)\b",
    re.IGNORECASE,
)
# … or a place far from it: Kansas City, Delaware County, Iowa Colony, Washington Park, Texas City.
_PLACE = re.compile(
    r"^\W*(?:city|county|township|twp|colony|park|heights|beach|terrace|court|springs|falls|creek|lake|point|village|"
    r"town|borough|parish|court house|grove|hills?|center|boro|valley|river|police|pd|so|sd|"
    r"sheriff(?!'?s? association)'?s?|marshal'?s?|constable'?s?|fire dep|public safety)\b",
    re.IGNORECASE,
)
_BODY_AT_ONCE = re.compile(r"^\W*parks? and |^\W*parks & ", re.IGNORECASE)
_ISLANDS = frozenset({"PR", *TERRITORIES})  # nowhere else is a place called so
_OF_STATE = re.compile(
    r"(?:\b(?:of|at)(?:\s+(?:central|coastal|(?:north|south)?(?:east|west)?(?:ern)?))?|,|\()\s*$", re.IGNORECASE
)
# Short forms that only one state has in the names of its bodies.
_SHORT = re.compile(r"^(?:(NYS|SUNY|CUNY)\b|Cal (?:State|Fire|Poly|Maritime|OES)\b)", re.IGNORECASE)
_PLACE_OF = re.compile(r"\b(?:city|town|township|village|borough|county|parish|port) of\s*$", re.IGNORECASE)


def code_of(name: str) -> str | None:
    """Code of a state from its full name, or None."""
    return _CODE_OF.get(name.casefold().strip())


def with_code(text: str) -> str:
    """`Zion, Illinois Police Department` with the state's code for its name; other names as they are."""
    return _COMMA_STATE.sub(lambda found: f" {_CODE_OF[found[1].casefold()]}", text)


def full_state(text: str) -> str | None:
    """The one state whose full name the text states as the body's own (`Illinois State Police`), or None.

    Not a place that carries a state's name: `Nevada PD`, `Kansas City Police`, `Delaware County Sheriff`.
    """
    found: list[tuple[str, bool]] = []
    for match in _FULL.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        of = bool(_OF_STATE.search(before)) and not _PLACE_OF.search(before)
        name = match[1].casefold()
        code = _CODE_OF.get(name, "VI")
        if (
            of
            or code in _ISLANDS
            or (_is_body(after, before) and not (name == "washington" and not _is_washington(after)))
        ):
            found.append((code, of))
    if not found and (short := _SHORT.match(text)):
        return "NY" if short[1] else "CA"
    said = [code for code, of in found if of] or [code for code, _ in found]
    return said[0] if len(set(said)) == 1 else None


def _is_body(after: str, before: str) -> bool:
    if _PLACE_OF.search(before) or (_PLACE.match(after) and not _BODY_AT_ONCE.match(after)):
        return False
    return bool(_BODY.match(after))


def _is_washington(after: str) -> bool:
    """A city, thirty counties and a university in Missouri are called Washington: only a body of the state is meant."""
    return bool(
        re.match(r"^\W*(?:state(?! community)|department|dept|attorney general|fish|office of)\b", after, re.IGNORECASE)
    )
