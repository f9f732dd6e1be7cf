"""Findings: what is said of the numbers, what is said when there are none, and bytes that depend on nothing else."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tiny_logs import search, write_network_audit, write_portal

import investigate as inv
from investigate.findings import (
    agency_findings,
    canonical_json,
    count_of,
    find_sentences,
    records_of,
    say_count,
    say_day,
    say_rate,
    totals_of,
)  # fmt: skip
from investigate.report_tables import AgencyTables, read_agency_tables
from investigate.show import headline_numbers
from investigate.shown import table

OWNER = "Fernwick IL PD"


def sentences(agency: str, role: str, root: Path) -> list[str]:
    return find_sentences(read_agency_tables(agency, root), role)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One owner: before 1 burglary; after 3 searches, of them ICE, immigration, and one blank. Portals without."""
    root = tmp_path_factory.mktemp("findings")
    times = ["2025-01-20T16:00:00", "2025-01-20T18:00:00", "2025-02-03T18:00:00", "2025-02-04T18:00:00"]
    reasons = ["burglary", "ICE", "immigration", ""]
    rows = [search(at, reason) for at, reason in zip(times, reasons, strict=True)]
    write_network_audit(root / "logs", OWNER, [*rows, rows[1]])  # the ICE search stands in two rows
    write_network_audit(root / "logs", "Garrowmoor GA PD", [search("2025-02-03T18:00:00", "burglary", OWNER)])
    write_portal(root / "logs" / "eastmere-ca-pd", [search("2025-04-01T12:00:00", "")], with_reason=False)
    write_portal(root / "logs" / "dellbrook-ca-pd", [], with_reason=True)
    inv.load_lookup_logs(root / "logs", workspace=root)
    return root


def test_every_sentence_of_an_owner_counted_by_eye(root: Path) -> None:
    assert sentences(OWNER, "owner", root) == [
        f"2 of the 3 searches of the cameras of {OWNER} whose reason can be read (of 4 in all) state a reason that "
        "mentions immigration enforcement (1 by the strict reading, 2 by the broad one).",
        f"From 20 January 2025 to 4 February 2025, 1 agency searched networks that include the cameras of {OWNER}: "
        "4 distinct searches (5 rows), 0 of them its own.",
        "Before the inauguration: 0 of 1 search on 1 covered day.",
        "After the inauguration: 2 of 2 searches on 3 covered days.",
        "The cut is 20 January 2025, 12:00 Eastern (17:00 UTC); the two stretches are not equally long.",
        "Before and after the inauguration on 20 January 2025, noon Eastern: 0 of 1 searches before, 1 of 1 after, in "
        "the standard scope. With none before there is no ratio, and so few after can be chance. Compared over 1 "
        "covered day on each side: 20 January 2025, and 20 January 2025. Only 1 covered day on each side: one busy "
        "evening can move the rate.",
        "1 search shows no reason that could be read (left blank): counted neither way.",
    ]


def test_nobody_is_said_to_have_none_when_no_reason_can_be_read(root: Path) -> None:
    said = sentences("Eastmere CA PD", "searcher", root)
    assert "cannot be known" in said[0]
    assert "in files without a reason column" in said[-1]
    assert not re.search(r"\b(none|0) of\b", " ".join(said), re.IGNORECASE)


def test_agency_without_rows_is_not_said_to_have_searched_nothing(root: Path) -> None:
    assert sentences("Dellbrook CA PD", "searcher", root) == [
        "The released files of Dellbrook CA PD hold no searches. None published is not proof that there were none."
    ]


def test_none_found_is_said_with_how_many_were_read(root: Path) -> None:
    said = sentences("Garrowmoor GA PD", "owner", root)
    assert said[0].startswith("None of the 1 search of the cameras of Garrowmoor GA PD whose reason can be read")
    assert "Before the inauguration: no day is covered by the released files." in said
    assert any("not compared. The released files cover no day before the inauguration" in sentence for sentence in said)


def test_rate_is_said_where_there_are_enough_searches_for_one(sample_workspace: Path) -> None:
    tables = read_agency_tables("Brackenfall IL PD", sample_workspace)
    rate = totals_of(tables, "owner")["per_1000"]
    assert f", {rate:,.2f} in every 1,000." in find_sentences(tables, "owner")[0]


def test_roles_are_never_added_up(root: Path) -> None:
    tables = read_agency_tables(OWNER, root)
    assert tables.roles == ["owner", "searcher"]
    assert [totals_of(tables, role)["searches"] for role in tables.roles] == [4, 1]


def test_day_of_the_cut_is_one_covered_day_in_the_index(root: Path) -> None:
    assert headline_numbers(inv.open_report(OWNER, "owner", root), "owner")["covered_days"] == 3


def test_sentences_and_numbers_agree_for_every_agency_of_the_sample(sample_workspace: Path) -> None:
    names = inv.list_agencies(inv.open_tables(sample_workspace))["agency"].unique()
    assert len(names) > 40
    for name in names[::4]:
        tables = read_agency_tables(name, sample_workspace)
        for role in tables.roles:
            totals, said = totals_of(tables, role), find_sentences(tables, role)
            if totals["standard"] is None:
                assert "cannot be known" in said[0] or "hold no searches" in said[0]
            elif totals["standard"]:
                assert said[0].startswith(f"{totals['standard']:,} of the {totals['reason_known']:,} search")
                assert f"{totals['strict']:,} by the strict" in said[0]
                assert f"{totals['broad']:,} by the broad" in said[0]
            else:
                assert said[0].startswith(f"None of the {totals['reason_known']:,} search")
            assert not re.search(r"nan|<NA>|None\b(?! of| published)", " ".join(said)), said


# ---- findings.json ----------------------------------------------------------------------------------------


def findings(root: Path, agency: str) -> dict[str, Any]:
    return agency_findings(read_agency_tables(agency, root), "slug", "1.0")


def test_findings_hold_null_and_not_a_number_where_nothing_is_known(root: Path) -> None:
    text = canonical_json(findings(root, "Eastmere CA PD"))
    role = json.loads(text)["roles"][0]
    assert (role["standard"], role["per_1000"], role["reason_known"]) == (None, None, 0)
    assert {row["immigration_related"] for row in role["periods"]} == {None}
    assert "NaN" not in text


def test_findings_do_not_depend_on_the_order_of_rows_in_the_tables(root: Path) -> None:
    tables = read_agency_tables(OWNER, root)
    first = canonical_json(agency_findings(tables, "slug", "1.0"))
    again = canonical_json(agency_findings(read_agency_tables(OWNER, root), "slug", "1.0"))
    assert first == again
    assert json.loads(first) == agency_findings(tables, "slug", "1.0")


def test_every_count_cites_its_rows(root: Path) -> None:
    owner = findings(root, OWNER)["roles"][0]
    assert [(row["row"], row["category"]) for row in owner["cited"]] == [
        (3, "immigration_agency"), (6, "immigration_agency"), (4, "immigration"),
    ]  # fmt: skip
    assert {row["release"] for row in owner["cited"]} == {row["release"] for row in owner["sources"]}
    assert all(len(row["sha256"]) == 64 for row in owner["sources"])


@pytest.mark.parametrize("kind", ["Int64", "boolean", "Float64", "string", "float", "object"])
def test_records_hold_null_for_what_is_unknown_in_columns_of_every_kind(kind: str) -> None:
    """Whole numbers with gaps are not whole numbers: pandas' own kinds hold a gap that JSON cannot write."""
    frame = pd.DataFrame({"role": ["owner"] * 2, "value": pd.array([1, None], dtype=kind)})
    if kind == "boolean":
        assert records_of(frame, "owner") == [{"value": True}, {"value": None}]
    else:
        known = {"string": "1"}.get(kind, 1)
        assert records_of(frame, "owner") == [{"value": known}, {"value": None}]
    assert records_of(frame, "searcher") == []


def test_same_content_gives_the_same_bytes_whatever_the_order_of_keys() -> None:
    assert canonical_json({"b": 1, "a": [1.5, None, "é"]}) == canonical_json({"a": [1.5, None, "é"], "b": 1})
    assert canonical_json({"a": "é"}) == '{\n  "a": "é"\n}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"a": float("nan")})


# ---- words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nothing", [None, pd.NA, float("nan")])
def test_what_is_not_known_is_said_so(nothing: object) -> None:
    assert say_count(nothing) == say_rate(nothing) == "not known"
    assert count_of(nothing, "search", "searches") == "not known searches"
    assert say_day(None) == "an unknown day"


def test_numbers_and_days_are_said_as_people_write_them() -> None:
    assert say_count(1234567) == "1,234,567"
    assert say_rate(1234.5) == "1,234.50"
    assert (count_of(1, "row"), count_of(0, "row"), count_of(2, "row")) == ("1 row", "0 rows", "2 rows")
    assert say_day("2025-01-05") == "5 January 2025"


def test_unread_searches_are_said_in_every_period(root: Path) -> None:
    said = inv.show_unread(inv.count_searches(workspace=root)).text
    assert (
        said.splitlines()
        == [
            "Before the inauguration: 0 of 1 search show no reason that could be read.",
            "After the inauguration: 2 of 5 searches show no reason that could be read.",
        ]
        or "0 of 1 search shows" in said
    )


def test_counts_say_not_known_and_not_zero(root: Path) -> None:
    said = inv.say_counts(inv.count_searches(agency="Eastmere CA PD", workspace=root)).text.splitlines()
    assert said[0] == "Before the inauguration, standard scope: no day is covered."
    assert said[1].startswith("After the inauguration, standard scope: not known; no reason could be read in 1 search")


def test_groups_with_nothing_known_come_after_those_with_none(root: Path) -> None:
    shown = inv.show_counts(inv.count_searches("searching_agency", workspace=root)).text
    order = [shown.index(name) for name in ("Ashmoor IL PD", OWNER, "Eastmere CA PD")]
    assert order == sorted(order)


def test_what_strangers_typed_is_escaped_in_tables() -> None:
    frame = pd.DataFrame({"who": ["<script>x</script>", '"&'], "n": [1234, None]}, dtype=object)
    html = table(frame, {"who": "who", "n": "<n>"}, "<b>caption</b>").html
    assert "<script" not in html
    assert "<b>" not in html
    assert "<n>" not in html
    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert "1,234" in html


def test_table_says_how_many_rows_are_left_out() -> None:
    frame = pd.DataFrame({"n": range(1200)})
    shown = table(frame, {"n": "n"}, "Rows", most=2)
    assert "Rows (first 2 of 1,200)" in shown.html
    assert shown.html.count("<tr>") == 3
    assert shown.text.splitlines()[0] == "Rows (first 2 of 1,200)"


def test_html_and_text_show_the_same_numbers(root: Path) -> None:
    report = inv.open_report(OWNER, workspace=root)
    for show in (inv.show_findings, inv.show_periods, inv.show_categories, inv.show_sources, inv.show_words):
        shown = show(report)
        html = re.sub(r"<[^>]*>", " ", shown.html)
        numbers = [re.findall(r"\d[\d,.]*\d|\d", text) for text in (html, shown.text)]
        assert numbers[0], show.__name__
        assert sorted(numbers[0]) == sorted(numbers[1]), show.__name__


def test_every_table_of_an_agency_is_in_its_findings(root: Path) -> None:
    tables = read_agency_tables(OWNER, root)
    frames = [field.name for field in dataclasses.fields(AgencyTables) if field.type == "pd.DataFrame"]
    role = findings(root, OWNER)["roles"][0]
    elsewhere = {"agencies", "gate", "queried"}  # totals of the role; quality.json; counted by rule (test_queried)
    for name, kept in itertools.product([name for name in frames if name not in elsewhere], ["owner"]):
        frame: pd.DataFrame = getattr(tables, name)
        assert len(role[name]) == (frame["role"] == kept).sum(), name
