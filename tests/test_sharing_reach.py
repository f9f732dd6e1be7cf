"""Who shares with whom over all lists, and which agencies' data reach an immigration office in one step or two."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investigate.errors import UnknownValue
from investigate.sharing.partners import PARTNER_COLUMNS, sharing_by_agency, sharing_partners
from investigate.sharing.reach import COLUMNS, reach_immigration

XENIA, FLORA, ELYRIA = "Xenia OH PD", "Flora MS PD", "Elyria OH PD"
EMPTY = pd.DataFrame(
    columns=["owner", "recipient", "system", "direction", "what", "as_of", "listed_by", "release", "row"]
)


def edge(owner: str, recipient: str, as_of: str | None = "2024-01-01", **other: Any) -> dict[str, Any]:
    """A setting as the owner's own list states it, or with direction="received" as the recipient's does."""
    told = {"owner": owner, "recipient": recipient, "system": "flock", "direction": "shared", "what": "networks",
            "as_of": None if as_of is None else pd.Timestamp(as_of).date(), "release": "aaa", "row": 2,
            "federal_immigration": recipient in ("ICE", "CBP - NTC", "DHS - HSI (Newark NJ)"),
            "owner_federal_immigration": owner in ("ICE", "CBP - NTC")} | other  # fmt: skip
    return {"listed_by": recipient if told["direction"] == "received" else owner} | told


def lists(*edges: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(edges))


# ---- partners -------------------------------------------------------------------------------------------------


def test_a_setting_that_both_sides_state_is_one_partner() -> None:
    found = sharing_partners(
        lists(
            edge(XENIA, FLORA), edge(XENIA, "MS - Flora PD", "2024-03-01", direction="received", release="bbb", row=7)
        ),
        XENIA,
    )
    assert len(found) == 1
    one = found.iloc[0]
    assert one["partner"] == FLORA
    assert one["direction"] == "may search its cameras"
    assert one["stated_by"] == "both lists"
    assert one["listed_by"] == "MS - Flora PD; Xenia OH PD"
    assert one["released_name"] == "Flora MS PD; MS - Flora PD"
    assert (one["release"], one["row"], one["statements"]) == ("bbb", 7, 2)
    assert (one["first_as_of"], one["last_as_of"], one["own_as_of"]) == tuple(
        map(pd.Timestamp, ("2024-01-01", "2024-03-01", "2024-01-01"))
    )


def test_owner_and_recipient_are_never_mixed_up() -> None:
    sharing = lists(edge(XENIA, FLORA))
    assert sharing_partners(sharing, XENIA)["role"].tolist() == ["owner"]
    assert sharing_partners(sharing, FLORA)[["role", "direction", "partner"]].to_numpy().tolist() == [
        ["searcher", "lets it search", XENIA]
    ]


def test_an_agency_is_found_under_another_spelling_of_its_name() -> None:
    sharing = lists(edge(XENIA, FLORA))
    assert sharing_partners(sharing, "MS - Flora PD")["partner"].tolist() == [XENIA]
    assert sharing_partners(sharing, ELYRIA).empty


def test_an_agency_in_an_older_list_only_is_marked() -> None:
    sharing = lists(edge(XENIA, FLORA), edge(XENIA, ELYRIA), edge(XENIA, ELYRIA, "2025-01-01", release="bbb"))
    found = sharing_partners(sharing, XENIA).set_index("partner")
    assert found["in_newest_list"].to_dict() == {ELYRIA: True, FLORA: False}


def test_lists_without_a_date_are_neither_newer_nor_older() -> None:
    found = sharing_partners(lists(edge(XENIA, FLORA, None), edge(XENIA, ELYRIA)), XENIA)
    assert found["in_newest_list"].all()
    assert found.set_index("partner")["own_as_of"].isna().to_dict() == {ELYRIA: False, FLORA: True}


def test_an_office_that_sends_is_known_by_its_name_too() -> None:
    received = edge(
        "ICE", XENIA, direction="received", what="hot lists", hot_list="HSI MASTER", owner_federal_immigration=None
    )
    one = sharing_partners(lists(received), XENIA).iloc[0]
    assert one["federal_immigration"]
    assert (one["direction"], one["hot_list"]) == ("sends it hot lists", "HSI MASTER")


def test_a_list_about_other_agencies_is_nobodys_own() -> None:
    one = sharing_partners(lists(edge(XENIA, FLORA, listed_by=None)), XENIA).iloc[0]
    assert one["stated_by"] == "a list of another agency"
    assert not one["in_own_list"]
    assert one["in_newest_list"]
    assert one["listed_by"] is None


def test_distance_stands_only_where_both_places_are_known() -> None:
    found = sharing_partners(lists(edge(XENIA, ELYRIA), edge(XENIA, "ICE")), XENIA).set_index("partner")
    assert 180 < found.loc[ELYRIA, "distance_km"] < 280
    assert np.isnan(found.loc["ICE", "distance_km"])


def test_287g_agreements_stand_beside_the_partner_with_the_day_of_the_first() -> None:
    matched = pd.DataFrame(
        {
            "agency": [FLORA, FLORA],
            "model": ["Task Force Model", "Jail Enforcement Model"],
            "signed": ["2025-03-01", "2025-02-01"],
        }
    )
    one = sharing_partners(
        lists(edge(XENIA, "MS - Flora PD")), XENIA, pd.DataFrame({"agency": [FLORA]}), matched=matched
    )
    assert one["agreement_287g"].tolist() == ["Jail Enforcement Model; Task Force Model"]
    assert one["signed_287g"].tolist() == [pd.Timestamp("2025-02-01")]


def test_for_reports_each_agency_of_the_logs_has_its_partners_in_both_roles() -> None:
    sharing = lists(edge(XENIA, FLORA), edge(FLORA, XENIA, None), edge(ELYRIA, "ICE"), edge(XENIA, XENIA))
    found = sharing_by_agency(sharing, pd.DataFrame({"agency": [XENIA, "Flora MS PD [Inactive]"]}))
    assert list(found.columns) == ["agency", "role", *PARTNER_COLUMNS]
    assert found[["agency", "role", "partner", "itself"]].to_numpy().tolist() == [
        ["Flora MS PD [Inactive]", "owner", XENIA, False],
        ["Flora MS PD [Inactive]", "searcher", XENIA, False],
        [XENIA, "owner", "Flora MS PD [Inactive]", False],
        [XENIA, "owner", XENIA, True],
        [XENIA, "searcher", "Flora MS PD [Inactive]", False],
        [XENIA, "searcher", XENIA, True],
    ]
    assert found["own_as_of"].tolist()[2] == "2024-01-01"
    assert found["own_as_of"].tolist()[0] is None


def test_without_lists_there_are_no_partners_but_all_columns() -> None:
    assert list(sharing_partners(EMPTY, XENIA).columns) == ["role", *PARTNER_COLUMNS]
    found = sharing_by_agency(EMPTY, pd.DataFrame({"agency": [XENIA]}))
    assert found.empty
    assert list(found.columns) == ["agency", "role", *PARTNER_COLUMNS]


def test_the_report_table_can_be_stored(tmp_path: Any) -> None:
    agencies = pd.DataFrame({"agency": [XENIA]})
    for sharing in (EMPTY, lists(edge(XENIA, FLORA))):
        found = sharing_by_agency(sharing, agencies)
        found.to_parquet(tmp_path / "sharing.parquet", index=False)
        assert len(pd.read_parquet(tmp_path / "sharing.parquet")) == len(found)


# ---- reach ----------------------------------------------------------------------------------------------------


def test_one_step_and_two_steps_are_told_apart_with_their_rows() -> None:
    found = reach_immigration(lists(edge(XENIA, FLORA, row=5), edge(FLORA, "ICE", row=9, release="bbb")))
    assert list(found.columns) == COLUMNS
    assert found[["agency", "shortest", "path"]].to_numpy().tolist() == [
        [FLORA, 1, "Flora MS PD → ICE"], [XENIA, 2, "Xenia OH PD → Flora MS PD → ICE"],
    ]  # fmt: skip
    two = found.iloc[1]
    assert (two["first_release"], two["first_row"], two["second_release"], two["second_row"]) == ("aaa", 5, "bbb", 9)
    assert (two["via"], two["office"], two["caution"]) == (FLORA, "ICE", "")


def test_direction_counts() -> None:
    assert reach_immigration(lists(edge("ICE", XENIA), edge(FLORA, XENIA))).empty


def test_hot_lists_make_no_path() -> None:
    assert reach_immigration(lists(edge(XENIA, "ICE", what="hot lists"))).empty
    assert reach_immigration(lists(edge(XENIA, FLORA, what="hot lists"), edge(FLORA, "ICE")))["agency"].tolist() == [
        FLORA
    ]


def test_an_office_is_neither_an_agency_that_reaches_one_nor_one_in_between() -> None:
    found = reach_immigration(lists(edge(XENIA, "CBP - NTC"), edge("CBP - NTC", "ICE")))
    assert found["path"].tolist() == ["Xenia OH PD → CBP - NTC"]


def test_all_offices_of_one_step_are_named_and_paths_of_two_steps_counted_with_few_examples() -> None:
    offices = ["ICE", "CBP - NTC", "DHS - HSI (Newark NJ)"]
    between = [f"Town{letter} OH PD" for letter in "abcde"]
    found = reach_immigration(
        lists(*(edge(XENIA, one) for one in between), *(edge(one, office) for one in between for office in offices))
    )
    mine = found[found["agency"] == XENIA]
    assert mine["paths"].unique().tolist() == [15]
    assert len(mine) == 3
    assert mine["via"].nunique() == 3
    assert found.loc[found["agency"] == between[0], "office"].tolist() == sorted(offices)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({}, {"as_of": "2020-01-01"}, "more than a year apart"),
        ({"as_of": None}, {}, "date not known"),
        ({}, {"system": "vigilant"}, "two systems"),
        ({"listed_by": XENIA}, {}, ""),
    ],
)
def test_what_weakens_a_path_stands_beside_it(first: dict, second: dict, said: str) -> None:
    found = reach_immigration(lists(edge(XENIA, FLORA, **first), edge(FLORA, "ICE", **second)))
    assert said in found.loc[found["agency"] == XENIA, "caution"].iloc[0]
    assert bool(said) == bool(found.loc[found["agency"] == XENIA, "caution"].iloc[0])


def test_a_setting_that_a_newer_list_lacks_is_told() -> None:
    found = reach_immigration(lists(edge(XENIA, "ICE", "2020-01-01"), edge(XENIA, FLORA, "2024-01-01", release="bbb")))
    assert found["caution"].tolist() == ["stands in an older list, not in the newest of that agency"]


def test_of_several_statements_the_newest_is_cited() -> None:
    sharing = lists(
        edge(XENIA, "ICE", "2020-01-01", row=3), edge(XENIA, "ICE", "2024-01-01", row=8), edge(XENIA, "ICE", None)
    )
    assert reach_immigration(sharing)["first_row"].tolist() == [8]


def test_only_one_or_two_steps_can_be_asked_for() -> None:
    sharing = lists(edge(XENIA, FLORA), edge(FLORA, "ICE"))
    assert reach_immigration(sharing, steps=1)["agency"].tolist() == [FLORA]
    with pytest.raises(UnknownValue, match="Unknown number of steps '3'"):
        reach_immigration(sharing, steps=3)


def test_empty_lists_reach_nobody() -> None:
    assert reach_immigration(EMPTY).empty
    assert list(reach_immigration(EMPTY).columns) == COLUMNS


names = st.sampled_from([XENIA, FLORA, ELYRIA, "MS - Flora PD", "ICE", "CBP - NTC"])
made_edges = st.lists(
    st.builds(edge, names, names, st.sampled_from([None, "2020-01-01", "2024-01-01"]), row=st.integers(1, 9)),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(edges=made_edges, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(edges: list, order: Any) -> None:
    sharing = pd.concat([EMPTY, pd.DataFrame(edges)]) if edges else EMPTY
    shuffled = sharing.iloc[order.sample(range(len(sharing)), len(sharing))]
    pd.testing.assert_frame_equal(reach_immigration(shuffled), reach_immigration(sharing))
    pd.testing.assert_frame_equal(sharing_partners(shuffled, XENIA), sharing_partners(sharing, XENIA))


@settings(max_examples=40, deadline=None)
@given(edges=made_edges)
def test_reach_agrees_with_walking_every_path(edges: list) -> None:
    offices = {"ICE", "CBP - NTC"}
    one_name = {"MS - Flora PD": FLORA}
    pairs = {(one_name.get(e["owner"], e["owner"]), one_name.get(e["recipient"], e["recipient"])) for e in edges}
    pairs = {(a, b) for a, b in pairs if a != b and a not in offices}
    direct = {a: {b for x, b in pairs if x == a and b in offices} for a, _ in pairs}
    two = {a: sum(len(direct.get(b, ())) for x, b in pairs if x == a and b not in offices) for a, _ in pairs}
    found = reach_immigration(pd.concat([EMPTY, pd.DataFrame(edges)]) if edges else EMPTY).drop_duplicates("agency")
    wanted = {a: (1 if direct[a] else 2, len(direct[a]), two[a]) for a in direct if direct[a] or two[a]}
    counted = {one_name.get(r.agency, r.agency): (r.shortest, r.offices, r.paths) for r in found.itertuples()}
    assert counted == wanted


def test_many_lists_are_walked_in_bounded_time() -> None:
    towns = np.array([f"Town {number} OH PD" for number in range(1000)])
    owners = np.repeat(towns, 400)
    recipients = np.append(towns, "ICE")[(np.arange(len(owners)) * 7919) % 1001]
    sharing = pd.DataFrame(
        {"owner": owners, "recipient": recipients, "system": "flock", "direction": "shared", "what": "networks",
         "as_of": pd.Timestamp("2024-01-01"), "listed_by": owners, "federal_immigration": recipients == "ICE",
         "release": "aaa", "row": np.arange(len(owners))}
    )  # fmt: skip
    started = time.perf_counter()
    found = reach_immigration(sharing)
    assert time.perf_counter() - started < 20
    assert found.groupby(["agency", "steps"]).size().max() <= 3
    assert found["paths"].max() > 100
