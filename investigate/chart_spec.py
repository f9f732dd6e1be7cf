"""Charts as Vega-Lite says them, in plain dicts: what the drawing engine takes, without a library between.

Altair says the same in objects that copy and check each part at each step, which took most of the time of a report.
Tests check whole charts against its schema; `Figure.chart` gives a chart as Altair's, for exploring.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"  # never fetched: says which grammar this is
INNER = ("layer", "vconcat", "hconcat", "concat")  # where a chart holds others
_OF_SHAPES = ("type", "geometry", "properties", "coordinates", "geometries")
_OF_DATUM = re.compile(r"datum\.([\w.]+)|datum\[['\"]([^'\"]+)['\"]\]")
TYPES = {"T": "temporal", "Q": "quantitative", "N": "nominal"}


def field(said: str, **more: Any) -> Spec:
    """A column as a channel shows it: `start:T` is time, `searches:Q` a number, `name:N` a name, `end` what its first
    channel is. `more`: the channel's scale, axis, title, format."""
    name, _, kind = said.partition(":")
    return {"field": name, **({"type": TYPES[kind]} if kind else {}), **more}


def mark(kind: str, data: pd.DataFrame | Sequence[Any] | Spec, look: Spec | None = None, **encoding: Any) -> Spec:
    """One layer. `kind`: rect, rule, text, geoshape … `data`: a frame, rows or shapes as dicts, or Vega-Lite's own
    `{"values": …, "format": …}`. `look`: the mark's colour and the like. `encoding`: what each channel shows."""
    if isinstance(data, pd.DataFrame):
        data = rows_of(data)
    source = data if isinstance(data, dict) else {"values": data}
    return {"mark": {"type": kind, **(look or {})}, "data": source, **({"encoding": encoding} if encoding else {})}


def layered(layers: Iterable[Spec], **properties: Any) -> Spec:
    """Layers one over another, the first at the back; `properties`: width, height, title."""
    return {"layer": list(layers), **properties}


def stacked(panels: Iterable[Spec], spacing: float) -> Spec:
    """Charts one under another, pixels apart."""
    return {"vconcat": list(panels), "spacing": spacing}


def beside(panels: Iterable[Spec], spacing: float) -> Spec:
    """Charts side by side, pixels apart."""
    return {"hconcat": list(panels), "spacing": spacing}


def rows_of(frame: pd.DataFrame) -> list[Spec]:
    """The rows of a frame as JSON can hold them: times as ISO 8601 text without a zone, what is not known as None."""
    columns = [_values(frame[name]) for name in frame]
    return [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def _values(column: pd.Series) -> list[Any]:
    values = column.tolist()
    if pd.api.types.is_datetime64_any_dtype(column):
        return [None if pd.isna(time) else time.isoformat() for time in values]
    return [None if pd.isna(one) or (isinstance(one, float) and math.isinf(one)) else one for one in values]


def whole(chart: Spec, config: Spec) -> Spec:
    """The chart ready to be drawn: with its look, and with data that several layers share written once.

    Layers share data that are the same object: nothing is compared. Columns that no layer names are left out: a chart
    carries what it draws and nothing else.
    """
    names: dict[int, str] = {}
    datasets: dict[str, Any] = {}
    drawn = _with_names(chart, names, datasets)
    kept = {name: _only(values, fields_of(drawn, name)) for name, values in datasets.items()}
    return {"$schema": SCHEMA, "config": config, **drawn, **({"datasets": kept} if kept else {})}


def fields_of(chart: Spec, data: str, above: str = "") -> set[str]:
    """The columns of the named data that some layer of the chart names, in whatever place."""
    own = chart.get("data", {}).get("name", above)
    inside = [part for inner in INNER for part in chart.get(inner, [])]
    here = {name: part for name, part in chart.items() if name not in (*INNER, "data", "datasets")}
    found = _named(here) if own == data else set()
    return found.union(*(fields_of(part, data, own) for part in inside))


def _named(part: Any) -> set[str]:
    if isinstance(part, list):
        return set().union(*map(_named, part))
    if isinstance(part, str):  # a condition or a calculation, such as "datum.searches > 0"
        return {name or other for name, other in _OF_DATUM.findall(part)}
    if not isinstance(part, dict):
        return set()
    own = {part[key] for key in ("field", "lookup", "key") if isinstance(part.get(key), str)}
    own |= {name for key in ("groupby", "fields", "fold") if isinstance(part.get(key), list) for name in part[key]}
    return own.union(*map(_named, part.values()))


def _only(values: Any, fields: set[str]) -> Any:
    """Rows, or shapes, with these columns alone; whatever is neither stays as it is."""
    if not isinstance(values, list):
        return values
    return [_row_of(row, fields) for row in values]


def _row_of(row: Any, fields: set[str]) -> Any:
    if not isinstance(row, dict):
        return row
    is_shape = row.get("type") == "Feature" or "coordinates" in row or "geometries" in row
    kept = {name: one for name, one in row.items() if name in fields or (is_shape and name in _OF_SHAPES)}
    if kept.get("properties"):
        said = kept["properties"].items()
        kept["properties"] = {name: one for name, one in said if f"properties.{name}" in fields}
    return kept


def _with_names(chart: Spec, names: dict[int, str], datasets: dict[str, Any]) -> Spec:
    """A copy in which inline data are named, and stand in `datasets` under these names."""
    copied = dict(chart)
    for inner in INNER:
        if inner in chart:
            copied[inner] = [_with_names(part, names, datasets) for part in chart[inner]]
    data = chart.get("data", {})
    if "values" in data:
        values = data["values"]
        name = names.setdefault(id(values), f"data-{len(names)}")
        datasets[name] = values
        copied["data"] = {"name": name, **{key: part for key, part in data.items() if key != "values"}}
    return copied
