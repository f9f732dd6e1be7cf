"""Hostile inputs: every seed and every input that once failed, and a short run from them; see tests/fuzz/README.md."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fuzz.inputs import CORPUS, TARGETS, mutated, seeds
from fuzz.limits import TooSlow, check_growth, within
from fuzz.log_files import FOLDER, zipped
from hypothesis import HealthCheck, Phase, given, settings
from made_logs import load

from investigate.logs import readers

EXAMPLES = {"csv": 40, "xlsx": 40, "json": 40, "agencies": 40, "reasons": 40, "parameters": 25}
MOST_BYTES = 200_000  # of the corpus
# The same inputs each time: a change is not to fail for what another one left. New ones are tried by run.py.
SHORT = settings(
    deadline=None, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize(("target", "seed"), [(target, seed) for target in TARGETS for seed in seeds(target)])
def test_kept_input(target: str, seed: str) -> None:
    with within():
        TARGETS[target].check(seeds(target)[seed])


@pytest.mark.parametrize("target", TARGETS)
def test_short_run(target: str) -> None:
    @settings(SHORT, max_examples=EXAMPLES[target])
    @given(mutated(target))
    def run(data: bytes) -> None:
        with within():
            TARGETS[target].check(data)

    run()


def test_the_corpus_stays_small() -> None:
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) <= MOST_BYTES


# ---- that the checks bite -----------------------------------------------------------------------------------


def test_sound_seeds_are_loaded_and_not_refused(tmp_path: Path) -> None:
    wanted = {
        "csv": ["plain", "quoted", "portal", "tabs_utf16", "title_above", "header_again"],
        "xlsx": ["plain", "corner_merged", "audit", "old_xls"],
        "json": ["list", "wrapped", "lines", "nested"],
    }
    for target, names in wanted.items():
        for name in names:
            data = seeds(target)[name]
            path = tmp_path / FOLDER / f"{target}_{name}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zipped(data) if data.startswith(b"===") else data)
    report = load(tmp_path / FOLDER, tmp_path / "workspace").report
    assert set(report["status"]) == {"loaded"}
    assert (report["rows_loaded"] > 0).all()


def test_a_reader_that_loses_a_record_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    read: Callable[..., Iterator[Any]] = readers.text_records

    def without_the_third(*given: Any) -> Iterator[Any]:
        return (record for record in read(*given) if record[0] != 3)

    monkeypatch.setattr(readers, "text_records", without_the_third)
    with pytest.raises(AssertionError, match=r"records, \d read"):
        TARGETS["csv"].check(seeds("csv")["blank_lines"])


def test_work_without_an_end_is_stopped() -> None:
    def without_end() -> None:
        while True:
            pass

    started = time.process_time()
    with pytest.raises(TooSlow), within(0.2):
        without_end()
    assert time.process_time() - started < 5


def test_time_that_grows_faster_than_the_text_is_found_and_linear_is_not() -> None:
    def cubic(text: str) -> int:  # eight times as long for twice the text: more than a busy machine blurs
        starts = range(0, len(text), 20)
        return sum(text.count("b", at) for at in starts for _ in starts)

    check_growth(str.casefold, "ab")
    with pytest.raises(TooSlow, match="characters take"):
        check_growth(cubic, "ab", 16_000)
