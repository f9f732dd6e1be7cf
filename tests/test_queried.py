"""Cameras of queried networks: by which rule whose, nothing private or too exact in what is published, on one page."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import investigate as inv
from investigate.agencies.known import agency_facts
from investigate.cameras.kept import store_cameras
from investigate.cameras.load import read_camera_files
from investigate.errors import InvestigateError, UnknownValue
from investigate.findings import agency_findings
from investigate.queried import COLUMNS, cameras_by_owner, hand_notes, open_cameras, say_sources, with_county
from investigate.report_tables import prepare_report_tables, read_agency_tables
from investigate.sections.cameras import NONE_LOADED, show_camera_files, show_cameras
from investigate.show import open_report
from investigate.tables import open_tables
from tests.tiny_logs import search, write_network_audit

OWNER, OTHER_OWNER, SEARCHER = "Champaign IL PD", "Danville IL PD", "Alder County TX SO"
CAMERAS: list[dict[str, Any]] = [
    {"osmId": 1, "lat": 40.11642017, "lon": -88.24338291, "operator": "Champaign Police Department"},
    {"osmId": 2, "lat": 40.12001234, "lon": -88.25004321, "brand": "Flock Safety"},
    {"osmId": 3, "lat": 40.13001234, "lon": -88.26004321, "operator": "Quarry Garden Stores Inc"},
    {"osmId": 4, "lat": 40.11001234, "lon": -88.20004321, "operator": "Urbana Police Department"},
    {"osmId": 5, "lat": -88.2, "lon": 40.1},
    {"osmId": 6, "lat": 40.13700012, "lon": -87.63100034, "operator": "Danville Police Department"},
    {"osmId": 7, "lat": 41.88001234, "lon": -87.63004321, "operator": "Chicago Police Department"},
]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("queried")
    searches = [
        search("2025-01-05T12:00:00", "ICE", SEARCHER),
        search("2025-02-05T12:00:00", "immigration", SEARCHER),
        search("2025-02-06T12:00:00", "immigration", SEARCHER),
        search("2025-02-07T12:00:00", "stolen car", OWNER),
    ]
    inv.load_lookup_logs(
        [
            write_network_audit(folder, OWNER, searches),
            write_network_audit(folder, OTHER_OWNER, [searches[1], searches[3]]),
        ],
        workspace=folder,
    )
    path = folder / "cameras_2025-12-29.json"
    path.write_text(json.dumps([{"osmType": "node", **one} for one in CAMERAS]), encoding="utf-8")
    store_cameras(read_camera_files(path), folder)
    return folder


def of(room: Path, *owners: str) -> pd.DataFrame:
    return cameras_by_owner(open_cameras(room), agency_facts(open_tables(room).agencies), owners)


def test_each_camera_in_question_says_by_which_rule_it_is_whose(room: Path) -> None:
    found = of(room, OWNER)
    assert dict(zip(found["row"], found["by"], strict=True)) == {
        1: "operator named",
        2: "in its county, nothing says whose",
        3: "another operator named",
        4: "another operator named",
    }
    assert found["camera"].tolist() == ["node/1", "node/2", None, None]  # of others neither id nor place
    assert found.columns.tolist() == COLUMNS


def test_published_points_are_rounded_and_those_of_other_operators_are_left_out(room: Path) -> None:
    found = of(room, OWNER).set_index("camera")
    assert found.loc["node/1", ["lat", "lon"]].tolist() == [40.116, -88.243]
    assert found.loc["node/2", ["lat", "lon"]].tolist() == [40.12, -88.25]
    assert found.loc[found["by"] == "another operator named", ["lat", "lon"]].isna().all(axis=None)
    stored = prepare_report_tables(room) / "queried.arrow"
    assert b"Quarry" not in stored.read_bytes()
    assert struct.pack("<d", 40.116) in stored.read_bytes()
    assert struct.pack("<d", 40.11642017) not in stored.read_bytes()


def test_owners_do_not_share_cameras_and_the_order_asked_changes_nothing(room: Path) -> None:
    both = of(room, OTHER_OWNER, OWNER)
    assert both[both["agency"] == OTHER_OWNER]["camera"].tolist() == ["node/6"]
    pd.testing.assert_frame_equal(both, of(room, OWNER, OTHER_OWNER))


def test_the_county_of_an_agency_placed_by_hand_is_that_of_its_seat() -> None:
    seat = {"agency": "Mossgate IL PD", "county_fips": None, "lat": 40.116, "lon": -88.243}
    assert with_county(seat)["county_fips"] == "17019"
    assert with_county(seat | {"lat": None})["county_fips"] is None
    assert with_county(seat | {"county_fips": "17183"})["county_fips"] == "17183"


def by_hand(folder: Path, *decisions: tuple[str, str]) -> None:
    lines = [f'"{camera}",{agency},A. Desk,2026-02-03,said so' for camera, agency in decisions]
    path = folder / "data" / "manual" / "camera_owners.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["camera,agency,who,when,why", *lines]), encoding="utf-8")


def test_decisions_that_nothing_loaded_fits_are_told(room: Path, tmp_path: Path) -> None:
    store_cameras(read_camera_files(room / "cameras_2025-12-29.json"), tmp_path)
    by_hand(tmp_path, ("node/2", OWNER), ("node/99", OWNER), ("node/7", "Champagne IL PD"))
    loaded, facts = open_cameras(tmp_path), agency_facts(open_tables(room).agencies)
    missing, unnamed = hand_notes(loaded, facts)
    assert "Line 3" in missing
    assert "'node/99'" in missing
    assert "Line 4" in unnamed
    assert f"'{OWNER}'" in unnamed
    assert hand_notes(loaded) == [missing]
    found = cameras_by_owner(loaded, facts, [OWNER]).set_index("row")["by"]
    assert found[2] == "by hand"


def test_a_point_by_hand_means_one_camera_for_all_owners(room: Path, tmp_path: Path) -> None:
    store_cameras(read_camera_files(room / "cameras_2025-12-29.json"), tmp_path)
    by_hand(tmp_path, ("40.12001234,-88.25004321", OTHER_OWNER))
    facts = agency_facts(open_tables(room).agencies)
    found = cameras_by_owner(open_cameras(tmp_path), facts, [OWNER, OTHER_OWNER])
    rows = {(one["agency"], one["row"]): (one["by"], one["note"]) for one in found.to_dict("records")}
    assert rows[(OTHER_OWNER, 2)] == ("by hand", None)
    assert rows[(OWNER, 2)] == ("another operator named", "another agency's by hand")
    assert [row for (agency, row), (by, _) in rows.items() if by == "by hand"] == [2]


def test_credit_and_day_go_with_the_cameras(room: Path) -> None:
    found = of(room, OWNER)
    assert say_sources(found) == ("© OpenStreetMap contributors, ODbL 1.0", "29 December 2025")
    undated = pd.concat([found, found.assign(snapshot=None)])
    assert say_sources(undated)[1] == "29 December 2025 and a day that is not known"


def test_a_searcher_gets_the_cameras_of_the_owners_it_searched_and_an_owner_its_own(room: Path) -> None:
    assert set(read_agency_tables(SEARCHER, room).queried["agency"]) == {OWNER, OTHER_OWNER}
    assert set(read_agency_tables(OTHER_OWNER, room).queried["agency"]) == {OTHER_OWNER}


def test_the_map_of_an_owner_counts_searches_of_its_network_and_cameras_by_class(room: Path) -> None:
    figure = inv.map_queried_cameras(OWNER, workspace=room)
    assert "1 immigration-related search" in figure.svg()
    assert "2 immigration-related searches" in figure.svg()
    assert "© OpenStreetMap contributors, ODbL 1.0" in figure.caption
    assert "29 December 2025" in figure.caption
    assert figure.svg().count("<circle ") == 4  # two cameras, before and after
    assert "Quarry" not in figure.svg() + figure.caption + figure.alt_text


def test_the_map_of_a_searcher_holds_the_networks_it_searched(room: Path) -> None:
    figure = inv.map_queried_cameras(SEARCHER, workspace=room)
    assert "Danville" in figure.svg()
    assert "searched by Alder County TX SO" in figure.caption


def test_findings_count_the_cameras_of_the_page_by_rule_and_name_no_place(room: Path) -> None:
    told = agency_findings(read_agency_tables(OWNER, room), "slug", "0")
    owner = next(role for role in told["roles"] if role["role"] == "owner")["queried"]
    assert {one["by"]: one["cameras"] for one in owner} == {
        "operator named": 1, "in its county, nothing says whose": 1, "another operator named": 2,
    }  # fmt: skip
    assert {(one["snapshot"], one["attribution"]) for one in owner} == {
        ("2025-12-29", "© OpenStreetMap contributors, ODbL 1.0")
    }
    searcher = agency_findings(read_agency_tables(SEARCHER, room), "slug", "0")["roles"][0]["queried"]
    assert {one["agency"] for one in searcher} == {OWNER, OTHER_OWNER}
    assert "40.1" not in json.dumps(owner + searcher)


def test_the_section_says_by_which_rules_and_what_no_log_says(room: Path) -> None:
    shown = show_cameras(open_report(OWNER, "owner", room))
    assert "1 whose operator names it" in shown.text
    assert "No log says which camera was looked at" in shown.text
    assert "Quarry" not in shown.html
    searcher = show_cameras(open_report(SEARCHER, "searcher", room))
    assert OTHER_OWNER in searcher.text


def test_the_files_are_shown_with_every_record_accounted_for(room: Path) -> None:
    shown = show_camera_files(room)
    assert "1 swapped" in shown.text
    assert "2025" in shown.text
    assert "© OpenStreetMap contributors" in shown.html


def test_without_cameras_the_page_says_what_to_load_and_the_map_raises_it(tmp_path: Path) -> None:
    log = write_network_audit(tmp_path, OWNER, [search("2025-02-05T12:00:00", "immigration", SEARCHER)])
    inv.load_lookup_logs([log], workspace=tmp_path)
    assert show_cameras(open_report(OWNER, "owner", tmp_path)).text == NONE_LOADED
    assert show_camera_files(tmp_path).text == NONE_LOADED
    with pytest.raises(InvestigateError, match="investigate cameras"):
        inv.map_queried_cameras(OWNER, workspace=tmp_path)
    with pytest.raises(InvestigateError, match="investigate cameras"):
        inv.map_known_cameras(tmp_path)


def test_cameras_that_are_loaded_but_of_elsewhere_are_not_said_to_be_missing(tmp_path: Path) -> None:
    log = write_network_audit(tmp_path, OWNER, [search("2025-02-05T12:00:00", "immigration", SEARCHER)])
    inv.load_lookup_logs([log], workspace=tmp_path)
    path = tmp_path / "cameras_2025-12-29.json"
    path.write_text(json.dumps([{"osmType": "node", **CAMERAS[6]}]), encoding="utf-8")
    store_cameras(read_camera_files(path), tmp_path)
    said = show_cameras(open_report(OWNER, "owner", tmp_path)).text
    assert "no camera is known" in said
    assert "investigate cameras" not in said


def test_a_searcher_without_an_immigration_related_search_gets_a_sentence_and_no_map(room: Path) -> None:
    shown = show_cameras(open_report(OWNER, "searcher", room))
    assert "none is known to be immigration-related" in shown.text
    assert "<svg" not in shown.html


def test_an_unknown_agency_or_role_is_refused_with_what_there_is(room: Path) -> None:
    with pytest.raises(UnknownValue, match="Champaign IL PD"):
        inv.map_queried_cameras("Champagne IL PD", workspace=room)
    with pytest.raises(UnknownValue, match="only as searcher"):
        inv.map_queried_cameras(SEARCHER, "owner", room)


def test_loading_other_cameras_makes_the_report_tables_anew(room: Path, tmp_path: Path) -> None:
    log = write_network_audit(tmp_path, OWNER, [search("2025-02-05T12:00:00", "immigration", SEARCHER)])
    inv.load_lookup_logs([log], workspace=tmp_path)
    assert read_agency_tables(OWNER, tmp_path).queried.empty
    path = room / "cameras_2025-12-29.json"
    store_cameras(read_camera_files(path), tmp_path)
    assert len(read_agency_tables(OWNER, tmp_path).queried) == 4
