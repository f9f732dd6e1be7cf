"""Rivals: what each published rule takes, how many searches it counts, and which texts make it differ from ours."""

from __future__ import annotations

import dataclasses
import random
import unicodedata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ibis.backends.duckdb import Backend
from tiny_logs import no_sources, search, write_network_audit, write_portal

import investigate as inv
from investigate import engine
from investigate.counts import count_searches
from investigate.errors import UnknownValue
from investigate.reasons.classify import RULES_VERSION, SCOPES, classify_reason
from investigate.reasons.rivals import (
    BadRules,
    Rival,
    fit_to_show,
    load_rivals,
    lower,
    matched_places,
    pattern_of,
    rival_rules,
    takes,
)
from investigate.rivals import compare_rivals, rival_differences, rival_words_by_agency, rivals_by_agency
from investigate.sections.rivals import SEVERAL, SEVERAL_RULES, _why, show_rivals
from investigate.show import Report
from investigate.tables import Tables

RULES = {rule.id: rule for rule in rival_rules().rules}
OWNER, SECOND = "Mossgate IL PD", "Pinewater IL SO"
NUMBERS = ["immigration_related", "gained", "lost"]
# Words that say nothing more than another word of the same rule does: as published all the same.
SAID_TWICE = {
    ("flock-flag", "US border patrol"),
    ("flock-flag", "homeland security investigations"),
    ("ct-insider-words", "ICE-assist"),
    ("ct-insider-substrings", "ICE-assist"),
    ("stow-ma", "drugs/immigration violation"),
}


def takes_example(rule: Rival, example: tuple[tuple[str, str], ...]) -> bool:
    texts = dict(example)
    names = ("reason", "case_number", "offense_type", "searching_agency")
    return takes(rule, *(texts.get(name) for name in names))


def modes_of(name: str) -> set[str]:
    return {mode for mode, _ in RULES[name].words}


# ---- each rule --------------------------------------------------------------------------------------------


def test_every_published_rule_is_there() -> None:
    assert set(RULES) == {
        "naive-substring", "plain-words", "suncoast-words", "suncoast-substrings", "st-louis-park-words",
        "st-louis-park-substrings", "flock-flag", "efele", "sm-alpr-dhs", "magpie-example", "lookout-santa-cruz",
        "ct-insider-words", "ct-insider-substrings", "aclu-new-mexico-words", "aclu-new-mexico-substrings", "stow-ma",
        "deflocknc", "flockwatch-removed",
    }  # fmt: skip
    assert {"404 Media", "VCIJ / WHRO"} <= {one.name for one in rival_rules().unpublished}
    assert not {one.name for one in rival_rules().unpublished} & {rule.name for rule in RULES.values()}


@pytest.mark.parametrize("name", RULES)
def test_rule_takes_its_examples_and_not_its_counter_examples(name: str) -> None:
    rule = RULES[name]
    assert len(rule.examples) >= 3
    assert len(rule.counter_examples) >= 2
    assert [takes_example(rule, one) for one in rule.examples] == [True] * len(rule.examples)
    assert [takes_example(rule, one) for one in rule.counter_examples] == [False] * len(rule.counter_examples)


@pytest.mark.parametrize(("name", "word"), [(rule.id, pair) for rule in RULES.values() for pair in rule.words], ids=str)
def test_dropping_any_word_is_caught_by_an_example(name: str, word: tuple[str, str]) -> None:
    rule = RULES[name]
    left = tuple(pair for pair in rule.words if pair != word)
    kept = dataclasses.replace(rule, words=left)
    is_caught = not left or not all(takes_example(kept, one) for one in rule.examples)
    assert is_caught != ((name, word[1]) in SAID_TWICE)


@pytest.mark.parametrize(("name", "word"), sorted(SAID_TWICE))
@given(before=st.text(max_size=6), behind=st.text(max_size=6))
def test_word_said_twice_changes_no_text(name: str, word: str, before: str, behind: str) -> None:
    rule = RULES[name]
    kept = dataclasses.replace(rule, words=tuple(pair for pair in rule.words if pair[1] != word))
    text = before + word + behind
    assert takes(rule, text) == takes(kept, text)


@pytest.mark.parametrize(
    ("name", "mode"),
    [(name, mode) for name in RULES for mode in ("substring", "word", "token") if {mode} != modes_of(name)],
)
def test_another_way_of_matching_is_caught_by_an_example(name: str, mode: str) -> None:
    """The edges of words are part of a rule: matched in another way it fails one of its own examples."""
    rule = RULES[name]
    other = dataclasses.replace(rule, words=tuple((mode, word) for _, word in rule.words), separators=" ")
    right = all(takes_example(other, one) for one in rule.examples)
    wrong = any(takes_example(other, one) for one in rule.counter_examples)
    assert wrong or not right


@given(st.text(alphabet="icehsd _-+/(),.'9é\u0130\u212a\n\xa0", max_size=30))
def test_word_has_no_letter_digit_or_underscore_beside_it(text: str) -> None:
    rule = RULES["ct-insider-words"]
    lowered = lower(text)
    edged = f" {lowered} "
    at = [place for place in range(len(lowered)) if lowered.startswith("ice", place)]
    word = [
        place for place in at if not {edged[place], edged[place + 4]} & set("abcdefghijklmnopqrstuvwxyz0123456789_")
    ]
    assert takes(rule, text) == bool(word)
    assert takes(RULES["ct-insider-substrings"], text) == bool(at)


@given(
    st.lists(st.sampled_from(["ice", "ICE", "dhs", "police", "ICE,", "x"]), max_size=5), st.sampled_from(" \t\n\xa0")
)
def test_token_equals_a_whole_piece_between_blanks(pieces: list[str], blank: str) -> None:
    assert takes(RULES["efele"], blank.join(pieces)) == any(piece.lower() in {"ice", "dhs"} for piece in pieces)


def test_rule_looks_at_its_own_columns_only_and_nothing_is_nothing() -> None:
    assert takes(RULES["efele"], None, "99 HSI")
    assert not takes(RULES["efele"], None, None, "HSI")
    assert not takes(RULES["flock-flag"], None, "HSI", "HSI")
    assert takes(RULES["plain-words"], None, None, "Immigration (criminal)")
    assert takes(RULES["deflocknc"], None, searching_agency="Mossgate Police")
    assert not takes(RULES["deflocknc"], "police", "police", "police")
    assert not any(takes(rule, None) for rule in RULES.values())
    # Columns are looked at each on its own: words do not run from one into the next.
    assert not takes(RULES["st-louis-park-words"], "border", None, "patrol")


def test_engine_and_python_read_every_rule_alike() -> None:
    draw = random.Random(7)
    signs = [
        "ice",
        "ICE",
        "hsi",
        "border",
        "patrol",
        " ",
        "  ",
        "\t",
        "\n",
        "+",
        "_",
        "/",
        "287(g)",
        "ﬁ",
        "é",
        "İ",
        "K",
        "9",
        "(",
        "'",
    ]
    words = [word for rule in RULES.values() for _, word in rule.words]
    texts = ["".join(draw.choices([*signs, *words], k=draw.randint(1, 5))) for _ in range(1500)]
    con: Backend = engine.connect()
    frame = con.create_table("texts", pd.DataFrame({"text": texts}))
    for rule in RULES.values():
        column = rule.columns[0]
        engine_says = frame.select(said=frame.text.lower().re_search(pattern_of(rule))).execute()["said"].tolist()
        assert engine_says == [takes_example(rule, ((column, text),)) for text in texts], rule.id
        places = [bool(matched_places(rule, text)) for text in texts]
        assert engine_says == places, rule.id


# The strings of the field's tiers A and of its spelling variants, and how many of them each rule was measured to take.
TIER_A = [
    "immigration",
    "illegal immigration",
    "immigration enforcement",
    "Immigration Violation",
    "Immigration Inv",
    "Immigration Investigation",
    "Immigration Status",
    "Immigration Warrant",
    "Immigration+",
    "Deportation",
    "Deportation Warrant",
    "deportee",
    "criminal alien",
    "locate alien",
    "Immigration (civil/administrative) - ",
    "Immigration (civil/administrative) - HSI",
    "ADMINISTRATIVE SPOUSE OF TARGET",
]
VARIANTS = [
    "deportation",
    "immigrant",
    "immigrants",
    "illegal aliens",
    "USBP",
    "H.S.I.",
    "I.C.E.",
    "ICE_ERO",
    "HSI25-9999",
    "287-g",
    "287(g)",
    "detainer",
    "8 USC 1326",
    "imigration",
    "borderpatrol",
    "ICE+ERO",
    "ICE/HSI",
    "ICE,",
    "Immigration,",
]


@pytest.mark.parametrize(
    ("name", "tier_a", "variants"),
    [
        ("naive-substring", 14, 10), ("plain-words", 11, 5), ("suncoast-words", 11, 4), ("suncoast-substrings", 11, 5),
        ("st-louis-park-words", 13, 5), ("st-louis-park-substrings", 13, 7), ("flock-flag", 13, 9), ("efele", 10, 0),
        ("sm-alpr-dhs", 1, 3), ("magpie-example", 13, 5), ("lookout-santa-cruz", 11, 4),
    ],
)  # fmt: skip
def test_rule_takes_as_many_listed_strings_as_was_measured(name: str, tier_a: int, variants: int) -> None:
    assert (len(TIER_A), len(VARIANTS)) == (17, 19)
    assert sum(takes(RULES[name], text) for text in TIER_A) == tier_a
    assert sum(takes(RULES[name], text) for text in VARIANTS) == variants


# ---- the file ---------------------------------------------------------------------------------------------

ENTRY = """
everyday = ["office"]
[[rival]]
id = "one"
name = "One"
source = "a test"
date = "2025-05"
columns = ["reason"]
words.word = ["ice", "ero"]
note = "None."
examples = ["ICE", "ero", "ice hold"]
counter_examples = ["police", "hero"]
[[unpublished]]
name = "Nobody"
date = "unknown"
known = "Nothing."
"""


def test_file_with_one_entry_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rivals.toml"
    path.write_text(ENTRY, encoding="utf-8")
    read = load_rivals(path)
    assert [rule.words for rule in read.rules] == [(("word", "ice"), ("word", "ero"))]
    assert [one.known for one in read.unpublished] == ["Nothing."]
    assert read.everyday == {"office"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "one"', 'id = "ours"', "id is lower-case letters"),
        ('id = "one"', 'id = "One"', "id is lower-case letters"),
        ('name = "One"', "name = 1", "name is 1; it must be a text"),
        ('source = "a test"', "", "source is None"),
        ('date = "2025-05"', 'date = "May 2025"', "date 'May 2025' is neither"),
        ('date = "unknown"', 'date = "2025-13"', "'Nobody': date '2025-13' is neither"),
        ('["reason"]', '["plate"]', "column 'plate' is not known. Allowed: reason,"),
        ('["reason"]', "[]", "columns is []"),
        ("words.word", "words.regex", "mode of words 'regex' is not known"),
        ('words.word = ["ice", "ero"]', 'words = ["ice"]', "Give words.<mode>"),
        ('["ice", "ero"]', '["ice", "ICE"]', "'ice' stands twice"),
        ('["ice", "ero"]', '["ice", "ero "]', "'ero ' in words.word can never match"),
        ('["ice", "ero"]', '["ice", "éro"]', "can never match"),
        ('["ice", "ero"]', '["ice", ""]', "it must be a list of texts"),
        ("words.word", "words.token", "separators is ''"),
        ('note = "None."', 'note = "None."\nseparators = ","', "separators is ','"),
        ('note = "None."', 'note = "None."\nblanks = "many"', "blanks 'many' is not known. Allowed: one, some"),
        ('note = "None."', 'note = "None."\nword = ["hsi"]', "field 'word' is not known"),
        ('"ICE", "ero", "ice hold"', '"ICE", "ero"', "at least 3 are needed"),
        ('"police", "hero"', '"police"', "at least 2 are needed"),
        ('"ICE", "ero", "ice hold"', '"ICE", "ero", "hsi"', "'one': it misses its example 'hsi'"),
        ('"police", "hero"', '"police", "ICE"', "'one': it takes its counter-example 'ICE'"),
        ('"police", "hero"', '"police", { plate = "x" }', "column 'plate' is not known"),
        ('"police", "hero"', '"police", 3', "neither a text nor"),
        ("[[unpublished]]", "[unpublished]", "Write each entry under a line [[unpublished]]"),
        ('known = "Nothing."', 'known = ""', "'Nobody': known is ''"),
        ("everyday", "every_day", "field 'every_day' is not known"),
        ("[[rival]]", "[[rival]", "cannot be read"),
    ],
)
def test_wrong_entry_is_refused_by_name_with_what_to_mend(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = tmp_path / "rivals.toml"
    assert old in ENTRY
    path.write_text(ENTRY.replace(old, new), encoding="utf-8")
    with pytest.raises(BadRules) as refused:
        load_rivals(path)
    assert says in str(refused.value)
    assert "rivals.toml" in str(refused.value)


def test_entry_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rivals.toml"
    entry = ENTRY[ENTRY.index("[[rival]]") : ENTRY.index("[[unpublished]]")]
    path.write_text(ENTRY + entry, encoding="utf-8")
    with pytest.raises(BadRules, match="'one' stands twice"):
        load_rivals(path)


# ---- what may be shown ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "text", "shown"),
    [
        ("naive-substring", "Quillice burglary", "…ice burglary"),  # a name around the match stays hidden
        ("naive-substring", "office hold for Quillon", "office hold for …"),
        (
            "naive-substring",
            "Obstructing the Police (Fleeing/Eluding) - Quillon",
            "Obstructing the Police (Fleeing/Eluding) - …",
        ),
        ("naive-substring", "ICE287 Quillon", "ICE…"),  # digits beside it may be a plate
        ("naive-substring", "Crystal Foster, police report", "…, police report"),  # words of rules, but names here
        ("naive-substring", "Jack Justice - police", "…ice - police"),
        ("naive-substring", "plate 187 police", "plate … police"),
        ("naive-substring", "Amber Hill Maurice Fields", "…ice …"),
        ("naive-substring", "pol\u202eice \u200b<b>police</b>\x1b hold", "police police hold"),
        ("naive-substring", "12 Border St ICE", "… Border St ICE"),
        ("plain-words", "HSI Quillon 25-0012 narcotics", "HSI … narcotics"),
        ("efele", "Marshall Quillon", "Marshall …"),
    ],
)
def test_shown_text_holds_known_words_and_what_matched(rule: str, text: str, shown: str) -> None:
    assert fit_to_show(text, matched_places(RULES[rule], text)) == shown


@given(st.text(alphabet="iceQz9 -/", max_size=40), st.sampled_from(sorted(RULES)))
def test_shown_text_brings_no_unknown_word_and_no_number_out(around: str, name: str) -> None:
    text = f"Zanquillor {around} ICE border 4471 Zanquillor"
    shown = fit_to_show(text, matched_places(RULES[name], text))
    assert "quill" not in shown.lower()
    assert not any(sign.isdigit() for sign in shown)


def test_of_a_long_text_only_what_stands_near_the_match_is_shown() -> None:
    text = "burglary " * 200 + "ICE " + "robbery " * 200
    shown = fit_to_show(text, matched_places(RULES["plain-words"], text))
    assert "ICE" in shown
    assert len(shown) < 200
    assert shown.startswith("…")
    assert shown.endswith("…")


# ---- a log counted by eye ---------------------------------------------------------------------------------

AGENCIES = {"police": "Ashmoor Police", "pd": "Ashmoor IL PD"}
# Each search with its reason. Ours (standard): s1, s2, s3, s8.
REASONS = {
    "s1": "ICE",
    "s2": "Immigration, Quillon",
    "s3": "ICE+ERO",
    "s4": "HSI",
    "s5": "Obstructing the Police (Fleeing/Eluding) - ",
    "s6": "office hold",
    "s7": "US Marshals",
    "s8": "deportee",
    "s9": "burglary",
    "s10": "",
}
TAKEN = {
    "naive-substring": "s1 s2 s3 s4 s5 s6 s8",
    "plain-words": "s1 s2 s3 s4",
    "suncoast-words": "s1 s2 s3",
    "suncoast-substrings": "s1 s2 s3 s5 s6",
    "st-louis-park-words": "s1 s2 s3 s4",
    "st-louis-park-substrings": "s1 s2 s3 s4 s5 s6",
    "flock-flag": "s1 s2 s3 s4 s6",
    "efele": "s1 s4 s7",
    "sm-alpr-dhs": "s1 s3 s4",
    "magpie-example": "s1 s2 s3",
    "lookout-santa-cruz": "s1 s2 s3 s4",
    "ct-insider-words": "s1 s3",
    "ct-insider-substrings": "s1 s3 s5 s6",
    "aclu-new-mexico-words": "s1 s2 s3",
    "aclu-new-mexico-substrings": "s1 s2 s3 s5 s6",
    "stow-ma": "",
    "deflocknc": "s9 s10",
    "flockwatch-removed": "s4",
}
OURS = {"s1", "s2", "s3", "s8"}


def rows_by_eye(seed: int | None = None) -> list[dict[str, Any]]:
    """Twelve rows of ten searches: s1 stands in three rows, in one of them with its reason taken out."""
    rows = [
        search(f"2025-03-{day:02}T12:00:00", reason, AGENCIES["police" if key in {"s9", "s10"} else "pd"], id=key)
        for day, (key, reason) in enumerate(REASONS.items(), start=1)
    ]
    rows += [rows[0], rows[0] | {"reason": "***"}]
    if seed is not None:
        random.Random(seed).shuffle(rows)
    return rows


def load(root: Path, owners: dict[str, list[dict[str, Any]]]) -> Tables:
    for owner, rows in owners.items():
        write_network_audit(root / "logs", owner, rows)
    report = inv.load_lookup_logs([root / "logs"], workspace=root)
    assert (report["status"] == "loaded").all(), report["refused_because"].tolist()
    return inv.open_tables(root)


@pytest.fixture(scope="module")
def by_eye(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Ten searches in the log of one owner; four of them, s3 to s6, in the log of another one too."""
    rows = rows_by_eye()
    return load(tmp_path_factory.mktemp("rivals"), {OWNER: rows, SECOND: rows[2:6]})


def expected(searches: set[str]) -> list[tuple[str, int, int, int]]:
    ours = OURS & searches
    said = [("ours", len(ours), 0, 0)]
    for rule, listed in TAKEN.items():
        theirs = set(listed.split()) & searches
        said.append((rule, len(theirs), len(theirs - ours), len(ours - theirs)))
    return said


def numbers(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame[["rule", *NUMBERS]].to_numpy().tolist()]


def test_counts_of_every_rule_counted_by_eye(by_eye: Tables) -> None:
    found = compare_rivals(by_eye)
    assert list(found.columns) == ["rule", "name", "source", "date", *NUMBERS]
    assert numbers(found) == expected(set(REASONS))
    assert found.loc[0, "source"] == f"rules version {RULES_VERSION}"


def test_counts_of_one_agency_are_of_its_searches_alone(by_eye: Tables) -> None:
    second = {"s3", "s4", "s5", "s6"}
    assert numbers(compare_rivals(by_eye, SECOND, "owner")) == expected(second)
    assert numbers(compare_rivals(by_eye, "Ashmoor Police", "searcher")) == expected({"s9", "s10"})


def test_table_of_all_agencies_says_what_is_said_of_each_alone(by_eye: Tables) -> None:
    every = rivals_by_agency(by_eye)
    words = rival_words_by_agency(by_eye)
    assert set(zip(every["agency"], every["role"], strict=True)) == {
        (OWNER, "owner"), (SECOND, "owner"), ("Ashmoor IL PD", "searcher"), ("Ashmoor Police", "searcher")
    }  # fmt: skip
    for (agency, role), rows in every.groupby(["agency", "role"]):
        assert numbers(rows) == numbers(compare_rivals(by_eye, agency, role))
        mine = words[(words["agency"] == agency) & (words["role"] == role)].drop(columns=["agency", "role"])
        pd.testing.assert_frame_equal(mine.reset_index(drop=True), rival_differences(by_eye, agency, role))


def test_ours_is_the_standard_count(by_eye: Tables) -> None:
    counts = count_searches(workspace=by_eye)
    assert compare_rivals(by_eye).loc[0, "immigration_related"] == counts["immigration_related"].sum()


def test_texts_that_make_a_rule_differ_come_with_our_category_and_rows(by_eye: Tables) -> None:
    found = rival_differences(by_eye, rule="flock-flag")
    release = by_eye.releases.set_index("producer")["release"]
    assert list(found.columns) == ["rule", "direction", "text", "category", "our_rule", "searches", "rows"]
    said = [tuple(row)[1:6] for row in found.itertuples(index=False)]
    assert said == [
        ("gained", "HSI", "homeland", "hsi", 1),
        ("gained", "office hold", classify_reason("office hold").category, classify_reason("office hold").rule, 1),
        ("lost", "deportee", "immigration", classify_reason("deportee").rule, 1),
    ]
    rows = dict(zip(found["text"], found["rows"], strict=True))
    assert set(rows["HSI"].split()) == {f"{release[OWNER]}:5", f"{release[SECOND]}:3"}
    assert rows["deportee"] == f"{release[OWNER]}:9"


def test_rule_on_agency_names_shows_the_name_and_only_a_category_that_all_share(by_eye: Tables) -> None:
    found = rival_differences(by_eye, rule="deflocknc")
    gained = found[found["direction"] == "gained"]
    assert gained["text"].tolist() == ["Ashmoor Police"]
    assert gained["searches"].tolist() == [2]
    assert gained["category"].isna().all(), "burglary and blank: no one category"
    assert found.loc[found["direction"] == "lost", "searches"].sum() == len(OURS)


def test_differences_add_up_to_what_was_gained_and_lost(by_eye: Tables) -> None:
    counts = compare_rivals(by_eye).set_index("rule")
    found = rival_differences(by_eye, most=100)
    added = found.pivot_table(index="rule", columns="direction", values="searches", aggfunc="sum", fill_value=0)
    for rule in RULES:
        for direction in ("gained", "lost"):
            assert added[direction].get(rule, 0) == counts.loc[rule, direction], (rule, direction)


def test_most_texts_are_kept_by_searches_and_each_rule_has_its_own(by_eye: Tables) -> None:
    one = rival_differences(by_eye, most=1)
    every = rival_differences(by_eye, most=100)
    assert not one.duplicated(["rule", "direction"]).any()
    first = every.drop_duplicates(["rule", "direction"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(one, first)


def test_no_name_leaves_with_a_text(by_eye: Tables) -> None:
    assert not rival_words_by_agency(by_eye, most=100)["text"].str.contains("Quillon").any()


def test_unknown_rule_and_agency_are_told_with_the_nearest(by_eye: Tables) -> None:
    with pytest.raises(UnknownValue, match="'flock-flag'"):
        rival_differences(by_eye, rule="flock_flag")
    with pytest.raises(UnknownValue, match="Mossgate IL PD"):
        compare_rivals(by_eye, "Mossgate PD", "owner")


@pytest.mark.parametrize("seed", [1, 2])
def test_order_of_rows_changes_no_number_and_no_text(tmp_path: Path, by_eye: Tables, seed: int) -> None:
    rows = rows_by_eye(seed)
    in_second = [row for row in rows_by_eye(seed) if row["id"] in {"s3", "s4", "s5", "s6"}]
    shuffled = load(tmp_path, {OWNER: rows, SECOND: in_second})
    pd.testing.assert_frame_equal(compare_rivals(shuffled), compare_rivals(by_eye))
    kept = ["rule", "direction", "text", "category", "our_rule", "searches"]
    pd.testing.assert_frame_equal(rival_differences(shuffled)[kept], rival_differences(by_eye)[kept])


def test_search_counts_once_whichever_of_its_rows_is_taken(tmp_path: Path) -> None:
    """One search: one owner's log shows ICE, the other's shows HSI. Ours takes it, and so does every rule on either."""
    row = search("2025-03-01T12:00:00", "ICE", id="same")
    tables = load(tmp_path, {OWNER: [row], SECOND: [row | {"reason": "HSI"}]})
    counts = {rule: tuple(rest) for rule, *rest in numbers(compare_rivals(tables))}
    assert counts["flockwatch-removed"] == (1, 0, 0)
    assert counts["magpie-example"] == (1, 0, 0)
    assert counts["stow-ma"] == (0, 0, 1)
    at_second = {rule: tuple(rest) for rule, *rest in numbers(compare_rivals(tables, SECOND, "owner"))}
    assert at_second["flockwatch-removed"] == (1, 1, 0)


def test_count_is_ours_and_gained_without_lost_for_every_agency(sample_rivals: pd.DataFrame) -> None:
    every = sample_rivals.dropna(subset=NUMBERS)
    keys = ["agency", "role"]
    ours = every[every["rule"] == "ours"].set_index(keys)["immigration_related"].rename("ours")
    beside = every.join(ours, on=keys)
    assert len(beside) > 500
    assert (beside["immigration_related"] == beside["ours"].fillna(0) + beside["gained"] - beside["lost"]).all()
    assert (beside[NUMBERS] >= 0).all(axis=None)
    assert beside["gained"].gt(0).any()
    assert beside["lost"].gt(0).any()


@pytest.fixture(scope="module")
def sample_tables(sample_workspace: Path) -> Tables:
    return inv.open_tables(sample_workspace)


@pytest.fixture(scope="module")
def sample_rivals(sample_tables: Tables) -> pd.DataFrame:
    return rivals_by_agency(sample_tables)


def test_searchers_of_the_sample_add_up_to_the_whole(sample_rivals: pd.DataFrame, sample_tables: Tables) -> None:
    """A search has one searching agency, so their counts are the parts of the whole."""
    every = sample_rivals
    added = every[every["role"] == "searcher"].groupby("rule")[NUMBERS].sum()
    whole = compare_rivals(sample_tables).set_index("rule")[NUMBERS]
    pd.testing.assert_frame_equal(added.loc[whole.index].astype("int64"), whole.astype("int64"), check_names=False)


def test_rules_read_in_python_give_the_same_counts(sample_tables: Tables) -> None:
    columns = ["search_key", "reason", "case_text", "offense_type", "searching_agency", "category"]
    texts = sample_tables.reasons.select("reason_id", "reason", "case_text", "offense_type")
    rows = sample_tables.searches.join(texts, "reason_id").select(*columns).execute()
    rows = rows.astype(object).where(rows.notna(), None)
    ours = set(rows.loc[rows["category"].isin(SCOPES["standard"]), "search_key"])
    counts = compare_rivals(sample_tables).set_index("rule")
    for rule in RULES.values():
        is_taken = [takes(rule, *row[1:5]) for row in rows[columns].itertuples(index=False)]
        theirs = set(rows.loc[is_taken, "search_key"])
        assert counts.loc[rule.id, NUMBERS].tolist() == [len(theirs), len(theirs - ours), len(ours - theirs)], rule.id


# ---- what cannot be known, and what is shown --------------------------------------------------------------


@pytest.fixture(scope="module")
def without_reasons(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    root = tmp_path_factory.mktemp("without")
    write_portal(root / "logs" / "eastmere-ca-pd", [search("2025-04-01T12:00:00", "")], with_reason=False)
    inv.load_lookup_logs(root / "logs", workspace=root)
    return inv.open_tables(root)


def test_log_without_reasons_has_no_count_and_not_zero(without_reasons: Tables) -> None:
    found = compare_rivals(without_reasons).set_index("rule")
    reading = found.drop("deflocknc")
    assert reading[NUMBERS].isna().all(axis=None)
    by_name = found.loc["deflocknc", NUMBERS]
    assert by_name["immigration_related"] == 0, "a name can be read where no reason can"
    assert by_name[["gained", "lost"]].isna().all(), "ours is not known, so that nothing can be gained or lost"
    assert rival_differences(without_reasons).empty


def report_of(tables: Tables, agency: str) -> Report:
    counts, words = rivals_by_agency(tables), rival_words_by_agency(tables)
    mine = {"rivals": counts[counts["agency"] == agency], "rival_words": words[words["agency"] == agency]}
    roles = [role for role in ("owner", "searcher") if role in set(mine["rivals"]["role"])]
    return Report(SimpleNamespace(sources=no_sources(), agency=agency, **mine), tuple(roles))  # type: ignore[arg-type]


def test_section_says_range_counts_and_rows(by_eye: Tables) -> None:
    text = show_rivals(report_of(by_eye, OWNER)).text
    first = text.splitlines()[0]
    assert "the least is 0 immigration-related searches of the cameras of Mossgate IL PD (Stow MA" in first
    assert "the most 6 (St. Louis Park report, read as substrings)" in first
    assert "Left out of this: Naive substring (no single publication), 7; Plain word list" in first
    assert "sm-alpr, DHS group (not made to count immigration), 3; FlockWatch, a rule since removed (" in first
    assert f"Ours, the standard scope of rules version {RULES_VERSION}, counts 4." in first
    assert "DeflockNC reads not the reason but the name of the searching agency, and takes 2 searches." in first
    assert "Enforcement and Removal" in text or "Homeland Security Investigations" in text, "the reason of our rule"
    assert "404 Media" in text
    assert "several" in text


def test_section_calls_no_rule_wrong_and_shows_the_same_in_both_forms(by_eye: Tables) -> None:
    shown = show_rivals(report_of(by_eye, OWNER))
    said = shown.text.replace("No rule is right or wrong by its number.", "").lower()
    assert not [word for word in ("wrong", "mistake", "error", "false positive", "misses") if word in said]
    for rule in RULES.values():
        assert rule.name in shown.text
        assert rule.name in shown.html
    assert "Quillon" not in shown.html


def test_section_says_when_no_rule_differs(tmp_path: Path) -> None:
    tables = load(tmp_path, {OWNER: [search("2025-03-01T12:00:00", "burglary")]})
    first = show_rivals(report_of(tables, OWNER)).text.splitlines()[0]
    assert first.startswith("None of them differs: each of 13 published rules")
    assert "the same 0 immigration-related searches of the cameras of Mossgate IL PD as ours" in first


def test_section_says_when_no_reason_can_be_read(without_reasons: Tables) -> None:
    text = show_rivals(report_of(without_reasons, "Eastmere CA PD")).text
    assert text.startswith("No reason of the searches by Eastmere CA PD can be read")
    assert "not known" in text


def test_section_of_an_agency_without_searches() -> None:
    empty = pd.DataFrame(columns=["role", "rule", *NUMBERS])
    report = Report(SimpleNamespace(sources=no_sources(), agency=OWNER, rivals=empty, rival_words=empty), ("owner",))  # type: ignore[arg-type]
    assert show_rivals(report).text == "The files hold no searches to count."


def test_where_no_reason_was_read_a_rule_on_names_counts_and_nothing_is_gained(tmp_path: Path) -> None:
    write_portal(
        tmp_path / "logs" / "eastmere-ca-police-department", [search("2025-04-01T12:00:00", "")], with_reason=False
    )
    inv.load_lookup_logs(tmp_path / "logs", workspace=tmp_path)
    tables = inv.open_tables(tmp_path)
    every = rivals_by_agency(tables)
    by_name = every[every["rule"] == "deflocknc"]
    assert by_name["immigration_related"].tolist() == [1]
    assert by_name[["gained", "lost"]].isna().all(axis=None)
    assert rival_words_by_agency(tables).empty
    text = show_rivals(report_of(tables, by_name["agency"].iloc[0])).text
    assert "takes 1 search." in text
    assert "Left out" not in text


def test_several_rules_of_ours_with_one_category_are_not_several_categories() -> None:
    assert _why(None, None) == SEVERAL
    assert _why(None, "immigration") == SEVERAL_RULES
    assert "categories" not in SEVERAL_RULES


def test_why_a_rule_is_left_out_of_the_range_is_said_in_the_file(tmp_path: Path) -> None:
    assert {rule.id for rule in RULES.values() if rule.left_out} == {
        "naive-substring", "plain-words", "sm-alpr-dhs", "flockwatch-removed",
    }  # fmt: skip
    path = tmp_path / "rivals.toml"
    path.write_text(ENTRY.replace('note = "None."', 'note = "None."\nleft_out = ""'), encoding="utf-8")
    with pytest.raises(BadRules, match="left_out is ''"):
        load_rivals(path)


def test_no_control_or_direction_character_reaches_the_page(tmp_path: Path) -> None:
    rows = [
        search("2025-03-01T12:00:00", "police\u202e hold\u200b", "Ash\u202emoor Police"),
        search("2025-03-02T12:00:00", "ICE\u202ehold", "Ash\u202emoor Police"),
    ]
    tables = load(tmp_path, {OWNER: rows})
    for agency in set(rivals_by_agency(tables)["agency"]):
        shown = show_rivals(report_of(tables, agency))
        assert not [sign for sign in shown.html + shown.text if unicodedata.category(sign) == "Cf"]


def test_names_are_escaped_on_the_page(tmp_path: Path) -> None:
    rows = [search("2025-03-01T12:00:00", "burglary", "<b>Ashmoor</b> Police")]
    tables = load(tmp_path, {OWNER: rows})
    shown = show_rivals(report_of(tables, OWNER))
    assert "&lt;b&gt;Ashmoor&lt;/b&gt; Police" in shown.html
    assert "<b>" not in shown.html


# ---- the released files -----------------------------------------------------------------------------------

MEASURED = {  # first day of the log → searches under: naive, substrings (Suncoast / St. Louis Park), words, Magpie
    "2025-01": (0, 0, 0, 0, 0),
    "2025-02": (0, 0, 0, 0, 0),
    "2025-06": (1, 0, 0, 0, 0),
    "2025-07": (2, 2, 2, 0, 0),
    "2025-09": (1, 0, 1, 1, 0),
    "2025-12": (187, 184, 184, 0, 0),
    "2026-02": (202, 202, 202, 0, 0),
}
WORD_RULES = ("plain-words", "st-louis-park-words", "flock-flag", "efele", "sm-alpr-dhs", "lookout-santa-cruz")
STRICT_RULES = ("suncoast-words", "magpie-example")


def load_released(folder: Path, root: Path) -> Tables:
    inv.load_lookup_logs([folder], workspace=root)
    return inv.open_tables(root)


def counts_of(tables: Tables) -> dict[str, int]:
    counts = compare_rivals(tables)
    return dict(zip(counts["rule"], counts["immigration_related"], strict=True))


@pytest.mark.released
def test_monthly_logs_give_the_measured_counts(released: Path, tmp_path: Path) -> None:
    logs = sorted((released / "logs" / "champaign-il-pd").iterdir())
    assert len(logs) == 7
    found = {}
    for number, path in enumerate(logs):
        tables = load_released(path, tmp_path / str(number))
        counts = counts_of(tables)
        month = tables.searches.local_date.min().execute().strftime("%Y-%m")
        words, strict = {counts[rule] for rule in WORD_RULES}, {counts[rule] for rule in STRICT_RULES}
        assert len(words) == len(strict) == 1
        found[month] = (
            counts["naive-substring"],
            counts["suncoast-substrings"],
            counts["st-louis-park-substrings"],
            *words,
            *strict,
        )
        assert counts["ours"] == 0
    assert found == MEASURED


@pytest.mark.released
def test_portals_give_the_measured_counts(released: Path, tmp_path: Path) -> None:
    tables = load_released(released / "logs" / "portals", tmp_path)
    assert tables.searches.search_key.nunique().execute() == 16_198
    counts = counts_of(tables)
    substrings = ("naive-substring", "suncoast-substrings", "st-louis-park-substrings")
    assert [counts[rule] for rule in substrings] == [64, 64, 64]
    assert [counts[rule] for rule in (*WORD_RULES, *STRICT_RULES, "ours")] == [0] * 9
