"""Corrections by hand: they win over the rules, are checked line by line, and every report counts them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tiny_logs import search, write_network_audit

from investigate.counts import count_searches
from investigate.load import load_lookup_logs
from investigate.overview import show_releases
from investigate.reasons.classify import classify_reason, classify_reasons
from investigate.reasons.overrides import COLUMNS, NAME, BadOverrides, read_overrides
from investigate.reasons.why import explain_reason
from investigate.report_tables import read_agency_tables
from investigate.sections.corrections import show_corrections
from investigate.show import open_report
from investigate.tables import open_tables
from investigate.workspace import Workspace

WHO = {"who": "A. Desk", "when": "2026-02-03", "why": "The agency said so in writing."}


def correct(root: Path, *rows: dict[str, str], header: tuple[str, ...] = COLUMNS) -> Workspace:
    """A workspace whose corrections are these rows; who, when and why are filled in."""
    room = Workspace(root)
    room.manual.mkdir(parents=True, exist_ok=True)
    with (room.manual / NAME).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows([WHO | row for row in rows])
    return room


def test_a_workspace_without_the_file_has_no_corrections(tmp_path):
    assert read_overrides(tmp_path).rows == ()


def test_a_corrected_text_wins_over_the_rules_whatever_its_capitals_and_blanks(tmp_path):
    room = correct(tmp_path, {"text": "Operation  Frost Line", "category": "immigration"})
    found = classify_reason(" operation frost line ", overrides=read_overrides(room))
    assert (found.category, found.rule, found.matched) == ("immigration", "override:2", "operation frost line")
    assert classify_reason("operation frost line two", overrides=read_overrides(room)).category == "other"
    assert classify_reason("operation frost line").category == "other"


def test_a_corrected_pattern_takes_whole_words_and_the_first_wins(tmp_path):
    room = correct(
        tmp_path,
        {"pattern": "frost ?line", "category": "immigration"},
        {"pattern": "operation [a-z]+", "category": "false_friend"},
        {"text": "ICE operation frostline", "category": "other_federal"},
    )
    overrides = read_overrides(room)
    seen = {text: classify_reason(text, overrides=overrides) for text in ("OP FrostLine!", "ICE operation frostline")}
    assert (seen["OP FrostLine!"].rule, seen["OP FrostLine!"].matched) == ("override:2", "FrostLine")
    assert seen["ICE operation frostline"].rule == "override:4"  # a text wins over a pattern above it
    assert classify_reason("permafrost line", overrides=overrides).category == "other"


def test_a_correction_takes_a_reason_out_of_every_scope_and_never_a_missing_one(tmp_path):
    room = correct(tmp_path, {"text": "ICE", "category": "false_friend"})
    overrides = read_overrides(room)
    assert classify_reason("ICE", overrides=overrides).category == "false_friend"
    assert classify_reason("", overrides=overrides).category == "blank"
    assert classify_reason(None, exported=False, overrides=overrides).category == "not_exported"
    assert classify_reasons(["ICE", "ERO"], room)["category"].tolist() == ["false_friend", "immigration_agency"]
    assert classify_reasons(["ICE"], tmp_path / "elsewhere")["category"].tolist() == ["immigration_agency"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"category": "immigration"}, "Line 2 .*neither a text nor a pattern"),
        ({"text": "a", "pattern": "b", "category": "immigration"}, "Line 2 .*both"),
        ({"text": "a", "category": "imigration"}, "Line 2 .*'imigration' is no category.*immigration"),
        ({"text": "a", "category": "blank"}, "'blank' is no category"),
        ({"text": "a", "category": "vague", "who": ""}, "Line 2 .*who is empty"),
        ({"text": "a", "category": "vague", "why": " "}, "Line 2 .*why is empty"),
        ({"text": "a", "category": "vague", "when": "3 Feb"}, "Line 2 .*'3 Feb' is no date"),
        ({"pattern": "(?:", "category": "vague"}, "Line 2.*does not compile"),
        ({"pattern": "(?<!x)ice", "category": "vague"}, "Line 2 .*in the pattern"),
        ({"pattern": "ice++", "category": "vague"}, "Line 2.*not read alike"),
        ({"pattern": "[a-z0-9]*", "category": "vague"}, "Line 2 .*matches every reason"),
        ({"pattern": "[a-z]+", "category": "vague"}, "Line 2 .*matches every reason"),
        ({"pattern": "[0-9]+", "category": "vague"}, "Line 2 .*matches every reason"),
        ({"pattern": "ICE", "category": "vague"}, "Line 2 .*'I' in the pattern"),
        ({"pattern": "287(g)", "category": "vague"}, "Line 2 .*'\\(' in the pattern"),
        ({"pattern": "hsi-narcs", "category": "vague"}, "Line 2 .*'-' in the pattern"),
        ({"pattern": "policía", "category": "vague"}, "Line 2 .*'í' in the pattern"),
        ({"pattern": "(?:[a-z]+ ?)+ zz9", "category": "vague"}, "Line 2 .*repeats a repeat"),
        ({"text": "a", "category": "vague", "when": "20250101"}, "Line 2 .*'20250101' is no date"),
        ({"text": "a", "category": "vague", "when": "2025-W01-1"}, "is no date"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(tmp_path, row, says):
    room = correct(tmp_path, row)
    with pytest.raises(BadOverrides, match=says):
        read_overrides(room)


def test_an_accent_counts_however_it_is_composed(tmp_path):
    room = correct(tmp_path, {"text": "Opera\u0301tion Givre", "category": "immigration"})
    assert classify_reason("OPER\u00c1TION GIVRE", overrides=read_overrides(room)).category == "immigration"


def test_one_text_twice_a_missing_column_and_a_cut_off_row_are_refused(tmp_path):
    twice = correct(tmp_path, {"text": "Ice", "category": "vague"}, {"text": "ICE ", "category": "other"})
    with pytest.raises(BadOverrides, match="Lines 2 and 3"):
        read_overrides(twice)
    lacking = correct(tmp_path, {"text": "Ice", "category": "vague"}, header=COLUMNS[:-1])
    with pytest.raises(BadOverrides, match=r"must name the columns text, .*, why"):
        read_overrides(lacking)
    (lacking.manual / NAME).write_text("text,pattern,category,who,when,why\na,,vague,b,2026-01-01,c,d\n")
    with pytest.raises(BadOverrides, match=r"Line 2 .* 7 cells"):
        read_overrides(lacking)
    (lacking.manual / NAME).write_text("")
    with pytest.raises(BadOverrides, match="'empty'"):
        read_overrides(lacking)


def test_a_file_saved_by_excel_is_read(tmp_path):
    room = correct(tmp_path, {"text": "Opération Givre", "category": "immigration"})
    path = room.manual / NAME
    path.write_bytes(path.read_text(encoding="utf-8").replace("\n", "\r\n").encode("cp1252"))
    assert classify_reason("opération givre", overrides=read_overrides(room)).category == "immigration"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().decode("cp1252").encode("utf-8") + b",,,,,\r\n")
    assert len(read_overrides(room).rows) == 1


def test_the_account_of_a_corrected_reason_says_who_and_what_the_rules_found(tmp_path):
    room = correct(tmp_path, {"text": "ICE hockey at rink", "category": "false_friend"})
    told = explain_reason("ICE hockey at rink", workspace=room)
    assert (told.category, told.rule, told.source) == ("false_friend", "override:2", "A. Desk, 2026-02-03")
    assert "in writing" in told.why
    assert [(match.rule, match.outcome) for match in told.matches][:2] == [
        ("override:2", "won"),
        ("friend-goods", "a correction by hand wins"),
    ]


def loaded(root: Path) -> Workspace:
    logs = root / "logs"
    logs.mkdir()
    reasons = ["ICE", "ICE", "Frost Line", "burglary"]
    rows = [search(f"2025-02-0{day}T12:00:00", reason) for day, reason in enumerate(reasons, start=1)]
    write_network_audit(logs, "Mossgate IL PD", rows)
    load_lookup_logs([logs], workspace=root, producer="Mossgate IL PD", timezone="America/Chicago")
    return Workspace(root)


def related(room: Workspace) -> int:
    return int(count_searches(workspace=room)["immigration_related"].sum())


def test_counts_follow_the_file_and_go_back_when_it_is_taken_away(tmp_path):
    room = loaded(tmp_path)
    assert related(room) == 2
    correct(tmp_path, {"text": "Frost Line", "category": "immigration"})
    assert related(room) == 3
    moved = open_tables(room).reasons.execute().dropna(subset=["category_by_rules"])
    assert moved[["reason", "category", "category_by_rules", "rule"]].values.tolist() == [
        ["Frost Line", "immigration", "other", "override:2"]
    ]
    (room.manual / NAME).unlink()
    assert related(room) == 2


def test_a_corrected_pattern_is_printed_without_names(tmp_path):
    room = loaded(tmp_path)
    correct(tmp_path, {"pattern": "burglary|frost line quillon|frost line delgado", "category": "vague"})
    shown = read_agency_tables("Mossgate IL PD", room).corrections["shown"].tolist()
    assert shown
    assert not [text for text in shown if "quillon" in text or "delgado" in text]
    told = show_corrections(open_report("Mossgate IL PD", workspace=room))
    assert "delgado" not in told.html + told.text


def test_every_report_counts_and_prints_the_corrections(tmp_path):
    room = loaded(tmp_path)
    none = show_corrections(open_report("Mossgate IL PD", workspace=room))
    assert none.text == "No reason was corrected by hand: every category is the one that the rules give."
    correct(
        tmp_path,
        {"text": "ICE", "category": "false_friend", "why": "A <b>rink</b>."},
        {"text": "never typed", "category": "vague"},
    )
    corrections = read_agency_tables("Mossgate IL PD", room).corrections
    assert corrections[["line", "was", "category", "searches", "rows"]].values.tolist() == [
        [2, "immigration_agency", "false_friend", 2, 2]
    ]
    told = show_corrections(open_report("Mossgate IL PD", workspace=room))
    assert "holds 2 corrections by hand; 1 of them gives 2 searches here a category." in told.text
    slip = "Line 3 of reason_overrides.csv names no reason in any loaded file: look for a slip of the pen."
    assert show_releases(open_tables(room)).text.endswith(slip)
    assert slip not in told.text  # of all loaded files, which no report of one agency is about
    assert "A. Desk" in told.text
    assert "2026-02-03" in told.text
    assert "<b>rink" not in told.html
    assert "&lt;b&gt;rink" in told.html


def test_a_search_that_two_releases_show_differently_is_counted_once_in_the_sentence(tmp_path):
    for part, case in ((1, "25-1"), (2, "")):
        row = search("2025-02-01T12:00:00", "assist", id="one", case=case)
        write_network_audit(tmp_path / "logs", "Mossgate IL PD", [row], part)
    load_lookup_logs([tmp_path / "logs"], workspace=tmp_path)
    correct(tmp_path, {"text": "assist", "category": "false_friend"})
    report = open_report("Mossgate IL PD", workspace=tmp_path)
    assert "1 of them gives 1 search here a category." in show_corrections(report).text
