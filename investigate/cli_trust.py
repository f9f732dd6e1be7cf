"""The verbs `verify` and `archive` of the `investigate` command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from investigate.cli_options import FAILED, OK, PARTLY, JsonOption, QuietOption, WorkspaceOption, watch
from investigate.printing import print_json, say

MOST_SAID = 12  # differences of one report on the terminal; --json has more


def add_to(app: typer.Typer) -> None:
    """Add these verbs to the command."""
    app.command()(verify)
    app.command()(archive)


FilesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--files",
        help="Where to look for the released files: a file, folder or archive; may be given again. Default: where they "
        "lay when this workspace loaded them.",
        show_default=False,
    ),
]


def verify(
    context: typer.Context,
    report: Annotated[Path, typer.Argument(help="Folder of a report or of several, or an archive of a story.")],
    files: FilesOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make published reports again from the files that they name; say whether all is the same, or what differs."""
    from investigate.verify import DIFFERS, NOT_CHECKED, verify_report  # noqa: PLC0415

    watch(context, quiet)
    found = verify_report(report, files or [], workspace=workspace)
    if as_json:
        print_json([one.to_dict() for one in found])
    else:
        for one in found:
            say(_told(one))
    results = {one.result for one in found}
    raise typer.Exit(FAILED if DIFFERS in results else PARTLY if NOT_CHECKED in results else OK)


def _told(one: Any) -> str:
    from investigate.verify import SAYS  # noqa: PLC0415

    lines = [f"{one.agency} ({one.report}): {one.result}: {SAYS[one.result]}"]
    counted = {status: sum(1 for each in one.inputs if each["status"] == status) for status in ("found", "missing")}
    lines.append(f"    {counted['found']} of the {len(one.inputs)} files that it names were found, by their SHA-256.")
    lines += [f"    {sentence}" for sentence in one.because]
    for each in one.differences[:MOST_SAID]:
        values = f": published {_short(each.published)}, now {_short(each.again)}"
        lines.append(f"    {each.file}, {each.where}{values}")
    if len(one.differences) > MOST_SAID:
        lines.append(f"    and {len(one.differences) - MOST_SAID} more differences; --json lists them.")
    return "\n".join(lines)


def _short(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 80 else text[:79] + "…"


def archive(
    context: typer.Context,
    reports: Annotated[list[Path], typer.Argument(help="Folders of reports, or a folder that holds several.")],
    out: Annotated[Path, typer.Option(help="The ZIP to write.")],
    with_releases: Annotated[
        bool,
        typer.Option("--with-releases", help="Pack the released files too, as received: plates and names with them."),
    ] = False,
    files: FilesOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Pack reports with the rules, decisions by hand, hashes and versions, so that a stranger can check them."""
    from investigate.story import archive_story  # noqa: PLC0415

    watch(context, quiet)
    made = archive_story(reports, out, with_releases=with_releases, files=files or [], workspace=workspace)
    if as_json:
        print_json(made)
        return
    say(f"{len(made['reports'])} reports in {made['path']} ({made['bytes']:,} bytes). Its SHA-256, to pass on apart:")
    say(f"  {made['sha256']}")
    for sentence in made["look_at"]:
        say(sentence)
    say(f"Whoever gets it checks it with: investigate verify {Path(made['path']).name}")
