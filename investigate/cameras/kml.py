"""KML and KMZ files of cameras: placemarks as points, as drawn fields of view (cones, circles) and as areas.

Every placemark is a record. Where the camera of a line or an area stands: `vertices`. Format: OGC KML 2.3 and Google's
KML 2.0 to 2.2.
"""

from __future__ import annotations

import datetime as dt
import html
import math
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from xml.parsers import expat

from investigate.cameras.coordinates import are_degrees
from investigate.cameras.fields import LONGEST_SAID, NoDegrees, is_osm, meaning_of, plan_of, read_record, settle
from investigate.cameras.record import CameraFile, RawCamera
from investigate.cameras.vertices import TOO_WIDE, WIDEST_M, Point, stand, tell_several, tell_ways
from investigate.errors import RefusedFile
from investigate.logs.archives import DAMAGE, MISREAD, READ_METHODS, ZIP_STARTS, Damaged, open_zip, printable

MOST_BYTES = 512 << 20  # of XML, unpacked
MOST_RECORDS = 1_000_000
MOST_TEXT = 1 << 20  # characters in one placemark
MOST_FIELDS = 300  # of one placemark
MOST_NAMES = 1_000  # of fields in a file
MOST_SHOWN = 2_000  # characters of a description that are kept
DEEPEST = 200
# Expat reads a long name or attribute again with each piece it gets: large pieces keep that short.
PIECE = 16 << 20
ASK_POINTS = "Ask for the list of cameras as points, in KML or as CSV with latitude and longitude."
_BLANK = frozenset({"null", "<null>", "nan", "none"})
_OTHERS = ("NetworkLink", "GroundOverlay", "ScreenOverlay", "PhotoOverlay", "Tour")
_ROOTS = ("kml", "Document", "Folder", "Placemark", *_OTHERS)
_OF_FILE = (["Document", "TimeStamp"], ["kml", "TimeStamp"])
_OSM = re.compile(r"(?i)openstreetmap(?:\.org/copyright|'s)? contributors|©\s{0,3}openstreetmap|\bodbl\b")


def read_kml(path: Path) -> CameraFile:
    """Records of a KML file, or of all KML files in a KMZ, in order of their names; nothing is written to the disk.

    Raises RefusedFile for broken XML (with its line), XML with a document type, other XML than KML, a file that only
    links to others or only holds roads or districts, and beyond MOST_BYTES and MOST_RECORDS.
    """
    with path.open("rb") as file:
        is_zip = file.read(4) in ZIP_STARTS
    found = CameraFile("kmz" if is_zip else "kml")
    reader = _Reader(path.name, found)
    for name, pieces in _members(path) if is_zip else [(path.name, _pieces(path))]:
        reader.read(name, pieces)
    reader.finish()
    return found


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(PIECE), b"")


def _members(path: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    try:
        with open_zip(path) as archive:
            kept = [info for info in archive.infolist() if info.filename.lower().endswith(".kml")]
            kept = [info for info in kept if "__MACOSX" not in info.filename]
            if not kept:
                raise RefusedFile(f"{path.name} is a ZIP archive without a .kml file in it. Unpack it and look inside.")
            for info in sorted(kept, key=lambda info: info.filename):
                name = f"{path.name}, {printable(info.filename[:200])}"
                if info.flag_bits & 1 or info.compress_type not in READ_METHODS:
                    raise RefusedFile(f"{name} is locked or packed in a way that is not read. Unpack it and load it.")
                yield name, _unpacked(archive, info, path.name)
    except (Damaged, *DAMAGE, *MISREAD) as error:
        raise _damaged(path.name, error) from error


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    try:
        with archive.open(info) as member:
            yield from iter(lambda: member.read(PIECE), b"")
    except (*DAMAGE, *MISREAD) as error:
        raise _damaged(name, error) from error


def _damaged(name: str, error: Exception) -> RefusedFile:
    return RefusedFile(f"{name} is a damaged ZIP archive ({error}). Download it again, or ask for it again.")


@dataclass
class _Placemark:
    """What is known of the placemark being read; `shapes`: its geometries by kind, as the text of their coordinates."""

    id: str | None
    pairs: list[tuple[str, str]] = field(default_factory=list)
    shapes: list[tuple[str, str]] = field(default_factory=list)
    description: str = ""
    room: int = MOST_TEXT


class _Reader:
    """Takes in one XML file after the other; keeps no more of them than the placemark at hand."""

    def __init__(self, name: str, found: CameraFile) -> None:
        self.name, self.part, self.found = name, name, found
        self.bytes = self.lines = 0
        self.seen: Counter[str] = Counter()  # features other than placemarks
        self.ways: Counter[str] = Counter()  # how places were told
        self.several: Counter[int] = Counter()  # record → how many points it draws
        self.names: dict[str, None] = {}  # what fields are called, in order
        self.notice = ""
        self.members: list[str] = []

    def read(self, part: str, pieces: Iterable[bytes]) -> None:
        """Raises RefusedFile."""
        self.part, self.key = part, ""
        self.stack: list[str] = []
        self.text: list[str] = []
        self.room = MOST_TEXT  # for text outside of placemarks
        self.mark: _Placemark | None = None
        self.members.append(part)
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = self._take, self._refuse_doctype
        is_first = True
        try:
            for piece in pieces:
                self.bytes += len(piece)
                if self.bytes > MOST_BYTES:
                    raise RefusedFile(f"{self.name} holds more than {MOST_BYTES >> 20} MB of XML. Cut it into parts.")
                parser.Parse(piece.lstrip() if is_first else piece, False)
                is_first = False
            parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            code = getattr(error, "code", None)
            says = expat.ErrorString(code) if code else str(error)
            raise RefusedFile(
                f"{part} is broken XML: {says}, in line {parser.CurrentLineNumber:,}. Save it again as UTF-8, or open "
                "it in Google Earth or QGIS and export it as KML."
            ) from error

    def _refuse_doctype(self, *_: Any) -> None:
        raise RefusedFile(
            f"{self.part} declares a document type (DOCTYPE), which KML does not have and which can make a small file "
            "grow without end; it was not read. Open it in Google Earth or QGIS and export it as KML."
        )

    def _start(self, full: str, attributes: dict[str, str]) -> None:
        name = full.rpartition(":")[2]
        if not self.stack and name not in _ROOTS:
            raise RefusedFile(
                f"{self.part} is XML, but not KML: its first element is {printable(full[:60])!r}, and 'kml' was looked "
                f"for. {ASK_POINTS}"
            )
        if len(self.stack) >= DEEPEST:
            raise RefusedFile(f"{self.part} nests elements more than {DEEPEST} deep, as no KML does. {ASK_POINTS}")
        self.stack.append(name)
        self.text, self.room = [], MOST_TEXT
        if name in _OTHERS:
            self.seen[name] += 1
        if name == "Placemark":
            if len(self.found.cameras) >= MOST_RECORDS:
                raise RefusedFile(f"{self.name} holds more than {MOST_RECORDS:,} placemarks. Cut it into parts.")
            self.mark = _Placemark(attributes.get("id"))
        elif name in ("Data", "SimpleData"):
            self.key = attributes.get("name", "")

    def _take(self, text: str) -> None:
        room = self.mark or self
        room.room -= len(text)
        if room.room >= 0:
            self.text.append(text)

    def _end(self, _: str) -> None:
        name, text = self.stack.pop(), "".join(self.text).strip()
        self.text = []
        parent = self.stack[-1] if self.stack else ""
        if name == "Placemark" and self.mark is not None:
            self.found.cameras.append(self._record(self.mark))
            self.mark = None
        elif self.mark is None:
            self._note(name, parent, text)
        elif text and len(self.mark.pairs) <= MOST_FIELDS:
            self._add(self.mark, name, parent, text)

    def _add(self, mark: _Placemark, name: str, parent: str, text: str) -> None:
        if name == "coordinates" and "innerBoundaryIs" not in self.stack:
            mark.shapes.append(("Polygon" if "Polygon" in self.stack else parent, text))
        elif name == "description" and parent == "Placemark":
            mark.description = _plain(text)
        elif name in ("name", "address") and parent == "Placemark":
            mark.pairs.append((name, text))
        elif name == "SimpleData" or (name == "value" and parent == "Data"):
            mark.pairs.append((self.key, text))
        elif parent == "ExtendedData" and name not in ("Data", "SchemaData"):
            mark.pairs.append((name, text))

    def _note(self, name: str, parent: str, text: str) -> None:
        """What the file says of itself, outside of its placemarks."""
        if name in ("name", "description", "copyright", "attribution", "rights", "Snippet") and text:
            self.notice = f"{self.notice} {text}"[: MOST_TEXT + 1]
        elif name == "when" and self.stack[-2:] in _OF_FILE and self.found.snapshot is None:
            try:
                self.found.snapshot = dt.date.fromisoformat(text[:10])
            except ValueError:
                return

    def _record(self, mark: _Placemark) -> RawCamera:
        pairs = [*mark.pairs, *islice(_lines(mark.description), MOST_FIELDS)]
        pairs = [(name, "" if text.casefold() in _BLANK else text) for name, text in pairs]
        if mark.description:
            pairs.append(("description", " ".join(mark.description.split())[:MOST_SHOWN]))
        row = len(self.found.cameras) + 1
        if mark.room < 0 or len(mark.pairs) > MOST_FIELDS:
            return RawCamera(
                row, id=mark.id or None, rejected="it holds more text or fields than a camera's record does"
            )
        names, texts = zip(*pairs, strict=True) if pairs else ((), ())
        self.names |= dict.fromkeys(names[: MOST_NAMES - len(self.names)])
        # Coordinates among its attributes count only where it draws nothing.
        record = read_record(row, plan_of(tuple(names)), texts, NoDegrees())
        record.id = record.id or mark.id or None
        if is_osm(record):
            self.found.source = "osm"
        if (drawn := sum(kind == "Point" for kind, _ in mark.shapes)) > 1:
            self.several[row] = drawn
        if shape := _chosen(mark.shapes):
            self._place(record, *shape)
        else:
            self.ways["attributes"] += record.lat is not None
            record.rejected = None
            settle(record)  # once more: its identifier may be the placemark's own
        return record

    def _place(self, record: RawCamera, kind: str, text: str) -> None:
        record.lat = record.lon = record.said = record.rejected = None
        vertices = _vertices(text)
        stands = ("point", next(iter(vertices), None)) if kind == "Point" else stand(vertices, kind == "Polygon")
        if stands is None:
            record.rejected = TOO_WIDE
            return
        way, point = stands
        if point is None or not are_degrees(*point):
            record.said = " ".join(text[:LONGEST_SAID].split())
        else:
            record.lon, record.lat = point
            self.ways[way] += 1

    def finish(self) -> None:
        """Warnings for a reporter. Raises RefusedFile for a file in which there is nothing to read."""
        found, name = self.found, self.name
        if not found.cameras and self.seen["NetworkLink"]:
            raise RefusedFile(
                f"{name} holds no cameras, only a link to where they are (NetworkLink). Open it in Google Earth, save "
                "the folder that appears with 'Save Place As', and load that file."
            )
        if not found.cameras and self.seen:
            raise RefusedFile(f"{name} holds no placemarks, only {', '.join(sorted(self.seen))}. {ASK_POINTS}")
        wide = sum(camera.rejected == TOO_WIDE for camera in found.cameras)
        if wide and wide == len(found.cameras):
            raise RefusedFile(
                f"{name} holds no cameras: each of its {wide:,} placemarks is a line or an area of more than "
                f"{WIDEST_M // 1000} km, such as roads or districts. {ASK_POINTS}"
            )
        found.names = (*self.names, self.notice)
        if _OSM.search(self.notice):
            found.source = "osm"
            found.licence = "ODbL" if "odbl" in self.notice.casefold() else None
        found.warnings += self._warnings()

    def _warnings(self) -> Iterator[str]:
        cameras, ways = self.found.cameras, self.ways
        if not cameras:
            yield "It holds no placemarks: there is no camera in it."
        if len(self.members) > 1:
            yield f"It holds {len(self.members):,} KML files; their placemarks are numbered on from one to the next."
        if self.seen["NetworkLink"]:
            yield f"What its {self.seen['NetworkLink']:,} links to other files lead to was not read."
        yield from tell_ways(ways, len(cameras))
        yield from tell_several(self.several)
        points = Counter((camera.lon, camera.lat) for camera in cameras if camera.lat is not None)
        shared = sum(count for count in points.values() if count > 1)
        if shared:
            yield (
                f"{shared:,} of {len(cameras):,} records stand at the same point as another: several cameras on a "
                "pole, or one camera drawn more than once. Each is counted as a record."
            )


def _chosen(shapes: list[tuple[str, str]]) -> tuple[str, str] | None:
    """Of all that a placemark draws: its first point, else its first line, else its first area."""
    rank = {"Point": 0, "LineString": 1, "LinearRing": 1, "Polygon": 2}
    return min((shape for shape in shapes if shape[0] in rank), key=lambda shape: rank[shape[0]], default=None)


def _vertices(text: str) -> list[Point]:
    """Longitude and latitude of each tuple; empty where one of them is no pair of numbers."""
    tuples = ",".join(part.strip() for part in text.split(",")).split()
    vertices = []
    for one in tuples:
        parts = one.rstrip(",").split(",")
        numbers = [_number(part) for part in parts]
        if len(parts) not in (2, 3) or None in numbers[:2]:  # four are two numbers with decimal commas
            return []
        vertices.append((numbers[0], numbers[1]))
    return vertices  # type: ignore[return-value]  # None is ruled out above


def _number(text: str) -> float | None:
    try:
        number = float(text) if "_" not in text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


_BREAK = re.compile(r"(?i)<(?:br|/tr|/p|/li|/div|/table|/h[1-6])\b[^<>]{0,200}>")
_CELL = re.compile(r"(?i)</t[dh]\s{0,9}>\s{0,200}(?=<t[dh]\b)")
_MARKUP = re.compile(r"<[^<>]{0,5000}>")
_KEY: Callable[[str], re.Match[str] | None] = re.compile(r"[\w@][\w @:./#-]{0,39}").fullmatch


def _plain(text: str) -> str:
    """Text without its markup: rows as lines, cells of a row parted by tabs."""
    if "<" in text:
        text = _MARKUP.sub("", _BREAK.sub("\n", _CELL.sub("\t", text)))
    return html.unescape(text)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """What a description says line by line (`Operator: X`, `operator=X`, cells of a table), if its name is known."""
    for line in text.splitlines():
        for mark in ("\t", "=", ": ", ":"):
            name, found, value = line.strip().partition(mark)
            name, value = name.strip(), value.strip()
            if found and _KEY(name) and value and not value.startswith("//"):
                break
        else:
            continue
        if meaning_of(name):
            yield name, value
