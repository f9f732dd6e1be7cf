"""The index and the pages as a reader sees them: in a real browser, on a phone, in print, without a network."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from driven import WIDTHS, Visit, check_access, check_html, check_links, missing, open_browser, overflow
from tiny_logs import search, write_network_audit

import investigate as inv

AGENCIES = ["Brackenfall IL PD", "Pellwick County GA SO", "Dunmarrow OH PD", "Larchmere Sound OR PD"]
FAILS = "Gossamere TX PD"
BOTH_ROLES = "brackenfall-il-pd"
REFUSED = "pellwick-county-ga-so"
HOSTILE = [
    "<script>window.harmed=1</script> ICE", "<img src=x onerror=window.harmed=1> immigration",
    "javascript:window.harmed=1 ICE", '"><svg onload=window.harmed=1> ICE', "ICE {{ 7*7 }} {% for %}",
    "=HYPERLINK(\"http://example.invalid\") immigration",
]  # fmt: skip
EVIL = '<img src=x onerror="window.harmed=1"> IL PD'
LOOKS = [(width, scheme) for width in WIDTHS.values() for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium. Without it or the checkers: skipped, or failed where INVESTIGATE_REQUIRE_BROWSER is set."""
    if lacks := missing():
        if os.environ.get("INVESTIGATE_REQUIRE_BROWSER"):
            pytest.fail(f"INVESTIGATE_REQUIRE_BROWSER is set, but {lacks}")
        pytest.skip(lacks)
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def built(browser: Any, sample_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index and four reports that differ most, and one that failed."""
    out = tmp_path_factory.mktemp("built")
    source = (Path(inv.__file__).parents[1] / "notebooks" / "agency_report.ipynb").read_text(encoding="utf-8")
    notebook = tmp_path_factory.mktemp("notebook") / "agency_report.ipynb"
    call = "inv.show_glance(report)"
    assert call in source
    fails_once = f"inv.show_glance(None if agency == '{FAILS}' else report)"
    notebook.write_text(source.replace(call, fails_once), encoding="utf-8")
    chosen = {"workspace": sample_workspace, "out": out, "jobs": 2, "notebook": notebook}
    assert inv.render_reports([*AGENCIES, FAILS], **chosen)["failed"] == [FAILS]
    return out


@pytest.fixture(scope="module")
def pages(built: Path) -> list[Path]:
    found = sorted(built.glob("*/index.html"))
    assert len(found) == len(AGENCIES)
    return [built / "index.html", *found]


def test_nothing_is_asked_of_the_network_and_nothing_is_complained_of(browser: Any, pages: list[Path]) -> None:
    for path in pages:
        with Visit(browser, path, offline=True) as visit:
            visit.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            assert not visit.asked, path
            assert not visit.complaints, path


def test_every_page_is_valid_html_and_every_link_leads_somewhere(pages: list[Path]) -> None:
    assert check_html(pages) == []
    assert {path.parent.name: broken for path in pages if (broken := check_links(path))} == {}


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_no_barrier_is_found_and_nothing_stands_beyond_the_edge(
    browser: Any, pages: list[Path], width: int, scheme: str
) -> None:
    for path in (pages[0], *(one for one in pages if one.parent.name in {BOTH_ROLES, REFUSED})):
        with Visit(browser, path, width=width, scheme=scheme, bypass_csp=True) as visit:
            assert overflow(visit.page) == [], path
            assert check_access(visit.page) == [], path
            visit.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
            assert overflow(visit.page) == [], path


def test_text_can_be_spaced_and_doubled_without_loss(browser: Any, built: Path) -> None:
    """WCAG 1.4.12 and 1.4.4: other spacing, and letters of twice the size, cut nothing off in headings and findings."""
    spaced = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    with Visit(browser, built / BOTH_ROLES / "index.html", width=640, bypass_csp=True) as visit:
        visit.page.add_style_tag(content=f"{spaced} html {{ font-size: 200% }}")
        cut = visit.page.evaluate(
            """() => Array.from(document.querySelectorAll('h1, h2, h3, .finding, dt, dd, .source, figcaption'))
              .filter((one) => !one.closest('nav'))  // its heading is for screen readers only
              .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow !== 'visible'
                || one.scrollHeight > one.clientHeight + 2 && getComputedStyle(one).overflow === 'hidden')
              .map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert cut == []
        assert overflow(visit.page) == []


def test_the_first_key_leads_to_the_content_and_focus_is_seen(browser: Any, built: Path) -> None:
    with Visit(browser, built / BOTH_ROLES / "index.html") as visit:
        visit.page.keyboard.press("Tab")
        focused = "document.activeElement"
        assert visit.page.evaluate(f"{focused}.className") == "skip"
        assert visit.page.evaluate(f"{focused}.getBoundingClientRect().top >= 0")
        visit.page.keyboard.press("Enter")
        assert visit.page.evaluate(f"{focused}.id") == "page-content"
        visit.page.keyboard.press("Tab")
        look = visit.page.evaluate(f"(() => {{ const s = getComputedStyle({focused}); return s.outlineStyle }})()")
        assert look != "none"


def test_a_refused_comparison_stands_where_the_number_would(browser: Any, built: Path) -> None:
    with Visit(browser, built / REFUSED / "index.html") as visit:
        refused = visit.page.locator(".refused").first
        assert refused.is_visible()
        assert "cover no day before the inauguration" in refused.inner_text()
        assert "not compared" in visit.page.locator("dl.glance").first.inner_text()


def names(page: Any) -> list[str]:
    """The agencies in the lines of the index that are shown, in order."""
    shown: list[str] = page.evaluate(
        """() => Array.from(document.querySelectorAll('#page-agencies tbody tr'))
          .filter((row) => !row.hidden && row.offsetParent !== null).map((row) => row.querySelector('th').innerText)"""
    )
    return [name.split("\n")[0].strip() for name in shown]


def test_the_index_is_complete_and_sorted_without_scripts(browser: Any, built: Path) -> None:
    with Visit(browser, built / "index.html", java_script_enabled=False) as visit:
        rows = visit.page.locator("#page-agencies tbody tr")
        said = [rows.nth(place).locator("th").inner_text().split("\n")[0] for place in range(rows.count())]
        assert {*AGENCIES, FAILS} <= set(said)
        assert said == sorted(said, key=str.casefold)
        assert not visit.page.locator("#page-filter").is_visible()
        assert visit.page.locator("#page-agencies a").first.is_visible()


def test_the_index_finds_by_typing_and_by_refusal(browser: Any, built: Path) -> None:
    with Visit(browser, built / "index.html") as visit:
        everyone = names(visit.page)
        visit.page.fill("#page-words", "pellwick")
        assert set(names(visit.page)) == {"Pellwick County GA SO"}
        assert "1 " in visit.page.inner_text("#page-shown") or "2 " in visit.page.inner_text("#page-shown")
        visit.page.fill("#page-words", "no such agency")
        assert names(visit.page) == []
        assert visit.page.locator("#page-nothing").is_visible()
        visit.page.click("#page-clear")
        assert names(visit.page) == everyone
        visit.page.evaluate("document.getElementById('page-more').open = true")
        visit.page.select_option("#page-compared", "refused")
        refused = names(visit.page)
        assert "Pellwick County GA SO" in refused
        assert len(refused) < len(everyone)
        assert "refused" in visit.page.url
        visit.page.go_back()
        visit.page.wait_for_function("!location.hash.includes('refused')")
        assert names(visit.page) == everyone


def test_the_index_sorts_by_every_column_with_mouse_and_keyboard(browser: Any, built: Path) -> None:
    with Visit(browser, built / "index.html") as visit:
        headers = visit.page.locator("#page-agencies thead th[data-sort] button")
        assert headers.count() >= 8
        for place in range(headers.count()):
            header = headers.nth(place)
            header.click()
            first = header.evaluate("button => button.closest('th').getAttribute('aria-sort')")
            header.press("Enter")
            second = header.evaluate("button => button.closest('th').getAttribute('aria-sort')")
            assert {first, second} == {"ascending", "descending"}, header.inner_text()
        numbers = visit.page.locator("#page-agencies thead th[data-sort=searches] button")
        numbers.click()
        while numbers.evaluate("button => button.closest('th').getAttribute('aria-sort')") != "descending":
            numbers.click()
        assert names(visit.page)[0] == "Brackenfall IL PD"


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_a_page_prints_whole(browser: Any, built: Path, paper: str) -> None:
    with Visit(browser, built / REFUSED / "index.html") as visit:
        said = visit.page.locator(".body h2").all_inner_texts()
        tall = visit.page.evaluate(
            "Array.from(document.querySelectorAll('figure')).map((one) => one.getBoundingClientRect().width)"
        )
        printed = visit.page.pdf(format=paper, print_background=True, prefer_css_page_size=False)
    assert tall
    with pdfplumber.open(io.BytesIO(printed)) as pdf:
        texts = [sheet.extract_text() or "" for sheet in pdf.pages]
        drawn = [len(sheet.curves) + len(sheet.rects) + len(sheet.images) + len(sheet.lines) for sheet in pdf.pages]
        beyond = [
            number
            for number, sheet in enumerate(pdf.pages, start=1)
            if any(word["x1"] > sheet.width or word["x0"] < 0 for word in sheet.extract_words())
        ]
    whole = " ".join(" ".join(texts).split())
    assert not beyond
    assert all(text.strip() or marks for text, marks in zip(texts, drawn, strict=True))
    assert [head for head in said if head.strip() and " ".join(head.split()) not in whole] == []
    assert "cover no day before the inauguration" in whole
    # What is folded away on a screen stands open in print.
    assert "The same comparison at other cuts" in whole


def test_hostile_text_in_a_log_runs_nothing(browser: Any, tmp_path: Path) -> None:
    rows = [search(f"2025-03-01T12:00:{place:02d}", reason, EVIL) for place, reason in enumerate(HOSTILE)]
    rows += [search(f"2025-01-05T12:00:{place:02d}", reason, EVIL) for place, reason in enumerate(HOSTILE)]
    write_network_audit(tmp_path / "logs", "Mossgate IL PD", rows)
    inv.load_lookup_logs(tmp_path / "logs", workspace=tmp_path)
    run = inv.render_reports(every=True, workspace=tmp_path, out=tmp_path / "out", jobs=2)
    assert not run["failed"]
    found = sorted((tmp_path / "out").rglob("index.html"))
    assert len(found) == 3
    for path in found:
        with Visit(browser, path) as visit:
            visit.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
            assert visit.page.evaluate("typeof window.harmed") == "undefined"
            assert not visit.asked
            assert visit.page.locator("img[onerror], svg[onload], body script:not(:last-child)").count() == 0
        assert check_links(path) == []
    assert check_html(found) == []
