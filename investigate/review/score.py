"""How often the rules err in each scope, and how far two judges agree, as counts. The method: see `review`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import ibis
import pandas as pd

from investigate.reasons.classify import SCOPES
from investigate.reasons.overrides import read_overrides
from investigate.review.draw import JUDGED, Key, state_of
from investigate.review.interval import Interval, Judged, effective_number, kappa, precision, recall
from investigate.review.judged import MOST_JUDGES, Answers, Judgement, settle
from investigate.review.sheet import ANSWERS
from investigate.tables import Tables
from investigate.workspace import Workspace

MEASURES = {"precision": precision, "recall": recall}
DIGITS = 6


def count_review(tables: Tables, judgement: Judgement) -> dict[str, Any]:
    """All that a score holds: numbers, and no reason's text. Categories and searches are those of the drawing."""
    key = judgement.key
    answers, unjudged, open_still = settle(judgement)
    today = _categories_today(tables, key)
    return {
        "rules_version": key.rules_version,
        "store_sha256": key.store_sha256,
        "corrections_sha256": key.corrections_sha256,
        "draw": key.code,
        "seed": key.seed,
        "per_category": key.per_category,
        "agency": key.agency,
        "role": key.role,
        "judges": len(judgement.judges),
        "drawn": len(key.lines),
        "judged": len(answers),
        "unjudged": unjudged,
        "not_settled": open_still,
        "absent": judgement.absent,
        "category_changed": sum(today.get(line.reason_id, line.category) != line.category for line in key.lines),
        "no_longer_loaded": sum(line.reason_id not in today for line in key.lines),
        "agreement": _agreement(judgement),
        "categories": _by_category(key, answers),
        "scopes": {
            scope: {
                name: _as_counts(measure(parts_judged(key, answers, scope), held)) for name, measure in MEASURES.items()
            }
            for scope, held in SCOPES.items()
        },
    }


def changed_since(counts: dict[str, Any], room: Workspace) -> dict[str, bool]:
    """Whether the files or the corrections by hand are others now than at the drawing of this score."""
    return {
        "files_changed_since": counts["store_sha256"] != state_of(room),
        "corrections_changed_since": counts["corrections_sha256"] != read_overrides(room).stamp,
    }


def _categories_today(tables: Tables, key: Key) -> dict[str, str]:
    """Today's category of each drawn reason that is still loaded."""
    wanted = ibis.memtable(
        pd.DataFrame({"reason_id": [line.reason_id for line in key.lines]}), schema={"reason_id": "string"}
    )
    found = tables.reasons.semi_join(wanted, "reason_id").select("reason_id", "category").execute()
    return dict(zip(found["reason_id"], found["category"], strict=True))


def parts_judged(key: Key, answers: Answers, scope: str) -> list[Judged]:
    """For each category that a person can judge: its searches at the drawing, the share judged in `scope`, and how many
    independent draws that share is worth: never more than lines of it were judged."""
    held: dict[str, list[tuple[int, bool]]] = {category: [] for category in JUDGED}
    for line in key.lines:
        if line.number in answers:
            weight = line.searches if line.category in key.whole else line.draws
            held[line.category].append((weight, answers[line.number] in SCOPES[scope]))
    drawn = Counter(line.category for line in key.lines)
    parts = []
    for category, judged in held.items():
        weights = [weight for weight, _ in judged]
        inside = sum(weight for weight, is_inside in judged if is_inside)
        draws = float(len(judged))
        if category in key.whole and len(judged) < drawn[category]:
            draws = effective_number(weights)
        elif category not in key.whole:
            draws = min(draws, sum(weights))
        parts.append(Judged(category, key.searches.get(category, 0), inside / sum(weights) if judged else 0.0, draws))
    return parts


def _by_category(key: Key, answers: Answers) -> list[dict[str, Any]]:
    """What each category's reasons were judged as, in lines; `all_judged`: every reason that it had."""
    drawn = Counter(line.category for line in key.lines)
    judged = Counter((line.category, answers[line.number]) for line in key.lines if line.number in answers)
    found = []
    for category in JUDGED:
        judged_as = {answer: judged[category, answer] for answer in ANSWERS if judged[category, answer]}
        found.append(
            {
                "category": category,
                "searches": key.searches.get(category, 0),
                "drawn": drawn[category],
                "judged": sum(judged_as.values()),
                "all_judged": category in key.whole and sum(judged_as.values()) == drawn[category],
                "judged_as": judged_as,
            }
        )
    return found


def _agreement(judgement: Judgement) -> dict[str, Any] | None:
    """How two judges agree over the lines that both judged, each line once; None for one judge."""
    if len(judgement.judges) < MOST_JUDGES:
        return None
    first, second = judgement.judges
    pairs = [(first[number], second[number]) for number in first if number in second]
    by_scope = {
        scope: _agreed((str(one in held), str(other in held)) for one, other in pairs) for scope, held in SCOPES.items()
    }
    return _agreed(pairs) | {"scopes": by_scope}


def _agreed(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    held = list(pairs)
    found = kappa(held)
    same = sum(one == other for one, other in held)
    return {"lines": len(held), "same": same, "kappa": None if found is None else round(found, DIGITS)}


def _as_counts(found: Interval | str) -> dict[str, Any]:
    if isinstance(found, str):
        return {"share": None, "low": None, "high": None, "not_known_because": found}
    numbers = {name: round(getattr(found, name), DIGITS) for name in ("share", "low", "high")}
    return numbers | {"not_known_because": None}
