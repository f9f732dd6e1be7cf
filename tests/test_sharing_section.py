"""What a report and the notebook on sharing say and show of sharing lists."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from tiny_logs import no_sources

from investigate.sections.sharing import (
    NOT_A_SEARCH,
    show_partners_of,
    show_reach,
    show_sharing,
    show_sharing_change,
    show_sharing_lists,
)
from investigate.sharing.kept import store_sharing
from investigate.sharing.load import load_sharing
from investigate.sharing.partners import sharing_by_agency, sharing_stamp
from investigate.sharing.table import SharingLoad, typed
from investigate.sharing_charts import NO_STATE, chart_partners
from investigate.show import Report

OWNER, FLORA = "Xenia OH PD", "Flora MS PD"
OFFICES = ("CBP - NTC", "DHS - HSI (Newark NJ)", "ICE")
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data, which is not published")


def made(*names: str, as_of: str | None = "2020-02-06", **other: Any) -> pd.DataFrame:
    """The list of OWNER: who may see its detections."""
    told = {"owner": OWNER, "system": "vigilant", "direction": "shared", "what": "detections", "listed_by": OWNER,
            "as_of": None if as_of is None else pd.Timestamp(as_of).date(), "release": "abc123abc123",
            **other}  # fmt: skip
    rows = [
        told | {"recipient": name, "row": row, "page": 1 + row // 50, "released_recipient": name,
                "federal_immigration": name in OFFICES, "owner_federal_immigration": False}
        for row, name in enumerate(names, 1)
    ]  # fmt: skip
    return typed(pd.DataFrame(rows))


def report_of(sharing: pd.DataFrame, *roles: str, agency: str = OWNER, matched: pd.DataFrame | None = None) -> Report:
    rows = sharing_by_agency(sharing, pd.DataFrame({"agency": [agency]}), matched)
    return Report(SimpleNamespace(sources=no_sources(), agency=agency, sharing=rows), roles or ("owner",))  # type: ignore[arg-type]


def stored(root: Path, frame: pd.DataFrame, **entry: Any) -> Path:
    release = frame["release"].iloc[0]
    told = {"release": release, "path": f"lists/{release}.csv", "status": "loaded", "warnings": [], "rows_rejected": 0,
            "incomplete": False, "lists": [], "layout": "list", "owner": OWNER, "as_of": None} | entry  # fmt: skip
    store_sharing(SharingLoad(frame, [json.loads(json.dumps(told))]), root)
    return root


def words(shown: Any) -> set[str]:
    return set(re.findall(r"[A-Za-z]+", shown.text.casefold()))


def test_the_first_sentence_counts_the_list_of_a_day_and_names_the_offices_exactly() -> None:
    text = show_sharing(report_of(made(FLORA, "Elyria OH PD", "Alameda Police Department", *OFFICES))).text
    assert text.splitlines()[0] == (
        "On 6 February 2020 the list of Xenia OH PD (vigilant) named 6 agencies that may see its detections, in 3 "
        "states as far as names say (3 names say none). 3 of them are federal immigration offices: CBP - "
        "NTC, DHS - HSI (Newark NJ) and ICE."
    )
    assert "abc123abc123:4, page 1" in text
    assert text.endswith(NOT_A_SEARCH)


def test_no_office_is_said_with_what_was_looked_for() -> None:
    text = show_sharing(report_of(made(FLORA))).text
    assert "None of the names is known as that of a federal immigration office (ICE, ERO, HSI, CBP" in text
    scan = show_sharing(report_of(made(FLORA).assign(incomplete=True))).text
    assert "None of the names that could be read is known" in scan
    assert "a name that is not here may have been on it" in scan


def test_a_list_without_a_date_is_called_so() -> None:
    text = show_sharing(report_of(made(FLORA, as_of=None))).text
    assert text.startswith("A list of Xenia OH PD (vigilant) without a date named 1 agency that may see its detections")


def test_no_list_is_not_a_zero() -> None:
    text = show_sharing(report_of(made(FLORA), "owner", "searcher")).text
    assert (
        "No sharing list that says whose cameras it may search is loaded for Xenia OH PD; that is not a zero." in text
    )
    assert "load it with `investigate sharing FILE`" in text


def test_an_empty_table_is_one_sentence() -> None:
    text = show_sharing(report_of(made(FLORA).head(0))).text
    assert text.startswith("No sharing list that says who may search its cameras is loaded for Xenia OH PD")


def test_owner_and_searcher_stand_apart() -> None:
    received = made(FLORA, direction="received").rename(
        columns={"owner": "recipient", "recipient": "owner", "released_recipient": "released_owner",
                 "released_owner": "released_recipient"}
    )  # fmt: skip
    shown = show_sharing(report_of(pd.concat([made("Elyria OH PD"), received]), "owner", "searcher"))
    owner, searcher = shown.text.split("As searching agency")
    assert "Elyria OH PD" in owner
    assert "Flora MS PD" not in owner
    assert "named 1 agency whose detections it may see, in 1 state" in searcher
    assert "Elyria OH PD" not in searcher


def test_lists_of_others_and_older_lists_are_told_apart_from_its_own() -> None:
    other = made(OWNER, owner=FLORA, listed_by=FLORA, released_owner=FLORA)
    text = show_sharing(report_of(other, "searcher")).text
    assert text.startswith("The lists of other agencies (vigilant) name 1 agency whose detections Xenia OH PD may see")
    older = pd.concat([made(FLORA, "Elyria OH PD"), made(FLORA, as_of="2024-01-01")])
    text = show_sharing(report_of(older)).text
    assert "On 1 January 2024 the list of Xenia OH PD (vigilant) named 1 agency that" in text
    assert "1 agency stands in an older list and not in the newest." in text
    assert "an older list only" in text


def test_an_entry_for_the_agency_itself_is_said_and_not_counted() -> None:
    text = show_sharing(report_of(made(FLORA, "Xenia OH PD Raven"))).text
    assert "named 1 agency that may see" in text
    assert "1 entry names Xenia OH PD itself: not counted here." in text
    assert "The whole list (1 entry)" in text


def test_inactive_partners_are_noted() -> None:
    text = show_sharing(report_of(made(FLORA, "Elyria OH PD").assign(status=["Inactive", None]))).text
    assert "named 2 agencies (1 of them marked as inactive) that may see" in text


def test_partners_with_an_agreement_are_counted_by_the_day_of_the_list() -> None:
    matched = pd.DataFrame(
        {"agency": [FLORA, "Elyria OH PD"], "model": "Task Force", "signed": ["2019-05-01", "2025-05-01"]}
    )
    text = show_sharing(report_of(made(FLORA, "Elyria OH PD", "Ada OH PD"), matched=matched)).text
    assert "2 agencies on the lists have an agreement with ICE under section 287(g)" in text
    assert "1 of them signed by the day of the newest list" in text
    assert "to be confirmed" in text


def test_hot_lists_named_after_an_office_are_told_and_stand_in_no_matrix() -> None:
    hot = [f"Town {number} OH PD" for number in range(9)]
    shown = show_sharing(report_of(made(*hot, what="hot lists").assign(hot_list=["HSI MASTER", *["Stolen"] * 8])))
    assert "to which it sends hot lists" in shown.text
    assert "bears the name of a federal immigration office: HSI MASTER." in shown.text
    assert "<svg" not in shown.html


def test_400_partners_are_all_there_behind_a_line_to_click_on_and_in_a_matrix_that_fits() -> None:
    states = ["OH", "TX", "IL", "CA", "NV", "FL", "GA", "NY", "MI", "WI"]
    names = [f"Town{number} {states[number % 10]} {'PD' if number % 3 else 'SO'}" for number in range(400)]
    shown = show_sharing(report_of(made(*names)))
    html = shown.html
    assert "<details><summary>The whole list (400 entries)</summary>" in html
    assert all(f">{name}<" in html for name in names)
    label = re.search(r'aria-label="([^"]+)"', html)
    assert label is not None
    assert label[1].startswith("400 agencies by state and kind: most are of the kind police (266)")
    height = re.search(r'viewBox="0 0 (\d+) (\d+)"', html)
    assert height is not None
    assert int(height[1]) <= 800
    assert int(height[2]) <= 500


def test_the_matrix_has_a_row_for_names_that_state_no_state_at_its_end() -> None:
    partners = pd.DataFrame(
        {
            "partner": list("abcda"),
            "state": ["OH", None, None, None, "OH"],
            "kind": ["police", "sheriff", None, "police", "police"],
        }
    )
    figure = chart_partners(partners, "Partners.")
    layers = figure.chart.to_dict()["layer"]
    assert layers[0]["encoding"]["y"]["sort"] == ["OH", NO_STATE]
    assert figure.alt_text == (
        "4 agencies by state and kind: most are of the kind police (2); of those whose state is known most are in OH "
        "(1); the state of 3 is not known."
    )
    with pytest.raises(ValueError, match="no partner to draw"):
        chart_partners(partners.head(0), "Partners.")


def test_names_with_html_and_steering_characters_are_shown_as_text() -> None:
    evil = [
        "<script>alert(1)</script> OH PD",
        "Evil\u202e OH PD",
        "{its} {0} & <b>x</b>",
        *[f"T{i} OH PD" for i in range(6)],
    ]
    shown = show_sharing(report_of(made(*evil, what="<i>{odd}</i>", system="<u>s</u>")))
    for tag in ("<script", "<b>", "<i>", "<u>", "\u202e"):
        assert tag not in shown.html
    assert "&lt;script&gt;alert(1)" in shown.html
    assert "\u202e" not in shown.text


def test_the_order_of_rows_changes_nothing() -> None:
    sharing = made(FLORA, "Elyria OH PD", *OFFICES, "Ada OH PD")
    assert show_sharing(report_of(sharing.iloc[::-1])).html == show_sharing(report_of(sharing)).html


# ---- the notebook ---------------------------------------------------------------------------------------------


def test_without_lists_each_says_that_this_is_no_zero(tmp_path: Path) -> None:
    for shown in (show_sharing_lists(tmp_path), show_partners_of(OWNER, tmp_path), show_reach(tmp_path)):
        assert shown.text.startswith("No sharing list is loaded in this workspace; that is not a zero.")


def test_the_lists_are_shown_with_day_count_and_warnings(tmp_path: Path) -> None:
    stored(tmp_path, made(FLORA, "ICE", incomplete=True), warnings=["A scan can hide a name: <look>."])
    shown = show_sharing_lists(tmp_path)
    assert "1 sharing list file with 2 pairs of agencies." in shown.text
    assert re.search(
        r"abc123abc123\.csv\s+Xenia OH PD\s+vigilant\s+shared\s+detections\s+2020-02-06\s+2\s+1", shown.text
    )
    assert "&lt;look&gt;" in shown.html
    assert "could not be read whole" in show_partners_of(OWNER, tmp_path).text


def test_partners_of_an_agency_that_no_list_names_are_not_known(tmp_path: Path) -> None:
    stored(tmp_path, made(FLORA, "Elyria OH PD"))
    text = show_partners_of("Flora MS", tmp_path).text
    assert text.startswith(
        "No loaded list names 'Flora MS'; that is not a zero. Names on the lists that are like it: Flora MS"
    )
    assert "On 6 February 2020 the list of Xenia OH PD" in show_partners_of("XENIA OH PD", tmp_path).text.replace(
        "XENIA", "Xenia"
    )


def test_reach_says_how_many_in_one_step_and_in_two_and_that_it_is_no_flow(tmp_path: Path) -> None:
    stored(tmp_path, made("ICE", "CBP - NTC"))
    stored(tmp_path, made(OWNER, owner=FLORA, listed_by=FLORA, released_owner=FLORA, release="def456def456"))
    text = show_reach(tmp_path).text
    assert text.startswith(
        "By the newest of all loaded lists (6 February 2020), 1 agency lets a federal immigration office search or see "
        "its data in one step; 1 other shares with an agency that does."
    )
    assert "two settings, not proof that data flow on" in text
    assert "def456def456:1, page 1" in text
    stored(tmp_path / "other", made(FLORA))
    assert "no agency lets a federal immigration office" in show_reach(tmp_path / "other").text


def test_a_change_names_offices_first_and_says_what_it_cannot_compare(tmp_path: Path) -> None:
    stored(tmp_path, made(FLORA, "Elyria OH PD", "Ada OH PD"))
    stored(tmp_path, made("MS - Flora PD", "Elyria OH PD", "ICE", as_of="2024-01-01", release="def456def456"))
    stored(tmp_path, made("ICE", what="hot lists", as_of="2024-01-01", release="fff456def456"))
    text = show_sharing_change("2020-12-31", "2024-12-31", tmp_path).text
    assert text.startswith(
        "Between 6 February 2020 and 1 January 2024, on the list of Xenia OH PD (vigilant, detections shared): 1 "
        "added, 1 removed, 1 under another name and 1 unchanged. Added: ICE (federal immigration)."
    )
    assert "Only one side has a list of 'Xenia OH PD' (vigilant, hot lists shared)." in text
    scan = made(FLORA, as_of="2025-01-01", release="eee456def456").assign(incomplete=True)
    assert "2 not known, since a list is a scan" in show_sharing_change(made(FLORA, "ICE", "Ada OH PD"), scan).text


def test_a_change_that_cannot_be_told_is_a_sentence_and_no_error(tmp_path: Path) -> None:
    assert show_sharing_change("2020-01-01", "2021-01-01", tmp_path).text.startswith("Not compared. No sharing list")
    stored(tmp_path, made(FLORA))
    assert "Both days have the same list" in show_sharing_change("2021-01-01", "2022-01-01", tmp_path).text


def test_the_stamp_changes_with_the_lists_and_with_what_is_said_of_them(tmp_path: Path) -> None:
    stamps = [sharing_stamp(tmp_path)]
    for frame in (made(FLORA), made(FLORA, as_of="2024-01-01"), made("ICE", release="def456def456")):
        stored(tmp_path, frame)
        stamps.append(sharing_stamp(tmp_path))
    assert len(set(stamps)) == 4
    stored(tmp_path, made("ICE", release="def456def456"))
    assert sharing_stamp(tmp_path) == stamps[-1]


def test_no_word_judges(tmp_path: Path) -> None:
    stored(tmp_path, made(FLORA, *OFFICES))
    said = (
        words(show_sharing(report_of(made(FLORA, *OFFICES))))
        | words(show_reach(tmp_path))
        | words(show_sharing_lists(tmp_path))
    )
    assert not said & {"illegal", "hit", "hits", "violation", "violated", "unlawful"}


@needs_shared
def test_the_released_lists_say_what_a_reader_finds_in_them(tmp_path: Path) -> None:
    load = load_sharing(SHARED / "sharing", workspace=tmp_path)
    store_sharing(load, tmp_path)
    owner = next(entry["owner"] for entry in load.releases if entry["system"] == "vigilant")
    text = show_partners_of(owner, tmp_path).text
    assert "(vigilant) named 295 agencies that may see its detections" in text
    assert (
        "4 of them are federal immigration offices: CBP - NTC, DHS - HSI (Newark NJ), DHS - HSI - New Orleans and San "
        "Diego Sector Border Patrol (CA)." in text
    )
    assert "named 311 agencies whose detections it may see" in text
    assert "CBP - NTC, DHS - HSI - New Orleans, ICE and San Diego Sector Border Patrol (CA)." in text
    assert "HSI MASTER" in text
    assert "1 agency lets a federal immigration office search or see its data in one step" in show_reach(tmp_path).text
