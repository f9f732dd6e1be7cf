"""An agency's name mended (encoding, blanks, quotes) and without its tags, which are kept as flags.

Square brackets are not always a status: `Monroe NJ PD [Middlesex County]` keeps them.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import partial

from investigate.agencies.agency import DNU, FEDERAL, INACTIVE, NOT_AN_AGENCY, PRODUCT

LONGEST = 300  # characters of a name that are read; the longest real one has 88
_DAMAGED = re.compile(r"[ÃÂâ][^\x00-\x7f]")
_QUOTES = str.maketrans("‘’ʼ`´“”–—‐\u2011", "'" * 5 + '""' + "-" * 4)
_LOST_QUOTE = re.compile("(?<=[A-Za-z])\ufffd(?=s\\b)")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")  # half of a sign: no text that can be printed or stored holds one
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

# In brackets, after a dash, or at the end after PD or SO.
_NETWORK = r"[\[(]\s*NETWORK\s*[\])]|(?<=\s)-\s*NETWORK\s*(?=$|[\[(])|(?<=\b(?:PD|SO))\s+NETWORK\s*(?=$|[\[(])"
_DUPLICATE = r"(?:do|don'?t|dont|no)\s+not\s+use|don'?t\s+use|duplicates?|dupe|please\s+delete"
# In this order, again until nothing more is found: pattern, flag.
_TAGS = tuple(
    (re.compile(pattern, re.IGNORECASE), flag)
    for pattern, flag in (
        (r"[\[(]\s*federal\s*[\])]", FEDERAL),
        (
            r"[\[(]\s*(?:inactive|deactivated|turned off|not in use|revoked mou|disabled|decommissioned)\s*[\])]",
            INACTIVE,
        ),
        (r"(?:-\s*)?\bnot in use\s*$|^\s*inactive\b[\s:-]*|-\s*(?:inactive|deactivated)\s*$", INACTIVE),
        (rf"[\[(][^\[\]()]{{0,40}}(?:\b(?:{_DUPLICATE})\b|no longer a customer)[^\[\]()]{{0,40}}(?:[\])]|$)", DNU),
        (rf"-?\s*\b(?:DNU\d*|(?:{_DUPLICATE})(?:\s+(?:account|delete))*)\b\s*[-):]?", DNU),
    )
)
# Networks of one agency beside its first, named after a product; then those named otherwise, which give no flag.
_NETWORKS = (
    ("Raven", r"raven(?:\s+v?[\d.]{1,6})?"), ("Flex", "flex"), ("Condor", "condor"), ("LR", "lr"),
    ("Genetec", "genetec"), ("Live Video", "live video"), ("Axon", "axon"), ("Insight", "insight"), ("Tech", "tech"),
    ("Mobile", "mobile"), ("Trailer", "trailer"), ("Custom Hotlist", "custom hotlist"), ("Demo", "demo(?: cam)?"),
    (None, r"(?:[\w-]+ ){0,2}grant"), (None, r"(?:[\w-]+ ){0,3}study"), (None, "expansion"), (None, "new business"),
    (None, "ncic alert organization"), (None, "old"), (None, "new"), (None, "original"),
)  # fmt: skip
_PRODUCTS = (
    *(
        (re.compile(_NETWORK.replace("NETWORK", words), re.IGNORECASE), PRODUCT + name if name else None)
        for name, words in _NETWORKS
    ),
    (re.compile(r"(?<=\))\s+(?:raven)(?:\s+v?[\d.]{1,6})?$", re.IGNORECASE), PRODUCT + "Raven"),
    (re.compile(r"(?<=\bPD) [2-9]$|(?<=\bSO) ?[1-9]$"), None),
)
# Most names hold nothing of the sort: one look spares them the forty that follow.
_MAY_BE = re.compile(
    r"[\[(]|\bDNU|\bdupe|duplicate|delete|\buse\b|inactive|deactivated|\d$|\b(?:PD|SO)\s+[a-z]|-\s*[a-z]+(?: [a-z]+)*$",
    re.IGNORECASE,
)
_EMPTY_BRACKETS = re.compile(r"[\[(]\s*[\])]")
_EDGES = ' -,;:_/"'
_LOCAL_TYPE = re.compile(r"\b(?:PD|SO|SD|DPS|Police|Sheriff'?s?|Marshal'?s?|Constable'?s?|Const)\b", re.IGNORECASE)
_CODE_ALONE = re.compile(r"\W*[A-Z]{2}\W*")

_JUNK = re.compile(
    r"[\d\W_]*|[A-Za-z]|(?:z )?(?:null|none|nan|n/?a|unknown|tbd|demo|delete|deleted|test|old|new|error|account|"
    r"decommissioned(?: org)?|org|organization|former.*|agency|pd|so|example.*|sample.*|training|dummy.*)",
    re.IGNORECASE,
)
_TEST = re.compile(
    r"^flock\b|\bflock (?:safety|demo|training|test)\b|\bdemo\b|^test\b|\btest (?:org|account|agency|pd|network)\b|"
    r"\bLE training\b|^example\b",
    re.IGNORECASE,
)


def mend(name: str) -> tuple[str, bool]:
    """The name with its encoding mended, straight quotes and single blanks; and whether it was damaged.

    `Oolitic Marshalâ€™s Office` → `Oolitic Marshal's Office`. At most 300 characters are read.
    """
    text = printable(name[:LONGEST])
    whole = _LOST_QUOTE.sub("'", html.unescape(_redecode(_redecode(text))))
    plain = unicodedata.normalize("NFC", _CONTROL.sub(" ", _UNSEEN.sub("", whole))).translate(_QUOTES)
    return " ".join(plain.split()), whole != text


def printable(name: object) -> str:
    """A name as text that can be printed: what is no text is the empty name or its figures, half a sign is a \ufffd."""
    if name is None or name != name:  # noqa: PLR0124 - not a number
        return ""
    return _SURROGATE.sub("\ufffd", name if isinstance(name, str) else str(name))


def _redecode(text: str) -> str:
    """UTF-8 that was read as Windows-1252, read again; the text itself if it is no such thing."""
    if not _DAMAGED.search(text):
        return text
    try:
        return b"".join(_byte(sign) for sign in text).decode("utf-8")
    except UnicodeError:
        return text


def _byte(sign: str) -> bytes:
    try:
        return sign.encode("cp1252")
    except UnicodeEncodeError:
        return sign.encode("latin-1")  # the five bytes that Windows-1252 leaves free


def strip_tags(text: str) -> tuple[str, tuple[str, ...]]:
    """A mended name without its tags of status and product, and these as flags, in the order of agency.py."""
    flags: list[str] = []
    before = None if _MAY_BE.search(text) else text
    while before != text:
        before = text
        for pattern, flag in (*_TAGS, *_PRODUCTS):
            shorter = pattern.sub(partial(_cut, flag), text)
            if shorter != text:
                flags += [flag] if flag else []
                text = " ".join(_EMPTY_BRACKETS.sub(" ", shorter).split()).strip(_EDGES)
    if _JUNK.fullmatch(text) or _TEST.search(text):
        flags.append(NOT_AN_AGENCY)
    return text.strip(_EDGES), tuple(dict.fromkeys(flags))


def _cut(flag: str | None, found: re.Match[str]) -> str:
    return found[0] if _is_town(found, flag) else " "


def _is_town(found: re.Match[str], flag: str | None) -> bool:
    """Mobile in Alabama and Raven in Virginia are towns: `AL - Mobile` and `ICE - Mobile` name no network."""
    if flag is None or not flag.startswith(PRODUCT):
        return False
    before = found.string[: found.start()]
    after = found.string[found.end() :]
    if flag == f"{PRODUCT}Mobile":
        return not _LOCAL_TYPE.search(before + after)
    return bool(_CODE_ALONE.fullmatch(before)) and not after
