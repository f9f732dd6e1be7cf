"""A table of searches to look through: search box, sorting and pages in JupyterLab, the first rows elsewhere."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from investigate.counted import count_distinct
from investigate.counts import ROLES, by_role, find_agency, in_scope, list_agencies
from investigate.errors import InvestigateError, UnknownValue, unknown
from investigate.findings import ROLE_SAID
from investigate.live.frames import LiveShown, frame, missing
from investigate.live.where import is_live
from investigate.reasons.classify import SCOPES
from investigate.scrub import printed, scrub, shown_words
from investigate.show import CATEGORY_SAID
from investigate.shown import Shown, joined, nothing, table
from investigate.tables import Tables, open_tables
from investigate.workspace import Workspace

MOST = 5_000  # rows that a page still sorts and searches at once
STILL = 10  # rows shown where nobody can look through them
PAGE = 25
HEIGHT = 660  # pixels: the box, the heads and about half a page of rows; the rest scrolls
LOOK = """
  body { padding: 0 2px } p { margin: 4px 0 8px } .whole { overflow-wrap: anywhere; min-width: 8em }
  td:first-child { min-width: 6.4em }
  table.dataTable#searches > * > tr > * { font-size: 12px; padding: 4px 3px; vertical-align: top }
  table.dataTable#searches > thead > tr > th { font-weight: 600 }
  table.dataTable#searches .dt-column-header { flex-direction: column; align-items: flex-start; gap: 2px }
  table.dataTable#searches .dt-column-order { height: 14px }
"""
# What is shown, in this order. Nothing else of a search leaves the workspace: no plate, officer, case number, filter
# or prompt; names that were typed into a reason are hidden.
COLUMNS = {
    "local_time": "day and minute (local)", "searching_agency": "searching agency", "camera_owner": "camera owner",
    "category": "category", "rule": "rule", "matched": "text matched", "reason": "reason, names hidden",
    "networks_count": "networks", "devices_count": "devices", "address": "release:row",
}  # fmt: skip
READ = ("release", "row", "searched_at", "searched_at_form", "local_date", "searching_agency", "camera_owner",
        "category", "rule", "matched", "reason_id", "networks_count", "devices_count")  # fmt: skip


def browse_searches(
    workspace: str | Path | Workspace | Tables | None = None,
    agency: object = "",
    role: str = "",
    category: str = "",
    scope: str = "broad",
    most: int = MOST,
) -> Shown:
    """A table of searches, one row for each row of a release, oldest first.

    `agency`: a name, or what `choose_agency` gave; "" for all. `role`: owner or searcher; "" for each role that the
    agency has, under headings of their own. `category`: one category, whatever the scope. `scope`: strict, standard,
    broad or all. `most`: with more rows than this nothing can be looked through, because a search in a part of them
    would seem to say that the rest holds nothing. Raises UnknownValue for a name, role, category or scope that is not
    known, and InvestigateError when `most` is not a positive whole number.
    """
    if not isinstance(most, int) or most < 1:
        raise InvestigateError(f"most is {most!r}; it is the largest number of rows to look through, 1 or more.")
    tables = workspace if isinstance(workspace, Tables) else open_tables(workspace)
    parts = _of_agency(tables, str(agency), role)
    shown = [_browse(tables, _wanted(searches, category, scope), whose, most) for whose, searches in parts]
    if len(shown) == 1:
        return shown[0]
    headed = [_headed(whose, part) for (whose, _), part in zip(parts, shown, strict=True)]
    still = joined(*headed)
    if not any(isinstance(part, LiveShown) for part in headed):
        return still
    return LiveShown("".join(getattr(part, "live", part.html) for part in headed), still)


def _headed(head: str, part: Shown) -> Shown:
    html = f"<h3>{escape(head)}</h3>"
    still = Shown(html + part.html, f"{head}\n{part.text}")
    return LiveShown(html + part.live, still) if isinstance(part, LiveShown) else still


def _of_agency(tables: Tables, agency: str, role: str) -> list[tuple[str, ir.Table]]:
    """Whose searches, in words, and the searches: one part for each role of an agency."""
    if role and role not in ROLES:
        raise unknown("role", role, ROLES)
    if not agency:
        if role:
            raise UnknownValue(f"The role {role!r} says nothing without an agency. Add the agency's name.")
        return [("All agencies", tables.searches)]
    everyone = list_agencies(tables)
    name = find_agency(agency, everyone["agency"].unique(), tables.agencies)
    has = set(everyone.loc[everyone["agency"] == name, "role"])
    if role and role not in has:
        raise UnknownValue(f"{name!r} is in the data only as {' and '.join(sorted(has))}, not as {role!r}.")
    of_role = by_role(tables.searches)
    return [
        (f"{ROLE_SAID[one]}: {name}", of_role[one].filter(of_role[one].agency == name))
        for one in ROLES
        if one in ({role} if role else has)
    ]


def _wanted(searches: ir.Table, category: str, scope: str) -> ir.Table:
    if category and category not in CATEGORY_SAID:
        raise unknown("category", category, CATEGORY_SAID)
    if scope not in (*SCOPES, "all"):
        raise unknown("scope", scope, (*SCOPES, "all"))
    if category:
        return searches.filter(searches.category == category)
    return searches if scope == "all" else searches.filter(in_scope(searches, scope))


def _browse(tables: Tables, searches: ir.Table, whose: str, most: int) -> Shown:
    counts = searches.agg(rows=searches.count(), searches=count_distinct(searches, "search_key")).execute().iloc[0]
    rows = int(counts["rows"])
    if not rows:
        return nothing(f"{whose}: no search of this kind in the loaded logs.")
    caption = (
        f"{whose}. {rows:,} {'row' if rows == 1 else 'rows'} of the released logs, "
        f"distinct searches: {int(counts['searches']):,}. Blank: not known. A search is not a stop."
    )
    can_browse = is_live()
    lacks = missing("itables", "ipywidgets") if can_browse else ""
    fits = can_browse and not lacks and rows <= most
    found = _read(tables, searches, None if fits else STILL)
    still = _still(found.head(STILL), caption, rows)
    if fits:
        return LiveShown(_live(found, caption), still)
    if can_browse and not lacks:
        lacks = (
            f"{rows:,} rows are more than {most:,}: too many to look through at once. "
            f"Name an agency, a role or a category, or put most={rows}."
        )
    return joined(still, nothing(lacks)) if lacks else still


def _still(first: pd.DataFrame, caption: str, rows: int) -> Shown:
    cut = f" Showing {len(first)} of {rows:,}." if len(first) < rows else ""
    return table(first, COLUMNS, caption + cut)


def _read(tables: Tables, searches: ir.Table, most: int | None) -> pd.DataFrame:
    """The rows as they are shown: columns of COLUMNS, whatever was typed scrubbed."""
    ordered = searches.select(*READ).order_by(["searched_at", "release", "row"])
    rows = (ordered if most is None else ordered.limit(most)).execute()
    ids = rows["reason_id"].unique().tolist()
    reasons = tables.reasons.select("reason_id", "reason").filter(tables.reasons.reason_id.isin(ids)).execute()
    said = dict(zip(reasons["reason_id"], reasons["reason"], strict=True))
    return pd.DataFrame(
        {
            "local_time": _local_times(rows, tables.releases),
            "searching_agency": _each(rows["searching_agency"], printed),
            "camera_owner": _each(rows["camera_owner"], printed),
            "category": rows["category"].str.replace("_", " "),
            "rule": rows["rule"],
            "matched": _each(rows["matched"], shown_words),
            "reason": _each(rows["reason_id"].map(said), scrub),
            "networks_count": rows["networks_count"].astype("Int64"),
            "devices_count": rows["devices_count"].astype("Int64"),
            "address": rows["release"] + ":" + rows["row"].astype(str),
        }
    )[list(COLUMNS)]


def _each(texts: pd.Series, say: Any) -> pd.Series:
    """Each text as `say` says it, once for all that are alike; "" where there is none."""
    said = {text: say(text) for text in texts.dropna().unique()}
    return texts.map(lambda text: "" if pd.isna(text) else said[text]).astype(object)


def _local_times(rows: pd.DataFrame, releases: pd.DataFrame) -> pd.Series:
    """Day and minute in the zone of the release; the day alone where no time of day was released."""
    zones = dict(zip(releases["release"], releases["timezone"], strict=True))
    said = pd.Series("", index=rows.index, dtype=object)
    for zone, of_zone in rows.groupby(rows["release"].map(zones)):
        said.loc[of_zone.index] = of_zone["searched_at"].dt.tz_convert(zone).dt.strftime("%Y-%m-%d %H:%M")
    days = pd.to_datetime(rows["local_date"]).dt.strftime("%Y-%m-%d")
    return said.where(rows["searched_at_form"] != "day", days)


def _live(found: pd.DataFrame, caption: str) -> str:
    from itables.javascript import to_html_datatable  # noqa: PLC0415 - belongs to the extra `lab`

    numbers = ["networks_count", "devices_count"]
    said = found.assign(**{name: _each(found[name], "{:,}".format) for name in numbers})
    shown = said.rename(columns=COLUMNS)
    places = [found.columns.get_loc(name) for name in numbers]
    columns = [
        {"targets": places, "type": "num-fmt", "className": "dt-right"},
        {"targets": [place for place in range(len(COLUMNS)) if place not in places], "className": "dt-left"},
        {"targets": [len(COLUMNS) - 1], "className": "dt-left whole"},
    ]
    body = to_html_datatable(
        shown,
        table_id="searches",
        connected=False,
        showIndex=False,
        allow_html=False,
        maxBytes=0,  # all rows: a table that is cut without a word would seem to hold everything
        maxRows=0,
        maxColumns=0,
        pageLength=PAGE,
        lengthMenu=[PAGE, 100],
        order=[],
        columnDefs=columns,
        autoWidth=False,
        classes="display compact",
        style="width:100%",
        language={
            "search": "Search in all columns:",
            "info": "_START_ to _END_ of _TOTAL_",
            "infoFiltered": "of _MAX_",
        },
    )
    return frame(_table_program(), f"<p>{escape(caption)}</p>{body}", "Searches to look through", HEIGHT)


@cache
def _table_program() -> str:
    """The script and styles that make a table searchable, once for each document that holds one."""
    import itables  # noqa: PLC0415 - belongs to the extra `lab`
    from itables.javascript import generate_init_offline_itables_html  # noqa: PLC0415

    program = generate_init_offline_itables_html(Path(itables.__file__).parent / "html" / "dt_bundle.js")
    return f"{program.partition('<div')[0]}<style>{LOOK}</style>"
