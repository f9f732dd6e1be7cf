"""One search in several releases: with an id in one of them and without in another, it is still one search."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from made_logs import AUDIT, load, record, write_log

from investigate.counts import count_searches

NO_ID = AUDIT[1:]
NAME = "Mossgate IL PD_Organization_Audit"


def count(folder: Path) -> tuple[int, int, int]:
    counted = count_searches(workspace=folder)
    return tuple(int(counted[unit].sum()) for unit in ("rows", "searches", "cases"))  # type: ignore[return-value]


def at(minute: int) -> dict[str, str]:
    return {"SearchTime": f"03/08/2026, 10:{minute:02}:00 AM UTC"}


def test_a_search_with_an_id_in_one_release_and_none_in_another_is_one(tmp_path: Path) -> None:
    write_log(tmp_path / "in" / f"{NAME}_1.csv", [record(n, **at(n)) for n in range(4)])
    write_log(tmp_path / "in" / f"{NAME}_2.csv", [record(n, NO_ID, **at(n)) for n in range(2, 6)], header=NO_ID)
    loaded = load(tmp_path / "in", tmp_path)
    assert loaded.searches["search_key"].nunique() == 8
    assert count(tmp_path)[:2] == (8, 6)


def test_redaction_does_not_keep_them_apart(tmp_path: Path) -> None:
    hidden = {"Name": "***", "LicensePlate": "***", "Reason": "REDACTED", "Case": "***", "OrgName": "MOSSGATE IL PD"}
    write_log(tmp_path / "in" / f"{NAME}_1.csv", [record(1)])
    write_log(tmp_path / "in" / f"{NAME}_2.csv", [record(1, NO_ID, **hidden)], header=NO_ID)
    load(tmp_path / "in", tmp_path)
    assert count(tmp_path) == (2, 1, 1)


def test_two_ids_in_one_second_stay_two_and_the_row_without_adds_none(tmp_path: Path) -> None:
    write_log(tmp_path / "in" / f"{NAME}_1.csv", [record(1), record(2)])
    write_log(tmp_path / "in" / f"{NAME}_2.csv", [record(1, NO_ID), record(2, NO_ID)], header=NO_ID)
    load(tmp_path / "in", tmp_path)
    assert count(tmp_path)[:2] == (4, 2)


def test_another_number_of_networks_or_second_is_another_search(tmp_path: Path) -> None:
    write_log(tmp_path / "in" / f"{NAME}_1.csv", [record(1)])
    others = [
        record(1, NO_ID, TotalNetworksSearched="121"),
        record(1, NO_ID, **at(6)),
        record(1, NO_ID, OrgName="X IL PD"),
    ]
    write_log(tmp_path / "in" / f"{NAME}_2.csv", others, header=NO_ID)
    load(tmp_path / "in", tmp_path)
    assert count(tmp_path)[:2] == (4, 4)


def test_loading_more_later_gives_what_loading_at_once_gives(tmp_path: Path) -> None:
    one = write_log(tmp_path / "in" / f"{NAME}_1.csv", [record(n, **at(n)) for n in range(4)])
    two = write_log(tmp_path / "in" / f"{NAME}_2.csv", [record(n, NO_ID, **at(n)) for n in range(2, 6)], header=NO_ID)
    load(two, tmp_path / "steps")
    assert count(tmp_path / "steps")[:2] == (4, 4)
    load(one, tmp_path / "steps")
    load([two, one], tmp_path / "once")
    assert count(tmp_path / "steps") == count(tmp_path / "once")


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans()), min_size=1, max_size=12), st.data())
def test_rows_without_ids_add_a_search_only_where_no_id_has_their_event(
    tmp_path_factory: object, rows: list[tuple[int, int, bool]], data: st.DataObject
) -> None:
    """Counted another way: per event (here: per minute), the ids, or one if there is none."""
    folder = tmp_path_factory.mktemp("ids")  # type: ignore[attr-defined]
    with_id = [record(10 * minute + which, **at(minute)) for minute, which, has in rows if has]
    without = [record(0, NO_ID, **at(minute)) for minute, _, has in rows if not has]
    order = data.draw(st.permutations(with_id)) if with_id else []
    write_log(folder / "in" / f"{NAME}_1.csv", order)
    write_log(folder / "in" / f"{NAME}_2.csv", without, header=NO_ID)
    load(folder / "in", folder)
    ids = {(minute, which) for minute, which, has in rows if has}
    minutes = {minute for minute, _, _ in rows}
    expected = sum(max(1, len([one for one in ids if one[0] == minute])) for minute in minutes)
    assert count(folder)[:2] == (len(rows), expected)
