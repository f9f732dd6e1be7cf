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
from investigate.logs.cells import EXCEL_DAY, EXCEL_NUMBER, named_agency, spoken, stated_id, whole_number
from investigate.logs.times import Clock, read_times
from investigate.logs.whose import Whose

EARLIEST = "2010-01-01"  # before it no system of this kind kept such logs

# Cameras were wrongly counted as 0 for most searches in these weeks (field notes on formats, section 7).
NO_DEVICES_FROM, NO_DEVICES_TO = "2024-12-17", "2025-02-06"

# What is typed where there is no case number, after signs and blanks were taken out.
NO_CASE = r"^(0+|1|1234?5?|N|NA|NO|NONE|NOCASE|NULL|NAN|TBD|UNK|UNKNOWN|PENDING|TEST|OTHER|X+)$"

# The vendor puts these beside an agency's name in some exports and not in others.
STATUS_TAG = r"\[(federal|inactive|deactivated|turned off)\]"

# UTF-8 that was read as Windows-1252 on its way, and what it was.
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
    clock: Clock

    @property
    def has_reason(self) -> bool:
        return "reason" in self.columns


def set_release(
    con: Backend, release: str, whose: Whose, given_timezone: str | None, overwritten: str | None, key: bytes
) -> None:
    """Say which release the next queries of this connection are about; `key` is the workspace's secret.

    `overwritten`: the one text, in lower case, that fills nearly the whole column of reasons, if one does.
    """
    engine.set_values(
        con,
        release=release,
        producer=whose.producer,
        own_name=whose.own_name,
        timezone=whose.timezone,
        given_timezone=given_timezone,
        overwritten=overwritten,
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
    return _judge(read_times(full, shape.clock), raw_columns(raw))


def raw_columns(table: ir.Table) -> list[str]:
    """The columns that hold cells as released."""
    return [name for name in table.columns if name.startswith("raw_")]


def _mend(cell: ir.StringValue) -> ir.StringValue:
    """Text as it was meant: numbers of Excel's making without `.0`, mojibake repaired."""
    text = cell.endswith(".0").ifelse(cell.re_replace(EXCEL_NUMBER, r"\1"), cell)
    whole = text
    for broken, meant in MOJIBAKE.items():
        whole = whole.replace(broken, meant)
    # Nearly every cell holds none of these signs; a look at two letters is cheaper than seven replacements.
    return (text.contains("â€") | text.contains("Â")).ifelse(whole, text)


def _judge(table: ir.Table, present: list[str]) -> ir.Table:
    """Which records are blank, which cannot be read, and why."""
    # A record that could not be split has no cells either, and is no blank one.
    is_blank = table.misshapen.isnull() & ibis.coalesce(*(table[name] for name in present)).isnull()
    time_text = ibis.coalesce(table.raw_searched, table.raw_searched_date)
    is_header = time_text.lower().replace("_", " ").isin(layouts.SPELLINGS["searched"])
    too_early = table.searched_at < ibis.timestamp(EARLIEST).cast("timestamp('UTC')")
    too_late = table.searched_at > ibis.now() + ibis.interval(days=1)
    is_sound = table.misshapen.isnull() & ~too_early & ~too_late
    why = ibis.cases(
        (is_sound, ibis.null("string")),  # nearly every record: what follows is asked of the others alone
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
        bad_value=judged.misshapen.isnull().ifelse(time_text.substr(0, 200), ibis.null("string")),
    )


def to_searches(cells: ir.Table, shape: Shape) -> ir.Table:
    """The canonical table `searches` from the loaded records; columns as declared in `columns.py`."""
    loaded = cells.filter(cells.status == "loaded")
    agency = _agency(loaded, shape)
    owner = engine.value("producer") if shape.kind == "network" else ibis.null("string")
    named = loaded.mutate(searching_agency=agency, camera_owner=owner, networks_count=whole_number(loaded.raw_networks))
    case = spoken(named.case_number)
    case_text = privacy.mask_digits(case)
    reason = named.reason
    is_overwritten = _is_overwritten(reason)
    event_key = _event_key(named)
    search_id = stated_id(named.raw_search_id)
    full = named.mutate(
        release=engine.value("release"),
        row=named.record,
        producer=engine.value("producer"),
        kind=ibis.literal(shape.kind),
        is_own_search=named.searching_agency.lower() == named.camera_owner.lower(),
        search_id=search_id,
        search_key=search_id.isnull().ifelse(event_key, engine.short_key("id|" + search_id.lower())),
        event_key=event_key,
        local_date=engine.utc_to_local(engine.value("timezone"), named.searched_at).date(),
        devices_count=_devices(named),
        search_type=named.raw_search_type,
        reason=reason,
        reason_id=_reason_id(reason, named.offense_type, case_text, is_overwritten, shape),
        case_key=_case_key(case, is_overwritten.ifelse(ibis.null("string"), spoken(reason)), named.offense_type),
        user_token=privacy.token(spoken(named.user)),
        plate_token=privacy.token(spoken(named.plate).upper()),
    )
    return full.select(*SEARCHES.names)


def to_texts(cells: ir.Table, shape: Shape) -> ir.Table:
    """The distinct reasons of the loaded records, in the order of their ids, each worked out once."""
    loaded = cells.filter(cells.status == "loaded")
    said = loaded.select("reason", "offense_type", "case_number").distinct()
    case_text = privacy.mask_digits(spoken(said.case_number))
    is_overwritten = _is_overwritten(said.reason)
    texts = said.mutate(
        case_text=case_text,
        is_exported=ibis.literal(shape.has_reason),
        is_overwritten=is_overwritten,
        reason_id=_reason_id(said.reason, said.offense_type, case_text, is_overwritten, shape),
    )
    return texts.drop("case_number").distinct().order_by("reason_id")


def _is_overwritten(reason: ir.StringValue) -> ir.BooleanValue:
    return (reason.lower() == engine.value("overwritten")).fill_null(False)


def _devices(table: ir.Table) -> ir.IntegerValue:
    """How many cameras; NULL for the zeros of the weeks in which the vendor recorded none."""
    devices = whole_number(table.raw_devices)
    day = table.searched_at.cast("timestamp")
    is_lost = (devices == 0) & (day >= ibis.timestamp(NO_DEVICES_FROM)) & (day < ibis.timestamp(NO_DEVICES_TO))
    return is_lost.ifelse(ibis.null("int64"), devices)


def _agency(loaded: ir.Table, shape: Shape) -> ir.StringValue:
    """Who searched. Without an agency in the row it is the producer, unless the release is a network audit; a
    stray row of another agency keeps its own."""
    stated = named_agency(loaded.org)
    if shape.kind == "network":
        return stated
    is_own = (stated.lower() == engine.value("own_name").lower()).fill_null(True)
    return is_own.ifelse(ibis.coalesce(engine.value("producer"), stated), stated)


def _damaged_to_note(reason: ir.StringValue) -> ir.StringValue:
    """A reason that a spreadsheet turned into a day can no longer be read; it must not look like a typed one."""
    is_day = reason.contains(":") & reason.re_search(EXCEL_DAY)  # few reasons hold a colon
    return is_day.ifelse("(damaged: made a date by a spreadsheet program)", reason)


def _event_key(table: ir.Table) -> ir.StringValue:
    """What tells searches apart that have no id. Never from plate or reason: redaction differs between releases of
    the same search."""
    agency = ibis.coalesce(_one_spelling(table.searching_agency), "release " + engine.value("release"))
    parts = [
        _seconds(table.searched_at),
        table.networks_count.cast("string"),
        _seconds(table.window_start_at),
        _seconds(table.window_end_at),
    ]
    event = "event|" + agency
    for part in parts:
        event = event + "|" + part.fill_null("")
    alone = "row|" + engine.value("release") + "|" + table.record.cast("string")
    return engine.short_key(_is_untold(table).ifelse(alone, event))


def _seconds(instant: ir.TimestampValue) -> ir.StringValue:
    """Seconds since 1970 as keys have them: `1735689600.0`. The engine is slow to write a number with a fraction, and
    nearly all have none."""
    whole = engine.epoch_us(instant)
    is_whole = whole % 1_000_000 == 0
    return is_whole.ifelse((whole // 1_000_000).cast("string") + ".0", instant.epoch_seconds().cast("string"))


def _one_spelling(agency: ir.StringValue) -> ir.StringValue:
    """The same for spellings that differ in capitals, blanks, apostrophes, damaged letters or the vendor's tags."""
    lower = agency.lower()
    untagged = lower.contains("[").ifelse(lower.re_replace(STATUS_TAG, ""), lower).replace(" ", "")
    # Looked for before they are taken out: few names hold more than letters, digits and blanks.
    plain = untagged.re_search("[^a-z0-9]").ifelse(untagged.re_replace("[^a-z0-9]+", ""), untagged)
    return ibis.coalesce(plain.nullif(""), lower)


def _is_untold(table: ir.Table) -> ir.BooleanValue:
    """Whether too little is known of a record to take another one for the same search: its day alone, or its minute
    (its second is 0) without networks and period searched. All searches of a day would be one."""
    has_more = ibis.coalesce(
        whole_number(table.raw_networks).cast("string"), table.raw_time_frame, table.raw_time_frame_start
    )
    is_minute = engine.epoch_us(table.searched_at) % 60_000_000 < 1_000_000
    return (table.searched_at_form == "day") | is_minute.ifelse(has_more.isnull(), False)


def _reason_id(
    reason: ir.StringValue, offense: ir.StringValue, case: ir.StringValue, overwritten: ir.BooleanValue, shape: Shape
) -> ir.StringValue:
    joined = overwritten.ifelse("2", "1" if shape.has_reason else "0")
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
    """One row: `records` loaded, rejected, blank and `distinct` among the loaded, those with an id of their own, the
    `first` and `last` search, and for each text column that the file has, in how many loaded records its cell was
    `mended_…`."""
    is_loaded = cells.status == "loaded"
    whole = engine.row_hash(ibis.literal("\x1f").join([cells[name].fill_null("") for name in raw_columns(cells)]))
    day = ibis.coalesce(cells.raw_searched_date, cells.raw_searched)
    mended = {
        f"mended_{column}": (~cells[column].identical_to(cells[f"raw_{column}"]) & is_loaded).sum()
        for column in TEXT_COLUMNS
    }
    return cells.agg(
        rows_loaded=is_loaded.sum(),
        rows_rejected=(cells.status == "rejected").sum(),
        rows_blank=(cells.status == "blank").sum(),
        distinct=whole.nunique(where=is_loaded),
        rows_with_id=(stated_id(cells.raw_search_id).notnull() & is_loaded).sum(),
        rows_numbered=(cells.raw_search_id.re_search(layouts.NO_ID) & is_loaded).sum(),
        # Such a day is never loaded: it is no time in any form, or one of the first century.
        rows_day_first=is_loaded.ifelse(False, day.re_search(layouts.DAY_FIRST)).sum(),
        rows_month_first=day.re_search(layouts.MONTH_FIRST).any(),
        rows_untold=(is_loaded & stated_id(cells.raw_search_id).isnull() & _is_untold(cells)).sum(),
        rows_day=(is_loaded & (cells.searched_at_form == "day")).sum(),
        rows_local=(is_loaded & (cells.searched_at_basis == "assumed_local") & (cells.searched_at_form != "day")).sum(),
        rows_utc=(is_loaded & (cells.searched_at_basis == "assumed_utc") & (cells.searched_at_form != "day")).sum(),
        first_searched_at=cells.searched_at.min(where=is_loaded),
        last_searched_at=cells.searched_at.max(where=is_loaded),
        **mended,
    )


def top_reason(raw: ir.Table) -> ir.Table:
    """One row: the most frequent `reason` in lower case, in how many records it stands (`times`), and in how many any
    reason stands (`known`)."""
    reason = _mend(raw.raw_reason).lower()
    legible = raw.select(reason=reason).filter(spoken(reason).notnull())
    by_text = legible.group_by("reason").agg(times=legible.count())
    return by_text.mutate(known=by_text.times.sum().over(ibis.window())).order_by(by_text.times.desc()).limit(1)


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
    else:
        kinds["made a date by a spreadsheet: kept as it stands"] = raw.re_search(EXCEL_DAY)
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
