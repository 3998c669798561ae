"""Mean binary cross-entropy of two CSV files with polars: lazy typed scans, joined by position, streamed."""

from __future__ import annotations

import sys

import polars as pl

labels = pl.scan_csv(sys.argv[1], schema={"y": pl.Int8})
probabilities = pl.scan_csv(sys.argv[2], schema={"p": pl.Float64})
likelihood = pl.when(pl.col("y") == 1).then(pl.col("p")).otherwise(1 - pl.col("p"))
answer = pl.concat([labels, probabilities], how="horizontal").select((-likelihood.log()).mean())
print(repr(answer.collect(engine="streaming").item()))
