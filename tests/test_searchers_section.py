"""Searcher against owner on the page: the finding first, what is not known said, searcher and owner never mixed up."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from tiny_logs import no_sources, search, write_network_audit, write_portal

import investigate as inv
from investigate.counts import ROLES, count_searches
from investigate.searchers import searchers_by_agency
from investigate.sections.searchers import SEVERAL_OWNERS, show_searchers
from investigate.show import Report
from investigate.sorted_tables import rows_of, write_sorted
from investigate.tables import Tables

OWNER, FAR, NEAR, ODD = "Mossgate IL PD", "Farwell TX PD", "Nearby IL SO", "Oddly Police"
PATROL, ISLAND = "US Border Patrol", "Playa PR PD"
AFTER = "2025-03-01T12:00:0"
FRAME = ["agency", "state", "kind", "which", "lat", "lon", "flags", "federal_immigration"]
AGENCIES = pd.DataFrame(
    [
        (OWNER, "IL", "police", None, 41.0, -88.0, [], False),
        (FAR, "TX", "police", None, 30.1, -97.5, [], False),
        (NEAR, "IL", "sheriff", None, 41.2, -88.0, [], False),
        (ODD, None, "unresolved", None, None, None, [], False),
        (PATROL, None, "federal", "Border Patrol", None, None, [], True),
        (ISLAND, "PR", "police", None, 18.4, -66.1, [], False),
    ],
    columns=FRAME,
)


def load(folder: Path, rows: list[dict[str, Any]], owner: str = OWNER) -> Tables:
    write_network_audit(folder / "logs", owner, rows)
    inv.load_lookup_logs(folder / "logs", workspace=folder)
    return inv.open_tables(folder)


def report_of(tables: Tables, agency: str, role: str, frame: pd.DataFrame = AGENCIES) -> Report:
    found = searchers_by_agency(tables, frame)
    parts = [
        count_searches([column], scope="all", workspace=tables).rename(columns={column: "agency"}).assign(role=one)
        for one, column in ROLES.items()
    ]
    mine = {
        name: table[table["agency"] == agency].drop(columns="agency")
        for name, table in (found._asdict() | {"periods": pd.concat(parts)}).items()
    }
    home = frame[frame["agency"] == agency].drop(columns="agency").assign(role=role)
    home = pd.DataFrame([{"role": role, "state": None}]) if home.empty else home
    return Report(SimpleNamespace(sources=no_sources(), agency=agency, agencies=home, **mine), (role,))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    rows = [
        search("2024-12-01T12:00:01", "immigration", FAR),
        search(f"{AFTER}2", "ICE", FAR),
        search(f"{AFTER}3", "deportation", ODD),
        search(f"{AFTER}4", "immigration", PATROL),
        search(f"{AFTER}5", "immigration", ISLAND),
        search(f"{AFTER}6", "burglary", NEAR),
        search(f"{AFTER}7", "immigration", OWNER),
        search(f"{AFTER}8", "immigration", NEAR),
        search(f"{AFTER}9", "burglary", OWNER),
    ]
    return load(tmp_path_factory.mktemp("world"), rows)


def test_the_finding_comes_first_and_its_parts_sum_to_the_whole(world: Tables) -> None:
    first = show_searchers(report_of(world, OWNER, "owner")).text.splitlines()[0]
    assert first == (
        "Of 6 immigration-related searches (standard scope) of the cameras of Mossgate IL PD by others, 3 came from 2 "
        "searching agencies outside Illinois, 1 came from 1 searching agency in Illinois, 1 came from 1 federal "
        "searching agency, 1 came from 1 searching agency whose state the name does not say; its own 1 is not among "
        "them."
    )


def test_periods_stand_with_the_days_that_they_cover(world: Tables) -> None:
    second = show_searchers(report_of(world, OWNER, "owner")).text.splitlines()[1]
    assert second == (
        "Immigration-related and by others: before the inauguration 1 search on 1 covered day; after the inauguration "
        "5 searches on 1 covered day."
    )


def test_federal_immigration_agencies_are_named_with_their_searches(world: Tables) -> None:
    text = show_searchers(report_of(world, OWNER, "owner")).text
    assert "stand: US Border Patrol (1 search, 1 of them immigration-related by the stated reason)." in text


def test_the_map_says_what_it_drew_and_what_not(world: Tables) -> None:
    shown = show_searchers(report_of(world, OWNER, "owner"))
    assert shown.html.count("<svg") == 1
    assert "Of 5 agencies: 2 drawn, 1 outside this map (Playa PR PD), 2 whose place is not known" in shown.text
    assert "Puerto Rico (0 before, 1 after)" in shown.text
    assert "no log says which camera was looked at" in shown.html


def test_top_agencies_have_days_and_exact_texts_and_its_own_are_left_out(world: Tables) -> None:
    text = show_searchers(report_of(world, OWNER, "owner")).text
    listed = text[text.index("its own are left out") : text.index("By state, kind")]
    far = next(line for line in listed.splitlines() if FAR in line)
    assert "1 December 2024 1 March 2025" in far
    assert "ICE (1), immigration (1)" in far
    assert not any(line.strip().startswith(OWNER) for line in listed.splitlines())
    assert next(line for line in listed.splitlines() if ODD in line).count("not known") == 2  # state and distance


def test_distances_stand_in_order_and_unknown_ones_last(world: Tables) -> None:
    text = show_searchers(report_of(world, OWNER, "owner")).text
    distances = text[text.index("by distance") : text.index("Source:")].splitlines()[2:]
    assert [line.rsplit(maxsplit=8)[0].strip() for line in distances] == ["under 50 km", "over 1,000 km", "not known"]


def test_a_searching_agency_reads_whose_cameras_it_searched(world: Tables) -> None:
    shown = show_searchers(report_of(world, FAR, "searcher"))
    assert shown.text.splitlines()[0] == (
        "Of 2 immigration-related searches (standard scope) by Farwell TX PD of the cameras of others, 2 were of the "
        "cameras of 1 camera owner outside Texas; the files hold no searches of its own cameras by itself."
    )
    assert SEVERAL_OWNERS in shown.text
    assert "searching agenc" not in shown.text
    assert "federal immigration agency" not in shown.text


def test_an_agency_that_searched_only_its_own_cameras(world: Tables) -> None:
    shown = show_searchers(report_of(world, OWNER, "searcher"))
    assert shown.text == "The files show 2 searches by Mossgate IL PD of its own cameras and none of those of others."


def test_an_agency_whose_own_state_is_not_known_is_neither_in_nor_out_of_state(world: Tables) -> None:
    first = show_searchers(report_of(world, OWNER, "owner", AGENCIES[1:])).text.splitlines()[0]
    assert "5 came from 4 searching agencies, " not in first  # the federal one is told first
    assert "1 came from 1 federal searching agency, 5 came from 4 searching agencies;" in first
    assert first.endswith(
        "In which state Mossgate IL PD lies is not known, so that in and out of state cannot be told apart."
    )


def test_where_no_reason_can_be_read_nothing_is_none(tmp_path: Path) -> None:
    tables = load(tmp_path, [search(f"{AFTER}1", "", FAR), search(f"{AFTER}2", "", OWNER)])
    shown = show_searchers(report_of(tables, OWNER, "owner"))
    assert shown.text.splitlines()[0] == (
        "Of 1 search of the cameras of Mossgate IL PD by others it is not known how many are immigration-related: no "
        "reason could be read."
    )
    assert "<svg" not in shown.html
    assert "not known not known" in " ".join(shown.text.split())


def test_where_none_is_immigration_related_it_says_so_and_draws_no_map(tmp_path: Path) -> None:
    tables = load(tmp_path, [search(f"{AFTER}1", "burglary", FAR), search(f"{AFTER}2", "burglary", OWNER)])
    shown = show_searchers(report_of(tables, OWNER, "owner"))
    assert shown.text.splitlines()[0] == (
        "The one search of the cameras of Mossgate IL PD by others is not immigration-related (standard scope); its "
        "own one search is not either."
    )
    assert "<svg" not in shown.html


def test_unread_reasons_stand_beside_none(tmp_path: Path) -> None:
    rows = [search(f"{AFTER}{n}", "" if n else "theft", who) for who in (FAR, PATROL, OWNER) for n in range(4)]
    text = show_searchers(report_of(load(tmp_path, rows), OWNER, "owner")).text
    assert text.startswith(
        "Of 8 searches of the cameras of Mossgate IL PD by others, none is immigration-related (standard scope), and 6 "
        "of them show no reason that could be read; of its own 4 searches, none is either, and 3 of them show no "
        "reason that could be read."
    )
    assert (
        "US Border Patrol (4 searches, 0 of them immigration-related by the stated reason, and 3 of them show" in text
    )
    assert next(line for line in text.splitlines() if line.strip().startswith("Texas")).split()[1:] == [
        "0", "0", "0", "4", "not", "known", "0", "3", "1",
    ]  # fmt: skip


def test_a_side_that_nobody_can_read_makes_the_whole_the_least(tmp_path: Path) -> None:
    rows = [search(f"{AFTER}1", "ICE", FAR), search(f"{AFTER}2", "", NEAR), search(f"{AFTER}3", "", NEAR)]
    text = show_searchers(report_of(load(tmp_path, rows), OWNER, "owner")).text
    assert text.startswith("Of at least 1 immigration-related search (standard scope) of the cameras of Mossgate IL PD")
    assert "an unknown number came from 1 searching agency in Illinois" in text
    assert "Of all 3 searches of the cameras of Mossgate IL PD by others, 2 show no reason that could be read." in text


@pytest.mark.parametrize("is_placed", [True, False])
def test_agencies_in_a_territory_only_are_on_no_map_and_named_by_it(tmp_path: Path, is_placed: bool) -> None:
    frame = AGENCIES if is_placed else AGENCIES.assign(lat=None, lon=None)
    tables = load(tmp_path, [search(f"{AFTER}1", "ICE", ISLAND), search(f"{AFTER}2", "ICE", ODD)])
    shown = show_searchers(report_of(tables, OWNER, "owner", frame))
    assert (
        "No map is drawn: those agencies whose state is known lie in Puerto Rico, which it does not show." in shown.text
    )
    assert "<svg" not in shown.html


def test_only_the_covered_period_is_on_the_map(tmp_path: Path) -> None:
    shown = show_searchers(report_of(load(tmp_path, [search(f"{AFTER}1", "ICE", FAR)]), OWNER, "owner"))
    assert "After the inauguration" in shown.html
    assert "Before the inauguration" not in shown.html


def test_where_no_place_is_known_no_map_is_drawn(tmp_path: Path) -> None:
    shown = show_searchers(report_of(load(tmp_path, [search(f"{AFTER}1", "ICE", ODD)]), OWNER, "owner"))
    assert "No map is drawn: of none of these agencies is it known where it lies." in shown.text
    assert "<svg" not in shown.html


def test_a_log_that_does_not_say_whose_cameras(tmp_path: Path) -> None:
    write_portal(tmp_path / "logs" / "eastmere-ca-pd", [search(f"{AFTER}1", "ICE")], with_reason=True)
    inv.load_lookup_logs(tmp_path / "logs", workspace=tmp_path)
    shown = show_searchers(report_of(inv.open_tables(tmp_path), "Eastmere CA PD", "searcher"))
    assert shown.text == "The released files do not say whose cameras were searched: only a network audit does."


def test_searches_under_no_name_are_told_apart(tmp_path: Path) -> None:
    tables = load(
        tmp_path, [search(f"{AFTER}1", "ICE", FAR), search(f"{AFTER}2", "ICE", ""), search(f"{AFTER}3", "", "")]
    )
    text = show_searchers(report_of(tables, OWNER, "owner")).text
    assert text.startswith("Of 1 immigration-related search (standard scope)")
    assert (
        "The files hold 2 more searches whose agency is not named, 1 of them immigration-related, and 1 of them shows "
        "no reason that could be read."
    ) in text


def test_names_are_escaped(tmp_path: Path) -> None:
    tables = load(tmp_path, [search(f"{AFTER}1", "ICE", "<b>Far</b>\u202e Police")])
    shown = show_searchers(report_of(tables, OWNER, "owner"))
    assert "<b>" not in shown.html
    assert "\u202e" not in shown.html + shown.text


def test_an_agency_without_searches() -> None:
    empty = pd.DataFrame(columns=["role", "level", "group"])
    tables = SimpleNamespace(sources=no_sources(), agency=OWNER, places=empty, partners=empty)
    report = Report(tables, ("owner",))  # type: ignore[arg-type]
    assert show_searchers(report).text == "The files hold no searches to count."


def test_report_tables_read_back_show_the_same(world: Tables, tmp_path: Path) -> None:
    report = report_of(world, OWNER, "owner")
    kinds = {"int64": pd.Int64Dtype(), "double": pd.Float64Dtype()}
    again = {}
    for name, frame in vars(report.tables).items():
        if isinstance(frame, pd.DataFrame):
            write_sorted(frame.assign(agency=OWNER), tmp_path / name, ["agency"])
            read = rows_of(tmp_path / name, "agency", [OWNER]).drop_columns(["agency"])
            again[name] = read.to_pandas(types_mapper=lambda kind: kinds.get(str(kind)))
    shown = show_searchers(Report(SimpleNamespace(agency=OWNER, **again), ("owner",)))  # type: ignore[arg-type]
    assert shown.text == show_searchers(report).text
    assert shown.html == show_searchers(report).html
