"""What was found in one row's reason, offense type and case number, and what weighs more than what.

1. criminal immigration offence, immigration, immigration agency, homeland - the first of these that was found,
   or `immigration_or_homeland_other_crime` when another crime stands beside it (picked or typed);
2. not exported; withheld, when nothing else that is legible states a purpose;
3. written by the system, false friend, other federal agency;
4. blank, a picked value, vague words, and last `other`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from investigate.reasons.folding import closed_end, place_in_text
from investigate.reasons.rulebook import Rule

FUZZY_MARK = "~"  # behind a rule's id: it matched a word that was read as a misspelling
OTHER_CRIME = "immigration_or_homeland_other_crime"
MOST_LISTED = 20  # places of one rule in one text: more say no more
SIGNALS = ("immigration_crime", "immigration", "immigration_agency", "homeland")  # what weighs, most first


@dataclass(frozen=True, slots=True)
class Classification:
    """What a reason was classified as.

    `rule` is the id of the rule that gave the category, with FUZZY_MARK behind it when a misspelling was read;
    `dropdown` for a picked value; `override:N` for line N of the corrections by hand; the category itself for other,
    blank and not_exported. `matched` is the exact text, empty for those three. `column` is where it stood: reason,
    case_number, offense_type, or "".
    """

    category: str
    rule: str
    matched: str
    column: str


@dataclass(frozen=True, slots=True)
class Found:
    """One place in a column (`text[start:end]`, in characters) where a rule matched."""

    rule: str
    category: str
    column: str
    text: str
    start: int
    end: int

    @property
    def matched(self) -> str:
        return self.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Place:
    """A typed piece of a column: what is needed to give a match in its folded form back as typed.

    `folded` is `typed` folded, with misspellings put right; `changed` numbers the words that were.
    """

    column: str
    text: str
    start: int
    typed: str
    folded: str
    changed: frozenset[int]

    def found(self, rule: Rule, start: int, end: int) -> Found:
        """What `rule` matched at `folded[start:end]`, as typed."""
        first, last = place_in_text(self.typed, self.folded, start, end)
        last = closed_end(self.typed, first, last)
        misspelt = self.changed and self.changed.intersection(
            range(self.folded.count(" ", 0, start), self.folded.count(" ", 0, end) + 1)
        )
        name = rule.id + FUZZY_MARK if misspelt else rule.id
        return Found(name, rule.category, self.column, self.text, self.start + first, self.start + last)

    def found_all(self, rule: Rule, text: str) -> list[Found]:
        """The first MOST_LISTED places where `rule` matches `text`: `folded`, or that with words hidden."""
        return [self.found(rule, start, end) for start, end in rule.spans(text)[:MOST_LISTED]]

    def whole(self, rule: Rule) -> Found:
        """The whole piece without the blanks around it."""
        first = self.start + len(self.typed) - len(self.typed.lstrip())
        return Found(rule.id, rule.category, self.column, self.text, first, self.start + len(self.typed.rstrip()))


@dataclass(slots=True)
class Evidence:
    """What was found over all columns of one row.

    `every` is filled only when asked for: each place where a rule matched, in the order in which rules are tried, also
    where it adds nothing to what was found before.
    """

    words: dict[str, Found] = field(default_factory=dict)  # by category; the first column read wins
    picked_crimes: list[Found] = field(default_factory=list)
    unread: list[tuple[str, Place]] = field(default_factory=list)  # folded text not yet searched for crimes
    system: Found | None = None
    withheld: Found | None = None
    vague: Found | None = None
    purpose: bool = False  # something was stated that is neither vague nor withheld
    picked: bool = False  # a value that is no vague one was picked
    stated: bool = False  # there was anything to read in the reason or the offense type
    every: list[Found] | None = None

    def add(self, found: Found) -> None:
        self.words.setdefault(found.category, found)

    def note(self, found: Found) -> Found:
        """Keep what was found for the full account, where one is wanted."""
        if self.every is not None:
            self.every.append(found)
        return found

    @property
    def signal(self) -> Found | None:
        """The word that weighs most among those of immigration and homeland, or None."""
        if not self.words:
            return None
        return next((self.words[category] for category in SIGNALS if category in self.words), None)


def weigh(evidence: Evidence, crimes: list[Found], exported: bool) -> Classification:
    """The one category of a row; `crimes` counts only beside a signal."""
    signal = evidence.signal
    if signal is None:
        return _weigh_rest(evidence, exported)
    return _with_crime(signal, crimes) if crimes else _as_result(signal)


def _weigh_rest(evidence: Evidence, exported: bool) -> Classification:
    """Points 2 to 4 of the order of weight that the module's docstring states."""
    words = evidence.words
    if not exported:
        return Classification("not_exported", "not_exported", "", "")
    named = [words[category] for category in ("false_friend", "other_federal") if category in words]
    withheld = evidence.withheld
    # What the withheld text itself names (the office that took it out, the law) is no purpose.
    if withheld and not evidence.purpose and all(found.column == withheld.column for found in named):
        return _as_result(withheld)
    # Beside a picked purpose the system's own text says no more than that an alert was opened.
    for found in (None if evidence.picked else evidence.system, *named):
        if found:
            return _as_result(found)
    if not evidence.stated:
        return Classification("blank", "blank", "", "")
    if evidence.purpose or not evidence.vague:
        return Classification("other", "other", "", "")
    return _as_result(evidence.vague)


def _with_crime(signal: Found, crimes: list[Found]) -> Classification:
    """Both stand in one text where possible: `matched` then covers them and what is between them."""
    beside = [crime for crime in crimes if crime.column == signal.column]
    crime = beside[0] if beside else crimes[0]
    matched = signal.matched
    if beside:
        start, end = min(signal.start, crime.start), max(signal.end, crime.end)
        matched = signal.text[start:end]
    # A misspelling on either side is said, since the count rests on both.
    rule = crime.rule.removesuffix(FUZZY_MARK) + (FUZZY_MARK if FUZZY_MARK in signal.rule + crime.rule else "")
    return Classification(OTHER_CRIME, rule, matched, signal.column)


def _as_result(found: Found) -> Classification:
    return Classification(found.category, found.rule, found.matched, found.column)
