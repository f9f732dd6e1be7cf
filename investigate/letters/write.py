"""The letters of an agency as files beside its page."""

from __future__ import annotations

from pathlib import Path

from investigate.letters.document import Document, to_docx, to_markdown
from investigate.letters.known import Findings
from investigate.letters.reply import reply_sheet
from investigate.letters.request_letter import follow_up
from investigate.show import Report
from investigate.store import written_aside

REPLY, REQUEST = "reply", "request"


def write_letters(report: Report, findings: Findings, folder: Path) -> list[str]:
    """Write reply.md and reply.docx, and request.md and request.docx where something is missing; give their names.

    `findings`: what `agency_findings` gives for the report's agency, or findings.json holds. A request of an
    earlier run for which there is no cause any more is taken away, so that nobody sends it.
    """
    letters: dict[str, Document | None] = {REPLY: reply_sheet(report, findings), REQUEST: follow_up(report, findings)}
    written = []
    for name, letter in letters.items():
        for ending in ("md", "docx"):
            path = folder / f"{name}.{ending}"
            if letter is None:
                path.unlink(missing_ok=True)
                continue
            content = to_markdown(letter).encode("utf-8") if ending == "md" else to_docx(letter)
            with written_aside(path) as aside:
                aside.write_bytes(content)
            written.append(path.name)
    return written
