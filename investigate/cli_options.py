"""Options that most verbs of the `investigate` command take."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from investigate.errors import UnknownValue
from investigate.progress import watching

OK, FAILED, WRONG_USAGE, PARTLY = 0, 1, 2, 3  # exit codes; what they mean stands in cli.py

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        help="Folder to work in; default: INVESTIGATE_WORKSPACE, else the repository.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
EngineOption = Annotated[
    str,
    typer.Option("--engine", help="duckdb, or spark where one machine is not enough."),
]
MasterOption = Annotated[
    str,
    typer.Option(
        "--spark-master",
        help="Where Spark runs, as spark://host:7077; default: INVESTIGATE_SPARK_MASTER, else this machine.",
        show_default=False,
    ),
]
FloorOption = Annotated[
    int | None,
    typer.Option("--floor", help="Suppress counts from 1 to below this one, and what would tell them.", min=2),
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print no progress.")]


def watch(context: typer.Context, quiet: bool) -> None:
    """Show on stderr what takes long, until this verb ends; nothing if `quiet`."""
    context.with_resource(watching(quiet))


def read_day(text: str | None) -> dt.date | None:
    """The day that an option says, written as 2025-01-20; raises UnknownValue for another text."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UnknownValue(f"{text!r} is not a day. Write it as 2025-01-20.") from error
