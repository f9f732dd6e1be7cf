"""Before against after: worlds of a few days, counted by eye; and what must be refused."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tiny_logs import search, write_network_audit, write_portal
from typer.testing import CliRunner

import investigate as inv
from investigate.cli import app
from investigate.comparison.by_agency import comparison_by_agency
from investigate.errors import UnknownValue
from investigate.tables import Tables

OWNER = "Mossgate IL PD"
CUT = dt.date(2025, 1, 20)
LABELS = ["before", "after"]


def days(first: str, number: int) -> list[dt.date]:
    return [dt.date.fromisoformat(first) + dt.timedelta(days=step) for step in range(number)]


def day_of_searches(day: dt.date, related: int, other: int, agency: str = "Ashmoor IL PD") -> list[dict[str, Any]]:
    """So many searches at a day's noon (UTC) and the seconds after it: first those for immigration, then the others."""
    noon = dt.datetime.combine(day, dt.time(18), dt.UTC)
    reasons = ["immigration"] * related + ["stolen vehicle"] * other
    return [search(noon + dt.timedelta(seconds=step), reason, agency) for step, reason in enumerate(reasons)]


def load(folder: Path, rows: Iterable[dict[str, Any]], owner: str = OWNER, part: int = 1) -> Path:
    write_network_audit(folder / "logs" / f"{owner} {part}", owner, rows, part)
    inv.load_lookup_logs(folder / "logs", workspace=folder)
    return folder


def standard(workspace: Path | Tables, **choices: Any) -> dict[str, Any]:
    """The one row of a comparison in the standard scope."""
    found = inv.compare_periods(scope="standard", workspace=workspace, **choices)
    assert len(found) == 1
    return {str(name): value for name, value in found.iloc[0].items()}


@pytest.fixture
def both_sides(tmp_path: Path) -> Path:
    """Four covered days before (1 related of 10 each day), five after (3 of 10): four of each can be compared."""
    before = [row for day in days("2025-01-10", 4) for row in day_of_searches(day, 1, 9)]
    after = [row for day in days("2025-02-01", 5) for row in day_of_searches(day, 3, 7)]
    return load(tmp_path, [*before, *after])


def test_the_numbers_are_those_of_a_hand_calculation(both_sides: Path) -> None:
    row = standard(both_sides, agency=OWNER, role="owner")
    assert [row[f"{side}_covered_days"] for side in LABELS] == [4, 4]
    assert [row[f"{side}_searches"] for side in LABELS] == [40, 40]
    assert [row[f"{side}_immigration_related"] for side in LABELS] == [4, 12]
    assert [row[f"{side}_per_1000"] for side in LABELS] == [100, 300]
    assert [row[f"{side}_per_day"] for side in LABELS] == [1, 3]
    assert [row[f"{side}_agencies"] for side in LABELS] == [1, 1]
    assert row["rate_ratio"] == 3
    assert not row["refused"]
    # At the lower limit 12 or more of 16 have a chance of 2.5 %, at the upper limit 12 or fewer.
    assert chance_of(range(12, 17), 16, row["low"] / (1 + row["low"])) == pytest.approx(0.025, abs=1e-6)
    assert chance_of(range(13), 16, row["high"] / (1 + row["high"])) == pytest.approx(0.025, abs=1e-6)


def chance_of(numbers: Iterable[int], of: int, share: float) -> float:
    """The chance of any of the numbers in so many draws, added up one by one."""
    return sum(math.comb(of, number) * share**number * (1 - share) ** (of - number) for number in numbers)


def test_whole_windows_stand_beside_the_equal_ones(both_sides: Path) -> None:
    row = standard(both_sides, agency=OWNER, role="owner")
    assert [row[f"whole_{side}_covered_days"] for side in LABELS] == [4, 5]
    assert [row[f"whole_{side}_immigration_related"] for side in LABELS] == [4, 15]
    assert [row["after_first_day"], row["after_last_day"]] == ["2025-02-01", "2025-02-04"]


def test_noon_eastern_parts_the_day_of_the_cut(tmp_path: Path) -> None:
    eve, noon = dt.datetime(2025, 1, 20, 16, 59, 59, tzinfo=dt.UTC), dt.datetime(2025, 1, 20, 17, tzinfo=dt.UTC)
    row = standard(
        load(tmp_path, [search(eve, "immigration"), search(noon, "immigration"), search(noon, "theft", "B PD")])
    )
    assert [row[f"{side}_immigration_related"] for side in LABELS] == [1, 1]
    assert [row[f"{side}_searches"] for side in LABELS] == [1, 2]
    assert row["rate_ratio"] == 0.5


def test_a_missing_before_window_is_refused_and_keeps_its_counts(tmp_path: Path) -> None:
    workspace = load(tmp_path, [row for day in days("2025-02-01", 5) for row in day_of_searches(day, 2, 3)])
    row = standard(workspace, agency=OWNER, role="owner")
    assert row["refused"]
    assert row["refused_why"] == "no covered days"
    assert "cover no day before the inauguration" in row["refused_because"]
    assert pd.isna(row["rate_ratio"])
    assert pd.isna(row["low"])
    assert (row["before_covered_days"], row["after_covered_days"]) == (0, 5)
    assert (row["after_searches"], row["after_immigration_related"]) == (25, 10)
    assert pd.isna(row["before_immigration_related"])


def test_none_before_has_no_ratio_but_a_lower_limit(tmp_path: Path) -> None:
    before = [row for day in days("2025-01-10", 3) for row in day_of_searches(day, 0, 10)]
    after = [row for day in days("2025-02-01", 3) for row in day_of_searches(day, 5, 5)]
    row = standard(load(tmp_path, [*before, *after]))
    assert not row["refused"]
    assert pd.isna(row["rate_ratio"])
    assert row["low"] == pytest.approx(0.025 ** (1 / 15) / (1 - 0.025 ** (1 / 15)), abs=1e-6)
    assert pd.isna(row["high"])


def test_reasons_that_vanish_are_refused(tmp_path: Path) -> None:
    before = [row for day in days("2025-01-10", 4) for row in day_of_searches(day, 1, 4, "")]
    folder = tmp_path / "logs" / "mossgate-il-pd"
    write_portal(folder / "old", before, with_reason=True)
    after = [row for day in days("2025-02-01", 4) for row in day_of_searches(day, 0, 5, "")]
    write_portal(folder / "new", after, with_reason=False)
    inv.load_lookup_logs(tmp_path / "logs", producer=OWNER, workspace=tmp_path)
    row = standard(tmp_path, agency=OWNER)
    assert row["refused_why"] == "reasons vanish"
    assert "the files have no column for them in 100% of the rows" in row["refused_because"]


def test_losing_most_searching_agencies_is_refused(tmp_path: Path) -> None:
    before = [
        row for day in days("2025-01-10", 3) for n in range(10) for row in day_of_searches(day, 0, 1, f"Town {n} IL PD")
    ]
    after = [
        row for day in days("2025-02-01", 3) for n in range(4) for row in day_of_searches(day, 1, 1, f"Town {n} IL PD")
    ]
    row = standard(load(tmp_path, [*before, *after]), agency=OWNER, role="owner")
    assert row["refused_why"] == "agencies lost"
    assert "10 agencies searched on the 3 covered days before and 4" in row["refused_because"]
    assert "60% are gone, as when" in row["refused_because"]
    assert row["after_immigration_related"] == 12


def test_half_of_the_agencies_left_is_still_compared(tmp_path: Path) -> None:
    before = [
        row for day in days("2025-01-10", 3) for n in range(10) for row in day_of_searches(day, 1, 1, f"Town {n} IL PD")
    ]
    after = [
        row for day in days("2025-02-01", 3) for n in range(5) for row in day_of_searches(day, 1, 1, f"Town {n} IL PD")
    ]
    row = standard(load(tmp_path, [*before, *after]), agency=OWNER, role="owner")
    assert not row["refused"]
    assert row["rate_ratio"] == 1


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    before = [row for day in days("2025-01-10", 3) for row in day_of_searches(day, 1, 9)]
    stamp = dt.datetime(2025, 2, 1, 12, tzinfo=dt.UTC)
    after = [search(stamp + dt.timedelta(seconds=step), "theft") for step in range(20_000)]
    load(tmp_path, before)
    row = standard(load(tmp_path, after, part=2), agency=OWNER, role="owner")
    assert row["refused_why"] == "truncated"
    assert "exactly 20,000 records, a number at which exports stop" in row["refused_because"]


def typed_then_picked(switch: dt.date, days_after: int) -> list[dict[str, Any]]:
    """Thirty days typed before the cut; after it typed up to the switch, then picked from the list."""
    rows = [row for day in days("2024-12-21", 30) for row in day_of_searches(day, 1, 4)]
    for day in days("2025-01-21", days_after):
        picked = day >= switch
        for row in day_of_searches(day, 2, 3):
            word = (
                "Immigration (civil/administrative)" if row["reason"] == "immigration" else "Motor Vehicle Theft/Stolen"
            )
            rows.append(row | {"reason": word if picked else row["reason"]})
    return rows


def test_a_window_beyond_the_drop_down_switch_is_cut_to_what_was_typed(tmp_path: Path) -> None:
    row = standard(load(tmp_path, typed_then_picked(dt.date(2025, 1, 31), 30)), agency=OWNER, role="owner")
    assert not row["refused"]
    assert [row[f"{side}_covered_days"] for side in LABELS] == [10, 10]
    assert row["after_last_day"] == "2025-01-30"
    assert "31 January 2025" in row["notes"]
    assert row["rate_ratio"] == 2


def test_a_switch_at_the_cut_is_refused(tmp_path: Path) -> None:
    row = standard(load(tmp_path, typed_then_picked(dt.date(2025, 1, 21), 30)), agency=OWNER, role="owner")
    assert row["refused_why"] == "drop-down"
    assert "in 0% of the rows that state one on the days before and in 100% on those after" in row["refused_because"]


def test_each_log_is_its_own_control(tmp_path: Path) -> None:
    """A log of one side only adds nothing to the other side: the searcher is compared in the log that has both."""
    both = [
        row for first in ("2025-01-10", "2025-02-01") for day in days(first, 3) for row in day_of_searches(day, 1, 1)
    ]
    late = [row for day in days("2025-03-01", 9) for row in day_of_searches(day, 5, 0)]
    load(tmp_path, both)
    row = standard(load(tmp_path, late, owner="Farwell TX PD"), agency="Ashmoor IL PD", role="searcher")
    assert (row["logs"], row["logs_left_out"]) == (1, 1)
    assert [row[f"{side}_immigration_related"] for side in LABELS] == [3, 3]
    assert row["whole_after_immigration_related"] == 48
    assert "1 of 2 logs cannot be compared" in row["notes"]


def test_one_search_in_two_logs_counts_once(tmp_path: Path) -> None:
    rows = [
        row for first in ("2025-01-10", "2025-02-01") for day in days(first, 3) for row in day_of_searches(day, 1, 1)
    ]
    load(tmp_path, rows)
    also = day_of_searches(
        dt.date(2025, 2, 1), 0, 1, "Bexham IL PD"
    )  # else the second file would be a copy of the first
    row = standard(load(tmp_path, [*rows, *also], owner="Farwell TX PD"), agency="Ashmoor IL PD", role="searcher")
    assert [row[f"{side}_searches"] for side in LABELS] == [6, 6]
    assert [row[f"{side}_rows"] for side in LABELS] == [12, 12]
    assert [row[f"{side}_covered_days"] for side in LABELS] == [6, 6]  # three days of each log
    assert [row[f"{side}_agencies"] for side in LABELS] == [2, 2]


def test_the_order_of_rows_and_a_second_load_change_nothing(
    both_sides: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = [row for day in days("2025-01-10", 4) for row in day_of_searches(day, 1, 9)]
    after = [row for day in days("2025-02-01", 5) for row in day_of_searches(day, 3, 7)]
    turned = load(tmp_path_factory.mktemp("turned"), [*after[::-1], *before[::-1]])
    inv.load_lookup_logs(both_sides / "logs", workspace=both_sides)
    first, second = (inv.compare_periods(workspace=one) for one in (both_sides, turned))
    pd.testing.assert_frame_equal(first, second)


def test_variants_say_what_each_choice_does(both_sides: Path) -> None:
    found = inv.vary_comparison(agency=OWNER, role="owner", workspace=both_sides).set_index("variant")
    assert found.loc["as stated", "rate_ratio"] == 3
    assert found.loc["rows", "rate_ratio"] == 3
    assert found.loc["cut-utc-midnight", "rate_ratio"] == 3  # no search lies on the day of the cut
    assert found.loc["same-days", "refused_why"] == "no covered days"  # no day of the year lies on both sides
    assert "without-largest" not in found.index  # there is only one searching agency


def test_the_largest_agency_is_left_out_by_its_name(tmp_path: Path) -> None:
    """Ashmoor makes 1 of 4 and 4 of 8 before and after, Bexham always 1 of 2: without Ashmoor nothing changes."""
    rows = [*day_of_searches(days("2025-01-10", 1)[0], 1, 3), *day_of_searches(days("2025-02-01", 1)[0], 4, 4)]
    rows += [
        one
        for first in ("2025-01-10", "2025-02-01")
        for one in day_of_searches(days(first, 1)[0], 1, 1, "Bexham IL PD")
    ]
    found = inv.vary_comparison(workspace=load(tmp_path, rows)).set_index("variant")
    assert found.loc["as stated", "rate_ratio"] == pytest.approx((5 / 10) / (2 / 6))
    assert found.loc["without-largest", "said"].endswith("Ashmoor IL PD")
    assert found.loc["without-largest", "rate_ratio"] == 1
    assert found.loc["both-sides", "rate_ratio"] == found.loc["as stated", "rate_ratio"]


def test_the_same_days_of_the_year_are_compared_where_both_years_have_them(tmp_path: Path) -> None:
    """Of eight days before and five after, three stand in both years: 2, 3 and 4 March."""
    before = [row for day in days("2024-03-02", 8) for row in day_of_searches(day, 1, 1)]
    after = [row for day in days("2025-02-28", 5) for row in day_of_searches(day, 3, 1)]
    found = inv.vary_comparison(workspace=load(tmp_path, [*before, *after])).set_index("variant").loc["same-days"]
    assert [found[f"{side}_covered_days"] for side in LABELS] == [3, 3]
    assert [found[f"{side}_immigration_related"] for side in LABELS] == [3, 9]


def test_sides_of_a_month_are_the_month_and_the_one_before(both_sides: Path) -> None:
    found = inv.compare_periods("month", scope="standard", workspace=both_sides)
    assert found["pair"].tolist() == ["2025-02"]
    assert found["before_immigration_related"].tolist() == [4]


def test_a_law_concerns_only_owners_in_its_state(both_sides: Path) -> None:
    found = inv.compare_periods("law", agency=OWNER, role="owner", scope="standard", workspace=both_sides)
    assert set(found["pair"]) >= {"law-il-sharing"}
    assert all(pair.startswith("law-il-") for pair in found["pair"])
    with pytest.raises(UnknownValue, match="concern camera owners"):
        inv.compare_periods("law", workspace=both_sides)


def test_the_command_keeps_its_contract(both_sides: Path) -> None:
    made = CliRunner().invoke(
        app, ["compare", "--agency", OWNER, "--role", "owner", "--workspace", str(both_sides), "--json"]
    )
    assert made.exit_code == 0
    said = json.loads(made.stdout)
    assert (said["agency"], said["role"], said["periods"], said["scope"]) == (
        OWNER,
        "owner",
        "inauguration",
        "standard",
    )
    wanted = {"rows", "searches", "cases", "immigration_related", "per_1000", "covered_days", "agencies"}
    assert wanted <= set(said["before"])
    assert wanted <= set(said["after"])
    assert (said["rate_ratio"], said["refused"], said["refused_because"]) == (3, False, None)
    assert [round(limit, 2) for limit in said["interval_95"]] == [0.91, 12.76]


def test_a_refused_comparison_is_null_in_json_and_keeps_its_counts(tmp_path: Path) -> None:
    workspace = load(tmp_path, [row for day in days("2025-02-01", 5) for row in day_of_searches(day, 2, 3)])
    made = CliRunner().invoke(app, ["compare", "--workspace", str(workspace), "--json"])
    said = json.loads(made.stdout)
    assert (made.exit_code, said["agency"], said["refused"]) == (0, None, True)
    assert said["rate_ratio"] is None
    assert said["interval_95"] is None
    assert "cover no day before" in said["refused_because"]
    assert said["after"]["immigration_related"] == 10


def test_the_command_says_it_in_a_sentence(both_sides: Path) -> None:
    made = CliRunner().invoke(app, ["compare", "--workspace", str(both_sides)])
    assert "4 of 40 searches before, 12 of 40 after" in " ".join(made.stdout.split())
    assert "3.0 times the rate before (95 % interval 0.91 to 13)" in " ".join(made.stdout.split())
    assert "chance alone" in made.stdout


@pytest.mark.parametrize(("choice", "value"), [("scope", "wide"), ("unit", "hits"), ("periods", "someday")])
def test_a_choice_that_does_not_exist_is_named_with_those_that_do(both_sides: Path, choice: str, value: str) -> None:
    with pytest.raises(UnknownValue, match=f"'{value}'"):
        inv.compare_periods(**{choice: value}, workspace=both_sides)


def test_the_tables_of_all_agencies_agree_with_each_agency_by_itself(sample_workspace: Path) -> None:
    tables = inv.open_tables(sample_workspace)
    every = comparison_by_agency(tables)["comparison"]
    for agency, role in [("Brackenfall IL PD", "owner"), ("Dunmarrow OH PD", "searcher")]:
        alone = inv.compare_periods(agency=agency, role=role, workspace=tables)
        mine = every[(every["agency"] == agency) & (every["role"] == role) & (every["pair"] == "inauguration")]
        pd.testing.assert_frame_equal(alone, mine.reset_index(drop=True))


def test_days_are_as_many_on_both_sides_wherever_something_is_compared(sample_workspace: Path) -> None:
    every = comparison_by_agency(inv.open_tables(sample_workspace))["comparison"]
    compared = every[~every["refused"]]
    assert len(compared) > 50
    assert (compared["before_covered_days"] == compared["after_covered_days"]).all()
    refused = every[every["refused"]]
    assert refused["rate_ratio"].isna().all()
    assert refused["low"].isna().all()
    assert refused["refused_because"].str.endswith(".").all()


@pytest.mark.parametrize(("periods", "says"), [("opt_out", "opt_outs.csv names no change"), ("week", "fewer than two")])
def test_a_set_without_two_periods_is_told_in_one_sentence(tmp_path: Path, periods: str, says: str) -> None:
    load(tmp_path, day_of_searches(dt.date(2025, 2, 5), 1, 1))
    for compare in (inv.compare_periods, inv.compare_agencies):
        with pytest.raises(UnknownValue, match=says):
            compare(periods, workspace=tmp_path)
