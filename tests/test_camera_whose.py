"""Whose cameras: each says by which rule, what nobody says is a class of its own, and the parts sum to the whole."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from investigate.agencies.aliases import Aliases
from investigate.agencies.boundaries import county_shapes
from investigate.agencies.known import agency_facts, know_agencies
from investigate.cameras.areas import Areas
from investigate.cameras.by_hand import COLUMNS as HAND_COLUMNS
from investigate.cameras.by_hand import ByHand, parse_by_hand
from investigate.cameras.named import CITY_NAMED, DOUBTED, UNIVERSITY_NAMED, KnownAgencies, is_gone, name_operators
from investigate.cameras.place import place_cameras
from investigate.cameras.tags import operator_of
from investigate.cameras.whose import (
    ANOTHERS_BY_HAND,
    BY_BOUNDARY,
    BY_COUNTY,
    BY_HAND,
    BY_OPERATOR,
    CANNOT_BE_TOLD,
    CITIES_TOO,
    NOBODYS_BY_HAND,
    OTHER,
    OWN,
    PRIVATE,
    RULES,
    UNKNOWN,
    Whose,
    camera_owners,
    cameras_of,
    count_by,
    say_by,
)

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
needs_files = pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data, which is not published")
RELEASE = "3f1c09ab77de"
HENNEPIN, DAKOTA, HAMILTON_OH, NORFOLK = "27053", "27037", "39061", "51710"
IN_EDINA, IN_HENNEPIN = (44.89, -93.35), (45.05, -93.50)
SQUARE = shapely.box(-93.40, 44.86, -93.32, 44.94)  # invented: about Edina


def facts(*names: str) -> pd.DataFrame:
    seen = pd.DataFrame({"name": names, "rows": 1})
    return agency_facts(know_agencies(seen, Aliases())).set_index("agency", drop=False)


def owner(name: str) -> dict[str, Any]:
    return facts(name).loc[name].to_dict()


def row(operator: str | None, kind: str = "public", state: str | None = "MN", fips: str | None = HENNEPIN,
        at: tuple[float, float] = IN_EDINA, not_placed: str | None = None) -> dict[str, Any]:  # fmt: skip
    return {"operator": operator, "operator_kind": kind, "state": state, "county_fips": fips, "lat": at[0],
            "lon": at[1], "not_placed": not_placed, "maker": "Flock Safety"}  # fmt: skip


def silent(**more: Any) -> dict[str, Any]:
    return row(None, "not said", **more)


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    numbers = range(1, len(rows) + 1)
    return pd.DataFrame(rows).assign(release=RELEASE, row=numbers, camera=[f"node/{n}" for n in numbers])


def by_hand(*decisions: tuple[str, str]) -> ByHand:
    rows = [f"{camera},{agency},A. Desk,2026-02-03,said so" for camera, agency in decisions]
    return parse_by_hand("\n".join([",".join(HAND_COLUMNS), *rows]).encode())


def boundary(**column: Any) -> Areas:
    columns = {"id": ["2718188"], "name": ["Edina"], "full_name": ["Edina city"], "state": ["MN"], "file": ["x.zip"]}
    return Areas(gpd.GeoDataFrame(columns | column, geometry=[SQUARE], crs=4326), "stamp")


def rules(result: pd.DataFrame) -> dict[str, str]:
    return dict(zip(result["camera"], result["by"], strict=True))


@pytest.mark.parametrize(
    ("name", "operator", "state", "fips"),
    [
        ("Edina MN PD", "Edina Police Department", "MN", HENNEPIN),
        ("Edina MN PD", "(Edina Police)", "MN", HENNEPIN),
        ("Edina MN PD", "Edina, MN PD", "MN", HENNEPIN),
        ("Edina MN PD", "Flock Safety; Edina PD", "MN", HENNEPIN),
        ("Edina MN PD", "edina police", "MN", DAKOTA),
        ("Edina MN PD", "Edina MN PD", "WI", "55109"),
        ("Edina MN PD", "Edina MN PD", None, None),
        ("Hennepin County MN SO", "Hennepin County Sheriff’s Office", "MN", HENNEPIN),
        ("Hampton VA PD", "Hampton Police Division", "VA", "51650"),
        ("Sunnyvale CA PD", "Sunnyvale DPS", "CA", "06085"),
        ("California Highway Patrol", "California Highway Patrol (CHP)", "CA", "06085"),
        ("Springfield Township OH (Hamilton Co) PD", "Springfield Township PD", "OH", HAMILTON_OH),
        ("New York City NY PD", "New York City Police Department", "NY", "36047"),
        ("Stanford University CA PD", "Stanford University", "CA", "06085"),
        ("King George County VA SO", "King George Sherrif's Office", "VA", "51099"),
        ("King George County VA SO", "King George Serriffs Office", "VA", "51099"),
        ("Framingham MA PD", "Police (Framingham)", "MA", "25017"),
        ("Newark OH PD", "Newark Ohio Division of Police", "OH", "39089"),
        ("Lake County IN SO", "Lake County Indiana Sheriff", "IN", "18089"),
        ("San Francisco CA PD", "SFPD", "CA", "06075"),
        ("Los Angeles County CA SO", "LASD", "CA", "06037"),
        ("Springfield IL PD", "Flock Safety / Springfield PD", "IL", "17167"),
        ("Marina CA PD", "Marina Department of Public Safety", "CA", "06053"),
        ("Missouri State Highway Patrol", "Missouri Highway Patrol", "MO", "29103"),
        ("Minnesota State Patrol", "State Patrol of Minnesota", "MN", HENNEPIN),
    ],
)
def test_an_operator_names_an_agency_in_the_state_and_county_of_the_camera(name, operator, state, fips):
    cameras = table(row(operator, state=state, fips=fips).copy() | {"lat": None, "lon": None})
    (found,) = name_operators(cameras, KnownAgencies([owner(name)]))["agency"]
    assert found == name
    assert rules(cameras_of(owner(name), cameras)) == {"node/1": BY_OPERATOR}


@pytest.mark.parametrize(
    ("name", "operator", "state", "fips"),
    [
        ("Edina MN PD", "Edina Police Department", "MO", "29103"),  # another Edina
        ("Edina MN PD", "Edina MO PD", "MN", HENNEPIN),
        ("Edina MN PD", "Edina Fire Department", "MN", HENNEPIN),
        ("Edina MN PD", "Edina Police Department", None, None),  # nothing says which
        ("Edina MN PD", "Edina PD / Eagan PD", "MN", HENNEPIN),
        ("Edina MN PD", "Edina PD;Eagan PD", "MN", HENNEPIN),
        ("Edina MN PD", "Edina Public Schools", "MN", HENNEPIN),
        ("Hennepin County MN SO", "Hennepin County PD", "MN", HENNEPIN),
        ("Springfield Township OH (Hamilton Co) PD", "Springfield Township PD", "OH", "39153"),
        ("Springfield OH PD", "Springfield Township PD", "OH", HAMILTON_OH),
        ("San Mateo CA PD", "San Mateo County Sheriff's Office", "CA", "06081"),
        ("San Mateo County CA SO", "San Mateo Police Department", "CA", "06081"),
        ("University of Toledo OH PD", "Toledo Police Department", "OH", "39095"),
        *(("Tulsa OK PD", text, "OK", "40143") for text in (
            "Tulsa PD/Quiktrip", "Tulsa Police Department / Walmart", "Tulsa PD for Walmart", "Tulsa PD at Lowe's",
            "Tulsa PD access, owned by Quarry Stores", "Tulsa PD and Owasso PD", "Tulsa PD, Owasso PD",
            "Tulsa PD & Owasso PD", "Tulsa PD + Owasso PD", "Tulsa PD - Owasso PD", "Tulsa Police Department (Owasso)",
            "Tulsa Police Officer John Smith", "Tulsa Police Museum", "Tulsa Police Credit Union",
            "Tulsa Police Supply", "Tulsa Police Athletic League", "Tulsa Housing Authority Police",
        )),
        *(("Minnesota State Patrol", text, "MN", HENNEPIN) for text in (
            "State Patrol", "Woodbury State Patrol", "Minnesota State Patrol Foundation", "DPS",
        )),
        *(("Minnesota Department of Public Safety", text, "MN", HENNEPIN) for text in (
            "Public Safety", "DPS", "Department of Public Safety", "Public Safety; Flock Safety",
            "Woodbury State Police", "Minnesota State Patrol",
        )),
        ("Missouri Department of Public Safety", "Missouri State Highway Patrol", "MO", "29103"),
        ("Texas DPS", "DPS", "TX", "48453"),
        ("Richmond VA SO", "City of Richmond", "VA", "51760"),
        ("Philadelphia PA SO", "City of Philadelphia", "PA", "42101"),
        ("Denver CO SO", "City of Denver", "CO", "08031"),
        ("St. Louis MO SO", "St. Louis, MO", "MO", "29510"),
        ("San Francisco CA SO", "San Francisco, CA", "CA", "06075"),
        ("San Francisco CA PD", "SFPD", "TX", "48453"),
    ],
)  # fmt: skip
def test_an_operator_does_not_name_an_agency_that_is_only_alike(name, operator, state, fips):
    cameras = table(row(operator, state=state, fips=fips) | {"lat": None, "lon": None})
    assert name_operators(cameras, KnownAgencies([owner(name)]))["agency"].tolist() == [None]


@pytest.mark.parametrize("kind", ["unclear", "private", "vendor", "not said"])
@pytest.mark.parametrize("operator", ["Brookfield", "City of Brookfield", "Brookfield Police"])
def test_an_operator_that_is_not_said_to_be_public_names_no_agency(operator: str, kind: str):
    cameras = table(row(operator, kind, state="WI", fips="55133") | {"lat": None, "lon": None})
    assert name_operators(cameras, KnownAgencies([owner("Brookfield WI PD")]))["agency"].tolist() == [None]
    public = cameras.assign(operator_kind="public")
    assert name_operators(public, KnownAgencies([owner("Brookfield WI PD")]))["agency"].tolist() == ["Brookfield WI PD"]


@pytest.mark.parametrize("name", ["Oconomowoc", "Brookfield", "Reynolds", "Tyler", "Allen", "Lodi"])
def test_bare_names_that_may_be_anything_are_not_said_to_be_public(name: str):
    assert operator_of({"operator": name})[1] == "unclear"


@pytest.mark.parametrize(
    "operator",
    [
        "Edina PD (removed)", "Edina PD (proposed)", "Edina PD, planned", "Edina PD [Inactive]", "Edina PD - DNU",
        "Edina PD?", "Edina PD not confirmed", "Former Edina PD",
    ],
)  # fmt: skip
def test_a_camera_that_is_gone_planned_or_doubted_is_tied_to_nobody(operator: str):
    result = cameras_of(owner("Edina MN PD"), table(row(operator)))
    assert result[["by", "note"]].values.tolist() == [[OTHER, DOUBTED]]
    assert "1 said to be gone, planned or not sure" in say_by(pd.concat([result, result]), "x").replace(
        "2 said", "1 said"
    )


def test_a_university_is_its_police_with_a_note():
    known = owner("Stanford University CA PD")
    cameras = table(row("Stanford University", "private", "CA", "06085", (37.43, -122.17)),
                    row("Stanford University Police", "public", "CA", "06085", (37.43, -122.17)))  # fmt: skip
    result = cameras_of(known, cameras)
    assert result["by"].tolist() == [BY_OPERATOR, BY_OPERATOR]
    assert result["note"].tolist() == [UNIVERSITY_NAMED, None]


def test_a_county_named_is_its_sheriff_with_a_note():
    result = cameras_of(owner("Hennepin County MN SO"), table(row("Hennepin County"), row("Hennepin County Sheriff")))
    assert result["by"].tolist() == [BY_OPERATOR, BY_OPERATOR]
    assert result["note"].tolist() == [CITY_NAMED, None]


def test_a_town_that_is_far_from_the_camera_is_not_the_one_meant():
    far = row("Edina Police Department", fips="27137", at=(47.8, -92.5))  # of Saint Louis County, 320 km north
    near = row("Edina Police Department", fips=DAKOTA, at=(44.8, -93.2))
    assert rules(cameras_of(owner("Edina MN PD"), table(far, near))) == {"node/2": BY_OPERATOR}


def test_a_bare_name_of_a_town_is_that_town_only_near_it():
    far = {"fips": "27049", "at": (44.45, -92.85)}  # 63 km south-east
    result = cameras_of(owner("Edina MN PD"), table(row("Edina", **far), row("City of Edina", **far), row("Edina")))
    assert rules(result) == {"node/2": BY_OPERATOR, "node/3": BY_OPERATOR}


@pytest.mark.parametrize("operator", ["City of Edina", "Edina", "City of Edina, MN"])
def test_a_city_is_its_police_with_a_note(operator: str):
    result = cameras_of(owner("Edina MN PD"), table(row(operator), row("Edina PD")))
    assert result["by"].tolist() == [BY_OPERATOR, BY_OPERATOR]
    assert result["note"].tolist()[0] == CITY_NAMED
    assert result["note"].isna().tolist() == [False, True]


def test_a_county_is_neither_its_sheriff_nor_its_police_where_both_are_known():
    names = facts("Henrico County VA PD", "Henrico County VA SO")
    cameras = table(row("Henrico County", state="VA", fips="51087", at=(37.55, -77.4)))
    alone = KnownAgencies([names.loc["Henrico County VA PD"].to_dict()])
    assert camera_owners(cameras, alone)["agency"].tolist() == ["Henrico County VA PD"]
    assert camera_owners(cameras, names)["agency"].tolist() == [None]
    (rule,) = cameras_of(names.loc["Henrico County VA PD"].to_dict(), cameras, agencies=names)["by"]
    assert rule == OTHER


EIGHT = table(
    row("Edina Police"),  # 1 operator
    silent(),  # 2 in Edina
    silent(at=IN_HENNEPIN),  # 3 in the county
    row("Flock Safety", "vendor"),  # 4 in Edina
    row("Eagan PD"),  # 5 another's in Edina
    row("Lowe's", "private"),  # 6 private in Edina
    silent(state="MN", fips=DAKOTA, at=(44.80, -93.15)),  # 7 elsewhere
    silent(state=None, fips=None, not_placed="at sea or abroad"),  # 8 not placed
    row("ABC", "unclear", at=IN_HENNEPIN),  # 9
)


def test_a_city_without_a_boundary_has_the_silent_cameras_of_its_county_as_unknown():
    assert rules(cameras_of(owner("Edina MN PD"), EIGHT)) == {
        "node/1": BY_OPERATOR, "node/2": UNKNOWN, "node/3": UNKNOWN, "node/4": UNKNOWN, "node/5": OTHER,
        "node/6": OTHER, "node/9": OTHER,
    }  # fmt: skip


def test_a_city_with_a_boundary_has_the_silent_cameras_inside_and_none_of_the_rest_of_its_county():
    assert rules(cameras_of(owner("Edina MN PD"), EIGHT, areas=boundary())) == {
        "node/1": BY_OPERATOR, "node/2": BY_BOUNDARY, "node/4": BY_BOUNDARY, "node/5": OTHER, "node/6": OTHER,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["Hennepin County MN SO", "Hennepin County MN PD"])
def test_an_agency_of_a_county_has_the_silent_cameras_of_its_county_as_a_class_that_is_not_its_own(name: str):
    result = cameras_of(owner(name), EIGHT, areas=boundary())
    assert rules(result) == {
        "node/1": OTHER, "node/2": BY_COUNTY, "node/3": BY_COUNTY, "node/4": BY_COUNTY, "node/5": OTHER,
        "node/6": OTHER, "node/9": OTHER,
    }  # fmt: skip
    assert say_by(result, name).endswith(CITIES_TOO)
    assert "nothing says whose they are, its cities' among them" in say_by(result, name)
    assert BY_COUNTY not in OWN


SILENT = {"node/2", "node/3", "node/4"}


@pytest.mark.parametrize("name", ["Hennepin County Const MN Pct 3", "Hennepin County MN SO - DNU", "Edina MN PD Old"])
def test_a_precinct_or_an_agency_that_is_gone_has_no_county_of_its_own(name: str):
    found = rules(cameras_of(owner(name), EIGHT))
    gone = name.endswith(("DNU", "Old"))
    assert {camera for camera, rule in found.items() if rule != OTHER} <= (set() if gone else SILENT) | {"node/1"}
    assert set(found.values()) & {BY_COUNTY, BY_BOUNDARY} == set()
    assert gone or {found[camera] for camera in SILENT} == {UNKNOWN}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Edina MN PD [Inactive]", True), ("Edina MN PD - DNU", True), ("Edina MN PD (OLD)", True),
        ("Edina MN PD - OLD", True), ("Old Bridge Township NJ PD", False), ("Old Lyme CT PD", False),
        ("Edina MN PD", False),
    ],
)  # fmt: skip
def test_an_agency_says_that_it_is_gone(name: str, said: bool):
    assert is_gone(name) is said


def test_where_a_county_has_a_police_and_a_sheriff_its_silent_cameras_are_neither_s():
    both = facts("Hennepin County MN SO", "Hennepin County MN PD")
    for name in both.index:
        found = rules(cameras_of(both.loc[name].to_dict(), EIGHT, agencies=both))
        assert {found[camera] for camera in SILENT} == {UNKNOWN}
    old = facts("Hennepin County MN SO", "Hennepin County MN PD - DNU")
    found = rules(cameras_of(old.loc["Hennepin County MN SO"].to_dict(), EIGHT, agencies=old))
    assert {found[camera] for camera in SILENT} == {BY_COUNTY}


@pytest.mark.parametrize(
    ("name", "state", "fips", "rule"),
    [
        ("Bucks County PA SO", "PA", "42017", UNKNOWN), ("Essex County NJ SO", "NJ", "34013", UNKNOWN),
        ("Norfolk VA SO", "VA", NORFOLK, UNKNOWN), ("San Francisco CA SO", "CA", "06075", UNKNOWN),
        ("Fairfax County VA SO", "VA", "51059", BY_COUNTY), ("Hennepin County MN SO", "MN", HENNEPIN, BY_COUNTY),
    ],
)  # fmt: skip
def test_sheriffs_that_serve_courts_alone_have_no_cameras_by_county(name: str, state: str, fips: str, rule: str):
    cameras = table(silent(state=state, fips=fips))
    assert rules(cameras_of(owner(name), cameras)) == {"node/1": rule}


def test_a_state_or_federal_agency_has_cameras_by_operator_and_by_hand_only():
    cameras = table(*EIGHT.to_dict("records"), row("Minnesota State Patrol"))
    assert rules(cameras_of(owner("Minnesota State Patrol"), cameras)) == {"node/10": BY_OPERATOR}
    assert cameras_of(owner("U.S. Border Patrol"), cameras).empty
    decided = by_hand(("node/2", "Minnesota State Patrol"))
    found = rules(cameras_of(owner("Minnesota State Patrol"), cameras, decided))
    assert found == {"node/2": BY_HAND, "node/10": BY_OPERATOR}


@pytest.mark.parametrize(
    ("name", "state", "fips"),
    [("Norfolk VA PD", "VA", NORFOLK), ("San Francisco CA PD", "CA", "06075"), ("New York City NY PD", "NY", "36047")],
)
def test_a_city_that_is_its_county_needs_no_boundary(name: str, state: str, fips: str):
    cameras = table(silent(state=state, fips=fips), silent(state=state, fips="51710" if state == "CA" else "06001"))
    assert rules(cameras_of(owner(name), cameras)) == {"node/1": BY_BOUNDARY}


def test_a_university_has_no_area_of_its_own():
    known = owner("Stanford University CA PD") | {"county_fips": "06085"}
    assert rules(cameras_of(known, table(silent(state="CA", fips="06085")))) == {"node/1": UNKNOWN}


def test_a_decision_by_hand_wins_over_operator_and_place():
    decided = by_hand(("node/5", "Edina Police Department MN"), ("node/1", "Eagan MN PD"), ("node/2", "none"),
                      ("node/7", "edina mn pd"))  # fmt: skip
    result = cameras_of(owner("Edina MN PD"), EIGHT, decided).set_index("camera")
    assert result.loc[["node/5", "node/7"], "by"].tolist() == [BY_HAND, BY_HAND]
    assert result.loc[["node/1", "node/2"], "by"].tolist() == [OTHER, OTHER]
    assert result.loc[["node/1", "node/2"], "note"].tolist() == [ANOTHERS_BY_HAND, NOBODYS_BY_HAND]


def test_of_a_private_operator_neither_name_nor_place_is_given():
    result = cameras_of(owner("Edina MN PD"), EIGHT).set_index("camera")
    assert result.loc["node/6", "note"] == PRIVATE
    assert result.loc["node/9", "note"] == CANNOT_BE_TOLD
    assert result.loc["node/6", ["operator", "lat", "lon"]].isna().all()
    assert pd.isna(result.loc["node/9", "operator"])  # may be a person's name
    assert result.loc["node/5", ["operator", "lat", "lon"]].notna().all()
    assert "Lowe" not in result.to_csv()
    listed = cameras_of(owner("Edina MN PD"), EIGHT, by_hand(("node/6", "Edina MN PD"))).set_index("camera")
    assert listed.loc["node/6", "by"] == BY_HAND
    assert listed.loc["node/6", ["lat", "lon"]].notna().all()
    assert "Lowe" not in listed.to_csv()


def test_a_camera_that_is_not_placed_is_counted_and_has_no_point():
    lost = row("Edina MN PD", state=None, fips=None, not_placed="swapped", at=(-93.3, 44.9))
    result = cameras_of(owner("Edina MN PD"), table(lost, row("Edina PD")))
    assert result["by"].tolist() == [BY_OPERATOR, BY_OPERATOR]
    assert result["lat"].isna().tolist() == [True, False]
    assert "1 of all cannot be placed on a map" in say_by(result, "Edina MN PD")


def test_a_point_that_is_not_placed_lies_in_no_county():
    cameras = table(silent(not_placed="default point"), silent())
    assert rules(cameras_of(owner("Hennepin County MN SO"), cameras)) == {"node/2": BY_COUNTY}


def test_the_sentence_gives_every_class_and_no_private_name():
    result = cameras_of(owner("Edina MN PD"), EIGHT, by_hand(("node/7", "Edina MN PD")))
    assert count_by(result) == dict(zip(RULES, (1, 1, 0, 0, 3, 3), strict=True))
    assert say_by(result, "Edina MN PD") == (
        "Of 8 camera locations in question for Edina MN PD: 1 listed as its own by hand, 1 whose operator names it, 3 "
        "in its county of which nothing says whose they are, 3 of another or an unclear operator, not drawn as its own "
        "(1 private, 1 not to be told, 1 of another that is named)."
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([silent()], "1 camera location in question for X: in its county of which nothing says whose it is."),
        (
            [silent(), silent()],
            "All 2 camera locations in question for X: in its county of which nothing says whose they are.",
        ),
        (
            [row("Edina PD"), silent()],
            "Of 2 camera locations in question for X: 1 whose operator names it, 1 in its county of which nothing says "
            "whose it is.",
        ),
    ],
)
def test_one_and_one_class_are_said_as_such(rows: list[dict[str, Any]], said: str):
    assert say_by(cameras_of(owner("Edina MN PD"), table(*rows)), "X") == said


def test_decisions_that_it_is_nobody_s_are_said_apart():
    result = cameras_of(owner("Edina MN PD"), table(row("Edina PD"), silent()), by_hand(("node/2", "none")))
    assert say_by(result, "X") == (
        "Of 2 camera locations in question for X: 1 whose operator names it, 1 of no agency, by hand."
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*EIGHT.index]), min_size=1, max_size=9), st.booleans())
def test_numbers_in_the_sentence_add_up(picked: list[int], decide: bool):
    cameras = table(*EIGHT.drop(columns=["release", "row", "camera"]).iloc[picked].to_dict("records"))
    result = cameras_of(owner("Edina MN PD"), cameras, by_hand(("node/1", "none")) if decide else None)
    text = say_by(result, "X")
    without = re.sub(r"\([^()]*\)", "", text.partition(" of all cannot")[0])
    numbers = [int(number) for number in re.findall(r"\b\d+\b", without)]
    if text.startswith("Of "):
        assert numbers[0] == sum(numbers[1:]) == len(result)
    for total, inside in re.findall(
        r"(\d+) of another or an unclear operator, not drawn as its own \(([^()]*)\)", text
    ):
        assert int(total) == sum(map(int, re.findall(r"\d+", inside)))


def test_no_camera_is_not_said_to_be_none():
    result = cameras_of(owner("Minnesota State Patrol"), EIGHT)
    assert list(count_by(result).values()) == [0] * len(RULES)
    assert "could be matched to Minnesota State Patrol" in say_by(result, "Minnesota State Patrol")
    assert "does not say that the agency has none" in say_by(result, "Minnesota State Patrol")


def test_a_point_decided_by_hand_is_the_nearest_camera_of_the_whole_table_for_every_owner():
    metre = 1 / 111_195
    here = silent(state="KS", fips="20209", at=(39.1, -94.6))
    beyond = silent(state="MO", fips="29095", at=(39.1 + 20 * metre, -94.6))
    cameras = table(here, beyond)
    decided = by_hand(('"39.1001799,-94.6"', "Kansas City MO PD"))
    known = facts("Kansas City MO PD", "Wyandotte County KS SO", "Jackson County MO SO")
    whose = Whose(cameras, known, decided)
    assert whose.told["agency"].tolist() == [None, "Kansas City MO PD"]
    assert rules(whose.of(known.loc["Wyandotte County KS SO"].to_dict())) == {"node/1": BY_COUNTY}
    assert rules(whose.of(known.loc["Kansas City MO PD"].to_dict()))["node/2"] == BY_HAND
    assert rules(whose.of(known.loc["Jackson County MO SO"].to_dict())) == {"node/2": OTHER}


def test_camera_owners_says_nothing_by_place():
    result = camera_owners(
        EIGHT, facts("Edina MN PD", "Hennepin County MN SO"), by_hand(("node/2", "Edina MN PD"), ("node/1", "none"))
    )
    assert result["agency"].tolist() == [None, "Edina MN PD", *[None] * 7]
    assert result["by"].tolist() == [UNKNOWN, BY_HAND, *[UNKNOWN] * 7]
    assert result["note"].tolist()[0] == NOBODYS_BY_HAND


OPERATORS = [
    (None, "not said"), ("Flock Safety", "vendor"), ("Edina Police", "public"), ("City of Edina", "public"),
    ("Hennepin County Sheriff", "public"), ("Eagan PD", "public"), ("Lowe's", "private"), ("ABC", "unclear"),
]  # fmt: skip
PLACES = [(HENNEPIN, IN_EDINA), (HENNEPIN, IN_HENNEPIN), (DAKOTA, (44.80, -93.15))]
some_rows = st.lists(
    st.builds(
        lambda operator, place: row(*operator, fips=place[0], at=place[1]),
        st.sampled_from(OPERATORS),
        st.sampled_from(PLACES),
    ),
    min_size=1,
    max_size=12,
)
OWNERS = {
    name: owner(name) for name in ("Edina MN PD", "Hennepin County MN SO", "Eagan MN PD", "Minnesota State Patrol")
}
KNOWN = KnownAgencies(OWNERS.values())


@settings(max_examples=60, deadline=None)
@given(some_rows, st.sampled_from(sorted(OWNERS)), st.booleans(), st.randoms())
def test_each_camera_once_parts_sum_and_shuffling_changes_nothing(rows, name, bounded, random):
    cameras, areas = table(*rows), boundary() if bounded else None
    result = cameras_of(OWNERS[name], cameras, None, areas, KNOWN)
    assert result["camera"].is_unique
    assert set(result["by"]) <= set(RULES)
    assert sum(count_by(result).values()) == len(result)
    order = list(cameras.index)
    random.shuffle(order)
    shuffled = cameras_of(OWNERS[name], cameras.loc[order], None, areas, KNOWN)
    pd.testing.assert_frame_equal(shuffled, result)


@settings(max_examples=60, deadline=None)
@given(some_rows, st.sampled_from(sorted(OWNERS)), st.data())
def test_a_line_by_hand_moves_exactly_that_camera(rows, name, data):
    cameras = table(*rows)
    camera = data.draw(st.sampled_from(cameras["camera"].tolist()))
    before = rules(cameras_of(OWNERS[name], cameras, agencies=KNOWN))
    after = rules(cameras_of(OWNERS[name], cameras, by_hand((camera, name)), agencies=KNOWN))
    assert after == before | {camera: BY_HAND}


def test_tables_as_parquet_gives_them_back_are_read_the_same(tmp_path: Path):
    EIGHT.to_parquet(tmp_path / "cameras.parquet")
    again = pd.read_parquet(tmp_path / "cameras.parquet", dtype_backend="numpy_nullable")
    plain = cameras_of(owner("Edina MN PD"), EIGHT, areas=boundary())
    assert rules(cameras_of(owner("Edina MN PD"), again, areas=boundary())) == rules(plain)
    assert camera_owners(again, KNOWN)["agency"].tolist() == camera_owners(EIGHT, KNOWN)["agency"].tolist()


@settings(max_examples=60, deadline=None)
@given(some_rows)
def test_both_ways_of_asking_agree_on_operators_and_no_camera_is_two_agencies_own(rows):
    cameras = table(*rows)
    whole = camera_owners(cameras, KNOWN).set_index("camera")["agency"]
    named = {name: cameras_of(facts, cameras, agencies=KNOWN) for name, facts in OWNERS.items()}
    for name, result in named.items():
        assert set(result.loc[result["by"] == BY_OPERATOR, "camera"]) == set(whole.index[whole == name])


def read_table(rows: list[dict[str, Any]], lat: str, lon: str) -> pd.DataFrame:
    """The columns of the camera table that count here, from plain records."""
    points = ([float(one[name]) for one in rows] for name in (lat, lon))
    read = [operator_of({"operator": one["operator"]} if one["operator"] else {}) for one in rows]
    degrees = dict(zip(("lat", "lon"), points, strict=True))
    placed = place_cameras(degrees["lat"], degrees["lon"])
    columns = degrees | {"operator": [name for name, _ in read], "operator_kind": [kind for _, kind in read]}
    whole = pd.DataFrame(columns).assign(release=RELEASE, row=range(1, len(rows) + 1), maker=None)
    whole["camera"] = [f"node/{one.get('osmId') or one['id']}" for one in rows]
    return whole.assign(**{name: placed[name] for name in ("state", "county_fips", "not_placed")})


@pytest.fixture(scope="module")
def minnesota() -> list[dict[str, Any]]:
    with (SHARED / "cameras" / "alpr.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def bay_area() -> list[dict[str, Any]]:
    return json.loads((SHARED / "cameras" / "cameras.json").read_bytes())["cameras"]


@needs_files
def test_cameras_of_edina_are_those_whose_operator_says_so(minnesota):
    said = [one["osmId"] for one in minnesota if re.fullmatch(r"\(?Edina Police( Department)?\)?", one["operator"])]
    result = cameras_of(owner("Edina MN PD"), read_table(minnesota, "lat", "lng"))
    assert len(said) == 10
    assert sorted(result.loc[result["by"] == BY_OPERATOR, "camera"]) == sorted(f"node/{one}" for one in said)


@needs_files
def test_the_classes_of_a_county_are_those_of_the_files_own_county_column(minnesota):
    here = [one for one in minnesota if one["countyFips"] == HENNEPIN]
    sheriffs = {f"node/{one['osmId']}" for one in minnesota if re.search(r"Hennepin.*Sheriff", one["operator"])}
    blank = {f"node/{one['osmId']}" for one in here if one["operator"] in ("", "Flock Safety", "Unknown")}
    others = {f"node/{one['osmId']}" for one in here} - blank - sheriffs
    result = cameras_of(owner("Hennepin County MN SO"), read_table(minnesota, "lat", "lng")).set_index("camera")
    assert set(result.index[result["by"] == BY_OPERATOR]) == sheriffs
    assert len(blank) > 400
    assert len(others) > 80
    # The file was joined with finer outlines: cameras on roads along the border can change sides.
    changed = (set(result.index[result["by"] == BY_COUNTY]) ^ blank) | (
        set(result.index[result["by"] == OTHER]) ^ others
    )
    assert len(changed) <= 6
    border = county_shapes().set_index("county_fips").geometry[HENNEPIN].boundary
    points = [
        shapely.Point(float(one["lng"]), float(one["lat"])) for one in minnesota if f"node/{one['osmId']}" in changed
    ]
    assert max(border.distance(point) for point in points) < 0.01  # degrees


@needs_files
def test_the_county_join_is_that_of_the_file(minnesota):
    mine = read_table(minnesota, "lat", "lng")
    differ = [
        (one["osmId"], one["countyFips"], fips)
        for one, fips in zip(minnesota, mine["county_fips"], strict=True)
        if one["countyFips"] and one["countyFips"] != fips
    ]
    assert sum(bool(one["countyFips"]) for one in minnesota) > 1_300
    assert len(differ) <= 20, differ


@needs_files
def test_bay_area_cameras_are_counted_as_their_operators_say(bay_area):
    cameras = read_table(bay_area, "lat", "lon")
    placed = cameras["not_placed"].isna()  # on an island beyond the outlines the state is not known
    assert (~placed).sum() < 30
    said = Counter(one["operator"] for one, is_placed in zip(bay_area, placed, strict=True) if is_placed)
    names = {
        "San Francisco CA PD": ["San Francisco Police Department"],
        "Berkeley CA PD": ["Berkeley Police Department"],
        "San Mateo CA PD": ["San Mateo Police Department", "San Mateo PD"],
        "California Highway Patrol": ["California Highway Patrol (CHP)", "California Highway Patrol"],
        "Alameda County CA SO": ["Alameda County Sheriff's Office", "Alameda County Sheriff's Department"],
        "San Leandro CA PD": ["San Leandro Police Department"],
    }
    whole = camera_owners(cameras, facts(*names))["agency"].value_counts()
    for name, operators in names.items():
        expected = sum(said[text] for text in operators)
        assert expected > 5
        assert whole[name] == expected
        assert count_by(cameras_of(owner(name), cameras))[BY_OPERATOR] == expected


@needs_files
def test_cameras_of_san_francisco_lie_in_its_county(bay_area):
    county = county_shapes().set_index("county_fips").geometry["06075"]
    inside = [one for one in bay_area if county.covers(shapely.Point(one["lon"], one["lat"]))]
    cameras = read_table(bay_area, "lat", "lon")
    result = cameras_of(owner("San Francisco CA PD"), cameras)
    lost = set(cameras.loc[cameras["not_placed"].notna(), "camera"])
    quiet = {f"node/{one['id']}" for one in inside if one["operator"] in (None, "Flock Safety")} - lost
    found = set(result.loc[result["by"] == BY_BOUNDARY, "camera"])
    assert len(quiet) > 20
    assert quiet <= found
    beyond = [one for one in bay_area if f"node/{one['id']}" in found - quiet]  # the coast's outline is simplified
    assert len(beyond) < 30
    assert all(one["operator"] in (None, "Flock Safety") for one in beyond)
    assert all(county.distance(shapely.Point(one["lon"], one["lat"])) < 0.06 for one in beyond)  # degrees: 5 km
