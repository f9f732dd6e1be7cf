"""ZIP, gzip and tar archives, told by their bytes: the files in them, unpacked one at a time.

No member is written where its name asks to be, declared sizes are not believed, and what is not unpacked is said.
"""

from __future__ import annotations

import errno
import gzip
import io
import math
import os
import re
import stat
import struct
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from investigate.logs.containers import is_release

CHUNK = 1 << 20
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OFFICE_FILES = ("[content_types].xml", "mimetype", "xl/workbook.xml", "xl/workbook.bin")
OFFICE_STARTS = (*OFFICE_FILES, "_rels/", "docprops/", "xl/", "word/", "meta-inf/")  # the first file in one cut off
READ_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # zipfile unpacks the others without a bound on memory
LONGEST_LIST = 8 << 20  # bytes of names and sizes; some 80,000 files of usual names
LONGEST_HEADER, LONGEST_NAME = 256 << 10, 1000  # bytes before one member of a tar, characters
UTF8_FLAG, LOCKED_FLAGS, DIRECTORY_ENTRY = 0x800, 0x41, b"PK\x01\x02"

# What the standard library raises on bytes that are no sound archive.
DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, struct.error, EOFError, ValueError)
MISREAD = (LookupError, ArithmeticError, RuntimeError, TypeError)
ANEW = "Download it again, or ask the agency for it again."
NOTHING = "There is no file to load in it: ask the agency for the Network Audit or the Organization Audit as CSV."
AGAIN = f"Nothing of it was loaded. {ANEW}"
BY_HAND = "Unpack it yourself, look at what is in it, and load the folder."
NO_FILE = "is a link, a device or a file with gaps, so it was not unpacked. Ask the agency for the file itself."
LONG_LIST = "its list of names is longer than that of any archive of logs"


@dataclass(frozen=True)
class Limits:
    """How far one archive is unpacked, with all archives inside it."""

    depth: int = 4  # archives in archives
    files: int = 10_000
    bytes: int = 16 << 30  # unpacked
    ratio: int = 300  # unpacked : packed, of one member
    free_below: int = 256 << 20  # bytes up to which a member's ratio does not matter


LIMITS = Limits()


@dataclass(frozen=True)
class Source:
    """A released file: where its bytes lie now, and the place by which it is cited.

    `place` is the path itself for a file in no archive, `/x/july.zip/champaign-il-pd/a.csv` for a member of
    `/x/july.zip`, `/x/a.csv.gz` for its content. With `refused`, why it cannot be read, there may be no file at `path`.
    """

    path: Path
    place: Path
    refused: str | None = None


class Damaged(Exception):
    """A member or an archive cannot be read; says what is wrong with it."""


class _TooDense(Exception):
    """A member unpacks to far more than its packed size."""


class _Beyond(Exception):
    """The outer archive holds more than is unpacked."""


@dataclass(frozen=True)
class _Member:
    """A file in an archive: its name there, the bytes declared and stored, why it may not be read, and its content."""

    name: str
    size: int | None
    packed: int
    trouble: str | None
    chunks: Callable[[], Generator[bytes, None, None]]


def open_sources(path: Path, scratch: Path, limits: Limits = LIMITS) -> Iterator[Source]:
    """The file itself, or each released file in the archive that it is, in order of name.

    A member is unpacked into a folder of its own in `scratch`, removed when the next is asked for. Beyond a limit, one
    refused Source stands for the rest of the archive. Raises OSError when scratch cannot be written.
    """
    kind = None
    with suppress(OSError):  # its reader meets the same error and says it with the file's name
        kind = _find_kind(path)
    if kind is None:
        yield Source(path, path)
        return
    unpacking = _Unpacking(path, scratch, limits)
    try:
        yield from unpacking.sources(path, path)
    except _Beyond as beyond:
        yield unpacking.stopped(path, str(beyond))


class _Unpacking:
    """One outer archive: what has come out of it so far, and whether more may."""

    def __init__(self, outer: Path, scratch: Path, limits: Limits) -> None:
        self.outer, self.scratch, self.limits = outer, scratch, limits
        self.told = self.given = self.bytes = 0  # sources, those not refused, and bytes written
        self.numbers: dict[Path, int] = {}

    def sources(self, path: Path, place: Path, depth: int = 0, inside: str = "") -> Iterator[Source]:
        """The file at `path`, or all that is in it; `inside` is the kind of archive that it was in."""
        kind = _find_kind(path)
        if kind is None:
            self.told, self.given = self.told + 1, self.given + 1
            yield Source(path, place)
            return
        depth += not (kind == "tar" and inside == "gzip")  # a .tar.gz is one archive
        if depth > self.limits.depth:
            yield self._refused(place, f"is an archive inside {depth - 1} others, too deep to be opened. {BY_HAND}")
            return
        told, given = self.told, self.given
        try:
            with closing(LISTS[kind](path)) as members:
                for member in members:
                    yield from self._member(member, kind, place, depth)
        except Damaged as damage:
            yield self.stopped(place, f"is a damaged {kind} archive or workbook ({damage})", given, ANEW)
        except _TooDense as dense:
            yield self.stopped(place, str(dense), given)
        if self.told == told:
            yield self._refused(place, f"is a {kind} archive; a CSV, XLSX or PDF table was looked for in it. {NOTHING}")

    def stopped(self, place: Path, why: str, before: int = 0, advice: str = BY_HAND) -> Source:
        """The source that stands for the rest of an archive; `before` files were given when it was opened."""
        return self._refused(place, f"{why}. Files read from it: {self.given - before:,}; the rest was not. {advice}")

    def _refused(self, place: Path, why: str) -> Source:
        self.told += 1
        return Source(place, place, printable(f"{place.relative_to(self.outer.parent).as_posix()} {why}"))

    def _member(self, member: _Member, kind: str, archive: Path, depth: int) -> Iterator[Source]:
        if self.told >= self.limits.files:
            raise _Beyond(f"holds more than {self.limits.files:,} files, the most that are read from one archive")
        place = archive if kind == "gzip" else self._cite(archive, member.name)
        if member.trouble:
            yield self._refused(place, member.trouble)
            return
        self._check(member, member.size or 0, self.bytes)
        self.scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.scratch, ignore_cleanup_errors=True) as folder:
            copy = Path(folder) / _disk_name(member.name)
            try:
                self._unpack(member, copy)
            except Damaged as damage:
                copy.unlink()
                yield self._refused(place, f"is damaged ({damage}). {AGAIN}")
            else:
                yield from self.sources(copy, place, depth, kind)

    def _unpack(self, member: _Member, copy: Path) -> None:
        """Write the member. Raises Damaged, _Beyond, _TooDense, and OSError from writing."""
        before = self.bytes
        with copy.open("wb") as file, closing(member.chunks()) as chunks:
            for chunk in chunks:
                self._check(member, self.bytes - before + len(chunk), before)
                file.write(chunk)
                self.bytes += len(chunk)
        if member.size not in (None, self.bytes - before):
            raise Damaged(f"it has {self.bytes - before:,} bytes, and {member.size:,} were declared")

    def _check(self, member: _Member, size: int, before: int) -> None:
        limits, named = self.limits, f"'{member.name[:LONGEST_NAME]}'"
        if size > max(limits.free_below, limits.ratio * member.packed):
            raise _TooDense(f"holds {named}, which unpacks to more than {limits.ratio} times its size, as no log does")
        if before + size > limits.bytes:
            raise _Beyond(f"unpacks to more than the {limits.bytes:,} bytes that are read from one archive, at {named}")

    def _cite(self, archive: Path, name: str) -> Path:
        """The member's place, printable, inside the archive, and no other member's."""
        name = re.sub(r"^([A-Za-z]):", r"\1\\x3a", printable(name[:LONGEST_NAME]))
        parts = [r"\x2e\x2e" if part == ".." else part for part in name.split("/") if part not in ("", ".")]
        place = first = archive.joinpath(*(parts or ["(no name)"]))
        number = self.numbers.get(first, 1)
        while place in self.numbers:
            number += 1
            place = first.with_name(f"{first.stem} ({number}){first.suffix}")
        self.numbers[first] = number
        self.numbers.setdefault(place, 1)
        return place


def _find_kind(path: Path) -> str | None:
    """`ZIP`, `gzip` or `tar`; None for what is no archive, and for office documents, which are ZIPs inside."""
    with path.open("rb") as file:
        start = file.read(tarfile.BLOCKSIZE)
    if start.startswith(b"\x1f\x8b"):
        return "gzip"
    if start.startswith(ZIP_STARTS):
        return None if _is_office(path) else "ZIP"
    try:
        tarfile.TarInfo.frombuf(start, "utf-8", "surrogateescape")
    except (*DAMAGE, *MISREAD):
        return "tar" if start[257:265] in (b"ustar\x0000", b"ustar  \x00") else None
    return "tar"


def _is_office(path: Path) -> bool:
    try:
        with open_zip(path) as archive:
            return any(name.replace("\\", "/").lower() in OFFICE_FILES for name in archive.namelist())
    except Damaged:
        with path.open("rb") as file:
            return file.read(60)[30:].decode("latin-1").lower().startswith(OFFICE_STARTS)


class _Metered(io.FileIO):
    """A file that gives no more bytes than its allowance, so that no header makes its reader hold all of it."""

    allowance: float = 0
    in_directory = False

    def read(self, size: int | None = -1, /) -> bytes:
        left = max(0, os.fstat(self.fileno()).st_size - self.tell())
        asked = left if size is None or size < 0 else min(size, left)
        if asked > self.allowance:
            raise Damaged(LONG_LIST)
        self.allowance -= asked
        data = super().read(asked) or b""
        return _mend_flags(data) if self.in_directory and data.startswith(DIRECTORY_ENTRY) else data


def _mend_flags(directory: bytes) -> bytes:
    """Unmark names that claim to be UTF-8 and are not: one of them would keep the others out."""
    mended, at = bytearray(directory), 0
    while directory.startswith(DIRECTORY_ENTRY, at) and at + 46 <= len(directory):
        flags, *lengths = struct.unpack_from("<8xH18x3H", directory, at)
        try:
            directory[at + 46 : at + 46 + lengths[0]].decode("utf-8")
        except UnicodeDecodeError:
            struct.pack_into("<H", mended, at + 8, flags & ~UTF8_FLAG)
        at += 46 + sum(lengths)
    return bytes(mended)


@contextmanager
def _telling_damage() -> Iterator[None]:
    """Only around reading: an error of the disk written to must stay an OSError."""
    try:
        yield
    except OSError as error:
        if error.errno not in (None, errno.EINVAL):
            raise
        raise Damaged(str(error)) from error
    except (*DAMAGE, *MISREAD) as error:
        raise Damaged(str(error) or type(error).__name__) from error


def _read(open_stream: Callable[[], Any], at: int = 0, size: float = math.inf) -> Generator[bytes, None, None]:
    with _telling_damage(), open_stream() as stream:
        if at:
            stream.seek(at)
        while size > 0 and (chunk := stream.read(int(min(CHUNK, size)))):
            size -= len(chunk)
            yield chunk


@contextmanager
def open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    with _Metered(path) as file:
        file.allowance, file.in_directory = LONGEST_LIST + (1 << 18), True
        with _telling_damage():
            archive = zipfile.ZipFile(file)
        file.allowance, file.in_directory = math.inf, False
        with archive:
            yield archive


def _list_zip(path: Path) -> Generator[_Member, None, None]:
    whole = path.stat().st_size
    with open_zip(path) as archive:
        named = [(_zip_name(info), info) for info in archive.infolist() if not info.orig_filename.endswith("/")]
        for name, info in sorted((pair for pair in named if _is_wanted(pair[0])), key=lambda pair: pair[0]):
            packed, chunks = min(info.compress_size, whole), partial(_read, partial(archive.open, info))
            yield _Member(name, info.file_size, packed, _zip_trouble(info) or _name_trouble(name), chunks)


def _zip_name(info: zipfile.ZipInfo) -> str:
    name = info.orig_filename
    if not info.flag_bits & UTF8_FLAG:
        with suppress(UnicodeError):  # many programs write UTF-8 and do not say so
            name = name.encode("cp437").decode("utf-8")
    return name


def _zip_trouble(info: zipfile.ZipInfo) -> str | None:
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return NO_FILE
    if info.flag_bits & LOCKED_FLAGS:
        return "is protected by a password. Unpack it with the password and load the folder."
    if info.compress_type not in READ_METHODS:
        return f"is packed by method {info.compress_type}, which is not read; deflate was looked for. {BY_HAND}"
    return None


def _list_gzip(path: Path) -> Generator[_Member, None, None]:
    name = path.name[:-3] if path.name.lower().endswith(".gz") and len(path.name) > 3 else path.name
    if _is_wanted(name):
        yield _Member(name, None, path.stat().st_size, None, partial(_read, partial(gzip.open, path)))


def _list_tar(path: Path) -> Generator[_Member, None, None]:
    members, broken = [], None
    with _Metered(path) as file:
        try:
            for info in _tar_entries(file):
                if not info.isdir() and _is_wanted(info.name):
                    name = info.name.removeprefix("./")[: LONGEST_NAME + 1]
                    trouble = _name_trouble(name) if info.isreg() and not info.issparse() else NO_FILE
                    chunks = partial(_read, partial(path.open, "rb"), info.offset_data, info.size)
                    members.append(_Member(name, info.size, info.size, trouble, chunks))
        except Damaged as damage:
            broken = damage
    yield from sorted(members, key=lambda member: member.name)
    if broken:
        raise broken


def _tar_entries(file: _Metered) -> Iterator[tarfile.TarInfo]:
    """Every entry; raises Damaged where the list breaks off, which tarfile takes for its end."""
    listed, last, file.allowance = 0, -1, LONGEST_HEADER
    with _telling_damage():
        archive = tarfile.TarFile(fileobj=file, encoding="utf-8", errors="surrogateescape")
        while info := archive.next():
            archive.members, archive.pax_headers = [], {}  # type: ignore[attr-defined]  # else they grow with the file
            listed += 46 + len(info.name)
            if info.size < 0 or info.offset_data <= last:
                raise Damaged("a header leads back to what was read already")
            if listed > LONGEST_LIST:
                raise Damaged(LONG_LIST)
            last, file.allowance = info.offset_data, LONGEST_HEADER
            yield info
        file.seek(archive.offset)
        end = file.read(tarfile.BLOCKSIZE)
    if end != bytes(tarfile.BLOCKSIZE):
        raise Damaged("a header in it cannot be read" if end else "the mark of its end is missing")


LISTS = {"ZIP": _list_zip, "gzip": _list_gzip, "tar": _list_tar}


def _is_wanted(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return "__MACOSX" not in parts and is_release(Path(parts[-1]))


def _name_trouble(name: str) -> str | None:
    if len(name) > LONGEST_NAME:
        return f"has a name of more than {LONGEST_NAME:,} characters, so it was not unpacked. {BY_HAND}"
    if any(unicodedata.category(char) == "Cc" for char in name):
        return f"has a name with control characters in it, so it was not unpacked. {BY_HAND}"
    if re.match(r"/|[A-Za-z]:", name) or "\\" in name or ".." in name.split("/"):
        return f"has a name that leads out of the archive, so it was not unpacked. {BY_HAND}"
    return None if name else f"has no name, so it was not unpacked. {BY_HAND}"


def _disk_name(name: str) -> str:
    """The member's own base name, as the disk can bear it."""
    base = printable(name.rpartition("/")[2])
    base = re.sub(r'[<>:"|?*\\]', "_", base) if os.name == "nt" else base
    stem, suffix = os.path.splitext(base)
    return base if len(base.encode()) <= 200 else stem.encode()[:150].decode(errors="ignore") + suffix[:12]


def printable(text: str) -> str:
    """Characters that are not seen, or change how others are seen, written as codes."""
    return "".join(map(_shown, text))


def _shown(char: str) -> str:
    if char.isprintable():
        return char
    number = ord(char) - 0xDC00 if "\udc80" <= char <= "\udcff" else ord(char)  # a byte of a name that is not UTF-8
    return f"\\x{number:02x}" if number < 0x100 else char.encode("unicode_escape").decode()
