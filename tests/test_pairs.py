"""Pairs of periods: what each set holds, around gaps, years and leap days, and what is said of names that are none."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from investigate.comparison.pairs import CALENDAR, NEAREST, PAIR_SETS, Pair, find_pairs, list_events, read_cuts
from investigate.errors import BadPeriods, UnknownValue
from investigate.periods import INAUGURATION
from investigate.workspace import Workspace, open_workspace

FIRST, LAST = dt.date(2023, 12, 30), dt.date(2025, 3, 2)
HEAD = "agency,date,what,source,who,when,why"


@pytest.fixture
def room(tmp_path: Path) -> Workspace:
    """A workspace without anything in it."""
    return open_workspace(tmp_path)


def opt_outs(room: Workspace, *lines: str) -> None:
    room.manual.mkdir(parents=True, exist_ok=True)
    (room.manual / "opt_outs.csv").write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")


def edges(pair: Pair) -> tuple[object, ...]:
    return pair.before.start, pair.before.end, pair.after.start, pair.after.end


def test_the_inauguration_is_cut_where_counts_cut_it(room: Workspace) -> None:
    (pair,) = find_pairs("inauguration", None, None, room)
    assert edges(pair) == (None, INAUGURATION, INAUGURATION, None)
    assert pair.matched == NEAREST


def test_ids_are_unique_over_all_sets_also_for_names_that_differ_in_signs_only(room: Workspace) -> None:
    said = "2025-06-01,left the network,minutes,R. Doe,2025-07-01,read"
    opt_outs(room, f"Moss-Gate IL PD,{said}", f"Moss Gate IL PD,{said}", f"Ønskedal,{said}")
    every = [pair for name in PAIR_SETS for pair in find_pairs(name, FIRST, LAST, room)]
    assert len({pair.id for pair in every}) == len(every) > 50
    for pair in every:
        assert find_pairs(pair.id, FIRST, LAST, room) == [pair]


def test_a_day_is_the_first_after_its_cut(room: Workspace) -> None:
    (pair,) = find_pairs("article", None, None, room)
    assert edges(pair) == (None, dt.date(2025, 5, 26), dt.date(2025, 5, 27), None)


def test_vendor_cuts_stand_in_order_and_say_how_sure_they_are(room: Workspace) -> None:
    pairs = find_pairs("vendor", None, None, room)
    starts = [str(pair.after.start) for pair in pairs]
    assert starts == sorted(starts)
    assert all(pair.sure and pair.source for pair in pairs)
    assert all(len(cut.label) <= 28 for cut in read_cuts())


def test_laws_name_the_state_whose_owners_they_concern(room: Workspace) -> None:
    pairs = find_pairs("law", None, None, room)
    assert len(pairs) > 5
    for pair in pairs:
        assert len(pair.states) == 1
        assert pair.id.startswith("law-")
        assert isinstance(pair.after.start, dt.date)


def test_months_are_whole_over_a_year_and_a_leap_day(room: Workspace) -> None:
    pairs = find_pairs("month", FIRST, LAST, room)
    assert [pair.id for pair in pairs[:3]] == ["2024-01", "2024-02", "2024-03"]
    assert pairs[-1].id == "2025-03"
    assert len(pairs) == 15
    assert edges(pairs[2]) == (
        dt.date(2024, 2, 1), dt.date(2024, 2, 29), dt.date(2024, 3, 1), dt.date(2024, 3, 31)
    )  # fmt: skip


def test_weeks_follow_without_a_gap_over_the_turn_of_the_year(room: Workspace) -> None:
    pairs = find_pairs("week", dt.date(2024, 12, 25), dt.date(2025, 1, 6), room)
    assert [pair.id for pair in pairs] == ["2025-W01", "2025-W02"]
    for pair in pairs:
        assert pair.before.start is not None
        assert pair.before.end is not None
        assert pair.after.start == pair.before.end + dt.timedelta(days=1)
        assert pair.before.start.weekday() == 0


def test_years_are_matched_day_by_day(room: Workspace) -> None:
    pairs = find_pairs("year_to_date", FIRST, LAST, room)
    assert [pair.id for pair in pairs] == ["year-to-date-2024", "year-to-date-2025"]
    assert {pair.matched for pair in pairs} == {CALENDAR}
    assert edges(pairs[0]) == (
        dt.date(2023, 1, 1), dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 12, 31)
    )  # fmt: skip


@pytest.mark.parametrize("which", ["month", "week", "year_to_date"])
def test_without_days_or_within_one_period_there_is_no_pair(which: str, room: Workspace) -> None:
    assert find_pairs(which, None, None, room) == []
    assert find_pairs(which, dt.date(2025, 1, 1), dt.date(2025, 1, 1), room) == []


@pytest.mark.parametrize("name", ["someday", "", "2031-01", "x" * 5000, "a\0b"])
def test_what_is_no_set_is_named_with_the_sets_that_are(name: str, room: Workspace) -> None:
    with pytest.raises(UnknownValue, match="inauguration"):
        find_pairs(name, FIRST, LAST, room)


def periods(folder: Path, *lines: str) -> Path:
    path = folder / "mine.csv"
    path.write_text("\n".join(["name,start,end", *lines]) + "\n", encoding="utf-8")
    return path


def test_each_period_of_a_file_is_compared_with_the_one_before(tmp_path: Path) -> None:
    path = periods(tmp_path, "a,,2025-01-31", "b,2025-02-01,2025-02-28", "c,2025-04-01,")
    pairs = find_pairs(path, None, None)
    assert [pair.id for pair in pairs] == ["a/b", "b/c"]
    assert edges(pairs[1]) == (dt.date(2025, 2, 1), dt.date(2025, 2, 28), dt.date(2025, 4, 1), None)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (("a,2025-01-01,2025-01-31",), "holds one period"),
        (("a,2025-01-01,2025-02-10", "b,2025-02-01,2025-03-01"), "overlap"),
        (("a,2025-01-01,2025-02-01", "b,2025-02-01,2025-03-01"), "overlap"),
        (("a,2025-03-01,2025-03-31", "b,2025-01-01,2025-01-31"), "not in order of time"),
        (("a,2025-01-01,", "b,2025-02-01,2025-03-01"), "is empty"),
        (("a,2025-01-01,2025-01-20", "b,2025-01-20T17:00Z,"), "a day and a time"),
    ],
)
def test_periods_that_share_a_day_or_run_backwards_are_refused(
    tmp_path: Path, lines: tuple[str, ...], says: str
) -> None:
    with pytest.raises(BadPeriods, match=says):
        find_pairs(periods(tmp_path, *lines), None, None)


def test_times_may_touch_since_the_end_is_out(tmp_path: Path) -> None:
    path = periods(tmp_path, "a,,2025-01-20T12:00-05:00", "b,2025-01-20T17:00Z,")
    (pair,) = find_pairs(path, None, None)
    assert pair.before.end == pair.after.start == INAUGURATION


CUT = """[[cut]]
id = "one"
set = "vendor"
name = "one"
label = "one"
at = 2025-01-01
source = "here"
sure = "reported"
note = ""
"""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (CUT + CUT, "two cuts with the id 'one'"),
        (CUT.replace('note = ""\n', ""), "look at: note"),
        (CUT.replace("2025-01-01", "2025-01-01T10:00:00"), "does not say its zone"),
        (CUT.replace("2025-01-01", '"soon"'), "'soon' is no time and no day"),
        (CUT.replace('"vendor"', '"other"'), "set must be one of"),
        (CUT.replace('label = "one"', f'label = "{"x" * 29}"'), "the label no longer"),
        ("[[cut", "cannot be read"),
    ],
)
def test_a_cut_that_cannot_be_used_is_named(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "cuts.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadPeriods, match=says):
        read_cuts(path)


def test_events_are_of_the_states_and_owners_asked_for(room: Workspace) -> None:
    opt_outs(room, "Mossgate IL PD,2025-06-01,left the nationwide lookup network,minutes,R. Doe,2025-07-01,read")
    plain = list_events(room)
    assert set(plain["kind"]) == {"politics", "article", "vendor"}
    found = list_events(room, ["IL"], ["mossgate il pd"])
    assert set(found["kind"]) == {"politics", "article", "vendor", "law", "opt-out"}
    assert found["day"].is_monotonic_increasing
    assert found["label"].str.len().max() <= 28
    assert "opt-out" not in set(list_events(room, ["IL"], ["Farwell TX PD"])["kind"])
