"""What a PDF may make its reader do: how far a page unpacks, how much it draws, how many pages there are.

A PDF of a few kilobytes can unpack to gigabytes, draw itself a thousand million times or name a font with as many
letters, and the library that reads PDFs (pdfminer, below pdfplumber) has no bounds of its own. The counters here stand
in for the few names by which it unpacks, counts and draws; they count for one page at a time, of one document.
"""

from __future__ import annotations

import builtins
import io
import zlib
from functools import cache
from pathlib import Path
from typing import Any

MOST_PAGES = 20_000  # of a log; the longest seen has 484
MOST_UNPACKED = 64 << 20  # bytes of one page, its fonts included; or of what must be read before the first page
MOST_WRITTEN = 8 << 20  # bytes of instructions that draw one page; a page of a log has some 50,000
MOST_DRAWN = 200_000  # letters, lines and pictures on one page; a page of a log has some 5,000
MOST_STEPS = 4_000_000  # of all loops over numbers that a file states, for one page


class TooMuch(Exception):
    """A page that no printer makes; the message says what of it is too much, to follow the file's name."""


class _Spent:
    """What the page at hand has cost so far."""

    unpacked = written = drawn = steps = 0

    def start(self) -> None:
        self.unpacked = self.written = self.drawn = self.steps = 0

    def unpack(self, size: int) -> None:
        self.unpacked += size
        if self.unpacked > MOST_UNPACKED:
            raise TooMuch(f"has a page that unpacks to more than {MOST_UNPACKED >> 20} MB")

    def write(self, size: int) -> None:
        self.written += size
        if self.written > MOST_WRITTEN:
            raise TooMuch(f"has a page that takes more than {MOST_WRITTEN >> 20} MB to draw")

    def draw(self) -> None:
        self.drawn += 1
        if self.drawn > MOST_DRAWN:
            raise TooMuch(f"has a page with more than {MOST_DRAWN:,} letters, lines and pictures")

    def step(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise TooMuch(f"has a font or a table with more than {MOST_STEPS:,} entries")


_spent = _Spent()


class _Zlib:
    """Stands where pdfminer looks for zlib."""

    error = zlib.error

    @staticmethod
    def decompress(data: bytes) -> bytes:
        room = MOST_UNPACKED - _spent.unpacked
        unpacker = zlib.decompressobj()
        unpacked = unpacker.decompress(data, room + 1)
        _spent.unpack(len(unpacked))
        if not unpacker.eof:
            raise zlib.error("incomplete or truncated stream")  # as zlib's own does
        return unpacked

    @staticmethod
    def decompressobj() -> _Unpacker:
        return _Unpacker()


class _Unpacker:
    """A zlib object that is fed damaged data a byte at a time."""

    def __init__(self) -> None:
        self.inner = zlib.decompressobj()

    def decompress(self, data: bytes) -> bytes:
        unpacked = self.inner.decompress(data, MOST_UNPACKED + 1)
        _spent.unpack(len(unpacked))
        return unpacked


def open_pdf(path: Path, most_pages: int) -> Any:
    """The document as pdfplumber opens it, with no more than `most_pages` + 1 pages, every page within the limits.

    Raises what pdfplumber raises, and what `too_much` finds in it.
    """
    import pdfplumber  # noqa: PLC0415 - slow to import, and most releases hold no PDF

    _set_limits()
    start_page()
    asked: Any = range(1, most_pages + 2)  # whatever holds numbers does, and a range looks them up at once
    return pdfplumber.open(path, pages=asked)


def start_page() -> None:
    """Count anew."""
    _spent.start()


def too_much(error: BaseException | None) -> TooMuch | None:
    """The limit behind an error of pdfplumber, which wraps what it meets; None where no limit was met."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, TooMuch):
            return error
        inner = next((each for each in error.args if isinstance(each, BaseException)), None)
        error = inner or error.__cause__ or error.__context__
    return None


@cache
def _set_limits() -> None:
    """Once in a process: put the counters where pdfminer and pdfplumber unpack, count and draw."""
    from pdfminer import cmapdb, pdfdocument, pdffont, pdfinterp, pdftypes  # noqa: PLC0415 - with pdfplumber
    from pdfminer.lzw import LZWDecoder  # noqa: PLC0415
    from pdfplumber.page import PDFPageAggregatorWithMarkedContent as Drawer  # noqa: PLC0415

    for module in (cmapdb, pdfdocument, pdffont):
        vars(module)["range"] = _range
    vars(pdftypes).update(
        zlib=_Zlib,
        lzwdecode=lambda data: _gathered(LZWDecoder(io.BytesIO(data)).run()),
        rldecode=_run_lengths(pdftypes.rldecode),
        ccittfaxdecode=_refuse_fax,
    )
    vars(pdfinterp)["PDFContentParser"] = _measured(pdfinterp.PDFContentParser, pdftypes.stream_value)
    for name in ("render_char", "render_image", "paint_path", "begin_figure"):
        setattr(Drawer, name, _counted(getattr(Drawer, name)))


def _range(*numbers: int) -> range:
    steps = builtins.range(*numbers)
    _spent.step(max(0, (steps.stop - steps.start) // steps.step))
    return steps


def _gathered(pieces: Any) -> bytes:
    kept = []
    for piece in pieces:
        _spent.unpack(len(piece))
        kept.append(piece)
    return b"".join(kept)


def _run_lengths(decode: Any) -> Any:
    def bounded(data: bytes) -> bytes:
        _spent.unpack(64 * len(data))  # two bytes become 128 at most, each a number in a list meanwhile
        return bytes(decode(data))

    return bounded


def _refuse_fax(data: bytes, params: object) -> bytes:
    """Nothing that is read here is a fax: pictures are never unpacked, and text comes in other packings."""
    raise TooMuch("has text that is packed as a picture")


def _measured(parse: Any, stream_of: Any) -> Any:
    def measured(streams: Any) -> Any:
        for stream in streams:
            _spent.write(len(stream_of(stream).get_data()))
        return parse(streams)

    return measured


def _counted(draw: Any) -> Any:
    def counted(*args: Any, **kwargs: Any) -> Any:
        _spent.draw()
        return draw(*args, **kwargs)

    return counted
