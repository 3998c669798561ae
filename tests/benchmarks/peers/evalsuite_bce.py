"""Mean binary cross-entropy of two files with evalsuite-python, read by pandas as its command line does."""

from __future__ import annotations

import sys

import evalsuite
import pandas as pd

read = pd.read_parquet if sys.argv[1].endswith(".parquet") else pd.read_csv
label, probability = read(sys.argv[1])["y"].to_numpy(), read(sys.argv[2])["p"].to_numpy()
print(repr(float(evalsuite.log_loss(label, probability))))
