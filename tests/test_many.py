"""Very many texts: other processes classify them as this one would, in order, also when one of them ends."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest

from investigate.columns import REASONS
from investigate.reasons import many
from investigate.reasons.classify import RULES_VERSION
from investigate.reasons.overrides import NO_OVERRIDES, parse_overrides

LISTS = [Path(__file__).with_name(name) for name in ("reasons_unseen.csv", "reasons_blind.csv")]
TEXTS = ["ICE"] + [row[0] for path in LISTS for row in csv.reader(path.open(newline="", encoding="utf-8"))]
CORRECTED = parse_overrides(b"text,pattern,category,who,when,why\nICE,,vague,A. Desk,2026-01-05,Invented.\n")


def batches(texts: list[str | None], size: int = 100) -> list[pa.RecordBatch]:
    kinds = {"reason_id": pa.string(), "reason": pa.string(), "offense_type": pa.string(), "case_text": pa.string()}
    made = []
    for first in range(0, len(texts), size):
        part = texts[first : first + size]
        columns = [[str(first + place) for place in range(len(part))], part, [None] * len(part), [None] * len(part)]
        arrays = [pa.array(values, kind) for values, kind in zip(columns, kinds.values(), strict=True)]
        flags = [pa.array([text is not None for text in part]), pa.array([False] * len(part))]
        made.append(pa.RecordBatch.from_arrays(arrays + flags, names=[*kinds, "is_exported", "is_overwritten"]))
    return made


def classified(texts: list[str | None], number: int, overrides=NO_OVERRIDES) -> pa.Table:
    return pa.Table.from_batches(many.classify_batches(batches(texts), overrides, number))


@pytest.fixture
def two_processors(monkeypatch):
    monkeypatch.setattr(many.os, "cpu_count", lambda: 2)


def test_a_batch_gets_every_column_of_the_table():
    table = classified(["ICE", None, "burglary"], 3)
    assert table.column_names == REASONS.names
    assert table["category"].to_pylist() == ["immigration_agency", "not_exported", "other"]
    assert table["matched"].to_pylist() == ["ICE", None, None]
    assert table["matched_in"].to_pylist() == ["reason", None, None]
    assert set(table["rules_version"].to_pylist()) == {RULES_VERSION}
    assert many.classify_batch(batches(["x"])[0].slice(0, 0), NO_OVERRIDES).num_rows == 0


@pytest.mark.usefixtures("two_processors")
def test_other_processes_say_the_same_in_the_same_order_with_corrections(monkeypatch):
    here = classified(TEXTS, 1, CORRECTED)
    used = []
    monkeypatch.setattr(many, "_Worker", lambda overrides, make=many._Worker: used.append(1) or make(overrides))
    there = classified(TEXTS, 2 * many.ENOUGH, CORRECTED)
    assert len(used) == 2
    assert there.equals(here)
    assert here.filter(pa.compute.equal(here["reason"], "ICE"))["rule"].to_pylist()[0] == "override:2"


@pytest.mark.usefixtures("two_processors")
def test_the_work_of_a_process_that_ends_is_done_here(monkeypatch):
    class Ended(many._Worker):
        def classify(self, batch: pa.RecordBatch) -> pa.RecordBatch:
            self._process.kill()
            self._process.wait()
            return super().classify(batch)

    monkeypatch.setattr(many, "_Worker", Ended)
    assert classified(TEXTS, 2 * many.ENOUGH).equals(classified(TEXTS, 1))


@pytest.mark.usefixtures("two_processors")
def test_no_process_stays_when_the_reader_stops_early():
    started = []

    class Noted(many._Worker):
        def __enter__(self):
            started.append(self._process)
            return super().__enter__()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many, "_Worker", Noted)
        results = many.classify_batches(batches(TEXTS), NO_OVERRIDES, 2 * many.ENOUGH)
        next(results)
        results.close()
    assert [process.poll() is not None for process in started] == [True, True]
