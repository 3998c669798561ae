"""Infinite rows and clipped rows are counted, in text and JSON alike, and the first of them is named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli import api
from losscli.engine.cluster import calls, driver
from losscli.registry import all_losses
from losscli.report.concentration import Located
from tests.engine.test_dask import Inline, parts

ROWS = ["1,0", "0,0.5", "1,1", "0,1e-9", "1,0.3"]


@pytest.fixture(name="table")
def _table(tmp_path: Path) -> str:
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["y,p", *ROWS]) + "\n")
    return str(path)


def result(*given: Any, **options: Any) -> Any:
    return api.compute(*given, **options).results[0]


CLIPPED = {
    "bce": None,
    "bce:label_smoothing=0.1": None,
    "bce:as=keras": Located(3, 1, "{}:2:2"),
    "bce:as=torch": Located(1, 1, "{}:2:2"),
    "bce:as=sklearn": Located(2, 1, "{}:2:2"),
    "bce:eps=0.4": Located(4, 1, "{}:2:2"),
    "bce:eps=0.4:as=keras": Located(4, 1, "{}:2:2"),
    "bce:as=scoringrules": None,
    "mse": None,
    "mse:as=keras": None,
}


@pytest.mark.parametrize("loss", CLIPPED)
def test_by_hand(table: str, loss: str) -> None:
    want = CLIPPED[loss]
    want = want and want._replace(first=want.first.format(table))
    found = result(loss, f"{table}:y", ":p")
    assert found.clipped == want
    plain = found.plain(None)
    assert plain.get("clipped") == (want and {"rows": want.rows, "first_row": 1, "first": want.first})
    report = api.compute(loss, f"{table}:y", ":p")
    notes = [note for entry in report.tables() for note in entry.notes if "clipped" in str(note)]
    rows = want and ("1 row is" if want.rows == 1 else f"{want.rows} rows are")
    assert notes == ([f"{loss}: {rows} clipped, the first is row 1 ({table}:2:2)"] if want else [])


def test_none_is_a_count_as_well(table: str) -> None:
    found = result("bce:as=keras", [1.0, 0.0], [0.5, 0.5])
    assert found.clipped == Located(0)
    assert found.plain(None)["clipped"] == {"rows": 0, "first_row": None, "first": None}
    assert found.plain(None)["infinite"] == {"rows": 0, "first_row": None, "first": None}


def test_infinite_rows_agree_with_the_warning(table: str) -> None:
    found = result("bce", f"{table}:y", ":p")
    assert found.infinite == Located(1, 1, f"{table}:2:2")
    (warning,) = [one for one in found.warnings if one.code == "W201"]
    assert warning.message == f"bce: 1 row has an infinite loss, the first is row 1 ({table}:2:2)"
    assert result("bce:eps=1e-9", f"{table}:y", ":p").infinite == Located(0)


def test_segments_count_their_own(table: str) -> None:
    found = result("bce", f"{table}:y", ":p", by=["a", "a", "b", "b", "b"])
    assert [(one.name, one.result.infinite) for one in found.segments] == [
        ("a", Located(1)),
        ("b", Located(0)),
    ]
    assert found.infinite is not None
    assert found.infinite.rows == 1


def test_columns_count_their_own() -> None:
    target, prediction = np.ones((3, 2)), np.array([[0.0, 0.5], [0.0, 0.0], [0.5, 0.5]])
    one, other = api.compute("bce", target, prediction, multioutput="none").results
    assert (one.infinite, other.infinite) == (Located(2), Located(1))
    assert result("bce", target, prediction).infinite.rows == 2


def test_other_losses_that_clip() -> None:
    draw = np.random.default_rng(1)
    chances = np.array([[1.0, 0.0, 0.0], [0.2, 0.3, 0.5], [0.0, 0.5, 0.5]])
    assert result("sparse_categorical_ce:as=sklearn", [1.0, 0.0, 2.0], chances).clipped.rows == 1
    assert result("sparse_categorical_ce:eps=0.1", [1.0, 0.0, 0.0], chances).clipped.rows == 2
    mean, variance = draw.normal(size=4), np.array([1e-9, 1.0, 1e-8, 2.0])
    found = result("gaussian_nll:as=torch", np.zeros(4), mean, variance)
    assert (found.clipped.rows, found.clipped.first_row) == (2, 1)
    assert result("gaussian_nll", np.zeros(4), mean, variance).clipped is None


def test_threads_blocks_states_and_clusters_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "Cluster", Inline)
    monkeypatch.setattr(driver, "dask_or_fail", lambda: None)
    monkeypatch.setattr(calls, "LEAST", 1)
    monkeypatch.setattr(calls, "EACH", 1000)
    folder = parts(tmp_path / "t", ROWS[1:] * 50 + ROWS * 3, [60, 61, 120], "y,p")
    for loss in ("bce", "bce:as=keras", "bce:eps=0.1"):
        want = result(loss, f"{folder}:y", ":p", jobs=1)
        for options in ({"jobs": 3, "block_bytes": 40}, {"engine": "dask"}, {"state": True}):
            found = result(loss, f"{folder}:y", ":p", **options)
            assert (found.infinite, found.clipped) == (want.infinite, want.clipped)
    halves = [api.compute("bce:as=keras", [1.0, 1.0], p, state=True).state for p in ([0.5, 0.5], [0.5, 0.0])]
    merged = api.merge(*halves).results[0]
    assert merged.clipped._replace(first="") == Located(1, 4)


def test_every_clip_says_so() -> None:
    """What words call a clip at the ends of the domain is declared as one, and nothing else."""
    for loss in all_losses():
        for one in loss.deviations:
            words = re.search(r"\b(clips|clamps|raises)\b", one.differs) is not None
            soft = "takes every label above 0 for 1" in one.differs  # its other rows are no clip's
            assert one.clips == (one.edge and words and not soft), (loss.name, one.call)
        for param in loss.params:
            clips = "clip" in param.words or "raised to it" in param.words
            assert param.clips == clips, (loss.name, param.name)
