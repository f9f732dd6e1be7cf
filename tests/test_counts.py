"""Counts, held against logs small enough to count by eye and against what was planted in the sample."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tiny_logs import search, utc, write_network_audit, write_portal, write_unnamed_audit

import investigate as inv
from investigate.counts import BY
from investigate.errors import UnknownValue
from investigate.reasons.classify import SCOPES
from investigate.tables import Tables

TINY = Path("logs")
SECOND = dt.timedelta(seconds=1)
TEN_DAYS = dt.timedelta(days=10)
# The program reads a portal that shows only the offense type as one without a reason, unless that type is in scope.
ONLY_OFFENSE_TYPE = {"L11", "L12"}


def load(root: Path) -> Tables:
    """The tables of a workspace with everything in its folder `logs` loaded."""
    report = inv.load_lookup_logs([root / TINY], workspace=root)
    assert (report["status"] == "loaded").all(), report["refused_because"].tolist()
    return inv.open_tables(root)


def by(counts: pd.DataFrame, *keys: str, of: str) -> dict[Any, Any]:
    """One column of counts as a dictionary; what is not known is None."""
    names = [tuple(row) if len(keys) > 1 else row[0] for row in counts[list(keys)].to_numpy().tolist()]
    return dict(zip(names, [None if pd.isna(value) else value for value in counts[of]], strict=True))


# ---- where a period begins and ends -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Seven searches, each a second away from an edge; the owner's clock is six hours behind UTC."""
    root = tmp_path_factory.mktemp("edges")
    times = [
        "2024-12-30T18:00:00",  # a Monday: the first day of the week 2025-W01
        "2025-01-20T16:59:59",
        "2025-01-20T17:00:00",
        "2025-02-01T05:59:59",  # 31 January, 23:59:59 local
        "2025-02-01T06:00:00",  # 1 February, midnight local
        "2025-03-03T05:59:59",  # Sunday, 23:59:59 local
        "2025-03-03T06:00:00",  # Monday, midnight local
    ]
    write_network_audit(root / TINY, "Fernwick IL PD", [search(at, "immigration") for at in times])
    return load(root)


def test_inauguration_cuts_at_noon_eastern_to_the_second(edges: Tables) -> None:
    counts = inv.count_searches(workspace=edges)
    assert counts["period"].tolist() == ["before", "after"]
    assert counts["searches"].tolist() == [2, 5]
    assert counts["immigration_related"].tolist() == [2, 5]


def test_day_of_the_cut_is_covered_before_and_after(edges: Tables) -> None:
    assert inv.count_searches(workspace=edges)["covered_days"].tolist() == [2, 5]


def test_search_at_local_midnight_belongs_to_the_new_month(edges: Tables) -> None:
    counts = inv.count_searches(periods="month", workspace=edges)
    assert by(counts, "period", of="rows") == {"2024-12": 1, "2025-01": 3, "2025-02": 1, "2025-03": 2}


def test_week_begins_on_monday_at_local_midnight_and_takes_the_iso_year(edges: Tables) -> None:
    counts = by(inv.count_searches(periods="week", workspace=edges), "period", of="rows")
    assert (counts["2025-W01"], counts["2025-W04"], counts["2025-W05"]) == (1, 2, 2)
    assert (counts["2025-W09"], counts["2025-W10"]) == (1, 1)
    assert list(counts) == [f"2025-W{number:02}" for number in range(1, 11)]
    assert sum(counts.values()) == 7


def test_periods_of_days_hold_their_first_and_last_local_day(edges: Tables, tmp_path: Path) -> None:
    path = tmp_path / "days.csv"
    path.write_text("name,start,end\njan,2025-01-20,2025-01-31\none day,2025-02-01,2025-02-01\nsince,2025-02-01,\n")
    counts = inv.count_searches(periods=path, workspace=edges)
    assert by(counts, "period", of="searches") == {"jan": 3, "one day": 1, "since": 3}


def test_periods_of_instants_hold_their_start_and_not_their_end(edges: Tables, tmp_path: Path) -> None:
    path = tmp_path / "instants.csv"
    path.write_text(
        "name,start,end\n"
        "a second,2025-02-01T05:59:59Z,2025-02-01T06:00:00Z\n"
        "until,,2025-01-20T12:00:00-05:00\n"
        "none there,2025-02-10T00:00Z,2025-02-11T00:00Z\n"
    )
    counts = inv.count_searches(periods=path, workspace=edges)
    assert by(counts, "period", of="searches") == {"a second": 1, "until": 2, "none there": 0}
    assert by(counts, "period", of="immigration_related")["none there"] is None, "no log covers it: not a zero"


# ---- rows, searches, cases --------------------------------------------------------------------------------


def write_units(folder: Path) -> None:
    """Eleven rows of nine searches; the cases are marked."""
    start = utc("2025-03-01T12:00:00")
    twice = search(start, "warrant", case="77-0001", id="s1")  # case 1, in both logs
    write_network_audit(
        folder,
        "Fernwick IL PD",
        [
            twice,
            twice | {"plate": "masked here"},  # and twice in this one
            search(start + TEN_DAYS, "theft", case="77 0001"),  # exactly ten days later: still case 1
            search(start + 2 * TEN_DAYS + SECOND, "theft", case="77-0001"),  # ten days and a second: case 2
            search(
                start, "warrant", "Birchgate GA PD", case="77-0001", id="s2"
            ),  # the number is another agency's: case 3
            search(start, "ICE detainer", "Birchgate GA PD"),  # case 4, tied by its reason
            search(start + TEN_DAYS, "ICE Detainer ", "Birchgate GA PD"),  # still case 4
            search(start + 2 * TEN_DAYS + SECOND, "ICE detainer", "Birchgate GA PD"),  # case 5
        ],
    )
    write_network_audit(
        folder,
        "Garrowmoor GA PD",
        [
            twice,
            search(start, "", "Cressfold GA PD"),  # neither number nor reason: case 6, alone
            search(start + SECOND, "", "Cressfold GA PD"),  # case 7
        ],
    )


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    root = tmp_path_factory.mktemp("units")
    write_units(root / TINY)
    return load(root)


def test_rows_searches_and_cases_of_everything(units: Tables) -> None:
    after = inv.count_searches(workspace=units).iloc[1]
    assert (after["rows"], after["searches"], after["cases"]) == (11, 9, 7)


def test_case_holds_exactly_ten_days_and_not_a_second_more(units: Tables) -> None:
    counts = inv.count_searches("searching_agency", workspace=units)
    after = counts[counts["period"] == "after"]
    assert by(after, "searching_agency", of="cases") == {
        "Ashmoor IL PD": 2, "Birchgate GA PD": 3, "Cressfold GA PD": 2,
    }  # fmt: skip


@pytest.mark.parametrize(("unit", "related", "known"), [("rows", 3, 9), ("searches", 3, 7), ("cases", 2, 5)])
def test_unit_changes_what_is_counted_as_related_and_as_known(
    units: Tables, unit: str, related: int, known: int
) -> None:
    after = inv.count_searches(unit=unit, workspace=units).iloc[1]
    assert (after["immigration_related"], after["reason_known"]) == (related, known)
    assert after["per_1000"] == pytest.approx(1000 * related / known, abs=1e-6)
    assert (after["rows"], after["searches"], after["cases"]) == (11, 9, 7), "the totals do not depend on the unit"


def test_search_in_two_logs_counts_for_each_owner_and_once_in_all(units: Tables) -> None:
    counts = inv.count_searches("camera_owner", workspace=units)
    after = by(counts[counts["period"] == "after"], "camera_owner", of="searches")
    assert after == {"Fernwick IL PD": 7, "Garrowmoor GA PD": 3}
    assert inv.count_searches(workspace=units)["searches"].sum() == 9


def test_agency_is_kept_in_one_role(units: Tables) -> None:
    owner = inv.count_searches(agency="garrowmoor ga pd", workspace=units)
    searcher = inv.count_searches(agency="Ashmoor IL PD", role="searcher", workspace=units)
    assert (owner["rows"].tolist(), searcher["rows"].tolist()) == ([0, 3], [0, 5])


def test_other_agency_with_the_same_number_does_not_bridge_a_gap(tmp_path: Path) -> None:
    start = utc("2025-03-01T12:00:00")
    names = ["Ashmoor IL PD", "Birchgate GA PD", "Ashmoor IL PD"]
    days = [start + number * dt.timedelta(days=8) for number in range(3)]
    rows = [search(at, "warrant", name, case="5-5") for at, name in zip(days, names, strict=True)]
    write_network_audit(tmp_path / TINY, "Fernwick IL PD", rows)
    assert inv.count_searches(workspace=load(tmp_path))["cases"].sum() == 3


def test_what_an_owner_searched_in_its_own_network_can_be_left_out(tmp_path: Path) -> None:
    at = "2025-03-03T10:00:0{}"
    rows = [
        search(at.format(n), "immigration", agency) for n, agency in enumerate(["Fernwick IL PD", "fernwick il pd"])
    ]
    rows += [search(at.format(5), "theft", "Ashmoor IL PD")]
    write_network_audit(tmp_path / TINY, "Fernwick IL PD", rows)
    tables = load(tmp_path)
    every = inv.count_searches("camera_owner", workspace=tables)
    others = inv.count_searches("camera_owner", without_own=True, workspace=tables)
    assert by(every, "period", of="searches") == {"before": 0, "after": 3}
    assert by(others, "period", of="searches") == {"before": 0, "after": 1}
    assert by(others, "period", of="immigration_related") == {"before": None, "after": 0}


def test_agencies_that_are_not_known_do_not_share_a_case(tmp_path: Path) -> None:
    rows = [search("2025-03-01T12:00:00", "warrant", case="12-5")]
    later = [search("2025-03-02T12:00:00", "warrant", case="12-5")]
    write_unnamed_audit(tmp_path / TINY / "one.csv", rows)
    write_unnamed_audit(tmp_path / TINY / "two.csv", later)
    after = inv.count_searches(workspace=load(tmp_path)).iloc[1]
    assert (after["searches"], after["cases"]) == (2, 2)


# ---- scopes, and what cannot be read ----------------------------------------------------------------------

REASONS = [
    "immigration enforcement", "8 USC 1325", "ICE", "HSI", "HSI narcotics", "burglary",
    "", "***",
]  # fmt: skip


@pytest.fixture(scope="module")
def reasons(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Eight reasons in one owner's log; a portal with a reason column that nobody filled; one without."""
    root = tmp_path_factory.mktemp("reasons")
    times = [utc("2025-04-01T12:00:00") + number * SECOND for number in range(8)]
    rows = [search(at, reason) for at, reason in zip(times, REASONS, strict=True)]
    write_network_audit(root / TINY, "Fernwick IL PD", rows)
    write_portal(root / TINY / "dellbrook-ca-pd", [search(times[0], "", id="p1")], with_reason=True)
    write_portal(root / TINY / "eastmere-ca-pd", [search(times[0], "", id="p2")], with_reason=False)
    return load(root)


def test_scopes_take_their_categories_and_no_other(reasons: Tables) -> None:
    counts = inv.count_searches(scope="all", agency="Fernwick IL PD", workspace=reasons)
    after = counts[counts["period"] == "after"].set_index("scope")
    assert after["immigration_related"].to_dict() == {"strict": 2, "standard": 3, "broad": 5}
    assert after["per_1000"].round(6).to_dict() == {"strict": 333.333333, "standard": 500, "broad": 833.333333}
    assert (after["reason_known"] == 6).all()
    assert (after["searches"] == 8).all()


def test_blank_withheld_and_not_exported_are_not_known_and_never_zero(reasons: Tables) -> None:
    by_agency = inv.count_searches("searching_agency", workspace=reasons)
    after = by_agency[by_agency["period"] == "after"]
    assert by(after, "searching_agency", of="immigration_related") == {
        "Ashmoor IL PD": 3, "Dellbrook CA PD": None, "Eastmere CA PD": None,
    }  # fmt: skip
    assert by(after, "searching_agency", of="per_1000")["Eastmere CA PD"] is None
    by_category = inv.count_searches("category", workspace=reasons)
    unread = by_category[
        by_category["category"].isin(["blank", "withheld", "not_exported"]) & (by_category["period"] == "after")
    ]
    assert by(unread, "category", of="rows") == {"blank": 2, "withheld": 1, "not_exported": 1}
    assert unread["immigration_related"].isna().all()
    assert (unread["reason_known"] == 0).all()


@pytest.fixture(scope="module")
def gap(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """An owner's logs of January and March; Ashmoor searched in January only. Nothing covers February."""
    root = tmp_path_factory.mktemp("gap")
    other = [search(at, "ICE", "Birchgate GA PD") for at in ("2025-01-08T12:00:00", "2025-03-08T12:00:00")]
    write_network_audit(root / TINY, "Fernwick IL PD", [search("2025-01-07T12:00:00", "ICE"), other[0]], 1)
    write_network_audit(root / TINY, "Fernwick IL PD", [other[1]], 2)
    return load(root)


def test_covered_month_without_searches_is_zero_and_uncovered_one_is_not_known(gap: Tables) -> None:
    counts = inv.count_searches("searching_agency", periods="month", workspace=gap)
    mine = counts[counts["searching_agency"] == "Ashmoor IL PD"]
    assert by(mine, "period", of="immigration_related") == {"2025-01": 1, "2025-02": None, "2025-03": 0}
    assert by(mine, "period", of="covered_days") == {"2025-01": 2, "2025-02": 0, "2025-03": 1}
    assert by(mine, "period", of="per_1000") == {"2025-01": 1000, "2025-02": None, "2025-03": None}


def test_one_agency_gets_the_same_months_alone_as_among_all(gap: Tables) -> None:
    among = inv.count_searches("searching_agency", periods="month", workspace=gap)
    among = among[among["searching_agency"] == "Ashmoor IL PD"].drop(columns="searching_agency")
    alone = inv.count_searches(agency="Ashmoor IL PD", role="searcher", periods="month", workspace=gap)
    pd.testing.assert_frame_equal(alone, among.reset_index(drop=True))


def test_release_covers_its_own_days_and_not_those_of_its_producer(gap: Tables) -> None:
    counts = inv.count_searches("release", periods="month", workspace=gap)
    first = counts[counts["release"] == gap.releases.sort_values("first_searched_at")["release"].iloc[0]]
    assert by(first, "period", of="covered_days") == {"2025-01": 2, "2025-02": 0, "2025-03": 0}
    assert by(first, "period", of="immigration_related") == {"2025-01": 2, "2025-02": None, "2025-03": None}


# ---- order of rows and files ------------------------------------------------------------------------------


def all_counts(tables: Tables) -> list[pd.DataFrame]:
    groups = ["", "searching_agency", "camera_owner", "searching_state,category"]
    kinds = zip(groups, ("inauguration", "week", "month", "inauguration"), itertools.cycle(["searches", "cases"]))
    return [
        inv.count_searches(group, scope="all", periods=periods, unit=unit, workspace=tables)
        for group, periods, unit in kinds
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_order_of_rows_and_files_changes_nothing(units: Tables, tmp_path: Path, seed: int) -> None:
    write_units(tmp_path / "ordered")
    shuffle = random.Random(seed).shuffle
    paths = []
    for path in sorted((tmp_path / "ordered").iterdir()):
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        shuffle(rows)
        (tmp_path / path.name).write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        paths.append(tmp_path / path.name)
    for path in reversed(paths):
        inv.load_lookup_logs(path, workspace=tmp_path)
    for mine, theirs in zip(all_counts(inv.open_tables(tmp_path)), all_counts(units), strict=True):
        pd.testing.assert_frame_equal(mine, theirs)


# ---- the sample, and what was planted in it ---------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(sample_workspace: Path) -> Tables:
    return inv.open_tables(sample_workspace)


@pytest.fixture(scope="module")
def truth(sample_logs: Path) -> dict[str, Any]:
    return json.loads((sample_logs / "truth.json").read_text(encoding="utf-8"))


def planted(truth: dict[str, Any], key: str, scope: str) -> dict[tuple[str, str], int]:
    return {
        (name, period): sum(number for category, number in counts[period].items() if category in SCOPES[scope])
        for name, counts in truth[key].items()
        for period in ("before", "after")
    }


@pytest.mark.parametrize(
    ("column", "key"), [("camera_owner", "camera_owners"), ("searching_agency", "searching_agencies")]
)
def test_every_agency_has_what_was_planted_in_every_scope(
    sample: Tables, truth: dict[str, Any], column: str, key: str
) -> None:
    counts = inv.count_searches(column, scope="all", workspace=sample).dropna(subset=[column])
    assert set(counts[column]) == set(truth[key])
    for scope in SCOPES:
        wanted = planted(truth, key, scope)
        assert sum(wanted.values()) > 10, "else this shows nothing"
        found = by(counts[counts["scope"] == scope], column, "period", of="immigration_related")
        assert {where: number or 0 for where, number in found.items()} == wanted


def test_every_owner_has_every_planted_category(sample: Tables, truth: dict[str, Any]) -> None:
    counts = inv.count_searches("camera_owner,category", workspace=sample).dropna(subset=["camera_owner"])
    found = by(counts, "camera_owner", "category", "period", of="searches")
    wanted = {
        (owner, category, period): number
        for owner, periods in truth["camera_owners"].items()
        for period, categories in periods.items()
        for category, number in categories.items()
    }
    assert {where: number for where, number in found.items() if number} == wanted
    assert len(wanted) > 60


def test_every_searching_agency_has_every_planted_category(sample: Tables, truth: dict[str, Any]) -> None:
    """An agency that stands in audits of two kinds is left to the totals: a reason that a spreadsheet damaged in one
    of them gives a search a second category there."""
    counts = inv.count_searches("searching_agency,category", workspace=sample)
    found = by(counts, "searching_agency", "category", "period", of="searches")
    two_kinds = {file["producer"] for file in truth["files"] if file["kind"] == "organization"}
    no_reason = {file["producer"] for file in truth["files"] if file["layout"] in ONLY_OFFENSE_TYPE}
    wanted: Counter[tuple[str, str, str]] = Counter()
    for agency, periods in truth["searching_agencies"].items():
        for period, categories in periods.items():
            for category, number in categories.items():
                shown = category if agency not in no_reason or category in SCOPES["broad"] else "not_exported"
                wanted[(agency, shown, period)] += number
    checked = {agency for agency, _, _ in wanted} - two_kinds
    assert len(checked) >= 45
    assert {where: number for where, number in found.items() if number and where[0] in checked} == {
        where: number for where, number in wanted.items() if where[0] in checked
    }


def test_searches_of_every_agency_are_those_planted(sample: Tables, truth: dict[str, Any]) -> None:
    for column, key in (("camera_owner", "camera_owners"), ("searching_agency", "searching_agencies")):
        counts = inv.count_searches(column, workspace=sample).dropna(subset=[column])
        wanted = {
            (name, period): sum(counts_of.values())
            for name, periods in truth[key].items()
            for period, counts_of in periods.items()
        }
        assert by(counts, column, "period", of="searches") == wanted


def test_totals_are_those_planted(sample: Tables, truth: dict[str, Any]) -> None:
    counts = inv.count_searches(workspace=sample)
    assert counts["rows"].sum() == truth["rows"]
    assert counts["searches"].sum() == truth["searches"]


PAIRS = [[name] for name in BY] + [["searching_agency", "camera_owner"], ["searching_state", "category"]]


@pytest.mark.parametrize("columns", [*PAIRS, list(BY)], ids=",".join)
def test_parts_add_up_to_the_whole_in_rows(sample: Tables, truth: dict[str, Any], columns: list[str]) -> None:
    counts = inv.count_searches(columns, unit="rows", workspace=sample)
    whole = inv.count_searches(unit="rows", workspace=sample)
    for period in ("before", "after"):
        part, all_ = counts[counts["period"] == period], whole[whole["period"] == period].iloc[0]
        for name in ("rows", "reason_known", "immigration_related"):
            assert part[name].sum() == all_[name], (period, name)
    assert not counts.duplicated([*columns, "period"]).any()
    assert (counts.groupby(columns, dropna=False).size() == 2).all(), "every group has every period"


def test_owners_may_add_up_to_more_searches_than_there_are(sample: Tables, truth: dict[str, Any]) -> None:
    by_owner = inv.count_searches("camera_owner", workspace=sample)["searches"].sum()
    assert by_owner > truth["searches"], "one search stands in many owners' logs"


def test_scopes_widen(sample: Tables) -> None:
    counts = inv.count_searches("searching_agency", scope="all", workspace=sample)
    wide = counts.pivot_table(index=["searching_agency", "period"], columns="scope", values="immigration_related")
    assert (wide["strict"] <= wide["standard"]).all()
    assert (wide["standard"] <= wide["broad"]).all()


def test_months_add_up_to_the_two_periods(sample: Tables) -> None:
    months = inv.count_searches("camera_owner", periods="month", workspace=sample)
    halves = inv.count_searches("camera_owner", workspace=sample)
    names = ["rows", "searches", "immigration_related", "reason_known"]
    sums = [frame.groupby("camera_owner", dropna=False)[names].sum() for frame in (months, halves)]
    pd.testing.assert_frame_equal(*sums)


# ---- what is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"by": "searching_agancy"}, "'searching_agancy'.*'searching_agency'"),
        ({"by": ["category", "month"]}, "'month'.*'camera_owner'"),
        ({"scope": "standart"}, "'standart'.*'standard'"),
        ({"unit": "searchs"}, "'searchs'.*'searches'"),
        ({"periods": "months"}, "'months'.*'month'.*CSV"),
        ({"agency": "Garowmoor GA PD"}, "'Garowmoor GA PD'.*'Garrowmoor GA PD'"),
        ({"agency": "Ashmoor IL PD", "role": "ownr"}, "'ownr'.*'owner'"),
        ({"agency": "Ashmoor IL PD", "role": "owner"}, "'Ashmoor IL PD' is in the data only as searcher"),
        ({"role": "owner"}, "'owner'.*[Aa]dd the agency"),
    ],
)
def test_wrong_argument_is_quoted_beside_the_nearest_right_ones(
    units: Tables, arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(UnknownValue, match=says):
        inv.count_searches(**arguments, workspace=units)


@pytest.mark.parametrize("name", ["\udcff", "Ash\udcedmoor", "\ud800 PD"])
def test_name_that_is_no_text_is_unknown_and_not_a_fault(sample: Tables, name: str) -> None:
    with pytest.raises(UnknownValue, match="Unknown agency"):
        inv.count_searches(agency=name, workspace=sample)


def test_agency_in_both_roles_has_to_be_given_one(sample: Tables) -> None:
    with pytest.raises(UnknownValue, match=r"'Brackenfall IL PD'.*both.*role owner or role searcher"):
        inv.count_searches(agency="Brackenfall IL PD", workspace=sample)


def test_two_spellings_of_one_agency_count_together_under_any_of_them(tmp_path: Path) -> None:
    rows = [search("2025-03-01T12:00:00", "ICE", name) for name in ("Hollowick OH PD", "HOLLOWICK OH PD")]
    rows.append(search("2025-03-02T12:00:00", "x", "HOLLOWICK OH PD"))
    rows.append(search("2025-03-02T12:00:00", "x", "Hollowick OH SO"))
    write_network_audit(tmp_path / TINY, "Fernwick IL PD", rows)
    tables = load(tmp_path)
    for name in ("HOLLOWICK OH PD", "Hollowick OH PD", "hollowick oh pd", "Hollowick PD (OH)", "OH - Hollowick PD"):
        assert inv.count_searches(agency=name, workspace=tables)["rows"].sum() == 3, name
    with pytest.raises(UnknownValue, match="'Hollowick PA PD'"):
        inv.count_searches(agency="Hollowick PA PD", workspace=tables)


def test_agency_whose_file_holds_no_rows_has_nothing_known(tmp_path: Path) -> None:
    write_portal(tmp_path / TINY / "eastmere-ca-pd", [], with_reason=True)
    write_network_audit(tmp_path / TINY, "Fernwick IL PD", [search("2025-03-01T12:00:00", "ICE")])
    counts = inv.count_searches(agency="Eastmere CA PD", workspace=load(tmp_path))
    assert counts["rows"].tolist() == [0, 0]
    assert counts["covered_days"].tolist() == [0, 0]
    assert counts["immigration_related"].isna().all()
