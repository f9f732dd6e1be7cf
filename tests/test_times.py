"""Times of search: every form in which they are written, what is assumed, and on which side of a cut they lie."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from made_logs import as_csv, load, record, write_log, write_workbook

from investigate import engine
from investigate.counts import count_searches
from investigate.logs import layouts
from investigate.logs.times import Clock, read_times

# cell → instant in UTC, basis, form; the release's zone is America/Chicago and none was given
FORMS = [
    ("2/6/2025, 10:14:09 AM UTC", "2025-02-06 10:14:09", "stated", "exported"),
    ("02/06/2025, 12:00:01 AM UTC", "2025-02-06 00:00:01", "stated", "exported"),
    ("02/06/2025,\u202f12:00:01\u202fAM UTC", "2025-02-06 00:00:01", "stated", "exported"),
    ("2025-03-11T21:05:37.250Z", "2025-03-11 21:05:37.25", "stated", "remade"),
    ("2025-01-20 17:00:00 GMT", "2025-01-20 17:00:00", "stated", "remade"),
    ("2025-01-20 17:00:00+00", "2025-01-20 17:00:00", "stated", "remade"),
    ("2025-01-20T12:00:00-05:00", "2025-01-20 17:00:00", "stated", "remade"),
    ("2025-01-20 22:30:00+0530", "2025-01-20 17:00:00", "stated", "remade"),
    ("1/20/2025 12:00:00 PM EST", "2025-01-20 17:00:00", "stated", "remade"),
    ("7/20/2025 12:00 PM CDT", "2025-07-20 17:00:00", "stated", "remade"),
    ("1/20/25 17:00", "2025-01-20 17:00:00", "assumed_utc", "remade"),
    ("1/20/2025 5:00 PM", "2025-01-20 17:00:00", "assumed_utc", "remade"),
    ("45677.708333333", "2025-01-20 17:00:00", "assumed_utc", "remade"),
    ("45677.0", "2025-01-20 06:00:00", "assumed_local", "day"),
    ("1/20/2025", "2025-01-20 06:00:00", "assumed_local", "day"),
    ("2025-01-20", "2025-01-20 06:00:00", "assumed_local", "day"),
    ("2025-01-20 00:00:00", "2025-01-20 06:00:00", "assumed_local", "day"),
    ("2025-07-20 00:00:00", "2025-07-20 05:00:00", "assumed_local", "day"),
    ("2025-01-20 00:00:00 UTC", "2025-01-20 00:00:00", "stated", "remade"),
]


def read(cells: list[str], clock: Clock, zone: str = "America/Chicago", given: str | None = None) -> pd.DataFrame:
    frame = pd.DataFrame({"raw_searched": cells})
    for name in ("searched_date", "time_frame", "time_frame_start", "time_frame_end"):
        frame[f"raw_{name}"] = None
    con = engine.connect()
    table = con.create_table("raw", frame, schema=dict.fromkeys(frame.columns, "string"))
    engine.set_values(con, timezone=zone, given_timezone=given)
    return read_times(table, clock).execute()


def test_every_form_is_read_and_marked() -> None:
    found = read([cell for cell, *_ in FORMS], Clock(layouts.AUDIT_TIMES, "assumed_utc"))
    for (cell, instant, basis, form), row in zip(FORMS, found.itertuples(), strict=True):
        assert row.searched_at == pd.Timestamp(instant, tz="UTC"), cell
        assert (row.searched_at_basis, row.searched_at_form) == (basis, form), cell


@pytest.mark.parametrize(
    "cell", ["59/09/2025, 10:00:00 AM UTC", "2025-13-01", "noon", "20/01/2025", "12:00:01 AM", "25"]
)
def test_what_is_no_time_is_none(cell: str) -> None:
    assert read([cell], Clock(layouts.AUDIT_TIMES, "assumed_utc")).searched_at.isna().all()


def test_a_time_without_a_zone_is_local_where_the_layout_says_so_and_given_where_it_is_given() -> None:
    cells = ["2025-01-20 11:00:00", "1/20/2025, 11:00:00 AM"]
    local = read(cells, Clock(layouts.AUDIT_TIMES, "assumed_local"))
    assert {str(at) for at in local.searched_at} == {"2025-01-20 17:00:00+00:00"}
    assert set(local.searched_at_basis) == {"assumed_local"}
    given = read(cells, Clock(layouts.AUDIT_TIMES, "given"), given="America/Los_Angeles")
    assert {str(at) for at in given.searched_at} == {"2025-01-20 19:00:00+00:00"}
    header = read(cells, Clock(layouts.AUDIT_TIMES, "assumed_local", is_utc_in_header=True))
    assert {str(at) for at in header.searched_at} == {"2025-01-20 11:00:00+00:00"}
    assert set(header.searched_at_basis) == {"stated"}


def test_portal_midnights_are_times_and_not_days() -> None:
    found = read(["2025-07-03 00:00:00", "2025-07-03 00:00:00.000"], Clock(layouts.PORTAL_TIMES, "utc"))
    assert list(found.searched_at_form) == ["exported", "exported"]
    assert {str(at) for at in found.searched_at} == {"2025-07-03 00:00:00+00:00"}


# ---- in files ---------------------------------------------------------------------------------------------------


def test_day_and_time_of_day_in_two_columns(tmp_path: Path) -> None:
    header = ["Org Name", "Search Date", "Search Time", "Search Type", "Reason"]
    rows = [
        ["Mossgate CA PD", "2025-01-20", "09:00:00", "lookup", "theft"],
        ["Mossgate CA PD", "1/21/2025", "9:00:05 PM", "lookup", "theft"],
        ["Mossgate CA PD", "2025-01-22", "", "lookup", "theft"],
        ["Mossgate CA PD", "", "09:00:00", "lookup", "theft"],
        ["Mossgate CA PD", "2025-01-23", "00:00:00", "lookup", "theft"],
    ]
    loaded = load(write_log(tmp_path / "mossgate-ca-pd" / "a.csv", rows, header=header), tmp_path, timezone="Etc/UTC")
    assert [str(at)[:19] for at in loaded.searches["searched_at"]] == [
        "2025-01-20 09:00:00",
        "2025-01-21 21:00:05",
        "2025-01-22 00:00:00",
        "2025-01-23 00:00:00",
    ]
    assert list(loaded.searches["searched_at_form"]) == ["remade", "remade", "day", "remade"]
    assert list(loaded.rejects["row"]) == [5]


def test_a_workbook_of_days_and_clock_times(tmp_path: Path) -> None:
    header = ["Org Name", "Search Date", "Search Time", "Search Type", "Reason"]
    cells = ["Mossgate CA PD", dt.date(2025, 1, 20), dt.time(9, 0, 1), "lookup", "theft"]
    path = write_workbook(tmp_path / "mossgate-ca-pd" / "a.xlsx", {"in": [header, cells]})
    assert str(load(path, tmp_path).searches["searched_at"][0])[:19] == "2025-01-20 09:00:01"


def test_a_search_of_which_only_the_day_is_known_is_on_no_side_of_a_cut_within_it(tmp_path: Path) -> None:
    days = ["1/19/2025", "1/20/2025", "1/20/2025", "1/21/2025", "01/20/2025, 05:00:00 PM UTC"]
    rows = [record(number, SearchTime=day) for number, day in enumerate(days)]
    loaded = load(write_log(tmp_path / "mossgate-il-pd" / "a.csv", rows), tmp_path)
    assert any("4 records state a day and no time of day" in warning for warning in loaded.entry["warnings"])
    counted = count_searches(workspace=loaded.room).set_index("period")["rows"]
    assert counted.to_dict() == {"before": 1, "after": 2}
    months = count_searches(periods="month", workspace=loaded.room)
    assert list(months["rows"]) == [5]


def test_a_state_with_two_zones_asks_which(tmp_path: Path) -> None:
    rows = [record(1, OrgName="Quarrydale TX SO")]
    entry = load(write_log(tmp_path / "audit.csv", rows), tmp_path).entry
    assert entry["timezone"] == "UTC"
    (asked,) = [warning for warning in entry["warnings"] if "more than one" in warning]
    assert "America/Chicago, America/Denver" in asked
    assert "sources.csv" in asked


def test_cameras_that_were_not_recorded_are_no_zero(tmp_path: Path) -> None:
    header = ["Org Name", "Total Devices Searched", "Search Time", "Search Type", "Reason"]
    times = ["12/16/2024, 11:59:59 PM UTC", "12/17/2024, 12:00:00 AM UTC", "02/05/2025, 11:59:59 PM UTC"]
    times += ["02/06/2025, 12:00:00 AM UTC"]
    rows = [["Mossgate IL PD", "0", at, "lookup", "x"] for at in times]
    rows.append(["Mossgate IL PD", "1,250", times[1], "lookup", "y"])
    path = tmp_path / "mossgate-il-pd" / "a.csv"
    path.parent.mkdir()
    path.write_text(as_csv([header, *rows]), encoding="utf-8")
    found = load(path, tmp_path).searches["devices_count"]
    assert [None if pd.isna(count) else int(count) for count in found] == [0, None, None, 0, 1250]
