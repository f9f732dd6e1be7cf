"""Vigilant LEARN's "Agency Data Sharing Report" (PDF): four lists of agencies, each in two columns of names.

What a name belongs to is told by where it stands: the two columns are joined apart before lines become names, since a
long name goes on in the next line of its column alone. A page that is missing or cannot be read may have held a
heading; names after it are taken only where the columns stand as in the list before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median_low

from investigate.errors import RefusedFile
from investigate.logs.pdf import NOT_LOGS
from investigate.logs.pdf_lines import refused
from investigate.sharing import table as columns
from investigate.sharing.learn_edges import CAN_HIDE, tell_days, tell_owner, tell_pages, to_edges
from investigate.sharing.learn_page import ASK_AGAIN, Page, in_order, read_pages, squeeze
from investigate.sharing.learn_parts import CUT, SECTIONS, Chunk, Name, Report
from investigate.sharing.table import ReadList, Said, mend

LAYOUT = "Agency Data Sharing Report"
MARK = squeeze("Data Sharing Report")
COVERS = 5  # pages of letters that may lie on top of a report
WRAP = 2.0  # letter heights: what stands closer below goes on with the same name
RIGHT, SAME_COLUMN = 0.45, 6.0  # of the page's width: the right column starts beyond it; points

_SENTENCE = re.compile(r"agencyis(sharing|receiving)(?:its|shared)?(detection|hotlist)")
_WHO = re.compile(r"(?i)The\s+(.{2,300}?)\s*Agency\s*is\s*(?:sharing|receiving)")
SENTENCE_ENDS, MOST_LINES = "followingagencies", 4
_TABLE_HEADS = frozenset({"agency", "hotlists", "hotlist"})  # of the hot lists, with a colon
# Words that begin no name by themselves.
_ANY_WORDS = re.compile(
    r"(?i)(?:(?:police|sheriff['’]?s?|department|dept\.?|office|division|unit|district|attorney|authority|bureau|agency|"
    r"county|city|pd|so|of|and|the|\([a-z .]{2,20}\))\s*)+"
)


def read_learn(path: Path, said: Said) -> ReadList:
    """Read an Agency Data Sharing Report.

    Raises RefusedFile for any other PDF, a damaged one, one with too many pages, and a scan of which nothing is read.
    """
    found = ReadList(LAYOUT, columns.VIGILANT)
    report = Report()
    covers: list[Page] = []
    pages: list[Page] = []
    for page in read_pages(path):
        if not pages and MARK not in page.squeezed:
            covers.append(page)
            if len(covers) > COVERS:
                break
            continue
        pages.append(page)
    is_scan = any(page.is_scan for page in pages)
    pages, is_shuffled = in_order(pages)
    if is_shuffled:
        found.warnings.append("Its pages are out of order; they were read in the order of their printed numbers.")
    for page in pages:
        _take(report, page)
    if not report.sections:
        raise _not_a_report(path, covers, is_report=bool(report.chunks))
    report.strangers += [page.number for page in covers if page.printed]
    report.pictures += [page.number for page in covers if not page.printed]
    _end(report)
    tell_days(found, report, said)
    tell_owner(path, found, report, said)
    tell_pages(found, report, is_scan)
    to_edges(found, report)
    return found


def _not_a_report(path: Path, pages: list[Page], *, is_report: bool) -> RefusedFile:
    text = " ".join(page.squeezed for page in pages)
    for mark, (what, _) in NOT_LOGS.items():
        if mark in text and mark != MARK:
            advice = "it does not say who shares with whom: ask the agency for its Agency Data Sharing Report"
            return refused(path, f"is a Vigilant LEARN {what}, not a sharing list", advice)
    if is_report:
        what = "is a Data Sharing Report of which no heading, such as Detections Shared, could be read"
        return refused(path, what, f"{ASK_AGAIN}. {CAN_HIDE[:-1]}")
    if not text.strip():
        return refused(path, "is a PDF without text: pictures of pages, as a scanner makes them", ASK_AGAIN)
    if "searchtime" in text or "searchdate" in text:
        return refused(path, "is no sharing list: this is a search log", "load it with `investigate load`")
    return refused(path, "is a PDF without the title of an Agency Data Sharing Report in its first pages", ASK_AGAIN)


# ---- pages ---------------------------------------------------------------------------------------------------


def _take(report: Report, page: Page) -> None:
    """Add what stands on a page."""
    if MARK not in page.squeezed:
        (report.strangers if page.printed else report.pictures).append(page.number)
        report.is_unsure = True
        report.unread += 1
        return
    report.page += 1
    if page.stated:
        _follow(report, page, page.stated)
    elif report.stated is None and report.section:
        # Nothing tells whether a page with a heading is lacking in between.
        report.section, report.right = None, None
    else:
        report.unread += 1
        report.is_unsure = True
    report.created = page.created or report.created
    for chunk in _chunks(report, page):
        report.chunks.append(chunk)
        _read_names(chunk, page)
        if report.is_unsure and chunk.section:
            _check_place(report, chunk)
        if chunk.section:
            _go_on(report, chunk)
            report.right = chunk.right or report.right


def _follow(report: Report, page: Page, stated: tuple[int, int]) -> None:
    """Hold the page's number against the one before: another report begins at 1, with another total or another day; a
    leap leaves open what was between."""
    before = report.stated[0] if report.stated else 0
    is_other = report.stated is not None and (stated[1] != report.stated[1] or _is_other_day(report, page))
    if stated[0] == 1 or before == 0 or is_other:
        _end(report)
        report.section = report.owner = report.right = report.created = None
        report.is_unsure = False
        report.part += 1
        before = 0
    elif stated[0] <= before:
        report.section = report.right = None
    elif stated[0] != before + 1:
        report.is_unsure = True
    if stated[0] > before + 1 + report.unread:
        report.missing += range(before + 1, stated[0])
    report.stated, report.unread = stated, 0


def _is_other_day(report: Report, page: Page) -> bool:
    return page.created is not None and report.created is not None and page.created != report.created


def _end(report: Report) -> None:
    """At the end of a report, note the pages that its last number says there are more."""
    if report.stated and report.stated[1] > report.stated[0] + report.unread:
        report.missing += range(report.stated[0] + 1, min(report.stated[1], 100_000) + 1)


def _chunks(report: Report, page: Page) -> Iterator[Chunk]:
    """The page's lines, cut at headings and their sentences, which are not among them."""
    chunk = _chunk(report)
    after = 0
    for at, line in enumerate(page.printed):
        if at < after:
            continue
        key = squeeze(line.text)
        length, section, owner = _sentence([one.text for one in page.printed[at : at + MOST_LINES]])
        if key not in SECTIONS and not length:
            if not (line.text.rstrip().endswith(":") and {squeeze(cell.text) for cell in line.cells} <= _TABLE_HEADS):
                chunk.lines.append((at, line))
            continue
        if chunk.lines:
            yield chunk
        if owner:
            report.owner = owner
            report.owners.setdefault(owner)
            report.blanks_lost |= " Agency is " not in line.text and length == 1
        report.section, report.right, report.is_unsure = section or key, None, False
        report.sections.setdefault(report.section, 0)
        chunk = _chunk(report)
        after = at + max(length, 1)
    if chunk.lines:
        yield chunk


def _chunk(report: Report) -> Chunk:
    return Chunk(report.section, report.owner, created=report.created, part=report.part, page=report.page)


def _sentence(texts: list[str]) -> tuple[int, str | None, str | None]:
    """Over how many lines the sentence under a heading runs (0: none starts here), its section, whose list it is."""
    if not texts[0].lstrip().casefold().startswith("the"):
        return 0, None, None
    for length in range(1, len(texts) + 1):
        if squeeze(texts[length - 1]) in SECTIONS:
            break  # a name such as The Woodlands, above the next heading
        joined = " ".join(texts[:length])[:2_000]
        squeezed = squeeze(joined)
        found = _SENTENCE.search(squeezed)
        if found and squeezed.endswith(SENTENCE_ENDS):
            what, is_shared = found[2], found[1] == "sharing"
            if what == "detection":
                section = "detectionsshared" if is_shared else "detectionsreceived"
            else:
                section = "hotlistsharing" if is_shared else "hotlistreceived"
            who = _WHO.match(joined.strip())
            return length, section, mend(who[1]) if who else None
    return 0, None, None


def _read_names(chunk: Chunk, page: Page) -> None:
    """Join the lines of each column into names."""
    rights = [cell.left for _, line in chunk.lines for cell in line.cells if cell.left > page.width * RIGHT]
    chunk.right = median_low(rights) if rights else None
    growing: dict[int, Name] = {}
    for at, line in chunk.lines:
        for cell in line.cells:
            column = int(chunk.right is not None and cell.left > chunk.right - SAME_COLUMN)
            name = growing.get(column)
            if name and (name.last == line.top or line.top - name.last < WRAP * cell.height):
                name.text, name.last = f"{name.text} {cell.text}", line.top
            else:
                growing[column] = Name(cell.text, column, at, line.top, page.number)
                chunk.names.append(growing[column])


def _check_place(report: Report, chunk: Chunk) -> None:
    """After a page that was not read: the list goes on only if its right column stands where it stood."""
    # Both lists of hot lists stand alike: their columns tell nothing.
    is_hot = chunk.section is not None and SECTIONS[chunk.section][2] == columns.HOT_LISTS
    known = report.right is not None and chunk.right is not None and not is_hot
    if known and abs((chunk.right or 0) - (report.right or 0)) < SAME_COLUMN:
        report.is_unsure = False
    else:
        chunk.section = None


def _go_on(report: Report, chunk: Chunk) -> None:
    """Put a name that the end of a page cut in two together again; note one of which that cannot be told."""
    before = report.chunks[-2] if len(report.chunks) > 1 else None
    if before is None or (before.section, before.owner) != (chunk.section, chunk.owner):
        return
    for column in (0, 1):
        last = next((name for name in reversed(before.names) if name.column == column), None)
        first = next((name for name in chunk.names if name.column == column), None)
        if not (last and first and before.page == chunk.page - 1):
            continue
        if _goes_on(last.text, first.text):
            last.text = f"{last.text} {first.text}"
            chunk.names.remove(first)
        elif _ANY_WORDS.fullmatch(first.text):
            report.unsure_ends.append((last.text, first.text))


def _goes_on(last: str, first: str) -> bool:
    """Whether the first name of a page closes what the last one of the page before left open."""
    if last.count("(") > last.count(")") and not CUT.search(last):
        opened, closed = first.find("("), first.find(")")
        return closed >= 0 and (opened < 0 or closed < opened)
    return CUT.search(last) is not None
