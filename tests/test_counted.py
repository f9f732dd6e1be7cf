"""The rows that everything is counted from, and counts that are kept."""

from __future__ import annotations

import random
from pathlib import Path

import ibis
import pandas as pd
import pytest
from tiny_logs import search, write_network_audit

import investigate as inv
from investigate import kept_counts
from investigate.counted import count_distinct
from investigate.tables import Tables


def load(root: Path, owner: str, rows: list[dict[str, str]]) -> None:
    inv.load_lookup_logs(write_network_audit(root / "logs", owner, rows), workspace=root)


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """One search that two releases show; two searches of one case; two of the same case number a month apart."""
    shared = search("2025-03-01T12:00:00", "ICE", id="shared")
    same_case = [
        search(f"2025-03-0{day}T12:00:00", "theft", case="25-1", id=f"day-{day}", agency="Tallow TX PD")
        for day in (2, 3)
    ]
    apart = [
        search(f"2025-0{month}-05T12:00:00", "theft", case="25-2", id=f"month-{month}", agency="Tallow TX PD")
        for month in (4, 5)
    ]
    load(tmp_path, "Fernwick IL PD", [shared, *same_case])
    load(tmp_path, "Garrowmoor GA PD", [shared, *apart])
    return tmp_path


def test_rows_say_whether_they_are_the_only_one_of_their_search_and_of_their_case(room: Path) -> None:
    rows = inv.open_tables(room).searches.order_by(["searched_at", "camera_owner"]).execute()
    days = rows["local_date"].astype(str).tolist()
    assert list(zip(days, rows["is_only_row"], rows["is_only_row_of_case"], strict=True)) == [
        ("2025-03-01", False, False),  # in two releases
        ("2025-03-01", False, False),
        ("2025-03-02", True, False),  # two searches, one case
        ("2025-03-03", True, False),
        ("2025-04-05", True, True),  # the same number a month apart: two cases
        ("2025-05-05", True, True),
    ]
    assert rows["search_key"].nunique() == 5
    assert rows["case_id"].nunique() == 4


@pytest.mark.parametrize("seed", range(5))
def test_distinct_keys_are_those_that_comparing_each_would_find(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    ids = [f"id-{number}" for number in range(30)]
    for owner in ("Fernwick IL PD", "Garrowmoor GA PD", "Ashmoor IL PD"):
        rows = []
        for one in rng.choices(ids, k=40):
            drawn = random.Random(one)  # a search is the same wherever it stands
            day = f"2025-0{drawn.randint(1, 2)}-{drawn.randint(10, 28)}T12:00:00"
            agency, case = drawn.choice(["Tallow TX PD", "Wren OK SO"]), drawn.choice(["1-1", "1-2", ""])
            rows.append(search(day, rng.choice(["ICE", "theft", ""]), id=one, agency=agency, case=case))
        load(tmp_path, owner, rows)
    searches = inv.open_tables(tmp_path).searches
    for group in ("searching_agency", "camera_owner", "release", "category"):
        for key in ("search_key", "case_id"):
            where = searches.category == "immigration_agency"
            found = searches.group_by(group).agg(
                mine=count_distinct(searches, key), every=searches[key].nunique(),
                mine_where=count_distinct(searches, key, where), every_where=searches[key].nunique(where=where),
            ).execute()  # fmt: skip
            assert found["mine"].tolist() == found["every"].tolist()
            assert found["mine_where"].tolist() == found["every_where"].tolist()
    assert 0 < searches.is_only_row.sum().execute() < searches.count().execute()


def test_unknown_condition_counts_nothing(room: Path) -> None:
    searches = inv.open_tables(room).searches
    unknown = ibis.null("boolean") & searches.category.notnull()
    assert searches.agg(found=count_distinct(searches, "search_key", unknown)).execute()["found"].tolist() == [0]


def kept(room: Path) -> list[Path]:
    return sorted((room / "data" / "store" / kept_counts.FOLDER).glob("*"))


def counted(tables: Tables, by: str = "searching_agency") -> pd.DataFrame:
    return inv.count_searches(by, scope="all", workspace=tables)


@pytest.mark.parametrize("by", ["", "searching_agency", "camera_owner", "searching_state,category", "release"])
def test_kept_count_is_the_count(room: Path, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    inv.load_lookup_logs(_log_that_says_little(room), kind="organization", workspace=room)
    first = counted(inv.open_tables(room), by)
    assert len(kept(room)) == 1
    monkeypatch.setattr("investigate.counts._numbers", lambda *_: pytest.fail("counted again"))
    pd.testing.assert_frame_equal(counted(inv.open_tables(room), by), first)


def _log_that_says_little(room: Path) -> Path:
    """A log whose producer is not known, so that groups by name have a group that is not known."""
    path = room / "bare" / "log.csv"
    path.parent.mkdir()
    path.write_text('Search Time,Reason\n"03/04/2025, 01:00:00 PM UTC",ICE\n', encoding="utf-8")
    return path


def test_every_part_of_the_question_has_a_count_of_its_own(room: Path) -> None:
    tables = inv.open_tables(room)
    asked = [
        {}, {"by": "category"}, {"periods": "month"}, {"unit": "cases"}, {"without_own": True},
        {"agency": "Tallow TX PD"}, {"agency": "Fernwick IL PD"},
    ]  # fmt: skip
    for question in asked:
        inv.count_searches(**question, workspace=tables)
        inv.count_searches(**question, scope="strict", workspace=tables)  # of the same numbers
    assert len(kept(room)) == len(asked)


def test_another_release_is_counted_and_earlier_counts_go(room: Path) -> None:
    before = counted(inv.open_tables(room), "")["searches"].sum()
    old = kept(room)
    load(room, "Ashmoor IL PD", [search("2025-03-09T12:00:00", "ICE", id="new")])
    assert counted(inv.open_tables(room), "")["searches"].sum() == before + 3  # one, in three scopes
    assert not set(old) & set(kept(room))


def test_damaged_kept_count_is_counted_anew(room: Path) -> None:
    first = counted(inv.open_tables(room))
    for path in kept(room):
        path.write_bytes(path.read_bytes()[:50])
    pd.testing.assert_frame_equal(counted(inv.open_tables(room)), first)
    assert pd.read_parquet(kept(room)[0]) is not None  # and kept again


def test_store_that_may_only_be_read_is_counted(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = inv.open_tables(room)

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(kept_counts, "written_aside", refuse)
    assert len(counted(tables))
    assert kept(room) == []


def test_no_more_counts_are_kept_than_a_few(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_counts, "MOST", 3)
    tables = inv.open_tables(room)
    for by in ("", "category", "release", "camera_owner", "searching_agency"):
        counted(tables, by)
    assert len(kept(room)) == 3
