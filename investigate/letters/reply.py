"""The sheet that an agency is asked to answer before publication: what was found in its logs, and what we ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from investigate.agencies.laws import IS_LAW, Law, read_laws
from investigate.agencies.states import STATE_NAMES
from investigate.comparison.by_agency import MAIN
from investigate.comparison.said import say_comparison
from investigate.findings import ROLE_SAID
from investigate.letters.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Numbered,
    Paragraph,
    Table,
    ToFill,
)
from investigate.letters.known import (
    CUT_DAY,
    MEANS,
    RECORDS,
    Findings,
    all_sources,
    own_files,
    own_logs,
    say_span,
    span_of,
)
from investigate.letters.questions import ask_all
from investigate.said import count_of, say_count, say_day
from investigate.show import CATEGORY_SAID, Report

MOST_WORDS = 25
ADDRESS = (
    "A row is named by the first twelve signs of the SHA-256 of its file and, behind the colon, the number of the "
    "record in it; the files are listed at the end."
)
SAMPLE = "Invented sample data: no agency, officer or search in it is real."
READINGS = (
    "Of three readings of a reason, the strict one takes what says immigration enforcement or a criminal immigration "
    "offence; the standard one, which the headline uses, also what names an immigration agency such as ICE; the broad "
    "one also what names HSI, DHS or Homeland Security, or any of these together with another crime."
)
NEVER_ADDED = (
    "The two counts are of different logs and may hold the same search: they are never added up. As camera owner, the "
    "searches are by any agency of networks that include the agency's cameras. As searching agency, they are searches "
    "that the agency ran, of whosever cameras."
)
NOT_SHOWN = (
    "A search is a look-up in a database. It is not a stop or an arrest, and no log says what came of it.",
    "No log says which camera was looked at. It says how many networks or devices were searched at most.",
    "A stated reason is what was typed or picked. A reason can name an agency or a kind of case without the search "
    "being for it, and one that names nothing can be for anything.",
    "Reasons left blank, withheld or in no column are counted neither way: they are not known, and not zero.",
    "Days that no released file covers are not known. They are not days without searches.",
    "A rise or a fall can come from other files, other access, another form for the reason, or chance.",
)
OF_OWNER = (
    "As camera owner, the agency did not itself run the searches of others, and the log does not say whether it knew "
    "of them when they were run."
)
CORRECTED = (
    "Tell us which number, text or row is wrong, and what shows it. If a file was incomplete, we load the complete one "
    "and count again.",
    "If a reason was read wrongly, for instance because it stands for something else in your agency, we write that "
    "in a table of corrections by hand (data/manual/reason_overrides.csv): the reason, what it is to be counted as, "
    "who decided it, when and why. It then wins over the rules in every count, and the report says how many searches "
    "it changed.",
    "Nothing is changed without being named, and the files that you released are never altered.",
)


def reply_sheet(report: Report, findings: Findings) -> Document:
    """The right-of-reply sheet of an agency: `findings` is what `agency_findings` gives for the same agency.

    It holds the report's roles and nobody's private data: no officer, plate, case number or reason beyond the words
    that the rules matched, as the page shows them.
    """
    roles = [role for role in findings["roles"] if role["role"] in report.roles]
    findings = {**findings, "roles": roles}
    blocks: list[Block] = [*_opening(findings), *_looked_at(findings)]
    for role in roles:
        blocks += _found(role, with_role=len(roles) > 1)
    if len(roles) > 1:
        blocks.append(Paragraph(NEVER_ADDED))
    has_owner = any(role["role"] == "owner" for role in roles)
    blocks += [
        Heading("What these numbers do not show"),
        Bullets(NOT_SHOWN + ((OF_OWNER,) if has_owner else ())),
        *_laws(roles),
        Heading("What we ask"),
        Numbered(tuple(ask_all(report, findings, roles))),
        Heading("How a correction will be handled"),
        Bullets(CORRECTED),
        Heading("Where to send your answer"),
        Paragraph("You may answer in this file, by e-mail or by phone, in whole or in part."),
        ToFill(("Name", "News organization", "E-mail", "Phone")),
        *_files(findings),
    ]
    return Document(f"For your reply before publication: {report.agency}", tuple(blocks))


def sample_note(findings: Findings) -> list[Block]:
    return [Paragraph(SAMPLE)] if findings["is_invented_sample"] else []


def _opening(findings: Findings) -> list[Block]:
    return [
        *sample_note(findings),
        Paragraph(
            f"To {findings['agency']}: we have read logs of searches of licence-plate readers that agencies "
            "released, and plan to publish what they say of searches whose stated reason mentions "
            "immigration enforcement. Before we do, we ask you to check the numbers below and to tell us what is "
            "wrong, what is missing and what should be known beside them."
        ),
        Paragraph(
            "We counted what the logs state. Nothing here says that a search, a setting or a policy broke a rule."
        ),
        ToFill(("Please answer by",)),
    ]


def _looked_at(findings: Findings) -> list[Block]:
    """Which files the numbers come from, in short; the list of them stands at the end."""
    said = []
    logs = own_logs(findings)
    for log in logs:
        days = say_span((log.first, log.last))
        holes = len(log.gaps())
        but = f", with {count_of(holes, 'stretch', 'stretches')} between that no file covers" if holes else ""
        files = count_of(len(log.files), "file")
        said.append(f"Your own {RECORDS[log.kind]} ({MEANS[log.kind]}): {files}, {days}{but}.")
    everything = all_sources(findings)
    empty = [one["file"] for one in own_files(findings) if not one["first_searched_at"]]
    if empty:
        said.append(f"{count_of(len(empty), 'file')} of your own without a search: {', '.join(empty)}.")
    others = [one for one in everything if one["producer"] != findings["agency"]]
    if others:
        whose = len({one["producer"] for one in others})
        only = "" if logs or empty else " No file of your own is among them."
        said.append(
            f"Logs that {count_of(whose, 'other agency', 'other agencies')} released and that show searches by you: "
            f"{count_of(len(others), 'file')}.{only}"
        )
    if not said:
        said.append("The released files that we have hold no search of this agency.")
    method = (
        f"Counted with investigate {findings['package_version']} under version {findings['rules_version']} of its "
        "rules for reasons. Numbers are distinct searches unless said otherwise."
    )
    return [Heading("What we looked at"), Bullets(tuple(said)), Paragraph(method), Paragraph(READINGS)]


def _found(role: Mapping[str, Any], *, with_role: bool) -> list[Block]:
    head = "What we found" + (f": {ROLE_SAID[role['role']].lower()}" if with_role else "")
    sentences = [*role["sentences"]]
    told = " ".join(sentences)
    sentences += [said for said in _compared(role) if said not in told]
    return [Heading(head), Bullets(tuple(sentences)), *_words(role)]


def _compared(role: Mapping[str, Any]) -> list[str]:
    """The comparison with the inauguration, or why there is none, where findings hold one."""
    rows = [one for one in role.get("comparison", ()) if one["pair"] == MAIN and one["scope"] == "standard"]
    return say_comparison(rows[0]) if rows else []


def _words(role: Mapping[str, Any]) -> list[Block]:
    """The exact texts that the rules matched, most searches first, with rows to look up."""
    words = role["words"]
    if not words:
        none = "No stated reason mentions immigration enforcement or Homeland Security in any reading of it."
        return [Paragraph(none)] if role["reason_known"] else []
    shown = words[:MOST_WORDS]
    rows = tuple(
        (
            one["matched"], CATEGORY_SAID[one["category"]],
            *(say_count(one[name]) for name in ("searches", "before", "after")), one["rows"],
        )
        for one in shown
    )  # fmt: skip
    head = ("Text matched", "Counted as", "Searches", "Before", "After", "Rows to look up")
    caption = (
        f"The exact texts that the rules matched, in the broadest reading; before and after {say_day(str(CUT_DAY))}, "
        "noon Eastern"
    )
    more = len(words) - len(shown)
    left = [f"{count_of(more, 'more text', 'more texts')} matched, each in as many searches or fewer."] if more else []
    return [Table(caption, head, rows, (22, 24, 10, 9, 9, 26)), Paragraph(" ".join([ADDRESS, *left]))]


# ---- the law ------------------------------------------------------------------------------------------


def _laws(roles: list[Mapping[str, Any]]) -> list[Block]:
    """What rules the program knows for the state of a camera owner, and that it does not judge."""
    owner = next((role for role in roles if role["role"] == "owner"), None)
    if owner is None:
        return []
    state = owner["state"]
    place = STATE_NAMES.get(state, "")
    laws = [law for law in read_laws() if law.state == state and law.bears_on_immigration]
    if not place:
        said = "In which state the agency is, is not known to this program, so it names no rule."
        return [Heading("What rules we know of"), Paragraph(said)]
    if not laws:
        none = f"For {place} the program lists no rule that bears on immigration enforcement or on agencies elsewhere. "
        return [Heading("What rules we know of"), Paragraph(f"{none}That says nothing of what the law is.")]
    judged = (
        f"The program knows these rules of {place}. It counts and does not judge: whether any of them bears on a "
        "search or on a setting is for you, for a lawyer and for courts to say. Please tell us if one is cited wrongly."
    )
    return [
        Heading("What rules we know of"),
        Paragraph(judged),
        Bullets(tuple(say_rule(law) for law in laws)),
        *_counted(owner, place),
    ]


def say_rule(law: Law) -> str:
    """A rule with its citation, what it says and since when."""
    since = f"In force from {say_day(str(law.starts))}." if law.starts else "Since when is not known to us."
    status = "" if law.status == IS_LAW else " Whether it became law was not seen."
    return f"{law.short_name} ({law.citation}): {law.rule} {since}{status}{unsure(law)}"


def unsure(law: Law) -> str:
    """That nobody here has seen the official text, where that is so."""
    return "" if law.sure == "verified" else " (we have not seen the official text)"


def _counted(owner: Mapping[str, Any], place: str) -> list[Block]:
    """What was counted since the first day of a rule: rules of the same days once."""
    citations = {law.id: law.citation for law in read_laws()}
    by_day: dict[str, list[Mapping[str, Any]]] = {}
    for row in owner["laws"]:
        if row["rule"]:
            by_day.setdefault(row["starts"], []).append(row)
    said = []
    for day, rows in sorted(by_day.items()):
        cited = ", ".join(dict.fromkeys(citations[row["rule"]] for row in rows))
        found = say_count(rows[0]["outside"])
        said.append(
            f"On or after {say_day(day)} ({cited}), searches in the standard reading by agencies outside {place}: "
            f"{found}, of {say_count(rows[0]['outside_read'])} by them whose reason can be read."
        )
    return [Paragraph(one) for one in said]


# ---- the files ----------------------------------------------------------------------------------------


def _files(findings: Findings) -> list[Block]:
    rows = tuple(
        (one["file"], one["producer"] or "not known", span_of(one), _used(one["release"], findings), one["sha256"])
        for one in all_sources(findings)
    )
    if not rows:
        return []
    head = ("File", "Released by", "Days of its rows", "Rows used here", "SHA-256")
    caption = (
        "Each file as we have it: compare its SHA-256 with that of your own copy to see whether they are the same."
    )
    return [Heading("The files"), Table(caption, head, rows, (26, 16, 16, 12, 30))]


def _used(release: str, findings: Findings) -> str:
    """How many rows of a file are counted in which role."""
    roles = findings["roles"]
    used = {role["role"]: one["rows"] for role in roles for one in role["sources"] if one["release"] == release}
    if len(roles) == 1:
        return say_count(sum(used.values()))
    return ", ".join(f"{say_count(rows)} {ROLE_SAID[role].lower()}" for role, rows in used.items())
