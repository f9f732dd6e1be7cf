"""Whose release is it, and whose searches does it hold? From columns, file name and folder, in that order.

Mixing up searching agency and camera owner inverts the finding, so what cannot be told stays unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from investigate.agencies.names import TWO_ZONES, find_state, find_zone, name_from_slug
from investigate.logs.cells import named_agency
from investigate.logs.headers import RawFile
from investigate.logs.layouts import SPELLINGS
from investigate.logs.sources import Given

_AN = {"network": "a network", "organization": "an organization"}
MOSTLY = 0.95  # of a file's rows by one agency, in a file that calls itself an organization audit

_AUDIT_NAME = re.compile(r"^(?P<name>.+?)[\s_-]+(?P<kind>network|org(?:anization)?)[\s_-]*audit", re.IGNORECASE)
_AUDIT = re.compile(r"(?P<kind>network|organization)[\s_-]*audit", re.IGNORECASE)
# What people write before an agency's name in a file's: a day, a running number, the number of the request.
_BEFORE_NAME = re.compile(
    r"^(\s*(copy of|final|redacted|responsive|\(\d+\)|\d{1,3}[.)_-]|20\d\d([-_.]\d\d){0,2}|20\d{6}"
    r"|(foia|prr|cpra|pra|ipra|opra|request|req|r)?[ #_-]*\d{2,4}-\d+)(?![A-Za-z\d])[\s_.-]*)+",
    re.IGNORECASE,
)


@dataclass
class Whose:
    """Producer and kind of a release, where the producer's name was found, and what to warn of.

    `own_name` is how the rows of a release that is no network audit spell its producer, if they do.
    """

    producer: str | None
    producer_from: str | None
    kind: str
    timezone: str
    is_zone_known: bool
    own_name: str | None = None
    warnings: list[str] = field(default_factory=list)


def find_whose(path: Path, found: RawFile, con: Backend, given: Given) -> Whose:
    """Producer, kind and time zone of a release from all there is to go by, its table `raw` included."""
    has_agencies = "org" in found.columns
    agencies = _agencies(con.table("raw")) if has_agencies else {}
    named_kind = _kind_in_name(path)
    warnings: list[str] = []
    kind = _kind(found.layout.kind, agencies, named_kind, warnings)
    if given.kind and given.kind != kind:
        warnings = [_contradicts_kind(given.kind, kind, len(agencies))]
        kind = given.kind
    if has_agencies and not agencies and kind != "portal" and not (given.kind or named_kind):
        warnings.append(
            "No row says which agency searched, so whether this is a network audit cannot be told; read as "
            "an organization audit: if it is not, load it again with --kind network."
        )
    producer, origin = _producer(path, kind, agencies, given.producer)
    if producer is None:
        needed = "its own rows" if kind != "network" else "whose cameras were searched"
        warnings.append(f"The producer is not known, and so not {needed}: load it again with --producer NAME.")
    if origin == "column" and (stated := _name_in_path(path)) and stated.casefold() != (producer or "").casefold():
        warnings.append(f"The file or folder name says {stated!r}, the rows say {producer!r}: the rows are believed.")
    folder = name_from_slug(path.parent.name)
    if origin == "file name" and folder and folder.casefold() != (producer or "").casefold():
        warnings.append(f"The file name says {producer!r}, its folder {folder!r}: the file name is believed.")
    if given.producer and (other := _named_otherwise(path, kind, agencies, given.producer)):
        warnings.append(other)
    own_name = next(iter(agencies), None) if kind != "network" else None
    zone = given.timezone or find_zone(producer)
    if zone is None:
        warnings.append(_ask_for_zone(producer))
    return Whose(producer, origin, kind, zone or "UTC", zone is not None, own_name, warnings)


def _agencies(raw: ir.Table) -> dict[str, int]:
    """Agency → rows, most rows first, each in the spelling that most of its rows have: capitals make no other agency.
    Cells that are withheld, a repeated header or out of place name none, nor does a footer, which has no time."""
    time = raw.raw_searched if "raw_searched_date" not in raw.columns else raw.raw_searched_date
    sound = raw.filter(raw.misshapen.isnull() & time.notnull() & raw.raw_org.notnull())
    cells = sound.group_by("raw_org").agg(rows=ibis._.count())  # each spelling is read once, not in every row
    name = named_agency(cells.raw_org)
    is_header = name.lower().replace("_", " ").isin(SPELLINGS["org"])
    named = cells.select(agency=name, rows=cells.rows).filter(name.notnull() & ~is_header)
    spelled = named.group_by("agency").agg(rows=lambda t: t.rows.sum()).mutate(folded=lambda t: t.agency.lower())
    counts = spelled.group_by("folded").agg(
        times=spelled.rows.sum(), agency=spelled.agency.first(order_by=[spelled.rows.desc(), spelled.agency])
    )
    top = counts.order_by(counts.times.desc(), counts.agency).limit(1000).execute()
    return dict(zip(top["agency"], top["times"].astype(int), strict=True))


def _contradicts_kind(said: str, told: str, agencies: int) -> str:
    rows = {0: "names no searching agency", 1: "names one searching agency"}.get(
        agencies, f"names {agencies:,} searching agencies"
    )
    kinds = f"The kind is given as {said}, but the file {rows}, so it looks like {told}: what was given was believed."
    is_turned = "network" in (said, told)
    return kinds + (" If that is wrong, searching agency and camera owner are turned around." if is_turned else "")


def _named_otherwise(path: Path, kind: str, agencies: dict[str, int], said: str) -> str | None:
    """A sentence where the rows, or else the name of the file or folder, name another producer than was given."""
    from_rows = next(iter(agencies), None) if kind != "network" else None
    other = from_rows or _name_in_path(path)
    if other is None or other.casefold() == said.casefold():
        return None
    where = "most rows say" if from_rows else "the file or folder name says"
    return f"The producer is given as {said!r}, but {where} {other!r}: what was given was believed."


def folder_that_tells(path: PurePath, rows_read: int) -> str | None:
    """The name of the file's folder where it says whose file it is or of what kind, or is all that tells an empty file
    from another; None where any other folder would do."""
    name = path.parent.name
    tells = not rows_read or name_from_slug(name) or _AUDIT.search(name)
    return name if name and tells else None


def _kind_in_name(path: Path) -> str | None:
    for text in (path.stem, path.parent.name):
        found = _AUDIT_NAME.search(text) or _AUDIT.search(text)
        if found:
            return "network" if found["kind"].lower() == "network" else "organization"
    return None


def _kind(layout_kind: str, agencies: dict[str, int], named: str | None, warnings: list[str]) -> str:
    if layout_kind != "audit":
        if named not in (None, layout_kind) and layout_kind != "portal":
            warnings.append(
                f"The name says {named} audit, but its columns are those of {_AN[layout_kind]} audit: read as such. "
                "Where the name is right, load it again with --kind."
            )
        return layout_kind
    if len(agencies) <= 1:
        return named or "organization"
    share = max(agencies.values()) / sum(agencies.values())
    if named == "organization" and share >= MOSTLY:
        warnings.append(
            f"{len(agencies)} agencies stand in a file that calls itself an organization audit; read as one."
        )
        return "organization"
    if named == "organization":
        warnings.append(
            f"The name says organization audit, but {len(agencies)} agencies searched: read as a network audit."
        )
    if named is None and share >= MOSTLY:
        warnings.append(
            f"{len(agencies)} agencies stand in the file, and {share:.1%} of its rows are by one of them: read as a "
            "network audit. If it is an organization audit, load it again with --kind organization."
        )
    return "network"


def _producer(path: Path, kind: str, agencies: dict[str, int], given: str | None) -> tuple[str | None, str | None]:
    if given:
        return given, "given"
    if kind != "network" and agencies:
        return next(iter(agencies)), "column"
    name = _name_in_file(path)
    if name:
        return name, "file name"
    folder = name_from_slug(path.parent.name)
    return (folder, "folder") if folder else (None, None)


def _name_in_path(path: Path) -> str | None:
    return _name_in_file(path) or name_from_slug(path.parent.name)


def _name_in_file(path: Path) -> str | None:
    found = _AUDIT_NAME.search(path.name)
    if found:
        name = _BEFORE_NAME.sub("", found["name"]).strip()
        if re.fullmatch(r"[a-z0-9_-]+", name):
            return name_from_slug(name)
        spelled = re.sub(r"[\s_]+", " ", name)
        return spelled if find_state(spelled) or name_from_slug(name) else None
    before, mark, _ = path.name.partition("__")
    return name_from_slug(before) if mark else None


def _ask_for_zone(producer: str | None) -> str:
    state = find_state(producer)
    zones = TWO_ZONES.get(state or "")
    if not zones:
        return "Days and months are counted in UTC, since the producer's time zone is not known: give --timezone."
    return (
        f"Which time zone {producer!r} keeps is not known, since {state} has more than one ({', '.join(zones)}): days "
        "and months are counted in UTC until --timezone or sources.csv says which."
    )
