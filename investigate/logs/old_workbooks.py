"""What an old workbook (XLS) tells before it is opened: whether its parts can be gone through, and how far out its
cells lie.

The reader of workbooks takes the sizes and places that stand in the file for true. Memory that it cannot get ends the
whole program, and so the load of every other file; a part that leads back to itself is read until there is none left.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END_OF_CHAIN, UNUSED, FIRST_SPECIAL = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFA
SMALL = 4096  # bytes; shorter streams lie in the small sectors
SMALL_SECTOR, ENTRY = 64, 128  # bytes
IN_HEADER = 109  # places of sectors of the table of sectors; more of them lie in sectors of their own
SLACK = 256  # sectors that a place may lie beyond the end, where a file was cut off
WORKBOOKS = ("Workbook", "Book")

# Records of a workbook's stream: what they are, by number.
END, PASSWORD, SHEET, TEXTS, DIMENSION, MANY_NUMBERS = 0x000A, 0x002F, 0x0085, 0x00FC, 0x0200, 0x00BD
CELLS = frozenset({0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E})


class DamagedParts(Exception):
    """The file says something of itself that cannot be."""


def spans(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Of each sheet its number, from 1, and how many rows and columns the block up to its last cell has.

    Raises DamagedParts where the sizes and places in the file would take more memory than the file can fill. Gives
    nothing where there is nothing to be read: no workbook in the file, or one with a password.
    """
    if not data.startswith(SIGNATURE):
        return
    try:
        stream = _Parts(data).workbook()
        places = _sheets(stream)
        for number, place in enumerate(places, start=1):
            yield number, *_span(stream, place)
    except (struct.error, IndexError, ValueError) as error:
        raise DamagedParts(str(error)) from error


# ---- the parts of the file ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Entry:
    """A stream or a folder of streams: its name, where it starts, and its size in bytes."""

    name: str
    start: int
    size: int


class _Parts:
    """A compound file: sectors, and a table that says of each which one follows."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        shift, self.sector = struct.unpack_from("<H", data, 30)[0], 0
        if shift not in (9, 12):
            raise DamagedParts("sectors have 512 or 4096 bytes")
        self.sector = 1 << shift
        self.most = 2 * (len(data) // self.sector) + SLACK
        (tables,) = struct.unpack_from("<I", data, 44)
        small_start, small_count, more_start, more_count = struct.unpack_from("<4I", data, 60)
        folder_count, folder_start = struct.unpack_from("<2I", data, 40)[0], struct.unpack_from("<I", data, 48)[0]
        for count in (tables, small_count, more_count, folder_count):
            _check(count <= self.most, "more sectors than the file has")
        self.next = self._table(more_start)
        self.entries = list(self._entries(self._chain(folder_start)))
        _check(bool(self.entries), "no folder")
        small = self._chain(self.entries[0].start)
        self.next_small = _numbers(self._chain(small_start))
        self.small = small[: self.entries[0].size or None]

    def workbook(self) -> bytes:
        """The stream with the cells, or nothing; all streams are gone through, as the reader may."""
        found = {entry.name: self._stream(entry) for entry in reversed(self.entries[1:]) if entry.name}
        return next((found[name] for name in WORKBOOKS if name in found), b"")

    def _stream(self, entry: _Entry) -> bytes:
        if not entry.size and entry.name not in WORKBOOKS and entry.start in (0, UNUSED, END_OF_CHAIN):
            return b""
        _check(entry.size <= len(self.data) + self.sector, "a part is larger than the file")
        content = self._small_chain(entry.start) if entry.size < SMALL else self._chain(entry.start)
        return content[: entry.size] if entry.size else content

    def _table(self, more: int) -> Sequence[int]:
        """Of each sector the next one. Its own sectors are listed in the header and, further, from `more` on."""
        places = list(struct.unpack_from(f"<{IN_HEADER}I", self.data, 76))
        seen: set[int] = set()
        while more < FIRST_SPECIAL:
            _check(more not in seen, "the list of tables leads back to itself")
            seen.add(more)
            *listed, more = _numbers(self._sector(more))
            places += listed
        wanted = [place for place in places if place < FIRST_SPECIAL]
        _check(len(wanted) <= self.most, "more tables than the file has sectors")
        return _numbers(b"".join(map(self._sector, wanted)))

    def _sector(self, place: int) -> bytes:
        _check(place <= self.most, "a part lies far behind the end of the file")
        start = (place + 1) * self.sector
        return self.data[start : start + self.sector]

    def _chain(self, start: int) -> bytes:
        return b"".join(map(self._sector, _follow(start, self.next, self.most)))

    def _small_chain(self, start: int) -> bytes:
        most = 2 * (len(self.small) // SMALL_SECTOR) + SLACK
        places = (place * SMALL_SECTOR for place in _follow(start, self.next_small, most))
        return b"".join(self.small[place : place + SMALL_SECTOR] for place in places)

    def _entries(self, folder: bytes) -> Iterator[_Entry]:
        for at in range(0, len(folder) - ENTRY + 1, ENTRY):
            name = folder[at : at + 64].decode("utf-16-le", "replace").partition("\0")[0]
            start, low, high = struct.unpack_from("<3I", folder, at + 116)
            yield _Entry(name, start, low if self.sector == 512 else low | high << 32)


def _follow(place: int, following: Sequence[int], most: int) -> Iterator[int]:
    """The places of a chain; raises DamagedParts for one that leads back to itself or out of the file."""
    seen: set[int] = set()
    while place != END_OF_CHAIN:
        _check(place <= most and place < len(following), "a part leads out of the file")
        _check(place not in seen, "a part leads back to itself")
        seen.add(place)
        yield place
        place = following[place]


def _numbers(data: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _check(is_so: bool, else_why: str) -> None:
    if not is_so:
        raise DamagedParts(else_why)


# ---- the records of the workbook ----------------------------------------------------------------------------


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and size of each record from here to the end of this part of the stream."""
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == END:
            return
        yield kind, at + 4, size
        at += 4 + size


def _sheets(stream: bytes) -> list[int]:
    """Where each sheet starts; none in a workbook with a password, whose cells cannot be read."""
    starts = []
    for kind, at, size in _records(stream, 0):
        if kind == PASSWORD:
            return []
        if kind == SHEET:
            starts.append(struct.unpack_from("<I", stream, at)[0])
        elif kind == TEXTS and size >= 8:
            _check(struct.unpack_from("<I", stream, at + 4)[0] <= len(stream), "more texts than the file can hold")
    return starts


def _span(stream: bytes, start: int) -> tuple[int, int]:
    """Rows and columns up to the last cell of a sheet, or what the sheet itself says they are if that is more."""
    rows = columns = 0
    for kind, at, size in _records(stream, start):
        if kind in CELLS and size >= 4:
            row, column = struct.unpack_from("<HH", stream, at)
            if kind == MANY_NUMBERS and size >= 6:
                column = max(column, struct.unpack_from("<H", stream, at + size - 2)[0])
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind == DIMENSION and size in (10, 14):
            first_row, last_row, first, last = struct.unpack_from("<4H" if size == 10 else "<IIHH", stream, at)
            _check(
                not last_row or not last or (first_row <= last_row and first <= last), "a sheet ends before it starts"
            )
            rows, columns = max(rows, last_row), max(columns, last)
    return rows, columns
