"""Per-sample values as text: exact, the same from every way of printing, there only after success."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.errors import UsageError, WriteError
from losscli.outputs import View, find_format
from losscli.outputs.samples import SampleWriter, samples_to_file, samples_to_stdout
from losscli.outputs.texts import number_texts
from losscli.report.compute import ComputeReport
from losscli.report.samples import Sample, SampleColumns, Samples
from tests.outputs.reports import EVIL, bce_result, per_sample

ROWS = np.array([1, 2, 5, 6, 100], dtype=np.int64)
IDS = ["a", 'b"c', EVIL, "", " 7, 8"]
BCE = np.array([0.25, math.inf, 5e-324, 1e22, 3.0])
MSE = np.array([math.nan, -0.0, -math.inf, 0.1 + 0.2, 1e-7])
SLOPES = np.array([[1.0, -2.5], [math.inf, 0.5], [3e-5, 4.0], [0.125, math.nan], [7.0, 8.0]])
COLUMNS = SampleColumns(("bce", "mse:a=b,c"), (("[x]", "[y]"), ("",)), ids=True)
SUFFIXES = ["csv", "tsv", "ndjson", "jsonl", "json"]


def fill(writer: SampleWriter, size: int = 2) -> None:
    writer.begin(COLUMNS)
    for at in range(0, len(ROWS), size):
        part = slice(at, at + size)
        writer.add(ROWS[part], IDS[part], [BCE[part], MSE[part]], [SLOPES[part], MSE[part]])


def report() -> ComputeReport:
    """The same values as a report, which the formats print."""
    rows = tuple(
        Sample(
            int(row),
            name,
            (),
            (float(bce), float(mse)),
            (tuple(slopes.tolist()), (float(mse),)),
        )
        for row, name, bce, mse, slopes in zip(ROWS, IDS, BCE, MSE, SLOPES, strict=True)
    )
    samples = Samples(rows=rows, total=5, id_name="id", keyed=True, gradient_columns=COLUMNS.gradients)
    return per_sample(results=tuple(bce_result(spec=label) for label in COLUMNS.labels), samples=samples)


def written(path: Path, size: int = 2) -> str:
    with samples_to_file(str(path)) as writer:
        fill(writer, size)
    data = path.read_bytes()
    return (gzip.decompress(data) if path.name.endswith(".gz") else data).decode()


@pytest.mark.parametrize("style", ["csv", "tsv", "ndjson"])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_file_holds_what_the_format_prints(tmp_path: Path, style: str, size: int) -> None:
    expected = "".join(find_format(style).render(report(), View()))
    assert written(tmp_path / f"s.{style}", size) == expected
    assert written(tmp_path / f"s.{style}.gz", size) == expected


@pytest.mark.parametrize("style", ["plain", "csv", "tsv", "ndjson"])
def test_standard_output_gets_the_same_after_success(
    style: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    with samples_to_stdout(style) as writer:
        fill(writer)
        assert capsysbinary.readouterr().out == b""
    expected = "".join(find_format(style).render(report(), View()))
    assert capsysbinary.readouterr().out.decode() == expected


def test_csv_reads_back(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(written(tmp_path / "s.csv"))))
    assert rows[0] == [
        "row",
        "id",
        "bce",
        "mse:a=b,c",
        "gradient(bce)[x]",
        "gradient(bce)[y]",
        "gradient(mse:a=b,c)",
    ]
    assert [int(row[0]) for row in rows[1:]] == ROWS.tolist()
    for place, values in ((2, BCE), (3, MSE), (4, SLOPES[:, 0]), (5, SLOPES[:, 1])):
        back = np.array([float(row[place]) for row in rows[1:]])
        assert back.tobytes() == values.tobytes()
    assert rows[2][2] == "inf"


@pytest.mark.parametrize("suffix", ["ndjson", "jsonl", "json"])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_json_is_strict_and_reads_back(tmp_path: Path, suffix: str, size: int) -> None:
    text = written(tmp_path / f"s.{suffix}", size)
    records = json.loads(text) if suffix == "json" else list(map(json.loads, text.splitlines()))
    assert "NaN" not in text
    assert "Infinity" not in text
    assert [record["id"] for record in records] == IDS
    assert [record["row"] for record in records] == ROWS.tolist()
    assert records[1]["bce"] is None
    assert records[1]["status(bce)"] == "inf"
    assert records[0]["status(mse:a=b,c)"] == "nan"
    assert records[3]["mse:a=b,c"] == 0.1 + 0.2
    assert math.copysign(1, records[1]["mse:a=b,c"]) == -1


def test_one_loss_has_the_plain_word_status(tmp_path: Path) -> None:
    path = tmp_path / "s.ndjson"
    with samples_to_file(str(path)) as writer:
        writer.begin(SampleColumns(("bce",)))
        writer.add(ROWS[:2], None, [BCE[:2]], [])
    assert path.read_text() == '{"row": 1, "bce": 0.25}\n{"row": 2, "bce": null, "status": "inf"}\n'


def test_no_block_is_a_header_or_an_empty_list(tmp_path: Path) -> None:
    for name, expected in (("s.csv", "row,bce\n"), ("s.ndjson", ""), ("s.json", None)):
        with samples_to_file(str(tmp_path / name)) as writer:
            writer.begin(SampleColumns(("bce",)))
            writer.add(ROWS[:0], None, [BCE[:0]], [])
        text = (tmp_path / name).read_text()
        assert json.loads(text) == [] if expected is None else text == expected


def fail_after(writer: SampleWriter) -> None:
    with writer:
        fill(writer)
        raise RuntimeError


@pytest.mark.parametrize("name", SUFFIXES)
def test_a_failed_run_leaves_nothing(tmp_path: Path, name: str) -> None:
    old = tmp_path / f"old.{name}"
    old.write_text("old")
    for path in (old, tmp_path / f"new.{name}"):
        with pytest.raises(RuntimeError):
            fail_after(samples_to_file(str(path)))
    assert [entry.name for entry in tmp_path.iterdir()] == [old.name]
    assert old.read_text() == "old"


def test_a_failed_run_prints_nothing(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    with pytest.raises(RuntimeError):
        fail_after(samples_to_stdout("csv"))
    assert capsysbinary.readouterr().out == b""


@pytest.mark.parametrize("path", ["s", "s.orc", "s.parquet.gz", "s.gz", "s.csv.xz", "", "-"])
def test_other_suffixes_are_refused(path: str) -> None:
    with pytest.raises(UsageError) as refused:
        samples_to_file(path)
    assert refused.value.hint


def test_other_formats_do_not_print_records() -> None:
    with pytest.raises(UsageError, match="latex"):
        samples_to_stdout("latex")


def test_a_missing_folder_is_a_write_error(tmp_path: Path) -> None:
    with pytest.raises(WriteError):
        samples_to_file(str(tmp_path / "no" / "s.csv"))


def exactly(values: np.ndarray) -> None:
    assert number_texts(values).to_pylist() == list(map(repr, values.tolist()))


@settings(deadline=None)
@given(st.lists(st.floats(), min_size=1, max_size=50))
def test_numbers_are_written_as_python_writes_them(values: list[float]) -> None:
    exactly(np.array(values))


def test_numbers_of_every_size_are_exact() -> None:
    generator = np.random.default_rng(20)
    bits = generator.integers(-(2**63), 2**63 - 1, 60_000).view(np.float64)
    sizes = 10.0 ** generator.uniform(-6, 18, 60_000)
    edges = np.array(
        [1e-3, 1e9, 1e9 - 0.5, 1e15, 1e16, 1e-4, 9.999999e-4, 0.0, -0.0, 2.0**53, 1e10, 123456789.5]
    )
    for values in (bits, sizes, np.floor(sizes), np.round(sizes, 3), edges, -edges):
        exactly(values)
    exactly(sizes[::-7])


def test_long_ids_of_text_that_arrow_cannot_hold(tmp_path: Path) -> None:
    path = tmp_path / "s.ndjson"
    with samples_to_file(str(path)) as writer:
        writer.begin(SampleColumns(("bce",), ids=True))
        writer.add(ROWS[:2], ["\ud800", "x" * 70_000], [BCE[:2]], [])
    first, second = map(json.loads, path.read_text().splitlines())
    assert first["id"] == "\ud800"
    assert second["id"] == "x" * 70_000
