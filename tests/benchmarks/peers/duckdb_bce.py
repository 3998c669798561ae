"""Mean binary cross-entropy of two files with duckdb: typed readers, joined by position.

With `tables` each file becomes a temporary table first, which duckdb does on every core; with `stream` the
rows flow from the readers straight into the average, which takes less memory and one core.
"""

from __future__ import annotations

import sys

import duckdb

READ = "read_csv(?, header = true, auto_detect = false, delim = ',', columns = {})"
if sys.argv[1].endswith(".parquet"):
    LABELS = PROBABILITIES = "read_parquet(?)"
else:
    LABELS = READ.format("{'y': 'TINYINT'}")
    PROBABILITIES = READ.format("{'p': 'DOUBLE'}")
AVERAGE = "SELECT avg(-ln(CASE WHEN y = 1 THEN p ELSE 1 - p END)) FROM"

labels, probabilities, mode = sys.argv[1:4]
database = duckdb.connect()
if mode == "tables":
    database.execute(f"CREATE TEMP TABLE labels AS FROM {LABELS}", [labels])
    database.execute(f"CREATE TEMP TABLE probabilities AS FROM {PROBABILITIES}", [probabilities])
    answer = database.execute(f"{AVERAGE} labels POSITIONAL JOIN probabilities")
else:
    answer = database.execute(f"{AVERAGE} {LABELS} POSITIONAL JOIN {PROBABILITIES}", [labels, probabilities])
print(repr(answer.fetchone()[0]))
