"""Imported once, by the process whose forks render reports: what a kernel, and what drives it, would each import and
read anew.

Nothing here reads a workspace, opens a connection or starts an engine: a fork must not find another report's data, and
threads are not carried over.
"""

from __future__ import annotations

import gc
import importlib
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else linear algebra starts threads when it is imported

NEEDED = (
    "ipykernel.ipkernel", "ipykernel.kernelapp", "IPython.core.completerlib", "IPython.core.logger",
    "IPython.core.oinspect", "papermill", "nbclient", "nbformat.v4", "jinja2", "bs4", "docx", "sqlite3",
    "encodings.utf_8_sig", "geopandas", "pyogrio", "pyproj", "shapely", "PIL.PngImagePlugin", "pandas",
    "pyarrow.ipc", "pyarrow.pandas_compat", "pyarrow.parquet", "vl_convert", "typer", "investigate.batch",
    "investigate.cli",
    "investigate.page", "investigate.live.charts",
)  # fmt: skip


def preload() -> None:
    """Import what reports need, and read what is the same for every report: rules, words, places, outlines."""
    for name in NEEDED:
        importlib.import_module(name)
    import investigate  # noqa: PLC0415

    for name in investigate.__all__:
        getattr(investigate, name)
    _rehearse()
    gc.collect()
    gc.freeze()  # out of the garbage collector's sight, so that forks go on sharing the memory


def _rehearse() -> None:
    """Fill the tables that are read on first use, by using them on nothing of anybody's."""
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415
    from nbformat.v4 import new_markdown_cell, new_notebook  # noqa: PLC0415

    from investigate.agencies.boundaries import county_shapes  # noqa: PLC0415
    from investigate.agencies.identify import identify_agency  # noqa: PLC0415
    from investigate.agencies.laws import laws_of  # noqa: PLC0415
    from investigate.charts import chart_months  # noqa: PLC0415
    from investigate.comparison.pairs import read_cuts  # noqa: PLC0415
    from investigate.letters.document import Document  # noqa: PLC0415
    from investigate.letters.word import make_docx  # noqa: PLC0415
    from investigate.maps.outlines import find_pixels  # noqa: PLC0415
    from investigate.page import render_page  # noqa: PLC0415
    from investigate.reasons.classify import classify_reason  # noqa: PLC0415
    from investigate.request import COLUMNS, strings_of  # noqa: PLC0415
    from investigate.scrub import printed  # noqa: PLC0415

    render_page(new_notebook(cells=[new_markdown_cell("# Nobody")]), title="Nobody")
    make_docx(Document("Nobody", ()))
    strings_of(pd.DataFrame([], columns=COLUMNS, dtype=object))
    classify_reason("immigration")
    printed("immigration, by Anybody of Chicago IL PD")
    identify_agency("Chicago IL PD")
    laws_of("IL")
    read_cuts()
    county_shapes()
    find_pixels(np.array([41.9]), np.array([-87.6]), 1e-4)
    months = pd.DataFrame({"period": "2025-01", "scope": ["strict", "standard", "broad"], "immigration_related": 1})
    chart_months(months.assign(searches=1, covered_days=1), "of nobody").json()


preload()
