"""Invented sharing lists: CSVs, portal pages, and PDFs set as LEARN sets its Agency Data Sharing Report."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from made_logs import as_csv

FLOCK = ["Organization Name", "Networks Shared With Me", "Networks I'm Sharing"]
OWNER = "Fernhollow County Sheriffs Department"
HEADINGS = ("Detections Shared", "Detections Received", "Hot List Sharing", "Hot-List Received")
SENTENCES = {
    "Detections Shared": "is Sharing its Detection data with the following Agencies:",
    "Detections Received": "is receiving Detection data from the following Agencies:",
    "Hot List Sharing": "is sharing Hot List records with the following Agencies:",
    "Hot-List Received": "is receiving Shared Hot List records from the following Agencies:",
}
RIGHT = {
    "Detections Shared": 325.8,
    "Detections Received": 367.3,
    "Hot List Sharing": 316.6,
    "Hot-List Received": 316.6,
}
WIDTH, HEIGHT, LEFT = 595, 842, 67.5
FIRST_ROW, LAST_ROW, PITCH, WRAPPED = 78.4, 780.0, 27.6, 16.6
WIDEST = 38  # letters of a line in a column

Text = tuple[float, float, float, str]  # x, top, size, text
# Heading → names, or pairs of agency and hot list; an empty list prints None.
Sections = dict[str, list[str] | list[tuple[str, str]]]


def saved(path: Path, rows: list[list[str]], **how: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_csv(rows, **how).encode())  # type: ignore[arg-type]
    return path


def portal_page(agency: str, names: str, *, heading: str = "External organizations with access", more: str = "") -> str:
    return (
        f'<!DOCTYPE html><html><head><title>{agency} Transparency Portal</title><link href="https://flock.invalid/x.css">'
        f"<script>var hidden = 'Hidden IL PD';</script></head><body><h1>Transparency Portal</h1>"
        f'<div class="s"><h2 class="t">Number of cameras</h2><p>12</p></div>'
        f'<div class="s"><h2 class="t">{heading}</h2><p class="v">{names}</p></div>{more}'
        f'<div class="s"><h2 class="t">Acceptable Use Policy</h2><p>Data are not sold, traded, or shared.</p></div>'
        "</body></html>"
    )


@dataclass
class Report:
    """A report in the making: pages of texts."""

    date: str = "02-06-20"
    product: str = "LEARN"
    pages: list[list[Text]] = field(default_factory=list)
    top: float = HEIGHT

    def add(self, heading: str, names: list[str] | list[tuple[str, str]], owner: str = OWNER) -> None:
        if self.top + 100 > LAST_ROW:
            self._new_page()
        self._put(230, self.top + 10, 16, heading)
        self._put(74, self.top + 44, 9.5, f"The {owner} Agency {SENTENCES[heading]}")
        self.top += 74
        if heading.startswith("Hot"):
            self._put(47.5, self.top, 12, "Agency:")
            self._put(RIGHT[heading] - 25, self.top, 12, "Hot List(s):")
            self.top += 30
        if not names:
            self._put(272, self.top, 11, "None")
            self.top += PITCH
        cells = [cell for name in names for cell in (name if isinstance(name, tuple) else (name,))]
        for at in range(0, len(cells), 2):
            self._row(RIGHT[heading], cells[at : at + 2])

    def _row(self, right: float, cells: list[str]) -> None:
        wrapped = [wrap(cell) for cell in cells]
        deep = max(map(len, wrapped))
        if self.top + deep * WRAPPED > LAST_ROW:
            self._new_page()
        for x, lines in zip((LEFT, right), wrapped, strict=False):
            for down, line in enumerate(lines):
                self._put(x, self.top + down * WRAPPED, 11, line)
        self.top += PITCH + (deep - 1) * WRAPPED

    def _put(self, x: float, top: float, size: float, text: str) -> None:
        if not self.pages:
            self._new_page()
        self.pages[-1].append((x, top, size, text))

    def _new_page(self) -> None:
        self.pages.append([(263.8, 9.2, 20, "Agency"), (224.3, 33.1, 16, "Data Sharing Report")])
        self.top = FIRST_ROW

    def finished(self) -> list[list[Text]]:
        """The pages with their footers."""
        total = len(self.pages)
        return [
            [
                *page,
                (6.0, 822.0, 10, f"Date Created: {self.date}"),
                (252.3, 822.0, 10, f"{self.product} Agency Data Sharing Report"),
                (534.2, 822.0, 10, f"Page {number} of {total}"),
            ]
            for number, page in enumerate(self.pages, start=1)
        ]


def report_pages(sections: Sections, **how: str) -> list[list[Text]]:
    report = Report(**how)
    for heading, names in sections.items():
        report.add(heading, names)
    return report.finished()


def wrap(name: str) -> list[str]:
    """The lines of a name, each but the last ending in a blank, as LEARN draws them."""
    lines = [""]
    for word in name.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) > WIDEST:
            lines.append("")
        lines[-1] += f"{word} "
    return [*lines[:-1], lines[-1].rstrip()]


def pdf(path: Path, pages: list[list[Text]], *, picture: bool = False) -> Path:
    """Write texts as a PDF; `picture` lays a page-wide picture under every page, as a scanner does."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for at, texts in enumerate(pages):
        scan = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 /F /AHx ID 00> EI Q\n" if picture else ""
        drawn = scan + "".join(
            f"BT /F1 {size} Tf {x:.2f} {HEIGHT - top - size:.2f} Td ({_escaped(text)}) Tj ET\n"
            for x, top, size, text in texts
        )
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {5 + 2 * at} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}endstream")
    path.write_bytes(_assembled(objects))
    return path


def _escaped(text: str) -> str:
    return re.sub(r"([()\\])", r"\\\1", text)


def _assembled(objects: list[str]) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode("latin-1")
