"""Files that nobody had in mind when the loader was written: no number may come out wrong without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from made_logs import AUDIT, OLD_AUDIT, Loaded, load, record, write_log, write_workbook

import investigate as inv
from investigate.logs.sources import BadSources

ORGANIZATION = "Mossgate IL PD_Organization_Audit.csv"


def at(day: int) -> str:
    return f"03/{day:02}/2026, 10:05:00 AM UTC"


def load_log(folder: Path, name: str, records: list[list[str]], header: list[str] = AUDIT, **given: Any) -> Loaded:
    return load(write_log(folder / "in" / name, records, header), folder, **given)


def searches(loaded: Loaded) -> int:
    return int(inv.count_searches(workspace=loaded.room)["searches"].sum())


def warned(loaded: Loaded, words: str) -> bool:
    return any(words in warning for warning in loaded.entry["warnings"])


# ---- ids ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["N/A", "-", "null", "0", "1.0"])
def test_a_sign_for_no_id_does_not_make_searches_one(tmp_path: Path, sign: str) -> None:
    loaded = load_log(tmp_path, ORGANIZATION, [record(day, ID=sign, SearchTime=at(day)) for day in range(1, 6)])
    assert searches(loaded) == 5
    assert loaded.searches["search_id"].isna().all()


def test_running_numbers_of_two_files_are_not_the_same_searches(tmp_path: Path) -> None:
    files = [
        write_log(tmp_path / f"Mossgate IL PD_Organization_Audit_{part}.csv", rows)
        for part, rows in {
            "a": [record(n, ID=str(n), SearchTime=at(n)) for n in range(1, 5)],
            "b": [record(n, ID=str(n), SearchTime=at(n + 10)) for n in range(1, 5)],
        }.items()
    ]
    loaded = load(files, tmp_path / "w")
    assert searches(loaded) == 8
    assert all("plain number as ID" in " ".join(warnings) for warnings in loaded.report["warnings"])


def test_an_id_in_braces_or_capitals_is_the_same_id(tmp_path: Path) -> None:
    plain = "ab000000-0000-4000-8000-00000000000f"
    forms = (plain, plain.upper(), "{" + plain + "}", "{" + plain.upper() + "}")
    assert searches(load_log(tmp_path, ORGANIZATION, [record(1, ID=form) for form in forms])) == 1


@pytest.mark.parametrize(
    "form", ["3/{day}/2025", "2025-03-{day:02} 00:00:00", "3/{day}/2025 10:05", "3/{day}/25 10:05 PM"]
)
def test_searches_of_one_day_or_minute_are_not_one_search(tmp_path: Path, form: str) -> None:
    rows = [[f"burglary {n}", form.format(day=1 + n // 10)] for n in range(30)]
    loaded = load_log(tmp_path, ORGANIZATION, rows, ["Reason", "DateTime"])
    assert searches(loaded) == 30
    assert warned(loaded, "30 records state no id, and only the day or the minute")


def test_rows_without_an_id_that_agree_to_the_second_stay_one_search(tmp_path: Path) -> None:
    rows = [[f"burglary {n}", f"2025-03-01 10:05:{1 + n // 2:02}"] for n in range(30)]
    loaded = load_log(tmp_path, ORGANIZATION, rows, ["Reason", "DateTime"])
    assert searches(loaded) == 15
    assert not warned(loaded, "only the day or the minute")


# ---- whose ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["MOSSGATE IL PD", "Mossgate\u00a0IL PD", "Mossgate IL PD\u00a0", "N/A", "-"])
def test_another_spelling_of_one_agency_makes_no_network_audit(tmp_path: Path, other: str) -> None:
    loaded = load_log(tmp_path, "export.csv", [record(1), record(2), record(3, OrgName=other)])
    assert (loaded.entry["kind"], loaded.entry["producer"]) == ("organization", "Mossgate IL PD")
    assert set(loaded.searches["searching_agency"]) == {"Mossgate IL PD"}


def test_a_footer_under_the_agencies_makes_no_network_audit(tmp_path: Path) -> None:
    header = ["Org Name", "Search Time", "Reason", "Search Type"]
    rows = [["Mossgate IL PD", at(day), "burglary", "lookup"] for day in range(1, 4)]
    loaded = load_log(tmp_path, "export.csv", [*rows, ["Total: 3", "", "", ""]], header)
    assert (loaded.entry["kind"], loaded.entry["rows_rejected"]) == ("organization", 1)


def test_a_network_audit_with_nearly_all_rows_by_one_agency_is_warned_of(tmp_path: Path) -> None:
    rows = [record(n) for n in range(39)]
    loaded = load_log(tmp_path, "export.csv", [*rows, record(40, OrgName="Quarrydale TX SO")])
    assert loaded.entry["kind"] == "network"
    assert warned(loaded, "97.5% of its rows are by one of them")


def test_a_given_producer_that_the_rows_contradict_is_warned_of(tmp_path: Path) -> None:
    loaded = load_log(tmp_path, ORGANIZATION, [record(1), record(2)], producer="Quarrydale WI SO")
    assert loaded.entry["producer"] == "Quarrydale WI SO"
    assert warned(loaded, "'Quarrydale WI SO', but most rows say 'Mossgate IL PD'")


def test_a_given_producer_that_the_file_name_contradicts_is_warned_of(tmp_path: Path) -> None:
    rows = [record(1), record(2, OrgName="Ashmoor IL PD")]
    loaded = load_log(tmp_path, "Mossgate IL PD_Network_Audit.csv", rows, producer="Quarrydale WI SO")
    assert warned(loaded, "the file or folder name says 'Mossgate IL PD'")


def test_a_given_producer_that_agrees_is_not_warned_of(tmp_path: Path) -> None:
    assert load_log(tmp_path, ORGANIZATION, [record(1)], producer="Mossgate IL PD").entry["warnings"] == []


@pytest.mark.parametrize(
    ("kind", "header", "agencies"), [("network", OLD_AUDIT, 1), ("organization", AUDIT, 3)], ids=["network", "own"]
)
def test_a_given_kind_that_the_rows_contradict_is_warned_of(
    tmp_path: Path, kind: str, header: list[str], agencies: int
) -> None:
    rows = [record(n, header, **({"OrgName": f"A{n} IL PD"} if header is AUDIT else {})) for n in range(agencies)]
    loaded = load_log(tmp_path, "Mossgate IL PD audit.csv", rows, header, kind=kind)
    assert loaded.entry["kind"] == kind
    assert warned(loaded, "searching agency and camera owner are turned around")


@pytest.mark.parametrize(
    "before",
    [
        "2025-01 ",
        "2025_",
        "Copy of ",
        "FINAL_",
        "01. ",
        "(2) ",
        "R-2025-17 ",
        "FOIA 25-113 - ",
        "20250101_",
        "Redacted ",
    ],
)
def test_what_people_write_before_an_agency_in_a_file_name_is_no_part_of_it(tmp_path: Path, before: str) -> None:
    rows = [record(1), record(2, OrgName="Ashmoor IL PD")]
    loaded = load_log(tmp_path, f"{before}Mossgate IL PD_Network_Audit.csv", rows)
    assert loaded.entry["producer"] == "Mossgate IL PD"


@pytest.mark.parametrize("name", ["29 Palms CA PD", "Redactedville IL PD", "Finalia IL PD", "R IL PD"])
def test_an_agency_whose_own_name_begins_so_keeps_it(tmp_path: Path, name: str) -> None:
    rows = [record(1), record(2, OrgName="Ashmoor IL PD")]
    assert load_log(tmp_path, f"{name}_Network_Audit.csv", rows).entry["producer"] == name


# ---- times ----------------------------------------------------------------------------------------------------


def test_days_before_months_are_warned_of(tmp_path: Path) -> None:
    times = ["13/02/2025 10:05:00", "03/02/2025 10:05:00", "25/02/2025 10:05:00"]
    loaded = load_log(tmp_path, ORGANIZATION, [record(n, SearchTime=time) for n, time in enumerate(times)])
    assert loaded.entry["rows_rejected"] == 2
    assert warned(loaded, "2 records state the day before the month")


def test_days_before_and_after_months_in_one_file_are_warned_of(tmp_path: Path) -> None:
    times = ["13/02/2025 10:05:00", "02/13/2025 10:05:00"]
    loaded = load_log(tmp_path, ORGANIZATION, [record(n, SearchTime=time) for n, time in enumerate(times)])
    assert warned(loaded, "the file mixes both")


def test_months_before_days_are_not_warned_of(tmp_path: Path) -> None:
    times = ["02/13/2025 10:05:00", "2025-12-31 10:05:00", "12.5", "13:05:12", "25-03-04 10:00:00"]
    loaded = load_log(tmp_path, ORGANIZATION, [record(n, SearchTime=time) for n, time in enumerate(times)])
    assert not warned(loaded, "the day before the month")


def test_a_file_of_which_no_record_could_be_read_says_so(tmp_path: Path) -> None:
    loaded = load_log(tmp_path, ORGANIZATION, [record(n, SearchTime="1772964300000") for n in range(3)])
    assert warned(loaded, "nothing in this file is counted")


@pytest.mark.parametrize(
    ("text", "instant", "basis"),
    [
        ("03/08/2026, 10:05:00.250 AM UTC", "2026-03-08T10:05:00.250000+00:00", "stated"),
        ("3/8/2026, 10:05 PM UTC", "2026-03-08T22:05:00+00:00", "stated"),
        ("3/8/2026 10:05:00 AM (UTC)", "2026-03-08T10:05:00+00:00", "stated"),
        ("2026-03-08 10:05:00 utc", "2026-03-08T10:05:00+00:00", "stated"),
        ("2026-03-08T10:05Z", "2026-03-08T10:05:00+00:00", "stated"),
        ("2026-03-08 10:05:00.123456789", "2026-03-08T10:05:00.123456+00:00", "assumed_utc"),
        ("2026-03-08T10:05:00.123456789-06:00", "2026-03-08T16:05:00.123456+00:00", "stated"),
        ("2026-03-08 12:05:00 AM", "2026-03-08T00:05:00+00:00", "assumed_utc"),
        ("2026/03/08 10:05", "2026-03-08T10:05:00+00:00", "assumed_utc"),
        ("8-Mar-2026 10:05", "2026-03-08T10:05:00+00:00", "assumed_utc"),
        ("3/8/2026 10:05:00 AM (cst)", "2026-03-08T16:05:00+00:00", "stated"),
    ],
)
def test_times_in_forms_that_other_tools_write(tmp_path: Path, text: str, instant: str, basis: str) -> None:
    (found,) = load_log(tmp_path, ORGANIZATION, [record(1, SearchTime=text)]).searches.itertuples()
    assert (found.searched_at.isoformat(), found.searched_at_basis) == (instant, basis)


@pytest.mark.parametrize(("zone", "basis"), [("UTC-05:00", "assumed_utc"), ("CST", "assumed_utc"), ("UTC", "stated")])
def test_a_header_with_another_zone_is_not_taken_for_utc(tmp_path: Path, zone: str, basis: str) -> None:
    header = ["Reason", "Search Type", f"When ({zone})"]
    log = write_log(tmp_path / "in" / "x.csv", [["burglary", "lookup", "2026-03-08 10:05:00"]], header)
    (log.parent / "sources.csv").write_text(f"path,mapping\nx.csv,searched=When ({zone})\n", encoding="utf-8")
    loaded = load(log.parent, tmp_path)
    assert list(loaded.searches["searched_at_basis"]) == [basis]
    assert warned(loaded, "seems to name the time zone") == (basis != "stated")


# ---- columns and cells ----------------------------------------------------------------------------------------


def test_a_known_header_wins_over_a_likely_one_before_it(tmp_path: Path) -> None:
    header = ["Officer", "Purpose", "Time", "Reason", "Search Time", "Notes"]
    row = ["Officer Quillon", "public safety", "1/1/2024 9:00", "burglary", "2026-03-08 10:05:00", ""]
    loaded = load_log(tmp_path, "export.csv", [row], header)
    assert loaded.reasons() == ["burglary"]
    assert str(loaded.searches["searched_at"][0])[:10] == "2026-03-08"
    assert warned(loaded, "Columns not known and not read: Purpose, Time, Notes.")


@pytest.mark.parametrize("cell", ["1,210", "1210.0", "1210.00"])
def test_a_whole_number_of_networks_is_read_with_its_decimals(tmp_path: Path, cell: str) -> None:
    loaded = load_log(tmp_path, ORGANIZATION, [record(1, TotalNetworksSearched=cell)])
    assert list(loaded.searches["networks_count"]) == [1210]


# ---- sources.csv ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ["moss*.csv,Mossgate IL PD,", "a/*.tsv,Mossgate IL PD,", "a/x.csv,,localtime"])
def test_a_pattern_that_fits_no_file_or_a_zone_of_the_machine_stops_the_load(tmp_path: Path, row: str) -> None:
    log = write_log(tmp_path / "in" / "a" / "x.csv", [record(1)])
    (tmp_path / "in" / "sources.csv").write_text(f"path,producer,timezone\n{row}\n", encoding="utf-8")
    with pytest.raises(BadSources, match="Line 2"):
        load(log.parent.parent, tmp_path / "w")


def test_a_row_for_one_sheet_of_a_workbook_stops_the_load(tmp_path: Path) -> None:
    sheets = {"a": [AUDIT, record(1)], "b": [AUDIT, record(2)]}
    log = write_workbook(tmp_path / "in" / "x.xlsx", sheets)
    (log.parent / "sources.csv").write_text("path,producer\nx.xlsx/a,Ashmoor IL PD\n", encoding="utf-8")
    with pytest.raises(BadSources, match="names something in a workbook"):
        load(log.parent, tmp_path / "w")


@pytest.mark.parametrize("sign", [";", "\t"])
def test_sources_saved_with_semicolons_or_tabs_are_read(tmp_path: Path, sign: str) -> None:
    log = write_log(tmp_path / "in" / "x.csv", [record(1)])
    lines = ["path,producer,mapping", 'x.csv,Ashmoor IL PD,"reason=Filters; case number=none"']
    (log.parent / "sources.csv").write_text("\r\n".join(lines).replace(",", sign), encoding="utf-8-sig")
    entry = load(log.parent, tmp_path / "w").entry
    assert (entry["producer"], entry["layout"]) == ("Ashmoor IL PD", "pinned")


def test_a_pattern_that_fits_a_file_is_followed(tmp_path: Path) -> None:
    log = write_log(tmp_path / "in" / "a" / "x.csv", [record(1)])
    (tmp_path / "in" / "sources.csv").write_text("path,producer\na/*.csv,Ashmoor IL PD\n", encoding="utf-8")
    assert load(log.parent.parent, tmp_path / "w").entry["producer"] == "Ashmoor IL PD"
