"""Where camera locations come from (`sources.toml`): licence, attribution, rounding; and the day of a file's data."""

from __future__ import annotations

import datetime as dt
import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from investigate.cameras.record import CameraFile
from investigate.errors import InvestigateError, unknown
from investigate.logs.archives import printable
from investigate.sharing.load import day_in_name

SOURCES = Path(__file__).with_name("sources.toml")
OSM, UNKNOWN = "osm", "unknown"
DECIMALS = 3
FIRST_DAY = dt.date(2010, 1, 1)
LONGEST_LICENCE = 200  # characters
_IS_ODBL = re.compile(r"(?i)\bodbl\b|open\s+database\s+licen[cs]e|opendatacommons")


@dataclass(frozen=True)
class CameraSource:
    """One entry of `sources.toml`. `decimals`: of degrees, in anything published."""

    name: str
    attribution: str
    licence: str | None = None
    decimals: int = DECIMALS
    share_alike: bool = False
    note: str = ""


@dataclass(frozen=True)
class Terms:
    """What is said of one file. `is_osm`: its data are OpenStreetMap's, whatever else is said of them."""

    source: str
    licence: str | None
    attribution: str
    is_osm: bool
    warnings: tuple[str, ...] = ()


def camera_source(name: str) -> CameraSource:
    """The source of that name; raises UnknownValue for a name that `sources.toml` does not have."""
    known = _sources()
    if name not in known:
        raise unknown("source of cameras", name, known)
    return known[name]


def published_decimals(source: str) -> int:
    """To how many decimals of a degree coordinates of this source are rounded in anything published."""
    return _sources()[source].decimals if source in _sources() else DECIMALS


@functools.cache
def _sources() -> dict[str, CameraSource]:
    told = tomllib.loads(SOURCES.read_text(encoding="utf-8"))
    return {
        name: CameraSource(
            name, entry["attribution"], entry.get("licence"), entry.get("decimals", DECIMALS),
            entry.get("share_alike", False), entry.get("note", ""),
        )
        for name, entry in told.items()
    }  # fmt: skip


def find_terms(found: CameraFile, source: str | None, licence: str | None) -> Terms:
    """Source, licence and attribution of a file: as the person says, else as the file says, else as the table says.

    Where the file shows that its data are OpenStreetMap's, licence and attribution are OpenStreetMap's.
    """
    warnings: list[str] = []
    named = camera_source(source or found.source or UNKNOWN)
    is_osm = OSM in (found.source, named.name)
    held = camera_source(OSM) if is_osm else named
    if is_osm and named.name != OSM:
        warnings.append(
            f"The file's own ids or notice say that it is OpenStreetMap's; {source!r} was said. Its licence stays "
            f"{held.licence}, and {held.attribution!r} must stand on every map of it."
        )
    if named.name == UNKNOWN:
        warnings.append(
            "The file does not say where its list comes from. Say it with --source released (an agency's own list) or "
            "--source osm (OpenStreetMap, DeFlock)."
        )
    said = _one_line(licence) or _one_line(found.licence)
    if not held.share_alike:
        kept = said or held.licence
        attribution = f"{held.attribution} ({kept})" if said else held.attribution
        return Terms(named.name, kept, attribution, is_osm, tuple(warnings))
    if said and not _IS_ODBL.search(said):
        warnings.append(f"The licence {said!r} was said, but these are OpenStreetMap's data: they stay {held.licence}.")
    return Terms(named.name, held.licence, held.attribution, is_osm, tuple(warnings))


def _one_line(text: str | None) -> str | None:
    return printable(" ".join((text or "").split())[:LONGEST_LICENCE]) or None


def read_day(text: str | dt.date | None) -> dt.date | None:
    """The day that a person says; raises InvestigateError for a text that is no day, or a day that cannot be."""
    if text is None or text == "":
        return None
    if isinstance(text, dt.date):
        day = text.date() if isinstance(text, dt.datetime) else text
    else:
        try:
            day = dt.date.fromisoformat(text.strip())
        except ValueError as error:
            raise InvestigateError(f"{text!r} is no day. Write year, month and day, such as 2025-12-29.") from error
    if why := _why_not(day):
        raise InvestigateError(f"The day {day} {why}. Give the day on which the list of cameras stood so.")
    return day


def _why_not(day: dt.date) -> str | None:
    """Why a list of cameras cannot be of that day."""
    if day < FIRST_DAY:
        return f"lies before {FIRST_DAY.year}, when there were no such lists"
    if day > dt.date.today() + dt.timedelta(days=1):  # it is tomorrow already elsewhere
        return "has not come yet"
    return None


def find_snapshot(found: CameraFile, said: dt.date | None, name: str) -> tuple[dt.date | None, list[str]]:
    """The day on which the file's data stood, and what to warn of. `name`: the file's; a folder's name says nothing."""
    if said:
        if found.snapshot and found.snapshot != said:
            return said, [f"The file says {found.snapshot}, the command {said}: the command was followed."]
        return said, []
    notes = []
    for day, where in ((found.snapshot, "in it"), (day_in_name(name), "in the file name")):
        if day and (why := _why_not(day)):
            notes.append(f"The day {day} {where} {why}, and was not taken.")
        elif day and where == "in it":
            return day, []
        elif day:
            says = f"The day {day} was taken from the file name. If it is another, load it again with --snapshot."
            return day, [*notes, says]
    return None, [
        *notes,
        "The file has no date: on which day its cameras stood so is not known, and a map of it can print none. Say it "
        "with --snapshot 2025-12-29.",
    ]
