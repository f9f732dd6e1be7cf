"""What the text of a camera's operator says: the bodies in it, each as an agency's name, and whether it says more.

A text that goes on after the police ("Tulsa PD/Quiktrip", "Tulsa Police Museum") is not the police's name. The words
are data: whose.toml.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from investigate.agencies.agency import AMBIGUOUS, NOT_AN_AGENCY, Agency
from investigate.agencies.identify import identify_agency
from investigate.agencies.places import fold_place
from investigate.agencies.read_name import read_name
from investigate.agencies.states import STATE_NAMES
from investigate.agencies.tidy import LONGEST, mend
from investigate.cameras.tags import operator_kind

TABLE = Path(__file__).with_name("whose.toml")
MOST_NAMED = 8  # operators in one text
_WRAPPED = re.compile(r"\s*[\[(]([^\[\]()]*)[\])]\s*")
_INITIALS = re.compile(r"\s*\(([A-Z]{2,6})\)\s*$")
_POLICE_IN = re.compile(r"(police|sheriff) \(([a-z][\w .'-]{2,40})\)", re.IGNORECASE)
_OWN_POLICE = re.compile(r"\b(?:police|pd|safety|dps)\b", re.IGNORECASE)
_SIDES = ("police", "sheriff")


def is_doubtful(text: str) -> bool:
    """Whether it says that the camera is gone or not there yet, or that the writer was not sure."""
    return "?" in text or bool(_doubt().search(text))


def bodies(text: str, state: str | None) -> list[str]:
    """The operators in a text: divided by semicolons, and by a slash with police or a vendor beside it."""
    whole = [part for one in text[:LONGEST].split(";")[:MOST_NAMED] if (part := _plain(one, state))]
    found: list[str] = []
    for one in whole:
        sides = [side.strip() for side in one.split("/")[:MOST_NAMED] if side.strip()]
        sides = [side for side in sides if operator_kind(side) != "vendor"] or sides[:1]
        is_each = all(read_name(side).kind in _SIDES for side in sides)
        found += sides if len(sides) == 1 or is_each else [one]
    return found


def read_body(text: str, state: str | None, county: str | None) -> Agency:
    """The agency that the text names to somebody who stands in that state and county.

    One that names neither a place nor a state (`DPS`, `State Police`) is flagged as no agency.
    """
    return _identified(text, state, county)


@lru_cache(maxsize=50_000)
def _identified(text: str, state: str | None, county: str | None) -> Agency:
    one = identify_agency(text)
    if one.kind == "federal" or state is None or NOT_AN_AGENCY in one.flags:
        return one
    if read_name(text).state is None:
        if not _rest(_without_bodies(text), None):
            return identify_agency("null")
        one = identify_agency(f"{text} ({state})")
    if AMBIGUOUS in one.flags and county and one.state == state:
        one = identify_agency(f"{text} {state} ({county} County)")
    return one


def says_only(text: str, one: Agency) -> bool:
    """Whether the text says no more than the agency's place, its state and that it is a police, sheriff or town."""
    wanted = _rest(one.place or "", None)
    return bool(wanted) and wanted in (_rest(text, None), _rest(text, one.state))


def state_body(text: str, state: str | None) -> str | None:
    """Which body of a state's police the text names and nothing else: patrol, state police, public safety; or None."""
    for body, words in _bodies().items():
        if words.search(text):
            return body if not _rest(words.sub(" ", text), state, anywhere=True) else None
    return None


def _without_bodies(text: str) -> str:
    for words in _bodies().values():
        text = words.sub(" ", text)
    return text


def names_its_police(text: str) -> bool:
    """Whether the text of a university or school says its police or safety."""
    return bool(_OWN_POLICE.search(text))


def _plain(text: str, state: str | None) -> str:
    """One operator without brackets about it, misspellings and the initials behind it; letters spelled out."""
    found = _WRAPPED.fullmatch(text[:LONGEST])
    plain = mend(found[1] if found else text)[0]
    if said := _letters().get((state or "", plain.replace(".", "").upper())):
        return said
    for right, wrong in _misspelt():
        plain = wrong.sub(right, plain)
    if (initials := _INITIALS.search(plain)) and _are_initials(initials[1], plain[: initials.start()]):
        plain = plain[: initials.start()]
    if within := _POLICE_IN.fullmatch(plain):
        plain = f"{within[2]} {within[1]}"
    return _without_state(plain.strip(), state)


def _without_state(text: str, state: str | None) -> str:
    """`Newark Ohio Division of Police` without the state, where it is the camera's and not read as one."""
    name = STATE_NAMES.get(state or "", "-")
    named = re.match(rf"(.+?),? {name}((?: (?:division of police|police|sheriff)\b.*)?)$", text, re.I)
    if named is None or re.search(r"\bof(?: the)?$", named[1], re.I):
        return text
    read = read_name(text)
    is_read = read.state is not None and not (read.place or "").casefold().endswith(name.casefold())
    return text if is_read else named[1] + named[2]


def _are_initials(letters: str, text: str) -> bool:
    firsts = iter([word[0].upper() for word in re.findall(r"[^\W_]+", text)] + ["P", "D"])
    return all(letter in firsts for letter in letters)


@lru_cache(maxsize=100_000)
def _rest(text: str, state: str | None, anywhere: bool = False) -> str:
    """What is left of a name, folded, without the words that say no more than police, town or the state."""
    text = re.sub(r"['’.]", "", text)
    if state:
        text = re.sub(rf"(?<!\w){state}(?!\w)", " ", text)
        end = "(?!\\w)" if anywhere else r"\W*$"
        text = re.sub(rf"(?<!\w){STATE_NAMES.get(state, '-')}{end}", " ", text, flags=re.IGNORECASE)
    words = re.findall(r"[^\W_]+", text)
    return fold_place(" ".join(word for word in words if word.casefold() not in _plain_words()))


@cache
def table() -> dict[str, Any]:
    """whose.toml."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@cache
def _plain_words() -> frozenset[str]:
    return frozenset(table()["department"]) | frozenset(table()["legal"])


@cache
def _doubt() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(table()['doubt'])})\b", re.IGNORECASE)


@cache
def _bodies() -> dict[str, re.Pattern[str]]:
    return {body: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for body, words in table()["bodies"].items()}


@cache
def _misspelt() -> tuple[tuple[str, re.Pattern[str]], ...]:
    wrong = table()["misspelt"].items()
    return tuple((right, re.compile(rf"\b(?:{words})(?=(?:'?s'?)?\b)", re.IGNORECASE)) for right, words in wrong)


@cache
def _letters() -> dict[tuple[str, str], str]:
    return {
        (entry["state"], short): name
        for entry in table()["letters"]
        for short, name in entry.items()
        if short != "state"
    }
