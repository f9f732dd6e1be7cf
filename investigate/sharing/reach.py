"""Which agencies' data reach a federal immigration office in one step or two, by the settings of all lists together.

A path is made of settings: A lets B search, B lets an office search. It is no proof that anything flowed along it.
Lists of hot lists are left out, since a hot list is not what cameras saw.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from investigate.errors import unknown
from investigate.sharing.cells import house_what
from investigate.sharing.partners import WHAT, is_inactive, known_names, read_statements
from investigate.sharing.table import HOT_LISTS
from investigate.workspace import Workspace

STEPS = (1, 2)
EXAMPLES = 3
YEAR = pd.Timedelta(days=366)
NOT_A_FLOW = "A lets B search, and B lets an immigration office search: two settings, not proof that data flow on."
EDGE = ["owner", "recipient", "system", WHAT, "as_of", "listed_by", "release", "row", "page"]
FIRST, SECOND = ([f"{which}_{name}" for name in EDGE] for which in ("first", "second"))
# Whether a setting stands: on the newest list of its kind or one without a date; there, but marked inactive; or on an
# older list only. A path stands as its weaker setting does.
NOW, ASLEEP, OLDER = STANDINGS = ("newest list", "marked inactive", "older list only")
COLUMNS = ["agency", "state", "kind", "shortest", "offices", "paths", "shortest_now", "offices_now", "paths_now",
           "agency_standing", "standing", "steps", "via", "office", "path", *FIRST, *SECOND,
           "caution"]  # fmt: skip


def reach_immigration(
    sharing: pd.DataFrame,
    steps: int = 2,
    *,
    agencies: pd.DataFrame | None = None,
    examples: int = EXAMPLES,
    workspace: str | Path | Workspace | None = None,
) -> pd.DataFrame:
    """The agencies whose data a federal immigration office may see, directly or through one other agency.

    One row a path, all of one step and at most `examples` of two steps an agency: agency, state, kind; shortest (steps
    of its shortest path), offices (immigration offices that it lets in itself), paths (pairs of another agency and an
    office that it shares with); the same by settings that stand now (shortest_now is missing where none does);
    agency_standing, standing (one of STANDINGS: of the agency's best path, of this one); steps, via, office and
    path of this example; first_* and second_* for each setting on
    it (names as released, system, what, as_of, listed_by, release, row, page); caution, where dates are missing, lie
    more than a year apart, a setting stands in an older list only, or the systems differ. Offices are not listed.
    Of several statements of one setting the newest is cited. Raises UnknownValue for `steps` other than 1 or 2.
    """
    if steps not in STEPS:
        raise unknown("number of steps", str(steps), map(str, STEPS))
    edges, statements, facts = _edges(sharing, agencies, workspace)
    now = edges[edges["standing"] == 0]
    found = pd.concat([_paths(now, steps, examples), _paths(edges, steps, examples)], ignore_index=True)
    found = found.drop_duplicates(["owner", "via", "recipient"])
    found = found[(found["steps"] == 1) | (found.groupby(["owner", "steps"]).cumcount() < examples)]
    found = _counted(found, edges, steps)
    return _told(found.sort_values(["shortest", "owner", "steps"], kind="stable"), statements, facts)


def _paths(edges: pd.DataFrame, steps: int, examples: int) -> pd.DataFrame:
    direct, onward = _parts(edges, steps)
    found = pd.concat([_one_step(direct), _two_steps(onward, direct, examples)], ignore_index=True)
    return found.reindex(columns=["owner", "via", "recipient", "first", "second", "standing", "steps"])


def _parts(edges: pd.DataFrame, steps: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The settings that let an office in, and those with an agency that does."""
    direct = edges[edges["is_office"]].drop(columns="is_office")
    onward = edges[edges["recipient"].isin(direct["owner"])].drop(columns="is_office")
    return direct, onward if steps > 1 else onward.head(0)


def _counted(found: pd.DataFrame, edges: pd.DataFrame, steps: int) -> pd.DataFrame:
    """The paths with the counts of their agency, over all settings and over those that stand now."""
    counts = []
    for level in range(len(STANDINGS)):
        direct, onward = _parts(edges[edges["standing"] <= level], steps)
        ends = direct.groupby("owner").size()
        counts.append(pd.DataFrame({"offices": ends, "paths": _count_paths(onward, ends)}).fillna(0).astype("int64"))
    now, asleep, every = counts
    found = found.join(every, on="owner").join(now.add_suffix("_now"), on="owner")
    found = found.fillna({"offices_now": 0, "paths_now": 0}).astype({"offices_now": "int64", "paths_now": "int64"})
    shortest = pd.Series(np.where(found["offices_now"] > 0, 1, 2), index=found.index).astype("Int64")
    stands = (found["offices_now"] + found["paths_now"]) > 0
    rank = np.select([stands, found["owner"].isin(asleep.index)], [0, 1], 2)
    return found.assign(
        shortest=np.where(found["offices"] > 0, 1, 2), shortest_now=shortest.where(stands), agency_standing=rank
    )


def _edges(
    sharing: pd.DataFrame, agencies: pd.DataFrame | None, workspace: str | Path | Workspace | None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Each setting once (columns owner, recipient: numbers of agencies; is_office; at: its newest statement;
    standing: place in STANDINGS of its
    best statement), the statements, and facts by the number of an agency. Only numbers are sorted and joined: texts
    are looked up for the
    few examples. Settings of an immigration office and entries of an agency for itself are left out.
    """
    parts = [sharing[column].dropna().unique() for column in ("owner", "recipient", "listed_by") if column in sharing]
    known = known_names((name for part in parts for name in part), agencies, workspace)
    rows = read_statements(sharing[~_is_hot_list(sharing)], known)
    owner, recipient = rows["owner_key"], rows["recipient_key"]
    # What is an office in one list is one in all, so that it is never an agency in between.
    offices = {*recipient[rows["federal_immigration"]].unique(), *owner[rows["owner_federal"]].unique()}
    edges = pd.DataFrame(
        {
            "owner": owner, "recipient": recipient, "is_office": recipient.isin(offices), "at": rows.index,
            "as_of": rows["as_of"], "release": pd.factorize(rows["release"], sort=True)[0], "row": rows["row"],
            "spelling": rows["owner_place"], "other": rows["recipient_place"],
            "standing": np.where(rows["is_newest"], np.where(is_inactive(rows["status"]), 1, 0), 2),
        }
    )  # fmt: skip
    edges = edges[~owner.isin(offices) & (owner != recipient)]
    pair = edges["owner"] * np.int64(len(known)) + edges["recipient"]
    edges = edges.assign(standing=edges.groupby(pair)["standing"].transform("min"))
    again = pair.duplicated(keep=False)
    order = ["owner", "recipient", "as_of", "release", "row", "spelling", "other"]
    newest = edges[again].sort_values(order, na_position="first").drop_duplicates(order[:2], keep="last")
    kept = pair[~again | pair.index.isin(newest.index)].sort_values()
    edges = edges.loc[kept.index]
    return (
        edges[["owner", "recipient", "is_office", "at", "standing"]],
        rows,
        known.drop_duplicates("number").set_index("number"),
    )


def _is_hot_list(sharing: pd.DataFrame) -> pd.Series:
    if WHAT not in sharing:
        return pd.Series(False, index=sharing.index)
    return sharing[WHAT].isin([what for what in sharing[WHAT].dropna().unique() if house_what(str(what)) == HOT_LISTS])


def _one_step(direct: pd.DataFrame) -> pd.DataFrame:
    return direct.rename(columns={"at": "first"}).assign(steps=1)


def _two_steps(onward: pd.DataFrame, direct: pd.DataFrame, examples: int) -> pd.DataFrame:
    """Agency → agency → office, the first few of each agency; cut before the join, which stays small for any input."""
    first = onward[onward.groupby("owner").cumcount() < examples].rename(columns={"recipient": "via", "at": "first"})
    second = direct[direct.groupby("owner").cumcount() < examples]
    second = second.rename(columns={"owner": "via", "at": "second", "standing": "then"})
    found = first.merge(second, on="via").sort_values(["owner", "via", "recipient"])
    found = found.assign(standing=found[["standing", "then"]].max(axis=1))
    # Different agencies in between say more than different offices behind one of them.
    found = found.assign(turn=found.groupby(["owner", "via"]).cumcount()).sort_values(["owner", "turn", "via"])
    return found[found.groupby("owner").cumcount() < examples].drop(columns="turn").assign(steps=2)


def _count_paths(onward: pd.DataFrame, ends: pd.Series) -> pd.Series:
    """How many pairs of another agency and an office each agency reaches."""
    return onward["recipient"].map(ends).groupby(onward["owner"]).sum()


def _told(found: pd.DataFrame, statements: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """The examples with names, and both settings as their lists state them."""
    found = found.reindex(columns=list(dict.fromkeys([*found.columns, "via", "second"]))).reset_index(drop=True)
    via = found["via"].map(facts["agency"]).astype(object)
    counts = ["shortest", "offices", "paths", "shortest_now", "offices_now", "paths_now", "steps"]
    told = found[counts].assign(
        **{
            name: found[name].map(dict(enumerate(STANDINGS))).astype(object) for name in ("standing", "agency_standing")
        },
        agency=found["owner"].map(facts["agency"]).astype(object),
        via=via.where(via.notna(), None),
        **{fact: found["owner"].map(facts[fact]).astype(object) for fact in ("state", "kind")},
    )
    told = told.join(_as_cited(statements, found[["first", "second"]]))
    told["office"] = told["second_recipient"].where(told["steps"] == 2, told["first_recipient"])
    names = zip(told["agency"], told["via"], told["office"], strict=True)
    told["path"] = pd.Series([" → ".join(name for name in one if name) for one in names], dtype=object)
    told["caution"] = pd.Series([_caution(row) for row in told.to_dict("records")], dtype=object)
    return told[COLUMNS]


def _as_cited(statements: pd.DataFrame, which: pd.DataFrame) -> pd.DataFrame:
    """For each place in `which` (columns first, second) the statement that stands there, as first_* and second_*."""
    released = {"owner": "released_owner", "recipient": "released_recipient", "listed_by": "lister"}
    parts = []
    for column in which:
        rows = statements.reindex(which[column]).reset_index(drop=True)
        told = pd.DataFrame({name: rows[released.get(name, name)] for name in (*EDGE, "is_newest")})
        for name in told:
            if name in ("row", "page"):
                told[name] = told[name].astype("Int64")
            elif name != "as_of":
                told[name] = told[name].astype(object).where(told[name].notna(), None)
        parts.append(told.add_prefix(f"{column}_"))
    return pd.concat(parts, axis=1)


def _caution(row: dict[Any, Any]) -> str:
    """What to know before a path is believed; empty where there is nothing."""
    which = ["first", "second"][: int(str(row["steps"]))]
    days = [row[f"{one}_as_of"] for one in which]
    said = []
    if any(pd.isna(day) for day in days):
        said.append("date not known")
    elif len(days) == 2 and abs(days[1] - days[0]) > YEAR:
        said.append("the two lists are more than a year apart")
    if any(not row[f"{one}_is_newest"] for one in which):
        said.append("stands in an older list, not in the newest of that agency")
    if len(which) == 2 and row["first_system"] != row["second_system"]:
        said.append("two systems")
    return "; ".join(said)
