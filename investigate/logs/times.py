"""When a search was made: from the cell as released to an instant, and how sure that is.

Most cells state UTC in the layout's own form. What a spreadsheet program, a records officer or another tool made of
it is read too, and marked in `searched_at_form` and `searched_at_basis`.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from investigate import engine
from investigate.logs import layouts

EXCEL_EPOCH = "1899-12-30"
SERIAL = r"^[2-6]\d{4}(\.\d+)?$"  # a spreadsheet's count of days: 1954 to 2091
CLOCK = r"^1899-12-3[01] "  # the day that a spreadsheet puts before a time of day
ZERO_ZONE = r"(?i)(UTC|GMT|Z|\d[+-]00:?00)\)?$"
OFFSET = r":\d\d(?:\.\d+)? ?([+-]\d\d):?(\d\d)?$"
# Standard and daylight time of the United States, in hours from UTC.
_REMADE = (*layouts.RESAVED_TIMES, *layouts.AUDIT_TIMES, *layouts.PORTAL_TIMES)
ZONE_NAMES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}


@dataclass(frozen=True)
class Clock:
    """How the times of a release are written, and what those are that state no zone.

    `zone`: `utc` (portals: always), `given` (by the person who loads it), `assumed_utc` or `assumed_local`.
    `only_exported`: read the vendor's own form and no other. Nearly every file holds no other, and the engine takes
    ten times as long to plan for all of them.
    """

    forms: tuple[str, ...]
    zone: str
    is_utc_in_header: bool = False
    is_zone_known: bool = True  # of the release; where it is not, its days are days of UTC
    only_exported: bool = False


def read_times(table: ir.Table, clock: Clock) -> ir.Table:
    """Add searched_at, searched_at_basis, searched_at_form, window_start_at and window_end_at."""
    read = _Exported if clock.only_exported else _Any
    # Midnight without a column for the day is what a spreadsheet makes of a day; beside one it is a time.
    is_whole = table.raw_searched_date.isnull() | table.raw_searched.isnull()
    searched = read(_searched(table), clock) if clock.only_exported else _Any(_searched(table), clock, is_whole)
    start, end = _window(table)
    return table.mutate(
        searched_at=searched.instant,
        searched_at_basis=searched.basis,
        searched_at_form=searched.form,
        window_start_at=read(start, clock).instant,
        window_end_at=read(end, clock).instant,
    )


def has_other_times(table: ir.Table) -> ir.BooleanScalar:
    """Whether a cell of time could not be read, in a table that was read with `only_exported`."""
    start, end = _window(table)
    found = ((_searched(table), "searched_at"), (start, "window_start_at"), (end, "window_end_at"))
    return ibis.or_(*(text.notnull() & table[name].isnull() for text, name in found)).any()


def _searched(table: ir.Table) -> ir.StringValue:
    return _join_day(table.raw_searched_date, table.raw_searched)


def _window(table: ir.Table) -> tuple[ir.StringValue, ir.StringValue]:
    """The texts of the start and the end of the period that was searched."""
    whole = table.raw_time_frame
    frame = whole.contains(" to ").ifelse(whole.replace(" to ", "\n"), whole)
    first, second = (engine.split_part(frame, "\n", number).strip() for number in (1, 2))
    return ibis.coalesce(table.raw_time_frame_start, first), ibis.coalesce(table.raw_time_frame_end, second)


def _join_day(day: ir.StringValue, time: ir.StringValue) -> ir.StringValue:
    """One text of a day and a time of day that stand in two columns; a day alone stays one."""
    only_day = day.re_replace(r"[ T]00:00:00(\.0+)?$", "")
    only_time = time.re_replace(CLOCK, "")
    return day.isnull().ifelse(time, ibis.coalesce(only_day + " " + only_time, only_day))


class _Exported:
    """A cell of time in the vendor's own form: its instant, basis and form, as expressions."""

    def __init__(self, cell: ir.StringValue, clock: Clock) -> None:
        text = cell.re_replace("[\u00a0\u202f]", " ")
        bare = engine.try_strptime(text.re_replace(r"\s*(UTC|Z)$", ""), _list(clock.forms))
        # Nearly every cell is read by the whole form at once; the others are cleaned first.
        local = ibis.coalesce(engine.try_strptime(cell, _list(_with_zone(clock.forms))), bare)
        is_stated = cell.endswith("UTC") | cell.endswith("Z") | ibis.literal(clock.is_utc_in_header)
        self.instant = is_stated.ifelse(local.cast("timestamp('UTC')"), _unsaid(local, clock))
        self.basis = is_stated.ifelse("stated", _basis(clock))
        self.form = ibis.literal("exported")


def _with_zone(forms: tuple[str, ...]) -> tuple[str, ...]:
    """The forms as they are exported: with UTC behind the clocks of audits, with Z or nothing behind a portal's."""
    return tuple(form + ("Z" if "T" in form else "" if "-" in form else " UTC") for form in forms)


def _unsaid(local: ir.TimestampValue, clock: Clock) -> ir.TimestampValue:
    """The instant of a time that states no zone."""
    zone = {"given": "given_timezone", "assumed_local": "timezone"}.get(clock.zone)
    return engine.local_to_utc(engine.value(zone), local) if zone else local.cast("timestamp('UTC')")


def _basis(clock: Clock) -> str:
    return clock.zone if clock.zone != "utc" else "assumed_utc"


class _Any:
    """As `_Exported`, for a cell in any form."""

    def __init__(self, cell: ir.StringValue, clock: Clock, may_be_day: ir.BooleanValue | None = None) -> None:
        text = cell.re_replace("[\u00a0\u202f]", " ")
        bare = text.re_replace(r"\s*(UTC|Z)$", "")
        native = engine.try_strptime(bare, _list(clock.forms))
        remade = ibis.coalesce(engine.try_strptime(_without_zone(text), _list(_REMADE)), _serial(text))
        day = engine.try_strptime(bare, _list(layouts.DAYS))
        is_stated = text.re_search(ZERO_ZONE) | ibis.literal(clock.is_utc_in_header)
        shift = native.isnull().ifelse(_hours(text), ibis.null("float64"))
        is_midnight = ~is_stated & shift.isnull() & (remade == remade.truncate("D"))
        if may_be_day is not None:
            is_midnight = is_midnight & may_be_day
        is_day = native.isnull() & (remade.isnull() | is_midnight)
        local = ibis.coalesce(native, remade, day)
        utc = local.cast("timestamp('UTC')")
        shifted = engine.add_hours(utc, -shift)
        own = engine.local_to_utc(engine.value("timezone"), local)
        unsaid = _unsaid(local, clock)
        self.instant = ibis.cases((shift.notnull(), shifted), (is_stated, utc), (is_day, own), else_=unsaid)
        of_day = "given" if clock.zone == "given" else "assumed_local" if clock.is_zone_known else "assumed_utc"
        self.basis = ibis.cases((shift.notnull() | is_stated, "stated"), (is_day, of_day), else_=_basis(clock))
        self.form = ibis.cases((is_day, "day"), (native.notnull(), "exported"), else_="remade")


def _list(forms: tuple[str, ...]) -> ir.ArrayScalar:
    return ibis.array(list(dict.fromkeys(forms)))


def _without_zone(text: ir.StringValue) -> ir.StringValue:
    named = text.re_replace(r"(?i)\s*\(?(UTC|GMT|Z|[ECMP][SD]T)\)?$", "")
    local = named.re_replace(r"(:\d\d(?:\.\d+)?) ?[+-]\d\d(?::?\d\d)?$", r"\1")
    return local.re_replace(r"(\.\d{6})\d{1,3}$", r"\1")  # the engine reads no nanoseconds


def _hours(text: ir.StringValue) -> ir.FloatingValue:
    """Hours east of UTC that the cell states by a number or an American name; NULL where it states none."""
    hours, minutes = text.re_extract(OFFSET, 1), text.re_extract(OFFSET, 2)
    sign = hours.startswith("-").ifelse(-1.0, 1.0)
    stated = hours.try_cast("float64") + sign * minutes.try_cast("float64").fill_null(0) / 60
    name = text.upper().re_extract(r" \(?([ECMP][SD]T)\)?$", 1)
    by_name = ibis.cases(*((name == zone, float(hour)) for zone, hour in ZONE_NAMES.items()), else_=None)
    return ibis.coalesce(stated, by_name)


def _serial(text: ir.StringValue) -> ir.TimestampValue:
    """A spreadsheet's count of days since 1899-12-30, to the second."""
    days = text.re_search(SERIAL).ifelse(text.try_cast("float64"), ibis.null("float64"))
    return engine.add_seconds(ibis.timestamp(EXCEL_EPOCH), (days * 86_400).round().cast("int64"))
