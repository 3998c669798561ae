"""Two predictions of an npz compared with evalsuite-python: percentile bootstrap, paired bootstrap test."""

from __future__ import annotations

import sys

import evalsuite.stats
import numpy as np

with np.load(sys.argv[1], allow_pickle=False) as data:
    found = evalsuite.stats.compare(
        data["y"],
        {"a": data["a"], "b": data["b"]},
        metrics=["mse"],
        n_resamples=int(sys.argv[2]),
        random_state=0,
    )
values = [found.estimate(name, "mse")["estimate"] for name in "ab"]
print(repr(float(values[1] - values[0])))
