"""Targets csv, xlsx and json: a log of any bytes, loaded from a folder of a throw-away workspace.

Whatever the bytes are: no error, no hang, every record accounted for, nothing changed by loading it again, and the
sound log beside it loads.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from made_logs import AUDIT, OLD_AUDIT, as_csv, record

from investigate.errors import RefusedFile
from investigate.load import load_lookup_logs
from investigate.logs.containers import fingerprint
from investigate.logs.headers import SEARCHED_IN
from investigate.logs.readers import read_release
from investigate.store import Store
from investigate.workspace import Workspace

FOLDER = "mossgate-il-pd"
MEMBER = re.compile(rb"^=== ([^\r\n]{1,200}) ===\r?\n", re.MULTILINE)
ESCAPE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SOUND = as_csv([AUDIT, record(901), record(902)]).encode()
ONE_IN = 6  # refused files that are also loaded, with the sound log beside them

Entry = dict[str, Any]


def check_csv(data: bytes) -> None:
    """A text file of these bytes; of a well-formed one the records are also counted apart."""
    _check(data, "log.csv", records_of_csv(data))


def check_json(data: bytes) -> None:
    """A file of objects of these bytes; the objects of a plain list are also counted apart."""
    _check(data, "log.json", records_of_json(data))


def check_xlsx(data: bytes) -> None:
    """A workbook: as it is if the bytes are one, else put together from its members (`=== name ===`, then content)."""
    _check(data if data.startswith((b"PK", b"\xd0\xcf")) else zipped(data), "log.xlsx", None)


def zipped(data: bytes) -> bytes:
    """A ZIP archive of the members that the text names, in order."""
    parts = MEMBER.split(data)[1:]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in zip(parts[::2], parts[1::2], strict=True):
            # A date of its own, and none of today: the same text gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name.decode("latin-1")), content)
    return packed.getvalue()


def unzipped(data: bytes) -> bytes:
    """The text from which `zipped` makes an archive with these members."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [b"=== %s ===\n%s\n" % (name.encode(), archive.read(name)) for name in archive.namelist()]
    return b"".join(parts)


# ---- counted apart ------------------------------------------------------------------------------------------


def records_of_csv(data: bytes) -> list[list[str]] | None:
    """Cells of every record below the header by Python's strict reader; None where it or the header is not plain."""
    try:
        text = data.decode("utf-8-sig")
        rows, bare = (
            list(csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=skips))
            for skips in (True, False)
        )
    except (UnicodeDecodeError, csv.Error):
        return None
    # Blanks before a quote are read in two ways, and a NUL may stand for UTF-16.
    is_plain = rows and rows[0] in (AUDIT, OLD_AUDIT) and list(map(len, rows)) == list(map(len, bare))
    return rows[1:] if is_plain and "\0" not in text[:64] else None


def records_of_json(data: bytes) -> list[Any] | None:
    """The objects of a file that is one list of objects; None for all else."""
    try:
        found = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) and found and all(isinstance(one, dict) for one in found) else None


# ---- what must hold -----------------------------------------------------------------------------------------


def _check(data: bytes, name: str, records: list[Any] | None) -> None:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder, "logs", FOLDER, name)
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        is_chosen = zlib.crc32(data) % ONE_IN == 0
        # Loading takes a hundred times longer than refusing.
        if not (is_chosen or _can_be_read(path)):
            return
        if is_chosen:
            path.with_name("sound.csv").write_bytes(SOUND)
        room = Workspace(Path(folder, "workspace"))
        first = _load(path.parent, room)
        _check_entries(first, room, records)
        again = _load(path.parent, room)
        _check_unchanged(first, again)
        if is_chosen:
            sound = [one for one in first if Path(one["path"]).name == "sound.csv"]
            assert [(one["status"], one["rows_loaded"]) for one in sound] == [("loaded", 2)], sound


def _can_be_read(path: Path) -> bool:
    try:
        return bool(read_release(path, fingerprint(path)))
    except RefusedFile:
        return False


def _load(folder: Path, room: Workspace) -> list[Entry]:
    load_lookup_logs([folder], workspace=room)
    entries: list[Entry] = json.loads(Store(room.store).load_report.read_text(encoding="utf-8"))
    return entries


def _check_entries(entries: list[Entry], room: Workspace, records: list[Any] | None) -> None:
    store = Store(room.store)
    releases = store.releases()
    hostile = [one for one in entries if Path(one["path"]).name != "sound.csv"]
    assert hostile, "the file is not in the load report"
    for entry in hostile:
        if entry["status"] == "refused":
            why = entry["refused_because"]
            assert why, entry
            assert not ESCAPE.search(why), repr(why)
            assert entry["rows_read"] is None, entry
            continue
        assert entry["status"] == "loaded", entry
        told = [entry[f"rows_{name}"] for name in ("loaded", "rejected", "blank")]
        assert entry["rows_read"] == sum(told), entry
        assert min(told) >= 0, entry
        release = releases.loc[releases["path"] == entry["path"], "release"]
        assert len(release) == 1, f"{len(release)} releases of {entry['path']}"
        loaded = _numbers(store, "searches", release.iloc[0])
        rejected = _numbers(store, "rejects", release.iloc[0])
        _check_numbers(entry, loaded, rejected)
        if records is not None:
            assert entry["rows_read"] == len(records), f"{len(records)} records, {entry['rows_read']} read"


def _check_numbers(entry: Entry, loaded: pd.Series, rejected: pd.Series) -> None:
    assert loaded.is_unique, "a record number stands twice"
    assert len(loaded) == entry["rows_loaded"], entry
    assert rejected.nunique() == entry["rows_rejected"], entry
    assert not set(loaded) & set(rejected), "a record was loaded and rejected"
    numbers = sorted({*loaded, *rejected})
    if numbers:
        assert numbers[0] >= 1, numbers[0]
        assert numbers[-1] <= entry["rows_read"] + SEARCHED_IN, numbers[-1]  # the header and what stands above it
        assert numbers[-1] - numbers[0] < entry["rows_read"], numbers


def _numbers(store: Store, table: str, release: str) -> pd.Series:
    return pq.read_table(store.part(table, release), columns=["row"]).to_pandas()["row"]


def _check_unchanged(first: list[Entry], again: list[Entry]) -> None:
    expected = [one | {"status": "unchanged"} if one["status"] == "loaded" else one for one in first]
    assert again == expected, "loading the same bytes again gave another report"
