"""Searcher against owner: counted by eye in worlds of a few rows, and row by row in a log of chance."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tiny_logs import search, write_network_audit, write_portal

import investigate as inv
from investigate.counts import ROLES, count_searches
from investigate.reasons.classify import SCOPES
from investigate.searchers import (
    BANDS,
    COUNTED,
    PARTNERS,
    PLACES,
    POINTS,
    map_points,
    places_by_agency,
    searchers_by_agency,
    top_searchers,
)
from investigate.tables import Tables

OWNER, FAR, NEAR, ODD = "Mossgate IL PD", "Farwell TX PD", "Nearby IL SO", "Oddly Police"
PATROL, SECOND = "US Border Patrol", "Pinewater CA PD"
FRAME = ["agency", "state", "kind", "which", "lat", "lon", "flags", "federal_immigration"]
AGENCIES: list[tuple[Any, ...]] = [
    (OWNER, "IL", "police", None, 41.0, -88.0, [], False),
    (FAR, "TX", "police", None, 30.1234, -97.5678, ["inactive", "dnu"], False),
    (NEAR, "IL", "sheriff", None, 41.2, -88.0, [], False),
    (ODD, None, "unresolved", None, None, None, ["unresolved"], False),
    (PATROL, None, "federal", "Border Patrol", None, None, [], True),
    (SECOND, "CA", "police", None, 34.0, -118.0, [], False),
]
BEFORE, AFTER = "2024-12-01T12:00:0", "2025-03-01T12:00:0"


def agencies(rows: list[tuple[Any, ...]] | None = None) -> pd.DataFrame:
    return pd.DataFrame(AGENCIES if rows is None else rows, columns=FRAME)


def load(folder: Path, audits: dict[str, list[dict[str, Any]]]) -> Tables:
    for number, (owner, rows) in enumerate(audits.items()):
        write_network_audit(folder / "logs" / str(number), owner, rows)
    inv.load_lookup_logs(folder / "logs", workspace=folder)
    return inv.open_tables(folder)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Of Mossgate's cameras: 3 searches from Texas, 1 from Illinois, 1 nowhere, 1 federal, 2 its own."""
    far = [
        search(f"{BEFORE}1", "immigration", FAR),
        search(f"{AFTER}2", "ICE Quillon", FAR),
        search(f"{AFTER}3", "burglary", FAR),
    ]
    rows = [
        *far,
        search(f"{AFTER}4", "HSI", NEAR),
        search(f"{AFTER}5", "deportation", ODD),
        search(f"{AFTER}6", "immigration", PATROL),
        search(f"{AFTER}7", "immigration", OWNER),
        search(f"{AFTER}8", "burglary", OWNER),
    ]
    return load(tmp_path_factory.mktemp("world"), {OWNER: rows, SECOND: far[:2]})


def level(places: pd.DataFrame, name: str, agency: str = OWNER, role: str = "owner") -> dict[str, tuple[Any, ...]]:
    """Group → searches, strict, standard, broad, before, after."""
    rows = places[(places["agency"] == agency) & (places["role"] == role) & (places["level"] == name)]
    return {row["group"]: tuple(row[column] for column in COUNTED) for _, row in rows.iterrows()}


# ---- where they lie ---------------------------------------------------------------------------------------


def test_sides_are_what_the_eye_counts(world: Tables) -> None:
    places = places_by_agency(world, agencies())
    assert list(places.columns) == PLACES
    assert level(places, "side") == {
        "out of state": (3, 1, 2, 2, 1, 1),
        "in state": (1, 0, 0, 1, 0, 0),
        "federal": (1, 1, 1, 1, 0, 1),
        "not known": (1, 1, 1, 1, 0, 1),
    }


def test_own_searches_stand_apart_and_in_no_other_level(world: Tables) -> None:
    places = places_by_agency(world, agencies())
    assert level(places, "own") == {"own": (2, 1, 1, 1, 0, 1), "others": (6, 3, 4, 5, 1, 3)}
    for name in ("side", "state", "kind", "distance"):
        assert sum(row[0] for row in level(places, name).values()) == 6


def test_states_kinds_and_distances_are_what_the_eye_counts(world: Tables) -> None:
    places = places_by_agency(world, agencies())
    assert {group: row[0] for group, row in level(places, "state").items()} == {
        "TX": 3, "IL": 1, "federal": 1, "not known": 1,
    }  # fmt: skip
    assert {group: row[0] for group, row in level(places, "kind").items()} == {
        "police": 3, "sheriff": 1, "federal": 1, "unresolved": 1,
    }  # fmt: skip
    assert {group: row[0] for group, row in level(places, "distance").items()} == {
        "over 1,000 km": 3, "under 50 km": 1, "not known": 2,
    }  # fmt: skip


def test_agencies_are_counted_with_and_without_immigration_related_searches(world: Tables) -> None:
    places = places_by_agency(world, agencies())
    mine = places[(places["agency"] == OWNER) & (places["role"] == "owner")].set_index(["level", "group"])
    assert mine.loc[("own", "others"), ["agencies", "standard_agencies"]].tolist() == [4, 3]
    assert mine.loc[("state", "IL"), ["agencies", "standard_agencies"]].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("degrees", "band"),
    [(0.0, 0), (0.44, 0), (0.46, 1), (1.79, 1), (1.81, 2), (4.49, 2), (4.51, 3), (8.98, 3), (9.0, 4), (120.0, 4)],
)
def test_distance_bands_cut_where_they_say(world: Tables, degrees: float, band: int) -> None:
    """One degree of latitude is 111.195 km."""
    frame = agencies([(OWNER, "IL", "police", None, -40.0, 5.0, [], False),
                      (FAR, "TX", "police", None, -40.0 + degrees, 5.0, [], False)])  # fmt: skip
    found = level(places_by_agency(world, frame), "distance")
    assert {one: row[0] for one, row in found.items()} == {list(BANDS)[band]: 3, "not known": 3}


def test_an_agency_that_the_frame_does_not_hold_is_not_known_and_never_nowhere(world: Tables) -> None:
    places = places_by_agency(world, agencies(AGENCIES[:1]))
    for name, group in (
        ("side", "not known"),
        ("state", "not known"),
        ("kind", "unresolved"),
        ("distance", "not known"),
    ):
        assert {one: row[0] for one, row in level(places, name).items()} == {group: 6}


def test_where_the_owner_is_not_known_in_and_out_of_state_are_not_told_apart(world: Tables) -> None:
    places = places_by_agency(world, agencies([(OWNER, None, "police", None, None, None, [], False), *AGENCIES[1:]]))
    assert {one: row[0] for one, row in level(places, "side").items()} == {"not known": 5, "federal": 1}
    assert level(places, "state")["TX"][0] == 3


def test_a_search_under_two_names_counts_once_under_the_first(tmp_path: Path) -> None:
    first, second = (
        [search(f"{AFTER}1", "immigration", name, id="one and the same")] for name in (FAR, "Aardvark NV PD")
    )
    for number, rows in enumerate((first, second)):
        write_network_audit(tmp_path / "logs" / str(number), OWNER, rows, part=number)
    inv.load_lookup_logs(tmp_path / "logs", workspace=tmp_path)
    frame = agencies([*AGENCIES, ("Aardvark NV PD", "NV", "police", None, 39.0, -117.0, [], False)])
    places = places_by_agency(inv.open_tables(tmp_path), frame)
    assert {one: row[0] for one, row in level(places, "state").items()} == {"NV": 1}


def test_a_log_of_chance_is_counted_as_row_by_row_and_its_parts_sum_to_the_whole(tmp_path: Path) -> None:
    chance = random.Random(7)
    names = [OWNER, FAR, NEAR, ODD, PATROL, SECOND, "Unheard Of", ""]
    words = ["immigration", "ICE", "HSI", "burglary", "", "ICE HSI drugs"]
    rows = [
        search(f"2025-0{chance.randint(1, 3)}-{chance.randint(10, 28)}T12:00:{number:02}", chance.choice(words),
               chance.choice(names), id=f"id {chance.randint(1, 45)}")
        for number in range(60)
    ]  # fmt: skip
    tables = load(tmp_path, {OWNER: rows, SECOND: rows[:20]})
    places = places_by_agency(tables, agencies())
    states = {row[0]: "federal" if row[2] == "federal" else row[1] or "not known" for row in AGENCIES}
    held = tables.searches.execute()
    for owner in (OWNER, SECOND):
        expected: dict[str, list[int]] = {}
        for _, found in held[held["camera_owner"] == owner].groupby("search_key"):
            named = sorted(found["searching_agency"].dropna())
            state = states.get(named[0], "not known") if named else "not named"
            counts = expected.setdefault("own" if named[:1] == [owner] else state, [0, 0])
            counts[0] += 1
            counts[1] += bool(found["category"].isin(SCOPES["standard"]).any())
        own = expected.pop("own", None)
        assert (own is None) == ("own" not in level(places, "own", owner))
        assert own is None or own == list(level(places, "own", owner)["own"])[:3:2]
        got = {one: [row[0], 0 if pd.isna(row[2]) else row[2]] for one, row in level(places, "state", owner).items()}
        assert got == expected
        whole = sum(row[0] for row in expected.values())
        for name in ("side", "kind", "distance"):
            assert sum(row[0] for row in level(places, name, owner).values()) == whole


# ---- the searching agency's side --------------------------------------------------------------------------


def test_a_search_of_two_owners_stands_with_each_and_once_in_the_whole(world: Tables) -> None:
    places = places_by_agency(world, agencies())
    assert level(places, "own", FAR, "searcher") == {"others": (3, 1, 2, 2, 1, 1)}
    assert {one: row[0] for one, row in level(places, "state", FAR, "searcher").items()} == {"IL": 3, "CA": 2}
    assert {one: row[0] for one, row in level(places, "side", FAR, "searcher").items()} == {"out of state": 3}


def test_a_reason_that_one_owners_log_shows_is_known_of_the_search_in_the_others(tmp_path: Path) -> None:
    logs = {
        owner: [search(f"{AFTER}1", said, FAR, id="one and the same")] for owner, said in ((OWNER, "ICE"), (SECOND, ""))
    }
    found = searchers_by_agency(load(tmp_path, logs), agencies())
    mine = found.places[(found.places["agency"] == FAR) & (found.places["level"] == "side")].iloc[0]
    assert mine[["searches", "standard", "unread", "agencies", "standard_agencies"]].tolist() == [1, 1, 0, 2, 2]
    partners = found.partners[found.partners["agency"] == FAR]
    assert partners["standard"].tolist() == [1, 1]
    owners = found.partners[(found.partners["role"] == "owner") & (found.partners["agency"] == SECOND)].iloc[0]
    assert pd.isna(owners["standard"]), "of an owner only its own log speaks"
    assert owners["unread"] == 1


def test_searches_of_which_no_file_names_the_owner_are_told_apart(tmp_path: Path) -> None:
    write_network_audit(tmp_path / "logs" / "a", OWNER, [search(f"{AFTER}1", "immigration", "Eastmere CA PD", id="x")])
    portal = [search(f"{AFTER}1", "immigration", id="x"), search(f"{AFTER}2", "immigration", id="y")]
    write_portal(tmp_path / "logs" / "eastmere-ca-pd", portal, with_reason=True)
    inv.load_lookup_logs(tmp_path / "logs", workspace=tmp_path)
    places = places_by_agency(inv.open_tables(tmp_path), agencies())
    assert {one: row[0] for one, row in level(places, "own", "Eastmere CA PD", "searcher").items()} == {
        "others": 1, "not named": 1,
    }  # fmt: skip


# ---- what is not known ------------------------------------------------------------------------------------


def test_where_no_reason_could_be_read_there_is_no_count(tmp_path: Path) -> None:
    rows = [search(f"{AFTER}1", "", FAR), search(f"{AFTER}2", "immigration", NEAR), search(f"{AFTER}3", "ICE", NEAR)]
    places = places_by_agency(load(tmp_path, {OWNER: rows}), agencies())
    states = level(places, "state")
    assert states["TX"][0] == 1
    assert all(pd.isna(number) for number in states["TX"][1:])
    assert states["IL"][2] == 2


def test_a_period_that_no_file_covers_is_not_zero(tmp_path: Path) -> None:
    rows = [search(f"{AFTER}1", "immigration", FAR), search(f"{AFTER}2", "burglary", NEAR)]
    places = places_by_agency(load(tmp_path, {OWNER: rows}), agencies())
    for row in level(places, "state").values():
        assert pd.isna(row[4])
    assert level(places, "state")["IL"][5] == 0


def test_a_group_without_searches_in_a_covered_period_has_zero_there(world: Tables) -> None:
    assert level(places_by_agency(world, agencies()), "state")["federal"][4] == 0


# ---- the agencies -----------------------------------------------------------------------------------------


def test_partners_have_place_distance_days_and_exact_texts(world: Tables) -> None:
    partners = top_searchers(world, agencies())
    assert list(partners.columns) == PARTNERS
    mine = partners[(partners["agency"] == OWNER) & (partners["role"] == "owner")]
    assert mine["partner"].iloc[0] == FAR
    far = mine.iloc[0]
    assert (far["searches"], far["standard"], far["partner_state"], far["partner_kind"]) == (3, 2, "TX", "police")
    assert (far["first_day"], far["last_day"]) == ("2024-12-01", "2025-03-01")
    assert far["texts"] == "ICE (1), immigration (1)"
    assert far["flags"] == "inactive; dnu"
    assert 1_470 < far["km"] < 1_500
    assert mine[mine["is_own"]]["partner"].tolist() == [OWNER]
    assert mine[mine["federal_immigration"]]["partner"].tolist() == [PATROL]
    assert mine.set_index("partner").loc[NEAR, "first_day"] is None or pd.isna(
        mine.set_index("partner").loc[NEAR, "first_day"]
    )


def test_partners_show_only_the_rules_own_words(world: Tables) -> None:
    assert "Quillon" not in top_searchers(world, agencies()).to_csv()


def test_only_the_most_frequent_texts_are_named(tmp_path: Path) -> None:
    words = ["immigration", "ICE", "deportation", "detainer", "ERO", "287(g)"]
    rows = [search(f"{AFTER}{number}", word, FAR) for number, word in enumerate(words)]
    rows.append(search("2025-03-02T12:00:00", "immigration", FAR))
    texts = top_searchers(load(tmp_path, {OWNER: rows}), agencies())["texts"].iloc[0]
    assert texts.startswith("immigration (2), ")
    assert texts.endswith(" and 1 more")
    assert texts.count("(1)") == 4


# ---- points of the map ------------------------------------------------------------------------------------


def test_points_leave_out_own_searches_and_those_of_other_scopes(world: Tables) -> None:
    points = map_points(world, agencies())
    assert list(points.columns) == POINTS
    mine = points[(points["agency"] == OWNER) & (points["role"] == "owner")]
    assert mine["partner"].tolist() == [FAR, ODD, PATROL]
    assert mine["state"].tolist() == ["TX", "not known", "federal"]
    assert (mine["lat"].iloc[0], mine["lon"].iloc[0]) == (30.12, -97.57)
    assert mine["lat"].iloc[1:].isna().all()
    assert mine[["before", "after"]].to_numpy().tolist() == [[1, 1], [0, 1], [0, 1]]


def test_counts_of_the_periods_that_are_given_are_used_as_those_counted_here(world: Tables) -> None:
    parts = [
        count_searches([column], scope="all", workspace=world).rename(columns={column: "agency"}).assign(role=role)
        for role, column in ROLES.items()
    ]
    given = searchers_by_agency(world, agencies(), pd.concat(parts).dropna(subset=["agency"]))
    for one, other in zip(given, searchers_by_agency(world, agencies()), strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_a_store_without_network_audits_gives_empty_tables_with_their_columns(tmp_path: Path) -> None:
    write_portal(tmp_path / "logs" / "eastmere-ca-pd", [search(f"{AFTER}1", "burglary")], with_reason=True)
    inv.load_lookup_logs(tmp_path / "logs", workspace=tmp_path)
    found = searchers_by_agency(inv.open_tables(tmp_path), agencies())
    assert found.places["role"].unique().tolist() == ["searcher"]
    assert found.partners.empty
    assert list(found.partners.columns) == PARTNERS
    assert found.points.empty


def test_two_spellings_of_one_agency_are_one_agency(tmp_path: Path) -> None:
    rows = [search(f"{AFTER}1", "immigration", "Arlington WA PD"), search(f"{AFTER}2", "ICE", "Arlington PD (WA)")]
    tables = load(tmp_path, {OWNER: rows})
    partners = top_searchers(tables, agencies())
    mine = partners[partners["role"] == "owner"]
    assert mine["searches"].tolist() == [2]
    assert mine["texts"].tolist() == ["ICE (1), immigration (1)"]
