"""The report of a cluster is that of one machine, to the last byte; so are its errors.

Most tests carry out the tasks here, one after the other, each sent there and back as Dask would send it;
those of `test_dask_cluster.py` have real workers.
"""

from __future__ import annotations

import json
import pickle
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli import api
from losscli.engine.cluster import byposition, calls, connect, driver, slices
from losscli.errors import LosscliError, UsageError
from losscli.reductions import sketch
from losscli.report.worst import WorstOf
from tests.engine.table import CALLS as TABLE_CALLS
from tests.engine.table import HEADER, Call, table_lines

ROWS = 120
WORST = (
    WorstOf("mse", highest=True, weighted=True),
    WorstOf("mae", highest=False, segment="a"),
)


class Inline:
    """A cluster that does every task here, in an order of its own."""

    threads = 3

    def __init__(self, address: str | None, workers: int | None) -> None:
        """Nothing to connect to."""

    def __enter__(self) -> Inline:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def results(
        self, function: Callable[..., Any], tasks: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Any]]:
        """Every result, the last first."""
        sent = pickle.dumps((function, list(tasks)))
        work, arguments = pickle.loads(sent)
        for number in reversed(range(len(arguments))):
            yield number, pickle.loads(pickle.dumps(work(*arguments[number])))


@pytest.fixture(autouse=True)
def _inline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "Cluster", Inline)
    monkeypatch.setattr(driver, "dask_or_fail", lambda: None)
    monkeypatch.setattr(calls, "LEAST", 1)
    monkeypatch.setattr(calls, "EACH", 1000)
    monkeypatch.setattr(byposition, "sketch_points", lambda tasks: 5)
    monkeypatch.setattr(sketch, "CHUNK", 16)


@pytest.fixture(name="lines", scope="module")
def _lines() -> list[str]:
    return table_lines(ROWS, seed=8, infinite=(41, 90), late=70)


CALLS: dict[str, Call] = {
    **TABLE_CALLS,
    "missing and weights": (("mae,mape", ":q", ":p"), {"missing": "skip", "weight": "w"}),
    "quantiles": (("mae,mse", ":mu", ":p"), {"reduction": "mean,p95,median,p1"}),
    "quantiles, weights": (("mae", ":mu", ":p"), {"reduction": "p95,median", "weight": "w"}),
    "quantiles, columns": (("mae", ":y,mu", ":p,sd"), {"reduction": "p90", "multioutput": "none"}),
    "pinball": (("pinball:tau=0.9,huber,log_cosh", ":mu", ":p"), {}),
    "found classes": (("zero_one", ":class", ":guess"), {}),
    "first rows": (("bce", ":y", ":p"), {"rows": 75, "gradient": True}),
    "worst": (("zero_one", ":y", ":y"), {"worst": 40}),
    "value only": (("mae", ":y", ":p"), {"summary": False, "samples": False}),
    "segments": (("mse,rmse,mae", ":y", ":p"), {"by": "class"}),
    "segments, weights": (("bce", ":y", ":p"), {"by": "class", "weight": "w"}),
    "state": (("mse,mae", ":y", ":p"), {"state": True}),
    "worst of requirements": (("mse,mae", ":mu", ":p"), {"worst_of": WORST, "by": "class", "weight": "w"}),
}


def parts(folder: Path, lines: Sequence[str], cuts: Sequence[int], header: str = HEADER) -> str:
    """A folder of part files that end at the cuts."""
    folder.mkdir(parents=True)
    borders = [0, *cuts, len(lines)]
    for number, (start, stop) in enumerate(pairwise(borders)):
        text = "\n".join([header, *lines[start:stop]])
        (folder / f"part-{number:03d}.csv").write_text(text + "\n")
    return str(folder)


def said(sources: Sequence[str], call: Call, **options: Any) -> str:
    """The report as JSON with its state, or the lines of the error."""
    (loss, *columns), given = call
    paths = [*sources, *sources[-1:] * len(columns)]
    texts = [path + column for path, column in zip(paths, columns, strict=False)]
    try:
        report = api.compute(loss, *texts, **{**given, **options})
    except LosscliError as error:
        return "\n".join([type(error).__name__, str(error.exit_code), *error.lines()])
    plain = report.plain()
    samples = [sample._asdict() for sample in report.samples.rows]
    warned = [tuple(one) for one in report.warnings]
    return json.dumps([plain, report.state, samples, warned, repr(report.worst)], indent=1)


def same(sources: Sequence[str], call: Call, **options: Any) -> str:
    """What both say: a report starts with `[`, an error with its class."""
    here = said(sources, call, **options)
    assert said(sources, call, engine="dask", **options) == here
    return here


BORDERS = {
    "in step": ([7, 50, 51, 100], [7, 50, 51, 100]),
    "as many, other borders": ([7, 50, 51, 100], [8, 20, 60, 119]),
    "more": ([30, 60], [1, 2, 33, 34, 77]),
    "empty parts": ([0, 30, 30, 60], [30, 60]),
    "one part": ([], [40]),
}


@pytest.mark.parametrize("name", CALLS)
def test_one_folder(tmp_path: Path, lines: list[str], name: str) -> None:
    lines = [line for line in lines if ",d," not in line] if name in ("classes", "counts") else lines
    lines = lines if "missing" in CALLS[name][1] else [line.replace("NA", "0.5") for line in lines]
    assert same([parts(tmp_path / "t", lines, [7, 50, 51, 100])], CALLS[name]).startswith("[")


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("name", ["one", "weights", "missing", "quantiles", "found classes"])
def test_two_folders(tmp_path: Path, lines: list[str], name: str, border: str) -> None:
    first, second = BORDERS[border]
    sources = [parts(tmp_path / "y", lines, first), parts(tmp_path / "p", lines, second)]
    found = same(sources, CALLS[name])
    assert found.startswith("[")


@pytest.mark.parametrize("seed", range(6))
def test_any_borders(tmp_path: Path, lines: list[str], seed: int) -> None:
    draw = random.Random(seed)
    first, second = (sorted(draw.sample(range(1, ROWS), draw.randint(0, 9))) for _ in range(2))
    sources = [parts(tmp_path / "y", lines, first), parts(tmp_path / "p", lines, second)]
    name = draw.choice(["one", "weights", "missing", "quantiles, weights", "pinball"])
    found = same(sources, CALLS[name], block_bytes=draw.choice([100, 1000, 1 << 20]))
    assert found.startswith("[")


@pytest.mark.parametrize(
    ("changes", "call", "words"),
    [
        ([(5, "q", "1.5"), (110, "q", "-2"), (31, "q", "1.25")], ("bce", ":q", ":p"), "4 of 120|3 of 120"),
        ([(40, "q", "x"), (115, "q", "7x"), (9, "q", "")], ("mse", ":q", ":p"), "bad cells|error"),
        ([(40, "q", "x"), (41, "p", "y"), (119, "q", "z")], ("mse", ":p", ":q"), "not a number"),
        ([(70, "y", "-1")], ("hinge", ":y", ":p"), "0 and -1"),
        ([(70, "w", "-1"), (80, "w", "-2")], ("mse", ":y", ":p"), "2 of 120"),
        ([(70, "class", "x")], ("sparse_categorical_ce", ":class", ":c0,c1,c2"), "unknown class"),
        ([(70, "y", "2"), (10, "p", "3"), (11, "y", "7")], ("bce", ":y", ":p"), "DomainError|Several"),
    ],
)
def test_faults_are_told_alike(
    tmp_path: Path, lines: list[str], changes: list[tuple[int, str, str]], call: tuple[str, ...], words: str
) -> None:
    import re

    names = HEADER.split(",")
    rows = [line.replace("NA", "0.5").split(",") for line in lines]
    for row in rows:
        row[names.index("class")] = "abc"["abcd".index(row[names.index("class")]) % 3]
    for row, name, text in changes:
        rows[row][names.index(name)] = text
    changed = [",".join(row) for row in rows]
    options = {"labels": "a,b,c"} if "class" in call[1] else {}
    options |= {"weight": "w"} if changes[0][1] == "w" else {}
    for at, (first, second) in enumerate(BORDERS.values()):
        sources = [parts(tmp_path / f"{at}y", changed, first), parts(tmp_path / f"{at}p", changed, second)]
        found = same(sources, (call, options))
        assert re.search(words, found), found
        assert not found.startswith("[")


@pytest.mark.parametrize("suffix", ["parquet", "npy", "ndjson", "csv.gz"])
def test_other_formats(tmp_path: Path, lines: list[str], suffix: str) -> None:
    import gzip

    import pyarrow as pa
    import pyarrow.parquet as pq

    draw = np.random.default_rng(2)
    values = {"y": draw.normal(size=90).round(6), "p": draw.normal(size=90).round(6)}
    for name, cuts in (("y", [0, 20, 50, 90]), ("p", [0, 5, 6, 70, 90])):
        (tmp_path / name).mkdir()
        for number, (start, stop) in enumerate(pairwise(cuts)):
            path, part = tmp_path / name / f"{number}.{suffix}", values[name][start:stop]
            if suffix == "npy":
                np.save(path, part)
            elif suffix == "parquet":
                pq.write_table(pa.table({name: part}), path)
            elif suffix == "ndjson":
                path.write_text("".join(f'{{"{name}": {value}}}\n' for value in part))
            else:
                path.write_bytes(gzip.compress("".join(f"{value}\n" for value in [name, *part]).encode()))
    call: Call = (("mse,mae", "", ""), {"reduction": "mean,median"})
    assert same([str(tmp_path / "y"), str(tmp_path / "p")], call).startswith("[")


def test_lengths_that_differ(tmp_path: Path, lines: list[str]) -> None:
    for at, (first, second) in enumerate([([20, 40], [20, 41]), ([20, 40], [50]), ([3], [119])]):
        ours, theirs = (lines, lines[:90]) if at % 2 else (lines[:77], lines)
        cuts = [cut for cut in second if cut < len(theirs)]
        sources = [parts(tmp_path / f"{at}y", ours, first), parts(tmp_path / f"{at}p", theirs, cuts)]
        found = same(sources, CALLS["one"])
        assert "the lengths differ" in found


def test_another_order_of_keys(tmp_path: Path, lines: list[str]) -> None:
    header = HEADER.replace("key", "id")
    other = [*lines[:70], lines[71], lines[70], *lines[72:]]
    sources = [parts(tmp_path / "y", lines, [30, 60], header), parts(tmp_path / "p", other, [9], header)]
    assert "OrderError" in same(sources, CALLS["one"])
    sources = [
        parts(tmp_path / "y2", lines, [30, 60], header),
        parts(tmp_path / "p2", lines, [9, 10], header),
    ]
    assert same(sources, CALLS["one"]).startswith("[")


def test_single_files_are_one_task(tmp_path: Path, lines: list[str]) -> None:
    folder = parts(tmp_path / "y", lines, [50])
    (tmp_path / "p.csv").write_text("\n".join([HEADER, *lines]) + "\n")
    assert same([folder, str(tmp_path / "p.csv")], CALLS["quantiles"]).startswith("[")
    assert same([str(tmp_path / "p.csv")], CALLS["weights"]).startswith("[")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ((("bce", ":y", ":p"), {"rows": "all"}), "every row is asked for"),
        ((("bce", ":y", ":p"), {"reduction": "none"}), "every row is asked for"),
        ((("median_ae", ":y", ":p"), {}), "sees all rows"),
        ((("listnet", ":y", ":p"), {"group": "class"}), "sees all rows"),
        ((("bce", ":y", ":p"), {"by": "class", "reduction": "mean,p95"}), "every segment"),
        ((("bce", ":y", ":p"), {"scheduler": "tcp://a:1", "jobs": 2}), "leave out --jobs"),
    ],
)
def test_what_no_cluster_computes(tmp_path: Path, lines: list[str], call: Call, words: str) -> None:
    found = said([parts(tmp_path / "t", lines, [30])], call, engine="dask")
    assert words in found
    assert found.startswith("UsageError\n2\n")


def test_arrays_and_standard_input_are_here_only(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="in memory"):
        api.compute("mse", [1.0], [2.0], engine="dask")
    with pytest.raises(UsageError, match="scheduler is for"):
        api.compute("mse", [1.0], [2.0], scheduler="tcp://localhost:1")


def test_a_part_that_changes_between_two_looks(
    tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = parts(tmp_path / "t", lines, [30, 60])
    seen: list[str] = []

    class Changing(Inline):
        def results(self, function: Any, tasks: Any) -> Iterator[tuple[int, Any]]:
            if tasks[0][0].again is not None:
                with open(f"{folder}/part-001.csv", "a") as file:
                    file.write(lines[0] + "\n")
                seen.append("changed")
            return super().results(function, tasks)

    monkeypatch.setattr(driver, "Cluster", Changing)
    found = said([folder], CALLS["quantiles"], engine="dask")
    assert seen == ["changed"]
    assert found.startswith("ChangedError\n4\n")


def test_the_plan_of_tasks(tmp_path: Path, lines: list[str]) -> None:
    from losscli.sources.open import open_source

    ours = open_source(parts(tmp_path / "y", lines, [30, 60, 90]))
    theirs = open_source(parts(tmp_path / "p", lines, [10, 100]))
    windows = slices.by_rows([ours, theirs], [[30] * 4, [10, 90, 20]], 0, 1)
    got = [[(w.start, w.stop, w.skip, w.rows) for w in window] for window in windows]
    assert got == [
        [(0, 1, 0, 30), (0, 2, 0, 30)],
        [(1, 2, 0, 30), (1, 2, 20, 30)],
        [(2, 3, 0, 30), (1, 2, 50, 30)],
        [(3, 4, 0, 30), (1, 3, 80, 30)],
    ]


def test_without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def refused(name: str, *rest: Any) -> Any:
        if name == "distributed":
            raise ImportError("No module named 'distributed'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refused)
    with pytest.raises(UsageError, match="needs the package distributed"):
        connect.dask_or_fail()
