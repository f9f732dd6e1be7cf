"""What the README of an archived story tells a stranger: what lies there, and how to check it without trust."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template
from typing import Any

from investigate.rerun import BY_HAND, LOG, Input
from investigate.said import count_of

TEXT = Path(__file__).parent / "page_assets" / "story_readme.md"
INVENTED = "\n**These reports are of invented sample data: no agency, officer or search in them is real.**\n"
WITH = (
    "- `releases/`: the released files as received. **They may name officers, victims and drivers and hold plates: "
    "handle\n  them as you would the originals.**"
)
WITHOUT = "- The released files themselves are not here. Ask the agencies, or who made this archive, for them."
GET_WITH = "Ask the agency for the same records, or who received them,\n   and compare the SHA-256 with `inputs.csv`."
GET_WITHOUT = (
    "Get the files that `inputs.csv` names, from the agencies or\n   from who received them, and compare the SHA-256 "
    "of each (`sha256sum FILE`): the same hash is the same file, byte for\n   byte."
)
VERIFY = "investigate verify THIS_ARCHIVE.zip"


def readme(every: Sequence[dict[str, Any]], inputs: Iterable[Input], with_releases: bool) -> str:
    """The text, as markdown. `every`: the findings of each report; `inputs`: what they were made from."""
    files = list(inputs)
    logs = [one for one in files if one.what == LOG]
    is_invented = any(findings["is_invented_sample"] for findings in every)
    return Template(TEXT.read_text(encoding="utf-8")).substitute(
        reports=count_of(len(every), "report"),
        logs=count_of(len(logs), "lookup log"),
        rows=count_of(sum(one.said.get("rows_read") or 0 for one in logs), "row"),
        versions=", ".join(sorted({findings["package_version"] for findings in every})),
        rules=", ".join(sorted({findings["rules_version"] for findings in every})),
        invented=INVENTED if is_invented else "",
        table="\n".join(["| report | agency | headline |", "|---|---|---|", *map(_row, every)]),
        inputs=count_of(len(files), "file"),
        by_hand=count_of(sum(1 for one in files if one.what == BY_HAND), "file"),
        releases=WITH if with_releases else WITHOUT,
        get_files=GET_WITH if with_releases else GET_WITHOUT,
        command=VERIFY if with_releases else f"{VERIFY} --files FOLDER_WITH_THE_RELEASED_FILES",
    )


def _row(findings: dict[str, Any]) -> str:
    said = next((sentences[0] for role in findings["roles"] if (sentences := role["sentences"])), "")
    cells = [f"`reports/{findings['slug']}`", _cell(findings["agency"]), _cell(said)]
    return "| " + " | ".join(cells) + " |"


def _cell(text: str) -> str:
    """Names come from released files: nothing in them may steer the table or become a link."""
    plain = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "\\|[]<>*_!`&" else sign for sign in plain)
