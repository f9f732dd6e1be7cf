"""The law box: rules with their source, counts in the same breath, and what was not checked said to be so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest
from test_laws import ALABAMA, BORDER, GEORGIA, INSIDE, NOWHERE, ONE, OWNER, TEXAN, agencies, load, write_laws
from tiny_logs import no_sources, search, write_portal

from investigate import law_counts
from investigate.agencies.laws import STATE_NAMES, read_laws
from investigate.law_counts import count_under_laws
from investigate.sections import laws as section
from investigate.sections.laws import BINDS, NOBODY, NOT_ADVICE, show_laws
from investigate.show import Report
from investigate.shown import Shown
from investigate.tables import Tables

WYOMING = "Farwater WY PD"


@dataclass
class Counted:
    """Enough of a report for the section: one agency's rows of the table `laws`."""

    agency: str
    laws: pd.DataFrame
    roles: tuple[str, ...]
    last_day: str | None = None

    def report(self) -> Report:
        agencies = pd.DataFrame({"role": list(self.roles), "last_day": self.last_day})
        return Report(
            cast(Any, SimpleNamespace(sources=no_sources(), agency=self.agency, laws=self.laws, agencies=agencies)),
            self.roles,
        )


def show(tables: Tables, agency: str, role: str = "owner", known: pd.DataFrame | None = None) -> Shown:
    return shown_of(count_under_laws(tables, agencies() if known is None else known), agency, role)


def shown_of(counted: pd.DataFrame, agency: str, role: str, last_day: str | None = None) -> Shown:
    mine = counted[counted["agency"] == agency].drop(columns="agency")
    return show_laws(Counted(agency, mine, (role,), last_day).report())


def words(text: str) -> list[str]:
    return sorted(re.findall(r"[\w.,%()-]+", text))


def seen(shown: Shown) -> str:
    """What the HTML says, without its marks."""
    return unescape(re.sub(r"<[^>]+>", " ", shown.html))


def mossgate(root: Path) -> Tables:
    rows = [
        search("2023-12-30T18:00:00", "ICE", GEORGIA),
        search("2024-01-01T06:00:00", "ICE", GEORGIA),
        search("2025-03-02T18:00:00", "immigration", ALABAMA),
        search("2025-03-03T18:00:00", "HSI", ALABAMA),
        search("2025-03-04T18:00:00", "ICE", INSIDE),
        search("2025-03-05T18:00:00", "ICE", BORDER),
        search("2025-03-06T18:00:00", "ICE", NOWHERE),
        search("2025-03-07T18:00:00", "ICE", OWNER),
    ]
    return load(root, Mossgate_IL_PD=rows)


def test_the_box_says_the_rule_its_day_its_source_and_how_sure_it_is(tmp_path: Path) -> None:
    text = show(mossgate(tmp_path), OWNER).text
    assert "625 ILCS 5/2-130" in text
    assert "detention or investigation based on immigration status." in text
    assert "In force from 1 January 2024" in text
    assert "ilga.gov: bill status and full text" in text
    assert "The rule: official text or official page seen; the day: reported" in text
    assert NOBODY in text
    assert NOT_ADVICE in text
    assert BINDS in text


def test_the_count_stands_in_the_same_breath_as_what_it_does_not_say(tmp_path: Path) -> None:
    text = show(mossgate(tmp_path), OWNER).text
    assert (
        "On or after 2024-01-01, 2 searches in the standard scope (1 by the strict reading, 3 by the broad one) were "
        "run by 2 agencies outside Illinois, from 1 January 2024 to 2 March 2025. This program counts and does not "
        "judge: they may be worth asking about under 625 ILCS 5/2-130."
    ) in text
    assert (
        "Apart from these, in the same scope and on the same days: 1 by agencies whose state is not known, 1 by "
        f"federal agencies, 1 by other agencies in Illinois and 1 by {OWNER} itself."
    ) in text
    assert "Before that day, from outside: 1 by 1 agency (1 day with searches before it, 7 since)." in text
    assert text.count("On or after 2024-01-01") == 1, "two rules with the same days are told in one sentence"


def test_no_sentence_judges(tmp_path: Path) -> None:
    tables = mossgate(tmp_path)
    for agency, role in ((OWNER, "owner"), (GEORGIA, "searcher"), (BORDER, "searcher"), (NOWHERE, "searcher")):
        assert not re.search(r"illegal|unlawful|violat|\bhits?\b", show(tables, agency, role).text, re.IGNORECASE)


def test_text_and_page_say_the_same(tmp_path: Path) -> None:
    tables = mossgate(tmp_path)
    for agency, role in ((OWNER, "owner"), (GEORGIA, "searcher")):
        shown = show(tables, agency, role)
        assert set(words(seen(shown))) == set(words(shown.text))


def test_a_searcher_reads_the_rules_of_the_owners_state(tmp_path: Path) -> None:
    text = show(mossgate(tmp_path), GEORGIA, "searcher").text
    assert (
        "On or after 2024-01-01, 1 search in the standard scope (0 by the strict reading, 1 by the broad one) by "
        f"{GEORGIA} was of cameras of 1 owner in Illinois, on 1 January 2024. This program counts and does not judge: "
        "it may be worth asking about under 625 ILCS 5/2-130, which binds those owners. Before that day: 1."
    ) in text
    assert BINDS in text
    assert "O.C.G.A." not in text, "the law of its own state is not the law of the cameras"


def test_a_federal_searcher_and_one_without_a_state_are_counted_and_nothing_is_said_to_be_worth_asking(
    tmp_path: Path,
) -> None:
    tables = mossgate(tmp_path)
    federal, unplaced = (show(tables, agency, "searcher").text for agency in (BORDER, NOWHERE))
    assert f"by {BORDER}, a federal agency, was of cameras" in federal
    assert "whether 625 ILCS 5/2-130 bears on a federal one has to be read there." in federal
    assert f"by {NOWHERE}, an agency whose state is not known, was of" in unplaced
    assert (
        "As it may be an agency of Illinois itself, it cannot be told whether 625 ILCS 5/2-130 bears on it." in unplaced
    )
    assert "worth asking" not in federal + unplaced


def test_unread_reasons_stand_beside_every_nought(tmp_path: Path) -> None:
    rows = [
        search(f"{year}-03-02T18:{minute:02}:{second:02}", reason, agency)
        for year in (2023, 2025)
        for minute, agency in enumerate((GEORGIA, INSIDE, BORDER, NOWHERE))
        for second, reason in enumerate(("", "theft", ""))
    ]
    tables = load(tmp_path, Mossgate_IL_PD=rows)
    owner = show(tables, OWNER).text
    assert (
        "Of 3 searches by agencies outside Illinois for whatever reason, 2 show no reason that could be read." in owner
    )
    assert "0 by other agencies in Illinois (besides 2 without a reason to read)" in owner
    assert "from outside: none (besides 2 without a reason to read) (1 day with searches before it, 1 since)." in owner
    for agency in (GEORGIA, BORDER, NOWHERE):
        text = show(tables, agency, "searcher").text
        assert f"none of 3 searches by {agency} of cameras of owners in Illinois is in the standard scope" in text
        assert f"Of 3 searches by {agency} for whatever reason, 2 show no reason that could be read." in text
        assert "Before that day: 0 (besides 2 without a reason to read)." in text


def test_one_search_that_is_not_in_the_scope_is_not_none_of_one(tmp_path: Path) -> None:
    tables = load(tmp_path, Mossgate_IL_PD=[search("2025-03-02T18:00:00", "theft", GEORGIA)])
    assert (
        f"the one search by {GEORGIA} of cameras of owners in Illinois is not in"
        in show(tables, GEORGIA, "searcher").text
    )


def test_a_searcher_in_its_own_state_only_reads_that(tmp_path: Path) -> None:
    assert "no search by Ashmoor IL PD of cameras in another state" in show(mossgate(tmp_path), INSIDE, "searcher").text


def test_a_state_that_was_not_checked_is_not_said_to_have_no_law(tmp_path: Path) -> None:
    tables = load(tmp_path, Dustwell_TX_PD=[search("2025-03-02T18:00:00", "ICE", GEORGIA)])
    for agency, role in ((TEXAN, "owner"), (GEORGIA, "searcher")):
        text = show(tables, agency, role).text
        assert "The laws of Texas were not checked for this program." in text
        assert "worth asking" not in text


def test_a_camera_owner_whose_state_is_not_known_gets_no_law(tmp_path: Path) -> None:
    tables = load(tmp_path, Farwater_OH_PD=[search("2025-03-02T18:00:00", "ICE", GEORGIA)])
    assert show(tables, "Farwater OH PD").text.startswith("In which state Farwater OH PD is, is not known")
    assert "whose state is not known" in show(tables, GEORGIA, "searcher").text


def test_a_rule_without_a_day_is_listed_and_nothing_is_counted_under_it(tmp_path: Path) -> None:
    tables = load(tmp_path, Elmhaven_CT_PD=[search("2026-06-02T18:00:00", "ICE", GEORGIA)])
    text = show(
        tables, "Elmhaven CT PD", known=pd.concat([agencies(), agencies(**{"Elmhaven CT PD": ("CT", "police")})])
    ).text
    assert "In force since when: not known (signed by 2026-05-07" in text
    assert "no search is counted under: Connecticut plate-reader act: sharing" in text
    assert "On or after" not in text


def test_a_first_day_that_was_not_verified_is_said_beside_the_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsure = {"date_sure": '"unverified"', "date_basis": '"one report"'}
    made = read_laws(write_laws(tmp_path / "laws.toml", ONE | unsure))
    for room in (law_counts, section):
        monkeypatch.setattr(room, "read_laws", lambda: made)
    tables = load(tmp_path, Mossgate_IL_PD=[search("2025-06-02T18:00:00", "ICE", GEORGIA)])
    for agency, role in ((OWNER, "owner"), (GEORGIA, "searcher")):
        assert "That day is not verified: one report." in show(tables, agency, role).text


def test_a_rule_of_which_only_the_signing_is_known_counts_nothing(tmp_path: Path) -> None:
    tables = load(tmp_path, Elmhaven_CO_PD=[search("2025-06-02T18:00:00", "ICE", GEORGIA)])
    text = show(tables, "Elmhaven CO PD", known=agencies(**{"Elmhaven CO PD": ("CO", "police")})).text
    assert "In force since when: not known (signed on 2025-05-23" in text
    assert "no search is counted under: Colorado Protect Civil Rights Immigration Status" in text


def test_what_was_not_seen_to_be_law_is_never_said_to_be_in_force(tmp_path: Path) -> None:
    tables = load(tmp_path, Elmhaven_NM_PD=[search("2026-08-02T18:00:00", "ICE", GEORGIA)])
    text = show(tables, "Elmhaven NM PD", known=agencies(**{"Elmhaven NM PD": ("NM", "police")})).text
    assert text.count("Whether it became law was not seen.") == 3
    assert "In force from" not in text


def test_logs_taken_out_of_public_records_explain_later_silence(tmp_path: Path) -> None:
    tables = load(tmp_path, Elmhaven_VA_PD=[search("2025-06-30T18:00:00", "ICE", GEORGIA)])
    text = show(tables, "Elmhaven VA PD", known=agencies(**{"Elmhaven VA PD": ("VA", "police")})).text
    assert (
        "since 1 July 2025: audit logs are exempt from the public-records law; that no later log was released may be "
        "the law and not the practice."
    ) in text
    assert "show no search of these cameras on or after 2025-07-01: nothing is counted under Va. Code 2.2-5517." in text


def test_logs_of_later_days_that_are_at_hand_are_not_said_to_be_missing(tmp_path: Path) -> None:
    tables = load(tmp_path, Elmhaven_VA_PD=[search("2025-07-05T18:00:00", "ICE", GEORGIA)])
    counted = count_under_laws(tables, agencies(**{"Elmhaven VA PD": ("VA", "police")}))
    text = shown_of(counted, "Elmhaven VA PD", "owner", "2025-07-05").text
    assert "public-records law; the files at hand reach to 5 July 2025 all the same." in text
    assert "no later log was released" not in text


def test_a_statute_that_was_not_read_is_said_to_be_so(tmp_path: Path) -> None:
    tables = load(tmp_path, Elmhaven_MT_PD=[search("2025-06-30T18:00:00", "ICE", GEORGIA)])
    text = show(tables, "Elmhaven MT PD", known=agencies(**{"Elmhaven MT PD": ("MT", "police")})).text
    assert "Montana has a statute on plate readers; what it says was not checked" in text


def test_none_found_is_said_with_how_many_were_looked_at(tmp_path: Path) -> None:
    tables = load(tmp_path, Mossgate_IL_PD=[search("2025-03-02T18:00:00", "burglary", GEORGIA)])
    text = show(tables, OWNER).text
    assert "no search in the standard scope by agencies outside Illinois was found" in text
    assert "among 1 search by them" in text
    assert "worth asking" not in text
    assert "The files show no search before that day." in text


def test_reasons_that_cannot_be_read_are_not_known_and_not_none(tmp_path: Path) -> None:
    rows = [search("2025-03-02T18:00:00", "", GEORGIA)]
    tables = load(tmp_path, Mossgate_IL_PD=rows)
    assert "is not known: of 1 search by them, none shows a reason that could be read" in show(tables, OWNER).text
    assert "is not known: no reason could be read" in show(tables, GEORGIA, "searcher").text


def test_reasons_that_can_be_read_in_part_are_said_to_be_so(tmp_path: Path) -> None:
    rows = [search("2025-03-02T18:00:00", "", GEORGIA), search("2025-03-03T18:00:00", "ICE", GEORGIA)]
    text = show(load(tmp_path, Mossgate_IL_PD=rows), OWNER).text
    assert (
        "Of 2 searches by agencies outside Illinois for whatever reason, 1 shows no reason that could be read." in text
    )


def test_a_portal_names_no_owner_and_so_no_law(tmp_path: Path) -> None:
    write_portal(tmp_path / "logs" / "Cedarfall AL SO", [search("2025-03-03T15:00:00", "ICE")], with_reason=True)
    tables = load(tmp_path)
    name = tables.searches.searching_agency.execute().iloc[0]
    assert "do not say whose cameras were searched, so no law can be named." in show(tables, name, "searcher").text


def test_a_name_is_shown_as_text_and_not_as_a_part_of_the_page(tmp_path: Path) -> None:
    name = "<b>Birchgate</b> GA PD"
    tables = load(tmp_path, Mossgate_IL_PD=[search("2025-03-02T18:00:00", "ICE", name)])
    shown = show(tables, name, "searcher", agencies(**{name: ("GA", "police")}))
    assert "&lt;b&gt;Birchgate&lt;/b&gt;" in shown.html
    assert "<b>" not in shown.html


def test_every_state_of_the_file_can_be_shown_in_both_roles(tmp_path: Path) -> None:
    states = sorted({law.state for law in read_laws()})
    owners = {state: f"Elmhaven {state} PD" for state in states}
    known = agencies(**{owner: (state, "police") for state, owner in owners.items()}, **{WYOMING: ("WY", "police")})
    logs = {
        owner.replace(" ", "_"): [search(f"2026-05-02T18:00:{second:02}", "ICE", WYOMING)]
        for second, owner in enumerate(owners.values())
    }
    counted = count_under_laws(load(tmp_path, **logs), known)
    by_searcher = shown_of(counted, WYOMING, "searcher").text
    for state, owner in owners.items():
        text = shown_of(counted, owner, "owner").text
        assert all(law.short_name in text for law in read_laws() if law.state == state)
        has_count = any(law.is_counted for law in read_laws() if law.state == state)
        assert ("worth asking" in text) == has_count
        assert (f"of cameras of 1 owner in {STATE_NAMES[state]}" in by_searcher) == has_count
