"""The exact strings to name in a records request: what the rules matched, as typed, and other forms of its words."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from investigate.counts import NOT_READ, WHOSE, by_role, choose_agency, find_agency, in_scope, list_agencies
from investigate.reasons.classify import FUZZY_MARK, SCOPES, classify_reason
from investigate.reasons.rulebook import rulebook
from investigate.scrub import GONE, scrub, shown_words
from investigate.tables import Tables, open_tables
from investigate.workspace import Workspace

COLUMNS = ["category", "rule", "text", "searches", "first_day", "last_day"]
MOST_OTHER_FORMS = 60
FOUND, ELSEWHERE, BY_THE_RULES = "found here", "seen elsewhere", "the rules take it"
EVERYONE = "in all loaded logs"
WHOLE_LOG = (
    "Ask for the whole log as well, every row and every column, as a CSV file: a keyword finds only what was "
    "thought of. One newsroom asked for one wording where the log had another, was told that there were none, and had "
    "to print a correction."
)
# Control characters and brackets of markup: across them no keyword is found.
_PARTS = re.compile(r"[^\S ]|[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff<>]")
_MARKS = " \t,.;:/\\-+&#'\"!?*=~–—’“”|"


def request_strings(
    workspace: str | Path | Workspace | Tables | None = None, agency: str | None = None, role: str | None = None
) -> pd.DataFrame:
    """The exact strings to name in a records request, and their neighbours; see `strings_of` for the columns.

    Found: what the rules of the standard scope matched, at `agency` in `role` or in everything loaded; their neighbours
    are what they matched elsewhere in the workspace, and other forms that the rules take. Raises UnknownValue.
    """
    tables = workspace if isinstance(workspace, Tables) else open_tables(workspace)
    chosen = choose_agency(tables, agency, role)
    everyone = None if agency is None else _strings_of_all(tables, tables.searches)
    return strings_of(_strings_of_all(tables, chosen), everyone)


def strings_by_agency(tables: Tables) -> pd.DataFrame:
    """The strings found, for every agency in both roles: columns agency, role and COLUMNS, one row a string.

    One query a role, however many agencies there are.
    """
    parts = [_count_strings(tables, named).assign(role=role) for role, named in by_role(tables.searches).items()]
    return pd.concat(parts, ignore_index=True)[["agency", "role", *COLUMNS]]


def strings_of(strings: pd.DataFrame, elsewhere: pd.DataFrame | None = None) -> pd.DataFrame:
    """Strings to ask for: columns kind, text, category, rule, searches (distinct), first_day, last_day.

    `strings` and `elsewhere`: one row a string with COLUMNS, as the report table `strings`. Kinds: FOUND; ELSEWHERE,
    not found here; BY_THE_RULES, examples of the same rules (of all where nothing was found), whose counts and days
    are empty. Capitals aside, each string stands once.
    """
    found = _folded(strings).assign(kind=FOUND)
    parts = [found]
    if elsewhere is not None:
        parts.append(_without(_folded(elsewhere), parts).assign(kind=ELSEWHERE))
    rules = {rule.removesuffix(FUZZY_MARK) for rule in found["rule"]}
    parts.append(_without(_forms(rules), parts).head(MOST_OTHER_FORMS).assign(kind=BY_THE_RULES))
    columns = ["kind", "text", "category", "rule", "searches", "first_day", "last_day"]
    return pd.concat([part[columns] for part in parts], ignore_index=True).astype({"searches": "Int64"})


def whose_searches(tables: Tables, agency: str | None = None, role: str | None = None) -> str:
    """Whose searches `choose_agency` chooses, in the data's own spelling: "by Mossgate IL PD". Raises UnknownValue."""
    choose_agency(tables, agency, role)
    if agency is None:
        return EVERYONE
    everyone = list_agencies(tables)
    name = find_agency(agency, everyone["agency"].unique(), tables.agencies)
    return WHOSE[role or everyone.loc[everyone["agency"] == name, "role"].iloc[0]].format(name)


def can_read_reasons(tables: Tables, agency: str | None = None, role: str | None = None) -> bool:
    """Whether any of these searches has a reason that can be read. Raises UnknownValue."""
    searches = choose_agency(tables, agency, role)
    return bool(searches.filter(searches.category.notin(NOT_READ)).count().execute())


# ---- the words of the request ---------------------------------------------------------------------------


def say_none(whose: str, can_read: bool) -> str:
    """The sentence for searches in which no string was found, or none could be."""
    if not can_read:
        return (
            f"No reason of the searches {whose} can be read: the files have no column for it, or nothing stands in it. "
            "Whether any of them is about immigration enforcement is not known."
        )
    return f"No stated reason of the searches {whose} mentions immigration enforcement (standard scope)."


def request_text(strings: pd.DataFrame, whose: str = EVERYONE, can_read: bool = True) -> str:
    """A Markdown text, ready to paste, out of `request_strings`; `whose` says whose searches: "by Mossgate IL PD".

    `can_read`: whether any of these searches has a reason to read (`can_read_reasons`).
    """
    found = strings[strings["kind"] == FOUND]
    lines = ["## Strings to name in a records request", ""]
    if found.empty:
        lines.append(say_none(whose, can_read))
    else:
        lines.append(f"Found in the stated reasons of searches {whose} (standard scope):")
        lines += ["", *(f"- {_quoted(row.text)}: {say_found(row)}" for row in found.itertuples())]
    for kind, head in (
        (ELSEWHERE, "Not found there, but in other logs that were loaded:"),
        (BY_THE_RULES, "Other forms of these words, which nobody may have thought of:"),
    ):
        others = strings[strings["kind"] == kind]
        if not others.empty:
            lines += ["", head, "", ", ".join(_quoted(text) for text in others["text"])]
    return "\n".join([*lines, "", request_sentence(strings), "", WHOLE_LOG, ""])


def request_sentence(strings: pd.DataFrame) -> str:
    """The sentence for the request itself: the strings by name, and how they are to be looked for."""
    named = ", ".join(_quoted(text) for text in strings["text"])
    return (
        "If you search by keyword, please look in the columns Reason, Offense Type and Case # for each of these, as "
        f"words of their own, in capitals or not, also within a longer text: {named}."
    )


def say_found(row: object) -> str:
    """`12 searches, 2025-01-03 to 2025-04-02`."""
    searches, first, last = (getattr(row, name) for name in ("searches", "first_day", "last_day"))
    days = f"{first}" if first == last else f"{first} to {last}"
    return f"{searches:,} {'search' if searches == 1 else 'searches'}, {days}"


def _quoted(text: str) -> str:
    return "“" + text.replace("`", "'") + "”"


# ---- counting -------------------------------------------------------------------------------------------


def _strings_of_all(tables: Tables, searches: ir.Table) -> pd.DataFrame:
    return _count_strings(tables, searches.mutate(agency=ibis.literal("")))[COLUMNS]


def _count_strings(tables: Tables, searches: ir.Table) -> pd.DataFrame:
    """Columns agency and COLUMNS: distinct searches by string, capitals and blanks aside, most searches first.

    A string is shown in its most frequent spelling, with the category and rule that go with that.
    """
    related = searches.filter(in_scope(searches, "standard"), searches.matched.notnull())
    typed = related.select("matched").distinct().execute()["matched"]
    pairs = [(matched, text, text.casefold()) for matched in typed for text in findable(matched)]
    strings = ibis.memtable(
        pd.DataFrame(pairs, columns=["matched", "text", "folded"]),
        schema={"matched": "string", "text": "string", "folded": "string"},
    )
    named = related.join(strings, "matched")
    by_string = named.group_by("agency", "folded").agg(
        searches=named.search_key.nunique(),
        first_day=named.local_date.min().cast("string"),
        last_day=named.local_date.max().cast("string"),
    )
    spellings = named.group_by("agency", "folded", "text", "category", "rule").agg(so_typed=named.search_key.nunique())
    order = [spellings.so_typed.desc(), spellings.text, spellings.rule, spellings.category]
    place = ibis.row_number().over(ibis.window(group_by=["agency", "folded"], order_by=order))
    first = spellings.mutate(place=place).filter(ibis._.place == 0).drop("place", "so_typed")
    found = by_string.join(first, ["agency", "folded"]).execute()
    by = ["agency", "searches", "text"]
    return found.sort_values(by, ascending=[True, False, True], ignore_index=True)[["agency", *COLUMNS]]


def findable(matched: str) -> list[str]:
    """The strings of a matched text that a keyword search can find, without names: each stands so in the log.

    What is hidden, and what no keyword reaches across, parts a text. Kept are the parts that the rules read as
    immigration enforcement by themselves; where there are none, the longest.
    """
    parts = [part for piece in _PARTS.split(matched) for part in shown_words(piece).split(GONE)]
    texts = list(dict.fromkeys(text for part in parts if re.search(r"\w", text := _trimmed(part))))
    if len(texts) < 2:
        return texts
    return [text for text in texts if _is_related(text)] or [max(texts, key=len)]


def _trimmed(text: str) -> str:
    """Without blanks and signs at its ends, but with those of "I.C.E." and "287(g)"."""
    cut = " ".join(text.split()).lstrip(_MARKS + "()[]")
    end = cut.rstrip(_MARKS + "([")
    if end.endswith(")") and "(" not in end:
        end = end.rstrip(")" + _MARKS)
    return end + "." if re.search(r"(?:\b\w\.)+\w$", end) and cut[len(end) : len(end) + 1] == "." else end


def _is_related(text: str) -> bool:
    return classify_reason(text).category in SCOPES["standard"]


def _folded(strings: pd.DataFrame) -> pd.DataFrame:
    return strings.assign(folded=strings["text"].astype(object).str.casefold())


def _without(texts: pd.DataFrame, known: list[pd.DataFrame]) -> pd.DataFrame:
    return texts[~texts["folded"].isin([folded for part in known for folded in part["folded"]])]


def _forms(rules: set[str]) -> pd.DataFrame:
    """What the rules match in their own examples: of these rules, or of all in the standard scope if there are none.

    First one form of each rule, a bare word where there is one, then a second form of each, and so on. Forms with
    made-up numbers are left out, citations of law are not.
    """
    rows = []
    for rule in rulebook().rules:
        if rule.category in SCOPES["standard"] and (rule.id in rules or not rules):
            forms = list(dict.fromkeys(form for example in rule.examples if (form := _form(example, rule.id))))
            bare = next((form for form in forms if form.isalpha()), None)
            ordered = sorted(forms, key=lambda form: form != bare)
            rows += [(place, len(form.split()), form, rule.category, rule.id) for place, form in enumerate(ordered)]
    rows.sort(key=lambda row: row[:2])
    forms = pd.DataFrame([row[2:] for row in rows], columns=["text", "category", "rule"], dtype=object)
    forms = forms.assign(folded=forms["text"].str.casefold(), searches=pd.NA, first_day=None, last_day=None)
    return forms.drop_duplicates("folded")


@functools.cache
def _form(example: str, rule: str) -> str:
    """What the rule matches in its example, if it is fit to be asked for as it stands."""
    found = classify_reason(example)
    form = " ".join(found.matched.split())
    return form if found.rule.removesuffix(FUZZY_MARK) == rule and scrub(form) == form else ""
