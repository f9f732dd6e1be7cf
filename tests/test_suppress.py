"""Counts below a floor are left out, and so is what would tell them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from investigate.cli import app
from investigate.clues import list_clues, write_clues
from investigate.counts import count_searches
from investigate.errors import InvestigateError
from investigate.suppress import MEASURES, leave_out_rare, suppress_counts

FLOOR = 5


def counts_of(related: dict[str, list[int | None]], periods: tuple[str, ...] = ("before", "after")) -> pd.DataFrame:
    """A table as `count_searches` gives it; every measure but the immigration-related ones is 100."""
    lines = [
        {"camera_owner": owner, "period": period, "scope": "standard", "rows": 100, "searches": 100, "cases": 100}
        | {"immigration_related": count, "reason_known": 100, "per_1000": None if count is None else count * 10.0}
        | {"covered_days": 30}
        for owner, counts in related.items()
        for period, count in zip(periods, counts, strict=True)
    ]
    frame = pd.DataFrame(lines)
    return frame.astype({"immigration_related": "Int64", "per_1000": "Float64"})


def shown(frame: pd.DataFrame, floor: int = FLOOR) -> list[int | None]:
    values = suppress_counts(frame, floor)["immigration_related"]
    return [None if pd.isna(value) else int(value) for value in values]


def test_a_small_count_goes_with_its_rate_and_is_named() -> None:
    got = suppress_counts(counts_of({"A": [0, 3]}), FLOOR)
    assert got["immigration_related"].isna().tolist() == [False, True]
    assert got["per_1000"].isna().tolist() == [False, True]
    assert got["suppressed"].tolist() == ["", "immigration_related, per_1000"]
    assert got["rows"].tolist() == [100, 100]


def test_zero_the_floor_itself_and_what_is_not_known_stay() -> None:
    got = suppress_counts(counts_of({"A": [0, 5], "B": [None, 6]}), FLOOR)
    assert got["suppressed"].tolist() == ["", "", "", ""]
    assert got["immigration_related"].tolist() == [0, 5, pd.NA, 6]


def test_a_second_count_goes_where_one_alone_could_be_worked_out_from_the_sum() -> None:
    # Of B's period "after" 3 is missing; with the sum over owners it would be told: so 20 of A goes too; then of A's
    # own line, and of B's, a second one each.
    assert shown(counts_of({"A": [40, 20], "B": [30, 3], "C": [70, 50]})) == [None, None, None, None, 70, 50]


def test_two_small_counts_cover_each_other() -> None:
    assert shown(counts_of({"A": [2, 3], "B": [4, 1], "C": [70, 50]})) == [None, None, None, None, 70, 50]


def test_between_two_scopes_no_small_count_can_be_worked_out() -> None:
    wide = counts_of({"A": [12, 40]})
    frame = pd.concat([wide.assign(scope="broad"), wide.assign(scope="standard", immigration_related=[10, 20])])
    got = suppress_counts(frame, FLOOR)
    # broad 12 and standard 10 would tell that 2 are in the broad scope alone; the other period covers the sum
    assert got["immigration_related"].tolist() == [12, 40, pd.NA, pd.NA]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 30), min_size=2, max_size=2), min_size=1, max_size=6),
    st.integers(2, 12),
)
def test_no_small_count_is_shown_and_none_is_alone_in_its_line(table: list[list[int]], floor: int) -> None:
    frame = counts_of({f"owner {number}": list(line) for number, line in enumerate(table)})
    values = shown(frame, floor)
    lines = [values[place : place + 2] for place in range(0, len(values), 2)]
    columns = [values[first::2] for first in (0, 1)]
    assert all(value is None or value == 0 or value >= floor for value in values)
    for line in [*lines, *columns]:
        others = [value for value in line if value]
        assert line.count(None) != 1 or not others
    kept = [value for value in values if value is not None]
    assert kept == [now for now, value in zip(frame["immigration_related"], values, strict=True) if value is not None]


def test_order_of_lines_does_not_matter_to_what_is_small() -> None:
    frame = counts_of({"A": [40, 20], "B": [30, 3], "C": [70, 50]})
    turned = suppress_counts(frame.iloc[::-1], FLOOR).iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(turned, suppress_counts(frame, FLOOR))


def test_a_floor_of_one_is_refused_in_words() -> None:
    with pytest.raises(InvestigateError, match="suppresses nothing"):
        suppress_counts(counts_of({"A": [1, 2]}), 1)


def test_an_empty_table_stays_empty() -> None:
    assert suppress_counts(counts_of({"A": [1, 2]}).iloc[:0], FLOOR).empty


def test_on_the_sample_no_line_of_the_command_shows_a_small_count(sample_workspace: Path) -> None:
    words = ["count", "--by", "searching_agency", "--scope", "all", "--workspace", str(sample_workspace)]
    plain = json.loads(CliRunner().invoke(app, [*words, "--json"]).output)
    small = [line for line in plain if 0 < (line["immigration_related"] or 0) < 11]
    assert len(small) > 10
    done = CliRunner().invoke(app, [*words, "--floor", "11", "--json"])
    for line in json.loads(done.output):
        assert not [name for name in MEASURES if 0 < (line[name] or 0) < 11], line
        assert (line["per_1000"] is None) or "immigration_related" not in line["suppressed"]
    told = CliRunner().invoke(app, [*words, "--floor", "11"]).output
    assert "suppressed: from 1 to 10" in told


def test_rare_texts_are_left_out_and_told(sample_workspace: Path, tmp_path: Path) -> None:
    every = list_clues(sample_workspace)
    often, rare = leave_out_rare(every, FLOOR)
    assert rare > 0
    assert rare + len(often) == len(every)
    assert often["searches"].min() >= FLOOR
    written = pd.read_csv(write_clues(tmp_path / "clues.csv", sample_workspace, floor=FLOOR))
    assert len(written) == len(often)
    done = CliRunner().invoke(app, ["clues", "--floor", str(FLOOR), "--workspace", str(sample_workspace)])
    assert f"{rare:,} texts with fewer than {FLOOR} searches are left out" in done.output


def test_whole_counts_of_the_sample_stay_without_a_floor(sample_workspace: Path) -> None:
    assert "suppressed" not in count_searches(workspace=sample_workspace)
