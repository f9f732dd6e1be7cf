"""What an agency's name says: its state, and from it the time zone where the state has only one.

Never a guess: a name without a state that can be read off gives None.
"""

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
_CODE = "|".join(STATES)
_KIND = "|".join(KINDS)
_TAG = re.compile(r"\[[^\]]*\]|\((?:inactive|deactivated|not in use|flex|condor|lr|tech|live video)\)", re.IGNORECASE)
_FULL = re.compile(r"\b(" + "|".join(sorted(STATES.values(), key=len, reverse=True)) + r")\b", re.IGNORECASE)
_CODE_OF = {name.casefold(): code for code, name in STATES.items()}

# A name that starts with a state's is a state body if one of these follows, and a place if it ends as places do.
_BODY = re.compile(
    r"\b(state|university|college|institute|campus|authority|bureau|dep(t|artment) of|dps|medical)\b", re.I
)
_PLACE_KIND = re.compile(
    r"(^|\s)(pd|so|sd|police|sheriff'?s?|marshal'?s?|constable|city|county)( department| dept\.?| office)?$", re.I
)
_TOWN = re.compile(r"(city|town|township|village|borough|county) of", re.I)

# Tried in this order: the code next to the kind decides, never the first two letters that look like a state.
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rf"\b({_CODE})\s+(?:{_KIND})\b\.?$",  # Mount Prospect IL PD
        rf"\(({_CODE})\)\s*(?:{_KIND})?$",  # Arlington PD (WA)
        rf"^({_CODE})\s+-\s+",  # MS - Flora PD
        rf"\b(?:{_KIND})\s+({_CODE})$",  # Allen Park PD MI
        rf"\b({_CODE})\s+(?:{_KIND})\b",  # Harris County TX Const Pct 3
        rf"\s({_CODE})$",  # City of Lemoore CA
    )
)


def find_state(name: str | None) -> str | None:
    """Two-letter code of the state that an agency's name states, or None. `CO` after a place is a county."""
    if not name:
        return None
    bare = re.sub(r"\s+", " ", _TAG.sub(" ", name)).strip(" -")
    bare = re.sub(rf"\b({_CODE}) CO$", r"\1", bare)  # Winston County MS CO
    for shape in _SHAPES:
        found = shape.search(bare)
        if found and not _is_county(bare, found):
            return found[1]
    full = _FULL.search(bare)
    return _CODE_OF[full[1].casefold()] if full and not _is_place(bare, full) else None


def _is_place(name: str, found: re.Match[str]) -> bool:
    """`Nevada PD`, `Kansas City Police`, `Washington Park PD`: places far from the state whose name they carry."""
    before, after = name[: found.start()].strip(), name[found.end() :].strip()
    if _BODY.search(after) or before.casefold().endswith(("university of", "univ. of", "state of", ",", "(")):
        return False
    return found[1].casefold() == "washington" or bool(_PLACE_KIND.search(after)) or _TOWN.fullmatch(before) is not None


def _is_county(name: str, found: re.Match[str]) -> bool:
    """`Grundy CO SO`: CO before SO is short for County unless County is spelled out before it."""
    return found[1] == "CO" and bool(re.search(r"\bCO\s+(?:SO|SD)\b", name)) and "County" not in name


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
