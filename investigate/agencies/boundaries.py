"""Boundaries of counties and states, of 2017, as shapes for maps; read from `data/reference` without network."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from investigate.agencies.places import REFERENCE
from investigate.agencies.states import FIPS_OF
from investigate.errors import InvestigateError

if TYPE_CHECKING:
    import geopandas as gpd

BOUNDARIES = "counties-10m.json"
_CODE_OF = {fips: code for code, fips in FIPS_OF.items()}


def county_shapes() -> gpd.GeoDataFrame:
    """The 3,231 counties: county_fips, county (without the legal word), state (code), geometry.

    EPSG:4326; valid; rings run clockwise, as map projections of charts want them. Connecticut has its eight counties of
    2017, not the planning regions of 2022. Borders are simplified: a point near one can lie beyond it, and Falls Church
    (Virginia, 51610) has no area left: its shape is empty.
    """
    shapes = _shapes("counties").rename(columns={"id": "county_fips", "name": "county"})
    shapes["state"] = shapes["county_fips"].str[:2].map(_CODE_OF)
    return shapes[["county_fips", "county", "state", "geometry"]].copy()


def state_shapes() -> gpd.GeoDataFrame:
    """The 56 states and territories: state (code), name, fips, geometry; as `county_shapes`."""
    shapes = _shapes("states").rename(columns={"id": "fips"})
    shapes["state"] = shapes["fips"].map(_CODE_OF)
    return shapes[["state", "name", "fips", "geometry"]].copy()


@functools.cache
def _shapes(layer: str) -> gpd.GeoDataFrame:
    import geopandas as gpd  # noqa: PLC0415  # half a second that lookups of names need not pay

    path = REFERENCE / BOUNDARIES
    try:
        shapes = gpd.read_file(path, layer=layer)
    except Exception as error:  # the reader raises several kinds, also for a file that is not there
        raise InvestigateError(
            f"The boundaries {BOUNDARIES!r} in data/reference cannot be read ({type(error).__name__}). They are part "
            "of the program: fetch the file again from the repository."
        ) from error
    # The file states no system of coordinates; its degrees are NAD83, within two metres of WGS84.
    shapes = shapes.set_crs(4326, allow_override=True).sort_values("id", ignore_index=True)
    return shapes.assign(geometry=_mended(shapes.geometry))


def _mended(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Valid polygons, clockwise: mending can leave lines beside the polygons, which no map needs."""
    import shapely  # noqa: PLC0415

    mended = []
    for shape in shapes.make_valid():
        parts = [part for part in shapely.get_parts(shape) if part.geom_type.endswith("Polygon")]
        areas = shape if shape.geom_type.endswith("Polygon") else shapely.union_all(parts)
        mended.append(shapely.orient_polygons(areas, exterior_cw=True))
    return type(shapes)(mended, index=shapes.index, crs=shapes.crs)
