"""Fetching cameras from an Overpass server, one test for each way in which such a server misbehaves."""

from __future__ import annotations

import datetime as dt
import email.utils
import gzip
import json
import re
import socket
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import overpass_server as bad
import pytest
from hypothesis import given
from hypothesis import strategies as st
from overpass_server import BASE, Overpass, node

from investigate.cameras import fetch_http
from investigate.cameras.fetch import Fetched, fetch_cameras
from investigate.cameras.fetch_http import FetchStopped
from investigate.cameras.fetch_kept import FOLDER
from investigate.cameras.overpass import QUERY, Failure, read_answer
from investigate.cameras.tiles import Box, area_of
from investigate.errors import InvestigateError, UnknownValue

AGENT = "test desk (+desk@example.org)"
ONE = (40.5, -89.5, 41.5, -88.5)  # lies in one tile
FOUR = (39.5, -90.5, 40.5, -89.5)  # touches four
CAMERAS = [node(3, 41.0, -89.0), node(1, 41.2, -88.9), node(2, 40.6, -89.4)]
REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture
def server() -> Iterator[Overpass]:
    with bad.serving(Overpass(list(CAMERAS))) as running:
        yield running


class Slept(list[float]):
    """How long was waited, instead of waiting."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def fetch(server: Overpass, tmp_path: Path, *, slept: Slept | None = None, **options: Any) -> Fetched:
    if "state" not in options:
        options.setdefault("box", ONE)
    options.setdefault("agent", AGENT)
    return fetch_cameras(
        tmp_path / "cameras.json", url=server.url, sleep=Slept() if slept is None else slept, **options
    )


def ids(path: Path | None) -> list[int]:
    assert path is not None
    return [one["id"] for one in json.loads(path.read_text())["elements"]]


def test_one_file_of_overpass_shape_with_the_date_and_the_terms(server: Overpass, tmp_path: Path) -> None:
    fetched = fetch(server, tmp_path)
    assert fetched.path == tmp_path / "cameras.json"
    said = json.loads(fetched.path.read_text())
    assert [one["id"] for one in said["elements"]] == [1, 2, 3]
    assert said["osm3s"]["timestamp_osm_base"] == BASE == fetched.snapshot
    assert "ODbL" in said["osm3s"]["copyright"]
    assert said["fetched"]["boxes"] == [list(ONE)]
    assert (said["fetched"]["url"], said["fetched"]["query"]) == (server.url, QUERY)
    assert (fetched.cameras, fetched.tiles, fetched.from_cache, fetched.failed, fetched.requests) == (3, 1, 0, [], 1)
    assert fetched.bytes == len(server.body(ONE))


def test_each_request_says_who_asks_and_asks_for_nodes_and_ways_in_any_case(server: Overpass, tmp_path: Path) -> None:
    fetch(server, tmp_path)
    (asked,) = server.asked
    assert asked.headers["User-Agent"] == AGENT
    assert 'nwr["man_made"="surveillance"]["surveillance:type"~' in asked.query
    assert ",i](40.5,-89.5,41.5,-88.5);" in asked.query
    assert "out center meta;" in asked.query
    pattern = re.search(r'~"(.+?)",i', asked.query)
    assert pattern
    for said in ("ALPR", "alpr", "camera;ALPR", "ALPR; camera", "ANPR", "ALPR150"):
        assert re.search(pattern[1], said, re.IGNORECASE), said
    for said in ("camera", "guard", "ALPRX"):
        assert not re.search(pattern[1], said, re.IGNORECASE), said


def test_tiles_are_asked_one_by_one_in_order_with_a_pause_between(server: Overpass, tmp_path: Path) -> None:
    slept = Slept()
    fetched = fetch(server, tmp_path, box=FOUR, slept=slept)
    assert server.boxes == [
        (39.5, -90.5, 40.0, -90.0), (39.5, -90.0, 40.0, -89.5), (40.0, -90.5, 40.5, -90.0), (40.0, -90.0, 40.5, -89.5),
    ]  # fmt: skip
    assert slept == [2.0, 2.0, 2.0]
    assert fetched.tiles == 4


def test_a_camera_on_the_edge_of_four_tiles_stands_once_in_its_newest_version(server: Overpass, tmp_path: Path) -> None:
    server.elements = [node(9, 40.0, -90.0, version=2)]
    older = json.dumps({"elements": [node(9, 40.0, -90.0, version=1)]}).encode()
    server.script = [bad.sends(older)]
    fetched = fetch(server, tmp_path, box=FOUR)
    assert fetched.path
    (one,) = json.loads(fetched.path.read_text())["elements"]
    assert one["version"] == 2


def test_the_oldest_date_of_all_tiles_counts_and_an_unknown_one_makes_it_unknown(
    server: Overpass, tmp_path: Path
) -> None:
    def dated(day: str) -> bad.Behaviour:
        return bad.sends(json.dumps({"osm3s": {"timestamp_osm_base": day}, "elements": []}).encode())

    server.script = [dated("2026-01-04T00:00:00Z"), dated("2025-12-30T00:00:00Z")]
    assert fetch(server, tmp_path, box=FOUR).snapshot == "2025-12-30T00:00:00Z"
    server.script = [dated("yesterday")]
    fetched = fetch(server, tmp_path / "other", box=FOUR)
    assert fetched.path
    assert fetched.snapshot is None
    assert "timestamp_osm_base" not in json.loads(fetched.path.read_text())["osm3s"]


def test_names_of_those_who_mapped_are_not_kept(server: Overpass, tmp_path: Path) -> None:
    server.elements = [node(1, 41.0, -89.0, user="Jane Q. Mapper", uid=77, changeset=5)]
    fetch(server, tmp_path)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 2
    assert not any(b"Jane" in path.read_bytes() for path in written)


ONE_BAD = {
    "429": bad.fails(429),
    "500": bad.fails(500),
    "502": bad.fails(502),
    "504": bad.fails(504),
    "204": lambda asked, server: asked.send(b"", 204),
    "206": lambda asked, server: asked.send(server.body(asked.box), 206),
    "dropped": bad.drops,
    "html": bad.sends(b"<!DOCTYPE html><html><body>Error: runtime error</body></html>"),
    "empty": bad.sends(b""),
    "truncated": bad.truncated,
    "breaks off": bad.breaks_off,
    "no text": bad.sends(b'{"elements": ["\xff\xfe"]}'),
    "deep": bad.sends(b"[" * 100_000),
    "list": bad.sends(b"[]"),
    "no elements": bad.sends(b'{"version": 0.6}'),
    "elements no list": bad.sends(b'{"elements": {"a": 1}}'),
    "not a number": bad.sends(b'{"elements": [{"type": "node", "id": 1, "lat": NaN, "lon": -89}]}'),
    "no coordinates": bad.sends(b'{"elements": [{"type": "node", "id": 1}]}'),
    "true for a number": bad.sends(b'{"elements": [{"type": "node", "id": 1, "lat": 41, "lon": true}]}'),
    "no kind": bad.sends(b'{"elements": [{"id": 1, "lat": 41, "lon": -89}]}'),
    "tags no object": bad.sends(b'{"elements": [{"type": "node", "id": 1, "lat": 41, "lon": -89, "tags": [1]}]}'),
    "outside": lambda asked, server: asked.send(server.body((-90, -180, 90, 180))),
    "remark": bad.remarks("runtime error: something"),
    "remark busy": bad.remarks("runtime error: open64 Dispatcher_Client::timeout. The server is probably too busy."),
    "remark timeout": bad.remarks('runtime error: Query timed out in "query" at line 2 after 180 seconds.'),
    "remark memory": bad.remarks("runtime error: Query run out of memory using about 512 MB of RAM."),
    "packed short": bad.packed_short,
    "packed broken": bad.packed_broken,
    "packed twice": bad.packed_twice,
    "packed otherwise": bad.sends(b"\x1b\x00", Content_Encoding="br"),
}  # fmt: skip


@pytest.mark.parametrize("way", ONE_BAD)
def test_an_answer_that_fails_in_any_way_is_asked_for_again(server: Overpass, tmp_path: Path, way: str) -> None:
    server.elements.append(node(99, -33.0, 151.0))
    server.script = [ONE_BAD[way]]
    slept = Slept()
    fetched = fetch(server, tmp_path, slept=slept)
    assert server.boxes == [ONE, ONE]
    assert slept == [5.0]
    assert (ids(fetched.path), fetched.failed, fetched.requests) == ([1, 2, 3], [], 2)


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("429", "429 (too many requests)"), ("504", "504 (busy)"), ("html", "a web page came"),
        ("dropped", "connection was dropped"), ("breaks off", "broke off: "), ("truncated", "cut off"),
        ("remark", "gave up on the query"),
        ("outside", "node 99 lies outside the tile"), ("packed otherwise", "packed in a way that was not asked for"),
    ],
)  # fmt: skip
def test_why_it_asks_again_is_told(server: Overpass, tmp_path: Path, way: str, says: str) -> None:
    server.elements.append(node(99, -33.0, 151.0))
    server.script = [ONE_BAD[way]]
    lines: list[str] = []
    fetch(server, tmp_path, tell=lines.append)
    assert lines[0].startswith("[0/1] 40.5,-89.5,41.5,-88.5  ")
    assert says in lines[0]
    assert lines[0].endswith("; asking again in 5 s")


@pytest.mark.parametrize("error", [ConnectionResetError, ConnectionAbortedError, BrokenPipeError, TimeoutError])
def test_a_connection_that_is_lost_is_made_again(server: Overpass, tmp_path: Path, error: type[OSError]) -> None:
    really = fetch_http._transport(True)
    failing: list[OSError] = [error(), urllib.error.URLError(error())]

    def lossy(request: Any, timeout: float) -> Any:
        if failing:
            raise failing.pop()
        return really(request, timeout)

    assert fetch(server, tmp_path, transport=lossy).requests == 3


def test_numbers_that_are_none_never_reach_the_file() -> None:
    box = Box(-2, -2, 2, 2)
    for odd in (
        b'{"elements": [{"type": "node", "id": 1, "lat": 1, "lon": true}]}',
        b'{"elements": [{"type": "node", "id": true, "lat": 1, "lon": 1}]}',
        b'{"elements": [{"type": "node", "id": 1, "lat": 1, "lon": 1e999}]}',
        b'{"elements": [{"type": "node", "id": 1, "lat": 1, "lon": 1, "version": NaN}]}',
        b'{"elements": [{"type": "way", "id": 1, "center": {"lat": 1}}]}',
        b'{"elements": [{"type": "node", "id": ' + b"9" * 5000 + b', "lat": 1, "lon": 1}]}',
    ):
        with pytest.raises(Failure):
            read_answer(odd, box)


def test_a_busy_server_is_waited_for_and_its_tiles_are_not_cut(server: Overpass, tmp_path: Path) -> None:
    server.always = lambda box: bad.remarks("Dispatcher_Client::request_read_and_idx::timeout. Probably too busy.")
    assert fetch(server, tmp_path).tiles == 1
    assert server.boxes == [ONE] * 5


def test_a_remark_that_the_rate_is_limited_stops_it(server: Overpass, tmp_path: Path) -> None:
    server.always = lambda box: bad.remarks("Dispatcher_Client::request_read_and_idx::rate_limited.")
    with pytest.raises(FetchStopped, match="too many requests"):
        fetch(server, tmp_path)


def test_a_packed_answer_is_unpacked_and_counted_as_it_is(server: Overpass, tmp_path: Path) -> None:
    server.script = [bad.packed]
    fetched = fetch(server, tmp_path)
    assert ids(fetched.path) == [1, 2, 3]
    assert fetched.bytes == len(server.body(ONE))


def test_a_server_that_is_silent_or_drips_is_not_waited_for(
    server: Overpass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_http, "SILENCE", 0.3)
    monkeypatch.setattr(fetch_http, "SLOWEST", 0.6)
    server.script = [bad.silent(1.0), bad.drips]
    lines: list[str] = []
    fetched = fetch(server, tmp_path, tell=lines.append)
    assert ids(fetched.path) == [1, 2, 3]
    assert len(server.asked) == 3
    assert "did not answer in time" in lines[0]
    assert "not complete after" in lines[1]


def test_waits_grow_and_end_and_the_tile_is_named(server: Overpass, tmp_path: Path) -> None:
    server.always = lambda box: bad.fails(504)
    slept = Slept()
    fetched = fetch(server, tmp_path, slept=slept)
    assert slept == [5.0, 10.0, 20.0, 40.0]
    assert len(server.asked) == 5
    assert (fetched.path, fetched.cameras) == (None, None)
    (failed,) = fetched.failed
    assert failed.startswith("40.5,-89.5,41.5,-88.5")
    assert "504" in failed
    assert not (tmp_path / "cameras.json").exists()


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("37", 37, 37), ("1", 2, 2), ("0", 2, 2), ("999999", 300, 300), ("soon", 5, 5), ("-3", 5, 5),
        ("in 40 seconds", 36, 40), ("last week", 2, 2), ("in a year", 300, 300),
    ],
)  # fmt: skip
def test_retry_after_is_honoured_as_seconds_or_date_up_to_five_minutes(
    server: Overpass, tmp_path: Path, said: str, least: float, most: float
) -> None:
    days = {"in 40 seconds": dt.timedelta(seconds=40), "last week": dt.timedelta(-7), "in a year": dt.timedelta(365)}
    if said in days:
        said = email.utils.format_datetime(dt.datetime.now(dt.UTC) + days[said], usegmt=True)
    server.script = [bad.fails(429, Retry_After=said)]
    slept = Slept()
    fetch(server, tmp_path, slept=slept)
    (waited,) = slept
    assert least <= waited <= most


def test_a_tile_too_large_for_the_server_is_cut_and_the_cut_is_remembered(server: Overpass, tmp_path: Path) -> None:
    def too_large(box: bad.Sides) -> bad.Behaviour | None:
        return bad.remarks("runtime error: Query timed out") if box[2] - box[0] > 0.5 else None

    server.always = too_large
    fetched = fetch(server, tmp_path)
    assert server.boxes == [
        ONE, ONE, (40.5, -89.5, 41, -89), (40.5, -89, 41, -88.5), (41, -89.5, 41.5, -89), (41, -89, 41.5, -88.5),
    ]  # fmt: skip
    assert (ids(fetched.path), fetched.tiles) == ([1, 2, 3], 4)
    again = fetch(server, tmp_path)
    assert len(server.asked) == 6
    assert (again.from_cache, again.requests, again.tiles) == (4, 0, 4)


def test_cutting_ends_and_names_what_is_missing(server: Overpass, tmp_path: Path) -> None:
    server.always = lambda box: bad.remarks("Query run out of memory") if box[:2] == (40.5, -89.5) else None
    fetched = fetch(server, tmp_path)
    assert fetched.path is None
    assert [one.split(" ")[0] for one in fetched.failed] == ["40.5,-89.5,40.75,-89.25"]
    assert fetched.tiles == 7
    asked = len(server.asked)
    server.always = lambda box: None
    assert ids(fetch(server, tmp_path).path) == [1, 2, 3]
    assert server.boxes[asked:] == [(40.5, -89.5, 40.75, -89.25)]


def test_an_answer_beyond_the_limit_is_not_read_on_and_the_tile_is_cut_at_once(
    server: Overpass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_http, "MOST_ANSWER", 100_000)
    server.script = [bad.sends(b" " * 50_000_000)]
    fetched = fetch(server, tmp_path)
    assert server.boxes[:2] == [ONE, (40.5, -89.5, 41, -89)]
    assert fetched.bytes < 400_000
    assert ids(fetched.path) == [1, 2, 3]


def test_a_bomb_is_not_unpacked(server: Overpass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_http, "MOST_ANSWER", 1_000_000)
    server.script = [bad.sends(gzip.compress(b" " * 300_000_000), Content_Encoding="gzip")]
    fetched = fetch(server, tmp_path)
    assert fetched.tiles == 4
    assert fetched.bytes < 2_000_000


def test_the_limit_of_a_run_stops_it_and_keeps_what_there_is(server: Overpass, tmp_path: Path) -> None:
    server.elements = [node(number, 39.6, -90.4) for number in range(100)]
    first, rest = len(server.body((39.5, -90.5, 40.0, -90.0))), len(server.body((40.0, -90.0, 40.5, -89.5)))
    with pytest.raises(FetchStopped, match=r"--max-mb.*3 of 4 tiles are kept"):
        fetch(server, tmp_path, box=FOUR, most_bytes=first + 2 * rest + 3)
    assert len(server.asked) == 4
    assert not (tmp_path / "cameras.json").exists()
    assert fetch(server, tmp_path, box=FOUR).from_cache == 3


def test_a_run_that_was_killed_goes_on_where_it_was(server: Overpass, tmp_path: Path) -> None:
    really = fetch_http._transport(True)
    sent: list[object] = []

    def dying(request: Any, timeout: float) -> Any:
        sent.append(request)
        if len(sent) == 3:
            raise KeyboardInterrupt
        return really(request, timeout)

    with pytest.raises(KeyboardInterrupt):
        fetch(server, tmp_path, box=FOUR, transport=dying)
    assert not (tmp_path / "cameras.json").exists()
    assert len(server.asked) == 2
    fetched = fetch(server, tmp_path, box=FOUR)
    assert (fetched.from_cache, fetched.requests, len(server.asked)) == (2, 2, 4)
    assert len(set(server.boxes)) == 4


def test_the_same_fetch_again_asks_nothing_and_writes_the_same_bytes(server: Overpass, tmp_path: Path) -> None:
    first = fetch(server, tmp_path, box=FOUR)
    assert first.path
    before = first.path.read_bytes()
    again = fetch(server, tmp_path, box=FOUR)
    assert (len(server.asked), again.from_cache, again.bytes) == (4, 4, 0)
    assert first.path.read_bytes() == before


@pytest.mark.parametrize("change", ["old", "of tomorrow", "damaged", "of another tile", "of no time"])
def test_a_kept_tile_that_is_old_or_damaged_is_asked_for_again(server: Overpass, tmp_path: Path, change: str) -> None:
    fetch(server, tmp_path)
    (kept,) = (tmp_path / FOLDER).iterdir()
    said = json.loads(kept.read_text())
    now = dt.datetime.now(dt.UTC)
    said |= {
        "old": {"asked_at": (now - dt.timedelta(days=8)).isoformat()},
        "of tomorrow": {"asked_at": (now + dt.timedelta(days=1)).isoformat()},
        "damaged": {"answer": {"elements": [{"type": "node"}]}},
        "of another tile": {"tile": "0,0,1,1"},
        "of no time": {"asked_at": 5},
    }[change]
    kept.write_text(json.dumps(said))
    assert fetch(server, tmp_path).from_cache == 0
    assert len(server.asked) == 2
    kept.write_text(kept.read_text()[:-30])
    assert fetch(server, tmp_path).from_cache == 0
    assert fetch(server, tmp_path).from_cache == 1
    assert fetch(server, tmp_path, max_age_days=0).from_cache == 0


def test_kept_tiles_are_hidden_from_a_load_of_the_folder(server: Overpass, tmp_path: Path) -> None:
    from investigate.logs.containers import find_files  # noqa: PLC0415

    fetched = fetch(server, tmp_path, box=FOUR)
    assert find_files([tmp_path]) == [fetched.path]


REFUSED = {
    400: "does not understand", 401: "password", 403: "banned", 404: "address", 406: "contact", 418: "refuses",
}  # fmt: skip


@pytest.mark.parametrize("status", REFUSED)
def test_a_refusal_is_told_at_once_and_not_asked_again(server: Overpass, tmp_path: Path, status: int) -> None:
    server.always = lambda box: bad.fails(status)
    with pytest.raises(FetchStopped, match=rf"127\.0\.0\.1.*{status}.*{REFUSED[status]}.*--url"):
        fetch(server, tmp_path)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_not_even_to_this_computer(server: Overpass, tmp_path: Path, status: int) -> None:
    with bad.serving(Overpass()) as other:
        server.always = lambda box: bad.fails(status, Location=other.url)
        with pytest.raises(FetchStopped, match=f"sends on to '{other.url}'"):
            fetch(server, tmp_path)
        assert (len(server.asked), other.asked) == (1, [])


def test_a_server_that_turns_away_for_long_is_left_alone(server: Overpass, tmp_path: Path) -> None:
    server.always = lambda box: bad.fails(429) if box[0] >= 40 else None
    with pytest.raises(FetchStopped, match=r"429.*Wait some hours.*2 of 4 tiles are kept"):
        fetch(server, tmp_path, box=FOUR)
    assert len(server.asked) == 2 + 5


def test_a_server_in_trouble_is_left_alone_after_three_tiles(server: Overpass, tmp_path: Path) -> None:
    server.always = lambda box: bad.fails(500)
    with pytest.raises(FetchStopped, match="failed on 3 tiles in a row"):
        fetch(server, tmp_path, box=FOUR)
    assert len(server.asked) == 3 * 5


def test_one_tile_that_fails_does_not_keep_the_others_from_being_fetched(server: Overpass, tmp_path: Path) -> None:
    server.always = lambda box: bad.drops if box[:2] == (39.5, -90.0) else None
    fetched = fetch(server, tmp_path, box=FOUR)
    assert len(fetched.failed) == 1
    assert len(server.asked) == 3 + 5
    server.always = lambda box: None
    again = fetch(server, tmp_path, box=FOUR)
    assert (again.requests, again.from_cache) == (1, 3)
    assert again.path


def test_failures_with_answers_between_do_not_stop_it(server: Overpass, tmp_path: Path) -> None:
    server.always = lambda box: bad.fails(500) if box[1] == -90 else None
    fetched = fetch(server, tmp_path, box=(37.5, -90.5, 43.0, -89.5))
    assert (len(fetched.failed), fetched.tiles) == (4, 8)


def test_no_network_and_no_server_are_told_in_a_sentence(server: Overpass, tmp_path: Path) -> None:
    def no_name(request: Any, timeout: float) -> Any:
        raise urllib.error.URLError(socket.gaierror(-2, "Name or service not known"))

    with pytest.raises(FetchStopped, match=r"no server '127.0.0.1' to be found.*no network"):
        fetch(server, tmp_path, transport=no_name)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server.url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    with pytest.raises(FetchStopped, match=r"cannot be reached \(ConnectionRefusedError"):
        fetch(server, tmp_path)


def test_a_certificate_that_is_not_valid_stops_it(server: Overpass, tmp_path: Path) -> None:
    import ssl  # noqa: PLC0415

    def forged(request: Any, timeout: float) -> Any:
        raise urllib.error.URLError(ssl.SSLCertVerificationError("self-signed certificate"))

    with pytest.raises(FetchStopped, match="cannot prove who it is"):
        fetch(server, tmp_path, transport=forged)


@pytest.mark.parametrize(
    "url",
    [
        "http://overpass.example/api", "ftp://127.0.0.1/api", "file:///etc/hosts", "https://", "overpass.example",
        "https://name:word@overpass.example/api", "https://overpass.example/a b", "https://overpass.example/\r\nX: y",
        "https://[::1/api", "https://overpass.example:99999/", "http://127.0.0.1.example/api",
    ],
)  # fmt: skip
def test_only_https_or_this_computer_is_asked(tmp_path: Path, url: str) -> None:
    def never(request: Any, timeout: float) -> Any:
        raise AssertionError("a request was sent")

    with pytest.raises(UnknownValue, match="https://"):
        fetch_cameras(tmp_path / "x.json", box=ONE, url=url, agent=AGENT, transport=never)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("agent", ["", "   ", "investigate", "me\r\nX-Evil: a@b.c", "desk@example.org" * 20, "é@x.org"])
def test_nobody_asks_without_saying_who(server: Overpass, tmp_path: Path, agent: str) -> None:
    with pytest.raises(UnknownValue, match="--contact"):
        fetch(server, tmp_path, agent=agent)
    assert server.asked == []


def test_a_public_server_is_asked_at_most_once_a_second(tmp_path: Path) -> None:
    for pause in (0.5, -1, float("nan")):
        with pytest.raises(UnknownValue, match="too short"):
            fetch_cameras(tmp_path / "x.json", box=ONE, agent=AGENT, pause_seconds=pause)


def test_a_continent_is_refused_before_anything_is_asked(server: Overpass, tmp_path: Path) -> None:
    with pytest.raises(UnknownValue, match=r"takes [\d,]+ tiles, and at most 400"):
        fetch(server, tmp_path, box=(15, -170, 75, -50))
    with pytest.raises(UnknownValue, match="takes 4 tiles, and at most 3"):
        fetch(server, tmp_path, box=FOUR, most_tiles=3)
    assert server.asked == []


def test_cuts_count_against_the_limit_of_tiles(server: Overpass, tmp_path: Path) -> None:
    server.always = lambda box: bad.remarks("Query timed out")
    with pytest.raises(FetchStopped, match="more than 6"):
        fetch(server, tmp_path, most_tiles=6)
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "box",
    [
        (41, -89, 40, -88), (40, -88, 41, -89), (40, -89, 40, -88), (-91, 0, 0, 1), (0, 179, 1, 181),
        (float("nan"), 0, 1, 1), (0, 0, float("inf"), 1), (1, 2, 3),
    ],
)  # fmt: skip
def test_a_box_that_is_none_is_refused(server: Overpass, tmp_path: Path, box: Any) -> None:
    with pytest.raises(UnknownValue, match="is no box"):
        fetch(server, tmp_path, box=box)
    assert server.asked == []


def test_a_state_or_a_box_but_not_both(server: Overpass, tmp_path: Path) -> None:
    for both in ({"state": None, "box": None}, {"state": "IL", "box": ONE}):
        with pytest.raises(UnknownValue, match="one of the two"):
            fetch(server, tmp_path, **both)
    with pytest.raises(UnknownValue, match="Unknown state 'Ilinois'"):
        fetch(server, tmp_path, state="Ilinois")


def test_a_state_keeps_its_own_cameras_and_counts_its_neighbours(server: Overpass, tmp_path: Path) -> None:
    server.elements = [
        node(1, 41.824, -71.413),  # Providence
        node(2, 42.02, -71.50),  # 200 m into Massachusetts: within 2 km of a simplified outline
        node(3, 41.70, -71.15),  # Fall River, Massachusetts, in the box
        node(4, 41.60, -71.80),  # 1 km west of the line, on the side of Connecticut
        {"type": "way", "id": 5, "center": {"lat": 41.49, "lon": -71.31}, "tags": {}},  # Newport
    ]
    fetched = fetch(server, tmp_path, state="RI")
    assert (ids(fetched.path), fetched.outside) == ([1, 2, 4, 5], 1)
    again = fetch(server, tmp_path / "by_name", state="rhode island")
    assert again.cameras == 4


AT_SEA = [
    ("CA", 37.8235, -122.3707, "Treasure Island"), ("CA", 37.6, -122.21, "San Mateo bridge"),
    ("MD", 38.991, -76.39, "Chesapeake Bay Bridge"), ("VA", 37.03, -76.08, "Chesapeake Bay Bridge-Tunnel"),
    ("FL", 24.70, -81.17, "Seven Mile Bridge"), ("MI", 45.82, -84.728, "Mackinac Bridge"),
]  # fmt: skip
ELSEWHERE = [
    ("CA", 39.53, -119.81, "Reno"), ("CA", 32.53, -117.02, "Tijuana"), ("CA", 32.655, -115.48, "1 km into Mexicali"),
    ("CA", 37.70, -123.20, "more than 25 km off"), ("MI", 42.317, -83.035, "700 m off, in Windsor"),
    ("MD", 38.88, -77.10, "Arlington"), ("WA", 49.10, -122.80, "Surrey, British Columbia"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "lat", "lon", "where"), AT_SEA)
def test_a_camera_on_a_bridge_or_island_without_an_outline_is_kept_and_told_by_the_load(
    server: Overpass, tmp_path: Path, state: str, lat: float, lon: float, where: str
) -> None:
    from investigate.cameras.load import read_camera_files  # noqa: PLC0415

    server.elements = [node(1, lat, lon)]
    fetched = fetch(server, tmp_path, state=state)
    assert (ids(fetched.path), fetched.outside) == ([1], 0), where
    assert fetched.path
    (entry,) = read_camera_files(fetched.path).releases
    assert (entry["rows_loaded"], entry["off_shore"] + entry["unplaced"]) == (1, 1)


@pytest.mark.parametrize(("state", "lat", "lon", "where"), ELSEWHERE)
def test_a_camera_in_another_state_or_country_or_far_off_is_left_out(
    state: str, lat: float, lon: float, where: str
) -> None:
    assert area_of(state, None).is_inside([lat], [lon]) == [False], where


def test_a_camera_off_every_county_is_asked_for_too() -> None:
    for state, lat, lon, where in [*AT_SEA, ("NJ", 38.85, -74.97, "Cape May's sea"), ("TX", 29.2, -94.7, "the Gulf")]:
        area = area_of(state, None)
        assert area.is_inside([lat], [lon]) == [True], where
        assert any(tile.holds(lat, lon) for tile in area.tiles), where


def test_files_of_the_same_area_that_are_not_newer_are_named(server: Overpass, tmp_path: Path) -> None:
    for name, base in (("b", "2025-06-01T00:00:00Z"), ("a", None), ("newer", "2027-01-01T00:00:00Z")):
        server.base = base
        fetch_cameras(tmp_path / f"{name}.json", box=ONE, url=server.url, agent=AGENT, max_age_days=0, pause_seconds=0)
    server.base = BASE
    fetch_cameras(tmp_path / "other.json", box=FOUR, url=server.url, agent=AGENT, pause_seconds=0)
    (tmp_path / "released.json").write_text('{"elements": []}')
    (tmp_path / "cut.json").write_bytes((tmp_path / "a.json").read_bytes()[:60])
    older = fetch(server, tmp_path, max_age_days=0).older
    assert [(one.path.name, one.taken) for one in older] == [("a.json", None), ("b.json", "2025-06-01T00:00:00Z")]
    assert [one.path.name for one in fetch(server, tmp_path, max_age_days=0).older] == ["a.json", "b.json"]


def test_a_border_along_a_parallel_is_where_it_is_and_not_a_chord() -> None:
    # In the middle of a border of 1.2 degrees without a corner, the shortest line is 260 m north of it.
    lon = -111.943
    assert area_of("AZ", None).is_inside([37.0170, 37.0195], [lon, lon]) == [True, False]
    assert area_of("UT", None).is_inside([36.9835, 36.9800], [lon, lon]) == [True, False]


def test_alaska_is_asked_for_on_both_sides_of_180_degrees(server: Overpass, tmp_path: Path) -> None:
    server.elements = [node(1, 52.9, 173.0), node(2, 61.2, -149.9), node(3, 61.0, -140.3), node(4, 55.7, 37.6)]
    fetched = fetch(server, tmp_path, state="AK")
    assert (ids(fetched.path), fetched.outside) == ([1, 2], 1)  # one in the Yukon shares a tile; Moscow does not
    assert fetched.path
    west_and_east = json.loads(fetched.path.read_text())["fetched"]["boxes"]
    assert [east - west < 60 for _, west, _, east in west_and_east] == [True, True]
    assert all(north - south <= 2 and east - west <= 2 for south, west, north, east in server.boxes)
    assert {west > 0 for _, west, _, _ in server.boxes} == {True, False}
    assert len(server.boxes) < 200


def test_a_way_whose_middle_lies_beyond_the_box_is_counted_and_left_out(server: Overpass, tmp_path: Path) -> None:
    touching = {"type": "way", "id": 8, "center": {"lat": 41.0, "lon": -88.45}, "tags": {}}
    whole = json.dumps({"elements": [*CAMERAS, touching, {"type": "relation", "id": 6, "tags": {}}]}).encode()
    server.script = [bad.sends(whole)]
    fetched = fetch(server, tmp_path)
    assert (ids(fetched.path), fetched.outside) == ([1, 2, 3, 6], 1)


def test_a_file_that_is_not_ours_is_never_replaced(server: Overpass, tmp_path: Path) -> None:
    (tmp_path / "cameras.json").write_text('{"released": "by the city"}')
    with pytest.raises(UnknownValue, match="not replaced"):
        fetch(server, tmp_path)
    with pytest.raises(UnknownValue, match="is a folder"):
        fetch_cameras(tmp_path, box=ONE, url=server.url, agent=AGENT)
    assert server.asked == []


def test_a_place_that_cannot_be_written_is_told_before_anything_is_asked(server: Overpass, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvestigateError, match="cannot be written"):
        fetch(server, tmp_path / "file")
    assert server.asked == []


def test_nothing_found_is_a_file_without_cameras_and_not_an_error(server: Overpass, tmp_path: Path) -> None:
    server.elements = []
    fetched = fetch(server, tmp_path)
    assert (ids(fetched.path), fetched.cameras) == ([], 0)


def test_odd_letters_in_tags_are_kept(server: Overpass, tmp_path: Path) -> None:
    tags = {"operator": "Café\ud800 “PD”\u2028", "surveillance:type": "ALPR"}
    server.elements = [node(1, 41.0, -89.0, tags=tags)]
    fetched = fetch(server, tmp_path)
    assert fetched.path
    assert json.loads(fetched.path.read_text())["elements"][0]["tags"] == tags


@given(st.floats(-85, 80), st.floats(-179, 170), st.floats(0.01, 5), st.floats(0.01, 5))
def test_tiles_cover_a_box_without_overlap(south: float, west: float, high: float, wide: float) -> None:
    area = area_of(None, (south, west, south + high, west + wide))
    (whole,) = area.boxes
    covered = sum((tile.north - tile.south) * (tile.east - tile.west) for tile in area.tiles)
    assert covered == pytest.approx((whole.north - whole.south) * (whole.east - whole.west))
    assert all(0 < tile.north - tile.south <= 2 and 0 < tile.east - tile.west <= 2 for tile in area.tiles)
    for tile in area.tiles:
        quarters = tile.quarters()
        assert sum((one.north - one.south) * (one.east - one.west) for one in quarters) == pytest.approx(
            (tile.north - tile.south) * (tile.east - tile.west), abs=1e-9
        )
    assert Box(*map(float, whole.text().split(","))) == whole


LISTENS = """
import sys
seen = []
def hook(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind", "socket.sendto"):
        seen.append((event, str(arguments[1] if event == "socket.connect" else arguments[0])))
sys.addaudithook(hook)
"""


def _run(script: str, *arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", LISTENS + script, *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_nothing_but_the_given_server_is_contacted(server: Overpass, tmp_path: Path) -> None:
    server.script = [bad.fails(504), bad.well]
    server.always = lambda box: bad.fails(302, Location="https://elsewhere.example/api")
    out = _run(
        """
from investigate.cameras.fetch import fetch_cameras
from investigate.errors import InvestigateError
try:
    fetch_cameras(sys.argv[1], box=(39.5, -90.5, 40.5, -89.5), url=sys.argv[2], agent="desk@example.org", sleep=print)
except InvestigateError as error:
    print(error)
print("SEEN", seen)
""",
        str(tmp_path / "x.json"),
        server.url,
    )
    assert "sends on to 'https://elsewhere.example/api'" in out
    seen = out.split("SEEN ")[1]
    hosts = set(re.findall(r"'socket\.\w+', \"?\W*([\w.]+)", seen))
    assert hosts == {"127.0.0.1"}
    assert len(server.asked) == 3


def test_importing_and_loading_cameras_opens_no_connection(tmp_path: Path) -> None:
    cameras = tmp_path / "cameras.json"
    cameras.write_text(json.dumps(Overpass(list(CAMERAS)).answer(ONE)))
    out = _run(
        """
import investigate, investigate.cli, investigate.cameras.fetch, investigate.cli_cameras
from investigate.cameras.load import read_camera_files
from investigate.cameras.kept import store_cameras
loaded = read_camera_files([sys.argv[1]], workspace=sys.argv[2])
store_cameras(loaded, sys.argv[2])
print(len(loaded.table), seen)
""",
        str(cameras),
        str(tmp_path / "workspace"),
    )
    assert out.strip() == "3 []"
