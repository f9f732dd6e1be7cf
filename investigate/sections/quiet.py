"""What reasons leave unsaid: whether a fall of the immigration-related rate may be a change in what is written."""

from __future__ import annotations

from html import escape

import pandas as pd

from investigate.findings import ENOUGH_FOR_A_RATE, count_of, say_count, say_day, say_rate
from investigate.quality.switch import ENOUGH_SEARCHES
from investigate.quality.wording import share_of
from investigate.quiet import PARTS, Change, comparable_months, find_changes
from investigate.quiet_chart import NO_CHANGE, PART_SAID, chart_quiet, say_change, say_month
from investigate.show import Report, each_role
from investigate.shown import Shown, figure_shown, folded, joined, nothing, table

WORTH_SAYING = 5.0  # percentage points: of a second change, in the other direction than the largest
CAUTION = (
    "Where one of these shares rises, a fall of the immigration-related rate cannot be read as fewer searches for "
    "immigration enforcement: the purpose may only no longer be written down."
)
# How a share of picked values is followed up where no day parts them from typed reasons.
NO_SWITCH = {
    "few": "; they may have taken over on one day, but too few searches lie on one side of it to name it",
    "all": ", so no day on which they took over lies in these files",
    "none": ", so they have not taken over in these files",
    "mixed": ", and no day parts them from typed reasons",
}


def show_quiet(report: Report) -> Shown:
    """What share of reasons says nothing, month by month, beside the immigration-related rate; when picked values took
    over; how many searches that name an immigration agency came with no case number."""
    return each_role(report, lambda role: _show_role(report, role))


def _show_role(report: Report, role: str) -> Shown:
    months, whose = report.rows("quiet", role), report.whose(role)
    if not months["searches"].sum():
        return nothing("The files hold no searches whose reasons could be read.")
    switch = _only(report.rows("switch", role))
    sentences = [
        *_say_months(months, whose),
        _say_switch(switch, role),
        _say_no_case(_only(report.rows("no_case", role)), months, whose),
        _say_caution(months),
    ]
    html = "".join(f'<p class="finding">{escape(sentence)}</p>' for sentence in sentences)
    parts = [Shown(f'<div class="findings">{html}</div>', "\n".join(sentences))]
    if (months["not_exported"] < months["searches"]).any():
        day = None if switch is None or pd.isna(switch["day"]) else str(switch["day"])
        parts.append(figure_shown(chart_quiet(months, whose, day)))
    return joined(*parts, folded("The numbers, month by month", _table(months, whose)))


def _only(rows: pd.DataFrame) -> pd.Series | None:
    return None if rows.empty else rows.iloc[0]


def _say_months(months: pd.DataFrame, whose: str) -> list[str]:
    """The largest change of a share, and the largest the other way if it is large too."""
    changes = find_changes(months)
    if not changes:
        return [
            f"How what is written as a reason changed over time cannot be said of the searches {whose}: fewer than two "
            "months have rows on three quarters of their days, 50 searches, and a reason column for nearly all of them."
        ]
    largest = changes[0]
    if abs(largest.points) < NO_CHANGE:
        return [
            f"Between {say_month(largest.first)} and {say_month(largest.last)}, the first and the last month that can "
            f"be compared, no share of reasons {whose} that say nothing changed by as much as one percentage point."
        ]
    said = [
        f"Of the searches {whose}, {say_change(largest)}: the first and the last month that the files cover well "
        "enough to compare."
    ]
    other = _other_way(changes)
    return [*said, f"In the same time {say_change(other)}."] if other else said


def _other_way(changes: list[Change]) -> Change | None:
    rose = changes[0].points > 0
    against = [change for change in changes if abs(change.points) >= WORTH_SAYING and (change.points > 0) != rose]
    return against[0] if against else None


def _say_switch(switch: pd.Series | None, role: str) -> str:
    over = "Over all agencies that searched these cameras, " if role == "owner" else ""
    if switch is None:
        said = (
            f"fewer than {ENOUGH_SEARCHES} searches have a reason or a picked value: too few to find the day on which "
            "picked values took over"
        )
    elif switch["state"] == "switched":
        before = _percent(switch["picked_share_before"], switch["searches_before"])
        after = _percent(switch["picked_share_after"], switch["searches_after"])
        said = (
            f"picked values took over on {say_day(switch['day'])}: {before} of the reasons before that day are a value "
            f"picked from a list or begin with one, {after} of those from then on "
            f"({say_count(switch['searches_before'])} and {count_of(switch['searches_after'], 'search', 'searches')})"
        )
    else:
        share = _percent(switch["picked_share"], switch["searches"])
        said = (
            f"{share} of the reasons of {count_of(switch['searches'], 'search', 'searches')} are a value picked from a "
            f"list or begin with one{NO_SWITCH[switch['state']]}"
        )
    whole = over + said
    return whole[0].upper() + whole[1:] + "."


def _percent(share: float, searches: int) -> str:
    return share_of(round(float(share) * int(searches)), int(searches))


def _say_no_case(found: pd.Series | None, months: pd.DataFrame, whose: str) -> str:
    if found is None and not months["reason_known"].sum():
        return f"Whether any search {whose} names an immigration agency is not known: no reason could be read."
    if found is None:
        return (
            f"No reason of a search {whose} that could be read names an immigration agency (ICE, ERO, CBP, Border "
            "Patrol, USCIS) and no other crime, so none lacks a case number."
        )
    searches = count_of(found["searches"], "search", "searches")
    named = f"{searches} {whose} whose reason names an immigration agency"
    if not found["known"]:
        return f"Whether {named} came with a case number is not known: no file that holds them shows case numbers."
    left = int(found["searches"]) - int(found["known"])
    which = f"{say_count(found['known'])} of the {named}, in files that show case numbers" if left else named
    rest = f" Of the other {say_count(left)} it is not known: their files show no case numbers." if left else ""
    return (
        f"Of {which}, {say_count(found['without'])} ({share_of(found['without'], found['known'])}) came with no case "
        f"number: nothing in the column for it, and no number of four or more digits in the reason.{rest}"
    )


def _say_caution(months: pd.DataFrame) -> str:
    """What a fall of the rate is worth, in these months or at all."""
    rises = [change for change in find_changes(months) if change.points >= NO_CHANGE]
    if not rises:
        return CAUTION
    ends = comparable_months(months).iloc[[0, -1]]
    before, after = ends["per_1000"]
    if (ends["reason_known"] < ENOUGH_FOR_A_RATE).any() or after >= before:
        return CAUTION
    return (
        f"From {say_month(rises[0].first)} to {say_month(rises[0].last)} the immigration-related rate fell from "
        f"{say_rate(before)} to {say_rate(after)} per 1,000 searches while the share whose reason "
        f"{PART_SAID[rises[0].part]} rose: this fall cannot be read as fewer searches for immigration enforcement."
    )


def _table(months: pd.DataFrame, whose: str) -> Shown:
    said = months.assign(
        searches=months["searches"].mask(months["covered_days"] == 0),
        immigration_related=[say_count(number) for number in months["immigration_related"]],
        per_1000=[say_rate(rate) for rate in months["per_1000"]],
        **{f"{part}_said": [_say_share(row, part) for row in months.to_dict("records")] for part in PARTS},
    )
    columns = {
        "month": "month", "searches": "searches", "immigration_related": "immigration-related",
        "per_1000": "per 1,000", "vague_case_number_only_said": "case number only",
        "vague_other_said": "otherwise vague", "blank_said": "blank",
        "withheld_said": "withheld", "dropdown_only_said": "picked value only",
        "stated_said": "another purpose", "not_exported_said": "no reason column", "covered_days": "covered days",
    }  # fmt: skip
    return table(said, columns, f"Searches {whose} by month, and what share of them has which kind of reason")


def _say_share(month: dict[str, object], part: str) -> str:
    if not month["covered_days"]:
        return "no file"
    if not month["searches"]:
        return "no searches"
    return "not known" if pd.isna(month[f"{part}_share"]) else share_of(month[part], month["searches"])  # type: ignore[arg-type]
