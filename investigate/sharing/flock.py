"""Flock's sharing lists: `Organization Name, Networks Shared With Me, Networks I'm Sharing`, either column missing.

"Networks I'm Sharing" are networks of the agency whose list it is, which the organization may search; "Networks Shared
With Me" are the organization's, which that agency may search. One organization and direction is one permission,
however many networks it covers.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from investigate.agencies.names import KINDS, find_state
from investigate.errors import RefusedFile
from investigate.logs.raw import Record
from investigate.sharing import table as columns
from investigate.sharing.cells import not_given, speaks
from investigate.sharing.records import HEADER_AGAIN, RawTable, is_blank, plain
from investigate.sharing.table import (
    RECEIVED,
    SHARED,
    Edge,
    ReadList,
    Said,
    StatedList,
    check_size,
    each_once,
    is_name,
    is_withheld,
    may_hide_a_name,
    mend,
    why_no_name,
)

LAYOUT = "flock sharing list"
ORGANIZATION = re.compile(r"organi[sz]ations?( names?)?|org( name)?|agency( name)?")
WITH_ME = re.compile(r"networks? (being )?shared with (me|us)")
IM_SHARING = re.compile(r"networks? (i ?a?m|we ?a?re) sharing")
_KIND = re.compile(r"\b(" + "|".join(KINDS) + r")\b", re.IGNORECASE)
_NONE = "names no network in either direction"
_WITHHELD = "the networks were withheld, so what this agency may see or shows is not known"
_NO_NETWORK = re.compile(r"(?i)(-+|—|n/?a|none|null|nan|no|false|0(\.0)?)")


@dataclass(frozen=True)
class FlockColumns:
    """Where the columns stand, from 0; -1: missing."""

    organization: int
    with_me: int
    im_sharing: int
    width: int

    @property
    def last_is_networks(self) -> bool:
        """Whether cells beyond the header can only be further networks: a list saved without its quotes."""
        return self.width == 2 and max(self.with_me, self.im_sharing) == 1


class _Line(NamedTuple):
    row: int
    organization: str
    released: str
    networks: dict[str, list[str]]  # direction → networks


def find_flock(cells: list[str]) -> FlockColumns | None:
    """The columns of a header with at least one of the two columns of networks, or None."""
    named = [plain(cell) for cell in cells]

    def at(spelling: re.Pattern[str]) -> int:
        return next((position for position, name in enumerate(named) if spelling.fullmatch(name)), -1)

    filled = [position for position, name in enumerate(named) if name]
    found = FlockColumns(at(ORGANIZATION), at(WITH_ME), at(IM_SHARING), filled[-1] + 1 if filled else 0)
    return found if found.organization >= 0 and max(found.with_me, found.im_sharing) >= 0 else None


def read_flock(raw: RawTable, header_at: int, header: FlockColumns, said: Said) -> ReadList:
    """Read a Flock sharing list; `header_at` counts records from 0.

    Raises RefusedFile when it cannot be told whose list it is.
    """
    found = ReadList(LAYOUT, columns.FLOCK)
    lines = list(_lines(raw, header_at, header, found))
    networks = Counter(network for line in lines for network in line.networks.get(SHARED, ()))
    stated = own_agency(list(networks))
    found.owner = said.owner_of(stated, "the names of its own networks", found.warnings)
    if found.owner is None:
        raise _no_owner(raw.name, networks)
    if networks and stated is None:
        found.warnings.append(
            f"The {len(networks):,} networks in Networks I'm Sharing do not agree on one agency's name: "
            f"{_quoted(networks)}. See that this is the list of {found.owner!r}."
        )
    if found.read:
        ways = [(SHARED, header.im_sharing), (RECEIVED, header.with_me)]
        found.stated += [StatedList(found.owner, columns.FLOCK, columns.NETWORKS, way) for way, at in ways if at >= 0]
    edges = (_edge(line, direction, found.owner) for line in lines for direction in line.networks)
    found.edges = each_once(edges, found.warnings)
    return found


def _lines(raw: RawTable, header_at: int, header: FlockColumns, found: ReadList) -> list[_Line]:
    lines = []
    names = 0
    for number, cells in raw.records():
        if number <= header_at + 1:
            continue
        found.read += 1
        if not isinstance(cells, str) and is_blank(cells):
            found.blank += 1
            continue
        line = cells if isinstance(cells, str) else _line(number, cells, header)
        if isinstance(line, str):
            found.reject(number, line, () if isinstance(cells, str) else _lacking(line, cells, header))
            found.lacking.update(columns.DIRECTIONS if isinstance(cells, str) else ())
        else:
            lines.append(line)
            _tell_cells(line, cells, header, found)
            names += 1 + sum(map(len, line.networks.values()))
            check_size(raw.name, names)
    return lines


def _line(number: int, cells: list[str], header: FlockColumns) -> _Line | str:
    """One record, or why it cannot be read."""
    beyond = [cell for cell in cells[header.width :] if cell.strip()]
    if beyond and not header.last_is_networks:
        return "has more cells than the header"
    own = [*cells[: header.width], *[""] * header.width]
    released = own[header.organization]
    if released.lstrip()[:1] in "OoAa" and find_flock(cells):
        return HEADER_AGAIN
    organization = mend(released)
    if not is_name(organization):
        return why_no_name(organization)
    networks = {
        direction: split_networks(",".join([own[position], *beyond]))
        for direction, position in ((SHARED, header.im_sharing), (RECEIVED, header.with_me))
        if position >= 0
    }
    networks = {direction: named for direction, named in networks.items() if named}
    if networks:
        return _Line(number, organization, released, networks)
    stated = [cell for at in (header.im_sharing, header.with_me) if at >= 0 and (cell := mend(own[at]))]
    withheld = any(map(is_withheld, stated))
    none = next((cell for cell in stated if not_given(cell)), None)
    return _WITHHELD if withheld else why_no_name(none) if none else _NONE


def _tell_cells(line: _Line, cells: Record | list[str] | str, header: FlockColumns, found: ReadList) -> None:
    """A direction of a line whose networks were withheld is not known, one that was asked for or taken back is none."""
    for direction, at in ((SHARED, header.im_sharing), (RECEIVED, header.with_me)):
        cell = mend(str(cells[at])) if 0 <= at < len(cells) else ""
        if direction in line.networks or not cell:
            continue
        if is_withheld(cell):
            found.lacking.add(direction)
            found.warnings.append(f"In record {line.row}, {_WITHHELD}.")
        elif not_given(cell):
            found.warnings.append(f"In record {line.row}, one direction {why_no_name(cell)}.")


def _lacking(why: str, cells: list[str], header: FlockColumns) -> list[str]:
    """In which directions a record that is left out may have named an agency."""
    ways = [(SHARED, header.im_sharing), (RECEIVED, header.with_me)]
    filled = [way for way, at in ways if 0 <= at < len(cells) and cells[at].strip()]
    if why in (HEADER_AGAIN, _NONE) or why.startswith("states no permission"):
        return []
    organization = mend(cells[header.organization] if cells else "")
    if why == _WITHHELD or may_hide_a_name(organization) or (not organization and filled):
        return filled or [way for way, at in ways if at >= 0]
    return list(columns.DIRECTIONS) if "cells" in why else []


def split_networks(cell: str) -> list[str]:
    """The networks in a cell, each once. No name in Flock's system has a comma in it."""
    if speaks(cell):
        return []
    named = dict.fromkeys(mend(part) for part in re.split(r"[,;|\n]", cell))
    return [
        name for name in named if not (not name or _NO_NETWORK.fullmatch(name) or is_withheld(name) or not_given(name))
    ]


def _edge(line: _Line, direction: str, own: str) -> Edge:
    shares = direction == SHARED
    return Edge(
        owner=own if shares else line.organization,
        recipient=line.organization if shares else own,
        direction=direction,
        row=line.row,
        what=columns.NETWORKS,
        system=columns.FLOCK,
        listed_by=own,
        released_owner=None if shares else line.released,
        released_recipient=line.released if shares else None,
        networks=tuple(line.networks[direction]),
        status=columns.status_of(line.organization),
    )


def own_agency(networks: list[str]) -> str | None:
    """The agency whose networks these are, by their names: what all of them start with (`… PD`, `… PD Raven`), if that
    is one of them or ends as agencies' names do; else None."""
    shortest = min(networks, key=len, default="")
    columns_of_words = zip(*(name.casefold().split() for name in networks), strict=False)
    words = [same[0] for same in takewhile(lambda words: len(set(words)) == 1, columns_of_words)]
    start = " ".join(shortest.split()[: len(words)])
    is_whole = start == shortest and looks_like_agency(start)
    return start if is_whole or (words and _KIND.fullmatch(words[-1])) else None


def looks_like_agency(name: str) -> bool:
    return len(name) <= columns.LONGEST_NAME and (find_state(name) is not None or _KIND.search(name) is not None)


def _no_owner(name: str, networks: Counter[str]) -> RefusedFile:
    says = f"its own networks are {_quoted(networks)}" if networks else "it names none of that agency's own networks"
    return RefusedFile(f"{name} does not say whose list it is: {says}. Load it again with --owner NAME.")


def _quoted(networks: Counter[str]) -> str:
    shown = ", ".join(repr(name[:80]) for name, _ in networks.most_common(3))
    return f"{shown}, …" if len(networks) > 3 else shown
