"""The verb `cameras`, as a shell sees it: loading, fetching, contract, exit codes, and what a reporter reads."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import overpass_server as bad
import pytest
from overpass_server import Overpass, node
from typer.testing import CliRunner

from investigate.cli import app, main

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
PROMISED = [
    "path", "rows_read", "rows_loaded", "rows_rejected", "other_kinds", "unplaced", "source", "licence", "snapshot",
]  # fmt: skip
Shell = Callable[..., tuple[int, str, str]]


def run(*arguments: object) -> tuple[int, str, str]:
    ran = CliRunner().invoke(app, [str(one) for one in arguments])
    return ran.exit_code, ran.stdout, ran.stderr


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """The command with its errors as sentences: exit code, what it printed, what it said beside."""

    def go(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["investigate", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return go


@pytest.fixture
def server() -> Iterator[Overpass]:
    with bad.serving(Overpass([node(1, 41.0, -89.0), node(2, 41.1, -89.1)])) as running:
        yield running


@pytest.fixture
def cameras(tmp_path: Path) -> Path:
    """An Overpass file: two licence-plate readers, one of them at 0, 0, and one camera of another kind."""
    other = node(3, 41.2, -89.0, tags={"man_made": "surveillance", "surveillance:type": "camera"})
    answer = Overpass([node(1, 41.0, -89.0), node(2, 0.0, 0.0), other]).answer((-90, -180, 90, 180))
    path = tmp_path / "made.json"
    path.write_text(json.dumps(answer))
    return path


def test_json_keeps_the_contract_in_order_and_accounts_for_every_record(cameras: Path, tmp_path: Path) -> None:
    code, out, _ = run("cameras", cameras, "--json", "--workspace", tmp_path)
    assert code == 0
    (one,) = json.loads(out)
    assert list(one)[: len(PROMISED)] == PROMISED
    assert [one[name] for name in PROMISED[1:]] == [3, 2, 0, 1, 1, "osm", "ODbL 1.0", "2026-01-05"]


def test_text_says_layout_rows_date_and_whose_data(cameras: Path, tmp_path: Path) -> None:
    code, out, _ = run("cameras", cameras, "--workspace", tmp_path)
    assert code == 0
    first = out.splitlines()[0]
    for part in (
        "made.json", "overpass", "2 rows loaded of 3", "1 of other kinds of camera left out", "1 on no map (1 default",
        "as of 2026-01-05", "© OpenStreetMap contributors",
    ):  # fmt: skip
        assert part in first
    assert run("cameras", cameras, "--quiet", "--workspace", tmp_path) == (0, "", "")


def test_what_was_loaded_is_in_the_store(cameras: Path, tmp_path: Path) -> None:
    from investigate.cameras.kept import read_cameras  # noqa: PLC0415

    run("cameras", cameras, "--workspace", tmp_path)
    assert sorted(read_cameras(tmp_path)["camera"]) == ["node/1", "node/2"]


def test_a_refused_file_is_named_and_the_others_load(cameras: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{")
    for extra in ([], ["--json"], ["--quiet"]):
        code, out, err = run("cameras", wrong, cameras, "--workspace", tmp_path, *extra)
        assert code == 3
        assert "wrong.json  REFUSED: " in err
        assert "REFUSED" not in out
    code, out, _ = run("cameras", wrong, cameras, "--workspace", tmp_path, "--json")
    assert [one["rows_loaded"] for one in json.loads(out) if one["status"] == "loaded"] == [2]


def test_options_may_come_first_and_win_over_a_silent_file(tmp_path: Path) -> None:
    listed = tmp_path / "listed.csv"
    listed.write_text("id,lat,lon\na,41.0,-89.0\n")
    code, out, _ = run(
        "cameras", "--json", "--source", "released", "--licence", "public record", "--snapshot", "2025-03-01",
        "--workspace", tmp_path, listed,
    )  # fmt: skip
    assert code == 0
    (one,) = json.loads(out)
    assert (one["source"], one["licence"], one["snapshot"]) == ("released", "public record", "2025-03-01")


def test_a_day_that_is_none_is_wrong_usage(cameras: Path, tmp_path: Path, shell: Shell) -> None:
    code, _, err = shell("cameras", cameras, "--snapshot", "soon", "--workspace", tmp_path)
    assert (code, err) == (2, "Error: 'soon' is not a day. Write it as 2025-01-20.\n")


def test_a_file_named_fetch_is_loaded_when_it_is_named_as_one(
    cameras: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fetch").write_bytes(cameras.read_bytes())
    (tmp_path / "load").write_bytes(cameras.read_bytes())
    for name in ("./fetch", "load"):
        code, out, _ = run("cameras", name, "--json", "--workspace", tmp_path)
        assert (code, json.loads(out)[0]["rows_loaded"]) == (0, 2)
    code, _, err = run("cameras", "fetch", "--no-such-option")
    assert code == 2
    assert "cameras fetch" in err


def test_help_tells_of_both(shell: Shell) -> None:
    code, out, _ = shell("cameras", "--help")
    assert code == 0
    assert re.search(r"investigate cameras \[OPTIONS\] \S", out.splitlines()[0])
    for part in ("FILE...", "--licence", "investigate cameras fetch"):
        assert part in out
    code, out, _ = shell("cameras", "fetch", "--help")
    assert code == 0
    for part in ("--state", "--box", "--contact", "--pause", "--max-mb"):
        assert part in out
    assert shell("cameras")[0] == 2


def fetching(server: Overpass, tmp_path: Path, *more: object) -> list[object]:
    return [
        "cameras", "fetch", "--url", server.url, "--contact", "desk@example.org", "--pause", 0, "--workspace", tmp_path,
        *more,
    ]  # fmt: skip


def test_fetch_writes_into_the_workspace_and_what_it_writes_loads(
    server: Overpass, tmp_path: Path, shell: Shell
) -> None:
    code, out, err = shell(*fetching(server, tmp_path, "--state", "il"))
    assert code == 0
    path = tmp_path / "data" / "raw" / "cameras" / f"osm-IL-{dt.date.today().isoformat()}.json"
    assert path.exists()
    assert out.startswith(f"2 cameras in {path} (the map as of 2026-01-05T12:00:00Z; 0 elsewhere left out;")
    assert "© OpenStreetMap contributors, ODbL 1.0" in out
    assert f"Load it with: investigate cameras {path}" in out
    assert len(err.splitlines()) == len(server.asked) > 1
    agents = {one.headers["User-Agent"] for one in server.asked}
    assert len(agents) == 1
    assert agents.pop().endswith("(+contact desk@example.org)")
    code, out, _ = run("cameras", path.parent, "--json", "--workspace", tmp_path)
    assert code == 0
    (one,) = json.loads(out)
    assert (one["rows_read"], one["rows_loaded"], one["source"], one["snapshot"]) == (2, 2, "osm", "2026-01-05")


def test_fetch_of_a_box_to_a_named_file(server: Overpass, tmp_path: Path, shell: Shell) -> None:
    out_file = tmp_path / "my cameras.json"
    code, out, err = shell(*fetching(server, tmp_path, "--box", "40.5,-89.5,41.05,-88.5", "--out", out_file, "--quiet"))
    assert (code, err) == (0, "")
    assert out.startswith("1 camera in ")
    assert f"investigate cameras '{out_file}'" in out
    code, _, _ = shell(*fetching(server, tmp_path, "--box", "-1,-2,1,2"))
    assert code == 0
    assert list((tmp_path / "data" / "raw" / "cameras").glob("osm--1_-2_1_2-*.json"))


def test_fetch_json_gives_the_file_and_what_is_missing(
    server: Overpass, tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("investigate.cameras.fetch.FIRST_WAIT", 0.0)
    out_file = tmp_path / "x.json"
    asked = fetching(server, tmp_path, "--box", "40.5,-89.5,41.5,-88.5", "--out", out_file, "--json")
    server.always = lambda box: bad.fails(500)
    code, out, err = shell(*asked)
    said = json.loads(out)
    assert (code, said["path"], said["cameras"], len(said["failed"])) == (3, None, None, 1)
    assert "Missing: tile" in err
    server.always = lambda box: None
    code, out, err = shell(*asked)
    said = json.loads(out)
    assert (code, err, said["path"], said["cameras"], said["failed"]) == (0, "", str(out_file), 2, [])


def test_tiles_that_are_missing_are_named_and_nothing_is_written(
    server: Overpass, tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("investigate.cameras.fetch.FIRST_WAIT", 0.0)
    server.always = lambda box: bad.fails(500) if box[1] == -90 else None
    asked = fetching(server, tmp_path, "--box", "40.5,-90.5,41.5,-89.5", "--out", tmp_path / "x.json")
    code, out, err = shell(*asked)
    assert (code, out) == (3, "")
    assert "Missing: tile 40.5,-90,41.5,-89.5 (the server answered 500" in err
    assert "1 of 2 tiles are missing, so no file was written. Run the same command again" in err
    assert not (tmp_path / "x.json").exists()
    server.always = lambda box: None
    before = len(server.asked)
    assert shell(*asked)[0] == 0
    assert len(server.asked) - before == 1


def test_ctrl_c_says_in_one_line_that_the_same_command_goes_on(
    server: Overpass, tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from investigate.cameras.fetch_http import Server  # noqa: PLC0415

    asked = fetching(server, tmp_path, "--box", "40.5,-90.5,41.5,-89.5", "--out", tmp_path / "x.json")
    ask = Server.ask

    def stopped_at_the_second(self: Server, query: str, wait: float = 0.0) -> bytes:
        if self.requests:
            raise KeyboardInterrupt
        return ask(self, query, wait)

    with monkeypatch.context() as patched:
        patched.setattr(Server, "ask", stopped_at_the_second)
        code, out, err = shell(*asked, "--quiet")
    assert (code, out) == (130, "")
    assert err == "Stopped. Finished tiles are kept: the same command goes on from there.\n"
    assert not (tmp_path / "x.json").exists()
    code, _, _ = shell(*asked)
    assert (code, len(server.asked)) == (0, 2)


def test_older_snapshots_are_named_with_how_to_be_rid_of_them(server: Overpass, tmp_path: Path, shell: Shell) -> None:
    folder = tmp_path / "data" / "raw" / "cameras"
    box = ["--box", "40.5,-89.5,41.5,-88.5"]
    for name in ("loaded", "only here"):
        code, out, _ = shell(*fetching(server, tmp_path, *box, "--out", folder / f"{name}.json"))
        assert code == 0
    assert "loaded.json (2026-01-05T12:00:00Z)  not loaded" in out
    server.elements = server.elements[:1]
    server.base = "2026-02-05T12:00:00Z"
    for kept in (folder / ".tiles").iterdir():
        kept.unlink()
    run("cameras", folder / "loaded.json", "--workspace", tmp_path)
    (stored,) = (tmp_path / "data" / "store" / "cameras").glob("*.parquet")
    code, out, _ = shell(*fetching(server, tmp_path, *box))
    assert code == 0
    assert "newest dated row counts" in " ".join(out.split())
    assert f"loaded.json (2026-01-05T12:00:00Z)  loaded: to take it out, remove it and {stored}" in out
    new = next(folder.glob("osm-*.json"))
    run("cameras", new, "--workspace", tmp_path)
    from investigate.cameras.kept import read_cameras  # noqa: PLC0415

    assert sorted(read_cameras(tmp_path)["camera"]) == ["node/1", "node/2"]
    stored.unlink()
    assert sorted(read_cameras(tmp_path)["camera"]) == ["node/1"]
    code, out, _ = shell(*fetching(server, tmp_path, *box, "--json"))
    assert [Path(one).name for one in json.loads(out)["older"]] == ["loaded.json", "only here.json"]


def test_loading_says_how_many_are_only_assumed_to_read_plates(
    cameras: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses  # noqa: PLC0415

    from investigate.cameras import load  # noqa: PLC0415

    read = load.read_camera_files

    def with_assumed(*paths: object, **options: object) -> load.CamerasLoad:
        loaded = read(*paths, **options)  # type: ignore[arg-type]
        return dataclasses.replace(loaded, releases=[one | {"assumed": 7} for one in loaded.releases])

    monkeypatch.setattr(load, "read_camera_files", with_assumed)
    assert "7 only assumed to read plates" in run("cameras", cameras, "--workspace", tmp_path)[1]


def test_decisions_by_hand_that_fit_nothing_are_told_after_loading(
    cameras: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "The decision on node/99 fits no loaded camera."
    monkeypatch.setattr("investigate.queried.hand_notes", lambda loaded: [said] if len(loaded.table) == 2 else [])
    for extra in ([], ["--json"]):
        assert f"note: {said}" in run("cameras", cameras, "--workspace", tmp_path, *extra)[2]
    assert run("cameras", cameras, "--workspace", tmp_path, "--quiet")[1:] == ("", "")


def test_a_refusing_server_is_one_sentence_and_failed(server: Overpass, tmp_path: Path, shell: Shell) -> None:
    server.always = lambda box: bad.fails(403)
    code, out, err = shell(*fetching(server, tmp_path, "--box", "40.5,-89.5,41.5,-88.5"))
    assert (code, out) == (1, "")
    assert err.startswith("Error: The server '127.0.0.1' answered 403: it refuses")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["--box", "1,2,3"], "'1,2,3' is no box"),
        (["--box", "a,b,c,d"], "'a,b,c,d' is no box"),
        (["--box", "41,-88,40,-89"], "south must be below north"),
        (["--state", "XX"], "Unknown state 'XX'"),
        ([], "one of the two"),
        (["--state", "IL", "--box", "40,-89,41,-88"], "one of the two"),
        (["--state", "IL", "--max-mb", "0"], "--max-mb"),
        (["--state", "IL", "--max-mb", "nan"], "--max-mb"),
        (["--state", "IL", "--contact", " "], "--contact"),
        (["--state", "IL", "--contact", "me"], "--contact"),
        (["--state", "IL", "--url", "http://overpass.example/"], "https://"),
        (["--state", "IL", "--pause", "-1"], "too short"),
    ],
)
def test_wrong_words_are_wrong_usage_and_nothing_is_asked(
    server: Overpass, tmp_path: Path, shell: Shell, wrong: list[str], says: str
) -> None:
    code, out, err = shell(*fetching(server, tmp_path, *wrong))
    assert (code, out) == (2, "")
    assert says in err
    assert server.asked == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data, which is not published")
def test_the_released_list_of_minnesota_is_accounted_for(tmp_path: Path) -> None:
    path = SHARED / "cameras" / "alpr.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = sum(1 for _ in csv.DictReader(file))
    code, out, _ = run("cameras", path, "--json", "--workspace", tmp_path)
    assert code == 0
    (one,) = json.loads(out)
    assert one["rows_read"] == rows == 1430
    assert one["rows_read"] == one["rows_loaded"] + one["rows_rejected"] + one["other_kinds"] + one["rows_blank"]
