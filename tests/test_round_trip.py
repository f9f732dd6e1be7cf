"""What was written is what the store holds: every layout, every container, any text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from round_trip import CONTAINERS, HEADERS, Searches, differing, expected_in_store, go, in_xml, invent

import investigate as inv
from investigate.logs.layouts import LAYOUTS, SPELLINGS

ROWS = 300
WIDEST = "H14"


def compared(made: Searches, layout: str, container: str, folder: Path) -> int:
    """The number of cells that were compared and found the same."""
    trip = go(made, layout, container, folder)
    assert {column: places[:3] for column, places in trip.differences.items()} == {}
    return trip.cells


@pytest.mark.parametrize("layout", HEADERS)
def test_every_layout_keeps_every_cell(tmp_path: Path, layout: str) -> None:
    assert compared(invent(ROWS, seed=len(layout)), layout, "csv", tmp_path) >= ROWS * 15


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_container_keeps_every_cell(tmp_path: Path, container: str) -> None:
    made = invent(ROWS, seed=7, carries=CONTAINERS[container].carries)
    assert compared(made, WIDEST, container, tmp_path) >= ROWS * 15


@pytest.mark.parametrize("container", ["csv-cr", "xlsx-shared", "ndjson", "parquet"])
@pytest.mark.parametrize("layout", ["matched", "pinned", "portal-reason-case-offense"])
def test_headers_not_seen_before_keep_every_cell_in_any_container(tmp_path: Path, layout: str, container: str) -> None:
    made = invent(60, seed=3, carries=CONTAINERS[container].carries)
    assert compared(made, layout, container, tmp_path) >= 60 * 15


def test_every_declared_layout_and_column_is_written() -> None:
    assert {layout.id for layout in LAYOUTS} | {"matched", "pinned"} == set(HEADERS)
    assert {column for header in HEADERS.values() for column in header} == set(SPELLINGS)


def test_a_difference_of_one_cell_is_found() -> None:
    made = invent(50, seed=5)
    expected = expected_in_store(made, WIDEST)
    same = expected | {
        f"{name}_token": np.where(expected[name] == "***", None, expected[name]) for name in ("user", "plate")
    }
    same["plate_token"] = np.array([token and token.upper() for token in same["plate_token"]], object)
    assert differing(expected, same) == {}
    for column in expected:
        wrong = same | {column: expected[column].copy()}
        wrong[column][17] = 4711 if expected[column].dtype == np.int64 else "another"
        assert {name: list(places) for name, places in differing(expected, wrong).items()} == {column: [17]}
    merged = same | {"user_token": np.where(same["user_token"] == "007", "P. W.", same["user_token"])}
    assert set(differing(expected, merged)) == {"user_token"}


# Left out: halves of characters, which no file holds; texts that a spreadsheet or a wrong encoding made of others, and
# what says that a value was withheld, since these are read as what they stand for; names of columns.
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="âÂ*#█■▇—\x1a")
TEXT = st.text(LETTERS, max_size=12).filter(
    lambda text: text.strip()[-2:] != ".0" and not set(text.strip()) <= set("xX")
)
FREE = ("user", "plate", "reason", "filters", "search_type", "text_prompt", "moderation")
IN_PROPERTY = ["csv", "csv-lf", "csv-tab", "csv-utf16", "ndjson", "json", "parquet", "xlsx", "xlsx-shared"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(*[TEXT] * len(FREE)), min_size=1, max_size=6),
    container=st.sampled_from(IN_PROPERTY),
    seed=st.integers(0, 99),
)
def test_any_text_in_any_container_is_kept(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], container: str, seed: int
) -> None:
    carries = CONTAINERS[container].carries
    made = invent(len(rows), seed, carries)
    texts = {
        column: np.array([text if carries(text) else "" for text in cells], object)
        for column, cells in zip(FREE, zip(*rows, strict=True), strict=True)
    }
    folder = tmp_path_factory.mktemp("any")
    assert compared(replace(made, texts=made.texts | texts), WIDEST, container, folder) >= len(rows) * 15


def test_what_a_workbook_cannot_carry_is_known() -> None:
    assert [in_xml(text) for text in ("a\tb\nc é 🚓", "\x00", "a\rb", "_x0041_", "\x1b", "\ufffe")] == [
        True,
        *[False] * 5,
    ]


def test_records_keep_their_numbers_over_many_row_groups(tmp_path: Path) -> None:
    """The engine reads a long file in parallel; the number of a record is its place in the file, whoever read it."""
    rows = 400_000
    path = tmp_path / "logs" / "Quillhaven MN PD_Network_Audit.csv"
    path.parent.mkdir()
    with path.open("w", encoding="utf-8") as file:
        file.write("ID,Name,Org Name,Total Networks Searched,Time Frame,Reason,Search Time\n")
        for number in range(1, rows + 1):
            told = f"a{number:08d}-0000-4000-a000-000000000000,A. B,Ashmoor IL PD,{number},,x"
            file.write(f'{told},"02/03/2025, 12:00:00 PM UTC"\n')
    inv.load_lookup_logs(path, workspace=tmp_path)
    (part,) = (tmp_path / "data" / "store" / "searches").glob("*.parquet")
    stored = pq.read_table(part, columns=["row", "networks_count", "search_id"]).to_pandas()
    assert stored["row"].tolist() == list(range(2, rows + 2))  # the header is record 1
    assert (stored["row"] == stored["networks_count"] + 1).all()
    assert (stored["search_id"].str[1:9].astype(int) == stored["networks_count"]).all()
