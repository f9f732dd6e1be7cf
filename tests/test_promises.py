"""The promises of the design, each tested under its number on the command as a reporter runs it."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet as pq
import pytest
from bs4 import BeautifulSoup
from made_logs import AUDIT, as_csv, record

from investigate.columns import IDENTIFIERS
from investigate.made_from import hash_of
from investigate.reasons.classify import RULES_VERSION, SCOPES, classify_reason
from investigate.sorted_tables import ENDING, read_sorted

REPOSITORY = Path(__file__).resolve().parents[1]
OWNER, SEARCHER = "Fernwick IL PD", "Ashmoor IL PD"
# Invented, and written backwards here: no file of the repository may hold them as they stand.
NAMES = {"Name": "lerrauqxyZ"[::-1], "victim": "tdnarbovO"[::-1], "suspect": "dnumelzreK"[::-1]}
PLATES = {"searched": "14XV7ZQ"[::-1], "typed": "50KK9JW"[::-1]}
CASES = {"number": "3900144-77"[::-1], "typed": "7140388-RC-ISH"[::-1]}
MARKS = [*NAMES.values(), *PLATES.values(), *CASES.values()]

# Loopback alone: kernels and the process that drives them talk over it, and nothing else can be reached.
WITHOUT_NETWORK = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug:
    fcntl.ioctl(plug, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))
try:
    socket.create_connection(("192.0.2.1", 80), timeout=5)
except OSError as error:
    assert error.errno == 101, error  # network is unreachable
else:
    sys.exit("there is a network")
os.execv(sys.executable, [sys.executable, "-m", "investigate.cli", *sys.argv[1:]])
"""


def rows() -> list[list[str]]:
    """Searches before and after the inauguration, with marked people, plates and cases in every column."""
    private = {
        "Name": f"Ofc. {NAMES['Name']}",
        "LicensePlate": PLATES["searched"],
        "Case": CASES["number"],
        "Filters": f"plate {PLATES['typed']} driver {NAMES['suspect']}",
        "TextPrompt": f"truck of {NAMES['suspect']} near {NAMES['victim']}",
        "Moderation": f"asked for {NAMES['suspect']}",
    }
    reasons = [
        f"ICE warrant {NAMES['suspect']} {PLATES['typed']}", f"assist HSI {CASES['typed']} victim {NAMES['victim']}",
        f"immigration {NAMES['suspect'].upper()}", f"stolen vehicle of {NAMES['victim'].lower()}", "burglary", "ICE",
        "",
    ]  # fmt: skip
    days = [f"{month:02}/{day:02}/{year}" for year, month in ((2024, 12), (2025, 1), (2025, 2)) for day in range(1, 29)]
    return [
        record(
            number, OrgName=(SEARCHER, OWNER)[number % 3 == 2], Reason=reasons[number % len(reasons)],
            SearchTime=f"{day}, 10:05:{number % 60:02} AM UTC", **private,
        )
        for number, day in enumerate(days)
    ]  # fmt: skip


def write(folder: Path, order: int = 1) -> Path:
    folder.mkdir(parents=True)
    for part, found in enumerate((rows()[:50], rows()[40:])):  # ten searches stand in both
        name = f"{OWNER}_Network_Audit_{part}.csv"
        (folder / name).write_text(as_csv([AUDIT, *found[::order]]), encoding="utf-8", newline="")
    return folder


def run(*arguments: object, network: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "investigate.cli", *map(str, arguments)]
    if not network:
        command = ["unshare", "--map-root-user", "--net", sys.executable, "-c", WITHOUT_NETWORK, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, env=os.environ | environment, cwd="/", timeout=600, check=False
    )


def has_namespaces() -> bool:
    tried = ["unshare", "--map-root-user", "--net", "true"]
    return (
        shutil.which("unshare") is not None and subprocess.run(tried, capture_output=True, check=False).returncode == 0
    )


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the reports of both agencies, and all that the commands printed in `printed.txt`."""
    root = tmp_path_factory.mktemp("promised")
    logs = write(root / "logs")
    commands = [
        ["load", logs], ["load", logs, "--json"], ["report", "--all"], ["check"], ["check", "--json"],
        ["count", "--by", "searching_agency,category"], ["rivals"], ["clues"], ["compare", "--json"],
    ]  # fmt: skip
    printed = ""
    for command in commands:
        done = run(*command, "--workspace", root)
        assert done.returncode == 0, done.stderr
        printed += done.stdout + done.stderr
    (root / "printed.txt").write_text(printed)
    return root


def findings_below(out: Path) -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in out.glob("[a-z]*/findings.json")}


def roles(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for content in findings_below(root / "reports" / "output").values():
        findings = json.loads(content)
        yield from ((findings["agency"], role) for role in findings["roles"])


def test_promise_1_and_4_same_files_give_the_same_bytes_elsewhere_and_nothing_needs_a_network(
    work: Path, tmp_path: Path
) -> None:
    """Once more in another folder, zone, language and order of hashing, on one processor, and without any network."""
    if not has_namespaces():
        pytest.skip("this system makes no network namespace, in which alone it can be shown that no network is needed")
    other = tmp_path / "else where"
    logs = Path(shutil.copytree(work / "logs", other / "logs"))
    different = {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "1"}
    for command in (["load", logs], ["report", "--all", "--jobs", "1"]):
        done = run(*command, "--workspace", other, network=False, **different)
        assert done.returncode == 0, done.stderr
    first, second = findings_below(work / "reports" / "output"), findings_below(other / "reports" / "output")
    assert len(first) == 2
    assert first == second
    for name in ("index.html", "counts.csv", "quality.json", "agency_report.ipynb"):
        for slug in first:
            one, two = (root / "reports" / "output" / slug / name for root in (work, other))
            assert one.read_bytes() == two.read_bytes(), name


def test_promise_2_every_number_leads_to_release_record_rule_and_version(work: Path) -> None:
    """Of the released files alone: the records that a report cites, read again, give its counts."""
    paths = {hash_of(path): path for path in (work / "logs").iterdir()}
    seen = 0
    for agency, role in roles(work):
        records = {
            one["release"]: list(csv.DictReader(paths[one["sha256"]].open(encoding="utf-8", newline="")))
            for one in role["sources"]
        }
        found: dict[str, set[str]] = {scope: set() for scope in SCOPES}
        for cited in role["cited"]:
            cells = records[cited["release"]][cited["row"] - 2]  # as a spreadsheet counts; the header is 1
            read = classify_reason(cells["Reason"], case_number=cells["Case #"])
            assert (read.category, read.rule) == (cited["category"], cited["rule"])
            assert role["role"] == "owner" or cells["Org Name"] == agency
            for scope, categories in SCOPES.items():
                if read.category in categories:
                    found[scope].add(cells["ID"])
        assert {scope: len(ids) for scope, ids in found.items()} == {scope: role[scope] for scope in SCOPES}
        seen += len(role["cited"])
    assert seen > 100
    pages = [path.read_text(encoding="utf-8") for path in (work / "reports" / "output").glob("*/index.html")]
    assert all(f"version {RULES_VERSION} of the rules" in page for page in pages)


def texts_of(path: Path) -> Iterator[str]:
    """What a file says; of a letter or workbook each part of it, of a table its cells."""
    if path.suffix in (".parquet", ENDING):
        table = pq.read_table(path) if path.suffix == ".parquet" else read_sorted(path)
        yield str(table.to_pylist())
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            yield from (parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    else:
        yield path.read_bytes().decode("utf-8", "replace")


def found_marks(paths: Iterator[Path] | list[Path]) -> list[tuple[str, str]]:
    """Marks in any spelling that a reader would know: small or large letters, signs between them or not."""
    plain = {re.sub(r"[^a-z0-9]", "", mark.lower()): mark for mark in MARKS}
    return [
        (path.name, mark)
        for path in paths
        if path.is_file()
        for text in texts_of(path)
        for folded in [re.sub(r"[^a-z0-9]", "", text.lower())]
        for letters, mark in plain.items()
        if letters in folded
    ]


def test_promise_3_no_plate_officer_case_or_person_leaves_the_workspace(work: Path, tmp_path: Path) -> None:
    left = [*(work / "reports").rglob("*"), work / "printed.txt", work / "data" / "store" / "load_report.json"]
    assert len([path for path in left if path.is_file()]) > 12
    assert found_marks(left) == []
    # Nor is it in what reports are made of; in the store are tokens in place of what stood in cells of their own.
    store = work / "data" / "store"
    made_of = list((store / "report_tables").iterdir())
    assert len(made_of) > 20
    assert found_marks(made_of) == []
    in_store = {mark for _, mark in found_marks(store.rglob("*"))}
    assert not in_store & {NAMES["Name"], PLATES["searched"], CASES["number"]}
    assert not (work / "data" / "store" / IDENTIFIERS.name).exists()
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    assert found_marks([REPOSITORY / name for name in listed.split("\0") if name]) == []
    # It would be seen: in a letter, and in the middle of a page.
    planted = Path(shutil.copytree(work / "reports" / "output" / "ashmoor-il-pd", tmp_path / "planted"))
    page = planted / "index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("</main>", f"{NAMES['victim']}</main>"), encoding="utf-8")
    with zipfile.ZipFile(planted / "more.docx", "w") as letter:
        letter.writestr("word/document.xml", f"<w:t>plate {PLATES['typed'].lower()}</w:t>")
    assert sorted(found_marks(list(planted.iterdir()))) == [
        ("index.html", NAMES["victim"]), ("more.docx", PLATES["typed"]),
    ]  # fmt: skip


def test_promise_4_no_page_holds_anything_that_would_be_loaded(work: Path) -> None:
    pages = list((work / "reports").rglob("*.html"))
    assert len(pages) == 3
    for path in pages:
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
        assert policy is not None
        assert "default-src 'none'" in str(policy["content"])
        loading = [tag for tag in page.find_all(True) if tag.get("src", "data:")[:5] != "data:" or tag.name == "link"]
        assert loading == []
        assert not re.search(r"url\(\s*[\"']?(?!#|data:)|@import", str(page.find_all("style")))
        outside = [tag["href"] for tag in page.find_all(href=True) if not tag["href"].startswith(("#", "../", "./"))]
        assert [href for href in outside if re.match(r"[a-z]+:|//", href)] == []
    stored = [*(work / "reports").rglob("*.ipynb"), *(REPOSITORY / "notebooks").glob("*.ipynb")]
    outputs = [
        json.dumps(output.get("data", {}))
        for path in stored
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
    ]
    assert len(outputs) > 50
    assert not [one for one in outputs if re.search(r"<script[^>]+src|src=\W+https?:|cdn\.|unpkg", one)]


def test_promise_5_what_cannot_be_compared_is_refused_with_the_reason(work: Path) -> None:
    compared = [row for _, role in roles(work) for row in role["comparison"]]
    refused = [row for row in compared if row["refused"]]
    given = [row for row in compared if not row["refused"]]
    assert refused
    assert given
    for row in refused:
        assert row["refused_because"].endswith(".")
        assert (row["rate_ratio"], row["low"], row["high"], row["day_ratio"]) == (None, None, None, None)
    assert all(not row["refused_because"] for row in given)
    # And where only one side was released: counts stay, no ratio is printed.
    one_side = run("compare", "--workspace", work, "--agency", SEARCHER, "--periods", "vendor-drop-down", "--json")
    told = json.loads(one_side.stdout)
    assert (told["refused"], told["rate_ratio"], told["interval_95"]) == (True, None, None)
    assert "cover no day after" in told["refused_because"]
    assert told["whole_before_searches"] > 0


def test_promise_6_a_killed_run_loses_nothing_and_goes_on(work: Path, tmp_path: Path) -> None:
    """Killed with all that it started, once while it loads and once while it makes reports; tests/faults does it more
    often."""
    logs = Path(shutil.copytree(work / "logs", tmp_path / "logs"))
    load = [sys.executable, "-m", "investigate.cli", "load", str(logs), "--workspace", str(tmp_path)]
    kill_when(load, (tmp_path / "data" / "store" / "searches").is_dir)
    again = run("load", logs, "--workspace", tmp_path)
    assert again.returncode == 0, again.stderr
    report = [sys.executable, "-m", "investigate.cli", "report", "--all", "--jobs", "1", "--workspace", str(tmp_path)]
    out = tmp_path / "reports" / "output"
    kill_when(report, lambda: any(out.glob("[a-z]*/findings.json")))
    finished = {path: path.stat().st_mtime_ns for path in out.glob("[a-z]*/findings.json")}
    again = run("report", "--all", "--json", "--workspace", tmp_path)
    assert again.returncode == 0, again.stderr
    done = json.loads(again.stdout)
    assert sorted(one["status"] for one in done["reports"]) == ["ok", "unchanged"]
    assert all(path.stat().st_mtime_ns == at for path, at in finished.items())
    assert findings_below(out) == findings_below(work / "reports" / "output")
    left = [path.name for path in tmp_path.rglob("*") if path.name.startswith((".aside-", ".staging", ".owner"))]
    assert left == []


def kill_when(command: list[str], is_time: Any) -> None:
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    until = time.monotonic() + 300
    while not is_time() and started.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    assert started.poll() is None, "it was done before it could be killed"
    others = psutil.Process(started.pid).children(recursive=True)
    os.killpg(started.pid, signal.SIGKILL)
    for other in others:
        if other.is_running():
            other.kill()
    started.wait()
