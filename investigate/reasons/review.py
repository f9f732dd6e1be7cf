"""Review: a person judges a sample of reasons, and what that says of how often the rules err.

How the sample is drawn. Each category of ours is a stratum; `blank`, `withheld` and `not_exported` need no judge and
are left out. Within a category, searches are drawn with replacement, each with the same chance, and each draw shows the
reason of its search. So a reason is drawn in proportion to its distinct searches, and each draw is an independent
trial for "the share of this category's searches whose reason a reader puts into the scope". A reason drawn k times
stands once in the file and counts k times. The draws depend on the seed, the reasons and their searches, and on
nothing else. Where a category has no more distinct reasons than draws were asked for, all of them are taken, and the
share is the exact one, weighted by searches. It is given the interval of as many draws as were asked for (in parts:
draws x searches of the reason / searches of the category), which is wider than needed, since a whole says more than a
sample of it; what is left open then is the reader's own error, not chance. With some of them unjudged, it is the
interval of no more draws than reasons were judged.

What is worked out. W_h: distinct searches now in category h; p_h: share of its draws judged inside the scope; S: our
categories of the scope. Precision = sum over S of W_h p_h / sum over S of W_h: of the searches that we count, the share
that the reader counts. Recall = sum over S of W_h p_h / sum over all h of W_h p_h: of the searches that the reader
counts, the share that we count. Where a category that is needed has searches and no judged draw, the result is not
known. Lines that are unjudged, or on which two readers did not settle, are taken out of n_h: where these are the hard
ones, the shares are too good, so their number is always told.

The intervals (95 %). Each p_h has Wilson's interval (l_h, u_h) for its n_h draws. The limits of sum c_h p_h lie
sqrt(sum of d_h squared) from it, where d_h is c_h times the distance from p_h to its limit on the side that moves the
sum that way (Newcombe 1998; Zou & Donner 2008); for a single category this is Wilson's interval itself. The limits of
the recall are the ratios r at which the interval of (1 - r) found - r missed just reaches 0 (Fieller; Donner & Zou
2012). Wilson's interval with an effective sample size from the variance (Korn & Graubard 1998) is not used: a category
in which no miss was drawn has variance 0 there, so that 25 draws out of millions of `other` would make a recall of
100 % look certain. Here those millions keep the recall's lower limit low, as they must: to know it better, judge more.

When the rules changed after the drawing, each reason counts in today's category, a draw with the searches that it
stood for in its category at drawing, and n_h is Kish's effective number: (sum of weights) squared / sum of squares.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from investigate.errors import RefusedFile
from investigate.reasons.classify import RULES_VERSION, SCOPES
from investigate.reasons.review_draw import Drawing, draw_review
from investigate.reasons.review_judged import read_judgement
from investigate.reasons.review_score import MEASURES, count_review, state_of
from investigate.store import write_text
from investigate.tables import open_tables
from investigate.workspace import Workspace, open_workspace

__all__ = [
    "NOBODY",
    "Drawing",
    "Score",
    "draw_review",
    "read_score",
    "say_agreement",
    "say_bounds",
    "say_review",
    "say_share",
    "score_review",
]

SCORE_FILE = "review_score.json"
NOBODY = "No person has judged a sample of these reasons yet; how often the rules err here is not known."


@dataclass(frozen=True)
class Score:
    """What the judged files say: `counts` is what was saved (numbers only, no reason's text), `path` where, and `says`
    the same as sentences."""

    path: Path
    counts: dict[str, Any]
    says: list[str]


def score_review(files: str | Path | Sequence[str | Path], workspace: str | Path | Workspace | None = None) -> Score:
    """Precision and recall in each scope, from one judged file, from those of two judges, or from two and a third
    that settles; two judges may also stand in one file (columns judged_1, judged_2 and, if settled, agreed).

    The counts are saved in the store, where reports read them. Raises RefusedFile for a file that cannot be used,
    EmptyStore and UnknownValue when the searches that were drawn from are no longer there.
    """
    given = [Path(one) for one in ([files] if isinstance(files, str | Path) else files)]
    room = open_workspace(workspace)
    judgement = read_judgement(given, room)
    tables = open_tables(room)
    counts = count_review(tables, judgement)
    path = room.store / SCORE_FILE
    write_text(path, json.dumps(counts, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n")
    return Score(path, counts, say_score(counts))


def read_score(workspace: str | Path | Workspace | None = None) -> dict[str, Any] | None:
    """The last saved score, or None when there is none; `files_changed_since` says whether files were loaded or left
    since it was worked out. Raises RefusedFile for a damaged one."""
    room = open_workspace(workspace)
    path = room.store / SCORE_FILE
    if not path.exists():
        return None
    try:
        counts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        scored_at = counts["store_sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RefusedFile(
            f"The score {path.name!r} in the store is damaged. Run `investigate review score` again with the judged "
            "files, or remove it."
        ) from error
    return counts | {"files_changed_since": scored_at != state_of(room)}


# ---- in words ------------------------------------------------------------------------------------------


def say_score(counts: dict[str, Any]) -> list[str]:
    """What a score says, for the person who asked for it: every scope, the agreement, and what bounds them."""
    if not counts["judged"]:
        return [NOBODY, *say_agreement(counts), *_say_left_out(counts)]
    return [*(say_review(counts, scope) for scope in SCOPES), *say_agreement(counts), *say_bounds(counts)]


def say_review(score: dict[str, Any] | None, scope: str = "standard") -> str:
    """One scope's precision and recall as a sentence; `score` as `read_score` gives it."""
    if score is None or not score["judged"]:
        return NOBODY
    who = "A reader" if score["judges"] == 1 else "Two readers"
    numbers = score["scopes"][scope]
    known = {name: numbers[name] for name in MEASURES if numbers[name]["share"] is not None}
    shares = ", ".join(
        f"{name}{f' of the {scope} scope' if place == 0 else ''} {say_share(found)}"
        for place, (name, found) in enumerate(known.items())
    )
    missing = " ".join(
        f"The {name} of the {scope} scope is not known: {_begin_small(found['not_known_because'])}"
        for name, found in numbers.items()
        if name not in known
    )
    judged = (
        f"{who} who did not see our category judged {score['judged']:,} of {score['drawn']:,} sampled distinct reasons"
    )
    first = f"{judged}: {shares} (95 % Wilson intervals)." if known else f"{judged}."
    return " ".join(part for part in (first, missing) if part)


def say_agreement(score: dict[str, Any]) -> list[str]:
    """How far two judges agree; nothing for one."""
    found = score["agreement"]
    if found is None:
        return []
    if not found["lines"]:
        return ["The two readers judged no line in common, so how far they agree is not known."]
    chance = (
        "Cohen's kappa is not known, since both gave one and the same answer throughout"
        if found["kappa"] is None
        else f"Cohen's kappa is {found['kappa']:.2f}"
    )
    lines = "line" if found["lines"] == 1 else "lines"
    return [f"The two readers agree on {found['same']:,} of the {found['lines']:,} {lines} that both judged; {chance}."]


def say_bounds(score: dict[str, Any] | None) -> list[str]:
    """What a reader of these shares must know: whose searches, what was left out, what has changed since."""
    if score is None:
        return []
    whose = {None: "by", "owner": "of the cameras of", "searcher": "by"}[score["role"]]
    weighed = (
        f"the searches {whose} {score['agency']}" if score["agency"] else "all searches loaded here, not one agency's"
    )
    said = [f"The shares are weighted by distinct searches over {weighed}."]
    said += _say_left_out(score)
    if score["category_changed"]:
        said.append(
            f"{score['category_changed']:,} of the reasons have another category now than when they were drawn; they "
            "count under the one they have now."
        )
    if score["no_longer_loaded"]:
        said.append(f"{score['no_longer_loaded']:,} of the reasons stand in no loaded file any more.")
    if score["files_changed_since_drawing"] or score.get("files_changed_since"):
        said.append("Files were loaded or left since: the sample was drawn from other searches than are counted now.")
    if score["rules_version"] != RULES_VERSION:
        said.append(
            f"These shares are for version {score['rules_version']} of the rules; this report uses {RULES_VERSION}. "
            "Run `investigate review score` again with the judged files."
        )
    return said


def _say_left_out(score: dict[str, Any]) -> list[str]:
    """The lines that are in none of the shares, and why."""
    left = {
        "unjudged": "left unjudged",
        "not_settled": "judged differently, or by one reader only, and not settled",
    }
    said = [
        f"{score[name]:,} {'line was' if score[name] == 1 else 'lines were'} {why}: in none of these shares."
        for name, why in left.items()
        if score[name]
    ]
    if score["absent"]:
        said.append(f"{score['absent']:,} of the drawn lines are missing from the judged files.")
    return said


def say_share(found: dict[str, Any]) -> str:
    """`97.1 % (94.0–98.9)`; the limits are rounded outwards, and "not known" is said so."""
    if found["share"] is None:
        return "not known"
    low, high = (edge(round(found[name] * 1000, 3)) / 10 for name, edge in (("low", math.floor), ("high", math.ceil)))
    return f"{_percent(found['share'] * 100)} % ({_percent(low)}–{_percent(high)})"


def _percent(number: float) -> str:
    return "100" if number == 100 else f"{min(number, 99.9):.1f}"


def _begin_small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
