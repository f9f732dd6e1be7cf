"""The kinds of agency that the words of a name say, from kinds.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from investigate.agencies.agency import KINDS
from investigate.errors import InvestigateError

KINDS_FILE = Path(__file__).with_name("kinds.toml")
PLACES = ("city", "county", "near", "none", "school", "campus")
_KEYS = {"kind", "which", "place", "words", "unless"}
_BLANK = re.compile(r" (?![^()]*\))")  # between two words, not inside a group
_PARTS = re.compile(r"[./-]+")
_ANY = frozenset({"[a-z]+"})  # stands for a word that no rule knows


class BadKinds(InvestigateError):
    """kinds.toml cannot be used."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What the words of a name say: `start`, `end` bound the first of them; `place`: see kinds.toml."""

    kind: str
    which: str | None
    place: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rule:
    kind: str
    which: str | None
    place: str
    words: re.Pattern[str]
    unless: re.Pattern[str] | None
    phrases: tuple[str, ...]


def find_kind(text: str) -> Kind | None:
    """The kind that a mended name without its tags says, or None."""
    rule = _rule_of(_telling(text))
    found = rule.words.search(text) if rule else None
    if rule is None or found is None:
        return None
    return Kind(rule.kind, rule.which, rule.place, found.start(), found.end())


def _telling(text: str) -> str:
    """The name with one x for all words together that stand in no rule: thousands of names are `x PD` then."""
    words = [word if _tells(word) else "x" for word in text.split()]
    return " ".join(word for at, word in enumerate(words) if word != "x" or words[at - 1 : at] != ["x"])


@lru_cache(maxsize=20_000)
def _tells(word: str) -> bool:
    return any(_vocabulary().fullmatch(part) for part in (word, *_PARTS.split(word)))


@lru_cache(maxsize=20_000)
def _rule_of(text: str) -> Rule | None:
    for rule in rules():
        if rule.words.search(text) and not (rule.unless and rule.unless.search(text)):
            return rule
    return None


@cache
def _vocabulary() -> re.Pattern[str]:
    """Any single word of any rule."""
    words = {word for rule in rules() for phrase in rule.phrases for word in _BLANK.split(phrase.strip("^$"))}
    words |= {part for word in words if " " in word for part in re.findall(r"[a-z]+", word)}
    return re.compile("|".join(f"(?:{word})(?:'?s'?)?" for word in sorted(words - _ANY)), re.IGNORECASE)


@cache
def rules(path: Path = KINDS_FILE) -> tuple[Rule, ...]:
    """Every rule in its order; raises BadKinds for one that cannot be used."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadKinds(f"{path.name} is no TOML file: {error}. Mend the line that it names.") from error
    return tuple(_rule(number, entry, path) for number, entry in enumerate(content.get("rule", ()), start=1))


def _rule(number: int, entry: dict[str, Any], path: Path) -> Rule:
    at = f"{path.name}, rule {number}"
    if strange := sorted(set(entry) - _KEYS):
        raise BadKinds(f"{at}: {strange[0]!r} is no key. Known: {', '.join(sorted(_KEYS))}.")
    if entry.get("kind") not in KINDS:
        raise BadKinds(f"{at}: {entry.get('kind')!r} is no kind. Allowed: {', '.join(KINDS)}.")
    if entry.get("place") not in PLACES:
        raise BadKinds(f"{at}: {entry.get('place')!r} is no place. Allowed: {', '.join(PLACES)}.")
    if not entry.get("words"):
        raise BadKinds(f"{at} has no words. Every rule has at least one.")
    try:
        words = _any_of(entry["words"])
        unless = _any_of(entry["unless"]) if entry.get("unless") else None
    except re.error as error:
        raise BadKinds(f"{at} does not compile ({error}). Mend its words.") from error
    return Rule(
        entry["kind"], entry.get("which"), entry["place"], words, unless,
        (*entry["words"], *entry.get("unless", ())),
    )  # fmt: skip


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    """Any of the phrases as whole words; the longest first, so that all of its words are taken."""
    ordered = sorted(phrases, key=len, reverse=True)
    return re.compile("|".join(_phrase(phrase) for phrase in ordered), re.IGNORECASE)


def _phrase(phrase: str) -> str:
    start = "^" if phrase.startswith("^") else r"(?<![\w'])"
    end = "$" if phrase.endswith("$") else r"(?!\w)"
    words = _BLANK.split(phrase.removeprefix("^").removesuffix("$"))
    return start + r"[\s./-]{1,3}".join(f"(?:{word})(?:'?s'?)?" for word in words) + end
