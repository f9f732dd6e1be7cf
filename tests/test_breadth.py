"""How widely searches reached: medians that can be counted by eye, noughts not known, a search counted once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from investigate import load_lookup_logs
from investigate.breadth import breadth_by_agency
from investigate.breadth_chart import chart_breadth, say_breadth
from investigate.sections.breadth import show_breadth
from investigate.show import open_report
from investigate.tables import open_tables
from tests.tiny_logs import search, write_network_audit

ROWS = [
    # agency, day, reason, networks, devices
    ("Alder TX PD", "2025-01-05", "stolen car", 10, 100),
    ("Alder TX PD", "2025-01-06", "ICE", 30, 900),
    ("Alder TX PD", "2025-01-07", "stolen car", 20, 0),
    ("Alder TX PD", "2025-02-01", "stolen car", 0, 0),
    ("Birch IL PD", "2025-02-02", "immigration", 5, 50),
]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("breadth")
    written = [
        search(f"{day}T12:00:00", reason, agency, networks=str(networks), devices=str(devices))
        for agency, day, reason, networks, devices in ROWS
    ]
    for owner in ("Birch IL PD", "Cedar OH PD"):  # each search stands in the logs of two owners
        own = search("2025-02-03T12:00:00", "stolen car", owner, networks="1", devices="8")
        load_lookup_logs([write_network_audit(folder, owner, [*written, own])], workspace=folder)
    return folder


def rows(room: Path, agency: str, role: str, measure: str) -> pd.DataFrame:
    found = breadth_by_agency(open_tables(room))
    mine = found[(found["agency"] == agency) & (found["role"] == role) & (found["measure"] == measure)]
    return mine.set_index("month")


def test_medians_and_the_widest_are_those_counted_by_eye(room: Path) -> None:
    networks = rows(room, "Alder TX PD", "searcher", "networks")
    assert networks["searches"].to_dict() == {"2025-01": 3, "2025-02": 1}
    assert networks["known"].to_dict() == {"2025-01": 3, "2025-02": 0}
    january = networks.loc["2025-01"]
    assert (january["median"], january["most"], january["related_known"], january["related_median"]) == (20, 30, 1, 30)


def test_a_search_of_no_device_is_not_known_and_never_a_nought(room: Path) -> None:
    devices = rows(room, "Alder TX PD", "searcher", "devices")
    assert devices["known"].to_dict() == {"2025-01": 2, "2025-02": 0}
    assert devices.loc["2025-01", "median"] == 500
    assert pd.isna(devices.loc["2025-02", "median"])


def test_a_search_in_two_logs_counts_once_for_the_searcher_and_once_for_each_owner(room: Path) -> None:
    assert rows(room, "Birch IL PD", "searcher", "networks")["searches"].tolist() == [2]
    assert rows(room, "Birch IL PD", "owner", "networks")["searches"].tolist() == [3, 3]
    assert rows(room, "Cedar OH PD", "owner", "networks")["searches"].tolist() == [3, 3]


def test_the_page_says_first_last_and_widest_and_what_is_left_out(room: Path) -> None:
    report = open_report("Alder TX PD", "searcher", room)
    said = say_breadth(report.rows("breadth", "searcher"), "by Alder TX PD")
    assert said[0] == (
        "The median search by Alder TX PD went to 20 networks in January 2025; the widest to 30 (in January 2025). "
        "1 of 4 searches state no number of networks above 0 and are left out."
    )
    assert said[1].startswith("The median search by Alder TX PD went to 500 devices in January 2025; the widest to 900")
    shown = show_breadth(report)
    assert "never which camera was looked at" in shown.text
    assert shown.html.count("<svg") == 1


def test_a_month_without_a_number_is_shaded_and_not_drawn(room: Path) -> None:
    months = open_report("Alder TX PD", "searcher", room).tables.breadth
    figure = chart_breadth(months, "by Alder TX PD")
    drawn = figure.chart.to_dict()
    values = [rows for name, rows in drawn["datasets"].items()]
    shaded = [row for data in values for row in data if set(row) == {"start", "end"}]
    assert "2025-02" in {row["start"][:7] for row in shaded}
    assert "nan" not in figure.svg().lower()


def test_where_no_search_states_a_number_a_sentence_stands(tmp_path: Path) -> None:
    one = search("2025-02-01T12:00:00", "stolen car", "Alder TX PD", networks="0", devices="0")
    load_lookup_logs([write_network_audit(tmp_path, "Birch IL PD", [one])], workspace=tmp_path)
    report = open_report("Alder TX PD", workspace=tmp_path)
    assert "No search by Alder TX PD states to how many networks or devices it went." in show_breadth(report).text
    with pytest.raises(ValueError, match="sentence"):
        chart_breadth(report.rows("breadth", "searcher"), "by Alder TX PD")


def test_no_more_is_related_than_known_and_percentiles_are_in_order(sample_workspace: Path) -> None:
    found = breadth_by_agency(open_tables(sample_workspace))
    assert len(found) > 100
    assert (found["known"] <= found["searches"]).all()
    assert (found["related_known"] <= found["known"]).all()
    known = found[found["known"] > 0]
    assert (known["low"] <= known["median"]).all()
    assert (known["median"] <= known["high"]).all()
    assert (known["high"] <= known["most"]).all()
