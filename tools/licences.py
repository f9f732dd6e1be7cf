"""Write LICENSES.md: every package of both locks and everything carried, with its licence; or check that it holds.

`python tools/licences.py` writes it, `--check` compares and writes nothing. Licences come from the metadata of the
packages that are installed; for those of other systems, other Pythons or `make spark`, from licences.toml. Refused,
with a sentence for each: a licence that is not allowed or cannot be read, and a package whose licence files name the
GPL while licences.toml says nothing of it.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-spark.lock")
LIST = "LICENSES.md"
# The GPL in any of its names; the MPL's and Python's own texts name it too, so packages under those are not asked.
GPL = re.compile(r"(?i)\b[al]?gpl\b|\b[al]?gpl-?v?\d|general\s+public\s+licen[cs]e")
NAMES_IT_ITSELF = {"MPL-2.0", "PSF-2.0"}
THIRD_CLAUSE = re.compile(r"(?i)neither the names?\b|the names? of .{,90} may not be used")
LICENCE_FILE = re.compile(r"(?i)licen[cs]e|copying|notice")
HEAD = """\
# Licences

Written by `make licences` from the locks and the packages' own metadata; do not edit. This project itself is under the
MIT licence (`LICENSE`). Licences are named as SPDX names them. `make check` refuses a licence that is not permissive or
the MPL; a library under the LGPL inside a package needs a word on it, which stands beside the package.
"""


@dataclass(frozen=True, slots=True)
class Package:
    """A pin of a lock. `marker`: where it is installed, empty for everywhere. `licence`: SPDX; empty: not known."""

    name: str
    version: str
    marker: str
    licence: str
    words: str


def read_lock(path: Path) -> Iterator[Requirement]:
    """The pins of a lock, in its order, one for each line that names a package."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if re.match(r"[A-Za-z0-9]", line):
            yield Requirement(line.rstrip(" \\"))


def spdx_of(distribution: importlib.metadata.Distribution, names: dict[str, str]) -> str:
    """The licence that an installed package states, as SPDX names it; empty where none can be told.

    `names`: the table [spdx] of licences.toml. The expression is believed first, then the field, then the classifiers.
    """
    about = distribution.metadata
    if expression := about.get("License-Expression"):
        return expression
    classifiers = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier", []) if each.startswith("License")]
    for stated in (about.get("License", ""), " and ".join(classifiers)):
        text = stated.strip()
        known = names.get(text.casefold(), text if re.fullmatch(r"[\w.-]+(?: (?:AND|OR) [\w.-]+)*", text) else "")
        if known and known != "UNKNOWN":
            return _which_bsd(distribution) if known == "BSD" else known
    return ""


def _which_bsd(distribution: importlib.metadata.Distribution) -> str:
    """`BSD-3-Clause`, `BSD-2-Clause` or, where no licence file came with the package, `BSD`."""
    texts = [" ".join(text.split()) for text in licence_texts(distribution)]
    of_bsd = [text for text in texts if "Redistributions of source code" in text]
    if not of_bsd:
        return "BSD"
    return "BSD-3-Clause" if any(THIRD_CLAUSE.search(text) for text in of_bsd) else "BSD-2-Clause"


def licence_texts(distribution: importlib.metadata.Distribution) -> Iterator[str]:
    """The licence files that came with an installed package."""
    for file in distribution.files or []:
        if ".dist-info" in str(file) and LICENCE_FILE.search(file.name):
            path = Path(str(file.locate()))
            if path.is_file():
                yield path.read_text(encoding="utf-8", errors="replace")


def parts_of(licence: str) -> set[str]:
    """The single licences of an SPDX expression."""
    return set(re.split(r"[() ]+|\bAND\b|\bOR\b", licence)) - {""}


def is_allowed(licence: str, allowed: set[str]) -> bool:
    """Whether all that must be kept is allowed; of `A OR B` one is enough."""
    needed = [part.strip("() ") for part in licence.split(" AND ")]
    return bool(licence) and all(any(one.strip("() ") in allowed for one in part.split(" OR ")) for part in needed)


def find_packages(lock: Path, told: dict[str, Any]) -> tuple[list[Package], list[str]]:
    """The packages of a lock, sorted by name, and a sentence for each that may not stay as it is."""
    packages, wrong = [], []
    for pin in sorted(read_lock(lock), key=lambda pin: (canonicalize_name(pin.name), str(pin.specifier))):
        name = canonicalize_name(pin.name)
        licence, words = told["elsewhere"].get(name, ""), told["words"].get(name, "")
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            if not licence:
                wrong.append(
                    f"{name} is in {lock.name} and not installed, so its licence is not known. Install it (make env, "
                    "make spark), or write what its metadata say under [elsewhere] in tools/licences.toml."
                )
        else:
            stated = spdx_of(distribution, told["spdx"])
            if licence and stated != licence:
                wrong.append(
                    f"{name} is under {stated or 'no known licence'}, and tools/licences.toml says {licence}. "
                    "Mend its line under [elsewhere]."
                )
            licence = stated
            wrong.extend(_unread(name, licence, words, distribution))
        if not is_allowed(licence, set(told["allowed"])):
            wrong.append(
                f"The licence of {name} ({licence or 'not known'}) is not on the list of allowed ones. Read it; add it "
                "in tools/licences.toml, or take another package."
            )
        packages.append(Package(name, str(pin.specifier).removeprefix("=="), str(pin.marker or ""), licence, words))
    return packages, wrong


def _unread(name: str, licence: str, words: str, distribution: importlib.metadata.Distribution) -> Iterator[str]:
    if words or parts_of(licence) & NAMES_IT_ITSELF:
        return
    if any(GPL.search(text) for text in licence_texts(distribution)):
        yield (
            f"The licence files of {name} name the GPL. Read what for, and say it in one line under [words] in "
            "tools/licences.toml."
        )


def find_carried(told: dict[str, Any], sources: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name, licence and words of what is no package: `sources` is data/reference/sources.toml."""
    for file in sources["file"]:
        for source in file["source"]:
            yield f"data/reference/{file['name']}", source["licence"], f"{source['package']}; {source['credit']}"
    for each in told["carried"]:
        yield each["name"], each["licence"], each["words"]


def write_list(root: Path) -> tuple[str, list[str]]:
    """The text of LICENSES.md, and a sentence for each thing that is refused. `root`: the repository."""
    told = tomllib.loads((root / "tools/licences.toml").read_text(encoding="utf-8"))
    sources = tomllib.loads((root / "data/reference/sources.toml").read_text(encoding="utf-8"))
    parts, wrong = [HEAD], []
    for lock, heading in zip(LOCKS, ("Installed by `make env`", "Added by `make spark`"), strict=True):
        packages, refused = find_packages(root / lock, told)
        wrong += refused
        rows = [(each.name, each.version, each.licence, each.marker, each.words) for each in packages]
        parts.append(f"\n## {heading}\n\n{len(rows)} pins of `{lock}`.\n\n")
        parts.append(_table(("package", "version", "licence", "only where", "word"), rows))
    parts.append("\n## Carried in the repository, or fetched for its tests\n\n")
    parts.append(_table(("what", "licence", "from"), list(find_carried(told, sources))))
    parts.append(
        "\nThe notices that these ask for are kept in `data/reference/LICENCES.txt` and in the files themselves.\n"
    )
    return "".join(parts), list(dict.fromkeys(wrong))


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |\n" for line in lines)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Write the list, or with `--check` compare; 1 where something is refused or out of date, and each said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with LICENSES.md and write nothing")
    options = parser.parse_args(arguments)
    text, wrong = write_list(root)
    kept = root / LIST
    if options.check and (not kept.is_file() or kept.read_text(encoding="utf-8") != text):
        wrong.append(
            f"{LIST} is not what the locks and the installed packages say. Run make licences and read the diff."
        )
    if not options.check:
        kept.write_text(text, encoding="utf-8", newline="\n")
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    print(f"{LIST}: {'in step' if options.check else 'written'}" if not wrong else f"{LIST}: {len(wrong)} to be mended")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
