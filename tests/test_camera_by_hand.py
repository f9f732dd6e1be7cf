"""Whose cameras are by hand: followed whatever names the camera, and refused by file and line otherwise."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from investigate.cameras.by_hand import COLUMNS, NAME, BadOwners, ByHand, parse_by_hand, read_by_hand

WHO = {"who": "A. Desk", "when": "2026-02-03", "why": "The agency said so in writing."}
RELEASE, OTHER_RELEASE = "3f1c09ab77de", "0123456789ab"
METRE = 1 / 111_195  # degrees of latitude


def lines(*rows: dict[str, str]) -> bytes:
    """A file of these rows; who, when and why are filled in."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows([WHO | row for row in rows])
    return text.getvalue().encode()


def decide(*rows: tuple[str, str]) -> ByHand:
    return parse_by_hand(lines(*({"camera": camera, "agency": agency} for camera, agency in rows)))


def cameras(*rows: tuple[str, float | None, float | None], release: str = RELEASE) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["camera", "lat", "lon"]).astype({"lat": "float64", "lon": "float64"})
    return table.assign(release=release, row=range(1, len(table) + 1))


def agencies(by_hand: ByHand, table: pd.DataFrame) -> list[str | None]:
    return by_hand.decide(table, called)


def called(name: str) -> str | None:
    return {"edina mn pd": "Edina MN PD", "epd": "Edina MN PD", "none": None}.get(" ".join(name.casefold().split()))


THREE = cameras(("node/1", 44.9, -93.3), ("node/2", 44.91, -93.31), ("pole 7", None, None))


def test_a_workspace_without_the_file_has_no_decisions(tmp_path: Path):
    assert read_by_hand(tmp_path).rows == ()
    assert read_by_hand(tmp_path).decide(THREE) == [None, None, None]


def test_the_file_of_a_workspace_is_read(tmp_path: Path):
    (tmp_path / "data" / "manual").mkdir(parents=True)
    (tmp_path / "data" / "manual" / NAME).write_bytes(lines({"camera": "node/2", "agency": "Edina MN PD"}))
    found = read_by_hand(tmp_path)
    assert agencies(found, THREE) == [None, "Edina MN PD", None]
    assert (found.rows[0].line, found.rows[0].who, found.rows[0].when) == (2, WHO["who"], WHO["when"])


@pytest.mark.parametrize(
    "camera",
    [
        "node/1", "Node/1", "NODE/1", "node/ 1", "node / 1", "node 1", "node:1", "n1", "N 1", "node/01",
        "https://www.openstreetmap.org/node/1", "openstreetmap.org/node/1/history", "http://osm.org/node/1#map=19/44.9",
        f"{RELEASE}:1", f"{RELEASE.upper()}:1", f"{RELEASE}: 1",
        "44.9,-93.3", "(44.90010, -93.3)", "44.9;-93.3", "44.9 -93.3", "+44.9,-93.3", "44.9000, -93.3000",
    ],
)  # fmt: skip
def test_a_camera_is_named_by_id_record_or_point(camera: str):
    assert agencies(decide((camera, "Edina MN PD")), THREE) == ["Edina MN PD", None, None]


def test_an_id_that_is_no_osm_object_names_its_camera():
    assert agencies(decide(("pole 7", "Edina MN PD")), THREE) == [None, None, "Edina MN PD"]


def test_none_is_no_agency_and_not_undecided():
    assert agencies(decide(("node/1", "None")), THREE) == ["", None, None]


@pytest.mark.parametrize(
    "camera",
    [
        "44,-93", "44.9,-93.3;45.0,-93.4", "node/1;node/2", "node/1, node/2", "nodes/1", "node/", "node/abc",
        "https://deflock.me/map#map=18/44.9/-93.3", "www.openstreetmap.org/#map=19/44.9/-93.3", "44,9 -93,3",
        "44.9N 93.3W; 44", "44°54'N, 93°18'W",
    ],
)  # fmt: skip
def test_what_names_no_one_camera_is_refused_with_its_line(camera: str):
    with pytest.raises(BadOwners, match=r"Line 2 of camera_owners\.csv: .* names no one camera.*node/123"):
        decide((camera, "Edina MN PD"))


@pytest.mark.parametrize("camera", ["44.9", "A-12", "7", "pole 7 b", "N12-4", "Nodeway 4"])
def test_what_can_be_the_id_of_a_list_is_kept_and_said_where_no_such_list_is_loaded(camera: str):
    (said,) = decide((camera, "Edina MN PD")).without_camera(THREE)
    assert repr(camera) in said


def test_hostile_texts_are_read_at_once():
    began = time.perf_counter()
    for text in (
        "1 " * 145,
        "1," * 149,
        "1 " * 145 + "x",
        "(1.1," * 50 + "x",
        "node/" * 59,
        "9" * 300,
        "44.9 " * 59,
        "://" * 99,
    ):
        with contextlib.suppress(BadOwners):
            decide((text, "Edina MN PD")).decide(THREE)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("agency", ["n/a", "N/A", "na", "-", "?", "unknown", "Nobody", "no agency", "null"])
def test_a_word_for_nothing_is_refused_and_none_asked_for(agency: str):
    with pytest.raises(BadOwners, match=r"Line 2 .* is no agency\. Write its name, or none"):
        decide(("node/1", agency))


def test_an_id_of_a_list_comes_before_what_it_could_mean_else():
    table = cameras(("n1", 44.0, -93.0), ("node/1", 44.9, -93.3), ("44.9,-93.3", 40.0, -90.0))
    assert agencies(decide(("n1", "Edina MN PD")), table) == ["Edina MN PD", None, None]
    assert agencies(decide(("44.9,-93.3", "Edina MN PD")), table) == [None, None, "Edina MN PD"]


def test_an_agency_that_no_file_names_is_said_with_names_that_are_alike():
    found = decide(("node/1", "Edena MN PD"), ("node/2", "edina mn pd"), ("pole 7", "none"))
    (said,) = found.without_agency(called, ["Edina MN PD", "Eagan MN PD"])
    assert "Line 2" in said
    assert "'Edena MN PD'" in said
    assert "'Edina MN PD'" in said
    assert agencies(found, THREE) == ["Edena MN PD", "Edina MN PD", ""]


def test_two_spellings_of_one_agency_are_one_decision():
    assert agencies(decide(("node/1", "Edina MN PD"), ("44.9,-93.3", "EPD")), THREE)[0] == "Edina MN PD"
    same = decide(("node/1", "Eagan MN PD"), ("node/1", "Eagan Police Department MN"))
    assert agencies(same, THREE)[0] == "Eagan MN PD"


@pytest.mark.parametrize(("metres", "is_found"), [(20, True), (24.5, True), (25.5, False), (200, False)])
def test_a_point_names_a_camera_within_25_metres(metres: float, is_found: bool):
    table = cameras(("node/1", 44.9, -93.3))
    found = decide((f"{44.9 + metres * METRE:.8f},-93.3", "Edina MN PD"))
    assert (agencies(found, table) == ["Edina MN PD"]) is is_found
    assert bool(found.without_camera(table)) is not is_found


def test_a_point_names_the_nearest_of_two_and_all_on_its_pole():
    table = cameras(
        ("node/1", 44.9 + 8 * METRE, -93.3), ("node/2", 44.9 - 5 * METRE, -93.3), ("x", 44.9 - 5 * METRE, -93.3)
    )
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        shuffled = table.iloc[order]
        found = dict(
            zip(shuffled["camera"], agencies(decide(("44.900000,-93.300000", "Edina")), shuffled), strict=True)
        )
        assert found == {"node/1": None, "node/2": "Edina", "x": "Edina"}


def test_a_line_without_a_camera_is_said():
    (said,) = decide(("node/1", "Edina MN PD"), ("node/99", "Edina MN PD")).without_camera(THREE)
    assert "Line 3" in said
    assert "'node/99'" in said


def test_an_osm_object_is_decided_in_every_release_and_another_id_must_say_which():
    second = cameras(("node/1", 44.9, -93.3), ("7", 40.0, -90.0), release=OTHER_RELEASE)
    table = pd.concat([cameras(("node/1", 44.9, -93.3), ("7", 44.8, -93.3)), second], ignore_index=True)
    assert agencies(decide(("node/1", "Edina MN PD")), table) == ["Edina MN PD", None, "Edina MN PD", None]
    assert agencies(decide((f"{OTHER_RELEASE}:2", "Edina MN PD")), table) == [None, None, None, "Edina MN PD"]
    with pytest.raises(BadOwners, match=r"Line 2 .*'7' is a camera of 2 releases"):
        decide(("7", "Edina MN PD")).decide(table)


def test_two_names_of_one_camera_that_differ_in_agency_are_refused_with_their_lines():
    for camera in ("node/1", "node/99"):  # loaded and not
        twice = decide((camera, "Edina MN PD"), (camera.upper(), "none"))
        with pytest.raises(BadOwners, match=r"Lines 2 and 3 of camera_owners\.csv decide differently on one camera"):
            agencies(twice, THREE)
    by_hand = decide(("node/1", "Edina MN PD"), ("44.9,-93.3", "Eagan MN PD"))
    with pytest.raises(BadOwners, match=r"Lines 2 and 3 .* differently on one camera \('node/1' and '44\.9,-93\.3'\)"):
        by_hand.decide(THREE)
    assert agencies(decide(("node/1", "Edina MN PD"), ("44.9,-93.3", "edina  mn pd")), THREE)[0] == "Edina MN PD"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"camera": "", "agency": "X"}, "Line 2 .* names no camera"),
        ({"camera": "node/1", "agency": ""}, "Line 2 .* names no agency for 'node/1'"),
        ({"camera": "91.5,-93.3", "agency": "X"}, "'91.5,-93.3' lies nowhere"),
        ({"camera": "node/1", "agency": "X", "why": ""}, "Line 2 .*why is empty"),
        ({"camera": "node/1", "agency": "X", "when": "3 Feb"}, "'3 Feb' is no date"),
        ({"camera": "x" * 301, "agency": "X"}, "longer than 300"),
    ],
)
def test_a_line_that_cannot_be_followed_is_refused(row: dict[str, str], said: str):
    with pytest.raises(BadOwners, match=said):
        parse_by_hand(lines(row))


def test_a_day_to_come_is_refused():
    later = (dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=3)).date().isoformat()
    with pytest.raises(BadOwners, match="lies in the future"):
        parse_by_hand(lines({"camera": "node/1", "agency": "X", "when": later}))


def test_another_header_is_refused():
    with pytest.raises(BadOwners, match="must name the columns camera, agency, who, when, why"):
        parse_by_hand(b"camera,owner\nnode/1,X\n")


def test_the_stamp_changes_with_the_file():
    assert decide(("node/1", "X")).stamp != decide(("node/1", "Y")).stamp
    assert decide(("node/1", "X")).stamp == decide(("node/1", "X")).stamp


@given(st.permutations(range(6)), st.integers(0, 5))
def test_shuffling_cameras_changes_nothing(order: list[int], which: int):
    table = cameras(*((f"node/{n}", 40 + n, -90.0) for n in range(6)))
    found = decide(
        (f"node/{which}", "Edina MN PD"), ("42.0,-90.0", "none") if which != 2 else ("node/2", "Edina MN PD")
    )
    plain = dict(zip(table["camera"], agencies(found, table), strict=True))
    shuffled = table.iloc[order]
    assert dict(zip(shuffled["camera"], agencies(found, shuffled), strict=True)) == plain
