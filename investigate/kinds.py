"""What a hidden piece is called: a name, where people bear it; a plate, a case number, where the word before says so.

Nothing is hidden or shown here. A piece of which nothing closer is known keeps its [word], [number] or [code].
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from investigate.beside import BEFORE_PLATES, CUES_OF_PLATES, Token, is_behind
from investigate.plain_words import plain_words

_PARTS = re.compile(r"\[[a-z-]+\]|([^\W\d_]{2,})")  # a placeholder that stood in the text is no name
_BETWEEN = frozenset({"no", "num", "number", "numbers", "is", "ref"})
_LONGEST_PART = 4  # letters or digits of each half of a plate that is written in two


@dataclass(frozen=True, slots=True)
class _Called:
    """What stands behind one of `cues`, with only `between` in between, is `kind` where it was one of `instead_of`."""

    kind: str
    cues: frozenset[str]
    between: frozenset[str] = _BETWEEN
    instead_of: frozenset[str] = frozenset({"[number]", "[code]"})


_CALLED = (
    _Called("[plate]", CUES_OF_PLATES, BEFORE_PLATES, frozenset({"[number]", "[code]", "[word]"})),
    _Called("[case-number]", frozenset({"cad", "case", "cases", "cs", "event", "incident", "report", "rpt"})),
    _Called("[vin]", frozenset({"vin", "vins"}), _BETWEEN | {"last"}),
    _Called("[ssn]", frozenset({"ssn", "ss"}), _BETWEEN | {"last"}),
    _Called("[date]", frozenset({"dob", "born"}), _BETWEEN),
)


def call_by_place(tokens: list[Token]) -> None:
    """Give hidden pieces the kind that their place or their letters tell."""
    for number, token in enumerate(tokens):
        if token.kind == "kept":
            continue
        kind = _behind(tokens, number) or _as_before(tokens, number)
        if not kind and token.kind == "[word]" and _is_name(token.raw):
            kind = "[name]"
        token.text = token.kind = kind or token.kind


def _behind(tokens: list[Token], number: int) -> str:
    for called in _CALLED:
        if tokens[number].kind in called.instead_of and is_behind(tokens, number, called.cues, called.between):
            return called.kind
    return ""


def _as_before(tokens: list[Token], number: int) -> str:
    """A plate in two halves: "plate QZX 4471"."""
    before, token = tokens[number - 1] if number else None, tokens[number]
    if before is None or before.kind != "[plate]" or token.kind not in {"[number]", "[code]"}:
        return ""
    halves = (before.raw, token.raw)
    return "[plate]" if token.before in {" ", "-"} and all(len(half) <= _LONGEST_PART for half in halves) else ""


def _is_name(raw: str) -> bool:
    known = plain_words()
    parts = [part.lower() for part in _PARTS.findall(raw) if part]
    return any(part in known.surnames or part in known.given for part in parts)
