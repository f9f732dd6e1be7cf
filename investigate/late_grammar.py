"""A grammar that is read when it is first asked for, and not at every start.

jsonschema, which Altair, nbformat and papermill import, checks international addresses by the package rfc3987_syntax,
which compiles its grammar as it is imported: two seconds of each command, kernel and process of a batch, for a check
that no chart and no notebook asks for. A module of the same name stands in until somebody does ask, and then gives way.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

GRAMMAR = "rfc3987_syntax"


def put_off() -> None:
    """Let the grammar be read when it is first asked for; nothing where it is read already or not installed."""
    if GRAMMAR in sys.modules or (found := importlib.util.find_spec(GRAMMAR)) is None:
        return
    stand_in = _StandIn(GRAMMAR)
    stand_in.__spec__, stand_in.__path__ = found, list(found.submodule_search_locations or [])
    sys.modules[GRAMMAR] = stand_in


class _StandIn(ModuleType):
    """Gives way to the package itself as soon as anything of it is used."""

    __path__: list[str]

    @staticmethod
    def is_valid_syntax(term: str, value: str) -> bool:
        """All that jsonschema takes when it is imported."""
        return bool(_real().is_valid_syntax(term, value))

    def __getattr__(self, name: str) -> Any:
        # Names of the import system's own, which asks for them without using the package.
        if name.startswith("__"):
            raise AttributeError(f"module {GRAMMAR!r} has no attribute {name!r}")
        return getattr(_real(), name)


def _real() -> ModuleType:
    if isinstance(sys.modules.get(GRAMMAR), _StandIn):
        del sys.modules[GRAMMAR]
    return importlib.import_module(GRAMMAR)
