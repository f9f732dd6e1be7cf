"""What reasons leave unsaid: whether a fall of the immigration-related rate may be a change in what is written."""

from __future__ import annotations

from html import escape

import pandas as pd

from investigate.findings import ENOUGH_FOR_A_RATE, count_of, say_count, say_day, say_rate
from investigate.quality.switch import ENOUGH_SEARCHES
from investigate.quality.wording import share_of
from investigate.quiet import PARTS
from investigate.quiet_change import (
    NO_CHANGE,
    WORTH_SAYING,
    Change,
    Fall,
    comparable_months,
    find_changes,
    find_extremes,
    find_fall,
)
from investigate.quiet_chart import (
    PART_SAID,
    chart_quiet,
    has_gap,
    say_change,
    say_extreme,
    say_month,
    say_taken_over,
)
from investigate.show import Report, each_role
from investigate.shown import Shown, figure_shown, folded, joined, nothing, table

CAUTION = (
    "Where one of these shares rises by as much as the immigration-related rate falls, or more, the fall cannot be "
    "read as fewer searches for immigration enforcement: the purpose may only no longer be written down."
)
# How a share of picked values is followed up where no day parts them from typed reasons.
NO_SWITCH = {
    "few": "; they may have taken over on one day, but too few searches lie on one side of it to name it",
    "all": ", so no day on which they took over lies in these files",
    "none": ", so they have not taken over in these files",
    "mixed": ", and no day parts them from typed reasons",
    "others": ". From which day most are cannot be told from a change of who searched: the agencies that searched "
    "before and after are too few, or did not turn to picked values themselves",
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
        _say_switch(switch, role, months),
        _say_no_case(_only(report.rows("no_case", role)), months, whose),
        *_say_caution(months),
    ]
    html = "".join(f'<p class="finding">{escape(sentence)}</p>' for sentence in sentences)
    parts = [Shown(f'<div class="findings">{html}</div>', "\n".join(sentences))]
    if (months["not_exported"] < months["searches"]).any():
        days = (None, None) if switch is None else (switch["day"], switch["eve"])
        parts.append(figure_shown(chart_quiet(months, whose, *days)))
    return joined(*parts, folded("The numbers, month by month", _table(months, whose)))


def _only(rows: pd.DataFrame) -> pd.Series | None:
    return None if rows.empty else rows.iloc[0]


def _say_months(months: pd.DataFrame, whose: str) -> list[str]:
    """The largest change of a share, the largest the other way if it is large too, and what lay in between."""
    changes = find_changes(months)
    if not changes:
        return [
            f"How what is written as a reason changed over time cannot be said of the searches {whose}: fewer than two "
            "months have rows on three quarters of their days, 50 searches, and a reason column for nearly all of them."
        ]
    between = _say_between(months)
    largest = changes[0]
    if abs(largest.points) < NO_CHANGE:
        return [
            f"Between {say_month(largest.first)} and {say_month(largest.last)}, the first and the last month that can "
            f"be compared, no share of reasons {whose} that say nothing changed by as much as one percentage point.",
            *between,
        ]
    said = [
        f"Of the searches {whose}, {say_change(largest)}: the first and the last month that the files cover well "
        "enough to compare."
    ]
    other = _other_way(changes)
    return [*said, *([f"In the same time {say_change(other)}."] if other else []), *between]


def _say_between(months: pd.DataFrame) -> list[str]:
    """The highest and the lowest month that the first and the last do not show, of the shares that differ most."""
    extremes = find_extremes(months)
    sides = ([one for one in extremes if is_high == (one.points > 0)][:1] for is_high in (True, False))
    said = [say_extreme(one) for side in sides for one in side]
    return [f"In between, {', and '.join(said)}: further than in either of these two months."] if said else []


def _other_way(changes: list[Change]) -> Change | None:
    rose = changes[0].points > 0
    against = [change for change in changes if abs(change.points) >= WORTH_SAYING and (change.points > 0) != rose]
    return against[0] if against else None


def _say_switch(switch: pd.Series | None, role: str, months: pd.DataFrame) -> str:
    over = "Over all agencies that searched these cameras, " if role == "owner" else ""
    if switch is None and not (months["not_exported"] < months["searches"]).any():
        said = "whether picked values took over is not known: no file that holds these searches has a column of reasons"
    elif switch is None:
        said = (
            f"fewer than {ENOUGH_SEARCHES} searches have a reason or a picked value: too few to find the day on which "
            "picked values took over"
        )
    elif switch["state"] == "switched":
        before = _percent(switch["picked_share_before"], switch["searches_before"])
        after = _percent(switch["picked_share_after"], switch["searches_after"])
        day, eve = switch["day"], switch["eve"]
        until, since = "before that day", "from then on"
        if has_gap(day, eve):
            until, since = f"up to {say_day(eve)}", f"from {say_day(day)} on, with none in between"
        said = (
            f"picked values took over {say_taken_over(day, eve)}: {before} of the reasons {until} are a value "
            f"picked from a list or begin with one, {after} of those {since} "
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
        "number: nothing in the column for it, and no number of four or more digits in the reason other than a year, "
        f"a date or a house number.{rest}"
    )


def _say_caution(months: pd.DataFrame) -> list[str]:
    """What a fall of the rate is worth: from the first month to the last, and to that in which a part was highest."""
    held = comparable_months(months)
    if len(held) < 2:
        return [CAUTION]
    highest = [one.month for one in find_extremes(months) if one.points > 0][:1]
    later = [*highest, held["month"].iloc[-1]]
    said = [_say_fall(fall) for month in later if (fall := _fall_to(held, month))]
    return said or [CAUTION]


def _fall_to(held: pd.DataFrame, month: str) -> Fall | None:
    """The fall from the first month to this one; None where there are too few searches for a rate."""
    first, last = held.iloc[0], held[held["month"] == month].iloc[0]
    if min(int(first["reason_known"]), int(last["reason_known"])) < ENOUGH_FOR_A_RATE:
        return None
    return find_fall(first, last)


def _say_fall(fall: Fall) -> str:
    """A fall of the rate, and how much of it what is no longer written down can account for."""
    parts = " or ".join(PART_SAID[rise.part] for rise in fall.rises)
    fell = (
        f"From {say_month(fall.first)} to {say_month(fall.last)} the immigration-related rate fell from "
        f"{say_rate(fall.rate_first)} to {say_rate(fall.rate_last)} per 1,000 searches while the share whose reason "
        f"{parts} rose by {fall.points:.1f} percentage points"
    )
    if fall.accounts_for == 1:
        return (
            f"{fell}: that is enough to account for the whole fall, which cannot be read as fewer searches for "
            "immigration enforcement."
        )
    return (
        f"{fell}: even if all of these searches more had been for immigration enforcement, they would account for "
        f"{share_of(fall.accounts_for, 1)} of the fall, and not for the rest."
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
