"""Pages: one self-contained HTML file per executed notebook.

Reasons, agency names and file names are what strangers typed, so everything that reaches a page is either escaped
or cut down to the elements and attributes listed here. A page holds no script and loads nothing: what would load
something becomes text.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import nh3
from bs4 import BeautifulSoup
from bs4.element import NavigableString
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from traitlets.config import Config

from investigate.errors import InvestigateError
from investigate.page_body import fit_body

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
ATTRIBUTES = {tag: names for tag, names in HTML_ATTRIBUTES.items() if tag != "any"} | {"*": HTML_ATTRIBUTES["any"]}
ATTRIBUTES |= {tag: ATTRIBUTES.get(tag, set()) | SVG_ATTRIBUTES for tag in SVG_TAGS}
SCRIPTED = re.compile(r"(?is)<(script|style|iframe|object|noscript|template)\b[^>]*>.*?(?:</\1\s*>|\Z)")
NOT_SHOWN = (
    '<p class="caution">An output stood here that only works with scripts, which this page does not run. '
    "The notebook shows it.</p>"
)
NO_ALT = "No description has been provided for this image"
OUTSIDE_REFERENCE = re.compile(r"url\s*\((?!\s*[\"']?#)|[\\@]", re.IGNORECASE)
IMAGE_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)


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
    contents = fit_body(body, SVG_CASE)
    return (
        _templates()
        .get_template("page.html.j2")
        .render(
            policy=POLICY,
            style=Markup("\n").join([_asset("page.css"), _running_head(title)]),
            title=show_controls(title),
            description=show_controls(description),
            home=home,
            contents=contents if len(contents) > 1 else [],
            body=Markup(body.decode(formatter="minimal")),
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


def _running_head(title: str) -> Markup:
    """The rule that prints the page's title at the head of each sheet but the first.

    Letters, digits and harmless marks only: whatever else a name holds could end the string or load something.
    """
    name = re.sub(r"[^\w .,'&/+\[\]-]", "", show_controls(title).translate(str.maketrans("()", "[]")))
    return Markup(f'@page {{ @top-left {{ content: "{name}"; }} }} @page :first {{ @top-left {{ content: none; }} }}')


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


class _CellsExporter(HTMLExporter):
    """Cells as the templates write them. HTMLExporter parses and writes them once more to add texts to pictures, which
    is done here when they are parsed anyway."""

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[Any, dict[str, Any]]:
        resources = self._init_resources(resources)
        widgets = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        self.register_filter("filter_data_type", widgets)
        cells: tuple[Any, dict[str, Any]] = TemplateExporter.from_notebook_node(self, nb, resources, **kw)
        return cells


@cache  # its templates are read and compiled once a process
def _exporter() -> HTMLExporter:
    """An exporter of cells only: no code, no prompts, hidden cells left out, outputs sanitised."""
    exporter = _CellsExporter(
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
    cleaner = nh3.Cleaner(
        tags=TAGS,
        clean_content_tags=set(),  # what is inside a script is cut out before; other elements that go leave their text
        attributes=ATTRIBUTES,
        generic_attribute_prefixes={"aria-"},
        attribute_filter=_inside,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
    )
    exporter.register_filter("highlight_code", Highlight2HTML(parent=exporter))  # a template names it, no code is shown
    exporter.register_filter("clean_html", lambda fragment: _clean(str(fragment), cleaner))
    return exporter


def _inside(tag: str, name: str, value: str) -> str | None:
    """The value of an attribute, or None for one of a drawing that refers to anything outside it."""
    is_drawn = tag in SVG_TAGS and name in SVG_ATTRIBUTES and name not in HTML_ATTRIBUTES["any"]
    return None if is_drawn and OUTSIDE_REFERENCE.search(value) else value


def _clean(fragment: str, cleaner: nh3.Cleaner) -> str:
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
        for name, value in list(element.attrs.items()):
            if ":" in name:  # an address inside a drawing (xlink:href), which the cleaner takes for href
                del element[name]
            elif isinstance(value, str) and not value.isprintable():
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
        picture.attrs.setdefault("alt", NO_ALT)
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


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(ASSETS), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


@cache
def _asset(name: str) -> Markup:
    """A style sheet or script of this package, which is ours and needs no escaping."""
    return Markup((ASSETS / name).read_text(encoding="utf-8").strip())
