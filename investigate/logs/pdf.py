"""Lookup logs that an agency printed to PDF: from words on a page back to a table.

A printed log has no ruling lines, and its numbers run into the next cell, so the text alone cannot be cut
back into cells. What the print keeps is position: the header says where each column stands, and the search
id (or, without one, the search time) says which lines make one record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain, dropwhile, groupby, pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

from investigate.errors import RefusedFile
from investigate.logs import pdf_limits, pdf_lines
from investigate.logs.pdf_lines import ASK_OCR, ASK_TABLE, TIME, UUID, broken, refused

# Header spellings after `_plain`; anything else printed between them becomes a column under its own name.
TIME_HEADERS = {"search time", "search date", "searchdate", "datetime"}
COUNT_HEADERS = {"total networks searched", "total devices searched", "networkcount", "cameracount"}
WHO_HEADERS = {"id", "name", "user", "userid", "org name", "agency"}
WHY_HEADERS = {"reason", "case #", "case number", "casenumber", "offense type", "offensetype", "moderation"}
WHAT_HEADERS = {"time frame", "license plate", "license plates", "filters", "search type", "text prompt"}
KNOWN_HEADERS = TIME_HEADERS | COUNT_HEADERS | WHO_HEADERS | WHY_HEADERS | WHAT_HEADERS
FEWEST_KNOWN, MOST_WORDS, MOST_LINES = 3, 3, 3  # known names in a header, words in a name, lines in a header

# In parts of the letter height, because the print size differs from release to release.
WORD_GAP, RUN_GAP, HEADER_GAP, EDGE, SAME_LINE = 0.15, 0.33, 0.5, 0.2, 0.5
AS_DRAWN = {"use_text_flow": True, "keep_blank_chars": True, "return_chars": True}

LONGEST_MARK = 40  # letters of an id or a time

LOOKED_FOR = "'Search Time' beside names such as 'Reason', 'Org Name', 'Time Frame'"
ASK = "ask the agency for its log of searches"
# What reporters receive in place of a log, matched without blanks. The page is not quoted: some name a person.
NOT_LOGS = {
    "dashboarddetectionreport": ("Dashboard Detection Report (totals of plates scanned)", ASK),
    "dashboardhitratioreport": ("Dashboard Hit Ratio Report (totals of scans and hits)", ASK),
    "datasharingreport": ("Data Sharing Report (who lets whom search)", "load it with `investigate sharing`"),
}


class _Word(NamedTuple):
    text: str
    left: float
    right: float
    top: float
    height: float
    starts: tuple[float, ...]  # left edge of every letter
    goes_on: bool  # drawn in one go with the word before it, with a blank between


class _Column(NamedTuple):
    name: str
    left: float
    right: float


class _CutLine(NamedTuple):
    cells: list[str]  # one text per column
    page: int


_Line = list[_Word]


def read_pdf_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Read a lookup log that was printed to PDF as a table.

    Returns `(header, rows)`: header names as printed without outer blanks, and per record a list of texts as
    long as the header, in the order of print. Wrapped cells are put back on one line, except that Time Frame
    becomes `start\\nend` as in the CSV exports. Nothing under the header is left out: text of no record (a
    remark, say) comes as a row of its own or inside the record next to it. A bare header gives no rows.

    Raises `RefusedFile`: not a PDF, broken or cut off, protected by a password, pictures without text, a
    report that is not a log, no log header, a second table with other columns, records not to be told apart.
    """
    columns: list[_Column] = []
    names: list[str] = []
    cuts: list[float] = []
    body: list[_CutLine] = []
    titles: set[str] = set()
    first_text, picture = "", 0
    for number, printed, pictures in (pages := _pages(path)):
        texts = list(map(_line_text, printed))
        first_text = first_text or " ".join(texts)
        picture = picture or (number if pictures and not printed else 0)
        in_lines = not names and pdf_lines.find_line_header(texts)
        if in_lines and not picture:
            rest = chain([(number, printed, pictures)], pages)
            return pdf_lines.read_line_table(path, ((at, list(map(_line_text, page)), has) for at, page, has in rest))
        lines = list(dropwhile(lambda line: _line_text(line) in titles, printed))
        new, start, end = _find_header(lines)
        if new and not names:
            columns, names = new, [_plain(column.name) for column in new]
            titles.update(map(_line_text, lines[:start]))
            lines, start, end = lines[start:], 0, end - start
        if new and names != [_plain(column.name) for column in new]:
            raise refused(path, f"holds another table from page {number}", "split it there")
        if picture and (names or in_lines):
            raise pdf_lines.picture_page(path, picture)
        if not names and any(map(pdf_lines.starts_record, texts)):
            raise refused(path, f"has search ids on page {number}, but no header above them: looked for {LOOKED_FOR}")
        # What stands above a repeated header and is no title may be the end of a record.
        under = lines[:start] + lines[end:]
        if names and under:
            cuts = cuts or _cuts(columns, under)
            body += [_CutLine(_cut(line, names, cuts), number) for line in under]
    if not names:
        raise _no_header(path, first_text, picture)
    return [column.name for column in columns], _records(path, names, body)


def _pages(path: Path) -> Iterator[tuple[int, list[_Line], bool]]:
    """Per page: its number from 1, lines of print less page numbers at the edges, whether it has pictures."""
    with _open(path) as document:
        total = len(document.pages)
        for number, page in enumerate(document.pages, start=1):
            try:
                runs = page.extract_words(x_tolerance_ratio=WORD_GAP, **AS_DRAWN)
                pictures = bool(page.images)
                pdf_lines.let_go(document, page)
            # The parser meets bytes from anywhere and fails with whatever it trips over.
            except Exception as error:
                raise _unread(path, error, f"page {number} cannot be decoded") from error
            lines = _lines([word for run in runs for word in _words(run)])
            for edge in (0, -1):
                if lines and pdf_lines.is_page_number(_line_text(lines[edge]), number, total):
                    lines.pop(edge)
            yield number, lines, pictures


def _open(path: Path) -> Any:
    """Open with pdfplumber after checking that the file is whole."""
    from pdfminer.pdftypes import resolve1  # noqa: PLC0415 - slow to import, and most releases hold no PDF

    _check_ends(path)
    try:
        document = pdf_limits.open_pdf(path, pdf_limits.MOST_PAGES)
        declared, found = resolve1(resolve1(document.doc.catalog["Pages"])["Count"]), len(document.pages)
    except Exception as error:
        if "PDFPasswordIncorrect" in repr(error):
            raise refused(path, "is a PDF protected by a password", ASK_TABLE) from error
        raise _unread(path, error, "its table of pages cannot be made out") from error
    if found > pdf_limits.MOST_PAGES:
        document.close()
        raise refused(path, f"has more than {pdf_limits.MOST_PAGES:,} pages")
    if declared != found or not declared:
        document.close()
        raise broken(path, f"of {declared} pages {found} can be found")
    return document


def _unread(path: Path, error: Exception, why: str) -> RefusedFile:
    met = pdf_limits.too_much(error)
    return refused(path, f"{met}: it is damaged or made to take all memory") if met else broken(path, why)


def _check_ends(path: Path) -> None:
    """Refuse a file cut off in transit: it may still open, with fewer pages, but its end mark is missing."""
    with path.open("rb") as file:
        head = file.read(1024)
        file.seek(max(0, path.stat().st_size - 2048))
        tail = file.read()
    if b"%PDF-" not in head or b"%%EOF" not in tail:
        where = "end, so it was probably cut off" if b"%PDF-" in head else "start"
        raise broken(path, f"the mark of a PDF is missing at its {where}")


def _words(run: dict[str, Any]) -> Iterator[_Word]:
    """Words of what was drawn in one go."""
    height = max(run["bottom"] - run["top"], 0.1)
    groups = [list(group) for _, group in groupby(run["chars"], key=lambda letter: letter["text"].isspace())]
    inked = [letters for letters in groups if not letters[0]["text"].isspace()]
    for at, letters in enumerate(inked):
        text = "".join(letter["text"] for letter in letters)
        starts = tuple(letter["x0"] for letter in letters)
        yield _Word(text, starts[0], letters[-1]["x1"], run["top"], height, starts, at > 0)


def _lines(words: list[_Word]) -> list[_Line]:
    """Group words into lines of print, top to bottom; inside a line the order of drawing stays.

    Sorting a line by position would shuffle the words of a long cell into those of the next one.
    """
    lines: list[list[tuple[int, _Word]]] = []
    for drawn, word in sorted(enumerate(words), key=lambda each: each[1].top):
        if lines and word.top - lines[-1][0][1].top < SAME_LINE * word.height:
            lines[-1].append((drawn, word))
        else:
            lines.append([(drawn, word)])
    return [[word for _, word in sorted(line, key=lambda each: each[0])] for line in lines]


def _line_text(line: _Line) -> str:
    return " ".join(word.text for word in line)


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).casefold()


def _find_header(lines: list[_Line]) -> tuple[list[_Column], int, int]:
    """Columns of the log header on a page (none: empty), index of its first line and of the line after it."""
    found = []
    for start, depth in product(range(len(lines)), range(1, MOST_LINES + 1)):
        columns = _header_columns(lines[start : start + depth])
        found.append((_fit(columns), -depth, start, columns))
    fit, depth, start, columns = max(found, key=lambda each: each[:2], default=(0, 0, 0, []))
    return (columns, start, start - depth) if fit else ([], 0, 0)


def _fit(columns: list[_Column]) -> int:
    """Known names less unknown ones: a title or record taken along spoils names. 0 for no log header."""
    names = [_plain(column.name) for column in columns]
    known = sum(name in KNOWN_HEADERS for name in names)
    is_log = known >= FEWEST_KNOWN and TIME_HEADERS.intersection(names)
    return max(0, 2 * known - len(names)) if is_log else 0


def _header_columns(band: list[_Line]) -> list[_Column]:
    """Columns that one to three lines would make if they were a header, left to right."""
    pieces = [piece for line in band for piece in _header_pieces(line, spelled=len(band) == 1)]
    columns: list[_Column] = []
    for piece in sorted(pieces, key=lambda piece: piece.left):
        if len(band) > 1 and columns and piece.left < columns[-1].right:
            last = columns.pop()
            inside = [other for other in pieces if last.left <= other.left <= piece.left]
            name = " ".join(other.name for other in inside)
            columns.append(_Column(name, last.left, max(last.right, piece.right)))
        else:
            columns.append(piece)
    return columns


def _header_pieces(line: _Line, *, spelled: bool) -> list[_Column]:
    """Cut a header line by known spellings, longest first, and by gaps where a word is not known.

    A wrapped header (`spelled=False`) has only parts of names on each line, so there gaps alone decide.
    """
    words = sorted(line, key=lambda word: word.left)
    pieces: list[_Column] = []
    at = 0
    while at < len(words):
        size = _spelled_words(words[at:]) if spelled else 0
        taken = words[at : at + max(size, 1)]
        for rest in range(at + 1, len(words)):
            if size or _gap(taken[-1], words[rest]) >= HEADER_GAP or (spelled and _spelled_words(words[rest:])):
                break
            taken.append(words[rest])
        pieces.append(_Column(_line_text(taken), taken[0].left, taken[-1].right))
        at += len(taken)
    return pieces


def _spelled_words(words: list[_Word]) -> int:
    sizes = range(min(MOST_WORDS, len(words)), 0, -1)
    return next((size for size in sizes if _plain(_line_text(words[:size])) in KNOWN_HEADERS), 0)


def _gap(left: _Word, right: _Word) -> float:
    return (right.left - left.right) / right.height


def _runs(line: _Line) -> list[_Line]:
    """Words drawn one after the other with no more than a blank between them: nearly always one cell."""
    runs: list[_Line] = []
    for word in line:
        if runs and (word.goes_on or -EDGE < _gap(runs[-1][-1], word) < RUN_GAP):
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _cuts(columns: list[_Column], lines: list[_Line]) -> list[float]:
    """Borders between columns: where most cells start or counts end, and fewest are cut; or the rightmost.

    The left edge of a name is not enough: names can be centred, or start with a blank that the cells lack.
    """
    extents = [(run[0].left, run[-1].right) for line in lines for run in _runs(line)]

    def fit(place: float, flush_right: bool) -> int:
        starting = sum(abs(left - place) <= 0.1 for left, _ in extents)
        ending = sum(abs(right - place) <= 0.1 for _, right in extents) if flush_right else 0
        return starting + ending - sum(left + 0.1 < place < right - 0.1 for left, right in extents)

    cuts = []
    for here, following in pairwise(columns):
        low, high = min(here.right, following.left), following.left
        edges = {edge for extent in extents for edge in extent if low <= edge <= high} | {high}
        counts = _plain(here.name) in COUNT_HEADERS
        cuts.append(max((fit(edge, counts), edge) for edge in edges)[1])
    return cuts


def _cut(line: _Line, names: list[str], cuts: list[float]) -> list[str]:
    """Cut one line into a text per column; `names` are plain header names, `cuts` the borders between."""
    cells: list[list[str]] = [[] for _ in names]
    for run in _runs(line):
        column = -1
        for word in run:
            slack = EDGE * word.height
            # A cell too long for its column goes on under the next; a word that starts on a border is new.
            near = slack / 10 if word.goes_on else slack
            if column < 0 or any(abs(word.left - cut) < near for cut in cuts[column:]):
                place = (word.left + word.right) / 2 if word.text.isdigit() else word.left + slack
                column = sum(place >= cut for cut in cuts)
            for text, where in _split(word, column, names, cuts):
                cells[where].append(text)
                column = where
    return [" ".join(cell) for cell in cells]


def _split(word: _Word, column: int, names: list[str], cuts: list[float]) -> list[tuple[str, int]]:
    """Take apart a count and the text that it touches: counts are set flush right, up to the next cell."""
    touches = column < len(cuts) and names[column] in COUNT_HEADERS and word.right > cuts[column]
    if not touches or word.text.isdigit() or len(word.starts) != len(word.text):
        return [(word.text, column)]
    inside = sum(start < cuts[column] - EDGE / 2 * word.height for start in word.starts)
    parts = [(word.text[:inside], column), (word.text[inside:], column + 1)]
    return [part for part in parts if part[0]]


def _records(path: Path, names: list[str], lines: list[_CutLine]) -> list[list[str]]:
    """Put lines together into records, across pages, and lines of no record into a row of their own.

    Cells hang from the top of a record (id on its first line) or stand on its bottom. Whole time frames tell
    which, else page edges, where records seldom break. A guess would mix the words of two records.
    """
    anchors = _anchors(lines, names)
    if lines and not anchors:
        raise refused(path, "has the header of a lookup log, but no search id or time under it")
    firsts, afters = [first for first, _ in anchors], [last + 1 for _, last in anchors]
    hanging, standing = _grouped(names, lines, firsts), _grouped(names, lines, afters)
    new_pages = {at for at in range(1, len(lines)) if lines[at - 1].page != lines[at].page}
    for_hanging = (_whole_frames(names, hanging), len({0, *new_pages}.intersection(firsts)))
    for_standing = (_whole_frames(names, standing), len({len(lines), *new_pages}.intersection(afters)))
    if for_hanging == for_standing and hanging != standing:
        raise refused(path, "is a printed log of which nothing says where a record ends and the next begins")
    return hanging if for_hanging > for_standing else standing


def _grouped(names: list[str], lines: list[_CutLine], borders: list[int]) -> list[list[str]]:
    spans = [(a, b) for a, b in pairwise([0, *borders, len(lines)]) if a < b]
    return [[_join(name, lines[a:b], at) for at, name in enumerate(names)] for a, b in spans]


def _whole_frames(names: list[str], rows: list[list[str]]) -> int:
    return sum(name == "time frame" and "\n" in cell for row in rows for name, cell in zip(names, row, strict=True))


def _anchors(lines: list[_CutLine], names: list[str]) -> list[tuple[int, int]]:
    """First and last line of what marks a record: search id or search time, whichever marks more."""
    marks = [_whole(lines, at, UUID.fullmatch, "") for at, name in enumerate(names) if name == "id"]
    marks += [_whole(lines, at, TIME.fullmatch, " ") for at, name in enumerate(names) if name in TIME_HEADERS]
    return max(marks, key=len)


def _whole(lines: list[_CutLine], column: int, is_whole: Callable[[str], object], glue: str) -> list[tuple[int, int]]:
    """Line spans in which the texts of one column, wrapped or not, make a whole value."""
    spans: list[tuple[int, int]] = []
    start, text = 0, ""
    for at, line in enumerate(lines):
        part = line.cells[column]
        if not part:
            continue
        longer = f"{text}{glue}{part}" if text else part
        if not text or len(longer) > LONGEST_MARK or (is_whole(text) and not is_whole(longer)):
            start, text = at, part
        else:
            text = longer
        if is_whole(text):
            # "date time" is whole already; with "AM UTC" from the next line it grows and replaces itself.
            if spans and spans[-1][0] == start:
                spans.pop()
            spans.append((start, at))
    return spans


def _join(name: str, lines: list[_CutLine], column: int) -> str:
    """Undo the wrapping of one cell."""
    parts = [line.cells[column] for line in lines if line.cells[column]]
    if name == "id" and UUID.fullmatch("".join(parts)):
        return "".join(parts)
    # A line that ends "hit-" was broken inside the word; one that ends "Category -" was not.
    text = re.sub(r"(?<=\w-)\n", "", "\n".join(parts)).replace("\n", " ")
    ends = TIME.findall(text) if name == "time frame" else []
    if len(ends) == 2 and TIME.sub("", text).strip() in {"", "to", "-"}:
        return "\n".join(ends)
    return text


def _no_header(path: Path, first_text: str, picture: int) -> RefusedFile:
    if not first_text.strip():
        return refused(path, "is a PDF without text: pictures of pages, as a scanner makes them", ASK_OCR)
    squeezed = "".join(first_text.split()).casefold()
    for mark, (what, advice) in NOT_LOGS.items():
        if mark in squeezed:
            return refused(path, f"is a Vigilant LEARN {what}, not a log of searches", advice)
    scanned = f" (page {picture} is a picture without text)" if picture else ""
    what = f"is a PDF with text{scanned} but not with the header of a lookup log: looked for {LOOKED_FOR}"
    return refused(path, what, ASK_OCR if picture else ASK_TABLE)
