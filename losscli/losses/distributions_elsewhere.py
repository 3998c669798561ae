"""Entropies and divergences as other libraries compute them: rows divided by their sum, clips, means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import SIMPLEX, UNIT, Fault, Simplex
from losscli.losses.binary_elsewhere import KERAS_CLIP
from losscli.losses.multiclass_elsewhere import keras_shares, keras_touches
from losscli.numerics.divergences import LOGARITHMS, NATS, jensen_shannon, relative_entropy
from losscli.numerics.stable import dot_columns, quietly, sum_columns
from losscli.records import NamedTuple
from losscli.registry import Convention, vectors


class Measures(NamedTuple):
    """Rows of numbers of at least 0 that are not all 0: what a library divides by the row's sum."""

    kind: str = "distribution"

    def __str__(self) -> str:
        return "a row of numbers of at least 0, not all 0"

    def faults(self, block: Rows, width: int) -> list[Fault]:
        if (block < 0.0).any():
            return [Fault(block < 0.0, "below 0")]
        empty: Mask = ~np.asarray((block > 0.0).any(axis=1), dtype=np.bool_)
        return [Fault(empty, "all 0: there is nothing to divide by")] if empty.any() else []

    def clean(self, block: Rows) -> Rows:
        return block

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        return SIMPLEX.good(generator, shape, width) * generator.gamma(2.0, 2.0, (shape[0], 1))

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        good = self.good(generator, shape, width)
        below, empty = good.copy(), good.copy()
        below.flat[0], empty[-1] = -1.0, 0.0
        return [below, empty]


ANY_TRUE = vectors("target", "p", Measures(), "the true distribution, up to a factor")
ANY_MODEL = vectors("prediction", "q", Measures(), "the predicted distribution, up to a factor")
LOOSE_TRUE = vectors("target", "p", UNIT, "the true probabilities, whatever they sum to")
LOOSE_MODEL = vectors("prediction", "q", UNIT, "the predicted probabilities, whatever they sum to")
LEAST = float(KERAS_CLIP)
SMALLEST = 5e-324
ROUNDED = 2.0**-49
"""Sums that are so close to 1 are 1 but for rounding."""
NORMALISED = "divides each row by its sum"


def shares(block: Rows) -> Rows:
    """Each row divided by its sum."""
    return block / sum_columns(block)[:, None]


def _off(*blocks: Rows, **params: Any) -> Mask:
    """The rows that do not sum to 1."""
    return np.asarray(sum(np.abs(Simplex.gaps(block)) > ROUNDED for block in blocks), dtype=np.bool_)


def _normalised(function: Callable[..., Floats]) -> Callable[..., Floats]:
    """The function on rows that are divided by their sums."""

    @quietly
    def rows(*blocks: Rows, base: str, **params: Any) -> Floats:
        return function(*(shares(block) for block in blocks), base)

    return rows


@quietly
def cross_entropy(true: Rows, model: Rows, base: str) -> Floats:
    """The sum of -p log(q), where 0 times anything is 0."""
    return sum_columns(true * -LOGARITHMS[base](np.where(true == 0.0, 1.0, model)))


def own_entropy(model: Rows, base: str) -> Floats:
    """The sum of -q log(q)."""
    return cross_entropy(model, model, base)


def _distance(first: Rows, second: Rows, base: str) -> Floats:
    return np.sqrt(jensen_shannon(first, second, base))


# --- Keras ----------------------------------------------------------------------------------------


@quietly
def _keras_entropy(target: Rows, prediction: Rows, *, base: str) -> Floats:
    return sum_columns(target * -np.log(keras_shares(prediction))) / NATS[base]


@quietly
def _keras_kl(target: Rows, prediction: Rows, *, base: str, log_target: str, log_prediction: str) -> Floats:
    true, model = probabilities(target, log_target), probabilities(prediction, log_prediction)
    return relative_entropy(np.maximum(true, LEAST), np.maximum(model, LEAST), base)


def _keras_kl_touches(
    target: Rows, prediction: Rows, *, base: str, log_target: str, log_prediction: str
) -> Mask:
    true, model = probabilities(target, log_target), probabilities(prediction, log_prediction)
    return np.asarray(((true < LEAST) | (model < LEAST)).any(axis=1))


# --- logarithms of probabilities ------------------------------------------------------------------


def probabilities(block: Rows, logs: str) -> Rows:
    """The block itself, or the exponentials of its logarithms."""
    return np.exp(block) if logs == "yes" else block


def logarithms(block: Rows, logs: str) -> Rows:
    """The logarithms of a block, or the block that holds them; of 0 that of the smallest double."""
    return block if logs == "yes" else np.log(np.maximum(block, SMALLEST))


@quietly
def divergence(target: Rows, prediction: Rows, *, base: str, log_target: str, log_prediction: str) -> Floats:
    """The relative entropy of rows of which one or both hold logarithms of probabilities."""
    if log_target == "no" and log_prediction == "no":
        return relative_entropy(target, prediction, base)
    true = probabilities(target, log_target)
    first = target if log_target == "yes" else np.log(target)
    second = prediction if log_prediction == "yes" else np.log(prediction)
    gap = np.where(true == 0.0, 0.0, first - second)
    return np.asarray(dot_columns(true, gap) / NATS[base])


def _torch_kl(target: Rows, prediction: Rows, **params: str) -> Floats:
    return np.asarray(divergence(target, prediction, **params) / target.shape[1])


@quietly
def _normalised_kl(
    target: Rows, prediction: Rows, *, base: str, log_target: str, log_prediction: str
) -> Floats:
    true, model = probabilities(target, log_target), probabilities(prediction, log_prediction)
    return relative_entropy(shares(true), shares(model), base)


def _off_kl(target: Rows, prediction: Rows, *, base: str, log_target: str, log_prediction: str) -> Mask:
    return _off(probabilities(target, log_target), probabilities(prediction, log_prediction))


# --- the records ----------------------------------------------------------------------------------

ANY_PAIR = (ANY_TRUE, ANY_MODEL)
KERAS_KL: dict[str, Any] = {
    "rows": _keras_kl,
    "touches": _keras_kl_touches,
    "single": True,
    "inputs": (LOOSE_TRUE, LOOSE_MODEL),
    "edge": True,
    "clips": True,
}
KERAS_KL_WORDS = "clips both to at least 1e-7: p=1 where q=0 gives 16.1181, here infinity"
SCIPY: dict[str, Any] = {"edge": True, "touches": _off}

ENTROPY_ELSEWHERE = (
    Convention(
        "scipy",
        "scipy.stats.entropy(q, axis=1, base=base)",
        NORMALISED,
        rows=_normalised(own_entropy),
        inputs=(ANY_MODEL._replace(words="the distribution, up to a factor"),),
        **SCIPY,
    ),
)
CROSS_ENTROPY_ELSEWHERE = (
    Convention(
        "keras",
        "keras.losses.categorical_crossentropy of p and q",
        "divides each row of q by its sum, then clips it to [1e-7, 1 - 1e-7]: p=1 where q=0 gives 16.1181, "
        "here infinity",
        names=("categorical_crossentropy_of_distributions",),
        rows=_keras_entropy,
        touches=keras_touches,
        single=True,
        edge=True,
        clips=True,
        inputs=(LOOSE_TRUE, ANY_MODEL),
    ),
    Convention(
        "scipy",
        "scipy.stats.entropy of p, plus that of p and q",
        NORMALISED,
        names=("entropy_and_relative_entropy",),
        rows=_normalised(cross_entropy),
        inputs=ANY_PAIR,
        **SCIPY,
    ),
)
KL_ELSEWHERE = (
    Convention(
        "torch",
        "torch.nn.functional.kl_div(q.log(), p)",
        "its mean divides by the number of cells, n C, not of rows: rows .5 .5 0 and .1 .2 .7 against "
        ".4 .4 .2 and .2 .2 .6 give 0.0436, here 0.1309, which is its reduction batchmean",
        names=("KLDivLoss",),
        rows=_torch_kl,
    ),
    Convention(
        "keras",
        "keras.losses.kl_divergence(p, q)",
        KERAS_KL_WORDS,
        names=("kld", "kullback_leibler_divergence"),
        **KERAS_KL,
    ),
    Convention(
        "keras",
        "keras.losses.KLDivergence()(p, q, sample_weight=w)",
        f"{KERAS_KL_WORDS}; with weights it divides by the number of rows",
        by_rows=True,
        **KERAS_KL,
    ),
    Convention(
        "optax",
        "optax.losses.kl_divergence_with_log_targets(jnp.log(q), jnp.log(p))",
    ),
    Convention(
        "torchmetrics",
        "torchmetrics.functional.kl_divergence(p, q)",
        f"{NORMALISED}; with log_prob=True it does not",
        edge=True,
        rows=_normalised_kl,
        touches=_off_kl,
        inputs=ANY_PAIR,
    ),
    Convention(
        "scipy",
        "scipy.stats.entropy(p, q, axis=1, base=base)",
        NORMALISED,
        edge=True,
        rows=_normalised_kl,
        touches=_off_kl,
        inputs=ANY_PAIR,
    ),
)
JS_ELSEWHERE = (
    Convention(
        "torchmetrics",
        "torchmetrics.functional.regression.jensen_shannon_divergence(p, q)",
        NORMALISED,
        rows=_normalised(jensen_shannon),
        inputs=ANY_PAIR,
        **SCIPY,
    ),
    Convention(
        "scipy",
        "scipy.spatial.distance.jensenshannon(p, q, axis=1, base=base)",
        "is the distance, the root of it, of rows divided by their sums: 0.2736 for 0.0749",
        rows=_normalised(_distance),
        inputs=ANY_PAIR,
    ),
)
