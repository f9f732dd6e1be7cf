"""The sharing table: one row for each permission that a list states, and what a reader of lists gives.

Two roles, never mixed up: `owner` is the agency whose data may be seen, `recipient` the one that may see them. A list
is a permission on one day, and says nothing about a search.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pandas as pd

from investigate.agencies.names import KINDS
from investigate.agencies.states import STATES
from investigate.errors import RefusedFile
from investigate.sharing.cells import (
    DETECTIONS,
    FLOCK,
    HOT_LISTS,
    LONGEST_NAME,
    NETWORKS,
    VIGILANT,
    is_name,
    is_withheld,
    may_hide_a_name,
    mend,
    status_of,
    why_no_name,
)

__all__ = [
    "DETECTIONS", "FLOCK", "HOT_LISTS", "LONGEST_NAME", "NETWORKS", "VIGILANT", "is_name", "is_withheld",
    "may_hide_a_name", "mend", "status_of", "why_no_name",
]  # fmt: skip

# Column → meaning, in the order of the table.
COLUMNS = {
    "owner": "agency whose data may be seen",
    "recipient": "agency that may see them",
    "system": "flock, vigilant, or as stated; missing: not stated",
    "direction": "shared: stands in the owner's list (or in nobody's); received: stands in the recipient's list",
    "what": "networks, detections, hot lists, or as stated; missing: not stated",
    "as_of": "day on which the permission stood (date); missing: not known",
    "federal_immigration": "whether the recipient is a federal immigration office, by its name",
    "release": "first 12 digits of the file's SHA-256",
    "row": "record number as spreadsheets count; in a PDF or a web page, running number of the name",
    "listed_by": "agency whose list it is; missing: a list about other agencies",
    "owner_federal_immigration": "whether the owner is a federal immigration office, by its name",
    "released_owner": "owner exactly as released",
    "released_recipient": "recipient exactly as released",
    "networks": "the networks that the list names for this permission, separated by ` | `",
    "networks_count": "how many; missing: the list names none",
    "hot_list": "name of the hot list",
    "status": "Inactive, where the list says so; missing: nothing said",
    "page": "page of the PDF, from 1",
    "section": "heading in the document, or sheet, under which it stands",
    "incomplete": "whether names may be missing from the list that it stands in",
}
# What `investigate sharing --json` prints first.
PROMISED = ("owner", "recipient", "system", "direction", "what", "federal_immigration", "release", "row")
SHARED, RECEIVED = "shared", "received"
DIRECTIONS = (SHARED, RECEIVED)
BETWEEN = " | "
MOST_NAMES = 2_000_000  # names in one file
ASK_LIST = "Ask the agency for its sharing list as CSV (Flock) or its Agency Data Sharing Report (Vigilant LEARN)."

Entry = dict[str, Any]
REPORT_FIELDS = (
    "path", "sha256", "status", "layout", "system", "owner", "as_of", "rows_read", "rows_loaded", "rows_rejected",
    "rows_blank", "warnings", "refused_because", "incomplete", "lists", "direction",
)  # fmt: skip
# Words of agencies' names that say nothing of which agency it is.
_ANY_AGENCY = frozenset(
    " ".join([*KINDS, *STATES, *STATES.values(), "of the and at for county city town village state safety public law"])
    .casefold()
    .split()
)


@dataclass(frozen=True, slots=True)
class Edge:
    """One permission of a list; the fields are those of the table. `released_*` None: the same as the mended name."""

    owner: str
    recipient: str
    direction: str
    row: int
    what: str | None = None
    system: str | None = None
    as_of: dt.date | None = None
    listed_by: str | None = None
    released_owner: str | None = None
    released_recipient: str | None = None
    networks: tuple[str, ...] = ()
    hot_list: str | None = None
    status: str | None = None
    page: int | None = None
    section: str | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes two lines of a list the same permission."""
        named = (self.owner.casefold(), self.recipient.casefold(), (self.hot_list or "").casefold())
        return (*named, self.direction, self.what, self.system, self.as_of)


class StatedList(NamedTuple):
    """One list of one agency, system, kind and direction; `as_of` where it has a day of its own."""

    listed_by: str | None
    system: str | None
    what: str | None
    direction: str
    as_of: dt.date | None = None


@dataclass
class ReadList:
    """What stands in one list. `read` counts records (names in a PDF or a web page): loaded + rejected + blank."""

    layout: str
    system: str | None = None
    owner: str | None = None
    as_of: dt.date | None = None
    edges: list[Edge] = field(default_factory=list)
    read: int = 0
    blank: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)  # row, why
    warnings: list[str] = field(default_factory=list)
    sections: dict[str, int] = field(default_factory=dict)  # heading → names under it; 0: it says None
    lacking: set[str] = field(default_factory=set)  # directions in which names may be missing
    stated: list[StatedList] = field(default_factory=list)  # lists that it holds even if no name stands on them

    @property
    def loaded(self) -> int:
        return self.read - self.blank - len(self.rejected)

    def reject(self, row: int, why: str, lacking: Iterable[str] = DIRECTIONS) -> None:
        """Leave a record out; `lacking`: the directions in which it may have named an agency."""
        self.rejected.append((row, why))
        self.lacking.update(lacking)

    def lists(self) -> list[Entry]:
        """Every list that it holds, also empty ones: whose, system, what, direction, day, how many names are on it and
        whether names may be missing."""
        named = Counter(
            StatedList(edge.listed_by, edge.system, edge.what, edge.direction, edge.as_of) for edge in self.edges
        )
        counts = dict.fromkeys(self.stated, 0) | named
        return [
            {**one._asdict(), "as_of": _iso(one.as_of or self.as_of), "named": count,
             "incomplete": one.direction in self.lacking}
            for one, count in counts.items()
        ]  # fmt: skip


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


@dataclass(frozen=True)
class SharingLoad:
    """What was loaded: `table` (one row a permission, see COLUMNS) and `releases` (one dict a file, with the
    fields REPORT_FIELDS, `release` and, for LEARN, `sections`: heading → names under it). `incomplete`: names may be
    missing; `lists`: every list that the file holds, also those that name nobody."""

    table: pd.DataFrame
    releases: list[Entry] = field(default_factory=list)

    @property
    def lists(self) -> pd.DataFrame:
        """The table with the lists that name nobody, to compare with another (see `with_empty_lists`)."""
        return with_empty_lists(self.table, {entry["release"]: entry for entry in self.releases}.values())

    @property
    def refused(self) -> list[Entry]:
        return [entry for entry in self.releases if entry["status"] == "refused"]


@dataclass(frozen=True)
class Said:
    """What a person says of a list, and what its place says; None: nothing.

    `owner`: whose list it is. `direction`: what a list without a telling header lists.
    """

    owner: str | None = None
    as_of: dt.date | None = None
    direction: str | None = None
    owner_in_path: str | None = None

    def owner_of(self, found: str | None, of_what: str, warnings: list[str]) -> str | None:
        """Whose list it is: as said, else as the list itself says (`of_what` names where), else as its place says.

        Raises RefusedFile where what is said has no word of the name that the list states.
        """
        if self.owner and found and mend(self.owner).casefold() != found.casefold():
            if not may_be_same(self.owner, found):
                raise RefusedFile(
                    f"{of_what.capitalize()} say that it is the list of {found!r}, and --owner says {self.owner!r}. "
                    f"Load it again without --owner, or with the name as it stands there: --owner {found!r}."
                )
            warnings.append(f"Read as the list of {self.owner!r}, as the command says; {of_what} say {found!r}.")
        if not (self.owner or found) and self.owner_in_path:
            warnings.append(
                f"Whose list it is was taken from the file or folder name: {self.owner_in_path!r}. If it is another "
                "agency's, load it again with --owner NAME."
            )
        return mend(self.owner) if self.owner else found or self.owner_in_path


def may_be_same(name: str, other: str) -> bool:
    """Whether two names may be one agency's: they share a word that is no kind and no state, or one has none."""
    own, its = (set(re.findall(r"\w+", text.casefold())) - _ANY_AGENCY for text in (name, other))
    return not (own and its) or bool(own & its)


def each_once(edges: Iterable[Edge], warnings: list[str]) -> list[Edge]:
    """The edges without those that a list states again; the networks of both are kept. Repeats go to `warnings`."""
    kept: dict[tuple[Any, ...], Edge] = {}
    extra: dict[tuple[Any, ...], dict[str, None]] = {}
    repeats = 0
    for edge in edges:
        if kept.setdefault(edge.key, edge) is not edge:
            repeats += 1
            extra.setdefault(edge.key, dict.fromkeys(kept[edge.key].networks)).update(dict.fromkeys(edge.networks))
    for key, networks in extra.items():
        kept[key] = replace(kept[key], networks=tuple(networks))
    if repeats:
        stand = "name stands" if repeats == 1 else "names stand"
        warnings.append(f"{repeats:,} {stand} in the list again and {'is' if repeats == 1 else 'are'} kept once.")
    return list(kept.values())


def check_size(name: str, count: int) -> None:
    """Raises RefusedFile for more names than any list holds."""
    if count > MOST_NAMES:
        raise RefusedFile(
            f"{name} holds more than {MOST_NAMES:,} names, which no sharing list does. Look at what it is, or cut it "
            "into parts."
        )


def edges_frame(
    edges: list[Edge],
    release: str,
    as_of: dt.date | None,
    is_federal: Callable[[str], bool],
    lacking: Collection[str] = (),
) -> pd.DataFrame:
    """The sharing table of one release. `as_of`: for edges without a day of their own; `is_federal` is asked once a
    name; `lacking`: directions in which names may be missing."""
    names = dict.fromkeys(name for edge in edges for name in (edge.owner, edge.recipient))
    federal = {name: is_federal(name) for name in names}
    rows = [(*_row(edge, release, as_of, federal), edge.direction in lacking) for edge in edges]
    return typed(pd.DataFrame.from_records(rows, columns=list(COLUMNS)))


def _row(edge: Edge, release: str, as_of: dt.date | None, federal: dict[str, bool]) -> tuple[Any, ...]:
    return (
        edge.owner, edge.recipient, edge.system, edge.direction, edge.what, edge.as_of or as_of,
        federal[edge.recipient], release, edge.row, edge.listed_by, federal[edge.owner],
        edge.released_owner or edge.owner, edge.released_recipient or edge.recipient,
        BETWEEN.join(edge.networks) or None, len(edge.networks) or None,
        edge.hot_list, edge.status, edge.page, edge.section,
    )  # fmt: skip


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with the table's types; texts and days are objects, with None where nothing is known."""
    numbers = {"row": "int64", "networks_count": "Int64", "page": "Int64"}
    truths = ("federal_immigration", "owner_federal_immigration", "incomplete")
    rest = {name: "object" for name in COLUMNS if name not in numbers and name not in truths}
    frame = frame.reindex(columns=list(COLUMNS))
    frame = frame.assign(**{name: frame[name].eq(True) for name in truths}).astype({**numbers, **rest})
    for name in rest:
        frame[name] = frame[name].where(frame[name].notna(), None)
    return frame


def with_empty_lists(table: pd.DataFrame, entries: Iterable[Entry]) -> pd.DataFrame:
    """The table with a row more for each list that names nobody (`lists` of the entries): its agency as owner or
    recipient, none on the other side."""
    empty = []
    for entry in entries:
        for one in entry.get("lists") or ():
            if one["named"] or entry["status"] != "loaded":
                continue
            own = "owner" if one["direction"] == SHARED else "recipient"
            day = dt.date.fromisoformat(one["as_of"]) if one["as_of"] else None
            told = {name: one[name] for name in ("listed_by", "system", "what", "direction", "incomplete")}
            empty.append(
                {
                    **told,
                    own: one["listed_by"],
                    "as_of": day,
                    "release": entry["release"],
                    "row": 0,
                    f"released_{own}": None,
                }
            )
    return typed(pd.concat([table, typed(pd.DataFrame(empty))], ignore_index=True)) if empty else table


def sharing_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The table as `investigate sharing --json` prints it: the promised fields first, days as ISO text, None for not
    known."""
    order = [*PROMISED, *(name for name in COLUMNS if name not in PROMISED)]
    return [dict(_plain(name, value) for name, value in row.items()) for row in _rows(table[order])]


def _rows(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    yield from table.astype("object").to_dict("records")


def _plain(name: Any, value: Any) -> tuple[str, Any]:
    if isinstance(value, dt.date):
        return name, value.isoformat()[:10]
    return name, None if pd.isna(value) else value
