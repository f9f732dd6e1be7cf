"""The layouts in which lookup logs are released, as declarations; adding one takes no new code.

A header cell is matched by its spelling after `fold`: byte-order mark and outer blanks off, lower case,
`_` as a blank, blanks collapsed. A layout is recognised by which columns it has, never by how many or in
what order: two real layouts have 13 columns each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

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
    "search_type": ("search type",),
    "text_prompt": ("text prompt", "test prompt"),
    "moderation": ("moderation",),
}
# Something that stands where a value was taken out, by the vendor or the agency.
WITHHELD = r"(?i)^\s*(\*[\s*]*|#+|x{3,}|\[?\s*redacted\s*\]?|——+|withheld)\s*$"

CANONICAL = {spelling: column for column, spellings in SPELLINGS.items() for spelling in spellings}

# Forms of time, as the engine's strptime reads them, after a closing "UTC" or "Z" was taken off.
AUDIT_TIMES = ("%m/%d/%Y, %I:%M:%S %p",)
PORTAL_TIMES = ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S")
# A file opened and saved in a spreadsheet program has its times rewritten.
RESAVED_TIMES = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M",
    "%Y-%m-%d %H:%M",
)


@dataclass(frozen=True)
class Layout:
    """One header generation: which columns it must and may have, whose searches it holds, how it writes time.

    `kind` is organization, network, portal, or audit where only the number of agencies in it tells. Of `one_of`
    at least one column must be there; `alone` allows no column that is not known. `is_utc`: times that state no zone
    are UTC, whatever zone is given for the release.
    """

    id: str
    kind: str
    must: frozenset[str]
    times: tuple[str, ...]
    may: frozenset[str] = field(default_factory=frozenset)
    one_of: frozenset[str] = field(default_factory=frozenset)
    alone: bool = False
    seen: str = ""
    is_utc: bool = False

    def matches(self, columns: set[str], strangers: int = 0) -> bool:
        """Whether these canonical columns, beside so many header cells that are not known, are this layout's."""
        fits = self.must <= columns <= self.must | self.may
        return fits and (not self.one_of or bool(self.one_of & columns)) and not (self.alone and strangers)


def _columns(names: str) -> frozenset[str]:
    return frozenset(names.split())


def _audit(
    layout_id: str, names: str, seen: str, kind: str = "audit", may: str = "", one_of: str = "", alone: bool = False
) -> Layout:
    times = AUDIT_TIMES + RESAVED_TIMES
    return Layout(layout_id, kind, _columns(names), times, _columns(may), _columns(one_of), alone, seen)


def _portal(layout_id: str, names: str, seen: str, may: str = "") -> Layout:
    must = _columns(f"search_id user searched {names}")
    return Layout(layout_id, "portal", must, PORTAL_TIMES, _columns(may), seen=seen, is_utc=True)


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
    ),
    # An agency and a time stand in many tables; how much was searched, only in a log of searches.
    _audit(
        "audit-other",
        "org searched",
        "audits with an agency column",
        "audit",
        _ANY_AUDIT,
        "networks devices time_frame time_frame_start search_type",
    ),
    _audit("two-column", "reason searched", "two-column workbooks, 2021 to Jan 2025", "organization", alone=True),
)


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

    The first of two cells with the same meaning wins; the second counts as not known.
    """
    found: dict[str, int] = {}
    strangers: list[str] = []
    for position, cell in enumerate(cells):
        if is_junk(cell):
            continue
        column = CANONICAL.get(fold(cell))
        if column is None or column in found:
            strangers.append(cell.strip())
        else:
            found[column] = position
    return found, strangers


def find_layout(columns: set[str], strangers: int = 0) -> Layout | None:
    """The first declared layout that these canonical columns match, or None; `strangers` as in `matches`."""
    return next((layout for layout in LAYOUTS if layout.matches(columns, strangers)), None)


def find_look_alike(cells: list[str]) -> LookAlike | None:
    """The declared look-alike that these header cells give away, or None."""
    folded = {fold(cell) for cell in cells}
    return next((one for one in LOOK_ALIKES if one.has <= folded and not one.has_not & folded), None)
