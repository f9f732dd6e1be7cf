"""An Overpass server on this computer that answers from a list of invented elements, or misbehaves as it is told."""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

BASE = "2026-01-05T12:00:00Z"
Sides = tuple[float, float, float, float]
Behaviour = Callable[["Asked", "Overpass"], None]


@dataclass
class Asked:
    """One request as the server got it, and the means to answer it."""

    query: str
    box: Sides
    headers: dict[str, str]
    handler: BaseHTTPRequestHandler

    def send(self, body: bytes, status: int = 200, length: int | None = None, **headers: str) -> None:
        self.handler.send_response(status)
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.send_header("Content-Length", str(len(body) if length is None else length))
        self.handler.end_headers()
        self.handler.wfile.write(body)


@dataclass
class Overpass:
    """`script`: what to do with the first requests, one each; `always`: with every request it holds for."""

    elements: list[dict[str, Any]] = field(default_factory=list)
    script: list[Behaviour] = field(default_factory=list)
    always: Callable[[Sides], Behaviour | None] = lambda box: None
    base: str | None = BASE
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    @property
    def boxes(self) -> list[Sides]:
        return [one.box for one in self.asked]

    def answer(self, box: Sides, **more: Any) -> dict[str, Any]:
        south, west, north, east = box
        found = []
        for one in self.elements:
            place = one if "lat" in one else one["center"]
            if south <= place["lat"] <= north and west <= place["lon"] <= east:
                found.append(one)
        osm3s = {"timestamp_osm_base": self.base} if self.base else {}
        return {"version": 0.6, "osm3s": osm3s, "elements": found} | more

    def body(self, box: Sides, **more: Any) -> bytes:
        return json.dumps(self.answer(box, **more)).encode()

    def take(self, asked: Asked) -> None:
        self.asked.append(asked)
        behave = self.script.pop(0) if self.script else self.always(asked.box)
        (behave or well)(asked, self)


def node(number: int, lat: float, lon: float, **more: Any) -> dict[str, Any]:
    tags = {"man_made": "surveillance", "surveillance:type": "ALPR"}
    return {"type": "node", "id": number, "lat": lat, "lon": lon, "version": 1, "tags": tags} | more


def well(asked: Asked, server: Overpass) -> None:
    asked.send(server.body(asked.box))


def sends(body: bytes, **headers: str) -> Behaviour:
    """HTTP 200 with this body."""
    return lambda asked, server: asked.send(body, **headers)


def fails(status: int, **headers: str) -> Behaviour:
    return lambda asked, server: asked.send(b"<html>no</html>", status, **headers)


def remarks(text: str) -> Behaviour:
    """HTTP 200, valid JSON, and a remark that it is no answer."""
    return lambda asked, server: asked.send(server.body(asked.box, remark=text))


def truncated(asked: Asked, server: Overpass) -> None:
    """The announced length is met, but the JSON is not whole."""
    asked.send(server.body(asked.box)[:-20])


def breaks_off(asked: Asked, server: Overpass) -> None:
    """JSON that is whole, but shorter than announced: what a proxy makes of two answers."""
    body = server.body(asked.box)
    asked.send(body, length=len(body) + 500)
    asked.handler.close_connection = True


def drops(asked: Asked, server: Overpass) -> None:
    """Closes the connection without a word."""
    asked.handler.close_connection = True


def silent(seconds: float) -> Behaviour:
    def behave(asked: Asked, server: Overpass) -> None:
        time.sleep(seconds)
        asked.handler.close_connection = True

    return behave


def drips(asked: Asked, server: Overpass) -> None:
    """One byte after the other, so that no read ever times out."""
    body = b" " * 200 + server.body(asked.box)
    asked.handler.send_response(200)
    asked.handler.send_header("Content-Length", str(len(body)))
    asked.handler.end_headers()
    for place in range(len(body)):
        asked.handler.wfile.write(body[place : place + 1])
        asked.handler.wfile.flush()
        time.sleep(0.02)


def packed(asked: Asked, server: Overpass) -> None:
    asked.send(gzip.compress(server.body(asked.box)), Content_Encoding="gzip")


def packed_short(asked: Asked, server: Overpass) -> None:
    """Packed and cut: the end that holds the checksum is missing."""
    asked.send(gzip.compress(server.body(asked.box))[:-6], Content_Encoding="gzip")


def packed_twice(asked: Asked, server: Overpass) -> None:
    asked.send(gzip.compress(server.body(asked.box)) * 2, Content_Encoding="gzip")


def packed_broken(asked: Asked, server: Overpass) -> None:
    asked.send(b"\x1f\x8b\x08\x00" + b"no gzip at all", Content_Encoding="gzip")


@contextmanager
def serving(server: Overpass) -> Iterator[Overpass]:
    """Serve on a free port of this computer; `server.url` is its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            query = parse_qs(self.rfile.read(length).decode())["data"][0]
            found = re.search(r"\(([-\d.]+),([-\d.]+),([-\d.]+),([-\d.]+)\);", query)
            assert found, query
            south, west, north, east = map(float, found.groups())
            try:
                server.take(Asked(query, (south, west, north, east), dict(self.headers), self))
            except OSError:  # the client hung up first, as it should
                self.close_connection = True

        def do_GET(self) -> None:
            server.asked.append(Asked("GET", (0, 0, 0, 0), dict(self.headers), self))
            self.send_error(405)

        def log_message(self, *_: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_port}/api/interpreter"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join(5)
