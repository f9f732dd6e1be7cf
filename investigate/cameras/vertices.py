"""Where a camera stands that is drawn as a line or an area: what it sees, or the ground that it stands on.

One rule for every format: of a line its first vertex (exports of OpenStreetMap draw a cone that starts at the camera),
of a closed line that is a circle its middle (the first vertex lies on the rim), of an area a point inside it. No camera
sees further than WIDEST_M: a longer line is a road, a wider area a district, and no camera.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping

WIDEST_M = 2_000
METRES_PER_DEGREE = 111_320
TOO_WIDE = f"it is a line or an area of more than {WIDEST_M // 1000} km, not a camera"
WAYS = {
    "attributes": "draw nothing that is a place; the camera is placed by the coordinates among their attributes.",
    "vertex": "are drawn as a line; the camera is taken to stand at its first vertex.",
    "circle": "are drawn as a circle; the camera is taken to stand in its middle.",
    "inside": "are drawn as an area; the camera is taken to stand at a point inside it.",
}
LISTED = 8  # records that a warning names

Point = tuple[float, float]  # longitude, latitude


def stand(vertices: list[Point], is_area: bool) -> tuple[str, Point | None] | None:
    """The way by which it was told (see WAYS) and the point, None where none can be told; None for what is too wide."""
    if not vertices:
        return "vertex", None
    if _width(vertices) > WIDEST_M:
        return None
    if (middle := _middle(vertices)) is not None:
        return "circle", middle
    return ("inside", _inside(vertices)) if is_area else ("vertex", vertices[0])


def tell_ways(ways: Mapping[str, int], total: int) -> Iterator[str]:
    """How the places of a file's records were told, one sentence each."""
    for way, says in WAYS.items():
        if ways.get(way):
            yield f"{ways[way]:,} of {total:,} records {says}"


def tell_several(points: Counter[int]) -> Iterator[str]:
    """That records draw several points. `points`: how many, by record number."""
    if not points:
        return
    named = [f"{many:,} points in record {row:,}" for row, many in sorted(points.items())[:LISTED]]
    more = f" and so in {len(points) - LISTED:,} more" if len(points) > LISTED else ""
    yield f"{', '.join(named)}{more}: of each record the first is drawn, and it counts as one camera."


def _metres(vertices: list[Point]) -> list[Point]:
    """East and north of the first vertex; a plane is near enough for what one camera sees."""
    lon0, lat0 = vertices[0]
    scale = METRES_PER_DEGREE * math.cos(math.radians(max(-90.0, min(90.0, lat0))))
    return [((lon - lon0) * scale, (lat - lat0) * METRES_PER_DEGREE) for lon, lat in vertices]


def _width(vertices: list[Point]) -> float:
    xs, ys = zip(*_metres(vertices), strict=True)
    return max(max(xs) - min(xs), max(ys) - min(ys))


def _middle(vertices: list[Point]) -> Point | None:
    """The middle of a closed line if it is a circle: five corners or more, all as far from their mean, within 5 %."""
    rim = vertices[:-1]
    if vertices[0] != vertices[-1] or len(rim) < 5:
        return None
    flat = _metres(rim)
    x, y = (math.fsum(values) / len(flat) for values in zip(*flat, strict=True))
    radii = [math.hypot(east - x, north - y) for east, north in flat]
    if max(radii) - min(radii) > 0.05 * max(radii):
        return None
    lon, lat = (math.fsum(values) / len(rim) for values in zip(*rim, strict=True))
    return lon, lat


def _inside(vertices: list[Point]) -> Point | None:
    import shapely  # noqa: PLC0415 - few files hold areas

    try:
        point = shapely.Polygon(vertices).representative_point()
    except (shapely.errors.ShapelyError, ValueError):  # fewer than three corners, or a ring that crosses itself
        return None
    return None if point.is_empty else (point.x, point.y)
