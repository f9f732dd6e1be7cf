"""The grammar of international addresses: not read at the start, and there when it is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

IS_READ = "'rfc3987_syntax.syntax_helpers' in sys.modules"
CHECK = "jsonschema.FormatChecker(['iri']).conforms"


def says(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_neither_charts_nor_notebooks_read_it() -> None:
    assert says(f"import sys, investigate, altair, nbformat, papermill, nbconvert; print({IS_READ})") == "False"


def test_who_asks_gets_the_answers_of_the_package_itself() -> None:
    addresses = ("https://example.org/ü", "no address", "http://[")
    asked = f"*[{CHECK}(one, 'iri') for one in {addresses}], {IS_READ}"
    with_it = says(f"import sys, investigate, jsonschema; print({asked})")
    assert with_it == says(f"import sys, jsonschema; print({asked})")
    assert with_it == "True False False True"


@pytest.mark.parametrize("name", ["is_valid_syntax", "parse"])
def test_whoever_imports_from_it_gets_the_package(name: str) -> None:
    told = says(f"import investigate; from rfc3987_syntax import {name} as one; print(callable(one))")
    assert told == "True"


def test_its_parts_can_be_imported_and_it_can_be_looked_for() -> None:
    assert says("import investigate, rfc3987_syntax.utils as one; print(callable(one.load_grammar))") == "True"
    assert (
        says("import investigate, importlib.util as u; print(u.find_spec('rfc3987_syntax').name)") == "rfc3987_syntax"
    )


def test_where_it_is_not_installed_it_stays_so() -> None:
    hidden = (
        "import sys; sys.modules['rfc3987_syntax'] = None; import investigate; print(sys.modules['rfc3987_syntax'])"
    )
    assert says(hidden) == "None"
    absent = "import importlib.util as u, sys; u.find_spec = lambda name: None; import investigate; "
    assert says(absent + "print('rfc3987_syntax' in sys.modules)") == "False"
