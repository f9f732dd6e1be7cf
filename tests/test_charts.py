"""Charts: drawn from small frames only, the same bytes each time, and honest where nothing is known."""

import datetime as dt
import re

import pandas as pd
import pytest

from investigate.charts import chart_months, chart_ranking, drawable


def months(counts, covered=None, known=None):
    """Counts by month in all three scopes; `counts` maps a month to its strict, standard and broad number."""
    rows = []
    for month, numbers in counts.items():
        for scope, number in zip(("strict", "standard", "broad"), numbers, strict=True):
            days = 30 if covered is None else covered[month]
            rows.append((month, scope, 100 if days else 0, number, days))
    frame = pd.DataFrame(rows, columns=["period", "scope", "searches", "immigration_related", "covered_days"])
    return frame.astype({"immigration_related": "Int64"})


TWO = {"2024-12": (0, 1, 2), "2025-01": (2, 3, 5)}


def test_alt_text_names_the_month_with_most_searches():
    assert "most in January 2025 (3)" in chart_months(months(TWO), "by Example PD").alt_text


def test_months_without_any_are_said_to_have_none_and_unknown_ones_are_not():
    assert "none in any month" in chart_months(months({"2025-02": (0, 0, 0)}), "by Example PD").alt_text
    unknown = months({"2025-02": (pd.NA, pd.NA, pd.NA)})
    assert "no month in which a reason could be read" in chart_months(unknown, "by Example PD").alt_text


def test_svg_is_the_same_twice_and_holds_its_alt_text():
    figure = chart_months(months(TWO), "by Example PD")
    assert figure.svg() == figure.svg()
    assert figure.svg().startswith("<svg ")
    assert "most in January 2025 (3)" in figure.svg()


@pytest.mark.parametrize(("first", "is_marked"), [("2024-12", True), ("2025-03", False)])
def test_the_inauguration_is_marked_only_where_the_months_hold_it(first, is_marked):
    later = str(pd.Period(first) + 1)
    figure = chart_months(months({first: (0, 1, 1), later: (1, 1, 1)}), "by Example PD")
    assert ("Inauguration" in figure.svg()) is is_marked


def test_months_before_the_first_file_and_after_the_last_are_not_drawn():
    counts = {"2025-02": (pd.NA,) * 3, "2025-03": (0, 1, 1), "2025-04": (pd.NA,) * 3, "2025-05": (0, 2, 2)}
    covered = {"2025-02": 0, "2025-03": 30, "2025-04": 0, "2025-05": 30}
    spec = str(chart_months(months(counts, covered), "by Example PD").chart.to_dict())
    assert "2025-02-01" not in spec
    assert "2025-04-01" in spec


def test_a_gap_is_shaded_and_a_covered_zero_is_not():
    counts = {"2025-03": (0, 0, 0), "2025-04": (pd.NA,) * 3, "2025-05": (0, 1, 1)}
    covered = {"2025-03": 30, "2025-04": 0, "2025-05": 30}
    data = chart_months(months(counts, covered), "by Example PD").chart.to_dict()["datasets"]
    shaded = [rows for rows in data.values() if rows and all(set(row) == {"start", "end"} for row in rows)]
    assert {row["start"][:7] for rows in shaded for row in rows} == {"2025-04"}  # under the bars and over them


def test_a_chart_carries_only_the_columns_it_draws():
    poisoned = months(TWO).assign(plate="ZZMARK1")
    assert "ZZMARK1" not in str(chart_months(poisoned, "by Example PD").chart.to_dict())
    partners = pd.DataFrame({"partner": ["A PD"], "standard": [1], "broad": [2], "plate": ["ZZMARK1"]})
    assert "ZZMARK1" not in str(chart_ranking(partners, "Who searched.").chart.to_dict())


def test_hostile_names_stay_text_in_a_chart():
    partners = pd.DataFrame({"partner": ["<script>alert(1)</script>"], "standard": [1], "broad": [1]})
    html = chart_ranking(partners, "Who <b>searched</b>.")._repr_html_()
    assert "<script" not in html
    assert "<b>" not in html


def test_control_characters_in_a_name_do_not_end_the_process():
    partners = pd.DataFrame({"partner": ["A\x01\x9b\ufffe PD"], "standard": [1], "broad": [1]})
    assert "A\ufffd\ufffd\ufffd PD" in chart_ranking(partners, "Who searched.").svg()


def test_ranking_leaves_out_agencies_without_any_and_keeps_the_order():
    partners = pd.DataFrame({"partner": ["B PD", "A PD", "C PD"], "standard": [2, 1, 0], "broad": [2, 4, 0]})
    svg = chart_ranking(partners, "Who searched.").svg()
    assert "C PD" not in svg
    assert re.search(r"B PD.*A PD", svg, re.DOTALL)


# ---- events and cover ---------------------------------------------------------------------------------

EVENTS = pd.DataFrame(
    [
        (dt.date(2024, 12, 10), "A law of the state", "law"),
        (dt.date(2025, 1, 20), "Inauguration", "politics"),
        (dt.date(2026, 5, 1), "Long after", "vendor"),
    ],
    columns=["day", "label", "kind"],
)


def runs(*pairs):
    return pd.DataFrame(pairs, columns=["first", "last"]).apply(pd.to_datetime)


def shaded(figure):
    """First days of what is shaded behind the bars, and the day after each."""
    data = figure.chart.to_dict()["datasets"].values()
    found = {(row["start"][:10], row["end"][:10]) for rows in data for row in rows if set(row) == {"start", "end"}}
    return sorted(found)


def test_events_within_the_months_are_drawn_and_told_and_others_are_left_out():
    figure = chart_months(months(TWO), "by Example PD", EVENTS)
    assert "Marked: A law of the state (10 December 2024), Inauguration (20 January 2025)." in figure.alt_text
    assert ">A law of the state<" in figure.svg()
    assert "Long after" not in figure.svg() + figure.alt_text + figure.caption


def test_with_events_the_inauguration_is_drawn_only_if_it_is_one_of_them():
    assert "Inauguration" not in chart_months(months(TWO), "by Example PD", EVENTS.head(1)).svg()
    assert chart_months(months(TWO), "by Example PD", EVENTS).svg().count(">Inauguration<") == 1


def test_events_without_room_are_named_with_their_days_in_the_caption():
    many = pd.DataFrame({"day": [dt.date(2025, 1, 2)] * 9, "label": [f"Change of the vendor {n}" for n in range(9)]})
    figure = chart_months(months(TWO), "by Example PD", many.assign(kind="vendor"))
    assert "Not marked for want of room: " in figure.caption
    assert "Change of the vendor 8 (2 January 2025)" in figure.caption
    assert "Change of the vendor 8" not in figure.alt_text + figure.svg()


def test_labels_drawn_above_the_chart_stay_within_its_frame():
    svg = chart_months(months(TWO), "by Example PD", EVENTS).svg()
    assert float(re.search(r'height="([\d.]+)"', svg)[1]) > 70 + 190
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)(?:px)?"', svg)]
    assert sizes
    assert min(sizes) >= 11


def test_days_without_cover_are_shaded_and_counted_and_shorter_stretches_are_not():
    covered = runs(("2024-12-01", "2024-12-09"), ("2024-12-12", "2024-12-31"), ("2025-01-11", "2025-01-31"))
    figure = chart_months(months(TWO), "by Example PD", covered=covered)
    assert shaded(figure) == [("2025-01-01", "2025-01-11")]
    assert "Grey: 10 days that no file covers, in stretches of 3 days or more." in figure.caption


def test_a_month_that_cannot_be_read_and_a_gap_in_it_are_shaded_once_and_both_are_told():
    counts = {"2024-12": (0, 1, 2), "2025-01": (pd.NA,) * 3, "2025-02": (0, 1, 1)}
    covered = runs(("2024-12-01", "2025-01-10"), ("2025-01-21", "2025-02-28"))
    figure = chart_months(months(counts), "by Example PD", covered=covered)
    assert ("2025-01-01", "2025-02-01") in shaded(figure)
    assert "Grey: 10 days that no file covers" in figure.caption
    assert "months of which no reason could be read" in figure.caption


def test_cover_without_a_gap_is_told_as_such():
    figure = chart_months(months(TWO), "by Example PD", covered=runs(("2024-12-01", "2025-01-31")))
    assert shaded(figure) == []
    assert "No stretch of 3 days or more lies without cover" in figure.caption


def test_the_day_on_which_picked_values_took_over_is_marked_and_the_eve_of_a_gap_too():
    figure = chart_months(months(TWO), "by Example PD", EVENTS, switch="2025-01-10")
    assert "Dotted line: picked values took over on 10 January 2025." in figure.caption
    assert "Picked values (10 January 2025)" in figure.alt_text
    apart = chart_months(months(TWO), "by Example PD", EVENTS, switch="2025-01-10", switch_eve="2024-12-20")
    assert "Between the dotted lines: picked values took over between 20 December 2024 and" in apart.caption
    assert apart.svg().count('stroke-dasharray="1,3"') == 2 * figure.svg().count('stroke-dasharray="1,3"') == 4
    assert "Picked values" not in chart_months(months(TWO), "by Example PD", switch="2026-01-10").svg()


def test_no_month_is_said_instead_of_drawn():
    figure = chart_months(months({}), "by Example PD", EVENTS)
    assert "no month to draw" in figure.caption
    assert figure.svg().startswith("<svg ")


def test_millions_are_written_in_short_and_thousands_in_full():
    assert ">300M<" in chart_months(months({"2025-01": (1, 300_000_000, 300_000_000)}), "by Example PD").svg()
    assert ">300,000<" in chart_months(months({"2025-01": (1, 300_000, 300_000)}), "by Example PD").svg()


def test_times_are_drawn_alike_in_every_time_zone():
    drawn = drawable(chart_months(months(TWO), "by Example PD", EVENTS).chart)
    assert '"2025-01-01T00:00:00Z"' in drawn
    assert not re.search(r'T\d\d:\d\d:\d\d(?:\.\d+)?"', drawn)
