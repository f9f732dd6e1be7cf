"""State rules on sharing plate-reader data: what each says, since when and how sure that is, which hold on a day.

The rules are data (laws.toml). A rule whose first day is not known is never taken to be in force.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from investigate.agencies.states import STATE_NAMES
from investigate.errors import InvestigateError, unknown

LAWS_FILE = Path(__file__).with_name("laws.toml")
KINDS = ("sharing", "use", "retention", "records", "federal-cooperation", "not checked")
BINDS = ("owner", "searcher")
IS_LAW, NOT_SEEN = "law", "not seen to be law"
SURE = ("verified", "reported", "unverified")


class BadLaws(InvestigateError):
    """laws.toml (or a file given in its place) cannot be used."""


@dataclass(frozen=True, slots=True)
class Law:
    """One rule, with the fields of laws.toml. `starts`, `ends`: its `from` and `to`, both still days in force.

    None: the first day is not known; the rule is not known to have ended.
    """

    id: str
    state: str
    short_name: str
    citation: str
    kind: str
    applies_to: str
    rule: str
    immigration: bool
    outside: bool
    status: str
    date_basis: str
    sources: tuple[str, ...]
    sure: str
    checked_by: str
    checked_on: str
    note: str
    exempt: bool = False
    starts: dt.date | None = None
    ends: dt.date | None = None
    date_sure: str = ""

    @property
    def bears_on_immigration(self) -> bool:
        """It speaks of immigration enforcement, or limits what agencies of other states may be given."""
        return self.immigration or self.outside

    @property
    def is_counted(self) -> bool:
        """Searches are counted before and since its first day."""
        binds = self.applies_to == "owner" and self.kind in {"sharing", "use"} and self.bears_on_immigration
        return binds and self.status == IS_LAW and self.starts is not None

    def holds_on(self, day: dt.date) -> bool:
        """In force on that local day; never where the first day is not known."""
        return self.starts is not None and self.starts <= day and (self.ends is None or day <= self.ends)


class InForce(NamedTuple):
    """Rules in force on a day, and those of which it is not known since when."""

    laws: tuple[Law, ...]
    undated: tuple[Law, ...]


@cache
def read_laws(path: Path = LAWS_FILE) -> tuple[Law, ...]:
    """Every rule in the order of the file; raises BadLaws, naming the entry, for one that cannot be used."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise BadLaws(f"{path.name} cannot be read: {wrong}. Mend the file.") from wrong
    entries = raw.get("law")
    if set(raw) != {"law"} or not isinstance(entries, list):
        raise BadLaws(f"{path.name} must hold [[law]] entries and nothing else. Mend the file.")
    laws = tuple(_law(entry, number, path.name) for number, entry in enumerate(entries, start=1))
    seen: set[str] = set()
    for law in laws:
        if law.id in seen:
            raise BadLaws(f"{path.name} has two laws with the id {law.id!r}. Give each its own.")
        seen.add(law.id)
    return laws


def laws_of(state: str) -> tuple[Law, ...]:
    """A state's rules by its two-letter code; empty: the state was not checked. Raises UnknownValue for no code."""
    if state not in STATE_NAMES:
        raise unknown("state", state, STATE_NAMES, "Give the two-letter code.")
    return tuple(law for law in read_laws() if law.state == state)


def laws_in_force(state: str, day: dt.date, immigration_only: bool = False) -> InForce:
    """A state's rules on a local day, first and last day included; those without a known first day apart.

    `immigration_only`: those that speak of immigration enforcement or limit what agencies of other states may be given.
    What was not seen to be law is never in force; it stands with the undated.
    """
    mine = [law for law in laws_of(state) if law.bears_on_immigration or not immigration_only]
    dated = tuple(law for law in mine if law.status == IS_LAW and law.holds_on(day))
    return InForce(dated, tuple(law for law in mine if law.starts is None or law.status != IS_LAW))


# ---- reading the file ---------------------------------------------------------------------------------

_IN_FILE = {"starts": "from", "ends": "to"}
_NAMES = {_IN_FILE.get(one.name, one.name): one for one in fields(Law)}
_OPTIONAL = {"exempt", "from", "to", "date_sure"}
_FLAGS = {"immigration", "outside", "exempt"}
_MAY_BE_EMPTY = {"checked_by", "checked_on", "note"}
_ALLOWED = {
    "state": tuple(STATE_NAMES), "kind": KINDS, "applies_to": BINDS, "status": (IS_LAW, NOT_SEEN), "sure": SURE,
    "date_sure": SURE,
}  # fmt: skip


def _law(entry: object, number: int, file: str) -> Law:
    if not isinstance(entry, dict):
        raise BadLaws(f"Law {number} of {file} is not a [[law]] entry. Mend the file.")
    at = f"Law {number} of {file} ({entry.get('id', 'without an id')})"
    if strange := sorted(set(entry) - set(_NAMES)):
        raise BadLaws(f"{at} has the field {strange[0]!r}, which no law has. Known: {', '.join(sorted(_NAMES))}.")
    if missing := sorted(set(_NAMES) - _OPTIONAL - set(entry)):
        raise BadLaws(f"{at} has no field {missing[0]!r}. Add it.")
    for name, value in entry.items():
        _check_field(at, name, value)
    _check_together(at, entry)
    given = {_NAMES[name].name: value for name, value in entry.items()}
    return Law(**given | {"sources": tuple(entry["sources"])})


def _check_field(at: str, name: str, value: Any) -> None:
    if name in {"from", "to"}:
        right, wanted = type(value) is dt.date, "a day as YYYY-MM-DD without quotes"
    elif name in _FLAGS:
        right, wanted = isinstance(value, bool), "true or false"
    elif name == "sources":
        right = isinstance(value, list) and bool(value) and all(isinstance(one, str) and one for one in value)
        wanted = "a list of texts, at least one"
    else:
        right, wanted = isinstance(value, str) and bool(value.strip() or name in _MAY_BE_EMPTY), "a text"
    if not right:
        raise BadLaws(f"{at}: {name} is {str(value)!r}; it must be {wanted}.")
    if name in _ALLOWED and value not in _ALLOWED[name]:
        raise BadLaws(f"{at}: {name} is {value!r}; it must be one of {', '.join(_ALLOWED[name])}.")


def _check_together(at: str, entry: dict[str, Any]) -> None:
    if not entry["rule"].endswith("."):
        raise BadLaws(f"{at}: the rule {entry['rule']!r} is no sentence. End it with a stop.")
    if ("from" in entry) != ("date_sure" in entry) or ("to" in entry and "from" not in entry):
        raise BadLaws(f"{at}: from and date_sure go together, and there is no to without from. Add or remove one.")
    if "to" in entry and entry["to"] < entry["from"]:
        raise BadLaws(f"{at} ends on {entry['to']}, before it starts on {entry['from']}. Mend one of the days.")
    if bool(entry["checked_by"]) != bool(entry["checked_on"]):
        raise BadLaws(f"{at}: checked_by and checked_on go together. Say who checked it and when.")
    if entry["checked_on"]:
        try:
            dt.date.fromisoformat(entry["checked_on"])
        except ValueError as wrong:
            raise BadLaws(f"{at}: checked_on is {entry['checked_on']!r}. Write the day as YYYY-MM-DD.") from wrong
