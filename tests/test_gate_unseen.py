"""The gate and explain as an editor, an agency's lawyer and a hostile file would meet them."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest
from made_logs import AUDIT, PORTAL, record, write_log, write_workbook

import investigate as inv
from investigate import cli
from investigate.quality.switch import Switch
from investigate.quality.wording import file_of

JUNE = dt.date(2025, 6, 1)  # a Sunday
BOTH = ["id", "userId", "searchDate", "networkCount", "reason", "caseNumber", "offenseType"]


def searches(
    days: Iterable[int], a_day: int, header: list[str] = AUDIT, start: int = 0, **cells: str
) -> list[list[str]]:
    """`a_day` searches on each of the days after 1 June 2025, of three reasons in turn."""
    found = []
    for day in days:
        for minute in range(a_day):
            at = dt.datetime.combine(JUNE + dt.timedelta(days=day), dt.time(18, minute))
            time = {"SearchTime": f"{at:%m/%d/%Y, %I:%M:%S %p} UTC", "searchDate": f"{at:%Y-%m-%dT%H:%M:%S}.000Z"}
            usual = {"Reason": f"shed {minute % 3}", "reason": f"shed {minute % 3}"} | cells | time
            known = {name: text for name, text in usual.items() if name in [head.replace(" ", "") for head in header]}
            found.append(record(start + len(found), header, **known))
    return found


def audit(folder: Path, whose: str, rows: list[list[str]], kind: str = "Organization") -> None:
    if kind == "Organization":
        rows = [[*row[:2], whose, *row[3:]] for row in rows]
    write_log(folder / whose / f"{whose}_{kind}_Audit.csv", rows, AUDIT)


def check(tmp_path: Path) -> pd.DataFrame:
    inv.load_lookup_logs(tmp_path / "logs", workspace=tmp_path)
    return inv.check_releases(workspace=tmp_path)


def only(checked: pd.DataFrame, name: str) -> pd.Series:
    found = checked[checked["check"] == name]
    assert len(found) == 1
    return found.iloc[0]


def test_an_agency_that_never_searches_on_weekends_has_no_gap(tmp_path: Path) -> None:
    audit(tmp_path / "logs", "Weekby IL PD", searches([n for n in range(30) if n % 7 not in (0, 6)], 20))
    found = only(check(tmp_path), "days without rows")
    assert found["result"] == "not checked"
    assert "No Saturday or Sunday from 2025-06-02 to 2025-06-30 has a row (8 days)" in found["says"]


def test_a_gap_beside_idle_weekends_is_named_without_them(tmp_path: Path) -> None:
    days = [n for n in range(30) if n % 7 not in (0, 6) and n not in (10, 11)]
    audit(tmp_path / "logs", "Gapsat IL PD", searches(days, 20))
    found = only(check(tmp_path), "days without rows")
    assert found["result"] == "warn"
    assert "2 days of 29" in found["says"]
    assert "on the others: 2025-06-11 to 2025-06-12." in found["says"]
    assert "2025-06-07" not in found["says"]


def test_one_quiet_day_among_uneven_ones_is_no_gap(tmp_path: Path) -> None:
    rows = [row for n in range(30) if n != 12 for row in searches([n], 14 if n % 3 else 1, start=100 * n)]
    audit(tmp_path / "logs", "Busyby IL PD", rows)
    found = only(check(tmp_path), "days without rows")
    assert (found["result"], "spread too unevenly" in found["says"]) == ("not checked", True), found["says"]


def test_a_file_of_one_day_says_its_day_once(tmp_path: Path) -> None:
    audit(tmp_path / "logs", "Oneday IL PD", searches([0], 5))
    checked = check(tmp_path)
    assert only(checked, "days without rows")["says"] == "All rows lie on one day, 2025-06-01."
    assert only(checked, "months covered")["says"] == (
        "The only file of this log; its rows lie on 2025-06-01. The last month, 2025-06, is covered to day 1."
    )


def test_rows_without_an_offense_type_are_not_counted_as_picked(tmp_path: Path) -> None:
    rows = searches(range(30), 3, BOTH, offenseType="Arson") + searches(range(30, 32), 2, BOTH, start=500)
    write_log(tmp_path / "logs" / "bothby-ca-pd" / "search_audit.csv", rows, BOTH)
    found = only(check(tmp_path), "drop-down")
    assert found["says"].endswith(
        "In this file 90 of 94 rows have one, in a column of its own, beside the one for the reason."
    )


def test_a_change_with_few_searches_after_it_is_not_called_side_by_side(tmp_path: Path) -> None:
    rows = searches(range(25), 2) + searches(range(25, 30), 3, start=300, Reason="Robbery - shed")
    audit(tmp_path / "logs", "Fewafter IL PD", rows)
    found = only(check(tmp_path), "drop-down")
    assert found["result"] == "not checked"
    assert "on 2025-06-26: 0 of 50 searches before it have one, 15 of 15 from then on" in found["says"]


def test_interleaved_values_are_mixed_though_a_few_at_the_edge_are_pure() -> None:
    assert Switch(JUNE, None, 0, 4, 40, 40).state == "mixed"
    assert Switch(JUNE, None, 0, 50, 15, 0).state == "few"


def test_the_gate_never_turns_owner_and_searcher_around(tmp_path: Path) -> None:
    rows = searches(range(10), 2, OrgName="Outer IL PD") + searches(range(5), 1, start=90, OrgName="Ownby IL PD")
    audit(tmp_path / "logs", "Ownby IL PD", rows, kind="Network")
    says = only(check(tmp_path), "who is who")["says"]
    assert "In 5 of 25 rows (20 %) the searching agency is Ownby IL PD itself" in says
    assert "own cameras" not in says


def test_portal_times_without_a_zone_are_said_to_state_none(tmp_path: Path) -> None:
    rows = [[*row[:2], row[2].removesuffix(".000Z"), *row[3:]] for row in searches(range(10), 2, PORTAL)]
    write_log(tmp_path / "logs" / "nozone-ca-pd" / "search_audit.csv", rows, PORTAL)
    found = only(check(tmp_path), "time zone")
    assert (found["result"], found["says"][:50]) == ("pass", "20 of 20 rows (100 %) do not state the zone of the")


def test_checking_one_producer_keeps_the_results_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for whose, start in {"Ashmoor IL PD": 0, "Elmsea IL PD": 500}.items():
        audit(tmp_path / "logs", whose, searches(range(5), 2, start=start))
    everyone = check(tmp_path)
    wanted = ["investigate", "check", "--json", "--producer", "elmsea il pd", "--workspace", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", wanted)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    shown = json.loads(capsys.readouterr().out)
    kept = json.loads((tmp_path / "data" / "store" / "quality.json").read_text(encoding="utf-8"))
    assert {one["release"] for one in shown} == set(everyone[everyone["producer"] == "Elmsea IL PD"]["release"])
    assert [list(one) for one in shown] == [["release", "check", "result", "says"]] * len(shown)
    assert {one["producer"] for one in kept} == {"Ashmoor IL PD", "Elmsea IL PD"}


# ---- one row ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "secret"),
    [
        ({"ID": "25-0099173"}, "0099173"),
        ({"SearchType": "search - Quillon"}, "Quillon"),
        ({"OrgName": "QXZ7719"}, "QXZ7719"),
    ],
)
def test_a_cell_that_slipped_into_a_column_of_ids_types_or_agencies_is_masked(
    tmp_path: Path, cells: dict[str, str], secret: str
) -> None:
    audit(tmp_path / "logs", "Slipby IL PD", [*searches([1], 3), record(9, **cells)], kind="Network")
    inv.load_lookup_logs(tmp_path / "logs", workspace=tmp_path)
    row = "Slipby IL PD_Network_Audit.csv:5"
    masked = inv.explain_row(row, workspace=tmp_path)
    kept = inv.explain_row(row, workspace=tmp_path, keep_identifiers=True)
    assert secret not in masked.to_text() + masked._repr_html_() + json.dumps(masked.to_dict())
    assert secret in kept.to_text()


def test_a_search_by_another_agency_is_not_said_of_the_camera_owner(tmp_path: Path) -> None:
    audit(tmp_path / "logs", "Ownby IL PD", searches([1], 3, OrgName="Outer IL PD"), kind="Network")
    inv.load_lookup_logs(tmp_path / "logs", workspace=tmp_path)
    text = inv.explain_row("Ownby IL PD_Network_Audit.csv:2", workspace=tmp_path).to_text()
    assert "Ownby IL PD (another agency ran this search)" in text


def test_a_sheet_is_named_with_its_workbook(tmp_path: Path) -> None:
    sheets = {"one": [AUDIT, *searches([1], 2)], "two": [AUDIT, *searches([2], 2, start=50)]}
    write_workbook(tmp_path / "logs" / "Mossgate IL PD_Organization_Audit.xlsx", sheets)
    inv.load_lookup_logs(tmp_path / "logs", workspace=tmp_path)
    title = inv.explain_row("Mossgate IL PD_Organization_Audit.xlsx/two:2", workspace=tmp_path).title
    assert title == "Row 2 of Mossgate IL PD_Organization_Audit.xlsx/two: loaded"
    assert file_of("/in/St. Aldby/audit.csv") == "audit.csv"


# ---- the page -----------------------------------------------------------------------------------------------


def test_the_page_tells_every_gap_and_asks_for_each(tmp_path: Path) -> None:
    for month, first in {"06": 0, "08": 61, "10": 122}.items():
        rows = searches(range(first, first + 30), 2, start=1000 * int(month))
        audit(tmp_path / "logs" / month, "Ashmoor IL PD", rows)
    inv.load_lookup_logs(tmp_path / "logs", workspace=tmp_path)
    shown = inv.show_gate(inv.open_report("Ashmoor IL PD", workspace=tmp_path))
    for gap in ("2025-07-01 to 2025-07-31", "2025-08-31 to 2025-09-30"):
        assert f"Ask the agency for its log of {gap}" in shown.text
        assert f"Ask the agency for its log of {gap}" in shown.html
    assert shown.text.count("Nothing is known of these days.") == 1


def test_the_page_names_six_files_and_counts_the_others(tmp_path: Path) -> None:
    for number in range(8):
        row = searches([number], 1, start=10 * number, Reason=f"shed {number}")[0]
        audit(tmp_path / "logs" / str(number), "Twiceby IL PD", [row, row])
    inv.load_lookup_logs(tmp_path / "logs", workspace=tmp_path)
    shown = inv.show_gate(inv.open_report("Twiceby IL PD", workspace=tmp_path))
    assert shown.text.count("repeats an earlier row") == 6
    assert "and 2 more;" in shown.text
