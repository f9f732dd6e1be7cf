"""A report says the same numbers in its page, findings.json, counts.csv, notebook, letters, index line and run."""

from __future__ import annotations

import copy
import csv
import functools
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from agreement import (
    A_RATIO,
    CUT,
    RATE_FROM,
    Told,
    against_page,
    against_plain,
    count,
    differ,
    is_rate,
    is_times,
    lines_of_table,
    main_of,
    read_index,
    read_letter,
    read_notebook,
    read_page,
    words_of,
)
from bs4 import BeautifulSoup

from investigate.batch import render_reports
from investigate.report_files import write_files
from investigate.show import open_report

BOTH, REFUSED = "Brackenfall IL PD", "Pellwick County GA SO"
FEW_DAYS, UNREAD = "Larchmere Sound OR PD", "Pondersea CA PD"
AGENCIES = [BOTH, FEW_DAYS, REFUSED, UNREAD]
SIDES = ("before", "after")
COUNTED = ("rows", "searches", "cases", "immigration_related", "reason_known", "per_1000", "covered_days")
TOTALS = ("rows", "searches", "reason_known", "strict", "broad", "per_1000")


@dataclass(frozen=True)
class Texts:
    """The files of a report, and the two that it shares with the other reports, as they are on disk."""

    agency: str
    page: str
    findings: str
    counts: str
    notebook: str
    reply: str
    request: str
    index: str
    run: str

    @property
    def held(self) -> dict[str, Any]:
        return json.loads(self.findings)


def slug(agency: str) -> str:
    return agency.lower().replace(" ", "-")


@pytest.fixture(scope="module")
def rendered(sample_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("agreement")
    run = render_reports(AGENCIES, out=out, workspace=sample_workspace)
    assert {report["agency"]: report["status"] for report in run["reports"]} == dict.fromkeys(AGENCIES, "ok"), run
    return out


@functools.cache
def texts_of(out: Path, agency: str) -> Texts:
    names = ("index.html", "findings.json", "counts.csv", "agency_report.ipynb", "reply.md", "request.md")
    own = [(out / slug(agency) / name).read_text(encoding="utf-8") for name in names]
    return Texts(agency, *own, *((out / name).read_text(encoding="utf-8") for name in ("index.html", "run.json")))


# ---- one check for each file ------------------------------------------------------------------------------


@functools.cache
def page_of(text: str, roles: tuple[str, ...]) -> dict[str, Told]:
    return read_page(text, roles)


@functools.cache
def notebook_of(text: str, roles: tuple[str, ...]) -> tuple[dict[str, Told], dict[str, list[str]]]:
    return read_notebook(json.loads(text), roles)


def disagreements(texts: Texts) -> list[str]:
    """Every place where two files of a report do not say the same."""
    held = texts.held
    roles = tuple(role["role"] for role in held["roles"])
    page, (shown, plain) = page_of(texts.page, roles), notebook_of(texts.notebook, roles)
    found = [f"counts.csv: {one}" for one in against_counts(held, texts.counts)]
    found += [f"letters: {one}" for one in against_letters(held, texts)]
    for role in held["roles"]:
        name = role["role"]
        checks = {
            "page": against_page(role, page[name]), "notebook": against_page(role, shown[name]),
            "page and plain text": against_plain(page[name], plain[name]), "sums": against_itself(role),
            "run.json": against_run(role, texts), "index": against_index(role, texts),
        }  # fmt: skip
        found += [f"{where}, {name}: {one}" for where, check in checks.items() for one in check]
        found += [f"refused, {name}: {one}" for one in ratios_where_refused(role, page[name], texts)]
    return found + [f"both roles added up: {one}" for one in added_roles(texts)]


def against_counts(held: dict[str, Any], text: str) -> Iterator[str]:
    """counts.csv has a line per role, periods, period and scope, and one for each side of a comparison: no more."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for line in csv.DictReader(io.StringIO(text)):
        key = (line["role"], line["periods"], line["period"], line["scope"])
        yield from [f"{key} stands twice"] if key in lines else []
        lines[key] = [line[name] for name in COUNTED]
    yield from differ("lines", lines, {key: list(map(written, row)) for key, row in counted(held)})


def counted(held: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    for role in held["roles"]:
        for name, rows in ((CUT, role["periods"]), ("month", role["months"])):
            for row in rows:
                yield (role["role"], name, row["period"], row["scope"]), [row[one] for one in COUNTED]
        for row in role["comparison"]:
            for side in SIDES:
                key = (role["role"], f"{row['pair']}, equal days", side, row["scope"])
                yield key, [row[f"{side}_{one}"] for one in COUNTED]


def written(number: float | None) -> str:
    return "" if number is None else str(number)


def against_itself(role: dict[str, Any]) -> Iterator[str]:
    """Numbers of findings.json that follow from others: sums over periods, months and categories, rates, ratios."""
    months, periods = ([row for row in role[name] if row["scope"] == "standard"] for name in ("months", "periods"))
    for name in ("rows", "searches", "reason_known"):
        for rows in (months, periods, *([role["categories"]] if name == "searches" else [])):
            yield from differ(name, sum(row[name] for row in rows), role[name])
    for scope in ("strict", "standard", "broad"):
        known = [row["immigration_related"] for row in role["periods"] if row["scope"] == scope]
        known = [number for number in known if number is not None]
        yield from differ(scope, sum(known) if known else None, role[scope])
    for row in (*role["periods"], *role["months"]):
        yield from rate_of(row, "")
    for row in (*role["comparison"], *role["variants"]):
        for side in SIDES:
            yield from rate_of(row, f"{side}_")
        if row["rate_ratio"] is not None:
            quotient = row["after_per_1000"] / row["before_per_1000"]
            yield from [] if abs(row["rate_ratio"] - quotient) < 1e-4 * quotient + 1e-6 else [f"ratio {row}"]
            yield from [] if row["low"] <= row["rate_ratio"] <= (row["high"] or 1e99) else [f"interval {row}"]
        if not row["refused"]:
            yield from differ("equal days", row["before_covered_days"], row["after_covered_days"])


def rate_of(row: dict[str, Any], side: str) -> Iterator[str]:
    related, known, rate = (row[f"{side}{name}"] for name in ("immigration_related", "reason_known", "per_1000"))
    if (related is None or not known) != (rate is None):
        yield f"a rate of what is not known: {row}"
    elif rate is not None and abs(rate - 1000 * related / known) > 1e-6:
        yield f"rate {rate}, but {related} of {known}"


def against_letters(held: dict[str, Any], texts: Texts) -> Iterator[str]:
    """The sheet for a reply holds each role's sentences, words and files; the request the strings of the first role."""
    reply, request = read_letter(texts.reply), read_letter(texts.request)
    used: dict[str, list[str]] = {}
    for role in held["roles"]:
        lines = reply[found_heading(role, held)]
        sentences = [line[2:] for line in lines if line.startswith("- ")]
        yield from differ("sentences", sentences, role["sentences"])
        words = [list(row.values()) for row in lines_of_table(lines, "Text matched")]
        names = ("matched", "searches", "before", "after", "rows")
        shown = [[row[0], *row[2:]] for row in words]
        yield from differ("words", shown, [[written(row[name]) for name in names] for row in role["words"]])
        role_said = {"owner": " as camera owner", "searcher": " as searching agency"}[role["role"]]
        for source in role["sources"]:
            said = f"{source['rows']:,}{role_said if len(held['roles']) > 1 else ''}"
            used.setdefault(source["sha256"], []).append(said)
    files = {row["SHA-256"]: row["Rows used here"] for row in lines_of_table(reply["The files"], "File")}
    yield from differ("files", files, {sha: ", ".join(said) for sha, said in used.items()})
    strings: dict[str, int] = {}
    for row in (row for role in held["roles"] for row in role["strings"]):
        if row["text"].casefold() not in map(str.casefold, strings):
            strings[row["text"]] = row["searches"]
    listed = [line[2:].rpartition(": ") for line in request["If you search by keyword"] if line.startswith("- ")]
    said = {text: number for text, _, number in listed}
    yield from differ("strings", said, {text: f"{n:,} search{'es' * (n != 1)}" for text, n in strings.items()})


def found_heading(role: dict[str, Any], held: dict[str, Any]) -> str:
    said = {"owner": "as camera owner", "searcher": "as searching agency"}[role["role"]]
    return "What we found" + (f": {said}" if len(held["roles"]) > 1 else "")


def told_in_run(texts: Texts, role: str) -> dict[str, Any]:
    report = next(one for one in json.loads(texts.run)["reports"] if one["agency"] == texts.agency)
    return next(one for one in report["roles"] if one["role"] == role)


def against_run(role: dict[str, Any], texts: Texts) -> Iterator[str]:
    """run.json holds the headline, the comparison and the months of each role."""
    told, row = told_in_run(texts, role["role"]), main_of(role)
    for name in (*TOTALS, "first_day", "last_day"):
        yield from differ(name, told[name], role[name])
    yield from differ("standard", told["immigration_related"], role["standard"])
    for one in role["periods"]:
        if one["scope"] == "standard":
            yield from differ(one["period"], told[one["period"]], one["immigration_related"])
    names = {
        "rate_ratio": "rate_ratio",
        "ratio_low": "low",
        "ratio_high": "high",
        "compared_days": "before_covered_days",
    }
    names |= {name: name for name in ("refused", "refused_why", "refused_because")}
    yield from differ("comparison", {name: told[name] for name in names}, {name: row[of] for name, of in names.items()})
    months = [one for one in role["months"] if one["scope"] == "standard" and one["covered_days"]]
    held = [
        {"month": one["period"]} | {name: one[name] for name in ("searches", "immigration_related")} for one in months
    ]
    yield from differ("months", told["months"], held)
    yield from differ("days", told["covered_days"], sum(one["covered_days"] for one in months))


def against_index(role: dict[str, Any], texts: Texts) -> Iterator[str]:
    """The line of the index: searches, how many are related and their range, the rate, the ratio or the refusal."""
    line = read_index(texts.index)[texts.agency, role["role"]]
    known, searches = role["reason_known"], role["searches"]
    why = "" if known == searches else f"reason known for {known:,}" if known else "no reason to read"
    yield from differ("searches", words_of(line[4]), f"{searches:,}{why}")
    spread = "" if role["standard"] is None else f" ({count(role['strict'])}–{count(role['broad'])})"
    yield from differ("related", words_of(line[5]), f"{count(role['standard'])}{spread}")
    rate = words_of(line[6])
    has_rate = known >= RATE_FROM
    agrees = is_rate(rate, role["per_1000"]) if has_rate or not known else rate == "too few"
    yield from [] if agrees else [f"rate {rate}"]
    days = sum(one["covered_days"] for one in role["months"] if one["scope"] == "standard")
    yield from differ("days", words_of(line[8]), f"{days:,}{role['first_day']} to {role['last_day']}")
    row, cell = main_of(role), words_of(line[7])
    if row["refused"]:
        yield from differ("refusal", cell, f"not compared{row['refused_why']}{row['refused_because']}")
        return
    small = f"{row['before_covered_days']:,} days each"
    if not cell.endswith(small):
        yield f"days each: {cell}"
    found = re.fullmatch(
        r"(?:([\d.,]+)×|none before|none on either side)(?: \((?:at least )?([\d.,]+)(?:–([\d.,]+))?\))?",
        cell.removesuffix(small),
    )
    held = [row["rate_ratio"], row["low"], row["high"]]
    if not found or not all(map(is_times, found.groups(), held)):
        yield f"ratio: {cell} is shown, {held} is held"


def ratios_where_refused(role: dict[str, Any], told: Told, texts: Texts) -> Iterator[str]:
    """Whatever stands as a ratio where a comparison was refused."""
    for row in (one for one in (*role["comparison"], *role["variants"]) if one["refused"]):
        names = [name for name in row if name in {"rate_ratio", "low", "high"} or name.startswith("day_")]
        yield from (f"{row['pair']}: {name} {row[name]}" for name in names if row[name] is not None)
    for line in told.table("The same comparison at other cuts"):
        if bool(line["why not compared"]) != line["ratio (95 % interval)"].startswith("not compared: "):
            yield f"a ratio and a refusal: {line}"
    if not main_of(role)["refused"]:
        return
    run = told_in_run(texts, role["role"])
    yield from (f"run.json: {name}" for name in ("rate_ratio", "ratio_low", "ratio_high") if run[name] is not None)
    cell = read_index(texts.index)[texts.agency, role["role"]][7]
    lines = read_letter(texts.reply)[found_heading(role, texts.held)]
    main = [line for caption in ("Equal covered days", "What the files hold") for line in told.table(caption)]
    said = [*told.findings, *told.refused, *told.compared, *map(" ".join, told.glance.values()), *lines, words_of(cell)]
    said += [line["ratio (95 % interval)"] for line in main]
    yield from (one for one in said if A_RATIO.search(one))
    yield from [f"index sorts by {cell['data-v']}"] if cell.has_attr("data-v") else []
    yield from [f"variants: {role['variants']}"] if role["variants"] or told.table("The ratio under") else []


@functools.cache
def tokens(text: str) -> frozenset[int]:
    """Whole numbers that stand by themselves."""
    parts = {part.strip(".,:-") for part in re.findall(r"[\w.,:-]+", text)}
    return frozenset(int(part.replace(",", "")) for part in parts if re.fullmatch(r"[0-9][0-9,]*", part))


def added_roles(texts: Texts) -> Iterator[str]:
    """Sums of the numbers of both roles, unless the number stands in findings.json for something else."""
    for number in sorted(set(sums_of_roles(texts.held)) - tokens(texts.findings)):
        for name, text in seen(texts).items():
            if number in tokens(text):
                yield f"{number} in {name}"


def sums_of_roles(held: dict[str, Any]) -> Iterator[int]:
    roles = held["roles"] if len(held["roles"]) == 2 else []
    for numbers in zip(*(list(totals(role)) for role in roles), strict=True):
        if None not in numbers:
            yield sum(numbers)


def totals(role: dict[str, Any]) -> Iterator[int | None]:
    yield from (role[name] for name in (*TOTALS[:-1], "standard"))
    for row in role["periods"]:
        yield from (row[name] for name in COUNTED if name not in {"per_1000", "covered_days"})


def seen(texts: Texts) -> dict[str, str]:
    """What a person sees of each file; charts are drawn from the same tables."""
    roles = tuple(role["role"] for role in texts.held["roles"])
    plain = [line for lines in notebook_of(texts.notebook, roles)[1].values() for line in lines]
    line = [
        words_of(cell) for key, cells in read_index(texts.index).items() if key[0] == texts.agency for cell in cells
    ]
    names = ("counts", "reply", "request")
    return {"page": seen_of(texts.page), "notebook": "\n".join(plain), "index": "\n".join(line)} | {
        name: getattr(texts, name).replace(",", " " if name == "counts" else ",") for name in names
    }


@functools.cache
def seen_of(text: str) -> str:
    page = BeautifulSoup(text, "html.parser")
    for unseen in page(["style", "script", "svg"]):
        unseen.decompose()
    return page.get_text(" ")


# ---- they agree -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("agency", AGENCIES)
def test_every_file_of_a_report_says_the_same_numbers(rendered: Path, agency: str) -> None:
    assert disagreements(texts_of(rendered, agency)) == []


def test_the_four_reports_show_each_kind_of_comparison(rendered: Path) -> None:
    kinds = {
        (agency, role["role"]): main_of(role)["refused_why"] or main_of(role)["rate_ratio"] is not None
        for agency in AGENCIES
        for role in texts_of(rendered, agency).held["roles"]
    }
    assert kinds == {
        (BOTH, "owner"): True, (BOTH, "searcher"): False, (REFUSED, "owner"): "no covered days",
        (REFUSED, "searcher"): False, (FEW_DAYS, "searcher"): "no covered days",
        (UNREAD, "searcher"): "nothing to read",
    }  # fmt: skip


@pytest.mark.parametrize("agency", AGENCIES)
def test_sources_are_the_files_themselves(rendered: Path, sample_logs: Path, agency: str) -> None:
    real = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path.name for path in sample_logs.rglob("*") if path.is_file()
    }
    for role in texts_of(rendered, agency).held["roles"]:
        assert role["sources"]
        assert sum(source["rows"] for source in role["sources"]) == role["rows"]
        for source in role["sources"]:
            assert real[source["sha256"]] == Path(source["file"]).name
            assert source["sha256"].startswith(source["release"])


@pytest.mark.parametrize("agency", AGENCIES)
def test_letters_for_word_say_what_the_others_say(rendered: Path, agency: str) -> None:
    texts = texts_of(rendered, agency)
    with zipfile.ZipFile(rendered / slug(agency) / "reply.docx") as word:
        body = ET.fromstring(word.read("word/document.xml"))
    kind = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    said = {"".join(run.text or "" for run in one.iter(f"{kind}t")) for one in body.iter(f"{kind}p")}
    assert {sentence for role in texts.held["roles"] for sentence in role["sentences"]} <= said
    assert {source["sha256"] for role in texts.held["roles"] for source in role["sources"]} <= said


def test_sums_of_both_roles_are_looked_for(rendered: Path) -> None:
    texts = texts_of(rendered, BOTH)
    owner, searcher = texts.held["roles"]
    both = owner["searches"] + searcher["searches"]
    assert both not in tokens(texts.findings)
    for name in ("page", "reply", "request", "counts"):
        wrong = replace(
            texts, **{name: f"{getattr(texts, name)}\n{both if name == 'counts' else f'{both:,}'} searches\n"}
        )
        assert f"{both} in {name}" in list(added_roles(wrong))


@pytest.mark.parametrize("agency", AGENCIES)
def test_written_again_in_another_process_the_files_have_the_same_bytes(
    rendered: Path, sample_workspace: Path, tmp_path: Path, agency: str
) -> None:
    write_files(open_report(agency, "", sample_workspace), slug(agency), tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        "findings.json",
        "counts.csv",
        "quality.json",
        *(f"{one}.{kind}" for one in ("reply", "request") for kind in ("md", "docx")),
    }
    for name in names:
        assert (tmp_path / name).read_bytes() == (rendered / slug(agency) / name).read_bytes(), name


def test_rendered_again_a_report_has_the_same_bytes(rendered: Path, sample_workspace: Path, tmp_path: Path) -> None:
    render_reports([FEW_DAYS], out=tmp_path, workspace=sample_workspace)
    first, second = rendered / slug(FEW_DAYS), tmp_path / slug(FEW_DAYS)
    for name in sorted({path.name for path in second.iterdir()} - {"agency_report.ipynb"}):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


# ---- and it would be seen if they did not -----------------------------------------------------------------


IN_FILES: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "a glance": ("page", lambda role: f"<strong>{role['searches']:,}"),
    "the headline": ("page", lambda role: rf'headline">{role["standard"]}'),
    "a folded file": ("page", lambda role: role["sources"][-1]["sha256"][:20]),
    "the page's days": ("page", lambda role: f"Compared over {main_of(role)['before_covered_days']}"),
    "findings": ("findings", lambda role: rf'^      "searches": {role["searches"]}'),
    "a ratio in findings": ("findings", lambda role: rf'"rate_ratio": {str(main_of(role)["rate_ratio"])[:3]}'),
    "counts": ("counts", lambda role: rf"owner,inauguration,after,standard,{role['periods'][3]['rows']}"),
    "plain text": ("notebook", lambda role: f"Searches: {role['searches']:,}"),
    "the notebook's HTML": ("notebook", lambda role: f"<strong>{role['searches']:,}"),
    "the sheet": ("reply", lambda role: f"^- {role['standard']}"),
    "its words": ("reply", lambda role: rf"\| {role['words'][0]['searches']}"),
    "its files": ("reply", lambda role: role["sources"][0]["sha256"]),
    "the request": ("request", lambda role: f"{role['strings'][0]['text']}: {role['strings'][0]['searches']}"),
    "the index": ("index", lambda role: f"<td>{role['searches']:,}"),
    "the index's ratio": ("index", lambda role: r"\d\.\d(?=×)"),
    "the run": ("run", lambda role: rf'"searches": {role["searches"]}'),
    "the run's ratio": ("run", lambda role: rf'"rate_ratio": {str(main_of(role)["rate_ratio"])[:3]}'),
    "the run's months": ("run", lambda role: rf'"searches": {role["months"][-1]["searches"]}'),
}


@pytest.mark.parametrize("what", IN_FILES)
def test_one_digit_changed_in_a_file_is_seen(rendered: Path, what: str) -> None:
    texts = texts_of(rendered, BOTH)
    name, place = IN_FILES[what]
    text = getattr(texts, name)
    found = re.search(f"(?m){place(texts.held['roles'][0])}", text)
    assert found
    last = max(digit.end() for digit in re.finditer(r"\d", text[: found.end()])) - 1
    wrong = f"{text[:last]}{(int(text[last]) + 1) % 10}{text[last + 1 :]}"
    changed = replace(texts, **{name: wrong})
    assert disagreements(changed)


TABLES = (
    "Equal covered days", "What the files hold", "The same comparison at other cuts", "The ratio under other choices",
    "Distinct searches before and after", "Distinct searches by category", "Exact text matched",
    "Files that", "The same files",
)  # fmt: skip


def test_each_cell_of_the_page_that_holds_a_number_is_compared(rendered: Path) -> None:
    texts = texts_of(rendered, REFUSED)
    roles = {role["role"]: role for role in texts.held["roles"]}
    tried = 0
    for name, told in page_of(texts.page, tuple(roles)).items():
        for caption, lines in told.tables.items():
            for line in [*lines[:6], *lines[10:12]] if caption.startswith(TABLES) else []:
                for head, cell in [(head, cell) for head, cell in line.items() if re.search(r"\d", cell)]:
                    place = max(found.start() for found in re.finditer(r"\d", cell))
                    line[head] = f"{cell[:place]}{(int(cell[place]) + 1) % 10}{cell[place + 1 :]}"
                    assert any(against_page(roles[name], told)), (caption, head, line)
                    line[head] = cell
                    tried += 1
    assert tried > 250


HELD = {
    "periods": COUNTED,
    "months": COUNTED,
    "comparison": (*(f"{side}_{name}" for side in SIDES for name in COUNTED), "rate_ratio"),
    "variants": (
        *(f"{side}_{name}" for side in SIDES for name in ("immigration_related", "reason_known", "covered_days")),
        "rate_ratio", "low", "high",
    ),
    "categories": ("searches",),
    "words": ("searches", "before", "after"),
    "sources": ("rows", "rows_read", "rows_rejected", "rows_blank", "repeats_in_file"),
}  # fmt: skip


@pytest.mark.parametrize("agency", [REFUSED, FEW_DAYS])
def test_each_number_of_findings_is_compared(rendered: Path, agency: str) -> None:
    texts = texts_of(rendered, agency)
    held = texts.held
    told = page_of(texts.page, tuple(role["role"] for role in held["roles"]))

    def is_seen(role: dict[str, Any]) -> bool:
        checks = (against_page(role, told[role["role"]]), against_itself(role), against_counts(held, texts.counts))
        return any(any(check) for check in checks)

    for role in held["roles"]:
        for row, name in [*((role, name) for name in (*TOTALS, "standard") if name != "per_1000"), *numbers_of(role)]:
            right = copy.copy(row[name])
            row[name] = 1 if right is None else right + (1 if isinstance(right, int) else 0.1 + right)
            assert is_seen(role), (name, row)
            row[name] = right


def numbers_of(role: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for table, names in HELD.items():
        for row in [*role[table][:9], *role[table][-2:]]:
            ratios = {"rate_ratio", "low", "high"}  # where there is none, the next test looks
            yield from ((row, name) for name in names if name not in ratios or row[name] is not None)


def test_a_ratio_in_place_of_a_refusal_is_seen(rendered: Path) -> None:
    texts = texts_of(rendered, REFUSED)
    role = texts.held["roles"][0]
    sentence = f"not compared. {main_of(role)['refused_because']}"
    said = "the rate after is 2.0 times the rate before"
    for name in ("reply", "page"):
        wrong = replace(texts, **{name: getattr(texts, name).replace(sentence, said)})
        told = page_of(wrong.page, ("owner", "searcher"))["owner"]
        assert any(ratios_where_refused(role, told, wrong)), name
    run = json.loads(texts.run)
    next(one for one in run["reports"] if one["agency"] == REFUSED)["roles"][0]["rate_ratio"] = 2.0
    told = page_of(texts.page, ("owner", "searcher"))["owner"]
    assert list(ratios_where_refused(role, told, replace(texts, run=json.dumps(run)))) == ["run.json: rate_ratio"]
    main_of(role)["low"] = 0.5
    assert list(ratios_where_refused(role, told, texts)) == ["inauguration: low 0.5"]
