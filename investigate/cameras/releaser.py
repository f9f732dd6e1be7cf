"""Who runs the cameras of a list that names no operator: the agency that a person names, or else the file's name."""

from __future__ import annotations

import re
from pathlib import Path

from investigate.agencies.names import name_from_slug
from investigate.cameras.record import CameraFile
from investigate.cameras.sources import Terms
from investigate.sharing.flock import looks_like_agency

# Words by which people name such files, after the agency's name.
_ABOUT_FILE = re.compile(
    r"(?i)[\s_.-]+(a?lpr|anpr|flock|falcon|vigilant|cameras?|camera[\s_-]locations?|locations?|plate[\s_-]readers?|list|"
    r"map|inventory|20\d\d|\d).*$"
)


# Words of a file's name that make more of it than an agency's name.
_MORE = re.compile(
    r"(?i)(?:^|[\s_.-])(?:to|from|for|by|re|response|responses|request|requests|records?|reply|answer|foia|foil|pra|cpra|"
    r"opra|rti|released?|produced|production|exhibit|attachment|email|letter|copy|final|draft|signed|v\d+)(?:$|[\s_.-])"
)


def name_operator(found: CameraFile, terms: Terms, said: str | None, place: Path) -> None:
    """Give every camera without an operator the agency that runs the list; of OpenStreetMap's data none is said.

    `said`: the agency that a person named; without it the file's name counts, where no record names an operator.
    """
    if terms.is_osm:
        if said:
            found.warnings.append(
                f"{said!r} was said to run these cameras, but they are OpenStreetMap's, which name their operators "
                "themselves: it was not followed. Decide single cameras in data/manual/camera_owners.csv."
            )
        return
    nameless = [camera for camera in found.cameras if not camera.rejected and not camera.tags.get("operator")]
    is_silent = len(nameless) == sum(not camera.rejected for camera in found.cameras)
    name = (said or "").strip() or (releaser_in(place.stem) if is_silent else None)
    if not name or not nameless:
        return
    for camera in nameless:
        camera.tags["operator"] = name
    if not said:
        found.warnings.append(
            f"No record names who runs its camera: {name} was taken from the file's name. If it is another, load it "
            "again with --operator."
        )


def releaser_in(stem: str) -> str | None:
    """The agency that a file's name (without its ending) names, or None: `mossgate-il-pd_cameras`.

    All that stands before the words about the file must be the agency's name: a name with more in it may hold that of
    the person who asked.
    """
    before = _ABOUT_FILE.sub("", stem)
    if _MORE.search(before) or ("-" in before and "_" in before):
        return None
    name = name_from_slug(before)
    return name if name and looks_like_agency(name) else None
