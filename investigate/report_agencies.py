"""The report tables on who the agencies are: where they lie, agreements, the law of the owner's state, sharing.

Computed once for all agencies, as every report table is.
"""

from __future__ import annotations

import json

import pandas as pd

from investigate.agencies.aliases import aliases_stamp
from investigate.agencies.places import table_stamp
from investigate.agencies.programs import agreements_stamp, match_agreements, read_agreements
from investigate.agreement_counts import count_under_agreements, near_under_agreements
from investigate.law_counts import count_under_laws
from investigate.searchers import searchers_by_agency
from investigate.sharing.partners import open_sharing, sharing_by_agency, sharing_stamp
from investigate.tables import Tables
from investigate.workspace import Workspace

NAMES = ("places", "partners", "points", "laws", "agreements", "near_agreements", "sharing")
# Shown at the head of a page, beside the counts.
SAID = ["state", "place", "county", "county_fips", "kind", "which", "lat", "lon", "flags", "spellings"]


def compute_agency_tables(tables: Tables, facts: pd.DataFrame, periods: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables of NAMES. `facts`: what `agency_facts` gives; `periods`: counts by agency, role, period and scope,
    which say where nothing is known."""
    room = tables.workspace
    matches = match_agreements(facts, read_agreements(room))
    return {
        **searchers_by_agency(tables, facts, periods)._asdict(),
        "laws": count_under_laws(tables, facts),
        "agreements": count_under_agreements(tables, facts, matches),
        "near_agreements": near_under_agreements(tables, facts, matches),
        "sharing": sharing_by_agency(open_sharing(room), facts, matches.matched, room),
    }


def with_facts(agencies: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """One row an agency and role, with what is known of the agency beside it; lists are joined by semicolons."""
    joined = {name: facts[name].map("; ".join) for name in ("flags", "spellings")}
    return agencies.merge(facts.assign(**joined)[["agency", *SAID]], on="agency", how="left")


def agencies_stamp(room: Workspace) -> str:
    """Changes with what was decided by hand of agencies, the sheets of agreements and the sharing lists."""
    return json.dumps([table_stamp(), aliases_stamp(room), agreements_stamp(room), sharing_stamp(room)])
