"""Invented lookup logs, cell by cell, and what the program makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet as pq

from investigate.load import load_lookup_logs
from investigate.workspace import Workspace

AUDIT_LINE = (
    "ID,Name,Org Name,Total Networks Searched,Time Frame,License Plate,Reason,Case #,Filters,Search Time,Search Type,"
    "Text Prompt,Moderation"
)
AUDIT = AUDIT_LINE.split(",")
OLD_AUDIT_LINE = "Name,Total Networks Searched,Time Frame,License Plate,Case #,Filters,Reason,Search Time"
OLD_AUDIT = OLD_AUDIT_LINE.split(",")
PORTAL = ["id", "userId", "searchDate", "networkCount", "reason"]

USUAL = {
    "Name": "Officer Quillon",
    "userId": "***",
    "Org Name": "Mossgate IL PD",
    "Total Networks Searched": "120",
    "networkCount": "120",
    "Time Frame": "03/01/2026, 10:00:00 AM UTC\n03/08/2026, 10:00:00 AM UTC",
    "License Plate": "ZZ9PLATE",
    "Reason": "Burglary - shed",
    "reason": "burglary",
    "Case #": "",
    "Filters": "",
    "Search Time": "03/08/2026, 10:05:00 AM UTC",
    "searchDate": "2026-03-08T10:05:00.250Z",
    "Search Type": "lookup",
    "Text Prompt": "",
    "Moderation": "",
}


def search_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def record(number: int, header: list[str] = AUDIT, **cells: str) -> list[str]:
    """Cells of one search; `cells` by header name, blanks and `#` of the name left out."""
    named = {name.replace(" ", "").replace("#", ""): name for name in header}
    usual = {"ID": search_id(number), "id": search_id(number), **USUAL}
    changed = {named[name]: text for name, text in cells.items()}
    return [(usual | changed).get(name, "") for name in header]


def as_csv(rows: list[list[str]], *, delimiter: str = ",", end: str = "\r\n", quote_all: bool = False) -> str:
    marks = f'{delimiter}"\r\n'

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if quote_all or any(mark in text for mark in marks) else text

    return "".join(delimiter.join(map(cell, row)) + end for row in rows)


def write_log(path: Path, records: list[list[str]], header: list[str] = AUDIT, **how: Any) -> Path:
    """Write a CSV log; its name should say whose it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_csv([header, *records], **how).encode())
    return path


def write_workbook(path: Path, sheets: dict[str, list[list[Any]]], corner: tuple[int, int] = (1, 1)) -> Path:
    """Write a workbook; `corner` is row and column of the first cell, from 1."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for down, row in enumerate(rows, start=corner[0]):
            for right, cell in enumerate(row, start=corner[1]):
                sheet.cell(down, right, cell)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


@dataclass
class Loaded:
    """The load report and the tables in the store of one workspace."""

    report: pd.DataFrame
    room: Workspace

    @cached_property
    def searches(self) -> pd.DataFrame:
        return self._read("searches", "release", "row")

    @cached_property
    def rejects(self) -> pd.DataFrame:
        return self._read("rejects", "release", "row")

    @cached_property
    def fixes(self) -> pd.DataFrame:
        return self._read("fixes", "release", "row", "column")

    def _read(self, table: str, *order: str) -> pd.DataFrame:
        parts = (self.room.store / table).glob("*.parquet")
        frame = pd.concat([pq.read_table(part).to_pandas() for part in parts], ignore_index=True)
        return frame.sort_values(list(order), ignore_index=True)

    @property
    def entry(self) -> dict[str, Any]:
        """The load report's only entry."""
        assert len(self.report) == 1
        return self.report.iloc[0].to_dict()

    def reasons(self) -> list[str | None]:
        """The reason of each search, in order of release and row."""
        texts = self._read("texts", "reason_id").drop_duplicates("reason_id").set_index("reason_id")["reason"]
        return [None if pd.isna(text) else text for text in self.searches["reason_id"].map(texts)]


def load(paths: Any, workspace: Path, **given: Any) -> Loaded:
    room = Workspace(workspace)
    return Loaded(load_lookup_logs(paths, workspace=room, **given), room)
