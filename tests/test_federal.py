"""Federal bodies by name: every entry against its own examples, and against the names that were released."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from investigate.agencies.federal import BadFederal, federal_bodies, find_federal
from investigate.agencies.names import STATES

EXAMPLES = [(body.federal, name) for body in federal_bodies() for name in body.examples]
OTHERS = [(body.federal, name) for body in federal_bodies() for name in body.counter_examples]
IMMIGRATION = {"NTC", "Border Patrol", "ERO", "HSI", "USCIS", "CBP", "INS", "ICE", "DHS"}


@pytest.mark.parametrize(("federal", "name"), EXAMPLES, ids=lambda one: str(one)[:60])
def test_an_example_is_its_body(federal, name):
    assert find_federal(name) == federal


@pytest.mark.parametrize(("federal", "name"), OTHERS, ids=lambda one: str(one)[:60])
def test_a_counter_example_is_no_federal_body(federal, name):
    assert find_federal(name) is None


def test_every_body_has_examples_of_both_sorts_and_says_why():
    lacking = [
        body.federal.body for body in federal_bodies() if not (body.examples and body.counter_examples and body.why)
    ]
    assert lacking == []


def test_immigration_are_exactly_the_bodies_that_were_decided():
    assert {body.federal.body for body in federal_bodies() if body.federal.immigration} == IMMIGRATION


@pytest.mark.parametrize("state", [*STATES, *STATES.values()])
@pytest.mark.parametrize("name", ["{} Department of Homeland Security", "{} DHS", "DHS - {}", "{} Homeland Security"])
def test_the_department_of_a_state_is_not_the_federal_one(state, name):
    assert find_federal(name.format(state)) is None


def test_the_vendors_tag_is_taken_from_the_name_or_from_the_caller():
    assert find_federal("DHS Chicago") is None
    assert find_federal("DHS Chicago", tagged=True) == find_federal("DHS Chicago [Federal]") == find_federal("DHS")


def test_capitals_of_ice_count_but_not_where_everything_is_in_capitals():
    assert find_federal("Dallas-Area ICE").body == "ICE"
    assert find_federal("Dallas-Area Ice") is None
    assert find_federal("DALLAS-AREA ICE") is None


@pytest.mark.parametrize("body", ["ICE", "HSI", "CBP", "ERO", "USCIS", "Border Patrol", "US Customs", "US Immigration"])
@pytest.mark.parametrize(
    "words",
    ["{} Hotel", "{} Properties", "{} Security Services", "{} Healthcare Staffing", "{} Credit Union", "{} Council",
     "{} LLC", "Mossgate {}", "Mossgate {} Unit", "{} Mossgate Museum TN", "{} Foundation",
     "{} Emergency Dispatch", "{} TX PD"],
)  # fmt: skip
def test_short_forms_are_read_only_among_the_words_of_such_offices(body, words):
    assert find_federal(words.format(body)) is None


@pytest.mark.parametrize("body", ["ICE", "HSI", "CBP", "USCIS", "Border Patrol"])
@pytest.mark.parametrize(
    "words", ["{}", "{} - Mobile", "DHS {}", "US {}", "{} Field Office Dallas", "{} PD", "{} Police",
              "{} Hartford CT PD",             "{} (El Paso TX)", "North Carolina {} Office", "West Virginia - {}"],
)  # fmt: skip
def test_an_office_is_known_by_its_letters_with_its_city_or_state(body, words):
    found = find_federal(words.format(body))
    assert found is not None
    assert found.body == body


def test_who_was_decided_to_be_federal_is_the_body_that_the_name_says():
    for name, body in {"CBP Unit": "CBP", "Denver ICE Hotel": "ICE", "Mossgate CBP NC PD": "CBP"}.items():
        assert find_federal(name) is None
        assert find_federal(name, decided=True).body == body
    assert find_federal("Mossgate PD", decided=True) is None


@given(st.text(max_size=12))
def test_any_text_is_answered_and_a_local_agencys_words_never_make_an_immigration_body(text):
    found = find_federal(f"{text} County TX SO")
    assert found is None or not found.immigration


def test_a_hostile_name_is_answered_at_once():
    started = time.monotonic()
    for piece in (
        "us ",
        "dhs a ",
        "ice ",
        "[",
        "office of ",
        "a ",
        "washington ",
        "in ",
        "I.",
        "homeland security investigations ",
    ):
        find_federal(piece * 100_000)
        find_federal(f"ICE {piece * 60}x")
        find_federal(f"HSI {piece * 60}PD")
    assert time.monotonic() - started < 5


def _released_names(released: Path) -> set[str]:
    names = set()
    for file in ("agencies/flock_agency_names_2025-08.csv", "sharing/uiuc-il-networks-im-sharing.csv"):
        with (released / file).open(encoding="utf-8", newline="") as lines:
            names |= {row[0] for row in list(csv.reader(lines))[1:]}
    return names


def test_the_released_names_hold_these_federal_bodies_and_no_others(released):
    found = {name: find_federal(name) for name in _released_names(released)}
    assert {name: one.body for name, one in found.items() if one and one.immigration} == {
        "Homeland Security Investigations [Federal] [Inactive]": "HSI",
        "U.S. Border Patrol": "Border Patrol",
    }
    assert {name: one.body for name, one in found.items() if one and not one.immigration} == {
        "ATF Louisville KY [inactive]": "ATF",
        "ATF Nashville TN": "ATF",
        "Chattahoochee River N.R.A. - Law Enforcement": "National Park Service",
        "FBI [turned off]": "FBI",
        "Fort Eustis VA US Army": "Army",
        "Indiana Dunes National Park IN PD": "National Park Service",
        "Lake Mead NV NRA [Federal]": "National Park Service",
        "Langley VA Air Force Base [Federal]": "Air Force",
        "Loma Linda Healthcare System CA Veterans Affairs PD [Federal]": "Veterans Affairs",
        "National Park Service Chattahoochee River": "National Park Service",
        "National Park Service TN [deactivated]": "National Park Service",
        "Naval Criminal Investigative Service [Federal] [Inactive]": "Navy",
        "Roudebush Medical Center IN Veterans Affairs PD [Federal]": "Veterans Affairs",
        "Tennessee Valley Authority Police": "TVA",
        "US - GSA Office of Inspector General [Federal]": "Inspector General",
        "US Postal Inspection Service [Federal]": "Postal Inspection Service",
        "USMS (Inactive)": "US Marshals",
        "Wright Patterson OH Air Force Base [Federal]": "Air Force",
    }


def test_the_names_of_a_released_sharing_report_are_told():
    told = {
        "CBP - NTC": "NTC", "DHS - HSI (Newark NJ)": "HSI", "DHS - HSI - New Orleans": "HSI", "ICE": "ICE",
        "San Diego Sector Border Patrol (CA)": "Border Patrol", "Drug Enforcement Agency (NATL)": "DEA",
        "ATF National Account": "ATF", "Federal Bureau of Investigation": "FBI",
        "United States Forest Service CA": "Forest Service",
    }  # fmt: skip
    assert {name: find_federal(name).body for name in told} == told
    others = ("Federal Way Police Department", "Tennessee HLS District 7", "HIDTA - Central Valley California", "ALEA")
    assert [find_federal(name) for name in others] == [None] * 4


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[body]", "no TOML file"),
        ('[[body]]\nid = "A"\ncolour = 1', "body 'A': 'colour' is no key"),
        ('[[body]]\nid = "A"', "body 'A' lacks 'name'"),
        (
            '[[body]]\nid="A"\nname="A"\nimmigration=true\nwhy="w"\nexamples=[]\ncounter_examples=[]\npatterns=["("]',
            "'A'.*does not compile",
        ),
        (
            '[[body]]\nid="A"\nname="A"\nimmigration=true\nwhy="w"\nexamples=[]\ncounter_examples=[]\n' * 2,
            "two bodies 'A'",
        ),
    ],
)
def test_an_entry_that_cannot_be_used_is_refused_by_name(tmp_path, text, says):
    path = tmp_path / "federal.toml"
    path.write_text(text)
    with pytest.raises(BadFederal, match=says):
        federal_bodies(path)
