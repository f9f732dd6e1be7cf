"""Pages of a printed sharing report: lines of cells by their place, less titles and footers, and what those state."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from investigate.logs.pdf_limits import open_pdf, too_much
from investigate.logs.pdf_lines import let_go, refused
from investigate.sharing.table import mend

MOST_PAGES = 5_000
MOST_LETTERS = 200_000  # on one page
ASK_AGAIN = "get it once more, or ask the agency for its Agency Data Sharing Report as LEARN saves it"
MAKERS = ("vigilant", "motorola", "itext")  # programs by which the vendor prints, in the PDF's own description

# In parts of the letter height.
SAME_LINE, WORD_GAP, CELL_GAP = 0.5, 0.15, 0.7
MOST_OF_PAGE = 0.6  # of the page: a picture beyond it is the page
TITLE_LINES, FOOTER_LINES = 6, 3
_TITLES = frozenset({"agency", "datasharingreport", "agencydatasharingreport"})
_FOOTER = re.compile(r"(?i)date created:|page \d+ of \d+|(learn|vehiclemanager) agency data sharing report")
_CREATED = re.compile(r"(?i)date created:\s*(\d\d?)[-/](\d\d?)[-/](\d{4}|\d\d)(?!\d)")
_PAGE = re.compile(r"(?i)\bpage (\d{1,5}) of (\d{1,5})")


@dataclass(frozen=True)
class Cell:
    """Text that stands together on a line; points from the page's left edge."""

    text: str
    left: float
    right: float
    height: float


@dataclass
class Printed:
    """A line of print, its cells from left to right; points from the page's top."""

    top: float
    cells: list[Cell]

    @property
    def text(self) -> str:
        return " ".join(cell.text for cell in self.cells)


@dataclass
class Page:
    """One page: its lines without title and footer, all its letters squeezed, and what its footer states."""

    number: int
    width: float
    printed: list[Printed] = field(default_factory=list)
    squeezed: str = ""
    is_scan: bool = False
    stated: tuple[int, int] | None = None  # page N of M
    created: dt.date | None = None


def squeeze(text: str) -> str:
    """Letters and digits alone, in lower case: what is left of a title when text recognition lost its blanks."""
    return re.sub(r"[\W_]+", "", text).casefold()


def read_pages(path: Path) -> Iterator[Page]:
    """The pages of a PDF, one at a time.

    Raises RefusedFile for a damaged or protected PDF, one without pages or with more than MOST_PAGES.
    """
    with _open(path) as document:
        maker = " ".join(str(value)[:200] for value in (document.metadata or {}).values()).casefold()
        by_vendor = any(name in maker for name in MAKERS)
        for number, page in enumerate(document.pages, start=1):
            try:
                words = page.extract_words(keep_blank_chars=True, x_tolerance_ratio=WORD_GAP)
                covers = any(_covers(image, page) for image in page.images)
                width = float(page.width)
                let_go(document, page)
            # The parser meets bytes from anywhere and fails with whatever it trips over.
            except Exception as error:
                what = too_much(error) or f"cannot be read as a PDF: page {number} is damaged"
                raise refused(path, str(what), ASK_AGAIN) from error
            if sum(len(word["text"]) for word in words) > MOST_LETTERS:
                raise refused(path, f"has more text on page {number} than a page holds", ASK_AGAIN)
            found = Page(number, width, _lines(words))
            found.squeezed = squeeze(" ".join(line.text for line in found.printed))
            found.is_scan = covers and not by_vendor
            _take_frame(found)
            yield found


def in_order(pages: list[Page]) -> tuple[list[Page], bool]:
    """The pages of one whole report by their printed numbers, and whether they were out of order; other pages (of
    several reports, or some missing) as they stand."""
    stated = [page.stated for page in pages if page.stated]
    totals = {of for _, of in stated}
    numbers = [number for number, _ in stated]
    is_whole = (
        len(stated) == len(pages) and totals == {len(pages)} and sorted(numbers) == list(range(1, len(pages) + 1))
    )
    if not is_whole or numbers == sorted(numbers) or len({page.created for page in pages}) > 1:
        return pages, False
    return sorted(pages, key=lambda page: page.stated or (0, 0)), True


def _open(path: Path) -> Any:
    try:
        document = open_pdf(path, MOST_PAGES)
        count = len(document.pages)
    except Exception as error:
        if "PDFPasswordIncorrect" in repr(error):
            raise refused(path, "is a PDF protected by a password", ASK_AGAIN) from error
        what = too_much(error) or "cannot be read as a PDF: it is damaged or cut off"
        raise refused(path, str(what), ASK_AGAIN) from error
    if not 0 < count <= MOST_PAGES:
        document.close()
        what = f"has more than {MOST_PAGES:,} pages, which no sharing report has" if count else "is a PDF without pages"
        raise refused(path, what, ASK_AGAIN)
    return document


def _covers(image: dict[str, Any], page: Any) -> bool:
    return bool(image["width"] * image["height"] > MOST_OF_PAGE * page.width * page.height)


def _lines(words: list[dict[str, Any]]) -> list[Printed]:
    """Words on the same line, those that stand close joined into one cell."""
    lines: list[list[dict[str, Any]]] = []
    for word in sorted(words, key=lambda word: word["top"]):
        height = max(word["bottom"] - word["top"], 0.1)
        if lines and word["top"] - lines[-1][0]["top"] < SAME_LINE * height:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [Printed(line[0]["top"], _cells(line)) for line in lines]


def _cells(line: list[dict[str, Any]]) -> list[Cell]:
    cells: list[Cell] = []
    for word in sorted(line, key=lambda word: word["x0"]):
        text = mend(word["text"])
        height = max(word["bottom"] - word["top"], 0.1)
        if not text:
            continue
        if cells and word["x0"] - cells[-1].right < CELL_GAP * height:
            last = cells.pop()
            text, left = f"{last.text} {text}", last.left
        else:
            left = word["x0"]
        cells.append(Cell(text, left, word["x1"], height))
    return cells


def _take_frame(page: Page) -> None:
    """Take title and footer off the page's lines, and read what the footer states."""
    last = len(page.printed) - FOOTER_LINES
    kept = []
    for at, line in enumerate(page.printed):
        if not line.cells or (at < TITLE_LINES and squeeze(line.text) in _TITLES):
            continue
        if at < last or not _FOOTER.search(line.text):
            kept.append(line)
            continue
        if stated := _PAGE.search(line.text):
            page.stated = (int(stated[1]), int(stated[2]))
        page.created = page.created or _day(line.text)
    page.printed = kept


def _day(text: str) -> dt.date | None:
    """The day in a footer: month, day, year."""
    found = _CREATED.search(text)
    if not found:
        return None
    month, day, year = (int(part) for part in found.groups())
    try:
        return dt.date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None
