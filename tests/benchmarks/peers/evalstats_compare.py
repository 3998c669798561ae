"""The paired difference of two predictions of an npz with evalstats: its studentised bootstrap."""

from __future__ import annotations

import sys

import numpy as np
from evalstats import pairwise_differences

with np.load(sys.argv[1], allow_pickle=False) as data:
    losses = np.stack([(data[name] - data["y"]) ** 2 for name in "ba"])
found = pairwise_differences(losses, 0, 1, method="bootstrap_t", n_bootstrap=int(sys.argv[2]))
print(repr(float(found.point_diff)))
