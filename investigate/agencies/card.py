"""Who an agency is, on one card: what its name says, where it lies, its 287(g) agreements and the law of its state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from investigate.agencies.agency import say_where
from investigate.agencies.identify import identify_agencies
from investigate.agencies.laws import IS_LAW, Law, laws_in_force, laws_of
from investigate.agencies.programs import FOLDER, TO_CONFIRM, agreement_on, match_agreements, read_agreements
from investigate.agencies.states import STATE_NAMES
from investigate.workspace import Workspace, open_workspace

FIRST = ("name", "place", "state", "county_fips", "kind", "lat", "lon", "flags")
THEN = ("agency", "county", "which", "federal_immigration")
AGREED = ("model", "signed", "other_days", "listed_as", "sheet", "row", "last_listed", "gone_after")
SIMILAR = ("model", "signed", "listed_as", "sheet", "row", "why")


def agency_cards(
    names: Iterable[str], *, on: dt.date | None = None, workspace: str | Path | Workspace | None = None
) -> list[dict[str, Any]]:
    """What is known of each name, in order: name, place, state, county_fips, kind, lat, lon (degrees, WGS84), flags;
    then agency (the name it counts under), county, which, federal_immigration, agreements (287(g), from the workspace's
    sheets, by name), agreements_near (only similar names), agreements_unknown (why it could not be compared, or None),
    agreements_on_day (the models signed by the day `on`; default today), agreements_checked (whether there is
    a sheet), day, laws (of its state on that day; then those without a known first day or not seen to be law, which
    their `from` and `status` tell; None: not checked).

    None where a name does not say or no table holds it; never a guess.
    """
    room = open_workspace(workspace)
    day = on or dt.date.today()
    found = identify_agencies(list(names), room)
    agreements = read_agreements(room)
    matches = match_agreements(found, agreements)
    cards = []
    for row in found.to_dict("records"):
        card = {name: _plain(row[name]) for name in (*FIRST, *THEN)}
        of = {name: frame[frame["agency"] == row["agency"]] for name, frame in matches._asdict().items()}
        card["agreements"] = _records(of["matched"], AGREED)
        card["agreements_near"] = _records(of["near"], SIMILAR)
        card["agreements_unknown"] = None if of["apart"].empty else of["apart"]["why"].iloc[0]
        card["agreements_on_day"] = agreement_on(matches, row["agency"], day)
        card["agreements_checked"] = bool(agreements.sheets)
        card["day"] = day.isoformat()
        card["laws"] = _laws_on(card["state"], day)
        cards.append(card)
    return cards


def _records(frame: pd.DataFrame, names: Iterable[str]) -> list[dict[str, Any]]:
    return [{name: _plain(one[name]) for name in names} for one in frame.to_dict("records")]


def _laws_on(state: str | None, day: dt.date) -> list[dict[str, Any]] | None:
    if not state or not laws_of(state):
        return None
    on_day = laws_in_force(state, day)
    return [_law(law) for law in (*on_day.laws, *on_day.undated)]


def say_card(card: dict[str, Any]) -> str:
    """A card as a few lines for a terminal."""
    lines = [card["name"], *(f"  {head:<12}{said}" for head, said in _lines(card))]
    return "\n".join(lines)


def _lines(card: dict[str, Any]) -> list[tuple[str, str]]:
    said = [("kind", card["kind"] + (f" ({card['which']})" if card["which"] else ""))]
    if card["agency"] != card["name"]:
        said.append(("counts as", card["agency"]))
    said.append(("place", say_where(card["place"], card["county"], card["state"]) or "not known"))
    if card["county_fips"]:
        said.append(("county FIPS", card["county_fips"]))
    if card["lat"] is not None:
        said.append(("point", f"{card['lat']:.4f}, {card['lon']:.4f}"))
    if card["flags"]:
        said.append(("flags", ", ".join(card["flags"])))
    if card["federal_immigration"]:
        said.append(("", "a federal immigration agency by its name"))
    said += _agreements(card)
    said += _laws(card)
    return said


def _agreements(card: dict[str, Any]) -> list[tuple[str, str]]:
    if card["federal_immigration"]:
        return []
    if not card["agreements_checked"]:
        return [("287(g)", f"not checked: no sheet lies in data/manual/{FOLDER} (data/README.md: where to get one)")]
    if card["agreements_unknown"]:
        return [("287(g)", f"cannot be told: {card['agreements_unknown']}")]
    if not card["agreements"] and card["agreements_near"]:
        only = ("287(g)", "cannot be told: only similar names stand in the sheets, of which none is taken to be it")
        return [only, *(("similar", f"{_say_listed(one)}: {one['why']}") for one in card["agreements_near"])]
    if not card["agreements"]:
        return [("287(g)", "no agreement in the sheets with an agency of this name and place")]
    signed = ", ".join(card["agreements_on_day"]) or "no agreement"
    first = ("287(g)", f"signed by {card['day']}: {signed}, as the sheets list agencies of this name")
    return [first, *(("", f"{_say_signed(one, card['day'])}{_say_listed(one)}") for one in card["agreements"])]


def _say_signed(one: dict[str, Any], day: str) -> str:
    later = " (later)" if one["signed"] and one["signed"] > day else ""
    others = f" ({one['other_days']})" if one["other_days"] else ""
    gone = f"no longer listed after {one['gone_after']}, so that it may have ended, " if one["gone_after"] else ""
    return f"{one['model']}, signed {one['signed'] or 'on a day that cannot be read'}{later}{others}, {gone}"


def _say_listed(one: dict[str, Any]) -> str:
    label = "" if "why" in one else f"; {TO_CONFIRM}"
    return f"listed as {one['listed_as']!r} ({one['sheet']}, row {one['row']}{label})"


def _laws(card: dict[str, Any]) -> list[tuple[str, str]]:
    if not card["state"]:
        return []
    state = STATE_NAMES[card["state"]]
    if card["laws"] is None:
        return [("law", f"the laws of {state} were not checked for this program")]
    said = [("law", _say_law(law)) for law in card["laws"]]
    if not any(law["from"] and law["status"] == IS_LAW for law in card["laws"]):
        none = f"laws.toml holds no rule of {state} that is known to be in force on {card['day']}, and is not complete"
        said.insert(0, ("law", none))
    return said


def _say_law(law: dict[str, Any]) -> str:
    if law["status"] != IS_LAW:
        since = f"{law['status']} ({law['date_basis']})"
    elif law["from"]:
        since = f"since {law['from']} (day {law['date_sure']})"
    else:
        since = f"since when is not known ({law['date_basis']}), so not taken as in force"
    return f"{law['citation']}, {law['kind']}, {since}; rule {law['sure']}: {law['rule']}"


def _law(law: Law) -> dict[str, Any]:
    return {
        "id": law.id, "citation": law.citation, "kind": law.kind, "rule": law.rule, "sure": law.sure,
        "status": law.status, "date_sure": law.date_sure or None, "date_basis": law.date_basis,
        "from": law.starts.isoformat() if law.starts else None, "to": law.ends.isoformat() if law.ends else None,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """A cell of a frame as JSON has it: days as text, nothing as None."""
    if isinstance(value, (list, tuple)):
        return list(value)
    if value is None or pd.isna(value):
        return None
    if isinstance(value, (pd.Timestamp, dt.date)):
        return str(value)[:10]
    return value.item() if hasattr(value, "item") else value
