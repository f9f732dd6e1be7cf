"""When a search was made, which rows are one search and which searches one case."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made_logs import AUDIT, PORTAL, load, record, write_log

# ---- times and keys -------------------------------------------------------------------------------------------


def test_local_days_across_the_change_of_clocks(tmp_path: Path) -> None:
    times = {
        "2026-03-08T05:59:59Z": "2026-03-07",  # Chicago is 6 hours behind
        "2026-03-08T06:00:00Z": "2026-03-08",
        "2026-03-09T04:59:59Z": "2026-03-08",  # clocks went forward: 5 hours behind
        "2026-03-09T05:00:00Z": "2026-03-09",
        "2025-11-02T04:59:59.999Z": "2025-11-01",
        "2025-11-02T05:00:00Z": "2025-11-02",
        "2025-11-03T05:30:00Z": "2025-11-02",
        "2025-11-03T06:00:00Z": "2025-11-03",
    }
    rows = [record(number, PORTAL, searchDate=time) for number, time in enumerate(times)]
    loaded = load(write_log(tmp_path / "mossgate-il-pd" / "audit.csv", rows, header=PORTAL), tmp_path)
    assert [str(day)[:10] for day in loaded.searches["local_date"]] == list(times.values())
    assert set(loaded.searches["searched_at_basis"]) == {"stated"}


def test_a_given_zone_reads_only_times_that_state_none(tmp_path: Path) -> None:
    times = ["07/01/2026 10:00:00 AM", "07/01/2026, 10:00:00 AM UTC", "2026-01-01 10:00:00"]
    rows = [record(number, AUDIT, SearchTime=time) for number, time in enumerate(times)]
    path = write_log(tmp_path / "mossgate-il-pd" / "audit.csv", rows, header=AUDIT)
    local = load(path, tmp_path, timezone="America/Chicago").searches
    assert [at.hour for at in local["searched_at"]] == [15, 10, 16]
    assert list(local["searched_at_basis"]) == ["given", "stated", "given"]
    plain = load(path, tmp_path / "b").searches
    assert [at.hour for at in plain["searched_at"]] == [10, 10, 10]
    assert list(plain["searched_at_basis"]) == ["assumed_utc", "stated", "assumed_utc"]


def keys(folder: Path, name: str, records: list[list[str]], header: list[str] = AUDIT, **given: Any) -> list[str]:
    return list(
        load(write_log(folder / name, records, header=header), folder / "w" / name, **given).searches["search_key"]
    )


NO_ID = [name for name in AUDIT if name != "ID"]


@pytest.mark.parametrize("header", [AUDIT, NO_ID])
def test_one_search_in_the_logs_of_two_owners_has_one_key(tmp_path: Path, header: list[str]) -> None:
    """Whatever each release redacted, and whichever way it spells the agency's blanks and case."""
    here = [record(number, header, SearchTime=f"03/08/2026, 10:0{number}:00 AM UTC") for number in range(3)]
    redacted = {"LicensePlate": "***", "Reason": "REDACTED", "Name": "***", "Case": "***", "Filters": "SUV"}
    there = [
        record(number, header, SearchTime=f"3/8/2026, 10:0{number}:00 AM UTC", OrgName="MOSSGATE  IL PD ", **redacted)
        for number in range(3)
    ]
    first = keys(tmp_path, "Fernhollow IL PD_Network_Audit.csv", here, header)
    second = keys(tmp_path, "Quarrydale TX SO_Network_Audit.csv", there, header)
    own = keys(tmp_path, "Mossgate IL PD_Organization_Audit.csv", here, header)
    assert first == second == own
    assert len(set(first)) == 3
    assert all(len(key) == 16 for key in first)


def test_without_ids_a_search_is_told_by_agency_second_networks_and_window(tmp_path: Path) -> None:
    others = [
        {"OrgName": "Fernhollow IL PD"},
        {"SearchTime": "03/08/2026, 10:05:01 AM UTC"},
        {"TotalNetworksSearched": "121"},
        {"TimeFrame": "03/02/2026, 10:00:00 AM UTC\n03/08/2026, 10:00:00 AM UTC"},
        {"TimeFrame": "03/01/2026, 10:00:00 AM UTC\n03/08/2026, 10:00:01 AM UTC"},
    ]
    rows = [record(1, NO_ID), *(record(1, NO_ID, **other) for other in others)]
    found = keys(tmp_path, "Quarrydale TX SO_Network_Audit.csv", rows, NO_ID)
    assert len(set(found)) == len(rows)


def test_searches_of_nobody_known_are_not_merged_between_releases(tmp_path: Path) -> None:
    rows = [record(1, NO_ID, OrgName="***")]
    one = keys(tmp_path, "Quarrydale TX SO_Network_Audit.csv", rows, NO_ID)
    other = keys(tmp_path, "Fernhollow IL PD_Network_Audit.csv", [*rows, []], NO_ID)
    assert one != other


def test_case_key_ties_by_number_then_by_reason_and_never_by_what_is_withheld(tmp_path: Path) -> None:
    cells = [
        {"Case": "26-00419", "Reason": "theft"},
        {"Case": "2600419", "Reason": "other words"},
        {"Case": "26-00420", "Reason": "theft"},
        {"Case": "", "Reason": "Theft "},
        {"Case": "***", "Reason": "theft"},
        {"Case": "", "Reason": "***"},
        {"Case": "", "Reason": ""},
    ]
    rows = [record(number, **cell) for number, cell in enumerate(cells)]
    found = list(load(write_log(tmp_path / "mossgate-il-pd" / "a.csv", rows), tmp_path).searches["case_key"])
    assert found[0] == found[1] != found[2]
    assert found[3] == found[4]
    assert len({found[0], found[2], found[3]}) == 3
    assert pd.isna(found[5])
    assert pd.isna(found[6])


# ---- properties -----------------------------------------------------------------------------------------------


def many(seed: int) -> list[list[str]]:
    dice = random.Random(seed)
    rows = []
    for number in range(60):
        rows.append(
            record(
                number,
                OrgName=dice.choice(["Mossgate IL PD", "Fernhollow IL PD", "***", 'O’Quarry "East" TX SO']),
                Reason=dice.choice(["theft", "", "***", "inv, 12", "line\nbreak", "12.0", "x" * 300]),
                Case=dice.choice(["", "26-00419", "n/a"]),
                SearchTime=dice.choice(["03/08/2026, 10:05:00 AM UTC", "03/09/2026, 11:05:00 PM UTC", "never", ""]),
                TotalNetworksSearched=dice.choice(["0", "1,400", "——"]),
            )
        )
    return rows


def content(folder: Path, files: dict[str, list[list[str]]]) -> list[Any]:
    """All searches and rejects of some files, as a sorted list without release and row; tokens are keyed anew in
    each workspace, so only whether there is one counts."""
    for name, rows in files.items():
        write_log(folder / "in" / name, rows)
    loaded = load(folder / "in", folder)
    searches = loaded.searches.drop(columns=["release", "row"])
    for name in ("user_token", "plate_token", "case_key", "event_key"):
        searches[name] = searches[name].notna()
    rejects = loaded.rejects[["column", "value", "why"]]
    return sorted(map(str, [*searches.itertuples(index=False, name=None), *rejects.itertuples(index=False, name=None)]))


@pytest.mark.parametrize("seed", range(3))
def test_order_and_division_of_the_files_change_nothing(tmp_path: Path, seed: int) -> None:
    rows = many(seed)
    name = "Mossgate IL PD_Network_Audit"
    whole = content(tmp_path / "whole", {f"{name}.csv": rows})
    assert len(whole) == 60
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert content(tmp_path / "shuffled", {f"{name}.csv": shuffled}) == whole
    cut = 10 + seed
    assert content(tmp_path / "cut", {f"{name}_1.csv": rows[:cut], f"{name}_2.csv": [*rows[cut:], []]}) == whole


def test_repeats_in_a_file_count_every_row_beyond_the_first(tmp_path: Path) -> None:
    rows = [record(1), record(1), record(2), record(1), record(2, Reason="Burglary - shed "), record(3)]
    loaded = load(write_log(tmp_path / "mossgate-il-pd" / "a.csv", rows), tmp_path)
    assert loaded.entry["repeats_in_file"] == 3
    assert loaded.entry["rows_loaded"] == 6
    assert loaded.searches["search_key"].nunique() == 3
