"""What reasons leave unsaid: parts of a month counted by eye, gaps, the switch to picked values, case numbers."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_logs import record, write_log
from tiny_logs import no_sources, search, utc, write_network_audit, write_portal

import investigate as inv
from investigate.errors import EmptyStore, UnknownValue
from investigate.quiet import (
    MONTH_COLUMNS,
    PARTS,
    QUIET_PARTS,
    SHARES,
    count_quiet,
    dropdown_switch,
    no_case_number,
    quiet_by_agency,
)
from investigate.quiet_change import comparable_months, find_changes, find_extremes, find_fall
from investigate.quiet_chart import chart_quiet, say_change, say_extreme, say_taken_over
from investigate.sections.quiet import CAUTION, show_quiet
from investigate.show import Report
from investigate.tables import Tables

OWNER, SEARCHER, OTHER = "Fernwick IL PD", "Ashmoor IL PD", "Birchgate GA PD"
PORTAL_PD = "Elmhaven CA PD"
OFFENSE = ["id", "userId", "searchDate", "networkCount", "reason", "caseNumber", "offenseType"]

# Reason → the part that a reader would put it into.
READ = {
    "ICE": "immigration_related",
    "Immigration (civil/administrative) - ": "immigration_related",
    "burglary": "stated",
    "HSI": "stated",
    "Robbery - stolen car": "stated",
    "Robbery, Immigration (criminal) - ": "stated",
    "Robbery - ": "dropdown_only",
    "robbery, ARSON -": "dropdown_only",
    "Other - ": "dropdown_only",
    "Robbery - ..": "dropdown_only",
    "investigation": "vague_other",
    "25": "vague_other",
    "jd": "vague_other",
    "inv 25-001234": "vague_other",
    "25-001234": "vague_case_number_only",
    "T25-123": "vague_case_number_only",
    "ABCD-01234": "vague_case_number_only",
    "***": "withheld",
    "": "blank",
}


def load(root: Path) -> Tables:
    report = inv.load_lookup_logs([root / "logs"], workspace=root)
    assert set(report["status"]) <= {"loaded", "unchanged"}, report["refused_because"].tolist()
    return inv.open_tables(root)


def at(month: str, number: int) -> pd.Timestamp:
    """Noon UTC of one of the first 28 days, a second of its own for each number."""
    return pd.Timestamp(utc(f"{month}-{number % 28 + 1:02}T18:00:00")) + pd.Timedelta(seconds=number)


def searches(month: str, reasons: list[str], agency: str = SEARCHER, **cells: str) -> list[dict[str, Any]]:
    return [search(at(month, n).to_pydatetime(), reason, agency, **cells) for n, reason in enumerate(reasons)]


def parts_of(months: pd.DataFrame, month: str) -> dict[str, int]:
    """The parts of one month that are not empty."""
    row = months.set_index("month").loc[month]
    return {part: int(row[part]) for part in PARTS if not pd.isna(row[part]) and row[part]}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """March holds one search of each kind; in April only another agency searched; May has two; of June no file."""
    root = tmp_path_factory.mktemp("quiet")
    rows = [
        *searches("2025-03", [*READ]),
        *searches("2025-04", ["burglary"], OTHER),
        *searches("2025-05", ["burglary", ""]),
        *searches("2025-07", ["investigation"]),
    ]
    write_network_audit(root / "logs", OWNER, rows)
    portal = root / "logs" / PORTAL_PD
    write_portal(portal, searches("2025-03", [""] * 3, PORTAL_PD), with_reason=False)
    return load(root)


# ---- the parts of a month ---------------------------------------------------------------------------------


def test_each_search_lies_in_the_part_that_a_reader_would_put_it_into(tables: Tables) -> None:
    months = count_quiet(tables, SEARCHER)
    assert list(months.columns) == list(MONTH_COLUMNS)
    assert parts_of(months, "2025-03") == pd.Series(READ).value_counts().to_dict()
    assert months["searches"].fillna(-1).tolist() == [19, 0, 2, -1, 1]


def test_shares_are_of_all_searches_of_the_month(tables: Tables) -> None:
    may = count_quiet(tables, SEARCHER).set_index("month").loc["2025-05"]
    assert (may["stated_share"], may["blank_share"], may["dropdown_only_share"]) == (0.5, 0.5, 0.0)


def test_every_month_appears_and_one_without_searches_has_no_shares(tables: Tables) -> None:
    months = count_quiet(tables, SEARCHER).set_index("month")
    assert list(months.index) == ["2025-03", "2025-04", "2025-05", "2025-06", "2025-07"]
    assert months.loc["2025-04", ["searches", *PARTS]].tolist() == [0] * 9
    for gap in ("2025-04", "2025-06"):
        assert months.loc[gap, [*SHARES, "per_1000"]].isna().all()
    assert months.loc["2025-04", "covered_days"] == 1, "another agency's search: the file covers the month"


def test_month_that_no_file_covers_has_no_count_that_could_be_taken_for_a_zero(tables: Tables) -> None:
    for months in (count_quiet(tables, SEARCHER), quiet_by_agency(tables).query("agency == @SEARCHER")):
        june = months.set_index("month").loc["2025-06"]
        assert june["covered_days"] == 0
        assert june[["searches", *PARTS, "reason_known", "per_1000"]].isna().all()


def test_a_release_without_a_reason_column_leaves_everything_unknown(tables: Tables) -> None:
    month = count_quiet(tables, PORTAL_PD).iloc[0]
    assert (month["searches"], month["not_exported"], month["not_exported_share"]) == (3, 3, 1.0)
    assert month[[share for share in SHARES if share != "not_exported_share"]].isna().all()
    assert month[[part for part in PARTS if part != "not_exported"]].isna().all()
    assert pd.isna(month["per_1000"])


def test_numbers_are_those_of_count_searches(tables: Tables, sample_workspace: Path) -> None:
    for whose in (tables, sample_workspace):
        mine = count_quiet(whose).set_index("month")
        counted = inv.count_searches(periods="month", workspace=whose).set_index("period").loc[mine.index]
        counted[["searches", "reason_known"]] = counted[["searches", "reason_known"]].mask(counted["covered_days"] == 0)
        for name in ("searches", "immigration_related", "reason_known", "per_1000", "covered_days"):
            assert mine[name].fillna(-1).tolist() == counted[name].fillna(-1).tolist(), name


@settings(max_examples=5, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from([*READ, "ERO", "x y", "Wanted Person -"]), st.integers(0, 8), st.integers(3, 6)),
        min_size=1,
        max_size=25,
    )
)
def test_parts_add_up_to_the_searches(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    """The same id may stand in several rows with reasons that differ."""
    root = tmp_path_factory.mktemp("sum")
    made = [search(at(f"2025-0{month}", n).to_pydatetime(), text, id=f"s{n}") for text, n, month in rows]
    write_network_audit(root / "logs", OWNER, made)
    months = count_quiet(load(root))
    assert months[[*PARTS]].fillna(0).sum(axis=1).tolist() == months["searches"].fillna(0).tolist()
    assert months["searches"].sum() == len({(n, month) for _, n, month in rows})


def test_of_rows_that_differ_the_most_telling_counts_once(tmp_path: Path) -> None:
    one = search("2025-03-05T18:00:00", "", id="one")
    write_network_audit(tmp_path / "logs", OWNER, [one, one | {"reason": "25-001234"}])
    write_network_audit(tmp_path / "logs", "Garrowmoor GA PD", [one | {"reason": "burglary"}])
    tables = load(tmp_path)
    assert parts_of(count_quiet(tables, SEARCHER), "2025-03") == {"stated": 1}
    assert parts_of(count_quiet(tables, OWNER), "2025-03") == {"vague_case_number_only": 1}


def test_an_offense_type_of_a_portal_counts_as_a_picked_value(tmp_path: Path) -> None:
    cells = [("", "Robbery", ""), ("shed", "Robbery", ""), ("", "Other", ""), ("", "Robbery", "FBI 1"), ("", "", "")]
    rows = [
        record(n, OFFENSE, reason=reason, offenseType=picked, caseNumber=case, searchDate=f"2026-03-0{n}T18:00:00.000Z")
        for n, (reason, picked, case) in enumerate(cells, start=1)
    ]
    write_log(tmp_path / "logs" / PORTAL_PD / "search_audit.csv", rows, OFFENSE)
    months = count_quiet(load(tmp_path), PORTAL_PD)
    assert parts_of(months, "2026-03") == {"dropdown_only": 2, "stated": 2, "blank": 1}


def test_one_text_over_the_whole_column_is_withheld_and_not_vague(tmp_path: Path) -> None:
    write_network_audit(tmp_path / "logs", OWNER, searches("2025-03", ["INVESTIGATION"] * 120))
    assert parts_of(count_quiet(load(tmp_path)), "2025-03") == {"withheld": 120}


def test_a_value_picked_beside_such_a_text_is_all_that_was_stated(tmp_path: Path) -> None:
    days = [f"2026-03-{n % 28 + 1:02}T18:{n // 28:02}:00.000Z" for n in range(120)]
    rows = [
        record(n, OFFENSE, reason="INVESTIGATION", offenseType="Robbery", searchDate=day) for n, day in enumerate(days)
    ]
    write_log(tmp_path / "logs" / PORTAL_PD / "search_audit.csv", rows, OFFENSE)
    assert parts_of(count_quiet(load(tmp_path), PORTAL_PD), "2026-03") == {"dropdown_only": 120}


def test_order_of_rows_and_loading_twice_change_nothing(tmp_path: Path) -> None:
    rows = [*searches("2025-03", [*READ]), *searches("2025-05", ["burglary", "", "Robbery -"], OTHER)]
    found = []
    for name, order in (("a", rows), ("b", random.Random(7).sample(rows, len(rows)))):
        write_network_audit(tmp_path / name / "logs", OWNER, order)
        found.append(quiet_by_agency(load(tmp_path / name)))
    shutil.copytree(tmp_path / "b" / "logs", tmp_path / "b" / "logs" / "again")
    write_network_audit(tmp_path / "b" / "logs", OWNER, rows, part=2)
    found.append(quiet_by_agency(load(tmp_path / "b")))
    assert found[0]["searches"].sum() == 2 * len(rows)
    pd.testing.assert_frame_equal(found[0], found[1])
    pd.testing.assert_frame_equal(found[0], found[2])


def test_all_agencies_at_once_are_what_each_is_alone(sample_workspace: Path) -> None:
    tables = inv.open_tables(sample_workspace)
    every = quiet_by_agency(tables)
    assert not every.duplicated(["agency", "role", "month"]).any()
    pairs = every[["agency", "role"]].drop_duplicates().sample(4, random_state=3)
    for agency, role in pairs.itertuples(index=False):
        mine = every[(every["agency"] == agency) & (every["role"] == role)].drop(columns=["agency", "role"])
        pd.testing.assert_frame_equal(mine.reset_index(drop=True), count_quiet(tables, agency, role))


def test_months_that_are_counted_already_are_not_counted_again(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    from investigate import quiet  # noqa: PLC0415 - to take a function out of it

    expected = quiet_by_agency(tables)
    months = pd.concat(
        inv.count_searches(column, scope="all", periods="month", workspace=tables)
        .rename(columns={column: "agency"})
        .assign(role=role)
        for role, column in (("owner", "camera_owner"), ("searcher", "searching_agency"))
    ).dropna(subset=["agency"])
    monkeypatch.setattr(quiet, "count_searches", None)
    pd.testing.assert_frame_equal(quiet_by_agency(tables, months), expected)


def test_an_agency_or_workspace_that_is_not_there_is_refused_in_words(tables: Tables, tmp_path: Path) -> None:
    with pytest.raises(UnknownValue, match="Ashmoor IL PD"):
        count_quiet(tables, "Ashmoore IL PD")
    with pytest.raises(EmptyStore, match="Nothing has been loaded"):
        count_quiet(tmp_path)


def test_a_log_without_rows_has_no_months(tmp_path: Path) -> None:
    write_network_audit(tmp_path / "logs", OWNER, [])
    tables = load(tmp_path)
    for empty in (count_quiet(tables), quiet_by_agency(tables), dropdown_switch(tables), no_case_number(tables)):
        assert empty.empty
    assert list(count_quiet(tables).columns) == list(MONTH_COLUMNS)


# ---- when picked values took over ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def switches(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """One agency types until 28 November and picks from 1 December, in the logs of two owners; another always types."""
    root = tmp_path_factory.mktemp("switch")
    for owner, part in ((OWNER, 0), ("Garrowmoor GA PD", 1)):
        rows = [
            *searches("2025-11", ["stolen car"] * 56)[part::2],
            *searches("2025-12", ["Robbery -"] * 56)[part::2],
            *searches("2025-11", ["stolen car"] * 60, OTHER),
            *searches("2025-12", ["Robbery - "] * 30, "Cressfold GA PD"),
        ]
        write_network_audit(root / "logs", owner, rows)
    return dropdown_switch(load(root)).set_index(["agency", "role"])


def test_the_day_is_found_over_all_logs_of_an_agency(switches: pd.DataFrame) -> None:
    one = switches.loc[(SEARCHER, "searcher")]
    assert (one["state"], one["day"], one["eve"]) == ("switched", "2025-12-01", "2025-11-28")
    assert (one["searches_before"], one["searches_after"]) == (56, 56)
    assert (one["picked_share_before"], one["picked_share_after"]) == (0, 1)


def test_without_a_day_that_parts_them_there_is_no_day_and_no_count_beside_it(switches: pd.DataFrame) -> None:
    never = switches.loc[(OTHER, "searcher")]
    assert (never["state"], never["searches"], never["picked_share"]) == ("none", 60, 0)
    assert never["day"] is None
    assert pd.isna(never["searches_before"])


def test_agencies_with_fewer_than_fifty_searches_are_left_out(switches: pd.DataFrame) -> None:
    assert ("Cressfold GA PD", "searcher") not in switches.index
    assert (OWNER, "owner") in switches.index


def owner_switch(root: Path, *logs: list[dict[str, Any]]) -> pd.Series:
    """The row of the camera owner whose network audit holds these searches."""
    write_network_audit(root / "logs", OWNER, [row for log in logs for row in log])
    return dropdown_switch(load(root)).set_index(["agency", "role"]).loc[(OWNER, "owner")]


def test_owner_has_no_switch_where_only_other_agencies_searched_from_a_day_on(tmp_path: Path) -> None:
    """One agency only types and searched in January, another only picks and searched in February."""
    typed, picked = searches("2025-01", ["burglary"] * 100), searches("2025-02", ["Robbery - "] * 100, OTHER)
    few = [*searches("2025-02", ["burglary"] * 5), *searches("2025-01", ["Robbery - "] * 5, OTHER)]
    for name, logs in {"apart": [typed, picked], "a few on the other side": [typed, picked, few]}.items():
        one = owner_switch(tmp_path / name, *logs)
        assert (one["state"], one["day"], one["eve"]) == ("others", None, None), name
        assert pd.isna(one["searches_before"])
        assert one["picked_share"] == 0.5
    text = show_quiet(report_of(load(tmp_path / "apart"), OWNER, "owner")).text
    assert "From which day most are cannot be told from a change of who searched" in text
    assert "took over on" not in text


def test_owner_switches_where_its_searching_agencies_do(tmp_path: Path) -> None:
    """25 agencies turn on one day, with two searches on each side: too few of any one, enough together."""
    logs = [
        searches(month, [text] * 2, f"Agency {number} GA PD")
        for number in range(25)
        for month, text in (("2025-01", "burglary"), ("2025-02", "Robbery - "))
    ]
    one = owner_switch(tmp_path, *logs)
    assert (one["state"], one["searches_before"], one["searches_after"]) == ("switched", 50, 50)


# ---- searches without a case number -------------------------------------------------------------------------


def test_no_case_number_means_neither_in_the_column_nor_in_the_reason(tmp_path: Path) -> None:
    texts = [("ICE", ""), ("ICE", "25-00123"), ("ICE 25-00123", ""), ("ICE 25-123", ""), ("ERO 12", ""), ("CBP", "N/A")]
    texts += [("immigration", ""), ("HSI", ""), ("burglary", "")]  # of another category: not counted here
    rows = [search(at("2025-03", n).to_pydatetime(), text, case=case) for n, (text, case) in enumerate(texts)]
    write_network_audit(tmp_path / "logs", OWNER, rows)
    found = no_case_number(load(tmp_path)).set_index("role")
    assert list(found.index) == ["searcher", "owner"]
    assert found[["searches", "known", "without"]].to_numpy().tolist() == [[6, 6, 3]] * 2
    assert found["without_share"].tolist() == [0.5, 0.5]


NO_CASE = [
    "ICE 2025", "ICE 2024 2025", "ICE at 1200 Main St", "ICE at 1200 Main", "ICE 1200 block of Main", "ICE 2012 Honda",
    "ICE, 12000 N Oak Ave.", "ICE 4410 3rd Street", "ICE 10/12/2025", "ICE 2025-10-12", "ICE 10-12-2025", "ICE 123",
]  # fmt: skip
HAS_CASE = [
    "ICE 25-123", "ICE 2025-00123", "ICE 4821", "ICE 25-00123 at 1200 Main St", "ICE 45678 100 Oak St", "ICE#20251234",
    "ICE T25-123", "ICE 25-2025", "ICE 25-00123 2025",
]  # fmt: skip


def test_years_dates_and_house_numbers_are_no_case_numbers_and_others_are_in_doubt(tmp_path: Path) -> None:
    for name, texts, without in (("none", NO_CASE, len(NO_CASE)), ("one", HAS_CASE, 0)):
        rows = [search(at("2025-03", n).to_pydatetime(), text) for n, text in enumerate(texts)]
        rows += searches("2025-04", ["burglary"], case="25-00777")  # the column is in use
        write_network_audit(tmp_path / name / "all" / "logs", OWNER, rows)
        found = no_case_number(load(tmp_path / name / "all")).set_index("role").loc["searcher"]
        assert (found["searches"], found["known"], found["without"]) == (len(texts), len(texts), without), name


@pytest.mark.parametrize("case", [None, "", "REDACTED"])
def test_without_a_column_that_shows_case_numbers_it_is_not_known(tmp_path: Path, case: str | None) -> None:
    """No column, one that is empty from top to bottom, one that was taken out."""
    folder = tmp_path / "logs" / PORTAL_PD
    rows = searches("2025-03", ["ICE", "ICE"], PORTAL_PD)
    if case is None:
        write_portal(folder, rows, with_reason=True)
    else:
        write_network_audit(tmp_path / "logs", PORTAL_PD, [row | {"case": case} for row in rows])
    found = no_case_number(load(tmp_path)).iloc[0]
    assert (found["searches"], found["known"]) == (2, 0)
    assert pd.isna(found["without"])
    assert pd.isna(found["without_share"])


def test_a_search_has_a_case_number_if_any_of_its_rows_has_one(tmp_path: Path) -> None:
    one = search("2025-03-05T18:00:00", "ICE", id="one")
    other = search("2025-03-06T18:00:00", "ICE", id="two")
    write_network_audit(tmp_path / "logs", OWNER, [one, other])
    write_network_audit(tmp_path / "logs", "Garrowmoor GA PD", [one | {"case": "25-00123"}])
    found = no_case_number(load(tmp_path)).set_index(["agency", "role"])
    assert found.loc[(SEARCHER, "searcher"), ["searches", "known", "without"]].tolist() == [2, 1, 0]


# ---- months set beside each other ---------------------------------------------------------------------------


def made_months(*rows: dict[str, Any]) -> pd.DataFrame:
    """Months as `count_quiet` gives them, each with 100 searches, the rest of them with a purpose."""
    made = []
    for number, given_ in enumerate(rows, start=1):
        usual = {"month": f"2025-{number:02}", "searches": 100, "covered_days": 28, "immigration_related": 0}
        row = dict.fromkeys(PARTS, 0) | usual | given_
        if row["searches"] is None:  # no file covers it
            made.append(dict.fromkeys([*PARTS, *SHARES, "reason_known", "per_1000"]) | {"month": row["month"]})
            made[-1] |= {"searches": None, "covered_days": 0}
            continue
        row["stated"] = row["searches"] - sum(row[part] for part in PARTS if part != "stated")
        row |= {f"{part}_share": row[part] / row["searches"] if row["searches"] else None for part in PARTS}
        known = row["searches"] - row["not_exported"]
        rate = 1000 * row["immigration_related"] / known if known else None
        made.append({"reason_known": known, "per_1000": rate} | row)
    frame = pd.DataFrame(made)
    whole = ["searches", *PARTS, "reason_known", "covered_days"]
    return frame.astype(dict.fromkeys(whole, "Int64") | dict.fromkeys([*SHARES, "per_1000"], "Float64"))[
        [*MONTH_COLUMNS]
    ]


def test_only_months_that_can_bear_it_are_compared() -> None:
    months = made_months(
        {"covered_days": 9},
        {"searches": 49},
        {"blank": 10},
        {"searches": 0, "covered_days": 0},
        {"blank": 30},
        {"not_exported": 50},
    )
    assert comparable_months(months)["month"].tolist() == ["2025-03", "2025-05"]


def test_the_largest_change_comes_first_and_says_where_it_went() -> None:
    months = made_months({"vague_case_number_only": 73}, {"vague_case_number_only": 2, "dropdown_only": 57, "blank": 3})
    changes = find_changes(months)
    assert [change.part for change in changes[:3]] == ["vague_case_number_only", "dropdown_only", "blank"]
    assert {change.part for change in changes} == set(QUIET_PARTS)
    assert changes[0].points == pytest.approx(-71)
    assert say_change(changes[0]) == (
        "the share whose reason is only a case number fell from 73 % in January 2025 to 2 % in February 2025"
    )


def test_one_month_alone_shows_no_change() -> None:
    assert find_changes(made_months({"blank": 50}, {"covered_days": 3})) == []


HUMP = made_months(
    {"searches": 1040, "vague_other": 20, "immigration_related": 20},
    *[{"searches": 1000, "vague_other": 700, "immigration_related": 2}] * 4,
    {"searches": 1040, "vague_other": 20, "immigration_related": 20},
)


def test_what_lies_between_the_first_and_the_last_month_is_found() -> None:
    [high] = find_extremes(HUMP)
    assert (high.part, high.month) == ("vague_other", "2025-02")
    assert high.points == pytest.approx(70 - 100 * 20 / 1040)
    assert (
        say_extreme(high)
        == "the share whose reason is otherwise too vague to state a purpose was as high as 70 % in February 2025"
    )
    dip = find_extremes(made_months({"blank": 30}, {"blank": 4}, {"blank": 26}))
    assert [(one.month, round(one.points)) for one in dip] == [("2025-02", -22)]
    assert find_extremes(made_months({"blank": 30}, {"blank": 32}, {"blank": 26})) == []
    assert find_extremes(made_months({"blank": 30}, {"blank": 90})) == []


def test_a_hump_between_two_equal_ends_is_told_in_section_and_chart() -> None:
    text = show_quiet(made_report(HUMP)).text
    assert "no share of reasons by Example PD that say nothing changed by as much as one percentage point" in text
    assert "In between, the share whose reason is otherwise too vague to state a purpose was as high as 70 %" in text
    assert "From January 2025 to February 2025 the immigration-related rate fell from 19.23 to 2.00" in text
    said = chart_quiet(HUMP, "by Example PD").alt_text
    assert "as high as 70 % in February 2025" in said
    assert "no change that can be stated" not in said


def test_a_fall_is_put_down_to_a_rise_only_as_far_as_that_can_account_for_it() -> None:
    """Of 1,000 in each month: 200 related fall to 2; 11 vague ones more would be 11 of the 198."""
    months = made_months(
        {"searches": 1000, "immigration_related": 200}, {"searches": 1000, "immigration_related": 2, "vague_other": 11}
    )
    fall = find_fall(months.iloc[0], months.iloc[1])
    assert fall is not None
    assert (fall.rate_first, fall.rate_last, fall.points) == (200, 2, pytest.approx(1.1))
    assert fall.accounts_for == pytest.approx(11 / 198)
    text = show_quiet(made_report(months)).text
    assert "rose by 1.1 percentage points: even if all of these searches more had been for immigration" in text
    assert "they would account for 5.6 % of the fall, and not for the rest" in text
    assert "cannot be read as fewer" not in text


def test_what_is_blank_would_be_read_if_it_named_the_purpose() -> None:
    """200 of 1,000 related, then 50 of 900 readable: the 100 blank ones would make it 150 of 1,000."""
    months = made_months(
        {"searches": 2000, "immigration_related": 400},
        {"searches": 2000, "immigration_related": 100, "blank": 200, "reason_known": 1800, "per_1000": 1000 / 18},
    )
    fall = find_fall(months.iloc[0], months.iloc[1])
    assert fall is not None
    assert fall.accounts_for == pytest.approx((150 - 1000 / 18) / (200 - 1000 / 18))
    assert find_fall(months.iloc[1], months.iloc[0]) is None, "no fall"


# ---- the chart ----------------------------------------------------------------------------------------------


SWITCH = {
    "state": "switched", "day": "2025-03-11", "searches": 300, "searches_before": 250, "searches_after": 50,
    "picked_share_before": 0.0, "picked_share_after": 0.9,
}  # fmt: skip
FALL = made_months(
    {"vague_case_number_only": 70, "immigration_related": 5},
    {"searches": None, "covered_days": 0},
    {"dropdown_only": 60, "blank": 5, "withheld": 6, "not_exported": 4},
)


def drawn(months: pd.DataFrame, day: str | None = None) -> dict[str, Any]:
    return chart_quiet(months, "by Example PD", day).chart.to_dict()


def test_bands_of_a_month_stand_on_each_other_and_a_month_without_file_is_unknown_from_top_to_bottom() -> None:
    datasets = drawn(FALL)["datasets"].values()
    bands = pd.DataFrame(next(rows for rows in datasets if "band" in rows[0]))
    found = [(row.start[:7], row.band, round(row.low), round(row.high)) for row in bands.itertuples()]
    assert found == [
        ("2025-01", "case number only", 0, 70),
        ("2025-02", "not known", 0, 100),
        ("2025-03", "blank or withheld", 0, 11),
        ("2025-03", "picked value only", 11, 71),
        ("2025-03", "not known", 71, 75),
    ]


def test_the_rate_of_a_month_without_file_is_shaded_and_not_zero() -> None:
    datasets = drawn(FALL)["datasets"].values()
    rates = next(rows for rows in datasets if "rate" in rows[0])
    assert [row["rate"] for row in rates] == [50, None, 0]
    shaded = next(rows for rows in datasets if set(rows[0]) == {"start", "end"})
    assert [row["start"][:7] for row in shaded] == ["2025-02"]


def test_alt_text_states_the_finding_and_the_switch() -> None:
    said = chart_quiet(FALL, "by Example PD", "2025-03-11").alt_text
    assert "the share whose reason is only a case number fell from 70 % in January 2025 to 0 % in March 2025" in said
    assert "Picked values took over on 11 March 2025." in said
    assert "no change that can be stated" in chart_quiet(made_months({}), "by Example PD").alt_text


def test_a_switch_within_days_without_a_search_is_marked_by_both_of_its_ends() -> None:
    figure = chart_quiet(FALL, "by Example PD", "2025-03-11", "2025-01-28")
    assert "Picked values took over between 28 January 2025 and 11 March 2025." in figure.alt_text
    assert "Between the dotted lines: picked values took over between 28 January 2025" in figure.caption
    marked = [rows for rows in figure.chart.to_dict()["datasets"].values() if "at" in rows[0]]
    assert ["2025-01-28", "2025-03-11"] in [[row["at"][:10] for row in rows] for rows in marked]
    assert say_taken_over("2025-03-11", "2025-03-10") == "on 11 March 2025"


def test_the_switch_is_marked_only_where_the_months_hold_it() -> None:
    assert "Picked values" in str(drawn(FALL, "2025-03-11"))
    assert "Picked values" not in str(drawn(FALL, "2025-06-11"))
    assert "Picked values" not in str(drawn(FALL, None))


def test_a_chart_carries_only_what_it_draws_and_is_drawn() -> None:
    figure = chart_quiet(FALL.assign(reason="ZZMARK1"), "by <b>Example</b> PD", "2025-03-11")
    assert "ZZMARK1" not in str(figure.chart.to_dict())
    svg = figure.svg()
    assert svg.startswith("<svg")
    assert "case number only" in svg
    assert "<b>" not in svg + figure._repr_html_()


def test_months_in_which_every_reason_states_a_purpose_are_drawn_in_their_frame() -> None:
    parts = ["vague_case_number_only", "vague_other", "blank", "withheld", "dropdown_only", "not_exported"]
    known = FALL[(FALL["covered_days"] > 0) & (FALL["searches"] > 0)]
    drawn = chart_quiet(known.assign(**dict.fromkeys(parts, 0)), "by Example PD")
    assert len(drawn.chart.to_dict()["vconcat"]) == 1
    assert "no reason of any month says nothing" in drawn.caption
    height = float(re.search(r'height="([0-9.]+)"', drawn.svg())[1])
    assert height < 200


def test_no_month_is_no_chart() -> None:
    with pytest.raises(ValueError, match="no month to draw"):
        chart_quiet(FALL.head(0), "by Example PD")


# ---- the section --------------------------------------------------------------------------------------------


def report_of(tables: Tables, agency: str, *roles: str) -> Report:
    made = {"quiet": quiet_by_agency(tables), "switch": dropdown_switch(tables), "no_case": no_case_number(tables)}
    return Report(
        SimpleNamespace(
            sources=no_sources(), agency=agency, **{name: one[one["agency"] == agency] for name, one in made.items()}
        ),
        roles,
    )  # type: ignore[arg-type]


def made_report(months: pd.DataFrame, agency: str = "Example PD", **tables: dict[str, Any]) -> Report:
    frames = {
        name: pd.DataFrame([tables[name] | {"role": "searcher"}] if name in tables else [], columns=columns)
        for name, columns in {
            "switch": ["role", "state", "day", "eve", "searches", "picked_share", "searches_before", "searches_after",
                       "picked_share_before", "picked_share_after"],
            "no_case": ["role", "searches", "known", "without"],
        }.items()
    }  # fmt: skip
    made = SimpleNamespace(sources=no_sources(), agency=agency, quiet=months.assign(role="searcher"), **frames)
    return Report(made, ("searcher",))  # type: ignore[arg-type]


def test_the_section_tells_change_switch_and_missing_case_numbers() -> None:
    switch = SWITCH | {"eve": "2025-03-10"}
    text = show_quiet(made_report(FALL, switch=switch, no_case={"searches": 9, "known": 8, "without": 2})).text
    assert "only a case number fell from 70 % in January 2025 to 0 % in March 2025" in text
    assert "In the same time the share whose reason is only a value picked from a list rose from 0 %" in text
    assert "Picked values took over on 11 March 2025: 0 % of the reasons before that day" in text
    assert "90 % of those from then on (250 and 50 searches)" in text
    assert "Of 8 of the 9 searches by Example PD whose reason names an immigration agency" in text
    assert "2 (25 %) came with no case number" in text
    assert "Of the other 1 it is not known" in text


def test_days_without_a_search_before_the_switch_are_not_taken_for_a_day_of_it() -> None:
    switch = SWITCH | {"day": "2025-08-01", "eve": "2025-01-28"}
    text = show_quiet(made_report(FALL, switch=switch)).text
    assert "Picked values took over between 28 January 2025 and 1 August 2025: 0 % of the reasons up to 28" in text
    assert "90 % of those from 1 August 2025 on, with none in between (250 and 50 searches)" in text
    assert "took over on" not in text


def test_no_reason_column_is_not_called_too_few_reasons(tmp_path: Path) -> None:
    write_portal(tmp_path / "logs" / PORTAL_PD, searches("2025-03", [""] * 120, PORTAL_PD), with_reason=False)
    text = show_quiet(report_of(load(tmp_path), PORTAL_PD, "searcher")).text
    assert "Whether picked values took over is not known: no file that holds these searches has a column" in text
    assert "ewer than 50 searches have a reason" not in text


@pytest.mark.parametrize(("size", "said"), [(1000, "fell from 50.00 to 10.00 per 1,000 searches"), (100, CAUTION)])
def test_a_fall_of_the_rate_is_named_only_where_there_are_searches_enough_for_one(size: int, said: str) -> None:
    months = made_months(
        {"searches": size, "immigration_related": size // 20}, {"searches": size, "immigration_related": size // 100},
        {"searches": size, "immigration_related": size // 100, "dropdown_only": size // 2},
    )  # fmt: skip
    text = show_quiet(made_report(months)).text
    assert said in text
    assert "cannot be read as fewer searches for immigration enforcement" in text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("few", "too few searches lie on one side"),
        ("all", "no day on which they took over lies in these files"),
        ("none", "they have not taken over"),
        ("mixed", "no day parts them"),
        ("others", "cannot be told from a change of who searched"),
    ],
)
def test_each_way_of_not_switching_is_said(state: str, said: str) -> None:
    switch = {"state": state, "day": None, "searches": 60, "picked_share": 0.5}
    assert said in show_quiet(made_report(FALL, switch=switch)).text


def test_what_is_not_known_is_said_and_is_no_zero(tables: Tables) -> None:
    text = show_quiet(report_of(tables, PORTAL_PD, "searcher")).text
    assert "Whether any search by Elmhaven CA PD names an immigration agency is not known" in text
    assert "not known" in text.splitlines()[-2]
    assert "0 %" not in text.splitlines()[-2].replace("100 %", "")


def test_each_role_stands_under_its_own_heading_and_gaps_in_the_table(tables: Tables) -> None:
    shown = show_quiet(report_of(tables, SEARCHER, "searcher"))
    lines = {line.split()[0]: line for line in shown.text.splitlines() if line.startswith("2025-")}
    assert "no searches" in lines["2025-04"]
    assert "no file" in lines["2025-06"]
    assert "searches by Ashmoor IL PD" in shown.text
    assert "searches of the cameras of Fernwick IL PD" in show_quiet(report_of(tables, OWNER, "owner")).text


def test_names_are_escaped_and_html_holds_every_sentence_of_the_text() -> None:
    shown = show_quiet(made_report(FALL, "A <script> & B PD"))
    assert "<script>" not in shown.html
    assert "A &lt;script&gt; &amp; B PD" in shown.html
    assert CAUTION in shown.text
    assert CAUTION in shown.html


def test_a_report_without_searches_says_so() -> None:
    assert show_quiet(made_report(FALL.head(0))).text == "The files hold no searches whose reasons could be read."


# ---- released files -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def champaign(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    root = tmp_path_factory.mktemp("champaign")
    inv.load_lookup_logs([released / "logs" / "champaign-il-pd"], workspace=root)
    return inv.open_tables(root)


def test_released_months_show_the_case_numbers_giving_way_to_picked_values(champaign: Tables) -> None:
    months = count_quiet(champaign).set_index("month")
    published = {"2025-01": 73, "2025-02": 66, "2025-06": 56, "2025-07": 69, "2025-09": 61, "2025-12": 23, "2026-02": 0}
    held = months[months["searches"] > 0]
    assert list(held.index) == list(published)
    for month, percent in published.items():
        # Counted by hand with a narrower shape of a case number: a letter at most, two digits, a dash, digits.
        assert 100 * months.loc[month, "vague_case_number_only_share"] == pytest.approx(percent, abs=2), month
    assert held["dropdown_only"].tolist()[-2:] == [858, 1553]
    assert held[[*PARTS]].sum(axis=1).tolist() == held["searches"].tolist()
    assert held["immigration_related"].tolist() == [0] * 7


def test_released_reasons_become_picked_values_on_11_december_2025(champaign: Tables) -> None:
    found = dropdown_switch(champaign)
    assert found[["role", "state", "day", "eve"]].to_numpy().tolist() == [
        ["searcher", "switched", "2025-12-11", "2025-12-10"]
    ]
