"""Invented cameras: the same bytes each time, near the owners' invented seats, with what was planted written down."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from investigate.agencies.aliases import read_aliases
from investigate.errors import InvestigateError
from investigate.sample import world
from investigate.sample.cameras import JSON_NAME, LIST_NAME, LISTED, OWNERS, SPREAD, TRUTH, make_sample_cameras

COMMITTED = Path(__file__).resolve().parent.parent / "data" / "sample" / "cameras"


def read(folder: Path) -> tuple[list[dict[str, object]], dict[str, int]]:
    answer = json.loads((folder / JSON_NAME).read_text(encoding="utf-8"))
    return answer["elements"], json.loads((folder / TRUTH).read_text(encoding="utf-8"))


def test_the_same_numbers_give_the_same_bytes_and_the_committed_sample_is_them(tmp_path: Path) -> None:
    make_sample_cameras(tmp_path / "a", 260, 20250120)
    for name in (JSON_NAME, LIST_NAME, TRUTH):
        assert (tmp_path / "a" / name).read_bytes() == (COMMITTED / name).read_bytes()


def test_the_truth_is_what_stands_in_the_file(tmp_path: Path) -> None:
    make_sample_cameras(tmp_path, 700, 3)
    elements, truth = read(tmp_path)
    kinds = Counter(str(one["tags"]["surveillance:type"]) for one in elements)  # type: ignore[index]
    assert truth["elements"] == len(elements)
    assert truth["another kind of camera"] == kinds["camera"] + kinds["guard"]
    planted = [number for name, number in truth.items() if name not in ("asked", "seed", "elements")]
    assert sum(planted) == len(elements)
    assert len({one["id"] for one in elements}) == len(elements)


def test_every_point_lies_near_its_owner_or_is_one_of_the_spoiled(tmp_path: Path) -> None:
    make_sample_cameras(tmp_path, 700, 3)
    elements, truth = read(tmp_path)
    near = [
        one
        for one in elements
        if "lat" in one
        and any(abs(one["lat"] - lat) <= SPREAD and abs(one["lon"] - lon) <= SPREAD for _, lat, lon, *_ in OWNERS)  # type: ignore[operator]
    ]
    spoiled = truth.get("no coordinates", 0) + truth.get("swapped", 0)
    assert spoiled > 0
    assert len(near) == len(elements) - spoiled


def test_the_owners_are_those_of_the_logs_and_lie_where_the_sample_puts_them() -> None:
    aliases = read_aliases("sample")
    assert {name for name, *_ in OWNERS} == {owner.name for owner in world.OWNERS}
    for name, lat, lon, *_ in OWNERS:
        found = aliases.find(name)
        assert found is not None
        assert (found.lat, found.lon) == (lat, lon)


def test_the_released_list_has_addresses_and_no_coordinates(tmp_path: Path) -> None:
    make_sample_cameras(tmp_path, 10)
    rows = list(csv.DictReader((tmp_path / LIST_NAME).open(encoding="utf-8")))
    assert len(rows) == LISTED
    assert set(rows[0]) == {"Camera ID", "Location", "City", "State", "Make", "Facing"}


def test_a_folder_with_something_else_in_it_and_wrong_numbers_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InvestigateError, match="nothing in it was touched"):
        make_sample_cameras(tmp_path, 5)
    with pytest.raises(InvestigateError, match="Ask for 1 to 2,000,000"):
        make_sample_cameras(tmp_path / "new", 0)
