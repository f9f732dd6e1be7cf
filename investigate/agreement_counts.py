"""Searches by agencies with a 287(g) agreement, before and since the day that they signed, for all agencies at once.

Who has an agreement is matched by name, from ICE's sheets (`investigate.agencies.programs`).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from investigate.agencies.programs import Matches
from investigate.counts import by_role, in_scope, is_read
from investigate.tables import Tables

HELD = [
    "partner", "models", "signed", "other_days", "listed_as", "sheet", "row", "may_have_ended", "ended",
]  # fmt: skip
NUMBERS = [
    f"{what}_{when}" for when in ("before", "since") for what in ("searches", "immigration", "unread")
]  # fmt: skip
COUNTED = ["agency", "role", *HELD, *NUMBERS, "first_day", "last_day"]
NEARLY = [
    "agency", "role", "partner", "listed_as", "model", "signed", "sheet", "row", "why", "searches", "immigration",
    "unread",
]  # fmt: skip


def count_under_agreements(tables: Tables, agencies: pd.DataFrame, matches: Matches) -> pd.DataFrame:
    """Distinct searches by agencies with an agreement, before the first was signed and from that day on.

    One row an agency (of `agencies`), role and partner, columns COUNTED. `partner` is the searching agency that has
    the agreement: in the role owner another one or itself, in the role searcher itself. `models`: each with its day of
    signing, and what other sheets say of it; `signed`: the first such day, None if none is known, and then the counts
    are NA. A search lies on its earliest local day. Immigration-related is the standard scope, NA where no reason can
    be read; `unread`: searches without a reason that can be read. `first_day`, `last_day`: of the searches since.
    `may_have_ended`: a later sheet does not list the models of `ended`; no sheet says when they ended, so all count on.
    """
    held = _held(matches.matched)
    parts = [
        _count_since(searches, held).assign(role=role)
        for role, searches in by_role(tables.searches).items()
        if not held.empty
    ]
    if not parts:
        return pd.DataFrame(columns=COUNTED)
    counted = pd.concat(parts, ignore_index=True).merge(held, on="partner")
    counted = counted[counted["agency"].isin(set(agencies["agency"]))]
    order = ["agency", "role", "immigration_since", "searches_since", "partner"]
    down = [True, True, False, False, True]
    return counted.sort_values(order, ascending=down, ignore_index=True)[COUNTED]


def near_under_agreements(tables: Tables, agencies: pd.DataFrame, matches: Matches) -> pd.DataFrame:
    """Searching agencies that stand in the sheets by a similar name only, or could not be compared; columns NEARLY.

    Where it could not be compared, `listed_as`, model, signed, sheet and row are empty and `why` says why. `searches`,
    `immigration` (standard scope; NA where no reason can be read), `unread`: of all that the partner made on any day.
    """
    asked = pd.concat([matches.near, matches.apart], ignore_index=True).rename(columns={"agency": "partner"})
    parts = []
    for role, searches in by_role(tables.searches).items() if len(asked) else ():
        partners = ibis.memtable(asked[["partner"]].drop_duplicates(), schema={"partner": "string"})
        once = _once(searches.inner_join(partners, searches.searching_agency == partners.partner))
        counts = once.group_by(["agency", "partner"]).agg(**_numbers(once, ibis.literal(True)))
        parts.append(counts.execute().assign(role=role))
    if not parts:
        return pd.DataFrame(columns=NEARLY)
    numbers = dict.fromkeys(("immigration", "unread", "row"), "Int64")
    told = pd.concat(parts, ignore_index=True).merge(asked, on="partner").astype(numbers)
    told = told[told["agency"].isin(set(agencies["agency"]))].assign(signed=lambda one: _days(one["signed"]))
    told = told.astype(dict.fromkeys(("listed_as", "model", "sheet"), object))
    order = ["agency", "role", "immigration", "searches", "partner", "sheet", "row"]
    return told.sort_values(order, ascending=[True, True, False, False, True, True, True], ignore_index=True)[NEARLY]


def _held(matched: pd.DataFrame) -> pd.DataFrame:
    """One row an agency with an agreement: its models with their days, and the first day on which one was signed."""
    rows = []
    for partner, found in matched.sort_values(["signed", "model"]).groupby("agency"):
        days = _days(found["signed"])
        told = [
            f"{model} ({'; '.join(filter(None, [day or 'day not known', others]))})"
            for model, day, others in zip(found["model"], days, found["other_days"], strict=True)
        ]
        first, cited = found["signed"].min(), found.iloc[0]
        gone = found[found["gone_after"].notna()]
        ended = [
            f"{model} (last in the sheet of {day})"
            for model, day in zip(gone["model"], _days(gone["gone_after"]), strict=True)
        ]
        rows.append(
            {
                "partner": partner,
                "models": "; ".join(dict.fromkeys(told)),
                "signed": None if pd.isna(first) else first.strftime("%Y-%m-%d"),
                "other_days": cited["other_days"],
                "listed_as": cited["listed_as"],
                "sheet": cited["sheet"],
                "row": cited["row"],
                "may_have_ended": not gone.empty,
                "ended": "; ".join(dict.fromkeys(ended)),
            }
        )
    return pd.DataFrame(rows, columns=HELD)


def _days(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column).dt.strftime("%Y-%m-%d").astype("object").where(column.notna(), None)


def _count_since(searches: ir.Table, held: pd.DataFrame) -> pd.DataFrame:
    days = held[["partner", "signed"]].assign(signed=pd.to_datetime(held["signed"]).dt.date)
    known = ibis.memtable(days, schema={"partner": "string", "signed": "date"}).rename(signed_on="signed")
    once = _once(searches.inner_join(known, searches.searching_agency == known.partner), "signed_on")
    before, since = once.day < once.signed_on, once.day >= once.signed_on
    counted = (
        once.group_by(["agency", "partner"])
        .agg(
            **{f"{name}_before": number for name, number in _numbers(once, before).items()},
            **{f"{name}_since": number for name, number in _numbers(once, since).items()},
            first_day=once.day.min(where=since).cast("string"),
            last_day=once.day.max(where=since).cast("string"),
            dated=once.signed_on.count(),
        )
        .execute()
    )
    counted[NUMBERS] = counted[NUMBERS].astype("Int64")
    counted.loc[counted["dated"] == 0, NUMBERS] = pd.NA  # no day of signing is known: not known, never 0
    return counted.drop(columns="dated")


def _once(found: ir.Table, *more: str) -> ir.Table:
    """One row an agency, partner and search: its earliest local day, whether it is in the scope and can be read."""
    return found.group_by(["agency", "partner", *more, "search_key"]).agg(
        day=found.local_date.min(),
        is_read=is_read(found).any(),
        is_related=in_scope(found, "standard").any(),
    )


def _numbers(once: ir.Table, where: ir.BooleanValue) -> dict[str, ir.Value]:
    """Searches, those in the standard scope (null where there are searches and none can be read), those not read."""
    every, read = once.count(where=where), once.count(where=where & once.is_read)
    related = once.count(where=where & once.is_related)
    known = (read > 0) | (related > 0) | (every == 0)
    return {"searches": every, "immigration": known.ifelse(related, ibis.null("int64")), "unread": every - read}
