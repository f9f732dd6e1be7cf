"""The calendar of covered days: every day in its place, nothing unknown drawn as none."""

import datetime as dt
import re
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from investigate.calendar_chart import CELL, GAP, LEFT, SHADES, STYLES, chart_calendar


def chart(rows, *runs, role="searcher"):
    """`rows`: number by day; `runs`: first and last covered day."""
    days = pd.DataFrame({"day": list(rows), "rows": pd.array(list(rows.values()), dtype="Int64")})
    covered = pd.DataFrame(runs, columns=["first", "last"])
    for frame in (days, covered):
        for name in {"day", "first", "last"} & set(frame.columns):
            frame[name] = pd.to_datetime(frame[name])
    return chart_calendar(days, covered, "by Example PD", role)


def squares(figure, colour):
    """Days of the month that have a colour, line by line, without the legend."""
    (path, *_) = re.findall(rf'<path d="([^"]*)" fill="none" stroke="{colour}"', figure.svg())
    lines = {}
    for x, y, wide in re.findall(r"M(\d+) (\d+)h(\d+)", path):
        first = (int(x) - LEFT) // (CELL + GAP) + 1
        lines.setdefault(int(y), []).extend(range(first, first + (int(wide) + GAP) // (CELL + GAP)))
    return [days for _, days in sorted(lines.items())]


def test_each_day_stands_in_its_place_and_days_that_do_not_exist_are_empty():
    figure = chart({"2025-02-03": 5, "2025-02-04": 5, "2025-03-31": 5}, ("2025-02-01", "2025-03-31"))
    assert squares(figure, SHADES[-1]) == [[3, 4], [31]]
    assert squares(figure, STYLES["no_row"]) == [[1, 2, *range(5, 29)], [*range(1, 31)]]


def test_a_covered_day_without_a_row_does_not_look_like_one_that_no_log_covers():
    figure = chart({}, ("2025-02-01", "2025-02-10"), ("2025-02-20", "2025-02-28"))
    assert squares(figure, STYLES["not_covered"]) == [[*range(11, 20)]]
    assert squares(figure, STYLES["no_row"]) == [[*range(1, 11), *range(20, 29)]]
    dashes = dict(re.findall(r'stroke="(#\w+)" stroke-width="\d+" stroke-dasharray="([^"]*)"', figure.svg()))
    assert dashes[STYLES["not_covered"]] != dashes[STYLES["no_row"]], "they differ in more than colour"


def test_a_number_that_is_not_known_is_never_drawn_or_told_as_none():
    figure = chart({"2025-02-03": pd.NA}, ("2025-02-03", "2025-02-03"))
    assert squares(figure, STYLES["unknown"]) == [[3]]
    assert STYLES["no_row"] not in figure.svg()
    assert "Of 1 covered day the number of rows is not known." in figure.caption
    assert "there is no row" not in figure.caption


def test_a_day_with_rows_is_covered_whatever_the_runs_say():
    figure = chart({"2025-02-03": 2, "2025-02-09": 2}, ("2025-02-03", "2025-02-03"))
    assert squares(figure, SHADES[-1]) == [[3, 9]]


def test_rows_of_one_day_in_two_lines_are_added():
    days = pd.DataFrame({"day": [dt.date(2025, 2, 3)] * 2, "rows": [1, 2]})
    covered = pd.DataFrame({"first": [dt.date(2025, 2, 3)], "last": [dt.date(2025, 2, 3)]})
    assert "Most rows: 3 rows on 3 February 2025." in chart_calendar(days, covered, "by Example PD", "owner").caption


def test_shades_are_of_round_numbers_and_the_legend_names_those_in_use():
    figure = chart({f"2025-01-{day:02}": 7 * day for day in range(1, 32)}, ("2025-01-01", "2025-01-31"))
    words = re.findall(r">([^<>]*\brows?)</text>", figure.svg())
    assert words == ["1–60 rows", "61–150 rows", "151–200 rows", "201–217 rows"]
    few = chart({"2025-01-01": 1, "2025-01-02": 3}, ("2025-01-01", "2025-01-02"))
    assert re.findall(r">([^<>]*\brows?)</text>", few.svg()) == ["1 row", "2–3 rows"]


def test_the_caption_counts_covered_days_and_names_the_longest_stretch_without_cover():
    figure = chart(
        {"2025-02-03": 4}, ("2025-02-01", "2025-02-10"), ("2025-02-20", "2025-02-25"), ("2025-02-27", "2025-02-28")
    )
    for words in (figure.caption, figure.alt_text):
        assert "18 of the 28 days from 1 February 2025 to 28 February 2025 are covered" in words
        assert "without cover is 9 days, from 11 February 2025 to 19 February 2025" in words
        assert "Most rows: 4 rows on 3 February 2025." in words
        assert "On 17 covered days there is no row." in words


def test_many_days_with_the_most_rows_are_counted_instead_of_named():
    figure = chart({f"2025-02-0{day}": 2 for day in range(2, 7)}, ("2025-02-01", "2025-02-09"))
    assert "Most rows: 2 rows on each of 5 days, first on 2 February 2025." in figure.caption


@pytest.mark.parametrize(
    ("first", "last", "is_marked"), [("2025-01-01", "2025-01-31", True), ("2025-02-01", "2025-02-28", False)]
)
def test_the_day_of_the_inauguration_is_outlined_where_its_month_is_shown(first, last, is_marked):
    svg = chart({}, (first, last)).svg()
    assert (">inauguration<" in svg) is is_marked
    assert (f"M{LEFT + 19 * (CELL + GAP) - 1} " in svg) is is_marked


def test_months_are_named_oldest_first_and_years_stand_apart():
    svg = chart({}, ("2024-11-05", "2025-02-03")).svg()
    named = re.findall(r'y="(\d+)" text-anchor="end"[^>]*>(\w+ \d\d)<', svg)
    assert [name for _, name in named] == ["Nov 24", "Dec 24", "Jan 25", "Feb 25"]
    november, december, january, february = (int(y) for y, _ in named)
    assert january - december > december - november == february - january


def test_two_years_of_days_that_all_differ_weigh_at_most_12_kilobytes():
    every = [day for day in pd.date_range("2024-01-01", "2025-12-31") if day.day % 3]
    figure = chart(
        {str(day.date()): 1 + place * 7 % 97 for place, day in enumerate(every)}, ("2024-01-01", "2025-12-31")
    )
    assert len(figure.svg().encode()) <= 12_000


def test_eight_years_one_day_and_none_are_drawn_as_well_formed_svg():
    huge = chart({"2020-05-05": 10_000_000}, ("2018-05-10", "2026-04-20"))
    one = chart({}, ("2025-01-20", "2025-01-20"))
    none = chart({})
    for figure in (huge, one, none):
        ET.fromstring(figure.svg())
        assert figure.alt_text.replace("'", "&#x27;") in figure.svg()
    assert "10,000,000 rows on 5 May 2020" in huge.caption
    assert "one day is covered, 20 January 2025" in one.caption
    assert "no calendar to draw" in none.caption


def test_a_hostile_name_stays_text():
    days = pd.DataFrame({"day": [dt.date(2025, 2, 3)], "rows": [1]})
    covered = pd.DataFrame({"first": [dt.date(2025, 2, 3)], "last": [dt.date(2025, 2, 3)]})
    html = chart_calendar(days, covered, 'by "><script>alert(1)</script>', "owner")._repr_html_()
    assert "<script" not in html


def test_a_calendar_shows_itself_only_as_html_in_a_notebook():
    assert chart({})._repr_mimebundle_(include=None, exclude=None) == {}
