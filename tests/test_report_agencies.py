"""The report tables on agencies when one of their sources is there and another is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_logs import search, write_network_audit

import investigate as inv
from investigate.report_tables import read_agency_tables

SHEET = (
    "STATE,LAW ENFORCEMENT AGENCY,TYPE,COUNTY,SUPPORT TYPE,SIGNED,MOA,ADDENDUM\n"
    "TEXAS,Johnson County Sheriff's Office,County,Johnson County,Task Force Model,2025-03-04,link,\n"
)
LIST = "Owner,Recipient\nMossgate IL PD,Johnson County TX SO\n"
OWNER = "Mossgate IL PD"


@pytest.fixture
def room(tmp_path: Path) -> Path:
    write_network_audit(tmp_path / "in", OWNER, [search("2025-04-01T12:00:00", "x", "Johnson County TX SO")])
    inv.load_lookup_logs([tmp_path / "in"], workspace=tmp_path)
    return tmp_path


def add_sheet(room: Path) -> None:
    folder = room / "data" / "manual" / "287g"
    folder.mkdir(parents=True)
    (folder / "sheet 2025-07-18.csv").write_text(SHEET)


def add_list(room: Path) -> None:
    (room / "list.csv").write_text(LIST)
    inv.store_sharing(inv.load_sharing([room / "list.csv"], workspace=room), room)


def test_a_sheet_without_any_sharing_list(room: Path) -> None:
    add_sheet(room)
    tables = read_agency_tables(OWNER, room)
    assert tables.agreements["partner"].tolist() == ["Johnson County TX SO"]
    assert tables.sharing.empty


def test_a_sharing_list_without_any_sheet(room: Path) -> None:
    add_list(room)
    tables = read_agency_tables(OWNER, room)
    assert tables.sharing["partner"].tolist() == ["Johnson County TX SO"]
    assert tables.agreements.empty


def test_tables_follow_what_is_added_later(room: Path) -> None:
    assert read_agency_tables(OWNER, room).sharing.empty
    add_list(room)
    assert len(read_agency_tables(OWNER, room).sharing) == 1
    add_sheet(room)
    assert len(read_agency_tables(OWNER, room).agreements) == 1
    names = room / "data" / "manual" / "agency_names.csv"
    names.write_text(
        "name,agency,place,state,county,kind,lat,lon,who,when,why\n"
        "Mossgate IL PD,,Springfield,IL,,police,,,A. Desk,2026-01-05,Invented for this test.\n"
    )
    assert read_agency_tables(OWNER, room).agencies["place"].tolist() == ["Springfield"]
