"""Parquet: every row is a record, every cell the text that a spreadsheet would show, and a bad file is refused."""

from __future__ import annotations

import datetime as dt
import decimal
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
import pytest
from made_logs import PORTAL, record

from investigate import engine
from investigate.errors import RefusedFile
from investigate.logs.headers import RawFile
from investigate.logs.parquet_files import read_parquet

CON = engine.connect()
NOON = dt.datetime(2025, 1, 20, 17, 0, 0, 123_000)


def portal(rows: int = 2, **columns: Any) -> pa.Table:
    """Searches of a portal; `columns` replace or add some."""
    cells = zip(*(record(number, PORTAL) for number in range(rows)), strict=True)
    return pa.table({name: list(column) for name, column in zip(PORTAL, cells, strict=True)} | columns)


def write(path: Path, table: pa.Table, **how: Any) -> Path:
    pq.write_table(table, path, **how)
    return path


def rows(found: RawFile) -> list[dict[str, Any]]:
    found.write(CON)
    return CON.con.execute("SELECT * FROM raw ORDER BY record").to_arrow_table().to_pylist()


def refusal(path: Path) -> str:
    with pytest.raises(RefusedFile) as caught:
        rows(read_parquet(path))
    assert path.name in str(caught.value)
    return str(caught.value)


def test_rows_are_numbered_as_they_stand(tmp_path: Path) -> None:
    table = portal(5_000, networkCount=list(range(5_000)))
    found = read_parquet(write(tmp_path / "log.parquet", table, row_group_size=700))
    assert (found.header_at, found.layout.id, found.warnings) == (-1, "portal-reason", [])
    raw = rows(found)
    assert [(row["record"], row["raw_networks"]) for row in raw] == [(n + 1, str(n)) for n in range(5_000)]
    assert {row["misshapen"] for row in raw} == {None}


CELLS = [
    (pa.array(["  a\tb \n"]), "a\tb"),
    (pa.array([" "]), None),
    (pa.nulls(1), None),
    (pa.array([120], pa.int64()), "120"),
    (pa.array([2**64 - 1], pa.uint64()), "18446744073709551615"),
    (pa.array([120.0]), "120.0"),
    (pa.array([-0.5]), "-0.5"),
    (pa.array([12345678901234567.0]), "12345678901234568.0"),
    (pa.array([float("nan")]), None),
    (pa.array([float("inf")]), "inf"),
    (pa.array([0.1], pa.float32()), "0.1"),
    (pa.array([True]), "true"),
    (pa.array([NOON], pa.timestamp("ms", "America/Chicago")), "2025-01-20T17:00:00.123Z"),
    (pa.array([NOON.replace(microsecond=0)], pa.timestamp("us", "UTC")), "2025-01-20T17:00:00Z"),
    (pa.array([NOON], pa.timestamp("ms")), "2025-01-20 17:00:00.123"),
    (pa.array([NOON], pa.timestamp("ns")), "2025-01-20 17:00:00.123"),
    (pa.array([NOON.replace(microsecond=0)], pa.timestamp("s")), "2025-01-20 17:00:00"),
    (pa.array([dt.date(2025, 10, 12)]), "2025-10-12 00:00:00"),
    (pa.array([dt.time(10, 12)]), "1899-12-31 10:12:00"),
    (pa.array([decimal.Decimal("12.50")]), "12.50"),
    (pa.array(["café\\".encode()]), "café\\"),
    (pa.array([b"\xff\x00"]), "FF00"),
    (pa.array([[1, 2]]), "[1, 2]"),
    (pa.array([{"a": 1}]), "{'a': 1}"),
    (pa.array(["burglary"]).dictionary_encode(), "burglary"),
]


@pytest.mark.parametrize(("column", "text"), CELLS, ids=lambda value: str(getattr(value, "type", "")))
def test_cells_of_every_type_become_text(tmp_path: Path, column: pa.Array, text: str | None) -> None:
    path = write(tmp_path / "log.parquet", portal(1, reason=column))
    assert rows(read_parquet(path))[0]["raw_reason"] == text


def test_names_that_differ_in_case_alone_keep_their_places(tmp_path: Path) -> None:
    table = portal(1, REASON=["second"], reason_1=["third"], reason=["first"])
    assert rows(read_parquet(write(tmp_path / "log.parquet", table)))[0]["raw_reason"] == "first"


@pytest.mark.parametrize("name", ["file_row_number", "File_Row_Number", "filename", "record", "raw_reason"])
def test_a_column_with_a_name_of_the_engine_disturbs_nothing(tmp_path: Path, name: str) -> None:
    found = rows(read_parquet(write(tmp_path / "log.parquet", portal(3, **{name: ["9", "8", "7"]}))))
    assert [row["record"] for row in found] == [1, 2, 3]
    assert [row["raw_reason"] for row in found] == ["burglary"] * 3


def test_a_folder_named_like_a_partition_or_a_pattern_adds_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "reason=x [1]"
    folder.mkdir()
    assert rows(read_parquet(write(folder / "log*.parquet", portal(1))))[0]["raw_reason"] == "burglary"


def test_a_log_without_rows_is_read(tmp_path: Path) -> None:
    assert rows(read_parquet(write(tmp_path / "log.parquet", portal(1).slice(0, 0)))) == []


def test_a_pinned_mapping_names_the_columns(tmp_path: Path) -> None:
    table = pa.table({"when": [NOON], "why": ["burglary"]})
    found = read_parquet(write(tmp_path / "log.parquet", table), {"searched": "when", "reason": "why"})
    assert rows(found)[0]["raw_reason"] == "burglary"


def test_what_is_no_log_is_refused_by_its_columns(tmp_path: Path) -> None:
    assert "a list of places" in refusal(write(tmp_path / "a.parquet", pa.table({"latitude": [1.0], "longitude": [2]})))
    assert "make, model" in refusal(write(tmp_path / "b.parquet", pa.table({"make": ["x"], "model": ["y"]})))
    assert "without any column" in refusal(write(tmp_path / "c.parquet", pa.table({})))


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array(["x"])] * 2, names=["reason", "reason"])
    assert "more than one column named 'reason'" in refusal(write(tmp_path / "a.parquet", table))


def test_an_encrypted_file_is_refused(tmp_path: Path) -> None:
    class Keys(pe.KmsClient):
        def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> bytes:
            return key_bytes.hex().encode()

    factory = pe.CryptoFactory(lambda _: Keys())
    for plain in (True, False):
        settings = pe.EncryptionConfiguration("k", column_keys={"k": ["reason"]}, plaintext_footer=plain)
        sealed = factory.file_encryption_properties(pe.KmsConnectionConfig(), settings)
        path = write(tmp_path / f"plain{plain}.parquet", portal(1), encryption_properties=sealed)
        assert "encrypted" in refusal(path)


def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.parquet", portal(50)).read_bytes()
    cut = tmp_path / "cut.parquet"
    for end in (4, 8, 12, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        cut.write_bytes(whole[:end])
        assert "damaged" in refusal(cut)


def test_damaged_bytes_are_read_or_refused_and_never_crash(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.parquet", portal(50)).read_bytes()
    pick = random.Random(7)
    refused = 0
    for number in range(150):
        data = bytearray(whole)
        for _ in range(3):
            data[pick.randrange(4, len(data))] = pick.randrange(256)
        path = tmp_path / f"{number}.parquet"
        path.write_bytes(data)
        try:
            assert len(rows(read_parquet(path))) <= 50
        except RefusedFile:
            refused += 1
    assert refused > 20
