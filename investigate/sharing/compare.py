"""Two lists of one agency side by side: who was added, who was removed, who only changed the name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from investigate.errors import UnknownValue, unknown
from investigate.sharing.partners import LIST, WHAT, known_names, open_sharing, read_statements
from investigate.sharing.table import SharingLoad
from investigate.workspace import Workspace

ADDED, REMOVED, RENAMED, UNCHANGED, NOT_KNOWN = CHANGES = ("added", "removed", "renamed", "unchanged", "not known")
ONE_SIDE = "Only one side has a list of "
COLUMNS = [
    "owner", "recipient", "system", "direction", WHAT, "change", "before_name", "after_name", "before_as_of",
    "after_as_of", "federal_immigration",
]  # fmt: skip


def compare_sharing(
    before: pd.DataFrame | SharingLoad | str | dt.date,
    after: pd.DataFrame | SharingLoad | str | dt.date,
    workspace: str | Path | Workspace | None = None,
    *,
    agency: str | None = None,
    incomplete: Collection[str] = (),
) -> pd.DataFrame:
    """Who stands in one of two sharing lists and not in the other, one row an agency on the list and kind of list.

    `before`, `after`: rows of sharing lists, what `load_sharing` gave (also lists that name nobody), or a day, which
    means each agency's newest list of that day or earlier among those loaded into the workspace. `agency` keeps one
    agency's lists. Agencies are told by the key of their
    names: another spelling or a status tag is `renamed`. `incomplete`: releases (first digits of their SHA-256) from
    which names may be missing, such as scans; what one of them lacks is `not known`, never removed or added, and so it
    is for rows whose column `incomplete` says so. Columns: owner, recipient, system, direction, what, change,
    before_name, after_name (as released), before_as_of, after_as_of, federal_immigration (the agency on the list is
    such an office).

    Lists that only one side has are not compared; `attrs["left_out"]` says which. Raises UnknownValue where nothing can
    be compared: no list, no date, lists of different kinds, the same list twice.
    """
    before, after = (side.lists if isinstance(side, SharingLoad) else side for side in (before, after))
    days = [_day(side) for side in (before, after) if not isinstance(side, pd.DataFrame)]
    if days != sorted(days):
        raise UnknownValue(f"The later day, {days[1]}, lies before the earlier one, {days[0]}. Swap them.")
    by_day = bool(days)
    loaded = open_sharing(workspace) if by_day else pd.DataFrame()
    frames = [loaded if not isinstance(side, pd.DataFrame) else side for side in (before, after)]
    names = {
        name for frame in frames for column in ("owner", "recipient", "listed_by") for name in frame.get(column, [])
    }
    known = known_names([*names, *([agency] if agency else [])], None, workspace)
    lists = []
    for word, side, frame in zip(("earlier", "later"), (before, after), frames, strict=True):
        rows = _lists_of(frame, known, agency, incomplete)
        lists.append(_one_list(rows, word) if isinstance(side, pd.DataFrame) else _lists_on(rows, _day(side)))
    kinds, left_out = _comparable(lists[0], lists[1], by_day)
    for kind in kinds:
        _check_order(lists[0], lists[1], kind)
    if by_day:
        left_out += _undated(_lists_of(loaded, known, agency, incomplete))
    parts = [_compare(lists[0][_is_kind(lists[0], kind)], lists[1][_is_kind(lists[1], kind)], known) for kind in kinds]
    order = ["owner", "system", WHAT, "direction", "change", "recipient", "before_name", "after_name"]
    result = pd.concat(parts, ignore_index=True).sort_values(order, ignore_index=True)[COLUMNS]
    result.attrs["left_out"] = left_out
    return result


def _day(side: object) -> dt.date:
    try:
        day = dt.date.fromisoformat(side) if isinstance(side, str) else pd.Timestamp(side).date()
        if pd.isna(day):
            raise ValueError("no day")
        return day
    except (TypeError, ValueError) as wrong:
        raise UnknownValue(
            f"{side!r} is not a day. Give a day such as 2025-01-20, or the rows of a sharing list."
        ) from wrong


def _check_order(before: pd.DataFrame, after: pd.DataFrame, kind: tuple[str, ...]) -> None:
    earlier, later = (rows[_is_kind(rows, kind)]["as_of"].max() for rows in (before, after))
    if pd.notna(earlier) and pd.notna(later) and later < earlier:
        raise UnknownValue(
            f"The later list of {_said(after, kind)}, of {later:%Y-%m-%d}, is older than the earlier one, of "
            f"{earlier:%Y-%m-%d}: who was added would be called removed. Swap them."
        )


def _lists_of(
    frame: pd.DataFrame, known: pd.DataFrame, agency: str | None, incomplete: Collection[str]
) -> pd.DataFrame:
    """The statements with lister_key, partner_key, partner (as released) and whether names may be missing."""
    rows = read_statements(frame, known, keep_empty=True)
    is_owner = rows["side"] != "recipient"
    rows = rows.assign(
        lister=rows["lister"].mask(rows["side"] == "third", rows["owner"]),
        partner_key=rows["recipient_key"].where(is_owner, rows["owner_key"]),
        partner=rows["released_recipient"].where(is_owner, rows["released_owner"]),
        partner_federal=rows["federal_immigration"].where(is_owner, rows["owner_federal"]),
        incomplete=rows["incomplete"] | rows["release"].isin(list(incomplete)),
    )
    if agency is None:
        return rows
    kept = rows[rows["lister_key"] == known.loc[agency, "number"]]
    if kept.empty:
        raise unknown("agency", agency, sorted(rows["lister"].unique()), "It has no sharing list here.")
    return kept


def _one_list(rows: pd.DataFrame, word: str) -> pd.DataFrame:
    """The rows of a frame, which must not hold two dates of one list."""
    if rows.empty:
        raise UnknownValue(f"The {word} list has no rows. Give the rows of a sharing list, as load_sharing reads them.")
    dates = rows.groupby(LIST)["as_of"].agg(["nunique", "min", "max"])
    twice = dates[dates["nunique"] > 1]
    if len(twice):
        one = twice.iloc[0]
        raise UnknownValue(
            f"The {word} side holds lists of {_said(rows, twice.index[0])} of several days ({one['min']:%Y-%m-%d} to "
            f"{one['max']:%Y-%m-%d}). Keep the rows of one day, or give days and let the newest lists be found."
        )
    return rows


def _lists_on(rows: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The newest list of each kind not after the day."""
    if rows.empty:
        raise UnknownValue("No sharing list is loaded in this workspace. Load some with `investigate sharing FILE`.")
    dated = rows.dropna(subset=["as_of"])
    if dated.empty:
        raise UnknownValue(
            f"The sharing list of {rows['lister'].iloc[0]!r} has no date: what stood in it on {day} cannot be told. "
            "Load it again with its date (--as-of 2025-01-20), or compare the rows themselves."
        )
    until = dated[dated["as_of"] <= pd.Timestamp(day)]
    if until.empty:
        first = dated.loc[dated["as_of"].idxmin()]
        raise UnknownValue(
            f"No sharing list of {day} or earlier is loaded; the first is that of {first['lister']!r} of "
            f"{first['as_of']:%Y-%m-%d}. Choose a later day, or load an earlier list."
        )
    return until[until["as_of"] == until.groupby(LIST)["as_of"].transform("max")]


def _undated(rows: pd.DataFrame) -> list[str]:
    undated = rows[rows["as_of"].isna()]
    return [f"The list of {_said(undated, kind)} has no date and was left out." for kind in _kinds(undated)]


def _comparable(before: pd.DataFrame, after: pd.DataFrame, by_day: bool) -> tuple[list[tuple[str, ...]], list[str]]:
    """The kinds of list that both sides have, and sentences on those that cannot be compared."""
    sides = [{kind: rows[_is_kind(rows, kind)] for kind in _kinds(rows)} for rows in (before, after)]
    both, left_out = [], []
    for kind in sorted({*sides[0], *sides[1]}):
        found = [side.get(kind) for side in sides]
        rows = next(one for one in found if one is not None)
        named = _said(rows, kind)
        if any(one is None for one in found):
            left_out.append(f"{ONE_SIDE}{named}.")
        elif by_day and _is_same(*found):
            left_out.append(f"Both days have the same list of {named}, {_date_said(rows)}.")
        else:
            both.append(kind)
    if both:
        return both, left_out
    raise UnknownValue(
        f"Nothing can be compared. {' '.join(left_out[:4])} Two lists of one agency, system and kind are needed, such "
        "as detections shared in 2020 and in 2024."
    )


def _kinds(rows: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(rows[LIST].drop_duplicates().itertuples(index=False, name=None))


def _is_kind(rows: pd.DataFrame, kind: tuple[str, ...]) -> pd.Series:
    return (rows[LIST] == list(kind)).all(axis=1)


def _is_same(before: pd.DataFrame, after: pd.DataFrame) -> bool:
    """Whether two days found one and the same list."""
    return set(before["as_of"]) == set(after["as_of"]) and set(before["release"]) == set(after["release"])


def _said(rows: pd.DataFrame, kind: tuple[str, ...]) -> str:
    held = rows[_is_kind(rows, kind)].iloc[0]
    return f"{held['lister']!r} ({held['system']}, {held[WHAT]} {held['direction']})"


def _date_said(rows: pd.DataFrame) -> str:
    when = rows["as_of"].max()
    return "without a date" if pd.isna(when) else f"that of {when:%Y-%m-%d}"


def _compare(before: pd.DataFrame, after: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Two lists of one kind, one row an agency on either of them."""
    first = before.iloc[0]
    names = pd.DataFrame({"before_name": _names(before), "after_name": _names(after)})
    said = [_change(row.before_name, row.after_name) for row in names.itertuples()]
    change = pd.Series(said, index=names.index, dtype=object)
    change = change.mask((change == REMOVED) & after["incomplete"].any(), NOT_KNOWN)
    change = change.mask((change == ADDED) & before["incomplete"].any(), NOT_KNOWN)
    both = pd.concat([before, after])
    by_key = known.drop_duplicates("number").set_index("number")
    partner = names.index.to_series().map(by_key["agency"])
    lister = by_key.loc[first["lister_key"], "agency"]
    is_received = first["side"] == "recipient"
    federal = both.groupby("partner_key")["partner_federal"].any()
    return names.assign(
        owner=partner if is_received else lister,
        recipient=lister if is_received else partner,
        change=change,
        before_as_of=before["as_of"].max(),
        after_as_of=after["as_of"].max(),
        federal_immigration=names.index.map(federal).astype(bool),
        **{name: first[name] for name in ("system", "direction", WHAT)},
    )


def _names(rows: pd.DataFrame) -> pd.Series:
    """The names under which each agency stands in a list, by its key."""
    told = rows.loc[rows["partner_key"] >= 0, ["partner_key", "partner"]].drop_duplicates().sort_values("partner")
    return told.groupby("partner_key")["partner"].agg("; ".join)


def _change(before: object, after: object) -> str:
    if not isinstance(before, str):
        return ADDED
    if not isinstance(after, str):
        return REMOVED
    return UNCHANGED if before == after else RENAMED
