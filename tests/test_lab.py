"""JupyterLab as a reporter sees it: a real one, in a real browser, that reaches nothing but this machine."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
from nbconvert import HTMLExporter

ROOT = Path(__file__).parents[1]
TOKEN = "a-token-of-this-test"
HERE = {"127.0.0.1", "localhost"}
START = "00_start_here.ipynb"
LIVE = "live.ipynb"
CELLS = [
    "import investigate as inv\n"
    "import altair as alt\n"
    "from investigate.charts import Figure\n"
    "from investigate.live.browse import browse_searches\n"
    "from investigate.live.charts import show_figure\n"
    "from investigate.live.choose import choose_agency\n"
    "from investigate.live.where import is_live\n"
    "is_live()",
    "chosen = choose_agency('Brackenfall IL PD', 'sample')",
    "inv.open_report(chosen.name, workspace='sample').agency",
    "browse_searches('sample')",
    "counted = alt.Data(values=[{'month': 'May', 'searches': 9}])\n"
    "tip = alt.Tooltip('searches:Q', title='searches in the month')\n"
    "bars = alt.Chart(counted).mark_bar().encode(x='month:N', y='searches:Q', tooltip=[tip])\n"
    "show_figure(Figure(bars.properties(width=400), 'By month.', 'Searches: 9 in May.'))",
    "import sys, subprocess\n"
    "told = 'from investigate.live.where import is_live; print(is_live())'\n"
    "print(subprocess.check_output([sys.executable, '-c', told], text=True))",
]


def require(what: object, sentence: str) -> None:
    """Skip where a browser test cannot run; fail where INVESTIGATE_REQUIRE_BROWSER is set."""
    if what:
        return
    if os.environ.get("INVESTIGATE_REQUIRE_BROWSER"):
        pytest.fail(f"INVESTIGATE_REQUIRE_BROWSER is set, but {sentence}")
    pytest.skip(sentence)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Address and folder of a JupyterLab with settings of its own, on a copy of the notebooks."""
    root = tmp_path_factory.mktemp("lab")
    notebooks = root / "notebooks"
    shutil.copytree(ROOT / "notebooks", notebooks)
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, notebooks / LIVE)
    own = {
        name: str(root / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR",
                     "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    }  # fmt: skip
    kept = {name: told for name, told in os.environ.items() if not name.startswith(("JPY_", "PYTEST_", "INVESTIGATE_"))}
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--ServerApp.port=0",
        f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={notebooks}", "--expose-app-in-browser",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None",
    ]  # fmt: skip
    log = root / "log.txt"
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    with log.open("w") as file:
        server = subprocess.Popen(command, env=kept | own | {"PYTHONPATH": path}, stdout=file, stderr=file, cwd=root)
    try:
        yield _address(server, root / "jupyter_runtime_dir", log), notebooks
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(10)
        server.kill()


def _address(server: subprocess.Popen[bytes], runtime: Path, log: Path) -> str:
    for _ in range(300):
        assert server.poll() is None, log.read_text()
        for path in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(json.JSONDecodeError):
                return str(json.loads(path.read_text())["url"])
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    require(chromium, "there is no chromium on this machine.")
    with contextlib.suppress(ImportError):
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - may be absent

        with sync_playwright() as play:
            opened = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            yield opened
            opened.close()
        return
    require(False, "playwright is not installed.")


def _open(browser: Any, address: str, notebook: str) -> tuple[Any, list[str]]:
    """A page with the notebook, and what it asked for from elsewhere; such requests are cut off."""
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    outside: list[str] = []

    def watch(route: Any) -> None:
        if urlsplit(route.request.url).hostname in HERE:
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    page.context.route(re.compile("^(?:http|ws)"), watch)
    page.goto(f"{address}lab/tree/{notebook}?reset&token={TOKEN}")
    page.wait_for_function(
        """() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'""",
        timeout=40_000,
    )
    return page, outside


def _run_all(page: Any, folder: Path, notebook: str) -> Any:
    """Run every cell, save, and give the notebook as it was saved."""
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    return nbformat.read(folder / notebook, as_version=4)


def _outputs(saved: Any) -> list[Any]:
    return [one for cell in saved.cells if cell.cell_type == "code" for one in cell.outputs]


def test_the_first_notebook_runs_in_jupyterlab_without_errors_and_asks_for_nothing_outside(
    lab: tuple[str, Path], browser: Any
) -> None:
    address, folder = lab
    page, outside = _open(browser, address, START)
    saved = _run_all(page, folder, START)
    ran = [cell for cell in saved.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in ran] == list(range(1, len(ran) + 1))
    assert [one for one in _outputs(saved) if one.output_type == "error"] == []
    assert outside == []
    page.close()


def test_a_reporter_searches_chooses_and_points_and_nothing_of_it_is_saved(lab: tuple[str, Path], browser: Any) -> None:
    address, folder = lab
    page, outside = _open(browser, address, LIVE)
    saved = _run_all(page, folder, LIVE)
    outputs = [cell.outputs for cell in saved.cells]
    assert [one for one in _outputs(saved) if one.output_type == "error"] == []
    assert outputs[0][0].data["text/plain"] == "True"  # a person sits before it
    assert outputs[5][0].text.strip() == "False"  # what a live notebook starts is not live

    table = page.frame_locator('iframe[title="Searches to look through"]')
    table.locator("#searches tbody tr").nth(24).wait_for()
    assert table.locator("#searches tbody tr").count() == 25
    table.locator("input[type=search]").fill("Brackenfall")
    table.get_by_text(re.compile(r"of \d+ of \d+")).wait_for()
    number, of_all = map(int, re.findall(r"of (\d+)", table.locator(".dt-info").inner_text()))
    assert 0 < number < of_all
    assert all("Brackenfall" in row for row in table.locator("#searches tbody tr").all_inner_texts())

    box = page.get_by_label("Agency")
    box.fill("calderwisp county il so")
    box.press("Enter")
    page.get_by_text("Run the cells below again").wait_for()

    chart = page.frame_locator('iframe[title="Searches: 9 in May."]')
    chart.locator(".mark-rect path").hover()
    assert chart.locator("#vg-tooltip-element").inner_text().split() == ["searches", "in", "the", "month", "9"]

    again = _run_all(page, folder, LIVE)
    assert again.cells[2].outputs[0].data["text/plain"] == "'Calderwisp County IL SO'"
    text = (folder / LIVE).read_text(encoding="utf-8")
    assert "iframe" not in text
    assert len(text) < 60_000
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.goto(f"{address}lab/tree/{LIVE}?reset&token={TOKEN}")  # the next day: the widgets are gone
    page.locator(".investigate-still table").wait_for()
    page.locator(".investigate-still svg").wait_for()
    assert page.get_by_text("Error displaying widget").locator("visible=true").count() == 0
    assert outside == []
    page.close()
    converted, _ = HTMLExporter().from_notebook_node(again)
    assert converted.count("<caption>") == 1
    assert "srcdoc" not in converted
    assert "Chosen when this cell ran: Calderwisp County IL SO." in converted
