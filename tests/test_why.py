"""The full account of a reason: every rule that matched, in order, where it stands, and which one won."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from investigate.reasons.classify import classify_reason
from investigate.reasons.why import explain_reason

UNSEEN = Path(__file__).with_name("reasons_unseen.csv")
TEXTS = [row[0] for row in csv.reader(UNSEEN.open(newline="", encoding="utf-8"))][1:]


def account(text: str | None, *others: str | None, **options: bool) -> list[tuple[str, str, str]]:
    told = explain_reason(text, *others, **options)
    return [(match.rule, match.matched, match.outcome) for match in told.matches]


def test_the_rule_that_took_the_words_of_another_is_named():
    assert account("black ice crash") == [
        ("friend-weather", "black ice", "won"),
        ("ice", "ice", "its words were read by friend-weather before"),
    ]


def test_a_crime_beside_an_agency_wins_together_with_it_and_further_crimes_are_listed():
    assert account("HSI narcs, stolen veh") == [
        ("hsi", "HSI", "won together with it"),
        ("crime-drugs", "narcs", "won"),
        ("crime-property", "stolen", "counts too"),
    ]


def test_each_place_of_a_rule_is_listed():
    places = [(match.start, match.end) for match in explain_reason("ICE, ICE").matches]
    assert places == [(0, 3), (5, 8)]


def test_what_weighs_less_is_said():
    assert account("immigration DEA") == [
        ("immigration-word", "immigration", "won"),
        ("federal-justice", "DEA", "immigration weighs more"),
    ]
    assert account("immigration - USBP")[1] == ("border-patrol", "USBP", "immigration weighs more")


def test_a_crime_without_an_agency_counts_for_nothing():
    told = explain_reason("burglary")
    assert (told.category, told.rule) == ("other", "other")
    assert account("burglary") == [
        ("crime-property", "burglary", "a crime counts only beside a word of immigration or homeland")
    ]


def test_a_misspelling_is_shown_with_the_word_it_was_read_as():
    match = explain_reason("male, imigration hold").matches[0]
    assert (match.rule, match.matched, match.read_as) == ("immigration-word~", "imigration", "immigration")


def test_picked_values_the_case_number_and_the_offense_type_are_accounted_for():
    assert account("inv", "HSI25-001 black ice", "Robbery") == [
        ("vague-words", "inv", "homeland weighs more"),
        ("dropdown", "Robbery", "won"),
        ("friend-weather", "black ice", "a false friend in a case number counts for nothing"),
        ("hsi", "HSI25", "won together with it"),
        ("ice", "ice", "its words were read by friend-weather before"),
    ]
    assert account("Welfare Check - ICE") == [
        ("dropdown", "Welfare Check", "a purpose, and no crime"),
        ("ice", "ICE", "won"),
    ]


def test_what_no_rule_takes_is_explained_too():
    assert explain_reason("").why == "Nothing was typed or picked."
    assert explain_reason(None, exported=False).why == "The release has no column of reasons."
    assert explain_reason("inv", overwritten=True).category == "withheld"
    assert "whole column" in explain_reason("inv", overwritten=True).why


@pytest.mark.parametrize("text", TEXTS)
def test_the_account_agrees_with_the_classification(text):
    told = explain_reason(text)
    found = classify_reason(text)
    assert (told.category, told.rule, told.matched, told.column) == (
        found.category, found.rule, found.matched, found.column,
    )  # fmt: skip
    assert [match.order for match in told.matches] == list(range(1, len(told.matches) + 1))
    assert all(text[match.start : match.end] == match.matched for match in told.matches)
    won = [match for match in told.matches if match.outcome == "won"]
    assert [match.rule for match in won] == ([] if found.rule in {"other", "blank"} else [found.rule])
    assert told.why


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3), st.sampled_from(TEXTS))
def test_any_mixture_has_exactly_one_winner_or_none(texts, case_number):
    told = explain_reason(" - ".join(texts), case_number)
    # A crime beside a misspelt word carries the mark in the result, and none where it was itself spelt right.
    won = {match.rule.rstrip("~") for match in told.matches if match.outcome == "won"}
    assert won == (set() if told.rule in {"other", "blank"} else {told.rule.rstrip("~")})


def test_a_text_of_thousands_of_matches_is_accounted_for_in_part_and_in_time():
    told = explain_reason("ice " * 5_000)
    assert 1 < len(told.matches) < 200


def test_missing_values_of_every_kind_are_blank():
    assert explain_reason(float("nan")).category == "blank"
    assert explain_reason(None, float("nan")).category == "blank"


def test_a_rule_that_matches_in_two_columns_wins_in_one():
    won = [match.column for match in explain_reason("ICE", "ICE 25-1").matches if match.outcome == "won"]
    assert won == ["reason"]


def test_a_misspelling_beside_a_crime_is_marked():
    assert explain_reason("imigration and drugs").rule == "crime-drugs~"


def test_it_prints_as_text_as_html_and_as_json():
    told = explain_reason("<b>ICE</b>")
    assert repr(told).splitlines()[0] == "'<b>ICE</b>': immigration_agency (standard, broad)"
    assert "1. ice (immigration_agency) 'ICE' at reason 3-6: won" in repr(told)
    assert "<b>ICE" not in told._repr_html_()
    content = json.loads(json.dumps(told.to_dict()))
    assert (content["scopes"], content["matches"][0]["start"]) == (["standard", "broad"], 3)
    assert told.to_frame()["rule"].tolist() == ["ice"]
