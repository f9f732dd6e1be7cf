"""The camera table: from records as read to columns as declared (investigate.columns.CAMERAS), with points."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from investigate.cameras.directions import read_directions
from investigate.cameras.record import RawCamera
from investigate.cameras.sources import Terms
from investigate.cameras.tags import direction_text, maker_of, operator_of
from investigate.columns import CAMERAS

if TYPE_CHECKING:
    import geopandas as gpd

CRS = 4326
GEOMETRY = "geometry"
FLOATS = tuple(column.name for column in CAMERAS.columns if column.type == "float64")
OSM_ID = re.compile(r"(?:node|way|relation)/[0-9]{1,18}")

LONGEST_OPERATOR = 500  # characters of a text with a number in it
_DIGITS = re.compile(r"\d{3}")
_PHONE = re.compile(
    r"(?i)[,;:/|(-]{0,2}\s{0,3}(?:\b(?:tel|telephone|phone|ph|cell|mobile|call|fax|contact)\b[.:#]{0,2}\s{0,3})?"
    r"(?<!\d)(?:\+?1[ .-]?)?(?:\(\d{3}\)|\d{3})[ .-]{0,2}\d{3}[ .-]?\d{4}(?!\d)(?:\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6})?"
)

Rows = dict[str, list[Any]]


def camera_rows(kept: Iterable[tuple[RawCamera, str]], release: str) -> Rows:
    """What each record says, by column; `kept`: the records with their kind (alpr, assumed alpr)."""
    said = [_said(camera, kind, release) for camera, kind in kept]
    names = said[0] if said else _said(RawCamera(0), "", release)
    return {name: [row[name] for row in said] for name in names}


def _said(camera: RawCamera, kind: str, release: str) -> dict[str, Any]:
    tags = camera.tags
    maker, maker_said = maker_of(tags)
    operator, operator_kind = operator_of(_without_phone(tags))
    directions_said = direction_text(tags)
    directions = read_directions(directions_said)
    return {
        "row": camera.row, "camera": camera.id or f"{release}:{camera.row}",
        "operator": operator, "operator_kind": operator_kind, "maker": maker, "maker_said": maker_said,
        "directions": [float(bearing) for bearing in directions.bearings], "directions_said": directions_said,
        "directions_mark": directions.mark,
        "kind": kind, "kind_said": camera.kind_said or tags.get("surveillance:type"),
        "mount": tags.get("camera:mount"), "since": tags.get("start_date"), "address": _address(tags),
        "lat": _number(camera.lat), "lon": _number(camera.lon),
    }  # fmt: skip


def _without_phone(tags: Mapping[str, str]) -> Mapping[str, str]:
    """The tags with an operator's name without a telephone number in it."""
    said = tags.get("operator", "")
    if not _DIGITS.search(said):
        return tags
    return {**tags, "operator": _PHONE.sub(" ", said[:LONGEST_OPERATOR]).strip(" ,;:/|-–()")}


def _number(degrees: float | None) -> float:
    return math.nan if degrees is None else float(degrees)


def _address(tags: Mapping[str, str]) -> str | None:
    """Address with city and state, where it does not hold them; a city alone is no address of a camera."""
    address = tags.get("address")
    more = [tags[name] for name in ("city", "state") if tags.get(name)]
    if not address or not more:
        return address or None
    words = set(re.findall(r"\w+", address.casefold()))
    return ", ".join([address, *(part for part in more if not set(re.findall(r"\w+", part.casefold())) <= words)])


def cameras_frame(
    rows: Rows, placed: pd.DataFrame, terms: Terms, snapshot: dt.date | None, release: str
) -> pd.DataFrame:
    """The table of one file without points; `placed` as `place_cameras` gives it, one row a record."""
    of_file = {
        "release": release, "source": terms.source, "licence": terms.licence, "attribution": terms.attribution,
        "snapshot": snapshot,
    }  # fmt: skip
    count = len(rows["row"])
    columns = {name: pd.Series(values, dtype="object") for name, values in rows.items()}
    columns |= {name: pd.Series([value] * count, dtype="object") for name, value in of_file.items()}
    columns |= {name: placed[name] for name in ("state", "county_fips", "off_shore_m", "not_placed")}
    return typed(pd.DataFrame(columns))


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with the declared columns in order, also without rows: texts, days and lists are objects, with None where
    nothing is known."""
    columns = {}
    for name in CAMERAS.names:
        column = frame[name] if name in frame else pd.Series([], dtype="object")
        if name in FLOATS or name == "row":
            columns[name] = column.astype("float64" if name in FLOATS else "int64")
        else:
            column = column.astype("object")
            columns[name] = column if name == "directions" else column.where(column.notna(), None)
    return pd.DataFrame(columns)


def with_points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """The table with a point for each camera that can be drawn, None for the others; EPSG:4326."""
    import geopandas as gpd  # noqa: PLC0415 - half a second that naming a column need not pay
    import numpy as np  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    points = np.full(len(frame), None, dtype=object)
    drawn = frame["not_placed"].isna().to_numpy()
    points[drawn] = shapely.points(frame["lon"].to_numpy()[drawn], frame["lat"].to_numpy()[drawn])
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(points, index=frame.index, crs=CRS), crs=CRS)
