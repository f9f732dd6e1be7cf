"""What can go wrong, in words a reporter can act on.

Every message says four things in this order: what is wrong, with the value quoted; where it is;
what is allowed; and what to do next.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InvestigateError(Exception):
    """Base of every error that this package raises on purpose; the command prints it without a traceback."""


class RefusedFile(InvestigateError):
    """A file that is not a lookup log, or cannot be read as one. The other files still load."""


class UnknownValue(InvestigateError):
    """A value (agency, scope, period set, parameter) that is not among the valid ones."""


class BadPeriods(InvestigateError):
    """Periods that cannot be used: ends before it starts, no name, not a time."""


class EmptyStore(InvestigateError):
    """Nothing has been loaded into this workspace yet."""


class StaleStore(InvestigateError):
    """What is in this workspace was loaded by another version, into tables with other columns."""


def nearest(value: str, known: Iterable[str], most: int = 8) -> list[str]:
    """Valid values most like `value`, best first, at most `most`; case does not matter."""
    by_folded = {name.casefold(): name for name in known}
    folded = value.casefold()
    close = difflib.get_close_matches(folded, by_folded, n=most, cutoff=0.5)
    inside = sorted(key for key in by_folded if folded and folded in key and key not in close)
    return [by_folded[key] for key in [*close, *inside][:most]]


def unknown(what: str, value: str, known: Iterable[str], hint: str = "") -> UnknownValue:
    """Build the error for a value that is not known: quotes it and lists the nearest valid ones."""
    names = list(known)
    close = nearest(value, names)
    if not names:
        listed = "There are none."
    elif close:
        listed = f"Nearest of {len(names):,}: " + ", ".join(repr(name) for name in close) + "."
    else:
        shown = ", ".join(repr(name) for name in sorted(names)[:8])
        listed = f"Known ({len(names):,}): {shown}{', …' if len(names) > 8 else '.'}"
    return UnknownValue(" ".join(part for part in (f"Unknown {what} {value!r}.", listed, hint) if part))
