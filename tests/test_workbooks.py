"""Workbooks that bite: cells far out, bombs, merged cells, clock times, errors, hidden and damaged sheets."""

from __future__ import annotations

import datetime as dt
import resource
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from made_logs import OLD_AUDIT, PORTAL, record, write_workbook
from openpyxl.styles import Font

from investigate import engine
from investigate.errors import RefusedFile
from investigate.logs import workbook_scan, workbooks
from investigate.logs.headers import RawFile
from investigate.logs.workbook_scan import look_through
from investigate.logs.workbooks import read_workbook, text_of

CON = engine.connect()
REASON = PORTAL.index("reason") + 1


def log(rows: int = 3, **cells: Any) -> list[list[Any]]:
    return [PORTAL, *(record(number, PORTAL, **cells) for number in range(rows))]


def rows(found: RawFile) -> list[dict[str, Any]]:
    found.write(CON)
    return CON.con.execute("SELECT * FROM raw ORDER BY record").to_arrow_table().to_pylist()


def read(path: Path) -> tuple[RawFile, list[dict[str, Any]]]:
    (found,) = read_workbook(path)
    return found, rows(found)


def refusal(path: Path) -> str:
    with pytest.raises(RefusedFile) as caught:
        read_workbook(path)
    assert str(caught.value).startswith(path.name)
    return str(caught.value)


def changed(path: Path, **sheets: list[tuple[int, int, Any]]) -> Path:
    """The workbook with cells set: row, column (from 1), value."""
    book = openpyxl.load_workbook(path)
    for name, cells in sheets.items():
        for row, column, value in cells:
            book[name].cell(row, column, value)
    book.save(path)
    return path


def patched(path: Path, member: str, change: Any) -> Path:
    """The workbook with the text of one member changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert member in members
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, change(data.decode()) if name == member else data)
    return path


SHEET = "xl/worksheets/sheet1.xml"

# ---- memory -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "far", ["XFD1048576", "ZZ1048576", "BF1048576", "XFD5000", "A9999999", "ZZZZZZ9", "XFD4294967295"]
)
def test_a_cell_far_out_refuses_the_sheet_and_is_named(tmp_path: Path, far: str) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"in": log()})
    digits = far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    row = f'<row r="{digits}"><c r="{far}"><v>1</v></c></row></sheetData>'
    message = refusal(patched(path, SHEET, lambda text: text.replace("</sheetData>", row)))
    assert f"the sheet 'in' has something in the cell {far}," in message
    assert "delete the empty columns right of the table" in message


ODD_FORMS = [
    "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
    '<row r="1048576"><c  s="0"\n r = "XFD1048576"><v>1</v></c></row>',
    '<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>',
    '<row r="1048576">' + "<c><v>1</v></c>" * 100 + "</row>",
    '<x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="1048576">'
    '<x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
]


@pytest.mark.parametrize("row", ODD_FORMS)
def test_a_cell_far_out_is_found_however_it_is_written(tmp_path: Path, row: str) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"in": log()})
    message = refusal(patched(path, SHEET, lambda text: text.replace("</sheetData>", row + "</sheetData>")))
    assert "1048576, so far out that 1,048,576 rows" in message


def test_far_cells_with_a_style_and_nothing_in_them_do_no_harm(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"in": log()})
    book = openpyxl.load_workbook(path)
    book["in"]["XFD1048576"].font = Font(bold=True)
    book.save(path)
    assert len(read(path)[1]) == 3


def test_a_declared_span_that_is_a_lie_takes_no_memory(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"in": log()})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    patched(path, SHEET, lambda text: text.replace('<dimension ref="A1:E4"', '<dimension ref="A1:XFD1048576"'))
    assert len(read(path)[1]) == 3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_wide_sheet_with_few_rows_loads(tmp_path: Path) -> None:
    wide = [[*cells, *[""] * 16_000, "x"] for cells in log(3)]
    found, raw = read(write_workbook(tmp_path / "a.xlsx", {"in": wide}))
    assert [row["raw_reason"] for row in raw] == ["burglary"] * 3
    assert found.header_cells == len(wide[0])


def bomb(path: Path, megabytes: int, claimed: int | None = None) -> Path:
    """A workbook whose texts unpack to so many megabytes of blanks, `claimed` or not."""
    write_workbook(path, {"in": log()})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/big.xml", "w") as member:
        for _ in range(megabytes):
            member.write(b" " * (1 << 20))
    if claimed is not None:
        size = (megabytes << 20).to_bytes(4, "little")
        path.write_bytes(path.read_bytes().replace(size, claimed.to_bytes(4, "little")))
    return path


@pytest.mark.parametrize("claimed", [None, 1000])
def test_a_zip_bomb_is_refused_whatever_size_it_claims(tmp_path: Path, claimed: int | None) -> None:
    start = time.monotonic()
    assert "it is damaged or made to take all memory" in refusal(bomb(tmp_path / "a.xlsx", 300, claimed))
    assert time.monotonic() - start < 5


def test_what_unpacks_to_little_is_no_bomb(tmp_path: Path) -> None:
    assert len(read(bomb(tmp_path / "a.xlsx", 100))[1]) == 3


def test_looking_through_takes_little_beside_reading(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("in")
    for number in range(6_000):
        sheet.append([f"cell {number} {column}" for column in range(14)])
    book.save(tmp_path / "a.xlsx")
    timed = []
    for step in (look_through, lambda path: list(workbooks._open(path).get_sheet_by_index(0).iter_rows())):
        best = []
        for _ in range(3):
            start = time.process_time()
            step(tmp_path / "a.xlsx")
            best.append(time.process_time() - start)
        timed.append(min(best))
    assert timed[0] < timed[1] / 2


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "doctype",
    [f'<!DOCTYPE x [<!ENTITY e0 "ha">{ENTITIES}]>', '<!DOCTYPE x [<!ENTITY e11 SYSTEM "file:///etc/hosts">]>'],
)
def test_entities_are_never_expanded(tmp_path: Path, doctype: str) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"in": log()})
    patched(path, SHEET, lambda text: doctype + text.replace("<t>burglary</t>", "<t>&e11;</t>", 1))
    assert zipfile.ZipFile(path).read(SHEET).count(b"&e11;") == 1
    start = time.monotonic()
    assert "damaged" in refusal(path)
    assert time.monotonic() - start < 2


# ---- merged cells -------------------------------------------------------------------------------------------


def merged(path: Path, sheet: list[list[Any]], *areas: str) -> Path:
    write_workbook(path, {"in": sheet})
    book = openpyxl.load_workbook(path)
    for area in areas:
        book["in"].merge_cells(area)
    book.save(path)
    return path


def test_a_vertical_merge_means_its_value_in_every_row(tmp_path: Path) -> None:
    sheet = [["Audit of searches"], *log(6)]
    for number, row in enumerate(sheet[2:]):
        row[REASON - 1] = f"reason {number}"
    found, raw = read(merged(tmp_path / "a.xlsx", sheet, "A1:E1", "E3:E5", "D6:D7"))
    assert [row["raw_reason"] for row in raw] == [*["reason 0"] * 3, "reason 3", "reason 4", "reason 5"]
    assert [row["raw_networks"] for row in raw] == ["120"] * 6
    assert [w for w in found.warnings if "merged" in w] == [
        "The sheet 'in' has merged cells: the value of 2 areas was taken for every record that they span."
    ]


def test_a_merge_in_a_table_that_starts_in_the_middle_of_the_sheet(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", {"in": log(4)}, corner=(5, 3))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book["in"]["G6"] = "theft"
    book["in"].merge_cells("G6:G8")
    book.save(tmp_path / "a.xlsx")
    assert [row["raw_reason"] for row in read(tmp_path / "a.xlsx")[1]] == ["theft"] * 3 + ["burglary"]


def test_merges_in_titles_headers_and_across_disturb_nothing(tmp_path: Path) -> None:
    sheet = [["Searches"], [""], *log(3)]
    found, raw = read(merged(tmp_path / "a.xlsx", sheet, "A1:E2", "D4:E4"))
    assert [row["raw_networks"] for row in raw] == ["120"] * 3
    assert [row["raw_reason"] for row in raw] == [None, "burglary", "burglary"]
    assert not any("merged" in warning for warning in found.warnings)


def test_a_blank_row_inside_a_merge_stays_blank(tmp_path: Path) -> None:
    sheet = [*log(1), [""] * 5, *log(1)[1:]]
    raw = read(merged(tmp_path / "a.xlsx", sheet, "E2:E4"))[1]
    assert [row["raw_reason"] for row in raw] == ["burglary", None, "burglary"]


def test_a_merge_over_all_rows_takes_neither_memory_nor_time(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"in": log(3)})
    areas = "".join(f'<mergeCell ref="{area}"/>' for area in ("E2:E1048576", "D3:D1048576", "E2:ZZZZZZ99999999"))
    patched(path, SHEET, lambda text: text.replace("</sheetData>", f"</sheetData><mergeCells>{areas}</mergeCells>"))
    start = time.monotonic()
    assert [row["raw_reason"] for row in read(path)[1]] == ["burglary"] * 3
    assert time.monotonic() - start < 2


# ---- cells --------------------------------------------------------------------------------------------------

TEXTS = [
    (dt.time(10, 12), "1899-12-31 10:12:00"),
    (dt.timedelta(hours=10, minutes=12), "1899-12-31 10:12:00"),
    (dt.timedelta(hours=30), "1900-01-01 06:00:00"),
    (dt.timedelta(days=-800_000), "-800000 days, 0:00:00"),
    (dt.datetime(2025, 10, 12, 9), "2025-10-12 09:00:00"),
    (dt.date(2025, 10, 12), "2025-10-12 00:00:00"),
    (True, "TRUE"),
    (False, "FALSE"),
    (1234, "1234.0"),
    (12.5, "12.5"),
    (float("inf"), "inf"),
    (None, ""),
]


@pytest.mark.parametrize(("cell", "text"), TEXTS, ids=str)
def test_cells_become_text(cell: object, text: str) -> None:
    assert text_of(cell) == text


@given(st.times() | st.timedeltas() | st.datetimes() | st.dates() | st.floats() | st.booleans() | st.integers(-9, 9))
def test_no_cell_crashes(cell: object) -> None:
    assert text_of(cell)


def test_clock_times_errors_and_booleans_in_a_sheet(tmp_path: Path) -> None:
    sheet = log(5)
    for row, value in zip(sheet[1:], [dt.time(10, 12), dt.timedelta(hours=30), "#N/A", True, "#REF!"], strict=True):
        row[REASON - 1] = value
    raw = read(write_workbook(tmp_path / "a.xlsx", {"in": sheet}, corner=(3, 2)))[1]
    assert [row["raw_reason"] for row in raw] == [
        "1899-12-31 10:12:00",
        "1900-01-01 06:00:00",
        "#N/A",
        "TRUE",
        "#REF!",
    ]


def test_an_error_in_a_formula_is_shown_and_the_cells_beside_it_stay(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"in": log(2, reason="HERE")})
    error = '<c r="E2" s="0" t="e"><f>VLOOKUP(A2,B:C,2)</f><v>#DIV/0!</v></c>'

    def change(text: str) -> str:
        start = text.index('<c r="E2"')
        return text[:start] + error + text[text.index("</c>", start) + 4 :]

    assert [row["raw_reason"] for row in read(patched(path, SHEET, change))[1]] == ["#DIV/0!", "HERE"]


@pytest.mark.parametrize("serial", [-5, 0, 0.5, 1, 59, 60, 61, 2_958_465, 2_958_466, 1e10, 1e300])
def test_days_at_the_edge_of_time_do_not_crash(tmp_path: Path, serial: float) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"in": log(1)})
    book = openpyxl.load_workbook(path)
    cell = book["in"].cell(2, REASON, serial)
    cell.number_format = "yyyy-mm-dd hh:mm"
    book.save(path)
    assert read(path)[1][0]["raw_reason"]


# ---- sheets -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_read_and_said_to_be_hidden(tmp_path: Path, state: str) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"seen": log(1), "old": log(2)})
    book = openpyxl.load_workbook(path)
    book["old"].sheet_state = state
    book.save(path)
    seen, hidden = read_workbook(path)
    assert (len(rows(seen)), len(rows(hidden))) == (1, 2)
    assert seen.warnings == []
    assert hidden.warnings == ["The sheet 'old' is hidden in the workbook; it was read all the same."]


def test_a_chart_beside_the_log_loses_nothing(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"in": log(2)})
    book = openpyxl.load_workbook(path)
    book.create_chartsheet("Chart")
    book.save(path)
    found, raw = read(path)
    assert len(raw) == 2
    assert "no log header in: 'Chart'" in found.warnings[0]


DAMAGE = [
    lambda text: text[: len(text) // 2],
    lambda text: text.replace("burglary", "&nope;", 1),
    lambda text: "\x00\x01",
]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("number", [1, 2])
def test_a_damaged_sheet_beside_a_good_one_is_named(tmp_path: Path, damage: Any, number: int) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"one": log(2), "two": log(2)})
    patched(path, f"xl/worksheets/sheet{number}.xml", damage)
    found, raw = read(path)
    assert (found.sheet, len(raw)) == ("two" if number == 1 else "one", 2)
    assert f"Damaged and not read: {'one' if number == 1 else 'two'!r}" in found.warnings[0]


def test_a_sheet_whose_packed_bytes_are_damaged_is_named(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", {"one": log(50), "two": log(2)})
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo(SHEET).header_offset + 200
    data = bytearray(path.read_bytes())
    data[at : at + 30] = bytes(30)
    path.write_bytes(data)
    found, raw = read(path)
    assert (found.sheet, len(raw)) == ("two", 2)
    assert "Damaged and not read: 'one'" in found.warnings[0]


def test_only_damaged_sheets_refuse_the_workbook(tmp_path: Path) -> None:
    path = patched(write_workbook(tmp_path / "a.xlsx", {"in": log()}), SHEET, lambda text: text[:300] + "<")
    assert "damaged" in refusal(path)


def test_more_errors_than_are_kept_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_scan, "MOST_ERRORS", 2)
    monkeypatch.setattr(workbooks, "MOST_ERRORS", 2)
    found, raw = read(write_workbook(tmp_path / "a.xlsx", {"in": log(3, reason="#N/A")}))
    assert [row["raw_reason"] for row in raw] == ["#N/A", "#N/A", None]
    assert "more than 2 cells with an error" in found.warnings[0]


def test_large_sheets_are_not_all_held_and_still_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_HELD", 20)
    found = read_workbook(write_workbook(tmp_path / "a.xlsx", {"a": log(3), "b": log(4)}))
    assert [len(rows(one)) for one in found] == [3, 4]


# ---- old workbooks ------------------------------------------------------------------------------------------


def old(path: Path, sheet: list[list[Any]], merge: tuple[int, int, int, int] | None = None) -> Path:
    book = xlwt.Workbook()
    page = book.add_sheet("in")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
    for down, row in enumerate(sheet):
        for right, cell in enumerate(row):
            if merge and (down, right) == (merge[0], merge[2]):
                page.write_merge(*merge, cell)
            elif not (merge and merge[0] <= down <= merge[1] and right == merge[2]):
                page.write(down, right, cell, day if isinstance(cell, dt.datetime) else xlwt.Style.default_style)
    book.save(str(path))
    return path


def test_an_old_workbook_with_title_numbers_and_days(tmp_path: Path) -> None:
    sheet = [["Audit"], OLD_AUDIT, *(record(n, OLD_AUDIT) for n in range(3))]
    when, reason, nets = (OLD_AUDIT.index(name) for name in ("Search Time", "Reason", "Total Networks Searched"))
    sheet[2][when], sheet[2][reason], sheet[2][nets] = dt.datetime(2025, 10, 12, 9, 30), 4711, 12.0
    found, raw = read(old(tmp_path / "a.xls", sheet))
    assert (found.layout.id, found.header_at) == ("H8", 1)
    assert raw[0]["raw_searched"] == "2025-10-12 09:30:00"
    assert (raw[0]["raw_reason"], raw[0]["raw_networks"], raw[1]["raw_networks"]) == ("4711.0", "12.0", "120")


def test_merged_cells_in_an_old_workbook(tmp_path: Path) -> None:
    sheet = log(4)
    sheet[1][REASON - 1] = "theft"
    found, raw = read(old(tmp_path / "a.xls", sheet, (1, 3, REASON - 1, REASON - 1)))
    assert [row["raw_reason"] for row in raw] == ["theft"] * 3 + ["burglary"]
    assert "1 areas" in found.warnings[0]


def test_an_old_workbook_is_read_to_its_last_row(tmp_path: Path) -> None:
    sheet = [["DateTime", "Reason"], *([f"2025-01-01 00:00:{n % 60:02}", "x"] for n in range(65_535))]
    raw = read(old(tmp_path / "a.xls", sheet))[1]
    assert (len(raw), raw[-1]["record"]) == (65_535, 65_536)


def test_a_far_cell_in_a_binary_workbook_is_refused_by_what_the_sheet_says_of_itself(tmp_path: Path) -> None:
    def part(kind: bytes, payload: bytes) -> bytes:
        return kind + bytes([len(payload)]) + payload

    far = part(b"\x81\x01", b"") + part(b"\x94\x01", struct.pack("<4I", 0, 1_048_575, 0, 16_383))
    with zipfile.ZipFile(tmp_path / "a.xlsb", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.bin", b"")
        archive.writestr("xl/worksheets/sheet1.bin", far)
    with pytest.raises(RefusedFile, match=r"row 1048576, column 16384"):
        read_workbook(tmp_path / "a.xlsb")


def test_an_open_document_sheet_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    with pytest.raises(RefusedFile, match="save it as XLSX"):
        read_workbook(tmp_path / "a.ods")
