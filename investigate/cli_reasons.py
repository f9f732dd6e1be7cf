"""The verbs of the `investigate` command that are about reasons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from investigate.cli_options import JsonOption, WorkspaceOption
from investigate.errors import InvestigateError, UnknownValue, unknown
from investigate.printing import print_json, print_table, say

MOST_EXPLAINED = 20  # texts: more are told as a table, unless asked for


def add_to(app: typer.Typer) -> None:
    """Add these verbs to the command."""
    app.command()(classify)


def classify(
    texts: Annotated[
        list[str] | None, typer.Argument(help="Reasons to classify.", metavar="[TEXT]...", show_default=False)
    ] = None,
    file: Annotated[Path | None, typer.Option(help="CSV file that holds reasons.")] = None,
    column: Annotated[str | None, typer.Option(help="Its column with the reasons.")] = None,
    why: Annotated[
        bool | None,
        typer.Option(
            "--why/--table",
            help="Every rule that matched, in order, with its place; default: for up to 20 texts.",
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give each text its one category, the rule that gave it, the text that matched and the scopes it is in."""
    from investigate.reasons.classify import classify_reasons  # noqa: PLC0415 - help must not wait for the engine

    given = [*(texts or []), *_texts_in(file, column)]
    if not given:
        raise UnknownValue("No text was given to classify. Give texts, or --file CSV --column NAME.")
    if why or (why is None and not as_json and len(given) <= MOST_EXPLAINED):
        from investigate.reasons.why import explain_reason  # noqa: PLC0415

        told = [explain_reason(text, workspace=workspace) for text in given]
        if as_json:
            print_json([one.to_dict() for one in told])
        else:
            say("\n\n".join(one.to_text() for one in told))
        return
    result = classify_reasons(given, workspace)
    if as_json:
        print_json(result)
    else:
        print_table(result.assign(scopes=[", ".join(scopes) for scopes in result["scopes"]]))


def _texts_in(file: Path | None, column: str | None) -> list[str]:
    if file is None:
        if column is not None:
            raise UnknownValue(f"--column {column!r} says nothing without --file. Name the CSV file that has it.")
        return []
    import pandas as pd  # noqa: PLC0415

    try:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise InvestigateError(f"The file {str(file)!r} could not be read as CSV: {error}") from error
    if column not in frame.columns:
        raise unknown(f"column of {file.name}", column or "", frame.columns)
    return frame[column].tolist()
