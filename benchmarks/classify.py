"""How long a million distinct reasons take, beside what a reporter's script does: go through the log row by row.

Invented reasons as officers type them: mostly a crime or a vague word with a case number behind, some picked from the
list, one in fifty about immigration or homeland, a few misspelt. The log has `--rows` rows of them. The script is a
frame of reasons and one function mapped over its rows, which tries its patterns one by one; it does less than the rules
here (no misspellings, no second crime, no false friends, no place of the match).

    python benchmarks/classify.py --texts 1000000 --rows 2000000
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa

from investigate.reasons import many
from investigate.reasons.overrides import NO_OVERRIDES

AT_ONCE = 20_000
COMMON = (
    "burglary", "stolen veh", "stolen vehicle", "inv", "investigation", "hit and run", "theft", "theft from mv",
    "narcotics", "robbery", "missing person", "missing juvenile", "susp veh", "suspicious vehicle", "warrant",
    "fel warrant", "agg assault", "shots fired", "homicide", "welfare check", "retail theft", "follow up", "AOA",
    "domestic", "fraud", "bolo", "traffic", "Motor Vehicle Theft/Stolen -",
    "Wanted Person (Arrest Warrant/Fugitive) -", "Larceny/Theft Offenses - retail",
    "Hit and Run/Car Accident -", "Missing/Endangered Person/Runaway - juv", "Drugs/Narcotics -", "",
)  # fmt: skip
RELATED = (
    "ICE", "ICE+ERO", "ICE assist", "immigration", "Immigration violation", "HSI", "HSI narcs", "ERO", "CBP assist",
    "ICE detainer", "border patrol", "DHS", "Immigration (civil/administrative) -", "imigration", "black ice crash",
    "deportation", "USBP",
)  # fmt: skip
STREETS = ("Main", "Oak", "Elm", "Mill", "Lake", "Hill", "Park", "River", "Church", "Spring")
# A script's rules: whole words, one pattern a label, the first that matches counts.
SCRIPT = [
    (re.compile(pattern, re.IGNORECASE), label)
    for pattern, label in [
        (r"ice\s*(?:hold|detainer|warrant|pick|admin)", "ice hold"),
        (r"\bice\b", "ice"),
        (r"\bhsi\b|homeland security investigation", "hsi"),
        (r"\bero\b|enforcement (?:and|of) removal", "ero"),
        (r"\b(?:cbp|usbp)\b|border patrol|customs (?:&|and) border", "cbp"),
        (r"deportat|removal order|order of removal", "deportation"),
        (r"\bdhs\b|department of homeland", "dhs"),
        (r"\buscis\b", "uscis"),
        (r"immigration \(", "drop-down"),
        (r"immigra", "immigration"),
    ]
]


def distinct_reasons(number: int, seed: int) -> list[str]:
    """That many distinct invented reasons, always the same ones for a seed."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < number:
        head = chance.choice(RELATED if chance.random() < 0.02 else COMMON)
        year, serial = chance.randrange(22, 27), chance.randrange(10**6)
        kind = chance.random()
        tail = (
            f"{year}-{serial:06d}"
            if kind < 0.6
            else f"{serial % 9000 + 100} {chance.choice(STREETS)} st {year}{serial}"
        )
        found[f"{head} {tail}".strip() if kind < 0.95 else f"{tail} {head}".strip()] = None
    return list(found)


def in_batches(texts: list[str]) -> Iterator[pa.RecordBatch]:
    for first in range(0, len(texts), AT_ONCE):
        part = texts[first : first + AT_ONCE]
        nothing = pa.nulls(len(part), pa.string())
        yield pa.RecordBatch.from_pydict(
            {
                "reason_id": [str(first + place) for place in range(len(part))],
                "reason": part,
                "offense_type": nothing,
                "case_text": nothing,
                "is_exported": [True] * len(part),
                "is_overwritten": [False] * len(part),
            }
        )


def flag(reason: str) -> str:
    """What the script says of one row."""
    for pattern, label in SCRIPT:
        if pattern.search(reason):
            return label
    return ""


def measure(number: int, rows: int, seed: int) -> tuple[float, float]:
    """Print what both sides took, and give their seconds: the rules over the distinct reasons, the script over the
    rows of a log."""
    texts = distinct_reasons(number, seed)
    started = time.perf_counter()
    found = sum(batch.num_rows for batch in many.classify_batches(in_batches(texts), NO_OVERRIDES, len(texts)))
    ours = time.perf_counter() - started
    assert found == number
    print(f"the rules: {number:,} distinct reasons in {ours:.1f} s, {number / ours:,.0f} a second")
    chance = random.Random(seed)
    log = pd.DataFrame({"Reason": chance.choices(texts, k=rows)})
    started = time.perf_counter()
    log["flag"] = log["Reason"].map(flag)
    script = time.perf_counter() - started
    print(f"the script, row by row: {rows:,} rows in {script:.1f} s, {rows / script:,.0f} a second")
    return ours, script


def main() -> None:
    """Print both sides, and their ratio over the rows of the log."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=1_000_000, help="distinct reasons")
    parser.add_argument("--rows", type=int, default=2_000_000, help="rows of the log, for the script")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    ours, script = measure(asked.texts, asked.rows, asked.seed)
    print(f"a log of {asked.rows:,} rows with {asked.texts:,} distinct reasons: {script / ours:.1f} times as fast")


if __name__ == "__main__":
    main()
