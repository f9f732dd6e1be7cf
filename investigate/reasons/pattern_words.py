"""List the words that a pattern of rules.toml can match, without listing the texts, which are far too many.

A pattern is read into four sets of words: those without a blank before or behind (`whole`), those before its first
blank (`heads`), behind its last one (`tails`), and between two (`inner`). Two such readings in a row give a third.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

ANY = "\0"  # stands in a word for letters that the pattern leaves open
DIGIT = "\1"  # the same for digits
_NONE: frozenset[str] = frozenset()
_TOKEN = re.compile(r"\(\?:|\[(?:\\.|[^\]\\])+\]|\\.|\{[0-9,]+\}|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Words:
    whole: frozenset[str] = _NONE
    heads: frozenset[str] = _NONE
    tails: frozenset[str] = _NONE
    inner: frozenset[str] = _NONE

    def __or__(self, other: _Words) -> _Words:
        return _Words(
            self.whole | other.whole, self.heads | other.heads, self.tails | other.tails, self.inner | other.inner
        )

    def then(self, other: _Words) -> _Words:
        return _Words(
            _glue(self.whole, other.whole),
            self.heads | _glue(self.whole, other.heads),
            other.tails | _glue(self.tails, other.whole),
            self.inner | other.inner | _glue(self.tails, other.heads),
        )


_EMPTY = _Words(whole=frozenset({""}))
_BLANK = _Words(heads=frozenset({""}), tails=frozenset({""}))


@cache
def words_of_pattern(pattern: str) -> frozenset[str]:
    """Every word the pattern can match; open letters and digits stand in it as ANY and DIGIT.

    Reads the syntax that rules may use: literals, classes, (?:…), |, ?, *, +, {m,n}, ^, $ and \\b.
    """
    tokens = _TOKEN.findall(pattern)[::-1]
    read = _alternatives(tokens)
    return (read.whole | read.heads | read.tails | read.inner) - {""}


def _glue(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    return frozenset(first + second for first in one for second in other)


def _alternatives(tokens: list[str]) -> _Words:
    """Up to the closing bracket or the end; takes what it reads off the end of `tokens`."""
    found, row = _Words(), _EMPTY
    while tokens and tokens[-1] != ")":
        token = tokens.pop()
        if token == "|":
            found, row = found | row, _EMPTY
            continue
        piece = _piece(token, tokens)
        while tokens and (tokens[-1] in {"?", "*", "+"} or (tokens[-1].startswith("{") and len(tokens[-1]) > 1)):
            count = tokens.pop()
            piece = piece | _EMPTY if count in {"?", "*"} or count.startswith("{0") else piece
        row = row.then(piece)
    return found | row


def _piece(token: str, tokens: list[str]) -> _Words:
    if token in {"(?:", "("}:
        group = _alternatives(tokens)
        tokens.pop()
        return group
    if token in {"^", "$", "\\b"}:
        return _EMPTY
    if token.startswith("[") and len(token) > 1:
        return _class(token[1:-1])
    if token == ".":
        return _Words(whole=frozenset({ANY}))
    return _character(token[-1])


def _class(inside: str) -> _Words:
    if "a-z" in inside:
        return _Words(whole=frozenset({ANY}))
    if "0-9" in inside:
        return _Words(whole=frozenset({DIGIT}))
    read = _Words()
    for character in inside.replace("\\", ""):
        read = read | _character(character)
    return read


def _character(character: str) -> _Words:
    return _Words(whole=frozenset({character})) if character.isalnum() else _BLANK
