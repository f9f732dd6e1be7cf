"""What judges said of a draw: their files read back, checked against its key, and settled between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from investigate.errors import RefusedFile
from investigate.review.draw import CODE, Key, KeyLine, read_key
from investigate.review.sheet import TEXTS, Line, answer_of, fingerprint, read_lines
from investigate.workspace import Workspace

MOST_JUDGES = 2
COLUMNS = ("judged", "judged_1", "judged_2", "agreed")

Answers = dict[str, str]  # number of a line → answer; a line without one is not in it


@dataclass(frozen=True)
class Judgement:
    """What was read from the judged files."""

    key: Key
    judges: list[Answers]  # one or two
    settled_by: Answers  # the third judge, or the column `agreed`
    absent: int  # lines of the draw that a file does not hold


def read_judgement(files: Sequence[Path], room: Workspace) -> Judgement:
    """The answers in the files, checked against the key of their draw."""
    if not files:
        raise RefusedFile("No judged file was given. Name the file that `investigate review draw` wrote.")
    if len({path.resolve() for path in files}) < len(files):
        raise RefusedFile(f"{files[0].name!r} was named twice. Name each judge's file once.")
    key: Key | None = None
    columns: list[tuple[str, Answers]] = []
    absent = 0
    for path in files:
        lines = read_lines(path)
        key = _key_of(path, lines, room, key)
        _check_lines(path, lines, key)
        columns += _columns(path, lines)
        absent += len(key.lines) - len(lines)
    assert key is not None
    judges = [answers for name, answers in columns if name != "agreed"]
    settled = [answers for name, answers in columns if name == "agreed"]
    if len(judges) == MOST_JUDGES + 1 and not settled:
        settled = [judges.pop()]
    if len(judges) > MOST_JUDGES or len(settled) > 1:
        raise RefusedFile(
            f"{len(judges)} judges and {len(settled)} to settle between them stand in {files[0].name!r} and the files "
            "after it. Give one judge, two, or two and a third that settles."
        )
    return Judgement(key, judges, settled[0] if settled else {}, absent)


def _key_of(path: Path, lines: list[Line], room: Workspace, before: Key | None) -> Key:
    if not lines:
        raise RefusedFile(f"{path.name} holds no lines below its header. Give the file that was drawn and judged.")
    code = lines[0].cells["number"].strip().partition("-")[0]
    if before is None:
        if len(code) != CODE or not code.isalpha() or not code.isascii():
            raise _no_number(path, lines[0])
        return read_key(room, code, path.name)
    if code != before.code:
        raise RefusedFile(
            f"{path.name} belongs to another draw ({code[:20]!r}) than the file before it ({before.code!r}). Score "
            "files of one draw together."
        )
    return before


def _no_number(path: Path, line: Line) -> RefusedFile:
    number = line.cells["number"].strip()[:40]
    return RefusedFile(
        f"{path.name}, row {line.row:,}: {number!r} is not the number of a line in this draw. Leave the column "
        "'number' as it was drawn."
    )


def _check_lines(path: Path, lines: list[Line], key: Key) -> None:
    """Raise RefusedFile for a line that is not in the draw, stands twice, or shows another text than was drawn."""
    known = {line.number: line for line in key.lines}
    seen: dict[str, int] = {}
    for line in lines:
        number = line.cells["number"].strip()
        if number not in known:
            raise _no_number(path, line)
        if number in seen:
            raise RefusedFile(
                f"{path.name}: the number {number!r} stands in row {seen[number]:,} and again in row {line.row:,}. "
                "Leave one of the two lines."
            )
        seen[number] = line.row
        if changed := [name for name in TEXTS if not _is_same(line, known[number], name)]:
            raise RefusedFile(
                f"{path.name}, row {line.row:,}: the cell {changed[0]!r} is not what was drawn under {number!r}, so "
                "the answer may stand beside the wrong text. Sort whole rows, never one column; if a program changed "
                "the text while saving as CSV, judge the XLSX instead."
            )


def _is_same(line: Line, drawn: KeyLine, name: str) -> bool:
    return name not in line.cells or fingerprint(line.cells[name]) == drawn.texts[name]


def _columns(path: Path, lines: list[Line]) -> list[tuple[str, Answers]]:
    """The columns with answers in the order judged, judged_1, judged_2, agreed."""
    names = [name for name in COLUMNS if name in lines[0].cells]
    if other := [name for name in lines[0].cells if name.startswith(("judged", "agreed")) and name not in COLUMNS]:
        raise RefusedFile(
            f"{path.name} has the column {other[0][:40]!r}, which is none of {', '.join(map(repr, COLUMNS))}, so its "
            "answers would be left out. Name it 'judged', or 'judged_1' and 'judged_2' for two judges, and score again."
        )
    if "judged" in names and len(names) > 1:
        raise RefusedFile(
            f"{path.name} has the column 'judged' beside {names[1]!r}. Name the columns judged_1 and judged_2."
        )
    found = []
    for name in names:
        read = ((line.cells["number"].strip(), answer_of(line.cells[name], path, line.row)) for line in lines)
        found.append((name, {number: answer for number, answer in read if answer}))
    return found


def settle(judgement: Judgement) -> tuple[Answers, int, int]:
    """The answers that count, how many lines nobody judged, and how many are judged but not settled."""
    answers: Answers = {}
    unjudged = open_still = 0
    for line in judgement.key.lines:
        given = [judge.get(line.number) for judge in judgement.judges]
        third = judgement.settled_by.get(line.number)
        if not any(given):
            unjudged += 1
        elif answer := given[0] if len(set(given)) == 1 else third:
            answers[line.number] = answer
        else:
            open_still += 1
    return answers, unjudged, open_still
