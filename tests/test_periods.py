"""Periods: where they begin and end, and what is said when they cannot."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from investigate.errors import BadPeriods, UnknownValue
from investigate.periods import INAUGURATION, Period, PeriodSet, find_periods

DAY = dt.date(2025, 3, 1)


def periods_file(tmp_path: Path, *lines: str, head: str = "name,start,end") -> Path:
    path = tmp_path / "my periods.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def test_inauguration_is_noon_eastern() -> None:
    eastern = dt.timezone(dt.timedelta(hours=-5))
    assert dt.datetime(2025, 1, 20, 12, tzinfo=eastern) == INAUGURATION
    before, after = find_periods().periods
    assert (before.start, before.end) == (None, INAUGURATION)
    assert (after.start, after.end) == (INAUGURATION, None)


def test_calendar_names_every_month_between_also_those_without_a_search() -> None:
    names = find_periods("month").names(dt.date(2024, 11, 30), dt.date(2025, 2, 1))
    assert names == ["2024-11", "2024-12", "2025-01", "2025-02"]


def test_calendar_without_data_has_no_periods() -> None:
    assert find_periods("week").names(None, None) == []


@given(st.dates(dt.date(2012, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 800))
def test_weeks_are_named_in_order_and_once(first: dt.date, days: int) -> None:
    last = first + dt.timedelta(days=days)
    names = find_periods("week").names(first, last)
    assert names == sorted(set(names))
    assert len(names) == (last - first + dt.timedelta(days=first.weekday())).days // 7 + 1


def test_file_of_periods_is_read_in_its_order(tmp_path: Path) -> None:
    path = periods_file(
        tmp_path, "z,2025-01-01,2025-01-31", 'a,2025-01-20T12:00-05:00,"2025-02-01T00:00:00Z"', "open,,"
    )
    found = find_periods(path)
    assert [one.name for one in found.periods] == ["z", "a", "open"]
    assert found.periods[0] == Period("z", dt.date(2025, 1, 1), dt.date(2025, 1, 31))
    assert found.periods[1].start == INAUGURATION
    assert found.periods[2] == Period("open")


def test_spreadsheet_mark_and_other_columns_do_no_harm(tmp_path: Path) -> None:
    path = periods_file(tmp_path, "one,why,2025-01-01,2025-01-31", head="\ufeffname,note,start,end")
    assert find_periods(path).periods == (Period("one", dt.date(2025, 1, 1), dt.date(2025, 1, 31)),)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("late,2025-06-01,2025-01-31", r"line 2 of my periods\.csv.*'late'.*2025-06-01.*2025-01-31.*Swap them"),
        ("none,2025-06-01T00:00Z,2025-06-01T00:00Z", r"'none'.*is not before end"),
        ("naive,2025-06-01T00:00,", r"'2025-06-01T00:00'.*column start.*zone.*2025-01-20T12:00-05:00"),
        ("mixed,2025-06-01,2025-07-01T00:00Z", r"'mixed' mixes a day and a time"),
        ("odd,06/01/2025,", r"'06/01/2025' in the column start of line 2 of my periods\.csv.*2025-01-20"),
        ("odd,,2025-02-30", r"'2025-02-30' in the column end"),
        (" ,2025-02-01,", r"line 2 of my periods\.csv has no name"),
        ("one,2025-01-01,\none,2025-02-01,", r"'one' more than once"),
        ("fine,2025-01-01,\n\n\nlate,2025-06-01,2025-01-31", r"line 5 of my periods\.csv"),
    ],
)
def test_wrong_line_is_named_with_its_value(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(BadPeriods, match=says):
        find_periods(periods_file(tmp_path, line))


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\u202e"])
def test_a_name_that_cannot_be_printed_is_refused(tmp_path: Path, sign: str) -> None:
    path = tmp_path / "periods.csv"
    path.write_text(f"name,start,end\nbe{sign}fore,,2025-01-20\n", encoding="utf-8")
    with pytest.raises(BadPeriods, match="cannot be printed"):
        find_periods(path)


def test_missing_column_is_named_with_those_found(tmp_path: Path) -> None:
    with pytest.raises(BadPeriods, match=r"columns name, start, end.*Found: period, from"):
        find_periods(periods_file(tmp_path, "one,2025-01-01", head="period,from"))


def test_file_with_a_header_only_says_what_was_found(tmp_path: Path) -> None:
    with pytest.raises(BadPeriods, match=r"at least one row. Found: name, start, end, and no row"):
        find_periods(periods_file(tmp_path))


def test_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(BadPeriods, match=r"'absent\.csv' could not be read"):
        find_periods(tmp_path / "absent.csv")
    (tmp_path / "photo.csv").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF")
    with pytest.raises(BadPeriods, match=r"'photo\.csv' could not be read"):
        find_periods(tmp_path / "photo.csv")


def test_unknown_period_set_names_the_nearest() -> None:
    with pytest.raises(UnknownValue, match=r"'inaugration'.*'inauguration'.*CSV file with the columns"):
        find_periods("inaugration")


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        (DAY, DAY - dt.timedelta(days=1), "is not before"),
        (INAUGURATION, INAUGURATION, "is not before"),
        (INAUGURATION.replace(tzinfo=None), None, "does not say its zone"),
        (DAY, INAUGURATION, "mixes a day and a time"),
    ],
)
def test_period_made_in_a_notebook_is_checked_too(start: dt.date, end: dt.date | None, says: str) -> None:
    with pytest.raises(BadPeriods, match=f"'mine'.*{says}"):
        PeriodSet("mine", (Period("mine", start, end),))


def test_period_of_one_day_is_a_period() -> None:
    assert Period("a day", DAY, DAY).end == DAY


@pytest.mark.parametrize("text", ["", "\n", "name,start,end\n", "\ufeff"])
def test_file_without_a_period_is_refused_and_not_a_fault(tmp_path: Path, text: str) -> None:
    path = tmp_path / "my periods.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadPeriods, match="needs the columns name, start, end and at least one row"):
        find_periods(path)


@pytest.mark.parametrize("time", ["0001-01-01T00:00+10:00", "9999-12-31T23:00-10:00"])
def test_time_that_no_clock_in_utc_shows_is_refused(tmp_path: Path, time: str) -> None:
    with pytest.raises(BadPeriods, match="is not a day"):
        find_periods(periods_file(tmp_path, f"a,{time},"))
