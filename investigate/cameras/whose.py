"""Whose network a camera belongs to, and by which rule that is said; where nothing says so, that it is not known.

Most camera locations name no operator. What a person decided comes first, then the operator that a camera names, then
where it stands. No rule says that a camera was looked at: only that it may be one of a network that was searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from investigate.agencies.places import find_county, fold_place
from investigate.agencies.read_name import read_name
from investigate.cameras.areas import Areas
from investigate.cameras.by_hand import ByHand
from investigate.cameras.named import CITY_NAMED, TOWN_POLICE, KnownAgencies, name_operators

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

# Values of `by`, strongest first. A camera with one of OWN is drawn as the agency's.
BY_HAND = "by hand"
BY_OPERATOR = "operator named"
BY_BOUNDARY = "inside its boundary"
BY_COUNTY = "inside its county"
UNKNOWN = "in its county, nothing says whose"
OTHER = "another operator named"
RULES = (BY_HAND, BY_OPERATOR, BY_BOUNDARY, BY_COUNTY, UNKNOWN, OTHER)
OWN = frozenset({BY_HAND, BY_OPERATOR, BY_BOUNDARY, BY_COUNTY})
# What each says in a caption, after a number.
WORDS = {
    BY_HAND: "listed as its own by hand",
    BY_OPERATOR: "whose operator names it",
    BY_BOUNDARY: "inside its boundary that name no operator",
    BY_COUNTY: "inside its county that name no operator",
    UNKNOWN: "in its county of which nothing says whose they are",
    OTHER: "of another or an unclear operator, not drawn as its own",
}
CITIES_TOO = "Inside a county stand cameras of its cities too: where no operator is named, they are counted as well."
# Values of `note` beside CITY_NAMED.
PRIVATE = "private operator"
CANNOT_BE_TOLD = "operator that cannot be told"
ANOTHERS_BY_HAND = "another agency's by hand"
NOBODYS_BY_HAND = "no agency's by hand"

COLUMNS = [
    "camera", "release", "row", "lat", "lon", "by", "note", "operator", "operator_kind", "maker", "not_placed",
]  # fmt: skip
_SILENT = ("not said", "vendor")  # values of operator_kind that name nobody who runs the camera
# Cities that are the whole of their county, beside the independent ones that stand among the counties.
_CITY_COUNTIES = {
    "06075": "San Francisco", "08014": "Broomfield", "08031": "Denver", "11001": "Washington", "22071": "New Orleans",
    "42101": "Philadelphia",
}  # fmt: skip
_NEW_YORK = frozenset({"36005", "36047", "36061", "36081", "36085"})


@dataclass(frozen=True)
class _Area:
    """Where an agency's cameras can stand: a boundary or counties; `by`: what that alone says of a camera there."""

    by: str
    counties: frozenset[str] = frozenset()
    boundary: BaseGeometry | None = None

    def holds(self, cameras: pd.DataFrame) -> NDArray[np.bool_]:
        placed = ~_is_text(cameras["not_placed"])
        if self.boundary is None:
            return np.asarray(placed & cameras["county_fips"].isin(self.counties).to_numpy())
        import shapely  # noqa: PLC0415 - only where there are boundaries

        shapely.prepare(self.boundary)
        lat, lon = _degrees(cameras, "lat"), _degrees(cameras, "lon")
        return np.asarray(placed & shapely.contains_xy(self.boundary, lon, lat))


def cameras_of(
    owner: Mapping[str, Any],
    cameras: pd.DataFrame,
    by_hand: ByHand | None = None,
    areas: Areas | None = None,
    agencies: pd.DataFrame | KnownAgencies | None = None,
) -> pd.DataFrame:
    """The cameras in question for one agency, one row each, with the rule that says so: see COLUMNS, RULES, `note`.

    `owner`: the agency as a row of `agency_facts`. `cameras`: the declared table. `agencies`: the others that are known
    (`agency_facts`; made once as KnownAgencies, with the owner, where many are asked for): an operator that fits two of
    them is told by neither. Degrees are those of the table (WGS84), empty where the camera is not placed; of a private
    operator neither name nor degrees are given, unless by hand. Sorted by release and row. Raises BadOwners where two
    lines decided by hand contradict each other.
    """
    known = agencies if isinstance(agencies, KnownAgencies) else KnownAgencies(_rows(owner, agencies))
    table = _in_order(cameras)
    name = str(owner["agency"])
    hand = _decided(by_hand or ByHand(), table, known)
    named = _named_as(owner, table, known)
    area = _area(owner, areas or Areas())
    inside = area.holds(table) if area else np.zeros(len(table), dtype=bool)
    is_silent = table["operator_kind"].isin(_SILENT).to_numpy()
    is_named = (named["agency"] == name).to_numpy()
    is_own, is_decided = (hand == name).to_numpy(), hand.notna().to_numpy()
    by = np.select(
        [is_own, is_decided, is_named, inside & ~is_silent, inside],
        [BY_HAND, OTHER, BY_OPERATOR, OTHER, area.by if area else ""],
        default="",
    )
    result = table.assign(by=by, note=_notes(table, by, hand, named["note"]))[COLUMNS]
    hidden = ((table["operator_kind"] == "private").to_numpy() & ~is_named) | (owner.get("kind") == "private")
    result.loc[hidden, "operator"] = None
    result.loc[(hidden & (by != BY_HAND)) | _is_text(table["not_placed"]), ["lat", "lon"]] = np.nan
    return result[inside | is_own | is_named].reset_index(drop=True)


def _notes(table: pd.DataFrame, by: NDArray[Any], hand: pd.Series, named: pd.Series) -> pd.Series:
    """What else there is to say of each camera's rule; None: nothing. The first that fits."""
    is_other = by == OTHER
    noted = pd.Series(None, index=table.index, dtype=object)
    noted[(by == BY_OPERATOR) & (named == CITY_NAMED).to_numpy()] = CITY_NAMED
    noted[is_other & (table["operator_kind"] == "unclear").to_numpy()] = CANNOT_BE_TOLD
    noted[is_other & (table["operator_kind"] == "private").to_numpy()] = PRIVATE
    noted[is_other & hand.notna().to_numpy()] = ANOTHERS_BY_HAND
    noted[is_other & (hand == "").to_numpy()] = NOBODYS_BY_HAND
    return noted


def camera_owners(
    cameras: pd.DataFrame, agencies: pd.DataFrame | KnownAgencies, by_hand: ByHand | None = None
) -> pd.DataFrame:
    """For each camera the agency that a person or its operator names; where it stands says nothing here.

    `agencies` as `agency_facts` gives them. Columns camera, release, row, agency (None: not told), by (BY_HAND,
    BY_OPERATOR or UNKNOWN), note; sorted by release and row. Raises BadOwners as `cameras_of`.
    """
    known = agencies if isinstance(agencies, KnownAgencies) else KnownAgencies(_records(agencies))
    table = _in_order(cameras)
    hand = _decided(by_hand or ByHand(), table, known)
    named = name_operators(table, known)
    agency = named["agency"].where(hand.isna(), hand.mask(hand == "", None))
    agency = agency.astype(object).where(agency.notna(), None)
    by = np.select([agency.isna(), hand.notna()], [UNKNOWN, BY_HAND], default=BY_OPERATOR)
    note = named["note"].where(hand.isna(), None).mask(hand == "", NOBODYS_BY_HAND)
    return table[["camera", "release", "row"]].assign(agency=agency, by=by, note=note.where(note.notna(), None))


def count_by(result: pd.DataFrame) -> dict[str, int]:
    """How many cameras each rule gave, in the order of RULES; they sum to the rows of `cameras_of`."""
    return {rule: int((result["by"] == rule).sum()) for rule in RULES}


def say_by(result: pd.DataFrame, agency: str) -> str:
    """A sentence for a caption: how many cameras are in question for the agency, and by which rules."""
    if result.empty:
        return (
            f"No camera location that was loaded names {agency} as operator or lies where only its own would: that "
            "does not say that it has none."
        )
    counts = count_by(result)
    said = [f"{count:,} {WORDS[rule]}{_of_these(result, rule)}" for rule, count in counts.items() if count]
    unplaced = int(_is_text(result["not_placed"]).sum())
    text = f"Of {len(result):,} camera locations in question for {agency}: {', '.join(said)}."
    text += f" {unplaced:,} of all cannot be placed on a map." if unplaced else ""
    return f"{text} {CITIES_TOO}" if counts[BY_COUNTY] else text


def _of_these(result: pd.DataFrame, rule: str) -> str:
    notes = result.loc[result["by"] == rule, "note"].value_counts()
    said = {
        CITY_NAMED: "of a city or county itself", PRIVATE: "private", CANNOT_BE_TOLD: "not to be told",
        ANOTHERS_BY_HAND: "another agency's by hand", NOBODYS_BY_HAND: "no agency's by hand",
    }  # fmt: skip
    found = [f"{notes[note]:,} {words}" for note, words in said.items() if note in notes]
    return f" ({', '.join(found)})" if found else ""


def _area(owner: Mapping[str, Any], areas: Areas) -> _Area | None:
    """Where the agency's cameras can stand, or None: a state's, a federal or a private body has no such area."""
    kind, which, state, place, fips, lat, lon = (
        None if pd.isna(owner.get(name)) else owner.get(name)
        for name in ("kind", "which", "state", "place", "county_fips", "lat", "lon")
    )
    if kind in ("state police", "federal", "private"):
        return None
    if kind in ("sheriff", "constable") or (kind == "police" and which == "county"):
        return _Area(BY_COUNTY, frozenset({fips})) if fips else None
    of_town = kind == "police" and which in (*TOWN_POLICE, "marshal")
    if place and state and (of_town or (kind == "other" and which == "municipality")):
        at = (lat, lon) if lat is not None and lon is not None else None
        if (boundary := areas.of(place, state, at)) is not None:
            return _Area(BY_BOUNDARY, boundary=boundary)
        if counties := _city_counties(place, state, fips):
            return _Area(BY_BOUNDARY, counties)
    return _Area(UNKNOWN, frozenset({fips})) if fips else None


def _city_counties(place: str, state: str, fips: str | None) -> frozenset[str]:
    """The counties that are one with a city: their boundary is its own. None for a city inside a county."""
    if fips is None:
        return _NEW_YORK if state == "NY" and fold_place(place) in ("newyork", "newyorkcity") else frozenset()
    own = find_county(f"City of {place}", state)
    is_independent = own is not None and own.legal == "city" and own.id == fips
    is_whole = fold_place(_CITY_COUNTIES.get(fips, "-")) == fold_place(place)
    return frozenset({fips}) if is_independent or is_whole else frozenset()


def _decided(by_hand: ByHand, table: pd.DataFrame, known: KnownAgencies) -> pd.Series:
    """Whose each camera is by hand: the known agency's name or what is written; "" for no agency; None: undecided."""
    called = {row.agency: known.called(row.agency) or row.agency for row in by_hand.rows if row.agency}
    lines = by_hand.decide(table)
    decided = [None if line is None else called[line.agency] if line.agency else "" for line in lines]
    return pd.Series(decided, index=table.index, dtype=object)


def _named_as(owner: Mapping[str, Any], table: pd.DataFrame, known: KnownAgencies) -> pd.DataFrame:
    """As `name_operators`; only of cameras whose operator can be this owner: in its state, or where a text names it."""
    state, texts = owner.get("state"), table["operator"]
    nothing = pd.DataFrame({"agency": None, "note": None}, index=table.index, dtype=object)
    can_be = texts.notna()
    if isinstance(state, str):
        away = {text for text in texts[can_be].unique() if read_name(text).state == state}
        can_be &= table["state"].isna() | (table["state"] == state) | texts.isin(away)
    if can_be.any():
        found = name_operators(table[can_be], known)
        nothing.loc[found.index] = found
    return nothing


def _in_order(cameras: pd.DataFrame) -> pd.DataFrame:
    """What is needed of the camera table, sorted by release and row."""
    needed = [*(name for name in COLUMNS if name not in ("by", "note")), "state", "county_fips"]
    return pd.DataFrame(cameras[needed]).sort_values(["release", "row"], ignore_index=True)


def _rows(owner: Mapping[str, Any], agencies: pd.DataFrame | None) -> Iterable[Mapping[str, Any]]:
    others = [] if agencies is None else _records(agencies)
    return [owner, *(row for row in others if row["agency"] != owner["agency"])]


def _records(agencies: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in agencies.to_dict("records")]


def _is_text(column: pd.Series) -> NDArray[np.bool_]:
    return column.notna().to_numpy(dtype=bool)


def _degrees(cameras: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return np.asarray(cameras[name].to_numpy(dtype="float64", na_value=np.nan))
