"""What state a cell is in: a value, nothing, something that says a value was taken out, or something damaged.

These are never merged: a reason that was left blank, one that was redacted and one that was not exported are three
findings, and none of them is a zero.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from investigate import engine
from investigate.logs import layouts

BLANKS = " \t\n\r\v\f"  # what the engine's own `strip` takes off
FIRST_SIGN = "!"  # what begins with a blank sorts before it
EXCEL_NUMBER = r"^(-?\d+)\.0$"
EXCEL_DAY = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?$"
ODD_BLANKS = ("  ", *BLANKS[1:], "\u00a0", "\u202f")  # what makes blanks to be mended in a trimmed cell
NO_NAME = r"^[\d\s:/.,-]+( ?[AP]M)?( UTC|Z)?$"  # numbers or times where words should stand

NO_STATED_ID = "|".join(f"(?:{form})" for form in (layouts.PLACEHOLDER, layouts.NO_ID, layouts.WITHHELD))

# State → what it means. `not exported` is the state of a column that the release has not.
STATES = {
    "value": "what was typed, picked or written by the system",
    "blank": "nothing in the cell: none typed, or withheld without saying so",
    "withheld": "taken out by the vendor or the agency, and marked as taken out",
    "partly withheld": "an officer's initial or initials instead of the name",
    "pseudonym": "a code (UUID) instead of the officer's name",
    "placeholder": "a sign that stands for no value: N/A, a dash",
    "zero": "the number 0",
    "not recorded": "0 cameras in the weeks in which the vendor recorded none",
    "damaged": "turned into a date or a time by a spreadsheet program",
    "unreadable": "not of the kind that the column holds: the row may be shifted",
    "not exported": "the release has no such column",
}
NUMBERS = {"networks": "networks_count", "devices": "devices_count"}
TIMES = {"time_frame": "window_start_at", "time_frame_start": "window_start_at", "time_frame_end": "window_end_at"}


def trimmed(cell: ir.StringValue) -> ir.StringValue:
    """The cell without outer blanks, NULL where nothing is left; few have any, and `strip` is slow on those without."""
    has_blanks = ibis.or_(cell < FIRST_SIGN, *(cell.endswith(blank) for blank in BLANKS))
    return has_blanks.ifelse(cell.strip().nullif(""), cell)


def spoken(cell: ir.StringValue) -> ir.StringValue:
    """The cell, or NULL when something says that its value was withheld."""
    return cell.re_search(layouts.WITHHELD).ifelse(ibis.null("string"), cell)


def whole_number(cell: ir.StringValue) -> ir.IntegerValue:
    """A whole number, or NULL; the engine's own cast would round 12.6 and read 1e3."""
    return cell.replace(",", "").re_extract(r"^(\d+)(\.0+)?$", 1).nullif("").try_cast("int64")


def named_agency(cell: ir.StringValue) -> ir.StringValue:
    """An agency's name with single blanks, or NULL where the cell names none."""
    has_odd = ibis.or_(*(cell.contains(blank) for blank in ODD_BLANKS))
    name = spoken(has_odd.ifelse(cell.re_replace("[\\s\u00a0\u202f]+", " ").strip(), cell))
    return name.re_search(layouts.PLACEHOLDER).ifelse(ibis.null("string"), name)


def stated_id(cell: ir.StringValue) -> ir.StringValue:
    """The vendor's id of a search, without braces, or NULL where the cell holds none: a sign for no value, or a
    running number, which names another search in the next file."""
    said = cell.re_search(NO_STATED_ID).ifelse(ibis.null("string"), cell)
    return said.startswith("{").ifelse(said.re_replace(r"^\{(.*)\}$", r"\1"), said)


def state_of(cells: ir.Table, column: str) -> ir.StringValue:
    """The state of each cell of a column that the release has; `cells` as `normalise.read_cells` gives them."""
    cell = cells[f"raw_{column}"]
    # No mark of something withheld begins with a digit but 7 (of the California law), and no placeholder does.
    may_be_marked = (cell < "0") | (cell >= ":") | cell.startswith("7")
    branches = [(cell.isnull(), "blank"), (may_be_marked & cell.re_search(layouts.WITHHELD), "withheld")]
    if column in NUMBERS:
        number = whole_number(cell)
        branches += [(number.isnull(), "unreadable"), (number == 0, "zero")]
    elif column == "searched":
        branches += [(cells.searched_at.isnull(), "unreadable")]
    elif column in TIMES:
        branches += [(cells[TIMES[column]].isnull(), "unreadable")]
    elif column == "user":
        branches += [(cell.re_search(layouts.UUID), "pseudonym"), (cell.re_search(layouts.INITIALS), "partly withheld")]
    elif column in ("org", "search_type"):
        branches += [(cell.re_search(NO_NAME), "unreadable")]
    elif column not in ("search_id", "searched_date"):
        branches += [(cell.contains(":") & cell.re_search(EXCEL_DAY), "damaged")]
    return ibis.cases(*branches, (may_be_marked & cell.re_search(layouts.PLACEHOLDER), "placeholder"), else_="value")


def to_cell_states(cells: ir.Table, columns: tuple[str, ...]) -> ir.Table:
    """The table `cell_states`: for each column that the release has, how many records show each state, and the first
    of them. Blank records and those that could not be split into cells are left out."""
    split = cells.filter((cells.status != "blank") & cells.misshapen.isnull())
    return ibis.union(*(_count_states(split, column) for column in columns)).order_by("column", "state")


def _count_states(cells: ir.Table, column: str) -> ir.Table:
    by_state = cells.select(state=state_of(cells, column), record=cells.record).group_by("state")
    return by_state.agg(rows=ibis._.count(), first_row=ibis._.record.min()).select(
        release=engine.value("release"), column=ibis.literal(column), state="state", rows="rows", first_row="first_row"
    )
