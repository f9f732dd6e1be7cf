"""An explained row as it is shown: plain text for terminals, HTML for JupyterLab, a dict for JSON; the same content."""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
from dataclasses import dataclass, fields
from html import escape
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from investigate.logs.cells import STATES

NOT_READ, NOT_KNOWN = "not read", "not known"
HEADS = {
    "what": "File and row", "time": "When", "identity": "Which search", "category": "Category of the stated reason",
}  # fmt: skip
CELL_HEADS = ("Column", "As released", "State", "What was made of it")
LONG = 24  # characters of a value that is not said twice
LONGEST_STATE = 11  # columns of a terminal; two words go on two lines
CELLS = "Cells, in the file's order"
EVENT = "the event: searching agency + second + networks + time frame; this row alone, where too little is known"
TIME_FORM = "%Y-%m-%d %H:%M:%S"

Facts = dict[str, Any]
Pairs = list[tuple[str, ...]]


def codes(text: str) -> str:
    """Text that cannot steer a terminal or turn its direction: characters that do are shown as codes."""
    return "".join(
        f"<{ord(one):04x}>"
        if one not in "\n\t" and unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        else one
        for one in text
    )


def clean(part: Any) -> Any:
    """The part with every text in it as `codes` gives it."""
    if isinstance(part, str):
        return codes(part)
    if isinstance(part, dict):
        return {name: clean(value) for name, value in part.items()}
    return type(part)(map(clean, part)) if isinstance(part, list | tuple) else part


@dataclass(frozen=True)
class Explanation:
    """One row of a release; facts by name, texts without control characters.

    `cells` in the file's order of columns, each with `header`, `column` (canonical, or "not read"), `released`,
    `state`, `became` and `fixes`. `identity`, `time` and `category` are None unless the row was loaded. `notes` says
    what was masked and why the file could not be shown.
    """

    title: str
    notes: tuple[str, ...]
    what: Facts
    cells: tuple[Facts, ...]
    time: Facts | None
    identity: Facts | None
    category: Facts | None

    def to_dict(self) -> Facts:
        """Everything as JSON can hold it; times and days as ISO 8601."""
        return {one.name: _as_json(getattr(self, one.name)) for one in fields(self)}

    def to_text(self, width: int = 100) -> str:
        """Plain text, in lines of at most `width` columns."""
        out = io.StringIO()
        console = Console(
            file=out, width=width, color_system=None, force_terminal=False, force_jupyter=False, legacy_windows=False
        )
        for line in (self.title, *self.notes):
            console.print(Text(_printed(line)))
        for head, rows in self._sections():
            console.print(Text(f"\n{head.upper()}"))
            console.print(_text_table(rows, width))
        return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"

    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        parts = "".join(
            f"<h4>{escape(head)}</h4>{_html_table(CELL_HEADS if head == CELLS else (), rows)}"
            for head, rows in self._sections()
        )
        return f'<div class="explained"><h3>{escape(self.title)}</h3>{notes}{parts}</div>'

    def __repr__(self) -> str:
        return self.to_text()

    def _sections(self) -> list[tuple[str, Pairs]]:
        """Heading and rows of each part: name and what is said of it; of the cells, four columns."""
        said = {name: SAID[name](facts) for name in SAID if (facts := getattr(self, name))}
        states = [state for state in STATES if any(cell["state"] == state != "value" for cell in self.cells)]
        parts: list[tuple[str, Pairs]] = [
            (HEADS["what"], said.pop("what")),
            (CELLS, [_cell_said(cell) for cell in self.cells]),
            ("States of these cells", [(state, STATES[state]) for state in states]),
        ]
        return [(head, rows) for head, rows in parts + [(HEADS[name], rows) for name, rows in said.items()] if rows]


# ---- in words -----------------------------------------------------------------------------------------


def _as_json(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _as_json(value) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_as_json(one) for one in part]
    if isinstance(part, dt.datetime):
        return part.isoformat().replace("+00:00", "Z")
    return part.isoformat() if isinstance(part, dt.date) else part


def _say(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dt.datetime):
        parts = f".{value.microsecond:06d}".rstrip("0") if value.microsecond else ""
        return f"{value:{TIME_FORM}}{parts} UTC"
    return str(value)


def _cell_said(cell: Facts) -> tuple[str, ...]:
    column = cell["column"] if not cell["header"] else f"{cell['header']} → {cell['column']}"
    released = cell["released"]
    if released is None:
        released = "" if cell["state"] == NOT_KNOWN else "(blank)"
    became = [
        f"{name}: {'as released' if len(_say(value)) > LONG and _say(value) == released else _say(value)}"
        for name, value in cell["became"].items()
    ]
    return column, released, cell["state"], "\n".join([*became, *(f"mended: {fix}" for fix in cell["fixes"])])


def _what(facts: Facts) -> Pairs:
    status = f"{facts['status']}: {facts['why']}" if facts["why"] else facts["status"]
    whose = f"{facts['producer']} (from: {facts['producer_from']})" if facts["producer"] else "not known"
    pairs = [
        ("row", f"{facts['row']:,} of release {facts['release']}"), ("status", status), ("file", facts["path"]),
        ("SHA-256", facts["sha256"]), ("sheet", facts["sheet"]), ("received", facts["received_on"] or "not said"),
        ("request", facts["request_id"] or "not said"), ("released by", whose), ("kind of log", facts["kind"]),
        ("layout", f"{facts['layout']} ({facts['layout_seen']})" if facts["layout_seen"] else facts["layout"]),
        ("read as", facts["mapping"]), ("time zone", facts["zone"]),
        ("loading warned", "\n".join(facts["warnings"])),
    ]  # fmt: skip
    return [pair for pair in pairs if pair[1]]


def _time(facts: Facts) -> Pairs:
    side = facts["side"]
    day = f"{facts['weekday']}, {facts['local_date']}"
    local = f"{facts['local']} ({facts['weekday']})" if facts["local"] else f"{day}; the time of day is not known"
    return [
        ("as released", " and ".join(filter(None, facts["as_released"])) or "not known"),
        ("instant", _say(facts["utc"])),
        ("local time", f"{local}, in {facts['zone']}"),
        ("how it is known", f"{facts['basis_said'] or facts['basis']}; {facts['form_said'] or facts['form']}"),
        (
            "inauguration",
            f"{side} the cut, {facts['cut']}" if side in ("before", "after") else f"{side} ({facts['cut']})",
        ),
    ]


def _identity(facts: Facts) -> Pairs:
    own = {True: "it ran this search itself", False: "another agency ran this search"}.get(facts["is_own_search"], "")
    owner = facts["camera_owner"] or "not known: only a network audit says whose cameras were searched"
    by = "the id that the vendor gave" if facts["key_from"] == "search id" else EVENT
    pairs = [
        ("searching agency", facts["searching_agency"] or "not known"),
        ("camera owner", f"{owner} ({own})" if own else owner), ("search id", facts["search_id"] or "none in the file"),
        ("search key", f"{facts['search_key']}, from {by}"),
    ]  # fmt: skip
    if facts["counted_as"] != facts["search_key"]:
        said = "another release shows the same event with an id; the two count as one search"
        pairs.append(("counted under", f"{facts['counted_as']}: {said}"))
    stands = f"{_many(facts['rows'], 'row')} of {_many(facts['releases'], 'release')}"
    if facts["rows"] > len(facts["places"]):
        stands += f", the first {len(facts['places'])} of them:"
    return [*pairs, ("stands in", "\n".join([stands, *(f"{one['row']}  {one['file']}" for one in facts["places"])]))]


def _category(facts: Facts) -> Pairs:
    matched = "nothing: the rule matches no words"
    if facts["matched"] is not None:
        matched = f"{facts['matched']!r} in the column {facts['matched_in']}"
    rule = f"{facts['rule']} (a word was read as a misspelling)" if facts["is_misspelling"] else facts["rule"]
    case = f"{_many(facts['case_searches'], 'search', 'es')} in {_many(facts['case_rows'], 'row')}"
    return [
        ("category", facts["category"]),
        ("counts in", ", ".join(facts["scopes"]) or "no scope: not counted as immigration-related"),
        ("rule", rule),
        ("why the rule", facts["why"] or "not known"),
        ("matched", matched),
        ("rules version", facts["rules_version"]),
        ("case", f"{facts['case_id']}: {case}"),
    ]


SAID = {"what": _what, "time": _time, "identity": _identity, "category": _category}


def _many(number: int, thing: str, plural: str = "s") -> str:
    return f"{number:,} {thing}{'' if number == 1 else plural}"


def _printed(text: str) -> str:
    """Text for a terminal: a break inside a cell as spaces would hide where it was."""
    return text.replace("\t", " ")


def _text_table(rows: Pairs, width: int) -> Table:
    is_cells = len(rows[0]) == len(CELL_HEADS)
    table = Table(box=None, show_header=is_cells, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    inner = width - 2 * len(rows[0])
    widths = [inner * 18 // 100, inner * 82 // 100]
    if is_cells:
        left = inner - LONGEST_STATE
        widths = [left * 23 // 100, left * 45 // 100, LONGEST_STATE, left * 32 // 100]
    for name, wide in zip(CELL_HEADS, widths, strict=False):
        table.add_column(Text(name), overflow="fold", width=max(6, wide))
    for row in rows:
        table.add_row(*(Text(_printed(cell)) for cell in row))
    return table


def _html_table(heads: tuple[str, ...], rows: Pairs) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(
        "<tr>"
        + "".join(f'<td style="text-align:left;white-space:pre-wrap">{escape(cell)}</td>' for cell in row)
        + "</tr>"
        for row in rows
    )
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"
