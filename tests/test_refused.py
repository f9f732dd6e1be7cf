"""Files that are no lookup logs are refused in one sentence that helps, and the others load."""

from __future__ import annotations

import io
import random
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from made_logs import AUDIT, Loaded, as_csv, load, record, write_log, write_workbook
from typer.testing import CliRunner

from investigate.cli import app
from investigate.errors import InvestigateError, UnknownValue
from investigate.load import load_lookup_logs

LOG = "mossgate-il-pd/audit.csv"


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, data)
    return out.getvalue()


def workbook_bytes(folder: Path) -> bytes:
    return write_workbook(folder / "whole.xlsx", {"in": [AUDIT, record(1)]}).read_bytes()


OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADERLESS = ["Officer Quillon", "12", "ZZ9PLATE", "03/08/2026, 10:05:00 AM UTC", "theft"]
# name → bytes, and what the sentence must say
REFUSED: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "empty.csv": (b"", ("is empty",)),
    "blank.csv": (b"\xef\xbb\xbf \r\n\r\n", ("is empty",)),
    "error.csv": (
        b"<!DOCTYPE html><html><body>404</body></html>",
        ("web page", "CSV header", "download the log again"),
    ),
    "old.csv": (b'<?xml version="1.0"?><Workbook></Workbook>', ("XML", "looked for", "Ask the agency")),
    "scan.csv": (b"\x89PNG\r\n\x1a\n" + bytes(50), ("picture (PNG)", "looked for", "Ask the agency")),
    "photo.pdf": (b"\xff\xd8\xff\xe0" + bytes(50), ("picture (JPEG)",)),
    "none.zip": (b"PK\x05\x06" + bytes(18), ("ZIP archive", "no file to load in it")),
    "secret.xlsx": (OLE2 + bytes(600), ("password", "Open and save it again")),
    "junk.xlsx": (b"PK\x03\x04" + random.Random(1).randbytes(900), ("damaged",)),
    "shares.csv": (
        b"Organization Name,Networks I'm Sharing\r\nFernhollow IL PD,Main\r\n",
        ("sharing list", "Networks"),
    ),
    "events.csv": (
        b"Timestamp,User,Event Type,Entity Type,Entity Details\r\n2026-01-01,Q,Edit,Plate,ZZ9PLATE\r\n",
        ("hot-list event log", "Event Type", "Ask the agency"),
    ),
    "scans.csv": (
        b"Agency,DateTime,Plate,Camera\r\nMossgate IL PD,2026-01-01 10:00:00,ZZ9PLATE,7\r\n",
        ("plate scans",),
    ),
    "calls.csv": (b"Agency,DateTime,Case Number\r\nMossgate IL PD,2026-01-01 10:00:00,9\r\n", ("does not look like",)),
    "stops.csv": (b"DateTime,Reason,Driver\r\n2026-01-01 10:00:00,speed,Q\r\n", ("does not look like",)),
    "places.csv": (b"lat,lon,name\r\n1,2,x\r\n", ("list of places or cameras",)),
    "other.csv": (b"colour,shape\r\nred,round\r\n", ("no header with known columns", "colour, shape", "Search Time")),
    "notime.csv": (b"Org Name,Reason\r\nMossgate IL PD,theft\r\n", ("no column for the time", "say so in sources.csv")),
    "headerless.csv": (as_csv([HEADERLESS] * 3).encode(), ("data and no header", "Looked for")),
    "binary.csv": (b"\x01\x02\x03" + bytes(range(128, 255)) * 9, ("does not look like", "no text")),
    "prose.csv": (b"Dear editor,\nplease find no log here.\n", ("does not look like", "Dear editor")),
    "utf16.csv": ("Org Name,Search Time\r\nA,B\r\n".encode("utf-16-le"), ("does not look like",)),
    "list.json": (b'[{"reason": "x"}]', ("no column for the time",)),
    "half.pdf": (b"%PDF-1.7\n1 0 obj\n<<", ("half.pdf",)),
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """All files that are no logs, and one that is, loaded in one go."""
    folder = tmp_path_factory.mktemp("refused")
    write_log(folder / "in" / LOG, [record(1)])
    for name, (data, _) in REFUSED.items():
        (folder / "in" / name).write_bytes(data)
    whole = workbook_bytes(folder)
    (folder / "in" / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    return load(folder / "in", folder)


@pytest.mark.parametrize("name", [*REFUSED, "cut.xlsx"])
def test_a_file_that_is_no_log_is_refused_in_one_sentence_that_helps(refused: Loaded, name: str) -> None:
    entry = refused.report[refused.report["path"].str.endswith("/in/" + name)].iloc[0]
    assert entry["status"] == "refused"
    said = entry["refused_because"]
    assert said.strip("'").startswith(name)
    assert len(said) < 500
    assert said.isprintable()
    for part in REFUSED.get(name, (b"", ("damaged", "again")))[1]:
        assert part in said
    assert not re.search("ZZ9PLATE|Quillon|Traceback|Error", said)


def test_the_others_still_load(refused: Loaded) -> None:
    done = refused.report[refused.report["status"] == "loaded"]
    assert [Path(path).name for path in done["path"]] == ["audit.csv"]
    assert len(refused.report) == len(REFUSED) + 2
    assert len(refused.searches) == 1


def test_a_released_sharing_list_and_report_are_refused(released: Path, tmp_path: Path) -> None:
    report = load_lookup_logs(released / "sharing", workspace=tmp_path)
    assert list(report["status"]) == ["refused", "refused"]
    said = dict(zip(report["path"].map(lambda path: Path(path).suffix), report["refused_because"], strict=True))
    assert "sharing list" in said[".csv"]
    assert "Data Sharing Report" in said[".pdf"]


def test_other_released_tables_are_refused(released: Path, tmp_path: Path) -> None:
    files = [path for folder in ("agencies", "reasons") for path in sorted((released / folder).iterdir())]
    report = load_lookup_logs([*files, released / "cameras" / "alpr.csv"], workspace=tmp_path)
    assert set(report["status"]) == {"refused"}
    assert len(report) == 6


def test_damaged_workbooks_are_refused_and_never_crash(tmp_path: Path) -> None:
    whole = workbook_bytes(tmp_path)
    dice = random.Random(7)
    for number in range(60):
        data = bytearray(whole)
        if number % 2:
            data = data[: dice.randrange(4, len(data))]
        else:
            for _ in range(4):
                data[dice.randrange(30, len(data))] = dice.randrange(256)
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"{number:03}.xlsx").write_bytes(data)
    report = load_lookup_logs(tmp_path / "in", workspace=tmp_path)
    assert len(report) == 60
    assert (report["status"] == "refused").sum() > 30
    assert set(report["status"]) <= {"refused", "loaded", "unchanged"}


def test_a_file_that_vanishes_is_refused_and_the_others_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = write_log(tmp_path / "in" / "mossgate-il-pd" / "gone.csv", [record(1)])
    write_log(tmp_path / "in" / "mossgate-il-pd" / "stays.csv", [record(2)])
    whole = Path.open

    def vanish(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self.name == gone.name:
            self.unlink(missing_ok=True)
        return whole(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", vanish)
    report = load_lookup_logs(tmp_path / "in", workspace=tmp_path)
    assert list(report["status"]) == ["refused", "loaded"]
    assert report["refused_because"][0].startswith("gone.csv could not be read: No such file")


def test_a_store_that_cannot_be_written_is_no_fault_of_the_file(tmp_path: Path) -> None:
    path = write_log(tmp_path / "in" / LOG, [record(1)])
    store = tmp_path / "data" / "store"
    store.mkdir(parents=True)
    (store / "searches").write_text("in the way")
    with pytest.raises(OSError, match="searches"):
        load_lookup_logs(path, workspace=tmp_path)


def test_a_folder_with_the_name_of_a_file_is_a_folder(tmp_path: Path) -> None:
    write_log(tmp_path / "x.csv" / "mossgate-il-pd" / "audit.csv", [record(1)])
    assert load(tmp_path / "x.csv", tmp_path).entry["rows_loaded"] == 1


def test_notes_beside_logs_are_left_and_logs_with_such_names_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "mossgate-il-pd"
    names = ["License Plate Searches 2025.csv", "Readme_first_audit.csv", "licenses.csv"]
    for number, name in enumerate(names):
        write_log(folder / name, [record(number)])
    for note in ("README", "readme.txt", "LICENSE", "notes.md", ".DS_Store", "~$audit.xlsx", "Thumbs.db"):
        (folder / note).write_text("a note")
    loaded = load(folder, tmp_path)
    assert sorted(Path(path).name for path in loaded.report["path"]) == sorted(names)
    assert set(loaded.report["status"]) == {"loaded"}


def test_paths_that_hold_nothing_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    with pytest.raises(InvestigateError, match=r"no file in '.*bare'"):
        load_lookup_logs(tmp_path / "bare", workspace=tmp_path)
    with pytest.raises(InvestigateError, match=r"no file or folder '.*absent'"):
        load_lookup_logs(tmp_path / "absent", workspace=tmp_path)
    done = CliRunner().invoke(app, ["load", str(tmp_path / "absent"), "--workspace", str(tmp_path)])
    assert done.exit_code == 1


def test_a_file_name_that_is_no_text_is_shown_with_codes(tmp_path: Path) -> None:
    write_log(tmp_path / "in" / "mossgate-il-pd" / "plain.csv", [record(1)])
    odd = str(tmp_path / "in" / "mossgate-il-pd").encode() + b"/caf\xe9.csv"
    try:
        with open(odd, "wb") as file:
            file.write(as_csv([AUDIT, record(2)]).encode())
    except OSError:
        pytest.skip("this file system takes only text as names")
    loaded = load(tmp_path / "in", tmp_path)
    assert set(loaded.report["status"]) == {"loaded"}
    assert loaded.report["path"][0].endswith("caf\\udce9.csv")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "netwrk"}, "Unknown kind of log 'netwrk'.*'network'"),
        ({"timezone": "America/Chigaco"}, "Unknown time zone 'America/Chigaco'.*'America/Chicago'"),
        ({"timezone": "America"}, "Unknown time zone 'America'"),
        ({"timezone": ""}, "Unknown time zone ''"),
        ({"timezone": "../etc/passwd"}, "Unknown time zone"),
        ({"timezone": "localtime"}, "Unknown time zone 'localtime'"),
    ],
)
def test_an_unknown_kind_or_zone_is_quoted_with_the_nearest(tmp_path: Path, given: dict[str, str], said: str) -> None:
    path = write_log(tmp_path / LOG, [record(1)])
    with pytest.raises(UnknownValue, match=said):
        load_lookup_logs(path, workspace=tmp_path, **given)
