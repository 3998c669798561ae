"""The same report, and the same errors, for every number of threads and every block size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli import api
from losscli.engine.request import Listeners, SampleColumns
from losscli.errors import LosscliError

ROWS = 700
WAYS = [(1, 1 << 20), (1, 1997), (2, 1997), (5, 4001)]
"""Numbers of threads and block sizes; the first is the plain one."""


@pytest.fixture(name="table")
def _table(tmp_path: Path) -> str:
    """A file with every kind of column that a loss may ask for."""
    draw = np.random.default_rng(11)
    lines = ["key,y,p,q,w,mu,sd,c0,c1,c2,class"]
    for row in range(ROWS):
        label, shares = int(draw.integers(0, 2)), draw.dirichlet([1.0, 2.0, 3.0])
        p = float(draw.integers(1, 1000)) / 1000 if row != 333 else float(1 - label)
        cells = [f"k{row}", label, p, draw.random(), draw.integers(0, 3), draw.normal(), draw.random() + 0.1]
        lines.append(",".join(map(str, [*cells, *shares, "abc"[draw.integers(0, 3)]])))
    path = tmp_path / "table.csv"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


CALLS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "one loss": (("bce", ":y", ":p"), {}),
    "several": (("bce,brier,bce:as=keras", ":y", ":p"), {}),
    "weights": (("mse,mae,rmse", ":q", ":p"), {"weight": "w"}),
    "quantiles": (("mae", ":q", ":p"), {"reduction": "mean,p95,median"}),
    "classes": (("sparse_categorical_ce", ":class", ":c0,c1,c2"), {"labels": "a,b,c"}),
    "three inputs": (("gaussian_nll", ":q", ":mu", ":sd"), {}),
    "columns": (("mse", ":q,mu", ":p,sd"), {"multioutput": "none"}),
    "signs": (("hinge", ":y", ":mu"), {}),
    "all at once": (("median_ae", ":q", ":p"), {}),
    "rows": (("bce", ":y", ":p"), {"rows": 20, "gradient": True}),
    "worst": (("zero_one", ":y", ":y"), {"worst": 7}),
    "all rows": (("bce", ":y", ":p"), {"rows": "all"}),
    "by key": (("bce", ":y", ":p"), {"id": "key"}),
    "segments": (("mse,rmse,wape", ":q", ":p"), {"weight": "w", "by": "class"}),
    "a segment each row": (("bce", ":y", ":p"), {"by": "key"}),
}


def said(table: str, call: tuple[Any, ...], options: dict[str, Any]) -> str:
    loss, first, *others = call
    return json.dumps(api.compute(loss, table + first, *others, **options).plain())


@pytest.mark.parametrize("name", CALLS)
def test_the_report_is_the_same(table: str, name: str) -> None:
    call, options = CALLS[name]
    expected, *others = (
        said(table, call, {**options, "jobs": jobs, "block_bytes": size}) for jobs, size in WAYS
    )
    assert all(other == expected for other in others)


@pytest.mark.parametrize(
    ("replaced", "call"),
    [
        ([(5, "1.5"), (600, "-2"), (31, "1.25")], ("bce", ":q", ":p")),  # outside the domain, three times
        ([(40, "x"), (650, "7x"), (9, "")], ("bce", ":q", ":p")),  # no numbers
        ([(400, "-1")], ("hinge", ":y", ":q")),  # 0 and -1 in one column
        ([(3, "-1")], ("hinge", ":y", ":q")),
    ],
)
def test_errors_are_the_same(table: str, replaced: list[tuple[int, str]], call: tuple[str, str, str]) -> None:
    path = Path(table)
    lines = path.read_text().splitlines()
    column = lines[0].split(",").index(call[1][1:])
    for row, text in replaced:
        cells = lines[row].split(",")
        cells[column] = text
        lines[row] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n")
    seen = set()
    for jobs, size in WAYS:
        with pytest.raises(LosscliError) as caught:
            said(table, call, {"jobs": jobs, "block_bytes": size})
        seen.add(f"{caught.value.place}: {caught.value}")
    assert len(seen) == 1, seen
    assert f":{min(row for row, _ in replaced) + 1}" in seen.pop()


class Kept:
    """A sink that keeps all it is told."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.values: list[float] = []

    def begin(self, columns: SampleColumns) -> None:
        """Nothing to keep."""

    def add(self, rows: Any, ids: Any, values: Any, gradients: Any) -> None:
        """Keep the rows."""
        self.rows += rows.tolist()
        self.values += values[0].tolist()


def test_sinks_are_told_in_the_order_of_the_rows(table: str) -> None:
    kept = []
    for jobs, size in WAYS:
        sink = Kept()
        listeners = Listeners(sinks=(sink,))
        api.compute("bce", table + ":y", ":p", listeners=listeners, jobs=jobs, block_bytes=size)
        assert sink.rows == list(range(1, ROWS + 1))
        kept.append(sink.values)
    assert all(values == kept[0] for values in kept)


def test_no_row_is_scored_twice_nor_lost_under_load(tmp_path: Path) -> None:
    rows = 20_000
    (tmp_path / "y.csv").write_text("".join(f"{row}\n" for row in range(rows)))
    (tmp_path / "p.csv").write_text("0.0\n" * rows)
    for _ in range(3):
        sources = (str(tmp_path / "y.csv"), str(tmp_path / "p.csv"))
        report = api.compute("mae", *sources, jobs=4, block_bytes=4000)
        assert report.results[0].reductions["sum"].value == rows * (rows - 1) / 2
        assert report.rows.scored == rows
