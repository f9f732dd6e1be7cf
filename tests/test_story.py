"""The story that started it, made up: outside searches for immigration on an Illinois department's cameras in 2025.

Every search is invented. The searching agencies bear the names of places that have no police of their own.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from tiny_logs import search, utc, write_network_audit
from typer.testing import CliRunner

from investigate.cli import app

OWNER = "Mount Prospect IL PD"
# Searching agency → state, immigration searches before and after noon Eastern on 20 January 2025.
OUTSIDE = {
    "Paradise NV PD": ("NV", 0, 61),
    "Metairie LA PD": ("LA", 2, 48),
    "The Woodlands TX PD": ("TX", 0, 97),
    "Brandon FL PD": ("FL", 0, 40),
    "Columbia MD PD": ("MD", 0, 14),
}
INSIDE = {"Long Lake IL PD": ("IL", 0, 5)}
REASONS = ("immigration", "ICE", "Immigration - ICE+ERO")
BEGIN, CUT = utc("2025-01-15T15:00:00"), utc("2025-01-21T15:00:00")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two commands, no line of code: load the folder, report on everyone."""
    root = tmp_path_factory.mktemp("mount_prospect")
    write_network_audit(root / "in", OWNER, rows())
    for command in (["load", str(root / "in"), "--quiet"], ["report", OWNER, "--out", str(root / "out")]):
        ran = CliRunner().invoke(app, [*command, "--workspace", str(root)])
        assert ran.exit_code == 0, ran.output
    return root / "out" / "mount-prospect-il-pd"


def rows() -> list[dict[str, object]]:
    made = []
    for place, (agency, (_, before, after)) in enumerate((OUTSIDE | INSIDE).items()):
        for number in range(before):
            made.append(search(BEGIN + dt.timedelta(hours=place, minutes=number), REASONS[0], agency))
        for number in range(after):
            at = CUT + dt.timedelta(hours=20 * number, minutes=place)
            made.append(search(at, REASONS[number % 3], agency))
        made += [
            search(CUT + dt.timedelta(days=day, hours=3, minutes=place), "stolen vehicle", agency) for day in range(90)
        ]
    made += [search(CUT + dt.timedelta(days=day), "black ice crash", OWNER) for day in range(0, 90, 3)]
    return [*made, search(CUT + dt.timedelta(days=9, seconds=9), "immigration", OWNER)]


def findings(page: Path) -> dict[str, object]:
    found = json.loads((page / "findings.json").read_text(encoding="utf-8"))
    return next(role for role in found["roles"] if role["role"] == "owner")


def text(page: Path) -> str:
    return " ".join(BeautifulSoup((page / "index.html").read_text(encoding="utf-8"), "html.parser").get_text().split())


def test_the_count_is_that_of_the_made_up_log(page: Path) -> None:
    outside = sum(before + after for _, before, after in OUTSIDE.values())
    assert outside == 262
    said = text(page)
    assert (
        "Of 267 immigration-related searches (standard scope) of the cameras of Mount Prospect IL PD by others" in said
    )
    assert "262 came from 5 searching agencies outside Illinois" in said


def test_the_agencies_stand_with_state_days_and_exact_words(page: Path) -> None:
    partners = {row["partner"]: row for row in findings(page)["partners"]}
    for agency, (state, before, after) in (OUTSIDE | INSIDE).items():
        row = partners[agency]
        assert (row["partner_state"], row["standard"], row["before"], row["after"]) == (
            state,
            before + after,
            before,
            after,
        )
        assert row["first_day"] == ("2025-01-15" if before else "2025-01-21")
        assert row["searches"] == before + after + 90
    words = {text.rpartition(" (")[0] for text in partners["The Woodlands TX PD"]["texts"].split(", ")}
    assert words == {"immigration", "ICE", "Immigration"}


def test_the_law_box_counts_the_outside_searches_and_judges_nobody(page: Path) -> None:
    said = text(page)
    assert "625 ILCS 5/2-130" in said
    assert "262 searches in the standard scope" in said
    assert "may be worth asking about under 625 ILCS 5/2-130" in said
    assert "This program counts and does not judge" in said
    assert "illegal search" not in said.casefold()
    assert "violat" not in said.casefold()
    rule = next(row for row in findings(page)["laws"] if row["rule"] == "il-sharing")
    assert (rule["outside"], rule["other_agencies"], rule["in_state"], rule["own"]) == (262, 5, 5, 1)


def test_the_map_shows_every_searching_agency_and_where_the_cameras_are(page: Path) -> None:
    points = Counter(row["partner"] for row in findings(page)["points"])
    assert set(points) >= set(OUTSIDE)
    html = BeautifulSoup((page / "index.html").read_text(encoding="utf-8"), "html.parser")
    every = [picture for picture in html.find_all("figure") if "maps of the United States" in str(picture)]
    maps = [picture for picture in every if "with bands to" not in str(picture)]
    assert (len(maps), len(every)) == (1, 2)
    assert "6 drawn" in maps[0].get_text()
    assert "no log says which camera was looked at" in maps[0].get_text()


def test_no_sharing_list_is_not_a_zero(page: Path) -> None:
    assert "that is not a zero" in text(page)
