"""Write docs/trust.md: what was tried against this program, with how many cases the tests of it have today.

`python tests/trust.py` writes the page, `--check` says whether it is up to date.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
LIST, PAGE = REPOSITORY / "tests" / "trust.toml", REPOSITORY / "docs" / "trust.md"
HEAD = """# What was tried

Made by `python tests/trust.py` from `tests/trust.toml`; do not edit. Each line is tried anew at every run of
`make test`; the number is how many cases its tests have. What is promised, and what is not, stands in
[SECURITY.md](../SECURITY.md).
"""


def write() -> str:
    """The page, with the number of cases as pytest collects them."""
    parts = tomllib.loads(LIST.read_text(encoding="utf-8"))["part"]
    return HEAD + "".join(_part(part) for part in parts)


def _part(part: dict[str, Any]) -> str:
    lines = [
        "",
        f"## {part['title']}",
        "",
        part["says"],
        "",
        "| what was tried | what happened | cases | where |",
        "|---|---|---|---|",
    ]
    for entry in part["entry"]:
        where = ", ".join(f"`{name}`" for name in dict.fromkeys(Path(_file(test)).stem for test in entry["tests"]))
        more = f"; [longer runs](../{entry['more']})" if "more" in entry else ""
        lines.append(f"| {entry['what']} | {entry['happens']} | {_cases(entry['tests'])} | {where}{more} |")
    return "\n".join(lines) + "\n"


def _file(test: str) -> str:
    return re.split(r"::| ", test)[0]


def _cases(tests: list[str]) -> int:
    """How many cases these have: of a file, of tests whose names begin so, or whose names hold a word (`-k word`)."""
    found = [_of(test) for test in tests]
    if lacking := [test for test, cases in zip(tests, found, strict=True) if not cases]:
        raise SystemExit(f"No test fits {lacking[0]!r} in {LIST.name}.")
    return len(set().union(*found))


def _of(test: str) -> set[str]:
    file, start, word = re.fullmatch(r"(\S+?)(?:::(\S+))?(?: -k (\S+))?", test).groups()  # type: ignore[union-attr]
    return {
        each
        for each in _collected()
        if each.startswith(f"{file}::{start or ''}") and (word is None or word in each.split("[")[0])
    }


@cache
def _collected() -> list[str]:
    """The names of all cases; files whose packages are not installed name none."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False).stdout
    return [line for line in listed.splitlines() if "::" in line]


if __name__ == "__main__":
    page = write()
    if "--check" not in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page:
        sys.exit(f"{PAGE} is not what python tests/trust.py writes today. Run it, and commit the page.")
