"""The file that a person judges: how it is written, and how it is read back.

In a CSV a text that a spreadsheet program would run as a formula, or turn into a number or a date, stands behind an
apostrophe; in a workbook every cell is declared as text. Reading takes the apostrophe off again. Characters that no
workbook may hold are shown by their code.
"""

from __future__ import annotations

import bisect
import csv
import hashlib
import io
import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import python_calamine
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from investigate.errors import RefusedFile, UnknownValue
from investigate.logs.workbook_scan import damaged, look_through
from investigate.logs.workbooks import text_of
from investigate.manual_csv import csv_rows
from investigate.reasons.rulebook import CATEGORIES

NONE = "none of these"
ANSWERS = {
    "immigration_crime": "Names a criminal immigration offence: re-entry, alien smuggling, 8 USC 1325 or 1326, or "
    'the picked value "Immigration (criminal)".',
    "immigration": "Says immigration enforcement, civil or unspecified: immigration, deportation, illegal alien, "
    'removal, detainer, 287(g), or the picked value "Immigration (civil/administrative)".',
    "immigration_agency": "Names ICE, ERO, CBP, Border Patrol or USCIS, and no other crime.",
    "homeland": "Names HSI, DHS or Homeland Security, and no crime.",
    "immigration_or_homeland_other_crime": "Any of the words above together with another crime: drugs, fraud, theft, "
    "child exploitation and the like.",
    NONE: "Anything else: another purpose, another federal agency, no purpose at all, or words that only look like "
    "the above (black ice, ice the drug, people who pose as ICE).",
}
RULES_OF_JUDGING = (
    "Judge only what stands in the line: reason, offense type and case number together. Not what you know of the "
    "agency or the case, and not what this program says of it.",
    f"One answer a line, from the list. Where two fit, another crime makes it {list(ANSWERS)[4]!r}; else the one "
    "that stands higher in the list.",
    "When unsure, leave the answer empty and say why in the note: the line stays unjudged and counts neither way.",
)
TEXTS = ("reason", "offense_type", "case_number")
HEADER = ("number", *TEXTS, "judged", "note")
LONGEST = 32_000  # units of UTF-16 as written: a cell of a workbook holds 32,767
LARGEST = 50_000_000  # bytes of a judged file
MOST_ROWS = 1_000_000
_QUOTED = 40  # characters of a word that is quoted in a message

_WIDTHS = {"number": 20, "reason": 60, "offense_type": 30, "case_number": 20, "judged": 36, "note": 30}
_EPOCH = datetime(1980, 1, 1)  # the first time that a ZIP entry can hold: the same lines give the same bytes
_NOT_IN_CELL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # how a workbook writes a character by its code
_PLAIN = re.compile(r"[^\W\d_]")  # a letter first: no formula, number or sign of one
_READ_AS_MORE = re.compile(r"(?i)(true|false|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)")
_ANSWER_OF = {answer.replace("_", " "): answer for answer in ANSWERS} | {
    category.replace("_", " "): NONE for category in CATEGORIES if category not in ANSWERS
}


@dataclass(frozen=True)
class Line:
    """One line of a judged file: the spreadsheet's number of the row, and its cells by header."""

    row: int
    cells: dict[str, str]


# ---- writing ---------------------------------------------------------------------------------------------


def shown(text: str | None) -> str:
    """A text as a cell may hold it: what no workbook may hold by its code, cut where a cell ends."""
    seen = _NOT_IN_CELL.sub(lambda found: f"[U+{ord(found[0]):04X}]", text or "")
    if _size(seen[: LONGEST + 1]) <= LONGEST:
        return seen
    fitting = bisect.bisect_right(range(1, LONGEST + 1), LONGEST, key=lambda count: _size(seen[:count]))
    return f"{seen[:fitting]} … (cut: {len(seen):,} characters)"


def _size(text: str) -> int:
    """Units of UTF-16 that a workbook holds of a text, with what stands there for a character by its code."""
    return len(_CODED.sub("_x005F_", text).encode("utf-16-le", "replace")) // 2


def fingerprint(text: str) -> str:
    """16 digits that stay the same for a cell that only a spreadsheet program has touched: blanks, apostrophes."""
    plain = " ".join(text.replace("_x005F_", "_").split()).lstrip("' ")
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:16]


def sheet_bytes(kind: str, lines: Iterable[Sequence[str]]) -> bytes:
    """The file to judge; `kind` is .csv or .xlsx, `lines` hold number, reason, offense type and case number."""
    if kind == ".csv":
        return _csv_bytes(lines)
    if kind == ".xlsx":
        return _workbook_bytes(lines)
    raise UnknownValue(f"A file to judge is a .csv or an .xlsx, not {kind!r}. Give --out a name that ends so.")


def _csv_bytes(lines: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows([number, *(_guarded(cell) for cell in texts), "", ""] for number, *texts in lines)
    return text.getvalue().encode("utf-8-sig")  # without the mark Excel reads another encoding


def _guarded(text: str) -> str:
    is_plain = not text or (_PLAIN.match(text) and not _READ_AS_MORE.match(text))
    return text if is_plain else f"'{text}"


def _workbook_bytes(lines: Iterable[Sequence[str]]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "Review"
    for column, name in enumerate(HEADER, start=1):
        _put(sheet.cell(1, column), name, is_bold=True)
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = _WIDTHS[name]
    row = 1
    for row, line in enumerate(lines, start=2):
        for column, text in enumerate((*line, "", ""), start=1):
            _put(sheet.cell(row, column), text)
    sheet.freeze_panes = "A2"
    column = sheet.cell(1, HEADER.index("judged") + 1).column_letter
    choice = DataValidation(type="list", formula1=f'"{",".join(ANSWERS)}"', allow_blank=True, showErrorMessage=True)
    choice.error = "Choose one of the answers in the list, or leave the cell empty."
    choice.add(f"{column}2:{column}{max(row, 2)}")
    sheet.add_data_validation(choice)
    _explain(book.create_sheet("How to judge"))
    book.properties.creator = "investigate"
    book.properties.created = _EPOCH
    return _same_bytes(book)


def _put(cell: Cell, text: str, *, is_bold: bool = False) -> None:
    """Write text that stays text, also when somebody edits the cell."""
    cell.value = _CODED.sub("_x005F_", text)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if is_bold:
        cell.font = Font(bold=True)


def _explain(sheet: Worksheet) -> None:
    sheet.column_dimensions["A"].width = 38
    sheet.column_dimensions["B"].width = 100
    for row, (name, meaning) in enumerate(explained(), start=1):
        _put(sheet.cell(row, 1), name, is_bold=True)
        _put(sheet.cell(row, 2), meaning)


def explained() -> Iterator[tuple[str, str]]:
    """The answers with what they mean, and the rules for judging: (name, sentence)."""
    yield "Answer", "What it means"
    yield from ANSWERS.items()
    for number, rule in enumerate(RULES_OF_JUDGING, start=1):
        yield f"Rule {number}", rule


def _same_bytes(book: Workbook) -> bytes:
    """The workbook without the time at which it was saved."""
    saved, fresh = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", content)
            entry = zipfile.ZipInfo(name, _EPOCH.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return fresh.getvalue()


# ---- reading ---------------------------------------------------------------------------------------------


def answer_of(word: str, path: Path, row: int) -> str | None:
    """The answer that a cell gives, or None for an empty one; raises RefusedFile for a word that is none."""
    folded = " ".join(word.replace("_", " ").casefold().split()).lstrip("'").strip()
    if not folded:
        return None
    if folded not in _ANSWER_OF:
        quoted = word if len(word) <= _QUOTED else f"{word[:_QUOTED]}…"
        raise RefusedFile(
            f"{path.name}, row {row:,}: {quoted!r} is no answer. Allowed are {', '.join(map(repr, ANSWERS))}, or an "
            "empty cell. Mend the cell and score again."
        )
    return _ANSWER_OF[folded]


def read_lines(path: Path) -> list[Line]:
    """The lines of a judged file, empty ones left out; raises RefusedFile for anything that is no such file."""
    rows = _rows(path)
    header = [" ".join(cell.casefold().split()).replace(" ", "_") for cell in next(rows, [])]
    missing = [name for name in ("number", "reason") if name not in header]
    if missing or not any(name.startswith("judged") for name in header):
        wanted = ", ".join(repr(name) for name in HEADER[:-1])
        raise RefusedFile(
            f"{path.name} is not a file to judge: its first row does not hold the columns {wanted}. "
            "Give the file that `investigate review draw` wrote, with the answers filled in."
        )
    if twice := [name for name in sorted(set(header) - {""}) if header.count(name) > 1]:
        raise RefusedFile(f"{path.name} has the column {twice[0]!r} twice. Leave one of them and score again.")
    lines = []
    for row, cells in enumerate(rows, start=2):
        if row > MOST_ROWS:
            raise RefusedFile(f"{path.name} has more than {MOST_ROWS:,} rows: more than any file to judge.")
        if any(cell.strip() for cell in cells):
            filled = [*cells, *[""] * (len(header) - len(cells))]
            lines.append(Line(row, dict(zip(header, filled, strict=False))))
    return lines


def _rows(path: Path) -> Iterator[list[str]]:
    try:
        if path.stat().st_size > LARGEST:
            raise RefusedFile(f"{path.name} is larger than {LARGEST:,} bytes: larger than any file to judge.")
        content = path.read_bytes()
    except OSError as error:
        why = error.strerror or "it cannot be opened"
        raise RefusedFile(f"{path.name!r} cannot be read: {why}. Check the name of the judged file.") from error
    return _workbook_rows(path) if content.startswith((b"PK\x03\x04", b"\xd0\xcf")) else _text_rows(path, content)


def _text_rows(path: Path, content: bytes) -> Iterator[list[str]]:
    try:
        yield from csv_rows(content)
    except csv.Error as error:
        raise RefusedFile(
            f"{path.name} cannot be split into cells ({error}). Save it again as CSV or as a workbook."
        ) from error


def _workbook_rows(path: Path) -> Iterator[list[str]]:
    """The rows of the first sheet whose first row names the column `number`."""
    look_through(path)
    try:
        book = python_calamine.load_workbook(path)
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            rows = ([text_of(cell) for cell in row] for row in sheet.iter_rows())
            first = next(rows, [])
            if "number" in [cell.casefold().strip() for cell in first]:
                return itertools.chain([first], rows)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic in the reader is no Exception
        raise damaged(path) from error
    return iter(())
