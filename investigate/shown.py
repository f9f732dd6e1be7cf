"""Things that a notebook shows: HTML for eyes, plain text for terminals and for checks, always the same content."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from numbers import Integral

import pandas as pd

from investigate.charts import Figure


class Shown:
    """Something a notebook shows: `html` in JupyterLab and on the page, `text` everywhere else."""

    def __init__(self, html: str, text: str) -> None:
        self.html = html
        self.text = text

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def nothing(sentence: str) -> Shown:
    """One sentence or a few, as a paragraph."""
    return Shown(f"<p>{escape(sentence)}</p>", sentence)


def joined(*parts: Shown) -> Shown:
    """Several things one under another."""
    return Shown("".join(part.html for part in parts), "\n".join(part.text for part in parts))


def folded(head: str, shown: Shown) -> Shown:
    """Behind a line to click on, where it would push the rest out of sight; as text it stands open."""
    return Shown(f"<details><summary>{escape(head)}</summary>{shown.html}</details>", f"{head}\n{shown.text}")


def figure_shown(figure: Figure) -> Shown:
    return Shown(figure._repr_html_(), repr(figure))


def table(frame: pd.DataFrame, columns: dict[str, str], caption: str, most: int | None = None) -> Shown:
    """Chosen columns as an HTML table and as plain text; says how many rows are left out."""
    shown = frame if most is None else frame.head(most)
    left = len(frame) - len(shown)
    if left:
        caption += f" (first {len(shown)} of {len(frame):,})"
    cells = [[_cell(value) for value in row] for row in shown[list(columns)].itertuples(index=False)]
    heads = list(columns.values())
    is_number = [
        pd.api.types.is_numeric_dtype(frame[name]) or name in {"per_1000", "immigration_related"} for name in columns
    ]
    text = pd.DataFrame(cells, columns=heads).to_string(index=False)
    return Shown(_html_table(caption, heads, cells, is_number), f"{caption}\n{text}")


def _cell(value: object) -> str:
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
