"""Portal exports that were printed to PDF with one cell per line: from lines of print back to a table.

Nothing in such a print says where a column stands. What tells cells apart is their shape: a UUID at the start of a
line opens a record, `***` or a second UUID is the user, and count and time look like nothing else beside each other.
What remains is free text, so no more than one column of the file may hold any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from investigate.errors import RefusedFile
from investigate.logs.pdf_limits import start_page

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
TIME = re.compile(
    r"(?:\d{1,2}/\d{1,2}/\d{4},?|\d{4}-\d\d-\d\d)[ T]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[AP]M)?(?: ?UTC|Z)?"
)
WITHHELD_USER = re.compile(r"\*+")
NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
MARK = re.compile(rf"({UUID.pattern}|{TIME.pattern}|{WITHHELD_USER.pattern}|{NUMBER.pattern})(?:\s+|$)", re.IGNORECASE)
PAGE_NUMBER = re.compile(r"page \d+(?: of \d+)?|\d+ of \d+|\d+ ?/ ?\d+", re.IGNORECASE)
PAGE_COUNTER = re.compile(r"(?<![\w.-])\d+(?![\w-])")

ASK_TABLE = "ask the agency for the log as CSV or XLSX"

ASK_OCR = f"{ASK_TABLE}, or run text recognition (OCR) on it and check the result by eye"

# Header names without blanks, underscores and case.
ID, USER, SEARCHED = "id", "userid", "searchdate"
COUNTS = {"networkcount", "cameracount"}
FREE_TEXTS = {"reason", "casenumber", "offensetype"}
PORTAL_HEADERS = {ID, USER, SEARCHED} | COUNTS | FREE_TEXTS
FEWEST_NAMES, FEWEST_LINES = 3, 2


class LineHeader(NamedTuple):
    names: list[str]  # as printed
    start: int  # its first line
    end: int  # the line after it

    @property
    def plain(self) -> list[str]:
        return [_plain(name) for name in self.names]


@dataclass(slots=True)
class _Record:
    search_id: str
    user: str = ""
    # Marks (times, numbers and so on) one by one, and texts, in the order of print.
    parts: list[str] = field(default_factory=list)


class _Order(NamedTuple):
    """What the header says about the columns: plain names, and where each kind of cell stands (-1: nowhere)."""

    user: int
    searched: int
    counted: int
    free_text: int


def refused(path: Path, what: str, advice: str = ASK_TABLE) -> RefusedFile:
    """The error for a printed file: its name, what is wrong with it and what to do next."""
    return RefusedFile(f"{path.name!r} {what}; {advice}.")


def broken(path: Path, why: str) -> RefusedFile:
    """The error for a file that is no PDF, or a damaged one."""
    return refused(path, f"cannot be read as a PDF: {why}", f"get it once more, or {ASK_TABLE}")


def picture_page(path: Path, number: int) -> RefusedFile:
    """The error for a log with a page that holds no text to read."""
    return refused(path, f"is a printed log, but page {number} is a picture without text", ASK_OCR)


def is_page_number(text: str, number: int, pages: int) -> bool:
    """Whether a line at the edge of page `number` of `pages` numbers it: a reason can look like 459/484 too."""
    found = PAGE_NUMBER.fullmatch(text)
    first, *rest = map(int, re.findall(r"\d+", text)) if found else (0,)
    return bool(found) and (
        not rest or "page" in text.casefold() or number == first or rest[0] - first == pages - number
    )


def let_go(document: Any, page: Any) -> None:
    """Free what a page of a pdfplumber document took: closing it leaves the bytes of text and pictures behind."""
    page.close()
    page.page_obj.contents = []
    document.doc._cached_objs.clear()
    start_page()


def find_line_header(lines: list[str]) -> LineHeader | None:
    """The portal's header where it is printed on two or more lines, each of whole names; None without one."""
    return max(_headers(lines), key=lambda header: len(header.names), default=None)


def read_line_table(path: Path, pages: Iterable[tuple[int, list[str], bool]]) -> tuple[list[str], list[list[str]]]:
    """Read a portal export that was printed with one cell per line.

    `pages` gives page numbers, lines of print and whether there are pictures, from the page with the header on;
    `path` is only named in errors.
    Returns `(header, rows)`: names as printed, and per record a list of texts as long as the header. A cell that was
    not printed is an empty text. Text that belongs to no record is a row of its own, in the column of free text (or,
    without one, of the id); after a record it cannot be told from the end of its free text.

    Raises `RefusedFile`: a page that is a picture, two columns of free text or of counts, another table further
    down, text but no search id, users printed as something other than `***` or a UUID.
    """
    printed: list[tuple[int, list[str]]] = []
    for number, lines, has_pictures in pages:
        if has_pictures and not lines:
            raise picture_page(path, number)
        printed.append((number, lines))
    _drop_counters(printed)
    header, body = _take_headers(path, printed)
    if not body:
        return header.names, []
    order = _order(path, header)
    strays, records = _collect(body, order)
    if not records:
        raise refused(path, "has the header of a lookup log, but no search id at the start of any line under it")
    _check_users(path, records, order)
    names = header.plain
    text_column = order.free_text if order.free_text >= 0 else names.index(ID)
    rows = [_row(names, {names[text_column]: _unwrapped(strays)})] if strays else []
    rows += _rows(records, names, order, text_column)
    return header.names, rows


def starts_record(line: str) -> bool:
    """Whether a line of print starts with a search id."""
    mark = MARK.match(line)
    return bool(mark and UUID.fullmatch(mark[1]))


# ---- pages: headers, titles, page numbers ---------------------------------------------------------------


def _plain(name: str) -> str:
    return re.sub(r"[\s_]", "", name).casefold()


def _header_names(line: str) -> list[str]:
    """The names on a line that holds nothing but header names; otherwise none."""
    words, names, at = line.split(), [], 0
    while at < len(words):
        name = next((" ".join(words[at:end]) for end in (at + 2, at + 1) if _is_name(words[at:end])), "")
        if not name:
            return []
        names.append(name)
        at += len(name.split())
    return names


def _is_name(words: list[str]) -> bool:
    return _plain("".join(words)) in PORTAL_HEADERS


def _headers(lines: list[str]) -> Iterator[LineHeader]:
    """Every run of lines that could be the header: only names, each once, among them id and time."""
    on_line = [_header_names(line) for line in lines]
    for start in range(len(lines)):
        names: list[str] = []
        for end in range(start, len(lines)):
            names = names + on_line[end]
            plain = {_plain(name) for name in names}
            if not on_line[end] or len(plain) < len(names):
                break
            is_long = len(names) >= FEWEST_NAMES and end - start + 1 >= FEWEST_LINES
            if is_long and {ID, SEARCHED} <= plain:
                yield LineHeader(names, start, end + 1)


def _take_headers(path: Path, printed: list[tuple[int, list[str]]]) -> tuple[LineHeader, list[str]]:
    """The header, and all lines of all pages less headers and titles. Empties the pages as it goes."""
    header: LineHeader | None = None
    spelled: list[str] = []
    titles: set[str] = set()
    body: list[str] = []
    for number, lines in printed:
        if header is None:
            header = find_line_header(lines)
            if header is None:
                continue
            spelled = lines[header.start : header.end]
            above = next((at for at, line in enumerate(lines) if starts_record(line)), header.start)
            titles.update(lines[: min(above, header.start)])
        while lines and lines[0] in titles:
            lines.pop(0)
        while found := _repeated(lines, header, spelled):
            del lines[found[0] : found[1]]
        if find_line_header(lines):
            raise refused(path, f"holds another table from page {number}", "split it there")
        body += lines
        lines.clear()
    if header is None:
        raise refused(path, "is a printed log whose header cannot be found again")
    return header, body


def _repeated(lines: list[str], header: LineHeader, spelled: list[str]) -> tuple[int, int] | None:
    """First and following line of the header on a page: as on its first page, or else its names on other lines."""
    for at in range(len(lines) - len(spelled) + 1):
        if lines[at : at + len(spelled)] == spelled:
            return at, at + len(spelled)
    same = (other for other in _headers(lines) if set(other.plain) == set(header.plain))
    return next(((other.start, other.end) for other in same), None)


def _drop_counters(printed: list[tuple[int, list[str]]]) -> None:
    """Take the line off the top or bottom of all pages that differs only by a number counting them.

    A number alone can be a reason too, so two pages must agree with the pages of the file, and one page proves nothing.
    """
    for edge in (0, -1):
        seen = [_counters(lines[edge], number) for number, lines in printed if lines]
        common = set.intersection(*seen) if len(seen) > 1 else set()
        if common and (len(seen) > 2 or ("", 0, "") in common):
            for _, lines in printed:
                del lines[edge : len(lines) if edge else 1]


def _counters(line: str, number: int) -> set[tuple[str, int, str]]:
    """Every number of a line as text before it, how far it is ahead of the page, and text after it."""
    if UUID.search(line) or TIME.search(line):
        return set()
    return {(line[: m.start()], int(m[0]) - number, line[m.end() :]) for m in PAGE_COUNTER.finditer(line)}


# ---- lines: records ------------------------------------------------------------------------------------


def _order(path: Path, header: LineHeader) -> _Order:
    """Where the columns stand in the header; refuses two that would look alike."""
    for kinds in (FREE_TEXTS, COUNTS):
        alike = [name for name in header.names if _plain(name) in kinds]
        if len(alike) > 1:
            listed = " and ".join(repr(name) for name in alike)
            what = f"is a portal log printed with one cell per line, where nothing tells the cells of {listed} apart"
            raise refused(path, what, "ask the agency for the same log as CSV")
    places = dict.fromkeys(("user", "searched", "counted", "free_text"), -1)
    for at, name in enumerate(header.plain):
        kind = {USER: "user", SEARCHED: "searched", **dict.fromkeys(COUNTS, "counted")}.get(name, "free_text")
        if name != ID:
            places[kind] = at
    return _Order(**places)


def _marks(line: str) -> tuple[list[str], str]:
    """The ids, times, asterisks and numbers that a line starts with, and the text after them."""
    marks, at = [], 0
    while found := MARK.match(line, at):
        marks.append(found[1])
        at = found.end()
    return marks, line[at:]


def _collect(lines: list[str], order: _Order) -> tuple[list[str], list[_Record]]:
    """Lines before the first record, and the records."""
    strays: list[str] = []
    records: list[_Record] = []
    for line in lines:
        marks, text = _marks(line)
        if marks and UUID.fullmatch(marks[0]) and not (records and _awaits_user(records[-1], order)):
            records.append(_Record(marks.pop(0)))
        if not records:
            strays.append(line)
            continue
        last = records[-1]
        if marks and WITHHELD_USER.fullmatch(marks[0]) and UUID.fullmatch(last.user) and not last.parts:
            # Two ids in a row and then a user: the second id was a record, the first a record of nothing else.
            records.append(_Record(last.user))
            last.user, last = "", records[-1]
        _add(last, marks, text, order)
    return strays, records


def _awaits_user(record: _Record, order: _Order) -> bool:
    """Whether a UUID at the start of a line is the record's user; else it starts the next record."""
    if order.user < 0 or record.user:
        return False
    has_time = any(TIME.fullmatch(part) for part in record.parts)
    has_text = any(not MARK.fullmatch(part) for part in record.parts)
    time_first, text_first = order.searched < order.user, 0 <= order.free_text < order.user
    return (time_first or not has_time) and (text_first or not has_text)


def _add(record: _Record, marks: list[str], text: str, order: _Order) -> None:
    """Add what a line holds to a record."""
    # In front of a text, only the very first mark can be a cell by its shape alone.
    for at, mark in enumerate(marks[:1] if text else marks):
        if order.user >= 0 and not record.user and (UUID.fullmatch(mark) or WITHHELD_USER.fullmatch(mark)):
            record.user = mark
            del marks[at]
            break
    times = [at for at, mark in enumerate(marks) if TIME.fullmatch(mark)]
    if times:
        kept = len(marks)
        if text:
            counts_after = times[0] == 0 and order.counted > order.searched
            kept = times[0] + 1 + counts_after
    else:
        kept = len(marks) if len(marks) == 1 and not text else 0
    record.parts += marks[:kept]
    rest = " ".join([*marks[kept:], text]).strip()
    if rest:
        record.parts.append(rest)


def _check_users(path: Path, records: list[_Record], order: _Order) -> None:
    """Refuse users printed as names: they would pass for reasons, and reasons are shown."""
    if order.user < 0 or 0 <= order.free_text < order.searched:
        return
    named = sum(not record.user and bool(record.parts) and not MARK.fullmatch(record.parts[0]) for record in records)
    if named > len(records) / 2:
        what = "is a portal log printed with one cell per line, whose users are neither '***' nor UUIDs"
        raise refused(path, f"{what} and cannot be told from the reasons", "ask the agency for the same log as CSV")


# ---- records: cells ------------------------------------------------------------------------------------


def _rows(records: list[_Record], names: list[str], order: _Order, text_column: int) -> Iterator[list[str]]:
    count_first = _is_count_first(records, order)
    for record in records:
        time = _time_at(record, order)
        count = _count_at(record, time, order, count_first=count_first)
        cells = {ID: record.search_id, USER: record.user}
        if time >= 0:
            cells[SEARCHED] = record.parts[time]
        if count >= 0:
            cells[names[order.counted]] = record.parts[count]
        text = _unwrapped(part for at, part in enumerate(record.parts) if at not in {time, count})
        if order.free_text >= 0:
            cells[names[text_column]] = text
        yield _row(names, cells)
        if text and order.free_text < 0:
            yield _row(names, {names[text_column]: text})


def _row(names: list[str], cells: dict[str, str]) -> list[str]:
    return [cells.get(name, "") for name in names]


def _time_at(record: _Record, order: _Order) -> int:
    """Index of the part that is the time of search, or -1. A reason can hold a time too, on its own side."""
    times = [at for at, part in enumerate(record.parts) if TIME.fullmatch(part)]
    if not times:
        return -1
    return times[-1] if 0 <= order.free_text < order.searched else times[0]


def _is_count_first(records: list[_Record], order: _Order) -> bool:
    """Whether counts stand before times, as most records have it: the header need not have their order."""
    before = after = 0
    for record in records:
        time = _time_at(record, order)
        before += time >= 0 and _is_number(record, time - 1)
        after += time >= 0 and _is_number(record, time + 1)
    return before > after or (before == after and order.counted < order.searched)


def _count_at(record: _Record, time: int, order: _Order, *, count_first: bool) -> int:
    """Index of the part that is the count, or -1: beside the time, where counts stand. A reason can be a number."""
    if order.counted < 0:
        return -1
    last = len(record.parts) - 1
    low, high = sorted((order.counted, order.searched))
    if low < order.free_text < high:
        at = 0 if order.counted == low else last
    elif time < 0:
        at = last if 0 <= order.free_text < order.counted else 0
    else:
        at = time - 1 if count_first else time + 1
    return at if _is_number(record, at) else -1


def _is_number(record: _Record, at: int) -> bool:
    return 0 <= at < len(record.parts) and bool(NUMBER.fullmatch(record.parts[at]))


def _unwrapped(parts: Iterable[str]) -> str:
    """Undo the wrapping of a text: a line that ends "hit-" was broken inside the word."""
    return re.sub(r"(?<=\w-)\n", "", "\n".join(parts)).replace("\n", " ")
