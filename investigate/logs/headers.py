"""Where a table's header stands, and which column each of its cells names.

Three ways, in this order: a mapping that `sources.csv` pins; the declared layouts, by known spellings; and, for a
header that was not seen before, the likely spellings. The last two print what they took for what.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from investigate.errors import RefusedFile, nearest
from investigate.logs import layouts
from investigate.logs.containers import ASK

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

SEARCHED_IN = 60  # records: title rows stand above some headers
OTHER_ZONE = r"(?i)utc\s*[+-]\s*\d|\b([ecmp][sd]?t|local|eastern|central|mountain|pacific)\b"
NO_HEADER, ABSENT = "header", "none"  # `header=none` and `reason=none` in a mapping

# What a mapping of sources.csv says: canonical column → header cell, `#3` for the third column, or `none`.
Pins = Mapping[str, str]


@dataclass
class RawFile:
    """What was found in a table: its layout, where the header stands, and how to write the table `raw`.

    `header_at` counts records from 0; -1 where there is no header, as in a file of objects with named fields.
    """

    layout: layouts.Layout
    columns: dict[str, int]
    header: tuple[str, ...]
    header_at: int = 0
    sheet: str | None = None
    states_utc: bool = False
    warnings: list[str] = field(default_factory=list)
    records_read: int = 0
    write: Callable[[Backend], None] = field(default=lambda con: None)

    @property
    def header_cells(self) -> int:
        return len(self.header)

    @property
    def has_reason(self) -> bool:
        return "reason" in self.columns


def find_header(name: str, head: list[list[str]], mapping: Pins | None = None) -> RawFile:
    """What the header among the first records says; raises RefusedFile if there is none."""
    if mapping:
        return _pinned(name, head, mapping)
    for at, cells in enumerate(head):
        columns, strangers = layouts.read_header(cells)
        layout = layouts.find_layout(set(columns), len(strangers))
        if layout:
            return _found(at, cells, layout, columns, strangers)
    if not any(layouts.find_look_alike(cells) for cells in head):
        for at, cells in enumerate(head):
            columns, strangers = layouts.read_likely_header(cells)
            if layouts.MATCHED.matches(set(columns)) and _is_of_searches(cells, columns):
                return _found(at, cells, layouts.MATCHED, columns, strangers)
    raise _no_header(name, head)


def _is_of_searches(cells: list[str], columns: dict[str, int]) -> bool:
    """Whether the header speaks of searches: a time and a reason stand in tables of stops and calls too."""
    named = (cells[position].lower() for position in columns.values())
    return bool(layouts.ONLY_IN_LOGS & set(columns)) or any("search" in cell for cell in named)


def _found(at: int, cells: list[str], layout: layouts.Layout, columns: dict[str, int], strangers: list[str]) -> RawFile:
    warnings = []
    if layout.is_family:
        read_as = "; ".join(f"{column} ← {cells[position].strip()!r}" for column, position in columns.items())
        warnings.append(f"The header is of no known generation; it was read as: {read_as}. See that this is right.")
    if strangers:
        warnings.append(f"Columns not known and not read: {', '.join(strangers)}.")
    if at:
        warnings.append(f"The header stands in record {at + 1}; what stands above it was not read.")
    says = cells[columns["searched"]]
    states_utc = re.search(r"(?i)utc(?!\s*[+-]\s*\d)", says) is not None
    if not states_utc and re.search(OTHER_ZONE, says):
        warnings.append(
            f"The header {says.strip()!r} seems to name the time zone; say which one it is with --timezone or in "
            "sources.csv."
        )
    return RawFile(layout, columns, tuple(cells), at, None, states_utc, warnings)


def _pinned(name: str, head: list[list[str]], mapping: Pins) -> RawFile:
    """The header that holds every cell which the mapping names; other columns by their known spellings."""
    wanted = {column: text for column, text in mapping.items() if text.lower() != ABSENT and column != NO_HEADER}
    if mapping.get(NO_HEADER, "").lower() == ABSENT:
        return _found_pinned(-1, head, wanted, name)
    named = [layouts.fold(text) for text in wanted.values() if not text.startswith("#")]
    for at, cells in enumerate(head):
        folded = [layouts.fold(cell) for cell in cells]
        if any(folded) and all(text in folded for text in named):
            return _found_pinned(at, head, wanted, name, {c for c, text in mapping.items() if text.lower() == ABSENT})
    missing = next((text for text in wanted.values() if not text.startswith("#")), "")
    seen = [cell.strip() for cells in head for cell in cells if cell.strip() and not cell.strip().isdigit()]
    near = ", ".join(map(repr, nearest(missing, seen, 3))) or "nothing like it"
    raise RefusedFile(
        f"{name}: sources.csv maps columns to {', '.join(map(repr, wanted.values()))}, but no record among the first "
        f"{SEARCHED_IN} holds all of them. Nearest to {missing!r}: {near}. Mend the mapping."
    )


def _found_pinned(at: int, head: list[list[str]], wanted: Pins, name: str, absent: set[str] | None = None) -> RawFile:
    cells = head[at] if at >= 0 else next((row for row in head if any(cell.strip() for cell in row)), [])
    folded = [layouts.fold(cell) for cell in cells]
    pinned = {
        column: int(text[1:]) - 1 if text.startswith("#") else folded.index(layouts.fold(text))
        for column, text in wanted.items()
    }
    if beyond := [f"{column}=#{position + 1}" for column, position in pinned.items() if position >= len(cells)]:
        raise RefusedFile(
            f"{name}: sources.csv maps {beyond[0]}, but the table has {len(cells)} columns. Mend the mapping."
        )
    known, strangers = layouts.read_header(cells) if at >= 0 else ({}, [])
    taken = set(pinned.values())
    rest = {
        column: position
        for column, position in known.items()
        if column not in pinned and position not in taken and column not in (absent or ())
    }
    columns = pinned | rest
    if "searched" not in columns:
        raise RefusedFile(
            f"{name}: sources.csv does not say which column holds the time of the search. Add searched=…, with the "
            "header's text or #3 for the third column, to the mapping."
        )
    left = [text for text in strangers if text not in {cells[position].strip() for position in taken}]
    found = _found(max(at, 0), cells, layouts.PINNED, columns, left)
    found.header_at = at
    if at < 0:
        found.warnings = ["The table has no header; its columns were read as sources.csv says."]
    return found


def _no_header(name: str, head: list[list[str]]) -> RefusedFile:
    for row in head:
        look_alike = layouts.find_look_alike(row)
        if look_alike:
            return RefusedFile(f"{name} is {look_alike.is_a} (header: {_shown(row)}). {look_alike.ask_for}")
    known = [(len(layouts.read_likely_header(cells)[0]), cells) for cells in head]
    most, cells = max(known, key=lambda pair: pair[0], default=(0, []))
    shown = _first_record([cells]) if most else ""
    if most and "searched" not in layouts.read_likely_header(cells)[0]:
        return RefusedFile(
            f"{name} has no column for the time of the search. Found: {shown}. Looked for: Search Time, searchDate, "
            "DateTime. If the column has another name, say so in sources.csv (mapping), or ask for the full audit."
        )
    return RefusedFile(
        f"{name} does not look like a lookup log: no header with known columns in its first {SEARCHED_IN} "
        f"records. Found: {shown or _first_record(head)}. Looked for: Search Time with Org Name, Time Frame or Reason; "
        f"or id, userId, searchDate. Where its columns have other names or none, say so in sources.csv (mapping). {ASK}"
    )


def _shown(cells: list[str]) -> str:
    return ", ".join(cell.strip() for cell in cells if cell.strip())[:120]


def _first_record(head: list[list[str]]) -> str:
    """The first record as it may be printed: a log that lost its header has officers and plates in it."""
    text = _shown(next((row for row in head if any(cell.strip() for cell in row)), []))
    if not text.isprintable():
        return "bytes that are no text"
    if any(letter.isdigit() for letter in text):
        return "a first record that is data and no header"
    return text or "nothing"
