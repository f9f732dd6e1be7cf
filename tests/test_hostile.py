"""Beside a sound log, one file made to break the program: the sound one loads in full, the other is accounted for.

Every file is made by the test. What only one room is about stands with its room: archives, workbooks, objects, PDF.
"""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_logs import AUDIT, Loaded, as_csv, load, record, write_log, write_workbook

from investigate import load as load_module
from investigate.errors import InvestigateError
from investigate.load import load_lookup_logs
from investigate.logs.archives import printable
from investigate.store import Store
from investigate.workspace import Workspace

SOUND = "mossgate-il-pd/sound.csv"
SOUND_ROWS = 3
SECRETS = re.compile("ZZ9PLATE|Quillon|Traceback|SECRETWORD")
BOM = b"\xef\xbb\xbf"
FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1:A9)", "-2+3", '=HYPERLINK("http://x.invalid","a")', "\t=1+1"]
ODD_LETTERS = "a\u202eb\u200bc\u2066d\ufeffe\x1b[31mf\x07g\x9bh"


def line(number: int, **cells: str) -> list[str]:
    """A record that stands in one line."""
    return record(number, **({"TimeFrame": ""} | cells))


def lines(*rows: list[str], header: list[str] = AUDIT, **how: Any) -> bytes:
    return as_csv([header, *rows], **how).encode()


LOG = lines(line(901), line(902))
HALF = LOG[: len(LOG) - 30]


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data, compress_type=method)
    return out.getvalue()


def deep_zip(layers: int) -> bytes:
    data = LOG
    for _ in range(layers):
        data = zipped(("in.zip", data))
    return data


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        for _ in range(320):
            member.write(bytes(1 << 20))
    return out.getvalue()


def link_zip() -> bytes:
    link = zipfile.ZipInfo("link.csv")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return zipped((link, b"/etc/hostname"))


def locked_zip() -> bytes:
    data = bytearray(zipped(("a.csv", LOG)))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def bad_crc_zip() -> bytes:
    data = bytearray(zipped(("a.csv", LOG), method=zipfile.ZIP_STORED))
    data[data.index(b"Mossgate")] ^= 1
    return bytes(data)


def workbook(folder: Path, rows: list[list[Any]] | None = None) -> Path:
    return write_workbook(folder / "made.xlsx", {"in": rows or [AUDIT, line(901), line(902)]})


def patched(folder: Path, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A sound workbook with the files in it changed."""
    with zipfile.ZipFile(workbook(folder)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    return zipped(*members.items())


LAUGHS = b'<!DOCTYPE x [<!ENTITY e0 "ha">' + b"".join(
    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">'.encode() for n in range(1, 12)
)
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def laughs_in_strings(members: dict[str, bytes]) -> None:
    members[STRINGS] = LAUGHS + b"]><sst " + NAMESPACE + b' count="1" uniqueCount="1"><si><t>&e11;</t></si></sst>'
    members[SHEET] = re.sub(rb'<c r="A2" t="inlineStr">.*?</c>', b'<c r="A2" t="s"><v>0</v></c>', members[SHEET])


def laughs_in_sheet(members: dict[str, bytes]) -> None:
    members[SHEET] = LAUGHS + b"]>" + members[SHEET].replace(b"<t>lookup</t>", b"<t>&e11;</t>")


def outside_entity(members: dict[str, bytes]) -> None:
    outside = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    members[SHEET] = outside + members[SHEET].replace(b"<t>lookup</t>", b"<t>&e;</t>")


def far_cell(members: dict[str, bytes]) -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    members[SHEET] = members[SHEET].replace(b"</sheetData>", far)


def without_book(members: dict[str, bytes]) -> None:
    del members["xl/workbook.xml"]


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def columns() -> dict[str, list[Any]]:
    return dict(zip(AUDIT, map(list, zip(line(901), line(902), strict=True)), strict=True))


def nested_parquet() -> bytes:
    cells = columns()
    cells["Reason"] = [{"text": "theft", "more": [1, 2]}, {"text": None, "more": None}]
    cells["Filters"] = [["make", "model"], []]
    return parquet(pa.table(cells))


def objects(*rows: list[str]) -> list[str]:
    return [json.dumps(dict(zip(AUDIT, row, strict=True))) for row in rows]


def database(folder: Path) -> bytes:
    path = folder / "made.sqlite"
    con = sqlite3.connect(path)
    con.execute("CREATE TABLE audit (reason TEXT)")
    con.commit()
    con.close()
    return path.read_bytes()


def unclosed(at: int, of: int = 40) -> bytes:
    """A log in which one reason opens a quote and does not close it."""
    rows = [line(number) for number in range(900, 900 + of)]
    rows[at][AUDIT.index("Reason")] = "MARK"
    return lines(*rows).replace(b"MARK", b'"MARK')


WORD = zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w:document/>"))
MAIL = b"From: clerk@mossgate.invalid\r\nSubject: your request\r\n\r\nPlease find the log attached. SECRETWORD 12\r\n"
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(60)
ERROR_PAGE = b"<html><head><title>403</title></head><body>SECRETWORD</body></html>"
DEEP = b"[" * 200_000

# What a case expects: words of the one sentence, or (loaded, rejected, blank).
Expected = str | tuple[int, int, int]
MADE: dict[str, tuple[bytes | Callable[[Path], bytes], Expected]] = {
    # archives
    "bomb.zip": (lambda _: zip_bomb(), "unpacks to more than 300 times its size"),
    "nested.zip": (deep_zip(9), "archive inside 4 others"),
    "dots.zip": (zipped(("../../a.csv", LOG)), "leads out of the archive"),
    "absolute.zip": (zipped(("/etc/a.csv", LOG)), "leads out of the archive"),
    "link.zip": (link_zip(), "is a link"),
    "locked.zip": (locked_zip(), "protected by a password"),
    "crc.zip": (bad_crc_zip(), "CRC"),
    "cut.zip": (zipped(("a.csv", LOG * 50))[:-60], "damaged"),
    "cut.csv.gz": (gzip.compress(LOG * 50)[:-40], "damaged"),
    "three.csv.gz": (gzip.compress(gzip.compress(gzip.compress(LOG))), (2, 0, 0)),
    "seven.7z": (SEVEN_ZIP, "7-Zip archive"),
    # workbooks
    "laughs-in-strings.xlsx": (lambda folder: patched(folder, laughs_in_strings), "damaged"),
    "laughs-in-sheet.xlsx": (lambda folder: patched(folder, laughs_in_sheet), "damaged"),
    "outside-entity.xlsx": (lambda folder: patched(folder, outside_entity), "damaged"),
    "far-cell.xlsx": (lambda folder: patched(folder, far_cell), "the cell XFD1048576"),
    "without-book.xlsx": (lambda folder: patched(folder, without_book), "cannot be opened"),
    "wide.xlsx": (
        lambda folder: workbook(folder, [[*AUDIT, *map(str, range(16_371))], line(901)]).read_bytes(),
        (1, 0, 0),
    ),
    "really-a-csv.xlsx": (LOG, (2, 0, 0)),
    "really-a-workbook.csv": (lambda folder: workbook(folder).read_bytes(), (2, 0, 0)),
    "letter.docx": (WORD, "letter.docx"),
    # text
    "empty.csv": (b"", "is empty"),
    "one-byte.csv": (b"x", "does not look like a lookup log"),
    "mark-only.csv": (BOM, "is empty"),
    "nothing-but-nul.csv": (bytes(100_000), "is empty"),
    "header-only.csv": (lines(), (0, 0, 0)),
    "header-without-end.csv": (lines().rstrip(), (0, 0, 0)),
    "nul.csv": (lines(line(901, Reason="the\x00ft"), line(902, Name="\x00"), line(903)), (3, 0, 0)),
    "quote-at-start.csv": (unclosed(0), (39, 1, 0)),
    "quote-in-middle.csv": (unclosed(20), (39, 1, 0)),
    "quote-at-end.csv": (unclosed(39), (39, 1, 0)),
    "quote-before-header.csv": (b'"' + LOG, "does not look like a lookup log"),
    "three-headers.csv": (lines(AUDIT, AUDIT, line(901)), (1, 2, 0)),
    "headers.csv": (lines(*[AUDIT] * 1_000, line(901)), (1, 1_000, 0)),
    "ragged.csv": (lines(line(901), line(902)[:5], [*line(903), "x", "y"], ["x"], line(904)), (2, 3, 0)),
    "blank-lines.csv": (LOG + b"\r\n" * 100_000, (2, 0, 100_000)),
    "blank-lines-above.csv": (b"\r\n" * 25 + LOG, (2, 0, 0)),
    "columns.csv": (lines([*line(901), *[""] * 10_000], header=[*AUDIT, *[""] * 10_000]), (1, 0, 0)),
    "formulas.csv": (lines(*(line(901 + n, Reason=text) for n, text in enumerate(FORMULAS))), (6, 0, 0)),
    "latin.csv": (LOG + lines(line(903, Reason="Café")).split(b"\r\n", 1)[1].replace("é".encode(), b"\xe9"), (3, 0, 0)),
    "half-a-letter.csv": (LOG[:-2] + b"\xc3", (2, 0, 0)),
    "utf16-without-mark.csv": (LOG.decode().encode("utf-16-le"), (2, 0, 0)),
    "utf16-cut.csv": (LOG.decode().encode("utf-16")[:-1], (2, 1, 0)),
    "utf32.csv": (LOG.decode().encode("utf-32"), (2, 0, 0)),
    "carriage-returns.csv": (lines(line(901), line(902), end="\r"), (2, 0, 0)),
    "mixed-ends.csv": (
        lines(line(901)) + (as_csv([line(902)], end="\n") + as_csv([line(903)], end="\r")).encode(),
        (3, 0, 0),
    ),
    "odd-times.csv": (
        lines(*(line(901 + n, SearchTime=f"01/01/{year}, 10:00:00 AM UTC") for n, year in
                enumerate(("0001", "9999", "2199", "99999", "-001", "2025")))),
        (1, 5, 0),
    ),
    "odd-letters.csv": (lines(line(901, Reason=ODD_LETTERS, OrgName=ODD_LETTERS), line(902)), (2, 0, 0)),
    "odd-header.csv": (lines([*line(901), "x"], header=[*AUDIT, ODD_LETTERS]), (1, 0, 0)),
    "odd-header-of-no-log.csv": (lines(["x"], header=[ODD_LETTERS, "SECRETWORD 1"]), "bytes that are no text"),
    "cut.csv": (HALF, (1, 1, 0)),
    "error-page.csv": (ERROR_PAGE, "looks like a web page"),
    "mail.eml": (MAIL, "does not look like a lookup log"),
    "database.sqlite": (database, "SQLite database"),
    "cut.pdf": (b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n", "cut.pdf"),
    # objects and Parquet
    "deep.json": (DEEP, "does not look like a lookup log"),
    "deep-object.json": (b'[{"searchDate":' + DEEP, "nested in one another too deeply"),
    "deep-line.ndjson": ("\n".join([*objects(line(901), line(902)), '{"ID":' + "[" * 100_000]).encode(), (2, 1, 0)),
    "broken-line.ndjson": (
        "\n".join([*objects(line(901)), '{"ID": "SECRETWORD', *objects(line(902))]).encode(),
        (2, 1, 0),
    ),
    "cut.json": (("[" + ",".join(objects(line(901), line(902)))[:-9]).encode(), "is cut off after object 1"),
    "cut.parquet": (lambda _: parquet(pa.table(columns()))[:-20], "looks like a Parquet file"),
    "head-of.parquet": (b"PAR1", "looks like a Parquet file"),
    "nested.parquet": (lambda _: nested_parquet(), (2, 0, 0)),
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    def make(name: str) -> bytes:
        data = MADE[name][0]
        return data if isinstance(data, bytes) else data(tmp_path_factory.mktemp("made"))

    return make


def beside_sound(folder: Path) -> Path:
    """A folder with a sound log; gives the agency's folder in it, for the hostile one."""
    write_log(folder / "in" / SOUND, [record(number) for number in range(SOUND_ROWS)])
    return folder / "in" / "mossgate-il-pd"


def loaded_beside(folder: Path, **given: Any) -> tuple[Loaded, list[dict[str, Any]]]:
    """Load the folder; check that the sound log is whole and the rest accounted for, and give the rest's entries."""
    loaded = load(folder / "in", folder, **given)
    entries = loaded.report.to_dict("records")
    sound = [entry for entry in entries if entry["path"].endswith("/" + SOUND)]
    assert [(entry["status"], entry["rows_read"], entry["rows_loaded"]) for entry in sound] == [
        ("loaded", SOUND_ROWS, SOUND_ROWS)
    ]
    rest = [entry for entry in entries if entry is not sound[0]]
    for entry in rest:
        check_accounted(entry)
    written = json.loads(Store(folder / "data" / "store").load_report.read_text(encoding="utf-8"))
    assert [entry["path"] for entry in written] == [entry["path"] for entry in entries]
    assert not list((folder / "data" / "store").rglob(".*"))
    return loaded, rest


def check_accounted(entry: dict[str, Any]) -> None:
    if entry["status"] == "refused":
        said = entry["refused_because"]
        shown = printable(Path(entry["path"]).name)
        assert shown in said or re.search(r"[\ud800-\udfff\\]", shown)  # a byte that is no text has two spellings
        assert said.isprintable()
        assert len(said) < 1_000
        assert not SECRETS.search(said)
        assert pd.isna(entry["rows_read"])
    else:
        assert entry["status"] == "loaded"
        parts = [entry[f"rows_{name}"] for name in ("loaded", "rejected", "blank")]
        assert entry["rows_read"] == sum(parts)
        assert not SECRETS.search(" ".join(entry["warnings"]))


def counts(entry: dict[str, Any]) -> tuple[int, int, int]:
    assert entry["status"] == "loaded", entry["refused_because"]
    return entry["rows_loaded"], entry["rows_rejected"], entry["rows_blank"]


@pytest.mark.parametrize("name", MADE)
def test_a_hostile_file_is_accounted_for_and_its_neighbour_loads(tmp_path: Path, made: Any, name: str) -> None:
    (beside_sound(tmp_path) / name).write_bytes(made(name))
    _, (entry,) = loaded_beside(tmp_path)
    expected = MADE[name][1]
    if isinstance(expected, tuple):
        assert counts(entry) == expected
    else:
        assert entry["status"] == "refused"
        assert expected in entry["refused_because"]


def test_formulas_stay_text(tmp_path: Path, made: Any) -> None:
    (beside_sound(tmp_path) / "formulas.csv").write_bytes(made("formulas.csv"))
    loaded, _ = loaded_beside(tmp_path)
    assert set(FORMULAS[:-1]) | {"=1+1"} <= set(loaded.reasons())


@pytest.mark.parametrize("form", ["nul.csv", "nested.parquet", "odd-letters.csv"])
def test_hostile_cells_are_stored_as_they_stand(tmp_path: Path, made: Any, form: str) -> None:
    (beside_sound(tmp_path) / form).write_bytes(made(form))
    reason = {"nul.csv": "the\x00ft", "odd-letters.csv": ODD_LETTERS, "nested.parquet": "theft"}[form]
    assert any(reason in (text or "") for text in loaded_beside(tmp_path)[0].reasons())


# ---- names --------------------------------------------------------------------------------------------------

NAMES = {
    "long": b"a" * 251 + b".csv",
    "newline": b"a\nb.csv",
    "quotes": b'it\'s "a".csv',
    "pattern": b"a[1]*?{b}.csv",
    "not text": b"caf\xe9.csv",
    "named by an agency, and not text": b"Caf\xe9 IL PD_Network_Audit.csv",
    "direction": "a\u202evsc.exe.csv".encode(),
    "escape": b"a\x1b[31m\x07.csv",
    "blank": b" .csv",
    "options": b"--json",
    "statement": b"'; DROP TABLE raw; --.csv",
}


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("is_log", [True, False], ids=["log", "no log"])
def test_any_name_is_read_or_refused_under_its_name(tmp_path: Path, kind: str, is_log: bool) -> None:
    folder = os.fsencode(beside_sound(tmp_path))
    with open(folder + b"/" + NAMES[kind], "wb") as file:
        file.write(LOG if is_log else b"colour,shape\r\nred,SECRETWORD\r\n")
    _, (entry,) = loaded_beside(tmp_path)
    assert entry["status"] == ("loaded" if is_log else "refused")
    assert not is_log or counts(entry) == (2, 0, 0)


def test_the_same_name_in_two_folders_and_the_same_bytes_twice(tmp_path: Path) -> None:
    beside_sound(tmp_path)
    (tmp_path / "in" / "b").mkdir()
    (tmp_path / "in" / "c").mkdir()
    (tmp_path / "in" / "b" / "sound.csv").write_bytes(LOG)
    (tmp_path / "in" / "c" / "again.csv").write_bytes(LOG)
    loaded = load(tmp_path / "in", tmp_path)
    assert list(loaded.report["status"]) == ["loaded", "unchanged", "loaded"]
    assert list(loaded.report["rows_loaded"]) == [2, 2, SOUND_ROWS]
    assert len(loaded.searches) == 2 + SOUND_ROWS


# ---- what is no file ----------------------------------------------------------------------------------------


def pipe(path: Path) -> None:
    os.mkfifo(path)


ODD_FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "pipe": (pipe, "is a pipe, a socket or a device"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "is a pipe, a socket or a device"),
    "dangling link": (lambda path: path.symlink_to("nowhere.csv"), "link"),
    "link to itself": (lambda path: path.symlink_to(path.name), "link"),
    "link to the folder above": (lambda path: path.symlink_to(".."), "is a link to a folder"),
}


@pytest.mark.parametrize("kind", ODD_FILES)
def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path: Path, kind: str) -> None:
    make, says = ODD_FILES[kind]
    make(beside_sound(tmp_path) / "odd.csv")
    done: list[Any] = []
    thread = threading.Thread(target=lambda: done.append(loaded_beside(tmp_path)), daemon=True)
    thread.start()
    thread.join(30)
    ((_, (entry,)),) = done
    assert entry["status"] == "refused"
    assert says in entry["refused_because"]


def test_a_pipe_that_is_named_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    entry = load(tmp_path / "a.csv", tmp_path).entry
    assert entry["refused_because"].startswith("a.csv is a pipe")


def test_a_directory_named_like_a_log_is_looked_into(tmp_path: Path) -> None:
    folder = beside_sound(tmp_path) / "x.csv"
    folder.mkdir()
    (folder / "a.csv").write_bytes(LOG)
    _, (entry,) = loaded_beside(tmp_path)
    assert counts(entry) == (2, 0, 0)


def test_a_folder_that_may_not_be_opened_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = beside_sound(tmp_path) / "closed"
    closed.mkdir()
    plain = os.scandir

    def scandir(path: Any = ".") -> Any:
        if Path(os.fsdecode(path)) == closed:
            raise PermissionError(errno.EACCES, "Permission denied", str(closed))
        return plain(path)

    monkeypatch.setattr(os, "scandir", scandir)
    _, (entry,) = loaded_beside(tmp_path)
    assert "closed is a folder that could not be opened" in entry["refused_because"]


# ---- what changes under the hands ---------------------------------------------------------------------------


def without(monkeypatch: pytest.MonkeyPatch, name: str, error: OSError) -> None:
    """Opening a file of this name fails."""
    plain = Path.open

    def opened(self: Path, *how: Any, **more: Any) -> Any:
        if self.name == name:
            raise error
        return plain(self, *how, **more)

    monkeypatch.setattr(Path, "open", opened)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ENOENT, errno.ESTALE], ids=errno.errorcode.get)
def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    (beside_sound(tmp_path) / "a.csv").write_bytes(LOG)
    without(monkeypatch, "a.csv", OSError(number, os.strerror(number)))
    _, (entry,) = loaded_beside(tmp_path)
    assert f"a.csv could not be read: {os.strerror(number)}" in entry["refused_because"]


@pytest.mark.parametrize("step", ["_find", "fingerprint", "read_release"])
def test_a_file_that_vanishes_before_any_step_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = beside_sound(tmp_path) / "a.csv"
    path.write_bytes(LOG)
    before_step(monkeypatch, "find_sources" if step == "_find" else step, path, path.unlink)
    _, (entry,) = loaded_beside(tmp_path)
    assert "a.csv could not be read: No such file" in entry["refused_because"]


def before_step(monkeypatch: pytest.MonkeyPatch, step: str, path: Path, change: Callable[[], Any]) -> None:
    """Just before a step of loading meets the file (or starts at all), the file changes."""
    plain = getattr(load_module, step)

    def changed(first: Any, *rest: Any, **more: Any) -> Any:
        if path.exists() and first in (path, [path.parents[1]]):
            change()
        return plain(first, *rest, **more)

    monkeypatch.setattr(load_module, step, changed)


@pytest.mark.parametrize("step", ["read_release", "_state", "fingerprint"])
def test_a_file_that_grows_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = beside_sound(tmp_path) / "a.csv"
    path.write_bytes(LOG)
    plain, times = getattr(load_module, step), []

    def growing(first: Path, *rest: Any) -> Any:
        found = plain(first, *rest)
        if first == path and not times:
            times.append(1)
            with path.open("ab") as file:
                file.write(as_csv([line(903)]).encode())
        return found

    monkeypatch.setattr(load_module, step, growing)
    _, (entry,) = loaded_beside(tmp_path)
    assert "a.csv changed while it was read" in entry["refused_because"]
    assert counts(loaded_again(tmp_path)) == (3, 0, 0)


def loaded_again(folder: Path) -> dict[str, Any]:
    """The entry of a.csv when the same folder is loaded once more."""
    report = load(folder / "in", folder).report
    assert sorted(report["status"]) == ["loaded", "unchanged"]
    return report[report["status"] == "loaded"].iloc[0].to_dict()


# ---- the disk -----------------------------------------------------------------------------------------------


def command(folder: Path, *more: str, **how: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "investigate.cli", "load", str(folder / "in"), "--workspace", str(folder), *more],
        capture_output=True, text=True, check=False, timeout=120, **how,
    )  # fmt: skip


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS], ids=errno.errorcode.get)
def test_a_full_disk_stops_the_load_and_the_next_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    folder = beside_sound(tmp_path)
    (folder / "z.csv").write_bytes(LOG)
    plain, parts = Store.write_part, []

    def full(self: Store, table: str, release: str, write: Any) -> None:
        parts.append(release)
        if len(set(parts)) == 2 and table == "texts":
            raise OSError(number, os.strerror(number))
        plain(self, table, release, write)

    monkeypatch.setattr(Store, "write_part", full)
    with pytest.raises(InvestigateError, match=os.strerror(number)) as caught:
        load(tmp_path / "in", tmp_path)
    assert "\n" not in str(caught.value)
    assert str(tmp_path / "data" / "store") in str(caught.value)
    monkeypatch.undo()
    assert [Path(path).name for path in Store(tmp_path / "data" / "store").releases()["path"]] == ["sound.csv"]
    assert counts(loaded_again(tmp_path)) == (2, 0, 0)


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
from investigate.cli import main
sys.argv = ["investigate", "load", sys.argv[2], "--workspace", sys.argv[3]]
main()
"""


def test_a_disk_that_really_fills_up_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    beside_sound(tmp_path)
    assert command(tmp_path).returncode == 0
    many = [line(number, Moderation=f"{number * 7919:x} " * 60) for number in range(20_000)]
    write_log(tmp_path / "in" / "mossgate-il-pd" / "big.csv", many)
    room = [str(tmp_path / "in"), str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(1 << 20), *room], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "could not be written" in done.stderr.splitlines()[-1]
    assert list(Store(tmp_path / "data" / "store").releases()["rows_loaded"]) == [SOUND_ROWS]
    again = command(tmp_path)
    assert again.returncode == 0
    assert sorted(Store(tmp_path / "data" / "store").releases()["rows_loaded"]) == [SOUND_ROWS, 20_000]


def test_a_store_that_may_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    beside_sound(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "store").write_text("in the way")
    done = command(tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "could not be written" in done.stderr


# ---- the command --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["bomb.zip", "deep-object.json", "laughs-in-sheet.xlsx", "cut.parquet", "error-page.csv"]
)
def test_the_command_names_what_it_refused_and_exits_with_3(tmp_path: Path, made: Any, name: str) -> None:
    (beside_sound(tmp_path) / name).write_bytes(made(name))
    done = command(tmp_path)
    assert done.returncode == 3
    assert f"{name}  REFUSED: {name}" in done.stderr.replace(f"/{name} ", f"/{name}  ")
    assert not SECRETS.search(done.stderr + done.stdout)
    assert "1 refused" in done.stdout


def test_no_name_or_header_steers_the_terminal(tmp_path: Path, made: Any) -> None:
    folder = beside_sound(tmp_path)
    (folder / "odd-header.csv").write_bytes(made("odd-header.csv"))
    (folder / "a\x1b]0;x\x07\u202eb.csv").write_bytes(b"junk")
    done = command(tmp_path)
    assert done.returncode == 3
    assert not set("\x1b\x07\x9b\u202e\u2066\u200b") & set(done.stderr + done.stdout)


def test_two_loads_at_once_wait_for_one_another(tmp_path: Path) -> None:
    folder = beside_sound(tmp_path)
    write_log(folder / "big.csv", [line(number) for number in range(1_000, 21_000)])
    words = [
        sys.executable,
        "-m",
        "investigate.cli",
        "load",
        str(tmp_path / "in"),
        "--workspace",
        str(tmp_path),
        "--json",
    ]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    statuses = sorted(tuple(entry["status"] for entry in json.loads(out)) for out, _ in said)
    assert statuses == [("loaded", "loaded"), ("unchanged", "unchanged")]
    assert sorted(Store(tmp_path / "data" / "store").releases()["rows_loaded"]) == [SOUND_ROWS, 20_000]


KILLED = """
import os, signal, sys
from investigate.store import Store
plain, parts = Store.write_part, []
def write_part(self, table, release, write):
    parts.append(table)
    if len(parts) == int(sys.argv[1]):
        plain(self, table, release, lambda aside: (write(aside), os.kill(os.getpid(), signal.SIGKILL)))
    plain(self, table, release, write)
Store.write_part = write_part
from investigate.load import load_lookup_logs
load_lookup_logs(sys.argv[2], workspace=sys.argv[3])
"""


@pytest.mark.parametrize("part", [1, 5, 8])
def test_a_load_that_is_killed_and_run_again_gives_the_same_store(tmp_path: Path, part: int) -> None:
    folder = beside_sound(tmp_path)
    write_log(folder / "a.csv", [*(line(number) for number in range(900, 950)), ["x"]])
    write_log(folder / "z.csv", [line(number, Reason=f"theft {number}") for number in range(960, 990)])
    killed, clean = Workspace(tmp_path / "killed"), Workspace(tmp_path / "clean")
    key = killed.secret()
    clean.store.mkdir(parents=True)
    (clean.store / "secret").write_bytes(key)
    words = [sys.executable, "-c", KILLED, str(part), str(tmp_path / "in"), str(killed.root)]
    assert subprocess.run(words, check=False, capture_output=True, timeout=120).returncode == -signal.SIGKILL
    for room in (killed, clean):
        load_lookup_logs(tmp_path / "in", workspace=room)
    assert stored(killed.store) == stored(clean.store)
    assert not list(killed.store.rglob(".*"))


def stored(store: Path) -> dict[str, bytes | list[dict[str, Any]]]:
    """Every file of a store by its place in it, but for the report of the last load."""
    return {
        path.relative_to(store).as_posix(): path.read_bytes()
        for path in sorted(store.rglob("*"))
        if path.is_file() and path.name not in ("load_report.json", "secret")
    }


def test_a_record_of_many_lines_is_given_up_before_it_fills_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each cell is short enough, and quotes join line after line to one record."""
    monkeypatch.setattr("investigate.logs.delimited.LONGEST_RECORD", 2_000)
    endless = b'"x' + b'\r\ny","x' * 1_000 + b'"\r\n'
    (beside_sound(tmp_path) / "a.csv").write_bytes(LOG + endless + as_csv([line(903)]).encode())
    _, (entry,) = loaded_beside(tmp_path)
    assert "cannot be split into cells (the record is longer than 2,000 characters)" in entry["refused_because"]


# ---- memory -------------------------------------------------------------------------------------------------

BOUNDED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
import json, time
from pathlib import Path
from investigate.load import load_lookup_logs
start = time.monotonic()
report = load_lookup_logs(sys.argv[1], workspace=sys.argv[2])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
if Path("/proc/self/status").exists():  # what getrusage says includes the peak of the process that started this one
    said = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in said if line.startswith("VmHWM")) >> 10
entries = json.loads(report.to_json(orient="records"))
print(json.dumps([peak, time.monotonic() - start, entries]))
"""
PEAK, LONGEST = 2_000, 60  # MB of the whole process (the open cell: 1,153 alone, 1,500 on a busy machine), seconds


def one_long_line(path: Path) -> None:
    with path.open("wb") as file:
        file.write(LOG)
        for _ in range(200):
            file.write(b"x" * (1 << 20))
        file.write(b"\r\n" + as_csv([line(903)]).encode())


def one_long_line_of_cells(path: Path) -> None:
    with path.open("wb") as file:
        file.write(LOG)
        for _ in range(200):
            file.write(b"x," * (1 << 19))
        file.write(b"\r\n" + as_csv([line(903)]).encode())


def one_long_open_cell(path: Path) -> None:
    with path.open("wb") as file:
        file.write(LOG + b'"')
        for _ in range(200):
            file.write((b"x" * 1_023 + b"\n") * 1_024)


def one_long_last_line(path: Path) -> None:
    """The engine's own reader passes over such a line without a word."""
    with path.open("wb") as file:
        file.write(LOG)
        for _ in range(300):
            file.write(b"x" * (1 << 20))


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.write(LOG)
        file.truncate(1 << 30)


def one_long_json_line(path: Path) -> None:
    with path.open("wb") as file:
        file.write(objects(line(901))[0].encode() + b'\n{"Reason": "')
        for _ in range(200):
            file.write(b"x" * (1 << 20))
        file.write(b'"}\n' + objects(line(902))[0].encode())


HEAVY: dict[str, tuple[Callable[[Path], None], Expected]] = {
    "long-line.csv": (one_long_line, (3, 1, 0)),
    "long-line-of-cells.csv": (one_long_line_of_cells, (3, 1, 0)),
    "long-last-line.csv": (one_long_last_line, (2, 1, 0)),
    "long-open-cell.csv": (one_long_open_cell, (2, 204_800, 0)),
    "sparse.csv": (sparse, (2, 1, 0)),
    "long-line.ndjson": (one_long_json_line, (2, 1, 0)),
    "bomb.zip": (lambda path: path.write_bytes(zip_bomb()) and None, "300 times"),
}


@pytest.mark.parametrize("name", HEAVY)
def test_the_worst_files_take_neither_all_memory_nor_hours(tmp_path: Path, name: str) -> None:
    make, expected = HEAVY[name]
    make(beside_sound(tmp_path) / name)
    words = [sys.executable, "-c", BOUNDED, str(tmp_path / "in"), str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2_000:]
    peak, seconds, entries = json.loads(done.stdout)
    (entry,) = (one for one in entries if not one["path"].endswith(SOUND))
    if isinstance(expected, tuple):
        assert counts(entry) == expected
    else:
        assert expected in entry["refused_because"]
    assert peak < PEAK
    assert seconds < LONGEST
