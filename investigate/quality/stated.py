"""Checks of the stated reasons: there at all, overwritten, blanket, blank, withheld, picked from a list."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from investigate.quality.facts import Facts, Record, log_of
from investigate.quality.switch import ENOUGH_SEARCHES, Switch
from investigate.quality.wording import (
    FAIL,
    WARN,
    Said,
    count_of,
    judged,
    listed,
    not_checked,
    of_rows,
    passed,
    share_of,
)
from investigate.reasons.vocabulary import known_words_only

BLANKET, NEARLY_ALL, ENOUGH_ROWS = 0.5, 0.95, 50
UNREAD, MOSTLY_UNREAD = 0.05, 0.5
LONGEST_SHOWN = 80  # characters of a reason
NO_COLUMN = "The file has no reason column."


def check_column(one: Record, facts: Facts) -> Said:
    """Whether there is a reason column that says something of each search."""
    if not one["has_reason"]:
        return Said(
            FAIL,
            NO_COLUMN,
            "How many searches were for immigration enforcement cannot be known from this file. That is not a zero.",
            "Ask the agency for the same log with the column Reason.",
        )
    counted = facts.numbers.get(one["release"], {})
    overwritten = counted.get("overwritten", 0)
    if not overwritten:
        return passed("The file has a reason column.")
    return Said(
        FAIL,
        f"One and the same text fills the reason column: {of_rows(overwritten, counted['rows'])}.",
        "It says nothing of a single search: it was pasted over what was typed, or all officers were told to type it.",
        "Ask the agency whether the reasons were replaced before release, and for the reasons as they were typed.",
    )


def check_blanket(one: Record, facts: Facts) -> Said:
    """Whether one text stands for most reasons."""
    if not one["has_reason"]:
        return not_checked(NO_COLUMN)
    text, rows, known = facts.tops.get(one["release"], ("", 0, 0))
    if known < ENOUGH_ROWS:
        few = f"Only {count_of(known, 'row')} with" if known else "No row has"
        return not_checked(f"{few} a legible reason: at least {ENOUGH_ROWS} are needed.")
    share = rows / known
    named = _fit_to_show(text)
    rows_said = f"{rows:,} of {known:,} rows with a legible one ({share_of(rows, known)})"
    says = f"The commonest reason, {named}, stands in {rows_said}."
    if share <= BLANKET:
        return passed(says)
    return judged(
        share,
        NEARLY_ALL,
        says,
        "A reason that stands for most searches says little of any of them; immigration searches may be among them.",
        "Ask the agency whether officers pick or type this text by rule, and what its policy asks them to enter.",
    )


def _fit_to_show(text: str) -> str:
    fit = known_words_only(text) == text and len(text) <= LONGEST_SHOWN and text.isprintable()
    return f'"{text}"' if fit else "not shown here since it may name someone"


def check_blank(one: Record, facts: Facts) -> Said:
    """Reasons with nothing in the cell."""
    return _check_unread(
        one,
        facts,
        "blank",
        "no reason",
        "Whether these searches were for immigration enforcement cannot be known: blank is not typed, or taken out.",
        "Ask the agency whether the reasons were left blank by officers or removed before release.",
    )


def check_withheld(one: Record, facts: Facts) -> Said:
    """Reasons that were taken out."""
    return _check_unread(
        one,
        facts,
        "withheld",
        "a reason that was withheld",
        "Whether these searches were for immigration enforcement cannot be known: someone decided that it may not be.",
        "Ask the agency under which exemption the reasons were withheld, and for those to which it does not apply.",
    )


def _check_unread(one: Record, facts: Facts, category: str, what: str, means: str, ask: str) -> Said:
    if not one["has_reason"]:
        return not_checked(NO_COLUMN)
    counted = facts.numbers[one["release"]]
    unread, rows = counted[category], counted["rows"]
    says = f"{of_rows(unread, rows)} {'has' if unread == 1 else 'have'} {what}."
    if category == "withheld" and unread and counted["overwritten"]:
        says += " A text that fills the whole column counts as one."
    if unread / rows <= UNREAD:
        return passed(says)
    return judged(unread / rows, MOSTLY_UNREAD, says, means, ask)


def check_dropdown(one: Record, facts: Facts) -> Said:
    """Where reasons turn from typed text into values picked from a list."""
    release = one["release"]
    has_offense = "offense_type" in facts.columns.get(release, ())
    if not one["has_reason"] and not has_offense:
        return not_checked("The file has neither a reason column nor one for the offense type.")
    held = facts.agencies.get(release, set())
    found = {agency: one_ for agency, one_ in facts.switches.get(log_of(one), {}).items() if agency in held}
    if not found:
        few = "No agency has" if one["kind"] == "network" else "There are not"
        return not_checked(f"{few} {ENOUGH_SEARCHES} searches with a legible reason or a picked value in this log.")
    own = facts.numbers[release]
    here = f"In this file {own['picked']:,} of {own['picked'] + own['not_picked']:,} reasons are or begin with one."
    if has_offense:
        beside = ", beside the one for the reason" if one["has_reason"] else ""
        here = f"In this file {own['picked']:,} of {own['rows']:,} rows have one, in a column of its own{beside}."
    if len(found) == 1:
        return _say_one(next(iter(found.values())), facts.span(release), here)
    return _say_many(list(found.values()), facts.span(release), here)


_MEANS = "Texts before and after the change are different things: a rise or fall of a word across it may be the list's."
_ASK = "Ask the agency on which day its reason field became a list to pick from, and what may still be typed."


def _say_one(switch: Switch, span: tuple[object, object], here: str) -> Said:
    if switch.state == "none":
        return passed(f"No drop-down values to speak of. {here}")
    if switch.state == "all":
        return passed(f"All searches, or nearly all, have a value from the drop-down list. {here}")
    if switch.state == "few":
        return not_checked(
            f"Reasons may become drop-down values on {switch.day}: {switch.picked_before:,} of "
            f"{switch.picked_before + switch.typed_before:,} searches before it have one, {switch.picked_after:,} of "
            f"{switch.picked_after + switch.typed_after:,} from then on. That is too few to be sure. {here}"
        )
    if switch.state == "mixed":
        return Said(
            WARN,
            f"Drop-down values and typed reasons stand side by side, and no day parts them. {here}",
            "A picked value and a typed text say different things; a word counts only where it could be typed.",
            _ASK,
        )
    eve = f"the last day with searches before it is {switch.eve}"
    if _lies_in(switch, span):
        wrong = switch.picked_before + switch.typed_after
        return Said(
            WARN,
            f"Reasons become drop-down values on {switch.day} ({eve}); {wrong:,} of {switch.known:,} searches lie on "
            f"the wrong side of that day. {here}",
            _MEANS,
            _ASK,
        )
    side = "before" if str(switch.day) > str(span[1]) else "after"
    return passed(f"All days lie {side} the day on which reasons become drop-down values, {switch.day}. {here}")


def _say_many(switches: list[Switch], span: tuple[object, object], here: str) -> Said:
    states = Counter(switch.state for switch in switches)
    switched = [switch for switch in switches if switch.state == "switched"]
    inside = sorted(switch.day for switch in switched if _lies_in(switch, span))
    later = sum(str(switch.day) > str(span[1]) for switch in switched)
    parts = {
        "with the change on a day in this file": len(inside),
        "with it earlier": len(switched) - len(inside) - later,
        "with it later": later,
        "without drop-down values to speak of": states["none"],
        "with hardly anything else": states["all"],
        "with both and no day that parts them": states["mixed"],
        "with too few searches before or after a change to be sure of it": states["few"],
    }
    said = listed([f"{number:,} {what}" for what, number in parts.items() if number])
    counted = count_of(len(switches), "agency", "agencies")
    says = f"Of {counted} with at least {ENOUGH_SEARCHES} searches: {said}. {here}"
    if inside:
        says = f"Reasons become drop-down values {_when(inside)}. {says}"
    if inside or states["mixed"]:
        return Said(WARN, says, _MEANS, _ASK)
    is_unsure = any(switch.state == "few" and _lies_in(switch, span) for switch in switches)
    return not_checked(says) if is_unsure else passed(says)


def _when(days: list[dt.date]) -> str:
    """The days of several agencies, in order."""
    return f"from {days[0]} to {days[-1]}, depending on the agency" if days[0] < days[-1] else f"on {days[0]}"


def _lies_in(switch: Switch, span: tuple[object, object]) -> bool:
    return str(span[0]) <= str(switch.day) <= str(span[1])
