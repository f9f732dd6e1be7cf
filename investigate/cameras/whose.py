"""Whose network a camera belongs to, and by which rule that is said; where nothing says so, that it is not known.

Most camera locations name no operator. What a person decided comes first, then the operator that a camera names, then
where it stands. No rule says that a camera was looked at: only that it may be one of a network that was searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from investigate.cameras.areas import Areas
from investigate.cameras.by_hand import ByHand
from investigate.cameras.named import CITY_NAMED, DOUBTED, UNIVERSITY_NAMED, KnownAgencies, name_operators
from investigate.cameras.stands import Stands

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Values of `by`, strongest first. A camera with one of OWN is drawn as the agency's.
BY_HAND = "by hand"
BY_OPERATOR = "operator named"
BY_BOUNDARY = "inside its boundary"
BY_COUNTY = "inside its county"
UNKNOWN = "in its county, nothing says whose"
OTHER = "another operator named"
RULES = (BY_HAND, BY_OPERATOR, BY_BOUNDARY, BY_COUNTY, UNKNOWN, OTHER)
OWN = frozenset({BY_HAND, BY_OPERATOR, BY_BOUNDARY})
# What each says in a caption after a number, of several cameras and of one.
WORDS = {
    BY_HAND: "listed as its own by hand",
    BY_OPERATOR: "whose operator names it",
    BY_BOUNDARY: "inside its boundary that name no operator, or only the maker",
    BY_COUNTY: "inside its county of which nothing says whose they are, its cities' among them",
    UNKNOWN: "in its county of which nothing says whose they are",
    OTHER: "of another or an unclear operator, not drawn as its own",
}
WORDS_OF_ONE = WORDS | {
    BY_BOUNDARY: "inside its boundary that names no operator, or only the maker",
    BY_COUNTY: "inside its county of which nothing says whose it is: it may be one of its cities'",
    UNKNOWN: "in its county of which nothing says whose it is",
}
CITIES_TOO = "Inside a county stand cameras of its cities too: where no operator is named, they are counted as well."
# Values of `note` beside those of named.py.
PRIVATE = "private operator"
CANNOT_BE_TOLD = "operator that cannot be told"
ANOTHERS_BY_HAND = "another agency's by hand"
NOBODYS_BY_HAND = "no agency's by hand"
SAID = {
    CITY_NAMED: "of a city or county itself",
    UNIVERSITY_NAMED: "of a university itself",
    PRIVATE: "private",
    CANNOT_BE_TOLD: "not to be told",
    DOUBTED: "said to be gone, planned or not sure",
    ANOTHERS_BY_HAND: "another agency's by hand",
}

COLUMNS = [
    "camera", "release", "row", "lat", "lon", "by", "note", "operator", "operator_kind", "maker", "not_placed",
]  # fmt: skip
_SILENT = ("not said", "vendor")  # values of operator_kind that name nobody who runs the camera
_AREA_RULES = {"boundary": BY_BOUNDARY, "county": BY_COUNTY, "unknown": UNKNOWN}


class Whose:
    """Camera locations with what a person or their operator says of each, made once for as many agencies as are asked.

    `cameras`: the declared table. `agencies`: all that are known (rows of `agency_facts`, or made of them): an operator
    that fits two of them is told by neither. Raises BadOwners where two lines decided by hand contradict each other.
    """

    def __init__(
        self,
        cameras: pd.DataFrame,
        agencies: pd.DataFrame | KnownAgencies,
        by_hand: ByHand | None = None,
        areas: Areas | None = None,
    ) -> None:
        self.known = agencies if isinstance(agencies, KnownAgencies) else KnownAgencies(records(agencies))
        self._table = _in_order(cameras)
        self.told = self._tell(by_hand or ByHand())
        self._stands = Stands(self._table, areas or Areas())
        self._rows_of = {str(name): rows for name, rows in self.told.groupby("agency").indices.items()}

    def _tell(self, by_hand: ByHand) -> pd.DataFrame:
        """See `camera_owners`."""
        table = self._table
        hand = by_hand.decide(table, self.known.called)
        lines = pd.Series(hand, index=table.index, dtype=object)
        is_decided = lines.notna()
        named = name_operators(table, self.known)
        agency, note = named["agency"].mask(is_decided, lines), named["note"].mask(is_decided, None)
        agency, note = agency.mask(lines == "", None), note.mask(lines == "", NOBODYS_BY_HAND)
        by = np.select([is_decided & (lines != ""), agency.notna()], [BY_HAND, BY_OPERATOR], default=UNKNOWN)
        agency, note = (column.astype(object).where(column.notna(), None) for column in (agency, note))
        return table[["camera", "release", "row"]].assign(agency=agency, by=by, note=note)

    def of(self, owner: Mapping[str, Any]) -> pd.DataFrame:
        """The cameras in question for one agency: see `cameras_of`."""
        name = str(owner["agency"])
        rule, inside = self._stands.of(owner, self.known.has_two_polices)
        at = np.union1d(inside, self._rows_of.get(name, np.empty(0, dtype=np.intp))).astype(np.intp)
        table, told = self._table.iloc[at], self.told.iloc[at]
        is_its = (told["agency"] == name).to_numpy()
        is_silent = table["operator_kind"].isin(_SILENT).to_numpy()
        is_free = ((told["by"] == UNKNOWN) & (told["note"] != NOBODYS_BY_HAND)).to_numpy()
        by = np.select(
            [is_its, is_free & is_silent],
            [told["by"].to_numpy(dtype=object), np.full(len(at), _AREA_RULES[rule], dtype=object)],
            default=OTHER,
        )
        result = table.assign(by=by, note=_notes(table, by, told))[COLUMNS]
        is_private = (table["operator_kind"] == "private").to_numpy() & (by != BY_OPERATOR)
        is_private |= owner.get("kind") == "private"
        result.loc[is_private | (table["operator_kind"] == "unclear").to_numpy(), "operator"] = None
        is_hidden = (is_private & (by != BY_HAND)) | table["not_placed"].notna().to_numpy()
        result.loc[is_hidden, ["lat", "lon"]] = np.nan
        return result.reset_index(drop=True)


def cameras_of(
    owner: Mapping[str, Any],
    cameras: pd.DataFrame,
    by_hand: ByHand | None = None,
    areas: Areas | None = None,
    agencies: pd.DataFrame | KnownAgencies | None = None,
) -> pd.DataFrame:
    """The cameras in question for one agency, one row each, with the rule that says so: see COLUMNS, RULES, `note`.

    `owner`: the agency as a row of `agency_facts`. `cameras`: the whole table; in a part of it, degrees decided by hand
    can mean another camera. `agencies`: the others that are known, as for Whose, which is faster for many. Degrees are
    those of the table (WGS84), empty where the camera is not placed; of a private operator neither name nor degrees
    are given, unless by hand; of an unclear one no name, which may be a person's. Sorted by release and row. Raises
    BadOwners as Whose.
    """
    known = agencies if isinstance(agencies, KnownAgencies) else KnownAgencies(_rows(owner, agencies))
    return Whose(cameras, known, by_hand, areas).of(owner)


def camera_owners(
    cameras: pd.DataFrame, agencies: pd.DataFrame | KnownAgencies, by_hand: ByHand | None = None
) -> pd.DataFrame:
    """For each camera the agency that a person or its operator names; where it stands says nothing here.

    `agencies` as `agency_facts` gives them. Columns camera, release, row, agency (None: not told), by (BY_HAND,
    BY_OPERATOR or UNKNOWN), note; sorted by release and row. Raises BadOwners as Whose.
    """
    return Whose(cameras, agencies, by_hand).told


def _notes(table: pd.DataFrame, by: NDArray[Any], told: pd.DataFrame) -> pd.Series:
    """What else there is to say of each camera's rule; None: nothing. The last that fits."""
    is_other = by == OTHER
    noted = told["note"].where((by == BY_OPERATOR) | (is_other & told["note"].isin((DOUBTED, NOBODYS_BY_HAND))), None)
    is_open = is_other & noted.isna().to_numpy()
    noted[is_open & (table["operator_kind"] == "unclear").to_numpy()] = CANNOT_BE_TOLD
    noted[is_open & (table["operator_kind"] == "private").to_numpy()] = PRIVATE
    noted[is_other & (told["by"] == BY_HAND).to_numpy()] = ANOTHERS_BY_HAND
    return noted.astype(object).where(noted.notna(), None)


def count_by(result: pd.DataFrame) -> dict[str, int]:
    """How many cameras each rule gave, in the order of RULES; they sum to the rows of `cameras_of`."""
    return {rule: int((result["by"] == rule).sum()) for rule in RULES}


def say_by(result: pd.DataFrame, agency: str) -> str:
    """A sentence for a caption: how many cameras are in question for the agency, and by which rules."""
    if result.empty:
        return (
            f"No camera location that was loaded could be matched to {agency}, by its operator or by where it stands: "
            "that does not say that the agency has none."
        )
    several = len(result) > 1
    whole = f"{len(result):,} camera location{'s' if several else ''} in question for {agency}"
    parts = _parts(result)
    if len(parts) == 1:
        ((words, _),) = parts
        text = f"All {whole}: {words}." if several else f"{whole}: {words}."
    else:
        text = f"Of {whole}: {', '.join(f'{many:,} {words}' for words, many in parts)}."
    unplaced = int(result["not_placed"].notna().sum())
    text += f" {unplaced:,} of all cannot be placed on a map." if unplaced else ""
    return f"{text} {CITIES_TOO}" if (result["by"] == BY_COUNTY).any() else text


def _parts(result: pd.DataFrame) -> list[tuple[str, int]]:
    """Words and number of each class; what is no agency's by hand stands apart."""
    nobodys = (result["note"] == NOBODYS_BY_HAND).to_numpy()
    parts = []
    for rule, many in count_by(result[~nobodys]).items():
        if many:
            words = (WORDS if many > 1 else WORDS_OF_ONE)[rule]
            parts.append((words + _explained(result[~nobodys & (result["by"] == rule).to_numpy()], rule), many))
    return parts + ([("of no agency, by hand", int(nobodys.sum()))] if nobodys.any() else [])


def _explained(rows: pd.DataFrame, rule: str) -> str:
    """The notes of one class in brackets: those of other operators add up to it."""
    notes = rows["note"].value_counts()
    found = [f"{notes[note]:,} {words}" for note, words in SAID.items() if note in notes]
    rest = len(rows) - int(notes.sum())
    found += [f"{rest:,} of another that is named"] if rest and rule == OTHER else []
    return f" ({', '.join(found)})" if found else ""


def _in_order(cameras: pd.DataFrame) -> pd.DataFrame:
    """What is needed of the camera table, sorted by release and row."""
    needed = [*(name for name in COLUMNS if name not in ("by", "note")), "state", "county_fips"]
    return pd.DataFrame(cameras[needed]).sort_values(["release", "row"], ignore_index=True)


def _rows(owner: Mapping[str, Any], agencies: pd.DataFrame | None) -> Iterable[Mapping[str, Any]]:
    others = [] if agencies is None else records(agencies)
    return [owner, *(row for row in others if row["agency"] != owner["agency"])]


def records(agencies: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table of agencies."""
    return [{str(name): value for name, value in row.items()} for row in agencies.to_dict("records")]
