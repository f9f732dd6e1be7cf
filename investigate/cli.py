"""The `investigate` command: one thin function a verb, over the same functions that notebooks call.

Exit codes: 0 all done · 1 failed · 2 wrong usage · 3 done, but some files were refused or some reports failed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from investigate import cli_agencies, cli_cameras, cli_compare, cli_reasons, cli_trust
from investigate.cli_options import (
    FAILED,
    OK,
    PARTLY,
    WRONG_USAGE,
    EngineOption,
    FloorOption,
    JsonOption,
    MasterOption,
    QuietOption,
    WorkspaceOption,
    watch,
)
from investigate.errors import BadPeriods, InvestigateError, UnknownValue
from investigate.printing import print_json, print_table, say, say_progress
from investigate.progress import step

app = typer.Typer(
    name="investigate",
    help="Who searched whose licence-plate cameras for immigration enforcement: from released logs to reports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def load(
    context: typer.Context,
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

    watch(context, quiet)

    def line(number: int, of: int, entry: dict[str, Any]) -> None:
        say_progress(_say_file(number, of, entry))

    report = load_lookup_logs(
        paths,
        producer=producer,
        kind=kind,
        timezone=timezone,
        keep_identifiers=keep_identifiers,
        workspace=workspace,
        progress=None if quiet or as_json else line,
    )
    if as_json:
        print_json(report)
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
    say(
        f"{found} of {len(report)} files in the store: {int(done['rows_loaded'].sum()):,} rows loaded, "
        f"{int(done['rows_rejected'].sum()):,} rejected, {int(done['rows_blank'].sum()):,} blank"
        + (f"; {refused} refused (named above)." if refused else ".")
    )


@app.command()
def check(
    context: typer.Context,
    producer: Annotated[str | None, typer.Option(help="Only what this agency released.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Check each loaded file: gaps, truncation, repeats, reasons, drop-down switch; say what to ask the agency."""
    from investigate.quality.gate import check_releases, in_short, of_producer, to_look_at, write_quality  # noqa: PLC0415
    from investigate.tables import open_tables  # noqa: PLC0415

    watch(context, quiet)
    tables = open_tables(workspace)
    everyone = check_releases(workspace=tables)
    checked = everyone if producer is None else of_producer(everyone, tables, producer)
    path = write_quality(everyone, tables.workspace)
    if as_json:
        print_json(in_short(checked))
        return
    for heading, number_passed, odd in to_look_at(checked):
        say(heading)
        if len(odd):
            print_table(odd, width=100)
        say(f"{number_passed} checks passed.\n")
    say(f"All that was found, and what it means for a finding: {path}")


@app.command()
def count(
    context: typer.Context,
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
    floor: FloorOption = None,
    engine: EngineOption = "duckdb",
    spark_master: MasterOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Count immigration-related searches by period and group, with rates and covered days."""
    from investigate.counts import count_searches  # noqa: PLC0415
    from investigate.tables import open_tables  # noqa: PLC0415

    watch(context, quiet)
    tables = open_tables(workspace, engine_name=engine, master=spark_master)
    with step("counting searches"):
        result = count_searches(
            by,
            scope=scope,
            periods=periods,
            agency=agency,
            role=role,
            unit=unit,
            without_own=without_own,
            workspace=tables,
        )
    if floor is not None:
        from investigate.suppress import suppress_counts  # noqa: PLC0415

        result = suppress_counts(result, floor)
    if as_json:
        print_json(result)
    elif result.empty:
        say("Nothing to count: the files hold no searches of this agency, or no day of these periods.")
    elif floor is not None:
        _print_suppressed(result, floor)
    else:
        print_table(result)


def _print_suppressed(counts: Any, floor: int) -> None:
    """The table with a word where a count was left out, which is not the same as one that is not known."""
    shown = counts.drop(columns="suppressed").astype(object)
    for line, names in zip(shown.index, counts["suppressed"], strict=True):
        shown.loc[line, [name for name in names.split(", ") if name]] = "suppressed"
    print_table(shown)
    say(f"suppressed: from 1 to {floor - 1:,}, or a count by which such a one could be worked out.")


@app.command()
def explain(
    context: typer.Context,
    row: Annotated[str, typer.Argument(help="A release's id or file name, and the record.", metavar="RELEASE:ROW")],
    keep_identifiers: Annotated[
        bool, typer.Option("--keep-identifiers", help="Show plates, officers, case numbers and reasons as released.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show one row as released, what was made of each cell, the search, the time, the category and the rule."""
    from investigate.explain import explain_row  # noqa: PLC0415

    watch(context, quiet)
    shown = explain_row(row, keep_identifiers=keep_identifiers, workspace=workspace)
    if as_json:
        print_json(shown.to_dict())
    else:
        say(shown.to_text().rstrip())


@app.command()
def report(
    context: typer.Context,
    agencies: Annotated[
        list[str] | None, typer.Argument(help="Agencies by name.", metavar="[AGENCY]...", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every agency in the data.")] = False,
    role: Annotated[str, typer.Option(help="Only as owner or only as searcher.")] = "",
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Reports rendered at once; default: one a processor, 4 at most, or all that the cluster has room for.",
        ),
    ] = None,
    cluster: Annotated[
        str,
        typer.Option(
            help="Render on a cluster: a Dask scheduler, as tcp://host:8786, or a Spark master, as spark://host:7077.",
            show_default=False,
        ),
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the pages; default: reports/output in the workspace.")
    ] = None,
    time_limit: Annotated[
        float, typer.Option(min=1, help="Seconds after which a report that is not done is stopped, and named.")
    ] = 600,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Render one self-contained page per agency, with index.html and run.json; unchanged reports are kept."""
    from investigate.warm import get_ready, why_plain  # noqa: PLC0415
    from investigate.workspace import open_workspace  # noqa: PLC0415

    watch(context, quiet)
    if (agencies or every) and not cluster:
        get_ready(out or open_workspace(workspace).reports)
    from investigate.batch import Outcome, render_reports  # noqa: PLC0415

    def line(number: int, of: int, outcome: Outcome) -> None:
        said = f"FAILED: {outcome.error}" if outcome.status == "failed" else outcome.status
        say_progress(f"[{number}/{of}] {outcome.slug}  {said}  {outcome.seconds:.1f} s")

    progress = None if quiet or as_json else line
    if progress and not cluster and (why := why_plain()):
        say_progress(why)
    run = render_reports(
        agencies or [],
        every=every,
        role=role,
        jobs=jobs or (None if cluster else min(4, os.cpu_count() or 1)),
        cluster=cluster,
        out=out,
        time_limit=time_limit,
        workspace=workspace,
        progress=progress,
    )
    if as_json:
        print_json(run)
    elif not quiet:
        place = (out or open_workspace(workspace).reports) / "index.html"
        made = len(run["reports"]) - len(run["failed"])
        say(f"{made} of {len(run['reports'])} reports are ready. Open {place}")
        if run["failed"]:
            say(
                f"Failed: {', '.join(run['failed'])}. The notebooks that failed lie in the folder `failed` beside them."
            )
    raise typer.Exit(PARTLY if run["failed"] else OK)


@app.command()
def sample(
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    rows: Annotated[int | None, typer.Option(min=1, help="About how many rows of lookup logs in all.")] = None,
    cameras: Annotated[
        int | None, typer.Option(min=1, help="About how many camera locations, in place of logs.")
    ] = None,
    agencies: Annotated[
        int | None, typer.Option(min=1, help="At least so many searching agencies in the logs; 10 rows or more each.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write invented lookup logs, or camera locations, in the real layouts, to try things on and to test with."""
    from investigate.sample import make_sample  # noqa: PLC0415
    from investigate.sample.cameras import make_sample_cameras  # noqa: PLC0415

    del workspace  # taken by every verb; where to write is said by --out
    if (rows is None) == (cameras is None):
        raise typer.BadParameter("say how many: --rows for lookup logs or --cameras for camera locations")
    if rows is None and agencies is not None:
        raise typer.BadParameter("--agencies goes with --rows: files of camera locations name no searching agencies")
    if rows is not None:
        files = make_sample(out, rows, seed, agencies=agencies)
    else:
        files = make_sample_cameras(out, cameras or 0, seed)
    if as_json:
        print_json([str(path) for path in files])
    else:
        verb = "load" if rows is not None else "cameras"
        say(f"{len(files)} files of invented data in {out}. Load them with: investigate {verb} {out}")


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
        say(f"Wrote {path}")
    elif not path.exists() or path.read_text(encoding="utf-8") != text():
        raise InvestigateError(f"{path} is not what `investigate dictionary` writes today. Run it and commit the file.")


cli_reasons.add_to(app)
cli_agencies.add_to(app)
cli_cameras.add_to(app)
cli_compare.add_to(app)
cli_trust.add_to(app)


def main() -> None:
    """Run the command; every error that is raised on purpose is one sentence, without a traceback."""
    try:
        app()
    except (UnknownValue, BadPeriods) as error:
        say_progress(f"Error: {error}")
        sys.exit(WRONG_USAGE)
    except InvestigateError as error:
        say_progress(f"Error: {error}")
        sys.exit(FAILED)
    except KeyboardInterrupt:
        say_progress("Stopped. What was finished is kept; run the same command again to go on.")
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
