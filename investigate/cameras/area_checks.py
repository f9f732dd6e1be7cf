"""Whether boundaries that a person gave are those of the places that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from investigate.agencies.boundaries import state_shapes
from investigate.agencies.places import distance_km, find_places
from investigate.errors import InvestigateError

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

FOLDER = "boundaries"
NEAR_KM = 30  # within which a place's known point lies of its shape
LARGEST_KM2 = 30_000  # of one place: the largest, Sitka in Alaska, has 12,461
_BORDER = 0.3  # degrees that a shape may lie outside its state's simplified outline
_COUNTY = re.compile(r"\b(?:county|parish|municipio)$", re.IGNORECASE)
_MOST_NAMED = 5
_KM_A_DEGREE = 111.2


class BadAreas(InvestigateError):
    """A file of boundaries that cannot be used."""


def check_shapes(shapes: gpd.GeoDataFrame) -> list[str]:
    """A sentence for each file with shapes that are not used. Raises BadAreas for a shape that is not its place's."""
    _check_codes(shapes)
    _check_states(shapes)
    _check_sizes(shapes)
    return list(_unused(shapes))


def is_county(full_name: str) -> bool:
    """Whether a name with its legal word is a county's: `Edina County` is no boundary of Edina."""
    return bool(_COUNTY.search(full_name))


def lies_at(area: BaseGeometry, lat: float, lon: float) -> bool:
    """Whether a point in degrees lies within NEAR_KM of an area."""
    import shapely  # noqa: PLC0415

    point = shapely.Point(lon, lat)
    if area.covers(point):
        return True
    flat = shapely.transform(area, lambda at: at * [np.cos(np.radians(lat)), 1.0])
    nearest = shapely.shortest_line(shapely.Point(lon * np.cos(np.radians(lat)), lat), flat).coords[1]
    return distance_km(lat, lon, nearest[1], nearest[0] / np.cos(np.radians(lat))) <= NEAR_KM


def one_area(shapes: gpd.GeoSeries) -> BaseGeometry | None:
    """All parts of a place as one valid area, its rings clockwise; None if nothing is left."""
    import shapely  # noqa: PLC0415

    mended = shapely.make_valid(shapes.dropna().to_numpy())
    parts = [part for part in shapely.get_parts(shapely.get_parts(mended)) if part.geom_type.endswith("Polygon")]
    whole = shapely.union_all(parts)
    return None if whole.is_empty else shapely.orient_polygons(whole, exterior_cw=True)


def _check_codes(shapes: gpd.GeoDataFrame) -> None:
    """One code stands for one place within a file."""
    named = shapes[shapes["id"].notna()].drop_duplicates(["file", "id", "full_name"])
    twice = named[named.duplicated(["file", "id"], keep=False)]
    if len(twice):
        first = twice[(twice["file"] == twice["file"].iloc[0]) & (twice["id"] == twice["id"].iloc[0])]
        names = " and ".join(repr(name) for name in first["full_name"])
        raise BadAreas(
            f"{first['file'].iloc[0]!r} in {FOLDER}: the code {first['id'].iloc[0]!r} stands for {names}. Give each "
            "place its own code."
        )


def _check_states(shapes: gpd.GeoDataFrame) -> None:
    import shapely  # noqa: PLC0415

    states = state_shapes()
    outline = dict(zip(states["state"], states.geometry, strict=True))
    for code, rows in shapes[shapes.geometry.notna()].groupby("state"):
        state = outline.get(code)
        if state is None:
            continue
        shapely.prepare(state)
        points = shapely.point_on_surface(shapely.make_valid(rows.geometry.to_numpy()))
        away = rows[~(shapely.dwithin(state, points, _BORDER) | shapely.is_empty(points))]
        if len(away):
            raise BadAreas(f"{_told(away)} does not lie in {code}. Mend its code, its state or its coordinates.")


def _check_sizes(shapes: gpd.GeoDataFrame) -> None:
    bounds = shapes.geometry.bounds
    shrunk = np.cos(np.radians((bounds["miny"] + bounds["maxy"]) / 2))
    import shapely  # noqa: PLC0415

    large = shapes[shapely.area(shapes.geometry.to_numpy()) * shrunk * _KM_A_DEGREE**2 > LARGEST_KM2]
    if len(large):
        raise BadAreas(
            f"{_told(large)} has more than {LARGEST_KM2:,} km²: more than any place. Give the boundary of the place."
        )


def _unused(shapes: gpd.GeoDataFrame) -> Iterator[str]:
    """Shapes of which the tables hold no place; those that have a code alone are not looked up."""
    for file, rows in shapes.groupby("file"):
        named = zip(rows["id"], rows["name"], rows["full_name"], rows["state"], strict=True)
        lost = [
            full or name or "no name" for code, name, full, state in named if not _is_place(code, name, full, state)
        ]
        if lost:
            told = ", ".join(repr(name) for name in lost[:_MOST_NAMED]) + (" …" if len(lost) > _MOST_NAMED else "")
            yield (
                f"{len(lost):,} of {len(rows):,} shapes in {file!r} are no city, town or township of the tables by "
                f"name and code: {told}. They count only for an agency placed by hand in a place of that name."
            )


def _is_place(code: str | None, name: str, full: str, state: str | None) -> bool:
    if not state or not name:
        return code is not None
    known = find_places(name, state) or find_places(full, state)
    return any(one.id == code for one in known) if code else bool(known) and not is_county(full)


def _told(rows: gpd.GeoDataFrame) -> str:
    first = rows.iloc[0]
    said = first["full_name"] or first["name"] or first["id"]
    return f"{first['file']!r} in {FOLDER}: the shape of {said!r} ({first['id'] or 'no code'})"
