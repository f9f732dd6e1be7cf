"""Make a finished report again from the files that it names, in a workspace that is gone afterwards.

Only what the report names goes in, found by its SHA-256 and loaded with what was said of it then. So the report made
again shows what these files give, whatever else has been loaded, decided or changed since.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from investigate.cameras.kept import read_camera_releases, store_cameras
from investigate.cameras.load import read_camera_files
from investigate.errors import InvestigateError
from investigate.load import load_lookup_logs
from investigate.logs.archives import open_sources
from investigate.logs.containers import find_files
from investigate.logs.sources import NAME as SOURCES_FILE
from investigate.logs.sources import SAID
from investigate.made_from import REVIEW, SAID_OF_CAMERAS, SAID_OF_SHARING, SHARED, files_by_hand, hash_of
from investigate.one_report import NOTEBOOK as STORED_NOTEBOOK
from investigate.one_report import Outcome, Task
from investigate.progress import step
from investigate.report_pool import run_here
from investigate.report_tables import prepare_report_tables
from investigate.sharing.kept import read_sharing_releases, store_sharing
from investigate.sharing.load import load_sharing
from investigate.store import Store
from investigate.workspace import REPOSITORY, SAMPLE, Workspace

LOG, CAMERAS, SHARING, BY_HAND = "lookup log", "cameras", "sharing list", "decisions by hand"
FOUND, OTHER_BYTES, MISSING = "found", "other bytes", "missing"
TEMPLATE = REPOSITORY / "notebooks" / "agency_report.ipynb"


@dataclass
class Input:
    """One file that a report names: what it is, its name and hash, what was said of it, and whether it was found.

    `status`: found, other bytes (a file of that name is there, with other content) or missing.
    """

    what: str
    file: str
    sha256: str
    said: dict[str, Any] = field(default_factory=dict)
    status: str = MISSING
    path: Path | None = None


def list_inputs(findings: dict[str, Any]) -> list[Input]:
    """The files that a report was made from, as its findings name them: each file once, none of them looked for yet."""
    made = findings.get("made_from")
    if made is None:
        raise InvestigateError(
            "This report was made by version 0.7 or older, which did not note all that a report is made from. Make it"
            " again with `investigate report`."
        )
    logs = {one["sha256"] + (one["folder"] or ""): one for role in findings["roles"] for one in role["sources"]}
    inputs = [Input(LOG, _workbook(one["file"], one["tables_in_file"]), one["sha256"], one) for one in logs.values()]
    inputs += [Input(CAMERAS, one["file"], one["sha256"], one) for one in made["cameras"]]
    inputs += [Input(SHARING, one["file"], one["sha256"], one) for one in made["sharing"]]
    return inputs + [Input(BY_HAND, one["file"], one["sha256"]) for one in made["by_hand"]]


def _workbook(file: str, tables_in_file: int) -> str:
    """A sheet that is a release of its own is named `workbook/sheet`; what is looked for is the workbook."""
    return str(PurePath(file).parent) if tables_in_file > 1 else file


def known_places(room: Workspace) -> list[Path]:
    """Where the files that a workspace has loaded, or the archives they were in, still lie."""
    paths = [
        *Store(room.store).releases()["path"],
        *(one["path"] for one in (*read_camera_releases(room), *read_sharing_releases(room))),
    ]
    found = (next((place for place in (Path(path), *Path(path).parents) if place.is_file()), None) for path in paths)
    return list(dict.fromkeys(place for place in found if place))


def find_inputs(inputs: Sequence[Input], places: Iterable[Path], rooms: Iterable[Workspace], aside: Path) -> None:
    """Look for released files in `places` (files, folders, archives) and for decisions by hand in `rooms`; lay what is
    found into `aside`, each in a folder of its own, and note it in the input."""
    for room in rooms:
        for name, path in files_by_hand(room).items():
            _note(inputs, BY_HAND, name, path, hash_of(path))
    named = list(places)
    files = find_files(named) if named else []
    with step("looking for the files", "files", len(files)) as under_way:
        for path in files:
            for source in open_sources(path, aside / "unpacked"):
                if not source.refused and source.path.is_file():
                    _take(inputs, source.path, source.place, aside)
            under_way.advance()


def _note(inputs: Iterable[Input], what: str, name: str, path: Path, sha256: str) -> None:
    for one in inputs:
        if one.what == what and one.file == name and one.status != FOUND:
            one.status, one.path = (FOUND, path) if one.sha256 == sha256 else (OTHER_BYTES, None)


def _take(inputs: Sequence[Input], path: Path, place: Path, aside: Path) -> None:
    sha256 = hash_of(path)
    for number, one in enumerate(inputs):
        if one.what == BY_HAND or one.status == FOUND:
            continue
        if one.sha256 == sha256:
            # Names tell whose a file is: those of the time, in an order that the numbers keep.
            one.path = aside / "files" / f"{number:06d}" / (one.said.get("folder") or "file") / one.file
            one.status = FOUND
            one.path.parent.mkdir(parents=True)
            _lay(path, one.path)
            for part in path.parent.glob(f"{_plain(path.stem)}.*") if one.what == CAMERAS else ():
                if part != path:  # a shapefile has several
                    _lay(part, one.path.with_suffix(part.suffix))
        elif one.file == place.name and one.status == MISSING:
            one.status = OTHER_BYTES


def _plain(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _lay(path: Path, there: Path) -> None:
    """A second name for the same bytes where the disk can, else a copy."""
    try:
        os.link(path, there)
    except OSError:
        shutil.copyfile(path, there)


def rebuild(inputs: Sequence[Input], room: Workspace) -> list[str]:
    """Load the inputs into an empty workspace as they were loaded then; give a sentence for each that was refused."""
    for one in inputs:
        if one.what == BY_HAND and one.path and not one.file.startswith(SHARED):
            folder, name = room.manual, one.file
            if one.file.startswith(f"{REVIEW}/"):
                folder, name = room.review, one.file.removeprefix(f"{REVIEW}/")
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(one.path, folder / name)
    return [*_load_logs(_of(inputs, LOG), room), *_load_lists(inputs, room)]


def _of(inputs: Iterable[Input], what: str) -> list[tuple[Input, Path]]:
    return [(one, one.path) for one in inputs if one.what == what and one.path]


def _load_logs(logs: list[tuple[Input, Path]], room: Workspace) -> list[str]:
    if not logs:
        return ["None of the lookup logs was found."]
    top = logs[0][1].parents[2]
    with (top / SOURCES_FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["path", *SAID])
        writer.writeheader()
        for one, path in logs:
            names = (one.said["given"] or "").split(",")
            said = {name: one.said[name] for name in names if one.said.get(name)}
            if said:
                writer.writerow({"path": path.relative_to(top).as_posix()} | said)
    report = load_lookup_logs([path for _, path in logs], workspace=room)
    refused = report[report["status"] == "refused"]
    return [str(why) for why in refused["refused_because"]]


def _load_lists(inputs: Sequence[Input], room: Workspace) -> list[str]:
    refused = []
    for one, path in _of(inputs, CAMERAS):
        said = {name: one.said.get(name) for name in SAID_OF_CAMERAS}
        cameras = read_camera_files(path, **said, workspace=room)
        store_cameras(cameras, room)
        refused += [entry["refused_because"] for entry in cameras.refused]
    for one, path in _of(inputs, SHARING):
        lists = load_sharing(path, **{name: one.said.get(name) for name in SAID_OF_SHARING}, workspace=room)
        store_sharing(lists, room)
        refused += [entry["refused_because"] for entry in lists.releases if entry["status"] == "refused"]
    return refused


def render_again(findings: dict[str, Any], published: Path, room: Workspace, out: Path) -> Outcome:
    """Make the report of the workspace's files, in the folder that it had, below `out`."""
    prepare_report_tables(room)
    out.mkdir(parents=True, exist_ok=True)
    role = _role_asked(published, findings)
    task = Task(
        findings["agency"], findings["slug"], role, str(room.root), str(out), "verified, not kept", str(TEMPLATE)
    )
    outcomes: list[Outcome] = []
    with step("making the report again"):
        run_here([task], 1, outcomes.append)
    return outcomes[0]


def sample_differs(inputs: Iterable[Input]) -> bool:
    """Whether the invented sample that comes with the program holds other files than a report of it names."""
    here = {hash_of(path) for path in SAMPLE.rglob("*") if path.is_file()}
    return any(one.sha256 not in here for one in inputs if one.what == LOG)


def _role_asked(published: Path, findings: dict[str, Any]) -> str:
    """The role to which the report was limited, as the notebook beside the page was told."""
    try:
        notebook = json.loads((published / STORED_NOTEBOOK).read_text(encoding="utf-8"))
        told = next(cell for cell in notebook["cells"] if "injected-parameters" in cell["metadata"].get("tags", []))
        lines = [line.partition(" = ") for line in "".join(told["source"]).splitlines()]
        return next(json.loads(value) for name, _, value in lines if name == "role")
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        roles = [role["role"] for role in findings["roles"]]
        return roles[0] if len(roles) == 1 else ""
