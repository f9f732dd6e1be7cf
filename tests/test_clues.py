"""Clues and strings for a records request, counted by eye. Every agency, name and number is invented."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from tiny_logs import no_sources, search, write_network_audit, write_portal

import investigate as inv
from investigate import clues as room
from investigate.clues import COLUMNS, clues_by_agency, list_clues, write_clues
from investigate.counts import ROLES
from investigate.errors import InvestigateError, UnknownValue
from investigate.reasons.classify import CATEGORIES, SCOPES
from investigate.reasons.rulebook import rulebook
from investigate.request import (
    BY_THE_RULES,
    ELSEWHERE,
    FOUND,
    MOST_OTHER_FORMS,
    WHOLE_LOG,
    can_read_reasons,
    findable,
    request_strings,
    request_text,
    strings_by_agency,
    strings_of,
    whose_searches,
)
from investigate.sections.clues import show_clues, show_request
from investigate.tables import Tables

OWNER, OTHER_OWNER = "Fernwick IL PD", "Garrowmoor GA PD"
HERE, THERE = "Ashmoor IL PD", "Birchvale OH PD"
PRIVATE = ("Delgado", "Ruiz", "Novak", "Thornbury", "Kowalczyk", "26-001", "0417", "QZX")
TWICE = search("2025-02-10T12:00:00", "ICE Ruiz 26-00102", HERE)
ROWS = [
    search("2025-01-10T12:00:00", "ICE Delgado 26-00101", HERE),
    TWICE,
    search("2025-03-10T12:00:00", "ICE Novak 26-00103", THERE),
    search("2025-03-11T12:00:00", "imigration", THERE),
    search("2025-03-12T12:00:00", "black ice crash", HERE),
    search("2025-03-13T12:00:00", "burglary Thornbury", HERE),
    search("2025-03-14T12:00:00", "burglary Kowalczyk QZX", HERE),
    search("2025-03-15T12:00:00", "", HERE),
    search("2025-03-16T12:00:00", "", THERE, case="0417 HSI warrant"),
    search("2025-03-17T12:00:00", "REDACTED", THERE),
    search("2025-03-18T12:00:00", "deportation warrant", THERE),
    search("2025-03-19T12:00:00", "ice", THERE),
    search("2025-03-20T12:00:00", "=cmd|'/c calc' detainer", THERE),
]


READ = pd.DataFrame({"role": list(ROLES), "reason_known": [9, 9]})


def load(root: Path, rows: list[dict[str, Any]]) -> Tables:
    write_network_audit(root / "logs", OWNER, rows)
    write_network_audit(root / "logs", OTHER_OWNER, [TWICE])
    write_portal(root / "logs" / "eastmere-ca-pd", [search("2025-04-01T12:00:00", "")], with_reason=False)
    report = inv.load_lookup_logs(root / "logs", workspace=root)
    assert (report["status"] == "loaded").all()
    return inv.open_tables(root)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return load(tmp_path_factory.mktemp("clues"), ROWS)


def one(clues: pd.DataFrame, text: str) -> dict[str, Any]:
    (found,) = clues[clues["text"] == text].to_dict("records")
    return found


def report_of(**tables: pd.DataFrame) -> Any:
    """A report with two roles out of the given tables."""
    shown = {"sources": no_sources()} | tables
    return SimpleNamespace(
        roles=tuple(ROLES),
        whose={"owner": f"of the cameras of {OWNER}", "searcher": f"by {OWNER}"}.get,
        rows=lambda table, role: shown[table][shown[table]["role"] == role],
    )


# ---- the list ---------------------------------------------------------------------------------------------


def test_reasons_that_differ_in_what_is_hidden_are_one_clue_counted_by_eye(tables: Tables) -> None:
    clue = one(list_clues(tables), "ICE [word] [number]")
    where = clue.pop("where").split()
    assert clue == {
        "category": "immigration_agency", "rule": "ice", "text": "ICE [word] [number]", "texts": 3, "searches": 3,
        "rows": 4, "agencies": 2, "first_day": "2025-01-10", "last_day": "2025-03-10", "fuzzy": False,
    }  # fmt: skip
    assert len(where) == 3, "the earliest three of four rows"
    assert all(re.fullmatch(r"[0-9a-f]{12}:[0-9]+", address) for address in where)
    assert where[0].endswith(":1") or where[0].endswith(":2")


def test_addresses_lead_to_rows_with_that_reason(tables: Tables) -> None:
    searches = tables.searches.select("release", "row", "reason_id").execute()
    texts = tables.reasons.select("reason_id", "reason").execute().set_index("reason_id")["reason"]
    for address in one(list_clues(tables), "ICE [word] [number]")["where"].split():
        release, row = address.split(":")
        (reason_id,) = searches[(searches["release"] == release) & (searches["row"] == int(row))]["reason_id"]
        assert texts[reason_id].startswith("ICE ")


def test_what_states_nothing_is_one_line_each(tables: Tables) -> None:
    clues = list_clues(tables)
    silent = clues[clues["category"].isin(["blank", "withheld", "not_exported"])]
    assert silent["text"].tolist() == ["(nothing typed)", "(withheld)", "(no reason in the file)"]
    assert silent["rule"].tolist() == silent["category"].tolist() == ["blank", "withheld", "not_exported"]
    assert silent["rows"].tolist() == [1, 1, 1]


def test_a_reason_found_in_the_case_number_is_shown_from_there(tables: Tables) -> None:
    clue = one(list_clues(tables), "case number: [number] HSI warrant")
    assert (clue["category"], clue["searches"]) == ("homeland", 1)


def test_what_was_read_as_a_misspelling_is_marked(tables: Tables) -> None:
    clues = list_clues(tables)
    assert clues[clues["fuzzy"]]["text"].tolist() == ["imigration"]


def test_clues_stand_in_the_order_of_categories_and_then_of_searches(tables: Tables) -> None:
    clues = list_clues(tables)
    assert list(clues.columns) == COLUMNS
    places = [CATEGORIES.index(category) for category in clues["category"]]
    assert places == sorted(places)
    for _, part in clues.groupby("category"):
        keys = list(zip(-part["searches"], -part["rows"], part["text"], strict=True))
        assert keys == sorted(keys)


def test_rows_add_up_and_searches_of_a_category_are_not_fewer_than_distinct_ones(tables: Tables) -> None:
    clues = list_clues(tables)
    assert clues["rows"].sum() == len(ROWS) + 2 == tables.searches.count().execute()
    s = tables.searches
    distinct = s.group_by("category").agg(rows=s.count(), searches=s.search_key.nunique()).execute()
    by_category = clues.groupby("category")[["rows", "searches"]].sum()
    for row in distinct.itertuples():
        assert by_category.loc[row.category, "rows"] == row.rows
        assert by_category.loc[row.category, "searches"] >= row.searches


def test_sample_adds_up_too(sample_workspace: Path) -> None:
    tables = inv.open_tables(sample_workspace)
    clues = list_clues(tables)
    assert clues["rows"].sum() == tables.searches.count().execute()
    assert not clues.duplicated(["category", "rule", "text"]).any()
    assert (clues["texts"] >= 1).all()
    assert (clues["first_day"] <= clues["last_day"]).all()


def test_order_of_rows_in_the_file_changes_nothing_but_the_addresses(tables: Tables, tmp_path: Path) -> None:
    rows = ROWS.copy()
    random.Random(4).shuffle(rows)
    shuffled = list_clues(load(tmp_path, rows))
    pd.testing.assert_frame_equal(list_clues(tables).drop(columns="where"), shuffled.drop(columns="where"))


def test_one_agency_in_one_role_and_one_category(tables: Tables) -> None:
    clues = list_clues(tables, HERE, "searcher", "immigration_agency")
    assert clues[["text", "searches", "rows", "agencies"]].to_numpy().tolist() == [["ICE [word] [number]", 2, 3, 1]]
    assert list_clues(tables, OTHER_OWNER, "owner")["rows"].tolist() == [1]


def test_no_clue_gives_an_empty_list_with_all_columns(tables: Tables) -> None:
    none = list_clues(tables, OTHER_OWNER, "owner", "homeland")
    assert none.empty
    assert list(none.columns) == COLUMNS


def test_unknown_category_or_agency_is_told(tables: Tables) -> None:
    with pytest.raises(UnknownValue, match="'imigration'"):
        list_clues(tables, category="imigration")
    with pytest.raises(UnknownValue, match="Nearest"):
        list_clues(tables, "Ashmor IL PD")


def test_each_distinct_reason_is_scrubbed_once(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(room, "scrub", lambda text: seen.append(text) or "x")
    list_clues(tables, category="immigration_agency")
    assert sorted(seen) == ["ICE Delgado 26-00101", "ICE Novak 26-00103", "ICE Ruiz 26-00102", "ice"]


def test_a_long_reason_is_cut_and_one_of_signs_only_is_named(tmp_path: Path) -> None:
    write_network_audit(
        tmp_path / "logs",
        OWNER,
        [search("2025-02-01T12:00:00", "HSI " + "stolen vehicle " * 60), search("2025-02-02T12:00:00", "||||")],
    )
    inv.load_lookup_logs(tmp_path / "logs", workspace=tmp_path)
    texts = list_clues(tmp_path)["text"].tolist()
    assert texts[0].endswith(" …")
    assert len(texts[0]) <= room.LONGEST + 2
    assert texts[1] == room.SIGNS_ONLY


# ---- for the pages ----------------------------------------------------------------------------------------


def test_clues_by_agency_are_those_of_the_list(tables: Tables) -> None:
    every = clues_by_agency(tables)
    assert list(every.columns) == ["agency", "role", *COLUMNS]
    assert set(every["category"]) <= set(room.ON_PAGE)
    for (agency, role), part in every.groupby(["agency", "role"]):
        listed = list_clues(tables, str(agency), str(role))
        listed = listed[listed["category"].isin(room.ON_PAGE)].reset_index(drop=True)
        mine = part[COLUMNS].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, listed, check_dtype=False)
    assert set(every["agency"]) == {OWNER, OTHER_OWNER, HERE, THERE}


def test_an_agency_keeps_its_false_friends_however_much_wording_it_has(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_OF_A_KIND", 1)
    kept = clues_by_agency(tables)
    mine = kept[(kept["agency"] == HERE) & (kept["role"] == "searcher")]
    assert mine["text"].tolist() == ["ICE [word] [number]", "black ice crash"]
    assert kept.groupby(["agency", "role"]).size().max() == 2


def test_csv_runs_no_formula_and_holds_no_private_word(tables: Tables, tmp_path: Path) -> None:
    path = write_clues(tmp_path / "out" / "clues.csv", tables)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == COLUMNS
    assert len(rows) == 1 + len(list_clues(tables))
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert any(cell.startswith("'=") for cell in cells)
    assert not [word for word in PRIVATE if word in path.read_text(encoding="utf-8")]


def test_nothing_private_is_in_any_clue_string_or_section(tables: Tables) -> None:
    every = clues_by_agency(tables)
    strings = strings_by_agency(tables)
    report = report_of(clues=every, strings=strings, periods=READ)
    said = [
        list_clues(tables).to_csv(),
        every.to_csv(),
        strings.to_csv(),
        request_text(request_strings(tables)),
        *(shown for section in (show_clues(report), show_request(report)) for shown in (section.html, section.text)),
    ]
    for text in said:
        assert not [word for word in PRIVATE if word.lower() in text.lower()]


# ---- strings to ask for -----------------------------------------------------------------------------------


def test_strings_are_the_matched_texts_as_typed_and_their_neighbours(tables: Tables) -> None:
    strings = request_strings(tables, HERE, "searcher")
    found = strings[strings["kind"] == FOUND]
    assert found[["text", "searches", "first_day", "last_day"]].to_numpy().tolist() == [
        ["ICE", 2, "2025-01-10", "2025-02-10"]
    ]
    elsewhere = set(strings[strings["kind"] == ELSEWHERE]["text"].str.lower())
    assert "imigration" in elsewhere
    assert "detainer" in elsewhere
    assert any(text.startswith("deportation") for text in elsewhere)
    forms = strings[strings["kind"] == BY_THE_RULES]
    assert "I.C.E." in set(forms["text"])
    assert set(forms["rule"]) == {"ice"}
    assert forms["searches"].isna().all()


def test_capitals_aside_each_string_stands_once_in_its_most_frequent_spelling(tables: Tables) -> None:
    strings = request_strings(tables)
    assert not strings["text"].str.casefold().duplicated().any()
    (ice,) = strings[strings["text"].str.casefold() == "ice"].to_dict("records")
    assert (ice["text"], ice["searches"], ice["last_day"]) == ("ICE", 4, "2025-03-19")


def test_strings_outside_the_standard_scope_are_not_asked_for(tables: Tables) -> None:
    assert not request_strings(tables)["text"].str.contains("HSI|black").any()


def test_where_nothing_was_found_all_rules_give_their_forms(tables: Tables) -> None:
    strings = strings_of(strings_by_agency(tables).head(0))
    assert set(strings["kind"]) == {BY_THE_RULES}
    assert len(strings) == MOST_OTHER_FORMS
    assert request_text(strings, "by X").startswith("## Strings to name in a records request\n\nNo stated reason")


def test_request_names_every_string_and_asks_for_the_whole_log_anyway(tables: Tables) -> None:
    strings = request_strings(tables, HERE, "searcher")
    text = request_text(strings, f"by {HERE}")
    assert "- “ICE”: 2 searches, 2025-01-10 to 2025-02-10\n" in text
    sentence = next(line for line in text.splitlines() if line.startswith("If you search by keyword"))
    assert all(f"“{string}”" in sentence for string in strings["text"])
    assert "in capitals or not" in sentence
    assert text.rstrip().endswith(WHOLE_LOG)


def test_a_name_between_two_words_of_a_rule_is_left_out_of_the_string() -> None:
    assert findable("locate Delgado alien") == ["alien"]
    assert findable("illegal Foster alien") == ["alien"], "a word of the rules, but a name here"
    assert findable("Delgado") == []


@pytest.mark.parametrize(
    ("matched", "strings"),
    [
        ("ICE", ["ICE"]), ("alien …", ["alien"]), ("ICE \u202e<b>hold", ["ICE"]),
        ("ICE 25-0012 detainer", ["ICE", "detainer"]),
        ("287(g)", ["287(g)"]), ("I.C.E.", ["I.C.E."]), ("ICE  +\tERO,", ["ICE", "ERO"]),
        ("hold for ICE", ["hold for ICE"]),
        ("8 U.S.C. § 1326(a)", ["8 U.S.C. § 1326(a)"]), ("human Delgado smuggling", ["smuggling"]),
    ],
)  # fmt: skip
def test_a_string_stands_in_the_log_as_it_is_asked_for(matched: str, strings: list[str]) -> None:
    assert findable(matched) == strings


def test_main_words_are_among_the_forms_where_nothing_was_found(tables: Tables) -> None:
    texts = strings_of(strings_by_agency(tables).head(0))["text"]
    forms = {text.lower() for text in texts}
    wanted = {
        "ice", "ero", "cbp", "immigration", "deportation", "detainer", "undocumented", "287(g)", "uscis", "removal",
        "alien", "criminal alien", "8 usc 1326", "usbp", "ice hold",
    }  # fmt: skip
    assert wanted <= forms, wanted - forms
    rules = {rule.id for rule in rulebook().rules if rule.category in SCOPES["standard"]}
    with_forms = rules - {"agency-case-behind-plate"}
    assert {str(rule) for rule in strings_of(strings_by_agency(tables).head(0))["rule"]} == with_forms


def test_no_form_holds_a_made_up_number(tables: Tables) -> None:
    for rules in (set(), {rule.id for rule in rulebook().rules}):
        words = pd.DataFrame(
            [("immigration", rule, "zzz", 1, "2025-01-01", "2025-01-01") for rule in sorted(rules)],
            columns=["category", "rule", "text", "searches", "first_day", "last_day"],
        )
        texts = strings_of(words)["text"]
        digits = [text for text in texts if re.search(r"[0-9]", text)]
        assert not [text for text in digits if not re.search(r"287|8|I-2|132[45]", text)]
        assert not [text for text in texts if "0012" in text or "…" in text]


def test_one_search_in_two_releases_counts_once_however_it_is_spelled(tmp_path: Path) -> None:
    same = search("2025-02-10T12:00:00", "ICE", HERE, id="same")
    write_network_audit(tmp_path / "logs", OWNER, [same, search("2025-02-12T12:00:00", "ICE", HERE, id="other")])
    write_network_audit(tmp_path / "logs", OTHER_OWNER, [same | {"reason": "ice"}, same | {"reason": " Ice "}])
    inv.load_lookup_logs(tmp_path / "logs", workspace=tmp_path)
    tables = inv.open_tables(tmp_path)
    strings = request_strings(tables, HERE, "searcher")
    assert strings.loc[0, ["kind", "text", "searches", "first_day", "last_day"]].tolist() == [
        FOUND, "ICE", 2, "2025-02-10", "2025-02-12",
    ]  # fmt: skip
    every = strings_by_agency(tables).set_index(["agency", "role"])["searches"]
    assert every.to_dict() == {(HERE, "searcher"): 2, (OWNER, "owner"): 2, (OTHER_OWNER, "owner"): 1}


def test_strings_by_agency_are_those_of_each_agency_alone(tables: Tables) -> None:
    every = strings_by_agency(tables)
    for (agency, role), part in every.groupby(["agency", "role"]):
        alone = request_strings(tables, str(agency), str(role))
        columns = ["text", "category", "rule", "searches", "first_day", "last_day"]
        assert alone.loc[alone["kind"] == FOUND, columns].to_numpy().tolist() == part[columns].to_numpy().tolist()


def test_where_no_reason_can_be_read_it_is_not_said_that_none_was_found(tables: Tables) -> None:
    assert can_read_reasons(tables)
    assert not can_read_reasons(tables, "Eastmere CA PD")
    whose = whose_searches(tables, "eastmere ca pd")
    assert whose == "by Eastmere CA PD", "the one role it has, spelled as in the data"
    text = request_text(request_strings(tables, "Eastmere CA PD"), whose, can_read=False)
    strings = strings_by_agency(tables)
    shown = show_request(report_of(strings=strings.head(0), periods=READ.assign(reason_known=0)))
    for said in (text, shown.text, shown.html):
        assert "can be read" in said
        assert "is not known" in said
        assert "No stated reason" not in said


def test_whose_searches_are_those_that_are_counted(tables: Tables) -> None:
    assert whose_searches(tables) == "in all loaded logs"
    assert whose_searches(tables, OWNER.lower()) == f"of the cameras of {OWNER}"
    assert whose_searches(tables, HERE, "searcher") == f"by {HERE}"
    with pytest.raises(UnknownValue, match="owner"):
        whose_searches(tables, HERE, "owner")


def test_a_folder_or_a_place_that_cannot_be_written_is_told(tables: Tables, tmp_path: Path) -> None:
    with pytest.raises(InvestigateError, match=r"is a folder.*clues\.csv"):
        write_clues(tmp_path, tables)
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvestigateError, match="could not be written"):
        write_clues(tmp_path / "file" / "clues.csv", tables)


# ---- sections ---------------------------------------------------------------------------------------------


def test_sections_keep_roles_misspellings_and_false_friends_apart(tables: Tables) -> None:
    every = clues_by_agency(tables)
    shown = show_clues(report_of(clues=every[every["agency"] == OWNER]))
    broad, friends, fuzzy = (
        shown.text.index(caption)
        for caption in ("Reasons in the broad scope", "Looks like immigration enforcement", "Read as misspellings")
    )
    assert broad < shown.text.index("ICE [word] [number]") < friends
    assert friends < shown.text.index("black ice crash") < fuzzy < shown.text.index(" imigration")
    assert shown.text.endswith("No reason in the broad scope was found, and none that only looks like it.")


def test_sections_say_the_same_in_html_and_text_and_escape_what_was_typed() -> None:
    clues = pd.DataFrame(
        [["owner", "homeland", "hsi", "HSI <i>&", 1, 1, 1, 1, "2025-01-01", "2025-01-01", "abc:1", False]],
        columns=["role", *COLUMNS],
    )
    shown = show_clues(report_of(clues=clues))
    assert "HSI &lt;i&gt;&amp;" in shown.html
    assert "<i>" not in shown.html
    assert "HSI <i>&" in shown.text


def test_section_of_strings_shows_found_ones_other_forms_and_the_request(tables: Tables) -> None:
    strings = strings_by_agency(tables)
    shown = show_request(report_of(strings=strings[strings["agency"] == OWNER], periods=READ))
    for said in (shown.html, shown.text):
        assert "Strings found in the stated reasons of searches of the cameras of Fernwick IL PD" in said
        assert "I.C.E." in said
        assert "If you search by keyword" in said
        assert "No stated reason of the searches by Fernwick IL PD" in said
