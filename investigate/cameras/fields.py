"""What the fields of camera files are called, and what they mean: columns of tables, properties, attributes.

Compared without case and signs: `Camera Direction`, `camera:direction` and `camera_direction` are one name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from investigate.cameras.coordinates import are_degrees, read_degrees, read_point, without_point
from investigate.cameras.directions import choose_direction
from investigate.cameras.record import RawCamera
from investigate.sharing.cells import mend

OSM_LICENCE = "ODbL 1.0"
LONGEST_ID, LONGEST_SAID = 60, 200  # characters

# Meaning → names in the order in which they are believed. Meanings with a colon or an underscore are TAGS of record.py.
_NAMES = {
    # Where it is.
    "lat": "latitude lat latdd latitudedd latdec declat latdeg gpslat gpslatitude geolat wgs84lat latwgs84 ylat laty",
    "lon": "longitude lon lng long longdd lngdd londd longitudedd longdec lngdec declong longdeg gpslon gpslng gpslong "
    "gpslongitude geolon geolng geolong wgs84lon lonwgs84 xlon xlong lonx longx",
    "y": "y ycoord ycoordinate coordy pointy ypoint ypos northing",
    "x": "x xcoord xcoordinate coordx pointx xpoint xpos easting",
    "point": "coordinates coordinate coords coord latlon latlng latlong latitudelongitude gps gpscoordinates gpscoords "
    "geolocation geocodedlocation geocodedcolumn geopoint geopoint2d georeference wkt wktgeom geom geometry thegeom "
    "shape point",
    "lonlat": "lonlat longlat lnglat longitudelatitude xy",
    "location": "location locations cameralocation cameralocations",
    # Which one it is.
    "osm url": "osmurl osmlink osmobjecturl",
    "osm id": "osmid osmnodeid osmnode",
    "osm type": "osmtype",
    "id": "id cameraid camid deviceid uniqueid uuid globalid objectid fid assetid serialnumber",
    # What is said of it.
    "operator": "operator operatorname operatedby agency agencyname operatingagency owningagency policedepartment "
    "department dept owner ownername ownedby cameraowner organization organisation client customer",
    "operator:type": "operatortype operatorkind",
    "manufacturer": "manufacturer manufacturername maker make vendor vendorname surveillancemanufacturer manufactur",
    "brand": "brand brandname surveillancebrand",
    "surveillance:type": "surveillancetype devicetype technology",
    "type": "cameratype typeofcamera type",
    "surveillance": "surveillance",
    "surveillance:zone": "surveillancezone zone",
    "man_made": "manmade",
    "direction": "directioncardinal directions direction facing directionfacing heading bearing azimuth orientation",
    "camera:direction": "cameradirection",
    "camera:mount": "cameramount mounttype mount mounting mountingtype mountedon",
    "start_date": "startdate installed installdate installeddate installationdate dateinstalled dateofinstallation "
    "inservicedate golivedate since",
    "ref": "ref reference cameranumber camerano assetnumber poleid polenumber",
    "name": "name cameraname devicename camera cameralabel sitename label title",
    # Its address.
    "address": "address fulladdress streetaddress siteaddress cameraaddress nearestaddress addr addrfull "
    "locationaddress intersection nearestintersection street streetname onstreet mainstreet primarystreet road roadway "
    "locationdescription locationname locationdesc",
    "cross street": "crossstreet crossstreets crossroad atstreet intersectingstreet secondarystreet",
    "city": "city cityname town municipality addrcity",
    "county": "county countyname",
    "state": "state st stateabbr stateabbreviation statecode addrstate",
    "zip": "zip zipcode postalcode postcode addrpostcode",
    "county_fips": "countyfips countyfipscode fipscounty fips fipscode",
}
_MEANING = {name: (meaning, rank) for meaning, names in _NAMES.items() for rank, name in enumerate(names.split())}
_NOT_TAGS = frozenset(
    {"lat", "lon", "y", "x", "point", "lonlat", "location", "id", "osm url", "osm id", "osm type", "cross street"}
)
_STREETS = frozenset({"street", "streetname", "onstreet", "mainstreet", "primarystreet", "road", "roadway"})
# About an edit of OpenStreetMap and the person who made it, not about the camera.
_OF_EDITS = frozenset({"user", "uid", "changeset", "version", "timestamp"})
_KINDS = re.compile(r"(?i)\b(?:a[ln]pr|alrp|lpr|lprs)|plate|cctv|video|gun ?shot|speed|red.?light|traffic cam")
_OSM_OBJECT = re.compile(r"(?:^|openstreetmap\.org/)(node|way|relation)/(\d{1,15})\b")
_TOTAL = re.compile(r"(?i)(?:grand |sub)?total\b.*|count\W*\d*|end of (?:list|report).*|source\b.*|note\b.*|\*.*")
_NOTE = re.compile(
    r"(?i)(?:notes?|sources?|disclaimer|legend)\s?[:*–-].*|\*.*|end of (?:list|report).*|page \d+(?: of \d+)?|"
    r"(?:printed|generated|exported|prepared|updated|last updated|as of|current as of|report (?:date|run))\b.*\d.*|"
    r"(?:confidential|law enforcement sensitive|for official use only|not for release)\b.+"
)
_COUNTED_UP = re.compile(
    r"(?i)(?:grand |sub)?totals?(?: (?:number of )?(?:active |installed )?"
    r"(?:cameras|alprs|lprs|readers|locations|records|rows|sites|devices))?\W{0,3}\d{0,9}"
)
_NOTE_REJECTED = "it is a total or a note below the list, not a camera"


def plain(name: str) -> str:
    """A field's name as it is compared: small letters and digits only."""
    return re.sub(r"[\W_]+", "", name.casefold())


@lru_cache(maxsize=10_000)
def meaning_of(name: str) -> str | None:
    """What a field of that name holds (see _NAMES), or None for a name that is not known."""
    found = _MEANING.get(plain(name))
    return found[0] if found else None


@dataclass(frozen=True)
class Plan:
    """Which of a record's fields hold what: meaning → positions, the most believed first.

    `tagged`: of those that become tags, meaning and positions; `rest`: position and name of fields that are not known.
    """

    names: tuple[str, ...]
    by: dict[str, tuple[int, ...]]
    tagged: tuple[tuple[str, tuple[int, ...]], ...]
    rest: tuple[tuple[int, str], ...]
    has_osm: bool

    @property
    def has_place(self) -> bool:
        by = self.by
        pairs = ({"lat", "lon"} <= by.keys(), {"x", "y"} <= by.keys())
        return any(pairs) or any(one in by for one in ("point", "lonlat", "location", "address", "cross street"))

    def name(self, meaning: str) -> str:
        return self.names[self.by[meaning][0]] if meaning in self.by else meaning


@lru_cache(maxsize=256)
def plan_of(names: tuple[str, ...]) -> Plan:
    """The plan of a header or of an object's names."""
    ranked: dict[str, list[tuple[int, int]]] = {}
    rest = []
    for at, name in enumerate(names):
        if found := _MEANING.get(plain(name)):
            ranked.setdefault(found[0], []).append((found[1], at))
        elif (mended := mend(name)) and not is_of_edit(mended):
            rest.append((at, mended))
    by = {meaning: tuple(at for _, at in sorted(places)) for meaning, places in ranked.items()}
    tagged = tuple((one, places) for one, places in by.items() if one not in _NOT_TAGS)
    return Plan(names, by, tagged, tuple(rest), has_osm=bool({"osm url", "osm id"} & by.keys()))


@dataclass
class NoDegrees:
    """Records whose coordinates are no degrees, and the fields that held the first of them."""

    count: int = 0
    fields: str = ""

    def note(self, fields: str) -> None:
        self.count += 1
        self.fields = self.fields or fields

    def add(self, other: NoDegrees) -> None:
        self.count += other.count
        self.fields = self.fields or other.fields

    def warning(self) -> list[str]:
        """One sentence for a reporter, or none."""
        if not self.count:
            return []
        records = "1 record gives" if self.count == 1 else f"{self.count:,} records give"
        return [
            f"{records} coordinates in {self.fields} that are no degrees (feet or metres, as in state plane systems); "
            "they are kept and not placed. Ask for latitude and longitude in degrees (WGS84), or for the layer as a "
            "shapefile with its .prj file."
        ]


def read_record(row: int, plan: Plan, texts: Sequence[str], no_degrees: NoDegrees) -> RawCamera:
    """A record of named fields as a camera; `texts` as long as the plan's names, blank where nothing is said."""
    camera = RawCamera(row, id=id_of(plan, texts), tags=tags_of(plan, texts))
    _place(camera, plan, texts, no_degrees)
    settle(camera)
    if camera.lat is None and _is_note([text for text in texts if text]):
        camera.rejected = _NOTE_REJECTED
    return camera


def _is_note(said: Sequence[str]) -> bool:
    """Whether a record without coordinates is a line below the list: its first text is a note, or any counts it up."""
    return bool(said) and (_NOTE.fullmatch(said[0]) is not None or any(map(_COUNTED_UP.fullmatch, said)))


def settle(camera: RawCamera) -> None:
    """Reject a record that states no place and no address, and is told from no other by an identifier."""
    stated = camera.lat is not None or camera.lon is not None or camera.said or "address" in camera.tags
    if stated:
        return
    if not camera.id:
        camera.rejected = "it has no coordinates, no address and no identifier"
    elif len(camera.id) > LONGEST_ID or _TOTAL.fullmatch(camera.id):
        camera.rejected = _NOTE_REJECTED


def id_of(plan: Plan, texts: Sequence[str]) -> str | None:
    """`node/123` for an object of OpenStreetMap (its type from its address or type field, else a node), else the file's
    own identifier."""
    own = _first(plan, texts, "id")
    if not plan.has_osm and "/" not in own:
        return mend(whole(own)) or None
    url, number, kind = (_first(plan, texts, one) for one in ("osm url", "osm id", "osm type"))
    for text in (url, number, own):
        if found := _OSM_OBJECT.search(text):
            return f"{found[1]}/{int(found[2])}"
    number = whole(number)
    if re.fullmatch(r"[1-9]\d{0,14}", number):
        return f"{kind.lower() if kind.lower() in ('node', 'way', 'relation') else 'node'}/{number}"
    return mend(whole(own)) or None


def tags_of(plan: Plan, texts: Sequence[str]) -> dict[str, str]:
    """The record's texts under the names of TAGS; fields whose meaning is taken, or not known, under their own."""
    tags: dict[str, str] = {}
    rest: list[int] = []
    for meaning, places in plan.tagged:
        filled = [at for at in places if texts[at]] if len(places) > 1 else places
        if not filled or not texts[filled[0]]:
            continue
        chosen = filled[0]
        if len(filled) > 1:
            if meaning == "direction":
                said = [mend(texts[at]) for at in filled]
                chosen = filled[said.index(choose_direction(said) or said[0])]
            rest += [at for at in filled if at != chosen]
        tag, text = _tag(meaning, mend(whole(texts[chosen])))
        if text:
            tags.setdefault(tag, text)
    _add_address(tags, plan, texts)
    others = plan.rest if not rest else sorted([*plan.rest, *((at, mend(plan.names[at])) for at in rest)])
    for at, name in others:
        if texts[at] and (text := mend(whole(texts[at]))):
            tags.setdefault(name, text)
    return tags


def is_of_edit(name: str) -> bool:
    """Whether a field tells of an edit of OpenStreetMap and who made it."""
    return name.startswith("@") or name.casefold() in _OF_EDITS


def _tag(meaning: str, text: str) -> tuple[str, str]:
    if meaning == "type":
        # What the camera is for, or what it looks like (`fixed`, `dome`, a model): one column name serves both.
        return ("surveillance:type" if _KINDS.search(text) else "camera:type"), text
    if meaning == "county_fips":
        return (meaning, text.zfill(5)) if re.fullmatch(r"\d{4,5}", text) else ("fips", text)
    return meaning, text


def _add_address(tags: dict[str, str], plan: Plan, texts: Sequence[str]) -> None:
    location, cross = _first(plan, texts, "location"), _first(plan, texts, "cross street")
    if not location and not cross:
        return
    if "address" not in tags and (bare := mend(without_point(location))) and not read_point(bare) and _speaks(bare):
        tags["address"] = bare
    if not cross:
        return
    filled = [at for at in plan.by.get("address", ()) if texts[at]]
    if not filled:
        tags["address"] = mend(cross) if "address" not in tags else f"{tags['address']} & {mend(cross)}"
    elif plain(plan.names[filled[0]]) in _STREETS:
        tags["address"] = f"{tags['address']} & {mend(cross)}"
    else:
        tags["cross street"] = mend(cross)


def _speaks(text: str) -> bool:
    return any(letter.isalpha() for letter in text) and not text.upper().startswith(("POINT", "SRID", "{"))


def _place(camera: RawCamera, plan: Plan, texts: Sequence[str], no_degrees: NoDegrees) -> None:
    for names in (("lat", "lon"), ("y", "x")):
        stated = [_first(plan, texts, one) for one in names if one in plan.by]
        if any(stated):
            stated = [_first(plan, texts, one) for one in names]
            shown = f"{plan.name(names[1])} and {plan.name(names[0])}"
            lat, lon = (read[0] if (read := read_degrees(text)) else None for text in stated)
            put_point(camera, lat, lon, ", ".join(stated), shown, no_degrees)
            if camera.lat is not None and camera.lon is not None:
                return
    for meaning in ("point", "lonlat", "location"):
        for at in plan.by.get(meaning, ()):
            if texts[at] and (point := read_point(texts[at], meaning == "lonlat")):
                camera.said = None
                put_point(camera, *point, texts[at], plan.names[at], no_degrees)
                return
            if texts[at] and meaning != "location":
                camera.said = camera.said or mend(texts[at])[:LONGEST_SAID]


def put_point(
    camera: RawCamera, lat: float | None, lon: float | None, said: str, fields: str, no_degrees: NoDegrees
) -> None:
    """Give the camera its coordinates where they are numbers of degrees, else keep what was said in their place."""
    if lat is not None and lon is not None and are_degrees(lat, lon):
        camera.lat, camera.lon, camera.said = lat, lon, None
        return
    if any(value is not None and not are_degrees(value) for value in (lat, lon)):
        no_degrees.note(fields)
    else:
        camera.lat, camera.lon = lat, lon
    camera.said = camera.said or mend(said)[:LONGEST_SAID]


def whole(text: str) -> str:
    """A number that a spreadsheet or a data frame wrote as `270.0` without its nought."""
    return text[:-2] if text.endswith(".0") and re.fullmatch(r"-?\d{1,15}\.0", text) else text


def is_osm(camera: RawCamera) -> bool:
    return camera.id is not None and camera.id.startswith(("node/", "way/", "relation/"))


def _first(plan: Plan, texts: Sequence[str], meaning: str) -> str:
    for at in plan.by.get(meaning, ()):
        if texts[at]:
            return texts[at]
    return ""
