"""Mean squared error of two CSV files joined by id with polars: lazy typed scans, streamed. Nothing is
checked: missing and repeated ids go unseen."""

from __future__ import annotations

import sys

import polars as pl

kind = pl.String if sys.argv[3] == "hex" else pl.Int64
targets = pl.scan_csv(sys.argv[1], schema={"id": kind, "y": pl.Float64})
predictions = pl.scan_csv(sys.argv[2], schema={"id": kind, "p": pl.Float64})
pairs = targets.join(predictions, on="id", how="inner")
answer = pairs.select((pl.col("p") - pl.col("y")).pow(2).mean())
print(repr(answer.collect(engine="streaming").item()))
