"""Whose a camera is by decision of a person: `data/manual/camera_owners.csv` of a workspace wins over everything else.

One row a decision: `camera` (its id as in the camera table, or the address of its page on openstreetmap.org;
`release:row`; or `lat,lon` in degrees: the nearest camera within 25 m), `agency` (a name of the agency, or `none`: no
agency's, such as a camera that is gone), then who, when (YYYY-MM-DD), why. A mistake in the file stops everything: a
decision that is silently not followed is worse than none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from investigate.agencies.identify import identify_agency
from investigate.agencies.places import EARTH_KM
from investigate.agencies.tidy import LONGEST
from investigate.errors import InvestigateError, nearest
from investigate.manual_csv import check_decision, manual_records, read_manual
from investigate.workspace import Workspace

NAME = "camera_owners.csv"
COLUMNS = ("camera", "agency", "who", "when", "why")
NO_AGENCY = "none"
NEAR_M = 25  # metres within which `lat,lon` names a camera
SAME_POLE_M = 1  # rows so near to the nearest one stand on its pole and are decided with it
# What a hurried person writes for it, which would else be taken for an agency's name.
_NO_NAME = re.compile(r"[\W_]*|n\s*/?\s*a|unknown|nobody|no ?one|no agency|null|nil|nothing|not known", re.IGNORECASE)
_NUMBER = r"([+-]?[0-9]{1,3}\.[0-9]{1,15})"
_DEGREES = re.compile(rf"\(?\s*{_NUMBER}(?:\s*[,;]\s*|\s+){_NUMBER}\s*\)?")
_RECORD = re.compile(r"([0-9a-f]{12})\s*:\s*([0-9]{1,12})", re.IGNORECASE)
_OSM = re.compile(
    r"(?:https?://)?(?:www\.)?(?:openstreetmap\.org|osm\.org)/(node|way|relation)/([0-9]{1,19})(?:[/?#]\S*)?"
    r"|(node|way|relation)\s*[/:# ]\s*([0-9]{1,19})|([nwr])\s*/?\s*([0-9]{1,19})",
    re.IGNORECASE,
)
_WORD_OF = {"n": "node", "w": "way", "r": "relation"}
_DEGREE_SIGNS = re.compile(r"[-+.,:;()°'′″\"\sNSEW0-9]+", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:node|way|relation)s?\b|[^:]{0,20}://|www\.|(?:openstreetmap|osm)\.org", re.IGNORECASE)


class BadOwners(InvestigateError):
    """A camera_owners.csv that cannot be followed."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One line (the header is line 1): whose the camera is. `agency`: as written; None: no agency's."""

    line: int
    camera: str
    agency: str | None
    who: str
    when: str
    why: str

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude, where the line names its camera by them."""
        found = _DEGREES.fullmatch(self.camera)
        return (float(found[1]), float(found[2])) if found else None

    @property
    def record(self) -> tuple[str, int] | None:
        """Release and row, where the line names its camera by them."""
        found = _RECORD.fullmatch(self.camera)
        return (found[1].lower(), int(found[2])) if found else None

    @property
    def osm(self) -> str | None:
        """`node/1`, however the line writes an object of OpenStreetMap."""
        found = _OSM.fullmatch(self.camera)
        if found is None:
            return None
        word, number = (found[at] or found[at + 2] or found[at + 4] for at in (1, 2))
        return f"{_WORD_OF.get(word.lower(), word.lower())}/{int(number)}"


@dataclass(frozen=True)
class ByHand:
    """The decisions of one workspace, in the order of the file."""

    rows: tuple[Decision, ...] = ()
    content: bytes = b""

    @property
    def stamp(self) -> str:
        """Changes with the file's content."""
        return hashlib.sha256(self.content).hexdigest()

    def decide(
        self, cameras: pd.DataFrame, called: Callable[[str], str | None] = lambda name: None
    ) -> list[str | None]:
        """For each row of the camera table, in its order, the agency decided on; "" for no agency's, None: undecided.

        `called`: the known agency of a name, or None; one that is not known counts as it is written. The whole table
        is wanted: of a part of it, another camera can be the nearest to a point. Raises BadOwners where two lines
        decide differently on one camera, or an id that is not OpenStreetMap's stands in several releases.
        """
        decided: list[str | None] = [None] * len(cameras)
        first: dict[object, tuple[Decision, str]] = {}
        agencies = self._agencies(called)
        for row, places in zip(self.rows, self._places(cameras), strict=True):
            agency = agencies[row.agency]
            for place in (*places, *([] if places else [row.osm or row.camera])):
                other, others = first.setdefault(place, (row, agency))
                if others != agency:
                    raise BadOwners(
                        f"Lines {other.line} and {row.line} of {NAME} decide differently on one camera "
                        f"({other.camera!r} and {row.camera!r}). Keep one of them."
                    )
            for place in places:
                decided[place] = agency
        return decided

    def without_camera(self, cameras: pd.DataFrame) -> list[str]:
        """A sentence for each line that names no camera of this table: it is not followed, for lack of the camera."""
        missed = [row for row, places in zip(self.rows, self._places(cameras), strict=True) if not len(places)]
        return [f"Line {row.line} of {NAME}: no camera loaded is {row.camera!r}. {_meant(row)}" for row in missed]

    def without_agency(self, called: Callable[[str], str | None], names: Iterable[str]) -> list[str]:
        """A sentence for each line whose agency is none of the known `names`: its camera counts as another's."""
        known = sorted(names)
        said = []
        for row in self.rows:
            if row.agency and called(row.agency) is None:
                alike = ", ".join(repr(name) for name in nearest(row.agency, known, 3)) or "none"
                said.append(
                    f"Line {row.line} of {NAME}: no loaded file names {row.agency!r}, so that its camera counts as "
                    f"another agency's. Names that are alike: {alike}."
                )
        return said

    def _agencies(self, called: Callable[[str], str | None]) -> dict[str | None, str]:
        """The agency that each name means; of one that is not known its first spelling; "" of none."""
        spelled: dict[str, str] = {}
        names = dict.fromkeys(row.agency for row in self.rows)
        return {
            name: (called(name) or spelled.setdefault(identify_agency(name).key, name)) if name else ""
            for name in names
        }

    def _places(self, cameras: pd.DataFrame) -> list[list[int]]:
        """For each decision the positions of its cameras in the table."""
        if not self.rows:
            return []
        by_id: dict[str, list[int]] = {}
        for place, camera in enumerate(cameras["camera"]):
            by_id.setdefault(camera, []).append(place)
        releases = cameras["release"].tolist()
        records = {
            (release, int(row)): at for at, (release, row) in enumerate(zip(releases, cameras["row"], strict=True))
        }
        lat, lon = (cameras[name].to_numpy(dtype="float64", na_value=np.nan) for name in ("lat", "lon"))
        found = []
        for row in self.rows:
            if row.camera in by_id:
                found.append(by_id[row.camera])
                _check_one(row, {releases[place] for place in found[-1]})
            elif row.point:
                found.append(_nearest(row.point, lat, lon))
            elif row.record:
                found.append([records[row.record]] if row.record in records else [])
            else:
                found.append(by_id.get(row.osm or "", []))
        return found


def read_by_hand(workspace: str | Path | Workspace | None = None) -> ByHand:
    """The decisions of a workspace; none if it has no such file. Raises BadOwners as `parse_by_hand` does."""
    content = read_manual(workspace, NAME, BadOwners)
    return ByHand() if content is None else parse_by_hand(content)


def parse_by_hand(content: bytes) -> ByHand:
    """The decisions in these bytes of a CSV file.

    Raises BadOwners: a column is missing or not known, no camera or agency, a camera that cannot be
    read, degrees that lie nowhere, no date or one to come, an empty who or why.
    """
    rows = tuple(_row(line, record) for line, record in manual_records(content, NAME, COLUMNS, BadOwners))
    return ByHand(rows, content)


def _row(line: int, record: dict[str, str]) -> Decision:
    at = f"Line {line} of {NAME}"
    camera, agency = record["camera"], record["agency"]
    if not camera:
        raise BadOwners(f"{at} names no camera. Write its id (as in node/123), release:row, or lat,lon.")
    if not agency:
        raise BadOwners(f"{at} names no agency for {camera!r}. Write a name of the agency, or {NO_AGENCY}.")
    if too_long := [name for name in ("camera", "agency") if len(record[name]) > LONGEST]:
        raise BadOwners(f"{at}: the {too_long[0]} is longer than {LONGEST} characters. Write it alone.")
    if _NO_NAME.fullmatch(agency):
        raise BadOwners(f"{at}: {agency!r} is no agency. Write its name, or {NO_AGENCY}: no agency's.")
    check_decision(record, at, BadOwners)
    named = None if agency.casefold() == NO_AGENCY else agency
    decision = Decision(line, camera, named, record["who"], record["when"], record["why"])
    if decision.point and not (abs(decision.point[0]) <= 90 and abs(decision.point[1]) <= 180):
        raise BadOwners(f"{at}: {camera!r} lies nowhere. lat comes first (north), then lon, negative in the Americas.")
    if not (decision.point or decision.record or decision.osm) and _is_no_id(camera):
        raise BadOwners(
            f"{at}: {camera!r} names no one camera. Write one of node/123, release:row, or lat,lon with decimals "
            "(44.90012,-93.30145), and one camera a line."
        )
    return decision


def _is_no_id(text: str) -> bool:
    """Whether it was meant for an OpenStreetMap object, a page or degrees; another text can be the id of a list."""
    numbers = [part for part in re.split(r"[,;\s]+", text) if re.search(r"[0-9]", part)]
    return bool(_ADDRESS.match(text)) or (len(numbers) > 1 and bool(_DEGREE_SIGNS.fullmatch(text)))


def _check_one(row: Decision, releases: set[str]) -> None:
    if len(releases) > 1 and row.osm is None:
        listed = ", ".join(sorted(releases)[:4])
        raise BadOwners(
            f"Line {row.line} of {NAME}: {row.camera!r} is a camera of {len(releases)} releases ({listed}). Write "
            "release:row, as in 3f1c09ab77de:12."
        )


def _nearest(point: tuple[float, float], lat: np.ndarray, lon: np.ndarray) -> list[int]:
    """Positions of the nearest camera within NEAR_M, and of the others on its pole."""
    metres = _metres(point, lat, lon)
    least = np.nanmin(metres) if np.isfinite(metres).any() else np.inf
    if least > NEAR_M:
        return []
    nearest = min(np.flatnonzero(metres == least), key=lambda place: (lat[place], lon[place]))
    return [int(place) for place in np.flatnonzero(_metres((lat[nearest], lon[nearest]), lat, lon) <= SAME_POLE_M)]


def _metres(point: tuple[float, float], lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Distance of each camera from a point, exact enough for some metres; NaN where it has no coordinates."""
    phi = np.radians(point[0])
    north, east = np.radians(lat - point[0]), np.radians(lon - point[1]) * np.cos(phi)
    return np.hypot(north, east) * EARTH_KM * 1000


def _meant(row: Decision) -> str:
    if row.point:
        return f"None stands within {NEAR_M} m: mend the degrees, or load the file that holds the camera."
    return "Load the file that holds it, or write its lat,lon."
