"""Read rules.toml, check it and compile it. A rule that is wrong is refused with its id and what to mend."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from investigate.errors import InvestigateError, unknown
from investigate.reasons.folding import fold, fold_raw
from investigate.reasons.spelling import FuzzyWord, Speller

CATEGORIES: tuple[str, ...] = (
    "immigration",
    "immigration_crime",
    "immigration_agency",
    "homeland",
    "immigration_or_homeland_other_crime",
    "other_federal",
    "false_friend",
    "vague",
    "other",
    "blank",
    "withheld",
    "not_exported",
)
EFFECTS: tuple[str, ...] = ("crime", "no_crime", "vague", "immigration", "immigration_crime")
RULES_FILE = Path(__file__).with_name("rules.toml")

RULE_CATEGORIES = (*CATEGORIES[:9], "withheld")
_MATCHES = {
    "word": r"\b(?:{})\b",
    "whole": r"^(?:{})$",
    "start": r"^(?:{})\b",
    "spaced": r"(?:{})",
    "all": r"^(?:(?:{})(?: |$))+$",
}
_READS = ("folded", "raw")
_TEXT_KEYS = ("id", "category", "why", "source")
_PLACEHOLDER = re.compile(r"<([a-z_]+)>")
# Syntax that one of RE2, Java and Python reads differently or not at all; flags and named groups included.
_NOT_PORTABLE = re.compile(r"\(\?[^:]|\\[1-9AZzGKQEpPkRX]|[*+?}]\+|\{,|\\[dDwWsS]|\[\[:")


class BadRules(InvestigateError):
    """rules.toml (or a file given in its place) cannot be used."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: which text it takes, for which category, and why.

    `pattern` is compiled over folded or raw text, as `reads` says; `find` gives its first match or None. `same`: see
    same_letters in rules.toml. `hides_crimes`: what it matched is not searched for crimes.
    """

    id: str
    category: str
    match: str
    reads: str
    pattern: re.Pattern[str]
    patterns: tuple[str, ...]
    find: Callable[[str], re.Match[str] | None]
    same: tuple[int, int, int] | None
    hides_crimes: bool
    why: str
    source: str
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Every place where it matches, (start, end), from left to right."""
        return [found.span() for found in self.pattern.finditer(text) if _repeats(found, self.same)]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything in rules.toml, compiled. `dropdown` maps a folded value to (value as listed, effect).

    `short` and `left_out` are words: what the vocabulary holds although it is short, and what it never holds.
    """

    version: str
    rules: tuple[Rule, ...]
    prefilter: re.Pattern[str]
    fuzzy: tuple[FuzzyWord, ...]
    dropdown: Mapping[str, tuple[str, str]]
    changelog: tuple[Mapping[str, str], ...]
    short: frozenset[str]
    left_out: frozenset[str]


@cache
def rulebook() -> Rulebook:
    """The package's own rules, read once."""
    return load_rulebook(RULES_FILE)


def load_rulebook(path: Path) -> Rulebook:
    """Read and check a rules file.

    Raises BadRules: not TOML, a field missing or empty, an unknown category, match, list or effect, a pattern that
    does not compile or is not portable, a repeated id, fewer than three examples or two counter-examples, a rule
    whose own example it does not match or the prefilter would not let through.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as wrong:
        raise BadRules(f"{path.name} cannot be read: {wrong}. Mend the file and run again.") from wrong
    if not all(isinstance(entry, dict) for key in ("rule", "fuzzy") for entry in _list(raw.get(key, []))):
        raise BadRules(f"{path.name}: each [[rule]] and [[fuzzy]] must be a table of its own. Mend the file.")
    lists = raw.get("lists", {})
    vocabulary = raw.get("vocabulary", {})
    rules = tuple(_rule(entry, lists, path) for entry in raw.get("rule", []))
    _check_unique([rule.id for rule in rules], path)
    book = Rulebook(
        version=_text(raw, "version", "the file", path),
        rules=rules,
        prefilter=_compile(
            r"\b(?:{})", _by_letter(raw.get("prefilter", {}).get("starts", [])), lists, "prefilter", path
        ),
        fuzzy=tuple(_fuzzy(entry, path) for entry in raw.get("fuzzy", [])),
        dropdown=dict(_dropdown(raw.get("dropdown", {}), path)),
        changelog=tuple(raw.get("changelog", [])),
        short=frozenset(vocabulary.get("short", [])),
        left_out=_left_out(vocabulary.get("leave_out", []), lists, path),
    )
    _check_prefilter(book, path)
    return book


def _by_letter(starts: list[str]) -> list[str]:
    """The same alternatives with those of one first letter as one, so that most are passed over at once."""
    rest: dict[str, list[str]] = {}
    apart = []
    for start in starts:
        is_plain = start[:1].isalnum() and start[1:2] not in {"?", "*", "+", "{"} and "|" not in start.split("(")[0]
        if is_plain:
            rest.setdefault(start[0], []).append(start[1:])
        else:
            apart.append(start)
    return [f"{letter}(?:{'|'.join(ends)})" for letter, ends in rest.items()] + apart


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _rule(entry: dict[str, Any], lists: Mapping[str, list[str]], path: Path) -> Rule:
    name = str(entry.get("id", "a rule without id"))
    texts = {key: _text(entry, key, name, path) for key in _TEXT_KEYS}
    match, reads = entry.get("match", "word"), entry.get("reads", "folded")
    _among("category", texts["category"], RULE_CATEGORIES, name, path)
    _among("match", match, tuple(_MATCHES), name, path)
    _among("reads", reads, _READS, name, path)
    patterns = entry.get("patterns", [])
    if match == "all" and any(" " in pattern for pattern in patterns):
        raise BadRules(f'{path.name}, rule {name!r}: a pattern holds a blank; match = "all" reads word by word.')
    same = entry.get("same_letters")
    if same is not None and not (isinstance(same, list) and [type(number) for number in same] == [int] * 3):
        raise BadRules(
            f"{path.name}, rule {name!r}: same_letters is {same!r}; give three numbers: [one, other, count]."
        )
    pattern = _compile(_MATCHES[match], patterns, lists, name, path)
    repeat = tuple(same) if same else None
    rule = Rule(
        **texts,
        match=match,
        reads=reads,
        pattern=pattern,
        patterns=tuple(patterns),
        find=_finder(pattern, match, repeat),
        same=repeat,
        hides_crimes=entry.get("hides_crimes", texts["category"] not in {"false_friend", "other"}),
        examples=tuple(entry.get("examples", [])),
        counter_examples=tuple(entry.get("counter_examples", [])),
    )
    _check_examples(rule, path)
    return rule


def rule_of(name: str, category: str, pattern: str, why: str, source: str, path: Path) -> Rule:
    """A rule made of one pattern over whole words that stands in another file; raises BadRules as rules.toml does."""
    compiled = _compile(_MATCHES["word"], [pattern], {}, name, path)
    return Rule(
        name, category, "word", "folded", compiled, (pattern,), compiled.search, None, True, why, source, (), ()
    )  # fmt: skip


def _finder(
    pattern: re.Pattern[str], match: str, same: tuple[int, int, int] | None
) -> Callable[[str], re.Match[str] | None]:
    """How to look for the first match of the pattern."""
    if same is None:
        # Python's search tries an anchored pattern at every place of the text; match tries it once.
        return pattern.match if _MATCHES[match].startswith("^") else pattern.search

    def find(text: str) -> re.Match[str] | None:
        return next((found for found in pattern.finditer(text) if _repeats(found, same)), None)

    return find


def _repeats(found: re.Match[str], same: tuple[int, int, int] | None) -> bool:
    """`same` = (one, other, count): so many characters at both places of the match are equal."""
    if same is None:
        return True
    one, other, count = same
    whole = found.group()
    return whole[one : one + count] == whole[other : other + count]


def _compile(frame: str, patterns: list[str], lists: Mapping[str, list[str]], name: str, path: Path) -> re.Pattern[str]:
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        raise BadRules(f"{path.name}, {name!r}: patterns is {patterns!r}; it must be a list of texts.")
    if not patterns:
        raise BadRules(f"{path.name}, {name!r}: no patterns. Give at least one.")
    whole = frame.replace("{}", "|".join(_fill(pattern, lists, name, path) for pattern in patterns))
    strange = _NOT_PORTABLE.search(whole)
    if strange:
        raise BadRules(
            f"{path.name}, {name!r}: {strange.group()!r} is not read alike by RE2, Java and Python. "
            "Allowed: literals, [a-z] classes, (?:…), |, ?, *, +, {m,n}, ^, $, \\b. Rewrite the pattern."
        )
    try:
        return re.compile(whole, re.ASCII)
    except re.error as wrong:
        raise BadRules(f"{path.name}, {name!r}: the pattern {whole!r} does not compile: {wrong}. Mend it.") from wrong


def _fill(pattern: str, lists: Mapping[str, list[str]], name: str, path: Path) -> str:
    """Put the word lists in place of <list>; lists may name other lists, but not themselves."""

    def spelled(found: re.Match[str]) -> str:
        if found.group(1) not in lists:
            raise unknown(f"word list in {path.name}, rule {name!r}:", found.group(1), lists)
        return "(?:" + "|".join(lists[found.group(1)]) + ")"

    for _ in range(len(lists) + 1):
        if not _PLACEHOLDER.search(pattern):
            return pattern
        pattern = _PLACEHOLDER.sub(spelled, pattern)
    raise BadRules(f"{path.name}, rule {name!r}: the word lists name each other in a ring. Untie it.")


def _left_out(words: list[str], lists: Mapping[str, list[str]], path: Path) -> frozenset[str]:
    """The given words and those of the lists named among them, <list>."""
    filled = [_fill(word, lists, "vocabulary", path) for word in words]
    return frozenset(word for text in filled for word in text.removeprefix("(?:").removesuffix(")").split("|"))


def _fuzzy(entry: dict[str, Any], path: Path) -> FuzzyWord:
    word = _text(entry, "word", "a fuzzy word", path)
    edits = entry.get("edits")
    if len(word) < 7 or edits not in (1, 2):
        raise BadRules(
            f"{path.name}, fuzzy word {word!r} with {edits!r} edits: "
            "allowed are words of 7 letters or more and 1 or 2 edits."
        )
    return FuzzyWord(word, edits, frozenset(entry.get("never", [])))


def _dropdown(section: Mapping[str, Any], path: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    for effect, values in section.items():
        if effect == "source":
            continue
        _among("effect", effect, EFFECTS, "dropdown", path)
        for value in values:
            yield fold_raw(value), (value, effect)


def _check_examples(rule: Rule, path: Path) -> None:
    for what, given, least in (
        ("examples", rule.examples, 3),
        ("counter_examples", rule.counter_examples, 2),
    ):
        if len(given) < least:
            raise BadRules(
                f"{path.name}, rule {rule.id!r}: {len(given)} {what}; at least {least} are needed. Add some."
            )


def _check_prefilter(book: Rulebook, path: Path) -> None:
    """Every example of a rule that is tried only behind the prefilter must be let through by it."""
    speller = Speller(book.fuzzy)
    for rule in book.rules:
        if rule.category in {"vague", "withheld"}:
            continue
        for example in rule.examples:
            if not book.prefilter.search(speller.correct(fold(example))[0]):
                raise BadRules(
                    f"{path.name}, rule {rule.id!r}: the prefilter holds back the example {example!r}. "
                    "Add its beginning."
                )


def _check_unique(names: list[str], path: Path) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise BadRules(f"{path.name}: rule id {repeated[0]!r} stands twice. Give each rule its own id.")


def _text(entry: Mapping[str, Any], key: str, where: str, path: Path) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BadRules(f"{path.name}, {where!r}: {key} is {value!r}; it must be a text. Fill it in.")
    return value


def _among(what: str, value: str, allowed: tuple[str, ...], name: str, path: Path) -> None:
    if value not in allowed:
        raise BadRules(f"{path.name}, rule {name!r}: {what} {value!r} is not known. Allowed: {', '.join(allowed)}.")
