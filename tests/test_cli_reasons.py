"""The verbs about reasons, as the shell calls them: what they print, as text and as JSON, and how they end."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tiny_logs import search, write_network_audit

from investigate import cli
from investigate.load import load_lookup_logs
from investigate.reasons.rulebook import RULES_FILE

OK, FAILED, WRONG_USAGE = 0, 1, 2
REASONS = ["ICE", "ICE", "HSI", "office break in", "immigration <b>", "deportee", ""]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["investigate", *map(str, words)])
        capsys.readouterr()
        try:
            cli.main()
        except SystemExit as end:
            return int(end.code or 0), *capsys.readouterr()
        return 0, *capsys.readouterr()

    return command


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("reasons")
    rows = [search(f"2025-02-{day:02}T12:00:00", reason) for day, reason in enumerate(REASONS, start=1)]
    write_network_audit(root / "logs", "Mossgate IL PD", rows)
    load_lookup_logs([root / "logs"], workspace=root)
    return root


def told(ran: tuple[int, str, str]) -> Any:
    assert ran[0] == OK, ran[2]
    return json.loads(ran[1], parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_rivals_as_json_has_the_promised_fields_and_adds_up(run: Run, room: Path) -> None:
    rules = told(run("rivals", "--json", "--workspace", room))
    assert {tuple(rule) for rule in rules} == {("rule", "source", "immigration_related", "gained", "lost")}
    ours = rules[0]
    assert (ours["rule"], ours["immigration_related"], ours["gained"], ours["lost"]) == ("ours", 4, 0, 0)
    for rule in rules:
        assert rule["immigration_related"] == 4 + rule["gained"] - rule["lost"], rule["rule"]
    naive = next(rule for rule in rules if rule["rule"] == "naive-substring")
    assert (naive["gained"], naive["lost"]) == (2, 0)  # HSI, office


def test_rivals_for_eyes_shows_the_texts_that_make_a_rule_differ(run: Run, room: Path) -> None:
    code, out, _ = run("rivals", "--rule", "naive-substring", "--workspace", room)
    assert code == OK
    assert "office" in out
    assert "HSI" in out
    assert run("rivals", "--rule", "nobodys", "--workspace", room)[0] == WRONG_USAGE
    assert run("rivals", "--agency", "Nowhere PD", "--workspace", room)[0] == WRONG_USAGE


def test_two_versions_of_the_rules_are_compared(run: Run, room: Path, tmp_path: Path) -> None:
    assert "No reason loaded here has another category" in run("rivals", "--rules", RULES_FILE, "--workspace", room)[1]
    older = tmp_path / "older.toml"
    parts = RULES_FILE.read_text(encoding="utf-8").split("[[rule]]")
    older.write_text("[[rule]]".join(part for part in parts if 'id = "deportation"' not in part), encoding="utf-8")
    changed = told(run("rivals", "--rules", older, "--json", "--workspace", room))
    assert [(one["was"], one["now"], one["searches"]) for one in changed] == [("other", "immigration", 1)]
    assert run("rivals", "--rules", tmp_path / "absent.toml", "--workspace", room)[0] == FAILED


def test_clues_are_listed_printed_and_written(run: Run, room: Path, tmp_path: Path) -> None:
    clues = told(run("clues", "--json", "--workspace", room))
    assert sum(clue["rows"] for clue in clues) == len(REASONS)
    assert clues[0]["category"] == "immigration"
    one = told(run("clues", "--category", "immigration_agency", "--json", "--workspace", room))
    assert [(clue["text"], clue["searches"]) for clue in one] == [("ICE", 2)]
    out = tmp_path / "clues.csv"
    assert run("clues", "--out", out, "--workspace", room)[0] == OK
    assert sum(int(row["rows"]) for row in csv.DictReader(out.open(encoding="utf-8"))) == len(REASONS)
    assert "more; --out" in run("clues", "--most", "1", "--workspace", room)[1]
    assert run("clues", "--category", "imigration", "--workspace", room)[0] == WRONG_USAGE


def test_the_strings_for_a_request_are_named(run: Run, room: Path) -> None:
    code, out, _ = run("clues", "--request", "--workspace", room)
    assert code == OK
    assert "“ICE”: 2 searches, 2025-02-01 to 2025-02-02" in out
    assert "“deportation" in out.lower()
    assert told(run("clues", "--request", "--json", "--workspace", room))[0]["text"] == "ICE"


def test_the_request_says_whose_searches_and_is_written_to_a_file(run: Run, room: Path, tmp_path: Path) -> None:
    by = run("clues", "--request", "--agency", "ashmoor il pd", "--workspace", room)[1]
    assert "searches by Ashmoor IL PD (standard scope)" in by
    owner = run("clues", "--request", "--agency", "MOSSGATE IL PD", "--workspace", room)[1]
    assert "searches of the cameras of Mossgate IL PD (standard scope)" in owner
    out = tmp_path / "request.md"
    assert run("clues", "--request", "--out", out, "--workspace", room)[0] == OK
    assert out.read_text(encoding="utf-8").startswith("## Strings to name in a records request")


def test_options_that_say_nothing_are_refused(run: Run, room: Path, tmp_path: Path) -> None:
    assert run("clues", "--request", "--category", "imigration", "--workspace", room)[0] == WRONG_USAGE
    code, _, err = run("clues", "--request", "--category", "immigration", "--workspace", room)
    assert (code, "says nothing with --request" in err) == (WRONG_USAGE, True)
    assert run("rivals", "--json", "--rule", "nonsense", "--workspace", room)[0] == WRONG_USAGE
    one = told(run("rivals", "--json", "--rule", "efele", "--workspace", room))
    assert [rule["rule"] for rule in one] == ["ours", "efele"]
    for request in ([], ["--request"]):
        code, _, err = run("clues", *request, "--out", tmp_path, "--workspace", room)
        assert (code, "is a folder" in err, "Traceback" in err) == (FAILED, True, False)


def test_misspellings_are_marked_on_screen(run: Run, tmp_path: Path) -> None:
    rows = [search("2025-02-01T12:00:00", "imigration"), search("2025-02-02T12:00:00", "ICE")]
    write_network_audit(tmp_path / "logs", "Mossgate IL PD", rows)
    load_lookup_logs([tmp_path / "logs"], workspace=tmp_path)
    out = run("clues", "--workspace", tmp_path)[1]
    (line,) = [line for line in out.splitlines() if "imigration" in line]
    assert " ~ " in line
    assert out.count("~") == 2, "the mark and what it means"


def test_a_sample_is_drawn_judged_and_scored(run: Run, room: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "judge.xlsx"
    drawn = told(run("review", "draw", "--per-category", "3", "--out", sheet, "--json", "--workspace", room))
    assert drawn["lines"] == 5  # every distinct reason but the blank one
    assert f"of {sheet}" in run("review", "draw", "--per-category", "3", "--out", sheet, "--workspace", room)[1]
    book = openpyxl.load_workbook(sheet)
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert not any(cell == "immigration_agency" for row in rows for cell in row)  # blind
    reason, judged = rows[0].index("reason"), rows[0].index("judged") + 1
    answers = {"ICE": "immigration_agency", "HSI": "homeland"}
    for number, row in enumerate(rows[1:], start=2):
        said = answers.get(
            row[reason], "immigration" if row[reason] in {"deportee", "immigration <b>"} else "none of these"
        )
        book.worksheets[0].cell(number, judged, said)
    book.save(sheet)
    scored = told(run("review", "score", sheet, "--json", "--workspace", room))
    assert scored["judged"] == 5
    assert scored["scopes"]["standard"]["precision"]["share"] == 1
    code, out, _ = run("review", "score", sheet, "--workspace", room)
    assert code == OK
    assert "judged 5 of 5 sampled distinct reasons" in out
    assert run("review", "score", tmp_path / "absent.xlsx", "--workspace", room)[0] == FAILED
