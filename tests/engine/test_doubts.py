"""Values that are allowed but look wrong, and mistakes that are reported together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import losscli
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
