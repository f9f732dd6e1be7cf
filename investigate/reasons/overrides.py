"""Corrections by hand: `data/manual/reason_overrides.csv` of a workspace wins over the rules.

One row a correction: `text` (a reason exactly as released; capitals and blanks do not matter) or `pattern` (as in
rules.toml: whole words of the folded reason), then category, who, when (YYYY-MM-DD), why. A mistake in the file stops
everything: a correction that is silently not applied is worse than none.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from investigate.errors import InvestigateError, nearest
from investigate.reasons.evidence import Classification
from investigate.reasons.folding import closed_end, fold, fold_raw, place_in_text
from investigate.reasons.rulebook import RULE_CATEGORIES, BadRules, Rule, rule_of
from investigate.workspace import Workspace, open_workspace

NAME = "reason_overrides.csv"
COLUMNS = ("text", "pattern", "category", "who", "when", "why")
# What stands in a pattern without being looked for: classes, groups, counts, the edge of a word.
_GROUPS = re.compile(r"\[[^\]]*\]|\(\?:|\{[0-9]+(?:,[0-9]*)?\}|\\b")
# A repeat inside a repeat can take longer than anyone waits: "(?:[a-z]+ ?)+".
_NESTED = re.compile(r"\([^()]*[*+][^()]*\)(?:[*+]|\{[0-9]+,\})")
_NEVER_READ = re.compile(r"[^a-z0-9 ?*+|).^$]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
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
    path = open_workspace(workspace).manual / NAME
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return NO_OVERRIDES
    except OSError as error:
        raise BadOverrides(
            f"{path} cannot be read: {error.strerror}. Close other programs or mend its rights."
        ) from error
    return parse_overrides(content)


def parse_overrides(content: bytes) -> Overrides:
    """The corrections in these bytes of a CSV file.

    Raises BadOverrides: a column is missing or not known, a row names neither or both of text and pattern, an unknown
    category, no date, an empty who or why, a pattern that rules.toml would refuse or that matches everything, one text
    twice.
    """
    rows = tuple(_row(line, record) for line, record in _records(content) if any(record.values()))
    return Overrides(
        rows,
        content,
        _texts(rows),
        tuple((row, _compiled(row)) for row in rows if row.pattern),
    )


def _records(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """Each record with its number, counted as a spreadsheet does; cells without the blanks around them."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # as Excel saves CSV where it is not told otherwise
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise BadOverrides(f"{NAME} is no CSV file: {error}. Save it from a spreadsheet as CSV (UTF-8).") from error
    header = [cell.strip().lower() for cell in lines[0]] if lines else []
    if sorted(header) != sorted(COLUMNS):
        raise BadOverrides(
            f"The first line of {NAME} is {', '.join(header) or 'empty'!r}; "
            f"it must name the columns {', '.join(COLUMNS)}."
        )
    records = []
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            raise BadOverrides(
                f"Line {number} of {NAME} has {len(cells)} cells, the header {len(header)}. Quote commas."
            )
        filled = cells + [""] * (len(header) - len(cells))
        records.append((number, {name: cell.strip() for name, cell in zip(header, filled, strict=False)}))
    return records


def _row(line: int, record: dict[str, str]) -> Override:
    row = Override(line, **record)
    at = f"Line {line} of {NAME}"
    if bool(row.text) == bool(row.pattern):
        which = "both a text and a pattern" if row.text else "neither a text nor a pattern"
        raise BadOverrides(f"{at} has {which}. Give exactly one of the two.")
    if row.category not in RULE_CATEGORIES:
        near = nearest(row.category, RULE_CATEGORIES)
        raise BadOverrides(f"{at}: {row.category!r} is no category. Allowed: {', '.join(near or RULE_CATEGORIES)}.")
    if empty := [name for name in ("who", "why") if not getattr(row, name)]:
        raise BadOverrides(f"{at}: {' and '.join(empty)} is empty. An editor must be able to ask.")
    if not _is_day(row.when):
        raise BadOverrides(f"{at}: {row.when!r} is no date. Write the day as YYYY-MM-DD.")
    return row


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return bool(_DAY.fullmatch(text))


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
