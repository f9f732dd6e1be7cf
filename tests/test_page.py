"""Pages: what is shown, what is left out, and that nothing is loaded or run."""

from __future__ import annotations

import copy
import re
import warnings
from html.parser import HTMLParser

import altair as alt
import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from investigate.errors import InvestigateError
from investigate.page import ASSETS, render_page, show_controls

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


# How a page is laid out for eyes, ears, thumbs and paper


def html_cell(html: str) -> nbformat.NotebookNode:
    return cell({"text/html": html})


def table_html(rows: int, caption: str = "Agencies") -> str:
    lines = "".join(f"<tr><td>Agency {number}</td><td>{number}</td></tr>" for number in range(1, rows + 1))
    head = "<thead><tr><th>agency</th><th>searches</th></tr></thead>"
    return f"<table><caption>{caption}</caption>{head}<tbody>{lines}</tbody></table>"


def parsed(*cells: nbformat.NotebookNode, **options: str) -> BeautifulSoup:
    return BeautifulSoup(report(*cells, **options), "html.parser")


def style_of(page: str) -> str:
    return page[page.index("<style>") : page.index("</style>")]


def test_table_of_twelve_rows_stands_open():
    page = parsed(html_cell(table_html(12)))
    assert page.select(".body details") == []
    assert len(page.select("tbody tr")) == 12


def test_long_table_shows_its_first_ten_rows_and_folds_the_others_under_the_same_heads():
    page = parsed(html_cell(table_html(1213)))
    first, rest = page.find_all("table")
    assert [len(one.select("tbody tr")) for one in (first, rest)] == [10, 1203]
    assert rest.find_parent("details").summary.text == "The other 1,203 of 1,213 rows"
    assert rest.caption.text == "Agencies: rows 11 to 1,213"
    assert [th.text for th in first.select("th")] == [th.text for th in rest.select("th")] == ["agency", "searches"]
    assert {td["class"][0] for td in rest.select("td:nth-of-type(2)")} == {"num"}
    names = [row.td.text for table in (first, rest) for row in table.select("tbody tr")]
    assert names == [f"Agency {number}" for number in range(1, 1214)]


def test_table_that_is_folded_already_or_has_joined_rows_stays_whole():
    folded = f"<details><summary>All</summary>{table_html(30)}</details>"
    joined = table_html(30).replace("<td>Agency 1<", '<td rowspan="2">Agency 1<')
    assert [len(one.select("tbody tr")) for one in parsed(html_cell(folded + joined)).find_all("table")] == [30, 30]


def test_long_list_in_an_output_folds_and_prose_does_not():
    lines = "".join(f"<li>file {number}</li>" for number in range(1, 16))
    page = parsed(html_cell(f'<div class="caution"><ul>{lines}</ul></div>'), new_markdown_cell("* a\n" * 15))
    first, rest, prose = page.select(".body ul")
    assert [len(one.find_all("li")) for one in (first, rest, prose)] == [10, 5, 15]
    assert rest.find_parent("details").summary.text == "The other 5 of 15"
    assert page.select_one(".caution details ul") is rest


def test_regions_that_scroll_have_names_of_their_own_and_take_the_keyboard():
    part = table_html(2) + chart_svg()
    roles = f"<section><h3>As camera owner</h3>{part}</section><section><h3>As searching agency</h3>{part}</section>"
    page = parsed(new_markdown_cell("## Who"), html_cell(roles), html_cell(part), html_cell(part))
    regions = page.select(".scroll")
    names = [region["aria-label"] for region in regions]
    assert len(set(names)) == len(names) == 8
    assert {"Table: Agencies, As camera owner", "Chart: Who, As searching agency", "Chart: Who (2)"} <= set(names)
    assert all(region["tabindex"] == "0" and region["role"] == "group" for region in regions)


LONG_WORDS = "Searches by month: 5 in January, 7 in February. " * 6


def test_words_too_long_for_a_name_describe_the_chart_and_can_be_read_by_everybody():
    svg = chart_svg().replace("<svg ", f'<svg aria-label="{LONG_WORDS}" ', 1)
    caption = "<figcaption>Searches per month. Grey: nothing known.</figcaption>"
    page = parsed(html_cell(f'<figure class="chart">{svg}{caption}</figure>'))
    assert page.svg["aria-label"] == "Searches per month."
    words = page.find(id=page.svg["aria-describedby"])
    assert words.text == LONG_WORDS.strip()
    assert words.find_parent("details").summary.text == "The chart in words"
    assert words.find_parent("figure") is not None


def test_chart_without_a_caption_keeps_the_start_of_its_words_as_its_name():
    long = "A map " + "of many agencies and of their places " * 8
    page = parsed(html_cell(chart_svg().replace("<svg ", f'<svg aria-label="{long}" ', 1)))
    name = page.svg["aria-label"]
    assert name == "Searches a month"
    unnamed = parsed(html_cell(f'<svg aria-label="{long}" width="9" height="9"><path d="M0 0"/></svg>')).svg
    assert len(unnamed["aria-label"]) <= 125
    assert unnamed["aria-label"].endswith("…")
    assert long.startswith(unnamed["aria-label"][:-1])


def test_picture_is_named_and_framed_as_a_chart_is():
    picture = f'<img src="data:image/png;base64,AAAA" width="720" alt="{LONG_WORDS}">'
    page = parsed(html_cell(f"<figure>{picture}<figcaption>All cameras.</figcaption></figure>"))
    assert page.img["alt"] == "All cameras."
    assert page.find(id=page.img["aria-describedby"]).text == LONG_WORDS.strip()
    card = page.img.parent
    assert card["class"] == ["scroll", "chart"]
    assert card["style"] == "--natural: 720px"


def test_anchors_survive_being_mailed_and_links_follow_them():
    page = parsed(
        new_markdown_cell("## Agreements (287(g)): who?\n\nx"),
        new_markdown_cell("## B\n\n[up](#Agreements-(287(g)):-who?)"),
    )
    anchor = page.select_one(".body h2")["id"]
    assert anchor == "Agreements-287-g-who"
    assert page.select_one(".body p a")["href"] == f"#{anchor}"
    assert page.select_one(".contents a")["href"] == f"#{anchor}"


def test_contents_fold_without_a_script_and_say_how_many_sections_there_are():
    page = parsed(new_markdown_cell("## A"), new_markdown_cell("## B"))
    contents = page.select_one("nav.contents")
    assert contents["aria-labelledby"] == contents.h2["id"]
    assert contents.details.summary.text == "On this page: 2 sections"
    assert not contents.details.has_attr("open")


def test_how_to_read_this_is_a_box():
    page = parsed(new_markdown_cell("### How to read this\n\nA search is not a stop."), new_markdown_cell("### Else"))
    assert [box["class"] for box in page.select(".body > div")] == [["prose", "reading"], ["prose"]]


def test_entry_at_a_glance_with_a_long_reason_takes_the_room_of_two():
    entries = "".join(f"<div><dt>Change</dt><dd><strong>x</strong> {why}</dd></div>" for why in ("short", "why " * 40))
    page = parsed(html_cell(f'<dl class="glance">{entries}</dl>'))
    assert [entry.get("class") for entry in page.select(".glance > div")] == [None, ["wide"]]


def test_numbers_are_marked_once_and_aligned():
    page = parsed(html_cell('<table><tbody><tr><td class="num">1,234</td></tr></tbody></table>'))
    assert page.td["class"] == ["num"]
    shares = parsed(html_cell("<table><tbody><tr><td>2 of 1,479</td><td>2 of them</td></tr></tbody></table>"))
    assert [td.get("class") for td in shares.find_all("td")] == [["num"], None]
    assert "font-variant-numeric: tabular-nums" in style_of(str(page))


def test_page_has_its_landmarks_and_one_title():
    page = parsed(new_markdown_cell("# Other title\n\n## A"), new_markdown_cell("## B"))
    assert [len(page.find_all(name)) for name in ("header", "main", "nav", "footer", "h1")] == [1] * 5
    assert page.select_one("body > .skip")["href"] == f"#{page.main['id']}"
    assert "Immigration-related searches" in page.select_one(".kicker").text
    assert parsed(new_markdown_cell("## A"), home="").find_all("header") == []


@pytest.mark.parametrize(
    ("title", "printed"),
    [
        ("Brackenfall IL PD (Inactive)", "Brackenfall IL PD [Inactive]"),
        ("Cañon City CO PD & O'Hara", "Cañon City CO PD & O'Hara"),
        ('x"; } a { color: red; } </style><script>alert(1)</script>', "x  a  color red  /stylescriptalert[1]/script"),
        ("\\22 url(https://bad.example/) @import\n\u202e", "22 url[https//bad.example/] import[U+202E]"),
    ],
)  # fmt: skip
def test_sheets_bear_the_agency_and_no_name_breaks_out_of_the_style(title, printed):
    html = report(new_markdown_cell("## A"), title=title)
    assert f'@page {{ @top-left {{ content: "{printed}"; }} }}' in style_of(html)
    assert "counter(pages)" in style_of(html)
    assert Page(html).faults == []
    assert Page(html).all("script") == []


def test_paper_shows_what_the_screen_folds_and_cuts_no_chart_or_row():
    print_rules = style_of(report(new_markdown_cell("## A"))).split("@media print {", 1)[1]
    assert "details::details-content { content-visibility: visible;" in print_rules
    unbroken = re.search(r"([^}]*)\{ break-inside: avoid; \}", print_rules[print_rules.index("figure, .chart") - 5 :])
    assert unbroken is not None
    assert {"figure", ".chart", "tr", ".refused"} <= {name.strip() for name in unbroken[1].split(",")}
    assert re.search(r"\.chart svg[^{]*\{[^}]*max-height: 165mm", print_rules)
    assert re.search(r"h1, h2, h3[^{]*\{ break-after: avoid; \}", print_rules)


def test_every_class_that_outputs_use_has_a_style():
    style = style_of(report(new_markdown_cell("## A")))
    used = set()
    for source in (ASSETS.parent / "sections").glob("*.py"):
        used |= set(re.findall(r'class="([a-z]+)"', source.read_text(encoding="utf-8")))
    used |= {"findings", "compared", "refused", "glance", "source", "beside", "explained", "reading", "caution"}
    assert used >= {"finding", "caution"}
    assert [name for name in sorted(used) if not re.search(rf"\.{name}\b", style)] == []


def contrast(one: str, other: str) -> float:
    """The ratio of luminances of two colours, as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
        parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted([luminance(one), luminance(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_can_be_told_from_its_ground_in_light_and_dark():
    assert round(contrast("#000", "#ffffff")) == 21
    style = style_of(report(new_markdown_cell("## A")))
    palettes = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})", block)) for block in style.split(":root {")[1:3]]
    assert len(palettes) == 2
    for palette in palettes:
        pairs = [(text, ground) for text in ("ink", "quiet", "link", "accent") for ground in ("paper", "wash")]
        pairs += [(text, "warn-wash") for text in ("ink", "warn", "link")]
        assert [pair for pair in pairs if contrast(palette[pair[0]], palette[pair[1]]) < 4.5] == []


def test_frame_of_a_page_is_light():
    assert len(report(new_markdown_cell("## A"))) < 30_000
