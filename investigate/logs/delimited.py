"""Text files with delimiters: their encoding, their delimiter, and their records read with care.

Nothing is skipped. A record that a quote without its partner would stretch to the end of the file is cut off
after its first line, so that the records below it are read and not swallowed.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from itertools import chain, count, islice
from pathlib import Path
from typing import TextIO

from investigate.errors import RefusedFile
from investigate.logs import layouts

DELIMITERS = ",;\t"
LONGEST_CELL = 10_000_000  # characters; csv's own limit of 131,072 is less than a pasted page
LONGEST_LINE = 2 * LONGEST_CELL  # a line beyond it, which could hold the whole file, is not kept
LONGEST_RECORD = 4 * LONGEST_CELL  # characters in lines that quotes join
LOOKED_AT, LONGEST_HEADER = 60, 20_000  # lines that tell the delimiter, characters
PIECE = 1 << 20  # characters
MOST_DAMAGED = 50  # each sends the reader back to the line below it, so thousands would take hours

# Stands for the end of the file: it comes back as a record of its own unless a quote is still open there.
_END = "\x1a\x00end of file\x00\x1a"
_TOO_LONG = "\x1a\x00too long a line\x00\x1a"  # stands for a line that was not kept

Record = tuple[int, "list[str] | str"]  # its number and its cells, or why it cannot be split into cells


def find_encoding(path: Path) -> str:
    """UTF-16 and UTF-32 by their marks or the zeros between letters, UTF-8 if every byte agrees, else Windows-1252, in
    which every Western file reads."""
    with path.open("rb") as file:
        if wide := _wide_encoding(file.read(64)):
            return wide
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(1 << 22):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _wide_encoding(start: bytes) -> str | None:
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    first, second = start[::2], start[1::2]
    if len(start) < 4 or any(first) == any(second):
        return None
    return "utf-16-le" if all(first) else "utf-16-be" if all(second) else None


def find_delimiter(path: Path, encoding: str) -> str:
    """The delimiter under which the file's first lines name the most known columns."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        # In pieces: a line longer than any header must not be read whole for its header.
        pieces = list(islice(iter(lambda: file.readline(LONGEST_HEADER), ""), LOOKED_AT))

    def known(delimiter: str) -> int:
        headers = (next(_reader([piece], delimiter), []) for piece in pieces)
        return max((len(layouts.read_header(cells)[0]) for cells in headers), default=0)

    return max(DELIMITERS, key=known)


class _Lines:
    """The lines of a file, with those of the record in hand kept, so that they can be gone back to."""

    def __init__(self, file: TextIO) -> None:
        self.has_too_long, self.held = False, 0
        self.ahead = chain(self._read(file), [_END])
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.ahead)
        self.taken.append(line)
        self.held += len(line)
        if self.held > LONGEST_RECORD:
            raise csv.Error(f"the record is longer than {LONGEST_RECORD:,} characters")
        return line

    def start_record(self) -> None:
        self.taken.clear()
        self.held = 0

    def _read(self, file: TextIO) -> Iterator[str]:
        while line := file.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                self.has_too_long = True
                while line and not line.endswith(("\n", "\r")):
                    line = file.readline(PIECE)
                line = f"{_TOO_LONG}\n"
            yield line

    def go_back_to_second(self) -> None:
        self.ahead = chain(self.taken[1:], self.ahead)


def text_records(path: Path, encoding: str, delimiter: str) -> Iterator[Record]:
    """Every record with its number, from 1; a blank line is a record without cells.

    Raises RefusedFile when more than a few records cannot be split into cells.
    """
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        lines = _Lines(file)
        reader = _reader(lines, delimiter)
        damaged = 0
        for number in count(1):
            lines.start_record()
            cells = _next_cells(reader)
            if cells == [_END]:
                return
            if lines.has_too_long and any(_TOO_LONG in cell for cell in cells):
                cells = f"a line of it is longer than {LONGEST_LINE:,} characters"
            yield number, cells
            if isinstance(cells, str):
                damaged += 1
                if damaged > MOST_DAMAGED:
                    raise RefusedFile(
                        f"{path.name}: {damaged} records up to record {number:,} cannot be split into cells ({cells}); "
                        "the file is damaged or not a table. Ask for it again, or open it and look at that record."
                    )
                lines.go_back_to_second()
                reader = _reader(lines, delimiter)


def _reader(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    # Blanks before a quote would else make it a letter, and the commas inside it borders.
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True)


def _next_cells(reader: Iterator[list[str]]) -> list[str] | str:
    try:
        cells = next(reader)
    except csv.Error as error:
        return str(error)
    is_open = bool(cells) and cells[-1].endswith(_END) and cells != [_END]
    return "a quote is opened and never closed" if is_open else cells
