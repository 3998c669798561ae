"""The same table in every format gives the same report; only the inputs' own words differ."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import csv, parquet

from losscli import api
from losscli.errors import ColumnError, DataError, LosscliError, OrderError
from tests.engine.test_jobs import CALLS, ROWS
from tests.engine.test_jobs import _table as table_fixture
from tests.s3 import Bucket
from tests.sources.tables import FORMS, store

csv_table = table_fixture


def report(path: str, call: tuple[Any, ...], **options: Any) -> str:
    loss, first, *others = call
    found = api.compute(loss, path + first, *others, **options).plain()
    for used in found["inputs"]:  # type: ignore[attr-defined]
        used["source"] = used["source"].replace(path, "FILE")
        used.pop("format", None)
        used.pop("header", None)
    above = 1 if path.endswith(".csv") else 0  # the header is a line of the file
    text = json.dumps(found).replace(path, "FILE")
    return re.sub("FILE:([0-9]+)", lambda line: f"FILE:{int(line[1]) - above}", text)


def number(*call: Any, **options: Any) -> Any:
    """The headline of one loss."""
    found: Any = api.compute(*call, **options).plain()["results"]
    return found[0]["value"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", CALLS)
def test_the_report_is_that_of_text(table: str, tmp_path: Path, form: str, name: str) -> None:
    call, options = CALLS[name]
    made = csv.read_csv(table)
    assert len(made) == ROWS
    path = str(store(tmp_path, made, form, rows=131))
    expected = report(table, call, **options)
    for jobs, size in ((1, 1 << 20), (3, 1000)):
        assert report(path, call, **options, jobs=jobs, block_bytes=size) == expected


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_targets_and_predictions_of_any_number_type(data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 60))
    draw = np.random.default_rng(data.draw(st.integers(0, 1000)))
    label = draw.integers(0, 2, rows).astype(data.draw(st.sampled_from(["?", "i1", "u8", "f4", "f8"])))
    chance = draw.random(rows).astype(data.draw(st.sampled_from(["f2", "f4", "f8"])))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        text = "".join(
            f"{float(y)!r},{float(p)!r}\n"
            for y, p in zip(label.tolist(), chance.astype("f8").tolist(), strict=True)
        )
        (root / "d.csv").write_text("y,p\n" + text)
        np.savez(root / "d.npz", y=label, p=chance)
        np.savez_compressed(root / "e.npz", p=chance.reshape(-1, 1), y=label)
        paths = [root / "d.npz", root / "e.npz"]
        form = data.draw(st.sampled_from(FORMS))
        size = data.draw(st.integers(1, 70))
        paths.append(store(root, pa.table({"p": chance.astype("f8"), "y": label}), form, rows=size))
        expected = report(str(root / "d.csv"), ("bce,brier", ":y", ":p"))
        block = data.draw(st.sampled_from([1, 64, 1 << 20]))
        for path in paths:
            assert report(str(path), ("bce,brier", ":y", ":p"), block_bytes=block, jobs=2) == expected


def test_lists_and_members_are_vectors(tmp_path: Path) -> None:
    draw = np.random.default_rng(5)
    scores, classes = draw.normal(size=(50, 3)), draw.integers(0, 3, 50)
    np.save(tmp_path / "y.npy", classes)
    np.save(tmp_path / "x.npy", scores)
    np.savez(tmp_path / "x.npz", scores)
    np.savez(tmp_path / "d.npz", y=classes, x=scores)
    made = pa.table({"y": classes, "x": scores.tolist(), "z": ["text"] * 50})
    parquet.write_table(made, tmp_path / "d.parquet")
    expected = number("sparse_softmax_ce", tmp_path / "y.npy", tmp_path / "x.npy")
    for sources in (
        (f"{tmp_path}/y.npy", f"{tmp_path}/x.npz"),
        (f"{tmp_path}/d.npz:y", ":x"),
        (f"{tmp_path}/d.parquet:y", ":x"),
        (f"{tmp_path}/d.parquet:y", ":x[0]..x[2]"),
        (f"{tmp_path}/d.parquet:y", ":x*"),
    ):
        assert number("sparse_softmax_ce", *sources) == expected
    deep = np.log(draw.dirichlet(np.ones(5), size=(4, 6)))
    np.savez(tmp_path / "deep.npz", x=deep, y=np.array([[1, 2], [3, 1], [1, 1], [2, 4]]))
    np.save(tmp_path / "deep.npy", deep)
    np.save(tmp_path / "labels.npy", np.array([[1, 2], [3, 1], [1, 1], [2, 4]]))
    expected = number("ctc", tmp_path / "labels.npy", tmp_path / "deep.npy")
    assert number("ctc", f"{tmp_path}/deep.npz:y", ":x") == expected


def test_members_of_other_lengths_are_histories(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", y=[1.0, 2, 3], p=[1.5, 2, 2], past=[1.0, 2, 4, 7, 11])
    found = number("mase", f"{tmp_path}/d.npz:y", ":p", f"train={tmp_path}/d.npz:past")
    assert found == 0.2  # errors of 0.5, 0 and 1 against steps of 1, 2, 3 and 4


def test_the_index_of_pandas(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"v": [1.0, 2.0, 3.0]}, index=[5, 3, 9])
    frame.to_parquet(tmp_path / "y.parquet")
    frame.iloc[::-1].to_parquet(tmp_path / "p.parquet")
    with pytest.raises(ColumnError, match="looks like a key"):
        api.compute("mse", tmp_path / "y.parquet", tmp_path / "p.parquet")
    sources = (f"{tmp_path}/y.parquet:v", f"{tmp_path}/p.parquet:v")
    with pytest.raises(OrderError, match="__index_level_0__"):
        api.compute("mse", *sources)
    assert number("mse", *sources, id="__index_level_0__") == 0.0
    frame.rename_axis("sample").to_parquet(tmp_path / "y.parquet")
    frame.rename_axis("sample").to_parquet(tmp_path / "p.parquet")
    with pytest.raises(ColumnError, match="'sample' looks like a key"):
        api.compute("mse", tmp_path / "y.parquet", tmp_path / "p.parquet")


@pytest.mark.parametrize("form", ["parquet", "arrow", "arrows"])
def test_objects_behind_a_uri(bucket: Bucket, tmp_path: Path, form: str) -> None:
    made = pa.table({"y": [0.0, 1.0] * 500, "p": np.linspace(0.1, 0.9, 1000), "wide": ["x" * 3000] * 1000})
    path = store(tmp_path, made, form, rows=200)
    uri = bucket.put(f"d.{form}", path.read_bytes())
    call = ("bce", ":y", ":p")
    assert report(uri, call, jobs=2) == report(str(path), call)


def test_parts_of_typed_files(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    values = np.linspace(0.1, 0.9, 1000)
    for number, start in enumerate(range(0, 1000, 300)):
        part = pa.table(
            {"y": (values[start : start + 300] > 0.5).astype("i4"), "p": values[start : start + 300]}
        )
        parquet.write_table(part, folder / f"part-{number}.parquet")
    whole = pa.table({"y": (values > 0.5).astype("i4"), "p": values})
    parquet.write_table(whole, tmp_path / "whole.parquet")
    call = ("bce,mse", ":y", ":p")
    assert (
        api.compute(call[0], f"{folder}{call[1]}", call[2]).results
        == api.compute(call[0], f"{tmp_path}/whole.parquet{call[1]}", call[2]).results
    )
    parquet.write_table(pa.table({"y": ["a"], "p": [0.5]}), folder / "part-9.parquet")
    with pytest.raises(DataError, match=r"part-9\.parquet"):
        api.compute(call[0], f"{folder}{call[1]}", call[2])


DAMAGE = """
import random, sys
from losscli import api
from losscli.errors import LosscliError
path, seed = sys.argv[1], int(sys.argv[2])
whole = open(path, "rb").read()
for number in range(int(sys.argv[3])):
    draw = random.Random(seed + number)
    data = bytearray(whole)
    for _ in range(draw.choice([1, 1, 2, 8])):
        behind = draw.randrange(len(data) if draw.random() < 0.5 else min(len(data), 2000))
        data[-1 - behind] = draw.choice([0, 1, 0x7F, 0x80, 0xFF, draw.randrange(256)])
    if draw.random() < 0.2:
        del data[draw.randrange(len(data)):]
    open(path, "wb").write(data)
    try:
        api.compute("mse", path + ":y", ":p", id="k", jobs=1 + number % 2)
    except LosscliError as error:
        assert error.exit_code in (2, 3, 4), error
        assert all("\\n" not in line for line in error.lines()), error.lines()
"""


@pytest.mark.parametrize("form", ["parquet", "arrow", "arrows", "npz"])
def test_damage_of_any_kind_is_told(tmp_path: Path, form: str) -> None:
    columns = {"k": [f"k{n}" for n in range(60)], "y": np.arange(60.0), "p": np.arange(60.0) / 7}
    path = tmp_path / f"d.{form}"
    if form == "npz":
        np.savez_compressed(path, **{name: np.array(values) for name, values in columns.items()})
    else:
        store(tmp_path, pa.table(columns), form, rows=20).rename(path)
    done = subprocess.run(
        [sys.executable, "-c", DAMAGE, str(path), "1", os.environ.get("LOSSCLI_DAMAGE", "150")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_errors_are_of_the_library(tmp_path: Path) -> None:
    path = tmp_path / "d.parquet"
    parquet.write_table(pa.table({"y": [1.0], "s": [{"a": 1}]}), path)
    for source in (f"{path}:s", f"{path}:none", f"{tmp_path}/none.parquet", str(tmp_path)):
        with pytest.raises(LosscliError):
            api.compute("mse", source, f"{path}:y")
