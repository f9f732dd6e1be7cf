"""How much of what is private the scrubber hides, and how much of what a finding rests on stays: on labelled texts.

    python tests/labelled.py            prints the table of METHODOLOGY.md, D23
    python tests/labelled.py --missed   and every piece that was missed

Each `scrub_labelled*.csv` was written by hand by someone who had not seen the scrubber's rules; every person, plate and
number in them is invented. A text holds {{kind:piece}} for what is private and <<words>> for what must stay. A private
piece counts as hidden only if no word of it stays, not even "Unit" of an address; words must stay one and all.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from investigate.scrub import scrub, shown_places

SETS = ("scrub_labelled.csv",)
STAYS = "must stay"
_MARK = re.compile(r"\{\{(?P<kind>[a-z_]+):(?P<private>.*?)\}\}|<<(?P<stays>.*?)>>")


@dataclass(frozen=True)
class Piece:
    line: str
    kind: str  # a kind of identifier, or STAYS
    text: str
    good: bool  # hidden, or kept, as it should be
    shown: str  # the whole text, scrubbed


def read_set(name: str) -> list[tuple[str, str]]:
    """The lines of a labelled set: id and text with its marks."""
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        return [(line["id"], line["text"]) for line in csv.DictReader(file)]


def judge(lines: Iterable[tuple[str, str]]) -> list[Piece]:
    """Every labelled piece of these lines, and whether the scrubber did with it what it should."""
    return [piece for line, marked in lines for piece in _judge_text(line, marked)]


def bare(marked: str) -> str:
    """The text without its marks."""
    return _MARK.sub(lambda found: found["private"] or found["stays"], marked)


def _judge_text(line: str, marked: str) -> list[Piece]:
    text = bare(marked)
    plain, origin, words = shown_places(text)
    places = [(origin[start], origin[end - 1] + 1, keep) for start, end, keep in words if plain[start:end]]
    pieces, shift = [], 0
    for found in _MARK.finditer(marked):
        said = found["private"] or found["stays"]
        first = found.start() - shift
        shift += len(found.group()) - len(said)
        kept = [keep for start, end, keep in places if start < first + len(said) and end > first]
        good = not any(kept) if found["kind"] else all(kept)
        pieces.append(Piece(line, found["kind"] or STAYS, said, good, scrub(text)))
    return pieces


def recall(pieces: Iterable[Piece], kinds: Iterable[str]) -> float:
    """The share of the pieces of these kinds that were handled as they should be, 0 to 1."""
    wanted = set(kinds)
    judged = [piece.good for piece in pieces if piece.kind in wanted]
    return sum(judged) / len(judged)


def _print(name: str, missed: bool) -> None:
    lines = read_set(name)
    pieces = judge(lines)
    print(f"{name}: {len(lines)} texts")
    structured = sorted({piece.kind for piece in pieces} - {STAYS, "name"})
    for kind in ["name", *structured, STAYS]:
        judged = [piece.good for piece in pieces if piece.kind == kind]
        print(f"  {kind:<12} {sum(judged):>4} of {len(judged):>4}  {recall(pieces, [kind]):.3f}")
    print(f"  all structured kinds: {recall(pieces, structured):.3f}")
    for piece in pieces if missed else []:
        if not piece.good:
            print(f"    {piece.line} {piece.kind}: {piece.text!r} in {piece.shown!r}")


if __name__ == "__main__":
    for set_name in SETS:
        if (Path(__file__).parent / set_name).is_file():
            _print(set_name, "--missed" in sys.argv[1:])
