"""Clues on the page: broad-scope wording and false friends as officers typed them, and the strings to ask for."""

from __future__ import annotations

from html import escape

import pandas as pd

from investigate.reasons.classify import SCOPES
from investigate.request import BY_THE_RULES, FOUND, WHOLE_LOG, request_sentence, say_none, strings_of
from investigate.scrub import printed
from investigate.show import Report, each_role
from investigate.shown import Shown, joined, nothing, table

MOST_CLUES = 50
COLUMNS = {
    "text": "what was typed, scrubbed", "category": "category", "searches": "searches", "agencies": "by agencies",
    "first_day": "first", "last_day": "last", "where": "rows to look at",
}  # fmt: skip
KEPT_BACK = (
    "Words in square brackets stand for what is kept back: names, plates, numbers and all that is not known to be "
    "harmless. The rows to look at name the release and the record in which the whole text stands."
)


def show_clues(report: Report) -> Shown:
    """What was typed in the broad scope, what only looks like it, and apart what was read as a misspelling."""
    return each_role(report, lambda role: _show_clues(report.rows("clues", role)))


def show_request(report: Report) -> Shown:
    """The exact strings to name in a records request, with their counts and days, and other forms of the same words."""

    def one(role: str) -> Shown:
        periods = report.rows("periods", role)
        can_read = bool(periods["reason_known"].fillna(0).sum() > 0)
        return _show_request(report.rows("strings", role), printed(report.whose(role)), can_read)

    return each_role(report, one)


def _show_clues(clues: pd.DataFrame) -> Shown:
    if clues.empty:
        return nothing("No reason in the broad scope was found, and none that only looks like it.")
    fuzzy = clues["fuzzy"].astype(bool)
    is_broad = clues["category"].isin(SCOPES["broad"])
    said = clues.assign(category=clues["category"].str.replace("_", " "))
    parts = [
        _part(said[is_broad & ~fuzzy], "Reasons in the broad scope", "No reason in the broad scope was found."),
        _part(
            said[~is_broad & ~fuzzy],
            "Looks like immigration enforcement and is not: counted in no scope",
            "No reason was found that only looks like immigration enforcement.",
        ),
        _part(
            said[fuzzy],
            "Read as misspellings: look at each before it is cited",
            "No reason was read as a misspelling.",
        ),
        nothing(KEPT_BACK),
    ]
    return joined(*parts)


def _part(clues: pd.DataFrame, caption: str, none: str) -> Shown:
    ordered = clues.sort_values(["searches", "text"], ascending=[False, True], kind="stable")
    return nothing(none) if clues.empty else table(ordered, COLUMNS, caption, MOST_CLUES)


def _show_request(found_here: pd.DataFrame, whose: str, can_read: bool) -> Shown:
    strings = strings_of(found_here)
    found = strings[strings["kind"] == FOUND]
    forms = strings[strings["kind"] == BY_THE_RULES]["text"]
    columns = {"text": "string", "searches": "searches", "first_day": "first", "last_day": "last"}
    parts = [
        nothing(say_none(whose, can_read))
        if found.empty
        else table(found, columns, f"Strings found in the stated reasons of searches {whose} (standard scope)")
    ]
    if not forms.empty:
        parts.append(nothing("Other forms of these words that the rules take: " + ", ".join(forms) + "."))
    sentence = request_sentence(strings)
    parts.append(Shown(f"<blockquote>{escape(sentence)}</blockquote>", sentence))
    return joined(*parts, nothing(WHOLE_LOG))
