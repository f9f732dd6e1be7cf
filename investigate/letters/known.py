"""What both letters know of an agency: its own logs, the days that none of them covers, what the gate asks of it."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from investigate.periods import INAUGURATION
from investigate.quality.wording import ONE_DAY, Stretch, days_in, stretches
from investigate.said import say_day
from investigate.show import Report

EASTERN = ZoneInfo("America/New_York")  # where noon of the inauguration is cut
CUT_DAY = INAUGURATION.astimezone(EASTERN).date()
UNLIKELY = 0.05  # chance, over all days of a log, that no search at all on so many days in a row is only quiet
LONG = 28  # days: no file of a log may leave out as many without being asked for them
RECORDS = {
    "network": "Network Audit",
    "organization": "Organization Audit",
    "portal": "search audit of the transparency portal",
}
MEANS = {
    "network": "searches, by any agency, of networks that include your cameras",
    "organization": "searches run by you",
    "portal": "searches run by you, the last 30 days before each download",
}

Findings = Mapping[str, Any]


@dataclass(frozen=True)
class OwnLog:
    """What the agency itself released of one kind: its files by first day, and the days from the first row of each
    file to its last, as stretches; `per_day`, rows a day in them."""

    kind: str
    files: tuple[Mapping[str, Any], ...]
    covered: tuple[Stretch, ...]
    per_day: float

    @property
    def first(self) -> dt.date:
        return self.covered[0][0]

    @property
    def last(self) -> dt.date:
        return self.covered[-1][1]

    def gaps(self) -> list[Stretch]:
        """Stretches of days between files, all of them."""
        return [(one[1] + ONE_DAY, two[0] - ONE_DAY) for one, two in zip(self.covered, self.covered[1:], strict=False)]

    def is_missing(self, gap: Stretch) -> bool:
        """Whether so many days without a row are more than quiet days."""
        span = days_in((self.first, self.last))
        return days_in(gap) >= LONG or math.exp(-self.per_day * days_in(gap)) * span < UNLIKELY


def own_logs(findings: Findings) -> list[OwnLog]:
    """The agency's own releases by kind, in both roles; files without rows are in no log."""
    files: dict[str, list[Mapping[str, Any]]] = {}
    for file in own_files(findings):
        if file["first_searched_at"]:
            files.setdefault(file["kind"], []).append(file)
    return [_own_log(kind, files[kind]) for kind in RECORDS if kind in files]


def own_files(findings: Findings) -> list[Mapping[str, Any]]:
    """The agency's own releases in both roles, also those without rows: each once."""
    return [source for source in all_sources(findings) if source["producer"] == findings["agency"]]


def _own_log(kind: str, files: list[Mapping[str, Any]]) -> OwnLog:
    spans = {file["release"]: _days_of(file) for file in files}
    days = {span[0] + n * ONE_DAY for span in spans.values() for n in range(days_in(span))}
    covered = tuple(stretches(days))
    rows = sum(file["rows_loaded"] for file in files)
    ordered = sorted(files, key=lambda file: (spans[file["release"]], file["file"]))
    return OwnLog(kind, tuple(ordered), covered, rows / len(days))


def _days_of(file: Mapping[str, Any]) -> Stretch:
    """First and last day of a file on its own calendar."""
    zone = ZoneInfo(file["timezone"] or "UTC")
    first, last = (
        dt.datetime.fromisoformat(file[f"{edge}_searched_at"]).astimezone(zone).date() for edge in ("first", "last")
    )
    return first, last


def say_span(stretch: Stretch) -> str:
    """`1 March 2025`, or `1 March 2025 to 3 March 2025`."""
    first, last = (say_day(str(day)) for day in stretch)
    return first if first == last else f"{first} to {last}"


def span_of(file: Mapping[str, Any]) -> str:
    """The days of a file's rows, on its own calendar."""
    return say_span(_days_of(file)) if file["first_searched_at"] else "no row"


def all_sources(findings: Findings) -> list[Mapping[str, Any]]:
    """The files that hold the agency's rows in either role, and its own files even if they hold none: each once."""
    found = {source["release"]: source for role in findings["roles"] for source in role["sources"]}
    return sorted(found.values(), key=lambda one: (one["producer"] or "", one["kind"], one["first_searched_at"] or ""))


# ---- what the gate asks -------------------------------------------------------------------------------


def own_checks(report: Report, findings: Findings, names: Iterable[str]) -> pd.DataFrame:
    """Checks of these names that the agency's own files did not pass: check, file, says, ask; each file once."""
    own = {file["release"] for log in own_logs(findings) for file in log.files}
    gate = report.tables.gate
    odd = gate[gate["release"].isin(own) & gate["result"].isin(["fail", "warn"]) & gate["check"].isin(list(names))]
    return odd.drop_duplicates(["release", "check"])[["check", "file", "says", "ask"]]


def as_asked(ask: str) -> str:
    """What the gate tells a reporter to ask, said to the agency itself: "Please tell us whether …"."""
    rest = re.sub(r"^Ask the agency ", "", ask)
    rest = rest.replace("; it can ask the vendor", "; you can ask the vendor")
    rest = re.sub(r"\bits\b", "your", rest)
    if rest.startswith("for "):
        return "Please send us " + rest.removeprefix("for ").replace(", or whether", ", or tell us whether")
    return "Please tell us " + rest.replace(", and for ", "; and please send us ")
