"""Without any one rule, pattern or misspelling of rules.toml, or word edge, some listed text is judged otherwise."""

from __future__ import annotations

import dataclasses

import mutants
import pytest
from mutants import MUST_DIE, Bench, Mutant, Text

from investigate.reasons.rulebook import CATEGORIES, BadRules, Rulebook


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(mutants.listed_texts())


def deleted(bench: Bench, name: str) -> Mutant:
    return next(mutant for mutant in mutants.deleted_rules(bench) if mutant.name == name)


def test_decided_reasons_get_the_category_a_reader_would_give(bench):
    assert bench.wrong == []


def test_no_reason_is_listed_with_two_categories(bench):
    listed: dict[tuple[str | None, ...], set[str]] = {}
    for text in bench.texts:
        assert text.category in CATEGORIES
        listed.setdefault((text.reason, text.case_number, text.offense_type), set()).add(text.category)
    assert [text for text, categories in listed.items() if len(categories) > 1] == []


@pytest.mark.parametrize("kind", MUST_DIE)
def test_every_mutant_is_killed_by_a_listed_text(bench, kind):
    outcomes = [bench.run(mutant) for mutant in MUST_DIE[kind](bench)]
    assert outcomes
    survived = [str(outcome) for outcome in outcomes if outcome.survived]
    assert survived == [], "\n" + "\n".join(survived)


def test_true_rules_survive(bench):
    unchanged = Mutant("none", "nothing changed", lambda: bench.book, lambda text: True, "nothing")
    assert bench.run(unchanged).survived
    same = next(rule for rule in bench.book.rules if rule.id == "detainer")
    rebuilt = Mutant("none", "rebuilt", lambda: bench.with_rule(same, dataclasses.replace(same)), lambda text: True, "")
    assert bench.run(rebuilt).survived


def test_a_mutant_is_killed_by_the_text_that_tells_and_survives_without_it(bench):
    telling = Text("ICE detainer", "immigration")
    silent = [Text("burglary", "other"), Text("HSI", "homeland")]
    small = Bench([*silent, telling])
    outcome = small.run(deleted(small, "detainer"))
    assert outcome.killer == telling
    blind = Bench(silent)
    missed = blind.run(deleted(blind, "detainer"))
    assert missed.survived
    assert "detainer" in str(missed)


def test_the_rule_named_in_the_list_kills_where_the_category_stays(bench):
    without_rule = Bench([Text("ICE removal", "immigration")])
    name = without_rule.book.rules[0].id
    assert without_rule.run(deleted(without_rule, name)).survived
    ero = next(text for text in mutants.listed_texts() if text.reason == "pickup by ICE")
    assert ero.rule == "ice-pick-up"
    assert Bench([ero]).run(deleted(bench, "ice-pick-up")).killer == ero
    assert Bench([dataclasses.replace(ero, rule="")]).run(deleted(bench, "ice-pick-up")).survived


def test_a_mutant_that_is_refused_when_read_counts_as_killed(bench):
    def refuse() -> Rulebook:
        raise BadRules("no patterns")

    outcome = bench.run(Mutant("none", "refused", refuse, lambda text: True, ""))
    assert outcome.refused == "no patterns"
    assert not outcome.survived


def test_a_prefilter_that_holds_back_an_example_is_refused():
    nothing = Bench([])
    outcomes = {mutant.name: nothing.run(mutant) for mutant in mutants.deleted_beginnings(nothing)}
    assert "holds back" in outcomes[r"'detainer'"].refused


@pytest.mark.parametrize(
    ("pattern", "shorter"),
    [
        ("a", []),
        ("(?:a)", []),
        ("(?:a|b)c", [("a", "(?:b)c"), ("b", "(?:a)c")]),
        (
            "(?:a|(?:b|c)d|e)?",
            [
                ("b", "(?:a|(?:c)d|e)?"),
                ("c", "(?:a|(?:b)d|e)?"),
                ("a", "(?:(?:b|c)d|e)?"),
                ("(?:b|c)d", "(?:a|e)?"),
                ("e", "(?:a|(?:b|c)d)?"),
            ],
        ),
    ],
)
def test_each_alternative_of_each_group_is_taken_out_once(pattern, shorter):
    assert list(mutants.shorter_groups(pattern)) == shorter


def test_each_rule_loses_both_its_edges(bench):
    names = {mutant.name for mutant in mutants.dropped_edges(bench)}
    for rule in bench.book.rules:
        assert {f"{rule.id}, left", f"{rule.id}, right"} <= names


def test_the_command_prints_counts_and_names_survivors(capsys, monkeypatch):
    monkeypatch.setattr(mutants, "listed_texts", lambda: [Text("burglary", "other")])
    assert mutants.main(["--only", "same"]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("same: 0 killed (0 refused when read), 1 survived")
    assert "hsi-case-number" in printed
