"""Check a published report: make it again from the files that it names, and say what differs and why."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from investigate import __version__
from investigate.published import find_reports, read_findings
from investigate.reasons.classify import RULES_VERSION
from investigate.report_files import FINDINGS
from investigate.rerun import (
    BY_HAND,
    FOUND,
    OTHER_BYTES,
    Input,
    find_inputs,
    known_places,
    list_inputs,
    rebuild,
    render_again,
    sample_differs,
)
from investigate.story import unpacked_story
from investigate.tables import load_sample
from investigate.workspace import SAMPLE, Workspace, open_workspace

IDENTICAL, SAME_NUMBERS, DIFFERS, NOT_CHECKED = RESULTS = ("identical", "same numbers", "differs", "not checked")
SAYS = {
    IDENTICAL: "every file of the report came out the same, byte for byte.",
    SAME_NUMBERS: "every number and sentence of the findings came out the same; other files of the report differ.",
    DIFFERS: "the findings came out otherwise.",
    NOT_CHECKED: "it could not be made again, since not everything that it names is here.",
}
MOST_SHOWN = 50  # differences of one report
# What tells one entry of a list from the next, in this order.
LABELS = ("role", "pair", "period", "category", "rule", "scope", "file", "release", "row", "day", "month", "name", "id")
OF_THE_MAKING = ("package_version", "rules_version")


@dataclass(frozen=True)
class Difference:
    """A place in a file of the report that came out otherwise; None: nothing stands there."""

    file: str
    where: str
    published: Any
    again: Any


@dataclass
class Verification:
    """What became of one report. `result` is one of RESULTS; `inputs` are the files that it names (what, file, sha256,
    status: found, other bytes, missing); `because`: sentences on why it differs or could not be checked."""

    report: str
    agency: str
    result: str
    inputs: list[dict[str, Any]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    because: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def verify_report(
    report: str | Path,
    files: Iterable[str | Path] = (),
    *,
    workspace: str | Path | Workspace | None = None,
) -> list[Verification]:
    """Make published reports again from the files that they name and compare them byte for byte.

    `report`: the folder of one report, a file in it, a folder of reports, or an archive that `archive_story` packed.
    `files`: released files, archives and folders of them to look in; without any, where the workspace says that its
    files lie. Decisions by hand come from the archive or the workspace, where they are those that the report names.
    Nothing of the workspace is changed. Raises InvestigateError for what is no report.
    """
    room = open_workspace(workspace)
    with unpacked_story(Path(report).expanduser()) as (place, packed):
        places = [*files, *packed.files] if files or packed.files else known_places(room)
        rooms = [packed.room, room] if packed.room else [room]
        return [_verify(one, list(map(Path, places)), rooms) for one in find_reports(place)]


def _verify(folder: Path, places: list[Path], rooms: list[Workspace]) -> Verification:
    findings = read_findings(folder)
    inputs = list_inputs(findings)
    about = Verification(folder.name, findings["agency"], NOT_CHECKED, because=_say_versions(findings))
    with tempfile.TemporaryDirectory(prefix="verify-", ignore_cleanup_errors=True) as made:
        aside = Path(made).resolve()
        if findings["is_invented_sample"]:
            where = Workspace(SAMPLE)
            refused = ["The invented sample of this version holds other files."] if sample_differs(inputs) else []
            load_sample(where)
            for one in inputs:
                one.status = FOUND
        else:
            where = Workspace(aside / "workspace")
            find_inputs(inputs, places, rooms, aside)
            about.because += _say_lacking(inputs)
            refused = rebuild(inputs, where) if all(map(_is_enough, inputs)) else []
        about.inputs = [
            {"what": one.what, "file": one.file, "sha256": one.sha256, "status": one.status} for one in inputs
        ]
        about.because += refused
        if refused or not all(map(_is_enough, inputs)):
            return about
        outcome = render_again(findings, folder, where, aside / "out")
        if outcome.status == "failed":
            about.because.append(f"It could not be made again: {outcome.error}")
            return about
        _compare(about, folder, aside / "out" / findings["slug"])
    return about


def _is_enough(one: Input) -> bool:
    """Decisions by hand may lack: a report without them shows what they did."""
    return one.status == FOUND or one.what == BY_HAND


def _say_versions(findings: dict[str, Any]) -> list[str]:
    said = []
    if findings["package_version"] != __version__:
        said.append(
            f"It was made by version {findings['package_version']} of this program, and this is {__version__}: install "
            "that version to make the same bytes."
        )
    if findings["rules_version"] != RULES_VERSION:
        said.append(
            f"It was made under version {findings['rules_version']} of the rules, and these are {RULES_VERSION}: what "
            "changed between them stands in CHANGELOG.md."
        )
    return said


def _say_lacking(inputs: Iterable[Input]) -> list[str]:
    """A sentence for each file that the report names and that was not found as it was."""
    said = []
    for one in (one for one in inputs if one.status != FOUND):
        named = f"{one.file!r} (SHA-256 {one.sha256[:12]}…)"
        if one.what == BY_HAND:
            was = "another one is here" if one.status == OTHER_BYTES else "there is none here"
            said.append(f"The report follows the decisions by hand in {named}; {was}. Name the workspace that has it.")
        elif one.status == OTHER_BYTES:
            said.append(f"The {one.what} {named} was found with other bytes: it was changed, or released anew, since.")
        else:
            said.append(f"The {one.what} {named} was not found: name the file, or the folder or archive that holds it.")
    return said


def _compare(about: Verification, published: Path, again: Path) -> None:
    """Set the result of a report that was made again, and note what differs."""
    before, now = (
        {path.name: path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")}
        for folder in (published, again)
    )
    findings = list(_compare_findings(before[FINDINGS], now[FINDINGS]))
    others = [_differ_as_files(name, before.get(name), now.get(name)) for name in sorted({*before, *now} - {FINDINGS})]
    about.differences = [*findings, *(one for one in others if one)]
    is_said = bool(findings) and all(one.where in OF_THE_MAKING for one in findings)
    if not about.differences:
        about.result = IDENTICAL
    elif not findings or is_said:
        about.result = SAME_NUMBERS
    else:
        about.result = DIFFERS
    if about.differences and not about.because:
        about.because.append(
            "The files, the decisions by hand, the rules and the version are those that the report names. So it was "
            "changed after it was made, or this program gives different results on two machines, which is a fault to "
            "report."
        )


def _compare_findings(before: Path, now: Path) -> Iterator[Difference]:
    published, again = before.read_bytes(), now.read_bytes()
    if published == again:
        return
    found = list(_differ(json.loads(published), json.loads(again), ""))
    found.sort(key=lambda one: one[0].count("."))  # an agency's own numbers before those of its months and words
    for where, one, other in found[:MOST_SHOWN]:
        yield Difference(FINDINGS, where, one, other)
    if not found:
        yield Difference(FINDINGS, "only how it is written", None, None)
    if len(found) > MOST_SHOWN:
        yield Difference(FINDINGS, f"and {len(found) - MOST_SHOWN} more", None, None)


def _differ(one: Any, other: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
    """Each place at which two JSON values differ, with what stands there in the one and the other."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from _differ(one.get(name), other.get(name), f"{where}.{name}" if where else name)
    elif isinstance(one, list) and isinstance(other, list):
        mine, theirs = _by_label(one), _by_label(other)
        for label in dict.fromkeys([*mine, *theirs]):
            yield from _differ(mine.get(label), theirs.get(label), f"{where}[{label}]")
    elif one != other or type(one) is not type(other):
        yield where, one, other


def _by_label(entries: list[Any]) -> dict[str, Any]:
    """Entries by what they speak of; by their number where that does not tell one from another."""
    labels = [
        ", ".join(str(entry[name]) for name in LABELS if entry.get(name) not in (None, ""))
        if isinstance(entry, dict)
        else ""
        for entry in entries
    ]
    counted = {label: labels.count(label) for label in set(labels)}
    named = [label if label and counted[label] == 1 else str(number) for number, label in enumerate(labels, start=1)]
    return dict(zip(named, entries, strict=True))


def _differ_as_files(name: str, before: Path | None, now: Path | None) -> Difference | None:
    if before is None or now is None:
        return Difference(name, "the whole file", "there" if before else None, "there" if now else None)
    if (one := before.read_bytes()) == (other := now.read_bytes()):
        return None
    lines = enumerate(zip(one.split(b"\n"), other.split(b"\n"), strict=False), start=1)
    number = next((number for number, (left, right) in lines if left != right), None)
    where = f"from line {number} on" if number and b"\0" not in one[:1000] else "its bytes"
    return Difference(name, where, f"{len(one):,} bytes", f"{len(other):,} bytes")
