"""Headers: those that nobody has seen before, those that stand again, and tables that only look like a log."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_logs import AUDIT, as_csv, load, record, search_id

WHEN = "03/08/2026, 10:05:00 AM UTC"


def write(path: Path, rows: list[list[str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_csv(rows), encoding="utf-8")
    return path


# ---- not seen before --------------------------------------------------------------------------------------------


def test_a_header_not_seen_before_is_matched_and_the_mapping_is_printed(tmp_path: Path) -> None:
    header = ["Ref", "Searching Agency", "Date/Time of Search", "Search Reason", "Case No.", "Networks Searched"]
    rows = [["1", "Mossgate IL PD", WHEN, "theft", "26-1", "7"], ["2", "Fernhollow IL PD", WHEN, "fraud", "", "8"]]
    loaded = load(write(tmp_path / "quarrydale-tx-so" / "log.csv", [header, *rows]), tmp_path)
    assert (loaded.entry["layout"], loaded.entry["rows_loaded"]) == ("matched", 2)
    said = " ".join(loaded.entry["warnings"])
    for part in ("org ← 'Searching Agency'", "searched ← 'Date/Time of Search'", "reason ← 'Search Reason'"):
        assert part in said
    assert "networks ← 'Networks Searched'" in said
    assert "case_number ← 'Case No.'" in said
    assert "Columns not known and not read: Ref." in said
    assert loaded.reasons() == ["theft", "fraud"]
    assert list(loaded.searches["networks_count"]) == [7, 8]


def test_a_family_of_layouts_prints_its_mapping_and_a_known_generation_does_not(tmp_path: Path) -> None:
    short = ["Org Name", "Total Networks Searched", "Reason", "Search Time"]
    rows = [short, ["Mossgate IL PD", "7", "theft", WHEN]]
    family = load(write(tmp_path / "a" / "mossgate-il-pd" / "log.csv", rows), tmp_path / "a").entry
    assert "read as: org ← 'Org Name'" in family["warnings"][0]
    known = load(write(tmp_path / "b" / "mossgate-il-pd" / "log.csv", [AUDIT, record(1)]), tmp_path / "b").entry
    assert known["warnings"] == []


def test_a_header_that_states_utc_states_the_zone_of_its_cells(tmp_path: Path) -> None:
    header = ["Search Time (UTC)", "Org Name", "Search Type", "Reason"]
    rows = [header, ["2026-03-08 10:05:00", "Mossgate CA PD", "lookup", "theft"]]
    loaded = load(write(tmp_path / "mossgate-ca-pd" / "log.csv", rows), tmp_path, timezone="America/Los_Angeles")
    assert str(loaded.searches["searched_at"][0]) == "2026-03-08 10:05:00+00:00"
    assert loaded.searches["searched_at_basis"][0] == "stated"


@pytest.mark.parametrize(
    "header",
    [
        ["DateTime", "Reason", "Driver"],
        ["Date", "Time", "Officer", "License Plate", "Reason"],
        ["Agency", "DateTime", "Case Number", "Reason"],
        ["Timestamp", "User", "Purpose", "Department"],
    ],
)
def test_a_table_of_stops_or_calls_is_no_log(tmp_path: Path, header: list[str]) -> None:
    rows = [header, ["2026-01-01 10:00:00"] + ["x"] * (len(header) - 1)]
    entry = load(write(tmp_path / "mossgate-il-pd" / "log.csv", rows), tmp_path).entry
    assert entry["status"] == "refused"
    assert "sources.csv" in entry["refused_because"]


def test_a_first_record_without_a_header_is_never_quoted(tmp_path: Path) -> None:
    rows = [["Type", "Officer Quillon", "ZZ9PLATE", "time"], ["Officer", "Date", "ZZ8PLATE", "case"]]
    entry = load(write(tmp_path / "log.csv", rows), tmp_path).entry
    assert "PLATE" not in entry["refused_because"]


# ---- again in the middle ----------------------------------------------------------------------------------------

OLDER = ["Name", "Org Name", "Total Networks Searched", "Total Devices Searched", *AUDIT[4:]]


def older(number: int, **cells: str) -> list[str]:
    """A record of the generation with 13 columns that has cameras and no id."""
    new = record(number, **cells)
    return [*new[1:4], "60", *new[4:]]


def test_two_exports_under_one_another_are_each_read_by_their_own_header(tmp_path: Path) -> None:
    """Both generations have 13 columns, and the time stands in the same place: only the names tell them apart."""
    assert len(OLDER) == len(AUDIT)
    rows = [OLDER, older(1, Reason="theft"), AUDIT, record(2, Reason="fraud"), record(3), OLDER, older(4)]
    loaded = load(write(tmp_path / "mossgate-il-pd" / "log.csv", rows), tmp_path)
    assert (loaded.entry["rows_loaded"], loaded.entry["rows_rejected"]) == (4, 2)
    assert list(loaded.rejects["row"]) == [3, 6]
    assert set(loaded.rejects["why"]) == {"the header again, in the middle of the file"}
    assert list(loaded.searches["searching_agency"]) == ["Mossgate IL PD"] * 4
    assert list(loaded.searches["search_id"].fillna("")) == ["", search_id(2), search_id(3), ""]
    assert loaded.searches["devices_count"].notna().tolist() == [True, False, False, True]
    assert loaded.reasons() == ["theft", "fraud", "Burglary - shed", "Burglary - shed"]
    assert any("From record 3 on" in warning for warning in loaded.entry["warnings"])


def test_the_same_header_again_is_rejected_and_changes_nothing(tmp_path: Path) -> None:
    rows = [AUDIT, record(1), AUDIT, record(2), AUDIT]
    loaded = load(write(tmp_path / "mossgate-il-pd" / "log.csv", rows), tmp_path)
    assert (loaded.entry["rows_read"], loaded.entry["rows_loaded"], loaded.entry["rows_rejected"]) == (4, 2, 2)
    assert not any("From record" in warning for warning in loaded.entry["warnings"])


def test_a_header_with_other_columns_further_down_adds_them(tmp_path: Path) -> None:
    short = ["Org Name", "Search Type", "Reason", "Search Time"]
    rows = [short, ["Mossgate IL PD", "lookup", "theft", WHEN], AUDIT, record(2)]
    loaded = load(write(tmp_path / "mossgate-il-pd" / "log.csv", rows), tmp_path)
    assert loaded.entry["rows_loaded"] == 2
    assert list(loaded.searches["search_id"].fillna("")) == ["", search_id(2)]


def test_two_tables_of_which_one_has_no_reason_are_refused(tmp_path: Path) -> None:
    short = ["Org Name", "Search Type", "Total Networks Searched", "Search Time"]
    rows = [AUDIT, record(1), short, ["Mossgate IL PD", "lookup", "7", WHEN]]
    entry = load(write(tmp_path / "mossgate-il-pd" / "log.csv", rows), tmp_path).entry
    assert entry["status"] == "refused"
    assert "record 3" in entry["refused_because"]


def test_three_headers_glued_together_in_one_line(tmp_path: Path) -> None:
    rows = [AUDIT + AUDIT + AUDIT, record(1) + record(2) + record(3), record(4)]
    loaded = load(write(tmp_path / "mossgate-il-pd" / "log.csv", rows), tmp_path)
    assert loaded.entry["rows_read"] == 2
    assert (loaded.entry["rows_loaded"], loaded.entry["rows_rejected"]) == (1, 1)
    assert "13 cells where the header has 39" in loaded.rejects["why"][0]
    assert any("Columns not known and not read" in warning for warning in loaded.entry["warnings"])
