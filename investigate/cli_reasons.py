"""The verbs of the `investigate` command that are about reasons."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from investigate.cli_options import FloorOption, JsonOption, QuietOption, WorkspaceOption, watch
from investigate.errors import InvestigateError, UnknownValue, unknown
from investigate.printing import print_json, print_table, say, say_progress
from investigate.progress import step

if TYPE_CHECKING:
    from investigate.tables import Tables

MOST_EXPLAINED = 20  # texts: more are told as a table, unless asked for


def add_to(app: typer.Typer) -> None:
    """Add these verbs to the command."""
    app.command()(classify)
    app.command()(rivals)
    app.command()(clues)
    review = typer.Typer(help="Have a person judge a sample of reasons, and see how often the rules err.")
    review.command()(draw)
    review.command()(score)
    app.add_typer(review, name="review", no_args_is_help=True)


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


def rivals(
    context: typer.Context,
    agency: Annotated[str | None, typer.Option(help="Keep one agency.")] = None,
    role: Annotated[str | None, typer.Option(help="The agency as owner of the cameras or as searcher.")] = None,
    rule: Annotated[str | None, typer.Option(help="Show the texts that make this one rule differ.")] = None,
    most: Annotated[int, typer.Option(min=1, help="Texts shown of each rule, gained and lost.")] = 3,
    rules: Annotated[
        Path | None, typer.Option(help="Another version of rules.toml: which reasons it puts elsewhere.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Count the same log under every published rule; show the texts that make each differ from the standard scope."""
    from investigate.reasons.rivals import OURS, rival_rules  # noqa: PLC0415
    from investigate.rivals import compare_rivals, rival_differences  # noqa: PLC0415
    from investigate.tables import open_tables  # noqa: PLC0415

    watch(context, quiet)
    names = [one.id for one in rival_rules().rules]
    if rule is not None and rule not in names:
        raise unknown("rule", rule, names)
    tables = open_tables(workspace)
    if rules is not None:
        _compare_rules(rules, tables, as_json)
        return
    if as_json:
        counted = compare_rivals(tables, agency, role)
        wanted = counted if rule is None else counted[counted["rule"].isin([OURS, rule])]
        print_json(wanted[["rule", "source", "immigration_related", "gained", "lost"]])
        return
    differences = rival_differences(tables, agency, role, rule, most)
    print_table(compare_rivals(tables, agency, role)[["rule", "name", "immigration_related", "gained", "lost"]])
    say("\nDistinct searches; gained and lost against the standard scope of this project. Why, text by text:\n")
    print_table(differences)


def _compare_rules(rules: Path, tables: Tables, as_json: bool) -> None:
    from investigate.rule_changes import compare_rules  # noqa: PLC0415

    changed = compare_rules(rules, tables)
    if as_json:
        print_json(changed)
    elif changed.empty:
        say(f"No reason loaded here has another category under {rules.name} than under today's rules.")
    else:
        print_table(changed)


def clues(
    context: typer.Context,
    category: Annotated[str | None, typer.Option(help="Only one category.")] = None,
    agency: Annotated[str | None, typer.Option(help="Keep one agency.")] = None,
    role: Annotated[str | None, typer.Option(help="The agency as owner of the cameras or as searcher.")] = None,
    most: Annotated[int, typer.Option(min=1, help="Lines shown of each category.")] = 20,
    request: Annotated[
        bool, typer.Option("--request", help="Print the exact strings to name in a records request instead.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write all lines to this file instead.")] = None,
    floor: FloorOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List the distinct reasons of each category, scrubbed, with counts, days and rows to look at."""
    from investigate.clues import list_clues, write_clues  # noqa: PLC0415
    from investigate.reasons.classify import CATEGORIES  # noqa: PLC0415
    from investigate.suppress import leave_out_rare  # noqa: PLC0415
    from investigate.tables import open_tables  # noqa: PLC0415

    watch(context, quiet)
    if category is not None and category not in CATEGORIES:
        raise unknown("category", category, CATEGORIES)
    if request:
        _request(category, agency, role, out, open_tables(workspace), as_json)
        return
    tables = open_tables(workspace)
    if out is not None:
        say(f"Wrote {write_clues(out, tables, agency, role, category, floor or 1)}")
        return
    found, rare = leave_out_rare(list_clues(tables, agency, role, category), floor or 1)
    if rare:
        say_progress(f"{rare:,} texts with fewer than {floor:,} searches are left out.")
    if as_json:
        print_json(found)
        return
    shown = found.groupby("category", sort=False).head(most)
    marked = shown.assign(misspelt=["~" if fuzzy else "" for fuzzy in shown["fuzzy"]])
    print_table(
        marked[["category", "text", "misspelt", "texts", "searches", "agencies", "first_day", "last_day", "where"]]
    )
    if shown["fuzzy"].any():
        say("\n~ was read as a misspelling: look at it before it is cited.")
    if left := len(found) - len(shown):
        say(f"\n{left:,} more; --out FILE.csv writes them all, --most shows more of each category.")


def _request(
    category: str | None, agency: str | None, role: str | None, out: Path | None, tables: Tables, as_json: bool
) -> None:
    from investigate.clues import write_request  # noqa: PLC0415
    from investigate.request import can_read_reasons, request_strings, request_text, whose_searches  # noqa: PLC0415

    if category is not None:
        raise UnknownValue(
            f"--category {category!r} says nothing with --request, which names the strings of the whole standard "
            "scope. Leave one of the two out."
        )
    with step("finding the strings to name"):
        strings = request_strings(tables, agency, role)
    text = request_text(strings, whose_searches(tables, agency, role), can_read_reasons(tables, agency, role))
    if out is not None:
        say(f"Wrote {write_request(out, text)}")
    elif as_json:
        print_json(strings)
    else:
        say(text)


def draw(
    context: typer.Context,
    per_category: Annotated[int, typer.Option(min=1, help="Draws from each category.")] = 25,
    seed: Annotated[int, typer.Option(help="The same seed over the same searches draws the same reasons.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="CSV or XLSX file to write; default: the folder data/review.")
    ] = None,
    agency: Annotated[str | None, typer.Option(help="Only reasons of one agency's searches.")] = None,
    role: Annotated[str | None, typer.Option(help="The agency as owner of the cameras or as searcher.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Draw distinct reasons by chance, weighted by searches, for a person to judge who does not see our category."""
    from investigate.review.told import draw_review  # noqa: PLC0415

    watch(context, quiet)
    drawn = draw_review(out, per_category, seed, workspace, agency, role)
    if as_json:
        categories = drawn.categories.to_dict("records")
        print_json({"path": str(drawn.path), "lines": drawn.lines, "categories": categories, "says": drawn.says})
    else:
        say("\n".join([*drawn.says, f"Fill in the column `judged` of {drawn.path}"]))


def score(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="The judged file, or those of two judges.", metavar="FILE...")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read judged files back: precision and recall of each scope, and how far two judges agree."""
    from investigate.review.told import score_review  # noqa: PLC0415

    watch(context, quiet)
    scored = score_review(files, workspace)
    if as_json:
        print_json(scored.counts)
    else:
        say("\n".join([*scored.says, f"Saved for the reports: {scored.path}"]))


def _texts_in(file: Path | None, column: str | None) -> list[str]:
    if file is None:
        if column is not None:
            raise UnknownValue(f"--column {column!r} says nothing without --file. Name the CSV file that has it.")
        return []
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines, restkey="")
            header = [name for name in reader.fieldnames or [] if name]
            rows = list(reader)
    except (OSError, ValueError, csv.Error) as error:
        raise InvestigateError(f"The file {str(file)!r} could not be read as CSV: {error}") from error
    if column not in header:
        raise unknown(f"column of {file.name}", column or "", header)
    # Commas at the end of a line are common; text behind them says that the columns are not where the header says.
    if wrong := [number for number, row in enumerate(rows, start=2) if any(row.get("") or [])]:
        raise InvestigateError(
            f"Record {wrong[0]} of {file.name} has more cells than the header. Put text with commas into quotes."
        )
    return [row[column] or "" for row in rows]
