"""Old workbooks (XLS) whose sizes and places would take all memory: refused by name before the reader sees them."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import xlwt
from made_logs import PORTAL, load, record, write_log

from investigate.errors import RefusedFile
from investigate.logs.old_workbooks import DamagedParts, spans
from investigate.logs.workbook_scan import look_through
from investigate.logs.workbooks import read_workbook

TABLE_COUNT, FOLDER_START, SMALL_COUNT, LISTED_START, FIRST_TABLE = 44, 48, 64, 68, 76  # places in the header
CELL, DIMENSION, TEXTS = b"\xfd\x00\x0a\x00", b"\x00\x02\x0e\x00", b"\xfc\x00"  # how these records begin
ENTRY = "Workbook".encode("utf-16-le")

Change = Callable[[bytearray], None]


@pytest.fixture(scope="module")
def sound() -> bytes:
    return made()


def made(rows: int = 2) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Log")
    for down, row in enumerate([PORTAL, *(record(number, PORTAL) for number in range(rows))]):
        for right, cell in enumerate(row):
            sheet.write(down, right, cell)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def at(place: int, number: int) -> Change:
    return lambda data: struct.pack_into("<I", data, place, number)


def behind(mark: bytes, offset: int, *numbers: int, layout: str = "<I") -> Change:
    """Numbers written behind the last place where `mark` stands."""
    return lambda data: struct.pack_into(layout, data, data.rindex(mark) + offset, *numbers)


def follows(sector: int, next_one: int) -> Change:
    """Another sector follows than did."""

    def change(data: bytearray) -> None:
        (table,) = struct.unpack_from("<I", data, FIRST_TABLE)
        struct.pack_into("<I", data, 512 * (table + 1) + 4 * sector, next_one)

    return change


DAMAGED: dict[str, Change] = {
    "a chain that leads back to itself": follows(2, 0),
    "a chain that ends in a free sector": follows(2, 0xFFFFFFFF),
    "a chain that leads far out of the file": follows(2, 0x00FFFFFF),
    "four thousand million tables": at(TABLE_COUNT, 0xFFFFFFFF),
    "more small sectors than the file has": at(SMALL_COUNT, 0x7FFFFFFF),
    "a list of tables far out": at(LISTED_START, 0x7FFFFFFF),
    "a table far out": at(FIRST_TABLE, 0x7FFFFFFF),
    "a folder far out": at(FOLDER_START, 0x7FFFFFFF),
    "a workbook that starts nowhere": behind(ENTRY, 116, 0xFFFFFFFF),
    "a workbook larger than the file": behind(ENTRY, 120, 0x7FFFFFFF),
    "two thousand million texts": behind(TEXTS, 8, 0x7FFFFFFF),
    "a sheet that ends before it starts": behind(DIMENSION, 4, 5, 3, 0, 5, layout="<IIHH"),
    "sectors of another size": lambda data: struct.pack_into("<H", data, 30, 3),
}
FAR: dict[str, Change] = {
    "a cell in the last row and column": behind(CELL, 4, 0xFFFF, 0xFFFF, layout="<HH"),
    "a dimension of all rows and columns": behind(DIMENSION, 4, 0, 0xFFFFFFFF, 0, 0xFFFF, layout="<IIHH"),
}


def changed(sound: bytes, change: Change) -> bytes:
    data = bytearray(sound)
    change(data)
    assert bytes(data) != sound
    return bytes(data)


@pytest.mark.parametrize("change", DAMAGED.values(), ids=DAMAGED)
def test_what_cannot_be_gone_through_is_damaged(sound: bytes, change: Change, tmp_path: Path) -> None:
    with pytest.raises(DamagedParts):
        list(spans(changed(sound, change)))
    path = tmp_path / "log.xls"
    path.write_bytes(changed(sound, change))
    with pytest.raises(RefusedFile, match=r"log\.xls looks like a workbook, but cannot be opened"):
        look_through(path)


@pytest.mark.parametrize("change", FAR.values(), ids=FAR)
def test_cells_far_out_are_refused_with_their_place(sound: bytes, change: Change, tmp_path: Path) -> None:
    path = tmp_path / "log.xls"
    path.write_bytes(changed(sound, change))
    with pytest.raises(RefusedFile, match=r"the sheet 'number 1' has something in row .*, so far out"):
        look_through(path)


@pytest.mark.parametrize("rows", [1, 3, 400])
def test_a_sound_one_is_read_as_before(tmp_path: Path, rows: int) -> None:
    assert list(spans(made(rows))) == [(1, rows + 1, len(PORTAL))]
    path = tmp_path / "log.xls"
    path.write_bytes(made(rows))
    (found,) = read_workbook(path)
    assert list(found.header) == PORTAL


def test_a_sheet_with_a_cell_in_its_last_corner_is_let_through() -> None:
    book = xlwt.Workbook()
    book.add_sheet("Log").write(65_535, 255, "the last cell that there is")
    packed = io.BytesIO()
    book.save(packed)
    assert list(spans(packed.getvalue())) == [(1, 65_536, 256)]


def test_every_cut_of_a_file_is_told_or_refused(sound: bytes) -> None:
    for size in range(0, len(sound), 97):
        try:
            found = list(spans(sound[:size]))
        except DamagedParts:
            continue
        assert found in ([], [(1, 3, len(PORTAL))]), size


def test_the_rest_of_a_folder_loads_beside_one(sound: bytes, tmp_path: Path) -> None:
    write_log(tmp_path / "logs" / "mossgate-il-pd" / "sound.csv", [record(1, PORTAL)], PORTAL)
    (tmp_path / "logs" / "mossgate-il-pd" / "bad.xls").write_bytes(changed(sound, follows(2, 0)))
    loaded = load(tmp_path / "logs", tmp_path / "workspace")
    assert list(loaded.report["status"]) == ["refused", "loaded"]
