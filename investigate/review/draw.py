"""Draw reasons for a person to judge, and keep the key that says what the file does not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from investigate.counts import choose_agency, find_agency, list_agencies
from investigate.errors import EmptyStore, InvestigateError, RefusedFile, UnknownValue
from investigate.reasons.classify import CATEGORIES, RULES_VERSION
from investigate.reasons.overrides import read_overrides
from investigate.review.sheet import TEXTS, explained, fingerprint, sheet_bytes, shown
from investigate.store import Store, write_text, written_aside
from investigate.tables import Tables, open_tables
from investigate.workspace import Workspace

NEEDS_NO_JUDGE = ("blank", "withheld", "not_exported")
JUDGED = tuple(category for category in CATEGORIES if category not in NEEDS_NO_JUDGE)
MOST_PER_CATEGORY = 10_000
READ_AT_ONCE = 100_000  # reasons
CODE, NUMBER = 6, 10  # letters: of the draw, and of the line behind it
_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst")  # no vowels: no word, number or date


@dataclass(frozen=True)
class KeyLine:
    """What stands behind one line of the file: `searches` is its weight, `draws` how often it was drawn (1 where all
    of a category was taken); `texts` the fingerprints of reason, offense type and case number."""

    number: str
    reason_id: str
    category: str
    searches: int
    draws: int
    texts: dict[str, str]


@dataclass(frozen=True)
class Key:
    """One draw: what it was drawn from and how. `searches`: of each category when it was drawn; `whole`: categories of
    which every reason was taken; `corrections_sha256`: of the corrections by hand that the categories came from."""

    code: str
    seed: int
    per_category: int
    agency: str | None
    role: str | None
    rules_version: str
    store_sha256: str
    corrections_sha256: str
    searches: dict[str, int]
    whole: list[str]
    lines: list[KeyLine]


@dataclass(frozen=True)
class Drawing:
    """What was drawn: the file, its key, and one row a category (category, reasons, searches, lines, how)."""

    path: Path
    key: Path
    lines: int
    categories: pd.DataFrame
    says: list[str]


def draw_review(
    out: str | Path | None = None,
    per_category: int = 25,
    seed: int = 1,
    workspace: str | Path | Workspace | Tables | None = None,
    agency: str | None = None,
    role: str | None = None,
) -> Drawing:
    """Write a file of distinct reasons to judge, `per_category` draws from each category, and the key to it.

    Without `out` the file lies with its key in the workspace's folder `review`. The same seed over the same searches
    gives the same bytes. A file that is already there and is another one is left alone. Raises UnknownValue for an
    argument that cannot be used, EmptyStore when there is nothing to judge, InvestigateError when the file cannot be
    written.
    """
    _check(per_category, seed)
    kind = ".xlsx" if out is None else Path(out).suffix.lower()
    if kind not in {".csv", ".xlsx"}:
        sheet_bytes(kind, [])  # says what is allowed
    tables = workspace if isinstance(workspace, Tables) else open_tables(workspace)
    agency, role = _name_agency(tables, agency, role)
    weights = weigh_reasons(choose_agency(tables, agency, role)).cache()
    sizes = weights.group_by("category").agg(reasons=ibis._.count(), searches=ibis._.searches.sum()).execute()
    sizes = _in_order(sizes.astype({"reasons": "int64", "searches": "int64"}))
    if sizes.empty:
        raise EmptyStore(
            f"No search in the workspace {tables.workspace.root.name!r} has a reason that a person could judge: all "
            "are blank, withheld or not exported. Load files with a column of reasons first."
        )
    drawn = _texts_of(tables, _draw(weights, sizes, per_category, seed))
    key = _make_key(drawn, sizes, per_category, seed, (agency, role), tables.workspace)
    path = _write(Path(out).expanduser() if out else None, kind, drawn, key, tables.workspace)
    write_text(key_path(tables.workspace, key.code), _dump(asdict(key)))
    return Drawing(
        path, key_path(tables.workspace, key.code), len(drawn), _by_category(sizes, drawn), _say(path, sizes, drawn)
    )


def key_path(room: Workspace, code: str) -> Path:
    """Where the key of a draw lies, whichever place the file was written to."""
    return room.review / f"review_key_{code}.json"


def read_key(room: Workspace, code: str, name: str) -> Key:
    """The key of the draw that the file `name` belongs to; raises RefusedFile when there is none or it is damaged."""
    path = key_path(room, code)
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return Key(**{**held, "lines": [KeyLine(**line) for line in held["lines"]]})
    except FileNotFoundError as error:
        raise RefusedFile(
            f"{name} was not drawn in the workspace {room.root.name!r}: its key {path.name!r} is not in {named(room)}. "
            "Score it with --workspace naming the folder in which it was drawn."
        ) from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RefusedFile(
            f"The key {path.name!r} in {named(room)} is damaged. Draw again with the same seed to have it written anew."
        ) from error


def named(room: Workspace) -> str:
    """The folder of what is judged, as it is called in a message."""
    return room.review.relative_to(room.root).as_posix()


def state_of(room: Workspace) -> str:
    """SHA-256 of what says which releases are loaded."""
    return hashlib.sha256(Store(room.store).state().encode()).hexdigest()


def weigh_reasons(searches: ir.Table) -> ir.Table:
    """Distinct searches behind each reason: category, reason_id, searches.

    A search counts once, however many texts it shows: in the first of its categories in the order of CATEGORIES, which
    is that of the narrowest scope that counts it, and for the first text in that category. So the weights of the
    categories of a scope add up to the searches that are counted in it.
    """
    open_to_judge = searches.filter(searches.category.isin(JUDGED))
    places = ibis.cases(*((open_to_judge.category == name, f"{at:02}") for at, name in enumerate(JUDGED)))
    one = open_to_judge.group_by("search_key").agg(first=(places + open_to_judge.reason_id).min())
    held = one.group_by("first").agg(searches=one.count())
    place = held["first"].left(2)
    return held.select(
        category=ibis.cases(*((place == f"{at:02}", name) for at, name in enumerate(JUDGED))),
        reason_id=held["first"].substr(2),
        searches=held.searches,
    )


def draw_places(seed: int, category: str, searches: int, draws: int) -> npt.NDArray[np.int64]:
    """Places of `draws` searches drawn with replacement among `searches`, in a stream of the category's own."""
    generator = np.random.Generator(np.random.PCG64([seed, *category.encode()]))
    return generator.integers(0, searches, size=draws, dtype=np.int64)


# ---- how it is done ----------------------------------------------------------------------------------------


def _check(per_category: int, seed: int) -> None:
    if not 1 <= per_category <= MOST_PER_CATEGORY:
        raise UnknownValue(
            f"{per_category!r} reasons per category cannot be drawn. Ask for a number from 1 to {MOST_PER_CATEGORY:,}."
        )
    if seed < 0:
        raise UnknownValue(f"The seed {seed!r} is below 0. Give a whole number from 0.")


def _name_agency(tables: Tables, agency: str | None, role: str | None) -> tuple[str | None, str | None]:
    """The agency as the data spells it and the role it has there."""
    if agency is None:
        return None, role
    everyone = list_agencies(tables)
    name = find_agency(agency, everyone["agency"].unique(), tables.agencies)
    roles = everyone.loc[everyone["agency"] == name, "role"].tolist()
    return name, role or (roles[0] if len(roles) == 1 else None)


def _in_order(sizes: pd.DataFrame) -> pd.DataFrame:
    return sizes.sort_values("category", key=lambda names: names.map(CATEGORIES.index), ignore_index=True)


def _draw(weights: ir.Table, sizes: pd.DataFrame, per_category: int, seed: int) -> pd.DataFrame:
    """The drawn reasons: category, reason_id, searches, draws, in the order of reason_id."""
    whole = sizes.loc[sizes["reasons"] <= per_category, "category"].tolist()
    parts = []
    if whole:
        parts.append(weights.filter(weights.category.isin(whole)).execute().assign(draws=1))
    large = sizes[~sizes["category"].isin(whole)]
    if not large.empty:
        parts.append(_draw_by_chance(weights.filter(weights.category.isin(large["category"].tolist())), large,
                                     per_category, seed))  # fmt: skip
    return pd.concat(parts).sort_values("reason_id", ignore_index=True).astype({"searches": "int64"})


def _draw_by_chance(weights: ir.Table, sizes: pd.DataFrame, per_category: int, seed: int) -> pd.DataFrame:
    """Every reason lies on a line of its category's searches, as long as its own; drawn is where a place falls."""
    places = {
        row.category: np.sort(draw_places(seed, row.category, row.searches, per_category)) for row in sizes.itertuples()
    }
    reached = dict.fromkeys(places, 0)
    drawn = []
    for batch in weights.order_by("category", "reason_id").to_pyarrow_batches(chunk_size=READ_AT_ONCE):
        for category, part in batch.to_pandas().groupby("category", sort=False):
            ends = reached[category] + part["searches"].to_numpy().cumsum()
            before = np.searchsorted(places[category], [reached[category], *ends])
            times = np.diff(before)
            drawn.append(part.assign(draws=times)[times > 0])
            reached[category] = int(ends[-1])
    return pd.concat(drawn)


def _texts_of(tables: Tables, drawn: pd.DataFrame) -> pd.DataFrame:
    """The drawn reasons with their texts as the file shows them."""
    wanted = ibis.memtable(drawn[["reason_id"]], schema={"reason_id": "string"})
    texts = tables.reasons.semi_join(wanted, "reason_id")
    found = texts.select("reason_id", "reason", "offense_type", case_number=texts.case_text).execute()
    for name in TEXTS:
        found[name] = [shown(None if pd.isna(text) else text) for text in found[name]]
    return drawn.merge(found, on="reason_id", how="left", validate="one_to_one")


def _make_key(
    drawn: pd.DataFrame,
    sizes: pd.DataFrame,
    per_category: int,
    seed: int,
    whose: tuple[str | None, str | None],
    room: Workspace,
) -> Key:
    what = drawn[["reason_id", "category", "searches", "draws"]].astype({"draws": "int64"}).to_dict("records")
    code = _letters(json.dumps([what, int(per_category), int(seed), whose]), CODE)
    lines = [
        KeyLine(
            f"{code}-{_letters(code + row['reason_id'], NUMBER)}",
            row["reason_id"],
            row["category"],
            int(row["searches"]),
            int(row["draws"]),
            {name: fingerprint(row[name]) for name in TEXTS},
        )
        for row in drawn.to_dict("records")
    ]
    whole = sizes.loc[sizes["reasons"] <= per_category, "category"].tolist()
    return Key(
        code,
        int(seed),
        int(per_category),
        *whose,
        RULES_VERSION,
        state_of(room),
        read_overrides(room).stamp,
        {row.category: int(row.searches) for row in sizes.itertuples()},
        whole,
        lines,
    )


def _letters(text: str, count: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:count].translate(_LETTERS)


def _write(path: Path | None, kind: str, drawn: pd.DataFrame, key: Key, room: Workspace) -> Path:
    """Write the lines in an order that the seed shuffles; never over another file, which may hold answers."""
    place = path or room.review / f"review_{key.code}{kind}"
    order = np.random.Generator(np.random.PCG64([key.seed])).permutation(len(drawn))
    texts = drawn[list(TEXTS)].to_numpy().tolist()
    content = sheet_bytes(kind, [(key.lines[at].number, *texts[at]) for at in order])
    try:
        if place.exists() and place.read_bytes() != content:
            raise InvestigateError(
                f"{place.name!r} is already there and may hold answers, so it was not written over. Name another file "
                "with --out, or move this one away."
            )
        with written_aside(place) as aside:
            aside.write_bytes(content)
    except OSError as error:
        raise InvestigateError(
            f"{place.name!r} could not be written: {error.strerror or 'the disk did not take it'}. Name another place "
            "with --out."
        ) from error
    if kind == ".csv":
        write_text(place.with_suffix(".how_to_judge.txt"), "".join(f"{name}: {says}\n" for name, says in explained()))
    return place


def _by_category(sizes: pd.DataFrame, drawn: pd.DataFrame) -> pd.DataFrame:
    lines = sizes["category"].map(drawn["category"].value_counts()).astype("int64")
    how = ["all of them" if all_taken else "by chance, weighted by searches" for all_taken in lines == sizes["reasons"]]
    return sizes.assign(lines=lines, how=how)


def _say(path: Path, sizes: pd.DataFrame, drawn: pd.DataFrame) -> list[str]:
    absent = [repr(category) for category in JUDGED if category not in set(sizes["category"])]
    said = [
        f"{len(drawn):,} distinct reasons of {int(sizes['reasons'].sum()):,} were written to {path.name!r}, which does "
        "not say how they were classified.",
        "They stand there as typed, names and all: keep the file in the newsroom.",
        f"Left out, since nothing in them can be judged: {', '.join(map(repr, NEEDS_NO_JUDGE))}.",
    ]
    return [*said, f"No search is classified as {', '.join(absent)}."] if absent else said


def _dump(held: dict[str, Any] | Sequence[Any]) -> str:
    return json.dumps(held, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
