"""LOSSES: ``NAME[:PARAM=VALUE...]``, several separated by commas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from losscli.errors import LosscliError, ParamError, SeveralErrors, UnknownLoss, UsageError
from losscli.params import ParamValue, find
from losscli.registry.foreign import difference
from losscli.registry.lookup import get
from losscli.registry.record import Loss

_SEPARATOR = re.compile(r",(?![0-9+\-.])")
"""A comma that a digit, a sign or a dot follows continues a value; any other one starts the next loss."""


class BoundLoss(NamedTuple):
    """A loss with every parameter's value: what one name in LOSSES means."""

    loss: Loss
    params: Mapping[str, ParamValue]

    @property
    def spec(self) -> str:
        """The text that means the same again."""
        return self.loss.spec(self.params)

    def __str__(self) -> str:
        return self.spec


def bind(name: str, **params: ParamValue) -> BoundLoss:
    """A loss by name with parameters given as values. Raises UnknownLoss, ParamError."""
    record = get(name)
    return BoundLoss(record, record.resolve(params))


def parse_losses(text: str) -> tuple[BoundLoss, ...]:
    """What LOSSES means, in order. All mistakes are reported together; a loss named twice is one of them."""
    found: list[BoundLoss] = []
    mistakes: list[LosscliError] = []
    for part in _SEPARATOR.split(text):
        try:
            bound = _parse_one(part)
            if any(other.spec == bound.spec for other in found):
                raise UsageError(f"{bound.spec} is named twice in {text!r}")
            found.append(bound)
        except (UnknownLoss, ParamError, UsageError) as mistake:
            mistakes.append(mistake)
    if len(mistakes) == 1:
        raise mistakes[0]
    if mistakes:
        raise SeveralErrors(mistakes)
    return tuple(found)


def _parse_one(text: str) -> BoundLoss:
    name, *settings = text.split(":")
    if not name.strip():
        raise UnknownLoss("a loss's name is missing", hint="for example bce, or huber:delta=0.5, or mse,mae")
    record = get(name)
    given: dict[str, ParamValue] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise ParamError(f"{text}: {setting!r} is no PARAM=VALUE", hint=_example(record))
        if key.strip().lower() == "as":
            raise ParamError(
                f"{text}: a loss is its plain formula here, without a framework's convention",
                hint=difference(record, value),
            )
        param = find(record.params, key, record.name)
        if param.name in given:
            raise ParamError(f"{text}: {param.name} is given twice")
        given[param.name] = param.parse(value)
    return BoundLoss(record, record.resolve(given))


def _example(record: Loss) -> str:
    if not record.params:
        return f"{record.name} has no parameters"
    param = record.params[0]
    return f"for example {record.name}:{param.name}={param.show(param.default)}"
