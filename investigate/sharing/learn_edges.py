"""The edges of an Agency Data Sharing Report, and what is told of its owner, its days and what may be missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from investigate.logs.pdf_lines import refused
from investigate.sharing import table as columns
from investigate.sharing.learn_parts import SECTIONS, Chunk, Name, Report, is_cut
from investigate.sharing.table import (
    SHARED,
    Edge,
    ReadList,
    Said,
    StatedList,
    each_once,
    is_name,
    may_hide_a_name,
    mend,
    why_no_name,
)

CAN_HIDE = "A scan can hide a name: that a name is not in the table does not show that it was not in the list."
NO_HEADING = "stands under no heading that was read, so it cannot be told whether data are shared or received"
_INACTIVE = re.compile(r"Inactive\s+(?=\S)")


def tell_days(found: ReadList, report: Report, said: Said) -> None:
    """The day of the list; where the file holds several reports, each keeps its own, unless the command says one."""
    days = dict.fromkeys(chunk.created for chunk in report.chunks if chunk.created)
    parts = {chunk.part for chunk in report.chunks}
    if len(days) > 1 and len(parts) > 1 and not said.as_of:
        found.warnings.append(f"It holds {len(parts)} reports of {len(days)} days; each keeps its own.")
        return
    found.as_of = next(iter(days), None)
    if len(days) > 1:
        told = f"{said.as_of}, as the command says," if said.as_of else str(found.as_of)
        found.warnings.append(f"Its pages state several dates of creation; {told} was taken.")
    for chunk in report.chunks:
        chunk.created = None


def tell_owner(path: Path, found: ReadList, report: Report, said: Said) -> None:
    owners = list(report.owners)
    if len(owners) > 1:
        listed = ", ".join(map(repr, owners[:5]))
        found.warnings.append(f"It holds the lists of several agencies: {listed}; each keeps its own.")
        if said.owner:
            found.warnings.append(f"--owner {said.owner!r} was not followed.")
        return
    found.owner = said.owner_of(owners[0] if owners else None, "its sentences", found.warnings)
    if found.owner is None:
        what = "is a Data Sharing Report of which the sentence that says whose list it is cannot be read"
        raise refused(path, what, "load it again with --owner NAME")


def tell_pages(found: ReadList, report: Report, is_scan: bool) -> None:
    if report.missing:
        found.warnings.append(
            f"By the numbers printed on them, {_pages(report.missing)} missing: names may be missing. Ask for the "
            "whole report."
        )
    if report.pictures:
        found.warnings.append(f"By its order in the file, {_pages(report.pictures)} without text. {CAN_HIDE}")
    elif is_scan or report.blanks_lost:
        found.warnings.append(f"It looks like a scan with text recognition: check the names by eye. {CAN_HIDE}")
    if report.strangers:
        found.warnings.append(f"In the file, {_pages(report.strangers)} not of the report and not read.")
    for last, first in report.unsure_ends:
        found.warnings.append(
            f"A name at the foot of a page may go on at the head of the next: {mend(last)!r} and {mend(first)!r} were "
            "read as two. Look at the page."
        )
    if report.missing or report.pictures or is_scan or report.blanks_lost or report.strangers or report.unsure_ends:
        found.lacking.update(columns.DIRECTIONS)
    for heading, (printed, _, _) in SECTIONS.items():
        if heading not in report.sections:
            found.warnings.append(f"The heading {printed!r} was not found: what it would list is not known.")


def _pages(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:20])) + (f" and {len(numbers) - 20:,} more" if len(numbers) > 20 else "")
    return f"page {shown} is" if len(numbers) == 1 else f"pages {shown} are"


def to_edges(found: ReadList, report: Report) -> None:
    edges: list[Edge] = []
    for chunk in report.chunks:
        if chunk.section is None:
            for _ in chunk.names:
                found.read += 1
                found.reject(found.read, NO_HEADING)
            continue
        if [name.text.casefold() for name in chunk.names] == ["none"]:
            _, direction, what = SECTIONS[chunk.section]
            own = found.owner or chunk.owner
            found.stated.append(StatedList(own, columns.VIGILANT, what, direction, chunk.created))
            continue
        if SECTIONS[chunk.section][2] == columns.HOT_LISTS:
            made = _pairs(chunk, found)
        else:
            made = [(name, None) for name in sorted(chunk.names, key=lambda name: (name.line, name.column))]
        before = found.read
        edges += _edges(chunk, made, found)
        report.sections[chunk.section] += found.read - before
    cut = [edge for edge in edges if is_cut(edge.released_recipient or edge.released_owner or "")]
    if cut:
        found.lacking.update(columns.DIRECTIONS)
        found.warnings.append(f"{len(cut):,} names look cut off; the first stands on page {cut[0].page}.")
    found.sections = {SECTIONS[heading][0]: count for heading, count in report.sections.items()}
    found.edges = each_once(edges, found.warnings)


def _pairs(chunk: Chunk, found: ReadList) -> list[tuple[Name, str | None]]:
    """Agencies with the hot list that stands beside each."""
    agencies = [name for name in chunk.names if name.column == 0]
    pairs: list[tuple[Name, str | None]] = []
    lists = {name.line: name.text for name in chunk.names if name.column == 1}
    for line in sorted({*lists, *(name.line for name in agencies)}):
        beside = next((name for name in agencies if name.line == line), None)
        above = [name for name in agencies if name.line < line]
        if beside is None and above:
            found.warnings.append(
                f"On page {above[-1].page}, the hot list {mend(lists[line])!r} stands beside no agency; it was taken "
                "as one more of the agency above."
            )
        if beside or above:
            pairs.append((beside or above[-1], lists.get(line)))
        else:
            found.read += 1
            found.reject(found.read, "a hot list beside no agency")
    return pairs


def _edges(chunk: Chunk, names: list[tuple[Name, str | None]], found: ReadList) -> Iterator[Edge]:
    heading, direction, what = SECTIONS[chunk.section or ""]
    own = found.owner or chunk.owner or ""
    for name, hot_list in names:
        found.read += 1
        released = mend(name.text)
        partner = _INACTIVE.sub("", released, count=1) if _INACTIVE.match(released) else released
        if not is_name(partner):
            found.reject(found.read, why_no_name(partner), (direction,) if may_hide_a_name(partner) else ())
            continue
        if not own:
            found.reject(found.read, "stands in a report that does not say whose it is")
            continue
        shares = direction == SHARED
        yield Edge(
            owner=own if shares else partner,
            recipient=partner if shares else own,
            direction=direction,
            row=found.read,
            what=what,
            system=columns.VIGILANT,
            as_of=chunk.created,
            listed_by=own,
            released_owner=None if shares else released,
            released_recipient=released if shares else None,
            hot_list=mend(hot_list) if hot_list else None,
            status="Inactive" if partner != released else columns.status_of(partner),
            page=name.page,
            section=heading,
        )
