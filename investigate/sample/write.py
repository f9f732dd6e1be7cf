"""Writers of released files: CSV straight to disk, XLSX streamed and made the same byte for byte."""

from __future__ import annotations

import re
import shutil
import zipfile
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np

from investigate.errors import InvestigateError
from investigate.sample.draw import Ints, Searches
from investigate.sample.layouts import LAYOUTS, RAW, columns, header_line
from investigate.sample.plan import XLSX_ROWS, Release
from investigate.sample.reasons import DATE_TRAP

# The first date that a ZIP entry can hold.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_WORKBOOK_EPOCH = datetime(2026, 4, 1)
_SHEET_NAMES = {"L2": "in", "L3a": "search-audit-report-5a3e0000-a7", "L4": "12_1_2025-12_31_2025-Brackenfa "}
_BLANK_EVERY = 3


class Writer(Protocol):
    """What the sample needs of a file being written."""

    rows: int
    blank_rows: int
    exact_repeats: int

    def write(self, searches: Searches, here: Ints) -> Ints:
        """Write the searches at the places `here`; give back those that found room."""

    def close(self) -> None:
        """Finish the file."""


def with_repeats(searches: Searches, here: Ints, release: Release) -> Ints:
    """`here` with the places of searches that this release prints twice, one below the other."""
    if not release.repeats_per_1000:
        return here
    times = np.where(searches.luck[here] < release.repeats_per_1000, 2, 1)
    return np.repeat(here, times)


class CsvWriter:
    """One CSV file; `rows` holds no blank ones and both of two exact repeats."""

    def __init__(self, path: Path, release: Release) -> None:
        self.rows = self.blank_rows = self.exact_repeats = 0
        self._release = release
        self._layout = LAYOUTS[release.layout]
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        path.write_bytes((header_line(self._layout) + self._end_of_header()).encode())

    def _end_of_header(self) -> str:
        return self._layout.newline if self._layout.final_newline else ""

    def write(self, searches: Searches, here: Ints) -> Ints:
        """Append the searches at the places `here`; all of them find room."""
        printed = with_repeats(searches, here, self._release)
        parts = columns(searches, printed, self._release, self._layout.quoting)
        lines = [",".join(row) for row in zip(*parts, strict=True)]
        self.rows += len(lines)
        self.exact_repeats += len(printed) - len(here)
        self._append(self._with_blanks(lines))
        return here

    def _with_blanks(self, lines: list[str]) -> list[str]:
        """Strew rows of nothing but commas between the first rows."""
        at = _BLANK_EVERY
        while self.blank_rows < self._release.blank_rows and at < len(lines):
            lines.insert(at, "," * (len(self._layout.header) - 1))
            self.blank_rows += 1
            at += _BLANK_EVERY + 1
        return lines

    def _append(self, lines: list[str]) -> None:
        newline = self._layout.newline
        text = newline.join(lines)
        # Opened for each batch: a sample has more files than some systems let one program hold open.
        with self._path.open("ab") as file:
            file.write((text + newline if self._layout.final_newline else newline + text).encode())

    def close(self) -> None:
        """Nothing is left open between batches."""


class XlsxWriter:
    """One workbook of at most `XLSX_ROWS` rows, with numbers and dates where such programs put them."""

    def __init__(self, path: Path, release: Release) -> None:
        self.rows = self.blank_rows = self.exact_repeats = 0
        self._path, self._release = path, release
        self._layout = LAYOUTS[release.layout]
        self._book = _new_workbook()
        self._sheet = self._book.create_sheet(_SHEET_NAMES[release.layout])
        self._sheet.append([_typed("", name) for name in self._layout.header])
        path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, searches: Searches, here: Ints) -> Ints:
        """Append the searches at the places `here` that find room and give those back."""
        here = here[: max(0, XLSX_ROWS - self.rows)]
        printed = with_repeats(searches, here, self._release)
        self.exact_repeats += len(printed) - len(here)
        for row in zip(*columns(searches, printed, self._release, RAW), strict=True):
            cells = [_typed(field, text) for field, text in zip(self._layout.fields, row, strict=True)]
            self._sheet.append(cells)
            self.rows += 1
            self._strew_blank()
        return here

    def _strew_blank(self) -> None:
        """A row that is empty but for a running number in the junk column."""
        if self.blank_rows < self._release.blank_rows and self.rows % _BLANK_EVERY == 0:
            self.blank_rows += 1
            self._sheet.append([None] * (len(self._layout.header) - 1) + [self.rows])

    def close(self) -> None:
        """Save, then take the time of saving out of the file."""
        if self._layout is LAYOUTS["L3a"]:
            self._book.create_sheet("Sheet1")
        self._book.save(self._path)
        _freeze(self._path)


def _new_workbook() -> Any:
    try:
        from openpyxl import Workbook  # noqa: PLC0415 - only a sample with workbooks needs it
    except ImportError as error:
        raise InvestigateError(
            "The invented workbooks (layouts 'L2', 'L3a', 'L4') cannot be written: openpyxl is missing. "
            "Install it (`pip install openpyxl`) or ask for layouts in CSV only."
        ) from error
    book = Workbook(write_only=True)
    book.properties.created = _WORKBOOK_EPOCH
    book.properties.creator = "invented"
    return book


def _typed(field: str, text: str) -> str | int | datetime | None:
    """What a spreadsheet program makes of a text: digits a number, `10-12` a date, nothing an empty cell."""
    if not text:
        return None
    if field == "reason" and text == DATE_TRAP:
        return datetime(2025, 10, 12)
    return int(text) if text.isdigit() and field not in {"case", "filters"} else text


def _freeze(path: Path) -> None:
    """Pack a workbook again with fixed times, so that the same rows give the same bytes."""
    fresh = path.with_name(path.name + ".part")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with old.open(name) as source, new.open(entry, "w") as target:
                if name == "docProps/core.xml":
                    _copy_core(source, target)
                else:
                    shutil.copyfileobj(source, target)
    fresh.replace(path)


def _copy_core(source: IO[bytes], target: IO[bytes]) -> None:
    moment = _WORKBOOK_EPOCH.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    target.write(re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + moment, source.read()))


def open_writer(folder: Path, release: Release) -> Writer:
    """Start the file of a release below `folder`: CSV or XLSX by its name."""
    kind = XlsxWriter if release.is_workbook else CsvWriter
    return kind(folder / release.path, release)
