"""The index of all agencies: what its head and lines say, its one script, and that hostile names stay text."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from test_page import Page

from investigate import index_page
from investigate.index_page import render_index

BECAUSE = "The released files cover no day before the inauguration."


def role(kind: str = "owner", **changes: object) -> dict[str, object]:
    counts = {"rows": 9000, "searches": 3000, "immigration_related": 240, "strict": 200, "broad": 310}
    rest = {"reason_known": 3000, "per_1000": 80.0, "before": 40, "after": 200, "covered_days": 412}
    days = {"first_day": "2024-06-03", "last_day": "2025-07-30"}
    return {"role": kind, **counts, **rest, **days, **changes}


def compared(ratio: float | None = 2.14, low: float | None = 1.42, high: float | None = 3.21, days: int = 181) -> dict:
    return {
        "refused": False, "refused_because": "", "rate_ratio": ratio, "ratio_low": low, "ratio_high": high,
        "compared_days": days,
    }  # fmt: skip


def refused(why: str = "no covered days", because: str = BECAUSE) -> dict[str, object]:
    return {"refused": True, "refused_why": why, "refused_because": because, "rate_ratio": None}


def months(*counts: tuple[str, int | None, int | None]) -> dict[str, object]:
    return {"months": [dict(zip(("month", "searches", "immigration_related"), one, strict=True)) for one in counts]}


def agency(name: str, slug: str, *roles: dict[str, object], **changes: object) -> dict[str, object]:
    return {
        "agency": name, "slug": slug, "state": "IL", "status": "ok", "error": None, "seconds": 1.5,
        "roles": list(roles), **changes,
    }  # fmt: skip


def run_of(*reports: dict[str, object], **changes: object) -> dict[str, object]:
    return {
        "package_version": "0.1.0",
        "rules_version": "2026.1",
        "cut": "2025-01-20 12:00 Eastern (17:00 UTC)",
        "is_sample": False,
        "totals": {"releases": 3, "rows": 1_234_567, "searches": 65_432, "agencies": len(reports)},
        "reports": list(reports),
        **changes,
    }


def one_line(**changes: object) -> list[str]:
    return table_rows(render_index(run_of(agency("A PD", "a", role(**changes)))))[0]


def table_rows(html: str) -> list[list[str]]:
    """The text of each cell of the table's body, a list per line: agency, state, role, months, searches,
    immigration-related, per 1,000, before and after, days, letters."""
    body = html[html.index("<tbody>") : html.index("</tbody>")]
    rows = re.findall(r"<tr\b.*?</tr>", body, re.DOTALL)
    cells = [re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in row] for row in cells]


def head_of(html: str) -> str:
    return Page(html[html.index("<header>") : html.index("</header>\n\n<form") + len("</header>")]).text


# ---- the lines


def test_one_line_per_agency_and_role_in_order_of_names():
    run = run_of(
        agency("Tarn PD", "il-tarn-pd", role("owner"), role("searcher", searches=10)),
        agency("elm SO", "e", role()),
    )
    rows = table_rows(render_index(run))
    assert [row[0] for row in rows] == ["elm SO", "Tarn PD", "Tarn PD"]
    assert [row[2] for row in rows] == ["camera owner", "camera owner", "searching agency"]
    days = "412 2024-06-03 to 2025-07-30"
    assert rows[0][3:] == ["not known", "3,000", "240 (200–310)", "80.00", "not known", days]


def test_what_is_not_known_is_not_known_and_zero_is_zero():
    unknown = dict.fromkeys(["immigration_related", "strict", "broad", "per_1000"])
    run = run_of(
        agency("A PD", "a", role(**unknown, reason_known=0, first_day=None, last_day=None), state=None),
        agency("B PD", "b", role(immigration_related=0, strict=0, broad=0, per_1000=0.0, covered_days=float("nan"))),
        agency("C PD", "c"),
    )
    first, second, third = table_rows(render_index(run))
    assert first[1] == "not known"
    assert first[4:9] == ["3,000 no reason to read", *["not known"] * 3, "412"]
    assert second[5:7] == ["0 (0–0)", "0.00"]
    assert second[8].startswith("not known")
    assert third[1:] == ["IL", *["not known"] * 7]


def test_rate_of_too_few_searches_is_not_given():
    run = run_of(agency("A PD", "a", role(reason_known=999)), rate_from=1000)
    assert table_rows(render_index(run))[0][6] == "too few"
    assert table_rows(render_index(run | {"rate_from": 999}))[0][6] == "80.00"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (compared(), "2.1× (1.4–3.2) 181 days each"),
        (compared(0.5, 0.25, 0.999), "0.50× (0.25–0.999) 181 days each"),
        (compared(12.4, 4.5, None), "12× (at least 4.5) 181 days each"),
        (compared(0.0, None, 3.2), "0× (at most 3.2) 181 days each"),
        (compared(None, 1.3, None), "none before (at least 1.3) 181 days each"),
        (compared(float("inf"), 1.3, float("inf")), "none before (at least 1.3) 181 days each"),
        (compared(None, None, None), "none on either side 181 days each"),
        (refused(), f"not compared no covered days {BECAUSE}"),
        (refused("", BECAUSE), f"not compared {BECAUSE}"),
        ({"refused": None, "rate_ratio": 2.0}, "not known"),
    ],
)
def test_comparison_is_a_ratio_with_its_range_or_the_reason_why_there_is_none(found, said):
    assert one_line(**found)[7] == said


def test_a_refused_comparison_shows_no_ratio_even_where_one_was_handed_over():
    assert "9.9" not in one_line(**refused() | {"rate_ratio": 9.9, "ratio_low": 9.9})[7]


def test_comparisons_sort_by_the_ratio_and_not_by_its_rounded_words():
    html = render_index(run_of(agency("A PD", "a", role(**compared(2.14))), agency("B PD", "b", role(**refused()))))
    assert '<td data-v="2.14">2.1×' in html
    assert html.count("data-v=") == 1


def test_letters_are_linked_beside_the_report_in_one_format_each():
    run = run_of(agency("A PD", "a-pd", role(letters=["reply.md", "reply.docx", "request.md", "x y/../<i>.docx"])))
    html = render_index(run)
    links = {v["href"] for v in Page(html).all("a")}
    assert links == {
        "#page-content",
        "./a-pd/index.html",
        "./a-pd/reply.docx",
        "./a-pd/request.md",
        "./a-pd/%3Ci%3E.docx",
    }
    assert table_rows(html)[0][9] == "reply request &lt;i&gt;"
    assert "Letters" not in Page(render_index(run_of(agency("A PD", "a", role())))).text


def test_run_without_reports_says_so():
    assert table_rows(render_index(run_of())) == [["No report has been made."]]


# ---- months


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What was handed to the function that draws months."""
    calls: list[tuple[object, ...]] = []

    def draw(values: object, related: object, label: str) -> str:
        calls.append((values, related, label))
        return "<svg></svg>"

    monkeypatch.setattr("investigate.charts.draw_spark", draw, raising=False)
    return calls


def test_every_line_is_drawn_over_the_same_months_and_a_month_without_a_file_is_open(drawn):
    run = run_of(
        agency("A PD", "a", role(**months(("2024-11", 5, 0), ("2025-02", 9, None)))),
        agency("B PD", "b", role(**months(("2024-12", 7, 3)))),
        agency("C PD", "c", role(months=[])),
    )
    html = render_index(run)
    assert [call[:2] for call in drawn] == [
        ([5, None, None, 9], [0, None, None, None]),
        ([None, 7, None, None], [None, 3, None, None]),
    ]
    assert drawn[1][2] == "Searches a month, 2024-11 to 2025-02: at most 7, immigration-related at most 3"
    assert '<td data-v="3"><svg></svg></td>' in html
    assert [row[3] for row in table_rows(html)] == ["", "", "not known"]
    assert "Months: 2024-11 to 2025-02" in Page(html).text


def test_of_many_months_the_newest_are_drawn(drawn):
    many = months(*((f"{2020 + n // 12}-{n % 12 + 1:02}", n, 0) for n in range(50)))
    render_index(run_of(agency("A PD", "a", role(**many))))
    assert drawn[0][0] == list(range(14, 50))


def test_very_long_table_leaves_drawing_to_the_script_and_stays_complete(drawn, monkeypatch):
    monkeypatch.setattr(index_page, "MOST_DRAWN", 1)
    found = months(("2024-11", 90, 0), ("2024-12", 1, 12), ("2025-02", 0, 3)) | refused()
    run = run_of(
        agency("A PD", "a", role(**found, letters=["reply.docx"])), agency("B PD", "b", role(**refused("x", "Else.")))
    )
    html = render_index(run)
    assert drawn == []
    assert '<td data-d="91.0 09.3 12"></td>' in html
    assert '<a href="#why-1">not compared</a><small>no covered days</small>' in html
    assert f'<li id="why-1">{BECAUSE}</li>\n<li id="why-2">Else.</li>' in html
    assert table_rows(html)[0][9] == "reply.docx"
    assert Page(html).faults == []


def test_six_and_a_half_thousand_agencies_in_two_roles_stay_below_six_megabytes():
    counts = [(f"{2024 + n // 12}-{n % 12 + 1:02}", 400 + n, n) for n in range(24)]
    reasons = [f"File {n} holds exactly 10,000 records, a number at which exports stop." for n in range(400)]
    reports = [
        agency(
            f"Bracken Falls {n} IL PD", f"bracken-falls-{n}-il-pd",
            role("owner", **months(*counts), **compared(), letters=["reply.docx", "request.docx"]),
            role("searcher", **months(*counts), **refused("cut off", reasons[n % 400]), letters=["reply.docx"]),
        )
        for n in range(6500)
    ]  # fmt: skip
    html = render_index(run_of(*reports))
    assert html.count("<tr>") == 13_001
    assert len(html.encode()) <= 6_000_000


# ---- the head


def test_head_counts_searches_once_and_each_agency_once():
    run = run_of(
        agency("A PD", "a", role("owner"), role("searcher", last_day="2026-01-31")),
        agency("B PD", "b", role(immigration_related=0, first_day="2024-01-02")),
        agency("C PD", "c", role(immigration_related=None)),
        agency("D PD", "d", role("owner", immigration_related=None), role("searcher", immigration_related=0)),
    )
    said = head_of(render_index(run))
    assert "4 agencies in 3 released files: 65,432 searches, each counted once, in 1,234,567 rows" in said
    assert "from 2024-01-02 to 2026-01-31 ." in said
    assert "Of these, 1 has searches that state an immigration-related reason; of 1 it is not known." in said
    assert "comparisons of before" not in said


def test_head_says_how_many_of_the_agencies_in_the_data_are_listed():
    run = run_of(agency("A PD", "a", role()), agency("B PD", "b", role()))
    run["totals"] |= {"agencies": 70}
    assert "Of the 2 agencies listed here, 2 have searches" in head_of(render_index(run))


def test_head_says_how_many_comparisons_were_refused_and_the_three_commonest_reasons():
    whys = ["gap", "gap", "cut off", "gap", "switch", "switch", "cut off", "no days"]
    roles = [role(**refused(why, f"Sentence on {why}, file {n}.")) for n, why in enumerate(whys)]
    run = run_of(agency("A PD", "a", *roles, role(**compared()), role(), role(refused=None)))
    said = head_of(render_index(run))
    assert "8 of 9 comparisons of before with after were refused." in said
    found = re.findall(r"(\d) comparisons: ([\w ]+)\. For example: (.*?\.)", said)
    assert found == [
        ("3", "gap", "Sentence on gap, file 0."),
        ("2", "cut off", "Sentence on cut off, file 2."),
        ("2", "switch", "Sentence on switch, file 4."),
    ]


def test_failed_reports_are_listed_with_their_error_and_not_linked():
    run = run_of(
        agency("Good PD", "good", role(), status="unchanged"),
        agency("Bad PD", "bad", role(letters=["reply.docx"]), status="failed", error='KeyError in "The data": <at>.'),
    )
    html = render_index(run)
    page = Page(html)
    assert "1 report failed" in page.text
    assert 'Bad PD : KeyError in "The data": <at>.' in page.text
    assert {v["href"] for v in page.all("a")} == {"#page-content", "#page-failed-1", "./good/index.html"}
    assert page.all("li", id="page-failed-1")
    assert "failed" not in Page(render_index(run_of(agency("Good PD", "good", role())))).text


def test_index_says_when_data_is_invented_and_how_to_read_it():
    banner = "Invented sample data: no agency, officer or search in it is real."
    text = Page(render_index(run_of(agency("A PD", "a", role()), is_sample=True))).text
    assert banner in text.replace(" :", ":")
    sentences = ["A search is not a stop.", "Do not add up agencies.", "The two are never added up."]
    sources = ["65,432 searches, each counted once", "reason rules 2026.1", "12:00 Eastern (17:00 UTC)"]
    for sentence in sentences + sources:
        assert sentence in text
    assert "Invented" not in render_index(run_of(agency("A PD", "a", role())))


# ---- what it loads and runs


def test_hostile_names_are_text_and_links_stay_inside(monkeypatch):
    monkeypatch.setattr("investigate.charts.draw_spark", lambda *_: "<svg></svg>", raising=False)
    name = '<script>alert(1)</script> "O\'Hara" {{ 7*7 }} \u202egnp' + "x" * 300
    hostile = role(**refused(name, name), **months(("2025-01", 1, 1)), letters=[name])
    run = run_of(
        agency(name, '../"><script>', hostile, state="<b>"),
        agency(name, "javascript:alert(1)", role(), state=name),
        agency(name, "//bad.example", role(), status="failed", error=name),
    )
    for most in (1500, 1):
        monkeypatch.setattr(index_page, "MOST_DRAWN", most)
        html = render_index(run)
        page = Page(html)
        assert page.faults == []
        assert len(page.all("script")) == 1
        assert '<script>alert(1)</script> "O\'Hara" {{ 7*7 }} [U+202E]gnp' in page.text
        assert "\u202e" not in html
        assert all(v["href"].startswith(("./", "#")) for v in page.all("a"))


def test_name_that_may_be_written_from_the_right_is_kept_apart_from_what_follows():
    html = render_index(run_of(agency("משטרה PD", "a", role()), agency("Elm PD", "b", role())))
    assert "<bdi>משטרה PD</bdi></a>" in html
    assert ">Elm PD</a>" in html


def test_index_runs_only_its_own_script():
    html = render_index(run_of(agency("A PD", "a", role())))
    script = re.search(r"<script>(.*?)</script>", html, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    policy = Page(html).all("meta", **{"http-equiv": "Content-Security-Policy"})[0]["content"]
    assert policy.startswith("default-src 'none'")
    assert policy.endswith(f"script-src 'sha256-{digest}'")
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(|innerHTML|eval\(|localStorage|cookie", script[1])


def test_index_works_without_its_script():
    page = Page(render_index(run_of(agency("A PD", "a", role()), agency("B PD", "b", role(), state=None))))
    assert "hidden" in page.all("form", id="page-filter")[0]  # shown by the script, useless without it
    assert "hidden" in page.all("p", id="page-rest")[0]
    assert [v["aria-sort"] for v in page.all("th") if "aria-sort" in v] == ["ascending"]
    assert not any("hidden" in values for tag, values in page.elements if tag == "tr")


def test_filters_offer_the_states_there_are_both_roles_and_refused_comparisons():
    html = render_index(run_of(agency("A PD", "a", role()), agency("B PD", "b", role(), state=None)))
    offered = {
        name: re.findall(r'<option value="([^"]*)">([^<]+)', select)
        for name, select in re.findall(r'<select id="page-(\w+)">(.*?)</select>', html, re.DOTALL)
    }
    assert offered["state"] == [("*", "All states"), ("IL", "Illinois"), ("", "not known")]
    assert [value for value, _ in offered["role"]] == ["*", "owner", "searcher"]
    assert [value for value, _ in offered["compared"]] == ["*", "compared", "refused"]


def test_every_column_but_the_letters_can_be_sorted_and_the_script_knows_its_place():
    html = render_index(run_of(agency("A PD", "a", role(letters=["reply.docx"]))))
    heads = re.findall(r'<th scope="col"( data-sort="\w+")?', html)
    assert len(heads) == 10
    assert [bool(head) for head in heads] == [True] * 9 + [False]
    used = set(re.findall(r'column\.get\("(\w+)"\)', html))
    assert used
    assert used <= set(re.findall(r'data-sort="(\w+)"', html))


def test_styles_of_the_page_and_of_the_index_both_stand_in_it():
    style = re.search(r"<style>(.*?)</style>", render_index(run_of()), re.DOTALL)
    assert style is not None
    assert ":focus-visible" in style[1]
    assert ".directory main" in style[1]
