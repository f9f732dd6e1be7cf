"""CSV files that a person keeps in a spreadsheet: how their bytes are read, whatever program saved them.

One row a decision, checked line by line: a line that is silently not followed is worse than none.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from investigate.errors import InvestigateError
from investigate.workspace import Workspace, open_workspace

LARGEST = 50_000_000  # bytes: far more than anybody decides by hand
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_manual(workspace: str | Path | Workspace | None, name: str, wrong: type[InvestigateError]) -> bytes | None:
    """The bytes of a file of the workspace's manual folder, or None if there is no such file; raises `wrong`."""
    path = open_workspace(workspace).manual / name
    try:
        if path.stat().st_size > LARGEST:
            raise wrong(f"{path} is larger than {LARGEST:,} bytes: larger than any list kept by hand. Cut it.")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise wrong(f"{path} cannot be read: {error.strerror}. Close other programs or mend its rights.") from error


def decode_csv(content: bytes) -> str:
    """Text of a CSV file as spreadsheets save it: UTF-8, UTF-16 with its mark, else Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def csv_rows(content: bytes, strict: bool = False) -> Iterator[list[str]]:
    """Cells of each row; they are divided by what stands most often in the first line: comma, semicolon or tab.

    Raises csv.Error where a quotation mark is not closed (`strict`) or a cell is endless.
    """
    text = decode_csv(content)
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=strict)


def manual_records(
    content: bytes, name: str, columns: Sequence[str], wrong: type[InvestigateError]
) -> list[tuple[int, dict[str, str]]]:
    """Each record that is not empty with its number, counted as a spreadsheet does (the header is line 1).

    Cells come without the blanks around them. Raises `wrong`, naming file and line, if the file is no CSV, its header
    does not name exactly these columns (in any order), or a row has more cells than the header.
    """
    try:
        lines = list(csv_rows(content, strict=True))
    except csv.Error as error:
        raise wrong(f"{name} is no CSV file: {error}. Save it from a spreadsheet as CSV (UTF-8).") from error
    header = [cell.strip().lower() for cell in lines[0]] if lines else []
    if sorted(header) != sorted(columns):
        raise wrong(
            f"The first line of {name} is {', '.join(header) or 'empty'!r}; it must name the columns "
            f"{', '.join(columns)}."
        )
    records = []
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            raise wrong(f"Line {number} of {name} has {len(cells)} cells, the header {len(header)}. Quote commas.")
        filled = cells + [""] * (len(header) - len(cells))
        record = {column: cell.strip() for column, cell in zip(header, filled, strict=False)}
        if any(record.values()):
            records.append((number, record))
    return records


def check_decision(record: dict[str, str], at: str, wrong: type[InvestigateError]) -> None:
    """Raise `wrong` unless the record says who decided, why, and on which day; `at` names its place in the file.

    The day may be that of tomorrow: it has begun elsewhere.
    """
    if empty := [name for name in ("who", "why") if not record[name]]:
        raise wrong(f"{at}: {' and '.join(empty)} is empty. An editor must be able to ask.")
    if not _is_day(record["when"]):
        raise wrong(f"{at}: {record['when']!r} is no date. Write the day as YYYY-MM-DD.")
    today = dt.datetime.now(tz=dt.UTC).date()
    if dt.date.fromisoformat(record["when"]) > today + dt.timedelta(days=1):
        raise wrong(
            f"{at}: {record['when']!r} lies in the future: by this machine's clock today is {today}. Write the day of "
            "the decision, or set the clock."
        )


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return bool(_DAY.fullmatch(text))
