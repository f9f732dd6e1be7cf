"""The key of an agency: the same for every spelling of one agency, another for another agency. By the name's form
alone: no table is asked. Who has asked one gives the state and how the place is spelled there.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from investigate.agencies.agency import NOT_AN_AGENCY, Stated
from investigate.agencies.federal import fold_name
from investigate.agencies.parts import take_apart
from investigate.agencies.states import STATES
from investigate.agencies.tidy import LONGEST, printable

_MARKS = re.compile(r"['.’]")
_SIGNS = re.compile(r"[\W_]+")
_WORDS = {
    "twp": "township", "st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort", "univ": "university",
    "dept": "department", "hts": "heights", "co": "county", "intl": "international",
    "boro": "borough", "natl": "national",
}  # fmt: skip
# Different words for one kind of agency; the first that fits. None of them is part of a place's name.
_TYPES = tuple(
    (re.compile(rf"\b(?:{words})\b"), type_)
    for words, type_ in (
        ("state police(?: department)?(?: pd)?", "sp"),
        ("police department|police|pd", "pd"),
        ("sheriff(?:s)?(?: (?:office|department))?|so", "so"),
        ("(?:constables?|const)(?: office)?", "constable"),
        ("district attorneys?(?: office)?|das?(?: office)?", "da"),
        ("prosecut(?:ors?|ing attorneys?)(?: office)?", "prosecutor"),
        ("department of public safety|public safety department|public safety|dps", "dps"),
        ("marshals?(?: office)?", "marshal"),
    )
)
_PRECINCT = re.compile(r"\b(?:precinct|pct)\b")
_FILLERS = re.compile(r"\bthe\b|^city of\b")
_CAMPUS = re.compile(
    r"\bcampus\b"
)  # no more than a filler beside the word of a school; `Berkeley Campus` is not Berkeley
_OF_SCHOOLS = re.compile(r"\b(?:university|colleges?|institute|schools?|academy|suny|cuny|uc|csu)\b")
_COUNTY = re.compile(r"\b(?:county|parish)\b")
# Independent cities have their own sheriffs here: Richmond and Richmond County are two.
_CITY_SHERIFFS = frozenset({"VA", "MD", "MO", "NV"})


def name_key(stated: Stated, state: str | None = None, spelled: str | None = None) -> str:
    """Key of a name as `read_name` read it: folded words | state | types | county and other notes.

    `state`: for a name that states none, the one that a person or a table gave it. Without a state the key is the
    folded name. `spelled`: the place as a table has it, in the stead of the place and its legal word (La Grange for
    LaGrange, Fox Point for Village of Fox Point). Of a name that is too long to be read the whole text counts.
    """
    if len(stated.name) > LONGEST:
        return hashlib.sha256(_as_written(stated.name).encode()).hexdigest()
    state = stated.state or state
    if NOT_AN_AGENCY in stated.flags:
        return _fold(stated.name) or _as_written(stated.name)
    if stated.kind == "federal":
        return fold_name(stated.bare) or _as_written(stated.name)
    if state is None:
        return _fold(stated.bare) or _as_written(stated.name)
    parts = take_apart(stated.bare)
    words = _PRECINCT.sub("pct", _FILLERS.sub(" ", _fold(parts.text)))
    words = _CAMPUS.sub(" ", words) if _OF_SCHOOLS.search(words) else words
    words = _respelled(words, stated, spelled) if spelled else words
    types = {"so"} if parts.sheriffs else set()
    for pattern, type_ in _TYPES:
        words, times = pattern.subn(" ", words)
        types |= {type_} if times else set()
    if types & {"sp", "dps"} or stated.kind == "state police":  # Illinois State Police, IL - State Police
        words = re.sub(rf"^\s*{re.escape(_fold(STATES.get(state, '-')))}\b", " ", words)
        types.discard("pd")
    if "so" in types and state not in _CITY_SHERIFFS:
        words = _COUNTY.sub(" ", words)
    notes = sorted({_COUNTY.sub("", _fold(note)).strip() for note in _notes(parts.county, parts.notes, words)})
    return "|".join((" ".join(words.split()), state, " ".join(sorted(types)), " ".join(notes)))


def _respelled(words: str, stated: Stated, spelled: str) -> str:
    place = re.escape(_COUNTY.sub("", _fold(stated.place or "")).strip() or "-")
    legal = re.escape(stated.legal or "-")
    return re.sub(rf"(?<!\S)(?:{legal} of )?{place}(?: {legal})?(?!\S)", _fold(spelled), words, count=1)


def _notes(county: str | None, notes: tuple[str, ...], words: str) -> list[str]:
    """What stood in brackets, without the initials of the name itself (`… Metro Housing Authority (CMHA)`)."""
    initials = "".join(word[0] for word in words.split() if word not in ("of", "and"))
    return [note for note in ((county or ""), *notes) if note and _fold(note).replace(" ", "") != initials]


def _as_written(name: str) -> str:
    """The whole name, signs and all, for one that is too long or of which nothing else is left."""
    return " ".join(printable(name).casefold().split())


def _fold(text: str) -> str:
    """Lower case, no accents, no signs; short forms spelled out; one blank between words."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    words = _SIGNS.sub(" ", _MARKS.sub("", plain).casefold().replace("&", " and ")).split()
    return " ".join(_WORDS.get(word, word) for word in words)
