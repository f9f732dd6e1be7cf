"""A published report made again from the files that it names: the same bytes, or what differs and why."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_logs import AUDIT, record, write_log
from tiny_logs import search, write_network_audit, write_portal, write_unnamed_audit
from typer.testing import CliRunner

import investigate as inv
from investigate import cli, rerun
from investigate.cameras.kept import store_cameras
from investigate.cameras.load import read_camera_files
from investigate.errors import InvestigateError
from investigate.findings import canonical_json
from investigate.made_from import hash_of
from investigate.one_report import Outcome
from investigate.rerun import Input, sample_differs
from investigate.sharing.kept import store_sharing
from investigate.sharing.load import load_sharing
from investigate.story import archive_story
from investigate.verify import DIFFERS, IDENTICAL, NOT_CHECKED, SAME_NUMBERS, Verification, verify_report
from investigate.workspace import SAMPLE, Workspace

OWNER, SEARCHER, OTHER = "Fernwick IL PD", "Ashmoor IL PD", "Tallowmere TX PD"


def days(*numbers: int, month: int = 3) -> list[str]:
    return [f"2025-{month:02}-{day:02}T12:00:00" for day in numbers]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with all that a report can be made from, and the reports of one agency in one role and of another in
    both; and beside it a release that neither is in, which reaches years further back."""
    root = tmp_path_factory.mktemp("verified")
    raw = root / "data" / "raw"
    theirs = [search(at, "ICE", SEARCHER) for at in days(1, 2, 3)]
    own = [search(at, "burglary", OWNER) for at in days(1, 2, 4)]
    write_network_audit(raw / "one", OWNER, [*theirs, *own, search("2025-01-02T12:00:00", "immigration", OTHER)])
    write_network_audit(raw / "again", OWNER, theirs, part=2)
    write_unnamed_audit(raw / "unnamed.csv", [search(at, "detainer", SEARCHER) for at in days(5, 6)])
    write_portal(raw / "brackenfall-il-pd", [search(at, "ICE") for at in days(7, 8)], with_reason=True)
    write_log(raw / "dustmere-oh-pd" / "empty.csv", [])
    write_network_audit(raw / "far", "Quillhaven OH PD", [search("2019-05-06T12:00:00", "ICE", "Far OH PD")])
    lines = [
        "path,producer,timezone,received_on,request_id,notes",
        f'unnamed.csv,{SEARCHER},UTC,2025-09-01,R-7,"from a box"',
    ]
    (raw / "sources.csv").write_text("\n".join(lines) + "\n")
    inv.load_lookup_logs(raw, workspace=root)
    manual = root / "data" / "manual"
    manual.mkdir()
    header, *_ = (rerun.REPOSITORY / "data/manual/reason_overrides.csv").read_text().splitlines()
    cells = {"text": "detainer", "category": "other", "why": "said so by phone", "who": "a clerk", "when": "2026-01-02"}
    (manual / "reason_overrides.csv").write_text(
        f"{header}\n{','.join(cells.get(name, '') for name in header.split(','))}\n"
    )
    cameras = root / "cameras.csv"
    cameras.write_text("camera_id,latitude,longitude\nC1,41.5,-88.5\nC2,41.6,-88.6\n")
    store_cameras(
        read_camera_files(cameras, source="released", operator=OWNER, snapshot="2025-06-01", workspace=root), root
    )
    sharing = root / f"{OWNER}_sharing.csv"
    sharing.write_text(f"Organization\n{SEARCHER}\nHomeland Security Investigations\n")
    store_sharing(load_sharing(sharing, owner=OWNER, as_of="2025-05-05", direction="shared", workspace=root), root)
    run = inv.render_reports([OWNER], workspace=root)
    assert not run["failed"], run
    run = inv.render_reports([SEARCHER], role="searcher", workspace=root)
    assert not run["failed"], run
    return root


@pytest.fixture
def published(work: Path, tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a report, to be changed."""

    def copy(agency: str) -> Path:
        slug = agency.lower().replace(" ", "-")
        return Path(shutil.copytree(work / "reports" / "output" / slug, tmp_path / slug))

    return copy


def only(found: list[Verification]) -> Verification:
    assert len(found) == 1
    return found[0]


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def same_again(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports come out as they were published, which other tests prove, without taking the time for it."""

    def again(findings: dict[str, Any], published: Path, room: Workspace, out: Path) -> Outcome:
        del published, room
        shutil.copytree(work / "reports" / "output" / findings["slug"], out / findings["slug"])
        return Outcome(findings["agency"], findings["slug"], None, "ok")

    monkeypatch.setattr("investigate.verify.render_again", again)
    monkeypatch.setattr("investigate.verify.rebuild", lambda inputs, room: [])


def test_a_stranger_needs_the_archive_and_the_files_wherever_they_lie(work: Path, tmp_path: Path) -> None:
    story = tmp_path / "story.zip"
    made = archive_story([work / "reports" / "output" / "fernwick-il-pd"], story, workspace=work)
    assert (made["reports"], made["released_files"]) == ([OWNER], 0)
    received = tmp_path / "received.zip"
    with zipfile.ZipFile(received, "w") as archive:
        for path in [*(work / "data" / "raw").rglob("*_Audit_*.csv"), work / "data" / "raw" / "unnamed.csv"]:
            archive.write(path, f"some/{path.parent.name}/{path.name}")
        for path in work.glob("*.csv"):
            archive.write(path, path.name)
    found = only(verify_report(story, [received], workspace=tmp_path / "strangers"))
    assert (found.agency, found.result, found.differences, found.because) == (OWNER, IDENTICAL, [], [])
    assert not (tmp_path / "strangers").exists()  # nothing is left in the workspace
    assert {one["status"] for one in found.inputs} == {"found"}
    kinds = [one["what"] for one in found.inputs]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "lookup log": 2, "cameras": 1, "sharing list": 1, "decisions by hand": 2,
    }  # fmt: skip


def test_a_number_that_was_changed_is_found_and_named(
    work: Path, published: Callable[[str], Path], same_again: None
) -> None:
    folder = published(OWNER)
    findings = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    next(one for one in findings["roles"] if one["role"] == "owner")["standard"] = 5
    (folder / "findings.json").write_text(canonical_json(findings), encoding="utf-8")
    found = only(verify_report(folder, workspace=work))
    assert found.result == DIFFERS
    told = [(one.file, one.where, one.published, one.again) for one in found.differences]
    assert told == [("findings.json", "roles[owner].standard", 5, 4)]
    assert "changed after it was made" in " ".join(found.because)


def test_a_page_that_was_changed_is_told_from_its_numbers(
    work: Path, published: Callable[[str], Path], same_again: None
) -> None:
    folder = published(SEARCHER)
    change(folder, "index.html", "</h1>", " (corrected)</h1>")
    (folder / "counts.csv").unlink()
    found = only(verify_report(folder, workspace=work))
    assert found.result == SAME_NUMBERS
    assert [one.file for one in found.differences] == ["counts.csv", "index.html"]


def test_what_is_not_there_is_named_and_nothing_is_computed_without_it(
    work: Path, published: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("investigate.verify.render_again", lambda *given: pytest.fail("it was computed"))
    folder = published(OWNER)
    files = tmp_path / "files"
    shutil.copytree(work / "data" / "raw" / "one", files)
    changed = next(files.iterdir())
    changed.write_bytes(changed.read_bytes().replace(b"burglary", b"robbery!", 1))
    found = only(verify_report(folder, [files], workspace=work))
    assert found.result == NOT_CHECKED
    status = {one["file"]: one["status"] for one in found.inputs}
    assert status[changed.name] == "other bytes"
    assert status["cameras.csv"] == "missing"
    assert any("was changed, or released anew" in sentence for sentence in found.because)
    assert any("'cameras.csv'" in sentence and "not found" in sentence for sentence in found.because)


def test_another_decision_by_hand_is_said_as_the_reason(
    work: Path, published: Callable[[str], Path], tmp_path: Path
) -> None:
    room = tmp_path / "room"
    shutil.copytree(work / "data" / "store", room / "data" / "store")
    (room / "data" / "manual").mkdir()
    text = (work / "data" / "manual" / "reason_overrides.csv").read_text()
    (room / "data" / "manual" / "reason_overrides.csv").write_text(text.replace("a clerk", "another"))
    found = only(verify_report(published(SEARCHER), workspace=room))
    assert found.result == DIFFERS
    assert any("'reason_overrides.csv'" in sentence and "another one is here" in sentence for sentence in found.because)
    assert any(one.where == "roles[searcher].standard" for one in found.differences)


def test_another_version_is_said_as_the_reason(work: Path, published: Callable[[str], Path], same_again: None) -> None:
    folder = published(SEARCHER)
    change(folder, "findings.json", f'"package_version": "{inv.__version__}"', '"package_version": "0.0.1"')
    change(folder, "findings.json", '"rules_version": "', '"rules_version": "0')
    found = only(verify_report(folder, workspace=work))
    assert found.result == SAME_NUMBERS
    assert "version 0.0.1" in found.because[0]
    assert "of the rules" in found.because[1]


NAMED = '"package_version": "1", "rules_version": "1"'


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"agency": 3}',
        f'{{"agency": "a", "slug": "../../x", {NAMED}, "roles": []}}',
        f'{{"agency": "a", "slug": "a", {NAMED}, "roles": [{{"sources": [{{}}]}}], "made_from": {{}}}}',
    ],
)
def test_what_is_no_report_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "findings.json").write_text(content)
    with pytest.raises(InvestigateError, match="investigate report"):
        verify_report(tmp_path, workspace=tmp_path)


def test_a_place_without_a_report_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvestigateError, match="no report"):
        verify_report(tmp_path / "nowhere", workspace=tmp_path)


def test_a_report_of_an_older_version_says_to_make_it_again(published: Callable[[str], Path], work: Path) -> None:
    folder = published(SEARCHER)
    findings = json.loads((folder / "findings.json").read_text())
    del findings["made_from"]
    (folder / "findings.json").write_text(json.dumps(findings))
    with pytest.raises(InvestigateError, match="Make it again"):
        verify_report(folder, workspace=work)


def test_what_other_agencies_released_changes_nothing_in_a_report(work: Path) -> None:
    """The log from 2019 is in the store and in no report; the months of a report are its own."""
    findings = json.loads((work / "reports/output/ashmoor-il-pd/findings.json").read_text())
    role = findings["roles"][0]
    assert {one["period"] for one in role["months"]} == {"2025-01", "2025-02", "2025-03"}
    assert not [one for one in role["comparison"] if one["pair"].startswith("year-to-date")]
    assert "from a box" not in json.dumps(findings)  # a note of the workspace
    assert role["sources"][0].keys() >= {"sha256", "given", "folder"}


def test_a_report_of_the_sample_names_the_sample_of_its_version() -> None:
    logs = [Input("lookup log", path.name, hash_of(path)) for path in (SAMPLE / "logs").rglob("*") if path.is_file()]
    assert logs
    assert not sample_differs(logs)
    assert sample_differs([*logs, Input("lookup log", "x.csv", "0" * 64)])


# ---- the archive ----------------------------------------------------------------------------------------


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed_again(path: Path, content: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def test_an_archive_with_the_released_files_needs_nothing_else(work: Path, tmp_path: Path) -> None:
    report = work / "reports" / "output" / "ashmoor-il-pd"
    made = archive_story([report], tmp_path / "a.zip", with_releases=True, workspace=work)
    assert made["released_files"] == 5
    assert len(made["look_at"]) == 2
    found = only(verify_report(tmp_path / "a.zip", workspace=tmp_path / "strangers"))
    assert (found.result, found.because) == (IDENTICAL, [])


def test_an_archive_holds_what_a_stranger_needs_and_no_more(work: Path, tmp_path: Path) -> None:
    report = work / "reports" / "output" / "ashmoor-il-pd"
    archive_story([report], tmp_path / "a.zip", workspace=work)
    archive_story([report], tmp_path / "b.zip", workspace=work)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    content = members(tmp_path / "a.zip")
    assert {name.split("/")[0] for name in content} == {
        "README.md", "SHA256SUMS", "environment.json", "inputs.csv", "reports", "requirements.lock", "rules",
        "workspace",
    }  # fmt: skip
    assert "rules/reasons/rules.toml" in content
    assert "workspace/data/manual/reason_overrides.csv" in content
    assert b"Quillon" not in b"".join(content.values())
    secret = (work / "data" / "store" / "secret").read_bytes()
    assert all(secret not in data and str(work).encode() not in data for data in content.values())
    readme = content["README.md"].decode()
    assert "3 lookup logs" in readme
    assert "$" not in readme
    assert "investigate verify THIS_ARCHIVE.zip --files" in readme


def test_an_archive_that_was_changed_is_refused(work: Path, tmp_path: Path) -> None:
    report = work / "reports" / "output" / "ashmoor-il-pd"
    archive_story([report], tmp_path / "a.zip", workspace=work)
    content = members(tmp_path / "a.zip")
    changed = content | {"reports/ashmoor-il-pd/findings.json": b"{}"}
    more = content | {"reports/ashmoor-il-pd/more.html": b"x"}
    fewer = {name: data for name, data in content.items() if name != "inputs.csv"}
    out = content | {"../outside.txt": b"x"}
    absolute = content | {"/outside.txt": b"x"}
    for wrong in (changed, more, fewer, out, absolute):
        with pytest.raises(InvestigateError, match="again"):
            verify_report(packed_again(tmp_path / "b.zip", wrong), workspace=work)
    assert not (tmp_path / "outside.txt").exists()
    with pytest.raises(InvestigateError, match="not made by"):
        verify_report(packed_again(tmp_path / "b.zip", {"x.txt": b"x"}), workspace=work)


def test_what_cannot_be_archived_is_one_sentence(work: Path, tmp_path: Path, published: Callable[[str], Path]) -> None:
    folder = published(SEARCHER)
    with pytest.raises(InvestigateError, match=r"reason_overrides\.csv.*Make the reports again"):
        archive_story([folder], tmp_path / "a.zip", workspace=tmp_path / "other")
    with pytest.raises(InvestigateError, match="--files"):
        archive_story([folder], tmp_path / "a.zip", with_releases=True, files=[work / "cameras.csv"], workspace=work)
    with pytest.raises(InvestigateError, match="one by one"):
        archive_story([folder, work / "reports" / "output"], tmp_path / "a.zip", workspace=work)
    assert not (tmp_path / "a.zip").exists()


# ---- the commands ---------------------------------------------------------------------------------------


def test_commands_say_what_they_found_and_exit_so(
    work: Path, tmp_path: Path, published: Callable[[str], Path], same_again: None
) -> None:
    runner = CliRunner()
    folder = published(SEARCHER)
    place = ["--workspace", str(work)]
    good = runner.invoke(cli.app, ["verify", str(folder), *place, "--quiet"])
    assert (good.exit_code, good.stdout.splitlines()[0]) == (
        0, f"{SEARCHER} (ashmoor-il-pd): identical: every file of the report came out the same, byte for byte.",
    )  # fmt: skip
    change(folder, "findings.json", '"searches": 5', '"searches": 6')
    bad = runner.invoke(cli.app, ["verify", str(folder), *place, "--json", "--quiet"])
    assert bad.exit_code == 1
    told: list[dict[str, Any]] = json.loads(bad.stdout)
    assert [one["result"] for one in told] == [DIFFERS]
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "a.csv").write_text("a,b\n1,2\n")
    lacking = runner.invoke(cli.app, ["verify", str(folder), *place, "--files", str(empty), "--quiet"])
    assert lacking.exit_code == 3
    assert "was not found" in lacking.stdout
    packed = runner.invoke(cli.app, ["archive", str(folder), "--out", str(tmp_path / "s.zip"), *place])
    assert packed.exit_code == 0, packed.output
    assert "investigate verify s.zip" in packed.stdout


def test_the_order_of_releases_and_names_with_signs_harm_nothing(tmp_path: Path) -> None:
    root = tmp_path / "work"
    rows = [record(1, OrgName=SEARCHER, Reason="ICE"), record(2, OrgName=SEARCHER, Reason='=1+1, "x"')]
    write_log(root / "in" / '[a]*, b; "c" # Network_Audit.csv', rows, AUDIT)
    inv.load_lookup_logs(root / "in", producer=OWNER, kind="network", timezone="America/Chicago", workspace=root)
    run = inv.render_reports([SEARCHER], workspace=root)
    assert not run["failed"]
    found = only(verify_report(root / "reports" / "output", workspace=root))
    assert (found.result, found.because, found.differences) == (IDENTICAL, [], [])
