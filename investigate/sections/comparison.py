"""Before against after on the page: over equal covered days, or why that is refused; and what the ratio hangs on."""

from __future__ import annotations

from html import escape

import pandas as pd

from investigate.calendar_chart import chart_calendar
from investigate.comparison.by_agency import MAIN
from investigate.comparison.said import SHOWN, VARIED, say_comparison, say_times, told
from investigate.ratio_chart import chart_ratios
from investigate.said import count_of
from investigate.scrub import printed
from investigate.show import Report, each_role
from investigate.shown import Shown, figure_shown, folded, joined, nothing, table

ORDER = {"strict": 0, "standard": 1, "broad": 2}
CAUTION = (
    "The interval takes each search for an event of its own. Searches of one case, or of one officer's evening, hang "
    "together, so that the truth is less certain than it says: the line in cases shows by how much."
)


def show_comparison(report: Report) -> Shown:
    """Before against after the inauguration over equal covered days in all scopes, or why not; and other cuts."""
    return each_role(report, lambda role: _show_role(report, role))


def show_variants(report: Report) -> Shown:
    """How the ratio moves when the cut, the scope, the unit, the days or the agencies counted are chosen otherwise."""
    return each_role(report, lambda role: _show_variants(report, role))


def show_calendar(report: Report) -> Shown:
    """Which days the logs cover, and how many rows each holds."""
    return each_role(report, lambda role: _show_calendar(report, role))


def show_compared(compared: pd.DataFrame) -> Shown:
    """What `compare_periods` gave, in sentences and as a table: one line a pair and scope."""
    if compared.empty:
        return nothing("Nothing was compared.")
    said = [
        sentence
        for row in compared[compared["scope"] == _headline_scope(compared)].to_dict("records")
        for sentence in say_comparison(row)
    ]
    said = [printed(sentence) for sentence in said]
    html = "".join(f"<p>{escape(sentence)}</p>" for sentence in said)
    named = told(compared).assign(pair_name=[printed(name) for name in compared["pair_name"]])
    return joined(Shown(html, "\n".join(said)), table(named, SHOWN, "Before and after over equal covered days"))


def show_agencies_compared(compared: pd.DataFrame, most: int = 20) -> Shown:
    """What `compare_agencies` gave: how many can be compared, the ratios as a chart and a table, and why others not."""
    compared = compared.assign(agency=[printed(name) for name in compared["agency"]])
    refused = compared[compared["refused"].astype(bool)]
    sentence = (
        f"{count_of(len(compared) - len(refused), 'agency', 'agencies')} can be compared with "
        f"{'itself' if len(compared) - len(refused) == 1 else 'themselves'}, {len(refused):,} cannot."
    )
    parts = [nothing(sentence)]
    if len(refused) < len(compared):
        columns = {"agency": "agency"} | {name: SHOWN[name] for name in SHOWN if name not in {"pair_name", "scope"}}
        kept = compared[~compared["refused"].astype(bool)]
        parts += [figure_shown(chart_ratios(kept, most)), table(told(kept), columns, "Each agency by itself", most)]
    if len(refused):
        why = refused.assign(why=[printed(str(sentence)) for sentence in refused["refused_because"]])
        parts.append(table(why, {"agency": "agency", "why": "why it is not compared"}, "Not compared", most))
    return joined(*parts)


def _headline_scope(compared: pd.DataFrame) -> str:
    scopes = set(compared["scope"])
    return "standard" if "standard" in scopes else str(sorted(scopes, key=lambda scope: ORDER[scope])[0])


def _show_role(report: Report, role: str) -> Shown:
    every = report.rows("comparison", role)
    main = every[every["pair"] == MAIN].sort_values("scope", key=lambda scopes: scopes.map(ORDER))
    if main.empty:
        return nothing("The files hold no searches to compare.")
    headline = main[main["scope"] == "standard"].iloc[0].to_dict()
    sentences = [printed(sentence) for sentence in say_comparison(headline)]
    kind = "refused" if headline["refused"] else "compared"
    first = Shown(
        f'<div class="{kind}">{"".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)}</div>',
        "\n".join(sentences),
    )
    main_columns = {name: head for name, head in SHOWN.items() if name != "pair_name"}
    is_equal = headline["before_covered_days"] == headline["after_covered_days"]
    caption = "Equal covered days before and after the inauguration" if is_equal else "What the files hold on each side"
    parts = [first, table(told(main), main_columns, caption)]
    others = every[(every["pair"] != MAIN) & (every["scope"] == "standard")]
    if len(others):
        counts = others["refused"].sum()
        head = f"Other cuts: {len(others):,}, of which {int(counts):,} cannot be compared"
        parts.append(folded(head, _other_cuts(others)))
    return joined(*parts)


def _other_cuts(others: pd.DataFrame) -> Shown:
    said = told(others).assign(
        why=[printed(str(why or "")) for why in others["refused_because"]],
        pair_name=[printed(name) for name in others["pair_name"]],
    )
    columns = {
        "pair_name": "before and after", "days": "covered days each", "before_said": "before", "after_said": "after",
        "ratio": "ratio (95 % interval)", "why": "why not compared",
    }  # fmt: skip
    caution = nothing(
        "Of many cuts one will show something by chance: only one that was chosen before looking can carry a finding."
    )
    return joined(caution, table(said, columns, "The same comparison at other cuts, standard scope"))


def _show_variants(report: Report, role: str) -> Shown:
    variants = report.rows("variants", role)
    if variants.empty:
        return nothing("Not compared, so nothing can be chosen otherwise.")
    said = told(variants).assign(said=[printed(choice) for choice in variants["said"]])
    sentence = _say_span(variants)
    return joined(nothing(f"{sentence} {CAUTION}"), table(said, VARIED, "The ratio under other choices, one at a time"))


def _say_span(variants: pd.DataFrame) -> str:
    known = variants.dropna(subset=["rate_ratio"])
    if known.empty:
        return "Under none of these choices is there a ratio: none lies before the cut."
    low, high = known["rate_ratio"].min(), known["rate_ratio"].max()
    without = len(variants) - len(known)
    more = f" Under {without:,} of them there is none." if without else ""
    return f"Under these {len(variants):,} choices the ratio lies between {say_times(low)} and {say_times(high)}.{more}"


def _show_calendar(report: Report, role: str) -> Shown:
    days, covered = report.rows("days", role), report.rows("covered", role)
    if covered.empty:
        return nothing("The files cover no day.")
    return figure_shown(
        chart_calendar(days[["day", "rows"]], covered[["first", "last"]], printed(report.whose(role)), role)
    )
