"""The comparison under attack: ratios that must be refused, refusals that must not be, and what sentences may claim.

Worlds are tables in memory, each row counted by eye; what reading files does to a comparison is in test_compare.py.
"""

from __future__ import annotations

import datetime as dt
import math
import random
import time
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investigate.comparison.compare import compare_pair
from investigate.comparison.pairs import CALENDAR, Pair, find_pairs
from investigate.comparison.ratio import rate_ratio
from investigate.comparison.said import say_comparison, say_limits, say_times, told
from investigate.comparison.sensitivity import compare_variants
from investigate.comparison.tally import ALL
from investigate.comparison.windows import Basis, _count_days, find_windows
from investigate.counted import ONLY_ROW
from investigate.periods import INAUGURATION, Period
from investigate.quality.switch import Switch
from investigate.ratio_chart import chart_ratios
from investigate.sections.comparison import show_agencies_compared, show_compared

SCHEMA = {
    "release": "string", "searching_agency": "string", "camera_owner": "string", "is_own_search": "boolean",
    "searched_at": "timestamp('UTC')", "searched_at_form": "string", "local_date": "date", "search_key": "string",
    "case_id": "string", "category": "string", "is_exported": "boolean", "is_picked": "boolean", "log": "string",
    "is_only_row": "boolean", "is_only_row_of_case": "boolean",
}  # fmt: skip
OWNER, SEARCHER = "Mossgate IL PD", "Ashmoor IL PD"
LOG = f"{OWNER}|network"
DAY = Pair(
    "a-day", "1 February 2025", *(Period("before", None, dt.date(2025, 1, 31)), Period("after", dt.date(2025, 2, 1)))
)
NOON = Pair("noon", "the inauguration", Period("before", None, INAUGURATION), Period("after", INAUGURATION))
NOBODY = pd.DataFrame(columns=["log", "first", "last", "says"])
EVERYBODY: dict[str, None] = {"owner": None, "searcher": None, ALL: None}


def rows(
    first: str, days: int = 1, related: int = 0, other: int = 0, blank: int = 0, **cells: Any
) -> list[dict[str, Any]]:
    """Rows of so many days from the first, the same on each: related, other and blank ones, at 18:00 UTC."""
    categories = ["immigration"] * related + ["other"] * other + ["blank"] * blank
    found = []
    for step in range(days):
        day = dt.date.fromisoformat(first) + dt.timedelta(days=step)
        for number, category in enumerate(categories):
            base = {
                "release": cells.get("log", LOG), "searching_agency": SEARCHER, "camera_owner": OWNER,
                "is_own_search": False, "searched_at": dt.datetime.combine(day, dt.time(18), dt.UTC),
                "searched_at_form": "second", "local_date": day, "category": category, "is_exported": True,
                "is_picked": False, "log": LOG, "search_key": f"{day} {number}",
            }  # fmt: skip
            row = base | cells
            row["search_key"] = f"{row['search_key']} {row['searching_agency']}"
            found.append(row | {"case_id": row["search_key"]})
    return found


def basis(
    *parts: Iterable[dict[str, Any]], switches: dict[str, Switch] | None = None, cut_off: pd.DataFrame = NOBODY
) -> Basis:
    """What comparisons read, of these rows."""
    frame = pd.DataFrame([row for part in parts for row in part], columns=list(SCHEMA))
    alone = {column: ~frame.duplicated(key, keep=False) for key, column in ONLY_ROW.items()}
    table = ibis.memtable(frame.assign(**alone), schema=SCHEMA)
    return Basis(table, _count_days(table, ["log"]), switches or {}, cut_off)


def compared(
    world: Basis, pair: Pair = DAY, role: str = "owner", agency: str = OWNER, **choices: Any
) -> dict[str, Any]:
    found = compare_pair(world, pair, {role: None if role == ALL else [agency]}, **choices)
    return {str(name): value for name, value in found[found["scope"] == "standard"].iloc[0].items()}


# ---- the interval ------------------------------------------------------------------------------------------


def tail(numbers: Iterable[int], of: int, odds: Fraction) -> Fraction:
    """The chance of any of the numbers among so many draws, in fractions: no float is in it."""
    share = odds / (1 + odds)
    return sum((math.comb(of, n) * share**n * (1 - share) ** (of - n) for n in numbers), Fraction(0))


def test_limits_are_those_of_binomial_tails_added_up_one_by_one() -> None:
    """At the lower limit so many or more after have a chance of 2.5 %, at the upper limit so many or fewer."""
    dice = random.Random(20250120)
    for _ in range(200):
        before, after = dice.randint(0, 40), dice.randint(0, 40)
        of = dice.randint(50, 5000), dice.randint(50, 5000)
        found = rate_ratio(before, of[0], after, of[1])
        both, scale = before + after, Fraction(*of)
        if not both:
            assert (found.value, found.low, found.high) == (None, None, None)
            continue
        assert found.low is not None
        if after:
            chance = tail(range(after, both + 1), both, Fraction(found.low).limit_denominator(10**12) / scale)
            assert float(chance) == pytest.approx(0.025, rel=1e-6), (before, after, of)
        else:
            assert found.low == 0
        if before:
            assert found.high is not None
            chance = tail(range(after + 1), both, Fraction(found.high).limit_denominator(10**12) / scale)
            assert float(chance) == pytest.approx(0.025, rel=1e-6), (before, after, of)
        else:
            assert (found.value, found.high) == (None, None)


def log_tail(numbers: range, of: int, share: float) -> float:
    """The same for counts whose powers no float holds: each term by its logarithm."""
    ends = [
        math.lgamma(of + 1) - math.lgamma(n + 1) - math.lgamma(of - n + 1)
        + n * math.log(share) + (of - n) * math.log1p(-share)
        for n in numbers
    ]  # fmt: skip
    return math.fsum(math.exp(one) for one in ends)


@pytest.mark.parametrize(("before", "after"), [(1, 10**6), (10**6, 1), (10**6, 10**6), (3 * 10**5, 10**6), (10**6, 0)])
def test_limits_hold_for_a_million(before: int, after: int) -> None:
    found, both = rate_ratio(before, 1, after, 1), before + after
    assert found.low is not None
    assert found.high is not None
    far = 20_000  # more than fourteen standard deviations: beyond lies nothing that a float could hold
    low, high = (limit / (1 + limit) for limit in (found.low, found.high))
    if after:
        assert log_tail(range(after, min(both, after + far) + 1), both, low) == pytest.approx(0.025, rel=1e-4)
    assert log_tail(range(max(0, after - far), after + 1), both, high) == pytest.approx(0.025, rel=1e-4)


counts, wholes = st.integers(0, 3000), st.integers(1, 10**6)


@given(before=counts, before_of=wholes, after=counts, after_of=wholes)
def test_sides_that_are_swapped_turn_the_ratio_and_its_limits_over(
    before: int, before_of: int, after: int, after_of: int
) -> None:
    there, back = rate_ratio(before, before_of, after, after_of), rate_ratio(after, after_of, before, before_of)
    for one, other in [(there.low, back.high), (there.high, back.low), (there.value, back.value)]:
        if one and other:
            assert one * other == pytest.approx(1, rel=1e-6)
    assert (there.low in {None, 0}) == (after == 0)
    assert (there.high is None) == (before == 0)
    if there.value is not None and there.low is not None and there.high is not None:
        assert there.low <= there.value <= there.high


# ---- ratios that must be refused ---------------------------------------------------------------------------


def test_a_searcher_that_goes_over_to_the_list_alone_is_refused_though_its_log_is_not_mixed() -> None:
    """Ninety of a hundred rows a day are typed by others on both sides: the log as a whole is alike."""
    others = rows("2025-01-22", 20, 9, 81, searching_agency="Bexham IL PD")
    typed = rows("2025-01-22", 10, 1, 9)
    picked = rows("2025-02-01", 10, 2, 8, is_picked=True)
    world = basis(others, typed, picked)
    assert not compared(world)["refused"]
    row = compared(world, role="searcher", agency=SEARCHER)
    assert row["refused_why"] == "drop-down"
    assert "0% of its rows that state one on the days before and in 100%" in row["refused_because"]
    assert pd.isna(row["rate_ratio"])
    assert not compared(world, role="searcher", agency="Bexham IL PD")["refused"]


def test_a_searcher_whose_own_reasons_vanish_is_refused_though_its_log_is_not_unread() -> None:
    others = rows("2025-01-22", 20, 9, 81, searching_agency="Bexham IL PD")
    world = basis(others, rows("2025-01-22", 10, 1, 9), rows("2025-02-01", 10, 1, 1, 8))
    row = compared(world, role="searcher", agency=SEARCHER)
    assert row["refused_why"] == "reasons vanish"
    assert "in 100% of its rows on the days before and in 20%" in row["refused_because"]
    assert "nothing stands in them in 80%" in row["refused_because"]
    assert not compared(world)["refused"]


def test_two_rows_of_a_searcher_are_too_few_to_say_that_its_reasons_vanished() -> None:
    others = rows("2025-01-22", 20, 9, 81, searching_agency="Bexham IL PD")
    world = basis(others, rows("2025-01-31", 1, 1, 1), rows("2025-02-01", 1, 1, 0, 1))
    assert not compared(world, role="searcher", agency=SEARCHER)["refused"]


# ---- refusals that must not be, and what they say ----------------------------------------------------------


def cut_off(first: str, last: str) -> pd.DataFrame:
    says = "big.csv holds exactly 20,000 records, a number at which exports stop."
    return pd.DataFrame({"log": [LOG], "first": [pd.Timestamp(first)], "last": [pd.Timestamp(last)], "says": [says]})


def test_a_cut_off_file_between_the_compared_days_refuses_nothing() -> None:
    """The same days of two years are compared; the cut-off file covers days of the months between."""
    pair = Pair(
        "years",
        "the turn",
        Period("before", None, dt.date(2024, 12, 31)),
        Period("after", dt.date(2025, 1, 1)),
        CALENDAR,
    )
    world = [rows("2024-03-01", 5, 1, 9), rows("2025-03-01", 5, 2, 8), rows("2024-08-01", 3, 0, 9)]
    assert not compared(basis(*world, cut_off=cut_off("2024-08-01", "2024-08-03")), pair)["refused"]
    touched = compared(basis(*world, cut_off=cut_off("2024-03-05", "2024-08-03")), pair)
    assert touched["refused_why"] == "truncated"
    assert "big.csv" in touched["refused_because"]


def test_a_cut_off_file_beyond_the_switch_to_the_list_refuses_nothing() -> None:
    typed, picked = rows("2025-01-02", 45, 1, 9), rows("2025-02-16", 40, 1, 9, is_picked=True)
    switch = Switch(dt.date(2025, 2, 16), dt.date(2025, 2, 15), 0, 450, 400, 0)
    world = basis(typed, picked, switches={LOG: switch}, cut_off=cut_off("2025-02-20", "2025-02-26"))
    row = compared(world)
    assert not row["refused"]
    assert (row["before_covered_days"], row["after_last_day"]) == (15, "2025-02-15")


def test_a_switch_to_the_list_before_the_cut_leaves_what_was_picked() -> None:
    typed, picked = rows("2024-12-03", 30, 1, 9), rows("2025-01-02", 60, 1, 9, is_picked=True)
    switch = Switch(dt.date(2025, 1, 2), dt.date(2025, 1, 1), 0, 300, 600, 0)
    longer = rows("2025-03-03", 40, 1, 9, is_picked=True)
    row = compared(basis(typed, picked, longer, switches={LOG: switch}))
    assert row["before_first_day"] == "2025-01-02"
    assert [row["before_covered_days"], row["after_covered_days"]] == [30, 30]
    assert "reasons were typed are left out" in row["notes"]


def test_two_logs_of_one_side_each_are_not_said_to_cover_no_day_before() -> None:
    early = rows("2025-01-20", 3, 1, 1, log="B|network", camera_owner="B")
    late = rows("2025-02-01", 5, 1, 1, log="A|network", camera_owner="A")
    row = compared(basis(early, late), role="searcher", agency=SEARCHER)
    assert row["refused_why"] == "no covered days"
    assert row["refused_because"] == (
        "Neither of the 2 logs can be compared with itself. In the larger one, the released files cover no day before "
        "1 February 2025."
    )
    assert [row["before_covered_days"], row["after_covered_days"]] == [3, 5]


def test_the_cause_of_unread_reasons_is_what_changed_and_not_what_is_most() -> None:
    """Half of the rows are blank on both sides; after the cut 40 of 100 are withheld besides."""
    before = rows("2025-01-22", 10, 1, 4, 5)
    after = [*rows("2025-02-01", 10, 1, 0, 5), *rows("2025-02-01", 10, 0, 4, category="withheld", searching_agency="B")]
    row = compared(basis(before, after))
    assert row["refused_why"] == "reasons vanish"
    assert "after the cut, they were withheld in 40% of the rows" in row["refused_because"]


def test_agencies_lost_is_said_without_a_cause_that_nobody_saw() -> None:
    """One day each side: the agencies that did not search on one Saturday have not lost their access."""
    before = [row for n in range(10) for row in rows("2025-01-31", 1, 1, 1, searching_agency=f"Town {n}")]
    after = [row for n in range(4) for row in rows("2025-02-01", 1, 1, 1, searching_agency=f"Town {n}")]
    said = compared(basis(before, after))["refused_because"]
    assert "on the 1 covered day before and 4 on as many after" in said
    assert "most likely" not in said


def test_a_refusal_names_the_unit_that_it_counts() -> None:
    other = rows("2025-01-22", 20, 0, 9, searching_agency="Bexham IL PD")
    world = basis(rows("2025-02-01", 10, 1, 1), other)
    for unit, word in {"rows": "row", "searches": "search", "cases": "case"}.items():
        row = compared(world, role="searcher", agency=SEARCHER, units=[unit])
        assert row["refused_because"].startswith(f"No {word} whose reason can be read")


# ---- days, sides and units in sentences --------------------------------------------------------------------


def test_few_days_of_many_logs_are_still_few_days() -> None:
    """Ten logs of the same six days are sixty days of logs, and one busy evening moves all of them."""
    logs = [row for n in range(10) for row in rows("2025-01-26", 12, 1, 9, log=f"{n}|network", camera_owner=f"{n}")]
    row = compared(basis(logs), role="searcher", agency=SEARCHER)
    assert row["before_covered_days"] == 60
    assert row["notes"].startswith("Only 6 covered days on each side")


def test_the_whole_is_never_less_than_its_equal_part() -> None:
    logs = [row for n in range(3) for row in rows("2025-01-26", 12, 1, 9, log=f"{n}|network", camera_owner=f"{n}")]
    row = compared(basis(logs), role="searcher", agency=SEARCHER)
    for side in ("before", "after"):
        for name in ("covered_days", "searches", "reason_known", "immigration_related"):
            assert row[f"whole_{side}_{name}"] >= row[f"{side}_{name}"], (side, name)


def test_a_part_is_never_said_to_be_of_less_than_itself() -> None:
    """Picked values in a file without reasons are counted, but no rate is of them: 30 a side."""
    unread = [rows(day, 10, 3, is_exported=False, searching_agency="Unread") for day in ("2025-01-22", "2025-02-01")]
    world = basis(rows("2025-01-22", 20, 1, 19), *unread)
    row = compared(world)
    assert not row["refused"]
    assert [row["before_immigration_related"], row["before_reason_known"]] == [40, 200]
    said = " ".join(say_comparison(row))
    assert "10 of 200 searches before, 10 of 200 after" in said
    assert "30 before and 30 after" in said
    assert told(pd.DataFrame([row]))["before_said"].tolist() == ["10\u00a0of\u00a0200"]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(1.004, 3.2, "1.004 to 3.2"), (0.3, 0.9996, "0.30 to 0.9996"), (0.96, 1.04, "0.96 to 1.04"), (1, 2, "1.0 to 2.0"),
     (0.00004, 0.3, "less than 0.01 to 0.30"), (0, 0.3, "0 to 0.30")],
)  # fmt: skip
def test_a_limit_beside_one_or_nought_is_not_rounded_to_it(low: float, high: float, said: str) -> None:
    assert say_limits({"low": low, "high": high}) == said


def test_none_after_is_nought_times() -> None:
    assert say_times(0.0) == "0 times"
    assert say_times(0.004) == "less than 0.01 times"


@given(ratio=st.floats(1e-9, 1e6))
def test_words_of_a_ratio_lie_on_the_same_side_of_one(ratio: float) -> None:
    word = say_times(ratio).removesuffix(" times").removeprefix("less than ").replace(",", "")
    assert (float(word) > 1, float(word) < 1) == (ratio > 1, ratio < 1)


def test_the_day_of_the_cut_is_not_matched_with_a_whole_day_of_another_year() -> None:
    """Half of 20 January 2025 lies on each side: neither half is as long as that day in 2024 or 2026."""
    world = [rows("2024-01-19", 3, 1, 9), rows("2026-01-19", 3, 1, 9), rows("2025-01-18", 5, 1, 9)]
    morning = dt.datetime(2025, 1, 20, 14, tzinfo=dt.UTC)
    world.append(rows("2025-01-20", 1, 1, 1, searched_at=morning, searching_agency="Early"))
    row = compared(basis(*world), replace(NOON, matched=CALENDAR))
    first, last = row["before_first_day"], row["after_last_day"]
    assert (first, last) == ("2024-01-21", "2026-01-19")
    assert [row[f"{side}_covered_days"] for side in ("before", "after")] == [2, 2]


def test_the_29th_of_february_has_no_day_in_the_other_year() -> None:
    pair = find_pairs("year_to_date", dt.date(2024, 1, 1), dt.date(2025, 12, 31))[0]
    row = compared(basis(rows("2024-02-27", 4, 1, 9), rows("2025-02-27", 3, 1, 9)), pair)
    assert [row[f"{side}_covered_days"] for side in ("before", "after")] == [3, 3]
    assert row["before_searches"] == 30


def test_searches_of_which_only_the_day_is_known_are_on_neither_side_of_a_cut_within_it() -> None:
    start = dt.datetime(2025, 1, 20, 6, tzinfo=dt.UTC)
    known_day = rows("2025-01-20", 1, 5, 5, searched_at=start, searched_at_form="day")
    row = compared(basis(known_day, rows("2025-01-18", 2, 1, 9), rows("2025-01-21", 2, 1, 9)), NOON)
    assert [row[f"{side}_searches"] for side in ("before", "after")] == [20, 20]
    assert row["rate_ratio"] == 1


def test_none_in_one_scope_leaves_the_ratio_of_the_others() -> None:
    agency = rows("2025-01-22", 20, 0, 1, category="immigration_agency", searching_agency="B")
    found = compare_pair(basis(agency, rows("2025-01-22", 20, 0, 9)), DAY, {"owner": [OWNER]}).set_index("scope")
    assert found["refused"].tolist() == [False] * 3
    assert pd.isna(found.loc["strict", "rate_ratio"])
    assert found.loc["standard", "rate_ratio"] == 1
    assert "none on either side" in " ".join(say_comparison(found.reset_index().iloc[0].to_dict()))


# ---- worlds that break things ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "world",
    [[], rows("2025-01-31", 1, 1), rows("2025-02-01", 1, 0, 0, 1), [*rows("2025-01-31", 2, 0, 0, 4)],
     rows("2025-01-01", 60, 1, 9, searching_agency=None), rows("2025-01-01", 60, 1, 9, camera_owner=None)],
    ids=["nothing", "one row", "one blank row", "all blank", "no searcher", "no owner"],
)  # fmt: skip
def test_small_and_empty_worlds_end_in_words(world: list[dict[str, Any]]) -> None:
    made = basis(world)
    assert set(compare_variants(made, NOON, {"owner": None})["agency"]) <= {OWNER}
    for pair in (DAY, replace(NOON, matched=CALENDAR)):
        found = compare_pair(made, pair, EVERYBODY)
        for row in found.to_dict("records"):
            assert " ".join(say_comparison(row)).endswith(".")
        assert told(found).shape[0] == len(found)


def test_a_log_of_one_day_is_compared_with_nothing() -> None:
    assert compared(basis(rows("2025-02-01", 1, 1, 9)))["refused_why"] == "no covered days"


def csv_pair(folder: Path, *lines: str) -> Pair:
    path = folder / "periods.csv"
    path.write_text("\n".join(["name,start,end", *lines]) + "\n", encoding="utf-8")
    return find_pairs(path, None, None)[-1]


def test_variants_of_periods_with_times_of_their_own_do_not_stop(tmp_path: Path) -> None:
    pair = csv_pair(
        tmp_path, "a,2025-01-01T05:00:00Z,2025-01-20T17:00:00Z", "b,2025-01-20T17:00:00Z,2025-02-20T05:00:00Z"
    )
    found = compare_variants(basis(rows("2025-01-10", 30, 1, 9)), pair, {"owner": [OWNER]})
    assert {"as stated", "cut-utc-midnight"} <= set(found["variant"])
    assert found.set_index("variant").loc["cut-utc-midnight", "rate_ratio"] == 1


def test_variants_do_not_fill_a_gap_between_periods(tmp_path: Path) -> None:
    """The days between the periods hold nothing but immigration; no variant may take them in."""
    pair = csv_pair(
        tmp_path, "a,2025-01-01T05:00:00Z,2025-01-20T17:00:00Z", "b,2025-03-20T17:00:00Z,2025-04-20T05:00:00Z"
    )
    world = basis(rows("2025-01-10", 10, 1, 9), rows("2025-02-01", 20, 9), rows("2025-03-25", 10, 1, 9))
    found = compare_variants(world, pair, {"owner": [OWNER]})
    assert set(found.dropna(subset=["rate_ratio"])["rate_ratio"]) == {1}


def test_names_with_quotes_and_marks_stay_text() -> None:
    name = 'O\'Brien "<script>alert(1)</script>" PD\u202e'
    world = basis(rows("2025-01-01", 60, 1, 9, camera_owner=name, searching_agency=name))
    found = compare_pair(world, DAY, {"owner": None, "searcher": None})
    assert set(found["agency"]) == {name}
    assert set(compare_variants(world, DAY, {"owner": None})["agency"]) == {name}
    shown = show_agencies_compared(found[(found["scope"] == "standard") & (found["role"] == "owner")])
    assert "<script>alert" not in shown.html
    assert "\u202e" not in shown.html + shown.text


def test_sentences_of_a_comparison_are_printed_without_signs_that_turn_text() -> None:
    world = basis(rows("2025-01-01", 60, 1, 9))
    found = compare_pair(world, replace(DAY, name="\u202eopt-out\u0007"), {"owner": [OWNER]})
    assert "\u202e" not in show_compared(found).html


def test_a_chart_of_nobody_is_drawn() -> None:
    found = compare_pair(basis(rows("2025-02-01", 1, 1, 9)), DAY, {"owner": None})
    assert chart_ratios(found[found["scope"] == "standard"]).alt_text.endswith("none.")


# ---- what holds in every world -----------------------------------------------------------------------------

spans = st.tuples(
    st.sampled_from(["A|network", "B|network", "C|organization"]), st.integers(-12, 12), st.integers(1, 9),
    st.integers(0, 2), st.integers(0, 3), st.integers(0, 1), st.sampled_from(["S1", "S2", None]),
)  # fmt: skip
worlds = st.lists(spans, min_size=1, max_size=5).filter(lambda world: any(sum(span[3:6]) for span in world))


def rows_of(world: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    number = count()
    return [
        row | {"search_key": f"{log} {next(number)}"}
        for log, start, days, related, other, blank, agency in world
        for row in rows(
            str(dt.date(2025, 2, 1) + dt.timedelta(days=start)), days, related, other, blank, log=log,
            camera_owner=log[0], searching_agency=agency,
        )
    ]  # fmt: skip


@settings(max_examples=4, deadline=None)
@given(world=worlds, order=st.randoms(use_true_random=False))
def test_days_are_equal_in_each_log_and_neither_order_nor_strangers_change_an_owner(
    world: list[tuple[Any, ...]], order: random.Random
) -> None:
    made = rows_of(world)
    turned = made[:]
    order.shuffle(turned)
    windows = find_windows(basis(made), DAY)
    for _, kept in windows.kept.groupby("log"):
        assert len(kept[kept["side"] == "before"]) == len(kept[kept["side"] == "after"])
        assert not kept.duplicated(["side", "day"]).any()
    found = compare_pair(basis(made), DAY, EVERYBODY)
    pd.testing.assert_frame_equal(found, compare_pair(basis(turned), DAY, EVERYBODY))
    stranger = rows("2025-01-15", 30, 5, 1, log="Z|network", camera_owner="Z", searching_agency="S1", search_key="z")
    beside = compare_pair(basis(made, stranger), DAY, {"owner": None})
    owners = found[found["role"] == "owner"].reset_index(drop=True)
    pd.testing.assert_frame_equal(owners, beside[beside["agency"] != "Z"].reset_index(drop=True))
    alone = found[~found["refused"] & (found["scope"] == "standard")]
    assert (alone["before_covered_days"] == alone["after_covered_days"]).all()


@settings(max_examples=3, deadline=None)
@given(world=worlds)
def test_rows_of_the_owners_sum_to_those_of_everything(world: list[tuple[Any, ...]]) -> None:
    found = compare_pair(basis(rows_of(world)), DAY, EVERYBODY, units=["rows"])
    standard = found[found["scope"] == "standard"]
    owners, everything = standard[standard["role"] == "owner"], standard[standard["role"] == ALL].iloc[0]
    for name in ("whole_before_searches", "whole_after_searches", "whole_before_reason_known"):
        assert owners[name].sum() == everything[name]
    if not everything["refused"] and not owners["refused"].any():
        for name in ("before_rows", "after_rows", "before_covered_days", "after_reason_known"):
            assert owners[name].sum() == everything[name]


def test_three_hundred_logs_of_seven_hundred_days_are_windowed_in_seconds() -> None:
    """Each log begins a day later than the one before; no rows are needed to choose days."""
    day = pd.date_range("2023-06-01", periods=1000)
    parts = [
        pd.DataFrame({"log": f"{n:03}|network", "day": day[n : n + 700]}).assign(
            rows=10, read=10, not_exported=0, withheld=0, blank=0, stating=10, picked=0
        )
        for n in range(300)
    ]
    many = replace(basis(), days=pd.concat(parts, ignore_index=True))
    for pair in (DAY, replace(DAY, matched=CALENDAR)):
        begun = time.monotonic()
        windows = find_windows(many, pair)
        assert time.monotonic() - begun < 60
        assert len(windows.logs) == 300
