"""Lists that name no operator: the agency that released them runs their cameras, unless they are OpenStreetMap's."""

from __future__ import annotations

from pathlib import Path

import pytest

from investigate.cameras.load import read_camera_files
from investigate.cameras.releaser import releaser_in

LIST = "Camera ID,Location,City\n1,Oak & 1st,Mossgate\n2,Elm & 2nd,Mossgate\n"


def write(folder: Path, name: str, text: str = LIST) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("stem", "agency"),
    [
        ("Mossgate IL PD camera list", "Mossgate IL PD"), ("mossgate-il-pd_cameras-2025", "Mossgate IL PD"),
        ("Mossgate IL PD ALPR locations", "Mossgate IL PD"), ("alpr", None), ("LPR cameras", None), ("cameras", None),
        ("camera-list-2025", None), ("download (3)", None),
    ],
)  # fmt: skip
def test_an_agency_is_read_from_a_name_that_holds_one(stem: str, agency: str | None) -> None:
    assert releaser_in(stem) == agency


def test_a_list_that_names_nobody_is_of_the_agency_in_its_name_and_says_so(tmp_path: Path) -> None:
    load = read_camera_files(write(tmp_path, "Mossgate IL PD camera list.csv"))
    assert load.table["operator"].tolist() == ["Mossgate IL PD"] * 2
    assert load.table["operator_kind"].tolist() == ["public"] * 2
    assert any("Mossgate IL PD was taken from the file's name" in note for note in load.releases[0]["warnings"])


def test_who_a_person_says_wins_over_the_name_and_fills_only_what_is_silent(tmp_path: Path) -> None:
    text = "Camera ID,Location,City,Operator\n1,Oak & 1st,Mossgate,Elmford Mall LLC\n2,Elm & 2nd,Mossgate,\n"
    path = write(tmp_path, "Mossgate IL PD camera list.csv", text)
    assert read_camera_files(path).table["operator"].isna().tolist() == [False, True]
    said = read_camera_files(path, operator="Ashmoor IL PD")
    assert said.table["operator"].tolist() == ["Elmford Mall LLC", "Ashmoor IL PD"]
    assert not any("file's name" in note for note in said.releases[0]["warnings"])


def test_of_openstreetmap_data_nobody_says_who_runs_them_all(tmp_path: Path) -> None:
    text = '[{"osmId": 1, "osmType": "node", "lat": 40.1, "lon": -89.1, "brand": "Flock Safety"}]'
    load = read_camera_files(write(tmp_path, "Mossgate IL PD cameras.json", text), operator="Mossgate IL PD")
    assert load.table["operator"].isna().all()
    assert any("it was not followed" in note for note in load.releases[0]["warnings"])


@pytest.mark.parametrize(
    "stem",
    ["mossgate-il-pd_response_to_john-smith", "Mossgate IL PD reply to Jane Doe", "john-smith_mossgate-il-pd_cameras",
     "from Jane Doe Mossgate IL PD", "Records request Mossgate IL PD", "for-jane-doe-mossgate-il-pd"],
)  # fmt: skip
def test_a_name_that_holds_more_than_an_agency_names_none(stem: str) -> None:
    assert releaser_in(stem) is None


@pytest.mark.parametrize(
    ("said", "operator"),
    [
        ("Mossgate PD 312-555-0123", "Mossgate PD"),
        ("Mossgate PD (312) 555-0123", "Mossgate PD"),
        ("Mossgate PD, tel. +1 312.555.0123 ext. 4", "Mossgate PD"),
        ("312-555-0123", None),
        ("Precinct 12 Police 2025", "Precinct 12 Police 2025"),
        ("PD 3125550123 Mossgate", "PD Mossgate"),
    ],
)
def test_a_telephone_number_is_no_part_of_an_operator(tmp_path: Path, said: str, operator: str | None) -> None:
    path = write(tmp_path, "cameras.csv", f'Camera ID,Location,Operator\n1,Oak & 1st,"{said}"\n')
    assert read_camera_files(path).table["operator"].tolist() == [operator]
