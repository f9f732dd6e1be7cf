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

from investigate.errors import RefusedFile
from investigate.logs import layouts

DELIMITERS = ",;\t"
LONGEST_CELL = 10_000_000  # characters; csv's own limit of 131,072 is less than a pasted page
LOOKED_AT, LONGEST_HEADER = 60, 20_000  # lines that tell the delimiter, characters
MOST_DAMAGED = 50  # each sends the reader back to the line below it, so thousands would take hours

# Stands for the end of the file: it comes back as a record of its own unless a quote is still open there.
_END = "\x1a\x00end of file\x00\x1a"

Record = tuple[int, "list[str] | str"]  # its number and its cells, or why it cannot be split into cells


def find_encoding(path: Path) -> str:
    """UTF-16 by its mark, UTF-8 if every byte agrees, else Windows-1252, in which every Western file reads."""
    with path.open("rb") as file:
        start = file.read(2)
        if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(1 << 22):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


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

    def __init__(self, file: Iterable[str]) -> None:
        self.ahead = chain(file, [_END])
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.ahead)
        self.taken.append(line)
        return line

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
            lines.taken.clear()
            cells = _next_cells(reader)
            if cells == [_END]:
                return
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
