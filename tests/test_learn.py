"""LEARN's Agency Data Sharing Report: the real one, and invented ones with every trap of the form."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pdfplumber
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_sharing import OWNER, RIGHT, Report, Sections, Text, pdf, report_pages

from investigate.sharing import learn_page
from investigate.sharing.load import SharingLoad, load_sharing

SHARED = Path(__file__).parents[2] / "shared" / "data" / "sharing"
REAL = SHARED / "orange-county-ca-so_learn-agency-data-sharing-report.pdf"
ORANGE = "Orange County Sheriffs Department"
needs_real = pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data, which is not published")

SMALL: Sections = {
    "Detections Shared": ["Mossgate Police Department", "CBP - NTC", "Alder County Sheriff (Upper Mossgate Division)"],
    "Detections Received": ["ICE", "Mossgate Police Department"],
    "Hot List Sharing": [],
    "Hot-List Received": [("Mossgate Police Department", "HSI MASTER")],
}  # fmt: skip


@pytest.fixture(scope="module")
def real() -> SharingLoad:
    return load_sharing(REAL)


def names(load: SharingLoad, direction: str, what: str = "detections") -> list[str]:
    rows = load.table[(load.table["direction"] == direction) & (load.table["what"] == what)]
    return list(rows["recipient" if direction == "shared" else "owner"])


def read(folder: Path, pages: list[list[Text]], **how: object) -> SharingLoad:
    path = pdf(folder / "report.pdf", pages, picture=bool(how.pop("picture", False)))
    return load_sharing(path, **how)  # type: ignore[arg-type]


def said(load: SharingLoad) -> str:
    entry = load.releases[0]
    return entry["refused_because"] or " ".join(entry["warnings"])


@needs_real
def test_the_real_report_gives_every_name_of_every_section(real: SharingLoad) -> None:
    [entry] = real.releases
    assert entry["sections"] == {
        "Detections Shared": 295,
        "Detections Received": 311,
        "Hot List Sharing": 0,
        "Hot-List Received": 29,
    }
    assert (entry["rows_read"], entry["rows_loaded"], entry["as_of"], entry["owner"]) == (
        635,
        635,
        "2020-02-06",
        ORANGE,
    )
    assert entry["warnings"] == []
    shared, received = set(names(real, "shared")), set(names(real, "received"))
    assert (len(shared & received), len(shared - received), len(received - shared)) == (282, 13, 29)


@needs_real
def test_the_real_report_s_owner_is_whose_data_are_seen(real: SharingLoad) -> None:
    by_direction = real.table.groupby("direction")
    assert set(by_direction.get_group("shared")["owner"]) == {ORANGE}
    assert set(by_direction.get_group("received")["recipient"]) == {ORANGE}
    assert set(real.table["listed_by"]) == {ORANGE}
    assert list(real.table["row"]) == list(range(1, 636))


@needs_real
def test_no_name_of_the_real_report_is_cut_in_half(real: SharingLoad) -> None:
    partners = [*names(real, "shared"), *names(real, "received"), *names(real, "received", "hot lists")]
    assert not [name for name in partners if re.search(r"[(&,/-]$", name) or name.count("(") != name.count(")")]
    assert "Winnebago County Sheriff (Machesney Park Division)" in partners
    assert "San Joaquin County Sheriffs Department (CA)" in names(real, "received", "hot lists")


@needs_real
def test_the_words_of_the_real_report_are_all_in_its_names(real: SharingLoad) -> None:
    """Against the page's words taken column by column, without this program's reading of lines."""
    for direction, (first, last), right in (("shared", (1, 5), 325), ("received", (7, 11), 366)):
        for column in (0, 1):
            expected: list[str] = []
            with pdfplumber.open(REAL) as document:
                for page in document.pages[first - 1 : last]:
                    top = 140 if page.page_number == 1 else 60
                    box = (0, top, right, 815) if column == 0 else (right, top, page.width, 815)
                    expected += page.crop(box).extract_text(x_tolerance=2).split()
            got = " ".join(_column(real, direction, column, (first, last))).split()
            assert got == expected


def _column(load: SharingLoad, direction: str, column: int, pages: tuple[int, int]) -> list[str]:
    """Names of one column: on these pages each row has two, read left to right."""
    table = load.table
    rows = table[(table["direction"] == direction) & (table["what"] == "detections") & table["page"].between(*pages)]
    side = "recipient" if direction == "shared" else "owner"
    return [name for _, page in rows.groupby("page") for name in list(page[side])[column::2]]


@needs_real
def test_the_real_report_shows_federal_immigration_offices_with_their_names(real: SharingLoad) -> None:
    table = real.table
    assert set(table.loc[table["federal_immigration"], "released_recipient"]) == {
        "CBP - NTC",
        "DHS - HSI (Newark NJ)",
        "DHS - HSI - New Orleans",
        "San Diego Sector Border Patrol (CA)",
    }
    assert set(table.loc[table["owner_federal_immigration"], "released_owner"]) == {
        "ICE",
        "CBP - NTC",
        "DHS - HSI - New Orleans",
        "San Diego Sector Border Patrol (CA)",
    }
    [master] = table[table["hot_list"] == "HSI MASTER"].to_dict("records")
    assert (master["owner"], master["page"]) == ("Montgomery Police Department", 13)


def test_wrapped_names_are_joined_in_their_own_column(tmp_path: Path) -> None:
    load = read(tmp_path, report_pages(SMALL))
    assert names(load, "shared") == SMALL["Detections Shared"]
    assert names(load, "received") == SMALL["Detections Received"]
    assert load.releases[0]["as_of"] == "2020-02-06"
    assert load.releases[0]["warnings"] == []


def test_none_is_a_stated_nothing_and_no_agency(tmp_path: Path) -> None:
    load = read(tmp_path, report_pages(SMALL))
    assert load.releases[0]["sections"]["Hot List Sharing"] == 0
    assert not load.table["recipient"].eq("None").any()


def test_a_section_that_is_not_there_is_not_known(tmp_path: Path) -> None:
    load = read(tmp_path, report_pages({"Detections Shared": ["Mossgate Police Department"]}))
    assert "The heading 'Detections Received' was not found: what it would list is not known." in said(load)
    assert "Detections Received" not in load.releases[0]["sections"]


def test_a_name_cut_by_the_end_of_a_page_is_put_together(tmp_path: Path) -> None:
    filler = [f"Town {number} Police Department" for number in range(48)]
    pages = report_pages({"Detections Shared": [*filler, *(f"City {n} Police" for n in range(8))]})
    assert len(pages) == 2
    first, second = pages
    cut_at = max(at for at, text in enumerate(first) if text[0] == 67.5)
    x, top, size, _ = first[cut_at]
    first[cut_at] = (x, top, size, "Alder County Sheriff (Upper")
    start = next(at for at, text in enumerate(second) if text[0] == 67.5)
    x, top, size, _ = second[start]
    second[start] = (x, top, size, "Mossgate Division)")
    load = read(tmp_path, pages)
    assert "Alder County Sheriff (Upper Mossgate Division)" in names(load, "shared")
    assert len(load.table) == 55


def test_a_closed_partner_keeps_its_name_and_its_status(tmp_path: Path) -> None:
    pages = report_pages(
        {"Detections Shared": ["Inactive Mossgate Police Department", "ICE"]}, product="VehicleManager"
    )
    load = read(tmp_path, pages)
    first = load.table.iloc[0]
    assert (first["recipient"], first["status"]) == ("Mossgate Police Department", "Inactive")
    assert first["released_recipient"] == "Inactive Mossgate Police Department"
    assert load.table.iloc[1]["status"] is None


def long_report() -> list[list[Text]]:
    shared = [f"Town {number} Police Department" for number in range(120)]
    received = [f"Burg {number} Police Department" for number in range(120)]
    return report_pages({"Detections Shared": shared, "Detections Received": received})


def test_after_a_missing_page_the_same_columns_go_on_with_the_list(tmp_path: Path) -> None:
    pages = long_report()
    load = read(tmp_path, [pages[0], *pages[2:]])
    assert "page 2 is missing" in said(load)
    assert all(name.startswith("Town") for name in names(load, "shared"))
    assert all(name.startswith("Burg") for name in names(load, "received"))
    assert load.releases[0]["rows_rejected"] == 0


def test_names_after_a_missing_heading_are_never_put_under_the_wrong_one(tmp_path: Path) -> None:
    pages = long_report()
    heading_at = next(at for at, page in enumerate(pages) if any(text[3] == "Detections Received" for text in page))
    load = read(tmp_path, pages[:heading_at] + pages[heading_at + 1 :])
    entry = load.releases[0]
    assert all(name.startswith("Town") for name in names(load, "shared"))
    assert names(load, "received") == []
    assert entry["rows_rejected"] > 0
    assert entry["rows_read"] == entry["rows_loaded"] + entry["rows_rejected"] + entry["rows_blank"]
    assert "cannot be told whether data are shared or received" in said(load)


def test_a_last_page_that_is_missing_is_told(tmp_path: Path) -> None:
    load = read(tmp_path, long_report()[:-1])
    assert "missing: names may be missing" in said(load)


def test_a_page_without_text_can_hide_a_name(tmp_path: Path) -> None:
    pages = long_report()
    pages[1] = []
    load = read(tmp_path, pages)
    assert "page 2 is without text. A scan can hide a name" in said(load)
    assert "missing" not in said(load)


def test_a_scan_with_text_can_hide_a_name(tmp_path: Path) -> None:
    load = read(tmp_path, report_pages(SMALL), picture=True)
    assert "It looks like a scan" in said(load)
    assert "A scan can hide a name" in said(load)
    assert names(load, "shared") == SMALL["Detections Shared"]


def test_text_recognition_that_lost_blanks_still_tells_the_section(tmp_path: Path) -> None:
    pages = report_pages(SMALL)
    pages[0] = [(x, top, size, text.replace("Department Agency is", "DepartmentAgency is").replace("Detections Shared", "DetectionsShared")) for x, top, size, text in pages[0]]  # fmt: skip  # noqa: E501
    load = read(tmp_path, pages)
    assert names(load, "shared") == SMALL["Detections Shared"]
    assert set(load.table["listed_by"]) == {OWNER}
    assert "A scan can hide a name" in said(load)


def test_pictures_alone_are_refused_and_say_nothing_of_names(tmp_path: Path) -> None:
    load = read(tmp_path, [[], []], picture=True)
    assert "PDF without text: pictures of pages" in said(load)
    assert load.table.empty


@pytest.mark.parametrize(
    ("title", "is_a"),
    [
        ("Dashboard Detection Report", "Dashboard Detection Report (totals of plates scanned)"),
        ("Dashboard Hit Ratio Report", "Dashboard Hit Ratio Report (totals of scans and hits)"),
    ],
)
def test_other_reports_of_the_vendor_are_refused_without_naming_who_made_them(
    tmp_path: Path, title: str, is_a: str
) -> None:
    page: list[Text] = [(200, 30, 16, title), (50, 80, 11, "Report By: Quentin Quillon Agency Count: 3")]
    load = read(tmp_path, [page])
    assert is_a in said(load)
    assert "Quillon" not in str(load.releases)


def test_a_printed_search_log_is_sent_to_the_loader_of_logs(tmp_path: Path) -> None:
    load = read(tmp_path, [[(50, 30, 9, "Name"), (150, 30, 9, "Reason"), (300, 30, 9, "Search Time")]])
    assert "this is a search log; load it with `investigate load`" in said(load)


def test_a_letter_on_top_of_the_report_is_no_list(tmp_path: Path) -> None:
    letter: list[Text] = [(60, 100, 11, "Dear Ms. Quillon,"), (60, 120, 11, "enclosed is what you asked for.")]
    load = read(tmp_path, [letter, *report_pages(SMALL)])
    assert names(load, "shared") == SMALL["Detections Shared"]
    assert "page 1 is not of the report and not read" in said(load)
    assert "Quillon" not in load.table.to_csv()


def test_what_the_command_says_of_owner_and_day_is_followed_and_told(tmp_path: Path) -> None:
    load = read(tmp_path, report_pages(SMALL), owner="Fernhollow County CA SO", as_of="2020-03-01")
    assert set(load.table["listed_by"]) == {"Fernhollow County CA SO"}
    assert load.releases[0]["as_of"] == "2020-03-01"
    assert OWNER in said(load)
    assert "2020-02-06" in said(load)


def test_two_reports_in_one_file_keep_their_owners(tmp_path: Path) -> None:
    first, second = Report(), Report()
    first.add("Detections Shared", ["Mossgate Police Department"])
    second.add("Detections Shared", ["Mossgate Police Department"], owner="Alder Police Department")
    load = read(tmp_path, first.finished() + second.finished())
    assert list(load.table["owner"]) == [OWNER, "Alder Police Department"]
    assert "several agencies" in said(load)


def test_a_second_hot_list_belongs_to_the_agency_above(tmp_path: Path) -> None:
    pages = report_pages({"Hot-List Received": [("Mossgate Police Department", "Warrants"), ("", "Missing persons")]})
    pages[0] = [text for text in pages[0] if text[3]]
    load = read(tmp_path, pages)
    assert list(load.table["hot_list"]) == ["Warrants", "Missing persons"]
    assert set(load.table["owner"]) == {"Mossgate Police Department"}
    assert "stands beside no agency" in said(load)


def test_a_pdf_with_too_many_pages_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn_page, "MOST_PAGES", 2)
    assert "more than 2 pages" in said(read(tmp_path, long_report()))


def test_a_broken_pdf_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"%PDF-1.4\n" + b"\x00\xff" * 500)
    assert "cannot be read as a PDF" in said(load_sharing(path))


WORD = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9).map(str.capitalize)
NAME = st.lists(WORD, min_size=1, max_size=9).map(" ".join).filter(lambda name: name.lower() not in ("none", "no"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shared=st.lists(NAME, min_size=1, max_size=70, unique_by=str.casefold), received=st.lists(NAME, max_size=70))
def test_any_names_come_back_once_and_in_order(tmp_path: Path, shared: list[str], received: list[str]) -> None:
    shared = [f"{name} PD" for name in shared]
    received = list(dict.fromkeys(f"{name} SO" for name in received))
    load = read(tmp_path, report_pages({"Detections Shared": shared, "Detections Received": received}))
    assert names(load, "shared") == shared
    assert names(load, "received") == received


def test_columns_stand_apart_in_the_makers_of_these_tests() -> None:
    assert len(set(RIGHT.values())) == 3
    assert pd.Series(RIGHT).min() > 300


# ---- pages lost, out of order, of two reports -----------------------------------------------------------------


def hot_report() -> list[list[Text]]:
    pair = [(f"Town {number} Police Department", "Stolen") for number in range(60)]
    other = [(f"Burg {number} Police Department", "Wanted") for number in range(60)]
    return report_pages({"Hot List Sharing": pair, "Hot-List Received": other})


def without_heading(pages: list[list[Text]], heading: str) -> list[list[Text]]:
    at = next(at for at, page in enumerate(pages) if any(text[3] == heading for text in page))
    return pages[:at] + pages[at + 1 :]


def no_footers(pages: list[list[Text]]) -> list[list[Text]]:
    return [[text for text in page if text[1] < 800] for page in pages]


def test_after_a_lost_page_hot_lists_without_a_heading_are_not_guessed(tmp_path: Path) -> None:
    load = read(tmp_path, without_heading(hot_report(), "Hot-List Received"))
    assert all(name.startswith("Town") for name in names(load, "shared", "hot lists"))
    assert names(load, "received", "hot lists") == []
    assert load.releases[0]["rows_rejected"] > 0
    assert load.releases[0]["incomplete"]


def test_without_page_numbers_what_stands_under_no_heading_of_its_page_is_not_loaded(tmp_path: Path) -> None:
    pages = no_footers(without_heading(long_report(), "Detections Received"))
    load = read(tmp_path, pages)
    assert all(name.startswith("Town") for name in names(load, "shared"))
    assert names(load, "received") == []
    assert "cannot be told whether data are shared or received" in said(load)


def test_two_reports_in_one_file_keep_their_days_and_owners(tmp_path: Path) -> None:
    first, second = Report(date="02-06-20"), Report(date="01-01-24")
    first.add("Detections Shared", ["ICE", "Mossgate Police Department"])
    second.add("Detections Shared", [])
    load = read(tmp_path, first.finished() + second.finished())
    assert [str(day) for day in load.table["as_of"]] == ["2020-02-06", "2020-02-06"]
    lists = {one["as_of"]: one["named"] for one in load.releases[0]["lists"]}
    assert lists == {"2020-02-06": 2, "2024-01-01": 0}


def test_a_whole_report_with_its_pages_out_of_order_is_read_in_order(tmp_path: Path) -> None:
    pages = long_report()
    load = read(tmp_path, [*pages[2:], *pages[:2]])
    assert "missing" not in said(load)
    assert len(names(load, "shared")) == len(names(load, "received")) == 120
    assert "out of order" in said(load)


def foot_and_head(foot: str, head: str) -> list[list[Text]]:
    names_ = [f"Town {number} Police Department" for number in range(60)]
    first, second, *_ = report_pages({"Detections Shared": names_})
    for page, at, text in (
        (first, max(at for at, text in enumerate(first) if text[0] == 67.5), foot),
        (second, next(at for at, text in enumerate(second) if text[0] == 67.5), head),
    ):
        x, top, size, _ = page[at]
        page[at] = (x, top, size, text)
    return [first, second]


def test_a_name_that_may_go_on_over_the_page_is_told(tmp_path: Path) -> None:
    load = read(tmp_path, foot_and_head("Los Angeles County Sheriffs", "Department"))
    assert "'Los Angeles County Sheriffs'" in said(load)
    assert "'Department'" in said(load)
    assert load.releases[0]["incomplete"]


def test_a_bracket_that_is_never_closed_swallows_no_name(tmp_path: Path) -> None:
    load = read(tmp_path, foot_and_head("Alder Police Department (TX", "ICE"))
    assert "ICE" in names(load, "shared")
    assert "Alder Police Department (TX" in names(load, "shared")


def test_an_empty_section_is_kept_as_an_empty_list(tmp_path: Path) -> None:
    load = read(tmp_path, report_pages(SMALL))
    lists = {(one["what"], one["direction"]): one["named"] for one in load.releases[0]["lists"]}
    assert lists == {
        ("detections", "shared"): 3, ("detections", "received"): 2, ("hot lists", "shared"): 0,
        ("hot lists", "received"): 1,
    }  # fmt: skip
    assert not load.releases[0]["incomplete"]


def test_a_name_that_begins_with_the_is_no_sentence_of_the_next_heading(tmp_path: Path) -> None:
    sections: Sections = {"Detections Shared": ["ICE", "CBP", "The Woodlands PD"], "Detections Received": ["Oak PD"]}
    load = read(tmp_path, report_pages(sections))
    assert names(load, "shared") == ["ICE", "CBP", "The Woodlands PD"]
    assert names(load, "received") == ["Oak PD"]
