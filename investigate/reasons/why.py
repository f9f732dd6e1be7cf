"""Why a reason has its category: every rule that matched, in order, with its place in the text, and which one won."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from investigate.reasons.classify import RULES_VERSION, as_text, classify_reason, scopes_of
from investigate.reasons.evidence import FUZZY_MARK, OTHER_CRIME, Classification, Evidence, Found
from investigate.reasons.folding import fold
from investigate.reasons.overrides import RULE as OVERRIDE
from investigate.reasons.overrides import Overrides, read_overrides
from investigate.reasons.reader import DROPDOWN_RULE, reader
from investigate.reasons.rulebook import rulebook
from investigate.workspace import Workspace

WON, NEEDED, COUNTS_TOO = "won", "won together with it", "counts too"
_NO_RULE = {
    "other": "A purpose is stated, and no rule takes it.",
    "blank": "Nothing was typed or picked.",
    "not_exported": "The release has no column of reasons.",
    "overwritten": "The same text fills the whole column of its release, so that it says nothing of a search.",
    DROPDOWN_RULE: "A value picked from the drop-down list.",
}


@dataclass(frozen=True, slots=True)
class Match:
    """One place where a rule matched: `text[start:end]` of the column, in characters, and what became of it.

    `read_as` is the word that a misspelling was read as, else empty. `outcome` says in words whether it won.
    """

    order: int
    rule: str
    category: str
    column: str
    start: int
    end: int
    matched: str
    read_as: str
    outcome: str


@dataclass(frozen=True, slots=True)
class ReasonExplained:
    """A reason, its classification, and all that led to it. `text` is the reason, "" where there is none."""

    text: str
    category: str
    rule: str
    matched: str
    column: str
    scopes: tuple[str, ...]
    why: str
    source: str
    rules_version: str
    matches: tuple[Match, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain content for JSON."""
        return asdict(self) | {"scopes": list(self.scopes), "matches": [asdict(match) for match in self.matches]}

    def to_frame(self) -> pd.DataFrame:
        """One row a match: order, rule, category, column, start, end, matched, read_as, outcome."""
        return pd.DataFrame([asdict(match) for match in self.matches], columns=list(Match.__dataclass_fields__))

    def to_text(self) -> str:
        """As lines for a terminal."""
        scopes = ", ".join(self.scopes) or "in no scope"
        lines = [
            f"{self.text!r}: {self.category} ({scopes})",
            f"  rule {self.rule} (rules {self.rules_version}): {self.why}",
            *([f"  source: {self.source}"] if self.source else []),
        ]
        for match in self.matches:
            read = f", read as {match.read_as!r}" if match.read_as else ""
            place = f"{match.column} {match.start}-{match.end}"
            lines.append(
                f"  {match.order}. {match.rule} ({match.category}) {match.matched!r} at {place}{read}: {match.outcome}"
            )
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        lines = self.to_text().split("\n")
        return f"<p><strong>{escape(lines[0])}</strong></p><pre>{escape(chr(10).join(lines[1:]))}</pre>"


def explain_reason(
    text: str | None,
    case_number: str | None = None,
    offense_type: str | None = None,
    *,
    exported: bool = True,
    overwritten: bool = False,
    workspace: str | Path | Workspace | None = None,
) -> ReasonExplained:
    """Every rule that matched a reason, in the order in which they are tried, and the one that won.

    Takes what `classify_reason` takes; the corrections by hand of the workspace apply. Rules whose words another rule
    had read before are listed too: they are what a reader would point to. Where one rule matches very often, the first
    of its matches are listed.
    """
    text, case_number, offense_type = as_text(text), as_text(case_number), as_text(offense_type)
    overrides = read_overrides(workspace)
    result = classify_reason(
        text, case_number, offense_type, exported=exported, overwritten=overwritten, overrides=overrides
    )
    evidence = Evidence(every=[])
    reader().read(text if exported else None, case_number, offense_type, evidence)
    crimes = reader().crimes_in(evidence)
    found = _by_hand(text, result) + (evidence.every or [])
    outcomes = [_outcome(one, result, evidence, crimes) for one in found]
    listed = [*zip(found, outcomes, strict=True), *_hidden(evidence)]
    why, source = _why(result.rule, overrides)
    return ReasonExplained(
        text or "",
        result.category,
        result.rule,
        result.matched,
        result.column,
        tuple(scopes_of(result.category)),
        why,
        source,
        RULES_VERSION,
        tuple(_match(order, one, outcome) for order, (one, outcome) in enumerate(listed, start=1)),
    )


def _by_hand(text: str | None, result: Classification) -> list[Found]:
    if text is None or not result.rule.startswith(OVERRIDE):
        return []
    start = text.index(result.matched)
    return [Found(result.rule, result.category, "reason", text, start, start + len(result.matched))]


def _outcome(found: Found, result: Classification, evidence: Evidence, crimes: list[Found]) -> str:
    """What became of one match, in words."""
    if result.rule.startswith(OVERRIDE):
        return WON if found.rule == result.rule else "a correction by hand wins"
    if found.category == OTHER_CRIME:
        return _outcome_of_crime(found, result, evidence, crimes)
    signal = evidence.signal
    if signal and _is_same(found, signal):
        return NEEDED if crimes else WON
    if (found.rule, found.column, found.matched) == (result.rule, result.column, result.matched):
        return WON
    return _outcome_of_rest(found, signal.category if signal else result.category)


def _outcome_of_rest(found: Found, weighs_more: str) -> str:
    if (found.category, found.column) == ("false_friend", "case_number"):
        return "a false friend in a case number counts for nothing"
    if found.category == "other":
        return "a purpose, and no crime" if found.rule == DROPDOWN_RULE else "keeps its words from the rules below"
    return COUNTS_TOO if found.category == weighs_more else f"{weighs_more} weighs more"


def _outcome_of_crime(found: Found, result: Classification, evidence: Evidence, crimes: list[Found]) -> str:
    if evidence.signal is None:
        return "a crime counts only beside a word of immigration or homeland"
    beside = [crime for crime in crimes if crime.column == result.column]
    return WON if _is_same(found, (beside or crimes)[0]) else COUNTS_TOO


def _is_same(one: Found, other: Found) -> bool:
    return (one.rule, one.column, one.start, one.end) == (other.rule, other.column, other.start, other.end)


def _hidden(evidence: Evidence) -> list[tuple[Found, str]]:
    """Matches of word rules in words that a rule above had read, with what is to be said of them."""
    read = [found for found in evidence.every or [] if found.rule != DROPDOWN_RULE]
    listed = []
    for _, place in evidence.unread:
        for rule in reader().word_rules:
            for one in place.found_all(rule, place.folded):
                over = [found for found in read if found.column == one.column and _overlap(found, one)]
                # A rule that matched what the rules above had left to it stands in the list already.
                if over and rule.id not in {found.rule.rstrip(FUZZY_MARK) for found in over}:
                    listed.append((one, f"its words were read by {over[0].rule} before"))
    return listed


def _overlap(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end


def _match(order: int, found: Found, outcome: str) -> Match:
    read_as = ""
    if found.rule.endswith(FUZZY_MARK):
        read_as = " ".join(_read_as(found))
    return Match(
        order, found.rule, found.category, found.column, found.start, found.end, found.matched, read_as, outcome
    )


def _read_as(found: Found) -> Iterator[str]:
    """The listed words that misspelt words of the match were read as."""
    typed = fold(found.matched)
    spelled, changed = reader().speller.correct(typed)
    words = spelled.split(" ")
    return (words[number] for number in sorted(changed))


def _why(rule: str, overrides: Overrides) -> tuple[str, str]:
    """The reason and the source of a rule, by its id as a classification names it."""
    name = rule.rstrip(FUZZY_MARK)
    for row in overrides.rows:
        if row.rule == name:
            return f"Corrected by hand: {row.why}", f"{row.who}, {row.when}"
    for one in rulebook().rules:
        if one.id == name:
            return one.why, one.source
    return _NO_RULE[name], ""
