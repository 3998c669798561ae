"""A report says what the largest rows carry: the same for every order, thread, block and engine; nothing
where the total is no sum of shares."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli import api
from losscli.arrays import Floats
from losscli.engine.cluster import byposition, calls, driver
from losscli.report.concentration import Concentration
from tests.engine.test_dask import Inline, parts

DRAW = np.random.default_rng(12)
TARGET = DRAW.normal(size=1234)
PREDICTION = TARGET + DRAW.standard_t(2, size=1234).round(2)
WEIGHT = DRAW.random(1234).round(3) + 0.001


def found(*given: Any, **options: Any) -> list[Concentration | None]:
    return [result.concentration for result in api.compute(*given, **options).results]


def test_by_hand() -> None:
    target, prediction = np.zeros(250), np.ones(250)
    prediction[[3, 200, 249]] = 2.0, 4.0, -3.0
    report = api.compute("mse", target, prediction)
    assert report.results[0].concentration == Concentration(3, 29.0 / 276.0, 250)
    assert report.plain()["results"][0]["concentration"] == {"rows": 3, "share": 29.0 / 276.0, "of": 250}


def test_against_the_values_themselves() -> None:
    errors = np.abs(PREDICTION - TARGET)
    want = np.sort(errors)[-13:].sum() / errors.sum()
    one = found("mae", TARGET, PREDICTION)[0]
    assert one is not None
    assert (one.rows, one.of, one.weighted) == (13, 1234, False)
    assert one.share == pytest.approx(want, rel=1e-14)


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_order_blocks_and_threads_never_show(tmp_path: Path, weight: Floats | None) -> None:
    want = found("mae,huber", TARGET, PREDICTION, weight=weight)
    assert all(want)
    order = DRAW.permutation(1234)
    mixed = None if weight is None else weight[order]
    assert found("mae,huber", TARGET[order], PREDICTION[order], weight=mixed) == want
    rows = np.column_stack([TARGET, PREDICTION, WEIGHT])
    text = "\n".join(",".join(map(repr, row)) for row in rows.tolist())
    path = tmp_path / "t.csv"
    path.write_text(f"y,p,w\n{text}\n")
    named = {} if weight is None else {"weight": "w"}
    for options in ({"jobs": 1}, {"jobs": 3, "block_bytes": 500}, {"reduction": "mean,p99"}):
        assert found("mae,huber", f"{path}:y", ":p", **named, **options) == want


def test_weights_choose_the_rows() -> None:
    target, prediction = np.zeros(100), np.full(100, 1.0)
    prediction[:2] = 10.0, 5.0
    weight = np.ones(100)
    weight[0] = 0.5
    one = found("mae", target, prediction, weight=weight)[0]
    assert one == Concentration(2, 10.0 / 108.0, 100, weighted=True)
    assert one.note("") == (
        "top 1 % of weight (2 of 100 rows) carries ",
        (10.0 / 108.0, one.note("")[1][1]),  # type: ignore[index]
        " of the total",
    )


ABSENT: dict[str, tuple[Any, ...]] = {
    "a negative row": ("gaussian_nll", TARGET, PREDICTION, np.full(1234, 1e-4)),
    "an infinite row": ("bce", [1.0, 0.0], [0.0, 0.1]),
    "a total of zero": ("mse", [1.0, 2.0], [1.0, 2.0]),
    "a loss of the set": ("rmse", TARGET, PREDICTION),
    "a loss of all rows at once": ("median_ae", TARGET, PREDICTION),
    "a score": ("cosine_similarity", *np.ones((2, 3, 2))),
}


@pytest.mark.parametrize("name", ABSENT)
def test_no_sum_of_shares(name: str) -> None:
    report = api.compute(*ABSENT[name])
    assert report.results[0].concentration is None
    assert "concentration" not in report.plain()["results"][0]


def test_more_rows_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("losscli.reductions.concentration.ROWS", 1234)
    want = found("mae", TARGET, PREDICTION)
    assert want[0] is not None
    monkeypatch.setattr("losscli.reductions.concentration.ROWS", 1233)
    assert found("mae", TARGET, PREDICTION) == [None]
    assert found("mae", TARGET, PREDICTION, jobs=2, block_bytes=300) == [None]
    assert found("mae", TARGET, PREDICTION, reduction="median") == want  # its values are kept anyway


def test_many_results_share_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("losscli.reductions.concentration.VALUES", 3 * 1234)
    assert all(found("mae,mse,huber", TARGET, PREDICTION))
    assert found("mae,mse,huber,log_cosh", TARGET, PREDICTION) == [None] * 4


def test_columns_have_their_own() -> None:
    both = np.column_stack([PREDICTION, 2.0 * PREDICTION])
    target = np.column_stack([TARGET, TARGET])
    one, other = found("mae", target, both, multioutput="none")
    assert one == found("mae", TARGET, PREDICTION)[0]
    assert other == found("mae", TARGET, 2.0 * PREDICTION)[0]


def test_the_whole_has_it_beside_segments_which_have_none() -> None:
    by = ["a", "b"] * 617
    (result,) = api.compute("mae", TARGET, PREDICTION, by=by).results
    assert result.concentration == found("mae", TARGET, PREDICTION)[0]
    assert [segment.result.concentration for segment in result.segments] == [None, None]


def test_rows_that_do_not_count_are_in_no_number() -> None:
    draw = np.random.default_rng(2)
    chances = draw.dirichlet(np.ones(3), 300).round(3)
    chances[:, 2] = 1.0 - chances[:, 0] - chances[:, 1]
    classes = draw.integers(0, 3, 300).astype(float)
    left = classes.copy()
    left[::3] = -1.0
    kept = left >= 0
    loss = "sparse_categorical_ce:ignore_index=-1"
    want = found(loss, classes[kept], chances[kept])
    assert found(loss, left, chances) == want
    by = ["a", "b"] * 150
    assert found(loss, left, chances, by=by) == want


def test_states_hold_no_values() -> None:
    assert found("mae", TARGET, PREDICTION, state=True) == [None]
    halves = [
        api.compute("mae", TARGET[s], PREDICTION[s], state=True).state for s in (slice(617), slice(617, None))
    ]
    assert api.merge(*halves).results[0].concentration is None


def test_people_are_told_from_a_hundred_rows_on() -> None:
    for rows, told in ((99, 0), (100, 1)):
        report = api.compute("mae,mse", TARGET[:rows], PREDICTION[:rows])
        lines = [str(note) for table in report.tables() for note in table.notes if "top 1 %" in str(note)]
        assert len(lines) == 2 * told
        assert all(result.concentration for result in report.results)
    assert lines[0].startswith("('mae: top 1 % of rows (1 of 100) carries ")


# --- on a cluster -----------------------------------------------------------------------------------


@pytest.fixture(name="cluster")
def _cluster(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Tasks of a part each, done here; what each look asked for."""
    looks: list[Any] = []

    class Noting(Inline):
        def results(self, function: Any, tasks: Any) -> Any:
            looks.append(tasks[0][0].again)
            return super().results(function, tasks)

    monkeypatch.setattr(driver, "Cluster", Noting)
    monkeypatch.setattr(driver, "dask_or_fail", lambda: None)
    monkeypatch.setattr(calls, "LEAST", 1)
    monkeypatch.setattr(calls, "EACH", 1000)
    return looks


def table(folder: Path) -> str:
    rows = np.column_stack([TARGET, PREDICTION, WEIGHT**9 + 1e-9, np.ones(1234)]).tolist()
    lines = [",".join(map(repr, row)) for row in rows]
    return parts(folder, lines, [100, 101, 700, 1200], "y,p,w,one")


def both(path: str, loss: str, **options: Any) -> list[Concentration | None]:
    here = found(loss, f"{path}:y", ":p", **options)
    assert found(loss, f"{path}:y", ":p", engine="dask", **options) == here
    return here


@pytest.mark.parametrize("options", [{}, {"weight": "w"}, {"weight": "one"}, {"reduction": "mean,p95"}])
def test_a_cluster_says_the_same(tmp_path: Path, cluster: list[Any], options: dict[str, Any]) -> None:
    assert all(both(table(tmp_path / "t"), "mae,mse", **options))
    assert len([one for one in cluster if one is not None and one.peaks]) == 0


@pytest.mark.parametrize("weight", [None, "one"])
def test_heads_that_do_not_reach_are_asked_again(
    tmp_path: Path, cluster: list[Any], monkeypatch: pytest.MonkeyPatch, weight: str | None
) -> None:
    monkeypatch.setattr(byposition, "sketch_points", lambda tasks: 5)
    monkeypatch.setattr("losscli.engine.cluster.task.EACH", 1)
    assert all(both(table(tmp_path / "t"), "mae,mse", weight=weight))
    assert [one.peaks for one in cluster if one is not None and one.peaks]


@pytest.mark.parametrize("weight", [None, "w", "one"])
@pytest.mark.parametrize("points", [3, 4096])
def test_beyond_the_limit_quantiles_tell(
    tmp_path: Path, cluster: list[Any], monkeypatch: pytest.MonkeyPatch, points: int, weight: str | None
) -> None:
    monkeypatch.setattr(byposition, "sketch_points", lambda tasks: points)
    path = table(tmp_path / "t")
    want = both(path, "mae,mse", weight=weight, reduction="p95")
    monkeypatch.setattr("losscli.reductions.concentration.ROWS", 500)
    assert both(path, "mae,mse", weight=weight, reduction="p95") == want
    assert both(path, "mae,mse", weight=weight) == [None, None]
    assert any(peak.border is not None for one in cluster if one for peak in one.peaks.values())


def test_the_json_of_both_is_one(tmp_path: Path, cluster: list[Any]) -> None:
    path = table(tmp_path / "t")
    here, there = (api.compute("mae", f"{path}:y", ":p", engine=one) for one in ("local", "dask"))
    assert json.dumps(here.plain()) == json.dumps(there.plain())
    assert "concentration" in json.dumps(there.plain())
    assert both(path, "mae", state=True) == [None]
