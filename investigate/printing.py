"""How the command prints: lines, tables and JSON that cannot steer a terminal, whatever stands in a cell."""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from investigate import progress


def printable(text: str) -> str:
    """Text that cannot steer a terminal: control and direction-changing characters are shown as codes."""
    return "".join(
        character
        if character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
        else f"<{ord(character):04x}>"
        for character in text
    )


def say(text: str) -> None:
    progress.clear()
    sys.stdout.write(printable(text) + "\n")


def say_progress(text: str) -> None:
    """A line on stderr, above the bar while there is one."""
    progress.write_line(text)


def print_json(result: Any) -> None:
    """A frame as a list of flat objects with null for what is not known; anything else as it is."""
    content = result
    if hasattr(result, "to_dict"):
        content = [{name: _plain(value) for name, value in record.items()} for record in result.to_dict("records")]
    progress.clear()
    # As ASCII, so that no text in it can steer a terminal; the one control character in ASCII that JSON leaves is DEL.
    typer.echo(json.dumps(content, indent=2).replace("\x7f", "\\u007f"))


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return value
    import pandas as pd  # noqa: PLC0415

    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def print_table(frame: Any, width: int = 200) -> None:
    """`width`: columns of text where the output is no terminal."""
    table = Table(show_edge=False, pad_edge=False)
    for name in frame.columns:
        table.add_column(Text(name), justify="right" if frame[name].dtype.kind in "if" else "left", overflow="fold")
    for record in frame.to_dict("records"):
        cells = (_plain(value) for value in record.values())
        table.add_row(*(Text("not known" if cell is None else printable(_cell(cell))) for cell in cells))
    progress.clear()
    Console(width=None if sys.stdout.isatty() else width).print(table)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
