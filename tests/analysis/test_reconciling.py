"""The search for a convention: random ones are found, its list is the registry's, and what it says of chance
is so."""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.analysis.reconciling.candidates import Candidates
from losscli.analysis.reconciling.given import read_given
from losscli.analysis.reconciling.inputs import INPUTS
from losscli.analysis.reconciling.numbers import score
from losscli.analysis.reconciling.printed import read
from losscli.analysis.reconciling.reduced import REDUCTIONS
from losscli.analysis.reconciling.scales import SCALES
from losscli.analysis.reconciling.search import search
from losscli.analysis.reconciling.variants import variants
from losscli.api import make_request
from losscli.errors import LosscliError, UsageError
from losscli.registry import Convention, bind, bind_loss, get
from tests.analysis.reconcile_draws import draw, losses
from tests.analysis.reconcile_traps import MET, Met, names, sought
from tests.golden.test_golden import entries
from tests.shapes import drawn

DRAWS, LEAST = 12, 10
SAME = 5e-7
"""Closer than six digits show: what float32 alone does to a number."""
FIRST = 3


def test_random_conventions_of_random_losses_are_among_the_first() -> None:
    seed = secrets.randbits(32)
    generator = np.random.default_rng(seed)
    missed = []
    for _ in range(DRAWS):
        one = draw(generator)
        report = losscli.reconcile(one.loss, *one.arrays, value=one.printed, **one.options)
        first = report.sought[0].fits[:FIRST]
        if not any(abs(fit.value - one.value) <= SAME * abs(one.value) for fit in first):
            missed.append(f"{one.words}: {one.printed}")
    assert len(missed) <= DRAWS - LEAST, f"seed {seed}: {missed}"


@pytest.mark.parametrize("met", MET, ids=lambda met: met.name)
def test_a_trap_is_named(met: Met, tmp_path: Path) -> None:
    found = sought(met, tmp_path)
    first = [fit.words for fit in found.fits]
    assert names(met, found) or met.reason, first
    assert abs(found.fits[0].value - found.value) <= found.half * 1.001 or math.isinf(found.value)


def test_every_trap_is_met() -> None:
    assert {met.trap for met in MET} == set(range(1, 16))
    assert sum(bool(met.reason) for met in MET) <= 1


def test_what_other_libraries_printed_is_a_convention_of_cost_1_at_most() -> None:
    """torch's clamp, Keras's epsilon, scikit-learn's clip and all others: answers that were recorded from
    them, as they print them."""
    seed = secrets.randbits(32)
    recorded = list(_recorded())
    assert len(recorded) > 200
    for place in np.random.default_rng(seed).choice(len(recorded), 40, replace=False):
        entry = recorded[place]
        single = entry["dtype"] == "float32"
        value = float(entry["values"])
        bound = bind(entry["loss"], **entry["params"])
        text = f"{value:#.{5 if single else 10}g}"  # of float32 what is sure
        report = losscli.reconcile(bound, *entry["inputs"].values(), value=text, weight=entry["weights"])
        first = report.sought[0].fits[0]
        told = f"{entry['call']} gave {text}: {first.words} (seed {seed})"
        assert first.cost <= 1, told
        assert first.value == pytest.approx(value, rel=4e-6 if single else 1e-9), told


def _recorded() -> Iterator[dict[str, Any]]:
    """Numbers of whole sets that other libraries gave."""
    for entry in entries():
        loss = get(entry["loss"])
        whole = entry["reduction"] in ("mean", "weighted mean", "set") and np.ndim(entry["values"]) == 0
        paired = all(one.paired for one in loss.inputs) and not loss.gather
        if whole and paired and np.isfinite(float(entry["values"])) and float(entry["values"]):
            yield entry


def test_ways_that_no_framework_has_by_default() -> None:
    target, prediction = _rows(90)
    rows = np.asarray(losscli.losses.bce(target, prediction))
    brier = (target - prediction) ** 2
    wide = np.column_stack([prediction, prediction / 2])
    ways = {
        "every class counts the same": ("bce", rows[target == 1].mean() / 2 + rows[target == 0].mean() / 2),
        "batches of 16 rows, the last 10 rows dropped": ("bce", rows[:80].mean()),
        "the mean of the roots of the means of batches of 32": (
            "brier",
            np.mean([math.sqrt(brier[at : at + 32].mean()) for at in (0, 32, 64)]),
        ),
        "the mean of the sums of batches of 32": ("brier", brier.sum() / 3),
        "the means of batches of 37 rows": (
            "bce",
            np.mean([rows[at : at + 37].mean() for at in (0, 37, 74)]),
        ),
        "predictions rounded to 0 and 1": ("mse", ((prediction >= 0.5) != target).mean()),
        "over the rows of a positive target": ("bce", rows.sum() / target.sum()),
    }
    for words, (loss, number) in ways.items():
        fits = losscli.reconcile(loss, target, prediction, value=f"{number:#.7g}").sought[0].fits
        assert any(words in text for fit in fits for text in (fit.words, *fit.same)), (words, fits[:1])
    number = np.abs(np.column_stack([target, target]) - wide).sum(axis=1).mean()
    (sought,) = losscli.reconcile(
        "mae", np.column_stack([target, target]), wide, value=f"{number:.7g}"
    ).sought
    assert "the sum over the columns of a row" in sought.fits[0].words


def test_a_number_of_0_says_little() -> None:
    (sought,) = losscli.reconcile("bce", [1.0, 0.0, 1.0], [0.8, 0.3, 0.6], value="0").sought
    assert sought.verdict == "perhaps by chance"
    (sought,) = losscli.reconcile("mse", [1.0, 2.0], [1.0, 2.0], value="0.00000").sought
    assert (sought.verdict, sought.fits[0].cost) == ("fits", 0)


def test_a_quick_number_is_the_exact_one() -> None:
    seed = secrets.randbits(32)
    generator = np.random.default_rng(seed)
    known = losses()
    for place in generator.choice(len(known), 20, replace=False):
        loss = known[place]
        arrays = drawn(loss, loss.resolve({}), (37, 1), generator)
        weight = None if loss.downward else generator.random(37) + 0.5
        for convention in (None, *loss.conventions):
            given = read_given(make_request(bind_loss(loss, {}), arrays, weight=weight, samples=False))
            bound = bind_loss(loss, {}, convention=convention)
            try:
                with np.errstate(all="ignore"):
                    exact = score(bound, given, given.arrays, exact=True).figure.value
                    quick = score(bound, given, given.arrays).figure.value
            except LosscliError:
                continue
            assert quick == pytest.approx(exact, rel=1e-11, abs=1e-13), f"{bound.spec}, seed {seed}"
            wanted = losscli.compute(bound, *arrays, weight=weight).results[0].headline.value
            assert exact == wanted or (math.isnan(exact) and math.isnan(wanted)), f"{bound.spec}, seed {seed}"


def test_every_convention_of_the_record_is_tried() -> None:
    for loss in losses():
        tried = {one.key for one in variants(bind_loss(loss, {}), 1.0)}
        for convention in loss.conventions:
            bound = bind_loss(loss, {}, convention=convention)
            assert (bound.spec, convention.call) in tried


def test_a_new_convention_is_found_without_an_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    strange = Convention("elsewhere", "elsewhere.odd_loss(y, p)", "cubes it", rows=_cubed)
    loss = losscli.losses.mae
    monkeypatch.setitem(loss.__dict__, "conventions", (*loss.conventions, strange))
    target, prediction = np.array([1.0, 2.0, -3.0]), np.array([1.5, 0.25, 4.0])
    number = float((np.abs(target - prediction) ** 3).mean())
    report = losscli.reconcile("mae", target, prediction, value=f"{number:.7g}")
    assert "elsewhere's odd_loss" in report.sought[0].fits[0].words


def _cubed(target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    return np.abs(target - prediction) ** 3


def test_steps_have_costs_and_names_of_their_own() -> None:
    for steps in ([one.step for one in SCALES], [one.step for one in REDUCTIONS]):
        assert len({step.name for step in steps}) == len(steps)
    words = [one.step.words for one in INPUTS]
    assert len(set(words)) == len(words)
    assert all(1 <= one.step.cost <= 3 for one in (*INPUTS, *REDUCTIONS, *SCALES))


def test_fits_come_simplest_first_and_none_is_left_out() -> None:
    target, prediction = _rows(60)
    sought = losscli.reconcile("bce", target, prediction, value="0.5").sought[0]
    costs = [fit.cost for fit in sought.fits]
    assert costs == sorted(costs)
    for fit in sought.fits:
        assert abs(fit.value - 0.5) <= sought.half * (1 + 1e-6)


def test_two_digits_fit_numbers_that_mean_nothing_and_the_chance_says_so() -> None:
    seed = secrets.randbits(32)
    generator = np.random.default_rng(seed)
    target, prediction = _rows(60, seed)
    candidates = Candidates(read_given(make_request("bce", (target, prediction), samples=False)))
    outcomes = [search(candidates, read(f"{generator.uniform(0.25, 1.0):.2f}")) for _ in range(8)]
    fitted = [one.chance for one in outcomes if one.fits]
    assert len(fitted) > 3, f"seed {seed}"
    assert np.mean([chance for chance in fitted if chance is not None]) > 0.05, f"seed {seed}"


def test_more_digits_are_less_likely_by_chance() -> None:
    target, prediction = _rows(60)
    number = float(losscli.compute("bce", target, prediction).results[0].headline.value) / 2
    chances = []
    for digits in (2, 4, 6, 8):
        (sought,) = losscli.reconcile("bce", target, prediction, value=f"{number:#.{digits}g}").sought
        assert sought.chance is not None
        chances.append(sought.chance)
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 100 * chances[2]


@pytest.mark.parametrize(
    ("text", "value", "half", "digits"),
    [
        ("0.2469", 0.2469, 5e-5, 4),
        ("0.24690", 0.2469, 5e-6, 5),
        ("1.5e-3", 1.5e-3, 5e-5, 2),
        ("-12", -12.0, 0.5, 2),
        (".5", 0.5, 0.05, 1),
        ("12.", 12.0, 0.5, 2),
        ("0", 0.0, 0.5, 1),
        ("1E2", 100.0, 50.0, 1),
        ("inf", math.inf, 0.0, 0),
    ],
)
def test_printed_digits(text: str, value: float, half: float, digits: int) -> None:
    found = read(text)
    assert (found.value, found.digits) == (value, digits)
    assert found.half == pytest.approx(half)


def test_single_precision_is_a_step() -> None:
    target, prediction = _rows(3000)
    rows = -np.log(np.where(target == 1.0, prediction, 1.0 - prediction)).astype(np.float32)
    total = np.float32(0.0)
    for value in rows:
        total += value
    number = total / np.float32(len(rows))
    exact = losscli.compute("bce", target, prediction).results[0].headline.value
    assert f"{number:.9g}" != f"{exact:.9g}"
    fit = losscli.reconcile("bce", target, prediction, value=f"{number:.8g}").sought[0].fits[0]
    assert fit.ways[-1].kind in ("arithmetic", "inputs", "loss")
    assert any("single precision" in way.words for way in fit.ways)


def test_options_without_a_meaning_are_refused() -> None:
    for option in ("by", "group", "reduction", "gradient", "state"):
        with pytest.raises(UsageError, match="no option"):
            losscli.reconcile("bce", [1.0], [0.5], **{option: "x"})
    with pytest.raises(UsageError, match="one loss"):
        losscli.reconcile("bce,brier", [1.0], [0.5])


@pytest.mark.parametrize("name", ["gaussian_nll", "kl", "crammer_singer", "hinge_embedding"])
def test_no_candidate_breaks_a_search(name: str) -> None:
    """Whatever combination of input, loss and reduction is tried: it gives a number, or is left out."""
    seed = secrets.randbits(32)
    generator = np.random.default_rng(seed)
    loss = get(name)
    arrays = drawn(loss, loss.resolve({}), (11, 1), generator)
    sought = losscli.reconcile(name, *arrays, value="0.1234567891").sought[0]
    assert sought.limit == 4.0, f"seed {seed}"
    assert sought.tried > 500


def test_rows_that_nothing_takes_are_an_error() -> None:
    with pytest.raises(LosscliError):
        losscli.reconcile("mase", [1.0], [0.5])


def _rows(count: int, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    prediction = generator.beta(2.0, 2.0, count)
    return (generator.random(count) < prediction).astype(np.float64), prediction
