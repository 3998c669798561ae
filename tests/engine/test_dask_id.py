"""--id on Dask: the rows are brought together by its shuffle, and the report is that of one machine."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

distributed = pytest.importorskip("distributed", reason="the extra losscli[dask] is not installed")

from losscli.engine.cluster import byid, calls, connect, driver, keyjoin  # noqa: E402
from losscli.engine.cluster.connect import Cluster  # noqa: E402
from tests.engine.test_dask import CALLS, HEADER, Call, _lines, parts, said  # noqa: E402, F401


@pytest.fixture(name="scheduler", scope="module")
def _scheduler() -> Iterator[str]:
    """A scheduler and a worker of two threads in this process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with distributed.LocalCluster(
            processes=False, n_workers=1, threads_per_worker=2, dashboard_address=":0", silence_logs=50
        ) as cluster:
            yield cluster.scheduler_address


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "LEAST", 1)
    monkeypatch.setattr(calls, "EACH", 1000)
    monkeypatch.setattr(byid, "PARTITION", 6000)
    monkeypatch.setattr(keyjoin, "BLOCK", 7)


def same(sources: list[str], call: Call, scheduler: str) -> str:
    (loss, *columns), options = call
    whole: Call = ((loss, *columns), {"id": "key", **options})
    here = said(sources, whole)
    there = said(sources, whole, engine="dask", scheduler=scheduler)
    assert there == here
    return here


@pytest.fixture(name="sources")
def _sources(tmp_path: Path, lines: list[str]) -> list[str]:
    other = list(lines)
    random.Random(5).shuffle(other)
    return [parts(tmp_path / "y", lines, [30, 60]), parts(tmp_path / "p", other, [9, 70, 71])]


@pytest.mark.parametrize(
    "name", ["one", "weights", "missing and weights", "quantiles", "found classes", "first rows", "segments"]
)
def test_the_report_is_that_of_one_machine(name: str, sources: list[str], scheduler: str) -> None:
    call = CALLS[name]
    options = {**call[1], "missing": "skip"} if name == "missing and weights" else call[1]
    options = {word: "y" if word == "by" else value for word, value in options.items()}
    assert same(sources, (call[0], options), scheduler).startswith("[")


def test_keys_of_several_columns(tmp_path: Path, lines: list[str], scheduler: str) -> None:
    other = [line.replace("k11,", "k10,") for line in lines]
    sources = [parts(tmp_path / "y", other, [30]), parts(tmp_path / "p", list(reversed(other)), [50])]
    options = {"id": "key,mu", "worst": 12}
    assert same(sources, (("bce", ":y", ":p"), options), scheduler).startswith("[")


@pytest.mark.parametrize("rule", ["error", "skip"])
@pytest.mark.parametrize("seed", range(3))
def test_keys_that_do_not_pair(
    tmp_path: Path, lines: list[str], scheduler: str, rule: str, seed: int
) -> None:
    draw = random.Random(seed)
    ours, theirs = (draw.sample(lines, 100) for _ in range(2))
    sources = [parts(tmp_path / "y", ours, [30, 60]), parts(tmp_path / "p", theirs, [9, 70])]
    found = same(sources, (("bce,mae", ":y", ":p"), {"unpaired": rule}), scheduler)
    assert ("keys of" in found) == (rule == "error")
    twice = [*theirs, theirs[3], theirs[50], theirs[3]]
    sources[1] = parts(tmp_path / "q", twice, [9, 70])
    assert "repeats 2 keys" in same(sources, (("bce", ":y", ":p"), {"unpaired": rule}), scheduler)


def test_faults(tmp_path: Path, lines: list[str], scheduler: str) -> None:
    names = HEADER.split(",")
    for at, (row, name, text) in enumerate([(50, "p", "x"), (3, "p", "1.5"), (9, "key", ""), (7, "w", "-1")]):
        cells = [line.split(",") for line in lines]
        cells[row][names.index(name)] = text
        cells[row + 40][names.index(name)] = text
        changed = [",".join(one) for one in cells]
        backwards = list(reversed(changed))
        sources = [parts(tmp_path / f"{at}y", changed, [30, 60]), parts(tmp_path / f"{at}p", backwards, [9])]
        options = {"weight": "w"} if name == "w" else {}
        assert not same(sources, (("bce", ":y", ":p"), options), scheduler).startswith("[")


def test_single_files(tmp_path: Path, lines: list[str], scheduler: str) -> None:
    texts = []
    for name, rows in (("y", lines), ("p", list(reversed(lines)))):
        (tmp_path / f"{name}.csv").write_text("\n".join([HEADER, *rows]) + "\n")
        texts.append(str(tmp_path / f"{name}.csv"))
    assert same(texts, (("mse", ":y", ":p"), {}), scheduler).startswith("[")


def test_workers_of_another_version(
    sources: list[str], scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "__version__", "9.9")
    found = said(sources, CALLS["one"], engine="dask", scheduler=scheduler)
    assert found.startswith("ClusterError\n4\n")
    assert "this is losscli 9.9" in found


def test_files_that_a_worker_does_not_see(
    sources: list[str], scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Blind(Cluster):
        def results(self, function: Any, tasks: Any) -> Any:
            Path(sources[1]).rename(sources[1] + "-gone")
            return super().results(function, tasks)

    monkeypatch.setattr(driver, "Cluster", Blind)
    found = said(sources, CALLS["one"], engine="dask", scheduler=scheduler)
    assert found.startswith("ClusterError\n4\n")
    assert "a shared file system, or a URI" in found


def test_no_address(sources: list[str]) -> None:
    found = said(sources, CALLS["one"], engine="dask", scheduler="nonsense://x")
    assert found.startswith(("UsageError\n2\n", "ClusterError\n4\n"))
