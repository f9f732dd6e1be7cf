"""Review: a person judges a sample of reasons, and what that says of how often the rules err.

How the sample is drawn. Each category of ours is a stratum; `blank`, `withheld` and `not_exported` need no judge and
are left out. A search with rows of several categories lies in the one that counts it. Within a category, searches are
drawn with replacement, each with the same chance, and each draw shows the reason of its search. So a reason is drawn in
proportion to its distinct searches, and each draw is an independent trial for "the share of this category's searches
whose reason a reader puts into the scope". A reason drawn k times stands once in the file and weighs k times. The draws
depend on the seed, the reasons and their searches, and on nothing else. Where a category has no more distinct reasons
than draws were asked for, all of them are taken, and each weighs as much as its searches.

What is worked out. W_h: distinct searches in category h; p_h: share of it judged inside the scope; S: our categories of
the scope. Precision = sum over S of W_h p_h / sum over S of W_h: of the searches that we count, the share that the
reader counts. Recall = sum over S of W_h p_h / sum over all h of W_h p_h: of the searches that the reader counts, the
share that we count. Where a category that is needed has searches and no judged line, the result is not known. Lines
that are unjudged, or on which two readers did not settle, are taken out: where these are the hard ones, the shares are
too good, so their number is always told.

Categories and searches are those of the drawing, always. Were a drawn reason counted where rules or corrections put it
later, the sample would be measured by what was mended after looking at it, and the recall be better than it is. What
changed since is told; to measure the new rules, draw and judge anew.

How many trials a share is worth, n_h. The draws, but no more than lines were judged: one reading of a text is one
judgement, however often the text was drawn, so that no number that was typed makes an interval narrower. Of a category
that was taken and judged whole, nothing is left to chance; it is given the interval of as many trials as lines, wider
than needed, for the reader's own error. With some of them unjudged, n_h is Kish's effective number of those judged, by
searches: (sum of weights) squared / sum of squares.

The intervals (95 %). Each p_h has Wilson's interval (l_h, u_h) for n_h trials; where fewer than five answers are of one
kind, it reaches at least as far as the exact one (Clopper & Pearson 1934): Wilson's leaves out a true share of rare
misses too often where just one was drawn. The limits of sum c_h p_h lie sqrt(sum of d_h squared) from it, where d_h is
c_h times the distance from p_h to its limit on the side that moves the sum that way (Newcombe 1998; Zou & Donner 2008);
for a single category this is its own interval. The limits of the recall are the ratios r at which the interval of
(1 - r) found - r missed just reaches 0 (Fieller; Donner & Zou 2012). Wilson's interval with an effective sample size
from the variance (Korn & Graubard 1998) is not used: a category in which no miss was drawn has variance 0 there, so
that 25 draws out of millions of `other` would make a recall of 100 % look certain. Here those millions keep the
recall's lower limit low, as they must: to know it better, judge more.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from investigate.errors import RefusedFile
from investigate.reasons.classify import RULES_VERSION, SCOPES
from investigate.review.draw import Drawing, draw_review, named
from investigate.review.judged import read_judgement
from investigate.review.score import MEASURES, changed_since, count_review
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
    "say_changes",
    "say_review",
    "say_share",
    "score_path",
    "score_review",
    "score_stamp",
]

SCORE_FILE = "review_score.json"
INTERVALS = "95 % intervals, from Wilson's for each category, or exact ones where few answers are of one kind"
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

    The counts are saved in the workspace's folder `review`, where reports read them. Raises RefusedFile for a file that
    cannot be used, and where no line is judged and settled: then an earlier score is left as it is. Raises EmptyStore
    where nothing is loaded.
    """
    given = [Path(one) for one in ([files] if isinstance(files, str | Path) else files)]
    room = open_workspace(workspace)
    judgement = read_judgement(given, room)
    counts = count_review(open_tables(room), judgement)
    if not counts["judged"]:
        why = " ".join([*say_agreement(counts), *_say_left_out(counts)])
        raise RefusedFile(
            f"{', '.join(repr(path.name) for path in given)}: no line that counts. {why} Nothing was saved, and an "
            "earlier score is left as it was. Fill the column 'judged' and score again."
        )
    path = score_path(room)
    write_text(path, json.dumps(counts, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n")
    now = counts | changed_since(counts, room)
    return Score(path, now, say_score(now))


def score_path(room: Workspace) -> Path:
    """Where the last score lies, if there is one."""
    return room.review / SCORE_FILE


def score_stamp(room: Workspace) -> str:
    """Changes with the last score, which every report shows; empty when there is none."""
    path = score_path(room)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def read_score(workspace: str | Path | Workspace | None = None) -> dict[str, Any] | None:
    """The last saved score, or None when there is none; `files_changed_since` and `corrections_changed_since` say
    whether the files or the corrections by hand changed since its drawing. Raises RefusedFile for a damaged one."""
    room = open_workspace(workspace)
    path = score_path(room)
    if not path.exists():
        return None
    try:
        counts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return counts | changed_since(counts, room)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RefusedFile(
            f"The score {path.name!r} in {named(room)} is damaged. Run `investigate review score` again with the "
            "judged files, or remove it."
        ) from error


# ---- in words ------------------------------------------------------------------------------------------


def say_score(counts: dict[str, Any]) -> list[str]:
    """What a score says, for the person who asked for it: every scope, the agreement, and what bounds them."""
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
    first = f"{judged}: {shares} ({INTERVALS})." if known else f"{judged}."
    old = "This is of what was counted when they were drawn, not of what is counted now." if say_changes(score) else ""
    return " ".join(part for part in (first, missing, old) if part)


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
    return [*said, *_say_reach(score), *_say_left_out(score), *say_changes(score)]


def _say_reach(score: dict[str, Any]) -> list[str]:
    """How rare a miss may be and still not have been drawn."""
    held = [one for one in score["categories"] if one["searches"]]
    whole = [one for one in held if one["all_judged"]]
    said = []
    if whole:
        of_them = f"{len(whole)} of the {len(held)} {'category' if len(held) == 1 else 'categories'}"
        said.append(
            f"Every reason was judged of {of_them}: there the shares are exact, and their limits "
            "leave room for errors of the reader only."
        )
    if fewest := [one["judged"] for one in held if one["judged"] and not one["all_judged"]]:
        where = "one of the others" if whole else "a category"
        said.append(
            f"Misses rarer than about 1 in {min(fewest):,} of the searches in {where} may not have been drawn at all."
        )
    return said


def say_changes(score: dict[str, Any] | None) -> list[str]:
    """What changed since the drawing, whose categories and searches the shares are of; nothing if nothing did."""
    if score is None:
        return []
    said = []
    if changed := score["category_changed"]:
        one = "has another category now than when it was drawn; it counts"
        many = "have another category now than when they were drawn; they count"
        said.append(f"{changed:,} of the reasons {one if changed == 1 else many} under that of the drawing.")
    if score["no_longer_loaded"]:
        gone = score["no_longer_loaded"]
        said.append(f"{gone:,} of the reasons {'stands' if gone == 1 else 'stand'} in no loaded file any more.")
    if score.get("files_changed_since"):
        said.append("Files were loaded or left since: the sample was drawn from other searches than are counted now.")
    if score.get("corrections_changed_since"):
        said.append("Corrections by hand were made or changed since the drawing.")
    if score["rules_version"] != RULES_VERSION:
        said.append(f"These shares are for version {score['rules_version']} of the rules; now it is {RULES_VERSION}.")
    return [*said, "To measure what is counted now, draw and judge a new sample."] if said else []


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
