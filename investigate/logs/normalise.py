"""From the table `raw` to searches, rejects and fixes: what each cell means, once for every layout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from investigate import engine, privacy
from investigate.columns import SEARCHES
from investigate.logs import layouts
from investigate.logs.whose import Whose

EXCEL_NUMBER = r"^(-?\d+)\.0$"
EXCEL_DAY = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?$"
EARLIEST = "2010-01-01"  # before it no system of this kind kept such logs

# UTF-8 that was read as Windows-1252 on its way, and what it was.
# What is typed where there is no case number, after signs and blanks were taken out.
NO_CASE = r"^(0+|1|1234?5?|N|NA|NO|NONE|NOCASE|NULL|NAN|TBD|UNK|UNKNOWN|PENDING|TEST|OTHER|X+)$"

MOJIBAKE = {"â€™": "’", "â€˜": "‘", "â€œ": "“", "â€“": "–", "â€”": "—", "Â§": "§", "Â ": " "}

TEXT_COLUMNS = (
    "user",
    "org",
    "plate",
    "reason",
    "offense_type",
    "case_number",
    "filters",
    "text_prompt",
    "moderation",
)
PRIVATE_COLUMNS = frozenset({"user", "plate", "case_number", "filters", "text_prompt", "moderation", "reason"})


@dataclass(frozen=True)
class Shape:
    """All that decides how a release's cells are read, beside their text: releases of one shape share queries.

    What differs between them is set on the connection (`set_release`) and named in the queries.
    """

    kind: str
    columns: tuple[str, ...]
    times: tuple[str, ...]
    is_zone_given: bool

    @property
    def has_reason(self) -> bool:
        return "reason" in self.columns


def set_release(con: Backend, release: str, whose: Whose, given_timezone: str | None, key: bytes) -> None:
    """Say which release the next queries of this connection are about; `key` is the workspace's secret."""
    engine.set_values(
        con,
        release=release,
        producer=whose.producer,
        own_name=whose.own_name,
        timezone=whose.timezone,
        given_timezone=given_timezone,
        **privacy.pads(key),
    )


def read_cells(raw: ir.Table, shape: Shape) -> ir.Table:
    """The table `raw` with every cell read: typed columns beside the raw ones, and `status` loaded, rejected
    or blank with `bad_column`, `bad_value` and `why` for the rejected."""
    absent = [column for column in layouts.SPELLINGS if f"raw_{column}" not in raw.columns]
    mended = {column: _mend(raw[f"raw_{column}"]) for column in TEXT_COLUMNS if column not in absent}
    nothing = {column: ibis.null("string") for column in TEXT_COLUMNS if column in absent}
    if "reason" in mended:
        mended["reason"] = _damaged_to_note(mended["reason"])
    full = raw.mutate(**{f"raw_{column}": ibis.null("string") for column in absent}, **mended, **nothing)
    return _judge(_read_times(full, shape), raw_columns(raw))


def raw_columns(table: ir.Table) -> list[str]:
    """The columns that hold cells as released."""
    return [name for name in table.columns if name.startswith("raw_")]


def _mend(cell: ir.StringValue) -> ir.StringValue:
    """Text as it was meant: numbers of Excel's making without `.0`, mojibake repaired."""
    text = cell.re_replace(EXCEL_NUMBER, r"\1")
    whole = text
    for broken, meant in MOJIBAKE.items():
        whole = whole.replace(broken, meant)
    # Nearly every cell holds none of these signs; a look at two letters is cheaper than seven replacements.
    return (text.contains("â€") | text.contains("Â")).ifelse(whole, text)


def _count(cell: ir.StringValue) -> ir.IntegerValue:
    """A whole number; the engine's own cast would round 12.6 and read 1e3."""
    return cell.replace(",", "").re_extract(r"^(\d+)(\.0)?$", 1).nullif("").try_cast("int64")


def _read_time(cell: ir.StringValue, shape: Shape) -> ir.TimestampValue:
    """An instant from a cell that states UTC, or that is local time if a zone was given, or else taken as UTC."""
    text = cell.re_replace("[\u00a0\u202f]", " ")
    local = engine.try_strptime(text.re_replace(r"\s*(UTC|Z)$", ""), ibis.array(list(shape.times)))
    utc = local.cast("timestamp('UTC')")
    if not shape.is_zone_given:
        return utc
    return _states_utc(text).ifelse(utc, engine.local_to_utc(engine.value("given_timezone"), local))


def _states_utc(cell: ir.StringValue) -> ir.BooleanValue:
    return cell.re_search(r"(UTC|Z)$")


def _read_times(table: ir.Table, shape: Shape) -> ir.Table:
    frame = table.raw_time_frame.replace(" to ", "\n").split("\n")
    start = ibis.coalesce(table.raw_time_frame_start, frame[0].strip())
    end = ibis.coalesce(table.raw_time_frame_end, frame[1].strip())
    basis = "given" if shape.is_zone_given else "assumed"
    return table.mutate(
        searched_at=_read_time(table.raw_searched, shape),
        searched_at_basis=_states_utc(table.raw_searched).ifelse("stated", basis),
        window_start_at=_read_time(start, shape),
        window_end_at=_read_time(end, shape),
    )


def _judge(table: ir.Table, present: list[str]) -> ir.Table:
    """Which records are blank, which cannot be read, and why."""
    # A record that could not be split has no cells either, and is no blank one.
    is_blank = table.misshapen.isnull() & ibis.coalesce(*(table[name] for name in present)).isnull()
    time_text = table.raw_searched
    is_header = time_text.lower().replace("_", " ").isin(layouts.SPELLINGS["searched"])
    too_early = table.searched_at < ibis.timestamp(EARLIEST).cast("timestamp('UTC')")
    too_late = table.searched_at > ibis.now() + ibis.interval(days=1)
    why = ibis.cases(
        (table.misshapen.notnull(), table.misshapen),
        (is_header, "the header again, in the middle of the file"),
        (time_text.isnull(), "no time of search"),
        (table.searched_at.isnull(), "not a time in any form of this layout"),
        (too_early, f"a time before {EARLIEST}"),
        (too_late, "a time that has not come yet"),
        else_=ibis.null("string"),
    )
    judged = table.mutate(why=is_blank.ifelse(ibis.null("string"), why), is_blank=is_blank)
    return judged.mutate(
        status=ibis.cases((judged.is_blank, "blank"), (judged.why.notnull(), "rejected"), else_="loaded"),
        bad_column=judged.misshapen.isnull().ifelse("searched_at", "(whole record)"),
        bad_value=judged.misshapen.isnull().ifelse(judged.raw_searched.substr(0, 200), ibis.null("string")),
    )


def to_searches(cells: ir.Table, shape: Shape) -> ir.Table:
    """The canonical table `searches` from the loaded records; columns as declared in `columns.py`, with
    `reason`, `offense_type` and `case_text` still in it for the reasons to be taken out."""
    loaded = cells.filter(cells.status == "loaded")
    agency = _agency(loaded, shape)
    owner = engine.value("producer") if shape.kind == "network" else ibis.null("string")
    named = loaded.mutate(searching_agency=agency, camera_owner=owner, networks_count=_count(loaded.raw_networks))
    case = _spoken(named.case_number)
    case_text = privacy.mask_digits(case)
    reason = named.reason
    full = named.mutate(
        release=engine.value("release"),
        row=named.record,
        producer=engine.value("producer"),
        kind=ibis.literal(shape.kind),
        is_own_search=named.searching_agency.lower() == named.camera_owner.lower(),
        search_id=_spoken(named.raw_search_id),
        search_key=_search_key(named),
        local_date=engine.utc_to_local(engine.value("timezone"), named.searched_at).date(),
        devices_count=_count(named.raw_devices),
        search_type=named.raw_search_type,
        reason=reason,
        case_text=case_text,
        is_exported=ibis.literal(shape.has_reason),
        reason_id=_reason_id(reason, named.offense_type, case_text, shape),
        case_key=_case_key(case, _spoken(reason), named.offense_type),
        user_token=privacy.token(_spoken(named.user)),
        plate_token=privacy.token(_spoken(named.plate).upper()),
    )
    return full.select(*SEARCHES.names, "reason", "offense_type", "case_text", "is_exported")


def _agency(loaded: ir.Table, shape: Shape) -> ir.StringValue:
    """Who searched. Without an agency in the row it is the producer, unless the release is a network audit; a
    stray row of another agency keeps its own."""
    stated = _spoken(loaded.org).re_replace(r"\s+", " ")
    if shape.kind == "network":
        return stated
    is_own = (stated.lower() == engine.value("own_name").lower()).fill_null(True)
    return is_own.ifelse(ibis.coalesce(engine.value("producer"), stated), stated)


def _spoken(cell: ir.StringValue) -> ir.StringValue:
    """The cell, or NULL when something says that its value was withheld."""
    return cell.re_search(layouts.WITHHELD).ifelse(ibis.null("string"), cell)


def _damaged_to_note(reason: ir.StringValue) -> ir.StringValue:
    """A reason that a spreadsheet turned into a day can no longer be read; it must not look like a typed one."""
    return reason.re_search(EXCEL_DAY).ifelse("(damaged: made a date by a spreadsheet program)", reason)


def _search_key(table: ir.Table) -> ir.StringValue:
    """Never from plate or reason: redaction differs between releases of the same search."""
    agency = ibis.coalesce(table.searching_agency.lower(), "release " + engine.value("release"))
    parts = [
        table.searched_at.epoch_seconds().cast("string"),
        table.networks_count.cast("string"),
        table.window_start_at.epoch_seconds().cast("string"),
        table.window_end_at.epoch_seconds().cast("string"),
    ]
    event = agency
    for part in parts:
        event = event + "|" + part.fill_null("")
    search_id = _spoken(table.raw_search_id).lower()
    return engine.short_key(search_id.isnull().ifelse("event|" + event, "id|" + search_id))


def _reason_id(reason: ir.StringValue, offense: ir.StringValue, case: ir.StringValue, shape: Shape) -> ir.StringValue:
    joined = ibis.literal("1" if shape.has_reason else "0")
    for part in (reason, offense, case):
        joined = joined + "\x1f" + part.fill_null("")
    return engine.short_key(joined)


def _case_key(case: ir.StringValue, reason: ir.StringValue, offense: ir.StringValue) -> ir.StringValue:
    letters = case.upper().re_replace(r"[^A-Z0-9]", "").nullif("")
    number = letters.re_search(NO_CASE).ifelse(ibis.null("string"), letters)
    stated = (offense.fill_null("") + "|" + reason.fill_null("")).lower().nullif("|")
    return ibis.coalesce("case " + privacy.token(number), "reason " + engine.short_key(stated))


def to_identifiers(cells: ir.Table) -> ir.Table:
    """The table `identifiers`: what identifies people, as released, for who asked to keep it."""
    loaded = cells.filter(cells.status == "loaded")
    return loaded.select(
        release=engine.value("release"),
        row=loaded.record,
        user=loaded.user,
        plate=loaded.plate,
        case_number=loaded.case_number,
    )


def to_rejects(cells: ir.Table) -> ir.Table:
    """The table `rejects`, one row a record that could not be read."""
    bad = cells.filter(cells.status == "rejected")
    return bad.select(
        release=engine.value("release"),
        row=bad.record,
        column=bad.bad_column,
        value=bad.bad_value,
        why=bad.why,
    )


def count_cells(cells: ir.Table) -> ir.Table:
    """One row: `records` loaded, rejected, blank and `distinct` among the loaded, the `first` and `last` search, and
    for each text column that the file has, in how many loaded records its cell was `mended_…`."""
    is_loaded = cells.status == "loaded"
    whole = engine.row_hash(ibis.literal("\x1f").join([cells[name].fill_null("") for name in raw_columns(cells)]))
    mended = {
        f"mended_{column}": (~cells[column].identical_to(cells[f"raw_{column}"]) & is_loaded).sum()
        for column in TEXT_COLUMNS
    }
    return cells.agg(
        rows_loaded=is_loaded.sum(),
        rows_rejected=(cells.status == "rejected").sum(),
        rows_blank=(cells.status == "blank").sum(),
        distinct=whole.nunique(where=is_loaded),
        first_searched_at=cells.searched_at.min(where=is_loaded),
        last_searched_at=cells.searched_at.max(where=is_loaded),
        **mended,
    )


def to_fixes(cells: ir.Table, changed: Iterable[str]) -> ir.Table:
    """The table `fixes`, one row a mended cell of the `changed` columns; private cells are named, not shown."""
    loaded = cells.filter(cells.status == "loaded")
    return ibis.union(*(fixes for column in changed for fixes in _fixes_of(loaded, column)))


def _fixes_of(loaded: ir.Table, column: str) -> list[ir.Table]:
    raw = loaded[f"raw_{column}"]
    kinds = {
        "number made by a spreadsheet turned back into text": raw.re_search(EXCEL_NUMBER),
        "wrongly encoded characters repaired": ibis.or_(*(raw.contains(wrong) for wrong in MOJIBAKE)),
    }
    if column == "reason":
        kinds["reason made a date by a spreadsheet: marked as damaged, not classified"] = raw.re_search(EXCEL_DAY)
    hidden = ibis.null("string")
    return [
        loaded.filter(when).select(
            release=engine.value("release"),
            row=loaded.record,
            column=ibis.literal(column),
            fix=ibis.literal(fix),
            raw_value=hidden if column in PRIVATE_COLUMNS else raw,
            value=hidden if column in PRIVATE_COLUMNS else loaded[column],
        )
        for fix, when in kinds.items()
    ]
