"""Which files the invented agencies released: layout, name, span and the trap that each one sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from investigate.sample.world import OWNERS, Month, Owner, seconds

ID_FROM: Month = (2025, 12)
DEVICES_DROPPED_FROM: Month = (2026, 2)
ORGANIZATION = "Brackenfall IL PD"
ORGANIZATION_ZONE = "America/Chicago"
# openpyxl keeps the texts of a workbook in memory while it streams the rows.
XLSX_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Release:
    """One file to write.

    `path` is relative to the folder of the sample. `start` and `end` (not in it) bound the searches that it
    holds, in seconds since 1970. `owner` is the camera owner's place in its cast for a network audit and -1
    otherwise, when the file holds the searches made by `producer`. `redacted` prints `***` for officer,
    plate, case and filters.
    """

    path: str
    layout: str
    kind: str
    producer: str
    start: int
    end: int
    owner: int = -1
    redacted: bool = False
    repeats_per_1000: int = 0
    blank_rows: int = 0
    gap: tuple[int, int] = (0, 0)
    only_federal: bool = False

    @property
    def layout_name(self) -> str:
        """The layout as a user names it: the quoting of its cells makes no other layout."""
        return self.layout.removesuffix("q")

    @property
    def is_workbook(self) -> bool:
        """True for XLSX, whatever the name says."""
        return self.path.endswith(".xlsx")


def slug(name: str) -> str:
    """`brackenfall-il-pd`: the folder of an agency."""
    return "-".join("".join(ch if ch.isalnum() else " " for ch in name.lower()).split())


def _next(month: Month) -> Month:
    return (month[0] + month[1] // 12, month[1] % 12 + 1)


def _bounds(month: Month, zone: str) -> tuple[int, int]:
    return seconds(*month, 1, 0, zone), seconds(*_next(month), 1, 0, zone)


def _span_name(month: Month) -> str:
    (year, number), (year_after, number_after) = month, _next(month)
    return f"{year}-{number:02d}-01_{year_after}-{number_after:02d}-01"


def _network_layout(month: Month) -> str:
    if month < ID_FROM:
        return "L3"
    return "L4" if month < DEVICES_DROPPED_FROM else "L5"


def _network_audits(place: int, owner: Owner) -> Iterator[Release]:
    month = owner.first
    while month <= owner.last:
        layout = _network_layout(month)
        start, end = _bounds(month, owner.zone)
        yield Release(
            path=f"{slug(owner.name)}/{owner.name}_Network_Audit_{_span_name(month)}.csv",
            # The export of one owner quotes its text cells and ends records with a bare line feed.
            layout="L5q" if layout == "L5" and owner.state == "MN" else layout,
            kind="network",
            producer=owner.name,
            start=start,
            end=end,
            owner=place,
            redacted=month >= ID_FROM or not owner.shows_plates,
            repeats_per_1000=20 if month == (2025, 3) and owner.state == "TX" else 0,
        )
        month = _next(month)


# Month, layout, end of the file name (two of them lie or are cut short), and the traps.
_ORGANIZATION_AUDITS: tuple[tuple[Month, str, str, dict[str, int]], ...] = (
    ((2024, 12), "L1", "2024-12-01_2025-01-01.csv", {}),
    ((2025, 1), "L1", "2025-01-01_2025-02-01.csv", {}),
    ((2025, 2), "L1", "2025-02-01_2025-03-01.csv", {"repeats_per_1000": 90}),
    ((2025, 6), "L2", "2025-06-01_2025-07-01.xlsx", {"repeats_per_1000": 20}),
    ((2025, 7), "L3a", "2025-07-01_2025-08-01.xlsx", {"blank_rows": 10}),
    ((2025, 9), "L3", "2025-08-01_09-01.csv", {}),
    ((2025, 10), "L3", "2025-10-01_2025-11-01.csv", {"blank_rows": 4}),
    ((2025, 12), "L4", "2025-12-01_2025-12-31.csv.xlsx", {}),
    ((2026, 2), "L5", "2026-02-01_2025-02-28.csv", {}),
    ((2026, 3), "L5", "2026-03-01_2026-04-01.csv", {"repeats_per_1000": 10}),
)
_GAP_MONTH: Month = (2025, 10)
_GAP = (seconds(2025, 10, 14, 0, ORGANIZATION_ZONE), seconds(2025, 10, 18, 0, ORGANIZATION_ZONE))


def _organization_audits() -> Iterator[Release]:
    for month, layout, ending, traps in _ORGANIZATION_AUDITS:
        start, end = _bounds(month, ORGANIZATION_ZONE)
        yield Release(
            path=f"{slug(ORGANIZATION)}/{ORGANIZATION}_Organization_Audit_{ending}",
            layout=layout,
            kind="organization",
            producer=ORGANIZATION,
            start=start,
            end=end,
            gap=_GAP if month == _GAP_MONTH else (0, 0),
            repeats_per_1000=traps.get("repeats_per_1000", 0),
            blank_rows=traps.get("blank_rows", 0),
        )


# Layout, agency, days on which the portal was scraped.
_PORTALS: tuple[tuple[str, str, tuple[date, ...]], ...] = (
    ("L8", "Larchmere Sound OR PD", (date(2025, 8, 1), date(2025, 8, 22), date(2025, 11, 28))),
    ("L9", "Mirthwater CA PD", (date(2026, 1, 9),)),
    ("L10", "Mirthwater CA PD", (date(2026, 3, 6), date(2026, 3, 13), date(2026, 3, 20), date(2026, 3, 27))),
    ("L10", "Pondersea CA PD", (date(2026, 3, 13), date(2026, 3, 27))),
    ("L10", "Quietwold CA PD", (date(2026, 3, 27),)),
    ("L11", "Glimmerford CA PD", (date(2026, 3, 6), date(2026, 3, 20))),
    ("L12", "Hushwick CA PD", (date(2026, 3, 20),)),
    ("L13", "Tumblewharf CA PD", (date(2026, 3, 6), date(2026, 3, 20))),
    ("L14", "Sedgeholt CA PD", (date(2026, 3, 6), date(2026, 3, 20))),
    ("L15", "Opalstead CA PD", (date(2026, 3, 20),)),
    ("L16", "Knollbarrow CA PD", (date(2026, 3, 6), date(2026, 3, 20))),
)


def _portal_audits() -> Iterator[Release]:
    for layout, agency, days in _PORTALS:
        for day in days:
            first = day - timedelta(days=30)
            yield Release(
                path=f"portals/{slug(agency)}/{day.isoformat()}.search_audit.csv",
                layout=layout,
                kind="portal",
                producer=agency,
                start=seconds(first.year, first.month, first.day),
                end=seconds(day.year, day.month, day.day),
            )


def _reduced_releases() -> Iterator[Release]:
    """Layouts that are in no sample unless asked for: cut down by whoever passed the files on."""
    for layout, month, place in (("L7", (2026, 1), -1), ("L18", (2026, 2), 1), ("L19", (2026, 1), 4)):
        producer = ORGANIZATION if place < 0 else OWNERS[place].name
        zone = ORGANIZATION_ZONE if place < 0 else OWNERS[place].zone
        start, end = _bounds(month, zone)
        kind = "organization" if place < 0 else "network"
        yield Release(
            path=f"{slug(producer)}/{producer}_{kind.title()}_Audit_{layout}_{_span_name(month)}.csv",
            layout=layout,
            kind=kind,
            producer=producer,
            start=start,
            end=end,
            owner=place,
            redacted=place >= 0,
            only_federal=layout == "L18",
        )


def plan_releases(owners: Sequence[Owner] = OWNERS) -> tuple[list[Release], list[Release]]:
    """Every release of a sample, and those written only where their layout is asked for by name.

    `owners` are those of the fixed world and any after them.
    """
    network = [audit for place, owner in enumerate(owners) for audit in _network_audits(place, owner)]
    return [*network, *_organization_audits(), *_portal_audits()], list(_reduced_releases())
