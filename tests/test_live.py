"""What a reporter gets in JupyterLab beyond the batch, without a browser: test_lab.py has the browser."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import altair as alt
import nbclient
import nbformat
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import investigate as inv
from investigate.charts import Figure
from investigate.errors import InvestigateError, UnknownValue
from investigate.kernels import run_notebook
from investigate.live import browse, choose, frames
from investigate.live.browse import COLUMNS, browse_searches
from investigate.live.charts import live_figure, live_html, show_figure
from investigate.live.choose import choose_agency
from investigate.live.where import LIVE_MARKS, is_live
from tests.tiny_logs import search, write_network_audit

ASK = "import os\nfrom investigate.live.where import is_live\nprint(is_live(), os.environ.get('JPY_SESSION_NAME'))"
OWNER = "Mossgate IL PD"


@pytest.fixture(autouse=True)
def not_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LIVE_MARKS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVESTIGATE_LIVE", "1")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with four searches of one owner's cameras: three by Ashmoor, one by the owner itself."""
    root = tmp_path_factory.mktemp("tiny")
    private = {"plate": "XQZ7781", "officer": "Hortensia Quibblewick", "case": "25-009914", "filters": "plate:XQZ"}
    rows = [
        search("2025-01-20T16:59:00", "ICE assist Quibblewick XQZ7781", **private, devices="12"),
        search("2025-02-01T02:30:00", "immigration", **private, devices=""),
        search("2025-02-02T12:00:00", "stolen car", **private, devices="5"),
        search("2025-02-03T12:00:00", "ERO", agency=OWNER, **private, devices="1040"),
    ]
    inv.load_lookup_logs([write_network_audit(root, OWNER, rows)], workspace=root / "room")
    return root / "room"


def asking() -> Any:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(ASK)])


def document_of(shown: str) -> str:
    """The document within a frame."""
    found = re.search(r'srcdoc="([^"]*)"', shown)
    assert found
    return html.unescape(found.group(1))


# ---- where ------------------------------------------------------------------------------------------------


def test_plain_python_is_not_live_even_when_a_live_notebook_starts_it() -> None:
    environment = os.environ | {"JPY_SESSION_NAME": "a.ipynb"}
    del environment["PYTEST_CURRENT_TEST"]
    told = subprocess.check_output([sys.executable, "-c", ASK], env=environment, text=True)
    assert told.split() == ["False", "a.ipynb"]


def test_a_program_that_runs_a_notebook_is_not_live_even_when_a_live_notebook_starts_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    ran = nbclient.NotebookClient(asking(), kernel_name="python3").execute()
    assert ran.cells[0].outputs[0].text.split() == ["False", "a.ipynb"]


def test_reports_rendered_from_a_live_notebook_are_not_live_and_the_notebook_stays_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    monkeypatch.setenv("INVESTIGATE_LIVE", "1")
    nbformat.write(asking(), tmp_path / "in.ipynb")
    ran = run_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", {})
    assert ran.cells[0].outputs[0].text.split() == ["False", "None"]
    assert (os.environ["JPY_SESSION_NAME"], os.environ["INVESTIGATE_LIVE"]) == ("a.ipynb", "1")


def test_a_failed_report_leaves_the_notebook_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    broken = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    nbformat.write(broken, tmp_path / "in.ipynb")
    with pytest.raises(Exception, match="ZeroDivisionError"):
        run_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", {})
    assert os.environ["JPY_SESSION_NAME"] == "a.ipynb"


@pytest.mark.parametrize(("told", "is_so"), [("1", True), ("0", False), ("", False)])
def test_the_variable_overrides_what_is_found_out(told: str, is_so: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVESTIGATE_LIVE", told)
    assert is_live() is is_so


def test_another_value_of_the_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVESTIGATE_LIVE", "yes")
    with pytest.raises(InvestigateError, match=r"INVESTIGATE_LIVE is 'yes'. It may be 1 .* or 0"):
        is_live()


# ---- browse -----------------------------------------------------------------------------------------------


def test_searches_stand_with_local_minute_scrubbed_reason_and_address(tiny: Path) -> None:
    said = browse_searches(tiny).text.splitlines()
    assert said[0].startswith("All agencies. 3 rows of the released logs, distinct searches: 3.")
    assert len(said) == 5  # caption, heads, three searches in the broad scope
    assert said[2].split()[:6] == ["2025-01-20", "10:59", "Ashmoor", "IL", "PD", "Mossgate"]  # Illinois: UTC - 6
    assert "2025-01-31 20:30" in said[3]  # the second is searched on the day before, as Illinois counts
    assert re.search(r"ICE assist \[(word|code)\]", said[2])
    assert said[2].rstrip().endswith(":2")
    assert " 12 " in said[2]
    assert " 1,040 " in said[4]


def test_nothing_private_is_in_what_is_shown_or_searched(tiny: Path, live: None) -> None:
    shown = browse_searches(tiny, scope="all")
    assert isinstance(shown, frames.LiveShown)
    whole = shown.text + shown.html + document_of(shown.live).partition("</head>")[2]
    assert "stolen" in whole
    for private in ("XQZ", "7781", "uibblewick", "ortensia", "009914"):
        assert private not in whole


def test_each_role_of_an_agency_stands_apart(tiny: Path) -> None:
    said = browse_searches(tiny, OWNER).text
    assert f"As camera owner: {OWNER}. 3 rows" in said
    assert f"As searching agency: {OWNER}. 1 row of" in said
    assert browse_searches(tiny, OWNER, "searcher").text.count("rows") == 0


def test_a_category_is_shown_whatever_the_scope(tiny: Path) -> None:
    said = browse_searches(tiny, category="other", scope="strict").text
    assert "1 row of" in said
    assert "stolen car" in said


def test_no_search_of_a_kind_is_said_in_words(tiny: Path) -> None:
    assert browse_searches(tiny, category="false_friend").text == (
        "All agencies: no search of this kind in the loaded logs."
    )


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"agency": "Ashmore IL PD"}, "Unknown agency 'Ashmore IL PD'.*Ashmoor IL PD"),
        ({"agency": OWNER, "role": "ower"}, "Unknown role 'ower'.*owner"),
        ({"agency": "Ashmoor IL PD", "role": "owner"}, "only as searcher, not as 'owner'"),
        ({"role": "owner"}, "says nothing without an agency"),
        ({"category": "ice"}, "Unknown category 'ice'"),
        ({"scope": "wide"}, "Unknown scope 'wide'"),
        ({"most": 0}, "most is 0"),
    ],
)
def test_what_is_not_known_is_refused_in_words(given_: dict[str, Any], said: str, tiny: Path) -> None:
    with pytest.raises(InvestigateError, match=said):
        browse_searches(tiny, **given_)


def test_more_rows_than_can_be_looked_through_are_not_cut_without_a_word(tiny: Path, live: None) -> None:
    shown = browse_searches(tiny, most=2)
    assert not isinstance(shown, frames.LiveShown)
    assert "3 rows are more than 2: too many to look through" in shown.text
    assert isinstance(browse_searches(tiny, most=3), frames.LiveShown)


def test_the_still_table_says_how_many_rows_it_leaves_out(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browse, "STILL", 2)
    said = browse_searches(tiny).text
    assert "Showing 2 of 3." in said
    assert len(said.splitlines()) == 4


def test_without_the_packages_the_still_table_says_how_to_get_them(
    tiny: Path, live: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames.importlib.util, "find_spec", lambda name: None)
    assert "itables and ipywidgets is not installed. Run `make env`" in browse_searches(tiny).text


def test_the_live_table_holds_every_row_and_loads_nothing(sample_workspace: Path, live: None) -> None:
    shown = browse_searches(sample_workspace)
    assert isinstance(shown, frames.LiveShown)
    document = document_of(shown.live)
    assert "default-src 'none'" in document
    assert "base-uri 'none'; form-action 'none'" in document
    rows = int(re.findall(r"([\d,]+) rows of", shown.text)[0])
    body = document.partition("</head>")[2]
    addresses = re.findall(r"\b[0-9a-f]{12}:\d+", body)
    assert len(set(addresses)) == rows > browse.PAGE
    assert not re.search(r"\bsrc\s*=\s*[\"']?http|<link|@import|from ['\"]http", document)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(alphabet="</script>!-&\"'ab ", min_size=1, max_size=40))
def test_no_cell_can_end_the_script_that_holds_it(name: str) -> None:
    row = dict.fromkeys(COLUMNS, "") | {"networks_count": 1, "devices_count": None}
    frame = pd.DataFrame([row, row]).astype({"networks_count": "Int64", "devices_count": "Int64"})
    plain = document_of(browse._live(frame, "caption")).lower()
    other = document_of(browse._live(frame.assign(searching_agency=f"</script><script>{name}"), "caption")).lower()
    assert other.count("</script") == plain.count("</script")


# ---- choose -----------------------------------------------------------------------------------------------


def test_in_batch_the_named_agency_is_chosen_under_the_name_it_counts_under(sample_workspace: Path) -> None:
    chosen = choose_agency("brackenfall il pd", sample_workspace)
    assert (chosen.name, str(chosen), repr(chosen)) == ("Brackenfall IL PD",) * 3
    assert inv.open_report(chosen.name, workspace=sample_workspace).agency == chosen.name


def test_an_agency_or_role_that_is_not_in_the_data_is_refused(sample_workspace: Path) -> None:
    with pytest.raises(UnknownValue, match=r"Unknown agency 'Brakenfall IL PD'.*Brackenfall"):
        choose_agency("Brakenfall IL PD", sample_workspace)
    with pytest.raises(UnknownValue, match="only as searcher, not as 'owner'"):
        choose_agency("Calderwisp County IL SO", sample_workspace, "owner")
    with pytest.raises(UnknownValue, match="Unknown role 'both'"):
        choose_agency("Brackenfall IL PD", sample_workspace, "both")


def test_hints_count_each_role_as_its_report_does(sample_workspace: Path) -> None:
    hints = choose.list_hints(inv.report_tables.prepare_report_tables(sample_workspace))
    report = inv.open_report("Brackenfall IL PD", workspace=sample_workspace)
    for role, said in choose.SAID_OF_ROLE.items():
        searches = report.rows("agencies", role)["searches"].item()
        periods = report.rows("periods", role)
        related = periods.loc[periods["scope"] == "standard", "immigration_related"].sum()
        assert f"{said} {searches:,} searches, {related} immigration-related" in hints["Brackenfall IL PD"]
    assert hints["Brackenfall IL PD"].startswith("IL; ")


def test_a_choice_changes_the_name_is_kept_and_a_wrong_one_changes_nothing(
    sample_workspace: Path, live: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(choose, "show_widget", lambda widget, still: shown.append((widget, still.text)))
    monkeypatch.setattr(choose, "_chosen_before", {})
    chosen = choose_agency("Brackenfall IL PD", sample_workspace)
    box, said = shown[0][0].children
    assert any(option.startswith("Calderwisp County IL SO · IL; as searching agency") for option in box.options)
    box.value = next(option for option in box.options if option.startswith("Calderwisp"))
    assert (chosen.name, box.value) == ("Calderwisp County IL SO",) * 2
    assert "Run the cells below again" in said.value
    box.value = "Nowhere <b>"
    assert chosen.name == "Calderwisp County IL SO"
    assert "Unknown agency &#x27;Nowhere &lt;b&gt;&#x27;" in said.value
    assert choose_agency("Brackenfall IL PD", sample_workspace).name == "Calderwisp County IL SO"
    assert shown[1][1] == "Chosen when this cell ran: Calderwisp County IL SO."
    assert choose_agency("Cinderlow GA PD", sample_workspace).name == "Cinderlow GA PD"


# ---- charts -----------------------------------------------------------------------------------------------


def bars(with_tooltip: bool) -> Figure:
    frame = pd.DataFrame({"agency": ["</script><script>alert(1)</script>"], "searches": [3]})
    tooltip = {"tooltip": [alt.Tooltip("searches:Q", title="searches")]} if with_tooltip else {}
    chart = alt.Chart(frame).mark_bar().encode(x="searches:Q", y="agency:N", **tooltip)
    return Figure(chart, "Caption <i>.", "Bars.")


def test_a_live_chart_loads_nothing_and_no_text_ends_its_script() -> None:
    document = document_of(live_html(bars(with_tooltip=True).chart, "Caption <i>."))
    assert document.count("<script") == document.count("</script") == 2
    assert "default-src 'none'" in document
    assert "Caption &lt;i&gt;." in document
    bare = re.sub(r"<script>.*?</script>", "", document, flags=re.DOTALL)
    assert not re.search(r"src=|href=|@import|url\(", bare)


def test_a_figure_is_live_only_before_a_person_and_with_something_to_point_at(live: None) -> None:
    assert "<iframe" in live_figure(bars(with_tooltip=True))
    with pytest.raises(NotImplementedError):  # which IPython takes as: show it as anything else
        show_figure(bars(with_tooltip=False))


def test_in_batch_a_figure_is_a_still_picture() -> None:
    with pytest.raises(NotImplementedError):
        show_figure(bars(with_tooltip=True))
