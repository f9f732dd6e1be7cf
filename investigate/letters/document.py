"""A letter as blocks, and the same blocks as Markdown and as DOCX.

Texts in blocks are plain text: whatever they hold is shown as it stands and means nothing to Markdown or Word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from investigate.scrub import printed

BLANK = "________"  # to be filled in by hand
_NO_XML = re.compile("[\ufffe\uffff]")  # noncharacters that XML does not allow
# Signs that mean something to Markdown wherever they stand, but an underscore inside a word does not.
_SIGNS = re.compile(r"[\\`*\[\]<>|~$@^]|(?<![^\W_])_|_(?![^\W_])|&(?=[#\w])|(?<=[A-Za-z]):(?=//)|(?<=[wW]{3})\.")
_FIRST = re.compile(r"^[#+=:-]")
_NUMBER = re.compile(r"^([0-9]{1,9})([.)])")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below the title: level 1 for a section, 2 inside one."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A list whose items are numbered from 1."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption above it; each row has as many cells as `head`, and `widths` are parts of the line."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ToFill:
    """Lines to be filled in by hand, each behind its label."""

    labels: tuple[str, ...]


Block = Heading | Paragraph | Bullets | Numbered | Table | ToFill


@dataclass(frozen=True, slots=True)
class Document:
    """A letter: its title, which is also the title that Word knows it by, and its blocks in order."""

    title: str
    blocks: tuple[Block, ...]


def to_markdown(document: Document) -> str:
    """The letter as Markdown (CommonMark with tables as GitHub reads them), one block a stretch of lines."""
    parts = [f"# {escaped(document.title)}", *(_block(block) for block in document.blocks)]
    return "\n\n".join(part for part in parts if part) + "\n"


def to_docx(document: Document) -> bytes:
    """The letter as a Word file, whose bytes depend on the letter only."""
    from investigate.letters.word import make_docx  # noqa: PLC0415 - python-docx is heavy, and Markdown needs none

    return make_docx(document)


def one_line(text: str) -> str:
    """The text in one line, as it may stand in a letter."""
    return printed(_NO_XML.sub("", text))


def escaped(text: str) -> str:
    """The text in one line such that Markdown shows it as it is."""
    shown = _SIGNS.sub(lambda found: "\\" + found.group(), one_line(text))
    return _FIRST.sub(lambda found: "\\" + found.group(), shown)


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * (block.level + 1)} {escaped(block.text)}"
    if isinstance(block, Paragraph):
        return _line(block.text)
    if isinstance(block, Bullets):
        return "\n".join(f"- {_line(item)}" for item in block.items)
    if isinstance(block, Numbered):
        return "\n".join(f"{number}. {_line(item)}" for number, item in enumerate(block.items, start=1))
    if isinstance(block, ToFill):
        return "\n".join(f"- {_line(label)}: {BLANK}" for label in block.labels)
    return _table(block)


def _line(text: str) -> str:
    """A text that begins a line: "1. " there would be a list."""
    return _NUMBER.sub(r"\1\\\2", escaped(text))


def _table(table: Table) -> str:
    head, *rows = [f"| {' | '.join(escaped(cell) for cell in row)} |" for row in (table.head, *table.rows)]
    return "\n".join([_line(table.caption), "", head, "|" + " --- |" * len(table.head), *rows])
