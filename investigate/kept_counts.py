"""Counts that were asked before, kept beside the store: a count of ten million rows is made once.

What a kept count stands for is its file's name: the releases, rules and corrections that the rows are made from, the
code that counts, and the question. Nothing is looked up by anything less, and whatever belongs to an earlier state of
the store goes when the next count is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandas as pd

from investigate.store import Store, written_aside
from investigate.tables import Tables, code_hash, is_current

FOLDER = "kept_counts"
MOST = 200  # files; a notebook asks a dozen questions
COUNTING = ("counts.py", "counted.py", "kept_counts.py", "periods.py", "agencies/names.py", "agencies/states.py")


def keep_count(tables: Tables, question: tuple[object, ...], count: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """What `count` gives, or gave when the same question was asked of the same rows. `question`: all that the answer
    depends on beside the tables, as plain values."""
    folder = Store(tables.workspace.store).folder / FOLDER
    state = _hash(tables.state, code_hash(*COUNTING))
    path = folder / f"{state}-{_hash(*map(repr, question))}.parquet"
    with suppress(OSError, ValueError):  # a damaged file is counted anew
        return _as_counted(pd.read_parquet(path))
    frame = count()
    if not is_current(tables):
        return frame  # another run changed the rows meanwhile: no one state's answer
    with suppress(OSError):  # a store that may only be read keeps nothing
        _make_room(folder, state)
        with written_aside(path) as aside:
            frame.to_parquet(aside, index=False)
    return frame


def _as_counted(kept: pd.DataFrame) -> pd.DataFrame:
    """The frame with the types that counting gives: names are objects, and one that is not known is NaN."""
    names = [name for name in kept if not pd.api.types.is_numeric_dtype(kept[name])]
    named = kept.astype(dict.fromkeys(names, object))
    return named.assign(**{name: named[name].where(named[name].notna(), float("nan")) for name in names})


def _make_room(folder: Path, state: str) -> None:
    """Remove the counts of an earlier state, and the oldest where there are too many."""
    kept = sorted(folder.glob("*.parquet"), key=lambda path: path.stat().st_mtime, reverse=True)
    current = [path for path in kept if path.name.startswith(f"{state}-")]
    for path in {*kept} - {*current[: MOST - 1]}:
        path.unlink(missing_ok=True)


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
