"""What a notebook shows of one producer's logs before anything is counted in them: what was read, covered, missing."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from investigate.calendar_chart import chart_calendar
from investigate.counts import is_read
from investigate.explain import explain_row
from investigate.findings import PERIOD_SAID
from investigate.kernels import without_places
from investigate.overview import show_releases
from investigate.periods import find_periods
from investigate.quality.gate import check_releases, find_producer
from investigate.quality.wording import file_of
from investigate.said import count_of, say_count
from investigate.scrub import printed
from investigate.show import tell_checks
from investigate.shown import Shown, figure_shown, joined, nothing, table
from investigate.tables import Tables

MOST_REJECTS = 10


def keep_producer(tables: Tables, producer: str) -> Tables:
    """The tables with one producer's releases only; raises UnknownValue, with the nearest names, for another."""
    name = find_producer(tables, producer)
    releases = tables.releases[tables.releases["producer"] == name]
    ids = releases["release"].tolist()
    only = {one: getattr(tables, one).filter(getattr(tables, one).release.isin(ids)) for one in _WITH_RELEASE}
    return replace(tables, releases=releases, **only)


_WITH_RELEASE = ("searches", "rejects", "fixes")


def show_log(tables: Tables, producer: str) -> Shown:
    """The producer's files: what was read, loaded, rejected, blank and repeated."""
    return show_releases(keep_producer(tables, producer))


def show_rejects(tables: Tables, producer: str) -> Shown:
    """Records that could not be read, by column and why, with one address to look each up; values are not shown."""
    mine = keep_producer(tables, producer)
    rejects = mine.rejects.select("release", "row", "column", "why").execute()
    if rejects.empty:
        return nothing("Every record was read or blank; none was rejected.")
    rejects = rejects.sort_values(["release", "row"]).assign(
        address=rejects["release"] + ":" + rejects["row"].astype(str), why=rejects["why"].map(printed)
    )
    grouped = rejects.groupby(["column", "why"], as_index=False).agg(
        records=("row", "size"), address=("address", "first")
    )
    grouped = grouped.sort_values(["records", "column", "why"], ascending=[False, True, True])
    columns = {"column": "column", "why": "why it could not be read", "records": "records", "address": "first of them"}
    return table(grouped, columns, "Rejected records by what was wrong", MOST_REJECTS)


def show_cover(tables: Tables, producer: str) -> Shown:
    """The days that the producer's files cover, kind of log by kind of log, as a calendar with the rows of each day."""
    mine = keep_producer(tables, producer)
    rows = mine.searches
    days = rows.group_by(["kind", "local_date"]).agg(rows=rows.count()).execute().rename(columns={"local_date": "day"})
    if days.empty:
        return nothing("The files hold no searches, so they cover no day.")
    days["day"] = pd.to_datetime(days["day"])
    parts = []
    for kind, found in days.sort_values("day").groupby("kind"):
        begins = found["day"].diff() != pd.Timedelta(days=1)
        covered = found.groupby(begins.cumsum())["day"].agg(first="min", last="max").reset_index(drop=True)
        whose = f"in the {kind} logs of {printed(find_producer(tables, producer))}"
        role = "owner" if kind == "network" else "searcher"
        parts.append(figure_shown(chart_calendar(found[["day", "rows"]], covered, whose, role)))
    return joined(*parts)


def show_sides(tables: Tables, producer: str) -> Shown:
    """How much of each side of the inauguration the producer's files hold, and how much of that can be read."""
    searches = keep_producer(tables, producer).searches
    labelled = find_periods("inauguration").label(searches)
    counted = labelled.group_by("period").agg(
        days=labelled.local_date.nunique(),
        searches=labelled.search_key.nunique(),
        read=labelled.search_key.nunique(where=is_read(labelled)),
    )
    found = counted.execute().set_index("period")
    said = []
    for period, label in PERIOD_SAID.items():
        if period not in found.index:
            said.append(f"{label}: no day is covered, so nothing can be compared.")
            continue
        row = found.loc[period]
        searches_said = count_of(row["searches"], "search", "searches")
        said.append(
            f"{label}: {searches_said} on {count_of(row['days'], 'covered day')}, {say_count(row['read'])} of them "
            "with a reason that can be read."
        )
    return Shown("".join(nothing(sentence).html for sentence in said), "\n".join(said))


def show_checks(tables: Tables, producer: str) -> Shown:
    """What the gate found in the producer's files, check by check: what it means for a finding and what to ask."""
    checked = check_releases(producer, workspace=tables)
    return tell_checks(checked.assign(file=checked["path"].map(file_of)))


def show_row(address: str, tables: Tables) -> Shown:
    """One row as released and what was made of it, identifiers masked; `address`: release:row, or "" for the first."""
    first = tables.searches.order_by(["release", "row"]).select("release", "row").limit(1).execute()
    if not address and first.empty:
        return nothing("The files hold no searches.")
    shown = explain_row(address or f"{first.iloc[0]['release']}:{first.iloc[0]['row']}", workspace=tables.workspace)
    here = {str(tables.workspace.root): "(workspace)"}  # a saved notebook does not say where on a machine it was run
    return Shown(without_places(shown._repr_html_(), here), without_places(shown.to_text().rstrip(), here))
