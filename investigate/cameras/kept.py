"""Cameras in a workspace's store: one GeoParquet file a release, named by its hash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from investigate.cameras.account import Entry
from investigate.cameras.load import CamerasLoad
from investigate.cameras.recurring import each_once, find_recurring
from investigate.cameras.rows import CRS, GEOMETRY, typed, with_points
from investigate.cameras.said import ABOUT
from investigate.columns import CAMERAS
from investigate.errors import InvestigateError
from investigate.store import Store, arrow_schema, staging, written_aside
from investigate.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    import geopandas as gpd

GEO = b"geo"  # in the Parquet file's own description: GeoParquet's, as JSON


def store_cameras(load: CamerasLoad, workspace: str | Path | Workspace | None = None) -> list[Path]:
    """Write what was loaded into the store as GeoParquet; gives the files written.

    A release loaded before is replaced: loading twice is loading once, and what is said of it now counts. So is what
    lay at the same path before with other bytes, or a corrected list would count beside the wrong one. Refused files
    change nothing.
    """
    folder, store = _folder(workspace), Store(open_workspace(workspace).store)
    written: dict[str, Path] = {}
    at = {entry["path"]: entry["release"] for entry in load.releases if entry["status"] == "loaded"}
    for entry in load.releases:
        release = entry["release"]
        if entry["status"] != "loaded" or release in written:
            continue
        written[release] = folder / f"{release}.parquet"
        with staging(store, "cameras"), written_aside(written[release]) as aside:
            pq.write_table(_as_arrow(load.table[load.table["release"] == release], entry), aside)
    for path, entry in _stored(workspace):
        if entry["release"] not in written and at.get(entry["path"], entry["release"]) != entry["release"]:
            path.unlink()
    return list(written.values())


def _as_arrow(cameras: gpd.GeoDataFrame, entry: Entry) -> pa.Table:
    """The rows with the declared types, whatever is missing in them, and points as GeoParquet 1.1 wants them."""
    plain = pd.DataFrame(cameras.drop(columns=GEOMETRY))
    table = pa.Table.from_pandas(plain, schema=arrow_schema(CAMERAS), preserve_index=False)
    table = table.append_column(GEOMETRY, pa.array(cameras.geometry.to_wkb().tolist(), type=pa.binary()))
    about = {ABOUT: json.dumps(entry, ensure_ascii=False).encode(), GEO: json.dumps(_geo()).encode()}
    return table.replace_schema_metadata(about)


def _geo() -> dict[str, Any]:
    import pyproj  # noqa: PLC0415

    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": pyproj.CRS.from_epsg(CRS).to_json_dict()}
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def read_cameras(workspace: str | Path | Workspace | None = None, distinct: bool = True) -> gpd.GeoDataFrame:
    """The cameras of all stored releases, in the order of their paths: one row a camera with the columns of
    investigate.columns.CAMERAS and `geometry` (EPSG:4326; None where it cannot be drawn); no rows without any.

    `distinct`: of a camera in several releases only the row of the newest snapshot (one that is not known counts as the
    oldest; of the same day the first path): an OpenStreetMap object, or a camera of lists with the same own number and
    operator and the same point or address. A camera that a newer release no longer has stays. `attrs`: `repeats` (rows
    left out), `recurring` (sentences on cameras that two lists of one agency seem to share), `releases` (entries).
    Raises InvestigateError for a stored file of another version or one that is damaged.
    """
    stored = _stored(workspace)
    frames = [_read(path, entry) for path, entry in stored]
    filled = [frame for frame in frames if len(frame)]
    table = pd.concat(filled, ignore_index=True) if filled else typed(pd.DataFrame())
    every = len(table)
    if distinct:
        table = each_once(table)
    cameras = with_points(table)
    entries = [entry for _, entry in stored]
    names = {entry["release"]: Path(entry["path"]).name for entry in entries}
    recurring = [sentence for _, sentence in find_recurring([table], names)]
    cameras.attrs |= {"repeats": every - len(cameras), "recurring": recurring, "releases": entries}
    return cameras


def _read(path: Path, entry: Entry) -> pd.DataFrame:
    again = f"Load it again: investigate cameras {entry['path']!r}."
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise InvestigateError(
            f"The stored cameras {path.name} cannot be read ({type(error).__name__}). {again}"
        ) from error
    wanted = arrow_schema(CAMERAS).append(pa.field(GEOMETRY, pa.binary()))
    if not table.schema.equals(wanted, check_metadata=False):
        raise InvestigateError(
            f"The stored cameras {path.name} were loaded by another version, into other columns. {again}"
        )
    frame = table.drop_columns(GEOMETRY).to_pandas(date_as_object=True)
    # Without the type said, lists come back as arrays.
    frame["directions"] = pd.Series(table["directions"].to_pylist(), dtype="object")
    return typed(frame)


def read_camera_releases(workspace: str | Path | Workspace | None = None) -> list[Entry]:
    """The entries of all stored releases, as `read_camera_files` gave them, in the order of their paths."""
    return [entry for _, entry in _stored(workspace)]


def _stored(workspace: str | Path | Workspace | None) -> list[tuple[Path, Entry]]:
    found = []
    for path in _folder(workspace).glob("[0-9a-f]*.parquet"):
        try:
            about = (pq.read_schema(path).metadata or {}).get(ABOUT)
        except (pa.ArrowException, OSError) as error:
            raise InvestigateError(
                f"The stored cameras {path.name} in {str(path.parent)!r} cannot be read ({type(error).__name__}). "
                "Remove the file, and load its cameras again."
            ) from error
        if about:
            found.append((path, json.loads(about)))
    return sorted(found, key=lambda each: (each[1]["path"], each[0].name))


def _folder(workspace: str | Path | Workspace | None) -> Path:
    return open_workspace(workspace).store / "cameras"
