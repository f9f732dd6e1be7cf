"""Pages: one self-contained HTML file per executed notebook, and the index of all agencies.

Reasons, agency names and file names are what strangers typed, so everything that reaches a page is either escaped
or cut down to the elements and attributes listed here. A page holds no script and loads nothing: what would load
something becomes text. The index holds one script of its own, allowed by its hash, and is complete without it.
"""

from __future__ import annotations

import base64
import hashlib
import math
import numbers
import re
import tomllib
import unicodedata
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
from bleach.sanitizer import Cleaner
from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert import HTMLExporter
from traitlets.config import Config

from investigate.errors import InvestigateError

ASSETS = Path(__file__).parent / "page_assets"
HIDDEN_TAGS = {"hide-in-report", "parameters", "injected-parameters", "setup"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
# A cell's richest form that a page without scripts can show comes first.
SHOWN_TYPES = ["text/html", "image/svg+xml", "text/markdown", "image/png", "image/jpeg", "text/plain"]

ALLOWED = tomllib.loads((ASSETS / "allowed.toml").read_text(encoding="utf-8"))
SVG_TAGS = set(ALLOWED["svg_tags"].split())
SVG_ATTRIBUTES = set(ALLOWED["svg_attributes"].split())
# One parser keeps the capitals of SVG names and another folds them, so both spellings have to be known.
SVG_CASE = {name.lower(): name for name in SVG_TAGS | SVG_ATTRIBUTES}
TAGS = {*ALLOWED["html_tags"].split(), *SVG_TAGS, *SVG_CASE}
HTML_ATTRIBUTES = {tag: set(names.split()) for tag, names in ALLOWED["html_attributes"].items()}
SCRIPTED = re.compile(r"(?is)<(script|style|iframe|object|noscript|template)\b[^>]*>.*?(?:</\1\s*>|\Z)")
NOT_SHOWN = (
    '<p class="caution">An output stood here that only works with scripts, which this page does not run. '
    "The notebook shows it.</p>"
)
OUTSIDE_REFERENCE = re.compile(r"url\s*\((?!\s*[\"']?#)|[\\@]", re.IGNORECASE)
LOCAL_REFERENCE = re.compile(r"url\(\s*[\"']?#([^)\"']+)[\"']?\s*\)")
IMAGE_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)
DATE = re.compile(r"\d{4}-\d\d(?:-\d\d)?")
LONG = re.compile(r".{30,}", re.DOTALL)
LENGTH = re.compile(r"(\d{1,5}(?:\.\d+)?)(?:px)?")
NUMERIC = re.compile(r"[-+−–]?[$]?\d[\d,]*(?:\.\d+)?\s?[%×]?")
NO_NUMBER = {"", "nan", "none", "<na>", "not known", "–", "—", "-"}
ROLES = {"owner": "as camera owner", "searcher": "as searching agency"}


def render_page(
    notebook: nbformat.NotebookNode, *, title: str, description: str = "", home: str = "../index.html"
) -> str:
    """One self-contained HTML page of an executed notebook, without its code.

    `title` becomes the page's only first-level heading; `description` (plain text) stands below it; `home` is the
    relative address of the index, and empty leaves the link out. The notebook itself is not changed.

    Raises InvestigateError when the notebook has not been run or a cell of it ended in an error.
    """
    _refuse_unfinished(notebook)
    cells, _ = _exporter().from_notebook_node(notebook)
    body = BeautifulSoup(cells, "html.parser")
    _make_text_safe(body)
    _make_addresses_local(body)
    _demote_titles(body, title)
    contents = _anchor_headings(body)
    _fit_charts(body)
    _fit_tables(body)
    headline = body.select_one(".findings > .finding")
    if headline is not None:
        headline["class"] = "finding headline"
    return (
        _templates()
        .get_template("page.html.j2")
        .render(
            policy=POLICY,
            style=_asset("page.css"),
            title=show_controls(title),
            description=show_controls(description),
            home=home,
            contents=contents if len(contents) > 1 else [],
            body=Markup(body.decode(formatter="minimal")),
        )
    )


def render_index(run: dict[str, Any]) -> str:
    """The index page of a run: one table line per agency and role, failed reports with their error.

    `run` is what `run.json` holds: `package_version, rules_version, cut, is_sample`, `totals` (releases, rows,
    searches, agencies) and `reports` (each `agency, slug, state, status, error, roles`; each role with its counts
    of searches, per_1000 in searches per thousand, covered_days in days). A number that is None is shown as "not
    known", never as 0.
    """
    failed = sorted((r for r in run["reports"] if r["status"] == "failed"), key=_by_name)
    numbered = {id(report): place for place, report in enumerate(failed, start=1)}
    rows = [
        _index_row(report, role, numbered.get(id(report)))
        for report in sorted(run["reports"], key=_by_name)
        for role in (report["roles"] or [None])
    ]
    script = _asset("index.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        _templates()
        .get_template("index.html.j2")
        .render(
            policy=f"{POLICY}; script-src 'sha256-{digest}'",
            style=_asset("page.css"),
            script=script,
            run=run,
            failed=failed,
            rows=rows,
            states=sorted({row["state"] for row in rows if row["state"]}),
            stateless=any(not row["state"] for row in rows),
        )
    )


def show_controls(text: str) -> str:
    """`text` with characters that reorder or hide text written out, such as `[U+202E]`; breaks and tabs stay."""
    if str(text).isprintable():
        return str(text)
    return "".join(
        f"[U+{ord(character):04X}]"
        if unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character not in "\n\t\r\u00ad\u200c\u200d"
        else character
        for character in str(text)
    )


def _refuse_unfinished(notebook: nbformat.NotebookNode) -> None:
    """Raise when the notebook holds an error, or holds code that has never been run."""
    section, code = "its beginning", []
    for number, cell in enumerate(notebook.cells, start=1):
        headings = re.findall(r"^#+\s+(.+?)\s*#*$", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown" and headings:
            section = repr(headings[-1])
        if cell.cell_type != "code":
            continue
        code.append(cell)
        for output in cell.outputs:
            if output.output_type == "error":
                raise InvestigateError(
                    f"The notebook stopped with '{output.ename}: {output.evalue}' in cell {number}, under {section}. "
                    "A page is made only from a notebook that ran to its end. Mend what the error names and run the "
                    "report again."
                )
    if code and not any(cell.outputs or cell.execution_count for cell in code):
        raise InvestigateError(
            f"None of the {len(code)} code cells of the notebook has been run, so there is nothing to show. A page "
            "is made only from an executed notebook. Run the notebook and save it, then make the page again."
        )


def _exporter() -> HTMLExporter:
    """An exporter of cells only: no code, no prompts, hidden cells left out, outputs sanitised."""
    exporter = HTMLExporter(
        config=Config(
            {
                "TagRemovePreprocessor": {"enabled": True, "remove_cell_tags": HIDDEN_TAGS},
                "NbConvertBase": {"display_data_priority": SHOWN_TYPES},
            }
        ),
        extra_template_basedirs=[str(ASSETS)],
        template_name="investigate_page",
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    cleaner = Cleaner(
        tags=TAGS,
        attributes=_is_allowed,
        protocols={"http", "https", "mailto", "data"},
        strip=True,
        strip_comments=True,
    )
    exporter.register_filter("clean_html", lambda fragment: _clean(str(fragment), cleaner))
    return exporter


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if name.startswith("aria-") or name in HTML_ATTRIBUTES["any"] | HTML_ATTRIBUTES.get(tag, set()):
        return True
    in_svg = SVG_CASE.get(tag.lower()) in SVG_TAGS and SVG_CASE.get(name.lower()) in SVG_ATTRIBUTES
    return in_svg and not OUTSIDE_REFERENCE.search(value)


def _clean(fragment: str, cleaner: Cleaner) -> str:
    """The fragment cut down to what is allowed; where only a script would have drawn, a note instead."""
    unscripted = SCRIPTED.sub("", fragment)
    clean = cleaner.clean(unscripted)
    if unscripted == fragment or re.search(r"<(?:svg|img)\b|>\s*[^<\s]|\A\s*[^<\s]", clean):
        return clean
    return clean + NOT_SHOWN


def _make_text_safe(body: BeautifulSoup) -> None:
    """Write out invisible control characters wherever text is shown."""
    for text in body.find_all(string=True):
        shown = show_controls(text)
        if shown != text:
            text.replace_with(NavigableString(shown))
    for element in body.find_all(True):
        for name, value in element.attrs.items():
            if isinstance(value, str):
                element[name] = show_controls(value)


def _make_addresses_local(body: BeautifulSoup) -> None:
    """Turn links out of the reports into text with the address beside it, outside pictures into their description."""
    for link in body.find_all("a", href=True):
        address = re.sub(r"[\x00-\x20]", "", str(link["href"]))
        if not re.match(r"[a-z][a-z0-9+.-]*:|[/\\]", address, re.IGNORECASE):
            continue
        del link["href"]
        link.name = "span"
        if address not in link.get_text():
            link.append(f" ({address})")
    for picture in body.find_all("img"):
        if not IMAGE_DATA.match(str(picture.get("src", ""))):
            picture.replace_with(f"[picture not shown: {picture.get('alt') or 'no description'}]")


def _demote_titles(body: BeautifulSoup, title: str) -> None:
    """Make a notebook's own title the line below the page's, since a page has one first-level heading."""
    for heading in body.find_all("h1"):
        if heading.get_text(strip=True).casefold() == title.strip().casefold():
            heading.decompose()
            continue
        heading.name = "p"
        heading.attrs = {"class": "question"}


def _anchor_headings(body: BeautifulSoup) -> list[tuple[str, str]]:
    """Make every id unique and give each second-level heading one; the headings in order."""
    taken: set[str] = set()
    for element in [*body.find_all(id=True), *body.find_all("h2", id=False)]:
        wanted = str(element.get("id") or element.get_text())
        wanted = re.sub(r"[\s\"'<>&]+", "-", wanted).strip("-") or "section"
        # The frame's own anchors begin with "page-", those inside a chart with its number.
        wanted = f"in-{wanted}" if re.match(r"page-|chart\d", wanted) else wanted
        options = (wanted if turn == 1 else f"{wanted}-{turn}" for turn in count(1))
        # Inside a chart the ids are made unique per chart, so that its own references stay whole.
        if element.find_parent("svg") is None:
            element["id"] = next(option for option in options if option not in taken)
            taken.add(str(element["id"]))
    headings = body.find_all("h2")
    return [(str(h["id"]), h.get_text(" ", strip=True)) for h in headings if h.get_text(strip=True)]


def _fit_charts(body: BeautifulSoup) -> None:
    """Give each chart a name, ids of its own and a card that scrolls where the screen is too narrow."""
    for number, svg in enumerate((s for s in body.find_all("svg") if s.find_parent("svg") is None), start=1):
        _own_names(svg, f"chart{number}-")
        width, height = (LENGTH.fullmatch(str(svg.get(side))) for side in ("width", "height"))
        if "viewBox" not in svg.attrs and width and height:
            svg["viewBox"] = f"0 0 {width[1]} {height[1]}"
        svg["role"] = "img"
        svg["aria-label"] = _chart_name(svg)
        card = svg.wrap(body.new_tag("div"))
        card.attrs = {"class": "scroll chart", "tabindex": "0", "role": "group", "aria-label": "Chart"}
        if width:
            card["style"] = f"--natural: {width[1]}px"


def _own_names(svg: Tag, prefix: str) -> None:
    """Prefix the ids inside a chart and give its names their capitals back.

    Two charts on a page both call their clipping area clip0: without this one is cut by the other's.
    """
    for element in [svg, *svg.find_all(True)]:
        element.name = SVG_CASE.get(element.name, element.name)
        element.attrs = {SVG_CASE.get(name, name): value for name, value in element.attrs.items()}
        for name, value in element.attrs.items():
            if name == "id":
                element["id"] = f"{prefix}{value}"
            elif isinstance(value, str) and "url(" in value:
                element[name] = LOCAL_REFERENCE.sub(rf"url(#{prefix}\1)", value)


def _chart_name(svg: Tag) -> str:
    """What a screen reader says for the chart: its own label, its caption, its title, its section."""
    figure = svg.find_parent("figure")
    heading = svg.find_previous(["h2", "h3"])
    sources = [
        svg.get("aria-label"),
        figure.figcaption.get_text(" ", strip=True) if figure and figure.figcaption else None,
        next((t.get_text(" ", strip=True) for t in svg.select("title, .role-title-text text")), None),
        f"Chart: {heading.get_text(' ', strip=True)}" if heading else None,
    ]
    return str(next((source for source in sources if source), "Chart"))


def _fit_tables(body: BeautifulSoup) -> None:
    """Let wide tables scroll inside the page, mark headers for screen readers and align numbers."""
    for table in body.find_all("table"):
        for cell in table.select("thead th"):
            if not cell.get_text(strip=True):
                cell.name = "td"
            elif "scope" not in cell.attrs:
                cell["scope"] = "col"
        for cell in table.select("tbody th:not([scope])"):
            cell["scope"] = "row"
        _mark_columns(table)
        if table.find_parent("table") is None:
            name = table.caption.get_text(" ", strip=True) if table.caption else "Table"
            frame = table.wrap(body.new_tag("div"))
            frame.attrs = {"class": "scroll", "tabindex": "0", "role": "group", "aria-label": name}


def _mark_columns(table: Tag) -> None:
    """Mark columns that hold only numbers, dates or long texts; tables with joined cells are left as they are."""
    if table.select("[colspan], [rowspan]"):
        return
    lines = [row.find_all(["th", "td"], recursive=False) for row in table.find_all("tr")]
    values = [line for line in lines if line and line[0].find_parent("thead") is None]
    for place in range(max((len(line) for line in values), default=0)):
        texts = [line[place].get_text(strip=True) for line in values if len(line) > place]
        told = [text for text in texts if text.casefold() not in NO_NUMBER]
        kinds = {"date": DATE, "num": NUMERIC, "long": LONG}
        fits = [kind for kind, form in kinds.items() if told and all(map(form.fullmatch, told))]
        for line in lines if fits else []:
            for cell in line[place : place + 1]:
                names = [*cell.get_attribute_list("class"), fits[0]]
                cell["class"] = " ".join(str(name) for name in names if name)


def _by_name(report: dict[str, Any]) -> tuple[str, str]:
    return str(report["agency"]).casefold(), str(report["slug"])


def _index_row(report: dict[str, Any], role: dict[str, Any] | None, failure: int | None) -> dict[str, Any]:
    """One line of the index table; the counts stay as they are, None included."""
    return {
        "agency": show_controls(report["agency"]),
        "state": show_controls(report["state"] or ""),
        "href": None if failure else f"./{quote(show_controls(report['slug']), safe='')}/index.html",
        "failure": failure,
        "role": role or {},
        "role_words": ROLES[role["role"]] if role else "",
        "reason_note": _reason_note(role) if role else "",
    }


def _reason_note(role: dict[str, Any]) -> str:
    """How many searches had a reason to read, where that is not all of them."""
    known, searches = role["reason_known"], role["searches"]
    if not _is_known(known) or not _is_known(searches) or known >= searches:
        return ""
    return f"reason known for {known:,}" if known else "no reason to read"


def _is_known(value: Any) -> bool:
    """False for what the logs do not say: None, a missing key, not-a-number."""
    return isinstance(value, numbers.Real) and not math.isnan(value)


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(ASSETS), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    templates.filters["visible"] = show_controls
    templates.filters["thousands"] = "{:,}".format
    templates.filters["rate"] = "{:,.2f}".format
    templates.filters["count_of"] = lambda number, one, many: f"{number:,} {one if number == 1 else many}"
    templates.tests["known"] = _is_known
    return templates


@cache
def _asset(name: str) -> Markup:
    """A style sheet or script of this package, which is ours and needs no escaping."""
    return Markup((ASSETS / name).read_text(encoding="utf-8").strip())
