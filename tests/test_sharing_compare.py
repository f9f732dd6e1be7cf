"""Two sharing lists side by side: added, removed, renamed, and what must not be compared."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investigate.errors import UnknownValue
from investigate.sharing.compare import CHANGES, COLUMNS, compare_sharing
from investigate.sharing.kept import store_sharing
from investigate.sharing.table import SharingLoad, typed

OWNER = "Xenia OH PD"
TOWNS = [f"Town{letter} OH PD" for letter in "abcdefgh"]


def made_list(*names: str, as_of: str | None = "2020-02-06", release: str = "", **other: Any) -> pd.DataFrame:
    """The list of OWNER, as its loader gives it: who may see its detections."""
    told = {"owner": OWNER, "system": "vigilant", "direction": "shared", "what": "detections", "listed_by": OWNER,
            "as_of": None if as_of is None else dt.date.fromisoformat(as_of), "release": release or f"a{as_of}",
            "federal_immigration": False, "owner_federal_immigration": False} | other  # fmt: skip
    rows = [
        told | {"recipient": name, "released_recipient": name, "released_owner": OWNER, "row": row}
        for row, name in enumerate(names, 2)
    ]
    return typed(pd.DataFrame(rows))


def made_received(*names: str, **other: Any) -> pd.DataFrame:
    frame = made_list(*names, direction="received", **other)
    return frame.rename(
        columns={"owner": "recipient", "recipient": "owner", "released_owner": "released_recipient",
                 "released_recipient": "released_owner"}
    )  # fmt: skip


def stored(root: Path, *frames: pd.DataFrame, warnings: tuple[str, ...] = ()) -> Path:
    """A workspace in which these lists are loaded."""
    for frame in frames:
        release = frame["release"].iloc[0]
        entry = {"release": release, "path": f"{release}.csv", "status": "loaded", "warnings": list(warnings),
                 "rows_rejected": 0, "incomplete": False, "lists": [],
                 "layout": "list", "owner": OWNER, "as_of": None}  # fmt: skip
        store_sharing(SharingLoad(frame, [json.loads(json.dumps(entry))]), root)
    return root


def changes(before: Any, after: Any, *args: Any, **options: Any) -> dict[str, str]:
    found = compare_sharing(before, after, *args, **options)
    return dict(zip(found["after_name"].fillna(found["before_name"]), found["change"], strict=True))


def test_who_was_added_and_who_was_removed() -> None:
    found = compare_sharing(
        made_list("Elyria OH PD", "Flora MS PD"), made_list("Flora MS PD", "ICE", as_of="2024-01-01")
    )
    assert list(found.columns) == COLUMNS
    assert dict(zip(found["recipient"], found["change"], strict=True)) == {
        "ICE": "added", "Elyria OH PD": "removed", "Flora MS PD": "unchanged",
    }  # fmt: skip
    assert set(found["owner"]) == {OWNER}
    assert set(found["before_as_of"]) == {pd.Timestamp("2020-02-06")}
    assert set(found["after_as_of"]) == {pd.Timestamp("2024-01-01")}


@pytest.mark.parametrize("later", ["MS - Flora PD", "Flora MS PD [Inactive]", "FLORA  MS PD", "Flora PD (MS)"])
def test_another_spelling_of_an_agency_is_renamed_and_not_removed_and_added(later: str) -> None:
    found = compare_sharing(made_list("Flora MS PD"), made_list(later, as_of="2024-01-01"))
    assert found[["change", "before_name", "after_name"]].to_numpy().tolist() == [["renamed", "Flora MS PD", later]]


def test_the_agency_on_a_received_list_is_its_owner() -> None:
    flagged = made_received("ICE", as_of="2024-01-01").assign(owner_federal_immigration=True)
    found = compare_sharing(made_received("Flora MS PD"), flagged)
    assert set(found["recipient"]) == {OWNER}
    assert dict(zip(found["owner"], found["federal_immigration"], strict=True)) == {"ICE": True, "Flora MS PD": False}


def test_what_a_scan_lacks_is_not_known_instead_of_removed() -> None:
    before, after = made_list("Elyria OH PD", "Flora MS PD"), made_list("Flora MS PD", as_of="2024-01-01")
    assert changes(before, after)["Elyria OH PD"] == "removed"
    assert changes(before, after, incomplete=["a2024-01-01"])["Elyria OH PD"] == "not known"
    assert changes(before, after.assign(incomplete=True))["Elyria OH PD"] == "not known"
    earlier, later = made_list("Flora MS PD"), made_list("Elyria OH PD", "Flora MS PD", as_of="2024-01-01")
    assert changes(earlier, later)["Elyria OH PD"] == "added"
    assert changes(earlier, later, incomplete=["a2020-02-06"])["Elyria OH PD"] == "not known"
    assert changes(before, after, incomplete=["a2020-02-06"])["Elyria OH PD"] == "removed"


def test_a_day_means_the_newest_list_not_after_it(tmp_path: Path) -> None:
    lists = [
        made_list("Elyria OH PD", as_of="2019-01-01"),
        made_list("Flora MS PD"),
        made_list("ICE", as_of="2024-01-01"),
    ]
    room = stored(tmp_path, *lists)
    assert changes("2020-02-05", dt.date(2020, 2, 6), room) == {"Elyria OH PD": "removed", "Flora MS PD": "added"}
    assert changes("2019-06-01", "2030-01-01", room) == {"Elyria OH PD": "removed", "ICE": "added"}
    assert changes("2020-02-06", made_list("Flora MS PD", as_of="2024-01-01"), room) == {"Flora MS PD": "unchanged"}


def test_a_scan_in_the_store_is_told_by_the_loader_s_own_field(tmp_path: Path) -> None:
    room = stored(tmp_path, made_list("Elyria OH PD", "Flora MS PD"))
    stored(tmp_path, made_list("Flora MS PD", as_of="2024-01-01", incomplete=True))
    assert changes("2020-12-31", "2024-12-31", room) == {"Elyria OH PD": "not known", "Flora MS PD": "unchanged"}


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (("2018-01-01", "2024-01-01"), "No sharing list of 2018-01-01 or earlier"),
        (("2021-01-01", "2022-01-01"), "Both days have the same list"),
        (("2022-01-01", "2021-01-01"), "Swap them"),
        (("soon", "2021-01-01"), "'soon' is not a day"),
    ],
)
def test_days_that_cannot_be_compared_are_refused_in_a_sentence(
    tmp_path: Path, days: tuple[str, str], said: str
) -> None:
    room = stored(tmp_path, made_list("Flora MS PD"))
    with pytest.raises(UnknownValue, match=said):
        compare_sharing(*days, room)


def test_a_list_without_a_date_has_no_place_between_days(tmp_path: Path) -> None:
    room = stored(tmp_path, made_list("Flora MS PD", as_of=None))
    with pytest.raises(UnknownValue, match="has no date"):
        compare_sharing("2020-01-01", "2021-01-01", room)


def test_nothing_loaded_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UnknownValue, match="No sharing list is loaded"):
        compare_sharing("2020-01-01", "2021-01-01", tmp_path)


@pytest.mark.parametrize(
    "other", [{"system": "flock"}, {"what": "hot lists"}, {"listed_by": "Elyria OH PD", "owner": "Elyria OH PD"}]
)
def test_lists_of_different_kinds_or_owners_are_refused(other: dict[str, str]) -> None:
    with pytest.raises(UnknownValue, match="Nothing can be compared"):
        compare_sharing(made_list("Flora MS PD"), made_list("Flora MS PD", as_of="2024-01-01", **other))


def test_lists_of_several_days_on_one_side_are_refused() -> None:
    both = pd.concat([made_list("Flora MS PD"), made_list("Flora MS PD", as_of="2021-01-01")])
    with pytest.raises(UnknownValue, match=r"several days \(2020-02-06 to 2021-01-01\)"):
        compare_sharing(both, made_list("Flora MS PD", as_of="2024-01-01"))


def test_an_empty_side_is_refused() -> None:
    with pytest.raises(UnknownValue, match="The later list has no rows"):
        compare_sharing(made_list("Flora MS PD"), made_list("Flora MS PD").head(0))


def test_what_only_one_side_has_is_named_and_left_out() -> None:
    after = made_list("Flora MS PD", as_of="2024-01-01")
    before = pd.concat([made_list("Flora MS PD"), made_list("Elyria OH PD", what="hot lists")])
    found = compare_sharing(before, after)
    assert found["what"].unique().tolist() == ["detections"]
    assert found.attrs["left_out"] == ["Only one side has a list of 'Xenia OH PD' (vigilant, hot lists shared)."]


def test_one_agency_can_be_chosen_and_one_without_a_list_is_refused() -> None:
    other = made_list("Elyria OH PD", owner="Flora MS PD", listed_by="Flora MS PD", released_owner="Flora MS PD")
    before = pd.concat([made_list("ICE"), other])
    found = compare_sharing(before, before, agency="Flora MS PD")
    assert found["owner"].tolist() == ["Flora MS PD"]
    with pytest.raises(UnknownValue, match="Unknown agency 'Xanadu OH PD'"):
        compare_sharing(before, before, agency="Xanadu OH PD")


names = st.lists(st.sampled_from(TOWNS), min_size=1, unique=True)


@settings(max_examples=25, deadline=None)
@given(before=names, after=names, order=st.randoms(use_true_random=False))
def test_backwards_what_was_added_was_removed_and_the_parts_add_up(before: list, after: list, order: Any) -> None:
    first, second = made_list(*before), made_list(*after, release="another")
    found = compare_sharing(first, second)
    back = compare_sharing(second, first)
    for one, other in (("added", "removed"), ("unchanged", "unchanged"), ("renamed", "renamed")):
        assert set(found.loc[found["change"] == one, "recipient"]) == set(
            back.loc[back["change"] == other, "recipient"]
        )
    assert found["change"].isin(CHANGES).all()
    assert len(found) == len({*before, *after})
    assert found["before_name"].notna().sum() == len(before)
    assert found["after_name"].notna().sum() == len(after)
    places = list(range(len(first)))
    order.shuffle(places)
    pd.testing.assert_frame_equal(compare_sharing(first.iloc[places], second), found)
