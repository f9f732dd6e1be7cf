"""Charts: drawn from small frames only, the same bytes each time, and honest where nothing is known."""

import re

import pandas as pd
import pytest

from investigate.charts import chart_months, chart_ranking


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
    shaded = [rows for rows in data.values() if rows and all(row.get("unknown") for row in rows)]
    assert [row["start"][:7] for rows in shaded for row in rows] == ["2025-04"]


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
