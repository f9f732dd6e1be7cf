"""sources.csv: what a person knows of a file wins over what is inferred, and a mistake in it stops the load."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from made_logs import as_csv, load, record, write_log

from investigate.logs.sources import BadSources, Given, find_sources, read_mapping, read_sources
from investigate.store import Store

HEADER = "path,producer,kind,timezone,request id,received on,notes,mapping"


def note(folder: Path, *lines: str, header: str = HEADER) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "sources.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_what_it_says_wins_over_everything_inferred(tmp_path: Path) -> None:
    rows = tmp_path / "in"
    write_log(rows / "Mossgate IL PD_Organization_Audit.csv", [record(1), record(2, OrgName="Fernhollow IL PD")])
    name = "Mossgate IL PD_Organization_Audit.csv"
    note(rows, f"{name},Quarrydale TX SO,network,America/Denver,R-17,3/4/2026,by post,")
    loaded = load(rows, tmp_path)
    assert len(loaded.report) == 1  # sources.csv itself is no release
    assert (loaded.entry["producer"], loaded.entry["kind"]) == ("Quarrydale TX SO", "network")
    assert loaded.entry["timezone"] == "America/Denver"
    assert set(loaded.searches["camera_owner"]) == {"Quarrydale TX SO"}
    release = Store(loaded.room.store).releases().iloc[0]
    assert (release["request_id"], release["received_on"], release["notes"]) == ("R-17", "2026-03-04", "by post")


def test_the_file_wins_over_a_pattern_and_a_pattern_over_its_folder(tmp_path: Path) -> None:
    for name in ("a/one.csv", "a/two.csv", "a/b/three.csv", "other.csv"):
        write_log(tmp_path / name, [record(1)])
    note(tmp_path, "a,Folder IL PD", "a/t*.csv,Pattern IL PD", "a/one.csv,File IL PD", header="path,producer")
    (sources,) = find_sources([tmp_path]).values()
    found = {name: sources.find(tmp_path / name) for name in ("a/one.csv", "a/two.csv", "a/b/three.csv", "other.csv")}
    producers = [given.producer if given else None for given in found.values()]
    assert producers == ["File IL PD", "Pattern IL PD", "Folder IL PD", None]


def test_the_nearest_sources_is_followed_and_one_above_a_named_file_is_found(tmp_path: Path) -> None:
    path = write_log(tmp_path / "deep" / "audit.csv", [record(1)])
    note(tmp_path, "deep/audit.csv,Far IL PD", header="path,producer")
    assert load(path, tmp_path / "deep" / "w1").entry["producer"] == "Far IL PD"
    note(tmp_path / "deep", "audit.csv,Near IL PD", header="path,producer")
    shutil.rmtree(tmp_path / "deep" / "w1")
    assert load(tmp_path, tmp_path / "w2").entry["producer"] == "Near IL PD"


def test_the_store_of_the_workspace_is_no_release(tmp_path: Path) -> None:
    write_log(tmp_path / "in" / "audit.csv", [record(1)])
    load(tmp_path, tmp_path)
    assert list(load(tmp_path, tmp_path).report["status"]) == ["unchanged"]
    other = load(tmp_path / "data", tmp_path / "other").report  # the store of another workspace
    assert set(other["status"]) == {"refused"}
    assert any("own store" in why for why in other["refused_because"])


def test_the_command_wins_and_the_disagreement_is_told(tmp_path: Path) -> None:
    path = write_log(tmp_path / "audit.csv", [record(1)])
    note(tmp_path, "audit.csv,Noted IL PD,organization", header="path,producer,kind")
    entry = load(path, tmp_path, producer="Said IL PD").entry
    assert (entry["producer"], entry["kind"]) == ("Said IL PD", "organization")
    assert any("'Said IL PD', sources.csv says 'Noted IL PD'" in warning for warning in entry["warnings"])


def test_a_changed_row_loads_its_file_anew_and_nothing_else(tmp_path: Path) -> None:
    rows = tmp_path / "in"
    for number, name in enumerate(("one.csv", "two.csv")):
        write_log(rows / name, [record(number)])
    note(rows, "one.csv,Mossgate IL PD", "two.csv,Mossgate IL PD", header="path,producer")
    load(rows, tmp_path)
    note(rows, "one.csv,Mossgate IL PD", "two.csv,Fernhollow IL PD", header="path,producer")
    again = load(rows, tmp_path)
    assert list(again.report["status"]) == ["unchanged", "loaded"]
    assert list(again.report["producer"]) == ["Mossgate IL PD", "Fernhollow IL PD"]


def test_a_row_that_is_gone_is_followed_no_longer(tmp_path: Path) -> None:
    path = write_log(tmp_path / "in" / "mossgate-il-pd" / "audit.csv", [record(1)])
    note(tmp_path / "in", "mossgate-il-pd/audit.csv,Noted TX SO,network", header="path,producer,kind")
    assert load(tmp_path / "in", tmp_path).entry["producer"] == "Noted TX SO"
    note(tmp_path / "in", header="path,producer,kind")
    again = load(tmp_path / "in", tmp_path).entry
    assert (again["status"], again["producer"], again["kind"]) == ("loaded", "Mossgate IL PD", "organization")
    assert load(path, tmp_path).entry["status"] == "unchanged"


def test_what_the_command_said_once_stands_until_it_says_something_else(tmp_path: Path) -> None:
    path = write_log(tmp_path / "in" / "audit.csv", [record(1)])
    load(path, tmp_path, producer="Said IL PD")
    assert load(path, tmp_path).entry["producer"] == "Said IL PD"
    assert load(path, tmp_path).entry["status"] == "unchanged"


def test_copies_of_one_file_of_which_two_things_are_said_do_not_take_turns(tmp_path: Path) -> None:
    for name in ("one.csv", "two.csv"):
        write_log(tmp_path / "in" / name, [record(1)])
    note(tmp_path / "in", "one.csv,Mossgate IL PD", "two.csv,Fernhollow IL PD", header="path,producer")
    loaded = load(tmp_path / "in", tmp_path)
    assert list(loaded.report["status"]) == ["loaded", "refused"]
    assert "same bytes as" in loaded.report["refused_because"][1]
    assert set(loaded.searches["producer"]) == {"Mossgate IL PD"}
    assert list(load(tmp_path / "in", tmp_path).report["status"]) == ["unchanged", "refused"]


def test_a_member_of_an_archive_can_be_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "july.zip", "w") as archive:
        archive.writestr("x/a.csv", as_csv([["Org Name", "Search Time", "Search Type", "Reason"]]))
    note(tmp_path, "july.zip/x/a.csv,Mossgate IL PD", header="path,producer")
    named = load(tmp_path / "july.zip", tmp_path).entry
    assert named["producer"] == "Mossgate IL PD"
    assert not any("sources.csv" in warning for warning in named["warnings"])
    note(tmp_path, "july.zip/x/b.csv,Mossgate IL PD", header="path,producer")
    missed = load(tmp_path / "july.zip", tmp_path / "other").entry
    assert any("Line 2 of sources.csv names 'july.zip/x/b.csv'" in warning for warning in missed["warnings"])


@pytest.mark.parametrize(
    ("lines", "header", "says"),
    [
        (["a.csv,x"], "path,producter", ("'producter'", "'producer'")),
        (["x"], "producer", ("no column 'path'",)),
        (["a.csv,x,y"], "path,producer,producer", ("twice",)),
        ([",Mossgate IL PD"], "path,producer", ("Line 2", "names no file")),
        (["missing.csv,x"], "path,producer", ("Line 2", "'missing.csv'", "Nearest: 'a.csv'")),
        (["../a.csv,x"], "path,producer", ("below the folder",)),
        (["a.csv,net"], "path,kind", ("Line 2", "'net'", "network, organization, portal")),
        (["a.csv,Chicago"], "path,timezone", ("'Chicago'", "America/Chicago")),
        (["a.csv,yesterday"], "path,received on", ("'yesterday'", "2025-01-20")),
        (["a.csv,Mossgate, IL PD"], "path,producer", ("more cells than the header",)),
        (["a.csv,when"], "path,mapping", ("column=header cell",)),
        (["a.csv,wen=When"], "path,mapping", ("Line 2", "wen=When", "Known: search_id")),
        (["a.csv,searched=#x"], "path,mapping", ("number of a column",)),
        (["a.csv,header=none; searched=When"], "path,mapping", ("by its number",)),
        (["a.csv,reason=A; Reason=B"], "path,mapping", ("twice",)),
        (["a.csv,x", "a.csv,y"], "path,producer", ("Lines 2 and 3",)),
    ],
)
def test_a_mistake_stops_the_load_and_says_where(
    tmp_path: Path, lines: list[str], header: str, says: tuple[str, ...]
) -> None:
    write_log(tmp_path / "a.csv", [record(1)])
    note(tmp_path, *lines, header=header)
    with pytest.raises(BadSources) as error:
        load(tmp_path, tmp_path)
    for part in says:
        assert part in str(error.value)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = note(tmp_path)
    path.write_bytes(b"path\n\xff\xfe\x00")
    with pytest.raises(BadSources, match="could not be read"):
        read_sources(path)


# ---- mapping ----------------------------------------------------------------------------------------------------


def test_a_mapping_is_by_canonical_name_or_by_any_known_spelling() -> None:
    said = "Search Time=When ; org=Who; total networks searched = #4; reason=none"
    assert read_mapping(said) == {"searched": "When", "org": "Who", "networks": "#4", "reason": "none"}


def test_a_pinned_mapping_reads_a_header_that_nobody_knows(tmp_path: Path) -> None:
    rows = [
        ["Title of the export"],
        ["When", "Warum", "Wer"],
        ["03/08/2026, 10:05:00 AM UTC", "theft", "Mossgate IL PD"],
    ]
    (tmp_path / "log.csv").write_text(as_csv(rows), encoding="utf-8")
    note(tmp_path, "log.csv,searched=When; reason=Warum; org=Wer", header="path,mapping")
    loaded = load(tmp_path / "log.csv", tmp_path)
    assert (loaded.entry["layout"], loaded.entry["rows_loaded"]) == ("pinned", 1)
    assert loaded.reasons() == ["theft"]
    assert loaded.searches["searching_agency"][0] == "Mossgate IL PD"
    assert loaded.searches["row"][0] == 3
    assert "searched ← 'When'" in " ".join(loaded.entry["warnings"])


def test_a_table_without_a_header_is_read_by_numbers(tmp_path: Path) -> None:
    rows = [["theft", "x", "03/08/2026, 10:05:00 AM UTC"], ["fraud", "y", "03/08/2026, 10:06:00 AM UTC"]]
    (tmp_path / "log.csv").write_text(as_csv(rows), encoding="utf-8")
    note(tmp_path, "log.csv,header=none; searched=#3; reason=#1", header="path,mapping")
    loaded = load(tmp_path / "log.csv", tmp_path)
    assert loaded.reasons() == ["theft", "fraud"]
    assert list(loaded.searches["row"]) == [1, 2]


def test_a_mapping_that_says_there_is_no_reason(tmp_path: Path) -> None:
    rows = [["Search Time", "Reason"], ["03/08/2026, 10:05:00 AM UTC", "camera 7"]]
    (tmp_path / "log.csv").write_text(as_csv(rows), encoding="utf-8")
    note(tmp_path, "log.csv,searched=Search Time; reason=none", header="path,mapping")
    loaded = load(tmp_path / "log.csv", tmp_path)
    assert loaded.entry["rows_loaded"] == 1
    assert any("No reason column" in warning for warning in loaded.entry["warnings"])


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("searched=Wann; reason=Reason", ("'Wann'", "Mend the mapping")),
        ("searched=#9; reason=Reason", ("searched=#9", "2 columns")),
        ("reason=Reason", ("does not say which column holds the time",)),
    ],
)
def test_a_mapping_that_does_not_fit_refuses_the_file(tmp_path: Path, mapping: str, says: tuple[str, ...]) -> None:
    rows = [["When", "Reason"], ["03/08/2026, 10:05:00 AM UTC", "theft"]]
    (tmp_path / "log.csv").write_text(as_csv(rows), encoding="utf-8")
    note(tmp_path, f"log.csv,{mapping}", header="path,mapping")
    entry = load(tmp_path / "log.csv", tmp_path).entry
    assert entry["status"] == "refused"
    for part in says:
        assert part in entry["refused_because"]


def test_what_is_said_first_wins_field_by_field() -> None:
    one, two = Given(producer="A"), Given(producer="B", kind="network", keep_identifiers=True)
    assert one.over(two) == Given(producer="A", kind="network", keep_identifiers=True)
