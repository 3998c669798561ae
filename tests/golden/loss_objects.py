"""Losses that are objects elsewhere: made with their settings, then called, with the weights of rows.

The functions are named as the library that computes, so that a call prints and counts as its own.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np


def keras(name: str, y: Any, p: Any, w: Any = None, **settings: Any) -> Any:
    """A class of keras.losses on numbers, each a row of its own; its own reduction."""
    library = importlib.import_module("keras.losses")
    return getattr(library, name)(**settings)(np.expand_dims(y, -1), np.expand_dims(p, -1), sample_weight=w)


def monai(name: str, p: Any, y: Any, **settings: Any) -> Any:
    """A class of monai.losses on numbers, each a row of its own."""
    import torch

    library = importlib.import_module("monai.losses")
    given = [torch.from_numpy(np.expand_dims(values, -1)) for values in (p, y)]
    return getattr(library, name)(**settings)(*given)[:, 0]
