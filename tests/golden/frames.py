"""Forecasts as the frames that a library takes: one series, in order of time.

The functions are named as the library that computes, so that a call prints and counts as its own.
"""

from __future__ import annotations

import importlib
from typing import Any


def utilsforecast(metric: str, y: Any, p: Any, train: Any = None, **options: Any) -> float:
    """A function of utilsforecast.losses on one series, with the training series where it takes one."""
    losses = importlib.import_module("utilsforecast.losses")
    pandas = importlib.import_module("pandas")

    def frame(**columns: Any) -> Any:
        length = len(columns["y"])
        return pandas.DataFrame({"unique_id": ["a"] * length, "ds": range(length), **columns})

    if train is not None:
        options["train_df"] = frame(y=train)
    return float(getattr(losses, metric)(frame(y=y, p=p), models=["p"], **options)["p"].iloc[0])
