"""Every table's columns, declared once: the dictionary, the store's schema and the checks derive from here.

A column says its name, type (as Ibis writes it), unit, when it is empty, what it means and whether it is
private. Private columns stay in the workspace: reports, pages and stored notebooks never show them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column. `private` means: may hold personal data, never leaves the workspace."""

    name: str
    type: str
    meaning: str
    null_rule: str = "never empty"
    unit: str = ""
    private: bool = False
    example: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One declared table: `name`, what one row of it is, and its columns in order."""

    name: str
    one_row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def schema(self) -> dict[str, str]:
        """Column name → Ibis type, in order."""
        return {column.name: column.type for column in self.columns}


UTC_TIME = "timestamp('UTC')"

SEARCHES = Table(
    "searches",
    "one record of a release that could be read: a search as that release shows it",
    (
        Column(
            "release",
            "string",
            "the release it stands in: first 12 digits of the file's SHA-256",
            example="3f1c09ab77de",
        ),
        Column(
            "row",
            "int64",
            "record number in the file, counted as a spreadsheet does: the header is record 1 where it stands first",
            example="2",
        ),
        Column(
            "producer",
            "string",
            "agency that released the file",
            "empty: could not be told from columns, folder or file name",
        ),
        Column(
            "kind",
            "string",
            "network (anyone's searches of the producer's cameras), organization or portal (the producer's own searches)",
        ),
        Column(
            "searching_agency",
            "string",
            "agency that ran the search",
            "empty: the file does not say and the producer is not known",
        ),
        Column(
            "camera_owner",
            "string",
            "agency whose cameras were searched: the producer of a network audit",
            "empty: not a network audit, so the log does not say whose cameras",
        ),
        Column(
            "is_own_search",
            "boolean",
            "searching agency and camera owner are the same agency",
            "empty where either is not known",
        ),
        Column(
            "search_id",
            "string",
            "identifier (UUID) that the vendor gave the search",
            "empty: the release has none",
        ),
        Column(
            "search_key",
            "string",
            "what makes two rows the same search: the search id, else searching agency + second + networks + time frame",
        ),
        Column(
            "event_key",
            "string",
            "searching agency + second + networks + time frame, whether or not there is an id: meets a release without ids "
            "with one that has them",
        ),
        Column(
            "searched_at",
            UTC_TIME,
            "when the search was made",
            unit="UTC",
            example="2025-01-20 17:00:00+00:00",
        ),
        Column(
            "searched_at_basis",
            "string",
            "how the zone of the time is known: stated (in the cell or its header), given (by --timezone or sources.csv), "
            "assumed_utc, assumed_local (the zone of the release)",
        ),
        Column(
            "searched_at_form",
            "string",
            "how the time is written: exported (as the vendor writes it), remade (by a spreadsheet or another tool), day "
            "(no time of day: `searched_at` is the start of that local day)",
        ),
        Column("local_date", "date", "calendar day of the search in the release's time zone", unit="local day"),
        Column(
            "networks_count",
            "int64",
            "number of agencies' camera networks the search touched",
            "empty: not exported or not a number",
            "networks",
        ),
        Column(
            "devices_count",
            "int64",
            "number of cameras the search touched",
            "empty: not exported, not a number, or 0 between 2024-12-17 and 2025-02-05, when none were recorded",
            "cameras",
        ),
        Column(
            "window_start_at",
            UTC_TIME,
            "start of the period of camera data that was searched (not when the search was made)",
            "empty: not exported",
            "UTC",
        ),
        Column("window_end_at", UTC_TIME, "end of that period", "empty: not exported", "UTC"),
        Column(
            "search_type",
            "string",
            "kind of search as the vendor labels it; an open list",
            "empty: not exported",
        ),
        Column("reason_id", "string", "points to the reason in the table `reasons`"),
        Column(
            "case_key",
            "string",
            "what ties searches into a case: keyed token of the case number, else the reason",
            "empty: neither case number nor reason",
            private=True,
        ),
        Column(
            "user_token",
            "string",
            "keyed token of the officer's name or pseudonym",
            "empty: blank, withheld or not exported",
            private=True,
        ),
        Column(
            "plate_token",
            "string",
            "keyed token of the plate searched",
            "empty: blank, withheld or not exported",
            private=True,
        ),
        Column(
            "filters",
            "string",
            "vehicle filters as released; can hold partial plates",
            "empty: blank or not exported",
            private=True,
        ),
        Column(
            "text_prompt",
            "string",
            "natural-language prompt as released",
            "empty: blank or not exported",
            private=True,
        ),
        Column(
            "moderation",
            "string",
            "vendor's verdict on the prompt, sometimes a whole paragraph",
            "empty: blank or not exported",
            private=True,
        ),
    ),
)

REASONS = Table(
    "reasons",
    "one distinct combination of reason, offense type and case-number text, with its category",
    (
        Column("reason_id", "string", "key, from the texts below"),
        Column(
            "reason",
            "string",
            "typed or picked reason as released",
            "empty: blank or not exported",
            private=True,
        ),
        Column(
            "offense_type",
            "string",
            "drop-down value where the release has a column of its own for it",
            "empty: blank or not exported",
        ),
        Column(
            "case_text",
            "string",
            "case number with its digits replaced by 9, kept because officers type reasons into it",
            "empty: blank or not exported",
            private=True,
        ),
        Column("is_exported", "boolean", "the release has a reason column"),
        Column(
            "is_overwritten",
            "boolean",
            "the same text fills nearly the whole column of reasons of its release, so that it says nothing of a search",
        ),
        Column("category", "string", "the one category of this reason (METHODOLOGY, D6)"),
        Column("rule", "string", "rule that gave the category"),
        Column(
            "category_by_rules",
            "string",
            "what the rules alone would say",
            "empty: no correction by hand names this reason",
        ),
        Column(
            "matched",
            "string",
            "exact text that the rule matched",
            "empty: the rule matches no words (other, blank, not exported)",
            private=True,
        ),
        Column(
            "matched_in",
            "string",
            "column in which it matched: reason, offense_type or case_number",
            "empty as `matched`",
        ),
        Column("rules_version", "string", "version of the rules that were used"),
    ),
)

RELEASES = Table(
    "releases",
    "one file as received",
    (
        Column("release", "string", "first 12 digits of the file's SHA-256"),
        Column("path", "string", "where the file lay when it was loaded"),
        Column("sha256", "string", "SHA-256 of the file's bytes"),
        Column("bytes", "int64", "size of the file", unit="bytes"),
        Column("layout", "string", "layout it was recognised as"),
        Column("kind", "string", "network, organization or portal"),
        Column("producer", "string", "agency that released the file", "empty: not known"),
        Column(
            "producer_from",
            "string",
            "where the producer's name comes from: given, column, file name or folder",
            "empty: not known",
        ),
        Column("timezone", "string", "zone in which its days and months are counted", example="America/Chicago"),
        Column("sheet", "string", "sheet that was read", "empty: not a workbook"),
        Column(
            "tables_in_file", "int64", "logs in the file: sheets of a workbook are releases of their own", unit="logs"
        ),
        Column("has_reason", "boolean", "the file has a reason column"),
        Column("request_id", "string", "number of the records request, from sources.csv", "empty: not said"),
        Column("received_on", "string", "day on which the file was received, from sources.csv", "empty: not said"),
        Column("notes", "string", "what sources.csv notes of the file", "empty: nothing", private=True),
        Column("mapping", "string", "how sources.csv says that the columns are to be read", "empty: not said"),
        Column(
            "given",
            "string",
            "which of these a person said, on loading or in sources.csv",
            "empty: nothing",
            example="producer,timezone",
        ),
        Column("noted", "string", "all that sources.csv said of the file, as JSON", "empty: nothing", private=True),
        Column("rows_read", "int64", "records below the header", unit="rows"),
        Column("rows_loaded", "int64", "records that became searches", unit="rows"),
        Column("rows_rejected", "int64", "records that could not be read; see `rejects`", unit="rows"),
        Column("rows_blank", "int64", "records with nothing in any known column", unit="rows"),
        Column("rows_with_id", "int64", "loaded records with a search id", unit="rows"),
        Column("repeats_in_file", "int64", "loaded records that repeat an earlier one cell for cell", unit="rows"),
        Column("first_searched_at", UTC_TIME, "earliest search", "empty: no rows", "UTC"),
        Column("last_searched_at", UTC_TIME, "latest search", "empty: no rows", "UTC"),
        Column("warnings", "string", "what a reader should know, as a JSON list of sentences"),
        Column("schema", "string", "version of the tables it was loaded into"),
    ),
)

REJECTS = Table(
    "rejects",
    "one record that could not be read",
    (
        Column("release", "string", "release it stands in"),
        Column("row", "int64", "record number, as in `searches`"),
        Column("column", "string", "column that could not be read"),
        Column(
            "value",
            "string",
            "what stood there, cut at 200 characters",
            "empty: nothing stood there",
            private=True,
        ),
        Column("why", "string", "why it could not be read"),
    ),
)

FIXES = Table(
    "fixes",
    "one cell that was mended on the way in",
    (
        Column("release", "string", "release it stands in"),
        Column("row", "int64", "record number, as in `searches`"),
        Column("column", "string", "column that was mended"),
        Column("fix", "string", "what was done"),
        Column("raw_value", "string", "what stood there", "empty where the column is private", private=True),
        Column("value", "string", "what was made of it", "empty where the column is private", private=True),
    ),
)

CELL_STATES = Table(
    "cell_states",
    "one state that cells of one column of a release are in; columns that the release has not are not listed",
    (
        Column("release", "string", "release it stands in"),
        Column("column", "string", "column, by its canonical name"),
        Column("state", "string", "value, blank, withheld and others (METHODOLOGY, D14)"),
        Column("rows", "int64", "records in which the cell is in this state", unit="rows"),
        Column("first_row", "int64", "the first of them"),
    ),
)

IDENTIFIERS = Table(
    "identifiers",
    "one loaded record, written only with --keep-identifiers; reports and notebooks never open it",
    (
        Column("release", "string", "release it stands in"),
        Column("row", "int64", "record number, as in `searches`"),
        Column("user", "string", "officer as released", "empty: blank or not exported", private=True),
        Column("plate", "string", "plate as released", "empty: blank or not exported", private=True),
        Column("case_number", "string", "case number as released", "empty: blank or not exported", private=True),
    ),
)

IDENTITIES = Table(
    "identities",
    "one search without an id that another release shows with one",
    (
        Column("search_key", "string", "the key in `searches`"),
        Column("same_as", "string", "the key under which it counts: that of the smallest id with the same event key"),
    ),
)

NOT_COUNTED = (  # columns of `searches` that nothing is counted by
    "search_id", "event_key", "window_start_at", "window_end_at", "user_token", "plate_token", "filters", "text_prompt",
    "moderation",
)  # fmt: skip

COUNTED = Table(
    "counted",
    "one row of `searches` as it counts: made from it whenever a release, a rule or an agency's name changed",
    (
        *(column for column in SEARCHES.columns if column.name not in NOT_COUNTED),
        *(column for column in REASONS.columns if column.name in ("category", "rule", "matched", "is_exported")),
        Column(
            "case_id",
            "string",
            "case: searches by one agency with the same case number (else the same reason), each no more than 10 days after "
            "the one before",
        ),
        Column("is_only_row", "boolean", "no other row of any release shows this search"),
        Column("is_only_row_of_case", "boolean", "no other row of any release belongs to this case"),
    ),
)

AGENCIES = Table(
    "agencies",
    "one spelling of an agency's name in the loaded files",
    (
        Column("name", "string", "the name as released"),
        Column("agency", "string", "the name under which it counts: one agency has one, however it is spelled"),
        Column("rows", "int64", "records in which this spelling stands", unit="rows"),
        Column("key", "string", "the same for all spellings of one agency"),
        Column("place", "string", "city, town, township or county", "empty: it has none, or the name does not say"),
        Column("state", "string", "two-letter code of the state", "empty: the name does not say"),
        Column("county", "string", "county of the place or of the agency", "empty: not known"),
        Column("county_fips", "string", "five-digit code of that county", "empty: not known", example="48251"),
        Column("kind", "string", "police, sheriff, federal and others (METHODOLOGY, D24)"),
        Column(
            "which", "string", "finer kind, or which federal body", "empty: nothing to add", example="Border Patrol"
        ),
        Column("lat", "float64", "latitude of the place or county", "empty: not known", "degrees (WGS84)"),
        Column("lon", "float64", "longitude of the place or county", "empty: not known", "degrees (WGS84)"),
        Column("flags", "string", "status of the name and what could not be told, joined by semicolons", "empty: none"),
        Column(
            "federal_immigration",
            "boolean",
            "ICE, ERO, HSI, CBP, Border Patrol, NTC, USCIS or Homeland Security itself",
        ),
    ),
)

CAMERAS = Table(
    "cameras",
    "one camera, or pole with several, as a file of camera locations shows it; other kinds of camera are left out",
    (
        Column("release", "string", "the file it stands in: first 12 digits of its SHA-256", example="3f1c09ab77de"),
        Column("row", "int64", "record number in that file: of a table as a spreadsheet counts, else from 1"),
        Column(
            "camera", "string", "its identifier: of OpenStreetMap `node/…` or `way/…`, else the file's own, else release:row"
        ),
        Column("source", "string", "osm (OpenStreetMap), released (by an agency), invented or unknown"),
        Column("licence", "string", "terms under which the data may be used, as far as they are known"),
        Column("attribution", "string", "the words that must stand on every map of it"),
        Column("snapshot", "date", "the day on which the data stood so", "empty: the file does not say"),
        Column("operator", "string", "who runs it, as the file says", "empty: the file does not say"),
        Column(
            "operator_kind", "string", "public, private, vendor (the maker is named, not who runs it), unclear or not said"
        ),
        Column("maker", "string", "who made it, in one spelling", "empty: the file does not say", example="Flock Safety"),
        Column("maker_said", "string", "the maker as the file says", "empty: the file does not say"),
        Column(
            "directions", "array<float64>", "where it looks: one bearing for each camera on the pole, from 0 below 360",
            "empty list: not said, or not to be told", "degrees clockwise from north",
        ),
        Column("directions_said", "string", "the directions as the file says", "empty: the file does not say"),
        Column(
            "directions_mark", "string", "how they were read: number, list, range, words, or why not: nonsense, along a way",
            "empty: the file does not say",
        ),
        Column("kind", "string", "alpr (the file says so) or assumed alpr (a list of such cameras that names no kind)"),
        Column("kind_said", "string", "the kind as the file says", "empty: the file does not say"),
        Column("mount", "string", "what it hangs on", "empty: the file does not say"),
        Column("since", "string", "since when it is there, as the file says", "empty: the file does not say"),
        Column("address", "string", "address or crossing, as the file says", "empty: the file does not say"),
        Column("lat", "float64", "latitude as stated", "empty: none stated", "degrees (WGS84)"),
        Column("lon", "float64", "longitude as stated", "empty: none stated", "degrees (WGS84)"),
        Column("state", "string", "two-letter code of the state in which the point lies", "empty: not placed"),
        Column("county_fips", "string", "five-digit code of its county, of 2017", "empty: not placed", example="27053"),
        Column(
            "off_shore_m", "float64", "distance to the nearest county's simplified outline, where it lies beyond it",
            "empty: inside a county, or not placed", "metres",
        ),
        Column(
            "not_placed", "string",
            "why it is on no map: no coordinates, swapped, default point, at sea or abroad, address only",
            "empty: it can be drawn",
        ),
    ),
)  # fmt: skip

COUNTS = Table(
    "counts",
    "one group in one period: what `investigate count` gives",
    (
        Column(
            "searching_agency, camera_owner, searching_state, category, release",
            "string",
            "the --by columns that were asked for",
            "empty: not known",
        ),
        Column("period", "string", "name of the period", example="before"),
        Column("scope", "string", "strict, standard or broad"),
        Column("rows", "int64", "rows of the group", unit="rows"),
        Column("searches", "int64", "distinct searches of the group", unit="searches"),
        Column("cases", "int64", "distinct cases of the group", unit="cases"),
        Column(
            "immigration_related",
            "int64",
            "how many of the unit are in the scope",
            "empty: no reason could be read, or no day of the period is covered",
            "the --unit",
        ),
        Column("reason_known", "int64", "how many of the unit had a reason to read", unit="the --unit"),
        Column(
            "per_1000",
            "float64",
            "immigration_related per 1,000 of reason_known",
            "empty: reason_known is 0",
            "per 1,000",
        ),
        Column(
            "covered_days",
            "int64",
            "local days in the period on which the logs that hold the group have any row",
            unit="days",
        ),
    ),
)

STORED = (SEARCHES, RELEASES, REJECTS, FIXES, CELL_STATES, IDENTIFIERS)  # what loading writes
DOCUMENTED = (*STORED, REASONS, IDENTITIES, COUNTED, AGENCIES, CAMERAS, COUNTS)


# Raised by one when the same file is loaded into other rows or keys than before, though no column changed.
LOADING = 3


def schema_version() -> str:
    """Changes whenever a stored table has other columns or is filled otherwise: what was loaded before must be loaded
    again."""
    columns = [(table.name, column.name, column.type) for table in STORED for column in table.columns]
    return hashlib.sha256(repr([LOADING, columns]).encode()).hexdigest()[:12]


def dictionary() -> str:
    """The data dictionary as Markdown, from the declarations above."""
    lines = [
        "# Data dictionary",
        "",
        "Made by `investigate dictionary` from `investigate/columns.py`; do not edit by hand.",
        "Private columns may hold personal data: they stay in the workspace and no report shows them.",
    ]
    for table in DOCUMENTED:
        lines += ["", f"## {table.name}", "", f"One row is {table.one_row}.", ""]
        lines += ["| column | type | unit | meaning | when empty | private |", "|---|---|---|---|---|---|"]
        for c in table.columns:
            meaning = c.meaning + (f" (example: `{c.example}`)" if c.example else "")
            lines.append(
                f"| `{c.name}` | {c.type} | {c.unit} | {meaning} | {c.null_rule} | {'yes' if c.private else ''} |"
            )
    return "\n".join(lines) + "\n"
