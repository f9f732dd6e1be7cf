"""How many of 5,926 real names are read, against the floors of the issue, and two lists that were read by hand unseen.

Counting. All names count, also the 34 that are no agencies (a demo, a number): they can only miss. "Place" is counted
three ways. Named: the name states one, or the institution's own name stands for it (a university, school district,
airport, tribe). By nature: bodies that have none, being a state's, the nation's or of a region (task forces, state
police, wildlife officers …), count too. Open: all that have a state and a kind.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from investigate.agencies.agency import AMBIGUOUS, NOT_AN_AGENCY, NOT_FOUND, UNRESOLVED, Agency
from investigate.agencies.identify import identify_agency
from investigate.agencies.places import fold_place
from investigate.agencies.read_name import read_name

HERE = Path(__file__).parent
OF_REGIONS = frozenset({"state police", "federal", "task force", "tribal"})
OF_STATES = frozenset({
    "attorney general", "state office", "wildlife", "corrections", "transit", "railroad", "association", "capitol",
    "regional",
})  # fmt: skip
# Flags that say what could not be told; the lists read by hand hold the others only.
NOT_TOLD = frozenset({AMBIGUOUS, NOT_FOUND, UNRESOLVED})


@pytest.fixture(scope="module")
def agencies(released: Path) -> list[Agency]:
    path = released / "agencies" / "flock_agency_names_2025-08.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [identify_agency(row["agency_name"]) for row in csv.DictReader(file)]


def share(part: list[Agency], whole: list[Agency]) -> float:
    return len(part) / len(whole)


def test_states_of_the_list(agencies: list[Agency]) -> None:
    real = [one for one in agencies if NOT_AN_AGENCY not in one.flags]
    found = [one for one in agencies if one.state]
    print(f"state: {share(found, agencies):.2%} of all {len(agencies):,} names,", end=" ")
    print(f"{share([one for one in found if one in real], real):.2%} of {len(real):,} agencies")
    assert len(agencies) == 5926
    assert len(agencies) - len(real) < 60
    assert share(found, agencies) >= 0.98


def test_place_state_and_kind_of_the_list(agencies: list[Agency]) -> None:
    told = [one for one in agencies if one.state and one.kind != "unresolved" and NOT_AN_AGENCY not in one.flags]
    named = [one for one in told if one.place]
    nature = [one for one in told if one.place or one.kind in OF_REGIONS or one.which in OF_STATES]
    print(f"place named {share(named, agencies):.2%}, or none by nature {share(nature, agencies):.2%}")
    print(f"or open {share(told, agencies):.2%}; in a county of the tables", end=" ")
    print(f"{share([one for one in told if one.county_fips], agencies):.2%} of all {len(agencies):,}")
    print(Counter((one.kind, one.which) for one in told if not one.place).most_common())
    assert share(named, agencies) >= 0.945
    assert share(nature, agencies) >= 0.965
    assert share(told, agencies) >= 0.975


def test_sheriffs_of_the_list_lie_in_counties(agencies: list[Agency]) -> None:
    sheriffs = [one for one in agencies if one.kind == "sheriff"]
    placed = [one for one in sheriffs if one.county_fips]
    print(f"sheriffs: {share(placed, sheriffs):.2%} of {len(sheriffs):,}")
    print([one.name for one in sheriffs if not one.county_fips])
    assert len(sheriffs) > 1050
    assert share(placed, sheriffs) >= 0.99


def test_police_of_the_list_lie_in_places(agencies: list[Agency]) -> None:
    police = [one for one in agencies if one.kind == "police"]
    placed = [one for one in police if one.lat is not None]
    ambiguous = [one for one in police if AMBIGUOUS in one.flags]
    print(
        f"police: {share(placed, police):.2%} of {len(police):,}; {len(ambiguous)} more are several places of one name"
    )
    print([one.name for one in police if NOT_FOUND in one.flags])
    assert len(police) > 3950
    assert share(placed, police) >= 0.95


def test_names_of_one_key_in_the_list_are_one_agency(agencies: list[Agency]) -> None:
    """Spellings that share a key agree in what they are and where: a key joins nothing that the tables hold apart."""
    by_key: dict[str, set[tuple[str | None, ...]]] = {}
    for one in agencies:
        if NOT_AN_AGENCY not in one.flags:
            by_key.setdefault(one.key, set()).add((one.state, one.county_fips, one.kind, fold_place(one.place or "")))
    assert [key for key, facts in by_key.items() if len(facts) > 1] == []
    assert len(by_key) > 5800


def by_hand(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def differences(row: dict[str, str]) -> dict[str, tuple[str, str]]:
    """What the list says and what the program says, where they differ. Counties where the list gives one."""
    found = identify_agency(row["name"])
    # The lists leave the place of a university or school open, where the program gives the institution's own name.
    is_own = found.lat is None and found.place == read_name(row["name"]).institution
    said = {"state": found.state or "", "kind": found.kind, "place": "" if is_own else fold_place(found.place or "")}
    hand = {"state": row["state"], "kind": row["kind"], "place": fold_place(row["place"])}
    if row["county_fips"]:
        said["county_fips"], hand["county_fips"] = found.county_fips or "", row["county_fips"]
    if "federal_immigration" in row:
        said["immigration"] = str(found.federal_immigration).casefold()
        hand["immigration"] = str(row["federal_immigration"].strip().casefold() in {"true", "yes", "1"}).casefold()
    return {what: (hand[what], said[what]) for what in said if hand[what] != said[what]}


@pytest.mark.parametrize(("file", "most"), [("agency_names_300.csv", 0.03), ("agency_names_learn.csv", 0.13)])
def test_lists_that_were_read_by_hand_by_another(file: str, most: float) -> None:
    """No state is ever wrong: where the program and the list differ, the program says that it does not know.

    The second list takes states from knowledge of places (`Daphne Police Department`), which the program leaves open.
    """
    rows = by_hand(file)
    wrong = {row["name"]: found for row in rows if (found := differences(row))}
    print(f"{file}: {len(wrong)} of {len(rows)} rows differ")
    for name, found in wrong.items():
        print(" ", name, found)
    assert {name: found["state"] for name, found in wrong.items() if found.get("state", ("", ""))[1]} == {}
    assert [name for name, found in wrong.items() if "immigration" in found] == []
    assert [name for name, found in wrong.items() if found.get("county_fips", ("", ""))[1]] == []
    assert len(rows) >= 200
    assert len(wrong) / len(rows) <= most


def counties(text: str) -> str:
    """Names of counties as the FBI writes them: capitals, no legal word, no signs."""
    bare = re.sub(r" (County|Parish|Borough|Census Area|Municipality|City and Borough|city)$", "", text)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(sign))
    return re.sub(r"[^A-Z;]", "", plain.upper().replace("SAINT", "ST"))


def test_names_that_the_fbi_has_are_in_its_states_and_counties(released: Path) -> None:
    """18,330 names of the FBI's list of 2025, written as `X ST PD`: none in a wrong state, and fewer than one in a
    thousand of towns in another county. Connecticut has planning regions there."""
    codes = {"NB": "NE", "GM": "GU"}
    wrong, placed, elsewhere, of_towns = [], 0, [], 0
    with (released / "agencies" / "fbi_lee_2025.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["state_abbr"] == "FS":  # federal
                continue
            name = f"{row['pub_agency_name']} {row['state_abbr']} PD"
            found = identify_agency(name)
            if found.state and found.state != codes.get(row["state_abbr"], row["state_abbr"]):
                wrong.append(name)
            if row["agency_type_name"] != "City" or row["state_abbr"] in ("CT", "NB") or "NOT" in row["county_name"]:
                continue
            of_towns += 1
            placed += found.county is not None
            if found.county and counties(found.county) not in counties(row["county_name"]):
                elsewhere.append((name, found.county, row["county_name"]))
    print(f"FBI: {len(wrong)} wrong states; towns {of_towns:,}: {placed:,} in a county, {len(elsewhere)} another one")
    print(elsewhere)
    assert wrong == []
    assert of_towns > 11_000
    assert placed / of_towns >= 0.96
    assert len(elsewhere) / placed < 0.001
