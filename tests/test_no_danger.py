"""No pickle, no eval, no shell, no network but the one download, no XML without bounds: read from the code itself."""

from __future__ import annotations

import json
import time
import zipfile
from pathlib import Path

import dangers
import pytest
from dangers import find_dangers, find_in_notebook

import investigate as inv
from investigate.errors import RefusedFile
from investigate.logs.workbook_scan import look_through

ROOT = Path(__file__).resolve().parents[1]


def test_no_module_and_no_script_does_what_is_dangerous() -> None:
    sources = dangers.sources_of(ROOT)
    assert len(sources) > 200
    found = [each for module, source in sources.items() for each in find_dangers(source, module)]
    assert found == [], "\n" + "\n".join(found)


def test_no_notebook_does_what_is_dangerous() -> None:
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert len(paths) >= 7
    assert [each for path in paths for each in find_in_notebook(path.read_text(encoding="utf-8"), path.name)] == []


def test_every_exception_is_still_needed() -> None:
    listed = {(rule, file) for rule, files in dangers.ONLY.items() for file in files}
    assert listed - dangers.used_exceptions(dangers.sources_of(ROOT)) == set()


PLANTED = [
    ("import pickle", "pickle"),
    ("from pickle import loads as read", "pickle.loads"),
    ("import pandas as pd\npd.read_pickle(path)", "pandas.read_pickle"),
    ("import numpy as np\nnp.load(path, allow_pickle=True)", "allow_pickle="),
    ("import numpy\nnumpy.load(path)", "numpy.load"),
    ("table.to_pickle(path)", ".to_pickle()"),
    ("eval(text)", "eval"),
    ("exec(text, {})", "exec"),
    ("run = eval", "eval"),
    ("import builtins\nbuiltins.exec(text)", "builtins.exec"),
    ("compile(text, 'x', 'exec')", "compile"),
    ("__import__(name)", "__import__"),
    ("import os\nos.system('ls')", "os.system"),
    ("import os as o\no.system('ls')", "os.system"),
    ("from os import system as go\ngo('ls')", "os.system"),
    ("import os\ngetattr(os, 'system')('ls')", "os.system"),
    ("import os\nos.execv(path, [])", "os.execv"),
    ("def f():\n    import subprocess\n    subprocess.run(['ls'])", "subprocess"),
    ("from subprocess import run", "subprocess.run"),
    ("run(words, shell=True)", "shell="),
    ("run(words, shell=asked)", "shell="),
    ("import yaml\nyaml.load(text)", "yaml"),
    ("import tempfile\ntempfile.mktemp()", "tempfile.mktemp"),
    ("import xml.etree.ElementTree as ET\nET.parse(path)", "xml.etree"),
    ("from xml.parsers import expat", "xml.parsers.expat"),
    ("from lxml import etree", "lxml.etree"),
    ("import urllib.request\nurllib.request.urlopen(url)", "urllib.request"),
    ("import http.client", "http.client"),
    ("import requests", "requests"),
    ("import socket\nsocket.socket()", "socket"),
    ("import importlib\nimportlib.import_module(name)", "importlib.import_module"),
    ("archive.extractall(folder)", ".extractall()"),
    ("line.recv()", ".recv()"),
    ("con.execute('INSTALL httpfs')", "INSTALL httpfs"),
    ("con.execute('set x = 1; load spatial;')", "load spatial"),
]


@pytest.mark.parametrize(("source", "what"), PLANTED, ids=[source for source, _ in PLANTED])
def test_a_planted_danger_is_found(source: str, what: str) -> None:
    found = find_dangers(source, "investigate/planted.py")
    assert any(what in each for each in found), found
    assert all(each.startswith("investigate/planted.py:") for each in found)


@pytest.mark.parametrize(
    "source",
    [
        "import re\nre.compile('x')",
        "con.compile(texts)",
        "run(words, shell=False)",
        "from xml.sax.saxutils import escape",
        "from urllib.parse import quote",
        "line.recv_bytes()",
        "import importlib.metadata\nimportlib.metadata.version('pandas')",
        "import os\nos.replace(a, b)",
        "'please load the file', 'load json files', 'install date'",
        "import tempfile\ntempfile.mkdtemp()",
        "from investigate.pickle import jar",
        "from .pickle import jar",
    ],
)
def test_what_only_looks_dangerous_is_left(source: str) -> None:
    assert find_dangers(source, "investigate/planted.py") == []


def test_an_exception_holds_for_its_own_file_only() -> None:
    source = "import subprocess\nsubprocess.run(['ls'])"
    assert find_dangers(source, "investigate/drawing.py") == []
    assert find_dangers(source, "investigate/cameras/drawing.py") != []
    assert find_dangers(source + "\nsubprocess.getoutput('ls')", "investigate/drawing.py") != []


@pytest.mark.parametrize("source", ["!ls", "files = !ls", "%run x.py", "%%bash\nls", "import pickle"])
def test_a_danger_in_a_cell_is_found(source: str) -> None:
    cells = [{"cell_type": "markdown", "source": "!fine"}, {"cell_type": "code", "source": source.splitlines(True)}]
    assert len(find_in_notebook(json.dumps({"cells": cells}), "planted.ipynb")) == 1
    cells[1]["source"] = ["share = 100 * part % whole\n", "a != b"]
    assert find_in_notebook(json.dumps({"cells": cells}), "planted.ipynb") == []


# ---- files that grow: beside test_archives, test_workbooks, test_camera_kml and test_pdf_limits ----------------------

ENTITIES = '<!DOCTYPE x [<!ENTITY e0 "ha">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize("name", ["a.osm", "a.kml", "a.gpx", "a.xml"])
def test_entities_in_camera_files_of_any_name_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(f'<?xml version="1.0"?>{ENTITIES}]><osm version="0.6"><note>&e11;</note></osm>', encoding="utf-8")
    start = time.process_time()
    (entry,) = inv.load_cameras([path], workspace=tmp_path / "workspace").attrs["releases"]
    assert entry["status"] == "refused"
    assert time.process_time() - start < 5


def test_a_workbook_in_a_workbook_is_not_unpacked_twice(tmp_path: Path) -> None:
    """A bomb packed as a member of a workbook is one member of modest size; what is counted is what would be read."""
    inner, outer = tmp_path / "inner.xlsx", tmp_path / "outer.xlsx"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(300 << 20))
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "xl/embeddings/inner.xlsx")
        archive.write(inner, "xl/worksheets/sheet1.xml")
    with pytest.raises(RefusedFile, match="made to take all memory"):
        look_through(inner)
    start = time.process_time()
    assert set(look_through(outer)) == set()
    assert time.process_time() - start < 2


@pytest.mark.parametrize("member", ["xl/sharedStrings.xml", "xl/styles.xml", "docProps/app.xml", "xl/media/a.bin"])
def test_any_member_of_a_workbook_may_be_the_bomb(tmp_path: Path, member: str) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, bytes(300 << 20))
    with pytest.raises(RefusedFile, match="made to take all memory"):
        look_through(path)
