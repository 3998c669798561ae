"""Metrics of gradient boosters on given predictions: a model without trees, whose margin is the prediction.

The functions are named as the library that computes, so that a call prints and counts as its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def xgboost(metric: str, y: Any, p: Any, w: Any = None, **settings: Any) -> float:
    """An `eval_metric` of XGBoost; `p` is what the metric sees: a probability where it wants one."""
    import xgboost as library

    rows = np.zeros((len(y), 1))
    data = library.DMatrix(rows, label=y, weight=w, base_margin=p)
    given = {"objective": "reg:squarederror", "eval_metric": metric, "base_score": 0.0, **settings}
    if np.ndim(p) == 2:
        given |= {"objective": "multi:softprob", "num_class": np.shape(p)[1]}
        data.set_base_margin(np.log(p).reshape(-1))  # its softmax gives p back
    model = library.train(given, data, num_boost_round=0)
    return float(str(model.eval(data)).rpartition(":")[2])


def lightgbm(metric: str, y: Any, p: Any, w: Any = None, **settings: Any) -> float:
    """A `metric` of LightGBM on raw scores: without an objective it takes them as they are."""
    import lightgbm as library

    def still(scores: Any, data: Any) -> Any:
        return np.zeros_like(scores), np.ones_like(scores)

    given = {"objective": still, "metric": metric, "verbose": -1, "boost_from_average": False, **settings}
    start = np.asarray(p, dtype=np.float64).reshape(-1, order="F")
    rows = np.arange(float(len(y))).reshape(-1, 1)
    quiet = {"verbose": -1, "min_data_in_bin": 1, "min_data_in_leaf": 1, "feature_pre_filter": False}
    data = library.Dataset(rows, label=y, weight=w, init_score=start, params=quiet)
    found: dict[str, Any] = {}
    record = library.record_evaluation(found)
    library.train(
        given, data, num_boost_round=1, valid_sets=[data], valid_names=["given"], callbacks=[record]
    )
    return float(next(iter(found["given"].values()))[0])
