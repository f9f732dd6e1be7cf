"""What an agency's name says: its state, and from it the time zone where the state has only one.

Never a guess: a name without a state that can be read off gives None.
"""

from __future__ import annotations

import re

from investigate.agencies.read_name import read_name
from investigate.agencies.states import STATES

# States that keep one civil time throughout. The others are asked for with --timezone.
ONE_ZONE = {
    "America/New_York": "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL LA MN MO MS OK WI",
    "America/Denver": "CO MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV WA",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR",
}
TWO_ZONES = {
    "AK": ("America/Anchorage", "America/Adak"),
    "FL": ("America/New_York", "America/Chicago"),
    "ID": ("America/Boise", "America/Los_Angeles"),
    "IN": ("America/Indiana/Indianapolis", "America/Chicago"),
    "KS": ("America/Chicago", "America/Denver"),
    "KY": ("America/New_York", "America/Chicago"),
    "MI": ("America/Detroit", "America/Menominee"),
    "ND": ("America/Chicago", "America/Denver"),
    "NE": ("America/Chicago", "America/Denver"),
    "OR": ("America/Los_Angeles", "America/Boise"),
    "SD": ("America/Chicago", "America/Denver"),
    "TN": ("America/Chicago", "America/New_York"),
    "TX": ("America/Chicago", "America/Denver"),
}
ZONE_OF = {state: zone for zone, states in ONE_ZONE.items() for state in states.split()}

# Words that end an agency's name and say what it is; a state code stands beside them.
KINDS = (
    "PD", "SO", "SD", "SP", "DPS", "DA", "DPW", "MPD", "CSO", "ISD", "USD", "Police", "Sheriff", "Sheriffs",
    "Constable", "Const", "Marshal", "Marshals", "Patrol", "Department", "Dept", "Office", "Prosecutor", "Airport",
)  # fmt: skip
# Words that people name their own folders and copies with.
NOT_NAMES = frozenset(
    {"logs", "log", "files", "file", "data", "records", "record", "request", "requests", "audit", "audits", "release",
     "releases", "released", "raw", "new", "old", "copy", "final", "my", "downloads", "download", "documents", "folder",
     "from", "search", "searches", "network", "organization"}
)  # fmt: skip


def find_state(name: str | None) -> str | None:
    """Two-letter code of the state that an agency's name states, or None. `CO` after a place is a county."""
    return read_name(name).state if name else None


def find_zone(name: str | None) -> str | None:
    """Time zone (IANA name) of the agency's state, or None where the state has two or is not known."""
    return ZONE_OF.get(find_state(name) or "")


def name_from_slug(slug: str) -> str | None:
    """An agency's name from a folder or file name such as `alameda-ca-pd`; None if it does not look like one."""
    words = [word for word in re.split(r"[-_\s]+", slug.strip()) if word]
    kinds = {kind.casefold() for kind in KINDS}
    if NOT_NAMES & {word.casefold() for word in words} or all(word.casefold() in kinds for word in words):
        return None
    has_kind = any(word.casefold() in kinds or re.fullmatch(r"[a-z]{2,4}pd", word.casefold()) for word in words)
    has_state = (
        bool(words) and words[-1].upper() in STATES and re.match(r"(city|town|village|county)-of-", slug.lower())
    )
    if not (has_kind or has_state) or any(any(letter.isdigit() for letter in word) for word in words):
        return None
    return " ".join(_spell(word, position, words, kinds) for position, word in enumerate(words))


def _spell(word: str, position: int, words: list[str], kinds: set[str]) -> str:
    following = words[position + 1].casefold() if position + 1 < len(words) else ""
    is_state = word.upper() in STATES and position > 0 and (following in kinds or not following)
    short_kind = word.casefold() in kinds and len(word) <= 3
    if is_state or short_kind or re.fullmatch(r"[a-z]{2,4}pd", word.casefold()):
        return word.upper()
    return word.lower() if word.casefold() in {"of", "and", "the"} and position else word.capitalize()
