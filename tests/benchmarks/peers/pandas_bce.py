"""Mean binary cross-entropy of two files with pandas: typed reads, then vectorised NumPy."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

if sys.argv[1].endswith(".parquet"):
    label = pd.read_parquet(sys.argv[1])["y"].to_numpy()
    probability = pd.read_parquet(sys.argv[2])["p"].to_numpy()
elif sys.argv[1].endswith(".npy"):  # NumPy alone
    label, probability = np.load(sys.argv[1]), np.load(sys.argv[2])
else:
    engine = sys.argv[3]
    label = pd.read_csv(sys.argv[1], dtype={"y": "int8"}, engine=engine)["y"].to_numpy()
    probability = pd.read_csv(sys.argv[2], dtype={"p": "float64"}, engine=engine)["p"].to_numpy()
if len(label) != len(probability):
    raise SystemExit("the files differ in length")
print(repr(float(-np.log(np.where(label == 1, probability, 1 - probability)).mean())))
