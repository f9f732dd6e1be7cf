"""The law in force: which rules bind the camera owners, since when, how sure that is, and what was searched since."""

from __future__ import annotations

import datetime as dt
from html import escape

import pandas as pd

from investigate.agencies.laws import IS_LAW, Law, read_laws
from investigate.agencies.states import STATE_NAMES
from investigate.findings import count_of, say_count, say_day
from investigate.law_counts import NO_OWNER, NO_STATE, NOT_CHECKED, OWN_STATE_ONLY
from investigate.scrub import printed
from investigate.show import Report, each_role
from investigate.shown import Shown, folded, joined, nothing

NOT_ADVICE = "This is not legal advice: an editor or a lawyer must check each rule before print."
BINDS = "A rule on sharing binds the camera owner; it is not a rule on searching."
DOES_NOT_JUDGE = "This program counts and does not judge"
SURE_SAID = {
    "verified": "official text or official page seen",
    "reported": "reported, the official text was not seen",
    "unverified": "not verified",
}
NOBODY = "not checked by anyone on this project"
APPLIES_SAID = {"owner": "binds whoever runs the cameras", "searcher": "binds agencies of the state in what they do"}
RECORDS = "that no later log was released may be the law and not the practice."
RECORDS_UNDATED = "where a log was not released, that may be the law and not the practice."
# Why nothing is said to be worth asking about.
UNSURE = {
    "federal": (
        "A rule may speak of state and local agencies only, or of those of other states: whether {rules} bears on a "
        "federal one has to be read there"
    ),
    "unknown_state": "As it may be an agency of {place} itself, it cannot be told whether {rules} bears on it",
}
WHO = {"federal": "a federal agency", "unknown_state": "an agency whose state is not known"}
WHERE_TO_PLACE = "data/manual/agency_names.csv takes its state by hand."


def show_laws(report: Report) -> Shown:
    """The rules of the camera owners' state with source and how sure they are, and the searches since, as counted."""
    return each_role(report, lambda role: _show_role(report, role))


def _show_role(report: Report, role: str) -> Shown:
    rows = report.rows("laws", role)
    if rows.empty:
        return nothing("The files hold no searches to count under a law.")
    if role == "searcher":
        return _show_searcher(printed(report.agency), rows)
    return _show_owner(printed(report.agency), rows, report.rows("agencies", role)["last_day"].max())


# ---- a camera owner -----------------------------------------------------------------------------------


def _show_owner(agency: str, rows: pd.DataFrame, last_day: str | None) -> Shown:
    state = rows["state"].iloc[0]
    if pd.isna(state):
        return nothing(f"In which state {agency} is, is not known, so no law can be named. {WHERE_TO_PLACE}")
    laws = [law for law in read_laws() if law.state == state]
    if not laws:
        return nothing(_say_not_checked([state]))
    place = STATE_NAMES[state]
    bearing = [law for law in laws if law.bears_on_immigration]
    others = [law for law in laws if not law.bears_on_immigration]
    parts = [
        _list_rules(f"Rules of {place} that bear on immigration enforcement or on other states", bearing)
        if bearing
        else nothing(_say_none_bearing(place, laws))
    ]
    parts += [_finding(sentence) for sentence in _say_owner(agency, place, rows, bearing)]
    parts += [nothing(_say_records(law, last_day)) for law in laws if law.exempt]
    if others:
        parts.append(folded("Other rules on plate readers there", _list_rules("", others)))
    return joined(*parts, nothing(f"{BINDS} {NOT_ADVICE}"))


def _say_none_bearing(place: str, laws: list[Law]) -> str:
    if all(law.kind == "not checked" for law in laws):
        return f"{place} has a statute on plate readers; what it says was not checked for this program."
    return f"In what was read of the plate-reader law of {place}, no limit for immigration enforcement was seen."


def _say_owner(agency: str, place: str, rows: pd.DataFrame, bearing: list[Law]) -> list[str]:
    said = [
        _say_since_owner(agency, place, row, _citations(found["rule"])) + _say_unsure_day(found["rule"])
        for row, found in _by_days(rows[rows["rule"].notna()])
    ]
    owing = [law for law in bearing if law.starts is None and law.applies_to == "owner"]
    if owing:
        names = "; ".join(f"{law.short_name} ({law.citation})" for law in owing)
        said.append(f"Since when is not known, so that no search is counted under: {names}.")
    return said


def _by_days(rows: pd.DataFrame) -> list[tuple[pd.Series, pd.DataFrame]]:
    """Rules with the same days have the same counts: one row for them, and all of them."""
    groups = rows.fillna({"ends": ""}).groupby(["starts", "ends"], sort=True)
    return [(found.iloc[0], found) for _, found in groups]


def _say_since_owner(agency: str, place: str, row: pd.Series, citations: str) -> str:
    days = _say_days(row)
    if not row["days"]:
        none = f"The released files show no search of these cameras {_lower_first(days)}"
        return f"{none}: nothing is counted under {citations}."
    by = f"agencies outside {place}"
    if pd.isna(row["outside"]):
        many = count_of(row["outside_searches"], "search", "searches")
        said = (
            f"{days}, how many searches in the standard scope were run by {by} is not known: of {many} by them, none "
            f"shows a reason that could be read. {DOES_NOT_JUDGE}."
        )
    elif not row["outside"]:
        said = (
            f"{days}, no search in the standard scope by {by} was found ({_say_range(row)}) among "
            f"{count_of(row['outside_searches'], 'search', 'searches')} by them. {DOES_NOT_JUDGE}."
        )
    else:
        found, were = _count_found(row)
        who = count_of(row["other_agencies"], "agency", "agencies")
        said = (
            f"{days}, {found} in the standard scope ({_say_range(row)}) {were} run by {who} outside {place}"
            f"{_say_seen(row)}. {_worth_asking(row, citations)}."
        )
    unread = _say_unread(by, row["outside_searches"], row["outside_searches"] - row["outside_read"], row["outside"])
    return " ".join([said, *unread, _say_apart(agency, place, row), _say_before(row, by)])


def _say_apart(agency: str, place: str, row: pd.Series) -> str:
    """The parts that are not searches by agencies outside: counted, and added to nothing."""
    others = {
        "unknown_state": "by agencies whose state is not known",
        "federal": "by federal agencies",
        "in_state": f"by other agencies in {place}",
        "own": f"by {agency} itself",
    }
    told = [f"{_say_part(row[part])} {who}{_beside(row[f'{part}_unread'])}" for part, who in others.items()]
    return f"Apart from these, in the same scope and on the same days: {', '.join(told[:-1])} and {told[-1]}."


def _say_part(number: object) -> str:
    return "an unknown number" if pd.isna(number) else say_count(number)


def _beside(unread: object) -> str:
    """What stands behind a number: how many searches more nobody can place."""
    return "" if pd.isna(unread) or not unread else f" (besides {say_count(unread)} without a reason to read)"


def _say_before(row: pd.Series, by: str) -> str:
    if not row["days_before"]:
        return "The files show no search before that day."
    days = f"{count_of(row['days_before'], 'day')} with searches before it, {say_count(row['days'])} since"
    if pd.isna(row["outside_before"]):
        return f"How many by {by} before that day is not known: no reason could be read ({days})."
    found = f"{say_count(row['outside_before'])} by {count_of(row['other_agencies_before'], 'agency', 'agencies')}"
    unread = _beside(row["outside_searches_before"] - row["outside_read_before"])
    return f"Before that day, from outside: {found if row['outside_before'] else 'none'}{unread} ({days})."


# ---- a searching agency -------------------------------------------------------------------------------


def _show_searcher(agency: str, rows: pd.DataFrame) -> Shown:
    ruled = rows[rows["rule"].notna()]
    parts: list[Shown] = []
    order = ruled.groupby("state")["standard"].max().fillna(0).sort_values(ascending=False, kind="stable")
    for state in order.index:
        mine = ruled[ruled["state"] == state]
        laws = [law for law in read_laws() if law.id in set(mine["rule"])]
        parts += [
            _finding(
                _say_since_searcher(agency, STATE_NAMES[state], row, _citations(found["rule"]))
                + _say_unsure_day(found["rule"])
            )
            for row, found in _by_days(mine)
        ]
        head = f"Rules of {STATE_NAMES[state]} that these searches are counted under"
        parts.append(folded(head, _list_rules("", laws)))
    parts += [nothing(sentence) for sentence in _say_without(agency, rows[rows["rule"].isna()])]
    if ruled.empty:
        return joined(*parts)
    law = f"The law is that of the state in which the cameras are, and binds those who own them. {BINDS} {NOT_ADVICE}"
    return joined(*parts, nothing(law))


def _say_since_searcher(agency: str, place: str, row: pd.Series, citations: str) -> str:
    days, of = _say_days(row), f"of cameras of owners in {place}"
    if not row["days"]:
        return f"The released files show no search by {agency} {of} {_lower_first(days)}."
    if pd.isna(row["standard"]):
        many = f"how many searches by {agency} {of} were in the standard scope"
        return f"{days}, {many} is not known: no reason could be read."
    part = next((name for name in WHO if row[name]), None)
    if part:
        found, were = _count_found(row, part)
        said = (
            f"{days}, {found} in the standard scope by {agency}, {WHO[part]}, {were} {of}. {DOES_NOT_JUDGE}. "
            f"{UNSURE[part].format(rules=citations, place=place)}."
        )
    elif not row["standard"]:
        spread = f" ({_say_range(row)})" if row["outside_searches"] else ""
        said = f"{days}, {_say_none(row['searches'], f'by {agency} {of}')} in the standard scope{spread}."
    else:
        found, were = _count_found(row)
        owners = f"of cameras of {count_of(row['other_agencies'], 'owner')} in {place}"
        said = (
            f"{days}, {found} in the standard scope ({_say_range(row)}) by {agency} {were} {owners}{_say_seen(row)}. "
            f"{_worth_asking(row, citations)}, which binds those owners."
        )
    unread = _say_unread(agency, row["searches"], row["unread"], row["standard"])
    before = f"Before that day: {say_count(row['standard_before'])}{_beside(row['unread_before'])}."
    return " ".join([said, *unread, *([before] if row["days_before"] else [])])


def _say_none(searches: int, by: str) -> str:
    return f"the one search {by} is not" if searches == 1 else f"none of {searches:,} searches {by} is"


def _say_without(agency: str, rows: pd.DataFrame) -> list[str]:
    """Why no rule is named for some or all of the cameras that an agency searched."""
    said = []
    whys = set(rows["why"])
    if NO_OWNER in whys:
        said.append("The released files do not say whose cameras were searched, so no law can be named.")
    if OWN_STATE_ONLY in whys:
        said.append(f"The files show no search by {agency} of cameras in another state.")
    for_states = rows[rows["state"].notna()]
    if unchecked := sorted(for_states.loc[for_states["why"] == NOT_CHECKED, "state"]):
        said.append(_say_not_checked(unchecked))
    if unruled := sorted(for_states.loc[for_states["why"] != NOT_CHECKED, "state"]):
        places = _and([STATE_NAMES[state] for state in unruled])
        said.append(f"No rule that searches can be counted under, with a known first day, is listed for {places}.")
    if NO_STATE in whys:
        said.append("Some of the cameras belong to owners whose state is not known, so no law can be named for them.")
    return said


# ---- words --------------------------------------------------------------------------------------------


def _finding(sentence: str) -> Shown:
    return Shown(f'<p class="finding">{escape(sentence)}</p>', sentence)


def _list_rules(head: str, laws: list[Law]) -> Shown:
    told = [(f"{law.short_name}, {law.citation}", _say_rule(law)) for law in laws]
    items = "".join(f"<li><strong>{escape(name)}</strong>: {escape(said)}</li>" for name, said in told)
    text = "\n".join([*([f"{head}:"] if head else []), *(f"  {name}: {said}" for name, said in told)])
    return Shown((f"<p>{escape(head)}:</p>" if head else "") + f"<ul>{items}</ul>", text)


def _say_rule(law: Law) -> str:
    """The rule, since when, from where, how sure, and who checked it."""
    since = f"In force from {_day(law.starts)}" if law.starts else "In force since when: not known"
    until = f" to {_day(law.ends)}" if law.ends else ""
    status = "" if law.status == IS_LAW else "Whether it became law was not seen. "
    sure = f"The rule: {SURE_SAID[law.sure]}"
    sure += f"; the day: {SURE_SAID[law.date_sure]}" if law.date_sure else ""
    checked = f"checked by {law.checked_by} on {say_day(law.checked_on)}" if law.checked_by else NOBODY
    note = f" {law.note}" if law.note else ""
    return (
        f"{law.rule}{note} {status}{since}{until} ({law.date_basis}). It {APPLIES_SAID[law.applies_to]}. {sure}; "
        f"{checked}. Source: {'; '.join(law.sources)}."
    )


def _say_records(law: Law, last_day: str | None) -> str:
    """What the public may not ask for, and whether logs of later days are at hand all the same."""
    since = f"since {_day(law.starts)}" if law.starts else "since a day that is not known"
    rule = f"{law.short_name} ({law.citation}), {since}: {_lower_first(law.rule.removesuffix('.'))}"
    if law.starts is None:
        return f"{rule}; {RECORDS_UNDATED}"
    if last_day and not pd.isna(last_day) and last_day >= str(law.starts):
        return f"{rule}; the files at hand reach to {say_day(last_day)} all the same."
    return f"{rule}; {RECORDS}"


def _say_not_checked(states: list[str]) -> str:
    places = _and([STATE_NAMES.get(state, state) for state in states])
    return f"The laws of {places} were not checked for this program. That says nothing of what they are."


def _say_days(row: pd.Series) -> str:
    ends = "" if pd.isna(row["ends"]) or not row["ends"] else f" and not after {row['ends']}"
    return f"On or after {row['starts']}{ends}"


def _count_found(row: pd.Series, part: str = "outside") -> tuple[str, str]:
    return count_of(row[part], "search", "searches"), "was" if row[part] == 1 else "were"


def _say_range(row: pd.Series) -> str:
    strict, broad = say_count(row["outside_strict"]), say_count(row["outside_broad"])
    return f"{strict} by the strict reading, {broad} by the broad one"


def _say_seen(row: pd.Series) -> str:
    first, last = say_day(row["first_day"]), say_day(row["last_day"])
    return f", on {first}" if first == last else f", from {first} to {last}"


def _worth_asking(row: pd.Series, citations: str) -> str:
    they = "it" if row["outside"] == 1 else "they"
    return f"{DOES_NOT_JUDGE}: {they} may be worth asking about under {citations}"


def _say_unread(who: str, searches: int, unread: int, counted: object) -> list[str]:
    """How many of the searches by these could not be read; nothing where none was or where that was said already."""
    if pd.isna(counted) or not unread:
        return []
    many, verb = count_of(searches, "search", "searches"), "shows" if unread == 1 else "show"
    return [f"Of {many} by {who} for whatever reason, {say_count(unread)} {verb} no reason that could be read."]


def _citations(rules: pd.Series) -> str:
    by_id = {law.id: law.citation for law in read_laws()}
    return _and(list(dict.fromkeys(by_id[rule] for rule in rules)))


def _say_unsure_day(rules: pd.Series) -> str:
    """Only the list of rules tells of a day that was reported; one that was not verified stands beside the count."""
    unsure = [law for law in read_laws() if law.id in set(rules) and law.date_sure == "unverified"]
    return f" That day is not verified: {unsure[0].date_basis}." if unsure else ""


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _day(day: dt.date) -> str:
    return say_day(str(day))


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:]
