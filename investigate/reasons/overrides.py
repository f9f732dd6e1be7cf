"""Corrections by hand: `data/manual/reason_overrides.csv` of a workspace wins over the rules.

One row a correction: `text` (a reason exactly as released; capitals and blanks do not matter) or `pattern` (as in
rules.toml: whole words of the folded reason), then category, who, when (YYYY-MM-DD), why. A mistake in the file stops
everything: a correction that is silently not applied is worse than none.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from investigate.errors import InvestigateError, nearest
from investigate.manual_csv import check_decision, manual_records, read_manual
from investigate.reasons.evidence import Classification
from investigate.reasons.folding import closed_end, fold, fold_raw, place_in_text
from investigate.reasons.rulebook import RULE_CATEGORIES, BadRules, Rule, rule_of
from investigate.workspace import Workspace

NAME = "reason_overrides.csv"
COLUMNS = ("text", "pattern", "category", "who", "when", "why")
# What stands in a pattern without being looked for: classes, groups, counts, the edge of a word.
_GROUPS = re.compile(r"\[[^\]]*\]|\(\?:|\{[0-9]+(?:,[0-9]*)?\}|\\b")
# A repeat inside a repeat can take longer than anyone waits: "(?:[a-z]+ ?)+".
_NESTED = re.compile(r"\([^()]*[*+][^()]*\)(?:[*+]|\{[0-9]+,\})")
_NEVER_READ = re.compile(r"[^a-z0-9 ?*+|).^$]")
RULE = "override:"  # before the line of the file: the rule named for a corrected reason


class BadOverrides(InvestigateError):
    """A reason_overrides.csv that cannot be followed."""


@dataclass(frozen=True, slots=True)
class Override:
    """One correction: the line it stands on (the header is line 1), what it takes, and who says so."""

    line: int
    text: str
    pattern: str
    category: str
    who: str
    when: str
    why: str

    @property
    def rule(self) -> str:
        return f"{RULE}{self.line}"


@dataclass(frozen=True)
class Overrides:
    """The corrections of one workspace, in the order of the file, whose bytes are `content`."""

    rows: tuple[Override, ...] = ()
    content: bytes = b""
    _by_text: dict[str, Override] = field(default_factory=dict, repr=False)
    _patterns: tuple[tuple[Override, Rule], ...] = field(default=(), repr=False)

    @property
    def stamp(self) -> str:
        """Changes with the file's content."""
        return hashlib.sha256(self.content).hexdigest()

    def find(self, reason: str) -> Classification | None:
        """What was decided of this reason, or None. A text wins over a pattern, the first pattern over the next."""
        if not self.rows:
            return None
        if exact := self._by_text.get(_key(reason)):
            return Classification(exact.category, exact.rule, reason.strip(), "reason")
        folded = fold(reason) if self._patterns else ""
        for override, rule in self._patterns:
            if found := rule.find(folded):
                start, end = place_in_text(reason, folded, found.start(), found.end())
                matched = reason[start : closed_end(reason, start, end)]
                return Classification(override.category, override.rule, matched, "reason")
        return None


NO_OVERRIDES = Overrides()


def read_overrides(workspace: str | Path | Workspace | None = None) -> Overrides:
    """The corrections by hand of a workspace; none when it has no such file.

    Raises BadOverrides as `parse_overrides` does, and when the file cannot be read.
    """
    content = read_manual(workspace, NAME, BadOverrides)
    return NO_OVERRIDES if content is None else parse_overrides(content)


def parse_overrides(content: bytes) -> Overrides:
    """The corrections in these bytes of a CSV file.

    Raises BadOverrides: a column is missing or not known, a row names neither or both of text and pattern, an unknown
    category, no date, an empty who or why, a pattern that rules.toml would refuse or that matches everything, one text
    twice.
    """
    rows = tuple(_row(line, record) for line, record in manual_records(content, NAME, COLUMNS, BadOverrides))
    return Overrides(
        rows,
        content,
        _texts(rows),
        tuple((row, _compiled(row)) for row in rows if row.pattern),
    )


def _row(line: int, record: dict[str, str]) -> Override:
    row = Override(line, **record)
    at = f"Line {line} of {NAME}"
    if bool(row.text) == bool(row.pattern):
        which = "both a text and a pattern" if row.text else "neither a text nor a pattern"
        raise BadOverrides(f"{at} has {which}. Give exactly one of the two.")
    if row.category not in RULE_CATEGORIES:
        near = nearest(row.category, RULE_CATEGORIES)
        raise BadOverrides(f"{at}: {row.category!r} is no category. Allowed: {', '.join(near or RULE_CATEGORIES)}.")
    check_decision(record, at, BadOverrides)
    return row


def _key(text: str) -> str:
    """What makes two texts the same: capitals, blanks and how an accent is composed do not count."""
    return fold_raw(unicodedata.normalize("NFC", text))


def _texts(rows: tuple[Override, ...]) -> dict[str, Override]:
    by_text: dict[str, Override] = {}
    for row in rows:
        if not row.text:
            continue
        first = by_text.setdefault(_key(row.text), row)
        if first is not row:
            raise BadOverrides(f"Lines {first.line} and {row.line} of {NAME} name the same text. Keep one.")
    return by_text


def _compiled(row: Override) -> Rule:
    if strange := _NEVER_READ.search(_GROUPS.sub("", row.pattern)):
        raise BadOverrides(
            f"Line {row.line} of {NAME}: {strange.group()!r} in the pattern {row.pattern!r} is in no folded reason. "
            "Write lower-case letters without accents, a blank for every sign (287 g, i c e), and (?:…) for a group."
        )
    if nested := _NESTED.search(row.pattern):
        raise BadOverrides(f"Line {row.line} of {NAME}: {nested.group()!r} repeats a repeat. Bound it, as in {{0,3}}.")
    try:
        rule = rule_of(row.rule, row.category, row.pattern, row.why, row.who, Path(NAME))
    except BadRules as error:
        raise BadOverrides(f"Line {row.line}: {error}") from error
    # Words that stand in no reason: only an open pattern takes one.
    if any(rule.find(text) for text in ("", "qzx", "zqxj wv qk", "70707")):
        raise BadOverrides(
            f"Line {row.line} of {NAME}: the pattern {row.pattern!r} matches every reason. "
            "Name the words that are meant."
        )
    return rule
