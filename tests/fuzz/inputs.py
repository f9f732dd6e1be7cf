"""The targets by name, their seeds in `corpus`, and inputs made from the seeds by cutting, repeating and inserting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from fuzz.log_files import check_csv, check_json, check_xlsx
from fuzz.names import check_agencies
from fuzz.parameters import check_parameters
from fuzz.texts import check_reasons

CORPUS = Path(__file__).parent / "corpus"
MOST_MUTATIONS = 6
WHERE = 1_000  # an input is cut at so many places, whatever its length

Check = Callable[[bytes], None]

# What has broken programs that read tables, workbooks, names and options; each is inserted as it stands.
_EVERYWHERE = (
    b"", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\n", b"\r\n", b"\n\n", b"\t", b" ",
    b'"', b"'", b"\\", b"`", b"=HYPERLINK(1)", b"\x1b[2J", "\u202e".encode(), "\u2028".encode(), "\u00a0".encode(),
    b"<script>", b"{{7*7}}", b"../../x", b"CON", b"\x1a", b"-1", b"1e999", b"nan", b"A" * 300, "\u0130".encode(),
    "\ufb01".encode(), "\u0665".encode(), "e\u0301".encode(), "\U0001d43c".encode(), "\u00e2\u20ac\u2122".encode(),
)  # fmt: skip
_TIMES = (
    b"02/30/2025", b"01/01/0001", b"12/31/9999, 11:59:59 PM UTC", b"2025-03-09T02:30:00", b"99999999999", b"45000.5",
    b"03/08/2026, 10:05:00 AM EST", b"13/02/2025, 10:05:00 AM UTC", b"0000-00-00", b"2026-03-08T10:05:00+99:00",
)  # fmt: skip
_LOGS = (*_TIMES, b"Search Time", b"Reason", b"Org Name", b"ID", b"searchDate", b"Total Networks Searched", b"ICE")


@dataclass(frozen=True)
class Target:
    """What is tried with each input, what is inserted into inputs, and how long they get in bytes."""

    check: Check
    tokens: tuple[bytes, ...]
    longest: int


TARGETS = {
    "csv": Target(check_csv, (*_LOGS, b",", b";", b'""', b'","', b',"', b'"\r\n', b"\n\r", b",,,,,,,,,,,,"), 6_000),
    "xlsx": Target(
        check_xlsx,
        (
            *_LOGS, b"<row r='1048576'>", b'<c r="XFD1"><v>1</v></c>', b"<c>", b"</c>", b'<c t="e"><v>#N/A</v></c>',
            b'<c t="b"><v>1</v></c>', b'<c t="s"><v>99999999</v></c>', b'<c t="s"><v>-1</v></c>', b"<v>",
            b"</sheetData>",
            b'<mergeCell ref="A1:M9"/>', b'<mergeCell ref="M9:A1"/>', b"<!DOCTYPE x [<!ENTITY y 'z'>]>", b"&y;",
            b"&#0;",
            b"<![CDATA[", b"]]>", b"<!--", b'state="hidden"', b'date1904="1"', b'r="A0"', b'r="ZZZ99999999"',
            b't="d"',
            b't="str"', b"<f>1/0</f>", b's="4294967295"', b"\n=== xl/worksheets/sheet1.xml ===\n",
            b"\n=== ../x ===\n",
        ),
        12_000,
    ),
    "json": Target(
        check_json,
        (
            *_LOGS, b"{", b"}", b"[", b"]", b",", b":", b"null", b"true", b"NaN", b"-Infinity", b"1E400", b'{"a":',
            b"[" * 300,
            b'"id":', b'"reason":', b'"\\ud800"', b'"\\u0000"', b"}\n{", b"},{", b'{"data":[', b"]}", b"/*",
            b"1" * 400,
        ),
        6_000,
    ),
    "agencies": Target(
        check_agencies,
        (
            b"PD", b"SO", b"County", b"IL", b"CA", b"- ", b"(", b")", b"[Inactive]", b"[Federal]", b"DNU", b"ICE",
            b"DHS",
            b"City of ", b"University", b"Sheriff's Office", b"con", b"nul", b"com1", b"failed", b"earlier",
            b"&amp;", b"/", b".",
            b"St ", b"Mobile", b"-1a2b3c", b"Twp",
        ),
        1_500,
    ),
    "reasons": Target(
        check_reasons,
        (
            b"ICE", b"immigration", b"I.C.E.", b"black ice", b"HSI", b"ERO", b"8 USC 1325", b"287(g)",
            b"Officer Quillon",
            b"555-010-4477", b"ZZ9 PLATE", b"[number]", b"[code]", b"[word]", b"[", b"]", b"12 Elm St",
            b"q@example.org", b"01/02/1990",
            b"i c e", b"a b c", b"HSI25", b"Immigration (civil/administrative) - ", b" - ", b"487 PC", b"immigation",
            b"(((((", b". . .",
            b"no human involved", b"'s",
        ),
        2_000,
    ),
    "parameters": Target(
        check_parameters,
        (
            b"name,start,end", b"2025-01-20", b"2025-01-20T12:00-05:00", b"0001-01-01T00:00+23:59",
            b"9999-12-31T23:59-23:59",
            b"--", b"-", b"--help", b"owner", b"searcher", b"inauguration", b"month", b"Ashmoor IL PD", b"strict",
            b"rows",
            b"release,category", b"'''", b'"""', b"\\N{DASH}", b"%s", b"{0}", b"1" * 30, b"0x10", b"abcdef:1", b":",
            b"[[rule]]",
        ),
        2_000,
    ),
}  # fmt: skip


def seeds(target: str) -> dict[str, bytes]:
    """Inputs that are kept for a target, by file name; those that once failed (`found-…`) among them."""
    return {path.name: path.read_bytes() for path in sorted((CORPUS / target).iterdir())}


def tokens(target: str) -> tuple[bytes, ...]:
    """What is inserted into the inputs of a target."""
    return (*TARGETS[target].tokens, *_EVERYWHERE)


Mutation = tuple[str, int, int, bytes]  # what is done, where it starts and ends in thousandths, with which bytes


def mutated(target: str) -> st.SearchStrategy[bytes]:
    """Seeds with a few mutations, and now and then any bytes at all."""
    places = st.integers(0, WHERE)
    known = list(seeds(target).values())
    mutations = st.tuples(
        st.sampled_from(["insert", "insert", "replace", "delete", "repeat", "move", "splice"]),
        places,
        places,
        st.one_of(st.sampled_from(tokens(target)), st.binary(max_size=8)),
    )
    made = st.builds(
        lambda seed, other, todo: _mutate(seed, other, todo)[: TARGETS[target].longest],
        st.sampled_from(known),
        st.sampled_from(known),
        st.lists(mutations, max_size=MOST_MUTATIONS),
    )
    return st.one_of(made, made, made, made, st.binary(max_size=200))


def _mutate(data: bytes, other: bytes, todo: list[Mutation]) -> bytes:
    for what, start, end, token in todo:
        first, last = (len(data) * place // WHERE for place in sorted((start, end)))
        last = min(last, first + 80) if what != "splice" else last
        before, inside, after = data[:first], data[first:last], data[last:]
        if what == "insert":
            data = before + token + inside + after
        elif what == "replace":
            data = before + token + after
        elif what == "delete":
            data = before + after
        elif what == "repeat":
            data = before + inside * 3 + after
        elif what == "move":
            data = before + after[:80] + inside + after[80:]
        else:
            data = before + other[len(other) * start // WHERE :]
    return data
