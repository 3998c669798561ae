"""How a framework computes a loss: the call that one types there, and the variation that makes its number."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from losscli.arrays import Mask, Rows
from losscli.params import ParamValue
from losscli.records import NamedTuple
from losscli.registry.facts import Input, Statistic

_CALL = re.compile(r"([A-Za-z_][\w.]*)\(")

_METRIC = re.compile(r"metric='([\w@-]+)'")
_SETTING = re.compile(r"\w=(?:True|False|None|'[^']*'|\"[^\"]*\"|[\d.]+)\W")


class Convention(NamedTuple):
    """One function of a framework that computes a loss, and how its number comes about.

    `call` is what one types there, with the inputs' symbols; `names` are further names that it has there.
    `differs` says in what its number differs from ours and when; empty where it is the same. With `edge` it
    differs only at the ends of the domain, as a clip does, so that its name alone may mean our loss. With
    `clips` it does so by moving values beyond an end to it; the report counts the rows whose loss that
    changes.

    The variation: `params` are its defaults where they are not ours; `rows(*blocks, **params)` its value for
    each row; `touches(*blocks, **params)` the rows, (n,), on which that differs from ours (without it: any
    row may); `statistics(*blocks, **params)` and `combine` make it one number for the whole set;
    `reduce` is "mean" or "sum" over the rows; `by_rows` divides a weighted sum by the number of rows instead
    of the sum of the weights; `single` rounds the inputs to float32, in which the framework computes;
    `inputs` are what it accepts where that is more than the loss does.
    """

    framework: str
    call: str
    differs: str = ""
    edge: bool = False
    names: tuple[str, ...] = ()
    params: Mapping[str, ParamValue] = MappingProxyType({})
    rows: Callable[..., Rows] | None = None
    touches: Callable[..., Mask] | None = None
    statistics: Callable[..., dict[str, Statistic]] | None = None
    combine: Callable[..., Any] | None = None
    reduce: str = "mean"
    by_rows: bool = False
    single: bool = False
    inputs: tuple[Input, ...] = ()
    clips: bool = False

    @property
    def name(self) -> str:
        """The function's name there; of a booster's metric, which is no function, its own."""
        found = _CALL.search(self.call)
        own = found.group(1).rpartition(".")[2] if found else ""
        metric = _METRIC.search(self.call)
        if metric is not None:
            return self.names[0] if self.names else metric.group(1)
        return own or (self.names or (self.call,))[0]

    @property
    def by_default(self) -> bool:
        """Whether the function does this when it is given nothing but the arrays."""
        return _SETTING.search(self.call) is None

    @property
    def all_names(self) -> tuple[str, ...]:
        """Every name that it has there."""
        return tuple(dict.fromkeys([self.name, *self.names]))

    @property
    def same(self) -> bool:
        """Whether its number is ours, for every good input."""
        return not self.differs

    def given(self, blocks: Sequence[Rows]) -> list[Rows]:
        """The blocks as the framework holds them."""
        if not self.single:
            return list(blocks)
        with np.errstate(over="ignore"):
            return [block.astype(np.float32).astype(np.float64) for block in blocks]


SINGLE = frozenset({"keras"})
"""Frameworks that compute in float32, whatever they are given."""
