"""Forked kernels: each is a process of its own that has the caller's surroundings, ends with it, and leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import forkserver
from pathlib import Path

import nbformat
import psutil
import pytest
from made_notebooks import notebook

from investigate import warm
from investigate.kernels import KernelDied, run_notebook
from investigate.workspace import KEY_FILE

NAME = 'name: str = ""'  # the one parameter of these notebooks
pytestmark = pytest.mark.skipif(not warm.can_fork(), reason="kernels are forked on Linux only")


def said(executed: nbformat.NotebookNode) -> list[str]:
    """What the cells printed."""
    return [output.text.strip() for cell in executed.cells for output in cell.get("outputs", []) if "text" in output]


def run(folder: Path, *cells: str, name: str = "x") -> list[str]:
    folder.mkdir(exist_ok=True)
    return said(
        run_notebook(notebook(folder / "in.ipynb", *cells, parameters=NAME), folder / "out.ipynb", {"name": name})
    )


def test_no_kernel_sees_what_an_earlier_one_left_behind(tmp_path: Path) -> None:
    cell = "import os, pandas\nprint(getattr(pandas, 'left', 'nothing'), os.environ.get('LEFT', 'nothing'))"
    leave = "pandas.left = os.environ['LEFT'] = name\nprint(os.getpid())"
    nothing, first = run(tmp_path / "first", cell, leave)
    still_nothing, second = run(tmp_path / "second", cell, leave)
    assert (nothing, still_nothing) == ("nothing nothing", "nothing nothing")
    assert len({first, second, str(os.getpid())}) == 3


def test_kernel_is_forked_with_everything_imported(tmp_path: Path) -> None:
    (was_there,) = run(tmp_path, "import sys\nprint('investigate.preload' in sys.modules, 'geopandas' in sys.modules)")
    assert was_there == "True True"


def test_kernel_has_the_surroundings_of_its_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path / "earlier", "name")  # the fork server has started, before what follows was set
    monkeypatch.setenv("INVESTIGATE_TOLD", "later")
    told = run(tmp_path / "here", "import os\nprint(os.environ['INVESTIGATE_TOLD'])", "print(os.getcwd())")
    assert told == ["later", str(tmp_path / "here")]


def test_kernels_started_from_nothing_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = ("1 + 1", "import sys\nprint(name, 'investigate.preload' in sys.modules)")
    forked = run(tmp_path / "forked", *cells, name="é {}")
    monkeypatch.setenv(warm.PLAIN, "1")
    assert warm.why_plain()
    plain = run(tmp_path / "plain", *cells, name="é {}")
    assert (forked, plain) == (["é {} True"], ["é {} False"])


def test_forked_kernel_leaves_no_file_and_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (pid,) = run(tmp_path / "run", "import os\nprint(os.getpid())")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert not psutil.pid_exists(int(pid))


def test_kernel_that_dies_is_an_error_and_no_endless_wait(tmp_path: Path) -> None:
    with pytest.raises(KernelDied):
        run(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")


def test_cell_that_fails_is_kept_with_its_error(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="division by zero"):
        run(tmp_path, "print(name)", "1 / 0", "print('never')")
    kept = nbformat.read(tmp_path / "out.ipynb", 4)
    outputs = [output for cell in kept.cells for output in cell.get("outputs", [])]
    assert [output.output_type for output in outputs if output.output_type != "display_data"] == ["stream", "error"]


def test_kernel_in_waiting_is_the_first_that_is_started(tmp_path: Path) -> None:
    """In a process of its own, since this one has threads."""
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from investigate import forked\n"
        "from investigate.kernels import run_notebook\n"
        "with forked.kernel_in_waiting():\n"
        "    waiting = forked._waiting[0][0].pid\n"
        "    os.environ['TOLD'] = 'later'\n"
        "    runs = [run_notebook(Path(sys.argv[1]), Path(sys.argv[2]), {'name': 'x'}) for _ in range(2)]\n"
        "    said = [run.cells[-1].outputs[0].text.split() for run in runs]\n"
        "    print([int(pid) == waiting for pid, _ in said], [told for _, told in said])\n"
        "with forked.kernel_in_waiting():\n"
        "    unused = forked._waiting[0][0]\n"
        "unused.join(10)\n"
        "print(unused.exitcode)\n"
    )
    telling = notebook(tmp_path / "in.ipynb", "import os\nprint(os.getpid(), os.environ['TOLD'])", parameters=NAME)
    done = subprocess.run(
        [sys.executable, "-c", code, str(telling), str(tmp_path / "out.ipynb")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["[True, False] ['later', 'later']", "0"], done.stderr


BATCH = """
import sys
from multiprocessing import forkserver
from pathlib import Path
from investigate.kernels import run_notebook
from investigate.workspace import KEY_FILE
if __name__ == "__main__":
    run_notebook(Path(sys.argv[1]), Path(sys.argv[2]), {"name": sys.argv[3]})
"""


def test_kernel_ends_when_what_runs_it_is_killed(tmp_path: Path) -> None:
    sleeps = "import os, pathlib, time\npathlib.Path(name).write_text(str(os.getpid()))\ntime.sleep(600)"
    (tmp_path / "batch.py").write_text(BATCH, encoding="utf-8")
    told = tmp_path / "pid"
    batch = subprocess.Popen(
        [
            sys.executable,
            "batch.py",
            str(notebook(tmp_path / "in.ipynb", sleeps, parameters=NAME)),
            str(tmp_path / "out.ipynb"),
            told,
        ],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(Path(warm.__file__).parents[1])},
    )
    try:
        kernel = int(wait_for(told.read_text))
        assert psutil.pid_exists(kernel)
    finally:
        batch.send_signal(signal.SIGKILL)
        batch.wait()
    until = time.monotonic() + 30
    while psutil.pid_exists(kernel) and psutil.Process(kernel).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until, "the kernel outlived what ran it"
        time.sleep(0.1)


def wait_for(read: Callable[[], str], seconds: float = 60.0) -> str:
    """What a file holds as soon as it is there."""
    until = time.monotonic() + seconds
    while True:
        try:
            if text := read():
                return text
        except FileNotFoundError:
            pass
        assert time.monotonic() < until
        time.sleep(0.1)


def test_preloading_starts_no_thread_and_opens_no_file_of_anybody(tmp_path: Path) -> None:
    code = (
        "import sys, psutil, threading, investigate.preload\n"
        "print(threading.active_count(), len(psutil.Process().net_connections()))\n"
        "print([one.path for one in psutil.Process().open_files() if not one.path.startswith(sys.prefix)])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["1 0", "[]"]


@pytest.mark.parametrize(("finished", "is_plain", "starts"), [(False, False, 1), (True, False, 0), (False, True, 0)])
def test_the_fork_server_is_started_early_where_no_report_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finished: bool, is_plain: bool, starts: int
) -> None:
    started: list[bool] = []
    monkeypatch.setattr(forkserver, "ensure_running", lambda: started.append(True))
    monkeypatch.delenv(warm.PLAIN, raising=False)
    if is_plain:
        monkeypatch.setenv(warm.PLAIN, "1")
    if finished:
        (tmp_path / "a-report").mkdir()
        (tmp_path / "a-report" / KEY_FILE).write_text("key")
    warm.get_ready(tmp_path)
    warm.get_ready(tmp_path / "no such folder")
    assert len(started) == (0 if is_plain else 1 + starts)
