"""The questions of a right-of-reply sheet: each follows from something that the logs show, or do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from investigate.agencies.laws import read_laws
from investigate.agencies.states import STATE_NAMES
from investigate.letters.known import RECORDS, Findings, OwnLog, as_asked, own_checks, own_logs, say_span
from investigate.quality.switch import ENOUGH_SEARCHES
from investigate.quality.wording import listed, share_of
from investigate.quiet_change import WORTH_SAYING, Change, find_changes
from investigate.said import count_of, is_unknown, say_count, say_day
from investigate.show import Report

MOST_GAPS = 12  # stretches named in one question
MOST_FILES = 6  # files named for one check
UNREAD = {
    "blank": "nothing stands in the field for the reason",
    "withheld": "the reason was withheld",
}
UNREAD_ASKED = {
    "blank": "did officers leave it empty, or was it emptied before release",
    "withheld": "under which exemption, and can those be released to which it does not apply",
}
CHECKED = (
    "truncated", "rejected rows", "column shift", "days without rows", "reason column", "blanket reasons", "time zone",
    "days of the file name", "devices", "who is who",
)  # fmt: skip


def ask_all(report: Report, findings: Findings, roles: list[Mapping[str, Any]]) -> list[str]:
    """The questions in the order of their weight; none names a person."""
    logs = own_logs(findings)
    asked = [ask for role in roles for ask in _about_counts(role)]
    asked += _about_policy(roles)
    asked += [ask for role in roles for ask in _about_access(report, role)]
    asked += [ask for role in roles if role["role"] == "owner" for ask in _about_sharing(role)]
    asked += [ask for role in roles for ask in _about_reasons(role)]
    asked += _about_days(logs)
    asked += _about_files(report, findings)
    return [*asked, "What else should readers know beside these numbers?"]


def _about_counts(role: Mapping[str, Any]) -> Iterator[str]:
    """Whether the counts are right, what the searches were for and who asked for them."""
    is_owner = role["role"] == "owner"
    whose = "of networks that include your cameras" if is_owner else "that your officers ran"
    if not role["searches"]:
        yield f"The files hold no searches {whose}. Were there none in their days, or do other logs show them?"
        return
    days = f"from {say_day(role['first_day'])} to {say_day(role['last_day'])}"
    audit = f"your own {_audit_of(role)}"
    counted = f"{count_of(role['searches'], 'distinct search', 'distinct searches')} {whose}"
    if role["standard"] is None:
        yield (
            f"We count {counted}, {days}, none with a reason that can be read. Is that number right by {audit}, and "
            "how many of them were for federal civil immigration enforcement?"
        )
        return
    yield (
        f"We count {counted}, {days}, and {say_count(role['standard'])} of them with a reason that mentions "
        f"immigration enforcement. Are both numbers right by {audit}? If not, what are they?"
    )
    if not role["broad"]:
        yield (
            f"No stated reason of the searches {whose} mentions immigration enforcement. Do you know of any that were "
            "for it all the same?"
        )
        return
    yield from _about_related(role, is_owner=is_owner)


def _about_related(role: Mapping[str, Any], *, is_owner: bool) -> Iterator[str]:
    part = "as camera owner" if is_owner else "as searching agency"
    table = f"the texts in the table for you {part}"
    yield (
        f"Which of the {count_of(role['broad'], 'search', 'searches')} behind {table} were for federal civil "
        "immigration enforcement, which for a criminal case, and which for something else?"
    )
    if is_owner:
        yield (
            "Of those run by other agencies: did they, or a federal agency, ask you before, and were you told of the "
            "reasons at the time? Of those run by your own officers: who asked for them?"
        )
    else:
        yield (
            "Who asked for them: your own officers, another state or local agency, or a federal one? Is there a task "
            "force or an agreement, such as one under section 287(g), under which they were run?"
        )
        yield "Whose cameras did they reach? The logs name a camera owner only where that owner released its own log."


def _audit_of(role: Mapping[str, Any]) -> str:
    """The log that shows a role, by the vendor's name."""
    return RECORDS["network" if role["role"] == "owner" else "organization"]


def _about_policy(roles: list[Mapping[str, Any]]) -> Iterator[str]:
    yield (
        "Is there a written policy on searches for immigration enforcement, on what officers must enter as a reason, "
        "and on who may be given access? Please send it, with the days since when each version is in force."
    )
    for role in roles:
        if role["role"] != "owner" or role["state"] not in STATE_NAMES:
            continue
        counted = {row["rule"] for row in role["laws"] if row["rule"] and row["outside"]}
        cited = list(dict.fromkeys(law.citation for law in read_laws() if law.id in counted))
        if cited:
            yield (
                f"What do you do under {listed(cited)} when agencies outside {STATE_NAMES[role['state']]} search "
                "networks that include your cameras, and since when?"
            )


def _about_access(report: Report, role: Mapping[str, Any]) -> Iterator[str]:
    """Changes that the log shows: fewer searching agencies, a list to pick from, reasons that say less."""
    is_owner = role["role"] == "owner"
    lost = [one for one in role.get("comparison", ()) if one["refused_why"] == "agencies lost"]
    for one in [lost[0]] if lost and is_owner else []:
        agencies = f"{say_count(one['before_agencies'])} agencies before and {say_count(one['after_agencies'])} after"
        yield (
            f"Around {one['pair_name']}, the log shows {agencies}, on as many days. Was access to your cameras changed "
            "then? On which day, for whom and why?"
        )
    switched = [one for one in role["switch"] if one["state"] == "switched"]
    for one in switched:
        before = share_of(one["picked_share_before"], 1)
        after = share_of(one["picked_share_after"], 1)
        who = "the agencies that search" if is_owner else "your officers"
        yield (
            f"From {say_day(str(one['day'])[:10])} on, {after} of the reasons are picked from a list, against "
            f"{before} before. On which day did the field become a list for {who}, and what may still be typed?"
        )
    for change in _rises(report.rows("quiet", role["role"])):
        yield _ask_of_rise(change, is_owner=is_owner)


def _rises(months: pd.DataFrame) -> list[Change]:
    """Parts of the searches without a purpose that rose from the first to the last whole month, where both are large
    enough to say so; a list to pick from is asked about apart."""
    return [
        change
        for change in find_changes(months)
        if change.points >= WORTH_SAYING
        and change.part != "dropdown_only"
        and min(change.searches_first, change.searches_last) >= ENOUGH_SEARCHES
    ]


def _ask_of_rise(change: Change, *, is_owner: bool) -> str:
    from investigate.quiet_chart import say_change  # noqa: PLC0415 - charts, for a sentence

    said = say_change(change)
    of = " in searches of networks that include your cameras" if is_owner else " in your officers' searches"
    return f"{said[0].upper()}{said[1:]}{of}. Was there guidance, training or another form at the time?"


def _about_sharing(role: Mapping[str, Any]) -> Iterator[str]:
    """The agency's own newest list of who may search its cameras, where one is known."""
    rows = [one for one in role["sharing"] if one["in_own_list"] and not one["itself"] and one["what"] == "networks"]
    mine = [one for one in rows if one["direction"] == "may search its cameras"]
    if not mine:
        yield (
            "Which agencies may search your cameras today, and which could on each day from January 2025 on? Is "
            "nationwide or statewide look-up switched on, and since when?"
        )
        return
    named = count_of(len({one["partner"] for one in mine}), "agency", "agencies")
    days = sorted({one["own_newest_as_of"] for one in mine if one["own_newest_as_of"]})
    dated = f"of {say_day(str(days[-1])[:10])}" if days else "that we have, which has no date,"
    federal = sorted({one["partner"] for one in mine if one["federal_immigration"]})
    also = f" {count_of(len(federal), 'name')} on it may be of federal immigration bodies: {listed(federal[:8])}."
    yield (
        f"Your sharing list {dated} names {named} that may search your cameras.{also if federal else ''} Is it right "
        "today, and what was changed on it since, on which days?"
    )


def _about_reasons(role: Mapping[str, Any]) -> Iterator[str]:
    """Searches whose reason cannot be read, by why."""
    for kind, said in UNREAD.items():
        many = sum(one["searches"] for one in role["categories"] if one["category"] == kind)
        if many and not is_unknown(many):
            what = "of your cameras" if role["role"] == "owner" else "by your agency"
            yield f"In {count_of(many, 'search', 'searches')} {what}, {said}: {UNREAD_ASKED[kind]}?"


def _about_days(logs: list[OwnLog]) -> Iterator[str]:
    """Days between the files of a log: what is missing, and what may be quiet days."""
    for log in logs:
        gaps = log.gaps()
        if not gaps or log.kind == "portal":  # a portal shows the last 30 days, whenever it was downloaded
            continue
        named = "; ".join(say_span(gap) for gap in gaps[:MOST_GAPS])
        more = f" and {len(gaps) - MOST_GAPS:,} more stretches" if len(gaps) > MOST_GAPS else ""
        yield (
            f"Your {RECORDS[log.kind]} as we have it shows no search on these days: {named}{more}. Were there none, or "
            "are there records that were not released?"
        )


def _about_files(report: Report, findings: Findings) -> Iterator[str]:
    """What the gate asks of the agency's own files, each question once."""
    odd = own_checks(report, findings, CHECKED)
    for _, found in odd.groupby(["check", "ask"], sort=False):
        files = found["file"].tolist()
        more = f" and {len(files) - MOST_FILES:,} more files" if len(files) > MOST_FILES else ""
        named = ", ".join(files[:MOST_FILES]) + more
        first = found.iloc[0]
        says = f" {first['says']}" if len(files) == 1 else f" In the first of them: {first['says']}"
        yield f"{named}:{says} {as_asked(first['ask'])}"
