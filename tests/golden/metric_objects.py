"""Metrics that are objects elsewhere: made with their settings, shown all rows, then asked for the number.

The functions are named as the library that computes, so that a call prints and counts as its own.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np


def keras(name: str, y: Any, p: Any, w: Any = None, **settings: Any) -> float:
    """A class of keras.metrics; numbers become rows of one."""
    metric = getattr(importlib.import_module("keras.metrics"), name)(**settings)
    rows = [values if np.ndim(values) == 2 else np.expand_dims(values, -1) for values in (y, p)]
    metric.update_state(*rows, sample_weight=w)
    return float(metric.result())
