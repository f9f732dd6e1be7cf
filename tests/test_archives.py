"""Archives: what comes out of them, what is refused, and what is left on the disk."""

from __future__ import annotations

import errno
import gzip
import io
import random
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_logs import AUDIT, as_csv, record, write_workbook

from investigate.logs.archives import CHUNK, Limits, Source, open_sources

LOG = as_csv([AUDIT, record(1)]).encode()
Read = list[tuple[str, bytes]]


def log(number: int) -> bytes:
    return as_csv([AUDIT, record(number)]).encode()


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data, compress_type=method)
    return out.getvalue()


def tarred(*members: tuple[str | tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def in_directory(archive: bytes, offset: int, form: str, value: int) -> bytes:
    """The ZIP with a field of its first directory entry changed."""
    changed = bytearray(archive)
    struct.pack_into(form, changed, archive.index(b"PK\x01\x02") + offset, value)
    return bytes(changed)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


@pytest.fixture
def opened(tmp_path: Path, scratch: Path) -> Callable[..., tuple[Read, dict[str, str]]]:
    """Puts bytes under a name and opens them: what was read by place, and what was refused by place."""

    def open_bytes(name: str, data: bytes, **limits: int) -> tuple[Read, dict[str, str]]:
        path = tmp_path / name
        path.write_bytes(data)
        read: Read = []
        refused: dict[str, str] = {}
        for source in open_sources(path, scratch, Limits(**limits)):
            place = source.place.relative_to(tmp_path).as_posix()
            assert place.isprintable()
            if source.refused is None:
                read.append((place, source.path.read_bytes()))
            else:
                assert place not in refused
                assert source.refused.isprintable()
                refused[place] = source.refused
        assert not scratch.exists() or not list(scratch.iterdir())
        return read, refused

    return open_bytes


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of every piece that is written to scratch."""
    sizes: list[int] = []
    plain = Path.open

    def counted(path: Path, mode: str = "r", *rest: Any, **how: Any) -> Any:
        file = plain(path, mode, *rest, **how)
        if mode != "wb" or "scratch" not in path.parts:
            return file

        class Counted(io.BufferedWriter):
            def write(self, data: Any, /) -> int:
                sizes.append(len(data))
                return super().write(data)

        return Counted(file.detach())

    monkeypatch.setattr(Path, "open", counted)
    return sizes


def test_a_plain_file_is_given_as_it_is_and_nothing_is_written(tmp_path: Path, scratch: Path) -> None:
    path = tmp_path / "audit.zip"
    path.write_bytes(LOG)
    assert list(open_sources(path, scratch)) == [Source(path, path)]
    assert not scratch.exists()


@pytest.mark.parametrize("keep", [1.0, 0.6], ids=["whole", "cut off"])
def test_a_workbook_is_not_taken_apart(tmp_path: Path, scratch: Path, keep: float) -> None:
    path = write_workbook(tmp_path / "audit.xlsx", {"in": [AUDIT, record(1)]})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    assert list(open_sources(path, scratch)) == [Source(path, path)]
    assert not scratch.exists()


def test_an_office_document_in_an_archive_is_one_file(tmp_path: Path, opened: Any) -> None:
    book = write_workbook(tmp_path / "book.xlsx", {"in": [AUDIT, record(1)]}).read_bytes()
    open_document = zipped(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<x/>"))
    read, refused = opened("july.zip", zipped(("b.ods", open_document), ("a.xlsx", book)))
    assert (read, refused) == ([("july.zip/a.xlsx", book), ("july.zip/b.ods", open_document)], {})


def test_logs_come_sorted_and_notes_and_macos_folders_are_left(tmp_path: Path, scratch: Path) -> None:
    names = ("mossgate-il-pd/c.csv", "__MACOSX/mossgate-il-pd/._c.csv", "b.csv", "._b.csv", "README.md", "a.csv")
    path = tmp_path / "july.zip"
    path.write_bytes(zipped(*((name, name.encode()) for name in names), ("empty/", b"")))
    seen = []
    for source in open_sources(path, scratch):
        assert len([inner for inner in scratch.rglob("*") if inner.is_file()]) == 1
        seen.append((source.place.relative_to(path).as_posix(), source.path.name, source.path.read_text()))
    kept = ["a.csv", "b.csv", "mossgate-il-pd/c.csv"]
    assert seen == [(name, name.split("/")[-1], name) for name in kept]


def test_the_folder_of_macos_alone_is_nothing_to_load(opened: Any) -> None:
    read, refused = opened("july.zip", zipped(("__MACOSX/._a.csv", LOG)))
    assert read == []
    assert "no file to load" in refused["july.zip"]


def test_archives_in_archives_are_opened_whatever_they_are_called(opened: Any) -> None:
    inner = zipped(("mossgate/a.csv", LOG), ("b.csv", log(2)))
    read, refused = opened("outer.dat", zipped(("in.csv", gzip.compress(inner))))
    assert read == [("outer.dat/in.csv/b.csv", log(2)), ("outer.dat/in.csv/mossgate/a.csv", LOG)]
    assert refused == {}


@pytest.mark.parametrize(("layers", "is_read"), [(4, True), (5, False)])
def test_archives_deeper_than_the_limit_are_refused_and_their_neighbours_read(
    opened: Any, layers: int, is_read: bool
) -> None:
    data = LOG
    for _ in range(layers - 1):
        data = zipped(("in.zip", data))
    read, refused = opened("outer.zip", zipped(("deep.zip", data), ("z.csv", log(2))))
    assert ("outer.zip/z.csv", log(2)) in read
    assert (len(read) == 2) is is_read
    assert [("deep" in why) for why in refused.values()] == ([] if is_read else [True])


def test_a_tar_in_gzip_counts_as_one_archive(opened: Any) -> None:
    data = gzip.compress(tarred(("./mossgate/b.csv", LOG), ("a.csv", log(2))))
    read, refused = opened("july.tar.gz", data, depth=1)
    assert read == [("july.tar.gz/a.csv", log(2)), ("july.tar.gz/mossgate/b.csv", LOG)]
    assert refused == {}


def test_gzip_gives_the_name_without_its_ending_and_all_its_parts(tmp_path: Path, scratch: Path) -> None:
    for name, inner in (("a.csv.gz", "a.csv"), ("log", "log")):
        path = tmp_path / name
        path.write_bytes(gzip.compress(LOG) + gzip.compress(log(2)))
        (source,) = [(s.path.name, s.place, s.path.read_bytes()) for s in open_sources(path, scratch)]
        assert source == (inner, path, LOG + log(2))


@pytest.mark.parametrize(("files", "refusals"), [(3, 0), (2, 1)])
def test_files_beyond_the_limit_are_one_refusal_over_all_nested_archives(
    opened: Any, files: int, refusals: int
) -> None:
    inner = zipped(("a.csv", log(1)), ("b.csv", log(2)))
    read, refused = opened("outer.zip", zipped(("in.zip", inner), ("z.csv", log(3))), files=files)
    assert len(read) == files
    assert list(refused) == ["outer.zip"] * refusals
    assert all("more than 2 files" in why and "Files read from it: 2" in why for why in refused.values())


def test_bytes_beyond_the_limit_are_never_written(opened: Any, written: list[int]) -> None:
    data = zipped(("a.csv", bytes(1000)), ("b.csv", bytes(5000)), ("c.csv", b"x"))
    read, refused = opened("outer.zip", data, bytes=2000)
    assert [place for place, _ in read] == ["outer.zip/a.csv"]
    assert "2,000 bytes" in refused["outer.zip"]
    assert sum(written) == 1000


@pytest.mark.parametrize("kind", ["zip", "gzip"])
@pytest.mark.parametrize("limits", [{"free_below": 3 * CHUNK}, {"bytes": 3 * CHUNK}], ids=["ratio", "bytes"])
def test_a_bomb_fills_neither_disk_nor_memory(
    opened: Any, written: list[int], kind: str, limits: dict[str, int]
) -> None:
    zeros = bytes(40 * CHUNK)
    data = zipped(("zeros.csv", zeros)) if kind == "zip" else gzip.compress(zeros)
    del zeros
    tracemalloc.start()
    read, refused = opened("bomb", data, **limits)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read == []
    assert "zeros.csv" in refused["bomb"] or kind == "gzip"
    assert len(refused) == 1
    assert sum(written) <= max(3 * CHUNK, 300 * len(data) if "free_below" in limits else 0) < 13 * CHUNK
    assert peak < 12 * CHUNK


def test_a_bomb_inside_leaves_its_neighbours(opened: Any) -> None:
    data = zipped(("bomb.gz", gzip.compress(bytes(4 * CHUNK))), ("z.csv", LOG))
    read, refused = opened("outer.zip", data, free_below=CHUNK)
    assert read == [("outer.zip/z.csv", LOG)]
    assert "300 times" in refused["outer.zip/bomb.gz"]


def test_a_declared_size_that_is_too_small_writes_no_more_than_it_says(opened: Any, written: list[int]) -> None:
    lying = in_directory(zipped(("a.csv", bytes(9 * CHUNK))), 24, "<I", 10)
    read, refused = opened("lying.zip", lying)
    assert read == []
    assert "damaged" in refused["lying.zip/a.csv"]
    assert sum(written) <= CHUNK


def test_a_declared_size_that_is_too_big_is_damage(opened: Any) -> None:
    read, refused = opened("lying.zip", in_directory(zipped(("a.csv", LOG)), 24, "<I", len(LOG) + 1))
    assert read == []
    assert "declared" in refused["lying.zip/a.csv"]


@pytest.mark.parametrize("name", ["../../a.csv", "in/../../a.csv", "/etc/a.csv", "C:/a.csv", "in\\..\\a.csv"])
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_that_lead_out_are_refused_and_cited_inside(opened: Any, name: str, pack: Any) -> None:
    read, refused = opened("july.zip", pack((name, LOG), ("z.csv", log(2))))
    assert read == [("july.zip/z.csv", log(2))]
    ((place, why),) = refused.items()
    assert place.startswith("july.zip/")
    assert ".." not in place.split("/")
    assert "leads out" in why


def test_links_and_devices_are_refused(opened: Any) -> None:
    link = zipfile.ZipInfo("link.csv")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    read, refused = opened("july.zip", zipped((link, b"/etc/hostname"), ("z.csv", LOG)))
    assert read == [("july.zip/z.csv", LOG)]
    assert "link" in refused["july.zip/link.csv"]
    members = []
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
        member = tarfile.TarInfo(f"kind{kind.decode()}.csv")
        member.type, member.linkname = kind, "/etc/hostname"
        members.append((member, b""))
    read, refused = opened("july.tar", tarred(*members, ("z.csv", LOG)))
    assert read == [("july.tar/z.csv", LOG)]
    assert len(refused) == 4
    assert all("link" in why for why in refused.values())


def test_a_member_under_a_password_is_refused(opened: Any) -> None:
    read, refused = opened("july.zip", in_directory(zipped(("a.csv", LOG), ("b.csv", log(2))), 8, "<H", 1))
    assert read == [("july.zip/b.csv", log(2))]
    assert "password" in refused["july.zip/a.csv"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_that_is_not_read_is_named(opened: Any, method: int) -> None:
    read, refused = opened("july.zip", zipped(("a.csv", LOG), method=method))
    assert read == []
    assert f"method {method}" in refused["july.zip/a.csv"]


def test_a_damaged_member_leaves_its_neighbours(opened: Any) -> None:
    data = bytearray(zipped(("a.csv", LOG), ("b.csv", log(2)), method=zipfile.ZIP_STORED))
    data[data.index(b"Officer")] ^= 1
    read, refused = opened("july.zip", bytes(data))
    assert read == [("july.zip/b.csv", log(2))]
    assert "CRC" in refused["july.zip/a.csv"]


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.99])
@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zipped(("a.csv", data))], ids=["gzip", "zip"])
def test_an_archive_cut_off_gives_no_half_file(opened: Any, pack: Any, keep: float) -> None:
    whole = pack(random.Random(1).randbytes(200_000))
    read, refused = opened("a.csv.gz", whole[: int(len(whole) * keep)])
    assert read == []
    assert "damaged" in refused["a.csv.gz"]


def test_a_tar_cut_off_gives_the_files_before_the_cut(opened: Any) -> None:
    whole = tarred(("a.csv", LOG), ("b.csv", bytes(9000)), ("c.csv", LOG))
    read, refused = opened("july.tar", whole[: whole.index(b"b.csv") + 4000])
    assert read == [("july.tar/a.csv", LOG)]
    assert set(refused) == {"july.tar", "july.tar/b.csv"}
    assert all("damaged" in why for why in refused.values())


def test_a_tar_with_a_broken_header_says_that_files_are_missing(opened: Any) -> None:
    whole = bytearray(tarred(("a.csv", LOG), ("b.csv", log(2)), ("c.csv", LOG)))
    whole[whole.index(b"b.csv")] ^= 1
    read, refused = opened("july.tar", bytes(whole))
    assert read == [("july.tar/a.csv", LOG)]
    assert "Files read from it: 1" in refused["july.tar"]


def test_a_header_that_would_fill_memory_is_damage(opened: Any) -> None:
    long = tarfile.TarInfo("a.csv")
    long.pax_headers = {"comment": "x" * 2_000_000}
    read, refused = opened("july.tar", tarred((long, LOG)))
    assert read == []
    assert "damaged" in refused["july.tar"]


def test_an_empty_archive_is_refused(opened: Any) -> None:
    for name, data in (("none.zip", zipped()), ("none2.zip", zipped(("folder/", b"")))):
        read, refused = opened(name, data)
        assert read == []
        assert "no file to load" in refused[name]


def test_two_members_of_one_name_have_two_places(opened: Any) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(("a.csv", log(1)), ("a.csv", log(2)), ("a (2).csv", log(3)))
    read, refused = opened("july.zip", data)
    assert refused == {}
    assert len(dict(read)) == 3
    assert {content for _, content in read} == {log(1), log(2), log(3)}
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(("a.csv", log(1)), ("a.csv", log(2)))
    assert opened("july.zip", data)[0] == [("july.zip/a.csv", log(1)), ("july.zip/a (2).csv", log(2))]


def test_names_are_cited_printable(opened: Any) -> None:
    read, refused = opened("july.zip", zipped(("a\u202evsc.csv", LOG), ("b\n.csv", LOG), ("ü.csv", LOG)))
    assert [place for place, _ in read] == ["july.zip/a\\u202evsc.csv", "july.zip/ü.csv"]
    assert "control characters" in refused["july.zip/b\\x0a.csv"]
    member = tarfile.TarInfo("caf\udce9.csv")
    read, refused = opened("july.tar", tarred((member, LOG)))
    assert (read, refused) == ([("july.tar/caf\\xe9.csv", LOG)], {})


def test_a_name_that_claims_to_be_utf8_and_is_not_leaves_its_neighbours(opened: Any) -> None:
    data = zipped(("é.csv", LOG), ("b.csv", log(2))).replace("é".encode(), b"\xff\xfe")
    read, refused = opened("july.zip", data)
    assert read == [("july.zip/b.csv", log(2))]
    assert ["utf-8" in why for why in refused.values()] == [True]


def test_a_name_that_begins_with_nul_is_refused(opened: Any) -> None:
    data = zipped(("a.csv", LOG), ("b.csv", log(2))).replace(b"a.csv", b"\0.csv")
    read, refused = opened("july.zip", data)
    assert read == [("july.zip/b.csv", log(2))]
    assert "control characters" in refused["july.zip/\\x00.csv"]


def test_a_long_name_is_shortened_on_disk_only(opened: Any) -> None:
    name = "ü" * 300 + ".csv"
    read, _ = opened("july.zip", zipped((name, LOG)))
    assert read == [(f"july.zip/{name}", LOG)]


def test_nothing_is_left_when_the_reader_stops_early(tmp_path: Path, scratch: Path) -> None:
    path = tmp_path / "outer.zip"
    path.write_bytes(zipped(("in.zip", zipped(("a.csv", LOG), ("b.csv", LOG)))))
    sources: Any = open_sources(path, scratch)
    assert next(sources).path.read_bytes() == LOG
    assert list(scratch.iterdir())
    sources.close()
    assert list(scratch.iterdir()) == []


def test_a_full_disk_is_no_damage(tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Path.open

    class Full(io.BytesIO):
        def write(self, data: Any, /) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def full(path: Path, mode: str = "r", *rest: Any, **how: Any) -> Any:
        if mode != "wb":
            return plain(path, mode, *rest, **how)
        path.touch()
        return Full()

    path = tmp_path / "july.zip"
    path.write_bytes(zipped(("a.csv", LOG)))
    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OSError, match="No space") as caught:
        list(open_sources(path, scratch))
    assert caught.value.errno == errno.ENOSPC
    assert list(scratch.iterdir()) == []


WHOLE = {
    "zip": zipped(("a.csv", LOG), ("in.zip", zipped(("b.csv", LOG)))),
    "tar": tarred(("a.csv", LOG), ("in.csv.gz", gzip.compress(LOG))),
    "gz": gzip.compress(tarred(("a.csv", LOG), ("b" * 200 + ".csv", LOG))),
}


@given(st.sampled_from(sorted(WHOLE)), st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=6))
def test_no_damage_crashes_or_repeats_a_place(
    tmp_path_factory: pytest.TempPathFactory, kind: str, changes: list[tuple[float, int]]
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    data = bytearray(WHOLE[kind])
    for where, value in changes:
        data[int(where * len(data))] = value
    path = folder / f"july.{kind}"
    path.write_bytes(data)
    sources: Iterator[Source] = open_sources(path, folder / "scratch", Limits(bytes=1 << 20))
    seen = [(source.place, source.refused or source.path.stat().st_size) for source in sources]
    assert seen
    assert len({place for place, _ in seen}) == len(seen)
    assert not list((folder / "scratch").glob("*"))
