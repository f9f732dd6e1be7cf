"""Loading real released files: every record accounted for, against counts made without this program."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
import python_calamine
from made_logs import PORTAL, Loaded, load, record, write_log
from typer.testing import CliRunner

from investigate import load_table as loading
from investigate.cli import app
from investigate.counts import count_searches
from investigate.load import load_lookup_logs
from investigate.load_table import RowsLost
from investigate.logs import normalise
from investigate.store import Store
from investigate.workspace import Workspace

PREFIX = "Champaign IL PD_Organization_Audit_"
# file → rows loaded, blank, exact repeats, layout, first and last search (UTC)
CHAMPAIGN = {
    "2025-01-01_2025-02-01.csv": (3348, 0, 0, "H8", "2025-01-01T10:32", "2025-02-01T05:52"),
    "2025-02-01_2025-03-01.csv": (2962, 0, 263, "H8", "2025-02-01T06:05", "2025-03-01T00:07"),
    "2025-06-01_2025-07-01.xlsx": (3285, 0, 68, "H9", "2025-06-01T05:09", "2025-07-01T01:29"),
    "2025-07-01_2025-08-01.xlsx": (3262, 10, 8, "H13", "2025-07-01T06:21", "2025-08-01T04:59"),
    "2025-08-01_09-01.csv": (2945, 0, 1, "H13", "2025-09-01T11:20", "2025-10-01T02:01"),
    "2025-12-01_2025-12-31.csv.xlsx": (2502, 0, 0, "H14", "2025-12-01T14:54", "2026-01-01T04:44"),
    "2026-02-01_2025-02-28.csv": (2735, 0, 0, "H13b", "2026-02-01T06:03", "2026-03-01T01:44"),
}
# slug → files, rows, distinct ids, layout
PORTALS = {
    "alameda-ca-pd": (1, 207, 207, "portal-reason"),
    "albany-ca-pd": (5, 595, 242, "portal-case-offense"),
    "ankeny-ia-pd": (1, 338, 338, "portal-reason"),
    "chula-vista-ca-pd": (5, 5911, 2339, "portal-case"),
    "city-of-lemoore-ca": (5, 488, 174, "portal-reason"),
    "fontana-ca-pd": (5, 6758, 2656, "portal-bare"),
    "lincoln-ca-pd": (5, 720, 295, "portal-reason-case-offense"),
    "oakland-ca-pd": (5, 11790, 4728, "portal-reason"),
    "ontario-ca-pd": (5, 9484, 3884, "portal-offense"),
    "pasadena-ca-pd": (5, 2282, 971, "portal-reason-case"),
    "santa-cruz-ca-pd": (1, 0, 0, "portal-reason"),
    "yuba-city-ca-pd": (3, 676, 364, "portal-reason"),
}
EXCERPTS = {
    "umpd_network_audit_excerpt.csv": (6, "network", "H13b", "UMPD"),
    "okaloosa_org_audit_pages_1-3_and_last.pdf": (28, "organization", "printed", "Okaloosa County FL SO"),
    "lowell-city-pd__2026-10.csv": (2, "portal", "portal-offense", "Lowell City PD"),
    "rockford-dps__audit.csv": (4, "portal", "portal-offense", "Rockford DPS"),
    "stamping-ground-ky-pd__audit.csv": (2, "portal", "portal-reason", "Stamping Ground KY PD"),
}


@pytest.fixture(scope="module")
def everything(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The whole folder of released logs, loaded once. Read only."""
    return load(released / "logs", tmp_path_factory.mktemp("released"))


def entry_of(loaded: Loaded, name: str) -> pd.Series:
    found = loaded.report[loaded.report["path"].str.endswith("/" + name)]
    assert len(found) == 1, name
    return found.iloc[0]


def rows_of(loaded: Loaded, name: str) -> pd.DataFrame:
    return loaded.searches[loaded.searches["release"] == entry_of(loaded, name)["sha256"][:12]]


def count_by_hand(path: Path) -> int:
    """Records below the header, counted without this program."""
    if path.read_bytes().startswith(b"PK"):
        return len(python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()) - 1
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


# ---- the released files --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHAMPAIGN)
def test_champaign_file_gives_the_known_counts(everything: Loaded, released: Path, name: str) -> None:
    entry = entry_of(everything, PREFIX + name)
    loaded, blank, repeats, layout, first, last = CHAMPAIGN[name]
    assert (entry["rows_loaded"], entry["rows_rejected"], entry["rows_blank"]) == (loaded, 0, blank)
    assert entry["repeats_in_file"] == repeats
    assert (entry["layout"], entry["kind"], entry["producer"]) == (layout, "organization", "Champaign IL PD")
    assert entry["timezone"] == "America/Chicago"
    assert (entry["first_searched_at"][:16], entry["last_searched_at"][:16]) == (first, last)
    assert entry["rows_read"] == count_by_hand(released / "logs" / "champaign-il-pd" / (PREFIX + name))


def test_champaign_january_stands_on_both_sides_of_the_inauguration(everything: Loaded) -> None:
    at = rows_of(everything, PREFIX + "2025-01-01_2025-02-01.csv")["searched_at"]
    assert len(at) == 3348
    assert (at < pd.Timestamp("2025-01-20T17:00Z")).sum() == 2424
    assert (at < pd.Timestamp("2025-01-20T06:00Z")).sum() == 2367


def test_champaign_months_are_local_months(everything: Loaded) -> None:
    for name, month in (("2025-01-01_2025-02-01.csv", "2025-01"), ("2025-08-01_09-01.csv", "2025-09")):
        days = rows_of(everything, PREFIX + name)["local_date"]
        assert {str(day)[:7] for day in days} == {month}
    september = {str(day) for day in days}
    assert "2025-09-23" not in september
    assert len(september) == 29


@pytest.mark.parametrize("slug", PORTALS)
def test_portal_gives_the_known_counts(everything: Loaded, released: Path, slug: str) -> None:
    files, rows, distinct, layout = PORTALS[slug]
    entries = everything.report[everything.report["path"].str.contains(f"/{slug}/", regex=False)]
    assert len(entries) == files
    assert set(entries["status"]) == {"loaded"}
    assert set(entries["layout"]) == {layout}
    assert set(entries["kind"]) == {"portal"}
    assert entries["rows_loaded"].sum() == rows
    by_hand = sum(count_by_hand(path) for path in (released / "logs" / "portals" / slug).glob("*.csv"))
    assert entries["rows_read"].sum() == by_hand == rows
    searches = everything.searches
    mine = searches[searches["release"].isin(entries["sha256"].str[:12])]
    assert mine["search_key"].nunique() == mine["search_id"].nunique() == distinct


def test_portal_agency_is_told_by_its_folder(everything: Loaded) -> None:
    producers = set(everything.report.loc[everything.report["kind"] == "portal", "producer"])
    assert {"Alameda CA PD", "City of Lemoore CA", "Yuba City CA PD", "Santa Cruz CA PD"} <= producers
    searches = everything.searches
    portal = searches[searches["kind"] == "portal"]
    assert (portal["searching_agency"] == portal["producer"]).all()
    assert portal["camera_owner"].isna().all()


def test_empty_portal_is_loaded_with_a_warning_and_no_rows(everything: Loaded) -> None:
    entry = everything.report[everything.report["path"].str.contains("santa-cruz")].iloc[0]
    assert (entry["status"], entry["rows_read"], entry["rows_loaded"]) == ("loaded", 0, 0)
    assert pd.isna(entry["first_searched_at"])
    assert "no rows" in entry["warnings"][0]


def test_missing_reason_column_is_warned_of(everything: Loaded) -> None:
    said = {
        Path(entry.path).parent.name
        for entry in everything.report.itertuples()
        if any("No reason column" in warning for warning in entry.warnings)
    }
    without = {"chula-vista-ca-pd", "fontana-ca-pd", "ontario-ca-pd", "albany-ca-pd"}
    assert said - {"excerpts"} == without


def test_one_word_that_fills_the_whole_column_is_no_reason(everything: Loaded) -> None:
    """All 338 searches of one released portal file give the same word, so nothing can be counted from them."""
    said = {
        Path(entry.path).parent.name
        for entry in everything.report.itertuples()
        if any("One and the same text fills" in warning for warning in entry.warnings)
    }
    assert said == {"ankeny-ia-pd"}
    counted = count_searches(agency="Ankeny IA PD", workspace=everything.room).set_index("period")
    assert counted.loc["after", "rows"] == 338
    assert counted.loc["after", "reason_known"] == 0
    assert pd.isna(counted.loc["after", "immigration_related"])


@pytest.mark.parametrize("name", EXCERPTS)
def test_excerpt(everything: Loaded, name: str) -> None:
    entry = entry_of(everything, name)
    assert (entry["rows_loaded"], entry["kind"], entry["layout"], entry["producer"]) == EXCERPTS[name]
    assert (entry["rows_rejected"], entry["rows_blank"]) == (0, 0)


def test_network_audit_keeps_searcher_and_owner_apart(everything: Loaded) -> None:
    rows = everything.searches.query("kind == 'network'")
    assert set(rows["camera_owner"]) == {"UMPD"}
    assert rows["searching_agency"].notna().all()
    assert "UMPD" not in set(rows["searching_agency"])
    assert not rows["is_own_search"].any()
    assert rows["plate_token"].isna().all()  # withheld or empty: both hold no plate


def test_nothing_in_the_released_folder_is_refused_or_rejected(everything: Loaded) -> None:
    assert len(everything.report) == 58
    assert set(everything.report["status"]) == {"loaded"}
    assert everything.report["refused_because"].isna().all()
    assert everything.rejects.empty
    read = everything.report["rows_read"].sum()
    assert read == everything.report[["rows_loaded", "rows_rejected", "rows_blank"]].sum().sum() == 60_340
    assert len(everything.searches) == everything.report["rows_loaded"].sum()


def test_every_row_is_cited_once_and_never_as_the_header(everything: Loaded) -> None:
    searches = everything.searches
    assert not searches.duplicated(["release", "row"]).any()
    assert searches["row"].min() == 2
    assert searches["searched_at"].notna().all()


def test_a_row_can_be_found_in_the_file_by_its_number(everything: Loaded, released: Path) -> None:
    """The citation: record number in the release → the same time of search, CSV and workbook alike."""
    folder = released / "logs" / "champaign-il-pd"
    for name, column in (("2025-02-01_2025-03-01.csv", "Search Time"), ("2025-07-01_2025-08-01.xlsx", " Search Time")):
        path = folder / (PREFIX + name)
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.reader(file))
        else:
            rows = python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()
        at = rows[0].index(column)
        for row in rows_of(everything, PREFIX + name).itertuples():
            said = pd.to_datetime(rows[row.row - 1][at].removesuffix(" UTC"), format="%m/%d/%Y, %I:%M:%S %p", utc=True)
            assert said == row.searched_at


def test_cells_that_a_spreadsheet_changed_are_mended_and_listed(everything: Loaded) -> None:
    fixes = everything.fixes
    for name, plates, reasons, days in (
        ("2025-06-01_2025-07-01.xlsx", 90, 67, 0),
        ("2025-07-01_2025-08-01.xlsx", 119, 37, 7),
        ("2025-12-01_2025-12-31.csv.xlsx", 218, 28, 1),
    ):
        release = entry_of(everything, PREFIX + name)["sha256"][:12]
        mine = fixes[fixes["release"] == release]
        number = mine["fix"].str.startswith("number made by a spreadsheet")
        assert (number & (mine["column"] == "plate")).sum() == plates
        assert (number & (mine["column"] == "reason")).sum() == reasons
        assert mine["fix"].str.contains("made a date").sum() == days


# ---- loading again ---------------------------------------------------------------------------------------


def store_bytes(loaded: Loaded) -> dict[str, bytes]:
    """Every file of the store but the report of the last load."""
    files = (path for path in loaded.room.store.rglob("*") if path.is_file())
    return {str(path.relative_to(loaded.room.store)): path.read_bytes() for path in files if path.suffix != ".json"}


def test_loading_everything_twice_changes_nothing(everything: Loaded, released: Path) -> None:
    before = store_bytes(everything)
    assert len(before) > 200
    first = everything.report
    again = load_lookup_logs(released / "logs", workspace=everything.room)
    assert set(again["status"]) == {"unchanged"}
    pd.testing.assert_frame_equal(again.drop(columns="status"), first.drop(columns="status"))
    assert store_bytes(everything) == before


def test_the_same_bytes_under_another_name_are_unchanged(tmp_path: Path) -> None:
    first = write_log(tmp_path / "mossgate-il-pd" / "audit.csv", [record(1), record(2)])
    load(first, tmp_path)
    copy = tmp_path / "elsewhere" / "copy.csv"
    copy.parent.mkdir()
    copy.write_bytes(first.read_bytes())
    again = load([first, copy], tmp_path)
    assert list(again.report["status"]) == ["unchanged", "unchanged"]
    assert [Path(path).name for path in again.report["path"]] == ["copy.csv", "audit.csv"]
    assert len(again.searches) == 2


def test_two_empty_logs_of_two_agencies_are_two_releases(tmp_path: Path) -> None:
    paths = [
        write_log(tmp_path / slug / "audit.csv", [], header=PORTAL) for slug in ("mossgate-il-pd", "fernhollow-il-pd")
    ]
    loaded = load(paths, tmp_path / "w")
    assert list(loaded.report["status"]) == ["loaded", "loaded"]
    assert set(loaded.report["producer"]) == {"Mossgate IL PD", "Fernhollow IL PD"}
    assert list(load(paths, tmp_path / "w").report["status"]) == ["unchanged", "unchanged"]


def test_what_is_said_of_a_file_later_loads_it_anew(tmp_path: Path) -> None:
    path = write_log(tmp_path / "Mossgate IL PD_Network_Audit_2026.csv", [record(1, OrgName="Fernhollow IL PD")])
    assert load(path, tmp_path).entry["producer"] == "Mossgate IL PD"
    anew = load(path, tmp_path, producer="Mossgate Police")
    assert (anew.entry["status"], anew.entry["producer"]) == ("loaded", "Mossgate Police")
    assert set(anew.searches["camera_owner"]) == {"Mossgate Police"}
    assert len(anew.searches) == 1
    assert load(path, tmp_path, producer="Mossgate Police").entry["status"] == "unchanged"
    assert load(path, tmp_path).entry["producer"] == "Mossgate Police"
    assert load(path, tmp_path, kind="organization").entry["status"] == "loaded"
    assert load(path, tmp_path, timezone="America/Denver").entry["timezone"] == "America/Denver"


# ---- nothing is lost ---------------------------------------------------------------------------------------


def test_records_that_do_not_add_up_stop_the_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_log(tmp_path / "mossgate-il-pd" / "audit.csv", [record(number) for number in range(5)])
    whole = normalise.count_cells
    monkeypatch.setattr(loading.engine, "_COMPILED", {})
    monkeypatch.setattr(normalise, "count_cells", lambda cells: whole(cells.filter(cells.record != 4)))
    with pytest.raises(RowsLost, match=r"audit\.csv: 5 records were read"):
        load(path, tmp_path)


def test_rows_that_do_not_arrive_in_the_store_stop_the_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_log(tmp_path / "mossgate-il-pd" / "audit.csv", [record(number) for number in range(5)])
    whole = normalise.to_searches
    monkeypatch.setattr(loading.engine, "_COMPILED", {})
    monkeypatch.setattr(normalise, "to_searches", lambda cells, shape: whole(cells.limit(4), shape))
    with pytest.raises(RowsLost, match="rows_loaded is 5, but the store has 4"):
        load(path, tmp_path)
    assert Store(Workspace(tmp_path).store).releases().empty


# ---- the command -------------------------------------------------------------------------------------------


def test_command_names_what_it_refused_and_loads_the_rest(tmp_path: Path) -> None:
    write_log(tmp_path / "in" / "mossgate-il-pd" / "audit.csv", [record(1)])
    (tmp_path / "in" / "shares.csv").write_text("Organization Name,Networks I'm Sharing\nFernhollow IL PD,Main\n")
    done = CliRunner().invoke(app, ["load", str(tmp_path / "in"), "--workspace", str(tmp_path / "w")])
    assert done.exit_code == 3
    assert "shares.csv" in done.output
    assert "sharing list" in done.output
    assert "Traceback" not in done.output
    report = json.loads((tmp_path / "w" / "data" / "store" / "load_report.json").read_text())
    assert [entry["status"] for entry in report] == ["loaded", "refused"]
    assert report[0]["rows_loaded"] == 1
    assert report[1]["rows_read"] is None


def test_command_prints_counts_as_whole_numbers_beside_a_refused_file(tmp_path: Path) -> None:
    write_log(tmp_path / "in" / "mossgate-il-pd" / "audit.csv", [record(1)])
    (tmp_path / "in" / "empty.csv").touch()
    done = CliRunner().invoke(app, ["load", str(tmp_path / "in"), "--workspace", str(tmp_path / "w"), "--json"])
    assert done.exit_code == 3
    assert {entry["status"]: entry["rows_read"] for entry in json.loads(done.stdout)} == {"loaded": 1, "refused": None}
    assert '"rows_loaded": 1,' in done.stdout


def test_report_has_the_fields_of_the_contract(tmp_path: Path) -> None:
    path = write_log(tmp_path / "mossgate-il-pd" / "audit.csv", [record(1)])
    loaded = load(path, tmp_path)
    (entry,) = json.loads(loaded.room.store.joinpath("load_report.json").read_text())
    fields = (
        "path sha256 status layout kind producer timezone rows_read rows_loaded rows_rejected rows_blank "
        "repeats_in_file first_searched_at last_searched_at warnings refused_because"
    )
    assert " ".join(entry) == fields
    assert entry["first_searched_at"] == entry["last_searched_at"] == "2026-03-08T10:05:00Z"
    assert entry["warnings"] == []
