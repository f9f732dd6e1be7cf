"""Give a stated reason exactly one category, the rule that gave it, and the exact text that matched.

A typed reason is what somebody typed, not a proven purpose. Agency names are never read here, only the reason, the
offense type and the case number. The words and phrases are data (rules.toml); this module holds what weighs more:

1. criminal immigration offence, immigration, immigration agency, homeland - the first of these that was found,
   or `immigration_or_homeland_other_crime` when another crime stands beside it (picked or typed);
2. not exported; withheld, when nothing else that is legible states a purpose;
3. written by the system, false friend, other federal agency;
4. blank, a picked value, vague words, and last `other`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

from investigate.reasons.dropdown import Picked, parse_dropdown, split_dropdown, values_in
from investigate.reasons.folding import closed_end, fold, fold_raw, place_in_text
from investigate.reasons.rulebook import CATEGORIES, Rule, Rulebook, rulebook
from investigate.reasons.spelling import Speller

__all__ = [
    "CATEGORIES",
    "FUZZY_MARK",
    "RULES_VERSION",
    "SCOPES",
    "Classification",
    "classify_reason",
    "classify_reasons",
    "scopes_of",
    "split_dropdown",
]

_STRICT = frozenset({"immigration", "immigration_crime"})
_STANDARD = _STRICT | {"immigration_agency"}
_OTHER_CRIME = "immigration_or_homeland_other_crime"
SCOPES: dict[str, frozenset[str]] = {
    "strict": _STRICT,
    "standard": _STANDARD,
    "broad": _STANDARD | {"homeland", _OTHER_CRIME},
}
RULES_VERSION: str = rulebook().version
FUZZY_MARK = "~"  # behind a rule's id: it matched a word that was read as a misspelling

_WEIGHT = ("immigration_crime", "immigration", "immigration_agency", "homeland")
_DROPDOWN_RULE = "dropdown"
_BLANK = re.compile(r"\s*")
# A number with the letters glued to it or right before it: "25-0012", "DV25-0012", "CP 25-0012".
_NUMBER = re.compile(r"(?:\b[a-z]{1,3} )?\b[a-z]*[0-9][0-9a-z]*\b")


@dataclass(frozen=True, slots=True)
class Classification:
    """What a reason was classified as.

    `rule` is an id in rules.toml, with FUZZY_MARK behind it when a misspelling was read; `dropdown` for a picked
    value; the category itself for other, blank and not_exported. `matched` is the exact text, empty for those
    three. `column` is where it stood: reason, case_number, offense_type, or "".
    """

    category: str
    rule: str
    matched: str
    column: str


@dataclass(frozen=True, slots=True)
class _Found:
    rule: str
    category: str
    column: str
    text: str
    start: int
    end: int

    @property
    def matched(self) -> str:
        return self.text[self.start : self.end]


@dataclass(slots=True)
class _Evidence:
    """What was found over all columns of one row."""

    words: dict[str, _Found] = field(default_factory=dict)  # by category; the first column read wins
    crimes: list[_Found] = field(default_factory=list)  # picked values that are crimes
    unread: list[tuple[str, _Place]] = field(default_factory=list)  # folded text not yet searched for crimes
    system: _Found | None = None
    withheld: _Found | None = None
    vague: _Found | None = None
    purpose: bool = False  # something was stated that is neither vague nor withheld
    stated: bool = False  # there was anything to read in the reason or the offense type

    def add(self, found: _Found) -> None:
        self.words.setdefault(found.category, found)


def scopes_of(category: str) -> list[str]:
    """The scopes that count `category` as immigration-related, in the order strict, standard, broad."""
    return [scope for scope, categories in SCOPES.items() if category in categories]


def classify_reason(
    reason: str | None,
    case_number: str | None = None,
    offense_type: str | None = None,
    *,
    exported: bool = True,
    overwritten: bool = False,
) -> Classification:
    """Classify one row's reason together with its case number and its offense type (a portal column).

    `exported=False`: the release has no reason column: `not_exported`, unless offense type or case number give a
    category of the broad scope. `overwritten=True`: this one text fills the column; a vague one is `withheld`.
    """
    found = _reader().classify(reason if exported else None, case_number, offense_type, exported=exported)
    if overwritten and found.category == "vague":
        beside = _reader().classify(None, case_number, offense_type, exported=True)
        is_silent = beside.category in {"blank", "vague"}
        return Classification("withheld", "overwritten", "", "") if is_silent else beside
    return found


def classify_reasons(texts: Iterable[str] | pd.Series | pd.DataFrame) -> pd.DataFrame:
    """Classify many reasons; each distinct one is read once.

    Takes texts, or a DataFrame with the column `reason` and, where known, `case_number` and `offense_type` (without
    `reason`, everything counts as not exported). Missing values are blank.
    Gives one row per given text, in order, with a fresh index: text, category, rule, matched, scopes (list of str).
    """
    if isinstance(texts, pd.DataFrame):
        rows = _rows_of(texts)
        exported = "reason" in texts.columns
    else:
        rows = ((_as_text(text), None, None) for text in texts)
        exported = True
    reader = _reader()
    judged: dict[tuple[str | None, str | None, str | None], Classification] = {}
    given = []
    for row in rows:
        if row not in judged:
            judged[row] = reader.classify(*row, exported=exported)
        given.append(row)
    scopes = {category: scopes_of(category) for category in CATEGORIES}
    found = [judged[row] for row in given]
    return pd.DataFrame(
        {
            "text": pd.Series([row[0] or "" for row in given], dtype=object),
            "category": pd.Series([one.category for one in found], dtype=object),
            "rule": pd.Series([one.rule for one in found], dtype=object),
            "matched": pd.Series([one.matched for one in found], dtype=object),
            "scopes": pd.Series([list(scopes[one.category]) for one in found], dtype=object),
        }
    )


def _rows_of(frame: pd.DataFrame) -> Iterator[tuple[str | None, str | None, str | None]]:
    empty = [None] * len(frame)
    columns = [
        map(_as_text, frame[name]) if name in frame.columns else empty
        for name in ("reason", "case_number", "offense_type")
    ]
    return zip(*columns, strict=True)


def _as_text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float) and math.isnan(value):
        return None
    return str(value)


@cache
def _reader() -> _Reader:
    return _Reader(rulebook())


class _Reader:
    """Applies one rulebook. Holds the compiled rules by what they are for, and the speller's memory."""

    def __init__(self, book: Rulebook) -> None:
        self._known = book.dropdown
        self._prefilter = book.prefilter
        self._speller = Speller(book.fuzzy)
        self._crime_rules = [rule for rule in book.rules if rule.category == _OTHER_CRIME]
        self._withheld_rules = [rule for rule in book.rules if rule.category == "withheld"]
        self._vague_rules = [rule for rule in book.rules if rule.category == "vague" and rule.match != "start"]
        self._system_rules = [rule for rule in book.rules if rule.category == "vague" and rule.match == "start"]
        apart = {_OTHER_CRIME, "withheld", "vague"}
        self._vague_apart = [rule for rule in self._vague_rules if rule.match != "all"]
        self._word_rules = [rule for rule in book.rules if rule.category not in apart]
        self._all_vague = _all_of(self._vague_rules)
        # The rule named when a text is made of words of several vague rules, or of no word at all.
        self._vague_words: Rule | None = next((rule for rule in self._vague_rules if rule.match == "all"), None)

    def classify(
        self, reason: str | None, case_number: str | None, offense_type: str | None, *, exported: bool
    ) -> Classification:
        evidence = _Evidence()
        if reason and not reason.isspace():
            evidence.stated = True
            self._read_reason(reason, evidence)
        if offense_type and not offense_type.isspace():
            evidence.stated = True
            self._read_offense(offense_type, evidence)
        if case_number and not case_number.isspace():
            self._read_case_number(case_number, evidence)
        signal = next((evidence.words[category] for category in _WEIGHT if category in evidence.words), None)
        if signal is None:
            return _weigh_rest(evidence, exported)
        crimes = self._crimes_in(evidence)
        return _with_crime(signal, crimes) if crimes else _as_result(signal)

    def _read_reason(self, text: str, evidence: _Evidence) -> None:
        picked, detail_start = parse_dropdown(text, self._known)
        self._take_picked(picked, "reason", text, evidence)
        if _BLANK.fullmatch(text, detail_start):
            return
        self._read_typed(text, detail_start, "reason", evidence)

    def _read_offense(self, text: str, evidence: _Evidence) -> None:
        picked = values_in(text, 0, len(text), self._known)
        if picked:
            self._take_picked(picked, "offense_type", text, evidence)
        else:
            self._read_typed(text, 0, "offense_type", evidence)

    def _take_picked(self, picked: tuple[Picked, ...], column: str, text: str, evidence: _Evidence) -> None:
        for value in picked:
            category = {"crime": _OTHER_CRIME}.get(value.effect, value.effect)
            found = _Found(_DROPDOWN_RULE, category, column, text, value.start, value.end)
            if value.effect == "crime":
                evidence.crimes.append(found)
            elif value.effect == "vague":
                evidence.vague = evidence.vague or found
            elif value.effect != "no_crime":
                evidence.add(found)
            evidence.purpose = evidence.purpose or value.effect != "vague"

    def _read_typed(self, text: str, start: int, column: str, evidence: _Evidence) -> None:
        typed = text[start:]
        spelled, changed = self._speller.correct(fold(typed))
        place = _Place(column, text, start, typed, spelled, changed)
        left_for_crimes = spelled
        if self._prefilter.search(spelled):
            left_for_crimes, found = self._scan(spelled, place)
            for one in found:
                evidence.add(one)
        evidence.unread.append((left_for_crimes, place))
        self._read_purpose(typed, spelled, place, evidence)

    def _read_purpose(self, typed: str, folded: str, place: _Place, evidence: _Evidence) -> None:
        """Whether a purpose was stated at all, or the text was withheld, vague or written by the system."""
        raw = fold_raw(typed)
        system = _first(self._system_rules, folded, raw)
        if system:
            evidence.system = place.whole(system)
        withheld = _first(self._withheld_rules, folded, raw)
        if withheld and not self._names_crime(folded):
            evidence.withheld = place.whole(withheld)
        elif vague := self._vague(folded, raw):
            evidence.vague = evidence.vague or place.whole(vague)
        else:
            evidence.purpose = True

    def _crimes_in(self, evidence: _Evidence) -> list[_Found]:
        """Crimes picked or typed; looked for only where they count, beside a word that weighs."""
        typed = [
            place.found(rule, crime.start(), crime.end())
            for left, place in evidence.unread
            for rule in self._crime_rules
            if (crime := rule.find(left))
        ]
        return evidence.crimes + typed

    def _scan(self, folded: str, place: _Place) -> tuple[str, list[_Found]]:
        """Word rules in order; what one rule read is hidden from the next. Gives the text left for crimes too."""
        words = crimes = folded
        found = []
        for rule in self._word_rules:
            match = rule.find(words)
            if not match:
                continue
            if rule.category != "other":
                found.append(place.found(rule, match.start(), match.end()))
            words = rule.pattern.sub(_hide, words)
            if rule.category != "false_friend":
                crimes = rule.pattern.sub(_hide, crimes)
        return crimes, found

    def _read_case_number(self, text: str, evidence: _Evidence) -> None:
        """A case number only adds words: it is no purpose and no false friend; a crime counts beside a word."""
        spelled, changed = self._speller.correct(fold(text))
        place = _Place("case_number", text, 0, text, spelled, changed)
        left_for_crimes = spelled
        if self._prefilter.search(spelled):
            left_for_crimes, found = self._scan(spelled, place)
            for one in found:
                if one.category != "false_friend":
                    evidence.add(one)
        # "HSI narcotics" typed as a case number says both; a code number there may be part of the number.
        evidence.unread.append((_NUMBER.sub(_hide, left_for_crimes), place))

    def _vague(self, folded: str, raw: str) -> Rule | None:
        if not folded:
            nothing_said = not any(character.isalpha() for character in raw)
            return self._vague_words if nothing_said else None
        if self._all_vague.match(folded):
            rule = _first(self._vague_rules, folded, raw) or self._vague_words
        else:
            rule = _first(self._vague_apart, folded, raw)
        return None if rule and self._names_crime(folded) else rule

    def _names_crime(self, folded: str) -> bool:
        return any(crime.find(folded) for crime in self._crime_rules)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a piece of text stands, so that a match in its folded form is given back as typed."""

    column: str
    text: str
    start: int
    typed: str
    folded: str
    changed: frozenset[int]

    def found(self, rule: Rule, start: int, end: int) -> _Found:
        first, last = place_in_text(self.typed, self.folded, start, end)
        last = closed_end(self.typed, first, last)
        misspelt = self.changed and self.changed.intersection(
            range(self.folded.count(" ", 0, start), self.folded.count(" ", 0, end) + 1)
        )
        name = rule.id + FUZZY_MARK if misspelt else rule.id
        return _Found(name, rule.category, self.column, self.text, self.start + first, self.start + last)

    def whole(self, rule: Rule) -> _Found:
        first = self.start + len(self.typed) - len(self.typed.lstrip())
        return _Found(rule.id, rule.category, self.column, self.text, first, self.start + len(self.typed.rstrip()))


def _hide(match: re.Match[str]) -> str:
    return "|" * len(match.group())


def _first(rules: list[Rule], folded: str, raw: str) -> Rule | None:
    for rule in rules:
        if rule.find(raw if rule.reads == "raw" else folded):
            return rule
    return None


def _all_of(rules: list[Rule]) -> re.Pattern[str]:
    """Text made up of nothing but words of any rule that reads word by word."""
    union = "|".join(pattern for rule in rules if rule.match == "all" for pattern in rule.patterns)
    return re.compile(rf"(?:(?:{union})(?: |$))+$", re.ASCII)


def _weigh_rest(evidence: _Evidence, exported: bool) -> Classification:
    """Points 2 to 4 of the order of weight that the module's docstring states."""
    words = evidence.words
    if not exported:
        return Classification("not_exported", "not_exported", "", "")
    named = [words[category] for category in ("false_friend", "other_federal") if category in words]
    withheld = evidence.withheld
    # What the withheld text itself names (the office that took it out, the law) is no purpose.
    if withheld and not evidence.purpose and all(found.column == withheld.column for found in named):
        return _as_result(withheld)
    for found in (evidence.system, *named):
        if found:
            return _as_result(found)
    if not evidence.stated:
        return Classification("blank", "blank", "", "")
    if evidence.purpose or not evidence.vague:
        return Classification("other", "other", "", "")
    return _as_result(evidence.vague)


def _with_crime(signal: _Found, crimes: list[_Found]) -> Classification:
    """Both stand in one text where possible: `matched` then covers them and what is between them."""
    beside = [crime for crime in crimes if crime.column == signal.column]
    crime = beside[0] if beside else crimes[0]
    matched = signal.matched
    if beside:
        start, end = min(signal.start, crime.start), max(signal.end, crime.end)
        matched = signal.text[start:end]
    return Classification(_OTHER_CRIME, crime.rule, matched, signal.column)


def _as_result(found: _Found) -> Classification:
    return Classification(found.category, found.rule, found.matched, found.column)
