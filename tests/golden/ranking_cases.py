"""Cases of lists of items: their relevance, also where it ties, against their scores."""

from __future__ import annotations

from tests.golden.asking import of, optax
from tests.golden.cases import Asked, Case, numbers
from tests.golden.margin_multiclass_cases import case
from tests.golden.samples.foreign import call

AMOUNTS = numbers([3.5, 1.25, 2.0, 0.0], [12.0, 7.5, 30.25, 1.5], [0.0, 0.0, 4.0, 2.5])
SCORES = numbers([2.5, -1.5, 3.25, 7.0], [-12.0, 4.0, 1.5, 2.0], [20.0, 1.0, -8.0, 3.5])
GRADES = numbers([3, 1, 1, 0, 2], [2, 2, 2, 2, 2], [0, 3, 0, 3, 1], [1, 0, 0, 0, 0])
FIVE_SCORES = numbers(
    [2.5, -1.75, 6.0, 1.5, -40.25],
    [1.5, -0.75, 2.0, 30.5, 4.0],
    [-7.5, 9.25, 1.25, 1.25, 8.0],
    [0.5, 0.5, 0.5, 2.5, -3.0],
)
LISTS = (
    ("amounts", {"y": AMOUNTS, "s": SCORES}),
    ("grades with ties", {"y": GRADES, "s": FIVE_SCORES}),
    ("pairs", {"y": numbers([2, 1], [0, 3], [1, 1]), "s": numbers([1.5, 4.0], [2.25, -7.0], [3.0, 2.0])}),
)


def rax(function: str, reduction: str = "mean") -> Asked:
    """A loss of rax over all lists, or (reduction "none") of each list."""
    options = {"reduce_fn": None} if reduction == "none" else {}
    scores, relevance = call("jax.numpy.asarray", "s"), call("jax.numpy.asarray", "y")
    return of(f"rax.{function}", scores, relevance, reduction=reduction, **options)


def of_lists(loss: str, *asked: Asked) -> tuple[Case, ...]:
    """A loss on every kind of list."""
    return tuple(case(name, loss, arrays, *asked) for name, arrays in LISTS)


CASES: tuple[Case, ...] = (
    *of_lists(
        "listnet",
        optax("ranking_softmax_loss", "s", "y", reduce_fn=None),
        of("optax.losses.ranking_softmax_loss", "s", "y", reduction="mean"),
        rax("softmax_loss"),
        rax("softmax_loss", "none"),
    ),
    *of_lists("listmle", rax("listmle_loss"), rax("listmle_loss", "none")),
    *of_lists("pairwise_logistic", rax("pairwise_logistic_loss")),
    *of_lists("pairwise_hinge", rax("pairwise_hinge_loss")),
)
