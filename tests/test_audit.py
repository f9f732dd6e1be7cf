"""The audit of known vulnerabilities says what it found, and never takes silence for a clean answer."""

from __future__ import annotations

import json
import re
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import audit

ROOT = Path(__file__).resolve().parents[1]
LOCK = (
    "# by hand\naaa==1.0 \\\n    --hash=sha256:0\nB_b.b==2.0 ; sys_platform == 'win32' \\\n    --hash=sha256:1\n"
    "ccc==3.0 \\\n    --hash=sha256:2\n"
)
CLEAN = {"name": "aaa", "version": "1.0", "vulns": []}
HURT = {
    "name": "ccc", "version": "3.0",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-2026-1"], "fix_versions": ["3.1"]}, {"id": "X-2", "fix_versions": []}],
}  # fmt: skip
SKIPPED = {"name": "aaa", "skip_reason": "not found"}
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script that Windows does not start")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "requirements.lock").write_text(LOCK, encoding="utf-8")
    (tmp_path / "requirements-spark.lock").write_text(LOCK, encoding="utf-8")
    return tmp_path


def stand_in(root: Path, *, says: str = "", complains: str = "", code: int = 0) -> str:
    """A command in the place of pip-audit that prints those texts."""
    path = root / "pip-audit"
    told = f"import sys\nprint({says!r})\nprint({complains!r}, file=sys.stderr)\nsys.exit({code})\n"
    path.write_text(f"#!{sys.executable}\n{told}", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def answer(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


@POSIX
def test_a_known_vulnerability_is_named_with_what_mends_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main([stand_in(root, says=answer(CLEAN, HURT), code=1)], root) == 1
    said = capsys.readouterr().out
    assert "requirements.lock: 2 packages asked for, 2 known vulnerabilities." in said
    assert "ccc 3.0: PYSEC-1 CVE-2026-1, mended in 3.1" in said
    assert "ccc 3.0: X-2, no mended version yet" in said
    assert "Not asked for, as another system or Python has them: b-b-b." in said


@POSIX
def test_a_clean_answer_is_said_with_what_was_asked(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unknown = {"name": "ccc", "skip_reason": "not found"}
    assert audit.main([stand_in(root, says=answer(CLEAN, unknown))], root) == 0
    said = capsys.readouterr().out
    assert "requirements-spark.lock: 1 packages asked for, 0 known vulnerabilities." in said
    assert "Not known to the service: ccc." in said


@POSIX
@pytest.mark.parametrize(
    "complains",
    [
        "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='invented'): Failed to resolve 'invented'",
        "ERROR:pip_audit._cli:could not reach the service",
        "ConnectTimeout",
        "ProxyError",
    ],
)
def test_a_service_that_is_not_reached_is_said_and_is_no_failure(
    root: Path, capsys: pytest.CaptureFixture[str], complains: str
) -> None:
    assert audit.main([stand_in(root, complains=complains, code=1)], root) == 0
    said = capsys.readouterr().out
    assert said.count("Audit not done: the service of known vulnerabilities is not reachable from here.") == 2
    assert "known vulnerabilities." not in said.replace("service of known vulnerabilities", "")


@POSIX
def test_an_answer_that_passes_over_every_package_is_no_clean_answer(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main([stand_in(root, says=answer(SKIPPED))], root) == 0
    said = capsys.readouterr().out
    assert "Audit not done: the service knew none of the 1 packages of requirements.lock." in said
    assert "0 known vulnerabilities" not in said


@POSIX
def test_any_other_end_of_the_tool_is_a_failure(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main([stand_in(root, complains="a hash is missing", code=1)], root) == 2
    assert "Audit failed: pip-audit broke off: a hash is missing" in capsys.readouterr().err


def test_a_missing_tool_is_a_failure(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main([str(root / "nowhere")], root) == 2
    assert "Run make audit, which installs it." in capsys.readouterr().err
    assert audit.main([], root) == 2


def test_the_real_locks_are_read_whole() -> None:
    for name in audit.LOCKS:
        read = audit.read_answer(ROOT / name, {"dependencies": [{"name": "jinja2", "version": "3.1.6", "vulns": []}]})
        assert len(read.elsewhere) >= 20
        assert "jinja2" not in read.elsewhere


def test_the_audit_runs_in_ci_each_week_and_cannot_stop_a_change() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/audit.yml").read_text(encoding="utf-8"))
    assert workflow[True]["schedule"]  # YAML reads the word `on` as true
    (job,) = workflow["jobs"].values()
    assert job["continue-on-error"] is True
    assert any("make audit" in step.get("run", "") for step in job["steps"])
    assert re.search(r"^audit: [^#]*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
