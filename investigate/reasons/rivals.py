"""Rules by which others counted immigration-related searches: read rivals.toml, check it, apply its rules.

A rival reads the text as released, in lower case, and not the folded text that our own rules read: what it takes
and misses by that is part of it. How its words match is said at the top of rivals.toml.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from investigate.reasons.rulebook import BadRules
from investigate.scrub import GONE, dotted, shown_places

RIVALS_FILE = Path(__file__).with_name("rivals.toml")
OURS = "ours"
COLUMNS = ("reason", "case_number", "offense_type", "searching_agency")
MODES = ("substring", "word", "beginning", "token")
MOST_RIVALS = 60  # each is one bit of a whole number (investigate/rivals.py)

_EDGES = {  # what must stand before and behind a word; no look-around, which RE2 has not
    "substring": ("", ""),
    "word": ("(?:^|[^a-z0-9_])", "(?:$|[^a-z0-9_])"),
    "beginning": ("(?:^|[^a-z0-9_])", ""),
}
_BLANKS = " \t\n\r\x0b\x0c\xa0"
_BLANK_SAID = {"one": " ", "some": f"[{_BLANKS}]+"}
_SPECIAL = re.compile(r"[.^$*+?()\[\]{}|\\]")
_IN_CLASS = re.compile(r"[\\\]\[^-]")
_NEAR = 80  # characters on either side of the first match that are shown
_READ_AROUND = 1_000  # and that are read, so that a long text costs no more than a short one
_DATE = re.compile(r"unknown|[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TEXTS = ("id", "name", "source", "date", "note")
_FIELDS = (*_TEXTS, "left_out", "columns", "words", "separators", "blanks", "examples", "counter_examples")
_UNPUBLISHED = ("name", "date", "known")

Example = tuple[tuple[str, str], ...]  # (column, text) of the columns in which something stands


@dataclass(frozen=True, slots=True)
class Rival:
    """One published rule. `words` are pairs (mode, word as published); `columns` are looked at each on its own.

    `left_out` says why its count stands beside the range over the published rules and not in it; mostly empty.
    """

    id: str
    name: str
    source: str
    date: str
    note: str
    columns: tuple[str, ...]
    words: tuple[tuple[str, str], ...]
    separators: str = ""
    blanks: str = "one"
    left_out: str = ""
    examples: tuple[Example, ...] = ()
    counter_examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A count whose rule nobody published: its name, its date, and what is known. Never run."""

    name: str
    date: str
    known: str


@dataclass(frozen=True, slots=True)
class Rivals:
    """Everything in rivals.toml. `everyday` are words that may be shown whole around what a rival matched."""

    rules: tuple[Rival, ...]
    unpublished: tuple[Unpublished, ...]
    everyday: frozenset[str]


@cache
def rival_rules() -> Rivals:
    """The published rules that come with the package, read once."""
    return load_rivals(RIVALS_FILE)


def takes(
    rival: Rival,
    reason: str | None,
    case_text: str | None = None,
    offense_type: str | None = None,
    searching_agency: str | None = None,
) -> bool:
    """Whether the rule takes a search with these texts; it looks at its own columns only, and None is nothing."""
    texts = dict(zip(COLUMNS, (reason, case_text, offense_type, searching_agency), strict=True))
    return _takes(rival, {column: text for column, text in texts.items() if text is not None})


def _takes(rival: Rival, texts: Mapping[str, str]) -> bool:
    pattern = re.compile(pattern_of(rival))
    return any(pattern.search(lower(texts[column])) is not None for column in rival.columns if column in texts)


def lower(text: str) -> str:
    """Lower case with as many characters as before: the engine's lower case of the dotted I is one letter too."""
    return text.replace("\u0130", "i").lower()


@cache
def pattern_of(rival: Rival) -> str:
    """All words of the rule as one pattern over lower-cased text, read alike by Python, RE2 (DuckDB) and Java."""
    by_edges: dict[tuple[str, str], list[str]] = {}
    for mode, word in rival.words:
        by_edges.setdefault(_edges(rival, mode), []).append(_body(rival, word))
    parts = [f"{before}(?:{'|'.join(bodies)}){behind}" for (before, behind), bodies in by_edges.items()]
    return "|".join(parts)


def matched_places(rival: Rival, text: str) -> list[tuple[int, int]]:
    """Where the words of the rule stand in `text`: (start, end) in characters, in order; may overlap."""
    lowered = lower(text)
    found = set()
    for pattern in _finders(rival):
        at = 0
        # The edge behind one word may be the edge before the next: go on from the word's own end.
        while match := pattern.search(lowered, at):
            found.add(match.span(1))
            at = match.end(1)
    return sorted(found)


@cache
def _finders(rival: Rival) -> tuple[re.Pattern[str], ...]:
    """For each word a pattern whose group 1 is the word itself."""
    edged = [(_edges(rival, mode), _body(rival, word)) for mode, word in rival.words]
    return tuple(re.compile(f"{before}({body}){behind}") for (before, behind), body in edged)


def _edges(rival: Rival, mode: str) -> tuple[str, str]:
    if mode != "token":
        return _EDGES[mode]
    among = _IN_CLASS.sub(r"\\\g<0>", rival.separators).replace(" ", _BLANKS)
    return f"(?:^|[{among}])", f"(?:$|[{among}])"


def _body(rival: Rival, word: str) -> str:
    escaped = _SPECIAL.sub(r"\\\g<0>", word.lower())
    return escaped.replace(" ", _BLANK_SAID[rival.blanks])


# ---- what may be shown of a text ----------------------------------------------------------------------


def fit_to_show(text: str, places: Iterable[tuple[int, int]]) -> str:
    """`text` in one line: words that `scrub` keeps, those at `places` (what a rival matched), and `…` for all others.

    Around a match inside a word the other letters are left out too, since they may be a name ("…ice"), unless the
    word is one of `everyday` in rivals.toml. Of a long text only what stands near the first match is shown.
    """
    ordered = sorted(places)
    middle = ordered[0][0] if ordered else 0
    begin = max(middle - _READ_AROUND, 0)
    plain, origin, words = shown_places(text[begin : middle + _READ_AROUND])
    matched = [
        (bisect_left(origin, first - begin), bisect_left(origin, last - begin))
        for first, last in ordered
        if first >= begin
    ]
    at = bisect_left(origin, middle - begin)
    pieces = [piece for word in words for piece in _shown_pieces(plain, word, matched)]
    near = [piece for piece in pieces if at - _NEAR <= piece[0] and piece[1] <= at + _NEAR]
    if not near:
        return GONE if pieces else ""
    start, end = near[0][0], near[-1][1]
    before = GONE if begin or start > pieces[0][0] else plain[:start]
    after = GONE if end < pieces[-1][1] or middle + _READ_AROUND < len(text) else plain[end:]
    shown = dotted(plain[start:end], [(first - start, last - start, keep) for first, last, keep in near])
    return " ".join(re.sub(f"{GONE}(?:[ ]?{GONE})+", GONE, before + shown + after).split())


def _shown_pieces(text: str, word: tuple[int, int, bool], places: list[tuple[int, int]]) -> list[tuple[int, int, bool]]:
    """A word as one piece, or as what a rival matched of it and the letters around, which are hidden."""
    start, end, keep = word
    inside = [(max(start, a), min(end, b)) for a, b in places if a < end and start < b]
    if keep or not inside or text[start:end].lower() in rival_rules().everyday:
        return [(start, end, keep or bool(inside))]
    edges = sorted({start, end, *(edge for span in inside for edge in span)})
    return [(a, b, any(first <= a and b <= last for first, last in inside)) for a, b in pairwise(edges)]


# ---- reading the file ---------------------------------------------------------------------------------


def load_rivals(path: Path) -> Rivals:
    """Read and check a file of rival rules.

    Raises BadRules, naming the entry and what to mend: not TOML, a field missing, unknown or of another kind, a
    column, mode or date that is not known, a word that is empty, given twice or never found, a repeated id, fewer
    than three examples or two counter-examples, an example that the rule misses or a counter-example that it takes.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise BadRules(f"{path.name} cannot be read: {wrong}. Mend the file and run again.") from wrong
    _known_fields(raw, ("everyday", "rival", "unpublished"), path.name)
    rules = tuple(_rival(entry, path) for entry in _entries(raw, "rival", path))
    names = [rule.id for rule in rules]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise BadRules(f"{path.name}: rival id {repeated[0]!r} stands twice. Give each rival its own id.")
    if not 0 < len(rules) <= MOST_RIVALS:
        raise BadRules(f"{path.name}: {len(rules)} rivals; from 1 to {MOST_RIVALS} can be run. Add or take out some.")
    unpublished = tuple(_unpublished(entry, path) for entry in _entries(raw, "unpublished", path))
    everyday = frozenset(word.lower() for word in _texts_of(raw.get("everyday", []), "everyday", path.name))
    return Rivals(rules, unpublished, everyday)


def _entries(raw: Mapping[str, Any], key: str, path: Path) -> list[dict[str, Any]]:
    entries = raw.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadRules(f"{path.name}: {key} is {entries!r}. Write each entry under a line [[{key}]].")
    return entries


def _rival(entry: Mapping[str, Any], path: Path) -> Rival:
    where = f"{path.name}, rival {entry.get('id', 'without id')!r}"
    _known_fields(entry, _FIELDS, where)
    texts = {key: _text(entry, key, where) for key in _TEXTS}
    if not _ID.fullmatch(texts["id"]) or texts["id"] == OURS:
        raise BadRules(f"{where}: an id is lower-case letters, digits and hyphens, and not {OURS!r}. Give another.")
    _check_date(texts["date"], where)
    columns = _texts_of(entry.get("columns"), "columns", where)
    _all_among(columns, "column", COLUMNS, where)
    blanks = entry.get("blanks", "one")
    _all_among([blanks], "blanks", _BLANK_SAID, where)
    separators = _separators(entry, where)
    rival = Rival(
        **texts,
        columns=tuple(columns),
        words=_words(entry.get("words"), separators, where),
        separators=separators,
        blanks=blanks,
        left_out=_text(entry, "left_out", where) if "left_out" in entry else "",
        examples=_examples(entry, "examples", 3, columns[0], where),
        counter_examples=_examples(entry, "counter_examples", 2, columns[0], where),
    )
    _check_examples(rival, where)
    return rival


def _separators(entry: Mapping[str, Any], where: str) -> str:
    separators = entry.get("separators", "")
    splits = isinstance(entry.get("words"), dict) and "token" in entry["words"]
    if not isinstance(separators, str) or splits != bool(separators):
        raise BadRules(
            f"{where}: separators is {separators!r}; it is a text of the characters that part tokens, and stands "
            "there when words.token does and only then. Add it or take it out."
        )
    return separators


def _words(given: Any, separators: str, where: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, dict) or not given:
        raise BadRules(f"{where}: words is {given!r}. Give words.<mode>, with a mode of {', '.join(MODES)}.")
    _all_among(given, "mode of words", MODES, where)
    words = [(mode, word) for mode, listed in given.items() for word in _texts_of(listed, f"words.{mode}", where)]
    for mode, word in words:
        is_split = mode == "token" and any(mark in word for mark in separators)
        if not word.isascii() or not word.isprintable() or word != word.strip() or is_split:
            raise BadRules(
                f"{where}: the word {word!r} in words.{mode} can never match. Words are printable ASCII without blanks "
                "around them; a token holds no separator. Mend it."
            )
    folded = [(mode, word.lower()) for mode, word in words]
    if twice := sorted({word for mode, word in folded if folded.count((mode, word)) > 1}):
        raise BadRules(f"{where}: the word {twice[0]!r} stands twice, capitals aside. Take one out.")
    return tuple(words)


def _examples(entry: Mapping[str, Any], key: str, least: int, column: str, where: str) -> tuple[Example, ...]:
    given = entry.get(key)
    if not isinstance(given, list) or len(given) < least:
        raise BadRules(f"{where}: {key} is {given!r}; at least {least} are needed. Add some.")
    examples = [{column: one} if isinstance(one, str) else one for one in given]
    for one in examples:
        if not isinstance(one, dict) or not one or not all(isinstance(text, str) for text in one.values()):
            raise BadRules(f"{where}: {one!r} in {key} is neither a text nor {{ column = text }}. Mend it.")
        _all_among(one, "column", COLUMNS, where)
    return tuple(tuple(one.items()) for one in examples)


def _check_examples(rival: Rival, where: str) -> None:
    for examples, wanted in ((rival.examples, True), (rival.counter_examples, False)):
        for example in examples:
            if _takes(rival, dict(example)) != wanted:
                said = "misses its example" if wanted else "takes its counter-example"
                texts = ", ".join(repr(text) for _, text in example)
                raise BadRules(f"{where}: it {said} {texts}. Mend the words or the example.")


def _unpublished(entry: Mapping[str, Any], path: Path) -> Unpublished:
    where = f"{path.name}, unpublished {entry.get('name', 'without name')!r}"
    _known_fields(entry, _UNPUBLISHED, where)
    texts = {key: _text(entry, key, where) for key in _UNPUBLISHED}
    _check_date(texts["date"], where)
    return Unpublished(**texts)


def _check_date(date: str, where: str) -> None:
    if not _DATE.fullmatch(date):
        raise BadRules(f"{where}: date {date!r} is neither 'unknown' nor YYYY, YYYY-MM or YYYY-MM-DD. Mend it.")


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BadRules(f"{where}: {key} is {value!r}; it must be a text. Fill it in.")
    return value


def _texts_of(given: Any, key: str, where: str) -> list[str]:
    if not isinstance(given, list) or not given or not all(isinstance(one, str) and one.strip() for one in given):
        raise BadRules(f"{where}: {key} is {given!r}; it must be a list of texts. Fill it in.")
    return given


def _all_among(given: Iterable[str], what: str, allowed: Iterable[str], where: str) -> None:
    known = tuple(allowed)
    for one in given:
        if one not in known:
            raise BadRules(f"{where}: {what} {one!r} is not known. Allowed: {', '.join(known)}.")


def _known_fields(entry: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    _all_among(entry, "field", known, where)
