"""The same log under every published rule: how many searches each counts, and the texts that make it differ from ours.

Each distinct reason and each distinct agency name is read once by all rules. What they say of it is kept as marks,
one bit a rule, so that one grouped query counts all rules for all agencies. A search counts if any of its rows does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from investigate import engine
from investigate.counted import count_distinct
from investigate.counts import by_role, choose_agency, in_scope, is_read
from investigate.errors import unknown
from investigate.progress import step
from investigate.reasons.classify import RULES_VERSION
from investigate.reasons.rivals import COLUMNS, OURS, Rival, fit_to_show, matched_places, pattern_of, rival_rules
from investigate.reasons.rulebook import rulebook
from investigate.scrub import printed
from investigate.tables import Tables, open_tables
from investigate.workspace import Workspace

COUNTED = ["rule", "name", "source", "date", "immigration_related", "gained", "lost"]
TOLD = ["rule", "direction", "text", "category", "our_rule", "searches", "rows"]
EXAMPLES = 3  # rows cited beside each text
MOST = 5
TEXTS_AT_ONCE = 20_000
OURS_NAME = "This project, standard scope"
# Marks: ours counts it; there was a reason to read; the first rival, and each next rival twice the one before.
_OURS, _READ, _FIRST = 1, 2, 4
_STORED = {"reason": "reason", "case_number": "case_text", "offense_type": "offense_type"}
_TEXTS = "rival_texts"
_KINDS = {"bit": "int64", "rule": "string", "direction": "string", "text": "string"}
_Shown = tuple[str, tuple[tuple[int, int], ...]]  # a text and where something matched in it
_DIGITS = 12  # of a row's number, so that addresses sort as numbers do


def compare_rivals(
    workspace: str | Path | Workspace | Tables | None = None, agency: str | None = None, role: str | None = None
) -> pd.DataFrame:
    """Immigration-related searches under each published rule, against our standard scope, as `investigate rivals`.

    One row a rule, ours first: rule, name, source, date, immigration_related, gained (distinct searches that it counts
    and ours does not), lost (the reverse); immigration_related = ours + gained - lost. Empty: there was no reason to
    read. `agency` and `role` (owner or searcher) as in `count_searches`; raises UnknownValue for one not in the data.
    """
    tables = workspace if isinstance(workspace, Tables) else open_tables(workspace)
    searches = choose_agency(tables, agency, role).mutate(agency=ibis.literal(""))
    with step("counting under every published rule"):
        counted = _tally(_count_marks(_marked(tables, searches)))
    return (_tally(pd.DataFrame({"agency": [""], "marks": [0], "searches": [0]})) if counted.empty else counted)[
        COUNTED
    ]


def rival_differences(
    workspace: str | Path | Workspace | Tables | None = None,
    agency: str | None = None,
    role: str | None = None,
    rule: str | None = None,
    most: int = MOST,
) -> pd.DataFrame:
    """The texts that make each rule differ from ours, at most `most` a rule and direction, most searches first.

    Columns: rule, direction (gained or lost), text, category and our_rule (what ours says of it), searches (distinct),
    rows (up to three addresses, release:row). The text holds known words and what matched; the rest is left out.
    Raises UnknownValue for a rule, agency or role that is not known.
    """
    names = [one.id for one in rival_rules().rules]
    if rule is not None and rule not in names:
        raise unknown("rule", rule, names)
    tables = workspace if isinstance(workspace, Tables) else open_tables(workspace)
    searches = choose_agency(tables, agency, role).mutate(agency=ibis.literal(""))
    with step("finding the texts that make published rules differ"):
        found = _differences(tables, _marked(tables, searches), most)
    return found.loc[found["rule"].eq(rule) | (rule is None), TOLD].reset_index(drop=True)


def rivals_by_agency(tables: Tables) -> pd.DataFrame:
    """`compare_rivals` for every agency in both roles: columns agency, role, then as there."""
    parts = [
        _tally(_count_marks(_marked(tables, of))).assign(role=role) for role, of in by_role(tables.searches).items()
    ]
    return pd.concat(parts, ignore_index=True)[["agency", "role", *COUNTED]]


def rival_words_by_agency(tables: Tables, most: int = MOST) -> pd.DataFrame:
    """`rival_differences` for every agency in both roles: columns agency, role, then as there."""
    parts = [
        _differences(tables, _marked(tables, of), most).assign(role=role)
        for role, of in by_role(tables.searches).items()
    ]
    return pd.concat(parts, ignore_index=True)[["agency", "role", *TOLD]]


# ---- what each rule says of each text -----------------------------------------------------------------


def _bits() -> list[tuple[Rival, int]]:
    """Each rule with its bit."""
    return [(rival, _FIRST << place) for place, rival in enumerate(rival_rules().rules)]


def _marked(tables: Tables, searches: ir.Table) -> ir.Table:
    """Each row of the searches with the marks of its reason and of its searching agency's name."""
    reasons = _keep(tables, "rival_reasons", _mark_reasons(tables.reasons))
    agencies = _keep(tables, "rival_agencies", _mark_agencies(tables.searches))
    at = searches.searched_at.strftime("%Y-%m-%dT%H:%M:%S")
    address = at + "|" + searches.release + ":" + searches.row.cast("string").lpad(_DIGITS, "0")
    columns = ["agency", "search_key", "is_only_row", "reason_id", "searching_agency", "category"]
    rows = searches.select(*columns, our_rule=searches.rule, address=address)
    joined = rows.join(reasons, "reason_id").left_join(agencies, "searching_agency")
    marks = joined.reason_marks | joined.agency_marks.fill_null(0)
    return joined.mutate(marks=marks).drop("searching_agency_right")


def _keep(tables: Tables, name: str, rows: ir.Table) -> ir.Table:
    """The rows as a table of this connection, made once: its reasons and agencies do not change."""
    return (
        tables.con.table(name) if name in tables.con.list_tables() else tables.con.create_table(name, rows, temp=True)
    )


def _mark_reasons(reasons: ir.Table) -> ir.Table:
    """One row a distinct reason: reason_id, reason_marks."""
    marks = [in_scope(reasons, "standard").ifelse(_OURS, 0), is_read(reasons).ifelse(_READ, 0)]
    lowered = reasons.mutate(**{f"low_{column}": reasons[column].lower() for column in _STORED.values()})
    for rival, bit in _bits():
        looked_at = [lowered[f"low_{_STORED[column]}"] for column in rival.columns if column in _STORED]
        marks += [_is_taken(rival, text).ifelse(bit, 0) for text in looked_at]
    return lowered.select("reason_id", reason_marks=_all_of(marks))


def _mark_agencies(searches: ir.Table) -> ir.Table:
    """One row a distinct searching agency: searching_agency, agency_marks."""
    names = searches.filter(searches.searching_agency.notnull()).select("searching_agency").distinct()
    text = names.searching_agency.lower()
    marks = [_is_taken(rival, text).ifelse(bit, 0) for rival, bit in _bits() if COLUMNS[-1] in rival.columns]
    return names.mutate(agency_marks=_all_of(marks))


def _is_taken(rival: Rival, text: ir.StringValue) -> ir.BooleanValue:
    return text.re_search(pattern_of(rival)).fill_null(False)


def _all_of(marks: list[ir.IntegerValue]) -> ir.IntegerValue:
    every = ibis.literal(0, "int64")
    for mark in marks:
        every = every | mark.cast("int64")
    return every


# ---- counts -------------------------------------------------------------------------------------------


def _count_marks(marked: ir.Table) -> pd.DataFrame:
    """How many searches of each agency have which marks: agency, marks, searches. Few rows, whatever the log holds."""
    alone = marked.filter(marked.is_only_row).select("agency", "marks")
    shared = marked.filter(~marked.is_only_row)
    joined = shared.group_by("agency", "search_key").agg(marks=shared.marks.bit_or()).select("agency", "marks")
    searches = alone.union(joined)
    return searches.group_by("agency", "marks").agg(searches=searches.count()).execute()


def _tally(counted: pd.DataFrame) -> pd.DataFrame:
    """Columns agency, rule and the rest of COUNTED: ours and every rule, for each agency in order."""
    agencies, names = pd.factorize(counted["agency"], sort=True)
    marks, searches = counted["marks"].to_numpy("int64"), counted["searches"].to_numpy("int64")

    def add_up(where: np.ndarray) -> np.ndarray:
        return np.bincount(agencies[where], weights=searches[where], minlength=len(names)).astype("int64")

    ours = (marks & _OURS) > 0
    is_read = add_up((marks & _READ) > 0) > 0
    changed = rulebook().changelog[0]["date"]
    first = {"rule": OURS, "name": OURS_NAME, "source": f"rules version {RULES_VERSION}", "date": changed}
    is_read |= add_up(ours) > 0
    parts = [_one_rule(first, names, add_up(ours), add_up(ours & False), add_up(ours & False), is_read)]
    for rival, bit in _bits():
        theirs = (marks & bit) > 0
        said = {"rule": rival.id, "name": rival.name, "source": rival.source, "date": rival.date}
        # The name of an agency can be read where no reason can; what ours lacks of it is not known there.
        by_name = COLUMNS[-1] in rival.columns
        numbers = (add_up(theirs), add_up(theirs & ~ours), add_up(ours & ~theirs))
        parts.append(_one_rule(said, names, *numbers, is_read, by_name))
    return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)


def _one_rule(
    said: dict[str, str],
    names: pd.Index,
    related: np.ndarray,
    gained: np.ndarray,
    lost: np.ndarray,
    is_read: np.ndarray,
    by_name: bool = False,
) -> pd.DataFrame:
    """One row an agency. Where no reason was read, ours is not known, and nothing gained or lost against it."""
    numbers = pd.DataFrame({"immigration_related": related, "gained": gained, "lost": lost}, dtype="Int64")
    # A case number, which some rules read, can be there where no reason is.
    is_told = np.column_stack([is_read | by_name | (related > 0), is_read, is_read])
    return pd.DataFrame({"agency": names}).assign(**said).join(numbers.where(is_told))


# ---- the texts that make them differ ------------------------------------------------------------------


def _differences(tables: Tables, marked: ir.Table, most: int) -> pd.DataFrame:
    """Columns agency and TOLD. Two grouped queries for all rules: by reason, and by name of the searching agency."""
    # Where no reason of an agency was read, ours is not known, and nothing can be gained against it.
    of_agency = marked.group_by("agency").agg(agency_has=marked.marks.bit_or())
    is_read = of_agency.filter((of_agency.agency_has & (_READ | _OURS)) != 0)
    rows = _with_search_marks(marked.filter((marked.marks & ~_READ) != 0).semi_join(is_read, "agency"))
    texts = {"reason_id": _reason_texts(tables), "searching_agency": _agency_texts(tables)}
    found = [_with_examples(tables, _differing(rows, key, told), most) for key, told in texts.items()]
    place = {rival.id: place for place, (rival, _) in enumerate(_bits())}
    every = pd.concat(found, ignore_index=True).assign(place=lambda frame: frame["rule"].map(place))
    in_order = ["agency", "place", "direction", "searches", "folded"]
    every = every.sort_values(in_order, ascending=[True, True, True, False, True])
    every = every.groupby(["agency", "rule", "direction"], sort=False).head(most)
    every["rows"] = [" ".join(_plain_address(one) for one in listed) for listed in every["rows"]]
    return every[["agency", *TOLD]].reset_index(drop=True)


def _with_search_marks(rows: ir.Table) -> ir.Table:
    """The rows with the marks of all rows of their search; most searches are one row, whose key is never compared."""
    alone = rows.filter(rows.is_only_row).mutate(search_marks=ibis._.marks)
    shared = rows.filter(~rows.is_only_row)
    of_search = shared.group_by("agency", "search_key").agg(search_marks=shared.marks.bit_or())
    together = shared.join(of_search, ["agency", "search_key"])
    return alone.union(together.select(*alone.columns))


def _differing(rows: ir.Table, key: str, texts: ir.Table) -> ir.Table:
    """Rows beside each rule that reads their search as ours does not, with the text that made it differ, folded."""
    told = rows.join(texts, key)
    is_gained = (told.direction == "gained") & ((told.search_marks & _OURS) == 0)
    is_lost = (told.direction == "lost") & ((told.search_marks & told.bit) == 0)
    return told.filter(is_gained | is_lost).mutate(folded=told.text.lower())


def _with_examples(tables: Tables, differing: ir.Table, most: int) -> pd.DataFrame:
    """The top texts, then the rows to cite of these alone: of all texts they would take more memory than there is."""
    by = ["agency", "rule", "direction", "folded"]
    top = _top(differing, most).execute()
    if top.empty:
        return top.assign(rows=pd.Series(dtype=object))
    chosen = ibis.memtable(top[by], schema=dict.fromkeys(by, "string"))
    cited = differing.semi_join(chosen, by)
    rows = cited.group_by(by).agg(rows=engine.smallest(cited.address, EXAMPLES)).execute()
    return top.merge(rows, on=by)


def _top(differing: ir.Table, most: int) -> ir.Table:
    """The texts with most searches of each agency, rule and direction.

    Capitals part nothing. Category and rule are those that all searches with the text share, else empty.
    """
    by = ["agency", "rule", "direction"]
    nothing = ibis.null("string")
    category, our_rule = differing.category, differing.our_rule
    # `rule` is the rival's here; the marked rows carry ours as `our_rule`.
    grouped = differing.group_by([*by, "folded"]).agg(
        text=differing.text.min(),
        category=(category.min() == category.max()).ifelse(category.min(), nothing),
        our_rule=(our_rule.min() == our_rule.max()).ifelse(our_rule.min(), nothing),
        searches=count_distinct(differing, "search_key"),
    )
    in_order = ibis.window(group_by=by, order_by=[grouped.searches.desc(), grouped.folded])
    ranked = grouped.mutate(place=ibis.row_number().over(in_order))
    return ranked.filter(ranked.place < most).drop("place")


def _reason_texts(tables: Tables) -> ir.Table:
    """For each rule and each reason on which it and ours differ: reason_id, bit, rule, direction, text to show.

    Written once, so many reasons at a time, as a table of this connection.
    """
    con = tables.con
    if _TEXTS in con.list_tables():
        return con.table(_TEXTS)
    every = sum(bit for _, bit in _bits()) | _OURS
    marks = con.table("rival_reasons")
    differ = marks.filter(((marks.reason_marks & every) != 0) & ((marks.reason_marks & every) != every))
    columns = ["reason_id", "reason_marks", "matched", *_STORED.values()]
    texts = differ.join(tables.reasons, "reason_id").select(*columns).mutate(number=ibis.row_number())
    reasons = _keep(tables, "rival_differing", texts)
    con.create_table(_TEXTS, schema=ibis.schema({"reason_id": "string", **_KINDS}), temp=True)
    for first in range(0, int(reasons.count().execute()), TEXTS_AT_ONCE):
        some = reasons.filter(reasons.number.between(first, first + TEXTS_AT_ONCE - 1)).execute()
        if found := _told_of(some.astype(object).where(some.notna(), None).to_dict("records")):
            con.insert(_TEXTS, pd.DataFrame(found, columns=["reason_id", *_KINDS]))
    return con.table(_TEXTS)


def _told_of(reasons: list[dict[str, Any]]) -> list[tuple[str, int, str, str, str]]:
    """What to show of these reasons: one entry for each rule that reads a reason as ours does not."""
    shown: dict[_Shown, str] = {}
    found = []
    for row in reasons:
        is_ours = bool(row["reason_marks"] & _OURS)
        matched = fit_to_show(row["matched"] or "", ()) if is_ours else ""
        for rival, bit in _bits():
            takes = bool(row["reason_marks"] & bit)
            if takes and not is_ours:
                found.append((row["reason_id"], bit, rival.id, "gained", _matched_text(rival, row, shown)))
            elif is_ours and not takes:
                found.append((row["reason_id"], bit, rival.id, "lost", matched))
    return found


def _matched_text(rival: Rival, row: dict[str, Any], shown: dict[_Shown, str]) -> str:
    """The first column in which the rule found something, fit to leave the workspace."""
    for column in rival.columns:
        text = row.get(_STORED.get(column, ""))
        places = tuple(matched_places(rival, text)) if text else ()
        if text and places:
            if (text, places) not in shown:
                shown[text, places] = fit_to_show(text, places)
            return shown[text, places]
    return ""


def _agency_texts(tables: Tables) -> ir.Table:
    """For each rule that looks at it, each name of a searching agency that it takes: as `_reason_texts`."""
    names = tables.con.table("rival_agencies")
    found = [
        (row.searching_agency, bit, rival.id, "gained", printed(row.searching_agency))
        for row in names.filter(names.agency_marks != 0).execute().itertuples()
        for rival, bit in _bits()
        if row.agency_marks & bit
    ]
    texts = pd.DataFrame(found, columns=["searching_agency", *_KINDS])
    return ibis.memtable(texts, schema={"searching_agency": "string", **_KINDS})


def _plain_address(address: str) -> str:
    """`time|release:000000000012` → `release:12`."""
    release, row = address.split("|", 1)[1].split(":")
    return f"{release}:{int(row)}"
