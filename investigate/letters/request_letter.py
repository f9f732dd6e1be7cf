"""The text of a records request for what an agency did not release: which record, which days, which columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from investigate.agencies.laws import Law, read_laws
from investigate.agencies.states import STATE_NAMES
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
    OwnLog,
    as_asked,
    own_checks,
    own_files,
    own_logs,
    say_span,
)
from investigate.letters.reply import sample_note, unsure
from investigate.quality.wording import ONE_DAY, Stretch, days_in
from investigate.request import FOUND, request_sentence, strings_of
from investigate.said import count_of, say_day
from investigate.show import Report

# A year on either side of the inauguration, so that the same days of the year can be set beside each other.
YEAR_BEFORE = CUT_DAY.replace(year=CUT_DAY.year - 1)
YEAR_AFTER = CUT_DAY.replace(year=CUT_DAY.year + 1) - ONE_DAY
FEWEST_DAYS = 28  # on a side of the inauguration: with fewer, that side is asked for
MANY_A_MONTH = 20_000  # records: the smallest number at which exports are known to stop
MOST_STRINGS = 40
NO_LIMIT = (
    "These words are a help and no limit: we ask for the whole log of the days named, every row, whatever its reason. "
    "A search by keyword finds only what was thought of."
)
# Checks that say that records or parts of them are missing: one alone is worth a request.
LACKING = (
    "truncated", "rejected rows", "column shift", "days without rows", "days of the file name", "blanket reasons",
    "blank reasons", "withheld reasons", "reason column", "who is who", "time zone",
)  # fmt: skip
# Checks whose questions go with a request, and are none by themselves.
BESIDE = ("drop-down", "devices")
COLUMNS = (
    "ID", "Org Name", "Total Networks Searched", "Total Devices Searched", "Time Frame", "Reason", "Case #",
    "Search Time", "Search Type", "Moderation",
)  # fmt: skip
COLUMNS_SAID = (
    f"These columns, as far as the export of those days has them: {', '.join(COLUMNS)}. Where an offense type is "
    "picked from a list, the picked value too, whether it stands in Reason or in a column of its own.",
    "We do not ask for officers' names (Name), plates (License Plate) or what else describes a vehicle (Filters, Text "
    "Prompt): leave these columns out or mask them. Of Case #, mask a number and leave a word that was typed there.",
    "Where something is withheld, say so in the cell (for instance WITHHELD) and leave a cell empty only where nothing "
    "was entered: the two are different things.",
    "The reasons as they were typed or picked, not a summary and not one word for all.",
)
FORMAT_SAID = (
    "CSV files as the system exports them; not PDF, not print-outs or scans, not re-typed, and not opened and saved in "
    "a spreadsheet program, which changes numbers and dates and cuts long files.",
    "Times with their time zone, or a note in which zone the file is written.",
    "With each file: what it is called in the system, the days and filters chosen for the export, and how many records "
    "the system shows for them.",
)
FEES = (
    "If a record or part of it is exempt, please release the rest, and name for each part that is withheld the "
    "provision on which you rely.",
    "These are electronic records that the system exports by itself. If there is a fee, please tell us the amount and "
    "what it is for before you begin; we ask for a waiver where the law allows one, since the release is to inform the "
    "public.",
    "Please send what is ready in parts as it becomes ready. If you hold no such record, please say so; if another "
    "body or the vendor holds it for you, please tell us who.",
    "This request asks for existing records in the form in which they are kept. It does not ask you to make a new one.",
)


def follow_up(report: Report, findings: Findings) -> Document | None:
    """The request for what is missing, or None where nothing is; `findings` as for `reply_sheet`."""
    logs = own_logs(findings)
    asked = list(_records(findings, logs))
    lacking = own_checks(report, findings, LACKING)
    if not asked and lacking.empty:
        return None
    beside = own_checks(report, findings, BESIDE)
    again = "Follow-up records request" if own_files(findings) else "Records request"
    state = next((role["state"] for role in findings["roles"] if role["state"] in STATE_NAMES), "")
    blocks: list[Block] = [
        *sample_note(findings),
        *_opening(findings, logs),
        *_asked(asked),
        *_about_files(pd.concat([lacking, beside])),
        Heading("Columns"),
        Bullets(COLUMNS_SAID),
        Heading("Form of the files"),
        Bullets((FORMAT_SAID[0], _say_stretches(logs), *FORMAT_SAID[1:])),
        *_strings(report, findings),
        Heading("Exemptions, fees and parts"),
        Bullets((*(say_exempt(law) for law in read_laws() if law.state == state and law.exempt), *FEES)),
        Heading("Where to send the records"),
        ToFill(("Name", "News organization", "E-mail", "Phone", "Date of this request")),
    ]
    return Document(f"{again}: searches of licence-plate readers, {report.agency}", tuple(blocks))


def _asked(records: list[str]) -> list[Block]:
    return [Heading("Records asked for"), Numbered(tuple(records))] if records else []


def _opening(findings: Findings, logs: list[OwnLog]) -> list[Block]:
    had = [
        f"the {RECORDS[log.kind]} ({count_of(len(log.files), 'file')}, {say_span((log.first, log.last))})"
        for log in logs
    ]
    still = "What follows is still missing, or cannot be read as it is."
    thanks = f" You have released {' and '.join(had)}. {still}" if had else ""
    return [
        Paragraph(
            f"To the records officer of {findings['agency']}: under the public-records law that applies to you, please "
            f"release the records named below, which log searches of licence-plate readers.{thanks}"
        )
    ]


# ---- which records ------------------------------------------------------------------------------------


def _records(findings: Findings, logs: list[OwnLog]) -> Iterator[str]:
    """One record type and stretch of days an item, with why."""
    by_kind = {log.kind: log for log in logs}
    kinds = {file["kind"] for file in own_files(findings)}
    until = max([YEAR_AFTER, *(_day(role["last_day"]) for role in findings["roles"] if role["last_day"])])
    whole = (YEAR_BEFORE, until)
    if "network" not in by_kind:
        yield _item("network", whole, "no such file was released to us. If you run no cameras, please say so")
    if "organization" not in by_kind and "network" not in by_kind:
        why = "we know your searches only from logs of other agencies"
        if "portal" in kinds:
            why = "a transparency portal shows 30 days at a time and not every column"
        yield _item("organization", whole, why)
    for kind in ("network", "organization"):
        if kind in by_kind:
            yield from _stretches(by_kind[kind], until)
    yield from _without_reasons(logs)


def _stretches(log: OwnLog, until: dt.date) -> Iterator[str]:
    """Days of a log that none of its files covers."""
    before = sum(days_in((one, min(last, CUT_DAY - ONE_DAY))) for one, last in log.covered if one < CUT_DAY)
    after = sum(days_in((max(one, CUT_DAY), last)) for one, last in log.covered if last >= CUT_DAY)
    if before < FEWEST_DAYS and log.first > YEAR_BEFORE:
        said = count_of(before, "day") if before else "no day"
        why = f"our files cover {said} before the inauguration of {say_day(str(CUT_DAY))}, so nothing can be compared"
        yield _item(log.kind, (YEAR_BEFORE, log.first - ONE_DAY), why)
    for gap in log.gaps():
        if log.is_missing(gap):
            yield _item(log.kind, gap, f"no file has a row on {_these(gap)}, while others around them do")
    if after < FEWEST_DAYS and log.last < until:
        said = count_of(after, "day") if after else "no day"
        why = f"our files cover {said} after the inauguration of {say_day(str(CUT_DAY))}"
        yield _item(log.kind, (log.last + ONE_DAY, until), why)


def _without_reasons(logs: list[OwnLog]) -> Iterator[str]:
    """Files whose layout has no column for the reason."""
    for log in logs:
        bare = [file for file in log.files if not file["has_reason"]]
        if bare:
            kind = "organization" if log.kind == "portal" else log.kind
            named = ", ".join(file["file"] for file in bare[:4])
            more = f" and {len(bare) - 4:,} more" if len(bare) > 4 else ""
            yield _item(
                kind,
                (log.first, log.last),
                f"the released {RECORDS[log.kind]} has no column for the reason in {count_of(len(bare), 'file')} "
                f"({named}{more})",
            )


def _item(kind: str, days: Stretch, why: str) -> str:
    return f"{RECORDS[kind]} ({MEANS[kind]}), {say_span(days)}, both days included: {why}."


def _these(gap: Stretch) -> str:
    return "this day" if days_in(gap) == 1 else f"these {days_in(gap):,} days"


def _day(day: str) -> dt.date:
    return dt.date.fromisoformat(day[:10])


def _say_stretches(logs: list[OwnLog]) -> str:
    """How many days a file may hold below the numbers at which exports stop."""
    most = max((log.per_day for log in logs), default=0.0)
    days = "a calendar month"
    if most * 31 >= MANY_A_MONTH:
        days = "a week" if most * 7 < MANY_A_MONTH else "a day"
    return (
        f"One file for {days} or less. Exports stop without a word at 20,000, 1,000,000 or 1,048,575 records: a file "
        "that holds exactly as many is cut, so please choose fewer days where one comes near."
    )


# ---- what to tell of the files that we have -----------------------------------------------------------


def _about_files(odd: pd.DataFrame) -> list[Block]:
    """What the gate found in the agency's own files, and what it asks: one row a check and question."""
    if odd.empty:
        return []
    rows = []
    for (name, ask), found in odd.groupby(["check", "ask"], sort=False):
        files = found["file"].tolist()
        where = files[0] if len(files) == 1 else f"{len(files):,} files, such as {files[0]}"
        rows.append((str(name), where, str(found["says"].iloc[0]), as_asked(str(ask))))
    head = ("Check", "File", "What we saw (in the first file)", "What we ask")
    caption = "What we saw in the files that you released, and what we ask of them"
    return [Heading("The files that we have"), Table(caption, head, tuple(rows), (12, 26, 34, 28))]


def _strings(report: Report, findings: Findings) -> list[Block]:
    """The exact strings, so that a search by keyword does not miss what the log calls otherwise."""
    found = pd.DataFrame([one for role in findings["roles"] for one in role["strings"]])
    if found.empty:
        found = pd.DataFrame(report.tables.strings.drop(columns="role"))
    folded = found.sort_values("searches", ascending=False, kind="stable")
    once = folded[_is_first(folded)]
    strings = pd.concat([strings_of(once), strings_of(once.head(0))], ignore_index=True)
    strings = strings[_is_first(strings)]
    here = strings[strings["kind"] == FOUND]
    strings = strings.head(max(MOST_STRINGS, len(here)))
    said = [f"{one.text}: {count_of(one.searches, 'search', 'searches')}" for one in here.itertuples()]
    told = "In the logs that we have, these texts stand in reasons that mention immigration enforcement:"
    stand: list[Block] = [Paragraph(told), Bullets(tuple(said))] if said else []
    return [
        Heading("If you search by keyword"),
        *stand,
        Paragraph(request_sentence(strings)),
        Paragraph(NO_LIMIT),
    ]


def _is_first(strings: pd.DataFrame) -> pd.Series:
    """Whether a string stands here for the first time, capitals aside."""
    return ~strings["text"].astype(object).str.casefold().duplicated()


def say_exempt(law: Law) -> str:
    """That a law of the state may exempt such logs, and since when."""
    since = (
        f"in force from {say_day(str(law.starts))}" if law.starts else "in force since a day that is not known to us"
    )
    return (
        f"We know of {law.short_name} ({law.citation}), {since}, which may exempt such logs or parts of them; "
        f"we read it as: {law.rule.removesuffix('.')}{unsure(law)}. If you rely on it, please say for which records "
        "and days, and release what it does not cover."
    )
