"""What tags say of a camera's kind, maker, operator and direction."""

from __future__ import annotations

import csv
import gzip
import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investigate.cameras import tags as cameras
from investigate.cameras.tags import (
    OPERATOR_KINDS,
    BadTable,
    direction_text,
    kind_of,
    maker_of,
    makers,
    operator_kind,
    operator_of,
    rule_of,
    rules,
)

SHARED = Path(__file__).parents[2] / "shared" / "data" / "cameras"
real = pytest.mark.skipif(not SHARED.exists(), reason="the real camera files are not here")
CAMERA = {"man_made": "surveillance"}


@pytest.fixture(scope="module")
def nation() -> list[dict[str, Any]]:
    return json.loads(gzip.decompress((SHARED / "cameras-us.json.gz").read_bytes()))


@pytest.fixture(scope="module")
def bay() -> list[dict[str, str]]:
    return [camera["tags"] for camera in json.loads((SHARED / "cameras.json").read_bytes())["cameras"]]


# kind


@pytest.mark.parametrize(
    "said",
    [
        "ALPR", "alpr", "ANPR", "anpr", "ALRP", "ALPR150", "camera;ALPR", "ALPR;camera", "ALPR;guard",
        "camera; alpr", "LPR", "Fixed LPR",
        "License Plate Reader", "licence plate recognition", "license_plate_reader", "number plate recognition",
        "Plate reader", "ALPRs",
        "Flock LPR", "Automated License-Plate Readers", "Tag reader", "automatic plate recognition",
    ],
)  # fmt: skip
@pytest.mark.parametrize("only_alpr", [True, False])
def test_every_spelling_of_a_plate_reader_is_one(said: str, only_alpr: bool) -> None:
    assert kind_of({**CAMERA, "surveillance:type": said}, only_alpr) == "alpr"


@pytest.mark.parametrize(
    "said",
    [
        "camera", "guard", "camera;guard", "gunshot_detector", "Condor", "Raven", "alprazolam", "speed camera",
        "non-LPR", "not ALPR", "Red light camera",
    ],
)  # fmt: skip
@pytest.mark.parametrize("only_alpr", [True, False])
def test_another_kind_is_left_out_even_in_a_list_of_plate_readers(said: str, only_alpr: bool) -> None:
    assert kind_of({**CAMERA, "surveillance:type": said}, only_alpr) is None


@pytest.mark.parametrize("tags", [{}, CAMERA, *({"surveillance:type": t} for t in ("Fixed", "Flock Falcon", "Flock"))])
def test_a_camera_without_a_kind_is_assumed_only_in_a_list_of_plate_readers(tags: dict[str, str]) -> None:
    assert kind_of(tags, True) == "assumed alpr"
    assert kind_of(tags, False) is None


def test_another_tag_may_say_that_it_is_a_plate_reader() -> None:
    assert kind_of({**CAMERA, "surveillance": "ALPR"}, False) == "alpr"
    assert kind_of({**CAMERA, "camera:type": "ALPR"}, False) == "alpr"
    assert kind_of({"name": "ALPR camera — Main Street"}, False) == "alpr"
    assert kind_of({"name": "Main Street"}, False) is None


@pytest.mark.parametrize(
    ("man_made", "more", "expected"),
    [
        ("mast", {}, None),
        ("mast", {"surveillance": "public"}, "assumed alpr"),
        ("mast", {"surveillance:type": "ALPR"}, "alpr"),
        ("mast;surveillance", {}, "assumed alpr"),
    ],
)
def test_something_else_than_a_camera_is_none(man_made: str, more: dict[str, str], expected: str | None) -> None:
    assert kind_of({"man_made": man_made, **more}, True) == expected


@real
def test_bay_area_every_camera_is_a_plate_reader_by_its_tag(bay: list[dict[str, str]]) -> None:
    assert Counter(kind_of(tags, False) for tags in bay) == {"alpr": 3757}


# maker


def test_no_spelling_stands_under_two_makers_and_each_entry_says_why() -> None:
    entries = makers()
    assert len({entry["name"] for entry in entries}) == len(entries)
    for entry in entries:
        for text in (entry["name"], *entry.get("also", ())):
            assert maker_of({"manufacturer": text}) == (entry["name"], text)
    assert all(entry["why"] for entry in entries)


@pytest.mark.parametrize(
    ("said", "maker"),
    [
        ("Flock Group Inc.", "Flock Safety"), ("Flock Safety, Inc.", "Flock Safety"),
        ("FLOCK SAFETY", "Flock Safety"), ("Flock Saftey", "Flock Safety"),
        ("flock", "Flock Safety"), ("Flock Safety’s", "Flock Safety"), ("Q108485435", "Flock Safety"),
        ("Motorola/Vigilant", "Motorola Solutions"),
        ("Motorola Solutions(Vigilant)", "Motorola Solutions"), ("ELSAG", "Leonardo"),
        ("Neology / PIPS", "Neology"), ("Neology, Inc.", "Neology"),
        ("Verkada Inc.", "Verkada"), ("Flock Safety;Motorola Solutions", "Flock Safety; Motorola Solutions"),
        ("Flock/Genetec", "Flock Safety; Genetec"),
        ("Flock;Flock Safety", "Flock Safety"), ("Flock; Acme Optics", "Flock Safety; Acme Optics"),
        ("Acme/Optics, Inc.", "Acme/Optics, Inc."),
        ("Flockhart Cameras", "Flockhart Cameras"), ("Flock;unknown", "Flock Safety"),
    ],
)  # fmt: skip
def test_one_spelling_and_the_text_beside_it(said: str, maker: str) -> None:
    assert maker_of({"manufacturer": said}) == (maker, said)


def test_manufacturer_then_brand_then_wikidata_then_operator() -> None:
    tags = {
        "operator": "Rekor",
        "manufacturer:wikidata": "Q30295174",
        "brand": "Motorola Solutions",
        "manufacturer": "Flock Group Inc.",
    }
    found = []
    for key in ("manufacturer", "brand", "manufacturer:wikidata", "operator"):
        found.append(maker_of(tags)[0])
        del tags[key]
    assert found == ["Flock Safety", "Motorola Solutions", "Genetec", "Rekor"]
    assert maker_of(tags) == (None, None)


def test_a_maker_said_to_be_unknown_is_not_known_and_the_next_tag_is_asked() -> None:
    assert maker_of({"brand": "Unkwn"}) == (None, "Unkwn")
    assert maker_of({"manufacturer": "unknown", "brand": "Flock"}) == ("Flock Safety", "Flock")
    assert maker_of({"manufacturer": "unknown", "operator": "Flock Safety"}) == ("Flock Safety", "Flock Safety")


def test_an_operator_that_is_no_maker_makes_nothing() -> None:
    assert maker_of({"operator": "Springfield Police Department"}) == (None, None)
    assert maker_of({"operator": "Flock Safety / Springfield PD"}) == (None, None)


@real
def test_national_file_flock_by_either_field(nation: list[dict[str, Any]]) -> None:
    found = Counter(maker_of({k: row[k] for k in ("brand", "operator") if row.get(k)})[0] for row in nation)
    flock = re.compile(r"(?i)flock.*|floc|floc safety|flow safety|Q108485435")
    other = {"Unknown", "unknown", "UNKNOWN", "Unkwn", "Unkn", "unkn", "other", "generic", None, ""}
    counted = sum(
        1
        for row in nation
        if flock.fullmatch(row.get("brand") or "")
        or (row.get("brand") in other and re.fullmatch(r"\[?Flock( Safety)?\]?", row.get("operator") or ""))
    )
    assert found["Flock Safety"] + found["Flock Safety; Motorola Solutions"] == counted > 50_900
    assert sum(found.values()) == 61_768


# operator


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_each_rule_decides_its_examples_and_leaves_the_others(rule: cameras.Rule) -> None:
    assert rule.examples
    assert rule.counter
    for text in rule.examples:
        assert any(rule_of(part) is rule for part in (text, *re.split("[;/]", text))), text
        assert operator_kind(text) == rule.kind, text
    for text in rule.counter:
        assert rule_of(text) is not rule, text


def test_each_rule_has_its_own_name_and_a_kind_that_is_declared() -> None:
    assert len({rule.id for rule in rules()}) == len(rules())
    assert {rule.kind for rule in rules()} <= set(OPERATOR_KINDS) - {"vendor"}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Lowe's", "private"), ("Lowe’s", "private"), ("The Home Depot", "private"),
        ("Stonebridge Apartments", "private"), ("Stanford University", "private"),
        ("Springfield Police Department", "public"), ("University of Iowa", "public"),
        ("Town of Springfield", "public"), ("WSDOT", "public"),
        ("Mall of Springfield Police", "public"), ("Springfield Mall", "private"),
        ("Police Services LLC", "unclear"), ("Springfield", "unclear"),
        ("Flock Safety", "vendor"), ("Flock Group, Inc.", "vendor"), ("Flock Safety;Rekor", "vendor"),
        ("Flock Safety / Springfield PD", "public"),
        ("Flock Safety / Lowe's", "private"), ("Walmart/Germantown Police Department", "unclear"),
        ("Flock Safety/Springfield", "unclear"),
        ("Tulsa PD & Walmart", "unclear"), ("Tulsa PD and Walmart", "unclear"), ("Tulsa PD for Walmart", "unclear"),
        ("Tulsa PD + Lowe's", "unclear"), ("Tulsa PD - Lowe's", "unclear"), ("Lowe's (Tulsa PD)", "unclear"),
        ("Tulsa PD at Lowe's", "unclear"), ("Tulsa PD access, owned by Lowe's", "unclear"),
        ("Tulsa PD/Quiktrip", "unclear"), ("Tulsa PD and Owasso PD", "public"), ("Tulsa & Owasso PD", "public"),
        ("Central Bank & Trust Co.", "private"), ("Public Safety, Stanford University", "public"),
        ("Unknown", "not said"), ("N/A", "not said"), ("Policy Institute", "unclear"), ("Lowell", "unclear"),
        ("Sheriffton", "unclear"),
        ("Incline", "unclear"), ("!!!", "unclear"),
    ],
)  # fmt: skip
def test_whole_words_decide_the_kind_of_body(said: str, kind: str) -> None:
    assert operator_of({"operator": said})[1] == kind


def test_nobody_named_is_not_said_and_never_a_name() -> None:
    assert operator_of({}) == (None, "not said")
    assert operator_of({"operator": "  "}) == (None, "not said")
    assert operator_of({"operator": "[unknown]"}) == (None, "not said")
    assert operator_of({"surveillance:operator": "Springfield  PD"}) == ("Springfield PD", "public")


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"operator": "Springfield", "operator:type": "private"}, ("Springfield", "private")),
        ({"operator": "Springfield", "operator:type": "Police department"}, ("Springfield", "public")),
        ({"operator": "Springfield", "operator:type": "School or campus"}, ("Springfield", "unclear")),
        ({"operator:type": "community"}, (None, "private")),
        ({"operator:type": "Not recorded"}, (None, "not said")),
        ({"operator": "Unknown", "operator:type": "government"}, (None, "public")),
        ({"operator": "Lowe's", "operator:type": "public"}, ("Lowe's", "private")),
        ({"operator": "Flock Safety", "operator:type": "private"}, ("Flock Safety", "vendor")),
    ],
)
def test_the_type_decides_only_where_the_name_does_not(tags: dict[str, str], expected: tuple[str, str]) -> None:
    assert operator_of(tags) == expected


@given(st.text(max_size=300) | st.from_regex(r"(city|police|of|llc|;|/|[a-z]| |,|'|\?){0,40}", fullmatch=True))
@settings(deadline=None, max_examples=300)
def test_any_operator_has_one_of_the_declared_kinds(said: str) -> None:
    name, kind = operator_of({"operator": said})
    assert kind in OPERATOR_KINDS
    assert name is None or kind != "not said"
    maker_of({"manufacturer": said, "operator": said})
    kind_of({"surveillance:type": said, "name": said}, True)


@pytest.mark.parametrize(
    "seed", ["police ", "county ", "a", "a ", "Aa", ";", "flock;", "- ", "no ", "license plate ", "police llc of "]
)
def test_hostile_texts_are_read_at_once(seed: str) -> None:
    text = seed * 100_000
    began = time.perf_counter()
    operator_of({"operator": text})
    maker_of({"manufacturer": text})
    kind_of({"surveillance:type": text, "name": text}, True)
    assert time.perf_counter() - began < 5


@real
def test_national_file_names_with_police_or_sheriff_are_public_and_shops_private(nation: list[dict[str, Any]]) -> None:
    kinds = {name: operator_of({"operator": name})[1] for row in nation if (name := row.get("operator"))}
    police = {name for name in kinds if re.search(r"(?i)\bpolice\b|\bsheriff", name)}
    mixed = {name for name in police if "Walmart" in name}
    assert {kinds[name] for name in police - mixed} == {"public"}
    assert {kinds[name] for name in mixed} == {"unclear"}
    assert {kinds[name] for name in kinds if re.search(r"(?i)\bHOA\b|lowe'?s\b|home dep|meijer|apartments", name)} == {
        "private"
    }
    assert len(police) > 700


@real
def test_national_file_vendors_and_missing_operators_counted_without_this_program(nation: list[dict[str, Any]]) -> None:
    kinds = Counter(operator_of({"operator": row.get("operator") or ""})[1] for row in nation)
    makers_only = re.compile(
        r"\[?(Flock( Safety)?|Rekor|Leonardo|LiveView Technologies( \(LVT\))?|Vigilant Solutions|oculens)\]?"
    )
    nobody = re.compile(r"(?i)|\[?(unknown|uknown)\]?|\[enter operator name\]|owner|disabled")
    names = [row.get("operator") or "" for row in nation]
    assert kinds["vendor"] == sum(1 for name in names if makers_only.fullmatch(name))
    assert kinds["not said"] == sum(1 for name in names if nobody.fullmatch(name))
    assert sum(kinds.values()) == 61_768
    assert kinds["unclear"] < 100


@real
def test_minnesota_operator_types_beside_empty_names() -> None:
    with (SHARED / "alpr.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = Counter(operator_of({"operator": r["operator"], "operator:type": r["operatorType"]})[1] for r in rows)
    said = re.compile(r"Police department|County sheriff|State agency|Multi-agency task force")
    assert kinds["vendor"] == sum(1 for row in rows if row["operator"] == "Flock Safety")
    assert kinds["not said"] == sum(1 for row in rows if row["operator"] in ("", "Unknown"))
    assert kinds["public"] >= sum(1 for row in rows if said.fullmatch(row["operatorType"]))
    assert sum(kinds.values()) == 1430


# direction


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"direction": "90", "camera:direction": "EB"}, "90"),
        ({"direction": "NB", "camera:direction": "320"}, "320"),
        ({"direction": "90", "camera:direction": "270"}, "90"),
        ({"direction": "NB", "camera:direction": "forward"}, "NB"),
        ({"direction": " ", "camera:direction": "both"}, "both"), ({"camera:direction": "N"}, "N"), ({}, None),
    ],
)  # fmt: skip
def test_the_tag_that_gives_a_bearing_is_believed_first(tags: dict[str, str], expected: str | None) -> None:
    assert direction_text(tags) == expected


@real
def test_bay_area_directions_stand_in_either_tag(bay: list[dict[str, str]]) -> None:
    missing = [tags for tags in bay if "direction" not in tags and "camera:direction" not in tags]
    assert sum(direction_text(tags) is None for tags in bay) == len(missing)


# tables


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[rule]]\nkind = 'public'\nwords = ['a']\nwrods = ['b']", "'wrods' is no key"),
        ("[[rule]]\nkind = 'pubic'\nwords = ['a']", "'pubic' is no kind"),
        ("[[rule]]\nkind = 'public'", "neither words nor names"),
        ("[[rule]]\nkind = 'public'\nwords = ['(']", "does not compile"),
        ("[[rule]\n", "cannot be read as TOML"),
    ],
)
def test_a_table_that_cannot_be_used_says_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "operators.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadTable, match=re.escape(says)):
        rules(path)


def test_a_spelling_under_two_makers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "makers.toml"
    path.write_text("[[maker]]\nname='A'\nalso=['X']\nwhy='w'\n[[maker]]\nname='B'\nalso=['x']\nwhy='w'\n", "utf-8")
    with pytest.raises(BadTable, match="stands under 'A' and 'B'"):
        makers(path)
