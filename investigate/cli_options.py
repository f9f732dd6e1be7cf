"""Options that most verbs of the `investigate` command take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print no progress.")]
