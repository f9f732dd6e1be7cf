"""A letter as a Word file: real headings, lists and tables, no picture, no field, no link, nothing of this machine."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from docx import Document as open_template
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.shared import Inches, Length, Pt, RGBColor

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
)

LONGEST_TITLE = 255  # characters that the format takes
LANGUAGE = "en-US"
WHEN = dt.datetime(2000, 1, 1)
ZIPPED = (1980, 1, 1, 0, 0, 0)
PAGE = (8.5, 11.0)  # inches: Letter, with margins that leave a line which fits A4 as well
LINE = 6.27
FONT = "Calibri"
# Parts of the template that say nothing of the letter.
NOT_NEEDED = (RELATIONSHIP_TYPE.THUMBNAIL, RELATIONSHIP_TYPE.CUSTOM_XML, "stylesWithEffects")


def make_docx(document: Document) -> bytes:
    """The letter as the bytes of a DOCX file; the same letter gives the same bytes."""
    word = open_template(io.BytesIO(_empty_letter()))
    _set_properties(word, one_line(document.title))
    _add_line(word, document.title, "Title")
    for block in document.blocks:
        _add(word, block)
    return _same_bytes(word)


@cache
def _empty_letter() -> bytes:
    """What every letter begins as: the template of python-docx with our page and styles."""
    word, empty = open_template(), io.BytesIO()
    _drop_parts(word)
    _set_page(word)
    _set_styles(word)
    word.save(empty)
    return empty.getvalue()


def _drop_parts(word: Any) -> None:
    for part in (word.part.package, word.part):
        for name, relation in list(part.rels.items()):
            if relation.reltype.endswith(NOT_NEEDED):
                part.rels.pop(name)


def _set_page(word: Any) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = (Inches(side) for side in PAGE)
    section.left_margin = section.right_margin = Inches((PAGE[0] - LINE) / 2)
    section.top_margin = section.bottom_margin = Inches(0.9)


def _set_styles(word: Any) -> None:
    for style in word.styles:
        if style.type in {WD_STYLE_TYPE.PARAGRAPH, WD_STYLE_TYPE.CHARACTER} and style.name != "macro":
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for name in list(fonts.attrib):
                del fonts.attrib[name]
            for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
                fonts.set(qn(f"w:{kind}"), FONT)
    normal = word.styles["Normal"]
    normal.font.size = Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing = 1.1
    for name, size in {"Title": 20, "Heading 1": 14, "Heading 2": 12}.items():
        word.styles[name].font.size = Pt(size)
        word.styles[name].font.color.rgb = RGBColor(0x1A, 0x1A, 0x1A)
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)


def _set_properties(word: Any, title: str) -> None:
    about = word.core_properties
    about.title, about.language, about.revision = title[:LONGEST_TITLE], LANGUAGE, 1
    about.author = about.last_modified_by = about.comments = ""
    about.created = about.modified = WHEN


def _add(word: Any, block: Block) -> None:
    if isinstance(block, Heading):
        _add_line(word, block.text, f"Heading {block.level}")
    elif isinstance(block, Paragraph):
        word.add_paragraph(one_line(block.text))
    elif isinstance(block, Bullets):
        for item in block.items:
            _add_line(word, item, "List Bullet")
    elif isinstance(block, Numbered):
        _add_numbered(word, block)
    elif isinstance(block, ToFill):
        for label in block.labels:
            word.add_paragraph(f"{one_line(label)}: {BLANK}")
    else:
        _add_table(word, block)


def _add_line(word: Any, text: str, style: str) -> Any:
    """A paragraph in a style of the template. By the style's own id: by name, all styles are read each time."""
    paragraph = word.add_paragraph(one_line(text))
    paragraph._p.style = style.replace(" ", "")
    return paragraph


def _add_numbered(word: Any, block: Numbered) -> None:
    """A list that begins at 1, whatever was numbered before it."""
    numbering = word.part.numbering_part.element
    style = word.styles["List Number"].element.pPr.numPr.numId.val
    kind = numbering.num_having_numId(style).abstractNumId.val
    number = numbering.add_num(kind)
    number.add_lvlOverride(ilvl=0).add_startOverride(1)
    for item in block.items:
        paragraph = _add_line(word, item, "List Number")
        listed = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        listed.get_or_add_ilvl().val = 0
        listed.get_or_add_numId().val = number.numId


def _add_table(word: Any, block: Table) -> None:
    caption = _add_line(word, block.caption, "Caption")
    caption.paragraph_format.keep_with_next = True
    caption.runs[0].font.color.rgb = RGBColor(0x1A, 0x1A, 0x1A)
    table = word.add_table(rows=0, cols=len(block.head), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    widths = [Inches(LINE * part / sum(block.widths)) for part in block.widths]
    rows = "".join(_row(texts, widths, is_head=texts is block.head) for texts in (block.head, *block.rows))
    table._tbl.extend(parse_xml(f"<w:tbl {nsdecls('w')}>{rows}</w:tbl>"))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    word.add_paragraph().paragraph_format.space_after = Pt(0)


def _row(texts: Sequence[str], widths: Sequence[Length], *, is_head: bool) -> str:
    """A row as XML, written here since python-docx takes several milliseconds for each.

    The head stands again on each page; no row is cut by the end of a page.
    """
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{width.twips}"/></w:tcPr><w:p><w:pPr><w:spacing w:after="0"/></w:pPr>'
        f'<w:r><w:rPr>{"<w:b/>" * is_head}<w:sz w:val="17"/></w:rPr>{_text(one_line(text))}</w:r></w:p></w:tc>'
        for text, width in zip(texts, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' * is_head}</w:trPr>{cells}</w:tr>"


def _text(line: str) -> str:
    """The text of a run; without the mark, Word drops blanks at its ends."""
    kept = ' xml:space="preserve"' if line != line.strip() else ""
    return f"<w:t{kept}>{escape(line)}</w:t>" if line else ""


def _same_bytes(word: Any) -> bytes:
    """The file with the hour of writing taken out of its parts."""
    written, told = io.BytesIO(), io.BytesIO()
    word.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(told, "w") as fixed:
        for part in parts.infolist():
            entry = zipfile.ZipInfo(part.filename, ZIPPED)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            fixed.writestr(entry, parts.read(part))
    return told.getvalue()
