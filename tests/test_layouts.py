"""Which layout a file has, whose release it is, and what its cells become in the table `searches`."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pandas as pd
import pytest
from made_logs import OLD_AUDIT, load, record, search_id, write_log, write_workbook

from investigate.columns import SEARCHES
from investigate.logs import layouts
from investigate.logs.layouts import LAYOUTS, Layout, find_layout, find_look_alike, fold, read_header

UMPD_LINE = (
    "ID, Name, Org Name, Total Networks Searched, Time Frame, License Plate, Reason, Case #, Filters, Search Time, "
    "Search Type, Text Prompt, Moderation"
)
H13_LINE = UMPD_LINE.replace("ID, ", "").replace("Searched, Time", "Searched, Total Devices Searched, Time")
SPLIT_LINE = (
    "ID,Org_Name,Total_Networks_Searched,Total_Devices_Searched,Time_Frame_Start,Time_Frame_End,Reason,Search_Time,"
    "Search_Type,Moderation"
)
# header → layout
HEADERS = {
    "Name,Total Networks Searched,Time Frame,License Plate,Case #,Filters,Reason,Search Time": "H8",
    "Name,Total Networks Searched,Time Frame,License Plate,Reason,Case #,Filters,Search Time,Search Type": "H9",
    H13_LINE: "H13",
    "ID, " + H13_LINE: "H14",
    UMPD_LINE: "H13b",
    SPLIT_LINE: "printed-split",
    "ID,Org Name,Total Networks Searched,Time Frame,Reason,Search Time,Search Type": "reduced-7",
    "ID,Name,Org Name,Total Networks Searched,License Plate,Reason,Case #,Filters,Search Time,Search Type": (
        "federal-extract"
    ),
    "id,userId,searchDate,cameraCount,reason": "portal-cameras",
    "id,userId,searchDate,networkCount,reason": "portal-reason",
    "id,userId,searchDate,networkCount,offenseType": "portal-offense",
    "id,userId,searchDate,networkCount,caseNumber,offenseType": "portal-case-offense",
    "id,userId,searchDate,networkCount,reason,caseNumber,offenseType": "portal-reason-case-offense",
    "id,userId,searchDate,networkCount,reason,caseNumber": "portal-reason-case",
    "id,userId,searchDate,networkCount,caseNumber": "portal-case",
    "id,userId,searchDate,networkCount": "portal-bare",
    "offenseType,id,searchDate,userId,cameraCount,caseNumber": "portal-other",
    "Agency,Nets,Devs,Case #,Reason,Search Time": "audit-other",
    "Reason,DateTime": "two-column",
}
NO_LOGS = (
    "Reason,DateTime,Driver",
    "Agency,DateTime,Case Number",
    "Agency,DateTime,Plate,Camera",
    "id,userId,reason",
    "Search Time,Search Type",
    "Organization Name,Networks I'm Sharing",
)


@pytest.mark.parametrize("header", HEADERS)
def test_header_is_recognised_in_any_order_and_spelling(header: str) -> None:
    cells = header.split(",")
    dice = random.Random(header)
    for _ in range(20):
        columns, strangers = read_header(cells)
        found = find_layout(set(columns), len(strangers))
        assert found is not None
        assert (found.id, strangers) == (HEADERS[header], [])
        assert find_look_alike(cells) is None
        cells = [dice.choice([str.upper, str.lower, lambda cell: f"\ufeff {cell} ", _spaced])(cell) for cell in cells]
        dice.shuffle(cells)


def _spaced(cell: str) -> str:
    return cell.replace(" ", "_") if " " in cell.strip() else cell


@pytest.mark.parametrize("header", NO_LOGS)
def test_header_of_another_table_is_not_taken_for_a_log(header: str) -> None:
    cells = header.split(",")
    columns, strangers = read_header(cells)
    assert find_layout(set(columns), len(strangers)) is None


def test_declared_layouts_can_all_be_reached_and_hold_only_declared_columns() -> None:
    assert len({layout.id for layout in LAYOUTS}) == len(LAYOUTS)
    for layout in LAYOUTS:
        assert layout.must | layout.may | layout.one_of <= set(layouts.SPELLINGS)
        assert "searched" in layout.must
        assert layout.kind in {"organization", "network", "portal", "audit"}
        assert layout.times
        assert layout.seen
        found = find_layout(set(layout.must | set(sorted(layout.one_of)[:1])))
        assert found is not None
        if not layout.may:
            assert found.id == layout.id


def test_a_spelling_means_one_column() -> None:
    spelled = [spelling for spellings in layouts.SPELLINGS.values() for spelling in spellings]
    assert len(spelled) == len(set(spelled))
    assert all(spelling == fold(spelling) for spelling in spelled)


def test_a_layout_added_as_a_declaration_loads_without_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = ["Suchzeit", "Behörde", "Grund"]
    path = write_log(
        tmp_path / "mossgate-il-pd" / "log.csv",
        [["08.03.2026 10:05", "Mossgate IL PD", "theft"], ["08.13.2026 10:05", "Mossgate IL PD", "theft"]],
        header=header,
    )
    assert load(path, tmp_path).entry["status"] == "refused"
    new = {"suchzeit": "searched", "behörde": "org", "grund": "reason"}
    monkeypatch.setattr(layouts, "CANONICAL", layouts.CANONICAL | new)
    declared = Layout("H-new", "organization", frozenset({"searched", "org", "reason"}), ("%d.%m.%Y %H:%M",))
    monkeypatch.setattr(layouts, "LAYOUTS", (declared, *LAYOUTS))
    loaded = load(path, tmp_path)
    assert (loaded.entry["layout"], loaded.entry["rows_loaded"], loaded.entry["rows_rejected"]) == ("H-new", 1, 1)
    assert str(loaded.searches["searched_at"][0]) == "2026-03-08 10:05:00+00:00"
    assert loaded.reasons() == ["theft"]


def test_every_layout_loads_and_fills_the_declared_columns(tmp_path: Path) -> None:
    texts = {
        "searched": "03/08/2026, 10:05:00 AM UTC",
        "time frame": "03/01/2026, 10:00:00 AM UTC\n03/08/2026, 10:00:00 AM UTC",
        "time frame start": "03/01/2026, 10:00:00 AM UTC",
        "time frame end": "03/08/2026, 10:00:00 AM UTC",
        "total networks searched": "120",
        "networkcount": "120",
        "org name": "Mossgate IL PD",
        "id": search_id(1),
    }
    for number, header in enumerate(HEADERS):
        names = [fold(name) for name in header.split(",")]
        is_portal = "searchdate" in names
        time = "2026-03-08T10:05:00.250Z" if is_portal else texts["searched"]
        cells = [time if name in layouts.SPELLINGS["searched"] else texts.get(name, "x") for name in names]
        name = "Mossgate IL PD_Network_Audit.csv" if HEADERS[header] == "federal-extract" else "audit.csv"
        folder = tmp_path / str(number)
        loaded = load(write_log(folder / "mossgate-il-pd" / name, [cells], header=header.split(",")), folder)
        assert (loaded.entry["layout"], loaded.entry["rows_loaded"]) == (HEADERS[header], 1)
        (row,) = loaded.searches.to_dict("records")
        assert list(row) == SEARCHES.names
        assert str(row["searched_at"])[:19] == "2026-03-08 10:05:00"
        assert row["searching_agency"] == ("x" if "agency" in names else "Mossgate IL PD")
        has_frame = any(name.startswith("time frame") for name in names)
        assert str(row["window_start_at"])[:10] == ("2026-03-01" if has_frame else "NaT")
        assert str(row["window_end_at"])[:10] == ("2026-03-08" if has_frame else "NaT")


def test_the_two_column_workbook_is_found_among_other_sheets(tmp_path: Path) -> None:
    at = dt.datetime(2024, 5, 1, 13, 30)
    rows = [["Reason", "DateTime"], ["theft", at], [123, at], ["stop", dt.date(2024, 5, 2)], [dt.date(2024, 5, 9), at]]
    sheets = {"Letter": [["Dear requester"]], "Shares": [["Organization Name"], ["Fernhollow IL PD"]], "Audit": rows}
    path = write_workbook(tmp_path / "mossgate-ca-pd" / "log.xlsx", sheets)
    loaded = load(path, tmp_path)
    assert (loaded.entry["layout"], loaded.entry["kind"], loaded.entry["rows_loaded"]) == (
        "two-column",
        "organization",
        4,
    )
    assert "'Letter', 'Shares'" in loaded.entry["warnings"][0]
    assert loaded.reasons() == ["theft", "123", "stop", "(damaged: made a date by a spreadsheet program)"]
    assert set(loaded.searches["searched_at_basis"]) == {"assumed_local"}
    assert str(loaded.searches["searched_at"][0]) == "2024-05-01 20:30:00+00:00"
    assert list(loaded.searches["searched_at_form"]) == ["remade", "remade", "day", "remade"]
    assert str(loaded.searches["local_date"][2])[:10] == "2024-05-02"
    local = load(path, tmp_path / "local", timezone="America/Los_Angeles")
    assert str(local.searches["searched_at"][0]) == "2024-05-01 20:30:00+00:00"
    assert set(local.searches["searched_at_basis"]) == {"given"}


def test_portal_times_are_utc_whatever_zone_is_given(tmp_path: Path) -> None:
    cells = ["00000000-0000-4000-8000-000000000001", "***", "2025-07-03 09:15:42.118", "120", "theft"]
    header = ["id", "userId", "searchDate", "cameraCount", "reason"]
    path = write_log(tmp_path / "mossgate-or-pd" / "log.csv", [cells], header=header)
    loaded = load(path, tmp_path, timezone="America/Los_Angeles")
    assert str(loaded.searches["searched_at"][0])[:19] == "2025-07-03 09:15:42"
    assert str(loaded.searches["local_date"][0])[:10] == "2025-07-03"
    assert set(loaded.searches["searched_at_basis"]) == {"assumed_utc"}


# ---- whose ----------------------------------------------------------------------------------------------------


def three(*agencies: str) -> list[list[str]]:
    return [record(number, OrgName=agency) for number, agency in enumerate(agencies)]


MIXED = three("Fernhollow IL PD", "Mossgate IL PD", "Quarrydale TX SO")
ALONE = three("Mossgate IL PD", "Mossgate IL PD", "Mossgate IL PD")
# path, records → kind, producer, where the name is from, what a warning says
WHOSE: list[tuple[str, list[list[str]], str, str | None, str]] = [
    ("Mossgate IL PD_Network_Audit_2026.csv", MIXED, "network", "Mossgate IL PD", ""),
    ("Mossgate IL PD Network Audit.csv", MIXED, "network", "Mossgate IL PD", ""),
    ("mossgate-il-pd/network_audit.csv", MIXED, "network", "Mossgate IL PD", ""),
    ("mossgate-il-pd/audit.csv", MIXED, "network", "Mossgate IL PD", ""),
    ("mossgate-il-pd__2026-03.csv", MIXED, "network", "Mossgate IL PD", ""),
    ("Mossgate IL PD_Network_Audit_2026.csv", ALONE, "network", "Mossgate IL PD", ""),
    ("in/audit.csv", MIXED, "network", None, "whose cameras were searched"),
    ("in/June 2025 Network Audit.csv", MIXED, "network", None, "whose cameras were searched"),
    ("police-logs/Copy of Network_Audit.csv", MIXED, "network", None, "whose cameras were searched"),
    ("in/audit.csv", ALONE, "organization", "Mossgate IL PD", ""),
    ("Fernhollow IL PD_Org_Audit.csv", ALONE, "organization", "Mossgate IL PD", "the rows are believed"),
    ("Mossgate IL PD_Organization_Audit.csv", MIXED, "network", "Mossgate IL PD", "The name says organization audit"),
    ("Mossgate IL PD_Organization_Audit.csv", [*ALONE * 20, MIXED[2]], "organization", "Mossgate IL PD", "read as one"),
    ("in/audit.csv", three("***", "REDACTED"), "organization", None, "whether this is a network audit"),
    ("Mossgate IL PD_Network_Audit.csv", three("***", ""), "network", "Mossgate IL PD", ""),
]


@pytest.mark.parametrize(("path", "records", "kind", "producer", "warning"), WHOSE)
def test_kind_and_producer(
    tmp_path: Path, path: str, records: list[list[str]], kind: str, producer: str | None, warning: str
) -> None:
    loaded = load(write_log(tmp_path / path, records), tmp_path / "w")
    assert loaded.entry["kind"] == kind
    found = loaded.entry["producer"]
    assert (None if pd.isna(found) else found) == producer
    warnings = [text for text in loaded.entry["warnings"] if "time zone" not in text]
    assert warning in " ".join(warnings)
    assert bool(warnings) == bool(warning)
    owners = {producer} if kind == "network" and producer else {None}
    assert {None if pd.isna(owner) else owner for owner in loaded.searches["camera_owner"]} == owners


def test_a_cell_out_of_place_is_no_agency(tmp_path: Path) -> None:
    """A record that lost cells has something else under Org Name; it must not make a network audit of the file."""
    shifted = [*record(2)[:1], "lookup", "theft"]
    loaded = load(write_log(tmp_path / "in" / "audit.csv", [*ALONE, shifted]), tmp_path)
    assert loaded.entry["rows_rejected"] == 1
    assert (loaded.entry["kind"], loaded.entry["producer"]) == ("organization", "Mossgate IL PD")


def test_kind_in_the_name_against_the_columns_is_warned_of(tmp_path: Path) -> None:
    rows = [record(1, OLD_AUDIT)]
    loaded = load(write_log(tmp_path / "Mossgate IL PD_Network_Audit.csv", rows, header=OLD_AUDIT), tmp_path)
    assert loaded.entry["kind"] == "organization"
    assert "The name says network audit" in " ".join(loaded.entry["warnings"])
    told = load(tmp_path / "Mossgate IL PD_Network_Audit.csv", tmp_path / "told", kind="network")
    assert told.entry["kind"] == "network"
    assert set(told.searches["camera_owner"]) == {"Mossgate IL PD"}
    assert told.searches["searching_agency"].isna().all()  # no column says who searched
    assert "The name says" not in " ".join(told.entry["warnings"])


def test_a_file_name_and_a_folder_that_name_two_producers_are_told(tmp_path: Path) -> None:
    path = write_log(tmp_path / "fernhollow-il-pd" / "Mossgate IL PD_Network_Audit.csv", MIXED)
    entry = load(path, tmp_path).entry
    assert entry["producer"] == "Mossgate IL PD"
    assert any("'Mossgate IL PD', its folder 'Fernhollow IL PD'" in warning for warning in entry["warnings"])
    same = write_log(tmp_path / "mossgate-il-pd" / "Mossgate IL PD_Network_Audit.csv", MIXED[:2])
    assert not any("its folder" in warning for warning in load(same, tmp_path).entry["warnings"])


def test_a_stray_row_in_an_organization_audit_keeps_its_own_agency(tmp_path: Path) -> None:
    path = write_log(tmp_path / "Mossgate IL PD_Organization_Audit.csv", [*ALONE * 20, MIXED[2]])
    searches = load(path, tmp_path).searches
    assert list(searches["searching_agency"]) == ["Mossgate IL PD"] * 60 + ["Quarrydale TX SO"]
    renamed = load(path, tmp_path / "b", producer="Mossgate Police").searches
    assert list(renamed["searching_agency"]) == ["Mossgate Police"] * 60 + ["Quarrydale TX SO"]


def test_own_searches_are_marked_in_a_network_audit(tmp_path: Path) -> None:
    rows = three("Fernhollow IL PD", "MOSSGATE  IL pd", "***")
    searches = load(write_log(tmp_path / "Mossgate IL PD_Network_Audit.csv", rows), tmp_path).searches
    assert [None if pd.isna(own) else bool(own) for own in searches["is_own_search"]] == [False, True, None]
    assert pd.isna(searches["searching_agency"][2])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"producer": " Fernhollow IL PD "}, ("network", "Fernhollow IL PD", "America/Chicago")),
        ({"kind": "organization"}, ("organization", "Fernhollow IL PD", "America/Chicago")),
        ({"timezone": "America/Denver"}, ("network", "Mossgate IL PD", "America/Denver")),
        ({"producer": ""}, ("network", "Mossgate IL PD", "America/Chicago")),
    ],
)
def test_what_is_given_wins(tmp_path: Path, given: dict[str, str], expected: tuple[str, str, str]) -> None:
    entry = load(write_log(tmp_path / "Mossgate IL PD_Network_Audit.csv", MIXED), tmp_path, **given).entry
    assert (entry["kind"], entry["producer"], entry["timezone"]) == expected
