"""One row explained: what was released, what became of it, what may be shown, and what is said where it cannot be."""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from made_logs import AUDIT, OLD_AUDIT, as_csv, load, record, search_id, write_log, write_workbook

import investigate as inv
from investigate import cli
from investigate.errors import InvestigateError, UnknownValue
from investigate.explained import Explanation
from investigate.periods import CUT_SAID
from investigate.reasons.classify import RULES_VERSION
from investigate.reasons.vocabulary import known_words_only

NAME = "Mossgate IL PD_Network_Audit_2026-03-01_2026-04-01.csv"
OTHER = "Fernwick IL PD_Network_Audit_2026-03-01_2026-04-01.csv"
# A record of another agency, which makes a network audit of any log.
STRANGER = record(90, OrgName="Tarnbrook OH SO", Reason="warrant")
BLANK = [""] * len(AUDIT)


def explained(tmp_path: Path, records: list[list[str]], row: int, *, header: list[str] = AUDIT, **more: Any) -> Any:
    """Load one log and explain a row of it."""
    load(write_log(tmp_path / NAME, records, header), tmp_path)
    return inv.explain_row(f"{NAME}:{row}", workspace=tmp_path, **more)


def cell(shown: Explanation, column: str) -> dict[str, Any]:
    """The one cell of a canonical column."""
    (found,) = [one for one in shown.cells if one["column"] == column]
    return found


def pages(shown: Explanation) -> list[str]:
    """Every form in which an explanation is shown; wide, so that no word is broken."""
    return [shown.to_text(4000), json.dumps(shown.to_dict(), ensure_ascii=False), shown._repr_html_()]


# ---- what is said of a row ----------------------------------------------------------------------------


def test_a_loaded_row_is_shown_cell_by_cell_with_what_was_made_of_it(tmp_path: Path) -> None:
    shown = explained(tmp_path, [record(1, Reason="ICE hold", SearchType="lookup"), STRANGER], 2)
    assert shown.what["status"] == "loaded"
    assert [one["column"] for one in shown.cells][:4] == ["search_id", "user", "org", "networks"]
    assert cell(shown, "org") == {
        "header": "Org Name", "column": "org", "released": "Mossgate IL PD", "state": "value",
        "became": {"searching_agency": "Mossgate IL PD"}, "fixes": [],
    }  # fmt: skip
    assert cell(shown, "networks")["became"] == {"networks_count": 120}
    assert cell(shown, "plate")["released"] == "(masked, 8 characters)"
    assert cell(shown, "plate")["became"] == {"plate_token": "keyed token"}
    assert cell(shown, "case_number")["state"] == "blank"
    assert cell(shown, "reason")["released"] == "ICE hold"


def test_the_file_is_named_with_its_fingerprint_and_what_sources_csv_says(tmp_path: Path) -> None:
    (tmp_path / "sources.csv").write_text(f"path,request_id,received_on\n{NAME},R-14,2026-05-01\n", encoding="utf-8")
    what = explained(tmp_path, [record(1), STRANGER], 2).what
    assert (what["request_id"], what["received_on"], what["producer"]) == ("R-14", "2026-05-01", "Mossgate IL PD")
    assert (what["producer_from"], what["kind"], what["layout"], what["zone"]) == (
        "file name", "network", "H13b", "America/Chicago",
    )  # fmt: skip
    assert len(what["sha256"]) == 64
    assert what["path"].endswith(NAME)


@pytest.mark.parametrize(
    ("at", "side", "local"),
    [
        ("01/20/2025, 04:59:59 PM UTC", "before", "2025-01-20 10:59:59 CST"),
        ("01/20/2025, 05:00:00 PM UTC", "after", "2025-01-20 11:00:00 CST"),
    ],
)
def test_the_side_of_the_cut_is_that_on_which_the_instant_lies(tmp_path: Path, at: str, side: str, local: str) -> None:
    shown = explained(tmp_path, [record(1, SearchTime=at), STRANGER], 2)
    assert (shown.time["side"], shown.time["local"], shown.time["cut"]) == (side, local, CUT_SAID)
    assert (shown.time["as_released"], shown.time["basis"], shown.time["form"]) == ([at], "stated", "exported")
    assert CUT_SAID in shown.to_text()


def test_a_day_without_time_on_the_day_of_the_cut_is_on_neither_side(tmp_path: Path) -> None:
    shown = explained(tmp_path, [record(1, SearchTime="2025-01-20"), STRANGER], 2)
    assert shown.time["side"].startswith("neither")
    assert shown.time["local"] is None
    assert "time of day is not known" in shown.to_text()


def test_the_category_comes_with_rule_why_text_matched_and_scopes(tmp_path: Path) -> None:
    category = explained(tmp_path, [record(1, Reason="ICE hold"), STRANGER], 2).category
    assert category["category"] == inv.classify_reason("ICE hold").category
    assert category["rule"] == inv.classify_reason("ICE hold").rule
    assert category["matched_in"] == "reason"
    assert len(category["why"]) > 10
    assert category["scopes"][-1] == "broad"
    assert category["rules_version"] == RULES_VERSION


def test_every_category_says_why(tmp_path: Path) -> None:
    reasons = ["", "Quilting", "***", "Burglary - shed", "warrant", "immmigration"]
    load(write_log(tmp_path / NAME, [*(record(n, Reason=one) for n, one in enumerate(reasons)), STRANGER]), tmp_path)
    for row in range(2, 2 + len(reasons)):
        assert inv.explain_row(f"{NAME}:{row}", workspace=tmp_path).category["why"]


def test_the_size_of_the_case_counts_its_searches(tmp_path: Path) -> None:
    records = [record(number, Case="C-77123") for number in (1, 2, 3)] + [record(4), STRANGER]
    category = explained(tmp_path, records, 2).category
    assert (category["case_searches"], category["case_rows"]) == (3, 3)


# ---- rows that did not become searches ----------------------------------------------------------------


def test_a_rejected_row_says_why_and_has_no_search_time_or_category(tmp_path: Path) -> None:
    shown = explained(tmp_path, [record(1, SearchTime="13/45/2026, 99:00:00 AM UTC"), STRANGER], 2)
    assert shown.what["status"] == "rejected"
    assert "not a time" in shown.what["why"]
    assert cell(shown, "searched")["released"] == "13/45/2026, 99:00:00 AM UTC"
    assert cell(shown, "searched")["state"] == "unreadable"
    assert (shown.time, shown.identity, shown.category) == (None, None, None)


@pytest.mark.parametrize(("last", "why"), [("none", "14 cells where the header has 13"), ("", "no time of search")])
def test_cells_of_a_shifted_row_are_masked_whatever_header_they_stand_under(
    tmp_path: Path, last: str, why: str
) -> None:
    whole = record(1, LicensePlate="QZX7731", Moderation=last)
    shown = explained(tmp_path, [["an extra cell", *whole], STRANGER], 2)
    assert why in shown.what["why"]
    assert not any("QZX7731" in page or "Quillon" in page for page in pages(shown))


def test_a_plate_in_the_column_of_times_is_masked(tmp_path: Path) -> None:
    shown = explained(tmp_path, [record(1, SearchTime="7731-55"), STRANGER], 2)
    assert cell(shown, "searched")["released"] == "(masked, 7 characters)"


def test_a_number_in_the_column_of_agencies_is_masked_everywhere(tmp_path: Path) -> None:
    shown = explained(tmp_path, [record(1, OrgName="7731559.0"), STRANGER], 2)
    assert not any("7731559" in page for page in pages(shown))


def test_a_blank_row_is_said_to_be_blank(tmp_path: Path) -> None:
    shown = explained(tmp_path, [record(1), BLANK, STRANGER], 3)
    assert shown.what["status"] == "blank"
    assert {one["released"] for one in shown.cells} == {None}
    assert shown.category is None


def test_a_repeated_header_is_shown_as_the_words_that_it_is(tmp_path: Path) -> None:
    shown = explained(tmp_path, [record(1), AUDIT, STRANGER], 3)
    assert shown.what["status"] == "rejected"
    assert "the header again" in shown.what["why"]
    assert cell(shown, "user")["released"] == "Name"


def test_cells_that_are_not_known_are_not_said_to_be_blank(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(as_csv([AUDIT, record(1), [], AUDIT, STRANGER]).encode())  # a blank line: read the careful way
    load(path, tmp_path)
    shown = inv.explain_row(f"{NAME}:4", workspace=tmp_path)
    assert shown.what["why"] == "the header again, in the middle of the file"
    assert {one["state"] for one in shown.cells} == {"not known"}
    assert "(blank)" not in shown.to_text()


def test_below_a_second_header_cells_stand_with_their_own_columns(tmp_path: Path) -> None:
    turned = AUDIT[::-1]
    below = record(5, header=turned, OrgName="Alderpoint WI PD", Reason="ICE hold")
    shown = explained(tmp_path, [record(1), STRANGER, turned, below], 5)
    assert cell(shown, "org")["released"] == "Alderpoint WI PD"
    assert cell(shown, "reason")["released"] == "ICE hold"


# ---- cells ---------------------------------------------------------------------------------------------


def test_a_number_made_by_a_spreadsheet_is_shown_with_its_fix(tmp_path: Path) -> None:
    shown = explained(tmp_path, [record(1, LicensePlate="7731559.0", OrgName="Unit 5"), STRANGER], 2)
    (fix,) = cell(shown, "plate")["fixes"]
    assert fix == "number made by a spreadsheet turned back into text"
    assert "mended: number made by a spreadsheet" in shown.to_text(300)


def test_mended_letters_are_shown_before_and_after_where_the_column_is_not_private(tmp_path: Path) -> None:
    shown = explained(tmp_path, [record(1, OrgName="Oâ€™Fallow IL PD"), STRANGER], 2)
    assert cell(shown, "org")["fixes"] == [
        "wrongly encoded characters repaired: 'Oâ€™Fallow IL PD' became 'O’Fallow IL PD'"
    ]


def test_a_mark_of_withholding_is_shown_as_it_stands(tmp_path: Path) -> None:
    marks = ["***", "[REDACTED]", "N/A", "█████"]
    rows = [record(n, Name=mark, LicensePlate=mark, Reason=mark) for n, mark in enumerate(marks)]
    load(write_log(tmp_path / NAME, [*rows, STRANGER]), tmp_path)
    for row, mark in enumerate(marks, start=2):
        shown = inv.explain_row(f"{NAME}:{row}", workspace=tmp_path)
        assert {cell(shown, column)["released"] for column in ("user", "plate", "reason")} == {mark}
        assert cell(shown, "user")["state"] in ("withheld", "placeholder")


def test_no_cameras_in_the_weeks_in_which_none_were_recorded_is_said(tmp_path: Path) -> None:
    header = [*AUDIT[:4], "Total Devices Searched", *AUDIT[4:]]
    at = "01/20/2025, 04:59:59 PM UTC"
    records = [record(n, header=header, TotalDevicesSearched="0", SearchTime=at) for n in (1, 2)]
    devices = cell(explained(tmp_path, records, 2, header=header), "devices")
    assert (devices["released"], devices["state"], devices["became"]) == ("0", "not recorded", {"devices_count": None})


def test_a_column_that_was_not_read_is_shown_masked_and_with_identifiers_as_it_stands(tmp_path: Path) -> None:
    header = [*AUDIT[:3], "Badge", *AUDIT[3:]]
    records = [record(1, header=header, Badge="B-4471"), record(2, header=header, OrgName="Tarnbrook OH SO")]
    shown = explained(tmp_path, records, 2, header=header)
    badge = shown.cells[3]
    assert (badge["header"], badge["column"], badge["released"]) == ("Badge", "not read", "(masked, 6 characters)")
    kept = inv.explain_row(f"{NAME}:2", workspace=tmp_path, keep_identifiers=True)
    assert kept.cells[3]["released"] == "B-4471"
    assert inv.explain_row(f"{NAME}:3", workspace=tmp_path).cells[3]["released"] is None


def test_a_record_with_nothing_but_a_column_that_is_not_read_stays_blank(tmp_path: Path) -> None:
    header = [*AUDIT, "Badge"]
    shown = explained(tmp_path, [record(1, header=header), [*BLANK, "B-4471"]], 3, header=header)
    assert shown.what["status"] == "blank"


def test_the_reason_shows_only_words_of_the_rules_and_no_numbers_but_laws(tmp_path: Path) -> None:
    reason = "ICE warrant for Orlo Vandermeek QZX7731 under 8 USC 1326, 25-0012"
    shown = explained(tmp_path, [record(1, Reason=reason), STRANGER], 2)
    released = cell(shown, "reason")["released"]
    assert "ICE" in released
    assert "8 USC 1326" in released
    assert not any(word in released for word in ("Orlo", "Vandermeek", "7731", "0012"))


# ---- the same search ------------------------------------------------------------------------------------


def test_the_same_search_in_two_releases_is_listed_with_both_files(tmp_path: Path) -> None:
    shared = record(7, OrgName="Tarnbrook OH SO")
    files = [write_log(tmp_path / name, [record(n), shared]) for n, name in enumerate((NAME, OTHER))]
    load(files, tmp_path)
    shown = inv.explain_row(f"{NAME}:3", workspace=tmp_path)
    same = shown.identity
    assert (same["rows"], same["releases"], same["key_from"]) == (2, 2, "search id")
    assert {one["file"] for one in same["places"]} == {NAME, OTHER}
    assert all(one["row"].endswith(":3") for one in same["places"])
    assert "2 rows of 2 releases" in shown.to_text()
    assert (same["searching_agency"], same["camera_owner"]) == ("Tarnbrook OH SO", "Mossgate IL PD")


def test_a_search_without_id_is_known_by_its_event_and_counts_under_the_id_of_another_release(tmp_path: Path) -> None:
    without = [name for name in AUDIT if name != "ID"]
    here = write_log(tmp_path / NAME, [record(7, OrgName="Tarnbrook OH SO"), record(8)])
    there = write_log(tmp_path / OTHER, [record(7, header=without, OrgName="Tarnbrook OH SO"), record(9, header=without,
                      SearchTime="03/09/2026, 10:05:00 AM UTC")], without)  # fmt: skip
    load([here, there], tmp_path)
    same = inv.explain_row(f"{OTHER}:2", workspace=tmp_path).identity
    assert (same["key_from"], same["search_id"], same["rows"]) == ("event", None, 2)
    assert same["counted_as"] != same["search_key"]
    assert same["counted_as"] == inv.explain_row(f"{NAME}:2", workspace=tmp_path).identity["search_key"]


def test_no_more_than_ten_places_are_listed(tmp_path: Path) -> None:
    same = explained(tmp_path, [record(1) for _ in range(12)], 2).identity
    assert (same["rows"], len(same["places"])) == (12, 10)


# ---- containers -----------------------------------------------------------------------------------------


def test_a_row_of_a_sheet_among_several_is_read_from_that_sheet(tmp_path: Path) -> None:
    name = "Mossgate IL PD_Organization_Audit.xlsx"
    sheets = {n: [OLD_AUDIT, record(1, header=OLD_AUDIT, Reason=n), record(2, header=OLD_AUDIT)]
              for n in ("warrant", "burglary")}  # fmt: skip
    load(write_workbook(tmp_path / name, sheets), tmp_path)
    shown = inv.explain_row(f"{name}/burglary:2", workspace=tmp_path)
    assert (shown.what["sheet"], cell(shown, "reason")["released"]) == ("burglary", "burglary")
    with pytest.raises(UnknownValue, match="fits 2 releases"):
        inv.explain_row(f"{name}:2", workspace=tmp_path)


def test_a_row_of_a_member_of_an_archive_is_read_from_it_and_nothing_stays_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "july.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/notes.csv", as_csv([AUDIT, record(5), STRANGER]))
        archive.writestr(f"b/{NAME}", as_csv([AUDIT, record(1, Reason="warrant"), STRANGER]))
    loaded = load(path, tmp_path)
    shown = inv.explain_row(f"july.zip/b/{NAME}:2", workspace=tmp_path)
    assert cell(shown, "reason")["released"] == "warrant"
    assert not loaded.room.store.joinpath(".unpacked").exists()


def test_a_table_whose_header_is_said_to_be_missing_never_shows_its_first_record_as_one(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(as_csv([["Orlo Vandermeek", "03/08/2026, 10:05:00 AM UTC", "theft"]] * 2).encode())
    mapping = "header=none; user=#1; searched=#2; reason=#3"
    (tmp_path / "sources.csv").write_text(f'path,mapping\n{NAME},"{mapping}"\n', encoding="utf-8")
    load(tmp_path / NAME, tmp_path)
    shown = inv.explain_row(f"{NAME}:2", workspace=tmp_path)
    assert [one["header"] for one in shown.cells] == ["(column 1)", "(column 2)", "(column 3)"]
    assert not any("Vandermeek" in page for page in pages(shown))


def test_objects_in_a_json_file_are_counted_from_one(tmp_path: Path) -> None:
    path = tmp_path / "mossgate-il-pd" / "log.json"
    path.parent.mkdir()
    path.write_text(json.dumps([dict(zip(AUDIT, row, strict=True)) for row in (record(1), STRANGER)]), encoding="utf-8")
    load(path, tmp_path)
    assert inv.explain_row("log.json:1", workspace=tmp_path).identity["search_id"] == search_id(1)
    with pytest.raises(UnknownValue, match="Its rows are 1 to 2"):
        inv.explain_row("log.json:3", workspace=tmp_path)


# ---- a file that is gone --------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["changed", "gone"])
def test_without_the_file_as_received_the_store_is_shown_and_that_is_said(tmp_path: Path, what: str) -> None:
    explained(tmp_path, [record(1, Reason="ICE hold"), STRANGER], 2)
    path = tmp_path / NAME
    path.unlink() if what == "gone" else path.write_bytes(path.read_bytes() + b"\r\n")
    shown = inv.explain_row(f"{NAME}:2", workspace=tmp_path)
    assert "can no longer be shown" in shown.notes[1]
    assert ("no longer lies at" if what == "gone" else "SHA-256") in shown.notes[1]
    assert cell(shown, "org")["became"] == {"searching_agency": "Mossgate IL PD"}
    assert cell(shown, "org")["released"] is None
    assert "(blank)" not in shown.to_text()
    assert shown.category["category"] == inv.classify_reason("ICE hold").category
    with pytest.raises(InvestigateError, match="Put the file back"):
        inv.explain_row(f"{NAME}:9", workspace=tmp_path)


def test_identifiers_that_were_kept_are_shown_without_the_file_only_when_asked_for(tmp_path: Path) -> None:
    path = write_log(tmp_path / NAME, [record(1, LicensePlate="QZX7731"), STRANGER])
    load(path, tmp_path, keep_identifiers=True)
    path.unlink()
    assert not any("QZX7731" in page for page in pages(inv.explain_row(f"{NAME}:2", workspace=tmp_path)))
    kept = inv.explain_row(f"{NAME}:2", workspace=tmp_path, keep_identifiers=True)
    assert cell(kept, "plate")["released"] == "QZX7731"


def test_a_rejected_row_of_a_file_that_is_gone_keeps_its_why(tmp_path: Path) -> None:
    explained(tmp_path, [record(1, SearchTime="QZX7731"), STRANGER], 2)
    (tmp_path / NAME).unlink()
    shown = inv.explain_row(f"{NAME}:2", workspace=tmp_path)
    assert "not a time" in shown.what["why"]
    assert not any("QZX7731" in page for page in pages(shown))


# ---- which row ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two releases of the same file name in two folders."""
    root = tmp_path_factory.mktemp("two")
    for number, folder in enumerate(("spring", "autumn")):
        write_log(root / "logs" / folder / NAME, [record(number, SearchTime="03/08/2026, 10:05:00 AM UTC"), STRANGER])
    load(root / "logs", root)
    return root


def test_a_release_is_found_by_id_by_its_beginning_and_by_the_end_of_its_path(two: Path) -> None:
    by_path = inv.explain_row(f"spring/{NAME}: 2", workspace=two)
    release = by_path.what["release"]
    for name in (release, release[:4], release.upper()):
        assert inv.explain_row(f"{name}:2", workspace=two).to_dict() == by_path.to_dict()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (f"{NAME}:2", "fits 2 releases"),
        (f"pring/{NAME}:2", "Unknown release"),
        ("Mosgate IL PD_Network_Audit_2026-03-01_2026-04-01.csv:2", f"Nearest of .*{NAME}"),
        (f"spring/{NAME}", "Write RELEASE:ROW"),
        (":2", "Write RELEASE:ROW"),
        (f"spring/{NAME}:two", "'two' .* is not a number"),
        (f"spring/{NAME}:-2", "is not a number"),
        (f"spring/{NAME}:²", "is not a number"),
        (f"spring/{NAME}:1", "is its header. Its rows are 2 to 3"),
        (f"spring/{NAME}:0", "has no row 0. Its rows are 2 to 3"),
        (f"spring/{NAME}:1,234", "has no row 1,234. Its rows are 2 to 3"),
    ],
)
def test_a_row_that_cannot_be_found_is_said_with_what_to_do(two: Path, row: str, says: str) -> None:
    with pytest.raises(UnknownValue, match=says):
        inv.explain_row(row, workspace=two)


def test_a_title_above_the_header_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(as_csv([["Audit of March"], AUDIT, record(1), STRANGER]).encode())
    load(path, tmp_path)
    with pytest.raises(UnknownValue, match="stands above its header in row 2"):
        inv.explain_row(f"{NAME}:1", workspace=tmp_path)
    assert inv.explain_row(f"{NAME}:3", workspace=tmp_path).identity["search_id"] == search_id(1)


def test_a_file_without_rows_has_none_to_explain(tmp_path: Path) -> None:
    load(write_log(tmp_path / NAME, []), tmp_path)
    with pytest.raises(UnknownValue, match="no rows"):
        inv.explain_row(f"{NAME}:2", workspace=tmp_path)


# ---- how it is shown ------------------------------------------------------------------------------------


def test_a_hostile_header_can_neither_steer_a_terminal_nor_run_in_a_notebook(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>\x1b[31mred\u202eeman"
    header = [*AUDIT, hostile]
    shown = explained(tmp_path, [record(1, header=header), record(2, header=header)], 2, header=header)
    text, content, html = pages(shown)
    assert "<001b>[31mred<202e>eman" in text
    for page in (text, content, html):
        assert "\x1b" not in page
        assert "\u202e" not in page
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_html_loads_nothing_from_the_network(two: Path) -> None:
    html = inv.explain_row(f"spring/{NAME}:2", workspace=two)._repr_html_()
    assert not any(mark in html for mark in ("http", "src=", "href=", "url("))


@pytest.mark.parametrize("width", [60, 100, 160])
def test_text_keeps_to_its_width(two: Path, width: int) -> None:
    text = inv.explain_row(f"spring/{NAME}:2", workspace=two).to_text(width)
    assert max(map(len, text.splitlines())) <= width
    for head in ("FILE AND ROW", "CELLS", "WHEN", "WHICH SEARCH", "CATEGORY OF THE STATED REASON"):
        assert head in text


def test_the_dict_survives_json(two: Path) -> None:
    content = inv.explain_row(f"spring/{NAME}:2", workspace=two).to_dict()
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert content["time"]["utc"] == "2026-03-08T10:05:00Z"
    assert content["time"]["local_date"] == "2026-03-08"


def test_the_command_prints_the_page_and_the_json(two: Path, capsys: Any, monkeypatch: Any) -> None:
    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["investigate", "explain", *words, "--workspace", str(two)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return (int(end.value.code or 0), *capsys.readouterr())

    code, out, _ = run(f"spring/{NAME}:2")
    assert (code, out) == (0, inv.explain_row(f"spring/{NAME}:2", workspace=two).to_text())
    code, out, _ = run(f"spring/{NAME}:2", "--json")
    assert json.loads(out) == inv.explain_row(f"spring/{NAME}:2", workspace=two).to_dict()
    code, out, _ = run(f"spring/{NAME}:2", "--keep-identifiers")
    assert "must not leave the newsroom" in out
    assert "ZZ9PLATE" in out
    code, out, err = run(f"{NAME}:2")
    assert (code, out) == (2, "")
    assert "fits 2 releases" in err


# ---- privacy --------------------------------------------------------------------------------------------

# Such as stand on no page by chance: in no hash, and in no word of the page.
WORDS = st.text(st.characters(categories=("Lu", "Ll")), min_size=3, max_size=9).map("Qx{}".format)
OFFICERS = st.tuples(WORDS, WORDS).map(" ".join)
PLATES = st.from_regex(r"[QXZ]{2,3}[0-9]{3,4}[A-Z]?", fullmatch=True)
CASES = st.from_regex(r"[QXZ]{1,2}[0-9]{2}-[0-9]{5}", fullmatch=True)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(officer=OFFICERS, plate=PLATES, case=CASES, shift=st.integers(0, 2))
def test_no_officer_plate_or_case_number_is_on_any_page(officer: str, plate: str, case: str, shift: int) -> None:
    words = [*officer.split(), plate, case]
    assume(all(known_words_only(word) == "…" for word in officer.split()))
    typed = f"ICE warrant {officer} {plate} case {case}"
    private = record(1, Name=officer, LicensePlate=plate, Case=case, Reason=typed, Filters=plate, TextPrompt=typed,
                     Moderation=officer)  # fmt: skip
    system = record(2, Reason=f"Alert {plate} {officer}", Case=officer, Name=plate)
    with tempfile.TemporaryDirectory() as folder:
        load(write_log(Path(folder) / NAME, [["x"] * shift + private, system, STRANGER]), Path(folder))
        for row in (2, 3):
            for page in pages(inv.explain_row(f"{NAME}:{row}", workspace=folder)):
                assert not [word for word in words if word.casefold() in page.casefold()]
        kept = inv.explain_row(f"{NAME}:3", workspace=folder, keep_identifiers=True)
        assert all(plate in page for page in pages(kept))
