"""What a list says as a whole: whether it is of cameras, which of its records read plates, stand, or are several."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from investigate.cameras.load import CamerasLoad, read_camera_files

AT = (41.8837, -87.6324)


def table(path: Path, header: list[str], *rows: list[Any]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def load(path: Path, column: str, *said: str, **options: Any) -> CamerasLoad:
    rows = [[number, text, *AT] for number, text in enumerate(said, start=1)]
    return read_camera_files(table(path / "cameras.csv", ["camera_id", column, "lat", "lon"], *rows), **options)


def told(found: CamerasLoad) -> str:
    [entry] = found.releases
    return entry["refused_because"] or " ".join(entry["warnings"])


@pytest.mark.parametrize("column", ["type", "Camera Type", "device type", "Model", "Technology"])
def test_once_a_column_names_a_plate_reader_its_other_values_are_other_kinds(tmp_path: Path, column: str) -> None:
    found = load(tmp_path, column, "PTZ", "LPR", "Dome", "Traffic Signal", "Fire hydrant", "Falcon", "unknown")
    assert found.table["camera"].tolist()[:2] == ["2", "6"]
    assert set(found.table["camera"]) <= {"2", "6", "7"}
    assert "4" not in set(found.table["camera"])
    [entry] = found.releases
    assert entry["rows_read"] == 7 == entry["rows_loaded"] + entry["other_kinds"]
    assert "'Traffic Signal' 1" in told(found)
    assert found.table["kind"].tolist()[:2] == ["alpr", "alpr"]
    assert found.table["kind_said"].tolist()[:2] == ["LPR", "Falcon"]


def test_flocks_other_products_are_known_by_name(tmp_path: Path) -> None:
    found = load(tmp_path, "Model", "Condor PTZ", "Flock Raven", "Falcon Flex", "Sparrow", "V3")
    assert found.table["camera"].tolist() == ["3", "4"]
    alone = load(tmp_path, "Model", "Condor", "V3")
    assert alone.table["camera"].tolist() == ["2"]
    assert alone.table["kind"].tolist() == ["assumed alpr"]


def test_how_a_camera_is_built_separates_nothing_beside_a_column_of_kinds(tmp_path: Path) -> None:
    rows = [["1", "ALPR", "fixed", *AT], ["2", "ALPR", "dome", *AT], ["3", "", "dome", *AT]]
    path = table(tmp_path / "a.csv", ["camera id", "surveillance:type", "camera:type", "lat", "lon"], *rows)
    assert read_camera_files(path).table["camera"].tolist() == ["1", "2", "3"]


def test_records_that_name_no_kind_are_counted_as_assumed(tmp_path: Path) -> None:
    found = load(tmp_path, "type", "ALPR", "", "")
    assert found.releases[0]["assumed"] == 2 == (found.table["kind"] == "assumed alpr").sum()
    assert "2 of 3 records name no kind of camera" in told(found)
    assert load(tmp_path, "type", "ALPR").releases[0]["assumed"] == 0


def test_what_does_not_stand_is_left_out_and_counted(tmp_path: Path) -> None:
    found = load(tmp_path, "Status", "Installed", "Proposed", "Removed", "Active", "pending permit", "Pending repair")
    assert found.table["camera"].tolist() == ["1", "4", "6"]
    [entry] = found.releases
    assert (entry["not_standing"], entry["other_kinds"], entry["rows_read"], entry["rows_loaded"]) == (3, 3, 6, 3)
    assert "3 left out as not standing" in told(found)


def test_a_disused_camera_of_openstreetmap_does_not_stand(tmp_path: Path) -> None:
    kinds = [{"man_made": "surveillance"}, {"disused:man_made": "surveillance"}, {"removed:man_made": "surveillance"}]
    elements = [
        {"type": "node", "id": at, "lat": AT[0], "lon": AT[1], "tags": {**tags, "surveillance:type": "ALPR"}}
        for at, tags in enumerate(kinds, start=1)
    ]
    (tmp_path / "a.json").write_text(json.dumps({"osm3s": {}, "elements": elements}))
    found = read_camera_files(tmp_path / "a.json")
    assert found.table["camera"].tolist() == ["node/1"]
    assert found.releases[0]["not_standing"] == 2


def test_a_column_of_amounts_is_added_up_and_each_record_counts_once(tmp_path: Path) -> None:
    found = load(tmp_path, "Number of Cameras", "4", "2")
    assert len(found.table) == 2
    assert "adds up to 6 cameras in 2 records" in told(found)
    assert "adds up" not in told(load(tmp_path, "Number of Cameras", "1", "1"))


HYDRANT = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [AT[1], AT[0]]}, "properties": {"id": 5}}
OTHERS = {
    "schools.csv": "School Name,Address,City,Latitude,Longitude\nLincoln,1 Main St,Mossgate,41.88,-87.63\n",
    "agencies.csv": "ori,agency_name,lat,lon,officers\nIL01,Mossgate PD,41.88,-87.63,120\n",
    "addresses.csv": "name,address,phone\nA. Person,12 Oak St,555-1212\n",
    "hydrants.geojson": json.dumps({"type": "FeatureCollection", "features": [HYDRANT]}),
    "prices.csv": "callprice,lat,lon\n3,41.88,-87.63\n",
}


@pytest.mark.parametrize("name", OTHERS)
def test_places_of_which_nothing_says_that_they_are_cameras_are_refused_unless_a_person_says_so(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text(OTHERS[name])
    found = read_camera_files(tmp_path / name)
    assert found.releases[0]["status"] == "refused"
    assert f"{name} has places, and nothing in it says that they are cameras" in told(found)
    assert "--source released" in told(found)
    assert "1212" not in told(found)
    insisted = read_camera_files(tmp_path / name, source="released")
    assert (insisted.releases[0]["status"], len(insisted.table)) == ("loaded", 1)


@pytest.mark.parametrize(
    ("name", "header", "cells"),
    [
        ("list.csv", "CamID,lat,lon", "1,41.88,-87.63"), ("alpr.csv", "id,lat,lon", "1,41.88,-87.63"),
        ("list.csv", "id,lat,lon,vendor", "1,41.88,-87.63,Motorola"), ("x.csv", "name,lat,lon", "LPR 4,41.88,-87.63"),
        ("deflock.csv", "id,lat,lon", "1,41.88,-87.63"), ("x.csv", "id,lat,lon,notes", "1,41.88,-87.63,plate reader"),
        ("x.csv", "id,lat,lon,camera:direction", "1,41.88,-87.63,90"),
    ],
)  # fmt: skip
def test_a_name_a_column_or_a_maker_says_that_they_are_cameras(
    tmp_path: Path, name: str, header: str, cells: str
) -> None:
    (tmp_path / name).write_text(f"{header}\n{cells}\n")
    assert len(read_camera_files(tmp_path / name).table) == 1
