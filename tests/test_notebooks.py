"""Notebooks as they are committed: executed, checked, readable, and free of anything that must not be published."""

from __future__ import annotations

import ast
import csv
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import nbformat
import papermill
import pytest
from nbformat import NotebookNode

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(path for path in FOLDER.glob("*.ipynb"))
TAGS = {"parameters", "nbval-check-output", "nbval-skip", "hide-in-report", "raises-exception"}
CHECKED = "nbval-check-output"
LOGIC = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.Try, ast.With, ast.If,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
# Five to eight capitals and digits mixed: what a plate looks like, and nothing that these notebooks say.
PLATE = re.compile(r"\b(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{5,8}\b")
PLACE = re.compile(r"(?<![\w.~<])/(?:home|Users|root|work|tmp|var|private|opt|mnt)/|\b[A-Z]:\\|file:/")
PRIVATE_HEADS = {"license plate", "license plates", "name", "userid", "user", "case #", "casenumber", "filters"}

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(path: Path) -> list[NotebookNode]:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def shown(cell: NotebookNode) -> str:
    """All that a cell's saved outputs say: HTML and SVG without their marks, and plain text."""
    parts = []
    for output in cell.outputs:
        for kind, content in output.get("data", {}).items():
            text = "".join(content)
            parts.append(unescape(re.sub(r"<[^>]*>", " ", text)) if kind in {"text/html", "image/svg+xml"} else text)
        parts.append(output.get("text", ""))
    return "\n".join(parts)


@each_notebook
def test_notebook_is_whole_and_runs_on_the_common_kernel(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert {one.stem for one in NOTEBOOKS} == {
        "00_start_here", "01_check_a_log", "02_immigration_searches", "03_queried_cameras", "04_compare_agencies",
        "05_sharing", "agency_report",
    }  # fmt: skip
    assert notebook.metadata.kernelspec.name == "python3"
    assert path.stat().st_size <= 800_000  # agency_report holds every section of a page with two roles
    assert len(notebook.cells) <= (55 if path.stem == "agency_report" else 40)


@each_notebook
def test_every_parameter_says_what_it_is_for(path: Path) -> None:
    parameters = papermill.inspect_notebook(path)
    assert "workspace" in parameters
    for name, parameter in parameters.items():
        assert parameter["help"].strip(), name
        assert parameter["inferred_type_name"] in {"str", "int", "float", "bool", "list[str]"}, name
    assert sum("parameters" in tags(cell) for cell in code_cells(path)) == 1


@each_notebook
def test_cells_were_run_once_from_top_to_bottom(path: Path) -> None:
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        assert not [output for output in cell.outputs if output.output_type in {"error", "stream"}], cell.source


@each_notebook
def test_checked_cells_have_something_to_check(path: Path) -> None:
    checked = [cell for cell in code_cells(path) if CHECKED in tags(cell)]
    assert checked
    for cell in checked:
        assert cell.execution_count, cell.source
        assert any(output.get("data", {}).get("text/plain") for output in cell.outputs), cell.source
    assert sum(bool(re.search(r"\d", shown(cell))) for cell in checked) >= 3, "numbers are what is worth a check"


@each_notebook
def test_notebook_holds_calls_and_no_logic(path: Path) -> None:
    for cell in code_cells(path):
        nodes = list(ast.walk(ast.parse(cell.source)))
        assert not [type(node).__name__ for node in nodes if isinstance(node, LOGIC)], cell.source
        assert len([line for line in cell.source.splitlines() if line.strip()]) <= 12, cell.source
        assert not re.search(r";\s*$|^\s*[%!]|sys\.path|chdir", cell.source, re.MULTILINE), cell.source


@each_notebook
def test_tags_are_of_the_known_ones(path: Path) -> None:
    for cell in read(path).cells:
        assert tags(cell) <= TAGS, cell.source


@each_notebook
def test_prose_outweighs_code(path: Path) -> None:
    cells = read(path).cells
    lines = [line for cell in cells if cell.cell_type == "code" for line in cell.source.splitlines() if line.strip()]
    words = [word for cell in cells if cell.cell_type == "markdown" for word in re.findall(r"[^\W\d_]+", cell.source)]
    assert lines
    assert len(words) >= 8 * len(lines)


@each_notebook
def test_notebook_asks_a_question_and_says_what_it_does_not_show(path: Path) -> None:
    prose = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    assert re.match(r"# .+\?$", prose[0].splitlines()[0])
    assert any("## What this does not show" in text for text in prose)


@each_notebook
def test_saved_results_name_no_place_and_lead_nowhere(path: Path) -> None:
    for cell in code_cells(path):
        text = shown(cell)
        assert not PLACE.search(text), PLACE.search(text)
        assert "://" not in text, text
        assert not PLATE.search(text), PLATE.search(text)
    raw = path.read_text(encoding="utf-8")
    links = set(re.findall(r"https?://[^\s\"'<>\\)]+", raw)) - {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert not links
    # A map of the whole country is a picture; it stands in the file itself.
    without_own_pictures = re.sub(r'<img src=\\"data:image/png;base64,[A-Za-z0-9+/=]+\\"', "<", raw)
    assert not re.search(r"<(?:script|iframe|link|img)\b", without_own_pictures)


@each_notebook
def test_no_record_of_the_run_is_kept(path: Path) -> None:
    notebook = read(path)
    assert "papermill" not in notebook.metadata
    for cell in notebook.cells:
        assert not {"papermill", "execution"} & set(cell.metadata), cell.source


@each_notebook
def test_nothing_private_of_the_sample_is_in_a_saved_result(path: Path, sample_logs: Path) -> None:
    """Every plate, officer and case number of the invented logs is looked for, as for real ones."""
    private: set[str] = set()
    for log in sample_logs.rglob("*.csv"):
        with log.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = csv.DictReader(file)
            for row in rows:
                cells = ((head or "").strip().lower() for head in row)
                private |= {
                    str(value).strip() for head, value in zip(cells, row.values(), strict=True) if head in PRIVATE_HEADS
                }
    telling = {value for value in private if len(value) >= 5 and re.search(r"\d", value)}
    assert len(telling) > 1000
    words = set(re.findall(r"\S+", " ".join(shown(cell) for cell in code_cells(path))))
    assert not telling & words


def outcomes(report: Path) -> dict[tuple[str, str], bool]:
    """Notebook and cell → whether it passed, from a report in JUnit's form."""
    cases = ET.parse(report).getroot().iter("testcase")
    return {
        (case.get("classname", ""), case.get("name", "")): not case.findall("failure") and not case.findall("error")
        for case in cases
    }


def test_wrong_saved_number_turns_the_check_red(tmp_path: Path, corrected_sample: Path) -> None:
    """One notebook stands for all: an unchanged copy passes, a copy with one other digit fails in that cell only."""
    path = FOLDER / "02_immigration_searches.ipynb"
    shutil.copy(path, tmp_path / "right.ipynb")
    notebook = read(path)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    place = next(n for n, cell in enumerate(cells) if CHECKED in tags(cell) and 'scope="all"' in cell.source)
    data = cells[place].outputs[0].data
    number = re.search(r"\d+(?= of )", data["text/plain"])
    assert number
    wrong = str(int(number[0]) + 1)
    data["text/plain"] = data["text/plain"].replace(f"{number[0]} of ", f"{wrong} of ", 1)
    nbformat.write(notebook, tmp_path / "wrong.ipynb")
    words = ["--nbval-lax", "--nbval-current-env", "-p", "no:cacheprovider", "-q", "--junitxml=report.xml", "."]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=tmp_path,
        env=environment | {"INVESTIGATE_WORKSPACE": str(corrected_sample)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = outcomes(tmp_path / "report.xml")
    assert ran.returncode == 1, ran.stdout[-3000:]
    assert len(found) == 2 * len(cells)
    failed = [where for where, passed in found.items() if not passed]
    assert [name.split()[-1] for notebook, name in failed if "wrong" in notebook] == [str(place)], ran.stdout[-3000:]
    assert len(failed) == 1, ran.stdout[-3000:]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_parameter_that_does_not_exist_is_refused(notebook: Path, tmp_path: Path) -> None:
    with pytest.raises(papermill.PapermillExecutionError, match="Unknown parameter 'agencyy'"):
        papermill.execute_notebook(
            notebook, tmp_path / "out.ipynb", {"agencyy": "x"}, kernel_name="python3", progress_bar=False, cwd=tmp_path
        )
