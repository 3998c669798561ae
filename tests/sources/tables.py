"""Arrow tables as files of every typed format of named columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import feather, ipc, parquet

FORMS = ("parquet", "arrow", "arrows", "feather")


def store(folder: Path, table: Any, form: str, *, rows: int | None = None, codec: str | None = None) -> Path:
    """A table as a file: `rows` in a row group or batch, each codec where the format has it."""
    path = folder / f"t.{form}"
    if form == "parquet":
        parquet.write_table(table, path, row_group_size=rows or 1 << 20, compression=codec or "snappy")
    elif form == "feather":
        feather.write_feather(table, str(path), compression=codec or "lz4", chunksize=rows or 1 << 16)
    else:
        make = ipc.new_file if form == "arrow" else ipc.new_stream
        options = ipc.IpcWriteOptions(compression=codec if codec in ("lz4", "zstd") else None)
        with make(str(path), table.schema, options=options) as writer:
            writer.write_table(table.combine_chunks(), max_chunksize=rows)
    return path


def table(**columns: Any) -> Any:
    return pa.table(columns)
