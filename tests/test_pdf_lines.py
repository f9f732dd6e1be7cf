"""Portal exports printed with one cell per line, and prints of which some pages are pictures: all invented here."""

from __future__ import annotations

import gc
import re
import tracemalloc
import uuid
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from made_logs import load
from test_pdf import Text, _assembled, pdf_bytes, saved

from investigate.errors import RefusedFile
from investigate.logs.pdf import _pages, read_pdf_table
from investigate.logs.pdf_lines import find_line_header, is_page_number

HEADER = ["id", "userID networkCount", "searchDate", "reason"]
NAMES = ["id", "userID", "networkCount", "searchDate", "reason"]
STARS = "***"


def search_id(number: int) -> str:
    """As scattered as real ids are: neighbours do not count upwards."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"search {number}"))


def user_id(number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"user {number % 3}"))


def time(number: int) -> str:
    return f"2026-03-11T{number // 60 % 24:02d}:{number % 60:02d}:37.250Z"


def record(number: int, *reason: str, user: str = STARS, count: str = "310") -> list[str]:
    return [search_id(number), user, f"{count} {time(number)}", *reason]


def row(number: int, reason: str, user: str = STARS, count: str = "310") -> list[str]:
    return [search_id(number), user, count, time(number), reason]


def page_of(lines: list[str]) -> list[Text]:
    return [(72.0, 570.0 - 9 * at, line) for at, line in enumerate(lines)]


def printed(folder: Path, *pages: list[str]) -> Path:
    return saved(folder, pdf_bytes([page_of(page) for page in pages]))


# ---- headers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        ["id userID", "networkCount", "searchDate", "reason"],
        ["id userID", "networkCount searchDate", "reason"],
        ["id", "userID", "networkCount", "searchDate", "reason"],
        ["id", "userId networkCount", "searchDate", "reason"],
        ["id", "searchDate", "networkCount userID", "reason"],
        ["reason", "id", "user_id", "search date networkCount"],
    ],
    ids=" / ".join,
)
def test_header_in_any_order_and_on_any_lines_gives_its_names_as_printed(tmp_path: Path, header: list[str]) -> None:
    names, rows = read_pdf_table(printed(tmp_path, [*header, *record(1, "res burg"), *record(2, "warrant")]))
    assert sorted(" ".join(names).split()) == sorted(" ".join(header).split())
    by_name = [
        {re.sub(r"[ _]", "", name).lower(): cell for name, cell in zip(names, cells, strict=True)} for cells in rows
    ]
    plain = ["id", "userid", "networkcount", "searchdate", "reason"]
    assert [[cells[name] for name in plain] for cells in by_name] == [row(1, "res burg"), row(2, "warrant")]


def test_camera_count_and_time_without_zone(tmp_path: Path) -> None:
    lines = ["id", "userId", "searchDate", "cameraCount", "reason"]
    lines += [search_id(1), user_id(1), "2025-07-03 09:15:42.118", "120", "welfare check"]
    lines += [search_id(2), user_id(2), "2025-07-03 09:16:02", "1,204", "4411"]
    header, rows = read_pdf_table(printed(tmp_path, lines))
    assert header == ["id", "userId", "searchDate", "cameraCount", "reason"]
    assert rows == [
        [search_id(1), user_id(1), "2025-07-03 09:15:42.118", "120", "welfare check"],
        [search_id(2), user_id(2), "2025-07-03 09:16:02", "1,204", "4411"],
    ]


def test_header_alone_is_a_log_without_rows(tmp_path: Path) -> None:
    assert read_pdf_table(printed(tmp_path, HEADER)) == (NAMES, [])


@pytest.mark.parametrize("text", ["caseNumber", "offenseType"])
def test_the_only_free_text_need_not_be_the_reason(tmp_path: Path, text: str) -> None:
    header, rows = read_pdf_table(printed(tmp_path, [*HEADER[:3], text, *record(1, "Burglary")]))
    assert header == [*NAMES[:4], text]
    assert rows == [row(1, "Burglary")]


def test_words_of_a_header_on_one_line_are_left_to_the_reader_of_columns() -> None:
    assert find_line_header(["id userId searchDate networkCount reason"]) is None
    assert find_line_header(["Reason", "Search Time"]) is None


# ---- records --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", [STARS, user_id(1)], ids=["withheld", "pseudonym"])
@pytest.mark.parametrize("together", [True, False], ids=["count and time on a line", "on two lines"])
def test_users_counts_and_times_are_told_from_reasons(tmp_path: Path, user: str, together: bool) -> None:
    reasons = ["res burg suspect", "", "459", "2nd look, 12 Mar", "310 2nd"]
    lines = list(HEADER)
    for at, reason in enumerate(reasons):
        count_time = [f"{at} {time(at)}"] if together else [str(at), time(at)]
        lines += [search_id(at), user, *count_time, *([reason] if reason else [])]
    _, rows = read_pdf_table(printed(tmp_path, lines))
    assert rows == [row(at, reason, user, str(at)) for at, reason in enumerate(reasons)]


def test_cells_that_share_a_line_are_told_apart(tmp_path: Path) -> None:
    lines = [
        *HEADER,
        f"{search_id(1)} {STARS} 310 {time(1)} res burg",
        f"{search_id(2)} {user_id(2)}",
        f"310 {time(2)}",
        "459 pc",
        search_id(3),
        f"{STARS} 310",
        f"{time(3)} warrant",
    ]
    _, rows = read_pdf_table(printed(tmp_path, lines))
    assert rows == [row(1, "res burg"), row(2, "459 pc", user_id(2)), row(3, "warrant")]


def test_wrapped_reason_comes_back_on_one_line(tmp_path: Path) -> None:
    lines = [
        *HEADER,
        *record(1, "hit-", "and-run with a", "white van"),
        *record(2, "Theft -", "detail"),
        *record(3, "x"),
    ]
    _, rows = read_pdf_table(printed(tmp_path, lines))
    assert rows == [row(1, "hit-and-run with a white van"), row(2, "Theft - detail"), row(3, "x")]


def test_a_time_or_asterisks_in_the_reason_stay_there(tmp_path: Path) -> None:
    lines = [*HEADER, *record(1, "seen", "2026-03-10 08:00:00", "on Main"), *record(2, STARS), *record(3, "** again")]
    _, rows = read_pdf_table(printed(tmp_path, lines))
    assert rows == [row(1, "seen 2026-03-10 08:00:00 on Main"), row(2, STARS), row(3, "** again")]


def test_reason_printed_before_count_and_time(tmp_path: Path) -> None:
    header = ["id", "userID", "reason", "networkCount searchDate"]
    lines = [*header]
    for at, reason in enumerate(["459", "res burg", "seen 2026-03-10 08:00:00"]):
        lines += [search_id(at), STARS, reason, f"310 {time(at)}"]
    _, rows = read_pdf_table(printed(tmp_path, lines))
    assert [cells[2] for cells in rows] == ["459", "res burg", "seen 2026-03-10 08:00:00"]
    assert [cells[3:] for cells in rows] == [["310", time(at)] for at in range(3)]


def test_record_without_time_count_or_user_keeps_its_place_with_empty_cells(tmp_path: Path) -> None:
    lines = [*HEADER, *record(1, "a"), search_id(2), STARS, "no time", search_id(3), STARS, time(3), "459"]
    lines += [search_id(4), f"310 {time(4)}", "no user", search_id(5), search_id(6), STARS, f"310 {time(6)}", "b"]
    _, rows = read_pdf_table(printed(tmp_path, lines))
    assert rows == [
        row(1, "a"),
        [search_id(2), STARS, "", "", "no time"],
        [search_id(3), STARS, "", time(3), "459"],
        row(4, "no user", user=""),
        [search_id(5), "", "", "", ""],
        row(6, "b"),
    ]


# ---- pages ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("repeated", [True, False], ids=["header on all pages", "header once"])
@pytest.mark.parametrize("border", range(1, 10))
def test_record_over_two_pages_stays_one(tmp_path: Path, border: int, repeated: bool) -> None:
    lines = [*record(1, "stolen", "veh"), *record(2, "bolo", user=user_id(2)), *record(3)]
    first, second = [*HEADER, *lines[:border]], [*(HEADER if repeated else []), *lines[border:]]
    _, rows = read_pdf_table(printed(tmp_path, first, second))
    assert rows == [row(1, "stolen veh"), row(2, "bolo", user_id(2)), row(3, "")]


@pytest.mark.parametrize("pages", [2, 3, 5])
@pytest.mark.parametrize("mark", ["{}", "Page {} of 9", "- {} -", "portal.example/audit {}/9"])
def test_page_numbers_get_into_no_record(tmp_path: Path, pages: int, mark: str) -> None:
    if pages == 2 and not mark.startswith(("{", "Page")):
        # Two pages that end alike but for a number may be two reasons: kept, and seen in the reason.
        expected = [row(1, f"bolo {mark.format(1)}"), row(2, f"bolo {mark.format(2)}")]
    else:
        expected = [row(at, "bolo") for at in range(1, pages + 1)]
    prints = [[*HEADER, *record(at, "bolo"), mark.format(at)] for at in range(1, pages + 1)]
    assert read_pdf_table(printed(tmp_path, *prints))[1] == expected


def test_numbers_at_page_edges_that_do_not_count_pages_are_cells(tmp_path: Path) -> None:
    pages = [[*HEADER, *record(1, "12")], record(2, "459/484"), record(3, "14")]
    _, rows = read_pdf_table(printed(tmp_path, *pages))
    assert rows == [row(1, "12"), row(2, "459/484"), row(3, "14")]
    assert is_page_number("2/3", 2, 3)
    assert not is_page_number("459/484", 2, 3)


def test_title_on_every_page_gets_into_no_record(tmp_path: Path) -> None:
    pages = [["Mossgate PD search audit", *HEADER, *record(1, "a")], ["Mossgate PD search audit", *record(2, "b")]]
    assert read_pdf_table(printed(tmp_path, *pages))[1] == [row(1, "a"), row(2, "b")]


def test_letter_before_the_log_is_skipped(tmp_path: Path) -> None:
    pages = [["Enclosed is the audit that you asked for."], [*HEADER, *record(1, "a")]]
    assert read_pdf_table(printed(tmp_path, *pages))[1] == [row(1, "a")]


def test_text_between_header_and_first_record_is_a_row_of_its_own(tmp_path: Path) -> None:
    lines = [*HEADER, "Redacted by", "the clerk", *record(1, "a")]
    assert read_pdf_table(printed(tmp_path, lines))[1] == [["", "", "", "", "Redacted by the clerk"], row(1, "a")]


def test_text_for_which_there_is_no_column_is_a_row_after_its_record(tmp_path: Path) -> None:
    lines = [*HEADER[:3], *record(1, "Redacted by the clerk"), *record(2)]
    header, rows = read_pdf_table(printed(tmp_path, lines))
    assert header == NAMES[:4]
    assert rows == [row(1, "")[:4], ["Redacted by the clerk", "", "", ""], row(2, "")[:4]]


def test_last_line_of_a_reason_above_a_repeated_header_is_kept(tmp_path: Path) -> None:
    pages = [[*HEADER, *record(1, "no")], ["reason", *HEADER, *record(2, "b")]]
    assert read_pdf_table(printed(tmp_path, *pages))[1] == [row(1, "no reason"), row(2, "b")]


def test_loader_takes_the_records_and_rejects_the_rest_by_number(tmp_path: Path) -> None:
    lines = [*HEADER, *record(1, "res burg"), search_id(2), STARS, "no time", *record(3, "warrant")]
    loaded = load(printed(tmp_path, lines), tmp_path / "room", producer="Mossgate IL PD")
    assert sorted(loaded.searches["search_id"]) == sorted([search_id(1), search_id(3)])
    assert list(loaded.rejects["row"]) == [3]


# ---- what is printed comes back -------------------------------------------------------------------------

WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789/", min_size=1, max_size=7)
LINES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
RECORDS = st.tuples(st.lists(LINES, max_size=3), st.integers(0, 99999).map(str), st.booleans(), st.booleans())


def _is_counted(pages: list[list[str]]) -> bool:
    """Whether some page starts or ends with what is its own page number too: nobody could tell it from a cell."""
    edges = [(number, page[edge]) for number, page in enumerate(pages, start=1) for edge in (0, -1)]
    return any(line == str(number) or is_page_number(line, number, len(pages)) for number, line in edges)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    records=st.lists(RECORDS, min_size=1, max_size=12),
    per_page=st.integers(5, 40),
    repeated=st.booleans(),
)
def test_what_was_printed_is_read(
    tmp_path: Path, records: list[tuple[list[str], str, bool, bool]], per_page: int, repeated: bool
) -> None:
    lines, expected = [], []
    for at, (reason, count, withheld, together) in enumerate(records):
        user = STARS if withheld else user_id(at)
        lines += [search_id(at), user, *([f"{count} {time(at)}"] if together else [count, time(at)]), *reason]
        expected.append(row(at, " ".join(reason), user, count))
    chunks = [lines[at : at + per_page] for at in range(0, len(lines), per_page)]
    pages = [[*(HEADER if repeated or not at else []), *chunk] for at, chunk in enumerate(chunks)]
    assume(not _is_counted(pages))
    assert read_pdf_table(printed(tmp_path, *pages)) == (NAMES, expected)


# ---- refusals -------------------------------------------------------------------------------------------

LOG = [*HEADER, *record(1, "invented reason")]
REFUSED = {
    "two free texts": ([[*HEADER, "caseNumber", *record(1, "a", "b")]], "'reason' and 'caseNumber' apart.*CSV"),
    "three free texts": (
        [[*HEADER, "case number", "offenseType", *record(1, "a")]],
        "'reason' and 'case number' and 'offenseType' apart.*CSV",
    ),
    "two counts": (
        [["id", "userID networkCount", "cameraCount", *HEADER[2:], *record(1)]],
        "'networkCount' and 'cameraC",
    ),
    "other table": ([LOG, ["id", "userID", "searchDate", *record(2)]], "another table from page 2; split"),
    "no ids": ([[*HEADER, STARS, f"310 {time(1)}", "invented reason"]], "no search id at the start of any line"),
    "names": (
        [[*HEADER, *record(1, "a", user="J Invented"), *record(2, user="K Invented")]],
        "neither '\\*\\*\\*' nor",
    ),
    "no header": ([record(1, "invented reason"), LOG], "search ids on page 1, but no header above them"),
    "picture after": ([LOG, []], "page 2 is a picture without text; .*OCR"),
    "picture before": ([[], LOG], "page 1 is a picture without text; .*OCR"),
    "picture far on": ([LOG, record(2), [], record(3)], "page 3 is a picture without text; .*OCR"),
    "pictures only": ([[], [], []], "pictures of pages.*OCR"),
    "picture in a letter": (
        [["Dear requester,"], []],
        "page 2 is a picture without text.*looked for 'Search Time'.*OCR",
    ),
}


@pytest.mark.parametrize(("pages", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_what_it_is_and_what_to_do(tmp_path: Path, pages: list[list[str]], says: str) -> None:
    path = saved(tmp_path, pdf_bytes([page_of(page) for page in pages], box=True), "some file.pdf")
    with pytest.raises(RefusedFile, match=says) as caught:
        read_pdf_table(path)
    message = str(caught.value)
    assert message.startswith("'some file.pdf' ")
    assert re.search(r"; (ask|split) .*\.$", message)
    assert "invented" not in message.casefold()


# ---- long files -----------------------------------------------------------------------------------------


def _packed(pages: list[list[str]]) -> bytes:
    """A PDF whose pages are small and unpack to 200 kB each, nearly all of it blanks between texts."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(f'{4 + 2 * at} 0 R' for at in range(len(pages)))}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for at, page in enumerate(pages):
        texts = "".join(f"BT /F1 6 Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in page_of(page))
        drawn = zlib.compress((texts + " " * 200_000).encode()).decode("latin-1")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 792 612] /Contents {5 + 2 * at} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(drawn)} /Filter /FlateDecode >>\nstream\n{drawn}\nendstream")
    return _assembled(objects, "")


def test_pages_are_let_go_as_they_are_read(tmp_path: Path) -> None:
    path = saved(tmp_path, _packed([[*HEADER, *record(at, "a")] for at in range(12)]))
    assert len(read_pdf_table(path)[1]) == 12
    held = []
    tracemalloc.start()
    try:
        for _ in _pages(path):
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert held[11] - held[1] < 200_000
