"""Mean binary cross-entropy of two CSV files with nothing but NumPy."""

from __future__ import annotations

import sys

import numpy as np

label = np.loadtxt(sys.argv[1], skiprows=1)
probability = np.loadtxt(sys.argv[2], skiprows=1)
if label.shape != probability.shape:
    raise SystemExit("the files differ in length")
print(repr(float(-np.log(np.where(label == 1, probability, 1 - probability)).mean())))
