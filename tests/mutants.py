"""Break rules.toml in one place at a time and see whether a listed text then gets another category.

The texts and what they must get stand in reasons_unseen.csv and reasons_decided.csv, outside rules.toml: a rule's own
examples go away with it. A mutant that no text tells from the true rules has survived: either a text is missing or that
part of the rule does nothing.

`python tests/mutants.py` runs the kinds that must all be killed, `--all` the others too, `--only KIND` one kind.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import itertools
import re
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from investigate.reasons import rulebook as rules
from investigate.reasons.folding import fold, fold_raw
from investigate.reasons.reader import Reader
from investigate.reasons.rulebook import BadRules, Rule, Rulebook
from investigate.reasons.spelling import FuzzyWord

HERE = Path(__file__).parent
LISTS = (HERE / "reasons_unseen.csv", HERE / "reasons_decided.csv")
# Ends of the frames that rulebook.py puts around a rule's patterns, and what stands there without the edge. What is
# tied to the start may begin anywhere instead, also where the reader itself looks only at the start.
LEFT_EDGES = ((r"\b(?:", "(?:"), ("^(?:", ".*(?:"), ("(?:^|[a-z|] )(?:", "(?:"))
RIGHT_EDGES = ((r")\b", ")"), (")$", ")"), ("(?: |$))+$", "(?: |$))+"))
LAST_GROUP = re.compile(r"\)(\(\?:(?:[^()]|\(\?:[^()]*\))*\))$")
OTHER_EFFECT = {
    "crime": ("no_crime",),
    "no_crime": ("crime", "vague"),
    "vague": ("no_crime",),
    "immigration": ("immigration_crime",),
    "immigration_crime": ("immigration",),
}
_TOKEN = re.compile(r"\(\?:|\[(?:\\.|[^\]\\])+\]|\\.|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Text:
    """A text somebody judged by reading: its category and, where a line says so, the rule that must give it."""

    reason: str
    category: str
    rule: str = ""
    case_number: str | None = None
    offense_type: str | None = None

    def is_right(self, reader: Reader) -> bool:
        got = reader.classify(self.reason, self.case_number, self.offense_type, exported=True)
        return got.category == self.category and self.rule in ("", got.rule)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to the rules. `make` gives the changed book or raises BadRules; `near` picks the texts to read first.

    `wanted` says, for a survivor, which text would have to be listed.
    """

    kind: str
    name: str
    make: Callable[[], Rulebook]
    near: Callable[[Text], bool]
    wanted: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant: killed by a text, refused when the rules were read, or neither (survived)."""

    mutant: Mutant
    killer: Text | None
    refused: str = ""

    @property
    def survived(self) -> bool:
        return self.killer is None and not self.refused

    def __str__(self) -> str:
        return f"{self.mutant.kind}: {self.mutant.name}: no listed text tells; add {self.mutant.wanted}"


def listed_texts(paths: Iterable[Path] = LISTS) -> list[Text]:
    """The judged texts of both lists; a column that a list lacks is empty."""
    texts = []
    for path in paths:
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                beside = (row.get("case_number") or None, row.get("offense_type") or None)
                texts.append(Text(row["reason"], row["category"], row.get("rule") or "", *beside))
    return texts


class Bench:
    """The true rules, the judged texts, and what mutants have in common."""

    def __init__(self, texts: Iterable[Text], path: Path = rules.RULES_FILE) -> None:
        self.path = path
        self.raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        self.book = rules.load_rulebook(path)
        self.texts = list(texts)
        self._reader = Reader(self.book)
        self._folded: dict[str, str] = {}
        self._found: dict[str, dict[str, list[tuple[int, int]]]] = {}  # by rule and text as the rules read it

    @cached_property
    def wrong(self) -> list[Text]:
        """Listed texts that the true rules judge otherwise: there must be none."""
        return [text for text in self.texts if not text.is_right(self._reader)]

    def run(self, mutant: Mutant) -> Outcome:
        """Read the texts with the mutant until one gets another category or rule."""
        try:
            book = mutant.make()
        except BadRules as refused:
            return Outcome(mutant, None, str(refused))
        reader = Reader(book)
        if book.fuzzy is self.book.fuzzy:
            reader.speller = self._reader.speller
        near = (text for text in self.texts if mutant.near(text))
        killer = next((text for text in itertools.chain(near, self.texts) if not text.is_right(reader)), None)
        return Outcome(mutant, killer, "" if killer else self._refused(book))

    def _refused(self, book: Rulebook) -> str:
        if book.prefilter is self.book.prefilter and book.fuzzy is self.book.fuzzy:
            return ""
        try:
            rules._check_prefilter(book, self.path)
        except BadRules as refused:
            return str(refused)
        return ""

    def folded(self, text: Text) -> str:
        """The reason as the rules read it, misspellings put right."""
        if text.reason not in self._folded:
            self._folded[text.reason] = self._reader.speller.correct(fold(text.reason))[0]
        return self._folded[text.reason]

    def reads_otherwise(self, old: Rule, new: Rule | None) -> Callable[[Text], bool]:
        """Whether the two rules find different places in a text."""
        found = self._found.setdefault(old.id, {})

        def near(text: Text) -> bool:
            read = fold_raw(text.reason) if old.reads == "raw" else self.folded(text)
            if read not in found:
                found[read] = old.spans(read)
            return found[read] != (new.spans(read) if new else [])

        return near

    def with_rule(self, old: Rule, new: Rule | None) -> Rulebook:
        """The book with one rule changed, or without it."""
        changed = (new,) if new else ()
        place = self.book.rules.index(old)
        return dataclasses.replace(self.book, rules=self.book.rules[:place] + changed + self.book.rules[place + 1 :])

    def rule_of(self, entry: dict[str, Any], lists: dict[str, list[str]] | None = None) -> Rule:
        return rules._rule(entry, lists or self.raw["lists"], self.path)

    def filled(self, pattern: str) -> str:
        return rules._fill(pattern, self.raw["lists"], "a mutant", self.path)

    def entries(self) -> Iterator[tuple[dict[str, Any], Rule]]:
        return zip(self.raw["rule"], self.book.rules, strict=True)


def deleted_rules(bench: Bench) -> Iterator[Mutant]:
    """Each rule away."""
    for rule in bench.book.rules:
        yield _rule_mutant(bench, "rule deleted", rule.id, rule, None, "one that only this rule takes")


def dropped_edges(bench: Bench) -> Iterator[Mutant]:
    """Each rule without its left edge, its right one, and both."""
    for rule in bench.book.rules:
        whole = rule.pattern.pattern
        if rule.match == "spaced" and len(rule.patterns) == 1:
            whole = bench.filled(rule.patterns[0])  # the frame has no edge; the pattern brings its own
        left, right = _without_left(whole), _without_right(whole)
        both = _without_right(left) if left and right else None
        for side, pattern in (("left", left), ("right", right), ("both", both)):
            if pattern and pattern != whole:
                wanted = f"one with a letter or a word glued to the {side} of what the rule takes"
                yield _rule_mutant(bench, "edge dropped", f"{rule.id}, {side}", rule, _framed(rule, pattern), wanted)


def deleted_patterns(bench: Bench) -> Iterator[Mutant]:
    """Each pattern away, of the rules that have several."""
    for entry, rule in bench.entries():
        for number, pattern in enumerate(entry["patterns"]):
            rest = entry["patterns"][:number] + entry["patterns"][number + 1 :]
            if rest:
                name, wanted = f"{rule.id}, {pattern!r}", "one that only this pattern takes"
                yield _entry_mutant(bench, "pattern deleted", name, rule, {**entry, "patterns": rest}, pattern, wanted)


def deleted_alternatives(bench: Bench) -> Iterator[Mutant]:
    """Each alternative of each group inside a pattern away."""
    for entry, rule in bench.entries():
        for number, pattern in enumerate(entry["patterns"]):
            for gone, changed in shorter_groups(pattern):
                patterns = [*entry["patterns"][:number], changed, *entry["patterns"][number + 1 :]]
                name, wanted = f"{rule.id}, {gone!r} of {pattern!r}", "one that only this alternative takes"
                new = {**entry, "patterns": patterns}
                yield _entry_mutant(bench, "alternative deleted", name, rule, new, gone, wanted)


def deleted_list_entries(bench: Bench) -> Iterator[Mutant]:
    """Each word of each list away."""
    for name, words in bench.raw["lists"].items():
        for word in words:
            lists = {**bench.raw["lists"], name: [other for other in words if other != word]}

            def make(lists: dict[str, list[str]] = lists) -> Rulebook:
                changed = (
                    bench.rule_of(entry, lists) if "<" in "".join(entry["patterns"]) else rule
                    for entry, rule in bench.entries()
                )
                return dataclasses.replace(bench.book, rules=tuple(changed))

            yield Mutant("list entry deleted", f"{name}, {word!r}", make, _holds(bench, word), f"one with {word!r}")


def changed_dropdown(bench: Bench) -> Iterator[Mutant]:
    """Each drop-down value away, and each with another effect."""
    for key, (value, effect) in bench.book.dropdown.items():
        for other in (None, *OTHER_EFFECT[effect]):

            def make(key: str = key, other: str | None = other) -> Rulebook:
                values = {known: listed for known, listed in bench.book.dropdown.items() if known != key or other}
                if other:
                    values[key] = (values[key][0], other)
                return dataclasses.replace(bench.book, dropdown=values)

            name = f"{value!r} as {other}" if other else f"{value!r} deleted"
            near = _holds(bench, re.escape(key), is_raw=True)
            yield Mutant("drop-down value", name, make, near, f"one with {value!r} and a detail")


def changed_fuzzy(bench: Bench) -> Iterator[Mutant]:
    """Each fuzzy word away; one edit less; each word that never counts away."""
    for place, entry in enumerate(bench.book.fuzzy):
        others = (bench.book.fuzzy[:place], bench.book.fuzzy[place + 1 :])
        yield _fuzzy_mutant(bench, "fuzzy word deleted", entry.word, (*others[0], *others[1]), _misspelt(bench, entry))
        less = (*others[0], dataclasses.replace(entry, edits=entry.edits - 1), *others[1])
        yield _fuzzy_mutant(bench, "one edit less", entry.word, less, _misspelt(bench, entry))
        for word in sorted(entry.never):
            name = f"{word} of {entry.word}"
            fuzzy = (*others[0], dataclasses.replace(entry, never=entry.never - {word}), *others[1])
            wanted = f"{word!r}, with the rule that takes it if one does"
            yield _fuzzy_mutant(bench, "never-word deleted", name, fuzzy, _holds(bench, word), wanted)


def dropped_same_letters(bench: Bench) -> Iterator[Mutant]:
    """Each same_letters away."""
    for entry, rule in bench.entries():
        if rule.same:
            new = bench.rule_of({key: value for key, value in entry.items() if key != "same_letters"})
            yield _rule_mutant(bench, "same_letters dropped", rule.id, rule, new, "one without the repeat")


def swapped_rules(bench: Bench) -> Iterator[Mutant]:
    """Each rule in the place of the next one, where that has another category."""
    for place, (one, other) in enumerate(zip(bench.book.rules, bench.book.rules[1:], strict=False)):
        if one.category != other.category:

            def make(place: int = place, one: Rule = one, other: Rule = other) -> Rulebook:
                order = (*bench.book.rules[:place], other, one, *bench.book.rules[place + 2 :])
                return dataclasses.replace(bench.book, rules=order)

            yield Mutant("order swapped", f"{one.id}, {other.id}", make, lambda _: False, "one that both take")


def deleted_beginnings(bench: Bench) -> Iterator[Mutant]:
    """Each beginning of the prefilter away."""
    starts = bench.raw["prefilter"]["starts"]
    for start in starts:

        def make(start: str = start) -> Rulebook:
            rest = [other for other in starts if other != start]
            prefilter = rules._compile(r"\b(?:{})", rest, bench.raw["lists"], "prefilter", bench.path)
            return dataclasses.replace(bench.book, prefilter=prefilter)

        yield Mutant("prefilter beginning", repr(start), make, _holds(bench, start), f"one that begins with {start!r}")


MUST_DIE: dict[str, Callable[[Bench], Iterator[Mutant]]] = {
    "rules": deleted_rules,
    "edges": dropped_edges,
    "patterns": deleted_patterns,
    "fuzzy": lambda bench: (one for one in changed_fuzzy(bench) if one.kind == "fuzzy word deleted"),
    "same": dropped_same_letters,
}
REPORTED: dict[str, Callable[[Bench], Iterator[Mutant]]] = {
    "alternatives": deleted_alternatives,
    "lists": deleted_list_entries,
    "dropdown": changed_dropdown,
    "spelling": lambda bench: (one for one in changed_fuzzy(bench) if one.kind != "fuzzy word deleted"),
    "order": swapped_rules,
    "prefilter": deleted_beginnings,
}


def _rule_mutant(bench: Bench, kind: str, name: str, old: Rule, new: Rule | None, wanted: str) -> Mutant:
    return Mutant(kind, name, lambda: bench.with_rule(old, new), bench.reads_otherwise(old, new), wanted)


def _entry_mutant(
    bench: Bench, kind: str, name: str, old: Rule, entry: dict[str, Any], gone: str, wanted: str
) -> Mutant:
    """The rule as `entry` says it, without `gone`, a piece of a pattern."""
    near = _holds(bench, gone, is_raw=old.reads == "raw")
    return Mutant(kind, name, lambda: bench.with_rule(old, bench.rule_of(entry)), near, wanted)


def _fuzzy_mutant(
    bench: Bench, kind: str, name: str, fuzzy: tuple[FuzzyWord, ...], near: Callable[[Text], bool], wanted: str = ""
) -> Mutant:
    wanted = wanted or f"one that misspells {name!r}"
    return Mutant(kind, name, lambda: dataclasses.replace(bench.book, fuzzy=fuzzy), near, wanted)


def _framed(rule: Rule, pattern: str) -> Rule:
    """The rule with the given whole pattern."""
    compiled = re.compile(pattern, re.ASCII)
    return dataclasses.replace(rule, pattern=compiled, find=rules._finder(compiled, rule.match, rule.same))


def _without_left(whole: str) -> str | None:
    return next((bare + whole[len(edge) :] for edge, bare in LEFT_EDGES if whole.startswith(edge)), None)


def _without_right(whole: str) -> str | None:
    if last := LAST_GROUP.search(whole):
        return whole[: last.start(1)]
    return next((whole[: -len(edge)] + bare for edge, bare in RIGHT_EDGES if whole.endswith(edge)), None)


def _holds(bench: Bench, pattern: str, *, is_raw: bool = False) -> Callable[[Text], bool]:
    search = re.compile(bench.filled(pattern), re.ASCII).search
    return lambda text: bool(search(fold_raw(text.reason) if is_raw else bench.folded(text)))


def _misspelt(bench: Bench, entry: FuzzyWord) -> Callable[[Text], bool]:
    return lambda text: entry.word in bench.folded(text) and entry.word not in fold(text.reason)


def shorter_groups(pattern: str) -> Iterator[tuple[str, str]]:
    """(alternative, pattern without it) for each alternative of each group (?:…) that holds several."""
    opened: list[list[int]] = []
    for token in _TOKEN.finditer(pattern):
        if token.group() == "(?:":
            opened.append([token.end() - 1])
        elif token.group() == "|" and opened:
            opened[-1].append(token.start())
        elif token.group() == ")":
            bars = [*opened.pop(), token.start()]
            for start, end in itertools.pairwise(bars) if len(bars) > 2 else ():
                is_first = start == bars[0]
                without = pattern[: start + 1] + pattern[end + 1 :] if is_first else pattern[:start] + pattern[end:]
                yield pattern[start + 1 : end], without


def main(arguments: list[str] | None = None) -> int:
    """Print killed and survived per kind and every survivor; 1 when one survived of the kinds that must be killed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="the kinds that are only reported too")
    parser.add_argument("--only", choices=[*MUST_DIE, *REPORTED], help="one kind")
    options = parser.parse_args(arguments)
    bench = Bench(listed_texts())
    for text in bench.wrong:
        print(f"listed as {text.category} {text.rule}, but the rules say otherwise: {text.reason!r}", file=sys.stderr)
    kinds = [options.only] if options.only else [*MUST_DIE, *(REPORTED if options.all else ())]
    survivors = []
    for kind in kinds:
        started = time.process_time()
        outcomes = [bench.run(mutant) for mutant in {**MUST_DIE, **REPORTED}[kind](bench)]
        survived = [outcome for outcome in outcomes if outcome.survived]
        refused = sum(bool(outcome.refused) for outcome in outcomes)
        counts = f"{len(outcomes) - len(survived)} killed ({refused} refused when read), {len(survived)} survived"
        print(f"{kind}: {counts}, {time.process_time() - started:.0f} s", flush=True)
        survivors += [(kind, outcome) for outcome in survived]
    for _, outcome in survivors:
        print(f"  {outcome}")
    return int(bool(bench.wrong) or any(kind in MUST_DIE for kind, _ in survivors))


if __name__ == "__main__":
    sys.exit(main())
