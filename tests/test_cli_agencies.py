"""The verbs `agency` and `sharing`, as a shell sees them: contract, exit codes, and what a reporter reads."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from investigate.cli import app, main

PROMISED = ["name", "place", "state", "county_fips", "kind", "lat", "lon", "flags"]
EDGE = ["owner", "recipient", "system", "direction", "what", "federal_immigration", "release", "row"]
SHEET = (
    "STATE,LAW ENFORCEMENT AGENCY,TYPE,COUNTY,SUPPORT TYPE,SIGNED,MOA,ADDENDUM\n"
    "TEXAS ,Johnson County Sheriff’s Office ,County ,Johnson County,Task Force Model,2025-03-04 00:00:00,link,\n"
)


def run(*arguments: object) -> tuple[int, str]:
    ran = CliRunner().invoke(app, [str(one) for one in arguments])
    return ran.exit_code, ran.output


def cards(tmp_path: Path, *names: str, on: str = "2025-06-01") -> list[dict[str, object]]:
    code, out = run("agency", *names, "--on", on, "--json", "--workspace", tmp_path)
    assert code == 0, out
    return json.loads(out)


def test_agency_json_keeps_the_contract_in_order(tmp_path: Path) -> None:
    names = ["Johnson County TX SO", "Grundy CO SO", "[Federal] US Border Patrol [Inactive]", "", "265"]
    found = cards(tmp_path, *names)
    assert [card["name"] for card in found] == names
    for card in found:
        assert list(card)[: len(PROMISED)] == PROMISED
        assert isinstance(card["flags"], list)
    johnson, grundy, patrol = found[:3]
    assert (johnson["place"], johnson["state"], johnson["county_fips"], johnson["kind"]) == (
        "Johnson County", "TX", "48251", "sheriff",
    )  # fmt: skip
    assert 32 < johnson["lat"] < 33
    assert (grundy["state"], grundy["county_fips"], grundy["lat"]) == (None, None, None)
    assert "unresolved" in grundy["flags"]
    assert (patrol["kind"], patrol["which"], patrol["flags"]) == ("federal", "Border Patrol", ["federal", "inactive"])


def test_agency_tells_the_law_of_its_state_on_the_day(tmp_path: Path) -> None:
    citations = {
        day: {law["id"] for law in cards(tmp_path, "Mount Prospect IL PD", on=day)[0]["laws"] if law["from"]}
        for day in ("2023-12-31", "2024-01-01")
    }
    assert "il-sharing" not in citations["2023-12-31"]
    assert "il-sharing" in citations["2024-01-01"]
    assert cards(tmp_path, "Paradise TX PD")[0]["laws"] is None
    code, out = run("agency", "Paradise TX PD", "--workspace", tmp_path)
    assert (code, "the laws of Texas were not checked" in out) == (0, True)


def test_agency_tells_an_agreement_from_the_day_it_was_signed(tmp_path: Path) -> None:
    code, out = run("agency", "Johnson County TX SO", "--workspace", tmp_path)
    assert code == 0
    assert "not checked: no sheet" in out
    folder = tmp_path / "data" / "manual" / "287g"
    folder.mkdir(parents=True)
    (folder / "sheet 2025-07-18.csv").write_text(SHEET, encoding="utf-8")
    before, after = (cards(tmp_path, "Johnson County TX SO", on=day)[0] for day in ("2025-03-03", "2025-03-04"))
    assert before["agreements_on_day"] == []
    assert after["agreements_on_day"] == ["Task Force Model"]
    assert after["agreements"][0]["signed"] == "2025-03-04"
    assert "to be confirmed" in run("agency", "Johnson County TX SO", "--workspace", tmp_path)[1]


def add_sheet(root: Path, *rows: str, name: str = "sheet 2025-07-18.csv") -> None:
    folder = root / "data" / "manual" / "287g"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join([SHEET.splitlines()[0], *rows]), encoding="utf-8")


def said(tmp_path: Path, *words: str) -> str:
    code, out = run("agency", *words, "--workspace", tmp_path)
    assert code == 0, out
    return " ".join(out.split())


def test_an_agreement_signed_after_the_day_is_said_to_be_later(tmp_path: Path) -> None:
    add_sheet(tmp_path, SHEET.splitlines()[1])
    early = said(tmp_path, "Johnson County TX SO", "--on", "2025-01-20")
    assert "signed by 2025-01-20: no agreement, as the sheets list agencies of this name" in early
    assert "Task Force Model, signed 2025-03-04 (later), listed as" in early
    late = said(tmp_path, "Johnson County TX SO", "--on", "2025-03-04")
    assert "signed by 2025-03-04: Task Force Model," in late
    assert "(later)" not in late


def test_a_day_on_which_sheets_differ_and_an_agreement_no_longer_listed_are_told(tmp_path: Path) -> None:
    johnson = SHEET.splitlines()[1]
    add_sheet(tmp_path, johnson, johnson.replace("Task Force Model", "Warrant Service Officer"))
    add_sheet(tmp_path, johnson.replace("2025-03-04", "2025-04-01"), name="sheet 2026-05-18.csv")
    out = said(tmp_path, "Johnson County TX SO")
    assert "Task Force Model, signed 2025-04-01 (an earlier sheet has 2025-03-04), listed as" in out
    assert (
        "Warrant Service Officer, signed 2025-03-04, no longer listed after 2025-07-18, so that it may have ended"
        in out
    )


def test_no_agreement_is_said_only_of_a_name_that_was_compared(tmp_path: Path) -> None:
    add_sheet(
        tmp_path,
        "TEXAS,Texas Department of Public Safety - Texas Highway Patrol,,#NA,Task Force Model,2025-11-03,link,",
        "TEXAS,Kinney County Constable's Office,County,Kinney County,Task Force Model,2026-04-29,link,",
    )
    for name in ("Texas DPS", "Kinney County TX Constable"):
        out = said(tmp_path, name)
        assert "cannot be told: only similar names stand in the sheets" in out
        assert "similar listed as" in out
        assert "no agreement" not in out
    for name, why in (("Grundy CO SO", "its state is not known"), ("FBI", "a federal agency")):
        assert f"287(g) cannot be told: {why}" in said(tmp_path, name)
    assert "no agreement in the sheets with an agency of this name and place" in said(tmp_path, "Paris TX PD")
    card = cards(tmp_path, "Texas DPS")[0]
    assert (card["agreements"], len(card["agreements_near"]), card["agreements_unknown"]) == ([], 1, None)


def test_a_bill_not_seen_to_be_law_and_a_day_not_known_are_marked(tmp_path: Path) -> None:
    jersey = said(tmp_path, "Newark NJ PD", "--on", "2026-08-01")
    assert "S 3522 of 2026, sharing, not seen to be law (the vendor described it as law on 2026-05-21;" in jersey
    assert "AG Directive 2022-12, use, since 2023-01-23 (day reported); rule reported:" in jersey
    colorado = said(tmp_path, "Denver CO PD", "--on", "2026-08-01")
    assert (
        "SB25-276, sharing, since when is not known (signed on 2025-05-23; its day in force was not seen)" in colorado
    )
    laws = {law["id"]: law for law in cards(tmp_path, "Newark NJ PD", on="2026-08-01")[0]["laws"]}
    assert (laws["nj-sharing"]["status"], laws["nj-sharing"]["from"]) == ("not seen to be law", None)
    assert (laws["nj-audits"]["status"], laws["nj-audits"]["date_sure"]) == ("law", "reported")


def test_a_day_before_every_known_rule_is_not_said_to_have_had_none(tmp_path: Path) -> None:
    out = said(tmp_path, "Mount Prospect IL PD", "--on", "1066-10-14")
    assert "laws.toml holds no rule of Illinois that is known to be in force on 1066-10-14, and is not complete" in out
    assert "was in force" not in out


def test_a_day_that_is_none_is_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["investigate", "agency", "Johnson County TX SO", "--on", "2025-13-01", "--workspace", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == "Error: '2025-13-01' is not a day. Write it as 2025-01-20.\n"


def test_sharing_names_offices_on_both_sides_and_refuses_the_rest(tmp_path: Path) -> None:
    good, bad = tmp_path / "list.csv", tmp_path / "log.csv"
    good.write_text(
        "Owner,Recipient\nMossgate IL PD,ICE - ERO Chicago\nHSI,Mossgate IL PD\nMossgate IL PD,Southside AL PD\n"
    )
    bad.write_text('Name,Org Name,Reason,Search Time\na,Mossgate IL PD,x,"01/02/2025, 01:02:03 PM UTC"\n')
    code, out = run("sharing", good, "--json", "--workspace", tmp_path)
    assert code == 0
    edges = json.loads(out)
    assert [list(edge)[: len(EDGE)] for edge in edges] == [EDGE] * 3
    assert [edge["federal_immigration"] for edge in edges] == [True, True, False]
    assert [edge["recipient_federal_immigration"] for edge in edges] == [True, False, False]
    code, out = run("sharing", good, bad, "--workspace", tmp_path)
    assert code == 3
    assert "log.csv  REFUSED" in out
    assert "A sharing setting is not a search" in out


def test_sharing_without_any_list_is_refused_in_words(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    code, out = run("sharing", empty, "--workspace", tmp_path)
    assert code == 3
    assert "REFUSED" in out
    assert "Traceback" not in out


@pytest.mark.parametrize("verb", ["agency", "sharing"])
def test_help_says_what_a_verb_does(verb: str) -> None:
    code, out = run(verb, "--help")
    assert code == 0
    assert "--json" in out
