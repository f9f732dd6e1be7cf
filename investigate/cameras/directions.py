"""Where a camera looks: bearings from the text of a `direction` tag, or why none can be told.

What mappers write: one number, lists, ranges clockwise as OpenStreetMap defines them (`328-13` goes through north),
compass words, the direction of the traffic (`NB`, `forward`), and numbers run together (`45180225`). A bearing is given
only where the text can mean nothing else; a list with one part that cannot be read gives none at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

MARKS = ("number", "list", "range", "words", "nonsense", "along a way")
LONGEST = 200  # characters; the longest list of the national file has 14 bearings
WIDEST = 180.0  # a wider range is all round, or its ends are reversed: its middle tells nothing

POINTS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")
_BEARINGS = {point: at * 22.5 for at, point in enumerate(POINTS)}
_NOT_SAID = {"", "null", "none", "unknown", "unkn", "nan", "n/a", "na", "not known", "not recorded", "?", "-"}

_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{0,6})?")
_RANGE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?(?:-|:|to) ?([0-9]{1,3}(?:\.[0-9]{1,6})?)")
_CLOCK = re.compile(r"[0-9]{1,2}:(?:[0-5]?[0-9])")
_DEGREES = re.compile(r"(?<=[0-9.]) ?(?:°|º|degrees?\b|deg\b\.?)")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]")
_FULL_WORD = re.compile(r"north|south|east|west")
_FULL_WORDS = re.compile(r"(?<![a-z])(?:north|south|east|west)(?:[ -]?(?:north|south|east|west)){0,2}(?![a-z])")
_FACING = re.compile(r"(?:facing|looking|towards?) ")
_WAY = re.compile(
    r"(?:forwards?|backwards?|both(?: (?:ways|directions|sides))?"
    r"|[nsew] ?/? ?b|[ns][ew]b|(?:north|south|east|west)(?:east|west)?[ -]?bound)(?: (?:traffic|lanes?))?"
)
_CUT = re.compile(r"[;|&\n]")


@dataclass(frozen=True, slots=True)
class Directions:
    """`bearings`: degrees clockwise from north, from 0 below 360, in the order of the text, one for each camera.

    `widths`: beside each bearing the width of the range (degrees) of which it is the middle, or None. `mark`: one of
    MARKS, or None where the text says no direction at all. `nonsense` and `along a way` (the text says where the
    traffic goes, not where the lens looks) have no bearings, nor has a `range` wider than WIDEST.
    """

    bearings: tuple[float, ...] = ()
    mark: str | None = None
    widths: tuple[float | None, ...] = ()


_Part = tuple[str, tuple[float, ...], tuple[float | None, ...]]  # mark, bearings, widths
_NONSENSE: _Part = ("nonsense", (), ())
_ALONG: _Part = ("along a way", (), ())


def read_directions(text: str | None) -> Directions:
    """The bearings that a text states; never an error, never a number that the text does not state."""
    if text is None:
        return Directions()
    return _read(text) if len(text) <= LONGEST else Directions(mark="nonsense")


def choose_direction(texts: Sequence[str]) -> str:
    """Of what several fields of one record say of its direction the text that tells most; blank where none says any.

    The first that gives bearings counts, before the direction of traffic and nonsense. A later one wins if it has more
    bearings, unless the first is a range; and so does a number over the compass word in whose sector it lies.
    """
    said = [text for text in texts if read_directions(text).mark]
    if not said:
        return ""
    best = next((text for text in said if read_directions(text).bearings), said[0])
    chosen = read_directions(best)
    for text in said:
        found = read_directions(text)
        has_more = len(found.bearings) > len(chosen.bearings) and chosen.mark != "range"
        if has_more or (chosen.mark == "words" and found.mark == "number" and _is_in_sector(found, best)):
            best, chosen = text, found
    return best


def _is_in_sector(number: Directions, word: str) -> bool:
    """Whether the number says more closely where the compass word points: at most 45° to either side of N, 22.5° of NE,
    11.25° of NNE, and not the very bearing of the word, which somebody made of it."""
    middle = read_directions(word).bearings[0]
    half = 45.0 if middle % 90 == 0 else 22.5 if middle % 45 == 0 else 11.25
    return 0 < abs((number.bearings[0] - middle + 180) % 360 - 180) <= half


@lru_cache(maxsize=50_000)
def _read(text: str) -> Directions:
    tidy = _tidy(text)
    if tidy in _NOT_SAID:
        return Directions()
    pieces = [piece.strip() for piece in _CUT.split(tidy)]
    if any(_DECIMAL_COMMA.fullmatch(piece) for piece in pieces):  # 187,5 may be a decimal number or a list
        return Directions(mark="nonsense")
    named = [part.strip() for piece in pieces for part in piece.split(",") if part.strip()]
    return _joined([part for piece in named for part in _parts_of(piece)])


def _tidy(text: str) -> str:
    """Small letters, single blanks, one kind of dash, no word or sign for degrees."""
    dashed = re.sub("[\u2010-\u2015\u2212]", "-", text.casefold())
    return _DEGREES.sub("", re.sub(r"[^\S\n]+", " ", dashed)).strip()


def _joined(parts: list[_Part]) -> Directions:
    """One answer for all parts: one that cannot be read, or that tells of traffic, makes the rest no surer."""
    marks = {mark for mark, _, _ in parts}
    for spoiling in ("nonsense", "along a way"):
        if spoiling in marks:
            return Directions(mark=spoiling)
    if not parts:
        return Directions(mark="nonsense")
    bearings = tuple(bearing for _, found, _ in parts for bearing in found)
    widths = tuple(width for _, _, found in parts for width in found)
    return Directions(bearings, "list" if len(parts) > 1 else parts[0][0], widths)


def _parts_of(piece: str) -> list[_Part]:
    """A piece without list signs: one direction, or several with blanks or slashes between."""
    if _WAY.fullmatch(piece):
        return [_ALONG]
    single = _part(piece)
    if single != _NONSENSE:
        return [single]
    atoms = [atom for atom in re.split(r" ?/ ?| ", _with_points(piece)) if atom]
    return _list_of(atoms) if len(atoms) > 1 else [_NONSENSE]


def _list_of(atoms: list[str]) -> list[_Part]:
    parts = [_ALONG if _WAY.fullmatch(atom) else _part(atom) for atom in atoms]
    marks = {mark for mark, _, _ in parts}
    if "words" in marks and len(marks) > 1:  # `90 E` names one direction twice, `N 45 E` is a surveyor's
        return [_NONSENSE]
    if marks == {"words"} and "".join(atoms).upper() in _BEARINGS:  # `N W` may be northwest, or north and west
        return [_NONSENSE]
    return parts


def _part(text: str) -> _Part:
    """One direction."""
    if _NUMBER.fullmatch(text):
        value = float(text)
        return ("number", (_turned(value),), (None,)) if abs(value) <= 360 else _NONSENSE
    if ends := _RANGE.fullmatch(text):
        return _NONSENSE if _CLOCK.fullmatch(text) else _range(float(ends[1]), float(ends[2]))
    point = _with_points(_FACING.sub("", text, count=1) if _FACING.match(text) else text).upper()
    return ("words", (_BEARINGS[point],), (None,)) if point in _BEARINGS else _NONSENSE


def _range(start: float, end: float) -> _Part:
    """The middle of a range read clockwise, as OpenStreetMap defines it."""
    if max(start, end) > 360:
        return _NONSENSE
    width = (end - start) % 360
    if abs(end - start) == 360 or width > WIDEST:
        return ("range", (), ())
    return ("range", (_turned(start + width / 2),), (width or None,))


def _turned(degrees: float) -> float:
    return round(degrees % 360, 6) % 360 + 0.0


def _with_points(text: str) -> str:
    """Full compass words as letters: `north-east` → `ne`, `north south` → `n s`."""
    return _FULL_WORDS.sub(lambda words: _letters(words[0]), text)


def _letters(words: str) -> str:
    point = "".join(word[0] for word in _FULL_WORD.findall(words))
    return point if point.upper() in _BEARINGS else _FULL_WORD.sub(lambda word: word[0][0], words)
