"""Mean squared error of two CSV files joined by id with duckdb: typed readers, a hash join that may use the
disk beyond 512 MB. Nothing is checked: missing and repeated ids go unseen."""

from __future__ import annotations

import sys

import duckdb

kind = "VARCHAR" if sys.argv[3] == "hex" else "BIGINT"
READ = "read_csv(?, header = true, auto_detect = false, delim = ',', quote = '\"', columns = {})"
TARGETS = READ.format(f"{{'id': '{kind}', 'y': 'DOUBLE'}}")
PREDICTIONS = READ.format(f"{{'id': '{kind}', 'p': 'DOUBLE'}}")

database = duckdb.connect()
database.execute("SET memory_limit = '512MB'")
answer = database.execute(
    f"SELECT avg((p - y) * (p - y)) FROM {TARGETS} targets JOIN {PREDICTIONS} predictions USING (id)",
    [sys.argv[1], sys.argv[2]],
)
print(repr(answer.fetchone()[0]))
