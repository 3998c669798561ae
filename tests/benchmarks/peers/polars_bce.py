"""Mean binary cross-entropy of two files with polars: lazy typed scans, joined by position, streamed."""

from __future__ import annotations

import sys

import polars as pl

if sys.argv[1].endswith(".parquet"):
    labels, probabilities = pl.scan_parquet(sys.argv[1]), pl.scan_parquet(sys.argv[2])
else:
    labels = pl.scan_csv(sys.argv[1], schema={"y": pl.Int8})
    probabilities = pl.scan_csv(sys.argv[2], schema={"p": pl.Float64})
likelihood = pl.when(pl.col("y") == 1).then(pl.col("p")).otherwise(1 - pl.col("p"))
answer = pl.concat([labels, probabilities], how="horizontal").select((-likelihood.log()).mean())
print(repr(answer.collect(engine="streaming").item()))
