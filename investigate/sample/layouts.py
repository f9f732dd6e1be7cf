"""The released layouts, header by header, and how a search is printed in each.

A layout is a declaration: its header cells exactly as released (a leading blank is real), the field behind
each cell and the way its cells are quoted. Layout numbers are those of the project's description of released
formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from investigate.sample import reasons, world
from investigate.sample.cast import Cast
from investigate.sample.draw import Ints, Searches
from investigate.sample.plan import Release

Cells = list[str]
Texts = NDArray[np.object_]
WITHHELD = "***"

# How cells are quoted: in a workbook not at all; only where needed; every text but no number; every cell.
RAW, NEEDED, TEXT, ALL = "raw", "needed", "text", "all"


@dataclass(frozen=True, slots=True)
class Layout:
    """Header cells as released, the field printed under each, the quoting, and what parts two records."""

    header: tuple[str, ...]
    fields: tuple[str, ...]
    quoting: str = NEEDED
    header_quoted: bool = False
    newline: str = "\r\n"
    final_newline: bool = True

    @property
    def has_reason(self) -> bool:
        """True where the release can say why: a reason or a drop-down value."""
        return "reason" in self.fields or "offense" in self.fields or "detail" in self.fields


_AUDIT_TAIL = "time_frame plate reason case filters searched kind prompt moderation"
_TAIL_HEADER = "Time Frame,License Plate,Reason,Case #,Filters,Search Time,Search Type,Text Prompt,Moderation"


def _audit(first: str, fields: str, quoting: str = NEEDED, newline: str = "\r\n") -> Layout:
    """A 2025-26 audit: every header cell after the first starts with a blank."""
    names = f"{first},{_TAIL_HEADER}".split(",")
    header = (names[0], *(f" {name}" for name in names[1:]))
    return Layout(header, tuple(f"{fields} {_AUDIT_TAIL}".split()), quoting, newline=newline)


def _plain(header: str, fields: str) -> Layout:
    return Layout(tuple(header.split(",")), tuple(fields.split()))


def _portal(more_header: str, fields: str, quoting: str = ALL) -> Layout:
    header = tuple(f"id,userId,searchDate,{more_header}".split(","))
    return Layout(header, tuple(fields.split()), quoting, True, "\n", False)


_L3 = _audit("Name,Org Name,Total Networks Searched,Total Devices Searched", "name org networks devices")
_L5 = ("ID,Name,Org Name,Total Networks Searched", "id name org networks")
LAYOUTS: dict[str, Layout] = {
    "L1": _plain(
        "Name,Total Networks Searched,Time Frame,License Plate,Case #,Filters,Reason,Search Time",
        "name networks time_frame_unpadded plate case filters reason searched_unpadded",
    ),
    "L2": _plain(
        "Name,Total Networks Searched,Time Frame,License Plate,Reason,Case #,Filters,Search Time,Search Type",
        "name networks time_frame_unpadded plate reason case filters searched_unpadded kind",
    ),
    "L3": _L3,
    # Two junk columns that somebody's formula left: an empty header and the number 1.
    "L3a": Layout((*_L3.header, "", "1"), (*_L3.fields, "empty", "empty")),
    "L4": _audit("ID,Name,Org Name,Total Networks Searched,Total Devices Searched", "id name org networks devices"),
    "L5": _audit(*_L5),
    "L5q": _audit(*_L5, TEXT, "\n"),
    "L7": _plain(
        "ID,Org_Name,Total_Networks_Searched,Total_Devices_Searched,Time_Frame_Start,Time_Frame_End,Reason,"
        "Search_Time,Search_Type,Moderation",
        "id org networks devices frame_start frame_end reason searched kind moderation",
    ),
    "L8": _portal("cameraCount,reason", "id user searched_no_zone devices reason"),
    "L9": _portal("cameraCount,reason", "id masked searched_iso devices reason", TEXT),
    "L10": _portal("networkCount,reason", "id masked searched_iso networks reason"),
    "L11": _portal("networkCount,offenseType", "id masked searched_iso networks offense"),
    "L12": _portal("networkCount,caseNumber,offenseType", "id masked searched_iso networks case offense"),
    "L13": _portal("networkCount,reason,caseNumber,offenseType", "id masked searched_iso networks detail case offense"),
    "L14": _portal("networkCount,reason,caseNumber", "id masked searched_iso networks reason case"),
    "L15": _portal("networkCount,caseNumber", "id masked searched_iso networks case"),
    "L16": _portal("networkCount", "id masked searched_iso networks"),
    "L18": _plain(
        "ID, Name, Org Name, Total Networks Searched, License Plate, Reason, Case #, Filters, Search Time, Search Type",
        "id name org networks plate reason case filters searched kind",
    ),
    "L19": _plain(
        "ID,Org Name,Total Networks Searched,Time Frame,Reason,Search Time,Search Type",
        "id org networks time_frame reason searched kind",
    ),
}


def _quoted(text: str, quoting: str) -> str:
    if quoting == RAW or (quoting == NEEDED and not any(mark in text for mark in ',"\r\n')):
        return text
    return '"' + text.replace('"', '""') + '"'


# Texts that repeat: quoted once for each way of quoting, then taken by place.
_TABLES: dict[str, Callable[[], Iterable[str]]] = {
    "name": lambda: world.OFFICERS,
    "user": lambda: (f"0ff1ce00-{n:04d}-4000-8000-{n * 7919:012d}" for n in range(len(world.OFFICERS))),
    "reason": lambda: (planted.text for planted in reasons.REASONS),
    "detail": lambda: (planted.detail for planted in reasons.REASONS),
    "offense": lambda: (planted.offense for planted in reasons.REASONS),
    "plate": world.plates,
    "case": world.case_numbers,
    "filters": lambda: world.FILTERS,
    "kind": lambda: (kind for kind, _, _ in world.SEARCH_TYPES),
    "prompt": lambda: (prompt for _, prompt, _ in world.SEARCH_TYPES),
    "moderation": lambda: (verdict for _, _, verdict in world.SEARCH_TYPES),
}
_PLACES = {"name": "officer", "user": "officer", "detail": "reason", "offense": "reason"}
_PLACES |= {"prompt": "kind", "moderation": "kind"}
# Where nothing was typed the vendor's mask leaves the cell empty.
_MASKED = {"name", "plate", "case", "filters"}


@cache
def _table(field: str, quoting: str, masked: bool) -> Texts:
    texts = ((WITHHELD if masked and text else text) for text in _TABLES[field]())
    return np.array([_quoted(text, quoting) for text in texts], dtype=object)


@lru_cache(maxsize=4)
def _agency_names(cast: Cast, quoting: str) -> Texts:
    return np.array([_quoted(agency.name, quoting) for agency in cast.agencies], dtype=object)


_FIRST_DAY = world.WORLD_START // world.SECONDS_A_DAY - 40


@cache
def _days(form: str) -> Texts:
    """Every day of the world in a form by name: `padded`, `unpadded` or `iso`."""
    days = range(_FIRST_DAY, world.WORLD_END // world.SECONDS_A_DAY + 3)
    dates = [str(np.datetime64(day, "D")).split("-") for day in days]
    forms = {
        "padded": [f"{month}/{day}/{year}" for year, month, day in dates],
        "unpadded": [f"{int(month)}/{int(day)}/{year}" for year, month, day in dates],
        "iso": [f"{year}-{month}-{day}" for year, month, day in dates],
    }
    return np.array(forms[form], dtype=object)


@cache
def _clock(twelve_hours: bool) -> Texts:
    """Every second of a day: `08:20:11 PM UTC`, or `20:20:11`."""
    short = [f":{second // 60:02d}:{second % 60:02d}" for second in range(3600)]
    if not twelve_hours:
        return np.array([f"{hour:02d}{rest}" for hour in range(24) for rest in short], dtype=object)
    names = [f"{(hour + 11) % 12 + 1:02d}" for hour in range(24)]
    return np.array(
        [f"{names[hour]}{rest} {'AM' if hour < 12 else 'PM'} UTC" for hour in range(24) for rest in short],
        dtype=object,
    )


def _stamps(moments: Ints, form: str = "padded") -> Cells:
    days = _days(form)[moments // world.SECONDS_A_DAY - _FIRST_DAY].tolist()
    clock = _clock(True)[moments % world.SECONDS_A_DAY].tolist()
    return [f"{day}, {second}" for day, second in zip(days, clock, strict=True)]


def _iso_stamps(searches: Searches, here: Ints, between: str, zone: str) -> Cells:
    moments = searches.searched[here]
    days = _days("iso")[moments // world.SECONDS_A_DAY - _FIRST_DAY].tolist()
    clock = _clock(False)[moments % world.SECONDS_A_DAY].tolist()
    thousandths = searches.milliseconds[here].tolist()
    return [f"{day}{between}{second}.{ms:03d}{zone}" for day, second, ms in zip(days, clock, thousandths, strict=True)]


def _frames(searches: Searches, here: Ints, form: str, quoting: str) -> Cells:
    end = searches.window_end[here]
    start = end - searches.window_days[here] * world.SECONDS_A_DAY
    mark = "" if quoting == RAW else '"'
    pairs = zip(_stamps(start, form), _stamps(end, form), strict=True)
    return [f"{mark}{first}\n{last}{mark}" for first, last in pairs]


def _ids(searches: Searches, here: Ints) -> Cells:
    """Version 4 UUIDs, the same for a search wherever it is printed."""
    digits = searches.id_words[here].astype(">u8").tobytes().hex()
    return [
        f"{digits[at : at + 8]}-{digits[at + 8 : at + 12]}-4{digits[at + 13 : at + 16]}"
        f"-a{digits[at + 17 : at + 20]}-{digits[at + 20 : at + 32]}"
        for at in range(0, len(digits), 32)
    ]


def _made(field: str, searches: Searches, here: Ints, quoting: str) -> Cells:
    """Cells that are new for every search: times and ids."""
    start = searches.window_end - searches.window_days * world.SECONDS_A_DAY
    makers: dict[str, Callable[[], Cells]] = {
        "id": lambda: _ids(searches, here),
        "searched": lambda: _stamps(searches.searched[here]),
        "searched_unpadded": lambda: _stamps(searches.searched[here], "unpadded"),
        "searched_iso": lambda: _iso_stamps(searches, here, "T", "Z"),
        "searched_no_zone": lambda: _iso_stamps(searches, here, " ", ""),
        "frame_start": lambda: _stamps(start[here]),
        "frame_end": lambda: _stamps(searches.window_end[here]),
        "masked": lambda: [WITHHELD] * len(here),
        "empty": lambda: [""] * len(here),
    }
    cells = makers[field]()
    # All cells of a field look alike: one decides about the quotes of all.
    if not cells or _quoted(cells[0], quoting) == cells[0]:
        return cells
    return [f'"{cell}"' for cell in cells]


def cells(field: str, searches: Searches, here: Ints, release: Release, quoting: str) -> Cells:
    """One column of a release: a text for each search at the places `here`, quoted as asked."""
    if field.startswith("time_frame"):
        return _frames(searches, here, "unpadded" if field.endswith("unpadded") else "padded", quoting)
    if field in {"networks", "devices"}:
        numbers = getattr(searches, field)[here].tolist()
        return [f'"{number}"' for number in numbers] if quoting == ALL else [str(n) for n in numbers]
    if field == "org":
        return _agency_names(searches.cast, quoting)[searches.agency[here]].tolist()
    if field in _TABLES:
        places: Any = getattr(searches, _PLACES.get(field, field))[here]
        masked = release.redacted and field in _MASKED
        return _table(field, quoting, masked)[places].tolist()
    return _made(field, searches, here, quoting)


def header_line(layout: Layout) -> str:
    """The header as one line without its end."""
    return ",".join(f'"{name}"' if layout.header_quoted else name for name in layout.header)


def columns(searches: Searches, here: Ints, release: Release, quoting: str) -> list[Cells]:
    """All columns of a release for the searches at the places `here`, in the order of its layout."""
    return [cells(field, searches, here, release, quoting) for field in LAYOUTS[release.layout].fields]
