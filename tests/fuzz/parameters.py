"""Target parameters: any text as an option or argument of the command, as a parameter of a notebook, and any bytes as
a file that an option names."""

from __future__ import annotations

import ast
import atexit
import shutil
import tempfile
import zlib
from functools import cache
from pathlib import Path

from papermill.translators import PythonTranslator
from tiny_logs import search, write_network_audit
from typer.testing import CliRunner

from investigate import cli
from investigate.agencies.tidy import printable
from investigate.errors import InvestigateError
from investigate.kernels import INJECTED, _assigned
from investigate.load import load_lookup_logs
from investigate.periods import PeriodSet, find_periods
from investigate.request import request_strings, request_text, strings_of
from investigate.tables import Tables, open_tables

# A and B are texts, FILE is a file of the bytes that follow, OUT a path to write to. No verb here goes to the network,
# starts another engine or renders a notebook.
COMMANDS = (
    "count --by A", "count --by searching_agency --agency A --role B", "count --scope A --unit B",
    "count --periods A", "count --periods FILE.csv", "compare --agency A --periods B", "compare --periods FILE.csv",
    "check --producer A", "explain A", "classify A B", "classify --table A B", "classify --file FILE.csv --column A",
    "rivals --rule A", "rivals --rules FILE.toml", "agency A --on B", "clues --category A --agency B",
    "clues --request --agency A --role B", "review score FILE.csv",
    "review draw --out OUT --per-category A --seed B",
    "load FILE.csv --producer A", "load FILE.csv --kind A --timezone B", "sharing FILE.csv --owner A --as-of B",
    "sharing FILE.html --direction A", "cameras FILE.geojson", "cameras FILE.csv",
)  # fmt: skip
WRITES = ("load", "sharing", "cameras", "review")  # into a workspace of their own
LINES = 3  # the command, A and B; the file follows
OF_NOTEBOOKS = "notebook"  # in place of a command


def check_parameters(data: bytes) -> None:
    """The first line names the command as in COMMANDS, the next two are A and B, the rest is the file."""
    command, one, other, content = [*data.split(b"\n", LINES), b"", b"", b""][: LINES + 1]
    texts = [part.decode("utf-8", "surrogateescape").replace("\0", "") for part in (one, other)]
    named = command.decode("utf-8", "replace").strip()
    if named == OF_NOTEBOOKS:
        _check_notebook_parameters(texts)
        _check_request(texts)
        return
    chosen = named if named in COMMANDS else COMMANDS[zlib.crc32(command) % len(COMMANDS)]
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        _check_command(chosen, texts, content, Path(folder))


def _check_command(command: str, texts: list[str], content: bytes, folder: Path) -> None:
    words = []
    for word in command.split():
        if word.startswith("FILE"):
            path = folder / f"given{word.removeprefix('FILE')}"
            path.write_bytes(content)
            words.append(str(path))
            if "periods" in command:
                _check_periods(path)
        else:
            words.append({"A": texts[0], "B": texts[1], "OUT": str(folder / "out.csv")}.get(word, word))
    room = folder / "workspace" if words[0] in WRITES[:-1] else loaded_workspace()
    ended = CliRunner().invoke(cli.app, [*words, "--workspace", str(room), *_quiet(words[0])])
    error = ended.exception
    if error is not None and not isinstance(error, SystemExit | InvestigateError):
        raise error
    assert ended.exit_code in (0, 1, 2, 3), (words, ended.exit_code)


def _quiet(verb: str) -> list[str]:
    return [] if verb in ("classify", "agency") else ["--quiet"]


def _check_periods(path: Path) -> None:
    try:
        found = find_periods(path)
    except InvestigateError:
        return
    assert isinstance(found, PeriodSet)
    assert found.periods
    assert len({one.name for one in found.periods}) == len(found.periods)


def _check_notebook_parameters(texts: list[str]) -> None:
    """A parameter stays a text: the cell that papermill puts into the notebook assigns it and does nothing else."""
    # Halves of characters stand in no notebook: it is written as UTF-8.
    given = dict(zip(("agency", "role"), map(printable, texts), strict=True))
    cell = f"{INJECTED}\n" + PythonTranslator.codify(given).removeprefix("# Parameters\n")
    statements = ast.parse(cell).body
    assert len(statements) == len(given), cell
    for statement, (name, text) in zip(statements, given.items(), strict=True):
        assert isinstance(statement, ast.Assign), cell
        assert _assigned(ast.unparse(statement)) == [name]
        assert ast.literal_eval(statement.value) == text, cell


def _check_request(texts: list[str]) -> None:
    found = request_strings(_tables())
    for agency, role in ((texts[0], None), (texts[0], texts[1]), ("Ashmoor IL PD", texts[1])):
        try:
            strings = request_strings(_tables(), agency, role)
        except InvestigateError:
            continue
        assert set(strings["kind"]) <= {"found here", "seen elsewhere", "the rules take it"}
    counted = found[found["searches"].notna()]
    told = request_text(strings_of(counted.assign(text=printable(texts[0])), counted), texts[1])
    assert told.count("# Strings to name") >= 1


# ---- one small workspace to ask --------------------------------------------------------------------------------


@cache
def loaded_workspace() -> Path:
    """A workspace with one invented log, made once a process and removed with it."""
    root = Path(tempfile.mkdtemp(prefix="fuzz-workspace-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    rows = [
        search("2025-01-10T10:00:00", "Burglary - shed"),
        search("2025-01-30T10:00:00", "Immigration (civil/administrative)"),
        search("2025-02-02T10:00:00", "ICE hold", agency="../../x CON {{7*7}} <b>PD"),
        search("2025-02-03T10:00:00", "deportation 287(g)", agency="Dunmere WI PD"),
    ]
    load_lookup_logs([write_network_audit(root / "logs", "Mossgate IL PD", rows)], workspace=root)
    return root


@cache
def _tables() -> Tables:
    return open_tables(loaded_workspace())
