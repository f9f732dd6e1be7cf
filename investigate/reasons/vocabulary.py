"""Show a match without what was typed between its words: only words of the rules' own vocabulary stay.

A match runs from its first word to its last, and a name or a plate may stand between them. The vocabulary is read
from the patterns themselves, so that a new rule needs no second list.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from investigate.reasons.folding import fold
from investigate.reasons.pattern_words import ANY, DIGIT, words_of_pattern
from investigate.reasons.rulebook import rulebook
from investigate.reasons.spelling import Speller

_GONE = "…"
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"\d+|[^\W\d_]+")
_LONGEST_JOINED = 6  # "8 U.S.C. 1326" is five words and one of the vocabulary
_ENDINGS = (
    "",
    *re.findall("[a-z]+", "s es ed er ers e ing ings ion ions ation ations or ors ive y ies ery ist ists al"),
)
_SPANISH_ENDINGS = ("cion", "ciones", "nte", "ntes")


def known_words_only(matched: str) -> str:
    """`matched` with every word outside the vocabulary as `…`, several in a row as one; picked values stay whole.

    Capitals and the signs between kept words stay. A number stays only when the rules hold it and no unknown word
    stands beside it, since it may be part of a plate or of a case number.
    """
    kept = kept_places(matched)
    shown, last, hidden = "", 0, False
    for start, end, keep in kept:
        if keep or not hidden:
            shown += matched[last:start] + (matched[start:end] if keep else _GONE)
        hidden, last = not keep, end
    return shown + matched[last:]


def kept_places(text: str) -> list[tuple[int, int, bool]]:
    """Where each word stands, and whether it stays."""
    places = [found.span() for found in _WORD.finditer(text)]
    picked = [found.span() for found in _picked_values().finditer(text)]
    words = [fold(text[start:end]).replace(" ", "") for start, end in places]
    kept: list[tuple[int, int, bool]] = []
    number = 0
    while number < len(words):
        start, end = places[number]
        count = _joined(words[number : number + _LONGEST_JOINED])
        if count:
            kept.append((start, places[number + count - 1][1], True))
        elif any(first <= start and end <= last for first, last in picked):
            kept.append((start, end, True))
        else:
            pieces = [(start + at.start(), start + at.end()) for at in _PIECE.finditer(text[start:end])]
            kept += [(a, b, len(pieces) > 1 and text[a:b].lower() in _vocabulary()[1]) for a, b in pieces]
        number += max(count, 1)
    beside = {place for pair in pairwise(kept) for place, other in (pair, pair[::-1]) if not other[2]}
    return [(a, b, keep and not (text[a:b].isdigit() and (a, b, keep) in beside)) for a, b, keep in kept]


def _joined(words: list[str]) -> int:
    """How many of the first words make one word of the vocabulary, as in "I.C.E." or "287(g)"; 0 when none do."""
    known, _ = _vocabulary()
    counts = [count for count in range(len(words), 0, -1) if "".join(words[:count]) in known]
    return counts[0] if counts else int(_speller().correct(words[0])[0] in known)


@cache
def _vocabulary() -> tuple[frozenset[str], frozenset[str]]:
    """The literal words of all rules, and those to which the rules let digits be glued (HSI25)."""
    book = rulebook()
    found = {word for rule in book.rules for word in words_of_pattern(rule.pattern.pattern)}
    words = {word for value in book.dropdown for word in fold(value).split()} | {one.word for one in book.fuzzy}
    words |= {word for word in found if word.isalnum()}
    # "burglar[a-z]*" holds the usual endings, not every name that begins so.
    words |= {
        word[:-1] + end
        for word in found
        if word.endswith(ANY) and word[:-1].isalnum()
        for end in _ENDINGS + _SPANISH_ENDINGS
    }
    glued = {word.replace(DIGIT, "").replace(ANY, "") for word in found if DIGIT in word and word[0] != ANY}
    long = {word for word in words if len(word) > 2} | book.short
    return frozenset(long - book.left_out), frozenset(word for word in glued if len(word) > 2 and word.isalpha())


@cache
def _picked_values() -> re.Pattern[str]:
    values = sorted((value for value, _ in rulebook().dropdown.values()), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, values)) + r")(?!\w)", re.IGNORECASE)


@cache
def _speller() -> Speller:
    return Speller(rulebook().fuzzy)
