"""The reasons room: every reason gets the category that a careful reader would give it."""

from __future__ import annotations

import csv
import dataclasses
import os
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from investigate.plain_words import plain_words
from investigate.reasons.classify import (
    CATEGORIES,
    FUZZY_MARK,
    RULES_VERSION,
    SCOPES,
    classify_reason,
    classify_reasons,
    scopes_of,
    split_dropdown,
)
from investigate.reasons.folding import fold, word_spans
from investigate.reasons.pattern_words import ANY, DIGIT, words_of_pattern
from investigate.reasons.reader import Reader
from investigate.reasons.rulebook import RULES_FILE, BadRules, load_rulebook, rulebook
from investigate.reasons.spelling import Speller, edit_distance
from investigate.reasons.vocabulary import known_words_only

RELEASED = Path(__file__).parents[2] / "shared" / "data"
BROAD = SCOPES["broad"]

UNSEEN = Path(__file__).with_name("reasons_unseen.csv")  # invented variants, judged by reading
BLIND = UNSEEN.with_name("reasons_blind.csv")
UNSEEN_PAIRS = [tuple(row) for row in csv.reader(UNSEEN.open(newline="", encoding="utf-8"))][1:]
RULES = {rule.id: rule for rule in rulebook().rules}


def released(folder: str) -> Path:
    """A folder of released files; missing is a failure only where the tests must see them."""
    path = RELEASED / folder
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{path} is missing, and CI must read it")
        pytest.skip(f"{path} is not on this machine")
    return path


def category(text: str | None, *others: str | None, **options: bool) -> str:
    return classify_reason(text, *others, **options).category


@pytest.mark.released
def test_every_labelled_reason_gets_its_category():
    with (released("reasons") / "labelled.csv").open(newline="", encoding="utf-8") as file:
        labelled = [(row["reason"], row["category"]) for row in csv.DictReader(file)]
    assert len(labelled) == 200
    assert [(text, category(text)) for text, _ in labelled] == labelled


def test_reasons_written_without_sight_of_the_rules_get_the_category_decided():
    """`judged_otherwise` is what the writer of the list said where it was decided otherwise: a false friend or another
    purpose (neither is in a scope), entry without inspection, short notes."""
    with BLIND.open(newline="", encoding="utf-8") as file:
        decided = list(csv.DictReader(file))
    assert len(decided) > 750
    assert [(row["reason"], category(row["reason"])) for row in decided] == [
        (row["reason"], row["category"]) for row in decided
    ]
    assert sum(bool(row["judged_otherwise"]) for row in decided) <= 25


def test_unseen_reasons_get_the_category_a_reader_would_give():
    assert len(UNSEEN_PAIRS) >= 500
    assert [(text, category(text)) for text, _ in UNSEEN_PAIRS] == UNSEEN_PAIRS


@pytest.mark.parametrize("name", RULES)
def test_rule_wins_its_examples_and_not_its_counter_examples(name):
    rule = RULES[name]
    for example in rule.examples:
        found = classify_reason(example)
        if rule.category == "other":  # a phrase that only keeps its words from other rules
            assert rule.find(fold(example)), example
            assert found.category in {"other", "withheld"}, example
        else:
            assert found.category == rule.category, example
            assert found.rule.rstrip(FUZZY_MARK) == name, example
    for example in rule.counter_examples:
        assert classify_reason(example).rule.rstrip(FUZZY_MARK) != name, example


def test_prefilter_holds_back_nothing_that_a_rule_would_take():
    unfiltered = Reader(dataclasses.replace(rulebook(), prefilter=re.compile("")))
    examples = [text for rule in RULES.values() for text in (*rule.examples, *rule.counter_examples)]
    for text in [*examples, *(text for text, _ in UNSEEN_PAIRS)]:
        assert classify_reason(text) == unfiltered.classify(text, None, None, exported=True), text


@given(st.sampled_from(UNSEEN_PAIRS), st.data())
def test_case_and_blanks_never_change_the_category(pair, data):
    text, expected = pair
    blanks = st.sampled_from([" ", "  ", "\t", " \n ", "   "])
    upper = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    changed = "".join(
        # Wrongly encoded bytes are no letters: "â€™" has no capital.
        data.draw(blanks) if letter == " " else letter if not letter.isascii() else [letter.lower(), letter.upper()][up]
        for letter, up in zip(text, upper, strict=True)
    )
    assert category(data.draw(blanks) + changed + data.draw(blanks)) == expected


@given(st.text(max_size=60))
def test_every_text_gets_one_known_category_and_matched_text_stands_in_it(text):
    found = classify_reason(text)
    assert found.category in CATEGORIES
    assert found.matched in text
    assert bool(found.matched) == (found.category not in {"other", "blank", "not_exported"})


@given(st.text(alphabet=st.sampled_from("aIcé ³Ãâ€™Â§-./_9ＩＣ\u0301\u200b"), max_size=30))
def test_words_are_found_back_in_the_text_as_typed(text):
    words = fold(text).split()
    spans = word_spans(text)
    assert len(spans) == len(words)
    for word, (start, end) in zip(words, spans, strict=True):
        assert fold(text[start:end]).split()[0] == word


@pytest.mark.parametrize(
    ("text", "rule", "matched"),
    [
        ("assist I.C.E. today", "ice", "I.C.E."),
        ("assist 287(g) today", "two-eight-seven-g", "287(g)"),
        ("(ICE) hold", "immigration-hold", "ICE) hold"),
        ("ICE+ERO", "ice", "ICE+ERO"),
        ("unit 4: Customs & Border  Patrol", "agency-full-name", "Customs & Border  Patrol"),
        ("male, imigration hold", "immigration-word~", "imigration"),
        ("Drugs/Narcotics - HSI", "dropdown", "Drugs/Narcotics - HSI"),
        ("HSI: drug lead", "hsi-drugs", "HSI: drug"),
        ("Other, Immigration (criminal) - x", "dropdown", "Immigration (criminal)"),
        ("inmigración", "spanish", "inmigración"),
        ("  25-00123 ", "vague-case-number", "25-00123"),
        ("burglary", "other", ""),
    ],
)
def test_rule_and_matched_text_are_reported_as_typed(text, rule, matched):
    found = classify_reason(text)
    assert (found.rule, found.matched) == (rule.replace("hsi-drugs", "crime-drugs"), matched)


@pytest.mark.parametrize(
    ("reason", "values", "detail"),
    [
        ("Drugs/Narcotics - HSI", ("Drugs/Narcotics",), "HSI"),
        ("Drugs/Narcotics -", ("Drugs/Narcotics",), ""),
        ("Robbery, arson - a - b", ("Robbery", "Arson"), "a - b"),
        ("Other - Not Applicable", ("Other - Not Applicable",), ""),
        ("Other - Not Applicable - ICE", ("Other - Not Applicable",), "ICE"),
        ("Welfare Check", ("Welfare Check",), ""),
        ("HSI request - ongoing", (), "HSI request - ongoing"),
        ("Robbery, unknown thing - ICE", (), "Robbery, unknown thing - ICE"),
    ],
)
def test_split_dropdown(reason, values, detail):
    assert split_dropdown(reason) == (values, detail)


@pytest.mark.parametrize(
    ("reason", "case_number", "offense_type", "expected", "column"),
    [
        (None, None, None, "blank", ""),
        ("  ", "25-00123", None, "blank", ""),
        ("", "HSI25-0012", None, "homeland", "case_number"),
        ("burglary", "25-00123", None, "other", ""),
        ("inv", "25-00123", None, "vague", "reason"),
        ("inv", "ICE 25-1", None, "immigration_agency", "case_number"),
        ("narcotics", "HSI25-0012", None, "immigration_or_homeland_other_crime", "case_number"),
        ("", "HSI narcotics 25-00187", None, "immigration_or_homeland_other_crime", "case_number"),
        ("HSI", "25-00187", None, "homeland", "reason"),
        ("HSI", "stolen 25-1", None, "immigration_or_homeland_other_crime", "reason"),
        ("ICE", "Burglary", None, "immigration_or_homeland_other_crime", "reason"),
        ("ICE", "drugs", None, "immigration_or_homeland_other_crime", "reason"),
        ("ICE", "DV25-00187", None, "immigration_agency", "reason"),
        ("ICE", "CP-25-00187", None, "immigration_agency", "reason"),
        ("ICE", "187", None, "immigration_agency", "reason"),
        ("Burglary", None, "***", "other", ""),
        ("***", None, "Burglary/Breaking & Entering", "other", ""),
        ("***", None, None, "withheld", "reason"),
        ("***", "FBI 25-1", None, "other_federal", "case_number"),
        ("Redacted per FBI", "25-1", None, "withheld", "reason"),
        ("", None, "Drugs/Narcotics", "other", ""),
        ("", None, "Other", "vague", "offense_type"),
        ("", None, "Robbery, Immigration (criminal)", "immigration_or_homeland_other_crime", "offense_type"),
        ("", None, "Immigration (civil/administrative)", "immigration", "offense_type"),
        ("HSI", None, "Drugs/Narcotics", "immigration_or_homeland_other_crime", "reason"),
        ("HSI", None, "Welfare Check", "homeland", "reason"),
        ("***", "HSI25-0012", None, "homeland", "case_number"),
        ("***", "25-00123", "Robbery", "other", ""),
        ("", "black ice", None, "blank", ""),
        ("", "FBI 25-1", None, "other_federal", "case_number"),
    ],
)
def test_reason_case_number_and_offense_type_are_judged_together(reason, case_number, offense_type, expected, column):
    found = classify_reason(reason, case_number, offense_type)
    assert (found.category, found.column) == (expected, column)


def test_a_release_without_a_reason_column_is_not_exported_and_never_blank():
    assert category(None, "25-00123", exported=False) == "not_exported"
    assert category(None, None, "Robbery", exported=False) == "not_exported"
    assert category(None, "FBI 25-1", exported=False) == "not_exported"
    assert category(None, "HSI25-0012", exported=False) == "homeland"
    assert category(None, None, "Immigration (criminal)", exported=False) == "immigration_crime"


def test_scopes_hold_each_other():
    assert SCOPES["strict"] < SCOPES["standard"] < SCOPES["broad"]
    assert scopes_of("immigration") == ["strict", "standard", "broad"]
    assert scopes_of("immigration_agency") == ["standard", "broad"]
    assert scopes_of("homeland") == ["broad"]
    assert all(scopes_of(name) == [] for name in CATEGORIES if name not in BROAD)


def test_classify_reasons_keeps_order_and_repeats():
    table = classify_reasons(["ICE", "inv", "ICE", None])
    assert list(table.columns) == ["text", "category", "rule", "matched", "scopes"]
    assert table["text"].tolist() == ["ICE", "inv", "ICE", ""]
    assert table["category"].tolist() == ["immigration_agency", "vague", "immigration_agency", "blank"]
    assert table["scopes"].tolist() == [["standard", "broad"], [], ["standard", "broad"], []]
    series = classify_reasons(pd.Series(["HSI", float("nan")], index=[7, 3]))
    assert series["category"].tolist() == ["homeland", "blank"]
    assert series.index.tolist() == [0, 1]
    assert classify_reasons([]).empty


def test_classify_reasons_reads_the_columns_of_a_frame():
    frame = pd.DataFrame({"reason": ["", "HSI"], "case_number": ["ICE 1", None], "other": [1, 2]})
    assert classify_reasons(frame)["category"].tolist() == ["immigration_agency", "homeland"]
    without = classify_reasons(frame[["case_number"]])
    assert without["category"].tolist() == ["immigration_agency", "not_exported"]


def read_log(path: Path) -> pd.DataFrame:
    """The reason, case number and offense type of a released log, as text, header names folded."""
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
            rows = list(csv.reader(file))
    else:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    names = {"reason": "reason", "case": "case_number", "casenumber": "case_number"}
    names["offensetype"] = "offense_type"
    header = [names.get(fold(str(cell)), "") for cell in rows[0]]
    records = [{name: str(cell) for name, cell in zip(header, row, strict=False) if name} for row in rows[1:]]
    return pd.DataFrame(records)


@pytest.mark.released
def test_released_logs_hold_one_row_of_the_broad_scope_and_none_narrower():
    logs = [path for path in sorted(released("logs").rglob("*")) if path.suffix in {".csv", ".xlsx"}]
    frames = [frame for frame in map(read_log, logs) if len(frame.columns)]
    judged = pd.concat([classify_reasons(frame) for frame in frames], ignore_index=True)
    assert len(judged) > 30_000
    assert not judged["category"].isin(SCOPES["standard"]).any()
    broad = judged[judged["category"].isin(BROAD)]
    assert broad["category"].tolist() == ["homeland"]
    assert broad["text"].str.fullmatch(r"\w{14} HSI Warrant").all()
    fleeing = judged[judged["text"].str.startswith("Obstructing the Police (Fleeing/Eluding)")]
    assert len(fleeing) > 300
    assert set(fleeing["category"]) == {"other"}


def test_no_real_word_or_surname_reads_as_a_misspelling():
    """Over the shipped lists of ordinary words and census names; what is left are other spellings of the same word."""
    speller = Speller(rulebook().fuzzy)
    listed = plain_words()
    taken = {word for word in listed.plain | listed.names if word.isalpha() and speller.correct(word)[1]}
    assert len(listed.plain | listed.names) > 50_000
    assert taken <= {"kidnaping", "marihuana", "impersonations", "investigatn"}


@pytest.mark.released
def test_no_word_of_an_agency_name_reads_as_a_misspelling():
    speller = Speller(rulebook().fuzzy)
    path = released("agencies") / "flock_agency_names_2025-08.csv"
    words = set(fold(path.read_text(encoding="utf-8")).split())
    assert len(words) > 3_000
    assert [word for word in words if speller.correct(word)[1] and word != "investigative"] == []


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("", "abc", 3), ("ice", "ice", 0), ("homleand", "homeland", 1), ("migration", "immigration", 2)],
)
def test_edit_distance(one, other, edits):
    assert edit_distance(one, other) == edits


def test_real_words_near_a_listed_word_are_never_corrected():
    speller = Speller(rulebook().fuzzy)
    for word in ("migration", "emigration", "holland", "hoagland", "documented", "detained", "retainer"):
        assert speller.correct(word) == (word, frozenset())


def test_version_is_in_the_changelog():
    assert rulebook().changelog[0]["version"] == RULES_VERSION


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('category = "vague"', 'category = "vaguer"', "vaguer"),
        ('match = "start"', 'match = "begin"', "begin"),
        ("'detainers?'", "'detainers?('", "does not compile"),
        ("'detainers?'", "'(?<!a)detainers?'", "not read alike"),
        ("'detainers?'", "'<nowhere> detainers?'", "nowhere"),
        ('"immigration detainers", ', "", "3|examples"),
        ('id = "detainer"', 'id = "hsi"', "stands twice"),
        ('id = "detainer"\n', "", "id"),
        ("'detainer', 'removal'", "'removal'", "prefilter"),
        ('word = "homeland"\nedits = 2', 'word = "homeland"\nedits = 4', "4 edits"),
        ("no_crime = [", "harmless = [", "harmless"),
        ("same_letters = [0, 8, 2]", "same_letters = 8", "same_letters"),
        ('version = "1', "version = 1", "version|cannot be read"),
    ],
)
def test_a_wrong_rules_file_is_refused_in_words(tmp_path, old, new, says):
    good = RULES_FILE.read_text(encoding="utf-8")
    assert old in good
    text = good.replace(old, new)
    if says.startswith("3|"):
        text = text.replace('"Detainer", "I-247 detainer"', '"Detainer"')
        says = "at least 3"
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Exception, match=says) as refused:
        load_rulebook(path)
    assert refused.type.__module__ in {BadRules.__module__, "investigate.errors"}


@pytest.mark.parametrize(
    ("matched", "shown"),
    [
        ("287(g) XYZ9876 Maria Quisling theft", "287(g) … theft"),
        ("re-entry Maria Quisling deported alien", "re-entry … deported alien"),
        ("ICE+ERO", "ICE+ERO"),
        ("HSI25-0012", "HSI…"),
        ("immagration violation", "immagration violation"),
        ("Drugs/Narcotics - HSI", "Drugs/Narcotics - HSI"),
        ("Destruction/Damage/Vandalism of Property - Quisling HSI", "Destruction/Damage/Vandalism of Property - … HSI"),
        ("I.C.E. hold", "I.C.E. hold"),
        ("U.S. Border Patrol", "U.S. Border Patrol"),
        ("8 U.S.C. § 1326", "8 U.S.C. § 1326"),
        ("8USC1326", "8USC1326"),
        ("DHS 187", "DHS 187"),
        ("inmigración", "inmigración"),
        ("HSI 25-187 drugs", "HSI … drugs"),  # the rules hold 187, but here it is part of a case number
        ("ICE 8QRS187 theft", "ICE … theft"),
        ("ICE 8 QRS 187 theft", "ICE … theft"),
        ("suspect Ero, John", "suspect Ero, …"),  # a name that a rule lists is still a name
        ("ICE Stabberini Vendetti theft", "ICE … theft"),  # stabb[a-z]* and vend[a-z]* hold no names
        ("QA12BC34QA5678", "…"),
        ("***", "***"),
        ("", ""),
    ],
)
def test_only_words_of_the_rules_are_shown_of_a_match(matched, shown):
    assert known_words_only(matched) == shown


@given(st.text(alphabet=st.sampled_from("QZ0916"), min_size=5, max_size=9), st.sampled_from([" ", "-", "/", ", "]))
def test_nothing_typed_between_two_rule_words_is_shown(typed, sign):
    assert typed not in known_words_only(f"ICE{sign}{typed}{sign}theft")


def test_words_of_matches_of_the_rules_own_examples_are_mostly_shown():
    """A vocabulary that lost its words would show nothing; case numbers and given names are gone by design."""
    matches = [classify_reason(text).matched for name in ("ice", "hsi", "detainer") for text in RULES[name].examples]
    assert [text for text in matches if known_words_only(text).strip("…") == ""] == []
    assert known_words_only("Immigration and Customs Enforcement") == "Immigration and Customs Enforcement"


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("deport(?:s|ed)?", {"deport", "deports", "deported"}),
        ("i ?c", {"i", "c", "ic"}),
        ("(?:wanted )*aliens?(?: locate)?", {"wanted", "alien", "aliens", "locate"}),
        ("smuggl[a-z]* x", {"smuggl" + ANY, "smuggl", "x"}),
        ("hsi[0-9]{2,3}", {"hsi" + DIGIT}),
        (r"\b(?:organi[sz]ed|a[.]b)$", {"organised", "organized", "a", "b"}),
    ],
)
def test_words_of_pattern(pattern, words):
    assert words_of_pattern(pattern) == words
