"""What an agency's name says of its state and zone: what stands there, and nothing where that is not sure."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest

from investigate.agencies.names import ONE_ZONE, STATES, ZONE_OF, find_state, find_zone, name_from_slug

NAMES = {
    "Mossgate IL PD": "IL",
    "Mossgate PD (WA)": "WA",
    "(IA) PD Mossgate (IA)": "IA",
    "MS - Mossgate PD": "MS",
    "Mossgate PD MI": "MI",
    "Mossgate County TX Const Pct 3": "TX",
    "City of Mossgate CA": "CA",
    "Mossgate IL PD [Inactive]": "IL",
    "[Federal] Mossgate IL PD": "IL",
    "Mossgate  IL   PD ": "IL",
    "Kansas City MO PD": "MO",
    "Indiana PA PD": "PA",
    "Nevada MO PD": "MO",
    "Grundy CO SO": None,
    "Mossgate County CO SO": "CO",
    "Mossgate CO PD": "CO",
    "Mossgate MS CO": "MS",
    "Illinois State Police": "IL",
    "West Virginia State Police": "WV",
    "Washington State Patrol": "WA",
    "University of Iowa PD": "IA",
    "Kansas Highway Patrol": "KS",
    "Texas DPS": "TX",
    # Places that carry the name of a state they need not lie in.
    "Kansas City PD": None,
    "Nevada PD": None,
    "Washington Park PD": None,
    "Iowa Colony Police Department": None,
    "City of Virginia": None,
    "Delaware County Sheriff's Office": None,
    "Mossgate": None,
    "Officer in charge": None,
    "or me": None,
    "": None,
    None: None,
}


@pytest.mark.parametrize("name", NAMES)
def test_state_in_a_name(name: str | None) -> None:
    assert find_state(name) == NAMES[name]


def test_zone_only_where_the_state_has_one() -> None:
    assert find_zone("Mossgate IL PD") == "America/Chicago"
    assert find_zone("Mossgate CA PD") == "America/Los_Angeles"
    for name in ("Mossgate FL PD", "Mossgate TX PD", "Mossgate IN PD", "Mossgate KY PD", "Mossgate PD", None):
        assert find_zone(name) is None
    assert set(ONE_ZONE) <= available_timezones()
    assert all(ZoneInfo(zone) for zone in ONE_ZONE)
    assert set(ZONE_OF) <= set(STATES)
    codes = [state for states in ONE_ZONE.values() for state in states.split()]
    assert [code for code, times in Counter(codes).items() if times > 1] == []
    assert not set(codes) & {"AK", "FL", "ID", "IN", "KS", "KY", "MI", "ND", "NE", "OR", "SD", "TN", "TX"}


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("mossgate-il-pd", "Mossgate IL PD"),
        ("city-of-mossgate-ca", "City of Mossgate CA"),
        ("mossgate-dps", "Mossgate DPS"),
        ("mossgate_county_so", "Mossgate County SO"),
        ("mgpd", "MGPD"),
        ("stamping-mossgate-ky-pd", "Stamping Mossgate KY PD"),
        ("village-of-mossgate-and-ferns-il", "Village of Mossgate and Ferns IL"),
        ("portals", None),
        ("excerpts", None),
        ("logs", None),
        ("police", None),
        ("police-logs", None),
        ("sheriff-records", None),
        ("office", None),
        ("my-office", None),
        ("2026-04", None),
        ("mossgate-pd-2026", None),
        ("Downloads", None),
        ("", None),
    ],
)
def test_name_from_a_folder(slug: str, name: str | None) -> None:
    assert name_from_slug(slug) == name


def test_states_of_the_published_names(released: Path) -> None:
    """Of 5,926 real names all but a few say their state, and the code that they say is the one that is found."""
    with (released / "agencies" / "flock_agency_names_2025-08.csv").open(encoding="utf-8", newline="") as file:
        names = [row["agency_name"] for row in csv.DictReader(file)]
    found = {name: find_state(name) for name in names}
    assert len(names) == 5926
    assert sum(state is None for state in found.values()) < 230
    for name, state in found.items():
        words = name.replace("NOT IN USE", "").replace("(", " ").replace(")", " ").split()
        codes = [word for word in words if word in STATES and word not in {"CO", "DE", "LA", "PA", "SD"}]
        if len(set(codes)) == 1 and state is not None:
            assert state == codes[0], name
