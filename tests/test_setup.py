"""Holds the set-up files against pyproject.toml: what is installed, by whom, and that nothing private is tracked."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = ("lab", "dev")  # what `make env` installs
BEYOND = ("spark", "dask")  # too large for those who need none: a lock of their own and `make spark`
PYTHONS = ("3.11", "3.12", "3.13")
TARGETS = ("help", "env", "spark", "demo", "report", "lab", "test", "check", "lock", "clean")

# conda-forge ships these under another name than the package index does.
CONDA_NAMES = {
    "duckdb": "python-duckdb", "ibis-framework": "ibis-duckdb", "playwright": "playwright-python",
    "tzdata": "python-tzdata",
}  # fmt: skip
CONDA_ONLY = {"python", "pip"}

# In pieces, so that this file does not hold what it looks for.
REGISTRY_HOSTS = re.compile(
    r"\b(?:"
    + "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("python" + "hosted", "org"),
            ("anaconda", "org"),
            ("anaconda", "com"),
            ("npmjs", "org"),
            ("npmjs", "com"),
            ("debian", "org"),
        )
    )
    + r")\b"
)
HOME_PATHS = re.compile(r"(?<![\w.-])(?:/(?:home|Users|root|work)|[A-Z]:\\+Users)[/\\]+\w")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def declared() -> dict[str, SpecifierSet]:
    """Direct dependencies with their bounds: of the package and of every extra that `make env` installs."""
    lines = [*PROJECT["dependencies"]]
    for extra in EXTRAS:
        lines += PROJECT["optional-dependencies"][extra]
    return {canonicalize_name(r.name): r.specifier for r in map(Requirement, lines)}


def locked(lock: str = "requirements.lock") -> list[tuple[Requirement, str]]:
    """Each pin of the lock with the text below it (hashes, and what asked for it)."""
    entries = re.split(r"^(?=[A-Za-z0-9])", read(lock), flags=re.MULTILINE)[1:]
    heads = [entry.partition("\n") for entry in entries]
    return [(Requirement(head.rstrip(" \\")), body) for head, _, body in heads]


def pinned_version(pin: Requirement) -> str:
    (only,) = pin.specifier
    assert only.operator == "==", f"{pin} is not pinned to one version"
    return only.version


def in_python(pin: Requirement, python: str) -> bool:
    """Whether this pin is installed on Linux under that Python."""
    system = {"sys_platform": "linux", "platform_machine": "x86_64", "os_name": "posix", "extra": ""}
    versions = {"python_version": python, "python_full_version": f"{python}.99"}
    return pin.marker is None or pin.marker.evaluate(system | versions)


def tracked_texts() -> list[tuple[str, str]]:
    """Name and text of every file that is in the repository or would be added to it."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    texts = []
    for name in filter(None, listing.stdout.decode().split("\0")):
        try:
            texts.append((name, read(name)))
        except (UnicodeDecodeError, FileNotFoundError):
            continue  # a picture, a workbook, or deleted but not yet committed
    assert len(texts) > 10, "git listed next to nothing; the checks below would pass on an empty list"
    return texts


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {found.group()}"
        for name, text in tracked_texts()
        for number, line in enumerate(text.splitlines(), 1)
        if (found := pattern.search(line))
    ]


def test_extras_are_the_ones_that_the_set_up_knows() -> None:
    assert set(PROJECT["optional-dependencies"]) == {*EXTRAS, *BEYOND}


@pytest.mark.parametrize("python", PYTHONS)
def test_lock_pins_each_direct_dependency_once_within_its_bounds(python: str) -> None:
    versions: dict[str, list[str]] = {}
    for pin, _ in locked():
        if in_python(pin, python):
            versions.setdefault(canonicalize_name(pin.name), []).append(pinned_version(pin))
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
    for name, bounds in declared().items():
        assert name in versions, f"{name} is not in requirements.lock; run make lock"
        assert Version(versions[name][0]) in bounds, f"{name} {versions[name][0]} is not {bounds}; run make lock"


def test_lock_was_made_from_these_dependencies_and_no_others() -> None:
    direct = {canonicalize_name(pin.name) for pin, body in locked() if f"{PROJECT['name']} (" in body}
    assert direct == set(declared()), "requirements.lock is older than pyproject.toml; run make lock"


def test_lock_has_hashes_for_every_pin() -> None:
    without = [str(pin) for pin, body in locked() if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", body)]
    assert len(locked()) > len(declared())
    assert without == []


def test_spark_lock_pins_with_hashes_what_its_extras_ask_for_as_make_env_has_it() -> None:
    pins = {canonicalize_name(pin.name): (pin, body) for pin, body in locked("requirements-spark.lock")}
    asked = [line for extra in BEYOND for line in PROJECT["optional-dependencies"][extra]]
    for wanted in map(Requirement, asked):
        assert Version(pinned_version(pins[canonicalize_name(wanted.name)][0])) in wanted.specifier, "run make lock"
    assert [name for name, (_, body) in pins.items() if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", body)] == []
    installed: dict[str, set[str]] = {}
    for pin, _ in locked():
        installed.setdefault(canonicalize_name(pin.name), set()).add(pinned_version(pin))
    both = set(pins) & set(installed)
    assert {name for name in both if pinned_version(pins[name][0]) not in installed[name]} == set(), "run make lock"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-spark.lock"])
def test_lock_names_no_registry_and_no_path(lock: str) -> None:
    text = read(lock)
    assert re.findall(r"\w+://\S*|^\s*-(?:i|f|e)\b.*|--(?:extra-)?index-url.*|--find-links.*", text, re.MULTILINE) == []
    assert HOME_PATHS.search(text) is None


def test_conda_environment_has_the_same_packages_with_the_same_bounds() -> None:
    entries = yaml.safe_load(read("environment.yml"))["dependencies"]
    conda = {r.name: r.specifier for r in map(Requirement, entries)}
    expected = {CONDA_NAMES.get(name, name): bounds for name, bounds in declared().items()}
    assert {name: bounds for name, bounds in conda.items() if name not in CONDA_ONLY} == expected
    assert conda["python"] == SpecifierSet(PROJECT["requires-python"])


def test_conda_names_are_all_needed() -> None:
    assert set(CONDA_NAMES) <= set(declared())


def test_pythons_are_the_same_everywhere() -> None:
    supported = SpecifierSet(PROJECT["requires-python"])
    assert tuple(f"3.{minor}" for minor in range(8, 20) if f"3.{minor}" in supported) == PYTHONS
    workflow = yaml.safe_load(read(".github/workflows/ci.yml"))
    assert tuple(workflow["jobs"]["tests"]["strategy"]["matrix"]["python"]) == PYTHONS
    for python in PYTHONS:
        assert f"python{python}" in read("Makefile")


@pytest.mark.parametrize("target", TARGETS)
def test_makefile_has_target_with_its_help(target: str) -> None:
    assert re.search(rf"^{target}:[^#\n]*## \S", read("Makefile"), re.MULTILINE)


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")
def test_make_report_without_data_says_what_to_type() -> None:
    done = subprocess.run(["make", "report", "DATA="], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "DATA is missing" in done.stderr
    assert "make report DATA=data/raw" in done.stderr


def test_ci_runs_check_and_test() -> None:
    script = read(".ci/run")
    assert "set -euo pipefail" in script
    assert re.search(r"\bcheck test\b", script)
    assert "INVESTIGATE_REQUIRE_RELEASED=1" in script


def test_ci_runs_the_tests_with_spark_and_never_skips_them() -> None:
    script = read(".ci/run")
    assert re.search(r"\bspark (browser )?check test\b", script)
    assert "export INVESTIGATE_REQUIRE_SPARK=1" in script
    assert "INVESTIGATE_REQUIRE_SPARK" in read("tests/test_engines.py")


@pytest.mark.parametrize(
    "path",
    [
        "data/raw/release.csv",
        "data/raw/county/release.xlsx",
        "data/store/searches.parquet",
        "data/sample/data/store/searches.parquet",
        "reports/output/index.html",
        ".venv/pyvenv.cfg",
    ],
)
def test_git_ignores_released_files_and_what_is_made_of_them(path: str) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    ignored = subprocess.run(["git", "check-ignore", "--quiet", "--no-index", path], cwd=ROOT, check=False)
    assert ignored.returncode == 0


@pytest.mark.parametrize("path", ["data/raw/README.md", "data/manual/README.md", "data/sample/README.md"])
def test_git_keeps_the_pages_that_explain_the_folders(path: str) -> None:
    assert (ROOT / path).is_file()
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    ignored = subprocess.run(["git", "check-ignore", "--quiet", "--no-index", path], cwd=ROOT, check=False)
    assert ignored.returncode == 1


def test_readme_names_the_two_commands_to_start_with() -> None:
    text = read("README.md")
    assert "make demo" in text
    assert "make test" in text


def test_notebook_hook_keeps_what_the_notebook_tests_compare() -> None:
    repos = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    assert {repo["repo"] for repo in repos} == {"local"}, "hooks run the installed tools and fetch nothing"
    entries = {hook["id"]: hook["entry"] for repo in repos for hook in repo["hooks"]}
    assert "--keep-count" in entries["nbstripout"]
    assert "--keep-output" in entries["nbstripout"]


def test_no_tracked_file_names_a_package_registry() -> None:
    assert lines_with(REGISTRY_HOSTS) == []


def test_no_tracked_file_holds_a_path_of_one_machine() -> None:
    assert lines_with(HOME_PATHS) == []


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (REGISTRY_HOSTS, "files." + "python" + "hosted" + ".org", True),
        (REGISTRY_HOSTS, "https://" + "pypi" + ".org/simple", True),
        (REGISTRY_HOSTS, "conda-forge and pip", False),
        (HOME_PATHS, "/" + "home/someone/logs", True),
        (HOME_PATHS, "C:\\" + "Users\\someone", True),
        (HOME_PATHS, "file:///" + "Users/someone", True),
        (HOME_PATHS, "network" + "/work" + "/homes", False),
        (HOME_PATHS, "https://example.org/home/page", False),
    ],
)
def test_patterns_find_what_they_are_for(pattern: re.Pattern[str], text: str, expected: bool) -> None:
    assert bool(pattern.search(text)) is expected
