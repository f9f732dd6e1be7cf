"""Places offline: a name finds exactly what the tables hold, every candidate of it, and never something similar."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from investigate.agencies import places as rooms
from investigate.agencies.places import (
    LEVELS,
    counties_named,
    distance_km,
    find_county,
    find_places,
    fold_place,
    states,
)
from investigate.agencies.states import FIPS_OF, STATES
from investigate.errors import InvestigateError


@pytest.mark.parametrize(
    ("name", "state", "full", "fips"),
    [
        ("Broome", "NY", "Broome County", "36007"),
        ("Broome County", "NY", "Broome County", "36007"),
        ("county of kern", "CA", "Kern County", "06029"),
        ("Livingston Parish", "LA", "Livingston Parish", "22063"),
        ("Livingston Parish County", "LA", "Livingston Parish", "22063"),
        ("Anchorage", "AK", "Anchorage", "02020"),
        ("Juneau", "AK", "Juneau", "02110"),
        ("Kenai Peninsula Borough", "AK", "Kenai Peninsula Borough", "02122"),
        ("Doña Ana", "NM", "Doña Ana County", "35013"),
        ("Dona Ana County", "NM", "Doña Ana County", "35013"),
        ("Prince George’s", "MD", "Prince George's County", "24033"),
        ("LaSalle", "IL", "LaSalle County", "17099"),
        ("La Salle County", "IL", "LaSalle County", "17099"),
        ("De Kalb", "GA", "DeKalb County", "13089"),
        ("Saint Clair", "IL", "St. Clair County", "17163"),
        ("Obrien", "IA", "O'Brien County", "19141"),
        ("King & Queen", "VA", "King and Queen County", "51097"),
        ("Miami Dade", "FL", "Miami-Dade County", "12086"),
        ("James City County", "VA", "James City County", "51095"),
        ("Charles City", "VA", "Charles City County", "51036"),
        ("Carson City", "NV", "Carson City", "32510"),
        ("District of Columbia", "DC", "District of Columbia", "11001"),
        ("Hartford County", "CT", "Hartford County", "09003"),
        ("Adjuntas", "PR", "Adjuntas Municipio", "72001"),
        ("St. Croix", "VI", "St. Croix Island", "78010"),
        ("Guam", "GU", "Guam", "66010"),
    ],
)
def test_a_county_is_found_in_every_spelling_of_its_name(name, state, full, fips):
    found = find_county(name, state)
    assert found is not None
    assert (found.full_name, found.id, found.county_fips, found.level) == (full, fips, fips, "county")
    assert found.county == full


@pytest.mark.parametrize(
    ("city", "state", "county_fips", "city_fips"),
    [("Baltimore", "MD", "24005", "24510"), ("St. Louis", "MO", "29189", "29510"), ("Fairfax", "VA", "51059", "51600")],
)
def test_an_independent_city_is_not_the_county_of_its_name(city, state, county_fips, city_fips):
    found = {word: find_county(word, state).id for word in (f"{city} County", f"{city} city", f"City of {city}", city)}
    assert found == {
        f"{city} County": county_fips,
        f"{city} city": city_fips,
        f"City of {city}": city_fips,
        city: city_fips,
    }


@pytest.mark.parametrize("name", ["", "  ", "Nowhere", "County", "Broom", "New York City of", "Mahoning Ohio"])
def test_no_county_is_found_for_a_similar_or_empty_name(name):
    assert find_county(name, "OH") is None


def test_an_unknown_state_finds_nothing():
    assert find_county("Broome", "ZZ") is None
    assert find_places("Broome", "") == []


def test_counties_of_one_name_are_given_for_all_states():
    assert [place.state for place in counties_named("Grundy")] == ["IA", "IL", "MO", "TN"]
    adams = {place.state for place in counties_named("Adams County")}
    assert len(adams) == 12
    assert "CO" in adams
    assert counties_named("Grundyville") == []


@pytest.mark.parametrize(
    ("name", "state", "fips"),
    [
        ("Mount Prospect", "IL", "1751089"),
        ("Village of Mt. Prospect", "IL", "1751089"),
        ("Ft Myers", "FL", "1224125"),
        ("DeSoto", "TX", "4820092"),
        ("De Soto", "TX", "4820092"),
        ("O Fallon", "IL", "1755249"),
        ("Canon City", "CO", "0811810"),
        ("Nashville", "TN", "4752006"),
        ("Athens", "GA", "1303440"),
        ("Augusta", "GA", "1304204"),
        ("Honolulu", "HI", "1571550"),
        ("Indianapolis", "IN", "1836003"),
        ("Louisville", "KY", "2148006"),
        ("Lexington", "KY", "2146027"),
        ("Anaconda", "MT", "3001675"),
        ("Butte", "MT", "3011397"),
        ("Boise", "ID", "1608830"),
        ("Ventura", "CA", "0665042"),
        ("Paso Robles", "CA", "0622300"),
        ("Weymouth", "MA", "2578972"),
        ("Barnstable", "MA", "2503690"),
        ("Carson City", "NV", "3209700"),
        ("New York City", "NY", "3651000"),
        ("Princeton", "NJ", "3460900"),
        ("North Attleboro", "MA", "2546598"),
        ("Union City", "OH", "3978624"),
    ],
)
def test_the_census_place_comes_first_in_every_spelling(name, state, fips):
    first = find_places(name, state)[0]
    assert (first.id, first.level, first.state) == (fips, "place", state)


def test_townships_that_repeat_in_a_state_are_all_given_and_the_county_chooses():
    every = find_places("Jackson Township", "OH")
    assert len(every) > 20
    assert {place.legal for place in every} == {"township"}
    mahoning = find_county("Mahoning", "OH").id
    assert [place.county for place in find_places("Jackson Twp", "OH", mahoning)] == ["Mahoning County"]


def test_a_bare_name_gives_the_city_before_the_townships():
    levels = [place.level for place in find_places("Jackson", "OH")]
    assert levels[0] == "place"
    assert set(levels[1:]) == {"subdivision"}


def test_a_legal_word_must_be_the_places_own_unless_it_belongs_to_the_name():
    assert [place.legal for place in find_places("Town of Cary", "NC")] == ["town"]
    assert find_places("Village of Cary", "NC") == []
    assert [place.id for place in find_places("Kansas City", "MO")] == ["2938000"]
    assert [place.name for place in find_places("Far Hills Boro", "NJ")] == ["Far Hills"]


def test_a_city_is_found_in_the_further_counties_that_it_reaches_into():
    bronx = find_county("Bronx", "NY").id
    assert [place.id for place in find_places("New York", "NY", bronx)] == ["3651000"]
    assert find_places("New York", "NY", find_county("Erie", "NY").id) == []


def test_a_misspelt_place_is_not_found():
    assert find_places("Sringfield", "IL") == []
    assert find_places("", "IL") == []


def test_territories_have_places_too():
    assert find_places("San Juan", "PR")[0].county == "San Juan Municipio"
    assert find_places("Hagatna", "GU")[0].source == "geonames"
    assert find_places("Dededo", "GU")[0].county == "Guam"
    assert find_places("Charlotte Amalie", "VI")[0].county == "St. Thomas Island"
    assert find_places("Saipan", "MP")
    assert find_county("Eastern", "AS").id == "60010"


def test_san_francisco_lies_on_land():
    for place in (find_places("San Francisco", "CA")[0], find_county("San Francisco", "CA")):
        assert distance_km(place.lat, place.lon, 37.7793, -122.4193) < 5


def test_population_stands_on_the_place_it_belongs_to():
    assert find_places("Chicago", "IL")[0].population > 2_500_000
    assert find_places("Jackson Township", "OH")[0].population is None


def test_states_have_a_name_and_no_point():
    every = states()
    assert len(every) == 56
    assert set(STATES) <= set(every)
    assert (every["IL"].name, every["IL"].id, every["IL"].lat, every["IL"].lon) == ("Illinois", "17", None, None)
    assert {place.level for place in every.values()} == {"state"}


@pytest.mark.parametrize(
    "spellings",
    [
        ("St. Louis", "Saint Louis", "ST LOUIS", "st.louis", " St  Louis "),
        ("De Soto", "DeSoto", "Desoto"),
        ("LaGrange", "La Grange"),
        ("Mount Vernon", "Mt. Vernon", "MT VERNON"),
        ("Fort Worth", "Ft. Worth"),
        ("Jackson Township", "Jackson Twp", "Jackson Twp."),
        ("Arlington Heights", "Arlington Hts"),
        ("Cañon City", "Canon City"),
        ("Coeur d'Alene", "Coeur d’Alene", "Coeur dAlene"),
        ("Winston-Salem", "Winston Salem"),
        ("Town & Country", "Town and Country"),
        ("Middleboro", "Middleborough"),
        ("Utqiaġvik", "Utqiagvik"),
    ],
)
def test_spellings_of_one_name_fold_to_one(spellings):
    assert len({fold_place(name) for name in spellings}) == 1


def test_saint_and_sainte_and_a_words_own_letters_stay_apart():
    assert fold_place("St. Genevieve") != fold_place("Ste. Genevieve")
    assert fold_place("Stanton") == "stanton"
    assert fold_place("Mtown") == "mtown"


@given(st.text(max_size=80))
def test_folding_takes_any_text_and_leaves_neither_blank_nor_capital(text):
    folded = fold_place(text)
    assert not any(sign.isspace() for sign in folded)
    assert fold_place(text.replace(" ", "  ")) == folded
    assert find_places(text, "IL") == sorted(
        find_places(text, "IL"), key=lambda place: (LEVELS.index(place.level), place.id)
    )
    find_county(text, "IL")


def test_a_long_hostile_name_is_answered_at_once():
    name = "Town of " * 50_000 + " County" * 50_000
    assert find_places(name, "IL") == []
    assert find_county(name, "IL") is None


def test_distance_is_measured_over_the_earth():
    assert distance_km(41.8781, -87.6298, 41.8781, -87.6298) == 0
    assert math.isclose(distance_km(41.8781, -87.6298, 34.0522, -118.2437), 2804, rel_tol=0.005)  # Chicago, Los Angeles
    assert math.isclose(distance_km(0, 179.5, 0, -179.5), distance_km(0, 0, 0, 1), rel_tol=1e-9)
    assert math.isclose(distance_km(90, 0, -90, 0), math.pi * rooms.EARTH_KM, rel_tol=1e-9)


def test_looking_up_a_name_needs_no_maps():
    code = (
        "import sys; from investigate.agencies.places import find_county, find_places; "
        "assert find_county('Broome', 'NY') and find_places('Chicago', 'IL'); "
        "print({'geopandas', 'pandas', 'shapely'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("content", [None, b"", b"no gzip", b"\x1f\x8b\x08\x00cut"])
def test_a_missing_or_damaged_table_is_said_in_words(tmp_path, monkeypatch, content):
    monkeypatch.setattr(rooms, "REFERENCE", tmp_path)
    if content is not None:
        (tmp_path / rooms.TABLE).write_bytes(content)
    rooms._table.cache_clear()
    try:
        with pytest.raises(InvestigateError, match=r"'places\.csv\.gz'.*fetch it again"):
            find_places("Chicago", "IL")
    finally:
        rooms._table.cache_clear()


def test_every_state_of_the_tables_is_known():
    table = rooms._table()
    assert set(table.counties) == set(FIPS_OF)
    assert set(table.rest) == set(FIPS_OF)
