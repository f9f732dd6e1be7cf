"""Where charts become pictures: in this process, or in one that draws for many.

The drawing engine is a whole JavaScript machine, and starting it takes longer than to draw all charts of a report. A
batch therefore starts one process that draws for all its kernels; they ask it over a Unix socket that only their user
can open, in JSON and bytes, never in pickled objects. Where there is none, or it is gone, a process draws for itself:
the same engine, the same bytes.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterator
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

DRAWER = "INVESTIGATE_DRAWER"  # the address of the socket of the process that draws
FONTS = "FONTCONFIG_FILE"
NOTHING = '{"mark": "point", "data": {"values": []}}'
START = 30.0  # seconds that it may take to be ready
_at_once = threading.Lock()
_starting = threading.Lock()
_lines: dict[tuple[int, str], Connection] = {}  # by process and address: a fork must not speak on its parent's line


def draw_svg(spec: str) -> str:
    """A chart (Vega-Lite as JSON) as SVG."""
    return _draw("svg", spec).decode("utf-8")


def draw_png(spec: str, scale: float) -> bytes:
    """A chart (Vega-Lite as JSON) as PNG, `scale` pixels of it to one of the chart."""
    return _draw("png", spec, scale)


def svg_to_png(svg: str, scale: float) -> bytes:
    """An SVG as PNG, `scale` pixels of it to one of the SVG."""
    return _draw("svg_to_png", svg, scale)


def _draw(what: str, source: str, scale: float = 1.0) -> bytes:
    address = os.environ.get(DRAWER)
    if address:
        with contextlib.suppress(OSError, EOFError):  # the drawer is gone: nobody but this process can draw
            return _ask(address, what, source, scale)
    return _draw_here(what, source, scale)


def _draw_here(what: str, source: str, scale: float) -> bytes:
    with _starting:
        engine = _engine()
    if what == "svg":
        return str(engine.vegalite_to_svg(source)).encode("utf-8")
    if what == "png":
        return bytes(engine.vegalite_to_png(source, scale=scale))
    return bytes(engine.svg_to_png(source, scale=scale))


@functools.cache
def _engine() -> Any:
    """The drawing engine, with the fonts inside it and none of the machine's (Linux; elsewhere it asks the system).

    Words have another width in another font, so that a page would have other bytes on a machine with other fonts. The
    engine looks for fonts when it first draws a picture, where the standard variable says.
    """
    import vl_convert  # noqa: PLC0415 - starts an engine that only drawing needs

    before = os.environ.get(FONTS)
    os.environ[FONTS] = str(Path(__file__).with_name("own_fonts.conf"))
    try:
        vl_convert.vegalite_to_png(NOTHING)
    finally:
        os.environ.pop(FONTS)
        os.environ |= {} if before is None else {FONTS: before}
    return vl_convert


# ---- asking another process ---------------------------------------------------------------------------


def _ask(address: str, what: str, source: str, scale: float) -> bytes:
    """What the drawer made of it; raises OSError or EOFError where there is none, ValueError for what it refused."""
    with _at_once:
        mine = os.getpid(), address
        try:
            line = _lines.get(mine) or _lines.setdefault(mine, Client(address, family="AF_UNIX"))
            line.send_bytes(_message({"draw": what, "scale": scale}, source.encode("utf-8")))
            head, body = _parts(line.recv_bytes())
        except (OSError, EOFError):
            _lines.pop(mine, None)
            raise
    if "error" in head:
        raise ValueError(head["error"])
    return body


def _message(head: dict[str, Any], body: bytes) -> bytes:
    """One line of JSON, then bytes."""
    return json.dumps(head).encode("ascii") + b"\n" + body


def _parts(message: bytes) -> tuple[dict[str, Any], bytes]:
    head, _, body = message.partition(b"\n")
    return json.loads(head), body


# ---- the process that draws ---------------------------------------------------------------------------


def serve(address: str) -> None:
    """Draw for whoever connects to the socket, a thread for each; says `ready` on its standard output once it listens,
    and ends when its standard input does."""
    with Listener(address, family="AF_UNIX", backlog=64) as listener:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        threading.Thread(target=_end_with_parent, args=(Path(address).parent,), daemon=True).start()
        # The engine starts while kernels do. It draws one picture at a time, whoever asks.
        threading.Thread(target=_draw_here, args=("svg", NOTHING, 1.0), daemon=True).start()
        while True:
            threading.Thread(target=_serve_one, args=(listener.accept(),), daemon=True).start()


def _end_with_parent(private: Path) -> None:
    """A killed batch closes the pipe too."""
    sys.stdin.buffer.read()
    shutil.rmtree(private, ignore_errors=True)
    os._exit(0)


def _serve_one(line: Connection) -> None:
    with line, contextlib.suppress(OSError, EOFError):  # the other side ended
        while True:
            line.send_bytes(_answer(line.recv_bytes()))


def _answer(message: bytes) -> bytes:
    try:
        head, body = _parts(message)
        return _message({}, _draw_here(head["draw"], body.decode("utf-8"), head["scale"]))
    except Exception as error:
        return _message({"error": str(error)}, b"")


# ---- the process that it draws for ----------------------------------------------------------------------


class Drawer:
    """The process that draws for a batch. `address`: its socket, for the environment variable DRAWER."""

    def __init__(self, process: subprocess.Popen[bytes], address: str) -> None:
        self.address = address
        self._process = process
        # At the latest when this process ends; of a killed one, the drawer sees its standard input close.
        self._end = weakref.finalize(self, _stop, process, Path(address).parent)

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """End the process and remove its socket."""
        self._end()


def start_drawer(folder: str | Path | None = None) -> Drawer | None:
    """Start a process that draws; None where this system has no Unix sockets, or it does not start: then each process
    draws for itself. `folder`: where its private folder is made; without it, where temporary files lie, since the path
    of a socket may have no more than about a hundred characters."""
    if not hasattr(socket, "AF_UNIX"):
        return None
    private = tempfile.mkdtemp(prefix="drawer-", dir=folder)  # mode 0700: nobody else reaches the socket
    address = str(Path(private) / "socket")
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the batch, which then ends the drawer
    )
    drawer = Drawer(process, address)
    if _is_ready(process):
        return drawer
    drawer.stop()
    return None


@contextlib.contextmanager
def drawer() -> Iterator[None]:
    """Meanwhile, this process and those that it starts have a process that draws for them, where there can be one."""
    started, before = start_drawer(), os.environ.get(DRAWER)
    if started is not None:
        os.environ[DRAWER] = started.address
    try:
        yield
    finally:
        if started is not None:
            started.stop()
            os.environ.pop(DRAWER)
            os.environ |= {} if before is None else {DRAWER: before}


def _is_ready(process: subprocess.Popen[bytes]) -> bool:
    """Wait for the line that the drawer writes once it listens; False where it ended or takes too long."""
    assert process.stdout is not None
    too_late = threading.Timer(START, process.kill)
    too_late.start()
    try:
        return process.stdout.readline() == b"ready\n"
    finally:
        too_late.cancel()


def _stop(process: subprocess.Popen[bytes], private: Path) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    process.terminate()
    process.wait()
    shutil.rmtree(private, ignore_errors=True)


if __name__ == "__main__":
    serve(sys.argv[1])
