"""Charts with tooltips, drawn in the notebook's page by a program that comes with the package's own libraries."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from investigate.chart_spec import Spec
from investigate.charts import Figure, drawable
from investigate.drawing import draw_svg
from investigate.live.frames import frame, show_live
from investigate.live.where import is_live
from investigate.shown import figure_shown

if TYPE_CHECKING:
    import altair as alt

MARGIN = 24  # pixels for what the page draws a little wider or higher than the picture
CAPTION = 56
_SIZE = re.compile(r'<svg[^>]*?\swidth="([\d.]+)"[^>]*?\sheight="([\d.]+)"')


def live_html(chart: Spec | alt.TopLevelMixin, caption: str = "", title: str = "Chart") -> str:
    """The chart as an `<iframe>` that draws it with its tooltips and loads nothing: about 1 MB, not to be saved.

    It carries the chart's whole frame, so only aggregated frames may be drawn.
    """
    spec = drawable(chart)
    size = _SIZE.search(draw_svg(spec))
    assert size is not None, "a drawn chart has a width and a height"
    width, height = (round(float(length)) + MARGIN for length in size.groups())
    in_script = spec.replace("<", "\\u003c")  # no text of a chart can end the script that holds it
    options = '{"renderer": "svg", "actions": false}'
    body = (
        f'<div id="chart" role="img" aria-label="{escape(title)}"></div>'
        f'<p style="margin:4px 8px;color:#6b7785;font-size:13px">{escape(caption)}</p>'
        f'<script>vegaEmbed("#chart", {in_script}, {options});</script>'
    )
    return frame(
        f"<script>{_drawing_program()}</script>", body, title, height + (CAPTION if caption else 0), width + MARGIN
    )


def live_figure(figure: Figure) -> str:
    """A figure as `live_html` with its caption and alt text; "" where no person sits before it, or nothing in it
    can be pointed at."""
    if not is_live() or figure.spec is None or '"tooltip"' not in drawable(figure.spec):
        return ""
    return live_html(figure.spec, figure.caption, figure.alt_text)


def show_figure(figure: Figure) -> None:
    """What `Figure._ipython_display_` does: show the chart with its tooltips, or raise NotImplementedError, which
    tells IPython to show the still picture."""
    live = live_figure(figure)
    if not live:
        raise NotImplementedError
    show_live(live, figure_shown(figure))


@cache
def _drawing_program() -> str:
    import vl_convert  # noqa: PLC0415

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").replace("</script", "<\\/script")
