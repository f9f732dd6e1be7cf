"""287(g) on the page: the finding as a sentence, the table, near matches folded, and words where no sheet is there."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from tiny_logs import no_sources

from investigate.agencies.programs import A_FEDERAL, NO_STATE, TO_CONFIRM
from investigate.agreement_counts import COUNTED, NEARLY
from investigate.sections.programs import NO_SHEET, ONLY_SIMILAR, show_agreements
from investigate.show import Report
from investigate.workspace import Workspace

OWNER = "Mossgate IL PD"
HELD = {
    "agency": OWNER, "role": "owner", "partner": "Paris TX PD", "models": "Task Force Model (2025-03-10)",
    "signed": "2025-03-10", "listed_as": "Paris Police Department", "sheet": "a_2026-05-18.csv", "row": 3,
    "other_days": "", "may_have_ended": False, "ended": "", "unread_before": 0, "unread_since": 0,
    "searches_before": 2, "searches_since": 1_204, "immigration_before": 2,
    "immigration_since": 31, "first_day": "2025-03-10", "last_day": "2025-03-12",
}  # fmt: skip
NEAR = {
    "agency": OWNER, "role": "owner", "partner": "Nueces County TX Constable",
    "listed_as": "Nueces County Constable Precinct 3",
    "model": "Task Force Model",
    "signed": "2025-03-10", "sheet": "a_2026-05-18.csv", "row": 4, "why": "precinct cannot be told",
    "searches": 5, "immigration": pd.NA, "unread": 5,
}  # fmt: skip


SHEET = (
    "STATE,LAW ENFORCEMENT AGENCY,TYPE,COUNTY,SUPPORT TYPE,SIGNED\n"
    "TEXAS,Paris Police Department,,,Task Force Model,2025-03-10\n"
)


def report(root, *held: dict, near: tuple[dict, ...] = (), sheet: bool = True, role: str = "owner") -> Report:
    """A report of these rows, with 40 searching agencies."""
    room = Workspace(root)
    if sheet:
        (room.manual / "287g").mkdir(parents=True)
        (room.manual / "287g" / "a_2026-05-18.csv").write_text(SHEET)
    tables = SimpleNamespace(
        sources=no_sources(),
        agency=OWNER,
        workspace=room,
        roles=[role],
        partners=pd.DataFrame({"partner": [f"Town {n} TX PD" for n in range(40)], "role": role}),
        agreements=pd.DataFrame([HELD | one | {"role": role} for one in held], columns=COUNTED),
        near_agreements=pd.DataFrame([{**one, "role": role} for one in near], columns=NEARLY),
    )
    return Report(tables, (role,))


def test_without_a_sheet_the_page_says_that_nothing_was_checked_and_where_to_get_one(tmp_path):
    shown = show_agreements(report(tmp_path, sheet=False))
    assert shown.text == NO_SHEET
    assert "data/README.md" in shown.text
    assert "not checked" in shown.text


def test_the_finding_is_a_sentence_with_what_an_agreement_is(tmp_path):
    text = show_agreements(report(tmp_path, HELD)).text
    assert "1 of the 40 searching agencies had signed an agreement under section 287(g) with ICE" in text
    assert "by the day of a search of the cameras of Mossgate IL PD" in text
    assert "From the day that each signed, 31 of their 1,204 searches were immigration-related." in text
    assert "says nothing of licence-plate readers" in text
    assert TO_CONFIRM in text
    assert "1,204" in text
    assert "a_2026-05-18.csv (of 2026-05-18)" in text


def test_an_agency_that_signed_after_its_searches_is_in_the_table_and_not_in_the_count(tmp_path):
    text = show_agreements(report(tmp_path, {"searches_since": 0, "immigration_since": 0})).text
    assert "0 of the 40 searching agencies" in text
    assert "Paris TX PD" in text


def test_what_is_not_known_is_said_and_never_nought(tmp_path):
    unknown = {name: pd.NA for name in HELD if name.endswith(("_before", "_since"))} | {"signed": None}
    text = show_agreements(report(tmp_path, unknown)).text
    assert "0 of the 40" in text
    assert "not known" in text
    assert "For Paris TX PD, no day of signing can be read" in text


def test_unreadable_reasons_leave_the_number_of_immigration_searches_not_known(tmp_path):
    text = show_agreements(report(tmp_path, {"immigration_since": pd.NA})).text
    assert "how many of their 1,204 searches were immigration-related is not known" in text


def test_a_sum_over_unreadable_reasons_is_said_to_be_the_least(tmp_path):
    other = {"partner": "Alice TX PD", "immigration_since": pd.NA, "searches_since": 6, "unread_since": 6}
    assert "at least 31 of their 1,210 searches" in show_agreements(report(tmp_path, HELD, other)).text


def test_one_that_may_have_ended_is_marked(tmp_path):
    gone = "Warrant Service Officer (last in the sheet of 2025-07-18)"
    text = show_agreements(report(tmp_path, {"may_have_ended": True, "ended": gone})).text
    assert (
        f"A later sheet no longer lists Paris TX PD: {gone} under the same name: the agreement may have ended" in text
    )
    assert text.count(gone) == 2, "in the row and in the caution"


def test_near_matches_are_folded_and_said_to_be_counted_nowhere(tmp_path):
    shown = show_agreements(report(tmp_path, near=(NEAR,)))
    assert "<details>" in shown.html
    assert ONLY_SIMILAR in shown.text
    assert "precinct cannot be told" in shown.text
    assert "a_2026-05-18.csv, row 4" in shown.text


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ((), "list no agreement under section 287(g) with an agency of the name and place of Mossgate IL PD"),
        (
            (HELD,),
            "ICE's sheets list an agency of the name and place of Mossgate IL PD (name match, to be confirmed) as "
            "having signed an agreement under section 287(g) on 2025-03-10. From that day on, 31 of its 1,204",
        ),
        (({"other_days": "an earlier sheet has 2025-02-28"},), "on 2025-03-10 (an earlier sheet has 2025-02-28). From"),
        (({"searches_since": 0},), "on 2025-03-10, after its last search here"),
        (({"signed": None},), "whose day of signing cannot be read"),
    ],
)
def test_a_searching_agency_reads_of_its_own_agreement(tmp_path, held, says):
    assert says in show_agreements(report(tmp_path, *held, role="searcher")).text


def test_a_name_cannot_steer_the_page(tmp_path):
    shown = show_agreements(report(tmp_path, {"partner": "<script>x</script>", "listed_as": "a\u202eb<b>"}))
    assert "<script>" not in shown.html
    assert "\u202e" not in shown.html + shown.text


def test_unread_reasons_stand_beside_a_nought(tmp_path):
    dark = {"searches_since": 10, "immigration_since": 0, "unread_since": 9}
    for role, whose in (("owner", "their"), ("searcher", "its")):
        text = show_agreements(report(tmp_path / role, dark, role=role)).text
        said = f"0 of {whose} 10 searches were immigration-related, and 9 of them show no reason that could be read"
        assert said in text
        assert "0 (9 unread)" in text


NOT_COMPARED = NEAR | dict.fromkeys(("listed_as", "model", "signed", "sheet")) | {"row": pd.NA}


def test_how_many_were_not_compared_is_said_beside_how_many_signed(tmp_path):
    apart = [
        NOT_COMPARED | {"partner": "Grundy CO SO", "why": NO_STATE},
        NOT_COMPARED | {"partner": "US Border Patrol", "why": A_FEDERAL},
    ]
    shown = show_agreements(report(tmp_path, HELD, near=(NEAR, *apart)))
    assert (
        "Among the others: 1 not compared (state not known, or the name says too little); 1 federal, not looked for; 1 "
        "with only similar names in the sheets. None of these is counted."
    ) in shown.text
    assert "Grundy CO SO" not in shown.text, "only what is similar is in the table"


def test_an_owner_that_signed_itself_is_not_among_those_that_searched_its_cameras(tmp_path):
    made = report(tmp_path, {"partner": OWNER})
    made.tables.partners.loc[0, "partner"] = OWNER
    text = show_agreements(made).text
    assert "0 of the 39 other searching agencies had signed" in text
    assert f"{OWNER} itself is left out here, and stands in the table below." in text


@pytest.mark.parametrize(
    ("near", "says"),
    [
        (NEAR, "cannot be told from its name: only similar names stand in them"),
        (NOT_COMPARED | {"why": NO_STATE}, "was not looked for or cannot be told: its state is not known."),
        (
            NOT_COMPARED | {"why": A_FEDERAL},
            "cannot be told: a federal agency, and agreements are with state and local",
        ),
    ],
)
def test_a_searching_agency_that_was_not_compared_is_not_said_to_have_no_agreement(tmp_path, near, says):
    text = show_agreements(report(tmp_path, near=(near,), role="searcher")).text
    assert says in text
    assert "list no agreement" not in text


def test_a_table_of_one_searching_agency_is_of_its_own_searches(tmp_path):
    text = show_agreements(report(tmp_path, HELD, role="searcher")).text
    assert "Distinct searches by Mossgate IL PD, which ICE's sheets list" in text


def test_what_is_odd_and_what_is_pending_in_the_sheets_is_told(tmp_path):
    made = report(tmp_path, HELD)
    folder = tmp_path / "data" / "manual" / "287g"
    (folder / "b_2026-05-19.csv").write_text(SHEET.replace("2025-03-10", "5025-07-07"))
    (folder / "pending_2026-05-18.csv").write_text(SHEET)
    text = show_agreements(made).text
    assert "'5025-07-07' in row 2" in text
    assert "1 agreement is listed as pending, and so not signed: counted nowhere." in text
