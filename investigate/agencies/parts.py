"""An agency's name taken apart: the state it states, the county and notes in brackets, and the words that are left."""

from __future__ import annotations

import re
from dataclasses import dataclass

from investigate.agencies.states import CODE, CODES, NO_WORDS, STATES, WORDS_TOO, code_of, full_state, with_code

_BRACKETS = re.compile(r"[\[(]([^\[\]()]*)[\])]")
_COUNTY_IN = re.compile(r"^(.+?)\s+(?:county|cnty|co\.?)$", re.IGNORECASE)
_DASH = re.compile(rf"\s+-+\s*|\s*-+\s+|(?<=\w)-(?=(?:{CODE})$)")
_LAST_COUNTY = re.compile(r" - ([\w'. ]{1,40}) County$")
# A township with its county beside it: `Franklin Twp NJ PD Somerset County`, `Hamilton Township, Mercer County NJ PD`.
_TOWNSHIPS_COUNTY = re.compile(
    rf"(?i:\b(?:township|twp))\b\.?.*?\s((?:(?!(?:{CODE}|PD|Police|Department|Dept|Township|Twp)\b)[A-Z][\w.']*\s){{1,2}})County\b"
)
_DOTTED = re.compile(r"\b(P\.\s?D|S\.\s?O|D\.\s?P\.\s?S)\b\.?")  # P.D.
_SIDES = {"So": "South", "No": "North", "S": "South", "N": "North", "E": "East", "W": "West"}
_SIDE = re.compile(r"^(?:(So|No|S|N|E|W)\.|(So|No))\s+(?=[A-Z][a-z])")  # So. San Francisco; SO is a sheriff's office
# Words that a state's code stands beside.
_TYPE = (
    r"(?:PD|SO|SP|DPS|DA'?s?|FD|CSO|I\.?S\.?D|USD|CISD|MPD|DTF|Police|Sheriff'?s?|Constables?|Const|Pct|Precinct|"
    r"Marshal'?s?|Public|Department|Dept|Division|District|Prosecutor'?s?|Attorney'?s?|States?|Dispatch|9-?1-?1|E-?911|"
    r"Communications?|Regional(?= PD| Police)|Airport|Jail|Fire|Crime|Air|US|Campus|University|College|School|Tribal|"
    r"Parks?|Code|Drug|Task|Office|Veterans)"
)
_BEFORE_TYPE = re.compile(rf"^\W*{_TYPE}(?![\w])", re.IGNORECASE)
_SHERIFF = re.compile(r"^\W*(?:SO|SD|Sheriff'?s?|Constable|Const|DA|Jail|Prosecutor'?s?)(?!\w)", re.IGNORECASE)
_AFTER_TYPE = re.compile(rf"(?:\b{_TYPE}|\b(?:SD|Office|Center|Force|Safety|Authority)|\))\W*$", re.IGNORECASE)
_ENDS_IN_PD = re.compile(r"\b(?:PD|Police(?: Department| Dept)?)\W*$", re.IGNORECASE)
_STATE_POLICE = re.compile(r"^(?:State (?:Police|(?:Highway )?Patrol|Troopers?)|Highway Patrol)\b", re.IGNORECASE)
_VETERANS = re.compile(r"\b(?:health ?care|medical|hospital|veterans|vamc)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"^\W*(?:district|region|zone|troop|area|precinct|phase|division)\W*$", re.IGNORECASE)
_COUNTY = re.compile(r"\b(?:county|parish|municipio)\b", re.IGNORECASE)
_CO = re.compile(r"^Co(?:unt)?\.?$|^Cnty\.?$|^CTY$")


@dataclass(frozen=True, slots=True)
class Parts:
    """A name taken apart: `text` without the state's code and what stood in brackets. `head`: the letters of it before
    the code, -1 where the code was no part of the text. `notes`: what stood in brackets and is no state or county."""

    text: str
    head: int
    state: str | None
    county: str | None
    notes: tuple[str, ...]
    shape: str
    sheriffs: bool  # ends in SD for sheriff's department


def take_apart(bare: str) -> Parts:
    """A mended name without its tags, taken apart into its text, state, county and notes."""
    in_brackets, county, notes, text = _brackets(_plain(bare))
    tokens = _DASH.sub(" - ", text.replace(",", " ")).strip(" -").split()
    for at, token in enumerate(tokens):
        if at and _CO.match(token):
            tokens[at] = "County"
    before_dash = tokens[0] if len(tokens) > 2 and tokens[1] == "-" and tokens[0] in CODES else None
    if before_dash:
        tokens = tokens[2:]
    if found := _LAST_COUNTY.search(" ".join(tokens)):
        county, tokens = county or found[1], found.string[: found.start()].split()
    elif found := _TOWNSHIPS_COUNTY.search(" ".join(tokens)):
        joined = found.string
        county, tokens = county or found[1].strip(), (joined[: found.start(1)] + joined[found.end() :]).split()
    if before_dash and not (before_dash == "VA" and _VETERANS.search(text)):
        return _without(tokens, None, before_dash, county, notes, "ST - X", tokens[-2:] == ["County", "SD"])
    tokens = _spell_counties(tokens, in_brackets)
    if _is_sheriffs(tokens, len(tokens) - 2):
        tokens = [*tokens[:-2], tokens[-1], "SD"]
    sheriffs = _ends_in_sd(tokens, in_brackets)
    if in_brackets:
        return _without(tokens, None, in_brackets, county, notes, "X (ST)", sheriffs)
    code, shape = _find_code(tokens[:-1] if sheriffs else tokens)
    if code is not None:
        return _without(tokens, code, tokens[code].upper(), county, notes, shape, sheriffs)
    state = full_state(text)
    return _without(tokens, None, state, county, notes, "full name" if state else "no state", sheriffs)


def _plain(bare: str) -> str:
    """PD for P.D., South for So. at the start, and a state's code for its name after a comma."""
    text = _DOTTED.sub(lambda found: re.sub(r"[.\s]", "", found[1]), bare)
    return with_code(_SIDE.sub(lambda found: _SIDES[found[1] or found[2]] + " ", text))


def _without(
    tokens: list[str], at: int | None, state: str | None, county: str | None, notes: tuple[str, ...], shape: str,
    sheriffs: bool = False,
) -> Parts:  # fmt: skip
    kept = tokens[:-1] if sheriffs else tokens
    before = tokens[:at] if at else []
    if before and before[-1] == "-":
        before = before[:-1]
    head = -1 if at is None else len(" ".join(before))
    words = [token for index, token in enumerate(kept) if index != at]
    if at and words[at - 1] == "-":
        del words[at - 1]
    if state and len(words) > 1 and words[-1] == "-":
        words.pop()
    return Parts(" ".join(words), head, state, county, notes, shape, sheriffs)


def _brackets(bare: str) -> tuple[str | None, str | None, tuple[str, ...], str]:
    """State, county and other notes that stand in brackets, and the name without them."""
    state = county = None
    notes: list[str] = []
    for content in (found.strip() for found in _BRACKETS.findall(bare)):
        code = content if content in CODES else code_of(content)
        if code is None and content.istitle() and content.upper() in NO_WORDS:
            code = content.upper()
        if code and not (code == "VA" and _VETERANS.search(bare)):
            state = state or code
        elif found := _COUNTY_IN.match(content):
            county = county or found[1]
        elif (words := content.split())[1:] and words[-1] in STATES:
            state = state or words[-1]
            notes.append(" ".join(words[:-1]))
        elif content and not _BEFORE_TYPE.fullmatch(content):
            notes.append(content)
    text = re.sub(
        r"[\[\]()]", " ", _BRACKETS.sub(lambda found: found[1] if _BEFORE_TYPE.fullmatch(found[1]) else " ", bare)
    )
    return state, county, tuple(notes), " ".join(text.split())


def _spell_counties(tokens: list[str], in_brackets: str | None) -> list[str]:
    """CO is short for County before a state's code and before SO, where County is not spelled out; else Colorado."""
    spelled = list(tokens)
    for at, token in enumerate(tokens):
        if token != "CO" or at == 0 or any(_COUNTY.fullmatch(word) for word in tokens[:at]):
            continue
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        if after in STATES or _SHERIFF.match(after):
            spelled[at] = "County"
        elif not after and (tokens[at - 1] in STATES or in_brackets):
            return [*spelled[: at - 1], "County", spelled[at - 1]] if not in_brackets else [*spelled[:at], "County"]
    if len(spelled) > 2 and spelled[-1] == "CO" and spelled[-2] in STATES and spelled[-3] == "County":
        spelled.pop()  # Winston Count MS CO
    return spelled


def _is_sheriffs(tokens: list[str], at: int) -> bool:
    """`X County SD CA`: a sheriff's department before its state."""
    return (
        at > 0 and tokens[at] == "SD" and tokens[-1] in STATES and any(_COUNTY.fullmatch(word) for word in tokens[:at])
    )


def _ends_in_sd(tokens: list[str], in_brackets: str | None) -> bool:
    """SD at the end is a sheriff's department where a state stands before it, in brackets or spelled out."""
    if len(tokens) < 2 or tokens[-1] != "SD" or full_state(" ".join(tokens[:-1])) == "SD":
        return False
    return tokens[-2] in STATES or bool(in_brackets)


def _find_code(tokens: list[str]) -> tuple[int | None, str]:
    """Which token is the state, and the shape of name that says so."""
    capitals = " ".join(tokens).isupper()
    codes = [at for at, token in enumerate(tokens) if _is_code(tokens, at)]
    rest = {at: " ".join(tokens[at + 1 :]) for at in codes}
    beside = [at for at in codes if at and _BEFORE_TYPE.match(rest[at])]
    if beside:
        return beside[-1], "X ST TYPE"
    last = len(tokens) - 1
    if last in codes and last and (tokens[last] in STATES or tokens[last] == "GU"):
        return last, "X TYPE ST" if _AFTER_TYPE.search(" ".join(tokens[:last])) else "X ST"
    plain = [
        at
        for at in codes
        if tokens[at] in STATES and tokens[at] not in WORDS_TOO and not (capitals and tokens[at] == "IN")
    ]
    if tokens[:1] and tokens[0] in STATES and _STATE_POLICE.match(" ".join(tokens[1:])):
        return 0, "ST X"
    inside = [at for at in plain if at]
    if len({tokens[at] for at in inside}) == 1:
        return inside[-1], "X ST X"
    if not inside and plain:
        return plain[0], "ST X"
    return None, ""


def _is_code(tokens: list[str], at: int) -> bool:
    token = tokens[at]
    if token not in CODES:
        return token.upper() in NO_WORDS and (token.istitle() or token.islower()) and at > 0
    if token in ("MP", "AS"):
        return False  # military police, and a word: only in brackets or before a dash
    if token == "VI" and at and _NUMBERED.match(tokens[at - 1]):
        return False
    if token == "VA":
        before = tokens[at - 1] if at else ""
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        return after == "Veterans" or (bool(at) and before not in STATES and not _VETERANS.search(" ".join(tokens)))
    if token == "SD" and at == len(tokens) - 1:
        before = " ".join(tokens[:at])
        return full_state(before) == "SD" or bool(_ENDS_IN_PD.search(before))
    return True
