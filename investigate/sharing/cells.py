"""What a cell of a sharing list says: a name, nothing, that a name was withheld, a sentence, that access was not given.

Lists are written by people, and a line such as "We do not share with ICE." holds the name of an office and names none.
"""

from __future__ import annotations

import re

from investigate.logs import layouts

LONGEST_NAME = 300  # characters; the longest agency name seen has 97
MOST_WORDS = 24  # the longest agency name seen has 15
NETWORKS, DETECTIONS, HOT_LISTS = "networks", "detections", "hot lists"
FLOCK, VIGILANT = "flock", "vigilant"
INACTIVE = "Inactive"

_NO_NAME = re.compile(r"(?i)(-+|—|n/?a|none|null|nan|no|false|yes|true|all|nobody|no ?one|total.{0,40})\.?")
_INACTIVE = re.compile(r"(?i)\[(?:inactive|deactivated)\]")
# Notes of the vendor's beside a name, which is a name all the same.
_NOTE = re.compile(r"(?i)\bdo not use\b|\bno longer (?:a customer|in use)\b|\bnot in use\b|\bDNU\b")
# Words that stand in sentences and in no agency's name; written small, since Will is a county and US a country.
_SAYS = re.compile(
    r"(?i:\b(?:such as|(?:do|does|is|are|was|were|will|can|may|must)(?: ?not|n['’]?t)\b|cannot (?:\w+ ){0,2}(?:see|"
    r"search|access)|(?:not|never) (?:be |been )?(?:shar\w+|gran\w+|giv\w+|allow\w+|hav\w+|has)|"
    r"shar(?:e|es|ed|ing) (?:with|by|to)|no (?:access|sharing|data|agenc(?:y|ies)|federal|longer|one))\b)"
    r"|\b(?:not|cannot|never|nor|neither|are|was|were|has|have|had|been|except|excluding|prohibited|we|our|us|your|"
    r"they|their|is|do|does|may|must|will|would|shall|should|without|including|only|following|upon|these|those|"
    r"which)\b"
    # What begins so is taken from a list, not on it.
    r"|^\W*(?i:denied|revoked|prohibited|blocked|removed|excluded?|excluding|former(?:ly)?|except|declined|rejected|"
    r"expelled|terminated|ended)\b|(?i:\bnone\W*[(:])"
)
# A full stop that ends a sentence: behind a word of four letters and more that is no abbreviation.
_STOPS = re.compile(r"[a-z]{4,}[.!?](?:\s+[A-Z]|\s*$)")
_SHORTENED = re.compile(
    r"(?i)\b(?:dept|sher|coun|cnty|univ|auth|dist|prec|cons|const|comm|commr|atty|attn|corp|bldg|metro|ranger|twnshp)\."
)
# Where something was found, which lists give in a column "source".
_CITATION = re.compile(
    r"(?i)https?://|www\.|\.(?:pdf|csv|xlsx?|html?)\b|\b(?:foia|foil|cpra|pra|muckrock|documentcloud|(?:public )?"
    r"records? request|request #?\d|transparency portal)\b"
)

_NOT_GIVEN = (
    r"revoked|denied|pending|requested|removed|rejected|declined|disabled|terminated|ended|expired|cancell?ed|"
    r"withdrawn|blocked|suspended|deleted|unshared|not (?:shared|sharing|approved|granted|active|"
    r"enabled|accepted)|no access|no longer (?:shared|sharing)|awaiting approval|invited|invitation sent"
)
_ALONE = re.compile(
    rf"(?i)\W*(?:(?:access|sharing|share|request|invitation)(?: (?:is|was))? )?(?:{_NOT_GIVEN})(?:[\W\d]*|\W+(?:on|by|"
    r"approval|request|acceptance|since|review|access|sharing|as of)\b.{0,60})"
)
_BEHIND = re.compile(
    rf"(?i)\S\s*(?:[(\[{{]\s*(?:access |request )?(?:{_NOT_GIVEN})\b[^)\]}}]{{0,40}}[)\]}}]|"
    rf"\s[-–—]\s*(?:{_NOT_GIVEN})[\W\d]*)$"
)
_GIVEN = re.compile(
    r"(?i)\W*(?:active|approved|accepted|shared?|sharing|granted|enabled|allowed|current|yes|y|true|1|full|on|open|"
    r"accepted|in effect|ok|complete|completed|live|valid)\W*"
)
_REFUSES = re.compile(r"(?i)\W*(?:no|n|false|0|none|off)\W*")


def mend(name: str) -> str:
    """A name with single blanks; what cannot be seen (control and steering characters) is taken out."""
    if name.isascii() and name.isprintable():
        return " ".join(name.split())
    seen = "".join(letter if letter.isprintable() else " " if letter.isspace() else "" for letter in name)
    return " ".join(seen.split())


def is_name(name: str) -> bool:
    """Whether a mended cell can be an agency's name: has a letter, is no sign for nothing or withheld, no sentence, no
    citation, and does not say that access was not given."""
    if len(name) > LONGEST_NAME or not any(letter.isalpha() for letter in name):
        return False
    if _NO_NAME.fullmatch(name) or is_withheld(name):
        return False
    return not (is_sentence(name) or is_citation(name) or not_given(name))


def is_sentence(text: str) -> bool:
    """Whether a text is prose: has words, stops or a length that no agency's name has."""
    if len(text.split()) > MOST_WORDS or speaks(text):
        return True
    return _STOPS.search(_SHORTENED.sub(" ", text)) is not None


def speaks(text: str) -> bool:
    """Whether words of a sentence stand anywhere in a text of one name or many, such as "ICE, HSI and CBP have no
    access": none of the names in it is then known to be on the list."""
    return _SAYS.search(_NOTE.sub(" ", text)) is not None


def is_citation(text: str) -> bool:
    """Whether a text says where something was found instead of naming an agency."""
    return _CITATION.search(text) is not None


def is_withheld(name: str) -> bool:
    """Whether a mended cell says that a name was taken out."""
    return len(name) <= LONGEST_NAME and re.search(layouts.WITHHELD, name) is not None


def not_given(text: str) -> bool:
    """Whether a cell says by itself, or behind a name, that access was asked for, refused or taken back."""
    short = text[:LONGEST_NAME]
    return _ALONE.fullmatch(short) is not None or _BEHIND.search(short) is not None


def why_no_name(name: str) -> str:
    """What a warning says of a mended cell that is no name."""
    if len(name) > LONGEST_NAME:
        return f"a name of more than {LONGEST_NAME} characters"
    if is_withheld(name):
        return "the agency's name was withheld, so this partner is not known"
    if not any(letter.isalpha() for letter in name) or _NO_NAME.fullmatch(name):
        return "names no agency"
    if not_given(name):
        return f"states no permission ({name[:60]!r})"
    if is_citation(name):
        return "is no agency's name but says where something was found"
    return "a sentence, not an agency's name"


def may_hide_a_name(name: str) -> bool:
    """Whether a mended cell that is no name stands for an agency whose name cannot be read here."""
    return len(name) > LONGEST_NAME or is_withheld(name) or ("," in name and is_sentence(name))


def status_of(name: str) -> str | None:
    return INACTIVE if _INACTIVE.search(name) else None


def read_status(text: str) -> tuple[str | None, str | None]:
    """A cell of a column of statuses or of access → the status that is kept, and why it states no permission or none
    that can be told."""
    if not text or _GIVEN.fullmatch(text):
        return None, None
    if re.fullmatch(r"(?i)\W*inactive\W*", text):
        return INACTIVE, None
    if _REFUSES.fullmatch(text) or not_given(text):
        return None, f"states no permission ({text[:60]!r})"
    return None, f"its status {text[:60]!r} is known neither as a permission nor as none"


def house_what(text: str) -> str:
    """What is shared, in this program's words where it has them: `Hot-List`, `hotlists` → hot lists."""
    bare = " ".join(re.sub(r"[\W_]+", " ", text).casefold().split())
    for word, said in (
        (HOT_LISTS, r"(?:shared )?hot ?lists?(?: (?:records?|data|entries|alerts))?"),
        (DETECTIONS, r"(?:alpr |lpr |plate |vehicle )?(?:detections?|reads)(?: (?:records?|data))?"),
        (NETWORKS, r"(?:camera )?networks?"),
    ):
        if re.fullmatch(said, bare):
            return word
    return text


def house_system(text: str) -> str:
    """The system, in this program's words where it has them: `Flock Safety` → flock, `Vigilant LEARN` → vigilant."""
    folded = text.casefold()
    if re.search(r"\bflock\b", folded):
        return FLOCK
    return VIGILANT if re.search(r"\b(?:vigilant|learn|vehicle ?manager)\b", folded) else folded
