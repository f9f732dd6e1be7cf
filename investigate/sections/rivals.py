"""The same searches under every published rule: how many each counts, and which texts make it differ from ours."""

from __future__ import annotations

from functools import cache

import pandas as pd

from investigate.explain import WHY
from investigate.findings import count_of, say_count
from investigate.reasons.classify import FUZZY_MARK, RULES_VERSION
from investigate.reasons.overrides import RULE as OVERRIDE
from investigate.reasons.rivals import COLUMNS, OURS, Rival, rival_rules
from investigate.reasons.rulebook import rulebook
from investigate.scrub import printed
from investigate.show import Report, each_role
from investigate.shown import Shown, folded, joined, nothing, table

NUMBERS = ["immigration_related", "gained", "lost"]
COUNTED = {
    "name": "rule", "immigration_related": "immigration-related", "gained": "counted there, not here",
    "lost": "counted here, not there", "date": "published", "source": "source",
}  # fmt: skip
TOLD = {
    "said": "counted", "text": "text", "category": "our category", "why": "why ours says so", "searches": "searches",
    "rows": "rows to look at",
}  # fmt: skip
SAID = {"gained": "there, not here", "lost": "here, not there"}
BY_HAND = "A person gave this reason its category by hand."
SEVERAL = "Searches with this text have several categories."
SEVERAL_RULES = "Several of our rules or corrections by hand give it this category."
TEXT_BY_TEXT = "What makes each rule differ from ours, text by text"
BELOW = (
    "No rule is right or wrong by its number. Below stands what each takes that ours does not, and the reverse, with "
    "what ours says of it and rows to look at, so that a reader can judge."
)


def show_rivals(report: Report) -> Shown:
    """How many searches are immigration-related under each published rule, and the texts that make it differ."""
    return each_role(report, lambda role: _show_role(report, role))


def _show_role(report: Report, role: str) -> Shown:
    counts, words = report.rows("rivals", role), report.rows("rival_words", role)
    if counts.empty:
        return nothing("The files hold no searches to count.")
    top = nothing(" ".join(_sentences(counts, printed(report.whose(role)))))
    told = counts.assign(**{name: counts[name].map(say_count) for name in NUMBERS}) if _is_unknown(counts) else counts
    listed = table(told, COUNTED, "Distinct searches under each published rule")
    each = [_show_rule(rule, words[words["rule"] == rule.id]) for rule in rival_rules().rules]
    shown = [one for one in each if one is not None]
    return joined(
        top, listed, *([folded(TEXT_BY_TEXT, joined(nothing(BELOW), *shown))] if shown else []), nothing(_not_run())
    )


def _sentences(counts: pd.DataFrame, whose: str) -> list[str]:
    ours = counts.loc[counts["rule"] == OURS, "immigration_related"].iloc[0]
    rules = rival_rules().rules
    on_names = {rule.id for rule in rules if COLUMNS[-1] in rule.columns}
    apart = {rule.id: rule.left_out for rule in rules if rule.left_out}
    reading = counts[~counts["rule"].isin(on_names | {OURS})].dropna(subset=NUMBERS)
    said = [_say_range(reading[~reading["rule"].isin(apart)], ours, whose)]
    if not reading.empty:
        told = [
            f"{one.name} ({apart[one.rule]}), {say_count(one.immigration_related)}"
            for one in reading[reading["rule"].isin(apart)].itertuples()
        ]
        said.append(f"Left out of this: {'; '.join(told)}.")
    for one in counts[counts["rule"].isin(on_names)].dropna(subset=["immigration_related"]).itertuples():
        said.append(
            f"{one.name} reads not the reason but the name of the searching agency, and takes "
            f"{count_of(one.immigration_related, 'search', 'searches')}."
        )
    return said


def _say_range(reading: pd.DataFrame, ours: object, whose: str) -> str:
    """One sentence on what the rules that were made to count immigration count, and what ours does."""
    if reading.empty:
        return f"No reason of the searches {whose} can be read, so that no rule that reads reasons can count them."
    how_many = f"{count_of(len(reading), 'published rule')} that read the stated reason to count immigration (both "
    how_many += "readings of a rule that does not say where a word ends)"
    here = f"Ours, the standard scope of rules version {RULES_VERSION}, counts {say_count(ours)}."
    if not (reading["gained"].any() or reading["lost"].any()):
        same = count_of(ours, "immigration-related search", "immigration-related searches")
        return f"None of them differs: each of {how_many} counts the same {same} {whose} as ours."
    low, high = reading["immigration_related"].min(), reading["immigration_related"].max()
    if low == high:
        same = count_of(high, "immigration-related search", "immigration-related searches")
        return f"Each of {how_many} counts {same} {whose}, though not the same ones. {here}"
    least, most = (_names(reading[reading["immigration_related"] == number]["name"]) for number in (low, high))
    found = count_of(low, "immigration-related search", "immigration-related searches")
    return f"Of {how_many}, the least is {found} {whose} ({least}), the most {say_count(high)} ({most}). {here}"


def _names(names: pd.Series) -> str:
    """The first name, and how many more."""
    return names.iloc[0] if len(names) == 1 else f"{names.iloc[0]} and {len(names) - 1:,} more"


def _show_rule(rule: Rival, words: pd.DataFrame) -> Shown | None:
    if words.empty:
        return None
    told = words.assign(
        said=words["direction"].map(SAID),
        why=[_why(rule, category) for rule, category in zip(words["our_rule"], words["category"], strict=True)],
        category=words["category"].str.replace("_", " ").fillna("several"),
    )
    head = nothing(f"{rule.name}. {rule.note}")
    return joined(head, table(told, TOLD, f"{rule.name}: what makes it differ from ours, most searches first"))


def _why(rule: object, category: object) -> str:
    """Why ours says what it says: the sentence of its rule."""
    if not isinstance(rule, str):
        return SEVERAL_RULES if isinstance(category, str) else SEVERAL
    if rule.startswith(OVERRIDE):
        return BY_HAND
    return _every_why().get(rule.removesuffix(FUZZY_MARK), rule)


@cache
def _every_why() -> dict[str, str]:
    return WHY | {one.id: one.why for one in rulebook().rules}


def _not_run() -> str:
    names = ", ".join(one.name for one in rival_rules().unpublished)
    return f"Counts whose rule nobody published cannot be repeated and are not here: {names}."


def _is_unknown(counts: pd.DataFrame) -> bool:
    return bool(counts[NUMBERS].isna().to_numpy().any())
