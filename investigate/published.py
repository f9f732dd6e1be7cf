"""Reports as they were published: where they lie, and what their findings say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from investigate.errors import InvestigateError
from investigate.report_files import FINDINGS
from investigate.rerun import list_inputs

WORDS = ("agency", "slug", "package_version", "rules_version")  # what every version has written, as text


def find_reports(place: Path) -> list[Path]:
    """The folders of reports at a place: itself, that of the file named, or those in it, by name."""
    folder = place if place.is_dir() else place.parent
    if (folder / FINDINGS).is_file():
        return [folder]
    found = sorted(path.parent for path in folder.glob(f"*/{FINDINGS}")) if place.is_dir() else []
    if not found:
        raise InvestigateError(
            f"There is no report at {str(place)!r}: no {FINDINGS}. Name the folder of a report, the folder that holds "
            "several, or an archive made by `investigate archive`."
        )
    return found


def read_findings(folder: Path) -> dict[str, Any]:
    """The findings of a report's folder; raises InvestigateError where they cannot be read as such."""
    try:
        found = json.loads((folder / FINDINGS).read_text(encoding="utf-8"))
        if not all(isinstance(found[name], str) for name in WORDS):
            raise TypeError
        if folder.name in ("", ".", "..") or Path(found["slug"]).name != found["slug"]:
            raise ValueError
        list_inputs(found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvestigateError(
            f"{FINDINGS} in {str(folder)!r} is not what `investigate report` writes: it cannot be read. Take the whole "
            "folder of the report again, as it was published."
        ) from error
    return dict(found)
