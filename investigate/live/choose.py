"""Choose an agency from a list in JupyterLab; in batch it is the one that was named."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from investigate.counts import ROLES, find_agency
from investigate.errors import UnknownValue, unknown
from investigate.live.frames import missing, show_widget
from investigate.live.where import is_live
from investigate.report_tables import prepare_report_tables, read_of_all
from investigate.said import count_of, is_unknown, say_count
from investigate.shown import joined, nothing
from investigate.tables import read_spellings
from investigate.workspace import Workspace, open_workspace

SAID_OF_ROLE = {"owner": "as camera owner", "searcher": "as searching agency"}
AGAIN = "Run the cells below again (Run, then Run Selected Cell and All Below from the next cell): they use it."
# What was chosen, by workspace, named agency and role, for as long as the kernel runs: "Run All" keeps it.
_chosen_before: dict[tuple[str, str, str], str] = {}


class Chosen:
    """An agency that may be chosen anew at any time: `name` and `str()` give the one that is chosen now."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return self.name


def choose_agency(agency: object, workspace: str | Path | Workspace | None = None, role: str = "") -> Chosen:
    """In JupyterLab a box to type in or to choose from, which begins with `agency`; elsewhere `agency` itself.

    Cells that use `.name` of what it gives show the chosen agency when they are run again. A choice is kept until
    the kernel restarts or another `agency` is named here. `role` owner or searcher lists the agencies that stand in
    the data in this role. Raises UnknownValue, with the nearest names, for an agency or role that is not in the data.
    """
    room = open_workspace(workspace)
    folder = prepare_report_tables(room)
    spellings = read_spellings(room)
    hints = list_hints(folder, role)
    everyone = read_of_all(folder, "agencies", ["agency"])["agency"].unique()
    name = find_agency(str(agency), everyone, spellings)
    if name not in hints:
        other = next(one for one in ROLES if one != role)
        raise UnknownValue(f"{name!r} is in the data only as {other}, not as {role!r}.")
    if not is_live():
        return Chosen(name)
    key = (str(room.root), name, role)
    chosen = Chosen(_chosen_before.get(key, name))
    _show_list(chosen, hints, spellings, key)
    return chosen


def list_hints(folder: Path, role: str = "") -> dict[str, str]:
    """Each agency of the report tables in `folder` with its state and its counts in each role: name → hint.

    Searches and immigration-related ones (standard scope) are distinct ones in all loaded logs of that role; the two
    roles are never added up. Raises UnknownValue for a role that is not known.
    """
    if role and role not in ROLES:
        raise unknown("role", role, ROLES)
    agencies = read_of_all(folder, "agencies", ["agency", "role", "searches", "state"])
    periods = read_of_all(folder, "periods", ["agency", "role", "scope", "immigration_related"])
    standard = periods[periods["scope"] == "standard"].groupby(["agency", "role"])["immigration_related"]
    related = standard.sum(min_count=1)
    if role:
        agencies = agencies[agencies["role"] == role]
    hints: dict[str, str] = {}
    for name, rows in agencies.groupby("agency", sort=True):
        of_role = rows.set_index("role")
        said = [
            _say_role(one, int(of_role.loc[one, "searches"]), related.get((name, one)))
            for one in ROLES
            if one in of_role.index
        ]
        states = rows["state"].dropna()
        hints[str(name)] = "; ".join([*states.head(1), *said])
    return hints


def _say_role(role: str, searches: int, related: Any) -> str:
    counted = count_of(searches, "search", "searches")
    immigration = (
        "immigration-related not known" if is_unknown(related) else f"{say_count(related)} immigration-related"
    )
    return f"{SAID_OF_ROLE[role]} {counted}, {immigration}"


def _show_list(chosen: Chosen, hints: dict[str, str], spellings: pd.DataFrame, key: tuple[str, str, str]) -> None:
    still = nothing(f"Chosen when this cell ran: {chosen.name}.")
    if lacks := missing("ipywidgets"):
        from IPython.display import display  # noqa: PLC0415 - outside a notebook nothing is displayed

        display(joined(still, nothing(lacks)))
        return
    import ipywidgets  # noqa: PLC0415 - belongs to the extra `lab`

    labels = {f"{name} · {hint}": name for name, hint in hints.items()}
    box = ipywidgets.Combobox(
        options=list(labels), value=chosen.name, placeholder="type a part of the name, or a state",
        description="Agency", continuous_update=False, layout=ipywidgets.Layout(width="100%", max_width="760px"),
    )  # fmt: skip
    said = ipywidgets.HTML(_say_choice(chosen.name, hints, ""))

    def choose(change: dict[str, Any]) -> None:
        typed = change["new"].strip()
        if not typed or typed == chosen.name:
            return
        try:
            chosen.name = labels.get(typed) or find_agency(typed, hints, spellings)
        except UnknownValue as error:
            said.value = f"{escape(str(error))} <b>Still chosen: {escape(chosen.name)}.</b>"
            return
        _chosen_before[key] = chosen.name
        box.value = chosen.name
        said.value = _say_choice(chosen.name, hints, AGAIN)

    box.observe(choose, names="value")
    show_widget(ipywidgets.VBox([box, said]), still)


def _say_choice(name: str, hints: dict[str, str], what_now: str) -> str:
    return f'<div style="line-height:1.5"><b>{escape(name)}</b>: {escape(hints[name])}. {escape(what_now)}</div>'
