"""What the tags of a camera say: whether it is a licence-plate reader, who made it, who runs it, where it looks.

Spellings and rules are data: makers.toml, operators.toml. Nothing here tells whose cameras they are: an
operator is what a mapper wrote, and may be the vendor.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from investigate.cameras.directions import read_directions
from investigate.errors import InvestigateError

MAKERS_FILE = Path(__file__).with_name("makers.toml")
OPERATORS_FILE = Path(__file__).with_name("operators.toml")
ALPR, ASSUMED = "alpr", "assumed alpr"
OPERATOR_KINDS = ("public", "private", "vendor", "unclear", "not said")
LONGEST = 200  # characters of a name that are looked at

_DIRECTIONS = ("direction", "camera:direction")
_MAKERS = ("manufacturer", "brand", "surveillance:manufacturer", "surveillance:brand")
_MAKER_IDS = tuple(f"{key}:wikidata" for key in _MAKERS)
_OPERATORS = ("operator", "surveillance:operator")
_RULE_KEYS = {"id", "kind", "words", "names", "unless", "examples", "not"}

_ALPR = re.compile(
    r"\b(?:(?:alpr|anpr)s?[0-9]{0,4}|alrp|aplr|lapr|lprs?)\b|\bplate[ -]?(?:readers?|recognition)\b|\btag[ -]readers?\b"
    r"|\b(?:licen[sc]e|number)[ -]?plates?[ -](?:reader|reading|recognition|recogni[sz]er|capture|camera)"
)
_NOT_ALPR = re.compile(r"\b(?:no|non|not|without)\b[ -]*(?:an? )?$")
# Words of a type column that say how a camera is built or which maker's it is: no kind of camera.
_SILENT = re.compile(
    r"(?:fixed|static|stationary|permanent|portable|mobile|trailer|solar|pole|pole mounted|dome|panning|ptz|bullet|"
    r"panorama|public|outdoor|traffic|yes|unknown|n/?a|none|null|other|(?:flock (?:safety )?)?(?:falcon|sparrow))?"
)
_JOINED = re.compile(r"[&+(,]|\s-\s|\b(?:and|for|at|by|via|with|in|on behalf of|owned by)\b", re.IGNORECASE)
_LEGAL = {"inc", "incorporated", "llc", "corp", "corporation", "ltd", "co", "company", "gmbh"}


class BadTable(InvestigateError):
    """makers.toml or operators.toml cannot be used."""


def kind_of(tags: Mapping[str, str], only_alpr: bool) -> str | None:
    """`alpr` where a tag says so, `assumed alpr` in a list of such cameras that names no kind, None: another kind."""
    said = tags.get("surveillance:type", "")
    if any(_says_alpr(tags.get(key, "")) for key in ("surveillance:type", "surveillance", "camera:type")):
        return ALPR
    if not all(_is_silent(part) for part in said.split(";")):
        return None
    if "surveillance" not in (tags.get("man_made") or "surveillance").casefold() and not tags.get("surveillance"):
        return None
    if _says_alpr(tags.get("name", "")):
        return ALPR
    return ASSUMED if only_alpr else None


def _says_alpr(text: str) -> bool:
    text = text[:LONGEST].casefold().replace("_", " ")
    return any(not _NOT_ALPR.search(text[: found.start()]) for found in _ALPR.finditer(text))


def _is_silent(part: str) -> bool:
    word = part.strip().casefold()
    return bool(_SILENT.fullmatch(word)) or _folds().get(_key(word)) is not None


def direction_text(tags: Mapping[str, str]) -> str | None:
    """The text that says where it looks: of `direction` and `camera:direction` the first that gives bearings, else the
    first that stands."""
    texts = [tags[key] for key in _DIRECTIONS if tags.get(key, "").strip()]
    return next((text for text in texts if read_directions(text).bearings), texts[0] if texts else None)


def maker_of(tags: Mapping[str, str]) -> tuple[str | None, str | None]:
    """(maker in one spelling, the text that says it); the first of manufacturer, brand, their Wikidata items, and an
    operator that is no more than a maker's name. A file that says `unknown` gives (None, that text)."""
    unknown: str | None = None
    for key in _MAKERS:
        if said := tags.get(key, "").strip():
            if maker := _makers(said[:LONGEST]):
                return maker, said
            unknown = unknown or said
    for key in _MAKER_IDS:
        if found := _ids().get(tags.get(key, "").strip().upper()):
            return found, tags[key].strip()
    for key in _OPERATORS:
        said = _single(tags.get(key, ""))
        if known := _known_makers(said[:LONGEST]):
            return known, said
    return None, unknown


@lru_cache(maxsize=20_000)
def _makers(said: str) -> str | None:
    """One spelling of each maker in a text, joined with `; `; None where it says that none is known."""
    if known := _known_makers(said):
        return known
    named = [part for piece in said.split(";") if (part := piece.strip()) and _key(part) not in _nothing()]
    return "; ".join(dict.fromkeys(_spelling(part) or part for part in named)) or None


@lru_cache(maxsize=20_000)
def _known_makers(said: str) -> str | None:
    """The makers of a text of which every part is a maker of the table, else None."""
    if whole := _spelling(said):
        return whole
    names = [_spelling(part) for part in re.split(r"[;/]", said) if part.strip()]
    return "; ".join(dict.fromkeys(name for name in names if name)) if names and all(names) else None


def _spelling(text: str) -> str | None:
    return _folds().get(_key(text)) or _ids().get(text.strip().upper())


def _key(text: str) -> str:
    words = re.findall(r"[^\W_]+", text[:LONGEST].casefold().replace("'", "").replace("’", "").replace(".", ""))
    while len(words) > 1 and words[-1] in _LEGAL:
        words.pop()
    return "".join(words)


def operator_of(tags: Mapping[str, str]) -> tuple[str | None, str]:
    """(who runs it as the file says, what kind of body: one of OPERATOR_KINDS); see operators.toml.

    None where the file names nobody or says that it does not know; `operator:type` may still tell the kind.
    """
    said = next((text for key in _OPERATORS if (text := _single(tags.get(key, "")))), None)
    kind = operator_kind(said[:LONGEST]) if said else "not said"
    named = None if kind == "not said" else said
    return named, _type_kind(tags.get("operator:type", ""), kind) if kind in ("unclear", "not said") else kind


@lru_cache(maxsize=50_000)
def operator_kind(said: str) -> str:
    """The kind of body that a name says; each side of `;` and `/` for itself, and what stands beside a police."""
    whole = rule_of(said)
    if whole is not None and whole.kind == "not said":
        return whole.kind
    parts = [part for part in re.split(r"[;/]", said) if _words(part)]
    kinds = {"vendor"} if _known_makers(said) else {_part_kind(part) for part in parts}
    if {"public", "private"} <= kinds or any(_is_mixed(part) for part in parts):
        return "unclear"
    return next((kind for kind in ("public", "private", "unclear", "vendor", "not said") if kind in kinds), "unclear")


def _is_mixed(part: str) -> bool:
    """Whether words such as `and`, `for`, `at` join a public body and a private one: `Tulsa PD & Walmart`."""
    sides = [side for side in _JOINED.split(part) if _words(side)]
    found = [rule for side in sides if (rule := rule_of(side))]
    private = {rule.kind == "private" for rule in found if rule.id != "private universities by name"}
    return len(sides) > 1 and private == {True, False} and any(rule.id == "police" for rule in found)


def _part_kind(part: str) -> str:
    if _spelling(part):
        return "vendor"
    rule = rule_of(part)
    return rule.kind if rule else "unclear"


def _type_kind(said: str, kind: str) -> str:
    """The kind that `operator:type` says where the name itself decides nothing; else `kind`."""
    said = said[:LONGEST]
    words = _words(said).casefold()
    if not words:
        return kind
    for known, texts in _types().items():
        if words in texts:
            return kind if known in ("not said", "unclear") else known
    rule = rule_of(said)
    return rule.kind if rule and rule.kind in ("public", "private") else kind


def _single(text: str) -> str:
    """With single blanks."""
    return " ".join(text.split())


def _words(text: str) -> str:
    """A name as the rules see it."""
    text = re.sub(r"['’`.]", "", text[:LONGEST])
    return " ".join(re.sub(r"[^\w,?&]|_", " ", text).replace(" ,", ",").split())


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of operators.toml."""

    id: str
    kind: str
    words: re.Pattern[str] | None
    names: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    examples: tuple[str, ...]
    counter: tuple[str, ...]

    def decides(self, text: str) -> bool:
        found = (self.words and self.words.search(text)) or (self.names and self.names.fullmatch(text))
        return bool(found) and not (self.unless and self.unless.search(text))


@lru_cache(maxsize=50_000)
def rule_of(text: str) -> Rule | None:
    """The rule that decides a name, or None; words run together (`CountySheriff`) are tried apart last."""
    plain = _words(text)
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    for words in dict.fromkeys((plain, apart)):
        if found := next((rule for rule in rules() if rule.decides(words)), None):
            return found
    return None


@cache
def rules(path: Path = OPERATORS_FILE) -> tuple[Rule, ...]:
    """Every rule of operators.toml in its order; raises BadTable for one that cannot be used."""
    return tuple(
        _rule(entry, f"{path.name}, rule {at}") for at, entry in enumerate(_toml(path).get("rule", ()), start=1)
    )


def _rule(entry: dict[str, Any], at: str) -> Rule:
    if strange := sorted(set(entry) - _RULE_KEYS):
        raise BadTable(f"{at}: {strange[0]!r} is no key. Known: {', '.join(sorted(_RULE_KEYS))}.")
    if entry.get("kind") not in OPERATOR_KINDS:
        raise BadTable(f"{at}: {entry.get('kind')!r} is no kind. Allowed: {', '.join(OPERATOR_KINDS)}.")
    if not entry.get("words") and not entry.get("names"):
        raise BadTable(f"{at} has neither words nor names. Every rule has at least one.")
    try:
        words, unless = (_any_of(entry.get(key, ()), whole=False) for key in ("words", "unless"))
        names = _any_of(entry.get("names", ()), whole=True)
    except re.error as wrong:
        raise BadTable(f"{at} does not compile ({wrong}). Mend its words.") from wrong
    examples, counter = (tuple(entry.get(key, ())) for key in ("examples", "not"))
    return Rule(entry.get("id", at), entry["kind"], words, names, unless, examples, counter)


def _any_of(phrases: list[str], *, whole: bool) -> re.Pattern[str] | None:
    if not phrases:
        return None
    ends = ("", "") if whole else (r"(?<!\w)", r"(?!\w)")
    return re.compile("|".join(f"{ends[0]}(?:{phrase}){ends[1]}" for phrase in phrases), re.IGNORECASE)


@cache
def _types() -> dict[str, frozenset[str]]:
    return {kind: frozenset(texts) for kind, texts in _toml(OPERATORS_FILE).get("types", {}).items()}


@cache
def _folds() -> dict[str, str]:
    return {_key(text): entry["name"] for entry in makers() for text in (entry["name"], *entry.get("also", ()))}


@cache
def _ids() -> dict[str, str]:
    return {identifier: entry["name"] for entry in makers() for identifier in entry.get("wikidata", ())}


@cache
def _nothing() -> frozenset[str]:
    return frozenset(_key(text) for text in _toml(MAKERS_FILE).get("nothing", ()))


@cache
def makers(path: Path = MAKERS_FILE) -> tuple[dict[str, Any], ...]:
    """Every entry of makers.toml; raises BadTable where a spelling stands under two makers."""
    entries, owners = tuple(_toml(path).get("maker", ())), dict[str, str]()
    for at, entry in enumerate(entries, start=1):
        if not entry.get("name") or not entry.get("why"):
            raise BadTable(f"{path.name}, maker {at} has no name or no why. Every maker has both.")
        for text in (entry["name"], *entry.get("also", ()), *entry.get("wikidata", ())):
            if owners.setdefault(_key(text), entry["name"]) != entry["name"]:
                raise BadTable(
                    f"{path.name}: {text!r} stands under {owners[_key(text)]!r} and {entry['name']!r}. Keep one."
                )
    return entries


@cache
def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise BadTable(f"{path.name} cannot be read as TOML: {wrong}. Mend the line that it names.") from wrong
