"""Printed lookup logs: the real one, and invented ones written here operator by operator."""

from __future__ import annotations

import os
import re
import uuid
from datetime import datetime
from pathlib import Path

import pdfplumber
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from investigate.errors import RefusedFile
from investigate.logs.pdf import read_pdf_table

DATA = Path(__file__).parents[2] / "shared" / "data"
TIME_FORMAT = "%m/%d/%Y, %I:%M:%S %p %Z"
SIZE, LEADING, TOP = 6.0, 9.0, 560.0
DIGIT = 0.556 * SIZE  # every Helvetica digit is 556/1000 of the letter height wide

HEADER = {
    "ID": 40.0,
    "Org Name": 180.0,
    "Total Networks Searched": 270.0,
    "Total Devices Searched": 350.0,
    "Time Frame": 430.0,
    "Reason": 480.0,
    "Search Time": 600.0,
    "Search Type": 700.0,
}
Text = tuple[float, float, str]


def released(name: str) -> Path:
    path = DATA / name
    if not path.exists() and "CI" not in os.environ:
        pytest.skip(f"{name} is not there")
    return path


# A writer of minimal PDFs.


def pdf_bytes(pages: list[list[Text]], *, trailer: str = "", count: int | None = None, box: bool = False) -> bytes:
    """A PDF with texts at x, y (points from bottom left); `box` puts a one-dot picture on textless pages."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages) if count is None else count} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for at, texts in enumerate(pages):
        drawn = "".join(f"BT /F1 {SIZE} Tf {x:.2f} {y:.2f} Td ({_escaped(text)}) Tj ET\n" for x, y, text in texts)
        if box and not texts:
            drawn = "q 700 0 0 500 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 /F /AHx ID 00> EI Q\n"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 792 612] /Contents {5 + 2 * at} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}endstream")
    return _assembled(objects, trailer)


def _escaped(text: str) -> str:
    return re.sub(r"([()\\])", r"\\\1", text)


def _assembled(objects: list[str], trailer: str) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode("latin-1")


def saved(folder: Path, content: bytes, name: str = "printed.pdf") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


# A printer of tables: wrapped cells, records that break wherever the page ends.


def printed(
    records: list[list[list[str]]],
    header: dict[str, float] = HEADER,
    *,
    lines_per_page: int = 50,
    standing: bool = True,
    repeat_header: bool = False,
    page_numbers: bool = False,
) -> list[list[Text]]:
    """Pages of texts. A record is a list of cells, a cell a list of lines; `standing` aligns them below."""
    lines: list[list[tuple[float, str]]] = []
    for record in records:
        height = max(len(cell) for cell in record)
        for at in range(height):
            here = [at - (height - len(cell) if standing else 0) for cell in record]
            lines.append(
                [
                    (_left(header, column, cell[place]), cell[place])
                    for column, (cell, place) in enumerate(zip(record, here, strict=True))
                    if 0 <= place < len(cell)
                ]
            )
    chunks = [lines[at : at + lines_per_page] for at in range(0, len(lines), lines_per_page)]
    pages = []
    for number, chunk in enumerate(chunks or [[]], start=1):
        heads = [[(x, name) for name, x in header.items()]] if number == 1 or repeat_header else []
        foot = [[(380.0, f"Page {number} of {len(chunks)}")]] if page_numbers else []
        placed = enumerate([*heads, *chunk, *foot])
        pages.append([(x, TOP - at * LEADING, text) for at, line in placed for x, text in line])
    return pages


def _left(header: dict[str, float], column: int, text: str) -> float:
    """Left edge of a text; counts are set flush right and touch the next column."""
    names, edges = list(header), list(header.values())
    if names[column].startswith("Total"):
        return edges[column + 1] - len(text) * DIGIT
    return edges[column]


def record(number: int, reason: list[str], networks: str = "840", devices: str = "17652") -> list[list[str]]:
    frame = ["11/13/2025,", "10:00:17 PM", "UTC", "11/14/2025,", "10:00:17 AM", "UTC"]
    return [
        [search_id(number)],
        ["Example County FL SO"],
        [networks],
        [devices],
        frame,
        reason,
        [f"11/14/2025, 09:{number % 60:02d}:36 AM UTC"],
        ["lookup"],
    ]


def search_id(number: int) -> str:
    return str(uuid.UUID(int=number + (4 << 76) + (8 << 60)))


def expected(number: int, reason: str, networks: str = "840", devices: str = "17652") -> list[str]:
    return [
        search_id(number),
        "Example County FL SO",
        networks,
        devices,
        "11/13/2025, 10:00:17 PM UTC\n11/14/2025, 10:00:17 AM UTC",
        reason,
        f"11/14/2025, 09:{number % 60:02d}:36 AM UTC",
        "lookup",
    ]


# The released file.


@pytest.mark.released
def test_released_print_gives_every_record_whole() -> None:
    header, rows = read_pdf_table(released("logs/excerpts/okaloosa_org_audit_pages_1-3_and_last.pdf"))
    assert header == [*HEADER, "Moderation"]
    assert len(rows) == 28
    table = [dict(zip(header, row, strict=True)) for row in rows]
    assert len({uuid.UUID(row["ID"]) for row in table}) == 28
    assert len({row["Org Name"] for row in table}) == 1
    assert {row["Search Type"] for row in table} == {"lookup", "search"}
    assert {row["Moderation"] for row in table} == {""}
    for row in table:
        networks, devices = int(row["Total Networks Searched"]), int(row["Total Devices Searched"])
        assert 0 < networks < devices < 100_000
        searched = datetime.strptime(row["Search Time"], TIME_FORMAT)
        assert datetime(2025, 11, 13) <= searched < datetime(2025, 12, 7)
        start, end = (datetime.strptime(text, TIME_FORMAT) for text in row["Time Frame"].split("\n"))
        assert start < end


@pytest.mark.released
def test_released_print_keeps_reasons_whole_and_pages_in_order() -> None:
    path = released("logs/excerpts/okaloosa_org_audit_pages_1-3_and_last.pdf")
    _, rows = read_pdf_table(path)
    ids: list[list[str]] = []
    reasons: list[str] = []
    with pdfplumber.open(path) as document:
        for page in document.pages:
            ids.append(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", page.extract_text()))
            # Measured by hand: nothing but reasons stands between these two positions, in points.
            band = page.crop((447.0, 0.0, 564.0, page.height)).extract_text().splitlines()
            reasons += [text.strip() for text in band if text.strip() != "Reason"]
    assert [len(page_ids) for page_ids in ids] == [8, 9, 9, 2]
    assert [row[0] for row in rows] == [each for page_ids in ids for each in page_ids]
    assert [row[5] for row in rows] == reasons


@pytest.mark.released
def test_released_learn_report_is_sent_to_the_sharing_command() -> None:
    with pytest.raises(RefusedFile, match=r"LEARN Data Sharing Report.*investigate sharing"):
        read_pdf_table(released("sharing/orange-county-ca-so_learn-agency-data-sharing-report.pdf"))


# Invented prints.


@pytest.mark.parametrize("standing", [True, False], ids=["cells stand", "cells hang"])
@pytest.mark.parametrize("repeat_header", [True, False], ids=["header on all pages", "header once"])
def test_record_split_over_two_pages_stays_one(tmp_path: Path, standing: bool, repeat_header: bool) -> None:
    records = [
        record(1, ["stolen veh"]),
        record(2, ["hit-", "and-run with a", "white van"]),
        record(3, ["Theft -", "detail"]),
        record(4, ["warrant"]),
    ]
    # The print edges must be clean somewhere, as they are in print: 12 lines end record 2, 21 break record 4.
    pages = printed(
        records[:2],
        standing=standing,
        repeat_header=repeat_header,
        page_numbers=True,
    ) + printed(records[2:], lines_per_page=9, standing=standing, repeat_header=repeat_header)
    pages[1] = pages[1] if repeat_header else [text for text in pages[1] if text[2] not in HEADER]
    _, rows = read_pdf_table(saved(tmp_path, pdf_bytes(pages)))
    assert rows == [
        expected(1, "stolen veh"),
        expected(2, "hit-and-run with a white van"),
        expected(3, "Theft - detail"),
        expected(4, "warrant"),
    ]


def test_counts_that_touch_the_next_cell_are_cut_off_it(tmp_path: Path) -> None:
    records = [record(1, ["a"], "1095", "104"), record(2, ["b"], "1", "96316")]
    header, rows = read_pdf_table(saved(tmp_path, pdf_bytes(printed(records))))
    assert header == list(HEADER)
    assert rows == [expected(1, "a", "1095", "104"), expected(2, "b", "1", "96316")]


def test_reason_that_runs_under_the_next_column_is_neither_cut_nor_mixed(tmp_path: Path) -> None:
    long = "suspicious vehicle circling the block near the school on Main"
    pages = printed([record(1, ["short"]), record(2, [long]), record(3, ["short"])])
    _, rows = read_pdf_table(saved(tmp_path, pdf_bytes(pages)))
    assert rows == [expected(1, "short"), expected(2, long), expected(3, "short")]


def test_wrapped_header_under_a_title_and_records_without_an_id(tmp_path: Path) -> None:
    columns = {"Name": 40.0, "networkCount": 120.0, "Reason": 200.0, "Bureau": 320.0, "Search": 400.0}
    title = [(40.0, TOP + 2 * LEADING, "Example Police Department, searches"), (40.0, TOP + LEADING, "2025")]
    records = [
        [["A. Aaa"], ["12"], ["stolen", "plate"], ["East"], ["09/05/2025,", "08:20:11 PM", "UTC"]],
        [["B. Bbb"], ["7"], ["warrant"], ["West"], ["09/05/2025,", "08:21:40 PM", "UTC"]],
    ]
    page = printed(records, columns, standing=False)[0]
    second_header_line = (400.0, TOP - LEADING, "Time")
    page = [(x, y - LEADING if y < TOP else y, text) for x, y, text in page]
    path = saved(tmp_path, pdf_bytes([title + page + [second_header_line]]))
    header, rows = read_pdf_table(path)
    assert header == ["Name", "networkCount", "Reason", "Bureau", "Search Time"]
    assert rows == [
        ["A. Aaa", "12", "stolen plate", "East", "09/05/2025, 08:20:11 PM UTC"],
        ["B. Bbb", "7", "warrant", "West", "09/05/2025, 08:21:40 PM UTC"],
    ]


def test_names_centred_over_their_columns(tmp_path: Path) -> None:
    pages = printed([record(1, ["bolo near the mall"]), record(2, ["warrant"])])
    centred = [(x + 30 if text in {"Org Name", "Reason"} else x, y, text) for x, y, text in pages[0]]
    _, rows = read_pdf_table(saved(tmp_path, pdf_bytes([centred])))
    assert rows == [expected(1, "bolo near the mall"), expected(2, "warrant")]


def test_remark_under_the_table_is_a_row_of_its_own(tmp_path: Path) -> None:
    pages = [printed([record(at, ["bolo"])])[0] for at in (1, 2, 3)]
    pages[1:] = [[text for text in page if text[2] not in HEADER] for page in pages[1:]]
    pages[2].append((180.0, 100.0, "Redacted by the clerk"))
    _, rows = read_pdf_table(saved(tmp_path, pdf_bytes(pages)))
    assert rows[:3] == [expected(at, "bolo") for at in (1, 2, 3)]
    assert len(rows) == 4
    assert [cell for cell in rows[3] if cell] == ["Redacted by the clerk"]


@pytest.mark.parametrize("repeat_header", [True, False])
def test_title_on_every_page_gets_into_no_record(tmp_path: Path, repeat_header: bool) -> None:
    records = [record(at, ["bolo"]) for at in range(1, 5)]
    pages = printed(records, lines_per_page=10, repeat_header=repeat_header)
    titled = [[(180.0, TOP + LEADING, "Example County searches"), *page] for page in pages]
    _, rows = read_pdf_table(saved(tmp_path, pdf_bytes(titled)))
    assert rows == [expected(at, "bolo") for at in range(1, 5)]


def test_text_above_a_repeated_header_is_kept(tmp_path: Path) -> None:
    pages = printed([record(1, ["bolo"]), record(2, ["warrant"])], lines_per_page=6, repeat_header=True)
    pages[1].append((480.0, TOP + LEADING, "armed"))
    _, rows = read_pdf_table(saved(tmp_path, pdf_bytes(pages)))
    assert rows == [expected(1, "bolo"), expected(2, "armed warrant")]


def test_header_alone_is_a_log_without_rows(tmp_path: Path) -> None:
    header, rows = read_pdf_table(saved(tmp_path, pdf_bytes(printed([]))))
    assert header == list(HEADER)
    assert rows == []


def test_letter_before_the_table_is_skipped(tmp_path: Path) -> None:
    letter = [(72.0, 500.0, "Enclosed is the audit with reason, name and search time, as you asked.")]
    _, rows = read_pdf_table(saved(tmp_path, pdf_bytes([letter, *printed([record(1, ["bolo"])])])))
    assert rows == [expected(1, "bolo")]


WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=7)
REASONS = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reasons=st.lists(REASONS, min_size=2, max_size=9),
    counts=st.tuples(st.integers(0, 9999), st.integers(0, 99999)),
    per_page=st.integers(7, 40),
    standing=st.booleans(),
)
def test_what_was_printed_is_read(
    tmp_path: Path, reasons: list[list[str]], counts: tuple[int, int], per_page: int, standing: bool
) -> None:
    networks, devices = map(str, counts)
    records = [record(at, reason, networks, devices) for at, reason in enumerate(reasons)]
    pages = printed(records, lines_per_page=per_page, standing=standing)
    path = saved(tmp_path, pdf_bytes(pages))
    _, rows = read_pdf_table(path)
    assert rows == [expected(at, " ".join(reason), networks, devices) for at, reason in enumerate(reasons)]


# Refusals.


def _lines_of(*texts: str) -> list[Text]:
    return [(72.0, 500.0 - 20 * at, text) for at, text in enumerate(texts)]


LOCK = f"/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'5a' * 32}> /U <{'a5' * 32}> >>"
LOG_PAGE = printed([record(1, ["bolo"])])
OTHER_LOG = printed(
    [[["A. Aaa"], ["bolo"], ["09/05/2025, 08:20:11 PM UTC"]]], {"Name": 40, "Reason": 200, "Search Time": 400}
)
NO_MARKS = [[*printed([])[0], (480.0, 400.0, "bolo"), (480.0, 380.0, "warrant")]]
# Cells in the middle of their record: no edge of page or record shows where it ends.
MIDDLE = printed(
    [[["", "A. Aaa", ""], ["bolo", "white", "van"], ["", f"09/05/2025, 08:2{at}:11 PM UTC", ""]] for at in range(3)],
    {"Name": 40, "Reason": 200, "Search Time": 400},
)

REFUSED = {
    "picture pages": (pdf_bytes([[], []], box=True), "pictures of pages.*OCR"),
    "not a PDF": (b"<html><body>Not found</body></html>", "cannot be read as a PDF: .*start"),
    "empty": (b"", "cannot be read as a PDF: .*start"),
    "cut off": (pdf_bytes(LOG_PAGE * 3)[:-400], "probably cut off"),
    "no objects": (b"%PDF-1.4\nnothing here\n%%EOF\n", "cannot be read as a PDF"),
    "pages missing": (pdf_bytes(LOG_PAGE, count=5), "of 5 pages 1 can be found"),
    "password": (pdf_bytes(LOG_PAGE, trailer=LOCK), "protected by a password"),
    "sharing report": (
        pdf_bytes([_lines_of("Agency", "Data Sharing Report", "Detections Shared")]),
        "Data Sharing Report .*not a log of searches; .*investigate sharing",
    ),
    "letter": (
        pdf_bytes([_lines_of("Dear requester,", "there are no records.")]),
        "looked for 'Search Time'",
    ),
    "second table": (pdf_bytes([*LOG_PAGE, *OTHER_LOG]), "another table from page 2"),
    "no records": (pdf_bytes(NO_MARKS), "no search id or time under it"),
    "page is a picture": (pdf_bytes([*LOG_PAGE, []], box=True), "page 2 is a picture without text"),
    "middle": (pdf_bytes(MIDDLE), "nothing says where a record ends"),
}


@pytest.mark.parametrize(("content", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_what_it_is_and_what_to_do(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(RefusedFile, match=says) as caught:
        read_pdf_table(saved(tmp_path, content, "some file.pdf"))
    message = str(caught.value)
    assert message.startswith("'some file.pdf' ")
    assert re.search(r"; (ask|get|split|load) .*\.$", message)
    assert str(tmp_path) not in message


@pytest.mark.parametrize("title", ["Dashboard Detection Report", "Dashboard Hit Ratio Report"])
def test_totals_are_refused_without_naming_who_made_them(tmp_path: Path, title: str) -> None:
    page = _lines_of("Agency", title, "Report Details", "Report By: Jo Invented Agency Count: 4", "Hits 12")
    with pytest.raises(RefusedFile, match=f"LEARN {title} .*not a log of searches; ask") as caught:
        read_pdf_table(saved(tmp_path, pdf_bytes([page])))
    assert "Invented" not in str(caught.value)
