"""Two readers of text, one table: the engine's and the careful one give the same records, cell for cell."""

from __future__ import annotations

import csv
import os
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ibis.backends.duckdb import Backend
from made_logs import AUDIT, as_csv, load, record, write_log

from investigate import engine
from investigate.logs import raw as raw_table
from investigate.logs import readers
from investigate.logs.containers import fingerprint
from investigate.logs.delimited import find_delimiter, find_encoding, text_records
from investigate.logs.headers import SEARCHED_IN, RawFile, find_header

HEADER = ["Reason", "Org Name", "Search Time", "Search Type"]


@pytest.fixture(scope="module")
def con() -> Backend:
    return engine.connect()


def both(con: Backend, path: Path) -> tuple[list[Any] | None, list[Any]]:
    """The table `raw` by the engine (None: it objected to something) and by the careful reader."""
    encoding = find_encoding(path)
    delimiter = find_delimiter(path, encoding)
    head = [cells for _, cells in islice(text_records(path, encoding, delimiter), SEARCHED_IN)]
    found = find_header(path.name, [[] if isinstance(cells, str) else cells for cells in head])
    fast = readers.write_by_engine(con, path, found, delimiter)
    by_engine = _raw(con) if fast else None
    top = found.header_at + 1
    raw_table.write_records(
        con,
        found,
        lambda: ((number, cells) for number, cells in text_records(path, encoding, delimiter) if number > top),
    )
    return by_engine, _raw(con)


def _raw(con: Backend) -> list[Any]:
    return con.con.execute("SELECT * FROM raw ORDER BY record").fetchall()


def test_real_files_are_read_the_same_by_both(con: Backend, released: Path) -> None:
    files = sorted((released / "logs").rglob("*.csv"))
    texts = [path for path in files if not path.read_bytes().startswith(b"PK")]
    assert len(texts) == 54
    for path in texts:
        by_engine, by_care = both(con, path)
        assert by_engine is not None, path.name
        assert by_engine == by_care, path.name


CELLS = st.text(st.sampled_from("ab,;'\"\\ \t\n\r\x0b\x85é№\u2028\x00#=-"), max_size=6)
TABLES = st.lists(st.lists(CELLS, min_size=len(HEADER), max_size=len(HEADER)), max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    rows=TABLES,
    end=st.sampled_from(["\n", "\r\n"]),
    quote_all=st.booleans(),
    ends=st.booleans(),
)
def test_any_table_is_read_the_same_by_both(
    tmp_path_factory: pytest.TempPathFactory, con: Backend, rows: list[list[str]], end: str, quote_all: bool, ends: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    text = as_csv([HEADER, *rows], end=end, quote_all=quote_all)
    path.write_bytes((text if ends else text.removesuffix(end)).encode())
    by_engine, by_care = both(con, path)
    assert [list(row[2:]) for row in by_care] == [
        [cell.strip(raw_table.BLANKS) or None for cell in row] for row in rows
    ]
    # With blank lines the engine is not asked: it would skip them without counting.
    if by_engine is not None and not fingerprint(path).has_blank_lines:
        assert by_engine == by_care


@settings(max_examples=150, deadline=None)
@given(text=st.text(st.sampled_from('ab, "\n\r\t'), max_size=40))
def test_any_text_below_a_header_is_read_the_same_by_both(
    tmp_path_factory: pytest.TempPathFactory, con: Backend, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "text.csv"
    path.write_bytes(f"{','.join(HEADER)}\r\n{text}".encode())
    by_engine, by_care = both(con, path)
    if by_engine is not None and not fingerprint(path).has_blank_lines:
        assert by_engine == by_care


@pytest.mark.parametrize("text", ["a,b\n\nc,d\n", "a\r\n\r\nb\r\n", "\na\n", "a\r\rb", "a\n\n"])
def test_blank_lines_are_seen_also_across_the_pieces_a_file_is_read_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode())
    for chunk in (1, 2, 3, 1 << 22):
        monkeypatch.setattr("investigate.logs.containers.CHUNK", chunk)
        assert fingerprint(path).has_blank_lines
    path.write_bytes(b"a,b\r\nc,d\r\n")
    assert not fingerprint(path).has_blank_lines


def test_blanks_around_a_quoted_cell_do_not_split_it(tmp_path: Path) -> None:
    path = tmp_path / "Mossgate IL PD_Network_Audit_1.csv"
    line = 'Fernhollow IL PD, "theft, vehicle" ,"03/08/2026, 10:05:00 AM UTC", lookup'
    path.write_text(f"Org Name,Reason,Search Time,Search Type\n{line}\n\n{line}\n")
    loaded = load(path, tmp_path)
    assert (loaded.entry["rows_loaded"], loaded.entry["rows_blank"]) == (2, 1)
    assert loaded.reasons() == ["theft, vehicle"] * 2


@pytest.mark.skipif(os.name == "nt", reason="Windows allows no such names")
@pytest.mark.parametrize("name", ["audit[1].csv", "audit*.csv", "it's 100% #1.csv", "naïve audit.csv"])
def test_file_names_are_taken_literally(tmp_path: Path, name: str) -> None:
    """A browser's second download is called `audit[1].csv`, which must not be read as a pattern."""
    folder = tmp_path / "mossgate-il-pd"
    write_log(folder / "audit1.csv", [record(1, Reason="the other file")])
    asked = write_log(folder / name, [record(2, Reason="the file asked for")])
    loaded = load(asked, tmp_path / "w[1]*'")
    assert loaded.reasons() == ["the file asked for"]
    assert loaded.entry["path"] == str(asked)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_encodings_and_delimiters(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [record(number, Reason=f"vol à main armée; n° {number}, «x»") for number in range(3)]
    text = as_csv([AUDIT, *rows], delimiter=delimiter)
    data = text.encode(encoding)
    path = tmp_path / "mossgate-il-pd" / "audit.csv"
    path.parent.mkdir()
    path.write_bytes((b"\xfe\xff" if encoding == "utf-16-be" else b"") + data)
    loaded = load(path, tmp_path)
    assert (loaded.entry["rows_loaded"], loaded.entry["layout"]) == (3, "H13b")
    assert loaded.reasons() == [f"vol à main armée; n° {number}, «x»" for number in range(3)]
    assert any("Windows-1252" in warning for warning in loaded.entry["warnings"]) == (encoding == "cp1252")


def test_both_readers_cite_the_same_record_numbers(tmp_path: Path) -> None:
    rows = [record(number) for number in range(30)]
    quick = load(write_log(tmp_path / "a" / "quick.csv", rows), tmp_path / "a")
    rows[4] = []
    slow = load(write_log(tmp_path / "b" / "slow.csv", rows), tmp_path / "b")
    assert slow.entry["rows_blank"] == 1
    numbers = dict(zip(quick.searches["search_id"], quick.searches["row"], strict=True))
    assert len(slow.searches) == 29
    assert all(numbers[row.search_id] == row.row for row in slow.searches.itertuples())


def test_numbers_hold_in_a_file_of_many_blocks(con: Backend, tmp_path: Path) -> None:
    """The engine reads large files in parallel blocks; the citation must not depend on which came first."""
    path = tmp_path / "large.csv"
    filler = "x" * 900
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows([f"{filler}\n{number}", "Mossgate IL PD", "", "lookup"] for number in range(2, 50_002))
    assert path.stat().st_size > 45_000_000
    by_engine, _ = _engine_only(con, path)
    assert by_engine
    wrong = con.con.execute("SELECT count(*) FROM raw WHERE raw_reason NOT LIKE '%' || chr(10) || record").fetchone()
    assert wrong == (0,)
    assert con.con.execute("SELECT count(*) FROM raw").fetchone() == (50_000,)


def _engine_only(con: Backend, path: Path) -> tuple[bool, RawFile]:
    found = find_header(path.name, [HEADER])
    return readers.write_by_engine(con, path, found, ","), found
