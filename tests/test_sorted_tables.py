"""One agency's rows out of a table of all: exactly those, whatever the names, in the order of writing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from investigate import sorted_tables
from investigate.sorted_tables import read_sorted, rows_of, write_sorted

SPECIAL = st.sampled_from(["", "a", "A", "é", "e\u0301", "😀", "\uffff", "z"])
NAMES = st.one_of(st.none(), st.text(max_size=4).filter(str.isprintable), SPECIAL)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAMES, max_size=30), chunk=st.integers(1, 7))
def test_rows_of_each_name_are_those_of_a_filter(
    names: list[str | None], chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorted_tables, "ROWS", chunk)
    frame = pd.DataFrame({"agency": pd.Series(names, dtype=object), "number": range(len(names))})
    path = tmp_path / "some.arrow"
    write_sorted(frame, path, ["agency"])
    for name in {*names, "nobody"} - {None}:
        assert rows_of(path, "agency", [name])["number"].to_pylist() == [
            number for number, one in enumerate(names) if one == name
        ]
    everyone = {name for name in names if name is not None}
    assert len(rows_of(path, "agency", [*everyone, *everyone])) == sum(name is not None for name in names)
    assert sorted(read_sorted(path)["number"].to_pylist()) == list(range(len(names)))
    assert rows_of(path, "agency", []).num_rows == 0


def test_a_table_that_is_replaced_while_it_is_read_stays_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "some.arrow"
    write_sorted(pd.DataFrame({"agency": ["a", "b"], "number": [1, 2]}), path, ["agency"])
    before = rows_of(path, "agency", ["b"])
    write_sorted(pd.DataFrame({"agency": ["b"], "number": [3]}), path, ["agency"])
    assert before["number"].to_pylist() == [2]
    assert rows_of(path, "agency", ["b"])["number"].to_pylist() == [3]


def test_kinds_of_columns_come_back(tmp_path: Path) -> None:
    frame = pd.DataFrame({
        "agency": ["a", "b"],
        "count": pd.array([1, None], dtype="Int64"),
        "rate": [0.5, float("nan")],
        "is_so": [True, False],
        "text": ["x", None],
    })  # fmt: skip
    path = tmp_path / "some.arrow"
    write_sorted(frame, path, ["agency"])
    pd.testing.assert_frame_equal(read_sorted(path).to_pandas(), frame)
