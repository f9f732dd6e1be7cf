"""Whether a person sits before the notebook, or a program runs it."""

from __future__ import annotations

import os
import sys
from typing import Any

from investigate.errors import InvestigateError

OVERRIDE = "INVESTIGATE_LIVE"
SESSION = "JPY_SESSION_NAME"  # the Jupyter server sets it in the kernels that it starts for a front end
LIVE_MARKS = (OVERRIDE, SESSION)  # a kernel that runs a notebook in batch must not inherit them


def is_live() -> bool:
    """True only in a cell that a person runs in JupyterLab or Jupyter Notebook 7.

    False in papermill, nbclient, nbconvert, nbval and pytest, also when one of them is started from a live notebook,
    and in plain Python. INVESTIGATE_LIVE=1 or 0 overrides it; raises InvestigateError for another value.
    """
    told = os.environ.get(OVERRIDE, "")
    if told not in {"", "0", "1"}:
        raise InvestigateError(
            f"{OVERRIDE} is {told!r}. It may be 1 (show interactive things) or 0 (show what a report shows); "
            "without it that is found out."
        )
    if told:
        return told == "1"
    return SESSION in os.environ and "PYTEST_CURRENT_TEST" not in os.environ and _was_asked_by_a_page()


def _was_asked_by_a_page() -> bool:
    """Whether what the kernel is doing was asked for by a notebook page.

    A program that is started from a live notebook inherits its environment; but only a page names the cell that it
    wants run, and only a page has widgets.
    """
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return False
    request = kernel.get_parent("shell") or {}
    if request.get("header", {}).get("msg_type") != "execute_request":
        return bool(request)
    return "cellId" in request.get("metadata", {})
