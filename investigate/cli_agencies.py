"""The verbs of the `investigate` command that are about agencies and who shares with whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from investigate.cli_options import OK, PARTLY, JsonOption, QuietOption, WorkspaceOption, read_day, watch
from investigate.printing import print_json, print_table, say, say_progress


def add_to(app: typer.Typer) -> None:
    """Add these verbs to the command."""
    app.command()(agency)
    app.command()(sharing)


def agency(
    names: Annotated[list[str], typer.Argument(help="Names of agencies, as released.", metavar="NAME...")],
    on: Annotated[
        str | None,
        typer.Option(help="Day (YYYY-MM-DD) for which laws and agreements are shown; default: today.", metavar="DAY"),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say who an agency is: place, state, county, kind, flags, coordinates, 287(g) agreements, law in force."""
    from investigate.agencies.card import agency_cards, say_card  # noqa: PLC0415 - help must not wait for pandas

    cards = agency_cards(names, on=read_day(on), workspace=workspace)
    if as_json:
        print_json(cards)
    else:
        say("\n\n".join(map(say_card, cards)))


def sharing(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(help="Sharing lists (CSV, XLSX, HTML, LEARN PDF), folders of them.", metavar="FILE..."),
    ],
    owner: Annotated[str | None, typer.Option(help="Agency whose list it is, where the file does not say.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Day of the list (YYYY-MM-DD), where the file is silent.")] = None,
    direction: Annotated[
        str | None,
        typer.Option(help="shared (may search the owner's cameras) or received, where the file does not say."),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read lists of who shares with whom; name the federal immigration offices on them."""
    from investigate.sharing.kept import store_sharing  # noqa: PLC0415 - help must not wait for pandas
    from investigate.sharing.load import load_sharing  # noqa: PLC0415

    watch(context, quiet)
    loaded = load_sharing(paths, owner=owner, as_of=read_day(as_of), direction=direction, workspace=workspace)
    store_sharing(loaded, workspace)
    refused = [one for one in loaded.releases if one["status"] == "refused"]
    if as_json:
        print_json(_as_contract(loaded.table))
    elif not quiet:
        for one in loaded.releases:
            _say_list(one)
        _say_edges(loaded.table)
    if as_json:
        for one in refused:
            say_progress(f"{Path(one['path']).name}  REFUSED: {one['refused_because']}")
    raise typer.Exit(PARTLY if refused else OK)


def _as_contract(table: Any) -> list[dict[str, Any]]:
    """The edges as flat objects. `federal_immigration`: one of the two sides is such an office; which one, the fields
    recipient_federal_immigration and owner_federal_immigration say."""
    from investigate.sharing.table import sharing_records  # noqa: PLC0415 - help must not wait for pandas

    records = sharing_records(table)
    for edge in records:
        edge["recipient_federal_immigration"] = edge["federal_immigration"]
        edge["federal_immigration"] = edge["federal_immigration"] or edge["owner_federal_immigration"]
    return records


def _say_list(one: dict[str, Any]) -> None:
    name = Path(one["path"]).name
    if one["status"] == "refused":
        say(f"{name}  REFUSED: {one['refused_because']}")
        return
    when = one["as_of"] or "date not known"
    whose = one["owner"] or "of no one agency"
    say(f"{name}  {one['layout']}  {whose}  {when}  {one['rows_loaded']:,} rows loaded of {one['rows_read']:,}")
    for warning in one["warnings"]:
        say(f"    note: {warning}")


def _say_edges(table: Any) -> None:
    if table.empty:
        return
    say(f"{len(table):,} settings: who may see whose data. A sharing setting is not a search.")
    federal = table[table["federal_immigration"] | table["owner_federal_immigration"]]
    if federal.empty:
        say("No name on these lists is known as that of a federal immigration office.")
        return
    say("Federal immigration offices by their names, exactly as released:")
    print_table(federal[["owner", "recipient", "direction", "what", "release", "row"]])
