"""Every kind of map is drawn with the network cut off, and no picture asks for anything from elsewhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
# Run in a process of its own, which first makes sure that it reaches nothing; what it prints is read here.
DRAWING = """
import json, socket, sys

def reaches_out() -> bool:
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=2).close()
    except OSError as error:
        return not (isinstance(error, PermissionError) or error.errno in (101, 100, 113))  # no network at all
    return True

assert not reaches_out(), "the network is not cut off"

import pandas as pd
from investigate.cameras.whose import BY_HAND
from investigate.maps.flow import map_flow
from investigate.maps.nation_dots import map_cameras
from investigate.maps.queried import map_queried
from investigate.maps.searchers import map_searchers

OWNER = {"agency": "Mossgate IL PD", "state": "IL", "lat": 41.8, "lon": -88.0}
BOTH = {"before": "1 search", "after": "2 searches"}
states = pd.DataFrame([("TX", 4, 90), ("IL", 3, 4), ("PR", 0, 3)], columns=["state", "before", "after"])
points = pd.DataFrame([("Seattle PD", 47.6, -122.3, 1, 2)], columns=["partner", "lat", "lon", "before", "after"])
cameras = pd.DataFrame(
    {"agency": OWNER["agency"], "camera": ["a", "b"], "lat": [41.81, 41.85], "lon": [-88.02, -88.1], "by": BY_HAND,
     "maker": None, "not_placed": pd.Series([None, None], dtype="string")}
)
networks = pd.DataFrame({"agency": [OWNER["agency"]], "before": [1], "after": [5]})
figures = {
    "searchers": map_searchers(points, states, OWNER, "Searches"),
    "flow": map_flow(states, OWNER, "Searches", BOTH),
    "flow from": map_flow(states, OWNER, "Searches", BOTH, "searcher"),
    "queried": map_queried(cameras, networks, OWNER, "Queried cameras", BOTH, "owner", "© Nobody.", "1 May 2025"),
    "nation": map_cameras(cameras, "Cameras", "© Nobody.", "1 May 2025"),
}
told = {}
for name, figure in figures.items():
    told[name] = {"html": figure._repr_html_(), "svg": figure.svg(), "png": len(figure.png()), "said": figure.alt_text}
print(json.dumps(told))
"""
# Where no namespace may be made: every connection and every name looked up raises.
BLOCKED = """
import sys

def refuse(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"):
        raise PermissionError("the network is cut off")

sys.addaudithook(refuse)
"""


def in_namespace() -> list[str]:
    """How to run a command in a namespace without network, or nothing where that is not allowed."""
    for flags in ("-rn", "-n"):
        command = ["unshare", flags]
        if (
            shutil.which("unshare")
            and not subprocess.run([*command, "true"], check=False, capture_output=True).returncode
        ):
            return command
    return []


@pytest.fixture(scope="module")
def told() -> dict[str, dict[str, Any]]:
    """What a process without network drew: name of the map → its HTML, SVG, bytes of its PNG and alt text."""
    apart = in_namespace()
    script = DRAWING if apart else BLOCKED + DRAWING
    ran = subprocess.run(
        [*apart, sys.executable, "-c", script], cwd=ROOT, check=False, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    found: dict[str, dict[str, Any]] = json.loads(ran.stdout.strip().splitlines()[-1])
    return found


def test_every_kind_of_map_is_drawn_without_network(told: dict[str, dict[str, Any]]) -> None:
    assert set(told) == {"searchers", "flow", "flow from", "queried", "nation"}
    for one in told.values():
        assert one["png"] > 10_000  # each was looked at before it was given out, too
        assert len(one["said"]) > 60
    assert told["searchers"]["svg"].count("<circle") == 2
    assert told["queried"]["svg"].count("<circle") == 4
    assert "<title>Texas: 90</title>" in told["flow"]["svg"]


def test_blocked_sockets_raise_where_no_namespace_can_be_made() -> None:
    trial = (
        "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80), 1)\nexcept PermissionError as e: print(e)"
    )
    ran = subprocess.run([sys.executable, "-c", BLOCKED + trial], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "the network is cut off"


def test_no_picture_asks_for_anything_from_elsewhere(told: dict[str, dict[str, Any]]) -> None:
    for one in told.values():
        for text in (one["html"], one["svg"]):
            bare = re.sub(r'\sxmlns(?::\w+)?="[^"]*"', "", text)
            bare = re.sub(r'src="data:image/png;base64,[A-Za-z0-9+/=]*"', "", bare)
            assert "http" not in bare
            assert not re.search(r'(?:src|href|data)\s*=|url\(\s*["\']?(?!#)|@import|<(?:script|link|iframe)', bare)
