"""287(g): which agencies had signed an agreement with ICE on a day, from ICE's own sheets, matched by name.

The sheets lie in `data/manual/287g` of a workspace (the product ships none; `data/README.md` says where to get them).
An agreement is with ICE and says nothing of licence-plate readers. Every match is one of names, to be confirmed; what
is only similar is listed apart and never counted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from investigate.agencies.agreements import Listed, Sheet, read_sheets
from investigate.agencies.sheet_names import Similar, differ_in_law, identify_listed, match_key, stated
from investigate.errors import RefusedFile
from investigate.workspace import Workspace, open_workspace

FOLDER = "287g"
TO_CONFIRM = "name match, to be confirmed"
# Why an agency was compared with no row of a sheet.
A_FEDERAL = "a federal agency, and agreements are with state and local ones"
NO_STATE = "its state is not known"
TOO_LITTLE = "its name does not say enough of place, county or precinct"
COLUMNS = [
    "agency", "state", "type", "county", "model", "signed", "moa", "sheet", "row", "other_days", "last_listed",
    "gone_after", "place", "kind", "which", "county_fips", "key",
]  # fmt: skip
MATCHED = ["agency", "model", "signed", "other_days", "last_listed", "gone_after", "listed_as", "sheet", "row", "label"]
NEAR = ["agency", "listed_as", "state", "model", "signed", "sheet", "row", "why"]
APART = ["agency", "why"]


@dataclass(frozen=True)
class Agreements:
    """What the sheets of a workspace list.

    `listed`: one row an agreement (agency, model, day of signing), as the newest sheet that lists agency and model has
    it, with its row; `other_days`: what other sheets say of the day, in words; `pending`: the same columns, not signed.
    `last_listed`: day of the newest sheet that lists it; `gone_after`: the same where a later sheet lists it no more,
    so that it may have ended. `told`: what is odd.
    """

    listed: pd.DataFrame
    pending: pd.DataFrame
    sheets: tuple[Sheet, ...] = ()
    told: tuple[str, ...] = ()
    stamp: str = ""

    def __bool__(self) -> bool:
        return bool(self.sheets)


class Matches(NamedTuple):
    """`matched`: agencies with their agreements (columns MATCHED); `near`: what is only similar, and why (NEAR);
    `apart`: agencies that were compared with nothing, and why (APART)."""

    matched: pd.DataFrame
    near: pd.DataFrame
    apart: pd.DataFrame


def list_sheets(workspace: str | Path | Workspace | None = None) -> list[Path]:
    """The files with agreements in a workspace, by name; hidden files and notes (README, .md, .txt) are left out."""
    folder = open_workspace(workspace).manual / FOLDER
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RefusedFile(
            f"The folder {FOLDER} in data/manual cannot be read: {error.strerror}. Mend its rights."
        ) from error
    return [
        path for path in files if not path.name.startswith((".", "~$")) and path.suffix.lower() not in {".md", ".txt"}
    ]


def agreements_stamp(workspace: str | Path | Workspace | None = None) -> str:
    """Changes with the content and the names of the sheets; empty where there are none."""
    files = list_sheets(workspace)
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest() if files else ""


def read_agreements(workspace: str | Path | Workspace | None = None) -> Agreements:
    """Every sheet in `data/manual/287g` of a workspace; empty where there is none.

    Raises RefusedFile for a file that is something else, as `read_sheets` does.
    """
    sheets = sheets_at_hand(workspace)
    signed = [sheet for sheet in sheets if not sheet.is_pending]
    pending = [sheet for sheet in sheets if sheet.is_pending]
    return Agreements(
        _union(signed), _union(pending), tuple(sheets), tuple(tell_odd(sheets)), agreements_stamp(workspace)
    )


def sheets_at_hand(workspace: str | Path | Workspace | None = None) -> list[Sheet]:
    """Every sheet in `data/manual/287g` of a workspace, with its rows; raises RefusedFile as `read_sheets` does."""
    return [sheet for path in list_sheets(workspace) for sheet in read_sheets(path)]


def tell_odd(sheets: list[Sheet]) -> list[str]:
    """What is odd about these sheets, a sentence or two each."""
    undated = [sheet.name for sheet in sheets if sheet.as_of is None]
    return [said for sheet in sheets for said in sheet.told] + [
        f"{name}: its name states no one day, so that it does not tell what ended. Add it as 2026-05-18."
        for name in undated
    ]


# ---- several sheets, one list ---------------------------------------------------------------------------


def _union(sheets: list[Sheet]) -> pd.DataFrame:
    """One row an agreement, as the newest sheet that lists agency and model has it."""
    known = {one: identify_listed(one) for one in {_who(row) for sheet in sheets for row in sheet.rows}}
    by_model: dict[tuple[Any, ...], list[tuple[Sheet, Listed]]] = defaultdict(list)
    for sheet in sorted(sheets, key=lambda one: (one.as_of or dt.date.min, one.name)):
        for row in sheet.rows:
            by_model[row.state, known[_who(row)]["key"], row.model.casefold()].append((sheet, row))
    newest = max((sheet.as_of for sheet in sheets if sheet.as_of), default=None)
    rows = []
    for found in by_model.values():
        last = max((sheet.as_of for sheet, _ in found if sheet.as_of), default=None)
        gone = last if last and newest and last < newest else None
        kept, other_days = _newest(found)
        for row in kept:
            facts = {
                name: getattr(row, name)
                for name in ("agency", "state", "type", "county", "model", "signed", "moa", "sheet", "row")
            }
            told = {"other_days": other_days, "last_listed": last, "gone_after": gone}
            rows.append(facts | told | known[_who(row)])
    frame = pd.DataFrame(rows, columns=COLUMNS)
    for name in ("signed", "last_listed", "gone_after"):
        frame[name] = pd.to_datetime(frame[name])
    return frame.sort_values(["state", "agency", "model", "signed", "row"], ignore_index=True)


def _newest(found: list[tuple[Sheet, Listed]]) -> tuple[list[Listed], str]:
    """The rows that stand, one a day of signing, and the days of other sheets in words.

    They are those of the newest sheet; where no day can be read in it, those of the newest in which one can.
    """
    dated = [(sheet, row) for sheet, row in found if row.signed]
    chosen = (dated or found)[-1][0]
    kept = {row.signed: row for sheet, row in found if sheet is chosen}
    others = {row.signed: sheet for sheet, row in dated if row.signed not in kept}
    said = [f"{_which(sheet, chosen)} sheet has {day}" for day, sheet in sorted(others.items(), key=str)]
    return list(kept.values()), "; ".join(said)


def _which(other: Sheet, chosen: Sheet) -> str:
    return "an earlier" if other.as_of and chosen.as_of and other.as_of < chosen.as_of else "another"


def _who(row: Listed) -> tuple[str, str | None, str]:
    return row.agency, row.state, row.county


# ---- agencies in the data -------------------------------------------------------------------------------


def match_agreements(agencies: pd.DataFrame, agreements: Agreements) -> Matches:
    """Which of these agencies (an agencies frame) stand in the sheets by name, which only nearly, and which cannot be
    compared. Every match is of names and has to be confirmed; without a sheet all three are empty.
    """
    listed = agreements.listed
    by_key = dict(list(listed.groupby("key"))) if len(listed) else {}
    index = Similar(listed)
    matched, near, apart = [], [], []
    for one in agencies.to_dict("records") if len(listed) else ():
        facts = {name: stated(one.get(name)) for name in ("agency", "kind", "which", "state", "place", "county_fips")}
        kind, name = facts["kind"] or "unresolved", str(facts["agency"])
        if kind == "federal" or not facts["state"]:
            apart.append({"agency": name, "why": A_FEDERAL if kind == "federal" else NO_STATE})
            continue
        flags = _flags(one.get("flags"))
        key = match_key(name, kind, facts["which"], facts["state"], facts["place"], facts["county_fips"], flags)
        rows = by_key[key].to_dict("records") if key in by_key else []
        differing = [(row, differ_in_law(name, row["agency"], facts["place"])) for row in rows]
        matched += [_matched(name, row) for row, why in differing if not why]
        similar = [(pd.Series(row), why) for row, why in differing if why]
        if not rows:
            similar += [(listed.iloc[at], why) for at, why in index.find(name, kind, facts)]
        near += [_near(name, row, why) for row, why in similar]
        if key is None and not similar:
            apart.append({"agency": name, "why": TOO_LITTLE})
    return Matches(
        pd.DataFrame(matched, columns=MATCHED).drop_duplicates(ignore_index=True),
        pd.DataFrame(near, columns=NEAR).drop_duplicates(ignore_index=True),
        pd.DataFrame(apart, columns=APART).drop_duplicates(ignore_index=True),
    )


def _flags(given: Any) -> list[str]:
    """The flags of an agency: a list in a frame, text joined by semicolons in the table of spellings."""
    if isinstance(given, str):
        return given.split("; ")
    return [str(flag) for flag in given] if hasattr(given, "__iter__") else []


def _matched(name: str, row: dict[str, Any]) -> dict[str, Any]:
    facts = {column: row[column] for column in MATCHED if column in row and column != "agency"}
    return {"agency": name, "listed_as": row["agency"], "label": TO_CONFIRM, **facts}


def _near(name: str, row: pd.Series, why: str) -> dict[str, Any]:
    facts = {column: row[column] for column in ("state", "model", "signed", "sheet", "row")}
    return {"agency": name, "listed_as": row["agency"], "why": why, **facts}


# ---- on a day -------------------------------------------------------------------------------------------


def agreement_on(matches: Matches, agency: str, day: dt.date) -> list[str]:
    """The models that an agency had signed by a day (of the release's zone), in alphabetical order.

    An agreement without a known day of signing counts on no day. One that a later sheet does not list counts on: it may
    have ended, and no sheet says when (`gone_after` tells since when that is so).
    """
    rows = matches.matched
    signed = rows[(rows["agency"] == agency) & (rows["signed"] <= pd.Timestamp(day))]
    return sorted(signed["model"].unique())
