"""Make a typed reason fit to leave the workspace: only words known to be harmless stay, all else is named by its kind.

Kept: words of the rules (misspelt ones too), picked values, citations of law, states, shorthand of police work and
ordinary English words that are no names (`plain_words`). A name that is also a common word is hidden.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from investigate.plain_words import (
    KEPT_THOUGH_NAMES,
    ONLY_BESIDE,
    STATES_OF_TWO_WORDS,
    SURNAMES_TOO,
    TITLES,
    plain_words,
)
from investigate.reasons.classify import SCOPES
from investigate.reasons.folding import fold
from investigate.reasons.pattern_words import ANY, words_of_pattern
from investigate.reasons.rulebook import rulebook
from investigate.reasons.spelling import Speller
from investigate.reasons.vocabulary import known_words_only

PLACEHOLDERS = {
    "[number]": "digits: a case number, part of a plate, a house number, a time",
    "[code]": "letters and digits mixed: a plate, a case number, a VIN",
    "[word]": "letters not on the list of harmless words: a name, a town, a plate, a rare word; one or several",
    "[email]": "an e-mail address",
    "[phone]": "a telephone number",
    "[date]": "a date",
    "[address]": "a house number with its street",
}

_LONGEST_WORD = 30
_LONGEST_SPELLED_OUT = 6  # U.S.C.I.S. is five letters
_SPANISH = frozenset("áéíóúüñÁÉÍÓÚÜÑ")
_CUES_OF_PLATES = frozenset({"lic", "license", "lp", "lpn", "plate", "plt", "reg", "tag"})
_CUES_OF_NUMBERS = _CUES_OF_PLATES | {
    "apt", "badge", "cad", "case", "cases", "cs", "event", "file", "id", "incident", "lot", "no", "num", "number",
    "report", "room", "rpt", "unit",
}  # fmt: skip

_ENTITY = re.compile(r"&(?:amp;)*(?:lt|gt|nbsp|quot|apos|#\d{1,6}|#x[0-9a-f]{1,6});|&(?:amp;)+", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|b|i|u|p|br|hr|em|td|tr|th|li|ul|ol|div|img|svg|span|body|html|font|form|input|table|style|script|iframe|"
    r"strong)(?:[ /][^<>]{0,500})?>",
    re.IGNORECASE,
)
_NEVER_SHOWN = re.compile(r"[^\w .,;:/\\\-+&()\[\]#'\"!?*%$@=~§–—’“”]")
_WRONG_PAGE = re.compile("Ã[\x80-\xbf]|â€[^A-Za-z0-9\\s]?")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_STREET = (
    r"(?:st|street|ave|avenue|rd|road|dr|drive|ln|lane|ct|court|blvd|boulevard|way|pl|place|cir|circle|ter|terrace|"
    r"pkwy|parkway|hwy|highway|trl|trail|loop)"
)
_ADDRESS = re.compile(
    rf"(?<![\w-])[0-9]{{1,6}}[a-z]? (?:[nsew]{{1,2}}\.? )?((?:[a-z]{{1,30}}\.? |[0-9]{{1,3}}(?:st|nd|rd|th) ){{1,3}}?)"
    rf"{_STREET}(?![\w])",
    re.IGNORECASE,
)
_LAW = (
    r"t?[0-9]{1,2} ?u\.? ?s\.? ?c\.?(?: ?§+)?(?: ?sec(?:tion|\.)?)? ?[0-9]{3,4}[a-z]?(?: ?\([a-z0-9]{1,2}\))*"
    r"(?!-?[0-9])(?!\w)|"
    r"287 ?-? ?(?:\( ?[a-z] ?\)|[a-z](?!\w))|title 8(?!\w)|8 ?u\.? ?s\.? ?c\.?(?!\w)|"
    r"i ?-? ?(?:200|205|247)[a-z]?(?!-?[0-9])(?!\w)|132[4-8](?:/132[4-8])+(?![-/]?[0-9])(?!\w)"
)
_PENAL = r"[0-9]{3,5}(?:[.][0-9])?(?:\([a-z0-9]\)){0,4} ?(?:pc|vc|cvc)(?!\w)"
_TOKEN = re.compile(
    rf"""
    (?P<placeholder>\[(?:number|code|word|email|phone|date|address)\])
  | (?<![^\W_])(?<![0-9][._-])(?:(?P<law>{_LAW.replace(" ", "[ ]")})|(?P<penal>{_PENAL.replace(" ", "[ ]")}))
  | (?P<email>[^\s@\[\]]{{1,64}}@[^\s@\[\]]{{1,64}}\.[a-z]{{2,}})
  | (?<!\w)(?P<phone>(?:\+?1[ .-]?)?(?:\([0-9]{{3}}\)[ ]?|[0-9]{{3}}[ .-])[0-9]{{3}}[ .-][0-9]{{4}})(?!\w)
  | (?<!\w)(?P<date>[0-9]{{1,4}}[/.-][0-9]{{1,2}}[/.-][0-9]{{2,4}}
      | {_MONTH}\.?[ ][0-9]{{1,2}}(?:st|nd|rd|th)?(?:,?[ ][0-9]{{4}})?
      | [0-9]{{1,2}}[ ]?{_MONTH}\.?[ ]?[0-9]{{2,4}})(?!\w)
  | (?<!\w)(?P<letters>[a-z](?:(?:\.[ ]?|[ ])[a-z])+(?![\w'’]))
  | (?P<word>[^\W_]+(?:['’][^\W_]+)*)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NUMBER, _CODE, _WORD = (((f"[{kind}]", f"[{kind}]", ""),) for kind in ("number", "code", "word"))
_GLUED = re.compile(r"([a-z]+)([0-9]+)|([0-9]+)([a-z]+)", re.IGNORECASE)
# Signs across which two placeholders of one kind are one, and those that make one code of two kinds.
_BETWEEN_ALIKE = re.compile(r"[ .,;:/\\\-_+&#'’]*")
_WITHIN_CODE = re.compile(r"[.:/\\\-_#]")


@dataclass(slots=True)
class _Token:
    """A piece of the text with the signs before it. `kind` is a placeholder, "kept", or "asks" until decided."""

    before: str
    text: str
    kind: str
    folded: str = ""


def scrub(text: str) -> str:
    """`text` as plain text in one line, with every word that is not known to be harmless replaced by its kind.

    The placeholders are those of PLACEHOLDERS; several of a kind in a row are one. A number stays only in a citation of
    law, or where the rules read it as one (487, 187) and nothing hidden stands beside it. Scrubbing twice changes
    nothing more.
    """
    plain = _ADDRESS.sub(_address, _plain_text(text))
    tokens, rest = _tokens(plain)
    _hide_names_beside(tokens)
    _decide_numbers(tokens)
    return " ".join((_joined(tokens) + rest).split())


def _plain_text(text: str) -> str:
    """Without control characters, entities, marks and signs that no reason needs; blanks collapsed."""
    whole = _ENTITY.sub(lambda found: "&" if found.group().lower().endswith("amp;") else " ", _TAG.sub(" ", text))
    if not whole.isascii():
        whole = _WRONG_PAGE.sub(lambda found: _repair(found.group()), whole)
    return " ".join(_NEVER_SHOWN.sub(lambda found: _other(found.group()), whole).split())


@lru_cache(maxsize=10_000)
def _other(character: str) -> str:
    """Nothing for marks that stand within a word (fold drops them too), else a blank."""
    return "" if not character.isascii() and not fold("a" + character + "b").count(" ") else " "


def _repair(wrong: str) -> str:
    return bytes([0xC3, ord(wrong[1])]).decode("utf-8") if wrong[0] == "Ã" else "'"


def _address(found: re.Match[str]) -> str:
    """The placeholder, unless a word that a finding rests on stands where the street should."""
    words = fold(found.group(1)).split()
    return found.group() if any(word in _finding_words() for word in words) else "[address]"


# ---- what each piece is ---------------------------------------------------------------------------------


def _tokens(text: str) -> tuple[list[_Token], str]:
    """The pieces of the text, and the signs behind the last one."""
    tokens: list[_Token] = []
    end = 0
    for first, last, picked in _with_picked(text):
        if picked:
            tokens.append(_Token(text[end:first], text[first:last], "kept", fold(text[first:last])))
            end = last
            continue
        for found in _TOKEN.finditer(text, first, last):
            pieces = _pieces(found)
            pieces[0].before = text[end : found.start()]
            tokens += pieces
            end = found.end()
    return tokens, text[end:]


def _with_picked(text: str) -> list[tuple[int, int, bool]]:
    """Stretches of the text, and whether each is a value of the drop-down list or a state of two words."""
    stretches, end = [], 0
    for found in _fixed_phrases().finditer(text):
        stretches += [(end, found.start(), False), (found.start(), found.end(), True)]
        end = found.end()
    return [*stretches, (end, len(text), False)]


def _pieces(found: re.Match[str]) -> list[_Token]:
    kind, text = str(found.lastgroup), found.group()
    if kind == "placeholder":
        return [_Token("", text.lower(), text.lower())]
    if kind == "law":
        return [_Token("", text, "kept", fold(text))]
    if kind == "penal":
        number = text[: len(text) - len(text.lstrip("0123456789"))]
        return [_Token("", text, "asks", number) if _is_of_rules(number) else _hidden("code")]
    if kind in {"email", "phone", "date"}:
        return [_hidden(kind)]
    return _spelled_out(text) if kind == "letters" else _word(text)


def _hidden(kind: str) -> _Token:
    return _Token("", f"[{kind}]", f"[{kind}]")


def _spelled_out(text: str) -> list[_Token]:
    """Single letters in a row: words of the rules as "I.C.E." or "h s i" stay, all others are hidden."""
    places = [at.start() for at in re.finditer("[a-z]", text, re.IGNORECASE)]
    tokens, number, end = [], 0, 0
    while number < len(places):
        sizes = range(min(_LONGEST_SPELLED_OUT, len(places) - number), 1, -1)
        letters = "".join(text[place] for place in places[number : number + _LONGEST_SPELLED_OUT]).lower()
        size = next((size for size in sizes if letters.isascii() and _is_of_rules(letters[:size])), 1)
        first, last = places[number], places[number + size - 1] + 1
        token = _Token("", text[first:last], "kept", letters[:size]) if size > 1 else _hidden("word")
        token.before = text[end:first]
        tokens.append(token)
        number, end = number + size, last
    return tokens


def _word(text: str) -> list[_Token]:
    return [_Token("", *piece) for piece in _pieces_of_word(text)]


@lru_cache(maxsize=100_000)
def _pieces_of_word(text: str) -> tuple[tuple[str, str, str], ...]:
    """What a word is shown as: text, kind and folded of each piece of it."""
    if text.isascii() and text.isdigit():
        return ((text, "asks", text),) if _is_of_rules(text) else _NUMBER
    if not any(character.isdigit() for character in text):
        folded = _readable(text)
        return ((_as_shown(text), "kept", folded),) if folded else _WORD
    glued = _GLUED.fullmatch(text)
    if not glued:
        return _NUMBER if all(c.isnumeric() for c in text) else _CODE
    head, _, _, tail = glued.groups()
    word = head or tail
    if word.lower() not in _glued_words():
        return _CODE
    kept = (word, "kept", word.lower())
    return (kept, *_NUMBER) if head else (*_NUMBER, kept)


def _readable(word: str) -> str:
    """The word folded when it may be shown, else nothing. Of an owner's form ("driver's") the word itself counts."""
    if len(word) > _LONGEST_WORD:
        return ""
    stem = re.sub("['’]s$", "", word, flags=re.IGNORECASE)
    folded = fold(stem)
    if not folded.isalpha() or folded == "a" != word.lower():
        return ""
    if not unicodedata.normalize("NFKC", stem).isascii():
        # An accent makes another word, or a name: only the Spanish words of the rules are kept with one.
        return folded if _is_of_rules(folded) else ""
    return folded if folded in ONLY_BESIDE or _is_harmless(folded) else ""


def _is_harmless(word: str) -> bool:
    return word in plain_words().plain or (len(word) > 1 and _is_of_rules(word))


@lru_cache(maxsize=100_000)
def _is_of_rules(word: str) -> bool:
    """A word of the rules, also misspelt, that is no name; so is a short number that the rules read as law.

    A name that the rules hold letter for letter counts as a word, unless very many people bear it.
    """
    literal, stems, speller = _rule_words()
    if word in literal:
        return word not in plain_words().common and known_words_only(word) == word
    if not word.startswith(stems) and speller.correct(word)[0] == word:
        return False
    return word not in plain_words().names and known_words_only(word) == word


@cache
def _rule_words() -> tuple[frozenset[str], tuple[str, ...], Speller]:
    """Words that the rules read as they are, beginnings that they leave open, and how they read misspellings."""
    book = rulebook()
    found = {word for rule in book.rules for word in words_of_pattern(rule.pattern.pattern)}
    listed = {word for value in book.dropdown for word in fold(value).split()} | {one.word for one in book.fuzzy}
    stems = {word.split(ANY)[0] for word in found if ANY in word and word[0] != ANY}
    return frozenset(found | listed), tuple(sorted(stems)), Speller(book.fuzzy)


def _as_shown(word: str) -> str:
    """As typed; letters of other alphabets and full-width ones as the plain letters that they were read as."""
    is_plain = all(c.isascii() or c in _SPANISH or c == "’" for c in word)
    if is_plain:
        return word
    letters = "".join(c for c in unicodedata.normalize("NFKD", word) if c.isascii())
    return letters if fold(letters) == fold(word) else fold(word)


@cache
def _finding_words() -> frozenset[str]:
    """Words of the rules on which a category of the broad scope rests."""
    rules = [rule for rule in rulebook().rules if rule.category in SCOPES["broad"]]
    crimes = "immigration_or_homeland_other_crime"
    words = {word for rule in rules if rule.category != crimes for word in words_of_pattern(rule.pattern.pattern)}
    return frozenset(word for word in words if word.isalpha() and len(word) > 2)


@cache
def _glued_words() -> frozenset[str]:
    """Words to which the rules let digits be glued: HSI25."""
    return frozenset(word for word in _finding_words() if known_words_only(word + "25").lower() == word + "…")


@cache
def _fixed_phrases() -> re.Pattern[str]:
    values = [value for value, _ in rulebook().dropdown.values()] + list(STATES_OF_TWO_WORDS)
    # A single word is read as a word: whether it stays must not hang on its being a value.
    listed = sorted((re.escape(value) for value in values if not value.isalpha()), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(listed) + r")(?!\w)", re.IGNORECASE)


# ---- what stands beside what ----------------------------------------------------------------------------


def _hide_names_beside(tokens: list[_Token]) -> None:
    """Hide kept words that their place makes a name or a plate."""
    for before, token in pairwise([_Token("", "", ""), *tokens]):
        if token.kind == "kept" and token.folded not in _finding_words() and _is_named_by(before, token):
            _hide(token)
    for number, token in enumerate(tokens):
        if token.kind == "kept" and (needed := ONLY_BESIDE.get(token.folded)):
            beside = [*tokens[max(number - 1, 0) : number], *tokens[number + 1 : number + 2]]
            if not any(one.kind == "kept" and needed & set(one.folded.split()) for one in beside):
                _hide(token)
    for row in (tokens, tokens[::-1]):
        for before, token in pairwise(row):
            later = token if row is tokens else before
            is_surname = token.kind == "kept" and token.folded in SURNAMES_TOO
            if is_surname and before.kind == "[word]" and not later.before.strip(" .,"):
                _hide(token)


def _is_named_by(before: _Token, token: _Token) -> bool:
    """Whether the word behind a title is a name, or the one behind "plate:" a plate."""
    if before.kind != "kept":
        return False
    if before.folded in _CUES_OF_PLATES and any(sign in token.before for sign in ":#"):
        return True
    is_title = before.folded in TITLES and not token.before.strip(" .:")
    return is_title and (token.folded in SURNAMES_TOO or (token.text.istitle() and token.folded in KEPT_THOUGH_NAMES))


def _decide_numbers(tokens: list[_Token]) -> None:
    """A number that the rules know stays when everything beside it does and nothing says that it counts something."""
    ends = _Token("", "", "kept")
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


def _hide(token: _Token) -> None:
    token.text = token.kind = "[word]"


def _joined(tokens: list[_Token]) -> str:
    """The text again; hidden pieces of one kind in a row as one, and numbers and words glued by signs as one code."""
    shown: list[_Token] = []
    for token in tokens:
        shown.append(token)
        while len(shown) > 1 and (kind := _as_one(shown[-2], shown[-1])):
            shown.pop()
            shown[-1].text = shown[-1].kind = kind
    return "".join(token.before + token.text for token in shown)


def _as_one(one: _Token, other: _Token) -> str:
    """The placeholder that stands for both, or nothing when they stay apart."""
    if "kept" in (one.kind, other.kind):
        return ""
    if one.kind == other.kind and _BETWEEN_ALIKE.fullmatch(other.before):
        return one.kind
    is_glued = not other.before or _WITHIN_CODE.fullmatch(other.before)
    return "[code]" if is_glued and {one.kind, other.kind} <= {"[number]", "[word]", "[code]"} else ""
