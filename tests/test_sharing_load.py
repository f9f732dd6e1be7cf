"""Loading sharing lists: who may search whose cameras, from Flock, portals and tables in no vendor's form."""

from __future__ import annotations

import datetime as dt
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_logs import AUDIT, PORTAL, as_csv, record, write_workbook
from made_sharing import FLOCK, pdf, portal_page, report_pages, saved

from investigate.agencies.federal import federal_bodies
from investigate.agencies.identify import identify_agency
from investigate.errors import InvestigateError, UnknownValue
from investigate.sharing import table
from investigate.sharing.flock import own_agency, split_networks
from investigate.sharing.load import (
    SharingLoad,
    day_in_name,
    load_sharing,
    owner_in_path,
    read_sharing,
    read_sharing_releases,
    store_sharing,
)
from investigate.sharing.offices import may_be_office
from investigate.sharing.table import COLUMNS, PROMISED, mend, sharing_records

SHARED = Path(__file__).parents[2] / "shared" / "data" / "sharing"
UIUC = SHARED / "uiuc-il-networks-im-sharing.csv"
OWN = "Fernhollow IL PD"
PORTAL_HEAD = "External organizations with access"


def load(path: Path, rows: list[list[str]], **said: Any) -> SharingLoad:
    return load_sharing(saved(path, rows), **said)


def pairs(load: SharingLoad) -> list[tuple[str, str, str]]:
    return list(load.table[["owner", "recipient", "direction"]].itertuples(index=False, name=None))


def entry(load: SharingLoad) -> dict[str, Any]:
    assert len(load.releases) == 1
    return load.releases[0]


def said(load: SharingLoad) -> str:
    return entry(load)["refused_because"] or " ".join(entry(load)["warnings"])


def adds_up(load: SharingLoad) -> bool:
    one = entry(load)
    return bool(one["rows_read"] == one["rows_loaded"] + one["rows_rejected"] + one["rows_blank"])


# ---- Flock ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data, which is not published")
def test_the_real_list_is_one_permission_an_organization_whatever_networks_it_covers() -> None:
    load = load_sharing(UIUC)
    one = entry(load)
    assert (one["rows_read"], one["rows_loaded"], len(load.table)) == (412, 412, 412)
    assert load.table["networks_count"].value_counts().to_dict() == {2: 358, 1: 54}
    assert set(load.table["owner"]) == {"University of Illinois at Urbana - Champaign IL PD"}
    assert load.table["recipient"].nunique() == 412
    assert one["as_of"] is None
    assert "no date" in said(load)


def test_the_columns_say_which_way_the_data_go(tmp_path: Path) -> None:
    rows = [FLOCK, ["Mossgate IL PD", "Mossgate IL PD", ""], ["Alder IL PD", "Alder IL PD", "Fernhollow IL PD"]]
    load_ = load(tmp_path / "list.csv", rows)
    assert pairs(load_) == [
        ("Mossgate IL PD", OWN, "received"),
        (OWN, "Alder IL PD", "shared"),
        ("Alder IL PD", OWN, "received"),
    ]
    assert set(load_.table["listed_by"]) == {OWN}
    assert (load_.table["system"] == "flock").all()
    assert list(load_.table["row"]) == [2, 3, 3]


@pytest.mark.parametrize(
    "header",
    [
        ["Organization Name", "Networks I'm Sharing"],
        ["ORGANIZATION NAME ", "networks i’m sharing"],
        ["organization_name", "NETWORKS I`M SHARING  "],
        ["Organization Name", "Networks Iâ€™m Sharing"],
    ],
)
def test_any_spelling_of_the_header_is_known(tmp_path: Path, header: list[str]) -> None:
    assert pairs(load(tmp_path / "list.csv", [header, ["Alder IL PD ", OWN]])) == [(OWN, "Alder IL PD", "shared")]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_delimiter_and_encoding_is_read_below_a_title(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["Sharing partners"], [], FLOCK, ["Cañon CO PD", "", f"{OWN},{OWN} Raven"]]
    path = tmp_path / "list.csv"
    path.write_bytes(as_csv(rows, delimiter=delimiter).encode(encoding))
    load_ = load_sharing(path)
    assert pairs(load_) == [(OWN, "Cañon CO PD", "shared")]
    assert load_.table["row"].tolist() == [4]
    assert load_.table["networks"].tolist() == [f"{OWN} | {OWN} Raven"]


def test_workbooks_are_read_like_text(tmp_path: Path) -> None:
    rows = [FLOCK, ["Alder IL PD", None, OWN], [None, None, None], ["Mossgate IL PD", "Mossgate IL PD", None]]
    load_ = load_sharing(write_workbook(tmp_path / "list.xlsx", {"Partners": rows, "Notes": [["checked"]]}))
    assert pairs(load_) == [(OWN, "Alder IL PD", "shared"), ("Mossgate IL PD", OWN, "received")]
    assert (entry(load_)["rows_read"], entry(load_)["rows_blank"]) == (3, 1)
    assert list(load_.table["row"]) == [2, 4]
    assert "A sheet was not read" in said(load_)


def test_the_networks_names_say_whose_list_it_is() -> None:
    assert own_agency(["Fernhollow IL PD", "Fernhollow IL PD Raven"]) == OWN
    assert own_agency(["Fernhollow IL PD Mall", "Fernhollow IL PD Raven"]) == OWN
    assert own_agency(["Fernhollow IL PD", "Mossgate IL PD"]) is None
    assert own_agency(["Lake County IL SO", "Lake County IL PD"]) is None
    assert own_agency(["Main", "Main Street"]) is None
    assert own_agency([]) is None


def test_networks_that_disagree_need_the_owner_to_be_told(tmp_path: Path) -> None:
    rows = [["Organization Name", "Networks I'm Sharing"], ["Alder IL PD", "Main"], ["Mossgate IL PD", "Harbor"]]
    refused = load(tmp_path / "a" / "list.csv", rows)
    assert "does not say whose list it is" in said(refused)
    assert "--owner NAME" in said(refused)
    told = load(tmp_path / "a" / "list.csv", rows, owner=OWN)
    assert set(told.table["owner"]) == {OWN}
    assert "'Main', 'Harbor'" in said(told)


def test_an_owner_spelled_otherwise_than_the_networks_is_followed_and_told(tmp_path: Path) -> None:
    rows = [FLOCK, ["Alder IL PD", "", "Fernhollow IL PD"]]
    load_ = load(tmp_path / "list.csv", rows, owner="Fernhollow Police Department")
    assert pairs(load_) == [("Fernhollow Police Department", "Alder IL PD", "shared")]
    assert "'Fernhollow IL PD'" in said(load_)


def test_without_own_networks_the_place_of_the_file_tells_the_owner(tmp_path: Path) -> None:
    rows = [["Organization Name", "Networks Shared With Me"], ["Alder IL PD", "Alder IL PD"]]
    load_ = load(tmp_path / "fernhollow-il-pd" / "list.csv", rows)
    assert pairs(load_) == [("Alder IL PD", OWN, "received")]
    assert "taken from the file or folder name" in said(load_)
    assert "--owner" in said(load(tmp_path / "lists" / "list.csv", rows))


def test_every_record_is_accounted_for_and_what_is_not_read_is_told(tmp_path: Path) -> None:
    rows = [
        FLOCK,
        ["Alder IL PD", "", OWN],
        ["", "", ""],
        ["[REDACTED]", "", OWN],
        ["12", "", OWN],
        ["Mossgate IL PD", "", ""],
        FLOCK,
        ["Alder IL PD", "", OWN, "more"],
        ["alder il  pd", "", f"{OWN} Raven"],
    ]
    load_ = load(tmp_path / "list.csv", rows)
    assert adds_up(load_)
    assert (entry(load_)["rows_loaded"], entry(load_)["rows_rejected"], entry(load_)["rows_blank"]) == (2, 5, 1)
    assert pairs(load_) == [(OWN, "Alder IL PD", "shared")]
    assert load_.table["networks_count"].tolist() == [2]
    for words in (
        "Record 4 not read: the agency's name was withheld",
        "Record 5 not read: names no agency",
        "Record 6 not read: names no network",
        "the header again",
        "more cells than the header",
        "1 name stands in the list again and is kept once",
    ):
        assert words in said(load_)


def test_a_list_saved_without_its_quotes_keeps_all_networks(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Organization Name,Networks I'm Sharing\nAlder IL PD,{OWN},{OWN} Raven\n")
    assert load_sharing(path).table["networks_count"].tolist() == [2]


def test_inactive_partners_are_marked_and_keep_their_names(tmp_path: Path) -> None:
    load_ = load(tmp_path / "list.csv", [FLOCK, ["[Federal] US Border Patrol [Inactive]", "", OWN]])
    row = load_.table.iloc[0]
    assert (row["status"], row["recipient"]) == ("Inactive", "[Federal] US Border Patrol [Inactive]")
    assert row["federal_immigration"]


# ---- one column, tables, portals -----------------------------------------------------------------------------


def test_one_column_is_refused_until_its_direction_is_told(tmp_path: Path) -> None:
    rows = [["ORGANIZATION NAME"], ["Alder IL PD"], ["Mossgate IL PD "]]
    refused = load(tmp_path / "list.csv", rows, owner=OWN)
    assert "nothing says whether they may see or are seen" in said(refused)
    assert "--direction shared" in said(refused)
    shared = load(tmp_path / "list.csv", rows, owner=OWN, direction="shared")
    assert pairs(shared) == [(OWN, "Alder IL PD", "shared"), (OWN, "Mossgate IL PD", "shared")]
    received = load(tmp_path / "list.csv", rows, owner=OWN, direction="received")
    assert pairs(received) == [("Alder IL PD", OWN, "received"), ("Mossgate IL PD", OWN, "received")]


def test_one_column_without_an_owner_is_refused(tmp_path: Path) -> None:
    refused = load(tmp_path / "x" / "list.csv", [["Agency"], ["Alder IL PD"]], direction="shared")
    assert "--owner NAME" in said(refused)


@pytest.mark.parametrize(
    ("header", "owner_first"),
    [
        (["Owner", "Recipient"], True),
        (["Source", "Target"], True),
        (["From", "To"], True),
        (["Agency", "Shared With"], True),
        (["Agency Name", "Receiving Agency"], True),
        (["Sharing Agency", "Receiving Agency"], True),
        (["Agency", "Organizations granted access"], True),
        (["agency_name", "external_organizations_with_access"], True),
        (["Recipient agency", "Data owner"], False),
        (["Agency", "Receives data from"], False),
        (["Agency", "Agencies sharing with me"], False),
    ],
)
def test_the_words_of_a_header_tell_owner_and_recipient(tmp_path: Path, header: list[str], owner_first: bool) -> None:
    load_ = load(tmp_path / "list.csv", [header, ["Alder IL PD", "Mossgate IL PD"]])
    first, second = ("Alder IL PD", "Mossgate IL PD") if owner_first else ("Mossgate IL PD", "Alder IL PD")
    assert [(owner, recipient) for owner, recipient, _ in pairs(load_)] == [(first, second)]
    assert "Read as: owner ← " in said(load_)


def test_a_title_above_a_header_not_known_is_no_list(tmp_path: Path) -> None:
    rows = [["Sharing partners"], ["Who", "Kind"], ["Alder IL PD", "police"], ["Elm IL PD", "police"]]
    load_ = load(tmp_path / "list.csv", rows, owner=OWN)
    assert "if it is a title, take it off" in said(load_)
    assert load_.table.empty


@pytest.mark.parametrize("header", [["Agency 1", "Agency 2"], ["Portal", "Agency"], ["Owner", "Owner", "Partner"]])
def test_a_table_whose_direction_cannot_be_told_is_refused(tmp_path: Path, header: list[str]) -> None:
    load_ = load(tmp_path / "list.csv", [header, ["Alder IL PD", "Mossgate IL PD", "Oak IL PD"][: len(header)]])
    assert entry(load_)["status"] == "refused"
    assert load_.table.empty


def test_a_column_of_directions_turns_the_record_round(tmp_path: Path) -> None:
    rows = [
        ["Agency", "Partner", "Direction"],
        ["Alder IL PD", "Oak IL PD", "outbound"],
        ["Alder IL PD", "Oak IL PD", "inbound"],
        ["Alder IL PD", "Oak IL PD", "sideways"],
    ]
    load_ = load(tmp_path / "list.csv", rows)
    assert pairs(load_) == [("Alder IL PD", "Oak IL PD", "shared"), ("Oak IL PD", "Alder IL PD", "received")]
    assert entry(load_)["rows_rejected"] == 1


def test_system_what_and_day_are_as_stated(tmp_path: Path) -> None:
    rows = [["Owner", "Recipient", "Vendor", "Data type", "Date"], ["A IL PD", "ICE", "Axon", "plates", "2025-08-31"]]
    row = load(tmp_path / "list.csv", rows).table.iloc[0]
    assert (row["system"], row["what"], row["as_of"]) == ("axon", "plates", dt.date(2025, 8, 31))
    bare = load(tmp_path / "bare.csv", [["Owner", "Recipient"], ["A IL PD", "ICE"]]).table.iloc[0]
    assert (bare["system"], bare["what"], bare["as_of"], bare["listed_by"]) == (None, None, None, None)
    assert bare["federal_immigration"]
    assert not bare["owner_federal_immigration"]


def test_a_name_with_a_comma_is_not_cut(tmp_path: Path) -> None:
    load_ = load(tmp_path / "list.csv", [["Owner", "Recipient"], ["Alder IL PD", "Police Department, City of Oak"]])
    assert load_.table["recipient"].tolist() == ["Police Department, City of Oak"]
    assert "A comma stands in 1 cells" in said(load_)


def test_a_cell_of_many_names_is_one_edge_a_name(tmp_path: Path) -> None:
    rows = [["Portal", PORTAL_HEAD], ["Alder IL PD", "Oak IL PD, Elm IL PD; Ash IL PD,Oak IL PD, "], ["Elm IL PD", ""]]
    load_ = load(tmp_path / "list.csv", rows)
    assert load_.table["recipient"].tolist() == ["Oak IL PD", "Elm IL PD", "Ash IL PD"]
    assert set(load_.table["listed_by"]) == {"Alder IL PD"}
    assert (entry(load_)["rows_loaded"], entry(load_)["rows_rejected"]) == (1, 1)


@pytest.mark.parametrize("heading", [PORTAL_HEAD, "Organizations granted access to Fernhollow IL PD data"])
def test_a_saved_portal_page_lists_who_has_access(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(portal_page(OWN, "Alder IL PD, Oak &amp; Elm IL PD, ICE - ERO Chicago", heading=heading))
    load_ = load_sharing(path)
    assert load_.table["recipient"].tolist() == ["Alder IL PD", "Oak & Elm IL PD", "ICE - ERO Chicago"]
    assert set(load_.table["owner"]) == {OWN}
    assert load_.table["federal_immigration"].tolist() == [False, False, True]
    assert (entry(load_)["system"], entry(load_)["rows_read"]) == ("flock", 3)
    assert adds_up(load_)


def test_a_page_that_lists_both_ways_keeps_them_apart(tmp_path: Path) -> None:
    path = tmp_path / "page.htm"
    more = f"<section><h2>Organizations sharing their data with {OWN}</h2><ul><li>Oak IL PD</li><li>Elm IL PD</li></ul></section>"  # noqa: E501
    path.write_text(portal_page(OWN, "Alder IL PD", more=more))
    assert pairs(load_sharing(path)) == [
        (OWN, "Alder IL PD", "shared"),
        ("Oak IL PD", OWN, "received"),
        ("Elm IL PD", OWN, "received"),
    ]


def test_a_page_without_a_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<html><body><h1>404</h1><p>not found</p></body></html>")
    assert "web page without a list of agencies" in said(load_sharing(path))


# ---- refused, dates, copies ----------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [AUDIT, PORTAL])
def test_a_search_log_is_sent_to_the_loader_of_logs(tmp_path: Path, header: list[str]) -> None:
    load_ = load(tmp_path / "audit.csv", [header, record(1, header)], direction="shared", owner=OWN)
    assert "this is a search log; load it with `investigate load`" in said(load_)
    assert "Quillon" not in str(load_.releases)


def test_one_bad_file_does_not_stop_the_rest(tmp_path: Path) -> None:
    saved(tmp_path / "lists" / "good.csv", [FLOCK, ["Alder IL PD", "", OWN]])
    (tmp_path / "lists" / "empty.csv").write_bytes(b"")
    (tmp_path / "lists" / "bad.xlsx").write_bytes(b"PK\x03\x04" + bytes(400))
    (tmp_path / "lists" / "data.json").write_text('[{"a": 1}]')
    saved(tmp_path / "lists" / "stops.csv", [["ori", "population"], ["IL01", "12"]])
    load_ = load_sharing(tmp_path / "lists")
    by_name = {Path(one["path"]).name: one for one in load_.releases}
    assert {name for name, one in by_name.items() if one["status"] == "loaded"} == {"good.csv"}
    assert len(load_.refused) == 4
    assert all(name in one["refused_because"] for name, one in by_name.items() if one["status"] == "refused")
    assert "Organization Audit" not in by_name["empty.csv"]["refused_because"]
    assert len(load_.table) == 1


def test_lists_in_an_archive_are_cited_by_their_place(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "lists.zip", "w") as archive:
        archive.writestr("a/list.csv", as_csv([FLOCK, ["Alder IL PD", "", OWN]]))
    load_ = load_sharing(tmp_path / "lists.zip")
    assert entry(load_)["path"].endswith("lists.zip/a/list.csv")
    assert len(load_.table) == 1


def test_a_day_in_the_file_name_is_taken_and_told(tmp_path: Path) -> None:
    load_ = load(tmp_path / "list_2025-08-31.csv", [FLOCK, ["Alder IL PD", "", OWN]])
    assert entry(load_)["as_of"] == "2025-08-31"
    assert "was taken from the file name" in said(load_)
    told = load(tmp_path / "list_2025-08-31.csv", [FLOCK, ["Alder IL PD", "", OWN]], as_of="2025-09-01")
    assert (entry(told)["as_of"], entry(told)["warnings"]) == ("2025-09-01", [])


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("sharing 8-31-2025.csv", dt.date(2025, 8, 31)),
        ("20250831.csv", dt.date(2025, 8, 31)),
        ("2025-01-01_2025-02-01.csv", None),
        ("2025-02-30.csv", None),
        ("request 2025-0831442.csv", None),
        ("list.csv", None),
    ],
)
def test_only_one_real_day_in_a_name_counts(name: str, day: dt.date | None) -> None:
    assert day_in_name(name) == day


def test_an_owner_is_told_by_the_name_of_a_file_or_its_folder() -> None:
    assert owner_in_path(Path("/x/mossgate-il-pd_sharing_list.csv")) == "Mossgate IL PD"
    assert owner_in_path(Path("/x/mossgate-il-pd/networks.csv")) == "Mossgate IL PD"
    assert owner_in_path(Path("/x/lists/networks.csv")) is None


def test_a_wrong_day_or_direction_is_quoted(tmp_path: Path) -> None:
    path = saved(tmp_path / "list.csv", [FLOCK, ["Alder IL PD", "", OWN]])
    with pytest.raises(InvestigateError, match=r"'31\.8\.2025' is no day"):
        load_sharing(path, as_of="31.8.2025")
    with pytest.raises(UnknownValue, match=r"'recieved'.*'received'"):
        load_sharing(path, direction="recieved")


def test_the_same_bytes_are_counted_once_and_never_for_two_agencies(tmp_path: Path) -> None:
    rows = [["Organization Name", "Networks Shared With Me"], ["Alder IL PD", "Alder IL PD"]]
    for folder in ("fernhollow-il-pd", "fernhollow-il-pd/again", "oak-il-pd"):
        saved(tmp_path / folder / f"{Path(folder).name}.csv", rows)
    copy = load_sharing([tmp_path / "fernhollow-il-pd" / "fernhollow-il-pd.csv"] * 2)
    assert len(copy.table) == 1
    other = load_sharing(
        [tmp_path / "fernhollow-il-pd" / "fernhollow-il-pd.csv", tmp_path / "oak-il-pd" / "oak-il-pd.csv"]
    )
    assert len(other.table) == 1
    assert "the same bytes" in str(other.refused[0]["refused_because"])


# ---- the table and the store ---------------------------------------------------------------------------------


def test_the_json_starts_with_the_promised_fields(tmp_path: Path) -> None:
    load_ = load(tmp_path / "list_2025-08-31.csv", [FLOCK, ["ICE", "", OWN]])
    [one] = sharing_records(load_.table)
    assert tuple(one)[: len(PROMISED)] == PROMISED
    assert set(one) == set(COLUMNS)
    assert json.loads(json.dumps(one, allow_nan=False)) == one
    assert (one["federal_immigration"], one["as_of"], one["hot_list"]) == (True, "2025-08-31", None)
    assert one["release"] == entry(load_)["sha256"][:12]


def test_the_store_gives_back_what_was_loaded(tmp_path: Path) -> None:
    saved(tmp_path / "lists" / "list.csv", [FLOCK, ["Alder IL PD", "Alder IL PD", OWN]])
    pdf(
        tmp_path / "lists" / "report.pdf",
        report_pages({"Detections Shared": ["ICE"], "Hot-List Received": [("Oak", "HSI")]}),
    )
    load_ = load_sharing(tmp_path / "lists")
    assert len(store_sharing(load_, tmp_path / "room")) == 2
    pd.testing.assert_frame_equal(read_sharing(tmp_path / "room"), load_.table)
    assert read_sharing_releases(tmp_path / "room") == load_.releases


def test_loading_twice_is_loading_once_and_what_is_said_now_counts(tmp_path: Path) -> None:
    path = saved(tmp_path / "list.csv", [FLOCK, ["Alder IL PD", "", "Main"]])
    for owner, day in ((OWN, None), (OWN, None), ("Oak IL PD", "2025-08-31")):
        store_sharing(load_sharing(path, owner=owner, as_of=day), tmp_path / "room")
    stored = read_sharing(tmp_path / "room")
    assert stored[["owner", "as_of"]].to_numpy().tolist() == [["Oak IL PD", dt.date(2025, 8, 31)]]
    assert not list((tmp_path / "room").rglob(".aside-*"))


def test_a_store_without_lists_gives_an_empty_table_with_all_columns(tmp_path: Path) -> None:
    assert read_sharing(tmp_path).columns.tolist() == list(COLUMNS)
    assert read_sharing_releases(tmp_path) == []


def test_decisions_by_hand_tell_offices_too(tmp_path: Path) -> None:
    manual = tmp_path / "data" / "manual" / "agency_names.csv"
    manual.parent.mkdir(parents=True)
    manual.write_text(
        "name,agency,place,state,county,kind,lat,lon,who,when,why\n"
        "Gulf Task Group,HSI - New Orleans,,,,,,,Q. Quillon,2026-05-01,letter of the city\n"
    )
    path = saved(tmp_path / "list.csv", [FLOCK, ["Gulf Task Group", "", OWN]])
    assert not load_sharing(path, workspace=tmp_path / "elsewhere").table["federal_immigration"].any()
    decided = load_sharing(path, workspace=tmp_path).table
    assert decided["federal_immigration"].tolist() == [True]
    assert decided["released_recipient"].tolist() == ["Gulf Task Group"]


def test_every_name_of_an_immigration_office_is_read_in_full() -> None:
    offices = [body for body in federal_bodies() if body.federal.immigration]
    names = [name for body in offices for example in body.examples for name in (example, f"{example} [Inactive]")]
    assert len(names) > 20
    assert [name for name in names if not may_be_office(name)] == []
    assert any(identify_agency(name).federal_immigration for name in names)
    assert not may_be_office("Mossgate Police Department")


# ---- hostile -------------------------------------------------------------------------------------------------


def test_control_characters_and_markup_stay_harmless_text(tmp_path: Path) -> None:
    released = "A\u202eld\x07er\u200b IL\u00a0 PD <script>alert(1)</script>"
    row = load(tmp_path / "list.csv", [FLOCK, [released, "", OWN]]).table.iloc[0]
    assert row["recipient"] == "Alder IL PD <script>alert(1)</script>"
    assert row["released_recipient"] == released


def test_a_long_list_is_read_in_seconds(tmp_path: Path) -> None:
    rows = "".join(f"Mossgate {number} IL PD,{OWN}\n" for number in range(100_000))
    path = tmp_path / "list.csv"
    path.write_text(f"Organization Name,Networks I'm Sharing\n{rows}")
    started = time.process_time()
    assert len(load_sharing(path).table) == 100_000
    assert time.process_time() - started < 15  # 3 where nothing else runs


def test_cells_of_many_names_are_read(tmp_path: Path) -> None:
    names = ", ".join(f"Town {number} IL PD" for number in range(10_000))
    load_ = load(tmp_path / "list.csv", [["Portal", PORTAL_HEAD], ["Alder IL PD", names]])
    assert len(load_.table) == 10_000
    networks = load(tmp_path / "n.csv", [FLOCK, ["Alder IL PD", "", ",".join(f"{OWN} {n}" for n in range(10_000))]])
    assert networks.table["networks_count"].tolist() == [10_000]


def test_more_names_than_any_list_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_NAMES", 3)
    rows = [FLOCK, *([f"Town {number} IL PD", "", OWN] for number in range(9))]
    assert "more than 3 names" in said(load(tmp_path / "list.csv", rows))


@pytest.mark.parametrize("bad", ["<", "<!--", "<a ", '<a b="', "<div>", "&#", "<script></scrip", "</", "<![CDATA["])
def test_a_broken_page_does_not_hang(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "page.html"
    path.write_text("<html>" + bad * (1_000_000 // len(bad)) + f"<h3>{PORTAL_HEAD}</h3><p>Alder IL PD</p>")
    started = time.process_time()
    load_ = load_sharing(path, owner=OWN)
    assert time.process_time() - started < 20
    assert entry(load_)["status"] == "refused" or len(load_.table) == 1


CELL = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\n"), max_size=20)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), max_size=12))
def test_whatever_stands_in_the_cells_every_record_is_accounted_for(
    tmp_path: Path, rows: list[tuple[str, str, str]]
) -> None:
    load_ = load(tmp_path / "list.csv", [FLOCK, *map(list, rows)], owner=OWN)
    assert entry(load_)["status"] == "loaded"
    assert adds_up(load_)
    names = [*load_.table["owner"], *load_.table["recipient"]]
    assert all(name == mend(name) and name.isprintable() for name in names)
    assert all(OWN in (owner, recipient) for owner, recipient, _ in pairs(load_))


@given(cell=CELL)
def test_networks_are_split_at_commas_and_nothing_else_is_lost(cell: str) -> None:
    for network in split_networks(cell):
        assert network == mend(network)
        assert "," not in network
