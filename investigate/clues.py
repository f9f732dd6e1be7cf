"""Clues: what officers wrote in each category, scrubbed, with counts, days and rows to look at."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from investigate import engine
from investigate.counts import NOT_READ, by_role, choose_agency
from investigate.errors import InvestigateError, unknown
from investigate.progress import step
from investigate.reasons.classify import CATEGORIES, FUZZY_MARK, SCOPES
from investigate.scrub import scrub
from investigate.store import written_aside
from investigate.suppress import leave_out_rare
from investigate.tables import Tables, open_tables
from investigate.workspace import Workspace

COLUMNS = [
    "category", "rule", "text", "texts", "searches", "rows", "agencies", "first_day", "last_day", "where", "fuzzy",
]  # fmt: skip
ADDRESSES = 3
LONGEST = 200  # characters of a clue; some cells hold a whole statute
MOST_OF_A_KIND = 100  # clues of an agency on its page: so many false friends, and so many of the broad scope
UNSTATED = {"blank": "(nothing typed)", "withheld": "(withheld)", "not_exported": "(no reason in the file)"}
SIGNS_ONLY = "(neither letters nor digits)"
ON_PAGE = (*(name for name in CATEGORIES if name in SCOPES["broad"]), "false_friend")

_APART = "\x1f"  # stands in no reason: the loader takes control characters out of what it compares
_FROM = {"o": "offense type", "c": "case number"}
_AT_ONCE = 50_000
_OPENS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def list_clues(
    workspace: str | Path | Workspace | Tables | None = None,
    agency: str | None = None,
    role: str | None = None,
    category: str | None = None,
) -> pd.DataFrame:
    """The distinct reasons of each category, scrubbed, most searches first.

    One row a category, rule and scrubbed text, with `COLUMNS`: texts (distinct reasons as typed behind it), searches
    (distinct), rows, agencies (distinct searching agencies), first_day and last_day (local, ISO), where (up to three
    addresses `release:row`, the earliest), fuzzy (a misspelling was read). What states nothing (blank, withheld, not
    exported) is one row each. Categories stand in the order of CATEGORIES. Rows add up to all rows; searches may not,
    since one search can stand in releases that word it differently. Raises UnknownValue for an unknown argument.
    """
    if category is not None and category not in CATEGORIES:
        raise unknown("category", category, CATEGORIES)
    tables = workspace if isinstance(workspace, Tables) else open_tables(workspace)
    searches = choose_agency(tables, agency, role)
    wanted = CATEGORIES if category is None else (category,)
    with step("listing distinct reasons"), _with_clues(tables, searches, wanted) as clues:
        found = _grouped(clues, []).execute()
    return _finish(found, [])[COLUMNS]


def clues_by_agency(tables: Tables) -> pd.DataFrame:
    """The clues of every agency in both roles, as the pages show them: columns agency, role and those of a clue.

    Only the broad scope and false friends, at most MOST_OF_A_KIND of either for one agency and role; one grouped query
    a role, however many agencies there are.
    """
    parts = []
    with _with_clues(tables, tables.searches, ON_PAGE) as clues:
        for role, named in by_role(clues).items():
            grouped = _grouped(named, ["agency"]).mutate(is_friend=ibis._.category == "false_friend")
            order = [ibis.desc("searches"), ibis.desc("rows"), "text", "category", "rule"]
            place = ibis.row_number().over(ibis.window(group_by=["agency", "is_friend"], order_by=order))
            kept = grouped.mutate(place=place).filter(ibis._.place < MOST_OF_A_KIND)
            parts.append(_finish(kept.execute(), ["agency"]).assign(role=role))
    return pd.concat(parts, ignore_index=True)[["agency", "role", *COLUMNS]]


def write_clues(
    out: str | Path,
    workspace: str | Path | Workspace | Tables | None = None,
    agency: str | None = None,
    role: str | None = None,
    category: str | None = None,
    floor: int = 1,
) -> Path:
    """Write `list_clues` as CSV, without texts of fewer than `floor` searches.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    Raises InvestigateError for a path that cannot be written, such as a folder.
    """
    path = check_out(out, "clues.csv")
    clues, _ = leave_out_rare(list_clues(workspace, agency, role, category), floor)
    with _written(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in clues.itertuples(index=False):
            writer.writerow("" if pd.isna(cell) else _harmless(cell) for cell in row)
    return path


def check_out(out: str | Path, such_as: str) -> Path:
    """The path of a file to write; raises InvestigateError for a folder, with a name that would do."""
    path = Path(out)
    if path.is_dir():
        raise InvestigateError(f"'{out}' is a folder, and one file is written. Name it, such as {path / such_as}.")
    return path


def write_request(out: str | Path, text: str) -> Path:
    """Write the text of a request; raises InvestigateError as `write_clues`."""
    path = check_out(out, "request.md")
    with _written(path) as file:
        file.write(text)
    return path


@contextmanager
def _written(path: Path) -> Iterator[TextIO]:
    try:
        with written_aside(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
    except OSError as error:
        why = error.strerror or error
        raise InvestigateError(f"'{path}' could not be written: {why}. Name another file with --out.") from error


def _harmless(cell: object) -> object:
    return "'" + cell if isinstance(cell, str) and cell.startswith(_OPENS_FORMULA) else cell


# ---- counting -------------------------------------------------------------------------------------------


@contextmanager
def _with_clues(tables: Tables, searches: ir.Table, categories: tuple[str, ...]) -> Iterator[ir.Table]:
    """The searches of these categories with the columns `text` (scrubbed) and `typed` (key of the reason as typed).

    Every distinct reason is scrubbed once and kept on disk only scrubbed, under a key.
    """
    chosen = searches.filter(searches.category.isin(categories))
    reasons = tables.reasons.semi_join(chosen, "reason_id")
    keyed = reasons.select("reason_id", typed_text=_typed(reasons)).mutate(typed=engine.short_key(ibis._.typed_text))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clues.parquet"
        schema = pa.schema({"typed": pa.string(), "text": pa.string()})
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for batch in keyed.select("typed", "typed_text").distinct().to_pyarrow_batches(chunk_size=_AT_ONCE):
                texts = [_clue(text) for text in batch.column("typed_text").to_pylist()]
                writer.write_table(pa.table({"typed": batch.column("typed"), "text": texts}, schema=schema))
        name = f"clues_{path.parent.name}"
        shown = tables.con.read_parquet(engine.literal_path(path), table_name=name)
        joined = chosen.join(keyed.select("reason_id", "typed"), "reason_id").join(shown, "typed")
        # What states nothing is one line, whichever rule said so.
        yield joined.mutate(rule=joined.category.isin(NOT_READ).ifelse(joined.category, joined.rule))
        tables.con.drop_view(name, force=True)


def _typed(reasons: ir.Table) -> ir.StringValue:
    """What was typed: the reason, and the other column in which the rule matched (or the only one that is filled)."""

    def said(column: ir.StringValue) -> ir.StringValue:
        return ibis.coalesce(column, "")

    blank = said(reasons.reason).strip() == ""
    offense = (said(reasons.matched_in) == "offense_type") | blank
    case = said(reasons.matched_in) == "case_number"
    typed = (
        said(reasons.reason)
        + offense.ifelse(_APART + "o" + said(reasons.offense_type), "")
        + case.ifelse(_APART + "c" + said(reasons.case_text), "")
    )
    return reasons.category.isin(NOT_READ).ifelse(_APART + reasons.category, typed)


def _clue(typed: str) -> str:
    reason, *others = typed.split(_APART)
    if others and others[0] in UNSTATED:
        return UNSTATED[others[0]]
    parts = [_shape(reason), *(f"{_FROM[other[0]]}: {_shape(other[1:])}" for other in others if other[1:])]
    return " · ".join(part for part in parts if part) or SIGNS_ONLY


def _shape(typed: str) -> str:
    """The scrubbed text; whether a hidden word is on the list of names must not part two reasons of one shape."""
    text = scrub(typed).replace("[name]", "[word]")
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"


def _grouped(clues: ir.Table, also: list[str]) -> ir.Table:
    """Clues counted by `also`, category, rule and text."""
    at = clues.searched_at.strftime("%Y%m%d%H%M%S")
    address = ibis.coalesce(at, "") + " " + clues.release + ":" + clues.row.cast("string").lpad(12, "0")
    return clues.group_by([*also, "category", "rule", "text"]).agg(
        texts=clues.typed.nunique(),
        searches=clues.search_key.nunique(),
        rows=clues.count(),
        agencies=clues.searching_agency.nunique(),
        first_day=clues.local_date.min().cast("string"),
        last_day=clues.local_date.max().cast("string"),
        where=engine.smallest(address, ADDRESSES).join(","),
    )


def _finish(found: pd.DataFrame, also: list[str]) -> pd.DataFrame:
    order = {category: place for place, category in enumerate(CATEGORIES)}
    said = found.assign(
        fuzzy=found["rule"].str.endswith(FUZZY_MARK).astype(bool),
        where=[_addresses(joined) for joined in found["where"]],
        place=found["category"].map(order),
    )
    by = [*also, "place", "searches", "rows", "text", "rule"]
    return said.sort_values(by, ascending=[name not in {"searches", "rows"} for name in by], ignore_index=True)


def _addresses(joined: str) -> str:
    """`20250306120000 a1b2c3:000000000017,…` as `a1b2c3:17 …`."""
    pairs = [one.split(" ", 1)[1].split(":") for one in joined.split(",")]
    return " ".join(f"{release}:{int(row)}" for release, row in pairs)
