"""How long starting takes: the import, the command's help, and the first chart of `00_start_here` in a new kernel.

The kernel is Jupyter's own, as in JupyterLab; the time runs from when it is ready to when the first chart is shown. The
sample's store is there already, as it is for anybody who opened the notebook before.

    python benchmarks/start.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import KernelManager

import investigate as inv
from investigate.workspace import REPOSITORY

NOTEBOOK = REPOSITORY / "notebooks" / "00_start_here.ipynb"
BIN = Path(sys.executable).parent


def time_command(*words: str | Path) -> float:
    """Seconds of a command; the middle of three."""
    took = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - started)
    return sorted(took)[1]


def time_first_chart() -> float:
    """Seconds from a ready kernel to the first chart of the notebook; raises LookupError when it shows none."""
    cells = [cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    manager = KernelManager()
    manager.start_kernel(cwd=str(NOTEBOOK.parent))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        started = time.perf_counter()
        charts: list[float] = []

        def look(message: dict[str, Any]) -> None:
            if "<svg" in str(message["content"].get("data", {}).get("text/html", "")):
                charts.append(time.perf_counter() - started)

        for source in cells:
            reply = client.execute_interactive(source, timeout=120, output_hook=look)
            if reply["content"]["status"] != "ok":
                raise LookupError(f"a cell failed: {reply['content'].get('evalue')}")
            if charts:
                return charts[0]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    raise LookupError(f"{NOTEBOOK.name} shows no chart")


def measure() -> dict[str, float]:
    """Seconds of each: nothing (Python alone), the import, the help, the first chart."""
    inv.open_tables("sample")
    python = time_command(sys.executable, "-c", "pass")
    return {
        "import investigate": time_command(sys.executable, "-c", "import investigate") - python,
        "investigate --help": time_command(BIN / "investigate", "--help"),
        "first chart of 00_start_here": time_first_chart(),
    }


if __name__ == "__main__":
    for what, seconds in measure().items():
        print(f"{what:30} {seconds:6.2f} s")
