"""Which days of which logs are compared: as many before as after, in each log by itself.

A log is what one producer released of one kind. Each log is its own control: days that only one side of it covers are
in no comparison, and a log that cannot be compared with itself is left out and named.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pandas as pd

from investigate import engine
from investigate.comparison.tally import count_rows
from investigate.counted import ONLY_ROW
from investigate.counts import log_of
from investigate.periods import PeriodSet
from investigate.quality.records import LIMITS
from investigate.quality.switch import Switch, find_agency_switches, picks_value
from investigate.quality.wording import file_of
from investigate.tables import Tables

if TYPE_CHECKING:
    from investigate.comparison.pairs import Pair

SIDES = ("before", "after")
UNREAD_JUMP = 0.25  # of the rows: reasons that can be read on one side and not on the other
PICKED_JUMP = 0.25  # of the rows that state a reason: picked from a list on one side, typed on the other
ENOUGH_ROWS = 20  # of one agency on a side: of fewer, a few decide what share can be read or was picked
FEWEST_DAYS = 7  # left on a side when days beyond the switch to a drop-down are taken out
# Columns of the searches that comparisons read, beside the log.
READ = (
    "release", "searching_agency", "camera_owner", "is_own_search", "searched_at", "searched_at_form", "local_date",
    *ONLY_ROW, *ONLY_ROW.values(), "category", "is_exported", "is_picked",
)  # fmt: skip
COUNTED = ("rows", "read", "not_exported", "withheld", "blank", "stating", "picked")


@dataclass(frozen=True)
class Windows:
    """What is compared of each log under one pair of periods.

    `every`: log, side, day and the COUNTED numbers of rows, of all days that the log covers on a side; `kept`: those of
    them that are compared, as many on either side of a log; `logs`: one row a log, with `why` (empty: it can be
    compared) and the sentence `says`; columns log, rows, why, says, capped (a sentence where days beyond a switch were
    taken out).
    """

    every: pd.DataFrame
    kept: pd.DataFrame
    logs: pd.DataFrame


@dataclass(frozen=True)
class Basis:
    """What every comparison reads: `rows`, the searches with what is counted of them; `days`, the COUNTED numbers of
    each log and local day; `switches`, by log, how its searches are parted best into typed and picked reasons;
    `cut_off`, the releases that end where exports stop."""

    rows: ir.Table
    days: pd.DataFrame
    switches: dict[str, Switch]
    cut_off: pd.DataFrame


def open_basis(tables: Tables, aside: Path | None = None) -> Basis:
    """The basis of comparisons; for many of them its rows are written to the file `aside` and read from there."""
    picked = tables.reasons.select("reason_id", is_picked=picks_value(tables.reasons))
    searches = tables.searches.join(picked, "reason_id")
    rows = searches.select(*READ, log=log_of(searches)).filter(ibis._.log.notnull())
    if aside is not None:
        tables.con.to_parquet(rows, aside)
        rows = tables.con.read_parquet(engine.literal_path(aside))
    every = tables.searches
    switches = find_agency_switches(every.mutate(of_log=log_of(every)), tables.reasons, "of_log")
    return Basis(rows, _count_days(rows, ["log"]), switches, _cut_off(tables, rows))


def label_sides(rows: ir.Table, pair: Pair) -> ir.Table:
    """The searches of both periods of a pair, with the column side (before or after)."""
    sides = PeriodSet(pair.id, (replace(pair.before, name="before"), replace(pair.after, name="after")))
    return sides.label(rows).rename(side="period")


def find_windows(basis: Basis, pair: Pair) -> Windows:
    """The windows of every log under a pair."""
    every = _days(basis, pair)
    kept, logs = [], []
    for log, days in every.groupby("log", sort=True):
        window, row = _of_log(days, pair, basis.switches.get(str(log)), basis.cut_off)
        kept.append(window)
        logs.append({"log": log, "rows": int(days["rows"].sum()), **row})
    chosen = pd.concat(kept, ignore_index=True) if kept else every
    return Windows(every, chosen, pd.DataFrame(logs, columns=["log", "rows", "why", "says", "capped"]))


def _days(basis: Basis, pair: Pair) -> pd.DataFrame:
    """Columns log, side, day and COUNTED; where both periods are of whole days, from the days counted once for all."""
    edges = [edge for one in (pair.before, pair.after) for edge in (one.start, one.end) if edge is not None]
    if any(isinstance(edge, dt.datetime) for edge in edges):
        return _count_days(label_sides(basis.rows, pair), ["log", "side"])
    parts = []
    for side, period in zip(SIDES, (pair.before, pair.after), strict=True):
        days = basis.days["day"]
        first, last = (pd.Timestamp(edge) if edge else None for edge in (period.start, period.end))
        inside = (days >= (first or days.min())) & (days <= (last or days.max()))
        parts.append(basis.days[inside].assign(side=side))
    return pd.concat(parts).sort_values(["log", "side", "day"], ignore_index=True)


def _count_days(rows: ir.Table, group: list[str]) -> pd.DataFrame:
    days = rows.group_by([*group, "local_date"]).agg(rows=rows.count(), **count_rows(rows))
    frame = days.execute().rename(columns={"local_date": "day"})
    frame["day"] = pd.to_datetime(frame["day"])
    return frame.sort_values([*group, "day"], ignore_index=True)


def _cut_off(tables: Tables, rows: ir.Table) -> pd.DataFrame:
    """The releases that end where exports are known to stop: log, first and last day, and the sentence about it."""
    ends = tables.releases[tables.releases["rows_read"].isin(LIMITS)]
    if ends.empty:
        return pd.DataFrame(columns=["log", "first", "last", "says"])
    theirs = rows.filter(rows.release.isin(ends["release"].tolist()))
    spans = theirs.group_by(["log", "release"]).agg(first=theirs.local_date.min(), last=theirs.local_date.max())
    found = spans.execute().merge(ends[["release", "path", "rows_read"]], on="release").sort_values("path")
    says = [
        f"{file_of(one.path)} holds exactly {one.rows_read:,} records, a number at which exports stop: the rest of its "
        "days is probably missing."
        for one in found.itertuples()
    ]
    days = {name: pd.to_datetime(found[name]) for name in ("first", "last")}
    return found[["log"]].assign(**days, says=says)


def _says_cut_off(cut_off: pd.DataFrame, log: str, window: pd.DataFrame) -> str:
    """What is said of the first release of a log that ends where exports stop and touches the days compared."""
    mine = cut_off[cut_off["log"] == log]
    touched = [bool(window["day"].between(one.first, one.last).any()) for one in mine.itertuples()]
    return "" if not any(touched) else str(mine["says"][touched].iloc[0])


def _of_log(
    days: pd.DataFrame, pair: Pair, switch: Switch | None, cut_off: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, str]]:
    """The days of one log that are compared, and whether they can be."""

    def no(why: str, says: str) -> tuple[pd.DataFrame, dict[str, str]]:
        return window, {"why": why, "says": says, "capped": ""}

    window = _match(days, pair)
    sides = set(days["side"])
    if missing := [side for side in SIDES if side not in sides]:
        said = " and no day ".join(f"{side} {pair.name}" for side in missing)
        return no("no covered days", f"The released files cover no day {said}.")
    if window.empty:
        return no("no covered days", f"No day of the year is covered both before and after {pair.name}.")
    capped = ""
    if _is_mixed(window) and switch is not None and switch.state in {"switched", "few"}:
        like = _match(_on_one_side(days, switch), pair)
        if like["day"].nunique() and like.groupby("side")["day"].nunique().min() >= FEWEST_DAYS:
            window = like
            capped = (
                f"Days on which reasons were {'picked from a list' if _cut_after(days, switch) else 'typed'} are left "
                f"out: the log changes over on {_say(switch.day)}."
            )
    if says := _says_cut_off(cut_off, str(days["log"].iloc[0]), window):
        return no("truncated", says)
    totals = window.groupby("side")[list(COUNTED)].sum()
    if says := _unread(totals):
        return no("reasons vanish", says)
    if _is_mixed(window):
        return no("drop-down", _say_mixed(totals, switch))
    return window, {"why": "", "says": "", "capped": capped}


def _match(days: pd.DataFrame, pair: Pair) -> pd.DataFrame:
    """As many covered days before as after: those nearest to the cut, or the same days of the year. Of the day of a cut
    within it each side has a part: as a day of the year it would be matched with whole ones, and is left out."""
    before, after = (days[days["side"] == side] for side in SIDES)
    if pair.matched == "calendar":
        parted = set(before["day"]) & set(after["day"])
        before, after = (side[~side["day"].isin(parted)] for side in (before, after))
        year_later = before["day"].map(_year_later)
        same = set(year_later.dropna()) & set(after["day"])
        return pd.concat([before[year_later.isin(same)], after[after["day"].isin(same)]])
    number = min(before["day"].nunique(), after["day"].nunique())
    return pd.concat([before.sort_values("day").tail(number), after.sort_values("day").head(number)])


def _year_later(day: pd.Timestamp) -> pd.Timestamp | None:
    """The same day of the next year; the 29th of February has none."""
    return None if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def _on_one_side(days: pd.DataFrame, switch: Switch) -> pd.DataFrame:
    """The days of the log on that side of its switch to which more of its days belong that lie at the cut."""
    is_typed = days["day"] < pd.Timestamp(switch.day)
    return days[is_typed] if _cut_after(days, switch) else days[~is_typed]


def _cut_after(days: pd.DataFrame, switch: Switch) -> bool:
    """Whether the switch lies after the cut, so that what was typed can be compared with what was typed."""
    return bool(pd.Timestamp(switch.day) > days.loc[days["side"] == "before", "day"].max())


def _share(totals: pd.DataFrame, what: str, of: str) -> pd.Series:
    return (totals[what] / totals[of].where(totals[of] > 0)).reindex(list(SIDES))


def _is_mixed(window: pd.DataFrame) -> bool:
    return _turns(window.groupby("side")[list(COUNTED)].sum())


def _turns(totals: pd.DataFrame) -> bool:
    picked = _share(totals, "picked", "stating")
    return bool(abs(picked["after"] - picked["before"]) > PICKED_JUMP)


def why_not_alike(totals: pd.DataFrame) -> tuple[str, str]:
    """Why the reasons of one agency's rows (COUNTED, by side) are not the same thing on both sides, though those of
    its logs are: an agency can go over to the list, or fall silent, while others in the log do not."""
    if (totals["rows"] < ENOUGH_ROWS).any():
        return "", ""
    if says := _unread(totals):
        return "reasons vanish", says.replace(" of the rows on", " of its rows on", 1)
    if (totals["stating"] < ENOUGH_ROWS).any() or not _turns(totals):
        return "", ""
    picked = _share(totals, "picked", "stating")
    return "drop-down", (
        f"Reasons were picked from a list in {picked['before']:.0%} of its rows that state one on the days before and "
        f"in {picked['after']:.0%} on those after; typed and picked reasons are different things."
    )


def _unread(totals: pd.DataFrame) -> str:
    """Why the reasons of the two sides are not the same thing to read; empty if they are."""
    read = _share(totals, "read", "rows")
    if not totals["read"].sum():
        return "No reason could be read in the released files, on either side."
    if abs(read["after"] - read["before"]) <= UNREAD_JUMP:
        return ""
    worse = "after" if read["after"] < read["before"] else "before"
    why = {
        "not_exported": "the files have no column for them",
        "withheld": "they were withheld",
        "blank": "nothing stands in them",
    }
    shares = {what: _share(totals, what, "rows") for what in why}
    better = "before" if worse == "after" else "after"
    most = max(why, key=lambda what: shares[what][worse] - shares[what][better])
    return (
        f"Reasons could be read in {read['before']:.0%} of the rows on the days before and in {read['after']:.0%} on "
        f"those after: {worse} the cut, {why[most]} in {shares[most][worse]:.0%} of the rows."
    )


def _say_mixed(totals: pd.DataFrame, switch: Switch | None) -> str:
    picked = _share(totals, "picked", "stating")
    when = f" (from {_say(switch.day)} on)" if switch is not None and switch.state in {"switched", "few"} else ""
    return (
        f"Reasons were picked from a list{when} in {picked['before']:.0%} of the rows that state one on the days "
        f"before and in {picked['after']:.0%} on those after; typed and picked reasons are different things, and too "
        "few days hold the same kind on both sides."
    )


def _say(day: object) -> str:
    when = pd.Timestamp(str(day))
    return f"{when.day} {when:%B %Y}"


def kept_rows(searches: ir.Table, pair: Pair, kept: pd.DataFrame) -> ir.Table:
    """The searches on the kept days of each log (columns log, side, day of `kept`), with log and side beside them."""
    days = pd.DataFrame(
        {
            "kept_log": kept["log"].astype(str),
            "kept_side": kept["side"].astype(str),
            "kept_day": pd.to_datetime(kept["day"]).dt.date,
        }
    )
    wanted = ibis.memtable(days, schema={"kept_log": "string", "kept_side": "string", "kept_day": "date"})
    rows = label_sides(searches, pair)
    return rows.semi_join(
        wanted,
        [rows.log == wanted.kept_log, rows.side == wanted.kept_side, rows.local_date == wanted.kept_day],
    )
