"""How often the rules err, as far as a person has judged them: the section of the page that says so."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from investigate.reasons.classify import SCOPES
from investigate.review.told import INTERVALS, NOBODY, read_score, say_agreement, say_bounds, say_review, say_share
from investigate.show import Report
from investigate.shown import Shown, nothing, table

MEANING = (
    "Precision: of the searches counted in a scope, the share whose reason the reader puts there too. Recall: of the "
    "searches whose reason the reader puts there, the share that is counted."
)
AGREED = "agreement of the two readers"


def show_review(report: Report) -> Shown:
    """What a reader who did not see our categories made of a sample: the sentences, and each scope in a table.

    The same for every role: the sample is of a workspace, or of one agency, and says of which.
    """
    score = read_score(report.tables.workspace)
    if score is None or not score["judged"]:
        return nothing(NOBODY)
    said = [say_review(score), MEANING, *say_agreement(score), *say_bounds(score)]
    html = "".join(f"<p>{escape(sentence)}</p>" for sentence in said)
    listed = _table(score)
    return Shown(html + listed.html, "\n".join([*said, listed.text]))


def _table(score: dict[str, Any]) -> Shown:
    agreement = score["agreement"]
    rows = [
        {"scope": scope, **{name: say_share(found) for name, found in score["scopes"][scope].items()}}
        | ({AGREED: _say_agreed(agreement["scopes"][scope])} if agreement else {})
        for scope in SCOPES
    ]
    columns = {"scope": "scope", "precision": "precision", "recall": "recall"} | ({AGREED: AGREED} if agreement else {})
    return table(pd.DataFrame(rows), columns, f"How often the rules err, by scope, with {INTERVALS}")


def _say_agreed(found: dict[str, Any]) -> str:
    """`58 of 60 lines, kappa 0.93`."""
    chance = "not known" if found["kappa"] is None else f"{found['kappa']:.2f}"
    return f"{found['same']:,} of {found['lines']:,} lines, kappa {chance}" if found["lines"] else "not known"
