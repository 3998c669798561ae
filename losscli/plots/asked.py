"""What is asked of a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from losscli.engine.request import Request
from losscli.errors import UsageError
from losscli.records import NamedTuple
from losscli.registry import BoundLoss

MakeRequest = Callable[[Any, Sequence[Any]], Request]
"""A request for losses and sources, under the reading options of the call."""


class Asked(NamedTuple):
    """A picture as it was asked for: losses, sources, and the options of its kind.

    `target` are the targets of curves, `range` the ends of the horizontal axis, `bins` the number of bars,
    `base` the unit of information (e, 2 or 10), `confidence` the level of intervals, `row` the row that is
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

    def only_loss(self, kind: str) -> BoundLoss:
        """The one loss of a kind that draws one. Raises UsageError for several."""
        if len(self.losses) != 1:
            names = ", ".join(bound.spec for bound in self.losses)
            raise UsageError(
                f"plot {kind} draws one loss at a time, not {names}",
                hint=f"losscli plot {kind} {self.losses[0].spec} ...",
            )
        return self.losses[0]
