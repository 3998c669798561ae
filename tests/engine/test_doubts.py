"""Values that are allowed but look wrong, and mistakes that are reported together."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import losscli
from losscli.engine.glance import picked
from losscli.errors import LosscliError, SeveralErrors


def warnings(loss: str, target: object, prediction: object, **options: object) -> list[str]:
    report = losscli.compute(loss, target, prediction, **options)
    return [finding.message for finding in report.findings() if finding.code == "W101"]


def test_probabilities_given_as_logits_are_doubted() -> None:
    p = np.linspace(0.05, 0.95, 20)
    y = (p > 0.4).astype(float)
    for size in (1, 64, None):
        (said,) = warnings("bce_logits", y, p, block_bytes=size)
        assert "all 20 rows of the prediction lie in [0, 1]" in said
        assert "bce takes them" in said
    assert not warnings("bce_logits", y, np.append(p[:-1], 1.5))
    assert not warnings("bce_logits", y[:9], p[:9])
    assert not warnings("bce", y, p)


@pytest.mark.parametrize(("loss", "target"), [("softmax_ce", np.eye(3)), ("sparse_softmax_ce", [0, 1, 2])])
def test_rows_of_probabilities_given_as_logits_are_doubted(loss: str, target: object) -> None:
    rows = np.array([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]])
    (said,) = warnings(loss, target, rows)
    assert "sum to 1" in said
    assert "sparse_categorical_ce takes them" in said
    assert not warnings(loss, target, rows * 0.9)
    assert not warnings(loss, target, rows - [[0.0, 0.0, 0.0], [0.2, -0.2, 0.0], [0.0, 0.0, 0.0]])


def test_a_prediction_that_is_no_better_than_a_constant_is_told() -> None:
    y = np.arange(40) % 2.0
    good = np.where(y == 1.0, 0.7, 0.3)
    for prediction, told in (
        (good, False),
        (1.0 - good, True),
        (np.full(40, 0.5), True),
        (np.roll(good, 1), True),
    ):
        report = losscli.compute("bce,brier", y, prediction)
        found = [finding.code for result in report.results for finding in result.warnings]
        assert found == (["W126", "W126"] if told else [])
    (finding,) = losscli.compute("bce", y, 1.0 - good).findings()
    assert "losscli inspect" in finding.message
    assert losscli.compute("bce", y[:19], 1.0 - good[:19]).findings() == []
    assert "W126" not in [one.code for one in losscli.inspect(y, 1.0 - good).findings()]
    columns = losscli.compute("mse", np.stack([y, y]).T, np.stack([y, 1 - y]).T, multioutput="none")
    assert [len(result.warnings) for result in columns.results] == [0, 1]


def faults(*sources: str, **options: object) -> list[str]:
    with pytest.raises(LosscliError) as caught:
        losscli.compute("bce", *sources, **options)
    found = caught.value
    return [fault.code for fault in (found.errors if isinstance(found, SeveralErrors) else (found,))]


def test_mistakes_in_sources_are_reported_together(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text("y,p\n1,0.9\n0,0.2\n")
    assert faults(f"{file}:a", ":b") == ["E103", "E103"]
    assert faults(f"{tmp_path}/no.csv:y", ":p") == ["E401"]
    assert faults(f"{tmp_path}/no.csv", f"{tmp_path}/none.csv") == ["E401", "E401"]
    assert faults(f"{tmp_path}/no.csv", f"{file}:q") == ["E401", "E103"]
    assert faults(f"{file}:y", ":q") == ["E103"]


def doubts(loss: str, y: object, p: object, **options: object) -> list[str]:
    report = losscli.compute(loss, y, p, summary=False, samples=False, **options)
    return [finding.message for finding in report.findings() if finding.code == "W126"]


def test_one_row_of_every_stretch_is_picked() -> None:
    numbers = np.arange(1 << 14)
    for level in range(1, 12):
        found = picked(np.arange(1000), level)
        assert (found >> level == np.arange(1000)).all()
        assert set(picked(np.arange(500), level + 1).tolist()) <= set(found.tolist())
        assert abs(np.mean(found % 2) - 0.5) < 0.08
        assert abs(np.mean(found % 5) - 2.0) < 0.25
    assert np.array_equal(picked(numbers, 0), numbers)


def test_a_run_without_a_summary_glances_at_some_rows() -> None:
    rows = 20_000
    y = np.arange(rows) % 2.0
    good = np.where(y == 1.0, 0.7, 0.3)
    for loss in ("bce", "brier", "mae", "rmse", "pinball:level=0.3"):
        assert not doubts(loss, y, good)
        (said,) = doubts(loss, y, 1.0 - good)
        assert "rows spread over the file" in said
    whole = losscli.compute("bce", y, 1.0 - good).results[0].warnings[0].message
    few = doubts("bce", y, 1.0 - good)[0]
    assert re.findall(r"skill -\d\.\d", whole) == re.findall(r"skill -\d\.\d", few)
    assert doubts("bce", y[:900], 1.0 - good[:900])[0] == (
        losscli.compute("bce", y[:900], 1.0 - good[:900]).findings()[0].message
    )
    assert not doubts("bce", y[:19], 1.0 - good[:19])
    assert not doubts("bce", y, 1.0 - good, as_="keras")  # a clipped loss has no constant of its own
    assert not doubts("r2", y, 1.0 - good)


def test_a_glance_sees_the_same_rows_however_they_come() -> None:
    generator = np.random.default_rng()
    rows = int(generator.choice([8193, 8192, 4097, 4096, 16_385]))
    y, p = generator.integers(0, 2, rows) * 1.0, generator.uniform(0.01, 0.99, rows)
    weight = generator.uniform(0.0, 1.0, rows)
    weight[::3] = 0.0
    ways = [{"block_bytes": size, "jobs": jobs} for size in (200, 5_000, 1 << 20) for jobs in (1, 2)]
    for extra in ({}, {"weight": weight}):
        assert len({tuple(doubts("bce,mae", y, p, **way, **extra)) for way in ways}) == 1
        assert doubts("bce", y, p, **extra)


def test_a_glance_counts_weights() -> None:
    y = np.repeat([0.0, 1.0], 50)
    p = np.where(np.arange(100) % 2, 1.0 - y, y) * 0.6 + 0.2
    wrong = np.where(np.arange(100) % 2, 1.0, 0.01)
    assert doubts("bce", y, p, weight=wrong)
    assert not doubts("bce", y, p, weight=1.01 - wrong)
