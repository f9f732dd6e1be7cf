"""What a whole list says: whether it is of cameras, which of its records read plates, stand, or are several.

OpenStreetMap's tags say their kind themselves (`tags`). An agency's list of its equipment has columns of its own: where
one of them names a plate reader for some records, the others are something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

from investigate.cameras.fields import is_osm, plain
from investigate.cameras.record import CameraFile, RawCamera
from investigate.cameras.tags import ALPR, kind_of, makers
from investigate.errors import RefusedFile
from investigate.sharing.records import header_shown

OTHER, GONE = "other", "gone"
LONGEST = 80  # characters of a text that is looked at
_KIND, _BUILD = "surveillance:type", "camera:type"  # what columns of types become, by what stands in them
_KIND_COLUMNS = frozenset({"surveillancetype", "devicetype", "technology"})
_MODELS = frozenset({"model", "devicemodel", "cameramodel", "modelname", "product", "producttype", "productname"})
# Flock's names: the Falcon and the Sparrow read plates; the Raven listens for shots, the Condor is a video camera.
_READERS = re.compile(r"(?i)\b(?:falcon|sparrow)s?\b")
_NO_READERS = re.compile(r"(?i)\b(?:raven|condor)s?\b")
_NOT_SAID = re.compile(r"(?i)\W*(?:unknown|unkn|tbd|n/?a|none|null|not (?:said|known|recorded))?\W*")

_STATUSES = frozenset({"status", "camerastatus", "devicestatus", "installationstatus", "installstatus", "sitestatus"})
_IS_GONE = re.compile(
    r"(?i)\b(?:proposed|planned|future|removed|decommissioned|retired|uninstalled|not (?:yet )?installed|"
    r"to be (?:installed|removed)|denied|cancell?ed|taken down|dismantled|demolished|abandoned|disused|withdrawn|"
    r"pending (?:install|permit|approval|construction)\w*|(?:install\w*|permit|approval|construction) pending)\b|"
    r"\W*pending\W*$"
)
_BEFORE, _MEANT = (
    ("disused", "removed", "abandoned", "demolished", "razed", "dismantled", "destroyed", "was", "historic", "proposed",
     "planned"), ("man_made", "surveillance", "surveillance:type"),
)  # fmt: skip
_LIFE_TAGS = frozenset(f"{before}:{meant}" for before in _BEFORE for meant in _MEANT)

_QUANTITIES = frozenset({
    "numberofcameras", "nocameras", "noofcameras", "numcameras", "cameracount", "camerascount", "ofcameras",
    "totalcameras", "quantity", "qty", "cameraqty", "cameraquantity", "numberofalprs", "numberoflprs", "alprcount",
    "lprcount", "numberofreaders", "numberofdevices", "cameras", "numberofunits",
})  # fmt: skip
_WHOLE = re.compile(r"\d{1,6}")

_OF_CAMERAS = re.compile(
    r"camera|surveil|alpr|anpr|flock|plate ?reader|\b(?:lprs?|lpr \w+|cams?|cam ?(?:id|no|num|name)|vigilant|falcons?|"
    r"licen[sc]e plates?|cctv)\b"
)
_SAYS_CAMERA = re.compile(r"(?i)camera|\b(?:a?lprs?|anprs?|cams?|flock|plate readers?|licen[sc]e plate|vigilant)\b")
_MAKER_TAGS = ("manufacturer", "brand", "operator", "model", "Model", "surveillance:manufacturer", "surveillance:brand")
LOOKED_FOR = (
    "a column, a field, a kind, a maker or a file name that says camera, ALPR, LPR, plate reader or Flock, or names "
    "another maker of them"
)


# ---- kinds ---------------------------------------------------------------------------------------------------


def tell_kinds(found: CameraFile) -> list[str]:
    """Give records the kind that a column tells, or that no camera stands there; sentences for a reporter."""
    kept = [camera for camera in found.cameras if not camera.rejected]
    own = [camera for camera in kept if not is_osm(camera)]
    has_column = any(plain(name) in _KIND_COLUMNS for name in found.names)
    has_column = has_column or any(_KIND in camera.tags and _BUILD in camera.tags for camera in own)
    _tell_column(found, [(camera, _type_of(camera.tags, has_column)) for camera in own])
    for name in _named(own, _MODELS):
        _tell_column(found, [(camera, camera.tags.get(name, "")) for camera in own])
    return [*_told_of_amounts(own), *_told_of_gone(_tell_gone(kept))]


def _named(cameras: list[RawCamera], meant: frozenset[str]) -> list[str]:
    """The tags of these cameras that are called one of these names."""
    return sorted(name for name in _names(cameras) if plain(name) in meant)


def _names(cameras: list[RawCamera]) -> set[str]:
    return set[str]().union(*(camera.tags for camera in cameras))


def _type_of(tags: Mapping[str, str], has_column: bool) -> str:
    return tags.get(_KIND) or ("" if has_column else tags.get(_BUILD, ""))


def _tell_column(found: CameraFile, said: list[tuple[RawCamera, str]]) -> None:
    """What one column says: once it names a plate reader, whatever else it names is something else."""
    separates = any(_reads_plates(text) for _, text in said)
    for camera, text in said:
        if camera.kind or _NOT_SAID.fullmatch(text):
            continue
        if _reads_plates(text):
            camera.kind, camera.kind_said = ALPR, text
        elif separates or _NO_READERS.search(text[:LONGEST]):
            camera.kind, camera.kind_said = OTHER, text
    if separates and any(camera.kind == OTHER for camera, _ in said):
        found.only_alpr = False


@lru_cache(maxsize=10_000)
def _reads_plates(text: str) -> bool:
    return bool(text) and (kind_of({_KIND: text}, only_alpr=False) == ALPR or bool(_READERS.search(text[:LONGEST])))


# ---- what stands, and how many -------------------------------------------------------------------------------


def _tell_gone(cameras: list[RawCamera]) -> int:
    """Mark the records that say that no camera stands there; how many they are."""
    gone, statuses = 0, _named(cameras, _STATUSES)
    names = _names(cameras)
    if not statuses and names.isdisjoint(_LIFE_TAGS) and names.isdisjoint(_BEFORE):
        return 0
    for camera in cameras:
        if why := _why_gone(camera.tags, statuses):
            camera.kind, camera.kind_said = GONE, why
            gone += 1
    return gone


def _why_gone(tags: Mapping[str, str], statuses: list[str]) -> str | None:
    """The text that says that no camera stands there, any more or yet."""
    if "man_made" not in tags and (life := _LIFE_TAGS & tags.keys()):
        return min(life)
    said = (tags[name] for name in statuses if name in tags and _IS_GONE.search(tags[name][:LONGEST]))
    return next(said, None) or next((name for name in _BEFORE if tags.get(name) == "yes"), None)


def _told_of_gone(gone: int) -> Iterator[str]:
    if gone:
        yield (
            f"{gone:,} left out as not standing: the file says that they are proposed, removed or not installed "
            "(column of states, or a tag such as disused:man_made)."
        )


def _told_of_amounts(cameras: list[RawCamera]) -> Iterator[str]:
    for name in _named(cameras, _QUANTITIES):
        said = [camera.tags[name] for camera in cameras if name in camera.tags]
        if said and all(_WHOLE.fullmatch(text) for text in said) and (total := sum(map(int, said))) > len(said):
            yield (
                f"The column {name[:LONGEST]!r} adds up to {total:,} cameras in {len(said):,} records: each record is "
                "one place and counts once."
            )


# ---- files of something else ---------------------------------------------------------------------------------


def refuse_other_things(found: CameraFile, place: Path) -> None:
    """Raises RefusedFile for a file with places of which nothing says that cameras stand there."""
    if not found.cameras or found.layout == "overpass" or _speaks_of_cameras(found, place):
        return
    shown = header_shown(list(found.names)) if found.names else "places without names of fields"
    raise RefusedFile(
        f"{place.name} has places, and nothing in it says that they are cameras. Found: {shown}. Looked for: "
        f"{LOOKED_FOR}. If it is a list of licence-plate cameras, load it with --source released."
    )


def _speaks_of_cameras(found: CameraFile, place: Path) -> bool:
    archive = [above.name for above in place.parents if above.is_file()]
    if any(_OF_CAMERAS.search(_words(text)) for text in (place.name, *archive, *found.names)):
        return True
    return any(_tells_of_one(camera) for camera in found.cameras)


def _words(name: str) -> str:
    """`CameraID` and `camera_id` as `camera id`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[\W_]+", " ", name[:2_000]).casefold()


def _tells_of_one(camera: RawCamera) -> bool:
    tags = camera.tags
    if any(name.startswith(("surveillance", "camera")) for name in tags):
        return True
    if any(_is_maker(tags[name]) for name in _MAKER_TAGS if name in tags):
        return True
    return any(_SAYS_CAMERA.search(text[:2_000]) for name, text in tags.items() if name != "address")


def _is_maker(text: str) -> bool:
    return plain(text[:LONGEST]) in _maker_names()


@cache
def _maker_names() -> frozenset[str]:
    return frozenset(plain(word) for entry in makers() for word in (entry["name"], *entry.get("also", ())))
