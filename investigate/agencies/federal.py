"""Federal bodies by the words of an agency's name, from federal.toml; a name that could be another's is none."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from investigate.agencies.places import find_places
from investigate.agencies.states import STATES
from investigate.errors import InvestigateError

FEDERAL_FILE = Path(__file__).with_name("federal.toml")
MOST_WORDS = 12  # of a name in which a town is looked for
LONGEST = 300  # characters of a name that are read
_KEYS = {"id", "name", "immigration", "why", "examples", "counter_examples", "patterns", "short", "whole", "capitals",
         "tagged", "unless", "may_be_police"}  # fmt: skip
_TAG = re.compile(r"\[[^\]]*\]")
_FEDERAL_TAG = re.compile(r"\[\s*federal\s*\]", re.IGNORECASE)
_TAIL = re.compile(r"\((?:inactive|deactivated|not in use|federal)\)", re.IGNORECASE)
_SIGNS = re.compile(r"[^a-z0-9]+")
_NOT_CAPITALS = re.compile(r"[^A-Za-z0-9]+")
_LETTERS = re.compile(r"\b(?:[A-Za-z]\.){2,}")  # I.C.E.
_POLICE = re.compile(r" (?:pd|police(?: (?:department|dept))?)$")
_US = re.compile(r"\b(?:u s(?: a)?|united states(?: of america)?)\b")
# The words of a local agency or of a private one: the name is theirs, whatever federal word stands beside them.
_LOCAL = re.compile(
    r"\b(?:[a-z]*pd|so|sheriffs?|sherriffs?|constables?|police|const|university|college|schools?|isd|"
    r"district attorneys?|county attorneys?|prosecutors?|"
    r"(?:city|town|village|borough) of|fire department|hidta|fusion cent(?:er|re))\b"
)
# `ICE - Kalispell`: the form in which such offices stand in sharing lists.
_DASHED = re.compile(r"([A-Z][\w ]{2,40}?)\s+[-–—]\s+([A-Z][a-z][\w.'’-]*(?: [\w.'’]+){0,2})")
_STATE = "(?:" + "|".join(sorted((*STATES, *STATES.values(), "state"), key=len, reverse=True)).casefold() + ")"


class BadFederal(InvestigateError):
    """federal.toml cannot be used."""


@dataclass(frozen=True, slots=True)
class Federal:
    """A federal body: `body` in short ("HSI"), `name` in full; `immigration`: ICE, ERO, HSI, CBP, Border Patrol, NTC,
    USCIS, INS or DHS itself."""

    body: str
    name: str
    immigration: bool


@dataclass(frozen=True, slots=True)
class Words:
    """What names of federal bodies are made of, what those with PD after them are, and what no such name holds."""

    office: re.Pattern[str]
    police: re.Pattern[str]
    never: re.Pattern[str]

    def are_all_of(self, folded: str, written: str) -> bool:
        """Whether the name holds no other words but a town of the state that it ends in (`ICE - Kalispell MT`)."""
        words = folded.split()
        if self.office.fullmatch(folded + " "):
            return True
        if len(words) > MOST_WORDS or (state := written[-2:]) not in STATES:
            return False
        spans = [(at, at + length) for length in (1, 2, 3) for at in range(len(words) - length)]
        return any(
            self.office.fullmatch("".join(f"{word} " for word in (*words[:at], *words[end:])))
            and any(one.level == "place" for one in find_places(" ".join(words[at:end]), state))
            for at, end in spans
        )


@dataclass(frozen=True, slots=True)
class Body:
    """One entry of federal.toml with its patterns compiled; None where it has none of the sort."""

    federal: Federal
    why: str
    patterns: dict[str, re.Pattern[str]]  # by the keys of federal.toml; whole among patterns
    known: Words
    may_be_police: bool
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]

    def takes(self, folded: str, written: str, is_tagged: bool, head: str) -> bool:
        """Whether the name (folded, and as written without signs) is this body's. `head`: what stands before a dash and
        a place, folded; empty where the name has no such form."""
        if self._has("unless", folded) or self.known.never.search(folded):
            return False
        if self.federal.immigration and (cut := _POLICE.sub("", folded)) != folded:
            return bool(self.known.police.fullmatch(cut + " ")) and self._found(cut, written, is_tagged)
        if head and self._is_head(head) and not _LOCAL.search(folded):
            return True
        return self._found(folded, written, is_tagged) and (self.may_be_police or not _LOCAL.search(folded))

    def _found(self, folded: str, written: str, is_tagged: bool) -> bool:
        if self._has("patterns", folded) or (is_tagged and self._has("tagged", folded)):
            return True
        in_capitals = written != written.upper() and self._has("capitals", written)
        return (in_capitals or self._has("short", folded)) and self.known.are_all_of(folded, written)

    def _is_head(self, head: str) -> bool:
        return self.federal.immigration and any(
            (found := self.patterns[key].search(head)) is not None and found.span() == (0, len(head))
            for key in ("short", "patterns", "whole")
            if key in self.patterns
        )

    def says(self, folded: str) -> bool:
        """Whether the body's words stand anywhere in the name, of whomever it is."""
        return any(self._has(key, folded) for key in ("patterns", "short", "tagged"))

    def _has(self, key: str, text: str) -> bool:
        return key in self.patterns and bool(self.patterns[key].search(text))


@lru_cache(maxsize=100_000)
def find_federal(bare: str, tagged: bool = False, decided: bool = False) -> Federal | None:
    """The federal body that a name is, or None; never a guess. `tagged`: the vendor's own [Federal] stood in the name
    (the same as leaving it in `bare`). `decided`: a person said that it is federal: any of its words are enough."""
    name = unicodedata.normalize("NFKC", bare)[:LONGEST]
    is_tagged = tagged or bool(_FEDERAL_TAG.search(name))
    untagged = _TAIL.sub(" ", _TAG.sub(" ", name))
    folded = fold_name(untagged)
    written = _NOT_CAPITALS.sub(" ", untagged).strip()
    dashed = _DASHED.fullmatch(untagged.strip())
    head = fold_name(dashed[1]) if dashed and dashed[1] == dashed[1].upper() and _is_town(dashed[2]) else ""
    head = "" if head == "dhs" else head  # states have departments of Human Services
    found = next((body for body in federal_bodies() if body.takes(folded, written, is_tagged, head)), None)
    if found is None and decided:
        found = next((body for body in federal_bodies() if body.says(folded)), None)
    return found.federal if found else None


@lru_cache(maxsize=10_000)
def _is_town(text: str) -> bool:
    """Whether a city or town of this name is in some state: `Kalispell`, but no `Town Square`."""
    return any(one.level == "place" for state in STATES for one in find_places(text, state))


def fold_name(name: str) -> str:
    """Lower case, every sign a blank, "&" as and, I.C.E. as ice, U.S. and United States as us."""
    joined = _LETTERS.sub(lambda letters: letters[0].replace(".", "") + " ", name)
    plain = joined.casefold().replace("&", " and ").replace("'", "").replace("’", "")
    return _US.sub("us", _SIGNS.sub(" ", plain)).strip()


@cache
def federal_bodies(path: Path = FEDERAL_FILE) -> tuple[Body, ...]:
    """Every body in the order in which they are tried; raises BadFederal for an entry that cannot be used."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadFederal(f"{path.name} is no TOML file: {error}. Mend the line that it names.") from error
    known = _known(content)
    offices = _either(content.get("offices", ()))
    bodies = tuple(_body(entry, offices, known, path) for entry in content.get("body", ()))
    names = [body.federal.body for body in bodies]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadFederal(f"{path.name} has two bodies {twice[0]!r}. Keep one.")
    return bodies


def _either(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


def _known(content: dict[str, Any]) -> Words:
    """A blank follows every word. Names first, so that West Virginia is not the word West; `++`: no steps back,
    however long the name. A number is a region's or a sector's."""
    words = content.get("words", ())
    city = _either((*content.get("offices", ()), *content.get("cities", ()), "-"))
    not_of_forces = _either((*(word for word in words if not word.startswith("task")), "-"))
    return Words(
        re.compile(f"(?:(?:{city}|{_STATE}|{_either((*words, '-'))}|[0-9]{{1,3}}) )++"),
        re.compile(f"(?:(?:{city}(?: {_STATE})?|{not_of_forces}) )++"),
        re.compile(rf"\b{_either((*content.get('never', ()), '-'))}\b"),
    )


def _body(entry: dict[str, Any], offices: str, known: Words, path: Path) -> Body:
    name = str(entry.get("id", "without an id"))
    if strange := sorted(set(entry) - _KEYS):
        raise BadFederal(f"{path.name}, body {name!r}: {strange[0]!r} is no key. Known: {', '.join(sorted(_KEYS))}.")
    needed = ("id", "name", "immigration", "why", "examples", "counter_examples")
    if lacking := [key for key in needed if key not in entry]:
        raise BadFederal(f"{path.name}, body {name!r} lacks {lacking[0]!r}. Every body has {', '.join(needed)}.")
    words = {
        key: [rf"\b(?:{word})\b" for word in entry.get(key, ())]
        for key in ("patterns", "short", "capitals", "tagged", "unless")
    }
    words["patterns"] += [f"^(?:{word})$" for word in entry.get("whole", ())]
    patterns: dict[str, re.Pattern[str]] = {}
    for key, parts in words.items():
        joined = "|".join(parts).replace("<state>", _STATE).replace("<office>", offices)
        try:
            patterns |= {key: re.compile(joined)} if joined else {}
        except re.error as error:
            raise BadFederal(f"{path.name}, body {name!r}: {joined!r} does not compile ({error}). Mend it.") from error
    return Body(
        Federal(name, entry["name"], bool(entry["immigration"])), entry["why"], patterns, known,
        bool(entry.get("may_be_police")), tuple(entry["examples"]), tuple(entry["counter_examples"]),
    )  # fmt: skip
