"""Which cameras of searched networks a map shows, where, and what becomes of the others: every one is accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from investigate.cameras.whose import BY_BOUNDARY, BY_COUNTY, BY_HAND, BY_OPERATOR, OTHER, RULES, UNKNOWN
from investigate.charts import WIDTH
from investigate.maps.area import Box, area, frame_of, span_km
from investigate.maps.drawn import Drawn, MapError, short_name
from investigate.maps.ground import Ground, nation
from investigate.maps.picture import check_places
from investigate.maps.searchers import GAP, OUTSIDE
from investigate.scrub import printed

NEAREST_KM = 16.0  # of a local map: cameras of one small town fill it
WIDEST_KM = 1_500  # of a local map; what reaches farther is drawn on a map of the nation
MOST_DOTS = 3_000  # of a picture
# Pixels within which cameras share a dot: the first that leaves few enough.
CELLS = (0.1, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 24.0, 40.0)
HEIGHTS = {1: 450, 2: 400}  # the most, by number of maps
STRAY, STRAY_DEGREES = 4, 0.5  # so many times as far away as nearly all, and so far: stray cameras decide no frame
MANY = 20  # cameras, of which one in twenty may be stray
# Where the United States lie, as south, west, north, east: a point elsewhere is a mistake that must not widen the map.
STATES_LIE = (
    (24.0, -125.5, 49.8, -66.0), (51.0, 170.0, 72.0, -129.0), (18.5, -179.0, 29.0, -154.0), (17.0, -68.5, 19.0, -64.0),
    (13.0, 144.0, 21.0, 147.0), (-15.0, -172.0, -11.0, -168.0),
)  # fmt: skip
# Classes of dots.
SURE, NEAR = "operator named, or listed by hand", "inside its boundary, no operator named"
UNSURE = "in its county, nothing says whose"
CLASS_OF = {BY_HAND: SURE, BY_OPERATOR: SURE, BY_BOUNDARY: NEAR, BY_COUNTY: UNSURE, UNKNOWN: UNSURE}
OTHERS = "of other or unclear operators"
NO_PLACE, ABROAD = "without a place", "outside the United States"
NOT_KNOWN = "of networks of which it is not known how often they were searched"
_SEAT = ("lat", "lon")


@dataclass(frozen=True)
class Scene:
    """What a map shows of the cameras that it was given.

    `rows`: one row a camera that is drawn: agency, camera, by, class, x, y (pixels) and the searches of its network in
    each period. `dots`: one row a dot: x, y, class, cameras (their number), agencies (names), rules, and in each period
    the searches of the most searched network. `box`: the frame in degrees, None on the nation's map. `cell`: pixels
    within which cameras share a dot.
    """

    dots: pd.DataFrame
    rows: pd.DataFrame
    drawn: Drawn
    ground: Ground
    box: Box | None
    cell: float


def place_scene(
    cameras: pd.DataFrame, networks: pd.DataFrame, owner: dict[str, Any], shown: list[str], role: str, decimals: int
) -> Scene:
    """Every camera accounted for, those that are drawn with their pixels, and the ground that holds them."""
    if (strange := cameras.loc[~cameras["by"].isin(RULES), "by"]).size:
        raise MapError(f"A camera is its owner's by {strange.iloc[0]!r}. The rules are: {', '.join(RULES)}.")
    lat, lon = (np.round(one, decimals) for one in degrees_of(cameras))
    counts = searches_of(cameras, networks, shown)
    why = _why_not(cameras, lat, lon, counts)
    wanted = np.flatnonzero(pd.isna(why))
    ground, box = _ground(lat[wanted], lon[wanted], len(shown), role)
    pixels = np.full((len(cameras), 2), np.nan)
    pixels[wanted] = ground.find(lat[wanted], lon[wanted])
    why[wanted[~np.isfinite(pixels[wanted]).all(axis=1)]] = OUTSIDE
    drawn = Drawn(len(cameras), int(pd.isna(why).sum()), _what(owner, role))
    drawn.left = {str(name): int(number) for name, number in _in_order(pd.Series(why).dropna()).items()}
    drawn.check()
    frame = pd.DataFrame({"x": pixels[:, 0], "y": pixels[:, 1], "class": cameras["by"].map(CLASS_OF).to_numpy()})
    frame = frame.assign(agency=cameras["agency"].to_numpy(), by=cameras["by"].to_numpy(), **dict(counts.items()))
    frame = frame.assign(camera=cameras["camera"].to_numpy())[pd.isna(why)]
    dots, cell = _shared(frame, shown)
    check_places(dots[["x", "y"]].to_numpy("float64"), ground.width, ground.height)
    return Scene(dots, frame, drawn, ground, box, cell)


def _why_not(cameras: pd.DataFrame, lat: np.ndarray, lon: np.ndarray, counts: pd.DataFrame) -> np.ndarray:
    """For each camera why it is not drawn, in words that follow a number, or None; the first that fits."""
    is_other, is_unread = (cameras["by"] == OTHER).to_numpy(), counts.isna().all(axis=1).to_numpy()
    reasons = [
        f"{NO_PLACE} ({printed(text)})" if isinstance(text, str) else ABROAD if is_point else NO_PLACE
        for text, is_point in zip(cameras["not_placed"], np.isfinite(lat) & np.isfinite(lon), strict=True)
    ]
    why = np.where(is_unread, NOT_KNOWN, np.array(None, dtype=object))
    why = np.where(is_placed(cameras, lat, lon), why, np.array(reasons, dtype=object))
    return np.asarray(np.where(is_other, OTHERS, why), dtype=object)


def degrees_of(cameras: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Latitudes and longitudes, NaN for what is no number."""
    lat, lon = (pd.to_numeric(cameras[name], errors="coerce").to_numpy("float64", na_value=np.nan) for name in _SEAT)
    return lat, lon


def _in_order(why: pd.Series) -> pd.Series:
    counted = why.value_counts().rename_axis("why").reset_index(name="n")
    return counted.sort_values(["n", "why"], ascending=[False, True]).set_index("why")["n"]


def _what(owner: dict[str, Any], role: str) -> tuple[str, str]:
    whose = short_name(str(owner.get("agency"))) if role == "owner" else "the owners of the networks"
    return f"camera known near {whose}", f"cameras known near {whose}"


def is_placed(cameras: pd.DataFrame, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Whether a point can be drawn: given, not marked otherwise, and where the United States lie."""
    lies = np.zeros(len(cameras), dtype=bool)
    for south, west, north, east in STATES_LIE:
        across = (lon >= west) & (lon <= east) if west < east else (lon >= west) | (lon <= east)
        lies |= (np.abs(lon) <= 180) & across & (lat >= south) & (lat <= north)
    return np.asarray(lies & cameras["not_placed"].isna().to_numpy())


def searches_of(cameras: pd.DataFrame, networks: pd.DataFrame, shown: list[str]) -> pd.DataFrame:
    """For each camera the searches of its network in each period, empty where not known."""
    if (twice := networks["agency"][networks["agency"].duplicated()]).any():
        raise MapError(f"The network of {short_name(str(twice.iloc[0]))} is given twice with searches.")
    known = networks.set_index("agency")[shown].astype("Int64")
    found = known.reindex(cameras["agency"])
    return found.set_axis(cameras.index, axis=0)


def _ground(lat: np.ndarray, lon: np.ndarray, maps: int, role: str) -> tuple[Ground, Box | None]:
    """A local map of the points, or the nation's; stray points of one network do not decide which."""
    width = WIDTH if maps == 1 else (WIDTH - GAP) // 2
    kept = _core(lat, lon) if role == "owner" else np.ones(len(lat), dtype=bool)
    box = frame_of(lat[kept], lon[kept], NEAREST_KM)
    if span_km(box) > WIDEST_KM:
        whole = nation(width)
        if np.isfinite(whole.find(lat, lon)).any():
            return whole, None
        box = frame_of(*_most_of_a_territory(lat, lon))
    return area(box, width, HEIGHTS[maps]), box


def _core(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """All points, without up to one in twenty that lies many times as far from the middle as the others."""
    east = np.mod(lon - lon[0] + 180, 360) - 180
    away = np.hypot(lat - np.median(lat), (east - np.median(east)) * np.cos(np.radians(np.median(lat))))
    near = float(np.quantile(away, 0.95)) if len(lat) >= MANY else np.inf
    return np.asarray(away <= max(STRAY * near, STRAY_DEGREES))


def _most_of_a_territory(lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    inside = [(lat >= s) & (lat <= n) & (lon >= w) & (lon <= e) for s, w, n, e in STATES_LIE]
    most = max(inside, key=lambda one: int(one.sum()))
    return lat[most], lon[most]


def _shared(frame: pd.DataFrame, shown: list[str]) -> tuple[pd.DataFrame, float]:
    """One row a dot: cameras of one class within a cell of pixels share one; the cell is as small as it may be."""
    ordered = frame.sort_values(["x", "y", "agency", "by"], kind="stable")
    for cell in CELLS:
        places = np.floor(ordered[["x", "y"]].to_numpy("float64") / cell + 1e-6).astype("int64")
        keys = ordered.assign(cell_x=places[:, 0], cell_y=places[:, 1])
        # Networks of which a number is not known in a period share no dot with those of which it is.
        unread = [keys[name].isna().rename(f"no {name}") for name in shown]
        groups = keys.groupby(["cell_x", "cell_y", "class", *unread], sort=True)
        if groups.ngroups * len(shown) <= MOST_DOTS:
            break
    told = {"x": ("x", "mean"), "y": ("y", "mean"), "cameras": ("x", "size"), "agencies": ("agency", _names)}
    told |= {"rules": ("by", _rules)} | {name: (name, "max") for name in shown}
    dots = groups.agg(**told).reset_index()
    return dots.assign(x=dots["x"].round(1), y=dots["y"].round(1)), cell


def _rules(by: pd.Series) -> str:
    found = set(by)
    return "; ".join(one for one in RULES if one in found)


def _names(agencies: pd.Series) -> list[str]:
    return sorted(agencies.unique().tolist())
