"""What an opponent turned round, made up or lost in sharing lists: directions, sentences, what was withdrawn."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from made_logs import write_workbook
from made_sharing import FLOCK, portal_page, saved

from investigate.errors import InvestigateError
from investigate.sharing.load import SharingLoad, day_in_name, load_sharing
from investigate.sharing.table import is_name

OWN = "Fernhollow IL PD"
ICE, MOSSGATE = "ICE", "Mossgate IL PD"


def load(folder: Path, rows: list[list[str]], name: str = "list.csv", **said: Any) -> SharingLoad:
    return load_sharing(saved(folder / name, rows), **said)


def page(folder: Path, names: str, **how: str) -> SharingLoad:
    path = folder / "page.html"
    path.write_text(portal_page(OWN, names, **how), encoding="utf-8")
    return load_sharing(path)


def edges(load: SharingLoad) -> list[tuple[str, str]]:
    return list(load.table[["owner", "recipient"]].itertuples(index=False, name=None))


def said(load: SharingLoad) -> str:
    return load.releases[0]["refused_because"] or " ".join(load.releases[0]["warnings"])


def is_refused(load: SharingLoad) -> bool:
    return load.releases[0]["status"] == "refused" and load.table.empty


# ---- which way the data go -----------------------------------------------------------------------------------


def test_with_owner_and_recipient_named_a_direction_says_whose_list_it_is_and_turns_nothing_round(
    tmp_path: Path,
) -> None:
    rows = [["owner", "recipient", "direction"], [ICE, MOSSGATE, "received"], [OWN, MOSSGATE, "shared"]]
    table = load(tmp_path, rows).table
    assert edges(load(tmp_path, rows)) == [(ICE, MOSSGATE), (OWN, MOSSGATE)]
    assert table[["direction", "listed_by"]].to_numpy().tolist() == [["received", MOSSGATE], ["shared", OWN]]


def test_the_program_s_own_table_comes_back_with_the_same_settings(tmp_path: Path) -> None:
    rows = [
        FLOCK,
        [ICE, "ICE net", ""],
        ["Alder IL PD [Inactive]", "Alder net", f"{OWN}, {OWN} Raven"],
    ]
    first = load(tmp_path, rows, "list_2025-08-31.csv")
    third = load(tmp_path, [["Owner", "Recipient", "Hot List"], [OWN, MOSSGATE, "HSI MASTER"]], "third.csv")
    for number, loaded in enumerate((first, third)):
        path = tmp_path / f"own{number}.csv"
        loaded.table.to_csv(path, index=False)
        again = load_sharing(path).table
        kept = [
            "owner", "recipient", "system", "direction", "what", "as_of", "federal_immigration", "listed_by",
            "owner_federal_immigration", "networks", "networks_count", "hot_list", "status", "incomplete",
        ]  # fmt: skip
        assert again[kept].to_dict("records") == loaded.table[kept].to_dict("records")


@pytest.mark.parametrize(
    ("header", "owner_first"),
    [
        ("Has Access To", False),
        ("Have Access To", False),
        ("Agency has access to", False),
        ("We have access to", False),
        ("Received From", False),
        ("Received By", True),
        ("Receives data by", True),
        ("Agencies with access", True),
        ("Organizations granted access to our data", True),
    ],
)
def test_who_has_access_to_whom_is_read_by_the_words(tmp_path: Path, header: str, owner_first: bool) -> None:
    found = load(tmp_path, [["Agency", header], ["Alder IL PD", "Oak IL PD"]])
    assert edges(found) == [("Alder IL PD", "Oak IL PD") if owner_first else ("Oak IL PD", "Alder IL PD")]


@pytest.mark.parametrize("header", ["Given Access To", "Granted access to", "Partner", "Partner Agency", "Partners"])
def test_words_that_can_mean_both_are_refused_with_what_to_rename(tmp_path: Path, header: str) -> None:
    found = load(tmp_path, [["Agency", header], ["Alder IL PD", "Oak IL PD"]])
    assert is_refused(found)
    assert f"{header!r}" in said(found)
    assert "Name the columns Owner (whose data are seen) and Recipient (who may see them)" in said(found)


def test_a_source_is_no_agency_where_a_column_of_agencies_stands_beside_it(tmp_path: Path) -> None:
    rows = [["Agency", "Shared With", "Source"], [OWN, MOSSGATE, "FOIA 2024-11"]]
    assert edges(load(tmp_path, rows)) == [(OWN, MOSSGATE)]
    portal = [["Agency", "Shared With", "Portal"], [OWN, MOSSGATE, "https://transparency.example.org/fernhollow"]]
    assert edges(load(tmp_path, portal, "portal.csv")) == [(OWN, MOSSGATE)]
    alone = load(tmp_path, [["Source", "Recipient"], ["FOIA 2024-11", ICE], [OWN, ICE]], "alone.csv")
    assert edges(alone) == [(OWN, ICE)]
    assert "is no agency's name but says where something was found" in said(alone)


# ---- sentences -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "We do not share with ICE or CBP.",
        "*Federal agencies such as ICE, HSI and CBP have no access.",
        "Our data are not shared with ICE.",
        "Not shared with ICE",
        "no access for CBP",
        "Access by ICE is prohibited",
        "ICE has never been granted access",
        "Immigration and Customs Enforcement (ICE) cannot search these cameras",
    ],
)
def test_a_sentence_is_no_name(text: str) -> None:
    assert not is_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "ICE", "CBP - NTC", "St. Louis Park MN PD", "Dept. of Homeland Security", "DHS - HSI (Newark NJ)",
        "U.S. Immigration and Customs Enforcement", "No. 3 Constable Precinct TX", "Town of Nottoway VA SO",
        "Southern Illinois University at Edwardsville and the Board of Trustees of the University Police Department IL",
        "Canyon Access Patrol CA", "North Hanover NJ PD", "Los Angeles County Sheriff's Dept.",
    ],
)  # fmt: skip
def test_a_name_is_no_sentence(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize(
    "prose",
    [
        "We do not share with ICE or CBP.",
        "*Federal agencies such as ICE, HSI and CBP have no access.",
        "None. Our data are not shared with ICE.",
        "ICE, HSI, ERO, CBP and the like have no access",
        "Federal agencies such as ICE, HSI, ERO, and CBP",
    ],
)
def test_prose_on_a_portal_names_no_office(tmp_path: Path, prose: str) -> None:
    found = page(tmp_path, f"Alder IL PD</p><p>{prose}")
    assert edges(found) == [(OWN, "Alder IL PD")]
    assert not found.table["federal_immigration"].any()
    assert "a sentence, not an agency's name" in said(found)
    entry = found.releases[0]
    assert entry["rows_read"] == entry["rows_loaded"] + entry["rows_rejected"] + entry["rows_blank"]


def test_a_sentence_behind_the_names_costs_no_name(tmp_path: Path) -> None:
    found = page(tmp_path, "Alder IL PD, Oak IL PD. This list is updated daily.")
    assert [name.rstrip(".") for _, name in edges(found)] == ["Alder IL PD", "Oak IL PD"]


def test_a_direction_that_contradicts_the_header_is_no_setting(tmp_path: Path) -> None:
    found = load(tmp_path, [["Agency", "Shared With", "Direction"], [OWN, ICE, "received"], [OWN, MOSSGATE, "shared"]])
    assert edges(found) == [(OWN, MOSSGATE)]
    assert found.releases[0]["incomplete"]


def test_prose_in_a_cell_names_no_office(tmp_path: Path) -> None:
    found = load(tmp_path, [["Owner", "Recipient"], [OWN, "Not shared with ICE"], [OWN, "Alder IL PD"]])
    assert edges(found) == [(OWN, "Alder IL PD")]
    several = load(
        tmp_path, [["Agency", "Agencies with access"], [OWN, "Alder IL PD, Oak IL PD, not shared with ICE"]], "b.csv"
    )
    assert edges(several) == []
    assert "a sentence, not an agency's name" in said(several)
    assert several.releases[0]["incomplete"]
    flock = load(tmp_path, [FLOCK, [ICE, "", "We do not share with ICE"], ["Alder IL PD", "", OWN]], "c.csv")
    assert edges(flock) == [(OWN, "Alder IL PD")]


@pytest.mark.parametrize(
    "heading", [f"Networks shared with {OWN}", "Data shared with us by", "Networks shared with us"]
)
def test_a_heading_that_the_page_does_not_mark_ends_a_list_and_has_its_own_direction(
    tmp_path: Path, heading: str
) -> None:
    found = page(tmp_path, f"Alder IL PD</p><p>{heading}</p><p>ICE, Oak IL PD")
    assert edges(found) == [(OWN, "Alder IL PD"), (ICE, OWN), ("Oak IL PD", OWN)]


def test_what_stands_under_words_on_sharing_that_are_not_known_is_not_loaded(tmp_path: Path) -> None:
    found = page(tmp_path, "Alder IL PD</p><p>Agencies to which access was refused</p><p>ICE, CBP")
    assert edges(found) == [(OWN, "Alder IL PD")]
    assert "'Agencies to which access was refused'" in said(found)
    assert found.releases[0]["incomplete"]


def test_a_comma_before_the_state_makes_no_second_agency_and_subheads_of_states_end_no_list(tmp_path: Path) -> None:
    inside = (
        "</p><h3>Illinois</h3><ul><li>Cook County Sheriff, IL</li></ul><h3>Federal</h3><ul><li>ICE</li></ul><p>"
        "Elm Police Department, OH, Ash IL PD"
    )
    assert [who for _, who in edges(page(tmp_path, inside))] == [
        "Cook County Sheriff, IL", "ICE", "Elm Police Department, OH", "Ash IL PD",
    ]  # fmt: skip


# ---- a permission that is none -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["Revoked", "Denied", "Pending", "Requested", "Removed", "revoked 1/2/2025", "No"])
def test_a_status_that_grants_nothing_is_no_permission(tmp_path: Path, status: str) -> None:
    rows = [["Owner", "Recipient", "Status"], [OWN, ICE, status], [OWN, MOSSGATE, "Active"], [OWN, "Oak IL PD", ""]]
    found = load(tmp_path, rows)
    assert edges(found) == [(OWN, MOSSGATE), (OWN, "Oak IL PD")]
    assert "states no permission" in said(found)
    assert found.releases[0]["rows_rejected"] == 1
    assert not found.releases[0]["incomplete"]


def test_an_unknown_status_is_neither_a_permission_nor_none(tmp_path: Path) -> None:
    found = load(tmp_path, [["Owner", "Recipient", "Status"], [OWN, ICE, "tier 3"], [OWN, MOSSGATE, "active"]])
    assert edges(found) == [(OWN, MOSSGATE)]
    assert "'tier 3'" in said(found)
    assert found.releases[0]["incomplete"]


def test_inactive_as_a_status_is_kept_and_marked(tmp_path: Path) -> None:
    found = load(tmp_path, [["Owner", "Recipient", "Status"], [OWN, ICE, "Inactive"]])
    assert found.table["status"].tolist() == ["Inactive"]


def test_access_no_and_a_day_of_removal_are_no_permission(tmp_path: Path) -> None:
    access = load(tmp_path, [["Owner", "Recipient", "Access"], [OWN, ICE, "No"], [OWN, MOSSGATE, "Yes"]])
    assert edges(access) == [(OWN, MOSSGATE)]
    removed = load(
        tmp_path, [["Owner", "Recipient", "Date Removed"], [OWN, ICE, "2024-05-01"], [OWN, MOSSGATE, ""]], "b.csv"
    )
    assert edges(removed) == [(OWN, MOSSGATE)]
    assert "2024-05-01" in said(removed)


@pytest.mark.parametrize("cell", ["Requested", "Revoked", "Pending", f"{OWN} (revoked)", f"{OWN} - Pending"])
def test_a_network_that_was_asked_for_or_taken_back_is_no_permission(tmp_path: Path, cell: str) -> None:
    found = load(tmp_path, [FLOCK, [ICE, "", cell], ["Alder IL PD", "", OWN]])
    assert edges(found) == [(OWN, "Alder IL PD")]
    assert "states no permission" in said(found)


def test_a_name_marked_as_revoked_is_no_permission(tmp_path: Path) -> None:
    assert edges(load(tmp_path, [FLOCK, ["ICE (revoked)", "", OWN], ["Alder IL PD", "", OWN]])) == [
        (OWN, "Alder IL PD")
    ]


def test_withheld_networks_leave_that_direction_open(tmp_path: Path) -> None:
    found = load(tmp_path, [FLOCK, [ICE, "ICE net", "[REDACTED]"], ["Alder IL PD", "Alder net", OWN]])
    by_direction = found.table.groupby("direction")["incomplete"].all()
    assert by_direction.to_dict() == {"received": False, "shared": True}
    assert found.releases[0]["incomplete"]
    assert "withheld" in said(found)


# ---- the house's words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "system", "meant"),
    [
        ("Hot List", "Flock Safety", ("hot lists", "flock")),
        ("hotlists", "flock safety", ("hot lists", "flock")),
        ("Hot-list", "Vigilant LEARN", ("hot lists", "vigilant")),
        ("Detections", "Motorola Vigilant", ("detections", "vigilant")),
        ("Networks", "FLOCK", ("networks", "flock")),
        ("plates", "Axon", ("plates", "axon")),
    ],
)
def test_data_and_systems_are_told_in_the_house_s_words(
    tmp_path: Path, what: str, system: str, meant: tuple[str, str]
) -> None:
    row = load(tmp_path, [["Owner", "Recipient", "What", "System"], [OWN, MOSSGATE, what, system]]).table.iloc[0]
    assert (row["what"], row["system"]) == meant


# ---- whose, when, what else ----------------------------------------------------------------------------------


def test_an_owner_that_the_list_contradicts_is_refused(tmp_path: Path) -> None:
    rows = [FLOCK, ["Alder IL PD", "", MOSSGATE], ["Oak IL PD", "", f"{MOSSGATE} Raven"]]
    found = load(tmp_path, rows, owner="Aspen CO PD")
    assert is_refused(found)
    assert "'Aspen CO PD'" in said(found)
    assert f"{MOSSGATE!r}" in said(found)
    assert edges(load(tmp_path, rows, owner="Mossgate Police Department"))[0][0] == "Mossgate Police Department"


SHEET = ["STATE", "LAW ENFORCEMENT AGENCY", "TYPE", "COUNTY", "SUPPORT TYPE", "SIGNED", "MOA"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([SHEET, ["TEXAS", "Oak SO", "County", "Oak", "Task Force Model", "2025-03-04", "link"]], "287(g)"),
        ([["Agency", "Event Type", "Entity Type"], ["Oak IL PD", "alert", "plate"]], "hot-list"),
        ([["Agency", "Plate", "Hot List"], ["Oak IL PD", "QQQ 111", "Stolen"]], "plate"),
    ],
)
def test_a_direction_makes_no_list_of_something_else(tmp_path: Path, rows: list[list[str]], words: str) -> None:
    found = load(tmp_path, rows, owner=OWN, direction="shared")
    assert is_refused(found)
    assert words in said(found)


@pytest.mark.parametrize(("name", "day"), [("FOIA-2025-0115.csv", None), ("a_2025.01.15.csv", dt.date(2025, 1, 15))])
def test_a_number_of_a_request_is_no_day(name: str, day: dt.date | None) -> None:
    assert day_in_name(name) == day


@pytest.mark.parametrize("title", ["As of 8/31/2025", "Sharing list, as of 2025-08-31", "Generated August 31, 2025"])
def test_a_title_that_states_the_day_is_read(tmp_path: Path, title: str) -> None:
    rows = [[title, None, None], FLOCK, ["Alder IL PD", None, OWN]]
    found = load_sharing(write_workbook(tmp_path / "list.xlsx", {"Partners": rows}))
    assert found.releases[0]["as_of"] == "2025-08-31"
    assert set(found.table["as_of"]) == {dt.date(2025, 8, 31)}


def test_a_file_that_is_not_there_is_asked_for_as_a_list() -> None:
    with pytest.raises(InvestigateError, match="Name a sharing list, or the folder that holds the lists"):
        load_sharing("nofile.csv")


# ---- empty lists ---------------------------------------------------------------------------------------------


def test_an_emptied_column_is_kept_as_an_empty_list(tmp_path: Path) -> None:
    found = load(tmp_path, [FLOCK, ["Alder IL PD", "Alder IL PD", ""]], "list_2025-08-31.csv", owner=OWN)
    stated = {one["direction"]: one for one in found.releases[0]["lists"]}
    assert (stated["shared"]["named"], stated["received"]["named"]) == (0, 1)
    assert stated["shared"]["as_of"] == "2025-08-31"
    assert not stated["shared"]["incomplete"]
    assert len(found.table) == 1


def test_a_list_without_a_record_is_no_evidence_of_emptiness(tmp_path: Path) -> None:
    found = load(tmp_path, [FLOCK], owner=OWN)
    assert found.releases[0]["lists"] == []
    assert "whether the list is empty or the export failed is not known" in said(found)


@pytest.mark.parametrize(
    "line", ["Denied: ICE, CBP", "Revoked: ICE", "Blocked agencies: ICE", "Excluding ICE, CBP, HSI", "Formerly: ICE"]
)
def test_what_a_portal_says_was_taken_from_the_list_is_not_on_it(tmp_path: Path, line: str) -> None:
    found = page(tmp_path, f"Alder IL PD</p><p>{line}")
    assert edges(found) == [(OWN, "Alder IL PD")]
    assert not found.table["federal_immigration"].any()


@pytest.mark.parametrize("heading", ["Denied", "Blocked", "Excluded agencies", "<b>Denied:</b>", "Agencies removed"])
def test_a_heading_of_refusals_ends_a_portals_list(tmp_path: Path, heading: str) -> None:
    found = page(tmp_path, f"Alder IL PD</p><p>{heading}</p><p>ICE, CBP")
    assert edges(found) == [(OWN, "Alder IL PD")]


def test_a_flock_row_without_a_name_leaves_the_list_incomplete(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f'Organization Name,Networks Shared With Me,Networks I\'m Sharing\nOak IL PD,,{OWN}\n"",,{OWN}\n')
    found = load_sharing(path)
    assert found.table["incomplete"].all()


@pytest.mark.parametrize("header", ["Currently Active?", "Active", "Is Active"])
def test_a_partner_that_is_not_active_is_no_permission(tmp_path: Path, header: str) -> None:
    path = tmp_path / "edges.csv"
    path.write_text(f"Owner,Recipient,{header}\n{OWN},ICE,No\n{OWN},Oak IL PD,Yes\n")
    assert edges(load_sharing(path)) == [(OWN, "Oak IL PD")]
