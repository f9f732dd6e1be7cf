"""What Overpass is asked, and whether what came back is a whole answer to it.

Overpass says with HTTP 200 that a query ran out of time or memory, and sends pages of HTML with it: an answer counts
only if it is JSON with elements, without a `remark`, all of which lie where was asked.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from investigate.cameras.tiles import Box

SERVER = "https://overpass-api.de/api/interpreter"
SECONDS = 180  # the server's own limit for one query
# Nodes, ways and relations, in any case, lists split by `;`, and the misspellings that stand in the data.
QUERY = (
    f"[out:json][timeout:{SECONDS}];\n"
    'nwr["man_made"="surveillance"]["surveillance:type"~"(^|;) *(ALPR|ANPR|ALRP|ALPR150) *(;|$)",i]({box});\n'
    "out center meta;\n"
)
COPYRIGHT = "The data included in this document is from www.openstreetmap.org. The data is made available under ODbL."
WAY_REACH = 0.1  # degrees: how far the middle of a way that touches a tile can lie beyond it
# What is kept of an element; who mapped it (`user`, `uid`, `changeset`) is about persons and not needed.
KEPT = ("type", "id", "lat", "lon", "center", "timestamp", "version", "tags")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TOO_MUCH = re.compile(r"time-?d? ?out|out of memory", re.IGNORECASE)
_BUSY = re.compile(r"dispatcher|too busy|rate_limited", re.IGNORECASE)  # also says timeout, whatever the tile's size
ONCE, TWICE, OFTEN = 1, 2, 5  # how often a tile is asked before it is given up or cut


class Failure(Exception):
    """A request without an answer that can be used.

    `wait`: seconds that the server asks to wait. `tries`: how often to ask in all. `is_too_much`: a smaller tile may be
    answered. `is_turned_away`: the server answers this caller no more (429).
    """

    def __init__(
        self,
        why: str,
        *,
        wait: float | None = None,
        tries: int = OFTEN,
        is_too_much: bool = False,
        is_turned_away: bool = False,
    ) -> None:
        super().__init__(why)
        self.why, self.wait, self.tries = why, wait, tries
        self.is_too_much, self.is_turned_away = is_too_much, is_turned_away


@dataclass(frozen=True)
class Answer:
    """The elements of one tile, and the time (UTC) at which the server's copy of the map stood so, where it says."""

    base: str | None
    elements: list[dict[str, Any]]


def query_of(box: Box) -> str:
    return QUERY.replace("{box}", box.text())


def read_answer(content: bytes, box: Box) -> Answer:
    """What the server answered for a tile; raises Failure for anything but a whole answer to it."""
    said = _json(content)
    remark = said.get("remark")
    if remark is not None:
        text = " ".join(str(remark)[:2000].split())
        is_too_much = bool(_TOO_MUCH.search(text)) and not _BUSY.search(text)
        raise Failure(
            f"the server gave up on the query ({text[:120]!r})",
            tries=TWICE if is_too_much else OFTEN,
            is_too_much=is_too_much,
            is_turned_away="rate_limited" in text,
        )
    elements = said.get("elements")
    if not isinstance(elements, list):
        raise Failure("the answer has no list of elements")
    head = said.get("osm3s")
    base = head.get("timestamp_osm_base") if isinstance(head, dict) else None
    return Answer(base if is_time(base) else None, [_element(one, box) for one in elements])


def is_time(text: object) -> bool:
    """Whether it is a moment as Overpass writes it: 2026-01-05T12:00:00Z."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        return False
    try:
        dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return False
    return True


def place_of(element: dict[str, Any]) -> tuple[float, float] | None:
    """Latitude and longitude of a node, or of the middle of a way or relation; None where there is none."""
    holder = element if "lat" in element else element.get("center")
    if not isinstance(holder, dict):
        return None
    lat, lon = holder.get("lat"), holder.get("lon")
    if not (_is_number(lat) and _is_number(lon)):
        return None
    return float(lat), float(lon)  # type: ignore[arg-type]


def newest(elements: Iterator[dict[str, Any]]) -> dict[tuple[str, int], dict[str, Any]]:
    """Each element once, by type and id: of several, the highest version (tiles share edges and differ in age)."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for one in elements:
        key = (one["type"], one["id"])
        if key not in found or _age(one) > _age(found[key]):
            found[key] = one
    return dict(sorted(found.items()))


def _age(element: dict[str, Any]) -> tuple[int, str]:
    version = element.get("version")
    return (version if isinstance(version, int) else 0, str(element.get("timestamp", "")))


def _json(content: bytes) -> dict[str, Any]:
    start = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<"):
        raise Failure("a web page came instead of data: the server is busy or shows an error")
    try:
        said = json.loads(content.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:  # also bytes that are no text, and numbers of thousands of digits
        raise Failure("the answer is cut off or is not JSON") from error
    if not isinstance(said, dict):
        raise Failure("the answer is JSON, but not an answer of Overpass")
    return said


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _element(one: Any, box: Box) -> dict[str, Any]:
    """What is kept of an element; it must be of a known type and lie in the tile."""
    kind = one.get("type") if isinstance(one, dict) else None
    if kind not in {"node", "way", "relation"} or type(one.get("id")) is not int:
        raise Failure("the answer holds something that is no node, way or relation")
    tags = one.get("tags", {})
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        raise Failure(f"the tags of {kind} {one['id']} are damaged")
    place = place_of(one)
    if place is None and (kind == "node" or "center" in one or "lat" in one):
        raise Failure(f"{kind} {one['id']} has no coordinates")
    if place is not None and not box.holds(*place, margin=1e-6 if kind == "node" else WAY_REACH):
        raise Failure(f"{kind} {one['id']} lies outside the tile that was asked for")
    return {name: one[name] for name in KEPT if name in one}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
