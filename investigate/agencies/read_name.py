"""What an agency's name alone says: place, state, county, kind and status. Nothing is guessed, and no table is asked
but for the town of a federal office (federal.py).

Order: mend → tags → federal bodies → `ST - X` → `(ST)` → the code next to the type (`X ST PD`; never the first two
letters that look like a state) → the code at the end → full names of states. What none of these says stays None.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from investigate.agencies.agency import FEDERAL, MENDED, NOT_AN_AGENCY, UNRESOLVED, Stated
from investigate.agencies.federal import find_federal
from investigate.agencies.kinds import Kind, find_kind
from investigate.agencies.parts import Parts, take_apart
from investigate.agencies.states import CODE, STATES, TERRITORIES, code_of
from investigate.agencies.tidy import mend, printable, strip_tags

_VA = re.compile(rf"\b({CODE}) VA(?= (?:PD|Police|Medical|Health|Hospital|Clinic)|$)")  # Long Beach CA VA PD
_COUNTY = re.compile(r"\b(?:county|parish|municipio)\b", re.IGNORECASE)
_COUNTY_OF = re.compile(r"^County\s+of\s+(.+)$", re.IGNORECASE)
_TOWN_OF = re.compile(
    r"^(?:inc(?:orporated)?\.?\s+)?(?:charter\s+)?(city|town|village|borough|township|twp)\s+of\s+(?:the\s+)?",
    re.IGNORECASE,
)
_TWP = re.compile(r"\btwp\b\.?|\btownship\b", re.IGNORECASE)
_LEADING = re.compile(  # of words after the type: `Department of Public Safety Golden Valley`
    r"^(?:the|of|for|police|sheriff'?s?|department|dept\.?|office|division|bureau|district|forest|preserve|metro|"
    r"authority|public|safety|county\s+of|attorney'?s?|da|-)\s+",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"[\s,.'&/-]*(?<!\w)(?:-|department|dept\.?|division|office|of|and|&)[\s,-]*$|[\s,&/-]+$", re.IGNORECASE
)
_AROUND = re.compile(  # before a type that is no town's: `Dothan Regional Airport`
    r"^Greater\s+|\s*(?<!\w)(?:state|intl\.?|international|regional|metropolitan|consolidated|central|emergency|"
    r"community|independent|law|judicial|district|greater|authority|board)$",
    re.IGNORECASE,
)
_NO_PLACE = re.compile(
    r"^\d+(?:st|nd|rd|th)\b|\b(?:precinct|district|region|zone)\s+\w{1,3}$|^(?:greater|northern|southern)$",
    re.IGNORECASE,
)
_COUNTY_PLACE = re.compile(
    r"^(?!(?:north|south|east|west|central|mid|tri)\s+county\b)((?:[\w.'&/-]+\s+){1,5}?(?:county|parish|municipio))\b",
    re.IGNORECASE,
)
_OF_COUNTY = re.compile(r"\b(?:of|district)\s+((?:[A-Z][\w.'-]*\s+){1,3}(?:County|Parish))\b")
_COUNTY_TWICE = re.compile(r"\b(Parish)\s+County\b", re.IGNORECASE)
_CAMPUS = re.compile(
    r"(?:university|univ\.?|college)\b.*?(?:\bat\s+|\bin\s+|\s-\s?|-\s)"
    r"([A-Z][\w. '-]+?)(?:\s+(?:campus|pd|police|dps|department))*\s*$"
    r"|^(?:UC|CSU|Cal State|SUNY)\s+([A-Z][\w. '-]+?)(?:\s+(?:campus|pd|police|dps|department))*\s*$",
    re.IGNORECASE,
)
_CITY_SCHOOLS = re.compile(r"^([A-Z][\w. '-]+?)\s+(?:city|public|metropolitan)\s+schools?\b", re.IGNORECASE)
_STATE_UNIVERSITY = re.compile(r"\bState\s*(?:PD|Police)?$", re.IGNORECASE)
_INSTITUTIONS = frozenset({"university", "school", "tribal", "private", "other"})
_OF_A_STATE = frozenset({"state office", "wildlife", "corrections", "association", "capitol"})
_OWN_POLICE = re.compile(
    r"(?:[\s,-]+(?:campus\s+)?(?:pd|police|dps|public\s+safety|campus\s+safety)(?:\s+(?:department|dept\.?))?)+$",
    re.IGNORECASE,
)
_OWN_POLICE_ALONE = re.compile(
    r"(?:[\s,-]+(?:pd|police|dps|public\s+safety)(?:\s+(?:department|dept\.?))?)+$", re.IGNORECASE
)
_OF_SCHOOLS = re.compile(r"\b(?:universit|univ\b|college|institute|school|suny|cuny|uc|csu|academy)", re.IGNORECASE)
_OF_THE_STATE = re.compile(
    r"\b(?:university|univ\.?|college) of(?:\s+(?:(?:north|south)?(?:east|west)?(?:ern)?|central|coastal))?$",
    re.IGNORECASE,
)
_POLICE_TYPE = re.compile(r"\s*(?<!\w)(?:pd|police(?:\s+(?:department|dept\.?))?)$", re.IGNORECASE)
_ONLY_TYPE = re.compile(
    r"(?:pd|so|sd|police|sheriff'?s?|department|dept\.?|office)(?:\s+(?:department|dept\.?|office))?", re.IGNORECASE
)
MOST_WORDS = 4  # of a town, in a name that says neither state nor kind
_IS_TOWN = re.compile(r"[A-Z][a-z. ][\w.'’ -]*")
_SECTOR = re.compile(r"(?:^|[A-Z-] )([A-Z][a-z][\w.'-]*(?: [A-Z][a-z][\w.'-]*){0,2}) (?:Sector|Field Office)\b")
_AFTER_DASH = re.compile(r" - ([A-Z][a-z][\w.'-]*(?: [A-Z][a-z][\w.'-]*){0,2})$")
_AFTER_LETTERS = re.compile(r"^[A-Z]{2,6} ([A-Z][a-z][\w.'-]*(?: [A-Z][a-z][\w.'-]*){0,2})$")


def read_name(name: str | None) -> Stated:
    """What this name says. Never fails; of a name longer than 300 characters only those are read."""
    return _read(printable(name))


@lru_cache(maxsize=50_000)
def _read(name: str) -> Stated:
    mended, damaged = mend(name)
    bare, flags = strip_tags(mended)
    flags += (MENDED,) if damaged else ()
    if NOT_AN_AGENCY in flags:
        return Stated(name, bare, None, None, None, "other", None, None, flags, "not an agency")
    spelled = _VA.sub(r"\1 Veterans Affairs", bare)
    parts = take_apart(spelled)
    federal = find_federal(spelled, tagged=FEDERAL in flags)
    if federal or FEDERAL in flags:
        body, immigration = (federal.body, federal.immigration) if federal else (None, False)
        place = _office(parts)
        return Stated(name, bare, place, parts.state, None, "federal", body, None, flags, "federal", immigration)
    stated = _local(name, bare, parts, flags)
    if stated.kind == "police" and stated.which == "public safety" and stated.place is None and stated.state:
        stated = replace(stated, kind="state police", which=None)
    return stated if _is_whole(stated) else replace(stated, flags=(*stated.flags, UNRESOLVED))


def _office(parts: Parts) -> str | None:
    """The city of a federal office, where the name has it in brackets, after a dash, before Sector or a state."""
    if parts.notes and re.fullmatch(r"[A-Z][a-z][\w. '-]*", parts.notes[0]):
        return parts.notes[0]
    found = _SECTOR.search(parts.text) or _AFTER_DASH.search(parts.text)
    if found is None and parts.head > 0:
        found = _AFTER_LETTERS.match(parts.text[: parts.head])
    return found[1] if found else None


def _is_whole(stated: Stated) -> bool:
    if stated.kind in ("sheriff", "constable") or (stated.kind == "police" and stated.which in (None, "public safety")):
        return stated.state is not None and (stated.place is not None or stated.state in TERRITORIES)
    return stated.state is not None and stated.kind != "unresolved"


def _local(name: str, bare: str, parts: Parts, flags: tuple[str, ...]) -> Stated:
    found = _kind(parts)
    place, legal = (None, None) if found is None and _STATE_UNIVERSITY.search(parts.text) else _place(parts, found)
    kind, which = (found.kind, found.which) if found else ("unresolved", None)
    if kind == "unresolved" and place and not _COUNTY.search(place) and not _may_be_town(place, parts.state):
        place = None
    if kind == "police" and which in (None, "public safety", "marshal") and place and _COUNTY.search(place):
        which = "county"
    county = parts.county
    if county is None and place and kind in ("police", "other"):
        county = next((note for note in parts.notes if re.fullmatch(r"[A-Z][a-z][\w. '-]*", note)), None)
    own = _institution(parts) if kind in _INSTITUTIONS and which not in _OF_A_STATE else None
    town = _town(parts) if found and found.kind not in ("police", "sheriff") and which != "municipality" else None
    return Stated(
        name, bare, place, parts.state, county, kind, which, legal, flags, parts.shape, institution=own, town=town
    )


def _may_be_town(place: str, state: str | None) -> bool:
    """Not letters that stand for something (ACRATT), nor, without a state, a name of many words."""
    return bool(_IS_TOWN.fullmatch(place)) and (
        state is not None or len(place.replace(" - ", " ").split()) <= MOST_WORDS
    )


def _institution(parts: Parts) -> str | None:
    """`Ohio State University` of `Ohio State University Campus PD`; None where no name is left. The state's code after
    `University of` is part of the name: `University of TN Knoxville`."""
    text, state = parts.text, STATES.get(parts.state or "")
    if state and parts.head > 0 and (of := _OF_THE_STATE.search(text[: parts.head])):
        text = f"{of.string} {state}{text[parts.head :]}"
    own = _OWN_POLICE.sub("", text).strip(" ,-/")
    if not _OF_SCHOOLS.search(own):
        own = _OWN_POLICE_ALONE.sub("", text).strip(" ,-/")
    return own if re.search(r"[^\W\d_]{2}", own) else None


def _town(parts: Parts) -> str | None:
    """All words of a name but its state and the police type at its end, if no more is said of it."""
    if parts.state is None or parts.county or parts.notes:
        return None
    if parts.head > 0 and parts.text[parts.head :].strip() and not _POLICE_TYPE.fullmatch(parts.text[parts.head :]):
        return None
    return _POLICE_TYPE.sub("", parts.text).strip() or None


def _kind(parts: Parts) -> Kind | None:
    found = find_kind(parts.text)
    if parts.sheriffs and (found is None or found.kind in ("police", "other")):
        end = len(parts.text)
        return Kind("sheriff", None, "county", end, end)
    if found and found.kind == "police" and found.which is None and _STATE_UNIVERSITY.search(parts.text):
        words = re.sub(r"\W*(?:PD|Police)$", "", parts.text, flags=re.IGNORECASE)
        if code_of(words.removesuffix(" State").removesuffix(" state")):
            return None  # Kentucky State KY PD: the state police or Kentucky State University
        return Kind("university", None, "none", found.start, found.end)
    return found


def _place(parts: Parts, found: Kind | None) -> tuple[str | None, str | None]:
    """The place as written, and the legal word that the name has for it."""
    text = _COUNTY_TWICE.sub(r"\1", parts.text)
    county = _COUNTY_PLACE.match(text)
    if found and county and found.end < county.end():  # Forest Preserve District Will County
        county = _COUNTY_PLACE.match(_without_leading(text[found.end :]))
    if county := county or _OF_COUNTY.search(text):
        return _as_county(county[1]), None
    if found is None or found.which == "municipality":
        place, legal = _named(text[: parts.head] if parts.head > 0 else text)
        return (place.partition(" - ")[0] if place and legal else place), legal
    if found.place in ("none", "school", "campus"):
        return _school(text, found.place), None
    before = text[: min(found.start, parts.head) if parts.head > 0 else found.start]
    if _TOWN_OF.match(text) and not _named(before)[0]:
        before = text[: parts.head] if parts.head > 0 else text
    town = found.place != "near" and found.which != "regional"
    place, legal = _named(before, town)
    if place is None:
        after = text[found.end : parts.head if parts.head > found.end else None]
        place, legal = _named(_without_leading(after), town)
    if place and parts.state and code_of(place) == parts.state and (found.kind, place) != ("police", "New York"):
        return None, None
    return place, legal


def _school(text: str, rule: str) -> str | None:
    """Schools and universities lie where their name says so, not in the town that they are called after."""
    if rule == "school" and (found := _CITY_SCHOOLS.match(text)):
        return found[1]
    if rule == "campus" and (found := _CAMPUS.search(text)):
        return (found[1] or found[2]).strip(" -") or None
    return None


def _named(text: str, town: bool = True) -> tuple[str | None, str | None]:
    """A place's name without the words around it (`Village of X PD` → X, village)."""
    place = text.strip(" ,-/")
    if found := _COUNTY_OF.match(place):
        return _as_county(f"{_TRAILING.sub('', found[1])} County"), None
    before, legal = "", None
    while before != place:
        before = place
        if found := _TOWN_OF.match(place):
            legal = "township" if found[1].casefold() == "twp" else found[1].casefold()
            place = place[found.end() :]
            continue
        place = _TRAILING.sub("", place if town else _AROUND.sub("", place)).strip(" ,-/")
    if _NO_PLACE.search(place) or _ONLY_TYPE.fullmatch(place) or not re.search(r"[^\W\d_]", place):
        return None, None
    if _TWP.search(place):
        return _TWP.sub("Township", place), "township"
    return (f"{place} Township" if legal == "township" else place), legal


def _without_leading(text: str) -> str:
    before = ""
    while before != text:
        before, text = text, _LEADING.sub("", text.strip(" ,-/"))
    return text


def _as_county(text: str) -> str:
    words = text.split()
    words[-1] = words[-1].capitalize()
    return " ".join(word for word in words if word != "-")
