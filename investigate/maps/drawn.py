"""What became of everything that a map was given: drawn, or left out for a reason that stands in its caption."""

from __future__ import annotations

from dataclasses import dataclass, field

from investigate.errors import InvestigateError
from investigate.scrub import printed

LONGEST_NAME = 120  # characters of a name in a caption
MOST_NAMED = 12


class MapError(InvestigateError):
    """A map that does not show what it was given. It is not drawn."""


@dataclass
class Drawn:
    """What became of the things that a map was given: given = drawn + all that were left out.

    `what`: one of them and several, in words. `left`: why they are not drawn, in words that follow a number
    ("outside this map"), with their names where they are to be named, else with their number.
    """

    given: int
    drawn: int = 0
    what: tuple[str, str] = ("agency", "agencies")
    left: dict[str, list[str] | int] = field(default_factory=dict)

    @property
    def left_out(self) -> int:
        return sum(map(_number, self.left.values()))

    def check(self) -> None:
        """Raise MapError if one was lost."""
        if (found := self.drawn + self.left_out) != self.given:
            raise MapError(
                f"A map was given {self.given:,} {self.what[1]} and accounts for {found:,}. Report this as a bug."
            )

    def sentence(self) -> str:
        """What was given and drawn, and what was not and why."""
        parts = [f"{self.drawn:,} drawn"]
        for why, those in self.left.items():
            if _number(those):
                named = "" if isinstance(those, int) else f" ({join_names(those)})"
                parts.append(f"{_number(those):,} {why}{named}")
        return f"Of {self.given:,} {self.what[self.given != 1]}: {', '.join(parts)}."


def _number(those: list[str] | int) -> int:
    return those if isinstance(those, int) else len(those)


def join_names(names: list[str]) -> str:
    """Names for a caption: at most twelve, then how many more."""
    left = len(names) - MOST_NAMED
    return ", ".join(map(short_name, names[:MOST_NAMED])) + (f" and {left:,} more" if left > 0 else "")


def short_name(name: str) -> str:
    seen = printed(name)
    return seen if len(seen) <= LONGEST_NAME else f"{seen[: LONGEST_NAME - 1]}…"
