"""Saved pages of transparency portals: the agencies that they list as having access, and as giving it.

A page is read as a stream of texts, never run and never built up as a tree, so that no page can hang the program.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from investigate.agencies.names import name_from_slug
from investigate.agencies.states import STATE_NAMES
from investigate.errors import RefusedFile
from investigate.sharing import table as columns
from investigate.sharing.cells import speaks
from investigate.sharing.flock import looks_like_agency
from investigate.sharing.table import (
    RECEIVED,
    SHARED,
    Edge,
    ReadList,
    Said,
    StatedList,
    check_size,
    each_once,
    is_name,
    may_be_same,
    may_hide_a_name,
    mend,
    why_no_name,
)

LAYOUT = "transparency portal page"
MOST_BYTES = 20_000_000
PIECE = 1 << 16  # characters
LONGEST_HEADING = 160  # characters
MANY = 2  # commas in an item of a list, from which on they part names
NOBODY = re.compile(r"(?i)(none|nobody|no one|n/?a|-+|—)\.?")
UNSEEN = frozenset({"script", "style", "template", "noscript", "svg"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "th", "summary", "legend"})
INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "cite", "code", "data", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub",
     "sup", "time", "u", "wbr"}
)  # fmt: skip

# Heading → whose side the listed agencies are on. `who` in it names the agency whose page it is.
_WHO = r"(?:external )?(?:organi[sz]ations|agencies)"
_DATA = r"(?:['’]s?)?(?: (?:alpr|lpr|camera))? data"
LISTS = (
    (SHARED, rf"{_WHO} (?:granted|with|having|that have) access(?: to (?P<who>.{{2,80}}?)(?:{_DATA})?)?"),
    (SHARED, rf"{_WHO} (?:that )?(?P<who>.{{2,80}}?) shares (?:its |their )?data with"),
    (RECEIVED, rf"{_WHO} (?:that (?:are )?)?(?:sharing|share) (?:their |its )?data with (?P<who>.{{2,80}})"),
    (
        RECEIVED,
        rf"(?:(?:networks?|cameras|data)|{_WHO})(?: (?:being|that are))? shared with (?P<who>.{{2,80}}?)(?: by)?",
    ),
    (SHARED, r"networks? (?P<who>.{2,80}?) (?:is|are|am) sharing"),
)
US = re.compile(r"(?i)us|me|this agency|our agency|we|i")
# A text that is no name and speaks of who may see what: where it is not understood, what follows is not known.
_SPEAKS = re.compile(r"(?i)\b(?:shar(?:e|es|ed|ing)|access|granted|receiv(?:e|es|ed|ing)|data|networks?)\b")
_DENIES = re.compile(  # "Denied", "Blocked agencies:", "Agencies removed"
    r"(?i)\W*(?:(?:agencies|organi[sz]ations|users|partners|access|requests?)\W+)?(?:denied|revoked|blocked|prohibited|"
    r"excluded|removed|declined|rejected|former(?:ly)?|pending|requested)"
    r"(?:\W+(?:agencies|organi[sz]ations|users|partners|access|requests?))?\W*"
)
# Headings inside a list that part it by state, level or letter.
_SUBHEAD = re.compile(
    rf"(?i)(?:{'|'.join(sorted((*STATE_NAMES, *STATE_NAMES.values()), key=len, reverse=True))}|[a-z]|\d+|federal|state|"
    r"local|county|counties|municipal|cities|tribal|campus|regional|in.state|out.of.state|other|others|"
    r"law enforcement|(?:federal|state|local|county|municipal|other|out.of.state|in.state|law enforcement|police) "
    r"(?:agencies|organi[sz]ations|departments|partners)|police departments|sheriffs?(?: offices?| departments?)?)\W*"
)
_STATE_PART = re.compile(rf"\W*(?:{'|'.join((*STATE_NAMES, *STATE_NAMES.values()))})\W*")
# Other headings of such pages, which end a list where the page does not mark its headings.
OTHERS = re.compile(
    r"(?i)(what.?s (not )?detected|(not )?detected|acceptable use policy|prohibited uses?|access policy|hot ?list "
    r"polic(y|ies)|hot ?lists alerted on|data retention.{0,30}|(number of|external|public|additional|vehicles|hot ?list"
    r" hits|searches|search audit|policies|usage|overview|powered by|download|about|contact)\b.{0,80})"
)
_PAGE_NAME = re.compile(r"(?i)[\s|:–—-]*\b(flock safety|(public )?transparency( portal| page)?|alpr|home)\b[\s|:–—-]*")
_PORTAL_LINK = re.compile(r"(?i)transparency\.[a-z.]{4,40}/([a-z0-9-]{3,80})")


class _Text(NamedTuple):
    text: str
    tag: str  # the block that it stands in
    kind: str  # its class


class _Texts(HTMLParser):
    """The texts of a page, block by block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[_Text] = []
        self.links: list[str] = []
        self.unseen = 0
        self.pieces: list[str] = []
        self.block = ("", "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self.unseen += 1
        elif tag not in INLINE:
            self._end_block()
            self.block = (tag, dict(attrs).get("class") or "")
        self.links += [value for name, value in attrs if name in ("href", "content", "src") and value][:4]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in INLINE:
            self._end_block()
        self.links += [value for name, value in attrs if name in ("href", "content", "src") and value][:4]

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag not in INLINE:
            self._end_block()
            self.block = ("", "")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.pieces.append(data)

    def close(self) -> None:
        super().close()
        self._end_block()

    def _end_block(self) -> None:
        if text := "".join(self.pieces).strip():
            self.blocks.append(_Text(text, *self.block))
        self.pieces = []


@dataclass
class _Listed:
    """A list in the making. `direction` None: below a text on sharing that is not understood."""

    direction: str | None
    heading: str
    who: str | None
    names: list[str]


def is_page(start: bytes) -> bool:
    """Whether a file's first bytes are those of a web page."""
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<!-- saved from"))


def read_page(path: Path, said: Said) -> ReadList:
    """Read the lists on a saved portal page.

    Raises RefusedFile for a page too long, one without such a list, and one of which the agency is not known.
    """
    if path.stat().st_size > MOST_BYTES:
        raise RefusedFile(
            f"{path.name} is a web page of more than {MOST_BYTES >> 20} MB; a portal's page has less than one. Save "
            "the portal's page alone."
        )
    texts = _texts(path)
    lists = _lists(texts.blocks)
    if not lists:
        raise RefusedFile(
            f"{path.name} is a web page without a list of agencies. Looked for the headings 'Organizations granted "
            "access' and 'External organizations with access'. Open it in a browser: if the list is there, save the "
            "page again once all of it is shown, or put the names into a CSV."
        )
    whole = " ".join(texts.links[:5_000]) + " ".join(block.text[:200] for block in texts.blocks[:5_000])
    found = ReadList(LAYOUT, columns.FLOCK if "flock" in whole.casefold() else None)
    found.owner = said.owner_of(_whose(texts, lists), "the page's own words", found.warnings)
    if found.owner is None:
        raise RefusedFile(f"{path.name} does not say which agency's portal it is. Load it again with --owner NAME.")
    found.edges = each_once(list(_edges(path.name, lists, found)), found.warnings)
    for one in lists:
        is_none = all(NOBODY.fullmatch(mend(name)) for name in one.names if name.strip())
        if one.direction and is_none:
            found.stated.append(StatedList(found.owner, found.system, columns.NETWORKS, one.direction))
    return found


def _texts(path: Path) -> _Texts:
    texts = _Texts()
    page = path.read_bytes().decode("utf-8", errors="replace")
    for at in range(0, len(page), PIECE):
        texts.feed(page[at : at + PIECE])
        if len(texts.rawdata) > 16 * PIECE:
            raise RefusedFile(
                f"{path.name} is a damaged web page: a tag in it is opened and never closed. Save the page again."
            )
    texts.close()
    return texts


def _lists(blocks: list[_Text]) -> list[_Listed]:
    lists: list[_Listed] = []
    under: _Listed | None = None
    kind = ("", "")
    for block in blocks:
        heading = _heading(block.text)
        if heading:
            under, kind = heading, (block.tag, block.kind)
            lists.append(under)
        elif under and _ends(block, kind):
            under = _not_understood(block, kind)
            lists += [under] if under else []
        elif under and block.tag in HEADINGS:
            continue
        elif under and _announces(block):
            under = _Listed(None, mend(block.text)[:LONGEST_HEADING], None, [])
            lists.append(under)
        elif under:
            under.names += _names(block)
    return [one for one in lists if any(name.strip() for name in one.names)]


def _ends(block: _Text, kind: tuple[str, str]) -> bool:
    """Whether a text ends the list that it stands below; `kind`: of the list's own heading."""
    if OTHERS.fullmatch(block.text[:200]):
        return True
    if block.tag in HEADINGS:
        return block.tag <= kind[0] or not _SUBHEAD.fullmatch(mend(block.text)[:80])
    return block.tag != "li" and (block.tag, block.kind) == kind and bool(block.kind)


def _not_understood(block: _Text, kind: tuple[str, str]) -> _Listed | None:
    """A heading deeper than that of the list, of no kind that is known: what stands below it is told and not loaded."""
    is_deeper = block.tag in HEADINGS and block.tag > kind[0] and not OTHERS.fullmatch(block.text[:200])
    return _Listed(None, mend(block.text)[:LONGEST_HEADING], None, []) if is_deeper else None


def _announces(block: _Text) -> bool:
    """Whether a text that no heading is made of speaks of sharing as a heading does: short, and no sentence."""
    text = mend(block.text)
    is_heading = len(text) <= LONGEST_HEADING and "," not in text and not text.endswith(".")
    if is_heading and _DENIES.fullmatch(text):
        return True
    return is_heading and _SPEAKS.search(text) is not None and not looks_like_agency(text)


def _names(block: _Text) -> list[str]:
    """The texts that may be names; a state behind a comma belongs to the name before, and an item of a list is one name
    unless commas make many."""
    names: list[str] = []
    for line in re.split(r"[;\n]|(?:(?<=[a-z]{3}[.!?])|(?<=[A-Z]{2}[.!?]))\s+(?=[A-Z*])", block.text):
        if speaks(line):
            names.append(line)
            continue
        parts = line.split(",") if block.tag != "li" or line.count(",") >= MANY else [line]
        for part in parts:
            if names and part is not parts[0] and _STATE_PART.fullmatch(part):
                names[-1] += f",{part}"
            else:
                names.append(part)
    return names


def _heading(text: str) -> _Listed | None:
    """The list that a text announces; `text` may have the names behind a colon."""
    head, colon, names = text[: LONGEST_HEADING * 2].partition(":")
    bare = " ".join(head.split())
    if len(bare) > LONGEST_HEADING or re.search(r"(?i)\b(?:not|no|never|without)\b", bare):
        return None
    for direction, words in LISTS:
        if found := re.fullmatch(words, bare, re.IGNORECASE):
            listed = _names(_Text(text[len(head) + 1 :], "", "")) if colon and names.strip() else []
            return _Listed(direction, bare, found["who"], listed)
    return None


def _whose(texts: _Texts, lists: list[_Listed]) -> str | None:
    """The agency whose page it is: from the headings of the lists, its titles, its address."""
    titles = [block.text for block in texts.blocks[:200] if block.tag in ("title", "h1", "h2")]
    for text in [*(one.who or "" for one in lists), *titles]:
        if len(text) <= columns.LONGEST_NAME:
            name = mend(_PAGE_NAME.sub(" ", text)).strip(" -|:–—")
            if is_name(name) and looks_like_agency(name):
                return name
    for link in texts.links[:5_000]:
        if found := _PORTAL_LINK.search(link[:400]):
            return name_from_slug(found[1])
    return None


def _edges(name: str, lists: list[_Listed], found: ReadList) -> list[Edge]:
    edges: list[Edge] = []
    own = found.owner or ""
    for one in lists:
        direction = None if one.direction is None or _is_of_another(one, own) else one.direction
        if direction is None:
            found.warnings.append(
                f"What stands below {one.heading!r} was not loaded: it cannot be told whether those agencies may see "
                "or are seen."
            )
        for released in one.names:
            found.read += 1
            if not released.strip():
                found.blank += 1
                continue
            partner = mend(released)
            if direction is None:
                found.reject(found.read, f"stands below {one.heading[:80]!r}")
            elif not is_name(partner):
                found.reject(found.read, why_no_name(partner), (direction,) if may_hide_a_name(partner) else ())
            else:
                edges.append(_edge(found, one, direction, released))
        check_size(name, found.read)
    return edges


def _is_of_another(one: _Listed, own: str) -> bool:
    """Whether a heading that says with whom is shared names another agency than the page's."""
    if one.who is None or US.fullmatch(one.who.strip()):
        return False
    return looks_like_agency(one.who) and not may_be_same(one.who, own)


def _edge(found: ReadList, one: _Listed, direction: str, released: str) -> Edge:
    own, partner, shares = found.owner or "", mend(released), direction == SHARED
    return Edge(
        owner=own if shares else partner,
        recipient=partner if shares else own,
        direction=direction,
        row=found.read,
        what=columns.NETWORKS,
        system=found.system,
        listed_by=own,
        released_owner=None if shares else released,
        released_recipient=released if shares else None,
        status=columns.status_of(partner),
        section=one.heading,
    )
