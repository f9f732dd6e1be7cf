"""Notebooks of a few cells, made by a test."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

PARAMETERS = 'agency: str = ""  # name\nrole: str = ""  # role\nworkspace: str = ""  # folder'


def notebook(path: Path, *cells: str, parameters: str = PARAMETERS) -> Path:
    """A notebook of a few cells that takes parameters: those of a report, where no others are given."""
    made = new_notebook(cells=[new_code_cell(parameters, metadata={"tags": ["parameters"]})])
    made.cells += [new_code_cell(cell) for cell in cells]
    made.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(made, path)
    return path
