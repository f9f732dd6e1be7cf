"""Scrubbing: what may leave the workspace stays readable, and nothing else does. Every name and number is invented."""

from __future__ import annotations

import gzip
import hashlib
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investigate.plain_words import (
    KEPT_THOUGH_NAMES,
    POLICE_WORDS,
    STATE_WORDS,
    STATES_OF_TWO_WORDS,
    WORDS_FILE,
    WORDS_SHA256,
    plain_words,
)
from investigate.reasons.classify import SCOPES, classify_reason
from investigate.reasons.dropdown import split_dropdown
from investigate.reasons.folding import fold
from investigate.reasons.pattern_words import words_of_pattern
from investigate.reasons.rulebook import rulebook
from investigate.reasons.vocabulary import known_words_only
from investigate.scrub import PLACEHOLDERS, scrub

# Marked {…}: must be gone. Everything else in the line must stay, in its order.
POISONED = """
ICE warrant {Delgado}
ICE {26-00419} {Delgado}
{Kowalczyk} ICE hold
ICE/ERO assist, subj {Marisol} {Vandersloop}
ERO assist {Okonkwo}, {Chidi}
HSI {4471}
HSI{25}-{00417}
hsi assist {QZX7731}
HSI case {HS25QZ19HS0042} warrant
HSI req - {ZZ9PLATE}
ICE detainer plate {8QZX442}
ICE detainer plate {QZX} {4471}
ICE plate: {LUVBUG}
ICE plate: {FREEDOM}
stolen tag# {CAMERA}
{2} HSI at {Elm} St
HSI {Hector} {Park}
warrant {Land}, {Marisol}
immigration - {John} {Smith}
immigration hold {John} {Q}. {Smith} {01/02/1985}
immigration DOB {1985-02-01}
immigration violation DOB {2/1/85} male
deportation of {Hernandez-Ruiz}
deportation warrant {Nguyen}
Deportation order {A212345678}
removal order {A# 212 345 678}
removal order {A-212-345-678}
alien {Gonzalez}, {Maria}
locate alien {Juan} {Perez}
locate alien {O'Brien}'s
criminal alien {J}. {A}. {Castro}
illegal alien {José} {Núñez}
illegal alien in {Mossgate}
undocumented driver {Wojtowicz}
CBP {Quillon} case # {77-3019-448}
CBP assist {(555) 555-0123}
CBP assist {555-555-0123}
CBP assist call {555.555.0123}
CBP assist {+1 555 555 0123}
CBP agent {Park}
Border Patrol {ferreira@example.com}
Border Patrol agent {Tran}
Border Patrol {agent.q.zed@mail.example.org}
USBP {J.T.} {Rourke}
USCIS fraud {Petrov}
287(g) {Abernathy}
287(g) {4411}
8 USC 1326 {Cardenas}
8 U.S.C. § 1326(a) {Cardenas} {25-CR-00171}
8 USC 1325 / {2025-000417}
Title 8 {Lindqvist}
I-247 detainer {Achebe}
I.C.E. {Larsson}
I.C.E. hold MN-{4471}
H.S.I. {Moreau} narcotics
H S I {Moreau}
ICE+ERO {Dubois}
ICE_ERO {Dubois}
ICE - {1204 Alder Ct}
ICE warrant at {4471 N Quarry Hollow Rd}
ICE {77 Elm Street apt 4}
hsi narcs {12 W 5th Ave}
HSI stolen veh VIN {1HGZZ82633A004352}
HSI fraud SSN {900-55-0123}
HSI fraud ssn {900550123}
HSI ICAC tip {90055}
dhs {Osei}
DHS homeland {Bianchi}
Homeland Security {Bianchi} {MCI}{22419}
imigration {Fitzgerald}
immigraton hold {Popescu}
deportaion {Popescu}
homland security {Ivanova}
migra {Villalobos}
indocumentado {Villalobos}
inmigración {Ibáñez}
Immigration (civil/administrative) - {Haddad}
Immigration (civil/administrative) - HSI {Haddad} {25-1}
Immigration (criminal) - assist ICE {Rasmussen}
Wanted Person (Arrest Warrant/Fugitive) - ICE {Kaminski}
Motor Vehicle Theft/Stolen, Homicide/Death Investigation - {Kaminski} {24-00117}
burglary {Thornbury}
burglary suspect {Brown}
burglary susp {Rose} {Grant}
robbery {May} {Black}
robbery {Hunter} {Green}
stolen veh {Rich} {White}
stolen vehicle {4QZX117}
stolen {Honda} {QZX} {117}
susp {William}
susp {Virginia}
susp {Georgia} {Washington}
wanted {Joy} {Hill}
wanted person {Crystal} {Page}
warrant {Amber} {Foster}
warrant {Ashley} {Snow}
warrant {Jack} {Bond}
missing {Faith}
missing juvenile {Destiny}
missing juv {Kaylee} {Zimmermann} {14}
welfare check {Eleanor}
welfare check {88 Orchard Ln}
hit and run {23-117}
hit and run TX plate {QZX-4471}
shots fired {14:35}
shots fired {Jan 5 2026}
shots fired {5 March 2026}
theft from {Walgreens}
theft {Walgreens@9}
domestic {Abdullahi}
domestic, Det. {House}
domestic per Sgt. {Cash}
homicide officer {Van} {Houten}
homicide ref Ofc {Blyleven}
kidnapping {Oyelaran}
assault {Yamaguchi} ICE{4471}
assault plate {459PC}
{25-0012}
{0012}
{QZX7731}
{Vandersloop}
{Delgado} {Delgado} {Delgado}
{Marisol}'s car
case {187}
tag {187}
report # {415}
{187} {Delgado}
ICE {187-22}
ＩＣＥ {Ｄｅｌｇａｄｏ}
ICE {Дельгадо}
ICE {王小明}
ICE {Delgado}\u200b{Ruiz}
ICE {Del\u00adgado}
ICE\u202e {odagleD}
ICE\x00{Delgado}
<b>ICE</b> {Delgado}
<a href="{Delgado}">ICE</a>
ICE &amp; ERO {Delgado}
ICE&nbsp;hold {Delgado}
ICE @{quillon_z}
ICE {https}://{mossgate}.org/{77}
ICE "{Delgado}"
=ICE {Delgado}
FBI {Strand} ICE
FBI/{Strand}/HSI
black ice {Novak}
LP {RACER}
lic {KILLER}
lp {GOLFER} HSI
plate {287K}
plate {287-G}
plate {287} {K}
plates {8 USC 1326}
tag number {HUNTING}
plate TX {KILLER}
license plate reader hit
stolen plate, ICE license plate check
plate ICE {25-0012}
{Romero} {Driver} DOB
suspect {Guillermo} {Walker}
{GUILLERMO} {JUDGE} ICE hold
{guillermo} {case} HSI
victim {Kitchen}, {Guillermo}
{Chance} {Case}
{Forest} {Street}
{Marisol}-{Walker} ICE
{Rico} {Mule}
Assist {Ashmoor} Police Department
assist {Fernwick} City Police
{Madison} Police HSI
RICO case HSI
{Juan} border patrol
{Jose} {Border} ICE
{Guillermo} in custody
wanted person {Guillermo}
police {Grant} {Page}
{Crystal} {Foster}, police report
ICE impersonation {Novak}
amber alert HSI {Novak}
green card fraud {Novak}
foster care DHS {Novak}
""".strip().splitlines()
HIDDEN = re.compile(r"\{([^{}]*)\}")
LAW = re.compile(
    r"287 ?-? ?\(?[a-z]\)?|[0-9]{1,2} ?u\.? ?s\.? ?c\.?.{0,12}?[0-9]{3,4}|i ?-? ?(200|205|247)|132[4-8]/132[4-8]",
    re.IGNORECASE,
)
PENAL = re.compile(r"([0-9]{3,5})(?:\.[0-9])?(?:\([a-z0-9]\))* ?(?:pc|vc|cvc)\b", re.IGNORECASE)
CODES_OF_CRIMES = re.compile(r"(?<![0-9])[0-9]{3,5}(?![0-9])")
PIECES = [
    "ICE", "HSI", "ERO", "CBP", "immigration", "287(g)", "8", "USC", "1326", "susp", "plate", "plate:", "Delgado",
    "Park", "Det.", "May", "187", "459", "459PC", "245(a)(2)PC", "<b>", "&amp;", "Jan 5", "12 Oak St", "a@b.co",
    "555-555-0123", "I.C.E.", "h s i", "[word]", "[number]", "[", "]",
    "Ã©", "§", "black", "ice", "green", "card", "'s", "west virginia",
]  # fmt: skip
REASONS = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.text(max_size=8),
        st.integers(0, 10**12).map(str),
        st.text("ABCxyz0189-/. '", max_size=9),
    ),
    max_size=9,
).flatmap(lambda parts: st.sampled_from([" ", "", "-", "/", ". "]).map(lambda sign: sign.join(parts)))  # fmt: skip


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def kept_of(scrubbed: str) -> str:
    for placeholder in PLACEHOLDERS:
        scrubbed = scrubbed.replace(placeholder, " ")
    return scrubbed


def test_there_are_at_least_120_poisoned_lines() -> None:
    assert len(set(POISONED)) == len(POISONED) >= 120


@pytest.mark.parametrize("line", POISONED)
def test_every_marked_token_is_gone_and_every_other_word_is_kept(line: str) -> None:
    text = line.encode("raw_unicode_escape").decode("unicode_escape") if "\\" in line else line
    shown = scrub(text.replace("{", "").replace("}", ""))
    marked = {word.casefold() for token in HIDDEN.findall(text) for word in words_of(token)}
    open_words = words_of(kept_of(shown))
    assert not marked & {word.casefold() for word in open_words}, shown
    expected = HIDDEN.sub(" ", re.sub(r"</?[a-z]+(?: href=\"[^\"]*\")?>|&amp;|&nbsp;|'s\b", " ", text))
    assert [word.lower() for word in open_words] == [
        word.lower() for word in words_of(expected.replace("ＩＣＥ", "ICE"))
    ], shown


def test_what_each_placeholder_means_is_said_in_one_reason() -> None:
    shown = scrub(
        "ICE 26-1 QZX7731 Zyxqu HSI Delgado a.b@example.com 555-555-0123 1/2/1985 44 Alder Rd 000-12-3456 A012345678 "
        "1HGZZ82633A004352 41.88113, -87.62994 plate QZX 7731 case 26-1"
    )
    assert shown == (
        "ICE [number] [code] [word] HSI [name] [email] [phone] [date] [address] [ssn] [a-number] "
        "[vin] [coordinates] plate [plate] case [case-number]"
    )
    assert set(re.findall(r"\[[a-z-]+\]", shown)) == set(PLACEHOLDERS)


def test_several_hidden_words_in_a_row_are_one() -> None:
    assert scrub("ICE Juan Pablo Delgado-Ruiz, Maria hold") == "ICE [name] hold"


@pytest.mark.parametrize(
    "text",
    ["ICE", "ICE+ERO", "ICE_ERO", "I.C.E.", "H.S.I.", "U.S.C.I.S.", "287(g)", "287-g", "8 USC 1326",
     "8 U.S.C. § 1326(a)",
     "Title 8", "Customs & Border Patrol", "Drugs/immigration violations", "Immigration (civil/administrative) - HSI",
     "HSI request - ongoing", "illegal re-entry", "imigration inv", "boarder patrol", "migración", "DHS 187",
     "487 - HSI",
     "459PC - HSI", "ICE 245(a)(2)PC", "1325/1326", "Obstructing the Police (Fleeing/Eluding)", "stolen veh",
     "susp veh in burg", "County IL SO", "West Virginia state police", "assist other agency", "hit and run"],
)  # fmt: skip
def test_wording_that_a_finding_rests_on_stays_to_the_letter(text: str) -> None:
    assert scrub(text) == text


def test_examples_of_all_rules_keep_their_category_when_scrubbed() -> None:
    lost = []
    for rule in rulebook().rules:
        for example in rule.examples:
            before = classify_reason(example).category
            if before in SCOPES["broad"] and classify_reason(scrub(example)).category != before:
                lost.append(rule.id)
    assert set(lost) == {"hsi-case-number"}, "a case number is hidden, and its shape with it"


def test_picked_values_stay_whole() -> None:
    for value, _ in rulebook().dropdown.values():
        shown = scrub(f"{value} - Delgado")
        assert split_dropdown(shown)[0] == (value,), shown


@settings(max_examples=400, deadline=None)
@given(REASONS)
def test_scrubbing_twice_changes_nothing_more(text: str) -> None:
    once = scrub(text)
    assert scrub(once) == once


@settings(max_examples=400, deadline=None)
@given(REASONS)
def test_no_word_outside_the_lists_and_no_longer_number_survives(text: str) -> None:
    shown = kept_of(scrub(text))
    assert shown.isprintable()
    assert "<" not in shown
    plain = plain_words().plain
    bare = PENAL.sub(r"\1 ", LAW.sub(" ", shown))
    for phrase in STATES_OF_TWO_WORDS:
        bare = re.sub(rf"\b{phrase}\b", " ", bare, flags=re.IGNORECASE)
    for word in re.findall(r"[^\W\d_]+", re.sub(r"['’][sS]\b", "", bare)):
        is_rules = known_words_only(word) == word
        assert word.lower() in plain or is_rules or len(word) == 1, (word, shown)
    for number in re.findall(r"[0-9]{3,}", bare):
        assert CODES_OF_CRIMES.fullmatch(number)
        assert known_words_only(number) == number


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1000, 10**9), st.sampled_from(["ICE {}", "{} ICE", "case {}", "A{}", "hsi-{}", "26-{}", "{}-A", "#{}"])
)
def test_no_long_number_survives_in_any_place(number: int, place: str) -> None:
    shown = scrub(place.format(number))
    assert not re.search(r"[0-9]", shown) or known_words_only(str(number)) == str(number)


def test_a_name_that_is_a_common_word_is_hidden_unless_the_rules_need_it() -> None:
    assert scrub("brown rose grant will may") == "[name]"
    assert scrub("susp Black on black ice") == "susp [name] on black ice"


def test_plain_text_comes_out_of_markup_and_control_characters() -> None:
    assert scrub("<script>ICE</script>\n\r\t\x07\u202eHSI\u2066\ud800") == "ICE HSI"
    assert scrub("ICE &amp;amp; ERO&#39;&lt;") == "ICE & ERO"
    assert scrub("") == scrub("\x00\u200b \n") == ""


def test_an_accent_hides_a_word_that_is_plain_without_it() -> None:
    assert scrub("HSI Sórt Añ migración suspect’s") == "HSI [word] migración suspect’s"


def test_every_surname_behind_or_before_a_given_name_is_hidden() -> None:
    for surname in KEPT_THOUGH_NAMES - {"ice", "police"}:
        assert scrub(f"Guillermo {surname.title()}") == "[name]", surname
        assert scrub(f"{surname.title()}, Guillermo") == "[name]", surname
    assert scrub("Guillermo ICE HSI ERO") == "[name] ICE HSI ERO"


HEAVY = [
    "1324/",
    "a.",
    "1-",
    "&amp;",
    "ICE Delgado 26-1 ",
    "8 usc 1326(a)",
    "Foster Home ",
    "lp tx ",
    "1 a b ",
    "<a ",
    ".",
]


@pytest.mark.parametrize("piece", HEAVY)
def test_twice_the_text_takes_about_twice_the_time(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece)) + "9"
        taken = []
        for _ in range(2):
            began = time.process_time()
            scrub(text)
            taken.append(time.process_time() - began)
        return min(taken)

    short, long = seconds(50_000), seconds(200_000)
    assert long < 9 * short + 0.1, "four times the text; time that grows with its square would be sixteen times"


def test_a_text_of_a_million_characters_takes_bounded_time() -> None:
    began = time.process_time()
    scrub("1324/" * 200_000 + "9")
    assert time.process_time() - began < 20


def test_shipped_list_is_the_one_that_is_stated_and_names_its_sources_and_licence() -> None:
    data = WORDS_FILE.read_bytes()
    assert hashlib.sha256(data).hexdigest() == WORDS_SHA256
    assert len(data) < 300_000
    head = gzip.decompress(data).decode().split("[words]")[0]
    for said in ("wamerican-small 2020.12.07-2", "names 0.3.0", "Kevin Atkinson", "hereby granted without fee", "MIT"):
        assert said in head


def test_frequent_names_are_not_on_the_list() -> None:
    plain = plain_words().plain
    for name in (
        "smith",
        "brown",
        "rose",
        "grant",
        "mark",
        "bill",
        "will",
        "may",
        "april",
        "young",
        "king",
        "hunter",
        "faith",
    ):
        assert name not in plain, name
    assert {"stolen", "vehicle", "suspect", "county", "so", "pd", "illinois"} <= plain
    assert not KEPT_THOUGH_NAMES & POLICE_WORDS
    assert all(word.isalpha() and word.islower() for word in KEPT_THOUGH_NAMES | POLICE_WORDS | STATE_WORDS)


def test_names_that_the_rules_would_read_as_a_misspelling_are_hidden() -> None:
    names = plain_words().names
    assert {"hoogland", "robbert", "textor", "delgado"} <= names
    literal = {word for rule in rulebook().rules for word in words_of_pattern(rule.pattern.pattern)}
    literal |= {word for value, _ in rulebook().dropdown.values() for word in fold(value).split()}
    shown = {name for name in names if scrub(f"vehicle {name}") != "vehicle [name]"}
    assert shown <= literal, sorted(shown - literal)[:9]
    assert not shown & plain_words().common
