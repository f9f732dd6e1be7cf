"""Tables of a workspace: made again when what they depend on changed, and never otherwise."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tiny_logs import search, write_network_audit

import investigate as inv
from investigate import report_tables, tables, workspace
from investigate.errors import EmptyStore, UnknownValue
from investigate.reasons import many
from investigate.reasons.classify import classify_reason
from investigate.report_tables import list_report_agencies, prepare_report_tables, read_agency_tables
from investigate.store import Store
from investigate.workspace import Workspace, open_workspace


def load(root: Path, part: int, reason: str, agency: str = "Ashmoor IL PD") -> None:
    path = write_network_audit(
        root / "logs", "Fernwick IL PD", [search(f"2025-03-0{part}T12:00:00", reason, agency)], part
    )
    inv.load_lookup_logs(path, workspace=root)


@pytest.fixture
def room(tmp_path: Path) -> Path:
    load(tmp_path, 1, "ICE")
    return tmp_path


def test_empty_workspace_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EmptyStore, match=rf"'{tmp_path.name}'.*investigate load PATH"):
        inv.open_tables(tmp_path)


def test_every_stored_search_has_a_category_and_a_case(sample_workspace: Path) -> None:
    opened = inv.open_tables(sample_workspace)
    stored = Store(open_workspace(sample_workspace).store).parts(opened.con, "searches")
    assert opened.searches.count().execute() == stored.count().execute()
    unknown = opened.searches.filter(opened.searches.category.isnull() | opened.searches.case_id.isnull())
    assert unknown.count().execute() == 0


def test_newly_loaded_release_is_counted_without_being_asked_for(room: Path) -> None:
    assert inv.count_searches(workspace=room)["immigration_related"].tolist()[1] == 1
    load(room, 2, "immigration")
    assert inv.count_searches(workspace=room)["immigration_related"].tolist()[1] == 2
    assert list_report_agencies(room) == ["Ashmoor IL PD", "Fernwick IL PD"]
    load(room, 3, "immigration", "Birchgate GA PD")
    assert list_report_agencies(room) == ["Ashmoor IL PD", "Birchgate GA PD", "Fernwick IL PD"]


def test_nothing_is_made_again_while_nothing_changed(room: Path) -> None:
    prepare_report_tables(room)

    def written_at() -> dict[Path, int]:
        files = [path for path in (room / "data" / "store").rglob("*") if path.suffix in (".parquet", ".arrow")]
        return {path: path.stat().st_mtime_ns for path in files}

    made = written_at()
    assert {path.suffix for path in made} == {".parquet", ".arrow"}
    prepare_report_tables(room)
    inv.open_tables(room)
    assert written_at() == made


@pytest.mark.parametrize("room_of_code", ["reasons", "tables.py", "counts.py"])
def test_other_code_makes_again_what_it_decides(room: Path, monkeypatch: pytest.MonkeyPatch, room_of_code: str) -> None:
    folder = prepare_report_tables(room)
    reasons, counted, words = (
        folder.parent / "reasons.parquet",
        folder.parent / "counted.parquet",
        folder / "words.arrow",
    )
    made = {path: path.stat().st_mtime_ns for path in (reasons, counted, words)}
    real = tables.code_hash
    for module in (tables, report_tables):
        monkeypatch.setattr(module, "code_hash", lambda *rooms: real(*rooms) + ("x" if room_of_code in rooms else ""))
    prepare_report_tables(room)
    again = {path for path, before in made.items() if path.stat().st_mtime_ns > before}
    assert again == ({words} if room_of_code == "counts.py" else {reasons, counted, words})


def test_reasons_are_classified_again_when_a_rule_changed(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert inv.open_tables(room).reasons.execute()["category"].tolist() == ["immigration_agency"]
    monkeypatch.setattr(tables, "code_hash", lambda *_: "other rules")
    monkeypatch.setattr(many, "classify_reason", lambda *_, **__: classify_reason("burglary"))
    assert inv.open_tables(room).reasons.execute()["category"].tolist() == ["other"]


def test_hash_of_the_code_is_of_its_rules_too() -> None:
    assert len({tables.code_hash(), tables.code_hash("reasons"), tables.code_hash("tables.py")}) == 3
    assert tables.code_hash("reasons") == tables.code_hash("reasons")
    rules = Path(tables.__file__).parent / "reasons" / "rules.toml"
    assert tables.code_hash("reasons/rules.toml") == hashlib.sha256(rules.read_bytes()).hexdigest()


def test_search_with_two_case_numbers_is_in_one_case_whatever_the_workspace(tmp_path: Path) -> None:
    """Which number's token is the smaller depends on the workspace's secret; the number of cases must not."""
    both = search("2025-03-01T12:00:00", "x", id="both")
    first = [both | {"case": "11-1"}, search("2025-03-02T12:00:00", "x", case="11-1")]
    second = [both | {"case": "22-2"}]
    second += [search(f"2025-03-0{day}T12:00:00", "x", case="22-2") for day in (3, 4)]
    cases = set()
    for number in range(6):
        root = tmp_path / str(number)
        for owner, rows in (("Fernwick IL PD", first), ("Garrowmoor GA PD", second)):
            inv.load_lookup_logs(write_network_audit(root / "logs", owner, rows), workspace=root)
        opened = inv.open_tables(root).searches
        twice = opened.group_by("search_key").having(opened.release.nunique() == 2).agg(rows=opened.count())
        shared = opened.semi_join(twice, "search_key").select("case_id").distinct()
        numbers = opened.semi_join(shared, "case_id").search_key.nunique().execute()
        cases.add(int(numbers))
    assert len(cases) == 1, "the search went with the one number here, with the other there"


def test_sample_is_loaded_anew_when_its_files_or_the_loading_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_network_audit(tmp_path / "logs", "Fernwick IL PD", [search("2025-03-01T12:00:00", "ICE")])
    place = Workspace(tmp_path)
    monkeypatch.setattr(workspace, "SAMPLE", tmp_path)
    releases = place.store / "releases.parquet"

    def loaded_at() -> int:
        inv.open_tables(place)
        return releases.stat().st_mtime_ns

    first = loaded_at()
    assert loaded_at() == first, "nothing changed"
    monkeypatch.setattr(tables, "code_hash", lambda *rooms: " ".join(rooms))
    second = loaded_at()
    assert second > first
    write_network_audit(tmp_path / "logs", "Fernwick IL PD", [search("2025-03-02T12:00:00", "ICE")])
    assert loaded_at() > second
    assert inv.count_searches(workspace=place)["rows"].sum() == 1, "the older sample is gone"


def test_report_tables_are_those_of_the_agency_asked_for(sample_workspace: Path) -> None:
    mine = read_agency_tables("brackenfall il pd", sample_workspace)
    assert mine.agency == "Brackenfall IL PD"
    assert mine.roles == ["owner", "searcher"]
    for role in mine.roles:
        counts = inv.count_searches(agency=mine.agency, role=role, scope="all", workspace=sample_workspace)
        kept = mine.periods[mine.periods["role"] == role]
        for name in ("searches", "cases", "immigration_related", "covered_days"):
            assert kept[name].tolist() == counts[name].tolist(), (role, name)


def test_agency_that_is_not_there_is_quoted_beside_the_nearest(sample_workspace: Path) -> None:
    with pytest.raises(UnknownValue, match=r"'Brakenfall IL PD'.*'Brackenfall IL PD'"):
        read_agency_tables("Brakenfall IL PD", sample_workspace)


def test_agencies_of_a_role(sample_workspace: Path) -> None:
    owners = list_report_agencies(sample_workspace, "owner")
    assert len(owners) == 5
    assert set(owners) < set(list_report_agencies(sample_workspace))
    with pytest.raises(UnknownValue, match=r"'boss'.*owner"):
        list_report_agencies(sample_workspace, "boss")


def test_cited_rows_are_exactly_those_in_the_broad_scope(sample_workspace: Path) -> None:
    opened = inv.open_tables(sample_workspace)
    mine = read_agency_tables("Tallowmere TX PD", sample_workspace)
    cited = mine.cited[mine.cited["role"] == "owner"]
    broad = inv.count_searches(agency=mine.agency, role="owner", scope="broad", unit="rows", workspace=opened)
    assert len(cited) == broad["immigration_related"].sum() > 0
    assert not cited.duplicated(["release", "row"]).any()
