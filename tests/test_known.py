"""One agency is one agency, however it is spelled, and two agencies stay two."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_logs import search, write_network_audit

import investigate as inv
from investigate.agencies.aliases import Aliases
from investigate.agencies.known import agency_facts, know_agencies
from investigate.columns import AGENCIES

NONE = Aliases()
SPELLINGS = [
    "Arlington WA PD", "Arlington PD (WA)", "WA - Arlington PD", "ARLINGTON  WA PD", "Arlington WA PD [Inactive]"
]  # fmt: skip


def known(rows: dict[str, int]) -> pd.DataFrame:
    return know_agencies(pd.DataFrame({"name": list(rows), "rows": list(rows.values())}), NONE)


def under(rows: dict[str, int]) -> dict[str, str]:
    frame = known(rows)
    return dict(zip(frame["name"], frame["agency"], strict=True))


def test_the_spelling_with_most_records_gives_the_name() -> None:
    assert set(under({"Arlington WA PD": 1, "Arlington PD (WA)": 5}).values()) == {"Arlington PD (WA)"}


def test_of_equal_spellings_the_first_of_the_alphabet_gives_the_name() -> None:
    assert set(under({"Arlington WA PD": 2, "Arlington PD (WA)": 2}).values()) == {"Arlington PD (WA)"}


def test_of_equal_spellings_one_without_tags_comes_before_the_alphabet() -> None:
    names = ["DNU - Glendale PD CA (Condor)", "Glendale CA PD", "Glendale CA PD [Inactive]", "Glendale PD (CA)"]
    assert set(under(dict.fromkeys(names, 2)).values()) == {"Glendale CA PD"}


@pytest.mark.parametrize(
    "tagged", ["DNU - Glendale PD CA", "Glendale CA PD [Inactive]", "Glendale CA PD (Condor)", "Glendale CA PD - DNU"]
)
def test_a_spelling_with_a_tag_never_gives_the_name_where_one_has_none(tagged: str) -> None:
    assert set(under({tagged: 900, "Glendale CA PD": 1, "Glendale PD (CA)": 2}).values()) == {"Glendale PD (CA)"}


def test_of_spellings_that_all_have_tags_most_records_decide() -> None:
    names = {"DNU - Glendale PD CA": 1, "Glendale CA PD [Inactive]": 5}
    assert set(under(names).values()) == {"Glendale CA PD [Inactive]"}


def test_of_equal_spellings_one_that_was_damaged_comes_last() -> None:
    rows = {"Mirewell Marshalâ€™s Office IL": 1, "Mirewell Marshal’s Office IL": 1}
    assert set(under(rows).values()) == {"Mirewell Marshal’s Office IL"}
    assert set(under(rows | {"Mirewell Marshalâ€™s Office IL": 2}).values()) == {"Mirewell Marshalâ€™s Office IL"}


def test_names_that_agree_in_their_first_300_characters_stay_apart() -> None:
    names = [f"Arlington WA PD {'x' * 300}{end}" for end in ("", "a", "b")]
    assert under(dict.fromkeys(names, 1)) == {name: name for name in names}
    frame = known(dict.fromkeys(names, 1))
    assert frame["key"].nunique() == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Arlington WA PD", "Arlington TX PD"),
        ("Johnson County TX SO", "Johnson County TX Const Pct 1"),
        ("Harris County TX Const Pct 1", "Harris County TX Const Pct 3"),
        ("Jackson Township OH PD (Mahoning County)", "Jackson Township OH PD (Stark County)"),
        ("Fairfax VA PD", "Fairfax County VA PD"),
        ("Mossgate PD", "Mossgate IL PD"),
        ("265", "988"),
    ],
)
def test_what_is_not_the_same_stays_apart(one: str, other: str) -> None:
    assert under({one: 1, other: 1}) == {one: one, other: other}


def test_one_spelling_keeps_its_name_as_released() -> None:
    assert under({"MS - Flora PD": 3, "Broome CO NY SO": 2}) == {
        "MS - Flora PD": "MS - Flora PD",
        "Broome CO NY SO": "Broome CO NY SO",
    }


@given(st.permutations(SPELLINGS), st.lists(st.integers(0, 9), min_size=5, max_size=5))
def test_order_and_numbers_of_records_change_no_group(names: list[str], rows: list[int]) -> None:
    assert len(set(under(dict(zip(names, rows, strict=True))).values())) == 1


def test_facts_have_one_row_an_agency_with_the_flags_of_all_spellings() -> None:
    facts = agency_facts(known(dict.fromkeys([*SPELLINGS, "Flora MS PD"], 1)))
    assert len(facts) == 2
    arlington = facts[facts["state"] == "WA"].iloc[0]
    assert arlington["flags"] == ["inactive"]
    assert sorted(arlington["spellings"]) == sorted(SPELLINGS)


def test_no_agency_at_all_is_an_empty_table() -> None:
    assert list(known({}).columns) == AGENCIES.names
    assert agency_facts(known({})).empty


def test_a_rename_by_hand_counts_old_and_new_name_as_one(tmp_path: Path) -> None:
    rows = [
        search("2025-03-01T12:00:00", "ICE", "Old Hollowick OH PD"),
        search("2025-06-01T12:00:00", "ICE", "Hollowick Metro OH PD"),
        search("2025-06-02T12:00:00", "ICE", "Hollowick Metro OH PD"),
    ]
    write_network_audit(tmp_path / "in", "Fernwick IL PD", rows)
    inv.load_lookup_logs([tmp_path / "in"], workspace=tmp_path)
    before = inv.count_searches("searching_agency", workspace=tmp_path).groupby("searching_agency")["rows"].sum()
    assert before.to_dict() == {"Hollowick Metro OH PD": 2, "Old Hollowick OH PD": 1}
    manual = tmp_path / "data" / "manual"
    manual.mkdir(parents=True)
    (manual / "agency_names.csv").write_text(
        "name,agency,place,state,county,kind,lat,lon,who,when,why\n"
        "Old Hollowick OH PD,Hollowick Metro OH PD,,,,,,,A. Desk,2026-01-05,Renamed when the two towns merged.\n"
    )
    after = inv.count_searches("searching_agency", workspace=tmp_path).groupby("searching_agency")["rows"].sum()
    assert after.to_dict() == {"Hollowick Metro OH PD": 3}
    assert inv.count_searches(agency="Old Hollowick OH PD", role="searcher", workspace=tmp_path)["rows"].sum() == 3


def test_an_owner_spelled_otherwise_among_the_searchers_is_its_own_searcher(tmp_path: Path) -> None:
    rows = [search("2025-03-01T12:00:00", "ICE", name) for name in ("Fernwick PD (IL)", "Hollowick OH PD")]
    write_network_audit(tmp_path / "in", "Fernwick IL PD", rows)
    inv.load_lookup_logs([tmp_path / "in"], workspace=tmp_path)
    searches = inv.open_tables(tmp_path).searches.execute()
    assert sorted(searches["is_own_search"]) == [False, True]
    own = searches[searches["is_own_search"]]
    assert searches["camera_owner"].unique().tolist() == own["searching_agency"].tolist()


def test_a_search_without_id_that_two_releases_spell_differently_is_one_search(tmp_path: Path) -> None:
    row = search("2025-03-01T12:00:07", "ICE", "Marshal’s Hollow OH PD", id="", frame="1 day")
    again = row | {"agency": "[Federal] MARSHALS HOLLOW OH PD"}
    write_network_audit(tmp_path / "in", "Fernwick IL PD", [row], part=1)
    write_network_audit(tmp_path / "in", "Mossgate IL PD", [again], part=2)
    inv.load_lookup_logs([tmp_path / "in"], workspace=tmp_path)
    assert inv.open_tables(tmp_path).searches.search_key.nunique().execute() == 1
