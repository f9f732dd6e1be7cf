"""`make lab`, started as the Makefile starts it: this machine only, and nobody without the token."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[1]
# What holds for the server of a test, and says nothing of who may reach it.
OF_A_TEST = ("--no-browser", "--allow-root", "--ServerApp.port_retries=0")

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")


@dataclass(frozen=True)
class Lab:
    port: int
    token: str
    process: psutil.Process

    def ask(self, path: str, token: str = "", host: str = "") -> tuple[int, str]:
        """Status of the answer and where it sends the browser."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Authorization": f"token {token}"} if token else {}
        line.request("GET", path, headers=headers | {"Host": host or f"127.0.0.1:{self.port}"})
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer.status, answer.getheader("Location", "")


def words_of_make() -> list[str]:
    """The words by which `make lab` starts JupyterLab."""
    printed = subprocess.run(["make", "-n", "lab"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (line,) = [line for line in printed.splitlines() if "jupyter lab" in line]
    words = shlex.split(line)
    assert Path(words[0]).name == "jupyter"
    return words[1:]


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    root = tmp_path_factory.mktemp("lab")
    own = {
        name: str(root / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR",
                     "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    }  # fmt: skip
    kept = {name: told for name, told in os.environ.items() if not name.startswith(("JPY_", "JUPYTER", "PYTEST_"))}
    command = [sys.executable, "-m", "jupyter", *words_of_make(), *OF_A_TEST, f"--ServerApp.port={free_port()}"]
    log = root / "log.txt"
    with log.open("w") as file:
        server = subprocess.Popen(command, env=kept | own, stdout=file, stderr=file, cwd=ROOT)
    try:
        told = wait_for(server, root / "jupyter_runtime_dir", log)
        yield Lab(told["port"], told["token"], psutil.Process(server.pid))
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(10)
        server.kill()


def wait_for(server: subprocess.Popen[bytes], runtime: Path, log: Path) -> dict[str, object]:
    """What the server wrote down of itself, once it listens."""
    for _ in range(600):
        assert server.poll() is None, log.read_text()
        for path in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(json.JSONDecodeError):
                return dict(json.loads(path.read_text()))
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_make_lab_asks_for_this_machine_and_takes_no_guard_away() -> None:
    words = words_of_make()
    assert words[0] == "lab"
    assert "--ip=127.0.0.1" in words
    for guard in (
        "token",
        "password",
        "allow_origin",
        "allow_remote_access",
        "disable_check_xsrf",
        "allow_root",
        "config",
    ):
        assert not [word for word in words if guard in word], guard


@pytest.mark.parametrize("path", ["/lab", "/lab/tree/notebooks", "/"])
def test_a_page_without_the_token_is_the_login(lab: Lab, path: str) -> None:
    status, goes_to = lab.ask(path)
    if path == "/":
        assert (status, goes_to.partition("?")[0]) == (302, "/lab/tree/notebooks")  # says where to go, and nothing else
    else:
        assert (status, goes_to.partition("?")[0]) == (302, "/login")


@pytest.mark.parametrize(
    "path", ["/api/contents", "/api/kernels", "/api/sessions", "/api/terminals", "/files/README.md"]
)
def test_files_and_kernels_without_the_token_are_refused(lab: Lab, path: str) -> None:
    for token in ("", "wrong", lab.token[:-1]):
        status, goes_to = lab.ask(path, token)
        assert status == 403 or (status, goes_to.partition("?")[0]) == (302, "/login")


@pytest.mark.parametrize("path", ["/lab/tree/notebooks", "/api/contents", "/api/kernels", "/files/README.md"])
def test_the_token_opens(lab: Lab, path: str) -> None:
    assert len(lab.token) >= 40
    assert lab.ask(path, lab.token)[0] == 200


def test_a_page_from_elsewhere_cannot_pass_for_this_machine(lab: Lab) -> None:
    """A name that somebody points at 127.0.0.1 reaches the server, and is turned away for its name."""
    assert lab.ask("/api/contents", lab.token, host=f"elsewhere.example:{lab.port}")[0] == 403


def test_it_listens_on_this_machine_only(lab: Lab) -> None:
    listening = [
        one.laddr
        for process in (lab.process, *lab.process.children(recursive=True))
        for one in process.net_connections(kind="inet")
        if one.status == psutil.CONN_LISTEN
    ]
    assert lab.port in {address.port for address in listening}
    assert {address.ip for address in listening} <= {"127.0.0.1", "::1"}
