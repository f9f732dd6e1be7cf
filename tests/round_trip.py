"""Round trips: invented searches written in a layout and a container, loaded, and compared cell for cell.

What is expected of the store is made from the generated values, never from the file or by the program's own rules. All
is done on whole columns, so that a million rows are compared in seconds.
"""

from __future__ import annotations

import csv
import gzip
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xlwt
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from investigate.load import load_lookup_logs
from investigate.logs.layouts import LAYOUTS
from investigate.workspace import Workspace

PRODUCER = "Mossgate IL PD"
FIRST_DAY, DAYS = np.datetime64("2025-03-01", "ms"), 300  # after the weeks in which cameras were counted as 0
BLANKS = " \t\n\r\v\f"
NOTHING = np.iinfo(np.int64).min

# ---- the searches -------------------------------------------------------------------------------------------

# Text column → texts that are drawn from; `{n}` becomes the number of the search.
POOLS: dict[str, tuple[str, ...]] = {
    "search_id": ("00000000-0000-4000-8000-{n:012d}",) * 8 + ("***", ""),
    "user": ("Officer Quillon", "***", "", "O'Wren, P.", 'Sam "Sammy" Ide', "José Núñez", "Žaneta 李", "P. W.", "007"),
    "org": ("Mossgate IL PD", "Fernhollow IL PD", "Ashmoor, Town of (IL)", 'Dunmere "East" PD', "Écluse PD", "***", ""),
    "networks": ("0", "1", "120", "5,417", "{n}", "", "***"),
    "devices": ("0", "7", "83,011", "{n}", "", "***"),
    "plate": ("{n:07d}",) * 6 + ("***", "", "00042", "1e5", "TRUE", "A B-1", "ÄÖ 7"),
    "reason": (
        "10-12", "1e5", "TRUE", "false", "=1+1", "+1+1", "@SUM(A1)", "-", "007", "0012", "Burglary - shed", "", "***",
        "theft, from a \"car\"", "it's; a\ttab", "line one\nline two", "investigación – niño", "捜査 🚓", "NULL",
        "1/2/25", "1234567890123456789", "3.14159265358979", "12.50", "a" * 300, "theft {n}", "\"", "''", "a,b;c|d",
        "NaN", "#N/A",
    ),
    "offense_type": ("Larceny", "Drug/Narcotic, all", "", "***", "Vergehen § 2"),
    "case_number": ("{n:08d}", "26-{n:05d}", "", "***", "00012", "A/12, B", "1E10", "№ 4"),
    "filters": ("", "{{\"make\": \"any, all\"}}", "color=red;body=van", "***", "Größe 4"),
    "search_type": ("lookup", "visual search", "convoy", "***", ""),
    "text_prompt": ("", "a red van\nwith \"rack\"", "voiture grise, avec échelle", "***"),
    "moderation": ("", "Allowed: no person is named; \"van\" is a vehicle.", "***", "line\n\nafter a blank line"),
}  # fmt: skip


@dataclass
class Searches:
    """Invented searches: `texts` by canonical column, blank as ""; instants in ms since 1970, NOTHING where blank."""

    texts: dict[str, np.ndarray]
    at: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def __len__(self) -> int:
        return len(self.at)


def invent(n: int, seed: int = 1, carries: Callable[[str], bool] = lambda text: True) -> Searches:
    """So many searches; texts that the container cannot carry are left out of what is drawn from."""
    dice = np.random.default_rng(seed)
    texts = {column: _draw([text for text in pool if carries(text)], n, dice) for column, pool in POOLS.items()}
    at = FIRST_DAY.astype(np.int64) + dice.integers(0, DAYS * 86_400_000, n)
    start = at // 1000 * 1000 - dice.integers(1, 30 * 86_400, n) * 1000
    end = start + dice.integers(1, 20 * 86_400, n) * 1000
    is_blank = dice.random(n) < 0.1
    start[is_blank] = end[is_blank] = NOTHING
    return Searches(texts, at, start, end)


def _draw(pool: list[str], n: int, dice: np.random.Generator) -> np.ndarray:
    picked = dice.integers(0, len(pool), n)
    drawn = np.empty(n, object)
    for number, text in enumerate(pool):
        places = np.flatnonzero(picked == number)
        is_same = text.format(n=1) == text.format(n=2)
        drawn[places] = text.format(n=1) if is_same else [text.format(n=place + 1) for place in places.tolist()]
    return drawn


# ---- layouts ------------------------------------------------------------------------------------------------

AUDIT_NAMES = {
    "search_id": "ID", "user": "Name", "org": "Org Name", "networks": "Total Networks Searched",
    "devices": "Total Devices Searched", "time_frame": "Time Frame", "time_frame_start": "Time Frame Start",
    "time_frame_end": "Time Frame End", "plate": "License Plate", "reason": "Reason", "offense_type": "Offense Type",
    "case_number": "Case #", "filters": "Filters", "searched": "Search Time", "search_type": "Search Type",
    "text_prompt": "Text Prompt", "moderation": "Moderation",
}  # fmt: skip
PORTAL_NAMES = {
    "search_id": "id", "user": "userId", "searched": "searchDate", "networks": "networkCount",
    "devices": "cameraCount", "reason": "reason", "offense_type": "offenseType", "case_number": "caseNumber",
}  # fmt: skip
LIKELY_NAMES = {
    "search_id": "Search UUID", "user": "Officer Name", "org": "Searching Agency", "networks": "Networks Searched",
    "devices": "Cameras Searched", "time_frame": "Time Range", "plate": "Plate Number", "reason": "Search Reason",
    "offense_type": "Offense Category", "case_number": "Incident Number", "filters": "Filters",
    "searched_date": "Date", "searched": "Time of Search", "search_type": "Type of Search", "text_prompt": "Prompt",
    "moderation": "Moderation",
}  # fmt: skip
PINNED_NAMES = {column: f"Column {number}" for number, column in enumerate(AUDIT_NAMES, start=1)}
# What the families that catch other headers are given beside what they must have.
MORE = {
    "portal-other": ("devices", "offense_type"),
    "organization-other": ("user", "networks", "search_type", "moderation"),
    "audit-other": (
        "search_id", "user", "networks", "devices", "time_frame_start", "time_frame_end", "plate", "reason",
        "case_number", "filters", "text_prompt",
    ),
}  # fmt: skip


def _names_of(layout: Any) -> dict[str, str]:
    names = PORTAL_NAMES if layout.kind == "portal" else AUDIT_NAMES
    return {column: name for column, name in names.items() if column in {*layout.must, *MORE.get(layout.id, ())}}


# Layout → canonical column → header cell, in the order in which the columns are written.
HEADERS: dict[str, dict[str, str]] = {layout.id: _names_of(layout) for layout in LAYOUTS} | {
    "matched": LIKELY_NAMES,
    "pinned": PINNED_NAMES,
}


def _kind(layout: str) -> str:
    if layout.startswith("portal"):
        return "portal"
    return "network" if "org" in HEADERS[layout] else "organization"


def _written(ms: np.ndarray, form: str, unit: str, mark: str) -> np.ndarray:
    times = pa.array(ms, pa.timestamp("ms"), mask=ms == NOTHING)
    text = pc.strftime(pc.cast(times, pa.timestamp(unit), safe=False), form)
    return pc.fill_null(pc.binary_join_element_wise(text, mark, ""), "").to_numpy(zero_copy_only=False)


def to_table(made: Searches, layout: str) -> pd.DataFrame:
    """The searches as the layout writes them: a text for each cell, under the layout's header."""
    cells: dict[str, np.ndarray] = dict(made.texts)
    start, end = (_written(ms, "%m/%d/%Y, %I:%M:%S %p", "s", " UTC") for ms in (made.start, made.end))
    cells |= {"time_frame_start": start, "time_frame_end": end}
    cells["time_frame"] = np.where(made.start == NOTHING, "", start + "\n" + end)
    if layout.startswith("portal"):
        cells["searched"] = _written(made.at, "%Y-%m-%dT%H:%M:%S", "ms", "Z")
    elif layout == "matched":
        cells["searched_date"] = _written(made.at, "%m/%d/%Y", "s", "")
        cells["searched"] = _written(made.at, "%I:%M:%S %p", "s", "")
    else:
        cells["searched"] = _written(made.at, "%m/%d/%Y, %I:%M:%S %p", "s", " UTC")
    return pd.DataFrame({name: cells[column] for column, name in HEADERS[layout].items()}, dtype=object)


# ---- containers ---------------------------------------------------------------------------------------------


def _csv(path: Path, table: pd.DataFrame, sep: str = ",", end: str = "\r\n", encoding: str = "utf-8") -> None:
    # Python quotes a CR or LF in a cell only where lines end with it.
    quoting = csv.QUOTE_MINIMAL if end == "\r\n" else csv.QUOTE_ALL
    table.to_csv(path, index=False, sep=sep, lineterminator=end, encoding=encoding, quoting=quoting)


def _zip(path: Path, table: pd.DataFrame) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("mossgate-il-pd/audit.csv", "w", force_zip64=True) as member,
    ):
        table.to_csv(member, index=False, lineterminator="\r\n", encoding="utf-8")


def _gzip(path: Path, table: pd.DataFrame) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        table.to_csv(file, index=False, lineterminator="\r\n", encoding="utf-8")


def _json(path: Path, table: pd.DataFrame, is_lines: bool) -> None:
    filled = table.where(table != "", None)
    filled.to_json(path, orient="records", lines=is_lines, force_ascii=False)


def _parquet(path: Path, table: pd.DataFrame) -> None:
    arrays = [pa.array(table[name], pa.string(), mask=(table[name] == "").to_numpy()) for name in table.columns]
    pq.write_table(pa.table(arrays, names=list(table.columns)), path)


def _xlsx(path: Path, table: pd.DataFrame) -> None:
    """Through a library that writes each text in its cell."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("audit")
    sheet.append(list(table.columns))

    def as_text(text: str) -> Any:
        if not text.startswith(("=", "#")):
            return text or None
        cell = WriteOnlyCell(sheet, text)
        cell.data_type = "s"  # else a formula or an error
        return cell

    for row in table.itertuples(index=False, name=None):
        sheet.append([as_text(text) for text in row])
    book.save(path)


_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="audit" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}


def _xlsx_shared(path: Path, table: pd.DataFrame) -> None:
    """As spreadsheet programs write it: each text once, in a list of its own, and its number in the cells."""
    codes, texts = pd.factorize(pd.concat([pd.Series(table.columns), *(table[name] for name in table)]).to_numpy())
    width, height = len(table.columns), len(table)
    header, body = codes[:width], codes[width:].reshape(width, height)
    letters = [get_column_letter(number) for number in range(1, width + 1)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as member:
            member.write(f'<sst {_MAIN} count="{len(codes)}" uniqueCount="{len(texts)}">'.encode())
            for first in range(0, len(texts), 50_000):
                items = (
                    f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts[first : first + 50_000]
                )
                member.write("".join(items).encode())
            member.write(b"</sst>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member:
            member.write(f"<worksheet {_MAIN}><sheetData>".encode())
            member.write(_row(1, letters, header.tolist(), -1).encode())
            blank = next((number for number, text in enumerate(texts) if text == ""), -1)
            for first in range(0, height, 20_000):
                block = body[:, first : first + 20_000].T.tolist()
                rows = (_row(number, letters, cells, blank) for number, cells in enumerate(block, start=first + 2))
                member.write("".join(rows).encode())
            member.write(b"</sheetData></worksheet>")


def _row(number: int, letters: list[str], cells: list[int], blank: int) -> str:
    filled = (
        f'<c r="{letter}{number}" t="s"><v>{cell}</v></c>'
        for letter, cell in zip(letters, cells, strict=True)
        if cell != blank
    )
    return f'<row r="{number}">{"".join(filled)}</row>'


def _xls(path: Path, table: pd.DataFrame) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("audit")
    for down, row in enumerate([tuple(table.columns), *table.itertuples(index=False, name=None)]):
        for right, text in enumerate(row):
            if text:
                sheet.write(down, right, text)
    book.save(str(path))


def _in_windows_letters(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _everything(text: str) -> bool:
    return True


def in_xml(text: str) -> bool:
    """Workbooks hold neither control characters nor, as typed, `_x0041_`; a lone CR becomes LF in them."""
    return all(char in "\t\n" or " " <= char < "\ufffe" or char > "\uffff" for char in text) and "_x" not in text


@dataclass(frozen=True)
class Container:
    """How a table is written: the file's ending, the number of the first record, the most rows, and which texts it
    can carry."""

    ending: str
    write: Callable[[Path, pd.DataFrame], None]
    first: int = 2
    most: int = 1 << 62
    carries: Callable[[str], bool] = _everything


CONTAINERS: dict[str, Container] = {
    "csv": Container("csv", _csv),
    "csv-mark": Container("csv", lambda path, table: _csv(path, table, encoding="utf-8-sig")),
    "csv-utf16": Container("csv", lambda path, table: _csv(path, table, encoding="utf-16")),
    "csv-windows": Container(
        "csv", lambda path, table: _csv(path, table, encoding="cp1252"), carries=_in_windows_letters
    ),
    "csv-semicolon": Container("csv", lambda path, table: _csv(path, table, sep=";")),
    "csv-tab": Container("txt", lambda path, table: _csv(path, table, sep="\t")),
    "csv-lf": Container("csv", lambda path, table: _csv(path, table, end="\n")),
    "csv-cr": Container("csv", lambda path, table: _csv(path, table, end="\r")),
    "zip": Container("zip", _zip),
    "gz": Container("csv.gz", _gzip),
    "ndjson": Container("ndjson", lambda path, table: _json(path, table, True), 1),
    "json": Container("json", lambda path, table: _json(path, table, False), 1),
    "parquet": Container("parquet", _parquet, 1),
    "xlsx": Container("xlsx", _xlsx, most=(1 << 20) - 1, carries=in_xml),
    "xlsx-shared": Container("xlsx", _xlsx_shared, most=(1 << 20) - 1, carries=in_xml),
    "xls": Container("xls", _xls, most=65_535, carries=in_xml),
}


# ---- what the store must hold -------------------------------------------------------------------------------

TEXTS_OF_SEARCHES = ("search_type", "filters", "text_prompt", "moderation")
IDENTIFIERS = ("user", "plate", "case_number")
TIMES = {"searched_at": "at", "window_start_at": "start", "window_end_at": "end"}


def _stated(cells: np.ndarray) -> np.ndarray:
    """Texts without outer blanks, None where nothing is left."""
    return np.array([text.strip(BLANKS) or None for text in cells.tolist()], object)


def _unless_withheld(cells: np.ndarray) -> np.ndarray:
    stated = _stated(cells)
    stated[stated == "***"] = None
    return stated


def _number(cells: np.ndarray) -> np.ndarray:
    return np.array([int(t.replace(",", "")) if t[:1].isdigit() else NOTHING for t in cells.tolist()], np.int64)


_MASKED = str.maketrans("123456780", "999999999")


def expected_in_store(made: Searches, layout: str) -> dict[str, np.ndarray]:
    """Each column of the store, in the order of the records: texts (None: empty), numbers and ms (NOTHING: empty)."""
    has, texts, n = HEADERS[layout], made.texts, len(made)
    nothing, unknown = np.full(n, None, object), np.full(n, NOTHING)
    found = {column: _stated(texts[column]) if column in has else nothing for column in TEXTS_OF_SEARCHES}
    found |= {column: _stated(texts[column]) if column in has else nothing for column in IDENTIFIERS}
    found |= {column: _stated(texts[column]) if column in has else nothing for column in ("reason", "offense_type")}
    case = _unless_withheld(texts["case_number"]) if "case_number" in has else nothing
    found["case_text"] = np.array([text and text.translate(_MASKED) for text in case.tolist()], object)
    found["search_id"] = _unless_withheld(texts["search_id"]) if "search_id" in has else nothing
    agency = _unless_withheld(texts["org"]) if "org" in has else np.full(n, PRODUCER, object)
    found["searching_agency"] = agency
    for column in ("networks", "devices"):
        found[f"{column}_count"] = _number(texts[column]) if column in has else unknown
    found["searched_at"] = made.at if layout.startswith("portal") else made.at // 1000 * 1000
    for column, when in (("start", made.start), ("end", made.end)):
        found[f"window_{column}_at"] = when if {"time_frame", f"time_frame_{column}"} & set(has) else unknown
    return found


def read_store(store: Path, release: str, first: int) -> dict[str, np.ndarray]:
    """The same columns as the store holds them; raises AssertionError where record numbers do not run on."""

    def part(table: str) -> pd.DataFrame:
        return pq.read_table(store / table / f"{release}.parquet").to_pandas()

    searches, people = (part(name).sort_values("row", ignore_index=True) for name in ("searches", "identifiers"))
    for table in (searches, people):
        assert (table["row"].to_numpy() == np.arange(first, first + len(table))).all(), "record numbers"
    texts = part("texts").set_index("reason_id")
    assert texts.index.is_unique, "a reason stands twice"
    found = {column: _as_texts(searches[column]) for column in (*TEXTS_OF_SEARCHES, "search_id", "searching_agency")}
    found |= {column: _as_texts(people[column]) for column in IDENTIFIERS}
    found |= {
        column: _as_texts(searches["reason_id"].map(texts[column]))
        for column in ("reason", "offense_type", "case_text")
    }
    for column in ("networks_count", "devices_count"):
        found[column] = searches[column].astype("Int64").fillna(NOTHING).to_numpy(np.int64)
    for column in TIMES:
        ms = searches[column].dt.tz_convert(None).astype("datetime64[ms]")
        found[column] = ms.astype(np.int64).where(ms.notna(), NOTHING).to_numpy(np.int64)
    return found | {"user_token": _as_texts(searches["user_token"]), "plate_token": _as_texts(searches["plate_token"])}


def _as_texts(column: pd.Series) -> np.ndarray:
    return column.astype(object).where(column.notna(), None).to_numpy(object)


def differing(expected: dict[str, np.ndarray], stored: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Column → positions at which the store holds something else."""
    wrong = {}
    for column, values in expected.items():
        assert len(values) == len(stored[column]), f"{len(values)} were written, {len(stored[column])} stored"
        if len(places := np.flatnonzero(values != stored[column])):
            wrong[column] = places
    for column in ("user", "plate"):
        if len(places := _wrong_tokens(expected[column], stored[f"{column}_token"], column == "plate")):
            wrong[f"{column}_token"] = places
    return wrong


def _wrong_tokens(values: np.ndarray, tokens: np.ndarray, is_plate: bool) -> np.ndarray:
    """Where a token is not one and the same for one value, or stands for none or for two."""
    spoken = pd.Series(
        [None if v in (None, "***") else v.upper() if is_plate else v for v in values.tolist()], dtype=object
    )
    pairs = pd.DataFrame({"value": spoken, "token": pd.Series(tokens, dtype=object)})
    wrong = pairs["value"].isna() != pairs["token"].isna()
    known = pairs.dropna().drop_duplicates()
    twice = known[known["value"].duplicated() | known["token"].duplicated()]
    return np.flatnonzero(wrong | pairs["token"].isin(twice["token"]))


# ---- the round trip -----------------------------------------------------------------------------------------


@dataclass
class Trip:
    """What came of one round trip; `differences` as `differing` gives them."""

    rows: int
    layout: str
    seconds_to_write: float
    seconds_to_load: float
    cells: int
    differences: dict[str, np.ndarray]
    more: dict[str, Any] = field(default_factory=dict)


Load = Callable[..., tuple[dict[str, Any], dict[str, Any]]]


def load_here(folder: Path, workspace: Path, **given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Load in this process: the entry of the load report, and nothing measured."""
    report = load_lookup_logs(folder, workspace=Workspace(workspace), keep_identifiers=True, **given)
    (entry,) = report.to_dict("records")
    return entry, {}


def go(made: Searches, layout: str, container: str, folder: Path, load: Load = load_here) -> Trip:
    """Write, load and compare; raises AssertionError unless every record was loaded, under the layout's name."""
    how = CONTAINERS[container]
    path = folder / "in" / "mossgate-il-pd" / f"audit.{how.ending}"
    path.parent.mkdir(parents=True)
    if layout == "pinned":
        mapping = "; ".join(f"{column}={name}" for column, name in PINNED_NAMES.items())
        (path.parent / "sources.csv").write_text(f'path,mapping\n{path.name},"{mapping}"\n', encoding="utf-8")
    start = time.perf_counter()
    how.write(path, to_table(made, layout))
    written = time.perf_counter()
    entry, more = load(folder / "in", folder, producer=PRODUCER, kind=_kind(layout))
    loaded = time.perf_counter()
    assert entry["status"] == "loaded", entry["refused_because"]
    assert (entry["rows_read"], entry["rows_loaded"], entry["layout"]) == (len(made), len(made), layout)
    expected = expected_in_store(made, layout)
    stored = read_store(Workspace(folder).store, entry["sha256"][:12], how.first)
    cells = len(made) * (len(expected) + 2)
    return Trip(len(made), layout, written - start, loaded - written, cells, differing(expected, stored), more)
