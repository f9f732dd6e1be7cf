"""LICENSES.md lists what is installed, and a licence that nobody has read is refused with a sentence."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import licences

ROOT = Path(__file__).resolve().parents[1]
SPDX = tomllib.loads((ROOT / "tools/licences.toml").read_text(encoding="utf-8"))["spdx"]
NEW_BSD = "Redistributions of source code must\n keep this. Neither the name of anybody may be used."


def invent(folder: Path, name: str, about: str, texts: dict[str, str] | None = None) -> importlib.metadata.Distribution:
    """An installed package of that name, version 1.0: `about` are lines of its metadata, `texts` its licence files."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{about}\n", encoding="utf-8")
    for file, text in (texts or {}).items():
        (info / file).write_text(text, encoding="utf-8")
    listed = ["METADATA", *(texts or {})]
    (info / "RECORD").write_text("".join(f"{info.name}/{file},,\n" for file in listed), encoding="utf-8")
    return importlib.metadata.PathDistribution(info)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository with one package in its lock, `invented`, which is installed under the MIT licence."""
    root, installed = tmp_path / "repository", tmp_path / "installed"
    for folder in (root / "tools", root / "data/reference", installed):
        folder.mkdir(parents=True)
    monkeypatch.syspath_prepend(str(installed))
    for file in ("tools/licences.toml", "data/reference/sources.toml"):
        shutil.copy(ROOT / file, root / file)
    (root / "requirements.lock").write_text("# by hand\ninvented==1.0 \\\n    --hash=sha256:0\n", encoding="utf-8")
    (root / "requirements-spark.lock").write_text("", encoding="utf-8")
    return root


def run(root: Path, *arguments: str) -> int:
    return licences.main([*arguments], root)


def test_the_list_is_in_step_with_the_locks_and_every_licence_is_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ROOT, "--check") == 0, capsys.readouterr().err


def test_the_list_names_every_pin_and_everything_carried() -> None:
    text = (ROOT / "LICENSES.md").read_text(encoding="utf-8")
    rows = [
        tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in text.splitlines() if line.startswith("| ")
    ]
    pinned = [pin for lock in licences.LOCKS for pin in licences.read_lock(ROOT / lock)]
    assert len(pinned) > 150
    listed = {row[:2] for row in rows}
    assert [pin for pin in pinned if (pin.name, str(pin.specifier)[2:]) not in listed] == []
    for carried in (
        "data/reference/counties-10m.json",
        "data/reference/places.csv.gz",
        "investigate/plain_words.txt.gz",
    ):
        assert any(row[0] == carried for row in rows), carried
    assert {"pywinpty", "appnope", "pyspark"} <= {row[0] for row in rows}  # other systems', and Spark's


@pytest.mark.parametrize(
    ("about", "texts", "licence"),
    [
        ("License-Expression: Apache-2.0 OR BSD-3-Clause\nLicense: GPL", {}, "Apache-2.0 OR BSD-3-Clause"),
        ("License: MIT", {}, "MIT"),
        ("License: mit LICENSE", {}, "MIT"),
        ("License: UNKNOWN\nClassifier: License :: OSI Approved :: ISC License (ISCL)", {}, "ISC"),
        ("License: Copyright (c) somebody\nClassifier: License :: OSI Approved :: MIT License", {}, "MIT"),
        ("License: BSD", {}, "BSD"),
        ("License: BSD", {"LICENSE": NEW_BSD}, "BSD-3-Clause"),
        ("License: BSD", {"LICENSE": NEW_BSD.partition("Neither")[0]}, "BSD-2-Clause"),
        ("License: do what you like", {}, ""),
        ("Classifier: License :: OSI Approved", {}, ""),
        ("", {}, ""),
    ],
)
def test_a_licence_is_read_from_the_metadata(tmp_path: Path, about: str, texts: dict[str, str], licence: str) -> None:
    assert licences.spdx_of(invent(tmp_path, "invented", about, texts), SPDX) == licence


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("MPL-2.0 AND MIT", True),
        ("GPL-2.0-only OR MIT", True),
        ("(GPL-2.0-only OR MIT) AND BSD-3-Clause", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-3.0-only", False),
        ("MIT AND (GPL-3.0-only OR AGPL-3.0-only)", False),
        ("LGPL-2.1-or-later", False),
        ("", False),
    ],
)
def test_all_that_must_be_kept_is_allowed(licence: str, allowed: bool) -> None:
    assert licences.is_allowed(licence, {"MIT", "MPL-2.0", "BSD-3-Clause"}) is allowed


def test_a_list_that_is_older_than_the_lock_is_refused_until_it_is_written(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    invent(tmp_path / "installed", "invented", "License: MIT")
    assert run(repository, "--check") == 1
    assert "Run make licences" in capsys.readouterr().err
    assert not (repository / "LICENSES.md").exists()
    assert run(repository) == 0
    assert run(repository, "--check") == 0
    assert "| invented | 1.0 | MIT |" in (repository / "LICENSES.md").read_text(encoding="utf-8")
    lock = repository / "requirements.lock"
    lock.write_text(lock.read_text(encoding="utf-8").replace("1.0", "1.1"), encoding="utf-8")
    assert run(repository, "--check") == 1


@pytest.mark.parametrize(
    ("about", "texts", "says"),
    [
        ("License: GPL-3.0-only", {}, "The licence of invented (GPL-3.0-only) is not on the list"),
        ("", {}, "The licence of invented (not known) is not on the list"),
        (
            "License: MIT",
            {"NOTICE": "parts under the\nGeneral  Public License"},
            "licence files of invented name the GPL",
        ),
        ("License: MIT", {"COPYING": "LGPLv2.1"}, "licence files of invented name the GPL"),
    ],
)
def test_what_nobody_has_read_is_refused(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], about: str, texts: dict[str, str], says: str
) -> None:
    invent(tmp_path / "installed", "invented", about, texts)
    assert run(repository) == 1
    assert says in capsys.readouterr().err


def test_a_package_that_is_not_installed_needs_a_line_and_an_installed_one_must_agree_with_it(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(repository) == 1
    assert "invented is in requirements.lock and not installed" in capsys.readouterr().err
    told = repository / "tools/licences.toml"
    line = told.read_text(encoding="utf-8").replace("[elsewhere]\n", '[elsewhere]\ninvented = "MIT"\n')
    told.write_text(line, encoding="utf-8")
    assert run(repository) == 0
    invent(tmp_path / "installed", "invented", "License: MPL-2.0", {"LICENSE": "GPL"})  # the MPL's text names the GPL
    assert run(repository) == 1
    assert "invented is under MPL-2.0, and tools/licences.toml says MIT" in capsys.readouterr().err


def test_lines_by_hand_are_all_of_packages_in_the_locks() -> None:
    told: dict[str, Any] = tomllib.loads((ROOT / "tools/licences.toml").read_text(encoding="utf-8"))
    pinned = {pin.name for lock in licences.LOCKS for pin in licences.read_lock(ROOT / lock)}
    assert set(told["elsewhere"]) | set(told["words"]) <= pinned
