"""Who the agency is: kind, place and state as its name says them, how else it is spelled, what could not be told."""

from __future__ import annotations

import pandas as pd

from investigate.agencies.agency import AMBIGUOUS, BY_HAND, NOT_AN_AGENCY, NOT_FOUND, UNRESOLVED, say_where
from investigate.scrub import printed
from investigate.show import Report
from investigate.shown import Shown, nothing

DECIDED = "A person decided this in data/manual/agency_names.csv."
DOUBTS = {
    UNRESOLVED: "Not all of this can be told from the name; nothing was guessed.",
    AMBIGUOUS: "Several places in the state have this name, so it is on no map.",
    NOT_FOUND: "No table of places holds this name, so it is on no map.",
    NOT_AN_AGENCY: "The name does not look like that of an agency.",
    BY_HAND: DECIDED,
}


def show_agency(report: Report) -> Shown:
    """One paragraph on who the agency is, from its name, the tables of places and the decisions by hand."""
    facts = {name: _text(value) for name, value in report.tables.agencies.iloc[0].to_dict().items()}
    kind = facts["kind"] or UNRESOLVED
    what = "kind of agency not known" if kind == UNRESOLVED else kind
    if facts["which"]:
        what += f" ({facts['which']})"
    where = say_where(facts["place"], facts["county"], facts["state"])
    said = [f"{report.agency}: {what}; {where or 'place not known'}."]
    others = [name for name in (facts["spellings"] or "").split("; ") if name and name != report.agency]
    if others:
        said.append(f"Also spelled {', '.join(others)} in the files; these count as one agency.")
    flags = (facts["flags"] or "").split("; ")
    status = [flag for flag in flags if flag and flag not in DOUBTS]
    if status:
        said.append(f"Marked in its name: {', '.join(status)}.")
    said += [sentence for flag, sentence in DOUBTS.items() if flag in flags]
    return nothing(printed(" ".join(said)))


def _text(value: object) -> str | None:
    return None if value is None or pd.isna(value) else str(value)
