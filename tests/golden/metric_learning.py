"""Losses of embeddings that other libraries have as objects: made, then called on all rows.

The functions are named as the library that computes, so that a call prints and counts as its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def monai(z: Any, **settings: Any) -> float:
    """MONAI's ContrastiveLoss: the first half of the rows is one view, the second half the other."""
    import torch
    from monai.losses import ContrastiveLoss

    views = torch.from_numpy(np.asarray(z, dtype=np.float64))
    half = len(views) // 2
    return float(ContrastiveLoss(**settings)(views[:half], views[half:]))


def pytorch_metric_learning(z: Any, g: Any, *, loss: str, rows: bool = False, **settings: Any) -> Any:
    """A loss of pytorch-metric-learning by the name of its class: reduced as usual, or one number a row."""
    import torch
    from pytorch_metric_learning import losses, reducers

    reducer = {"reducer": reducers.DoNothingReducer()} if rows else {}
    made = getattr(losses, loss)(**settings, **reducer)
    found = made(torch.from_numpy(np.asarray(z, dtype=np.float64)), torch.from_numpy(np.asarray(g)))
    return found["loss"]["losses"].numpy().reshape(-1) if rows else float(found)


def keras(y: Any, p: Any, *, kind: str, name: str, **settings: Any) -> float:
    """A class of keras.losses or keras.metrics, called on all rows."""
    import keras as library

    return float(getattr(getattr(library, kind), name)(**settings)(np.asarray(y), np.asarray(p)))
