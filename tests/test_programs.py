"""287(g): sheets read whole with all that is odd, agencies matched by name, searches counted from the day signed."""

from __future__ import annotations

import csv
import datetime as dt
import time
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_logs import search, write_network_audit

from investigate.agencies.agreements import read_day, read_sheets, sheet_day
from investigate.agencies.identify import identify_agencies
from investigate.agencies.programs import (
    A_FEDERAL,
    NO_STATE,
    TO_CONFIRM,
    TOO_LITTLE,
    agreement_on,
    agreements_stamp,
    list_sheets,
    match_agreements,
    read_agreements,
)
from investigate.agreement_counts import COUNTED, count_under_agreements, near_under_agreements
from investigate.errors import RefusedFile
from investigate.load import load_lookup_logs
from investigate.tables import open_tables
from investigate.workspace import Workspace

HEADER = ["STATE", "LAW ENFORCEMENT AGENCY", "TYPE", "COUNTY", "SUPPORT TYPE", "SIGNED", "MOA", "ADDENDUM"]
TASK, WARRANT, JAIL = "Task Force Model", "Warrant Service Officer", "Jail Enforcement Model"
DAY = "2025-03-10 00:00:00"


def row(
    state: str, agency: str, county: str = "", model: str = TASK, signed: object = DAY, kind: str = "County"
) -> list:
    return [state, agency, kind, county, model, signed, "link", ""]


def add_sheet(root: Path, *rows: list, name: str = "participating_2026-05-18.csv", header: list = HEADER) -> Workspace:
    """A workspace with one more sheet of agreements."""
    room = Workspace(root)
    folder = room.manual / "287g"
    folder.mkdir(parents=True, exist_ok=True)
    if name.endswith(".csv"):
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
        return room
    book = openpyxl.Workbook()
    for cells in [header, *rows]:
        book.active.append(cells)
    book.save(folder / name)
    return room


def matched(room: Workspace, *names: str) -> dict[str, list[str]]:
    """Which models each name is matched with."""
    found = match_agreements(identify_agencies(names), read_agreements(room)).matched
    return {name: sorted(found.loc[found["agency"] == name, "model"]) for name in names}


# ---- reading ----------------------------------------------------------------------------------------------


def test_a_workspace_without_sheets_has_no_agreements(tmp_path):
    agreements = read_agreements(tmp_path)
    assert not agreements
    assert (len(agreements.listed), len(agreements.pending), agreements.stamp) == (0, 0, "")
    found = match_agreements(identify_agencies(["Johnson County TX SO"]), agreements)
    assert (len(found.matched), len(found.near)) == (0, 0)


def test_blanks_around_every_cell_and_capitals_of_states_do_not_count(tmp_path):
    room = add_sheet(
        tmp_path, row("LOUISIANA ", " Bossier Parish  Sheriff’s Office ", "Bossier Parish ", " Task Force Model ")
    )
    listed = read_agreements(room).listed.iloc[0]
    assert (listed["state"], listed["agency"], listed["model"]) == ("LA", "Bossier Parish Sheriff’s Office", TASK)
    assert (listed["kind"], listed["county_fips"], listed["row"]) == ("sheriff", "22015", 2)


@pytest.mark.parametrize(("state", "code"), [("GUAM", "GU"), ("NORTHERN MARIANA ISLANDS", "MP"), ("TX", "TX")])
def test_territories_and_codes_are_states_too(tmp_path, state, code):
    room = add_sheet(tmp_path, row(state, "Office Of The Attorney General", "#N/A"))
    assert read_agreements(room).listed["state"].tolist() == [code]


def test_several_models_of_one_agency_are_all_kept_and_a_row_twice_is_one(tmp_path):
    office = "Autauga County Sheriff's Office"
    rows = [row("ALABAMA", office, "Autauga County", model) for model in (TASK, WARRANT, TASK)]
    listed = read_agreements(add_sheet(tmp_path, *rows)).listed
    assert listed["model"].tolist() == [TASK, WARRANT]


@pytest.mark.parametrize("name", ["sheet_2025-07-18.csv", "participatingAgencies07182025am.xlsx"])
def test_the_header_is_found_by_its_words_below_a_title_and_with_columns_moved(tmp_path, name):
    header = ["", "Signed", "Support Type", "Law Enforcement Agency", "State"]
    rows = [["", "2025-03-10", TASK, "Mesa Police Department", "ARIZONA"]]
    room = add_sheet(tmp_path, header, *rows, name=name, header=["Participating agencies"])
    agreements = read_agreements(room)
    assert agreements.sheets[0].as_of == dt.date(2025, 7, 18)
    assert agreements.listed[["agency", "row"]].values.tolist() == [["Mesa Police Department", 3]]


def test_blank_rows_in_the_sheet_are_counted_and_an_unnamed_column_is_passed_over(tmp_path):
    blank = [None] * 9
    rows = [row("TEXAS", "Paris Police Department", "Lamar County", signed=dt.datetime(2025, 3, 10)), blank, blank]
    last = row("TEXAS", "Alice Police Department", "#N/A", signed=dt.datetime(2025, 3, 11))
    sheet = read_agreements(add_sheet(tmp_path, *rows, last, name="a_2025-07-18.xlsx", header=[*HEADER, None])).sheets[
        0
    ]
    assert (len(sheet.rows), sheet.blank, sheet.rows[1].row, sheet.rows[1].county) == (2, 2, 5, "")
    assert sheet.rows[0].signed == dt.date(2025, 3, 10)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2025-09-22 00:00:00", dt.date(2025, 9, 22)),
        (dt.datetime(2025, 9, 22, 0, 0), dt.date(2025, 9, 22)),
        ("7/72025", dt.date(2025, 7, 7)),
        ("05/082025", dt.date(2025, 5, 8)),
        ("7/2/2025", dt.date(2025, 7, 2)),
        ("3/13/20", dt.date(2020, 3, 13)),
        ("July 2, 2025", dt.date(2025, 7, 2)),
        ("45800", dt.date(2025, 5, 23)),
        ("1112025", None),  # 1/11 or 11/1
        ("13/2/2025", None),
        ("72025", None),
        ("2025", None),
        ("pending", None),
        ("", None),
        (None, None),
    ],
)
def test_a_day_is_read_only_where_one_reading_is_possible(cell, day):
    assert read_day(cell) == day


@given(st.text(max_size=40) | st.from_regex(r"[0-9/.-]{0,14}", fullmatch=True) | st.integers() | st.floats())
def test_any_cell_is_a_day_or_none(cell):
    found = read_day(cell)
    assert found is None or isinstance(found, dt.date)


def test_a_day_that_cannot_be_is_not_known_and_told(tmp_path):
    days = {"Paris": "1112025", "Alice": "5025-07-07", "Cisco": "1986-01-01", "Roma": "2027-01-01"}
    rows = [row("TEXAS", f"{place} Police Department", signed=day) for place, day in days.items()]
    agreements = read_agreements(add_sheet(tmp_path, *rows))
    assert agreements.listed["signed"].isna().all()
    assert len(agreements.told) == 1
    assert "participating_2026-05-18.csv: SIGNED holds no day" in agreements.told[0]
    assert "'1112025' in row 2" in agreements.told[0]
    assert "and 1 more" in agreements.told[0]


def test_a_state_that_is_none_is_told_and_matches_nobody(tmp_path):
    agreements = read_agreements(add_sheet(tmp_path, row("TEXSA", "Paris Police Department")))
    assert "no state is known for 'TEXSA' in row 2" in agreements.told[0]
    assert match_agreements(identify_agencies(["Paris TX PD"]), agreements).matched.empty


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("participating_2026-05-18", dt.date(2026, 5, 18)),
        ("20260518_sheet", dt.date(2026, 5, 18)),
        ("participatingAgencies07182025am", dt.date(2025, 7, 18)),
        ("287g_07-18-2025", dt.date(2025, 7, 18)),
        ("from 2026-05-18 to 2026-05-19", None),
        ("287g", None),
        ("2026-13-45", None),
    ],
)
def test_the_day_of_a_sheet_comes_from_its_files_name(name, day):
    assert sheet_day(name) == day


def test_pending_agreements_are_not_signed_and_kept_apart(tmp_path):
    room = add_sheet(tmp_path, ["TEXAS", "Paris Police Department", "Municipality", "Lamar County", TASK],
                     name="pending_2026-05-18.csv", header=HEADER[:5])  # fmt: skip
    agreements = read_agreements(room)
    assert agreements.pending["agency"].tolist() == ["Paris Police Department"]
    assert agreements.listed.empty
    assert matched(room, "Paris TX PD") == {"Paris TX PD": []}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("agencies.pdf", b"%PDF-1.7", r"agencies\.pdf in data/manual/287g is a file of another kind \('\.pdf'\)"),
        ("log.csv", b"Name,Reason\nA,ICE\n", r"log\.csv .* no such header.*LAW ENFORCEMENT AGENCY.*SIGNED"),
        ("empty.csv", b"", "no such header"),
        ("broken.xlsx", b"PK\x03\x04 not a workbook", r"broken\.xlsx"),
        ("text.xlsx", b"STATE,LAW", r"text\.xlsx"),
    ],
)
def test_a_file_that_is_something_else_is_refused_with_what_was_looked_for(tmp_path, name, content, says):
    folder = Workspace(tmp_path).manual / "287g"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    with pytest.raises(RefusedFile, match=says):
        read_agreements(tmp_path)


def test_notes_and_hidden_files_beside_the_sheets_are_left_alone(tmp_path):
    room = add_sheet(tmp_path, row("TEXAS", "Paris Police Department"))
    for name in ("README.md", ".DS_Store", "~$open.xlsx", "source.txt"):
        (room.manual / "287g" / name).write_text("note")
    assert [path.name for path in list_sheets(room)] == ["participating_2026-05-18.csv"]


def test_a_hostile_sheet_is_answered_in_bounded_time(tmp_path):
    room = add_sheet(tmp_path, *[row("TEXAS", f"{'Ab ' * 30}{n} Police Department", "x" * 400) for n in range(300)])
    started = time.monotonic()
    match_agreements(identify_agencies([f"{'Ac ' * 30}{n} TX PD" for n in range(100)]), read_agreements(room))
    assert time.monotonic() - started < 30
    big = tmp_path / "big.csv"
    big.write_text(",".join(HEADER) + "\n" + "TEXAS,A,,,b,,,\n" * 100_001)
    with pytest.raises(RefusedFile, match="more than 100,000 rows"):
        read_sheets(big)


def test_the_stamp_changes_with_a_sheet(tmp_path):
    before = agreements_stamp(add_sheet(tmp_path, row("TEXAS", "Paris Police Department")))
    assert before == read_agreements(tmp_path).stamp
    add_sheet(tmp_path, row("TEXAS", "Alice Police Department"))
    assert agreements_stamp(tmp_path) != before


# ---- several sheets ---------------------------------------------------------------------------------------


def test_what_a_later_sheet_no_longer_lists_may_have_ended(tmp_path):
    stays, goes = row("TEXAS", "Paris Police Department"), row("TEXAS", "Alice Police Department")
    add_sheet(tmp_path, stays, goes, name="a_2025-07-18.csv")
    listed = read_agreements(add_sheet(tmp_path, stays, name="b_2026-05-18.csv")).listed.set_index("agency")
    assert listed.loc["Paris Police Department", "last_listed"] == pd.Timestamp("2026-05-18")
    assert pd.isna(listed.loc["Paris Police Department", "gone_after"])
    assert listed.loc["Paris Police Department", "sheet"] == "b_2026-05-18.csv"
    assert listed.loc["Alice Police Department", "gone_after"] == pd.Timestamp("2025-07-18")


def test_a_name_spelled_anew_or_a_day_mended_in_a_later_sheet_is_not_an_end(tmp_path):
    first = [
        row("MICHIGAN", "Berrian County Sheriff's Office", "Berrien County"),
        row("TEXAS", "Paris Police Department", signed="1112025"),
    ]
    add_sheet(tmp_path, *first, name="a_2025-07-18.csv")
    later = [
        row("MICHIGAN", "Berrien County Sheriff’s Office"),
        row("TEXAS", "City of Paris Police Department", "Lamar County"),
    ]
    listed = read_agreements(add_sheet(tmp_path, *later, name="b_2026-05-18.csv")).listed
    assert listed["gone_after"].isna().all()


def test_a_sheet_without_a_day_ends_nothing_and_is_told(tmp_path):
    add_sheet(tmp_path, row("TEXAS", "Alice Police Department"), name="a_2025-07-18.csv")
    agreements = read_agreements(add_sheet(tmp_path, row("TEXAS", "Paris Police Department"), name="newest.csv"))
    assert agreements.listed["gone_after"].isna().all()
    assert any("newest.csv: its name states no one day" in said for said in agreements.told)


FIRST, LATER = "a_2025-07-18.csv", "b_2026-05-18.csv"


def test_where_sheets_disagree_on_the_day_the_newest_counts_and_the_other_is_told(tmp_path):
    beach = ("FLORIDA", "Fort Walton Beach Police Department")
    add_sheet(tmp_path, row(*beach, signed="2025-02-28"), name=FIRST)
    room = add_sheet(tmp_path, row(*beach, signed="2025-08-04"), name=LATER)
    listed = read_agreements(room).listed
    told = listed[["signed", "other_days", "sheet"]].astype(str).to_numpy().tolist()
    assert told == [["2025-08-04", "an earlier sheet has 2025-02-28", LATER]]
    found = match_agreements(identify_agencies(["Fort Walton Beach FL PD"]), read_agreements(room))
    assert agreement_on(found, "Fort Walton Beach FL PD", dt.date(2025, 8, 3)) == []
    assert found.matched["other_days"].tolist() == ["an earlier sheet has 2025-02-28"]


def test_a_day_that_the_newest_sheet_does_not_state_is_that_of_the_sheet_before(tmp_path):
    add_sheet(tmp_path, row("TEXAS", "Paris Police Department", signed="2025-02-28"), name=FIRST)
    listed = read_agreements(
        add_sheet(tmp_path, row("TEXAS", "Paris Police Department", signed="soon"), name=LATER)
    ).listed
    assert listed[["signed", "other_days", "sheet"]].astype(str).to_numpy().tolist() == [["2025-02-28", "", FIRST]]
    assert listed["gone_after"].isna().all()


# ---- matching ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        (row("TEXAS", "Johnson County Sheriff's Office", "Johnson County"), "Johnson County TX SO"),
        (row("TEXAS", "Johnson County Sheriff's Office", "#N/A"), "Johnson CO TX SO"),
        (row("TEXAS", "Nueces County Constable Precinct 3", "Nueces County"), "Nueces County TX Const Pct 3"),
        (row("TEXAS", "Paris Police Department", "Lamar County"), "Paris TX PD"),
        (row("TEXAS", "Paris Police Department", "Lamar Conty"), "Paris PD (TX)"),
        (row("FLORIDA", "City of Miami Police Department", "#NA"), "Miami FL PD"),
        (row("FLORIDA", "Port Saint Lucie Police Department"), "Port St. Lucie FL PD"),
        (row("PENNSYLVANIA", "Pottsville City Police Department", "Schuylkill County"), "Pottsville PA PD"),
        (row("NEW YORK", "Nassau County Police Department", "Nassau County"), "Nassau County NY PD"),
        (row("FLORIDA", "Orange Park Police Department", "Clay County"), "Orange Park FL PD"),
        (row("TEXAS", "Parker County District Attorney's Office", "Parker County"), "Parker County TX DA's Office"),
        (row("NEBRASKA", "Nebraska State Patrol"), "Nebraska State Patrol"),
        (row("WISCONSIN", "Brookfield Police Department", "Waukesha County"), "Brookfield WI PD"),
        (row("WISCONSIN", "Town of Brookfield Police Department"), "Brookfield Town WI PD"),
        (row("IOWA", "Iowa Department of Public Safety"), "Iowa DPS"),
        (row("ARKANSAS", "Arkansas State Police Department"), "Arkansas State Police"),
        (row("GEORGIA", "Georgia Department of Corrections"), "Georgia Department of Corrections"),
        (row("FLORIDA", "Grindlewick County Sheriff’s Office", "Grindlewick County"), "Grindlewick County FL SO"),
    ],
    ids=lambda one: one if isinstance(one, str) else one[1],
)  # fmt: skip
def test_one_agency_spelled_in_two_ways_is_matched(tmp_path, listed, name):
    assert matched(add_sheet(tmp_path, listed), name) == {name: [TASK]}


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        (row("TEXAS", "Johnson County Sheriff's Office", "Johnson County"), "Johnson County KS SO"),
        (row("TEXAS", "Johnson County Sheriff's Office", "Johnson County"), "Grundy CO SO"),
        (row("FLORIDA", "Orange County Corrections Department", "Orange County"), "Orange County FL SO"),
        (row("FLORIDA", "Melbourne International Airport Police Department"), "Melbourne FL PD"),
        (row("TEXAS", "Nueces County Constable Precinct 3", "Nueces County"), "Nueces County TX Const Pct 4"),
        (row("TEXAS", "Nueces County Constable Precinct 3", "Nueces County"), "Nueces County TX SO"),
        (row("PENNSYLVANIA", "Butler Township Police Department", "Luzerne County"), "Butler PA PD"),
        (row("ARKANSAS", "Carroll County Sheriff's Office", "Carroll County"), "Carroll AR PD"),
        (row("TEXAS", "Paris Police Department", "Lamar County"), "Paris ISD TX PD"),
        (row("PENNSYLVANIA", "York County Regional Police Department", "York County"), "York County PA SO"),
        (row("FLORIDA", "Florida Department of Corrections"), "Florida Department of Lottery Services"),
        (row("TEXAS", "Paris Police Department", "Lamar County"), "HSI Paris TX"),
        (row("WISCONSIN", "Brookfield Police Department", "Waukesha County"), "Town of Brookfield WI PD"),
        (row("NEW YORK", "Town of Ossining Police Department"), "Village of Ossining NY PD"),
        (row("TEXAS", "Town of Paris Police Department", "Lamar County"), "City of Paris TX PD"),
    ],
    ids=lambda one: one if isinstance(one, str) else one[1],
)  # fmt: skip
def test_another_agency_is_never_matched(tmp_path, listed, name):
    assert matched(add_sheet(tmp_path, listed), name) == {name: []}


@pytest.mark.parametrize(
    ("listed", "name", "why"),
    [
        (row("TEXAS", "Nueces County Constable Precinct 3", "Nueces County"), "Nueces County TX Constable", "precinct"),
        (row("FLORIDA", "Orange County Corrections Department", "Orange County"), "Orange County FL SO", "same place"),
        (row("FLORIDA", "Florida Department of Highway Safety and Motor Vehicles, Division of Highway Patrol"),
         "Florida Highway Patrol", "the name is similar"),
        (row("FLORIDA", "Grindlewik County Sheriff’s Office"), "Grindlewick County FL SO", "spelled otherwise"),
        (row("WISCONSIN", "Brookfield Police Department", "Waukesha County"), "Town of Brookfield WI PD",
         "a town here"),
        (row("WISCONSIN", "Town of Brookfield Police Department"), "Brookfield WI PD", "a town in the sheet"),
        (row("NEW YORK", "Village of Ossining Police Department"), "Town and Village of Ossining NY PD",
         "a town and village here and a village in the sheet"),
        (row("TEXAS", "Town of Paris Police Department", "Lamar County"), "City of Paris TX PD",
         "a city here and a town"),
        (row("TEXAS", "Texas Department of Public Safety - Texas Highway Patrol"), "Texas DPS", "the name is similar"),
    ],
    ids=lambda one: one if isinstance(one, str) else one[1],
)  # fmt: skip
def test_what_is_only_similar_is_told_with_what_differs(tmp_path, listed, name, why):
    found = match_agreements(identify_agencies([name]), read_agreements(add_sheet(tmp_path, listed)))
    assert found.matched.empty
    assert found.near[["agency", "listed_as", "row"]].values.tolist() == [[name, listed[1], 2]]
    assert why in found.near["why"].iloc[0]


def test_every_match_is_to_be_confirmed_and_cites_its_row(tmp_path):
    room = add_sheet(tmp_path, row("OHIO", "Oxford Police Department"), row("TEXAS", "Paris Police Department"))
    found = match_agreements(identify_agencies(["Paris TX PD"]), read_agreements(room)).matched.iloc[0]
    assert (found["label"], found["listed_as"], found["row"]) == (TO_CONFIRM, "Paris Police Department", 3)


@pytest.mark.parametrize(
    ("name", "why"),
    [("US Border Patrol", A_FEDERAL), ("Grundy CO SO", NO_STATE), ("Nueces County TX Constable", TOO_LITTLE)],
)
def test_what_was_compared_with_nothing_is_told_and_why(tmp_path, name, why):
    room = add_sheet(tmp_path, row("TEXAS", "Paris Police Department"))
    found = match_agreements(identify_agencies([name, "Alice TX PD"]), read_agreements(room))
    assert found.apart.values.tolist() == [[name, why]]
    assert (len(found.matched), len(found.near)) == (0, 0)


# ---- on a day ---------------------------------------------------------------------------------------------


def test_an_agreement_counts_from_the_day_it_was_signed_and_on_no_day_where_that_is_not_known(tmp_path):
    rows = [row("TEXAS", "Paris Police Department", model=TASK, signed="2025-03-10"),
            row("TEXAS", "Paris Police Department", model=WARRANT, signed="2025-05-01"),
            row("TEXAS", "Paris Police Department", model=JAIL, signed="soon")]  # fmt: skip
    found = match_agreements(identify_agencies(["Paris TX PD"]), read_agreements(add_sheet(tmp_path, *rows)))
    assert agreement_on(found, "Paris TX PD", dt.date(2025, 3, 9)) == []
    assert agreement_on(found, "Paris TX PD", dt.date(2025, 3, 10)) == [TASK]
    assert agreement_on(found, "Paris TX PD", dt.date(2026, 1, 1)) == [TASK, WARRANT]
    assert agreement_on(found, "Alice TX PD", dt.date(2026, 1, 1)) == []


OWNER = "Mossgate IL PD"


def loaded(root: Path) -> Workspace:
    """Paris TX PD searches on both sides of 10 March local time, Alice TX PD without a reason, Oxford OH PD at all."""
    logs = root / "logs"
    logs.mkdir(parents=True)
    rows = [
        search("2025-03-01T12:00:00", "ICE", "Paris TX PD"),
        search("2025-03-10T03:00:00", "ICE", "Paris TX PD"),  # 9 March in Chicago
        search("2025-03-10T12:00:00", "ICE", "Paris TX PD"),
        search("2025-03-12T12:00:00", "burglary", "Paris TX PD"),
        search("2025-03-12T12:00:00", "", "Alice TX PD"),
        search("2025-03-12T12:00:00", "ICE", "Oxford OH PD"),
        search("2025-03-13T12:00:00", "ICE", "Nueces County TX Constable"),
    ]
    write_network_audit(logs, OWNER, rows)
    load_lookup_logs([logs], workspace=root, producer=OWNER, timezone="America/Chicago")
    return Workspace(root)


def counted(room: Workspace) -> pd.DataFrame:
    tables = open_tables(room)
    agencies = identify_agencies([OWNER, "Paris TX PD", "Alice TX PD", "Oxford OH PD"], room)
    return count_under_agreements(tables, agencies, match_agreements(agencies, read_agreements(room)))


def test_searches_are_counted_on_both_sides_of_the_day_in_the_releases_zone(tmp_path):
    room = loaded(tmp_path)
    add_sheet(tmp_path, row("TEXAS", "Paris Police Department"), row("TEXAS", "Alice Police Department"))
    found = counted(room)
    assert list(found.columns) == COUNTED
    numbers = ["searches_before", "searches_since", "immigration_before", "immigration_since"]
    paris = found[(found["partner"] == "Paris TX PD") & (found["role"] == "owner")].iloc[0]
    assert (paris["agency"], paris["models"], paris["signed"]) == (OWNER, f"{TASK} (2025-03-10)", "2025-03-10")
    assert paris[numbers].tolist() == [2, 2, 2, 1]
    assert (paris["first_day"], paris["last_day"], bool(paris["may_have_ended"])) == ("2025-03-10", "2025-03-12", False)
    itself = found[found["role"] == "searcher"].set_index("agency")
    assert itself.loc["Paris TX PD", numbers].tolist() == [2, 2, 2, 1]
    assert set(found["partner"]) == {"Paris TX PD", "Alice TX PD"}
    alice = found[(found["partner"] == "Alice TX PD") & (found["role"] == "owner")].iloc[0]
    assert (alice["searches_since"], alice["immigration_before"]) == (1, 0)
    assert pd.isna(alice["immigration_since"])  # no reason was typed: not known, never 0


def test_nothing_is_counted_by_an_agreement_whose_day_is_not_known(tmp_path):
    room = loaded(tmp_path)
    add_sheet(tmp_path, row("TEXAS", "Paris Police Department", signed="soon"))
    paris = counted(room).iloc[0]
    assert paris["signed"] is None
    assert paris[["searches_before", "searches_since", "immigration_since"]].isna().all()
    assert "day not known" in paris["models"]


def test_an_agreement_that_may_have_ended_counts_on_and_is_marked(tmp_path):
    room = loaded(tmp_path)
    add_sheet(tmp_path, row("TEXAS", "Paris Police Department"), name="a_2025-03-11.csv")
    add_sheet(tmp_path, row("TEXAS", "Alice Police Department"), name="b_2026-05-18.csv")
    paris = counted(room).set_index(["partner", "role"]).loc[("Paris TX PD", "owner")]
    assert (bool(paris["may_have_ended"]), paris["searches_since"]) == (True, 2)


def test_a_model_that_a_later_sheet_no_longer_lists_is_marked_though_another_is_listed(tmp_path):
    room, paris = loaded(tmp_path), ("TEXAS", "Paris Police Department", "")
    add_sheet(tmp_path, row(*paris, WARRANT, "2025-03-01"), row(*paris, TASK, "2025-03-02"), name="a_2025-03-11.csv")
    add_sheet(tmp_path, row(*paris, TASK, "2025-03-10"), name="b_2026-05-18.csv")
    found = counted(room).set_index(["partner", "role"]).loc[("Paris TX PD", "owner")]
    assert bool(found["may_have_ended"])
    assert found["ended"] == f"{WARRANT} (last in the sheet of 2025-03-11)"
    assert found["models"] == f"{WARRANT} (2025-03-01); {TASK} (2025-03-10; an earlier sheet has 2025-03-02)"


def test_searches_without_a_reason_to_read_are_counted_beside_the_nought(tmp_path):
    write_network_audit(tmp_path / "logs", OWNER, [
        *[search(f"2025-03-1{n}T18:00:00", "", "Paris TX PD") for n in range(1, 5)],
        search("2025-03-15T18:00:00", "burglary", "Paris TX PD"),
        search("2025-03-15T18:00:00", "", "Nueces County TX Constable"),
    ])  # fmt: skip
    load_lookup_logs([tmp_path / "logs"], workspace=tmp_path, producer=OWNER)
    room = add_sheet(tmp_path, row("TEXAS", "Paris Police Department"))
    found = counted(room).set_index(["partner", "role"]).loc[("Paris TX PD", "owner")]
    assert found[["searches_since", "immigration_since", "unread_since", "unread_before"]].tolist() == [5, 0, 4, 0]
    agencies = identify_agencies([OWNER, "Nueces County TX Constable"])
    near = near_under_agreements(open_tables(room), agencies, match_agreements(agencies, read_agreements(room)))
    assert near["unread"].tolist() == [1, 1]
    assert near["listed_as"].isna().all()
    assert set(near["why"]) == {TOO_LITTLE}


def test_a_search_that_two_logs_put_on_two_days_is_counted_once_on_the_first(tmp_path):
    shared = search("2025-11-06T05:30:00", "ICE", "Paris TX PD", id="one search, two networks")
    for owner in (OWNER, "Pinewater NY PD"):  # 5 November in Illinois, 6 November in New York
        other = search("2025-11-07T18:00:00", "theft", owner)  # or both files would be one release
        both = [shared, search("2025-11-07T18:00:00", "ICE", "Paris TX PD")]
        write_network_audit(tmp_path / "logs" / owner, owner, [*both, other])
    load_lookup_logs([tmp_path / "logs"], workspace=tmp_path)
    days = open_tables(Workspace(tmp_path)).searches.local_date.execute()
    assert {str(day)[:10] for day in days} == {"2025-11-05", "2025-11-06", "2025-11-07"}
    room = add_sheet(tmp_path, row("TEXAS", "Paris Police Department", signed="2025-11-06"))
    found = counted(room).set_index(["partner", "role"]).loc[("Paris TX PD", "searcher")]
    numbers = ["searches_before", "searches_since", "immigration_before", "immigration_since"]
    assert found[numbers].tolist() == [1, 1, 1, 1]


def test_without_sheets_nothing_is_counted(tmp_path):
    found = counted(loaded(tmp_path))
    assert (len(found), list(found.columns)) == (0, COUNTED)


def test_near_matches_come_with_their_searches_and_are_counted_nowhere(tmp_path):
    room = loaded(tmp_path)
    add_sheet(tmp_path, row("TEXAS", "Nueces County Constable Precinct 3", "Nueces County"))
    agencies = identify_agencies([OWNER, "Nueces County TX Constable"])
    matches = match_agreements(agencies, read_agreements(room))
    near = near_under_agreements(open_tables(room), agencies, matches)
    assert near[["agency", "role", "partner", "searches", "immigration"]].values.tolist() == [
        [OWNER, "owner", "Nueces County TX Constable", 1, 1],
        ["Nueces County TX Constable", "searcher", "Nueces County TX Constable", 1, 1],
    ]
    assert count_under_agreements(open_tables(room), agencies, matches).empty


# ---- ICE's own sheets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "rows", "agencies", "models"),
    [
        ("ice_287g_participating_agencies_2025-07-18.xlsx", 832, 690, {TASK: 415, WARRANT: 300, JAIL: 117}),
        ("ice_287g_participating_agencies_2026-05-18.csv", 1843, 1557, {TASK: 1162, WARRANT: 499, JAIL: 182}),
    ],
)
def test_ices_sheets_are_read_whole(released, file, rows, agencies, models):
    (sheet,) = read_sheets(released / "agencies" / file)
    assert (len(sheet.rows), len({(one.state, one.agency) for one in sheet.rows})) == (rows, agencies)
    frame = pd.DataFrame([(one.model, one.state) for one in sheet.rows], columns=["model", "state"])
    assert frame["model"].value_counts().to_dict() == models
    assert frame["state"].nunique() == 40
    assert frame["state"].notna().all()


def test_what_is_odd_in_ices_sheets_is_read_where_it_can_be(released):
    (old,) = read_sheets(released / "agencies" / "ice_287g_participating_agencies_2025-07-18.xlsx")
    (new,) = read_sheets(released / "agencies" / "ice_287g_participating_agencies_2026-05-18.csv")
    (odd,) = [one for one in old.rows if one.signed is None]  # of the year 5025; the two broken strings are read
    assert len(old.told) == 1
    assert f"'5025-07-07' in row {odd.row}. " in old.told[0]
    early = [one for one in new.rows if one.signed < dt.date(2025, 1, 20)]
    assert (len(early), len({(one.state, one.agency) for one in early})) == (131, 129)
    assert (min(one.signed for one in new.rows), max(one.signed for one in new.rows)) == (
        dt.date(2016, 3, 19),
        dt.date(2026, 5, 17),
    )


def test_sheriffs_of_ices_sheets_are_found_in_their_counties(released, tmp_path):
    folder = Workspace(tmp_path).manual / "287g"
    folder.mkdir(parents=True)
    for path in (released / "agencies").glob("ice_287g*"):
        (folder / path.name).write_bytes(path.read_bytes())
    listed = read_agreements(tmp_path).listed
    sheriffs = listed[listed["kind"] == "sheriff"].drop_duplicates(["state", "agency"])
    assert len(sheriffs) > 700
    assert sheriffs["county_fips"].notna().mean() > 0.99
