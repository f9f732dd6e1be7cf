"""What each layer of a chart draws, for tests that look into it."""

from __future__ import annotations

from typing import Any

import altair as alt

from investigate.chart_spec import Spec
from investigate.charts import as_altair


def spec_of(chart: Spec | alt.TopLevelMixin) -> dict[str, Any]:
    """The validated spec of a chart or layer with the values of each layer in its place, where it only names them."""
    spec: dict[str, Any] = (as_altair(chart) if isinstance(chart, dict) else chart).to_dict()
    values = spec.pop("datasets", {})
    filled: dict[str, Any] = _filled(spec, values)
    return filled


def _filled(part: Any, values: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_filled(one, values) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {name: _filled(one, values) for name, one in part.items() if name != "data"}
    if "data" in part:
        data = part["data"]
        kept["data"] = {"values": list(values[data["name"]])} if "name" in data else data
    return kept
