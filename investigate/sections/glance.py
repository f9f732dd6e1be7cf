"""The page's first table: the numbers that a reader looks for, each with what bounds it."""

from __future__ import annotations

from html import escape

from investigate.comparison.said import say_limits, say_times
from investigate.findings import ENOUGH_FOR_A_RATE, main_comparison, totals_of
from investigate.said import count_of, is_unknown, say_count, say_day, say_rate
from investigate.scrub import printed
from investigate.show import Report, each_role
from investigate.shown import Shown


def show_glance(report: Report) -> Shown:
    """How many searches, how many of them immigration-related, the change, who, and which days: one line each."""
    return each_role(report, lambda role: _listed(_lines(report, role)))


def _listed(lines: list[tuple[str, str, str]]) -> Shown:
    """A list of terms, each with its number and what bounds it."""
    html = "".join(
        f"<div><dt>{escape(term)}</dt><dd><strong>{escape(number)}</strong> {escape(bounds)}</dd></div>"
        for term, number, bounds in lines
    )
    text = "\n".join(f"{term}: {number} {bounds}".rstrip() for term, number, bounds in lines)
    return Shown(f'<dl class="glance">{html}</dl>', text)


def _lines(report: Report, role: str) -> list[tuple[str, str, str]]:
    totals = totals_of(report.tables, role)
    agency = report.rows("agencies", role).iloc[0]
    others = "Searching agencies" if role == "owner" else "Camera owners searched"
    lines = [("Searches", say_count(totals["searches"]), f"in {count_of(totals['rows'], 'row')}")]
    if not totals["searches"]:
        return lines
    spread = f"{say_count(totals['strict'])} strict, {say_count(totals['broad'])} broad"
    lines.append(("Immigration-related", say_count(totals["standard"]), f"({spread})"))
    if totals["reason_known"] >= ENOUGH_FOR_A_RATE:
        lines.append(("Rate", say_rate(totals["per_1000"]), "in every 1,000 whose reason can be read"))
    lines.append(("Change with the inauguration", *_change(report, role)))
    number = agency["outside_agencies"]
    if role == "searcher" and not number:
        lines.append((others, "not known", "the released files do not say whose cameras were searched"))
    else:
        lines.append((others, say_count(number), "itself among them" if agency["own_searches"] else ""))
    covered = report.rows("covered", role)
    days = int(((covered["last"] - covered["first"]).dt.days + 1).sum())
    lines.append(("Days covered", say_count(days), f"{say_day(agency['first_day'])} to {say_day(agency['last_day'])}"))
    files = count_of(report.rows("sources", role)["release"].nunique(), "file")
    lines.append(("From", files, "each with its SHA-256 under Sources"))
    return [(term, number, printed(bounds)) for term, number, bounds in lines]


def _change(report: Report, role: str) -> tuple[str, str]:
    """The ratio with its interval, or that there is none, with why."""
    row = main_comparison(report.tables, role)
    if row is None or row["refused"]:
        return "not compared", "" if row is None else str(row["refused_because"])
    days = f"over {count_of(row['before_covered_days'], 'covered day')} on each side"
    if is_unknown(row["rate_ratio"]):
        counts = [say_count(row[f"{side}_immigration_related"]) for side in ("before", "after")]
        none = "before" if row["after_immigration_related"] else "on either side"
        return " → ".join(counts), f"immigration-related searches, {days}; with none {none} there is no ratio"
    return say_times(row["rate_ratio"]), f"the rate before (95 % interval {say_limits(row)}), {days}"
