"""The rows that a requirement fails by are the right ones, and stand where they are said to stand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from losscli import api
from losscli.report.worst import MOST, WorstRow

ROWS = 4000


class Table:
    """A file of targets, predictions, weights and segments, and what is in it."""

    def __init__(self, folder: Path) -> None:
        draw = np.random.default_rng(7)
        self.target = draw.normal(size=ROWS).round(3)
        self.prediction = draw.normal(size=ROWS).round(3)
        self.weight = draw.integers(1, 9, size=ROWS).astype(float)
        self.region = np.array(["eu", "us", "asia"])[draw.integers(0, 3, size=ROWS)]
        self.key = np.array([f"k{row}" for row in draw.permutation(ROWS)])
        self.squares = (self.target - self.prediction) ** 2
        self.path = folder / "d.csv"
        lines = [
            ",".join(map(str, row))
            for row in zip(self.key, self.target, self.prediction, self.weight, self.region, strict=True)
        ]
        self.path.write_text("\n".join(["key,y,p,w,region", *lines]) + "\n")
        self.lines = lines


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


def worst_of(table: Table, losses: str = "mse", **options: object) -> tuple[WorstRow, ...]:
    report = api.check(losses, f"{table.path}:y", ":p", **options)
    (one,) = report.judged
    assert one.verdict == "fail"
    return one.worst


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("block_bytes", [300, 5000, None])
def test_the_largest_rows_stand_on_their_lines(table: Table, block_bytes: int | None, jobs: int) -> None:
    found = worst_of(table, max=0.5, block_bytes=block_bytes, jobs=jobs)
    best = np.argsort(-table.squares, kind="stable")[:MOST]
    assert [row.row for row in found] == (best + 1).tolist()
    assert [row.value for row in found] == table.squares[best].tolist()
    text = table.path.read_text().splitlines()
    for row in found:
        assert (row.place.file, row.lined, row.label) == (str(table.path), True, "mse")
        assert text[row.place.line - 1] == table.lines[row.row - 1]
        assert row.place.column == 3


def test_ties_go_to_the_earlier_row(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("y,p\n" + "1,0\n" * 500)
    for jobs in (1, 2):
        (one,) = api.check("mse", f"{path}:y", ":p", max=0.5, block_bytes=40, jobs=jobs).judged
        assert [row.row for row in one.worst] == list(range(1, MOST + 1))


def test_rows_are_ranked_by_what_they_weigh(table: Table) -> None:
    found = worst_of(table, max=0.5, weight="w")
    best = np.argsort(-table.squares * table.weight, kind="stable")[:MOST]
    assert [row.row for row in found] == (best + 1).tolist()
    assert [row.value for row in found] == table.squares[best].tolist()
    single = worst_of(table, max="mse/p95=0.5", weight="w")  # a quantile is no sum of weighted rows
    assert [row.row for row in single] == (np.argsort(-table.squares, kind="stable")[:MOST] + 1).tolist()


@pytest.mark.parametrize("block_bytes", [400, None])
@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize(("kind", "limit"), [("max", 0.5), ("min", 99)])
def test_a_segment_has_its_own_rows(
    table: Table, kind: str, limit: float, weight: str | None, block_bytes: int | None
) -> None:
    asked = {kind: [f"mse@eu={limit}", f"mse@asia={limit}"]}
    sources = (f"{table.path}:y", ":p")
    report = api.check("mse", *sources, by="region", weight=weight, block_bytes=block_bytes, **asked)
    keys = -table.squares * (table.weight if weight else 1.0) if kind == "max" else table.squares
    for one in report.judged:
        own = np.flatnonzero(table.region == one.segment)
        best = own[np.argsort(keys[own], kind="stable")][:MOST].tolist()
        best = [row for row in best if (table.squares[row] > limit) == (kind == "max")]
        assert [row.row for row in one.worst] == [row + 1 for row in best]


@pytest.mark.parametrize(
    ("requirement", "rising"),
    [
        ({"max": "mse=0.1"}, False),
        ({"min": "mse=99"}, True),
        ({"equals": "mse=0.1"}, False),
        ({"equals": "mse=99"}, True),
        ({"min": "skill=0.99"}, False),
        ({"max": "sum=1"}, False),
        ({"min": "sum=1e9"}, True),
        ({"max": "max=1"}, False),
    ],
)
def test_the_rows_are_those_that_make_it_too_high_or_too_low(
    table: Table, requirement: dict[str, str], rising: bool
) -> None:
    found = worst_of(table, **requirement)
    best = np.argsort(table.squares if rising else -table.squares, kind="stable")[:MOST]
    assert [row.row for row in found] == (best + 1).tolist()


@pytest.mark.parametrize(
    ("losses", "requirement", "rising"),
    [
        ("rmse", {"max": 0.1}, False),
        ("r2", {"min": 0.99}, False),  # a score that is made of a loss of the rows
        ("r2", {"max": -99.0}, True),
    ],
)
def test_a_number_of_the_set_points_to_its_rows(
    table: Table, losses: str, requirement: dict[str, object], rising: bool
) -> None:
    found = worst_of(table, losses, **requirement)
    best = np.argsort(table.squares if rising else -table.squares, kind="stable")[:MOST]
    assert [row.row for row in found] == (best + 1).tolist()
    assert {row.label for row in found} == {"mse"}


@pytest.mark.parametrize("requirement", [{"max": "std=0.1"}, {"min": "n=1e9"}, {"min": "coverage=2"}])
def test_no_row_makes_a_count_low_or_a_spread_wide(table: Table, requirement: dict[str, str]) -> None:
    assert worst_of(table, **requirement) == ()


def test_only_rows_beyond_the_limit_are_named(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("y,p\n0,0\n0,3\n0,1\n0,0\n")
    (one,) = api.check("mae", f"{path}:y", ":p", max=0.9).judged
    assert [row.row for row in one.worst] == [2, 3]


def test_a_requirement_that_is_met_names_no_row(table: Table) -> None:
    (one,) = api.check("mse", f"{table.path}:y", ":p", max=99).judged
    assert (one.verdict, one.worst) == ("pass", ())
    assert "worst" not in one.plain()


def test_paired_by_key_the_line_is_that_of_the_prediction(table: Table, tmp_path: Path) -> None:
    order = np.random.default_rng(3).permutation(ROWS)
    other = tmp_path / "p.csv"
    lines = [f"{table.key[row]},{table.prediction[row]}" for row in order]
    other.write_text("\n".join(["key,p", *lines]) + "\n")
    (one,) = api.check("mse", f"{table.path}:y", f"{other}:p", id="key", max=0.5).judged
    text = other.read_text().splitlines()
    for row in one.worst:
        assert row.place.file == str(other)
        assert text[row.place.line - 1] == f"{row.id},{table.prediction[row.row - 1]}"
        assert table.key[row.row - 1] == row.id
        assert row.plain()["line"] == row.place.line


def test_typed_columns_have_rows_and_no_lines(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "d.parquet"
    parquet.write_table(pa.table({"y": table.target, "p": table.prediction}), path, row_group_size=500)
    (one,) = api.check("mse", f"{path}:y", ":p", max=0.5).judged
    assert [row.row for row in one.worst] == (np.argsort(-table.squares, kind="stable")[:MOST] + 1).tolist()
    for row in one.worst:
        assert (row.lined, row.place.line) == (False, row.row)
        assert row.plain()["file_row"] == row.row
        assert "line" not in row.plain()


def test_a_prediction_of_several_cells_is_its_line(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("c,p0,p1\n0,0.9,0.1\n1,0.9,0.1\n")
    (one,) = api.check("sparse_categorical_ce", f"{path}:c", ":p0,p1", max=0.5).judged
    assert [(row.place.line, row.place.column) for row in one.worst] == [(3, None)]


def test_parts_name_the_file_that_holds_the_row(table: Table, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    for number in range(4):
        part = table.lines[number * 1000 : (number + 1) * 1000]
        (folder / f"{number}.csv").write_text("\n".join(["key,y,p,w,region", *part]) + "\n")
    (one,) = api.check("mse", f"{folder}:y", ":p", max=0.5).judged
    assert [row.row for row in one.worst] == (np.argsort(-table.squares, kind="stable")[:MOST] + 1).tolist()
    for row in one.worst:
        assert Path(row.place.file).read_text().splitlines()[row.place.line - 1] == table.lines[row.row - 1]


def test_lists_stand_where_they_begin(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("query,y,p\na,1,0.5\nb,1,-3\na,0,0.1\nb,0,3\n")
    (one,) = api.check("listnet", f"{path}:y", ":p", group="query", max=0.01).judged
    assert [(row.id, row.place.line) for row in one.worst] == [("b", 3), ("a", 2)]


def test_an_infinite_row_is_the_worst(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("y,p\n1,0.5\n1,0\n")
    (one,) = api.check("bce", f"{path}:y", ":p", max=0.1).judged
    assert json.loads(json.dumps(one.plain()["worst"][0], allow_nan=False)) == {
        "row": 2,
        "loss": "bce",
        "value": None,
        "status": "inf",
        "file": str(path),
        "line": 3,
    }


def test_a_run_without_requirements_imports_nothing_of_it() -> None:
    code = (
        "import sys; from losscli import api; api.compute('bce', 'sample_data/y.csv', 'sample_data/p.csv')\n"
        "sys.exit(' '.join(name for name in sys.modules if 'worst' in name or 'junit' in name) or 0)\n"
    )
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
