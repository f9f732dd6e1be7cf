"""Headers of tables of who shares with whom: which column is the owner, which the recipient, and which is neither.

Turned round, a table says the opposite; so words that can mean both are refused, with what to rename.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from investigate.sharing import table as columns
from investigate.sharing.records import plain
from investigate.sharing.table import RECEIVED, SHARED

# Role → words of a header after `plain`, strongest first. Who is meant by `partner` depends on the other column.
_A = r"(?:agency|agencies|organi[sz]ations?|departments?|partners?|networks?|names?|data)"
_OURS = r"(?: (?:to|of|our|my|its|their|the|us|me|this|agencys?|data|networks?|cameras?|alpr|lpr|system))+"
OWNER = (
    rf"(?:data |camera |network )*owner(?: {_A})*|owning {_A}(?: name)?",
    rf"(?:{_A} )*(?:shared|sharing|shares) (?:{_A} )*(?:by|from)(?: {_A})*"
    rf"|(?:{_A} )*(?:received|receiving|receives?) (?:{_A} )*from(?: {_A})*",
    rf"(?:{_A} )*(?:shared|sharing|shares)(?: their)?(?: data| networks?)* with (?:me|us)",
    rf"(?:{_A} )?(?:i |we |they |it )?(?:has|have|having|gets) access to(?: {_A})?",
    rf"(?:sharing|providing|sending|granting) {_A}(?: name)?|provider|grantor|sharer",
    rf"from(?: {_A})*|source {_A}(?: name)?",
)
WEAK_OWNER = r"source|(?:transparency )?portal(?: (?:agency|organi[sz]ation|department|name))*"
RECIPIENT = (
    rf"(?:data |external )*(?:recipients?|receivers?|grantees?)(?: {_A})*",
    rf"(?:external )?(?:{_A} )*(?:is |are |being )?(?:shared|shares|sharing|share)(?: {_A})* (?:with|to)(?: {_A})*",
    rf"(?:{_A} )*(?:received|receiving|receives?) (?:{_A} )*by(?: {_A})*",
    rf"(?:external )?(?:(?:who|that|which|{_A}) )*(?:granted|with|has|have|having|given) access"
    rf"(?:{_OURS}| to .{{3,60}})?",
    rf"(?:receiving|accessing|viewing) {_A}(?: name)?",
    rf"(?:external )?(?:sharing )?partners?(?: {_A})*",
    rf"to(?: {_A})*|target(?: {_A})*|destination(?: {_A})*",
)
AGENCY = (r"(?:police |law enforcement )?(?:agency|agencies|organi[sz]ations?|org|departments?|names?)(?: names?)?",)
# Beside a bare column of agencies, these leave open who may see whom.
AMBIGUOUS = rf"(?:{_A} )*(?:given|granted|with) access to|(?:external )?partners?(?: {_A})*|access"
OTHERS = {
    "system": r"system|vendor|platform|product|alpr (?:system|vendor)",
    "what": r"what|data (?:type|shared|kind)|type of data|shared data|kind of data|record type",
    "as_of": r"as of(?: date)?|date|snapshot(?: date)?|list date|scraped?(?: date| at| on)?|retrieved(?: at| on)?",
    "direction": r"direction|sharing direction",
    "networks": r"networks?(?: names?)?",
    "hot_list": r"hot ?lists?(?: names?)?",
    "listed_by": r"listed by",
    "incomplete": r"incomplete",
    "status": r"(?:(?:sharing|access|request|approval|partner|network|current) )?(?:status|state of sharing)|"
    r"(?:(?:is|still|currently) )*(?:enabled|active|approved|in effect)",
    "access": r"(?:has |current )?access(?: (?:granted|given|allowed|status|yes no))?|shared|is shared|sharing",
    "removed": r"(?:(?:date|day|time) )?(?:access )?(?:removed|revoked|ended|terminated|deactivated|disabled|unshared|"
    r"withdrawn|expired)(?: (?:date|day|on|at))?|(?:end|removal|revocation|termination|expiry) (?:date|day)",
}
_SAYS_WHO = re.compile(
    r"\b(?:shared|sharing|received|receiving|receives|receive|shares)\b.*\b(?:by|from|with (?:me|us))$|access to\b"
)


@dataclass(frozen=True)
class EdgeColumns:
    """Where the columns stand, from 0; -1: missing. `agency` is the one column whose role the header does not say."""

    owner: int = -1
    recipient: int = -1
    agency: int = -1
    direction: str | None = None  # as the header of a one-sided list tells it
    others: tuple[tuple[str, int], ...] = ()
    unclear: str | None = None  # why the roles cannot be told
    stands_alone: bool = True  # whether `agency` is the only column of the table
    turns: bool = False  # whether a column of directions turns a record round: the first column is whose list it is

    @property
    def has_both(self) -> bool:
        return min(self.owner, self.recipient) >= 0

    def other(self, name: str) -> int:
        return dict(self.others).get(name, -1)


def find_edges(cells: list[str]) -> EdgeColumns | None:
    """The columns of a header that speaks of sharing, or None."""
    named = [plain(cell) if len(cell) <= columns.LONGEST_NAME else "" for cell in cells]
    owners, recipients, agencies = (_strongest(named, role) for role in (OWNER, RECIPIENT, AGENCY))
    owners = [at for at in owners if at not in recipients or "access to" in named[at]]  # "sharing partners" receive
    recipients = [at for at in recipients if at not in owners]
    if not (owners or agencies):
        owners = _at(named, WEAK_OWNER)
    others = _others(named, {*owners, *recipients})
    if max(len(owners), len(recipients)) > 1:
        twice = owners if len(owners) > 1 else recipients
        return EdgeColumns(unclear=f"{cells[twice[0]].strip()!r} and {cells[twice[1]].strip()!r} say the same")
    owner, recipient = (found[0] if found else -1 for found in (owners, recipients))
    agency = agencies[0] if len(agencies) == 1 else -1
    if owner < 0 and agencies and (unclear := _ambiguous(named, cells, others)):
        return EdgeColumns(unclear=unclear)
    return _columns(named, cells, owner, recipient, agency, agencies, others)


def _columns(
    named: list[str],
    cells: list[str],
    owner: int,
    recipient: int,
    agency: int,
    agencies: list[int],
    others: tuple[tuple[str, int], ...],
) -> EdgeColumns | None:
    if owner >= 0 and recipient >= 0:
        return EdgeColumns(owner, recipient, others=others)
    if recipient >= 0:
        return EdgeColumns(
            agency, recipient, direction=SHARED, others=others, turns=bool(_at([named[recipient]], AMBIGUOUS))
        )
    if owner >= 0 and _SAYS_WHO.search(named[owner]):
        return EdgeColumns(owner, agency, direction=RECEIVED, others=others)
    weak = _at(named, WEAK_OWNER)
    if agency >= 0 and owner < 0 and not weak:
        return EdgeColumns(agency=agency, others=others, stands_alone=sum(map(bool, named)) == 1)
    if agencies and (owner >= 0 or weak):
        return EdgeColumns(unclear=f"{cells[agencies[0]].strip()!r} does not say whether it may see or is seen")
    return None


def _others(named: list[str], taken: set[int]) -> tuple[tuple[str, int], ...]:
    """Every column of another role, each once; a role that is said to be another's stays that one's."""
    found: list[tuple[str, int]] = []
    for role, spelling in OTHERS.items():
        free = [at for at in _at(named, spelling) if at not in taken]
        found += [(role, at) for at in free[:1]]
        taken = {*taken, *free[:1]}
    return tuple(found)


def _ambiguous(named: list[str], cells: list[str], others: tuple[tuple[str, int], ...]) -> str | None:
    """Why a column of partners beside one of agencies leaves open who may see whom; a column of directions tells it."""
    if dict(others).get("direction") is not None:
        return None
    at = next(iter(_at(named, AMBIGUOUS)), None)
    if at is None or at == dict(others).get("access"):
        return None
    return f"{cells[at].strip()!r} beside a column of agencies can be those that may see and those that are seen"


def _at(named: list[str], spelling: str) -> list[int]:
    return [position for position, name in enumerate(named) if name and re.fullmatch(spelling, name)]


def _strongest(named: list[str], spellings: tuple[str, ...]) -> list[int]:
    """Positions of the strongest words of a role that stand in the header."""
    return next((found for spelling in spellings if (found := _at(named, spelling))), [])
