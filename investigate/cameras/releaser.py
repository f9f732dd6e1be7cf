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
    """The agency that a file's name (without its ending) names, or None: `mossgate-il-pd_cameras`."""
    name = name_from_slug(_ABOUT_FILE.sub("", stem))
    return name if name and looks_like_agency(name) else None
