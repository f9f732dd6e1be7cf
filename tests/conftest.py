"""What every test file may ask for: the released files, the invented sample, a workspace with the sample loaded."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
RELEASED = REPOSITORY.parent / "shared" / "data"
SAMPLE_LOGS = REPOSITORY / "data" / "sample" / "logs"


def pytest_configure() -> None:
    """Keep the tests away from the workspace that a reporter may have set in this shell."""
    os.environ.pop("INVESTIGATE_WORKSPACE", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what reads released files, so that `-m "not released"` can leave it out."""
    for item in items:
        if "released" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.released)


@pytest.fixture(scope="session")
def released() -> Path:
    """Folder of real released files. Without it: skipped, or failed where INVESTIGATE_REQUIRE_RELEASED is set."""
    if RELEASED.is_dir():
        return RELEASED
    if os.environ.get("INVESTIGATE_REQUIRE_RELEASED"):
        pytest.fail("INVESTIGATE_REQUIRE_RELEASED is set, but ../shared/data is missing.")
    pytest.skip("needs ../shared/data, which is not published")


@pytest.fixture(scope="session")
def needs_spark() -> None:
    """PySpark and Java 17. Without them: skipped, or failed where INVESTIGATE_REQUIRE_SPARK is set."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(str(Path(home, "bin", "java")) if home else "java")
    if java and importlib.util.find_spec("pyspark"):
        return
    missing = "needs Spark: Java 17 or newer on the path, and PySpark, which `make spark` installs"
    if os.environ.get("INVESTIGATE_REQUIRE_SPARK"):
        pytest.fail(f"INVESTIGATE_REQUIRE_SPARK is set, but this {missing}.")
    pytest.skip(missing)


@pytest.fixture(scope="session")
def sample_logs() -> Path:
    """Folder of the committed invented logs."""
    assert SAMPLE_LOGS.is_dir(), "data/sample/logs is missing from this checkout"
    return SAMPLE_LOGS


@pytest.fixture(scope="session")
def sample_workspace(sample_logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the sample loaded, made once per test process. Read from it; never load into it."""
    import investigate  # noqa: PLC0415 - tests that need no store must run while the package cannot be imported

    root = tmp_path_factory.mktemp("sample_workspace")
    investigate.load_lookup_logs([sample_logs], workspace=root)
    return root


@pytest.fixture(scope="session")
def corrected_sample(sample_logs: Path, sample_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the sample's corrections by hand, as the notebooks see it."""
    root = tmp_path_factory.mktemp("corrected_sample")
    shutil.copytree(sample_workspace / "data", root / "data")
    shutil.copytree(sample_logs.parent / "manual", root / "data" / "manual")
    return root
