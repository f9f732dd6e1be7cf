"""What a reader gives of a camera file: one record a row, in the words of OpenStreetMap's tags, nothing interpreted.

Readers find records and say nothing about what they mean; `tags` and `directions` read what a record says, `checks`
decides whether its point can be drawn, `load` puts it all together.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

# Names under which every reader gives what its file says, whatever the file calls it. Others are kept as they stand.
TAGS = (
    "man_made", "surveillance", "surveillance:type", "surveillance:zone", "camera:type", "camera:mount", "operator",
    "operator:type", "manufacturer", "brand", "direction", "camera:direction", "ref", "start_date", "name", "address",
    "city", "county", "state", "county_fips",
)  # fmt: skip


@dataclass(slots=True)
class RawCamera:
    """One record of a camera file.

    `row`: record number in the file: of a table as a spreadsheet counts (the header is record 1 where it stands
    first), else the place in the list, from 1. `lat`, `lon`: degrees (EPSG:4326) as the file states them, None where
    it states none or no number; `said`: the text that could not be read as coordinates. `id`: `node/123`, `way/45`,
    `relation/6` for an OpenStreetMap object, else the file's own identifier. `tags`: see TAGS; texts, never blank.
    `rejected`: why this record is no record of a camera at all (not an object, no place and no address), or None.
    `kind`: `alpr` or `other` where a column of the list tells its plate readers from the rest, `gone` where the record
    says that no camera stands there (any more, or yet); `kind_said`: the text that says so (see `kinds`).
    """

    row: int
    lat: float | None = None
    lon: float | None = None
    id: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    said: str | None = None
    rejected: str | None = None
    kind: str | None = None
    kind_said: str | None = None


@dataclass
class CameraFile:
    """What a reader made of one file.

    `layout`: its shape, such as `overpass`, `geojson`, `table`. `source`: `osm` where the file itself shows that its
    data are OpenStreetMap's (object ids, its notice), `invented` for an invented sample, None where it is silent.
    `licence`: as the file states it. `snapshot`: the day the data were taken, as the file itself states it.
    `only_alpr`: records of the file that name no kind of camera are of licence-plate readers.
    `names`: what the file calls its columns, fields, layers and sheets, and what it says of itself as a whole.
    `warnings`: sentences for a reporter.
    """

    layout: str
    cameras: list[RawCamera] = field(default_factory=list)
    source: str | None = None
    licence: str | None = None
    snapshot: dt.date | None = None
    only_alpr: bool = True
    rows_blank: int = 0
    names: tuple[str, ...] = ()
    warnings: list[str] = field(default_factory=list)
