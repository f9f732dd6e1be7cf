"""Laws: what the file of rules may say, which rules are in force on a day, and searches before and since, by eye."""

from __future__ import annotations

import datetime as dt
import random
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_logs import search, write_network_audit, write_portal

import investigate as inv
from investigate import law_counts
from investigate.agencies.laws import (
    KINDS,
    LAWS_FILE,
    NOT_SEEN,
    STATE_NAMES,
    SURE,
    BadLaws,
    laws_in_force,
    laws_of,
    read_laws,
)
from investigate.errors import UnknownValue
from investigate.law_counts import (
    COLUMNS,
    NO_OWNER,
    NO_STATE,
    NONE_COUNTED,
    NOT_CHECKED,
    OWN_STATE_ONLY,
    PARTS,
    count_under_laws,
)
from investigate.tables import Tables

OWNER, SECOND, TEXAN = "Mossgate IL PD", "Pinewater IL SO", "Dustwell TX PD"
INSIDE, GEORGIA, ALABAMA = "Ashmoor IL PD", "Birchgate GA PD", "Cedarfall AL SO"
BORDER, NOWHERE = "US Border Patrol", "Quillmere"
CHICAGO_MIDNIGHT = "2024-01-01T06:00:00"  # in UTC: the first second of the day on which the Illinois rules start


def agencies(**more: tuple[str | None, str]) -> pd.DataFrame:
    rows = [
        (OWNER, "IL", "police"), (SECOND, "IL", "sheriff"), (TEXAN, "TX", "police"), (INSIDE, "IL", "police"),
        (GEORGIA, "GA", "police"), (ALABAMA, "AL", "sheriff"), (BORDER, None, "federal"), (NOWHERE, None, "unresolved"),
        *((name, *rest) for name, rest in more.items()),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["agency", "state", "kind"])


def load(root: Path, **logs: list[dict[str, Any]]) -> Tables:
    """A workspace with one network audit an owner (keyword `Mossgate_IL_PD`)."""
    for owner, rows in logs.items():
        write_network_audit(root / "logs", owner.replace("_", " "), rows)
    report = inv.load_lookup_logs([root / "logs"], workspace=root)
    assert set(report["status"]) == {"loaded"}, report["refused_because"].tolist()
    return inv.open_tables(root)


def row_of(counted: pd.DataFrame, agency: str, role: str = "owner", rule: str = "il-sharing") -> pd.Series:
    found = counted[(counted["agency"] == agency) & (counted["role"] == role) & (counted["rule"] == rule)]
    assert len(found) == 1
    return found.iloc[0]


def numbers(row: pd.Series, *names: str) -> list[Any]:
    return [row[name] for name in names]


# ---- the file of rules ------------------------------------------------------------------------------------


def test_every_rule_in_the_file_has_its_fields_and_a_sentence() -> None:
    rules = read_laws()
    assert len({law.id for law in rules}) == len(rules) >= 40
    for law in rules:
        assert law.state in STATE_NAMES
        assert law.kind in KINDS
        assert law.sure in SURE
        assert law.rule.endswith(".")
        assert law.rule.count(". ") == 0, "one sentence"
        assert law.sources
        assert law.date_basis
        assert (law.starts is None) == (law.date_sure == "")
        assert law.exempt <= (law.kind == "records")


def test_no_rule_judges() -> None:
    assert not re.search(r"illegal|unlawful|violat", LAWS_FILE.read_text(encoding="utf-8"), re.IGNORECASE)


def test_the_states_with_a_dated_rule_to_count_under_are_those_whose_day_was_seen() -> None:
    found = {(law.state, str(law.starts)) for law in read_laws() if law.is_counted}
    assert found == {
        ("IL", "2024-01-01"), ("CA", "2016-01-01"), ("OR", "2026-03-31"), ("VA", "2025-07-01"),
        ("WA", "2026-03-30"),
    }  # fmt: skip


def test_what_was_not_seen_to_be_law_has_no_day_and_is_not_counted() -> None:
    unseen = [law for law in read_laws() if law.status == NOT_SEEN]
    assert {law.state for law in unseen} == {"NJ", "NM"}
    assert all(law.starts is None and not law.is_counted for law in unseen)


def test_bills_that_are_not_law_are_not_there() -> None:
    said = LAWS_FILE.read_text(encoding="utf-8")
    assert not any(bill in said for bill in ("SB 3257", "SB 274", "SB26-070", "HB 5449"))


ONE = {
    "id": '"x-sharing"', "state": '"IL"', "short_name": '"X"', "citation": '"1 X 2"', "kind": '"sharing"',
    "applies_to": '"owner"', "rule": '"No sharing."', "immigration": "true", "outside": "false", "status": '"law"',
    "from": "2024-01-01", "date_basis": '"seen"', "sources": '["a"]', "sure": '"verified"', "date_sure": '"reported"',
    "checked_by": '""', "checked_on": '""', "note": '""',
}  # fmt: skip


def write_laws(path: Path, *entries: dict[str, str]) -> Path:
    text = "\n".join("[[law]]\n" + "\n".join(f"{name} = {value}" for name, value in entry.items()) for entry in entries)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_rule_of_a_file_is_read_as_it_stands_there(tmp_path: Path) -> None:
    checked = ONE | {"to": "2024-12-31", "checked_by": '"AB"', "checked_on": '"2026-01-02"', "exempt": "false"}
    (law,) = read_laws(write_laws(tmp_path / "laws.toml", checked))
    assert (law.starts, law.ends, law.sources) == (dt.date(2024, 1, 1), dt.date(2024, 12, 31), ("a",))
    assert (law.checked_by, law.checked_on, law.is_counted) == ("AB", "2026-01-02", True)


WRONG = {
    "unknown field": ({"colour": '"red"'}, "colour"),
    "state": ({"state": '"ZZ"'}, "ZZ"),
    "kind": ({"kind": '"ban"'}, "ban"),
    "sure": ({"sure": '"certain"'}, "certain"),
    "who it binds": ({"applies_to": '"vendor"'}, "vendor"),
    "day in quotes": ({"from": '"2024-01-01"'}, "from"),
    "a time": ({"from": "2024-01-01T00:00:00"}, "from"),
    "a text for a flag": ({"immigration": '"yes"'}, "immigration"),
    "no stop": ({"rule": '"No sharing"'}, "No sharing"),
    "no source": ({"sources": "[]"}, "sources"),
    "empty citation": ({"citation": '" "'}, "citation"),
    "ends before it starts": ({"to": "2023-12-31"}, "2023-12-31"),
    "checked by nobody": ({"checked_on": '"2026-01-02"'}, "checked_by"),
    "checked on no day": ({"checked_by": '"AB"', "checked_on": '"May"'}, "May"),
}


@pytest.mark.parametrize(("change", "quoted"), WRONG.values(), ids=WRONG)
def test_a_rule_that_cannot_be_used_is_refused_by_name(change: dict[str, str], quoted: str, tmp_path: Path) -> None:
    with pytest.raises(BadLaws, match=r"laws\.toml") as refused:
        read_laws(write_laws(tmp_path / "laws.toml", ONE | change))
    assert quoted in str(refused.value)
    assert "x-sharing" in str(refused.value)


@pytest.mark.parametrize("name", [name for name in ONE if name not in {"from", "id"}])
def test_a_rule_without_a_field_is_refused(name: str, tmp_path: Path) -> None:
    entry = {key: value for key, value in ONE.items() if key != name}
    with pytest.raises(BadLaws, match=name):
        read_laws(write_laws(tmp_path / "laws.toml", entry))


def test_two_rules_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadLaws, match="x-sharing"):
        read_laws(write_laws(tmp_path / "laws.toml", ONE, ONE))


@pytest.mark.parametrize("text", ["", "law = 1", "[[law]\n", "[[rule]]\nid = 'x'"])
def test_a_file_that_holds_no_rules_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "laws.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadLaws, match=r"laws\.toml"):
        read_laws(path)


# ---- in force on a day ------------------------------------------------------------------------------------


def test_the_first_day_is_in_force_and_the_day_before_is_not() -> None:
    on, before = (
        laws_in_force("IL", day, immigration_only=True) for day in (dt.date(2024, 1, 1), dt.date(2023, 12, 31))
    )
    assert [law.id for law in on.laws] == ["il-sharing", "il-declaration"]
    assert before.laws == ()


def test_the_last_day_is_in_force_and_the_day_after_is_not(tmp_path: Path) -> None:
    (law,) = read_laws(write_laws(tmp_path / "laws.toml", ONE | {"to": "2024-12-31"}))
    assert law.holds_on(dt.date(2024, 12, 31))
    assert not law.holds_on(dt.date(2025, 1, 1))


def test_a_rule_without_a_day_is_undated_on_every_day() -> None:
    for day in (dt.date(1990, 1, 1), dt.date(2040, 1, 1)):
        found = laws_in_force("CT", day)
        assert found.laws == ()
        assert {law.id for law in found.undated} == {"ct-trust-act", "ct-sharing", "ct-retention", "ct-use"}


@given(st.sampled_from(sorted({law.state for law in read_laws()})), st.dates())
def test_every_rule_is_in_force_or_undated_or_of_other_days(state: str, day: dt.date) -> None:
    found = laws_in_force(state, day)
    assert not set(found.laws) & set(found.undated)
    rest = set(laws_of(state)) - set(found.laws) - set(found.undated)
    assert all(law.starts is not None and law.starts > day for law in rest)


def test_only_those_on_immigration_leave_out_the_keeping_of_data() -> None:
    day = dt.date(2026, 4, 1)
    every, some = laws_in_force("WA", day).laws, laws_in_force("WA", day, immigration_only=True).laws
    assert {law.id for law in every} - {law.id for law in some} == {"wa-retention", "wa-records"}


def test_a_state_that_was_not_checked_has_no_rules_and_no_code_is_no_state() -> None:
    assert laws_of("TX") == laws_of("GU") == ()
    with pytest.raises(UnknownValue, match="Illinois"):
        laws_of("Illinois")


# ---- searches before and since ----------------------------------------------------------------------------


def test_the_first_day_counts_by_the_day_of_the_log_and_not_of_utc(tmp_path: Path) -> None:
    rows = [
        search("2024-01-01T05:59:59", "ICE", GEORGIA),  # still 31 December in Illinois
        search(CHICAGO_MIDNIGHT, "ICE", GEORGIA),
        search("2025-05-01T12:00:00", "immigration", ALABAMA),
    ]
    row = row_of(count_under_laws(load(tmp_path, Mossgate_IL_PD=rows), agencies()), OWNER)
    assert numbers(row, "outside", "outside_before", "other_agencies", "other_agencies_before") == [2, 1, 2, 1]
    assert numbers(row, "first_day", "last_day", "starts") == ["2024-01-01", "2025-05-01", "2024-01-01"]
    assert numbers(row, "days", "days_before") == [2, 1]


def test_own_federal_inside_and_unplaced_searches_stand_apart_and_add_up(tmp_path: Path) -> None:
    who = [OWNER, INSIDE, INSIDE, GEORGIA, ALABAMA, ALABAMA, BORDER, NOWHERE, "Not In The Table"]
    rows = [search(f"2025-03-{n + 1:02}T15:00:00", "ICE", agency) for n, agency in enumerate(who)]
    rows += [search("2025-03-20T15:00:00", "burglary", GEORGIA), search("2025-03-21T15:00:00", "HSI", GEORGIA)]
    rows += [search("2025-03-22T15:00:00", "immigration", GEORGIA)]
    row = row_of(count_under_laws(load(tmp_path, Mossgate_IL_PD=rows), agencies()), OWNER)
    assert numbers(row, *PARTS) == [4, 2, 1, 2, 1]
    assert row["standard"] == sum(row[part] for part in PARTS) == 10
    assert numbers(row, "outside_strict", "outside_broad", "outside_searches", "outside_read") == [1, 5, 6, 6]
    assert numbers(row, "searches", "other_agencies") == [12, 2]


def test_two_rules_of_a_state_that_start_together_have_the_same_counts(tmp_path: Path) -> None:
    counted = count_under_laws(
        load(tmp_path, Mossgate_IL_PD=[search("2025-03-01T15:00:00", "ICE", GEORGIA)]), agencies()
    )
    mine = counted[(counted["agency"] == OWNER) & (counted["role"] == "owner")]
    assert mine["rule"].tolist() == ["il-declaration", "il-sharing"]
    assert mine["outside"].tolist() == [1, 1]


def test_the_law_is_that_of_the_owner_and_not_of_who_searches(tmp_path: Path) -> None:
    rows = [search("2025-03-01T15:00:00", "ICE", INSIDE)]
    counted = count_under_laws(load(tmp_path, Dustwell_TX_PD=rows), agencies())
    owner = counted[(counted["agency"] == TEXAN) & (counted["role"] == "owner")]
    assert owner["why"].tolist() == [NOT_CHECKED]
    assert owner["rule"].isna().all()
    assert owner["outside"].isna().all(), "without a rule nothing is counted, and that is not 0"
    searcher = counted[(counted["agency"] == INSIDE) & (counted["role"] == "searcher")]
    assert searcher[["state", "why"]].values.tolist() == [["TX", NOT_CHECKED]]


def test_a_state_with_undated_rules_only_and_an_owner_without_a_state_say_why(tmp_path: Path) -> None:
    rows = [search("2026-06-01T15:00:00", "ICE", GEORGIA)]
    tables = load(tmp_path, Elmhaven_CT_PD=rows, Farwater_OH_PD=[*rows, *rows])
    counted = count_under_laws(tables, agencies(**{"Elmhaven CT PD": ("CT", "police")}))
    owners = counted[counted["role"] == "owner"].set_index("agency")
    assert owners["why"].to_dict() == {"Elmhaven CT PD": NONE_COUNTED, "Farwater OH PD": NO_STATE}
    assert owners["rule"].isna().all()


def test_a_searcher_sees_the_rules_of_each_other_state(tmp_path: Path) -> None:
    shared = search("2025-03-01T15:00:00", "ICE", GEORGIA, id="one search, two networks")
    tables = load(
        tmp_path,
        Mossgate_IL_PD=[shared, search("2025-03-02T15:00:00", "ICE", GEORGIA)],
        Pinewater_IL_SO=[shared, search("2025-03-03T15:00:00", "burglary", INSIDE)],
        Dustwell_TX_PD=[shared, search("2025-03-04T15:00:00", "burglary", INSIDE)],
    )
    counted = count_under_laws(tables, agencies())
    row = row_of(counted, GEORGIA, "searcher")
    assert numbers(row, "outside", "other_agencies", "standard", "state") == [2, 2, 2, "IL"]
    mine = counted[(counted["agency"] == GEORGIA) & (counted["role"] == "searcher")]
    assert sorted(mine["state"]) == ["IL", "IL", "TX"]
    assert row_of(counted, SECOND)["outside"] == 1


def test_a_federal_searcher_and_one_without_a_state_are_not_out_of_state(tmp_path: Path) -> None:
    rows = [search("2025-03-01T15:00:00", "ICE", BORDER), search("2025-03-02T15:00:00", "ICE", NOWHERE)]
    counted = count_under_laws(load(tmp_path, Mossgate_IL_PD=rows), agencies())
    assert numbers(row_of(counted, BORDER, "searcher"), "outside", "federal", "unknown_state") == [0, 1, 0]
    assert numbers(row_of(counted, NOWHERE, "searcher"), "outside", "federal", "unknown_state") == [0, 0, 1]


def test_a_searcher_in_its_own_state_only_and_one_on_a_portal_say_why(tmp_path: Path) -> None:
    write_portal(tmp_path / "logs" / "Cedarfall AL SO", [search("2025-03-03T15:00:00", "ICE")], with_reason=True)
    tables = load(tmp_path, Mossgate_IL_PD=[search("2025-03-01T15:00:00", "ICE", INSIDE)])
    counted = count_under_laws(tables, agencies())
    why = counted[counted["role"] == "searcher"].set_index("agency")["why"].to_dict()
    assert why[INSIDE] == OWN_STATE_ONLY
    assert set(why.values()) == {OWN_STATE_ONLY, NO_OWNER}
    assert (counted["role"] == "searcher").sum() == 2


def test_searches_whose_reason_cannot_be_read_are_not_known_and_not_zero(tmp_path: Path) -> None:
    rows = [search("2025-03-01T15:00:00", "", GEORGIA), search("2025-03-02T15:00:00", "ICE", INSIDE)]
    row = row_of(count_under_laws(load(tmp_path, Mossgate_IL_PD=rows), agencies()), OWNER)
    assert pd.isna(row["outside"])
    assert pd.isna(row["outside_strict"])
    assert pd.isna(row["other_agencies"])
    assert numbers(row, "outside_searches", "outside_read", "in_state", "standard") == [1, 0, 1, 1]


def test_each_part_has_its_searches_without_a_reason_to_read(tmp_path: Path) -> None:
    who = {GEORGIA: 3, INSIDE: 2, BORDER: 1, NOWHERE: 1, OWNER: 1}
    rows = [search(f"2025-03-0{n + 1}T15:00:00", "", agency) for agency, many in who.items() for n in range(many)]
    rows += [search(f"2023-03-0{n + 1}T15:00:00", "", GEORGIA) for n in range(2)]
    rows += [
        search(f"{year}-04-01T15:00:0{n}", "theft", agency) for year in (2023, 2025) for n, agency in enumerate(who)
    ]
    row = row_of(count_under_laws(load(tmp_path, Mossgate_IL_PD=rows), agencies()), OWNER)
    parts = ("unknown_state", "federal", "in_state", "own")
    assert numbers(row, "outside", *parts) == [0, 0, 0, 0, 0]
    assert numbers(row, *(f"{part}_unread" for part in parts)) == [1, 1, 2, 1]
    assert numbers(row, "outside_searches", "outside_read", "unread") == [4, 1, 8]
    assert numbers(row, "outside_searches_before", "outside_read_before", "unread_before") == [3, 1, 2]


def test_a_search_in_two_logs_of_a_state_has_one_day_and_one_reading(tmp_path: Path) -> None:
    both = "one search, two networks"
    for owner, zone, reason in ((OWNER, "America/Chicago", "ICE"), (SECOND, "UTC", "")):
        shared = search("2024-01-01T03:00:00", reason, GEORGIA, id=both)  # 31 December in Chicago
        write_network_audit(tmp_path / owner, owner, [shared, search("2025-03-01T15:00:00", reason, GEORGIA, id="2")])
        inv.load_lookup_logs([tmp_path / owner], workspace=tmp_path, timezone=zone)
    days = inv.open_tables(tmp_path).searches.local_date.execute()
    assert sorted({str(day)[:10] for day in days}) == ["2023-12-31", "2024-01-01", "2025-03-01"]
    row = row_of(count_under_laws(inv.open_tables(tmp_path), agencies()), GEORGIA, "searcher")
    assert numbers(row, "outside", "outside_before", "searches", "searches_before") == [1, 1, 1, 1]
    assert numbers(row, "other_agencies", "other_agencies_before", "outside_read") == [2, 2, 1]


def test_days_without_a_search_are_told_from_days_without_a_file(tmp_path: Path) -> None:
    rows = [search("2023-03-01T15:00:00", "ICE", GEORGIA), search("2023-03-02T15:00:00", "ICE", GEORGIA)]
    row = row_of(count_under_laws(load(tmp_path, Mossgate_IL_PD=rows), agencies()), OWNER)
    assert numbers(row, "days", "days_before", "outside", "outside_before") == [0, 2, 0, 2]


def test_a_rule_that_has_ended_counts_its_last_day_and_nothing_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = read_laws(write_laws(tmp_path / "laws.toml", ONE | {"from": "2025-03-01", "to": "2025-03-10"}))
    monkeypatch.setattr(law_counts, "read_laws", lambda: ended)
    days = ("2025-02-28", "2025-03-01", "2025-03-10", "2025-03-11", "2025-04-01")
    rows = [search(f"{day}T18:00:00", "ICE", GEORGIA) for day in days]
    row = row_of(count_under_laws(load(tmp_path, Mossgate_IL_PD=rows), agencies()), OWNER, rule="x-sharing")
    assert numbers(row, "outside", "outside_before", "last_day", "ends") == [2, 1, "2025-03-10", "2025-03-10"]


def test_the_order_of_rows_and_a_second_release_of_the_same_log_change_nothing(tmp_path: Path) -> None:
    rows = [
        search(f"202{year}-0{month}-03T15:00:00", reason, agency)
        for year in (3, 5) for month in (1, 4) for reason in ("ICE", "burglary")
        for agency in (GEORGIA, ALABAMA, INSIDE, OWNER)
    ]  # fmt: skip
    first = count_under_laws(load(tmp_path / "a", Mossgate_IL_PD=rows), agencies())
    shuffled = random.Random(3).sample(rows, len(rows))
    write_network_audit(tmp_path / "b" / "logs", OWNER, rows[:9], part=2)
    second = count_under_laws(load(tmp_path / "b", Mossgate_IL_PD=shuffled), agencies().sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(first, second)
    assert row_of(first, OWNER)["standard"] > 0


def test_an_agency_that_stands_twice_in_the_table_is_counted_once(tmp_path: Path) -> None:
    tables = load(tmp_path, Mossgate_IL_PD=[search("2025-03-01T15:00:00", "ICE", GEORGIA)])
    counted = count_under_laws(tables, pd.concat([agencies(), agencies()]))
    assert numbers(row_of(counted, OWNER), "outside", "searches") == [1, 1]


def test_a_workspace_without_camera_owners_gives_rows_that_say_so(tmp_path: Path) -> None:
    write_portal(tmp_path / "logs" / "Cedarfall AL SO", [search("2025-03-03T15:00:00", "ICE")], with_reason=True)
    counted = count_under_laws(load(tmp_path), agencies())
    assert list(counted.columns) == list(COLUMNS)
    assert counted["why"].tolist() == [NO_OWNER]


def test_the_table_can_be_stored(tmp_path: Path) -> None:
    rows = [search("2025-03-01T15:00:00", "", GEORGIA)]
    counted = count_under_laws(load(tmp_path, Mossgate_IL_PD=rows, Dustwell_TX_PD=[*rows, *rows]), agencies())
    counted.to_parquet(tmp_path / "laws.parquet", index=False)
    again = pd.read_parquet(tmp_path / "laws.parquet")
    assert again["outside"].isna().tolist() == counted["outside"].isna().tolist()
