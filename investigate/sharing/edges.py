"""Tables of who shares with whom in no vendor's form: two columns of agencies, portals with their partners, one column.

What a column holds is told by the words of its header, and the mapping is printed. A table whose direction cannot be
told is refused: turned round, it would say the opposite.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import islice

from investigate.errors import RefusedFile
from investigate.logs.delimited import Record
from investigate.sharing import table as columns
from investigate.sharing.cells import house_system, house_what, read_status, speaks
from investigate.sharing.edge_header import EdgeColumns
from investigate.sharing.flock import split_networks
from investigate.sharing.records import HEADER_AGAIN, RawTable, header_shown, is_blank, plain
from investigate.sharing.table import (
    RECEIVED,
    SHARED,
    Edge,
    ReadList,
    Said,
    check_size,
    each_once,
    is_name,
    may_hide_a_name,
    mend,
    why_no_name,
)

LAYOUT, ONE_COLUMN = "table of who shares with whom", "one column of agencies"

_MANY = re.compile(r"\b(?:agencies|organi[sz]ations|departments|partners|recipients|names|access)\b")
_OUT = re.compile(r"(?i)shared?|shares|sharing|sends?|outbound|outgoing|out|to|granted")
_IN = re.compile(r"(?i)received?|receives|receiving|inbound|incoming|in|from")
_DAY = re.compile(r"\s*(20\d\d)-(\d\d)-(\d\d)(?:$|[ T].{0,30}$)|\s*(\d\d?)/(\d\d?)/(20\d\d)(?:$|[ ,].{0,30}$)")
_YES_NO = re.compile(r"(?i)\W*(?:yes|no|y|n|x|true|false|0|1|none|n/?a)\W*")
LOOKED_AT = 500  # records that tell whether the cells of a column hold one name or several
TOO_MANY = "has more cells than the header"
SEVERAL = 2.0  # commas a cell, on the average, from which on they separate names


def read_edges(raw: RawTable, header_at: int, header: EdgeColumns, said: Said) -> ReadList:
    """Read such a table; `header_at` counts records from 0.

    Raises RefusedFile when direction or owner cannot be told.
    """
    cells = raw.head[header_at]
    if header.unclear:
        raise RefusedFile(
            f"{raw.name}: which way the data go cannot be told from its header ({header_shown(cells)}): "
            f"{header.unclear}. Name the columns Owner (whose data are seen) and Recipient (who may see them)."
        )
    found = ReadList(LAYOUT if header.agency < 0 else ONE_COLUMN)
    header = _directed(raw.name, header, said.direction)
    _tell(found, cells, header, said)
    own = None
    if not header.has_both:
        own = found.owner = said.owner_of(None, "", found.warnings)
        if own is None:
            raise RefusedFile(f"{raw.name} does not say whose list it is. Load it again with --owner NAME.")
    elif said.owner:
        found.warnings.append(f"Each record says who shares with whom; --owner {said.owner!r} was not needed.")
    reader = _Reader(header, own, _holds_several(raw, header_at, header), found)
    found.edges = each_once(reader.edges(raw, header_at), found.warnings)
    if not found.edges and any(why == TOO_MANY for _, why in found.rejected):
        raise RefusedFile(
            f"{raw.name}: below {header_shown(cells)!r} every record has more cells than that; if it is a title, take "
            "it off, and see that the header names an owner (whose data are seen) and a recipient (who may see them)."
        )
    if reader.commas:
        found.warnings.append(
            f"A comma stands in {reader.commas:,} cells that were read as one name each. See that each is one agency."
        )
    return found


def _directed(name: str, header: EdgeColumns, direction: str | None) -> EdgeColumns:
    if header.agency < 0:
        return header
    if direction is None:
        raise RefusedFile(
            f"{name} is one column of agencies, and nothing says whether they may see or are seen. Load it again with "
            "--direction shared (they may search the cameras of the agency whose list it is) or --direction received "
            "(it may search theirs)."
        )
    if direction == SHARED:
        return EdgeColumns(recipient=header.agency, direction=SHARED, others=header.others)
    return EdgeColumns(owner=header.agency, direction=RECEIVED, others=header.others)


def _tell(found: ReadList, cells: list[str], header: EdgeColumns, said: Said) -> None:
    pairs = [("owner", header.owner), ("recipient", header.recipient), *header.others]
    read = "; ".join(f"{role} ← {mend(cells[at])!r}" for role, at in pairs if at >= 0)
    found.warnings.append(f"Read as: {read}. See that this is right: owner is whose data are seen.")
    taken = {at for _, at in pairs}
    left = [mend(cell)[:60] for at, cell in enumerate(cells) if cell.strip() and at not in taken]
    if left:
        found.warnings.append(f"Columns not read: {', '.join(left[:20])}.")
    if said.direction and header.direction not in (None, said.direction):
        found.warnings.append(f"--direction {said.direction} was not followed: the header says {header.direction}.")


def _holds_several(raw: RawTable, header_at: int, header: EdgeColumns) -> dict[int, bool]:
    """Whether commas separate names in the columns of owners and recipients: by a header in the plural, or by many."""
    below = (cells for number, cells in raw.records() if number > header_at + 1 and not isinstance(cells, str))
    sample = list(islice(below, LOOKED_AT))

    def several(at: int) -> bool:
        filled = [cells[at].count(",") for cells in sample if len(cells) > at and cells[at].strip()]
        many = _MANY.search(plain(raw.head[header_at][at])) is not None
        return bool(filled) and (sum(filled) / len(filled) >= SEVERAL or (many and header.agency < 0 and any(filled)))

    return {at: several(at) for at in (header.owner, header.recipient) if at >= 0}


class _Reader:
    """The records of one table as edges; what cannot be read goes to `found.rejected`."""

    def __init__(self, header: EdgeColumns, own: str | None, several: dict[int, bool], found: ReadList) -> None:
        self.header, self.own, self.several, self.found = header, own, several, found
        self.commas = self.names = 0

    def edges(self, raw: RawTable, header_at: int) -> Iterator[Edge]:
        width = max((at for at, cell in enumerate(raw.head[header_at]) if cell.strip()), default=0) + 1
        again = [plain(cell) for cell in raw.head[header_at]]
        for number, cells in raw.records():
            if number <= header_at + 1:
                continue
            self.found.read += 1
            if not isinstance(cells, str) and is_blank(cells):
                self.found.blank += 1
                continue
            made = self._record(number, cells, width, again)
            if isinstance(made, str):
                self.found.reject(number, made, self._lacking(made, cells))
                continue
            self.names += len(made)
            check_size(raw.name, self.names)
            yield from made

    def _record(self, number: int, cells: Record | list[str] | str, width: int, again: list[str]) -> list[Edge] | str:
        if isinstance(cells, str):
            return cells
        cells = [str(cell) for cell in cells]
        if not is_blank(cells[width:]):
            return TOO_MANY
        cells = [*cells, *[""] * width][:width]
        is_header = [plain(cell) for cell in cells] == again[:width]
        if why := HEADER_AGAIN if is_header else self._not_given(cells):
            return why
        owners, recipients = self._names(cells, self.header.owner), self._names(cells, self.header.recipient)
        wrong = [name for name in (*owners, *recipients) if not is_name(mend(name))]
        if wrong and len(owners) + len(recipients) == 2:
            self.found.lacking.update(columns.DIRECTIONS if may_hide_a_name(mend(wrong[0])) else ())
            return why_no_name(mend(wrong[0]))
        self._tell_pieces(number, wrong)
        owners, recipients = ([name for name in names if is_name(mend(name))] for names in (owners, recipients))
        if not (owners and recipients):
            return "names no agency"
        check_size(str(number), len(owners) * len(recipients))
        return self._made(number, cells, owners, recipients)

    def _names(self, cells: list[str], at: int) -> list[str]:
        if at < 0:
            return [self.own or ""]
        cell = cells[at]
        if speaks(cell):
            return [cell]
        if self.several.get(at) or re.search(r"[;|\n]", cell):
            pieces = re.split(r"[,;|\n]" if self.several.get(at) else r"[;|\n]", cell)
            return [piece for piece in pieces if piece.strip()] or [""]
        self.commas += "," in cell
        return [cell]

    def _not_given(self, cells: list[str]) -> str | None:
        """Why a record states no permission: by its status, by "no" for access, or by a day on which it ended."""
        if removed := self._cell(cells, "removed"):
            _, why = read_status(removed)
            is_none = re.fullmatch(r"(?i)\W*(?:no|n|false|0|none|n/?a|never|active)?\W*", removed)
            return (
                None if is_none else why if why and "states no" in why else f"states no permission (ended: {removed})"
            )
        for role in ("status", "access"):
            if why := read_status(self._cell(cells, role) or "")[1]:
                return why
        return None

    def _lacking(self, why: str, cells: Record | list[str] | str) -> Iterator[str]:
        """In which directions a record that is left out may have named an agency."""
        harmless = why == HEADER_AGAIN or why.startswith(("states no permission", "names no agency", "a sentence"))
        if not harmless:
            stated = self._cell([str(cell) for cell in cells], "direction") if not isinstance(cells, str) else None
            way = _way(stated) or self.header.direction
            yield from columns.DIRECTIONS if way is None else (way,)

    def _tell_pieces(self, number: int, wrong: list[str]) -> None:
        """What stands among the names of a cell and is none: counted in a warning, by why."""
        for name in filter(str.strip, wrong):
            why = why_no_name(mend(name))
            if why != "names no agency":
                self.found.warnings.append(f"Of record {number}, a part was not read: {why}.")
            if may_hide_a_name(mend(name)):
                self.found.lacking.update(columns.DIRECTIONS)

    def _made(self, number: int, cells: list[str], owners: list[str], recipients: list[str]) -> list[Edge] | str:
        direction = self.header.direction or SHARED
        if stated := self._cell(cells, "direction"):
            way = _way(stated)
            if way is None:
                return "its direction is neither shared nor received"
            if self.header.direction not in (None, way) and not self.header.turns:
                return f"its direction says {way}, and the header {self.header.direction}"
            if way == RECEIVED and self.header.turns:
                owners, recipients = recipients, owners
            direction = way
        if (self._cell(cells, "incomplete") or "").casefold() in ("true", "1", "yes"):
            self.found.lacking.add(direction)
        as_of, system, what = (self._cell(cells, name) for name in ("as_of", "system", "what"))
        hot_list = self._cell(cells, "hot_list")
        if hot_list and _YES_NO.fullmatch(hot_list):
            hot_list = None  # a tick in a table of what is shared names no list
        status = read_status(self._cell(cells, "status") or "")[0]
        return [
            Edge(
                owner=mend(owner),
                recipient=mend(recipient),
                direction=direction,
                row=number,
                what=house_what(what) if what else columns.HOT_LISTS if hot_list else None,
                system=house_system(system) if system else None,
                as_of=read_day(as_of) if as_of else None,
                listed_by=self._lister(cells, owner if direction == SHARED else recipient),
                released_owner=owner,
                released_recipient=recipient,
                networks=tuple(split_networks(self._cell(cells, "networks") or "")),
                hot_list=hot_list,
                status=status or columns.status_of(recipient if direction == SHARED else owner),
            )
            for owner in owners
            for recipient in recipients
        ]

    def _lister(self, cells: list[str], own: str) -> str | None:
        """Whose list a record is from: the agency whose file it is, the one that a column says, or that of a portal."""
        if self.own:
            return self.own
        if self.header.other("listed_by") >= 0:
            return self._cell(cells, "listed_by")
        return mend(own) if self._is_portal or self.header.other("direction") >= 0 else None

    @property
    def _is_portal(self) -> bool:
        """Whether each record is from the list of one agency, which stands in it beside its partners."""
        return self.header.direction is not None or any(self.several.values())

    def _cell(self, cells: list[str], name: str) -> str | None:
        at = self.header.other(name)
        return (mend(cells[at])[: columns.LONGEST_NAME] or None) if at >= 0 else None


def _way(stated: str | None) -> str | None:
    """What a cell of a column of directions says, or None."""
    if not stated:
        return None
    return SHARED if _OUT.fullmatch(stated) else RECEIVED if _IN.fullmatch(stated) else None


def read_day(text: str) -> dt.date | None:
    """A day written 2025-08-31 or 8/31/2025, a time of day after it or not; None for anything else."""
    found = _DAY.match(text[:60])
    if not found:
        return None
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[4], found[5])
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
