"""The matrix of an agency's sharing partners by state and kind, and the words that go with it."""

from __future__ import annotations

import pandas as pd

from investigate.chart_spec import field, layered, mark, rows_of
from investigate.charts import INK, MAIN, WIDTH, Figure, style
from investigate.findings import count_of

NO_STATE = "state not stated"
EVERY = "all"
PALE = "#fdf0e6"
ROW = 18  # points; 57 states and territories stay on a page


def chart_partners(partners: pd.DataFrame, caption: str) -> Figure:
    """How many partners there are of each state and kind, as a matrix with its counts; states with most first.

    `partners`: columns partner, state, kind; a partner in several rows counts once. Names that state no state are a row
    of their own. Raises ValueError where there is no partner.
    """
    if partners.empty:
        raise ValueError("There is no partner to draw. Show a sentence that says so instead.")
    named = _named(partners)
    cells = named.groupby(["state", "kind"], as_index=False).size().rename(columns={"size": "partners"})
    states, kinds = by_most(named["state"], last=NO_STATE), by_most(named["kind"], last="unresolved")
    most = int(cells["partners"].max())
    # A square root, so that one large cell does not leave the others without colour.
    scale = {"type": "sqrt", "domain": [0, most], "range": [PALE, MAIN]}
    axis = {"labelColor": INK, "ticks": False, "domain": False}
    columns = [EVERY, *kinds.index]
    x_axis = axis | {"orient": "top", "labelAngle": -35, "labelLimit": 120}
    x = field("kind:N", sort=columns, scale={"domain": columns}, title=None, axis=x_axis)
    y = field("state:N", sort=list(states.index), title=None, axis=axis | {"labelLimit": 160})
    totals = states.rename_axis("state").reset_index(name="partners").assign(kind=EVERY)
    is_dark = {"condition": {"test": f"datum.partners > {most / 3}", "value": "#ffffff"}, "value": INK}
    number = field("partners:Q", format=",d")
    rows, bold = rows_of(cells), {"fontSize": 11, "fontWeight": "bold", "color": INK}
    layers = [
        mark("rect", rows, {"stroke": "#ffffff"}, x=x, y=y, color=field("partners:Q", scale=scale, legend=None)),
        mark("text", rows, {"fontSize": 11}, x=x, y=y, text=number, color=is_dark),
        mark("text", totals, bold, x=x, y=y, text=number),
    ]
    size = {"width": min(WIDTH - 150, 48 * (len(kinds) + 1)), "height": {"step": ROW}}
    return Figure(style(layered(layers, **size)), caption, say_partners(partners))


def _named(partners: pd.DataFrame) -> pd.DataFrame:
    named = partners.drop_duplicates("partner")[["state", "kind"]]
    return named.assign(state=named["state"].fillna(NO_STATE), kind=named["kind"].fillna("unresolved"))


def by_most(labels: pd.Series, last: str) -> pd.Series:
    """How often each label stands, most first, equal ones by the alphabet, and `last` at the end."""
    counts = labels.value_counts().rename_axis("label").reset_index(name="count")
    counts = counts.assign(is_last=counts["label"] == last)
    counts = counts.sort_values(["is_last", "count", "label"], ascending=[True, False, True])
    return counts.set_index("label")["count"]


def say_partners(partners: pd.DataFrame) -> str:
    """The finding of the matrix: how many, of which kind most, in which state most, and how many state none."""
    named = _named(partners)
    states, kinds = by_most(named["state"], last=NO_STATE), by_most(named["kind"], last="unresolved")
    many = count_of(len(named), "agency", "agencies")
    said = [f"{many} by state and kind: most are of the kind {kinds.idxmax()} ({kinds.max():,})"]
    stated = states.drop(NO_STATE, errors="ignore")
    if len(stated):
        said.append(f"of those whose state is known most are in {stated.idxmax()} ({stated.max():,})")
    if NO_STATE in states:
        said.append(f"the state of {states[NO_STATE]:,} is not known")
    return f"{'; '.join(said)}."
