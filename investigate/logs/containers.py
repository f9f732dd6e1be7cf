"""What kind of file this is, by its bytes and never by its name; its fingerprint; and which files to read."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from investigate.errors import InvestigateError, RefusedFile

ASK = "Ask the agency for the Organization Audit or the Network Audit as CSV."
CHUNK = 1 << 22

# Files that people keep beside released logs; they are no releases.
NOT_RELEASES = frozenset({"readme", "license", "licence", "sources.csv", "truth.json", "thumbs.db", "desktop.ini"})
NOTE_SUFFIXES = ("", ".txt", ".rst")

# First bytes → container that can be read.
ZIP = b"PK\x03\x04"
READABLE = ((b"%PDF", "pdf"), (ZIP, "workbook"), (b"\xd0\xcf\x11\xe0", "workbook"), (b"PAR1", "parquet"))

# How a file of objects starts: a brace before a quoted name, or a list of such.
_OBJECTS = re.compile(rb'\[?\s*\{\s*("|\}|$)|\[\s*\]')

# First bytes → what it looks like and what to do instead.
UNREADABLE = (
    (b"\x89PNG", "a picture (PNG)", ASK),
    (b"\xff\xd8\xff", "a picture (JPEG)", ASK),
    (b"GIF8", "a picture (GIF)", ASK),
    (b"II*\x00", "a picture (TIFF)", ASK),
    (b"MM\x00*", "a picture (TIFF)", ASK),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and load the file in it."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it and load the folder."),
    (b"Rar!", "a RAR archive", "Unpack it and load the folder."),
    (b"PK\x05\x06", "a ZIP archive with nothing in it", ASK),
    (b"SQLite format 3", "an SQLite database", "Save the table of searches as CSV and load that."),
)


@dataclass(frozen=True)
class Fingerprint:
    """A file's SHA-256 (hex), its size in bytes, and whether it has lines that a fast reader would skip."""

    sha256: str
    bytes: int
    has_blank_lines: bool


def fingerprint(path: Path) -> Fingerprint:
    """Hash the file in one pass that also looks for blank lines, since each of them is a record to account for."""
    digest = hashlib.sha256()
    size, blank, tail = 0, False, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            seam = tail + chunk
            # The engine also skips a last line of some hundred megabytes that has no end.
            is_one_line = len(chunk) == CHUNK and not (b"\n" in chunk or b"\r" in chunk)
            blank = blank or is_one_line or b"\n\n" in seam
            blank = blank or (b"\r" in seam and (b"\n\r" in seam or b"\r\r" in seam))
            tail = seam[-2:]
    return Fingerprint(digest.hexdigest(), size, blank)


def find_container(path: Path) -> str:
    """`text`, `workbook`, `pdf`, `json` or `parquet`; raises RefusedFile for anything else, saying what it is."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise RefusedFile(f"{path.name} is empty: no header and no rows were found in it. {ASK}")
    if start.startswith(ZIP) and _is_plain_archive(path):
        raise RefusedFile(f"{path.name} is a ZIP archive where a table was looked for. Unpack it and load the folder.")
    for magic, container in READABLE:
        if start.startswith(magic):
            return container
    for magic, looks_like, advice in UNREADABLE:
        if start.startswith(magic):
            raise RefusedFile(
                f"{path.name} looks like {looks_like}; a CSV, XLSX, JSON, Parquet or PDF table was looked for. {advice}"
            )
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(b"<?xml"):
        raise RefusedFile(
            f"{path.name} looks like an XML file; a CSV, XLSX, JSON, Parquet or PDF table was looked for. {ASK}"
        )
    if text.startswith((b"<!doctype", b"<html", b"<head", b"<body")):
        raise RefusedFile(
            f"{path.name} looks like a web page, perhaps an error page saved under the log's name; a CSV header "
            "was looked for. Open it in a browser to see what the server said, then download the log again."
        )
    return "json" if _OBJECTS.match(text) else "text"


def _is_plain_archive(path: Path) -> bool:
    """A sound ZIP that is no office document; a damaged one is left to the reader of workbooks to describe."""
    try:
        with zipfile.ZipFile(path) as archive:
            return not any(name.startswith(("[Content_Types]", "xl/", "mimetype")) for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def is_release(path: Path) -> bool:
    """False for hidden files and for the notes that people keep beside logs."""
    name = path.name.lower()
    is_note = name in NOT_RELEASES or (path.suffix.lower() in NOTE_SUFFIXES and path.stem.lower() in NOT_RELEASES)
    return not (name.startswith((".", "~$")) or name.endswith(".md") or is_note)


def find_files(paths: Iterable[str | Path]) -> list[Path]:
    """Every file to load: files as named, folders with all that lies in them, sorted, each once.

    Raises InvestigateError for a path that does not exist and when there is no file at all.
    """
    named = list(paths)
    files = sorted(set(_walk(named)))
    if not files:
        where = ", ".join(repr(str(path)) for path in named)
        raise InvestigateError(f"There is no file in {where}. Name a released log, or the folder that holds the logs.")
    return files


def _walk(paths: Iterable[str | Path]) -> Iterator[Path]:
    for given in paths:
        path = Path(given).expanduser()
        if path.is_dir():
            yield from (inner for inner in _inside(path.absolute()) if is_release(inner))
        elif path.exists():
            yield path.absolute()
        else:
            raise InvestigateError(
                f"There is no file or folder {str(given)!r}. Name a released log, or the folder that holds the logs."
            )


def _inside(folder: Path) -> Iterator[Path]:
    """All that lies in a folder and is no folder, links and folders that cannot be opened among it: each of them is
    refused by name when it is loaded."""
    closed: list[Path] = []
    for where, folders, names in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        links = [name for name in folders if os.path.islink(os.path.join(where, name))]
        yield from (Path(where, name) for name in (*names, *links))
    yield from closed


def why_no_file(path: Path) -> str | None:
    """Why there are no bytes to read at a path, or None for a file; raises OSError where that cannot be told."""
    try:
        mode = path.stat().st_mode
    except OSError:
        if not path.is_symlink():
            raise
        return f"{path.name} is a link that leads to no file. Load the file that was meant, or remove the link."
    if stat.S_ISREG(mode):
        return None
    if not stat.S_ISDIR(mode):
        return f"{path.name} is a pipe, a socket or a device and no file. Save what it gives as a file and load that."
    if path.is_symlink():
        return f"{path.name} is a link to a folder, and such links are not followed. Load that folder by its own name."
    return (
        f"{path.name} is a folder that could not be opened, so what lies in it was not read. Check that it may be read."
    )
