"""Boundaries of places that the user gave: files in `data/manual/boundaries` of a workspace. The project ships none.

Made for the Census Bureau's files of places of a state (zipped shapefile): any shapefile, GeoPackage or GeoJSON does
that has the columns GEOID, or NAME with STATEFP or STUSPS. A place is found by its FIPS code first.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from investigate.agencies.places import find_places, fold_place
from investigate.agencies.states import FIPS_OF, STATE_NAMES
from investigate.cameras.area_checks import FOLDER, NEAR_KM, BadAreas, check_shapes, is_county, lies_at, one_area
from investigate.errors import InvestigateError
from investigate.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

LARGEST = 500_000_000  # bytes of one file, unpacked: the Census file of all places of the country has less
MOST_SHAPES = 200_000
SUFFIXES = (".zip", ".shp", ".gpkg", ".geojson", ".json")
_BESIDE = frozenset({".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qmd", ".xml", ".txt", ".md", ".pdf"})
_MAGIC = {".zip": b"PK\x03\x04", ".shp": b"\x00\x00\x27\x0a", ".gpkg": b"SQLite format 3\x00"}
_CODE_OF = {fips: code for code, fips in FIPS_OF.items()}
_ID = re.compile(r"[0-9]{7}|[0-9]{10}")
_LEADING = re.compile(r"^[0-9A-Z]*US")  # of `1600000US2718188`
# Columns that make up a code, with the digits of each.
_PARTS: tuple[dict[str, int], ...] = (
    {"STATEFP": 2, "PLACEFP": 5},
    {"STATEFP": 2, "COUNTYFP": 3, "COUSUBFP": 5},
)
_YEAR = re.compile(r"(?:10|20)$")  # of the columns of older Census files: GEOID20
# West, south, east, north of the states and territories; some lie beyond the date line.
_DEGREES = (-180.0, -15.0, 180.0, 72.0)


@dataclass(frozen=True)
class Areas:
    """The boundaries of one workspace. `shapes`: id (FIPS code of 7 digits, of a township 10, or None), name, full_name
    (with the legal word), state (code), file and geometry (EPSG:4326); None without any file. `notes`: sentences on
    shapes that are not used."""

    shapes: gpd.GeoDataFrame | None = None
    stamp: str = hashlib.sha256().hexdigest()  # changes with the files
    notes: tuple[str, ...] = ()

    @property
    def files(self) -> list[str]:
        """Names of the files, in order."""
        return [] if self.shapes is None else sorted(set(self.shapes["file"]))

    def of(self, place: str, state: str, at: tuple[float, float] | None = None) -> BaseGeometry | None:
        """The area of a place (name, code of its state), valid, in EPSG:4326; None where no file holds it.

        `at`: the place's coordinates as the tables of places give them, to tell a city from a township of its name. Of
        several places that cannot be told apart none is given. Of files that hold one place the last by name counts.
        Raises BadAreas where the shape lies elsewhere than the place.
        """
        if self.shapes is None or not place:
            return None
        known = find_places(place, state)
        meant = [one for one in known if (one.lat, one.lon) == at] or known
        rows = self.shapes[self.shapes["id"].isin([one.id for one in meant])]
        if rows.empty:
            rows = self._called(place, state, nameless=bool(known))
        rows = rows[rows["file"] == rows["file"].max()]
        if len(set(zip(rows["id"], rows["full_name"], strict=True))) != 1:
            return None
        area = one_area(rows.geometry)
        lat, lon = at or ((meant[0].lat, meant[0].lon) if len(meant) == 1 else (None, None))
        if area is not None and lat is not None and lon is not None and not lies_at(area, lat, lon):
            raise BadAreas(
                f"{rows['file'].iloc[0]!r} in {FOLDER}: the shape of {place}, {state} lies more than {NEAR_KM} km from "
                "that place. Mend its code or its coordinates, or take the shape away."
            )
        return area

    def _called(self, place: str, state: str, nameless: bool) -> gpd.GeoDataFrame:
        """Shapes of this name in the state; `nameless`: of those without a code. A county is no place of its name."""
        assert self.shapes is not None
        wanted = self.shapes["id"].isna() if nameless else self.shapes["state"].notna()
        rows = self.shapes[wanted & (self.shapes["state"] == state)]
        folded, names = fold_place(place), zip(rows["name"], rows["full_name"], strict=True)
        fits = [folded in map(fold_place, pair) and not is_county(pair[1]) for pair in names]
        return rows[np.array(fits, dtype=bool)]


def read_areas(workspace: str | Path | Workspace | None = None) -> Areas:
    """The boundaries of a workspace; Areas without any if it has no such folder, or an empty one.

    Raises BadAreas for a file that cannot be read, is of another kind, lacks the columns, holds other areas than
    places, or shapes that do not lie where they should.
    """
    import pandas as pd  # noqa: PLC0415

    paths = _files(workspace)
    for path in paths:
        if path.suffix.lower() not in (*SUFFIXES, *_BESIDE) or not path.is_file():
            raise BadAreas(
                f"{path.name!r} in {FOLDER} is no zipped shapefile, shapefile, GeoPackage or GeoJSON. Save it as one "
                "of them, or take it away."
            )
    read = [_read(path) for path in paths if path.suffix.lower() in SUFFIXES]
    if not read:
        return Areas()
    shapes = pd.concat(read, ignore_index=True)
    return Areas(shapes, _stamp(paths), tuple(check_shapes(shapes)))


def areas_stamp(workspace: str | Path | Workspace | None = None) -> str:
    """Changes with the files of boundaries, whether or not they can be used; reads no shape."""
    return _stamp(_files(workspace))


def _files(workspace: str | Path | Workspace | None) -> list[Path]:
    folder = open_workspace(workspace).manual / FOLDER
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []


def _stamp(paths: list[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        if not path.is_file():
            whole.update(f"{path.name} is no file\n".encode())
            continue
        with path.open("rb") as file:
            whole.update(f"{path.name}\n{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()


def _read(path: Path) -> gpd.GeoDataFrame:
    """The shapes of one file, with the columns of Areas."""
    import pandas as pd  # noqa: PLC0415
    import pyogrio  # noqa: PLC0415

    _check(path)
    parts = []
    for name in _layers(path):
        try:
            _check_layers(pyogrio.list_layers(name), path.name)
            parts.append(_named(pyogrio.read_dataframe(name, max_features=MOST_SHAPES + 1), path.name))
        except InvestigateError:
            raise
        except Exception as error:  # the reader raises several kinds
            raise BadAreas(
                f"{path.name!r} in {FOLDER} cannot be read as boundaries ({type(error).__name__}). Fetch it again; a "
                "shapefile needs its .shx and .dbf beside it."
            ) from error
    return pd.concat(parts, ignore_index=True)


def _check(path: Path) -> None:
    """Raise BadAreas unless the file is of the kind that its name says: the reader opens other kinds by content."""
    if path.stat().st_size > LARGEST:
        raise BadAreas(f"{path.name!r} in {FOLDER} has more than {LARGEST:,} bytes. Give the file of one state.")
    with path.open("rb") as file:
        start = file.read(64)
    magic = _MAGIC.get(path.suffix.lower())
    if not (start.startswith(magic) if magic else start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")):
        raise BadAreas(
            f"{path.name!r} in {FOLDER} is not what its name says: it starts with {start[:12]!r}. Fetch it again from "
            "where it came from."
        )


def _layers(path: Path) -> Iterator[str]:
    """What the reader is asked for: the file itself, or each shapefile in an archive."""
    if path.suffix.lower() != ".zip":
        yield str(path)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.filename.startswith("__MACOSX/")]
            shapefiles = [one.filename for one in members if PurePosixPath(one.filename).suffix.lower() == ".shp"]
            size = sum(one.file_size for one in members)
            wrong = [name for name in shapefiles if archive.open(name).read(4) != _MAGIC[".shp"]]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
        raise BadAreas(
            f"{path.name!r} in {FOLDER} is a damaged archive ({type(error).__name__}). Fetch it again."
        ) from error
    if size > LARGEST or not shapefiles or wrong:
        said = f"unpacks to more than {LARGEST:,} bytes" if size > LARGEST else "holds no shapefile"
        raise BadAreas(f"{path.name!r} in {FOLDER} {said}. Give the zipped shapefile of one state's places.")
    yield from (f"/vsizip/{path}/{name}" for name in shapefiles)


def _named(frame: Any, file: str) -> gpd.GeoDataFrame:
    """The shapes with id, name, full_name, state and file, in degrees."""
    import geopandas as gpd  # noqa: PLC0415

    if not isinstance(frame, gpd.GeoDataFrame) or not len(frame):
        raise BadAreas(f"{file!r} in {FOLDER} holds no shapes. Give a file of place boundaries.")
    if len(frame) > MOST_SHAPES:
        raise BadAreas(f"{file!r} in {FOLDER} holds more than {MOST_SHAPES:,} shapes. Give the file of one state.")
    by_name = {_YEAR.sub("", str(column).upper()): str(column) for column in reversed(frame.columns)}
    cells = {name: frame[by_name[name]] for name in by_name if name != "GEOMETRY"}
    ids = _ids(cells, len(frame), file)
    states: list[str | None] = [None] * len(frame)
    if "STUSPS" in cells:
        states = [code if code in STATE_NAMES else None for code in map(_text, cells["STUSPS"])]
    elif "STATEFP" in cells:
        states = [_CODE_OF.get(_padded(fips, 2)) for fips in cells["STATEFP"]]
    states = [state or _CODE_OF.get((code or "")[:2]) for state, code in zip(states, ids, strict=True)]
    names = [_text(name) for name in cells.get("NAME", cells.get("NAMELSAD", [""] * len(frame)))]
    if not any(ids) and not (any(names) and any(states)):
        found = ", ".join(map(str, frame.columns[:12]))
        raise BadAreas(
            f"{file!r} in {FOLDER} does not say which places it holds: it has neither GEOID, nor NAME with STATEFP or "
            f"STUSPS, as Census files do. Its columns: {found}. Rename or add them."
        )
    full = [_text(name) for name in cells.get("NAMELSAD", names)]
    table = {"id": ids, "name": names, "full_name": full, "state": states, "file": file}
    return gpd.GeoDataFrame(table, geometry=_in_degrees(frame.geometry, file).array)


def _ids(cells: dict[str, pd.Series], rows: int, file: str) -> list[str | None]:
    """FIPS codes of places (7 digits) or county subdivisions (10); text or numbers that lost a leading zero.

    Raises BadAreas for codes of counties, tracts and the like.
    """
    for name in ("GEOID", "AFFGEOID", "GEOIDFQ", "GEOID_FQ"):
        codes = [_code(cell) for cell in cells.get(name, ())]
        if any(codes):
            if wrong := next((code for code in codes if code and not _ID.fullmatch(code)), None):
                raise BadAreas(
                    f"{file!r} in {FOLDER} holds {wrong!r} as {name}: no code of a place (7 digits) or of a town or "
                    "township (10), as of a county or tract. Give the file of places of the state."
                )
            return [code or None for code in codes]
    for parts in _PARTS:
        if all(column in cells for column in parts):
            widths = parts.values()
            pairs = zip(*(cells[column] for column in parts), strict=True)
            joined = ["".join(_padded(cell, width) for cell, width in zip(one, widths, strict=True)) for one in pairs]
            return [code if _ID.fullmatch(code) else None for code in joined]
    return [None] * rows


def _code(cell: Any) -> str:
    """Digits of a GEOID; a number of 6 or 9 digits has lost a leading zero."""
    text = _LEADING.sub("", _text(cell)).removesuffix(".0")
    return text.zfill(len(text) + 1) if text.isdigit() and len(text) in (6, 9) else text


def _check_layers(layers: Any, file: str) -> None:
    drawn = [str(name) for name, kind in layers if kind is not None]
    if len(drawn) > 1:
        raise BadAreas(
            f"{file!r} in {FOLDER} holds {len(drawn)} layers ({', '.join(drawn[:6])}). Save the one of places as "
            "a file of its own."
        )


def _text(cell: Any) -> str:
    return "" if cell is None or cell != cell else str(cell).strip()  # noqa: PLR0124 - not a number


def _padded(cell: Any, digits: int) -> str:
    """A code as text: `01` of 1, 1.0, `1` or `01`."""
    text = _text(cell).removesuffix(".0")
    return text.zfill(digits) if text.isdigit() else text


def _in_degrees(shapes: gpd.GeoSeries, file: str) -> gpd.GeoSeries:
    """EPSG:4326. Raises BadAreas for shapes that are no areas, or do not lie in the United States."""
    if not shapes.geom_type.dropna().isin({"Polygon", "MultiPolygon"}).all():
        kinds = ", ".join(sorted(set(shapes.geom_type.dropna()) - {"Polygon", "MultiPolygon"}))
        raise BadAreas(f"{file!r} in {FOLDER} holds {kinds}, not areas. Give a file of boundaries (polygons).")
    if shapes.crs is None:
        if not _are_degrees(shapes):
            raise BadAreas(
                f"{file!r} in {FOLDER} states no system of coordinates and its numbers are no degrees in the United "
                "States. Put its .prj file beside it, or save it in degrees (EPSG:4326)."
            )
        shapes = shapes.set_crs(4269)
    degrees = shapes.to_crs(4326)
    if not _are_degrees(degrees):
        bounds = ", ".join(f"{value:.5g}" for value in degrees.total_bounds)
        raise BadAreas(
            f"{file!r} in {FOLDER} does not lie in the United States: its coordinates run over {bounds} (west, south, "
            "east, north in degrees). Mend its system of coordinates."
        )
    return degrees


def _are_degrees(shapes: gpd.GeoSeries) -> bool:
    west, south, east, north = shapes.total_bounds
    return bool(_DEGREES[0] <= west and _DEGREES[1] <= south and east <= _DEGREES[2] and north <= _DEGREES[3])
