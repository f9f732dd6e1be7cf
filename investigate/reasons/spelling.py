"""Read misspelt long words as what was meant: `imigration`, `deportaion`, `homland`.

Only words listed in rules.toml, each of seven letters or more, with the words that lie as near and never count.
Short words (ice, ero, hsi) are never guessed: their neighbours are other words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_REMEMBERED = 200_000


@dataclass(frozen=True, slots=True)
class FuzzyWord:
    """A word that is also read when misspelt by at most `edits` edits, and words that never count as it."""

    word: str
    edits: int
    never: frozenset[str]


class Speller:
    """Puts the right spelling in place of a misspelt listed word; remembers words it has judged."""

    def __init__(self, fuzzy: Iterable[FuzzyWord]) -> None:
        self._fuzzy = tuple(fuzzy)
        self._exact = frozenset(entry.word for entry in self._fuzzy)
        self._never = frozenset(word for entry in self._fuzzy for word in entry.never) | self._exact
        lengths = [len(entry.word) for entry in self._fuzzy] or [0]
        self._shortest, self._longest = min(lengths) - 2, max(lengths) + 2
        self._judged: dict[str, str] = {}

    def correct(self, folded: str) -> tuple[str, frozenset[int]]:
        """`folded` with listed words spelled right, and the numbers (from 0) of the words that were changed."""
        words = folded.split(" ")
        changed = []
        for number, word in enumerate(words):
            if self._shortest <= len(word) <= self._longest and word.isalpha():
                meant = self._judged.get(word)
                if meant is None:
                    meant = self._judge(word)
                if meant != word:
                    words[number] = meant
                    changed.append(number)
        if not changed:
            return folded, frozenset()
        return " ".join(words), frozenset(changed)

    def _judge(self, word: str) -> str:
        meant = word
        if word not in self._never:
            near = [(edits, entry.word) for entry in self._fuzzy if (edits := _near(word, entry))]
            meant = min(near)[1] if near else word
        if len(self._judged) >= _REMEMBERED:
            self._judged.clear()
        self._judged[word] = meant
        return meant


def _near(word: str, entry: FuzzyWord) -> int:
    """The number of edits between them when it is allowed, else 0."""
    if abs(len(word) - len(entry.word)) > entry.edits or len(set(word) ^ set(entry.word)) > 2 * entry.edits:
        return 0
    # A plural is not a misspelling: the rules list those that count.
    if word in (entry.word + "s", entry.word[:-1] + "ies"):
        return 0
    edits = edit_distance(word, entry.word)
    allowed = entry.edits if word[0] == entry.word[0] else 1
    return edits if edits <= allowed else 0


def edit_distance(one: str, other: str) -> int:
    """Insertions, deletions, changes and swaps of two neighbours that turn `one` into `other`, no letter twice."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
