"""What each layer of a chart draws, for tests that look into it."""

from __future__ import annotations

from typing import Any

import altair as alt


def spec_of(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """The validated spec of a chart with the values of each layer in its place, where Altair names them only."""
    spec: dict[str, Any] = chart.to_dict()
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
