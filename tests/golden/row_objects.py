"""Losses that are objects elsewhere and take a row as one thing, such as the scores of all classes.

The functions are named as the library that computes, so that a call prints and counts as its own.
"""

from __future__ import annotations

import importlib
from typing import Any


def keras(name: str, y: Any, p: Any, w: Any = None, **settings: Any) -> Any:
    """A class of keras.losses on rows; its own reduction."""
    library = importlib.import_module("keras.losses")
    return getattr(library, name)(**settings)(y, p, sample_weight=w)
