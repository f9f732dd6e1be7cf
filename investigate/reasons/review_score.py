"""How often the rules err in each scope, and how far two judges agree, as counts. The method: see `review`."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any

import ibis
import pandas as pd

from investigate.counts import choose_agency
from investigate.reasons.classify import CATEGORIES, RULES_VERSION, SCOPES
from investigate.reasons.review_draw import JUDGED, Key
from investigate.reasons.review_interval import Interval, Judged, effective_draws, kappa, precision, recall
from investigate.reasons.review_judged import MOST_JUDGES, Answers, Judgement, settle
from investigate.reasons.review_sheet import ANSWERS
from investigate.store import Store
from investigate.tables import Tables
from investigate.workspace import Workspace

MEASURES = {"precision": precision, "recall": recall}
DIGITS = 6


def count_review(tables: Tables, judgement: Judgement) -> dict[str, Any]:
    """All that a score holds: numbers, and no reason's text. Raises UnknownValue for an agency no longer loaded."""
    key = judgement.key
    answers, unjudged, open_still = settle(judgement)
    today = _categories_today(tables, key)
    searches = choose_agency(tables, key.agency, key.role)
    sizes = searches.group_by("category").agg(searches=searches.search_key.nunique()).execute()
    now = {category: int(count) for category, count in zip(sizes["category"], sizes["searches"], strict=True)}
    state = state_of(tables.workspace)
    return {
        "rules_version": RULES_VERSION,
        "rules_version_at_drawing": key.rules_version,
        "draw": key.code,
        "seed": key.seed,
        "per_category": key.per_category,
        "agency": key.agency,
        "role": key.role,
        "store_sha256": state,
        "files_changed_since_drawing": state != key.store_sha256,
        "judges": len(judgement.judges),
        "drawn": len(key.lines),
        "judged": len(answers),
        "unjudged": unjudged,
        "not_settled": open_still,
        "absent": judgement.absent,
        "category_changed": sum(today.get(line.reason_id, line.category) != line.category for line in key.lines),
        "no_longer_loaded": sum(line.reason_id not in today for line in key.lines),
        "agreement": _agreement(judgement),
        "categories": _by_category(key, answers, today, now),
        "scopes": {
            scope: {
                name: _as_counts(measure(parts_judged(key, answers, today, now, scope), held))
                for name, measure in MEASURES.items()
            }
            for scope, held in SCOPES.items()
        },
    }


def _categories_today(tables: Tables, key: Key) -> dict[str, str]:
    """Today's category of each drawn reason that is still loaded."""
    wanted = ibis.memtable(
        pd.DataFrame({"reason_id": [line.reason_id for line in key.lines]}), schema={"reason_id": "string"}
    )
    found = tables.reasons.semi_join(wanted, "reason_id").select("reason_id", "category").execute()
    return dict(zip(found["reason_id"], found["category"], strict=True))


def parts_judged(key: Key, answers: Answers, today: dict[str, str], now: dict[str, int], scope: str) -> list[Judged]:
    """For each category that a person can judge: its searches `now`, and the share judged in `scope`.

    A reason counts in the category it has `today`, with the searches that its draws stood for when it was drawn. Of a
    category that was taken whole and judged in part, the share rests on no more draws than lines were judged.
    """
    weights: dict[str, list[tuple[float, float, bool]]] = {category: [] for category in JUDGED}
    in_part = set()
    for line in key.lines:
        category = today.get(line.reason_id, line.category)
        if line.number not in answers:
            in_part |= {category} if line.category in key.whole else set()
        elif category in weights:
            is_inside = answers[line.number] in SCOPES[scope]
            weights[category].append((line.draws, key.stands_for[line.category], is_inside))
    parts = []
    for category, held in weights.items():
        whole = sum(draws * stands_for for draws, stands_for, _ in held)
        inside = sum(draws * stands_for for draws, stands_for, is_inside in held if is_inside)
        draws = effective_draws([(draws, stands_for) for draws, stands_for, _ in held])
        draws = min(draws, len(held)) if category in in_part else draws
        parts.append(Judged(category, now.get(category, 0), inside / whole if held else 0.0, draws))
    return parts


def _by_category(key: Key, answers: Answers, today: dict[str, str], now: dict[str, int]) -> list[dict[str, Any]]:
    """What each category's reasons were judged as, in lines."""
    drawn = Counter(today.get(line.reason_id, line.category) for line in key.lines)
    judged = Counter(
        (today.get(line.reason_id, line.category), answers[line.number]) for line in key.lines if line.number in answers
    )
    return [
        {
            "category": category,
            "searches": now.get(category, 0),
            "drawn": drawn[category],
            "judged_as": {answer: judged[category, answer] for answer in ANSWERS if judged[category, answer]},
        }
        for category in CATEGORIES
        if category in JUDGED or drawn[category]
    ]


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


def state_of(room: Workspace) -> str:
    """SHA-256 of what says which releases are loaded."""
    return hashlib.sha256(Store(room.store).state().encode()).hexdigest()
