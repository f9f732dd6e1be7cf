"""287(g) on the page: which searching agencies had signed an agreement with ICE by the day of their searches."""

from __future__ import annotations

import pandas as pd

from investigate.agencies.agreements import Sheet
from investigate.agencies.programs import A_FEDERAL, TO_CONFIRM, sheets_at_hand, tell_odd
from investigate.findings import count_of, say_count
from investigate.scrub import printed
from investigate.show import Report, each_role
from investigate.shown import Shown, folded, joined, nothing, table

MOST_PARTNERS, MOST_NEAR = 50, 50
WHEN = ("before", "since")
COUNTED = {
    "partner": "searching agency", "models": "model (signed)", "immigration_before": "immigration-related before",
    "immigration_since": "since it signed", "searches_before": "all searches before", "searches_since": "all since",
    "first_day": "first since", "last_day": "last since",
}  # fmt: skip
LISTED = {"partner": "searching agency", "listed": "in the sheet as", "ended": "no longer listed in a later one"}
WHERE_LISTED = "Where these agencies stand in ICE's sheets"
NEAR = {
    "partner": "searching agency", "listed_as": "in the sheet as", "why": "what differs", "model": "model",
    "signed": "signed", "immigration": "immigration-related", "searches": "all searches", "where": "sheet and row",
}  # fmt: skip
WHAT_IT_IS = (
    "An agreement under section 287(g) is with ICE and says nothing of licence-plate readers: it is no proof of what a "
    f"search was for. Each match is a {TO_CONFIRM} with the agency before it is printed."
)
NO_SHEET = (
    "Which agencies had signed an agreement under section 287(g) was not checked: there is no sheet of ICE's "
    "participating agencies in data/manual/287g. data/README.md says where to get it."
)
ONLY_SIMILAR = "Only similar names: look at each; none is counted above"
NO_DAY = "For {}, no day of signing can be read in the sheet, so that no search is counted before or after it."
ENDED = (
    "A later sheet no longer lists {} under the same name: the agreement may have ended, on a day that no sheet tells. "
    "It is counted on."
)
UNREAD = "Unread: searches that show no reason that could be read."


def show_agreements(report: Report) -> Shown:
    """Searching agencies with an agreement under section 287(g), their searches before and since, and near matches."""
    sheets = sheets_at_hand(report.tables.workspace)
    if not sheets:
        return nothing(NO_SHEET)
    shown = each_role(report, lambda role: _show_role(report, role))
    return joined(shown, nothing(WHAT_IT_IS), nothing(_say_sheets(sheets)))


def _show_role(report: Report, role: str) -> Shown:
    held, asked = report.rows("agreements", role), report.rows("near_agreements", role)
    near, apart = asked[asked["listed_as"].notna()], asked[asked["listed_as"].isna()]
    parts = [nothing(_say_role(report, role, held, near, apart))]
    if not held.empty:
        parts.append(_show_held(held, report, role))
        parts += [nothing(sentence) for sentence in _cautions(held)]
    if not near.empty:
        said = near.assign(
            where=[f"{printed(sheet)}, row {row}" for sheet, row in zip(near["sheet"], near["row"], strict=True)],
            immigration=_with_unread(near, "immigration", "unread"),
        )
        caption = f"Similar names in the sheets, never counted. {UNREAD}"
        parts.append(folded(ONLY_SIMILAR, table(said, NEAR, caption, MOST_NEAR)))
    return joined(*parts)


# ---- in words -----------------------------------------------------------------------------------------


def _say_role(report: Report, role: str, held: pd.DataFrame, near: pd.DataFrame, apart: pd.DataFrame) -> str:
    agency = printed(report.agency)
    if role == "searcher":
        return _say_itself(agency, held, near, apart)
    is_held = len(_others(held, report.agency)) < len(held)
    held, near, apart = (_others(frame, report.agency) for frame in (held, near, apart))
    everyone, whose = _others(report.rows("partners", role), report.agency), printed(report.whose(role))
    has_itself = len(everyone) < len(report.rows("partners", role))
    other = "other " if has_itself else ""
    since = held[held["searches_since"].fillna(0) > 0]
    said = [
        f"{say_count(len(since))} of the "
        f"{count_of(len(everyone), f'{other}searching agency', f'{other}searching agencies')} had signed an agreement "
        f"under section 287(g) with ICE by the day of a search {whose}, as ICE's sheets have it for agencies of their "
        f"names ({TO_CONFIRM})."
    ]
    if not since.empty:
        said.append(f"From the day that each signed, {_say_related(since, 'their')}.")
    said += _say_apart(near, apart)
    if has_itself:
        said.append(f"{agency} itself is left out here{', and stands in the table below' if is_held else ''}.")
    return " ".join(said)


def _others(frame: pd.DataFrame, agency: str) -> pd.DataFrame:
    return frame[frame["partner"].str.casefold() != agency.casefold()]


def _say_apart(near: pd.DataFrame, apart: pd.DataFrame) -> list[str]:
    """The agencies of which the sheets say nothing, because their names were only similar, or not compared."""
    federal = apart["why"] == A_FEDERAL
    numbers = {
        "not compared (state not known, or the name says too little)": apart.loc[~federal, "partner"].nunique(),
        "federal, not looked for": apart.loc[federal, "partner"].nunique(),
        "with only similar names in the sheets": near["partner"].nunique(),
    }
    told = [f"{say_count(number)} {what}" for what, number in numbers.items() if number]
    return [f"Among the others: {'; '.join(told)}. None of these is counted."] if told else []


def _say_itself(agency: str, held: pd.DataFrame, near: pd.DataFrame, apart: pd.DataFrame) -> str:
    if held.empty:
        return _say_not_found(agency, near, apart)
    lists = f"ICE's sheets list an agency of the name and place of {agency} ({TO_CONFIRM})"
    signed, other_days = held["signed"].iloc[0], held["other_days"].iloc[0]
    if signed is None or pd.isna(signed):
        return f"{lists} with an agreement under section 287(g) whose day of signing cannot be read."
    others = f" ({other_days})" if isinstance(other_days, str) and other_days else ""
    lists += f" as having signed an agreement under section 287(g) on {signed}{others}"
    since = held[held["searches_since"].fillna(0) > 0]
    if since.empty:
        return f"{lists}, after its last search here."
    return f"{lists}. From that day on, {_say_related(since, 'its')}."


def _say_not_found(agency: str, near: pd.DataFrame, apart: pd.DataFrame) -> str:
    if not near.empty:
        return (
            f"Whether ICE's sheets list {agency} cannot be told from its name: only similar names stand in them, which "
            "follow below."
        )
    if not apart.empty:
        return f"Whether ICE's sheets list {agency} was not looked for or cannot be told: {apart['why'].iloc[0]}."
    return f"ICE's sheets list no agreement under section 287(g) with an agency of the name and place of {agency}."


def _say_related(since: pd.DataFrame, whose: str) -> str:
    """How many of the searches since are immigration-related; not known where no reason of an agency can be read."""
    everything, related = int(since["searches_since"].sum()), since["immigration_since"]
    if related.isna().all():
        return f"how many of {whose} {count_of(everything, 'search', 'searches')} were immigration-related is not known"
    least = "at least " if related.isna().any() else ""
    one = "was" if int(related.sum()) == 1 else "were"
    found = f"{least}{say_count(related.sum())} of {whose} {count_of(everything, 'search', 'searches')}"
    unread = int(since["unread_since"].fillna(0).sum())
    show = "shows" if unread == 1 else "show"
    more = f", and {say_count(unread)} of them {show} no reason that could be read" if unread else ""
    return f"{found} {one} immigration-related{more}"


# ---- tables -------------------------------------------------------------------------------------------


def _show_held(held: pd.DataFrame, report: Report, role: str) -> Shown:
    related = {f"immigration_{when}": _with_unread(held, f"immigration_{when}", f"unread_{when}") for when in WHEN}
    said = held.assign(
        **{f"searches_{when}": held[f"searches_{when}"].map(say_count) for when in WHEN},
        **related,
        listed=[
            f"{printed(name)} ({printed(sheet)}, row {row})"
            for name, sheet, row in zip(held["listed_as"], held["sheet"], held["row"], strict=True)
        ],
    )
    by = " by agencies that ICE's sheets list" if role == "owner" else ", which ICE's sheets list"
    caption = f"Distinct searches {printed(report.whose(role))}{by} ({TO_CONFIRM}). {UNREAD}"
    listed = table(said, LISTED, WHERE_LISTED, MOST_PARTNERS)
    return joined(table(said, COUNTED, caption, MOST_PARTNERS), folded(WHERE_LISTED, listed))


def _with_unread(frame: pd.DataFrame, related: str, unread: str) -> list[str]:
    """`0 (9 unread)`, where nought alone would say more than is known."""
    return [
        say_count(number) if pd.isna(number) or pd.isna(dark) or not dark else f"{say_count(number)} ({dark:,} unread)"
        for number, dark in zip(frame[related], frame[unread], strict=True)
    ]


def _cautions(held: pd.DataFrame) -> list[str]:
    undated = held[held["signed"].isna()]["partner"].map(printed)
    ended = held[held["may_have_ended"].astype(bool)]
    gone = [f"{printed(who)}: {printed(what)}" for who, what in zip(ended["partner"], ended["ended"], strict=True)]
    return [form.format(_names(names)) for form, names in ((NO_DAY, undated.tolist()), (ENDED, gone)) if names]


def _names(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5:,} more" if len(names) > 5 else shown


def _say_sheets(sheets: list[Sheet]) -> str:
    told = ", ".join(
        f"{printed(sheet.name)} (of {sheet.as_of or 'a day that its name does not state'})" for sheet in sheets
    )
    said = [
        f"Read in data/manual/287g: {told}. What a sheet does not list was not in force then, or is spelled otherwise."
    ]
    if pending := sum(len(sheet.rows) for sheet in sheets if sheet.is_pending):
        many = count_of(pending, "agreement is", "agreements are")
        said.append(f"{many} listed as pending, and so not signed: counted nowhere.")
    return " ".join([*said, *map(printed, tell_odd(sheets))])
