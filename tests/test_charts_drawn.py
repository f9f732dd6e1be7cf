"""Charts carry no column that they do not draw: what is in a chart's data is in the page, seen or not."""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from investigate import drawing
from investigate.cameras.kept import store_cameras
from investigate.cameras.load import read_camera_files

REPOSITORY = Path(__file__).resolve().parents[1]
NOTEBOOK = REPOSITORY / "notebooks" / "agency_report.ipynb"  # whose charts stand in pages
AGENCIES = ("Brackenfall IL PD", "Wrenlock MN PD")  # an owner with cameras and a law, and a searching agency


@pytest.fixture(scope="module")
def charts(corrected_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Every chart of two reports on the sample, as it goes to the drawing engine."""
    drawn: list[str] = []
    room = Path(shutil.copytree(corrected_sample, tmp_path_factory.mktemp("sample") / "room"))
    store_cameras(read_camera_files(REPOSITORY / "data" / "sample" / "cameras", workspace=room), room)
    with pytest.MonkeyPatch.context() as changed:
        draw = drawing._draw
        changed.setattr(drawing, "_draw", lambda what, source, *rest: drawn.append(source) or draw(what, source, *rest))
        for agency in AGENCIES:
            _show_all(agency, str(room))
    return [json.loads(source) for source in drawn if source.startswith("{")]


def _show_all(agency: str, workspace: str) -> None:
    """Whatever the cells of a report show, as a notebook would write it."""
    cells = nbformat.read(NOTEBOOK, 4).cells
    names: dict[str, Any] = {}
    for cell in (one for one in cells if one.cell_type == "code"):
        *before, last = ast.parse(cell.source).body
        is_shown = isinstance(last, ast.Expr)
        exec(compile(ast.Module([*before, *([] if is_shown else [last])], []), "cell", "exec"), names)
        if "parameters" in cell.metadata.get("tags", []):
            names |= {"agency": agency, "workspace": workspace}
        if is_shown:
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            assert shown._repr_html_()


def test_charts_carry_no_column_that_they_do_not_draw(charts: list[dict[str, Any]]) -> None:
    assert len(charts) > 10
    assert sum(len(columns) for chart in charts for _, columns in _carried(chart)) > 50
    assert [left for chart in charts for left in undrawn(chart)] == []


def test_a_column_that_is_not_drawn_is_found() -> None:
    rows = [{"month": "2025-01", "searches": 3, "officer": "x"}]
    encoding = {"x": {"field": "month"}, "y": {"field": "searches"}}
    chart = {"layer": [{"mark": "bar", "data": {"name": "a"}, "encoding": encoding}], "datasets": {"a": rows}}
    assert undrawn(chart) == [("a", "officer")]
    csv = {"layer": [{"mark": "bar", "data": {"values": "month,searches,officer\n"}, "encoding": encoding}]}
    assert undrawn(csv) == [("values", "officer")]
    shape = {"type": "Feature", "geometry": None, "properties": {"said": "x", "plate": "y"}}
    tooltip = {"tooltip": {"field": "properties.said"}}
    assert undrawn({"mark": "geoshape", "data": {"values": [shape]}, "encoding": tooltip}) == [
        ("values", "properties.plate")
    ]


def undrawn(chart: dict[str, Any]) -> list[tuple[str, str]]:
    """Columns in a chart's data that no channel, tooltip, condition or transform of it names: (data, column)."""
    used: dict[str, set[str]] = {}
    for layer, data in _layers(chart, None):
        used.setdefault(_name(data), set()).update(_named(layer))
    return [(name, column) for name, columns in _carried(chart) for column in sorted(columns - used.get(name, set()))]


def _layers(part: dict[str, Any], above: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Each layer without those inside it, and the data that it draws: its own, or those of the chart around it."""
    data = part.get("data", above)
    inner = [one for name in ("layer", "vconcat", "hconcat", "concat") for one in part.get(name, [])]
    without = {"layer", "vconcat", "hconcat", "concat", "datasets", "data"}
    yield {name: value for name, value in part.items() if name not in without}, data
    for one in inner:
        yield from _layers(one, data)


def _name(data: Any) -> str:
    return "" if not data else data.get("name", "values")


def _carried(chart: dict[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """The columns of each data of a chart."""
    inline = [data["values"] for _, data in _layers(chart, None) if data and "values" in data]
    for name, values in [*chart.get("datasets", {}).items(), *(("values", one) for one in inline)]:
        if isinstance(values, str):  # CSV
            yield name, set(values.splitlines()[0].split(","))
            continue
        rows = values if isinstance(values, list) else [values]
        yield name, {column for row in rows if isinstance(row, dict) for column in _columns(row)}


def _columns(row: dict[str, Any]) -> set[str]:
    if row.get("type") != "Feature":
        return set(row) - ({"type", "coordinates", "geometries"} if "coordinates" in row else set())
    outside = set(row) - {"type", "geometry", "properties"}
    return outside | {f"properties.{name}" for name in row.get("properties") or {}}


def _named(part: Any) -> set[str]:
    """Fields that a layer names, in whatever place."""
    if isinstance(part, list):
        return {name for one in part for name in _named(one)}
    if isinstance(part, str):
        return {one or other for one, other in re.findall(r"datum\.([\w.]+)|datum\[['\"]([^'\"]+)['\"]\]", part)}
    if not isinstance(part, dict):
        return set()
    own = {part[name] for name in ("field", "lookup", "key") if isinstance(part.get(name), str)}
    own |= {name for key in ("groupby", "fields", "fold") if isinstance(part.get(key), list) for name in part[key]}
    return own | {name for value in part.values() for name in _named(value)}
