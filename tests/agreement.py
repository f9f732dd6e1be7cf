"""Reads what a finished report says, from each file that says it, and names every place where two of them differ.

Nothing here uses the package: a fault in how it writes a number would else be made twice.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag

HEADS = {"owner": "As camera owner", "searcher": "As searching agency"}
CUT = "inauguration"
RATE_FROM = 1000  # searches with a reason to read, from which a rate per 1,000 is said
FOLDED = re.compile(r": rows \d+ to [\d,]+$")
TIMES = r"(?:less than )?[\d,.]+"
RATIO = re.compile(
    rf"(?P<ratio>{TIMES}) times \((?:(?P<low>{TIMES}) to (?P<high>{TIMES})|at least (?P<least>{TIMES}))\)"
)
NONE_BEFORE = re.compile(rf"none before \(at least (?P<least>{TIMES})\)")
A_RATIO = re.compile(r"\d (?:times|×)|\d×|at least \d|the rate after is")
Record = Mapping[str, Any]


@dataclass
class Told:
    """What a page, or a notebook's HTML, tells of one role."""

    findings: list[str] = field(default_factory=list)
    glance: dict[str, tuple[str, str]] = field(default_factory=dict)
    compared: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    cited: set[str] = field(default_factory=set)
    tables: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def table(self, begin: str) -> list[dict[str, str]]:
        """Lines of the table whose caption begins so; none where there is no such table."""
        return next((lines for caption, lines in self.tables.items() if caption.startswith(begin)), [])


# ---- readers ----------------------------------------------------------------------------------------------


def words_of(element: Tag) -> str:
    return " ".join(element.get_text().split())


def read_page(html: str, roles: Sequence[str]) -> dict[str, Told]:
    """What a page tells of each role; the folded end of a table is joined to its beginning."""
    page = BeautifulSoup(html, "html.parser")
    told = {role: Told() for role in roles}

    def whose(element: Tag) -> Told:
        section = element.find_parent("section")
        head = words_of(section.h3) if section and section.h3 else ""
        return next((told[role] for role in roles if HEADS[role] == head), told[roles[0]])

    for one in page.select(".findings > .finding"):
        heading = one.find_previous("h2")
        if heading is not None and words_of(heading) == "Findings":
            whose(one).findings.append(words_of(one))
    for entry in page.select("dl.glance > div"):
        number = entry.dd.strong.extract()
        whose(entry).glance[words_of(entry.dt)] = (words_of(number), words_of(entry.dd))
    for kind in ("compared", "refused"):
        for one in page.select(f"div.{kind} > p"):
            getattr(whose(one), kind).append(words_of(one))
    for one in page.select("p.source"):
        whose(one).cited.add(words_of(one))
    for table in page.find_all("table"):
        heads = [words_of(cell) for cell in table.select("thead th, thead td")]
        lines = [
            dict(zip(heads, [words_of(cell) for cell in line.find_all(["td", "th"])], strict=True))
            for line in table.select("tbody > tr")
        ]
        whose(table).tables.setdefault(FOLDED.sub("", words_of(table.caption)), []).extend(lines)
    return told


def read_notebook(notebook: Record, roles: Sequence[str]) -> tuple[dict[str, Told], dict[str, list[str]]]:
    """What the outputs of an executed notebook tell: as HTML, and each role's lines of plain text, blanks squeezed."""
    html, plain = [], {role: list[str]() for role in roles}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            html += [f"<h2>{line[3:]}</h2>" for line in "".join(cell["source"]).splitlines() if line.startswith("## ")]
        for output in cell.get("outputs", []):
            html.append("".join(output["data"]["text/html"]))
            role = roles[0]
            for line in "".join(output["data"]["text/plain"]).splitlines():
                role = next((one for one in roles if HEADS[one] == line), role)
                plain[role].append(" ".join(line.split()))
    return read_page("".join(html), roles), plain


def read_index(html: str) -> dict[tuple[str, str], list[Tag]]:
    """The cells of each line of the index, by agency and role."""
    rows = BeautifulSoup(html, "html.parser").select("#page-agencies > tbody > tr")
    cells = [row.find_all(["td", "th"], recursive=False) for row in rows]
    roles = {"camera owner": "owner", "searching agency": "searcher"}
    return {(words_of(line[0]), roles[words_of(line[2])]): line for line in cells}


def read_letter(text: str) -> dict[str, list[str]]:
    """The lines of each section of a letter, by its heading."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {head: body.strip().splitlines() for head, body in zip(parts[1::2], parts[2::2], strict=True)}


def lines_of_table(lines: Sequence[str], first_head: str) -> list[dict[str, str]]:
    """The lines of the table of a letter whose first column is called so."""
    start = next((place for place, line in enumerate(lines) if line.startswith(f"| {first_head} |")), len(lines))
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in itertools.takewhile(lambda line: line.startswith("|"), lines[start:])
    ]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]


# ---- how a number is written ------------------------------------------------------------------------------


def count(number: int | None) -> str:
    return "not known" if number is None else f"{number:,}"


def is_rounded(shown: str, number: float, places: int) -> bool:
    """Whether what is shown is the number, to so many places."""
    plain = shown.replace(",", "")
    decimals = len(plain.partition(".")[2])
    return (
        bool(re.fullmatch(r"[\d.]+", plain))
        and decimals == places
        and abs(float(plain) - number) <= 0.5001 / 10**places
    )


def is_rate(shown: str, number: float | None) -> bool:
    return shown == "not known" if number is None else is_rounded(shown, number, 2)


def is_times(shown: str | None, number: float | None) -> bool:
    """Ratios are shown to two places below one, to one place below ten; none and nearly none in words, and what is
    not one never as one."""
    if shown is None or number is None:
        return shown is number
    if number < 0.01:
        return shown == ("0" if number == 0 else "less than 0.01")
    if number != 1 and round(number, 2 if number < 1 else 1) == 1:
        return float(shown) != 1 and is_rounded(shown, number, len(shown.partition(".")[2]))
    return is_rounded(shown, number, 2 if number < 1 else 1 if number < 10 else 0)


def is_ratio(shown: str, row: Record) -> bool:
    """Whether a cell gives the ratio and the interval of a comparison, or what stands in their place."""
    if row["refused"]:
        return shown == f"not compared: {row['refused_why']}" and bool(row["refused_why"])
    if row["rate_ratio"] is None and row["low"] is None:
        return shown == "none on either side"
    found = (NONE_BEFORE if row["rate_ratio"] is None else RATIO).fullmatch(shown)
    if found is None:
        return False
    said = {"ratio": None, "low": None, "high": None, "least": None} | found.groupdict()
    return (
        is_times(said["ratio"], row["rate_ratio"])
        and is_times(said["low"] or said["least"], row["low"])
        and is_times(said["high"], row["high"])
    )


def said_of(row: Record, side: str) -> str:
    known, related = (row[f"{side}_{name}"] for name in ("reason_known", "immigration_related"))
    return f"{count(related)} of {count(known)}" if row[f"{side}_covered_days"] else "no covered day"


def said_days(row: Record) -> str:
    before, after = row["before_covered_days"], row["after_covered_days"]
    return count(before) if before == after else f"{count(before)} before, {count(after)} after"


def main_of(role: Record, scope: str = "standard") -> Any:
    return next(row for row in role["comparison"] if row["pair"] == CUT and row["scope"] == scope)


# ---- findings.json against what a page, or a notebook, tells of one role ----------------------------------


def against_page(role: Record, told: Told) -> Iterator[str]:
    """Every place where a page's words or numbers for one role are not those of findings.json, and the other way."""
    yield from differ("findings", told.findings, role["sentences"])
    yield from _headline(role, told.findings)
    yield from _glance(role, told.glance)
    yield from _comparison(role, told)
    variants = {row["said"]: row for row in role["variants"]}
    yield from _lines("variants", told.table("The ratio under other choices"), "choice", variants, _compared_cells)
    others = {row["pair_name"]: row for row in role["comparison"] if row["pair"] != CUT and row["scope"] == "standard"}
    cuts = told.table("The same comparison at other cuts")
    yield from _lines("other cuts", cuts, "before and after", others, _compared_cells)
    yield from differ(
        "why not", [line["why not compared"] for line in cuts], [r["refused_because"] for r in others.values()]
    )
    yield from _periods(role, told)
    yield from _words_and_sources(role, told)


def differ(where: str, shown: Any, held: Any) -> Iterator[str]:
    if shown != held:
        yield f"{where}: {shown!r} is shown, {held!r} is held"


def numbers_in(pattern: str, text: str) -> list[int | float]:
    """The numbers in the groups of the first place that fits."""
    found = re.search(pattern, text)
    groups = [group.replace(",", "") for group in found.groups()] if found else []
    return [float(group) if "." in group else 0 if group == "None" else int(group) for group in groups]


def _headline(role: Record, sentences: Sequence[str]) -> Iterator[str]:
    """The numbers in the sentences, one by one, since a sentence can be the same everywhere and wrong."""
    first, text = (sentences or [""])[0], "\n".join(sentences)
    if role["standard"] is None:
        yield from differ("headline", numbers_in(r"(\d+) of the", first), [])
    else:
        held = [role["standard"], role["reason_known"]]
        yield from differ("headline", numbers_in(r"^([\d,]+|None) of the ([\d,]+) search", first), held)
        spread = numbers_in(r"([\d,]+) by the strict reading, ([\d,]+) by the broad", first)
        yield from differ("spread", spread, [role["strict"], role["broad"]])
        rate = re.search(r", ([\d.,]+) in every 1,000", first)
        if bool(rate) != (role["reason_known"] >= RATE_FROM) or (rate and not is_rate(rate[1], role["per_1000"])):
            yield f"headline: rate {rate and rate[1]}, held {role['per_1000']}"
    size = numbers_in(r"([\d,]+) distinct search(?:es)? \(([\d,]+) rows?\)", text)
    yield from differ("size", size, [role["searches"], role["rows"]])
    unread = role["searches"] - role["reason_known"]
    yield from differ(
        "unread", numbers_in(r"^([\d,]+) search(?:es)? shows? no reason", _last(sentences)), [unread] * bool(unread)
    )
    for row in (one for one in role["periods"] if one["scope"] == "standard"):
        said = re.search(rf"^{row['period'].title()} the inauguration: (.*)$", text, re.MULTILINE)
        of = [row["immigration_related"], row["reason_known"]] if row["reason_known"] else [row["searches"]]
        held = [*of, row["covered_days"]] if row["covered_days"] else []
        middle = r"([\d,]+) of ([\d,]+)" if row["reason_known"] else r"([\d,]+)"
        found = numbers_in(rf"^{middle} search.* on ([\d,]+) covered day", said[1]) if said else None
        yield from differ(f"sentence {row['period']}", found, held)


def _last(sentences: Sequence[str]) -> str:
    return sentences[-1] if sentences else ""


def _glance(role: Record, glance: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    number = {term: shown for term, (shown, _) in glance.items()}
    bounds = {term: shown for term, (_, shown) in glance.items()}
    spread = f"({count(role['strict'])} strict, {count(role['broad'])} broad)"
    yield from differ("glance", number.get("Searches"), count(role["searches"]))
    yield from differ("glance", bounds.get("Searches", "").split()[1:2], [count(role["rows"])])
    related = glance.get("Immigration-related")
    yield from differ("glance", related, (count(role["standard"]), spread))
    has_rate = "Rate" in number
    if has_rate != (role["reason_known"] >= RATE_FROM) or (has_rate and not is_rate(number["Rate"], role["per_1000"])):
        yield f"glance: rate {number.get('Rate')}, held {role['per_1000']}"
    files = len({source["release"] for source in role["sources"]})
    others = "Searching agencies" if role["role"] == "owner" else "Camera owners searched"
    # A log without a column of camera owners does not say whose cameras were searched: that is not "none".
    unknown = role["role"] == "searcher" and not role["partners"]
    yield from differ("glance", number.get(others), "not known" if unknown else count(len(role["partners"])))
    yield from differ("glance", number.get("From"), f"{files} file" + "s" * (files != 1))
    row = main_of(role)
    shown, said = glance.get("Change with the inauguration", ("", ""))
    if row["refused"]:
        yield from differ("glance", (shown, said), ("not compared", row["refused_because"]))
        return
    days = numbers_in(r"over ([\d,]+) covered days? on each side", said)
    yield from differ("glance", days, [row["before_covered_days"]])
    if row["rate_ratio"] is None:
        counts = [count(row[f"{side}_immigration_related"]) for side in ("before", "after")]
        yield from differ("glance", shown.split(" → "), counts)
        return
    limits = re.search(r"95 % interval ([^)]*)\)", said)
    if not limits or not is_ratio(f"{shown} ({limits[1]})", row):
        yield f"glance: {shown!r} {said!r}, held {row['rate_ratio']}, {row['low']}, {row['high']}"


def _compared_cells(line: Record, row: Record) -> Iterator[tuple[str, bool]]:
    yield "covered days", line["covered days each"] == said_days(row)
    for side in ("before", "after"):
        yield side, line[side] == said_of(row, side)
        if f"per 1,000 {side}" in line:
            shown = line[f"per 1,000 {side}"]
            yield f"rate {side}", is_rate(shown, row[f"{side}_per_1000"]) if row[f"{side}_covered_days"] else not shown
    if "agencies before, after" in line:
        agencies = f"{count(row['before_agencies'])}, {count(row['after_agencies'])}"
        yield "agencies", line["agencies before, after"] == agencies
    yield "ratio", is_ratio(line["ratio (95 % interval)"], row)


def _lines(
    where: str, lines: Sequence[Record], key: str | Sequence[str], held: Mapping[Any, Record], cells: Any
) -> Iterator[str]:
    """The lines of a table against the records they tell, by what names them: none missing, none more."""
    named = [line[key] if isinstance(key, str) else tuple(line[one] for one in key) for line in lines]
    yield from differ(f"{where}, lines", sorted(named), sorted(held))
    for name, line in zip(named, lines, strict=True):
        if name in held:
            yield from (
                f"{where}, {name}, {what}: {line} is shown" for what, agrees in cells(line, held[name]) if not agrees
            )


def _comparison(role: Record, told: Told) -> Iterator[str]:
    main = {row["scope"]: row for row in role["comparison"] if row["pair"] == CUT}
    row = main["standard"]
    is_equal = row["before_covered_days"] == row["after_covered_days"]
    caption = "Equal covered days before and after" if is_equal else "What the files hold on each side"
    yield from _lines("comparison", told.table(caption), "scope", main, _compared_cells)
    said = " ".join(told.refused if row["refused"] else told.compared)
    yield from differ("kind of comparison", (told.compared if row["refused"] else told.refused), [])
    if said not in role["sentences"]:
        yield f"comparison: {said!r} is none of the sentences"
    head = f"Before and after {row['pair_name']}: "
    if row["refused"]:
        yield from differ("refusal", said, f"{head}not compared. {row['refused_because']}")
        return
    counts = [row[f"{side}_{name}"] for side in ("before", "after") for name in ("immigration_related", "reason_known")]
    of, rate = r"([\d,]+) of ([\d,]+)", r"(?: \([\d.,]+ per 1,000\))?"
    found = numbers_in(rf"^{of}{rate} searches before, {of}{rate} after", said.removeprefix(head))
    yield from differ("compared counts", found, counts)
    yield from differ(
        "compared days", numbers_in(r"Compared over ([\d,]+) covered day", said), [row["before_covered_days"]]
    )
    ratio = re.search(rf"the rate after is ({TIMES} times) the rate before \(95 % interval ([^)]*)\)", said)
    if bool(ratio) != (row["rate_ratio"] is not None) or (ratio and not is_ratio(f"{ratio[1]} ({ratio[2]})", row)):
        yield f"compared ratio: {said!r}, held {row['rate_ratio']}, {row['low']}, {row['high']}"


def _count_cells(names: Mapping[str, str]) -> Any:
    """Compares cells with counts; the rate is to two places."""

    def cells(line: Record, row: Record) -> Iterator[tuple[str, bool]]:
        for head, name in names.items():
            yield (
                head,
                (is_rate if name == "per_1000" else lambda shown, held: shown == count(held))(line[head], row[name]),
            )

    return cells


def _periods(role: Record, told: Told) -> Iterator[str]:
    names = {
        "immigration-related": "immigration_related", "per 1,000": "per_1000", "with a reason to read": "reason_known",
        "searches": "searches", "cases": "cases", "rows": "rows", "covered days": "covered_days",
    }  # fmt: skip
    held = {(row["scope"], row["period"]): row for row in role["periods"]}
    yield from _lines(
        "periods", told.table("Distinct searches before and after"), ("scope", "period"), held, _count_cells(names)
    )
    months = next((lines for caption, lines in told.tables.items() if "by month, and what share" in caption), [])
    standard = {row["period"]: row for row in role["months"] if row["scope"] == "standard" and row["covered_days"]}
    bare = [line for line in months if line["covered days"] == "0"]
    kept = [line for line in months if line not in bare]
    for line in bare:
        yield from differ("month without a file", (line["searches"], line["immigration-related"]), ("", "not known"))
    of_month = {head: names[head] for head in ("searches", "immigration-related", "per 1,000", "covered days")}
    yield from _lines("months", kept, "month", standard, _count_cells(of_month))
    categories = {}
    for row in role["categories"]:
        categories.setdefault(row["category"], {})[row["period"]] = row["searches"]
    sides = {side: side for side in ("before", "after")}
    lines = told.table("Distinct searches by category")
    yield from _lines("categories", lines, "category", categories, _count_cells(sides))


def _words_and_sources(role: Record, told: Told) -> Iterator[str]:
    key = ("text matched", "category", "rule")
    words = {(row["matched"], row["category"].replace("_", " "), row["rule"]): row for row in role["words"]}
    lines = told.table("Exact text matched")
    yield from _lines("words", lines, key, words, _count_cells({one: one for one in ("searches", "before", "after")}))
    yield from differ(
        "words, rows", [line["rows to look at"] for line in lines], [row["rows"] for row in role["words"]]
    )
    read = {
        "rows read": "rows_read", "rejected": "rows_rejected", "blank": "rows_blank", "repeats": "repeats_in_file",
        "used here": "rows",
    }  # fmt: skip
    files = told.table("Files that the numbers come from")
    shown = [[line["file"], *(line[head] for head in read), line["first (UTC)"], line["last (UTC)"]] for line in files]
    held = [
        [
            row["file"],
            *(count(row[name]) for name in read.values()),
            row["first_searched_at"][:10],
            row["last_searched_at"][:10],
        ]
        for row in role["sources"]
    ]
    yield from differ("sources", shown, held)
    known = [list(line.values()) for line in told.table("The same files")]
    names = ("release", "producer", "kind", "sha256")
    yield from differ("sources", known, [[row[name] for name in names] for row in role["sources"]])
    used = list(dict.fromkeys(row["release"] for row in role["sources"] if row["rows"]))
    more = f" and {len(used) - 3} more" if len(used) > 3 else ""
    rows = sum(row["rows"] for row in role["sources"])
    which = f"release{'s' * (len(used) != 1)} {', '.join(used[:3])}{more}"
    yield from differ("source lines", told.cited, {f"Source: {which}; {rows:,} row{'s' * (rows != 1)}."})


def against_plain(told: Told, lines: Sequence[str]) -> Iterator[str]:
    """The tables and sentences of a page that do not stand, cell for cell, in the notebook's plain text."""
    for sentence in (*told.findings, *told.compared, *told.refused, *told.cited):
        if not any(sentence in line for line in lines) and sentence not in " ".join(lines):
            yield f"plain text lacks {sentence!r}"
    for term, (number, bounds) in told.glance.items():
        if f"{term}: {number} {bounds}".rstrip() not in lines:
            yield f"plain text lacks {term}: {number}"
    for caption, rows in told.tables.items():
        if caption not in lines:
            yield f"plain text lacks the table {caption!r}"
            continue
        start = lines.index(caption) + 2
        shown = [" ".join(" ".join(row.values()).split()) for row in rows]
        yield from differ(f"plain text, {caption}", list(lines[start : start + len(rows)]), shown)
