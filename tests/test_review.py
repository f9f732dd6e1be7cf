"""Review: what is drawn and shown, what is read back, and whether the shares and their intervals are right."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
import zipfile
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_logs import load, record, write_log

import investigate as inv
from investigate.errors import EmptyStore, InvestigateError, RefusedFile, UnknownValue
from investigate.reasons.classify import SCOPES
from investigate.review.draw import Key, KeyLine, draw_places, read_key, weigh_reasons
from investigate.review.interval import (
    Interval,
    Judged,
    effective_number,
    exact,
    kappa,
    limits,
    precision,
    recall,
    wilson,
)
from investigate.review.score import parts_judged
from investigate.review.sheet import HEADER, fingerprint, read_lines, sheet_bytes, shown
from investigate.review.told import (
    NOBODY,
    draw_review,
    read_score,
    say_bounds,
    say_changes,
    say_review,
    say_share,
    score_review,
)
from investigate.sections.review import show_review
from investigate.workspace import REPOSITORY, SAMPLE, Workspace

OWNER = "Mossgate IL PD"
# Reason → searches. By our rules: immigration 5, agency 4, homeland 3, other 102, of which a reader sees through 3.
SEARCHES = {"immigration": 3, "deportation": 2, "ICE": 4, "HSI": 3, "burglary shed": 99, "papeles en regla": 3}
IS_RIGHT = {
    "immigration": "immigration",
    "deportation": "immigration",
    "ICE": "immigration_agency",
    "HSI": "homeland",
    "papeles en regla": "immigration",
}


def make(root: Path, searches: dict[str, int] | None = None, shuffle: int | None = None, owner: str = OWNER) -> Path:
    """A workspace with one network audit: each reason in as many searches as said."""
    texts = [text for text, count in (searches or SEARCHES).items() for _ in range(count)]
    records = [record(number, Reason=text) for number, text in enumerate(texts)]
    if shuffle is not None:
        random.Random(shuffle).shuffle(records)
    load([write_log(root / "logs" / f"{owner}_Network_Audit_1.csv", records)], root)
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("review"))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def judge(drawn: Path, name: str, answers: dict[str, str], otherwise: str = "none of these") -> Path:
    """A copy of the drawn CSV with the answers to its reasons."""
    rows = [row | {"judged": answers.get(row["reason"], otherwise)} for row in rows_of(drawn)]
    return write_rows(drawn.with_name(name), rows)


def rename(rows: list[dict[str, str]], name: str) -> None:
    """Call the column `judged` otherwise."""
    for row in rows:
        row[name] = row.pop("judged")


def correct(root: Path, *texts: str) -> None:
    """Corrections by hand that put these reasons into `immigration`."""
    head = "text,pattern,category,who,when,why\n"
    rows = "".join(f"{text},,immigration,A. Editor,2026-11-01,missed\n" for text in texts)
    (root / "data" / "manual").mkdir(parents=True, exist_ok=True)
    (root / "data" / "manual" / "reason_overrides.csv").write_text(head + rows, encoding="utf-8")


def texts_of(path: Path) -> set[str]:
    return {row["reason"] for row in rows_of(path)}


# ---- drawing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_same_seed_gives_the_same_bytes_also_with_the_rows_in_another_order(tmp_path: Path, kind: str) -> None:
    made = [
        draw_review(tmp_path / f"{number}.{kind}", 2, 7, make(tmp_path / str(number), shuffle=shuffle))
        for number, shuffle in enumerate([None, 1, 2])
    ]
    assert len({one.path.read_bytes() for one in made}) == 1
    again = draw_review(tmp_path / f"again.{kind}", 2, 7, tmp_path / "0")
    assert again.path.read_bytes() == made[0].path.read_bytes()


def test_another_seed_draws_other_reasons(tmp_path: Path) -> None:
    where = make(tmp_path / "w", {f"burglary shed {chr(97 + number)}x": 1 for number in range(26)})
    drawn = [texts_of(draw_review(tmp_path / f"{seed}.csv", 5, seed, where).path) for seed in (1, 2)]
    assert drawn[0] != drawn[1]


def test_file_shows_nothing_of_how_a_reason_was_classified(root: Path, tmp_path: Path) -> None:
    drawing = draw_review(tmp_path / "a.csv", workspace=root)
    rows = rows_of(drawing.path)
    assert tuple(rows[0]) == HEADER
    assert all(row["judged"] == row["note"] == "" for row in rows)
    assert all(re.fullmatch("[b-df-hj-np-t]{6}-[b-df-hj-np-t]{10}", row["number"]) for row in rows)
    of_number = {line["number"]: line["category"] for line in json.loads(drawing.key.read_text())["lines"]}
    category = {row["reason"]: of_number[row["number"]] for row in rows}
    orders = {
        tuple(category[row["reason"]] for row in rows_of(draw_review(tmp_path / f"{seed}.csv", 25, seed, root).path))
        for seed in range(5)
    }
    assert len(orders) > 1, "the order of categories is always the same"


def test_rare_category_is_taken_whole_and_a_large_one_is_drawn_by_searches(tmp_path: Path) -> None:
    many = {"burglary shed": 990} | {f"theft of a barrow {chr(97 + number)}x": 1 for number in range(10)}
    where = make(tmp_path / "w", many | {"ICE": 1})
    for seed in range(5):
        drawing = draw_review(tmp_path / f"{seed}.csv", 6, seed, where)
        by_category = drawing.categories.set_index("category")
        assert by_category.loc["immigration_agency", ["reasons", "searches", "lines", "how"]].tolist() == [
            1, 1, 1, "all of them",
        ]  # fmt: skip
        assert by_category.loc["other", "how"] == "by chance, weighted by searches"
        assert {"ICE", "burglary shed"} <= texts_of(drawing.path)
        held = json.loads(drawing.key.read_text())
        assert sum(line["draws"] for line in held["lines"] if line["category"] == "other") == 6


def test_draws_fall_on_the_reasons_in_proportion_to_their_searches(tmp_path: Path) -> None:
    where = make(tmp_path / "w", {f"burglary {chr(97 + number)}x": number + 1 for number in range(12)})
    drawing = draw_review(tmp_path / "a.csv", 8, 3, where)
    weights = weigh_reasons(inv.open_tables(where).searches).execute().sort_values("reason_id")
    ends = weights["searches"].cumsum().to_numpy()
    fallen = np.searchsorted(ends, draw_places(3, "other", int(ends[-1]), 8), side="right")
    expected = weights["reason_id"].to_numpy()[fallen].tolist()
    held = json.loads(drawing.key.read_text())["lines"]
    assert {line["reason_id"]: line["draws"] for line in held} == {one: expected.count(one) for one in expected}


def test_search_with_texts_of_two_categories_is_drawn_from_the_one_that_counts(tmp_path: Path) -> None:
    """All ten ICE searches are counted; that another owner's log calls four of them otherwise is no miss."""
    texts = ["ICE"] * 10 + ["burglary shed"] * 5
    write_log(tmp_path / "logs" / f"{OWNER}_Network_Audit_1.csv", [record(n, Reason=r) for n, r in enumerate(texts)])
    other = [record(n, Reason=r) for n, r in enumerate(["investigation"] * 4)]
    write_log(tmp_path / "logs" / "Dellbrook IL PD_Network_Audit_1.csv", other)
    load([tmp_path / "logs"], tmp_path)
    drawing = draw_review(tmp_path / "a.csv", workspace=tmp_path)
    assert dict(zip(drawing.categories["category"], drawing.categories["searches"], strict=True)) == {
        "immigration_agency": 10,
        "other": 5,
    }
    answers = {"ICE": "immigration_agency", "investigation": "immigration_agency"}
    counts = score_review(judge(drawing.path, "j.csv", answers), tmp_path).counts
    assert counts["scopes"]["standard"]["recall"]["share"] == 1


def test_search_that_shows_two_texts_of_a_category_weighs_once(tmp_path: Path) -> None:
    rows = [record(1, Reason="ICE"), record(1, Reason="ICE hold warrant"), record(2, Reason="ICE")]
    load([write_log(tmp_path / "logs" / f"{OWNER}_Network_Audit_1.csv", rows[:1] + rows[2:]),
          write_log(tmp_path / "logs" / "Dellbrook IL PD_Network_Audit_1.csv", [record(1, Reason="ICE", Case="77")])],
         tmp_path)  # fmt: skip
    tables = inv.open_tables(tmp_path)
    assert tables.searches.reason_id.nunique().execute() == 2
    assert weigh_reasons(tables.searches).searches.sum().execute() == tables.searches.search_key.nunique().execute()


def test_reasons_that_cannot_be_judged_are_left_out_and_named(tmp_path: Path) -> None:
    where = make(tmp_path / "w", {"": 4, "ICE": 1, "REDACTED": 2})
    drawing = draw_review(tmp_path / "a.csv", workspace=where)
    assert texts_of(drawing.path) == {"ICE"}
    assert "'blank', 'withheld', 'not_exported'" in " ".join(drawing.says)


def test_one_agency_can_be_drawn_from(tmp_path: Path) -> None:
    rows = [record(1, Reason="ICE"), record(2, Reason="HSI", OrgName="Fernwick IL PD")]
    load([write_log(tmp_path / "logs" / f"{OWNER}_Network_Audit_1.csv", rows)], tmp_path)
    drawing = draw_review(tmp_path / "a.csv", workspace=tmp_path, agency="fernwick il pd")
    assert texts_of(drawing.path) == {"HSI"}
    score = score_review(judge(drawing.path, "j.csv", {"HSI": "homeland"}), tmp_path)
    assert "weighted by distinct searches over the searches by Fernwick IL PD" in " ".join(score.says)


def test_sheet_key_and_score_outlive_the_store(tmp_path: Path) -> None:
    """The store may be removed at any time; what a person judged may not be lost with it."""
    drawing = draw_review(workspace=make(tmp_path))
    assert drawing.path.parent == drawing.key.parent == Workspace(tmp_path).review == tmp_path / "data" / "review"
    assert "ICE" not in drawing.key.read_text()
    drawn = draw_review(tmp_path / "a.csv", workspace=tmp_path).path
    shutil.rmtree(tmp_path / "data" / "store")
    make(tmp_path)
    score = score_review(judge(drawn, "j.csv", IS_RIGHT), tmp_path)
    assert score.path == tmp_path / "data" / "review" / "review_score.json"
    assert score.counts["judged"] == 6
    assert say_changes(read_score(tmp_path)) == []


def test_what_is_judged_is_never_committed(tmp_path: Path) -> None:
    ignored = (REPOSITORY / ".gitignore").read_text(encoding="utf-8").splitlines()
    for room in (Workspace(REPOSITORY), Workspace(SAMPLE)):
        assert f"{room.review.relative_to(REPOSITORY).as_posix()}/" in ignored
    assert Workspace(SAMPLE).review == SAMPLE / "review", "data/sample/data is removed and made again"


def test_file_with_answers_is_never_written_over(root: Path, tmp_path: Path) -> None:
    path = draw_review(tmp_path / "a.csv", workspace=root).path
    before = judge(path, "a.csv", IS_RIGHT).read_bytes()
    with pytest.raises(InvestigateError, match=r"'a\.csv' is already there and may hold answers"):
        draw_review(path, workspace=root)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"per_category": 0}, "0 reasons per category"),
        ({"per_category": 10_001}, "from 1 to 10,000"),
        ({"seed": -1}, "seed -1 is below 0"),
        ({"out": "a.txt"}, "not '.txt'"),
        ({"agency": "Nowhere PD"}, "Unknown agency 'Nowhere PD'"),
    ],
)
def test_what_cannot_be_drawn_is_said(root: Path, given: dict[str, Any], says: str) -> None:
    with pytest.raises(UnknownValue, match=re.escape(says)):
        draw_review(**given, workspace=root)


def test_nothing_loaded_and_nothing_to_judge_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(EmptyStore, match="Nothing has been loaded"):
        draw_review(tmp_path / "a.csv", workspace=tmp_path / "empty")
    with pytest.raises(EmptyStore, match="a reason that a person could judge"):
        draw_review(tmp_path / "a.csv", workspace=make(tmp_path / "w", {"": 3}))


# ---- the file ---------------------------------------------------------------------------------------------

HOSTILE = [
    "=1+1", "+1", "-5", "@SUM(A1)", '=HYPERLINK("http://mossgate.example","x")', "＝1+1", "'quoted", "true", "Jan 5",
    "1-2", "20688123456789012", "_x0041_", "a\x07b ICE", "two\r\nlines, and a comma", 'a "quote"', "¿migra? 🚓", "|cmd",
    "x" * 40_000, " ICE ",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_hostile_text_comes_back_as_it_was(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(sheet_bytes(f".{kind}", [(f"n{at}", shown(text), "", "") for at, text in enumerate(HOSTILE)]))
    read = read_lines(path)
    assert [line.cells["number"] for line in read] == [f"n{at}" for at in range(len(HOSTILE))]
    assert [fingerprint(line.cells["reason"]) for line in read] == [fingerprint(shown(text)) for text in HOSTILE]


def test_no_cell_of_a_csv_is_a_formula_a_number_or_a_date() -> None:
    content = sheet_bytes(".csv", [("n", shown(text), "", "") for text in HOSTILE]).decode("utf-8-sig")
    cells = [row[1] for row in csv.reader(io.StringIO(content, newline=""))][1:]
    assert not [cell for cell in cells if re.match(r"(?i)[=+\-@\t\r\n\d＝|]|true|jan", cell)]
    assert cells[HOSTILE.index("=1+1")] == "'=1+1"
    assert cells[HOSTILE.index('a "quote"')] == 'a "quote"'


def test_cells_of_a_workbook_are_text_with_a_list_of_answers(root: Path, tmp_path: Path) -> None:
    path = draw_review(tmp_path / "a.xlsx", workspace=root).path
    book = openpyxl.load_workbook(path)
    sheet = book["Review"]
    assert {cell.data_type for row in sheet.iter_rows(max_col=4) for cell in row if cell.value} == {"s"}
    assert sheet.freeze_panes == "A2"
    [choice] = sheet.data_validations.dataValidation
    assert str(choice.sqref) == "E2:E7"
    assert "immigration_agency" in choice.formula1
    assert "none of these" in choice.formula1
    assert len(choice.formula1) <= 255
    assert [cell.value for cell in book["How to judge"]["A"]][-3:] == ["Rule 1", "Rule 2", "Rule 3"]


@pytest.mark.parametrize("text", ["ICE _x0041_" * 3000, "ICE " + "🚓" * 20_000, "_x0041_🚓" * 9000, "x" * 1_000_000])
def test_cell_of_a_workbook_is_never_longer_than_one_may_be(text: str, tmp_path: Path) -> None:
    """32,767 units of UTF-16, counted as they are written: with what stands for a character by its code."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(sheet_bytes(".xlsx", [("n", shown(text), "", "")]))
    with zipfile.ZipFile(path) as held:
        cells = "".join(held.read(name).decode() for name in held.namelist() if name.endswith(".xml"))
    written = [unescape(one) for one in re.findall("<t[^>]*>([^<]*)</t>", cells)]
    longest = max(written, key=len)
    assert 31_000 < len(longest.encode("utf-16-le")) // 2 <= 32_767
    assert "(cut: " in longest
    assert fingerprint(read_lines(path)[0].cells["reason"]) == fingerprint(shown(text))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=4))
def test_any_text_comes_back_from_both_kinds_of_file(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    for kind in (".csv", ".xlsx"):
        path = folder / f"a{kind}"
        path.write_bytes(sheet_bytes(kind, [(f"n{at}", shown(text), "", "") for at, text in enumerate(texts)]))
        read = [fingerprint(line.cells["reason"]) for line in read_lines(path)]
        assert read == [fingerprint(shown(text)) for text in texts]


def test_workbook_judged_by_a_person_is_read(root: Path, tmp_path: Path) -> None:
    path = draw_review(tmp_path / "a.xlsx", workspace=root).path
    book = openpyxl.load_workbook(path)
    for row in list(book["Review"].iter_rows())[1:]:
        row[4].value = IS_RIGHT.get(row[1].value, "none of these")
    book.save(path)
    assert score_review(path, root).counts["judged"] == 6


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-16"), (",", "cp1252")])
def test_file_saved_by_a_spreadsheet_program_in_another_form_is_read(
    root: Path, tmp_path: Path, delimiter: str, encoding: str
) -> None:
    path = draw_review(tmp_path / "a.csv", workspace=root).path
    rows = rows_of(path)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(row | {"judged": " None  OF these "} for row in rows)
    (tmp_path / "b.csv").write_bytes(text.getvalue().encode(encoding))
    assert score_review(tmp_path / "b.csv", root).counts["judged"] == 6


def test_blanks_capitals_and_the_names_of_other_categories_are_understood(root: Path, tmp_path: Path) -> None:
    path = draw_review(tmp_path / "a.csv", workspace=root).path
    answers = {"ICE": " Immigration  AGENCY", "HSI": "Other_Federal", "immigration": "IMMIGRATION", "deportation": ""}
    counts = score_review(judge(path, "j.csv", answers, "vague"), root).counts
    judged = {one["category"]: one["judged_as"] for one in counts["categories"]}
    assert judged["immigration_agency"] == {"immigration_agency": 1}
    assert judged["homeland"] == {"none of these": 1}
    assert judged["immigration"] == {"immigration": 1}
    assert counts["unjudged"] == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows[1].update(judged="migration"), r"j\.csv, row 3: 'migration' is no answer\. Allowed are"),
        (lambda rows: rows[0].update(number="bcdfgh-x"), r"'bcdfgh-x' is not the number of a line|not drawn in"),
        (lambda rows: rows[0].update(number="b" * 400), r"row 2: 'b{40}' is not the number of a line"),
        (lambda rows: rows[2].update(number="17"), r"row 4: '17' is not the number of a line"),
        (lambda rows: rows[2].update(rows[1]), r"stands in row 3 and again in row 4"),
        (lambda rows: rows[2].update(reason="check"), r"row 4: the cell 'reason' is not what was drawn"),
        (lambda rows: rows.clear() or rows.append({"plate": "x", "reason": "y"}), "is not a file to judge"),
        (lambda rows: [row.update(judged_1="") for row in rows], "has the column 'judged' beside 'judged_1'"),
        (lambda rows: rename(rows, "judged by Anna"), "has the column 'judged_by_anna', which is none of"),
        (lambda rows: [row.update(judged_3="homeland") for row in rows], "has the column 'judged_3', which is none of"),
    ],
)
def test_file_that_was_damaged_is_refused_with_the_place(root: Path, tmp_path: Path, change: Any, says: str) -> None:
    rows = rows_of(draw_review(tmp_path / "a.csv", workspace=root).path)
    change(rows)
    with pytest.raises(RefusedFile, match=says):
        score_review(write_rows(tmp_path / "j.csv", rows), root)


def test_files_that_are_none_are_refused(root: Path, tmp_path: Path) -> None:
    path = draw_review(tmp_path / "a.csv", workspace=root).path
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "empty.csv").write_bytes(b"")
    for name, says in {
        "broken.xlsx": "damaged",
        "empty.csv": "not a file to judge",
        "gone.csv": "cannot be read",
    }.items():
        with pytest.raises(RefusedFile, match=says):
            score_review(tmp_path / name, root)
    with pytest.raises(RefusedFile, match="named twice"):
        score_review([path, path], root)
    with pytest.raises(RefusedFile, match="No judged file"):
        score_review([], root)
    other = draw_review(tmp_path / "b.csv", 25, 2, root).path
    with pytest.raises(RefusedFile, match="belongs to another draw"):
        score_review([path, other], root)
    elsewhere = make(tmp_path / "elsewhere")
    with pytest.raises(RefusedFile, match="was not drawn in the workspace 'elsewhere'"):
        score_review(path, elsewhere)


# ---- intervals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "draws", "low", "high"),
    [(0.8, 10, 0.490162, 0.943318), (0, 10, 0, 0.277533), (1, 10, 0.722467, 1), (0.5, 100, 0.403832, 0.596168)],
)
def test_wilson_gives_the_published_limits(share: float, draws: float, low: float, high: float) -> None:
    found = wilson(share, draws)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-6)


def test_precision_and_recall_counted_by_eye() -> None:
    """10 searches are immigration, half of them rightly; of 90 others a tenth are missed: 5 found, 9 missed."""
    parts = [Judged("immigration", 10, 0.5, 20), Judged("other", 90, 0.1, 20), Judged("vague", 0, 0, 0)]
    found = precision(parts, frozenset({"immigration"}))
    assert found == wilson(0.5, 20)
    back = recall(parts, frozenset({"immigration"}))
    assert isinstance(back, Interval)
    assert back.share == pytest.approx(5 / 14)
    assert back.low < 5 / 14 < back.high


def test_perfect_judge_gives_one_with_room_below() -> None:
    parts = [Judged("immigration", 10, 1, 25), Judged("immigration_agency", 30, 1, 25), Judged("other", 60, 0, 25)]
    for measure in (precision, recall):
        found = measure(parts, SCOPES["standard"])
        assert isinstance(found, Interval)
        assert (found.share, found.high) == (1, 1)
        assert 0.3 < found.low < 1


def test_recall_is_not_called_certain_where_few_of_many_were_looked_at() -> None:
    parts = [Judged("immigration", 1_000, 1, 25), Judged("other", 1_000_000, 0, 25)]
    found = recall(parts, SCOPES["strict"])
    assert isinstance(found, Interval)
    assert found.share == 1
    assert found.low < 0.05


def test_what_was_not_judged_is_not_known_and_said_so() -> None:
    parts = [Judged("immigration", 10, 1, 25), Judged("other", 90, 0, 0)]
    assert isinstance(precision(parts, SCOPES["strict"]), Interval)
    assert recall(parts, SCOPES["strict"]) == "No reason of the category 'other' has been judged."
    assert precision(parts[1:], SCOPES["strict"]) == "No search was classified in this scope."
    nothing_in_it = [Judged("immigration", 10, 0, 25), Judged("other", 90, 0, 25)]
    assert recall(nothing_in_it, SCOPES["strict"]) == "None of the judged reasons was judged to be in this scope."


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.floats(0, 1), st.floats(0.5, 200)), min_size=2, max_size=5),
    st.integers(1, 4),
)
def test_limits_lie_around_the_share_and_between_0_and_1(held: list[tuple[int, float, float]], inside: int) -> None:
    parts = [Judged(str(at), *one) for at, one in enumerate(held)]
    for measure in (precision, recall):
        found = measure(parts, frozenset(str(at) for at in range(inside)))
        if isinstance(found, Interval):
            assert -1e-9 <= found.low <= found.share + 1e-9
            assert found.share - 1e-9 <= found.high <= 1 + 1e-9


def test_judgements_that_weigh_the_same_are_worth_their_number_and_others_less() -> None:
    assert effective_number([5, 5, 5]) == pytest.approx(3)
    assert effective_number([1, 99]) == pytest.approx(100**2 / (1 + 99**2))
    assert effective_number([]) == 0


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [(0, 25, 0, 0.137185), (1, 25, 0.001012, 0.203517), (25, 25, 0.862815, 1), (8, 10, 0.443905, 0.974789)],
)
def test_exact_limits_are_the_published_ones(right: int, of: int, low: float, high: float) -> None:
    found = exact(right / of, of)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-5)


def test_where_few_answers_are_of_one_kind_limits_are_no_narrower_than_exact_ones() -> None:
    assert limits(0.04, 25).low == exact(0.04, 25).low < wilson(0.04, 25).low
    assert limits(0, 25).high == exact(0, 25).high > wilson(0, 25).high
    assert limits(0.5, 20) == wilson(0.5, 20)


@pytest.mark.parametrize("draws", [25, 100])
@pytest.mark.parametrize("missed", [0.0005, 0.002, 0.0065])
def test_recall_is_bounded_also_where_misses_are_rare_in_a_large_category(draws: int, missed: float) -> None:
    """Of 1,000,000 others under 1 % are missed: as many as are found, or more, and mostly none of them is drawn."""
    sizes = {"immigration": 500, "immigration_agency": 2000, "homeland": 1000, "other": 1_000_000, "vague": 300_000}
    true = {"immigration": 0.98, "immigration_agency": 0.95, "homeland": 0.02, "other": missed, "vague": 0.0}
    inside = SCOPES["standard"]
    found = sum(sizes[name] * true[name] for name in inside if name in sizes)
    share = found / sum(sizes[name] * true[name] for name in sizes)
    generator, held = np.random.default_rng(1), 0
    for _ in range(400):
        parts = [
            Judged(name, size, generator.binomial(draws, true[name]) / draws, draws) for name, size in sizes.items()
        ]
        back = recall(parts, inside)
        assert isinstance(back, Interval)
        held += back.low <= share <= back.high
    assert held >= 0.93 * 400


def test_number_that_was_asked_for_makes_no_interval_narrower(root: Path, tmp_path: Path) -> None:
    """At 6 and at 10,000 draws the same six reasons are taken and judged."""
    found = []
    for draws in (6, 25, 10_000):
        drawn = draw_review(tmp_path / f"{draws}.csv", draws, 1, root).path
        found.append(score_review(judge(drawn, f"j{draws}.csv", IS_RIGHT), root).counts["scopes"])
    assert found[0] == found[1] == found[2]
    one = found[0]["strict"]["precision"]  # two reasons of `immigration` were judged
    assert one["low"] == pytest.approx(limits(1, 2).low, abs=1e-6)


def test_draws_of_one_and_the_same_reason_are_one_judgement(tmp_path: Path) -> None:
    many = {"burglary shed": 9_900} | {f"theft of a barrow {chr(97 + number)}x": 1 for number in range(26)}
    key = draw_review(tmp_path / "a.csv", 20, 1, make(tmp_path / "w", many)).key
    held = read_key(Workspace(tmp_path / "w"), key.stem.rpartition("_")[2], "a.csv")
    [other] = [
        part for part in parts_judged(held, {one.number: "homeland" for one in held.lines}, "broad") if part.draws
    ]
    assert other.draws == len(held.lines) < 20


def test_kappa_of_a_table_worked_by_hand() -> None:
    """20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: 0.7 agree, 0.5 by chance, kappa 0.4."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([("y", "y")] * 9) is None
    assert kappa([]) is None
    assert kappa([("y", "n")] * 9) == 0


# Truth: category → (share of its searches that are immigration, reasons); the weights are as uneven as real ones.
WORLDS = {
    "usual": {"immigration": (0.95, 60), "immigration_agency": (0.8, 60), "other": (0.03, 200)},
    "rare misses in a large category": {"immigration": (0.97, 60), "other": (0.004, 400)},
    "small category taken whole": {"immigration": (0.6, 12), "other": (0.05, 200)},
}


@pytest.mark.parametrize("world", WORLDS)
def test_intervals_hold_the_truth_in_nine_of_ten_draws(world: str) -> None:
    made = _truth(WORLDS[world])
    now = {category: int(weights.sum()) for category, (weights, _) in made.items()}
    inside = SCOPES["standard"]
    true = {category: float(weights @ is_in) for category, (weights, is_in) in made.items()}
    found = sum(value for category, value in true.items() if category in inside)
    wanted = {
        precision: found / sum(now[category] for category in now if category in inside),
        recall: found / sum(true.values()),
    }
    held = dict.fromkeys(wanted, 0)
    for seed in range(300):
        key, answers = _drawn(made, seed, 25)
        parts = parts_judged(key, answers, "standard")
        for measure, value in wanted.items():
            limits = measure(parts, inside)
            assert isinstance(limits, Interval)
            held[measure] += limits.low - 1e-9 <= value <= limits.high + 1e-9
    assert min(held.values()) >= 270, {measure.__name__: count for measure, count in held.items()}


def _truth(world: dict[str, tuple[float, int]]) -> dict[str, tuple[Any, Any]]:
    """Weights and truth of each category's reasons: about the wanted share of its searches is true."""
    generator = np.random.default_rng(11)
    made = {}
    for category, (share, count) in world.items():
        weights = (generator.pareto(1.5, count) * 20 + 1).astype("int64") * (50 if category == "other" else 1)
        order = generator.permutation(count)
        is_in = np.zeros(count)
        is_in[order[np.cumsum(weights[order]) <= share * weights.sum()]] = 1
        made[category] = weights, is_in
    return made


def _drawn(made: dict[str, tuple[Any, Any]], seed: int, draws: int) -> tuple[Key, dict[str, str]]:
    lines, answers, sizes, whole = [], {}, {}, []
    for category, (weights, is_in) in made.items():
        size = int(weights.sum())
        sizes[category] = size
        if len(weights) <= draws:
            whole.append(category)
            times = np.ones(len(weights))
        else:
            places = np.searchsorted(np.cumsum(weights), draw_places(seed, category, size, draws), side="right")
            times = np.bincount(places, minlength=len(weights))
        for at in np.flatnonzero(times):
            name = f"{category} {at}"
            lines.append(KeyLine(name, name, category, int(weights[at]), int(times[at]), {}))
            answers[name] = "immigration" if is_in[at] else "none of these"
    return Key("x", seed, draws, None, None, "1", "", "", sizes, whole, lines), answers


# ---- scoring ----------------------------------------------------------------------------------------------


def test_one_judge_counted_by_eye(root: Path, tmp_path: Path) -> None:
    """Standard: ours 9 searches, all of them right; the reader finds 3 more in `other`: recall 9 of 12."""
    path = draw_review(tmp_path / "a.csv", workspace=root).path
    counts = score_review(judge(path, "j.csv", IS_RIGHT), root).counts
    assert (counts["drawn"], counts["judged"], counts["unjudged"], counts["judges"]) == (6, 6, 0, 1)
    shares = {
        scope: [found[name]["share"] for name in ("precision", "recall")] for scope, found in counts["scopes"].items()
    }
    assert shares["standard"] == [1, pytest.approx(9 / 12)]
    assert shares["strict"] == [1, pytest.approx(5 / 8)]
    assert shares["broad"] == [1, pytest.approx(12 / 15)]
    assert counts["scopes"]["standard"]["precision"]["low"] < 1
    assert counts["agreement"] is None


def test_saved_score_is_counts_only_and_the_same_bytes_each_time(root: Path, tmp_path: Path) -> None:
    path = judge(draw_review(tmp_path / "a.csv", workspace=root).path, "j.csv", IS_RIGHT)
    saved = [score_review(path, root).path.read_bytes() for _ in range(2)]
    assert saved[0] == saved[1]
    assert Workspace(root).review / "review_score.json" == score_review(path, root).path
    assert not [text for text in SEARCHES if f'"{text}"' in saved[0].decode() and text not in SCOPES["broad"]]
    since = {"files_changed_since": False, "corrections_changed_since": False}
    assert read_score(root) == json.loads(saved[0]) | since


def test_unjudged_lines_count_neither_way(root: Path, tmp_path: Path) -> None:
    path = draw_review(tmp_path / "a.csv", workspace=root).path
    score = score_review(judge(path, "j.csv", {"ICE": "immigration_agency", "immigration": "none of these"}, ""), root)
    assert score.counts["unjudged"] == 4
    strict = score.counts["scopes"]["strict"]
    assert strict["precision"]["share"] == 0
    assert strict["recall"]["share"] is None
    assert strict["recall"]["not_known_because"] == "No reason of the categories 'homeland', 'other' has been judged."
    assert "4 lines were left unjudged: in none of these shares." in score.says
    # Of the two reasons of `immigration` one was judged: the share rests on one line, not on 25 draws.
    assert strict["precision"]["high"] == pytest.approx(limits(0, 1).high, abs=1e-6)


def test_file_without_an_answer_leaves_a_good_score_alone(tmp_path: Path) -> None:
    where = make(tmp_path / "w")
    drawn = draw_review(tmp_path / "a.csv", workspace=where).path
    assert say_review(read_score(where)) == say_review(None) == NOBODY
    with pytest.raises(RefusedFile, match=r"'a\.csv'.*no line that counts.*6 lines were left unjudged"):
        score_review(drawn, where)
    assert read_score(where) is None, "nothing judged is nothing saved"
    saved = score_review(judge(drawn, "good.csv", IS_RIGHT), where).path.read_bytes()
    unsettled = [judge(drawn, "1.csv", {}), judge(drawn, "2.csv", {}, "homeland")]
    for files in (drawn, unsettled):
        with pytest.raises(RefusedFile, match="no line that counts"):
            score_review(files, where)
    assert (where / "data" / "review" / "review_score.json").read_bytes() == saved


def two_judges(root: Path, folder: Path) -> tuple[Path, Path]:
    path = draw_review(folder / "a.csv", workspace=root).path
    second = IS_RIGHT | {"HSI": "none of these", "deportation": ""}
    return judge(path, "j1.csv", IS_RIGHT), judge(path, "j2.csv", second)


def test_two_judges_agree_as_counted_by_eye(root: Path, tmp_path: Path) -> None:
    """5 lines by both, 4 the same: first 2 immigration, 1 agency, 1 homeland, 1 none; second 2, 1, 0, 2."""
    score = score_review(two_judges(root, tmp_path), root)
    by_chance = (2 * 2 + 1 * 1 + 0 + 1 * 2) / 25
    found = score.counts["agreement"]
    assert (found["lines"], found["same"]) == (5, 4)
    assert found["kappa"] == pytest.approx((0.8 - by_chance) / (1 - by_chance), abs=1e-6)
    assert found["scopes"]["strict"] == {"lines": 5, "same": 5, "kappa": 1}
    assert (score.counts["judged"], score.counts["not_settled"]) == (4, 2)
    assert score.counts["scopes"]["broad"]["precision"]["share"] is None  # nothing of `homeland` is settled


def test_third_judge_settles_and_so_does_a_column(root: Path, tmp_path: Path) -> None:
    first, second = two_judges(root, tmp_path)
    third = judge(first, "j3.csv", IS_RIGHT)
    score = score_review([first, second, third], root)
    assert (score.counts["judged"], score.counts["not_settled"], score.counts["judges"]) == (6, 0, 2)
    rows = [
        {name: text for name, text in one.items() if name != "judged"}
        | {"judged_1": one["judged"], "judged_2": other["judged"], "agreed": last["judged"]}
        for one, other, last in zip(*map(rows_of, (first, second, third)), strict=True)
    ]
    assert score_review(write_rows(tmp_path / "both.csv", rows), root).counts == score.counts
    with pytest.raises(RefusedFile, match="4 judges"):
        score_review([first, second, third, judge(first, "j4.csv", IS_RIGHT)], root)


def test_kappa_that_is_undefined_is_said_to_be_not_known(root: Path, tmp_path: Path) -> None:
    path = draw_review(tmp_path / "a.csv", workspace=root).path
    score = score_review([judge(path, "1.csv", {}), judge(path, "2.csv", {})], root)
    assert score.counts["agreement"]["kappa"] is None
    assert "Cohen's kappa is not known, since both gave one and the same answer throughout" in " ".join(score.says)


def test_correcting_what_was_missed_leaves_the_shares_as_drawn_and_says_so(tmp_path: Path) -> None:
    """Else the sample is measured by what was mended after looking at it, and the recall looks better than it is."""
    where = make(tmp_path / "w")
    path = judge(draw_review(tmp_path / "a.csv", workspace=where).path, "j.csv", IS_RIGHT)
    before = score_review(path, where)
    assert say_changes(before.counts) == []
    correct(where, "papeles en regla")
    after = score_review(path, where)
    assert after.counts["scopes"] == before.counts["scopes"]
    assert after.counts["category_changed"] == 1
    said = " ".join(after.says)
    assert "1 of the reasons has another category now than when it was drawn" in said
    assert "Corrections by hand were made or changed since the drawing" in said
    assert "not of what is counted now" in say_review(after.counts)
    assert "not of what is counted now" not in say_review(before.counts)


def test_corrections_that_came_after_the_score_are_told_on_the_page(tmp_path: Path) -> None:
    where = make(tmp_path / "w")
    score_review(judge(draw_review(tmp_path / "a.csv", workspace=where).path, "j.csv", IS_RIGHT), where)
    assert "since the drawing" not in show_review(inv.open_report(OWNER, workspace=where)).text
    correct(where, "papeles en regla")
    assert "Corrections by hand were made or changed since the drawing" in " ".join(say_bounds(read_score(where)))
    assert "not of what is counted now" in show_review(inv.open_report(OWNER, workspace=where)).text


def test_files_loaded_after_the_drawing_are_told(tmp_path: Path) -> None:
    where = make(tmp_path / "w")
    path = judge(draw_review(tmp_path / "a.csv", workspace=where).path, "j.csv", IS_RIGHT)
    before = score_review(path, where)
    assert "Files were loaded" not in " ".join(before.says)
    make(where, {"ICE": 5, "check": 1}, owner="Fernwick IL PD")
    assert "Files were loaded or left since" in " ".join(say_bounds(read_score(where)))
    score = score_review(path, where)
    assert "Files were loaded or left since" in " ".join(score.says)
    assert score.counts["scopes"] == before.counts["scopes"], "of the searches that were drawn from"


# ---- in words ---------------------------------------------------------------------------------------------


def test_sentence_of_a_scope(root: Path, tmp_path: Path) -> None:
    path = draw_review(tmp_path / "a.csv", workspace=root).path
    said = say_review(score_review(judge(path, "j.csv", IS_RIGHT), root).counts)
    assert re.fullmatch(
        r"A reader who did not see our category judged 6 of 6 sampled distinct reasons: precision of the standard "
        r"scope 100 % \(\d\d\.\d–100\), recall 75\.0 % \(\d+\.\d–100\) "
        r"\(95 % intervals, from Wilson's for each category, or exact ones where few answers are of one kind\)\.",
        said,
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ((0.9713, 0.94001, 0.98899), "97.1 % (94.0–98.9)"),
        ((0.99999, 0.5, 1.0), "99.9 % (50.0–100)"),
        ((1.0, 0.8768, 1.0), "100 % (87.6–100)"),
        ((None, None, None), "not known"),
    ],
)
def test_share_is_rounded_outwards_and_never_up_to_certainty(found: tuple[float, ...], said: str) -> None:
    assert say_share(dict(zip(("share", "low", "high"), found, strict=True))) == said


def test_limits_tell_how_rare_a_miss_may_go_unseen(root: Path, tmp_path: Path) -> None:
    path = draw_review(tmp_path / "a.csv", 3, workspace=root).path
    said = " ".join(say_bounds(score_review(judge(path, "j.csv", IS_RIGHT), root).counts))
    assert "Every reason was judged of 4 of the 4 categories" in said
    many = {f"burglary shed {chr(97 + number)}x": 9 for number in range(20)} | {"ICE": 3}
    where = make(tmp_path / "w", many)
    drawn = draw_review(tmp_path / "b.csv", 5, workspace=where).path
    said = " ".join(say_bounds(score_review(judge(drawn, "k.csv", {"ICE": "immigration_agency"}), where).counts))
    assert "Every reason was judged of 1 of the 2 categories" in said
    assert re.search(
        r"Misses rarer than about 1 in [345] of the searches in one of the others may not have been drawn", said
    )


def test_score_under_other_rules_is_said_to_be_so(root: Path, tmp_path: Path) -> None:
    counts = score_review(judge(draw_review(tmp_path / "a.csv", workspace=root).path, "j.csv", IS_RIGHT), root).counts
    said = " ".join(say_bounds(counts | {"rules_version": "0.0.1"}))
    assert "These shares are for version 0.0.1 of the rules" in said


def test_section_shows_the_same_in_html_and_text(root: Path, tmp_path: Path) -> None:
    (Workspace(root).review / "review_score.json").unlink(missing_ok=True)
    report = inv.open_report(OWNER, workspace=root)
    assert show_review(report).text == NOBODY
    score_review(two_judges(root, tmp_path), root)
    section = show_review(report)
    html = unescape(re.sub(r"<[^>]*>", " ", section.html))
    numbers = [sorted(re.findall(r"\d[\d,.]*\d|\d", text)) for text in (html, section.text)]
    assert numbers[0] == numbers[1]
    assert "kappa" in section.text
    assert "not one agency's" in section.text
    assert not [text for text in SEARCHES if text in section.text and " " in text]


@pytest.mark.parametrize("content", ["{", "[]", "null", '{"store_sha256": "x"}'])
def test_damaged_score_is_refused_with_what_to_do(tmp_path: Path, content: str) -> None:
    where = Workspace(tmp_path)
    where.review.mkdir(parents=True)
    (where.review / "review_score.json").write_text(content)
    with pytest.raises(RefusedFile, match=r"'review_score\.json' in data/review is damaged"):
        read_score(where)
