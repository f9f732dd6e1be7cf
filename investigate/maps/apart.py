"""What colours no state of a map, in words: searches of federal agencies, of territories, of places not known."""

from __future__ import annotations

import pandas as pd

from investigate.agencies.states import STATE_NAMES
from investigate.maps.outlines import COLOURED

_APART = {
    "federal": "federal agencies", "not known": "agencies whose state the name does not say",
    "not named": "searches of which no file names the agency",
}  # fmt: skip


def say_apart(counts: pd.DataFrame, shown: list[str], where: str = "In no state's colour") -> list[str]:
    """The searches that belong to no state of the map; `counts`: by state (index), a column for each period shown."""
    apart = [(str(name), row) for name, row in counts.iterrows() if name not in COLOURED]
    told = [f"{state_name(name)} ({say_numbers(row, shown)})" for name, row in apart if row[shown].fillna(0).sum()]
    return [f"{where}: {'; '.join(told)}."] if told else []


def say_numbers(row: pd.Series, shown: list[str]) -> str:
    """`3 before, not known after`."""
    return ", ".join(f"{'not known' if pd.isna(row[name]) else f'{int(row[name]):,}'} {name}" for name in shown)


def state_name(code: str) -> str:
    """A state, territory or group of agencies in words."""
    return _APART.get(code) or STATE_NAMES.get(code, code)
