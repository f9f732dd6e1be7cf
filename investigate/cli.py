"""The `investigate` command: one thin function a verb, over the same functions that notebooks call.

Exit codes: 0 all done · 1 failed · 2 wrong usage · 3 done, but some files were refused or some reports failed.
"""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from investigate.errors import BadPeriods, InvestigateError, UnknownValue

OK, FAILED, WRONG_USAGE, PARTLY = 0, 1, 2, 3

app = typer.Typer(
    name="investigate",
    help="Who searched whose licence-plate cameras for immigration enforcement: from released logs to reports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

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


@app.command()
def load(
    paths: Annotated[list[str], typer.Argument(help="Released files, archives, folders of them.", metavar="PATH...")],
    producer: Annotated[str | None, typer.Option(help="Agency that released the files.")] = None,
    kind: Annotated[str | None, typer.Option(help="network, organization or portal.")] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Zone such as America/Chicago, for times that state none.")
    ] = None,
    keep_identifiers: Annotated[
        bool, typer.Option("--keep-identifiers", help="Keep plates, officers and case numbers in a table of their own.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read released lookup logs into the store; say for each file what was loaded, rejected or refused."""
    from investigate.load import load_lookup_logs  # noqa: PLC0415 - help must not wait for the engine

    def line(number: int, of: int, entry: dict[str, Any]) -> None:
        _progress(_say_file(number, of, entry))

    report = load_lookup_logs(
        paths,
        producer=producer,
        kind=kind,
        timezone=timezone,
        keep_identifiers=keep_identifiers,
        workspace=workspace,
        progress=None if quiet or as_json else line,
        meanwhile=None if quiet or as_json else lambda pace: _progress(str(pace)),
    )
    if as_json:
        _print_json(report)
    refused = int((report["status"] == "refused").sum())
    if not as_json and not quiet:
        _say_load_total(report)
    raise typer.Exit(PARTLY if refused else OK)


def _say_file(number: int, of: int, entry: dict[str, Any]) -> str:
    head = f"[{number}/{of}] {Path(entry['path']).name}"
    if entry["status"] == "refused":
        return f"{head}  REFUSED: {entry['refused_because']}"
    counts = f"{entry['rows_loaded']:,} rows loaded of {entry['rows_read']:,}"
    odd = [f"{entry[f'rows_{name}']:,} {name}" for name in ("rejected", "blank") if entry[f"rows_{name}"]]
    who = f"{entry['producer'] or 'producer not known'} ({entry['kind']})"
    lines = [
        f"{head}  {entry['status']}  {who}  {', '.join([counts, *odd])}",
        *(f"    note: {one}" for one in entry["warnings"]),
    ]
    return "\n".join(lines)


def _say_load_total(report: Any) -> None:
    done = report[report["status"] != "refused"]
    refused, found = len(report) - len(done), len(done)
    # Copies of one file are in it once; sheets of one workbook share its hash and differ in what they hold.
    is_copy = done.duplicated(["sha256", "rows_read", "first_searched_at", "last_searched_at"])
    done = done[~is_copy | (done["rows_read"] == 0)]
    _say(
        f"{found} of {len(report)} files in the store: {int(done['rows_loaded'].sum()):,} rows loaded, "
        f"{int(done['rows_rejected'].sum()):,} rejected, {int(done['rows_blank'].sum()):,} blank"
        + (f"; {refused} refused (named above)." if refused else ".")
    )


@app.command()
def check(
    producer: Annotated[str | None, typer.Option(help="Only what this agency released.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check each loaded file: gaps, truncation, repeats, reasons, drop-down switch; say what to ask the agency."""
    from investigate.quality.gate import check_releases, in_short, of_producer, to_look_at, write_quality  # noqa: PLC0415
    from investigate.tables import open_tables  # noqa: PLC0415

    tables = open_tables(workspace)
    everyone = check_releases(workspace=tables)
    checked = everyone if producer is None else of_producer(everyone, tables, producer)
    path = write_quality(everyone, tables.workspace)
    if as_json:
        _print_json(in_short(checked))
        return
    for heading, number_passed, odd in to_look_at(checked):
        _say(heading)
        if len(odd):
            _print_table(odd, width=100)
        _say(f"{number_passed} checks passed.\n")
    _say(f"All that was found, and what it means for a finding: {path}")


@app.command()
def classify(
    texts: Annotated[
        list[str] | None, typer.Argument(help="Reasons to classify.", metavar="[TEXT]...", show_default=False)
    ] = None,
    file: Annotated[Path | None, typer.Option(help="CSV file that holds reasons.")] = None,
    column: Annotated[str | None, typer.Option(help="Its column with the reasons.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give each text its one category, the rule that gave it, the text that matched and the scopes it is in."""
    from investigate.reasons.classify import classify_reasons  # noqa: PLC0415

    del workspace  # taken by every verb; the rules are the same in each workspace
    result = classify_reasons([*(texts or []), *_texts_in(file, column)])
    if not len(result):
        raise UnknownValue("No text was given to classify. Give texts, or --file CSV --column NAME.")
    if as_json:
        _print_json(result)
    else:
        _print_table(result.assign(scopes=[", ".join(scopes) for scopes in result["scopes"]]))


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
        from investigate.errors import unknown  # noqa: PLC0415

        raise unknown(f"column of {file.name}", column or "", frame.columns)
    return frame[column].tolist()


@app.command()
def count(
    by: Annotated[
        str, typer.Option(help="searching_agency, camera_owner, searching_state, category, release; commas between.")
    ] = "",
    scope: Annotated[str, typer.Option(help="strict, standard, broad or all.")] = "standard",
    periods: Annotated[
        str, typer.Option(help="inauguration, month, week, or a CSV file with name, start, end.")
    ] = "inauguration",
    agency: Annotated[str | None, typer.Option(help="Keep one agency.")] = None,
    role: Annotated[str | None, typer.Option(help="The agency as owner of the cameras or as searcher.")] = None,
    unit: Annotated[str, typer.Option(help="rows, searches or cases.")] = "searches",
    without_own: Annotated[
        bool, typer.Option("--without-own", help="Leave out searches by the owner of the cameras.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count immigration-related searches by period and group, with rates and covered days."""
    from investigate.counts import count_searches  # noqa: PLC0415

    result = count_searches(
        by,
        scope=scope,
        periods=periods,
        agency=agency,
        role=role,
        unit=unit,
        without_own=without_own,
        workspace=workspace,
    )
    if as_json:
        _print_json(result)
    elif result.empty:
        _say("Nothing to count: the files hold no searches of this agency, or no day of these periods.")
    else:
        _print_table(result)


@app.command()
def explain(
    row: Annotated[str, typer.Argument(help="A release's id or file name, and the record.", metavar="RELEASE:ROW")],
    keep_identifiers: Annotated[
        bool, typer.Option("--keep-identifiers", help="Show plates, officers, case numbers and reasons as released.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one row as released, what was made of each cell, the search, the time, the category and the rule."""
    from investigate.explain import explain_row  # noqa: PLC0415

    shown = explain_row(row, keep_identifiers=keep_identifiers, workspace=workspace)
    if as_json:
        _print_json(shown.to_dict())
    else:
        _say(shown.to_text().rstrip())


@app.command()
def report(
    agencies: Annotated[
        list[str] | None, typer.Argument(help="Agencies by name.", metavar="[AGENCY]...", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every agency in the data.")] = False,
    role: Annotated[str, typer.Option(help="Only as owner or only as searcher.")] = "",
    jobs: Annotated[int, typer.Option(min=1, help="Reports rendered at once.")] = min(4, os.cpu_count() or 1),
    out: Annotated[
        Path | None, typer.Option(help="Folder for the pages; default: reports/output in the workspace.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Render one self-contained page per agency, with index.html and run.json; unchanged reports are kept."""
    from investigate.batch import Outcome, render_reports  # noqa: PLC0415
    from investigate.workspace import open_workspace  # noqa: PLC0415

    def line(number: int, of: int, outcome: Outcome) -> None:
        said = f"FAILED: {outcome.error}" if outcome.status == "failed" else outcome.status
        _progress(f"[{number}/{of}] {outcome.slug}  {said}  {outcome.seconds:.1f} s")

    progress = None if quiet or as_json else line
    run = render_reports(
        agencies or [], every=every, role=role, jobs=jobs, out=out, workspace=workspace, progress=progress
    )
    if as_json:
        _print_json(run)
    elif not quiet:
        place = (out or open_workspace(workspace).reports) / "index.html"
        made = len(run["reports"]) - len(run["failed"])
        _say(f"{made} of {len(run['reports'])} reports are ready. Open {place}")
        if run["failed"]:
            _say(
                f"Failed: {', '.join(run['failed'])}. The notebooks that failed lie in the folder `failed` beside them."
            )
    raise typer.Exit(PARTLY if run["failed"] else OK)


@app.command()
def sample(
    rows: Annotated[int, typer.Option(min=1, help="About how many rows in all.")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write invented lookup logs in the real layouts, to try things on and to test with."""
    from investigate.sample import make_sample  # noqa: PLC0415

    del workspace  # taken by every verb; where to write is said by --out
    files = make_sample(out, rows, seed)
    if as_json:
        _print_json([str(path) for path in files])
    else:
        _say(f"{len(files)} files of invented data in {out}. Load them with: investigate load {out}")


@app.command()
def dictionary(
    check: Annotated[bool, typer.Option("--check", help="Only say whether the file is up to date.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write data/dictionary.md from the declared columns."""
    from investigate.columns import dictionary as text  # noqa: PLC0415
    from investigate.store import write_text  # noqa: PLC0415
    from investigate.workspace import open_workspace  # noqa: PLC0415

    path = open_workspace(workspace).root / "data" / "dictionary.md"
    if not check:
        write_text(path, text())
        _say(f"Wrote {path}")
    elif not path.exists() or path.read_text(encoding="utf-8") != text():
        raise InvestigateError(f"{path} is not what `investigate dictionary` writes today. Run it and commit the file.")


# ---- printing -----------------------------------------------------------------------------------------


def printable(text: str) -> str:
    """Text that cannot steer a terminal: control and direction-changing characters are shown as codes."""
    return "".join(
        character
        if character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
        else f"<{ord(character):04x}>"
        for character in text
    )


def _say(text: str) -> None:
    sys.stdout.write(printable(text) + "\n")


def _progress(text: str) -> None:
    sys.stderr.write(printable(text) + "\n")
    sys.stderr.flush()


def _print_json(result: Any) -> None:
    """A frame as a list of flat objects with null for what is not known; anything else as it is."""
    content = result
    if hasattr(result, "to_dict"):
        content = [{name: _plain(value) for name, value in record.items()} for record in result.to_dict("records")]
    typer.echo(json.dumps(content, indent=2))  # as ASCII, so that no text in it can steer a terminal


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return value
    import pandas as pd  # noqa: PLC0415

    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _print_table(frame: Any, width: int = 200) -> None:
    """`width`: columns of text where the output is no terminal."""
    table = Table(show_edge=False, pad_edge=False)
    for name in frame.columns:
        table.add_column(Text(name), justify="right" if frame[name].dtype.kind in "if" else "left", overflow="fold")
    for record in frame.to_dict("records"):
        cells = (_plain(value) for value in record.values())
        table.add_row(*(Text("not known" if cell is None else printable(_cell(cell))) for cell in cells))
    Console(width=None if sys.stdout.isatty() else width).print(table)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def main() -> None:
    """Run the command; every error that is raised on purpose is one sentence, without a traceback."""
    try:
        app()
    except (UnknownValue, BadPeriods) as error:
        _progress(f"Error: {error}")
        sys.exit(WRONG_USAGE)
    except InvestigateError as error:
        _progress(f"Error: {error}")
        sys.exit(FAILED)
    except KeyboardInterrupt:
        _progress("Stopped. What was finished is kept; run the same command again to go on.")
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
