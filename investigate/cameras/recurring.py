"""The same camera in several releases: of OpenStreetMap known by its object, of released lists by all that they say.

Two lists of one agency mostly hold the same cameras twice. A camera of a list is taken for that of another only where
its own number, its operator and its point or its address are the same; what only partly agrees is told, not decided.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from investigate.cameras.rows import OSM_ID

_POINT = ("lat", "lon")
_ORDER = "order"  # position of a row's release, the newest first


def each_once(table: pd.DataFrame) -> pd.DataFrame:
    """The rows without those that stand in a newer release, too; `table` in the order of its releases' paths.

    A day that is not known counts as the oldest; of the same day the first release stands.
    """
    table = table.reset_index(drop=True)
    is_osm = _is_osm(table)
    newest_first = table[is_osm].assign(day=_days(table)[is_osm])
    newest_first = newest_first.sort_values("day", ascending=False, kind="stable", na_position="last")
    kept = set(newest_first.drop_duplicates("camera").index)
    listed = _keys(table[~is_osm])
    listed = listed[listed["own"].notna() & listed["operator"].notna()]
    older: set[int] = set()
    for place in (list(_POINT), ["address"]):
        told = listed.dropna(subset=place)
        newest = told.groupby(["own", "operator", *place])[_ORDER].transform("min")
        older |= set(told.index[told[_ORDER] > newest])
    is_kept = pd.Series(table.index.isin(kept), index=table.index) | ~is_osm
    return table[is_kept & ~table.index.isin(older)].reset_index(drop=True)


def find_recurring(frames: Sequence[pd.DataFrame], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Cameras that stand in two released lists as one agency's: (newer release, sentence) for each two lists.

    Alike are rows of one operator with the same own number, point or address. `names`: of the files, by release.
    """
    filled = [frame for frame in frames if len(frame)]
    table = pd.concat(filled, ignore_index=True) if filled else None
    if table is None or table["release"].nunique() < 2:
        return []
    listed = _keys(table[~_is_osm(table)])
    listed = listed[listed["operator"].notna()]
    alike = []
    for same in (["own"], list(_POINT), ["address"]):
        told = listed.dropna(subset=same).drop_duplicates(["release", "operator", *same])
        told = told[told.groupby(["operator", *same])["release"].transform("size") > 1]
        both = told.reset_index().merge(told, on=["operator", *same], suffixes=("", "_newer"))
        alike.append(both.loc[both[_ORDER] > both[f"{_ORDER}_newer"], ["index", "release", "release_newer"]])
    counts = pd.concat(alike).drop_duplicates().groupby(["release_newer", "release"], sort=True).size()
    return [
        (str(newer), _sentence(int(many), names, str(newer), str(older))) for (newer, older), many in counts.items()
    ]


def _sentence(many: int, names: Mapping[str, str], newer: str, older: str) -> str:
    cameras = "1 camera" if many == 1 else f"{many:,} cameras"
    return (
        f"{cameras} of {names.get(older, older)} and of {names.get(newer, newer)} have the same operator and the same "
        "number, point or address: two lists of one agency count its cameras twice. Keep only the list of the day that "
        "is asked for."
    )


def _is_osm(table: pd.DataFrame) -> pd.Series:
    return table["camera"].map(lambda camera: bool(OSM_ID.fullmatch(camera))).astype(bool)


def _days(table: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(table["snapshot"])


def _keys(listed: pd.DataFrame) -> pd.DataFrame:
    """What cameras are compared by: own number, operator, point, address; and which release is newer."""
    made = listed["release"] + ":" + listed["row"].astype(str)
    return pd.DataFrame(
        {
            "release": listed["release"],
            "own": listed["camera"].where(listed["camera"] != made, None),
            "operator": listed["operator"].map(_folded),
            "address": listed["address"].map(_folded),
            "lat": listed["lat"].round(6),
            "lon": listed["lon"].round(6),
            _ORDER: _orders(listed),
        }
    )


def _orders(listed: pd.DataFrame) -> pd.Series:
    releases = listed.assign(day=_days(listed)).drop_duplicates("release")
    releases = releases.sort_values("day", ascending=False, kind="stable", na_position="last")
    order = {release: at for at, release in enumerate(releases["release"])}
    return listed["release"].map(order).astype("int64")


def _folded(text: str | None) -> str | None:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip() or None if isinstance(text, str) else None
