"""Documents within a notebook's page that load nothing from outside and are not saved with the notebook.

A document stands in a frame of its own, which the browser keeps from the notebook's page and from every network
(sandbox and content security policy). The frame is the value of a widget: the front end holds it, while the saved
notebook holds the widget's number and, as an output of its own, the still picture or table that stands for it.
"""

from __future__ import annotations

import importlib.util
from html import escape
from typing import Any

from investigate.shown import Shown

VIEW = "application/vnd.jupyter.widget-view+json"
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
LOOK = """
  :root { color-scheme: light; }
  body { margin: 0; background: #fff; color: #1f2933;
         font: 14px/1.4 system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif; }
"""
LIVE, STILL = "investigate-live", "investigate-still"
# Of two outputs of a cell, the widget and what stands for it, the page shows one. A widget that is gone leaves a line
# that says "Error displaying widget".
ONE_OF_TWO = (
    f".jp-OutputArea-child:has(.{LIVE}) + .jp-OutputArea-child:has(.{STILL}), "
    f".jp-OutputArea-child:has(.jupyter-widgets):not(:has(.{LIVE})):has(+ .jp-OutputArea-child .{STILL}) "
    "{ display: none }"
)
GET_THEM = "Run `make env` in the project's folder, restart the kernel, and run this cell again."


def missing(*packages: str) -> str:
    """One sentence on how to get what is not installed, or nothing when all of it is."""
    absent = [name for name in packages if importlib.util.find_spec(name) is None]
    if not absent:
        return ""
    return f"Nothing here can be searched or chosen, because {' and '.join(absent)} is not installed. {GET_THEM}"


def frame(head: str, body: str, title: str, height: int, width: int | None = None) -> str:
    """An `<iframe>` that holds a whole document; `height` and `width` in pixels, without width as wide as the cell.

    `head` and `body` are HTML and may hold scripts; whatever comes out of a file must be escaped in them.
    """
    document = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(title)}</title><style>{LOOK}</style>{head}</head><body>{body}</body></html>"
    )
    wide = f"{width}px" if width else "100%"
    return (
        f'<iframe title="{escape(title)}" sandbox="allow-scripts" '
        f'style="border:0;display:block;width:{wide};max-width:100%;height:{height}px" '
        f'srcdoc="{escape(document)}"></iframe>'
    )


def show_live(live: str, still: Shown) -> None:
    """Show `live` in a widget, and behind it `still`, which is seen only where the widget is not: in the saved notebook
    when it is opened again, and in whatever it is converted to. Raises NotImplementedError, which tells IPython to show
    the object as it shows any other, where there are no widgets."""
    if missing("ipywidgets"):
        raise NotImplementedError
    import ipywidgets  # noqa: PLC0415 - belongs to the extra `lab`

    widget = ipywidgets.HTML(live, layout=ipywidgets.Layout(width="100%"))
    widget.add_class("jp-RenderedHTMLCommon")  # tables and headings beside a frame look as they do without it
    show_widget(widget, still)


def show_widget(widget: Any, still: Shown) -> None:
    """As `show_live`, for a widget."""
    from IPython.display import display  # noqa: PLC0415 - outside a notebook nothing is displayed

    widget.add_class(LIVE)
    display({VIEW: widget._repr_mimebundle_()[VIEW], "text/plain": ""}, raw=True)
    html = f'<style>{ONE_OF_TWO}</style><div class="{STILL}">{still.html}</div>'
    display({"text/html": html, "text/plain": still.text}, raw=True)


class LiveShown(Shown):
    """Something that a person sees as `live`, and everyone else, as well as the saved notebook, as `html` or `text`."""

    def __init__(self, live: str, still: Shown) -> None:
        super().__init__(still.html, still.text, live)
