"""opt_outs.csv: what is read from it, and what each wrong line is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from investigate.comparison.opt_outs import BadOptOuts, parse_opt_outs, read_opt_outs
from investigate.comparison.pairs import find_pairs
from investigate.workspace import open_workspace

HEAD = "agency,date,what,source,who,when,why"
GOOD = "Mossgate IL PD,2025-06-01,left the nationwide lookup,council minutes,R. Doe,2025-07-01,read the minutes"


def file(*lines: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *lines, ""]).encode()


def test_a_line_is_read_with_its_number() -> None:
    (row,) = parse_opt_outs(file("", GOOD)).rows
    assert (row.line, row.agency, row.date) == (3, "Mossgate IL PD", dt.date(2025, 6, 1))
    assert (row.what, row.source) == ("left the nationwide lookup", "council minutes")


def test_no_file_holds_no_change(tmp_path: Path) -> None:
    assert read_opt_outs(tmp_path).rows == ()


def test_the_stamp_changes_with_the_content() -> None:
    assert parse_opt_outs(file(GOOD)).stamp != parse_opt_outs(file(GOOD, "")).stamp


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Mossgate IL PD", "", "agency is empty"),
        ("left the nationwide lookup", " ", "what is empty"),
        ("council minutes", "", "source is empty"),
        ("2025-06-01", "2025-02-30", "'2025-02-30' in the column date is no day from 2000 to 2099"),
        ("2025-06-01", "6/1/2025", "'6/1/2025' in the column date"),
        ("2025-06-01", "1999-12-31", "no day from 2000 to 2099"),
        ("2025-06-01", "2100-01-01", "no day from 2000 to 2099"),
        ("2025-06-01", "２０２５-06-01", "is no day"),
        ("R. Doe", "", "who is empty"),
        ("read the minutes", "", "why is empty"),
        ("2025-07-01", "yesterday", "'yesterday' is no date"),
        ("2025-07-01", "2999-07-01", "lies in the future"),
        ("read the minutes", "read,it", "has 8 cells, the header 7"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong(old: str, new: str, says: str) -> None:
    with pytest.raises(BadOptOuts) as wrong:
        parse_opt_outs(file("", GOOD.replace(old, new)))
    assert says in str(wrong.value)
    assert "ine 3 of opt_outs.csv" in str(wrong.value)


def test_the_same_change_twice_is_refused_in_any_capitals() -> None:
    with pytest.raises(BadOptOuts, match="Lines 2 and 3"):
        parse_opt_outs(file(GOOD, GOOD.replace("Mossgate", "MOSSGATE")))


@pytest.mark.parametrize("head", ["agency,date,what,source,who,when", HEAD + ",more", ""])
def test_another_header_is_told_the_columns(head: str) -> None:
    with pytest.raises(BadOptOuts, match="it must name the columns agency, date"):
        parse_opt_outs(file(GOOD, head=head))


def test_a_quotation_mark_that_is_not_closed_is_no_csv() -> None:
    with pytest.raises(BadOptOuts, match="is no CSV file"):
        parse_opt_outs(file('"Mossgate' + GOOD))


def test_hostile_cells_stay_text_and_make_a_plain_id(tmp_path: Path) -> None:
    room = open_workspace(tmp_path)
    room.manual.mkdir(parents=True, exist_ok=True)
    line = """ "O'Brien ""<b>"" ../../PD",2025-06-01,"=cmd|' /C calc'!A0",<script>,R. Doe,2025-07-01,read""".strip()
    (room.manual / "opt_outs.csv").write_bytes(file(line))
    (pair,) = find_pairs("opt_out", None, None, room)
    assert pair.id == "opt-out-o-brien-b-pd-2025-06-01"
    assert pair.owners == ('O\'Brien "<b>" ../../PD',)
    assert "=cmd" in pair.name
