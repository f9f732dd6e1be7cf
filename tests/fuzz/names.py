"""Target agencies: any text as an agency's name: folded, in the table of agencies, as a folder, as a question."""

from __future__ import annotations

import contextlib
import re

import pandas as pd

from fuzz.limits import check_growth
from investigate.agencies.aliases import Aliases
from investigate.agencies.identify import COLUMNS, identify_agencies, identify_agency
from investigate.agencies.known import agency_facts, know_agencies
from investigate.agencies.names import find_state, find_zone, name_from_slug
from investigate.agencies.tidy import mend, strip_tags
from investigate.batch import RESERVED, slugs_of
from investigate.counts import find_agency
from investigate.errors import UnknownValue, nearest

MOST_NAMES = 12
SLUG = re.compile(r"[a-z0-9]+(?:--?[a-z0-9]+)*")
LONGEST_SLUG = 150
HALF = re.compile("[\ud800-\udfff]")
UNPRINTABLE = re.compile("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")


def check_agencies(data: bytes) -> None:
    """Each line is a name; bytes that are no text come as halves of characters, as from a shell."""
    lines = data.decode("utf-8", "surrogateescape").split("\n")[:MOST_NAMES]
    names = list(dict.fromkeys(lines))
    for name in names:
        _check_name(name)
    # The store holds no empty name and none that cannot be written.
    seen = [name for name in names if name.strip() and not HALF.search(name)]
    _check_slugs(seen)
    identified = identify_agencies(names)
    assert list(identified.columns) == COLUMNS
    assert len(identified) == len(names)
    if seen:
        _check_table(seen, names)
    if len(data) % 16 == 0:
        check_growth(lambda text: identify_agency(text).key, names[0])


def _check_name(name: str) -> None:
    mended, _ = mend(name)
    assert not UNPRINTABLE.search(mended), repr(mended)
    stripped, flags = strip_tags(mended)
    assert len(stripped) <= len(mended), (mended, stripped)
    assert len(set(flags)) == len(flags), flags
    one = identify_agency(name)
    assert isinstance(one.key, str), one
    assert identify_agency(f" {name}\t").key == one.key or len(name) > 290, repr(name)
    find_zone(name)
    assert find_state(name) is None or re.fullmatch("[A-Z]{2}", find_state(name) or ""), name
    spelled = name_from_slug(name)
    assert spelled is None or spelled.strip(), repr(spelled)
    assert len(nearest(name, ["Ashmoor IL PD", name, name.upper()])) <= 8


def _check_slugs(names: list[str]) -> None:
    slugs = slugs_of(names)
    assert list(slugs) == sorted(names)
    assert len({slug.casefold() for slug in slugs.values()}) == len(names), slugs
    for slug in slugs.values():
        assert SLUG.fullmatch(slug), slug
        assert slug not in RESERVED, slug
        assert len(slug) <= LONGEST_SLUG, slug
    assert slugs_of(reversed(names)) == slugs


def _check_table(seen: list[str], names: list[str]) -> None:
    known = know_agencies(pd.DataFrame({"name": seen, "rows": range(1, len(seen) + 1)}), Aliases())
    assert sorted(known["name"]) == sorted(seen)
    assert known["rows"].sum() == sum(range(1, len(seen) + 1))
    assert set(known["agency"]) <= set(known["name"]), "an agency counts under a name that nobody wrote"
    by_name = known.set_index("name")["agency"]
    assert all(by_name[agency] == agency for agency in by_name), "an agency does not count under its own name"
    assert len(agency_facts(known)) == known["agency"].nunique()
    _check_find(names, sorted(set(known["agency"])), known)


def _check_find(names: list[str], agencies: list[str], known: pd.DataFrame) -> None:
    for agency in agencies:
        assert find_agency(agency, agencies, known) == agency
    for name in names:
        with contextlib.suppress(UnknownValue):
            assert find_agency(name, agencies, known) in agencies
