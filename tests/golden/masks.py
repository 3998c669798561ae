"""Losses of masks, a row for each mask, as libraries take them: with an axis of channels, or as logits.

The functions are named as the library that computes, so that a call prints and counts as its own.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np


def monai(name: str, p: Any, y: Any, power: float = 1.0, pooled: bool = False, **settings: Any) -> Any:
    """A class of monai.losses on masks (n, S) of one channel, or (n, C, S); one number a mask, to a power."""
    import torch

    library = importlib.import_module("monai.losses")
    given = [torch.from_numpy(block[:, None] if block.ndim == 2 else block) for block in (p, y)]
    if pooled:
        return float(getattr(library, name)(batch=True, **settings)(*given))
    return getattr(library, name)(reduction="none", **settings)(*given).numpy().reshape(len(y)) ** power


def optax(name: str, p: Any, y: Any, **settings: Any) -> Any:
    """A function of optax.losses on masks (n, S), which takes logits, or (n, C, S)."""
    importlib.import_module("jax").config.update("jax_enable_x64", True)
    library = importlib.import_module("optax.losses")
    if p.ndim == 3:  # probabilities of classes, which it wants in the last axis
        return getattr(library, name)(
            *(np.moveaxis(a, 1, 2) for a in (p, y)), apply_softmax=False, **settings
        )
    with np.errstate(divide="ignore"):
        logits = np.log(p) - np.log1p(-p)
    if name == "dice_loss":  # the last axis is that of classes: one
        logits, y = logits[..., None], y[..., None]
    return getattr(library, name)(logits, y, **settings)
