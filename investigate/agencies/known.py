"""Which agencies stand in the loaded data: every spelling, the one name it counts under, and what is known of it.

Spellings that say the same (`Arlington PD (WA)`, `Arlington WA PD [Inactive]`) are one agency, and so are those that
a person tied together in `data/manual/agency_names.csv`. Nothing else is: a similar name is another agency.
"""

from __future__ import annotations

import pandas as pd

from investigate.agencies.agency import DNU, FEDERAL, INACTIVE, MENDED, NOT_AN_AGENCY, PRODUCT, Agency
from investigate.agencies.aliases import Aliases
from investigate.agencies.identify import identify_agency
from investigate.agencies.tidy import LONGEST, mend, strip_tags
from investigate.columns import AGENCIES

FACTS = ["place", "state", "county", "county_fips", "kind", "which", "lat", "lon"]


def know_agencies(seen: pd.DataFrame, aliases: Aliases) -> pd.DataFrame:
    """The declared table `agencies` from the spellings that were `seen` (columns name, rows: records it stands in).

    Of several spellings the one with most records gives the name, unless a person named it; one with a tag (inactive,
    do not use, a product) only where all have one. Of equal ones that without flags, then the first in the alphabet.
    """
    spelled = seen.groupby("name", as_index=False)["rows"].sum()
    found = [identify_agency(name, aliases) for name in spelled["name"]]
    frame = spelled.assign(
        key=[_key(one) for one in found],
        chosen=[one.agency for one in found],
        flags=["; ".join(one.flags) for one in found],
        federal_immigration=[one.federal_immigration for one in found],
        **{fact: [getattr(one, fact) for one in found] for fact in FACTS},
    )
    named = frame["chosen"] != frame["name"]
    in_order = {"key": True, "named": False, "tagged": True, "rows": False, "flagged": True, "name": True}
    order = frame.assign(
        named=named, tagged=[_is_tagged(one) for one in found], flagged=[_is_flagged(one) for one in found]
    ).sort_values(list(in_order), ascending=list(in_order.values()))
    first = order.groupby("key").first()
    counts_under = first["chosen"].where(first["named"], first["name"])
    frame["agency"] = frame["key"].map(counts_under)
    return frame[AGENCIES.names].sort_values("name", ignore_index=True)


def _key(one: Agency) -> str:
    """Of a name that is longer than what is read of it the whole name: two may differ where nobody looks."""
    if len(one.name) > LONGEST or NOT_AN_AGENCY in one.flags:
        return one.agency.casefold()
    return one.key


def _is_tagged(one: Agency) -> bool:
    """Whether the spelling carries a tag beside the agency's name; `[Federal]` alone says what it is, not how it is."""
    if any(flag in (INACTIVE, DNU) or flag.startswith(PRODUCT) for flag in one.flags):
        return True
    mended = mend(one.name)[0]
    return FEDERAL not in one.flags and strip_tags(mended)[0] != mended


def _is_flagged(one: Agency) -> bool:
    return FEDERAL in one.flags or MENDED in one.flags


def agency_facts(known: pd.DataFrame) -> pd.DataFrame:
    """One row an agency: what is known of the spelling that it counts under, with the flags of all its spellings.

    Columns agency, place, state, county, county_fips, kind, which, lat, lon, flags (list), federal_immigration, key,
    spellings (list).
    """
    best = known.assign(itself=known["agency"] == known["name"]).sort_values(
        ["agency", "itself", "rows", "name"], ascending=[True, False, False, True]
    )
    facts = best.drop_duplicates("agency").set_index("agency")[[*FACTS, "key", "federal_immigration"]]
    grouped = known.sort_values("name").groupby("agency")
    flags = grouped["flags"].agg(lambda texts: sorted({flag for text in texts for flag in text.split("; ") if flag}))
    facts = facts.assign(flags=flags, spellings=grouped["name"].agg(list))
    return facts.reset_index()
