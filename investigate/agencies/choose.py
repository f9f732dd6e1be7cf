"""Which of several places of one name a body lies in; None where the name does not say, and never the likeliest.

Townships and towns are taken without that word only in the states below, where their police is often called so. In
others a bare name that only a township has was as a rule another's: a village (Cahokia IL, Elk Grove IL), or a town of
another state (Jasper OH). A place without a government of its own (a census designated place) must have people enough.
"""

from __future__ import annotations

import re

from investigate.agencies.agency import AMBIGUOUS, NOT_FOUND
from investigate.agencies.places import LEGAL_PLACE, Place, find_places, fold_place

# States where the police of a township (or of a town) often goes by its name without that word.
_TOWNSHIPS = frozenset({"MI", "NJ", "PA"})
_TOWNS = frozenset({"CT", "MA", "ME", "NH", "NY", "RI", "VT", "WI"})
_TWINS = frozenset({"NY", "WI"})  # a town and a city or village of one name are two governments
_TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "VI"})
_NOT_INCORPORATED = frozenset({"CDP", "comunidad", "zona urbana", ""})
FEWEST = 1000  # people of a place without a government that has police of its own
_WORD = re.compile(r"\s+(city|town|village|borough|township|twp)$", re.IGNORECASE)


def places_named(name: str, state: str, county_fips: str | None = None) -> list[Place]:
    """Places of this name, as `find_places`; but `Chester Town` is the town of Chester, not Chestertown."""
    found = find_places(name, state, county_fips)
    if not (word := _WORD.search(name)) or any(_same_blanks(one.name, name) for one in found):
        return found
    legal = word[1].casefold().replace("twp", "township")
    cut = find_places(name[: word.start()], state, county_fips)
    return [one for one in cut if legal in one.legal.casefold().split()] or found


def choose(
    candidates: list[Place], legal: str | None, written: str = "", known_county: bool = False
) -> tuple[Place | None, str | None]:
    """The one of several places that a name means, or None and why. `legal`: township, town … where the name says so.

    A place of that legal form comes first; then incorporated places, townships and towns with police, other Census
    places, points. `written` tells Ladue from La Due where both exist. `known_county`: the name says the county.
    """
    if not legal and (word := _WORD.search(written)):
        legal = word[1].casefold().replace("twp", "township")
    said = [one for one in candidates if legal and legal in one.legal.casefold()]
    is_twin = legal == "town" and any(is_incorporated(one) and one.state in _TWINS for one in candidates)
    if not said and (legal == "township" or is_twin):
        return None, NOT_FOUND
    if said or known_county:
        candidates = said or candidates
    elif not (legal and all(one.level == "place" for one in candidates)):  # since then a town: Hochatown OK
        candidates = [one for one in candidates if _may_have_police(one, candidates)]
    if not candidates:
        return None, NOT_FOUND
    best = min(map(_rank, candidates))
    first = [one for one in candidates if _rank(one) == best]
    first = [one for one in first if one.name.casefold() == written.casefold()] or first
    return (first[0], None) if len(first) == 1 else (None, AMBIGUOUS)


def governments(name: str, state: str) -> list[Place]:
    """Cities, towns, villages, boroughs and townships with police that are called exactly so, with or without the
    legal word."""
    named = places_named(name, state)
    said = _WORD.search(name)
    return [one for one in named if is_incorporated(one) or (_is_town(one) and (said or _has_bare_police(one)))]


def is_one_of_its_name(found: Place, written: str, legal: str | None) -> bool:
    """Whether what is written is no more than this place's name, or that with a legal word that tells it from no other
    place of the state: `Village of Fox Point` is Fox Point, where no town is called so."""
    if found.level == "county" or (fold_place(written) == fold_place(found.name) and not legal):
        return True
    if legal == "township" or "township" in written.casefold():
        return False
    bare = LEGAL_PLACE.sub("", written.strip(), count=1)
    word = legal or (said[1].casefold() if (said := _WORD.search(written)) else None)
    if word and word not in found.legal.casefold().split():
        return False  # Town of Menasha WI, where the tables hold the city alone
    rivals = [one for one in find_places(found.name, found.state) if is_incorporated(one) or _is_town(one)]
    return [one.id for one in rivals] == [found.id] and fold_place(found.name) in map(fold_place, (bare, written))


def is_incorporated(place: Place) -> bool:
    return place.level == "place" and place.legal not in _NOT_INCORPORATED


def _is_town(place: Place) -> bool:
    return place.level == "subdivision"


def _has_bare_police(place: Place) -> bool:
    return place.state in (
        _TOWNSHIPS if "township" in place.legal.casefold() else _TOWNS if place.legal == "town" else ()
    )


def _may_have_police(place: Place, others: list[Place]) -> bool:
    """Whether a police called after this place without its legal word can be its own."""
    if is_incorporated(place) or place.state in _TERRITORIES:
        return True
    if _is_town(place):
        return _has_bare_police(place)
    elsewhere = [one for one in others if _is_town(one) and one.county_fips != place.county_fips]
    return (place.population or 0) >= FEWEST and not elsewhere


def _rank(place: Place) -> int:
    if place.level == "place":
        return 2 if place.legal in _NOT_INCORPORATED else 0
    return 1 if place.level == "subdivision" else 3


def _same_blanks(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()
