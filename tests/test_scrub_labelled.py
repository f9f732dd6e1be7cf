"""Scrubbing measured on texts labelled by people who had not seen its rules. Everything in them is invented."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from labelled import SETS, STAYS, bare, judge, read_set, recall

from investigate.privacy import scrub
from investigate.reasons.classify import SCOPES, classify_reason

REPOSITORY = Path(__file__).parents[1]
FIRST = SETS[0]


def kinds_of(name: str) -> Counter[str]:
    return Counter(piece.kind for piece in judge(read_set(name)))


def test_the_labelled_sets_are_large_enough_to_say_something() -> None:
    assert len(read_set(FIRST)) >= 300
    counted = kinds_of(FIRST)
    assert counted["name"] >= 130
    assert min(counted.values()) >= 25, counted
    assert sum(piece.kind == STAYS for piece in judge(read_set(FIRST))) >= 150


@pytest.mark.parametrize("name", SETS)
def test_structured_identifiers_are_hidden_in_98_of_100_and_names_in_90(name: str) -> None:
    pieces = judge(read_set(name))
    structured = {piece.kind for piece in pieces} - {STAYS, "name"}
    assert len(structured) == 10
    assert recall(pieces, structured) >= 0.98, [
        piece for piece in pieces if piece.kind in structured and not piece.good
    ]
    assert recall(pieces, {"name"}) >= 0.9


@pytest.mark.parametrize("name", SETS)
def test_words_that_a_finding_rests_on_survive(name: str) -> None:
    assert recall(judge(read_set(name)), {STAYS}) >= 0.97


@pytest.mark.parametrize("name", SETS)
def test_no_digit_of_a_structured_identifier_survives_anywhere(name: str) -> None:
    """Whatever stays of one is a word as "Suite": of three digits in a row in a private piece none does."""
    for line, marked in read_set(name):
        private = " ".join(re.findall(r"\{\{(?!name)[a-z_]+:(.*?)\}\}", marked))
        numbers = set(re.findall(r"\d{3,}", private))
        assert not numbers & set(re.findall(r"\d{3,}", scrub(bare(marked)))), line


@pytest.mark.parametrize("name", SETS)
def test_scrubbed_texts_keep_the_category_that_the_rules_gave(name: str) -> None:
    """But for words glued to what is private, and the number of a case that alone told the agency."""
    changed = [
        line
        for line, marked in read_set(name)
        if (before := classify_reason(bare(marked)).category) in SCOPES["broad"]
        and classify_reason(scrub(bare(marked))).category != before
    ]
    assert len(changed) <= 3, changed


def test_a_leak_would_be_seen() -> None:
    (name, stays) = judge([("L1", "<<ICE>> wants {{name:Warrant}}")])[::-1]
    assert (name.kind, name.good, stays.good) == ("name", False, True)
    (hidden,) = judge([("L2", "stolen by <<Delgado>>")])
    assert not hidden.good
    assert recall(judge([("L3", "{{name:Delgado}} {{name:Warrant}}")]), {"name"}) == 0.5
