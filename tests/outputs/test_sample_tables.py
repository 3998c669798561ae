"""Per-sample values as Parquet and Arrow: exact, signed, there only after success."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import feather, parquet

from losscli.errors import WriteError
from losscli.outputs import sample_tables
from losscli.outputs.samples import samples_to_file
from losscli.report.samples import SampleColumns
from tests.outputs.test_samples import BCE, COLUMNS, IDS, MSE, ROWS, SLOPES, fill

SUFFIXES = ["parquet", "pq", "arrow", "feather"]
SIGNATURES = ["bce|n:5", "mse|a:b,c|n:5"]


def table(path: Path) -> Any:
    return parquet.read_table(path) if path.suffix in (".parquet", ".pq") else feather.read_table(path)


def written(path: Path, size: int) -> bytes:
    with samples_to_file(str(path)) as writer:
        fill(writer, size)
        writer.sign(SIGNATURES)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_columns_are_typed_exact_and_signed(tmp_path: Path, suffix: str) -> None:
    written(tmp_path / f"s.{suffix}", 2)
    found = table(tmp_path / f"s.{suffix}")
    assert found.column_names == list(COLUMNS.names())
    assert [str(kind) for kind in found.schema.types] == ["int64", "string", *["double"] * 5]
    assert found["row"].to_pylist() == ROWS.tolist()
    assert found["id"].to_pylist() == IDS
    for name, values in zip(COLUMNS.names()[2:], (BCE, MSE, SLOPES[:, 0], SLOPES[:, 1], MSE), strict=True):
        assert np.array_equal(found[name].to_numpy().view("i8"), np.ascontiguousarray(values).view("i8"))
    said = json.loads(found.schema.metadata[b"losscli"])
    assert said == {
        "schema": "losscli/1",
        "signatures": dict(zip(("bce", "mse:a=b,c"), SIGNATURES, strict=True)),
    }


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_other_tools_read_them(tmp_path: Path, suffix: str) -> None:
    polars = pytest.importorskip("polars")
    path = tmp_path / f"s.{suffix}"
    written(path, 2)
    found = polars.read_parquet(path) if suffix == "parquet" else polars.read_ipc(path)
    assert found.columns == list(COLUMNS.names())
    assert found["row"].to_list() == ROWS.tolist()
    assert np.array_equal(found["bce"].to_numpy(), BCE)
    assert found["id"].to_list() == IDS


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
@pytest.mark.parametrize("rows", [1, 2, 3, 5, 100])
def test_the_bytes_do_not_depend_on_the_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, rows: int
) -> None:
    monkeypatch.setattr(sample_tables, "GROUP_ROWS", rows)
    first, *others = [written(tmp_path / f"{size}.{suffix}", size) for size in (1, 2, 3, 5)]
    assert all(other == first for other in others)
    if suffix == "parquet":
        assert parquet.read_metadata(tmp_path / "1.parquet").num_row_groups == -(-5 // rows)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_arrays_that_are_used_again_are_copied(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"s.{suffix}"
    with samples_to_file(str(path)) as writer:
        writer.begin(SampleColumns(("bce",)))
        rows, values = np.array([1, 2]), np.array([0.5, 0.25])
        writer.add(rows, None, [values], [])
        rows[:], values[:] = 7, 7.0
        writer.add(rows, None, [values], [])
        writer.sign(["s"])
    assert table(path).to_pydict() == {"row": [1, 2, 7, 7], "bce": [0.5, 0.25, 7.0, 7.0]}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_failed_run_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    old = tmp_path / f"old.{suffix}"
    old.write_text("old")
    for path in (old, tmp_path / f"new.{suffix}"):
        writer = samples_to_file(str(path))
        with pytest.raises(RuntimeError, match="halfway"), writer:  # noqa: PT012 - the run fails inside
            fill(writer)
            raise RuntimeError("halfway")
    assert [entry.name for entry in tmp_path.iterdir()] == [old.name]
    assert old.read_text() == "old"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_is_a_write_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    (tmp_path / f"full.{suffix}").symlink_to("/dev/full")
    monkeypatch.setattr(sample_tables, "GROUP_ROWS", 2)
    with pytest.raises(WriteError, match="space"):
        written(tmp_path / f"full.{suffix}", 2)


CALLS = [
    ("bce,mse", "--gradient"),
    ("mse", "--multioutput", "none"),
    ("rmse,mae",),
]


@pytest.mark.parametrize("call", CALLS)
def test_every_column_of_losses_has_its_signature(tmp_path: Path, call: tuple[str, ...]) -> None:
    data = tmp_path / "d.csv"
    data.write_text("a,b,c,d\n0,1,0.5,0.25\n1,0,0.75,0.125\n")
    sources = [f"{data}:a,b", ":c,d"] if call[0] == "mse" else [f"{data}:a", ":c"]
    path = tmp_path / "s.parquet"
    command = [sys.executable, "-m", "losscli", "compute", call[0], *sources, *call[1:]]
    done = subprocess.run(
        [*command, "--per-sample", str(path), "-f", "json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    found = table(path)
    said = json.loads(found.schema.metadata[b"losscli"])["signatures"]
    assert list(said.values()) == [result["signature"] for result in report["results"]]
    assert list(said) == [name for name in found.column_names if name != "row" and "gradient" not in name]
    again = subprocess.run(
        [*command, "--per-sample", str(tmp_path / "s.csv"), "-f", "json"], capture_output=True, check=True
    )
    assert json.loads(again.stdout) == report
    lines = (tmp_path / "s.csv").read_text().splitlines()
    assert [[repr(cell) for cell in row.values()] for row in found.to_pylist()] == [
        line.split(",") for line in lines[1:]
    ]
