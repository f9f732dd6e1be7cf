"""Target reasons: any text as a reason, with another as its case number."""

from __future__ import annotations

import re

from fuzz.limits import check_growth
from investigate.reasons.classify import CATEGORIES, classify_reason, classify_reasons, scopes_of
from investigate.reasons.why import explain_reason
from investigate.request import findable
from investigate.scrub import scrub, shown_words

LONGEST = 20_000
MOST_GROWN = 200
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def check_reasons(data: bytes) -> None:
    """The first line is the reason, the second the case number, the third the offense type."""
    text = data.decode("utf-8", "surrogateescape")[:LONGEST]
    # NUL parts the three, since a reason may hold line ends.
    reason, case, offense = [*text.split("\0"), "", ""][:3]
    for given in ((reason, None, None), (reason, case, offense), (None, case, offense)):
        _check_category(*given)
    table = classify_reasons([reason, case, reason])
    assert list(table["text"]) == [reason, case, reason]
    assert list(table["category"]) == [classify_reason(one).category for one in (reason, case, reason)]
    for one in (reason, case):
        _check_scrubbed(one)
    if len(data) % 16 == 0:
        unit = reason[:MOST_GROWN]
        check_growth(classify_reason, unit)
        check_growth(scrub, unit)


def _check_category(reason: str | None, case: str | None, offense: str | None) -> None:
    found = classify_reason(reason, case, offense)
    assert found.category in CATEGORIES, found
    assert found.rule, found
    assert set(scopes_of(found.category)) <= {"strict", "standard", "broad"}
    assert classify_reason(reason, case, offense, exported=False).category in CATEGORIES
    assert classify_reason(reason, case, offense, overwritten=True).category in CATEGORIES
    if found.matched:
        inside = [text for text in (reason, case, offense) if text and found.matched in text]
        assert inside, f"what matched stands in none of the texts: {found.matched!r}"
        for string in findable(found.matched):
            assert string.strip(), found.matched


def _check_scrubbed(text: str) -> None:
    once = scrub(text)
    assert not UNSEEN.search(once), repr(once)
    assert scrub(once) == once, (once, scrub(once))
    assert isinstance(shown_words(text), str)
    told = explain_reason(text)
    assert told.to_text()
    assert told.to_dict()["category"] == classify_reason(text).category
