"""A loss with every parameter's value, and whose convention it follows: what one name in LOSSES means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from losscli.arrays import Rows
from losscli.errors import DataError
from losscli.numerics.pieces import in_pieces
from losscli.params import ParamValue, resolve
from losscli.records import NamedTuple
from losscli.registry.conventions import Convention
from losscli.registry.facts import Input, Statistic
from losscli.registry.record import Combine, Loss


class BoundLoss(NamedTuple):
    """A loss, its parameters' values, and the convention it follows (None: the plain formula).

    `others` are further meanings of the same name, which take inputs of other shapes.
    """

    loss: Loss
    params: Mapping[str, ParamValue]
    convention: Convention | None = None
    others: tuple[BoundLoss, ...] = ()

    @property
    def spec(self) -> str:
        """The text that means the same again."""
        if self.convention is None:
            return self.loss.spec(self.params)
        usual = resolve(self.loss.params, self.convention.params, self.loss.name)
        return f"{self.loss.spec(self.params, usual)}:as={self.framework}"

    @property
    def changed(self) -> dict[str, ParamValue]:
        """The parameters whose value is not the default."""
        return {p.name: self.params[p.name] for p in self.loss.params if self.params[p.name] != p.default}

    @property
    def framework(self) -> str:
        """The framework, with the function's name where it has several for this loss; empty without one."""
        own = self.convention
        if own is None:
            return ""
        same = [one for one in self.loss.conventions if one.framework == own.framework]
        return own.framework if not same or same[0] is own else f"{own.framework}.{own.name}"

    def __str__(self) -> str:
        return self.spec

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What it takes, in order."""
        if self.convention is not None and self.convention.inputs:
            return self.convention.inputs
        return self.loss.inputs_for(self.params)

    @property
    def focus(self) -> int:
        """The position of the prediction: the input by which the gradient is taken."""
        return self.loss.slope_at(self.params)

    @property
    def part(self) -> str | None:
        """The loss of the rows that a number of the whole set is made of; None for a loss of rows."""
        return self.loss.part_for(self.params)

    @property
    def is_set(self) -> bool:
        """Whether it exists only for the whole set."""
        return self.combine is not None

    @property
    def combine(self) -> Combine | None:
        """What makes one number of the statistics of all rows; None for a loss of rows."""
        own = self.convention
        return own.combine if own is not None and own.combine is not None else self.loss.combine

    @property
    def has_slope(self) -> bool:
        """Whether there is a gradient: not of a convention's own values."""
        own = self.convention
        plain = own is None or (own.rows is None and own.combine is None and own.reduce == "mean")
        return plain and self.loss.slope is not None

    def rows(self, blocks: Sequence[Rows]) -> Rows:
        """Per-row values of clean blocks; of the per-row part where it exists only for the whole set."""
        own = self.convention
        if own is None:
            return self.loss.rows(blocks, self.params)
        given = own.given(blocks)
        if own.rows is None:
            return self.loss.rows(given, self.params)
        if self.loss.gather:
            return own.rows(*given, **self.params)
        return in_pieces(own.rows, given, self.params)

    def slopes(self, blocks: Sequence[Rows]) -> Rows:
        """The gradient at clean blocks. Raises DataError where there is none."""
        if not self.has_slope:
            raise DataError(f"{self.spec} has no gradient")
        return self.loss.slopes(blocks, self.params)

    def statistics(self, blocks: Sequence[Rows]) -> dict[str, Statistic]:
        """What is added up for the whole set, from clean blocks."""
        own = self.convention
        if own is not None and own.statistics is not None:
            return own.statistics(*own.given(blocks), **self.params)
        return self.loss.statistics(blocks if own is None else own.given(blocks), self.params)

    def counts(self, blocks: Sequence[Rows]) -> Rows | None:
        """(n,): how much each row counts in the mean; None where each counts 1."""
        found = None if self.loss.counts is None else self.loss.counts(*blocks, **self.params)
        return None if found is None else np.ascontiguousarray(found)
