"""The command: exit codes, what goes to which stream, the shapes of --json, and that no file name steers a terminal."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer
from tiny_logs import search, write_network_audit, write_portal

import investigate as inv
from investigate import cli
from investigate.printing import print_json

REPOSITORY = Path(__file__).resolve().parents[1]
OK, FAILED, WRONG_USAGE, PARTLY = 0, 1, 2, 3
COUNTS = [
    "period", "scope", "rows", "searches", "cases", "immigration_related", "reason_known", "per_1000", "covered_days",
]  # fmt: skip
LOAD_REPORT = [
    "path", "sha256", "status", "layout", "kind", "producer", "timezone", "rows_read", "rows_loaded", "rows_rejected",
    "rows_blank", "repeats_in_file", "first_searched_at", "last_searched_at", "warnings", "refused_because",
]  # fmt: skip


@dataclass
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command as the shell would, in this process."""

    def command(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["investigate", *map(str, words)])
        capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        return Ran(code, *capsys.readouterr())

    return command


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one owner's three searches and a portal without reasons."""
    root = tmp_path_factory.mktemp("cli")
    times = ["2025-01-20T16:00:00", "2025-01-20T18:00:00", "2025-02-03T18:00:00"]
    rows = [search(at, reason) for at, reason in zip(times, ["theft", "ICE", "warrant"], strict=True)]
    write_network_audit(root / "logs", "Fernwick IL PD", rows)
    write_portal(root / "logs" / "eastmere-ca-pd", [search("2025-04-01T12:00:00", "")], with_reason=False)
    inv.load_lookup_logs(root / "logs", workspace=root)
    return root


# ---- load -------------------------------------------------------------------------------------------------


def test_load_says_of_each_file_what_became_of_it(run: Run, tmp_path: Path) -> None:
    write_network_audit(tmp_path / "logs", "Fernwick IL PD", [search("2025-03-01T12:00:00", "ICE")])
    (tmp_path / "logs" / "page.csv").write_text("<!DOCTYPE html><html><body>404</body></html>")
    first = run("load", tmp_path / "logs", "--workspace", tmp_path, "--json")
    assert first.code == PARTLY
    assert first.err == ""
    assert [list(entry) for entry in first.json] == [LOAD_REPORT, LOAD_REPORT]
    loaded, refused = first.json
    assert (loaded["status"], loaded["rows_loaded"], loaded["producer"]) == ("loaded", 1, "Fernwick IL PD")
    assert loaded["first_searched_at"] == "2025-03-01T12:00:00Z"
    assert loaded["refused_because"] is None
    assert isinstance(loaded["warnings"], list)
    assert (refused["status"], refused["rows_loaded"]) == ("refused", None)
    assert "page.csv" in refused["refused_because"]
    assert json.loads((tmp_path / "data" / "store" / "load_report.json").read_text()) == first.json
    again = run("load", loaded["path"], "--workspace", tmp_path, "--json")
    assert (again.code, again.json[0]["status"]) == (OK, "unchanged")


def test_load_prints_progress_apart_from_its_result(run: Run, tmp_path: Path) -> None:
    path = write_network_audit(tmp_path / "logs", "Fernwick IL PD", [search("2025-03-01T12:00:00", "ICE")])
    loud = run("load", path, "--workspace", tmp_path)
    assert loud.err.startswith(f"[1/1] {path.name}  loaded  Fernwick IL PD (network)")
    assert loud.out == "1 of 1 files in the store: 1 rows loaded, 0 rejected, 0 blank.\n"
    quiet = run("load", path, "--workspace", tmp_path, "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (OK, "", "")


def test_load_of_a_place_that_is_not_there_fails_in_one_sentence(run: Run, tmp_path: Path) -> None:
    ran = run("load", tmp_path / "absent", "--workspace", tmp_path)
    assert ran.code in {FAILED, WRONG_USAGE}
    assert ran.out == ""
    assert ran.err.startswith("Error: ")
    assert "absent" in ran.err
    assert "Traceback" not in ran.err


# ---- count ------------------------------------------------------------------------------------------------


def test_count_as_json_has_the_promised_fields_in_order(run: Run, root: Path) -> None:
    ran = run("count", "--by", "camera_owner,category", "--workspace", root, "--json")
    assert (ran.code, ran.err) == (OK, "")
    assert {tuple(record) for record in ran.json} == {("camera_owner", "category", *COUNTS)}
    expected = inv.count_searches("camera_owner,category", workspace=root)
    assert len(ran.json) == len(expected)


def test_count_as_json_says_null_for_what_is_not_known(run: Run, root: Path) -> None:
    ran = run("count", "--agency", "Eastmere CA PD", "--workspace", root, "--json")
    before, after = ran.json
    assert [list(before), list(after)] == [COUNTS, COUNTS]
    assert (after["period"], after["scope"], after["searches"]) == ("after", "standard", 1)
    assert (after["immigration_related"], after["per_1000"], after["reason_known"]) == (None, None, 0)
    assert (before["immigration_related"], before["covered_days"]) == (None, 0)


def test_count_as_json_gives_whole_numbers_and_rates(run: Run, root: Path) -> None:
    after = run("count", "--agency", "Fernwick IL PD", "--workspace", root, "--json").json[1]
    assert after == {
        "period": "after", "scope": "standard", "rows": 2, "searches": 2, "cases": 2, "immigration_related": 1,
        "reason_known": 2, "per_1000": 500.0, "covered_days": 2,
    }  # fmt: skip
    assert all(type(after[name]) is int for name in COUNTS[2:7])


def test_count_by_months_and_by_a_file_of_periods(run: Run, root: Path, tmp_path: Path) -> None:
    months = run("count", "--periods", "month", "--workspace", root, "--json").json
    assert [row["period"] for row in months] == ["2025-01", "2025-02", "2025-03", "2025-04"]
    path = tmp_path / "mine.csv"
    path.write_text("name,start,end\nfirst days,2025-01-20,2025-01-31\n")
    (mine,) = run("count", "--periods", path, "--workspace", root, "--json").json
    assert (mine["period"], mine["searches"]) == ("first days", 2)


def test_count_for_eyes_says_not_known(run: Run, root: Path) -> None:
    ran = run("count", "--agency", "Eastmere CA PD", "--workspace", root)
    assert ran.code == OK
    assert "not known" in ran.out
    assert "nan" not in ran.out.lower()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--by", "searching_agancy"], WRONG_USAGE, ["'searching_agancy'", "'searching_agency'"]),
        (["--scope", "wide"], WRONG_USAGE, ["'wide'", "'broad'"]),
        (["--unit", "hits"], WRONG_USAGE, ["'hits'", "'searches'"]),
        (["--periods", "quarter"], WRONG_USAGE, ["'quarter'", "'month'"]),
        (["--agency", "Fernwik IL PD"], WRONG_USAGE, ["'Fernwik IL PD'", "'Fernwick IL PD'"]),
        (["--role", "owner"], WRONG_USAGE, ["'owner'", "agency"]),
        (["--colour", "red"], WRONG_USAGE, ["--colour"]),
    ],
)
def test_wrong_usage_quotes_the_value_and_ends_with_2(
    run: Run, root: Path, words: list[str], code: int, says: list[str]
) -> None:
    ran = run("count", *words, "--workspace", root, "--json")
    assert (ran.code, ran.out) == (code, "")
    assert all(part in ran.err for part in says), ran.err
    assert "Traceback" not in ran.err


def test_periods_that_end_before_they_start_are_wrong_usage(run: Run, root: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("name,start,end\nlate,2025-06-01,2025-01-31\n")
    ran = run("count", "--periods", path, "--workspace", root)
    assert ran.code == WRONG_USAGE
    assert "2025-06-01" in ran.err
    assert "2025-01-31" in ran.err


@pytest.mark.parametrize("verb", [["count"], ["report", "--all"]])
def test_nothing_loaded_is_a_failure_that_says_what_to_run(run: Run, tmp_path: Path, verb: list[str]) -> None:
    ran = run(*verb, "--workspace", tmp_path)
    assert ran.code == FAILED
    assert "investigate load" in ran.err


# ---- classify ---------------------------------------------------------------------------------------------


def test_classify_as_json_has_the_promised_fields(run: Run) -> None:
    ran = run("classify", "ICE detainer", "police stolen vehicle", "--json")
    assert (ran.code, ran.err) == (OK, "")
    assert [list(record) for record in ran.json] == [["text", "category", "rule", "matched", "scopes"]] * 2
    assert ran.json[0]["text"] == "ICE detainer"
    assert ran.json[0]["scopes"] == ["strict", "standard", "broad"]
    assert (ran.json[1]["category"], ran.json[1]["scopes"]) == ("other", [])


def test_classify_tells_a_reader_every_rule_that_matched(run: Run, tmp_path: Path) -> None:
    ran = run("classify", "black ice crash")
    assert ran.code == OK
    assert "1. friend-weather (false_friend) 'black ice' at reason 0-9: won" in ran.out
    assert "2. ice (immigration_agency) 'ice' at reason 6-9: its words were read by friend-weather before" in ran.out
    told = run("classify", "black ice crash", "--why", "--json").json
    assert [match["rule"] for match in told[0]["matches"]] == ["friend-weather", "ice"]
    assert "won" not in run("classify", "black ice crash", "--table").out
    path = tmp_path / "many.csv"
    path.write_text("why\n" + "ICE\n" * 21, encoding="utf-8")
    assert "won" not in run("classify", "--file", path, "--column", "why").out


def test_classify_follows_the_corrections_of_the_workspace(run: Run, tmp_path: Path) -> None:
    manual = tmp_path / "data" / "manual"
    manual.mkdir(parents=True)
    line = "Frost Line,,immigration,A. Desk,2026-01-05,Invented.\n"
    (manual / "reason_overrides.csv").write_text("text,pattern,category,who,when,why\n" + line, encoding="utf-8")
    found = run("classify", "frost line", "--json", "--workspace", tmp_path).json
    assert (found[0]["category"], found[0]["rule"]) == ("immigration", "override:2")
    (manual / "reason_overrides.csv").write_text("text\n", encoding="utf-8")
    ran = run("classify", "frost line", "--workspace", tmp_path)
    assert ran.code == FAILED
    assert "must name the columns" in ran.err


def test_classify_reads_a_column_of_a_file_and_keeps_every_row(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text('id,why\n1,immigration\n2,\n3,immigration\n4,"NA"\n')
    ran = run("classify", "--file", path, "--column", "why", "--json")
    assert ran.code == OK
    assert [record["text"] for record in ran.json] == ["immigration", "", "immigration", "NA"]
    assert [record["category"] for record in ran.json][:3] == ["immigration", "blank", "immigration"]


def test_classify_reads_the_named_column_also_where_lines_end_with_a_comma(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "reasons.csv"
    path.write_text("reason,case\nICE,25-1,\nburglary,25-2,\n", encoding="utf-8")
    told = run("classify", "--file", path, "--column", "reason", "--json").json
    assert [one["text"] for one in told] == ["ICE", "burglary"]
    path.write_text("reason,case\nICE, assist,25-1\n", encoding="utf-8")
    ran = run("classify", "--file", path, "--column", "reason")
    assert ran.code == FAILED
    assert "Record 2 of reasons.csv has more cells" in ran.err


def test_classify_names_the_columns_that_the_file_has(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text("id,reason\n1,immigration\n")
    ran = run("classify", "--file", path, "--column", "Reasons")
    assert ran.code == WRONG_USAGE
    assert "'Reasons'" in ran.err
    assert "'reason'" in ran.err


def test_classify_without_a_text_or_with_a_missing_file(run: Run, tmp_path: Path) -> None:
    assert run("classify").code == WRONG_USAGE
    missing = run("classify", "--file", tmp_path / "absent.csv", "--column", "why")
    assert missing.code == FAILED
    assert "absent.csv" in missing.err


# ---- sample and dictionary --------------------------------------------------------------------------------


def test_sample_of_one_seed_is_the_same_bytes_and_loads(run: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    ran = run("sample", "--rows", "60", "--seed", "5", "--out", first, "--json")
    assert (ran.code, ran.err) == (OK, "")
    assert all(Path(path).is_file() for path in ran.json)
    run("sample", "--rows", "60", "--seed", "5", "--out", second)
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files
    assert files == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    csvs = [path for path in files if path.suffix == ".csv"]
    assert all((first / path).read_bytes() == (second / path).read_bytes() for path in csvs)
    assert run("sample", "--rows", "0", "--out", tmp_path / "three").code == WRONG_USAGE


def test_dictionary_is_written_and_checked(run: Run, tmp_path: Path) -> None:
    missing = run("dictionary", "--check", "--workspace", tmp_path)
    assert missing.code == FAILED
    assert run("dictionary", "--workspace", tmp_path).code == OK
    assert run("dictionary", "--check", "--workspace", tmp_path).code == OK
    path = tmp_path / "data" / "dictionary.md"
    path.write_text(path.read_text(encoding="utf-8").replace("search", "hit", 1), encoding="utf-8")
    stale = run("dictionary", "--check", "--workspace", tmp_path)
    assert stale.code == FAILED
    assert "investigate dictionary" in stale.err


def test_committed_dictionary_is_up_to_date(run: Run) -> None:
    assert run("dictionary", "--check", "--workspace", REPOSITORY).code == OK


# ---- the command as a whole -------------------------------------------------------------------------------


def verbs() -> dict[str, Any]:
    """Every verb; those of a group (review draw) by both words."""
    found = dict(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]
    groups = {name: verb for name, verb in found.items() if hasattr(verb, "commands")}
    inside = {f"{name} {one}": verb for name, group in groups.items() for one, verb in group.commands.items()}
    return {name: verb for name, verb in found.items() if name not in groups} | inside


def test_every_verb_takes_a_workspace_and_says_what_it_does() -> None:
    assert {"load", "classify", "count", "report", "sample", "dictionary"} <= set(verbs())
    for name, verb in verbs().items():
        options = {option for parameter in verb.params for option in parameter.opts}
        assert "--workspace" in options, name
        assert verb.help, name
        assert name == "dictionary" or "--json" in options, name


def test_every_option_says_what_it_is_for() -> None:
    for name, verb in verbs().items():
        for parameter in verb.params:
            if "--help" not in parameter.opts:
                assert parameter.help, f"{name} {parameter.opts}"


def test_workspace_may_come_from_the_environment(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVESTIGATE_WORKSPACE", str(root))
    assert sum(row["rows"] for row in run("count", "--json").json) == 4


HOSTILE = "Wick\x1b]0;owned\x07\x9b31m\u202eDP\u2066 IL PD"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    rows = [search("2025-03-01T12:00:00", "ICE", HOSTILE), search("2025-03-02T12:00:00", "ICE", "[red]Ash[/red] IL PD")]
    write_network_audit(root / "logs", "Fern\x1b[31mwick IL PD", rows)
    return root


def steers(text: str) -> set[str]:
    return {mark for mark in "\x1b\x07\x9b\u202e\u2066\r" if mark in text}


def test_names_that_strangers_typed_cannot_steer_the_terminal(run: Run, hostile: Path) -> None:
    loaded = run("load", hostile / "logs", "--workspace", hostile)
    assert loaded.code == OK
    table = run("count", "--by", "searching_agency", "--workspace", hostile)
    asked = run("count", "--agency", HOSTILE + "x", "--workspace", hostile)
    for ran in (loaded, table, asked):
        assert ran.out + ran.err
        assert not steers(ran.out + ran.err)
    assert "<001b>" in table.out
    assert "[red]Ash[/red] IL PD" in table.out, "a name is no markup"
    assert asked.code == WRONG_USAGE
    assert "\x1b" not in run("count", "--by", "searching_agency", "--workspace", hostile, "--json").out


def test_json_holds_no_control_character_and_reads_back(capsys: pytest.CaptureFixture[str]) -> None:
    said = ["\x1b[31m", "\x7f", "\x9b", "\u202e"]
    print_json(said)
    printed = capsys.readouterr().out
    assert printed.replace("\n", "").isprintable()
    assert json.loads(printed) == said


@pytest.mark.parametrize("words", [["--help"], ["count", "--help"]])
def test_help_waits_for_neither_engine_nor_pandas(words: list[str]) -> None:
    said = (
        f"import sys; sys.argv = ['investigate', *{words!r}]\n"
        "from investigate.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('HEAVY', sorted({'duckdb', 'ibis', 'pandas', 'altair', 'papermill'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert "HEAVY []" in ran.stdout
    assert "Usage" in ran.stdout


# ---- the package's own names ------------------------------------------------------------------------------


def test_public_names_are_exactly_the_declared_ones() -> None:
    assert set(dir(inv)) == set(inv._ROOMS) | {"__version__"}
    assert set(inv.__all__) == set(dir(inv))


@pytest.mark.parametrize("name", sorted(inv._ROOMS))
def test_public_name_is_a_documented_function_of_this_package(name: str) -> None:
    function = getattr(inv, name)
    assert inspect.isfunction(function)
    assert function.__name__ == name
    assert function.__module__ == f"investigate.{inv._ROOMS[name]}"
    assert len(inspect.getdoc(function) or "") > 40
    assert "return" in function.__annotations__


def test_name_that_is_not_there_is_quoted() -> None:
    with pytest.raises(AttributeError, match=r"'count_hits'.*count_searches"):
        _ = inv.count_hits


def test_result_of_a_command_is_the_result_of_its_function(run: Run, root: Path) -> None:
    records = run("count", "--by", "searching_agency", "--scope", "all", "--workspace", root, "--json").json
    frame = inv.count_searches("searching_agency", scope="all", workspace=root)
    printed = pd.DataFrame(records).astype(object)
    same = frame.astype(object).where(frame.notna(), None)
    assert printed.where(printed.notna(), None).to_numpy().tolist() == same.to_numpy().tolist()
