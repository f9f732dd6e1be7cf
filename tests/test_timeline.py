"""Along a line of months: labels that never meet, stretches without cover, months in small."""

import datetime as dt
import itertools
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from investigate.timeline import (
    LIFT,
    Event,
    days_in,
    draw_spark,
    find_gaps,
    merge_runs,
    place_events,
    read_events,
    say_dropped,
    width_of,
)

FIRST, END, WIDTH = dt.date(2024, 1, 1), dt.date(2026, 1, 1), 680
DAYS = st.dates(FIRST, END - dt.timedelta(days=1))
KINDS = st.sampled_from(["politics", "law", "opt-out", "article", "vendor", "something new"])
EVENTS = st.lists(st.builds(Event, DAYS, st.text("abcMW i", min_size=1, max_size=28), KINDS), max_size=14, unique=True)


def runs(*pairs):
    return pd.DataFrame([[dt.date.fromisoformat(day) for day in pair] for pair in pairs], columns=["first", "last"])


@given(EVENTS)
def test_no_label_meets_another_or_the_line_of_another_or_leaves_the_frame(events):
    placed = place_events(events, FIRST, END, WIDTH).placed
    assert all(one.edges[0] >= 0 and one.edges[1] <= WIDTH and one.row in {0, 1, 2} for one in placed)
    for one, other in itertools.permutations(placed, 2):
        (low, high), (other_low, other_high) = one.edges, other.edges
        assert one.row != other.row or high < other_low or other_high < low
        assert other.row < one.row or not low < other.x < high, "a line leads up through a label"


@given(EVENTS)
def test_every_event_is_either_placed_or_dropped(events):
    timeline = place_events(events, FIRST, END, WIDTH)
    assert {one.event for one in timeline.placed} | set(timeline.dropped) == set(events)
    assert len(timeline.placed) + len(timeline.dropped) == len(events)


def test_politics_stay_and_vendors_go_where_there_is_no_room():
    day = dt.date(2025, 1, 20)
    kinds = ["vendor", "article", "opt-out", "law", "politics", "vendor", "vendor", "article"]
    events = [Event(day, f"{'A long label of ' + kind} {place}", kind) for place, kind in enumerate(kinds)]
    timeline = place_events(events, FIRST, END, WIDTH)
    assert {one.event.kind for one in timeline.placed} == {"politics", "law", "opt-out", "article", "vendor"}
    assert {event.kind for event in timeline.dropped} == {"vendor"}
    assert "A long label of vendor 6 (20 January 2025)" in say_dropped(timeline)


def test_a_label_moves_so_that_one_more_finds_room():
    label = "m" * 28
    assert 2 * width_of(label) < WIDTH < 3 * width_of(label)
    middle = [Event(dt.date(2025, 1, 1), label, kind) for kind in ("politics", "law", "article", "vendor", "opt-out")]
    assert not place_events(middle, FIRST, END, WIDTH).dropped


def test_a_label_wider_than_the_chart_is_dropped():
    assert place_events([Event(FIRST, "W" * 90, "politics")], FIRST, END, WIDTH).dropped


def test_a_line_stands_at_its_share_of_the_days_shown():
    (placed,) = place_events([Event(dt.date(2025, 1, 1), "x", "law")], FIRST, END, 731).placed
    assert placed.x == 366
    assert placed.align == "center"
    (edge,) = place_events([Event(FIRST, "edge", "law")], FIRST, END, WIDTH).placed
    assert (edge.at, edge.align) == (LIFT, "left")


def test_events_are_read_once_by_day_and_only_within_the_months():
    frame = pd.DataFrame(
        [
            (dt.date(2026, 1, 1), "too late", "law"),
            ("2025-02-01", "two", "law"),
            (pd.Timestamp("2024-01-01"), "one\nline", "vendor"),
            ("2025-02-01", "two", "law"),
            (dt.date(2023, 12, 31), "too early", "law"),
            (None, "no day", "law"),
        ],
        columns=["day", "label", "kind"],
    )
    assert [event.label for event in read_events(frame, FIRST, END)] == ["one line", "two"]


def test_only_stretches_of_three_days_or_more_are_gaps():
    two_days = runs(("2025-01-01", "2025-01-10"), ("2025-01-13", "2025-01-20"))
    three_days = runs(("2025-01-01", "2025-01-10"), ("2025-01-14", "2025-01-20"))
    assert find_gaps(two_days) == []
    assert find_gaps(three_days) == [(dt.date(2025, 1, 11), dt.date(2025, 1, 13))]
    assert days_in(find_gaps(three_days)) == 3


def test_runs_in_any_order_that_overlap_or_touch_are_one():
    mixed = runs(("2025-03-05", "2025-03-09"), ("2025-03-01", "2025-03-04"), ("2025-03-02", "2025-03-03"))
    assert merge_runs(mixed) == [(dt.date(2025, 3, 1), dt.date(2025, 3, 9))]
    assert merge_runs(mixed.head(0)) == merge_runs(None) == []


def test_a_run_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="ends on 2025-01-01, before it begins on 2025-01-02"):
        merge_runs(runs(("2025-01-02", "2025-01-01")))


# ---- in small -----------------------------------------------------------------------------------------


def bars_of(svg):
    """Heights of the bars, all searches first."""
    return [[float(high) for high in re.findall(r"v-([\d.]+)", path)] for path in re.findall(r'd="([^"]*v[^"]*)"', svg)]


def test_each_line_of_a_spark_has_its_own_scale_and_a_small_number_is_still_seen():
    assert bars_of(draw_spark([1000, 500, 1], [10, 0, 5], "x")) == [[15, 7.5, 1], [10, 5]]


def test_a_month_that_is_not_known_has_a_dotted_floor_and_a_zero_a_drawn_one():
    assert "stroke-dasharray" not in draw_spark([0, 5], [0, 0], "x")
    assert bars_of(draw_spark([0, 5], [0, 0], "x")) == [[15]]
    dotted = re.findall(r'd="([^"]*)"[^>]*stroke-dasharray', draw_spark([5, None, None, 5], [5, 5, 5, None], "x"))
    assert dotted == ["M1 15.5h2M3 27.5h1"]


def test_three_years_weigh_at_most_1500_bytes():
    values = [None if month % 7 == 3 else 317 + 41 * (month % 5) for month in range(36)]
    svg = draw_spark(values, [None if value is None else value // 9 for value in values], "Searches by month " * 5)
    assert len(svg.encode()) <= 1500


def test_a_spark_has_no_ids_and_no_styles_and_its_label_is_text():
    svg = draw_spark([1], [1], '"><script>')
    assert 'aria-label="&quot;&gt;&lt;script&gt;"' in svg
    assert not re.search(r"<script|\bid=|\bstyle=|<style|\bclass=", svg)


@pytest.mark.parametrize("values", [[], [None] * 3, [0], [10_000_000_000] * 96])
def test_a_spark_of_whatever_months_is_one_element(values):
    svg = draw_spark(values, values, "x")
    assert svg.startswith("<svg ")
    assert svg.endswith("</svg>")
    assert "nan" not in svg


def test_a_spark_of_unequal_months_is_refused():
    with pytest.raises(ValueError, match="2 months of searches, 1 of related ones"):
        draw_spark([1, 2], [1], "x")
