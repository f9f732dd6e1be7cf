"""Charts as plain dicts: what Altair would write, checked against the whole grammar; and tables as text."""

from __future__ import annotations

import subprocess
import sys

import altair as alt
import jsonschema
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from investigate.chart_spec import SCHEMA, field, layered, mark, rows_of, stacked
from investigate.charts import Figure, as_altair, drawable, style
from investigate.ratio_chart import chart_ratios
from investigate.shown import aligned, table

ROWS = pd.DataFrame({
    "day": pd.to_datetime(["2025-01-20", None]),
    "noon": pd.to_datetime(["2025-01-20T12:00", "2025-01-21T12:00"]),
    "searches": pd.array([3, pd.NA], dtype="Int64"),
    "rate": [1.5, float("nan")],
    "high": [float("inf"), 2.0],
    "name": pd.array(["Zoë", pd.NA], dtype="string"),
    "unknown": [True, False],
})  # fmt: skip


def test_rows_hold_what_json_can_say() -> None:
    first, second = rows_of(ROWS)
    assert first == {
        "day": "2025-01-20T00:00:00", "noon": "2025-01-20T12:00:00", "searches": 3, "rate": 1.5, "high": None,
        "name": "Zoë", "unknown": True,
    }  # fmt: skip
    assert second["day"] is second["searches"] is second["rate"] is second["name"] is None


def test_a_chart_says_what_altair_says() -> None:
    frame = ROWS[["noon", "rate"]]
    shown = mark("rect", frame, {"color": "red"}, x=field("noon:T", title=None), y=field("rate:Q"), y2={"datum": 0})
    mine = as_altair(style(layered([shown], width=100))).to_dict()
    x, y = alt.X("noon:T", title=None), alt.Y("rate:Q")
    base = alt.Chart(frame).mark_rect(color="red").encode(x=x, y=y, y2=alt.Y2Datum(0))
    altairs = alt.LayerChart(layer=[base]).properties(width=100).to_dict()
    assert mine["layer"][0]["encoding"] == altairs["layer"][0]["encoding"]
    assert mine["layer"][0]["mark"] == altairs["layer"][0]["mark"]
    assert list(mine["datasets"].values()) == list(altairs["datasets"].values())
    assert mine["$schema"].startswith(SCHEMA.removesuffix(".json"))
    assert alt.SCHEMA_URL.startswith(SCHEMA.removesuffix(".json"))  # the same grammar in the same major version


def test_layers_of_the_same_rows_share_them() -> None:
    rows = rows_of(ROWS)
    day, rate, count = field("day:T"), field("rate:Q"), field("n:Q")
    both = layered([mark("point", rows, x=day, y=rate), mark("line", rows, x=day)])
    chart = style(stacked([both, mark("bar", [{"n": 1, "left": 2}], x=count)], 5))
    first, second = (layer["data"] for layer in chart["vconcat"][0]["layer"])
    assert first == second
    drawn = [{name: row[name] for name in ("day", "rate")} for row in rows]
    assert list(chart["datasets"].values()) == [drawn, [{"n": 1}]]


@pytest.mark.parametrize(
    "wrong",
    [
        mark("rect", [], {"colour": "red"}),
        mark("rekt", []),
        mark("rect", [], x=field("day:T", axes=None)),
        layered([mark("rect", [])], widht=1),
    ],
)
def test_what_is_no_chart_is_told_when_it_is_checked(wrong: dict[str, object]) -> None:
    with pytest.raises((jsonschema.ValidationError, TypeError)):
        as_altair(style(wrong)).to_dict()


def test_ratios_are_a_chart_with_a_line_an_agency() -> None:
    compared = pd.DataFrame({
        "agency": ["Rise PD", "None before PD", "Refused PD"], "rate_ratio": [2.0, None, 3.0], "low": [1.5, 1.2, 2.0],
        "high": [2.6, None, 4.0], "refused": [False, False, True],
    })  # fmt: skip
    figure = chart_ratios(compared)
    spec = figure.chart.to_dict()
    shown = [row for rows in spec["datasets"].values() for row in rows if "agency" in row]
    assert [row["agency"] for row in shown] == ["Rise PD", "None before PD"]
    assert "Rise PD" in figure.svg()
    assert "Refused PD" not in figure.svg()


def test_a_figure_is_explored_as_altairs_chart_and_drawn_alike() -> None:
    figure = Figure(style(mark("bar", [{"n": 3}], x=field("n:Q"))), "Three.", "Three.")
    assert isinstance(figure.chart.interactive(), alt.Chart)
    assert Figure(figure.chart, "Three.", "Three.").svg() == figure.svg()
    assert '"n"' in drawable(figure.chart)


@given(st.data())
def test_a_table_as_text_is_as_pandas_prints_it(data: st.DataObject) -> None:
    texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60)
    number = data.draw(st.integers(1, 4))
    heads = data.draw(st.lists(texts.filter(bool), min_size=number, max_size=number))
    cells = data.draw(st.lists(st.lists(texts, min_size=number, max_size=number), max_size=4))
    assert aligned(heads, cells) == pd.DataFrame(cells, columns=heads).to_string(index=False)


def test_a_cell_with_a_break_stays_in_its_line() -> None:
    shown = table(pd.DataFrame({"said": ["one\ntwo\tthree"], "n": [1200]}), {"said": "said", "n": "searches"}, "Texts")
    assert shown.text == "Texts\n           said searches\none\\ntwo\\tthree    1,200"
    assert 'class="num">1,200' in shown.html


def test_a_report_is_drawn_without_altair() -> None:
    """Its import takes longer than all charts of a report."""
    drawn = (
        "import sys\n"
        "import investigate.batch, investigate.sections.cameras, investigate.sections.sharing\n"
        "from investigate.charts import chart_ranking\n"
        "import pandas as pd\n"
        "rows = pd.DataFrame({'partner': ['Example PD'], 'standard': [1], 'broad': [2]})\n"
        "assert '<svg' in chart_ranking(rows, 'Who searched.')._repr_html_()\n"
        "print('altair' in sys.modules)\n"
    )
    said = subprocess.run([sys.executable, "-c", drawn], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
