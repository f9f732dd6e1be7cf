"""The index of a run: one line per agency and role, which can be sorted, searched and filtered.

The page is one file that loads nothing. It holds one script, allowed by its hash, and is complete without it: the
whole table, sorted by name. Agency names, errors and file names are what strangers typed and are escaped.
"""

from __future__ import annotations

import base64
import hashlib
import math
import numbers
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from investigate.agencies.states import STATE_NAMES
from investigate.comparison.said import say_times
from investigate.page import ASSETS, POLICY, show_controls

ROLES = {"owner": "camera owner", "searcher": "searching agency"}
MOST_DRAWN = 1500  # lines; above it a drawing in each would make the file too large to mail, and the script draws them
MOST_MONTHS = 36
LEVELS = 9  # heights of the bars that the script draws


def render_index(run: dict[str, Any]) -> str:
    """The index page of a run: one table line per agency and role, failed reports with their error.

    `run` is what `run.json` holds: `package_version, rules_version, cut, is_sample`, `totals` (releases, rows,
    searches, agencies) and `reports` (each `agency, slug, state, status, error, roles`; each role with its counts
    of searches, per_1000 in searches per thousand, covered_days in days). A role may also say `refused`,
    `refused_why` (a few words), `refused_because` (a sentence), `rate_ratio, ratio_low, ratio_high` (None is open),
    `compared_days` (days on each side), `months` (month, searches, immigration_related) and `letters` (names of files
    beside the report). A number that is None is shown as "not known", never as 0.
    """
    reports = sorted(run["reports"], key=_by_name)
    failed = [report for report in reports if report["status"] == "failed"]
    numbered = {id(report): place for place, report in enumerate(failed, start=1)}
    pairs = [(report, role) for report in reports for role in (report["roles"] or [{}])]
    is_compact = len(pairs) > MOST_DRAWN
    months = _months_of(role for _, role in pairs)
    draw = (_coded if is_compact else _drawn)(months)
    rows = [_row(report, role, numbered.get(id(report)), draw) for report, role in pairs]
    script = _asset("index.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        _templates()
        .get_template("index.html.j2")
        .render(
            policy=f"{POLICY}; script-src 'sha256-{digest}'",
            style=Markup("\n").join([_asset("page.css"), _asset("index.css")]),
            script=script,
            run=run,
            failed=failed,
            rows=rows,
            overview=_overview(reports),
            months=months,
            is_compact=is_compact,
            reasons=_number_reasons(rows) if is_compact else {},
            has_letters=any(row["letters"] for row in rows),
            states=sorted({row["state"] for row in rows if row["state"]}),
            state_names=STATE_NAMES,
            roles=ROLES,
            stateless=any(not row["state"] for row in rows),
        )
    )


def _by_name(report: dict[str, Any]) -> tuple[str, str]:
    return str(report["agency"]).casefold(), str(report["slug"])


def _is_known(value: Any) -> bool:
    """False for what the logs do not say: None, a missing key, not-a-number."""
    return isinstance(value, numbers.Real) and math.isfinite(value)


def _row(
    report: dict[str, Any], role: dict[str, Any], failure: int | None, draw: Callable[[dict[str, Any]], Markup]
) -> dict[str, Any]:
    """One line of the table; the counts stay as they are, None included."""
    folder = f"./{quote(show_controls(report['slug']), safe='')}/"
    return {
        "agency": show_controls(report["agency"]),
        "state": show_controls(report["state"] or ""),
        "href": None if failure else f"{folder}index.html",
        "failure": failure,
        "role": role,
        "role_words": ROLES.get(str(role.get("role")), ""),
        "note": _reason_note(role),
        "spark": draw(role),
        "peak": max(_related(role), default=None),
        "comparison": _comparison(role),
        "letters": [] if failure else _letters(role.get("letters") or [], folder),
    }


def _reason_note(role: dict[str, Any]) -> str:
    """How many searches had a reason to read, where that is not all of them."""
    known: Any = role.get("reason_known")
    searches: Any = role.get("searches")
    if not _is_known(known) or not _is_known(searches) or known >= searches:
        return ""
    return f"reason known for {known:,}" if known else "no reason to read"


def _letters(names: Iterable[str], folder: str) -> list[tuple[str, str]]:
    """Words and address of each letter; of one in several formats, the one that opens in a word processor."""
    chosen: dict[str, PurePosixPath] = {}
    for path in map(PurePosixPath, sorted(map(show_controls, names))):
        if path.stem not in chosen or path.suffix == ".docx":
            chosen[path.stem] = path
    return [(stem, folder + quote(path.name, safe="")) for stem, path in chosen.items()]


# ---- before and after ---------------------------------------------------------------------------------


def _comparison(role: dict[str, Any]) -> dict[str, Any]:
    """What stands for the comparison: kind compared, refused or unknown; words, interval, reason and sort key."""
    refused = role.get("refused")
    if refused is None:
        return {"kind": "unknown"}
    if refused:
        why = show_controls(role.get("refused_why") or "")
        because = show_controls(role.get("refused_because") or why or "The reason was not recorded.")
        return {"kind": "refused", "why": why, "because": because}
    ratio: Any = role.get("rate_ratio")
    limits = _limits(role.get("ratio_low"), role.get("ratio_high"))
    words = f"{_times(ratio)}×" if _is_known(ratio) else "none before" if limits else "none on either side"
    days = role.get("compared_days")
    said = f"{days:,} days each" if _is_known(days) else ""
    return {"kind": "compared", "words": words, "limits": limits, "days": said, "ratio": ratio}


def _times(ratio: float) -> str:
    return say_times(ratio).removesuffix(" times")


def _limits(low: Any, high: Any) -> str:
    """The 95 % interval of a ratio; an end that is not known is open."""
    if _is_known(low) and _is_known(high):
        return f"{_times(low)}–{_times(high)}"
    if _is_known(low):
        return f"at least {_times(low)}"
    return f"at most {_times(high)}" if _is_known(high) else ""


def _number_reasons(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Each reason for a refusal once, with its number, in the order of the lines."""
    because = (row["comparison"]["because"] for row in rows if row["comparison"]["kind"] == "refused")
    return {reason: place for place, reason in enumerate(dict.fromkeys(because), start=1)}


def _overview(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """What the head says of all lines. Agencies are counted once however many roles they have; searches are not
    added up, since one can stand in the logs of many agencies."""
    roles = [role for report in reports for role in report["roles"]]
    days = sorted(str(role[end]) for role in roles for end in ("first_day", "last_day") if role.get(end))
    related = [
        [role["immigration_related"] for role in report["roles"] if _is_known(role["immigration_related"])]
        for report in reports
    ]
    refused = [_comparison(role) for role in roles if role.get("refused")]
    named = Counter(one["why"] or one["because"] for one in refused)
    example = {one["why"] or one["because"]: one["because"] for one in reversed(refused)}
    return {
        "listed": len(reports),
        "first_day": days[0] if days else None,
        "last_day": days[-1] if days else None,
        "stating": sum(any(counts) for counts in related),
        "unread": sum(not counts for counts in related),
        "compared": sum(role.get("refused") is not None for role in roles),
        "refused": len(refused),
        "commonest": [(name, count, example[name]) for name, count in named.most_common(3)],
    }


# ---- months -------------------------------------------------------------------------------------------


def _months_of(roles: Iterable[dict[str, Any]]) -> list[str]:
    """The months that every drawing spans, the same for all lines so that they can be held against each other."""
    named = sorted({str(month["month"]) for role in roles for month in role.get("months") or []})
    if not named:
        return []
    (year, month), (last_year, last_month) = (map(int, name.split("-")) for name in (named[0], named[-1]))
    spanned = range(year * 12 + month - 1, last_year * 12 + last_month)
    return [f"{place // 12}-{place % 12 + 1:02}" for place in spanned][-MOST_MONTHS:]


def _series(role: dict[str, Any], months: list[str], name: str) -> list[int | None]:
    """One number per month, None where no file covers it or nothing is known."""
    told = {str(month["month"]): month.get(name) for month in role.get("months") or []}
    return [told[month] if _is_known(told.get(month)) else None for month in months]


def _related(role: dict[str, Any]) -> list[int]:
    counts = [month.get("immigration_related") for month in role.get("months") or []]
    return [count for count in counts if _is_known(count)]


def _drawn(months: list[str]) -> Callable[[dict[str, Any]], Markup]:
    """Draws a line's months as SVG."""

    def draw(role: dict[str, Any]) -> Markup:
        values, related = (_series(role, months, name) for name in ("searches", "immigration_related"))
        if all(value is None for value in values):
            return Markup()
        from investigate.charts import draw_spark  # noqa: PLC0415 - the charts start slowly

        most = max(value for value in values if value is not None)
        label = f"Searches a month, {months[0]} to {months[-1]}: at most {most:,}"
        peak = max(_related(role), default=None)
        label += "" if peak is None else f", immigration-related at most {peak:,}"
        return Markup(draw_spark(values, related, label))

    return draw


def _coded(months: list[str]) -> Callable[[dict[str, Any]], Markup]:
    """Writes a line's months as digits that the script draws: a height from 0 to 9 each, a dot where there is none;
    all searches, the related ones, and the largest number of the latter."""

    def heights(values: list[int | None]) -> str:
        most = max((value for value in values if value is not None), default=0) or 1
        return "".join("." if value is None else str(math.ceil(value / most * LEVELS)) for value in values)

    def draw(role: dict[str, Any]) -> Markup:
        drawn = [heights(_series(role, months, name)) for name in ("searches", "immigration_related")]
        peak = max(_related(role), default="")
        return Markup(" ").join([*drawn, str(peak)]) if drawn[0].strip(".") else Markup()

    return draw


# ---- how it is put together ---------------------------------------------------------------------------


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(ASSETS), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    templates.filters["visible"] = show_controls
    templates.filters["thousands"] = "{:,}".format
    templates.filters["rate"] = "{:,.2f}".format
    templates.filters["count_of"] = lambda number, one, many: f"{number:,} {one if number == 1 else many}"
    templates.filters["letter_file"] = lambda href: href.rpartition("/")[2]
    templates.tests["known"] = _is_known
    return templates


@cache
def _asset(name: str) -> Markup:
    """A style sheet or script of this package, which is ours and needs no escaping."""
    return Markup((ASSETS / name).read_text(encoding="utf-8").strip())
