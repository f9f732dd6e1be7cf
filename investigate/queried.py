"""The cameras of networks that were searched: of each camera owner those that are known, where, and by which rule.

No log says which camera was looked at, and no list of cameras is complete. What stands here are the cameras that a
loaded file of camera locations shows, rounded as their source asks; of private operators only how many there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from investigate.cameras.areas import Areas, areas_stamp, read_areas
from investigate.cameras.by_hand import ByHand, read_by_hand
from investigate.cameras.kept import read_cameras
from investigate.cameras.named import KnownAgencies
from investigate.cameras.place import place_cameras
from investigate.cameras.sources import published_decimals
from investigate.cameras.whose import OTHER, Whose, records
from investigate.store import parquet_stamp
from investigate.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    import geopandas as gpd

COLUMNS = [
    "agency", "camera", "release", "row", "lat", "lon", "by", "note", "maker", "source", "snapshot", "attribution",
    "not_placed",
]  # fmt: skip
_TYPES = {"row": pa.int64(), "lat": pa.float64(), "lon": pa.float64(), "snapshot": pa.date32()}
SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in COLUMNS])
_TOLD = ["release", "row", "source", "snapshot", "attribution"]


@dataclass(frozen=True)
class LoadedCameras:
    """What is loaded of cameras in a workspace: the table, the decisions by hand, the boundaries that were given."""

    table: gpd.GeoDataFrame
    by_hand: ByHand
    areas: Areas


def open_cameras(workspace: str | Path | Workspace | None = None) -> LoadedCameras:
    """The cameras of a workspace, each once. Raises InvestigateError where hand-made files cannot be followed."""
    room = open_workspace(workspace)
    return LoadedCameras(read_cameras(room), read_by_hand(room), read_areas(room))


def cameras_stamp(workspace: str | Path | Workspace | None = None) -> str:
    """Changes with the loaded cameras, the decisions by hand and the boundaries."""
    room = open_workspace(workspace)
    return json.dumps([parquet_stamp(room.store / "cameras"), read_by_hand(room).stamp, areas_stamp(room)])


def cameras_by_owner(loaded: LoadedCameras, facts: pd.DataFrame, owners: Iterable[str]) -> pd.DataFrame:
    """The cameras in question for each of these camera owners, see COLUMNS; sorted by agency, release, row.

    `facts`: what `agency_facts` gives. `by`, `note`: as `cameras_of` gives them. Degrees (EPSG:4326) are rounded as the
    source asks, and empty for those that cannot be placed; of cameras of other operators neither they nor the id
    (`camera`) are given.
    """
    if loaded.table.empty:
        return pd.DataFrame(columns=COLUMNS)
    whose = Whose(loaded.table, KnownAgencies(records(facts)), loaded.by_hand, loaded.areas)
    rows = {str(row["agency"]): row for row in records(facts)}
    found = [whose.of(with_county(rows[owner])).assign(agency=owner) for owner in sorted(set(owners) & rows.keys())]
    every = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)
    told = every.merge(pd.DataFrame(loaded.table[_TOLD]), on=["release", "row"], how="left")
    return _fit_to_publish(told)[COLUMNS].sort_values(["agency", "release", "row"], ignore_index=True)


def hand_notes(loaded: LoadedCameras, facts: pd.DataFrame | None = None) -> list[str]:
    """What must be told of the hand-made files: decisions that no loaded camera or agency fits, shapes without a place.

    `facts`: what `agency_facts` gives; without it, names of agencies are not looked at.
    """
    notes = [*loaded.by_hand.without_camera(loaded.table), *loaded.areas.notes]
    if facts is not None:
        known = KnownAgencies(records(facts))
        notes += loaded.by_hand.without_agency(known.called, known.names)
    return notes


def with_county(owner: dict[str, Any]) -> dict[str, Any]:
    """The facts of an agency with the county in which its seat lies, where only the seat is known."""
    lat, lon = owner.get("lat"), owner.get("lon")
    if not pd.isna(owner.get("county_fips")) or pd.isna(lat) or pd.isna(lon):
        return owner
    placed = place_cameras([float(lat)], [float(lon)], listed=False)  # type: ignore[arg-type]
    return owner | {"county_fips": placed["county_fips"].iloc[0]}


def _fit_to_publish(cameras: pd.DataFrame) -> pd.DataFrame:
    """Without the places and ids of other operators' cameras, and no place more exact than its source asks."""
    shown = cameras.copy()
    for source in shown["source"].dropna().unique():
        mine = shown["source"] == source
        shown.loc[mine, ["lat", "lon"]] = shown.loc[mine, ["lat", "lon"]].round(published_decimals(str(source)))
    shown.loc[shown["by"] == OTHER, ["lat", "lon"]] = float("nan")
    shown.loc[shown["by"] == OTHER, "camera"] = None
    return shown


def say_sources(cameras: pd.DataFrame) -> tuple[str, str]:
    """Of rows of `cameras_by_owner`: the words that must stand on a map of them, and on which days they stood so."""
    credits = sorted(cameras["attribution"].dropna().unique())
    days = pd.to_datetime(cameras["snapshot"]).dropna()
    unknown = bool(cameras["snapshot"].isna().any())
    said = []
    if len(days):
        first, last = days.min(), days.max()
        said.append(_say_day(first) if first == last else f"{_say_day(first)} to {_say_day(last)}")
    if unknown or not len(days):
        said.append("a day that is not known")
    return "; ".join(credits), " and ".join(said)


def _say_day(day: pd.Timestamp) -> str:
    return f"{day.day} {day:%B %Y}"
