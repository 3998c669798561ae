"""Every loss as a function of arrays: ``losscli.losses.bce(y, p)`` gives one number a row.

A family is one file of this folder; a loss is one decorated function in its file, and nothing else lists it.
"""

from __future__ import annotations

import importlib
import pkgutil

from losscli.registry import Loss, all_losses, get


def load() -> None:
    """Import every family, so that its losses are registered; importing twice does nothing."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda entry: entry.name):
        importlib.import_module(f"{__name__}.{module.name}")


load()


def __getattr__(name: str) -> Loss:
    for record in all_losses():
        if record.name == name:
            return get(name)
    raise AttributeError(f"module {__name__!r} has no loss {name!r}")


def __dir__() -> list[str]:
    return sorted(record.name for record in all_losses())
