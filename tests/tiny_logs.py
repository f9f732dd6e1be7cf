"""Lookup logs of a few rows, written by the test that counts them by eye. Everything in them is invented."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

AUDIT = {
    "id": "ID", "officer": "Name", "agency": "Org Name", "networks": "Total Networks Searched",
    "frame": "Time Frame", "plate": "License Plate", "reason": "Reason", "case": "Case #", "filters": "Filters",
    "at": "Search Time", "kind": "Search Type", "prompt": "Text Prompt", "verdict": "Moderation",
}  # fmt: skip


AUDIT_WITH_DEVICES = {
    "id": "ID", "officer": "Name", "agency": "Org Name", "networks": "Total Networks Searched",
    "devices": "Total Devices Searched", "frame": "Time Frame", "plate": "License Plate", "reason": "Reason",
    "case": "Case #", "filters": "Filters", "at": "Search Time", "kind": "Search Type",
}  # fmt: skip


def utc(text: str) -> dt.datetime:
    """2025-01-20T17:00:00 as an instant in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def search(at: dt.datetime | str, reason: str, agency: str = "Ashmoor IL PD", **cells: str) -> dict[str, Any]:
    """One row of an audit; without `id` the time makes it a search of its own."""
    when = utc(at) if isinstance(at, str) else at
    return {"at": when, "reason": reason, "agency": agency, "networks": "7", "id": f"{agency} {when}", **cells}


def write_network_audit(folder: Path, owner: str, rows: Iterable[dict[str, Any]], part: int = 1) -> Path:
    """A network audit released by `owner`, in the header generation of 2026; with devices, where a row has them, in
    an earlier one."""
    path = folder / f"{owner}_Network_Audit_{part}.csv"
    cells = [row | {"at": f"{row['at']:%m/%d/%Y, %I:%M:%S %p} UTC"} for row in rows]
    return _write(path, AUDIT_WITH_DEVICES if any("devices" in row for row in cells) else AUDIT, cells)


def write_portal(folder: Path, rows: Iterable[dict[str, Any]], *, with_reason: bool) -> Path:
    """A download from an agency's portal; the folder's name says whose."""
    heads = {"id": "id", "officer": "userId", "at": "searchDate", "networks": "networkCount"}
    cells = [row | {"at": f"{row['at']:%Y-%m-%dT%H:%M:%S}.000Z"} for row in rows]
    return _write(folder / "search_audit.csv", heads | ({"reason": "reason"} if with_reason else {}), cells)


def write_unnamed_audit(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """An organization audit without an agency column, in a place that does not say whose it is."""
    heads = {name: head for name, head in AUDIT.items() if name not in {"id", "agency", "prompt", "verdict"}}
    cells = [row | {"at": f"{row['at']:%m/%d/%Y, %I:%M:%S %p} UTC"} for row in rows]
    return _write(path, heads, cells)


def _write(path: Path, heads: dict[str, str], rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads.values())
        writer.writerows([row.get(name, "") for name in heads] for row in rows)
    return path


def no_sources() -> pd.DataFrame:
    """The table of sources of a report that was made by hand and comes from no release."""
    return pd.DataFrame({"role": [], "release": [], "rows": []}, dtype=object)
