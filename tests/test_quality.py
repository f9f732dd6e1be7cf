"""The quality gate: each check with each of its results, on small invented logs and on released ones."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import random
import sys
from collections.abc import Iterable, Iterator
from itertools import count, pairwise
from pathlib import Path

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_logs import AUDIT, OLD_AUDIT, PORTAL, record, write_log

import investigate as inv
from investigate import cli
from investigate.errors import EmptyStore, UnknownValue
from investigate.quality.facts import Facts
from investigate.quality.gate import CHECKS, COLUMNS, check_releases
from investigate.quality.records import LIMITS, check_shift, check_truncated
from investigate.quality.switch import Switch, picks_value
from investigate.quality.wording import RESULTS, listed, say_stretches, share_of, stretches
from investigate.reasons.dropdown import parse_dropdown
from investigate.reasons.rulebook import rulebook

DEVICES = [*AUDIT[:4], "Total Devices Searched", *AUDIT[4:]]
OFFENSE = ["id", "userId", "searchDate", "networkCount", "offenseType"]
NO_REASON = PORTAL[:-1]
JUNE = dt.date(2025, 6, 1)

Row = list[str]
numbers = count(1)


def day_of(first: str | dt.date, number: int) -> dt.date:
    start = dt.date.fromisoformat(first) if isinstance(first, str) else first
    return start + dt.timedelta(days=number)


def searches(
    first: str | dt.date, days: Iterable[int], a_day: int, header: list[str] = AUDIT, **cells: str
) -> Iterator[Row]:
    """Searches at noon Central of `days` after the first day, `a_day` of them a minute apart."""
    for day in days:
        for minute in range(a_day):
            at = dt.datetime.combine(day_of(first, day), dt.time(18, minute))
            time = {"SearchTime": f"{at:%m/%d/%Y, %I:%M:%S %p} UTC"}
            if "searchDate" in header:
                time = {"searchDate": f"{at:%Y-%m-%dT%H:%M:%S}.000Z"}
            usual = {"Reason": f"Robbery - shed {minute % 3}{day % 3}"} if "Reason" in header else {}
            yield record(next(numbers), header, **(usual | time | cells))


class Logs:
    """The invented files of this test, and what is expected of each of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def audit(
        self, whose: str, rows: Iterable[Row], header: list[str] = AUDIT, kind: str = "Organization", name: str = "all"
    ) -> None:
        own = f"{whose} IL PD"
        rows = list(rows)
        if kind == "Organization" and "Org Name" in header:
            place = header.index("Org Name")
            rows = [[*row[:place], own, *row[place + 1 :]] for row in rows]
        write_log(self.folder / whose / f"{own}_{kind}_Audit_{name}.csv", rows, header)

    def portal(self, slug: str, rows: Iterable[Row], header: list[str] = PORTAL, name: str = "search_audit") -> None:
        write_log(self.folder / slug / f"{name}.csv", list(rows), header)


def write_records(logs: Logs) -> None:
    """Files whose records are cut off, unreadable, shifted, repeated or shared."""
    logs.audit("Plainfold", searches(JUNE, range(30), 5), name="2025-06-01_2025-07-01")
    logs.audit("Cutmoor", searches(JUNE, [n // 50 for n in range(2000)], 10))
    good = list(searches(JUNE, range(20), 5))
    bad = record(next(numbers), SearchTime="yesterday, at noon")
    logs.audit("Halfread", [*good, bad])
    logs.audit("Badread", [*searches(JUNE, range(20), 5), *[bad] * 9])
    logs.audit("Slipton", [*searches(JUNE, range(30), 5), record(next(numbers), TotalNetworksSearched="ZZ9PLATE")])
    shifted = searches(JUNE, range(10), 1, TotalNetworksSearched="lookup", SearchType="12/01/2025, 10:00:00 AM")
    logs.audit("Shiftham", [*searches(JUNE, range(30), 5), *shifted])
    logs.audit("Shortham", [*searches(JUNE, range(30), 5), ["only", "three", "cells"]])
    logs.audit("Stackley", [*searches(JUNE, range(30), 5), AUDIT, *searches("2025-07-01", range(9), 5)])
    twice = next(searches(JUNE, [30], 1))
    logs.audit("Twicebury", [*searches(JUNE, range(30), 5), twice, twice])
    shared = list(searches("2026-03-01", range(30), 3, PORTAL))
    logs.portal("overlea-ca-pd", shared[:60], name="2026-03-21.search_audit")
    logs.portal("overlea-ca-pd", shared[30:], name="2026-03-31.search_audit")
    own = list(searches(JUNE, range(30), 2, OrgName="Bothways IL PD"))
    logs.audit("Bothways", own)
    logs.audit("Bothways", [*own[:15], *searches(JUNE, range(30), 2, OrgName="Outer IL PD")], kind="Network")


def write_days(logs: Logs) -> None:
    """Files with gaps, partial months, false names, and times whose zone is not stated."""
    logs.audit("Gapstow", searches(JUNE, [n for n in range(30) if n not in (8, 9, 20)], 9))
    logs.audit("Quietstow", searches(JUNE, range(0, 30, 3), 1))
    logs.audit("Monthly", searches("2025-01-01", range(31), 3), name="2025-01-01_2025-01-31")
    logs.audit("Monthly", searches("2025-03-05", range(20), 3), name="2025-04-01_2025-04-30")
    logs.audit("Joined", searches("2025-01-01", range(31), 3), name="2025-01-01_02-01")
    logs.audit("Joined", searches("2025-02-01", range(10), 3), name="2025-02-01_2024-02-28")
    logs.audit("Lateford", searches("2025-06-10", range(21), 3), name="2025-06-10_2025-06-29")
    naive = {"SearchTime": "2025-06-03 18:05"}
    logs.audit("Nozone", [*searches(JUNE, range(10), 2), record(next(numbers), **naive)])
    logs.audit("Dayonly", [record(next(numbers), SearchTime=day) for day in ("1/19/2025", "1/20/2025", "1/21/2025")])
    logs.audit("Bothsides", searches("2025-01-15", range(10), 2))
    logs.audit("Early", searches("2025-01-02", range(10), 2))


def write_reasons(logs: Logs) -> None:
    """Files whose reasons are blanket, blank, withheld, overwritten, missing or picked from a list."""
    logs.portal("noreason-ca-pd", searches("2026-03-01", range(20), 4, NO_REASON), NO_REASON)
    logs.portal("empty-ca-pd", [])
    logs.audit("Pasted", searches(JUNE, range(30), 5, Reason="Investigation"))
    most = [*["stolen vehicle"] * 120, *[f"typed {n}" for n in range(30)]]
    logs.audit("Mostly", (r for n, text in enumerate(most) for r in searches(JUNE, [n % 30], 1, Reason=text)))
    named = [*["Quillon wants it"] * 290, *[f"typed {n}" for n in range(10)]]
    logs.audit("Allone", (r for n, text in enumerate(named) for r in searches(JUNE, [n % 30], 1, Reason=text)))
    logs.audit("Blankish", [*searches(JUNE, range(30), 3), *searches(JUNE, range(10), 1, Reason="")])
    logs.audit("Blankest", [*searches(JUNE, range(10), 3), *searches(JUNE, range(30), 3, Reason="")])
    logs.audit("Hiddenly", [*searches(JUNE, range(30), 3), *searches(JUNE, range(10), 1, Reason="***")])
    logs.audit("Hiddenest", [*searches(JUNE, range(10), 3), *searches(JUNE, range(30), 3, Reason="[REDACTED]")])
    typed = {"Reason": "stolen car"}
    logs.audit("Switchby", searches("2025-11-01", range(30), 2, **typed), name="2025-11-01_2025-11-30")
    after = searches("2025-12-01", range(5, 31), 2, Reason="Robbery - ")
    logs.audit("Switchby", [*searches("2025-12-01", range(5), 2, **typed), *after], name="2025-12-01_2025-12-31")
    logs.audit("Switchby", searches("2026-01-01", range(31), 2), name="2026-01-01_2026-01-31")
    mixed = [row for n in range(30) for row in searches(JUNE, [n], 2)] + list(searches(JUNE, range(30), 2, **typed))
    logs.audit("Mixby", mixed)
    logs.portal("offense-ca-pd", searches("2026-03-01", range(30), 3, OFFENSE, offenseType="Arson"), OFFENSE)
    logs.audit("Fewby", searches(JUNE, range(10), 4))
    agencies = {"Ashmoor IL PD": 10, "Elmsea IL PD": 20}
    rows: list[Row] = []
    for name, day in agencies.items():
        rows += searches(JUNE, range(day), 3, OrgName=name, **typed)
        rows += searches(JUNE, range(day, 30), 3, OrgName=name)
    rows += searches(JUNE, range(30), 3, OrgName="Typestead IL PD", **typed)
    logs.audit("Manyby", rows, kind="Network")


def write_fields(logs: Logs) -> None:
    """Files with jumping search types, zero devices, and no word on who searched or released them."""
    logs.audit("Typejump", searches(JUNE, range(30), 4, SearchType="search"), name="2025-06-01_2025-06-30")
    late = [*searches("2025-07-01", range(31), 3, SearchType="lookup"), *searches("2025-07-01", range(31), 1)]
    logs.audit("Typejump", late, name="2025-07-01_2025-07-31")
    logs.audit("Oddjump", searches(JUNE, range(30), 4))
    logs.audit("Oddjump", searches("2025-07-01", range(31), 4, SearchType="Quillon"), name="2025-07")
    logs.audit("Sametype", searches(JUNE, range(61), 4))
    logs.audit("Untyped", searches(JUNE, range(30), 4, OLD_AUDIT), OLD_AUDIT)
    some = {"TotalDevicesSearched": "900"}
    none = {"TotalDevicesSearched": "0"}
    logs.audit("Fullset", searches(JUNE, range(30), 4, DEVICES, **some), DEVICES)
    lost = [*searches("2025-01-10", range(20), 2, DEVICES, **none), *searches(JUNE, range(10), 2, DEVICES, **some)]
    logs.audit("Lostset", lost, DEVICES)
    zeros = searches(JUNE, range(3), 2, DEVICES, TotalNetworksSearched="0", **none)
    logs.audit("Zeroset", [*searches(JUNE, range(30), 3, DEVICES, **some), *zeros], DEVICES)
    nobody = [*searches(JUNE, range(30), 3, OrgName="Outer IL PD"), *searches(JUNE, range(10), 1, OrgName="***")]
    logs.audit("Nameless", [*nobody, *searches(JUNE, range(5), 1, OrgName="Nameless IL PD")], kind="Network")
    write_log(logs.folder / "x" / "untold.csv", list(searches(JUNE, range(10), 3, OLD_AUDIT)), OLD_AUDIT)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("quality")
    logs = Logs(root / "logs")
    for write in (write_records, write_days, write_reasons, write_fields):
        write(logs)
    report = inv.load_lookup_logs(root / "logs", workspace=root)
    assert set(report["status"]) == {"loaded"}, report[["path", "refused_because"]].to_string()
    return root


@pytest.fixture(scope="module")
def checked(root: Path) -> pd.DataFrame:
    return inv.check_releases(workspace=root)


def outcome(checked: pd.DataFrame, file: str, check: str) -> pd.Series:
    """The only outcome of the check for the file whose path holds `file`."""
    found = checked[checked["path"].str.contains(file, regex=False) & (checked["check"] == check)]
    assert len(found) == 1, f"{len(found)} outcomes of {check!r} for {file!r}"
    return found.iloc[0]


# File, check, result, and what the sentence must say. Numbers are counted by eye from the files above.
CASES = [
    ("Plainfold", "truncated", "pass", "150 records"),
    ("Cutmoor", "truncated", "fail", "exactly 20,000 records"),
    ("empty-ca-pd", "truncated", "not checked", "no records"),
    ("Plainfold", "rejected rows", "pass", "Every record"),
    ("Halfread", "rejected rows", "warn", "1 of 101 rows (1 %)"),
    ("Badread", "rejected rows", "fail", "9 of 109 rows (8.3 %) could not be read, most often: not a time"),
    ("empty-ca-pd", "rejected rows", "not checked", "no records"),
    ("Plainfold", "days without rows", "pass", "Each of 30 days from 2025-06-01 to 2025-06-30"),
    ("Gapstow", "days without rows", "warn", "3 days of 30 from 2025-06-01 to 2025-06-30 have no row"),
    ("Gapstow", "days without rows", "warn", "2025-06-09 to 2025-06-10 and 2025-06-21"),
    ("Quietstow", "days without rows", "not checked", "at 1.0 searches a day there are too few"),
    ("empty-ca-pd", "days without rows", "not checked", "no records"),
    ("Plainfold", "months covered", "pass", "The only file of this log"),
    ("Lateford", "months covered", "warn", "2025-06, is covered from day 10 on"),
    (
        "Monthly IL PD_Organization_Audit_2025-01",
        "months covered",
        "warn",
        "32 days after it: 2025-02-01 to 2025-03-04",
    ),
    ("Monthly IL PD_Organization_Audit_2025-04", "months covered", "pass", "2025-03, is covered to day 24"),
    ("Joined IL PD_Organization_Audit_2025-01", "months covered", "pass", "One of 2 files"),
    ("Joined IL PD_Organization_Audit_2025-02", "months covered", "pass", "2025-02, is covered to day 10"),
    ("noreason-ca-pd", "months covered", "pass", "the last 30 days before it was downloaded"),
    ("Plainfold", "days of the file name", "pass", "2025-06-01 to 2025-07-01"),
    ("Lateford", "days of the file name", "warn", "3 of 63 rows (4.8 %) lie outside"),
    ("Monthly IL PD_Organization_Audit_2025-04", "days of the file name", "fail", "60 of 60 rows"),
    ("Joined IL PD_Organization_Audit_2025-01", "days of the file name", "pass", "2025-01-01 to 2025-02-01"),
    ("Joined IL PD_Organization_Audit_2025-02", "days of the file name", "fail", "ends before it begins; 30 of 30"),
    ("Gapstow", "days of the file name", "not checked", "states no day"),
    ("2026-03-21.search_audit", "days of the file name", "not checked", "one day only (2026-03-21)"),
    ("Plainfold", "column shift", "pass", "number of networks, time of search, time frame, agency and search type"),
    ("Slipton", "column shift", "warn", "1 of 151 rows (0.7 %) or more hold something else than their column"),
    ("Slipton", "column shift", "warn", "from record 152 on: 1 in number of networks"),
    ("Shiftham", "column shift", "fail", "10 of 160 rows (6.2 %)"),
    ("Shiftham", "column shift", "fail", "10 in number of networks and 10 in search type"),
    ("Shortham", "column shift", "warn", "1 with too few or too many cells"),
    ("Stackley", "column shift", "pass", "Every cell"),
    ("empty-ca-pd", "column shift", "not checked", "no records"),
    ("Plainfold", "repeats", "pass", "No row repeats"),
    ("Twicebury", "repeats", "warn", "1 of 152 rows (0.7 %) repeats an earlier row"),
    ("empty-ca-pd", "repeats", "not checked", "no records"),
    ("Plainfold", "overlap", "pass", "No search"),
    ("2026-03-21.search_audit", "overlap", "pass", "30 of 60 rows (50 %)"),
    ("Bothways IL PD_Organization", "overlap", "warn", "15 rows (25 %) of them stand in a log of another kind"),
    ("Bothways IL PD_Network", "overlap", "warn", "15 of 75 rows (20 %)"),
    ("empty-ca-pd", "overlap", "not checked", "no records"),
    ("Plainfold", "reason column", "pass", "has a reason column"),
    ("empty-ca-pd", "reason column", "pass", "has a reason column"),
    ("noreason-ca-pd", "reason column", "fail", "no reason column"),
    ("Pasted", "reason column", "fail", "150 of 150 rows (100 %)"),
    ("Manyby", "blanket reasons", "warn", '"stolen car", stands in 180 of 270 rows'),
    ("Plainfold", "blanket reasons", "pass", "in 20 of 150 rows with a legible one (13 %)"),
    ("Mostly", "blanket reasons", "warn", '"stolen vehicle", stands in 120 of 150 rows with a legible one (80 %)'),
    ("Allone", "blanket reasons", "fail", "not shown here since it may name someone, stands in 290 of 300"),
    ("Pasted", "blanket reasons", "fail", '"investigation", stands in 150 of 150'),
    ("Fewby", "blanket reasons", "not checked", "Only 40 rows"),
    ("noreason-ca-pd", "blanket reasons", "not checked", "no reason column"),
    ("Plainfold", "blank reasons", "pass", "0 of 150 rows"),
    ("Blankish", "blank reasons", "warn", "10 of 100 rows (10 %) have no reason"),
    ("Blankest", "blank reasons", "fail", "90 of 120 rows (75 %)"),
    ("noreason-ca-pd", "blank reasons", "not checked", "no reason column"),
    ("Plainfold", "withheld reasons", "pass", "0 of 150 rows"),
    ("Hiddenly", "withheld reasons", "warn", "10 of 100 rows (10 %) have a reason that was withheld"),
    ("Hiddenest", "withheld reasons", "fail", "90 of 120 rows (75 %)"),
    ("Pasted", "withheld reasons", "fail", "A text that fills the whole column counts as one"),
    ("noreason-ca-pd", "withheld reasons", "not checked", "no reason column"),
    ("Mostly", "drop-down", "pass", "No drop-down values"),
    ("offense-ca-pd", "drop-down", "pass", "from the drop-down list. In this file 90 of 90"),
    ("Switchby IL PD_Organization_Audit_2025-11", "drop-down", "pass", "before the day on which"),
    ("Switchby IL PD_Organization_Audit_2025-12", "drop-down", "warn", "on 2025-12-06 (the last day with"),
    ("Switchby IL PD_Organization_Audit_2026-01", "drop-down", "pass", "after the day on which"),
    ("Mixby", "drop-down", "warn", "no day parts them. In this file 60 of 120"),
    ("Manyby", "drop-down", "warn", "from 2025-06-11 to 2025-06-21, depending on the agency"),
    ("Manyby", "drop-down", "warn", "2 with the change on a day in this file and 1 without drop-down values"),
    ("Fewby", "drop-down", "not checked", "There are not 50 searches"),
    ("noreason-ca-pd", "drop-down", "not checked", "neither a reason column nor one"),
    ("Sametype", "search types", "pass", "No search type's share"),
    ("Typejump IL PD_Organization_Audit_2025-07", "search types", "warn", '"lookup" 0 % in 2025-06, 100 % in 2025-07'),
    ("Typejump IL PD_Organization_Audit_2025-06", "search types", "not checked", "an earlier one of as many"),
    ("Oddjump IL PD_Organization_Audit_2025-07", "search types", "warn", "a label not seen in other logs 0 %"),
    ("Fewby", "search types", "not checked", "an earlier one of as many"),
    ("Untyped", "search types", "not checked", "no column for the search type"),
    ("Fullset", "devices", "pass", "No row states 0 devices"),
    ("Lostset", "devices", "warn", "40 of 60 rows (67 %) state 0 devices between 2024-12-17 and 2025-02-05"),
    ("Zeroset", "devices", "warn", "6 of 96 rows (6.2 %) state 0 devices. 6 records state 0 networks."),
    ("Plainfold", "devices", "not checked", "no column for the number of devices"),
    ("Plainfold", "time zone", "pass", "every row states it"),
    ("noreason-ca-pd", "time zone", "pass", "every row states it"),
    ("Nozone", "time zone", "warn", "1 of 21 rows (4.8 %) do not state the zone"),
    ("Dayonly", "time zone", "warn", "Of these 1 lie on 2025-01-20 (America/Chicago)"),
    ("empty-ca-pd", "time zone", "not checked", "no records"),
    ("Plainfold", "who is who", "pass", "Released by Plainfold IL PD as an organization audit"),
    ("Untyped", "who is who", "pass", "as its file name says, as an organization audit"),
    ("noreason-ca-pd", "who is who", "pass", "as the name of its folder says"),
    (
        "Bothways IL PD_Network",
        "who is who",
        "pass",
        "In 15 of 75 rows (20 %) the searching agency is Bothways IL PD itself",
    ),
    ("Nameless", "who is who", "warn", "10 of 105 rows (9.5 %) do not say which agency searched"),
    ("untold", "who is who", "fail", "not known"),
    ("Bothsides", "sides of the inauguration", "pass", "both sides of the inauguration"),
    ("Bothsides", "sides of the inauguration", "pass", "10 before, 10 after"),
    ("Early", "sides of the inauguration", "pass", "only before the inauguration"),
    ("Plainfold", "sides of the inauguration", "pass", "only after the inauguration"),
    ("Dayonly", "sides of the inauguration", "pass", "1 before, 1 after, 1 on the day itself"),
    ("empty-ca-pd", "sides of the inauguration", "not checked", "no records"),
]


@pytest.mark.parametrize(("file", "check", "result", "says"), CASES)
def test_each_check_gives_its_result_and_its_numbers(
    checked: pd.DataFrame, file: str, check: str, result: str, says: str
) -> None:
    found = outcome(checked, file, check)
    assert (found["result"], says in found["says"]) == (result, True), found["says"]


def test_every_check_is_tested_with_pass_and_every_other_result_that_it_has() -> None:
    tested = {(check, result) for _, check, result, _ in CASES}
    assert {check for check, _ in tested} == set(CHECKS)
    assert {check for check, result in tested if result == "pass"} == set(CHECKS)


def test_every_release_has_every_check_once_in_order(root: Path, checked: pd.DataFrame) -> None:
    loaded = inv.open_tables(root).releases["release"].tolist()
    assert list(checked.columns) == COLUMNS
    assert list(zip(checked["release"], checked["check"], strict=True)) == [(r, c) for r in loaded for c in CHECKS]
    assert set(checked["result"]) == set(RESULTS)


def test_only_warnings_and_failures_say_what_they_mean_and_what_to_ask(checked: pd.DataFrame) -> None:
    is_odd = checked["result"].isin(["warn", "fail"])
    assert checked.loc[is_odd, "ask"].str.startswith("Ask the agency ").all()
    assert checked.loc[is_odd, "means"].str.endswith(".").all()
    assert (checked.loc[~is_odd, ["means", "ask"]] == "").all(axis=None)
    assert checked["says"].str.endswith(".").all()


def test_nothing_private_is_said(checked: pd.DataFrame) -> None:
    said = checked[["says", "means", "ask"]].to_string().lower()
    assert not [text for text in ("quillon", "zz9plate", "yesterday", "typed 1") if text in said]


def test_the_overlap_of_one_producer_counts_the_others_too(root: Path, checked: pd.DataFrame) -> None:
    alone = check_releases("bothways il pd", workspace=inv.open_tables(root))
    whole = checked[checked["producer"] == "Bothways IL PD"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, whole)


def test_an_unknown_producer_is_named_with_the_nearest(root: Path) -> None:
    with pytest.raises(UnknownValue, match=r"Unknown producer 'Plainfild IL PD'.*'Plainfold IL PD'"):
        check_releases("Plainfild IL PD", workspace=root)


def test_an_empty_workspace_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptyStore):
        check_releases(workspace=tmp_path)


@pytest.mark.parametrize("rows_read", [*LIMITS, 10_000, 30_000, 500_000, 0, 9_999, 20_001, 5_000])
def test_numbers_at_which_exports_stop_fail_and_other_round_ones_warn(rows_read: int) -> None:
    nothing = Facts([], {}, {}, {}, {}, {}, {}, {}, {}, {})
    result = check_truncated({"rows_read": rows_read}, nothing).result
    usual = "warn" if rows_read and rows_read % 10_000 == 0 else "pass"
    assert result == ("not checked" if not rows_read else "fail" if rows_read in LIMITS else usual)


def test_a_file_without_typed_columns_cannot_be_checked_for_a_shift() -> None:
    one = {"release": "a", "rows_read": 5, "rows_blank": 0}
    facts = Facts([], {}, {}, {("a", "reason", "value"): (5, 2)}, {}, {}, {}, {}, {}, {})
    assert check_shift(one, facts).result == "not checked"


# ---- the switch to a drop-down ------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [*[value for value, _ in rulebook().dropdown.values()], "stolen car", "ICE", "", " ", "-", " - ", " – ", ",", ", "]
)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=5).map("".join), min_size=20, max_size=60))
def test_the_engine_finds_picked_values_where_the_rules_do(texts: list[str]) -> None:
    known = rulebook().dropdown
    table = ibis.memtable(pd.DataFrame({"number": range(len(texts)), "reason": texts}))
    table = table.mutate(offense_type=ibis.null("string"))
    found = table.mutate(is_picked=picks_value(table)).order_by("number").to_pandas()["is_picked"]
    assert found.tolist() == [bool(parse_dropdown(text, known)[0]) for text in texts]


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ((4, 16, 16, 4), "switched"),
        ((5, 16, 16, 4), "mixed"),
        ((4, 15, 60, 0), "all"),
        ((0, 60, 15, 4), "none"),
        ((0, 100, 0, 0), "none"),
        ((0, 0, 100, 0), "all"),
    ],
)
def test_a_switch_needs_twenty_searches_and_four_fifths_on_each_side(
    counts: tuple[int, int, int, int], state: str
) -> None:
    assert Switch(JUNE, None, *counts).state == state


# ---- wording ------------------------------------------------------------------------------------------------


@given(st.sets(st.integers(0, 400)))
def test_stretches_hold_exactly_the_days(offsets: set[int]) -> None:
    days = {day_of(JUNE, offset) for offset in offsets}
    found = stretches(days)
    assert {first + dt.timedelta(days=n) for first, last in found for n in range((last - first).days + 1)} == days
    assert all(later[0] - earlier[1] > dt.timedelta(days=1) for earlier, later in pairwise(found))


def test_more_than_five_stretches_are_counted() -> None:
    found = stretches(day_of(JUNE, n) for n in range(0, 16, 2))
    assert say_stretches(found).endswith("2025-06-09 and 3 more")


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_share_is_nothing_or_all_only_if_it_is(part: int, more: int) -> None:
    whole = part + more
    assert (share_of(part, whole) == "0 %") == (part == 0)
    assert share_of(part, whole) != "100 %"
    assert share_of(whole, whole) == "100 %"


def test_parts_are_listed_as_in_a_sentence() -> None:
    assert [listed(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


# ---- properties of the whole --------------------------------------------------------------------------------


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_rows_changes_nothing(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    rows = [
        *searches("2025-11-01", range(35), 3, OrgName="Ashmoor IL PD", Reason="stolen car", SearchType="search"),
        *searches("2025-12-06", range(26), 3, OrgName="Ashmoor IL PD", SearchType="lookup"),
        *searches("2025-12-06", range(20), 1, OrgName="***", Reason=""),
    ]
    said = []
    for order in (rows, random.Random(seed).sample(rows, len(rows))):
        room = tmp_path_factory.mktemp("order")
        path = write_log(room / "Fernwick IL PD_Network_Audit.csv", order)
        inv.load_lookup_logs(path, workspace=room)
        said.append(check_releases(workspace=room).drop(columns=["release", "path"]))
    pd.testing.assert_frame_equal(*said)


def test_facts_hold_nothing_but_small_frames(root: Path) -> None:
    """Ten million rows must not come into Python: nothing here is as long as the rows."""
    from investigate.quality.facts import gather  # noqa: PLC0415

    facts = gather(inv.open_tables(root))
    longest = max(len(getattr(facts, field.name)) for field in dataclasses.fields(facts))
    assert longest <= max(len(facts.states), len(facts.releases)) < 1000


# ---- the command --------------------------------------------------------------------------------------------


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["investigate", "check", *words])
    code = 0
    try:
        cli.main()
    except SystemExit as end:
        code = int(end.code or 0)
    return code, *capsys.readouterr()


def test_the_command_prints_json_and_writes_quality_json(
    root: Path, checked: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(monkeypatch, capsys, "--workspace", str(root), "--json")
    printed = json.loads(out)
    assert code == 0
    assert all(list(one) == ["release", "check", "result", "says"] for one in printed)
    whole = [" ".join(part for part in parts if part) for parts in checked[["says", "means", "ask"]].to_numpy()]
    assert [one["says"] for one in printed] == whole
    written = json.loads((root / "data" / "store" / "quality.json").read_text(encoding="utf-8"))
    assert [list(one) for one in written] == [COLUMNS] * len(checked)
    assert [one["says"] for one in written] == checked["says"].tolist()


def test_the_command_shows_what_did_not_pass_within_100_columns(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(monkeypatch, capsys, "--workspace", str(root), "--producer", "Gapstow IL PD")
    assert code == 0
    assert max(map(len, out.splitlines()[:-1])) <= 100
    assert "Gapstow IL PD, organization, release" in out
    assert "2025-06-21" in out
    shown = inv.check_releases("Gapstow IL PD", workspace=root)
    assert f"{(shown['result'] == 'pass').sum()} checks passed." in out


def test_the_command_refuses_an_unknown_producer_and_an_empty_workspace(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = run(monkeypatch, capsys, "--workspace", str(root), "--producer", "Nowhere IL PD")
    assert unknown[0] == 2
    assert "Unknown producer 'Nowhere IL PD'" in unknown[2]
    empty = run(monkeypatch, capsys, "--workspace", str(tmp_path))
    assert empty[0] == 1
    assert "Nothing has been loaded" in empty[2]


# ---- released files -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def champaign(released: Path, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    room = tmp_path_factory.mktemp("champaign")
    inv.load_lookup_logs(released / "logs" / "champaign-il-pd", workspace=room)
    return inv.check_releases(workspace=room)


MONTHS = {
    "Jan": "2025-01-01_2025-02-01",
    "Feb": "2025-02-01_2025-03-01",
    "Jun": "2025-06-01_2025-07-01",
    "Jul": "2025-07-01_2025-08-01",
    "Sep": "2025-08-01_09-01",
    "Dec": "2025-12-01_2025-12-31",
    "Feb 2026": "2026-02-01_2025-02-28",
}


@pytest.mark.parametrize(
    ("month", "check", "result", "says"),
    [
        ("Sep", "days without rows", "warn", "1 day of 30 from 2025-09-01 to 2025-09-30 has no row"),
        ("Sep", "days without rows", "warn", "on the others: 2025-09-23."),
        ("Jan", "months covered", "pass", "from 2025-01-01 to 2025-01-31"),
        ("Feb", "months covered", "warn", "2025-03-01 to 2025-05-31"),
        ("Jul", "months covered", "warn", "2025-08-01 to 2025-08-31"),
        ("Sep", "months covered", "warn", "2025-10-01 to 2025-11-30"),
        ("Dec", "months covered", "warn", "2026-01-01 to 2026-01-31"),
        ("Feb 2026", "months covered", "pass", "from 2026-02-01 to 2026-02-28"),
        ("Dec", "days of the file name", "pass", "2025-12-01 to 2025-12-31"),
        ("Sep", "days of the file name", "fail", "from 2025-09-01 to 2025-09-30"),
        ("Feb 2026", "days of the file name", "fail", "2,735 of 2,735 rows"),
        ("Jan", "repeats", "pass", "No row"),
        ("Feb", "repeats", "warn", "263 of 2,962 rows"),
        ("Jun", "repeats", "warn", "68 of 3,285 rows"),
        ("Jul", "repeats", "warn", "8 of 3,262 rows"),
        ("Sep", "repeats", "warn", "1 of 2,945 rows"),
        ("Jul", "drop-down", "pass", "before the day"),
        ("Dec", "drop-down", "warn", "on 2025-12-11"),
        ("Feb 2026", "drop-down", "pass", "after the day"),
        ("Jan", "search types", "not checked", "no column"),
        ("Jul", "search types", "warn", '"lookup" 6.4 % in 2025-06, 43 % in 2025-07'),
        ("Sep", "search types", "warn", '"lookup" 43 % in 2025-07, 77 % in 2025-09'),
        ("Dec", "search types", "pass", "No search type"),
        ("Jul", "devices", "warn", "97 of 3,262 rows"),
        ("Jan", "devices", "not checked", "10 records state 0 networks"),
        ("Jan", "sides of the inauguration", "pass", "2,424 before, 924 after"),
    ],
)
def test_released_logs_of_champaign(champaign: pd.DataFrame, month: str, check: str, result: str, says: str) -> None:
    found = outcome(champaign, MONTHS[month], check)
    assert (found["result"], says in found["says"]) == (result, True), found["says"]
