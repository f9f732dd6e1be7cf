"""Who shares with whom: what the lists state, pooled to one row a pair of agencies, and each agency's partners.

A pair stated in both agencies' lists is one pair. Pairs are told by the key of their names, so that two spellings of
an agency are one partner. A list says what a setting was on one day; it says nothing of searches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from investigate.agencies.identify import identify_agencies
from investigate.agencies.places import distance_km
from investigate.sharing.cells import house_system, house_what
from investigate.sharing.kept import read_sharing, read_sharing_releases
from investigate.sharing.table import HOT_LISTS, RECEIVED, SHARED, with_empty_lists
from investigate.store import parquet_stamp
from investigate.workspace import Workspace, open_workspace

SIDES = ("owner", "recipient", "third")
OTHER = {"owner": "recipient", "searcher": "owner"}  # who is on the other side for an agency in this role
OWN_SIDE = {"owner": "owner", "searcher": "recipient"}
FACTS = ["state", "kind", "which", "lat", "lon"]
WHAT = "what"
PAIR = ["owner_key", "recipient_key", "system", WHAT]
LIST = ["lister_key", "side", "system", WHAT, "direction"]  # what makes two lists one list of two days
CITED = ["release", "row", "page", "section", "networks", "status"]
OPTIONAL = [
    "system", WHAT, "direction", "as_of", "listed_by", "federal_immigration", "owner_federal_immigration", "hot_list",
    "incomplete", *CITED,
]  # fmt: skip
TEXTS = (
    "partner", "agreement_287g", "hot_list", "section", "networks", "status", "release", "state", "kind", "which",
    "listed_by",
)  # fmt: skip
DAYS = ("first_as_of", "last_as_of", "own_as_of", "own_newest_as_of", "signed_287g")
DIRECTION = {"owner": "may search its cameras", "searcher": "lets it search"}
HOT_LIST_DIRECTION = {"owner": "is sent its hot lists", "searcher": "sends it hot lists"}
PARTNER_COLUMNS = [
    "partner", "direction", "system", WHAT, *FACTS[:3], "federal_immigration", "agreement_287g", "signed_287g",
    "first_as_of", "last_as_of", "own_as_of", "own_newest_as_of", "in_own_list", "in_own_dated", "in_own_undated",
    "in_newest_list", "in_dated_list", "stated_by", "listed_by",
    "released_name", "hot_list", "is_inactive", "incomplete", "itself", "distance_km", "statements", *CITED,
]  # fmt: skip


def open_sharing(workspace: str | Path | Workspace | None = None) -> pd.DataFrame:
    """All sharing lists of a workspace: the sharing table, and a row without a partner for each list that names nobody,
    so that it can be the newest of its kind (see table.with_empty_lists)."""
    return with_empty_lists(read_sharing(workspace), read_sharing_releases(workspace))


def sharing_stamp(workspace: str | Path | Workspace | None = None) -> str:
    """What tables made from the loaded sharing lists depend on: changes with every list and with what is said of it."""
    return parquet_stamp(open_workspace(workspace).store / "sharing")


def known_names(
    names: Iterable[str], agencies: pd.DataFrame | None = None, workspace: str | Path | Workspace | None = None
) -> pd.DataFrame:
    """What is known of each spelling: index name; columns agency, state, kind, which, lat, lon, federal_immigration,
    key, number (that of its agency: the same for all spellings with one key, in the order of the agencies' names).

    `agencies` (columns agency, key) names those that stand in the search logs; the others count under the name that a
    person gave them, else under the first of their spellings in the alphabet.
    """
    wanted = sorted({name for name in names if isinstance(name, str)})
    columns = ["name", "agency", *FACTS, "federal_immigration", "key"]
    found = identify_agencies(wanted, workspace)[columns] if wanted else pd.DataFrame(columns=columns)
    named = found.assign(is_named=found["agency"] != found["name"])
    named = named.sort_values(["is_named", "agency"], ascending=[False, True], kind="stable")
    counts_under = named.drop_duplicates("key").set_index("key")["agency"]
    if agencies is not None and len(agencies):
        told = agencies if "key" in agencies else agencies.assign(key=_keys(agencies["agency"], workspace))
        counts_under = told.drop_duplicates("key").set_index("key")["agency"].combine_first(counts_under)
    found = found.assign(agency=found["key"].map(counts_under))
    keys = found.drop_duplicates("key").sort_values(["agency", "key"])["key"]
    return found.assign(number=pd.Index(keys).get_indexer(found["key"])).set_index("name")


def _keys(names: pd.Series, workspace: str | Path | Workspace | None) -> list[str]:
    return identify_agencies(list(names), workspace)["key"].tolist()


def read_statements(sharing: pd.DataFrame, known: pd.DataFrame, *, keep_empty: bool = False) -> pd.DataFrame:
    """The rows of sharing lists with what pairs and lists are told by.

    owner_key, recipient_key, lister_key: numbers of agencies (see `known_names`); owner_place, recipient_place: of the
    spellings. side: in whose list a row stands, owner, recipient or third (a list about other agencies: each owner's
    recipients are one list there); lister: its name, missing where a list is nobody's. is_newest: in the newest list
    of its kind, or in one without a date; newest_as_of: the day of that newest list. as_of: midnight without a zone.
    Rows that lack an owner or a recipient are lists that name nobody: they count as lists, and are left out of what is
    given back unless `keep_empty`.
    """
    rows = sharing.reindex(columns=list(dict.fromkeys([*sharing.columns, *OPTIONAL, "owner", "recipient"])))
    rows = rows.dropna(subset=["owner", "recipient"], how="all").reset_index(drop=True)
    owner, recipient, listed = (known.index.get_indexer(rows[name]) for name in ("owner", "recipient", "listed_by"))
    numbers = np.append(known["number"].to_numpy(dtype="int64"), -1)  # the last for a name that is missing
    direction = np.where(rows["direction"] == RECEIVED, RECEIVED, SHARED)
    by_direction = (direction == RECEIVED).astype("int64")
    if "listed_by" in sharing:
        told = [numbers[listed] == numbers[owner], numbers[listed] == numbers[recipient]]
        side = np.where(told[0] & told[1], by_direction, np.select(told, [0, 1], 2))
    else:
        side = by_direction
        listed = np.where(side == 0, owner, recipient)
    federal = known["federal_immigration"].eq(True).to_numpy()
    stated = rows["owner_federal_immigration"]
    rows = rows.assign(
        as_of=_midnights(rows["as_of"]), owner_key=numbers[owner], recipient_key=numbers[recipient],
        lister_key=numbers[np.choose(side, [owner, recipient, owner])], owner_place=owner, recipient_place=recipient,
        side=np.array(SIDES, dtype=object)[side], lister=np.array([*known.index, None], dtype=object)[listed],
        released_owner=_released(rows, "owner"), released_recipient=_released(rows, "recipient"), direction=direction,
        system=_in_house(rows["system"], house_system), **{WHAT: _in_house(rows[WHAT], house_what)},
        federal_immigration=rows["federal_immigration"].eq(True),
        owner_federal=stated.eq(True) | (stated.isna() & federal[owner]) if len(rows) else False,
        incomplete=rows["incomplete"].eq(True),
    )  # fmt: skip
    newest = rows.groupby(LIST)["as_of"].transform("max")
    rows = rows.assign(is_newest=rows["as_of"].isna() | (rows["as_of"] == newest), newest_as_of=newest)
    if keep_empty:
        return rows
    lacks = (rows["incomplete"] & rows["is_newest"]).groupby([rows[name] for name in LIST]).transform("any")
    # What only an older list names may stand, unread, on a newer one that was not read whole.
    rows = rows.assign(incomplete=rows["incomplete"] | lacks.astype(bool))
    return rows.dropna(subset=["owner", "recipient"]).reset_index(drop=True)


def _midnights(days: pd.Series) -> pd.Series:
    return pd.to_datetime(days, errors="coerce", utc=True, format="mixed").dt.tz_localize(None).dt.normalize()


def _in_house(texts: pd.Series, say: Callable[[str], str]) -> pd.Series:
    filled = _filled(texts, "not stated")
    return filled.map({text: say(text) for text in filled.unique()}).astype(object)


def _filled(texts: pd.Series, missing: str) -> pd.Series:
    """The texts with `missing` where there is none, also where the whole column is empty and of no kind."""
    if texts.isna().all():
        return pd.Series(missing, index=texts.index, dtype=object)
    return texts.fillna(missing).astype(str)


def _released(rows: pd.DataFrame, who: str) -> pd.Series:
    """The name exactly as released, where the list is read by a reader that keeps it."""
    column = f"released_{who}"
    return rows[column].fillna(rows[who]) if column in rows else rows[who]


def pool_pairs(statements: pd.DataFrame) -> pd.DataFrame:
    """One row a pair, system and what is shared: first_as_of, last_as_of, statements (how many rows say so), for each
    side as_of_SIDE (newest list there that names it), in_SIDE (it stands in that side's newest list); stated_by,
    listed_by, every name as released, and from the newest statement federal_immigration, owner_federal and where it
    stands.
    """
    order = ["as_of", "release", "row", "owner", "recipient"]
    rows = statements.sort_values(order, na_position="first", kind="stable")
    told = {f"as_of_{side}": rows["as_of"].where(rows["side"] == side) for side in SIDES}
    told |= {f"stated_{side}": rows["side"] == side for side in SIDES}
    told |= {f"newest_{side}": rows["newest_as_of"].where(rows["side"] == side) for side in SIDES}
    told |= {f"in_{side}": (rows["side"] == side) & rows["is_newest"] for side in SIDES}
    told |= {f"dated_{side}": told[f"in_{side}"] & rows["as_of"].notna() for side in SIDES}
    told |= {f"undated_{side}": (rows["side"] == side) & rows["as_of"].isna() for side in SIDES}
    rows = rows.assign(**told, is_inactive=is_inactive(rows["status"]))
    newest = rows.drop_duplicates(PAIR, keep="last").set_index(PAIR)
    grouped = rows.groupby(PAIR)
    dates = [f"{what}_{side}" for what in ("as_of", "newest") for side in SIDES]
    flags = [f"{what}_{side}" for what in ("stated", "in", "dated", "undated") for side in SIDES]
    pairs = grouped[[*dates]].max().join(grouped[[*flags, "incomplete"]].any())
    pairs = pairs.assign(
        first_as_of=grouped["as_of"].min(), last_as_of=grouped["as_of"].max(), statements=grouped.size(),
        **{name: _joined(rows, name) for name in ("released_owner", "released_recipient", "hot_list")},
        listed_by=_joined(rows, "lister"),
    )  # fmt: skip
    pairs["stated_by"] = _say_sides(pairs)
    return pairs.join(newest[["federal_immigration", "owner_federal", "is_inactive", *CITED]]).reset_index()


def is_inactive(status: pd.Series) -> pd.Series:
    """Whether a list marks the setting as inactive."""
    return _filled(status, "").str.casefold().str.contains("inactive", regex=False)


def _joined(rows: pd.DataFrame, column: str) -> pd.Series:
    """For each pair the different texts of a column, in the order of the alphabet; most pairs have only one."""
    texts = rows[[*PAIR, column]].dropna(subset=[column]).drop_duplicates().sort_values(column)
    is_one = ~texts.duplicated(PAIR, keep=False)
    several = texts[~is_one].groupby(PAIR)[column].agg("; ".join)
    one = texts[is_one].set_index(PAIR)[column]
    return pd.concat([one, several]) if len(several) else one


def _say_sides(pairs: pd.DataFrame) -> pd.Series:
    said = pd.Series("a list of another agency", index=pairs.index)
    said = said.mask(pairs["stated_recipient"], "the recipient's list").mask(pairs["stated_owner"], "the owner's list")
    return said.mask(pairs["stated_owner"] & pairs["stated_recipient"], "both lists")


def partners_in(
    pairs: pd.DataFrame, known: pd.DataFrame, role: str, matched: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Each pair as the agency in this role sees it: column key (the agency's) and the columns PARTNER_COLUMNS.

    `role` owner: partners that may see what the agency has; searcher: partners whose cameras it may search.
    """
    other, own = OTHER[role], OWN_SIDE[role]
    facts = known.drop_duplicates("number").set_index("number")
    mine, theirs = pairs[f"{own}_key"], pairs[f"{other}_key"]
    is_hot_list = pairs[WHAT] == HOT_LISTS
    seen = pairs.assign(
        key=mine,
        partner=theirs.map(facts["agency"]),
        direction=is_hot_list.map({True: HOT_LIST_DIRECTION[role], False: DIRECTION[role]}),
        federal_immigration=pairs["federal_immigration" if role == "owner" else "owner_federal"],
        own_as_of=pairs[f"as_of_{own}"],
        own_newest_as_of=pairs[f"newest_{own}"],
        in_own_list=pairs[f"in_{own}"],
        in_own_dated=pairs[f"dated_{own}"],
        in_own_undated=pairs[f"undated_{own}"],
        in_dated_list=pairs[[f"dated_{side}" for side in SIDES]].any(axis=1),
        in_newest_list=pairs[[f"in_{side}" for side in SIDES]].any(axis=1),
        released_name=pairs[f"released_{other}"],
        itself=mine == theirs,
        distance_km=_distances(mine, theirs, facts),
        **{fact: theirs.map(facts[fact]) for fact in FACTS[:3]},
        **_agreements(theirs, known, matched),
    )
    columns = ["key", *PARTNER_COLUMNS]
    order = ["key", "partner", "system", WHAT]
    return _typed(seen[columns].sort_values(order, ignore_index=True))


def _typed(partners: pd.DataFrame) -> pd.DataFrame:
    """Texts as objects with None where nothing is known, and record numbers whole also where some have none."""
    kept = ("bool", "datetime64", "float64", "int64")
    for name in partners.columns:
        if name in ("row", "page"):
            partners[name] = partners[name].astype("Int64")
        elif name in TEXTS or not str(partners[name].dtype).startswith(kept):
            partners[name] = partners[name].astype(object).where(partners[name].notna(), None)
    return partners


def _distances(mine: pd.Series, theirs: pd.Series, facts: pd.DataFrame) -> pd.Series:
    """Kilometres between the two agencies' places; empty where one of them has no coordinates."""
    at = {key: (row.lat, row.lon) for key, row in facts[["lat", "lon"]].dropna().iterrows()}
    found = [
        round(distance_km(*at[one], *at[two]), 1) if one in at and two in at else None
        for one, two in zip(mine, theirs, strict=True)
    ]
    return pd.Series(found, index=mine.index, dtype="float64")


def _agreements(theirs: pd.Series, known: pd.DataFrame, matched: pd.DataFrame | None) -> dict[str, pd.Series]:
    """The partner's 287(g) models and the day of the first that has one; `matched`: columns agency, model, signed."""
    empty = pd.Series(None, index=theirs.index, dtype=object)
    if matched is None or matched.empty:
        return {"agreement_287g": empty, "signed_287g": empty.astype("datetime64[ns]")}
    by_name = pd.concat([known["number"], known.drop_duplicates("agency").set_index("agency")["number"]])
    by_name = by_name[~by_name.index.duplicated()]
    rows = matched.assign(key=matched["agency"].map(by_name), signed=pd.to_datetime(matched["signed"])).dropna(
        subset=["key"]
    )
    models = rows.groupby("key")["model"].agg(lambda names: "; ".join(sorted(set(names.dropna().astype(str)))))
    signed = rows.groupby("key")["signed"].min()
    # By plain dictionaries: pandas cannot map an empty column onto days.
    days = pd.to_datetime(theirs.map(signed.to_dict()).astype(object))
    return {"agreement_287g": theirs.map(models.to_dict()).astype(object), "signed_287g": days}


def sharing_partners(
    sharing: pd.DataFrame,
    agency: str,
    agencies: pd.DataFrame | None = None,
    *,
    matched: pd.DataFrame | None = None,
    workspace: str | Path | Workspace | None = None,
) -> pd.DataFrame:
    """Whom an agency shares with, over all lists: one row a partner, direction, system and what is shared.

    role: owner where the partner may see what the agency has, searcher where the agency may search its cameras.
    `agency` is found under every spelling of its name. Then PARTNER_COLUMNS: `own_as_of` and `in_own_list` speak of
    the agency's own list, `in_newest_list` of anyone's newest, `stated_by` of whose lists name the pair, `itself` marks
    a list's entry for the agency's own networks. `matched`: 287(g) agreements by agency (agency, model, signed). Empty
    where no list names the agency: that is not a zero.
    """
    everyone = [*sharing.get("owner", []), *sharing.get("recipient", []), *sharing.get("listed_by", [])]
    known = known_names(everyone, agencies, workspace)
    key = identify_agencies([agency], workspace)["key"].iloc[0]
    keys = set(known.loc[(known["key"] == key) | (known["agency"] == agency), "number"])
    statements = read_statements(sharing, known)
    is_mine = statements["owner_key"].isin(keys) | statements["recipient_key"].isin(keys)
    pairs = pool_pairs(statements[is_mine])
    parts = [partners_in(pairs, known, role, matched).assign(role=role) for role in OTHER]
    found = pd.concat([part[part["key"].isin(keys)] for part in parts], ignore_index=True)
    return found[["role", *PARTNER_COLUMNS]]


def sharing_by_agency(
    sharing: pd.DataFrame,
    agencies: pd.DataFrame,
    matched: pd.DataFrame | None = None,
    workspace: str | Path | Workspace | None = None,
) -> pd.DataFrame:
    """The partners of every agency in the search logs, for its report: agency, role, then the columns of a partner.

    `agencies`: one row an agency (columns agency, key). Role owner: who may see what its cameras saw; searcher: whose
    cameras it may search. Days are texts (2020-02-06), empty where a list has no date.
    """
    everyone = [*sharing.get("owner", []), *sharing.get("recipient", []), *sharing.get("listed_by", [])]
    known = known_names(everyone, agencies, workspace)
    told = agencies if "key" in agencies else agencies.assign(key=_keys(agencies["agency"], workspace))
    by_key = told.drop_duplicates("key").set_index("key")["agency"]
    numbered = known.drop_duplicates("number")
    names = numbered.assign(named=numbered["key"].map(by_key)).dropna(subset=["named"]).set_index("number")["named"]
    statements = read_statements(sharing, known)
    held = statements["owner_key"].isin(names.index) | statements["recipient_key"].isin(names.index)
    pairs = pool_pairs(statements[held])
    parts = []
    for role in OTHER:
        mine = pairs[pairs[f"{OWN_SIDE[role]}_key"].isin(names.index)]
        parts.append(partners_in(mine, known, role, matched).assign(role=role))
    found = pd.concat(parts, ignore_index=True)
    found = found.assign(agency=found["key"].map(names).astype(object))
    found = days_as_text(found)
    return found[["agency", "role", *PARTNER_COLUMNS]].sort_values(
        ["agency", "role", "partner", "system", WHAT], ignore_index=True
    )


def days_as_text(partners: pd.DataFrame) -> pd.DataFrame:
    """The days of a frame of partners as 2020-02-06, None where a list has no date."""
    days = {name: pd.to_datetime(partners[name]).dt.strftime("%Y-%m-%d").astype(object) for name in DAYS}
    return partners.assign(**{name: day.where(day.notna(), None) for name, day in days.items()})
