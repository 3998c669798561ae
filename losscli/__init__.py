"""losscli: exact loss values for prediction files, by hand, in pipelines and in CI.

``losscli.compute("bce", y, p)`` returns the report that the command line prints; ``losscli.losses.bce(y, p)``
gives the per-sample values. Both are loaded when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_API = (
    "check",
    "check_config",
    "compare",
    "compute",
    "draw",
    "explain",
    "inspect",
    "list_losses",
    "merge",
    "plot",
    "reconcile",
    "sample_row",
)
__all__ = [
    "__version__",
    "check",
    "check_config",
    "compare",
    "compute",
    "draw",
    "explain",
    "inspect",
    "list_losses",
    "losses",
    "merge",
    "plot",
    "reconcile",
    "sample_row",
]


def __getattr__(name: str) -> Any:
    if name in _API:
        return getattr(importlib.import_module("losscli.api"), name)
    if name == "losses":
        return importlib.import_module("losscli.losses")
    raise AttributeError(f"module 'losscli' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
