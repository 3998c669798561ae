"""The paired difference of two predictions of an npz as a script of one's own does it: percentiles of the
means of resamples, one after the other."""

from __future__ import annotations

import sys

import numpy as np

with np.load(sys.argv[1], allow_pickle=False) as data:
    losses = (data["b"] - data["y"]) ** 2 - (data["a"] - data["y"]) ** 2
random = np.random.default_rng(0)
means = [losses[random.integers(0, losses.size, losses.size)].mean() for _ in range(int(sys.argv[2]))]
assert np.isfinite(np.percentile(means, [2.5, 97.5])).all()
print(repr(float(losses.mean())))
