"""Split what was picked from the "Offense Type" list from what was typed behind it.

Since December 2025 a reason may read `Value - typed detail` or `Value, Value - typed detail`; the detail is often
empty. Only values listed in rules.toml are split off: officers type " - " themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from investigate.reasons.folding import fold_raw
from investigate.reasons.rulebook import rulebook

_DASH = re.compile(r"\s+[-\u2013\u2014](?=\s|$)\s*")
# The value "Other - Not Applicable" holds a dash itself, so the second dash is looked at too, and no more.
_DASHES_LOOKED_AT = 2


@dataclass(frozen=True, slots=True)
class Picked:
    """One picked value: as listed, its effect, and where it stands in the text (start, end)."""

    value: str
    effect: str
    start: int
    end: int


def split_dropdown(reason: str) -> tuple[tuple[str, ...], str]:
    """The picked values as listed and the typed detail; no values and the reason itself when it is free text."""
    picked, detail_start = parse_dropdown(reason, rulebook().dropdown)
    if not picked:
        return (), reason
    return tuple(value.value for value in picked), reason[detail_start:].strip()


def parse_dropdown(text: str, known: Mapping[str, tuple[str, str]]) -> tuple[tuple[Picked, ...], int]:
    """The picked values with their places, and where the typed detail starts; () and 0 when it is free text."""
    whole = values_in(text, 0, len(text), known)
    if whole:
        return whole, len(text)
    best: tuple[tuple[Picked, ...], int] = ((), 0)
    for number, dash in enumerate(_DASH.finditer(text)):
        if number == _DASHES_LOOKED_AT:
            break
        picked = values_in(text, 0, dash.start(), known)
        if picked:
            best = picked, dash.end()
    return best


def values_in(text: str, start: int, end: int, known: Mapping[str, tuple[str, str]]) -> tuple[Picked, ...]:
    """The values in `text[start:end]` joined by commas; () unless every part is a known value."""
    picked = []
    place = start
    for part in text[start:end].split(","):
        listed = known.get(fold_raw(part))
        if listed is None:
            return ()
        first = place + len(part) - len(part.lstrip())
        picked.append(Picked(listed[0], listed[1], first, first + len(part.strip())))
        place += len(part) + 1
    return tuple(picked)
