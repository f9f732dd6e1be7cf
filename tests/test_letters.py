"""Letters to agencies: what they say, what they ask for, the same words in Markdown and Word, and nobody's data.

The two letters in golden/letters are read like prose when they change. After a change that is meant, write them anew
with `INVESTIGATE_WRITE_GOLDEN=1 pytest tests/test_letters.py -k golden` and read the difference.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import io
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import docx
import mistune
import pandas as pd
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from investigate import __version__
from investigate.findings import agency_findings
from investigate.letters.document import (
    BLANK,
    Block,
    Bullets,
    Document,
    Heading,
    Numbered,
    Paragraph,
    Table,
    ToFill,
    one_line,
    to_docx,
    to_markdown,
)
from investigate.letters.known import as_asked, own_logs
from investigate.letters.questions import ask_all
from investigate.letters.reply import MOST_WORDS, reply_sheet
from investigate.letters.request_letter import follow_up
from investigate.letters.write import write_letters
from investigate.report_tables import list_report_agencies
from investigate.show import Report, open_report

GOLDEN = Path(__file__).with_name("golden") / "letters"
WRITE_GOLDEN = "INVESTIGATE_WRITE_GOLDEN"
HOSTILE = '=HYPERLINK("http://a.example")|*b*<script>x</script>\n# c [d](https://e.example) `f` _g_ &lt; {MERGEFIELD h}'
# What the sample's logs hold of persons: officers, plates, and case numbers of either shape.
PRIVATE = re.compile(r"Officer [A-Z]|ZZINV|\b[A-Z]\d\d-\d{5}\b|\b\d{2}-\d{4,}\b(?!-)")

Letters = tuple[Report, dict[str, Any]]


@pytest.fixture(scope="module")
def everyone(sample_workspace: Path) -> dict[str, Letters]:
    """Report and findings of every agency of the sample, by name."""
    found = {}
    for agency in list_report_agencies(sample_workspace):
        report = open_report(agency, workspace=sample_workspace)
        found[agency] = report, agency_findings(report.tables, "slug", __version__)
    return found


# ---- the structure ------------------------------------------------------------------------------------


def texts_of(document: Document) -> list[str]:
    """Every text of a letter in order, as it is to be read in whatever form."""
    return [document.title, *(text for block in document.blocks for text in _texts(block))]


def _texts(block: Block) -> list[str]:
    match block:
        case Heading() | Paragraph():
            return [block.text]
        case Bullets() | Numbered():
            return [*block.items]
        case ToFill():
            return [f"{one_line(label)}: {BLANK}" for label in block.labels]
        case Table():
            return [block.caption, *block.head, *(cell for row in block.rows for cell in row)]


def in_word(content: bytes) -> list[str]:
    """Every text of a Word file in order; the empty line below a table is none."""
    body = docx.Document(io.BytesIO(content)).element.body
    said = ["".join(text.text or "" for text in line.iter(qn("w:t"))) for line in body.iter(qn("w:p"))]
    return [line for line in said if line]


def in_markdown(text: str) -> list[str]:
    """Every text of a Markdown file in order, as it is shown."""
    page = str(mistune.create_markdown(plugins=["table", "strikethrough", "url", "footnotes"])(text))
    assert set(re.findall(r"<(\w+)", page)) <= {
        *["h1", "h2", "h3", "p", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"]
    }
    lines = re.sub(r"</?(?:h\d|p|ul|ol|li|table|thead|tbody|tr|th|td)\b[^>]*>", "\n", page).split("\n")
    return [" ".join(html.unescape(line).split()) for line in lines if line.strip()]


def everything(text: str) -> Document:
    """A letter that has one text in every place."""
    table = Table(text, (text, "b"), ((text, text), ("c", text)), (1, 2))
    blocks = (Heading(text), Paragraph(text), Bullets((text, "a")), Numbered((text, text)), table, ToFill((text,)))
    return Document(text, (*blocks, Heading(text, 2)))


@pytest.mark.parametrize(
    "text",
    [HOSTILE, "1. a", "- a", "+ a", "# a", "a\n---", "= a", "@x", "a | b", "~~a~~", "___", "\\*", "a_b_c", "www.a"],
)
def test_no_text_means_anything_to_markdown(text: str) -> None:
    letter = everything(text)
    assert in_markdown(to_markdown(letter)) == [one_line(text) for text in texts_of(letter)]


SIGNS = st.text(alphabet=st.sampled_from([*"aZ0 .,:;!?*_`~|<>[](){}#+-=&\\/@$^\"'\n\t\u202e\x00\ufffe"]), max_size=30)


@settings(max_examples=150, deadline=None)
@given(SIGNS.filter(one_line))
def test_markdown_shows_any_text_as_it_is(text: str) -> None:
    letter = Document("a", (Paragraph(text), Bullets((text,)), Table("a", (text,), ((text,),), (1,))))
    assert in_markdown(to_markdown(letter)) == [one_line(text) for text in texts_of(letter)]


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=40).filter(one_line))
def test_word_shows_any_text_as_it_is(text: str) -> None:
    assert in_word(to_docx(everything(text))) == [one_line(text) for text in texts_of(everything(text))]


def test_same_letter_gives_the_same_bytes_whenever_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    first = to_docx(everything("a"))
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setenv("USER", "somebody-else")
    assert to_docx(everything("a")) == first
    assert to_docx(everything("b")) != first


def test_word_file_has_headings_a_language_a_title_and_nothing_from_outside() -> None:
    content = to_docx(everything(HOSTILE))
    word = docx.Document(io.BytesIO(content))
    assert [line.style.name for line in word.paragraphs if line.style][:2] == ["Title", "Heading 1"]
    about = word.core_properties
    assert (about.title, about.language, about.author, about.last_modified_by) == (one_line(HOSTILE), "en-US", "", "")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in parts.namelist() if re.search(r"vba|media|embed|thumbnail|\.bin", name)]
        whole = {name: parts.read(name).decode("utf-8") for name in parts.namelist()}
    assert not [name for name, text in whole.items() if "TargetMode" in text]
    assert not re.search(r"fldChar|fldSimple|instrText|w:hyperlink|w:object|w:pict", whole["word/document.xml"])
    assert 'w:lang w:val="en-US"' in whole["word/styles.xml"]


def test_head_of_a_table_stands_again_on_each_page_and_the_table_fits_a_page_of_letter_and_of_a4() -> None:
    word = docx.Document(io.BytesIO(to_docx(everything("a" * 200))))
    table, section = word.tables[0], word.sections[0]
    heads = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows]
    assert heads == [True, False, False]
    a4 = 8.27
    wide = sum(column.width.inches for column in table.columns)
    assert wide <= section.page_width.inches - section.left_margin.inches - section.right_margin.inches + 0.01
    assert wide <= a4 - 2 * 0.9
    assert table.autofit is False


def test_every_numbered_list_begins_at_one() -> None:
    word = docx.Document(io.BytesIO(to_docx(Document("a", (Numbered(("b", "c")), Paragraph("d"), Numbered(("e",)))))))
    lists = [line._p.pPr.numPr.numId.val for line in word.paragraphs if line.style and line.style.name == "List Number"]
    assert lists[0] == lists[1] != lists[2]
    numbering = word.part.numbering_part.element
    for number in set(lists):
        assert numbering.num_having_numId(number).lvlOverride_lst[0].startOverride.val == 1


# ---- every agency of the sample -----------------------------------------------------------------------


def letters_of(letters: Letters) -> list[Document]:
    return [letter for letter in (reply_sheet(*letters), follow_up(*letters)) if letter is not None]


def test_markdown_and_word_hold_the_same_text_for_every_agency(everyone: dict[str, Letters]) -> None:
    assert len(everyone) > 40
    for agency, letters in everyone.items():
        for letter in letters_of(letters):
            texts = [one_line(text) for text in texts_of(letter)]
            assert in_markdown(to_markdown(letter)) == texts, agency
    for agency in ("Brackenfall IL PD", "Quietwold CA PD", "Bramblefirth MN PD"):
        for letter in letters_of(everyone[agency]):
            assert in_word(to_docx(letter)) == in_markdown(to_markdown(letter))


def test_no_letter_holds_an_officer_a_plate_or_a_case_number(everyone: dict[str, Letters]) -> None:
    for log in ("Officer Vexley", "ZZINV8855", "Z20-04515"):
        assert PRIVATE.search(log), "the sample's identifiers have another shape now"
    for agency, letters in everyone.items():
        for letter in letters_of(letters):
            found = [text for text in texts_of(letter) if PRIVATE.search(re.sub(r"\b\d{4}-\d\d(-\d\d)?\b", "", text))]
            assert not found, agency


def test_sheet_says_the_sentences_of_the_page_and_the_rows_behind_each_text(everyone: dict[str, Letters]) -> None:
    for agency, (report, findings) in everyone.items():
        texts = texts_of(reply_sheet(report, findings))
        for role in findings["roles"]:
            assert set(role["sentences"]) <= set(texts), agency
            assert {one["rows"] for one in role["words"][:MOST_WORDS]} <= set(texts)
            assert {one["sha256"] for one in role["sources"]} <= set(texts)


def test_no_letter_accuses(everyone: dict[str, Letters]) -> None:
    for letters in everyone.values():
        for letter in letters_of(letters):
            # Texts of rules, of files and strings to look for are quoted, not said.
            said = " ".join(text for text in texts_of(letter) if "“" not in text)
            assert not re.search(r"(?i)\b(illegal(ly)?|violat\w+|unlawful\w*|hits?|misus\w+|abus\w+)\b", said)


def test_request_is_written_only_where_something_is_missing(everyone: dict[str, Letters]) -> None:
    without = {agency for agency, letters in everyone.items() if follow_up(*letters) is None}
    assert without == {"Tallowmere TX PD", "Vellorique CA PD"}
    for agency in without:
        kinds = [
            (log.kind, [gap for gap in log.gaps() if log.is_missing(gap)]) for log in own_logs(everyone[agency][1])
        ]
        assert kinds == [("network", [])]


def asked_for(letters: Letters) -> list[str]:
    letter = follow_up(*letters)
    assert letter is not None
    return [item for block in letter.blocks if isinstance(block, Numbered) for item in block.items]


def test_missing_before_window_is_asked_for_by_record_and_days(everyone: dict[str, Letters]) -> None:
    (asked,) = asked_for(everyone["Pellwick County GA SO"])
    assert asked.startswith("Network Audit (")
    assert "20 January 2024 to 31 January 2025, both days included" in asked
    assert "no day before the inauguration" in asked


def test_stretches_between_the_files_of_a_log_are_asked_for(everyone: dict[str, Letters]) -> None:
    asked = asked_for(everyone["Brackenfall IL PD"])
    assert [re.findall(r"\), (.*), both", item)[0] for item in asked] == [
        "28 February 2025 to 1 June 2025",
        "30 July 2025 to 31 August 2025",
        "31 October 2025 to 30 November 2025",
        "1 January 2026 to 31 January 2026",
    ]
    assert all(item.startswith("Organization Audit (") for item in asked)


def test_agency_known_from_the_logs_of_others_only_is_asked_for_both_audits(everyone: dict[str, Letters]) -> None:
    letter = follow_up(*everyone["Bramblefirth MN PD"])
    assert letter is not None
    assert letter.title.startswith("Records request:")
    asked = asked_for(everyone["Bramblefirth MN PD"])
    assert [item.split(" (")[0] for item in asked] == ["Network Audit", "Organization Audit"]
    assert "Minn. Stat. 13.824" in " ".join(texts_of(letter))


def test_log_without_reasons_is_asked_for_with_them_and_is_not_called_none(everyone: dict[str, Letters]) -> None:
    letters = everyone["Glimmerford CA PD"]
    assert any("no column for the reason in 2 files" in item for item in asked_for(letters))
    sheet = " ".join(texts_of(reply_sheet(*letters)))
    assert "cannot be known" in sheet
    assert "No stated reason mentions" not in sheet


def test_sheet_of_one_role_says_nothing_of_the_other(everyone: dict[str, Letters]) -> None:
    report, findings = everyone["Brackenfall IL PD"]
    sheet = " ".join(texts_of(reply_sheet(dataclasses.replace(report, roles=("searcher",)), findings)))
    assert "searches by Brackenfall IL PD" in sheet
    assert "of the cameras of" not in sheet
    assert "625 ILCS" not in sheet


def test_owner_is_told_the_rules_of_its_state_without_a_judgement(everyone: dict[str, Letters]) -> None:
    sheet = " ".join(texts_of(reply_sheet(*everyone["Brackenfall IL PD"])))
    assert "625 ILCS 5/2-130" in sheet
    assert "counts and does not judge" in sheet


# ---- what the questions follow from ------------------------------------------------------------------


def questions(letters: Letters, **changed: Any) -> str:
    """The questions to the camera owner alone, with parts of its findings changed."""
    report, findings = letters
    owner = {**next(role for role in findings["roles"] if role["role"] == "owner"), **changed}
    return "\n".join(ask_all(report, {**findings, "roles": [owner]}, [owner]))


def test_change_of_access_is_asked_about_only_where_agencies_are_gone(everyone: dict[str, Letters]) -> None:
    letters = everyone["Quillhaven MN PD"]
    assert "40 agencies before and 13 after" in questions(letters)
    assert "agencies before and" not in questions(letters, comparison=[])


def test_sharing_list_is_asked_about_by_its_newest_day(everyone: dict[str, Letters]) -> None:
    entry = {
        "in_own_list": True, "itself": False, "what": "networks", "direction": "may search its cameras",
        "partner": "Mossgate IL PD", "own_newest_as_of": "2025-10-06", "federal_immigration": False,
    }  # fmt: skip
    federal = {**entry, "partner": "[Federal] Mire Bureau", "federal_immigration": True}
    asked = questions(everyone["Brackenfall IL PD"], sharing=[entry, entry, federal])
    assert "Your sharing list of 6 October 2025 names 2 agencies" in asked
    assert "1 name on it may be of federal immigration bodies: [Federal] Mire Bureau." in asked
    assert "Which agencies may search your cameras today" in questions(everyone["Brackenfall IL PD"], sharing=[])


def test_withheld_reasons_are_asked_about_with_their_number(everyone: dict[str, Letters]) -> None:
    withheld = [{"category": "withheld", "searches": 7}, {"category": "withheld", "searches": 4}]
    assert "In 11 searches of your cameras, the reason was withheld" in questions(
        everyone["Brackenfall IL PD"], categories=withheld
    )


def test_more_texts_than_fit_are_counted(everyone: dict[str, Letters]) -> None:
    report, findings = everyone["Brackenfall IL PD"]
    word = {**findings["roles"][0]["words"][0], "searches": 1}
    owner = {**findings["roles"][0], "words": [{**word, "rows": f"x:{number}"} for number in range(28)]}
    texts = texts_of(reply_sheet(report, {**findings, "roles": [owner]}))
    assert [f"x:{number}" in texts for number in (24, 25)] == [True, False]
    assert any("3 more texts matched" in text for text in texts)


def test_comparison_stands_once_and_is_added_where_no_sentence_holds_it(everyone: dict[str, Letters]) -> None:
    report, findings = everyone["Pellwick County GA SO"]
    owner = next(role for role in findings["roles"] if role["role"] == "owner")
    bare = {**owner, "sentences": owner["sentences"][:1]}
    for role in (owner, bare):
        sheet = " ".join(texts_of(reply_sheet(report, {**findings, "roles": [role]})))
        assert sheet.count("not compared. The released files cover no day before") == 1
    absent = {name: value for name, value in bare.items() if name != "comparison"}
    assert "not compared" not in " ".join(texts_of(reply_sheet(report, {**findings, "roles": [absent]})))


ASKS = {
    "Ask the agency for its log of 2025-01-01.": "Please send us your log of 2025-01-01.",
    "Ask the agency whether its system logs twice.": "Please tell us whether your system logs twice.",
    "Ask the agency how many it shows, and for the rest in files of fewer days.": (
        "Please tell us how many it shows; and please send us the rest in files of fewer days."
    ),
    "Ask the agency for the rest of the month, or whether there were none.": (
        "Please send us the rest of the month, or tell us whether there were none."
    ),
}


@pytest.mark.parametrize("ask", ASKS)
def test_what_the_gate_asks_is_said_to_the_agency_itself(ask: str) -> None:
    assert as_asked(ask) == ASKS[ask]


def test_no_question_of_the_gate_speaks_of_the_agency_as_of_another(everyone: dict[str, Letters]) -> None:
    asks = {ask for report, _ in everyone.values() for ask in report.tables.gate["ask"] if ask}
    assert len(asks) > 8
    for ask in asks:
        assert re.match(r"Please (?:tell|send) us (?!for\b)", as_asked(ask))
        assert not re.search(r"(?i)\b(the agency|its|ask)\b", as_asked(ask).replace("you can ask", ""))


# ---- days that no file covers ---------------------------------------------------------------------------


def log_with(spans: list[tuple[str, str]], rows: int) -> Any:
    """The one log of findings whose files have these first and last times and as many rows each."""
    sources = [
        {
            "release": f"{number}", "producer": "Mossgate IL PD", "kind": "network", "timezone": "America/Chicago",
            "file": f"{number}.csv", "rows_loaded": rows, "has_reason": True,
            "first_searched_at": first, "last_searched_at": last,
        }
        for number, (first, last) in enumerate(spans)
    ]  # fmt: skip
    (log,) = own_logs({"agency": "Mossgate IL PD", "roles": [{"role": "owner", "sources": sources}]})
    return log


def test_days_of_a_file_are_those_of_its_own_calendar() -> None:
    log = log_with([("2025-01-01T06:00:00Z", "2025-02-01T05:59:00Z")], 100)
    assert log.covered == ((dt.date(2025, 1, 1), dt.date(2025, 1, 31)),)
    assert log.gaps() == []


@pytest.mark.parametrize(("rows", "missing"), [(3, False), (310, True)])
def test_few_days_without_a_row_are_missing_only_where_many_search_each_day(rows: int, missing: bool) -> None:
    january, february = (
        ("2025-01-01T12:00:00Z", "2025-01-31T12:00:00Z"),
        ("2025-02-04T12:00:00Z", "2025-02-28T12:00:00Z"),
    )
    log = log_with([january, february], rows)
    (gap,) = log.gaps()
    assert gap == (dt.date(2025, 2, 1), dt.date(2025, 2, 3))
    assert log.is_missing(gap) is missing


def test_four_weeks_without_a_row_are_missing_however_few_search() -> None:
    log = log_with(
        [("2025-01-01T12:00:00Z", "2025-01-31T12:00:00Z"), ("2025-03-01T12:00:00Z", "2025-03-31T12:00:00Z")], 1
    )
    assert log.is_missing(log.gaps()[0])


# ---- files ----------------------------------------------------------------------------------------------


def test_letters_are_written_as_files_and_named(everyone: dict[str, Letters], tmp_path: Path) -> None:
    letters = everyone["Larchmere Sound OR PD"]
    names = write_letters(*letters, tmp_path)
    assert names == ["reply.md", "reply.docx", "request.md", "request.docx"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    first = {name: (tmp_path / name).read_bytes() for name in names}
    assert write_letters(*letters, tmp_path) == names
    assert {name: (tmp_path / name).read_bytes() for name in names} == first


def test_request_without_a_cause_any_more_is_taken_away(everyone: dict[str, Letters], tmp_path: Path) -> None:
    write_letters(*everyone["Larchmere Sound OR PD"], tmp_path)
    assert write_letters(*everyone["Vellorique CA PD"], tmp_path) == ["reply.md", "reply.docx"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reply.docx", "reply.md"]


def test_hostile_names_of_agencies_and_files_stand_as_they_are(everyone: dict[str, Letters], tmp_path: Path) -> None:
    report, findings = everyone["Larchmere Sound OR PD"]
    tables = dataclasses.replace(report.tables, agency=HOSTILE, gate=report.tables.gate.assign(file=HOSTILE))
    role = findings["roles"][0]
    sources = [{**source, "producer": HOSTILE, "file": HOSTILE} for source in role["sources"]]
    hostile = {**findings, "agency": HOSTILE, "roles": [{**role, "sources": sources}]}
    names = write_letters(Report(tables, report.roles), hostile, tmp_path)
    assert len(names) == 4
    for name in ("reply", "request"):
        shown = in_markdown((tmp_path / f"{name}.md").read_text(encoding="utf-8"))
        assert any(one_line(HOSTILE) in line for line in shown)
        assert in_word((tmp_path / f"{name}.docx").read_bytes()) == shown


@pytest.mark.parametrize(
    ("name", "agency", "make"),
    [("reply", "Larchmere Sound OR PD", reply_sheet), ("request", "Pellwick County GA SO", follow_up)],
)
def test_golden_letter_reads_as_reviewed(everyone: dict[str, Letters], name: str, agency: str, make: Any) -> None:
    letter = make(*everyone[agency])
    text = to_markdown(letter).replace(f"investigate {__version__} ", "investigate VERSION ")
    path = GOLDEN / f"{name}.md"
    if os.environ.get(WRITE_GOLDEN):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_findings_read_back_from_json_give_the_same_letter(everyone: dict[str, Letters]) -> None:
    import json  # noqa: PLC0415 - of this test only

    report, findings = everyone["Brackenfall IL PD"]
    back = json.loads(json.dumps(findings, default=lambda value: str(pd.Timestamp(value))))
    for make in (reply_sheet, follow_up):
        assert make(report, back) == make(report, findings)
