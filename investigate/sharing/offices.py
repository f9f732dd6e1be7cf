"""Which names on a list are those of federal immigration offices, by the rules for agencies' names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path

from investigate.agencies.federal import federal_bodies, fold_name
from investigate.workspace import Workspace


def federal_immigration(workspace: str | Path | Workspace | None = None) -> Callable[[str], bool]:
    """A function that says whether a name is that of a federal immigration office (`identify_agency` decides).

    `workspace`: whose decisions by hand on agencies' names count. Raises InvestigateError for decisions that cannot be
    read.
    """
    from investigate.agencies.aliases import read_aliases  # noqa: PLC0415 - reads the tables of places
    from investigate.agencies.identify import identify_agency  # noqa: PLC0415 - as above

    aliases = read_aliases(workspace)

    def is_office(name: str) -> bool:
        # To read a name in full takes a hundred times as long, and a list can hold 100,000.
        if not may_be_office(name) and aliases.find(name) is None:
            return False
        return bool(identify_agency(name, aliases).federal_immigration)

    return is_office


def may_be_office(name: str) -> bool:
    """Whether the words of a federal immigration office stand anywhere in a name, whatever stands around them."""
    folded, written = _loosened()
    plain = unicodedata.normalize("NFKC", name)
    return bool(folded.search(fold_name(plain)) or written.search(re.sub(r"[^A-Za-z0-9]+", " ", plain)))


@cache
def _loosened() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Every pattern of these offices as one, for folded names and for names as written; patterns for a whole name match
    inside one too, since a tag may stand beside it."""
    offices = [body.patterns for body in federal_bodies() if body.federal.immigration]
    told = [(key, pattern.pattern) for patterns in offices for key, pattern in patterns.items() if key != "unless"]
    folded = [pattern for key, pattern in told if key != "capitals"]
    written = [pattern for key, pattern in told if key == "capitals"]
    never = [r"(?!)"]
    whole = re.sub(r"(?<![\[\\])\^|(?<!\\)\$", r"\\b", "|".join(folded or never))
    return re.compile(whole), re.compile("|".join(written or never))
