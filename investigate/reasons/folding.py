"""Fold a typed reason to plain words, and find the way back from a folded word to the text as typed.

Folding: letters become lower-case ASCII (accents dropped, full-width letters and text that was decoded with the
wrong code page repaired), digits stay, every other character becomes a blank, blanks collapse. The patterns of
rules.toml read folded text, so they need no options, no Unicode classes and run alike in Python, DuckDB and Spark.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache

_TABLE = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_ASCII_TABLE = "".join(_TABLE[code] for code in range(128))
_DOTTED = re.compile(r"(?:.*[\W_])?[a-z](?:[.] ?[a-z])+", re.ASCII | re.IGNORECASE | re.DOTALL)
_WRONG_PAGE = re.compile("â€[^A-Za-z0-9\\s]?|Ã[\x80-\xbf]|Â[\x80-\xbf]")


def fold(text: str) -> str:
    """`text` as lower-case ASCII words parted by one blank; empty when it holds no letter and no digit."""
    if text.isascii():
        return " ".join(text.translate(_TABLE).split())
    return " ".join("".join(_fold_characters(text)).split())


def fold_raw(text: str) -> str:
    """`text` lower-cased with blanks collapsed and every other character kept: for rules that read marks."""
    return " ".join(text.lower().split())


@lru_cache(maxsize=16)  # one text is asked for once a match
def word_spans(text: str) -> list[tuple[int, int]]:
    """For each word of `fold(text)`, where it stands in `text`: (start, end), in characters."""
    spans: list[tuple[int, int]] = []
    start: int | None = None
    end = 0
    for place, folded in enumerate(_fold_characters(text)):
        if not folded and start is not None:
            end = place + 1  # combining marks and zero-width characters belong to the word before them
        # A compatibility character may fold to several words (the fraction "1/2"); they share its place.
        for piece in folded:
            if piece == " ":
                if start is not None:
                    spans.append((start, end))
                start = None
            else:
                start = place if start is None else start
                end = place + 1
    if start is not None:
        spans.append((start, end))
    return spans


def place_in_text(text: str, folded: str, start: int, end: int) -> tuple[int, int]:
    """Where the words that `folded[start:end]` touches stand in `text`: (start, end), in characters.

    `folded` has the same number of words as `fold(text)`; words may be spelled differently (corrected).
    """
    spans = word_spans(text)
    starts = [0]
    for word in folded.split(" "):
        starts.append(starts[-1] + len(word) + 1)
    # A pattern may begin or end on the blank beside a word; the blank is not what matched.
    while start < end and folded[start] == " ":
        start += 1
    while end > start and folded[end - 1] == " ":
        end -= 1
    first = bisect_right(starts, start) - 1
    last = bisect_right(starts, max(end - 1, start)) - 1
    return spans[first][0], spans[last][1]


def closed_end(text: str, start: int, end: int) -> int:
    """The end of the match with the sign that closes its last word: the bracket of "287(g)", the dot of "I.C.E."."""
    opened = text.count("(", start, end) > text.count(")", start, end)
    if opened and text.startswith(")", end):
        return end + 1
    if text.startswith(".", end) and _DOTTED.fullmatch(text, start, end):
        return end + 1
    return end


def _fold_characters(text: str) -> list[str]:
    """One entry per character of `text`: the ASCII it folds to, " " where it parts words, "" where it does not."""
    folded = [_fold_character(character) for character in text]
    for wrong in _WRONG_PAGE.finditer(text) if not text.isascii() else ():
        folded[wrong.start() : wrong.end()] = _repair(wrong.group())
    return folded


def _fold_character(character: str) -> str:
    code = ord(character)
    if code < 128:
        return _ASCII_TABLE[code]
    if unicodedata.category(character) in {"Mn", "Cf"}:
        return ""
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    return plain.translate(_TABLE) if plain.isascii() else " "


def _repair(wrong: str) -> list[str]:
    """Fold UTF-8 that was read as Windows text: `Ã³` is ó, `â€™` an apostrophe, `Â§` a section sign."""
    if wrong[0] == "Ã":
        letter = _fold_character(bytes([0xC3, ord(wrong[1])]).decode("utf-8"))
        return [letter, ""]
    kept = wrong[-1] if wrong[0] == "Â" else " "
    return [*([" "] * (len(wrong) - 1)), _fold_character(kept)]
