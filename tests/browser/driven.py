"""A real browser, what it is driven with, and checks of pages that only it can make."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

FOLDER = Path(__file__).parent
AXE = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
VALIDATOR = FOLDER / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
GET_THEM = "Run `make browser`, which says what is missing and how to get it."
WIDTHS = {"phone": 360, "screen": 1280}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE = 120_000  # milliseconds: a machine that runs other tests is slow


def find_browser() -> str | None:
    """The browser: CHROMIUM, else the first of the usual names."""
    named = os.environ.get("CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


def missing() -> str:
    """What the tests lack, as a sentence; nothing if all of it is there."""
    lacks = [] if find_browser() else ["no Chromium was found"]
    lacks += [] if AXE.exists() and VALIDATOR.exists() else ["axe-core and the HTML checker are not installed"]
    lacks += [] if shutil.which("java") else ["no Java was found"]
    return f"{' and '.join(lacks)}. {GET_THEM}" if lacks else ""


@contextmanager
def open_browser() -> Iterator[Any]:
    """A headless browser, closed at the end."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not everybody who runs tests has it

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_browser(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """A page opened by a visitor who reaches nothing but files: what it asked for elsewhere, what it complained of."""

    def __init__(self, browser: Any, path: Path, *, width: int = 1280, scheme: str = "light", **more: Any) -> None:
        self.asked: list[str] = []
        self.complaints: list[str] = []
        # The checker of accessibility is put into the page from outside, which the page's own policy forbids.
        more = {"bypass_csp": False} | more
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce", **more
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.route(lambda address: not address.startswith("file:"), self._refuse)
        self.page = self.context.new_page()
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url[:200]}"))
        self.page.goto(path.as_uri())

    def _refuse(self, route: Any) -> None:
        self.asked.append(route.request.url)
        route.abort()

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def overflow(page: Any) -> list[str]:
    """Elements that make the page wider than the window, if it is; nothing if it is not."""
    found: list[str] = page.evaluate(
        """() => {
          const root = document.scrollingElement;
          if (root.scrollWidth <= root.clientWidth) return [];
          return Array.from(document.querySelectorAll('body *'))
            .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest('.scroll'))
            .slice(0, 5).map((one) => one.outerHTML.slice(0, 160)).concat([`${root.scrollWidth} px`]);
        }"""
    )
    return found


def check_access(page: Any) -> list[str]:
    """What axe-core finds wrong: rule, and the first elements concerned."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    run = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", run)
    return [
        f"{one['id']}: {one['help']}: " + " | ".join(node["html"][:160] for node in one["nodes"][:3])
        for one in found["violations"]
    ]


def check_html(paths: Iterable[Path]) -> list[str]:
    """What the Nu HTML checker calls an error, by file and line."""
    files = [str(path) for path in paths]
    found: list[str] = []
    for start in range(0, len(files), 100):
        command = ["java", "-jar", str(VALIDATOR), "--format", "json", "--errors-only", *files[start : start + 100]]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        told = json.loads(ran.stderr or ran.stdout)["messages"]
        found += [f"{Path(one['url']).parent.name}: {one.get('lastLine')}: {one['message']}" for one in told]
    return found


def check_links(path: Path) -> list[str]:
    """Links of a page that lead nowhere: anchors that it lacks, files that are not there, addresses outside."""
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    anchors = {str(element["id"]) for element in soup.find_all(id=True)}
    broken = []
    for link in soup.find_all("a", href=True):
        address = str(link["href"])
        file, _, anchor = address.partition("#")
        if ":" in file or file.startswith("/"):
            broken.append(f"{address} leads outside")
        elif not file and anchor not in anchors:
            broken.append(f"{address} has no anchor")
        elif file and not (path.parent / file).resolve().is_file():
            broken.append(f"{address} is not there")
    return broken
