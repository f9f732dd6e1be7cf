"""Things that a notebook shows: HTML for eyes, plain text for terminals and for checks, always the same content."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from numbers import Integral

import pandas as pd

from investigate.charts import Figure

_WRITTEN_OUT = str.maketrans({"\t": r"\t", "\r": r"\r", "\n": r"\n"})  # what would break a line of a table


class Shown:
    """Something a notebook shows: `html` on the page, `text` in terminals and checks, and, where a person sits before
    it and something can be pointed at or searched, `live` in its place."""

    def __init__(self, html: str, text: str, live: str = "") -> None:
        self.html = html
        self.text = text
        self.live = live

    def _ipython_display_(self) -> None:
        if not self.live:
            raise NotImplementedError  # tells IPython to show it as it shows any other object
        from investigate.live.frames import show_live  # noqa: PLC0415 - only in JupyterLab

        show_live(self.live, self)

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def nothing(sentence: str) -> Shown:
    """One sentence or a few, as a paragraph."""
    return Shown(f"<p>{escape(sentence)}</p>", sentence)


def joined(*parts: Shown) -> Shown:
    """Several things one under another."""
    return Shown("".join(part.html for part in parts), "\n".join(part.text for part in parts), live_of(parts))


def live_of(parts: Sequence[Shown]) -> str:
    """What a person sees of several things, if any of them is more than it is on a page; else nothing."""
    return "".join(part.live or part.html for part in parts) if any(part.live for part in parts) else ""


def folded(head: str, shown: Shown) -> Shown:
    """Behind a line to click on, where it would push the rest out of sight; as text it stands open."""
    start, end = f"<details><summary>{escape(head)}</summary>", "</details>"
    return Shown(f"{start}{shown.html}{end}", f"{head}\n{shown.text}", shown.live and f"{start}{shown.live}{end}")


def figure_shown(figure: Figure) -> Shown:
    from investigate.live.charts import live_figure  # noqa: PLC0415 - is made of what this module defines

    return Shown(figure._repr_html_(), repr(figure), live_figure(figure))


def table(frame: pd.DataFrame, columns: dict[str, str], caption: str, most: int | None = None) -> Shown:
    """Chosen columns as an HTML table and as plain text; says how many rows are left out."""
    shown = frame if most is None else frame.head(most)
    left = len(frame) - len(shown)
    if left:
        caption += f" (first {len(shown)} of {len(frame):,})"
    cells = list(zip(*([_cell(value) for value in shown[name].tolist()] for name in columns), strict=True))
    heads = list(columns.values())
    is_number = [
        pd.api.types.is_numeric_dtype(frame[name]) or name in {"per_1000", "immigration_related"} for name in columns
    ]
    return Shown(_html_table(caption, heads, cells, is_number), f"{caption}\n{aligned(heads, cells)}")


def aligned(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    """Columns of text, each as wide as its longest cell and aligned right, as pandas prints a frame of texts without
    its index; a hundred times as fast."""
    if not cells:
        return pd.DataFrame(columns=list(heads)).to_string(index=False)
    lines = [[text.translate(_WRITTEN_OUT) for text in line] for line in (heads, *cells)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(" ".join(map(str.rjust, line, widths)) for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return ""
    return f"{value:,}" if isinstance(value, Integral) else str(value)


def _html_table(caption: str, heads: Sequence[str], cells: Sequence[Sequence[str]], is_number: Sequence[bool]) -> str:
    kinds = [' class="num"' if number else "" for number in is_number]
    head = "".join(f'<th scope="col"{kind}>{escape(name)}</th>' for name, kind in zip(heads, kinds, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{escape(cell)}</td>" for cell, kind in zip(row, kinds, strict=True)) + "</tr>"
        for row in cells
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
