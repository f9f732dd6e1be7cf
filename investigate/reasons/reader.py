"""Read one row's reason, offense type and case number with the rules of one rulebook.

Rules are tried in the order of rules.toml; what one read is hidden from those below it. Crimes are looked for only
where they count, beside a word of immigration or homeland.
"""

from __future__ import annotations

import re
from functools import cache

from investigate.reasons.dropdown import Picked, parse_dropdown, values_in
from investigate.reasons.evidence import OTHER_CRIME, Classification, Evidence, Found, Place, weigh
from investigate.reasons.folding import fold, fold_raw
from investigate.reasons.rulebook import Rule, Rulebook, rulebook
from investigate.reasons.spelling import Speller

DROPDOWN_RULE = "dropdown"
_BEGINS = 3  # letters
_BLANK = re.compile(r"\s*")
# A number with the letters glued to it or right before it: "25-0012", "DV25-0012", "CP 25-0012".
_NUMBER = re.compile(r"(?:\b[a-z]{1,3} )?\b[a-z]*[0-9][0-9a-z]*\b")


@cache
def reader() -> Reader:
    """The reader of the package's own rules."""
    return Reader(rulebook())


class Reader:
    """Applies one rulebook. Holds the compiled rules by what they are for, and the speller's memory."""

    def __init__(self, book: Rulebook) -> None:
        self._known = book.dropdown
        self._begins = frozenset(value[:_BEGINS] for value in book.dropdown)
        self._prefilter = book.prefilter
        self.speller = Speller(book.fuzzy)
        apart = {OTHER_CRIME, "withheld", "vague"}
        self.word_rules = [rule for rule in book.rules if rule.category not in apart]
        self._crime_rules = [rule for rule in book.rules if rule.category == OTHER_CRIME]
        self._withheld_rules = [rule for rule in book.rules if rule.category == "withheld"]
        self._vague_rules = [rule for rule in book.rules if rule.category == "vague" and rule.match != "start"]
        self._system_rules = [rule for rule in book.rules if rule.category == "vague" and rule.match == "start"]
        self._vague_apart = [rule for rule in self._vague_rules if rule.match != "all"]
        # One look for many rules, since nearly all texts match none of them.
        self._any_crime = _any_of(self._crime_rules)
        self._any_system = _any_of(self._system_rules)
        self._any_withheld = _any_of(self._withheld_rules)
        self._all_vague = _all_of(self._vague_rules)
        # The rule named when a text is made of words of several vague rules, or of no word at all.
        self._vague_words: Rule | None = next((rule for rule in self._vague_rules if rule.match == "all"), None)

    def classify(
        self, reason: str | None, case_number: str | None, offense_type: str | None, *, exported: bool
    ) -> Classification:
        """The one category of a row. `exported=False`: the release has no reason column."""
        evidence = Evidence()
        self.read(reason, case_number, offense_type, evidence)
        crimes = self.crimes_in(evidence) if evidence.signal else []
        return weigh(evidence, crimes, exported)

    def read(self, reason: str | None, case_number: str | None, offense_type: str | None, evidence: Evidence) -> None:
        """Put what the columns hold into `evidence`, all but crimes."""
        if reason and not reason.isspace():
            evidence.stated = True
            self._read_reason(reason, evidence)
        if offense_type and not offense_type.isspace():
            evidence.stated = True
            self._read_offense(offense_type, evidence)
        if case_number and not case_number.isspace():
            self._read_case_number(case_number, evidence)

    def crimes_in(self, evidence: Evidence) -> list[Found]:
        """Crimes picked or typed, each rule's first in each column."""
        typed = []
        for left, place in evidence.unread:
            for rule in self._crime_rules:
                if match := rule.find(left):
                    typed.append(place.found(rule, match.start(), match.end()))
                    _note_every(evidence, rule, left, place)
        return evidence.picked_crimes + typed

    def _read_reason(self, text: str, evidence: Evidence) -> None:
        # A cheap first look, since most reasons hold no picked value.
        may_be_picked = text.lstrip()[:_BEGINS].lower() in self._begins
        picked, detail_start = parse_dropdown(text, self._known) if may_be_picked else ((), 0)
        self._take_picked(picked, "reason", text, evidence)
        if _BLANK.fullmatch(text, detail_start):
            return
        self._read_typed(text, detail_start, "reason", evidence)

    def _read_offense(self, text: str, evidence: Evidence) -> None:
        picked = values_in(text, 0, len(text), self._known)
        if picked:
            self._take_picked(picked, "offense_type", text, evidence)
        else:
            self._read_typed(text, 0, "offense_type", evidence)

    def _take_picked(self, picked: tuple[Picked, ...], column: str, text: str, evidence: Evidence) -> None:
        for value in picked:
            category = {"crime": OTHER_CRIME, "no_crime": "other"}.get(value.effect, value.effect)
            found = evidence.note(Found(DROPDOWN_RULE, category, column, text, value.start, value.end))
            if value.effect == "crime":
                evidence.picked_crimes.append(found)
            elif value.effect == "vague":
                evidence.vague = evidence.vague or found
            elif value.effect != "no_crime":
                evidence.add(found)
            evidence.picked = evidence.picked or value.effect != "vague"
        evidence.purpose = evidence.purpose or evidence.picked

    def _read_typed(self, text: str, start: int, column: str, evidence: Evidence) -> None:
        typed = text[start:]
        place = self._place(column, text, start, typed)
        left_for_crimes = place.folded
        if self._prefilter.search(place.folded):
            left_for_crimes, found = self._scan(place, evidence)
            for one in found:
                evidence.add(one)
        evidence.unread.append((left_for_crimes, place))
        self._read_purpose(typed, place.folded, place, evidence)

    def _place(self, column: str, text: str, start: int, typed: str) -> Place:
        spelled, changed = self.speller.correct(fold(typed))
        return Place(column, text, start, typed, spelled, changed)

    def _read_purpose(self, typed: str, folded: str, place: Place, evidence: Evidence) -> None:
        """Whether a purpose was stated at all, or the text was withheld, vague or written by the system."""
        raw = fold_raw(typed)
        if self._any_system.match(folded) and (system := _first(self._system_rules, folded, raw)):
            evidence.system = evidence.note(place.whole(system))
        withheld = _first(self._withheld_rules, folded, raw) if self._any_withheld.match(raw) else None
        if withheld and not self._names_crime(folded):
            evidence.withheld = evidence.note(place.whole(withheld))
        elif vague := self._vague(folded, raw):
            evidence.vague = evidence.vague or evidence.note(place.whole(vague))
        else:
            evidence.purpose = True

    def _scan(self, place: Place, evidence: Evidence) -> tuple[str, list[Found]]:
        """Word rules in order; what one rule read is hidden from the next. Gives the text left for crimes too."""
        words = crimes = place.folded
        found = []
        for rule in self.word_rules:
            match = rule.find(words)
            if not match:
                continue
            _note_every(evidence, rule, words, place)
            if rule.category != "other":
                found.append(place.found(rule, match.start(), match.end()))
            words = rule.pattern.sub(_hide, words)
            if rule.hides_crimes:
                crimes = rule.pattern.sub(_hide, crimes)
        return crimes, found

    def _read_case_number(self, text: str, evidence: Evidence) -> None:
        """A case number only adds words: it is no purpose and no false friend; a crime counts beside a word."""
        place = self._place("case_number", text, 0, text)
        left_for_crimes = place.folded
        if self._prefilter.search(place.folded):
            left_for_crimes, found = self._scan(place, evidence)
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
        return bool(self._any_crime.search(folded))


def _hide(match: re.Match[str]) -> str:
    return "|" * len(match.group())


def _note_every(evidence: Evidence, rule: Rule, text: str, place: Place) -> None:
    """For the full account: each place where the rule matches, not only its first."""
    if evidence.every is not None:
        evidence.every += place.found_all(rule, text)


def _first(rules: list[Rule], folded: str, raw: str) -> Rule | None:
    for rule in rules:
        if rule.find(raw if rule.reads == "raw" else folded):
            return rule
    return None


def _any_of(rules: list[Rule]) -> re.Pattern[str]:
    """Text that at least one of the rules matches; matches nothing where there are no rules."""
    return re.compile("|".join(f"(?:{rule.pattern.pattern})" for rule in rules) or r"$\b", re.ASCII)


def _all_of(rules: list[Rule]) -> re.Pattern[str]:
    """Text made up of nothing but words of any rule that reads word by word."""
    union = "|".join(pattern for rule in rules if rule.match == "all" for pattern in rule.patterns)
    return re.compile(rf"(?:(?:{union})(?: |$))+$", re.ASCII)
