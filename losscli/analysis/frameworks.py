"""How the frameworks compute a loss: their calls, in what their numbers differ, and these numbers on one
example."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from losscli.errors import LosscliError
from losscli.records import NamedTuple
from losscli.registry import BoundLoss, Convention, Loss, bind_loss
from losscli.registry.checking import check_arrays
from losscli.report.listing import FRAMEWORKS


class Contrast(NamedTuple):
    """The numbers that a loss and the frameworks' conventions give for the same small arrays."""

    inputs: tuple[tuple[str, Any], ...]
    numbers: tuple[tuple[str, float], ...]

    def plain(self) -> dict[str, Any]:
        """The entry of JSON."""
        shown = {name: value if np.isfinite(value) else None for name, value in self.numbers}
        return {"inputs": dict(self.inputs), "numbers": shown}


def in_order(loss: Loss) -> list[Convention]:
    """The conventions of a loss, the best known frameworks first."""
    known = [*FRAMEWORKS, *dict.fromkeys(one.framework for one in loss.conventions)]
    return sorted(loss.conventions, key=lambda one: known.index(one.framework))


def label(loss: Loss, convention: Convention) -> str:
    """What `:as=` takes for a convention."""
    return bind_loss(loss, {}, convention=convention).framework


def contrast(loss: Loss) -> Contrast | None:
    """What every framework gives on the loss's own example; None where it has none."""
    if not loss.contrast:
        return None
    numbers = [("losscli", _number(bind_loss(loss, {}), loss.contrast))]
    for own in in_order(loss):
        bound = bind_loss(loss, {}, convention=own)
        found = _number(bound, loss.contrast)
        if found is not None:
            numbers.append((bound.framework, found))
    inputs = tuple(
        (entry.symbol, np.asarray(array).tolist())
        for entry, array in zip(loss.inputs, loss.contrast, strict=False)
    )
    return Contrast(inputs, tuple((name, value) for name, value in numbers if value is not None))


def _number(bound: BoundLoss, arrays: Sequence[Any]) -> float | None:
    """The number of these arrays together; None where the loss does not take them."""
    from losscli.engine.score import headline_of

    try:
        return headline_of(bound, check_arrays(bound.loss, bound.inputs, arrays, bound.params)).value
    except LosscliError:
        return None
