"""Cameras in the store: what was loaded comes back, once, and each OpenStreetMap camera as it stands newest."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest

from investigate.cameras.kept import read_camera_releases, read_cameras, store_cameras
from investigate.cameras.load import CamerasLoad, read_camera_files
from investigate.columns import CAMERAS
from investigate.errors import InvestigateError

COOK = (41.8837, -87.6324)


def write(path: Path, cameras: list[tuple[int, str]], day: str | None = None) -> Path:
    """An Overpass answer with these nodes and their operators."""
    elements = [
        {
            "type": "node", "id": number, "lat": COOK[0], "lon": COOK[1] + number / 1000,
            "tags": {"surveillance:type": "ALPR", "operator": operator, "direction": "90;180"},
        }
        for number, operator in cameras
    ]  # fmt: skip
    about = {"timestamp_osm_base": f"{day}T00:00:00Z"} if day else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"osm3s": about, "elements": elements}), encoding="utf-8")
    return path


def keep(workspace: Path, *paths: Path, **said: Any) -> CamerasLoad:
    load = read_camera_files(list(paths), **said)
    store_cameras(load, workspace)
    return load


def operators(cameras: gpd.GeoDataFrame) -> list[str]:
    return [f"{camera} {operator}" for camera, operator in zip(cameras["camera"], cameras["operator"], strict=True)]


def test_what_is_stored_comes_back_column_by_column(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("camera,lat,lon,address\na,,,1 Main St\nb,0,0,\nc,42.4362,-82.8758,\n")
    load = keep(tmp_path / "room", write(tmp_path / "a.json", [(1, "A PD"), (2, "B PD")], "2026-01-05"), tmp_path)
    back = read_cameras(tmp_path / "room")
    assert list(back.columns) == [*CAMERAS.names, "geometry"]
    assert back.crs == load.table.crs
    assert back["directions"].tolist()[:2] == [[90.0, 180.0], [90.0, 180.0]]
    assert back.loc[0, "snapshot"] == dt.date(2026, 1, 5)
    pd.testing.assert_frame_equal(pd.DataFrame(back), pd.DataFrame(load.table))
    assert back.geometry.isna().tolist() == [False, False, True, True, False]
    assert back["off_shore_m"].notna().tolist() == [False] * 4 + [True]
    assert back.attrs["releases"] == load.releases == read_camera_releases(tmp_path / "room")


def test_other_tools_read_it_as_geoparquet(tmp_path: Path) -> None:
    load = read_camera_files(write(tmp_path / "a.json", [(1, "A PD")], "2026-01-05"))
    [path] = store_cameras(load, tmp_path / "room")
    assert path == tmp_path / "room" / "data" / "store" / "cameras" / f"{load.releases[0]['release']}.parquet"
    other = gpd.read_parquet(path)
    assert other.crs.to_epsg() == 4326
    assert other.geometry.iloc[0].equals(load.table.geometry.iloc[0])
    assert other["operator"].tolist() == ["A PD"]


def test_an_empty_store_and_a_release_without_cameras_give_no_rows_of_the_same_types(tmp_path: Path) -> None:
    full = keep(tmp_path / "full", write(tmp_path / "a.json", [(1, "A PD")])).table
    assert len(read_cameras(tmp_path / "none")) == 0
    assert read_cameras(tmp_path / "none").attrs == {"repeats": 0, "recurring": [], "releases": []}
    keep(tmp_path / "empty", write(tmp_path / "b.json", []))
    for room in ("none", "empty"):
        assert read_cameras(tmp_path / room).dtypes.to_dict() == full.dtypes.to_dict()
    assert len(read_camera_releases(tmp_path / "empty")) == 1


def test_loading_twice_is_loading_once_and_what_is_said_last_counts(tmp_path: Path) -> None:
    room, path = tmp_path / "room", write(tmp_path / "a.json", [(1, "A PD")])
    keep(room, path)
    keep(room, path, snapshot="2025-12-29")
    back = read_cameras(room, distinct=False)
    assert back["snapshot"].tolist() == [dt.date(2025, 12, 29)]
    assert [one["snapshot"] for one in read_camera_releases(room)] == ["2025-12-29"]


def test_a_corrected_file_at_the_same_path_replaces_the_wrong_one(tmp_path: Path) -> None:
    room, path = tmp_path / "room", tmp_path / "list.csv"
    other = write(tmp_path / "a.json", [(1, "A PD")])
    for operator in ("wrong", "right"):
        path.write_text(f"camera id,lat,lon,operator\n1,41.9,-88.0,{operator}\n")
        keep(room, path, other)
    assert operators(read_cameras(room)) == ["node/1 A PD", "1 right"]
    path.write_bytes(b"%PDF-1.7")
    keep(room, path)
    assert operators(read_cameras(room)) == ["node/1 A PD", "1 right"]


def test_refused_files_change_nothing(tmp_path: Path) -> None:
    room = tmp_path / "room"
    keep(room, write(tmp_path / "a.json", [(1, "A PD")]))
    before = {path: path.read_bytes() for path in room.rglob("*.parquet")}
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7")
    assert keep(room, tmp_path / "b.pdf").refused
    assert {path: path.read_bytes() for path in room.rglob("*.*")} == before


def test_of_a_camera_in_several_releases_the_newest_stands(tmp_path: Path) -> None:
    room = tmp_path / "room"
    old = write(tmp_path / "a.json", [(1, "old"), (2, "old")], "2025-01-01")
    new = write(tmp_path / "b.json", [(2, "new"), (3, "new")], "2026-01-01")
    undated = write(tmp_path / "0.json", [(1, "undated"), (4, "undated")])
    keep(room, old, new, undated)
    back = read_cameras(room)
    assert operators(back) == ["node/4 undated", "node/1 old", "node/2 new", "node/3 new"]
    assert back.attrs["repeats"] == 2
    assert len(read_cameras(room, distinct=False)) == 6
    assert read_cameras(room, distinct=False).attrs["repeats"] == 0


def test_of_two_releases_of_one_day_the_first_path_stands_and_of_one_file_the_first_record(tmp_path: Path) -> None:
    room = tmp_path / "room"
    keep(room, write(tmp_path / "b.json", [(1, "b")], "2026-01-01"))
    keep(room, write(tmp_path / "a.json", [(1, "a"), (1, "a again")], "2026-01-01"))
    assert operators(read_cameras(room)) == ["node/1 a"]
    assert read_cameras(room).attrs["repeats"] == 2


def test_own_numbers_of_two_lists_are_not_the_same_camera(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"id,lat,lon,operator\n1,41.9,-88.0,{name}\n1,41.9,-88.0,{name}\n")
    keep(tmp_path / "room", tmp_path / "a.csv", tmp_path / "b.csv", source="released")
    assert operators(read_cameras(tmp_path / "room")) == ["1 a", "1 a", "1 b", "1 b"]


def test_a_stored_file_of_another_version_asks_to_load_again(tmp_path: Path) -> None:
    room = tmp_path / "room"
    load = keep(room, write(tmp_path / "a.json", [(1, "A PD")]))
    [path] = store_cameras(load, room)
    pq.write_table(pq.read_table(path).drop_columns("off_shore_m"), path)
    with pytest.raises(InvestigateError, match=r"another version.*investigate cameras .*a\.json"):
        read_cameras(room)


def test_a_damaged_stored_file_is_told(tmp_path: Path) -> None:
    room = tmp_path / "room"
    load = keep(room, write(tmp_path / "a.json", [(1, "A PD")]))
    [path] = store_cameras(load, room)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(InvestigateError, match="cannot be read"):
        read_cameras(room)
    keep(room, tmp_path / "a.json")
    assert len(read_cameras(room)) == 1


LISTED = "camera id,lat,lon,address,operator\n"


def listed(path: Path, *rows: str) -> Path:
    path.write_text(LISTED + "".join(f"{row}\n" for row in rows))
    return path


def test_of_two_dated_lists_of_one_agency_the_newest_row_of_a_camera_stands(tmp_path: Path) -> None:
    room = tmp_path / "room"
    same = ["7,41.9,-88.0,,Mossgate PD", "8,,,1 Oak St,Mossgate PD"]
    old = listed(tmp_path / "a_2024-01-01.csv", *same, "9,41.5,-88.0,,Mossgate PD")
    new = listed(tmp_path / "b_2025-01-01.csv", *same, "9,41.8,-88.0,,Mossgate PD", "10,41.7,-88.0,,Mossgate PD")
    load = keep(room, old, new)
    assert "have the same operator" in " ".join(load.releases[1]["warnings"])
    back = read_cameras(room)
    days = [f"{camera} {day.year}" for camera, day in zip(back["camera"], back["snapshot"], strict=True)]
    assert days == ["9 2024", "7 2025", "8 2025", "9 2025", "10 2025"]  # a camera that moved is two
    assert back.attrs["repeats"] == 2
    [said] = back.attrs["recurring"]
    assert "1 camera of a_2024-01-01.csv and of b_2025-01-01.csv" in said
    assert len(read_cameras(room, distinct=False)) == 7


def test_two_agencies_lists_that_share_numbers_recur_in_nothing(tmp_path: Path) -> None:
    room = tmp_path / "room"
    keep(room, listed(tmp_path / "a.csv", "1,41.9,-88.0,,A PD"), listed(tmp_path / "b.csv", "1,41.9,-88.0,,B PD"))
    assert len(read_cameras(room)) == 2
    assert read_cameras(room).attrs["recurring"] == []


def test_what_was_said_of_the_same_bytes_holds_until_it_is_said_anew(tmp_path: Path) -> None:
    room, path = tmp_path / "room", listed(tmp_path / "list.csv", "1,41.9,-88.0,,")
    options = {"source": "released", "licence": "CC BY 4.0", "snapshot": "2025-12-29", "operator": "Mossgate PD"}
    store_cameras(read_camera_files(path, workspace=room, **options), room)
    again = read_camera_files(path, workspace=room)
    store_cameras(again, room)
    [entry] = again.releases
    assert (entry["source"], entry["licence"], entry["snapshot"]) == ("released", "CC BY 4.0", "2025-12-29")
    assert again.table["operator"].tolist() == ["Mossgate PD"]
    assert "were loaded before, and what was said of them then still holds" in " ".join(entry["warnings"])
    anew = read_camera_files(path, workspace=room, snapshot="2026-01-05")
    assert (anew.releases[0]["source"], anew.releases[0]["snapshot"]) == ("released", "2026-01-05")
    assert read_camera_files(path, workspace=tmp_path / "other").releases[0]["source"] == "unknown"
    path.write_text(path.read_text() + "2,41.8,-88.0,,\n")
    assert read_camera_files(path, workspace=room).releases[0]["source"] == "unknown"
