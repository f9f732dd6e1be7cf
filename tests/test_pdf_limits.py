"""PDFs made to take all memory or all time are refused within seconds, and say which limit they met."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from investigate.errors import RefusedFile
from investigate.logs import pdf_limits
from investigate.logs.pdf import read_pdf_table
from investigate.sharing.learn_page import read_pages

SECONDS = 30  # of processor time; a page at the limit of what may be drawn takes half of it
TEXT = b"BT /F1 8 Tf 40 500 Td (Search Time) Tj ET\n"


def stream(data: bytes, about: str = "") -> bytes:
    return f"<< /Length {len(data)} {about} >>\nstream\n".encode() + data + b"\nendstream"


def flate(data: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        data = zlib.compress(data, 9)
    return stream(data, f"/Filter [{' /FlateDecode' * times}]")


def save(folder: Path, *objects: bytes, pages: str = "[3 0 R]", count: int = 1) -> Path:
    """A PDF of one page with the given objects from number 4 on: 4 is what the page draws, 5 its font, 6 a form."""
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 792 612] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >> >>"
    )
    head = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids {pages} /Count {count} >>".encode(), page]
    plain = [stream(TEXT), b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    bodies = [*head, *objects, *plain[len(objects) :]]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R >>\n"
    path = folder / "made.pdf"
    path.write_bytes(out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode())
    return path


def forms(folder: Path) -> Path:
    """Forms that each draw the next ten times: 10 to the power of 12 drawings of nothing in 2 kilobytes."""
    depth = 12
    nested = [
        stream(
            b"/X Do\n" * 10, f"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X {n} 0 R >> >>"
        )
        for n in range(7, 7 + depth)
    ]
    last = stream(b" ", "/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    return save(folder, stream(b"/X Do"), b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", *nested, last)


def font(folder: Path, *, widths: str = "[]", letters: bytes = b"") -> Path:
    """A composite font with these widths and this table of letters."""
    descendant = f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /W {widths} /CIDSystemInfo << >> >>".encode()
    about = b"/Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H"
    whole = b"<< " + about + b" /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>"
    return save(folder, stream(TEXT), whole, descendant, stream(letters))


RANGE = b"1 beginbfrange\n<00000000> <FFFFFFFF> <0041>\nendbfrange\n"
BOMBS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "one packing": (lambda folder: save(folder, flate(bytes(200 << 20))), "unpacks to more than 64 MB"),
    "packed three times": (lambda folder: save(folder, flate(bytes(400 << 20), 3)), "unpacks to more than 64 MB"),
    "damaged at its end": (
        lambda folder: save(folder, stream(zlib.compress(bytes(200 << 20))[:-9], "/Filter /FlateDecode")),
        "unpacks to more than 64 MB",
    ),
    "run lengths": (
        lambda folder: save(folder, stream(b"\x81 " * (2 << 20), "/Filter /RunLengthDecode")),
        "unpacks to more than 64 MB",
    ),
    "a fax as text": (
        lambda folder: save(
            folder, stream(b"00", "/Filter /CCITTFaxDecode /DecodeParms << /Columns 999999999 /K -1 >>")
        ),
        "packed as a picture",
    ),
    "instructions": (lambda folder: save(folder, flate(b"q Q " * (3 << 20))), "more than 8 MB to draw"),
    "letters": (
        lambda folder: save(folder, flate(b"BT /F1 8 Tf (" + b"a" * (1 << 20) + b") Tj ET")),
        "200,000 letters",
    ),
    "lines": (lambda folder: save(folder, flate(b"0 0 9 9 re f\n" * 300_000)), "200,000 letters, lines"),
    "forms in forms": (forms, "200,000 letters, lines"),
    "widths": (lambda folder: font(folder, widths="[0 2000000000 500]"), "more than 4,000,000 entries"),
    "letters of a font": (lambda folder: font(folder, letters=RANGE), "more than 4,000,000 entries"),
    "pages": (
        lambda folder: save(folder, pages="[" + "3 0 R " * 5 + "]", count=100_000),
        "of 100000 pages 1 can be found",
    ),
}


@pytest.mark.parametrize(("make", "says"), BOMBS.values(), ids=BOMBS.keys())
def test_a_page_that_no_printer_makes_is_refused(tmp_path: Path, make: Callable[[Path], Path], says: str) -> None:
    path = make(tmp_path)
    for read in (read_pdf_table, lambda path: list(read_pages(path))):
        start = time.process_time()
        if read is not read_pdf_table and "pages" in says:
            continue  # a sharing report is not asked how many pages it says it has
        with pytest.raises(RefusedFile, match=re.escape(says)):
            read(path)
        assert time.process_time() - start < SECONDS


def test_more_pages_than_any_log_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = 30
    empty = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    kids = " ".join(f"{5 + at} 0 R" for at in range(number))
    path = save(tmp_path, stream(TEXT), *[empty] * number, pages=f"[{kids}]", count=number)
    monkeypatch.setattr(pdf_limits, "MOST_PAGES", number - 1)
    with pytest.raises(RefusedFile, match="has more than 29 pages; ask the agency for the log as CSV"):
        read_pdf_table(path)
    monkeypatch.setattr(pdf_limits, "MOST_PAGES", number)
    with pytest.raises(RefusedFile, match="PDF without text"):  # read to its end
        read_pdf_table(path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is measured in Linux's own way")
def test_a_bomb_takes_little_memory(tmp_path: Path) -> None:
    path = BOMBS["packed three times"][0](tmp_path)
    assert path.stat().st_size < 20_000
    code = (
        "import re, sys, pathlib\n"
        "from investigate.errors import RefusedFile\n"
        "from investigate.logs.pdf import read_pdf_table\n"
        "try: read_pdf_table(pathlib.Path(sys.argv[1]))\n"
        # Of this program alone: the peak that getrusage knows is that of the process which started it, too.
        "except RefusedFile: print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert 0 < int(done.stdout) < 600_000  # kB, most of them the libraries


def test_a_limit_is_found_behind_what_wraps_it() -> None:
    met = pdf_limits.TooMuch("has a page")
    wrapped = ValueError(RuntimeError(met))
    assert pdf_limits.too_much(wrapped) is met
    caused = KeyError("x")
    caused.__cause__ = met
    assert pdf_limits.too_much(caused) is met
    turning = ValueError("x")
    turning.__context__ = turning
    assert pdf_limits.too_much(turning) is None
    assert pdf_limits.too_much(None) is None


def test_each_page_counts_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kids, number = "3 0 R 6 0 R 7 0 R", 3
    resources = b"/Resources << /Font << /F1 5 0 R >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 792 612] /Contents 4 0 R " + resources + b" >>"
    face = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    path = save(tmp_path, flate(TEXT + b"%" * 1000), face, page, page, pages=f"[{kids}]", count=number)
    monkeypatch.setattr(pdf_limits, "MOST_UNPACKED", 1500)
    monkeypatch.setattr(pdf_limits, "MOST_DRAWN", 15)
    assert [page.squeezed for page in read_pages(path)] == ["searchtime"] * number
    monkeypatch.setattr(pdf_limits, "MOST_UNPACKED", 900)
    with pytest.raises(RefusedFile, match="unpacks to more than"):
        list(read_pages(path))
    monkeypatch.setattr(pdf_limits, "MOST_UNPACKED", 1500)
    monkeypatch.setattr(pdf_limits, "MOST_DRAWN", 10)
    with pytest.raises(RefusedFile, match="more than 10 letters"):
        list(read_pages(path))
