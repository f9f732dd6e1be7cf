"""Bearings from the texts of `direction`: never a number that the text does not state."""

from __future__ import annotations

import csv
import gzip
import json
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from investigate.cameras.directions import LONGEST, MARKS, POINTS, WIDEST, Directions, choose_direction, read_directions

SHARED = Path(__file__).parents[2] / "shared" / "data" / "cameras"
real = pytest.mark.skipif(not SHARED.exists(), reason="the real camera files are not here")


def bearings(text: str) -> tuple[float, ...]:
    return read_directions(text).bearings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0), ("90", 90), ("080", 80), ("359", 359), ("360", 0), ("-360", 0), ("-0", 0), ("-90", 270),
        ("+45", 45), (" 12 ", 12),
        ("187.5", 187.5), ("90.", 90), ("90°", 90), ("90 deg", 90), ("90 degrees", 90), ("90º", 90),
        ("\u221290", 270),
    ],
)  # fmt: skip
def test_one_number_is_one_bearing_from_north(text: str, expected: float) -> None:
    assert read_directions(text) == Directions((expected,), "number", (None,))


@pytest.mark.parametrize(
    "text",
    [
        "45180225", "90180270", "900", "361", "-361", "-500", "456754844848946", "0090", "1e2", "Flock Raven",
        "Clockwise 180", "11:00", "1:2",
        "280WY39-J963-T96Q-9KE6-9DR9", "90-180-270", "90--45", "-30-60", "252-397", "180-", "N-S", "N 45 E",
        "90 E", "187,5",
        "180;187,5", "nowhere", "٣", "²", "∞", "nan;90", ";;", "90;900", "N;Flock", "90 up", "NNN",
        "x" * 10_000, "9" * 10_000,
    ],
)  # fmt: skip
def test_what_cannot_be_told_gives_no_number_at_all(text: str) -> None:
    assert read_directions(text) == Directions(mark="nonsense")


@pytest.mark.parametrize("text", [None, "", "  ", "null", "NONE", "unknown", "n/a", "NaN", "Not recorded", "-"])
def test_not_said_is_no_mark(text: str | None) -> None:
    assert read_directions(text) == Directions((), None, ())


@pytest.mark.parametrize(
    ("text", "middle", "width"),
    [
        ("252-297", 274.5, 45), ("328-13", 350.5, 45), ("338 - 22", 0, 44), ("90\u2013180", 135, 90),
        ("270:360", 315, 90), ("270-90", 0, 180),
        ("10.5-20.5", 15.5, 10), ("90 to 100", 95, 10), ("350-360", 355, 10),
    ],
)  # fmt: skip
def test_a_range_gives_its_middle_clockwise_and_its_width(text: str, middle: float, width: float) -> None:
    assert read_directions(text) == Directions((middle,), "range", (width,))


@pytest.mark.parametrize("text", ["0 - 360", "360-0", "0-359", "1-360", "297-252", "100-50"])
def test_the_middle_of_a_range_all_round_or_reversed_tells_nothing(text: str) -> None:
    assert read_directions(text) == Directions((), "range", ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("180;nw", (180, 315)), ("260;;225", (260, 225)), ("65, 180", (65, 180)), ("90,125,270",
        (90, 125, 270)), ("90/270", (90, 270)),
        ("90 270", (90, 270)), ("N/S", (0, 180)), ("N S", (0, 180)), ("N, W", (0, 270)), ("north south",
        (0, 180)), ("north/south", (0, 180)),
        ("-30;40", (330, 40)), ("95;95", (95, 95)), ("345;270:360", (345, 315)), ("252-297;10-20",
        (274.5, 15)), ("270°;90°", (270, 90)),
        ("90\n180", (90, 180)), ("90|180", (90, 180)), ("0-360;90", (90,)),
    ],
)  # fmt: skip
def test_a_list_gives_every_bearing_in_its_order(text: str, expected: tuple[float, ...]) -> None:
    found = read_directions(text)
    assert (found.bearings, found.mark, len(found.widths)) == (expected, "list", len(expected))


def test_a_trailing_sign_makes_no_list() -> None:
    assert read_directions("295;").mark == "number"


def test_a_list_keeps_the_width_beside_its_range() -> None:
    assert read_directions("345;270:360").widths == (None, 90.0)


@pytest.mark.parametrize("at", range(16))
def test_all_sixteen_points_in_any_capitals(at: int) -> None:
    expected = Directions((at * 22.5,), "words", (None,))
    assert all(read_directions(text) == expected for text in (POINTS[at], POINTS[at].lower(), POINTS[at].title()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("north", 0), ("SOUTH", 180), ("northeast", 45), ("North-East", 45), ("north east", 45), ("northwest",
        315), ("north-northeast", 22.5),
        ("northnortheast", 22.5), ("west north west", 292.5), ("facing south", 180), ("looking NW", 315),
    ],
)  # fmt: skip
def test_full_words_are_points(text: str, expected: float) -> None:
    assert read_directions(text) == Directions((expected,), "words", (None,))


@pytest.mark.parametrize("text", ["N W", "N E", "S/W", "N NE", "E SE"])
def test_letters_that_may_be_one_point_or_two_are_not_guessed(text: str) -> None:
    assert read_directions(text) == Directions(mark="nonsense")


@pytest.mark.parametrize(
    "text",
    [
        "NB", "sb", "EB", "WB", "N/B", "NB;SB", "northbound", "North-Bound", "Eastbound traffic", "WB lanes",
        "forward", "backward", "both",
        "both directions", "90;NB", "forward;backward",
    ],
)  # fmt: skip
def test_the_direction_of_traffic_is_no_direction_of_the_lens(text: str) -> None:
    assert read_directions(text) == Directions(mark="along a way")


@given(st.text(max_size=LONGEST + 20) | st.from_regex(r"[0-9NSEWnsewb;,:/ .°to-]{0,60}", fullmatch=True))
@example("0-0")
@example("-0.000001")
@example("359.999999-0")
@settings(deadline=None, max_examples=500)
def test_any_text_is_read_without_error_and_bearings_stay_within_the_circle(text: str) -> None:
    found = read_directions(text)
    assert all(0 <= bearing < 360 for bearing in found.bearings)
    assert len(found.widths) == len(found.bearings)
    assert all(width is None or 0 < width <= WIDEST for width in found.widths)
    assert found.mark in (*MARKS, None)
    assert not found.bearings or found.mark in ("number", "list", "range", "words")


SAID = st.one_of(
    st.integers(-360, 360).map(str),
    st.floats(0, 360).map("{:.2f}".format),
    st.sampled_from(POINTS),
    st.tuples(st.integers(0, 359), st.integers(1, 180)).map(lambda r: f"{r[0]}-{(r[0] + r[1]) % 360}"),
)


@given(st.lists(SAID, min_size=2, max_size=12))
def test_joining_readable_texts_gives_all_their_bearings(texts: list[str]) -> None:
    assert bearings(";".join(texts)) == tuple(bearing for text in texts for bearing in bearings(text))


@given(st.lists(SAID, min_size=1, max_size=6), st.sampled_from(["900", "Flock Raven", "11:00"]), st.integers(0, 6))
def test_one_part_that_cannot_be_read_spoils_the_list(texts: list[str], bad: str, at: int) -> None:
    assert read_directions(";".join([*texts[:at], bad, *texts[at:]])) == Directions(mark="nonsense")


@pytest.mark.parametrize("seed", ["9", "N ", "9-", "north", "n/", "9 ", "- ", ";", "to", "9:", "northsouth "])
def test_hostile_texts_are_read_at_once(seed: str) -> None:
    began = time.perf_counter()
    read_directions((seed * LONGEST)[:LONGEST])
    read_directions(seed * 1_000_000)
    assert time.perf_counter() - began < 5


@real
def test_national_file_single_numbers_lists_and_ranges_counted_without_this_program() -> None:
    rows = json.loads(gzip.decompress((SHARED / "cameras-us.json.gz").read_bytes()))
    texts = [row.get("directionCardinal") for row in rows]
    marks = Counter(read_directions(text).mark for text in texts)
    said = [text.strip() for text in texts if text is not None]
    sane = [text for text in said if re.fullmatch(r"-?\d+(\.\d+)?;?", text) and abs(float(text.strip(";"))) <= 360]
    assert marks["number"] == len(sane) > 54_000
    assert marks["range"] == sum(1 for text in said if re.fullmatch(r"\d+-\d+", text)) == 3141
    assert marks["words"] == sum(
        1 for text in said if re.fullmatch(r"(?i)[nsew]{1,3}|(north|south)?(east|west)?", text)
    )
    assert marks["along a way"] == sum(1 for t in said if re.fullmatch("[NSEW]B|forward|backward|both", t))
    assert marks[None] == texts.count(None) + said.count("null")
    huge = [text for text in said if re.fullmatch(r"-?\d+", text) and abs(int(text)) > 360]
    odd = ("Flock Raven", "Clockwise 180", "11:00")
    coded = [text for text in said if "WY39" in text]
    listed = [text for text in said if re.search(r"\d[;,].*\w", text)]
    wrong = [text for text in listed if any(abs(int(n)) > 360 for n in re.findall(r"\d+", text))]
    assert {text for text in said if read_directions(text).mark == "nonsense"} == {*huge, *odd, *coded, *wrong}
    assert all(read_directions(text).bearings == () for text in huge)
    assert marks["list"] == len(listed) - len(wrong)
    assert sum(marks.values()) == 61_768


@real
def test_minnesota_every_text_gives_as_many_bearings_as_it_has_parts_but_all_round_none() -> None:
    with (SHARED / "alpr.csv").open(encoding="utf-8-sig", newline="") as file:
        texts = [row["direction"] for row in csv.DictReader(file)]
    assert len(texts) == 1430
    parts = [0 if text in ("", "0-360") else text.count(";") + 1 for text in texts]
    assert [len(bearings(text)) for text in texts] == parts


@pytest.mark.parametrize(
    ("texts", "chosen"),
    [
        (["E", "90;270", "90"], "90;270"), (["40", "40;220"], "40;220"), (["252-297", "90;270"], "252-297"),
        (["NB", "185"], "185"), (["null", "90"], "90"), (["none", ""], ""), (["NE", "40"], "40"),
        (["WSW", "90"], "WSW"), (["N", "0"], "N"), (["45180225", "forward"], "45180225"), (["90;270", "E"], "90;270"),
        (["N", "330"], "330"), (["NNE", "45"], "NNE"),
    ],
)  # fmt: skip
def test_of_several_fields_the_one_counts_that_tells_most(texts: list[str], chosen: str) -> None:
    assert choose_direction(texts) == chosen
