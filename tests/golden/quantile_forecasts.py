"""Forecasts by quantiles and intervals, a column for each, as libraries take them.

The functions are named as the library that computes, so that a call prints and counts as its own.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np


def xgboost(y: Any, q: Any, tau: list[float]) -> float:
    """The metric `quantile` of several levels: a model without trees, whose margins are the quantiles."""
    library = importlib.import_module("xgboost")
    data = library.DMatrix(np.zeros((len(y), 1)), label=y, base_margin=q)
    given = {"objective": "reg:quantileerror", "eval_metric": "quantile", "quantile_alpha": tau}
    model = library.train({**given, "base_score": 0.0}, data, num_boost_round=0)
    return float(str(model.eval(data)).rpartition(":")[2])


def utilsforecast(metric: str, y: Any, q: Any, **options: Any) -> float:
    """mqloss or winkler_score of utilsforecast.losses, on one series."""
    losses = importlib.import_module("utilsforecast.losses")
    pandas = importlib.import_module("pandas")
    if metric == "winkler_score":
        names, models = [f"m-{end}-{options['level']}" for end in ("lo", "hi")], ["m"]
    else:
        names = [f"q{place}" for place in range(q.shape[1])]
        models, options["quantiles"] = {"m": names}, np.asarray(options["quantiles"])
    columns = dict(zip(names, q.T, strict=True))
    frame = pandas.DataFrame({"unique_id": ["a"] * len(y), "ds": range(len(y)), "y": y, **columns})
    return float(getattr(losses, metric)(frame, models=models, **options)["m"].iloc[0])


def scoringrules(name: str, y: Any, q: Any, alpha: Any) -> Any:
    """An interval score of scoringrules, without numba, of columns by rising level."""
    library = importlib.import_module("scoringrules")
    middle = q.shape[1] // 2
    lower, upper = q[:, :middle], q[:, ::-1][:, :middle]
    if name == "interval_score":
        found = library.interval_score(y, lower[:, 0], upper[:, 0], alpha, backend="numpy")
    else:
        levels = np.asarray(alpha)
        found = library.weighted_interval_score(y, q[:, middle], lower, upper, levels, backend="numpy")
    return found.reshape(len(y))  # it drops the axis of a single row
