"""Hand decisions on agencies: `data/manual/agency_names.csv` of a workspace wins over what a name says.

One row a decision: `name` (as released; capitals, blanks and broken encoding do not matter), `agency` (the name under
which it counts; empty: its own), and where and what it is: place, state, county, kind, lat, lon (empty: as the name
says); then who, when (YYYY-MM-DD), why. A mistake in the file stops everything: a decision that is silently not
followed is worse than none.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from investigate.agencies.agency import KINDS
from investigate.agencies.places import counties_named, county_names, find_county, is_near_state
from investigate.agencies.read_name import read_name
from investigate.agencies.states import STATE_NAMES
from investigate.agencies.tidy import LONGEST, mend
from investigate.errors import InvestigateError, nearest
from investigate.manual_csv import check_decision, manual_records, read_manual
from investigate.workspace import REPOSITORY, Workspace, open_workspace

NAME = "agency_names.csv"
COLUMNS = ("name", "agency", "place", "state", "county", "kind", "lat", "lon", "who", "when", "why")
FACTS = ("place", "state", "county", "kind", "lat", "lon")
SHIPPED = f"the project's {NAME}"  # what messages call the file that comes with the project
MOST_STEPS = 2  # a rename of a rename is followed, no further
# Degrees between which every state and territory lies, the Aleutians and Guam beyond the date line too.
_LAT = (-15.0, 72.0)
_LON = ((-180.0, -64.0), (144.0, 180.0))
FAR_KM = 100  # from the nearest county or place of the state: further out, state or degrees are wrong
_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,15})?")


class BadAliases(InvestigateError):
    """An agency_names.csv that cannot be followed."""


@dataclass(frozen=True, slots=True)
class Alias:
    """One decision: the line it stands on (the header is line 1), the released name, and what it stands for.

    `agency`: the name under which it counts, the released name itself if no other is given. None: the name decides.
    """

    line: int
    name: str
    agency: str
    place: str | None
    state: str | None
    county: str | None
    kind: str | None
    lat: float | None
    lon: float | None
    who: str
    when: str
    why: str
    file: str = NAME


@dataclass(frozen=True)
class Aliases:
    """The decisions of one workspace: `rows` of its own file in its order; `find` knows those of the project too.

    Raises BadAliases when it is made of rows that contradict each other or what the tables of places hold.
    """

    rows: tuple[Alias, ...] = ()
    content: bytes = b""
    shipped: tuple[Alias, ...] = ()
    _by_name: dict[str, Alias] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        own = _names(self.rows)  # first, so that a mistake is told from where it can be mended
        by_name = own | {key: row for key, row in _names(self.shipped).items() if key not in own}
        resolved = {key: _resolved(row, by_name) for key, row in by_name.items()}
        for row in resolved.values():
            _check_where(row)
        object.__setattr__(self, "_by_name", resolved)

    @property
    def stamp(self) -> str:
        """Changes with the file's content."""
        return hashlib.sha256(self.content).hexdigest()

    def find(self, name: str) -> Alias | None:
        """What was decided of this name, or None.

        `agency` is the last name of a chain of renames; what the row leaves open is taken from the row of that name.
        """
        return self._by_name.get(_key(name)) if self._by_name and len(name) <= LONGEST else None


def read_aliases(workspace: str | Path | Workspace | None = None) -> Aliases:
    """The decisions on agencies of a workspace, before those that come with the project (its own `data/manual`).

    What the workspace decides of a name wins; renames are followed from either file into the other. Raises BadAliases
    as `parse_aliases` does, and for an unreadable file.
    """
    room = open_workspace(workspace)
    own, content = _read(room, NAME)
    if room.root == REPOSITORY:
        return Aliases(own, content)
    shipped, content_shipped = _read(Workspace(REPOSITORY), SHIPPED)
    return Aliases(own, content + content_shipped, shipped)


def aliases_stamp(workspace: str | Path | Workspace | None = None) -> str:
    """`read_aliases(workspace).stamp`, without checking each row against the tables of places, which takes a while.

    What depends on the rows calls `read_aliases` as soon as the stamp is another. Raises BadAliases for an unreadable
    file.
    """
    room = open_workspace(workspace)
    rooms = [room] if room.root == REPOSITORY else [room, Workspace(REPOSITORY)]
    return hashlib.sha256(b"".join(read_manual(one, NAME, BadAliases) or b"" for one in rooms)).hexdigest()


def _read(room: Workspace, file: str) -> tuple[tuple[Alias, ...], bytes]:
    """Rows and bytes of a workspace's file; none of both if there is no file. `file`: what messages call it."""
    content = read_manual(room, NAME, BadAliases)
    return ((), b"") if content is None else (_rows(content, file), content)


def parse_aliases(content: bytes) -> Aliases:
    """The decisions in these bytes of a CSV file.

    Raises BadAliases: a column is missing or not known, a row without name or without a decision, an unknown state or
    kind, a county that the state has not (unless degrees are given), degrees that lie in no state or far from the
    stated one, no date or one to come, an empty who or why, one name twice with different decisions, renames that run
    in a circle or over more than two steps.
    """
    return Aliases(_rows(content, NAME), content)


def _rows(content: bytes, file: str) -> tuple[Alias, ...]:
    return tuple(_row(line, record, file) for line, record in manual_records(content, file, COLUMNS, BadAliases))


def _row(line: int, record: dict[str, str], file: str) -> Alias:
    at = f"Line {line} of {file}"
    name = record["name"]
    if not _key(name):
        raise BadAliases(f"{at} has no name. Write the agency's name as it stands in the released file.")
    if too_long := [column for column in ("name", "agency") if len(record[column]) > LONGEST]:
        raise BadAliases(f"{at}: the {too_long[0]} is longer than {LONGEST} characters. Write the name alone.")
    if not any(record[column] for column in ("agency", *FACTS)):
        raise BadAliases(f"{at} decides nothing about {name!r}. Fill in agency, place, state, county or kind.")
    check_decision(record, at, BadAliases)
    lat, lon = _point(record["lat"], record["lon"], at)
    return Alias(
        line,
        name,
        record["agency"] or name,
        record["place"] or None,
        _state(record["state"], at),
        record["county"] or None,
        _kind(record["kind"], at),
        lat,
        lon,
        record["who"],
        record["when"],
        record["why"],
        file,
    )


def _state(text: str, at: str) -> str | None:
    if not text or text.upper() in STATE_NAMES:
        return text.upper() or None
    code = next((code for code, name in STATE_NAMES.items() if name.casefold() == text.casefold()), None)
    meant = f"Write {code}." if code else "Write the two capital letters of the postal code, as in IL."
    raise BadAliases(f"{at}: {text!r} is no code of a state or territory. {meant}")


def _kind(text: str, at: str) -> str | None:
    if not text or text in KINDS:
        return text or None
    allowed = nearest(text, KINDS) or KINDS
    raise BadAliases(f"{at}: {text!r} is no kind of agency. Allowed: {', '.join(allowed)}.")


def _point(lat: str, lon: str, at: str) -> tuple[float | None, float | None]:
    """Degrees (WGS84), both or neither."""
    if not lat and not lon:
        return None, None
    for text in (lat, lon):
        if not _DEGREES.fullmatch(text):
            raise BadAliases(
                f"{at}: lat and lon are {lat!r} and {lon!r}. Give both in degrees with a point, as in 42.0664 and "
                "-87.9373, or leave both empty."
            )
    north, east = float(lat), float(lon)
    if not (_LAT[0] <= north <= _LAT[1] and any(west <= east <= limit for west, limit in _LON)):
        raise BadAliases(
            f"{at}: lat {lat}, lon {lon} lies in no state or territory. lat comes first and is north; lon is negative "
            "in the Americas."
        )
    return north, east


def _check_where(row: Alias) -> None:
    """Raise BadAliases where the county or the degrees of a decision cannot be those of its state.

    A county that no table holds, in no state, stands where degrees are given: it can be newer than the tables, or
    invented.
    """
    if row.county is None and row.lat is None:
        return
    at = f"Line {row.line} of {row.file}"
    state = row.state or read_name(row.agency).state or read_name(row.name).state
    known = counties_named(row.county) if row.county else []
    if row.county and (known or row.lat is None):
        if state and find_county(row.county, state) is None:
            raise BadAliases(f"{at}: {state} has no county {row.county!r}. {_meant(row.county, state)}")
        if not known:
            raise BadAliases(f"{at}: no state has a county {row.county!r}. Give its state, or give lat and lon.")
    if state and row.lat is not None and row.lon is not None and not is_near_state(row.lat, row.lon, state, FAR_KM):
        raise BadAliases(
            f"{at}: lat {row.lat}, lon {row.lon} lies far from {state}: no county or place of {state} is within "
            f"{FAR_KM} km. Mend them, or the state."
        )


def _meant(county: str, state: str) -> str:
    """What to do about a county that the state has not."""
    close = nearest(county, county_names(state), most=3)
    others = [place.state for place in counties_named(county)][:5]
    said = f"Nearest: {', '.join(close)}. " if close else ""
    said += f"There is one in {', '.join(others)}. " if others else ""
    return f"{said}The tables have the counties of 2017; of one that they lack, give lat and lon too."


def _key(name: str) -> str:
    """What makes two names the same: capitals, blanks, and how the encoding broke them do not count."""
    return mend(name)[0].casefold()


def _names(rows: tuple[Alias, ...]) -> dict[str, Alias]:
    by_name: dict[str, Alias] = {}
    for row in rows:
        first = by_name.setdefault(_key(row.name), row)
        if _decided(first) != _decided(row):
            raise BadAliases(
                f"Lines {first.line} and {row.line} of {row.file} decide differently on {row.name!r}. Keep one of them."
            )
    return by_name


def _decided(row: Alias) -> tuple[object, ...]:
    own = _key(row.agency) == _key(row.name)
    return ("" if own else row.agency, *(getattr(row, fact) for fact in FACTS))


def _resolved(row: Alias, by_name: dict[str, Alias]) -> Alias:
    """The row with the name at the end of its renames, and what the row of that name says where its own is silent."""
    passed = [row]
    while _key(passed[-1].agency) != _key(passed[-1].name) and (last := by_name.get(_key(passed[-1].agency))):
        if last in passed:
            raise BadAliases(f"{_lines(passed)} rename in a circle: {row.name!r} ends as itself. Decide on one name.")
        passed.append(last)
        renames = [step for step in passed if _key(step.agency) != _key(step.name)]
        if len(renames) > MOST_STEPS:
            raise BadAliases(
                f"{_lines(passed)} rename {row.name!r} more than twice. Name {last.agency!r}, "
                "where the chain ends, in each of them."
            )
    end = passed[-1]
    facts = {fact: getattr(row, fact) for fact in FACTS}
    if end is not row and _key(end.agency) == _key(end.name):
        facts |= {fact: getattr(end, fact) for fact in ("place", "state", "county", "kind") if facts[fact] is None}
        if row.lat is None:
            facts |= {"lat": end.lat, "lon": end.lon}
    return replace(row, agency=end.agency, **facts)


def _lines(rows: list[Alias]) -> str:
    """`Lines 2, 3 of agency_names.csv and line 5 of the project's agency_names.csv`."""
    of_file: dict[str, list[int]] = {}
    for row in rows:
        of_file.setdefault(row.file, []).append(row.line)
    said = " and ".join(
        f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))} of {file}" for file, lines in of_file.items()
    )
    return said[0].upper() + said[1:]
