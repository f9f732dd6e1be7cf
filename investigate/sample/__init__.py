"""Invented lookup logs in the released layouts: any size, seeded, with the traps that released files set.

`make_sample` writes them; `truth.json` beside them says what was planted, so that a count can be checked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from investigate.errors import InvestigateError, unknown
from investigate.sample import world
from investigate.sample.cast import MOST_AGENCIES, ROWS_AN_AGENCY, Cast, larger_cast, usual_cast
from investigate.sample.draw import Ints, Searches, draw_searches
from investigate.sample.plan import XLSX_ROWS, Release, plan_releases
from investigate.sample.truth import FILE_NAME, Truth
from investigate.sample.write import Writer, open_writer

__all__ = ["make_sample"]

FEWEST_ROWS = 1
_TRIAL_SEARCHES = 40_960


def make_sample(
    out: Path, rows: int, seed: int = 1, layouts: Sequence[str] | None = None, agencies: int | None = None
) -> list[Path]:
    """Write about `rows` rows of invented searches below the folder `out`, and `truth.json` in it.

    The same arguments give the same files byte for byte. Memory stays the same whatever
    `rows` is; a workbook holds at most 2,000 rows. `layouts` names the layouts to write ("L1" … "L16", "L3a";
    also "L7", "L18" and "L19", which are in no sample unless named); None writes L1 to L5 and L8 to L16.
    `agencies`: at least so many searching agencies stand in the logs, and about one in eight of them releases
    network audits of its own cameras; None: the fixed world of 49, as far as chance lets them search.

    Gives back the paths of the logs, without `truth.json`, which holds per file the exact number of rows,
    blank rows and exact repeats, and per camera owner and searching agency the distinct searches by period
    and category.

    Raises InvestigateError for less than one row, a negative seed, `agencies` below 1, above 5,000, above a
    tenth of `rows` or together with `layouts`, or a folder that holds something else;
    UnknownValue for a layout that does not exist.
    """
    if rows < FEWEST_ROWS:
        raise InvestigateError(f"A sample of {rows!r} rows cannot be written. Ask for {FEWEST_ROWS} or more.")
    if seed < 0:
        raise InvestigateError(f"The seed {seed!r} is negative. Give a whole number from 0 up.")
    cast = _cast(agencies, rows, layouts)
    releases = _chosen(layouts, cast)
    folder = Path(out)
    _clear(folder)
    total = _searches_for(rows, releases, cast)
    writers = [(release, open_writer(folder, release)) for release in releases]
    truth = Truth(cast)
    for searches in draw_searches(seed, total, cast, cast.every(total)):
        truth.add(searches, _write_chunk(searches, writers))
    for _, writer in writers:
        writer.close()
    asked = {"rows_asked": rows, "seed": seed} | ({} if agencies is None else {"agencies_asked": agencies})
    truth.write(folder / FILE_NAME, asked, writers)
    return [folder / release.path for release in releases]


def _cast(agencies: int | None, rows: int, layouts: Sequence[str] | None) -> Cast:
    if agencies is None:
        return usual_cast()
    if agencies < 1:
        raise InvestigateError(f"A sample of {agencies!r} agencies cannot be written. Ask for 1 to {MOST_AGENCIES:,}.")
    if agencies > MOST_AGENCIES:
        raise InvestigateError(
            f"{agencies:,} agencies are more than there are invented names for. Ask for at most {MOST_AGENCIES:,}."
        )
    if agencies * ROWS_AN_AGENCY > rows:
        most = rows // ROWS_AN_AGENCY
        raise InvestigateError(
            f"{rows:,} rows are too few for {agencies:,} searching agencies, as each needs {ROWS_AN_AGENCY}. Ask for "
            f"{agencies * ROWS_AN_AGENCY:,} rows or more" + (f", or for at most {most:,} agencies." if most else ".")
        )
    if layouts is not None:
        raise InvestigateError(
            f"{agencies:,} agencies cannot be promised in the layouts {layouts!r} alone. "
            "Leave `layouts` or `agencies` out."
        )
    return larger_cast(agencies)


def _chosen(layouts: Sequence[str] | None, cast: Cast) -> list[Release]:
    usual, on_request = plan_releases(cast.owners)
    if layouts is None:
        return usual
    known = sorted({release.layout_name for release in (*usual, *on_request)})
    wanted = [layouts] if isinstance(layouts, str) else list(layouts)
    for name in wanted:
        if name not in known:
            raise unknown("layout", name, known, "Leave `layouts` out to write all the usual ones.")
    if not wanted:
        raise InvestigateError(f"The list of layouts {layouts!r} is empty. Name some of {', '.join(known)}.")
    return [release for release in (*usual, *on_request) if release.layout_name in wanted]


def _clear(folder: Path) -> None:
    """Take away an earlier sample, and nothing else: only the files that its `truth.json` lists."""
    truth = folder / FILE_NAME
    if truth.is_file():
        for path in _earlier_logs(truth):
            path.unlink(missing_ok=True)
        truth.unlink()
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise _not_a_sample(folder)
    folder.mkdir(parents=True, exist_ok=True)


def _earlier_logs(truth: Path) -> list[Path]:
    """The logs beside a `truth.json`; a list that is damaged or points out of the folder is not followed."""
    folder = truth.parent.resolve()
    try:
        paths = [folder / file["path"] for file in json.loads(truth.read_text(encoding="utf-8"))["files"]]
    except (ValueError, KeyError, TypeError) as error:
        raise _not_a_sample(truth.parent) from error
    if not all(path.resolve().is_relative_to(folder) for path in paths):
        raise _not_a_sample(truth.parent)
    return paths


def _not_a_sample(folder: Path) -> InvestigateError:
    return InvestigateError(
        f"{str(folder)!r} holds something that is not a finished sample, and nothing in it was touched. "
        "Give a folder that is empty or does not exist yet."
    )


def _places(searches: Searches, release: Release) -> Ints:
    """Places of the searches that a release holds."""
    searched = searches.searched
    if searched[-1] < release.start - world.SECONDS_A_DAY or searched[0] > release.end + world.SECONDS_A_DAY:
        return np.empty(0, dtype=np.int64)
    inside = (searched >= release.start) & (searched < release.end)
    inside &= (searched < release.gap[0]) | (searched >= release.gap[1])
    if release.owner >= 0:
        inside &= searches.reach[:, release.owner]
    else:
        inside &= searches.agency == searches.cast.place[release.producer]
    if release.only_federal:
        inside &= searches.cast.is_federal[searches.agency]
    return np.flatnonzero(inside)


def _write_chunk(searches: Searches, writers: list[tuple[Release, Writer]]) -> list[tuple[Release, Ints]]:
    written = []
    for release, writer in writers:
        here = _places(searches, release)
        if len(here):
            written.append((release, writer.write(searches, here)))
    return written


def _searches_for(rows: int, releases: list[Release], cast: Cast) -> int:
    """How many searches make about `rows` rows; who is called fills more logs, so how often counts too."""
    total = _measured(rows, releases, cast, 0)
    for _ in range(3 if cast.called else 0):
        total = _measured(rows, releases, cast, cast.every(total))
    return total


def _measured(rows: int, releases: list[Release], cast: Cast, every: int) -> int:
    """How many searches make about `rows` rows: measured on a trial, as one search fills several logs."""
    found = np.zeros(len(releases))
    for searches in draw_searches(0, _TRIAL_SEARCHES, cast, every):
        found += [len(_places(searches, release)) for release in releases]
    share = found / _TRIAL_SEARCHES
    most = np.array([XLSX_ROWS if release.is_workbook else np.inf for release in releases])
    total = rows / share.sum()
    # Workbooks fill up, and the other files have to make good for that: a few rounds settle it.
    for _ in range(8):
        total *= rows / np.minimum(share * total, most).sum()
    return max(1, round(total))
