"""A process that draws for others draws the same, is private, ends with whom it draws for, and can be missed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Client
from pathlib import Path

import jupyterlab
import pytest

from investigate import drawing
from investigate.drawing import DRAWER, Drawer, draw_png, draw_svg, start_drawer, svg_to_png

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no Unix sockets in Python")

BARS = json.dumps({
    "data": {"values": [{"name": "Zoë <i>", "n": 3}, {"name": "Ben", "n": 5}]},
    "mark": "bar",
    "encoding": {"x": {"field": "n", "type": "quantitative"}, "y": {"field": "name", "type": "nominal"}},
})  # fmt: skip


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drawer]:
    found = start_drawer()
    assert found is not None
    yield found
    found.stop()


@pytest.fixture
def elsewhere(drawer: Drawer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures come from the drawer, and this process cannot draw."""
    monkeypatch.setenv(DRAWER, drawer.address)
    monkeypatch.setattr(drawing, "_draw_here", lambda *_: pytest.fail("drawn in this process"))


def drawn() -> tuple[str, bytes, bytes]:
    svg = draw_svg(BARS)
    return svg, draw_png(BARS, 2.0), svg_to_png(svg, 1.5)


@pytest.fixture(scope="module")
def here() -> tuple[str, bytes, bytes]:
    assert DRAWER not in os.environ
    return drawn()


def test_the_drawer_draws_the_same_bytes(here: tuple[str, bytes, bytes], elsewhere: None) -> None:
    assert "Zoë" in here[0]
    assert here[1].startswith(b"\x89PNG")
    assert drawn() == here


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the engine asks the system for fonts")
def test_fonts_of_the_machine_change_nothing(here: tuple[str, bytes, bytes], tmp_path: Path) -> None:
    """A letter that only icon fonts have, and the shipped fonts lack: without such a font it is an empty box."""
    fonts = list(Path(jupyterlab.__file__).with_name("static").glob("*.ttf"))
    assert fonts
    (tmp_path / ".fonts").mkdir()
    for font in fonts:
        shutil.copy(font, tmp_path / ".fonts")
    own = tmp_path / "own.conf"
    own.write_text(f"<fontconfig><dir>{tmp_path / '.fonts'}</dir></fontconfig>", encoding="utf-8")
    asks = "import sys; from investigate.drawing import draw_png; sys.stdout.buffer.write(draw_png(sys.argv[1], 2.0))"
    spec = BARS.replace("Ben", "Ben \uf015\uf013 \u2192")

    def drawn_with(**settings: str) -> bytes:
        command = [sys.executable, "-c", asks, spec]
        return subprocess.run(command, env={**os.environ, **settings}, check=True, capture_output=True).stdout

    with_none = drawn_with(HOME=str(tmp_path / "nobody"))
    assert with_none.startswith(b"\x89PNG")
    assert drawn_with(HOME=str(tmp_path)) == with_none
    assert drawn_with(FONTCONFIG_FILE=str(own)) == with_none


def test_many_ask_at_once_and_each_gets_its_own(elsewhere: None) -> None:
    sources = [BARS.replace("Ben", f"Ben{number}") for number in range(12)]
    found: dict[int, str] = {}
    threads = [
        threading.Thread(target=lambda number=number: found.update({number: draw_svg(sources[number])}))
        for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"Ben{number}<" in found[number] for number in range(12))


def test_what_it_refuses_is_said_and_it_goes_on_drawing(elsewhere: None) -> None:
    with pytest.raises(ValueError, match=r".+"):
        draw_svg("{no JSON")
    assert "Ben" in draw_svg(BARS)


def test_bytes_that_are_no_request_do_not_end_it(drawer: Drawer, elsewhere: None) -> None:
    with Client(drawer.address, family="AF_UNIX") as line:
        line.send_bytes(b"\x80\x04cos\nsystem\n")
        head, _, body = line.recv_bytes().partition(b"\n")
    assert json.loads(head)["error"]
    assert not body
    assert "Ben" in draw_svg(BARS)


def test_nobody_else_reaches_the_socket(drawer: Drawer) -> None:
    assert stat.S_IMODE(Path(drawer.address).parent.stat().st_mode) == 0o700


def test_without_a_drawer_a_process_draws_itself(
    here: tuple[str, bytes, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(DRAWER, str(tmp_path / "nobody"))
    assert drawn() == here


def test_a_drawer_that_is_killed_between_two_pictures_is_not_missed(
    here: tuple[str, bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = start_drawer()
    assert mine is not None
    monkeypatch.setenv(DRAWER, mine.address)
    assert draw_svg(BARS) == here[0]
    os.kill(mine.pid, signal.SIGKILL)
    assert drawn() == here
    mine.stop()


def test_stopping_it_leaves_nothing() -> None:
    mine = start_drawer()
    assert mine is not None
    mine.stop()
    assert not Path(mine.address).parent.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(mine.pid, 0)


def test_it_ends_with_a_process_that_is_killed() -> None:
    starts = (
        "import time; from investigate.drawing import start_drawer; mine = start_drawer()\n"
        "print(mine.pid, mine.address, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", starts], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid, address = parent.stdout.readline().split()
        assert Path(address).exists()
        parent.kill()
    until = time.monotonic() + 20
    while Path(address).parent.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(address).parent.exists()
    assert not is_running(int(pid))


def is_running(pid: int) -> bool:
    """Whether a process is there and has not ended; one that ended waits for its parent to be told."""
    for _ in range(100):
        state = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False)
        if state.stdout.strip()[:1] in {"", "Z"}:
            return False
        time.sleep(0.05)
    return True
