"""Make a typed reason fit to leave the workspace: only words known to be harmless stay, all else is named by its kind.

Kept: words of the rules (misspelt ones too), picked values, citations of law, states, shorthand of police work and
ordinary English words that are no names (`plain_words`). A name that is also a common word is hidden.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from investigate.beside import Token, decide_numbers, hide_beside
from investigate.kinds import call_by_place
from investigate.plain_words import ONLY_BESIDE, STATES_OF_TWO_WORDS, plain_words
from investigate.reasons.classify import SCOPES
from investigate.reasons.folding import fold
from investigate.reasons.pattern_words import ANY, words_of_pattern
from investigate.reasons.rulebook import rulebook
from investigate.reasons.spelling import Speller
from investigate.reasons.vocabulary import known_words_only
from investigate.scrub_patterns import ADDRESS, ENTITY, GLUED, KINDS, NEVER_SHOWN, TAG, TOKEN, WRONG_PAGE

PLACEHOLDERS = {
    "[number]": "digits: a case number, part of a plate, a house number, a time",
    "[code]": "letters and digits mixed: a plate, a case number",
    "[word]": "letters not on the list of harmless words: a name, a town, a plate, a rare word; one or several",
    "[name]": "as [word], one of the words being a name that people bear; it may be a town's or a maker's here",
    "[plate]": "what stands behind `plate`, `tag` or the like",
    "[case-number]": "what stands behind `case`, `report`, `incident` or the like",
    "[vin]": "17 letters and digits, a vehicle's number",
    "[ssn]": "digits in the three groups of a Social Security number, or behind `SSN`",
    "[a-number]": "an alien registration number: A and eight or nine digits",
    "[coordinates]": "a place by latitude and longitude",
    "[email]": "an e-mail address",
    "[phone]": "a telephone number",
    "[date]": "a date: of a birth or of anything else",
    "[address]": "a house number with its street, a block, a post office box",
}

GONE = "…"
_FILLING = "\u00ad"  # a soft hyphen: never shown, and parts no word
_LONGEST_WORD = 30
_LONGEST_SPELLED_OUT = 6  # U.S.C.I.S. is five letters
_SPANISH = frozenset("áéíóúüñÁÉÍÓÚÜÑ")

# Signs across which two placeholders of one kind are one, and those that make one code of two kinds.
_BETWEEN_ALIKE = re.compile(r"[ .,;:/\\\-_+&#'’]*")
_WITHIN_CODE = re.compile(r"[.:/\\\-_#]")


def scrub(text: str) -> str:
    """`text` as plain text in one line, with every word that is not known to be harmless replaced by its kind.

    The placeholders are those of PLACEHOLDERS; several of a kind in a row are one. A number stays only in a citation of
    law, or where the rules read it as one (487, 187) and nothing hidden stands beside it. Scrubbing twice changes
    nothing more.
    """
    tokens, rest = _decided(_plain_text(text))
    return " ".join((_joined(tokens) + rest).split())


def shown_words(text: str) -> str:
    """As `scrub`, with `…` for whatever is hidden: for texts that the rules matched, of which little is hidden."""
    plain, _, words = shown_places(text)
    return dotted(plain, words)


def shown_places(text: str) -> tuple[str, list[int], list[tuple[int, int, bool]]]:
    """What `scrub` decides of `text`: the plain text, from where in `text` each of its characters is, and its words.

    A word is (start, end, whether it stays), in characters of the plain text.
    """
    plain, origin = _plain_with_origin(text)
    words, end = [], 0
    for token in _decided(plain)[0]:
        start = end + len(token.before)
        end = start + len(token.raw)
        words.append((start, end, token.kind == "kept"))
    return plain, origin, words


def printed(text: str) -> str:
    """`text` in one line without control and direction-changing characters; nothing of it is hidden."""
    seen = (" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return " ".join("".join(sign for sign in seen if unicodedata.category(sign) not in {"Cf", "Cs"}).split())


def dotted(plain: str, pieces: Iterable[tuple[int, int, bool]]) -> str:
    """`plain` with `…` for every piece that does not stay, one for several in a row."""
    shown, last, is_hidden = "", 0, False
    for start, end, keep in pieces:
        if keep or not is_hidden:
            shown += plain[last:start] + (plain[start:end] if keep else GONE)
        is_hidden, last = not keep, end
    return shown + plain[last:]


def _decided(plain: str) -> tuple[list[Token], str]:
    """The pieces of a plain text, each kept or hidden, and the signs behind the last one."""
    tokens, rest = _tokens(plain)
    hide_beside(tokens)
    decide_numbers(tokens)
    return tokens, rest


def _plain_text(text: str) -> str:
    """Without control characters, entities, marks and signs that no reason needs; blanks collapsed."""
    return " ".join(NEVER_SHOWN.sub(lambda found: _other(found.group()), _without_markup(text)).split())


def _plain_with_origin(text: str) -> tuple[str, list[int]]:
    """`_plain_text`, and from where in `text` each of its characters is."""
    plain: list[str] = []
    origin: list[int] = []
    for place, sign in enumerate(_without_markup(text)):
        seen = _other(sign) if NEVER_SHOWN.match(sign) else sign
        if seen and not (seen == " " and (not plain or plain[-1] == " ")):
            plain.append(seen)
            origin.append(place)
    joined = "".join(plain).rstrip(" ")
    return joined, origin[: len(joined)]


def _without_markup(text: str) -> str:
    """Without tags and entities, letters of the wrong code page put right; as long as before, filled up."""

    def same_length(found: re.Match[str], said: str) -> str:
        return said + _FILLING * (len(found.group()) - len(said))

    whole = TAG.sub(lambda found: same_length(found, " "), text)
    whole = ENTITY.sub(lambda found: same_length(found, "&" if found.group().lower().endswith("amp;") else " "), whole)
    if not whole.isascii():
        whole = WRONG_PAGE.sub(lambda found: same_length(found, _repair(found.group())), whole)
    return whole


@lru_cache(maxsize=10_000)
def _other(character: str) -> str:
    """Nothing for marks that stand within a word (fold drops them too), else a blank."""
    return "" if not character.isascii() and not fold("a" + character + "b").count(" ") else " "


def _repair(wrong: str) -> str:
    return bytes([0xC3, ord(wrong[1])]).decode("utf-8") if wrong[0] == "Ã" else "'"


# ---- what each piece is ---------------------------------------------------------------------------------


def _tokens(text: str) -> tuple[list[Token], str]:
    """The pieces of the text, and the signs behind the last one."""
    tokens: list[Token] = []
    end = 0
    for first, last, kind in _stretches(text):
        if kind:
            before, raw = text[end:first], text[first:last]
            is_kept = kind == "kept"
            tokens.append(Token(before, raw if is_kept else kind, kind, fold(raw) if is_kept else "", raw))
            end = last
            continue
        for found in TOKEN.finditer(text, first, last):
            pieces = _pieces(found)
            pieces[0].before = text[end : found.start()]
            tokens += pieces
            end = found.end()
    return tokens, text[end:]


def _stretches(text: str) -> list[tuple[int, int, str]]:
    """The text in stretches: "kept" for a picked value or a state of two words, "[address]", or "" for all else."""
    addresses = [found.span() for found in ADDRESS.finditer(text) if _is_address(found)]
    stretches, end = [], 0
    for first, last in [*addresses, (len(text), len(text))]:
        for found in _fixed_phrases().finditer(text, end, first):
            stretches += [(end, found.start(), ""), (found.start(), found.end(), "kept")]
            end = found.end()
        stretches += [(end, first, ""), (first, last, "[address]")]
        end = last
    return stretches[:-1]


def _is_address(found: re.Match[str]) -> bool:
    """Not where a word that a finding rests on stands where the street should."""
    return not any(word in _finding_words() for word in fold(found.group()).split())


def _pieces(found: re.Match[str]) -> list[Token]:
    kind, text = str(found.lastgroup), found.group()
    if kind == "placeholder":
        return [Token("", text.lower(), text.lower(), "", text)]
    if kind == "law":
        return [Token("", text, "kept", fold(text), text)]
    if kind == "penal":
        number = text[: len(text) - len(text.lstrip("0123456789"))]
        return [Token("", text, "asks", number, text) if _is_of_rules(number) else _hidden("code", text)]
    if kind not in {"letters", "word"}:
        return [_hidden(KINDS.get(kind, kind), text)]
    return _spelled_out(text) if kind == "letters" else _word(text)


def _hidden(kind: str, raw: str) -> Token:
    return Token("", f"[{kind}]", f"[{kind}]", "", raw)


def _spelled_out(text: str) -> list[Token]:
    """Single letters in a row: words of the rules as "I.C.E." or "h s i" stay, all others are hidden."""
    places = [at.start() for at in re.finditer("[a-z]", text, re.IGNORECASE)]
    letters = "".join(text[place] for place in places).lower()
    tokens, number, end = [], 0, 0
    while number < len(places):
        size = _letters_of_word(letters[number : number + _LONGEST_SPELLED_OUT])
        first, last = places[number], places[number + size - 1] + 1
        raw = text[first:last]
        token = Token("", raw, "kept", letters[number : number + size], raw) if size > 1 else _hidden("word", raw)
        token.before = text[end:first]
        tokens.append(token)
        number, end = number + size, last
    return tokens


@lru_cache(maxsize=10_000)
def _letters_of_word(letters: str) -> int:
    """How many of the first letters are a word of the rules; 1 when none are."""
    sizes = range(len(letters), 1, -1) if letters.isascii() else range(0)
    return next((size for size in sizes if _is_of_rules(letters[:size])), 1)


def _word(text: str) -> list[Token]:
    return [Token("", *piece) for piece in _pieces_of_word(text)]


@lru_cache(maxsize=100_000)
def _pieces_of_word(text: str) -> tuple[tuple[str, str, str, str], ...]:
    """What a word is shown as: text, kind, folded and raw of each piece of it."""
    number, code, word = ((f"[{kind}]", f"[{kind}]", "", text) for kind in ("number", "code", "word"))
    if text.isascii() and text.isdigit():
        return ((text, "asks", text, text) if _is_of_rules(text) else number,)
    if not any(character.isdigit() for character in text):
        folded = _readable(text)
        return ((_as_shown(text), "kept", folded, text) if folded else word,)
    glued = GLUED.fullmatch(text)
    if not glued:
        return (number if all(c.isnumeric() for c in text) else code,)
    head, _, _, tail = glued.groups()
    letters = head or tail
    if letters.lower() not in _glued_words():
        return (code,)
    kept = (letters, "kept", letters.lower(), letters)
    digits = ("[number]", "[number]", "", text[len(head) :] if head else text[: -len(tail)])
    return (kept, digits) if head else (digits, kept)


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

    A surname that the rules hold letter for letter counts as a word, unless very many people bear it.
    """
    literal, stems, speller = _rule_words()
    if word in literal:
        is_name = word in plain_words().common or word in plain_words().given
        return not is_name and known_words_only(word) == word
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


# ---- the text again -----------------------------------------------------------------------------------------


def _joined(tokens: list[Token]) -> str:
    """The text again, hidden pieces that are one as one, and each of them called by the closest kind that is known."""
    shown = _merged(tokens)
    call_by_place(shown)
    return "".join(token.before + token.text for token in _merged(shown))


def _merged(tokens: list[Token]) -> list[Token]:
    """Hidden pieces of one kind in a row as one, and numbers and words glued by signs as one code."""
    shown: list[Token] = []
    for token in tokens:
        shown.append(token)
        while len(shown) > 1 and (kind := _as_one(shown[-2], shown[-1])):
            last = shown.pop()
            shown[-1].text = shown[-1].kind = kind
            shown[-1].raw += last.before + last.raw
    return shown


def _as_one(one: Token, other: Token) -> str:
    """The placeholder that stands for both, or nothing when they stay apart."""
    if "kept" in (one.kind, other.kind):
        return ""
    if one.kind == other.kind and _BETWEEN_ALIKE.fullmatch(other.before):
        return one.kind
    is_glued = not other.before or _WITHIN_CODE.fullmatch(other.before)
    return "[code]" if is_glued and {one.kind, other.kind} <= {"[number]", "[word]", "[code]"} else ""
