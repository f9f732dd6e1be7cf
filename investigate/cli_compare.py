"""The verb `compare` of the `investigate` command."""

from __future__ import annotations

from typing import Annotated

import typer

from investigate.cli_options import EngineOption, JsonOption, MasterOption, QuietOption, WorkspaceOption, watch
from investigate.printing import print_json, print_table, say
from investigate.progress import step


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    app.command()(compare)


def compare(
    context: typer.Context,
    agency: Annotated[str | None, typer.Option(help="Compare one agency; default: everything loaded.")] = None,
    role: Annotated[str | None, typer.Option(help="The agency as owner of the cameras or as searcher.")] = None,
    periods: Annotated[
        str,
        typer.Option(
            help="inauguration, month, week, article, vendor, law, opt_out, year_to_date, one pair of these by its id, "
            "or a CSV file with name, start, end."
        ),
    ] = "inauguration",
    scope: Annotated[str, typer.Option(help="strict, standard, broad or all.")] = "standard",
    unit: Annotated[str, typer.Option(help="rows, searches or cases.")] = "searches",
    variants: Annotated[
        bool, typer.Option("--variants", help="Also under other cuts, scopes, units, days and agencies.")
    ] = False,
    engine: EngineOption = "duckdb",
    spark_master: MasterOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Compare before with after over equal covered days, or say why that may not be compared."""
    from investigate.comparison.by_agency import compare_periods, comparison_record, vary_comparison  # noqa: PLC0415
    from investigate.comparison.said import SHOWN, VARIED, say_comparison, told  # noqa: PLC0415
    from investigate.tables import open_tables  # noqa: PLC0415

    watch(context, quiet)
    tables = open_tables(workspace, engine_name=engine, master=spark_master)
    with step("comparing the periods"):
        found = compare_periods(periods, agency=agency, role=role, scope=scope, unit=unit, workspace=tables)
    with step("comparing them under other choices"):
        varied = vary_comparison(periods, agency=agency, role=role, workspace=tables) if variants else None
    if as_json:
        print_json(comparison_record(found, periods, varied))
        return
    for row in found.to_dict("records"):
        say("\n".join(say_comparison(row)))
    print_table(told(found)[list(SHOWN)].rename(columns=SHOWN))
    if varied is not None:
        say("\nOne choice at a time made otherwise:")
        print_table(told(varied)[list(VARIED)].rename(columns=VARIED))
