"""Rows that cannot be read are listed with number and reason; cells that were damaged are mended and listed."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from made_logs import AUDIT, OLD_AUDIT, PORTAL, Loaded, as_csv, load, record, search_id, write_log, write_workbook

LOG = "mossgate-il-pd/audit.csv"


def load_text(folder: Path, text: str | bytes) -> Loaded:
    path = folder / LOG
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load(path, folder)


def counts(loaded: Loaded) -> tuple[int, int, int]:
    return tuple(int(loaded.entry[f"rows_{name}"]) for name in ("loaded", "rejected", "blank"))  # type: ignore[return-value]


def rejects(loaded: Loaded) -> list[tuple[Any, ...]]:
    found = loaded.rejects[["row", "column", "value", "why"]].astype(object)
    return list(found.where(found.notna(), None).itertuples(index=False, name=None))


# ---- rows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "why"),
    [
        ("59/09/2025, 10:00:00 AM UTC", "not a time"),
        ("02/30/2025, 10:00:00 AM UTC", "not a time"),
        ("13/01/2025, 10:00:00 AM UTC", "not a time"),
        ("02/03/2025, 13:00:00 PM UTC", "not a time"),
        ("02/03/2025, 10:00:00 AM PKT", "not a time"),
        ("yesterday", "not a time"),
        ("01/01/0001, 10:00:00 AM UTC", "before 2010"),
        ("01/01/25, 10:00:00 AM UTC", "before 2010"),
        ("01/01/9999, 10:00:00 AM UTC", "not come yet"),
        ("", "no time of search"),
        (" \t", "no time of search"),
        ("Search Time", "header again"),
        ("search_time", "header again"),
    ],
)
def test_a_time_that_cannot_be_is_rejected_with_its_text(tmp_path: Path, time: str, why: str) -> None:
    loaded = load(write_log(tmp_path / LOG, [record(1), record(2, SearchTime=time), record(3)]), tmp_path)
    assert counts(loaded) == (2, 1, 0)
    ((row, column, value, said),) = rejects(loaded)
    assert (row, column, value) == (3, "searched_at", time.strip() or None)
    assert why in said
    assert "Records that could not be read: 1;" in loaded.entry["warnings"][-1]


def test_times_at_the_edges_of_the_clock(tmp_path: Path) -> None:
    times = ["3/8/2026, 12:00:01 AM UTC", "03/08/2026, 12:00:00 PM UTC", "03/08/2026, 11:59:59\u202fPM UTC"]
    loaded = load(write_log(tmp_path / LOG, [record(n, SearchTime=time) for n, time in enumerate(times)]), tmp_path)
    assert [str(at)[11:19] for at in loaded.searches["searched_at"]] == ["00:00:01", "12:00:00", "23:59:59"]


def test_too_many_and_too_few_cells(tmp_path: Path) -> None:
    whole = record(1)
    rows = [whole, whole[:9], [*whole, "one more"], [*whole, "", " "], ["stray"], record(2)]
    loaded = load(write_log(tmp_path / LOG, rows), tmp_path)
    assert counts(loaded) == (3, 3, 0)
    assert [(row, column, why) for row, column, _, why in rejects(loaded)] == [
        (3, "(whole record)", "9 cells where the header has 13"),
        (4, "(whole record)", "14 cells where the header has 13"),
        (6, "(whole record)", "1 cells where the header has 13"),
    ]
    assert list(loaded.searches["row"]) == [2, 5, 7]


def test_blank_lines_and_blank_records_are_counted_and_not_loaded(tmp_path: Path) -> None:
    blank = [""] * len(AUDIT)
    text = as_csv([AUDIT, record(1), blank, [], [" "] * len(AUDIT), ["   "], record(2), [], []])
    loaded = load_text(tmp_path, text)
    assert counts(loaded) == (2, 0, 6)
    assert list(loaded.searches["row"]) == [2, 7]


def test_a_quote_that_is_never_closed_costs_one_line_and_not_the_rest(tmp_path: Path) -> None:
    rows = [record(number, TimeFrame="", SearchTime="2026-03-08 10:05:00") for number in range(40)]
    rows[5][AUDIT.index("Reason")] = "open"
    text = as_csv([AUDIT, *rows])
    assert '"' not in text
    loaded = load_text(tmp_path, text.replace("open", '"open'))
    assert counts(loaded) == (39, 1, 0)
    assert rejects(loaded) == [(7, "(whole record)", None, "a quote is opened and never closed")]
    assert list(loaded.searches["row"]) == [row for row in range(2, 42) if row != 7]


def test_a_quote_closed_too_late_is_rejected_and_reading_goes_on(tmp_path: Path) -> None:
    rows = [record(number, Reason="theft") for number in range(20)]
    loaded = load_text(tmp_path, as_csv([AUDIT, *rows]).replace("theft", '"theft', 1))
    assert counts(loaded) == (19, 1, 0)
    ((row, column, _, why),) = rejects(loaded)
    assert (row, column) == (2, "(whole record)")
    assert re.fullmatch(r"\d+ cells where the header has 13", why)


def test_a_file_cut_off_in_a_cell_loses_only_its_last_record(tmp_path: Path) -> None:
    text = as_csv([AUDIT, *(record(number) for number in range(10))])
    loaded = load_text(tmp_path, text[: text.rindex("8/2026, 10:00:00 AM")])
    assert counts(loaded) == (9, 2, 0)  # it broke off in the second line of its Time Frame
    assert [row for row, *_ in rejects(loaded)] == [11, 12]


@pytest.mark.parametrize(("damaged", "status"), [(50, "loaded"), (51, "refused")])
def test_a_file_of_nothing_but_damage_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: int, status: str
) -> None:
    monkeypatch.setattr("investigate.logs.delimited.LONGEST_CELL", 25_000)
    lines = [as_csv([AUDIT]), "\r\n", *[f"{'x' * 30_000},a\r\n"] * damaged]
    entry = load_text(tmp_path, "".join(lines)).entry
    assert entry["status"] == status
    if status == "loaded":
        assert (entry["rows_rejected"], entry["rows_blank"], entry["rows_loaded"]) == (50, 1, 0)
    else:
        assert "51 records up to record 53 cannot be split into cells" in entry["refused_because"]


def test_nul_bytes_do_not_stop_a_file(tmp_path: Path) -> None:
    rows = [record(1, Reason="the\x00ft"), record(2, SearchTime="03/08/2026,\x00 10:05:00 AM UTC"), record(3)]
    loaded = load(write_log(tmp_path / LOG, rows), tmp_path)
    assert counts(loaded) == (2, 1, 0)
    assert loaded.reasons()[0] == "the\x00ft"


def test_a_cell_of_five_megabytes(tmp_path: Path) -> None:
    long = "pasted page, " * 400_000
    rows = [record(1, Moderation=long), record(2)]
    loaded = load(write_log(tmp_path / LOG, rows), tmp_path)
    assert counts(loaded) == (2, 0, 0)
    assert loaded.searches["moderation"][0] == long.strip()
    careful = load(write_log(tmp_path / "b" / LOG, [*rows, []]), tmp_path / "b")
    assert counts(careful) == (2, 0, 1)
    assert careful.searches["moderation"][0] == long.strip()


def test_a_cell_longer_than_can_be_read_costs_its_record(tmp_path: Path) -> None:
    rows = [record(1), record(2, Moderation="x" * 10_100_000), record(3)]
    loaded = load(write_log(tmp_path / LOG, rows), tmp_path)
    # Its Time Frame breaks the record into two lines; the second is no record either.
    assert list(loaded.searches["search_id"]) == [search_id(1), search_id(3)]
    assert [row for row, *_ in rejects(loaded)] == [3, 4]
    assert loaded.entry["rows_read"] == 4


def test_a_header_repeated_in_the_middle_is_no_agency(tmp_path: Path) -> None:
    """One agency and a second header must not make an organization audit look like a network audit."""
    rows = [record(1), AUDIT, record(2)]
    loaded = load(write_log(tmp_path / "in" / "stacked.csv", rows), tmp_path)
    assert counts(loaded) == (2, 1, 0)
    assert (loaded.entry["kind"], loaded.entry["producer"]) == ("organization", "Mossgate IL PD")
    assert "header again" in rejects(loaded)[0][3]


def test_title_rows_above_the_header(tmp_path: Path) -> None:
    title = [["Mossgate Police Department"], ["Records request R-1"], []]
    text = as_csv([*title, AUDIT, record(1), record(2)])
    loaded = load_text(tmp_path, text)
    assert counts(loaded) == (2, 0, 0)
    assert list(loaded.searches["row"]) == [5, 6]
    assert any("header stands in record 4" in warning for warning in loaded.entry["warnings"])


def test_counts_that_are_no_whole_numbers_stay_unknown(tmp_path: Path) -> None:
    texts = ["1,300", "1300.0", "——", "12.6", "1e3", "", "0", "-1"]
    rows = [record(number, TotalNetworksSearched=text) for number, text in enumerate(texts)]
    loaded = load(write_log(tmp_path / LOG, rows), tmp_path)
    found = loaded.searches["networks_count"].astype("Int64").astype(object).where(lambda column: column.notna(), None)
    assert list(found) == [1300, 1300, None, None, None, None, 0, None]


# ---- workbooks ----------------------------------------------------------------------------------------------


def test_each_sheet_that_is_a_log_is_a_release_of_its_own(tmp_path: Path) -> None:
    sheets = {"January": [AUDIT, record(1)], "Notes": [["seen by Q"]], "February": [AUDIT, record(2), record(3)]}
    path = write_workbook(tmp_path / "mossgate-il-pd" / "two.xlsx", sheets)
    loaded = load(path, tmp_path)
    assert [Path(place).name for place in loaded.report["path"]] == ["January", "February"]
    assert list(loaded.report["rows_loaded"]) == [1, 2]
    assert loaded.report["sha256"].nunique() == 1
    assert loaded.searches["release"].nunique() == 2
    assert "'Notes'" in loaded.report["warnings"][0][0]
    again = load(path, tmp_path)
    assert list(again.report["status"]) == ["unchanged", "unchanged"]
    assert list(again.report["path"]) == list(loaded.report["path"])


def test_other_sheets_are_named_and_empty_ones_are_not(tmp_path: Path) -> None:
    sheets = {"letter": [["Dear requester"]], "in": [AUDIT, record(1)], "Sheet1": []}
    loaded = load(write_workbook(tmp_path / "in" / "mossgate-il-pd" / "a.csv", sheets), tmp_path)
    assert counts(loaded) == (1, 0, 0)
    assert loaded.entry["warnings"] == ["Only the sheet 'in' was read; no log header in: 'letter'."]
    empty = load(write_workbook(tmp_path / "b" / "empty.xlsx", {"Sheet1": []}), tmp_path).entry
    assert "no cells" in empty["refused_because"]


def test_a_sheet_that_starts_further_down_and_right_is_cited_by_its_own_rows(tmp_path: Path) -> None:
    sheets = {"in": [["Title"], AUDIT, record(1), [None], record(2)]}
    loaded = load(write_workbook(tmp_path / "mossgate-il-pd" / "a.xlsx", sheets, corner=(4, 3)), tmp_path)
    assert counts(loaded) == (2, 0, 1)
    assert list(loaded.searches["row"]) == [6, 8]
    assert any("header stands in record 5" in warning for warning in loaded.entry["warnings"])


def test_numbers_and_days_in_cells_of_a_workbook(tmp_path: Path) -> None:

    rows = [AUDIT, *(record(number) for number in range(4))]
    rows[1][AUDIT.index("License Plate")] = 1234567
    rows[1][AUDIT.index("Reason")] = 20251234
    rows[2][AUDIT.index("Reason")] = dt.datetime(2025, 10, 12)
    rows[3][AUDIT.index("Reason")] = dt.datetime(2025, 10, 12, 8, 30)
    rows[4][AUDIT.index("Search Time")] = dt.datetime(2026, 3, 8, 10, 5, 0, 500_000)
    text = [AUDIT, *(record(number) for number in range(4))]
    text[1][AUDIT.index("License Plate")] = "1234567"
    path = write_workbook(tmp_path / "mossgate-il-pd" / "a.xlsx", {"in": [*rows, text[1]]})
    loaded = load(path, tmp_path)
    assert counts(loaded) == (5, 0, 0)
    assert loaded.reasons()[0] == "20251234"
    assert loaded.reasons()[1] == loaded.reasons()[2] == "(damaged: made a date by a spreadsheet program)"
    plates = loaded.searches["plate_token"]
    assert plates[0] == plates[4] != plates[1]
    fixed = sorted(zip(loaded.fixes["row"], loaded.fixes["column"], loaded.fixes["fix"].str[:6], strict=True))
    assert fixed == [(2, "plate", "number"), (2, "reason", "number"), (3, "reason", "reason"), (4, "reason", "reason")]
    assert loaded.fixes[["raw_value", "value"]].isna().all().all()


def test_what_is_mended_in_the_agency_name_is_shown(tmp_path: Path) -> None:
    rows = [record(1, OrgName="O’Mossgate IL PD".encode().decode("cp1252"), Reason="Marshalâ€™s task")]
    loaded = load(write_log(tmp_path / "in" / "audit.csv", rows), tmp_path)
    shown = loaded.fixes.set_index("column")[["raw_value", "value"]]
    assert tuple(shown.loc["org"]) == ("Oâ€™Mossgate IL PD", "O’Mossgate IL PD")
    assert shown.loc["reason"].isna().all()
    assert loaded.reasons() == ["Marshal’s task"]


@pytest.mark.parametrize("header", [OLD_AUDIT, PORTAL, AUDIT])
def test_junk_columns_are_left_and_unknown_ones_named(tmp_path: Path, header: list[str]) -> None:
    wide = [*header, "", "1.0", "Mood"]
    rows = [[*record(number, header), "", str(number), "calm"] for number in range(3)]
    loaded = load(write_log(tmp_path / LOG, [*rows, [""] * len(header) + ["", "7", ""]], header=wide), tmp_path)
    assert counts(loaded) == (3, 0, 1)
    assert any(warning == "Columns not known and not read: Mood." for warning in loaded.entry["warnings"])


def test_a_column_that_comes_twice_is_read_once_and_said(tmp_path: Path) -> None:
    rows = [[*record(number), "second"] for number in range(2)]
    loaded = load(write_log(tmp_path / LOG, rows, header=[*AUDIT, "Reason"]), tmp_path)
    assert loaded.reasons() == ["Burglary - shed"] * 2
    assert loaded.entry["warnings"] == ["Columns not known and not read: Reason."]
