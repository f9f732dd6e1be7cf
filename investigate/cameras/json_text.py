"""The values of a JSON file, whatever its bytes are: gzip or plain, with a mark or without, one value or one a line."""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from investigate.errors import RefusedFile

GZIP = b"\x1f\x8b"
MOST_BYTES = 512 << 20  # unpacked; the cameras of the whole world with all their tags are a tenth of it
MOST_VALUES = 20_000_000  # commas and brackets, or lines: each is an object in memory
MOST_DAMAGED = 50  # lines
LONGEST_NUMBER = 18  # digits of a whole number; more are no identifier and no coordinate
AGAIN = "Download it again, or ask for it as CSV."


class Twice(dict[str, Any]):
    """An object in which a name stands twice with two values: which of them counts cannot be known."""

    name = ""


@dataclass
class JsonText:
    """What a file holds: `value`, or, of one object a line, `lines`: its number and its value, or why it has none."""

    value: Any = None
    lines: list[tuple[int, Any]] | None = None
    blank: int = 0
    is_windows: bool = False


class Unreadable(str):
    """Why a line holds no value."""

    __slots__ = ()


def read_text(path: Path) -> JsonText:
    """The JSON in a file; raises RefusedFile for one that is none, damaged, cut off, or larger than any camera file."""
    data = _bytes(path)
    if not data.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise RefusedFile(f"{path.name} is empty: no camera is in it. {AGAIN}")
    text, is_windows = _decoded(data)
    text = text.strip("\ufeff \t\r\n")
    if text.startswith("<"):
        raise RefusedFile(
            f"{path.name} looks like a web page or XML, perhaps an error page saved under the file's name; JSON was "
            "looked for. Open it to see what the server said, then download it again."
        )
    if max(sum(map(text.count, ",[{")), text.count("\n")) > MOST_VALUES:
        raise RefusedFile(
            f"{path.name} holds more than {MOST_VALUES:,} values, which no file of cameras does. Load it in parts."
        )
    try:
        return JsonText(_parse(text), is_windows=is_windows)
    except RecursionError:
        raise _too_deep(path) from None
    except json.JSONDecodeError as error:
        if found := _by_line(path, text):
            found.is_windows = is_windows
            return found
        raise _damaged(path, text, error) from None


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            is_packed = file.read(2) == GZIP
            file.seek(0)
            stream: Any = gzip.GzipFile(fileobj=file) if is_packed else file
            data: bytes = stream.read(MOST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise RefusedFile(f"{path.name} is a gzip file that is cut off or damaged. {AGAIN}") from None
    if len(data) > MOST_BYTES:
        raise RefusedFile(
            f"{path.name} is larger than {MOST_BYTES >> 20} MB unpacked, which no file of cameras is. Load it in parts."
        )
    return data


def _decoded(data: bytes) -> tuple[str, bool]:
    """The text, and whether it had to be read as Windows-1252."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), False
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), True


def _parse(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_object, parse_int=_whole)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: dict[str, Any] = {}
    for name, value in pairs:
        if name in seen and repr(seen[name]) != repr(value):
            twice = Twice(found)
            twice.name = name
            return twice
        seen[name] = value
    return found


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else float(digits[:400])


# ---- one object in each line --------------------------------------------------------------------------------


def _by_line(path: Path, text: str) -> JsonText | None:
    """The objects of a file with one in each line, or None where its first two lines hold none."""
    lines = text.split("\n")
    starts = [line for line in lines[:20] if line.strip(" \t\r\x1e")][:2]
    if len(starts) < 2 or not starts[0].lstrip(" \t\x1e").startswith("{"):
        return None
    if not any(isinstance(_line(path, line), dict) for line in starts):
        return None
    found = JsonText(lines=[])
    damaged = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip(" \t\r\x1e"):
            found.blank += 1
            continue
        value = _line(path, line)
        damaged += isinstance(value, Unreadable)
        if damaged > MOST_DAMAGED:
            raise RefusedFile(
                f"{path.name}: {damaged} lines up to line {number:,} are no JSON, so the file is damaged. {AGAIN}"
            )
        assert found.lines is not None
        found.lines.append((number, value))
    return found


def _line(path: Path, line: str) -> Any:
    try:
        return _parse(line.strip(" \t\r\x1e"))
    except json.JSONDecodeError as error:
        return Unreadable(f"the line is damaged ({error.msg.strip()} at character {error.pos + 1:,})")
    except RecursionError:
        raise _too_deep(path) from None


def _damaged(path: Path, text: str, error: json.JSONDecodeError) -> RefusedFile:
    if error.pos >= len(text) - 1 or error.msg.startswith("Unterminated string"):
        return RefusedFile(
            f"{path.name} is cut off: its JSON ends in line {error.lineno:,} in the middle of a value. {AGAIN}"
        )
    return RefusedFile(
        f"{path.name} cannot be read as JSON: {error.msg.strip()}, in line {error.lineno:,} at character "
        f"{error.colno:,}. {AGAIN}"
    )


def _too_deep(path: Path) -> RefusedFile:
    return RefusedFile(
        f"{path.name} nests lists or objects in one another too deeply for a file of cameras. Look at what it is."
    )
