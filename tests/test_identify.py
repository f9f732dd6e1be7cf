"""Who an agency is: names held against places and decisions by hand; never the nearest, never a centre."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from investigate.agencies.aliases import parse_aliases
from investigate.agencies.identify import COLUMNS, identify_agencies, identify_agency
from investigate.agencies.places import distance_km, find_county, states
from investigate.workspace import Workspace, open_workspace

CASES = list(csv.DictReader((Path(__file__).with_name("agency_cases.csv")).open(encoding="utf-8", newline="")))
HEADER = "name,agency,place,state,county,kind,lat,lon,who,when,why\n"


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_names_are_read_as_a_careful_reader_does(case: dict[str, str]) -> None:
    """Drawn up by reading the names, with the counties looked up by hand."""
    found = identify_agency(case["name"])
    said = (found.place or "", found.state or "", found.county_fips or "", found.kind, sorted(found.flags))
    flags = sorted(flag for flag in case["flags"].split(";") if flag)
    assert said == (case["place"], case["state"], case["county_fips"], case["kind"], flags)


def test_there_are_many_cases_of_every_kind() -> None:
    assert len(CASES) >= 90
    assert {case["kind"] for case in CASES} >= {
        "police",
        "sheriff",
        "federal",
        "constable",
        "tribal",
        "school",
        "other",
    }


def test_border_patrol_with_its_tags() -> None:
    found = identify_agency("[Federal] US Border Patrol [Inactive]")
    assert (found.kind, found.which, found.federal_immigration) == ("federal", "Border Patrol", True)
    assert set(found.flags) == {"federal", "inactive"}
    assert (found.place, found.state, found.lat) == (None, None, None)


@pytest.mark.parametrize(
    "name", ["Southside AL PD", "Venice FL PD", "Police Services of Office IL", "Federal Way WA PD"]
)
def test_letters_inside_words_are_no_immigration_office(name: str) -> None:
    assert not identify_agency(name).federal_immigration


def test_a_county_that_stands_once_in_the_nation_tells_the_state() -> None:
    found = identify_agency("Gwinnett County School PD")
    assert (found.state, found.county_fips, found.flags) == ("GA", "13135", ())
    for name in ("Grundy CO SO", "Lincoln County SO", "Monroe County DA", "Gwinnett PD"):
        found = identify_agency(name)
        assert (found.state, found.county_fips) == (None, None), name
        assert "unresolved" in found.flags, name


def test_colorado_is_read_only_where_both_readings_agree() -> None:
    """Moffat County stands in Colorado alone: CO is Colorado or County, and either way it is that one."""
    assert identify_agency("Moffat CO SO").county_fips == "08081"
    assert identify_agency("Adams CO SO").county_fips is None


def test_a_misspelt_place_is_not_found_and_has_no_point() -> None:
    found = identify_agency("Sringfield IL PD")
    assert found.flags == ("place not found",)
    assert (found.place, found.state, found.county_fips, found.lat, found.lon) == ("Sringfield", "IL", None, None, None)


def test_several_places_of_a_name_are_said_and_none_is_chosen() -> None:
    found = identify_agency("Centerville OH PD")
    assert found.flags == ("ambiguous place",)
    assert (found.place, found.county_fips, found.lat) == ("Centerville", None, None)


def test_two_names_that_differ_in_a_blank_are_two_places() -> None:
    ladue, la_due = identify_agency("Ladue MO PD"), identify_agency("La Due MO PD")
    assert (ladue.county_fips, la_due.county_fips) == ("29189", "29083")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DeSoto TX PD", "De Soto TX PD"), ("LaGrange GA PD", "La Grange GA PD"),
        ("Mt. Vernon NY PD", "Mount Vernon NY PD"),
        ("Ft Worth TX PD", "Fort Worth TX PD"), ("St. Louis MO PD", "Saint Louis MO PD"),
        ("Cleveland Hts OH PD", "Cleveland Heights OH PD"), ("Winston Salem NC PD", "Winston-Salem NC PD"),
        ("City of Riverside CA PD", "Riverside CA PD"), ("OFallon IL PD", "O'Fallon IL PD"),
        ("Clinton Twp MI PD (Macomb County)", "Clinton Township MI PD (Macomb County)"),
        ("Town & Country MO PD", "Town and Country MO PD"), ("Village of Lynwood IL PD", "Lynwood IL PD"),
    ],
)  # fmt: skip
def test_spellings_of_one_place_lie_at_one_point(one: str, other: str) -> None:
    first, second = identify_agency(one), identify_agency(other)
    assert first.lat is not None
    assert (first.place, first.county_fips, first.lat, first.lon) == (
        second.place, second.county_fips, second.lat, second.lon,
    )  # fmt: skip


def test_the_legal_word_chooses_between_a_city_and_a_township() -> None:
    city, township = identify_agency("Flint MI PD"), identify_agency("Flint Township MI PD")
    assert (city.place, township.place) == ("Flint", "Flint Township")
    assert (city.lat, city.lon) != (township.lat, township.lon)
    village, town = identify_agency("Chatham Village NY PD"), identify_agency("Town of Chatham NY PD")
    assert village.lat is not None
    assert (village.lat, village.lon) != (town.lat, town.lon)


def test_the_county_in_brackets_chooses_the_township() -> None:
    mahoning = identify_agency("Jackson Township OH PD (Mahoning County)")
    stark = identify_agency("Jackson Township OH PD (Stark)")
    assert (mahoning.county_fips, stark.county_fips) == ("39099", "39151")
    assert identify_agency("Jackson Township OH PD").flags == ("ambiguous place",)
    assert identify_agency("Jackson Township OH PD (Nowhere)").flags == ("ambiguous place",)


def test_a_county_body_lies_in_its_county_not_in_the_town_of_that_name() -> None:
    sheriff, police = identify_agency("Champaign County IL SO"), identify_agency("Champaign IL PD")
    assert (sheriff.place, sheriff.county, police.place) == ("Champaign County", "Champaign County", "Champaign")
    assert (sheriff.lat, sheriff.lon) != (police.lat, police.lon)
    assert identify_agency("Santa Clara CA DA").place == "Santa Clara County"
    county_police = identify_agency("Fairfax County VA PD")
    assert (county_police.kind, county_police.which, county_police.county_fips) == ("police", "county", "51059")


@pytest.mark.parametrize(
    "name",
    ["Illinois State Police", "Ohio State University OH PD", "Spring Branch TX ISD PD", "Lincoln University PD MO",
     "Midwest HIDTA", "Sringfield IL PD", "Illinois Attorney General", "Texas DPS", "CSX Railroad PD"],
)  # fmt: skip
def test_what_has_no_place_has_no_point(name: str) -> None:
    found = identify_agency(name)
    assert (found.county_fips, found.lat, found.lon) == (None, None, None)


def test_every_point_lies_in_its_county_not_at_a_state_centre() -> None:
    assert all(state.lat is None for state in states().values())
    for case in CASES:
        found = identify_agency(case["name"])
        if found.lat is None or found.lon is None or not found.county or not found.state:
            continue
        county = find_county(found.county, found.state)
        assert county is not None, case["name"]
        assert county.lat is not None
        assert county.lon is not None
        assert distance_km(found.lat, found.lon, county.lat, county.lon) < 150, case["name"]


def test_a_decision_by_hand_wins_and_ties_spellings_together() -> None:
    aliases = parse_aliases(
        (
            HEADER
            + "Oolitic Marshals Office,Oolitic IN PD,,,,,,,A. Reporter,2026-01-05,town site\n"
            + "OC Sheriff CA,Orange County CA SO,,,,,,,A. Reporter,2026-01-05,own site\n"
            + "ZQXJ,,Mossgate,CA,,other,34.1,-118.2,A. Reporter,2026-01-05,letter of 5 January\n"
            + "Jackson Township OH PD,,,,Stark County,,,,A. Reporter,2026-01-05,letter\n"
            + "Delete,Champaign IL PD,,,,,,,A. Reporter,2026-01-05,letter\n"
        ).encode()
    )
    marshal = identify_agency("Oolitic Marshalâ€™s Office", aliases)
    assert (marshal.agency, marshal.place, marshal.state) == ("Oolitic Marshalâ€™s Office", "Oolitic", None), (
        "not this name"
    )
    marshal = identify_agency("oolitic  marshals office", aliases)
    assert (marshal.agency, marshal.place, marshal.state, marshal.county_fips) == (
        "Oolitic IN PD",
        "Oolitic",
        "IN",
        "18093",
    )
    assert marshal.flags == ("by hand",)
    assert marshal.key == identify_agency("Oolitic IN PD", aliases).key
    sheriff = identify_agency("OC Sheriff CA", aliases)
    assert (sheriff.place, sheriff.county_fips, sheriff.kind) == ("Orange County", "06059", "sheriff")
    placed = identify_agency("ZQXJ", aliases)
    assert (placed.name, placed.agency, placed.place, placed.state, placed.kind) == (
        "ZQXJ",
        "ZQXJ",
        "Mossgate",
        "CA",
        "other",
    )
    assert (placed.lat, placed.lon, placed.flags) == (34.1, -118.2, ("by hand",))
    township = identify_agency("Jackson Township OH PD", aliases)
    assert (township.county_fips, township.flags) == ("39151", ("by hand",))
    assert identify_agency("Delete", aliases).place == "Champaign"
    assert identify_agency("Champaign IL PD", aliases).flags == ()


def test_a_frame_has_one_row_a_name_in_order(tmp_path: Path) -> None:
    workspace: Workspace = open_workspace(tmp_path)
    names = ["Mount Prospect IL PD", "265", "Mount Prospect IL PD", "", "ARLINGTON  WA  PD"]
    frame = identify_agencies(iter(names), workspace)
    assert list(frame.columns) == COLUMNS
    assert frame["name"].tolist() == names
    assert frame["flags"].tolist() == [[], ["not an agency"], [], ["not an agency"], []]
    assert frame.loc[4, "place"] == "Arlington"
    assert frame["federal_immigration"].tolist() == [False] * 5
    assert list(identify_agencies([], workspace).columns) == COLUMNS


def test_a_decision_against_federal_clears_the_immigration_office_and_one_for_it_sets_it() -> None:
    aliases = parse_aliases(
        (
            HEADER
            + "ICE - Chicago,,,,,private,,,A. Reporter,2026-01-05,a hotel\n"
            + "CBP NC PD,,,,,federal,,,A. Reporter,2026-01-05,letter\n"
            + "Mossgate Unit,,,,,federal,,,A. Reporter,2026-01-05,letter\n"
            + "ICE - Dallas,Mossgate TX PD,,,,,,,A. Reporter,2026-01-05,letter\n"
        ).encode()
    )
    said = {
        name: (one.kind, one.which, one.federal_immigration)
        for name in ("ICE - Chicago", "CBP NC PD", "Mossgate Unit", "ICE - Dallas", "ICE - Newark")
        for one in [identify_agency(name, aliases)]
    }
    assert said == {
        "ICE - Chicago": ("private", None, False), "CBP NC PD": ("federal", "CBP", True),
        "Mossgate Unit": ("federal", None, False), "ICE - Dallas": ("police", None, False),
        "ICE - Newark": ("federal", "ICE", True),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("La Grange IL PD", "LaGrange IL PD", True), ("De Soto TX PD", "DeSoto TX PD", True),
        ("Ladue MO PD", "La Due MO PD", False), ("Weld CO SO", "Weld County CO SO", True),
        ("Gwinnett County School PD", "Gwinnett County School GA PD", True),
        ("Village of Fox Point WI PD", "Fox Point WI PD", True), ("Sag Harbor Village NY PD", "Sag Harbor NY PD", True),
        ("Village of Chatham NY PD", "Chatham NY PD", False), ("Town of Chatham NY PD", "Chatham NY PD", False),
        ("Flint Township MI PD", "Flint MI PD", False), ("Berkeley Campus CA PD", "Berkeley CA PD", False),
        ("Troy Campus AL PD", "Troy AL PD", False), ("New York City NY PD", "New York NY PD", True),
        ("Town of Menasha WI PD", "Menasha WI PD", False), ("Middlesex Borough NJ PD", "Middlesex NJ PD", True),
        ("Town of Brookfield WI PD", "Brookfield WI PD", False), ("Fox Point WI PD", "Fox Point WI SO", False),
    ],
)  # fmt: skip
def test_one_key_is_one_agency_as_the_tables_tell_it(one: str, other: str, same: bool) -> None:
    assert (identify_agency(one).key == identify_agency(other).key) is same


@pytest.mark.parametrize("name", [".", "-", "***", "// .", "?!"])
def test_blanks_about_a_name_of_signs_alone_make_no_other_key(name: str) -> None:
    assert identify_agency(f" {name}\t").key == identify_agency(name).key


@pytest.mark.parametrize(
    ("name", "county"),
    [
        ("State College PA PD", "42027"), ("Ranger TX PD", "48133"), ("National Park NJ PD", "34015"),
        ("Parks LA PD", "22099"), ("Angel Fire NM PD", "35007"), ("Railroad PA PD", "42133"),
        ("Constable NY PD", "36033"),
    ],
)  # fmt: skip
def test_a_town_may_be_called_like_another_kind_of_body(name: str, county: str) -> None:
    found = identify_agency(name)
    assert (found.kind, found.county_fips, found.flags) == ("police", county, ())
    assert identify_agency("Ranger TX").kind == "unresolved"
    assert identify_agency("Kickapoo Park Ranger TX PD").kind == "other"
    assert identify_agency("Lincoln University PA PD").kind == "university"


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("Cahokia IL PD", "place not found"), ("Reading IL PD", "place not found"),
        ("Elk Grove IL PD", "place not found"), ("Jasper PD OH", "place not found"),
        ("Round Valley AZ PD", "place not found"),
        ("West Hills Regional PA PD", "place not found"), ("Chester Town NY PD", "ambiguous place"),
        ("Town of Menasha WI PD", "place not found"),
    ],
)  # fmt: skip
def test_a_bare_name_is_no_township_where_townships_have_no_police(name: str, flag: str) -> None:
    found = identify_agency(name)
    assert (found.flags, found.county_fips, found.lat) == ((flag,), None, None)


@pytest.mark.parametrize(
    ("name", "county"),
    [
        ("Voorhees NJ PD", "34007"), ("Rome WI PD", "55001"), ("Amherst NY PD", "36029"), ("Barnstable MA PD", "25001"),
        ("Sunriver OR PD", "41017"), ("Flint Township MI PD", "26049"), ("Jackson OH PD (Stark County)", "39151"),
        ("Franklin Twp NJ PD Somerset County", "34035"), ("Hamilton Township, Mercer County NJ PD", "34021"),
        ("So. San Francisco CA PD", "06081"), ("Lincoln ME PD", "23019"), ("Town of Hochatown OK", "40089"),
        ("Tonawanda Town NY PD", "36029"),
    ],
)  # fmt: skip
def test_townships_and_towns_with_police_come_before_places_without_a_government(name: str, county: str) -> None:
    assert identify_agency(name).county_fips == county


def test_new_york_city_is_no_one_countys() -> None:
    for name in ("New York City NY PD", "New York NY PD", "City of New York NY PD"):
        found = identify_agency(name)
        assert (found.place, found.kind, found.county, found.county_fips) == ("New York", "police", None, None), name
        assert found.lat is not None
    assert identify_agency("New York State Park Police").lat is None
    assert identify_agency("IL PD").flags == ("unresolved",)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("University of Texas at Dallas TX PD", "university"), ("University of Iowa - Ames IA PD", "university"),
        ("UC Irvine Campus PD CA", "university"), ("Niagara County Community College NY", "university"),
        ("Forest County Potowatomi WI PD", "tribal"), ("Gila River AZ PD", "tribal"),
        ("Alabama-Coushatta TX PD", "tribal"), ("UPMC PA PD", "other"), ("Cleveland Clinic OH PD", "other"),
        ("ASU AZ PD", "university"), ("CAC - Monroe NY", "task force"),
    ],
)  # fmt: skip
def test_what_is_called_after_a_place_need_not_lie_there(name: str, kind: str) -> None:
    found = identify_agency(name)
    assert (found.kind, found.county_fips, found.lat) == (kind, None, None)


@pytest.mark.parametrize("name", [None, float("nan"), 5, "\ud800", "Mossgate\udc80 IL PD", "x" * 1_000_000])
def test_any_name_is_answered_with_text_that_can_be_printed(name: object) -> None:
    found = identify_agency(name)  # type: ignore[arg-type]
    assert found.kind in ("other", "police", "unresolved")
    for text in (found.name, found.agency, found.key):
        assert text.encode() is not None
