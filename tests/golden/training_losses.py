"""Losses that a library trains on and has no metric of: their values, number by number.

The functions are named as the library that computes, so that a call prints and counts as its own.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np


def sklearn(name: str, y: Any, p: Any, **settings: Any) -> Any:
    """A loss of scikit-learn's stochastic gradient descent."""
    loss = getattr(importlib.import_module("sklearn.linear_model._sgd_fast"), name)(*settings.values())
    return np.array([loss.py_loss(one, other) for one, other in zip(p, y, strict=True)])


def statsmodels(name: str, y: Any, p: Any, **settings: Any) -> Any:
    """A norm of statsmodels' robust regression, of the errors."""
    norm = getattr(importlib.import_module("statsmodels.robust.norms"), name)(**settings)
    return np.asarray(norm.rho(p - y))
