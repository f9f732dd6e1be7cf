"""Tables that may hold a sharing list: the records of a text file or of each sheet of a workbook, and its header."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from investigate.errors import RefusedFile
from investigate.logs import layouts
from investigate.logs.containers import ASK
from investigate.logs.delimited import DELIMITERS, find_encoding, text_records
from investigate.logs.headers import SEARCHED_IN, find_header
from investigate.logs.raw import Record
from investigate.sharing.table import ASK_LIST, ReadList, mend

HEADER_AGAIN = "the header again, in the middle of the list"
LISTED = 8  # rejected records that a warning names
MANUAL_287G = "data/manual/287g of the workspace"
_AGREEMENTS = frozenset({"support type", "signed", "moa", "addendum", "date signed", "law enforcement agency"})
_PLATES = frozenset({"plate", "plates", "license plate", "licence plate", "plate number", "tag number"})
LOOKED_FOR = (
    "Organization Name with Networks I'm Sharing or Networks Shared With Me; or one column for who shares (Owner, "
    "Sharing Agency, From) and one for who receives (Recipient, Shared With, To)"
)


@dataclass
class RawTable:
    """A text file or one sheet: its first records, and how to read all of them from the first."""

    name: str
    head: list[list[str]]
    records: Callable[[], Iterator[Record]]
    sheet: str | None = None
    warnings: list[str] = field(default_factory=list)


def read_tables(path: Path, container: str, fit: Callable[[list[str]], int]) -> list[RawTable]:
    """The tables in a text file (one) or a workbook (one a sheet with cells); `fit` says how much of a sharing list's
    header a record is, which tells the delimiter.

    Raises RefusedFile for a damaged workbook.
    """
    return _sheets(path) if container == "workbook" else [_text(path, fit)]


def _text(path: Path, fit: Callable[[list[str]], int]) -> RawTable:
    encoding = find_encoding(path)

    def head(delimiter: str) -> list[list[str]]:
        return _head(text_records(path, encoding, delimiter))

    delimiter = max(DELIMITERS, key=lambda delimiter: max(map(fit, head(delimiter)), default=0))
    table = RawTable(path.name, head(delimiter), lambda: text_records(path, encoding, delimiter))
    if encoding == "cp1252":
        table.warnings.append("Not all of the file is UTF-8: it was read as Windows-1252. Look at names with accents.")
    return table


def _head(records: Iterator[Record]) -> list[list[str]]:
    return [[] if isinstance(cells, str) else cells for _, cells in itertools.islice(records, SEARCHED_IN)]


def _sheets(path: Path) -> list[RawTable]:
    import python_calamine  # noqa: PLC0415 - reading a CSV must not pay for it

    from investigate.logs.workbook_scan import damaged, look_through  # noqa: PLC0415 - as above
    from investigate.logs.workbooks import text_of  # noqa: PLC0415 - as above

    seen = look_through(path)
    tables = []
    try:
        book = python_calamine.load_workbook(path)
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if not sheet.height or (name in seen and seen[name].is_damaged):
                continue
            rows = [[text_of(cell) for cell in row] for row in sheet.iter_rows()]
            tables.append(RawTable(path.name, rows[:SEARCHED_IN], partial(enumerate, rows, 1), name))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic in the reader is no Exception
        raise damaged(path) from error
    if not tables:
        raise RefusedFile(f"{path.name} is a workbook without a sheet that can be read. {ASK_LIST}")
    return tables


def plain(cell: str) -> str:
    """A header cell as it is compared: lower case, apostrophes of every kind out, all other signs as one blank."""
    bare = re.sub(r"['’‘`´ʼ]|â€™", "", layouts.fold(cell))
    return " ".join(re.sub(r"[\W_]+", " ", bare).split())


def is_blank(cells: list[str]) -> bool:
    return not any(cell.strip() for cell in cells)


def header_shown(cells: list[str]) -> str:
    """A header as it may be printed; a first record that is data could hold anything."""
    shown = ", ".join(mend(cell) for cell in cells if cell.strip())[:120]
    return shown if shown and not any(letter.isdigit() for letter in shown) else "no header"


def not_a_list(table: RawTable) -> RefusedFile:
    """Why a table without the header of a sharing list is refused: what it is instead, if that can be told."""
    for cells in table.head:
        look_alike = layouts.find_look_alike(cells)
        if look_alike and "sharing list" not in look_alike.is_a:
            is_a = look_alike.is_a.split(", not ")[0]
            return RefusedFile(
                f"{table.name} is {is_a}, not a sharing list (header: {header_shown(cells)}). {ASK_LIST}"
            )
    if is_search_log(table):
        return RefusedFile(f"{table.name} is no sharing list: this is a search log; load it with `investigate load`.")
    first = next((cells for cells in table.head if not is_blank(cells)), [])
    return RefusedFile(
        f"{table.name} does not look like a sharing list. Found: {header_shown(first)}. Looked for: {LOOKED_FOR}."
    )


def is_something_else(table: RawTable) -> str | None:
    """What a table with a column of agencies is, where its other columns say that it lists no sharing, or None."""
    for cells in table.head:
        named = {plain(cell) for cell in cells if cell.strip()}
        if len(named & _AGREEMENTS) > 1:
            return f"is a sheet of 287(g) agreements, not a sharing list. Put it into {MANUAL_287G}"
        look_alike = layouts.find_look_alike(cells)
        if look_alike and "sharing list" not in look_alike.is_a:
            return f"is {look_alike.is_a.split(', not ')[0]}, not a sharing list. {ASK_LIST[:-1]}"
        if named & _PLATES:
            return f"lists plates, not who shares with whom. {ASK_LIST[:-1]}"
    return None


def is_search_log(table: RawTable) -> bool:
    try:
        find_header(table.name, table.head)
    except RefusedFile:
        return False
    return True


def tell_rejected(found: ReadList) -> None:
    """Put the rejected records into the warnings: how many, which, and why."""
    if not found.rejected:
        return
    by_why: dict[str, list[int]] = {}
    for row, why in found.rejected:
        by_why.setdefault(why, []).append(row)
    for why, rows in by_why.items():
        more = f" and {len(rows) - LISTED:,} more" if len(rows) > LISTED else ""
        records = "Record" if len(rows) == 1 else "Records"
        found.warnings.append(f"{records} {', '.join(map(str, rows[:LISTED]))}{more} not read: {why}.")


def asking_for_a_list(why: str) -> str:
    """A refusal that asks for a log of searches, asking for a sharing list instead."""
    named = why.replace(
        "Name a released log, or the folder that holds the logs",
        "Name a sharing list, or the folder that holds the lists",
    )
    return named.replace(ASK, ASK_LIST)
