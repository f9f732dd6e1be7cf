"""Checks of the records themselves: cut off, rejected, shifted, repeated, in several files."""

from __future__ import annotations

from investigate.quality.facts import Facts, Record
from investigate.quality.wording import (
    FAIL,
    WARN,
    Said,
    count_of,
    judged,
    listed,
    not_checked,
    of_rows,
    passed,
    share_of,
)

# Numbers of records at which exports and programs are known to stop, with where that is known from.
LIMITS = {
    1_048_575: "a worksheet holds no more below its header (Excel; seen in a release of Simpsonville SC)",
    1_048_576: "a worksheet holds no more (Excel)",
    1_048_574: "a worksheet holds no more below a title and a header (Excel)",
    1_000_000: "exports stop there (seen in three releases of Denver CO)",
    999_999: "exports of a million records stop there when the header is counted",
    65_536: "an old worksheet holds no more (Excel to 2003)",
    65_535: "an old worksheet holds no more below its header (Excel to 2003)",
    20_000: "exports stop there (seen in a release of Redwood City CA)",
    19_999: "exports of 20,000 records stop there when the header is counted",
}
ROUND = 10_000
MANY_REJECTED, MANY_SHIFTED = 0.05, 0.01
TYPED_COLUMNS = {
    "networks": "number of networks",
    "devices": "number of devices",
    "searched": "time of search",
    "time_frame": "time frame",
    "time_frame_start": "start of the time frame",
    "time_frame_end": "end of the time frame",
    "org": "agency",
    "search_type": "search type",
}
HEADER_AGAIN = "the header again"  # as `why` of rejects begins
WHOLE_RECORD = "(whole record)"  # the column of rejects whose number of cells is wrong


def check_truncated(one: Record, facts: Facts) -> Said:
    """Whether the number of records is one at which exports stop."""
    del facts
    records = int(one["rows_read"])
    if not records:
        return not_checked("The file holds no records.")
    limit = LIMITS.get(records)
    if limit is None and records % ROUND:
        return passed(f"{count_of(records, 'record')}: not a number at which exports are known to stop.")
    why = limit or "a round number, which is more often a limit than chance"
    return Said(
        FAIL if limit else WARN,
        f"The file holds exactly {records:,} records: {why}.",
        "The rest is probably missing. Nothing may be compared before and after until it is there, and no count from "
        "this file is a total.",
        "Ask the agency how many searches its audit shows for these days, and for the rest in files of fewer days.",
    )


def check_rejected(one: Record, facts: Facts) -> Said:
    """Records that could not be read."""
    rejected, records = int(one["rows_rejected"]), int(one["rows_read"])
    if not records:
        return not_checked("The file holds no records.")
    if not rejected:
        return passed("Every record could be read.")
    whys: dict[str, int] = {}
    for _, why, rows, _ in facts.rejects[one["release"]]:
        whys[why] = whys.get(why, 0) + rows
    most = max(whys, key=lambda why: (whys[why], why))
    return judged(
        rejected / records,
        MANY_REJECTED,
        f"{of_rows(rejected, records)} could not be read, most often: {most} ({whys[most]:,}).",
        "Counts leave these records out and are too low by up to as many.",
        "Ask the agency for the file as the system exports it, not opened or saved in another program.",
    )


def check_shift(one: Record, facts: Facts) -> Said:
    """Cells that are not of the kind that their column holds."""
    release, records = one["release"], int(one["rows_read"]) - int(one["rows_blank"])
    typed = [column for column in TYPED_COLUMNS if column in facts.columns.get(release, ())]
    if not records:
        return not_checked("The file holds no records.")
    if not typed:
        return not_checked("The file has no column of numbers, times, agencies or search types to tell by.")
    wrong = _unreadable(facts, release, typed)
    misshapen = [(rows, first) for column, _, rows, first in facts.rejects[release] if column == WHOLE_RECORD]
    if not wrong and not misshapen:
        named = listed([TYPED_COLUMNS[column] for column in typed])
        return passed(f"Every cell is of the kind that its column holds ({named}).")
    uneven = sum(rows for rows, _ in misshapen)
    shifted = uneven + max((rows for rows, _ in wrong.values()), default=0)
    first = min(row for _, row in [*wrong.values(), *misshapen])
    parts = [f"{rows:,} in {name}" for name, (rows, _) in wrong.items()]
    parts += [f"{uneven:,} with too few or too many cells"] if uneven else []
    return judged(
        shifted / records,
        MANY_SHIFTED,
        f"{of_rows(shifted, records)} or more hold something else than their column, from record {first:,} on: "
        f"{listed(parts)}.",
        "From there on cells may stand in the wrong column, reasons and agencies among them.",
        f"Ask the agency for this file anew, and look at record {first:,} in it.",
    )


def _unreadable(facts: Facts, release: str, typed: list[str]) -> dict[str, tuple[int, int]]:
    """Column as named to readers → cells of another kind, and the first record that can hold one. A header that stands
    again in the middle of the file is no shift; in columns of numbers and times it is left out."""
    again = [(rows, first) for _, why, rows, first in facts.rejects[release] if why.startswith(HEADER_AGAIN)]
    headers, first_header = again[0] if again else (0, 0)
    found = {}
    for column in typed:
        rows, first = facts.states.get((release, column, "unreadable"), (0, 0))
        if column not in ("org", "search_type"):
            rows -= headers
            first += first == first_header
        if rows > 0:
            found[TYPED_COLUMNS[column]] = rows, first
    return found


def check_repeats(one: Record, facts: Facts) -> Said:
    """Records that repeat an earlier one of the file cell for cell."""
    del facts
    repeats, rows = int(one["repeats_in_file"]), int(one["rows_loaded"])
    if not repeats:
        return passed("No row repeats another one cell for cell.")
    return Said(
        WARN,
        f"{of_rows(repeats, rows)} {'repeats' if repeats == 1 else 'repeat'} an earlier row of the file cell for cell.",
        "They may be real repeats by one officer or copies made on export. Rows and distinct searches are shown side "
        "by side; say which of the two a number is.",
        "Ask the agency whether its system logs a repeated search twice.",
    )


def check_overlap(one: Record, facts: Facts) -> Said:
    """Rows whose search also stands in another file."""
    counted = facts.numbers[one["release"]]
    shared, other_kind, rows = counted.get("shared", 0), counted.get("other_kind", 0), counted["rows"]
    if not shared:
        return passed("No search of this file stands in another one that is loaded.")
    says = f"{of_rows(shared, rows)} show a search that another loaded file shows too; as a search it counts once."
    if not other_kind:
        return passed(says)
    return Said(
        WARN,
        f"{says} {count_of(other_kind, 'row')} ({share_of(other_kind, rows)}) of them stand in a log of another kind "
        f"by {one['producer']}.",
        "An agency's organization audit or portal and its network audit both hold its own searches: their rows must "
        "never be added up.",
        "Ask the agency which of its logs holds all searches by its own officers.",
    )
