"""The sample, the count of repeated rows, what errors look like, and which loss comes first."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from losscli import api
from losscli.analysis.inspecting.advice import quantile_levels
from losscli.analysis.inspecting.kinds import columns_of
from losscli.analysis.inspecting.profile import Profile
from losscli.analysis.inspecting.repeats import Repeats
from losscli.analysis.inspecting.residuals import residuals_of
from losscli.analysis.inspecting.sample import MOST_WINDOWS, WINDOW, Sampler
from losscli.analysis.inspecting.scan import Copy
from losscli.errors import Place
from tests.analysis.inspecting.simulated import new_seed


def rowsets(target: Any, prediction: Any, size: int) -> Iterator[Any]:
    """Blocks of so many rows; row n stands on line n + 2."""
    for start in range(0, len(target), size):
        blocks = (target[start : start + size, None], prediction[start : start + size, None])

        def place(feed: int, row: int, column: int, start: int = start) -> Place:
            return Place(f"file{feed}", start + row + 2, column + 1)

        yield SimpleNamespace(inputs=blocks, count=len(blocks[0]), place=place)


@pytest.mark.parametrize("rows", [1, 5000, WINDOW * MOST_WINDOWS, WINDOW * MOST_WINDOWS + 1, 200_000])
def test_the_sample_is_the_same_however_the_rows_come(rows: int) -> None:
    numbers = np.arange(rows, dtype=np.float64)
    samples = []
    for size in (777, 65_536):
        sampler = Sampler(2)
        for rowset in rowsets(numbers, -numbers, size):
            sampler.add(rowset)
        samples.append(sampler.sample())
    one, other = samples
    assert np.array_equal(one.target, other.target)
    assert one.runs == other.runs
    assert np.array_equal(one.target[:, 0], one.numbers)
    assert np.array_equal(one.prediction[:, 0], -one.numbers)
    assert one.rows == rows
    assert one.whole == (rows <= WINDOW * MOST_WINDOWS)
    assert min(rows, WINDOW * MOST_WINDOWS // 2) <= one.size <= WINDOW * MOST_WINDOWS
    for run in one.runs:
        assert np.array_equal(np.diff(one.numbers[run]), np.ones(run.stop - run.start - 1))
    for position in (0, one.size // 3, one.size - 1):
        assert one.place(position, 1) == Place("file1", int(one.numbers[position]) + 2)


def repeats(values: Any, size: int) -> Repeats:
    found = Repeats()
    for rowset in rowsets(values, np.zeros(len(values)), size):
        found.add(rowset)
    return found


def test_repeated_rows_are_counted() -> None:
    values = np.array([1.0, 2.0, 1.0, -0.0, 0.0, 2.0, 2.0])
    found = repeats(values, 3)
    assert (found.different, found.repeated, found.exact) == (3, 4, True)
    generator = np.random.default_rng(new_seed())
    many = generator.integers(0, 400_000, 900_000).astype(np.float64)
    true = len(set(many.tolist()))
    estimates = {repeats(many, size).different for size in (50_000, 900_000)}
    assert len(estimates) == 1
    assert abs(estimates.pop() - true) < 0.03 * true
    assert not repeats(many, 900_000).exact


def test_a_profile_knows_the_first_of_everything_odd() -> None:
    values = np.array([0.5, 1.0, 0.0, -0.25, 3.0, 0.0, 3.0])
    profile = Profile(0, 1)
    for rowset in rowsets(values, values, 2):
        profile.add(rowset)
    assert (profile.negative.count, profile.negative.place) == (1, Place("file0", 5, 1))
    assert (profile.above_one.count, profile.above_one.place) == (2, Place("file0", 6, 1))
    assert (profile.minimum, profile.low.count, profile.maximum, profile.high.count) == (-0.25, 1, 3.0, 2)
    assert (profile.zeros, profile.ones, profile.whole, profile.half) == (2, 1, False, True)
    assert profile.values == {0.5: 1, 1.0: 1, 0.0: 2, -0.25: 1, 3.0: 2}
    assert profile.summary.result()["sum"].value == values.sum()


def test_a_copy_can_be_read_again(tmp_path: Path) -> None:
    block = np.arange(12.0).reshape(4, 3)
    with contextlib.ExitStack() as stack:
        for width in (1, 3):
            copy = Copy(str(tmp_path / "c.npy"), width, stack)
            for rows in (block[:1, :width], block[1:, :width]):
                copy.add(rows)
            found = np.load(copy.finish(), allow_pickle=False)
            assert np.array_equal(found, block[:, 0] if width == 1 else block)


def test_what_errors_look_like() -> None:
    generator = np.random.default_rng(11)
    target, noise = generator.normal(size=4000), generator.normal(size=4000)
    plain = residuals_of(target, target + noise)
    assert not plain.heavy
    assert not plain.relative
    assert plain.quantile is None
    assert abs(plain.spread - 1.0) < 0.1
    assert residuals_of(target, target + generator.standard_t(2, size=4000)).heavy
    assert residuals_of(target, target + noise + 1.2816).quantile == 0.9
    assert residuals_of(target, target + noise - 0.6745).quantile == 0.25
    amounts = np.exp(2.0 * target)
    assert residuals_of(amounts, amounts * np.exp(0.2 * noise)).relative
    skewed = generator.exponential(size=4000)
    assert residuals_of(skewed, np.ones(4000)).mean
    assert residuals_of(skewed, np.full(4000, np.log(2.0))).median
    same = residuals_of(np.ones(40), np.ones(40))
    assert (same.bias_z, same.below_z, same.kurtosis, same.heavy) == (0.0, 0.0, 0.0, False)


def first(target: Any, prediction: Any) -> str:
    return api.inspect(target, prediction).fits[0].spec


def test_the_loss_that_fits_stands_first() -> None:
    generator = np.random.default_rng(5)
    hidden, noise = generator.normal(size=1000), generator.normal(size=1000)
    mean = 3.0 * np.exp(0.5 * hidden)
    assert first(generator.poisson(mean).astype(float), mean) == "poisson_deviance"
    assert first(hidden, hidden + 0.3 * noise) == "mse"
    assert first(hidden, hidden + 0.3 * generator.standard_t(2, size=1000)).startswith("huber:delta=")
    assert first(hidden, hidden + 0.3 * noise + 0.3 * 1.2816) == "pinball:tau=0.9"
    assert first(np.exp(2.0 * hidden), np.exp(2.0 * hidden + 0.2 * noise)) == "gamma_deviance"
    rain = np.where(generator.random(1000) < 0.4, 0.0, np.exp(hidden))
    assert first(rain, np.exp(hidden) * 0.6) == "tweedie_deviance"
    labels = (hidden > 0.0).astype(float)
    sure = np.where(labels == 1.0, 0.9, 0.1)
    assert first(labels, sure) == "bce"
    sure[0] = 1.0 - labels[0]
    assert first(labels, sure) == "brier"
    assert first(hidden, np.stack([hidden - 1.0, hidden + noise], axis=1)) == "crps_ensemble"


def test_reasons_and_likelihoods_are_given_for_every_loss() -> None:
    report = api.inspect([1.0, 0.0, 1.0, 1.0], [0.8, 0.1, 0.7, 0.9])
    assert [fit.spec for fit in report.fits] == ["bce", "brier"]
    assert all(fit.reason and fit.title for fit in report.fits)
    assert report.fits[0].likelihood.startswith("Bernoulli")
    assert report.model.startswith("discriminative")
    shares = api.inspect([[0.5, 0.5], [0.2, 0.8]], [[0.4, 0.6], [0.3, 0.7]])
    assert shares.model.startswith("generative")


@pytest.mark.parametrize(
    ("names", "levels"),
    [
        (("q10", "q50", "q90"), (0.1, 0.5, 0.9)),
        (("p2.5", "p97.5"), (0.025, 0.975)),
        (("0.1", "0.9"), (0.1, 0.9)),
        (("low", "high"), None),
        (("q90", "q10"), None),
        (("q0", "q50"), None),
    ],
)
def test_levels_are_read_from_names(names: tuple[str, ...], levels: tuple[float, ...] | None) -> None:
    assert quantile_levels(names) == levels


def test_classes_are_found_behind_what_all_names_start_with() -> None:
    assert columns_of(("b", "a"), ("p_a", "p_b", "p_c")) == [1, 0]
    assert columns_of(("b", "a"), ("a", "b")) == [1, 0]
    assert columns_of(("x",), ("p_a", "p_b")) is None
