"""The body of a page made fit to read: anchors, charts, tables and lists for screens, paper and screen readers.

Everything here changes a parsed body in place. What may stand in it at all is decided before, in page.py.
"""

from __future__ import annotations

import re
from copy import copy
from itertools import count
from urllib.parse import unquote

from bs4 import BeautifulSoup
from bs4.element import Tag

LONGEST = 12  # rows of a table, or lines of a list, that stand open
KEPT = 10  # of a longer one
MOST_NAME = 125  # characters that a screen reader says before one can decide to hear more
MOST_IN_TILE = 110  # characters of an entry at a glance; a longer one takes the room of two
HOW_TO_READ = "how to read this"
LOCAL_REFERENCE = re.compile(r"url\(\s*[\"']?#([^)\"']+)[\"']?\s*\)")
LENGTH = re.compile(r"(\d{1,5}(?:\.\d+)?)(?:px)?")
DATE = re.compile(r"\d{4}-\d\d(?:-\d\d)?")
LONG = re.compile(r".{30,}", re.DOTALL)
NUMERIC = re.compile(r"[-+−–]?[$]?\d[\d,]*(?:\.\d+)?\s?[%×]?(?: of \d[\d,]*)?")
NO_NUMBER = {"", "nan", "none", "<na>", "not known", "–", "—", "-"}


def fit_body(body: BeautifulSoup, svg_case: dict[str, str]) -> list[tuple[str, str]]:
    """Fit the whole body; gives its second-level headings as (anchor, text), in order.

    `svg_case`: names of SVG by their small letters, to give charts the capitals that a parser took from them.
    """
    contents = _anchor_headings(body)
    taken: set[str] = set()
    _mark_reading(body)
    for entry in body.select(".glance > div"):
        if len(entry.get_text(" ", strip=True)) > MOST_IN_TILE:
            entry["class"] = "wide"
    _fit_charts(body, svg_case, taken)
    for table in body.find_all("table"):
        _mark_headers(table)
        _mark_columns(table)
    _fold_tables(body)
    _fold_lists(body)
    _frame_tables(body, taken)
    headline = body.select_one(".findings > .finding")
    if headline is not None:
        headline["class"] = "finding headline"
    return contents


def _anchor_headings(body: BeautifulSoup) -> list[tuple[str, str]]:
    """Make every id unique and give each second-level heading one; the headings in order."""
    taken: set[str] = set()
    moved: dict[str, str] = {}
    # Inside a chart the ids are made unique per chart, so that its own references stay whole.
    outside = [one for one in [*body.find_all(id=True), *body.find_all("h2", id=False)] if not one.find_parent("svg")]
    for element in (one for one in outside if one.name != "svg"):
        wanted = str(element.get("id") or element.get_text())
        # Mail programs end a link before a bracket or a question mark.
        plain = re.sub(r"[^\w.]+", "-", wanted).strip("-") or "section"
        # The frame's own anchors begin with "page-", those inside a chart with its number.
        plain = f"in-{plain}" if re.match(r"page-|chart\d", plain) else plain
        options = (plain if turn == 1 else f"{plain}-{turn}" for turn in count(1))
        element["id"] = next(option for option in options if option not in taken)
        taken.add(str(element["id"]))
        # JupyterLab makes the anchor of a heading by joining its words with hyphens.
        moved.setdefault(re.sub(r"\s+", "-", wanted.strip()), str(element["id"]))
    for link in body.select('a[href^="#"]'):
        target = unquote(str(link["href"])[1:])
        link["href"] = f"#{moved.get(target, target)}"
    headings = body.find_all("h2")
    return [(str(h["id"]), h.get_text(" ", strip=True)) for h in headings if h.get_text(strip=True)]


def _mark_reading(body: BeautifulSoup) -> None:
    """Make a box of the prose that says how to read the page."""
    for heading in body.find_all(["h2", "h3"]):
        prose = heading.find_parent("div", class_="prose")
        if prose is not None and heading.get_text(" ", strip=True).casefold().rstrip(".:") == HOW_TO_READ:
            prose["class"] = "prose reading"


# Charts


def _fit_charts(body: BeautifulSoup, svg_case: dict[str, str], taken: set[str]) -> None:
    """Give each chart a name, ids of its own and a card that scrolls where the screen is too narrow."""
    drawn = [svg for svg in body.find_all("svg") if svg.find_parent("svg") is None]
    for number, svg in enumerate(drawn, start=1):
        _own_names(svg, f"chart{number}-", svg_case)
        width, height = (LENGTH.fullmatch(str(svg.get(side))) for side in ("width", "height"))
        if "viewBox" not in svg.attrs and width and height:
            svg["viewBox"] = f"0 0 {width[1]} {height[1]}"
        svg["role"] = "img"
        _name_chart(body, svg, "aria-label", f"page-chart-{number}")
        _put_on_card(body, svg, taken)
    for number, picture in enumerate(body.select("figure img"), start=len(drawn) + 1):
        _name_chart(body, picture, "alt", f"page-chart-{number}")
        _put_on_card(body, picture, taken)


def _put_on_card(body: BeautifulSoup, picture: Tag, taken: set[str]) -> None:
    width = LENGTH.fullmatch(str(picture.get("width")))
    card = picture.wrap(body.new_tag("div"))
    name = _region_name(card, _heading_before(picture), "Chart", taken)
    card.attrs = {"class": "scroll chart", "tabindex": "0", "role": "group", "aria-label": name}
    if width:
        card["style"] = f"--natural: {width[1]}px"


def _own_names(svg: Tag, prefix: str, svg_case: dict[str, str]) -> None:
    """Prefix the ids inside a chart and give its names their capitals back.

    Two charts on a page both call their clipping area clip0: without this one is cut by the other's.
    """
    for element in [svg, *svg.find_all(True)]:
        element.name = svg_case.get(element.name, element.name)
        element.attrs = {svg_case.get(name, name): value for name, value in element.attrs.items()}
        for name, value in element.attrs.items():
            if name == "id":
                element["id"] = f"{prefix}{value}"
            elif isinstance(value, str) and "url(" in value:
                element[name] = LOCAL_REFERENCE.sub(rf"url(#{prefix}\1)", value)


def _name_chart(body: BeautifulSoup, picture: Tag, where: str, anchor: str) -> None:
    """A short name in the attribute `where`; words too long for a name stand below the chart, for everybody."""
    words = " ".join(str(picture.get(where) or "").split())
    figure = picture.find_parent("figure")
    caption = figure.figcaption if figure is not None else None
    picture[where] = (
        (words if len(words) <= MOST_NAME else "")
        or (_shorten(caption.get_text(" ", strip=True)) if caption is not None else "")
        or next((t.get_text(" ", strip=True) for t in picture.select("title, .role-title-text text")), "")
        or _shorten(words)
        or (f"Chart: {_heading_before(picture)}" if _heading_before(picture) else "Chart")
    )
    if len(words) <= MOST_NAME:
        return
    picture["aria-describedby"] = anchor
    folded = body.new_tag("details", attrs={"class": "words"})
    folded.append(body.new_tag("summary", string="The chart in words"))
    folded.append(body.new_tag("p", string=words, attrs={"id": anchor}))
    if figure is not None and figure.figcaption is not None:
        figure.figcaption.append(folded)
    else:
        picture.insert_after(folded)


def _heading_before(element: Tag) -> str:
    """The section that something stands in, in its own words."""
    heading = element.find_previous("h2")
    return heading.get_text(" ", strip=True) if heading else ""


def _shorten(text: str) -> str:
    """The first sentence, or as many of its words as a name may have."""
    text = re.split(r"(?<=[.!?])\s+(?=[A-Z0-9])", " ".join(text.split()), maxsplit=1)[0]
    if len(text) <= MOST_NAME:
        return text
    return text[: MOST_NAME - 1].rsplit(" ", 1)[0] + "…"


def _region_name(element: Tag, words: str, kind: str, taken: set[str]) -> str:
    """A name for a region that scrolls, with its role and a number where another has the same name."""
    section = element.find_parent("section")
    role = section.h3.get_text(" ", strip=True) if section and section.h3 else ""
    wanted = ", ".join(part for part in (f"{kind}: {_shorten(words)}" if words else kind, role) if part)
    options = (wanted if turn == 1 else f"{wanted} ({turn})" for turn in count(1))
    name = next(option for option in options if option not in taken)
    taken.add(name)
    return name


# Tables and lists


def _mark_headers(table: Tag) -> None:
    """Say of each header cell what it heads, for screen readers."""
    for part, scope in (("thead", "col"), ("tbody", "row")):
        for cell in (cell for found in table.find_all(part) for cell in found.find_all("th")):
            if part == "thead" and not cell.get_text(strip=True):
                cell.name = "td"
            elif "scope" not in cell.attrs:
                cell["scope"] = scope


def _mark_columns(table: Tag) -> None:
    """Mark columns that hold only numbers, dates or long texts; tables with joined cells are left as they are."""
    if any("colspan" in cell.attrs or "rowspan" in cell.attrs for cell in table.find_all(True)):
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
                cell["class"] = " ".join(dict.fromkeys(str(name) for name in names if name))


def _fold_tables(body: BeautifulSoup) -> None:
    """Show the first rows of a long table and fold the others behind a line that says how many they are."""
    for table in body.find_all("table"):
        rows = [row for part in table.find_all("tbody") for row in part.find_all("tr", recursive=False)]
        if len(rows) <= LONGEST or table.find_parent(["details", "table"]) or table.select("[rowspan], table"):
            continue
        rest = body.new_tag("table")
        rest.attrs = {key: value for key, value in table.attrs.items() if key != "id"}
        if table.caption is not None:
            named = table.caption.get_text(" ", strip=True)
            rest.append(body.new_tag("caption", string=f"{named}: rows {KEPT + 1} to {len(rows):,}"))
        rest.extend(copy(part) for part in table.find_all(["colgroup", "thead"], recursive=False))
        lines = body.new_tag("tbody")
        lines.extend(row.extract() for row in rows[KEPT:])
        rest.append(lines)
        table.insert_after(_folded(body, f"The other {len(rows) - KEPT:,} of {len(rows):,} rows", rest))


def _fold_lists(body: BeautifulSoup) -> None:
    """The same for long lists that an output holds."""
    for listed in body.select(".output ul"):
        lines = listed.find_all("li", recursive=False)
        if len(lines) <= LONGEST or listed.find_parent(["details", "ul", "ol", "table"]):
            continue
        rest = body.new_tag("ul")
        rest.attrs = {key: value for key, value in listed.attrs.items() if key != "id"}
        rest.extend(line.extract() for line in lines[KEPT:])
        listed.insert_after(_folded(body, f"The other {len(lines) - KEPT:,} of {len(lines):,}", rest))


def _folded(body: BeautifulSoup, head: str, content: Tag) -> Tag:
    folded = body.new_tag("details", attrs={"class": "rest"})
    folded.append(body.new_tag("summary", string=head))
    folded.append(content)
    return folded


def _frame_tables(body: BeautifulSoup, taken: set[str]) -> None:
    """Let wide tables scroll inside the page, under a name that no other has."""
    for table in [one for one in body.find_all("table") if one.find_parent("table") is None]:
        name = table.caption.get_text(" ", strip=True) if table.caption else _heading_before(table)
        frame = table.wrap(body.new_tag("div"))
        label = _region_name(frame, name, "Table", taken)
        frame.attrs = {"class": "scroll", "tabindex": "0", "role": "group", "aria-label": label}
