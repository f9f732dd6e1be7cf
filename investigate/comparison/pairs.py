"""Named pairs of periods, a before and an after each: the inauguration, months, an article, a law, an opt-out.

Cuts that are the same for everybody are data (pairs.toml). Laws come from laws.toml, opt-outs from a workspace's
opt_outs.csv, months, weeks and years from the days that the data span.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from investigate.agencies.laws import read_laws
from investigate.comparison.opt_outs import read_opt_outs
from investigate.errors import BadPeriods, unknown
from investigate.periods import Period, find_periods
from investigate.workspace import Workspace

CUTS_FILE = Path(__file__).with_name("pairs.toml")
NEAREST, CALENDAR = "nearest", "calendar"
PAIR_SETS = ("inauguration", "month", "week", "article", "vendor", "law", "opt_out", "year_to_date")
IN_FILE = ("inauguration", "article", "vendor")
FIELDS = {"id", "set", "name", "label", "at", "source", "sure", "note"}
SURE = ("verified", "reported", "unverified")
LONGEST_LABEL = 28  # characters that fit above a chart
EVENT_COLUMNS = ("day", "label", "kind", "name", "source", "sure")
KINDS = {"inauguration": "politics", "article": "article", "vendor": "vendor"}
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    """Two periods to compare. `name` stands behind "before and after"; `matched` says how equal days are chosen:
    nearest (to the cut) or calendar (the same days of two years). `states`, `owners`: only for camera owners in these
    states, or of these names as written; empty: for everybody. `source`, `sure`, `note`: for print."""

    id: str
    name: str
    before: Period
    after: Period
    matched: str = NEAREST
    states: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    source: str = ""
    sure: str = ""
    note: str = ""


@dataclass(frozen=True)
class Cut:
    """One entry of pairs.toml; `at`: an instant (UTC), or the first local day after."""

    id: str
    set: str
    name: str
    label: str
    at: dt.datetime | dt.date
    source: str
    sure: str
    note: str

    @property
    def day(self) -> dt.date:
        return self.at.date() if isinstance(self.at, dt.datetime) else self.at


def find_pairs(
    which: str | Path,
    first: dt.date | None,
    last: dt.date | None,
    workspace: str | Path | Workspace | None = None,
) -> list[Pair]:
    """The pairs of a set, one pair by its id, or those of a CSV file of periods, in order: the newest last.

    `first`, `last`: the local days that the data span, from which months, weeks and years to date come. A CSV file has
    the columns name, start, end, and each of its periods is compared with the one in the row before. Raises
    UnknownValue for what is none of these, BadPeriods for a file that cannot be used.
    """
    name = str(which)
    if name in PAIR_SETS:
        return _pairs_of(name, first, last, workspace)
    path = Path(which)
    if path.suffix.lower() == ".csv" or _is_file(path):
        return _from_file(path)
    every = [pair for one in PAIR_SETS for pair in _pairs_of(one, first, last, workspace)]
    found = [pair for pair in every if pair.id == name]
    if not found:
        raise unknown(
            "period set",
            name,
            PAIR_SETS,
            "Or name one pair by its id, or a CSV file with the columns name, start, end.",
        )
    return found


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # no name that a file could have
        return False


def list_events(
    workspace: str | Path | Workspace | None = None, states: Iterable[str] = (), owners: Iterable[str] = ()
) -> pd.DataFrame:
    """What a timeline marks: day (date), label (28 characters at most), kind (politics, article, vendor, law, opt-out),
    name, source, sure; by day. Laws of these states only, opt-outs of these camera owners (as written) only."""
    rows = [(cut.day, cut.label, KINDS[cut.set], cut.name, cut.source, cut.sure) for cut in read_cuts()]
    for law in read_laws():
        if law.is_counted and law.state in set(states) and law.starts:
            label = _shorten(f"{law.state} law: {law.short_name.split(': ')[-1]}")
            rows.append((law.starts, label, "law", law.short_name, law.date_basis, law.sure))
    wanted = {name.casefold() for name in owners}
    for one in read_opt_outs(workspace).rows if wanted else ():
        if one.agency.casefold() in wanted:
            rows.append((one.date, _shorten(one.what), "opt-out", one.what, one.source, "by hand"))
    return pd.DataFrame(sorted(rows), columns=list(EVENT_COLUMNS))


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1].rstrip() + "…"


def _pairs_of(
    name: str, first: dt.date | None, last: dt.date | None, workspace: str | Path | Workspace | None
) -> list[Pair]:
    if name in IN_FILE:
        return [_of_cut(cut) for cut in read_cuts() if cut.set == name]
    if name == "law":
        return _of_laws()
    if name == "opt_out":
        return _of_opt_outs(workspace)
    if first is None or last is None:
        return []
    return {"month": _of_months, "week": _of_weeks, "year_to_date": _of_years}[name](first, last)


# ---- cuts -----------------------------------------------------------------------------------------------


@cache
def read_cuts(path: Path = CUTS_FILE) -> tuple[Cut, ...]:
    """The cuts of pairs.toml by day; raises BadPeriods, naming the entry, for one that cannot be used."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise BadPeriods(f"{path.name} cannot be read: {wrong}. Mend the file.") from wrong
    cuts = [_cut(entry, path.name) for entry in raw.get("cut", [])]
    ids = [cut.id for cut in cuts]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise BadPeriods(f"{path.name} has two cuts with the id {twice[0]!r}. Give each its own.")
    return tuple(sorted(cuts, key=lambda cut: (cut.day, cut.id)))


def _cut(entry: dict[str, Any], file: str) -> Cut:
    where = f"The cut {entry.get('id', '(without id)')!r} of {file}"
    if set(entry) != FIELDS:
        wrong = ", ".join(sorted(FIELDS ^ set(entry)))
        raise BadPeriods(f"{where} must have the fields {', '.join(sorted(FIELDS))}; look at: {wrong}.")
    at = entry["at"]
    if isinstance(at, dt.datetime):
        if at.tzinfo is None:
            raise BadPeriods(f"{where}: the time {at} does not say its zone. Write it as 2025-01-20T17:00:00Z.")
        at = at.astimezone(dt.UTC)
    elif not isinstance(at, dt.date):
        raise BadPeriods(f"{where}: {at!r} is no time and no day.")
    if entry["set"] not in IN_FILE or entry["sure"] not in SURE or len(entry["label"]) > LONGEST_LABEL:
        raise BadPeriods(
            f"{where}: set must be one of {', '.join(IN_FILE)}, sure one of {', '.join(SURE)}, and the label no longer "
            f"than {LONGEST_LABEL} characters."
        )
    return Cut(**entry | {"at": at})


def _of_cut(cut: Cut) -> Pair:
    return Pair(cut.id, cut.name, *_around(cut.at), source=cut.source, sure=cut.sure, note=cut.note)


def _around(at: dt.datetime | dt.date) -> tuple[Period, Period]:
    """All before a moment or day, and all from it on."""
    end = at if isinstance(at, dt.datetime) else at - ONE_DAY
    return Period("before", None, end), Period("after", at, None)


def _of_laws() -> list[Pair]:
    laws = sorted((law for law in read_laws() if law.is_counted), key=lambda law: (law.starts or dt.date.max, law.id))
    return [
        Pair(
            f"law-{law.id}",
            f"the first day in force of: {law.short_name} ({law.starts:%Y-%m-%d})",
            *_around(law.starts),
            states=(law.state,),
            source=law.date_basis,
            sure=law.date_sure if hasattr(law, "date_sure") else law.sure,
            note=law.note,
        )
        for law in laws
        if law.starts is not None
    ]


def _of_opt_outs(workspace: str | Path | Workspace | None) -> list[Pair]:
    rows = sorted(read_opt_outs(workspace).rows, key=lambda one: (one.date, one.line))
    plain = [f"opt-out-{re.sub(r'[^a-z0-9]+', '-', one.agency.lower()).strip('-')}-{one.date}" for one in rows]
    return [
        Pair(
            name if plain.count(name) == 1 else f"{name}-line-{one.line}",  # names that differ in signs only
            f"a change of who may search: {one.what} ({one.date})",
            *_around(one.date),
            owners=(one.agency,),
            source=one.source,
            sure="by hand",
        )
        for name, one in zip(plain, rows, strict=True)
    ]


# ---- calendars ------------------------------------------------------------------------------------------


def _of_months(first: dt.date, last: dt.date) -> list[Pair]:
    starts = pd.date_range(first.replace(day=1), last, freq="MS")
    months = [Period(f"{day:%Y-%m}", day.date(), (day + pd.offsets.MonthEnd(1)).date()) for day in starts]
    return [_one_after_another(*pair) for pair in pairwise(months)]


def _of_weeks(first: dt.date, last: dt.date) -> list[Pair]:
    monday = first - dt.timedelta(days=first.weekday())
    starts = [monday + dt.timedelta(weeks=number) for number in range((last - monday).days // 7 + 1)]
    weeks = [Period(f"{day:%G-W%V}", day, day + 6 * ONE_DAY) for day in starts]
    return [_one_after_another(*pair) for pair in pairwise(weeks)]


def _one_after_another(before: Period, after: Period, prefix: str = "") -> Pair:
    return Pair(f"{prefix}{after.name}", f"the turn from {before.name} to {after.name}", before, after)


def _of_years(first: dt.date, last: dt.date) -> list[Pair]:
    """Each year against the one before it, over the days of the year that both cover."""
    pairs = []
    for year in range(first.year + 1, last.year + 1):
        before, after = (Period(str(one), dt.date(one, 1, 1), dt.date(one, 12, 31)) for one in (year - 1, year))
        name = f"the turn from {year - 1} to {year}, the same days of both years"
        pairs.append(Pair(f"year-to-date-{year}", name, before, after, CALENDAR))
    return pairs


def _from_file(path: Path) -> list[Pair]:
    periods = find_periods(path).periods
    if len(periods) < 2:
        raise BadPeriods(f"{path.name} holds one period; a comparison needs two or more. Add the one before it.")
    for before, after in pairwise(periods):
        _check_order(path.name, before, after)
    return [_one_after_another(*pair, prefix=f"{pair[0].name}/") for pair in pairwise(periods)]


def _check_order(file: str, before: Period, after: Period) -> None:
    """Raise BadPeriods unless all of `after` lies behind all of `before`: a search on both sides is no comparison."""
    end, start = before.end, after.start
    names = f"{file}: {before.name!r} and {after.name!r}"
    if end is None or start is None:
        raise BadPeriods(
            f"{names} overlap: the end of the first or the start of the second is empty. Write both; periods that are "
            "compared stand in order of time."
        )
    if isinstance(end, dt.datetime) != isinstance(start, dt.datetime):
        raise BadPeriods(
            f"{names} meet with a day and a time ({end}, {start}). Give two days, or two times, so that no search lies "
            "in both."
        )
    if start < end or (start == end and not isinstance(end, dt.datetime)):
        raise BadPeriods(
            f"{names} overlap, or are not in order of time: the first ends {end}, the second starts {start}. Put the "
            "earlier one first, with its end before the start of the next."
        )
