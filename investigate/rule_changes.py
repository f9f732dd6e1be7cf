"""What another version of the rules would say of the same logs: which reasons change category, in how many searches."""

from __future__ import annotations

from pathlib import Path

import ibis
import pandas as pd

from investigate.reasons.classify import scopes_of
from investigate.reasons.reader import Reader
from investigate.reasons.rulebook import load_rulebook
from investigate.reasons.vocabulary import known_words_only
from investigate.tables import Tables, open_tables
from investigate.workspace import Workspace

COLUMNS = ["was", "rule_was", "now", "rule_now", "scopes_change", "text", "searches", "rows"]


def compare_rules(other: str | Path, workspace: str | Path | Workspace | Tables | None = None) -> pd.DataFrame:
    """Reasons that another rules file puts into another category than today's rules do.

    One row a change and text: `was` and `rule_was` by the other file, `now` and `rule_now` by today's, `scopes_change`
    ("standard out", "broad in", …), `text` in the rules' own words, distinct searches and rows; most searches first.
    Corrections by hand and texts that fill a whole column are left as they are. Raises BadRules for a file that cannot
    be used.
    """
    reader = Reader(load_rulebook(Path(other)))
    tables = workspace if isinstance(workspace, Tables) else open_tables(workspace)
    changed = _changed(tables, reader)
    if changed.empty:
        return pd.DataFrame(columns=COLUMNS)
    marked = tables.searches.join(ibis.memtable(changed), "reason_id")
    counted = (
        marked.group_by(["was", "rule_was", "now", "rule_now", "text"])
        .agg(searches=marked.search_key.nunique(), rows=marked.count())
        .execute()
    )
    counted["scopes_change"] = [
        _scopes_change(was, now) for was, now in zip(counted["was"], counted["now"], strict=True)
    ]
    order = ["searches", "was", "now", "text", "rule_was", "rule_now"]
    return counted.sort_values(order, ascending=[False] + [True] * 5, ignore_index=True)[COLUMNS]


def _changed(tables: Tables, reader: Reader) -> pd.DataFrame:
    """Each distinct reason whose category changes: reason_id, was, rule_was, now, rule_now, text."""
    is_ruled = ~(tables.reasons.category_by_rules.notnull() | tables.reasons.is_overwritten)
    found = []
    for batch in tables.reasons.filter(is_ruled).to_pyarrow_batches(chunk_size=20_000):
        for text in batch.to_pylist():
            reason = text["reason"] if text["is_exported"] else None
            was = reader.classify(reason, text["case_text"], text["offense_type"], exported=text["is_exported"])
            if was.category != text["category"]:
                shown = known_words_only(text["matched"] or was.matched)
                found.append((text["reason_id"], was.category, was.rule, text["category"], text["rule"], shown))
    return pd.DataFrame(found, columns=["reason_id", "was", "rule_was", "now", "rule_now", "text"])


def _scopes_change(was: str, now: str) -> str:
    before, after = scopes_of(was), scopes_of(now)
    moves = [f"{scope} out" for scope in before if scope not in after]
    return ", ".join(moves + [f"{scope} in" for scope in after if scope not in before])
