"""Checks of the other fields: search types, devices and networks, and whose searches the file holds."""

from __future__ import annotations

from itertools import pairwise

from investigate.quality.facts import Facts, Record, log_of
from investigate.quality.wording import (
    FAIL,
    WARN,
    Said,
    count_of,
    not_checked,
    of_rows,
    passed,
    share_of,
)

JUMP, ENOUGH_IN_MONTH = 0.25, 100
LABELS_SHOWN = 3
# Labels of the vendor, as seen in released logs. Others are not shown: in a shifted file they could be anything.
LABELS = frozenset(
    f"{label}{how}"
    for label in ("search", "lookup", "freeform", "visual", "multiGeo", "convoy", "apiLookup", "searchSummary")
    for how in ("", " - Mobile")
)
MANY_ZEROS, MANY_UNNAMED = 0.01, 0.05
ZEROS = ("zero", "not recorded")


def check_search_types(one: Record, facts: Facts) -> Said:
    """Whether the share of a search type jumps from one month to the next."""
    if "search_type" not in facts.columns.get(one["release"], ()):
        return not_checked("The file has no column for the search type.")
    months = facts.months[log_of(one)]
    full = [month for month in sorted(months) if sum(months[month].values()) >= ENOUGH_IN_MONTH]
    held = {f"{day:%Y-%m}" for day in facts.days[one["release"]]}
    pairs = [(earlier, later) for earlier, later in pairwise(full) if later in held]
    if not pairs:
        return not_checked(
            f"There is nothing to compare: no month of this file has {ENOUGH_IN_MONTH} rows and an earlier one of as "
            "many, in this file or another of the log with a column for the search type."
        )
    jumps = [jump for earlier, later in pairs for jump in _jumps(months, earlier, later)]
    if not jumps:
        return passed("No search type's share changes by more than 25 points from one month to the next.")
    return Said(
        WARN,
        f"The share of a search type changes by more than 25 points: {'; '.join(jumps)}.",
        "The vendor may have changed its labels. A rise of one type is then no change in what officers did.",
        "Ask the agency what these labels mean and when their meaning changed; it can ask the vendor.",
    )


def _jumps(months: dict[str, dict[str, int]], earlier: str, later: str) -> list[str]:
    """The labels whose share changes too much between two months, the most changed first, as words."""
    before, after = months[earlier], months[later]
    of_before, of_after = sum(before.values()), sum(after.values())
    changes = {
        label: after.get(label, 0) / of_after - before.get(label, 0) / of_before for label in sorted({*before, *after})
    }
    jumped = sorted((label for label in changes if abs(changes[label]) > JUMP), key=lambda label: -abs(changes[label]))
    return [
        f"{_label(label)} {share_of(before.get(label, 0), of_before)} in {earlier}, "
        f"{share_of(after.get(label, 0), of_after)} in {later}"
        for label in jumped[:LABELS_SHOWN]
    ]


def _label(label: str) -> str:
    if not label:
        return "no label"
    return f'"{label}"' if label in LABELS else "a label not seen in other logs"


def check_devices(one: Record, facts: Facts) -> Said:
    """Searches that are said to have reached no camera."""
    release = one["release"]
    counted = facts.numbers[release]
    rows = counted["rows"]
    no_networks = facts.in_state(release, "networks", *ZEROS)
    also = (
        f" {count_of(no_networks, 'record')} {'states' if no_networks == 1 else 'state'} 0 networks."
        if no_networks
        else ""
    )
    if "devices" not in facts.columns.get(release, ()):
        return not_checked(f"The file has no column for the number of devices.{also}")
    zeros = counted["zero_devices"]
    lost = min(counted["lost_devices"], max(facts.in_state(release, "devices", *ZEROS) - zeros, 0))
    said = []
    if lost:
        said.append(
            f"{of_rows(lost, rows)} state 0 devices between 2024-12-17 and 2025-02-05, when the vendor recorded none; "
            "the number is taken as not known."
        )
    if zeros:
        said.append(
            f"{of_rows(zeros, rows)} {'states' if zeros == 1 else 'state'} 0 devices{' on other days' if lost else ''}."
        )
    says = (" ".join(said) or "No row states 0 devices.") + also
    if not lost and zeros / rows <= MANY_ZEROS:
        return passed(says)
    return Said(
        WARN,
        says,
        "A zero here does not say that no camera was searched. These rows are searches, and no mean of devices over "
        "them holds.",
        "Ask the agency what 0 devices means in its log.",
    )


def check_who(one: Record, facts: Facts) -> Said:
    """Whether it is known who released the file and who searched."""
    if not one["producer"]:
        return Said(
            FAIL,
            "Who released the file is not known.",
            "Whose searches these are, or whose cameras they reached, cannot be said."
            if one["kind"] != "network"
            else "Whose cameras the searches reached cannot be said.",
            "Ask the agency that sent the file to confirm that it is its own, and load it again with --producer.",
        )
    kinds = {"network": "a network audit", "organization": "an organization audit", "portal": "a portal log"}
    origins = {"file name": "as its file name says", "folder": "as the name of its folder says"}
    origin = origins.get(one["producer_from"] or "")
    said = [f"Released by {one['producer']}{f', {origin},' if origin else ''} as {kinds[one['kind']]}."]
    counted = facts.numbers.get(one["release"], {})
    rows = counted.get("rows", 0)
    if one["kind"] != "network" or not rows:
        return passed(" ".join(said))
    own, unnamed = counted["own"], counted["no_agency"]
    said.append(f"In {of_rows(own, rows)} the searching agency is {one['producer']} itself, by its name.")
    if unnamed:
        said.append(f"{of_rows(unnamed, rows)} {'does' if unnamed == 1 else 'do'} not say which agency searched.")
    if unnamed / rows <= MANY_UNNAMED:
        return passed(" ".join(said))
    return Said(
        WARN,
        " ".join(said),
        "Searches without an agency are missing from every table by searching agency.",
        "Ask the agency why the searching agencies are not named, and for the log with them.",
    )
