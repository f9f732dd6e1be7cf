"""What file names say of their period, against the rows."""

import datetime as dt

import pytest

from investigate.logs.filenames import disagreement, find_named_days


def at(text):
    return dt.datetime.fromisoformat(text + "+00:00")


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("Example IL PD_Organization_Audit_2025-01-01_2025-02-01.csv", "2025-01-01", "2025-02-01"),
        ("Example IL PD_Organization_Audit_2025-08-01_09-01.csv", "2025-08-01", "2025-09-01"),
        ("audit 2025-08-01.csv", "2025-08-01", None),
        ("audit.csv", None, None),
        ("audit_2025-13-45.csv", None, None),
    ],
)
def test_days_in_a_name(name, start, end):
    said = tuple(None if day is None else day.isoformat() for day in find_named_days(name))
    assert said == (start, end)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("a_2025-01-01_2025-02-01.csv", "2025-01-01T10:32", "2025-02-01T05:52"),
        ("a_2025-12-01_2025-12-31.csv.xlsx", "2025-12-01T14:54", "2026-01-01T04:44"),
        ("a_2025-03-05_2025-03-05.csv", "2025-03-05T05:00", "2025-03-06T04:00"),
        ("a.csv", "2025-01-01T00:00", "2025-02-01T00:00"),
        ("made on 2025-02-03.csv", "2025-01-01T00:00", "2025-02-02T00:00"),
    ],
)
def test_names_that_agree_with_their_rows_give_no_warning(name, first, last):
    assert disagreement(name, at(first), at(last)) is None


@pytest.mark.parametrize(
    ("name", "first", "last", "words"),
    [
        ("a_2025-08-01_09-01.csv", "2025-09-01T11:20", "2025-10-01T02:01", "says 2025-08-01 to 2025-09-01, but"),
        ("a_2026-02-01_2025-02-28.csv", "2026-02-01T06:03", "2026-03-01T01:44", "ends before it begins"),
        ("a_2025-01-01_2025-02-01.csv", "2024-12-20T00:00", "2025-01-31T00:00", "run from 2024-12-20"),
    ],
)
def test_names_that_lie_are_told(name, first, last, words):
    assert words in disagreement(name, at(first), at(last))


def test_a_file_without_rows_cannot_disagree():
    assert disagreement("a_2025-01-01_2025-02-01.csv", None, None) is None
