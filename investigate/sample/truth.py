"""What the generator planted, kept apart from the logs: the program's counts can be held against it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from investigate.sample import reasons, world
from investigate.sample.cast import Cast
from investigate.sample.draw import Bools, Ints, Searches
from investigate.sample.layouts import LAYOUTS
from investigate.sample.plan import Release
from investigate.sample.write import Writer

FILE_NAME = "truth.json"
_PERIODS = ("before", "after")
_CATEGORY_INDEX = {category: place for place, category in enumerate(reasons.CATEGORIES)}
_BY_REASON = np.array([_CATEGORY_INDEX[planted.category] for planted in reasons.REASONS])
_BY_OFFENSE = np.array([_CATEGORY_INDEX[planted.offense_category] for planted in reasons.REASONS])

Counts = dict[str, dict[str, int]]


def _shown(searches: Searches, layout: str) -> Ints:
    """The category that each search has as far as a release in this layout can show it."""
    fields = LAYOUTS[layout].fields
    if "reason" in fields or "detail" in fields:
        return _BY_REASON[searches.reason]
    if "offense" in fields:
        return _BY_OFFENSE[searches.reason]
    return np.full(len(searches), _CATEGORY_INDEX[reasons.NOT_EXPORTED])


class Tally:
    """Distinct searches by period and intended category, one count for each name."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(names)
        self._cells = np.zeros((len(self._names), len(_PERIODS), len(reasons.CATEGORIES)), dtype=np.int64)

    def add(self, name: Ints, searched: Ints, category: Ints) -> None:
        """Count searches: arrays of one length; `name` is a place, `searched` seconds since 1970."""
        np.add.at(self._cells, (name, (searched >= world.INAUGURATION).astype(np.int64), category), 1)

    def counts(self) -> dict[str, Counts]:
        """Name → period → category → searches; names without any search and zeros are left out."""
        return {
            name: {
                period: {
                    category: int(number) for category, number in zip(reasons.CATEGORIES, row, strict=True) if number
                }
                for period, row in zip(_PERIODS, cell, strict=True)
            }
            for name, cell in zip(self._names, self._cells, strict=True)
            if cell.any()
        }


class Truth:
    """Gathers what was written, chunk by chunk; memory does not grow with the number of searches."""

    def __init__(self, cast: Cast) -> None:
        self.searches = 0
        self.owners = Tally(owner.name for owner in cast.owners)
        self.agencies = Tally(agency.name for agency in cast.agencies)
        self.spans: dict[str, tuple[int, int]] = {}

    def add(self, searches: Searches, written: list[tuple[Release, Ints]]) -> None:
        """Count one chunk: `written` pairs each release with the places of the searches that went into it."""
        category = np.full(len(searches), _CATEGORY_INDEX[reasons.NOT_EXPORTED])
        by_owner = np.zeros(searches.reach.T.shape, dtype=bool)
        anywhere: Bools = np.zeros(len(searches), dtype=bool)
        for release, here in written:
            anywhere[here] = True
            self._widen(release, searches.searched[here])
            if release.owner >= 0:
                by_owner[release.owner, here] = True
            if LAYOUTS[release.layout].has_reason:
                category[here] = _shown(searches, release.layout)[here]
        seen = np.flatnonzero(anywhere)
        self.searches += len(seen)
        self.agencies.add(searches.agency[seen], searches.searched[seen], category[seen])
        owner, place = np.nonzero(by_owner)
        self.owners.add(owner, searches.searched[place], category[place])

    def _widen(self, release: Release, searched: Ints) -> None:
        if len(searched):
            first, last = self.spans.get(release.path, (world.WORLD_END, 0))
            self.spans[release.path] = (min(first, int(searched.min())), max(last, int(searched.max())))

    def _file(self, release: Release, writer: Writer) -> dict[str, Any]:
        span = self.spans.get(release.path)
        return {
            "path": release.path,
            "layout": release.layout_name,
            "kind": release.kind,
            "producer": release.producer,
            "rows": writer.rows,
            "blank_rows": writer.blank_rows,
            "exact_repeats": writer.exact_repeats,
            "has_reason": LAYOUTS[release.layout].has_reason,
            "first_searched_at": world.iso(span[0]) if span else None,
            "last_searched_at": world.iso(span[1]) if span else None,
        }

    def write(self, path: Path, asked: dict[str, int], writers: list[tuple[Release, Writer]]) -> None:
        """Write everything as JSON, keys in a fixed order."""
        planted = {one.text: one.category for one in reasons.REASONS}
        told = {
            "says": "Everything in these logs is invented: no agency, officer, plate or case in them exists.",
            **asked,
            "rows": sum(writer.rows for _, writer in writers),
            "searches": self.searches,
            "cut": world.iso(world.INAUGURATION),
            "files": [self._file(release, writer) for release, writer in writers],
            "camera_owners": self.owners.counts(),
            "searching_agencies": self.agencies.counts(),
            "reasons": dict(sorted(planted.items())),
        }
        path.write_bytes((json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode())
