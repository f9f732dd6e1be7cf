"""Where the features of a layer lie: points, lines and areas in whatever coordinate system, as degrees (WGS84)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from investigate.cameras.coordinates import are_degrees
from investigate.cameras.fields import LONGEST_SAID
from investigate.cameras.vertices import TOO_WIDE, stand
from investigate.logs.archives import printable

if TYPE_CHECKING:
    from numpy.typing import NDArray

DECIMALS = 9  # a tenth of a millimetre: less is noise of the arithmetic, which hides that a point is a round number
DEEPEST = 5  # collections in one another
POINT, LINE, RING, AREA = 0, 1, 2, 3  # shapely's numbers of kinds of geometry
NO_POINT = "it is no point, no line and no area"

Degrees = tuple["NDArray[np.float64]", "NDArray[np.float64]"]


@dataclass
class Place:
    """Where one feature lies.

    `said`: what it states, None where it draws nothing; `lon`, `lat`: None where they cannot be told; `way`: see
    vertices.WAYS, None for a point; `points`: how many it draws; `rejected`: why it is no camera.
    """

    said: str | None = None
    lon: float | None = None
    lat: float | None = None
    way: str | None = None
    points: int = 1
    rejected: str | None = None


def find_places(shapes: Any, crs: str | None, shown: str, notes: list[str]) -> Iterator[Place]:
    """The place of each feature (WKB); adds to `notes` what was taken as so. `shown`: the layer's name."""
    import shapely  # noqa: PLC0415 - most files need no GDAL

    drawn = shapely.from_wkb(shapes, on_invalid="ignore")
    points = np.ones(len(drawn), dtype=int)
    for several in np.flatnonzero(shapely.get_type_id(drawn) > AREA):
        drawn[several], points[several] = _first(drawn[several])
    drawn[shapely.is_empty(drawn)] = None
    kinds = shapely.get_type_id(drawn)
    is_area = kinds == AREA
    outer = drawn.copy()
    outer[is_area] = shapely.get_exterior_ring(drawn[is_area])
    stated, owner = shapely.get_coordinates(outer, return_index=True)
    is_there = np.isfinite(stated).all(axis=1)
    stated, owner = stated[is_there], owner[is_there]
    lon, lat = _degrees(stated[:, 0], stated[:, 1], crs, shown, notes)
    starts = np.searchsorted(owner, np.arange(len(drawn) + 1))
    for at, kind in enumerate(map(int, kinds)):
        own = slice(starts[at], starts[at + 1])
        if kind == -1 or own.start == own.stop:
            yield Place()
        elif kind not in (POINT, LINE, RING, AREA):
            yield Place(rejected=NO_POINT)
        else:
            yield _place(stated[own], lon[own], lat[own], kind, int(points[at]))


def _first(shape: Any) -> tuple[Any, int]:
    """Of all that a feature draws its first point, else its first line, else its first area; how many points."""
    import shapely  # noqa: PLC0415 - as above

    parts = [shape]
    for _ in range(DEEPEST):
        parts = [leaf for part in parts for leaf in (shapely.get_parts(part) if part.geom_type != "Point" else [part])]
    parts = [part for part in parts if not part.is_empty]
    of_points = [part for part in parts if part.geom_type == "Point"]
    return min(parts, key=shapely.get_type_id, default=None), max(len(of_points), 1)


def _place(stated: Any, lon: Any, lat: Any, kind: int, points: int) -> Place:
    place = Place(f"{stated[0][0]:.10g} {stated[0][1]:.10g}"[:LONGEST_SAID], points=points)
    is_told = np.isfinite(lon).all() and np.isfinite(lat).all() and are_degrees(lon[0], lat[0])
    if kind == POINT:
        if is_told:
            place.lon, place.lat = float(lon[0]), float(lat[0])
    elif is_told:
        found = stand(list(zip(lon.tolist(), lat.tolist(), strict=True)), kind == AREA)
        if found is None:
            place.rejected = TOO_WIDE
        elif found[1] is not None:
            place.way, (place.lon, place.lat) = found[0], found[1]
    return place


def _degrees(x: Any, y: Any, crs: str | None, shown: str, notes: list[str]) -> Degrees:
    """Longitude and latitude; not finite where they cannot be told. A note where something was taken as so."""
    import pyproj  # noqa: PLC0415 - as above

    pyproj.network.set_network_enabled(active=False)
    nowhere = np.full(len(x), np.nan)
    if not len(x):
        return nowhere, nowhere
    example = f"{x[0]:,.1f} {y[0]:,.1f}"
    system = _stated(crs)
    if system is None:
        if (np.abs(x) <= 180).all() and (np.abs(y) <= 180).all():
            notes.append(
                f"{shown} does not say its coordinate system (.prj); its coordinates lie within degrees and were taken "
                "as longitude and latitude (WGS84)."
            )
            return x, y
        notes.append(
            f"{shown} does not say its coordinate system (.prj), and its coordinates (such as {example}) are no "
            "degrees: none of its points is placed. Ask for the .prj file, or for longitude and latitude."
        )
        return nowhere, nowhere
    if system.equals(pyproj.CRS(4326), ignore_axis_order=True):
        lon, lat = x, y
    else:
        turned = pyproj.Transformer.from_crs(system, 4326, always_xy=True).transform(x, y)
        lon, lat = np.round(turned, DECIMALS)
    lon, lat = _without_degrees(x, y, lon, lat, system, shown, notes)
    if "1927" in (datum := getattr(system.datum, "name", "")) or "NAD27" in datum:
        notes.append(f"{shown} is in the old datum NAD27: its points may be off by some ten metres.")
    return lon, lat


def _without_degrees(x: Any, y: Any, lon: Any, lat: Any, system: Any, shown: str, notes: list[str]) -> Degrees:
    """Without the points whose coordinates are none of the system that the layer states, and a note of them."""
    name = printable(system.name)[:80]
    is_degree = (np.abs(x) <= 180) & (np.abs(y) <= 90) & (np.abs(x) + np.abs(y) > 1e-6)  # 0, 0 says that none are known
    is_degree &= not system.is_geographic
    is_lost = ~(np.isfinite(lon) & (np.abs(lon) <= 180) & (np.abs(lat) <= 180)) & ~is_degree
    for lost, says in ((is_degree, "are degrees, and not feet or metres"), (is_lost, "are none")):
        if many := int(lost.sum()):
            example = f"{x[lost][0]:,.1f} {y[lost][0]:,.1f}"
            notes.append(
                f"{many:,} points of {shown} have coordinates (the first is {example}) that {says} of the system it "
                f"states ({name}): they are kept and not placed. Ask which system they are in."
            )
    lon, lat = lon.copy(), lat.copy()
    lon[is_degree], lat[is_degree] = np.nan, np.nan
    return lon, lat


def _stated(crs: str | None) -> Any:
    """The stated coordinate system, without heights; None where there is none that lies on the earth."""
    import pyproj  # noqa: PLC0415 - as above

    try:
        stated = pyproj.CRS.from_user_input(crs).to_2d() if crs else None
        pyproj.Transformer.from_crs(stated, 4326, always_xy=True)
    except (pyproj.exceptions.ProjError, TypeError, ValueError):
        return None
    return stated
