"""What a notebook shows of one agency: findings, tables and charts, as HTML for eyes and as text for checks.

Each function takes an opened report and shows every role it covers under a heading of its own, so that camera
owner and searching agency are never added up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import pandas as pd

from investigate import __version__
from investigate.charts import Figure, chart_months
from investigate.comparison.pairs import list_events
from investigate.counts import WHOSE
from investigate.errors import UnknownValue
from investigate.findings import ROLE_SAID, find_sentences, main_comparison, plain, totals_of
from investigate.periods import CUT_SAID
from investigate.reasons.classify import RULES_VERSION
from investigate.report_tables import AgencyTables, check_role, read_agency_tables
from investigate.said import count_of, say_count, say_rate
from investigate.scrub import printed
from investigate.shown import Shown, figure_shown, joined, nothing, table
from investigate.workspace import Workspace

MOST_WORDS = 25
MOST_FILES = 6
MOST_CITED = 3  # releases named below a figure; all of them stand under Sources
CATEGORY_SAID = {
    "immigration": "Immigration enforcement",
    "immigration_crime": "Criminal immigration offence",
    "immigration_agency": "Immigration agency named (ICE, ERO, CBP, Border Patrol, USCIS)",
    "homeland": "HSI, DHS or Homeland Security named, no crime",
    "immigration_or_homeland_other_crime": "Any of these together with another crime",
    "other_federal": "Other federal agency",
    "false_friend": "Looks like it and is not",
    "vague": "No purpose stated",
    "other": "Another purpose",
    "blank": "Nothing typed",
    "withheld": "Withheld",
    "not_exported": "No reason column in the file",
}


@dataclass(frozen=True)
class Report:
    """One agency's tables, and the roles that its report covers."""

    tables: AgencyTables
    roles: tuple[str, ...]
    _kept: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def agency(self) -> str:
        return self.tables.agency

    def whose(self, role: str) -> str:
        return WHOSE[role].format(self.agency)

    def rows(self, table: str, role: str) -> pd.DataFrame:
        """One role's rows of one of the agency's tables."""
        if (table, role) not in self._kept:
            frame: pd.DataFrame = getattr(self.tables, table)
            self._kept[table, role] = frame[frame["role"] == role]
        return self._kept[table, role].copy(deep=False)  # what is written into it stays out of the one kept


def open_report(agency: object, role: str = "", workspace: str | Path | Workspace | None = None) -> Report:
    """Open the report of one agency (a name, or what `choose_agency` gave).

    `role`: owner or searcher, or "" for every role it has in the data. Raises UnknownValue, with the nearest names, for
    an agency or role that is not in the data.
    """
    tables = read_agency_tables(str(agency), workspace)
    if role:
        check_role(tables, role)
    return Report(tables, (role,) if role else tuple(tables.roles))


def show_findings(report: Report) -> Shown:
    """The findings as sentences, the headline first."""

    def one(role: str) -> Shown:
        sentences = find_sentences(report.tables, role)
        html = "".join(f'<p class="finding">{escape(sentence)}</p>' for sentence in sentences)
        return Shown(f'<div class="findings">{html}</div>', "\n".join(sentences))

    sample = '<p class="caution">Invented sample data: no agency, officer or search in it is real.</p>'
    shown = each_role(report, one)
    return Shown(sample + shown.html, shown.text) if report.tables.workspace.is_sample else shown


def show_periods(report: Report) -> Shown:
    """Before and after the inauguration in all three scopes, with rows, searches, cases and covered days."""
    return each_role(report, lambda role: _show_periods(report.rows("periods", role)))


def show_months(report: Report) -> Shown:
    """Searches by month as a chart: all of them, and the immigration-related ones with their range; with what happened
    meanwhile and the stretches that no file covers."""

    def one(role: str) -> Shown:
        months = report.rows("months", role)
        if months.empty:
            return nothing("The files hold no searches to draw.")
        return figure_shown(draw_timeline(report, role))

    return each_role(report, one)


def draw_months(agency: object, role: str = "", workspace: str | Path | Workspace | None = None) -> Figure:
    """The chart of months of one agency, to look at or to `save` as .svg or .png.

    `role`: owner or searcher; "" where the agency has one only. Raises UnknownValue for an agency or role that is not
    in the data, or where it has to be said which of two roles is meant.
    """
    report = open_report(agency, role, workspace)
    if len(report.roles) > 1:
        raise UnknownValue(
            f"{report.agency!r} stands in the data both as camera owner and as searching agency, which must not be "
            "added up. Say which: role owner or role searcher."
        )
    return draw_timeline(report, report.roles[0])


def draw_timeline(report: Report, role: str) -> Figure:
    """The chart of months of one role, with events of the agency: laws and settings concern camera owners only."""
    state = report.rows("agencies", role).iloc[0]["state"]
    names = [report.agency] if role == "owner" else []
    events = list_events(report.tables.workspace, [state] if names and isinstance(state, str) else [], names)
    switch = report.rows("switch", role).dropna(subset=["day"])
    days = {} if switch.empty else {"switch": switch.iloc[0]["day"], "switch_eve": switch.iloc[0]["eve"]}
    whose = printed(report.whose(role))
    return chart_months(report.rows("months", role), whose, events, report.rows("covered", role), **days)


def show_words(report: Report) -> Shown:
    """The exact texts that the rules matched, in the broad scope, with the rows in which to look them up."""

    def one(role: str) -> Shown:
        words = report.rows("words", role)
        if words.empty:
            return nothing("No reason in the broad scope was found.")
        # Words apart, so that the long names of categories can wrap on a narrow page.
        said = words.assign(category=words["category"].str.replace("_", " "))
        columns = {
            "matched": "text matched", "category": "category", "rule": "rule", "searches": "searches",
            "before": "before", "after": "after", "rows": "rows to look at",
        }  # fmt: skip
        return table(said, columns, "Exact text matched, most searches first", MOST_WORDS)

    return each_role(report, one)


def show_categories(report: Report) -> Shown:
    """Distinct searches in each category before and after: every search stands in it, whatever its reason."""

    def one(role: str) -> Shown:
        counts = report.rows("categories", role)
        wide = counts.pivot_table(index="category", columns="period", values="searches", aggfunc="sum").reset_index()
        if wide.empty:
            return nothing("The files hold no searches.")
        order = {category: place for place, category in enumerate(CATEGORY_SAID)}
        wide = wide.sort_values("category", key=lambda names: names.map(order))
        wide["said"] = wide["category"].map(CATEGORY_SAID)
        columns = {"said": "stated reason", "category": "category", "before": "before", "after": "after"}
        return table(wide, columns, "Distinct searches by category of the stated reason")

    return each_role(report, one)


def show_sources(report: Report) -> Shown:
    """The releases behind the numbers: file, SHA-256, what was read and what was not, and what to know of it."""

    def one(role: str) -> Shown:
        sources = report.rows("sources", role)
        read = sources.assign(first=sources["first_searched_at"].str[:10], last=sources["last_searched_at"].str[:10])
        columns = {
            "file": "file", "rows_read": "rows read", "rows_rejected": "rejected", "rows_blank": "blank",
            "repeats_in_file": "repeats", "rows": "used here", "first": "first (UTC)", "last": "last (UTC)",
        }  # fmt: skip
        told = {"release": "release", "producer": "released by", "kind": "kind", "sha256": "SHA-256"}
        counted = table(read, columns, "Files that the numbers come from")
        identified = table(sources, told, "The same files, in the same order: how to know them again")
        return Shown(counted.html + identified.html, f"{counted.text}\n{identified.text}")

    return each_role(report, one, cites=False)


def show_cautions(report: Report) -> Shown:
    """What the loader warned of, file by file: read it before any number."""

    def one(role: str) -> Shown:
        sources = report.rows("sources", role)
        files_of: dict[str, list[str]] = {}
        for file, warnings in zip(sources["file"], sources["warnings"], strict=True):
            for warning in json.loads(warnings):
                files_of.setdefault(warning, []).append(file)
        said = [f"{_name_files(files)}: {warning}" for warning, files in files_of.items()]
        if not said:
            return nothing("The loader had nothing to warn of.")
        return Shown("".join(f'<p class="caution">{escape(one)}</p>' for one in said), "\n".join(said))

    return each_role(report, one)


def show_gate(report: Report) -> Shown:
    """What the gate found in the files, check by check: what it means for a finding and what to ask."""
    return each_role(report, lambda role: tell_checks(report.rows("gate", role)))


def show_method(report: Report) -> Shown:
    """What the numbers were counted with, so that another can count them again."""
    sentence = (
        f"Counted with investigate {__version__} under version {RULES_VERSION} of the rules for reasons. Numbers are "
        f"distinct searches unless a column says otherwise. The cut between before and after is {CUT_SAID}."
    )
    return Shown(f"<p>{escape(sentence)}</p>", sentence)


def _name_files(files: list[str]) -> str:
    """One file by its name, several by their number and the first name."""
    return files[0] if len(files) == 1 else f"{len(files)} files, such as {files[0]}"


def headline_numbers(report: Report, role: str) -> dict[str, object]:
    """The numbers that an index shows of one role; None is not known."""
    periods = report.rows("periods", role)
    standard = periods[periods["scope"] == "standard"].set_index("period")["immigration_related"]
    agency = report.rows("agencies", role).iloc[0]
    # Months part the days; the two periods share the day of the cut.
    months = report.rows("months", role)
    days = months[months["scope"] == "standard"]["covered_days"].sum()
    totals = totals_of(report.tables, role)
    return {
        "role": role,
        "rows": totals["rows"],
        "searches": totals["searches"],
        "immigration_related": totals["standard"],
        **{name: totals[name] for name in ("strict", "broad", "reason_known", "per_1000")},
        **{period: None if pd.isna(standard.get(period)) else int(standard[period]) for period in ("before", "after")},
        "covered_days": int(days),
        **{name: None if pd.isna(agency[name]) else agency[name] for name in ("first_day", "last_day")},
        **_compared(report, role),
        "months": [
            {"month": row["period"], **{name: plain(row[name]) for name in ("searches", "immigration_related")}}
            for row in months[(months["scope"] == "standard") & (months["covered_days"] > 0)].to_dict("records")
        ],
    }


def _compared(report: Report, role: str) -> dict[str, object]:
    """The comparison with the inauguration as the index shows it: the ratio, or why it was refused."""
    found = main_comparison(report.tables, role) or {}
    named = {"rate_ratio": "rate_ratio", "ratio_low": "low", "ratio_high": "high"}
    named |= {"compared_days": "before_covered_days"}
    return {
        "refused": bool(found["refused"]) if found else None,
        "refused_why": found.get("refused_why", ""),
        "refused_because": found.get("refused_because", ""),
        **{name: plain(found.get(of)) for name, of in named.items()},
    }


# ---- how it is put together ---------------------------------------------------------------------------


def each_role(report: Report, make: Callable[[str], Shown], *, cites: bool = True) -> Shown:
    """What `make` shows for each role, under a heading of its own where there is more than one.

    Figures and tables cite the releases and rows that they come from, unless they come from elsewhere (`cites`)."""
    parts = [(ROLE_SAID[role], _cited(report, role, make(role)) if cites else make(role)) for role in report.roles]
    if len(parts) == 1:
        return parts[0][1]
    said = "\n\n".join(f"{head}\n{shown.text}" for head, shown in parts)
    sections = [(f"<section><h3>{escape(head)}</h3>", shown) for head, shown in parts]
    html = "".join(f"{start}{shown.html}</section>" for start, shown in sections)
    live = "".join(f"{start}{shown.live or shown.html}</section>" for start, shown in sections)
    return Shown(html, said, live if any(shown.live for _, shown in parts) else "")


def _cited(report: Report, role: str, shown: Shown) -> Shown:
    """With the releases and rows behind it, where it shows numbers in a figure or a table."""
    if not re.search(r"<(?:figure|table|dl)\b", shown.html):
        return shown
    said = source_line(report.rows("sources", role))
    return joined(shown, Shown(f'<p class="source">{escape(said)}</p>', said))


def source_line(sources: pd.DataFrame) -> str:
    """The releases and rows that the numbers of one role come from, in a line."""
    used = sources[sources["rows"] > 0]
    named = used["release"].drop_duplicates().tolist()
    more = f" and {len(named) - MOST_CITED:,} more" if len(named) > MOST_CITED else ""
    which = f"{'release' if len(named) == 1 else 'releases'} {', '.join(named[:MOST_CITED])}{more}"
    rows = count_of(used["rows"].sum(), "row")
    return f"Source: {which}; {rows}." if named else "Source: no row of the released files."


def _show_periods(periods: pd.DataFrame) -> Shown:
    if periods.empty:
        return nothing("The files hold no searches to count.")
    said = periods.assign(
        per_1000=[say_rate(rate) for rate in periods["per_1000"]],
        immigration_related=[say_count(number) for number in periods["immigration_related"]],
    )
    columns = {
        "scope": "scope", "period": "period", "immigration_related": "immigration-related", "per_1000": "per 1,000",
        "reason_known": "with a reason to read", "searches": "searches", "cases": "cases", "rows": "rows",
        "covered_days": "covered days",
    }  # fmt: skip
    order = {"strict": 0, "standard": 1, "broad": 2}
    rows = said.sort_values("scope", key=lambda names: names.map(order), kind="stable")
    return table(rows, columns, "Distinct searches before and after noon Eastern on 20 January 2025")


def tell_checks(gate: pd.DataFrame) -> Shown:
    """Checks of releases (columns check, result, file, says, means, ask): those that did not pass, one by one."""
    quiet = gate["result"].value_counts()
    left = f"{int(quiet.get('pass', 0)):,} checks passed, {int(quiet.get('not checked', 0)):,} could not be made."
    odd = gate[gate["result"].isin(["fail", "warn"])]
    if odd.empty:
        return nothing(f"Nothing to warn of. {left}")
    caption = "Checks that did not pass, and in which files."
    by_check = sorted(
        odd.groupby(["result", "check"], sort=False), key=lambda one: one[0][0]
    )  # fail stands before warn
    told = [_tell_check(f"{result.capitalize()}: {name}", found) for (result, name), found in by_check]
    html = "".join(one.html for one in told)
    return Shown(
        f"<p>{caption}</p>{html}<p>{escape(left)}</p>", "\n".join([caption, *(one.text for one in told), left])
    )


def _tell_check(head: str, found: pd.DataFrame) -> Shown:
    """What one check found in each file, what that means, and what to ask: once, where it is the same for all files."""
    is_one_ask = len(set(found["ask"])) == 1
    shown = found.head(MOST_FILES)
    lines = [f"{one.file}: {one.says}" + ("" if is_one_ask else f" {one.ask}") for one in shown.itertuples()]
    left = len(found) - len(shown)
    lines += [f"and {left:,} more; `investigate check` names them."] if left else []
    end = " ".join([found["means"].iloc[0], *([found["ask"].iloc[0]] if is_one_ask else [])])
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
    html = f'<div class="caution"><strong>{escape(head)}</strong><ul>{listed}</ul><em>{escape(end)}</em></div>'
    return Shown(html, "\n".join([head, *(f"  {line}" for line in lines), f"  {end}"]))
