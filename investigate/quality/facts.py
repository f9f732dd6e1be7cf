"""What the checks judge, counted by the engine: one query for all releases, and small frames out of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.types as ir

from investigate.logs.normalise import NO_DEVICES_FROM, NO_DEVICES_TO
from investigate.periods import INAUGURATION, find_periods
from investigate.quality.switch import Switch, find_switches, picks_value
from investigate.store import Store
from investigate.tables import Tables

CUT_DAY = INAUGURATION.date()
NOT_LEGIBLE = ("blank", "withheld")

Record = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """What was counted of the chosen releases.

    releases: rows of the table `releases`, in the order of loading · numbers: release → counts of its rows ·
    days: release → local day → rows · states: (release, column, state) → rows and the first of them · rejects:
    release → (column, why, rows, first row), most rows first · forms: release → (basis, form, rows, rows on the day of
    the inauguration) · months: log → month → label of the search type → rows · switches: log → agency → Switch ·
    agencies: release → agencies that search in it · tops: release → (commonest reason, its rows, rows with a reason).
    """

    releases: list[Record]
    numbers: dict[str, Record]
    days: dict[str, dict[dt.date, int]]
    states: dict[tuple[str, str, str], tuple[int, int]]
    rejects: dict[str, list[tuple[str, str, int, int]]]
    forms: dict[str, list[tuple[str, str, int, int]]]
    months: dict[str, dict[str, dict[str, int]]]
    switches: dict[str, dict[str, Switch]]
    agencies: dict[str, set[str]]
    tops: dict[str, tuple[str, int, int]]

    @cached_property
    def columns(self) -> dict[str, set[str]]:
        """Release → the columns that it has, by their canonical names."""
        found: dict[str, set[str]] = defaultdict(set)
        for release, column, _ in self.states:
            found[release].add(column)
        return found

    @cached_property
    def logs(self) -> dict[str, list[str]]:
        """Log → its releases that hold rows, in order of their first and last day."""
        found: dict[str, list[str]] = defaultdict(list)
        for one in self.releases:
            if one["release"] in self.days:
                found[log_of(one)].append(one["release"])
        return {log: sorted(held, key=lambda release: (*self.span(release), release)) for log, held in found.items()}

    def span(self, release: str) -> tuple[dt.date, dt.date]:
        """First and last local day of a release that holds rows."""
        days = self.days[release]
        return min(days), max(days)

    def in_state(self, release: str, column: str, *states: str) -> int:
        """In how many records the column's cell is in one of the states."""
        return sum(self.states.get((release, column, state), (0, 0))[0] for state in states)


def log_of(one: Record) -> str:
    """What releases of one producer and kind have in common; a release without a known producer stands alone."""
    return f"{one['producer'] or one['release']}|{one['kind']}"


def gather(tables: Tables, producer: str | None = None) -> Facts:
    """Count what the checks judge, for one producer's releases or for all."""
    frame = tables.releases if producer is None else tables.releases[tables.releases["producer"] == producer]
    releases: list[Record] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    chosen = [one["release"] for one in releases]
    rows = tables.searches if producer is None else tables.searches.filter(ibis._.producer == producer)
    states = _states(tables, chosen)
    by_text = _by_text(tables, rows)
    numbers: dict[str, Record] = defaultdict(dict)
    for counted in (_numbers(rows), _text_numbers(by_text), _overlap(tables, chosen)):
        for record in _records(counted):
            numbers[record.pop("release")].update(record)
    logs = {one["release"]: log_of(one) for one in releases}
    switches, agencies = find_switches(rows, tables.reasons)
    return Facts(
        releases=releases,
        numbers=numbers,
        days=_days(rows),
        states=states,
        rejects=_grouped(_rejects(tables, chosen), ["column", "why", "rows", "first_row"]),
        forms=_grouped(_forms(rows), ["searched_at_basis", "searched_at_form", "rows", "on_cut_day"]),
        months=_months(rows, logs, [one for one, column, _ in states if column == "search_type"]),
        switches=switches,
        agencies=agencies,
        tops={
            row["release"]: (row["text"], int(row["rows"]), int(row["known"])) for row in _records(_tops(by_text))
        },
    )  # fmt: skip


def _records(table: ir.Table) -> list[Record]:
    found: list[Record] = table.to_pyarrow().to_pylist()
    return found


def _grouped(table: ir.Table, columns: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for record in _records(table):
        found[record["release"]].append(tuple(record[name] for name in columns))
    return found


def _numbers(rows: ir.Table) -> ir.Table:
    before, after = (period.holds(rows) for period in find_periods("inauguration").periods)
    day = rows.searched_at.cast("timestamp")
    in_lost_weeks = (day >= ibis.timestamp(NO_DEVICES_FROM)) & (day < ibis.timestamp(NO_DEVICES_TO))
    return rows.group_by("release").agg(
        rows=rows.count(),
        before=rows.count(where=before),
        after=rows.count(where=after),
        no_agency=rows.count(where=rows.searching_agency.isnull()),
        own=rows.count(where=rows.is_own_search),
        zero_devices=rows.count(where=rows.devices_count == 0),
        lost_devices=rows.count(where=rows.devices_count.isnull() & in_lost_weeks),
    )


def _by_text(tables: Tables, rows: ir.Table) -> ir.Table:
    """Rows by release and reason, with what the table `reasons` says of it and whether a value was picked."""
    texts = tables.reasons.select("reason_id", "reason", "offense_type", "category", "is_exported", "is_overwritten")
    counted = rows.group_by(["release", "reason_id"]).agg(rows=rows.count())
    joined = counted.join(texts, "reason_id")
    return joined.mutate(is_picked=picks_value(joined))


def _text_numbers(by_text: ir.Table) -> ir.Table:
    def rows(where: ir.BooleanValue) -> ir.Value:
        return by_text.rows.sum(where=where).fill_null(0)

    return by_text.group_by("release").agg(
        blank=rows(by_text.category == "blank"),
        withheld=rows(by_text.category == "withheld"),
        overwritten=rows(by_text.is_overwritten),
        picked=rows(by_text.is_picked),
        not_picked=rows(~by_text.is_picked & by_text.is_exported & by_text.category.notin(NOT_LEGIBLE)),
    )


def _tops(by_text: ir.Table) -> ir.Table:
    """The commonest legible reason of each release, capitals and an empty detail aside: columns text, rows, known."""
    legible = by_text.is_exported & by_text.reason.notnull()
    read = by_text.filter(legible & (by_text.category.notin(NOT_LEGIBLE) | by_text.is_overwritten))
    plain = read.reason.lower().re_replace(r"\s+", " ").strip().re_replace(r" [-\x{2013}\x{2014}]$", "")
    counted = read.mutate(text=plain).group_by(["release", "text"]).agg(rows=lambda t: t.rows.sum())
    whole = ibis.window(group_by="release")
    rank = ibis.row_number().over(ibis.window(group_by="release", order_by=[ibis.desc("rows"), "text"]))
    return counted.mutate(known=counted.rows.sum().over(whole), rank=rank).filter(lambda t: t["rank"] == 0)


def _overlap(tables: Tables, chosen: list[str]) -> ir.Table:
    """Rows whose search also stands in another release, and in one of the same producer but of another kind."""
    searches = tables.searches
    held = searches.select("search_key", "release", "producer", "kind").distinct()
    where = held.group_by("search_key").agg(releases=held.count()).filter(ibis._.releases > 1)
    own = held.filter(held.producer.notnull())
    kinds = own.group_by(["search_key", "producer"]).agg(kinds=own.kind.nunique()).filter(ibis._.kinds > 1)
    rows = searches.filter(searches.release.isin(chosen)).select("release", "search_key", "producer")
    shared = rows.semi_join(where, "search_key")
    twice = kinds.select(known_key="search_key", known_producer="producer", is_twice=True)
    same = (shared.search_key == twice.known_key) & (shared.producer == twice.known_producer)
    joined = shared.left_join(twice, same)
    return joined.group_by("release").agg(shared=joined.count(), other_kind=joined.count(where=joined.is_twice))


def _days(rows: ir.Table) -> dict[str, dict[dt.date, int]]:
    found: dict[str, dict[dt.date, int]] = defaultdict(dict)
    for record in _records(rows.group_by(["release", "local_date"]).agg(rows=rows.count())):
        found[record["release"]][record["local_date"]] = record["rows"]
    return dict(found)


def _forms(rows: ir.Table) -> ir.Table:
    by = ["release", "searched_at_basis", "searched_at_form"]
    on_cut_day = rows.count(where=rows.local_date == ibis.literal(CUT_DAY, "date"))
    return rows.group_by(by).agg(rows=rows.count(), on_cut_day=on_cut_day).order_by(by)


def _rejects(tables: Tables, chosen: list[str]) -> ir.Table:
    bad = tables.rejects.filter(tables.rejects.release.isin(chosen))
    counted = bad.group_by(["release", "column", "why"]).agg(rows=bad.count(), first_row=bad.row.min())
    return counted.order_by(["release", counted.rows.desc(), "why"])


def _states(tables: Tables, chosen: list[str]) -> dict[tuple[str, str, str], tuple[int, int]]:
    stored = Store(tables.workspace.store).parts(tables.con, "cell_states")
    found = stored.filter(stored.release.isin(chosen))
    return {
        (one["release"], one["column"], one["state"]): (int(one["rows"]), int(one["first_row"]))
        for one in _records(found)
    }


def _months(rows: ir.Table, logs: dict[str, str], with_type: list[str]) -> dict[str, dict[str, dict[str, int]]]:
    """Log → month → label → rows, of the releases that have the column."""
    typed = rows.filter(rows.release.isin(sorted(set(with_type)))) if with_type else rows.limit(0)
    month = typed.mutate(month=typed.local_date.strftime("%Y-%m"), label=typed.search_type.fill_null(""))
    frame = month.group_by(["release", "month", "label"]).agg(rows=month.count()).to_pandas()
    summed = frame.assign(log=frame["release"].map(logs)).groupby(["log", "month", "label"])["rows"].sum()
    found: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for (log, name, label), number in summed.items():
        found[log][name][label] = int(number)
    return found
