"""Pages and the index: what is shown, what is left out, and that nothing is loaded or run."""

from __future__ import annotations

import base64
import copy
import hashlib
import re
import warnings
from html.parser import HTMLParser

import altair as alt
import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from investigate.errors import InvestigateError
from investigate.page import render_index, render_page, show_controls

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
LOADING_TAGS = {
    "link",
    "iframe",
    "object",
    "embed",
    "base",
    "video",
    "audio",
    "source",
    "image",
    "use",
    "frame",
}
OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|[/\\]", re.IGNORECASE)
UNSAFE_STYLE = re.compile(r"@import|url\s*\((?!\s*[\"']?(?:#|data:))|expression\s*\(|\\", re.IGNORECASE)


class Page(HTMLParser):
    """A page taken apart: elements with attributes, visible text, tables, and all that could load or run."""

    def __init__(self, page: str):
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.faults: list[str] = []
        self.feed(page)
        self.close()
        if self.open:
            self.faults.append(f"never closed: {self.open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.elements.append((tag, values))
        if tag not in VOID:
            self.open.append(tag)
        if tag in LOADING_TAGS:
            self.faults.append(f"<{tag}>")
        for name, value in values.items():
            self._check(tag, name, re.sub(r"[\x00-\x20]", "", value))

    def _check(self, tag: str, name: str, value: str) -> None:
        picture = tag == "img" and value.startswith("data:image/")
        address = name in {"src", "href", "xlink:href", "srcset", "action", "formaction", "poster", "data"}
        if (
            (address and OUTSIDE.match(value) and not picture)
            or name.startswith("on")
            or (name == "http-equiv" and value.lower() == "refresh")
            or (tag != "meta" and not picture and re.search(r"url\((?![\"']?(#|data:))|u\\72l", value))
        ):
            self.faults.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        self.texts.append((inside, data))
        if inside == "style" and UNSAFE_STYLE.search(data.replace("\\201C", "")):
            self.faults.append("style sheet loads something")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data!r}")

    @property
    def text(self) -> str:
        return " ".join(" ".join(text for tag, text in self.texts if tag not in {"style", "script"}).split())

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        return [v for t, v in self.elements if t == tag and all(v.get(k) == w for k, w in wanted.items())]


def cell(*outputs: dict[str, str], tags: tuple[str, ...] = ()) -> nbformat.NotebookNode:
    """A code cell that was run and gave these outputs, each a mapping from MIME type to data."""
    made = new_code_cell(
        "secret_source_code()",
        execution_count=7,
        outputs=[new_output("execute_result", data=data, execution_count=7) for data in outputs],
    )
    made.metadata.tags = list(tags)
    return made


def chart_svg(title: str = "Searches a month") -> str:
    frame = pd.DataFrame({"month": ["2025-01", "2025-02"], "searches": [3, 5]})
    chart = alt.Chart(frame, title=title).mark_bar(clip=True).encode(x="month:N", y="searches:Q")
    with alt.renderers.enable("svg"):
        bundle = chart._repr_mimebundle_()
    return (bundle[0] if isinstance(bundle, tuple) else bundle)["image/svg+xml"]


def report(*cells: nbformat.NotebookNode, **options: str) -> str:
    return render_page(new_notebook(cells=list(cells)), **{"title": "Port Delby PD", **options})


@pytest.fixture(scope="module")
def whole_page() -> str:
    table = pd.DataFrame({"searching agency": ["Harrow SO", "Linden PD"], "searches": [1234, 7]})
    findings = '<div class="findings"><p class="finding">Five of 8.</p><p class="finding">Then 3.</p></div>'
    return report(
        new_markdown_cell("# Who searched the cameras?\n\nAn *opening* line."),
        cell({"text/plain": "PARAMETER VALUE"}, tags=("parameters",)),
        cell({"text/plain": "INJECTED VALUE"}, tags=("injected-parameters",)),
        cell({"text/plain": "SETUP VALUE"}, tags=("setup",)),
        new_markdown_cell("HIDDEN PROSE", metadata={"tags": ["hide-in-report"]}),
        cell({"text/html": "<p>HIDDEN OUTPUT</p>"}, tags=("hide-in-report",)),
        new_markdown_cell("## The finding"),
        cell({"text/html": findings, "text/plain": "FALLBACK"}),
        new_markdown_cell("## Before and after"),
        cell(
            {"image/svg+xml": chart_svg(), "text/plain": "alt.Chart(...)"},
            {"image/svg+xml": chart_svg("Two")},
        ),
        new_markdown_cell("## The finding\n\nSaid twice."),
        cell({"text/html": table._repr_html_(), "text/plain": "FALLBACK"}),
        cell({"text/plain": "plain <b>result</b> " + "x" * 300}),
        description="Logs from 3 June 2024 on.",
    )


def test_page_is_complete_and_loads_nothing(whole_page):
    page = Page(whole_page)
    assert page.faults == []
    assert page.all("script") == []
    assert page.all("html", lang="en")
    assert page.all("meta", name="viewport")
    assert page.all("meta", name="description")[0]["content"] == "Logs from 3 June 2024 on."
    policy = page.all("meta", **{"http-equiv": "Content-Security-Policy"})[0]["content"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert "script-src" not in policy
    assert ("title", "Port Delby PD") in page.texts
    assert len(whole_page) < 80_000


def test_code_prompts_and_hidden_cells_leave_no_trace(whole_page):
    for absent in (
        "secret_source_code",
        "PARAMETER VALUE",
        "INJECTED VALUE",
        "SETUP VALUE",
        "HIDDEN",
        "In&nbsp;[",
    ):
        assert absent not in whole_page
    assert "FALLBACK" not in whole_page
    assert "alt.Chart" not in whole_page


def test_contents_lead_to_each_section_once(whole_page):
    page = Page(whole_page)
    anchors = [v["href"][1:] for v in page.all("a") if v["href"].startswith("#") and "class" not in v]
    assert anchors == ["The-finding", "Before-and-after", "The-finding-2"]
    ids = [v["id"] for _, v in page.elements if "id" in v]
    assert len(ids) == len(set(ids))
    assert set(anchors) <= set(ids)
    assert page.all("a", **{"class": "skip"})[0]["href"].lstrip("#") in ids
    assert page.all("a", href="../index.html")
    assert len(page.all("h1")) == 1


def test_charts_stay_whole_named_and_apart(whole_page):
    svgs = Page(whole_page).all("svg")
    assert [s["aria-label"] for s in svgs] == ["Searches a month", "Two"]
    assert all(s["role"] == "img" and s["viewbox"].startswith("0 0 ") for s in svgs)
    assert 'viewBox="0 0 ' in whole_page
    clips = re.findall(r'<clipPath id="([^"]+)"', whole_page)
    assert len(clips) == len(set(clips)) >= 2
    assert set(re.findall(r"url\(#([^)]+)\)", whole_page)) == set(clips)


def test_two_charts_that_share_a_name_for_their_clipping_area_do_not_cut_each_other():
    svg = chart_svg()
    html = report(cell({"image/svg+xml": svg}, {"text/html": f"<figure>{svg}<figcaption>B</figcaption></figure>"}))
    clips = re.findall(r'<clipPath id="([^"]+)"', html)
    assert len(set(clips)) == len(clips) == 2 * svg.count("<clipPath")
    assert set(re.findall(r"url\(#([^)]+)\)", html)) == set(clips)


def test_tables_have_scopes_and_right_aligned_numbers(whole_page):
    page = Page(whole_page)
    assert [v["scope"] for v in page.all("th")] == ["col", "col", "row", "row"]
    assert re.search(r'<td class="num">1234</td>', whole_page)
    assert "<td>Harrow SO</td>" in whole_page
    assert "dataframe tbody tr" not in whole_page  # the style block that pandas sends along


def test_first_finding_is_the_headline(whole_page):
    assert whole_page.count('class="finding headline"') == 1
    assert '<p class="finding headline">Five of 8.</p>' in whole_page


def test_plain_text_is_escaped_in_a_wrapping_block(whole_page):
    assert '<pre class="printed">plain &lt;b&gt;result&lt;/b&gt; xxx' in whole_page
    assert re.search(r"\.printed \{[^}]*white-space: pre-wrap; overflow-wrap: anywhere", whole_page)


def test_printed_sentences_show_and_warnings_with_paths_do_not():
    printed = new_code_cell("x", execution_count=1)
    printed.outputs = [
        new_output("stream", name="stdout", text="5,341 searches & 3 releases <all>\n"),
        new_output("stream", name="stderr", text="folder/of/someone/module.py: UserWarning"),
    ]
    page = Page(report(printed))
    assert "5,341 searches & 3 releases <all>" in page.text
    assert "UserWarning" not in page.text


HOSTILE = [
    "<script>alert('RAN')</script><b>kept</b>",
    '<p>kept</p><img src="https://bad.example/p.png" onerror="alert(1)" alt="a map">',
    "<img src=x:y onload=alert(1)><p>kept",
    '<a href="javascript:alert(1)">kept</a><a href="&#106;ava&#10;script:alert(1)">x</a>',
    '<a href="https://bad.example/">kept</a><a href="//bad.example/">x</a><a href="/\\bad.example">y</a>',
    '<link rel="stylesheet" href="https://bad.example/a.css"><style>@import "https://bad.example";</style>kept',
    '<p style="background:url(https://bad.example/x.png)">kept</p>',
    '<iframe src="https://bad.example"></iframe><object data="x:y"></object><embed src="x:y">kept',
    '<meta http-equiv="refresh" content="0;url=https://bad.example"><base href="https://bad.example">kept',
    '<form action="https://bad.example"><input name=a><button formaction="x:y">kept</button></form>',
    "</div></main></body></html><!-- <script>alert(1)</script> --><p>kept",
    '<svg viewBox="0 0 9 9"><script>alert(1)</script><image href="https://bad.example/x.png"/>'
    '<use href="https://bad.example/#a"/><rect fill="url(https://bad.example/#g)" onclick="alert(1)"/>'
    '<a xlink:href="https://bad.example">t</a><foreignObject><img src=x:y></foreignObject>'
    '<set attributeName="href" to="https://bad.example"/><text>kept</text></svg>',
    '<svg><style>@import url(https://bad.example)</style><rect style="fill:u\\72l(x:y)"/><text>kept</text></svg>',
    '<svg><rect fill="u\\72l(https://bad.example/#g)" clip-path="url(x:y)"/><text>kept</text></svg>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>kept',
    '<video src="x:y" poster="x:y"></video><audio src="x:y"></audio><img srcset="https://bad.example 2x">kept',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>kept",
]


@pytest.mark.parametrize("fragment", HOSTILE)
@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "text/markdown"])
def test_hostile_output_neither_loads_nor_runs(fragment, kind):
    page = Page(report(cell({kind: fragment})))
    assert page.faults == []
    assert page.all("script") == []
    assert "kept" in page.text
    assert "RAN" not in page.text


@pytest.mark.parametrize("fragment", HOSTILE)
def test_hostile_markdown_cell_neither_loads_nor_runs(fragment):
    page = Page(report(new_markdown_cell(f"## Section\n\n{fragment}\n\n![remote](https://bad.example/a.png)")))
    assert page.faults == []
    assert page.all("script") == []
    assert "kept" in page.text
    assert "[picture not shown: remote]" in page.text


def test_the_check_for_loading_finds_what_it_looks_for():
    for fragment in HOSTILE:
        page = Page(f"<div>{fragment}</div>")
        assert page.faults or page.all("script") or page.all("math"), fragment


def test_outside_link_becomes_its_text_and_address_and_local_links_stay():
    html = report(new_markdown_cell("See [the law](https://law.example/a) and [counts](counts.csv) and [it](#a)."))
    assert "the law (https://law.example/a)" in Page(html).text
    assert {v["href"] for v in Page(html).all("a")} >= {"counts.csv", "#a"}


def test_output_that_only_a_script_could_draw_is_named_instead_of_vanishing():
    drawn = '<div id="vis"></div><script src="https://cdn.example/vega.js"></script>'
    page = Page(report(cell({"text/html": drawn, "text/plain": "alt.Chart(...)"})))
    assert "An output stood here that only works with scripts" in page.text
    assert page.faults == []


def test_title_with_markup_quotes_and_reordering_characters_is_text():
    name = '<script>x</script> "O\'Hara" {{ 7*7 }} {% raw %} \u202egnp\ud800'
    html = report(new_markdown_cell("## A"), title=name, description=name, home="a\"b'<")
    page = Page(html)
    assert page.faults == []
    assert page.all("script") == []
    assert page.text.count('<script>x</script> "O\'Hara" {{ 7*7 }} {% raw %} [U+202E]gnp[U+D800]') == 3
    html.encode("utf-8")


def test_reordering_character_in_a_table_is_written_out():
    assert "PD [U+202E]x" in Page(report(cell({"text/html": "<table><tr><td>PD \u202ex</td></tr></table>"}))).text
    assert show_controls("Cañon City\nPD") == "Cañon City\nPD"


def test_notebook_with_an_error_is_refused_with_its_place():
    broken = cell(tags=("hide-in-report",))
    broken.outputs = [new_output("error", ename="KeyError", evalue="'searched_at'", traceback=["long"])]
    with pytest.raises(InvestigateError, match=r"KeyError: 'searched_at'' in cell 3, under 'The data'.*run the"):
        report(new_markdown_cell("# Title"), new_markdown_cell("text\n\n## The data"), broken)


def test_notebook_that_was_never_run_is_refused():
    with pytest.raises(InvestigateError, match="None of the 1 code cells of the notebook has been run"):
        report(new_markdown_cell("## A"), new_code_cell("1 + 1"))


def test_rendering_changes_neither_the_notebook_nor_the_next_page():
    notebook = new_notebook(cells=[new_markdown_cell("## A"), cell({"image/svg+xml": chart_svg()})])
    before = copy.deepcopy(notebook)
    pages = {render_page(notebook, title="T") for _ in range(2)}
    assert notebook == before
    assert len(pages) == 1


def test_mailed_page_can_go_without_a_way_home():
    assert "All agencies" not in report(new_markdown_cell("## A"), home="")


def test_rendering_is_silent_about_short_outputs():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        page = report(cell({"text/html": "counts.csv"}))
    assert "counts.csv" in page


# The index


def role(kind: str = "owner", **changes: object) -> dict[str, object]:
    counts = {"rows": 9000, "searches": 3000, "immigration_related": 240, "strict": 200, "broad": 310}
    rest = {"reason_known": 3000, "per_1000": 80.0, "before": 40, "after": 200, "covered_days": 412}
    days = {"first_day": "2024-06-03", "last_day": "2025-07-30"}
    return {"role": kind, **counts, **rest, **days, **changes}


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


def table_rows(html: str) -> list[list[str]]:
    """The text of each cell of the index table's body, a list per line."""
    body = html[html.index("<tbody>") : html.index("</tbody>")]
    rows = re.findall(r"<tr\b.*?</tr>", body, re.DOTALL)
    cells = [re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in row] for row in cells]


def test_index_gives_one_line_per_agency_and_role_in_order_of_names():
    run = run_of(
        agency("Tarn PD", "il-tarn-pd", role("owner"), role("searcher", searches=10)),
        agency("elm SO", "e", role()),
    )
    rows = table_rows(render_index(run))
    assert [row[0].split(" as ")[0] for row in rows] == ["elm SO", "Tarn PD", "Tarn PD"]
    assert [row[2] for row in rows] == ["as camera owner", "as camera owner", "as searching agency"]
    assert rows[0][3:] == ["3,000", "240 (200–310)", "80.00", "40", "200", "412 2024-06-03 to 2025-07-30", "Read"]


def test_index_shows_what_is_not_known_as_not_known_and_zero_as_zero():
    unknown = dict.fromkeys(["immigration_related", "strict", "broad", "per_1000", "before", "after"])
    run = run_of(
        agency("A PD", "a", role(**unknown, reason_known=0, first_day=None, last_day=None), state=None),
        agency(
            "B PD",
            "b",
            role(immigration_related=0, strict=0, broad=0, per_1000=0.0, before=0, after=float("nan")),
        ),
        agency("C PD", "c"),
    )
    first, second, third = table_rows(render_index(run))
    assert first[1] == "not known"
    assert first[3:9] == ["3,000 no reason to read", *["not known"] * 4, "412"]
    assert second[4:8] == ["0 (0–0)", "0.00", "0", "not known"]
    assert third[1:9] == ["IL", *["not known"] * 7]


def test_index_sort_keys_are_numbers_and_absent_where_nothing_is_known():
    html = render_index(run_of(agency("A PD", "a", role(before=None, searches=1_234_567))))
    assert '<td class="num" data-value="1234567">1,234,567' in html
    assert re.search(r'<td class="num"><span class="unknown">not known', html)


def test_index_lists_failed_reports_with_their_error_and_without_a_link():
    run = run_of(
        agency("Good PD", "good", role(), status="unchanged"),
        agency("Bad PD", "bad", role(), status="failed", error='KeyError in "The data": <searched_at>.'),
    )
    html = render_index(run)
    page = Page(html)
    assert "1 report failed" in page.text
    assert 'Bad PD : KeyError in "The data": <searched_at>.' in page.text
    assert {v["href"] for v in page.all("a")} == {"#page-content", "#page-failed-1", "./good/index.html"}
    assert "failed" not in Page(render_index(run_of(agency("Good PD", "good", role())))).text


def test_index_with_hostile_names_is_text_and_links_stay_inside():
    name = '<script>alert(1)</script> "O\'Hara" {{ 7*7 }} \u202egnp'
    run = run_of(
        agency(name, '../"><script>', role(), state="<b>"),
        agency(name, "javascript:alert(1)", role(), state=name),
        agency(name, "//bad.example", role(), status="failed", error=name),
    )
    html = render_index(run)
    page = Page(html)
    assert page.faults == []
    assert len(page.all("script")) == 1
    assert '<script>alert(1)</script> "O\'Hara" {{ 7*7 }} [U+202E]gnp' in page.text
    assert "\u202e" not in html
    assert all(v["href"].startswith(("./", "#")) for v in page.all("a"))


def test_index_runs_only_its_own_script():
    html = render_index(run_of(agency("A PD", "a", role())))
    script = re.search(r"<script>(.*?)</script>", html, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    policy = Page(html).all("meta", **{"http-equiv": "Content-Security-Policy"})[0]["content"]
    assert policy.startswith("default-src 'none'")
    assert policy.endswith(f"script-src 'sha256-{digest}'")
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(|innerHTML|eval\(", script[1])


def test_index_works_without_its_script():
    page = Page(render_index(run_of(agency("A PD", "a", role()), agency("B PD", "b", role(), state=None))))
    assert "hidden" in page.all("form")[0]  # shown by the script, useless without it
    assert [v["aria-sort"] for v in page.all("th") if "aria-sort" in v] == ["ascending"]
    assert [v["value"] for v in page.all("option")] == ["*", "IL", ""]
    assert page.all("button") == []


def test_index_says_when_data_is_invented_and_how_to_read_it():
    banner = "Invented sample data: no agency, officer or search in it is real."
    text = Page(render_index(run_of(agency("A PD", "a", role()), is_sample=True))).text
    assert banner in text.replace(" :", ":")
    sentences = ["A search is not a stop.", "Do not add up agencies.", "The two are never added up."]
    sources = ["65,432 searches, each counted once", "reason rules 2026.1", "12:00 Eastern (17:00 UTC)"]
    for sentence in sentences + sources:
        assert sentence in text
    assert "Invented" not in render_index(run_of(agency("A PD", "a", role())))


def test_index_of_no_reports_says_so():
    assert table_rows(render_index(run_of())) == [["No report has been made."]]
