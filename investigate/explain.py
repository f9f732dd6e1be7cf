"""One row of a release, explained: as released, what was made of each cell, the search, the time, the category.

The released file is read again, so that the page shows what stands in it and not only what the store remembers; what
became of the row comes from the store alone, since that is what was counted. Where the file is gone or has changed,
only the store is shown, and that is said.
"""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePath
from typing import Any
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import pandas as pd

from investigate import engine, privacy
from investigate.columns import IDENTIFIERS
from investigate.errors import InvestigateError, UnknownValue, unknown
from investigate.explained import NOT_KNOWN, NOT_READ, Explanation, Facts, clean, codes
from investigate.logs import layouts, normalise
from investigate.logs.cells import NO_NAME, NUMBERS, TIMES
from investigate.logs.raw import HEADER_AGAIN
from investigate.periods import CUT_SAID, find_periods
from investigate.quality.fields import LABELS
from investigate.quality.wording import file_of
from investigate.reasons.classify import FUZZY_MARK, scopes_of
from investigate.reasons.rulebook import rulebook
from investigate.reasons.vocabulary import known_words_only
from investigate.released_row import UNREAD, NotShown, Released, only, place_of, read_again, records
from investigate.store import Store
from investigate.tables import Tables, open_tables
from investigate.workspace import Workspace

MOST_PLACES = 10  # rows listed in which the same search stands
FEWEST_DIGITS = 4  # of a release's id, to be taken for its beginning
KEEP_SAID = "Shown with plates, officers, case numbers and reasons as released: this must not leave the newsroom."
MASKED_SAID = "Masked: what may name a person or a vehicle; in reasons, every word that the rules do not know, as …"
WORKBOOK_SAID = "From a workbook: a number is shown as it was read, with .0; the program that opens it may hide that."
UNSPLIT_SAID = "Which cell stands under which header is not known here: the status says why. See the file itself."

# Canonical column → the columns of `searches` that are made of it.
BECAME = {
    "search_id": ("search_id",), "user": ("user_token",), "org": ("searching_agency",), "networks": ("networks_count",),
    "devices": ("devices_count",), "time_frame": ("window_start_at", "window_end_at"),
    "time_frame_start": ("window_start_at",), "time_frame_end": ("window_end_at",), "plate": ("plate_token",),
    "reason": ("reason_id",), "offense_type": ("reason_id",), "case_number": ("case_key", "reason_id"),
    "filters": ("filters",), "searched": ("searched_at",), "searched_date": ("searched_at",),
    "search_type": ("search_type",), "text_prompt": ("text_prompt",), "moderation": ("moderation",),
}  # fmt: skip
BASIS_SAID = {
    "stated": "the file states its zone",
    "given": "the zone was given by --timezone or sources.csv",
    "assumed_utc": "the file states no zone; taken as UTC",
    "assumed_local": "the file states no zone; taken as the zone of the release",
}
FORM_SAID = {
    "exported": "written as the vendor writes it",
    "remade": "rewritten by a spreadsheet or another tool",
    "day": "a day without a time of day",
}
# What gives a category and is no rule of rules.toml.
WHY = {
    "dropdown": "The value was picked from the list that the system offers.",
    "other": "A purpose is stated, and no rule reads it as one of the other categories.",
    "blank": "Nothing stands in the column of reasons of this row.",
    "not_exported": "The release has no column of reasons.",
    "overwritten": "One and the same text fills nearly the whole column of reasons, so it says nothing of a search.",
}
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_TIME = re.compile(rf"(?i)(?:[\d\s:/.,+-]|(?<=\d)t(?=\d)|\b(?:am|pm|to|gmt|[ecmp][sd]t|{_MONTH})\b|utc|z$|z(?=\s))+")
_CLOCK = re.compile(r"\d:\d\d")
_MARKS = (re.compile(layouts.WITHHELD), re.compile(layouts.PLACEHOLDER))
_NO_NAME = re.compile(NO_NAME)
_IS_PLATE = re.compile(r"^(?=.*\d)[A-Z0-9]{5,8}$")
_UUID, _LAW = re.compile(layouts.UUID), re.compile(privacy.LAW_DIGITS)
_ROW = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15}")


def explain_row(
    row: str, *, keep_identifiers: bool = False, workspace: str | Path | Workspace | None = None
) -> Explanation:
    """Explain one row: `row` is "RELEASE:ROW", as reports cite it.

    RELEASE is a release's id, its beginning (4 digits or more), or the file's name or the end of its path; ROW counts
    as a spreadsheet does. `keep_identifiers` shows plates, officers, case numbers and reasons as released. Raises
    UnknownValue for a release or a row that is not there, EmptyStore and StaleStore as `open_tables` does.
    """
    name, number = _parse(row)
    tables = open_tables(workspace)
    try:
        return _Row(tables, _find_release(tables.releases, name), number, keep_identifiers).explain()
    finally:
        tables.con.disconnect()


# ---- which row ----------------------------------------------------------------------------------------


def _parse(row: str) -> tuple[str, int]:
    name, colon, number = (part.strip() for part in row.rpartition(":"))
    if not colon or not name:
        raise UnknownValue(f"{row!r} does not name a row. Write RELEASE:ROW, such as 3f1c09ab77de:14 or audit.csv:14.")
    if not _ROW.fullmatch(number):
        raise UnknownValue(f"The row {number!r} in {row!r} is not a number. Write the record number, such as 14.")
    return name, int(number.replace(",", ""))


def _find_release(releases: pd.DataFrame, name: str) -> Facts:
    known: list[Facts] = [
        {key: None if pd.api.types.is_scalar(value) and pd.isna(value) else value for key, value in one.items()}
        for one in releases.to_dict("records")
    ]
    exact = [one for one in known if one["release"] == name.lower()]
    begun = [one for one in known if len(name) >= FEWEST_DIGITS and one["release"].startswith(name.lower())]
    ends = [one for one in known if any(f"/{path}".endswith(f"/{name}") for path in (one["path"], place_of(one)))]
    found = exact or [*begun, *(one for one in ends if one not in begun)]
    if len(found) > 1:
        listed = ", ".join(f"{one['release']} ({codes(one['path'])})" for one in found[:8])
        more = f" and {len(found) - 8:,} more" if len(found) > 8 else ""
        raise UnknownValue(f"{name!r} fits {len(found):,} releases: {listed}{more}. Give an id, or more of the path.")
    if not found:
        names = dict.fromkeys(text for one in known for text in (one["release"], PurePath(one["path"]).name))
        raise unknown("release", name, map(codes, names), "Give an id, a file name or the end of a path.")
    return found[0]


# ---- what was made of it ------------------------------------------------------------------------------


class _Row:
    """One row of one release, with what the store holds of it."""

    def __init__(self, tables: Tables, release: Facts, number: int, keep: bool) -> None:
        self.tables, self.release, self.number, self.keep = tables, release, number, keep
        self.store = Store(tables.workspace.store)
        self.search = next(iter(self._stored("searches")), None)
        self.reject = next(iter(self._stored("rejects")), None)
        self.fixes = self._stored("fixes")

    def _stored(self, table: str) -> list[Facts]:
        """This row's records in the release's own part of a table."""
        part = self.tables.con.read_parquet(engine.literal_path(self.store.part(table, self.release["release"])))
        return records(part.filter(part.row == self.number))

    def explain(self) -> Explanation:
        notes = [KEEP_SAID if self.keep else MASKED_SAID]
        if self.release["sheet"]:
            notes.append(WORKBOOK_SAID)
        released = None
        try:
            released = read_again(self.store, self.release, self.number)
        except NotShown as why:
            notes.append(f"The row on disk can no longer be shown; what follows is what the store holds of it. {why}")
        if released and not released.is_split:
            notes.append(UNSPLIT_SAID)
        status = self._status(released)
        cells = self._cells_in_file(released) if released else self._cells_in_store()
        file = file_of(self.release["path"])
        parts = {
            "title": f"Row {self.number:,} of {file}: {status}",
            "notes": tuple(notes),
            "what": self._what(status),
            "cells": tuple(cells),
            **dict.fromkeys(("time", "identity", "category")),
        }
        if self.search:
            counted = self.tables.searches
            mine = counted.filter((counted.release == self.release["release"]) & (counted.row == self.number))
            parts |= {"time": self._time(mine, cells), **self._counted(only(mine))}
        return Explanation(**{name: clean(part) for name, part in parts.items()})

    def _status(self, released: Released | None) -> str:
        if self.search or self.reject:
            return "loaded" if self.search else "rejected"
        if released is None:
            raise InvestigateError(
                f"The store holds nothing of row {self.number:,} of {codes(self.release['path'])}, and the file can "
                "no longer be read as it was: it may have been blank, the header, or beyond the end. Put the file back."
            )
        if released.status != "blank":
            raise InvestigateError(
                f"Row {self.number:,} of {codes(self.release['path'])} is not in the store, although the file has it. "
                "Load the file again with `investigate load`."
            )
        return "blank"

    def _what(self, status: str) -> Facts:
        about = self.release
        seen = {one.id: one.seen for one in (*layouts.LAYOUTS, layouts.MATCHED, layouts.PINNED)}
        why = {"blank": "nothing stands in any known column"}.get(status)
        if self.reject:
            column = self.reject["column"]
            why = self.reject["why"] + ("" if column.startswith("(") else f" (column {column})")
        return {
            "release": about["release"], "row": self.number, "status": status, "why": why, "path": about["path"],
            "sha256": about["sha256"], "received_on": about["received_on"], "request_id": about["request_id"],
            "producer": about["producer"], "producer_from": about["producer_from"], "kind": about["kind"],
            "layout": about["layout"], "layout_seen": seen.get(about["layout"]), "sheet": about["sheet"],
            "mapping": about["mapping"], "zone": about["timezone"], "warnings": json.loads(about["warnings"]),
        }  # fmt: skip

    def _cells_in_file(self, released: Released) -> list[Facts]:
        cells = []
        has_cells = any(released.cells.values())  # a record that cannot be split has none that are known
        for _, column, header in released.columns:
            is_read, cell = not column.startswith(UNREAD), released.cells[column]
            if not (is_read or header or cell):
                continue
            state = released.states.get(column, NOT_READ)
            if not released.is_split:
                state = "blank" if cell is None and has_cells else NOT_KNOWN
            if column == "devices" and state == "zero" and self.search and self.search["devices_count"] is None:
                state = "not recorded"
            if cell is not None and not self.keep:
                cell = _released(column, cell, state, self._is_sure(released))
            cells.append(self._cell(header, column if is_read else NOT_READ, cell, state))
        return cells

    def _is_sure(self, released: Released) -> str:
        """How far the cells can be trusted to stand under their headers: `loaded`, `rejected`, `header`, `shifted`."""
        if self.reject and self.reject["why"] == HEADER_AGAIN:
            return "header"
        return ("loaded" if self.search else "rejected") if released.is_split else "shifted"

    def _cells_in_store(self) -> list[Facts]:
        """The columns that the release had, with what the store holds of their cells as released."""
        part = self.store.part("cell_states", self.release["release"])
        states = self.tables.con.read_parquet(engine.literal_path(part))
        had = {one["column"] for one in records(states.select("column").distinct())}
        kept: Facts = {}
        if self.search and self.keep:
            reasons = self.tables.reasons
            kept = only(reasons.filter(reasons.reason_id == self.search["reason_id"]))
            kept = {name: kept[name] for name in ("reason", "offense_type")}
            if self.store.part(IDENTIFIERS.name, self.release["release"]).exists():
                kept |= self._stored(IDENTIFIERS.name)[0]
        if self.reject and (value := self.reject["value"]):
            kept["searched"] = value if self.keep else _released("searched", value, "unreadable", "rejected")
        return [self._cell("", column, kept.get(column), NOT_KNOWN) for column in layouts.SPELLINGS if column in had]

    def _cell(self, header: str, column: str, released: str | None, state: str) -> Facts:
        became = {name: self._became(name) for name in BECAME.get(column, ()) if self.search}
        fixes = [_fix_said(one, released) for one in self.fixes if one["column"] == column]
        return {
            "header": header, "column": column, "released": released, "state": state, "became": became, "fixes": fixes,
        }  # fmt: skip

    def _became(self, name: str) -> Any:
        value = self.search[name] if self.search else None
        if value is None:
            return None
        if name == "case_key":
            return "keyed token of the case number" if value.startswith("case ") else "key of the reason"
        if name in ("user_token", "plate_token"):
            return "keyed token"
        if name in SHOWN_AS:
            return SHOWN_AS[name](value, self.keep)
        return _masked(value) if name in normalise.PRIVATE_COLUMNS and not self.keep else value

    def _time(self, mine: ir.Table, cells: list[Facts]) -> Facts:
        search = self.search or {}
        at, form, zone = search["searched_at"], search["searched_at_form"], self.release["timezone"]
        local = at.astimezone(ZoneInfo(zone))
        sides = [one["period"] for one in records(find_periods("inauguration").label(mine).select("period"))]
        neither = "neither before nor after: it is the day of the cut, and the time of day is not known"
        return {
            "as_released": [c["released"] for c in cells if c["column"] in ("searched", "searched_date")],
            "utc": at, "zone": zone, "local": f"{local:%Y-%m-%d %H:%M:%S %Z}" if form != "day" else None,
            "local_date": search["local_date"], "weekday": f"{search['local_date']:%A}",
            "basis": search["searched_at_basis"], "basis_said": BASIS_SAID.get(search["searched_at_basis"]),
            "form": form, "form_said": FORM_SAID.get(form), "side": sides[0] if sides else neither, "cut": CUT_SAID,
        }  # fmt: skip

    def _counted(self, mine: Facts) -> Facts:
        """The row as it is counted: its search and its category; `mine` is it in `Tables.searches`."""
        searches, stored = self.tables.searches, self.search or {}
        same = searches.filter(searches.search_key == mine["search_key"])
        files = dict(zip(self.tables.releases["release"], self.tables.releases["path"], strict=True))
        shown = records(same.select("release", "row").order_by("release", "row").limit(MOST_PLACES))
        identity = {
            **{name: stored[name] for name in ("camera_owner", "is_own_search")},
            **{name: SHOWN_AS[name](stored[name], self.keep) for name in ("search_id", "searching_agency")},
            "search_key": stored["search_key"], "key_from": "search id" if stored["search_id"] else "event",
            "counted_as": mine["search_key"],
            **only(same.agg(rows=same.count(), releases=same.release.nunique())),
            "places": [
                {"row": f"{one['release']}:{one['row']}", "file": file_of(files[one["release"]])} for one in shown
            ],
        }  # fmt: skip
        case = searches.filter(searches.case_id == mine["case_id"])
        reasons = self.tables.reasons
        reason = only(reasons.filter(reasons.reason_id == mine["reason_id"]))
        rule, matched = reason["rule"], reason["matched"]
        whys = {one.id: one.why for one in rulebook().rules} | WHY
        category = {
            "category": reason["category"], "scopes": scopes_of(reason["category"]), "rule": rule,
            "why": whys.get(rule.removesuffix(FUZZY_MARK)), "is_misspelling": rule.endswith(FUZZY_MARK),
            "matched": matched if self.keep or matched is None else _words(matched), "matched_in": reason["matched_in"],
            "rules_version": reason["rules_version"], "case_id": mine["case_id"],
            **only(case.agg(case_searches=case.search_key.nunique(), case_rows=case.count())),
        }  # fmt: skip
        return {"identity": identity, "category": category}


# ---- what may be shown --------------------------------------------------------------------------------


def _released(column: str, cell: str, state: str, sure: str) -> str:
    """A cell as it may be shown; `sure` says whether it can be trusted to stand under its header."""
    is_mark = any(mark.search(cell) for mark in _MARKS)
    is_name = sure == "header" and layouts.fold(cell) in layouts.CANONICAL
    if is_mark or is_name:
        return cell
    if sure in ("header", "shifted"):
        return _masked(cell)
    if column in ("reason", "offense_type"):
        return _words(cell)
    if column in ("searched", "searched_date", *TIMES):
        is_shown = bool(_TIME.fullmatch(cell) and (state == "value" or _CLOCK.search(cell)))
    elif column == "search_id":
        is_shown = bool(_UUID.search(cell))
    elif column in NUMBERS:
        is_shown = state in ("value", "zero", "not recorded")
    elif column == "search_type":
        is_shown = cell in LABELS
    else:
        is_shown = column == "org" and sure == "loaded" and state == "value" and not _IS_PLATE.search(cell)
    return cell if is_shown else _masked(cell)


def _masked(cell: str) -> str:
    return f"(masked, {len(cell):,} character{'' if len(cell) == 1 else 's'})"


def _words(text: str) -> str:
    """The words of the rules' vocabulary, and no digit but those of laws."""
    known, last, shown = known_words_only(text), 0, ""
    for law in _LAW.finditer(known):
        shown += re.sub(r"\d", "9", known[last : law.start()]) + law[0]
        last = law.end()
    return shown + re.sub(r"\d", "9", known[last:])


def _agency(name: str | None, keep: bool) -> str | None:
    """A name as it may be shown: what is like a number or a plate may have slipped in from another column."""
    is_name = not (name and (_NO_NAME.search(name) or _IS_PLATE.search(name)))
    return name if keep or is_name or name is None else _masked(name)


def _label(label: str | None, keep: bool) -> str | None:
    """A search type as it may be shown: only the vendor's own, since anything may stand there in a shifted file."""
    return label if keep or label is None or label in LABELS else _masked(label)


def _id(text: str | None, keep: bool) -> str | None:
    """A search id as it may be shown: only one in the vendor's form; another may be a case number."""
    return text if keep or text is None or _UUID.search(text) else _masked(text)


# Column of `searches` → how its value may be shown.
SHOWN_AS = {"searching_agency": _agency, "search_type": _label, "search_id": _id}


def _fix_said(fix: Facts, released: str | None) -> str:
    """What was mended, and from what to what where the cell is shown as it stands; private cells are not stored."""
    is_shown = released is not None and fix["raw_value"] == released
    return f"{fix['fix']}: {fix['raw_value']!r} became {fix['value']!r}" if is_shown else str(fix["fix"])
