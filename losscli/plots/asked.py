"""What is asked of a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from losscli.engine.request import Request
from losscli.registry import BoundLoss

MakeRequest = Callable[[Any, Sequence[Any]], Request]
"""A request for losses and sources, under the reading options of the call."""


class Asked(NamedTuple):
    """A picture as it was asked for: losses, sources, and the options of its kind.

    `target` are the targets of curves, `range` the ends of the horizontal axis, `bins` the number of bars,
    `base` the unit of information (nats or bits), `confidence` the level of intervals, `row` the row that is
    drawn. None is the kind's own choice.
    """

    request: MakeRequest
    losses: tuple[BoundLoss, ...] = ()
    sources: tuple[Any, ...] = ()
    target: tuple[float, ...] | None = None
    range: tuple[float, float] | None = None
    bins: int | None = None
    base: str | None = None
    confidence: float = 0.95
    row: int | None = None
