"""What a notebook shows of everything loaded: the releases, and counts as sentences and tables."""

from __future__ import annotations

import json

import pandas as pd

from investigate.counted import count_distinct
from investigate.counts import BY
from investigate.findings import PERIOD_SAID, count_of, say_count, say_day, say_rate
from investigate.reasons.overrides import NAME
from investigate.shown import Shown, joined, nothing, table
from investigate.tables import UNUSED, Tables
from investigate.workspace import Workspace

RELEASE_COLUMNS = {
    "producer": "released by",
    "kind": "kind",
    "files": "files",
    "rows_read": "rows read",
    "rows_loaded": "loaded",
    "rows_rejected": "rejected",
    "rows_blank": "blank",
    "repeats_in_file": "repeats",
    "first": "first day (UTC)",
    "last": "last day (UTC)",
}


def show_releases(tables: Tables) -> Shown:
    """What was loaded, by producer and kind: files, rows read, loaded, rejected, blank and repeated; and which
    corrections by hand name no reason in it."""
    releases = tables.releases.assign(producer=tables.releases["producer"].fillna("(not known)"))
    numbers = ["rows_read", "rows_loaded", "rows_rejected", "rows_blank", "repeats_in_file"]
    summed = releases.groupby(["producer", "kind"], as_index=False).agg(
        files=("release", "count"),
        first=("first_searched_at", "min"),
        last=("last_searched_at", "max"),
        **{name: (name, "sum") for name in numbers},
    )
    for edge in ("first", "last"):
        summed[edge] = summed[edge].dt.strftime("%Y-%m-%d")
    total = releases[numbers].sum()
    sentence = (
        f"{count_of(len(releases), 'file')} with {count_of(total['rows_read'], 'row')}: "
        f"{say_count(total['rows_loaded'])} loaded, {say_count(total['rows_rejected'])} rejected, "
        f"{say_count(total['rows_blank'])} blank."
    )
    shown = table(summed, RELEASE_COLUMNS, "Releases by producer")
    return joined(Shown(f"<p>{sentence}</p>{shown.html}", f"{sentence}\n{shown.text}"), *_say_unused(tables.workspace))


def _say_unused(room: Workspace) -> list[Shown]:
    """The lines of the corrections by hand that name no reason in any loaded file."""
    path = room.store / UNUSED
    lines = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    if not lines:
        return []
    which = (
        f"Line {lines[0]} of {NAME} names" if len(lines) == 1 else f"Lines {', '.join(map(str, lines))} of {NAME} name"
    )
    return [nothing(f"{which} no reason in any loaded file: look for a slip of the pen.")]


def show_unread(counts: pd.DataFrame) -> Shown:
    """How many searches show no reason that could be read, from counts without groups: never taken for a zero."""
    sentences = [
        f"{PERIOD_SAID.get(row['period'], row['period'])}: {say_count(row['searches'] - row['reason_known'])} of "
        f"{count_of(row['searches'], 'search', 'searches')} "
        f"{'shows' if 1 in (row['searches'], row['searches'] - row['reason_known']) else 'show'} "
        "no reason that could be read."
        for row in counts.to_dict("records")
    ]
    return Shown("".join(f"<p>{sentence}</p>" for sentence in sentences), "\n".join(sentences))


def say_counts(counts: pd.DataFrame) -> Shown:
    """Counts without groups as sentences, one a period and scope."""
    sentences = [_say_count(row) for row in counts.to_dict("records")]
    return Shown("".join(f"<p>{sentence}</p>" for sentence in sentences), "\n".join(sentences))


def _say_count(row: dict[str, object]) -> str:
    period = PERIOD_SAID.get(str(row["period"]), str(row["period"]))
    head = f"{period}, {row['scope']} scope:"
    if not row["covered_days"]:
        return f"{head} no day is covered."
    days = count_of(row["covered_days"], "covered day")
    if pd.isna(row["immigration_related"]):
        return (
            f"{head} not known; no reason could be read in {count_of(row['searches'], 'search', 'searches')} on {days}."
        )
    return (
        f"{head} {say_count(row['immigration_related'])} of {say_count(row['reason_known'])} whose reason can be read "
        f"({say_rate(row['per_1000'])} per 1,000), on {days}."
    )


def show_counts(counts: pd.DataFrame, most: int = 15) -> Shown:
    """Counts by group as a table, groups with most immigration-related searches over all periods first."""
    groups = [name for name in BY if name in counts.columns]
    ranked = counts
    if groups:
        order = counts.groupby(groups, dropna=False)["immigration_related"].transform("sum", min_count=1)
        ranked = counts.assign(order=order.fillna(-1)).sort_values("order", ascending=False, kind="stable")
        kept = ranked[groups].drop_duplicates().head(most)
        ranked = ranked.merge(kept, on=groups)
    said = ranked.assign(
        per_1000=[say_rate(rate) for rate in ranked["per_1000"]],
        immigration_related=[say_count(number) for number in ranked["immigration_related"]],
    )
    columns = {name: name.replace("_", " ") for name in (*groups, "period", "scope")} | {
        "immigration_related": "immigration-related",
        "per_1000": "per 1,000",
        "reason_known": "with a reason to read",
        "searches": "searches",
        "cases": "cases",
        "rows": "rows",
        "covered_days": "covered days",
    }
    everyone = 1 if not groups else len(counts[groups].drop_duplicates())
    caption = "Counts by period" + (f", first {min(most, everyone)} of {everyone:,} groups" if everyone > most else "")
    return table(said, columns, caption)


def show_span(tables: Tables) -> Shown:
    """First and last day in the data and how many agencies searched, as a sentence."""
    searches = tables.searches
    row = searches.agg(
        first=searches.local_date.min().cast("string"),
        last=searches.local_date.max().cast("string"),
        agencies=searches.searching_agency.nunique(),
        searches=count_distinct(searches, "search_key"),
        rows=searches.count(),
    ).execute()
    one = row.iloc[0]
    sentence = (
        f"From {say_day(one['first'])} to {say_day(one['last'])}, {count_of(one['agencies'], 'agency', 'agencies')} "
        f"made {count_of(one['searches'], 'distinct search', 'distinct searches')}, which stand in "
        f"{count_of(one['rows'], 'row')}."
    )
    return Shown(f"<p>{sentence}</p>", sentence)
