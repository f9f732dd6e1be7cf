"""What is made from the stored rows, as expressions that every engine runs: names, searches that are the same, cases,
and the rows that everything is counted from.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from investigate import engine
from investigate.columns import COUNTED, REASONS, SEARCHES

CASE_GAP_DAYS = 10  # METHODOLOGY D5: searches further apart are another case
SEEN_IN = ("searching_agency", "camera_owner")
STORED = [name for name in COUNTED.names if name in SEARCHES.names]
OF_REASON = [name for name in COUNTED.names if name in REASONS.names and name not in SEARCHES.names]


def seen_names(searches: ir.Table, column: str) -> ir.Table:
    """Every spelling in a column of agencies, with the number of rows: columns name, rows."""
    known = searches.filter(searches[column].notnull())
    return known.group_by(name=known[column]).agg(rows=known.count())


def one_name(rows: ir.Table, agencies: pd.DataFrame) -> ir.Table:
    """The rows with each agency under the name that it counts under."""
    other = agencies.loc[agencies["agency"] != agencies["name"], ["name", "agency"]]
    if other.empty:
        return rows
    named = rows
    for column in ("searching_agency", "camera_owner", "producer"):
        names = ibis.memtable(
            other.rename(columns={"name": "spelled", "agency": "named"}),
            schema={"spelled": "string", "named": "string"},
        )
        joined = named.left_join(names, named[column] == names.spelled)
        named = joined.mutate(**{column: ibis.coalesce(joined.named, joined[column])}).drop("spelled", "named")
    is_own = named.searching_agency.lower() == named.camera_owner.lower()
    return named.mutate(is_own_search=is_own).select(*rows.columns)


def find_identities(searches: ir.Table) -> ir.Table:
    """Which searches without an id another release shows with one; of several ids the smallest key stands for them,
    as without ids they would have been one search. Columns search_key, same_as."""
    has_id = searches.search_id.notnull()
    with_id = searches.filter(has_id).group_by("event_key").agg(same_as=searches.search_key.min())
    without = searches.filter(~has_id).select("search_key", "event_key").distinct()
    return without.join(with_id, "event_key").select("search_key", "same_as")


def same_searches(rows: ir.Table, identities: ir.Table) -> ir.Table:
    """The rows with one key for a search, whether or not its release has ids."""
    same = identities.rename(known_key="search_key")
    joined = rows.left_join(same, rows.search_key == same.known_key)
    return joined.mutate(search_key=ibis.coalesce(joined.same_as, joined.search_key)).select(*rows.columns)


def number_searches(rows: ir.Table) -> ir.Table:
    """The rows with `key`, which stands for the search's key in joins."""
    return rows.mutate(key=engine.key_number(rows.search_key))


def find_repeated(rows: ir.Table) -> ir.Table:
    """The keys that stand in more than one row."""
    again = rows.group_by("key").agg(rows=rows.count())
    return again.filter(again.rows > 1)


def one_of_each(rows: ir.Table, repeated: ir.Table) -> ir.Table:
    """One row a search: who made it, when, what ties it to others, and whether one row alone shows it.

    Most searches stand in one row, which is taken as it is. Agencies that are not known are not taken for one another:
    there a release stands for its agency. Of several case numbers that one search shows, the first release's counts:
    tokens order differently in each workspace.
    """
    agency = ibis.coalesce(rows.searching_agency.lower(), "release " + rows.release)
    shown_in = "case " + rows.release + rows.row.cast("string").lpad(12, "0")
    first = rows.case_key.startswith("case ").ifelse(shown_in, rows.case_key)
    every = rows.select("key", "case_key", agency=agency, at=rows.searched_at, first=first)
    several = every.semi_join(repeated, "key").group_by("key")
    folded = several.agg(agency=ibis._.agency.min(), at=ibis._.at.min(), case_key=ibis._.case_key.argmin(ibis._.first))
    alone = every.anti_join(repeated, "key").select("key", "agency", "at", "case_key")
    return ibis.union(alone.mutate(is_only_row=True), folded.mutate(is_only_row=False))


def tie_cases(searches: ir.Table) -> ir.Table:
    """The case of each search, none where nothing ties it to another: the searches of one agency with the same case
    key, broken where the gap is too long. Columns key, case_id, is_only_row, is_only_row_of_case."""
    keyed = searches.filter(searches.case_key.notnull())
    keyed = keyed.mutate(thread=engine.key_number(keyed.agency + "|" + keyed.case_key))
    in_order = ibis.window(group_by="thread", order_by=["at", "key"])
    apart = keyed.at.epoch_seconds() - keyed.at.epoch_seconds().lag().over(in_order)
    begun = keyed.mutate(begins=(apart > CASE_GAP_DAYS * 86_400).fill_null(True).cast("int64"))
    numbered = begun.mutate(
        number=begun.begins.sum().over(ibis.cumulative_window(group_by="thread", order_by=["at", "key"])),
        is_last=(begun.begins.lead().over(in_order) == 1).fill_null(True),
    )
    joined = numbered.agency + "|" + numbered.case_key + "|" + numbered.number.cast("string")
    tied = numbered.select(
        "key",
        "is_only_row",
        case_id=engine.short_key(joined),
        is_only_row_of_case=numbered.is_only_row & (numbered.begins == 1) & numbered.is_last,
    )
    loose = searches.filter(~searches.case_key.notnull())
    alone = loose.select("key", "is_only_row", case_id=ibis.null("string"), is_only_row_of_case=loose.is_only_row)
    return ibis.union(tied, alone)


def to_counted(searches: ir.Table, reasons: ir.Table, tied: ir.Table) -> ir.Table:
    """The rows to count from: `searches` as they count (one name for an agency, one key for a search, and `key` that
    key as a number), the categories of `reasons`, and of `tied` the case of each search and which rows stand alone."""
    named = searches.select(*STORED, "key").join(reasons.select("reason_id", *OF_REASON), "reason_id")
    joined = named.join(tied, "key")
    case_id = ibis.coalesce(joined.case_id, "alone " + joined.search_key)
    return joined.mutate(case_id=case_id).select(*COUNTED.names)
