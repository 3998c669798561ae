"""Every loss as a function of arrays: ``losscli.losses.bce(y, p)`` gives one number a row.

A family is one file of this folder; a loss is one decorated function in its file, and nothing else lists it.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from losscli.errors import UnknownLoss
from losscli.registry import Loss, all_losses, get
from losscli.registry.lookup import use_loader

_WAITING = sorted(entry.name for entry in pkgutil.iter_modules(__path__))
"""The modules that were not imported yet; the registry asks for them when a name is looked up."""


def load(name: str | None = None) -> None:
    """Import every family, so that its losses are registered, or only those in whose text a name stands in
    quotes: a single loss then costs a start a few of some fifty modules."""
    for module in list(_WAITING):
        if name is None or _mentions(module, name):
            _WAITING.remove(module)
            importlib.import_module(f"{__name__}.{module}")


def _mentions(module: str, name: str) -> bool:
    try:
        return f'"{name}"'.encode() in Path(__path__[0], f"{module}.py").read_bytes()
    except OSError:  # no source beside the compiled module: it may be the one
        return True


use_loader(load)


def __getattr__(name: str) -> Loss:
    if not name.startswith("_"):
        try:
            record = get(name)
        except UnknownLoss:
            pass
        else:
            if record.name == name:
                return record
    raise AttributeError(f"module {__name__!r} has no loss {name!r}")


def __dir__() -> list[str]:
    return sorted(record.name for record in all_losses())
