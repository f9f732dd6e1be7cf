"""The files beside a page: the same numbers for machines, and letters to the agency."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from investigate import __version__
from investigate.comparison.windows import SIDES
from investigate.findings import agency_findings, canonical_json
from investigate.letters.write import write_letters
from investigate.made_from import made_from
from investigate.show import Report

FINDINGS, COUNTS, QUALITY = "findings.json", "counts.csv", "quality.json"
COUNTS_HEAD = (
    "role", "periods", "period", "scope", "rows", "searches", "cases", "immigration_related", "reason_known",
    "per_1000", "covered_days",
)  # fmt: skip


def write_files(report: Report, slug: str, folder: Path) -> None:
    """Write findings.json, counts.csv, quality.json and the letters of one report into its folder."""
    findings = agency_findings(report.tables, slug, __version__) | {"made_from": made_from(report.tables.workspace)}
    findings["roles"] = [one for one in findings["roles"] if one["role"] in report.roles]
    (folder / FINDINGS).write_text(canonical_json(findings), encoding="utf-8")
    (folder / COUNTS).write_text(_counts_csv(findings), encoding="utf-8", newline="")
    (folder / QUALITY).write_text(_quality_json(report), encoding="utf-8")
    write_letters(report, findings, folder)


def list_letters(folder: Path) -> list[str]:
    """The names of the letters in a report's folder."""
    return sorted(path.name for kind in ("md", "docx") for path in folder.glob(f"*.{kind}"))


def _quality_json(report: Report) -> str:
    """What the gate says of each release that the report's numbers come from, once however many roles it has."""
    gate = report.tables.gate
    own = gate[gate["role"].isin(report.roles)].drop(columns="role").drop_duplicates(["release", "check"])
    return canonical_json(own.to_dict("records"))


def _counts_csv(findings: dict[str, Any]) -> str:
    """The counts of a page as CSV: each role, by the inauguration and by month, in all scopes; and the equal covered
    days on both sides of each pair of periods that was compared, or refused."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COUNTS_HEAD)
    for role in findings["roles"]:
        for periods, name in (("inauguration", "periods"), ("month", "months")):
            for row in role[name]:
                _write_counts(writer, {"role": role["role"], "periods": periods} | row)
        for row in role["comparison"]:
            for side in SIDES:
                head = {"role": role["role"], "periods": f"{row['pair']}, equal days", "scope": row["scope"]}
                numbers = {column: row.get(f"{side}_{column}") for column in COUNTS_HEAD}
                _write_counts(writer, numbers | head | {"period": side})
    return text.getvalue()


def _write_counts(writer: Any, cells: dict[str, Any]) -> None:
    writer.writerow("" if cells[column] is None else cells[column] for column in COUNTS_HEAD)
