"""Which list counts now: emptied lists, lists without a date, settings withdrawn or inactive, and what is not known."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from made_sharing import FLOCK, saved

from investigate.errors import UnknownValue
from investigate.sections.sharing import show_partners_of, show_reach, show_sharing_change
from investigate.sharing.compare import compare_sharing
from investigate.sharing.kept import read_sharing, store_sharing
from investigate.sharing.load import SharingLoad, load_sharing
from investigate.sharing.partners import open_sharing
from investigate.sharing.reach import reach_immigration

OWN = "Fernhollow IL PD"


def flock(folder: Path, day: str | None, *shared: str, received: str = "Oak IL PD", **said: str) -> SharingLoad:
    """A Flock list of OWN: who may search its cameras, and one agency that lets it search."""
    rows = [FLOCK, [received, received, ""], *([name, "", OWN] for name in shared)]
    loaded = load_sharing(saved(folder / f"list_{day or 'undated'}.csv", rows), owner=OWN, **said)
    store_sharing(loaded, folder)
    return loaded


def test_an_emptied_list_is_the_newest_list(tmp_path: Path) -> None:
    before = flock(tmp_path, "2020-02-06", "ICE", "Alder IL PD")
    after = flock(tmp_path, "2024-01-01")
    for sides in (("2020-12-31", "2024-12-31"), (before, after)):
        found = compare_sharing(*sides, tmp_path)
        changed = found[found["direction"] == "shared"].set_index("recipient")["change"].to_dict()
        assert changed == {"ICE": "removed", "Alder IL PD": "removed"}
    text = show_partners_of(OWN, tmp_path).text
    assert f"On 1 January 2024 the list of {OWN} (flock) named no agency that may search its cameras." in text
    assert "2 agencies stand in an older list and not in the newest." in text
    reach = show_reach(tmp_path).text
    assert "no agency lets a federal immigration office" in reach
    assert "2 agencies reach one only by a setting that stands on an older list and not on the newest" in reach
    assert len(read_sharing(tmp_path)) == 4
    assert len(open_sharing(tmp_path)) == 5


def test_an_undated_list_has_a_sentence_of_its_own(tmp_path: Path) -> None:
    flock(tmp_path, "2024-01-01", "Alder IL PD")
    flock(tmp_path, None, "ICE", "Alder IL PD", "Elm IL PD")
    text = show_partners_of(OWN, tmp_path).text
    assert f"On 1 January 2024 the list of {OWN} (flock) named 1 agency that may search its cameras" in text
    assert f"A list of {OWN} (flock) without a date named 3 agencies that may search its cameras" in text
    assert "lists without a date" in show_reach(tmp_path).text


def test_reach_counts_what_stands_now_and_tells_the_rest_apart(tmp_path: Path) -> None:
    flock(tmp_path, "2020-02-06", "ICE")
    flock(tmp_path, "2024-01-01", "Alder IL PD")
    rows = [["Owner", "Recipient", "Status"], ["Mossgate IL PD", "ICE", "Inactive"], ["Elm IL PD", "ICE", "Active"]]
    store_sharing(load_sharing(saved(tmp_path / "settings_2024-02-02.csv", rows)), tmp_path)
    text = show_reach(tmp_path).text
    assert text.startswith("By the newest of all loaded lists (2 February 2024), 1 agency lets a federal immigration")
    assert "1 agency reaches one only by a setting that its list marks as inactive" in text
    assert "2 agencies reach one only by a setting that stands on an older list and not on the newest" in text
    found = reach_immigration(open_sharing(tmp_path)).set_index("agency")
    assert found["agency_standing"].to_dict() == {
        OWN: "older list only", "Oak IL PD": "older list only",
        "Mossgate IL PD": "marked inactive", "Elm IL PD": "newest list",
    }  # fmt: skip
    assert found["shortest_now"].dropna().to_dict() == {"Elm IL PD": 1}


def test_what_was_withheld_is_not_removed(tmp_path: Path) -> None:
    before = flock(tmp_path, "2020-02-06", "ICE")
    rows = [FLOCK, ["ICE", "ICE net", "[REDACTED]"], ["Alder IL PD", "", OWN]]
    after = load_sharing(saved(tmp_path / "list_2024-01-01.csv", rows))
    found = compare_sharing(before.table, after.table)
    changed = found.set_index(["direction", "recipient"])["change"].to_dict()
    assert changed["shared", "ICE"] == "not known"
    assert changed["shared", "Alder IL PD"] == "added"


def test_lists_in_the_wrong_order_are_refused(tmp_path: Path) -> None:
    before, after = flock(tmp_path, "2020-02-06", "ICE"), flock(tmp_path, "2024-01-01", "Alder IL PD")
    with pytest.raises(UnknownValue, match=r"is older than the earlier one.*Swap them"):
        compare_sharing(after.table, before.table)


def test_no_day_is_a_sentence(tmp_path: Path) -> None:
    flock(tmp_path, "2020-02-06", "ICE")
    assert "None is not a day" in show_sharing_change("2024-01-01", None, tmp_path).text  # type: ignore[arg-type]


def test_many_lists_on_one_side_are_one_sentence(tmp_path: Path) -> None:
    flock(tmp_path, "2020-02-06", "ICE")
    flock(tmp_path, "2024-01-01", "Alder IL PD")
    rows = [["Owner", "Recipient"], *([f"Town{letter} IL PD", "Alder IL PD"] for letter in "abcde")]
    store_sharing(load_sharing(saved(tmp_path / "settings_2024-01-02.csv", rows)), tmp_path)
    text = show_sharing_change("2020-12-31", "2024-12-31", tmp_path).text
    assert "5 lists stand on one side only and could not be compared" in text
    assert text.count("on one side") == 1


def test_a_table_that_is_nobody_s_is_not_called_the_list_of_an_agency(tmp_path: Path) -> None:
    rows = [["Owner", "Recipient"], [OWN, "Alder IL PD"]]
    store_sharing(load_sharing(saved(tmp_path / "settings.csv", rows)), tmp_path)
    text = show_partners_of(OWN, tmp_path).text
    assert "A table that is no agency's own list without a date (not stated) names 1 agency" in text
    assert "The lists of other agencies" not in text


def test_hot_lists_in_other_words_make_no_path() -> None:
    edge = {"owner": OWN, "recipient": "ICE", "system": "Flock Safety", "what": "Hot List", "direction": "shared",
            "as_of": None, "listed_by": OWN, "release": "aaa", "row": 2, "federal_immigration": True,
            "owner_federal_immigration": False}  # fmt: skip
    assert reach_immigration(pd.DataFrame([edge])).empty


def test_an_entry_for_itself_alone_prints_no_empty_table(tmp_path: Path) -> None:
    rows = [["Owner", "Recipient"], [OWN, f"{OWN} Raven"]]
    store_sharing(load_sharing(saved(tmp_path / "settings.csv", rows)), tmp_path)
    text = show_partners_of(OWN, tmp_path).text
    assert "Empty DataFrame" not in text
    assert "0 entries" not in text


def test_partners_with_an_agreement_are_marked_in_the_notebook_too(tmp_path: Path) -> None:
    sheet = (
        "STATE,LAW ENFORCEMENT AGENCY,TYPE,COUNTY,SUPPORT TYPE,SIGNED,MOA,ADDENDUM\n"
        "TEXAS,Johnson County Sheriff’s Office,County,Johnson County,Task Force Model,2025-03-04 00:00:00,link,\n"
    )
    folder = tmp_path / "data" / "manual" / "287g"
    folder.mkdir(parents=True)
    (folder / "sheet 2025-07-18.csv").write_text(sheet, encoding="utf-8")
    flock(tmp_path, "2025-08-01", "Johnson County TX SO")
    assert (
        "1 agency on the lists has an agreement with ICE under section 287(g)" in show_partners_of(OWN, tmp_path).text
    )
