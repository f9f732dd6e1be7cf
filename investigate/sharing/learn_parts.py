"""The parts of an Agency Data Sharing Report as it is read: names, what stands under a heading on a page, the whole."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from investigate.sharing import table as columns
from investigate.sharing.learn_page import Printed
from investigate.sharing.table import RECEIVED, SHARED

CUT = re.compile(r"[-&,(/]$")
# Heading, squeezed → as printed, direction, what is shared.
SECTIONS = {
    "detectionsshared": ("Detections Shared", SHARED, columns.DETECTIONS),
    "detectionsreceived": ("Detections Received", RECEIVED, columns.DETECTIONS),
    "hotlistsharing": ("Hot List Sharing", SHARED, columns.HOT_LISTS),
    "hotlistreceived": ("Hot-List Received", RECEIVED, columns.HOT_LISTS),
}


@dataclass
class Name:
    """A name as it grows from line to line of its column (0 left, 1 right)."""

    text: str
    column: int
    line: int  # of the page
    last: float  # top of the line on which it last went on
    page: int


@dataclass
class Chunk:
    """What stands under one heading on one page. `section`: a key of SECTIONS, None where none was read."""

    section: str | None
    owner: str | None
    lines: list[tuple[int, Printed]] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    right: float | None = None  # where its right column starts
    created: dt.date | None = None  # as its report states
    part: int = 0  # which of several reports in the file
    page: int = 0  # place among the pages as they are read


@dataclass
class Report:
    """What has been read so far, page by page."""

    chunks: list[Chunk] = field(default_factory=list)
    owners: dict[str, None] = field(default_factory=dict)
    sections: dict[str, int] = field(default_factory=dict)  # squeezed heading → names
    section: str | None = None
    owner: str | None = None
    right: float | None = None
    is_unsure: bool = False  # whether a heading may stand on a page that was not read
    stated: tuple[int, int] | None = None  # page N of M of the page before
    missing: list[int] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)
    strangers: list[int] = field(default_factory=list)
    blanks_lost: bool = False
    unsure_ends: list[tuple[str, str]] = field(default_factory=list)  # at the foot of a page, at the head of the next
    unread: int = 0  # pages since the last one with a number
    created: dt.date | None = None
    part: int = 0
    page: int = 0


def is_cut(name: str) -> bool:
    return name.count("(") > name.count(")") or CUT.search(name) is not None
