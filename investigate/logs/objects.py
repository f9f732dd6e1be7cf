"""Files of objects: JSON (a list of them) and NDJSON (one in each line), read as a table with a column for each field.

Both are read twice: first for the names of all fields, since a field may be left out of an object where it is blank,
then for the records. No more than one object and one piece of the file are held at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from investigate.errors import RefusedFile
from investigate.logs import layouts
from investigate.logs.containers import ASK
from investigate.logs.delimited import LONGEST_CELL, MOST_DAMAGED, find_encoding
from investigate.logs.headers import Pins, RawFile, find_header
from investigate.logs.raw import Record, write_records

PIECE = 1 << 20  # characters read at a time
DEEPEST_LIST = 2  # names above the list: {"response": {"data": [...]}}
MOST_FIELDS = 500  # every record gets a cell for each, so thousands would take all memory
MOST_NAMES = 100_000  # in an object above the list
LONGEST_WRITTEN_OUT = 40  # digits: 1e999999999 is eleven characters and would become a thousand million
TOO_DEEP = "lists or objects are nested in one another too deeply"


class _Object(list[tuple[str, Any]]):
    """An object as pairs of name and value: a name that stands twice is still there."""


class _Number(str):
    """A number as it was written: neither rounded nor too long to be read."""

    __slots__ = ()


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, parse_constant=_Number, strict=True
)

# Its number (in lines or in the list, from 1) and its fields, why it cannot be read, or None for a blank line.
Numbered = tuple[int, "_Object | str | None"]


def read_objects(path: Path, pins: Pins | None = None) -> RawFile:
    """The fields of the objects in a JSON or NDJSON file as a header, and how to write the records.

    A record's number is its line in NDJSON, its position in the list (from 1) in JSON. Raises RefusedFile for a file
    that is cut off or damaged, holds no list of objects or more than one, or whose fields are not a log's.
    """
    encoding = find_encoding(path)
    with path.open(encoding=encoding, errors="replace") as file:
        is_lines = _is_lines(file)
    if is_lines:
        records: Callable[[], Iterator[Numbered]] = lambda: _line_objects(path, encoding)  # noqa: E731
    else:
        place = _find_list(path, encoding)
        records = lambda: _listed_objects(path, encoding, place)  # noqa: E731
    names = _field_names(path, records())
    found = find_header(path.name, [[_clean(name) for name in names]], pins)
    found.header_at = -1
    found.write = lambda con: write_records(con, found, lambda: _with_cells(records(), names))
    if encoding == "cp1252":
        found.warnings.append(
            "Not all of the file is UTF-8: it was read as Windows-1252. Look at letters with accents."
        )
    return found


def _field_names(path: Path, records: Iterable[Numbered]) -> list[str]:
    """Every name in order of first appearance."""
    names: dict[str, None] = {}
    for number, fields in records:
        if isinstance(fields, _Object):
            names.update(dict.fromkeys(name for name, _ in fields))
        if len(names) > MOST_FIELDS:
            raise RefusedFile(
                f"{path.name} does not look like a lookup log: its first {number:,} objects have more than "
                f"{MOST_FIELDS} different fields. {ASK}"
            )
    if not names:
        raise RefusedFile(f"{path.name} holds no object with named fields, so no column of a log is in it. {ASK}")
    return list(names)


def _with_cells(records: Iterable[Numbered], names: list[str]) -> Iterator[Record]:
    for number, fields in records:
        if fields is None:
            yield number, []
        elif isinstance(fields, str):
            yield number, fields
        else:
            yield number, _cells(fields, names)


def _cells(fields: _Object, names: list[str]) -> list[str] | str:
    values = dict(fields)
    if len(values) != len(fields):
        return _twice(fields)
    try:
        return [_text(values.get(name)) for name in names]
    except RecursionError:
        return TOO_DEEP


def _twice(fields: _Object) -> str:
    names = [name for name, _ in fields]
    name = next(name for name in names if names.count(name) > 1)
    # Only a name that is known to be one: where a table was turned round, plates and officers stand as names.
    return f"the field {name!r} stands twice" if layouts.fold(name) in layouts.CANONICAL else "a field stands twice"


def _text(value: Any) -> str:
    if isinstance(value, _Number):
        return _plain(value)
    if isinstance(value, str):
        return _clean(value)
    return "" if value is None else _clean(_json(value))


def _plain(number: _Number) -> str:
    """A number without exponent, unless it would be endless."""
    if not ("e" in number or "E" in number):
        return str(number)
    mantissa, _, power = number.lower().partition("e")
    if len(mantissa) > LONGEST_WRITTEN_OUT or len(power) > 3 or abs(int(power)) > LONGEST_WRITTEN_OUT:
        return str(number)
    return format(Decimal(number), "f")


def _json(value: Any) -> str:
    """Compact JSON text, numbers and repeated names as they were written."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, _Object):
        return "{" + ",".join(f"{_json(name)}:{_json(inner)}" for name, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _clean(text: str) -> str:
    """The text with U+FFFD where half of a character stands, which no file or table can hold."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


# ---- one object in each line --------------------------------------------------------------------------------


def _is_lines(file: TextIO) -> bool:
    """Whether the file is NDJSON: a whole object in its first line, or in its second if the first is damaged."""
    pieces = iter(lambda: file.readline(LONGEST_CELL), "")
    first, second = [*islice((line for line in pieces if line.strip()), 2), "", ""][:2]
    if not first.lstrip().startswith("{"):
        return False
    fields = _parse(first)
    if isinstance(fields, _Object):
        is_search = "searched" in layouts.read_header([name for name, _ in fields])[0]
        return bool(second) or is_search or not any(_is_list_of_objects(value) for _, value in _down(fields, 1))
    return isinstance(_parse(second), _Object) and not first.rstrip().endswith(("[", ",", "{", ":"))


def _down(fields: _Object, depth: int) -> Iterator[tuple[str, Any]]:
    for name, value in fields:
        yield name, value
        if isinstance(value, _Object) and depth < DEEPEST_LIST:
            yield from _down(value, depth + 1)


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and not isinstance(value, _Object) and any(isinstance(one, _Object) for one in value)


def _parse(line: str) -> _Object | str:
    """The object that the line is, or why it is none."""
    try:
        value = _DECODER.decode(line.strip())
    except json.JSONDecodeError as error:
        return f"the line is damaged: {error.msg.strip()} at character {error.pos + 1:,}"
    except RecursionError:
        return TOO_DEEP
    return value if isinstance(value, _Object) else "the line is not an object with named fields"


def _line_objects(path: Path, encoding: str) -> Iterator[Numbered]:
    damaged = 0
    with path.open(encoding=encoding, errors="replace") as file:
        for number, line in enumerate(_lines(file), start=1):
            fields = _parse(line) if line and line.strip() else None
            if line is None:
                fields = f"the line is longer than {LONGEST_CELL:,} characters"
            yield number, fields
            damaged = _counted(path, number, fields, damaged)


def _lines(file: TextIO) -> Iterator[str | None]:
    """Each line; None for one that is too long to be a record."""
    while line := file.readline(LONGEST_CELL + 1):
        if len(line) <= LONGEST_CELL:
            yield line
            continue
        while not line.endswith("\n") and (line := file.readline(PIECE)):
            pass
        yield None


def _counted(path: Path, number: int, fields: _Object | str | None, damaged: int) -> int:
    """How many records were damaged up to this one; raises RefusedFile when there are too many."""
    if not isinstance(fields, str):
        return damaged
    if damaged == MOST_DAMAGED:
        raise RefusedFile(
            f"{path.name}: {damaged + 1} records up to record {number:,} cannot be read as objects ({fields}); "
            "the file is damaged or not a table. Ask for it again, or open it and look at that record."
        )
    return damaged + 1


# ---- a list of objects --------------------------------------------------------------------------------------


class _Damaged(Exception):
    """Why the text cannot be read on from here; `is_cut` if it ends in the middle."""

    def __init__(self, why: str, is_cut: bool = False) -> None:
        super().__init__(why)
        self.is_cut = is_cut


class _Text:
    """The text of a JSON file, a piece at a time."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.held, self.at, self.is_ended = "", 0, False

    def sign(self) -> str:
        """The next sign that is no blank, or nothing at the end."""
        while True:
            while self.at < len(self.held) and self.held[self.at] in " \t\r\n":
                self.at += 1
            if self.at < len(self.held) or self.is_ended:
                return self.held[self.at : self.at + 1]
            self._read_on()

    def pass_over(self, wanted: str) -> str:
        """The next sign, which must be one of the wanted."""
        sign = self.sign()
        if not sign:
            raise _Damaged("it ends in the middle", is_cut=True)
        if sign not in wanted:
            raise _Damaged(f"{' or '.join(wanted)} was looked for, and something else stands there")
        self.at += 1
        return sign

    def value(self) -> Any:
        """The value that starts at the next sign."""
        self.sign()
        while True:
            why, is_cut = "it ends in the middle", True
            try:
                value, end = _DECODER.raw_decode(self.held, self.at)
                # A number may go on in the next piece.
                if end < len(self.held) or self.is_ended:
                    self.at = end
                    return value
            except RecursionError:
                raise _Damaged(TOO_DEEP) from None
            except json.JSONDecodeError as error:
                ends_there = error.pos >= len(self.held.rstrip()) - 1
                why, is_cut = error.msg.strip(), ends_there or error.msg.startswith("Unterminated string")
            if self.is_ended:
                raise _Damaged(why, is_cut)
            if len(self.held) - self.at > LONGEST_CELL:
                raise _Damaged(f"what follows is damaged ({why}) or longer than {LONGEST_CELL:,} characters")
            self._read_on()

    def _read_on(self) -> None:
        # As much again as is held: a long value is then parsed a few times only.
        more = self.file.read(max(PIECE, len(self.held) - self.at))
        self.is_ended = not more
        self.held, self.at = self.held[self.at :] + more, 0


Place = tuple[str, ...]  # the names above a list


def _find_list(path: Path, encoding: str) -> Place:
    """The names above the file's one list of objects."""
    places = dict.fromkeys(place for place, _, fields in _walk_file(path, encoding) if isinstance(fields, _Object))
    if not places:
        raise RefusedFile(f"{path.name} is JSON, but no list with objects is in it, so it has no records. {ASK}")
    if len(places) > 1:
        raise RefusedFile(
            f"{path.name} is JSON with {len(places)} lists of objects, and which of them is the log cannot be known. "
            "Save the list of searches as a file of its own."
        )
    return next(iter(places))


def _listed_objects(path: Path, encoding: str, wanted: Place) -> Iterator[Numbered]:
    damaged = 0
    for place, number, value in _walk_file(path, encoding):
        if place == wanted:
            fields = value if isinstance(value, _Object) else "not an object with named fields"
            yield number, fields
            damaged = _counted(path, number, fields, damaged)


def _walk_file(path: Path, encoding: str) -> Iterator[tuple[Place, int, Any]]:
    """Every value of every list near the top: the names above the list, position in it from 1, the value."""
    number = 0
    with path.open(encoding=encoding, errors="replace") as file:
        text = _Text(file)
        try:
            for place, number, value in _walk(text, ()):
                yield place, number, value
            if text.sign():
                raise _Damaged("more text follows after the end of the list")
        except _Damaged as damage:
            where = f"after object {number:,}" if number else "before its first object"
            if damage.is_cut:
                why = f"{path.name} is cut off {where}: the file ends in the middle of a list or an object."
            else:
                why = f"{path.name} cannot be read as JSON {where}: {damage}."
            raise RefusedFile(f"{why} Download it or ask for it again, or as CSV.") from damage


def _walk(text: _Text, place: Place) -> Iterator[tuple[Place, int, Any]]:
    sign = text.sign()
    if sign == "[":
        yield from ((place, number, value) for number, value in enumerate(_list_values(text), start=1))
    elif sign == "{" and len(place) < DEEPEST_LIST:
        for name in _names(text):
            yield from _walk(text, (*place, name))
    else:
        text.value()


def _list_values(text: _Text) -> Iterator[Any]:
    text.pass_over("[")
    if text.sign() == "]":
        text.pass_over("]")
        return
    yield text.value()
    while text.pass_over(",]") == ",":
        yield text.value()


def _names(text: _Text) -> Iterator[str]:
    """Each name in an object, with the text left where its value starts; who asks for the next has read the value."""
    text.pass_over("{")
    if text.sign() == "}":
        text.pass_over("}")
        return
    seen: set[str] = set()
    while True:
        name = text.value()
        if type(name) is not str or name in seen:
            raise _Damaged("a name was looked for" if type(name) is not str else "the same name stands twice")
        seen.add(name)
        if len(seen) > MOST_NAMES:
            raise _Damaged(f"an object with more than {MOST_NAMES:,} names is no list of records")
        text.pass_over(":")
        yield name
        if text.pass_over(",}") == "}":
            return
