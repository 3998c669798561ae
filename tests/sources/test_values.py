"""Values that losscli wrote are read with their infinities; everywhere else these are errors."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from losscli.errors import CellError
from losscli.sources.open import open_source
from losscli.sources.records import Column, ReadOptions

VALUES = [0.5, math.inf, -math.inf, math.nan, 1e-300, 12345678901234567890.0]


def write(path: Path, values: list[float]) -> None:
    suffix = path.suffix
    if suffix == ".parquet":
        parquet.write_table(pa.table({"v": values}), path)
    elif suffix == ".arrow":
        pa.feather.write_feather(pa.table({"v": values}), str(path))
    elif suffix == ".npy":
        np.save(path, np.array(values))
    else:
        texts = [repr(value) if math.isfinite(value) else "null" for value in values]
        lines = {
            ".csv": lambda: "\n".join(["v,w", *(f"{value!r},1" for value in values)]),
            ".tsv": lambda: "\n".join(["v\tw", *(f"{value!r}\t1" for value in values)]),
            ".ndjson": lambda: "\n".join(f'{{"v": {text}}}' for text in texts),
            ".json": lambda: (
                f"[{','.join(f'{chr(123)}{chr(34)}v{chr(34)}: {text}{chr(125)}' for text in texts)}]"
            ),
        }
        path.write_text(lines[suffix]() + "\n")


def read(path: Path, column: Column) -> list[float]:
    header = True if path.suffix in (".csv", ".tsv") else None
    source = open_source(str(path), ReadOptions(header=header, block_bytes=16))
    return [value for block in source.read([column]) for value in block.numbers(0).tolist()]


@pytest.mark.parametrize("suffix", ["csv", "tsv", "ndjson", "json", "parquet", "arrow", "npy"])
def test_values_are_read_as_they_were_written(tmp_path: Path, suffix: str) -> None:
    import pyarrow.feather  # noqa: F401

    path = tmp_path / f"v.{suffix}"
    write(path, VALUES)
    lost = [math.nan if "json" in suffix and math.isinf(value) else value for value in VALUES]
    assert [repr(value) for value in read(path, Column(0, "value"))] == [repr(value) for value in lost]
    with pytest.raises(CellError):
        read(path, Column(0, "number"))


@pytest.mark.parametrize("cell", ["", "NA", "Inf", "infinity", "+inf", "NaN", "0x1", "1_0", "abc"])
def test_no_other_spelling_is_a_value(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "v.csv"
    path.write_text(f"v,w\n0.5,1\n{cell},1\n")
    with pytest.raises(CellError) as found:
        read(path, Column(0, "value"))
    assert (found.value.total, found.value.place.line) == (1, 3)


def test_null_in_a_typed_file_is_no_value(tmp_path: Path) -> None:
    path = tmp_path / "v.parquet"
    parquet.write_table(pa.table({"v": [0.5, None]}), path)
    with pytest.raises(CellError):
        read(path, Column(0, "value"))


def test_text_in_json_is_no_value(tmp_path: Path) -> None:
    path = tmp_path / "v.ndjson"
    path.write_text('{"v": 1}\n{"v": "inf"}\n')
    with pytest.raises(CellError):
        read(path, Column(0, "value"))
