"""Degrees and points as people write them: `29.95`, `29,95`, `90.06 W`, `29°57'06"N`, `(29.95, -90.06)`, `POINT (…)`.

A text that may mean two things is not read: a wrong point looks like a right one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

LONGEST = 400  # characters of a text that is looked at for a point
MOST_DEGREES = 180.0

_SIGNS = str.maketrans("−–º˚’′‘″”“", "--°°'''\"\"\"")
_LETTER = re.compile(
    r"(?i)^\s*([NSEW])(?:orth|outh|ast|est)?(?![A-Z])\.?|(?<![A-Z])([NSEW])(?:orth|outh|ast|est)?\.?\s*$"
)
_USUAL = re.compile(r"-?[0-9]{1,3}\.[0-9]{1,20}")
_PLAIN = re.compile(r"(?i)([+-]?(?:\d{1,15}(?:[.,]\d{0,20})?|[.,]\d{1,20})(?:e[+-]?\d{1,2})?)\s*(?:°|deg(?:rees)?\.?)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3}){2,4}(?:\.\d{0,20})?|[+-]?\d{1,3},\d{3}\.\d{1,20}")
_PARTS = re.compile(
    r"(?i)([+-]?)(\d{1,3})(?:\s*°\s*|\s*[:d]\s*|\s+)(\d{1,2}(?:[.,]\d{1,12})?)\s*(?:['m:]\s*|\s+|$)"
    r"(?:(\d{1,2}(?:[.,]\d{1,12})?)\s*(?:\"|''|s)?)?"
)
_NUMBER = r"[+-]?\d{1,15}(?:\.\d{0,20})?(?:[eE][+-]?\d{1,2})?"
_WKT = re.compile(
    rf"(?i)\s*(?:SRID\s*=\s*(\d{{1,7}})\s*;)?\s*(?:MULTI)?POINT\s*(?:ZM|Z|M)?\s*\(\s*\(?\s*({_NUMBER})\s+({_NUMBER})[\s,)\d.+-]*"
)
_TAIL = re.compile(r"\(([^()]{3,80})\)\s*$")
_JSON_POINT = re.compile(rf"[\"']coordinates[\"']\s*:\s*\[\s*({_NUMBER})\s*,\s*({_NUMBER})")
_JSON_LAT = re.compile(rf"(?i)[\"']lat(?:itude)?[\"']\s*:\s*[\"']?({_NUMBER})")
_JSON_LON = re.compile(rf"(?i)[\"'](?:lon|lng|long|longitude)[\"']\s*:\s*[\"']?({_NUMBER})")
_BORDERS = (
    r"\s*[;|/]\s*", r"\s*,\s+", r"\s*,\s*", r"(?i)(?<=[NSEW])\s*,?\s*(?=[\d+-])", r"(?i)\s*,?\s+(?=[NSEW]\s?\d)",
    r"\s+",
)  # fmt: skip
_DEGREES = frozenset({None, "4326", "4269"})  # numbers of reference systems whose units are degrees; None: not stated


def read_degrees(text: str) -> tuple[float, str] | None:
    """A number of degrees and the letter beside it (`N`, `S`, `E`, `W` or nothing); None for what is no number.

    South and west are negative. A number beyond 180, which is no degree, comes back as it stands.
    """
    if _USUAL.fullmatch(text):
        return float(text), ""
    text = text[:80].translate(_SIGNS).strip()
    letter = _LETTER.search(text)
    which = (letter[1] or letter[2]).upper() if letter else ""
    bare = (text[: letter.start()] + text[letter.end() :] if letter else text).strip()
    value = _value(bare)
    if value is None:
        return None
    return (-abs(value) if which and which in "SW" else value), which


def _value(text: str) -> float | None:
    if found := _PLAIN.fullmatch(text):
        value = float(found[1].replace(",", "."))
    elif _THOUSANDS.fullmatch(text):
        value = float(text.replace(",", ""))
    elif (found := _PARTS.fullmatch(text)) and "-" not in text[1:]:
        minutes, seconds = (float((part or "0").replace(",", ".")) for part in found.group(3, 4))
        if minutes >= 60 or seconds >= 60:
            return None
        value = math.copysign(int(found[2]) + minutes / 60 + seconds / 3600, -1 if found[1] == "-" else 1)
    else:
        return None
    return value if math.isfinite(value) else None


def are_degrees(*values: float) -> bool:
    return all(abs(value) <= MOST_DEGREES for value in values)


def read_point(text: str, lon_first: bool = False) -> tuple[float, float] | None:
    """(lat, lon) of a text that holds a point, alone or in brackets behind an address, or None.

    Well-known text and GeoJSON are lon, lat; all else is lat, lon, unless letters or `lon_first` say otherwise.
    Numbers beyond 180 come back as they stand, in the order that was read.
    """
    text = text[:LONGEST].translate(_SIGNS).strip()
    if found := _WKT.match(text):
        return (float(found[3]), float(found[2])) if (found[1] or None) in _DEGREES else None
    if found := _JSON_POINT.search(text):
        return float(found[2]), float(found[1])
    if (lat := _JSON_LAT.search(text)) and (lon := _JSON_LON.search(text)):
        return float(lat[1]), float(lon[1])
    tail = _TAIL.search(text)
    for first, second in _pairs(tail[1] if tail else text):
        return _ordered(first, second, lon_first)
    return None


def without_point(text: str) -> str:
    """An address without the point in brackets behind it."""
    tail = _TAIL.search(text[:LONGEST].translate(_SIGNS))
    return text[: tail.start()].strip(" ,\n") if tail and read_point(tail[0]) else text.strip()


def _pairs(text: str) -> Iterator[tuple[tuple[float, str], tuple[float, str]]]:
    """The text as two numbers of degrees, where a border splits it so; whole numbers are none ("29,95" is one)."""
    for border in _BORDERS:
        parts = re.split(border, text.strip())
        if len(parts) != 2 or not any(re.search(r"[.,°']", part) for part in parts):
            continue
        first, second = map(read_degrees, parts)
        if first and second:
            yield first, second


def _ordered(first: tuple[float, str], second: tuple[float, str], lon_first: bool) -> tuple[float, float]:
    letters = {first[1], second[1]} - {""}
    if letters:
        lon_first = first[1] in ("E", "W") or second[1] in ("N", "S")
    return (second[0], first[0]) if lon_first else (first[0], second[0])
