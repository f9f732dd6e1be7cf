"""Documents say what is true today: commands, categories and places that they name exist."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import trust
from typer.testing import CliRunner

import investigate as inv
from investigate.cli import app
from investigate.reasons.classify import CATEGORIES, SCOPES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
METHODOLOGY = (ROOT / "METHODOLOGY.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def commands_in(text):
    return re.findall(r"^investigate .*?(?=\s+#|$)", text, re.MULTILINE)


def test_readme_shows_commands():
    assert len(commands_in(README)) >= 5


@pytest.mark.parametrize("command", commands_in(README))
def test_each_command_in_the_readme_is_one_that_the_program_takes(command):
    words = shlex.split(command)[1:]
    verb = words[: 2 if words[0] == "review" else 1]  # a verb of verbs
    options = words[len(verb) :]
    helped = CliRunner().invoke(app, [*verb, "--help"], terminal_width=200)
    assert helped.exit_code == 0, command
    for option in options:
        assert not option.startswith("--") or option in helped.output, option


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([a-z]+)", README))))
def test_each_make_target_in_the_readme_exists(target):
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)]+)\)", README))
def test_each_link_in_the_readme_leads_somewhere(link):
    assert (ROOT / link).exists()


def test_every_notebook_stands_in_the_readme():
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        assert notebook.stem in README, notebook.name


def test_methodology_defines_every_category_and_the_scopes_as_the_program_has_them():
    table = set(re.findall(r"^\| `([a-z_]+)` \|", METHODOLOGY, re.MULTILINE))
    assert table == set(CATEGORIES)
    d4 = METHODOLOGY[METHODOLOGY.index("**D4") : METHODOLOGY.index("**D5")]
    parts = re.search(r"\*Strict\*: (.*?)\*Standard\*(.*?)\*Broad\*(.*)", d4, re.DOTALL).groups()
    strict, added, more = (set(re.findall(r"`([a-z_]+)`", part)) for part in parts)
    assert strict == SCOPES["strict"]
    assert strict | added == SCOPES["standard"]
    assert strict | added | more == SCOPES["broad"]


def test_definitions_are_numbered_without_a_gap():
    numbers = [int(number) for number in re.findall(r"^\*\*D(\d+) ", METHODOLOGY, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_definitions_that_the_code_cites_exist():
    cited = {
        int(number)
        for path in (ROOT / "investigate").rglob("*.py")
        for number in re.findall(r"METHODOLOGY,? D(\d+)", path.read_text(encoding="utf-8"))
    }
    assert cited
    assert all(f"**D{number} " in METHODOLOGY for number in cited)


def test_changelog_speaks_of_this_version_and_says_whether_numbers_changed():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == inv.__version__
    entry = changelog[changelog.index(f"## {inv.__version__}") :].split("\n## ")[0]
    assert "### Numbers changed" in entry


def test_readme_names_the_number_of_reports_that_the_demo_makes(sample_workspace):
    said = re.search(r"a line for each of (\d+) agencies", README)[1]
    assert int(said) == len(inv.list_agencies(inv.open_tables(sample_workspace))["agency"].unique())


def test_page_of_what_was_tried_names_tests_that_exist_with_their_cases_of_today():
    assert trust.PAGE.read_text(encoding="utf-8") == trust.write()
