"""What the pieces of a reason say of each other: a word beside a name is a name, one behind "plate" is a plate."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import lru_cache

from investigate.plain_words import (
    KEPT_THOUGH_NAMES,
    LITTLE_WORDS,
    OF_NICKNAMES,
    OF_PERSONS,
    OF_PLATES,
    OF_TOWNS,
    ONLY_BESIDE,
    PARTICLES,
    STATE_WORDS,
    SURNAMES_TOO,
    TITLES,
    plain_words,
)
from investigate.reasons.classify import SCOPES, classify_reason

CUES_OF_PLATES = frozenset({"lic", "license", "lp", "lpn", "plate", "plates", "plt", "reg", "tag", "tags"})
_CUES_OF_NUMBERS = CUES_OF_PLATES | {
    "apt", "badge", "cad", "case", "cases", "cs", "event", "file", "id", "incident", "lot", "no", "num", "number",
    "report", "room", "rpt", "unit",
}  # fmt: skip
# Between "plate" and the plate itself: "tag number", "plate TX".
BEFORE_PLATES = CUES_OF_PLATES | {"no", "num", "number", "is"} | {word for word in STATE_WORDS if len(word) == 2}
_LONGEST_PLATE = 8
_LOOK_BACK = 3  # pieces between "plate" and a plate


@dataclass(slots=True)
class Token:
    """A piece of a text with the signs before it.

    `kind` is a placeholder, "kept", or "asks" until decided; `raw` is the piece as it stands in the text.
    """

    before: str
    text: str
    kind: str
    folded: str = ""
    raw: str = ""


_NOTHING = Token("", "", "")
_NUMBERS = ("[number]", "[code]")


def hide_beside(tokens: list[Token]) -> None:
    """Hide kept words that their place makes a name or a plate, until no place makes any more.

    What is hidden may make a name of its neighbours, which are looked at again; each piece is hidden once.
    """
    waiting = deque(range(len(tokens)))
    while waiting:
        number = waiting.popleft()
        token = tokens[number]
        kind = _hidden_as(tokens, number) if token.kind in {"kept", "asks"} else ""
        if kind:
            token.text = token.kind = kind
            waiting.extend(place for place in (number - 1, number + 1) if 0 <= place < len(tokens))


def decide_numbers(tokens: list[Token]) -> None:
    """A number that the rules know stays when everything beside it does and nothing says that it counts something."""
    ends = Token("", "", "kept")
    asking = [
        (token, before, after)
        for before, token, after in zip([ends, *tokens], tokens, [*tokens[1:], ends], strict=False)
        if token.kind == "asks"
    ]
    stays = [
        before.kind == after.kind == "kept" and before.folded not in _CUES_OF_NUMBERS for _, before, after in asking
    ]
    for (token, _, _), keep in zip(asking, stays, strict=True):
        token.kind = "kept" if keep else "[number]"
        token.text = token.text if keep else "[number]"


def _hidden_as(tokens: list[Token], number: int) -> str:
    """The placeholder for a piece that its place makes a name or a plate, else nothing."""
    token = tokens[number]
    holds_digits = any(sign.isdigit() for sign in token.text)
    if (holds_digits or len(token.text) <= _LONGEST_PLATE) and _is_behind_plate(tokens, number):
        if holds_digits:
            return "[number]" if token.kind == "asks" else "[code]"
        return "" if _is_of_finding(tokens, number) else "[word]"
    if token.kind == "asks":
        return ""
    before = tokens[number - 1] if number else _NOTHING
    after = tokens[number + 1] if number + 1 < len(tokens) else _NOTHING
    if _is_of_code(before, token, after) and not _is_of_finding(tokens, number):
        return "[code]"
    is_alone = token.folded in ONLY_BESIDE and not _has_its_neighbour(before, token, after)
    is_particle = token.folded in PARTICLES and _is_within_name(tokens, number)
    if is_alone or is_particle:
        return "[word]"
    return "[word]" if _is_name_here(before, token, after) and not _is_of_finding(tokens, number) else ""


def _has_its_neighbour(before: Token, token: Token, after: Token) -> bool:
    """Whether a word that is a name but in one phrase stands in that phrase: amber alert."""
    needed = ONLY_BESIDE[token.folded]
    return any(one.kind == "kept" and needed & set(one.folded.split()) for one in (before, after))


def _is_name_here(before: Token, token: Token, after: Token) -> bool:
    if before.kind == "kept" and before.folded in OF_NICKNAMES and token.folded not in LITTLE_WORDS:
        return True
    return _may_be_name(token) and (_is_titled(before, token) or _is_of_name(before, token, after))


def _may_be_name(token: Token) -> bool:
    if token.folded in LITTLE_WORDS:
        return token.text.istitle()
    if token.folded == "police":
        return False  # hardly a surname, and behind many a town that is a given name too
    return token.folded in plain_words().surnames or token.folded in SURNAMES_TOO or token.folded in ONLY_BESIDE


def _is_of_code(before: Token, token: Token, after: Token) -> bool:
    """Whether letters that are kept elsewhere are a part of a number here: 4410028-MT, 91A-DL-3390012."""
    if token.before != "-" or before.kind not in _NUMBERS:
        return False
    return len(token.folded) == 2 or (len(token.folded) == 3 and after.before == "-" and after.kind in _NUMBERS)


def _is_within_name(tokens: list[Token], number: int) -> bool:
    """Whether there is a hidden word on both sides, but for other such particles: Maria de los Angeles."""
    for step in (-1, 1):
        place = number + step
        while 0 <= place < len(tokens) and tokens[place].kind == "kept" and tokens[place].folded in PARTICLES:
            place += step
        if not 0 <= place < len(tokens) or tokens[place].kind != "[word]":
            return False
    return True


def _is_titled(before: Token, token: Token) -> bool:
    """Whether the word stands behind a title: "Det. House"."""
    is_title = before.kind == "kept" and before.folded in TITLES and not token.before.strip(" .:")
    return is_title and (token.folded in SURNAMES_TOO or (token.text.istitle() and token.folded in KEPT_THOUGH_NAMES))


def _is_of_name(before: Token, token: Token, after: Token) -> bool:
    """Whether the word stands beside a hidden one that makes it a part of a name."""
    is_short = token.folded in SURNAMES_TOO
    if before.kind == "[word]" and not token.before.strip(" .,-"):
        is_one = token.before in {" ", "-", ". "}
        is_both_capital = before.raw.istitle() and token.text.istitle() and token.folded not in OF_TOWNS
        if is_short or (is_one and (is_both_capital or _is_given(before))):
            return True
    if after.kind != "[word]" or after.before.strip(" .,"):
        return False
    # "Case, Marisol" is a surname and a given name; "case Marisol" may be none, "person Marisol" is none.
    return is_short or (_is_given(after) and ("," in after.before or token.folded not in OF_PERSONS))


@lru_cache(maxsize=10_000)
def _is_given_name(word: str) -> bool:
    return word in plain_words().given


def _is_given(token: Token) -> bool:
    return _is_given_name(token.raw.lower())  # of "Marisol's car" the car is no name


def _is_behind_plate(tokens: list[Token], number: int) -> bool:
    """Whether the piece is what "plate" or "tag" announces."""
    token = tokens[number]
    is_signed = any(sign in token.before for sign in ":#")
    if not is_signed and (token.folded in OF_PLATES or token.folded in BEFORE_PLATES):
        return False
    return is_behind(tokens, number, CUES_OF_PLATES, BEFORE_PLATES)


def is_behind(tokens: list[Token], number: int, cues: frozenset[str], between: frozenset[str]) -> bool:
    """Whether one of `cues` stands before the piece, with none but kept words of `between` in between."""
    for before in reversed(tokens[max(number - _LOOK_BACK, 0) : number]):
        if before.kind != "kept" or not (before.folded in between or before.folded in cues):
            return False
        if before.folded in cues:
            return True
    return False


def _is_of_finding(tokens: list[Token], number: int) -> bool:
    """Whether a finding rests on the word: alone (ICE), or with a kept neighbour that alone gives none."""
    if _is_related(tokens[number].folded):
        return True
    pairs = [tokens[place : place + 2] for place in (number - 1, number) if 0 <= place < len(tokens) - 1]
    for pair in pairs:
        other = pair[0] if pair[1] is tokens[number] else pair[1]
        is_pair = all(one.kind == "kept" for one in pair) and not _is_related(other.folded)
        if is_pair and _is_related(" ".join(one.folded for one in pair)):
            return True
    return False


@lru_cache(maxsize=20_000)
def _is_related(text: str) -> bool:
    return classify_reason(text).category in SCOPES["broad"]
