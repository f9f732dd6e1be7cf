"""Faults that a reader with fresh eyes found once: each stays mended. Everything in the logs is invented."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from tiny_logs import search, write_network_audit, write_portal, write_unnamed_audit

import investigate as inv
from investigate.report_tables import read_agency_tables


def count(workspace: Path, **options: object) -> list[dict[str, object]]:
    return inv.count_searches(workspace=workspace, **options).to_dict("records")


def test_withheld_ids_do_not_make_different_searches_one(tmp_path: Path) -> None:
    days = [f"2025-03-0{day}T12:00:00" for day in range(1, 5)]
    rows = [
        search(day, "ICE", agency, id="***") for day, agency in zip(days, ["A PD", "B PD", "A PD", "C PD"], strict=True)
    ]
    inv.load_lookup_logs(write_network_audit(tmp_path / "in", "Fernwick IL PD", rows), workspace=tmp_path)
    assert [row["searches"] for row in count(tmp_path)] == [0, 4]
    stored = pd.read_parquet(tmp_path / "data" / "store" / "searches")
    assert len(stored) == 4
    assert stored["search_id"].isna().all()


def test_rows_without_a_searching_agency_have_no_state(tmp_path: Path) -> None:
    rows = [search("2025-03-01T12:00:00", "ICE", "***"), search("2025-03-02T12:00:00", "ICE", "Ashmoor IL PD")]
    inv.load_lookup_logs(write_network_audit(tmp_path / "in", "Fernwick IL PD", rows), workspace=tmp_path)
    found = inv.count_searches("searching_state", workspace=tmp_path)
    after = found[found["period"] == "after"]
    assert dict(zip(after["searching_state"].fillna("none"), after["searches"], strict=True)) == {"IL": 1, "none": 1}


def test_load_report_is_strict_json_also_the_second_time(tmp_path: Path) -> None:
    log = write_unnamed_audit(tmp_path / "in" / "log.csv", [search("2025-03-01T12:00:00", "ICE")])

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    for status in ("loaded", "unchanged"):
        inv.load_lookup_logs(log, workspace=tmp_path)
        text = (tmp_path / "data" / "store" / "load_report.json").read_text(encoding="utf-8")
        (entry,) = json.loads(text, parse_constant=refuse)
        assert (entry["status"], entry["producer"], entry["refused_because"]) == (status, None, None)


@pytest.mark.parametrize("placeholder", ["N/A", "0", "000", "none", "x", "unk", "-"])
def test_placeholders_for_a_case_number_tie_nothing_together(tmp_path: Path, placeholder: str) -> None:
    reasons = ["ICE", "burglary", "robbery"]
    rows = [search(f"2025-03-0{n}T12:00:00", reason, case=placeholder) for n, reason in enumerate(reasons, start=1)]
    inv.load_lookup_logs(write_network_audit(tmp_path / "in", "Fernwick IL PD", rows), workspace=tmp_path)
    assert [row["cases"] for row in count(tmp_path)] == [0, 3]


def test_a_real_case_number_still_ties_different_reasons(tmp_path: Path) -> None:
    rows = [
        search(f"2025-03-0{n}T12:00:00", reason, case="Q5-10") for n, reason in enumerate(["ICE", "theft"], start=1)
    ]
    inv.load_lookup_logs(write_network_audit(tmp_path / "in", "Fernwick IL PD", rows), workspace=tmp_path)
    assert [row["cases"] for row in count(tmp_path)] == [0, 1]


@pytest.mark.parametrize(
    "reason",
    [
        "287(g) XYZ9876 Zzmark Quislinger theft",
        "ICE plate XYZ9876 Zzmark Quislinger stolen",
        "ICE - Zzmark Quislinger, fraud 5551234567",
        "re-entry Zzmark Quislinger deported alien",
        "HSI25-9876543 Zzmark Quislinger narcotics",
    ],
)
def test_what_stands_between_two_words_of_a_rule_never_reaches_a_report(tmp_path: Path, reason: str) -> None:
    rows = [search("2025-03-01T12:00:00", reason, "Ashmoor IL PD", case=f"24-00118822 {reason}")]
    inv.load_lookup_logs(write_network_audit(tmp_path / "in", "Fernwick IL PD", rows), workspace=tmp_path)
    words = read_agency_tables("Fernwick IL PD", tmp_path).words
    assert len(words) == 1, "the reason is in the broad scope"
    shown = words.to_csv()
    for private in ("XYZ", "9876", "Zzmark", "Quislinger", "5551234567", "00118822"):
        assert private not in shown
    assert any(word in words["matched"].iloc[0] for word in ("287(g)", "ICE", "HSI", "re-entry"))


def test_a_picked_value_without_a_reason_column_enters_no_rate(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "fernwick-il-pd"
    path = write_portal(
        folder, [search("2025-03-01T12:00:00", "x"), search("2025-03-02T12:00:00", "x")], with_reason=False
    )
    head, first, second = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{head},offenseType", f"{first},Immigration (civil/administrative)", f"{second},Robbery"]
    path.write_text("\n".join(lines), encoding="utf-8")
    inv.load_lookup_logs(path, workspace=tmp_path)
    after = count(tmp_path)[1]
    assert (after["searches"], after["immigration_related"], after["reason_known"]) == (2, 1, 0)
    assert after["per_1000"] is None or str(after["per_1000"]) == "<NA>"
