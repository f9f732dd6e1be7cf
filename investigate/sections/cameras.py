"""The queried cameras on the page: which cameras of the networks that were searched are known, and a map of them."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pandas as pd

from investigate.agencies.known import agency_facts
from investigate.cameras.kept import read_camera_releases, read_cameras
from investigate.cameras.sources import DECIMALS
from investigate.cameras.whose import OWN, say_by
from investigate.columns import AGENCIES
from investigate.errors import InvestigateError
from investigate.findings import count_of, say_count, say_day
from investigate.maps.nation_dots import PngFigure, map_cameras
from investigate.maps.picture import MapFigure
from investigate.maps.queried import map_queried, nothing_to_draw
from investigate.maps.searchers import PANELS
from investigate.quality.wording import file_of
from investigate.queried import hand_notes, open_cameras, say_sources
from investigate.scrub import printed
from investigate.sections.searchers import home_of, panels_of_others
from investigate.show import Report, each_role, open_report
from investigate.shown import Shown, figure_shown, folded, joined, nothing, table
from investigate.store import Store
from investigate.tables import load_sample, read_spellings
from investigate.workspace import Workspace, open_workspace

NO_DOT = (
    "No log says which camera was looked at: these are cameras of networks that were searched. No list of cameras is "
    "complete; where no camera is drawn, one can stand."
)
NONE_LOADED = (
    "No camera locations are loaded, so that no map of cameras can be drawn: `investigate cameras FILE` loads them."
)
NONE_RELATED = (
    "No map of cameras is drawn: of the searches by {} of the cameras of others none is known to be "
    "immigration-related."
)
MOST = 25  # networks in the table
COLUMNS = {"agency": "camera owner", "cameras": "cameras in question", "own": "of them its own", "before": "before",
           "after": "after"}  # fmt: skip
FILES = {
    "file": "file", "source": "source", "snapshot": "as of", "rows_read": "records", "rows_loaded": "cameras",
    "other_kinds": "other kinds, left out", "rows_rejected": "rejected", "rows_blank": "blank",
    "unplaced": "on no map, and why", "attribution": "credit",
}  # fmt: skip
OWN_MEANS = "by hand, by operator or by where they stand"


def map_queried_cameras(agency: str, role: str = "", workspace: str | Path | Workspace | None = None) -> MapFigure:
    """The cameras of the networks that were searched, sized by the immigration-related searches of each network.

    `role` owner: the cameras of this agency, with the searches by anyone; searcher: those of other owners whose
    network audits show searches by this agency; "" takes owner where the agency is one. Before and after the
    inauguration side by side on one scale. Raises UnknownValue for an agency or role that is not in the data, and
    InvestigateError, with what to load, where there is nothing to draw.
    """
    report = open_report(agency, role, workspace)
    role = report.roles[0]
    networks = _networks(report, role)
    shown = _draw(report, role, networks, _cameras(report, networks))
    if isinstance(shown, str):
        raise InvestigateError(shown)
    return shown


def show_cameras(report: Report) -> Shown:
    """The known cameras of the networks that were searched, by which rule they are said to be theirs, on a map."""
    return each_role(report, lambda role: _show_role(report, role))


def show_camera_files(workspace: str | Path | Workspace | None = None) -> Shown:
    """The loaded files of camera locations: every record accounted for, the day, the terms."""
    room = _with_sample(workspace)
    releases = read_camera_releases(room)
    if not releases:
        return nothing(NONE_LOADED)
    rows = pd.DataFrame(releases)
    rows = rows.assign(
        file=[file_of(path) for path in rows["path"]],
        unplaced=[_say_unplaced(one["unplaced_because"]) for one in releases],
        snapshot=rows["snapshot"].map(lambda day: say_day(day) if day else "not known"),
    )
    notes = [f"{name}: {note}" for name, one in zip(rows["file"], releases, strict=True) for note in one["warnings"]]
    loaded = open_cameras(room)
    notes += [*loaded.table.attrs["recurring"], *hand_notes(loaded, _facts(room))]
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    said = Shown(f"<ul>{listed}</ul>", "\n".join(notes))
    return joined(table(rows, FILES, "Loaded files of camera locations"), folded("Notes from loading", said))


def map_known_cameras(workspace: str | Path | Workspace | None = None) -> PngFigure:
    """Every loaded camera that can be placed, on a map of the country; raises InvestigateError where none is loaded."""
    cameras = read_cameras(_with_sample(workspace))
    if cameras.empty:
        raise InvestigateError(NONE_LOADED)
    credit, snapshot = say_sources(cameras)
    return map_cameras(cameras, "Licence-plate cameras in the loaded files of camera locations", credit, snapshot)


def _with_sample(workspace: str | Path | Workspace | None) -> Workspace:
    """The workspace; the invented sample is loaded first, where that is it."""
    room = open_workspace(workspace)
    if room.is_sample:
        load_sample(room)
    return room


def _facts(room: Workspace) -> pd.DataFrame | None:
    """What is known of the agencies in the loaded logs; None where no logs are loaded."""
    known = Store(room.store).derived(AGENCIES.name)
    return agency_facts(read_spellings(room)) if known.exists() else None


def _say_unplaced(because: dict[str, int]) -> str:
    return "; ".join(f"{many:,} {why}" for why, many in because.items()) or "0"


def _show_role(report: Report, role: str) -> Shown:
    networks = _networks(report, role)
    if networks.empty:
        return nothing(f"The files show no search {printed(report.whose(role))} of the cameras of others.")
    if role == "searcher" and not networks[list(PANELS)].fillna(0).to_numpy().any():
        return nothing(NONE_RELATED.format(printed(report.agency)))
    cameras = _cameras(report, networks)
    drawn = _draw(report, role, networks, cameras)
    if isinstance(drawn, str):
        return nothing(drawn)
    said = [say_by(cameras, printed(report.agency))] if role == "owner" else [_say_networks(networks, cameras)]
    parts = [nothing(" ".join([*said, NO_DOT])), figure_shown(drawn)]
    return joined(*parts, *([_table(networks, cameras)] if role == "searcher" else []))


def _draw(report: Report, role: str, networks: pd.DataFrame, cameras: pd.DataFrame) -> MapFigure | str:
    """The map, or why there is none."""
    if report.tables.queried.empty and not read_camera_releases(report.tables.workspace):
        return NONE_LOADED
    panels = _panels(report, role, networks)
    owner = home_of(report, role)
    if why := nothing_to_draw(cameras, networks, owner, panels, role):
        return why
    credit, snapshot = say_sources(cameras)
    name = printed(report.agency)
    is_known = bool(cameras["by"].isin(OWN).any())
    network = "the network of" if role == "owner" else "networks searched by"
    title = f"Cameras {'of' if is_known else 'that may be of'} {network} {name}"
    return map_queried(cameras, networks, owner, title, panels, role, credit, snapshot, DECIMALS)


def _networks(report: Report, role: str) -> pd.DataFrame:
    """Whose cameras were searched: agency, before, after (immigration-related searches, standard scope)."""
    if role == "owner":
        periods = report.rows("periods", role)
        counts = periods[periods["scope"] == "standard"].set_index("period")["immigration_related"]
        return pd.DataFrame([{"agency": report.agency, **{name: counts.get(name, pd.NA) for name in PANELS}}])
    partners = report.rows("partners", role)
    named = partners[(partners["partner"].fillna("") != "") & ~partners["is_own"].astype(bool)]
    return named.rename(columns={"partner": "agency"})[["agency", *PANELS]].reset_index(drop=True)


def _cameras(report: Report, networks: pd.DataFrame) -> pd.DataFrame:
    queried = report.tables.queried
    return queried[queried["agency"].isin(networks["agency"])].reset_index(drop=True)


def _panels(report: Report, role: str, networks: pd.DataFrame) -> dict[str, str]:
    """The periods of which something is known, with what stands under their names."""
    if role == "searcher":
        return panels_of_others(report, role, report.rows("places", role))
    periods = report.rows("periods", role)
    standard = periods[periods["scope"] == "standard"].set_index("period")
    related = ("immigration-related search", "immigration-related searches")
    return {
        name: f"{count_of(standard['immigration_related'].get(name), *related)} on "
        f"{count_of(standard['covered_days'].get(name), 'covered day')}"
        for name in PANELS
        if networks[name].notna().any()
    }


def _say_networks(networks: pd.DataFrame, cameras: pd.DataFrame) -> str:
    known = cameras["agency"].nunique()
    owners = count_of(
        len(networks),
        "camera owner whose network audit shows its searches",
        "camera owners whose network audits show its searches",
    )
    return f"Of {owners}, cameras are known of {say_count(known)}."


def _table(networks: pd.DataFrame, cameras: pd.DataFrame) -> Shown:
    counted = (
        cameras.assign(own=cameras["by"].isin(OWN)).groupby("agency").agg(cameras=("by", "size"), own=("own", "sum"))
    )
    rows = networks.join(counted, on="agency")
    rows[["cameras", "own"]] = rows[["cameras", "own"]].fillna(0).astype("Int64")
    rows = rows.assign(agency=rows["agency"].map(printed)).sort_values(["after", "agency"], ascending=[False, True])
    caption = (
        f"Networks searched, with immigration-related searches (standard scope) and known cameras; its own: {OWN_MEANS}"
    )
    return table(rows, COLUMNS, caption, MOST)
