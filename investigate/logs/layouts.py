"""The layouts in which lookup logs are released, as declarations; adding one takes no new code.

A header cell is matched by its spelling after `fold`: byte-order mark and outer blanks off, lower case,
`_` as a blank, blanks collapsed. A layout is recognised by which columns it has, never by how many or in
what order: two real layouts have 13 columns each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

# Canonical column → every header spelling seen in released files, folded.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "search_id": ("id",),
    "user": ("name", "userid", "user"),
    "org": ("org name", "agency"),
    "networks": ("total networks searched", "networkcount", "nets"),
    "devices": ("total devices searched", "cameracount", "devs"),
    "time_frame": ("time frame",),
    "time_frame_start": ("time frame start",),
    "time_frame_end": ("time frame end",),
    "plate": ("license plate", "license plates"),
    "reason": ("reason", "reason 1"),
    "offense_type": ("offensetype", "offense type"),
    "case_number": ("case #", "case number", "casenumber"),
    "filters": ("filters",),
    "searched": ("search time", "search date", "searchdate", "datetime"),
    "searched_date": (),  # a day in a column of its own, beside the column for the time of day
    "search_type": ("search type",),
    "text_prompt": ("text prompt", "test prompt"),
    "moderation": ("moderation",),
}
# What else a header cell may say when somebody made the table anew; believed only where no declared layout fits, and
# then the whole mapping is printed. Compared by letters, digits and # alone.
LIKELY: dict[str, tuple[str, ...]] = {
    "search_id": ("search id", "uuid", "search uuid", "audit id"),
    "user": ("user name", "officer", "officer name", "searched by", "user full name"),
    "org": (
        "organization", "organization name", "organisation", "agency name", "searching agency", "searching organization",
        "searching org", "requesting agency", "org", "department",
    ),
    "networks": ("networks", "networks searched", "network count", "number of networks", "total networks"),
    "devices": ("devices", "devices searched", "cameras searched", "camera count", "device count", "total devices"),
    "time_frame": ("time range", "search window", "date range"),
    "plate": ("plate", "plate number", "license plate number", "licence plate"),
    "reason": ("search reason", "reason for search", "reason given", "purpose", "search purpose", "justification"),
    "offense_type": ("offense", "offense category", "offence type"),
    "case_number": ("case", "case no", "case id", "case num", "incident number"),
    "searched": (
        "search datetime", "search date time", "search date/time", "date/time", "date time", "date/time of search",
        "time of search", "searched at", "search timestamp", "timestamp", "time searched", "date searched", "query time",
        "time",
    ),
    "searched_date": ("date", "day", "date of search"),
    "search_type": ("type of search", "searchtype", "type"),
    "text_prompt": ("prompt",),
}  # fmt: skip

# Something that stands where a value was taken out, by the vendor or the agency; in the column of reasons it is the
# rules (reasons/rules.toml) that say so.
_RECORDS_LAWS = r"(gov\S* code )?§?\s*79\d\d\.\d{3}(\s*\(\w\))*( gc| gov\S* code)?|\(b\)\s*\([67]\)\s*(\([acdef]\))?"
WITHHELD = (
    r"(?i)^\s*(\*[\s*]*|#[\s#]*|x{3,}|[█■▇]+|—[\s—]*—|[\[(<*]?\s*(redacted|withheld|masked|exempt|confidential)\s*[\])>*.]*|"
    + _RECORDS_LAWS
    + r")\s*$"
)
# An officer of whom only the initial and the family name, or both initials, are left.
INITIALS = r"^\p{L}(\. ?| )(\p{L}\.?|\p{Lu}[\p{L}'-]+)$"
UUID = r"(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
# What stands in a column ID and is no id of the vendor's: a running number is another search in the next file.
NO_ID = r"^\d[\d.,]*([eE]\+?\d+)?$"
PLACEHOLDER = r"(?i)^\s*(-+|—|n/?a|none|null|nan)\s*$"

CANONICAL = {spelling: column for column, spellings in SPELLINGS.items() for spelling in spellings}

# Forms of time, as the engine's strptime reads them, after a closing "UTC" or "Z" was taken off.
AUDIT_TIMES = ("%m/%d/%Y, %I:%M:%S %p",)
PORTAL_TIMES = ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S")
# A file opened and saved in a spreadsheet program has its times rewritten. Years of two digits stand before those of
# four, which would read 25 as the year 25.
RESAVED_TIMES = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%m/%d/%y %I:%M:%S %p",
    "%m/%d/%y %I:%M %p",
    "%m/%d/%y %H:%M:%S",
    "%m/%d/%y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %I:%M:%S %p",
    "%Y-%m-%d %I:%M %p",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%m/%d/%Y, %I:%M:%S.%f %p",
    "%m/%d/%Y, %I:%M %p",
    "%d-%b-%Y %H:%M:%S",
    "%d-%b-%Y %H:%M",
)
# A day that stands before its month beyond doubt, since there is no thirteenth month, and the reverse.
MONTH_FIRST = r"^(0?[1-9]|1[0-2])[./-](1[3-9]|2\d|3[01])[./-]\d\d"
DAY_FIRST = r"^(1[3-9]|2\d|3[01])([./-](0?[1-9]|1[0-2])[./-]20\d\d|[./](0?[1-9]|1[0-2])[./]\d\d)\b"
DAYS = ("%Y-%m-%d", "%m/%d/%y", "%m/%d/%Y", "%Y/%m/%d", "%B %d, %Y", "%b %d, %Y", "%d-%b-%Y", "%d-%b-%y")


@dataclass(frozen=True)
class Layout:
    """One header generation: which columns it must and may have, whose searches it holds, how it writes time.

    `kind` is organization, network, portal, or audit where only the number of agencies in it tells. Of `one_of`
    at least one column must be there; `alone` allows no column that is not known. `zone`: what times that state
    no zone are: `utc` whatever zone is given for the release, `assumed_utc` unless one is given, or `assumed_local`.
    `is_family`: catches header generations that were not seen before, and so prints how it read the header.
    """

    id: str
    kind: str
    must: frozenset[str]
    times: tuple[str, ...]
    may: frozenset[str] = field(default_factory=frozenset)
    one_of: frozenset[str] = field(default_factory=frozenset)
    alone: bool = False
    seen: str = ""
    zone: str = "assumed_utc"
    is_family: bool = False

    def matches(self, columns: set[str], strangers: int = 0) -> bool:
        """Whether these canonical columns, beside so many header cells that are not known, are this layout's."""
        fits = self.must <= columns <= self.must | self.may | {"searched_date"}
        return fits and (not self.one_of or bool(self.one_of & columns)) and not (self.alone and strangers)


def _columns(names: str) -> frozenset[str]:
    return frozenset(names.split())


def _audit(layout_id: str, names: str, seen: str, kind: str = "audit", may: str = "", **more: Any) -> Layout:
    return Layout(layout_id, kind, _columns(names), AUDIT_TIMES, _columns(may), seen=seen, **more)


def _portal(layout_id: str, names: str, seen: str, may: str = "") -> Layout:
    must = _columns(f"search_id user searched {names}")
    return Layout(layout_id, "portal", must, PORTAL_TIMES, _columns(may), seen=seen, zone="utc", is_family=not names)


_H9 = "user networks time_frame plate reason case_number filters searched search_type"
_L5 = f"search_id org {_H9} text_prompt moderation"
_ANY_AUDIT = (
    "search_id user org networks devices time_frame time_frame_start time_frame_end plate reason offense_type "
    "case_number filters search_type text_prompt moderation"
)

# In the order in which they are tried: exact header generations first, then the families that catch a
# generation not seen before.
LAYOUTS: tuple[Layout, ...] = (
    _audit(
        "H8",
        "user networks time_frame plate case_number filters reason searched",
        "organization audits, Jan–May 2025",
        "organization",
    ),
    _audit("H9", _H9, "organization audits, Jun 2025", "organization"),
    _audit("H13", f"org devices {_H9} text_prompt moderation", "audits, Jul–Nov 2025"),
    _audit("H14", f"devices {_L5}", "audits, Dec 2025–Jan 2026"),
    _audit("H13b", _L5, "audits from 2026"),
    _audit(
        "printed",
        "search_id org networks devices time_frame reason searched search_type moderation",
        "audits printed to PDF, late 2025",
    ),
    _audit(
        "printed-split",
        "search_id org networks devices time_frame_start time_frame_end reason searched search_type moderation",
        "the same, extracted by others",
    ),
    _audit(
        "federal-extract",
        "search_id user org networks plate reason case_number filters searched search_type",
        "extract of federal agencies' searches, 2026",
        "network",
    ),
    _audit(
        "reduced-7",
        "search_id org networks time_frame reason searched search_type",
        "audits reduced to seven columns",
    ),
    _portal("portal-cameras", "devices reason", "portals, 2025 to Jan 2026"),
    _portal("portal-reason", "networks reason", "portals, 2026"),
    _portal("portal-offense", "networks offense_type", "portals, 2026"),
    _portal("portal-case-offense", "networks case_number offense_type", "portals, 2026"),
    _portal("portal-reason-case-offense", "networks reason case_number offense_type", "portals, 2026"),
    _portal("portal-reason-case", "networks reason case_number", "portals, 2026"),
    _portal("portal-case", "networks case_number", "portals, 2026: no reason"),
    _portal("portal-bare", "networks", "portals, 2026: no reason"),
    _portal(
        "portal-other",
        "",
        "portals with any other columns",
        "networks devices reason case_number offense_type",
    ),
    _audit(
        "organization-other",
        "time_frame searched reason",
        "audits without an agency column",
        "organization",
        _ANY_AUDIT.replace("org ", ""),
        is_family=True,
    ),
    # An agency and a time stand in many tables; how much was searched, only in a log of searches.
    _audit(
        "audit-other",
        "org searched",
        "audits with an agency column",
        "audit",
        _ANY_AUDIT,
        one_of=_columns("networks devices time_frame time_frame_start search_type"),
        is_family=True,
    ),
    _audit(
        "two-column",
        "reason searched",
        "two-column workbooks, 2021 to Jan 2025",
        "organization",
        alone=True,
        zone="assumed_local",
    ),
)
# A table that somebody made anew: taken for a log if it has a time and a reason, under any name that is likely; or one
# that `sources.csv` says how to read.
ONLY_IN_LOGS = _columns("networks devices time_frame time_frame_start search_type filters text_prompt moderation")
MATCHED = _audit("matched", "searched reason", "tables made anew by others", "audit", _ANY_AUDIT, is_family=True)
PINNED = _audit("pinned", "searched", "tables that sources.csv says how to read", "audit", _ANY_AUDIT, is_family=True)


@dataclass(frozen=True)
class LookAlike:
    """A document that is often released instead of a lookup log: which header cells give it away, what it is."""

    has: frozenset[str]
    has_not: frozenset[str]
    is_a: str
    ask_for: str = "Ask the agency for the Organization Audit or the Network Audit."


_LOG_HAS = frozenset({"reason", "search time", "searchdate"})

LOOK_ALIKES: tuple[LookAlike, ...] = (
    LookAlike(
        frozenset({"search key", "reason id"}),
        frozenset(),
        "a table of a workspace's own store, not a released log",
        "Load the released files that it was made from.",
    ),
    LookAlike(
        frozenset({"event type", "entity type"}),
        _LOG_HAS,
        "a hot-list event log (alerts and list edits), not a log of searches",
    ),
    LookAlike(
        frozenset({"organization name"}),
        _LOG_HAS,
        "a sharing list (who may search whose cameras), not a log of searches",
    ),
    LookAlike(
        frozenset({"plate", "camera"}),
        _LOG_HAS,
        "a list of plate scans (where cars were seen), not a log of searches",
    ),
    LookAlike(frozenset({"lat", "lon"}), _LOG_HAS, "a list of places or cameras, not a log of searches"),
    LookAlike(
        frozenset({"latitude", "longitude"}),
        _LOG_HAS,
        "a list of places or cameras, not a log of searches",
    ),
)


def fold(cell: str) -> str:
    """A header cell as it is compared: no byte-order mark, trimmed, lower case, `_` and runs of blanks as one."""
    return re.sub(r"\s+", " ", cell.replace("\ufeff", "").replace("_", " ")).strip().lower()


def is_junk(cell: str) -> bool:
    """A header cell that names nothing: empty, or a number that a spreadsheet formula left behind."""
    return re.fullmatch(r"(\d+(\.\d+)?)?", fold(cell)) is not None


def read_header(cells: list[str]) -> tuple[dict[str, int], list[str]]:
    """Match header cells to canonical columns → (column → position, header cells that are not known).

    The first of two cells with the same meaning wins; the second counts as not known. Search Date beside Search Time
    is the day alone.
    """
    found: dict[str, int] = {}
    strangers: list[str] = []
    is_split = {"search date", "search time"} <= {fold(cell) for cell in cells}
    for position, cell in enumerate(cells):
        if is_junk(cell):
            continue
        column = "searched_date" if is_split and fold(cell) == "search date" else CANONICAL.get(fold(cell))
        if column is None or column in found:
            strangers.append(cell.strip())
        else:
            found[column] = position
    return found, strangers


def read_likely_header(cells: list[str]) -> tuple[dict[str, int], list[str]]:
    """As `read_header`, but by every spelling that is likely, whatever signs and blanks stand in it; a known spelling
    wins over one that is only likely."""
    found: dict[str, int] = {}
    known: set[str] = set()
    strangers: list[str] = []
    for position, cell in enumerate(cells):
        if is_junk(cell):
            continue
        column = _LIKELY_COLUMN.get(_letters(re.sub(r"(?i)[\s(_-]+utc\)?\s*$", "", cell)))
        is_known = column is not None and CANONICAL.get(fold(cell)) == column
        if column is None or (column in found and (not is_known or column in known)):
            strangers.append(cell.strip())
            continue
        if column in found:
            strangers.append(cells[found[column]].strip())
        found[column] = position
        known |= {column} if is_known else set()
    if "searched_date" in found and "searched" not in found:
        found["searched"] = found.pop("searched_date")
    return found, strangers


def _letters(cell: str) -> str:
    return re.sub(r"[^a-z0-9#]", "", fold(cell))


_LIKELY_COLUMN = {
    _letters(spelling): column
    for spelled in (LIKELY, SPELLINGS)  # the second wins
    for column, spellings in spelled.items()
    for spelling in spellings
}


def find_layout(columns: set[str], strangers: int = 0) -> Layout | None:
    """The first declared layout that these canonical columns match, or None; `strangers` as in `matches`."""
    return next((layout for layout in LAYOUTS if layout.matches(columns, strangers)), None)


def find_look_alike(cells: list[str]) -> LookAlike | None:
    """The declared look-alike that these header cells give away, or None."""
    folded = {fold(cell) for cell in cells}
    return next((one for one in LOOK_ALIKES if one.has <= folded and not one.has_not & folded), None)
