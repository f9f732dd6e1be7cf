"""The verb `cameras` of the `investigate` command: load files of camera locations, or fetch them if that is asked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from investigate.cli_options import OK, PARTLY, JsonOption, QuietOption, WorkspaceOption, read_day, watch
from investigate.errors import UnknownValue
from investigate.printing import print_json, say, say_progress

if TYPE_CHECKING:
    from investigate.cameras.fetch import Fetched

FETCH, LOAD = "fetch", "load"
INTERRUPTED = 130  # what a shell expects of a command that was stopped with Ctrl-C
MOST_OLDER = 10  # files that are named
PROMISED = (
    "path", "rows_read", "rows_loaded", "rows_rejected", "other_kinds", "unplaced", "source", "licence", "snapshot",
)  # fmt: skip


class LoadOrFetch(TyperGroup):
    """`cameras fetch …` downloads; `cameras` with anything else loads it. A file called fetch is given as ./fetch."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args if args[:1] == [FETCH] else [LOAD, *args])

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return (None if name == LOAD else name), command, rest  # usage shows the words that a reporter types


class NamelessContext(typer.Context):
    """Of a command without a name of its own, behind which usage would show a second blank."""

    @property
    def command_path(self) -> str:
        return str(super().command_path).rstrip()


class Nameless(TyperCommand):
    context_class = NamelessContext


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command."""
    cameras = typer.Typer(cls=LoadOrFetch, help="Load files of camera locations; or fetch them from OpenStreetMap.")
    cameras.command(LOAD, cls=Nameless)(load)
    cameras.command(FETCH)(fetch)
    app.add_typer(cameras, name="cameras")


def load(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Files of camera locations (JSON, GeoJSON, CSV, XLSX, KML, shapefile, GeoPackage), folders of them.",
            metavar="FILE...",
        ),
    ],
    source: Annotated[
        str | None, typer.Option(help="osm, released or invented, where the file does not say.", metavar="SOURCE")
    ] = None,
    licence: Annotated[str | None, typer.Option(help="Terms of the data, where the file does not say.")] = None,
    snapshot: Annotated[
        str | None, typer.Option(help="Day of the data (YYYY-MM-DD), where the file is silent.", metavar="DAY")
    ] = None,
    operator: Annotated[
        str | None, typer.Option(help="Agency that runs the cameras of a list that names nobody.", metavar="NAME")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read files of camera locations; say what was loaded, left out, and cannot be drawn on a map.

    Nothing is downloaded. `investigate cameras fetch` does that; see `investigate cameras fetch --help`.
    """
    from investigate.cameras.kept import store_cameras  # noqa: PLC0415 - help must not wait for geopandas
    from investigate.cameras.load import read_camera_files  # noqa: PLC0415
    from investigate.queried import hand_notes, open_cameras  # noqa: PLC0415

    watch(context, quiet)
    loaded = read_camera_files(
        paths, source=source, licence=licence, snapshot=read_day(snapshot), operator=operator, workspace=workspace
    )
    store_cameras(loaded, workspace)
    notes = hand_notes(open_cameras(workspace))
    refused = [one for one in loaded.releases if one["status"] == "refused"]
    if as_json:
        print_json([_as_contract(one) for one in loaded.releases])
    elif not quiet:
        for one in loaded.releases:
            if one["status"] != "refused":
                _say_file(one)
    for note in [] if quiet else notes:
        say_progress(f"note: {note}")
    for one in refused:
        say_progress(f"{Path(one['path']).name}  REFUSED: {one['refused_because']}")
    raise typer.Exit(PARTLY if refused else OK)


def _as_contract(one: dict[str, Any]) -> dict[str, Any]:
    """A file as a flat object: the promised fields first, days as text."""
    ordered = {name: one[name] for name in PROMISED} | one
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in ordered.items()}


def _say_file(one: dict[str, Any]) -> None:
    parts = [f"{one['rows_loaded']:,} rows loaded of {one['rows_read']:,}"]
    if one["other_kinds"]:
        parts.append(f"{one['other_kinds']:,} of other kinds of camera left out")
    parts += [f"{one[f'rows_{name}']:,} {name}" for name in ("rejected", "blank") if one.get(f"rows_{name}")]
    if assumed := one.get("assumed"):
        parts.append(f"{assumed:,} only assumed to read plates")
    if one["unplaced"]:
        why = ", ".join(f"{number:,} {reason}" for reason, number in one["unplaced_because"].items() if number)
        parts.append(f"{one['unplaced']:,} on no map ({why})")
    when = f"as of {one['snapshot']}" if one["snapshot"] else "date not known"
    terms = one["attribution"] or one["licence"] or "licence not known"
    say(f"{Path(one['path']).name}  {one['layout']}  {', '.join(parts)}  {when}  {terms}")
    for warning in one["warnings"]:
        say(f"    note: {warning}")


def fetch(
    state: Annotated[str | None, typer.Option(help="Two letters of a state.", metavar="STATE")] = None,
    box: Annotated[
        str | None, typer.Option(help="South, west, north, east in degrees, commas between.", metavar="S,W,N,E")
    ] = None,
    contact: Annotated[
        str, typer.Option(help="Your mail or web address, sent to the server so that it can reach you.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help="File to write; default: in data/raw/cameras of the workspace.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Another Overpass server (https://…/api/interpreter).")] = None,
    pause: Annotated[float, typer.Option(help="Seconds between two requests, at least 1.")] = 2.0,
    max_mb: Annotated[float, typer.Option("--max-mb", help="Most megabytes to receive in this run.")] = 500.0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Download licence-plate readers of a state or a box from OpenStreetMap (an Overpass server), politely.

    The only verb that uses the network. A run that was stopped goes on where it was: finished tiles are kept.
    """
    from investigate import __version__  # noqa: PLC0415
    from investigate.cameras.fetch import fetch_cameras  # noqa: PLC0415 - help must not wait for the network's modules
    from investigate.workspace import open_workspace  # noqa: PLC0415

    if not contact.strip():
        raise UnknownValue(
            "Nothing says who asks. Public servers want to reach whoever loads them: give --contact with your mail or "
            "web address. It is sent to the server and kept nowhere."
        )
    sides = _sides(box)
    folder = open_workspace(workspace).raw / "cameras"
    try:
        fetched = fetch_cameras(
            out or folder / _file_name(state, box),
            state=state,
            box=sides,
            url=url,
            agent=f"investigate/{__version__} (+contact {contact.strip()})",
            pause_seconds=pause,
            most_bytes=_megabytes(max_mb),
            tell=None if quiet or as_json else say_progress,
        )
    except KeyboardInterrupt as stop:
        say_progress("Stopped. Finished tiles are kept: the same command goes on from there.")
        raise typer.Exit(INTERRUPTED) from stop
    if as_json:
        plain = {"path": str(fetched.path) if fetched.path else None, "older": [str(one.path) for one in fetched.older]}
        print_json(vars(fetched) | plain)
    elif fetched.path:
        _say_fetched(fetched)
        _say_older(fetched, workspace)
    if fetched.path is None:
        _say_missing(fetched)
    raise typer.Exit(OK if fetched.path else PARTLY)


def _say_missing(fetched: Fetched) -> None:
    for tile in fetched.failed:
        say_progress(f"Missing: tile {tile}")
    say_progress(
        f"{len(fetched.failed):,} of {fetched.tiles:,} tiles are missing, so no file was written. Run the same "
        "command again later: it asks only for what is missing."
    )


def _say_fetched(fetched: Fetched) -> None:
    import shlex  # noqa: PLC0415

    when = f"the map as of {fetched.snapshot}" if fetched.snapshot else "date of the map not known"
    number = fetched.cameras or 0
    say(
        f"{number:,} camera{'' if number == 1 else 's'} in {fetched.path} ({when}; {fetched.outside:,} elsewhere left "
        f"out; {fetched.tiles:,} tiles, {fetched.from_cache:,} of them kept from before; "
        f"{fetched.bytes / 1e6:,.1f} MB). © OpenStreetMap contributors, ODbL 1.0"
    )
    if not number:
        say("    note: none was found. Either none is mapped there, or this server does not hold that part of the map.")
    say(f"Load it with: investigate cameras {shlex.quote(str(fetched.path))}")


def _say_older(fetched: Fetched, workspace: Path | None) -> None:
    """Which snapshots of the same area lie beside the new one, and how to be rid of what only they hold."""
    from investigate.cameras.readers import hash_of  # noqa: PLC0415
    from investigate.workspace import open_workspace  # noqa: PLC0415

    if not fetched.older:
        return
    say(
        "    note: older files of the same area lie beside it. Of a camera in several loaded files the newest dated "
        "row counts; one that the newer file no longer has stays in the table until the older file is out of the store:"
    )
    store = open_workspace(workspace).store / "cameras"
    for one in fetched.older[:MOST_OLDER]:
        stored = store / f"{hash_of(one.path)[:12]}.parquet"
        how = f"loaded: to take it out, remove it and {stored}" if stored.exists() else "not loaded"
        say(f"      {one.path.name} ({one.taken or 'date of the map not known'})  {how}")
    if (more := len(fetched.older) - MOST_OLDER) > 0:
        say(f"      and {more:,} more")


def _sides(box: str | None) -> Any:
    """Four numbers; how they must lie to each other is checked where they are used."""
    if box is None:
        return None
    try:
        south, west, north, east = map(float, box.split(","))
    except ValueError as error:
        raise UnknownValue(
            f"{box!r} is no box. Give four numbers in degrees with commas between: south, west, north, east, such as "
            "41.6,-88,42.1,-87.5."
        ) from error
    return south, west, north, east


def _megabytes(number: float) -> int:
    if not 0 < number < 1e6:
        raise UnknownValue(f"{number} megabytes are no limit. Give --max-mb a number above 0 and below 1000000.")
    return max(1, int(number * 1e6))


def _file_name(state: str | None, box: str | None) -> str:
    """`osm-IL-2026-01-05.json`: a name that says where and when; letters that a file name cannot hold are left out."""
    where = (state or (box or "").replace(",", "_")).strip()
    plain = "".join(letter for letter in where if letter.isalnum() or letter in "._-")[:80] or "area"
    return f"osm-{plain.upper()}-{dt.date.today().isoformat()}.json"
