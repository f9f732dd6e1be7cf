"""A story in one file: reports with everything that a stranger needs to check them, packed and unpacked.

The archive holds the reports, the rules and the decisions by hand under which they were made, hashes of all of it and
of the released files, and the versions of all packages; the released files themselves only where somebody asks for it,
since they name officers, victims and drivers.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.metadata
import io
import json
import platform
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from investigate import __version__
from investigate.errors import InvestigateError
from investigate.made_from import REVIEW
from investigate.published import find_reports, read_findings
from investigate.reasons.classify import RULES_VERSION
from investigate.rerun import BY_HAND, FOUND, OTHER_BYTES, Input, find_inputs, known_places, list_inputs
from investigate.store import written_aside
from investigate.story_readme import readme
from investigate.workspace import REPOSITORY, Workspace, open_workspace

REPORTS, RULES, RELEASES, WORKSPACE = "reports", "rules", "releases", "workspace"
SUMS, INPUTS, ENVIRONMENT, LOCK = "SHA256SUMS", "inputs.csv", "environment.json", "requirements.lock"
INPUTS_HEAD = ("what", "file", "sha256", "producer", "kind", "rows_read", "rows_loaded", "packed_as")
EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest time that a ZIP can state: the same reports give the same archive
MOST_BYTES, MOST_MEMBERS = 50 << 30, 1_000_000  # of an archive that is unpacked
PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Packed:
    """What an archive brought beside its reports: released files, and a workspace with the decisions by hand."""

    files: list[Path] = field(default_factory=list)
    room: Workspace | None = None


def archive_story(
    reports: Iterable[str | Path],
    out: str | Path,
    *,
    with_releases: bool = False,
    files: Iterable[str | Path] = (),
    workspace: str | Path | Workspace | None = None,
) -> dict[str, Any]:
    """Pack reports into one ZIP with rules, decisions by hand, hashes, versions of all packages, and a README that
    tells a stranger how to check them; the same reports give the same bytes.

    `reports`: folders of reports, or folders that hold several. `with_releases` packs the released files too, as
    received: looked for in `files`, or where the workspace says that they lie. Gives `path`, `bytes`, `sha256`,
    `reports`, `inputs`, `released_files` (how many were packed) and `look_at`, sentences on what to read before the
    archive is given away. Raises InvestigateError where a decision by hand is not the one that a report followed any
    more, or a released file that was asked for is not there.
    """
    room = open_workspace(workspace)
    folders = [folder for one in reports for folder in find_reports(Path(one).expanduser())]
    every = [(folder, read_findings(folder)) for folder in dict.fromkeys(folder.resolve() for folder in folders)]
    _refuse_two_of_a_name(every)
    inputs = _of_all(every)
    with tempfile.TemporaryDirectory(prefix="archive-") as made:
        aside = Path(made).resolve()
        places = [Path(one) for one in files] or (known_places(room) if with_releases else [])
        find_inputs(inputs, places if with_releases else [], [room], aside)
        _refuse_lacking(inputs, with_releases)
        content = dict(_content(every, inputs, with_releases))
        path = Path(out).expanduser()
        _write(path, content)
        by_hand = [one for one in inputs if one.what == BY_HAND and one.path]
        return {
            "path": str(path),
            "bytes": path.stat().st_size,
            "sha256": hashlib.file_digest(path.open("rb"), "sha256").hexdigest(),
            "reports": [findings["agency"] for _, findings in every],
            "inputs": len(inputs),
            "released_files": sum(1 for name in content if name.startswith(f"{RELEASES}/")),
            "look_at": _look_at(by_hand, with_releases),
        }


def _refuse_two_of_a_name(every: Sequence[tuple[Path, dict[str, Any]]]) -> None:
    names = [folder.name for folder, _ in every]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InvestigateError(f"Two reports lie in folders of the name {twice[0]!r}. Archive them one by one.")


def _of_all(every: Iterable[tuple[Path, dict[str, Any]]]) -> list[Input]:
    """What all the reports are made from, each file once."""
    inputs = [one for _, findings in every for one in list_inputs(findings)]
    return list({(one.what, one.file, one.sha256, one.said.get("folder")): one for one in inputs}.values())


def _refuse_lacking(inputs: Iterable[Input], with_releases: bool) -> None:
    for one in inputs:
        if one.status == FOUND or (one.what != BY_HAND and not with_releases):
            continue
        if one.what == BY_HAND:
            raise InvestigateError(
                f"A report follows the decisions by hand in {one.file!r} (SHA-256 {one.sha256[:12]}…), and this "
                "workspace has no such file any more. Make the reports again, and archive those."
            )
        other = " with these bytes; one of that name was changed since" if one.status == OTHER_BYTES else ""
        raise InvestigateError(
            f"The {one.what} {one.file!r} (SHA-256 {one.sha256[:12]}…) was not found{other}. Say with --files where it "
            "lies, or archive without the released files."
        )


def _content(
    every: Iterable[tuple[Path, dict[str, Any]]], inputs: Sequence[Input], with_releases: bool
) -> Iterator[tuple[str, Path | bytes]]:
    """Every member of the archive but the hashes: its name, and where its bytes are or they themselves."""
    for folder, _ in every:
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                yield f"{REPORTS}/{folder.name}/{path.name}", path
    for path in sorted(PACKAGE.rglob("*.toml")):
        yield f"{RULES}/{path.relative_to(PACKAGE).as_posix()}", path
    packed = {}
    for number, one in enumerate(inputs):
        if one.what == BY_HAND and one.path:
            packed[id(one)] = (
                f"{WORKSPACE}/data/{one.file if one.file.startswith(f'{REVIEW}/') else f'manual/{one.file}'}"
            )
        elif with_releases and one.path:
            packed[id(one)] = f"{RELEASES}/{number:06d}/{one.path.parent.name}/{one.path.name}"
            for part in one.path.parent.iterdir():
                yield f"{RELEASES}/{number:06d}/{one.path.parent.name}/{part.name}", part
        if one.what == BY_HAND and one.path:
            yield packed[id(one)], one.path
    yield INPUTS, _inputs_csv(inputs, packed)
    yield ENVIRONMENT, _environment()
    if (REPOSITORY / LOCK).is_file():
        yield LOCK, REPOSITORY / LOCK
    yield "README.md", readme([findings for _, findings in every], inputs, with_releases).encode()


def _inputs_csv(inputs: Iterable[Input], packed: dict[int, str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(INPUTS_HEAD)
    for one in inputs:
        said = [one.said.get(name) for name in ("producer", "kind", "rows_read", "rows_loaded")]
        cells = [one.what, one.file, one.sha256, *said, packed.get(id(one))]
        writer.writerow("" if cell is None else _plain_cell(cell) for cell in cells)
    return text.getvalue().encode()


def _plain_cell(value: object) -> object:
    """A text that a spreadsheet would take for a formula gets a sign before it that makes it text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


def _environment() -> bytes:
    """The versions with which this archive was packed: of Python, the system, this program and every package."""
    packages = {each.metadata["Name"].lower(): each.version for each in importlib.metadata.distributions()}
    about = {
        "investigate": __version__, "rules": RULES_VERSION, "python": platform.python_version(),
        "system": platform.system(), "machine": platform.machine(), "packages": packages,
    }  # fmt: skip
    return (json.dumps(about, indent=2, sort_keys=True) + "\n").encode()


def _write(path: Path, content: dict[str, Path | bytes]) -> None:
    """Write the archive aside and put it in its place: members by name, without the times of this machine."""
    sums = []
    try:
        with (
            written_aside(path) as aside,
            zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
        ):
            for name in sorted(content):
                sums.append(f"{_add(archive, name, content[name])}  {name}\n")
            _add(archive, SUMS, "".join(sums).encode())
    except OSError as error:
        raise InvestigateError(
            f"The archive {str(path)!r} could not be written: {error.strerror}. Name another place with --out."
        ) from error


def _add(archive: zipfile.ZipFile, name: str, source: Path | bytes) -> str:
    """Add one member; gives the SHA-256 of its content."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    digest = hashlib.sha256()
    with archive.open(info, "w", force_zip64=True) as member:
        if isinstance(source, bytes):
            member.write(source)
            digest.update(source)
        else:
            with source.open("rb") as file:
                while chunk := file.read(1 << 20):
                    member.write(chunk)
                    digest.update(chunk)
    return digest.hexdigest()


def _look_at(by_hand: Iterable[Input], with_releases: bool) -> list[str]:
    said = []
    names = sorted(one.file for one in by_hand)
    if names:
        said.append(
            f"The decisions by hand go with it as they were written ({', '.join(names)}): reasons that somebody typed, "
            "and who decided. Read them before you give the archive away."
        )
    if with_releases:
        said.append(
            "The released files go with it as received: they may name officers, victims and drivers, and hold plates. "
            "Give this archive only to whom you would give those files."
        )
    return said


# ---- unpacked again -------------------------------------------------------------------------------------


@contextmanager
def unpacked_story(place: Path) -> Iterator[tuple[Path, Packed]]:
    """The folder of reports at a place and what came with them; of an archive, unpacked for as long as it is needed.

    Raises InvestigateError for a ZIP that is no such archive, is damaged, or was changed since it was packed.
    """
    if not zipfile.is_zipfile(place):
        yield place, Packed()
        return
    with tempfile.TemporaryDirectory(prefix="story-", ignore_cleanup_errors=True) as made:
        folder = Path(made).resolve()
        try:
            with zipfile.ZipFile(place) as archive:
                _unpack(archive, folder)
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, UnicodeError) as error:
            raise InvestigateError(f"The archive {place.name!r} is damaged: {error}. Get it again.") from error
        files = [folder / RELEASES] if (folder / RELEASES).is_dir() else []
        yield folder / REPORTS, Packed(files, Workspace(folder / WORKSPACE))


_MEMBER = re.compile(rf"(?:(?:{REPORTS}|{RULES}|{RELEASES}|{WORKSPACE})(?:/[^/\\]+)+|[A-Za-z0-9_.]+)")


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    members = archive.infolist()
    names = [one.filename for one in members]
    if SUMS not in names:
        raise InvestigateError(
            "This ZIP was not made by `investigate archive`: it holds no SHA256SUMS. To verify a report in it, unpack "
            "it and name the report's folder."
        )
    if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > MOST_BYTES:
        raise InvestigateError(
            "This archive is larger than any that is unpacked. Unpack it by hand and name the report."
        )
    if wrong := [name for name in names if not _MEMBER.fullmatch(name) or ".." in name.split("/")]:
        raise InvestigateError(
            f"This archive holds {wrong[0]!r}, which `investigate archive` never writes. Get it again."
        )
    for one in members:
        path = folder / one.filename
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(one) as packed, path.open("wb") as file:
            shutil.copyfileobj(packed, file, 1 << 20)
    _check_sums(folder, set(names) - {SUMS})


def _check_sums(folder: Path, names: set[str]) -> None:
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    stated = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    changed = sorted(
        name
        for name in names | set(stated)
        if name not in stated
        or not (folder / name).is_file()
        or stated[name] != hashlib.sha256((folder / name).read_bytes()).hexdigest()
    )
    if changed:
        raise InvestigateError(
            f"{changed[0]!r} in this archive is not what was packed (its SHA-256 is another than SHA256SUMS says). Get "
            "the archive again from who made it."
        )
