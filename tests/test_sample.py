"""The invented logs: same seed, same bytes; real headers; and a truth that an independent count agrees with."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook
from typer.testing import CliRunner

import investigate as inv
from investigate.agencies.identify import identify_agencies
from investigate.agencies.places import REFERENCE, TABLE, fold_place
from investigate.agencies.states import STATES
from investigate.cli import app
from investigate.errors import InvestigateError, UnknownValue
from investigate.sample import make_sample, world
from investigate.sample.cast import MOST_AGENCIES, larger_cast
from investigate.sample.draw import draw_searches

RELEASED = Path(__file__).parents[2] / "shared" / "data"
COMMITTED = Path(__file__).parents[1] / "data" / "sample"
ROWS, SEED = 6000, 20250120
CUT = dt.datetime(2025, 1, 20, 17, tzinfo=dt.UTC)

_TAIL = " Time Frame, License Plate, Reason, Case #, Filters, Search Time, Search Type, Text Prompt, Moderation"
_L3 = f"Name, Org Name, Total Networks Searched, Total Devices Searched,{_TAIL}"
_PORTAL = '"id","userId","searchDate",'
HEADERS = {
    "L1": "Name,Total Networks Searched,Time Frame,License Plate,Case #,Filters,Reason,Search Time",
    "L2": "Name,Total Networks Searched,Time Frame,License Plate,Reason,Case #,Filters,Search Time,Search Type",
    "L3": _L3,
    "L3a": f"{_L3},,1",
    "L4": f"ID, {_L3}",
    "L5": f"ID, Name, Org Name, Total Networks Searched,{_TAIL}",
    "L7": "ID,Org_Name,Total_Networks_Searched,Total_Devices_Searched,Time_Frame_Start,Time_Frame_End,Reason,"
    "Search_Time,Search_Type,Moderation",
    "L8": f'{_PORTAL}"cameraCount","reason"',
    "L9": f'{_PORTAL}"cameraCount","reason"',
    "L10": f'{_PORTAL}"networkCount","reason"',
    "L11": f'{_PORTAL}"networkCount","offenseType"',
    "L12": f'{_PORTAL}"networkCount","caseNumber","offenseType"',
    "L13": f'{_PORTAL}"networkCount","reason","caseNumber","offenseType"',
    "L14": f'{_PORTAL}"networkCount","reason","caseNumber"',
    "L15": f'{_PORTAL}"networkCount","caseNumber"',
    "L16": f'{_PORTAL}"networkCount"',
    "L18": "ID, Name, Org Name, Total Networks Searched, License Plate, Reason, Case #, Filters, Search Time,"
    " Search Type",
    "L19": "ID,Org Name,Total Networks Searched,Time Frame,Reason,Search Time,Search Type",
}


class Sample(NamedTuple):
    """A sample on disk with what it says of itself."""

    folder: Path
    logs: list[Path]
    truth: dict

    def files(self, **wanted: str) -> list[dict]:
        return [one for one in self.truth["files"] if all(one[key] == value for key, value in wanted.items())]

    def records(self, file: dict) -> list[dict[str, str]]:
        """Records as header → text, headers stripped, blank ones left out."""
        header, *rows = cells_of(self.folder / file["path"])
        names = [name.strip() for name in header]
        known = len(HEADERS["L3"].split(",")) if file["layout"] == "L3a" else len(names)
        return [dict(zip(names, row, strict=True)) for row in rows if any(row[:known])]


def text_of(value: object) -> str:
    """A cell of a workbook as text, without what the spreadsheet program did to it."""
    if isinstance(value, float):
        return str(int(value))
    return "10-12" if isinstance(value, dt.date) else str(value)


def cells_of(path: Path) -> list[list[str]]:
    if path.suffix == ".xlsx":
        sheet = load_workbook(path).get_sheet_by_index(0)
        return [[text_of(value) for value in row] for row in sheet.to_python()]
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def when(text: str) -> dt.datetime:
    form = "%m/%d/%Y, %I:%M:%S %p UTC" if text.endswith("UTC") else "%Y-%m-%dT%H:%M:%S"
    return dt.datetime.strptime(text.replace(" ", "T").split(".")[0] if "UTC" not in text else text, form).replace(
        tzinfo=dt.UTC
    )


def searched_at(record: dict[str, str]) -> dt.datetime:
    return when(record.get("Search Time") or record["searchDate"])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("made") / "logs"
    logs = make_sample(folder, rows=ROWS, seed=SEED)
    return Sample(folder, logs, json.loads((folder / "truth.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("made") / "logs"
    logs = make_sample(folder, rows=40_000, seed=7)
    return Sample(folder, logs, json.loads((folder / "truth.json").read_text(encoding="utf-8")))


# Sameness.


def test_the_same_seed_gives_the_same_bytes(sample: Sample, tmp_path: Path) -> None:
    make_sample(tmp_path / "again", rows=ROWS, seed=SEED)
    assert contents(tmp_path / "again") == contents(sample.folder)


def test_another_seed_gives_other_searches(sample: Sample, tmp_path: Path) -> None:
    make_sample(tmp_path / "other", rows=ROWS, seed=SEED + 1)
    mine, other = contents(sample.folder), contents(tmp_path / "other")
    assert mine.keys() == other.keys()
    empty = {one["path"] for one in sample.files(rows=0)}
    same = {name for name in mine if mine[name] == other[name]}
    assert same <= empty


def test_the_committed_sample_is_what_is_made_today(sample: Sample) -> None:
    committed, made = contents(COMMITTED / "logs"), contents(sample.folder)
    assert committed.keys() == made.keys()
    for name in made:
        # A workbook is packed by libraries whose next version may pack it otherwise: its cells are compared.
        if name.endswith(".xlsx"):
            assert cells_of(COMMITTED / "logs" / name) == cells_of(sample.folder / name), name
        else:
            assert committed[name] == made[name], name


def test_the_committed_sample_is_small_and_says_that_it_is_invented() -> None:
    assert sum(len(data) for data in contents(COMMITTED / "logs").values()) <= 2_000_000
    says = (COMMITTED / "README.md").read_text(encoding="utf-8")
    assert "invented" in says
    assert f"investigate sample --rows {ROWS} --seed {SEED} --out data/sample/logs" in says


def test_the_example_periods_start_before_they_end() -> None:
    with (COMMITTED / "periods_example.csv").open(newline="", encoding="utf-8") as file:
        periods = list(csv.DictReader(file))
    assert [list(one) for one in periods] == [["name", "start", "end"]] * 3
    assert all(dt.datetime.fromisoformat(one["start"]) < dt.datetime.fromisoformat(one["end"]) for one in periods)


# Layouts.


def test_every_header_is_as_released(sample: Sample) -> None:
    assert {one["layout"] for one in sample.truth["files"]} == set(HEADERS) - {"L7", "L18", "L19"}
    for one in sample.truth["files"]:
        path = sample.folder / one["path"]
        if path.suffix == ".xlsx":
            header = ",".join(cells_of(path)[0])
        else:
            header = re.split(rb"\r?\n", path.read_bytes(), maxsplit=1)[0].decode()
        assert header == HEADERS[one["layout"]], one["path"]


@pytest.mark.parametrize("layout", ["L7", "L18", "L19"])
def test_reduced_layouts_are_written_when_named(layout: str, tmp_path: Path) -> None:
    (path,) = make_sample(tmp_path / "logs", rows=500, seed=3, layouts=[layout])
    text = path.read_text(encoding="utf-8")
    assert text.split("\n", 1)[0].rstrip("\r") == HEADERS[layout]
    rows = cells_of(path)[1:]
    assert 400 <= len(rows) <= 600
    if layout == "L18":
        assert {row[2].startswith("[Federal]") for row in rows} == {True}


def test_only_the_layouts_named_are_written(tmp_path: Path) -> None:
    logs = make_sample(tmp_path / "logs", rows=500, layouts=["L5"])
    truth = json.loads((tmp_path / "logs" / "truth.json").read_text(encoding="utf-8"))
    assert {one["layout"] for one in truth["files"]} == {"L5"}
    assert len(logs) == len(truth["files"]) > 3
    assert truth["rows"] == pytest.approx(500, rel=0.1)


def test_audits_hold_a_line_feed_in_a_cell_and_end_records_with_crlf(sample: Sample) -> None:
    for one in sample.files(layout="L3", kind="network"):
        data = (sample.folder / one["path"]).read_bytes()
        records = one["rows"] + one["blank_rows"]
        assert data.count(b"\r\n") == records + 1
        assert data.count(b"\n") == 2 * records + 1


def test_a_quoted_dialect_leaves_counts_bare(sample: Sample) -> None:
    paths = [one["path"] for one in sample.files(layout="L5", producer="Quillhaven MN PD")]
    assert len(paths) == 2
    for path in paths:
        first = (sample.folder / path).read_text(encoding="utf-8").split("\n")[1]
        assert re.match(r'"[0-9a-f-]{36}","\*\*\*","[^"]+",\d+,"', first)


def test_portals_quote_every_cell_and_have_no_final_newline(sample: Sample) -> None:
    for one in sample.files(kind="portal"):
        data = (sample.folder / one["path"]).read_bytes()
        assert not data.endswith(b"\n")
        assert b"\r" not in data
        lines = data.decode().split("\n")
        quoted = r'("[^"]*",?)+' if one["layout"] != "L9" else r'("[^"]*",){3}\d+,"[^"]*"'
        assert all(re.fullmatch(quoted, line.replace('""', "")) or '""' in line for line in lines[1:])


# Truth.


@pytest.mark.parametrize("which", ["sample", "larger"])
def test_rows_blanks_repeats_and_spans_are_what_the_files_hold(which: str, request: pytest.FixtureRequest) -> None:
    made: Sample = request.getfixturevalue(which)
    for one in made.truth["files"]:
        records = made.records(one)
        rows = len(cells_of(made.folder / one["path"])) - 1
        assert len(records) == one["rows"], one["path"]
        assert rows - len(records) == one["blank_rows"], one["path"]
        assert len(records) - len({tuple(record.values()) for record in records}) == one["exact_repeats"]
        times = sorted(searched_at(record) for record in records)
        said = [one["first_searched_at"], one["last_searched_at"]]
        assert said == ([f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (times[0], times[-1])] if times else [None, None])
    assert made.truth["rows"] == sum(one["rows"] for one in made.truth["files"])
    assert made.truth["rows"] == pytest.approx(made.truth["rows_asked"], rel=0.03)
    assert {path.relative_to(made.folder).as_posix() for path in made.logs} == {
        one["path"] for one in made.truth["files"]
    }


def key_of(record: dict[str, str], producer: str) -> tuple[str, ...]:
    """What tells one search from another: the id, or agency, second, networks and window."""
    known = record.get("ID") or record.get("id")
    if known:
        return (known,)
    at = searched_at(record).isoformat()
    start, end = (when(part).isoformat() for part in record["Time Frame"].split("\n"))
    return (record.get("Org Name") or producer, at, record["Total Networks Searched"], start, end)


def category_of(record: dict[str, str], planted: dict[str, str]) -> str:
    """The category that was planted with what this record shows."""
    if "offenseType" in record:
        offense = record["offenseType"]
        return planted[f"{offense} - {record.get('reason', '')}"] if offense else planted[record.get("reason", "")]
    reason = record.get("Reason", record.get("reason"))
    return "not_exported" if reason is None else planted[reason]


def counted(made: Sample) -> tuple[dict, dict, int]:
    """Distinct searches by camera owner and by searching agency, and in all, read from the files alone."""
    owners: dict = defaultdict(dict)
    agencies: dict = defaultdict(dict)
    for one in made.truth["files"]:
        for record in made.records(one):
            key = key_of(record, one["producer"])
            period = "before" if searched_at(record) < CUT else "after"
            found = (period, category_of(record, made.truth["reasons"]))
            if one["kind"] == "network":
                owners[one["producer"]][key] = found
            agencies[record.get("Org Name") or one["producer"]][key] = found
    keys = {key for seen in agencies.values() for key in seen}
    return tidy(owners), tidy(agencies), len(keys)


def tidy(found: dict) -> dict:
    return {
        name: {
            period: dict(Counter(category for at, category in seen.values() if at == period))
            for period in ("before", "after")
        }
        for name, seen in found.items()
    }


@pytest.mark.parametrize("which", ["sample", "larger"])
def test_distinct_searches_by_category_are_what_an_independent_count_finds(
    which: str, request: pytest.FixtureRequest
) -> None:
    made: Sample = request.getfixturevalue(which)
    owners, agencies, searches = counted(made)
    assert owners == made.truth["camera_owners"]
    assert agencies == made.truth["searching_agencies"]
    assert searches == made.truth["searches"]


# The world.


def test_the_same_search_stands_in_several_logs_redacted_in_one(larger: Sample) -> None:
    seen: dict[tuple, dict[str, str]] = defaultdict(dict)
    for one in larger.files(kind="network"):
        for record in larger.records(one):
            seen[key_of(record, one["producer"])][one["producer"]] = record["License Plate"]
    shared = [logs for logs in seen.values() if len(logs) > 1]
    assert len(shared) > 5000
    assert any(len(key) == 1 for key, logs in seen.items() if len(logs) > 1)
    assert any("***" in plates.values() and len(set(plates.values())) == 2 for plates in shared)


def test_an_owners_own_searches_stand_in_its_network_and_organization_audits(larger: Sample) -> None:
    name = "Brackenfall IL PD"
    both = {
        kind: {
            key_of(record, name)
            for one in larger.files(kind=kind, producer=name)
            for record in larger.records(one)
            if record.get("Org Name", name) == name
        }
        for kind in ("network", "organization")
    }
    assert both["organization"]
    assert both["organization"] <= both["network"]


def test_network_audits_are_cut_by_local_month(larger: Sample) -> None:
    zones = {"IL": "America/Chicago", "CA": "America/Los_Angeles", "GA": "America/New_York"}
    for one in larger.files(kind="network"):
        state = one["producer"].split()[-2]
        month = re.search(r"_Audit_(\d{4}-\d\d)", one["path"]).group(1)  # type: ignore[union-attr]
        zone = ZoneInfo(zones.get(state, "America/Chicago"))
        assert {f"{searched_at(r).astimezone(zone):%Y-%m}" for r in larger.records(one)} == {month}


def test_devices_are_lost_around_the_inauguration_only(larger: Sample) -> None:
    lost: Counter[tuple[bool, bool]] = Counter()
    for one in larger.files(layout="L3", kind="network"):
        for record in larger.records(one):
            inside = dt.date(2024, 12, 17) <= searched_at(record).date() < dt.date(2025, 2, 5)
            if record["Total Networks Searched"] != "0":
                lost[inside, record["Total Devices Searched"] == "0"] += 1
    assert lost[True, True] > 100 * lost[True, False]
    assert lost[False, True] == 0
    assert lost[False, False] > 1000


def test_some_searches_of_the_first_months_have_no_networks(larger: Sample) -> None:
    zero = [
        searched_at(record)
        for one in larger.files(kind="network")
        for record in larger.records(one)
        if record["Total Networks Searched"] == "0"
    ]
    assert 50 < len(zero) < 1000
    assert max(zero) < dt.datetime(2025, 8, 1, tzinfo=dt.UTC)


def test_an_owner_that_opts_out_loses_other_states(larger: Sample) -> None:
    states: dict[bool, set[str]] = {False: set(), True: set()}
    shut = dt.datetime(2025, 6, 1, 5, tzinfo=dt.UTC)
    for one in larger.files(kind="network", producer="Quillhaven MN PD"):
        for record in larger.records(one):
            states[searched_at(record) >= shut] |= set(re.findall(r" ([A-Z]{2}) ", record["Org Name"]))
    assert states[True] == {"MN"}
    assert len(states[False]) > 15


def test_the_word_immigration_comes_after_the_inauguration_and_ice_in_both_terms(larger: Sample) -> None:
    words: Counter[tuple[str, bool]] = Counter()
    total: Counter[bool] = Counter()
    for one in larger.files(kind="network"):
        for record in larger.records(one):
            after = searched_at(record) >= CUT
            total[after] += 1
            if larger.truth["reasons"][record["Reason"]] == "false_friend":
                continue
            found = {word.lower() for word in re.findall(r"\w+", record["Reason"])} & {"immigration", "ice"}
            words.update((word, after) for word in found)
    assert words["immigration", False] == 0
    assert words["immigration", True] > 20
    assert words["ice", False] > 3
    before, after = (words["ice", at] + words["immigration", at] for at in (False, True))
    assert after / total[True] > 1.3 * before / total[False]


def test_drop_down_values_start_in_december_2025_most_without_detail(larger: Sample) -> None:
    picked = [
        (searched_at(record), record["Reason"])
        for one in larger.files(kind="network")
        for record in larger.records(one)
        if re.match(r"(Traffic Infraction|Robbery|Drugs/Narcotics|Welfare Check) - ", record["Reason"])
    ]
    assert min(at for at, _ in picked) >= dt.datetime(2025, 12, 11, 16, tzinfo=dt.UTC)
    empty = sum(reason.endswith(" - ") for _, reason in picked)
    assert 0.4 < empty / len(picked) < 0.75


def test_plates_and_officers_are_plainly_invented(sample: Sample) -> None:
    plates, officers = set(), set()
    for one in sample.truth["files"]:
        for record in sample.records(one):
            plates.add(record.get("License Plate", ""))
            officers.add(record.get("Name", "***"))
    assert all(re.fullmatch(r"(ZZINV\d{4}|999\d{6}|\*\*\*)?", plate) for plate in plates)
    assert all(name == "***" or name.startswith("Officer ") for name in officers)
    assert 40 < len(officers) < 70


# Traps.


def test_workbooks_hold_numbers_dates_a_long_name_and_an_empty_second_sheet(sample: Sample) -> None:
    books = {
        one["layout"]: load_workbook(sample.folder / one["path"])
        for one in sample.truth["files"]
        if one["path"].endswith(".xlsx")
    }
    assert books["L3a"].sheet_names[1:] == ["Sheet1"]
    assert not books["L3a"].get_sheet_by_index(1).to_python()
    assert len(books["L4"].sheet_names[0]) == 31
    assert books["L4"].sheet_names[0].endswith(" ")
    kinds: dict[str, set[type]] = defaultdict(set)
    for book in books.values():
        header, *rows = book.get_sheet_by_index(0).to_python()
        for column, name in enumerate(header):
            kinds[str(name).strip()] |= {type(row[column]) for row in rows if row[column] != ""}
    assert {float, str} <= kinds["License Plate"]
    assert {float, str, dt.date} <= kinds["Reason"]


def test_blank_rows_repeats_and_double_extension_are_there(sample: Sample) -> None:
    blanks = {one["layout"] for one in sample.truth["files"] if one["blank_rows"]}
    assert blanks == {"L3", "L3a"}
    assert {one["kind"] for one in sample.truth["files"] if one["exact_repeats"]} == {"network", "organization"}
    assert [one["layout"] for one in sample.truth["files"] if one["path"].endswith(".csv.xlsx")] == ["L4"]


def test_a_file_name_lies_about_its_month(sample: Sample) -> None:
    (lying,) = [one for one in sample.truth["files"] if one["path"].endswith("2025-08-01_09-01.csv")]
    assert {searched_at(record).month for record in sample.records(lying)} == {9}


def test_four_days_are_missing(larger: Sample) -> None:
    (path,) = [one for one in larger.files(kind="organization") if "2025-10-01" in one["path"]]
    zone = ZoneInfo("America/Chicago")
    days = {searched_at(record).astimezone(zone).day for record in larger.records(path)}
    assert {13, 18} <= days
    assert not days & {14, 15, 16, 17}


def test_scrapes_of_a_portal_overlap_with_identical_rows(larger: Sample) -> None:
    rows: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    scrapes: Counter[str] = Counter()
    for one in larger.files(kind="portal", layout="L10"):
        for record in larger.records(one):
            rows[record["id"]].add(tuple(record.values()))
            scrapes[record["id"]] += 1
    assert max(scrapes.values()) == 4
    assert all(len(seen) == 1 for seen in rows.values())


def test_a_portal_without_searches_is_a_header_and_nothing_more(sample: Sample) -> None:
    (empty,) = sample.files(producer="Quietwold CA PD")
    assert empty["rows"] == 0
    assert (sample.folder / empty["path"]).read_bytes() == HEADERS["L10"].encode()


def test_the_sample_has_the_agencies_that_reports_are_made_of(sample: Sample) -> None:
    owners, agencies = sample.truth["camera_owners"], sample.truth["searching_agencies"]
    both_roles = set(owners) & set(agencies)
    assert "Brackenfall IL PD" in both_roles
    assert min(sum(owners["Brackenfall IL PD"][period].values()) for period in ("before", "after")) > 300
    assert sum(owners["Pellwick County GA SO"]["before"].values()) == 0
    assert set(agencies["Knollbarrow CA PD"]["after"]) == {"not_exported"}
    days = {
        searched_at(record).astimezone(ZoneInfo("America/Chicago")).date()
        for one in sample.files(kind="network", producer="Brackenfall IL PD")
        for record in sample.records(one)
    }
    assert len(days) == (dt.date(2026, 4, 1) - dt.date(2024, 10, 1)).days


# More agencies.


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("made") / "logs"
    logs = make_sample(folder, rows=6000, seed=3, agencies=220)
    return Sample(folder, logs, json.loads((folder / "truth.json").read_text(encoding="utf-8")))


def test_without_more_agencies_the_bytes_stay_the_same(tmp_path: Path) -> None:
    """The digest was taken before agencies could be asked for; workbooks are packed by other libraries and left out."""
    make_sample(tmp_path / "logs", rows=3000, seed=7)
    digest = hashlib.sha256()
    for name, data in sorted(contents(tmp_path / "logs").items()):
        if not name.endswith(".xlsx"):
            digest.update(name.encode() + b"\n" + data)
    assert digest.hexdigest() == "7aa873f76f20c90a272e94b37b12b4bfdf11d880ef387e5393366a19236525bb"


def test_the_agencies_asked_for_search_and_one_in_eight_releases_audits(crowded: Sample) -> None:
    owners, agencies, searches = counted(crowded)
    assert len(agencies) >= 220
    assert 220 // 8 - 3 <= len({one["producer"] for one in crowded.files(kind="network")}) <= 220 // 8 + 3
    assert (owners, agencies, searches) == (
        crowded.truth["camera_owners"],
        crowded.truth["searching_agencies"],
        crowded.truth["searches"],
    )
    assert crowded.truth["agencies_asked"] == 220
    assert crowded.truth["rows"] == pytest.approx(6000, rel=0.05)


def test_the_same_seed_gives_the_same_bytes_with_more_agencies(crowded: Sample, tmp_path: Path) -> None:
    make_sample(tmp_path / "again", rows=6000, seed=3, agencies=220)
    assert contents(tmp_path / "again") == contents(crowded.folder)
    make_sample(tmp_path / "other", rows=6000, seed=4, agencies=220)
    assert contents(tmp_path / "other") != contents(crowded.folder)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(agencies=st.integers(1, 120), seed=st.integers(0, 1000))
@example(agencies=1, seed=0)
@example(agencies=42, seed=1)
@example(agencies=43, seed=2)
def test_as_many_agencies_as_the_rows_allow_all_search(agencies: int, seed: int, tmp_path: Path) -> None:
    make_sample(tmp_path / "logs", rows=agencies * 10, seed=seed, agencies=agencies)
    truth = json.loads((tmp_path / "logs" / "truth.json").read_text(encoding="utf-8"))
    assert len(truth["searching_agencies"]) >= agencies


def test_as_many_agencies_as_there_are_names_for_would_all_be_called_within_the_fewest_rows() -> None:
    cast = larger_cast(MOST_AGENCIES)
    fewest = MOST_AGENCIES * 2
    seen = {
        int(place)
        for chunk in draw_searches(1, fewest, cast, cast.every(fewest))
        for place in chunk.agency[chunk.reach[:, 0]]
    }
    assert set(cast.roll.tolist()) <= seen
    assert len(cast.roll) == MOST_AGENCIES


def test_added_agencies_are_of_many_kinds_in_every_state_and_each_is_an_agency_of_its_own() -> None:
    cast = larger_cast(220)
    found = identify_agencies([agency.name for agency in cast.agencies]).set_index("agency", drop=False)
    assert found["key"].nunique() == len(cast.agencies)
    kinds = {"police", "sheriff", "university", "state police", "federal"}
    assert kinds <= set(found["kind"])
    assert set(found["state"].dropna()) >= STATES.keys() - {"DC", "PR"}
    assert all(found.loc[agency.name, "state"] == agency.state for agency in cast.agencies if agency.state)
    assert any(agency.name.endswith("[Inactive]") for agency in cast.agencies[len(world.AGENCIES) :])


def test_no_added_agency_stands_in_a_place_that_exists() -> None:
    with gzip.open(REFERENCE / TABLE, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    real = {word for row in rows for name in (row["name"], row["other_names"]) for word in fold_place(name).split()}
    assert "chicago" in real
    names = [agency.name for agency in larger_cast(MOST_AGENCIES).agencies[len(world.AGENCIES) :]]
    invented = [place_of(name) for name in names]
    assert len(set(invented)) == len(names) > 4900
    assert not real & set(invented)


def place_of(name: str) -> str:
    """The invented word that an added agency's name starts with, after a mark or a state."""
    bare = re.sub(r"\[\w+\] ?|^[A-Z]{2} - ", "", name)
    return fold_place(re.split(r"[ ,]", bare)[0])


@pytest.mark.parametrize(
    ("rows", "agencies", "says"),
    [
        (1000, 0, "0 agencies"),
        (1000, -3, "-3 agencies"),
        (1000, 101, "Ask for 1,010 rows or more, or for at most 100 agencies"),
        (5, 1, r"Ask for 10 rows or more\.$"),
        (1_000_000, 5001, "5,001 agencies .* at most 5,000"),
    ],
)
def test_impossible_numbers_of_agencies_are_refused(rows: int, agencies: int, says: str, tmp_path: Path) -> None:
    with pytest.raises(InvestigateError, match=says):
        make_sample(tmp_path / "logs", rows=rows, agencies=agencies)
    assert not (tmp_path / "logs").exists()


def test_agencies_and_layouts_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvestigateError, match="Leave `layouts` or `agencies` out"):
        make_sample(tmp_path / "logs", rows=1000, layouts=["L10"], agencies=20)


def test_the_command_takes_agencies_for_logs_only(tmp_path: Path) -> None:
    run = CliRunner().invoke
    done = run(app, ["sample", "--rows", "500", "--agencies", "45", "--out", str(tmp_path / "logs")])
    assert done.exit_code == 0
    truth = json.loads((tmp_path / "logs" / "truth.json").read_text(encoding="utf-8"))
    assert len(truth["searching_agencies"]) >= 45
    refused = run(app, ["sample", "--cameras", "5", "--agencies", "45", "--out", str(tmp_path / "cameras")])
    assert refused.exit_code == 2
    assert not (tmp_path / "cameras").exists()


def test_audits_of_added_owners_load_as_the_truth_says(crowded: Sample, tmp_path: Path) -> None:
    owners = [owner.name for owner in larger_cast(220).owners[len(world.OWNERS) :][1:3]]
    paths = [crowded.folder / one["path"] for one in crowded.files(kind="network") if one["producer"] in owners]
    inv.load_lookup_logs(paths, workspace=tmp_path)
    counts = inv.count_searches("camera_owner", workspace=inv.open_tables(tmp_path)).dropna(subset=["camera_owner"])
    found = {
        (one["camera_owner"], one["period"]): one["searches"] for one in counts.to_dict("records") if one["searches"]
    }
    assert found == {
        (name, period): sum(crowded.truth["camera_owners"][name][period].values())
        for name in owners
        for period in ("before", "after")
        if crowded.truth["camera_owners"][name][period]
    }
    assert len({name for name, _ in found}) == 2


# Size.


PEAK = """
import sys, tracemalloc
from pathlib import Path
from investigate.sample import make_sample
status = Path("/proc/self/status")
# Tracing makes the run five times slower: only where the system does not say how much was resident at most.
if not status.exists():
    tracemalloc.start()
make_sample(Path(sys.argv[1]), int(sys.argv[2]))
if status.exists():
    print(next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")))
else:
    print(tracemalloc.get_traced_memory()[1])
"""


def peak_memory(rows: int, folder: Path) -> int:
    """Peak of a fresh process, which has to fill every table of texts by itself."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(folder), str(rows)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def test_twenty_times_the_rows_need_hardly_more_memory(tmp_path: Path) -> None:
    small, large = (peak_memory(rows, tmp_path / str(rows)) for rows in (20_000, 400_000))
    assert large < 1.3 * small
    truth = json.loads((tmp_path / "400000" / "truth.json").read_text(encoding="utf-8"))
    assert truth["rows"] == pytest.approx(400_000, rel=0.02)


# Errors.


@pytest.mark.parametrize(("rows", "seed", "quoted"), [(0, 1, "0"), (-1, 1, "-1"), (1000, -5, "-5")])
def test_impossible_sizes_and_seeds_are_refused(rows: int, seed: int, quoted: str, tmp_path: Path) -> None:
    with pytest.raises(InvestigateError, match=quoted):
        make_sample(tmp_path / "logs", rows=rows, seed=seed)
    assert not (tmp_path / "logs").exists()


def test_an_unknown_layout_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownValue, match=r"'L33'.*'L3'"):
        make_sample(tmp_path / "logs", rows=1000, layouts=["L3", "L33"])
    with pytest.raises(InvestigateError, match="empty"):
        make_sample(tmp_path / "logs", rows=1000, layouts=[])


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InvestigateError, match="not a finished sample"):
        make_sample(tmp_path, rows=1000)
    assert contents(tmp_path) == {"notes.txt": b"mine"}


@pytest.mark.parametrize("says", ["{", "[]", '{"files": [{"path": "../mine.csv"}]}'])
def test_a_truth_that_is_damaged_or_points_elsewhere_is_not_followed(says: str, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("mine")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "truth.json").write_text(says)
    with pytest.raises(InvestigateError, match="not a finished sample"):
        make_sample(tmp_path / "logs", rows=1000)
    assert contents(tmp_path).keys() == {"mine.csv", "logs/truth.json"}


def test_a_new_sample_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    make_sample(tmp_path / "logs", rows=1000, layouts=["L10", "L19"])
    (tmp_path / "logs" / "notes.txt").write_text("mine")
    logs = make_sample(tmp_path / "logs", rows=1000, layouts=["L19"])
    assert set(contents(tmp_path / "logs")) == {
        logs[0].relative_to(tmp_path / "logs").as_posix(),
        "truth.json",
        "notes.txt",
    }


# Against what was released.


@pytest.fixture
def released_data() -> Path:
    if not RELEASED.exists():
        if os.environ.get("CI"):
            pytest.fail(f"The released files are not there: {RELEASED}")
        pytest.skip("The released files are not there.")
    return RELEASED


@pytest.mark.released
def test_no_invented_agency_bears_a_released_name(sample: Sample, released_data: Path) -> None:
    lists = [path.read_text(encoding="utf-8", errors="replace") for path in (released_data / "agencies").glob("*.csv")]
    known = " ".join(lists).casefold()
    assert "county" in known
    for name in sample.truth["searching_agencies"]:
        place = re.sub(r"\[\w+\]", "", name).split()[0].casefold()
        assert place == "lantern" or not re.search(rf"\b{place}\b", known), name
    words = set(re.findall(r"\w+", known))
    assert not words & {place_of(agency.name) for agency in larger_cast(MOST_AGENCIES).agencies[len(world.AGENCIES) :]}


@pytest.mark.released
def test_planted_categories_agree_with_the_labelled_reasons(sample: Sample, released_data: Path) -> None:
    with (released_data / "reasons" / "labelled.csv").open(newline="", encoding="utf-8") as file:
        labelled = {row["reason"].strip(): row["category"] for row in csv.DictReader(file)}
    planted = {text.strip(): category for text, category in sample.truth["reasons"].items()}
    both = planted.keys() & labelled.keys()
    assert len(both) > 50
    assert {text: planted[text] for text in both} == {text: labelled[text] for text in both}
