"""Rows that are left out, weighted, smoothed or clipped; log-probabilities; tokens in a matrix."""

from __future__ import annotations

import math

import numpy as np
import pytest

from losscli.engine.score import Score
from losscli.errors import DomainError, ParamError, ShapeError, SumError
from losscli.losses import categorical_ce, nll, perplexity, sparse_categorical_ce, sparse_softmax_ce
from losscli.losses.class_inputs import LOG_SIMPLEX
from losscli.reductions import parse_reductions
from losscli.registry import bind
from losscli.registry.checking import check_arrays

LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 1.0, 3.0], [1.5, 1.0, -2.0], [0.25, 0.5, 0.75]])
TARGET = np.array([0.0, 2.0, -100.0, 1.0])


def mean(name: str, arrays: list[object], weights: object = None, **params: object) -> float:
    """The mean that the engine reports."""
    bound = bind(name, **params)  # type: ignore[arg-type]
    blocks = check_arrays(bound.loss, bound.inputs, arrays, bound.params)  # type: ignore[arg-type]
    score = Score(bound, parse_reductions("mean"), False, "mean")
    score.start(1)
    score.add(blocks, None if weights is None else np.asarray(weights, dtype=np.float64))
    return (score.headline(0) or score.reductions(0)["mean"]).value


@pytest.mark.parametrize("name", ["sparse_softmax_ce", "sparse_categorical_ce", "nll"])
def test_a_row_that_is_left_out_is_as_if_it_were_not_there(name: str) -> None:
    chances = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
    given = {"sparse_softmax_ce": LOGITS, "sparse_categorical_ce": chances, "nll": np.log(chances)}[name]
    kept = np.array([0, 1, 3])
    with_mark = mean(name, [TARGET, given], ignore_index=-100)
    assert with_mark == mean(name, [TARGET[kept], given[kept]])
    weights = np.array([1.0, 3.0, 50.0, 2.0])
    assert mean(name, [TARGET, given], weights, ignore_index=-100) == mean(
        name, [TARGET[kept], given[kept]], weights[kept]
    )
    with pytest.raises(DomainError, match="no class index"):
        mean(name, [TARGET, given])
    with pytest.raises(DomainError, match="row 3"):
        mean(name, [TARGET, given], ignore_index=-1)


def test_class_weights_divide_by_the_weights_of_the_rows() -> None:
    target, weight = np.array([0.0, 2.0, 1.0, 1.0]), (2.0, 5.0, 0.5)
    rows = sparse_softmax_ce(target, LOGITS)
    factor = np.array(weight)[target.astype(int)]
    wanted = math.fsum(rows * factor) / factor.sum()
    assert mean("sparse_softmax_ce", [target, LOGITS], weight=weight) == pytest.approx(wanted, rel=1e-15)
    with pytest.raises(ParamError, match="weight has 2 numbers, and there are 3 classes"):
        mean("sparse_softmax_ce", [target, LOGITS], weight=(1.0, 2.0))


def test_smoothing_is_the_same_for_indices_and_rows() -> None:
    target = np.array([0.0, 2.0, 1.0, 1.0])
    by_index = mean("sparse_softmax_ce", [target, LOGITS], label_smoothing=0.2)
    by_rows = mean("softmax_ce", [np.eye(3)[target.astype(int)], LOGITS], label_smoothing=0.2)
    assert by_index == pytest.approx(by_rows, rel=1e-15)


def test_the_upper_end_of_a_clip_is_not_rounded() -> None:
    (tiny,) = sparse_categorical_ce([0], [[1.0, 0.0]], eps=1e-20)
    assert tiny == 1e-20
    (far,) = sparse_categorical_ce([1], [[1.0, 0.0]], eps=1e-20)
    assert far == pytest.approx(20.0 * math.log(10.0), rel=1e-15)
    (soft,) = categorical_ce([[0.5, 0.5]], [[1.0, 0.0]], eps=0.25)
    assert soft == pytest.approx(-0.5 * (math.log(0.75) + math.log(0.25)), rel=1e-15)


def test_under_a_clip_a_rare_class_is_better_given_nothing() -> None:
    rare = np.array([[0.05, 0.55, 0.4]])
    honest, bold = (float(categorical_ce(rare, row, eps=0.1)[0]) for row in (rare, [[0.0, 0.58, 0.42]]))
    assert bold < honest
    best = categorical_ce.perfect
    found = best.prediction(rare, {"eps": 0.1, "label_smoothing": 0.0})  # type: ignore[union-attr]
    assert found[0, 0] == 0.0
    assert categorical_ce(rare, found, eps=0.1)[0] <= bold


def test_log_probabilities_are_checked_and_torch_checks_nothing() -> None:
    with pytest.raises(DomainError, match="at most 0"):
        nll([0], [[0.7, 0.3]])
    with pytest.raises(SumError, match="do not sum to 1"):
        nll([0], [[-1.0, -1.5]])
    assert mean("nll", [[0], [[0.7, 0.2, 0.1]]], as_="torch") == -0.7
    assert LOG_SIMPLEX.faults(np.log([[0.25, 0.75]]), 2) == []


def test_tokens_of_a_matrix_count_one_by_one() -> None:
    generator = np.random.default_rng(4)
    logits, tokens = generator.normal(0.0, 2.0, (5, 3, 4)), generator.integers(0, 4, (5, 3))
    flat = perplexity(tokens.reshape(-1), logits.reshape(-1, 4))
    assert perplexity(tokens, logits) == flat
    marked = np.where(generator.random((5, 3)) < 0.4, -1, tokens)
    kept = marked.reshape(-1) >= 0
    assert perplexity(marked, logits, ignore_index=-1) == perplexity(
        tokens.reshape(-1)[kept], logits.reshape(-1, 4)[kept]
    )
    with pytest.raises(ParamError, match="does not go with"):
        perplexity(tokens, logits[:, 0])
    with pytest.raises(DomainError, match="with 4 columns the classes are 0 to 3"):
        perplexity(np.full((5, 3), 4), logits)
    with pytest.raises(ShapeError):
        perplexity(tokens[:, :2], logits)


def test_perplexity_is_rounded_once() -> None:
    assert perplexity([0], [[0.0, 0.0]]) == 2.0
    assert perplexity([0, 1], [[0.0, 600.0], [1.0, 0.0]]) == pytest.approx(
        math.exp((600.0 + 1.31326168752) / 2)
    )
    assert perplexity([0], [[0.0, 800.0]]) == math.inf
