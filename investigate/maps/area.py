"""The ground of one state, county or city: counties in a frame, planar, to scale and with north up.

Projected here around the middle of the frame and never by the drawing engine. White between the counties and the frame
is water or another country: the boundaries hold the United States only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from investigate.agencies.places import largest_places
from investigate.agencies.states import FIPS_OF
from investigate.chart_spec import Spec
from investigate.charts import INK
from investigate.maps.drawn import MapError
from investigate.maps.ground import Ground
from investigate.maps.layers import draw_land, draw_line, draw_shapes, draw_words
from investigate.maps.outlines import LEAST_ISLAND
from investigate.maps.picture import EMPTY

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]  # south, west, north, east in degrees; west is the greater one across 180°

LEAST_KM = 30.0  # of a frame: simplified borders tell nothing within less
MARGIN = 0.09  # of the span, on each side of the outermost points
KM_A_DEGREE = 111.2
KM_A_MILE = 1.609344
LOWEST = 0.62  # least height of a map, of its width
MOST_COUNTIES = 0.12  # pixels of county borders to a square pixel of land: more of them would hide it
MOST_HIDDEN = 0.15  # of the land, by words and the scale bar
BEYOND, COAST, COUNTY = "#f8fafc", "#8793a0", "#cdd5dd"  # colours: beside the land, its outline, county borders
WIDE_BORDER, COUNTY_BORDER = 0.9, 0.6  # pixels
LETTER, LINE = 6.3, 14.0  # width of a letter and height of a line of place names, in pixels
NAMES = 6
DOT_ROOM = 5.0  # pixels around a name in which a dot would touch it
LONGEST_NAME = 28  # characters of a place's name
MILES = [step * 10**power for power in range(4) for step in (1, 2, 5)]
_CODE_OF = {fips: code for code, fips in FIPS_OF.items()}


def frame_of(lat: np.ndarray, lon: np.ndarray, least_km: float = LEAST_KM) -> Box:
    """The frame that holds these points (degrees) with a margin, at least so many kilometres high and wide.

    Across 180° the short way round. Points that are no numbers or no degrees are left out; raises MapError if none is.
    """
    lat, lon = np.asarray(lat, "float64"), np.asarray(lon, "float64")
    is_point = _are_degrees(lat, lon)
    if not is_point.any():
        raise MapError("A map was asked for around points, and none of them is a latitude and longitude in degrees.")
    low, high = float(lat[is_point].min()), float(lat[is_point].max())
    turn = np.unique(np.mod(lon[is_point], 360))
    gaps = np.diff([*turn, turn[0] + 360])
    first = (int(gaps.argmax()) + 1) % len(turn)
    span = 360 - float(gaps.max())
    middle = (low + high) / 2
    degree = KM_A_DEGREE * max(0.02, math.cos(math.radians(middle)))
    half_lat = max((high - low) * (0.5 + MARGIN), least_km / KM_A_DEGREE / 2)
    half_lon = min(179.0, max(span * (0.5 + MARGIN), least_km / degree / 2))
    centre = float(turn[first]) + span / 2
    south, north = max(-89.0, middle - half_lat), min(89.0, middle + half_lat)
    west, east = (round(_turned(one), 6) for one in (centre - half_lon, centre + half_lon))
    return round(south, 6), west, round(north, 6), east


def span_km(box: Box) -> float:
    """The longer side of a frame in kilometres."""
    south, west, north, east = box
    wide = (east - west) % 360 * KM_A_DEGREE * math.cos(math.radians((south + north) / 2))
    return max(wide, (north - south) * KM_A_DEGREE)


def area(box: Box, width: int, most_height: int) -> Ground:
    """Counties around a box (south, west, north, east, degrees) on a map of `width` pixels and at most that height.

    Lambert's azimuthal equal-area projection around the middle of the box; the frame is widened where the box is
    narrower than the map. Land by county FIPS code, simplified to less than a pixel with shared borders. Raises
    MapError for a box that is none and for a frame without land of the United States.
    """
    import pyproj  # noqa: PLC0415 - with the shapes a second, which only maps need

    south, west, north, east = box
    if not (_are_degrees(np.array([south, north]), np.array([west, east])).all() and south < north and west != east):
        raise MapError(f"{box!r} is no frame of a map: south, west, north and east in degrees, south below north.")
    middle = west + (east - west) % 360 / 2
    crs = f"+proj=laea +lat_0={(south + north) / 2:.6f} +lon_0={_turned(middle):.6f} +datum=NAD83 +units=m"
    there = pyproj.Transformer.from_crs("EPSG:4269", crs, always_xy=True)
    left, bottom, right, top = _extent(box, there)
    height = round(min(most_height, max(LOWEST * width, width * (top - bottom) / (right - left))))
    metres = float(max((right - left) / width, (top - bottom) / height))
    corner = np.array([(left + right) / 2 - metres * width / 2, (bottom + top) / 2 + metres * height / 2])

    def to_pixels(place: np.ndarray) -> np.ndarray:
        return (place - corner) / (metres, -metres)

    def find(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        pixels = np.full((len(lat), 2), np.nan)
        inside = np.flatnonzero(_are_degrees(lat, lon))
        pixels[inside] = np.round(to_pixels(np.column_stack(there.transform(lon[inside], lat[inside]))), 1)
        pixels[~((pixels >= 0) & (pixels <= (width, height))).all(axis=1)] = np.nan
        return pixels

    x, y = np.array([0, width / 2, width] * 3), np.repeat([0, height / 2, height], 3)
    lon, lat = there.transform(x * metres + corner[0], corner[1] - y * metres, direction="INVERSE")
    land = _land(_counties_near(lon, lat, middle).to_crs(crs), metres, to_pixels, (width, height))
    if not land:
        raise MapError(
            f"No land of the United States lies between {south:.3f}, {west:.3f} and {north:.3f}, {east:.3f}."
        )
    edge = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height), (0.0, 0.0))
    return Ground(width, height, land, find, (edge,), metres)


def _are_degrees(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """False too for what is no number; a longitude of 239 is a mistake and not one of -121."""
    return np.asarray((np.abs(lat) <= 90) & (np.abs(lon) <= 180))


def _turned(lon: float) -> float:
    return (lon + 180) % 360 - 180


def _extent(box: Box, there: Any) -> Box:
    """Left, bottom, right and top of a box in metres: its sides are curves there."""
    south, west, north, east = box
    steps = np.linspace(0, 1, 25)
    across, up = west + (east - west) % 360 * steps, south + (north - south) * steps
    lon = np.concatenate([across, across, np.full(25, west), np.full(25, across[-1])])
    lat = np.concatenate([np.full(25, south), np.full(25, north), up, up])
    x, y = there.transform(lon, lat)
    return x.min(), y.min(), x.max(), y.max()


def _counties_near(lon: np.ndarray, lat: np.ndarray, middle: float) -> gpd.GeoDataFrame:
    """The counties that may lie in a frame of which these are corners and middles of its sides, in degrees."""
    from investigate.agencies.boundaries import county_shapes  # noqa: PLC0415

    shapes = county_shapes()
    shapes = shapes[~shapes.geometry.is_empty]  # Falls Church has no area left
    bounds = shapes.bounds
    if not np.isfinite(lat).all():  # a corner beyond the globe
        return shapes
    apart = np.abs(np.mod(lon - middle + 180, 360) - 180).max() + 0.5
    centre, reach = (bounds.minx + bounds.maxx) / 2, (bounds.maxx - bounds.minx) / 2
    is_beside = np.abs(np.mod(centre - middle + 180, 360) - 180) <= apart + reach
    is_level = (bounds.miny <= lat.max() + 0.5) & (bounds.maxy >= lat.min() - 0.5)
    return shapes[is_level & is_beside]


def _land(shapes: gpd.GeoDataFrame, metres: float, to_pixels: Any, size: tuple[int, int]) -> dict[str, BaseGeometry]:
    """Counties in pixels by FIPS code, clipped to the frame; without those of which nothing can be seen."""
    import shapely  # noqa: PLC0415

    simple = shapely.coverage_simplify(shapes.geometry.to_numpy(), metres * 0.5)
    found = {}
    for fips, shape in zip(shapes["county_fips"], simple, strict=True):
        inside = shapely.clip_by_rect(shapely.transform(shape, to_pixels), 0, 0, *size)
        fixed = shapely.set_precision(shapely.make_valid(inside), 0.1)
        parts = [one for one in shapely.get_parts(fixed) if one.geom_type == "Polygon" and one.area >= LEAST_ISLAND]
        if parts:
            found[fips] = shapely.MultiPolygon(parts)
    return found


# ---- what is drawn of it --------------------------------------------------------------------------------


def land_layers(ground: Ground) -> list[Spec]:
    """Land in one colour on its frame, with county borders where there is room for them and heavier state borders."""
    import shapely  # noqa: PLC0415

    beyond = draw_shapes([shapely.box(0, 0, ground.width, ground.height)], fill=BEYOND, stroke=None)
    states = _states(ground)
    land = draw_land(replace(ground, land=states, lines=()), dict.fromkeys(states, "land"), {"land": EMPTY}, None)
    borders = draw_shapes([county_lines(ground)], filled=False, stroke=COUNTY, strokeWidth=COUNTY_BORDER)
    return [*beyond, *land, *borders, *state_lines(ground), *(draw_line(line, ground) for line in ground.lines)]


def state_lines(ground: Ground) -> list[Spec]:
    """The outlines of the states on the ground, heavier than the borders of counties; not along the frame."""
    lines = _inner(ground, _states(ground).values())
    return draw_shapes([lines], filled=False, stroke=COAST, strokeWidth=WIDE_BORDER)


def county_lines(ground: Ground) -> BaseGeometry:
    """Borders of counties; none where there are so many that they would hide the land."""
    import shapely  # noqa: PLC0415

    lines = _inner(ground, ground.land.values())
    return lines if lines.length / 2 <= MOST_COUNTIES * ground.area else shapely.MultiLineString()


def seen_land(ground: Ground, covered: Iterable[BaseGeometry] = ()) -> float:
    """Square pixels of land that can be seen in its very colour: without borders, and half of what words cover."""
    import shapely  # noqa: PLC0415

    states = list(_states(ground).values())
    # A line colours the pixels that it only touches too. The land's own border is white.
    wide = shapely.buffer(shapely.union_all([shapely.boundary(one) for one in states]), WIDE_BORDER / 2 + 0.4)
    thin = shapely.buffer(county_lines(ground), COUNTY_BORDER / 2 + 0.4)
    land = shapely.difference(shapely.union_all(states), shapely.union_all([wide, thin]))
    return float(land.area - land.intersection(shapely.union_all(list(covered))).area / 2)


def _states(ground: Ground) -> dict[str, BaseGeometry]:
    import shapely  # noqa: PLC0415

    codes = sorted({fips[:2] for fips in ground.land})
    whole = {
        code: shapely.union_all([shape for fips, shape in ground.land.items() if fips[:2] == code], grid_size=0.1)
        for code in codes
    }
    return {_CODE_OF[code]: shape for code, shape in whole.items()}


def _inner(ground: Ground, shapes: Iterable[BaseGeometry]) -> BaseGeometry:
    """Outlines without what lies along the frame."""
    import shapely  # noqa: PLC0415

    frame = shapely.box(0.4, 0.4, ground.width - 0.4, ground.height - 0.4)
    lines = shapely.intersection([shapely.boundary(one) for one in shapes], frame)
    return shapely.multilinestrings([one for one in shapely.get_parts(lines) for one in _strings(one)])


def _strings(lines: BaseGeometry) -> list[BaseGeometry]:
    import shapely  # noqa: PLC0415

    return [one for one in shapely.get_parts(lines) if one.geom_type == "LineString"]


def scale_bar(ground: Ground, pixels: np.ndarray) -> tuple[list[Spec], list[BaseGeometry]]:
    """A bar of a round number of miles with kilometres, and the boxes that it covers.

    It stands in that corner or the middle of the lower edge where the fewest of the `pixels` (n, 2) and the least land
    are. Empty where the ground has no one scale.
    """
    import shapely  # noqa: PLC0415

    if not ground.metres:
        return [], []
    fits = [miles for miles in MILES if miles * KM_A_MILE * 1000 <= 0.24 * ground.width * ground.metres]
    if not fits:
        return [], []
    miles = fits[-1]
    kilometres = f"{miles * KM_A_MILE:.1f}" if miles < 5 else f"{miles * KM_A_MILE:,.0f}"
    words = f"{miles:,} mile{'s' * (miles > 1)} ({kilometres} km)"
    long = miles * KM_A_MILE * 1000 / ground.metres
    wide, below = max(long, len(words) * LETTER * 0.9), ground.height - 10.0
    lefts = (10.0, ground.width - 10 - wide, (ground.width - wide) / 2)
    boxes = [shapely.box(left - 4, below - 20, left + wide + 4, below + 4) for left in lefts]
    land = list(ground.land.values())
    costs = [
        (int(shapely.contains_xy(one, pixels).sum()), round(float(sum(shapely.area(shapely.intersection(land, one))))))
        for one in boxes
    ]
    best = costs.index(min(costs))
    left = round(lefts[best], 1)
    rows = pd.DataFrame([{"x": left, "y": below - 11, "words": words}])
    end = round(left + long, 1)
    bar = draw_line([(left, below - 4), (left, below), (end, below), (end, below - 4)], ground, color=INK)
    return [bar, *draw_words(rows, ground, align="left", color=INK, fontSize=10.5)], [boxes[best]]


def place_names(
    ground: Ground, box: Box, pixels: np.ndarray, taken: Iterable[BaseGeometry] = ()
) -> tuple[pd.DataFrame, list[BaseGeometry]]:
    """Up to six names of the largest places on the ground as columns x, y, words, and the boxes that they cover.

    `box`: the frame in degrees; `pixels` (n, 2): dots, which a name shifts a little to leave free; `taken`: boxes where
    no name may stand. Names overlap neither each other nor the edge, and leave the land to be seen.
    """
    import shapely  # noqa: PLC0415

    south, west, north, east = box
    high, wide = north - south, (east - west) % 360
    more = min(wide, 60.0)
    places = largest_places(south - high, _turned(west - more), north + high, _turned(east + more), most=1_000)
    at = ground.find(np.array([one.lat for one in places], "float64"), np.array([one.lon for one in places], "float64"))
    frame = shapely.box(3, 3, ground.width - 3, ground.height - 3)
    before, land = list(taken), shapely.union_all(list(ground.land.values()))
    covered = list(before)
    rows: list[dict[str, Any]] = []
    left = MOST_HIDDEN * ground.area - sum(shapely.area(shapely.intersection(land, covered)))
    names: set[str] = set()
    for place, (x, y) in zip(places, at, strict=True):
        words = place.name.partition("/")[0].removeprefix("Urban ")  # as the Census calls Honolulu
        if len(rows) == NAMES:
            break
        if not np.isfinite(x) or len(words) > LONGEST_NAME or words in names:
            continue
        spots = [(x + dx, y + dy, _box(x + dx, y + dy, words)) for dx, dy in _shifts(words)]
        free = [spot for spot in spots if frame.contains(spot[2]) and not shapely.intersects(spot[2], covered).any()]
        free = [spot for spot in free if land.intersection(spot[2]).area <= left]
        if not free:
            continue
        x_free, y_free, outline = min(
            free, key=lambda spot: int(shapely.contains_xy(spot[2].buffer(DOT_ROOM), pixels).sum())
        )
        left -= land.intersection(outline).area
        names.add(words)
        covered.append(outline)
        rows.append({"x": round(float(x_free), 1), "y": round(float(y_free), 1), "words": words})
    return pd.DataFrame(rows, columns=["x", "y", "words"]), covered[len(before) :]


def _shifts(words: str) -> list[tuple[float, float]]:
    """Where a name may stand, seen from its place: on it, above, below, beside."""
    beside = len(words) * LETTER / 2 + 6
    return [(0, 0), (0, -LINE), (0, LINE), (beside, 0), (-beside, 0)]


def _box(x: float, y: float, words: str) -> BaseGeometry:
    import shapely  # noqa: PLC0415

    half = len(words) * LETTER / 2 + 2
    return shapely.box(x - half, y - LINE / 2, x + half, y + LINE / 2)
